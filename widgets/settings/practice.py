"""Settings > Practice: what receipts and screens say of the clinic, and what this desk is called."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.lanes import Lane
from app.practice import PracticeFacts, PracticeForm
from app.views import Person
from app.words import sentence_for
from models.basics.errors import PosError
from models.operations.records import Channels
from widgets.bridge import Bridge
from widgets.common import Banner, Card, Field, FormRow, KeycapButton, Role, Text
from widgets.settings.examples import Examples
from widgets.theme import S8, S12, S20

FIELDS: tuple[tuple[str, str, int, int], ...] = (
    ("name", "Name of the practice", 0, 2), ("desk_name", "Name of this desk", 0, 1),
    ("address_1", "Street", 1, 1), ("address_2", "City, state and ZIP", 1, 1), ("phone", "Phone", 1, 1),
    ("timezone", "Time zone", 2, 1), ("npi", "NPI", 2, 1), ("tin", "Tax id (TIN)", 2, 1),
    ("receipt_message", "Message on receipts and e-mails", 3, 3),
    ("receipt_message_es", "The same in e-mails in Spanish", 4, 3),
    ("refund_policy", "Refund policy on receipts", 5, 2), ("reply_to", "Answers to e-mails go to", 5, 1),
)  # fmt: skip
"""Name, label, row, and how many of three columns."""

_ERRORS = {"practice name": "name", "desk name": "desk_name", "reply-to": "reply_to"}


class PracticeView(QWidget):
    """The fields and one button. `saved` when it is pressed."""

    saved = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Practice")
        self.rows = {name: FormRow(label, Field(label)) for name, label, _, _ in FIELDS}
        self.examples = Examples()
        self.save = KeycapButton("Save", role=Role.PRIMARY)
        self.banner = Banner("info")
        self.banner.hide()
        self._lay_out()
        for name in ("name", "phone", "receipt_message", "receipt_message_es", "reply_to"):
            self._field(name).textChanged.connect(lambda _text: self.examples.show_form(self.form()))
        self.save.clicked.connect(lambda _checked=False: self.saved.emit())

    def _lay_out(self) -> None:
        card = Card(inset=S20)
        card.body.setSpacing(S12)
        card.body.addWidget(Text("Practice", "heading"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(S12)
        grid.setVerticalSpacing(S8)
        used: dict[int, int] = {}
        for name, _, row, span in FIELDS:
            grid.addWidget(self.rows[name], row, used.get(row, 0), 1, span)
            used[row] = used.get(row, 0) + span
        for column in range(3):
            grid.setColumnStretch(column, 1)
        card.body.addLayout(grid)
        card.body.addWidget(self.banner)
        buttons = QHBoxLayout()
        buttons.addWidget(self.save)
        buttons.addStretch(1)
        card.body.addLayout(buttons)
        card.body.addWidget(self.examples)
        card.body.addStretch(1)
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.addWidget(card)

    def fill(self, form: PracticeForm) -> None:
        """Show what stands."""
        street, _, rest = form.address.partition("\n")
        values = {"address_1": street, "address_2": rest.replace("\n", ", ")}
        for name in self.rows:
            self._field(name).setText(values.get(name, getattr(form, name, "")))
            self.rows[name].set_error("")

    def show_channels(self, channels: Channels) -> None:
        """What the hub can send with."""
        self.examples.show_channels(channels)
        self.examples.show_form(self.form())

    def form(self) -> PracticeForm:
        """What is typed."""
        typed = {name: self._field(name).text() for name in self.rows}
        address = "\n".join((typed.pop("address_1"), typed.pop("address_2")))
        return PracticeForm(address=address, **typed)

    def allow(self, manager: bool) -> None:
        """Only a manager saves."""
        self.save.set_available(manager, "Only a manager may do this")

    def show_error(self, field: str, title: str, text: str) -> None:
        """At the field it belongs to, or above the button."""
        if field in self.rows:
            self.rows[field].set_error(title)
            self._field(field).setFocus()
            return
        self.show_told("warn", title, text)

    def show_told(self, meaning: str, title: str, text: str) -> None:
        """How it went."""
        self.banner.set(title, text, meaning=meaning)
        self.banner.show()

    def _field(self, name: str) -> Field:
        field = self.rows[name].field
        assert isinstance(field, Field)
        return field


class PracticePresenter(QObject):
    """Reads the form when the page is shown, and changes the practice when a manager saves."""

    def __init__(
        self, view: PracticeView, *, bridge: Bridge, lane: Lane, practice: PracticeFacts,
        person: Callable[[], Person | None], parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent or view)
        self._view, self._bridge, self._lane = view, bridge, lane
        self._practice, self._person = practice, person
        view.saved.connect(self._save)

    def show(self) -> None:
        """Show what stands now."""
        person = self._person()
        self._view.allow(person is not None and person.manager)
        self._view.banner.hide()
        self._bridge.start(
            self._lane, lambda _job: (self._practice.form(), self._practice.channels()), owner=self._view,
            done=lambda found: self._fill(*found), failed=self._failed,
        )  # fmt: skip

    def _fill(self, form: PracticeForm, channels: Channels) -> None:
        self._view.fill(form)
        self._view.show_channels(channels)

    @Slot()
    def _save(self) -> None:
        person = self._person()
        if person is None:
            return
        form = self._view.form()
        for row in self._view.rows.values():
            row.set_error("")
        self._bridge.start(
            self._lane, lambda _job: self._practice.change(form, person), owner=self._view, done=self._saved,
            failed=self._failed,
        )  # fmt: skip

    def _saved(self, _nothing: None) -> None:
        self.show()
        self._view.show_told(
            "ok", "Saved", "Every desk has it with its next sync. Receipts already given stay as they are."
        )

    def _failed(self, error: Exception) -> None:
        words = sentence_for(error)
        facts = error.facts if isinstance(error, PosError) else {}
        field = "timezone" if "zone" in facts else _ERRORS.get(str(facts.get("field", "")), "")
        self._view.show_error(field, words.title, " ".join(part for part in (words.body, words.action) if part))
