"""Requests at desks and their hub: the same rows everywhere, whoever was first."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from models.ledger.states import Verdict
from models.operations.requests import PaymentRequestPut, PaymentRequestStatus
from models.store.desk import DeskStore
from models.store.hub import HubStore
from tests.support.acts import DAY, allocate, collect, reverse
from tests.support.money_acts import ANN, line_item, people
from tests.support.stores import TENANT, joined_desk, pull, push, sqlite_hub, sync

ROW = "SELECT request_id, status, paid_cents, payment_id, amount_cents, number FROM payment_request ORDER BY request_id"


def asked(cents: int = 50, *, visit: str = "", **more: Any) -> PaymentRequestPut:
    values = {"request_id": "q", "patient_id": ANN, "amount_cents": cents, "number": "PAY-1-00001",
              "appointment_id": visit, **more}  # fmt: skip
    return PaymentRequestPut(**values)


def moved(status: str, by: str = "person") -> PaymentRequestStatus:
    return PaymentRequestStatus(request_id="q", patient_id=ANN, status=status, by=by)


def paying(cents: int, payment_id: str = "p1") -> Any:
    return replace(collect(payment_id, ANN, cents), request_id="q")


def do(desk: DeskStore, *acts: object) -> list[Verdict]:
    with desk.write() as tx:
        return [tx.record(body, person_id="maria", business_date=DAY).verdict for body in acts]


def rows(desk: DeskStore, query: str = ROW) -> list[Any]:
    with desk.reader() as reader:
        return [tuple(row) for row in reader.execute(query).fetchall()]


@pytest.fixture
def hub(tmp_path: Path) -> HubStore:
    return sqlite_hub(tmp_path)


@pytest.fixture
def two(hub: HubStore, tmp_path: Path) -> tuple[DeskStore, DeskStore]:
    first, second = joined_desk(hub, tmp_path, "one"), joined_desk(hub, tmp_path, "two")
    do(first, *people())
    sync(hub, first, second)
    return first, second


def agree(hub: HubStore, *desks: DeskStore) -> Any:
    """Everything is sent and read; everybody has the same, and every invariant holds. Returns the one row."""
    sync(hub, *desks)
    sync(hub, *desks)
    found = [rows(desk) for desk in desks]
    assert all(each == found[0] for each in found)
    for desk in desks:
        assert desk.verify(deep=True) == []
    assert hub.verify(TENANT) == []
    return found[0][0]


def test_s2_06_a_request_is_at_every_desk(hub: HubStore, two: tuple[DeskStore, DeskStore]) -> None:
    first, second = two
    do(first, asked(submitted=False))
    assert rows(first) == [("q", "draft", 0, "", 50, "PAY-1-00001")]
    do(first, asked(70, number="ignored"))
    assert agree(hub, first, second) == ("q", "pending", 0, "", 70, "PAY-1-00001")


def test_s2_08_collected_here_while_cancelled_there(hub: HubStore, two: tuple[DeskStore, DeskStore]) -> None:
    """The cancelling was heard first: the money stands for itself."""
    first, second = two
    do(first, asked())
    sync(hub, first, second)
    do(second, moved("cancelled"))
    do(first, paying(50))
    assert rows(first)[0][1] == "paid"
    push(second, hub)
    assert agree(hub, first, second)[:4] == ("q", "cancelled", 0, "")
    assert rows(second, "SELECT payment_id, request_id, amount_cents FROM payment") == [("p1", "q", 50)]


def test_s2_09_cancelled_there_while_collected_here(hub: HubStore, two: tuple[DeskStore, DeskStore]) -> None:
    """The money was heard first: what was paid is not cancelled."""
    first, second = two
    do(first, asked())
    sync(hub, first, second)
    assert do(second, moved("cancelled")) == [Verdict.ACCEPTED]
    do(first, paying(50))
    push(first, hub)
    assert agree(hub, first, second)[:4] == ("q", "paid", 50, "p1")


def test_s2_08_collected_at_two_desks(hub: HubStore, two: tuple[DeskStore, DeskStore]) -> None:
    """It is paid once; the other payment is credit."""
    first, second = two
    do(first, asked())
    sync(hub, first, second)
    do(first, paying(50, "p1"))
    do(second, paying(50, "p2"))
    push(second, hub)
    assert agree(hub, first, second)[:4] == ("q", "paid", 50, "p2")


def test_s2_08_credit_spent_on_its_visit_is_the_same_everywhere(
    hub: HubStore, two: tuple[DeskStore, DeskStore]
) -> None:
    first, second = two
    do(first, line_item("c1", 80), asked(visit="v1"), collect("p1", ANN, 30))
    sync(hub, first, second)
    do(second, allocate("p1", ANN, ("c1", 30)))
    do(first, moved("processing"))
    assert agree(hub, first, second)[:4] == ("q", "processing", 30, "")
    do(first, reverse("p1"))
    pull(first, hub)
    assert agree(hub, first, second)[:4] == ("q", "processing", 0, "")


def test_s2_08_a_refused_edit_leaves_no_trace(hub: HubStore, two: tuple[DeskStore, DeskStore]) -> None:
    first, second = two
    do(first, asked())
    sync(hub, first, second)
    do(first, moved("processing"))
    assert do(second, asked(99, memo="changed")) == [Verdict.ACCEPTED]
    push(first, hub)
    assert agree(hub, first, second)[:5] == ("q", "processing", 0, "", 50)
