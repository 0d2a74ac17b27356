"""Frozen views of an invented morning, for tests of screens that need no store."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Any

from app.account_views import (
    ChargeLine,
    DocumentLine,
    LedgerView,
    LogLine,
    LotLine,
    PaymentLine,
    PaymentPart,
    StatementRow,
    VisitLine,
)
from app.views import (
    AttentionItem,
    Collected,
    CollectEnd,
    CollectLine,
    CollectSheet,
    CoverageHead,
    DueLine,
    DueState,
    LineKind,
    NextUp,
    PatientHead,
    Person,
    SideView,
    TenderKind,
    TodayRow,
    TodayView,
    VisitHead,
    VisitState,
)  # fmt: skip
from models.ledger.figures import Figures
from receipts.document import Balances, ClinicBlock, ReceiptDocument, ReceiptLine, TenderLine

ZONE = timezone(timedelta(hours=-5))
DAY = date(2026, 5, 14)
MARIA = Person("staff-1", "Maria Delgado", "Front desk", "MD", manager=False)


def at(hour: int, minute: int, second: int = 0) -> datetime:
    """A moment of the invented morning."""
    return datetime(DAY.year, DAY.month, DAY.day, hour, minute, second, tzinfo=ZONE)


def patient(name: str, born: date | None, mrn: str, *, phone: str = "", receipt_by: str = "") -> PatientHead:
    """A patient head; the id is the MRN."""
    words = name.split()
    age = None if born is None else DAY.year - born.year - ((DAY.month, DAY.day) < (born.month, born.day))
    initials = "".join(word[0] for word in (words[0], words[-1]))
    return PatientHead(f"p-{mrn}", name, initials, born, age, mrn, phone, "", receipt_by)


ROSA = patient("Rosa Alvarez", date(1984, 3, 14), "0041877", phone="(555) 010-4417", receipt_by="text")
HENRY = patient("Henry Osei", date(1966, 1, 22), "0039914", phone="(555) 010-7730")
LONG = patient(
    "Maximiliana-Theodora Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh", date(1931, 12, 31), "00440123456789"
)
BLUE = CoverageHead("Blue Cross PPO", "eligible", 3000, at(8, 5))


def visit(number: int, hour: int, minute: int, title: str, who: str, state: VisitState, late: int = 0) -> VisitHead:
    """A visit of the day."""
    return VisitHead(f"a-{number}", at(hour, minute), title, who, state, late)


_DAY = (
    (9, 0, patient("Walter Novak", date(1951, 2, 19), "0042177"), "Follow-up", "Dr. Okafor", VisitState.IN_ROOM,
     DueState.PAID, 3000, 0, 0),
    (9, 15, patient("Aisha Rahman", date(1992, 10, 3), "0043805"), "New patient", "L. Fischer, NP", VisitState.IN_ROOM,
     DueState.PAID, 4000, 0, 0),
    (9, 30, patient("Ben Kowalski", date(1978, 6, 27), "0040962"), "Lab draw", "Nurse visit", VisitState.CHECKED_IN,
     DueState.CONFIRMING, 3000, 0, 0),
    (9, 30, patient("Danielle Brooks", date(1985, 12, 11), "0041530"), "Office visit", "Dr. Reyes", VisitState.LATE,
     DueState.DUE, 2500, 0, 0),
    (9, 45, ROSA, "Office visit", "Dr. Okafor", VisitState.ARRIVED, DueState.DUE, 7500, 0, 0),
    (10, 0, HENRY, "Annual physical", "Dr. Okafor", VisitState.SCHEDULED, DueState.DUE, 4000, 20000, 0),
    (10, 15, patient("Mei Tanaka", date(1999, 8, 30), "0044012"), "Procedure", "Dr. Reyes", VisitState.SCHEDULED,
     DueState.DUE, 13000, 0, 2000),
    (10, 30, patient("Jamal Whitaker", date(2014, 5, 6), "0043390"), "Well child", "L. Fischer, NP",
     VisitState.SCHEDULED, DueState.NOTHING, 0, 0, 0),
    (10, 45, patient("Lucía Fuentes", date(1990, 11, 17), "0043166"), "Office visit", "Dr. Reyes", VisitState.SCHEDULED,
     DueState.DUE, 3500, 0, 0),
)  # fmt: skip


def rows() -> tuple[TodayRow, ...]:
    """Nine visits in every state."""
    made = []
    for number, (hour, minute, who, title, doctor, state, due, cents, credit, prepaid) in enumerate(_DAY):
        head = visit(number, hour, minute, title, doctor, state, 11 if state is VisitState.LATE else 0)
        paid = cents if due is DueState.PAID else 0
        made.append(TodayRow(head, who, credit, prepaid, due, 0 if paid else cents, paid))
    return tuple(made)


def today(given: tuple[TodayRow, ...] | None = None, **changes: object) -> TodayView:
    """The day at 9:41."""
    found = rows() if given is None else given
    values: dict[str, object] = {
        "day": DAY, "is_today": True, "as_of": at(9, 41), "now": at(9, 41), "rows": found, "arrived": 9,
        "copays_collected_cents": 26500, "copays_expected_cents": 61000, "collected_cents": 114750, "payments": 18,
        "attention": 2, "attention_confirming": 1,
        "practitioners": tuple(sorted({row.visit.practitioner for row in found})),
        "next_index": next((n for n, row in enumerate(found) if row.patient == ROSA), -1),
    }  # fmt: skip
    return TodayView(**(values | changes))  # type: ignore[arg-type]


def side(row: TodayRow, lines: tuple[DueLine, ...] | None = None) -> SideView:
    """The decision column for `row`."""
    if lines is None:
        lines = (
            (DueLine("Copay, office visit", "", 3000), DueLine("Balance from Mar 2", "Lab panel · 73 days", 4500))
            if row.patient == ROSA
            else (DueLine("Copay", row.visit.title, row.due_cents),) if row.due_cents else ()
        )  # fmt: skip
    return SideView(row.patient, row.visit, BLUE, lines, row.due_cents, row.credit_cents, row.prepaid_cents,
                    row.due_state, "$30.00 on Feb 11, Visa 4242", "paid" if row.paid_cents else "due")  # fmt: skip


# Collect ----------------------------------------------------------------------------------------------------------

COPAY = CollectLine("copay", LineKind.COPAY, "Copay, office visit", "Today 9:45 AM · Dr. Okafor", "Office visit", DAY,
                    3000, True, "c-1", "a-4")  # fmt: skip
LAB = CollectLine("lab", LineKind.BALANCE, "Lab panel", "Visit Mar 2, 2026 · 73 days", "Lab panel", date(2026, 3, 2),
                  4500, True, "c-2", "a-90", 73)  # fmt: skip
FOLLOW = CollectLine("follow", LineKind.BALANCE, "Follow-up visit", "Visit Jan 22, 2026 · 112 days", "Follow-up visit",
                     date(2026, 1, 22), 10000, False, "c-3", "a-91", 112)  # fmt: skip


def sheet(**changes: object) -> CollectSheet:
    """Rosa's sheet: copay and lab panel chosen, an older visit not."""
    values: dict[str, object] = {
        "attempt_id": "attempt-1", "patient": ROSA, "visit": rows()[4].visit, "coverage": BLUE,
        "lines": (COPAY, LAB, FOLLOW), "owed_in_all_cents": 17500, "credit_cents": 0, "prepaid_cents": 0,
        "basis_seq": 7, "tenders": ("card", "cash", "check"), "reader_name": "PAX A80", "receipt_default": True,
    }  # fmt: skip
    return CollectSheet(**(values | changes))  # type: ignore[arg-type]


