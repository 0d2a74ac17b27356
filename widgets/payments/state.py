"""What the list of payments shows: what was chosen, rows of cells, the words around them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final

from app.payment_views import PAGE, PaymentChoices, PaymentLine, PaymentOrder, PaymentsAsk, PaymentsView
from models.basics.money import show_cents
from models.rules.payment_status import OUTSTANDING, Status
from widgets.common.cells import Cell, MoneyCell, PillCell, TableRow, WordsCell
from widgets.common.pill import PAYMENT_LOOKS
from widgets.common.speech import Notice
from widgets.common.table import LazyRows
from widgets.common.text import NOT_APPLICABLE
from widgets.common.when import count_text, day_text, hour_text, spoken_cents
from widgets.payments.columns import COLUMNS, Shown
from widgets.payments.figures import Dashboard

OPEN_STATUSES: Final = "outstanding"
STATUS_WORDS: Final = {status.value: PAYMENT_LOOKS[status][0] for status in Status}
"""Nine statuses (S2-03), of which several may be chosen at once."""
ANY_STATUS: Final = "Status: any"
STATUS_PRESETS: Final = {
    "": (ANY_STATUS, frozenset[str]()), OPEN_STATUSES: ("Outstanding", frozenset(each.value for each in OUTSTANDING)),
}  # fmt: skip
"""All of them, and the three that are outstanding together."""
OWN_SPAN: Final = "own"
SPAN_WORDS: Final = {
    "": "Any day", "today": "Today", "week": "Last 7 days", "month": "Last 30 days", "year": "This year",
    OWN_SPAN: "From … to …",
}  # fmt: skip
_SPANS: Final[dict[str, Callable[[date], tuple[date | None, date | None]]]] = {
    "": lambda _today: (None, None),
    "today": lambda today: (today, today),
    "week": lambda today: (today - timedelta(days=6), today),
    "month": lambda today: (today - timedelta(days=29), today),
    "year": lambda today: (date(today.year, 1, 1), today),
}
_ORDER_WORDS: Final = {
    PaymentOrder.CREATED: ("Newest first", "Oldest first"),
    PaymentOrder.AMOUNT: ("Largest amount", "Smallest amount"),
    PaymentOrder.DUE: ("Due last", "Due first"),
    PaymentOrder.STATUS: ("Status, last first", "Status, draft first"),
    PaymentOrder.NAME: ("Patient Z to A", "Patient A to Z"),
}
"""Five keys, falling and rising (S2-04)."""
ORDER_WORDS: Final = {
    f"{order.value}:{way}": words
    for order, both in _ORDER_WORDS.items() for way, words in zip(("down", "up"), both, strict=True)
}  # fmt: skip
COLUMN_ORDERS: Final = {
    "patient": PaymentOrder.NAME, "amount": PaymentOrder.AMOUNT, "status": PaymentOrder.STATUS,
    "due": PaymentOrder.DUE, "created": PaymentOrder.CREATED,
}  # fmt: skip
"""What a click on the head of a column sorts by."""
_FALLING: Final = frozenset({PaymentOrder.CREATED, PaymentOrder.AMOUNT})
"""What begins with the newest or largest."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the clerk chose to see. `first` and `last` count for a span of one's own only."""

    text: str = ""
    statuses: frozenset[str] = frozenset()
    location: str = ""
    span: str = ""
    first: date | None = None
    last: date | None = None
    tender: str = ""
    staff: str = ""
    order: PaymentOrder = PaymentOrder.CREATED
    descending: bool = True
    page: int = 0

    def ask(self, today: date) -> PaymentsAsk:
        """The question for the story, on this day. Days the wrong way round are one day."""
        first, last = (self.first, self.last) if self.span == OWN_SPAN else _SPANS[self.span](today)
        if first and last:
            first = min(first, last)
        statuses = frozenset(map(Status, self.statuses))
        return PaymentsAsk(statuses, self.location, self.tender, self.staff, first, last, self.text, self.order,
                           self.descending, self.page)  # fmt: skip

    @property
    def narrowed(self) -> bool:
        """Is anything left out?"""
        return self.cleared != self

    @property
    def cleared(self) -> Chosen:
        """Without filters, sorted as it is."""
        return Chosen(order=self.order, descending=self.descending, page=self.page)

    @property
    def order_key(self) -> str:
        """Its key in ORDER_WORDS."""
        return f"{self.order.value}:{'down' if self.descending else 'up'}"

    def ordered(self, key: str) -> Chosen:
        """Sorted as a key of ORDER_WORDS says."""
        order, _, way = key.partition(":")
        return replace(self, order=PaymentOrder(order), descending=way == "down", page=0)

    def by_column(self, name: str) -> Chosen:
        """Sorted by a column: what it is sorted by already turns round."""
        order = COLUMN_ORDERS.get(name)
        if order is None:
            return self
        descending = not self.descending if order is self.order else order in _FALLING
        return replace(self, order=order, descending=descending, page=0)


