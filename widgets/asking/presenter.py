"""Reads the form, keeps what is typed, asks for the estimate, and saves: as a draft, or asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from app.eligibility import EstimateView
from app.lanes import Lane
from app.request_views import RequestForm, RequestStart, RequestView, Treatment
from app.views import FoundPatient, PatientHead, Person
from models.basics.errors import PosError
from models.basics.money import show_cents
from models.rules.payment_status import Status
from widgets.asking.dialog import AskDialog
from widgets.asking.estimate import ASK, NO_KIND
from widgets.asking.state import allowed_error, estimate_order, estimate_state, meant, verb_of
from widgets.bridge import Bridge
from widgets.common.speech import Speech

if TYPE_CHECKING:
    from app.eligibility import Eligibility
    from app.find import Find
    from app.payment_requests import PaymentRequests

KEEP_MS = 250
"""So long after the last key what was typed is kept."""


class AskPresenter(QObject):
    """One Create payment dialog."""

    def __init__(
        self, view: AskDialog, *, bridge: Bridge, lanes: Mapping[str, Lane], requests: PaymentRequests,
        eligibility: Callable[[], Eligibility], find: Find, person: Callable[[], Person], speech: Speech,
        today: Callable[[], date],
    ) -> None:  # fmt: skip
        super().__init__(view)
        self._view, self._bridge, self._lanes = view, bridge, lanes
        self._requests, self._eligibility, self._find = requests, eligibility, find
        self._person, self._speech, self._today = person, speech, today
        self._start: RequestStart | None = None
        self._form = RequestForm("")
        self._offer: int | None = None
        self._busy = False
        self._round = self._searches = 0
        self._done: Callable[[str], None] = lambda _words: None
        self._keep_soon = QTimer(self, singleShot=True, interval=KEEP_MS)
        self._keep_soon.timeout.connect(self._keep)
        view.edited.connect(self._changed)
        view.searched.connect(self._search)
        view.patient_chosen.connect(self._choose)
        view.patient_dropped.connect(self._another)
        view.amount_used.connect(self._use)
        view.begun_anew.connect(self._anew)
        view.asked.connect(lambda: self._save(submit=True))
        view.draft_asked.connect(lambda: self._save(submit=False))
        view.closed.connect(self._closed)

    def open(
        self, done: Callable[[str], None], failed: Callable[[Exception], None], *, patient_id: str = "",
        appointment_id: str = "", request_id: str = "",
    ) -> None:  # fmt: skip
        """Open for a patient, a visit of theirs, or to change a request; without any the patient is found first.
        `done` with words once it is saved, `failed` with why it cannot be changed."""
        self._done, person = done, self._person()
        self._bridge.start(
            self._lanes["reads"],
            lambda _job: self._requests.begin(person, patient_id, appointment_id, request_id), owner=self._view,
            done=self._opened, failed=failed,
        )  # fmt: skip

    def _opened(self, start: RequestStart) -> None:
        self._start, self._form, self._busy, self._offer = start, start.form, False, None
        self._view.begin(start, self._today())
        self._understand()
        self._estimate()

    # What is typed ----------------------------------------------------------------------------------------------------

    @Slot()
    def _changed(self) -> None:
        before, self._form = self._form, self._view.form_with(self._form)
        if before == self._form:
            return
        self._keep_soon.start()
        if before.request_type != self._form.request_type:
            self._view.show_form(self._form)
        self._understand()
        if estimate_order(before) != estimate_order(self._form):
            self._estimate()

    def _understand(self) -> None:
        """What the fields mean, said without blame: errors wait for Enter, a field that was put right loses its own."""
        found = meant(self._form, self._today(), self._speech)
        self._view.show_due(found.due_hint)
        wrong = {name: row.error.text for name, row in self._view.rows.items() if row.error.text}
        still = {name: words for name, words in wrong.items() if name in found.errors}
        if still != wrong:
            for name, row in self._view.rows.items():
                row.set_error(still.get(name, ""))
        self._view.rows["allowed"].set_error(allowed_error(self._form, self._speech))
        if not self._busy:
            self._view.show_verb(verb_of(self._start, found.cents), "", "")

    @Slot()
    def _keep(self) -> None:
        """Keep what is typed, so that a crash takes nothing of it."""
        if not self._form.request_id or self._busy:
            return
        form, person = self._form, self._person()
        keep = self._requests.keep if form.typed else self._requests.drop
        self._bridge.start(self._lanes["store"], lambda _job: keep(form, person), owner=self._view, done=self._kept,
                           failed=self._refused)  # fmt: skip

    def _kept(self, _nothing: object) -> None:
        self._view.refuse("")

    @Slot()
    def _closed(self) -> None:
        if self._keep_soon.isActive():
            self._keep_soon.stop()
            self._keep()

    @Slot()
    def _anew(self) -> None:
        """What was found again is not wanted: an empty form for the same."""
        form, person = self._form, self._person()
        start, opened_for = self._start, form.opened_for
        known = start is not None and bool(start.changes)

        def work() -> RequestStart:
            self._requests.drop(form, person)
            whom = "" if known or not opened_for else form.patient_id
            visit = opened_for if opened_for and opened_for != form.patient_id and not known else ""
            return self._requests.begin(person, whom, visit, form.request_id if known else "")

        self._bridge.start(self._lanes["store"], lambda _job: work(), owner=self._view, done=self._opened,
                           failed=self._refused)  # fmt: skip

    # Whom -------------------------------------------------------------------------------------------------------------

    @Slot(str)
    def _search(self, text: str) -> None:
        self._searches += 1
        asked = self._searches
        if not text.strip():
            self._view.show_found(())
            return
        self._bridge.start(
            self._lanes["reads"], lambda _job: self._find.search(text), owner=self._view,
            done=lambda hits: self._hits(asked, hits), failed=self._refused,
        )  # fmt: skip

    def _hits(self, asked: int, hits: tuple[FoundPatient, ...]) -> None:
        if asked == self._searches and not self._form.patient_id:
            self._view.show_found(tuple(hit for hit in hits if not hit.patient.merged_with))

    @Slot(str)
    def _choose(self, patient_id: str) -> None:
        self._form = replace(self._form, patient_id=patient_id, appointment_id="")
        self._bridge.start(
            self._lanes["reads"], lambda _job: self._requests.about(patient_id), owner=self._view,
            done=lambda found: self._chosen(patient_id, *found), failed=self._refused,
        )  # fmt: skip

    def _chosen(self, patient_id: str, patient: PatientHead | None, treatments: tuple[Treatment, ...]) -> None:
        if patient_id != self._form.patient_id or patient is None:
            return
        self._view.offer(treatments, self._today())
        self._view.show_form(self._form)
        self._view.show_who(patient, fixed=False)
        self._view.take_focus()
        self._keep_soon.start()
        self._estimate()

    @Slot()
    def _another(self) -> None:
        self._form = replace(self._form, patient_id="", appointment_id="")
        self._view.offer((), self._today())
        self._view.show_who(None, fixed=False)
        self._view.search.clear()
        self._view.take_focus()
        self._estimate()

    # The estimate -----------------------------------------------------------------------------------------------------

    def _estimate(self) -> None:
        self._round += 1
        asked, order = self._round, estimate_order(self._form)
        self._offer = None
        if order is None:
            self._view.estimate.show_nothing(NO_KIND if self._form.patient_id else ASK)
            return
        self._bridge.start(
            self._lanes["reads"], lambda _job: self._eligibility().estimate(order), owner=self._view,
            done=lambda view: self._estimated(asked, view), failed=self._refused,
        )  # fmt: skip

    def _estimated(self, asked: int, view: EstimateView) -> None:
        if asked != self._round:
            return
        state = estimate_state(view, self._speech)
        self._offer = state.use_cents
        self._view.estimate.draw(state)
        self._view.place_panel()

    @Slot()
    def _use(self) -> None:
        """Take the estimate over as the amount."""
        if self._offer is not None:
            self._view.amount.setText(show_cents(self._offer, symbol=""))
            self._changed()
            self._view.amount.setFocus()

    # Saving -----------------------------------------------------------------------------------------------------------

    def _save(self, *, submit: bool) -> None:
        if self._busy or self._start is None:
            return
        self._form = self._view.form_with(self._form)
        errors = meant(self._form, self._today(), self._speech).errors
        self._view.show_errors(errors)
        if errors:
            return
        self._keep_soon.stop()
        self._busy = True
        form, person = self._form, self._person()
        self._view.show_verb(verb_of(self._start, 0), "Saving…", "")
        self._bridge.start(
            self._lanes["store"], lambda _job: self._requests.save(form, person, submit=submit), owner=self._view,
            done=self._saved, failed=self._refused,
        )  # fmt: skip

    def _saved(self, view: RequestView) -> None:
        self._busy, self._form = False, RequestForm("")
        self._view.show_verb(verb_of(self._start, 0), "", "")
        self._view.close_over()
        cents = show_cents(view.amount_cents)
        draft = view.status is Status.DRAFT
        self._done(f"{view.number} is saved as a draft: {cents}." if draft
                   else f"{view.number}: {cents} asked of {view.patient.name}.")  # fmt: skip

    def _refused(self, error: Exception) -> None:
        self._busy = False
        self._understand()
        notice = self._speech.error(error)
        field = str(error.facts.get("field") or "") if isinstance(error, PosError) else ""
        if field in (*self._view.rows, "patient"):
            self._view.show_errors({field: f"{notice.title}. {notice.body}".strip()})
        else:
            self._view.refuse(f"{notice.title}. {notice.body}".strip())
