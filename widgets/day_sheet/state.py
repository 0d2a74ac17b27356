"""What the day sheet shows: rows of cells and the words around them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from app.day_paper import SUM_COLUMNS
from app.day_sheet import ADJUSTMENT_WORDS, TENDER_WORDS, in_order
from app.day_sums import ADJUSTMENTS, CREDITS, DEBITS, MOVED, TenderSum
from app.day_views import DateType, DayLine, DaySheetAsk, DaySheetView, Tab
from models.basics.money import show_cents
from widgets.common.cells import Cell, MoneyCell, RowKind, TableRow, WordsCell
from widgets.common.speech import Notice
from widgets.common.summary import SumLine
from widgets.common.table import Column
from widgets.common.when import count_text, day_text, time_text

TABS: Final = {
    Tab.SUMMARY.value: "Summary", Tab.DEBITS.value: "Debits", Tab.CREDITS.value: "Credits",
    Tab.ADJUSTMENTS.value: "Adjustments", Tab.PAYMENTS.value: "Patient payments", Tab.ALL.value: "All",
}  # fmt: skip
OWN_SPAN: Final = "own"
SPAN_WORDS: Final = {
    "today": "Today", "yesterday": "Yesterday", "week": "Last 7 days", "month": "This month",
    "before": "Last month", OWN_SPAN: "From … to …",
}  # fmt: skip
BY_WORDS: Final = {
    DateType.POSTED.value: "By day posted", DateType.PAYMENT.value: "By day of payment",
    DateType.SERVICE.value: "By day of visit",
}  # fmt: skip
ALL_OF: Final = {
    "practitioner_id": "All providers", "location_id": "All locations", "device": "All desks",
    "staff_id": "All people", "tender": "All ways to pay",
}  # fmt: skip

SUM_TABLE: Final = (
    Column(SUM_COLUMNS[0], 150, 2), Column("Count", 64, right=True), Column("Taken", 100, 1, right=True),
    Column("Voids", 92, 1, right=True), Column("Refunds", 92, 1, right=True), Column("Net", 108, 1, right=True),
)  # fmt: skip
ROW_TABLE: Final = (
    Column("Date", 104), Column("Transaction", 150, 3), Column("Patient", 140, 3), Column("How", 112, 1),
    Column("Staff", 110, 1), Column("Debit", 88, right=True), Column("Credit", 88, right=True),
    Column("Adjustment", 104, right=True), Column("Moved", 88, right=True),
)  # fmt: skip
_SIDE_COLUMNS = (DEBITS, CREDITS, ADJUSTMENTS, MOVED)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the clerk chose to see. `first` and `last` count for a span of one's own only."""

    span: str = "today"
    first: date | None = None
    last: date | None = None
    by: DateType = DateType.POSTED
    practitioner_id: str = ""
    location_id: str = ""
    device: str = ""
    staff_id: str = ""
    tender: str = ""
    moved: bool = False
    tab: Tab = Tab.SUMMARY
    page: int = 0

    @property
    def narrowed(self) -> bool:
        """Is anything left out but other days?"""
        return any(getattr(self, name) for name in ALL_OF)

    def ask(self, today: date) -> DaySheetAsk:
        """The question for the story, on this day."""
        first, last = self.days(today)
        return DaySheetAsk(
            first, last, self.by, self.practitioner_id, self.location_id, self.device, self.staff_id, self.tender,
            self.moved, self.tab, self.page,
        )  # fmt: skip

    def days(self, today: date) -> tuple[date, date]:
        """The first and the last day; a span of one's own as it was typed, too long or the wrong way round too."""
        begin = today.replace(day=1)
        before = begin - timedelta(days=1)
        spans = {
            "today": (today, today), "yesterday": (today - timedelta(days=1),) * 2,
            "week": (today - timedelta(days=6), today), "month": (begin, today),
            "before": (before.replace(day=1), before),
        }  # fmt: skip
        if self.span != OWN_SPAN:
            return spans[self.span]
        last = self.last or today
        return self.first or last, last


