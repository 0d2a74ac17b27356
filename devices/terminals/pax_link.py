"""One question and one answer with a PAX terminal: who may speak, who waits how long, and what silence means.

    till: request    terminal: ACK    (work)    terminal: answer    till: ACK    terminal: EOT

The one rule that matters: a command that moves money is written again only when the terminal said NAK, because then it
took nothing. After anything else the outcome is UNKNOWN, and the driver asks (R02) instead of repeating.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from devices.base import BytePipe, Step, Watch
from devices.bytes import ACK, EOT, NAK
from devices.terminals.pax_codec import (
    COMMANDS,
    VERSION,
    Answer,
    Event,
    FrameReader,
    Nature,
    NotAnAnswer,
    answer_to,
    decode_answer,
    encode_request,
    join_packets,
)
from devices.ticks import REAL, Ticks
from models.basics.errors import DeviceBusy, DeviceError, DeviceMissing, DeviceTimeout
from models.basics.facts import facts

log = logging.getLogger(__name__)

MOST_WRITES = 3
MOST_BAD_FRAMES = 3
MOST_SECONDS_A_FRAME = 10.0
"""A frame of 600 bytes takes 0.6 s at 9600 baud; a stream that never ends is given up."""


@dataclass(frozen=True, slots=True)
class Timers:
    """How long to be patient, in seconds. The money timer must be longer than the terminal's own card wait."""

    ack_s: float = 3.0
    admin_ack_s: float = 1.5  # 40 ms are usual; asked three times, a dead terminal is known within five seconds
    nak_pause_s: float = 0.3  # an ACK right behind a NAK means that the NAK belonged to something earlier
    interbyte_s: float = 1.0
    admin_s: float = 20.0  # A00 queues behind a running dialogue: 17 s was seen
    unsigned_s: float = 4.0  # A00 where nothing is acknowledged: a dead terminal is known within five seconds, too
    money_s: float = 180.0
    eot_s: float = 1.0
    quiet_s: float = 1.5  # so long nothing must come before a line is trusted that said more than was asked
    write_s: float = 3.0
    abort_grace_s: float = 2.0  # a terminal that still could cancel has answered by then
    last_word_s: float = 3.0  # after our own patience ended and it was told to stop
    ask_again_s: float = 5.0  # between two reports that did not find the transaction
    slice_s: float = 0.05  # how often a cancel is looked for


SERIAL_TIMERS = Timers()
TCP_TIMERS = Timers(ack_s=5.0)


@dataclass(frozen=True, slots=True)
class Medium:
    """How a terminal talks over its kind of wire. `hangs_up`: every exchange has a connection of its own. `signs`:
    frames are acknowledged, and A14 is heard while a dialogue runs; where they are not, the wire itself says that a
    request came and its answer ended, and nobody but the patient can cancel."""

    hangs_up: bool
    signs: bool


CABLE = Medium(hangs_up=False, signs=True)
NETWORK = Medium(hangs_up=True, signs=True)
HTTP = Medium(hangs_up=True, signs=False)


class EndKind(Enum):
    """How an exchange ended."""

    ANSWERED = "answered"
    NOTHING_DONE = "nothing_done"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Ending:
    """How an exchange ended: with an answer, or why not (`reason`, a message key)."""

    kind: EndKind
    answer: Answer | None = None
    reason: str = ""


class State(Enum):
    """Where an exchange is."""

    WAIT_ACK = "wait_ack"
    WAIT_ANSWER = "wait_answer"


