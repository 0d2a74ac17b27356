"""Decides how first run goes on: checks answers, then lets the story set the desk up on a lane, step by step."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.device_kinds import KINDS
from app.device_log import PRINTER, READER
from app.lanes import Job, Lane, Progress
from app.setup import SET_UP_BY
from app.words import sentence_for
from models.basics.clock import SystemClock
from models.basics.errors import PosError
from widgets.bridge import Bridge
from widgets.devices.dialogs import FindDialog
from widgets.first_run.choosing import StripeDialog
from widgets.first_run.pages import DevicesPage, ReadyPage
from widgets.first_run.state import DOING, STEPS, Answers, Devices, Step, Way, missing
from widgets.first_run.view import FirstRunView
from widgets.settings.stripe import StripePresenter

if TYPE_CHECKING:
    from app.devices import Offer
    from app.setup import Setup
    from app.stripe_readers import StripeReaders, StripeView

_PARTS = {"setup.keys": 0.1, "setup.hub": 0.3, "setup.joining": 0.3, "setup.store": 0.6, "setup.devices": 0.85}


class FirstRunPresenter(QObject):
    """One first run. `finished` when the desk can be opened."""

    finished = Signal()

    def __init__(
        self, view: FirstRunView, *, bridge: Bridge, lane: Lane, setup: Setup, parent: QObject | None = None
    ) -> None:
        super().__init__(parent or view)
        self._view, self._bridge, self._lane, self._setup = view, bridge, lane, setup
        self._answers = Answers(zone=setup.local_zone())
        self._step = Step.PRACTICE
        self._working = self._made = self._key_shown = False
        view.next_asked.connect(self._next)
        view.back_asked.connect(self._back)
        view.way_changed.connect(self._way)
        view.find_asked.connect(self._find_devices)
        view.stripe_asked.connect(self._choose_at_stripe)
        self._find: FindDialog | None = None
        self._stripe: StripeDialog | None = None
        self._looking = False
        self._show()
        bridge.start(lane, lambda _job: setup.keyring_place(), owner=self, failed=self._no_keyring)

    @property
    def answers(self) -> Answers:
        """What was answered so far."""
        return self._answers

    def _no_keyring(self, error: Exception) -> None:
        if isinstance(error, PosError):
            self._answers = replace(self._view.read(self._answers), needs_consent=True)
            self._show()

    @property
    def _steps(self) -> tuple[Step, ...]:
        return STEPS[self._answers.way]

    def _show(self) -> None:
        self._view.show_step(self._steps, self._step, self._answers, self._said())
        last = self._steps.index(self._step) == len(self._steps) - 2
        self._view.show_ways("Set up" if last else "Continue", back=self._may_go_back)
        self._view.pages[self._step].take_focus()

    @property
    def _may_go_back(self) -> bool:
        """Once the practice is made, only the devices can still be chosen anew here."""
        return self._step is not self._steps[0] and not (self._made and self._step is Step.DEVICES)

    def _said(self) -> dict[Step, str]:
        answers = self._answers
        place = answers.practice.strip() if answers.way is Way.NEW else "Joining"
        people = ", ".join(person.name for person in answers.staff if person.name)
        devices = {Devices.PRACTICE: "Practice devices", Devices.ADDRESS: "By address", Devices.LATER: "Later"}
        return {
            Step.PRACTICE: f"{place}, {answers.desk.strip()}", Step.STAFF: people,
            Step.DEVICES: devices[answers.devices],
        }  # fmt: skip

    @Slot(str)
    def _way(self, way: str) -> None:
        self._answers = replace(self._view.read(self._answers), way=Way(way))
        self._view.show_steps(self._steps, self._said())

    @Slot()
    def _next(self) -> None:
        if self._working:
            return
        if self._key_shown:
            self._open()
            return
        if self._step is Step.READY:
            self._work()
            return
        self._answers = self._view.read(self._answers)
        wrong = missing(self._step, self._answers)
        self._view.show_missing(wrong)
        if wrong:
            return
        self._step = self._steps[self._steps.index(self._step) + 1]
        self._show()
        if self._step is Step.READY:
            self._work()

    @Slot()
    def _back(self) -> None:
        at = self._steps.index(self._step)
        if not self._working and self._may_go_back:
            self._answers = self._view.read(self._answers)
            self._step = self._steps[at - 1]
            self._show()

    # Devices --------------------------------------------------------------------------------------------------

    @Slot()
    def _find_devices(self) -> None:
        """What hangs on this computer, as Settings shows it."""
        if self._find is None:
            self._find = FindDialog(self._view, [(key, KINDS[key].name) for key in (READER, PRINTER)])
            self._find.look_asked.connect(self._look)
            self._find.submitted.connect(self._use_found)
            self._find.address_asked.connect(self._to_address)
            self._find.closed.connect(lambda: self._view.forward.setEnabled(True))
        self._view.forward.setEnabled(False)  # Enter is the dialog's while it is open
        self._find.open_for()

    @Slot()
    def _to_address(self) -> None:
        self._page.terminal_url.field.setFocus()

    @property
    def _page(self) -> DevicesPage:
        page = self._view.pages[Step.DEVICES]
        assert isinstance(page, DevicesPage)
        return page

    @Slot()
    def _look(self) -> None:
        dialog = self._find
        if dialog is None or self._looking:
            return
        self._looking = True

        def done(offers: tuple[Offer, ...]) -> None:
            self._looking = False
            dialog.show_offers(offers)

        def failed(error: Exception) -> None:
            self._looking = False
            dialog.refuse(str(sentence_for(error)))

        self._bridge.start(self._lane, lambda _job: self._setup.find_devices(), owner=self, done=done, failed=failed)

    @Slot()
    def _use_found(self) -> None:
        if self._find is None or self._find.chosen is None:
            return
        kind = KINDS[self._find.kind.key]
        address = self._find.chosen.found.address(kind.baud)
        self._find.close_over()
        self._page.fill(kind.key, f"{kind.driver}+{address}")

    @Slot()
    def _choose_at_stripe(self) -> None:
        """A reader of an account at Stripe: the key is tried and kept now, the reader chosen or registered."""
        if self._stripe is None:
            self._stripe = dialog = StripeDialog(self._view)
            dialog.closed.connect(lambda: self._view.forward.setEnabled(True))
            made = StripePresenter(
                dialog.part, bridge=self._bridge, lane=self._lane, readers=self._readers, person=lambda: SET_UP_BY,
                now=SystemClock().now,
            )  # fmt: skip
            made.did.connect(self._chosen_at_stripe)
            dialog.presenter = made
        self._view.forward.setEnabled(False)
        self._stripe.open_over()
        self._stripe.presenter.show()

    def _readers(self) -> StripeReaders:
        answers = self._answers
        return self._setup.stripe_readers(answers.consent.strip() if answers.needs_consent else "")

    @Slot(object)
    def _chosen_at_stripe(self, view: StripeView) -> None:
        if view.chosen and self._stripe is not None:
            self._stripe.close_over()
            self._page.fill(READER, self._setup.terminal_url())

    # The work -------------------------------------------------------------------------------------------------

    def _work(self) -> None:
        self._working = True
        self._view.show_ways("Setting up…", back=True, busy=True)
        self._doing(Progress("setup.keys"))
        answers, setup, made = self._answers, self._setup, self._made
        self._bridge.start(
            self._lane, lambda job: _set_up(setup, answers, job, made=made), owner=self,
            done=self._ended, failed=self._failed, progress=self._doing,
        )  # fmt: skip

    def _doing(self, progress: Progress) -> None:
        if progress.step == "setup.devices":
            self._made = True  # the practice is there: a second try begins here
        page = self._view.pages[Step.READY]
        if isinstance(page, ReadyPage):
            page.show_doing(DOING.get(progress.step, "Working…"), _PARTS.get(progress.step, 0.5))

    def _ended(self, key: str) -> None:
        """Set up: the recovery key stands there until somebody says that it is on paper."""
        self._working, self._key_shown = False, True
        page = self._view.pages[Step.READY]
        if isinstance(page, ReadyPage):
            page.show_key(key)
        self._view.show_ways("It is written down", back=False)

    def _open(self) -> None:
        self._working = True
        page = self._view.pages[Step.READY]
        if isinstance(page, ReadyPage):
            page.forget_key()
            page.show_doing(DOING["setup.opening"], 1.0)
        self.finished.emit()

    def _failed(self, error: Exception) -> None:
        self._working = False
        words = sentence_for(error)
        page = self._view.pages[Step.READY]
        if isinstance(page, ReadyPage):
            page.show_failed(words.title, " ".join(part for part in (words.body, words.action) if part))
        self._view.show_ways("Try again", back=True)


def _set_up(setup: Setup, answers: Answers, job: Job[str], *, made: bool) -> str:
    """All of it, in the order in which a second try is safe. `made`: the practice is there from the first try. Returns
    the recovery key."""
    if not made:
        if answers.needs_consent:
            setup.allow_key_file(answers.consent.strip())
        if answers.way is Way.NEW:
            setup.start_practice(
                answers.wish, answers.desk.strip(), answers.staff, for_other_desks=answers.others, job=job
            )  # fmt: skip
        else:
            setup.join_practice(answers.join_line.strip(), answers.desk.strip(), job=job)
    job.step("setup.devices")
    if answers.devices is Devices.PRACTICE:
        setup.use_practice_devices()
    elif answers.devices is Devices.ADDRESS:
        setup.set_devices(answers.terminal_url, answers.printer_url, drawer=answers.drawer)
    return setup.recovery_key()
