"""What a receipt says, in words and in order: made once, so that paper, page and text say the same.

`said(document)` turns the document into titled rows; a layout only decides where they stand. `blocks(document,
columns)` sets them on a grid of `columns` characters: the one source of the printed roll, of its picture on the screen
and of the text file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from models.basics.money import show_cents
from receipts.document import Balances, ReceiptDocument, ReceiptLine, TenderLine
from receipts.layouts.letters import UNICODE, fit, width

KINDS = {
    "copay": "Copay",
    "coinsurance": "Coinsurance",
    "deductible": "Deductible",
    "balance": "Balance",
    "prepayment": "Prepayment",
    "credit": "Kept as credit on account",
}
"""What a line was paid for. A kind that is not here (`other`) goes by its description alone."""

METHODS = {
    "cash": "Cash",
    "check": "Check",
    "card": "Card",
    "credit": "Credit used",
    "external": "Paid elsewhere",
    "online": "Paid from home",
    "ach": "Bank debit (ACH)",
    "other": "Other",
}

ENTRY_MODES = {
    "contactless": "Contactless",
    "chip": "Chip",
    "swipe": "Swiped",
    "fallback_swipe": "Chip not read, swiped",
    "manual": "Keyed on the reader",
    "scanner": "Scanned",
    "on_file": "Card on file",
}

STATEMENTS = {
    "none": "No signature needed",
    "pin": "PIN verified",
    "signature": "Signature verified",
    "pin_and_signature": "PIN and signature verified",
    "device": "Verified on the patient's device",
    "failed": "Cardholder not verified",
}
"""How the cardholder was verified, as card schemes want it said (the PIN statement)."""

TOTALS = {
    "": "Total paid",
    "VOID": "Total returned",
    "REFUND": "Total refunded",
    "CORRECTION": "Total corrected",
    "DELETED": "Total deleted",
    "CHECK RETURNED": "Total returned unpaid",
    "REFUND UNDONE": "Total handed back",
}
REFERS = {
    "VOID": "Voids receipt",
    "REFUND": "Refunds receipt",
    "CORRECTION": "Corrects receipt",
    "DELETED": "Deletes receipt",
    "REFUND UNDONE": "Undoes receipt",
}
CARD_WORDS = {"": "Approved", "VOID": "Voided", "REFUND": "Refunded", "CORRECTION": "Corrected"}
BY = {
    "": "Taken by",
    "VOID": "Given back by",
    "REFUND": "Given back by",
    "CORRECTION": "Corrected by",
    "DELETED": "Deleted by",
    "CHECK RETURNED": "Entered by",
}
NUMBERS = {"": "Payment", "REFUND": "Refund", "REFUND UNDONE": "Refund", "CORRECTION": "Correction"}
"""Words that change with the banner; those of a payment stand for banners not listed."""

TRAINING = "*** TRAINING ***"
NOT_REAL = "TRAINING: no money was taken and nobody here is real."

CLINIC_COPY = "CLINIC COPY"
SIGN_HERE = "Signature of the card holder"
SIGNED = "Signed on the card reader. The signature is kept with the payment."

PENDING = "Pending confirmation. Balances may change."

Measure = Callable[[str], int]
"""How many columns a text takes."""

NARROWEST_COLUMNS = 24
"""Fewer columns cannot hold an amount beside a word."""


class Row(NamedTuple):
    """Something at the left, what belongs to it at the right, and quieter lines under it."""

    left: str
    right: str = ""
    under: tuple[tuple[str, str], ...] = ()


class Said(NamedTuple):
    """All that a receipt says, top to bottom. Texts are as in the document: a layout fits them to its letters."""

    clinic: str
    contact: tuple[str, ...]
    banners: tuple[str, ...]
    facts: tuple[Row, ...]
    items: tuple[Row, ...]
    total: Row
    tenders: tuple[Row, ...]
    asked: tuple[Row, ...]
    balances: tuple[Row, ...]
    statements: tuple[str, ...]
    closing: tuple[str, ...]
    code: str
    signing: str = ""


def said(document: ReceiptDocument) -> Said:
    """Everything `document` says, in words."""
    return Said(
        document.clinic.name,
        tuple(_contact(document)),
        tuple(_banners(document)),
        tuple(_facts(document)),
        tuple(map(_item, document.lines)),
        Row(total_title(document.banner), show_cents(document.total_cents)),
        tuple(_tender(tender, document.banner) for tender in document.tenders),
        tuple(_asked(document)),
        tuple(_balances(document.balances)),
        tuple(_statements(document)),
        tuple(text for text in (document.message, document.refund_policy, _training(document)) if text),
        document.receipt_no,
        (SIGNED if document.signature else SIGN_HERE) if document.clinic_copy else "",
    )


def total_title(banner: str) -> str:
    """What the total is called on a receipt with this banner."""
    return TOTALS.get(banner, TOTALS[""])


def item_title(line: ReceiptLine) -> str:
    """What was paid for, its kind first: `Copay: Office visit`; the kind is not said twice."""
    kind, text = KINDS.get(line.kind, ""), line.description.strip()
    if kind and text and not text.lower().startswith(kind.lower()):
        return f"{kind}: {text}"
    return text or kind or "Payment"


def card_title(tender: TenderLine) -> str:
    """The card as a receipt may name it: brand and at most the last four digits (15 USC 1681c(g)), masked."""
    digits = "".join(sign for sign in tender.last4 if sign.isdigit())[-4:]
    brand = tender.brand or METHODS["card"]
    return f"{brand} **** {digits}" if digits else brand


def when(document: ReceiptDocument) -> str:
    """Local date and time with their zone."""
    return f"{document.taken_at} {document.zone}".strip()


def _contact(document: ReceiptDocument) -> Iterator[str]:
    clinic = document.clinic
    yield from filter(None, clinic.address)
    if clinic.phone:
        yield clinic.phone
    numbers = (f"NPI {clinic.npi}" if clinic.npi else "", f"TIN {clinic.tin}" if clinic.tin else "")
    if any(numbers):
        yield "  ".join(filter(None, numbers))


def _training(document: ReceiptDocument) -> str:
    return NOT_REAL if document.clinic.training else ""


def _banners(document: ReceiptDocument) -> Iterator[str]:
    if document.clinic.training:
        yield TRAINING
    if document.banner:
        yield document.banner
    if document.clinic_copy:
        yield CLINIC_COPY
    if document.copy_no > 0:
        yield f"*** COPY {document.copy_no} ***"


def _facts(document: ReceiptDocument) -> Iterator[Row]:
    if document.refers_to:
        yield Row(REFERS.get(document.banner, "About receipt"), document.refers_to)
    if document.receipt_no:
        yield Row("Receipt", document.receipt_no)
    if document.payment_number:
        yield Row(NUMBERS.get(document.banner, NUMBERS[""]), document.payment_number)
    yield Row("Date", when(document))
    if document.taken_on and not document.taken_at.startswith(document.taken_on):
        yield Row("Business date", document.taken_on)
    yield Row("Patient", document.patient_name)
    if document.account_no:
        yield Row("Account", document.account_no)
    if document.received_on:
        yield Row("Received", document.received_on)
    by = ", ".join(filter(None, (document.cashier, document.station)))
    if by:
        yield Row(BY.get(document.banner, BY[""]), by)
    if document.reason:
        yield Row("Reason", document.reason)
    if document.note:
        yield Row("Note", document.note)


def _item(line: ReceiptLine) -> Row:
    served = f"for {line.patient}" if line.patient else ""
    where = ", ".join(filter(None, (served, line.service_date, line.provider, line.code)))
    return Row(item_title(line), show_cents(line.amount_cents, symbol=""), ((where, ""),) if where else ())


def _tender(tender: TenderLine, banner: str) -> Row:
    make = _UNDER_TENDER.get(tender.method)
    title = _TITLES.get(tender.method, _plain_title)(tender)
    return Row(title, show_cents(tender.amount_cents), tuple(make(tender, banner)) if make else ())


def _plain_title(tender: TenderLine) -> str:
    return tender.name or METHODS.get(tender.method, tender.method or "Payment")


def _elsewhere_title(tender: TenderLine) -> str:
    """`Paid elsewhere, Check no. 318`: the other program's word for it where it is known."""
    how = tender.brand or tender.name
    number = f" no. {tender.check_no}" if tender.check_no else ""
    return f"{METHODS['external']}, {how}{number}" if how else METHODS["external"]


