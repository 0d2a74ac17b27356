"""The register of consents over the window: what was agreed to, by whom, to which words; and taking it back."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from widgets import theme
from widgets.common import Card, CellTable, Column, EmptyState, Role, TableRow, Text
from widgets.common.form_dialog import FormDialog
from widgets.theme import S16

_COLUMNS = (Column("What", 240, 2), Column("Who agreed", 160, 1), Column("When", 90), Column("", 168, right=True))
_ROWS_HIGH, _ROW = 5, 45


@dataclass(frozen=True, slots=True)
class ConsentsState:
    """What the dialog shows. `rows` are the register; of the chosen one `text` is what was said (empty: not known
    here), `facts` the lines under it, `verb` what would be taken back (empty: nothing here), `why_not` why not here,
    `busy` what is being done."""

    patient: str = ""
    rows: tuple[TableRow, ...] = ()
    chosen: str = ""
    text: str = ""
    facts: str = ""
    verb: str = ""
    why_not: str = ""
    busy: str = ""


class ConsentsDialog(FormDialog):
    """One patient's register. Arrow keys choose, Ctrl+Enter takes back what is chosen."""

    chosen = Signal(str)

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "Consents", "Take it back", 760, keys=("Ctrl+Return", "Ctrl+Enter"), role=Role.DANGER)
        self.table = CellTable("What was agreed to", _COLUMNS)
        self.none = EmptyState("shield-check", "Nothing was agreed to yet.")
        self.none.text.setText("Cards kept on file, papers by e-mail and payment plans are listed here by themselves.")
        self.none.text.show()
        self.words = Text("", "body", wrap=True)
        self.facts = Text("", "caption", "muted", wrap=True)
        self.said = Card(ground="sunken", radius="panel", inset=S16, parent=self)
        self.said.body.setSpacing(8)
        self.said.body.addWidget(self.words)
        self.said.body.addWidget(self.facts)
        for part in (self.none, self.table, self.said):
            self.content.addWidget(part)
        self.cancel.set_text("Close")
        self.table.selected.connect(self.chosen)
        self._count = 0

    def draw(self, state: ConsentsState) -> None:
        """Show `state`."""
        self.subtitle.setText(state.patient)
        self._count = len(state.rows)
        self.table.set_rows(state.rows)
        if state.chosen:
            self.table.set_key(state.chosen)
        elif state.rows and not self.table.key:
            self.table.select_first()
        for part in (self.table, self.said):
            part.setVisible(bool(state.rows))
        self.none.setVisible(not state.rows)
        self.words.setText(state.text)
        self.words.setVisible(bool(state.text))
        self.facts.setText(state.facts)
        self.facts.setAccessibleName(state.facts)
        self.primary.setVisible(bool(state.verb))
        self.submit_action.setEnabled(bool(state.verb))
        self.show_verb(state.verb or "Take it back", state.busy, "")
        self.say(state.why_not)

    def place_panel(self) -> None:
        if "table" in vars(self):
            row = theme.current().px(_ROW)
            self.table.setFixedHeight(min(max(self._count, 1), _ROWS_HIGH) * row + theme.current().px(36))
        super().place_panel()

    def take_focus(self) -> None:
        part = self.table if self.table.isVisibleTo(self) else self.cancel
        part.setFocus(Qt.FocusReason.OtherFocusReason)
