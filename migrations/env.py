"""How Alembic runs here: one transaction for each migration, one deploy at a time, no waiting for locks."""

from alembic import context
from sqlalchemy import create_engine, pool, text

from domain import registry

ONE_AT_A_TIME = 7_412_330_261  # the key of the advisory lock; any number, as long as it stays this one
LOCK_TIMEOUT = "4s"  # a migration that waits longer for a table makes everybody behind it wait as well
SECONDS_FOR_THE_OTHER = "120s"


def run() -> None:
    """Migrate over a connection of our own, holding the advisory lock until we are done."""
    engine = create_engine(context.config.attributes["url"], poolclass=pool.NullPool)
    with engine.connect() as connection:
        connection.execute(text(f"SET lock_timeout = '{SECONDS_FOR_THE_OTHER}'"))
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": ONE_AT_A_TIME})
        connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
        connection.commit()
        context.configure(
            connection=connection, target_metadata=registry.metadata(), transaction_per_migration=True
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
    engine.dispose()


def print_statements() -> None:
    """Write the SQL instead of running it, for people who review it and tools that lint it."""
    context.configure(dialect_name="postgresql", target_metadata=registry.metadata(), as_sql=True)
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    print_statements()
else:
    run()
