"""The second net between practices on PostgreSQL: under the serving role nobody else's row is there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from app.words import sentence_for
from models.basics.errors import StorageError
from models.migrations import migrate
from models.migrations.walls import DIRECTORY, INSERT_ONLY, SERVING
from models.operations import records
from models.operations.protocol import PushBatch
from models.store.engine import postgres_engine
from models.store.hub import OPERATOR, HubStore
from models.store.session import Session
from models.tables.catalogue import tables_of
from tests.support import stores
from tests.support.acts import OpMaker, charge, collect
from tests.support.postgres import PostgresServer
from tests.support.stores import revoke

WALLED = sorted(set(tables_of("hub")) - set(DIRECTORY))
FILLED = ("practice", "patient", "charge", "payment", "account", "transfer", "log")


@pytest.fixture
def hub(postgres_url: str) -> Iterator[HubStore]:
    """Two practices in one hub, each with a patient who owes and pays."""
    yield from _two_practices(postgres_url)


@pytest.fixture(scope="module")
def looked_at(postgres: PostgresServer, postgres_template: str) -> Iterator[HubStore]:
    """The same for all who change nothing."""
    name = postgres.create(template=postgres_template)
    yield from _two_practices(postgres.url(name))
    postgres.drop(name)


def _two_practices(url: str) -> Iterator[HubStore]:
    made = HubStore.open(postgres_engine(url), stores.clock())
    for tenant in ("east", "west"):
        made.create_tenant(tenant, replace(stores.PRACTICE, id=f"practice-{tenant}"))
        row = made.redeem(made.new_code(tenant, "Front desk", OPERATOR), f"key-{tenant}", {})
        ops = OpMaker(device=row.device_id, tenant=tenant).run([
            records.Patient(id=f"ann-{tenant}", family="Quill"), charge("c1", 5000),
            collect(f"p-{tenant}", "ann", 5000),
        ])  # fmt: skip
        answer = made.push(tenant, PushBatch(row.device_id, row.epoch, 1, tuple(ops)))
        assert {result.verdict for result in answer.results} == {"accepted"}
    yield made
    made.close()


def within(hub: HubStore, tenant: str, query: str, **values: Any) -> list[tuple[Any, ...]]:
    """What a query finds inside a transaction of the hub for `tenant`."""
    with hub._engine.begin() as connection:
        session = Session(connection)
        session.enter(tenant)
        return [tuple(row) for row in session.rows(query, **values)]


@pytest.mark.parametrize("table", WALLED)
def test_i24_no_row_is_seen_from_another_practice(looked_at: HubStore, table: str) -> None:
    seen = {tenant for (tenant,) in within(looked_at, "east", f"SELECT DISTINCT tenant FROM {table}")}
    assert seen <= {"east"}
    if table in FILLED:
        assert seen == {"east"}
    assert within(looked_at, "", f"SELECT tenant FROM {table}") == []


def test_i24_a_query_that_forgot_its_tenant_changes_nobody_elses_row(hub: HubStore) -> None:
    with hub._engine.begin() as connection:
        session = Session(connection)
        session.enter("east")
        assert session.run("UPDATE patient SET phone = 'x'") == 1
        assert session.run("UPDATE patient SET phone = 'x' WHERE tenant = 'west'") == 0
    assert within(hub, "west", "SELECT phone FROM patient") == [("",)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
        within(hub, "east", "INSERT INTO practice (tenant, id) VALUES ('west', 'forged') RETURNING id")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
        within(hub, "east", "UPDATE tenant_head SET tenant = 'west' WHERE tenant = 'east' RETURNING seq")


@pytest.mark.parametrize("table", INSERT_ONLY)
def test_i23_the_serving_role_may_change_no_history(hub: HubStore, table: str) -> None:
    for statement in (f"UPDATE {table} SET seq = seq RETURNING seq", f"DELETE FROM {table} RETURNING seq"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied"):
            within(hub, "east", statement)


def test_the_directory_is_seen_by_all_and_changed_by_its_own(hub: HubStore) -> None:
    assert hub.tenants() == ("east", "west")
    assert set(hub.heads(["east", "west"])) == {"east", "west"}
    east, west = hub.devices("east")[0], hub.devices("west")[0]
    assert hub.device(west.device_id) == west
    assert within(hub, "east", "UPDATE device SET name = 'x' WHERE device_id = :id RETURNING name",
                  id=west.device_id) == []  # fmt: skip
    revoke(hub, east.device_id)
    assert hub.device(east.device_id).revoked_at  # type: ignore[union-attr]


def test_a_connection_goes_back_as_it_came(hub: HubStore) -> None:
    """A pool, ours or a pooler's between transactions, hands the next one no practice and no role."""
    assert within(hub, "east", "SELECT current_user, current_setting('copaydesk.tenant')") == [(SERVING, "east")]
    with hub._engine.connect() as connection:
        who, practice = connection.execute(
            text("SELECT current_user, coalesce(current_setting('copaydesk.tenant', true), '')")
        ).one()
    assert (who, practice) == ("postgres", "")


def test_every_table_stands_behind_a_wall_after_any_migration(hub: HubStore) -> None:
    query = "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity AND relkind = 'r'"
    for revision in ("head", "0002", "head"):
        migrate(hub._engine, "hub", revision)
        with hub._engine.connect() as connection:
            walled = set(connection.scalars(text(query)))
            tables = set(connection.scalars(text(
                "SELECT table_name FROM information_schema.columns WHERE column_name = 'tenant' "
                "AND table_schema = 'public'"
            )))  # fmt: skip
        assert walled == tables
    assert walled == set(tables_of("hub"))


def test_a_user_who_may_not_make_the_role_is_told_what_to_ask_for(postgres: PostgresServer) -> None:
    """On a server of somebody else the administrator makes the role once; its owner needs no more than its tables."""
    database = postgres.create()
    member = f"owner_of_{database}"
    try:
        postgres.execute(f"CREATE ROLE {member} LOGIN")
        postgres.execute(f"ALTER DATABASE {database} OWNER TO {member}")
        engine = postgres_engine(postgres.url(database).replace("postgres@", f"{member}@"))
        with pytest.raises(StorageError, match=r"hub\.role_missing") as caught:
            migrate(engine, "hub")
        told = str(sentence_for(caught.value))
        assert f"GRANT {SERVING} TO" in told
        postgres.execute(f"GRANT {SERVING} TO {member}")
        hub = HubStore.open(engine, stores.clock())
        hub.create_tenant("east", stores.PRACTICE)
        assert hub.head("east").seq == 1
        hub.close()
    finally:
        postgres.drop(database)
        postgres.execute(f"DROP ROLE IF EXISTS {member}")
