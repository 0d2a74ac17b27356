"""What a PAX answer means for the money: the table of response codes, and the checks before an approval is believed.

An approval counts only with our own reference and an amount that fits what was asked. What this file does not know for
certain is UNKNOWN, never "declined".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from devices.base import CardInfo, EmvInfo, Outcome, PaymentResult
from devices.scrubber import CARD_DATA_BLOCKED, PanGuard
from devices.terminals.pax_codec import Answer

OK, PARTIAL = "000000", "000002"
NOT_FOUND = "100023"
CARD_TIMEOUT = "100001"
REFUSED = "100003"
DUPLICATES = frozenset({"100011", "103000"})

HOST_APPROVED = frozenset({"0", "00", "85"})
HOST_PARTIAL = "10"

CLOSED_CODES: dict[str, tuple[Outcome, str]] = {
    "000100": (Outcome.DECLINED, "terminal.declined"),
    CARD_TIMEOUT: (Outcome.NOT_PERFORMED, "terminal.card_timeout"),
    "100002": (Outcome.CANCELLED, "terminal.cancelled"),
    REFUSED: (Outcome.NOT_PERFORMED, "terminal.refused"),
    "100032": (Outcome.NOT_PERFORMED, "terminal.own_paper_out"),
    "101401": (Outcome.NOT_PERFORMED, "terminal.chip_not_read"),
}
"""Codes after which it is certain that no money moved."""

BRANDS = {
    "01": "Visa",
    "02": "Mastercard",
    "03": "American Express",
    "04": "Discover",
    "05": "Diners Club",
    "07": "JCB",
}
ENTRY_MODES = {
    "0": "manual",
    "1": "swipe",
    "2": "contactless",
    "3": "scanner",
    "4": "chip",
    "5": "fallback_swipe",
}
"""Keys of `CardInfo.entry_mode`; a mode not listed reads as empty."""

NEVER_KEPT = frozenset({"CARDBIN", "GLOBALUID", "SN", "TC", "ARQC", "IAD", "ATC", "CID", "EXPDATE"})
"""Extra-data keys dropped unread: card beginnings, long serial numbers, cryptograms."""

SALE, RETURN, VOID, TOKENIZE = "01", "02", "16", "32"
"""Transaction types. The answer to a void may leave the amount out: it always is the whole one."""

VOIDED_TYPES = frozenset({"17", "18"})
"""Transaction types a record carries after it was voided."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where the fields of an answer stand, counted after the text."""

    host: int
    kind: int
    amount: int
    account: int
    trace: int
    extra: int


SALE_PLACES = Places(host=0, kind=1, amount=2, account=3, trace=4, extra=8)  # T01
DEBIT_PLACES = Places(host=0, kind=1, amount=2, account=3, trace=4, extra=5)  # T03
REPORT_PLACES = Places(host=2, kind=4, amount=6, account=7, trace=8, extra=12)  # R03


@dataclass(frozen=True, slots=True)
class Found:
    """A transaction as an answer describes it; `result` has everything but the outcome."""

    kind: str
    approved_cents: int | None
    due_cents: int | None
    result: PaymentResult


def scrub(answer: Answer, guard: PanGuard, reference: str) -> Answer:
    """`answer` without card data. `reference` is ours: its echo is let through, however long it is."""
    fields = tuple(tuple(_clean_part(part, guard, reference) for part in field) for field in answer.fields)
    clean = guard.clean
    return replace(
        answer, version=clean(answer.version), code=clean(answer.code), text=clean(answer.text), fields=fields
    )


def _clean_part(part: str, guard: PanGuard, reference: str) -> str:
    if part.partition("=")[0].upper() in NEVER_KEPT:
        return ""
    return guard.clean(part, expected=reference)


def read_transaction(answer: Answer, places: Places) -> Found:
    """The transaction in `answer`, which has been scrubbed."""

    def at(field: int, part: int) -> str:
        return _kept(answer.part(field, part))

    extra = answer.named(places.extra)
    card = CardInfo(
        brand=BRANDS.get(at(places.account, 6), ""),
        last4=_last4(at(places.account, 0)),
        entry_mode=ENTRY_MODES.get(at(places.account, 1), ""),
        holder=at(places.account, 7).strip(),
    )
    emv = EmvInfo(
        aid=extra.get("AID", ""),
        app_label=extra.get("APPLAB", "").strip(),
        tvr=extra.get("TVR", ""),
        tsi=extra.get("TSI", ""),
        cvm=extra.get("CVM", ""),
        arc=extra.get("ARC", ""),
    )
    result = PaymentResult(
        outcome=Outcome.UNKNOWN,
        host_code=at(places.host, 0),
        host_text=answer.part(places.host, 1) or answer.text,
        auth_code=at(places.host, 2),
        host_ref=extra.get("HREF", "") or at(places.host, 3),
        terminal_txn_no=at(places.trace, 0),
        terminal_ref=at(places.trace, 1),
        timestamp=at(places.trace, 2),
        card=card,
        emv=emv,
        token=extra.get("TOKEN", ""),
    )
    return Found(
        kind=at(places.kind, 0),
        approved_cents=_cents(at(places.amount, 0)),
        due_cents=_cents(at(places.amount, 1)),
        result=result,
    )


