"""Draws the lock: the clock and the desk at the left, the people and the PIN at the right."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from app.views import DeviceLight, StaffTile
from app.words import Words
from widgets import icons, theme
from widgets.common import ENTER, Banner, ErrorText, IconLabel, KeycapButton, Role, Text, page_action, paint
from widgets.common.announce import announce
from widgets.common.brand import Logo
from widgets.common.when import LONG_MONTHS, WEEKDAYS, hour_text
from widgets.lock.parts import NumberPad, PinField, StaffButton
from widgets.lock.state import LockState, first_name, step, wait_text
from widgets.status_bar import light_icon
from widgets.theme import S8, S10, S12, S14, S16, S24, S32, Themed

_LEFT_SHARE = 0.41
_INSET = 70
_SHOWN = ("reader", "printer", "line")
_PER_ROW = 4
_LIGHT_INKS = {"ok": "rail_bar", "busy": "rail_bar", "warn": "warn_solid", "bad": "bad_line"}


class LockView(Themed, QWidget):
    """The whole window while it is locked. `tile_chosen(staff id)`, `pin_given(pin)`; the PIN is nowhere else."""

    tile_chosen = Signal(str)
    pin_given = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Locked")
        self.left = LockLeft()
        self._title = Text("Who is at the desk?", "amount_m")
        self._reason = Text("", "body", "muted", wrap=True)
        self.note = Banner("info", icon="credit-card")
        self._grid = QGridLayout()
        self._grid.setSpacing(S12)
        self._group = QButtonGroup(self)
        self._tiles: tuple[StaffTile, ...] = ()
        self._pin_head = Text("PIN", "body_medium", "text2")
        self.pin = PinField()
        self.error = ErrorText()
        self._hint = Text("Type on the keyboard or touch the numbers.", "table", "muted")
        self.unlock = page_action(self, "Unlock", ENTER, self._give)
        self.button = KeycapButton(role=Role.PRIMARY, action=self.unlock, size="touch")
        self.pad = NumberPad()
        self._foot = Text(
            "After 5 wrong tries this person is locked out for 5 minutes.", "caption", "muted", elide=True
        )
        self._lay_out()
        self.pad.pressed.connect(self.pin.press)
        self.pin.textChanged.connect(self._typed)
        self.pin.stepped.connect(self._step)
        self.setFocusProxy(self.pin)
        self._state = LockState()
        self.follow_theme()

    def _lay_out(self) -> None:
        tiles = QWidget()
        tiles.setLayout(self._grid)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._scroll = QScrollArea()
        self._scroll.setWidget(tiles)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.viewport().setAutoFillBackground(False)
        tiles.setAutoFillBackground(False)
        entry = QVBoxLayout()
        entry.setSpacing(S10)
        entries: tuple[QWidget, ...] = (self._pin_head, self.pin, self.error, self._hint)
        for part in entries:
            entry.addWidget(part)
        entry.addSpacing(S8)
        entry.addWidget(self.button)
        entry.addStretch(1)
        work = QHBoxLayout()
        work.setSpacing(S24)
        work.addLayout(entry)
        work.addStretch(1)
        work.addWidget(self.pad, 0, Qt.AlignmentFlag.AlignTop)
        foot = QHBoxLayout()
        foot.setSpacing(S8)
        foot.addWidget(IconLabel("info", "muted", 14))
        foot.addWidget(self._foot, 1)
        self._right = QVBoxLayout()
        self._right.setSpacing(S14)
        self._right.addStretch(2)
        above: tuple[QWidget, ...] = (self._title, self._reason, self.note, self._scroll)
        for one in above:
            self._right.addWidget(one)
        self._right.addSpacing(S10)
        self._right.addLayout(work)
        self._right.addStretch(3)
        self._right.addLayout(foot)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.left)
        row.addLayout(self._right, 1)

    # Drawing --------------------------------------------------------------------------------------------------

    def draw(self, state: LockState) -> None:
        """Show `state`."""
        if state.tiles != self._tiles:
            self._set_tiles(state.tiles)
        for button in self._group.buttons():
            if isinstance(button, StaffButton):
                button.setChecked(button.tile.staff_id == state.chosen)
        tile = state.tile
        head = f"PIN for {first_name(tile.name)}" if tile else "PIN"
        self._pin_head.setText(head)
        self.pin.setAccessibleName(head)
        self._reason.setText(state.reason)
        self._reason.setVisible(bool(state.reason))
        self.note.setVisible(bool(state.note))
        if state.note:
            self.note.set(state.note)
        wait = f" {wait_text(state.wait_s)}" if state.wait_s else ""
        self.error.set(f"{state.message}{wait}" if state.message else "")
        self._hint.setVisible(not state.message)
        if state.message and state.message != self._state.message:
            announce(self.pin, state.message, urgent=True)
        self.pin.setReadOnly(state.busy or bool(state.wait_s))
        self.pin.update()
        self.pad.setEnabled(not state.busy and not state.wait_s)
        if state.busy:
            self.button.set_busy("Checking…")
        else:
            self.button.set_idle()
        self._state = state
        self._allow()

    def clear_pin(self) -> None:
        """Forget what was typed."""
        self.pin.clear()

    def _set_tiles(self, tiles: tuple[StaffTile, ...]) -> None:
        for button in self._group.buttons():
            self._group.removeButton(button)
            self._grid.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._tiles = tiles
        for number, tile in enumerate(tiles):
            button = StaffButton(tile)
            self._group.addButton(button)
            self._grid.addWidget(button, number // _PER_ROW, number % _PER_ROW)
            button.clicked.connect(lambda _checked=False, chosen=tile.staff_id: self._choose(chosen))
        for column in range(_PER_ROW):
            self._grid.setColumnStretch(column, 1)
        self.restyle()

    def _choose(self, staff_id: str) -> None:
        self.tile_chosen.emit(staff_id)
        self.pin.setFocus(Qt.FocusReason.OtherFocusReason)

    def _step(self, by: int) -> None:
        self.tile_chosen.emit(step(self._tiles, self._state.chosen, by))

    def _typed(self, _text: str) -> None:
        self._allow()
        if len(self.pin.text()) == self.pin.maxLength() and not self._state.busy:
            self._give()

    def _allow(self) -> None:
        if not self._state.busy:
            ready = self.pin.complete and bool(self._state.chosen) and not self._state.wait_s
            self.button.set_available(ready, "Type your PIN first")

    def _give(self) -> None:
        if self.pin.complete and self._state.chosen and not self._state.busy and not self._state.wait_s:
            pin = self.pin.text()
            self.pin_given.emit(pin)

    def restyle(self) -> None:
        look = theme.current()
        rows = max(1, -(-len(self._tiles) // _PER_ROW))
        high = look.size("staff_tile")
        shown = min(rows, 1 if look.compact else 2)
        needed, off = Qt.ScrollBarPolicy.ScrollBarAsNeeded, Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self._scroll.setVerticalScrollBarPolicy(needed if rows > shown else off)
        self._scroll.setFixedHeight(shown * high + (shown - 1) * S12 + (high // 3 if rows > shown else 0))
        self.button.setMaximumWidth(self.pin.width())
        self.error.setMaximumWidth(self.pin.width())
        self._fit()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        work = self.pin.width() + S24 + self.pad.sizeHint().width()
        left = round(self.width() * _LEFT_SHARE)
        roomy = self.width() - left >= work + 2 * theme.current().px(_INSET)
        inset = theme.current().px(_INSET) if roomy else S32
        edge = S12 if theme.current().compact else S24
        self._right.setContentsMargins(inset, edge, inset, edge)
        self._right.setSpacing(S10 if theme.current().compact else S14)
        self.left.setFixedWidth(max(0, min(left, self.width() - work - 2 * inset)))

    def paintEvent(self, _event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme.current().colour("canvas"))


class LockLeft(Themed, QWidget):
    """Logo, clock, date, the clinic and this desk, and the lights."""

    def __init__(self) -> None:
        super().__init__()
        self._clock = Text("", "clock", "rail_strong")
        self._date = Text("", "heading_date", "rail_text")
        self._place = Text("", "lead", "rail_muted", wrap=True)
        self.lights = LockLights()
        brand = QHBoxLayout()
        brand.setSpacing(S14)
        brand.addWidget(Logo(40))
        brand.addWidget(Text("Copaydesk", "amount_m", "rail_strong"))
        brand.addStretch(1)
        body = QVBoxLayout(self)
        body.setContentsMargins(48, 44, S24, 40)
        body.addLayout(brand)
        body.addStretch(1)
        body.addWidget(self._clock)
        body.addWidget(self._date)
        body.addSpacing(S16)
        body.addWidget(self._place)
        body.addStretch(1)
        body.addWidget(self.lights)
        self.follow_theme()

    def show_now(self, now: datetime) -> None:
        """The desk's local time."""
        self._clock.setText(hour_text(now))
        self._date.setText(f"{WEEKDAYS[now.weekday()]}, {LONG_MONTHS[now.month - 1]} {now.day}")

    def show_place(self, practice: str, desk: str) -> None:
        """The clinic and this desk."""
        self._place.setText(f"{practice}, {desk}")

    def paintEvent(self, _event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme.current().colour("rail"))


class LockLights(Themed, QWidget):
    """Reader, printer and line in one quiet row."""

    def __init__(self) -> None:
        super().__init__()
        self._lights: tuple[tuple[DeviceLight, Words], ...] = ()
        self.follow_theme()

    def show_lights(self, lights: Sequence[tuple[DeviceLight, Words]]) -> None:
        """Show those of the desk's lights that fit a lock."""
        self._lights = tuple((light, words) for light, words in lights if light.key in _SHOWN)
        self.setAccessibleName(", ".join(words.title for _, words in self._lights))
        self.update()

    def restyle(self) -> None:
        self.setFixedHeight(theme.current().px(24))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, x = theme.current(), 0.0
        side = look.size("icon")
        with paint.smooth(QPainter(self)) as painter:
            for light, words in self._lights:
                icon = light_icon(light.key, light.state)
                icons.paint(painter, QRectF(x, (self.height() - side) / 2, side, side), icon, _LIGHT_INKS[light.state])
                x += side + S8
                width = paint.text_width(words.title, "table")
                paint.draw_text(painter, QRectF(x, 0, width + 1, self.height()), words.title, "table", "rail_text")
                x += width + S24
