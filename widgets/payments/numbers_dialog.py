"""The numbers behind the cards as tables: what the charts show, to read, to hear and to copy."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from widgets import theme
from widgets.common import Cell, CellTable, Column, MoneyCell, TableRow, Text, WordsCell
from widgets.common.announce import announce
from widgets.common.form_dialog import FormDialog
from widgets.payments.figures import Dashboard
from widgets.theme import S4, S16

_WIDTH = 900


class NumbersDialog(FormDialog):
    """Totals and statuses at the left, the months at the right. Enter copies all of it; Esc closes."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "Numbers", "Copy", _WIDTH)
        self._shown: Dashboard | None = None
        self.cancel.set_text("Close")
        self.tables = [_Table(title, columns) for title, columns in (
            ("Totals", (Column("", 140, 1), Column("Amount", 120, right=True), Column("Payments", 100, right=True))),
            ("Collected by month", (Column("Month", 130, 1), Column("Collected", 130, right=True),
                                    Column("Projected", 130, right=True))),
            ("Status breakdown", (Column("Status", 150, 1), Column("Payments", 110, right=True))),
        )]  # fmt: skip
        totals, months, statuses = self.tables
        left = QVBoxLayout()
        left.setSpacing(S4)
        for table in (totals, statuses):
            left.addWidget(table.head)
            left.addWidget(table)
        left.addStretch(1)
        right = QVBoxLayout()
        right.setSpacing(S4)
        right.addWidget(months.head)
        right.addWidget(months)
        right.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(S16)
        row.addLayout(left, 1)
        row.addLayout(right, 1)
        self.content.addLayout(row)
        self.submitted.connect(self._copy)

    def show_numbers(self, shown: Dashboard, words: str) -> None:
        """Open with the numbers of the cards; `words` say what they are narrowed to."""
        self.draw(shown, words)
        self.open_over()

    def draw(self, shown: Dashboard, words: str) -> None:
        """Show other numbers while it is open."""
        self._shown = shown
        self.subtitle.setText(f"Of what is shown: {words}" if words else "Of all payments")
        for table, (title, heads, rows) in zip(self.tables, shown.numbers, strict=True):
            table.show_numbers(title, heads, rows)

    def take_focus(self) -> None:
        self.tables[1].setFocus(Qt.FocusReason.OtherFocusReason)

    def _copy(self) -> None:
        if self._shown is not None:
            parts = [
                "\n".join(["\t".join((title, *heads[1:])), *("\t".join(row) for row in rows)])
                for title, heads, rows in self._shown.numbers
            ]
            QGuiApplication.clipboard().setText("\n\n".join(parts))
            self.say("Copied. Paste it into a sheet or a letter.")
            announce(self, "Copied")


class _Table(CellTable):
    """As high as its rows."""

    def __init__(self, title: str, columns: tuple[Column, ...]) -> None:
        super().__init__(title, columns, lines=1, row_size="control_tiny")
        self.head = Text(title, "caption_strong", "text2")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_numbers(self, title: str, heads: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> None:
        self.head.setText(title)
        self.setAccessibleName(title)
        self.set_rows([_row(heads, row) for row in rows])
        if not self.key:
            self.select_first()
        self.setFixedHeight(self.content_height() + theme.current().px(4))

    def restyle(self) -> None:
        super().restyle()
        self.setFixedHeight(self.content_height() + theme.current().px(4))


def _row(heads: tuple[str, ...], row: tuple[str, ...]) -> TableRow:
    figures = [MoneyCell(None, "table", words=text or " ") for text in row[1:]]
    cells: tuple[Cell, ...] = (WordsCell(row[0], style="table_medium"), *figures)
    said = ", ".join(f"{head} {text}".strip() for head, text in zip(heads, row, strict=True) if text)
    return TableRow(row[0], cells, spoken=said)
