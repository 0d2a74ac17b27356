"""The claims feed: visits with charges as a payer sees them, billing status, and the green and yellow money beside."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.claims import PAGE, Claims
from app.list_views import ClaimBalance, ClaimsAsk, ClaimsView
from app.moves import MoveFrom, Moves
from models.operations.bodies import Adjust, VisitBilling, VisitStatus
from models.operations.records import Practitioner
from tests.support.clinic import TestClinic

TODAY = date(2026, 5, 14)
MONTH = (TODAY - timedelta(days=29), TODAY)
FAR = (TODAY - timedelta(days=400), TODAY + timedelta(days=60))


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[TestClinic]:
    """Rosa owes for today and April, and has credit; Ben paid ahead for a visit without charges; Ann's bill is with
    her insurer; Cleo's is paid; Dora was to come and did not."""
    made = TestClinic(tmp_path)
    made.put(Practitioner(id="reyes", name="Dr. Reyes"))
    made.patient("rosa", "Rosa", "Alvarez")
    made.visit("today", "rosa")
    made.charge(3000, "2026-05-14", "rosa", "copay", "today", billed_cents=18000, allowed_cents=11000,
                insurance_paid_cents=8000, code="99213", description="Office visit")  # fmt: skip
    _past(made, "april", "rosa", "2026-04-22", practitioner_id="reyes")
    made.charge(4500, "2026-04-22", "rosa", "lab", "april", billed_cents=9000, allowed_cents=6000, code="80053")
    made.paid(2000, "credit", "rosa")
    made.patient("ben", "Ben", "Carter")
    made.visit("ahead", "ben", minutes=60 * 24 * 7, service_date="2026-05-21", status="scheduled")
    made.paid(2500, "early", "ben", visit="ahead")
    made.patient("ann", "Ann", "Baker")
    _past(made, "pending", "ann", "2026-05-01")
    made.charge(0, "2026-05-01", "ann", "claim", "pending", billed_cents=25000, insurance_pending=True)
    made.patient("cleo", "Cleo", "Dunn")
    _past(made, "paid", "cleo", "2026-05-02")
    made.paid(1500, "in-full", "cleo", visit="paid")
    made.charge(1500, "2026-05-02", "cleo", "done", "paid", billed_cents=1500, allowed_cents=1500)
    made.patient("dora", "Dora", "Ellis")
    _past(made, "gone", "dora", "2026-05-03", status="no_show")
    yield made
    made.close()


def _past(made: TestClinic, visit_id: str, patient_id: str, day: str, **more: Any) -> None:
    minutes = round((date.fromisoformat(day) - TODAY).total_seconds() / 60)
    made.visit(visit_id, patient_id, minutes, **{"service_date": day, "status": "done", **more})


def page(clinic: TestClinic, span: tuple[date, date] = FAR, **ask: Any) -> ClaimsView:
    return Claims(clinic.clinic).page(ClaimsAsk(*span, **ask))


def ids(view: ClaimsView) -> list[str]:
    return [line.appointment_id for line in view.lines]


def test_visits_with_charges_or_money_newest_first(clinic: TestClinic) -> None:
    view = page(clinic)
    assert ids(view) == ["ahead", "today", "paid", "pending", "april"]
    assert (view.visits, view.billed_cents, view.balance_cents, view.pending) == (5, 53500, 7500, 1)


def test_what_was_billed_allowed_paid_by_insurance_and_owed(clinic: TestClinic) -> None:
    line = next(line for line in page(clinic).lines if line.appointment_id == "today")
    assert (line.billed_cents, line.allowed_cents, line.insurance_paid_cents) == (18000, 11000, 8000)
    assert (line.patient_cents, line.balance_cents, line.insurance_pending) == (3000, 3000, False)
    assert (line.title, line.practitioner, line.visit_status) == ("Office visit", "Dr. Okafor", "Arrived")


def test_s3_03_the_green_box_stands_at_every_visit_of_a_patient_with_free_credit(clinic: TestClinic) -> None:
    credit = {line.appointment_id: line.credit_cents for line in page(clinic).lines}
    assert credit == {"today": 2000, "april": 2000, "ahead": 0, "pending": 0, "paid": 0}


def test_s3_04_the_yellow_box_stands_at_the_visit_it_was_paid_for_until_charges_appear(clinic: TestClinic) -> None:
    ahead = next(line for line in page(clinic).lines if line.appointment_id == "ahead")
    assert (ahead.prepaid_cents, ahead.credit_cents, ahead.items, ahead.future) == (2500, 0, 0, True)
    clinic.charge(4000, "2026-05-21", "ben", "new", "ahead")
    line = next(line for line in page(clinic).lines if line.appointment_id == "ahead")
    assert (line.prepaid_cents, line.patient_cents, line.balance_cents) == (0, 4000, 1500)


