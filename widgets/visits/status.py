"""Where a visit is, and where its bill is: one of a list, with what it means, and a button."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.views import Person, VisitState
from app.visit_views import MovedOn, VisitCard
from app.words import sentence_for
from models.basics.money import show_cents
from models.operations.records import BILLING_STATUSES
from models.rules.typed import read_day, read_time, show_time
from models.rules.visits import Stage, stage_of, status_words
from widgets.bridge import Bridge
from widgets.common import CellTable, CheckBox, Column, Field, FormRow, PillCell, TableRow, Text, WordsCell
from widgets.common.form_dialog import FormDialog
from widgets.common.patient import identity_text
from widgets.common.pill import VISIT_LOOKS
from widgets.common.when import count_text, long_day_text, time_text
from widgets.theme import S4, S12, S16
from widgets.visits.status_state import (
    BILLING_HINTS,
    billing_words,
    likely_next,
    moved_words,
    outlook,
)  # fmt: skip

if TYPE_CHECKING:
    from app.lanes import Lane
    from app.visits import Visits


class PickDialog(FormDialog):
    """A list at the left, what the chosen row means at the right. `chosen(key)` follows the row in focus."""

    chosen = Signal(str)

    def __init__(self, host: QWidget, title: str, verb: str) -> None:
        super().__init__(host, title, verb, width=680)
        self.table = CellTable(title, [Column(title, 220, 1)], lines=1, head=False)
        self.now = Text("", "body_strong", wrap=True)
        self.meaning = Text("", "body", "text2", wrap=True)
        self.right = QVBoxLayout()
        self.right.setSpacing(S12)
        self.right.addWidget(self.now)
        self.right.addWidget(self.meaning)
        self.right.addStretch(1)
        both = QHBoxLayout()
        both.setSpacing(S16)
        both.addWidget(self.table, 2)
        both.addLayout(self.right, 3)
        self.content.addLayout(both, 1)
        self.table.selected.connect(self.chosen)
        self.table.opened.connect(lambda _key: self.submitted.emit())

    def show_rows(self, rows: Sequence[TableRow], key: str) -> None:
        """Offer `rows`; `key` is chosen first where it is there."""
        self.table.set_rows(rows)
        self.table.setFixedHeight(self.table.rowHeight(0) * max(len(rows), 1) + S4 if rows else 40)
        if not self.table.set_key(key):
            self.table.select_first()

    def name_visit(self, card: VisitCard) -> None:
        """Which visit it is about, under the title."""
        self.subtitle.setText(f"{card.patient.name} · {identity_text(card.patient)}")
        when = f"{long_day_text(card.starts_at.date())}, {time_text(card.starts_at)}"
        self.now.setText(f"{card.title}, {when}")

    def take_focus(self) -> None:
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)


class StatusDialog(PickDialog):
    """Where a visit may go from where it is, with what that does to its charges and money."""

    edited = Signal()

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "Where is this visit?", "Set")
        self.day, self.time = Field("New day", "5/28, tomorrow, +7"), Field("New time", "9:30")
        self.day_row, self.time_row = FormRow("New day", self.day), FormRow("New time", self.time)
        self.following, self.fee = CheckBox(), CheckBox()
        fields = QHBoxLayout()
        fields.setSpacing(S12)
        fields.addWidget(self.day_row, 3, Qt.AlignmentFlag.AlignTop)
        fields.addWidget(self.time_row, 2, Qt.AlignmentFlag.AlignTop)
        self.when = QWidget()
        fields.setContentsMargins(0, 0, 0, 0)
        self.when.setLayout(fields)
        for part in (self.when, self.following, self.fee):
            self.right.insertWidget(self.right.count() - 1, part)
            part.hide()
        self.following.clicked.connect(lambda _on: self.edited.emit())
        self.day.textEdited.connect(lambda _text: self.edited.emit())
        self.time.textEdited.connect(lambda _text: self.edited.emit())


def status_row(status: str) -> TableRow:
    """A status as a pill of the list."""
    own = stage_of(status) is Stage.CUSTOM
    words, meaning, icon = VISIT_LOOKS[VisitState.CUSTOM if own else VisitState(status)]
    return TableRow(status, (PillCell((words or status_words(status), meaning, icon)),), spoken=status_words(status))


class StatusPresenter(QObject):
    """Moves one visit on."""

    def __init__(
        self, view: StatusDialog, *, bridge: Bridge, reads: Lane, store: Lane, stories: Visits,
        person: Callable[[], Person], today: Callable[[], date],
    ) -> None:  # fmt: skip
        super().__init__(view)
        self._view, self._bridge, self._reads, self._store = view, bridge, reads, store
        self._stories, self._person, self._today = stories, person, today
        self._done: Callable[[str], None] = lambda _words: None
        self._card: VisitCard | None = None
        view.chosen.connect(lambda _key: self._draw())
        view.edited.connect(self._draw)
        view.submitted.connect(self._submit)

    def open(self, appointment_id: str, done: Callable[[str], None], status: str = "") -> None:
        """Read the visit, then show the list with `status` chosen. `done` with the words once it is written."""
        self._done = done
        self._bridge.start(
            self._reads, lambda _job: self._stories.card(appointment_id), owner=self._view,
            done=lambda card: self._opened(card, status), failed=lambda error: done(str(sentence_for(error))),
        )  # fmt: skip

    def _opened(self, card: VisitCard, status: str) -> None:
        self._card = card
        self._view.name_visit(card)
        self._view.say(f"It is {status_words(card.status)} now. Every change is kept in the log.")
        self._view.day.clear()
        self._view.time.setText(time_text(card.starts_at))
        for box in (self._view.following, self._view.fee):
            box.setChecked(False)
        self._view.day_row.set_error("")
        self._view.time_row.set_error("")
        self._view.fee.setText(f"Ask the no-show fee of {show_cents(card.no_show_fee_cents)}")
        self._view.fee.restyle()
        self._view.following.setText(f"Also the {count_text(card.following, 'visit', 'visits')} after it")
        self._view.following.restyle()
        self._view.show_rows([status_row(key) for key, _ in card.ways], status or likely_next(card))
        self._view.open_over()
        self._draw()

    @Slot()
    def _draw(self) -> None:
        view, card = self._view, self._card
        if card is None or not view.table.key:
            return
        look = outlook(card, view.table.key, following=view.following.isChecked())
        view.meaning.setText(look.words)
        view.meaning.setVisible(bool(look.words))
        view.when.setVisible(look.asks_day)
        view.following.setVisible(look.asks_following)
        view.fee.setVisible(look.asks_fee)
        if not view.primary.busy:
            view.primary.set_text(look.verb)
        day, time = read_day(view.day.text(), self._today()), read_time(view.time.text())
        for row, field, words in ((view.day_row, view.day, long_day_text(day) if day else ""),
                                  (view.time_row, view.time, show_time(time) if time else "")):  # fmt: skip
            row.hint.setText(words)
            row.hint.setVisible(words not in ("", field.text()))
        view.refuse("")

    @Slot()
    def _submit(self) -> None:
        view, card = self._view, self._card
        if card is None or view.primary.busy or not view.table.key:
            return
        look = outlook(card, view.table.key, following=view.following.isChecked())
        following = look.asks_following and view.following.isChecked()
        if look.asks_day:
            self._move(card, following=following)
            return
        status, person = view.table.key, self._person()
        fee = card.no_show_fee_cents if look.asks_fee and view.fee.isChecked() else 0

        def change() -> MovedOn:
            made = self._stories.set_status(card.appointment_id, status, person, following=following)
            if fee:
                self._stories.charge_no_show(card.appointment_id, fee, person)
            return made

        view.primary.set_busy("Writing…")
        self._bridge.start(
            self._store, lambda _job: change(), owner=view,
            done=lambda made: self._close(moved_words(card, made, fee)), failed=self._failed,
        )  # fmt: skip

    def _move(self, card: VisitCard, *, following: bool) -> None:
        view = self._view
        day, time = read_day(view.day.text(), self._today()), read_time(view.time.text())
        view.day_row.set_error("" if day else "Type a day, such as 5/28 or tomorrow.")
        view.time_row.set_error("" if time else "Type a time, such as 9:30.")
        if day is None or not time:
            (view.time if day else view.day).setFocus(Qt.FocusReason.OtherFocusReason)
            view.place_panel()
            return
        person = self._person()
        view.primary.set_busy("Moving…")
        words = f"{long_day_text(day)}, {show_time(time)}"
        self._bridge.start(
            self._store,
            lambda _job: self._stories.move(card.appointment_id, day, time, person, following=following),
            owner=view,
            done=lambda count: self._close(
                f"{card.title} is on {words} now." if count < 2 else f"{count} visits moved, this one to {words}."
            ),
            failed=self._failed,
        )

    def _close(self, words: str) -> None:
        self._view.primary.set_idle()
        self._view.close_over()
        self._done(words)

    def _failed(self, error: Exception) -> None:
        self._view.primary.set_idle()
        self._view.refuse(str(sentence_for(error)))


class BillingPresenter(QObject):
    """Says where one visit's bill is."""

    def __init__(
        self, view: PickDialog, *, bridge: Bridge, reads: Lane, store: Lane, stories: Visits,
        person: Callable[[], Person],
    ) -> None:  # fmt: skip
        super().__init__(view)
        self._view, self._bridge, self._reads, self._store = view, bridge, reads, store
        self._stories, self._person = stories, person
        self._done: Callable[[str], None] = lambda _words: None
        self._card: VisitCard | None = None
        view.chosen.connect(lambda _key: self._draw())
        view.submitted.connect(self._submit)

    def open(self, appointment_id: str, done: Callable[[str], None]) -> None:
        """Read the visit, then show the list. `done` with the words once it is written."""
        self._done = done
        self._bridge.start(
            self._reads, lambda _job: self._stories.card(appointment_id), owner=self._view, done=self._opened,
            failed=lambda error: done(str(sentence_for(error))),
        )  # fmt: skip

    def _opened(self, card: VisitCard) -> None:
        self._card = card
        self._view.name_visit(card)
        now = billing_words(card.billing_status) if card.billing_status else "nothing to bill"
        self._view.say(f"Its bill is now: {now[:1].lower()}{now[1:]}.")
        rows = [TableRow(_key(each), (WordsCell(billing_words(each), style="body"),)) for each in BILLING_STATUSES]
        self._view.show_rows(rows, _key(card.billing_said))
        self._view.open_over()
        self._draw()

    @Slot()
    def _draw(self) -> None:
        status = _status(self._view.table.key)
        self._view.meaning.setText(BILLING_HINTS[status])
        self._view.primary.set_text(f"Set to {billing_words(status)}" if status else "Let it follow")

    @Slot()
    def _submit(self) -> None:
        card, status, person = self._card, _status(self._view.table.key), self._person()
        if card is None or self._view.primary.busy:
            return
        self._view.primary.set_busy("Writing…")
        self._bridge.start(
            self._store, lambda _job: self._stories.set_billing(card.appointment_id, status, person),
            owner=self._view, done=lambda _nothing: self._close(card, status), failed=self._failed,
        )  # fmt: skip

    def _close(self, card: VisitCard, status: str) -> None:
        self._view.primary.set_idle()
        self._view.close_over()
        self._done(f"{card.title}: {billing_words(status)}.")

    def _failed(self, error: Exception) -> None:
        self._view.primary.set_idle()
        self._view.refuse(str(sentence_for(error)))


_FOLLOW = "follow"


def _key(status: str) -> str:
    return status or _FOLLOW


def _status(key: str) -> str:
    return "" if key in ("", _FOLLOW) else key
