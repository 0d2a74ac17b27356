"""The left column of Collect: what this payment covers, and where the money will go."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from models.basics.money import show_cents
from widgets import theme
from widgets.collect.charges import ChargesTable
from widgets.collect.state import CollectState, GoesRow
from widgets.common import (
    AmountLabel,
    Card,
    CellTable,
    Column,
    Divider,
    IconLabel,
    KeycapButton,
    MoneyCell,
    Role,
    Switch,
    TableRow,
    Text,
    WordsCell,
)  # fmt: skip
from widgets.common.keycap import Keycap, key_words
from widgets.common.pill import pending_pill
from widgets.common.showing import show_parts
from widgets.common.when import spoken_cents
from widgets.theme import S2, S6, S8, S10, S12, S16, Themed

GOES_COLUMNS = (
    Column("Visit", 180, stretch=1),
    Column("Owes", 104, right=True),
    Column("This payment", 116, right=True),
    Column("Left", 96, right=True),
)


def goes_row(row: GoesRow) -> TableRow:
    """One row of 'where the money will go'."""
    ink = "muted" if row.quiet else "text"
    this = MoneyCell(row.this_cents if row.this_cents or row.quiet else None, "table" if row.quiet else "table_strong",
                     ink)  # fmt: skip
    left = (
        MoneyCell(0, "table_strong", "ok_text", "check", "Paid")
        if row.paid
        else MoneyCell(row.left_cents, "table", ink)
    )
    title = "  ".join(part for part in (row.day, row.title) if part)
    owes = MoneyCell(row.owes_cents, "table", "text2") if row.owes_cents is not None else None
    said = [title]
    said += [f"owes {spoken_cents(row.owes_cents)}"] if row.owes_cents is not None else []
    said += [
        f"this payment {spoken_cents(row.this_cents)}",
        "paid" if row.paid else f"left {spoken_cents(row.left_cents)}",
    ]
    return TableRow(title, (WordsCell(title, ink=ink), owes, this, left), spoken=", ".join(said))


class CreditRow(Themed, QWidget):
    """Credit on account as one line with a switch: how much there is, how much of it is used."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.switch = Switch("Use credit on account")
        self._title = Text("Use credit on account", "body_medium")
        self._available = Text("", "caption", "muted", elide=True)
        self._used = AmountLabel(0, "body_strong", "ok_text")
        self._pending = pending_pill()
        head = QHBoxLayout()
        head.setSpacing(S8)
        head.addWidget(self._title)
        head.addWidget(self._pending)
        head.addStretch(1)
        words = QVBoxLayout()
        words.setSpacing(S2)
        words.addLayout(head)
        words.addWidget(self._available)
        self._row = QHBoxLayout(self)
        self._row.setSpacing(S10)
        self._row.addWidget(IconLabel("piggy-bank", "ok_text", 18))
        self._row.addLayout(words, 1)
        self._row.addWidget(self._used)
        self._row.addWidget(self.switch)
        self.follow_theme()

    def restyle(self) -> None:
        self._row.setContentsMargins(S16, S6, S16, S6)
        self.updateGeometry()

    def draw(self, state: CollectState) -> None:
        """Show the credit of `state`."""
        available = state.sheet.credit_cents if state.sheet else 0
        in_use = (
            [f"{show_cents(each.cents)} in use at {each.desk}" for each in state.sheet.in_use] if state.sheet else []
        )
        self._available.setText(" · ".join((f"{show_cents(available)} available", *in_use)))
        self._pending.setVisible(state.provisional_cents > 0)
        self._used.set_cents(-state.credit_used_cents if state.credit_used_cents else None)
        self.switch.setChecked(state.credit_on)
        self.switch.setEnabled(not state.locked and available > 0)


