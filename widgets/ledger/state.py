"""What the Ledger shows, worked out without a window: five figures with their sums, and the lines of its lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from app.account_views import ChargeLine, LedgerView, LogLine, LotLine, PaymentLine, VisitLine
from app.words import sentence
from models.basics.money import show_cents
from widgets.common.patient import mrn_text
from widgets.common.pill import PAYMENT_LOOKS, Look
from widgets.common.speech import Notice
from widgets.common.text import NOT_APPLICABLE
from widgets.common.when import count_text, day_text, time_text
from widgets.ledger.filters import Filter, narrowed
from widgets.ledger.offer import Offer, lot_offers


class Tab(StrEnum):
    """The lists of an account."""

    VISITS = "visits"
    PAYMENTS = "payments"
    LINES = "lines"
    STATEMENTS = "statements"
    PLANS = "plans"
    DOCUMENTS = "documents"
    LOG = "log"


TAB_WORDS: dict[Tab, str] = {
    Tab.VISITS: "Visits and payments",
    Tab.PAYMENTS: "Payments",
    Tab.LINES: "Line items",
    Tab.STATEMENTS: "Statements",
    Tab.PLANS: "Plans",
    Tab.DOCUMENTS: "Documents",
    Tab.LOG: "Log",
}

EMPTY_WORDS: dict[Tab, tuple[str, str]] = {
    Tab.VISITS: ("No visits or payments yet.", "They appear here by themselves."),
    Tab.PAYMENTS: ("No payments yet.", "What is collected appears here."),
    Tab.LINES: ("No line items yet.", "Charges appear here when they arrive."),
    Tab.STATEMENTS: ("No statements yet.", "Make one with Statement above: it lists what is owed, ready to print."),
    Tab.PLANS: ("No payment plan on this account.", "Nothing is owed that could go on one."),
    Tab.DOCUMENTS: ("No receipts or statements yet.", "They appear here, to look at and print again."),
    Tab.LOG: ("Nothing has happened on this account yet.", "Every change appears here, and none is ever removed."),
}
NOTHING_PASSES = ("Nothing here matches the filter.", "Clear it, or choose other days or amounts.")


@dataclass(frozen=True, slots=True)
class Figure:
    """One of the five figures and, under it, how it comes about."""

    title: str
    cents: int
    under: str
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Lot:
    """Money on account, or a refund made elsewhere that waits, as its box says it. `meaning` is ok (free), warn
    (prepaid for a visit) or moved (to net out); `offers` is what can be done with it here."""

    line: LotLine
    meaning: str
    badge: str
    words: str
    offers: tuple[Offer, ...] = ()

    @property
    def key(self) -> str:
        return self.line.key


@dataclass(frozen=True, slots=True)
class LedgerState:
    """All of the Ledger. `view` None: nothing is known yet; `skeleton` then says that it takes long. `lines` are those
    of the tab that pass the filter, `unfolded` the keys of rows that show what they are made of, `ticked` the line
    items chosen for Fill, `lot` the key of the money on account that single letters are about. `merged`: title and text
    about the other records of this person."""

    view: LedgerView | None = None
    skeleton: bool = False
    today: date | None = None
    figures: tuple[Figure, ...] = ()
    lots: tuple[Lot, ...] = ()
    lot: str = ""
    tab: Tab = Tab.VISITS
    shown: Filter = field(default_factory=Filter)
    filtering: bool = False
    lines: tuple[Any, ...] = ()
    unfolded: frozenset[str] = frozenset()
    ticked: frozenset[str] = frozenset()
    empty: tuple[str, str] | None = None
    totals: tuple[int, int, int] | None = None
    footnote: str = ""
    collect_text: str = ""
    notice: Notice | None = None
    said: str = ""
    merged: tuple[str, str] | None = None

    @property
    def chosen(self) -> Lot | None:
        """The money on account that single letters are about."""
        return next((lot for lot in self.lots if lot.key == self.lot), self.lots[0] if self.lots else None)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the clerk asked to see of the account."""

    tab: Tab = Tab.VISITS
    shown: Filter = field(default_factory=Filter)
    filtering: bool = False
    unfolded: frozenset[str] = frozenset()
    ticked: frozenset[str] = frozenset()
    lot: str = ""