@dataclass(frozen=True, slots=True)
class DaySheetState:
    """The page as it stands. `figures` are the sums that never leave; `choices` what each filter offers beside all."""

    chosen: Chosen = field(default_factory=Chosen)
    columns: tuple[Column, ...] = SUM_TABLE
    rows: tuple[TableRow, ...] = ()
    beside: tuple[SumLine, ...] = ()
    figures: tuple[tuple[str, str, str], ...] = ()
    choices: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
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
    view: DaySheetView | None = None


def day_sheet_state(
    view: DaySheetView, chosen: Chosen, page: int, *, said: str = "", notice: Notice | None = None
) -> DaySheetState:
    """The page for what was read."""
    summary = view.ask.tab is Tab.SUMMARY
    last = min(view.first + page, view.rows)
    pages = max((view.rows + page - 1) // page, 1)
    rows = tuple(_sum_rows(view)) if summary else tuple(_row(line, view.today) for line in view.lines)
    nothing = not view.rows and not (view.expected_copay_cents if summary else 0)
    return DaySheetState(
        chosen=chosen, columns=SUM_TABLE if summary else ROW_TABLE, rows=() if nothing else rows,
        beside=tuple(_beside(view)) if summary and not nothing else (), figures=tuple(_figures(view)),
        choices={"practitioner_id": view.practitioners, "location_id": view.locations, "device": view.desks,
                 "staff_id": view.people, "tender": view.tenders},
        today=view.today, days=span_text(view.ask, view.today),
        foot=count_text(view.rows, "transaction", "transactions") if summary or nothing else _foot(view, last),
        page_text="" if summary or pages == 1 else f"Page {view.first // page + 1} of {pages}",
        has_before=not summary and view.first > 0, has_after=not summary and last < view.rows,
        empty=_nothing(chosen, view) if nothing else None, said=said, notice=notice, view=view,
    )  # fmt: skip


def span_text(ask: DaySheetAsk, today: date) -> str:
    """`May 14`, `May 1 to May 14`."""
    first, last = day_text(ask.first, today), day_text(ask.last, today)
    return first if ask.first == ask.last else f"{first} to {last}"


def _nothing(chosen: Chosen, view: DaySheetView) -> tuple[str, str]:
    if chosen.narrowed:
        return "Nothing matches.", "Take a filter back with Esc, or look at other days."
    side = "" if chosen.tab in (Tab.SUMMARY, Tab.ALL) else f" under {TABS[chosen.tab.value]}"
    return f"No transactions{side}.", f"Nothing is listed for {span_text(view.ask, view.today)}. Choose other days."


def _foot(view: DaySheetView, last: int) -> str:
    counted = f"{view.first + 1} to {last} of {count_text(view.rows, 'transaction', 'transactions')}"
    return counted if view.ask.tab is Tab.ALL else f"{counted} · {show_cents(view.tab_cents)}"


# The sums ---------------------------------------------------------------------------------------------------------


def _figures(view: DaySheetView) -> Iterator[tuple[str, str, str]]:
    """(label, amount, what it is) of what never leaves the view."""
    sums = view.sums
    yield "Collected", show_cents(sums.collected_cents), "came in, less what went back"
    yield "Debits", show_cents(sums.debits_cents), "charges, fees, money back"
    yield "Credits", show_cents(sums.credits_cents), "payments"
    yield "Adjustments", show_cents(sums.adjusted_cents), "let off"


def _sum_rows(view: DaySheetView) -> Iterator[TableRow]:
    sums, names = view.sums, dict(view.tenders)
    yield _section("By way to pay")
    yield from _group("tender", [sums.tenders[key] for key in in_order(sums.tenders)], names)
    yield _section("By person")
    people = dict(view.people)
    yield from _group("person", sorted(sums.people.values(), key=lambda each: people.get(each.key, each.key)), people)
    if sums.elsewhere.count or sums.elsewhere.net_cents:
        yield _section("Not collected here")
        yield _sum_row("elsewhere", TENDER_WORDS["external"], sums.elsewhere)


def _section(words: str) -> TableRow:
    return TableRow(f"section:{words}", (WordsCell(words),), RowKind.SECTION, words)


def _group(name: str, found: Iterable[TenderSum], names: dict[str, str]) -> Iterator[TableRow]:
    total = TenderSum("")
    for each in found:
        total.count += each.count
        total.gross_cents += each.gross_cents
        total.voids_cents += each.voids_cents
        total.refunds_cents += each.refunds_cents
        yield _sum_row(f"{name}:{each.key}", names.get(each.key) or TENDER_WORDS.get(each.key, each.key), each)
    yield _sum_row(f"{name}-total", "Collected", total, RowKind.TOTAL)


def _sum_row(key: str, words: str, each: TenderSum, kind: RowKind = RowKind.ROW) -> TableRow:
    strong = "table_strong" if kind is RowKind.TOTAL else "table"
    cells: tuple[Cell, ...] = (
        WordsCell(words, style="table_strong"), WordsCell(f"{each.count:,}", style=strong, right=True),
        MoneyCell(each.gross_cents, strong), _back(each.voids_cents, strong), _back(each.refunds_cents, strong),
        MoneyCell(each.net_cents, "table_strong"),
    )  # fmt: skip
    return TableRow(key, cells, kind)


def _back(cents: int, style: str) -> MoneyCell:
    return MoneyCell(cents, style, "bad_text" if cents < 0 else "muted")


def _beside(view: DaySheetView) -> Iterator[SumLine]:
    sums = view.sums
    yield SumLine("Charges", show_cents(sums.charged_cents))
    yield SumLine("Fees", show_cents(sums.fees_cents))
    for kind, cents in sorted(sums.adjustments.items()):
        yield SumLine(ADJUSTMENT_WORDS.get(kind, "Adjustment"), show_cents(cents))
    yield SumLine("Of it on charges", show_cents(sums.allocated_cents), line_before=True)
    yield SumLine("Of it on account", show_cents(sums.on_account_cents))
    yield SumLine("Copays expected", show_cents(view.expected_copay_cents), line_before=True)
    yield SumLine("Copays collected", show_cents(view.collected_copay_cents))
    if view.ask.moved:
        yield SumLine("Moved cash", show_cents(sums.moved_cents), line_before=True)
    if sums.disputed_cents:
        yield SumLine("Chargebacks", show_cents(-sums.disputed_cents), ink="bad_text")
    yield SumLine("After the close", f"{view.late} · {show_cents(view.late_cents)}" if view.late else "none",
                  ink="warn_text" if view.late else "muted", line_before=True)  # fmt: skip
    yield SumLine("Card payments in doubt", str(view.open_attempts) if view.open_attempts else "none",
                  ink="bad_text" if view.open_attempts else "muted")  # fmt: skip


# The rows ---------------------------------------------------------------------------------------------------------


def _row(line: DayLine, today: date) -> TableRow:
    when = time_text(line.at) if line.at else ""
    who = line.patient
    amounts = tuple(_amount(line) if line.side == side else None for side in _SIDE_COLUMNS)
    cells: tuple[Cell, ...] = (
        WordsCell(day_text(line.day, today), when), WordsCell(line.words, _under(line), style="body_strong"),
        WordsCell(who.name if who else "", who.mrn if who else "", style="body_medium"),
        WordsCell(line.way, line.number), WordsCell(line.staff, line.desk), *amounts,
    )  # fmt: skip
    return TableRow(line.key, cells)


def _under(line: DayLine) -> str:
    return " · ".join(part for part in ("After the close" if line.late else "", line.provider) if part)


def _amount(line: DayLine) -> MoneyCell:
    out = line.side == DEBITS and line.kind not in ("charge", "fee")
    return MoneyCell(line.amount_cents, "table_strong", "bad_text" if out or line.amount_cents < 0 else "text")