def receipt() -> ReceiptDocument:
    """Rosa's receipt."""
    return ReceiptDocument(
        clinic=ClinicBlock(name="Alder Street Family Medicine", address=("214 Alder Street, Suite 3",),
                           phone="(555) 010-2200"),
        receipt_no="01-1-A-0019", payment_number="PAY-1-00482", taken_on="May 14, 2026",
        taken_at="May 14, 2026 9:42 AM",
        zone="CDT", station="Desk 1", cashier="Maria D.", patient_name="R. Alvarez", account_no="0041877",
        lines=(ReceiptLine(description="office visit", amount_cents=3000, kind="copay", service_date="May 14, 2026",
                           provider="Dr. Okafor"),
               ReceiptLine(description="Mar 2 lab", amount_cents=4500, kind="balance", service_date="Mar 2, 2026")),
        tenders=(TenderLine(method="card", amount_cents=7500, brand="VISA", last4="4242", entry_mode="contactless",
                            auth_code="084917", aid="A0000000031010", cvm="none"),),
        total_cents=7500, requested_cents=7500, balances=Balances(still_owed_cents=10000),
        message="Thank you. Feel better soon.",
    )  # fmt: skip


NEXT = NextUp(HENRY, rows()[5].visit, 4000, 20000)


def collected(end: CollectEnd = CollectEnd.TAKEN, **changes: object) -> Collected:
    """Rosa's card payment, taken unless another end is given."""
    taken = end is CollectEnd.TAKEN
    values: dict[str, object] = {
        "end": end, "patient": ROSA, "visit": rows()[4].visit, "amount_cents": 7500 if taken else 0,
        "requested_cents": 7500, "tender": TenderKind.CARD, "method_text": "Visa •••• 4242",
    }  # fmt: skip
    if taken:
        values |= {
            "payment_id": "pay-1", "number": "PAY-1-00482", "entry_text": "Contactless", "auth_code": "084917",
            "taken_at": at(9, 42), "paid": (DueLine("Copay", "today", 3000), DueLine("Mar 2 lab", "closed", 4500)),
            "still_owed_cents": 10000, "still_owed_text": "Jan 22 visit", "receipt": receipt(),
            "print_job_id": "job-1", "can_undo": True,
        }  # fmt: skip
    return Collected(**(values | changes))  # type: ignore[arg-type]


