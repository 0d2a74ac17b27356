"""What the close of the day shows: its steps, the words around them, what may be off. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from app.close_views import CloseReview, CloseView, Counted, NamedClue, TenderLine
from models.basics.money import show_cents
from models.rules.clues import ClueKind
from widgets.common.cells import Cell, MoneyCell, RowKind, TableRow, WordsCell
from widgets.common.speech import Notice
from widgets.common.summary import SumLine
from widgets.common.table import Column
from widgets.common.when import LONG_MONTHS, WEEKDAYS, count_text, time_text


class Step(StrEnum):
    """Where the close stands; OPEN: the drawer's float is not known; DONE: the day is closed."""

    OPEN = "open"
    COUNT = "count"
    CHECKS = "checks"
    BATCH = "batch"
    REVIEW = "review"
    DEPOSIT = "deposit"
    DONE = "done"


STEPS: Final = (Step.COUNT, Step.CHECKS, Step.BATCH, Step.REVIEW, Step.DEPOSIT)
TITLES: Final = {
    Step.COUNT: "Count the cash", Step.CHECKS: "Checks", Step.BATCH: "Card batch", Step.REVIEW: "Review",
    Step.DEPOSIT: "Deposit and close",
}  # fmt: skip
REVIEW_TABLE: Final = (
    Column("Way to pay", 116, 2), Column("Sales", 64, right=True), Column("Taken", 84, 1, right=True),
    Column("Given back", 92, 1, right=True), Column("In hand", 84, 1, right=True),
    Column("Difference", 92, 1, right=True),
)  # fmt: skip
CHECK_TABLE: Final = (
    Column("In hand", 88), Column("Check", 110, 1), Column("From", 150, 2), Column("Amount", 100, right=True),
)  # fmt: skip
CLUE_WORDS: Final = {
    ClueKind.TWICE: "{name}, {cents}: entered twice? Delete one of the two.",
    ClueKind.NOT_IN_HAND: "{name}, {cents}: posted, but not in hand. Look for it, or delete the payment.",
    ClueKind.NEVER_POSTED: "{name}, {cents}: in hand, but never posted. Take it as a payment.",
    ClueKind.TRANSPOSED: "{name}: {cents} was posted; should it be {should}? Two digits may have changed places.",
    ClueKind.ZERO: "{name}: {cents} was posted; should it be {should}? A zero may be too many or too few.",
    ClueKind.DIGIT: "{name}: {cents} was posted; should it be {should}?",
    ClueKind.BACK: "{name}, {cents}: taken back here, but still in hand.",
}


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step at the left. `state` is done, now or todo."""

    number: int
    title: str
    note: str
    state: str


@dataclass(frozen=True, slots=True)
class CheckMark:
    """A line of what should be in order before the day is closed: good or not, its words, a second line."""

    good: bool
    words: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class CloseState:
    """The page as it stands. `clues` are sentences about what may be off, `slip` and `today` lines of the side cards,
    `blocked` why the last step waits, `lender` who allowed it; `asks_reader`: the reader tells its batch itself."""

    step: Step = Step.COUNT
    view: CloseView | None = None
    counted: Counted = field(default_factory=Counted)
    review: CloseReview | None = None
    steps: tuple[StepLine, ...] = ()
    heading: str = ""
    subheading: str = ""
    step_text: str = ""
    marks: tuple[CheckMark, ...] = ()
    today: tuple[SumLine, ...] = ()
    slip: tuple[SumLine, ...] = ()
    clues: tuple[str, ...] = ()
    rows: tuple[TableRow, ...] = ()
    reason: str = ""
    lender: str = ""
    busy: str = ""
    error: str = ""
    notice: Notice | None = None
    skeleton: bool = False
    asks_reader: bool = False

    @property
    def blocked(self) -> bool:
        """Are there open items of money, so that the day cannot be closed yet?"""
        return bool(self.view and self.view.doubts)


def close_state(
    view: CloseView, step: Step, counted: Counted, review: CloseReview | None, clues: tuple[NamedClue, ...] = (),
    **more: object,
) -> CloseState:  # fmt: skip
    """The page for where the close stands."""
    day = view.closed.day if step is Step.DONE and view.closed else view.day  # by then the next one has begun
    long_day = f"{WEEKDAYS[day.weekday()]}, {LONG_MONTHS[day.month - 1]} {day.day}"
    opened = f"opened {time_text(view.opened_at)}" if view.opened_at else "not opened yet"
    at = STEPS.index(step) + 1 if step in STEPS else 0
    if step is Step.DONE and view.closed and view.closed.at:
        opened = f"closed {time_text(view.closed.at)}"
    return CloseState(
        step=step, view=view, counted=counted, review=review, steps=tuple(_steps(view, step)),
        heading=f"{'Closed' if step is Step.DONE else 'Close'} {long_day}", subheading=f"{view.desk} · {opened}",
        step_text=f"Step {at} of {len(STEPS)}" if at else "", marks=tuple(_marks(view)), today=tuple(_today(view)),
        slip=tuple(_slip(review)) if review else (), clues=tuple(map(clue_text, clues or _clues_of(step, review))),
        rows=_rows(view, step, counted, review), **more,  # type: ignore[arg-type]
    )  # fmt: skip


def _clues_of(step: Step, review: CloseReview | None) -> tuple[NamedClue, ...]:
    return review.clues if review and step in (Step.REVIEW, Step.BATCH) else ()


def clue_text(named: NamedClue) -> str:
    """A clue as a sentence."""
    clue = named.clue
    return CLUE_WORDS[clue.kind].format(name=named.name, cents=show_cents(clue.cents),
                                        should=show_cents(clue.should_cents))  # fmt: skip


def _steps(view: CloseView, step: Step) -> Iterator[StepLine]:
    sales, refunds = sum(each.sales for each in view.brands), sum(each.refunds for each in view.brands)
    notes = {
        Step.COUNT: "Target stays hidden",
        Step.CHECKS: f"{count_text(len(view.checks), 'check', 'checks')}, {show_cents(view.check_cents)}",
        Step.BATCH: f"{count_text(sales, 'sale', 'sales')}, {count_text(refunds, 'refund', 'refunds')}",
        Step.REVIEW: "Over or short", Step.DEPOSIT: "Slip, reports, lock",
    }  # fmt: skip
    now = len(STEPS) if step is Step.DONE else STEPS.index(step) if step in STEPS else -1
    for number, each in enumerate(STEPS):
        state = "done" if number < now else "now" if number == now else "todo"
        yield StepLine(number + 1, TITLES[each], notes[each], state)


def _marks(view: CloseView) -> Iterator[CheckMark]:
    doubts = view.doubts
    if doubts:
        words = count_text(len(doubts), "item of money to settle", "items of money to settle")
        cents = show_cents(sum(cents for _, cents in doubts))
        yield CheckMark(False, words, f"{cents}. The day closes once this is known.")
    else:
        yield CheckMark(True, "No payment in doubt")
    waiting = count_text(view.receipts_waiting, "receipt waits to print", "receipts wait to print")
    yield CheckMark(not view.receipts_waiting, waiting if view.receipts_waiting else "No receipts waiting to print")
    unsent = count_text(view.unsent, "change not sent yet", "changes not sent yet")
    yield CheckMark(not view.unsent, unsent if view.unsent else "All changes sent",
                    "They go by themselves. The day can be closed." if view.unsent else "")  # fmt: skip
    if view.late:
        yield CheckMark(False, count_text(view.late, "late record", "late records"),
                        f"{show_cents(view.late_cents)}, after an earlier close")  # fmt: skip


def _today(view: CloseView) -> Iterator[SumLine]:
    yield SumLine("Cash sales", "hidden", ink="muted")
    yield SumLine("Opening float", "hidden", ink="muted")
    yield SumLine("Drawer opened", _times(view.drawer_opens))
    yield SumLine("No-sale opens", _times(view.no_sales))


def _times(count: int) -> str:
    return f"{count} {'time' if count == 1 else 'times'}"


def _slip(review: CloseReview) -> Iterator[SumLine]:
    checks = count_text(review.checks, "check", "checks")
    yield SumLine("Bills", show_cents(review.bill_cents))
    yield SumLine("Coins", show_cents(review.coin_cents))
    yield SumLine(checks, show_cents(review.check_cents))
    total = review.cash_to_bank_cents + review.check_cents
    yield SumLine("To the bank", show_cents(total), strong=True, line_before=True)
    yield SumLine("Float kept in drawer", show_cents(review.kept_cents))


def _rows(view: CloseView, step: Step, counted: Counted, review: CloseReview | None) -> tuple[TableRow, ...]:
    if step is Step.CHECKS:
        found = [
            TableRow(f"found:{n}", (
                WordsCell("Found", ink="warn_text"), WordsCell(f"Check {each.check_no}".rstrip()),
                WordsCell("On no list"), MoneyCell(each.cents),
            ))
            for n, each in enumerate(counted.found)
        ]  # fmt: skip
        return (*(_check_row(line.payment_id, line.check_no, line.number, line.name, line.cents,
                             line.payment_id in counted.in_hand) for line in view.checks), *found)  # fmt: skip
    if step is Step.REVIEW and review is not None:
        return (*(_tender_row(line) for line in review.lines), _total_row(review.lines))
    return ()


def _check_row(key: str, check_no: str, number: str, name: str, cents: int, here: bool) -> TableRow:
    mark = WordsCell("✓ here" if here else "not yet", style="table_strong", ink="ok_text" if here else "muted")
    return TableRow(key, (mark, WordsCell(f"Check {check_no}".rstrip(), number), WordsCell(name), MoneyCell(cents)))


def _tender_row(line: TenderLine) -> TableRow:
    return TableRow(line.tender, (
        WordsCell(line.words, line.note, style="body_strong"), WordsCell(str(line.sales), ink="text2", right=True),
        MoneyCell(line.taken_cents, "table"), _given(line.refunded_cents), MoneyCell(line.counted_cents),
        _difference(line.difference_cents),
    ))  # fmt: skip


def _total_row(lines: tuple[TenderLine, ...]) -> TableRow:
    cells: tuple[Cell, ...] = (
        WordsCell("Total", style="body_strong"),
        WordsCell(str(sum(line.sales for line in lines)), style="table_strong", right=True),
        MoneyCell(sum(line.taken_cents for line in lines)), MoneyCell(sum(line.refunded_cents for line in lines)),
        MoneyCell(sum(line.counted_cents for line in lines)), _difference(sum(line.difference_cents for line in lines)),
    )  # fmt: skip
    return TableRow("total", cells, RowKind.TOTAL)


def _given(cents: int) -> MoneyCell:
    return MoneyCell(cents, "table", "bad_text" if cents else "muted")


def _difference(cents: int) -> MoneyCell:
    return MoneyCell(cents, "table_strong", "bad_text") if cents else MoneyCell(0, "table_strong", "ok_text", "check")


def difference_words(review: CloseReview) -> tuple[str, str]:
    """`Short` or `Over` or `Matches`, and what it means: within the allowance or not."""
    cents = review.difference_cents
    word = "Short" if cents < 0 else "Over" if cents else "Matches"
    if not cents:
        return word, "The drawer is right"
    if not review.allowance_cents:
        return word, "A reason is enough"
    allowance = show_cents(review.allowance_cents)
    beyond = abs(cents) > review.allowance_cents
    return word, f"Beyond the {allowance} allowance" if beyond else f"Within the {allowance} allowance"
