"""Every revision goes up and down with rows in it, on both databases, and the newest is what the tables say."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, MetaData, inspect, text

import models.migrations
from models.basics.errors import StorageError
from models.basics.ids import new_id
from models.migrations import HEAD, migrate
from models.operations import bodies
from models.store.desk import DeskStore
from models.store.engine import postgres_engine, sqlite_engine
from models.store.fresh import make_tables
from models.store.hub import HubStore
from models.store.layers import Stream, replay, take_away
from models.store.paging import fit_pages
from models.store.reading import PAGE_BYTES, PAGE_BYTES_BEFORE, SCHEMA, connect, schema_of
from models.store.upgrade import settle_file
from models.tables.catalogue import Role, tables_of
from tests.support.acts import OpMaker
from tests.support.counter import ROOT_OF_TESTS
from tests.support.stores import KEY, PRACTICE, empty_desk, identity

KINDS: list[tuple[str, Role]] = [("sqlite", "desk"), ("sqlite", "hub"), ("postgres", "hub")]


@pytest.fixture(params=KINDS, ids=["-".join(kind) for kind in KINDS])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Engine, Role]]:
    """An empty database and the role it shall have."""
    kind, role = request.param
    if kind == "sqlite":
        engine = sqlite_engine(tmp_path / "store.db", KEY)
    else:
        engine = postgres_engine(request.getfixturevalue("postgres_empty_url"))
    yield engine, role
    engine.dispose()


def revisions() -> list[str]:
    script = ScriptDirectory(str(Path(models.migrations.__file__).parent))
    return [found.revision for found in script.walk_revisions()][::-1]


def fill(engine: Engine, role: Role) -> dict[str, int]:
    """One row in every table."""
    with engine.begin() as connection:
        for table in tables_of(role).values():
            values: dict[str, Any] = {c.name: 1 if c.name in {"n", "seq", "no", "epoch"} else str(c.name)
                                      for c in table.primary_key.columns}  # fmt: skip
            values |= SPECIAL.get(table.name, {})
            connection.execute(table.insert(), [values])
    return dict.fromkeys(tables_of(role), 1)


SPECIAL: dict[str, dict[str, Any]] = {
    "transfer": {"debit": "CHK", "credit": "CR:p", "amount_cents": 1, "seq": 1, "n": 0},
    "payment": {"amount_cents": 1},
    "payment_request": {"amount_cents": 1},
    "refund": {"amount_cents": 1, "kind": "refund", "state": "paid", "payment_id": "payment_id"},
    "adjustment": {"amount_cents": 1, "kind": "discount"},
    "dispute": {"amount_cents": 1},
    "terminal_attempt": {"state": "created", "amount_cents": 1},
    "print_job": {"kind": "receipt", "state": "queued"},
    "message": {"channel": "email", "state": "sent"},
    "eligibility_check": {"source": "271", "state": "active"},
    "document": {"verdict": "clean", "size_bytes": 1},
    "kept_card": {"processor": "stripe"},
    "card_consent": {"channel": "desk"},
    "online_payment": {"amount_cents": 1, "channel": "portal", "state": "open"},
    "online_debit": {"amount_cents": 1, "channel": "portal", "state": "processing"},
    "online_return": {"amount_cents": 1, "kind": "refund", "state": "open"},
    "online_payout": {"state": "paid"},
    "online_attempt": {"what": "checkout", "state": "made"},
    "online_event": {"state": "heard"},
    "message_outbox": {"state": "sent"},
    "ask": {"channel": "text", "amount_cents": 1, "state": "waiting"},
    "plan": {"status": "active", "method": "other"},
    "pay_link": {"amount_cents": 1, "subject": "balance"},
    "plan_job": {"state": "done", "amount_cents": 1, "attempt": 1},
    "portal_account": {"factor": "totp", "state": "open"},
    "portal_session": {"stage": "open"},
    "portal_note": {"kind": "reset", "state": "sent"},
    "portal_order": {"amount_cents": 1, "state": "paid"},
    "quarantine": {"resolution": ""},
    "drawer_act": {"kind": "no_sale"},
}


def counts(engine: Engine, role: Role) -> dict[str, int]:
    with engine.connect() as connection:
        return {name: connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in tables_of(role)}


def test_history_is_one_line_and_its_end_is_known() -> None:
    assert revisions()[-1] == HEAD == SCHEMA
    assert revisions() == sorted(revisions())


def test_up_and_down_with_rows(store: tuple[Engine, Role]) -> None:
    engine, role = store
    for step, revision in enumerate(revisions()):
        migrate(engine, role, revision)
        below = revisions()[step - 1] if step else "base"
        migrate(engine, role, below)
        migrate(engine, role, revision)
    made = fill(engine, role)
    assert counts(engine, role) == made
    migrate(engine, role)  # nothing to do, nothing lost
    assert counts(engine, role) == made
    migrate(engine, role, "base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}


OLD_ROWS = (
    "INSERT INTO staff (tenant, id, name, role, active, seq) VALUES ('clinic', 's', 'Maria', 'manager', 1, 1)",
    "INSERT INTO practitioner (tenant, id, name, seq) VALUES ('clinic', 'd', 'Dr. Okafor', 2)",
    "INSERT INTO appointment (tenant, id, patient_id, status, service_date, desk_status, seq) "
    "VALUES ('clinic', 'v', 'ann', 'scheduled', '2026-03-16', 'cancelled', 3)",
    "INSERT INTO charge (tenant, id, patient_id, appointment_id, responsibility_cents, posted_cents, kind, seq) "
    "VALUES ('clinic', 'c', 'ann', 'v', 2500, 2500, 'copay', 4)",
    "INSERT INTO payment (tenant, payment_id, patient_id, tender, amount_cents, receipt_no, seq) "
    "VALUES ('clinic', 'p', 'ann', 'cash', 2500, 'R-1', 5)",
    "INSERT INTO payment (tenant, payment_id, patient_id, tender, amount_cents, receipt_no, reversed_op_id, seq) "
    "VALUES ('clinic', 'q', 'ann', 'card', 1000, 'R-2', 'op-9', 6)",
    "INSERT INTO transfer (tenant, op_id, n, seq, debit, credit, amount_cents, code, reverses_op, reverses_n) "
    "VALUES ('clinic', 'op-9', 0, 6, 'CR:q', 'CARD:main', 1000, 'reverse', 'op-8', 0)",
)
"""What a store of revision 0001 holds."""


def test_rows_of_the_first_tables_go_up_to_0002_and_down_again(store: tuple[Engine, Role]) -> None:
    """What was there says in the new columns what it always meant: one unit, taken back by a void, nothing else."""
    engine, role = store
    migrate(engine, role, "0001")
    with engine.begin() as connection:
        for row in OLD_ROWS:
            connection.execute(text(row))
    before = _everything(engine, OLD_TABLES)
    migrate(engine, role, "0002")
    with engine.connect() as connection:
        asked = {
            "SELECT units, made_here, diagnoses, modifiers FROM charge": [(1, 0, "", "")],
            "SELECT payment_id, reversed_act, method_id, payment_type, trace_no FROM payment ORDER BY payment_id": [
                ("p", "", "", "", ""), ("q", "void", "", "", ""),
            ],
            "SELECT rights FROM staff": [("",)],
            "SELECT auto_allocate FROM practitioner": [(0,)],
            "SELECT desk_status, desk_billing, billing_status, series_id FROM appointment": [("cancelled", "", "", "")],
            "SELECT count(*) FROM refund": [(0,)],
        }  # fmt: skip
        for query, rows in asked.items():
            assert [tuple(row) for row in connection.execute(text(query))] == rows, query
    migrate(engine, role, "0001")
    assert _everything(engine, OLD_TABLES) == before
    migrate(engine, role)


OLD_TABLES = ("staff", "practitioner", "appointment", "charge", "payment", "transfer")


def test_insurances_of_0007_go_up_and_down_again(store: tuple[Engine, Role]) -> None:
    """Nobody said yet that their plan asks for copay and deductible; what was there stays."""
    engine, role = store
    migrate(engine, role, "0007")
    with engine.begin() as connection:
        connection.execute(text(
            "INSERT INTO coverage (tenant, id, patient_id, payer, member_id, status, copay_cents, seq) "
            "VALUES ('clinic', 'i', 'ann', 'Blue Cross', 'M-1', 'active', 2500, 3)"
        ))  # fmt: skip
    before = _everything(engine, ("coverage",))
    migrate(engine, role, "0008")
    with engine.connect() as connection:
        asked = connection.execute(text("SELECT copay_cents, copay_and_deductible, member_id FROM coverage"))
        assert [tuple(row) for row in asked] == [(2500, 0, "M-1")]
        assert connection.execute(text("SELECT count(*) FROM eligibility_check")).scalar_one() == 0
    migrate(engine, role, "0007")
    assert _everything(engine, ("coverage",)) == before
    migrate(engine, role)


def _everything(engine: Engine, tables: tuple[str, ...]) -> dict[str, list[dict[str, Any]]]:
    with engine.connect() as connection:
        return {name: [dict(row._mapping) for row in connection.execute(text(f"SELECT * FROM {name} ORDER BY 1, 2"))]
                for name in tables}  # fmt: skip


def test_the_newest_is_what_the_tables_say(store: tuple[Engine, Role]) -> None:
    engine, role = store
    migrate(engine, role)
    wanted = MetaData(naming_convention=next(iter(tables_of(role).values())).metadata.naming_convention)
    for table in tables_of(role).values():
        table.to_metadata(wanted)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        differences = [d for d in compare_metadata(context, wanted) if not _search_index(d)]
        assert differences == []
        for table in wanted.tables.values():
            found = {check["name"] for check in inspect(connection).get_check_constraints(table.name)}
            assert {str(c.name) for c in table.constraints if type(c).__name__ == "CheckConstraint"} == found
            if engine.dialect.name == "sqlite":
                sql = connection.execute(text("SELECT sql FROM sqlite_master WHERE name = :n"), {"n": table.name})
                assert "STRICT" in sql.scalar_one()


def _search_index(difference: Any) -> bool:
    """The full-text index and its inner tables are no tables of SQLAlchemy's."""
    return difference[0] == "remove_table" and difference[1].name.startswith("patient_search")