# Ledger -----------------------------------------------------------------------------------------------------------


def ledger() -> LedgerView:
    """Henry's account: four visits, a prepaid one, two lots."""
    biopsy = item("c-11", "a-6", date(2026, 4, 22), "11102", "Tangential biopsy of skin", 20000, 0, 20000,
                  allowed_cents=26000, insurance_pending=True)  # fmt: skip
    panel = item("c-12", "a-7", date(2026, 3, 18), "80053", "Comprehensive metabolic panel", 11200, 6700, 4500,
                 allowed_cents=14000, insurance_paid_cents=2800)  # fmt: skip
    office = item("c-13", "a-8", date(2026, 2, 10), "99213", "Office visit, established patient", 6000, 6000, 0,
                  allowed_cents=12000, insurance_paid_cents=6000)  # fmt: skip
    physical = item("c-14", "a-5", DAY, "COPAY", "Annual physical", 4000, 0, 4000)
    visits = (
        VisitLine("a-9", date(2026, 5, 28), "Follow-up", "No charges yet · Dr. Okafor", 0, 0, 0, 2000, "no_charges"),
        VisitLine("a-5", DAY, "Annual physical", "Copay · today 10:00 AM", 4000, 0, 4000, 0, "due_today", 0,
                  (physical,)),
        VisitLine("a-6", date(2026, 4, 22), "Skin biopsy", "11102 · Dr. Reyes", 20000, 0, 20000, 0, "overdue", 22,
                  (biopsy,)),
        VisitLine("a-7", date(2026, 3, 18), "Lab panel", "80053 · Dr. Okafor", 11200, 6700, 4500, 0, "overdue", 57,
                  (panel,)),
        VisitLine("a-8", date(2026, 2, 10), "Office visit", "99213 · Dr. Okafor", 6000, 6000, 0, 0, "paid", 93,
                  (office,)),
    )  # fmt: skip
    payments = (
        _payment("PAY-1-10447", date(2026, 5, 9), "Visa •••• 1881", 2000, 0, 2000,
                 parts=(PaymentPart("visit", 2000, "May 28 Follow-up", "Set aside for this visit",
                                    appointment_id="a-9"),), tender="card"),
        _payment("PAY-1-10391", date(2026, 4, 2), "Check 2281", 18000, 0, 18000,
                 parts=(PaymentPart("credit", 18000, "Credit on account", "Free for any visit"),), tender="check"),
        _payment("PAY-1-10355", date(2026, 3, 18), "Cash", 6700, 6700, 0, pending=True,
                 parts=(PaymentPart("charge", 6700, "Mar 18 Comprehensive metabolic panel", "80053", "c-12", "a-7"),)),
        _payment("PAY-1-10120", date(2026, 2, 10), "Visa •••• 1881", 6000, 6000, 0, state="voided", tender="card"),
    )  # fmt: skip
    log = (
        LogLine(at(9, 2), "act.collected", "Maria Delgado", "Desk 1", 2000, "PAY-1-10447", pending=True, op_id="op-2"),
        LogLine(at(8, 40), "act.allocated", "Maria Delgado", "Desk 1", 6700, "PAY-1-10355", op_id="op-1",
                what="to Mar 18 Comprehensive metabolic panel", can_undo=True),
    )  # fmt: skip
    lots = (
        LotLine("credit", 18000, "PAY-1-10391", date(2026, 4, 2), "Check 2281", "id-PAY-1-10391"),
        LotLine("prepaid", 2000, "PAY-1-10447", date(2026, 5, 9), "Visa •••• 1881", "id-PAY-1-10447", "", "a-9",
                "for May 28 visit"),
    )  # fmt: skip
    statements = (
        StatementRow("st-1", "ST-1-00012", at(8, 15), "print", 24500, 0, 2, date(2026, 6, 4), "Maria Delgado"),
    )  # fmt: skip
    documents = (
        DocumentLine("receipt", "id-PAY-1-10447", "01-1-A-0447", at(9, 2), "Receipt · Visa •••• 1881", 2000),
        DocumentLine("statement", "st-1", "ST-1-00012", at(8, 15), "Statement", 24500),
        DocumentLine("void", "id-PAY-1-10120", "01-1-A-0121", at(8, 2), "Void receipt · Visa •••• 1881", -6000),
    )  # fmt: skip
    return LedgerView(
        HENRY, Figures(41200, 12700, 20000, 2000), 4, date(2026, 2, 10), 2, visits, payments,
        (physical, biopsy, panel, office), log, 1, 4000, "a-5", lots, statements, documents,
    )  # fmt: skip


