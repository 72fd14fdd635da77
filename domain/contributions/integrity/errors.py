"""Errors of integrity signals."""

from domain.foundation.errors import Conflict, NotFound


class SignalNotFound(NotFound):
    """There is no such signal, or none that this caller may see."""

    slug = "signal-not-found"
    title = "There is no such signal"


class SignalAlreadyAssessed(Conflict):
    """Somebody has looked at this signal and said what they made of it."""

    slug = "signal-already-assessed"
    title = "This signal was assessed already"