@dataclass(frozen=True, slots=True)
class Exporting:
    """A list that is being saved: rows written, and of how many."""

    done: int
    total: int

    @property
    def words(self) -> str:
        return f"Saving {self.done:,} of {self.total:,}…"


@dataclass(frozen=True, slots=True)
class PaymentsState:
    """The page as it stands. `empty` replaces the list; `filter_words` say what figures and list are narrowed to;
    `said` is what was just done, `ask` the question that is answered."""

    chosen: Chosen = field(default_factory=Chosen)
    shown: Shown = field(default_factory=Shown)
    choices: PaymentChoices = field(default_factory=PaymentChoices)
    ask: PaymentsAsk | None = None
    today: date | None = None
    lines: tuple[PaymentLine, ...] = ()
    rows: Sequence[TableRow] = ()
    dashboard: Dashboard | None = None
    filter_words: str = ""
    foot: str = ""
    page: int = 0
    pages: int = 0
    has_before: bool = False
    has_after: bool = False
    total: int = 0
    empty: tuple[str, str] | None = None
    skeleton: bool = False
    exporting: Exporting | None = None
    said: str = ""
    notice: Notice | None = None

    def line(self, key: str) -> PaymentLine | None:
        """The payment of a row."""
        return next((line for line in self.lines if line.id == key), None)


def status_words(keys: frozenset[str]) -> str:
    """`Status: any`, `Outstanding`, `Pending, Failed`: what is chosen of the nine."""
    named = next((words for words, wanted in STATUS_PRESETS.values() if wanted == keys), "")
    return named or ", ".join(words for key, words in STATUS_WORDS.items() if key in keys)


def payments_state(view: PaymentsView, chosen: Chosen, **more: object) -> PaymentsState:
    """Everything the list shows; a row is made when it is looked at. `more`: what the list does not say itself
    (`shown`, `choices`, `dashboard` …)."""
    made = PaymentsState(chosen=chosen, **more)  # type: ignore[arg-type]
    page = view.first // PAGE
    return replace(
        made, ask=view.ask, today=view.today, lines=view.lines,
        rows=LazyRows([line.id for line in view.lines], lambda at: _row(view.lines[at], made.shown, view.today)),
        filter_words=filter_words(chosen, made.choices, view.today), foot=_foot(view, chosen),
        page=page, pages=view.pages, has_before=page > 0, has_after=page + 1 < view.pages,
        total=view.payments, empty=None if view.lines else _nothing(chosen),
    )  # fmt: skip


def filter_words(chosen: Chosen, choices: PaymentChoices, today: date) -> str:
    """What list and figures are narrowed to, empty where they show everything."""
    named = {**dict(choices.locations), **dict(choices.staff), **dict(choices.tenders)}
    text = chosen.text.strip()
    parts = (
        f"“{text}”" if text else "", status_words(chosen.statuses) if chosen.statuses else "",
        named.get(chosen.location, ""), _span_words(chosen, today), named.get(chosen.tender, ""),
        named.get(chosen.staff, ""),
    )  # fmt: skip
    return " · ".join(part for part in parts if part)


