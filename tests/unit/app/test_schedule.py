"""Today: rows, figures, the row to select, the decision column; the same due as Collect asks for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from app.accounts import Accounts
from app.eligibility import Eligibility, TypedBenefits
from app.payables import due_cents
from app.plan import standing
from app.schedule import Schedule
from app.views import DueState, VisitState
from models.basics.errors import RuleBroken
from models.operations.bodies import Collect, NotCollecting
from models.operations.eligibility import EligibilityCheck
from models.operations.records import AppointmentProfile
from tests.support.clinic import DAY, MARIA, TestClinic


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[TestClinic]:
    made = TestClinic(tmp_path)
    made.patient("walter", "Walter")
    made.visit("w", "walter", minutes=-41, status="in_room", copay_cents=3000)
    made.paid(3000, "w-paid", "walter", visit="w")
    made.patient("danielle", "Danielle")
    made.coverage("danielle", 2500)
    made.visit("d", "danielle", minutes=-11, status="scheduled")
    made.patient("rosa", "Rosa")
    made.coverage("rosa")
    made.visit("r", "rosa", minutes=4)
    made.charge(4500, patient_id="rosa")
    made.charge(1000, "2026-04-30", "rosa", "recent")
    made.patient("henry", "Henry")
    made.visit("h", "henry", minutes=19, status="scheduled", title="Annual physical")
    made.charge(4000, DAY, "henry", "h-copay", "h", kind="copay", description="Copay")
    made.paid(20000, "h-credit", "henry")
    made.patient("jamal", "Jamal")
    made.visit("j", "jamal", minutes=49, status="scheduled", title="Well child")
    made.patient("gone", "Gone")
    made.visit("c", "gone", minutes=60, status="cancelled", copay_cents=9900)
    yield made
    made.close()


def test_the_day(clinic: TestClinic) -> None:
    view = Schedule(clinic.clinic, clinic.settings).day()
    told = [(row.patient.name.split()[0], row.visit.state, row.due_state, row.due_cents, row.paid_cents)
            for row in view.rows]  # fmt: skip
    assert told == [
        ("Walter", VisitState.IN_ROOM, DueState.PAID, 0, 3000),
        ("Danielle", VisitState.LATE, DueState.DUE, 2500, 0),
        ("Rosa", VisitState.ARRIVED, DueState.DUE, 7500, 0),
        ("Henry", VisitState.SCHEDULED, DueState.DUE, 4000, 0),
        ("Jamal", VisitState.SCHEDULED, DueState.NOTHING, 0, 0),
    ]
    assert view.rows[1].visit.late_minutes == 11
    assert (view.rows[3].credit_cents, view.rows[0].prepaid_cents) == (20000, 3000)
    assert (view.arrived, view.next_index) == (2, 2)
    assert (view.copays_collected_cents, view.copays_expected_cents) == (3000, 3000 + 2500 + 3000 + 4000)
    assert view.practitioners == ("Dr. Okafor",)
    assert (view.attention, view.attention_confirming) == (0, 0)
    assert view.is_today


def test_due_is_what_collect_selects(clinic: TestClinic) -> None:
    view = Schedule(clinic.clinic, clinic.settings).day()
    for row in view.rows:
        with clinic.store.reader() as reader:
            now = standing(clinic.clinic, clinic.settings, reader, row.patient.patient_id, row.visit.appointment_id)
        assert row.due_cents == due_cents(now.dues)
        assert row.due_cents == Schedule(clinic.clinic, clinic.settings).side(row.visit.appointment_id).total_cents


def test_collected_today_counts_every_desk_and_leaves_out_what_went_back(clinic: TestClinic) -> None:
    clinic.put(Collect(payment_id="now", patient_id="rosa", tender="card", amount_cents=4200, number="", receipt_no=""),
               Collect(payment_id="ehr", patient_id="rosa", tender="external", amount_cents=9, number="",
                       receipt_no=""))  # fmt: skip
    view = Schedule(clinic.clinic, clinic.settings).day()
    assert (view.collected_cents, view.payments) == (4200, 1)


def test_the_decision_column(clinic: TestClinic) -> None:
    side = Schedule(clinic.clinic, clinic.settings).side("r")
    assert [(line.title, line.subtitle, line.cents) for line in side.lines] == [
        ("Copay, office visit", "", 3000), ("Balance from Mar 2", "Lab panel · 73 days", 4500),
    ]  # fmt: skip
    assert side.total_cents == 7500
    assert side.coverage is not None
    assert (side.coverage.payer, side.coverage.state, side.coverage.copay_cents) == ("Blue Cross PPO", "eligible", 3000)
    assert side.due_state is DueState.DUE
    paid = Schedule(clinic.clinic, clinic.settings).side("w")
    assert (paid.due_state, paid.last_paid) == (DueState.PAID, "$30.00 on May 14, cash")
    with pytest.raises(RuleBroken) as refused:
        Schedule(clinic.clinic, clinic.settings).side("nothing")
    assert refused.value.message_key == "visit.not_found"


def test_not_collecting_shows(clinic: TestClinic) -> None:
    clinic.put(NotCollecting(appointment_id="r", patient_id="rosa", reason="declined"))
    schedule = Schedule(clinic.clinic, clinic.settings)
    assert schedule.day().rows[2].due_state is DueState.NOT_COLLECTING
    assert schedule.side("r").due_state is DueState.NOT_COLLECTING
    assert schedule.day().next_index == 1  # the late one is next


def test_another_day(clinic: TestClinic) -> None:
    view = Schedule(clinic.clinic, clinic.settings).day(date(2026, 5, 15))
    assert (view.rows, view.next_index, view.is_today, view.arrived) == ((), -1, False, 0)


def test_the_account_of_the_day_agrees(clinic: TestClinic) -> None:
    account = Accounts(clinic.clinic, clinic.settings).ledger("rosa")
    assert account.due_today_cents == 7500
    assert account.appointment_id == "r"
    assert account.figures.statement_balance_cents == 5500
    assert [(line.service_date.isoformat(), line.balance_cents, line.state) for line in account.visits] == [
        ("2026-05-14", 0, "no_charges"), ("2026-04-30", 1000, "overdue"), ("2026-03-02", 4500, "overdue"),
    ]  # fmt: skip
    henry = Accounts(clinic.clinic, clinic.settings).ledger("henry")
    assert [(p.unspent_cents, p.allocated_cents, p.state, p.pending) for p in henry.payments] == [
        (20000, 0, "paid", True)
    ]
    assert [line.act for line in henry.log][:2] == ["act.collected", "act.charge"]
    walter = Accounts(clinic.clinic, clinic.settings).ledger("walter")
    assert [part.title for part in walter.payments[0].parts if part.kind == "visit"] == ["May 14 Office visit"]
    with pytest.raises(RuleBroken) as refused:
        Accounts(clinic.clinic, clinic.settings).ledger("nobody")
    assert refused.value.message_key == "collect.patient_gone"


def test_s3_03_credit_stands_on_every_visit_and_s3_04_prepaid_on_its_own(clinic: TestClinic) -> None:
    clinic.visit("r2", "rosa", minutes=120, title="Lab draw", status="scheduled")
    clinic.paid(4000, "free", "rosa")
    clinic.paid(1500, "ahead", "rosa", visit="r2")
    rows = {row.visit.appointment_id: row for row in Schedule(clinic.clinic, clinic.settings).day().rows}
    assert [(rows[name].credit_cents, rows[name].prepaid_cents) for name in ("r", "r2")] == [(4000, 0), (4000, 1500)]
    clinic.charge(1000, DAY, "rosa", "lab", "r2")  # charges appear: what waits pays them, without anybody's act
    rows = {row.visit.appointment_id: row for row in Schedule(clinic.clinic, clinic.settings).day().rows}
    assert (rows["r2"].credit_cents, rows["r2"].prepaid_cents, rows["r2"].paid_cents) == (4000, 500, 1500)


@pytest.mark.parametrize(
    ("profile", "paid", "mark"),
    [("", 0, "due"), ("insurance", 1000, "part"), ("insurance", 3000, "paid"), ("cash", 0, ""), ("cash", 3000, "")],
)
def test_s0_21_the_copay_indicator_of_a_visit(clinic: TestClinic, profile: str, paid: int, mark: str) -> None:
    clinic.patient("ingrid", "Ingrid")
    clinic.coverage("ingrid", 3000)
    clinic.visit("i", "ingrid", minutes=200, payment_profile=profile)
    if paid:
        clinic.paid(paid, "i-paid", "ingrid", visit="i")
    side = Schedule(clinic.clinic, clinic.settings).side("i")
    assert side.copay == mark
    assert side.total_cents == (0 if profile == "cash" else 3000 - paid), "with Cash nobody asks a copay"


@pytest.mark.parametrize("status", ["no_show", "cancelled"])
def test_s0_21_no_copay_of_a_visit_that_was_not(clinic: TestClinic, status: str) -> None:
    clinic.patient("ingrid", "Ingrid")
    clinic.coverage("ingrid", 3000)
    clinic.visit("i", "ingrid", minutes=200, status=status)
    assert Schedule(clinic.clinic, clinic.settings).side("i").copay == ""


def test_the_side_names_the_bill_and_the_forms_to_sign(clinic: TestClinic) -> None:
    schedule = Schedule(clinic.clinic, clinic.settings)
    assert (schedule.side("h").billing, schedule.side("h").consents) == ("Balance due", ())
    clinic.put(AppointmentProfile(id="shot", name="Flu shot", consents=("Vaccines",)))
    clinic.patient("ingrid", "Ingrid")
    clinic.visit("i", "ingrid", minutes=200, profile_id="shot")
    assert (schedule.side("i").billing, schedule.side("i").consents) == ("", ("Vaccines",))


@pytest.mark.parametrize(
    ("status", "state", "own"),
    [("confirmed", VisitState.CONFIRMED, ""), ("in_session", VisitState.IN_SESSION, ""),
     ("custom:At x-ray", VisitState.CUSTOM, "At x-ray"), ("newer_than_us", VisitState.CUSTOM, "newer_than_us")],
)  # fmt: skip
def test_s0_39_today_shows_every_status(clinic: TestClinic, status: str, state: VisitState, own: str) -> None:
    clinic.patient("ingrid", "Ingrid")
    clinic.visit("i", "ingrid", minutes=200, status=status)
    row = Schedule(clinic.clinic, clinic.settings).day().rows[-1]
    assert (row.visit.state, row.visit.own_status) == (state, own)


def test_today_tells_how_old_payers_answers_are(clinic: TestClinic) -> None:
    """Of an insurance, by its own date or a newer answer's; nothing where none is known, or what another program calls
    one is none."""
    clinic.coverage("walter", payer="Self pay", plan="", checked_at="")
    clinic.patient("kim", "Kim")
    clinic.coverage("kim", checked_at="")
    clinic.visit("k", "kim", minutes=70)
    clinic.patient("ora", "Ora")
    clinic.coverage("ora", checked_at="2026-03-01T13:05:00.000Z")
    clinic.visit("o", "ora", minutes=80)

    def ages() -> dict[str, str]:
        rows = Schedule(clinic.clinic, clinic.settings).day().rows
        return {row.patient.patient_id: row.plan_age for row in rows}

    assert ages() == {"walter": "", "danielle": "fresh", "rosa": "fresh", "henry": "", "jamal": "", "kim": "never",
                      "ora": "old"}  # fmt: skip
    typed = TypedBenefits(check_id="c-1", patient_id="ora", payer="Blue Cross", copay_cents=2000)
    Eligibility(clinic.clinic).type_in(typed, MARIA)
    assert ages()["ora"] == "fresh"
    clinic.put(EligibilityCheck(check_id="c-2", patient_id="kim", source="271", state="active", payer="Blue Cross",
                                checked_at="2026-05-01T13:05:00.000Z"))  # fmt: skip
    assert ages()["kim"] == "usable"
