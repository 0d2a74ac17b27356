"""Decides what Collect shows and takes the money: one sheet, one patient, one attempt, one outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.lanes import Job, Lane, Progress
from app.views import Collected, CollectEnd, CollectRequest, CollectSheet, DeviceLight, Distribution, TenderKind
from app.words import WORDS, Words
from models.basics.errors import Effect, PosError
from widgets.attention.checking import Checker
from widgets.bridge import Bridge
from widgets.collect.choosing import BY_LINK, Choosing, Desk
from widgets.collect.draft import BY_CARD, Decided, Draft, carry_over, cash_of, decide, first_draft, request_of
from widgets.collect.reader import NOT_CHARGED, RUNNING, Reader, reader_after
from widgets.collect.state import (
    CollectState,
    Inputs,
    Phase,
    Reasons,
    Running,
    checking_words,
    collect_state,
    effective_tender,
)  # fmt: skip
from widgets.collect.view import CollectPage
from widgets.common.slow import AFTER_MS
from widgets.common.speech import Notice, Speech
from widgets.common.when import time_text
from widgets.session import Session

if TYPE_CHECKING:
    from app.checkout import Checkout
    from app.status import DeskStatus


LAST_S = 30
"""So many seconds before the reader gives up, the time left is spoken."""

AT_WORK = Notice("The card is being charged", "Its answer decides what is left to pay another way. Wait for it.")
"""Why another way of paying cannot be taken now."""
READER_AWAY = "light.reader.missing"
"""The words of the reader's light that mean it cannot be used now."""


@dataclass(frozen=True, slots=True)
class Doors:
    """Where Collect leads: Approved with what was taken, back to where it was opened, Needs attention."""

    approved: Callable[[Collected], None]
    back: Callable[[], None]
    attention: Callable[[], None]


