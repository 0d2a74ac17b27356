"""One exchange, byte by byte: the table of states, and what is written and what never is."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import pytest

from devices.base import Outcome, PaymentRequest, Step
from devices.bytes import ACK, EOT, NAK
from devices.terminals.pax import MOST_QUESTIONS, PaxTerminal
from devices.terminals.pax_codec import encode_frame, encode_request
from devices.terminals.pax_link import NETWORK, EndKind, PaxLink, Timers
from models.basics.errors import DeviceBusy, DeviceMissing, DeviceTimeout
from tests.support.scripted_wire import ScriptedPipe, scripted_wire

QUICK = Timers(
    ack_s=0.05, admin_ack_s=0.05, nak_pause_s=0.02, interbyte_s=0.03, admin_s=0.1, money_s=0.1, eot_s=0.03,
    quiet_s=0.05, abort_grace_s=0.03, last_word_s=0.03, ask_again_s=0.0, slice_s=0.01,
)  # fmt: skip
ack, nak, eot = bytes((ACK,)), bytes((NAK,)), bytes((EOT,))
SALE_FIELDS = ("01", "2500", "", "100045\x1fV-1", "", "", "", "", "")
T00, A00, A14 = encode_request("T00", SALE_FIELDS), encode_request("A00"), encode_request("A14")
R02 = encode_request("R02", ("00", "", "", "", "", "", "100045", ""))


def said(text: str) -> bytes:
    return encode_frame(text.replace("|", "\x1c").replace("^", "\x1f").encode("latin-1"))


T01 = said("0|T01|1.58|000000|OK|00^APPROVAL^123456^1^^1|01|2500^0|4242^4^^^^^01|27^100045^20261121103005")
A01, A17 = said("0|A01|1.58|000000|OK|1|A920"), said("0|A17|1.58|000000|OK")
R03 = said("0|R03|1.58|000000|OK|1|0|00^APPROVAL^123456^1^^1|01|01||2500^0|4242^4^^^^^01|27^100045^20261121103005")
NONE = said("0|R03|1.58|100023|NOT FOUND")
SPOILT = T01[:-1] + bytes((T01[-1] ^ 1,))
GONE = DeviceMissing("device.unplugged", device="reader")
Script = list[tuple[bytes | DeviceMissing, bytes | DeviceMissing]]

MONEY: dict[str, tuple[Script, EndKind, str]] = {
    "as it should be": ([(T00, ack + T01), (ack, eot)], EndKind.ANSWERED, ""),
    "the ACK was lost": ([(T00, T01), (ack, eot)], EndKind.ANSWERED, ""),
    "the EOT was lost": ([(T00, ack + T01), (ack, b"")], EndKind.ANSWERED, ""),
    "the line breaks after the answer": ([(T00, ack + T01), (ack, GONE)], EndKind.ANSWERED, ""),
    "our ACK was lost": ([(T00, ack + T01), (ack, T01), (ack, eot)], EndKind.ANSWERED, ""),
    "rejected once": ([(T00, nak), (T00, ack + T01), (ack, eot)], EndKind.ANSWERED, ""),
    "rejected three times": ([(T00, nak)] * 3, EndKind.NOTHING_DONE, "terminal.rejected"),
    "a late NAK before the ACK": ([(T00, nak + ack + T01), (ack, eot)], EndKind.ANSWERED, ""),
    "an earlier answer first": ([(T00, ack + A17), (ack, eot + T01), (ack, eot)], EndKind.ANSWERED, ""),
    "an earlier answer before the ACK": ([(T00, A17), (ack, eot + ack + T01), (ack, eot)], EndKind.ANSWERED, ""),
    "bad twice": ([(T00, ack + SPOILT), (nak, SPOILT), (nak, T01), (ack, eot)], EndKind.ANSWERED, ""),
    "bad three times": ([(T00, ack + SPOILT), (nak, SPOILT), (nak, SPOILT), (eot, eot)], EndKind.UNKNOWN,
                        "terminal.garbled"),
    "bad without an ACK": ([(T00, SPOILT), (nak, T01), (ack, eot)], EndKind.ANSWERED, ""),
    "cut off, then whole": ([(T00, ack + T01[:20]), (nak, T01), (ack, eot)], EndKind.ANSWERED, ""),
    "noise around": ([(T00, b"\x00\xff" + ack + b"~\x15" + T01), (ack, b"x" + eot)], EndKind.ANSWERED, ""),
    "not an answer at all": ([(T00, ack + said("?")), (ack, eot + T01), (ack, eot)], EndKind.ANSWERED, ""),
    "EOT for ACK": ([(T00, eot)], EndKind.UNKNOWN, "terminal.broke_off"),
    "EOT for an answer": ([(T00, ack + eot)], EndKind.UNKNOWN, "terminal.broke_off"),
    "no ACK": ([(T00, b""), (A14, b"")], EndKind.UNKNOWN, "terminal.silent"),
    "no ACK, but an answer to the abort": ([(T00, b""), (A14, ack + T01), (ack, eot)], EndKind.ANSWERED, ""),
    "no answer": ([(T00, ack), (A14, ack)], EndKind.UNKNOWN, "terminal.no_answer"),
    "no answer, the abort is rejected": ([(T00, ack), (A14, nak), (A14, nak), (A14, nak)], EndKind.UNKNOWN,
                                         "terminal.no_answer"),
    "the line breaks": ([(T00, GONE)], EndKind.UNKNOWN, "terminal.link_lost"),
    "the line breaks later": ([(T00, ack), (A14, GONE)], EndKind.UNKNOWN, "terminal.link_lost"),
    "it broke while writing": ([(GONE, b"")], EndKind.UNKNOWN, "terminal.link_lost"),
}  # fmt: skip


@pytest.mark.parametrize("case", MONEY)
def test_money(case: str) -> None:
    script, kind, reason = MONEY[case]
    with scripted_wire(script) as pipe:
        ending = PaxLink(pipe, QUICK).exchange("T00", SALE_FIELDS)
    assert (ending.kind, ending.reason) == (kind, reason)
    assert (ending.answer is not None) == (kind is EndKind.ANSWERED)


QUESTIONS: dict[str, tuple[Script, str]] = {
    "as it should be": ([(A00, ack + A01), (ack, eot)], ""),
    "no ACK twice": ([(A00, b""), (A00, b""), (A00, ack + A01), (ack, eot)], ""),
    "the end of an earlier exchange first": ([(A00, eot + ack + A01), (ack, eot)], ""),
    "never an ACK": ([(A00, b"")] * 3, "terminal.not_answering"),
    "only EOT": ([(A00, eot)] * 3, "terminal.busy"),
    "rejected": ([(A00, nak)] * 3, "terminal.busy"),
    "no answer": ([(A00, ack)], "terminal.not_answering"),
    "bad": ([(A00, ack + SPOILT), (nak, SPOILT), (nak, SPOILT), (eot, eot)], "terminal.line_noise"),
    "the line breaks": ([(A00, GONE)], "device.unplugged"),
}


@pytest.mark.parametrize("case", QUESTIONS)
def test_questions(case: str) -> None:
    script, key = QUESTIONS[case]
    with scripted_wire(script) as pipe:
        link = PaxLink(pipe, QUICK)
        if not key:
            assert link.ask("A00").command == "A01"
            return
        with pytest.raises((DeviceBusy, DeviceMissing, DeviceTimeout)) as caught:
            link.ask("A00")
    assert caught.value.message_key == key
    assert caught.value.facts == {"device": "reader"}


def test_money_never_goes_the_way_of_questions() -> None:
    with scripted_wire([]) as pipe, pytest.raises(ValueError, match="moves money"):
        PaxLink(pipe, QUICK).ask("T00", SALE_FIELDS)


@dataclass
class Impatient:
    """Cancels as soon as the terminal has the request."""

    cancelled: bool = False
    steps: list[Step] = field(default_factory=list)

    def step(self, step: Step) -> None:
        self.steps.append(step)
        self.cancelled = True


ABORTED = said("0|T01|1.58|100002|ABORTED")
CANCELS: dict[str, tuple[Script, str, list[Step]]] = {
    "heard": ([(T00, ack), (A14, ack + ABORTED), (ack, eot)], "100002", [Step.WAITING]),
    "heard without a sign": ([(T00, ack), (A14, ABORTED), (ack, eot)], "100002", [Step.WAITING]),
    "its own EOT comes first": ([(T00, ack), (A14, ack + eot + ABORTED), (ack, eot)], "100002", [Step.WAITING]),
    "rejected, then heard": ([(T00, ack), (A14, nak), (A14, ack + ABORTED), (ack, eot)], "100002", [Step.WAITING]),
    "too late": ([(T00, ack), (A14, ack + T01), (ack, eot)], "000000", [Step.WAITING]),
    "never": ([(T00, ack), (A14, ack)], "", [Step.WAITING, Step.AUTHORISING]),
}


@pytest.mark.parametrize("case", CANCELS)
def test_cancelling(case: str) -> None:
    script, code, steps = CANCELS[case]
    watch = Impatient()
    with scripted_wire(script) as pipe:
        ending = PaxLink(pipe, QUICK).exchange("T00", SALE_FIELDS, watch)
    assert (ending.answer.code if ending.answer else "") == code
    assert watch.steps == steps


class Dripping(ScriptedPipe):
    """A slow line: a byte at a time."""

    def read(self, at_most: int, timeout_s: float) -> bytes:
        if len(self._arrived) > 1:
            time.sleep(0.002)
        return super().read(1, timeout_s)


def test_a_frame_that_has_begun_is_heard_to_its_end() -> None:
    pipe = Dripping([(T00, ack + T01), (ack, eot)])
    assert len(T01) * 0.002 > QUICK.money_s
    assert PaxLink(pipe, QUICK).exchange("T00", SALE_FIELDS).kind is EndKind.ANSWERED


# what the driver makes of it


def request(reference: str = "100045") -> PaymentRequest:
    return PaymentRequest(attempt_id="a", terminal_ref=reference, amount_cents=2500, invoice="V-1")


@dataclass
class Calm:
    cancelled: bool = False

    def step(self, step: Step) -> None:
        pass


ALIVE: Script = [(A00, ack + A01), (ack, eot)]


def test_a_sale_on_the_wire() -> None:
    with scripted_wire([*ALIVE, (T00, ack + T01), (ack, eot)]) as pipe:
        assert PaxTerminal(pipe, QUICK).payment(request(), Calm()).outcome is Outcome.APPROVED


def test_the_answer_was_lost_and_is_asked_for() -> None:
    script: Script = [*ALIVE, (T00, ack), (A14, ack), *ALIVE, (R02, ack + R03), (ack, eot)]
    with scripted_wire(script) as pipe:
        result = PaxTerminal(pipe, QUICK).payment(request(), Calm())
    assert (result.outcome, result.approved_cents) == (Outcome.APPROVED, 2500)


def test_not_found_needs_to_be_said_twice_by_an_idle_terminal() -> None:
    once: Script = [*ALIVE, (R02, ack + NONE), (ack, eot)]
    with scripted_wire([*once, *once]) as pipe:
        result = PaxTerminal(pipe, QUICK).transaction_status("100045", 2500)
    assert (result.outcome, result.reason) == (Outcome.NOT_PERFORMED, "terminal.not_found")
    with scripted_wire([*once, (A00, ack)]) as pipe:
        result = PaxTerminal(pipe, QUICK).transaction_status("100045", 2500)
    assert (result.outcome, result.reason) == (Outcome.UNKNOWN, "terminal.not_answering")


def test_a_terminal_at_the_end_of_what_somebody_else_asked_is_asked_again() -> None:
    """Who asked died with the answer in hand: the terminal takes our A00 and then ends that exchange, not ours."""
    with scripted_wire([(A00, ack + eot), *ALIVE, (R02, ack + R03), (ack, eot)]) as pipe:
        result = PaxTerminal(pipe, QUICK).transaction_status("100045", 2500)
    assert (result.outcome, result.approved_cents) == (Outcome.APPROVED, 2500)
    with scripted_wire([(A00, ack + eot)] * MOST_QUESTIONS) as pipe:
        result = PaxTerminal(pipe, QUICK).transaction_status("100045", 2500)
    assert (result.outcome, result.reason) == (Outcome.UNKNOWN, "terminal.busy")


def test_a_terminal_that_is_not_ready_gets_no_money_to_move() -> None:
    with scripted_wire([(A00, ack + said("0|A01|1.58|100016|BUSY")), (ack, eot)]) as pipe:
        terminal = PaxTerminal(pipe, QUICK)
        with pytest.raises(DeviceBusy) as caught:
            terminal.payment(request(), Calm())
    assert (caught.value.message_key, caught.value.facts["code"]) == ("terminal.not_ready", "100016")


def test_a_report_with_a_code_nobody_knows_stays_unknown() -> None:
    with scripted_wire([*ALIVE, (R02, ack + said("0|R03|1.58|109999|WHAT")), (ack, eot)]) as pipe:
        result = PaxTerminal(pipe, QUICK).transaction_status("100045", 2500)
    assert (result.outcome, result.host_code) == (Outcome.UNKNOWN, "109999")


def test_a_card_timeout_whose_report_fails_is_not_known() -> None:
    timeout = said("0|T01|1.58|100001|TIMEOUT")
    script: Script = [*ALIVE, (T00, ack + timeout), (ack, eot), *[(R02, b"")] * 3, *[(A00, b"")] * 3]
    with scripted_wire(script) as pipe:
        result = PaxTerminal(pipe, QUICK).payment(request(), Calm())
    assert (result.outcome, result.reason) == (Outcome.UNKNOWN, "terminal.no_answer")


def test_a_card_timeout_that_was_an_approval_after_all() -> None:
    timeout = said("0|T01|1.58|100001|TIMEOUT")
    with scripted_wire([*ALIVE, (T00, ack + timeout), (ack, eot), (R02, ack + R03), (ack, eot)]) as pipe:
        result = PaxTerminal(pipe, QUICK).payment(request(), Calm())
    assert (result.outcome, result.approved_cents) == (Outcome.APPROVED, 2500)


def test_one_connection_an_exchange() -> None:
    with scripted_wire([*ALIVE, *ALIVE]) as pipe:
        terminal = PaxTerminal(pipe, QUICK, NETWORK)
        terminal.diagnosis()
        assert not pipe.is_open
        terminal.diagnosis()
        assert pipe.opened == 2
