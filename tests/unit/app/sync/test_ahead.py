"""Pages fetched ahead are proven there; what does not hold is met by whoever takes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from app.sync.ahead import PagesAhead
from models.basics.errors import SyncRefused
from models.operations.operation import GENESIS, Operation, from_wire
from models.operations.protocol import Cursor, LogEntry, Page, entry_hash
from tests.support.stream import Stream


def _log(count: int) -> list[LogEntry]:
    stream, link, entries = Stream("tenant", "desk"), GENESIS, list[LogEntry]()
    for seq in range(1, count + 1):
        stream.patient()
        op = stream.ops[-1].to_wire()
        link = entry_hash(link, seq, op, "accepted", None, "", [])
        entries.append(LogEntry(seq, op, "accepted", None, "", [], [], "2026-03-02T14:00:00.000Z", link))
    return entries


class Line:
    """A transport that serves `entries`, two at once."""

    def __init__(self, entries: list[LogEntry]) -> None:
        self.entries = entries

    def pull(self, cursor: Cursor, *, wait_s: int = 0) -> Page:
        some = tuple(self.entries[cursor.seq : cursor.seq + 2])
        end = cursor.seq + len(some)
        return Page("epoch", cursor.seq + 1, end, cursor.hash, some[-1].hash, some, end < len(self.entries),
                    len(self.entries), "2026-03-02T14:00:00.000Z")  # fmt: skip


@pytest.fixture
def ahead() -> Iterator[Callable[[Line], PagesAhead]]:
    made: list[PagesAhead] = []

    def make(line: Line) -> PagesAhead:
        made.append(PagesAhead(line))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_what_was_fetched_ahead_is_not_looked_at_again(
    ahead: Callable[[Line], PagesAhead], monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []

    def counted(envelope: object) -> Operation:
        op = from_wire(envelope)
        looked.append(op.op_id)
        return op

    monkeypatch.setattr("models.operations.protocol.from_wire", counted)
    entries = _log(4)
    pages = ahead(Line(entries))
    first = pages.pull(Cursor("epoch", 0, GENESIS))
    second = pages.pull(Cursor("epoch", 2, first.hash))
    assert looked == [entry.op["op_id"] for entry in entries[2:]]  # of the second alone
    assert [op.op_id for op in second.operations()] == looked
    assert len(looked) == 2


def test_f33_what_was_tampered_with_is_fetched_ahead_and_refused_when_taken(
    ahead: Callable[[Line], PagesAhead],
) -> None:
    entries = _log(4)
    entries[3] = replace(entries[3], op={**entries[3].op, "actor": "somebody else"})
    pages = ahead(Line(entries))
    first = pages.pull(Cursor("epoch", 0, GENESIS))
    assert len(first.operations()) == 2
    second = pages.pull(Cursor("epoch", 2, first.hash))
    for _ in range(2):  # and refused every time
        with pytest.raises(SyncRefused) as refused:
            second.operations()
        assert refused.value.message_key == "sync.page_damaged"
        assert refused.value.facts["seq"] == 4
