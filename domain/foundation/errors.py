"""Refusals: what a caller can do something about. Six kinds, and one for callers we do not know.

    Refusal
    ├── Unauthenticated  401  we do not know who asks
    ├── Forbidden        403  we know, and they may not
    ├── NotFound         404  there is no such thing, or none this caller may know of
    ├── Conflict         409  the thing is in another state, or somebody was quicker
    │   └── Stale        412  the caller's copy is not the newest one
    ├── Unacceptable     422  what was sent cannot be meant
    ├── Declined         402  the payment was declined
    └── Unavailable      503  not now; ask again after a while

A refusal knows nothing of HTTP; `api/problems.py` maps the kinds once. Bugs are not refusals: they raise
something else, are logged, and answer 500 without a word from inside.
"""

from typing import Any, ClassVar, Self


class DomainError(Exception):
    """A typed no: a stable slug, a sentence for the person, perhaps the field that is wrong, and extras.

    `constraint` names the database constraint that guards the same rule, so that a violation seen only by
    the database becomes this refusal too. `keeps` marks the rare refusal whose transaction is committed:
    what it wrote (a fresh quote, an ended session) is part of the answer.
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
        """This refusal and all below it that have a slug, by slug."""
        classes_by_slug = {kind.slug: kind for kind in _with_subclasses(cls) if kind.slug}
        return [classes_by_slug[slug] for slug in sorted(classes_by_slug)]


class Unauthenticated(DomainError):  # noqa: N818 -- one of the kinds, named as HTTP names them
    """We do not know who asks."""

    slug = "sign-in-required"
    title = "Sign in first"


class Forbidden(DomainError):  # noqa: N818 -- one of the kinds, named as HTTP names them
    """We know who asks, and they may not."""

    slug = "forbidden"
    title = "This is not allowed"


class NotFound(DomainError):  # noqa: N818 -- one of the kinds, named as HTTP names them
    """There is no such thing, or none that this caller may know of."""

    slug = "not-found"
    title = "This was not found"


class Conflict(DomainError):  # noqa: N818 -- one of the kinds, named as HTTP names them
    """The thing is in another state, or somebody was quicker."""

    slug = "conflict"
    title = "This conflicts with the present state"


class Stale(Conflict):
    """The caller changes a copy that is not the newest one."""

    slug = "stale"
    title = "This has changed in the meantime"


class Unacceptable(DomainError):  # noqa: N818 -- one of the kinds, named as HTTP names them
    """What was sent cannot be meant."""

    slug = "unacceptable"
    title = "This request is not valid"


class Declined(DomainError):  # noqa: N818 -- one of the kinds, named as HTTP names them
    """The payment was declined."""

    slug = "declined"
    title = "The payment was declined"


class Unavailable(DomainError):  # noqa: N818 -- one of the kinds, named as HTTP names them
    """Not now; `retry_after` in the extras says in how many seconds to ask again."""

    slug = "unavailable"
    title = "Not available right now"


def error_class_for_constraint(name: str | None) -> type[DomainError] | None:
    """The refusal that the database constraint `name` guards, if one does."""
    if name is None:
        return None
    return next((kind for kind in _with_subclasses(DomainError) if kind.constraint == name), None)


def _with_subclasses(kind: type[Any]) -> list[type[Any]]:
    return [kind, *(leaf for child in kind.__subclasses__() for leaf in _with_subclasses(child))]
