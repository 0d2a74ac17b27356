"""Settings > Ways to pay: what is offered at the desks, and the practice's own ways with the number they ask for."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.lanes import Lane
from app.views import Person
from app.ways import NAME_LETTERS, REFERENCE_LETTERS, Way, Ways
from app.words import sentence_for
from models.basics.errors import PosError
from models.rules.rights import Right
from widgets.bridge import Bridge
from widgets.common import (
    Banner,
    Card,
    CellTable,
    Column,
    Divider,
    Field,
    FormRow,
    KeycapButton,
    PillCell,
    Role,
    Switch,
    TableRow,
    Text,
    WordsCell,
    page_action,
)  # fmt: skip
from widgets.theme import S8, S12, S16, S20

COLUMNS = (Column("Way to pay", 180, stretch=1), Column("Asks for", 150), Column("At the desks", 118))
OFFERED, LEFT_OUT = ("Offered", "ok", "check"), ("Left out", "neutral", "ban")
_WHY = "Only who may set up the practice changes this"


def way_row(way: Way) -> TableRow:
    """One way as a row."""
    shown = PillCell(OFFERED if way.offered else LEFT_OUT)
    asks = way.reference or ("Check number" if way.method_id == "check" else "")
    return TableRow(way.method_id, (WordsCell(way.name, style="body_medium"), WordsCell(asks, ink="muted"), shown))


class WaysView(QWidget):
    """The list at the left, the form at the right. `add_asked(name, number)`, `save_asked(id, name, number)`,
    `offer_asked(id, on)`, `move_asked(id, by)`."""

    add_asked = Signal(str, str)
    save_asked = Signal(str, str, str)
    offer_asked = Signal(str, bool)
    move_asked = Signal(str, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Ways to pay")
        self.table = CellTable("Ways to pay", COLUMNS, lines=1)
        self.banner = Banner("info")
        self.banner.hide()
        self.chosen = Text("", "heading_s", elide=True)
        self.offered = Switch("Offered at the desks")
        self.name, self.number = self._fields("Name", "Number it asks for (empty for none)")
        self.new_name, self.new_number = self._fields("Name of the new way", "Number it asks for (empty for none)")
        self.save = KeycapButton("Save")
        self.add = KeycapButton("Add", role=Role.PRIMARY)
        self._up = page_action(self, "Move up", "Alt+Up", lambda: self._move(-1))
        self._down = page_action(self, "Move down", "Alt+Down", lambda: self._move(1))
        self.up, self.down = KeycapButton(action=self._up), KeycapButton(action=self._down)
        self._ways: tuple[Way, ...] = ()
        self._may = False
        self._lay_out()
        self.table.selected.connect(self._choose)
        self.offered.clicked.connect(lambda on: self.offer_asked.emit(self.table.key, on))
        self.save.clicked.connect(self._save)
        self.add.clicked.connect(
            lambda _checked=False: self.add_asked.emit(_text(self.new_name), _text(self.new_number))
        )

    @staticmethod
    def _fields(name: str, number: str) -> tuple[FormRow, FormRow]:
        made = Field(name), Field(number, "Such as Confirmation number")
        made[0].setMaxLength(NAME_LETTERS)
        made[1].setMaxLength(REFERENCE_LETTERS)
        return FormRow(name, made[0]), FormRow(number, made[1])

    def _lay_out(self) -> None:
        listed = Card(inset=0, clip=True)
        listed.body.addWidget(self.table)
        offered = QHBoxLayout()
        offered.setSpacing(S12)
        offered.addWidget(Text("Offered at the desks", "body"), 1)
        offered.addWidget(self.offered)
        form = Card(inset=S20)
        form.body.setSpacing(S8)
        form.body.addWidget(self.chosen)
        form.body.addLayout(offered)
        self._own = QWidget()
        own = QVBoxLayout(self._own)
        own.setContentsMargins(0, 0, 0, 0)
        own.setSpacing(S8)
        own.addWidget(self.name)
        own.addWidget(self.number)
        own.addLayout(_row(self.save, self.up, self.down))
        form.body.addWidget(self._own)
        self._usual = Text("This one has a key of its own. It can be left out, not renamed.", "caption", "muted",
                           wrap=True)  # fmt: skip
        form.body.addWidget(self._usual)
        form.body.addSpacing(S8)
        form.body.addWidget(Divider("hairline"))
        form.body.addSpacing(S8)
        form.body.addWidget(Text("Add one of your own", "heading_s"))
        words = "Recorded by hand under Other (F10), such as a flex spending card run elsewhere."
        form.body.addWidget(Text(words, "caption", "muted", wrap=True))
        form.body.addWidget(self.new_name)
        form.body.addWidget(self.new_number)
        form.body.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeft)
        form.body.addStretch(1)
        columns = QHBoxLayout()
        columns.setSpacing(S16)
        columns.addWidget(listed, 6)
        columns.addWidget(form, 5)
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(S12)
        body.addWidget(self.banner)
        body.addLayout(columns, 1)

    def show_ways(self, ways: tuple[Way, ...], may: bool) -> None:
        """What stands; `may` somebody change it?"""
        self._ways, self._may = ways, may
        self.table.set_rows([way_row(way) for way in ways])
        if not self.table.key:
            self.table.select_first()
        self._choose(self.table.key)
        self.add.set_available(may, _WHY)

    def _choose(self, method_id: str) -> None:
        way = next((way for way in self._ways if way.method_id == method_id), None)
        if way is None:
            return
        self.chosen.setText(way.name)
        self.offered.setChecked(way.offered)
        self.offered.setEnabled(self._may)
        self._own.setVisible(not way.usual)
        self._usual.setVisible(way.usual)
        for row, text in ((self.name, way.name), (self.number, way.reference)):
            row.set_error("")
            _field(row).setText(text)
        for part in (self.save, self.up, self.down):
            part.set_available(self._may, _WHY)
        for action in (self._up, self._down):
            action.setEnabled(self._may and not way.usual)

    def _move(self, by: int) -> None:
        self.move_asked.emit(self.table.key, by)

    def _save(self) -> None:
        self.save_asked.emit(self.table.key, _text(self.name), _text(self.number))

    def show_told(self, meaning: str, title: str, text: str = "") -> None:
        """Say what became of it; a good end empties the fields of the new one."""
        self.banner.set(title, text, meaning=meaning)
        self.banner.show()
        if meaning == "ok":
            for row in (self.new_name, self.new_number):
                _field(row).clear()


def _field(row: FormRow) -> Field:
    field = row.field
    assert isinstance(field, Field)
    return field


def _text(row: FormRow) -> str:
    return _field(row).text().strip()


def _row(*parts: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(S8)
    for part in parts:
        row.addWidget(part)
    row.addStretch(1)
    return row


class WaysPresenter(QObject):
    """Reads the list and changes it on a lane."""

    def __init__(
        self, view: WaysView, *, bridge: Bridge, lane: Lane, ways: Ways, person: Callable[[], Person | None],
        parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent or view)
        self._view, self._bridge, self._lane, self._ways, self._person = view, bridge, lane, ways, person
        view.add_asked.connect(self._add)
        view.save_asked.connect(self._save)
        view.offer_asked.connect(self._offer)
        view.move_asked.connect(self._move)

    def show(self) -> None:
        """Read what stands."""
        self._view.banner.hide()
        self._read()

    def _read(self) -> None:
        person = self._person()
        may = person is not None and Right.SET_UP in person.rights
        self._bridge.start(
            self._lane, lambda _job: self._ways.all(), owner=self._view,
            done=lambda ways: self._view.show_ways(ways, may), failed=self._failed,
        )  # fmt: skip

    @Slot(str, str)
    def _add(self, name: str, number: str) -> None:
        self._do(lambda by: self._ways.add(name, number, by), f"{name} is offered now")

    @Slot(str, str, str)
    def _save(self, method_id: str, name: str, number: str) -> None:
        self._do(lambda by: self._ways.change(method_id, by, name=name, reference=number), "Saved")

    @Slot(str, bool)
    def _offer(self, method_id: str, on: bool) -> None:
        self._do(lambda by: self._ways.change(method_id, by, offered=on), "")

    @Slot(str, int)
    def _move(self, method_id: str, by_rows: int) -> None:
        self._do(lambda by: self._ways.move(method_id, by_rows, by), "")

    def _do(self, act: Callable[[Person], object], told: str) -> None:
        by = self._person()
        if by is not None:
            self._bridge.start(
                self._lane, lambda _job: act(by), owner=self._view, done=lambda _nothing: self._done(told),
                failed=self._failed,
            )  # fmt: skip

    def _done(self, told: str) -> None:
        if told:
            self._view.show_told("ok", told, "Every desk has it with its next sync.")
        else:
            self._view.banner.hide()
        self._read()

    def _failed(self, error: Exception) -> None:
        words = sentence_for(error)
        self._view.show_told("warn", words.title, " ".join(part for part in (words.body, words.action) if part))
        if isinstance(error, PosError):
            self._read()
