"""The payment link of one payment, or of one row of the list: address, code, how it stands, and what can be done."""

from __future__ import annotations

from datetime import date
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from widgets import theme
from widgets.common import Banner, Card, Divider, KeycapButton, Pill, Text, page_action
from widgets.common.announce import announce
from widgets.desks.code import QrCode
from widgets.links.state import LOOKS, PanelState, panel_facts
from widgets.theme import S4, S8, S12

_ROWS = (
    ("asks", "Asks for"),
    ("expires", "Works until"),
    ("sent", "Sent"),
    ("ended", "Ended"),
    ("note", "On the page"),
)
_LABEL, _CODE = 84, 116
ACTS = (("copy", "Copy link", "Alt+U"), ("code", "Show code", "Alt+Q"), ("slip", "Print slip", "Alt+P"),
        ("again", "Send again", "Alt+J"), ("take_back", "Take back", "Alt+E"),
        ("new", "Send a link", "Alt+J"))  # fmt: skip
"""What can be done with a link, and its keys; a new one takes the key of sending again."""


class LinkPanel(Card):
    """A card. `act_pressed(name)` follows its buttons and their keys, `retry_pressed` asks the hub again. The page it
    lies in adds `keys` to its own, so that they work from everywhere on it."""

    act_pressed = Signal(str)
    retry_pressed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Payment link")
        self.title, self.pill = Text("Payment link", "heading_s"), Pill()
        self.said = Text("", "caption", "ok_text", elide=True)
        self.address = Text("", "table", wrap=True)
        self.address.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.code = QrCode("QR code of the link", _CODE)
        self.banner = Banner("warn", button="Try again")
        self.banner.pressed.connect(self.retry_pressed)
        self.actions_by = {
            name: page_action(self, words, keys, partial(self.act_pressed.emit, name), menu="payment")
            for name, words, keys in ACTS
        }
        self.buttons = {name: KeycapButton(action=self.actions_by[name], size="control_small") for name, _, _ in ACTS}
        for button in self.buttons.values():
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._labels: dict[str, Text] = {}
        self._values: dict[str, tuple[Text, Text]] = {}
        self._lay_out()
        self.restyle()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(S8)
        head.addWidget(self.title)
        head.addWidget(self.pill, 0, Qt.AlignmentFlag.AlignVCenter)
        head.addWidget(self.said, 1)
        self._facts = QWidget()
        grid = QGridLayout(self._facts)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(S12)
        grid.setVerticalSpacing(S4)
        grid.setColumnStretch(1, 1)
        for at, (name, words) in enumerate(_ROWS):
            label = self._labels[name] = Text(words, "table", "muted")
            main, under = Text("", "body_medium", wrap=True), Text("", "caption", "muted", wrap=True)
            self._values[name] = (main, under)
            grid.addWidget(label, at * 2, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(main, at * 2, 1)
            grid.addWidget(under, at * 2 + 1, 1)
        middle = QHBoxLayout()
        middle.setSpacing(S12)
        middle.addWidget(self._facts, 1)
        middle.addWidget(self.code, 0, Qt.AlignmentFlag.AlignTop)
        self._acts = QWidget()
        acts = QGridLayout(self._acts)
        acts.setContentsMargins(0, 0, 0, 0)
        acts.setSpacing(S8)
        for at, name in enumerate(name for name, _, _ in ACTS):
            acts.addWidget(self.buttons[name], at // 2, at % 2, Qt.AlignmentFlag.AlignLeft)
        acts.setColumnStretch(2, 1)
        self.body.setSpacing(S8)
        self.body.addLayout(head)
        self.body.addWidget(Divider("hairline"))
        self.body.addWidget(self.address)
        self.body.addWidget(self.banner)
        self.body.addLayout(middle)
        self.body.addWidget(self._acts)

    def restyle(self) -> None:
        super().restyle()
        for label in vars(self).get("_labels", {}).values():
            label.setMinimumWidth(theme.current().px(_LABEL))

    def draw(self, state: PanelState, today: date) -> None:
        """Show `state`."""
        line = state.line
        self.setVisible(line is not None or state.can_make or bool(state.unused))
        self.pill.setVisible(line is not None)
        if line is not None:
            self.pill.set_look(LOOKS[line.state])
        self.said.setText(state.said)
        there = line is not None and line.usable and state.where is not None
        self.address.setText("\u200b".join(state.address_words) if there else state.address_words)
        self.address.set_look(style="mono" if there else "table", ink="text" if there else "muted")
        self.address.setAccessibleName(f"Link: {state.address_words}")
        self.code.setVisible(there)
        self.code.set_text(state.where.address if there and state.where else "")
        self.banner.setVisible(state.notice is not None)
        if state.notice is not None:
            self.banner.set(state.notice.title, state.notice.body)
        self._draw_facts(panel_facts(line, today) if line is not None else {})
        usable = line is not None and line.usable
        shown = {
            "copy": there,
            "code": there,
            "slip": there,
            "again": usable,
            "take_back": usable,
            "new": state.can_make and not usable,
        }
        for name, on in shown.items():
            self.actions_by[name].setEnabled(on)
            self.buttons[name].setVisible(on)
        self._acts.setVisible(any(shown.values()))

    def _draw_facts(self, facts: dict[str, tuple[str, str]]) -> None:
        self._facts.setVisible(bool(facts))
        for name, (main, under) in self._values.items():
            words, more = facts.get(name, ("", ""))
            self._labels[name].setVisible(bool(words))
            main.setVisible(bool(words))
            main.setText(words)
            main.setAccessibleName(f"{self._labels[name].text()}: {words}")
            under.setVisible(bool(more))
            under.setText(more)

    @property
    def keys(self) -> list[QAction]:
        """The actions of its buttons."""
        return list(self.actions_by.values())

    def announce(self) -> None:
        """Speak what was just done."""
        announce(self, self.said.text())
