"""The list of patients in memory: kept right by the store's notices, it is what reading everything again would say."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.basics.errors import StorageError
from models.operations import records
from models.rules.matching import parse_query
from models.store.desk import DeskStore
from models.store.patient_list import FIGURES, ORDERS, ListedPatient, PatientList, Wanted
from models.store.queries import collect
from tests.support import stores
from tests.support.money_acts import money_days
from tests.support.stores import TENANT, sync
from tests.unit.models.store import takings
from tests.unit.models.store.takings import Doer

TODAY = date.fromisoformat(stores.TODAY)


def everybody(kept: PatientList) -> list[ListedPatient]:
    return kept.everybody(Wanted(), TODAY)


def afresh(desk: DeskStore) -> list[ListedPatient]:
    """What a list says that nobody kept."""
    made = PatientList(desk)
    try:
        return everybody(made)
    finally:
        made.close()


def check(desk: DeskStore, kept: PatientList) -> None:
    """The kept list, one made anew, and the figures of each account say the same."""
    found = everybody(kept)
    assert found == afresh(desk)
    with desk.reader() as reader:
        for row in found:
            figures = collect.figures(reader, TENANT, row.id)
            assert (row.statement_cents, row.total_cents, row.unallocated_cents, row.prepaid_cents) == (
                figures.statement_balance_cents, figures.total_balance_cents, figures.unallocated_cents,
                figures.prepaid_cents,
            )  # fmt: skip


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(money_days, st.integers(1, 5))
def test_kept_right_through_every_act_of_a_day(day: Sequence[object], together: int) -> None:
    with tempfile.TemporaryDirectory(prefix="copaydesk-list-") as path:
        desk = stores.lone_desk(Path(path))
        kept, doer, more = PatientList(desk), Doer(day), True
        everybody(kept)
        while more:
            with desk.write() as tx:
                more = doer.do(tx, together)
            check(desk, kept)
        desk.close()


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(money_days)
def test_kept_right_by_what_comes_from_the_hub(day: Sequence[object]) -> None:
    with tempfile.TemporaryDirectory(prefix="copaydesk-list-") as path:
        hub = stores.sqlite_hub(Path(path))
        here, there = (stores.joined_desk(hub, Path(path), name) for name in ("here", "there"))
        kept, doer, more = PatientList(there), Doer(day), True
        everybody(kept)
        while more:
            with here.write() as tx:
                more = doer.do(tx, 4)
            sync(hub, here, there)
            check(there, kept)
        for each in (here, there, hub):
            each.close()


@pytest.fixture
def desk(tmp_path: Path) -> DeskStore:
    store = stores.lone_desk(tmp_path)
    takings.record(store, *(takings.patient(n, family=name) for n, name in enumerate(("Zeta", "álvarez", "beta"), 1)))
    takings.record(store, takings.charge(3, 900))
    return store


def test_names_are_sorted_without_case_and_accents(desk: DeskStore) -> None:
    assert [row.family for row in everybody(PatientList(desk))] == ["álvarez", "beta", "Zeta"]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("figure", ["", *FIGURES])
@pytest.mark.parametrize("descending", [False, True])
def test_every_order_and_figure_can_be_asked(desk: DeskStore, order: str, figure: str, descending: bool) -> None:
    kept = PatientList(desk)
    rows, sums = kept.page(Wanted(None, figure, 0, None, order, descending), TODAY, first=0, count=2)
    again, _ = kept.page(Wanted(None, figure, 0, None, order, descending), TODAY, first=2, count=2)
    assert sums.patients == len({row.id for row in (*rows, *again)}) == 3
    wanted = [getattr(row, order) if order != "name" else "" for row in (*rows, *again)]
    assert wanted == sorted(wanted, reverse=descending)


def test_what_was_typed_and_the_order_are_checked(desk: DeskStore) -> None:
    kept = PatientList(desk)
    assert [row.id for row in kept.everybody(Wanted(parse_query("zeta", TODAY)), TODAY)] == ["patient-1"]
    with pytest.raises(ValueError, match="no such order"):
        kept.everybody(Wanted(order="no such order; --"), TODAY)
    with pytest.raises(ValueError, match="no such figure"):
        kept.everybody(Wanted(figure="no such figure"), TODAY)


def test_another_day_is_read_anew(desk: DeskStore) -> None:
    takings.record(desk, takings.appointment(1, service_date="2026-03-17", starts_at="2026-03-17T15:30:00.000Z"))
    kept = PatientList(desk)
    assert {row.last_visit for row in everybody(kept)} == {""}
    rows = kept.everybody(Wanted(), date(2026, 3, 17))
    assert [row.last_visit for row in rows if row.id == "patient-1"] == ["2026-03-17"]


def test_a_store_that_cannot_be_read_is_tried_again(desk: DeskStore, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = PatientList(desk)
    everybody(kept)
    takings.record(desk, records.Patient(id="patient-2", family="Aaron"))

    def broken() -> None:
        raise StorageError("store.locked")

    with monkeypatch.context() as patched:
        patched.setattr(desk, "reader", broken)
        with pytest.raises(StorageError):
            everybody(kept)
    assert everybody(kept)[0].family == "Aaron"


def test_many_changes_at_once_are_read_as_one(desk: DeskStore) -> None:
    kept = PatientList(desk)
    everybody(kept)
    with desk.write() as tx:
        for n in range(2_100):
            tx.record(records.Patient(id=f"new-{n:04d}", family=f"N{n:04d}"), **takings.BY)
    assert len(everybody(kept)) == 2_103
