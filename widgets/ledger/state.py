"""What the Ledger shows, worked out without a window: five figures with their sums, and the rows of its lists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.views import ChargeLine, LedgerView, LogLine, PaymentLine, VisitLine
from app.words import sentence
from models.basics.money import show_cents
from widgets.common.pill import PAYMENT_LOOKS, Look
from widgets.common.speech import Notice
from widgets.common.when import count_text, day_text, time_text


class Tab(StrEnum):
    """The lists of an account."""

    VISITS = "visits"
    PAYMENTS = "payments"
    LINES = "lines"
    LOG = "log"


TAB_WORDS: dict[Tab, str] = {
    Tab.VISITS: "Visits and payments",
    Tab.PAYMENTS: "Payments",
    Tab.LINES: "Line items",
    Tab.LOG: "Log",
}

EMPTY_WORDS: dict[Tab, tuple[str, str]] = {
    Tab.VISITS: ("No visits or payments yet.", "They appear here by themselves."),
    Tab.PAYMENTS: ("No payments yet.", "What is collected appears here."),
    Tab.LINES: ("No line items yet.", "Charges appear here when they arrive."),
    Tab.LOG: ("Nothing has happened on this account yet.", "Every change appears here, and none is ever removed."),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One of the five figures and, under it, how it comes about."""

    title: str
    cents: int
    under: str
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Lot:
    """Money of one payment that lies on the account. `meaning` is ok (free) or warn (prepaid for a visit)."""

    payment_id: str
    number: str
    meaning: str
    badge: str
    line: str
    cents: int


@dataclass(frozen=True, slots=True)
class LedgerState:
    """All of the Ledger. `view` None: nothing is known yet; `skeleton` then says that it takes long."""

    view: LedgerView | None = None
    skeleton: bool = False
    today: date | None = None
    figures: tuple[Figure, ...] = ()
    lots: tuple[Lot, ...] = ()
    tab: Tab = Tab.VISITS
    empty: tuple[str, str] | None = None
    totals: tuple[int, int, int] | None = None
    footnote: str = ""
    collect_text: str = ""
    notice: Notice | None = None
    said: str = ""


def ledger_state(
    view: LedgerView, today: date, tab: Tab, *, notice: Notice | None = None, said: str = ""
) -> LedgerState:
    """All of the Ledger from one account. `said` is what was just done (a receipt on its way)."""
    counts = {Tab.VISITS: view.visits, Tab.PAYMENTS: view.payments, Tab.LINES: view.charges, Tab.LOG: view.log}
    figures = view.figures
    return LedgerState(
        view=view,
        today=today,
        figures=_figures(view, today),
        lots=tuple(_lot(line, today) for line in view.payments if line.unspent_cents > 0),
        tab=tab,
        empty=None if counts[tab] else EMPTY_WORDS[tab],
        totals=(figures.responsibility_cents, figures.allocated_cents, figures.statement_balance_cents)
        if view.visits
        else None,
        footnote=_footnote(view),
        collect_text=f"Collect {show_cents(view.due_today_cents)}" if view.due_today_cents > 0 else "Take payment",
        notice=notice,
        said=said,
    )


def _figures(view: LedgerView, today: date) -> tuple[Figure, ...]:
    figures = view.figures
    owed = show_cents(figures.responsibility_cents)
    used, paid = show_cents(figures.allocated_cents), show_cents(figures.total_paid_cents)
    since = f" since {day_text(view.first_payment, today)}" if view.first_payment else ""
    free = f"{show_cents(figures.credit_cents)} free + {show_cents(figures.prepaid_cents)} prepaid"
    return (
        Figure("Total paid", figures.total_paid_cents, count_text(view.payments_count, "payment", "payments") + since),
        Figure("Allocated (paid to visits)", figures.allocated_cents,
               f"Used on {count_text(view.visits_paid, 'visit', 'visits')}"),
        Figure("Unallocated", figures.unallocated_cents, free, "ok" if figures.unallocated_cents > 0 else ""),
        Figure("Statement balance", figures.statement_balance_cents, f"{owed} less {used} used"),
        Figure("Total balance", figures.total_balance_cents, f"{owed} less {paid} paid"),
    )  # fmt: skip


def _lot(line: PaymentLine, today: date) -> Lot:
    prepaid = bool(line.earmarked_for)
    where = f"for {line.earmarked_for}" if prepaid else "free for any visit"
    words = f"{day_text(line.taken_at.date(), today)} · {line.method_text} · {where}"
    badge = "Prepaid visit" if prepaid else "Unallocated"
    return Lot(line.payment_id, line.number, "warn" if prepaid else "ok", badge, words, line.unspent_cents)


def _footnote(view: LedgerView) -> str:
    count = view.insurance_pending
    if count <= 0:
        return ""
    return f"Insurance is still deciding {count_text(count, 'claim', 'claims')}. The balance may change."


# Words of the rows ------------------------------------------------------------------------------------------------


def visit_pill(line: VisitLine) -> Look | None:
    """The pill of a visit; None where money tied to it is shown instead, or nothing is to be said."""
    looks: dict[str, Look] = {
        "paid": ("Paid", "ok", "check"),
        "due_today": ("Due today", "info", ""),
        "overdue": (count_text(line.days, "day", "days"), "neutral", ""),
        "open": ("Open", "neutral", ""),
    }
    return None if line.prepaid_cents > 0 else looks.get(line.state)


def visit_badge(line: VisitLine) -> Look | None:
    """The square badge of money tied to a visit."""
    return (f"Prepaid {show_cents(line.prepaid_cents)}", "warn", "") if line.prepaid_cents > 0 else None


def payment_pill(line: PaymentLine) -> Look:
    """The pill of a payment; one the hub has not confirmed yet says so."""
    if line.state == "voided":
        return PAYMENT_LOOKS["voided"]
    return ("Paid, sending", "warn", "clock") if line.pending else PAYMENT_LOOKS["paid"]


def charge_pill(line: ChargeLine) -> Look:
    """The pill of a line item."""
    if line.insurance_pending:
        return "With insurance", "warn", "clock"
    return ("Paid", "ok", "check") if line.balance_cents <= 0 else ("Open", "neutral", "")


def log_words(line: LogLine) -> str:
    """What was done, in plain words, with the payment's number where there is one."""
    title = sentence(line.act, {}).title
    return f"{title} · {line.number}" if line.number else title


def when_words(line: LogLine, today: date) -> str:
    """`May 14, 9:42 AM`."""
    return f"{day_text(line.at.date(), today)}, {time_text(line.at)}"
