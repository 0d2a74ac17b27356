"""Draws Settings > Devices: the cards at the left, the test print and the last events beside them."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.devices import DevicesView
from widgets import theme
from widgets.approved.paper import Paper
from widgets.common import Banner, Card, KeycapButton, Pill, Role, Text, page_action
from widgets.devices.cards import DeviceCardView
from widgets.devices.state import cards_of, counts_of, event_line
from widgets.theme import S4, S8, S12, S16, Themed

SIDE, NARROW = 300, 760
"""Width of the side column, and the width under which it goes below the cards."""


class DevicesPart(Themed, QWidget):
    """The page's own part. `asked(device, act)`; `find_asked`, `add_asked`, `log_asked`; `seen`: it is on the screen,
    or no more. Keys work all over `page`."""

    asked = Signal(str, str)
    find_asked = Signal()
    add_asked = Signal()
    log_asked = Signal()
    seen = Signal(bool)

    def __init__(self, page: QWidget) -> None:
        super().__init__()
        self.setAccessibleName("Devices")
        self.title = Text("Devices", "heading", elide=True)
        self.working, self.needs = Pill("", "ok"), Pill("", "warn")
        self.actions_here = [
            page_action(page, "Find devices", "Alt+S", self.find_asked.emit),
            page_action(page, "Add by address", "Alt+A", self.add_asked.emit),
            page_action(page, "Open device log", "Alt+L", self.log_asked.emit),
        ]
        find, add, events = self.actions_here
        self.find_button = KeycapButton(action=find, icon="search")
        self.add_button = KeycapButton(action=add, icon="plus")
        self.open_log = KeycapButton(action=events, icon="file-text", role=Role.LINK)
        self.banner = Banner("info")
        self.banner.hide()
        self._fixed, self._at_work = False, True
        self.cards: dict[str, DeviceCardView] = {}
        self.paper = Paper()
        self.printed = Text("This is what the printer gets.", "caption", "muted", wrap=True)
        self.nothing = Text("Nothing was asked of a device yet.", "caption", "muted", wrap=True)
        self._lay_out()
        self.follow_theme()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(S8)
        head.addWidget(self.title, 1)
        for part in (self.working, self.needs):
            part.hide()
            head.addWidget(part)
        head.addSpacing(S16)
        head.addWidget(self.find_button)
        head.addWidget(self.add_button)
        self._column = QVBoxLayout()
        self._column.setSpacing(S12)
        self._column.addStretch(1)
        print_card = Card(inset=S16)
        print_card.body.setSpacing(S8)
        print_card.body.addWidget(Text("Live test print", "body_strong"))
        print_card.body.addWidget(self.paper)
        print_card.body.addWidget(self.printed)
        event_card = Card(inset=S16)
        event_card.body.setSpacing(S8)
        event_card.body.addWidget(Text("Last events", "body_strong"))
        self._events = QGridLayout()
        self._events.setHorizontalSpacing(S12)
        self._events.setVerticalSpacing(S4 + 2)
        self._events.setColumnStretch(1, 1)
        event_card.body.addWidget(self.nothing)
        event_card.body.addLayout(self._events)
        event_card.body.addWidget(self.open_log, 0, Qt.AlignmentFlag.AlignLeft)
        self._side = QWidget()
        side = QVBoxLayout(self._side)
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(S12)
        side.addWidget(print_card)
        side.addWidget(event_card)
        side.addStretch(1)
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(S12)
        body.addLayout(head)
        body.addWidget(self.banner)
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._columns.setSpacing(S16)
        body.addLayout(self._columns, 1)
        self._columns.addLayout(self._column, 1)
        self._columns.addWidget(self._side)

    # Showing ------------------------------------------------------------------------------------------------------

    def draw(self, view: DevicesView) -> None:
        """Show how every device is."""
        self.title.setText(f"Devices at {view.desk}")
        working, needs = counts_of(view)
        self.working.set(f"{working} working", "ok")
        self.working.setVisible(bool(working))
        self.needs.set(f"{needs} need{'s' if needs == 1 else ''} you", "warn")
        self.needs.setVisible(bool(needs))
        for state in cards_of(view):
            self._card(state.key).draw(state)
        self.paper.show_blocks(view.trial, view.roll)
        if view.fixed != self._fixed:
            self._fixed = view.fixed
            self._allow()
        self._draw_events(view)

    def _card(self, key: str) -> DeviceCardView:
        if key not in self.cards:
            made = self.cards[key] = DeviceCardView()
            made.asked.connect(lambda act, key=key: self.asked.emit(key, act))
            self._column.insertWidget(self._column.count() - 1, made)
        return self.cards[key]

    def _draw_events(self, view: DevicesView) -> None:
        lines = [event_line(event) for event in view.events]
        self.nothing.setVisible(not lines)
        while (item := self._events.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        top = Qt.AlignmentFlag.AlignTop
        for row, line in enumerate(lines):
            self._events.addWidget(Text(line.when, "caption", "muted"), row, 0, top)
            style = "caption" if line.ink == "text2" else "caption_strong"
            self._events.addWidget(Text(line.words, style, line.ink, wrap=True), row, 1, top)

    def set_at_work(self, shown: bool) -> None:
        """Its keys work while its page is shown."""
        self._at_work = shown
        self._allow()

    def _allow(self) -> None:
        """Nothing is found or added where devices are fixed."""
        find, add, events = self.actions_here
        for action, may in ((find, not self._fixed), (add, not self._fixed), (events, True)):
            action.setEnabled(self._at_work and may)
            action.setVisible(self._at_work and may)
        self.find_button.setVisible(not self._fixed)
        self.add_button.setVisible(not self._fixed)

    def show_told(self, meaning: str, title: str, text: str = "") -> None:
        """Say what came of it."""
        self.banner.set(title, text, meaning=meaning)
        self.banner.show()

    def say_nothing(self) -> None:
        """Forget what was said."""
        self.banner.hide()

    def show_printed(self, words: str, ink: str) -> None:
        """How the test print went."""
        self.printed.setText(words)
        self.printed.set_look(ink=ink)

    def set_busy(self, key: str, act: str, words: str) -> None:
        """A button says what it does, or (without words) is free again."""
        button = self.cards[key].buttons.get(act) if key in self.cards else None
        if button is not None and words:
            button.set_busy(words)
        elif button is not None:
            button.set_idle()

    # Room ---------------------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.seen.emit(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.seen.emit(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def restyle(self) -> None:
        self._arrange()
        self.update()

    def _arrange(self) -> None:
        """Beside the cards where there is room, else below them."""
        look = theme.current()
        below = self.width() < look.px(NARROW)
        directions = QBoxLayout.Direction
        self._columns.setDirection(directions.TopToBottom if below else directions.LeftToRight)
        self._side.setMaximumWidth(16_777_215 if below else look.px(SIDE))
        self._side.setMinimumWidth(0 if below else look.px(SIDE))