PLACES = {"T01": SALE_PLACES, "T03": DEBIT_PLACES}


def wants_debit(answer: Answer) -> bool:
    """Did the terminal refuse because this card can only be charged as a debit card?"""
    return answer.code == REFUSED and "DEBIT ONLY" in answer.text.upper()


def judge_sale(answer: Answer, reference: str, requested_cents: int) -> PaymentResult:
    """What a scrubbed T01 or T03 says about the transaction we asked for with `reference` and `requested_cents`."""
    found = read_transaction(answer, PLACES.get(answer.command, SALE_PLACES))
    if answer.code in DUPLICATES:
        return _judge_duplicate(found, answer, reference, requested_cents)
    if answer.code in (OK, PARTIAL):
        return judge_record(found, reference, requested_cents, partial=answer.code == PARTIAL)
    if found.result.terminal_ref not in ("", reference):
        return _unknown(found, "terminal.other_reference")
    if answer.code == NOT_FOUND and "NOT FOUND" in answer.text.upper():
        return _nothing_moved(found, Outcome.NOT_PERFORMED, "terminal.original_not_found", answer.text)
    outcome, reason = CLOSED_CODES.get(answer.code, (Outcome.UNKNOWN, "terminal.unknown_code"))
    if outcome is Outcome.UNKNOWN:
        return replace(_unknown(found, reason), host_code=answer.code, host_text=answer.text)
    return _nothing_moved(found, outcome, reason, answer.text)


def judge_record(
    found: Found, reference: str, requested_cents: int, *, partial: bool = False, witness_cents: int | None = None
) -> PaymentResult:
    """What a finished transaction means: ours, approved, and for how much. Nothing is believed that does not fit.

    A smaller amount needs a word for it: `partial` (the response code), the host's code, the amount still due, or
    `witness_cents`, the same amount told by another answer.
    """
    result = found.result
    if result.terminal_ref != reference:
        return _unknown(found, "terminal.other_reference")
    if not result.host_code:
        return _unknown(found, "terminal.unknown_code")
    if result.host_code not in HOST_APPROVED and result.host_code != HOST_PARTIAL:
        return _nothing_moved(found, Outcome.DECLINED, "terminal.declined", result.host_text)
    if found.kind in VOIDED_TYPES:
        return _nothing_moved(found, Outcome.NOT_PERFORMED, "terminal.voided", result.host_text)
    approved = found.approved_cents or 0
    if approved == requested_cents or (not approved and found.kind == VOID):
        return replace(result, outcome=Outcome.APPROVED, approved_cents=requested_cents)
    due = requested_cents - approved
    called_partial = partial or result.host_code == HOST_PARTIAL or found.due_cents == due or approved == witness_cents
    if 0 < approved < requested_cents and called_partial and found.due_cents in (None, 0, due):
        return replace(
            result,
            outcome=Outcome.PARTIALLY_APPROVED,
            approved_cents=approved,
            due_cents=due,
            reason="terminal.partly_approved",
        )
    return _unknown(found, "terminal.other_amount")


def _judge_duplicate(found: Found, answer: Answer, reference: str, requested_cents: int) -> PaymentResult:
    """The terminal says it has had this card with this amount; the fields describe the earlier transaction. When that
    one carries our own reference it is ours, and the request was taken twice by the line, not by the patient."""
    known = found.result.terminal_ref
    earlier = judge_record(found, known, requested_cents) if known else None
    if earlier is not None and known == reference:
        return earlier
    return replace(
        _nothing_moved(found, Outcome.NOT_PERFORMED, "terminal.duplicate", answer.text),
        terminal_ref=reference,
        earlier=earlier,
    )


def _unknown(found: Found, reason: str) -> PaymentResult:
    return replace(found.result, outcome=Outcome.UNKNOWN, reason=reason)


def _nothing_moved(found: Found, outcome: Outcome, reason: str, text: str) -> PaymentResult:
    result = found.result
    return replace(result, outcome=outcome, reason=reason, host_text=result.host_text or text)


def _kept(part: str) -> str:
    return "" if part == CARD_DATA_BLOCKED else part


def _last4(account: str) -> str:
    """The last four digits of what may be masked (`************4242`)."""
    match = re.search(r"(?<![0-9])([0-9]{4})$", account)
    return match[1] if match else ""


def _cents(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 12 else None
