"""One payment on a Stripe reader, from the intent to its end, and the same end found out later.

Every branch ends by asking for the PaymentIntent. A dispatch whose answer is missing may have reached the reader: it is
looked for there before it is sent again, with a key of its own, for the same intent (which can be charged once only).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from enum import Enum, auto
from typing import Any

from devices.base import Outcome, PaymentResult, Step, Watch
from devices.terminals.stripe_answers import WAITING, Reading, of_intent
from devices.terminals.stripe_link import CallFailed, Fault, StripeLink, StripeTimers, named
from devices.ticks import Ticks

Shape = dict[str, Any]
MOST_DISPATCHES = 3
SLICE_S = 0.05
"""So often a cancel is looked for while waiting."""


class _Sent(Enum):
    """What became of asking the reader."""

    ACCEPTED = auto()
    MOVED_ON = auto()
    LOOK = auto()
    BUSY = auto()
    REFUSED = auto()


_CODES = {
    "terminal_reader_busy": _Sent.BUSY,
    "terminal_reader_timeout": _Sent.LOOK,
    "intent_invalid_state": _Sent.MOVED_ON,
}
_REFUSED = {
    "terminal_reader_offline": "stripe.reader_offline",
    "terminal_reader_hardware_fault": "stripe.hardware_fault",
    "terminal_reader_invalid_location_for_payment": "stripe.wrong_location",
    "resource_missing": "stripe.reader_gone",
}
KEEPS_INTENT = frozenset({"stripe.reader_offline", "stripe.key_refused", "stripe.key_limited"})
"""Certain refusals after which the same intent may be tried again."""


class _Lost(Exception):
    """Stripe was out of reach for too long."""


class Run:
    """The state machine of one payment on one reader."""

    def __init__(
        self, link: StripeLink, reader: str, reading: Reading, timers: StripeTimers, ticks: Ticks
    ) -> None:  # fmt: skip
        self._link, self._reader, self._reading = link, reader, reading
        self._timers, self._ticks = timers, ticks
        self._intent_id = ""
        self._keeps = False
        self._refusal = ""

    @property
    def reference(self) -> str:
        """Our reference of the payment."""
        return self._reading.reference

    def pay(self, intent: Shape, attempt_id: str, watch: Watch) -> PaymentResult:
        """Ask for a card and wait for the end. Never raises: what is not known is UNKNOWN."""
        self._intent_id = named(intent.get("id"))
        self._keeps = bool(intent.get("setup_future_usage"))
        try:
            return self._pay(attempt_id, watch, again=bool(intent.get("last_payment_error")))
        except (_Lost, CallFailed):
            return self._reading.result(Outcome.UNKNOWN, "stripe.line_lost", intent)

    def settle(self, intent_id: str) -> PaymentResult:
        """How an earlier payment ended. One that still waits for a card is ended first: on the reader, then at Stripe.
        Raises CallFailed when Stripe cannot be asked; it is asked once."""
        self._intent_id, self._timers = intent_id, replace(self._timers, lost_s=-1.0)
        try:
            return self._settle()
        except _Lost:
            return self._reading.result(Outcome.UNKNOWN, "stripe.unreachable", {"id": intent_id})

    def _settle(self) -> PaymentResult:
        intent = self._intent()
        ended = self._reading.final(intent)
        if ended is not None:
            return _not_performed(ended)
        reader = self._link.call(lambda v1: v1.terminal.readers.retrieve(self._reader)) if self._reader else {}
        if self._ours(reader) and not self._end_action():
            return self._reading.result(Outcome.UNKNOWN, "stripe.authorising", intent)
        return _not_performed(self._give_up(Outcome.NOT_PERFORMED, "stripe.not_charged"))

    # From start to end ------------------------------------------------------------------------------------------------

    def _pay(self, attempt_id: str, watch: Watch, *, again: bool) -> PaymentResult:
        """`again`: the intent was tried before, so that an ended action of the reader may be of then."""
        for number in range(1, MOST_DISPATCHES + 1):
            if watch.cancelled:
                return self._give_up(Outcome.CANCELLED, "terminal.cancelled_here")
            sent = self._dispatch(f"proc-{attempt_id}-{number}")
            if sent is _Sent.REFUSED:
                return self._refused(first=number == 1)
            if sent is _Sent.MOVED_ON:
                return self._finish(None, watch)
            if sent is not _Sent.ACCEPTED:
                watch.step(Step.CHECKING)
                reader, intent = self._patiently(self._look), self._patiently(self._intent)
                if intent.get("status") != WAITING or (not again and self._ended(reader)):
                    return self._finish(reader.get("action"), watch)
                if not self._ours(reader):
                    if sent is _Sent.BUSY:
                        return self._busy(reader)
                    self._ticks.sleep(self._timers.retry_s)
                    continue
            return self._finish(self._wait(watch), watch)
        return self._give_up(Outcome.NOT_PERFORMED, "stripe.reader_timeout")

    def _dispatch(self, key: str) -> _Sent:
        config: Shape = {"enable_customer_cancellation": True, "skip_tipping": True}
        if self._keeps:
            config["allow_redisplay"] = "always"
        params: Any = {"payment_intent": self._intent_id, "process_config": config}
        try:
            self._link.call(
                lambda v1: v1.terminal.readers.process_payment_intent(self._reader, params, {"idempotency_key": key}),
                timeout_s=self._timers.process_s,
            )
        except CallFailed as failed:
            if failed.fault is Fault.LINE:
                return _Sent.LOOK
            found = _CODES.get(failed.code, _Sent.REFUSED)
            if found is _Sent.REFUSED:
                refused = failed.fault is Fault.REFUSED
                self._refusal = _REFUSED.get(failed.code, "terminal.refused") if refused else failed.error.message_key
            return found
        return _Sent.ACCEPTED

    def _refused(self, *, first: bool) -> PaymentResult:
        """The reader was not asked for a card, for certain, unless an earlier dispatch may have reached it."""
        if first and self._refusal in KEEPS_INTENT:
            return self._reading.result(Outcome.NOT_PERFORMED, self._refusal, {"id": self._intent_id})
        return self._give_up(Outcome.NOT_PERFORMED, self._refusal)

    def _busy(self, reader: Shape) -> PaymentResult:
        """The reader does something else: another till's payment, an update, a card left in it."""
        kind = (reader.get("action") or {}).get("type")
        taken = kind in ("process_payment_intent", "process_setup_intent", "refund_payment", "collect_payment_method")
        reason = "stripe.other_till" if taken else "stripe.reader_busy"
        return self._give_up(Outcome.NOT_PERFORMED, reason)

    # Waiting for the card ---------------------------------------------------------------------------------------------

    def _wait(self, watch: Watch) -> Shape | None:
        """Look at the reader until our action has ended. Returns it as it ended, None when it is gone."""
        started = self._ticks.now()
        watch.step(Step.WAITING)
        refused_at: float | None = None
        while True:
            reader = self._patiently(self._look, watch)
            if not of_intent(reader.get("action"), self._intent_id):
                return None
            action: Shape = reader["action"]
            if action.get("status") != "in_progress":
                return action
            now = self._ticks.now()
            self._present(reader, now - started)
            if refused_at is not None:
                if now - refused_at > self._timers.authorising_s or self._moved_on(now - refused_at):
                    return action
            elif watch.cancelled or now - started > self._timers.card_s:
                if self._end_action():
                    return {"status": "failed", "failure_code": "ended_here"}
                refused_at = now
                watch.step(Step.AUTHORISING)  # too late to cancel: the bank is being asked
            self._pause(now - started, watch if refused_at is None else None)

    def _moved_on(self, since_s: float) -> bool:
        """A cancel was refused some seconds ago: has the intent been decided meanwhile?"""
        if since_s < self._timers.busy_look_s:
            return False
        return self._patiently(self._intent).get("status") != WAITING

    def _present(self, reader: Shape, waited_s: float) -> None:
        """A simulated reader of Stripe's test mode has nobody in front of it: its test card is shown for it."""
        simulated = str(reader.get("device_type") or "").startswith("simulated_") and not reader.get("livemode")
        if simulated and waited_s >= self._timers.present_after_s:
            try:
                self._link.call(lambda v1: v1.test_helpers.terminal.readers.present_payment_method(self._reader))
            except CallFailed as failed:
                if failed.fault is Fault.NOT_DONE:
                    raise

    def _pause(self, waited_s: float, watch: Watch | None) -> None:
        """Until the next look; a cancel shortens it."""
        slow = waited_s > self._timers.poll_slow_after_s
        until = self._ticks.now() + (self._timers.poll_slow_s if slow else self._timers.poll_s)
        while (left := until - self._ticks.now()) > 0 and not (watch is not None and watch.cancelled):
            self._ticks.sleep(min(left, SLICE_S))

    # The end ----------------------------------------------------------------------------------------------------------

    def _finish(self, action: Shape | None, watch: Watch) -> PaymentResult:
        """What the intent says; `action` is how the reader's part ended."""
        deadline = self._ticks.now() + self._timers.authorising_s
        while True:
            intent = self._patiently(self._intent, watch)
            ended = self._reading.final(intent)
            if ended is not None:
                return self._captured() if intent.get("status") == "requires_capture" else ended
            if intent.get("status") == WAITING:
                return self._not_charged(intent, action)
            if self._ticks.now() > deadline:
                return self._reading.result(Outcome.UNKNOWN, "stripe.undecided", intent)
            self._ticks.sleep(self._timers.retry_s)

    def _not_charged(self, intent: Shape, action: Shape | None) -> PaymentResult:
        code = str((action or {}).get("failure_code") or "")
        if code == "card_declined":
            return self._reading.declined(intent, action)
        outcome, reason = _ENDS.get(code, (Outcome.NOT_PERFORMED, "stripe.reader_broke_off"))
        return self._give_up(outcome, reason if action is not None else "stripe.replaced")

    def _captured(self) -> PaymentResult:
        """The card was only authorised: take what the patient has agreed to at the reader."""
        name = self._intent_id
        self._link.call(
            lambda v1: v1.payment_intents.capture(name, {}, {"idempotency_key": f"cap-{name}"}), retries=2
        )  # fmt: skip
        ended = self._reading.final(self._patiently(self._intent))
        return ended or self._reading.result(Outcome.UNKNOWN, "stripe.undecided", {"id": name})

    def _end_action(self) -> bool:
        """End what the reader does. False: it is asking the bank, too late."""
        try:
            self._link.call(lambda v1: v1.terminal.readers.cancel_action(self._reader))
        except CallFailed as failed:
            if failed.code == "terminal_reader_busy":
                return False
            if failed.fault is not Fault.REFUSED:
                raise
        return True

    def _give_up(self, outcome: Outcome, reason: str) -> PaymentResult:
        """Cancel the intent, so that no late card can pay it. Where Stripe refuses, it was decided: that counts."""
        name = self._intent_id
        told = {"id": name}
        try:
            self._patiently(lambda: self._link.call(lambda v1: v1.payment_intents.cancel(name)))
        except CallFailed as failed:
            if failed.fault is not Fault.REFUSED:
                return self._reading.result(Outcome.UNKNOWN, failed.error.message_key, told)
            ended = self._reading.final(self._patiently(self._intent))
            return ended or self._reading.result(Outcome.UNKNOWN, "stripe.undecided", told)
        return self._reading.result(outcome, reason)

    # Looking ----------------------------------------------------------------------------------------------------------

    def _intent(self) -> Shape:
        return self._link.call(
            lambda v1: v1.payment_intents.retrieve(self._intent_id, {"expand": ["latest_charge"]})
        )  # fmt: skip

    def _look(self) -> Shape:
        return self._link.call(lambda v1: v1.terminal.readers.retrieve(self._reader))

    def _ours(self, reader: Shape) -> bool:
        action: Shape = reader.get("action") or {}
        return of_intent(action, self._intent_id) and action.get("status") == "in_progress"

    def _ended(self, reader: Shape) -> bool:
        return of_intent(reader.get("action"), self._intent_id) and not self._ours(reader)

    def _patiently(self, ask: Callable[[], Shape], watch: Watch | None = None) -> Shape:
        """Ask until Stripe answers. Raises _Lost after too long, CallFailed for an answer that is no."""
        until = self._ticks.now() + self._timers.lost_s
        lost = False
        while True:
            try:
                found = ask()
            except CallFailed as failed:
                if failed.fault is not Fault.LINE:
                    raise
                if self._ticks.now() > until:
                    raise _Lost from None
            else:
                if lost and watch is not None:
                    watch.step(Step.WAITING)
                return found
            if watch is not None and not lost:
                watch.step(Step.CHECKING)
            lost = True
            self._ticks.sleep(self._timers.retry_s)


_ENDS = {
    "customer_canceled": (Outcome.CANCELLED, "terminal.cancelled"),
    "ended_here": (Outcome.CANCELLED, "terminal.cancelled"),
    "connection_error": (Outcome.NOT_PERFORMED, "stripe.reader_broke_off"),
}


def _not_performed(result: PaymentResult) -> PaymentResult:
    """An intent that was given up is, for a question asked later, a payment that never happened."""
    if result.outcome is Outcome.CANCELLED:
        return replace(result, outcome=Outcome.NOT_PERFORMED, reason="stripe.not_charged")
    return result
