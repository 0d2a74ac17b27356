"""Parts of Approved: the result in green, what was paid, who is next, taking back."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.views import NextUp
from widgets import theme
from widgets.approved.state import UNDO_REASONS, ApprovedState, Tile, Undo
from widgets.common import AmountLabel, Avatar, Badge, Card, Divider, IconLabel, Steps, Text
from widgets.common.reasons import ReasonPicker
from widgets.common.when import spoken_cents, time_text
from widgets.theme import S2, S4, S8, S10, S12, S16, S20

_MOST_RIGHT = 3


class Result(Card):
    """What happened to the money, large; at the right how; under it the steps."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(ground="ok_soft", line="ok_line", radius="panel", inset=S20, parent=parent)
        self._mark = IconLabel("circle-check", "ok_text", 52)
        self.title = Text("", "heading", "ok_text", wrap=True)
        self.amount = AmountLabel(0, "amount_xl", align=Qt.AlignmentFlag.AlignLeft)
        self._change_title = Text("Change to give", "table_medium", "text2", align=Qt.AlignmentFlag.AlignRight)
        self.change = AmountLabel(0, "amount_l", "ok_text")
        self.right = [Text("", "lead_medium" if n == 0 else "table", "text" if n == 0 else "text2",
                           align=Qt.AlignmentFlag.AlignRight) for n in range(_MOST_RIGHT)]  # fmt: skip
        self._rule = Divider("ok_line")
        self.steps = Steps()
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addStretch(1)
        words.addWidget(self.title)
        words.addWidget(self.amount)
        words.addStretch(1)
        how = QVBoxLayout()
        how.setSpacing(S8)
        how.addWidget(self._change_title)
        how.addWidget(self.change)
        for line in self.right:
            how.addWidget(line)
        how.addStretch(1)
        top = QHBoxLayout()
        top.setSpacing(S16)
        top.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignVCenter)
        top.addLayout(words, 1)
        top.addLayout(how)
        self.body.addLayout(top)
        self.body.addWidget(self._rule)
        self.body.addWidget(self.steps)
        self.restyle()

    def restyle(self) -> None:
        super().restyle()
        room = S12 if theme.current().compact else S20
        self.body.setContentsMargins(S20 + 2, room, S20 + 2, room - S4)
        self.body.setSpacing(S10)

    def draw(self, state: ApprovedState) -> None:
        """Show the result of `state`."""
        meaning = state.meaning
        self.set_look(ground=f"{meaning}_soft", line=f"{meaning}_line")
        self._mark.set(state.icon, f"{meaning}_text")
        self.title.setText(state.title)
        self.title.set_look(ink=f"{meaning}_text")
        self.amount.set_cents(state.collected.amount_cents)
        self.amount.setAccessibleName(f"{state.title}, {spoken_cents(state.collected.amount_cents)}")
        self._change_title.setVisible(bool(state.change_cents))
        self.change.setVisible(bool(state.change_cents))
        self.change.set_cents(state.change_cents)
        self.change.setAccessibleName(f"Change to give, {spoken_cents(state.change_cents)}")
        for at, label in enumerate(self.right):
            label.setText(state.right[at] if at < len(state.right) else "")
            label.setVisible(at < len(state.right))
        self.steps.set(state.steps)
        self.steps.setVisible(bool(state.steps))
        self._rule.setVisible(bool(state.steps))


class FactTile(Card):
    """One fact: icon, what, how much."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(ground="sunken", radius="panel", inset=S12, parent=parent)
        self._mark = IconLabel("check", "ok_text", 18)
        self._title = Text("", "body_strong", wrap=True)
        self._under = Text("", "caption", "muted", elide=True)
        words = QVBoxLayout()
        words.setSpacing(S2)
        words.addWidget(self._title)
        words.addWidget(self._under)
        row = QHBoxLayout()
        row.setSpacing(S10)
        row.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(words, 1)
        self.body.addLayout(row)

    def draw(self, tile: Tile) -> None:
        """Show `tile`."""
        self._mark.set(tile.icon, f"{tile.meaning}_text")
        self._title.setText(tile.title)
        self._under.setText(tile.subtitle)
        self.setAccessibleName(f"{tile.title}, {tile.subtitle}")


class NextCard(Card):
    """Who comes next, with what is due."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(ground="sunken", radius="panel", inset=S12, parent=parent)
        self._avatar = Avatar(size="avatar_s", tokens=("neutral_soft", "text2"))
        self._title = Text("", "body_strong", elide=True)
        self._under = Text("", "caption", "ok_text", elide=True)
        self._badge = Badge("credit")
        words = QVBoxLayout()
        words.setSpacing(S2)
        words.addWidget(self._title)
        words.addWidget(self._under)
        row = QHBoxLayout()
        row.setSpacing(S12)
        row.addWidget(self._avatar)
        row.addLayout(words, 1)
        row.addWidget(self._badge)
        self.body.addLayout(row)

    def draw(self, up: NextUp | None, line: str) -> None:
        """Show `up`, or nothing."""
        self.setVisible(up is not None)
        if up is None:
            return
        self._avatar.set(up.patient.initials)
        self._title.setText(f"Next: {up.patient.name}, {time_text(up.visit.starts_at)}")
        self._under.setText(line)
        self._under.set_look(ink="ok_text" if up.credit_cents else "muted")
        self._badge.set_cents(up.credit_cents)


class UndoPane(Card):
    """Why the payment is taken back. `chosen(key)`, `noted(text)`."""

    chosen = Signal(str)
    noted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(ground="sunken", radius="panel", inset=S16, parent=parent)
        self.title = Text("", "heading_s")
        self.picker = ReasonPicker(UNDO_REASONS, "Note, needed for Other")
        self.body.setSpacing(S8)
        self.body.addWidget(self.title)
        self.body.addWidget(self.picker)
        self.picker.chosen.connect(self.chosen)
        self.picker.noted.connect(self.noted)

    def draw(self, title: str, undo: Undo | None) -> None:
        """Show the reason chosen, or nothing."""
        self.setVisible(undo is not None)
        if undo is not None:
            self.title.setText(title)
            self.picker.draw(undo.reason, undo.note, undo.error, locked=undo.running)
