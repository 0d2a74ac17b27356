"""Decides what Find shows: searches as keys arrive, keeps only the newest answer, opens what was chosen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import QObject, Signal, Slot

from app.find import Find
from app.lanes import Lane
from app.views import FoundPatient
from app.words import sentence_for
from widgets.bridge import Bridge
from widgets.common.keycap import key_words
from widgets.common.newest import Newest
from widgets.find.panel import FindPanel
from widgets.find.state import FindState, find_state, may_check_in


@dataclass(frozen=True, slots=True)
class Ways:
    """Where Find leads. `check_in(visit id, then)` checks a visit in and calls `then`."""

    collect: Callable[[str, str], None]
    ledger: Callable[[str], None]
    check_in: Callable[[str, Callable[[], None]], None]
    commands: Callable[[], None]


class FindPresenter(QObject):
    """One find panel. Enter collects when something is due (always for a walk-in), else opens the ledger.

    While a search runs, further keys wait for it and are then searched as one: the list never lags behind by more
    than one search. `left` follows every opening, for the overlay to close.
    """

    left = Signal()

    def __init__(
        self,
        panel: FindPanel,
        *,
        bridge: Bridge,
        lane: Lane,
        find: Find,
        today: Callable[[], date],
        ways: Ways,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent or panel)
        self._panel, self._find, self._today, self._ways = panel, find, today, ways
        self._typed, self._walk_in = "", False
        self._found: tuple[FoundPatient, ...] = ()
        self._answered = ""
        self._open_when_found = False
        self._questions = Newest(bridge, lane, self)
        self._questions.late.connect(self._takes_long)
        panel.typed.connect(self._type)
        panel.chosen.connect(self._name_enter)
        panel.opened.connect(self._open)
        panel.ledger_asked.connect(self._ledger)
        panel.check_in_asked.connect(self._check_in)
        panel.commands_asked.connect(self._commands)
        self._draw()

    def start(self, typed: str = "", *, walk_in: bool = False) -> None:
        """Begin anew with `typed` in the field; `walk_in` opens Collect for whoever is chosen."""
        self._walk_in = walk_in
        self._panel.field.setText(typed)
        self._type(typed)

    def again(self) -> None:
        """Search for the same once more, where something was searched for."""
        if self._typed.strip():
            self._search()

    def shows(self, patient_id: str) -> bool:
        """Is this patient the one that Enter opens?"""
        return bool(patient_id) and self._panel.table.key == patient_id and self._hit(patient_id) is not None

    @Slot(str)
    def _type(self, text: str) -> None:
        self._typed = text
        if not text.strip():
            self._found, self._answered = (), ""
            self._draw()
        else:
            self._search()

    def _search(self) -> None:
        asked = self._typed
        self._questions.ask(lambda: self._find.search(asked), lambda found: self._arrived(asked, found), self._failed)

    def _arrived(self, asked: str, found: tuple[FoundPatient, ...]) -> None:
        if self._typed.strip():
            self._found, self._answered = found, asked
            self._draw()

    def _failed(self, error: Exception) -> None:
        words = sentence_for(error)
        rest = " ".join(part for part in (words.body, words.action) if part)
        self._panel.draw(FindState(message=(words.title, rest)))

    @Slot()
    def _takes_long(self) -> None:
        if not self._found:
            self._panel.draw(FindState(message=("", "Searching…")))

    def _draw(self) -> None:
        enter = key_words("Return")
        self._panel.draw(find_state(self._answered, self._found, self._today(), enter=enter, walk_in=self._walk_in))

        self._name_enter(self._panel.table.key)

    @Slot(str)
    def _name_enter(self, patient_id: str) -> None:
        """Say at the foot what Enter does with the selected patient."""
        hit = self._hit(patient_id)
        due = hit is None or hit.due_cents > 0
        enter = "Walk-in payment" if self._walk_in else "Collect" if due else "Open the ledger"
        self._panel.set_ways(enter, check_in=hit is not None and may_check_in(hit))

    def _hit(self, patient_id: str) -> FoundPatient | None:
        return next((hit for hit in self._found if hit.patient.patient_id == patient_id), None)

    @Slot(str)
    def _open(self, patient_id: str) -> None:
        hit = self._hit(patient_id)
        if hit is None:
            return
        self.left.emit()
        if self._walk_in:
            self._ways.collect(patient_id, "")
        elif hit.due_cents > 0:
            self._ways.collect(patient_id, hit.visit.appointment_id if hit.visit else "")
        else:
            self._ways.ledger(patient_id)

    @Slot(str)
    def _ledger(self, patient_id: str) -> None:
        self.left.emit()
        self._ways.ledger(patient_id)

    @Slot(str)
    def _check_in(self, patient_id: str) -> None:
        hit = self._hit(patient_id)
        if hit is not None and hit.visit is not None and may_check_in(hit):
            self._ways.check_in(hit.visit.appointment_id, self.again)

    @Slot()
    def _commands(self) -> None:
        self.left.emit()
        self._ways.commands()
