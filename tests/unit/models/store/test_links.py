"""One-time links at desks and their hub: the same rows everywhere, whoever was first, and the same word on how each
stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from models.operations.links import LinkIssue, LinkRevoke
from models.operations.merging import PatientMerged
from models.operations.online import OnlineItem
from models.operations.records import Patient
from models.rules.links import LinkState
from models.store.desk import DeskStore
from models.store.hub import HubStore
from models.store.queries import links
from models.store.queries.links import Standings
from tests.support.acts import DAY, allocate, collect
from tests.support.money_acts import ANN, line_item, people
from tests.support.stores import TENANT, joined_desk, push, sqlite_hub, sync

NOW, EVER = f"{DAY}T15:00:00.000Z", "2099-01-01T00:00:00.000Z"
LINK = LinkIssue(link_id="link", patient_id=ANN, subject="balance", amount_cents=80, expires_at=EVER, note="Thank you",
                 items=(OnlineItem(charge_id="c1", amount_cents=50),
                        OnlineItem(charge_id="c2", amount_cents=30)))  # fmt: skip
ROW = "SELECT link_id, amount_cents, owed_cents, note, revoked_reason, seq > 0 FROM pay_link ORDER BY link_id"


def do(desk: DeskStore, *acts: object) -> None:
    with desk.write() as tx:
        for body in acts:
            tx.record(body, person_id="maria", business_date=DAY)


def rows(desk: DeskStore) -> list[Any]:
    with desk.reader() as reader:
        return [tuple(row) for row in reader.execute(ROW).fetchall()]


def at_desk(desk: DeskStore, link_id: str = "link") -> tuple[str, int]:
    with desk.reader() as reader:
        return _stands(reader, link_id)


def at_hub(hub: HubStore, link_id: str = "link") -> tuple[str, int]:
    return hub.portal.read(TENANT, lambda reader: _stands(reader, link_id))


def _stands(reader: Any, link_id: str) -> tuple[str, int]:
    row = links.link(reader, TENANT, link_id)
    assert row is not None
    found = Standings(reader, TENANT, NOW, date.fromisoformat(DAY)).of(row)
    return found.state.value, found.due_cents


@pytest.fixture
def hub(tmp_path: Path) -> HubStore:
    return sqlite_hub(tmp_path)


@pytest.fixture
def two(hub: HubStore, tmp_path: Path) -> tuple[DeskStore, DeskStore]:
    first, second = joined_desk(hub, tmp_path, "one"), joined_desk(hub, tmp_path, "two")
    do(first, *people(), line_item("c1", 50), line_item("c2", 30))
    sync(hub, first, second)
    return first, second


def agree(hub: HubStore, *desks: DeskStore) -> list[Any]:
    """Everything is sent and read; everybody has the same, and every invariant holds. Returns the rows."""
    sync(hub, *desks)
    sync(hub, *desks)
    found = [rows(desk) for desk in desks]
    assert all(each == found[0] for each in found)
    for desk in desks:
        assert desk.verify(deep=True) == []
    assert hub.verify(TENANT) == []
    return found[0]


def test_s2_11_a_link_is_at_every_desk_and_stands_alike(hub: HubStore, two: tuple[DeskStore, DeskStore]) -> None:
    first, second = two
    do(first, LINK)
    assert rows(first) == [("link", 80, 80, "Thank you", "", 0)], "made without a line"
    assert agree(hub, first, second) == [("link", 80, 80, "Thank you", "", 1)]
    assert at_desk(second) == at_hub(hub) == (LinkState.OPEN, 80)
    do(second, collect("p1", ANN, 30), allocate("p1", ANN, ("c2", 30)))
    assert at_desk(second) == (LinkState.CHANGED, 50), "here at once, there when it is heard of"
    assert at_hub(hub) == (LinkState.OPEN, 80)
    agree(hub, first, second)
    assert at_desk(first) == at_hub(hub) == (LinkState.CHANGED, 50)


def test_the_first_word_stands(hub: HubStore, two: tuple[DeskStore, DeskStore]) -> None:
    """The same link made twice, and taken back at two desks that had not heard of each other."""
    first, second = two
    do(first, LINK)
    do(second, replace(LINK, amount_cents=10, note="other"))
    push(first, hub)
    assert [each[3] for each in agree(hub, first, second)] == ["Thank you"]
    do(second, LinkRevoke(link_id="link", patient_id=ANN, reason="second"))
    do(first, LinkRevoke(link_id="link", patient_id=ANN, reason="first"))
    push(second, hub)
    assert [each[4] for each in agree(hub, first, second)] == ["second"]
    assert at_desk(first) == at_hub(hub) == (LinkState.REVOKED, 0)


def test_a_link_taken_back_before_it_was_heard_of_is_none(hub: HubStore, two: tuple[DeskStore, DeskStore]) -> None:
    first, _ = two
    do(first, LinkRevoke(link_id="nowhere", patient_id=ANN))
    assert agree(hub, *two) == []


def test_h17_a_link_follows_its_person(hub: HubStore, two: tuple[DeskStore, DeskStore]) -> None:
    """The record it was made for is merged into another one: what it asks is the person's, and so is the list."""
    first, second = two
    do(first, LINK, Patient(id="anna", family="Quillfeather", given="Anna"),
       PatientMerged(patient_id=ANN, into_id="anna"))  # fmt: skip
    agree(hub, first, second)
    assert at_desk(second) == at_hub(hub) == (LinkState.OPEN, 80)
    with second.reader() as reader:
        assert [row.link_id for row in links.of_patients(reader, TENANT, ["anna"])] == ["link"]