class FamilyRow(Themed, QWidget):
    """The family's own lines as one row with a switch: who, and what they owe today."""

    def __init__(self, action: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.switch = Switch("Pay for the family too")
        self.switch.setAccessibleDescription(f"Key {key_words(action)}")
        self._title = Text("Pay for the family too", "body_medium")
        self._who = Text("", "caption", "muted", elide=True)
        words = QVBoxLayout()
        words.setSpacing(S2)
        words.addWidget(self._title)
        words.addWidget(self._who)
        self._row = QHBoxLayout(self)
        self._row.setSpacing(S10)
        self._row.addWidget(IconLabel("users", "accent", 18))
        self._row.addLayout(words, 1)
        self._row.addWidget(Keycap(action.shortcut().toString()))
        self._row.addWidget(self.switch)
        self.follow_theme()

    def restyle(self) -> None:
        self._row.setContentsMargins(S16, S6, S16, S6)
        self.updateGeometry()

    def draw(self, state: CollectState) -> None:
        """Show the family of `state`."""
        family = state.family
        if family is None:
            return
        self._who.setText(f"{family.names} · {show_cents(family.cents)} owed")
        self.switch.setChecked(family.on)
        self.switch.setEnabled(not state.locked)


class CoversCard(Card):
    """What this payment covers: the lines, credit, and what is to be collected now."""

    def __init__(self, change: QAction, family: QAction, parent: QWidget | None = None) -> None:
        super().__init__(inset=0, clip=True, parent=parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self._title = Text("What this payment covers", "heading_s")
        self.change = KeycapButton(role=Role.LINK, action=change, icon="square-pen", size="control_small")
        self._lock = IconLabel("lock", "muted", 14)
        self._locked = Text("Locked while the reader is on", "caption", "muted")
        self.table = ChargesTable()
        self.family = FamilyRow(family)
        self._family_rule = Divider("hairline")
        self.credit = CreditRow()
        self._credit_rule = Divider("hairline")
        self._total_title = Text("To collect now", "heading_s")
        self._total_note = Text("", "caption", "muted", elide=True)
        self.total = AmountLabel(0, "amount_m")
        self._lay_out()

    def _lay_out(self) -> None:
        self._head = QHBoxLayout()
        self._head.setSpacing(S8)
        self._head.addWidget(self._title)
        self._head.addStretch(1)
        self._head.addWidget(self._lock)
        self._head.addWidget(self._locked)
        self._head.addWidget(self.change)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._total_title)
        words.addWidget(self._total_note)
        self._foot = QHBoxLayout()
        self._foot.addLayout(words, 1)
        self._foot.addWidget(self.total)
        self.body.addLayout(self._head)
        self.body.addWidget(self.table, 1)
        self.body.addWidget(self.family)
        self.body.addWidget(self._family_rule)
        self.body.addWidget(self.credit)
        self.body.addWidget(self._credit_rule)
        self.body.addLayout(self._foot)
        self.restyle()

    def restyle(self) -> None:
        super().restyle()
        if hasattr(self, "_head"):
            room = S6 if theme.current().compact else S8
            self._head.setContentsMargins(S16, room - 2, S10, room - 2)
            self._foot.setContentsMargins(S16, room, S16, room)
            self._locked.setFixedHeight(theme.current().size("control_small"))

    def draw(self, state: CollectState) -> None:
        """Show the lines of `state`."""
        lines = (*state.lines, state.extra) if state.extra else state.lines
        self.table.show_lines(lines, locked=state.locked)
        show_parts({self.change: not state.locked, self._lock: state.locked, self._locked: state.locked})
        edge = self._head.contentsMargins()
        self._head.setContentsMargins(edge.left(), edge.top(), S16 if state.locked else S8, edge.bottom())
        offered = state.sheet is not None and (state.sheet.credit_cents > 0 or bool(state.sheet.in_use))
        self.credit.setVisible(offered)
        self._credit_rule.setVisible(offered)
        self.credit.draw(state)
        show_parts({self.family: state.family is not None, self._family_rule: state.family is not None})
        self.family.draw(state)
        self._total_note.setText(state.total_note)
        self.total.set_cents(state.to_collect_cents)
        self.total.setAccessibleName(f"To collect now, {spoken_cents(state.to_collect_cents)}")


class GoesTable(CellTable):
    """As high as its rows, so that the card above gets what is left."""

    def minimumSizeHint(self) -> QSize:
        return QSize(240, self.horizontalHeader().height() + 2 * theme.current().size("row_one"))


class GoesCard(Card):
    """Where the money will go, live."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(inset=0, clip=True, parent=parent)
        self._head = QHBoxLayout()
        self._head.addWidget(Text("Where the money will go", "heading_s"))
        self._head.addStretch(1)
        self._head.addWidget(Text("Copay first, then oldest balance", "caption", "muted"))
        self.table = GoesTable("Where the money will go", GOES_COLUMNS, lines=1)
        self.body.addLayout(self._head)
        self.body.addWidget(self.table, 1)
        self.restyle()

    def restyle(self) -> None:
        super().restyle()
        if hasattr(self, "_head"):
            room = S10 if theme.current().compact else S12
            self._head.setContentsMargins(S16, room, S16, room)

    def draw(self, state: CollectState) -> None:
        """Show the rows of `state`."""
        self.table.set_rows([goes_row(row) for row in state.goes])


class LeftColumn(QWidget):
    """Both cards. `credit_switched(bool)` and `family_switched(bool)` follow the switches."""

    credit_switched = Signal(bool)
    family_switched = Signal(bool)

    def __init__(self, change: QAction, family: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.covers = CoversCard(change, family)
        self.goes = GoesCard()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.addWidget(self.covers)
        self.column.addWidget(self.goes, 1)
        self.covers.credit.switch.clicked.connect(self.credit_switched)
        self.covers.family.switch.clicked.connect(self.family_switched)

    def draw(self, state: CollectState) -> None:
        """Show `state`."""
        self.covers.draw(state)
        self.goes.draw(state)
