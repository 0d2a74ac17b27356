"""What the page of one payment shows, worked out without a window."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.request_views import PaymentDetail, Treatment
from app.views import PatientHead
from models.basics.money import show_cents
from models.rules.estimate import ASK_AGAIN, EARLIER, NEVER
from models.rules.payment_status import Status
from widgets.asking.state import TYPE_WORDS, visit_line
from widgets.common.cells import TableRow
from widgets.common.patient import identity_text
from widgets.common.pill import PAYMENT_LOOKS, Look
from widgets.common.speech import Notice
from widgets.common.text import NOT_APPLICABLE
from widgets.common.when import count_text, day_text, full_day_text
from widgets.ledger.rows import log_row

STATUS_ACTS = {
    Status.PENDING: "Pending: ask for it",
    Status.PROCESSING: "Processing: on its way",
    Status.PAID: "Paid: take cash or a check",
    Status.CANCELLED: "Cancelled: ask no more",
}
"""What each choice of the dropdown does."""
PLAN_WORDS = {NEVER: "Not checked", EARLIER: "Checked before the month of the visit"}
ENDED_AS = {"delete": "Deleted", "bounced": "Check came back"}
DAY_S = 24 * 3600
LOCKED = "Follows the money; it is not set by hand."


@dataclass(frozen=True, slots=True)
class Fact:
    """One value of a card and its ink; `under` is a second line."""

    words: str
    ink: str = "text"
    under: str = ""


@dataclass(frozen=True, slots=True)
class Offers:
    """What can be done now; `collect` and `refund` are the words of their buttons, empty: not now."""

    collect: str = ""
    refund: bool = False
    void: bool = False
    receipt: bool = False
    change: str = ""
    good_faith: bool = False


@dataclass(frozen=True, slots=True)
class PaymentState:
    """The page. `detail` None: it is being read, or `notice` says why it cannot be. `facts` and `visit` are by the name
    of their row; a row that is not named is not shown."""

    detail: PaymentDetail | None = None
    number: str = ""
    pill: Look | None = None
    flag: Look | None = None
    statuses: tuple[tuple[str, str], ...] = ()
    locked: str = ""
    facts: dict[str, Fact] | None = None
    visit: dict[str, Fact] | None = None
    phone: str = ""
    email: str = ""
    identity: str = ""
    rows: tuple[TableRow, ...] = ()
    offers: Offers = Offers()
    said: str = ""
    notice: Notice | None = None
    skeleton: bool = False

    @property
    def patient(self) -> PatientHead | None:
        """Whose it is."""
        return self.detail.patient if self.detail is not None else None


def payment_state(detail: PaymentDetail, today: date, *, said: str = "", notice: Notice | None = None) -> PaymentState:
    """The page for what stands now."""
    look = PAYMENT_LOOKS["confirming" if detail.confirming else detail.status.value]
    return PaymentState(
        detail=detail, number=detail.number or "Payment", pill=look, flag=_flag(detail), statuses=_statuses(detail),
        locked="" if detail.choices else LOCKED, facts=_facts(detail, today), visit=_visit(detail.treatment),
        phone=detail.patient.phone or NOT_APPLICABLE, email=detail.patient.email or NOT_APPLICABLE,
        identity=identity_text(detail.patient), rows=tuple(log_row(line, today) for line in detail.history),
        offers=_offers(detail), said=said, notice=notice,
    )  # fmt: skip


def _flag(detail: PaymentDetail) -> Look | None:
    """Beside the status: how long it is overdue (S2-15)."""
    if not detail.overdue_days:
        return None
    return f"Overdue {count_text(detail.overdue_days, 'day', 'days')}", "bad", "triangle-alert"


def _statuses(detail: PaymentDetail) -> tuple[tuple[str, str], ...]:
    """The dropdown: where it stands, then where it may go."""
    if not detail.choices:
        return ()
    now = (detail.status.value, PAYMENT_LOOKS[detail.status.value][0])
    return (now, *((each.value, STATUS_ACTS[each]) for each in detail.choices))


def _facts(detail: PaymentDetail, today: date) -> dict[str, Fact]:
    facts = {"amount": Fact(show_cents(detail.amount_cents), under=_came(detail))}
    facts["paid"] = _paid(detail, today)
    late = bool(detail.overdue_days)
    facts["due"] = Fact(_day(detail.due, today), "bad_text" if late else "text",
                        f"Overdue {count_text(detail.overdue_days, 'day', 'days')}" if late else "")  # fmt: skip
    if detail.request_type:
        facts["type"] = Fact(TYPE_WORDS.get(detail.request_type, detail.request_type))
    if detail.plan_age in ASK_AGAIN:
        words = PLAN_WORDS.get(detail.plan_age, f"Checked {count_text(detail.plan_age_s // DAY_S, 'day', 'days')} ago")
        again = "" if detail.plan_age == NEVER else " again"
        facts["plan"] = Fact(words, "warn_text", f"Ask the payer{again} before the amount counts on it")
    facts["memo"] = Fact(detail.memo or NOT_APPLICABLE)
    facts["refunded"] = Fact(show_cents(detail.refunded_cents),
                             under=f"{show_cents(detail.refundable_cents)} can still be refunded"
                             if detail.refunded_cents and detail.refundable_cents else "")  # fmt: skip
    return facts


def _came(detail: PaymentDetail) -> str:
    if detail.payment_id or not detail.paid_cents:
        return ""
    if detail.paid_cents >= detail.amount_cents:
        return "Paid in parts or from credit on account"
    return f"{show_cents(detail.paid_cents)} has come, {show_cents(detail.amount_cents - detail.paid_cents)} is open"


def _paid(detail: PaymentDetail, today: date) -> Fact:
    if detail.status is Status.VOIDED:
        words = ENDED_AS.get(detail.ended_as, "Voided")
        return Fact(_day(detail.paid_on, today), "muted", f"{words}: nothing of it counts")
    if detail.paid_on is None:
        return Fact(NOT_APPLICABLE, "muted")
    under = " · ".join(part for part in (detail.method, f"Receipt {detail.receipt_no}" if detail.receipt_no else "")
                       if part)  # fmt: skip
    return Fact(_day(detail.paid_on, today), under=under)


def _day(day: date | None, today: date) -> str:
    return day_text(day, today) if day is not None else NOT_APPLICABLE


def _visit(visit: Treatment | None) -> dict[str, Fact] | None:
    if visit is None:
        return None
    return {
        "service": Fact(full_day_text(visit.starts_at.date()), under=visit_line(visit)),
        "physician": Fact(visit.practitioner or NOT_APPLICABLE),
        "location": Fact(visit.location or NOT_APPLICABLE),
        "codes": Fact(", ".join(visit.codes) or NOT_APPLICABLE),
    }


def _offers(detail: PaymentDetail) -> Offers:
    paid = detail.status in (Status.PAID, Status.PARTIALLY_REFUNDED) and bool(detail.payment_id)
    changes = {Status.DRAFT: "Change", Status.PENDING: "Change", Status.FAILED: "Change"}
    return Offers(
        collect=f"Collect {show_cents(detail.open_cents)}" if detail.open_cents else "",
        refund=paid and detail.refundable_cents > 0,
        void=paid and detail.same_day and detail.refundable_cents == detail.amount_cents,
        receipt=bool(detail.receipt_no),
        change=changes.get(detail.status, "") if detail.editable else "",
        good_faith=detail.good_faith,
    )  # fmt: skip