def lines_of(tab: Tab, view: LedgerView) -> tuple[Any, ...]:
    """Every line of a list."""
    lists: dict[Tab, tuple[Any, ...]] = {
        Tab.VISITS: view.visits, Tab.PAYMENTS: view.payments, Tab.LINES: view.charges,
        Tab.STATEMENTS: view.statements, Tab.PLANS: view.plans, Tab.DOCUMENTS: view.documents, Tab.LOG: view.log,
    }  # fmt: skip
    return lists[tab]


def ledger_state(
    view: LedgerView, today: date, wanted: Wanted, *, notice: Notice | None = None, said: str = "",
    offered: Callable[[str], bool] = lambda _act: True,
) -> LedgerState:  # fmt: skip
    """All of the Ledger from one account. `said` is what was just done (a receipt on its way), `offered` tells which
    acts can be done here."""
    whole = lines_of(wanted.tab, view)
    lines = whole if wanted.tab is Tab.PLANS else narrowed(whole, wanted.shown)
    lots = tuple(_lot(line, today, view.patient.patient_id, offered) for line in view.lots)
    owed = {charge.charge_id for charge in view.charges if charge.balance_cents > 0}
    return LedgerState(
        view=view, today=today, figures=_figures(view, today), lots=lots, lot=wanted.lot, tab=wanted.tab,
        shown=wanted.shown, filtering=wanted.filtering, lines=lines, unfolded=wanted.unfolded,
        ticked=wanted.ticked & owed, empty=_empty(wanted.tab, whole, lines),
        totals=_totals(view, lines, wanted) if wanted.tab is Tab.VISITS and lines else None,
        footnote=_footnote(view, wanted, whole, lines),
        collect_text=f"Collect {show_cents(view.due_today_cents)}" if view.due_today_cents > 0 else "Take payment",
        notice=notice, said=said, merged=_merged(view, today),
    )  # fmt: skip


def _merged(view: LedgerView, today: date) -> tuple[str, str] | None:
    """Which other records of the person are in this account, and who said so; None without any."""
    if not view.merged:
        return None
    names = ", ".join(
        f"{line.patient.name} (MRN {mrn_text(line.patient.mrn) or NOT_APPLICABLE})" for line in view.merged
    )
    newest = view.merged[0]
    by = f"{newest.by} at {newest.desk}" if newest.by else f"a file read at {newest.desk}"
    return (f"Merged with {names}",
            f"{day_text(newest.at.date(), today)}, {time_text(newest.at)}, by {by}. "
            "Visits and money of every record are on this account.")  # fmt: skip


def _empty(tab: Tab, whole: Sequence[Any], lines: Sequence[Any]) -> tuple[str, str] | None:
    if lines:
        return None
    return NOTHING_PASSES if whole else EMPTY_WORDS[tab]


def _totals(view: LedgerView, lines: Sequence[VisitLine], wanted: Wanted) -> tuple[int, int, int]:
    """Owed, paid, balance: of the account, or of what is shown of it."""
    if not wanted.shown.narrows:
        figures = view.figures
        return figures.responsibility_cents, figures.allocated_cents, figures.statement_balance_cents
    return (
        sum(line.owed_cents for line in lines), sum(line.paid_cents for line in lines),
        sum(line.balance_cents for line in lines),
    )  # fmt: skip


def _figures(view: LedgerView, today: date) -> tuple[Figure, ...]:
    figures = view.figures
    owed = show_cents(figures.responsibility_cents)
    used, paid = show_cents(figures.allocated_cents), show_cents(figures.total_paid_cents)
    since = f" since {day_text(view.first_payment, today)}" if view.first_payment else ""
    free = f"{show_cents(figures.credit_cents)} free + {show_cents(figures.prepaid_cents)} prepaid"
    meaning = "ok" if figures.unallocated_cents > 0 else "bad" if figures.unallocated_cents < 0 else ""
    return (
        Figure("Total paid", figures.total_paid_cents, count_text(view.payments_count, "payment", "payments") + since),
        Figure("Allocated (paid to visits)", figures.allocated_cents,
               f"Used on {count_text(view.visits_paid, 'visit', 'visits')}"),
        Figure("Unallocated", figures.unallocated_cents, free, meaning),
        Figure("Statement balance", figures.statement_balance_cents, f"{owed} less {used} used"),
        Figure("Total balance", figures.total_balance_cents, f"{owed} less {paid} paid"),
    )  # fmt: skip


