"""The PAX driver against a terminal that misbehaves, over a real pseudo-terminal, in another process.

The rule under every test: what the driver reports as approved is what the simulated bank captured, or the outcome is
UNKNOWN and becomes right when it is asked again.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devices.base import Capability, Outcome, PaymentRequest, PaymentResult, ReversalRequest, Step
from devices.registry import PAX_MEDIA, terminal_for
from devices.terminals.pax import PaxTerminal
from devices.terminals.pax_link import SERIAL_TIMERS, TCP_TIMERS, Timers
from devices.wires import open_pipe
from models.basics.errors import DeviceBusy, DeviceError, DeviceMissing, DeviceTimeout
from tests.support.simulators import PaxProcess

QUICK = Timers(
    ack_s=0.25,
    admin_ack_s=0.25,
    nak_pause_s=0.05,
    interbyte_s=0.1,
    admin_s=0.5,
    money_s=0.45,
    eot_s=0.1,
    quiet_s=0.2,
    write_s=1.0,
    abort_grace_s=0.1,
    last_word_s=0.2,
    ask_again_s=0.05,
    slice_s=0.01,
)
HASTY = replace(
    QUICK, ack_s=0.1, admin_ack_s=0.1, admin_s=0.2, money_s=0.25, eot_s=0.05, last_word_s=0.05, ask_again_s=0.01
)
"""Too impatient even for a healthy line under load: what is reported must be right all the same."""
SALE = 2500
references = itertools.count(100045)


@dataclass
class Seen:
    """A watch that notes the steps, and cancels when told to, or at a step."""

    cancelled: bool = False
    cancel_at: Step | None = None
    steps: list[Step] = field(default_factory=list)

    def step(self, step: Step) -> None:
        self.steps.append(step)
        if step is self.cancel_at:
            self.cancelled = True


@contextmanager
def driver(pax: PaxProcess, timers: Timers = QUICK) -> Iterator[PaxTerminal]:
    wire = pax.url.partition("+")[2]
    terminal = PaxTerminal(open_pipe(wire, device="reader"), timers, PAX_MEDIA[wire.partition(":")[0]][1])
    try:
        yield terminal
    finally:
        terminal.close()


def request(cents: int = SALE, *, reference: str = "", **more: bool) -> PaymentRequest:
    made = reference or str(next(references))
    return PaymentRequest(attempt_id=f"attempt-{made}", terminal_ref=made, amount_cents=cents, invoice="V-1", **more)


def pay(terminal: PaxTerminal, watch: Seen | None = None, cents: int = SALE) -> PaymentResult:
    return terminal.payment(request(cents), watch or Seen())


def test_a_sale(pax: PaxProcess) -> None:
    with driver(pax) as terminal:
        watch = Seen()
        result = pay(terminal, watch)
        assert (result.outcome, result.approved_cents, result.reason) == (Outcome.APPROVED, SALE, "")
        assert (result.card.brand, result.card.last4, result.card.entry_mode) == ("Visa", "4242", "contactless")
        assert watch.steps == [Step.ARMING, Step.WAITING]
        assert terminal.blocked_count == 0
        assert Capability.VOID in terminal.capabilities
    assert pax.captured_cents() == SALE


def test_who_is_there(pax: PaxProcess) -> None:
    with driver(pax) as terminal:
        about = terminal.diagnosis()
        assert (about.serial, about.model, about.app, about.protocol) == ("0000000001", "A920PRO", "SIM V0.01", "1.58")


def test_the_address_in_the_settings_is_enough(pax: PaxProcess, pax_tcp: PaxProcess) -> None:
    for machine in (pax, pax_tcp):
        terminal = terminal_for(machine.url)
        assert terminal.payment(request(), Seen()).approved_cents == SALE
        terminal.close()


ENDS = {
    "declined": (Outcome.DECLINED, 0, "terminal.declined"),
    "declined:05 DO NOT HONOR": (Outcome.DECLINED, 0, "terminal.declined"),
    "cancelled": (Outcome.CANCELLED, 0, "terminal.cancelled"),
    "partial:1500": (Outcome.PARTIALLY_APPROVED, 1500, "terminal.partly_approved"),
    "less-said:1500": (Outcome.PARTIALLY_APPROVED, 1500, "terminal.partly_approved"),
    "card-timeout": (Outcome.NOT_PERFORMED, 0, "terminal.card_timeout"),
    "refused:TIMEOUT INVALID": (Outcome.NOT_PERFORMED, 0, "terminal.refused"),
    "paper-out": (Outcome.NOT_PERFORMED, 0, "terminal.own_paper_out"),
    "chip-failed": (Outcome.NOT_PERFORMED, 0, "terminal.chip_not_read"),
    "answer-lost": (Outcome.APPROVED, SALE, ""),
    "late-answer:0.3s": (Outcome.APPROVED, SALE, ""),
    "slow-bank:0.3s": (Outcome.APPROVED, SALE, ""),
    "ack-lost": (Outcome.APPROVED, SALE, ""),
    "late-ack:0.6s": (Outcome.APPROVED, SALE, ""),
    "no-ack": (Outcome.NOT_PERFORMED, 0, "terminal.not_found"),
    "nak:1": (Outcome.APPROVED, SALE, ""),
    "nak:2": (Outcome.APPROVED, SALE, ""),
    "nak:3": (Outcome.NOT_PERFORMED, 0, "terminal.rejected"),
    "eot": (Outcome.NOT_PERFORMED, 0, "terminal.not_found"),
    "ack-then-eot": (Outcome.NOT_PERFORMED, 0, "terminal.not_found"),
    "bad-lrc:1": (Outcome.APPROVED, SALE, ""),
    "bad-lrc:2": (Outcome.APPROVED, SALE, ""),
    "bad-lrc:3": (Outcome.APPROVED, SALE, ""),
    "truncated": (Outcome.APPROVED, SALE, ""),
    "split:1": (Outcome.APPROVED, SALE, ""),
    "split:7": (Outcome.APPROVED, SALE, ""),
    "garbage": (Outcome.APPROVED, SALE, ""),
    "noise-between": (Outcome.APPROVED, SALE, ""),
    "nothing-done": (Outcome.NOT_PERFORMED, 0, "terminal.not_found"),
    "stale-first": (Outcome.APPROVED, SALE, ""),
    "duplicate-response": (Outcome.APPROVED, SALE, ""),
    "multi-packet": (Outcome.APPROVED, SALE, ""),
    "extra-fields": (Outcome.APPROVED, SALE, ""),
    "no-eot": (Outcome.APPROVED, SALE, ""),
    "link-drop": (Outcome.APPROVED, SALE, ""),
    "sends-pan": (Outcome.APPROVED, SALE, ""),
}
"""What one fault ends in, when the line is well again at once."""


@pytest.mark.parametrize("fault", ENDS)
def test_a_fault_and_its_end(pax: PaxProcess, fault: str) -> None:
    with driver(pax) as terminal:
        terminal.diagnosis()
        pax.next(fault)
        result = pay(terminal)
        assert (result.outcome, result.approved_cents, result.reason) == ENDS[fault]
        assert pax.captured_cents() == result.approved_cents
        written = 3 if fault == "nak:3" else 1 + fault.count("nak:1") + 2 * fault.count("nak:2")
        assert pax.requests("T00") == written, "a command that moves money is repeated only after NAK"
        again = pay(terminal, cents=700)
        assert (again.outcome, again.approved_cents) == (Outcome.APPROVED, 700), "and the next sale is as usual"


NETWORK = ("answer-lost", "link-drop", "no-ack", "nak:2", "bad-lrc:3", "truncated", "split:1", "duplicate-response",
           "eot", "multi-packet", "stale-first")  # fmt: skip


@pytest.mark.parametrize("fault", NETWORK)
def test_a_fault_on_the_network(pax_tcp: PaxProcess, fault: str) -> None:
    with driver(pax_tcp) as terminal:
        pax_tcp.next(fault)
        result = pay(terminal)
        assert (result.outcome, result.approved_cents, result.reason) == ENDS[fault]
        assert pax_tcp.captured_cents() == result.approved_cents


def test_the_banks_words_are_kept(pax: PaxProcess) -> None:
    pax.next("declined:05 DO NOT HONOR")
    with driver(pax) as terminal:
        result = pay(terminal)
        assert (result.host_code, result.host_text) == ("05", "DO NOT HONOR")
        pax.next("refused:NO LABEL")
        assert pay(terminal).host_text == "NO LABEL"


def test_what_is_checked_shows(pax: PaxProcess) -> None:
    pax.next("answer-lost")
    watch = Seen()
    with driver(pax) as terminal:
        pay(terminal, watch)
    assert watch.steps == [Step.ARMING, Step.WAITING, Step.CHECKING]


def test_card_data_never_gets_further_than_the_guard(pax: PaxProcess, caplog: pytest.LogCaptureFixture) -> None:
    pax.next("sends-pan")
    with driver(pax) as terminal:
        result = pay(terminal)
        assert terminal.blocked_count == 3
    assert (result.outcome, result.card.last4) == (Outcome.APPROVED, "")
    said = repr([vars(record) for record in caplog.records]) + repr(result)
    assert "4242424242424242" not in said
    assert "card data blocked" in caplog.text


UNBELIEVABLE = {
    "wrong-reference": "terminal.other_reference",
    "wrong-amount:2600": "terminal.other_amount",
    "wrong-amount:2400": "terminal.other_amount",
    "unknown-code:109999": "terminal.unknown_code",
}


@pytest.mark.parametrize("fault", UNBELIEVABLE)
def test_a_wrong_answer_is_never_posted_and_can_be_asked_again(pax: PaxProcess, fault: str) -> None:
    asked = request()
    with driver(pax) as terminal:
        pax.next(fault)
        result = terminal.payment(asked, Seen())
        assert (result.outcome, result.approved_cents, result.reason) == (Outcome.UNKNOWN, 0, UNBELIEVABLE[fault])
        later = terminal.transaction_status(asked.terminal_ref, SALE)
    assert later.approved_cents == pax.captured_cents()
    assert later.outcome is (Outcome.NOT_PERFORMED if fault.startswith("unknown") else Outcome.APPROVED)


@pytest.mark.parametrize("fault", ["status-other-reference", "status-other-amount"])
def test_a_wrong_report_stays_unknown(pax: PaxProcess, fault: str) -> None:
    asked = request()
    with driver(pax) as terminal:
        pax.next("answer-lost")
        pax.always(fault)
        result = terminal.payment(asked, Seen())
        assert (result.outcome, result.approved_cents) == (Outcome.UNKNOWN, 0)
        pax.clear()
        assert terminal.transaction_status(asked.terminal_ref, SALE).approved_cents == SALE


def test_not_found_once_is_asked_again(pax: PaxProcess) -> None:
    with driver(pax) as terminal:
        pax.next("answer-lost")
        pax.next("status-none")
        assert pay(terminal).outcome is Outcome.APPROVED
        assert pax.requests("R02") == 2


def test_another_amount_than_ours_is_not_ours(pax: PaxProcess) -> None:
    asked = request()
    with driver(pax) as terminal:
        terminal.payment(asked, Seen())
        result = terminal.transaction_status(asked.terminal_ref, 2600)
        assert (result.outcome, result.reason) == (Outcome.UNKNOWN, "terminal.other_amount")


def test_an_answer_later_than_all_patience(pax: PaxProcess) -> None:
    """The till gives up, the terminal goes on: the seed of the double charge."""
    asked = request()
    with driver(pax, replace(QUICK, money_s=0.3, admin_s=0.3)) as terminal:
        pax.next("late-answer:3s")
        result = terminal.payment(asked, Seen())
        assert (result.outcome, result.approved_cents) == (Outcome.UNKNOWN, 0)
        assert terminal.transaction_status(asked.terminal_ref, SALE).outcome is Outcome.UNKNOWN
        with pytest.raises(DeviceBusy) as caught:
            pay(terminal)
        assert caught.value.message_key == "terminal.still_in_doubt"
    pax.wait("idle")
    with driver(pax) as terminal:
        assert terminal.transaction_status(asked.terminal_ref, SALE).approved_cents == SALE
        assert pax.captured_cents() == SALE
        assert pax.requests("T00") == 1


def test_a_terminal_that_died_after_the_command_left(pax: PaxProcess) -> None:
    asked = request()
    with driver(pax) as terminal:
        terminal.diagnosis()
        pax.always("silent")
        result = terminal.payment(asked, Seen())
        assert (result.outcome, result.reason) == (Outcome.UNKNOWN, "terminal.silent")
        pax.clear()
        result = terminal.transaction_status(asked.terminal_ref, SALE)
        assert (result.outcome, result.reason) == (Outcome.NOT_PERFORMED, "terminal.not_found")


def test_a_terminal_that_is_off_is_told_before_anything_is_sent(pax: PaxProcess) -> None:
    pax.always("silent")
    with driver(pax) as terminal:
        with pytest.raises(DeviceTimeout) as caught:
            pay(terminal)
        assert caught.value.message_key == "terminal.not_answering"
        assert pax.requests("A00") == 3
        assert pax.requests("T00") == 0
        result = terminal.transaction_status("100045", SALE)
        assert (result.outcome, result.reason) == (Outcome.UNKNOWN, "terminal.not_answering")


@pytest.mark.parametrize(
    ("fault", "reason"),
    [("nak:3@A00", "terminal.busy"), ("eot@A00", "terminal.busy"), ("bad-lrc:3@A00", "terminal.line_noise"),
     ("answer-lost@A00", "terminal.not_answering")],
)  # fmt: skip
def test_asking_who_is_there_can_fail(pax: PaxProcess, fault: str, reason: str) -> None:
    pax.always(fault)
    with driver(pax) as terminal:
        with pytest.raises(DeviceError) as caught:
            terminal.diagnosis()
        assert caught.value.message_key == reason
        pax.clear()
        assert terminal.diagnosis().model == "A920PRO"


@pytest.mark.parametrize(
    "fault", ["no-ack@A00", "eot@A00", "nak:2@A00", "ack-lost@A00", "bad-lrc:2@A00", "stale-first@A00"]
)
def test_questions_are_repeated(pax: PaxProcess, fault: str) -> None:
    pax.next(fault)
    with driver(pax) as terminal:
        assert terminal.diagnosis().model == "A920PRO"


PULLED = {"unplug": SALE, "unplug:answer": SALE, "unplug:power": 0}


@pytest.mark.parametrize("fault", PULLED)
def test_the_plug_is_pulled_in_the_middle(pax: PaxProcess, fault: str) -> None:
    asked = request()
    with driver(pax) as terminal:
        pax.next(fault)
        result = terminal.payment(asked, Seen())
        assert (result.outcome, result.reason) == (Outcome.UNKNOWN, "terminal.link_lost")
        assert terminal.transaction_status(asked.terminal_ref, SALE).reason == "device.port_absent"
        with pytest.raises(DeviceBusy):
            pay(terminal)
        pax.wait("idle")
        pax.replug()
        later = terminal.transaction_status(asked.terminal_ref, SALE)
        assert later.approved_cents == PULLED[fault] == pax.captured_cents()
        assert pay(terminal, cents=700).approved_cents == 700


def test_plugged_in_again_between_two_sales(pax: PaxProcess) -> None:
    with driver(pax) as terminal:
        assert pay(terminal).outcome is Outcome.APPROVED
        pax.unplug()
        with pytest.raises(DeviceMissing) as caught:
            pay(terminal)
        assert caught.value.message_key == "device.port_absent"
        pax.replug()
        assert pay(terminal).outcome is Outcome.APPROVED


def test_the_terminal_comes_back_while_we_hold_the_old_port(pax: PaxProcess) -> None:
    with driver(pax) as terminal:
        assert pay(terminal).outcome is Outcome.APPROVED
        pax.unplug()
        pax.replug()
        assert pay(terminal).outcome is Outcome.APPROVED


def test_a_second_program_finds_the_port_taken(pax: PaxProcess) -> None:
    with driver(pax) as first, driver(pax) as second:
        first.diagnosis()
        with pytest.raises(DeviceMissing) as caught:
            pay(second)
        assert caught.value.message_key == "device.port_taken"
        assert caught.value.facts["device"] == "reader"
    assert pax.captured_cents() == 0


# cancelling


def test_cancelled_before_anything_was_sent(pax: PaxProcess) -> None:
    with driver(pax) as terminal:
        result = pay(terminal, Seen(cancelled=True))
        assert (result.outcome, result.reason) == (Outcome.CANCELLED, "terminal.cancelled_here")
    assert pax.requests("T00") == 0


def test_cancelled_while_the_card_is_awaited(pax_by_hand: PaxProcess) -> None:
    with driver(pax_by_hand, replace(QUICK, money_s=20.0)) as terminal:
        result = pay(terminal, Seen(cancel_at=Step.WAITING))
        assert (result.outcome, result.reason) == (Outcome.CANCELLED, "terminal.cancelled")
    assert pax_by_hand.requests("A14") == 1
    assert pax_by_hand.captured_cents() == 0


def while_paying(terminal: PaxTerminal, watch: Seen, act: Callable[[], None]) -> PaymentResult:
    """Pay on another thread, and do something meanwhile."""
    results: list[PaymentResult] = []
    thread = threading.Thread(target=lambda: results.append(pay(terminal, watch)))
    thread.start()
    act()
    thread.join(30.0)
    return results[0]


def test_cancelled_too_late_is_an_approval(pax_by_hand: PaxProcess) -> None:
    pax_by_hand.next("slow-bank:0.6s")
    watch = Seen()

    def cancel_while_authorising() -> None:
        pax_by_hand.wait("present card")
        pax_by_hand.tell("press")
        pax_by_hand.wait("authorising")
        watch.cancelled = True

    with driver(pax_by_hand, replace(QUICK, money_s=20.0)) as terminal:
        result = while_paying(terminal, watch, cancel_while_authorising)
    assert (result.outcome, result.approved_cents) == (Outcome.APPROVED, SALE)
    assert watch.steps == [Step.ARMING, Step.WAITING, Step.AUTHORISING]
    assert pax_by_hand.captured_cents() == SALE


def test_an_abort_nobody_heard(pax_by_hand: PaxProcess) -> None:
    pax_by_hand.next("abort-ignored")

    def wait_then_press() -> None:
        pax_by_hand.wait("present card")
        pax_by_hand.tell("press")

    with driver(pax_by_hand, replace(QUICK, money_s=20.0)) as terminal:
        result = while_paying(terminal, Seen(cancel_at=Step.WAITING), wait_then_press)
    assert result.approved_cents == pax_by_hand.captured_cents() == SALE


def test_the_patient_presses_the_red_key(pax_by_hand: PaxProcess) -> None:
    def red_key() -> None:
        pax_by_hand.wait("present card")
        pax_by_hand.tell("cancel")

    with driver(pax_by_hand, replace(QUICK, money_s=20.0)) as terminal:
        assert while_paying(terminal, Seen(), red_key).outcome is Outcome.CANCELLED


def test_when_patience_ends_the_terminal_is_told_to_stop_asking(pax_by_hand: PaxProcess) -> None:
    """Nobody presents a card and the terminal waits longer than we do: it must not take a card later."""
    with driver(pax_by_hand, replace(QUICK, money_s=0.3)) as terminal:
        result = pay(terminal)
    assert (result.outcome, result.reason) == (Outcome.CANCELLED, "terminal.cancelled")
    assert pax_by_hand.tell("state")["screen"] == "idle"
    assert pax_by_hand.captured_cents() == 0


# duplicates and voids


def test_the_same_card_and_amount_twice_only_on_purpose(pax: PaxProcess) -> None:
    with driver(pax) as terminal:
        first = request()
        terminal.payment(first, Seen())
        pax.tell("again")
        second = terminal.payment(request(), Seen())
        assert (second.outcome, second.reason) == (Outcome.NOT_PERFORMED, "terminal.duplicate")
        assert second.earlier is not None
        assert (second.earlier.terminal_ref, second.earlier.approved_cents) == (first.terminal_ref, SALE)
        assert second.timestamp
        assert pax.captured_cents() == SALE
        pax.tell("again")
        third = terminal.payment(request(allow_duplicate=True), Seen())
        assert third.approved_cents == SALE
    assert pax.captured_cents() == 2 * SALE
    assert pax.tell("captured")["card_data_received"] == 0


def void(terminal: PaxTerminal, sale: PaymentResult, **changes: str) -> PaymentResult:
    named = {"terminal_txn_no": sale.terminal_txn_no, "host_ref": sale.host_ref, **changes}
    reference = str(next(references))
    watch = Seen()
    result = terminal.reversal(
        ReversalRequest(attempt_id="v", terminal_ref=reference, amount_cents=SALE, **named), watch
    )
    assert Step.WAITING not in watch.steps, "no card is asked for"
    return result


def test_a_void_gives_all_back(pax: PaxProcess) -> None:
    with driver(pax) as terminal:
        asked = request()
        sale = terminal.payment(asked, Seen())
        undone = void(terminal, sale)
        assert (undone.outcome, undone.approved_cents) == (Outcome.APPROVED, SALE)
        assert pax.captured_cents() == 0
        assert terminal.transaction_status(undone.terminal_ref, SALE).outcome is Outcome.APPROVED
        gone = terminal.transaction_status(asked.terminal_ref, SALE)
        assert (gone.outcome, gone.reason) == (Outcome.NOT_PERFORMED, "terminal.voided")
        twice = void(terminal, sale)
        assert (twice.outcome, twice.host_text) == (Outcome.NOT_PERFORMED, "ALREADY VOIDED")


def test_a_void_of_nothing(pax: PaxProcess) -> None:
    with driver(pax) as terminal:
        result = void(terminal, PaymentResult(outcome=Outcome.APPROVED, terminal_txn_no="999", host_ref="1"))
        assert (result.outcome, result.reason) == (Outcome.NOT_PERFORMED, "terminal.original_not_found")


def test_a_void_whose_answer_is_lost(pax: PaxProcess) -> None:
    with driver(pax) as terminal:
        sale = pay(terminal)
        pax.next("answer-lost")
        undone = void(terminal, sale)
        assert (undone.outcome, undone.approved_cents) == (Outcome.APPROVED, SALE)
    assert pax.captured_cents() == 0


# what may be asked for


@pytest.mark.parametrize("cents", [0, -1])
def test_no_sale_of_nothing(pax: PaxProcess, cents: int) -> None:
    with driver(pax) as terminal, pytest.raises(ValueError, match="one cent"):
        pay(terminal, cents=cents)


def test_references_are_digits(pax: PaxProcess) -> None:
    with driver(pax) as terminal, pytest.raises(ValueError, match="digits"):
        terminal.payment(request(reference="PAY-1"), Seen())


def test_patience_outlasts_the_terminals_own(pax: PaxProcess) -> None:
    for timers in (SERIAL_TIMERS, TCP_TIMERS):
        assert timers.money_s >= 180, "approvals took 80 s, the terminal's card wait 90"
        assert timers.admin_s >= 20
    assert TCP_TIMERS.ack_s > SERIAL_TIMERS.ack_s


# any sequence of faults


LINE_FAULTS = ("answer-lost", "ack-lost", "no-ack", "nak:1", "nak:3", "eot", "ack-then-eot", "bad-lrc:1", "bad-lrc:3",
               "truncated", "split:3", "garbage", "noise-between", "nothing-done",
               "stale-first", "duplicate-response", "multi-packet", "no-eot",
               "unplug", "unplug:answer", "unplug:power", "late-answer:0.2s")  # fmt: skip
END_FAULTS = ("declined", "cancelled", "partial:100", "card-timeout", "wrong-reference", "wrong-amount",
              "unknown-code", "status-none", "status-other-amount", "no-ack@R02", "bad-lrc:3@A00", "eot@R02",
              "answer-lost@R02")  # fmt: skip


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    st.lists(
        st.tuples(st.lists(st.sampled_from(LINE_FAULTS + END_FAULTS), max_size=3, unique=True), st.booleans()),
        min_size=1,
        max_size=3,
    )
)
def test_reported_money_is_captured_money(pax: PaxProcess, sales: list[tuple[list[str], bool]]) -> None:
    """After any faults and impatience, everything reported or found out later adds up to what the bank took."""
    pax.reset()
    reported: list[PaymentResult] = []
    open_attempts: list[PaymentRequest] = []
    with driver(pax, HASTY) as terminal:
        for number, (faults, impatient) in enumerate(sales):
            pax.clear()
            pax.replug()
            for fault in faults:
                pax.next(fault)
            asked = request(1000 + number)
            try:
                result = terminal.payment(asked, Seen(cancel_at=Step.WAITING if impatient else None))
            except DeviceError:
                continue  # nothing was sent
            reported.append(result)
            if result.outcome is Outcome.UNKNOWN:
                open_attempts.append(asked)
    pax.clear()
    pax.replug()
    pax.wait("idle")
    with driver(pax) as terminal:
        reported += [terminal.transaction_status(asked.terminal_ref, asked.amount_cents) for asked in open_attempts]
    assert not [
        result for result in reported[-len(open_attempts) :] if open_attempts and result.outcome is Outcome.UNKNOWN
    ]
    assert sum(result.approved_cents for result in reported) == pax.captured_cents()
