"""Cards: the try is committed before the first byte leaves, the reader is asked once, and what it says is posted.

What cannot be known stays unknown and is found out later; it is never charged again and never guessed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from app.attempts import POSTS, Attempts
from app.card_reader import CardReader
from app.heads import clock_text
from app.keeping_cards import checked_wish
from app.lanes import Job, Progress
from app.plan import Details, Plan
from app.recovery import Recovery
from app.settings import CARD_WAIT_S
from app.signing import SIGNED_FACT, WANTED
from app.till import Till
from app.views import Collected, CollectEnd, CollectRequest
from devices.base import Outcome, PaymentRequest, PaymentResult, PaymentTerminal, RefundRequest, Step, Watch
from models.basics.errors import DeviceError, Fact, PaymentUnavailable, StorageError
from models.basics.points import Point, point
from models.store.queries import collect, jobs

_ENDS = {
    Outcome.DECLINED: CollectEnd.DECLINED,
    Outcome.CANCELLED: CollectEnd.CANCELLED,
    Outcome.NOT_PERFORMED: CollectEnd.NOT_SENT,
    Outcome.UNKNOWN: CollectEnd.UNKNOWN,
}
_REASONS = {
    "terminal.card_timeout": CollectEnd.TIMED_OUT,
    "terminal.duplicate": CollectEnd.DUPLICATE,
    "terminal.refused": CollectEnd.DECLINED,
    "terminal.chip_not_read": CollectEnd.DECLINED,
}


NO_LIMIT_S = 3600
"""The reader itself gives up on a pen."""


class CardWatch:
    """Carries the reader's steps to the screen, and the person's cancel to the reader. When nobody showed a card in
    time it cancels by itself. `meanwhile` is done once, when a card is waited for: it must be quick and raise
    nothing."""

    def __init__(
        self, job: Job[Any], wait_s: int, told: Callable[[str], None], meanwhile: Callable[[], None] | None = None
    ) -> None:  # fmt: skip
        self._job, self._wait_s, self._told, self._meanwhile = job, wait_s, told, meanwhile
        self._until: float | None = None

    @property
    def cancelled(self) -> bool:
        """Did the person cancel, or is the time for showing a card over?"""
        return self._job.cancelled or self.timed_out

    @property
    def timed_out(self) -> bool:
        """Is the time for showing a card over?"""
        return self._until is not None and time.monotonic() > self._until

    def step(self, step: Step) -> None:
        """Tell where the payment is."""
        waiting = step is Step.WAITING
        if waiting and self._until is None:
            self._until = time.monotonic() + self._wait_s
        elif not waiting:
            self._until = None
        self._job.report(Progress(step.value, 0, self._wait_s if waiting else None))
        self._told(step.value)
        if waiting and self._meanwhile is not None:
            meanwhile, self._meanwhile = self._meanwhile, None
            meanwhile()


class Card:
    """See Tender. `told` hears the reader's steps, for the status bar; empty when it is done."""

    lane = "terminal"

    def __init__(
        self, till: Till, attempts: Attempts, reader: CardReader, recovery: Recovery, told: Callable[[str], None]
    ) -> None:
        self._till, self._attempts, self._reader, self._recovery, self._told = till, attempts, reader, recovery, told

    def check(self, _reader: Any, request: CollectRequest, _due_cents: int) -> Details:
        """Raises RuleBroken `card.consent_missing`, `collect.card_number`."""
        return Details(keep=checked_wish(request.keep) if request.keep else None)

    def take(self, request: CollectRequest, job: Job[Collected]) -> Collected:
        """Charge the card. Raises RuleBroken and PaymentUnavailable with nothing sent, StorageError before anything
        was sent. Everything after is a Collected, UNKNOWN included."""
        terminal = self._reader.terminal()
        self._recovery.before_cards(job)
        opened = self._open(request)
        if isinstance(opened, Collected):
            return opened
        plan, reference, continues = opened
        watch = CardWatch(job, self._till.settings.get(CARD_WAIT_S), self._told,
                          partial(self._attempts.rehearse, plan.attempt_id))  # fmt: skip
        asked = PaymentRequest(
            attempt_id=plan.attempt_id, terminal_ref=reference, amount_cents=plan.due_cents,
            invoice=plan.attempt_id[-12:], clerk=request.person.initials[:4], allow_duplicate=request.allow_duplicate,
            continues=continues, noted=partial(self._attempts.note, plan.attempt_id),
            consent_id=plan.keep.consent_id if plan.keep else "",
        )  # fmt: skip
        point(Point.BEFORE_CARD)
        try:
            result = checked(self.send(terminal, asked, plan, watch), asked)
            if result.approved_cents:
                self._till.paper_soon()
            point(Point.AFTER_CARD)
        except DeviceError as error:
            return self._not_sent(plan, error)
        except StorageError as error:  # the processor's reference could not be kept: no card was asked for
            self._attempts.not_sent(plan.attempt_id, error.message_key)
            raise
        except Exception:  # a bug of ours: from here on the outcome is not known, and the journal says so
            self._attempts.settle(plan.attempt_id, PaymentResult(outcome=Outcome.UNKNOWN, reason="bug"))
            raise
        finally:
            self._told("")
        taken = self._settle(plan, result, timed_out=watch.timed_out and not job.cancelled, job=job)
        if taken.facts.get(SIGNED_FACT) != WANTED:
            return taken
        try:
            return self._attempts.signing.ask(plan.attempt_id, taken, terminal, CardWatch(job, NO_LIMIT_S, self._told))
        finally:
            self._told("")

    def send(self, terminal: PaymentTerminal, asked: PaymentRequest, _plan: Plan, watch: Watch) -> PaymentResult:
        """Give the reader its command. Raises DeviceError with nothing sent."""
        return terminal.payment(asked, watch)

    def goes_on_from(self, reader: Any, plan: Plan) -> str:
        """The processor's reference of the try this one goes on from; empty for none."""
        return self._attempts.goes_on_from(reader, plan, self._reader.driver)

    def _open(self, request: CollectRequest) -> Collected | tuple[Plan, str, str]:
        """Check everything and commit the try, with our reference and that of the try it goes on from; or tell what
        this sheet has done already."""
        till, tenant = self._till, self._till.clinic.tenant
        with till.clinic.store.write() as tx:
            known = till.taken_before(tx.reader, request.sheet, credit=request.use_credit)
            if known is not None:
                return known
            before = jobs.attempt(tx.reader, tenant, request.sheet.attempt_id)
            if before is not None:
                return self._recovery.tell(tx.reader, before)
            plan = till.draw_up(tx.reader, request, self.check)
            if plan.due_cents:
                doubt = collect.attempt_in_doubt(tx.reader, tenant, plan.patient_id)
                if doubt is not None:
                    raise PaymentUnavailable("card.frozen", cents=doubt[1])
                continues = self.goes_on_from(tx.reader, plan)
                return plan, self._attempts.open(tx, plan, self._reader.driver), continues
            told = till.post(tx, plan, 0)
        till.paper()
        return told

    def _not_sent(self, plan: Plan, error: DeviceError) -> Collected:
        """It is certain that nothing left this desk."""
        self._attempts.not_sent(plan.attempt_id, error.message_key)
        with self._till.clinic.store.reader() as reader:
            return self._till.telling.ended(reader, plan, CollectEnd.NOT_SENT, None,
                                            {**error.facts, "reason": error.message_key})  # fmt: skip

    def _settle(self, plan: Plan, result: PaymentResult, *, timed_out: bool, job: Job[Collected]) -> Collected:
        till = self._till
        settled = self._attempts.settle_or_park(plan.attempt_id, result)
        if isinstance(settled, StorageError):
            return self._not_saved(plan, result, settled)
        if settled.told is not None:
            if settled.told.print_job_id:
                till.paper_begins()
            return settled.told
        end = _REASONS.get(result.reason, _ENDS.get(result.outcome, CollectEnd.UNKNOWN))
        if end is CollectEnd.CANCELLED and timed_out:
            end = CollectEnd.TIMED_OUT
        if end is CollectEnd.DUPLICATE:
            self._recovery.charged_before(plan.due_cents, result.earlier, job)
        with till.clinic.store.reader() as reader:
            told: dict[str, Fact] = {"reason": result.reason, "attempt_id": plan.attempt_id, **_when_before(result)}
            return till.telling.ended(reader, plan, end, result, told)

    def _not_saved(self, plan: Plan, result: PaymentResult, error: StorageError) -> Collected:
        """The answer is known but could not be written down: recovery asks for it again once there is room."""
        reason = "card.approved_not_saved" if result.outcome in POSTS else error.message_key
        with self._till.clinic.store.reader() as reader:
            told: dict[str, Fact] = {"reason": reason, "attempt_id": plan.attempt_id, "cents": result.approved_cents}
            return self._till.telling.ended(reader, plan, CollectEnd.UNKNOWN, None, told)


def checked(
    result: PaymentResult, asked: PaymentRequest | RefundRequest, *, whole: bool = False
) -> PaymentResult:  # fmt: skip
    """An approval is believed only for our own reference and for no more than was asked (`whole`: for all of it),
    whatever the driver says."""
    least = asked.amount_cents if whole else 1
    if result.outcome in POSTS and (
        result.terminal_ref != asked.terminal_ref or not least <= result.approved_cents <= asked.amount_cents
    ):
        return replace(result, outcome=Outcome.UNKNOWN, reason="card.answer_odd")
    return result


def _when_before(result: PaymentResult) -> dict[str, Fact]:
    """The time of day of the earlier charge, when the terminal named it."""
    try:
        moment = datetime.strptime(result.timestamp, "%Y%m%d%H%M%S")  # noqa: DTZ007 - the terminal's own clock
    except ValueError:
        return {}
    return {"at": clock_text(moment)} if result.reason == "terminal.duplicate" else {}
