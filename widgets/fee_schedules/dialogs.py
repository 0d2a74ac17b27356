"""The forms of fee schedules: one price by hand, ending one, and what a file would change."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QGridLayout, QWidget

from app.fee_views import FeeForm, FeeItem, FeePreview
from models.basics.ids import new_id
from models.basics.money import show_cents
from models.rules.typed import read_day
from widgets import theme
from widgets.common import AmountField, CellTable, Field, FormRow, Text
from widgets.common.form_dialog import FormDialog
from widgets.common.when import full_day_text
from widgets.fee_schedules.state import CHANGE_COLUMNS, change_rows, preview_words, refusal_words
from widgets.theme import S8, S12

TABLES = "Tables (*.csv *.tsv *.txt *.gz);;All files (*)"
DAYS = "5/28, tomorrow, +7"
NO_DAY = "Type a day, such as 5/28 or tomorrow."
STAYS = "Prices that were known stay in the history."


def ask_files(parent: QWidget) -> list[Path]:
    """Which tables shall be looked at; none when the clerk gave up."""
    names, _ = QFileDialog.getOpenFileNames(parent, "Choose tables of prices", "", TABLES)
    return [Path(name) for name in names]


class _Days:
    """A field for a day of a form: what is typed, and the day that is meant."""

    def __init__(self, name: str, label: str) -> None:
        self.field = Field(name, DAYS)
        self.field.setMaxLength(24)
        self.row = FormRow(label, self.field)
        self.today = date.min

    def begin(self, day: date, today: date) -> None:
        """Show a day."""
        self.today = today
        self.field.setText(f"{day.month}/{day.day}/{day.year % 100:02d}")
        self.row.set_error("")

    @property
    def day(self) -> date | None:
        """The day that stands there."""
        return read_day(self.field.text(), self.today)


class FeeDialog(FormDialog):
    """A price by hand. `form` is what stands in the fields; None: a day or amount cannot be read, which is said."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "Price by hand", "Save price", width=560)
        self.payer, self.code = Field("Payer"), Field("Code", "99213")
        self.amount = AmountField("Allowed amount")
        self.days = _Days("Holds from", "Holds from")
        self.reason = Field("Reason", "Such as: letter of May 2, corrected")
        for field, most in ((self.payer, 120), (self.code, 16), (self.reason, 200)):
            field.setMaxLength(most)
        self.rows = {
            "payer": FormRow("Payer", self.payer, "As insurances name it"), "code": FormRow("Code", self.code),
            "amount": FormRow("Allowed amount", self.amount, "For one unit"), "day": self.days.row,
            "reason": FormRow("Reason", self.reason, "It stays in the history."),
        }  # fmt: skip
        self._fee_id = ""
        grid = QGridLayout()
        grid.setHorizontalSpacing(S12)
        grid.setVerticalSpacing(S8)
        top = Qt.AlignmentFlag.AlignTop
        for name, row, column, wide in (("payer", 0, 0, 6), ("code", 1, 0, 2), ("amount", 1, 2, 2), ("day", 1, 4, 2),
                                        ("reason", 2, 0, 6)):  # fmt: skip
            grid.addWidget(self.rows[name], row, column, 1, wide, top)
        for column in range(6):
            grid.setColumnStretch(column, 1)
        self.content.addLayout(grid)
        self.say(STAYS)

    def begin(self, payer: str, item: FeeItem | None, today: date) -> None:
        """Open for a new price, or another one of a code."""
        self._fee_id = new_id()
        self.title.setText(f"Another price for {item.code}" if item else "Price by hand")
        self.card.setAccessibleName(self.title.text())
        self.subtitle.setText(payer if item else "")
        self.payer.setText(payer)
        self.payer.setCursorPosition(0)
        self.code.setText(item.code if item else "")
        self.amount.set_cents(item.cents if item else None)
        self.days.begin(today, today)
        self.reason.clear()
        for field in (self.payer, self.code):
            field.setReadOnly(item is not None)
            field.setFocusPolicy(Qt.FocusPolicy.NoFocus if item else Qt.FocusPolicy.StrongFocus)
        self.show_errors({})
        self.refuse("")
        self.show_verb("Save price", "", "")
        self.open_over()

    @property
    def form(self) -> FeeForm | None:
        """What stands in the fields."""
        self.show_errors({})
        day, cents = self.days.day, self.amount.cents
        if day is None:
            self.show_errors({"day": NO_DAY})
            return None
        return FeeForm(self._fee_id, self.payer.text(), self.code.text(), cents or 0, day, self.reason.text())

    def show_errors(self, errors: dict[str, str]) -> None:
        """Say what is wrong under its field, which gets the focus."""
        for name, row in self.rows.items():
            row.set_error(errors.get(name, ""))
            row.hint.setVisible(bool(row.hint.text()) and not errors.get(name))
        for name in errors:
            self.rows[name].field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.place_panel()

    def take_focus(self) -> None:
        first = self.amount if self.payer.isReadOnly() else self.code if self.payer.text() else self.payer
        first.setFocus(Qt.FocusReason.OtherFocusReason)


