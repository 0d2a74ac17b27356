"""How the simulated card terminal writes and reads its frames. Written for itself, from the protocol's description."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum

from devices.bytes import ACK, EOT, ETX, FS, NAK, STX, US
from devices.simulators.pax_bank import Bank, Card, Transaction

PROTOCOL = "1.58"
FIELD, PART = chr(FS), chr(US)


class Heard(Enum):
    """What came from the till."""

    ACK = ACK
    NAK = NAK
    EOT = EOT
    BROKEN = -1


def frame(text: str, *, spoil: bool = False) -> bytes:
    """`text` as a frame; `spoil` gives it a wrong check byte."""
    body = text.encode("latin-1") + bytes((ETX,))
    check = 0
    for byte in body:
        check ^= byte
    return bytes((STX,)) + body + bytes((check ^ 0x55 if spoil else check,))


class Ear:
    """Listens to the till: calls `heard` with each control sign, `understood` with the text of each good frame."""

    def __init__(self, heard: Callable[[Heard], None], understood: Callable[[str], None]) -> None:
        self._heard, self._understood = heard, understood
        self._frame: bytearray | None = None
        self._complete = False

    def listen(self, data: bytes) -> None:
        """Take what came, however it was cut."""
        for byte in data:
            if self._frame is None:
                if byte == STX:
                    self._frame = bytearray()
                elif byte in (ACK, NAK, EOT):
                    self._heard(Heard(byte))
            elif self._complete:
                self._judge(bytes(self._frame), byte)
                self._frame, self._complete = None, False
            elif byte == STX:
                self._frame.clear()
            else:
                self._frame.append(byte)
                self._complete = byte == ETX

    def _judge(self, body: bytes, check: int) -> None:
        expected = 0
        for byte in body:
            expected ^= byte
        if check == expected:
            self._understood(body[:-1].decode("latin-1"))
        else:
            self._heard(Heard.BROKEN)


def fields(*values: str | Iterable[str]) -> str:
    """Fields of an answer; a field given as several parts is joined. Empty ends are trimmed, as terminals do."""
    texts = [value if isinstance(value, str) else PART.join(value).rstrip(PART) for value in values]
    return FIELD.join(texts).rstrip(FIELD)


def short_answer(command: str, code: str, text: str) -> str:
    """An answer without any fields after the text."""
    return fields("0", command, PROTOCOL, code, text)


def host(bank: Bank, entry: Transaction, code: str, text: str) -> tuple[str, ...]:
    """The host field of an approval."""
    return (code, text, entry.auth_code, entry.host_ref, "", str(bank.batch_number))


def amounts(entry: Transaction) -> tuple[str, ...]:
    """The amount field: approved, still due, and four zeros."""
    due = entry.asked_cents - entry.cents
    return (str(entry.cents), str(due), "0", "0", "0", "0")


def account(card: Card, entry_mode: str) -> tuple[str, ...]:
    """The account field: last four, how it was read, card type, holder, present."""
    return (card.last4, entry_mode, "1230", "", "", "", card.type_code, card.holder, "", "", "0")


def extra(card: Card, href: str = "", token: str = "") -> tuple[str, ...]:
    """The extra data of a chip or contactless card; the token of one that is kept."""
    return (
        "EDCTYPE=CREDIT",
        *((f"TOKEN={token}",) if token else ()),
        *((f"HREF={href}",) if href else ()),
        f"CARDBIN={card.beginning}",
        "SN=0000000001",
        f"AID={card.aid}",
        "TVR=0000008000",
        "TSI=E800",
        "ATC=0026",
        f"APPLAB={card.label}",
        f"APPPN={card.preferred_name}",
        "IAD=06010A03A00000",
        "TC=0123456789ABCDEF",
        "CID=40",
        "CVM=6",
    )


def sale_answer(bank: Bank, entry: Transaction) -> str:
    """T01 of an approval, whole or in part."""
    whole = entry.cents == entry.asked_cents
    code, text = ("000000", "OK") if whole else ("000002", "PARTIAL APPROVAL")
    host_code, host_text = ("00", "APPROVAL") if whole else ("10", "PARTIAL APPROVAL")
    return fields(
        *("0", "T01", PROTOCOL, code, text),
        host(bank, entry, host_code, host_text),
        entry.kind,
        amounts(entry),
        account(entry.card, entry.entry_mode),
        (str(entry.number), entry.reference, entry.moment),
        ("0", "AVS Not Requested."),
        *("", ""),
        extra(entry.card, entry.href, entry.token),
    )


def duplicate_answer(bank: Bank, earlier: Transaction) -> str:
    """T01 that describes the earlier transaction."""
    return fields(
        *("0", "T01", PROTOCOL, "100011", "DUP TRANSACTION"),
        host(bank, earlier, "00", "APPROVAL"),
        earlier.kind,
        amounts(earlier),
        account(earlier.card, earlier.entry_mode),
        (str(earlier.number), earlier.reference, earlier.moment),
        *("", "", ""),
        extra(earlier.card, earlier.href),
    )


def declined_answer(card: Card, entry_mode: str, asked_cents: int, trace: tuple[str, str, str], reason: str) -> str:
    """T01 of a no from the bank; `reason` is the host's code and words, `51 INSUFF FUNDS`."""
    code, _, words = reason.partition(" ")
    return fields(
        *("0", "T01", PROTOCOL, "000100", "DECLINE"),
        (code, words, "", "612345678902"),
        "01",
        ("0", str(asked_cents)),
        account(card, entry_mode),
        trace,
        *("", "", ""),
        extra(card),
    )


