"""Decides what the list of payment links shows: all of the last days, or those of one account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import QObject, Slot

from app.lanes import Lane
from app.link_views import LinkLine
from app.links import Links
from widgets.bridge import Bridge
from widgets.common.newest import Newest
from widgets.common.speech import Notice, Speech
from widgets.links.part import LinkPart
from widgets.links.state import About, LinksState, links_state
from widgets.links.view import LinksView

_DAYS = 31


@dataclass(frozen=True, slots=True)
class Doors:
    """Where the list leads: the page of a payment or request, of a plan, a ledger, back."""

    payment: Callable[[str, str], None]
    plan: Callable[[str, str], None]
    ledger: Callable[[str], None]
    back: Callable[[], None]


class LinksPresenter(QObject):
    """One list, with the panel of the row in focus."""

    def __init__(
        self, view: LinksView, *, bridge: Bridge, lane: Lane, links: Callable[[], Links], part: LinkPart,
        speech: Speech, today: Callable[[], date], doors: Doors,
    ) -> None:  # fmt: skip
        super().__init__(view)
        self._view, self._links, self._part, self._speech = view, links, part, speech
        self._today, self._doors = today, doors
        self._patient_id, self._wanted, self._days = "", "", _DAYS
        self._lines: tuple[LinkLine, ...] | None = None
        self._notice: Notice | None = None
        self._state = LinksState()
        self._reads = Newest(bridge, lane, self)
        self._reads.late.connect(self._draw)
        view.row_chosen.connect(self._follow)
        view.days_chosen.connect(self._choose_days)
        view.opened.connect(self._open)
        view.ledger_pressed.connect(self._ledger)
        view.back_pressed.connect(doors.back)
        view.retry_pressed.connect(self.refresh)

    @property
    def state(self) -> LinksState:
        """What the list shows."""
        return self._state

    def open(self, patient_id: str, link_id: str = "") -> None:
        """Show the links of an account (empty: of everybody), with one of them in focus where it is named."""
        if patient_id != self._patient_id:
            self._lines = None
        self._patient_id, self._wanted = patient_id, link_id
        self._draw()
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Read it again; what is shown stays until then."""
        patient_id, days = self._patient_id, self._days

        def read() -> tuple[LinkLine, ...]:
            return self._links().of_patient(patient_id) if patient_id else self._links().all(days)

        self._reads.ask(read, lambda lines: self._came(patient_id, lines), self._failed)

    def _came(self, patient_id: str, lines: tuple[LinkLine, ...]) -> None:
        if patient_id != self._patient_id:
            return
        first = self._lines is None
        self._lines, self._notice = lines, None
        self._draw()
        if self._wanted and self._state.line(self._wanted) is not None:
            self._view.table.set_key(self._wanted)
            self._wanted = ""
        elif first:
            self._view.table.select_first()
        self._follow()

    def _failed(self, error: Exception) -> None:
        self._notice = self._speech.error(error)
        self._draw()

    @Slot()
    def _draw(self) -> None:
        if self._lines is None:
            self._state = LinksState(notice=self._notice, skeleton=self._reads.is_late)
        else:
            whose = self._lines[0].patient.name if self._patient_id and self._lines else ""
            self._state = links_state(self._lines, self._today(), whose, self._notice)
        self._view.draw(self._state)

    @Slot(int)
    def _choose_days(self, days: int) -> None:
        self._days = days
        self.refresh()

    @property
    def _line(self) -> LinkLine | None:
        return self._state.line(self._view.table.key)

    @Slot(str)
    def _follow(self, _key: str = "") -> None:
        line = self._line
        self._part.show(About(line.patient.patient_id, link_id=line.link_id) if line is not None else None)
        self._view.offer(_open_words(line))

    @Slot()
    def _open(self) -> None:
        line = self._line
        if line is None or not _open_words(line):
            return
        if line.payment_id and line.posted:
            self._doors.payment(line.patient.patient_id, line.payment_id)
        elif line.subject == "request":
            self._doors.payment(line.patient.patient_id, line.subject_id)
        else:
            self._doors.plan(line.patient.patient_id, line.subject_id)

    @Slot()
    def _ledger(self) -> None:
        if self._line is not None:
            self._doors.ledger(self._line.patient.patient_id)


def _open_words(line: LinkLine | None) -> str:
    """What Enter opens; empty for nothing."""
    if line is None:
        return ""
    if (line.payment_id and line.posted) or line.subject == "request":
        return "Open the payment"
    return "Open the plan" if line.subject == "plan" else ""
