"""The cards on file of an account over the window: last four, whose, since when; renamed, put first, removed."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.keeping_cards import NAME_LIMIT
from app.views import KeptCardLine
from widgets.common import Field, IconButton, IconTile, KeycapButton, Pill, Role, Text
from widgets.common.form_dialog import FormDialog
from widgets.theme import S4, S8, S12

RENAME, REMOVE = "rename", "remove"


@dataclass(frozen=True, slots=True)
class CardsState:
    """What the dialog shows. `lines` are (card, under it); `open_id` is the card that is being renamed or removed, as
    `doing` says; `why_not` no card can be kept here; `busy` what the reader is doing."""

    patient: str = ""
    lines: tuple[tuple[KeptCardLine, str], ...] = ()
    open_id: str = ""
    doing: str = ""
    why_not: str = ""
    busy: str = ""


class CardRow(QWidget):
    """One card. Signals carry nothing: the dialog knows whose row it is."""

    first = Signal()
    opened = Signal(str)
    renamed = Signal(str)
    removed = Signal()
    closed = Signal()

    def __init__(self, card: KeptCardLine, under: str, doing: str, *, locked: bool) -> None:
        super().__init__()
        self.name = Text(card.nickname or card.name, "body_strong", elide=True)
        self._under = Text(f"{card.name} · {under}" if card.nickname else under, "caption", "muted", elide=True)
        words = QVBoxLayout()
        words.setSpacing(S4)
        head = QHBoxLayout()
        head.setSpacing(S8)
        head.addWidget(self.name, 1)
        if card.first:
            head.addWidget(Pill("Charged first", "info"))
        words.addLayout(head)
        words.addWidget(self._under)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, S4, 0, S4)
        row.setSpacing(S12)
        row.addWidget(IconTile("credit-card", "info"), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        self.field = Field("Name for this card")
        self.buttons: dict[str, KeycapButton] = {}
        make = {RENAME: self._rename, REMOVE: self._remove}.get(doing, self._ways)
        make(row, words, card)
        for button in self.buttons.values():
            button.setEnabled(not locked)

    def _ways(self, row: QHBoxLayout, _words: QVBoxLayout, card: KeptCardLine) -> None:
        if not card.first:
            self._button(row, "first", KeycapButton("Charge first", role=Role.LINK), self.first.emit)
        named = f"{card.name}, {card.nickname}" if card.nickname else card.name
        pen, trash = IconButton("square-pen", f"Rename {named}"), IconButton("trash-2", f"Remove {named}")
        self._button(row, RENAME, pen, lambda: self.opened.emit(RENAME))
        self._button(row, REMOVE, trash, lambda: self.opened.emit(REMOVE))

    def _rename(self, row: QHBoxLayout, words: QVBoxLayout, card: KeptCardLine) -> None:
        self.name.hide()
        self.field.setMaxLength(NAME_LIMIT)
        self.field.setText(card.nickname)
        words.insertWidget(1, self.field)
        self._button(row, "keep", KeycapButton("Leave it", role=Role.LINK), self.closed.emit)

    def _remove(self, row: QHBoxLayout, _words: QVBoxLayout, _card: KeptCardLine) -> None:
        self._under.setText("It will not be charged any more. What was charged before stays.")
        self._button(row, "yes", KeycapButton("Remove", role=Role.DANGER, icon="trash-2"), self.removed.emit)
        self._button(row, "keep", KeycapButton("Keep it", role=Role.LINK), self.closed.emit)

    def _button(self, row: QHBoxLayout, name: str, button: KeycapButton, act: object) -> None:
        button.clicked.connect(lambda _checked=False: act())  # type: ignore[operator]
        row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.buttons[name] = button


class CardsDialog(FormDialog):
    """One account's cards. Enter saves another card, or the name that is being typed."""

    put_first = Signal(str)
    opened = Signal(str, str)
    renamed = Signal(str, str)
    removed = Signal(str)

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "Cards on file", "Save a card", width=640)
        self.rows: dict[str, CardRow] = {}
        self._list = QVBoxLayout()
        self._list.setSpacing(S8)
        self._none = Text("No card is on file for this account.", "body", "text2", wrap=True)
        self.content.addWidget(self._none)
        self.content.addLayout(self._list)
        self.cancel.set_text("Close")

    def draw(self, state: CardsState) -> None:
        """Show `state`."""
        self.subtitle.setText(state.patient)
        for row in self.rows.values():
            self._list.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = {}
        for card, under in state.lines:
            mine = card.kept_card_id == state.open_id
            self._add(card, CardRow(card, under, state.doing if mine else "", locked=bool(state.busy)))
        self._none.setVisible(not state.lines)
        self.say("Last four digits only. The number stays with the card processor.")
        self.cancel.set_text("Stop" if state.busy else "Close")
        verb = "Save the name" if state.doing == RENAME else "Save a card"
        why_not = "" if state.doing == RENAME else "Remove the card or keep it first." if state.doing else state.why_not
        self.show_verb(verb, state.busy, why_not)
        self._focus(state)

    def _add(self, card: KeptCardLine, row: CardRow) -> None:
        key = card.kept_card_id
        row.first.connect(lambda: self.put_first.emit(key))
        row.opened.connect(lambda doing: self.opened.emit(key, doing))
        row.closed.connect(lambda: self.opened.emit("", ""))
        row.renamed.connect(lambda name: self.renamed.emit(key, name))
        row.removed.connect(lambda: self.removed.emit(key))
        self.rows[key] = row
        self._list.addWidget(row)
        row.show()  # at once: the next key may be for it

    def _focus(self, state: CardsState) -> None:
        """A row that was opened has the focus in what is asked of it."""
        if not self.isVisible():
            return
        row = self.rows.get(state.open_id)
        if row is None:
            self.take_focus()
        elif state.doing == RENAME:
            row.field.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            row.buttons["keep"].setFocus(Qt.FocusReason.OtherFocusReason)
