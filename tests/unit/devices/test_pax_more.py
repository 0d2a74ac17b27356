"""What a PAX terminal does besides a sale, over every kind of wire: debit, cards kept, signatures, the batch."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

import pytest

from devices.base import (
    BatchOutcome,
    BatchTotals,
    BrandTotal,
    Capability,
    Outcome,
    PaymentResult,
    RefundRequest,
    StoreCardRequest,
)
from devices.terminals.pax import PaxTerminal
from devices.terminals.pax_answers import judge_sale
from devices.terminals.pax_batch import agrees
from devices.terminals.pax_codec import decode_answer
from devices.terminals.pax_link import HTTP, SERIAL_TIMERS, TCP_TIMERS
from devices.terminals.pax_signature import read_strokes
from models.basics.errors import DeviceBusy, DeviceError, DeviceMissing, DeviceTimeout
from tests.support.simulators import PaxProcess, pax_running
from tests.support.virtual_pax import MemoryPipe, VirtualTerminal
from tests.support.waiting import until
from tests.unit.devices.test_pax_terminal import SALE, Seen, driver, pay, references, request, void

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
NUMBER = "4242424242424242"


def give_back(terminal: object, sale: PaymentResult, cents: int = 1000) -> PaymentResult:
    asked = RefundRequest(
        attempt_id="r", terminal_ref=str(next(references)), amount_cents=cents, host_ref=sale.host_ref
    )
    return terminal.refund(asked, Seen())  # type: ignore[attr-defined,no-any-return]


# over HTTP


def test_a_sale_over_http(pax_http: PaxProcess) -> None:
    with driver(pax_http) as terminal:
        assert Capability.ABORT not in terminal.capabilities
        sale = pay(terminal)
        assert (sale.outcome, sale.approved_cents, sale.card.last4) == (Outcome.APPROVED, SALE, "4242")
        assert void(terminal, sale).outcome is Outcome.APPROVED
    assert pax_http.captured_cents() == 0


HTTP_ENDS = {
    "declined": (Outcome.DECLINED, 0),
    "partial:1500": (Outcome.PARTIALLY_APPROVED, 1500),
    "answer-lost": (Outcome.APPROVED, SALE),
    "late-answer:0.8s": (Outcome.APPROVED, SALE),
    "bad-lrc:1": (Outcome.APPROVED, SALE),
    "truncated": (Outcome.APPROVED, SALE),
    "split:7": (Outcome.APPROVED, SALE),
    "garbage": (Outcome.APPROVED, SALE),
    "duplicate-response": (Outcome.APPROVED, SALE),
    "multi-packet": (Outcome.APPROVED, SALE),
    "link-drop": (Outcome.APPROVED, SALE),
    "drop-before-ack": (Outcome.NOT_PERFORMED, 0),
    "ack-then-eot": (Outcome.NOT_PERFORMED, 0),
    "no-eot": (Outcome.APPROVED, SALE),
}


@pytest.mark.parametrize("fault", HTTP_ENDS)
def test_a_fault_over_http_and_its_end(pax_http: PaxProcess, fault: str) -> None:
    with driver(pax_http) as terminal:
        terminal.diagnosis()
        pax_http.next(fault)
        result = pay(terminal)
        if result.outcome is Outcome.UNKNOWN:
            result = terminal.transaction_status(result.terminal_ref, SALE)
        assert (result.outcome, result.approved_cents) == HTTP_ENDS[fault]
        assert pax_http.captured_cents() == result.approved_cents
        assert pax_http.requests("T00") == 1


def test_nobody_but_the_patient_cancels_over_http(pax_http: PaxProcess) -> None:
    with driver(pax_http) as terminal:
        terminal.diagnosis()
        pax_http.next("slow-bank:0.2s")
        watch = Seen()
        watch.cancel_at = None
        result = terminal.payment(request(), CancelsOnce(watch))
        assert result.outcome is Outcome.APPROVED, "what was asked for is done, and is told as done"
        assert "authorising" in [step.value for step in watch.steps]
        assert pax_http.requests("A14") == 0


class CancelsOnce:
    """Cancels as soon as the terminal waits for a card."""

    def __init__(self, seen: Seen) -> None:
        self._seen = seen
        self.cancelled = False

    def step(self, step: object) -> None:
        self._seen.step(step)  # type: ignore[arg-type]
        self.cancelled = self.cancelled or str(step) == "waiting"


# faults that the network and stranger apps add


NETWORK_ENDS = {
    "drop-before-ack": (Outcome.NOT_PERFORMED, 0),
    "drop-after-ack": (Outcome.APPROVED, SALE),
    "answer-then-drop": (Outcome.APPROVED, SALE),
    "reboot:0.05s": (Outcome.NOT_PERFORMED, 0),
}


@pytest.mark.parametrize("fault", NETWORK_ENDS)
def test_a_fault_of_the_network_and_its_end(pax_tcp: PaxProcess, fault: str) -> None:
    with driver(pax_tcp) as terminal:
        terminal.diagnosis()
        pax_tcp.next(fault)
        results = [pay(terminal)]

        def known() -> bool:
            if results[-1].outcome is Outcome.UNKNOWN:
                results.append(terminal.transaction_status(results[0].terminal_ref, SALE))
            return results[-1].outcome is not Outcome.UNKNOWN

        until(known)
        result = results[-1]
        assert (result.outcome, result.approved_cents) == NETWORK_ENDS[fault]
        assert pax_tcp.captured_cents() == result.approved_cents


@pytest.mark.parametrize(
    "fault",
    ["busy:0.2s", "version:1.99", "odd-fields", "clock:3600s", "clock:-86400s",
     *(f"check-byte:{byte:02x}" for byte in (0x00, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0A, 0x15, 0x1C, 0x1F, 0x7F))],
)  # fmt: skip
def test_harmless_oddities_cost_nothing(pax: PaxProcess, fault: str) -> None:
    pax.next(fault)
    with driver(pax) as terminal:
        result = pay(terminal)
        assert (result.outcome, result.approved_cents, result.card.last4) == (Outcome.APPROVED, SALE, "4242")
        assert result.emv.aid == "A0000000031010"
        assert result.host_ref


def test_a_batch_closed_by_hand_hides_what_was_charged(pax: PaxProcess) -> None:
    """Asked after the batch was closed, the terminal knows nothing: that is why no batch is closed in doubt."""
    with driver(pax) as terminal:
        sale = pay(terminal)
        pax.tell("close-batch")
        found = terminal.transaction_status(sale.terminal_ref, SALE)
        assert found.outcome is Outcome.NOT_PERFORMED
    assert pax.captured_cents() == SALE


# debit


def test_a_debit_card_is_asked_for_again_as_debit(pax: PaxProcess) -> None:
    pax.next("debit-only")
    with driver(pax) as terminal:
        watch = Seen()
        asked = request()
        result = terminal.payment(asked, watch)
        assert (result.outcome, result.approved_cents) == (Outcome.APPROVED, SALE)
        assert [step.value for step in watch.steps] == ["arming", "waiting", "arming", "waiting"]
        assert terminal.transaction_status(asked.terminal_ref, SALE).approved_cents == SALE
    assert (pax.requests("T00"), pax.requests("T02"), pax.captured_cents()) == (1, 1, SALE)


def test_a_debit_sale_is_voided_and_given_back_as_debit(pax: PaxProcess) -> None:
    with driver(pax) as terminal:
        pax.next("debit-only")
        assert void(terminal, pay(terminal)).outcome is Outcome.APPROVED
        assert pax.captured_cents() == 0
        pax.next("debit-only")
        assert give_back(terminal, pay(terminal)).approved_cents == 1000
    assert pax.captured_cents() == SALE - 1000


@pytest.mark.parametrize("fault", ["answer-lost@T02", "bad-lrc:3@T02", "link-drop@T02", "no-eot@T02"])
def test_a_debit_answer_that_is_lost_is_found(pax_tcp: PaxProcess, fault: str) -> None:
    pax_tcp.next("debit-only")
    pax_tcp.next(fault)
    with driver(pax_tcp) as terminal:
        result = pay(terminal)
        assert (result.outcome, result.approved_cents) == (Outcome.APPROVED, SALE)
    assert (pax_tcp.requests("T02"), pax_tcp.captured_cents()) == (1, SALE)


def test_cancelled_between_credit_and_debit(pax: PaxProcess) -> None:
    """The first "no" came, and so did the cancel: nothing is asked for a second time."""
    pax.next("debit-only")

    class Impatient(Seen):
        @property  # type: ignore[override]
        def cancelled(self) -> bool:
            return [step.value for step in self.steps].count("arming") > 1

        @cancelled.setter
        def cancelled(self, _: bool) -> None:
            """Decided by the steps alone."""

    with driver(pax) as terminal:
        result = terminal.payment(request(), Impatient())
    assert result.outcome is Outcome.NOT_PERFORMED
    assert (pax.requests("T02"), pax.captured_cents()) == (0, 0)


# duplicates


def test_a_duplicate_without_a_reference_names_nobody() -> None:
    fields = ("0", "T01", "1.58", "100011", "DUP TRANSACTION", "00\x1fAPPROVAL", "01", "2500", "4242", "27")
    result = judge_sale(decode_answer("\x1c".join(fields).encode()), "100099", 2500)
    assert (result.outcome, result.earlier) == (Outcome.NOT_PERFORMED, None)


# cards kept


def keep(terminal: object, consent: str = "consent-1") -> object:
    asked = StoreCardRequest(attempt_id="k", terminal_ref=str(next(references)), consent_id=consent)
    return terminal.store_card(asked, Seen())  # type: ignore[attr-defined]


def test_a_card_is_kept_with_consent_and_for_nothing(pax: PaxProcess) -> None:
    with driver(pax) as terminal:
        kept = keep(terminal)
        assert (kept.outcome, kept.token[:3], kept.card.last4) == (Outcome.APPROVED, "tok", "4242")  # type: ignore[attr-defined]
        with pytest.raises(ValueError, match="consent"):
            keep(terminal, "")
    assert (pax.captured_cents(), pax.requests("T00")) == (0, 1)


KEEPING_ENDS = {
    "no-token": (Outcome.NOT_PERFORMED, "terminal.no_token"),
    "cancelled": (Outcome.CANCELLED, "terminal.cancelled"),
    "card-timeout": (Outcome.NOT_PERFORMED, "terminal.card_timeout"),
    "answer-lost": (Outcome.UNKNOWN, "terminal.no_answer"),
    "nak:3": (Outcome.NOT_PERFORMED, "terminal.rejected"),
}


@pytest.mark.parametrize("fault", KEEPING_ENDS)
def test_a_card_that_is_not_kept(pax: PaxProcess, fault: str) -> None:
    with driver(pax) as terminal:
        terminal.diagnosis()
        pax.next(fault)
        kept = keep(terminal)
        assert (kept.outcome, kept.reason, kept.token) == (*KEEPING_ENDS[fault], "")  # type: ignore[attr-defined]


# signatures


def test_a_signature_comes_in_pieces(pax: PaxProcess) -> None:
    with driver(pax) as terminal:
        signed = terminal.signature(5.0, Seen())
    assert signed.strokes == (((10, 12), (14, 18), (21, 30)), ((40, 12), (44, 19), (52, 33), (60, 20)))
    assert pax.requests("A08") == 2


@pytest.mark.parametrize(
    ("fault", "reason"), [("no-signature", "terminal.not_signed"), ("cancelled", "terminal.cancelled")]
)
def test_nobody_signs(pax: PaxProcess, fault: str, reason: str) -> None:
    pax.next(fault)
    with driver(pax) as terminal:
        assert terminal.signature(5.0, Seen()).reason == reason


@pytest.mark.parametrize("text", ["", "1,2^3,4^", "1,2^x,4^~", "1;2^~", "-1,2^~", "1,2^" * 20_001 + "~"])
def test_a_signature_cut_off_is_none(text: str) -> None:
    assert read_strokes(text) is None


# the batch


def test_the_batch_by_brand(pax: PaxProcess) -> None:
    with driver(pax) as terminal:
        assert terminal.totals(Seen()) == BatchTotals()
        first = pay(terminal)
        give_back(terminal, first, 400)
        pax.tell("card mastercard")
        void(terminal, pay(terminal, cents=900))
        pay(terminal, cents=1100)
        pax.next("debit-only")
        pax.tell("card debit")
        pay(terminal, cents=700)
        found = terminal.totals(Seen())
    assert found.brands == (BrandTotal("Mastercard", 1, 1100), BrandTotal("Visa", 2, SALE + 700, 1, 400))
    assert (found.records, found.cents) == (6, pax.captured_cents())


def test_two_reports_that_disagree_are_not_shown(pax: PaxProcess) -> None:
    with driver(pax) as terminal:
        pay(terminal)
        pax.next("totals-off")
        with pytest.raises(DeviceBusy) as differ:
            terminal.totals(Seen())
        assert differ.value.message_key == "terminal.totals_differ"
        assert terminal.totals(Seen()).cents == SALE


def test_a_total_that_cannot_be_read_contradicts_nothing() -> None:
    totals = BatchTotals((BrandTotal("Visa", 1, 100),), 1)
    for told, expected in (("1=100=0=0=0=0&0=0=0=0", True), ("1=101=0=0=0=0", False), ("soon", True), ("", True),
                           ("0=0=1=100=0=0=0=0=0=0&0=0=0=0", True), ("0=0=0=0=0=0&1=100=0=0", True)):  # fmt: skip
        answer = decode_answer("\x1c".join(("0", "R01", "1.58", "000000", "OK", "00", told)).encode())
        assert agrees(answer, totals) is expected, told


def test_the_list_may_be_cancelled(pax: PaxProcess) -> None:
    with driver(pax) as terminal:
        pay(terminal)
        with pytest.raises(DeviceBusy) as cancelled:
            terminal.totals(Seen(cancelled=True))
        assert cancelled.value.message_key == "terminal.cancelled_here"


def test_a_batch_is_closed_once(pax: PaxProcess) -> None:
    with driver(pax) as terminal:
        empty = terminal.close_batch(NOON, Seen())
        assert (empty.outcome, empty.reason) == (BatchOutcome.NOT_CLOSED, "terminal.batch_empty")
        assert pax.requests("B00") == 0
        pay(terminal)
        closed = terminal.close_batch(NOON, Seen())
        assert (closed.outcome, closed.number, closed.totals.cents) == (BatchOutcome.CLOSED, "1", SALE)
        assert terminal.totals(Seen()) == BatchTotals()


BATCH_ENDS = {
    "answer-lost@B00": BatchOutcome.CLOSED,
    "bad-lrc:3@B00": BatchOutcome.CLOSED,
    "ack-lost@B00": BatchOutcome.CLOSED,
    "link-drop@B00": BatchOutcome.CLOSED,
    "late-answer:0.8s@B00": BatchOutcome.CLOSED,
    "no-ack@B00": BatchOutcome.NOT_CLOSED,
    "nak:3@B00": BatchOutcome.NOT_CLOSED,
    "eot@B00": BatchOutcome.NOT_CLOSED,
    "batch-refused": BatchOutcome.NOT_CLOSED,
}


@pytest.mark.parametrize("fault", BATCH_ENDS)
def test_a_close_nobody_heard_of_is_looked_up(pax_tcp: PaxProcess, fault: str) -> None:
    with driver(pax_tcp) as terminal:
        pay(terminal)
        pax_tcp.next(fault)
        result = terminal.close_batch(NOON, Seen())
        assert (result.outcome, result.totals.cents) == (BATCH_ENDS[fault], SALE)
    assert pax_tcp.requests("B00") == (3 if fault.startswith("nak") else 1)


def test_a_close_that_cannot_be_looked_up_is_unknown(pax_tcp: PaxProcess) -> None:
    with driver(pax_tcp) as terminal:
        pay(terminal)
        pax_tcp.next("answer-lost@B00")
        pax_tcp.next("no-ack@A00")
        pax_tcp.next("no-ack@A00")
        pax_tcp.next("no-ack@A00")
        result = terminal.close_batch(NOON, Seen())
        assert result.outcome is BatchOutcome.UNKNOWN


# its screen, and itself


def test_a_message_stands_until_it_is_cleared_and_never_over_a_payment(pax: PaxProcess) -> None:
    with driver(pax) as terminal:
        assert {Capability.MESSAGE, Capability.RESTART} <= set(terminal.capabilities)
        terminal.show_message("Front desk", "One moment")
        assert pax.tell("state")["screen"] == "message Front desk: One moment"
        terminal.clear_display()
        pax.wait("idle")
        terminal.show_message("Front desk", "One moment")
        assert pay(terminal).approved_cents == SALE
        pax.wait("idle")
        assert (pax.requests("A10"), pax.requests("A12")) == (2, 1)


@pytest.mark.parametrize("wire", ["pax", "pax_tcp"])
@pytest.mark.parametrize("fault", ["", "reboot:0.3s@A26", "bad-lrc:1@A26"])
def test_it_starts_anew_and_its_batch_is_still_there(
    request: pytest.FixtureRequest, wire: str, fault: str
) -> None:  # fmt: skip
    machine: PaxProcess = request.getfixturevalue(wire)
    with driver(machine) as terminal:
        before = pay(terminal)
        if fault:
            machine.next(fault)
        terminal.restart()
        until(lambda: answers(terminal), 20)
        assert machine.requests("A26") == 1, "it is told once"
        found = terminal.transaction_status(before.terminal_ref, SALE)
        assert (found.outcome, found.approved_cents) == (Outcome.APPROVED, SALE)
        assert pay(terminal, cents=1100).approved_cents == 1100


def answers(terminal: PaxTerminal) -> bool:
    try:
        return bool(terminal.diagnosis().serial)
    except DeviceError:
        return False


def test_one_that_does_not_start_anew_says_so_and_goes_on(pax: PaxProcess) -> None:
    with driver(pax) as terminal:
        pax.next("restart-refused")
        with pytest.raises(DeviceBusy, match=r"terminal\.no_restart"):
            terminal.restart()
        pax.always("no-ack@A26")
        with pytest.raises(DeviceTimeout, match=r"terminal\.not_answering"):
            terminal.restart()
        assert answers(terminal)
        pax.next("no-ack@A10")
        terminal.show_message("a", "b")  # asked again: nothing moves by it
        assert pax.tell("state")["screen"] == "message a: b"


# card data


@pytest.mark.parametrize("command", ["A00", "T02", "R00", "R02", "B00", "A20", "A08", "A10", "A12", "A26"])
def test_no_card_number_passes_in_any_answer(pax: PaxProcess, command: str, caplog: pytest.LogCaptureFixture) -> None:
    """Every part of every answer goes through the guard: whatever is said, nothing of it is told or logged."""
    caplog.set_level(logging.DEBUG)
    said: list[object] = []
    with driver(pax) as terminal:
        pay(terminal)
        pax.always(f"sends-pan@{command}")
        if command == "T02":
            pax.next("debit-only")
        for act in (
            terminal.diagnosis,
            lambda: pay(terminal, cents=1100),
            lambda: terminal.transaction_status("100045", 1100),
            lambda: terminal.totals(Seen()),
            lambda: terminal.close_batch(NOON, Seen()),
            lambda: terminal.signature(1.0, Seen()),
            lambda: terminal.show_message("Front desk", "One moment"),
            terminal.clear_display,
            terminal.restart,
        ):
            try:
                said.append(act())  # type: ignore[no-untyped-call]
            except DeviceError as error:
                said.append((error.message_key, error.facts, str(error)))
        assert terminal.blocked_count > 0
    text = repr(said) + caplog.text + repr([record.__dict__ for record in caplog.records])
    assert NUMBER not in text
    assert "%B" not in text


# nobody there


def test_a_terminal_nobody_can_reach_is_told_at_once() -> None:
    with pax_running("--fault", "refuse-connect", tcp=True) as machine, driver(machine) as terminal:
        with pytest.raises(DeviceMissing) as missing:
            pay(terminal)
        assert missing.value.message_key == "device.refused"
        machine.clear()
        machine.replug()
        assert pay(terminal).approved_cents == SALE


def test_a_dead_terminal_is_known_within_five_seconds() -> None:
    """Device rule 4, with the patience of a desk: nothing was sent, and other ways to pay are free again."""
    virtual = VirtualTerminal()
    virtual.machine.plan.always("silent")
    terminal = PaxTerminal(MemoryPipe(virtual.loop, virtual.line), SERIAL_TIMERS, ticks=virtual.loop)
    started = virtual.loop.now()
    try:
        with pytest.raises(DeviceTimeout):
            pay(terminal)
        assert virtual.loop.now() - started < 5
        assert virtual.machine.requests.get("T00", 0) == 0
    finally:
        virtual.close()


def test_a_dead_terminal_over_http_is_known_within_five_seconds_too() -> None:
    """It takes the request and says nothing, and there is no ACK to miss. After an unknown outcome it has the time that
    a running dialogue takes to end: nothing may be said of that before."""
    virtual = VirtualTerminal()
    virtual.machine.plan.always("silent")
    terminal = PaxTerminal(MemoryPipe(virtual.loop, virtual.line), TCP_TIMERS, HTTP, ticks=virtual.loop)
    try:
        for least_s, most_s, in_doubt in ((0.0, 5.0, False), (19.0, 25.0, True)):
            terminal._in_doubt = in_doubt
            started = virtual.loop.now()
            with pytest.raises(DeviceError) as silent:
                pay(terminal)
            assert silent.value.message_key == ("terminal.still_in_doubt" if in_doubt else "terminal.not_answering")
            assert least_s < virtual.loop.now() - started < most_s
        assert virtual.machine.requests.get("T00", 0) == 0
    finally:
        virtual.close()
