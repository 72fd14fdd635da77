"""Every table of the domain in one place, for migrations and tests.

Importing the nouns' models is all it takes: each registers itself with the one metadata.
"""

import pkgutil
from contextlib import suppress
from importlib import import_module

from sqlalchemy import MetaData

import domain
from domain.foundation import events, idempotency
from domain.foundation.tables import Table

__all__ = ["events", "idempotency", "metadata"]


def metadata() -> MetaData:
    """The metadata with the tables of all nouns in it."""
    for noun in pkgutil.iter_modules(domain.__path__):
        with suppress(ImportError):
            import_module(f"domain.{noun.name}.models")
    return Table.metadata
