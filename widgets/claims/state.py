"""What the claims feed shows: rows of cells, the words around them, and what each row can take. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final

from app.account_views import ChargeLine
from app.list_views import ANY_STATUS, ClaimBalance, ClaimLine, ClaimsAsk, ClaimsView
from models.basics.money import show_cents
from models.rules.billing import BILLING_STATUS_WORDS
from widgets.common.cells import BadgeCell, Cell, MoneyCell, TableRow, WordsCell
from widgets.common.patient import short_identity_text
from widgets.common.pill import Look
from widgets.common.speech import Notice
from widgets.common.table import Column
from widgets.common.when import count_text, day_text, spoken_cents
from widgets.ledger.acts import Target
from widgets.ledger.offer import Offer
from widgets.ledger.tail import LeadCell, MarkCell

COLUMNS: Final = (
    Column("Date", 78), Column("Name", 146, 3), Column("Visit", 122, 2), Column("Billed", 76, right=True),
    Column("Allowed", 76, right=True), Column("Insurance", 86, right=True), Column("Patient", 76, right=True),
    Column("Balance", 86, right=True), Column("On account", 136, 1), Column("", 141, right=True),
)  # fmt: skip
"""Of whom; billed, allowed, paid by insurance, the patient's part, what of it is open."""
BESIDE_PANEL: Final = (0, 1, 2, 7, 8)
"""The columns that stay while something stands beside the list."""

BILLING_LOOKS: Final[dict[str, Look]] = {
    "bill_insurance": (BILLING_STATUS_WORDS["bill_insurance"], "info", "file-text"),
    "bill_secondary": (BILLING_STATUS_WORDS["bill_secondary"], "info", "file-text"),
    "internal_review": (BILLING_STATUS_WORDS["internal_review"], "moved", "search"),
    "balance_due": (BILLING_STATUS_WORDS["balance_due"], "warn", "clock"),
    "paid_in_full": (BILLING_STATUS_WORDS["paid_in_full"], "ok", "check"),
    "settled": (BILLING_STATUS_WORDS["settled"], "neutral", "check"),
}
"""Billing statuses as pills (S0-23); the one that says nothing has none."""

STATUS_WORDS: Final = {ANY_STATUS: "Status: any", **BILLING_STATUS_WORDS, "": "Nothing said"}
BALANCE_WORDS: Final = {
    ClaimBalance.ANY.value: "Balance: any",
    ClaimBalance.OWES.value: "Patient owes",
    ClaimBalance.ON_ACCOUNT.value: "Money on account",
    ClaimBalance.SETTLED.value: "Nothing open",
}
OWN_SPAN: Final = "own"
SPAN_WORDS: Final = {
    "today": "Today", "week": "Last 7 days", "month": "Last 30 days", "quarter": "Last 90 days",
    "year": "Last 12 months", "ahead": "Next 30 days", OWN_SPAN: "From … to …",
}  # fmt: skip
_SPANS: Final = {"today": (0, 0), "week": (6, 0), "month": (29, 0), "quarter": (89, 0), "year": (364, 0),
                 "ahead": (-1, 30)}  # fmt: skip
"""Days before today and days after it."""
ALL_PROVIDERS: Final = "All providers"


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the clerk chose to see. `first` and `last` count for a span of one's own only."""

    span: str = "month"
    first: date | None = None
    last: date | None = None
    practitioner_id: str = ""
    billing_status: str = ANY_STATUS
    balance: ClaimBalance = ClaimBalance.ANY
    unfolded: frozenset[str] = frozenset()
    page: int = 0

    @property
    def narrowed(self) -> bool:
        """Is anything left out but other days?"""
        return bool(self.practitioner_id) or self.billing_status != ANY_STATUS or self.balance is not ClaimBalance.ANY

    def ask(self, today: date) -> ClaimsAsk:
        """The question for the story, on this day."""
        if self.span == OWN_SPAN:
            last = self.last or today
            first = min(self.first or last - timedelta(days=29), last)
        else:
            before, after = _SPANS[self.span]
            first, last = today - timedelta(days=before), today + timedelta(days=after)
        return ClaimsAsk(first, last, self.practitioner_id, self.billing_status, self.balance, self.unfolded, self.page)


@dataclass(frozen=True, slots=True)
class ClaimsState:
    """The page as it stands. `empty` replaces the list; `providers` are (id, name) to choose from; `said` is what was
    just done."""

    chosen: Chosen = field(default_factory=Chosen)
    lines: tuple[ClaimLine, ...] = ()
    rows: tuple[TableRow, ...] = ()
    providers: tuple[tuple[str, str], ...] = ()
    today: date | None = None
    days: str = ""
    foot: str = ""
    page_text: str = ""
    has_before: bool = False
    has_after: bool = False
    empty: tuple[str, str] | None = None
    skeleton: bool = False
    said: str = ""
    notice: Notice | None = None

    def line(self, key: str) -> tuple[ClaimLine, ChargeLine | None] | None:
        """The visit behind the row `key`, and the line item where the row is one."""
        for line in self.lines:
            if key == line.appointment_id:
                return line, None
            for item in line.lines:
                if key == item_key(item):
                    return line, item
        return None


