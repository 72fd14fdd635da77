"""Logs: one JSON object per line, with the id of the request, without secrets or personal data.

Only ids, slugs, counts and durations are logged; never texts of users, names, addresses or tokens.
"""

import logging
import sys

import structlog

from domain.foundation.text.card_numbers import mask_card_numbers


def configure_logging(level: str) -> None:
    """Send our logs and those of libraries to standard error. Can be called repeatedly."""
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
    """A logger whose entries name the component."""
    return structlog.get_logger(component=component)  # type: ignore[no-any-return]  # structlog returns a lazy proxy


def _mask_card_numbers(
    _logger: object, _method: str, entry: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Mask card numbers in the traceback, the only part of an entry that may quote a user's text."""
    if "exception" in entry:
        entry["exception"] = mask_card_numbers(entry["exception"])
    return entry
