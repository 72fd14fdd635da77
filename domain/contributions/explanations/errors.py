"""Errors of explanations."""

from domain.foundation.errors import NotFound


class PostingNotFound(NotFound):
    """There is no such posting of credits, or none of this caller's."""

    slug = "posting-not-found"
    title = "There is no such posting"