class EndDialog(FormDialog):
    """Asks from when on a price holds no more, and why. `form` as with a price."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "End a price", "End price", width=520)
        self.what = Text("", "body", wrap=True)
        self.days = _Days("First day without it", "First day without it")
        self.reason = Field("Reason", "Such as: contract ends")
        self.reason.setMaxLength(200)
        self.rows = {"day": self.days.row, "reason": FormRow("Reason", self.reason, "It stays in the history.")}
        self._payer, self._item, self._fee_id = "", None, ""
        self.content.addWidget(self.what)
        for row in self.rows.values():
            self.content.addWidget(row)
        self.say("Without a price an estimate tells what the plan asks for, and no amount.")

    _item: FeeItem | None

    def begin(self, payer: str, item: FeeItem, today: date) -> None:
        """Open for a price."""
        self._payer, self._item, self._fee_id = payer, item, new_id()
        self.subtitle.setText(payer)
        since = full_day_text(item.starts_on)
        self.what.setText(f"{item.code} at {show_cents(item.cents)}, which holds from {since}, has no price any more "
                          "from this day on.")  # fmt: skip
        self.days.begin(max(today, item.starts_on), today)
        self.reason.clear()
        self.show_errors({})
        self.refuse("")
        self.show_verb("End price", "", "")
        self.open_over()

    @property
    def form(self) -> FeeForm | None:
        """What stands in the fields."""
        self.show_errors({})
        day = self.days.day
        if day is None or self._item is None:
            self.show_errors({"day": NO_DAY})
            return None
        return FeeForm(self._fee_id, self._payer, self._item.code, 0, day, self.reason.text())

    def show_errors(self, errors: dict[str, str]) -> None:
        """Say what is wrong under its field, which gets the focus."""
        told = {("day" if name == "amount" else name): words for name, words in errors.items()}
        for name, row in self.rows.items():
            row.set_error(told.get(name, ""))
            row.hint.setVisible(bool(row.hint.text()) and not told.get(name))
        for name in told:
            if name in self.rows:
                self.rows[name].field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.place_panel()

    def take_focus(self) -> None:
        self.reason.setFocus(Qt.FocusReason.OtherFocusReason)


class PreviewDialog(FormDialog):
    """What files would change, before anything is written. `day_changed(day)`: prices shall hold from another day."""

    day_changed = Signal(object)

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "Read prices in", "Read in", width=720)
        self.days = _Days("Holds from", "Prices hold from, where the table does not say it")
        self.days.field.editingFinished.connect(self._day_typed)
        self.words = Text("", "body_medium", wrap=True)
        self.table = CellTable("What would change", CHANGE_COLUMNS)
        self.refused_head = Text("Cannot be taken", "caption_strong", "warn_text")
        self.refused = Text("", "caption", "text2", wrap=True)
        self.shown: FeePreview | None = None
        for part in (self.days.row, self.words, self.table, self.refused_head, self.refused):
            self.content.addWidget(part)
        self.say(STAYS)

    def begin(self, preview: FeePreview, today: date) -> None:
        """Open for what was looked at."""
        self.days.begin(preview.starts_on, today)
        self.refuse("")
        self.draw(preview)
        self.open_over()

    def draw(self, preview: FeePreview) -> None:
        """Show it."""
        self.shown = preview
        self.subtitle.setText(", ".join(preview.names))
        self.words.setText(preview_words(preview))
        rows = change_rows(preview)
        self.table.set_rows(rows)
        self.table.setVisible(bool(rows))
        self.table.setFixedHeight(min(self.table.content_height(), theme.current().px(300)))
        for part in (self.refused_head, self.refused):
            part.setVisible(bool(preview.refusals))
        self.refused.setText(refusal_words(preview))
        self.show_verb("Read in", "", "" if preview.found else "Nothing in it is news")

    def _day_typed(self) -> None:
        day = self.days.day
        self.days.row.set_error("" if day else NO_DAY)
        if day is not None and self.shown is not None and day != self.shown.starts_on:
            self.day_changed.emit(day)

    def take_focus(self) -> None:
        (self.table if self.table.isVisibleTo(self) else self.cancel).setFocus(Qt.FocusReason.OtherFocusReason)
