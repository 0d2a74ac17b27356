"""The hard cases of many desks, end to end: two desks in processes of their own with their windows, a hub process, a
proxy before each desk. Each case ends with books that hold everywhere, the same balances at both desks, and the
sentence a receptionist reads, with what may be done."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

import pytest

from models.operations import bodies, records
from tests.support.outside import ClinicOutside, DeskOutside, Seen

FAMILY = "Quillfeather"


@dataclass
class Office:
    """Two desks of a clinic, both online when a case begins."""

    clinic: ClinicOutside
    one: DeskOutside
    two: DeskOutside

    @property
    def day(self) -> str:
        """Today as items name it."""
        today = date.fromisoformat(self.one.today)
        return f"{today:%b} {today.day}"

    def apart(self) -> None:
        """Neither desk reaches the hub."""
        self.one.cut()
        self.two.cut()

    def together(self) -> None:
        """The line comes back at Desk 1 first, then at Desk 2; the books hold and are the same."""
        self.clinic.holds(self.one)
        self.clinic.holds(self.one, self.two)

    def patient(self, given: str, *also: object) -> str:
        """Somebody both desks know, with what else is known of them."""
        patient_id = given.lower()
        self.one.record(records.Patient(id=patient_id, family=FAMILY, given=given, birth_date="1984-03-14"), *also)
        self.clinic.in_step(self.one, self.two)
        return patient_id

    def credit(self, patient_id: str, cents: int, tender: str = "cash") -> bodies.Collect:
        """Money on account, taken at Desk 1."""
        name = f"PAY-1-{uuid.uuid4().hex[:5]}"
        return bodies.Collect(payment_id=f"lot-{patient_id}", patient_id=patient_id, tender=tender, amount_cents=cents,
                              number=name, receipt_no=f"R-{name}", drawer=self.one.do("device")[0])  # fmt: skip

    def visit(self, patient_id: str, cents: int, desk: DeskOutside | None = None, name: str = "visit") -> str:
        """A visit of today with a copay, known at one desk at first."""
        (desk or self.one).record(*owed_visit(patient_id, cents, (desk or self.one).today, name))
        return f"{patient_id}-{name}"


def owed_visit(patient_id: str, cents: int, day: str, name: str) -> tuple[records.Appointment, records.Charge]:
    visit = f"{patient_id}-{name}"
    return (
        records.Appointment(id=visit, patient_id=patient_id, starts_at=f"{day}T17:00:00.000Z", service_date=day,
                            title="Office visit", status="arrived"),
        charge(patient_id, cents, day, visit),
    )  # fmt: skip


def charge(patient_id: str, cents: int, day: str, visit: str) -> records.Charge:
    return records.Charge(id=f"{visit}-copay", patient_id=patient_id, service_date=day, description="Office visit",
                          responsibility_cents=cents, appointment_id=visit, kind="copay")  # fmt: skip


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClinicOutside]:
    made = ClinicOutside(tmp_path_factory.mktemp("clinic"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def office(clinic: ClinicOutside) -> Office:
    made = Office(clinic, clinic.join("Front desk"), clinic.join("Back desk"))
    made.one.start()
    made.two.start()
    made.one.record(
        records.Staff(id="maria", name="Maria Delgado", role="receptionist"),
        records.Staff(id="priya", name="Priya Nair", role="manager"),
        records.Rules(refund_limit_cents=0),
    )
    clinic.in_step(made.one, made.two)
    return made


@pytest.fixture
def spare(clinic: ClinicOutside) -> Iterator[DeskOutside]:
    """A third desk that something bad may happen to; not started yet."""
    made = clinic.join(f"Spare {len(clinic.desks)}")
    yield made
    made.stop()


def choose(desk: DeskOutside, number: str, there: Callable[[Seen], object]) -> None:
    """Choose a way out by its number and apply it by Enter."""
    desk.press(number, "Return")
    desk.until(there)


def gone(patient: str, desk: DeskOutside) -> Callable[[Seen], bool]:
    """Nothing of this patient is left in Needs attention."""
    return lambda _seen: not [row for row in desk.do("items") if patient in row["patient"]]


def owed(desk: DeskOutside, visit: str) -> int:
    debits, credits_ = desk.balances()[f"AR:{visit}-copay"]
    return int(debits - credits_)


def test_h1_two_desks_spend_the_same_credit(office: Office) -> None:
    ann = office.patient("Ann", office.credit("ann", 4000))
    office.apart()
    ten, eleven = office.visit(ann, 4000, office.one, "ten"), office.visit(ann, 4000, office.two, "eleven")
    office.one.collect(ann, ten, "Return")
    office.two.collect(ann, eleven, "Return")
    office.together()
    assert (owed(office.one, ten), owed(office.one, eleven)) == (0, 4000)
    for desk, where in ((office.one, "this desk"), (office.two, "Desk 1")):
        seen = desk.attention("Ann", "Credit was used at two desks")
        seen.tells(f"$40.00 credit was already used at {where} (")
        seen.tells(f"Office visit, {office.day} now owes $40.00.")
        assert all(seen.offers(way) for way in ("Collect it now", "Write it off", "Leave it as a balance"))
    office.two.picture("hard-h1")
    choose(office.two, "1", lambda seen: seen.screen == "collect" and seen.ready)
    office.two.press("F6", "Return")
    office.two.until(lambda seen: seen.screen == "approved")
    office.together()
    assert owed(office.one, eleven) == 0
    office.one.press("Ctrl+6")
    office.one.until(gone("Ann", office.one))


def test_h2_both_take_the_same_copay(office: Office) -> None:
    ben = office.patient("Ben", *owed_visit("ben", 2500, office.one.today, "visit"))
    office.apart()
    office.one.collect(ben, "ben-visit")
    office.two.collect(ben, "ben-visit")
    office.together()
    cash = [
        totals for account, totals in office.one.balances().items() if account.startswith("CR") and "ben" in account
    ]
    lots = office.one.rows("SELECT amount_cents FROM payment WHERE patient_id = 'ben'")
    assert (owed(office.one, "ben-visit"), lots) == (0, [[2500], [2500]])
    assert sum(credits_ - debits for debits, credits_ in cash) in (0, 2500)
    seen = office.two.attention("Ben", "Paid twice?")
    office.two.until(lambda seen: seen.offers("Needs attention 1"))  # one thing, told and counted once
    seen.tells("$25.00 at Desk 1 (")
    seen.tells("$25.00 at this desk (")
    assert seen.offers("Keep the second as credit")
    assert seen.offers("Refund the second")
    office.two.picture("hard-h2")
    choose(office.two, "1", gone("Ben", office.two))
    office.together()


def test_h3_the_same_fee_and_check_in_count_once(office: Office) -> None:
    cleo = office.patient("Cleo", *owed_visit("cleo", 1500, office.one.today, "visit"))
    office.apart()
    fee = bodies.Fee(charge_id="cleo-fee", patient_id=cleo, code="NOSHOW", description="No-show", amount_cents=2500,
                     service_date=office.one.today)  # fmt: skip
    here = bodies.VisitStatus(appointment_id="cleo-visit", patient_id=cleo, status="checked_in")
    for desk in (office.one, office.two):
        desk.record(fee, here)
    office.together()
    for desk in (office.one, office.two):
        assert desk.balances()["AR:cleo-fee"] == [2500, 0]
        assert desk.rows("SELECT desk_status FROM appointment WHERE id = 'cleo-visit'") == [["checked_in"]]
        said = "SELECT count(*) FROM log WHERE kind = 'visit.status' AND verdict = 'accepted' AND patient = 'cleo'"
        assert desk.rows(said) == [[2]], "both are kept in history"
        desk.press("Ctrl+6")
        desk.until(lambda seen: seen.screen == "attention")
        assert gone("Cleo", desk)(desk.see())


def refund(desk: DeskOutside, patient: str, payment_id: str) -> None:
    """Give a whole payment back in cash, by keys."""
    desk.do("go", screen="ledger", patient=patient, item=f"refund:{payment_id}")
    desk.until(lambda seen: seen.says("Goes back: Cash from the drawer"))
    desk.press("Alt+F", "P", "Ctrl+Return")
    desk.until(lambda _seen: bool(desk.rows(f"SELECT 1 FROM refund WHERE payment_id = '{payment_id}' "
                                            f"AND state = 'paid' AND device = '{desk.do('device')[0]}'")))  # fmt: skip


def test_h4_a_refund_here_and_an_allocation_there(office: Office) -> None:
    dora = office.patient("Dora", office.credit("dora", 3000))
    office.apart()
    visit = office.visit(dora, 3000, office.two)
    office.two.collect(dora, visit, "Return")
    refund(office.one, dora, "lot-dora")
    office.clinic.holds(office.two)  # the allocation arrives first
    office.together()
    assert owed(office.one, visit) == 3000
    seen = office.two.attention("Dora", "A refund reopened a visit")
    seen.tells("The refund at Desk 1 (")
    seen.tells(f"took $30.00 that had paid Office visit, {office.day}. It owes $30.00 again.")
    assert seen.offers("Collect it now")
    office.two.picture("hard-h4")
    choose(office.two, "3", gone("Dora", office.two))
    office.together()


def test_h5_refunded_at_two_desks(office: Office) -> None:
    eve = office.patient("Eve", office.credit("eve", 3000))
    office.one.cut()
    refund(office.one, eve, "lot-eve")
    refund(office.two, eve, "lot-eve")
    office.together()
    assert office.one.balances()["OVR:lot-eve"] == [3000, 0]
    seen = office.two.attention("Eve", "More was returned than was paid")
    seen.tells("$60.00 was returned on a $30.00 payment: $30.00 too much, at Desk 1 (")
    seen.tells("A manager settles it.")
    assert seen.offers("It came back, in cash")
    office.two.picture("hard-h5")
    office.two.press("1")
    office.two.do("tab_to", name="Why")
    office.two.do("type", text="Eve brought it back")
    office.two.press("Return")
    office.two.until(gone("Eve", office.two))
    office.together()
    assert office.one.balances()["OVR:lot-eve"] == [3000, 3000]


def test_h6_a_paid_visit_is_cancelled_elsewhere(office: Office) -> None:
    finn = office.patient("Finn", *owed_visit("finn", 2500, office.one.today, "visit"))
    office.two.collect(finn, "finn-visit")
    office.clinic.in_step(office.one, office.two)
    visit, _ = owed_visit(finn, 2500, office.one.today, "visit")
    office.two.cut()
    office.one.record(
        records.Appointment(id=visit.id, patient_id=finn, starts_at=visit.starts_at, service_date=visit.service_date,
                            title=visit.title, status="cancelled")
    )  # fmt: skip
    office.together()
    assert office.two.rows("SELECT count(*) FROM refund WHERE patient_id = 'finn'") == [[0]], "never by itself"
    seen = office.two.attention("Finn", "A visit with money on it was cancelled")
    seen.tells(f"$25.00 waits for Office visit, {office.day}, which will not be.")
    assert all(seen.offers(way) for way in ("Move it to another visit", "Refund it", "Keep it as credit"))
    office.two.picture("hard-h6")
    choose(office.two, "3", gone("Finn", office.two))
    office.together()


def test_h7_insurance_paid_more(office: Office) -> None:
    gus = office.patient("Gus", *owed_visit("gus", 5000, office.one.today, "visit"))
    office.two.cut()
    office.two.collect(gus, "gus-visit")
    office.one.record(charge(gus, 3000, office.one.today, "gus-visit"))
    office.clinic.in_step(office.one)
    office.together()
    assert owed(office.one, "gus-visit") == 0
    credit = office.one.rows(
        "SELECT sum(credits - debits) FROM account WHERE code IN ('CR', 'CRE') AND patient_id = 'gus'"
    )
    assert credit == [[2000]]
    seen = office.two.attention("Gus", "Balance changed in two places")
    seen.tells(f"$50.00 went to Office visit, {office.day} at this desk.")
    seen.tells("$20.00 lies as credit on the account.")
    assert seen.offers("Keep both")
    office.two.picture("hard-h7-at-once")
    choose(office.two, "1", gone("Gus", office.two))
    office.one.record(charge(gus, 1000, office.one.today, "gus-visit"))
    office.together()
    seen = office.two.attention("Gus", "Insurance paid more: $20.00 credit")
    seen.tells("$20.00 of the payment is too much now.")
    assert seen.offers("Keep it as credit")
    office.two.picture("hard-h7")
    choose(office.two, "1", gone("Gus", office.two))
    office.together()


def test_h15_a_bank_takes_back_what_a_visit_was_paid_with(office: Office) -> None:
    today = office.one.today
    hal = office.patient("Hal", office.credit("hal", 8000, "card"), *owed_visit("hal", 8000, today, "visit"))
    office.two.collect(hal, "hal-visit", "Return")
    office.clinic.in_step(office.one, office.two)
    assert owed(office.one, "hal-visit") == 0
    office.one.record(
        bodies.DisputeOpened(dispute_id="d-hal", payment_id="lot-hal", patient_id=hal, amount_cents=8000),
        bodies.DisputeClosed(dispute_id="d-hal", patient_id=hal, outcome="owed_again"),
    )
    office.together()
    assert owed(office.two, "hal-visit") == 8000
    seen = office.two.attention("Hal", "A bank took a payment back")
    seen.tells(f"What had paid Office visit, {office.day} was taken back (")
    seen.tells("It owes $80.00 again.")
    assert all(seen.offers(way) for way in ("Collect it again", "Write it off", "Leave it as a balance"))
    office.two.picture("hard-h15")
    choose(office.two, "3", gone("Hal", office.two))
    office.together()


def test_h16_money_for_a_payment_the_hub_never_saw(office: Office) -> None:
    ida = office.patient("Ida")
    office.one.record(
        bodies.RefundPaid(refund_id="r-ida", payment_id="late-ida", patient_id=ida, amount_cents=1500, tender="cash",
                          receipt_no="R-ida", drawer=office.one.do("device")[0])
    )  # fmt: skip
    office.together()
    assert office.two.balances()["SUSP"] == [1500, 0]
    seen = office.two.attention("Ida", "Money went out for a payment that is not here")
    seen.tells("$15.00 left at")
    seen.tells("As soon as that payment arrives, it counts there by itself.")
    office.two.picture("hard-h16")
    arrives = office.credit(ida, 1500)
    office.two.record(
        bodies.Collect(payment_id="late-ida", patient_id=ida, tender="cash", amount_cents=1500, number="PAY-1-77001",
                       receipt_no="R-late-ida", drawer=arrives.drawer)
    )  # fmt: skip
    office.together()
    assert office.one.balances()["SUSP"] == [1500, 1500]
    office.two.until(gone("Ida", office.two))
