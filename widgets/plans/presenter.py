"""Decides what the page of a plan shows: the schedule follows every field, acts are asked once more and then done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Slot

from app.lanes import Job, Lane
from app.plan_lists import PlanLists
from app.plan_views import PlanForm, PlanHappened, PlanPage, Worked
from app.plans import Plans
from app.views import Person
from models.basics.errors import PosError, RuleBroken
from models.basics.money import show_cents
from models.operations.plans import SIGNATURE
from models.rules.plan_standing import PlanStatus
from models.rules.plans import asked_for
from models.rules.rights import Right
from widgets.bridge import Bridge
from widgets.common.lend_dialog import Lending
from widgets.common.newest import Newest
from widgets.common.speech import Notice, Speech
from widgets.common.summary import SumLine
from widgets.common.when import full_day_text
from widgets.plans.parts import AcceptDialog, AskDialog, TermsDialog
from widgets.plans.state import PlanState, open_line
from widgets.plans.view import PlanView
from widgets.session import Session


@dataclass(frozen=True, slots=True)
class Doors:
    """Where the page leads: Collect for what is asked (`rules.plans.asked_for`), the agreement on paper or by a link
    (patient, plan), back."""

    collect: Callable[[str, str], None]
    paper: Callable[[str, Callable[[str], None]], None]
    link: Callable[[str, str, Callable[[str], None]], None]
    back: Callable[[], None]


class PlanPresenter(QObject):
    """One page."""

    def __init__(
        self, view: PlanView, *, bridge: Bridge, lanes: Mapping[str, Lane], plans: Callable[[], Plans],
        lists: Callable[[], PlanLists], speech: Speech, session: Session, doors: Doors,
        lending: Callable[[Right], Lending],
    ) -> None:  # fmt: skip
        super().__init__(view)
        self._view, self._bridge, self._lanes = view, bridge, lanes
        self._plans, self._lists, self._speech = plans, lists, speech
        self._session, self._doors, self._lending = session, doors, lending
        self._about: tuple[str, str, str] = ("", "", "")
        self._state = PlanState()
        self._reads = Newest(bridge, lanes["reads"], self)
        self._reads.late.connect(self._late)
        self._terms: TermsDialog | None = None
        self._accept: AcceptDialog | None = None
        self._pen: Job[PlanPage] | None = None
        self._asking: dict[str, AskDialog] = {}
        self._connect()

    def _connect(self) -> None:
        view = self._view
        for signal, slot in (
            (view.changed, self._typed), (view.other_pressed, self._other), (view.save_pressed, self._save),
            (view.activate_pressed, self._activate), (view.accept_pressed, self._ask_accept),
            (view.print_pressed, self._print), (view.pay_pressed, self._pay), (view.pay_off_pressed, self._ask_pay_off),
            (view.skip_pressed, self._ask_skip), (view.cancel_pressed, self._ask_cancel),
            (view.send_pressed, self._send), (view.method_chosen, self._pay_with),
            (view.history_wanted, self._read_history),
            (view.change_pressed, self._change), (view.back_pressed, self._back), (view.retry_pressed, self.refresh),
        ):  # fmt: skip
            signal.connect(slot)

    @property
    def state(self) -> PlanState:
        """What the page shows."""
        return self._state

    @property
    def plan_id(self) -> str:
        """The plan that is shown, also while it is not saved; empty for none."""
        return self._state.form.plan_id if self._state.form else ""

    # Reading --------------------------------------------------------------------------------------------------------

    def open(self, patient_id: str, plan_id: str = "", appointment_id: str = "") -> None:
        """Show a plan, or (without one) a new agreement."""
        self._about = (patient_id, plan_id, appointment_id)
        self._state = PlanState()
        self._view.draw(self._state)
        self._read()

    @Slot()
    def refresh(self) -> None:
        """Read again what is shown; what is typed and not saved stays."""
        if self._state.page is None:
            self._read()
        elif self._state.page.saved:
            plan_id, typed = self.plan_id, self._state.form if self._state.changed else None
            self._reads.ask(lambda: self._plans().open(plan_id), lambda page: self._came(page, typed), self._failed)

    @Slot()
    def _change(self) -> None:
        """New terms for the plan that is shown."""
        plan_id = self.plan_id
        self._reads.ask(lambda: self._plans().change(plan_id), self._came, self._failed)

    @Slot()
    def _back(self) -> None:
        """From new terms to the plan in force, from anywhere else to where the page was opened."""
        form = self._state.form
        if self._state.draft and form is not None and form.replaces:
            self.open(form.patient_id, form.replaces)
        else:
            self._doors.back()

    def _read(self) -> None:
        patient_id, plan_id, appointment_id = self._about

        def read() -> PlanPage:
            story = self._plans()
            return story.open(plan_id) if plan_id else story.begin(patient_id, appointment_id)

        self._reads.ask(read, self._came, self._failed)

    def _came(self, page: PlanPage, typed: PlanForm | None = None) -> None:
        form = typed if typed is not None and page.status is PlanStatus.DORMANT else page.form
        self._state = replace(self._state, page=page, form=form, notice=None, skeleton=False, busy="")
        if page.status is PlanStatus.DORMANT:
            self._work_out(form)
        else:
            self._draw(worked=page.worked, error=("", ""))
        if self._state.history is not None:
            self._read_history(self._state.whole_account)

    def _failed(self, error: Exception) -> None:
        self._draw(notice=self._speech.error(error), busy="", skeleton=False)

    @Slot()
    def _late(self) -> None:
        if self._state.page is None:
            self._draw(skeleton=True)

    def _draw(self, **changes: object) -> None:
        self._state = replace(self._state, **changes)  # type: ignore[arg-type]
        self._view.draw(self._state)

    @Slot(bool)
    def _read_history(self, whole: bool) -> None:
        """What happened to this plan, or to the whole account."""
        page = self._state.page
        if page is None or not (page.saved or whole):
            self._draw(history=(), whole_account=whole)
            return
        plan_id, patient_id = "" if whole else self.plan_id, page.form.patient_id

        def came(found: tuple[PlanHappened, ...]) -> None:
            self._draw(history=found, whole_account=whole)

        self._reads.ask(lambda: self._lists().history(patient_id, plan_id), came, self._failed)

    # The agreement --------------------------------------------------------------------------------------------------

    @Slot(object)
    def _typed(self, form: PlanForm) -> None:
        self._state = replace(self._state, form=form, said="", notice=None)
        self._work_out(form)

    def _work_out(self, form: PlanForm) -> bool:
        """Follow the fields; arithmetic over a few lines, on the window's thread."""
        page = self._state.page
        assert page is not None
        try:
            worked: Worked | None = self._plans().work_out(page, form)
        except RuleBroken as broken:
            words = self._speech.field(broken.message_key, broken.facts)
            self._draw(worked=None, error=(str(broken.facts.get("field", "")), words))
            return False
        self._draw(worked=worked, error=("", ""))
        return True

    @Slot()
    def _other(self) -> None:
        if self._terms is None:
            self._terms = TermsDialog(self._view.host)
            self._terms.submitted.connect(self._take_terms)
        if self._state.form is not None:
            self._terms.ask(self._state.form)

    @Slot()
    def _take_terms(self) -> None:
        dialog, page = self._terms, self._state.page
        if dialog is None or page is None or dialog.form is None:
            return
        try:
            self._plans().work_out(page, dialog.form)
        except RuleBroken as broken:
            dialog.complain(str(broken.facts.get("field", "")), self._speech.field(broken.message_key, broken.facts))
            return
        dialog.close_over()
        self._typed(dialog.form)

    @property
    def _person(self) -> Person | None:
        return self._session.person

    @Slot()
    def _save(self) -> None:
        page, form, person = self._state.page, self._state.form, self._person
        if page is None or form is None or person is None or self._state.why_not_save():
            return
        self._do("save", lambda: self._plans().save(page, form, person), "Agreement saved")

    @Slot()
    def _ask_accept(self) -> None:
        page, worked = self._state.page, self._state.worked
        if page is None or worked is None:
            return
        if self._accept is None:
            self._accept = AcceptDialog(self._view.host)
            self._accept.submitted.connect(self._do_accept)
            self._accept.closed.connect(self._stop_pen)
        self._accept.ask(worked.sentences, page.patient.name, reader=page.signs)

    @Slot()
    def _do_accept(self) -> None:
        dialog, page, form, person = self._accept, self._state.page, self._state.form, self._person
        if dialog is None or page is None or form is None or person is None:
            return
        if not dialog.name.text().strip():
            dialog.row.set_error(self._speech.field("plan.accept_name", {}))
            return
        name, how, worked = dialog.name.text(), dialog.how.key, self._state.worked
        seen = replace(page, form=form, saved=not self._state.changed, worked=worked)
        if how == SIGNATURE:
            self._sign(dialog, seen, name, person)
            return
        dialog.close_over()
        self._do("accept", lambda: self._plans().accept(seen, name, how, person), "Agreement accepted")

    def _sign(self, dialog: AcceptDialog, seen: PlanPage, name: str, person: Person) -> None:
        """The patient signs on the reader; the dialog waits."""
        if self._pen is not None:
            return

        def done(page: PlanPage) -> None:
            self._pen = None
            dialog.close_over()
            self._came(page)
            self._say("Agreement signed")

        def failed(error: Exception) -> None:
            self._pen = None
            notice = self._speech.error(error)
            dialog.show_verb("Accept", "", "")
            dialog.refuse(f"{notice.title}. {notice.body}")

        dialog.refuse("")
        dialog.wait_for_pen()
        self._pen = self._bridge.start(
            self._lanes["terminal"], lambda job: self._plans().sign(seen, name, person, job), owner=self, done=done,
            failed=failed,
        )  # fmt: skip

    @Slot()
    def _stop_pen(self) -> None:
        """The dialog was closed: a reader that waits for a pen is told to stop."""
        if self._pen is not None:
            self._pen.cancel()

    @Slot()
    def _activate(self) -> None:
        page, person = self._state.page, self._person
        if page is None or person is None or self._state.why_not_activate():
            return
        right = self._plans().needed(page)
        if right is not None and right not in person.rights:
            what = f"A discount of {show_cents(page.worked.discount_cents if page.worked else 0)} is posted."
            self._lending(right).ask(what, "You do not have the right to give it.", self._start)
        else:
            self._start(None)

    def _start(self, lender: Person | None) -> None:
        person, plan_id = self._person, self.plan_id
        if person is not None:
            self._do("activate", lambda: self._plans().activate(plan_id, person, lender), "The plan is active")

    @Slot()
    def _print(self) -> None:
        if self._state.page is not None and self._state.page.saved:
            self._doors.paper(f"agreement:{self.plan_id}", self._say)

    @Slot()
    def _send(self) -> None:
        """The agreement, or what is due of a plan in force, by a link."""
        page = self._state.page
        if page is not None and not self._state.why_not_send():
            self._doors.link(page.form.patient_id, self.plan_id, self._say)

    def _say(self, words: str) -> None:
        self._draw(said=words)
        self._view.announce()

    # A plan in force ------------------------------------------------------------------------------------------------

    @Slot(str)
    def _pay(self, key: str) -> None:
        if self._state.page is not None and open_line(self._state, key) is not None:
            self._doors.collect(self._state.page.form.patient_id, asked_for(self.plan_id, int(key)))

    @Slot(str)
    def _pay_with(self, kept_card_id: str) -> None:
        person, plan_id = self._person, self.plan_id
        if person is not None:
            self._do("method", lambda: self._plans().pay_with(plan_id, kept_card_id, person), "Payment method changed")

    @Slot(str)
    def _ask_skip(self, key: str) -> None:
        line, page = open_line(self._state, key), self._state.page
        if line is None or page is None or page.standing is None:
            return
        last = max(each.line.due for each in page.standing.lines)
        lines = (
            SumLine(f"Payment {key}, {full_day_text(line.line.due)}", "Skipped"),
            SumLine("Comes once more after", full_day_text(last)),
            SumLine("Current balance", show_cents(page.standing.owed_cents), strong=True, line_before=True),
        )  # fmt: skip
        words = "The patient pays this one later: the plan takes one payment longer, and nothing else changes."
        self._ask("skip", "Skip a payment", words, lines, f"Skip {show_cents(line.line.cents)}", key)

    @Slot()
    def _ask_pay_off(self) -> None:
        page = self._state.page
        if page is None or page.standing is None:
            return
        lines = (
            SumLine("Current balance", show_cents(page.standing.owed_cents)),
            SumLine("Interest not earned, falls away", show_cents(page.unearned_cents)),
            SumLine("To pay today", show_cents(page.pay_off_cents), strong=True, line_before=True),
        )
        words = "Collect opens for all that is left. The plan closes once it is paid."
        self._ask("pay_off", "Pay off the plan", words, lines, f"Collect {show_cents(page.pay_off_cents)}")

    @Slot()
    def _ask_cancel(self) -> None:
        page = self._state.page
        if page is None:
            return
        if page.status is PlanStatus.DORMANT and not page.saved:
            self._doors.back()
            return
        owed = page.standing.owed_cents if page.standing else 0
        lines = (
            SumLine("Stays owed, without a plan", show_cents(owed - page.unearned_cents), strong=True),
            SumLine("Interest not earned, falls away", show_cents(page.unearned_cents)),
        ) if self._state.active else ()  # fmt: skip
        words = ("No card is charged for it any more. What was paid stays paid." if self._state.active else
                 "The draft goes; nothing was posted for it.")  # fmt: skip
        title = "Cancel the plan" if self._state.active else "Delete the draft"
        self._ask("cancel", title, words, lines, title)

    def _ask(
        self, act: str, title: str, words: str, lines: tuple[SumLine, ...], verb: str, chosen: str = ""
    ) -> None:  # fmt: skip
        dialog = self._asking.get(f"{act}{title}")
        if dialog is None:
            dialog = self._asking[f"{act}{title}"] = AskDialog(self._view.host, title, verb, danger=act == "cancel")
            dialog.submitted.connect(lambda: self._confirmed(act, dialog))
        dialog.ask(words, lines, verb, chosen)

    def _confirmed(self, act: str, dialog: AskDialog | None) -> None:
        person, plan_id = self._person, self.plan_id
        if dialog is None or person is None:
            return
        chosen = dialog.chosen
        dialog.close_over()
        if act == "skip":
            self._do(act, lambda: self._plans().skip(plan_id, int(chosen), person), f"Payment {chosen} skipped")
        elif act == "cancel":
            self._do(act, lambda: self._plans().cancel(plan_id, person), "The plan is cancelled")
        else:
            self._do(act, lambda: self._plans().ready_to_pay_off(plan_id, person), "", self._collect_all)

    def _collect_all(self, page: PlanPage) -> None:
        self._doors.collect(page.form.patient_id, asked_for(page.form.plan_id, 0))

    def _do(
        self, busy: str, work: Callable[[], PlanPage], said: str, then: Callable[[PlanPage], None] | None = None
    ) -> None:  # fmt: skip
        """Write on the store's lane, show what stands then, and say so."""
        if self._state.busy:
            return
        self._draw(busy=busy, said="", notice=None)

        def done(page: PlanPage) -> None:
            self._came(page)
            if said:
                self._say(said)
            if then is not None:
                then(page)

        def failed(error: Exception) -> None:
            notice: Notice = self._speech.error(error)
            self._draw(busy="", notice=notice)
            if isinstance(error, PosError):
                self.refresh()

        self._bridge.start(self._lanes["store"], lambda _job: work(), owner=self, done=done, failed=failed)
