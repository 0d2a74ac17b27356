"""Settings > Staff: who signs in here, what they may do, a new person, a new PIN."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from app.lanes import Lane
from app.signin import SignIn
from app.views import Person, StaffMember
from app.words import sentence_for
from models.rules.people import initials
from models.rules.rights import RIGHT_WORDS, Right
from widgets.bridge import Bridge
from widgets.common import (
    AvatarCell,
    Banner,
    Card,
    CellTable,
    CheckBox,
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
_LEAST = 250
"""The left column is never narrower: a name and two PINs are typed there."""
_NOT_YOURS = "Only somebody who may set up the practice may change this"


class RightsBox(QWidget):
    """What somebody may do, as ticks: what their role brings stays ticked. `changed` follows every tick."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("What this person may do")
        self.ticks = {right: CheckBox(words) for right, words in RIGHT_WORDS.items()}
        self._member: StaffMember | None = None
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(S16)
        grid.setVerticalSpacing(0)
        half = (len(self.ticks) + 1) // 2
        for at, tick in enumerate(self.ticks.values()):
            grid.addWidget(tick, at % half, at // half)
            tick.setToolTip(tick.text())
            tick.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
            tick.clicked.connect(lambda _on=False: self.changed.emit())
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)

    @property
    def rights(self) -> frozenset[Right]:
        """What is ticked."""
        return frozenset(right for right, tick in self.ticks.items() if tick.isChecked())

    @property
    def differs(self) -> bool:
        """Is something ticked that the person does not have, or the other way round?"""
        return self._member is not None and self.rights != self._member.rights

    def show_member(self, member: StaffMember | None, *, may_change: bool) -> None:
        """The rights of somebody; those of the role are not for changing."""
        self._member = member
        for right, tick in self.ticks.items():
            tick.setChecked(member is not None and right in member.rights)
            tick.setEnabled(may_change and member is not None and right not in member.of_role)


def pin_row(label: str, name: str) -> FormRow:
    """A row for a PIN: nothing of it is shown."""
    field = Field(name)
    field.setEchoMode(QLineEdit.EchoMode.Password)
    field.setMaxLength(6)
    field.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly | Qt.InputMethodHint.ImhSensitiveData)
    return FormRow(label, field)


class StaffView(QWidget):
    """People at the left, the form at the right. `add_asked(name, role, pin)`, `pin_asked(staff id, pin)`,
    `rights_asked(staff id, rights)`."""

    add_asked = Signal(str, str, str)
    pin_asked = Signal(str, str)
    rights_asked = Signal(str, object)

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
        self.may = Text("", "heading_s", elide=True)
        self.rights = RightsBox()
        self.save_rights = KeycapButton("Save what they may do")
        self._members: tuple[StaffMember, ...] = ()
        self._may_set_up = False
        self._lay_out()
        self.table.selected.connect(self._choose)
        self.add.clicked.connect(self._add)
        self.change.clicked.connect(self._change)
        self.rights.changed.connect(self._allow_rights)
        self.save_rights.clicked.connect(self._save_rights)

    def _lay_out(self) -> None:
        people = Card(inset=0, clip=True)
        people.body.addWidget(self.table)
        form = Card(inset=S20)
        form.body.setSpacing(S8)
        form.body.addWidget(Text("New PIN for", "heading_s"))
        form.body.addWidget(self.chosen)
        form.body.addLayout(_row(self.new_pin, self.new_again))
        form.body.addWidget(self.change, 0, Qt.AlignmentFlag.AlignLeft)
        form.body.addWidget(Divider("hairline"))
        form.body.addWidget(self.may)
        form.body.addWidget(self.rights)
        form.body.addWidget(self.save_rights, 0, Qt.AlignmentFlag.AlignLeft)
        form.body.addStretch(1)
        adding = Card(inset=S20)
        adding.body.setSpacing(S8)
        adding.body.addWidget(Text("Add somebody", "heading_s"))
        adding.body.addWidget(self.name)
        adding.body.addWidget(FormRow("Role", self.role))
        adding.body.addLayout(_row(self.pin, self.again))
        adding.body.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeft)
        left = QVBoxLayout()
        left.setSpacing(S12)
        left.addWidget(people, 1)
        left.addWidget(adding)
        columns = QHBoxLayout()
        columns.setSpacing(S16)
        adding.setMinimumWidth(_LEAST)
        columns.addLayout(left, 2)
        columns.addWidget(form, 3)
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(S12)
        body.addWidget(self.banner)
        body.addLayout(columns, 1)

    def show_people(self, members: tuple[StaffMember, ...], person: Person | None) -> None:
        """Who signs in here; what `person` may do with them."""
        self._members = members
        self._may_set_up = person is not None and Right.SET_UP in person.rights
        self.table.set_rows([
            TableRow(member.staff_id, (AvatarCell(initials(member.name), member.name, member.title),))
            for member in members
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
        member = next((member for member in self._members if member.staff_id == staff_id), None)
        self.chosen.setText(member.name if member else "")
        self.may.setText(f"What {member.name} may do" if member else "")
        self.rights.show_member(member, may_change=self._may_set_up)
        self._allow_rights()

    def _allow_rights(self) -> None:
        why = "Nothing was changed" if self._may_set_up else _NOT_YOURS
        self.save_rights.set_available(self._may_set_up and self.rights.differs, why)

    def _save_rights(self) -> None:
        if self.table.key:
            self.rights_asked.emit(self.table.key, self.rights.rights)

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
        view.rights_asked.connect(self._set_rights)
        view.table.selected.connect(lambda _key: view._allow_change(person()))

    def show(self) -> None:
        """Read who is here."""
        self._bridge.start(
            self._lane, lambda _job: self._sign_in.members(), owner=self._view,
            done=lambda members: self._view.show_people(members, self._person()), failed=self._failed,
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

    @Slot(str, object)
    def _set_rights(self, staff_id: str, rights: frozenset[Right]) -> None:
        by = self._person()
        if by is not None:
            self._bridge.start(
                self._lane, lambda _job: self._sign_in.set_rights(staff_id, rights, by), owner=self._view,
                done=lambda _nothing: self._done("What they may do is changed"), failed=self._failed,
            )  # fmt: skip

    def _done(self, title: str) -> None:
        self._view.show_told("ok", title)
        self.show()

    def _failed(self, error: Exception) -> None:
        words = sentence_for(error)
        self._view.show_told("warn", words.title, " ".join(part for part in (words.body, words.action) if part))
