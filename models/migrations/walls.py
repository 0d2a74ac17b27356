"""Walls between the practices of one PostgreSQL hub: a second net under the tenant in every query.

The hub serves under the role SERVING, which owns nothing: row-level security shows it only the rows of the practice
that its transaction named (`set_config('copaydesk.tenant', …, true)`), and grants let it add to the log and to
transfers but change neither. Owners are held to the same (FORCE); only the server's superuser passes. Walls stand on
every table with a `tenant` column, whichever revision made it, so a new table cannot be forgotten.

PostgreSQL manual, "Row Security Policies": https://www.postgresql.org/docs/current/ddl-rowsecurity.html
"""

from __future__ import annotations

from sqlalchemy import Connection, text
from sqlalchemy.exc import ProgrammingError

from models.basics.errors import StorageError

SERVING = "copaydesk_serving"
"""The role under which a hub reads and writes. Cannot log in; whoever owns the tables is made a member."""

TENANT = "copaydesk.tenant"
"""The setting that names the practice of a transaction."""

DIRECTORY = ("tenant_head", "device", "enrolment")
"""What must be found before the practice is known (a desk by its id, a code by its hash) and says nothing of patients:
all may be read, only the named practice's changed."""

INSERT_ONLY = ("log", "transfer")
SPENT = ("portal_session", "portal_note", "portal_guess", "portal_knock")
"""Of no use to anybody once they are long over, and kept by no law: the hub clears them away."""

_TABLES = (
    "SELECT table_name FROM information_schema.columns WHERE table_schema = current_schema() "
    "AND column_name = 'tenant' ORDER BY table_name"
)
_MINE = f"tenant = current_setting('{TENANT}', true)"


def take_down(connection: Connection) -> None:
    """Let the owner change rows of every practice, as migrations do. In the caller's transaction."""
    for table in _tables(connection):
        connection.exec_driver_sql(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        for policy in ("seen", "own"):
            connection.exec_driver_sql(f"DROP POLICY IF EXISTS {policy} ON {table}")


def put_up(connection: Connection) -> None:
    """Raise the walls around every table. In the caller's transaction, so no query ever meets half a wall.

    Raises StorageError `hub.role_missing` when the role is not there and this user may not make it.
    """
    _ensure_role(connection)
    schema = connection.scalar(text("SELECT current_schema()"))
    connection.exec_driver_sql(f'GRANT USAGE ON SCHEMA "{schema}" TO {SERVING}')
    connection.exec_driver_sql(f"GRANT SELECT ON alembic_version TO {SERVING}")
    for table in _tables(connection):
        rights = "SELECT, INSERT" if table in INSERT_ONLY else "SELECT, INSERT, UPDATE"
        rights += ", DELETE" if table in SPENT else ""
        connection.exec_driver_sql(f"REVOKE ALL ON {table} FROM {SERVING}")
        connection.exec_driver_sql(f"GRANT {rights} ON {table} TO {SERVING}")
        connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        connection.exec_driver_sql(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        connection.exec_driver_sql(f"CREATE POLICY own ON {table} USING ({_MINE}) WITH CHECK ({_MINE})")
        if table in DIRECTORY:
            connection.exec_driver_sql(f"CREATE POLICY seen ON {table} FOR SELECT USING (true)")


def _tables(connection: Connection) -> list[str]:
    return list(connection.scalars(text(_TABLES)))


def _ensure_role(connection: Connection) -> None:
    known = connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": SERVING})
    member = known and connection.scalar(text("SELECT pg_has_role(current_user, :name, 'MEMBER')"), {"name": SERVING})
    wanted = ([] if known else [f"CREATE ROLE {SERVING} NOLOGIN"]) + (
        [] if member else [f"GRANT {SERVING} TO CURRENT_USER"]
    )
    for statement in wanted:
        try:
            with connection.begin_nested():
                connection.exec_driver_sql(statement)
        except ProgrammingError as error:
            if connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": SERVING}) and not known:
                continue  # another hub of the same server made it at the same moment
            raise StorageError("hub.role_missing", role=SERVING) from error
