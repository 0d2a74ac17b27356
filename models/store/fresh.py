"""Makes the tables of a new file of SQLite at once, without the migrations that led to them."""

from __future__ import annotations

from sqlalchemy import Engine

from models.store.reading import SCHEMA
from models.tables.catalogue import Role
from models.tables.newest import statements


def make_tables(engine: Engine, role: Role) -> None:
    """Today's tables in a file that has none, in one transaction; nothing where somebody else just made them."""
    with engine.begin() as connection:
        if connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").first():
            return
        for statement in statements(role):
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql("INSERT INTO alembic_version (version_num) VALUES (?)", (SCHEMA,))
