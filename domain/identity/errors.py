"""What identity refuses. None of these sentences tells whether an account exists."""

from domain.foundation.errors import Conflict, Forbidden, NotFound, Unacceptable, Unauthenticated, Unavailable


class InvalidCredentials(Unauthenticated):
    """E-mail and password do not belong together: unknown, wrong, without a password, or suspended alike."""

    slug = "invalid-credentials"
    title = "E-mail or password is not right"


class InvalidToken(Unauthenticated):
    """The token is unknown, expired, or belongs to a session that was ended."""

    slug = "invalid-token"
    title = "This session is over"


class RefreshTokenReused(InvalidToken):
    """A refresh token came twice: one of its two holders stole it, so the family ends, and stays ended."""

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
    """There is no user of this id."""

    slug = "user-unknown"
    title = "There is no such user"


class AccountSuspended(Conflict):
    """The account of one side is suspended: nothing new begins with them until the suspension ends."""

    slug = "account-suspended"
    title = "An account on one side of this is suspended"


class OwnAccountSuspension(Conflict):
    """Nobody suspends their own account: they could not sign in to undo it."""

    slug = "own-account-suspension"
    title = "You cannot suspend your own account"


class SessionNotFound(NotFound):
    """There is no such session, or it is somebody else's."""

    slug = "session-unknown"
    title = "You have no such session"


class RoleGrantNotFound(NotFound):
    """There is no such grant where the caller operates."""

    slug = "role-grant-unknown"
    title = "There is no such grant"


class RoleGrantForbidden(Forbidden):
    """Roles are given and taken by operators of the same market, or of everywhere."""

    slug = "role-grant-forbidden"
    title = "You do not operate there"


class IssuerUnknown(Unacceptable):
    """The issuer is not among those this place was configured with."""

    slug = "issuer-unknown"
    title = "We do not know this identity provider"


class IssuerUnavailable(Unavailable):
    """The issuer did not answer, or not in a way we understand."""

    slug = "issuer-unavailable"
    title = "The identity provider does not answer"


class OidcAttemptExpired(Unauthenticated):
    """The attempt is unknown, expired, already completed, or was begun in another browser."""

    slug = "oidc-attempt-expired"
    title = "This sign-in is over; begin again"


class OidcSignInFailed(Unauthenticated):
    """The issuer did not accept the code, or what it said about the person did not hold up."""

    slug = "oidc-sign-in-failed"
    title = "The sign-in at the identity provider failed"


class EmailNotVerified(Unauthenticated):
    """The issuer knows the person but does not vouch for an e-mail address of theirs."""

    slug = "email-not-verified"
    title = "The identity provider has not verified your e-mail address"
