"""The middle of the close, step by step: float, checks, card batch, review, deposit, and the closed day."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.close_views import BrandLine, Closed, CloseReview
from models.basics.money import show_cents
from widgets import theme
from widgets.common import (
    AmountField,
    AmountLabel,
    CellTable,
    Divider,
    ErrorText,
    Field,
    FormRow,
    KeycapButton,
    Text,
)
from widgets.common.lending import LendStrip
from widgets.common.when import count_text
from widgets.day_close.state import CHECK_TABLE, REVIEW_TABLE, CloseState, difference_words
from widgets.theme import S4, S8, S12, S16, Themed

_LEAST = 120
"""So much of a table is always seen."""


class OpenPanel(QWidget):
    """The drawer's float, where nobody said it yet."""

    def __init__(self) -> None:
        super().__init__()
        self.amount = AmountField("Float", allow_zero=True)
        body = QVBoxLayout(self)
        body.setContentsMargins(S16, S16, S16, S16)
        body.setSpacing(S12)
        words = ("Type the change that lay in the drawer before the first payment of the day. From then on the float "
                 "that stays overnight is known by itself.")  # fmt: skip
        body.addWidget(Text(words, "body", "text2", wrap=True))
        body.addWidget(FormRow("Float in the drawer", self.amount))
        body.addStretch(1)

    def take_focus(self) -> None:
        """Put the focus into the amount."""
        self.amount.setFocus(Qt.FocusReason.OtherFocusReason)


class ChecksPanel(QWidget):
    """Every check that should be here; Space ticks the one in focus. A check on no list is typed below."""

    ticked = Signal(str)
    found = Signal(str, int)

    def __init__(self) -> None:
        super().__init__()
        self.table = CellTable("Checks of the day", CHECK_TABLE)
        self.table.setMinimumHeight(_LEAST)
        self.number = Field("Number of a check on no list", "Number")
        self.number.setMaxLength(20)
        self.amount = AmountField("Amount of a check on no list")
        self.add = KeycapButton("Add")
        self.add.clicked.connect(lambda _on=False: self.give())
        foot = QHBoxLayout()
        foot.setContentsMargins(S16, S8, S16, S8)
        foot.setSpacing(S8)
        foot.addWidget(Text("In hand, but not listed", "table", "text2"))
        foot.addWidget(self.number, 1)
        foot.addWidget(self.amount, 1)
        foot.addWidget(self.add)
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(0)
        body.addWidget(self.table, 1)
        body.addWidget(Divider("hairline"))
        body.addLayout(foot)

    def give(self) -> bool:
        """Take what was typed. False: nothing was."""
        if self.amount.cents is None:
            return False
        self.found.emit(self.number.text().strip(), self.amount.cents)
        self.number.clear()
        self.amount.set_cents(None)
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    @property
    def typing(self) -> bool:
        """Is a check on no list being typed?"""
        return self.number.hasFocus() or self.amount.hasFocus()

    def draw(self, state: CloseState) -> None:
        """Show `state`."""
        self.table.set_rows(state.rows)
        if state.rows and not self.table.key:
            self.table.select_first()


_KEYED = ("Print the batch report on the reader and type its total for each brand, less refunds. Leave a field empty "
          "to compare nothing.")  # fmt: skip
_ASKED = ("The reader adds up its batch by itself. A brand that is in its batch and not in the books is shown too: "
          "that card was charged and never posted here.")  # fmt: skip


