"""Decides what the coverage card shows; keeps benefits that were typed in, reads a payer's file, shows its own text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from app.lanes import Lane
from app.views import Person
from models.basics.errors import PosError, RuleBroken
from models.rules.rights import Right
from widgets.bridge import Bridge
from widgets.common.speech import Speech
from widgets.coverage.dialog import BenefitsDialog, CoverageDialog
from widgets.coverage.state import CoverageState, coverage_state, taken_words

if TYPE_CHECKING:
    from app.eligibility import CoverageCard, Eligibility, TakenFile, TypedBenefits

FIELDS = {"eligibility.payer_missing": "payer", "eligibility.share_wrong": "share"}
"""Which field a refusal is about; every other one stands under the form."""


class CoveragePresenter(QObject):
    """One card, for one patient after the other, and the form that opens from it."""

    def __init__(
        self, dialog: CoverageDialog, form: BenefitsDialog, *, bridge: Bridge, lanes: Mapping[str, Lane],
        eligibility: Callable[[], Eligibility], person: Callable[[], Person], speech: Speech,
        now: Callable[[], datetime],
    ) -> None:  # fmt: skip
        super().__init__(dialog)
        self._dialog, self._form, self._bridge, self._lanes = dialog, form, bridge, lanes
        self._eligibility, self._person, self._speech, self._now = eligibility, person, speech, now
        self._done: Callable[[str], None] = lambda _words: None
        self._patient_id = ""
        self._state: CoverageState | None = None
        self._busy = False
        dialog.submitted.connect(self._type)
        dialog.file_chosen.connect(self._read)
        dialog.raw_pressed.connect(self._show_raw)
        form.submitted.connect(self._keep)

    @property
    def state(self) -> CoverageState | None:
        """What the card shows; None while it is read."""
        return self._state

    def open(self, patient_id: str, done: Callable[[str], None]) -> None:
        """Show what is known of a patient's plan. `done(words)` follows when something was written."""
        self._patient_id, self._done, self._busy = patient_id, done, False
        self._draw(None)
        self._dialog.open_over()
        self._refresh()

    def _refresh(self, said: str = "") -> None:
        patient_id = self._patient_id

        def arrived(card: CoverageCard) -> None:
            if card.patient_id == self._patient_id:
                self._draw(replace(coverage_state(card, self._speech, self._now()), said=said))

        self._bridge.start(self._lanes["reads"], lambda _job: self._eligibility().card(patient_id), owner=self,
                           done=arrived, failed=self._failed)  # fmt: skip

    def _draw(self, state: CoverageState | None) -> None:
        self._state = state
        self._dialog.draw(state, may_see_raw=Right.SET_UP in self._person().rights)

    def _failed(self, error: Exception) -> None:
        self._busy = False
        notice = self._speech.error(error)
        if self._state is not None:
            self._draw(replace(self._state, notice=notice, said=""))
        else:
            self._dialog.refuse(f"{notice.title}. {notice.body}")

    @Slot()
    def _show_raw(self) -> None:
        state = self._state
        if state is None or not state.check_id:
            return

        def arrived(text: str) -> None:
            if self._state is not None and self._state.check_id == state.check_id:
                self._draw(replace(self._state, raw=text.replace("~", "~\n") or "Nothing was kept of it."))

        self._bridge.start(self._lanes["reads"], lambda _job: self._eligibility().raw(state.check_id), owner=self,
                           done=arrived, failed=self._failed)  # fmt: skip

    # A file ---------------------------------------------------------------------------------------------------------

    @Slot(Path)
    def _read(self, path: Path) -> None:
        if self._busy:
            return
        self._busy, person = True, self._person()

        def done(taken: TakenFile) -> None:
            self._busy = False
            words = taken_words(taken)
            if taken.why is not None and not taken.news and self._state is not None:
                self._draw(replace(self._state, notice=self._speech.error(taken.why), said=""))
                return
            self._refresh(words)
            if taken.news:
                self._done(words)

        self._bridge.start(self._lanes["store"], lambda _job: self._eligibility().take_file(path, person), owner=self,
                           done=done, failed=self._failed)  # fmt: skip

    # Typed in -------------------------------------------------------------------------------------------------------

    @Slot()
    def _type(self) -> None:
        patient_id = self._patient_id
        self._bridge.start(self._lanes["reads"], lambda _job: self._eligibility().form(patient_id), owner=self,
                           done=self._ask, failed=self._failed)  # fmt: skip

    def _ask(self, form: TypedBenefits) -> None:
        if form.patient_id == self._patient_id:
            self._form.ask(form)

    @Slot()
    def _keep(self) -> None:
        typed = self._form.typed()
        if typed is None or self._busy:
            return
        self._busy, person = True, self._person()
        self._form.show_verb("Keep", "Keeping", "")

        def done(_card: CoverageCard) -> None:
            self._busy = False
            self._form.close_over()
            self._refresh("Benefits kept")
            self._done("Benefits kept")

        self._bridge.start(self._lanes["store"], lambda _job: self._eligibility().type_in(typed, person), owner=self,
                           done=done, failed=self._not_kept)  # fmt: skip

    def _not_kept(self, error: Exception) -> None:
        self._busy = False
        self._form.show_verb("Keep", "", "")
        field = FIELDS.get(error.message_key) if isinstance(error, RuleBroken) else None
        if field is not None and isinstance(error, PosError):
            self._form.rows[field].set_error(self._speech.field(error.message_key, error.facts))
            self._form.rows[field].field.setFocus()
            return
        notice = self._speech.error(error)
        self._form.refuse(f"{notice.title}. {notice.body}")
