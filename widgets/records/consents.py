"""Decides what the register of consents shows, and takes one back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from app.consents import LANES
from app.lanes import Lane
from app.views import Person
from widgets.bridge import Bridge
from widgets.common import PillCell, TableRow, WordsCell
from widgets.common.pill import Look
from widgets.common.speech import Speech
from widgets.common.when import day_text, time_text
from widgets.records.consents_dialog import ConsentsDialog, ConsentsState

if TYPE_CHECKING:
    from app.consents import ConsentLine, Consents, ConsentsView

KINDS: dict[str, tuple[str, str]] = {
    "card": ("Card on file", "Take back: keep no card"),
    "email": ("Papers by e-mail, not protected", "Take back: no papers by e-mail"),
    "text": ("Texts", "Take back: no texts to this number"),
    "plan": ("Payment plan", ""),
    "portal": ("Terms of the patient portal", ""),
}
"""What a kind is called, and what taking it back is."""
ELSEWHERE = {
    "plan": "A plan is cancelled on its own page: what was agreed stays on record.",
    "portal": "It stands as long as the account at the portal does.",
}
"""Where else it ends, by kind."""
_CHANNELS = {"desk": "at the desk", "portal": "at the portal", "link": "by a link", "text": "by answering a text"}
_HOW = {"signature": "signed", "paper": "signed on paper", "terms": "accepted after reading"}


class ConsentsPresenter(QObject):
    """One dialog, for one patient after the other."""

    def __init__(
        self, dialog: ConsentsDialog, *, bridge: Bridge, lanes: Mapping[str, Lane], consents: Callable[[], Consents],
        person: Callable[[], Person], speech: Speech, today: Callable[[], date],
    ) -> None:  # fmt: skip
        super().__init__(dialog)
        self._dialog, self._bridge, self._lanes, self._consents = dialog, bridge, lanes, consents
        self._person, self._speech, self._today = person, speech, today
        self._done: Callable[[str], None] = lambda _words: None
        self._patient_id = self._key = self._busy = ""
        self._view: ConsentsView | None = None
        dialog.chosen.connect(self._choose)
        dialog.submitted.connect(self._take_back)

    def open(self, patient_id: str, done: Callable[[str], None]) -> None:
        """Show what a patient agreed to. `done(words)` follows when something was taken back."""
        self._patient_id, self._done, self._key, self._busy = patient_id, done, "", ""
        self._dialog.refuse("")
        self._read(then=self._dialog.open_over)

    def _read(self, then: Callable[[], None] = lambda: None) -> None:
        patient_id = self._patient_id

        def arrived(view: ConsentsView) -> None:
            self._view = view
            self._draw()
            then()

        self._bridge.start(self._lanes["reads"], lambda _job: self._consents().view(patient_id), owner=self._dialog,
                           done=arrived, failed=self._failed)  # fmt: skip

    @property
    def _line(self) -> ConsentLine | None:
        return _chosen(self._view.lines, self._key) if self._view else None

    def _draw(self) -> None:
        if self._view is not None:
            self._dialog.draw(state_of(self._view, self._key, self._today(), self._busy))

    @Slot(str)
    def _choose(self, key: str) -> None:
        if key and key != self._key:
            self._key = key
            self._dialog.refuse("")
            self._draw()

    @Slot()
    def _take_back(self) -> None:
        line = self._line
        if line is None or not line.can_take_back or self._busy:
            return
        person, patient_id = self._person(), self._patient_id
        self._busy = "Taking it back"
        self._draw()

        def over(_nothing: None) -> None:
            self._busy = ""
            self._done(f"Taken back: {KINDS[line.kind][0].lower()}")
            self._read()

        self._bridge.start(
            self._lanes[LANES[line.kind]], lambda _job: self._consents().take_back(patient_id, line, person),
            owner=self._dialog, done=over, failed=self._failed,
        )  # fmt: skip

    def _failed(self, error: Exception) -> None:
        self._busy = ""
        notice = self._speech.error(error)
        self._draw()
        self._dialog.refuse(f"{notice.title}. {notice.body}")
        if not self._dialog.isVisible():
            self._dialog.open_over()


def state_of(view: ConsentsView, key: str, today: date, busy: str = "") -> ConsentsState:
    """All of the dialog; `key` is the line that is chosen (empty, or gone: the first)."""
    line = _chosen(view.lines, key)
    if line is None:
        return ConsentsState(view.patient.name)
    verb = KINDS[line.kind][1] if line.can_take_back else ""
    why_not = "" if verb or not line.standing else ELSEWHERE.get(line.kind, "")
    rows = tuple(_row(each, today) for each in view.lines)
    return ConsentsState(view.patient.name, rows, _name(line), line.text, _facts(line, today), verb, why_not, busy)


def _chosen(lines: Sequence[ConsentLine], key: str) -> ConsentLine | None:
    return next((each for each in lines if _name(each) == key), lines[0] if lines else None)


def _name(line: ConsentLine) -> str:
    return f"{line.kind}:{line.key}"


def _look(line: ConsentLine) -> Look:
    if line.pending and line.standing:
        return "Agreed, sending", "warn", "clock"
    if line.standing:
        return "Agreed", "ok", "check"
    if line.kind == "text":
        return "No texts", "warn", "ban"
    return ("Taken back", "neutral", "undo-2") if line.kind != "plan" else ("Not in force", "neutral", "ban")


def _row(line: ConsentLine, today: date) -> TableRow:
    what, who, look = KINDS[line.kind][0], line.said_by or "The patient", _look(line)
    day = day_text(line.at.date(), today) if line.at else "—"
    where = _CHANNELS.get(line.channel, "")
    cells = (WordsCell(what, line.subject, "body_medium"), WordsCell(who, where),
             WordsCell(day, time_text(line.at) if line.at else ""), PillCell(look, right=True))  # fmt: skip
    said = ", ".join(part for part in (what, line.subject, who, where, day, look[0]) if part)
    return TableRow(_name(line), cells, spoken=said)


def _facts(line: ConsentLine, today: date) -> str:
    """`Words card-on-file-1 · SHA-256 1f0a… · accepted after reading · written down by Maria Delgado`."""
    parts = [f"Words {line.words}" if line.words else "", f"SHA-256 {line.sha256}" if line.sha256 else "",
             _HOW.get(line.how, ""), f"written down by {line.by}" if line.by else ""]  # fmt: skip
    if line.ended_at is not None:
        ended = f"ended {day_text(line.ended_at.date(), today)}, {time_text(line.ended_at)}"
        parts.append(f"{ended}, {line.ended_by}" if line.ended_by else ended)
    if not line.text:
        parts.append("these words are not kept at this desk")
    return " · ".join(part for part in parts if part)
