"""The history of the tables: one line of revisions for desk and hub; a revision asks `role()` where they differ.

Usable from the installed package: there is no ini file. Callers copy a store that has rows before they migrate it
(`models.store.desk` does). Imported only when a store is behind or lies on PostgreSQL: Alembic takes a third of a
second to load. A new file of SQLite is made of today's tables at once (`models.store.fresh`).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command, context
from alembic.config import Config

from models.migrations import walls

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from models.tables.catalogue import Role

HEAD = "0009"
"""The newest revision; `models.store.reading.SCHEMA` repeats it for those who must not import this."""


def migrate(engine: Engine, role: Role, revision: str = "head") -> None:
    """Bring a store to `revision` (the newest by default, `base` for none), up or down, in one transaction.

    On any error nothing has changed: SQLite and PostgreSQL both roll back table definitions.
    """
    with engine.begin() as connection:
        migrate_connection(connection, role, revision)


def migrate_connection(connection: Connection, role: Role, revision: str = "head") -> None:
    """The same inside the caller's transaction."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    config.attributes["role"] = role
    now = _revision(connection)
    walled = role == "hub" and connection.dialect.name == "postgresql"
    if walled:
        walls.take_down(connection)
    if revision == "base" or (revision != "head" and now is not None and revision < now):
        command.downgrade(config, revision)
    else:
        command.upgrade(config, revision)
    if walled and revision != "base":
        walls.put_up(connection)


def role() -> Role:
    """The role of the store being migrated: for use inside a revision."""
    chosen: Role = context.config.attributes["role"]
    return chosen


def _revision(connection: Connection) -> str | None:
    from alembic.runtime.migration import MigrationContext

    return MigrationContext.configure(connection).get_current_revision()
