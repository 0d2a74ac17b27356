"""Settings > Staff: who signs in here, a new person, a new PIN."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.lanes import Lane
from app.signin import SignIn
from app.views import Person, StaffTile
from app.words import sentence_for
from widgets.bridge import Bridge
from widgets.common import (
    AvatarCell,
    Banner,
    Card,
    CellTable,
    Choice,
    Column,
    Divider,
    Field,
    FormRow,
    KeycapButton,
    Role,
    TableRow,
    Text,
)  # fmt: skip
from widgets.theme import S8, S12, S16, S20

_ROLES = (("receptionist", "Front desk"), ("manager", "Manager"))


def pin_row(label: str, name: str) -> FormRow:
    """A row for a PIN: nothing of it is shown."""
    field = Field(name)
    field.setEchoMode(QLineEdit.EchoMode.Password)
    field.setMaxLength(6)
    field.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly | Qt.InputMethodHint.ImhSensitiveData)
    return FormRow(label, field)


class StaffView(QWidget):
    """People at the left, the form at the right. `add_asked(name, role, pin)`, `pin_asked(staff id, pin)`."""

    add_asked = Signal(str, str, str)
    pin_asked = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Staff")
        self.table = CellTable("Staff", (Column("Name", 220, 1),), head=False)
        self.banner = Banner("info")
        self.banner.hide()
        self.name = FormRow("Name", Field("Name of the new person"))
        self.role = Choice("Role", _ROLES)
        self.pin = pin_row("PIN", "PIN of the new person")
        self.again = pin_row("PIN again", "PIN of the new person again")
        self.add = KeycapButton("Add", role=Role.PRIMARY)
        self.chosen = Text("", "body_medium", elide=True)
        self.new_pin = pin_row("New PIN", "New PIN")
        self.new_again = pin_row("New PIN again", "New PIN again")
        self.change = KeycapButton("Change PIN")
        self._tiles: tuple[StaffTile, ...] = ()
        self._lay_out()
        self.table.selected.connect(self._choose)
        self.add.clicked.connect(self._add)
        self.change.clicked.connect(self._change)

    def _lay_out(self) -> None:
        people = Card(inset=0, clip=True)
        people.body.addWidget(self.table)
        form = Card(inset=S20)
        form.body.setSpacing(S8)
        form.body.addWidget(Text("New PIN for", "heading_s"))
        form.body.addWidget(self.chosen)
        form.body.addLayout(_row(self.new_pin, self.new_again))
        form.body.addWidget(self.change, 0, Qt.AlignmentFlag.AlignLeft)
        form.body.addSpacing(S8)
        form.body.addWidget(Divider("hairline"))
        form.body.addSpacing(S8)
        form.body.addWidget(Text("Add somebody", "heading_s"))
        form.body.addLayout(_row(self.name, FormRow("Role", self.role)))
        form.body.addLayout(_row(self.pin, self.again))
        form.body.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeft)
        form.body.addStretch(1)
        columns = QHBoxLayout()
        columns.setSpacing(S16)
        columns.addWidget(people, 2)
        columns.addWidget(form, 3)
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(S12)
        body.addWidget(self.banner)
        body.addLayout(columns, 1)

    def show_people(self, tiles: tuple[StaffTile, ...], person: Person | None) -> None:
        """Who signs in here; what `person` may do with them."""
        self._tiles = tiles
        self.table.set_rows([
            TableRow(tile.staff_id, (AvatarCell(tile.initials, tile.name, tile.title),)) for tile in tiles
        ])  # fmt: skip
        if not self.table.key:
            self.table.select_first()
        self._choose(self.table.key)
        manager = person is not None and person.manager
        self.add.set_available(manager, "Only a manager may add somebody")
        self._allow_change(person)

    def _allow_change(self, person: Person | None) -> None:
        may = person is not None and (person.manager or person.staff_id == self.table.key)
        self.change.set_available(may and bool(self.table.key), "Only a manager may change somebody else's PIN")

    def show_told(self, meaning: str, title: str, text: str = "") -> None:
        """Say what became of it; a good end empties the fields."""
        self.banner.set(title, text, meaning=meaning)
        self.banner.show()
        if meaning == "ok":
            for row in (self.name, self.pin, self.again, self.new_pin, self.new_again):
                if isinstance(row.field, Field):
                    row.field.clear()

    def _choose(self, staff_id: str) -> None:
        tile = next((tile for tile in self._tiles if tile.staff_id == staff_id), None)
        self.chosen.setText(tile.name if tile else "")

    def _add(self) -> None:
        if _twice(self.pin, self.again):
            self.add_asked.emit(_typed(self.name), self.role.key, _typed(self.pin))

    def _change(self) -> None:
        if self.table.key and _twice(self.new_pin, self.new_again):
            self.pin_asked.emit(self.table.key, _typed(self.new_pin))


def _typed(row: FormRow) -> str:
    return row.field.text() if isinstance(row.field, Field) else ""


def _twice(pin: FormRow, again: FormRow) -> bool:
    same = _typed(pin) == _typed(again)
    again.set_error("" if same else "The two PINs differ. Type it once more.")
    return same


def _row(*parts: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(S12)
    for part in parts:
        row.addWidget(part, 1, Qt.AlignmentFlag.AlignTop)
    return row


class StaffPresenter(QObject):
    """Adds people and changes PINs on a lane: hashing one takes a tenth of a second by design."""

    def __init__(
        self, view: StaffView, *, bridge: Bridge, lane: Lane, sign_in: SignIn, person: Callable[[], Person | None],
        parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent or view)
        self._view, self._bridge, self._lane, self._sign_in, self._person = view, bridge, lane, sign_in, person
        view.add_asked.connect(self._add)
        view.pin_asked.connect(self._change)
        view.table.selected.connect(lambda _key: view._allow_change(person()))

    def show(self) -> None:
        """Read who is here."""
        self._bridge.start(
            self._lane, lambda _job: self._sign_in.tiles(), owner=self._view,
            done=lambda tiles: self._view.show_people(tiles, self._person()), failed=self._failed,
        )  # fmt: skip

    @Slot(str, str, str)
    def _add(self, name: str, role: str, pin: str) -> None:
        by = self._person()
        if by is not None:
            self._bridge.start(
                self._lane, lambda _job: self._sign_in.add(name, role, pin, by), owner=self._view,
                done=lambda _id: self._done(f"{name.strip()} can sign in now"), failed=self._failed,
            )  # fmt: skip

    @Slot(str, str)
    def _change(self, staff_id: str, pin: str) -> None:
        by = self._person()
        if by is not None:
            self._bridge.start(
                self._lane, lambda _job: self._sign_in.set_pin(staff_id, pin, by), owner=self._view,
                done=lambda _nothing: self._done("The PIN is changed"), failed=self._failed,
            )  # fmt: skip

    def _done(self, title: str) -> None:
        self._view.show_told("ok", title)
        self.show()

    def _failed(self, error: Exception) -> None:
        words = sentence_for(error)
        self._view.show_told("warn", words.title, " ".join(part for part in (words.body, words.action) if part))