def _online_title(tender: TenderLine) -> str:
    """`Paid from home, Visa •••• 4242`, `Paid from home, Bank debit (ACH)`."""
    how = tender.name or (card_title(tender) if tender.last4 else "")
    return f"{METHODS['online']}, {how}" if how else METHODS["online"]


def _debit_title(tender: TenderLine) -> str:
    """`Bank debit (ACH), First Bank •••• 6789`."""
    return f"{METHODS['ach']}, {card_title(tender)}"


def _under_other(tender: TenderLine, _banner: str) -> Iterator[tuple[str, str]]:
    if tender.trace_no:
        yield tender.trace_label or "Number", tender.trace_no


def _check_title(tender: TenderLine) -> str:
    return f"{METHODS['check']} no. {tender.check_no}" if tender.check_no else METHODS["check"]


def _under_cash(tender: TenderLine, _banner: str) -> Iterator[tuple[str, str]]:
    if tender.tendered_cents:
        yield "Cash received", show_cents(tender.tendered_cents)
        yield "Change", show_cents(tender.change_cents)


def _under_card(tender: TenderLine, banner: str) -> Iterator[tuple[str, str]]:
    outcome = CARD_WORDS.get(banner, CARD_WORDS[""])
    yield ENTRY_MODES.get(tender.entry_mode, tender.entry_mode or "Card"), outcome
    if tender.auth_code or tender.aid:
        yield (
            f"Auth {tender.auth_code}" if tender.auth_code else "",
            f"AID {tender.aid}" if tender.aid else "",
        )
    if tender.app_label:
        yield tender.app_label, ""
    if tender.tvr or tender.tsi:
        yield f"TVR {tender.tvr}" if tender.tvr else "", f"TSI {tender.tsi}" if tender.tsi else ""


