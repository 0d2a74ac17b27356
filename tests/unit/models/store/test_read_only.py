"""F17: a store, or a hub's database, that may not be written for a while: told, nothing half-written, and it goes on by
itself once it may be written again."""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import make_url

from app.words import sentence
from models.basics.errors import StorageError
from models.store.engine import postgres_engine
from models.store.hub import HubStore
from tests.support import stores
from tests.support.clinic import TestClinic
from tests.support.postgres import PostgresServer
from tests.unit.models.store.takings import ask, patient, record

ROOT = Path(__file__).resolve().parents[4]
PR_CAPBSET_DROP, MAY_WRITE_ANYTHING, MAY_READ_ANYTHING = 24, 1, 2

DESK = """
def opened(folder):
    return TestClinic(folder).store

def act(store):
    checkout = tillless_checkout(TestClinic.over(store, store._clock))
    sheet = checkout.open("rosa", "today")
    request = CollectRequest(sheet=sheet, amounts={sheet.lines[0].key: 100}, use_credit=False, person=MARIA,
                             tender=TenderKind.CASH, tendered_cents=100)
    return checkout.collect(request, Job()).end.name

def state(store):
    return ask(store, "SELECT (SELECT count(*) FROM payment), (SELECT count(*) FROM outbox), "
                      "(SELECT count(*) FROM print_job), (SELECT count(*) FROM transfer), receipt_count FROM stream")

def check(store):
    return store.verify(deep=True)
"""
HUB = """
def opened(folder):
    return HubStore.open(sqlite_engine(folder / "hub.db", stores.KEY), stores.clock(), upgrade=False)

def act(hub):
    return len(hub.new_code(stores.TENANT, "Desk 2", "operator"))

def state(hub):
    return hub._look(lambda session: session.one("SELECT count(*) FROM enrolment")[0], stores.TENANT)

def check(hub):
    return hub.verify(stores.TENANT, deep=True)
"""
CHILD = """
import json, sys
from pathlib import Path
from app.lanes import Job
from app.views import CollectRequest, TenderKind
from models.basics.errors import StorageError
from models.store.engine import sqlite_engine
from models.store.hub import HubStore
from tests.support import stores
from tests.support.clinic import MARIA, TestClinic
from tests.support.counter import tillless_checkout
from tests.unit.models.store.takings import ask

exec(sys.argv[1])
folder, how = Path(sys.argv[2]), sys.argv[3]

def said(work, *what):
    try:
        return work(*what)
    except StorageError as error:
        return error.message_key

def writable(yes):
    for path in folder.iterdir():
        path.chmod(0o644 if yes else 0o444)
    if how == "folder":
        folder.chmod(0o755 if yes else 0o555)

writable(False)
made = []
told = {"open": said(lambda: made.append(opened(folder)))}
if made:
    told["before"] = said(state, made[0])
    told["write"] = [said(act, made[0]) for _ in range(2)]
    told["after"] = said(state, made[0])
writable(True)
if not made:
    made.append(opened(folder))
told["again"] = said(act, made[0])
told["broken"] = len(check(made[0]))
told["end"] = state(made[0])
made[0].close()
print(json.dumps(told))
"""


def a_desk(folder: Path) -> None:
    clinic = TestClinic(folder)
    clinic.patient()
    clinic.visit(copay_cents=3000)
    clinic.close()


def a_hub(folder: Path) -> None:
    stores.sqlite_hub(folder).close()


def _as_an_ordinary_user() -> None:
    """Root may write whatever its mode says; a process without that right is told like anybody."""
    if os.geteuid() == 0:
        library = ctypes.CDLL(None)
        for right in (MAY_WRITE_ANYTHING, MAY_READ_ANYTHING):
            library.prctl(PR_CAPBSET_DROP, right, 0, 0, 0)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="rights are dropped by a call of Linux")
@pytest.mark.parametrize("how", ["file", "folder"])
@pytest.mark.parametrize(("whose", "make"), [(DESK, a_desk), (HUB, a_hub)], ids=["desk", "hub"])
def test_f17_a_file_that_may_not_be_written_is_told_and_writable_again_goes_on(
    whose: str, make: Callable[[Path], None], how: str, tmp_path: Path
) -> None:
    """Nothing of a copay is there, no number is used up; where reading is possible it goes on, and the very store that
    was refused writes again without a restart."""
    folder = tmp_path / "store"
    folder.mkdir()
    make(folder)
    done = subprocess.run(
        [sys.executable, "-c", CHILD, whose, str(folder), how], cwd=ROOT, capture_output=True, text=True, check=False,
        timeout=100, preexec_fn=_as_an_ordinary_user,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    refused = "store.read_only"
    if how == "folder":  # the log beside the file cannot be made: it is not even read
        assert refused in (told["open"], told.get("before"))
    else:
        assert told["open"] is None
        assert refused not in (told["before"], told["end"])
    assert told.get("write", [refused] * 2) == [refused] * 2
    assert told.get("after") == told.get("before")
    assert told["again"] == ("TAKEN" if whose is DESK else 14)
    assert told["end"] == ([[1, 6, 0, 1, 1]] if whose is DESK else 1)  # payment, transfer, receipt number; or code
    assert told["broken"] == 0


def test_f17_a_hub_whose_database_only_reads_answers_and_takes_nothing(
    postgres: PostgresServer, postgres_url: str, tmp_path: Path
) -> None:
    """A server that became a standby, or was set to read only: the desk keeps what it has, and sends it later."""
    hub = HubStore.open(postgres_engine(postgres_url, pool_size=2), stores.clock(), upgrade=False)
    hub.create_tenant(stores.TENANT, stores.PRACTICE)
    desk = stores.joined_desk(hub, tmp_path)
    record(desk, patient())
    name = make_url(postgres_url).database
    postgres.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    hub._engine.dispose()
    before = hub.head(stores.TENANT)
    for _ in range(2):
        with pytest.raises(StorageError, match=r"store\.read_only"):
            stores.push(desk, hub)
    assert hub.head(stores.TENANT) == before
    assert desk.pending_count() == 1
    postgres.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")
    assert stores.push(desk, hub) == 1  # the same hub, without a restart
    assert hub.verify(stores.TENANT, deep=True) == []
    stores.pull(desk, hub)
    assert ask(desk, "SELECT count(*) FROM patient") == [(1,)]
    desk.close()
    hub.close()


def test_f17_what_the_receptionist_is_told() -> None:
    words = sentence("store.read_only")
    assert words.title == "The store may not be written"
    assert "Nothing was half-written" in words.body
    assert "right to write" in words.action
