"""Identity: accounts, authentication and permissions.

A **user** is a person with an account. A **session** begins with a sign-in and is a family of tokens: an
*access* token (15 minutes, looked up on every request) and a *refresh* token (30 days, exchanged once). A
**grant** is a role of a user in a market or everywhere; a **caller** is the value authentication returns. A
**signal** is a card, device or bank account that accounts may share; a **cluster** is all users linked by
signals.

Invariants: one account per e-mail address; one grant per user, role and market; one refresh token per session
can be exchanged; a reused refresh token ends its session; tokens, secrets, passwords and signals are stored
as hashes only; no response, status or response time reveals whether an account exists.
"""

from domain.identity import permissions
from domain.identity.accounts import UserChanges, reinstate_user, sign_up, suspend_user, update_user
from domain.identity.active_accounts import (
    ACTIVE_ACCOUNT_SQL,
    inactive_accounts,
    is_active_account,
    require_active_accounts,
)
from domain.identity.authentication.devices import is_known_device
from domain.identity.authentication.sessions import (
    SessionTokens,
    end_expired_sessions,
    end_session,
    refresh_session,
    sign_in,
)
from domain.identity.authentication.token_cleanup import delete_expired_tokens
from domain.identity.callers import Caller, Grant, UserRole, actor_for
from domain.identity.clusters import cluster_of, record_signal
from domain.identity.emails.email_addresses import rate_limit_key
from domain.identity.emails.email_keys import assign_email_keys
from domain.identity.events import EmailConflict, SessionEndReason, SignalKind
from domain.identity.models import IdentityCluster, RoleGrant, User, UserSession
from domain.identity.openid_connect.code_flow import (
    OidcAuthorizationRequest,
    OidcCallback,
    begin_oidc,
    finish_oidc,
)
from domain.identity.openid_connect.issuers import (
    CodeRedemption,
    OidcClient,
    OidcDiscovery,
    OidcGateway,
    oidc_clients,
)
from domain.identity.permissions import PERMISSIONS, Permission, PermissionDecision, PermissionRule
from domain.identity.queries import authenticate, get_user, list_role_grants, list_sessions, page_sessions
from domain.identity.roles import grant_role, revoke_role

__all__ = [
    "ACTIVE_ACCOUNT_SQL",
    "PERMISSIONS",
    "Caller",
    "CodeRedemption",
    "EmailConflict",
    "Grant",
    "IdentityCluster",
    "OidcAuthorizationRequest",
    "OidcCallback",
    "OidcClient",
    "OidcDiscovery",
    "OidcGateway",
    "Permission",
    "PermissionDecision",
    "PermissionRule",
    "RoleGrant",
    "SessionEndReason",
    "SessionTokens",
    "SignalKind",
    "User",
    "UserChanges",
    "UserRole",
    "UserSession",
    "actor_for",
    "assign_email_keys",
    "authenticate",
    "begin_oidc",
    "cluster_of",
    "delete_expired_tokens",
    "end_expired_sessions",
    "end_session",
    "finish_oidc",
    "get_user",
    "grant_role",
    "inactive_accounts",
    "is_active_account",
    "is_known_device",
    "list_role_grants",
    "list_sessions",
    "oidc_clients",
    "page_sessions",
    "permissions",
    "rate_limit_key",
    "record_signal",
    "refresh_session",
    "reinstate_user",
    "require_active_accounts",
    "revoke_role",
    "sign_in",
    "sign_up",
    "suspend_user",
    "update_user",
]