class CollectPresenter(QObject):
    """One Collect page. `busy_changed` tells whether a payment is on its way (it stays with who started it)."""

    busy_changed = Signal(bool)

    def __init__(
        self,
        view: CollectPage,
        *,
        bridge: Bridge,
        lanes: Mapping[str, Lane],
        checkout: Checkout,
        status: DeskStatus,
        checker: Checker,
        session: Session,
        speech: Speech,
        today: Callable[[], date],
        doors: Doors,
        due: Callable[[int], None] = lambda _cents: None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent or view)
        self._say_due = due
        self._view, self._bridge, self._lanes = view, bridge, lanes
        self._checkout, self._status, self._checker = checkout, status, checker
        self._session, self._speech = session, speech
        self._today, self._doors = today, doors
        self._patient_id = self._appointment_id = self._request_id = ""
        self._first_tender: TenderKind | None = None
        self._sheet: CollectSheet | None = None
        self._draft = Draft()
        self._phase = Phase()
        self._light = ""
        self._job: Job[Collected] | None = None
        self._opening = 0
        self._stop_asked = False
        self._after: TenderKind | str | None = None
        self._pay_when_fresh = self._link_when_fresh = False
        self._fresh = False
        self._allow_duplicate = False
        self._request_made: CollectRequest | None = None
        self._unknown_id = ""
        self._spoken = ""
        self._to_collect = 0
        self._state = CollectState()
        self.choosing = Choosing(view, Desk(
            sheet=lambda: None if self.busy or self._phase.reasons else self._sheet, draft=lambda: self._draft,
            state=lambda: self._state, change=self._change, today=today, sentence=speech.field,
        ), self)  # fmt: skip
        self._slow = QTimer(self, singleShot=True, interval=AFTER_MS)
        self._slow.timeout.connect(self._takes_long)
        self._countdown = QTimer(self, interval=1000)
        self._countdown.timeout.connect(self._second)
        self._connect()
        bridge.listen(status.subscribe, self, self._read_light)

    def _connect(self) -> None:
        view, acts = self._view, self._acts()
        view.tender_chosen.connect(self._choose_tender)
        view.print_switched.connect(self._switch_print)
        view.change_asked.connect(self._change_amounts)
        view.change_tender_asked.connect(self._change_tender)
        view.link_asked.connect(self._link)
        view.reason_chosen.connect(self._choose_reason)
        view.note_typed.connect(self._type_note)
        view.not_today_asked.connect(self._ask_reason)
        view.charge_again_asked.connect(self._charge_again)
        view.cancel_pressed.connect(self._cancel)
        view.primary_pressed.connect(lambda: self._primary(acts))
        self._checker.changed.connect(self._checking_changed)
        self._checker.settled.connect(self._settled)

    def _acts(self) -> dict[str, Callable[[], None]]:
        return {
            "none": lambda: None,
            "collect": self._collect,
            "choose": self._choose_again,
            "attention": self._doors.attention,
            "record_reason": self._record_reason,
        }

    @property
    def state(self) -> CollectState:
        """What the page shows now."""
        return self._state

    @property
    def busy(self) -> bool:
        """Is a payment on its way? Then the page must not be left without asking."""
        return self._phase.running is not None

    # Opening ----------------------------------------------------------------------------------------------------

    def open(
        self, patient_id: str, appointment_id: str = "", request_id: str = "", tender: TenderKind | None = None
    ) -> None:
        """Show a fresh sheet, for what was asked where that is named; `tender` is chosen first where it is offered.
        While a payment is on its way this only brings its page back."""
        if self.busy:
            self._draw()
            return
        self._patient_id, self._appointment_id = patient_id, appointment_id
        self._request_id, self._first_tender = request_id, tender
        self._sheet, self._draft, self._phase, self._fresh = None, Draft(), Phase(), False
        self._unknown_id, self._link_when_fresh = "", False
        self._draw()
        self._read_light()
        self._read_sheet()

    def _read_sheet(self) -> None:
        """Ask for a sheet with a new attempt; choices made on an older one are carried over."""
        self._opening += 1
        asked, patient_id, appointment_id = self._opening, self._patient_id, self._appointment_id
        request_id = self._request_id
        if self._sheet is None:
            self._slow.start()
        self._bridge.start(
            self._lanes["reads"],
            lambda _job: self._checkout.open(patient_id, appointment_id, request_id),
            owner=self,
            done=lambda sheet: self._sheet_arrived(asked, sheet),
            failed=lambda error: self._sheet_failed(asked, error),
        )

    def _sheet_arrived(self, asked: int, sheet: CollectSheet) -> None:
        if asked != self._opening:
            return
        self._slow.stop()
        self._draft = self._first(sheet) if self._sheet is None else carry_over(self._draft, sheet)
        if self._sheet is None and not sheet.lines:
            self._phase = replace(self._phase, editing=True)
        self._sheet, self._fresh = sheet, True
        if self._pay_when_fresh:
            self._pay_when_fresh = False
            self._start()
            return
        self._draw()
        by_link, self._link_when_fresh = self._link_when_fresh, False
        if by_link and self._view.isVisible():
            self.choosing.ask_by_link()

    def _first(self, sheet: CollectSheet) -> Draft:
        draft, wanted = first_draft(sheet), self._first_tender
        return replace(draft, tender=wanted) if wanted is not None and wanted in sheet.tenders else draft

    def _sheet_failed(self, asked: int, error: Exception) -> None:
        if asked != self._opening:
            return
        self._slow.stop()
        self._pay_when_fresh = self._link_when_fresh = False
        self._tell(error)

    @Slot()
    def _takes_long(self) -> None:
        self._draw()

    def _read_light(self, *_told: object) -> None:
        lane = self._lanes["reads"]
        self._bridge.start(lane, lambda _job: self._status.lights(), owner=self, done=self._lights_read)

    def _lights_read(self, lights: tuple[DeviceLight, ...]) -> None:
        light = next((light.words for light in lights if light.key == "reader"), "")
        if light != self._light:
            self._light = light
            if self._sheet is not None:
                self._draw()

    # Drawing ----------------------------------------------------------------------------------------------------

    def _decided(self, sheet: CollectSheet) -> tuple[Decided, Distribution]:
        decided = decide(sheet, self._draft, self._speech.field)
        draft = self._draft
        goes = self._checkout.distribute(sheet, decided.amounts, draft.use_credit, decided.extra_cents, draft.extra_for)
        return decided, goes

    def _draw(self) -> None:
        sheet = self._sheet
        if sheet is None:
            slow = self._opening > 0 and not self._slow.isActive() and self._phase.notice is None
            self._state = CollectState(skeleton=slow, notice=self._phase.notice)
        else:
            decided, goes = self._decided(sheet)
            cash = cash_of(self._draft, goes.to_collect_cents, self._speech.field)
            given = Inputs(
                sheet=sheet,
                draft=self._draft,
                decided=decided,
                goes=goes,
                today=self._today(),
                quick=self._checkout.quick_amounts(goes.to_collect_cents) if goes.to_collect_cents else (),
                notes=self._checkout.change_notes(cash.change_cents) if cash.change_cents else (),
                reader_away=self._light == READER_AWAY,
                say=self._speech.field,
            )
            self._state = collect_state(given, self._phase)
        self._to_collect = 0 if sheet is None else goes.to_collect_cents
        self.say_due()
        self._view.draw(self._state)
        self._speak()

    def say_due(self) -> None:
        """Tell the patient's display what is to be paid now."""
        self._say_due(self._to_collect)

    def _speak(self) -> None:
        """Every change of the reader's prompt is spoken, and when the time to show a card runs out."""
        title = self._state.prompt.title if self._state.prompt else ""
        if title != self._spoken:
            if title and (self.busy or self._phase.ended is not None or self._spoken):
                self._view.announce()
            self._spoken = title
        if self._state.ring is not None and self._state.ring[0] == LAST_S:
            self._view.announce_time(LAST_S)

    def _set(self, **changes: object) -> None:
        self._phase = replace(self._phase, **changes)  # type: ignore[arg-type]
        self._draw()

    # Choices ----------------------------------------------------------------------------------------------------

    def _change(self, draft: Draft) -> None:
        """New choices: what was said about an older try is over."""
        if self.busy or self._sheet is None:
            return
        self._draft = draft
        self._phase = Phase(editing=self._phase.editing, checking=self._phase.checking)
        self._draw()

    @Slot(str)
    def _choose_tender(self, name: str) -> None:
        kind = TenderKind(name)
        if self.busy:
            self._stop_for(kind)
            return
        tile = next((tile for tile in self._state.tiles if tile.tender is kind), None)
        if tile is not None and tile.enabled:
            self._change(replace(self._draft, tender=kind))

    @Slot()
    def _change_tender(self) -> None:
        """Stop the reader and choose another way of paying: the first that is not the card."""
        other = next((tile.tender for tile in self._state.tiles if tile.tender is not TenderKind.CARD), None)
        if other is not None:
            self._stop_for(other)

    @Slot()
    def _link(self) -> None:
        """Ask by link instead; of a reader that waits only once it has said that nothing was charged."""
        if self.busy:
            self._stop_for(BY_LINK)
        else:
            self.choosing.ask_by_link()

    def _stop_for(self, way: TenderKind | str) -> None:
        """Another way of paying while the reader waits: stop it first; only its answer decides what happened."""
        running = self._phase.running
        if running is None or running.tender not in BY_CARD or way is TenderKind.CARD:
            return
        if self._state.can_change_tender:
            self._after = way
            self._stop()
        elif running.reader is Reader.STOPPING:
            self._after = way
        else:
            self._set(notice=AT_WORK)

    @Slot(bool)
    def _switch_print(self, on: bool) -> None:
        if self._sheet is not None and not self.busy:
            self._draft = replace(self._draft, print_receipt=on)
            self._draw()

    @Slot()
    def _change_amounts(self) -> None:
        if self._sheet is not None and not self.busy and self._phase.reasons is None:
            self._set(editing=True)
            self._view.edit_amounts()

    # Paying -----------------------------------------------------------------------------------------------------

    def _primary(self, acts: dict[str, Callable[[], None]]) -> None:
        primary = self._state.primary
        if primary is not None and primary.enabled:
            acts[primary.act]()

    def _collect(self) -> None:
        """Start the payment. After an end without payment the sheet with the new attempt may still be on its way."""
        self._phase = Phase(editing=self._phase.editing)
        if self._fresh:
            self._start()
        else:
            self._pay_when_fresh = True
            self._draw()

    def _choose_again(self) -> None:
        self._phase = Phase()
        self._draw()

    @Slot()
    def _charge_again(self) -> None:
        """The clerk said yes to charging a card twice: a new attempt that says so."""
        if self._state.charge_again and not self.busy:
            self._allow_duplicate = True
            self._collect()

    def _start(self) -> None:
        sheet = self._sheet
        if sheet is None or self.busy:
            return
        decided, goes = self._decided(sheet)
        tender = effective_tender(self._draft, goes)
        if tender is TenderKind.CHECK and not self._draft.check_no.strip():
            self._set(check_missing=True)
            self._view.focus_check_number()
            return
        if tender is TenderKind.OTHER and not self._draft.number.strip() and self._asks_number(sheet):
            self._set(number_missing=True)
            self._view.other_pane.take_focus()
            return
        cash = cash_of(self._draft, goes.to_collect_cents, self._speech.field)
        made = request_of(sheet, self._draft, decided, cash, tender, self._session.acting)
        request = self._request_made = replace(made, allow_duplicate=self._allow_duplicate)
        self._fresh = False
        self._allow_duplicate = self._stop_asked = False
        self._after, self._link_when_fresh = None, False
        reader = Reader.ARMING if tender is TenderKind.CARD else Reader.AUTHORISING
        self._phase = Phase(running=Running(tender, reader))
        self._draw()
        self.busy_changed.emit(True)
        self._job = self._bridge.start(
            self._lanes[self._checkout.lane_for(tender)],
            lambda job: self._checkout.collect(request, job),
            owner=self,
            done=self._ended,
            failed=self._failed,
            progress=self._step,
        )

    def _asks_number(self, sheet: CollectSheet) -> bool:
        return any(way.reference for way in sheet.ways if way.method_id == self._draft.method_id)

    def _step(self, progress: Progress) -> None:
        running = self._phase.running
        if running is None or running.tender not in BY_CARD:
            return
        reader = RUNNING.get(progress.step, running.reader)
        if self._stop_asked and reader in {Reader.ARMING, Reader.WAITING}:
            reader = Reader.STOPPING
        self._set(running=self._timed(running, reader, progress))

    def _timed(self, running: Running, reader: Reader, progress: Progress) -> Running:
        """The time left: the reader tells it once, from then on it is counted here."""
        if reader is not Reader.WAITING or progress.total is None:
            return Running(running.tender, reader)
        if running.reader is Reader.WAITING and running.left_s is not None and progress.done == 0:
            return running
        self._countdown.start()
        return Running(running.tender, reader, max(0, progress.total - progress.done), progress.total)

    @Slot()
    def _second(self) -> None:
        running = self._phase.running
        if running is None or running.left_s is None:
            self._countdown.stop()
            return
        self._set(running=replace(running, left_s=max(0, running.left_s - 1)))

    @Slot()
    def _cancel(self) -> None:
        """Esc: stop the reader, or close what is open, or go back."""
        if self.busy:
            if self._state.can_cancel:
                self._stop()
        elif self._phase.reasons is not None:
            self._set(reasons=None)
        elif self._phase.reader is Reader.PARTLY and self._phase.ended is not None:
            self._doors.approved(self._phase.ended)  # leaving with a part paid says what was taken
        else:
            self._doors.back()

    def _stop(self) -> None:
        running = self._phase.running
        if self._job is None or running is None:
            return
        self._stop_asked = True
        self._job.cancel()
        if running.reader is not Reader.SIGNING:
            self._set(running=replace(running, reader=Reader.STOPPING, left_s=None))

    def _over(self) -> None:
        self._countdown.stop()
        self._job = None
        self.busy_changed.emit(False)

    def _ended(self, collected: Collected) -> None:
        after = self._after
        if collected.end is CollectEnd.TAKEN:
            self._phase = Phase()
            self._over()
            self._doors.approved(collected)
            return
        reader = reader_after(collected, stopped=self._stop_asked)
        why = self._why(collected)
        self._phase = Phase(ended=collected, reader=reader, why=why.title, meaning=why.body, todo=why.action)
        if collected.end is CollectEnd.UNKNOWN:
            self._follow_unknown()
        if after is not None and collected.end in NOT_CHARGED:
            self._link_when_fresh = after == BY_LINK
            if isinstance(after, TenderKind):
                self._draft = replace(self._draft, tender=after)
            self._phase = Phase()
        self._over()
        self._draw()
        if collected.end is CollectEnd.PARTLY:
            self._read_rest(collected)
        else:
            self._read_sheet()

    def _why(self, collected: Collected) -> Words:
        """Why nothing was sent, in words of the device."""
        reason = str(collected.facts.get("reason") or "")
        if collected.end is not CollectEnd.NOT_SENT or reason not in WORDS:
            return Words("")
        return self._speech.key(reason, collected.facts)

    def _read_rest(self, collected: Collected) -> None:
        """A part was approved: ask for a sheet of what is left of this payment."""
        request = self._request_made
        if request is None:
            return
        self._opening += 1
        asked = self._opening
        self._bridge.start(
            self._lanes["reads"],
            lambda _job: self._checkout.rest(request, collected),
            owner=self,
            done=lambda rest: self._rest_arrived(asked, *rest),
            failed=lambda error: self._sheet_failed(asked, error),
        )

    def _rest_arrived(self, asked: int, sheet: CollectSheet, amounts: Mapping[str, int]) -> None:
        if asked != self._opening:
            return
        texts = {key: f"{cents // 100}.{cents % 100:02d}" for key, cents in amounts.items()}
        ticked = frozenset(amounts)
        if sheet.asked is not None:
            first = first_draft(sheet)
            ticked, texts = first.ticked, dict(first.texts)
        self._draft = replace(self._draft, ticked=ticked, texts=texts, use_credit=False, received="", keep=None)
        self._sheet, self._fresh = sheet, True
        self._draw()

    def _failed(self, error: Exception) -> None:
        """Nothing came back but an error. What it says of the money decides what is shown."""
        tender = self._phase.running.tender if self._phase.running else self._draft.tender
        known_safe = isinstance(error, PosError) and error.effect is Effect.NONE
        self._phase = Phase()
        if not known_safe and tender in BY_CARD:
            self._phase = Phase(reader=Reader.UNKNOWN)
            self._follow_unknown()
        self._over()
        self._tell(error)
        self._read_sheet()

    def _tell(self, error: Exception) -> None:
        self._set(notice=self._speech.error(error))

    # Not known yet ----------------------------------------------------------------------------------------------

    def _follow_unknown(self) -> None:
        if self._sheet is not None:
            self._unknown_id = self._sheet.attempt_id
            self._checker.follow(self._unknown_id)

    @Slot(str)
    def _checking_changed(self, attempt_id: str) -> None:
        if attempt_id != self._unknown_id or self._phase.reader is not Reader.UNKNOWN:
            return
        checked = self._checker.checked(attempt_id)
        if checked is not None:
            at = time_text(checked.last_at) if checked.last_at else ""
            self._set(checking=checking_words(at, checked.next_in_s))

    @Slot(str, object)
    def _settled(self, attempt_id: str, found: Collected) -> None:
        if attempt_id != self._unknown_id:
            return
        self._unknown_id = ""
        if self._phase.reader is not Reader.UNKNOWN:
            return
        self._stop_asked = False
        self._after = None
        if self._view.isVisible():
            self._ended(found)
        else:  # the clerk is elsewhere: whoever comes back finds what is owed now
            self._phase = Phase()
            self._read_sheet()

    # Not collecting today ---------------------------------------------------------------------------------------

    @Slot()
    def _ask_reason(self) -> None:
        if self._sheet is not None and self._state.offers_not_today:
            self._set(reasons=Reasons())

    @Slot(str)
    def _choose_reason(self, reason: str) -> None:
        if self._phase.reasons is not None:
            self._set(reasons=replace(self._phase.reasons, reason=reason, error=""))

    @Slot(str)
    def _type_note(self, note: str) -> None:
        if self._phase.reasons is not None:
            self._set(reasons=replace(self._phase.reasons, note=note, error=""))

    def _record_reason(self) -> None:
        reasons, sheet = self._phase.reasons, self._sheet
        if reasons is None or sheet is None:
            return
        if not reasons.reason:
            self._set(reasons=replace(reasons, error="Choose why nothing is collected today."))
            return
        if reasons.reason == "other" and not reasons.note.strip():
            self._set(reasons=replace(reasons, error="Say in a few words what the reason is."))
            return
        person = self._session.acting
        self._bridge.start(
            self._lanes["store"],
            lambda _job: self._checkout.not_collecting(sheet, reasons.reason, reasons.note.strip(), person),
            owner=self,
            done=lambda _nothing: self._doors.back(),
            failed=self._tell,
        )