def item(
    charge_id: str, visit_id: str, day: date, code: str, words: str, owes: int, paid: int, balance: int, **more: Any
) -> ChargeLine:
    """A line item of Henry's."""
    return ChargeLine(charge_id, "p-0039914", visit_id, day, code, words, owes, paid, balance, **more)


def _payment(
    number: str, day: date, method: str, cents: int, used: int, left: int, *, state: str = "paid",
    pending: bool = False, tender: str = "cash", parts: tuple[PaymentPart, ...] = (),
) -> PaymentLine:  # fmt: skip
    taken = datetime(day.year, day.month, day.day, 10, 5, tzinfo=ZONE)
    return PaymentLine(f"id-{number}", number, f"R-{number}", taken, method, cents, used, left, state,
                       "Maria Delgado", "Desk 1", pending, "p-0039914", tender, posted_on=day, parts=parts)  # fmt: skip


def attention() -> tuple[AttentionItem, ...]:
    """One of each kind."""
    ben = rows()[2].patient
    return (
        AttentionItem("attempt-9", "unknown_payment", at(9, 24), ben, 3000, "attention.unknown_payment"),
        AttentionItem("op-7", "refused", at(8, 41), HENRY, 4500, "attention.refused"),
        AttentionItem("job-3", "print_unknown", at(9, 36), ROSA, 7500, "attention.print_unknown"),
    )
