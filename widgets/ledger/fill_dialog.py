"""Fill and AutoFill: what each line item would get, before it does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.money_views import Acted, FillLine, FillPreview
from app.views import Person
from models.basics.money import show_cents
from models.rules.rights import Right
from widgets import theme
from widgets.common import CellTable, Column, MoneyCell, RowKind, TableRow, WordsCell
from widgets.common.pill import pending_pill
from widgets.common.when import count_text, day_text, spoken_cents
from widgets.ledger.act_form import ActDialog, ActPresenter, Hands, before_after

if TYPE_CHECKING:
    from app.fills import Fills

COLUMNS = (
    Column("Date", 84), Column("Line item", 220, stretch=1), Column("Owes", 92, right=True),
    Column("Gets", 92, right=True), Column("Left", 92, right=True),
)  # fmt: skip
ROWS_SHOWN = 7
_FROM = {"credit": "credit", "own": "money of this visit", "other": "money of other visits"}
_NOTES = {
    "fill": "Money of a line item\u2019s own visit goes first, then credit, oldest line item first.",
    "autofill": "Oldest balances first. Visits ahead get nothing, nor do providers who did not opt in.",
}
_TITLES = {"fill": "Fill from money on account", "autofill": "AutoFill"}


class FillDialog(ActDialog):
    """What each line item gets, and what the account looks like then."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, _TITLES["fill"], "Fill", width=700)
        self.table = CellTable("Line items", COLUMNS)
        self.content.addWidget(self.table)
        self.pending = pending_pill()
        self.content.addWidget(self.pending, 0, Qt.AlignmentFlag.AlignLeft)
        self.finish()

    def show_rows(self, rows: Sequence[TableRow]) -> None:
        """The line items with their sum; many scroll."""
        self.table.set_rows(rows)
        self.table.setVisible(bool(rows))
        look = theme.current()
        high = look.size("row_head") + min(len(rows), ROWS_SHOWN) * look.size("row") + 2
        self.table.setFixedHeight(min(high, max(self.height() - look.px(330), look.px(140))))

    def take_focus(self) -> None:
        (self.table if self.table.rows else self.cancel).setFocus(Qt.FocusReason.OtherFocusReason)


class FillPresenter(ActPresenter):
    """Previews a fill and does it. Nothing is typed here: what is previewed is what is decided."""

    def __init__(self, view: FillDialog, hands: Hands, fills: Callable[[], Fills]) -> None:
        super().__init__(view, hands)
        self._form, self._fills, self._way = view, fills, "fill"

    def fill(self, patient_id: str, charge_ids: Sequence[str], done: Callable[[str], None]) -> None:
        """Preview a fill of these line items."""
        self._name("fill")

        def read() -> FillPreview:
            fills = self._fills()
            return fills.preview(fills.open(patient_id), frozenset(charge_ids))

        self.begin(read, done)

    def autofill(self, patient_id: str, done: Callable[[str], None]) -> None:
        """Preview what AutoFill would do."""
        self._name("autofill")
        self.begin(lambda: self._fills().auto(patient_id), done)

    def _name(self, way: str) -> None:
        self._way = way
        self._form.title.setText(_TITLES[way])
        self._form.say(_NOTES[way])

    def _order(self) -> FillPreview | None:
        preview: FillPreview | None = self._sheet
        return preview if preview is not None and preview.cents else None

    def _wrong(self) -> str:
        preview: FillPreview | None = self._sheet
        if preview is None or preview.cents:
            return ""
        words = self.hands.speech.key("credit.needs_hub" if preview.sheet.needs_hub else "fill.no_money")
        return f"{words.title}. {words.body}"

    def _look_at(self, order: FillPreview) -> FillPreview:
        return order

    def _act(self, preview: FillPreview, person: Person, supervisor: Person | None) -> Acted:  # noqa: ARG002
        return self._fills().do(preview, person)

    def _right(self, order: FillPreview) -> Right:  # noqa: ARG002
        return Right.PAYMENTS

    def _show(self, order: FillPreview | None, preview: FillPreview | None) -> None:  # noqa: ARG002
        sheet: FillPreview | None = self._sheet
        lines = sheet.lines if sheet else ()
        self._form.show_rows(fill_rows(lines, self.hands.today()))
        self._form.pending.setVisible(bool(sheet and sheet.provisional_cents))
        self._form.show_lines(before_after(sheet.before, sheet.after) if sheet and sheet.cents else ())
        self._form.primary.set_text(f"Fill {show_cents(sheet.cents)}" if sheet and sheet.cents else "Fill")
        filled = sum(1 for line in lines if line.cents)
        self._form.subtitle.setText(count_text(filled, "line item", "line items") if sheet else "")


def fill_rows(lines: Sequence[FillLine], today: date) -> list[TableRow]:
    """The line items as rows, with their sums at the end."""
    rows = [_row(line, today) for line in lines]
    if rows:
        owes, gets = sum(line.item.owes_cents for line in lines), sum(line.cents for line in lines)
        said = f"Total, owes {spoken_cents(owes)}, gets {spoken_cents(gets)}, left {spoken_cents(owes - gets)}"
        rows.append(TableRow(
            "total", (WordsCell("Total", style="table_strong"), None, MoneyCell(owes), MoneyCell(gets),
                      MoneyCell(owes - gets)), RowKind.TOTAL, said,
        ))  # fmt: skip
    return rows


def _row(line: FillLine, today: date) -> TableRow:
    item = line.item
    day = day_text(item.day, today)
    origins = " and ".join(_FROM[origin] for origin in line.origins)
    under = " \u00b7 ".join(part for part in (item.subtitle, f"from {origins}" if origins else "") if part)
    quiet = "text" if line.cents else "muted"
    said = (f"{day}, {item.title}, owes {spoken_cents(item.owes_cents)}, gets {spoken_cents(line.cents)}, "
            f"left {spoken_cents(line.left_cents)}")  # fmt: skip
    return TableRow(item.charge_id, (
        WordsCell(day, ink=quiet), WordsCell(item.title, under, "body_medium", quiet),
        MoneyCell(item.owes_cents, "table", quiet), MoneyCell(line.cents or None, "table_strong", "ok_text"),
        MoneyCell(line.left_cents, "table", quiet),
    ), spoken=said)  # fmt: skip
