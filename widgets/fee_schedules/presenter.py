"""Decides what Settings > Fee schedules shows and does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from app.fee_views import FeeList, PayerFees
from app.lanes import Lane
from app.views import Person
from models.basics.errors import PosError
from models.rules.rights import Right
from widgets.bridge import Bridge
from widgets.common.newest import Newest
from widgets.common.speech import Speech
from widgets.common.when import count_text
from widgets.fee_schedules.dialogs import EndDialog, FeeDialog, PreviewDialog, ask_files
from widgets.fee_schedules.state import EVERY, FeesState
from widgets.fee_schedules.view import FeesView

if TYPE_CHECKING:
    from app.fee_book import FeeBook

ESTIMATES = "Estimates count with it from that day on, at every desk."
ENDS = "Estimates count without it from that day on, at every desk."


class FeesPresenter(QObject):
    """One page. `book` is asked for on its lane; `pick` asks for files."""

    def __init__(
        self, view: FeesView, *, bridge: Bridge, lanes: Mapping[str, Lane], book: Callable[[], FeeBook],
        person: Callable[[], Person | None], today: Callable[[], date], speech: Speech,
        pick: Callable[[QWidget], list[Path]] = ask_files, parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent or view)
        self._view, self._bridge, self._lanes, self._book = view, bridge, lanes, book
        self._person, self._today, self._speech, self._pick = person, today, speech, pick
        self._state, self._payer = FeesState(), ""
        self._questions = Newest(bridge, lanes["reads"], self)
        self._made: tuple[FeeDialog, EndDialog, PreviewDialog] | None = None
        view.payer_chosen.connect(self._choose_payer)
        view.fee_chosen.connect(lambda key: self._draw(chosen=key))
        view.searched.connect(self._search)
        view.which_chosen.connect(self._choose_which)
        view.new_pressed.connect(self._begin)
        view.change_pressed.connect(self._change)
        view.end_pressed.connect(self._end)
        view.import_pressed.connect(self._import)
        view.retry_pressed.connect(self.show)

    @property
    def state(self) -> FeesState:
        """What the page shows now."""
        return self._state

    @property
    def dialogs(self) -> tuple[FeeDialog, EndDialog, PreviewDialog]:
        """The forms over the page's window, made when first needed."""
        if self._made is None:
            host = self._view.window()
            self._made = fee, end, preview = FeeDialog(host), EndDialog(host), PreviewDialog(host)
            fee.submitted.connect(self._save)
            end.submitted.connect(self._save_end)
            preview.submitted.connect(self._take)
            preview.day_changed.connect(self._another_day)
        return self._made

    # Reading ----------------------------------------------------------------------------------------------------------

    def show(self) -> None:
        """Read what is there; what is shown stays until the answer is there."""
        person, state = self._person(), self._state
        self._state = replace(state, may=person is not None and Right.SET_UP in person.rights)
        wanted, search, every = self._payer, state.search, state.which == EVERY

        def read() -> tuple[tuple[PayerFees, ...], FeeList | None]:
            payers = self._book().payers()
            known = {each.payer_key for each in payers}
            key = wanted if wanted in known else payers[0].payer_key if payers else ""
            return payers, self._book().fees(key, search, every=every) if key else None

        self._questions.ask(read, self._arrived, self._failed)

    def _arrived(self, found: tuple[tuple[PayerFees, ...], FeeList | None]) -> None:
        payers, fees = found
        if fees is not None:
            self._payer = fees.payer_key
        kept = self._state.chosen if fees and any(each.key == self._state.chosen for each in fees.items) else ""
        first = fees.items[0].key if fees and fees.items else ""
        self._draw(payers=payers, fees=fees, chosen=kept or first, notice=None)

    def _failed(self, error: Exception) -> None:
        self._draw(notice=self._speech.error(error))

    def _draw(self, **changes: object) -> None:
        self._state = replace(self._state, **changes)  # type: ignore[arg-type]
        self._view.draw(self._state)

    @Slot(str)
    def _choose_payer(self, key: str) -> None:
        self._payer = key
        self._view.said.hide()
        self.show()

    @Slot(str)
    def _search(self, text: str) -> None:
        self._state = replace(self._state, search=text)
        self.show()

    @Slot(str)
    def _choose_which(self, key: str) -> None:
        self._state = replace(self._state, which=key)
        self.show()

    # By hand ----------------------------------------------------------------------------------------------------------

    @Slot()
    def _begin(self) -> None:
        fees = self._state.fees
        if self._state.may:
            self.dialogs[0].begin(fees.payer if fees else "", None, self._today())

    @Slot()
    def _change(self) -> None:
        item, fees = self._state.item, self._state.fees
        if self._state.may and item is not None and fees is not None:
            self.dialogs[0].begin(fees.payer, item, self._today())

    @Slot()
    def _end(self) -> None:
        item, fees = self._state.item, self._state.fees
        if self._state.may and item is not None and fees is not None:
            self.dialogs[1].begin(fees.payer, item, self._today())

    @Slot()
    def _save(self) -> None:
        dialog = self.dialogs[0]
        form = dialog.form
        if form is not None:
            self._write(dialog, "Save price", lambda person: self._book().set(form, person),
                        (f"{form.code.strip().upper()} has its price", ESTIMATES))  # fmt: skip

    @Slot()
    def _save_end(self) -> None:
        dialog = self.dialogs[1]
        form = dialog.form
        if form is not None:
            self._write(dialog, "End price", lambda person: self._book().end(form, person),
                        (f"{form.code} ends", ENDS))  # fmt: skip

    def _write(
        self, dialog: FeeDialog | EndDialog, verb: str, work: Callable[[Person], str], said: tuple[str, str]
    ) -> None:
        person = self._person()
        if person is None:
            return
        dialog.show_verb(verb, "Saving", "")

        def done(key: str) -> None:
            dialog.show_verb(verb, "", "")
            dialog.close_over()
            self._payer = key
            self._view.tell(*said)
            self.show()

        def failed(error: Exception) -> None:
            dialog.show_verb(verb, "", "")
            field = str(error.facts.get("field") or "") if isinstance(error, PosError) else ""
            if isinstance(error, PosError) and (field in dialog.rows or field == "amount"):
                dialog.show_errors({field: self._speech.field(error.message_key, error.facts)})
                return
            notice = self._speech.error(error)
            dialog.refuse(f"{notice.title}. {notice.body}".strip())

        self._bridge.start(self._lanes["store"], lambda _job: work(person), owner=dialog, done=done, failed=failed)

    # From a file ------------------------------------------------------------------------------------------------------

    @Slot()
    def _import(self) -> None:
        person = self._person()
        if not self._state.may or person is None:
            return
        paths, today = self._pick(self._view), self._today()
        if not paths:
            return
        self._view.said.hide()
        self._bridge.start(
            self._lanes["reads"], lambda _job: self._book().look(paths, today, person), owner=self._view,
            done=lambda preview: self.dialogs[2].begin(preview, today), failed=self._failed,
        )  # fmt: skip

    @Slot(object)
    def _another_day(self, day: date) -> None:
        dialog, person = self.dialogs[2], self._person()
        shown = dialog.shown
        if shown is not None and person is not None:
            self._bridge.start(
                self._lanes["reads"], lambda _job: self._book().from_day(shown, day, person), owner=dialog,
                done=dialog.draw, failed=self._not_taken,
            )  # fmt: skip

    @Slot()
    def _take(self) -> None:
        dialog, person = self.dialogs[2], self._person()
        shown = dialog.shown
        if shown is None or person is None or not shown.found:
            return
        if dialog.days.day is not None and dialog.days.day != shown.starts_on:
            self._another_day(dialog.days.day)  # what is written is what was seen
            return
        dialog.show_verb("Read in", "Reading in", "")
        self._bridge.start(self._lanes["store"], lambda _job: self._book().take(shown, person), owner=dialog,
                           done=self._taken, failed=self._not_taken)  # fmt: skip

    def _taken(self, news: int) -> None:
        self.dialogs[2].close_over()
        self._view.tell(f"{count_text(news, 'price', 'prices')} read in", ESTIMATES)
        self.show()

    def _not_taken(self, error: Exception) -> None:
        notice = self._speech.error(error)
        self.dialogs[2].show_verb("Read in", "", "")
        self.dialogs[2].refuse(f"{notice.title}. {notice.body}".strip())