def test_indexes_are_the_same(store: tuple[Engine, Role]) -> None:
    engine, role = store
    migrate(engine, role)
    inspector = inspect(engine)
    for table in tables_of(role).values():
        found = {(index["name"], tuple(index["column_names"]), bool(index["unique"]))
                 for index in inspector.get_indexes(table.name)}  # fmt: skip
        assert found == {(i.name, tuple(c.name for c in i.columns), bool(i.unique)) for i in table.indexes}


def test_a_failed_migration_leaves_nothing(store: tuple[Engine, Role]) -> None:
    engine, role = store
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE log (x INTEGER)"))  # the first revision will trip over this one
    with pytest.raises(Exception, match="log"):
        migrate(engine, role)
    assert inspect(engine).get_table_names() == ["log"]


def test_tenant_comes_first_in_every_key() -> None:
    """What keeps the schema fit for sharding: no key or unique without the tenant, and it leads."""
    free = {"patient_index", "name_slip"}  # a desk's own search tables
    for role in ("desk", "hub"):
        for table in tables_of(role).values():
            if table.name in free:
                continue
            assert next(iter(table.primary_key.columns)).name == "tenant"
            for index in table.indexes:
                assert not index.unique or next(iter(index.columns)).name == "tenant", index.name


# A desk's file ----------------------------------------------------------------------------------------------------