class PaxLink:
    """Exchanges over one wire, one at a time."""

    def __init__(
        self, pipe: BytePipe, timers: Timers, medium: Medium = CABLE, *, version: str = VERSION, ticks: Ticks = REAL
    ) -> None:
        self._pipe = pipe
        self.timers = timers
        self.medium = medium
        self._version = version
        self._ticks = ticks
        self._tidy = True

    @property
    def tidy(self) -> bool:
        """Did the last exchange end as it should: answer, ACK, EOT, and nothing behind it? After any other end an
        answer of it may still come, and must not be taken for the answer to what is asked next."""
        return self._tidy

    def ask(
        self, command: str, fields: Sequence[str] = (), watch: Watch | None = None, patience_s: float = 0.0,
        *, hasty: bool = False,
    ) -> Answer:  # fmt: skip
        """An admin or report command; `patience_s` where its answer waits for a person. `hasty`: nothing runs there
        that it could wait for, so that over a wire without ACKs silence soon means that nobody is there. Raises
        DeviceError when no answer came; no money moved either way."""
        if COMMANDS[command] is Nature.MONEY:
            raise ValueError(f"{command} moves money: use exchange()")
        ending = self.exchange(command, fields, watch, patience_s=patience_s, hasty=hasty)
        if ending.answer is not None:
            return ending.answer
        kind, key = _ASKING_FAILED[ending.reason]
        raise kind(key, device="reader")

    def exchange(
        self,
        command: str,
        fields: Sequence[str] = (),
        watch: Watch | None = None,
        step: Step = Step.WAITING,
        *,
        patience_s: float = 0.0,
        hasty: bool = False,
    ) -> Ending:
        """Send a command and wait for how it ends, `patience_s` where that is longer than usual, `hasty` as for `ask`.
        `step` is told when the terminal took it on.

        Raises DeviceError only while nothing was written yet.
        """
        request = encode_request(command, fields, self._version)
        started = self._ticks.now()
        self._connect()
        if not self._tidy and self.medium.signs:
            self._let_it_finish()
        abort = encode_request("A14", (), self._version)
        exchange = _Exchange(self, command, (request, abort), watch, step, patience_s)
        if hasty and not self.medium.signs:
            exchange.hurry()
        ending = exchange.run()
        self._tidy = exchange.tidy
        if self.medium.hangs_up or ending.reason == "terminal.link_lost":
            self._pipe.close()
        took_ms = round((self._ticks.now() - started) * 1000)
        log.info("exchange", extra=facts(command=command, bytes=len(request), end=ending.kind, milliseconds=took_ms))
        return ending

    def close(self) -> None:
        """Give the wire back."""
        self._pipe.close()

    def settled(self) -> bool:
        """Was the last answer all there was? Waits for quiet where the exchange did not end as it should. False: more
        came behind it, so that it may have been the answer to something asked before. Raises DeviceError."""
        if self._tidy or not self.medium.signs:
            return True
        self._connect()
        more = self._let_it_finish()
        if self.medium.hangs_up:
            self._pipe.close()
        return not more

    def _let_it_finish(self) -> int:
        """Take and drop what still comes of earlier exchanges, until it is quiet; how many answers that were."""
        reader, ticks, frames = FrameReader(), self._ticks, 0
        latest = ticks.now() + MOST_SECONDS_A_FRAME
        quiet_at = ticks.now() + self.timers.quiet_s
        try:
            while ticks.now() < min(quiet_at, latest):
                data = self._pipe.read(4096, max(min(quiet_at, latest) - ticks.now(), 0.0))
                if data:
                    quiet_at = ticks.now() + self.timers.quiet_s
                events = [event for event, _ in reader.feed(data)]
                if Event.FRAME in events:
                    frames += events.count(Event.FRAME)
                    self._pipe.write(bytes((ACK,)), self.timers.write_s)
            self._tidy = ticks.now() < latest
        except DeviceError:
            self._pipe.close()
            self._connect()
        return frames

    def _connect(self) -> None:
        self._pipe.open()
        try:
            self._pipe.flush_input()
        except DeviceMissing:  # unplugged since the last exchange, perhaps plugged in again
            self._pipe.close()
            self._pipe.open()
            self._pipe.flush_input()


_ASKING_FAILED: dict[str, tuple[type[DeviceError], str]] = {
    "terminal.link_lost": (DeviceMissing, "device.unplugged"),
    "terminal.rejected": (DeviceBusy, "terminal.busy"),
    "terminal.broke_off": (DeviceBusy, "terminal.busy"),
    "terminal.silent": (DeviceTimeout, "terminal.not_answering"),
    "terminal.no_answer": (DeviceTimeout, "terminal.not_answering"),
    "terminal.garbled": (DeviceTimeout, "terminal.line_noise"),
}
"""A question that failed has its own keys: nothing was charged by it, whatever the sentence for a payment says."""


