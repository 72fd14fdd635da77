"""A second try for a request whose first one was certainly not committed.

Another transaction was preferred, the connection was lost before the commit, or somebody else stored the
answer to the same request meanwhile.
"""

from collections.abc import Callable
from time import monotonic

from fastapi import Response
from sqlalchemy.exc import DBAPIError

from domain.foundation.errors import Unavailable
from domain.foundation.persistence.database import backoff, busy_error, is_retryable

SECONDS_FOR_A_SECOND_TRY = 5.0  # after that whoever asks has given up, and should ask again


class AnsweredMeanwhile(Exception):  # noqa: N818 -- not an error: the other one's answer is ours too
    """Somebody stored an answer under the same key between our look and our commit."""


def answer_or_try_again(answer: Callable[[], Response]) -> Response:
    """The answer; a second try where the first may be repeated and there is time.

    Raises Unavailable if the second try may be repeated too.
    """
    until = monotonic() + SECONDS_FOR_A_SECOND_TRY
    try:
        return answer()
    except (DBAPIError, Unavailable, AnsweredMeanwhile) as error:
        if not _is_repeatable(error):
            raise
        if monotonic() > until:
            raise busy_error() from error
    backoff()
    try:
        return answer()
    except (DBAPIError, AnsweredMeanwhile) as error:
        if not _is_repeatable(error):
            raise
        raise busy_error() from error


def _is_repeatable(error: Exception) -> bool:
    return isinstance(error, AnsweredMeanwhile) or is_retryable(error)
