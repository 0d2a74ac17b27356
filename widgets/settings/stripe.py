"""Settings > Devices: a card reader at Stripe. The key is typed once and never shown; the reader is chosen from the
account's list, or registered by the code on its screen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.lanes import Job, Lane
from app.stripe_readers import CODE_LETTERS, LABEL_LETTERS, StripeView
from app.views import Person
from app.words import sentence_for
from models.rules.rights import Right
from widgets.bridge import Bridge
from widgets.common import (
    Banner,
    Card,
    CellTable,
    Choice,
    Column,
    Field,
    FormRow,
    KeycapButton,
    PillCell,
    Role,
    TableRow,
    Text,
    WordsCell,
)  # fmt: skip
from widgets.theme import S8, S12, S16, S20

if TYPE_CHECKING:
    from app.stripe_readers import StripeReaders
    from devices.terminals.stripe_account import KnownReader

COLUMNS = (Column("Reader", 150, stretch=1), Column("Model", 130), Column("Serial", 90), Column("State", 132))
NO_KEY = "Make a restricted key for this desk at Stripe and type it here once. It goes into this computer’s keyring."
HAS_KEY = "The key is in this computer’s keyring. It is not shown again; type a new one to replace it."
TEST_KEY = "A test key: no real money moves. It is in this computer’s keyring and not shown again."
WAKING = (
    "A reader that counts as online and shows no payment may be asleep: wake it. If that does not help, hold its power "
    "button, restart it, and keep it on mains. It restarts by itself at midnight."
)
WHY_NOT = "Only who may set up the practice changes this"
_LATELY = timedelta(minutes=2)


def reader_row(reader: KnownReader, chosen: str, now: datetime) -> TableRow:
    """One reader of the account as a row. One that was not heard of for two minutes counts as offline."""
    heard = reader.online and (reader.seen_at is None or now - reader.seen_at < _LATELY)
    pill = ("Online", "ok", "check") if heard else ("Offline", "warn", "circle-alert")
    if reader.reader_id == chosen:
        pill = ("This desk", "ok", "check") if heard else ("This desk, offline", "warn", "circle-alert")
    return TableRow(reader.reader_id, (WordsCell(reader.label, style="body_medium"), WordsCell(reader.model),
                                       WordsCell(reader.serial, ink="muted"), PillCell(pill)))  # fmt: skip


class StripePart(Card):
    """The card. `keep_asked(key)`, `forget_asked`, `use_asked(reader id)`, `register_asked(code, name, location)`,
    `wake_asked(reader id)`."""

    keep_asked = Signal(str)
    forget_asked = Signal()
    use_asked = Signal(str)
    register_asked = Signal(str, str, str)
    wake_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(inset=S20, parent=parent)
        self.setAccessibleName("Card reader at Stripe")
        self.banner = Banner("info")
        self.banner.hide()
        self.hint = Text(NO_KEY, "caption", "muted", wrap=True)
        self.key = Field("Restricted key", "rk_live_…")
        self.key.setEchoMode(QLineEdit.EchoMode.Password)
        self.keep = KeycapButton("Keep the key", icon="lock")
        self.forget = KeycapButton("Forget the key")
        self.table = CellTable("Readers of the account", COLUMNS, lines=1)
        self.empty = Text("The account has no reader yet. Register the first one here.", "body", "muted", wrap=True)
        self.use = KeycapButton("Use this reader", role=Role.PRIMARY)
        self.wake, self.waking = KeycapButton("Wake it up"), Text(WAKING, "caption", "muted", wrap=True)
        self.code, self.label = Field("Code on the reader’s screen"), Field("Name of the new reader", "Front desk")
        self.code.setMaxLength(CODE_LETTERS)
        self.label.setMaxLength(LABEL_LETTERS)
        self.place = Choice("Location", [])
        self.register = KeycapButton("Register")
        self._lay_out()
        self.keep.clicked.connect(lambda _checked=False: self.keep_asked.emit(self.key.text().strip()))
        self.key.returnPressed.connect(lambda: self.keep_asked.emit(self.key.text().strip()))
        self.forget.clicked.connect(lambda _checked=False: self.forget_asked.emit())
        self.use.clicked.connect(lambda _checked=False: self._use())
        self.wake.clicked.connect(lambda _checked=False: self.wake_asked.emit(self.table.key))
        self.table.opened.connect(lambda _key: self._use())
        self.register.clicked.connect(lambda _checked=False: self._register())
        self.code.returnPressed.connect(self._register)

    def _lay_out(self) -> None:
        self.body.setSpacing(S12)
        self.body.addWidget(Text("Card reader at Stripe", "heading"))
        self.body.addWidget(self.banner)
        self.body.addWidget(self.hint)
        self.body.addLayout(_row(self.key, self.keep, self.forget, wide=self.key))
        self._account = QWidget()
        account = QVBoxLayout(self._account)
        account.setContentsMargins(0, 0, 0, 0)
        account.setSpacing(S12)
        self.table.setMinimumHeight(150)
        account.addWidget(self.table)
        account.addWidget(self.empty)
        account.addLayout(_row(self.use, self.wake))
        account.addWidget(self.waking)
        account.addWidget(Text("Register another reader", "heading_s"))
        words = "On the reader open Settings, then Generate pairing code, and type the three words here."
        account.addWidget(Text(words, "caption", "muted", wrap=True))
        fields = QHBoxLayout()
        fields.setSpacing(S16)
        for title, field in (("Code", self.code), ("Name", self.label), ("Location", self.place)):
            fields.addWidget(FormRow(title, field), 1)
        account.addLayout(fields)
        account.addLayout(_row(self.register))
        self.body.addWidget(self._account)

    def draw(self, view: StripeView, now: datetime, *, may: bool) -> None:
        """Show how the desk stands; `may` somebody change it?"""
        self.hint.setText(NO_KEY if not view.has_key else TEST_KEY if view.test else HAS_KEY)
        self.key.clear()
        self.forget.setVisible(view.has_key)
        self._account.setVisible(view.has_key)
        self.table.set_rows([reader_row(reader, view.chosen, now) for reader in view.readers])
        for part in (self.table, self.use, self.wake, self.waking):
            part.setVisible(bool(view.readers))
        self.empty.setVisible(not view.readers)
        if not self.table.key:
            self.table.select_first()
        self.place.set_items([(place.place_id, place.name) for place in view.places])
        if view.places and not self.place.key:
            self.place.set_key(view.places[0].place_id)
        self.use.set_available(may, WHY_NOT)
        self.wake.set_idle()
        for button in (self.keep, self.forget, self.register):
            button.set_idle()
            button.set_available(may, WHY_NOT)

    def show_told(self, meaning: str, title: str, text: str = "") -> None:
        """How something went."""
        self.banner.set(title, text, meaning=meaning)
        self.banner.show()

    def say_nothing(self) -> None:
        """Forget what was said."""
        self.banner.hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter on the list uses the reader."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.table.hasFocus():
            self._use()
            return
        super().keyPressEvent(event)

    def _use(self) -> None:
        if self.table.key and self.use.isEnabled():
            self.use_asked.emit(self.table.key)

    def _register(self) -> None:
        self.register_asked.emit(self.code.text(), self.label.text(), self.place.key)


class StripePresenter(QObject):
    """Asks Stripe on a lane; whoever may not set up only looks. `did(StripeView)` after each act that went well."""

    did = Signal(object)

    def __init__(
        self, part: StripePart, *, bridge: Bridge, lane: Lane, readers: Callable[[], StripeReaders],
        person: Callable[[], Person | None], now: Callable[[], datetime], parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent or part)
        self._part, self._bridge, self._lane, self._readers = part, bridge, lane, readers
        self._person, self._now = person, now
        self._view = StripeView(has_key=False)
        part.keep_asked.connect(self._keep)
        part.forget_asked.connect(self._forget)
        part.use_asked.connect(self._use)
        part.register_asked.connect(self._register)
        part.wake_asked.connect(self._wake)
        self._draw(self._view)

    def show(self) -> None:
        """The page is opened: how the account is now. A desk without a key asks nobody."""
        self._part.say_nothing()
        self._bridge.start(self._lane, lambda _job: self._readers().view(), owner=self, done=self._draw,
                           failed=self._not_seen)  # fmt: skip

    @property
    def may(self) -> bool:
        """May the person who sits here change it?"""
        person = self._person()
        return person is not None and Right.SET_UP in person.rights

    @Slot(str)
    def _keep(self, key: str) -> None:
        self._part.key.clear()
        self._do(lambda person: self._readers().keep_key(key, person), "The key is kept", self._part.keep, "Trying it…")

    @Slot()
    def _forget(self) -> None:
        self._do(self._forgotten, "The key is forgotten")

    def _forgotten(self, person: Person) -> StripeView:
        return self._readers().forget_key(person)

    @Slot(str)
    def _use(self, reader_id: str) -> None:
        reader = next((each for each in self._view.readers if each.reader_id == reader_id), None)
        if reader is not None:
            self._do(lambda person: self._readers().use(reader, person), f"{reader.label} takes cards at this desk")

    @Slot(str, str, str)
    def _register(self, code: str, label: str, place_id: str) -> None:
        words = "Registered. It takes cards at this desk"
        self._do(lambda person: self._readers().register(code, label, place_id, person), words, self._part.register,
                 "Registering…")  # fmt: skip

    @Slot(str)
    def _wake(self, reader_id: str) -> None:
        reader = next((each for each in self._view.readers if each.reader_id == reader_id), None)
        if reader is not None:
            self._do(lambda _person: self._readers().wake(reader), f"{reader.label} was woken", self._part.wake,
                     "Waking it…")  # fmt: skip

    def _do(
        self, act: Callable[[Person], StripeView], told: str, button: KeycapButton | None = None, busy: str = ""
    ) -> None:  # fmt: skip
        person = self._person()
        if person is None:
            return
        if button is not None:
            button.set_busy(busy)

        def work(_job: Job[StripeView]) -> StripeView:
            return act(person)

        self._bridge.start(self._lane, work, owner=self, done=lambda view: self._did(view, told), failed=self._failed)

    def _did(self, view: StripeView, told: str) -> None:
        self._draw(view)
        self._part.code.clear()
        self._part.show_told("ok", told)
        self.did.emit(view)

    def _draw(self, view: StripeView) -> None:
        self._view = view
        self._part.draw(view, self._now(), may=self.may)

    def _failed(self, error: Exception) -> None:
        self._draw(self._view)
        words = sentence_for(error)
        self._part.show_told("bad", words.title, " ".join(part for part in (words.body, words.action) if part))

    def _not_seen(self, error: Exception) -> None:
        """The account could not be read. A desk without a Stripe reader is not troubled with that."""
        self._draw(self._view)
        if self._readers().used:
            self._failed(error)


def _row(*parts: QWidget, wide: QWidget | None = None) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(S8)
    for part in parts:
        row.addWidget(part, 1 if part is wide else 0, Qt.AlignmentFlag.AlignVCenter)
    if wide is None:
        row.addStretch(1)
    return row