class _Exchange:
    """The states between the first byte and the end."""

    def __init__(
        self, link: PaxLink, command: str, frames: tuple[bytes, bytes], watch: Watch | None, step: Step,
        patience_s: float,
    ) -> None:  # fmt: skip
        self._pipe, self._timers, self._watch, self._step = link._pipe, link.timers, watch, step
        self._now, self._signs = link._ticks.now, link.medium.signs
        self._command = command
        self._request, self._abort = frames
        self._moves_money = COMMANDS[command] is Nature.MONEY
        usual_s = self._timers.money_s if self._moves_money else self._timers.admin_s
        self._patience_s = max(patience_s, usual_s)
        self._ack_s = self._timers.ack_s if self._moves_money else self._timers.admin_ack_s
        self._reader = FrameReader()
        self._events: deque[tuple[Event, bytes]] = deque()
        self._state = State.WAIT_ACK
        self._deadline = 0.0
        self._last_byte_at = 0.0
        self._writes = self._bad_frames = self._abort_writes = 0
        self._aborted_at: float | None = None
        self._rejected = self._broken_off = self._too_late_told = False
        self._giving_up = ""
        self._stale_ends = 0
        self._first_packets = b""
        self._ending: Ending | None = None
        self.tidy = False

    def hurry(self) -> None:
        """Wait no longer than a terminal takes that has nothing else to do."""
        self._patience_s = self._timers.unsigned_s

    def run(self) -> Ending:
        """Write the request and react until the exchange has ended. Never raises DeviceError."""
        try:
            self._write_request()
            while self._ending is None:
                event, payload = self._next()
                _REACTIONS[self._state, event](self, payload)
        except DeviceError:
            return Ending(EndKind.UNKNOWN, reason="terminal.link_lost")
        return self._ending

    # what is seen

    def _next(self) -> tuple[Event, bytes]:
        while not self._events:
            self._look_after_cancel()
            now = self._now()
            limit = self._deadline
            if self._reader.inside:  # an answer that has begun is heard to its end
                latest = self._deadline + MOST_SECONDS_A_FRAME
                limit = min(latest, self._last_byte_at + self._timers.interbyte_s)
            if now >= limit:
                if self._reader.inside:
                    self._reader.drop()
                    return Event.BAD_FRAME, b""
                return Event.SILENCE, b""
            data = self._pipe.read(4096, min(self._timers.slice_s, limit - now))
            if data:
                self._last_byte_at = self._now()
                self._events.extend(self._reader.feed(data))
        return self._events.popleft()

    def _look_after_cancel(self) -> None:
        if self._watch is None or self._state is not State.WAIT_ANSWER or self._giving_up:
            return
        if self._aborted_at is None:
            if self._watch.cancelled:
                self._write_abort() if self._signs else self._cannot_abort()
        elif not self._too_late_told and self._now() - self._aborted_at > self._timers.abort_grace_s:
            self._too_late_told = True  # the card is being authorised: it ends as it ends
            self._watch.step(Step.AUTHORISING)

    # what is done

    def _write_request(self) -> None:
        self._writes += 1
        self._rejected = False
        self._pipe.write(self._request, self._timers.write_s)
        self._deadline = self._now() + self._ack_s
        if not self._signs:
            self._begin_waiting()

    def _cannot_abort(self) -> None:
        """A14 has no way in: only the patient can cancel now, and the screen says so."""
        self._aborted_at = self._now()
        self._too_late_told = True
        if self._watch is not None:
            self._watch.step(Step.AUTHORISING)

    def _write_abort(self) -> None:
        self._aborted_at = self._now()
        self._abort_writes += 1
        self._pipe.write(self._abort, self._timers.write_s)

    def _say(self, control: int) -> None:
        if not self._signs:
            return
        self._pipe.write(bytes((control,)), self._timers.write_s)

    def _end(self, kind: EndKind, reason: str) -> None:
        self._ending = Ending(kind, reason=reason)

    # reactions, named after the event

    def _begin_waiting(self, _: bytes = b"") -> None:
        self._state = State.WAIT_ANSWER
        self._deadline = self._now() + self._patience_s
        if self._watch is not None:
            self._watch.step(self._step)

    def _not_taken(self, _: bytes) -> None:
        """NAK before ACK: the terminal rejected the frame and started nothing, so even money may be written again; but
        only when no ACK follows, for then the NAK was a late one and the frame is being worked on."""
        self._rejected = True
        self._deadline = self._now() + self._timers.nak_pause_s

    def _no_ack(self, _: bytes) -> None:
        may_repeat = self._rejected or not self._moves_money
        if may_repeat and self._writes < MOST_WRITES:
            self._write_request()
        elif self._rejected:
            self._end(EndKind.NOTHING_DONE, "terminal.rejected")
        elif self._moves_money:
            self._give_up("terminal.silent")
        else:
            self._end(EndKind.UNKNOWN, "terminal.broke_off" if self._broken_off else "terminal.silent")

    def _no_answer(self, _: bytes) -> None:
        self._give_up("terminal.no_answer")

    def _give_up(self, reason: str) -> None:
        """Our patience with money has ended. The terminal may still be asking for a card, which must not be taken
        later: tell it to stop, and listen a little for what it says to that."""
        if self._moves_money and self._aborted_at is None and self._signs:
            self._giving_up = reason
            self._write_abort()
            self._state = State.WAIT_ANSWER
            self._deadline = self._now() + self._timers.last_word_s
        else:
            self._end(EndKind.UNKNOWN, self._giving_up or reason)

    def _broke_off(self, _: bytes) -> None:
        """EOT instead of ACK. A question may be asked again: perhaps it was the end of an earlier exchange."""
        if self._stale_ends:  # it belongs to the late answer that was dropped
            self._stale_ends -= 1
        elif self._moves_money:
            self._end(EndKind.UNKNOWN, "terminal.broke_off")
        else:
            self._broken_off = True

    def _broke_off_while_waiting(self, _: bytes) -> None:
        if self._stale_ends:
            self._stale_ends -= 1
        elif self._aborted_at is None:
            self._end(EndKind.UNKNOWN, "terminal.broke_off")
        else:  # some terminals end the abort's own exchange with EOT; the answer to ours follows soon or never
            self._deadline = min(self._deadline, self._now() + self._timers.admin_s)

    def _abort_not_taken(self, _: bytes) -> None:
        if 0 < self._abort_writes < MOST_WRITES:
            self._write_abort()

    def _ignore(self, _: bytes) -> None:
        pass

    def _bad(self, _: bytes) -> None:
        if self._state is State.WAIT_ACK:  # it answers, so it took the request: the ACK was lost
            self._begin_waiting()
        self._bad_frames += 1
        if self._bad_frames < MOST_BAD_FRAMES and self._signs:
            self._say(NAK)
        else:
            self._end(EndKind.UNKNOWN, "terminal.garbled")
            self._hang_up_with(EOT)

    def _frame(self, payload: bytes) -> None:
        if self._first_packets:
            payload, self._first_packets = join_packets(self._first_packets, payload), b""
        answer = _read(payload)
        if answer is None or answer.command != answer_to(self._command):
            self._say(ACK)  # a late answer of an earlier exchange: taken and dropped
            self._stale_ends += 1
            return
        if self._state is State.WAIT_ACK:
            self._begin_waiting()
        if not answer.last_packet:
            self._first_packets = payload
            self._say(ACK)
            return
        self._ending = Ending(EndKind.ANSWERED, answer)
        self._hang_up_with(ACK)

    def _hang_up_with(self, control: int) -> None:
        """Say the last sign and wait for the terminal's EOT. What is known stands, whatever the line does now."""
        self._watch = None
        if not self._signs:
            self.tidy = control == ACK
            return
        try:
            self._say(control)
            self._deadline = self._now() + self._timers.eot_s
            while True:
                event, _ = self._next()
                if event in (Event.EOT, Event.SILENCE):
                    self.tidy = event is Event.EOT and control == ACK and not self._events and not self._reader.inside
                    return
                if event is Event.FRAME:  # our ACK was lost: it says its answer again
                    self._say(control)
        except DeviceError:
            self._pipe.close()


def _read(payload: bytes) -> Answer | None:
    try:
        return decode_answer(payload)
    except NotAnAnswer:
        return None


_REACTIONS: dict[tuple[State, Event], Callable[[_Exchange, bytes], None]] = {
    (State.WAIT_ACK, Event.ACK): _Exchange._begin_waiting,
    (State.WAIT_ACK, Event.NAK): _Exchange._not_taken,
    (State.WAIT_ACK, Event.EOT): _Exchange._broke_off,
    (State.WAIT_ACK, Event.FRAME): _Exchange._frame,
    (State.WAIT_ACK, Event.BAD_FRAME): _Exchange._bad,
    (State.WAIT_ACK, Event.SILENCE): _Exchange._no_ack,
    (State.WAIT_ANSWER, Event.ACK): _Exchange._ignore,
    (State.WAIT_ANSWER, Event.NAK): _Exchange._abort_not_taken,
    (State.WAIT_ANSWER, Event.EOT): _Exchange._broke_off_while_waiting,
    (State.WAIT_ANSWER, Event.FRAME): _Exchange._frame,
    (State.WAIT_ANSWER, Event.BAD_FRAME): _Exchange._bad,
    (State.WAIT_ANSWER, Event.SILENCE): _Exchange._no_answer,
}