def claims_state(
    view: ClaimsView, chosen: Chosen, page_size: int, *, said: str = "", notice: Notice | None = None
) -> ClaimsState:
    """The page for what was found."""
    last = view.first + len(view.lines)
    pages, at = max(-(-view.visits // page_size), 1), view.first // page_size + 1
    return ClaimsState(
        chosen=chosen, lines=view.lines, rows=tuple(row for line in view.lines for row in _rows(line, view.today)),
        providers=view.practitioners, today=view.today, days=days_text(view.ask, view.today), foot=_foot(view, last),
        page_text=f"Page {at:,} of {pages:,}", has_before=at > 1, has_after=at < pages,
        empty=None if view.lines else _nothing(chosen), said=said, notice=notice,
    )  # fmt: skip


def days_text(ask: ClaimsAsk, today: date) -> str:
    """`May 14` or `Apr 15 to May 14`."""
    first, last = day_text(ask.first, today), day_text(ask.last, today)
    return first if ask.first == ask.last else f"{first} to {last}"


def _foot(view: ClaimsView, last: int) -> str:
    if not view.lines:
        return ""
    pending = f" · insurance decides on {view.pending:,}" if view.pending else ""
    return (
        f"{view.first + 1:,} to {last:,} of {count_text(view.visits, 'visit', 'visits')} · "
        f"billed {show_cents(view.billed_cents)} · patients owe {show_cents(view.balance_cents)}{pending}"
    )


def _nothing(chosen: Chosen) -> tuple[str, str]:
    if chosen.narrowed:
        return "No visit matches.", "Change the filters, or clear them (Esc)."
    return (
        "No visits with charges on these days.",
        "Charges come with an import or with a visit’s profile.",
    )


# Rows -------------------------------------------------------------------------------------------------------------


def item_key(item: ChargeLine) -> str:
    """The identity of a line item's row."""
    return f"item:{item.charge_id}"


def _rows(line: ClaimLine, today: date) -> Iterator[TableRow]:
    yield visit_row(line, today)
    for item in line.lines:
        yield item_row(item)


def visit_row(line: ClaimLine, today: date) -> TableRow:
    """One visit: its bill, and the money on account of its patient."""
    charged = line.items > 0
    fold = ("open" if line.lines else "closed") if charged else ""
    first = line.practitioner if charged else "No charges yet"
    under = " · ".join(part for part in (first, line.visit_status) if part)
    quiet = "text2" if line.balance_cents <= 0 else "text"
    cells: tuple[Cell, ...] = (
        LeadCell(*_day(line.service_date, today), fold=fold, ink=quiet),
        WordsCell(line.patient.name, short_identity_text(line.patient), "body_medium"),
        WordsCell(line.title, under, "table"),
        MoneyCell(line.billed_cents or None, "table", quiet),
        MoneyCell(line.allowed_cents or None, "table", quiet),
        _insurance(line.insurance_paid_cents, pending=line.insurance_pending, ink=quiet),
        MoneyCell(line.patient_cents if charged else None, "table", quiet),
        MoneyCell(line.balance_cents if charged else None, "table_strong" if line.balance_cents > 0 else "table",
                  quiet),
        BadgeCell(line.credit_cents, line.prepaid_cents),
        MarkCell(BILLING_LOOKS.get(line.billing_status)),
    )  # fmt: skip
    return TableRow(line.appointment_id, cells, spoken=_sentence(line, today))


def _day(day: date, today: date) -> tuple[str, str]:
    """`May 14`, and the year under it where it is another."""
    words, _, year = day_text(day, today).partition(", ")
    return words, year


def item_row(item: ChargeLine) -> TableRow:
    """One line item of an unfolded visit."""
    let_off = f"{show_cents(item.adjusted_cents)} let off" if item.adjusted_cents else ""
    paid = f"{show_cents(item.paid_cents)} paid" if item.paid_cents else ""
    under = " · ".join(part for part in (item.code, "Practice fee" if item.fee else "") if part)
    cells: tuple[Cell, ...] = (
        LeadCell(""),
        WordsCell(item.description, under, "table", "text2"),
        WordsCell(paid or let_off, let_off if paid else "", "caption", "muted"),
        MoneyCell(item.billed_cents or None, "table", "text2"),
        MoneyCell(item.allowed_cents or None, "table", "text2"),
        _insurance(item.insurance_paid_cents, pending=item.insurance_pending, ink="text2"),
        MoneyCell(item.responsibility_cents, "table", "text2"),
        MoneyCell(item.balance_cents, "table", "text2"),
        BadgeCell(),
        MarkCell(None),
    )
    said = [item.description, item.code, _spoken("billed", item.billed_cents), _spoken("allowed", item.allowed_cents),
            "insurance is deciding" if item.insurance_pending else _spoken("insurance", item.insurance_paid_cents),
            f"patient {spoken_cents(item.responsibility_cents)}", _spoken("paid", item.paid_cents),
            _spoken("let off", item.adjusted_cents), f"balance {spoken_cents(item.balance_cents)}"]  # fmt: skip
    return TableRow(item_key(item), cells, spoken=", ".join(part for part in said if part))


def _insurance(cents: int, *, pending: bool, ink: str) -> MoneyCell:
    if pending:
        return MoneyCell(None, "caption_medium", "info_text", words="Pending")
    return MoneyCell(cents or None, "table", ink)


def _spoken(word: str, cents: int) -> str:
    return f"{word} {spoken_cents(cents)}" if cents else ""


def _sentence(line: ClaimLine, today: date) -> str:
    look = BILLING_LOOKS.get(line.billing_status)
    parts = [
        day_text(line.service_date, today), line.patient.name, short_identity_text(line.patient), line.title,
        line.practitioner, _spoken("billed", line.billed_cents), _spoken("allowed", line.allowed_cents),
        "insurance is deciding" if line.insurance_pending else _spoken("insurance", line.insurance_paid_cents),
        f"patient {spoken_cents(line.patient_cents)}" if line.items else "no charges yet",
        f"balance {spoken_cents(line.balance_cents)}" if line.items else "", _spoken("credit", line.credit_cents),
        _spoken("prepaid", line.prepaid_cents), look[0] if look else "",
    ]  # fmt: skip
    return ", ".join(part for part in parts if part)


def beside_panel(rows: tuple[TableRow, ...]) -> tuple[TableRow, ...]:
    """The rows under fewer columns."""
    return tuple(replace(row, cells=tuple(row.cells[at] for at in BESIDE_PANEL), spoken=row.sentence) for row in rows)


# What a row can take ----------------------------------------------------------------------------------------------

OWN_ACTS: Final = frozenset({"ledger", "collect"})
"""What the page does by itself: everything else is an opener of `widgets.ledger.acts.LedgerActs`."""


def offers_for(state: ClaimsState, key: str) -> list[Offer]:
    """Everything the row `key` can take, the likeliest first."""
    found = state.line(key)
    if found is None:
        return []
    line, item = found
    whom = Target(line.patient.patient_id)
    return list(_of_item(line, item, whom)) if item is not None else list(_of_visit(line, whom))


def _of_visit(line: ClaimLine, whom: Target) -> Iterator[Offer]:
    here = replace(whom, appointment_id=line.appointment_id)
    owed = line.balance_cents > 0
    if owed and line.credit_cents > 0 and not line.future:
        cents = min(line.balance_cents, line.credit_cents)
        target = replace(whom, to_appointment_id=line.appointment_id)
        yield Offer("move", f"Pay {show_cents(cents)} from credit…", target)
    elif line.prepaid_cents > 0 or _paid(line) > 0:
        yield Offer("move", "Move money off this visit…", here)
    elif line.credit_cents > 0:
        yield Offer("move", "Move the patient’s credit…", whom)
    if owed and not line.future:
        yield Offer("collect", f"Collect {show_cents(line.balance_cents)}", here)
    yield Offer("ask", "Ask for a payment…", here)
    yield Offer("billing_status", "Billing status…", here)
    if owed:
        only = line.lines[0].charge_id if len(line.lines) == 1 else ""
        yield Offer("adjust", "Discount or write off…", replace(here, charge_id=only))
    yield Offer("add_charge", "Add a charge…", here)
    yield Offer("visit_status", "Status of the visit…", here)
    if line.items:
        yield Offer("superbill", "Superbill…", here)
    yield Offer("undo", "Undo your last step on this account", whom)
    yield Offer("ledger", "Open the ledger", whom)


def _paid(line: ClaimLine) -> int:
    """What may have been paid; exact once the line items are known (some of it may have been let off)."""
    return sum(item.paid_cents for item in line.lines) if line.lines else line.patient_cents - line.balance_cents


def _of_item(line: ClaimLine, item: ChargeLine, whom: Target) -> Iterator[Offer]:
    here = replace(whom, appointment_id=line.appointment_id, charge_id=item.charge_id)
    if item.balance_cents > 0 and line.credit_cents > 0 and not line.future:
        cents = min(item.balance_cents, line.credit_cents)
        target = replace(whom, to_appointment_id=line.appointment_id)
        yield Offer("move", f"Pay {show_cents(cents)} from credit…", target)
    elif item.paid_cents > 0:
        yield Offer("move", "Move money off this item…", here)
    if item.balance_cents > 0:
        yield Offer("adjust", "Discount or write off…", here)
    elif item.adjusted_cents > 0:
        yield Offer("adjust", "Take back what was let off…", here)
    yield Offer("billing_status", "Billing status…", replace(here, charge_id=""))
    yield Offer("undo", "Undo your last step on this account", whom)
    yield Offer("ledger", "Open the ledger", whom)