def report_answer(bank: Bank, entry: Transaction, place: str) -> str:
    """R03 of one entry of the open batch."""
    whole = entry.cents == entry.asked_cents
    return fields(
        *("0", "R03", PROTOCOL, "000000", "OK", str(len(bank.batch)), place),
        host(bank, entry, "00" if whole else "10", "APPROVAL" if whole else "PARTIAL APPROVAL"),
        *(entry.edc, entry.kind, entry.original_kind),
        amounts(entry),
        account(entry.card, entry.entry_mode),
        (str(entry.number), entry.reference, entry.moment),
        *("", "", ""),
        extra(entry.card, entry.href, entry.token),
    )


def who_answer() -> str:
    """A01."""
    return fields(
        *("0", "A01", PROTOCOL, "000000", "OK", "0000000001", "A920PRO", "SIMOS_1.0", "", "", ""),
        ("APPVERSION=V0.01", "APPNAME=SIM"),
        *("Y", "1110111100000000"),
    )


def batch_answer(number: int, count: int, cents: int, moment: str) -> str:
    """B01."""
    host_part = ("0", "BATCH CLOSED", "", "", "", str(number))
    return fields("0", "B01", PROTOCOL, "000000", "OK", host_part, str(count), str(cents), moment, "TID1", "MID1")


SIGNATURE = "10,12^14,18^21,30^0,65535^40,12^44,19^52,33^60,20^0,65535^~"
"""What the patient writes: two strokes."""


def as_debit(answer: str) -> str:
    """A T01 as T03: without AVS, commercial and e-commerce data."""
    heads = answer.split(FIELD)
    heads[1] = "T03"
    del heads[10:13]
    return FIELD.join(heads).replace("EDCTYPE=CREDIT", "EDCTYPE=DEBIT")


def token_answer(card: Card, entry_mode: str, trace: tuple[str, str, str], token: str) -> str:
    """T01 of a card that was kept."""
    return fields(
        *("0", "T01", PROTOCOL, "000000", "OK"),
        ("00", "APPROVAL", "", "612345678903"),
        *("32", ""),
        account(card, entry_mode),
        trace,
        *("", "", ""),
        extra(card, token=token),
    )


def totals_answer(batch: list[Transaction], off_by: int) -> str:
    """R01: kinds parted by `&`, count and amount by `=`. Credit has ten figures, debit four."""

    def of(edc: str, kind: str) -> list[int]:
        return [entry.cents for entry in batch if (entry.edc, entry.kind) == (edc, kind)]

    sales, returns, debits, back = of("01", "01"), of("01", "02"), of("02", "01"), of("02", "02")
    credit = (len(sales), sum(sales) + off_by, 0, 0, len(returns), sum(returns), 0, 0, 0, 0)
    debit = (len(debits), sum(debits), len(back), sum(back))
    groups = "&".join("=".join(str(value) for value in group) for group in (credit, debit))
    return fields("0", "R01", PROTOCOL, "000000", "OK", "00", groups)


def oddly(answer: str) -> str:
    """The same answer as a stranger app writes it: the last field begins empty, its keys are of mixed case, a value has
    an equals sign and letters beyond ASCII."""
    *heads, last = answer.split(FIELD)
    parts = [
        f"{key.title()}{equals}{value}" for key, equals, value in (part.partition("=") for part in last.split(PART))
    ]
    if "=" in last:
        last = PART.join(("", *parts, "NOTE=a=b", "MERCHANT=Caf\xe9 \xdf"))
    return FIELD.join((*heads, last))


def all_card_numbers(answer: str, number: str) -> str:
    """The same answer with a card's number or its track in every part behind the code."""
    track = f"%B{number}^TEST/PATIENT^30121010000000000?"
    heads = answer.split(FIELD)
    spoilt = [PART.join((number, track)[at % 2] for at, _ in enumerate(field.split(PART))) for field in heads[4:]]
    return FIELD.join((*heads[:4], *spoilt))


def with_check_byte(answer: str, wanted: int) -> str:
    """The same answer with something behind it that brings the check byte to `wanted`."""
    longer = answer + FIELD + "FILL="
    check = ETX ^ wanted
    for byte in longer.encode("latin-1"):
        check ^= byte
    first = next(byte for byte in range(0x40, 0x7F) if 0x20 <= byte ^ check < 0x100 and byte ^ check not in (0x7F,))
    return longer + chr(first) + chr(first ^ check)


# What a request says ----------------------------------------------------------------------------------------------


def part_at(request: list[str], field: int, part: int = 0) -> str:
    """One part of a request's field, empty where it is absent."""
    values = parts_at(request, field)
    return values[part] if part < len(values) else ""


def parts_at(request: list[str], field: int) -> list[str]:
    """The parts of a request's field."""
    return request[field].split(PART) if field < len(request) else []


def href_of(request: list[str]) -> str:
    """The host's reference of the sale a request is about."""
    return extra_of(request, "HREF")


def extra_of(request: list[str], name: str) -> str:
    """What the extra data of a request says of `name`; empty for nothing."""
    extra = parts_at(request, 10 if request[0] == "T00" else 7)
    return next((part[len(name) + 1 :] for part in extra if part.upper().startswith(f"{name}=")), "")


def answering(command: str) -> str:
    """The command an answer carries."""
    return f"{command[0]}{int(command[1:]) + 1:02d}" if command[1:].isdecimal() else "A01"


def is_good(answer: str) -> bool:
    """Does an answer say OK?"""
    return answer.split(FIELD)[3:4] == ["000000"]
