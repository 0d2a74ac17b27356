"""How the receipt reaches the patient: print, text, e-mail or not at all, each lit once it is so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app.message_lines import MessageLine
from app.messages import Way
from widgets.common import KeycapButton
from widgets.theme import S10

WAYS: tuple[tuple[str, str, str, str], ...] = (
    ("print", "Print", "printer", "Alt+P"), ("text", "Text", "message-square", "Alt+T"),
    ("email", "E-mail", "mail", "Alt+E"), ("none", "None", "ban", "Alt+N"),
)  # fmt: skip
"""Each way: its name, words, icon and key."""

_SAID: dict[tuple[str, str], tuple[str, str, str]] = {
    ("text", "sent"): ("Texted to {address}", "ok_text", "check"),
    ("email", "sent"): ("E-mailed to {address}", "ok_text", "check"),
    ("text", "waiting"): ("Text to {address} is on its way", "muted", "clock"),
    ("email", "waiting"): ("E-mail to {address} is on its way", "muted", "clock"),
    ("text", "failed"): ("Not texted to {address}", "bad_text", "circle-alert"),
    ("email", "failed"): ("Not e-mailed to {address}", "bad_text", "circle-alert"),
}
"""What became of a message: words, colour and icon, by channel and state."""


@dataclass(frozen=True, slots=True)
class WayState:
    """One button: lit, and why it cannot be pressed (empty: it can)."""

    on: bool = False
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class WaysState:
    """The four buttons and, beside the receipt's pill, what became of the newest message."""

    buttons: Mapping[str, WayState]
    said: str = ""
    ink: str = "muted"
    icon: str = "check"


def ways_state(
    ways: Mapping[str, Way], lines: Mapping[str, MessageLine], *, printed: bool, receipt_by: str,
    why: Mapping[str, str],
) -> WaysState:  # fmt: skip
    """`ways` by channel as they are offered, `lines` the newest message by channel, `why` words for what a channel
    lacks."""
    buttons = {
        "print": WayState(printed),
        "none": WayState(receipt_by == "none"),
    }
    for channel, way in ways.items():
        line = lines.get(channel)
        buttons[channel] = WayState(line is not None and line.state != "failed", why.get(way.why_not, ""))
    newest = max(lines.values(), key=lambda line: line.at, default=None)
    if newest is None:
        return WaysState(buttons)
    words, ink, icon = _SAID[newest.channel, newest.state]
    return WaysState(buttons, words.replace("{address}", newest.address), ink, icon)


class WaysRow(QWidget):
    """The four buttons, as wide as each other."""

    def __init__(self, actions: Mapping[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Receipt goes by")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S10)
        self.buttons: dict[str, KeycapButton] = {}
        for name, _words, icon, _key in WAYS:
            button = KeycapButton(action=actions[name], icon=icon, size="touch")
            button.setCheckable(True)
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            self.buttons[name] = button
            row.addWidget(button, 1)

    def draw(self, state: WaysState) -> None:
        """Show `state`."""
        for name, button in self.buttons.items():
            told = state.buttons.get(name, WayState(why_not="Not known yet."))
            button.set_available(not told.why_not, told.why_not)
            button.setChecked(told.on)