_TITLES: dict[str, Callable[[TenderLine], str]] = {
    "card": card_title,
    "check": _check_title,
    "external": _elsewhere_title,
    "online": _online_title,
    "ach": _debit_title,
}
_UNDER_TENDER = {"cash": _under_cash, "card": _under_card, "other": _under_other, "external": _under_other}


def _asked(document: ReceiptDocument) -> Iterator[Row]:
    cards = [tender.amount_cents for tender in document.tenders if tender.method == "card"]
    approved_cents = sum(cards)
    if cards and document.requested_cents > approved_cents >= 0:
        yield Row("Requested from the card", show_cents(document.requested_cents))
        yield Row("Approved by the bank", show_cents(approved_cents))
        yield Row("Not approved", show_cents(document.requested_cents - approved_cents))


def _balances(balances: Balances | None) -> Iterator[Row]:
    if balances is None:
        return
    yield Row("Still owed", show_cents(balances.still_owed_cents))
    if balances.credit_cents:
        yield Row("Credit on account", show_cents(balances.credit_cents))
    if balances.prepaid_cents:
        yield Row("Prepaid for visits", show_cents(balances.prepaid_cents))


def _statements(document: ReceiptDocument) -> Iterator[str]:
    if document.pending_confirmation:
        yield PENDING
    unneeded = {"", "none"} if document.clinic_copy else {""}  # the clinic asks for one all the same
    for tender in document.tenders:
        if tender.method == "card" and tender.cvm not in unneeded and not document.banner:
            yield STATEMENTS.get(tender.cvm, f"CVM {tender.cvm}")


# On a grid of characters ------------------------------------------------------------------------------------------


class Text(NamedTuple):
    """One line, already wrapped: `align` left or center, in the usual weight or bold, and as tall as two lines or not.

    A line of two sides carries its spaces; a tall line is no wider than another.
    """

    text: str
    align: str = "left"
    bold: bool = False
    tall: bool = False


class Rule(NamedTuple):
    """A line across the paper."""

    sign: str = "-"


class Code(NamedTuple):
    """A QR code with `data`, centered."""

    data: str


Block = Text | Rule | Code


def blocks(document: ReceiptDocument, columns: int = 42, code_page: str = "cp1252") -> tuple[Block, ...]:
    """The receipt line by line for paper of `columns` characters (24 or more), in the letters of `code_page`.

    No text is wider than `columns`; blocks in order are the true print image. Raises ValueError for fewer columns.
    """
    if columns < NARROWEST_COLUMNS:
        raise ValueError(f"a receipt needs {NARROWEST_COLUMNS} columns or more, not {columns}")
    page = Roll(columns, code_page)
    contents = said(document)
    page.centered(contents.clinic.upper(), bold=True, tall=True)
    for line in contents.contact:
        page.centered(line)
    page.rule()
    for banner in contents.banners:
        page.centered(banner, bold=True, tall=True)
    page.rows(contents.facts)
    page.rule()
    page.rows(contents.items)
    page.rule()
    page.pair(contents.total.left.upper(), contents.total.right, bold=True, tall=True)
    page.rule()
    page.rows(contents.tenders)
    page.rows(contents.asked)
    page.rule()
    page.rows(contents.balances)
    for line in contents.statements:
        page.centered(line)
    page.sign(contents.signing)
    for line in contents.closing:
        page.centered(line)
    if contents.code:
        page.done.append(Code(fit(contents.code, "ascii")))
        page.centered(contents.code)
    return tuple(page.done)