class BatchPanel(Themed, QWidget):
    """Totals by brand as the reader's own report has them: `keyed(brand, cents or None)`, or the reader is asked."""

    keyed = Signal(str, object)
    asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, AmountField] = {}
        self._differences: dict[str, Text] = {}
        self._brands: tuple[BrandLine, ...] = ()
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(S12)
        self._grid.setVerticalSpacing(S8)
        self._grid.setColumnStretch(0, 1)
        body = QVBoxLayout(self)
        body.setContentsMargins(S16, S16, S16, S16)
        body.setSpacing(S12)
        self._words = Text("", "body", "text2", wrap=True)
        self.ask = KeycapButton("Ask the reader")
        self.ask.clicked.connect(lambda _on=False: self.asked.emit())
        self.error = ErrorText()
        row = QHBoxLayout()
        row.addWidget(self.ask)
        row.addWidget(self.error, 1, Qt.AlignmentFlag.AlignVCenter)
        body.addWidget(self._words)
        body.addLayout(row)
        body.addLayout(self._grid)
        body.addStretch(1)
        self.follow_theme()

    def restyle(self) -> None:
        for field in self.fields.values():
            field.setFixedWidth(theme.current().px(132))

    def draw(self, state: CloseState) -> None:
        """Show `state`; what is being typed stays."""
        brands = state.view.brands if state.view else ()
        self._words.setText(_ASKED if state.asks_reader else _KEYED)
        self.ask.setVisible(state.asks_reader)
        self.ask.setEnabled(not state.busy)
        self.ask.setText(state.busy or "Ask the reader")
        self.error.set(state.error)
        if tuple(each.brand for each in brands) != tuple(each.brand for each in self._brands):
            self._make(brands)
        self._brands = brands
        for line in brands:
            keyed = state.counted.batch.get(line.brand)
            field = self.fields[line.brand]
            if field.cents != keyed and not field.hasFocus():
                field.set_cents(keyed)
            off = None if keyed is None else keyed - line.recorded_cents
            label = self._differences[line.brand]
            label.setText("" if off is None else "matches" if not off else f"differs by {show_cents(off)}")
            label.set_look(ink="bad_text" if off else "ok_text")

    def _make(self, brands: tuple[BrandLine, ...]) -> None:
        while self._grid.count():
            item = self._grid.takeAt(0)
            widget = item.widget() if item else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.fields, self._differences = {}, {}
        for row, line in enumerate(brands):
            field = self.fields[line.brand] = AmountField(f"{line.brand} on the batch report", allow_zero=True)
            field.typed.connect(lambda cents, brand=line.brand: self.keyed.emit(brand, cents))
            note = count_text(line.sales, "sale", "sales")
            note += f", {count_text(line.refunds, 'refund', 'refunds')}" if line.refunds else ""
            label = self._differences[line.brand] = Text("", "table_strong", "ok_text")
            self._grid.addWidget(Text(line.brand, "body_strong"), row, 0)
            self._grid.addWidget(Text(note, "table", "muted"), row, 1)
            self._grid.addWidget(field, row, 2)
            self._grid.addWidget(label, row, 3)
        self._grid.setColumnMinimumWidth(3, theme.current().px(150))
        self.restyle()

    def take_focus(self) -> None:
        """Put the focus on what fills the fields, else into the first of them."""
        if self.ask.isVisible() and not any(field.text().strip() for field in self.fields.values()):
            self.ask.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        for field in self.fields.values():
            field.setFocus(Qt.FocusReason.OtherFocusReason)
            return

    def go_down(self) -> bool:
        """From the field in focus to the next. False: it was the last, or none."""
        fields = list(self.fields.values())
        at = next((n for n, field in enumerate(fields) if field.hasFocus()), len(fields))
        if at + 1 >= len(fields) or not fields[at].text().strip():
            return False
        fields[at + 1].setFocus(Qt.FocusReason.TabFocusReason)
        return True


