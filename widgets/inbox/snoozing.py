"""Leaving an account out of bulk requests for a while: from the list of requests, and from the account itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from app.lanes import Lane
from app.views import Person
from models.basics.errors import PosError, RuleBroken
from models.rules.typed import read_day
from widgets.bridge import Bridge
from widgets.common.speech import Speech
from widgets.common.when import full_day_text

if TYPE_CHECKING:
    from app.ask_views import SnoozeSheet
    from app.asks import Asks
    from widgets.inbox.asks_dialogs import SmallDialog
    from widgets.ledger.acts import Done, Opener, Stage, Target
    from widgets.screens import Kit


class Snoozing(QObject):
    """The form over `host()`, made when it is first asked for. What cannot be done is said by `cannot`."""

    def __init__(
        self, owner: QObject, host: Callable[[], QWidget], *, bridge: Bridge, lanes: Mapping[str, Lane],
        story: Callable[[], Asks], speech: Speech, person: Callable[[], Person], today: Callable[[], date],
        cannot: Callable[[Exception], None],
    ) -> None:  # fmt: skip
        super().__init__(owner)
        self._host, self._bridge, self._lanes, self._story = host, bridge, lanes, story
        self._speech, self._person, self._today, self._cannot = speech, person, today, cannot
        self._dialog: SmallDialog | None = None
        self._sheet: SnoozeSheet | None = None
        self._done: Callable[[str], None] = lambda _words: None
        self._round = 0

    @property
    def dialog(self) -> SmallDialog | None:
        """The form while it is open."""
        return self._dialog if self._dialog is not None and self._dialog.isVisible() else None

    def open(self, patient_id: str, done: Callable[[str], None]) -> None:
        """Ask up to which day the account of a patient is left out. `done(words)` follows once it is written."""
        self._round += 1
        asked, self._done, self._sheet = self._round, done, None

        def came(sheet: SnoozeSheet) -> None:
            from widgets.inbox.asks_state import snooze_words

            if asked == self._round:
                self._sheet = sheet
                until = full_day_text(sheet.until) if sheet.until else "+30"
                self._form().begin(sheet.patient.name, snooze_words(sheet.until), until)

        self._start("reads", lambda: self._story().snoozing(patient_id), came, self._cannot)

    def _form(self) -> SmallDialog:
        if self._dialog is None:
            from widgets.inbox.asks_dialogs import SmallDialog  # the ledger is opened more often than this form

            self._dialog = SmallDialog(self._host(), "Snooze bulk requests", "Snooze", "Up to", "6/14, +30")
            self._dialog.submitted.connect(self._write)
        return self._dialog

    @Slot()
    def _write(self) -> None:
        dialog, sheet, person = self._dialog, self._sheet, self._person()
        if dialog is None or sheet is None:
            return
        typed = dialog.field.text().strip()
        until = read_day(typed, self._today()) if typed else None
        if typed and until is None:
            dialog.row.set_error(self._speech.error(RuleBroken("ask.days_wrong")).title)
            return
        self._sheet = None  # a second Enter writes nothing twice

        def over(_nothing: object) -> None:
            dialog.close_over()
            self._done(snoozed_words(sheet.patient.name, until))

        def failed(error: Exception) -> None:
            self._sheet = sheet
            notice = self._speech.error(error)
            dialog.refuse(f"{notice.title}. {notice.body}".strip())

        self._start("store", lambda: self._story().snooze(sheet.patient.patient_id, until, person), over, failed)

    def _start(
        self, lane: str, work: Callable[[], Any], done: Callable[[Any], None], failed: Callable[[Exception], None]
    ) -> None:  # fmt: skip
        self._bridge.start(self._lanes[lane], lambda _job: work(), owner=self, done=done, failed=failed)


def snoozed_words(name: str, until: date | None) -> str:
    """What is said once it is written down."""
    return f"{name} is snoozed to {full_day_text(until)}." if until else f"{name} is not snoozed any more."


def openers(kit: Kit, stage: Stage) -> dict[str, Opener]:
    """The act of `widgets.ledger.acts.LedgerActs` that leaves an account out of bulk requests."""
    made: list[Snoozing] = []
    speech = Speech(lambda: ZoneInfo(kit.facts().zone))

    def cannot(error: Exception) -> None:
        words = speech.error(error)
        kit.notices.show(f"{words.title}. {words.body}".strip(), "warn" if isinstance(error, PosError) else "bad")

    def snooze(target: Target, done: Done) -> None:
        if not made:
            made.append(Snoozing(
                stage.host, lambda: stage.host, bridge=kit.bridge, lanes=kit.desk.lanes, story=lambda: kit.desk.asks,
                speech=speech, person=lambda: kit.session.acting, today=lambda: kit.facts().business_date,
                cannot=cannot,
            ))  # fmt: skip
        made[0].open(target.patient_id, done)

    return {"snooze": snooze}