class Roll:
    """Blocks as they are laid down; a rule is laid only between things."""

    def __init__(self, columns: int, code_page: str) -> None:
        self.columns = columns
        self.done: list[Block] = []
        self._code_page = code_page
        # The letters of a printer's code page are all of one width.
        self._width: Measure = width if code_page == UNICODE else len

    def rule(self) -> None:
        if self.done and type(self.done[-1]) is Text:
            self.done.append(Rule())

    def centered(self, text: str, *, bold: bool = False, tall: bool = False) -> None:
        for paragraph in text.splitlines():
            for line in wrap(fit(paragraph, self._code_page), self.columns, self._width):
                self.done.append(Text(line, "center", bold, tall))

    def sign(self, words: str) -> None:
        """Room to sign over a line, or that it was signed on the reader: pictures are not sent to a roll."""
        if words == SIGN_HERE:
            self.done += [Text(""), Text(""), Text(""), Text("x" + "_" * (self.columns - 1))]
        self.centered(words)

    def rows(self, rows: tuple[Row, ...]) -> None:
        for left, right, under in rows:
            self.pair(left, right)
            for low_left, low_right in under:
                self.pair(low_left, low_right, "  ")

    def pair(self, left: str, right: str, indent: str = "", *, bold: bool = False, tall: bool = False) -> None:
        left, right = fit(left, self._code_page), fit(right, self._code_page)
        free = self.columns - len(indent) - self._width(left) - self._width(right)
        if free > 0 and right:  # nearly every line: no need to ask further
            self.done.append(Text(indent + left + " " * free + right, "left", bold, tall))
            return
        for line in two_sides(left, right, self.columns - len(indent), self._width):
            self.done.append(Text(indent + line, "left", bold, tall))


def two_sides(left: str, right: str, columns: int, measure: Measure = width) -> tuple[str, ...]:
    """`left` and `right` at the two edges of `columns`; what does not fit goes on below, never lost, never wider.

    A short right side (an amount) stays on the first line; a long one gets lines of its own under the left.
    """
    left_width, right_width = measure(left), measure(right)
    if left_width + (right_width and right_width + 1) <= columns:
        return (left + " " * (columns - left_width - right_width) + right if right else left,)
    if right_width <= columns // 2:
        first, *rest = wrap(left, columns - (right_width and right_width + 1), measure, hang=2)
        return (first + " " * (columns - measure(first) - right_width) + right if right else first, *rest)
    below = wrap(right, columns - 2, measure)
    return (*wrap(left, columns, measure, hang=2), *(" " * (columns - measure(line)) + line for line in below))


def wrap(text: str, columns: int, measure: Measure = width, hang: int = 0) -> tuple[str, ...]:
    """`text` in lines of at most `columns`, broken at spaces where there are any; later lines hang by `hang` spaces.

    `columns` is in whatever `measure` counts: characters of a grid, or thousandths of a font size on a page.
    """
    if measure(text) <= columns:
        return (text,) if text else ()
    space = measure(" ")
    lines: list[str] = []
    line, used, room, start = "", 0, columns, ""
    for word in text.split():
        wide = measure(word)
        if line and used + space + wide <= room:
            line, used = f"{line} {word}", used + space + wide
            continue
        if line:
            lines.append(start + line)
            room, start = columns - hang * space, " " * hang
        line, used = word, wide
        while used > room:
            cut = _fitting(line, room, measure)
            cut = line.rfind("-", 0, cut) + 1 or cut
            lines.append(start + line[:cut])
            line = line[cut:]
            used, room, start = measure(line), columns - hang * space, " " * hang
    return (*lines, start + line)


def _fitting(word: str, room: int, measure: Measure) -> int:
    """How many characters of `word` fit in `room` columns, one at least, and no mark without its letter."""
    cut = used = 0
    for sign in word:
        used += measure(sign)
        if used > room and cut:
            break
        cut += 1
    return cut
