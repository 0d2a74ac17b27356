"""What a person looked at is not asked again at the write that follows, unless somebody wrote between. And pages that a
write will touch are fetched while the person still looks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from models.basics.errors import RuleBroken, StorageError
from models.store import foreseeing
from models.store.desk import MOST_KNOWN, DeskStore
from models.store.transaction import Tx
from tests.support.acts import DAY, allocate, charge, collect
from tests.support.stores import lone_desk

CENTS = "SELECT coalesce(sum(responsibility_cents), 0) FROM charge WHERE tenant = ?"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[DeskStore]:
    made = lone_desk(tmp_path)
    owes(made, 80)
    yield made
    made.close()


def owes(desk: DeskStore, cents: int) -> None:
    with desk.write() as tx:
        tx.record(charge("c1", cents), person_id="maria", business_date=DAY)


def look(desk: DeskStore) -> int:
    with desk.looking() as reader:
        return int(reader.execute(CENTS, (desk.tenant,)).fetchone()[0])


def at_the_write(desk: DeskStore) -> tuple[int, bool]:
    """(what the next write is told, whether the database was asked for it)."""
    asked: list[str] = []
    with desk.write() as tx:
        tx.session.driver.set_trace_callback(asked.append)
        told = int(tx.reader.execute(CENTS, (desk.tenant,)).fetchone()[0])
        tx.session.driver.set_trace_callback(None)
    return told, bool(asked)


def test_what_was_looked_at_still_holds(desk: DeskStore) -> None:
    assert look(desk) == 80
    assert at_the_write(desk) == (80, False)
    assert at_the_write(desk) == (80, True), "for one write only"


def test_two_looks_add_up(desk: DeskStore) -> None:
    look(desk)
    with desk.looking() as reader:
        reader.execute("SELECT 1")
    assert at_the_write(desk) == (80, False)


def test_whoever_wrote_between_is_heard(desk: DeskStore) -> None:
    look(desk)
    owes(desk, 90)
    assert at_the_write(desk) == (90, True)


def test_a_write_that_was_taken_back_counts_as_one(desk: DeskStore) -> None:
    look(desk)
    with pytest.raises(KeyError), desk.write():
        raise KeyError
    assert at_the_write(desk) == (80, True)


def test_a_look_while_somebody_writes_is_not_kept(desk: DeskStore) -> None:
    """The snapshot of the look may be of before that write, however the two end."""
    with desk.write() as tx:
        tx.record(charge("c1", 95), person_id="maria", business_date=DAY)
        assert look(desk) == 80
    assert at_the_write(desk) == (95, True)


def test_a_write_that_begins_while_somebody_looks_spoils_the_look(desk: DeskStore) -> None:
    with desk.looking() as reader:
        reader.execute(CENTS, (desk.tenant,))
        owes(desk, 70)
    assert at_the_write(desk) == (70, True)


def test_a_failed_look_is_not_kept(desk: DeskStore) -> None:
    with pytest.raises(KeyError), desk.looking() as reader:
        reader.execute(CENTS, (desk.tenant,))
        raise KeyError
    assert at_the_write(desk) == (80, True)


def test_looks_do_not_pile_up(desk: DeskStore) -> None:
    with desk.looking() as reader:
        for n in range(MOST_KNOWN):
            reader.execute("SELECT ?", (n,))
    look(desk)
    assert desk._looked is not None
    assert len(desk._looked[1]) == 1


# Foreseeing -------------------------------------------------------------------------------------------------------


def test_the_patient_and_the_payment_are_read_on_the_writers_connection(desk: DeskStore) -> None:
    with desk.write() as tx:
        tx.record(collect("p1", "ann", 30), person_id="maria", business_date=DAY)
    driver: Any = desk._connection.connection.dbapi_connection  # type: ignore[union-attr]
    asked: list[str] = []
    driver.set_trace_callback(asked.append)
    desk.foresee("ann", "p1")
    driver.set_trace_callback(None)
    assert len(asked) == len(foreseeing._OF_PATIENT) + len(foreseeing._OF_PAYMENT)
    assert "'ann'" in asked[0]


def test_nobody_waits_for_foresight(desk: DeskStore) -> None:
    with desk.write():
        done = threading.Thread(target=desk.foresee, args=("ann",))
        done.start()
        done.join(5)
        assert not done.is_alive()


def test_foresight_troubles_nobody(desk: DeskStore) -> None:
    desk.close()
    desk.foresee("ann")


@pytest.mark.parametrize("query", foreseeing._OF_PATIENT + foreseeing._OF_PAYMENT)
def test_foreseeing_searches_by_index(desk: DeskStore, query: str) -> None:
    named = {"tenant": desk.tenant, "patient": "ann", "payment": "p1"}
    with desk.reader() as reader:
        plan = [str(row[3]) for row in reader.execute(f"EXPLAIN QUERY PLAN {query}", named).fetchall()]
    assert plan
    assert [step for step in plan if step.startswith("SCAN")] == []


# Rehearsing ---------------------------------------------------------------------------------------------------------


def copay(tx: Tx) -> None:
    tx.record(collect("p1", "ann", 30), person_id="maria", business_date=DAY)
    tx.record(allocate("p1", "ann", ("c1", 30)), person_id="maria", business_date=DAY)


def selects_at_the_write(desk: DeskStore) -> list[str]:
    """What a copay asks the database."""
    asked: list[str] = []
    driver: Any = desk._connection.connection.dbapi_connection  # type: ignore[union-attr]
    driver.set_trace_callback(asked.append)
    with desk.write() as tx:
        copay(tx)
    driver.set_trace_callback(None)
    return [each for each in asked if each.startswith("SELECT")]


def everything(desk: DeskStore) -> dict[str, list[Any]]:
    with desk.reader() as reader:
        names = [row[0] for row in reader.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()]
        return {name: reader.execute(f'SELECT * FROM "{name}"').fetchall() for name in names}


def test_what_was_rehearsed_is_written_nowhere_and_not_asked_again(desk: DeskStore) -> None:
    before = everything(desk)
    desk.rehearse(copay)
    assert everything(desk) == before
    assert selects_at_the_write(desk) == []
    assert desk.verify(deep=True) == []


def test_without_a_rehearsal_it_is_asked(desk: DeskStore) -> None:
    assert selects_at_the_write(desk) != []


def test_whoever_wrote_since_the_rehearsal_is_heard(desk: DeskStore) -> None:
    desk.rehearse(copay)
    with desk.write() as tx:
        tx.record(collect("p2", "ann", 50), person_id="maria", business_date=DAY)
        tx.record(allocate("p2", "ann", ("c1", 50)), person_id="maria", business_date=DAY)
    assert selects_at_the_write(desk) != []
    assert desk.verify(deep=True) == []


@pytest.mark.parametrize(
    "error", [RuleBroken("account.changed"), StorageError("store.locked"), KeyError("a bug")], ids=repr
)
def test_what_goes_wrong_in_a_rehearsal_is_left_to_the_write(desk: DeskStore, error: Exception) -> None:
    before = everything(desk)

    def wrong(tx: Tx) -> None:
        copay(tx)
        raise error

    desk.rehearse(wrong)
    assert everything(desk) == before
    assert selects_at_the_write(desk) != []


def test_a_short_question_never_sees_what_is_not_committed(desk: DeskStore) -> None:
    """On the writer's own connection where nobody writes, on another one where somebody does; closed is closed."""

    def waiting() -> tuple[bool, int]:
        with desk.at_hand() as reader:
            count = int(reader.execute("SELECT count(*) FROM outbox WHERE acknowledged_at = ''").fetchone()[0])
            return reader is writer, count

    with desk.write() as tx:
        writer = tx.session.driver
        tx.record(charge("c2", 5), person_id="maria", business_date=DAY)
        tx.session.run("UPDATE outbox SET acknowledged_at = 'now'")
        inside: list[tuple[bool, int]] = []
        asks = threading.Thread(target=lambda: inside.append(waiting()))
        asks.start()
        asks.join(20)
    assert inside == [(False, 1)]
    assert waiting() == (True, 1)  # the new one: the other was answered
    desk.close()
    with pytest.raises(StorageError, match=r"store\.closed"):
        waiting()
