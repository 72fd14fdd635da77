"""Running a migration's statements as they stand in the SQL beside it."""

import re

from alembic import op


def run(statements: str) -> None:
    """Hand the text to the driver as it is: SQLAlchemy would take its percent signs for parameters."""
    cursor = op.get_bind().connection.cursor()
    cursor.execute(statements)
    cursor.close()


def remove_all(schema: str) -> None:
    """Drop the tables and functions that these statements made, the last ones first."""
    for table in reversed(re.findall(r"^CREATE TABLE (\w+)", schema, re.MULTILINE)):
        run(f"DROP TABLE {table} CASCADE")
    for function in re.findall(r"^CREATE FUNCTION (\w+)", schema, re.MULTILINE):
        run(f"DROP FUNCTION {function}()")
