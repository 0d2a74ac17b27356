"""Decides what the list of payment requests shows: reads it, leads to new ones, writes many down a few at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.ask_views import AskLine, AskSheet, AsksView, ManyChoice, ManySheet, ManyWish
from app.asks import Asks
from app.find import Find
from app.lanes import Lane
from app.views import FoundPatient, Person
from models.basics.errors import RuleBroken
from widgets.bridge import Bridge
from widgets.common.form_dialog import FormDialog
from widgets.common.newest import Newest
from widgets.common.speech import Notice, Speech
from widgets.common.when import count_text
from widgets.inbox.asks_dialogs import ManyDialog, OneDialog, SmallDialog
from widgets.inbox.asks_pane import AsksPane
from widgets.inbox.asks_state import AsksState, asks_state, offers_for, sent_words
from widgets.inbox.snoozing import Snoozing
from widgets.inbox.state import Chosen

WISH_MS = 300
"""So long after the last change of whom to ask, everybody is looked at again."""
SNOOZE_DAYS = 30
"""Who is taken out of a bulk request is left out of others for so long, too."""


class AsksPresenter(QObject):
    """The list of one page. `drawn(state)` follows whenever it shows something else, for the page's foot and banner;
    `page_gone` when nothing is left on the page of it that was chosen."""

    page_gone = Signal()

    def __init__(
        self, pane: AsksPane, *, host: Callable[[], Any], bridge: Bridge, lanes: Mapping[str, Lane], story: Asks,
        find: Find, speech: Speech, person: Callable[[], Person], today: Callable[[], date],
        drawn: Callable[[AsksState], None],
    ) -> None:  # fmt: skip
        super().__init__(pane)
        self._pane, self._host, self._bridge, self._lanes = pane, host, bridge, lanes
        self._story, self._find, self._speech, self._person = story, find, speech, person
        self._today, self._drawn = today, drawn
        self._chosen, self._shown = Chosen(), False
        self._view: AsksView | None = None
        self._notice: Notice | None = None
        self._said, self._busy = "", False
        self._state = AsksState()
        self._one: OneDialog | None = None
        self._many: ManyDialog | None = None
        self.snoozing = Snoozing(self, host, bridge=bridge, lanes=lanes, story=lambda: story, speech=speech,
                                 person=person, today=today, cannot=self._failed)  # fmt: skip
        self._cancel: SmallDialog | None = None
        self._ends = ""
        self._sheet: ManySheet | None = None
        self._searches = 0
        self._questions = Newest(bridge, lanes["lists"], self)
        self._questions.late.connect(self._draw)
        self._wishes = Newest(bridge, lanes["lists"], self)
        self._wish_soon = QTimer(self, singleShot=True, interval=WISH_MS)
        self._wish_soon.timeout.connect(self._look_again)
        pane.act_pressed.connect(self._act)
        pane.row_chosen.connect(self._follow_row)

    @property
    def state(self) -> AsksState:
        """What the list shows now."""
        return self._state

    @property
    def busy(self) -> bool:
        """Is something being written right now?"""
        return self._busy

    def show(self, on: bool, chosen: Chosen) -> None:
        """The list is looked at now, with these filters, or is not."""
        fresh = on and (not self._shown or chosen != self._chosen)
        self._shown = on
        if fresh:
            self._chosen, self._view, self._said = chosen, None, ""
            self._draw()
            self.refresh()
        elif not on:
            self._pane.offer(frozenset(), shown=False)

    @Slot()
    def refresh(self) -> None:
        """Ask again; what is shown stays until the answer is there."""
        if self._shown:
            chosen = self._chosen
            self._questions.ask(lambda: self._story.view(chosen.days, chosen.which, chosen.page), self._arrived,
                                self._failed)  # fmt: skip

    def _arrived(self, view: AsksView) -> None:
        if self._chosen.page and not view.lines:
            self.page_gone.emit()
            return
        self._view, self._notice = view, None
        self._draw()

    def _failed(self, error: Exception) -> None:
        self._notice = self._speech.error(error)
        self._draw()

    @Slot()
    def _draw(self) -> None:
        if self._view is None:
            self._state = AsksState(notice=self._notice, skeleton=self._questions.is_late)
        else:
            self._state = asks_state(self._view, self._chosen, said=self._said, notice=self._notice)
        self._pane.draw(self._state)
        self._follow_row()
        if self._shown:
            self._drawn(self._state)

    # The row in focus -------------------------------------------------------------------------------------------------

    @property
    def _line(self) -> AskLine | None:
        return self._state.line(self._pane.table.key) if self._pane.has_rows else None

    @property
    def patient_id(self) -> str:
        """Whose request is in focus; empty: nobody's."""
        line = self._line
        return line.patient.patient_id if line is not None else ""

    @Slot(str)
    def _follow_row(self, _key: str = "") -> None:
        self._pane.offer(offers_for(self._line), shown=self._shown)

    @Slot(str)
    def _act(self, act: str) -> None:
        line = self._line
        if self._busy or (act != "new" and act not in offers_for(line)):
            return
        if act == "new":
            self._open_one()
        elif act == "many":
            self._open_many()
        elif line is not None:
            {"again": self._again, "cancel": self._open_cancel, "snooze": self._open_snooze}[act](line)

    def _again(self, line: AskLine) -> None:
        person = self._person()
        self._write(lambda: self._story.again(line.ask_id, person), None,
                    lambda told: f"Sent to {told.patient.name} again.")  # fmt: skip

    # One --------------------------------------------------------------------------------------------------------------

    def _open_one(self) -> None:
        if self._one is None:
            dialog = self._one = OneDialog(self._host())
            dialog.searched.connect(self._search)
            dialog.patient_chosen.connect(self._choose)
            dialog.patient_dropped.connect(dialog.begin)
            dialog.asked.connect(self._send)
        self._one.begin()

    @Slot(str)
    def _search(self, text: str) -> None:
        self._searches += 1
        asked, dialog = self._searches, self._one
        if dialog is None:
            return
        if not text.strip():
            dialog.show_found(())
            return

        def hits(found: tuple[FoundPatient, ...]) -> None:
            if asked == self._searches and dialog.sheet is None:
                dialog.show_found(tuple(hit for hit in found if not hit.patient.merged_with))

        self._bridge.start(self._lanes["reads"], lambda _job: self._find.search(text), owner=self, done=hits,
                           failed=self._refused(dialog))  # fmt: skip

    @Slot(str)
    def _choose(self, patient_id: str) -> None:
        self._searches += 1
        dialog = self._one
        if dialog is None:
            return

        def chosen(sheet: AskSheet) -> None:
            dialog.show_sheet(sheet, self._today(), self._why(sheet.why_not))

        self._bridge.start(self._lanes["reads"], lambda _job: self._story.sheet(patient_id), owner=self, done=chosen,
                           failed=self._refused(dialog))  # fmt: skip

    @Slot()
    def _send(self) -> None:
        dialog, person = self._one, self._person()
        if dialog is None or dialog.sheet is None or self._busy:
            return
        sheet, choice = dialog.sheet, dialog.choice
        dialog.show_verb(dialog.submit_action.text(), "Sending\u2026", "")
        self._write(lambda: self._story.send(sheet, choice, person), dialog, sent_words)

    # Many -------------------------------------------------------------------------------------------------------------

    def _open_many(self) -> None:
        if self._many is None:
            dialog = self._many = ManyDialog(self._host())
            dialog.wished.connect(self._wish_soon.start)
            dialog.submitted.connect(self._begin_many)
            dialog.snoozed.connect(self._leave_out)
            dialog.woken.connect(self._ask_again)
        self._sheet = None
        self._many.begin()
        self._look_again()

    @Slot()
    def _look_again(self) -> None:
        dialog = self._many
        if dialog is None or self._busy:
            return
        wish: ManyWish = dialog.wish
        self._sheet = None
        dialog.show_busy("Looking\u2026")

        def found(sheet: ManySheet) -> None:
            if sheet.wish == dialog.wish and not self._busy:
                self._sheet = sheet
                dialog.show_sheet(sheet, self._why(sheet.why_not))

        self._wishes.ask(lambda: self._story.many(wish), found, self._refused(dialog))

    @Slot(str)
    def _leave_out(self, patient_id: str) -> None:
        """Who is marked is not asked this time, nor for a while."""
        self._snoozed(patient_id, self._today() + timedelta(days=SNOOZE_DAYS))

    @Slot(str)
    def _ask_again(self, patient_id: str) -> None:
        """Who is marked is snoozed no more."""
        self._snoozed(patient_id, None)

    def _snoozed(self, patient_id: str, until: date | None) -> None:
        dialog, person = self._many, self._person()
        if dialog is None or self._busy or self._sheet is None:
            return

        def over(_nothing: object) -> None:
            self._busy = False
            self._look_again()

        def failed(error: Exception) -> None:
            self._busy = False
            self._refused(dialog)(error)

        self._busy = True
        self._bridge.start(self._lanes["store"], lambda _job: self._story.snooze(patient_id, until, person), owner=self,
                           done=over, failed=failed)  # fmt: skip

    @Slot()
    def _begin_many(self) -> None:
        dialog, sheet = self._many, self._sheet
        if dialog is not None and sheet is not None and not self._busy and sheet.asked:
            self._busy = True
            self._some(dialog, sheet, dialog.choice, 0)

    def _some(self, dialog: ManyDialog, sheet: ManySheet, choice: ManyChoice, first: int) -> None:
        """Write the next few down; what else the desk has to write comes in between."""
        person, count = self._person(), len(sheet.asked)
        dialog.show_busy(f"Written {first} of {count}\u2026")

        def over(written: int) -> None:
            if written < count:
                self._some(dialog, sheet, choice, written)
                return
            self._busy = False
            self._over(dialog, f"{count_text(count, 'request', 'requests')} on their way.")

        def failed(error: Exception) -> None:
            self._busy = False
            dialog.show_sheet(sheet, "")
            self._refused(dialog)(error)

        self._bridge.start(self._lanes["store"], lambda _job: self._story.send_some(sheet, choice, person, first),
                           owner=self, done=over, failed=failed)  # fmt: skip

    # Snoozed, taken back ----------------------------------------------------------------------------------------------

    def _open_snooze(self, line: AskLine) -> None:
        self.snoozing.open(line.patient.patient_id, lambda words: self._over(None, words))

    def _open_cancel(self, line: AskLine) -> None:
        if self._cancel is None:
            self._cancel = SmallDialog(self._host(), "Take the request back", "Take back", "Why", "Optional")
            self._cancel.submitted.connect(self._do_cancel)
        self._ends = line.ask_id
        self._cancel.begin(
            line.patient.name, "Its link ends, and nobody is reminded of it any more. What was sent stays sent."
        )

    @Slot()
    def _do_cancel(self) -> None:
        dialog, person = self._cancel, self._person()
        if dialog is None or self._busy:
            return
        ask_id, reason = self._ends, dialog.field.text()
        self._write(lambda: self._story.cancel(ask_id, person, reason), dialog,
                    lambda told: f"The request to {told.patient.name} is taken back.")  # fmt: skip

    # Inside -----------------------------------------------------------------------------------------------------------

    def _why(self, key: str) -> str:
        if not key:
            return ""
        notice = self._speech.error(RuleBroken(key))
        return f"{notice.title}. {notice.body}".strip()

    def _write(self, work: Callable[[], Any], dialog: FormDialog | None, said: Callable[[Any], str]) -> None:
        def over(told: Any) -> None:
            self._busy = False
            self._over(dialog, said(told))

        def failed(error: Exception) -> None:
            self._busy = False
            if dialog is None:
                self._failed(error)
                return
            dialog.show_verb(dialog.submit_action.text(), "", "")
            self._refused(dialog)(error)

        self._busy = True
        self._bridge.start(self._lanes["store"], lambda _job: work(), owner=self, done=over, failed=failed)

    def _refused(self, dialog: FormDialog) -> Callable[[Exception], None]:
        def refuse(error: Exception) -> None:
            notice = self._speech.error(error)
            dialog.refuse(f"{notice.title}. {notice.body}".strip())

        return refuse

    def _over(self, dialog: FormDialog | None, said: str) -> None:
        if dialog is not None:
            dialog.close_over()
        self._said = said
        self._draw()
        self.refresh()