_LOT_LOOKS = {"credit": ("ok", "Unallocated"), "prepaid": ("warn", "Prepaid visit"), "elsewhere": ("moved", "Refund")}


def _lot(line: LotLine, today: date, patient_id: str, offered: Callable[[str], bool]) -> Lot:
    meaning, badge = _LOT_LOOKS[line.kind]
    plain = {"credit": "free for any visit", "elsewhere": "not netted yet"}.get(line.kind, "")
    words = " · ".join(part for part in (day_text(line.day, today), line.method_text, line.where or plain, line.whose)
                       if part)  # fmt: skip
    offers = tuple(offer for offer in lot_offers(line, patient_id) if offered(offer.act))
    return Lot(line, meaning, badge, words, offers)


def _footnote(view: LedgerView, wanted: Wanted, whole: Sequence[Any], lines: Sequence[Any]) -> str:
    if wanted.shown.narrows and len(lines) != len(whole):
        return f"The filter shows {len(lines):,} of {len(whole):,}."
    count = view.insurance_pending
    if count <= 0 or wanted.tab not in (Tab.VISITS, Tab.LINES):
        return ""
    pending = [charge for charge in view.charges if charge.insurance_pending]
    day = f" ({pending[0].service_date:%b} {pending[0].service_date.day})" if len(pending) == 1 else ""
    return f"Insurance is still deciding {count_text(count, 'claim', 'claims')}{day}. The balance may change."


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


def visit_flag(line: VisitLine) -> Look | None:
    """What was asked for a visit and is past its due date (S2-15): before anything else."""
    return ("Overdue", "bad", "triangle-alert") if line.overdue_cents else None


def visit_badge(line: VisitLine) -> Look | None:
    """The square badge of money tied to a visit."""
    return (f"Prepaid {show_cents(line.prepaid_cents)}", "warn", "") if line.prepaid_cents > 0 else None


_PAYMENT_PILLS: dict[str, Look] = {
    "voided": PAYMENT_LOOKS["voided"],
    "deleted": ("Deleted", "neutral", "ban"),
    "bounced": ("Check returned", "bad", "undo-2"),
    "refunded": PAYMENT_LOOKS["refunded"],
    "partly_refunded": ("Part refunded", "moved", "undo-2"),
    "disputed": ("In dispute", "bad", "circle-alert"),
}


def payment_pill(line: PaymentLine) -> Look:
    """The pill of a payment; one the hub has not confirmed yet says so."""
    found = _PAYMENT_PILLS.get(line.state)
    if found is not None:
        return found
    return ("Paid, sending", "warn", "clock") if line.pending else PAYMENT_LOOKS["paid"]


def payment_bubble(line: PaymentLine) -> tuple[str, str]:
    """(meaning, words) of the bubble before a payment: red while some of it is unallocated, grey when it is all used
    (S0-13)."""
    if not line.stands:
        return "neutral", "Taken back"
    return ("bad", "Not all used") if line.unspent_cents > 0 else ("neutral", "All used")


def charge_pill(line: ChargeLine) -> Look:
    """The pill of a line item."""
    if line.insurance_pending:
        return "Insurance", "warn", "clock"
    if line.balance_cents > 0:
        return ("Ahead", "neutral", "") if line.future else ("Open", "neutral", "")
    let_off = line.adjusted_cents > 0 and line.paid_cents <= 0
    return ("Let off", "moved", "check") if let_off else ("Paid", "ok", "check")


def log_words(line: LogLine) -> str:
    """What was done, in plain words, with the payment's number where there is one."""
    title = sentence(line.act, {}).title
    return f"{title} · {line.number}" if line.number else title


def when_words(line: LogLine, today: date) -> str:
    """`May 14, 9:42 AM`."""
    return f"{day_text(line.at.date(), today)}, {time_text(line.at)}"