def test_a_store_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    store = empty_desk(tmp_path)
    path = store.path
    store.close()
    connection = connect(path, KEY)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(StorageError, match=r"store\.newer_program"):
        DeskStore.open(path, KEY)
    connection = connect(path, KEY, read_only=True)
    assert schema_of(connection) == "9999"
    connection.close()


def older_desk(folder: Path) -> Path:
    """A desk's store of revision 0001: enrolled, with a visit the hub knows and a check-in that still waits: its row
    pending, the confirmed one in the shadow, with the columns there were then."""
    path = folder / "desk.db"
    engine = sqlite_engine(path, KEY)
    migrate(engine, "desk", "0001")
    maker = OpMaker(device="device-1")
    op = maker.make(bodies.VisitStatus(appointment_id="v", patient_id="ann", status="checked_in"))
    envelope = orjson.dumps(op.to_wire(), option=orjson.OPT_SORT_KEYS).decode()
    visit = {"tenant": "clinic", "id": "v", "patient_id": "ann", "starts_at": "2026-03-16T15:00:00.000Z",
             "service_date": "2026-03-16", "status": "scheduled", "desk_status": ""}  # fmt: skip
    rows: list[tuple[str, dict[str, Any]]] = [
        ("meta", {"tenant": "", "key": "identity", "value": orjson.dumps(asdict(identity())).decode()}),
        ("meta", {"tenant": "clinic", "key": "greeting", "value": '"hello"'}),
        ("stream", {"tenant": "clinic", "epoch": 1, "dseq": 1, "hash": op.hash, "pending_no": 1, "last_id": new_id(),
                    "server_epoch": "e0", "cursor_seq": 7, "payment_count": 41}),
        ("appointment", {**visit, "desk_status": "checked_in", "seq": 0}),
        ("outbox", {"tenant": "clinic", "op_id": op.op_id, "epoch": 1, "dseq": 1, "body_hash": op.body_hash,
                    "op": envelope, "bytes": len(envelope), "created_at": op.device_time}),
    ]  # fmt: skip
    with engine.begin() as connection:
        known = {c["name"] for c in inspect(connection).get_columns("appointment")}
        covered = {**dict.fromkeys(known - {"minutes", "copay_cents"}, ""), **visit, "minutes": 20, "seq": 3}
        rows.append(("shadow", {"tenant": "clinic", "name": "appointment", "id": "v",
                                "record": orjson.dumps({**covered, "copay_cents": None}).decode()}))  # fmt: skip
        for table, row in rows:
            names = ", ".join(f'"{name}"' for name in row)
            marks = ", ".join(f":{name}" for name in row)
            connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({marks})"), row)
    engine.dispose()
    connection = connect(path, KEY)
    settle_file(connection)
    connection.close()
    return path


