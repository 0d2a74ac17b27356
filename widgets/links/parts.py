"""Where a link goes: a tick and an address for each channel, shared by the forms that send links."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from app.messages import Way
from widgets.common import CheckBox, ErrorText, Field, Text
from widgets.theme import S4, S12

CHANNELS = (
    ("text", "By text", "Phone number", "(555) 010-4417"),
    ("email", "By e-mail", "E-mail address", "name@place.com"),
)
"""Channel, its tick, what its address is called, an example."""
_ANY_LENGTH = 120


class WaysField(QWidget):
    """By text, by e-mail, or both, each with its address. `edited` follows every change."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.ticks: dict[str, CheckBox] = {}
        self.addresses: dict[str, Field] = {}
        self.errors: dict[str, ErrorText] = {}
        self._why: dict[str, Text] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(S12)
        grid.setVerticalSpacing(S4)
        grid.setColumnStretch(1, 1)
        for at, (channel, words, name, example) in enumerate(CHANNELS):
            tick, address = CheckBox(words), Field(name, example)
            address.setMaxLength(_ANY_LENGTH)
            error, why = ErrorText(), Text("", "caption", "muted", wrap=True)
            self.ticks[channel], self.addresses[channel] = tick, address
            self.errors[channel], self._why[channel] = error, why
            grid.addWidget(tick, at * 3, 0)
            grid.addWidget(address, at * 3, 1)
            grid.addWidget(error, at * 3 + 1, 1)
            grid.addWidget(why, at * 3 + 2, 1)
            tick.clicked.connect(lambda _on, channel=channel: self._ticked(channel))
            address.textEdited.connect(lambda _text, channel=channel: self._typed(channel))

    def show_ways(self, ways: tuple[Way, ...], chosen: tuple[str, ...], why: dict[str, str]) -> None:
        """Offer these ways with `chosen` ticked; `why` says of a channel why it cannot be used, or may take long."""
        for way in ways:
            off = bool(way.why_not)
            self.ticks[way.channel].setEnabled(not off)
            self.ticks[way.channel].setChecked(way.channel in chosen and not off)
            self.addresses[way.channel].setText(way.address)
            self.addresses[way.channel].setEnabled(not off)
            self._why[way.channel].setText(why.get(way.channel, ""))
            self._why[way.channel].setVisible(bool(why.get(way.channel)))
        self.show_errors({})

    @property
    def ways(self) -> tuple[tuple[str, str], ...]:
        """(channel, address as typed) of each that is ticked."""
        return tuple((channel, self.addresses[channel].text()) for channel, tick in self.ticks.items()
                     if tick.isChecked())  # fmt: skip

    def show_errors(self, errors: dict[str, str]) -> None:
        """What is wrong with an address, by channel."""
        for channel, error in self.errors.items():
            error.set(errors.get(channel, ""))
            self.addresses[channel].set_wrong(bool(errors.get(channel)))

    def take_focus(self) -> bool:
        """The address that is ticked, else the first tick that can be set. False: no way can be used."""
        ticked = next((self.addresses[channel] for channel, tick in self.ticks.items() if tick.isChecked()), None)
        free = next((tick for tick in self.ticks.values() if tick.isEnabled()), None)
        target = ticked or free
        if target is not None:
            target.setFocus(Qt.FocusReason.OtherFocusReason)
        return target is not None

    def _ticked(self, channel: str) -> None:
        if self.ticks[channel].isChecked() and not self.addresses[channel].text():
            self.addresses[channel].setFocus(Qt.FocusReason.OtherFocusReason)
        self.show_errors({})
        self.edited.emit()

    def _typed(self, channel: str) -> None:
        self.ticks[channel].setChecked(bool(self.addresses[channel].text().strip()))
        self.show_errors({})
        self.edited.emit()
