"""The devices an account has been used on, if its sign-ins named them."""

from sqlalchemy import text
from sqlmodel import Session

from domain.foundation import signing
from domain.identity import queries
from domain.identity.emails.email_addresses import parse_typed_email
from domain.identity.events import SignalKind

_SHOWN = text("""
    SELECT EXISTS (
        SELECT FROM identity_links
        WHERE kind = :kind AND signal_hash = ANY(:hashes) AND user_id = :user_id)
""")


def is_known_device(session: Session, email: str, device: str) -> bool:
    """Whether a sign-in to the account of this address succeeded on this device before."""
    user = queries.user_by_typed_email(session, parse_typed_email(email))
    hashes = signing.derive_secrets(f"identity/{SignalKind.DEVICE}", device.encode())
    row = {"kind": SignalKind.DEVICE, "hashes": hashes, "user_id": None if user is None else user.id}
    return bool(session.execute(_SHOWN, row).scalar_one())
