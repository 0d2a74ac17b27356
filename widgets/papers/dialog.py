"""A paper over the window: its pages, and buttons to print and save it; for a new statement what it shall cover."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.papers import Paper
from widgets import theme
from widgets.common import (
    ENTER,
    Card,
    Choice,
    Divider,
    ErrorText,
    FormRow,
    Keycap,
    KeycapButton,
    Role,
    Text,
    page_action,
)
from widgets.common.button import IconButton
from widgets.common.overlay import Overlay
from widgets.papers.sheets import SheetView
from widgets.theme import S4, S8, S10, S12, S16, S24

_WIDTH, _SIDE = 820, 232


@dataclass(frozen=True, slots=True)
class PaperState:
    """What the dialog shows. `paper` None: it is being made. `choices` are those of a new statement: name to chosen
    key, whose visits only `in_family`; `note` says what printing it does, `busy` what is happening."""

    title: str
    paper: Paper | None = None
    choices: Mapping[str, str] | None = None
    note: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    verb: str = "Print"
    can_print: bool = True
    can_choose_printer: bool = False
    can_save: bool = True
    can_send: bool = False
    busy: str = ""
    error: str = ""
    in_family: bool = False


CHOICES: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "covers": ("What is listed", (("open", "What is still open"), ("all", "All visits with charges"))),
    "due_days": ("To be paid within", (("14", "14 days"), ("21", "21 days"), ("30", "30 days"))),
    "whole_family": ("Whose visits", (("", "This patient"), ("yes", "The whole family"))),
}
"""What can be chosen for a new statement: label and items."""


class PaperDialog(Overlay):
    """Shows one paper. `print_pressed` follows Enter, `page_pressed` Alt+R, `save_pressed` Ctrl+S,
    `send_pressed` Ctrl+E, `chosen(name, key)` a choice."""

    print_pressed = Signal()
    page_pressed = Signal()
    save_pressed = Signal()
    send_pressed = Signal()
    chosen = Signal(str, str)

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self.card = Card(radius="dialog", line="control", inset=0, parent=self)
        self.panel = self.card
        self.title = Text("", "heading", elide=True)
        self.sheets = SheetView()
        self.error = ErrorText()
        self.choices = {name: Choice(label, items) for name, (label, items) in CHOICES.items()}
        self._rows = {name: FormRow(CHOICES[name][0], choice) for name, choice in self.choices.items()}
        self._facts = QGridLayout()
        self._facts.setColumnStretch(0, 1)
        self._facts.setVerticalSpacing(S4)
        self._note = Text("", "caption", "muted", wrap=True)
        self.print_action = page_action(self, "Print", ENTER, self.print_pressed.emit)
        self.page_action = page_action(self, "Other printer…", "Alt+R", self.page_pressed.emit)
        self.save_action = page_action(self, "Save as PDF", "Ctrl+S", self.save_pressed.emit)
        self.send_action = page_action(self, "Send…", "Ctrl+E", self.send_pressed.emit)
        self.print = KeycapButton(role=Role.PRIMARY, action=self.print_action, icon="printer")
        self.page = KeycapButton(action=self.page_action, icon="printer")
        self.save = KeycapButton(action=self.save_action)
        self.send = KeycapButton(action=self.send_action, icon="mail")
        self.cancel = KeycapButton("Close", role=Role.LINK)
        self.cancel.clicked.connect(lambda _on=False: self.close_over())
        for name, choice in self.choices.items():
            choice.chosen.connect(lambda key, name=name: self.chosen.emit(name, key))
        self._lay_out()

    def _lay_out(self) -> None:
        close = IconButton("x", "Close", role=Role.LINK)
        close.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Esc does it
        close.clicked.connect(lambda _on=False: self.close_over())
        head = QHBoxLayout()
        head.setContentsMargins(S24, S10, S12, S10)
        head.setSpacing(S8)
        head.addWidget(self.title, 1)
        head.addWidget(Keycap("Escape"))
        head.addWidget(close)
        self._side = QWidget()
        side = QVBoxLayout(self._side)
        side.setContentsMargins(S16, S16, S16, S16)
        side.setSpacing(S12)
        for row in self._rows.values():
            side.addWidget(row)
        side.addLayout(self._facts)
        side.addWidget(self._note)
        side.addWidget(self.error)
        side.addStretch(1)
        for button in (self.print, self.page, self.save, self.send, self.cancel):
            side.addWidget(button)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.sheets, 1)
        middle.addWidget(Divider("hairline", vertical=True))
        middle.addWidget(self._side)
        self.card.body.addLayout(head)
        self.card.body.addWidget(Divider("hairline"))
        self.card.body.addLayout(middle, 1)

    def place_panel(self) -> None:
        look = theme.current()
        self._side.setFixedWidth(look.px(_SIDE))
        wide = min(look.px(_WIDTH), self.width() - 2 * S16)
        high = self.height() - 2 * S24
        self.card.setGeometry(QRect((self.width() - wide) // 2, S24, wide, high))

    def take_focus(self) -> None:
        first = next((choice for choice in self.choices.values() if choice.isVisibleTo(self)), None)
        (first or self.sheets).setFocus(Qt.FocusReason.OtherFocusReason)

    def _draw_facts(self, facts: tuple[tuple[str, str], ...]) -> None:
        while (item := self._facts.takeAt(0)) is not None:
            if (label := item.widget()) is not None:
                label.deleteLater()
        for row, (words, text) in enumerate(facts):
            last = row == len(facts) - 1
            self._facts.addWidget(Text(words, "table", "text2"), row, 0)
            self._facts.addWidget(Text(text, "table_strong" if last else "table"), row, 1, Qt.AlignmentFlag.AlignRight)

    def draw(self, state: PaperState) -> None:
        """Show `state`."""
        self.title.setText(state.title)
        self.card.setAccessibleName(state.title)
        self.sheets.show_pages(state.paper.pages if state.paper else ())
        for name, row in self._rows.items():
            offered = state.choices is not None and (name != "whole_family" or state.in_family)
            row.setVisible(offered)
            if offered and state.choices is not None:
                self.choices[name].set_key(state.choices[name])
        self._draw_facts(state.facts)
        self._note.setText(state.note)
        self._note.setVisible(bool(state.note))
        self.error.set(state.error)
        ready = state.paper is not None and not state.busy
        for button, can, action in ((self.print, state.can_print, self.print_action),
                                    (self.page, state.can_choose_printer, self.page_action),
                                    (self.save, state.can_save, self.save_action),
                                    (self.send, state.can_send, self.send_action)):  # fmt: skip
            button.setVisible(can)
            action.setEnabled(ready and can)
        self.print.set_text(state.verb)
        if state.busy:
            self.print.set_busy(state.busy)
        else:
            self.print.set_idle()
            self.print_action.setEnabled(ready and state.can_print)