class _Big(Themed, QWidget):
    """One of the three figures of the review."""

    def __init__(self, label: str) -> None:
        super().__init__()
        self.label, self.note = Text(label, "caption_medium", "text2"), Text("", "caption", "muted", elide=True)
        self.amount = AmountLabel(0, "amount_l", align=Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        body = QVBoxLayout(self)
        body.setSpacing(S4)
        for part in (self.label, self.amount, self.note):
            body.addWidget(part)
        self.follow_theme()

    def restyle(self) -> None:
        layout = self.layout()
        if layout is not None:
            edge = S8 if theme.current().compact else S12
            layout.setContentsMargins(S16, edge, S16, edge)

    def show_figure(self, label: str, cents: int, note: str, ink: str = "text") -> None:
        """Show another figure."""
        self.label.setText(label)
        self.amount.set_cents(cents, ink)
        self.note.setText(note)


class ReviewPanel(QWidget):
    """Counted, expected, the difference; each way to pay; why it is off, and a manager where it is far off."""

    reason_typed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.figures = (_Big("Counted"), _Big("Expected"), _Big("Difference"))
        self.table = CellTable("Ways to pay", REVIEW_TABLE)
        self.reason = Field("Why it does not match", "What happened?")
        self.reason.setMaxLength(300)
        self.reason.textEdited.connect(self.reason_typed)
        self.row = FormRow("Why is the drawer off?", self.reason)
        self.lend = LendStrip()
        self.lend.hide()
        top = QHBoxLayout()
        top.setSpacing(0)
        for number, (figure, share) in enumerate(zip(self.figures, (6, 8, 9), strict=True)):
            if number:
                top.addWidget(Divider("hairline", vertical=True))
            top.addWidget(figure, share)
        below = QVBoxLayout()
        below.setContentsMargins(S16, S8, S16, S8)
        below.setSpacing(S8)
        below.addWidget(self.row)
        below.addWidget(self.lend)
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(0)
        body.addLayout(top)
        body.addWidget(Divider())
        body.addWidget(self.table, 1)
        body.addLayout(below)

    def draw(self, state: CloseState) -> None:
        """Show `state`."""
        review = state.review
        if review is None:
            return
        word, note = difference_words(review)
        moved = f" + {show_cents(review.moved_cents)} moved" if review.moved_cents else ""
        rest = review.expected_cents - review.float_cents - review.moved_cents
        counted, expected, difference = self.figures
        counted.show_figure("Counted", review.counted_cents, f"Cash in {state.view.drawer if state.view else ''}")
        expected.show_figure("Expected", review.expected_cents,
                             f"{show_cents(review.float_cents)} float + {show_cents(rest)}{moved}")  # fmt: skip
        difference.show_figure(
            word, review.difference_cents, note, "bad_text" if review.difference_cents else "ok_text"
        )
        self.table.set_rows(state.rows)
        self._show_all_rows()
        self.row.setVisible(review.differs)
        self.row.set_error(state.error if review.differs else "")
        self.row.label.setText(
            f"Why is the drawer {word.lower()}?" if review.difference_cents else "Why does it differ?"
        )
        if self.reason.text() != state.reason:
            self.reason.setText(state.reason)
        wanted = review.needs_manager and not state.lender
        self.lend.setVisible(wanted)
        if wanted:
            again = review.counted.recounts > 1
            self.lend.ask("Counted more than once again." if again else "The difference is beyond the allowance.")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_all_rows()

    def _show_all_rows(self) -> None:
        """The table never scrolls by itself: where room is short the whole panel does."""
        self.table.setMinimumHeight(self.table.content_height())

    def take_focus(self) -> None:
        """Put the focus where something is missing."""
        target = self.reason if self.row.isVisible() else self.table
        target.setFocus(Qt.FocusReason.OtherFocusReason)


class DepositPanel(QWidget):
    """The last look: what is printed, what goes to the bank, and that the day is locked then."""

    def __init__(self) -> None:
        super().__init__()
        self.words = Text("", "body", "text", wrap=True)
        self.blocked = ErrorText()
        body = QVBoxLayout(self)
        body.setContentsMargins(S16, S16, S16, S16)
        body.setSpacing(S12)
        body.addWidget(self.words)
        body.addWidget(self.blocked)
        body.addStretch(1)

    def draw(self, state: CloseState) -> None:
        """Show `state`."""
        review = state.review
        if review is None:
            return
        self.words.setText(deposit_words(review))
        self.blocked.set(state.error)


def deposit_words(review: CloseReview) -> str:
    """What happens when the day is closed."""
    total = review.cash_to_bank_cents + review.check_cents
    checks = f" and {count_text(review.checks, 'check', 'checks')}" if review.checks else ""
    bank = "Nothing goes to the bank today."
    if total:
        bank = (f"Take {show_cents(review.cash_to_bank_cents)} of cash{checks} out of the drawer and put them "
                f"into the bank bag with the slip: {show_cents(total)}.")  # fmt: skip
    kept = f"Leave {show_cents(review.kept_cents)} in the drawer as the float of the next day."
    lock = ("When the day is closed it is locked at this desk: what is taken later belongs to the next day, and what "
            "was taken is refunded, not voided. Two Z reports and the slip are printed.")  # fmt: skip
    return f"{bank}\n\n{kept}\n\n{lock}"


class DonePanel(QWidget):
    """The closed day: its papers again, and its slip taken back."""

    delete_pressed = Signal()
    send_pressed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.title, self.words = Text("", "heading"), Text("", "body", "text2", wrap=True)
        self.delete = KeycapButton("Delete the deposit slip…")
        self.delete.clicked.connect(lambda _on=False: self.delete_pressed.emit())
        self.send = KeycapButton("Send the reader's batch to the bank")
        self.send.clicked.connect(lambda _on=False: self.send_pressed.emit())
        self.error = ErrorText()
        body = QVBoxLayout(self)
        body.setContentsMargins(S16, S16, S16, S16)
        body.setSpacing(S12)
        body.addWidget(self.title)
        body.addWidget(self.words)
        row = QHBoxLayout()
        row.setSpacing(S8)
        row.addWidget(self.delete)
        row.addWidget(self.send)
        row.addStretch(1)
        body.addLayout(row)
        body.addWidget(self.error)
        body.addStretch(1)

    def draw(self, state: CloseState) -> None:
        """Show `state`."""
        closed = state.view.closed if state.view else None
        if closed is None:
            return
        self.title.setText(f"The day is closed. {closed.number}")
        self.words.setText(done_words(closed))
        self.delete.setVisible(bool(closed.deposit_id))
        self.send.setVisible(state.asks_reader)
        self.send.setEnabled(not state.busy)
        self.error.set(state.error)


def done_words(closed: Closed) -> str:
    """How the day ended."""
    off = closed.difference_cents
    drawer = "The drawer was right." if not off else f"The drawer was {'over' if off > 0 else 'short'} by " \
        f"{show_cents(abs(off))}."  # fmt: skip
    slip = f" Deposit slip {closed.deposit_number}: {show_cents(closed.to_bank_cents)}." if closed.deposit_id else \
        " There is no deposit slip."  # fmt: skip
    return f"{drawer}{slip} What is taken from now on belongs to the next day."


def scrolled(part: QWidget) -> QScrollArea:
    """`part` in a frame that scrolls where it is too high."""
    area = QScrollArea()
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(part)
    area.viewport().setAutoFillBackground(False)
    part.setAutoFillBackground(False)
    return area
