"""The family dialog: the people on one bill, and a field to bring another one onto it. Draws; decides nothing."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from widgets import theme
from widgets.common import (
    ENTER,
    Banner,
    Card,
    CellTable,
    Column,
    Divider,
    Field,
    Keycap,
    KeycapButton,
    Role,
    Segments,
    Text,
    page_action,
)  # fmt: skip
from widgets.common.overlay import Overlay
from widgets.family.state import ADD, JOIN, FamilyState
from widgets.theme import S8, S12, S16, S20

_MEMBERS = (Column("Patient", 240, 3), Column("Bill", 130), Column("Owed", 200, 1, True))
_FOUND = (Column("Patient", 300, 3), Column("Phone", 140, 1, True))
_WIDTH, _ROWS_HIGH, _ROW = 640, 4, 45


class _FindField(Field):
    """Arrow keys move in the list of who was found."""

    moved = Signal(QKeyEvent)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.moved.emit(event)
            return
        super().keyPressEvent(event)


class FamilyDialog(Overlay):
    """Over the window. `typed(text)`, `way_chosen(way)`, `chosen(patient id)` of who was found, `left(patient id)` of a
    member who shall pay their own bill."""

    typed = Signal(str)
    way_chosen = Signal(str)
    chosen = Signal(str)
    left = Signal(str)

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self.setAccessibleName("Family")
        self.card = Card(inset=S20, radius="dialog", parent=self)
        self.panel = self.card
        self.title = Text("", "title", elide=True)
        self.subtitle = Text("", "caption", "muted")
        self.banner = Banner("warn")
        self.members = CellTable("On this bill", _MEMBERS, head=False)
        self.way = Segments("What to do", ((ADD, "Add somebody"), (JOIN, "Put on another bill")))
        self.wanted = Text("", "caption_strong", "text2")
        self.field = _FindField("Find a patient")
        self.field.setMaxLength(120)
        self.found = CellTable("Found patients", _FOUND, head=False)
        self.message = Text("", "body", "muted")
        self.add = KeycapButton(
            "Add to this bill", role=Role.PRIMARY, action=page_action(self, "Add", ENTER, self._take)
        )
        self.own = KeycapButton("Own bill", action=page_action(self, "Own bill", "Alt+O", self._leave))
        self._state: FamilyState | None = None
        self._lay_out()
        self.field.textEdited.connect(self.typed)
        self.field.moved.connect(self.found.keyPressEvent)
        self.way.chosen.connect(self.way_chosen)
        self.found.opened.connect(self.chosen)
        self.found.selected.connect(lambda _key: self._allow())
        self.members.selected.connect(lambda _key: self._allow())

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(Keycap("Esc"), 0, Qt.AlignmentFlag.AlignTop)
        people = QHBoxLayout()
        people.addWidget(Text("On this bill", "heading_s"), 1)
        people.addWidget(self.own)
        foot = QHBoxLayout()
        foot.addWidget(self.message, 1)
        foot.addWidget(self.add)
        body: QVBoxLayout = self.card.body
        body.setSpacing(S8)
        body.addLayout(head)
        body.addWidget(self.subtitle)
        body.addWidget(self.banner)
        body.addSpacing(S8)
        body.addLayout(people)
        body.addWidget(self.members)
        body.addWidget(Divider("hairline"))
        body.addSpacing(S8)
        body.addWidget(self.way, 0, Qt.AlignmentFlag.AlignLeft)
        body.addWidget(self.wanted)
        body.addWidget(self.field)
        body.addWidget(self.found)
        body.addLayout(foot)
        self.banner.hide()

    def draw(self, state: FamilyState) -> None:
        """Show the family and who was found."""
        self._state = state
        self.title.setText(state.title)
        self.subtitle.setText(state.subtitle)
        self.members.set_rows(state.members)
        if not self.members.key:
            self.members.select_first()
        self.way.setVisible(state.may_join)
        self.way.set_key(state.way)
        self.wanted.setText(state.hint)
        self.field.setPlaceholderText("Name, date of birth, phone or MRN")
        self.field.setAccessibleName(state.hint)
        self.found.set_rows(state.found)
        self.found.setVisible(bool(state.found))
        if state.found and not self.found.key:
            self.found.select_first()
        self.message.setText(state.message)
        self.add.set_text("Put on this bill" if state.way == JOIN else "Add to this bill")
        self._allow()
        self.place_panel()

    def tell(self, title: str, text: str = "", *, meaning: str = "warn") -> None:
        """Say why something was not done, or (`ok`) that it was."""
        self.banner.set(title, text, meaning=meaning)
        self.banner.show()
        self.place_panel()

    def quiet(self) -> None:
        """Nothing to say any more."""
        self.banner.hide()

    def _allow(self) -> None:
        state = self._state
        several = state is not None and len(state.members) > 1
        first = state.members[0].key if state and state.members else ""
        self.own.set_available(several and self.members.key not in ("", first), "Choose somebody on this bill")
        self.add.set_available(bool(self.found.key) and self.found.isVisibleTo(self), "Find the person first")

    def _take(self) -> None:
        if self.add.isEnabled() and self.found.key:
            self.chosen.emit(self.found.key)

    def _leave(self) -> None:
        if self.own.isEnabled() and self.members.key:
            self.left.emit(self.members.key)

    def place_panel(self) -> None:
        look = theme.current()
        width = min(look.px(_WIDTH), self.width() - 2 * S16)
        row = look.px(_ROW)
        count = len(self._state.members) if self._state else 1
        self.members.setFixedHeight(min(count, _ROWS_HIGH) * row + 2)
        self.found.setFixedHeight(min(len(self._state.found) if self._state else 0, _ROWS_HIGH) * row + 2)
        height = min(self.card.sizeHint().height(), self.height() - 2 * S12)
        self.card.setGeometry(
            QRect((self.width() - width) // 2, max((self.height() - height) // 3, S12), width, height)
        )

    def take_focus(self) -> None:
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
