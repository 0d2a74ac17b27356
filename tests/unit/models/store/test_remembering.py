"""Inside a transaction the same question is asked once, and anew when its table was written to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from models.store.desk import DeskStore
from models.store.rows import PrintJobRow
from models.store.transaction import Tx
from tests.support.stores import lone_desk

STREAM = "SELECT dseq FROM stream WHERE tenant = ?"
JOBS = "SELECT job_id, state FROM print_job WHERE tenant = :tenant ORDER BY job_id"


@pytest.fixture
def tx(tmp_path: Path) -> Iterator[Tx]:
    desk: DeskStore = lone_desk(tmp_path)
    with desk.write() as opened:
        yield opened
    desk.close()


@pytest.fixture
def asked(tx: Tx) -> Iterator[list[str]]:
    """What reaches the database."""
    seen: list[str] = []
    tx.session.driver.set_trace_callback(seen.append)
    yield seen
    tx.session.driver.set_trace_callback(None)


def jobs(tx: Tx) -> list[Any]:
    return list(tx.reader.execute(JOBS, {"tenant": tx.tenant}))


def test_the_same_question_is_asked_once(tx: Tx, asked: list[str]) -> None:
    first = tx.reader.execute(STREAM, (tx.tenant,)).fetchone()
    again = tx.reader.execute(STREAM, (tx.tenant,))
    assert (again.fetchone(), again.fetchone()) == (first, None)
    assert list(tx.reader.execute(STREAM, (tx.tenant,))) == [first]
    assert len(asked) == 1
    assert tx.reader.execute(STREAM, ("another",)).fetchall() == []
    assert len(asked) == 2


def test_what_was_written_meanwhile_is_seen(tx: Tx, asked: list[str]) -> None:
    tx.reader.execute(STREAM, (tx.tenant,))
    assert jobs(tx) == []
    tx.add_print_job(PrintJobRow(job_id="j1", kind="receipt", document={}))
    assert jobs(tx) == [("j1", "queued")]
    tx.set_print_job("j1", "printed")
    assert jobs(tx) == [("j1", "printed")]
    asked.clear()
    tx.reader.execute(STREAM, (tx.tenant,))
    assert asked == [], "another table's answers are kept"