def test_an_older_store_is_migrated_by_copy(tmp_path: Path) -> None:
    """The rows are there afterwards, and so is the old file."""
    path = older_desk(tmp_path)
    old = path.read_bytes()
    desk = DeskStore.open(path, KEY)
    assert desk.meta("greeting") == "hello"
    with desk.write() as tx:
        assert tx.next_payment_number("REF") == "REF-1-00042"
    desk.close()
    assert path.with_name("desk.db.before-0001").read_bytes() == old


def test_a_store_with_large_pages_gets_small_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything in it, and who is found by name, too; the old file stays as it was and is read by its own size."""
    with monkeypatch.context() as before:
        before.setattr("models.store.reading.PAGE_BYTES", PAGE_BYTES_BEFORE)
        path = older_desk(tmp_path)
        connection = connect(path, KEY)
        connection.execute("INSERT INTO patient_index VALUES (7, 'clinic', 'ann', 'quill')")
        connection.execute("INSERT INTO patient_search (rowid, words) VALUES (7, 'quill')")
        connection.close()
    assert page_bytes(path) == PAGE_BYTES_BEFORE
    desk = DeskStore.open(path, KEY)
    with desk.reader() as reader:
        found = reader.execute(
            "SELECT i.patient_id FROM patient_search s JOIN patient_index i ON i.no = s.rowid "
            "WHERE patient_search MATCH 'qui*'"
        )
        assert found.fetchall() == [("ann",)]
    with desk.write() as tx:
        names = {row[0] for row in tx.session.rows("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    assert {"log_no_update", "log_no_delete", "transfer_no_update", "transfer_no_delete"} <= names
    assert desk.verify(deep=True) == []
    desk.close()
    assert page_bytes(path) == PAGE_BYTES
    assert page_bytes(path.with_name("desk.db.before-0001")) == PAGE_BYTES_BEFORE


def test_a_hub_with_large_pages_gets_small_ones_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "hub.db"
    with monkeypatch.context() as before:
        before.setattr("models.store.reading.PAGE_BYTES", PAGE_BYTES_BEFORE)
        hub = HubStore.open(sqlite_engine(path, KEY))
        hub.create_tenant("clinic", PRACTICE)
        head = hub.head("clinic")
        hub.close()
    fit_pages(path, KEY)
    made = path.stat().st_ino
    fit_pages(path, KEY)
    assert path.stat().st_ino == made
    assert page_bytes(path) == PAGE_BYTES
    hub = HubStore.open(sqlite_engine(path, KEY))
    assert (hub.head("clinic"), hub.verify("clinic", deep=True)) == (head, [])
    hub.close()
    assert sorted(found.name for found in tmp_path.iterdir()) == ["hub.db"]


def page_bytes(path: Path) -> int:
    connection = connect(path, KEY, read_only=True)
    try:
        return int(connection.execute("PRAGMA page_size").fetchone()[0])
    finally:
        connection.close()


def test_what_waited_before_an_update_is_replayed_after_it(tmp_path: Path) -> None:
    """The pending row is taken away and put back over a shadow that was written with fewer columns."""
    desk = DeskStore.open(older_desk(tmp_path), KEY)
    assert desk.verify(deep=True) == []
    with desk.write() as tx:
        take_away(tx.session, "clinic")
        assert tx.session.rows("SELECT desk_status, desk_billing, series_id, minutes, seq FROM appointment") == [
            ("", "", "", 20, 3)
        ]
        replay(tx.session, "clinic", Stream.read(tx.session, "clinic") or Stream(1))
        assert tx.session.rows("SELECT desk_status, desk_billing, seq FROM appointment") == [("checked_in", "", 0)]
    desk.close()


def test_what_a_killed_migration_left_is_cleared_away(tmp_path: Path) -> None:
    """Killed before the swap: half a copy lies beside the store, which opens as ever; a new one is made whole."""
    for name in ("desk.db.building", "desk.db.building-wal"):
        (tmp_path / name).write_bytes(b"half")
    store = DeskStore.open(tmp_path / "desk.db", KEY)
    store.close()
    assert sorted(found.name for found in tmp_path.iterdir()) == ["desk.db"]


def test_a_migration_that_fails_leaves_the_old_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = older_desk(tmp_path)
    old = path.read_bytes()

    def fail(engine: Engine, role: Role) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("models.migrations.migrate", fail)
    with pytest.raises(ZeroDivisionError):
        DeskStore.open(path, KEY)
    assert path.read_bytes() == old
    assert sorted(found.name for found in tmp_path.iterdir()) == ["desk.db"]


# A new file ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["desk", "hub"])
def test_a_new_file_has_the_tables_that_all_migrations_come_to(tmp_path: Path, role: Role) -> None:
    found = []
    for name, bring in (("made", make_tables), ("migrated", migrate)):
        engine = sqlite_engine(tmp_path / name, KEY)
        bring(engine, role)
        bring(engine, role)  # nothing is left to do
        with engine.connect() as connection:
            said = connection.execute(text("SELECT type, name, tbl_name, sql FROM sqlite_master"))
            shapes = {(kind, of, table): _parts(sql or "") for kind, of, table, sql in said}
            found.append((shapes, connection.execute(text("SELECT version_num FROM alembic_version")).all()))
        engine.dispose()
    (made, made_revision), (migrated, migrated_revision) = found
    assert len(made) > 200
    assert {what: (parts, migrated.get(what)) for what, parts in made.items() if migrated.get(what) != parts} == {}
    assert set(migrated) == set(made)
    assert made_revision == migrated_revision == [(SCHEMA,)]


def _parts(sql: str) -> list[str]:
    """What a definition says, without the order of its columns: columns that came later stand at the end."""
    plain = " ".join(sql.replace('"', "").split()).replace("( ", "(").replace(" )", ")")
    if not plain.startswith("CREATE TABLE"):
        return [plain]
    first, last = plain.index("("), plain.rindex(")")
    parts, deep = [""], 0
    for sign in plain[first + 1 : last]:
        deep += (sign == "(") - (sign == ")")
        parts[-1] += sign
        if sign == "," and not deep:
            parts.append("")
    return [plain[:first], plain[last:], *sorted(part.strip(" ,") for part in parts)]


def test_making_a_store_loads_no_migrations(tmp_path: Path) -> None:
    """They take a third of a second, and every desk that joins makes two stores."""
    made = (
        "import sys; from pathlib import Path; from models.store.desk import DeskStore; from models.store.hub import "
        "HubStore; from models.store.engine import sqlite_engine; import models.store.snapshots, models.store.backups; "
        f"DeskStore.open(Path({str(tmp_path / 'desk.db')!r}), {KEY!r}).close(); "
        f"HubStore.open(sqlite_engine(Path({str(tmp_path / 'hub.db')!r}), {KEY!r})).close(); "
        "print([name for name in ('alembic', 'mako', 'models.migrations') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", made], capture_output=True, text=True, check=True, cwd=ROOT_OF_TESTS)
    assert done.stdout == "[]\n"
