"""Domain errors: errors that the caller can act on.

    DomainError
    ├── Unauthenticated  401  the caller is not signed in
    ├── Forbidden        403  the caller may not do this
    ├── NotFound         404  it does not exist, or the caller may not know that it does
    ├── Conflict         409  it is in another state, or another request was first
    │   └── Stale        412  the caller's copy is not the newest one
    ├── Unacceptable     422  the request is not valid
    ├── Declined         402  the payment was declined
    └── Unavailable      503  not possible now; try again later

Domain errors know nothing of HTTP; `api/problems.py` maps each kind to its status. Bugs are no domain errors:
they raise other exceptions, are logged, and become a 500 that reveals nothing internal.
"""

from typing import Any, ClassVar, Self


class DomainError(Exception):
    """An error for the caller: a stable slug, a sentence for the user, the field that is wrong, and extras.

    `constraint` names the database constraint that enforces the same rule: its violation becomes this error.
    `commits_transaction` is true if the transaction is committed nevertheless, because what it wrote (a fresh
    quote, an ended session) belongs to the response.
    """

    slug: ClassVar[str] = ""
    title: ClassVar[str] = ""
    constraint: ClassVar[str | None] = None
    commits_transaction: bool = False

    def __init__(self, detail: str = "", *, field: str | None = None, **extras: Any) -> None:  # noqa: ANN401 -- any JSON value
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.field = field
        self.extras = extras

    @classmethod
    def all_classes(cls) -> list[type[Self]]:
        """This class and its subclasses that have a slug, sorted by slug."""
        classes_by_slug = {kind.slug: kind for kind in _with_subclasses(cls) if kind.slug}
        return [classes_by_slug[slug] for slug in sorted(classes_by_slug)]


class Unauthenticated(DomainError):  # noqa: N818 -- one of the kinds, named as HTTP names them
    """The caller is not signed in."""

    slug = "sign-in-required"
    title = "Sign in first"


class Forbidden(DomainError):  # noqa: N818 -- one of the kinds, named as HTTP names them
    """The caller is signed in but may not do this."""

    slug = "forbidden"
    title = "This is not allowed"


class NotFound(DomainError):  # noqa: N818 -- one of the kinds, named as HTTP names them
    """It does not exist, or the caller may not know that it does."""

    slug = "not-found"
    title = "This was not found"


class Conflict(DomainError):  # noqa: N818 -- one of the kinds, named as HTTP names them
    """It is in another state, or another request was first."""

    slug = "conflict"
    title = "This conflicts with the present state"


class Stale(Conflict):
    """The caller's copy is not the newest one."""

    slug = "stale"
    title = "This has changed in the meantime"


class Unacceptable(DomainError):  # noqa: N818 -- one of the kinds, named as HTTP names them
    """The request is not valid."""

    slug = "unacceptable"
    title = "This request is not valid"


class Declined(DomainError):  # noqa: N818 -- one of the kinds, named as HTTP names them
    """The payment was declined."""

    slug = "declined"
    title = "The payment was declined"


class Unavailable(DomainError):  # noqa: N818 -- one of the kinds, named as HTTP names them
    """It is not possible now. `retry_after` in the extras is the wait in seconds before the next try."""

    slug = "unavailable"
    title = "Not available right now"


def error_class_for_constraint(name: str | None) -> type[DomainError] | None:
    """The domain error of the database constraint `name`; None if it has none."""
    if name is None:
        return None
    return next((kind for kind in _with_subclasses(DomainError) if kind.constraint == name), None)


def _with_subclasses(kind: type[Any]) -> list[type[Any]]:
    return [kind, *(subclass for child in kind.__subclasses__() for subclass in _with_subclasses(child))]
