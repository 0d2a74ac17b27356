"""Hubs for journeys: in this process, and in processes of their own."""

from tests.support.desks import outside_hub  # noqa: F401
from tests.support.hub import (  # noqa: F401
    hub,
    own_hub,
    own_sqlite_hub,
    postgres_hub,
    postgres_settings,
    session_postgres_hub,
    session_sqlite_hub,
    settings,
    sqlite_hub,
    sqlite_hub_template,
    sqlite_settings,
)