def test_s0_23_billing_status_follows_payments_until_somebody_says_otherwise(clinic: TestClinic) -> None:
    said = {line.appointment_id: line.billing_status for line in page(clinic).lines}
    assert said == {"today": "balance_due", "april": "balance_due", "ahead": "", "pending": "bill_insurance",
                    "paid": "paid_in_full"}  # fmt: skip
    clinic.put(VisitBilling(appointment_id="april", patient_id="rosa", billing_status="internal_review"))
    assert page(clinic, billing_status="internal_review").lines[0].appointment_id == "april"


@pytest.mark.parametrize(
    ("ask", "wanted"),
    [({"practitioner_id": "reyes"}, ["april"]), ({"billing_status": "paid_in_full"}, ["paid"]),
     ({"billing_status": ""}, ["ahead"]), ({"balance": ClaimBalance.OWES}, ["today", "april"]),
     ({"balance": ClaimBalance.ON_ACCOUNT}, ["ahead", "today", "april"]),
     ({"balance": ClaimBalance.SETTLED}, ["paid"]),
     ({"balance": ClaimBalance.OWES, "practitioner_id": "okafor"}, ["today"])],
)  # fmt: skip
def test_filters(clinic: TestClinic, ask: dict[str, Any], wanted: list[str]) -> None:
    view = page(clinic, **ask)
    assert ids(view) == wanted
    assert view.visits == len(wanted)


def test_only_the_days_asked_for(clinic: TestClinic) -> None:
    assert ids(page(clinic, (TODAY, TODAY))) == ["today"]
    assert ids(page(clinic, MONTH)) == ["today", "paid", "pending", "april"]
    assert ids(page(clinic, (date(2026, 5, 15), date(2026, 6, 1)))) == ["ahead"]


def test_unfolded_visits_come_with_their_line_items(clinic: TestClinic) -> None:
    clinic.put(Adjust(adjustment_id="less", charge_id="lab", patient_id="rosa", kind="discount", amount_cents=500,
                      group="PR", reason_code="44"))  # fmt: skip
    view = page(clinic, unfolded=frozenset({"april", "gone-meanwhile"}))
    april = next(line for line in view.lines if line.appointment_id == "april")
    item = april.lines[0]
    assert (item.code, item.billed_cents, item.responsibility_cents, item.adjusted_cents, item.balance_cents) == (
        "80053", 9000, 4500, 500, 4000,
    )  # fmt: skip
    assert (april.patient_cents, april.balance_cents, item.paid_cents) == (4500, 4000, 0)
    assert all(not line.lines for line in view.lines if line.appointment_id != "april")


def test_a_visit_that_fell_out_stays_while_money_lies_on_it(clinic: TestClinic) -> None:
    clinic.put(VisitStatus(appointment_id="ahead", patient_id="ben", status="cancelled"))
    line = next(line for line in page(clinic).lines if line.appointment_id == "ahead")
    assert (line.prepaid_cents, line.visit_status) == (2500, "Cancelled")
    assert "gone" not in ids(page(clinic))


def test_page_by_page_and_never_beyond_the_end(clinic: TestClinic) -> None:
    for n in range(PAGE):
        clinic.visit(f"v{n:02d}", "cleo", minutes=n + 10)
        clinic.charge(100, "2026-05-14", "cleo", f"c{n:02d}", f"v{n:02d}")
    first, second, beyond = (page(clinic, page=n) for n in (0, 1, 7))
    assert (len(first.lines), first.first, first.visits) == (PAGE, 0, PAGE + 5)
    assert (len(second.lines), second.first) == (5, PAGE)
    assert (beyond.first, ids(beyond)) == (second.first, ids(second))


def test_a_span_of_years_is_cut_to_the_last_of_them(clinic: TestClinic) -> None:
    _past(clinic, "old", "cleo", "2024-01-02")
    clinic.charge(100, "2024-01-02", "cleo", "old-one", "old")
    assert "old" not in ids(page(clinic, (date(2020, 1, 1), TODAY)))
    assert "old" in ids(page(clinic, (date(2020, 1, 1), date(2024, 6, 1))))


def test_s0_14_a_move_from_the_feed_proposes_the_visit_in_view(clinic: TestClinic) -> None:
    sheet = Moves(clinic.clinic).open(MoveFrom("rosa", to_appointment_id="today"))
    proposed = sheet.place(sheet.proposed)
    assert proposed is not None
    assert proposed.appointment_id == "today"
    oldest = Moves(clinic.clinic).open(MoveFrom("rosa"))
    assert oldest.proposed == "visit:april"
