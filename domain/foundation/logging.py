"""Logs: one JSON object a line, with the request's id, and never a secret or a person's data.

Only ids, slugs, counts and durations are logged. What people write, their names, addresses and tokens are
not, so there is nothing to mask.
"""

import logging
import sys

import structlog

from domain.foundation.text.card_numbers import mask_card_numbers


def configure_logging(level: str) -> None:
    """Send our logs and the libraries' to standard error in one form. Doing it twice does no harm."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            *shared,
            structlog.processors.format_exc_info,
            _mask_card_numbers,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=level.upper(), stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")


def get_logger(component: str) -> structlog.typing.FilteringBoundLogger:
    """A logger that says from which room it speaks."""
    return structlog.get_logger(component=component)  # type: ignore[no-any-return]  # structlog answers a lazy proxy


def _mask_card_numbers(
    _logger: object, _method: str, entry: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """A trace may quote what somebody typed; all else in a log is ours."""
    if "exception" in entry:
        entry["exception"] = mask_card_numbers(entry["exception"])
    return entry
