"""A desk closes: what it holds goes back, and nobody waits for that."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import holds
from tests.support.acts import collect
from tests.support.clinic import TestClinic
from tests.support.counter import Counter
from tests.support.hub import RunningHub, session_sqlite_hub, sqlite_hub, sqlite_hub_template  # noqa: F401
from tests.support.office import Office
from tests.support.waiting import until
from tests.unit.models.store.takings import ask


@pytest.fixture
def office(tmp_path: Path, sqlite_hub: RunningHub) -> Iterator[Office]:  # noqa: F811
    made = Office(tmp_path, sqlite_hub)
    yield made
    made.close()


def held(office: Office) -> int:
    """Cents that are set aside for any desk, as the hub has it."""
    query = "SELECT coalesce(sum(held), 0) FROM account WHERE tenant = :tenant"
    return int(office.hub.store._look(lambda session: session.one(query, tenant=office.tenant)[0], office.tenant))


def rosa_is_open(here: Counter) -> None:
    """Rosa has credit, and somebody has her account open: the hub holds it for this desk."""
    TestClinic.over(here.desk.store, here.desk.clock).patient()
    with here.desk.store.write() as tx:
        tx.record(collect("p1", "rosa", 4000), person_id="maria", business_date="2026-05-14")
    until(lambda: here.desk.store.pending_count() == 0)
    here.desk.clinic.holds.opened("rosa")
    until(lambda: ask(here.desk.store, "SELECT sum(held) FROM account") == [(4000,)])


def test_what_a_desk_holds_goes_back_when_it_closes(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holds, "CLOSE_S", 20.0)  # however busy this computer is: it ends with the hub's answer
    with office.desk() as here:
        rosa_is_open(here)
    assert held(office) == 0


def test_closing_without_the_line_writes_nothing_and_waits_for_nobody(office: Office) -> None:
    with office.desk(proxy=True) as here:
        rosa_is_open(here)
        office.proxies[-1].fault = lambda _head: "refused"
        here.desk.sync.nudge()
        until(lambda: not here.desk.sync.state().online, 20)
        before = here.desk.store.pending_count()
        started = time.monotonic()
        here.desk.clinic.holds.end()
        assert time.monotonic() - started < holds.CLOSE_S
        assert here.desk.store.pending_count() == before
    assert held(office) == 4000  # until its time is over, or somebody breaks it


def test_a_line_that_hangs_delays_closing_by_a_moment_only(office: Office) -> None:
    """The desk believes that it is online, and nobody answers: what goes back waits in the outbox."""
    with office.desk(proxy=True) as here:
        rosa_is_open(here)
        office.proxies[-1].fault = lambda _head: "silence"
        started = time.monotonic()
        here.desk.clinic.holds.end()
        assert time.monotonic() - started < holds.CLOSE_S + 1.5  # a busy computer
        assert here.desk.store.pending_count() == 1
