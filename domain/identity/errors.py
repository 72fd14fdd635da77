"""Domain errors of identity. None of their texts reveals whether an account exists."""

from domain.foundation.errors import Conflict, Forbidden, NotFound, Unacceptable, Unauthenticated, Unavailable


class InvalidCredentials(Unauthenticated):
    """The address is unknown, the password is wrong, the account has no password, or it is suspended."""

    slug = "invalid-credentials"
    title = "E-mail or password is not right"


class InvalidToken(Unauthenticated):
    """The token is unknown or expired, or its session has ended."""

    slug = "invalid-token"
    title = "This session is over"


class RefreshTokenReused(InvalidToken):
    """The refresh token was exchanged before, so there is a stolen copy. The session is ended."""

    slug = "refresh-token-reused"
    title = "This refresh token was used before"
    commits_transaction = True


class PasswordNotAllowed(Unacceptable):
    """The password is too short, too long, or the e-mail address itself."""

    slug = "password-not-allowed"
    title = "This password is not allowed"


class InvalidEmail(Unacceptable):
    """The text is not an e-mail address."""

    slug = "invalid-email"
    title = "This is not an e-mail address"


class UserNotFound(NotFound):
    """There is no user with this id."""

    slug = "user-unknown"
    title = "There is no such user"


class AccountSuspended(Conflict):
    """The account of one side is suspended: nothing new can begin until the suspension ends."""

    slug = "account-suspended"
    title = "An account on one side of this is suspended"


class OwnAccountSuspension(Conflict):
    """Operators cannot suspend their own account, because they could not sign in to undo it."""

    slug = "own-account-suspension"
    title = "You cannot suspend your own account"


class SessionNotFound(NotFound):
    """There is no such session, or it belongs to another user."""

    slug = "session-unknown"
    title = "You have no such session"


class RoleGrantNotFound(NotFound):
    """There is no such grant in a market of which the caller is an operator."""

    slug = "role-grant-unknown"
    title = "There is no such grant"


class RoleGrantForbidden(Forbidden):
    """Only operators of the market, or of all markets, grant and revoke roles."""

    slug = "role-grant-forbidden"
    title = "You do not operate there"


class IssuerUnknown(Unacceptable):
    """The issuer is not among the configured ones."""

    slug = "issuer-unknown"
    title = "We do not know this identity provider"


class IssuerUnavailable(Unavailable):
    """The issuer did not respond, or its response could not be understood."""

    slug = "issuer-unavailable"
    title = "The identity provider does not answer"


class OidcAttemptExpired(Unauthenticated):
    """The attempt is unknown, expired or completed, or was started in another browser."""

    slug = "oidc-attempt-expired"
    title = "This sign-in is over; begin again"


class OidcSignInFailed(Unauthenticated):
    """The issuer did not accept the code, or its id token is not valid."""

    slug = "oidc-sign-in-failed"
    title = "The sign-in at the identity provider failed"


class EmailNotVerified(Unauthenticated):
    """The issuer has not verified the person's e-mail address."""

    slug = "email-not-verified"
    title = "The identity provider has not verified your e-mail address"


class SameUser(Unacceptable):
    """Hours and gifts pass between people; the giver and the receiver are the same one."""

    slug = "same-user"
    title = "This needs two different users"


class RelatedAccounts(Conflict):
    """These accounts share a card, a device or a bank account, so they do not confirm or feed one another."""

    slug = "related-accounts"
    title = "These accounts may belong to one person"
