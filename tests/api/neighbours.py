"""Who comes to the HTTP door, and what Ellen's drafts say they are under."""

from domain.foundation import ids
from tests import cast
from tests.client import Client


def arrives(client: Client, who: str) -> Client:
    """A client that is this one of the cast; "nobody" is not signed in."""
    if who == "nobody":
        return client
    with client.transactions() as session:
        someone = getattr(cast, who)(session)
    return client.sign_in(getattr(someone, "user_id", someone.id))


def under_ellens_profile(client: Client) -> dict[str, str]:
    """Ellen's profile, and the category of hourly services."""
    with client.transactions() as session:
        profile, category = cast.ellen(session), cast.category(session, "hourly-service")
        return {
            "profile_id": ids.encode("prv", profile.id),
            "category_id": ids.encode("cat", category.id),
        }
