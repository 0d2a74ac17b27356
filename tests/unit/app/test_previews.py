"""A preview is the act itself, judged and not written: it can never say anything else than what happens."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.basics.ids import new_id
from models.ledger.figures import figures_from_history
from models.ledger.states import Entry
from models.operations import bodies
from models.store.queries import collect
from models.store.rehearsal import Rehearsal
from tests.support.clinic import DAY, TestClinic

CHARGES = ("today", "old", "ahead", "cancelled", "dans", "strangers")
PAYMENTS = ("free", "aside", "dans")
VISITS = ("", "visit-today", "visit-ahead", "visit-off")
CENTS = st.sampled_from([1, 999, 2500, 4500, 10_000])


def family(clinic: TestClinic) -> None:
    """Rosa with money and visits of every kind, her dependent Dan, and a stranger."""
    clinic.patient()
    clinic.patient("dan", given="Dan", guarantor_id="rosa", mrn="0041878")
    clinic.patient("sam", given="Sam", mrn="0041900")
    clinic.visit("visit-today")
    clinic.visit("visit-ahead", service_date="2026-06-01", status="scheduled", minutes=30_000)
    clinic.visit("visit-off", service_date="2026-05-01", status="cancelled", minutes=-30_000)
    clinic.charge(4500, DAY, visit="visit-today", charge_id="today")
    clinic.charge(10_000, "2026-01-05", charge_id="old")
    clinic.charge(3000, "2026-06-01", visit="visit-ahead", charge_id="ahead")
    clinic.charge(3000, "2026-05-01", visit="visit-off", charge_id="cancelled")
    clinic.charge(2500, "2026-02-01", patient_id="dan", charge_id="dans")
    clinic.charge(2500, "2026-02-01", patient_id="sam", charge_id="strangers")
    clinic.paid(9000, "free")
    clinic.paid(4000, "aside", visit="visit-ahead")
    clinic.paid(2000, "dans", patient_id="dan")


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClinic]:
    made = TestClinic(Path(tmp_path_factory.mktemp("previews")))
    family(made)
    yield made
    assert made.store.verify() == []
    made.close()


LINES = st.builds(
    bodies.MoveLine, lot_payment_id=st.sampled_from(PAYMENTS), amount_cents=CENTS,
    from_charge_id=st.sampled_from(("", "", "today", "old")), from_appointment_id=st.sampled_from(VISITS),
    to_charge_id=st.sampled_from(("", *CHARGES)), to_appointment_id=st.sampled_from(VISITS),
)  # fmt: skip
MOVES = st.builds(
    bodies.Move, move_id=st.uuids().map(str), patient_id=st.just("rosa"),
    lines=st.lists(LINES, min_size=1, max_size=3).map(tuple), way=st.sampled_from(("move", "fill", "free")),
    if_short=st.sampled_from(("reject", "take_available")),
)  # fmt: skip
ADJUSTS = st.builds(
    bodies.Adjust, adjustment_id=st.uuids().map(str), charge_id=st.sampled_from(CHARGES), patient_id=st.just("rosa"),
    kind=st.sampled_from(("discount", "write_off", "recovery")), group=st.just("PR"),
    reason_code=st.sampled_from(("SELFPAY", "SMALL", "RECOVERED")), amount_cents=CENTS,
)  # fmt: skip
FEES = st.builds(
    bodies.Fee, charge_id=st.sampled_from(("fee-1", "fee-2")), patient_id=st.just("rosa"), code=st.just("FEE"),
    description=st.just("Copies"), amount_cents=st.sampled_from((0, 500, 2500)), service_date=st.just(DAY),
)  # fmt: skip


def seen(entry: Entry) -> Any:
    return entry.verdict, entry.reason, entry.granted_cents, [
        (each.debit, each.credit, each.amount_cents, each.code) for each in entry.transfers
    ]  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(act=st.one_of(MOVES, ADJUSTS, FEES))
def test_what_is_previewed_is_what_is_written(clinic: TestClinic, act: Any):
    """Figures computed from balances afterwards are those the preview computed from what would be posted."""
    with clinic.store.reader() as reader:
        rehearsal = Rehearsal(reader, "alder", "desk-1", DAY)
        previewed = rehearsal.act(act)
        before = {who: rehearsal.figures(who) for who in ("rosa", "dan", "sam")}
        after = {who: rehearsal.after(figures, who) for who, figures in before.items()}
    with clinic.store.write() as tx:
        written = tx.record(act, person_id="maria", business_date=DAY, group=new_id())
    assert seen(written) == seen(previewed)
    with clinic.store.reader() as reader:
        assert {who: collect.figures(reader, "alder", who) for who in before} == after
    if isinstance(act, bodies.Move):
        moved = [figures_from_history(written.transfers, who) for who in before]
        assert sum(each.total_paid_cents for each in moved) == 0
        assert sum(each.total_balance_cents for each in moved) == 0
