"""Identity: who people are, how they show it, and what they may do.

A **user** is a person with an account, customer and provider alike. A **session** begins with a sign-in and
is a family of tokens: an *access* token (15 minutes, looked up on every request) and a *refresh* token (30
days, exchanged once). A **grant** is a role a user holds in a market or everywhere. A **caller** is what
authentication yields: a value, no row. A **signal** is a card, a device or a bank account that accounts may
share; a **cluster** is whoever is linked by such, looked at as one.

Invariants: one account per address; a role is held once per market; a session has one refresh token that
can still be exchanged; a refresh token that comes twice ends its session; nothing that opens a door is
stored in clear, and no signal; and no answer, status or amount of work tells whether an account exists.
"""

from domain.identity import permissions
from domain.identity.accounts import Changes, change, reinstate, sign_up, suspend
from domain.identity.address_keys import key_due_addresses
from domain.identity.addresses import counting_key
from domain.identity.callers import Caller, Grant, Role, acting
from domain.identity.clusters import cluster_of, note_signal
from domain.identity.dealing import DEALT_WITH, barred, may_be_dealt_with, require_dealt_with
from domain.identity.devices import knows_device
from domain.identity.events import EmailConflict, EndReason, SignalKind
from domain.identity.issuers import Client, Discovery, Issuers, Redemption, clients
from domain.identity.models import IdentityCluster, RoleGrant, User, UserSession
from domain.identity.oidc import Departure, Return, begin_oidc, finish_oidc
from domain.identity.permissions import PERMISSIONS, Decision, Permission, Rule
from domain.identity.queries import authenticate, grants_of, page_of_sessions, sessions_of, user
from domain.identity.roles import grant_role, revoke_role
from domain.identity.sessions import Tokens, end_expired, end_session, refresh, sign_in
from domain.identity.sweeps import forget_expired

__all__ = [
    "DEALT_WITH",
    "PERMISSIONS",
    "Caller",
    "Changes",
    "Client",
    "Decision",
    "Departure",
    "Discovery",
    "EmailConflict",
    "EndReason",
    "Grant",
    "IdentityCluster",
    "Issuers",
    "Permission",
    "Redemption",
    "Return",
    "Role",
    "RoleGrant",
    "Rule",
    "SignalKind",
    "Tokens",
    "User",
    "UserSession",
    "acting",
    "authenticate",
    "barred",
    "begin_oidc",
    "change",
    "clients",
    "cluster_of",
    "counting_key",
    "end_expired",
    "end_session",
    "finish_oidc",
    "forget_expired",
    "grant_role",
    "grants_of",
    "key_due_addresses",
    "knows_device",
    "may_be_dealt_with",
    "note_signal",
    "page_of_sessions",
    "permissions",
    "refresh",
    "reinstate",
    "require_dealt_with",
    "revoke_role",
    "sessions_of",
    "sign_in",
    "sign_up",
    "suspend",
    "user",
]