def _span_words(chosen: Chosen, today: date) -> str:
    if chosen.span != OWN_SPAN:
        return SPAN_WORDS[chosen.span] if chosen.span else ""
    ask = chosen.ask(today)
    first, last = (day_text(day, today) if day else "" for day in (ask.first, ask.last))
    return f"{first} to {last}" if first and last else f"from {first}" if first else f"to {last}" if last else ""


def _nothing(chosen: Chosen) -> tuple[str, str]:
    if chosen.narrowed:
        return "No payments match.", "Clear filters (Esc)."
    return "No payments yet.", "What is collected and what is asked for appears here."


def _foot(view: PaymentsView, chosen: Chosen) -> str:
    if not view.lines:
        return ""
    whole = count_text(view.payments, "payment", "payments")
    span = f"{view.first + 1:,} to {view.first + len(view.lines):,} of {whole}"
    return f"{span}{' that match' if chosen.narrowed else ''} · {show_cents(view.cents)}"


# Rows -------------------------------------------------------------------------------------------------------------


def created_text(line: PaymentLine, today: date) -> str:
    """`Today 9:42` or `May 6`."""
    day = line.created.date()
    return f"Today {hour_text(line.created)}" if day == today else day_text(day, today)


def memo_text(line: PaymentLine, today: date) -> str:
    """What is good to know: overdue since when, what went back, then the memo itself."""
    days = (today - line.due).days if line.overdue and line.due else 0
    late = f"Overdue {days} {'day' if days == 1 else 'days'}" if days else ""
    back = f"Refunded {show_cents(line.refunded_cents)}" if line.refunded_cents else ""
    return ", ".join(part for part in (late, back, line.memo) if part)


def _row(line: PaymentLine, shown: Shown, today: date) -> TableRow:
    due = day_text(line.due, today) if line.due else ""
    late = ("table_strong", "bad_text") if line.overdue else ("table", "text2")
    cells: dict[str, Cell] = {
        "number": WordsCell(line.number or NOT_APPLICABLE, style="table_strong", ink="accent"),
        "patient": WordsCell(line.patient, style="body_medium"),
        "amount": MoneyCell(line.amount_cents, "body_strong"),
        "status": PillCell(PAYMENT_LOOKS[line.status]),
        "due": WordsCell(due or NOT_APPLICABLE, style=late[0], ink=late[1] if due else "muted"),
        "treatment": WordsCell(line.treatment_number or NOT_APPLICABLE, ink="accent" if line.treatment else "muted"),
        "created": WordsCell(created_text(line, today), ink="text2"),
        "memo": WordsCell(memo_text(line, today), ink="text2"),
    }
    return TableRow(line.id, tuple(cells[name] for name in shown.names), spoken=_spoken(line, today))


def _spoken(line: PaymentLine, today: date) -> str:
    parts = (
        line.number, line.patient, spoken_cents(line.amount_cents), PAYMENT_LOOKS[line.status][0],
        f"due {day_text(line.due, today)}" if line.due else "", line.treatment_number,
        f"created {created_text(line, today)}", memo_text(line, today),
    )  # fmt: skip
    return ", ".join(part for part in parts if part)


def letters(line: PaymentLine, shown: Shown, today: date) -> str:
    """A row as it is copied: its cells with tabs between."""
    texts = {
        "number": line.number, "patient": line.patient, "amount": f"{line.amount_cents / 100:.2f}",
        "status": PAYMENT_LOOKS[line.status][0], "due": line.due.isoformat() if line.due else "",
        "treatment": line.treatment_number, "created": f"{line.created:%Y-%m-%d %H:%M}",
        "memo": memo_text(line, today),
    }  # fmt: skip
    return "\t".join(texts[name] for name in shown.names)


def heads(shown: Shown) -> str:
    """The heads of copied rows."""
    return "\t".join(COLUMNS[name].title for name in shown.names)
