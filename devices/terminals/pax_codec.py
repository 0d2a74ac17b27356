"""PAX POSLINK on the wire: frames, check bytes, fields, and which commands may be sent at all.

A frame is `STX payload ETX LRC`; the LRC is the XOR of every byte after STX up to and including ETX and may itself be
any byte. Fields are separated by FS, parts of a field by US; text is one byte a sign. A request is
`CMD FS version [FS field]…`, an answer `status FS CMD+1 FS version FS code FS text [FS field]…`.
Terminals trim empty fields at the end: an absent field reads as empty.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import reduce
from operator import xor

from devices.bytes import ACK, EOT, ETX, FS, NAK, STX, US

VERSION = "1.43"
LARGEST_PAYLOAD = 256 * 1024
PART = chr(US)


class Nature(Enum):
    """What a command touches. A MONEY command is never sent twice; ADMIN and REPORT may be repeated."""

    ADMIN = "admin"
    MONEY = "money"
    REPORT = "report"


COMMANDS: dict[str, Nature] = {
    "A00": Nature.ADMIN,  # initialize: who is there
    "A08": Nature.ADMIN,  # get signature
    "A10": Nature.ADMIN,  # show message
    "A12": Nature.ADMIN,  # clear message
    "A14": Nature.ADMIN,  # cancel what is running; has no answer of its own
    "A16": Nature.ADMIN,  # reset
    "A20": Nature.ADMIN,  # ask for a signature
    "A26": Nature.ADMIN,  # reboot
    "B00": Nature.MONEY,  # close the batch
    "R00": Nature.REPORT,  # local total report
    "R02": Nature.REPORT,  # local detail report
    "T00": Nature.MONEY,  # credit
    "T02": Nature.MONEY,  # debit
}
"""The allow-list. What is not here cannot be sent."""

NEVER = frozenset({"A30", "A31", "A40", "A46", "A50", "A51"})
"""Commands that return a card number or track data. They must never get into the table above."""

ACCOUNT_PARTS_FOR_CARD_DATA = 3
"""The first parts of the account field (number, expiry, code) are the terminal's business: always sent empty."""


class CommandForbidden(ValueError):
    """A bug: the program tried to send a command that is not on the allow-list, or card data."""


class NotAnAnswer(ValueError):
    """A whole frame with a right check byte whose text is no answer."""


def check_byte(payload: bytes) -> int:
    """The LRC of `payload` (without STX; ETX is taken along)."""
    return reduce(xor, payload, ETX)


def encode_frame(payload: bytes) -> bytes:
    """`payload` as it goes over the wire."""
    return bytes((STX, *payload, ETX, check_byte(payload)))


def encode_request(command: str, fields: Sequence[str] = (), version: str = VERSION) -> bytes:
    """The frame of a request. Raises CommandForbidden for what may not be sent, ValueError for control signs."""
    if command not in COMMANDS or command in NEVER:
        raise CommandForbidden(command)
    if COMMANDS[command] is Nature.MONEY and len(fields) > 2:
        _refuse_card_data(fields[2])
    payload = chr(FS).join((command, version, *fields)).encode("latin-1", "replace")
    if any(byte < 0x20 and byte not in (FS, US) for byte in payload):
        raise ValueError("control sign in a field")
    if sum(field.count(chr(FS)) for field in fields):
        raise ValueError("field separator in a field")
    return encode_frame(payload)


def answer_to(command: str) -> str:
    """The command an answer carries: always the next number (`T00` gives `T01`)."""
    return f"{command[0]}{int(command[1:]) + 1:02d}"


def parts(*values: str) -> str:
    """One field of several parts; empty parts at the end are dropped."""
    return PART.join(values).rstrip(PART)


def _refuse_card_data(account: str) -> None:
    if any(account.split(PART)[:ACCOUNT_PARTS_FOR_CARD_DATA]):
        raise CommandForbidden("account")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer taken apart. `fields` are what follows the text; each a tuple of parts."""

    last_packet: bool
    command: str
    version: str
    code: str
    text: str
    fields: tuple[tuple[str, ...], ...]

    def part(self, field: int, part: int = 0) -> str:
        """One part, empty where the terminal sent none."""
        if field >= len(self.fields) or part >= len(self.fields[field]):
            return ""
        return self.fields[field][part]

    def named(self, field: int) -> dict[str, str]:
        """The `KEY=VALUE` parts of the extra-data field, keys in capitals, split at the first `=` only."""
        if field >= len(self.fields):
            return {}
        pairs = (part.partition("=") for part in self.fields[field])
        return {key.upper(): value for key, equals, value in pairs if equals}


def decode_answer(payload: bytes) -> Answer:
    """The answer in `payload`, any version, unknown fields kept. Raises NotAnAnswer."""
    heads = payload.decode("latin-1").split(chr(FS))
    if len(heads) < 4 or heads[0] not in ("0", "1"):
        raise NotAnAnswer("fields")
    status, command, version, code, *rest = heads
    if len(command) != 3 or not command[0].isalpha() or not command[1:].isdecimal():
        raise NotAnAnswer("command")
    text = rest[0] if rest else ""
    fields = tuple(tuple(field.split(PART)) for field in rest[1:])
    return Answer(status == "0", command, version, code, text, fields)


def join_packets(first: bytes, following: bytes) -> bytes:
    """A payload that came in two packets: what follows the second's status sign goes on where the first ended."""
    return following[:1] + first[1:] + following[2:]


class Event(Enum):
    """What was seen on the line."""

    ACK = "ack"
    NAK = "nak"
    EOT = "eot"
    FRAME = "frame"
    BAD_FRAME = "bad_frame"
    SILENCE = "silence"


_CONTROLS = {ACK: Event.ACK, NAK: Event.NAK, EOT: Event.EOT}


class FrameReader:
    """Finds frames and control bytes in a stream, however it is cut. Bytes outside a frame that mean nothing are
    ignored; exactly one byte after ETX is the check byte, whatever its value."""

    def __init__(self) -> None:
        self._payload = bytearray()
        self._inside = False
        self._check_is_next = False

    @property
    def inside(self) -> bool:
        """Has a frame begun and not ended?"""
        return self._inside

    def drop(self) -> None:
        """Forget a frame that was begun: its rest did not come in time."""
        self._payload.clear()
        self._inside = self._check_is_next = False

    def feed(self, data: bytes) -> list[tuple[Event, bytes]]:
        """The events in `data`, with the payload for FRAME and nothing for the others."""
        events: list[tuple[Event, bytes]] = []
        for byte in data:
            event = self._take(byte)
            if event is not None:
                events.append(event)
        return events

    def _take(self, byte: int) -> tuple[Event, bytes] | None:
        if self._check_is_next:
            payload = bytes(self._payload)
            self.drop()
            return (Event.FRAME, payload) if byte == check_byte(payload) else (Event.BAD_FRAME, b"")
        if byte == STX:  # also inside a frame: the first one was cut off
            self._payload.clear()
            self._inside = True
            return None
        if not self._inside:
            control = _CONTROLS.get(byte)
            return None if control is None else (control, b"")
        if byte == ETX:
            self._check_is_next = True
            return None
        self._payload.append(byte)
        if len(self._payload) > LARGEST_PAYLOAD:
            self.drop()
            return Event.BAD_FRAME, b""
        return None
