"""From what happened at the desk to what the receipt says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from models.basics.ids import is_training
from models.ledger.figures import Figures
from models.operations.bodies import CardFacts
from models.operations.records import Practice
from receipts.document import Balances, ClinicBlock, ReceiptDocument, ReceiptLine, TenderLine

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

BANNERS = {
    "payment": "",
    "void": "VOID",
    "refund": "REFUND",
    "correction": "CORRECTION",
    "delete": "DELETED",
    "bounced": "CHECK RETURNED",
    "refund_undone": "REFUND UNDONE",
    "recovered": "RECEIVED BACK",
    "given_back": "HANDED BACK",
}
"""What a receipt can be about (S0-11, S0-26)."""

MONEY_IN = frozenset({"payment", "refund_undone", "recovered"})
"""Kinds whose money came in. All others take money back: their amounts are printed negative."""

BRANDS = {
    "visa": "Visa",
    "mastercard": "Mastercard",
    "amex": "American Express",
    "discover": "Discover",
    "diners": "Diners Club",
    "jcb": "JCB",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleLine:
    """What part of the money went where. `service_date` is ISO text or empty; for the kinds see `ReceiptLine`.
    `patient` names who was served, where that is another one of the family."""

    amount_cents: int
    kind: str
    description: str = ""
    service_date: str = ""
    provider: str = ""
    code: str = ""
    patient: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleTender:
    """How money moved. `tender` is cash, check, card, credit (on account), external or other; `amount_cents` is what
    stayed: tendered less change, or what the card approved. `name` is what the practice calls its own way to pay,
    `trace_no` its number and `trace_label` what that is called."""

    tender: str
    amount_cents: int
    tendered_cents: int = 0
    change_cents: int = 0
    check_no: str = ""
    card: CardFacts | None = None
    name: str = ""
    trace_no: str = ""
    trace_label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """What happened, as the desk knows it once it is written down. All amounts are positive, whatever `kind` is.

    `kind` is a key of BANNERS; `refers_to` the receipt number that a void, refund or correction is about, `reason` why,
    in words for the patient. `taken_at` is aware and in the clinic's zone, `business_date` ISO text. `requested_cents`
    is what the card was asked for. `after` is the account with this payment in it, None leaves the balances off.
    `pending_confirmation`: credit was spent here that the hub has not confirmed yet.
    """

    practice: Practice
    receipt_no: str
    payment_number: str
    taken_at: datetime
    business_date: str
    station: str
    cashier: str
    patient_name: str
    account_no: str
    lines: tuple[SaleLine, ...]
    tenders: tuple[SaleTender, ...]
    kind: str = "payment"
    refers_to: str = ""
    reason: str = ""
    requested_cents: int = 0
    after: Figures | None = None
    pending_confirmation: bool = False
    received_date: str = ""
    note: str = ""


def compose(sale: Sale) -> ReceiptDocument:
    """The receipt for `sale`: itemised by person, date of service, description and provider, with no diagnosis.

    Money that no line names is shown as kept on account, so lines and tenders always add up. Raises ValueError when
    the lines say more than was paid, the kind is not known or the time has no zone: nothing else can go wrong here.
    """
    if sale.taken_at.tzinfo is None:
        raise ValueError("naive time")
    banner = BANNERS.get(sale.kind)
    if banner is None:
        raise ValueError(f"no receipt is about a {sale.kind}")
    sign = 1 if sale.kind in MONEY_IN else -1
    paid_cents = sum(tender.amount_cents for tender in sale.tenders)
    return ReceiptDocument(
        clinic=clinic_block(sale.practice),
        receipt_no=sale.receipt_no,
        payment_number=sale.payment_number,
        taken_on=date_text(sale.business_date),
        taken_at=f"{date_text(sale.taken_at.date().isoformat())} {time_text(sale.taken_at)}",
        zone=_zone(sale.taken_at),
        station=sale.station,
        cashier=sale.cashier,
        patient_name=sale.patient_name,
        account_no=sale.account_no,
        lines=tuple(_line(line, sign) for line in (*sale.lines, *_rest(sale, paid_cents))),
        tenders=tuple(_tender(tender, sign) for tender in sale.tenders),
        total_cents=sign * paid_cents,
        requested_cents=0 if banner else sale.requested_cents,
        balances=_balances(sale.after),
        pending_confirmation=sale.pending_confirmation,
        banner=banner,
        message=sale.practice.receipt_message,
        refund_policy=sale.practice.refund_policy,
        refers_to=sale.refers_to,
        reason=sale.reason,
        received_on="" if sale.received_date in ("", sale.business_date) else date_text(sale.received_date),
        note=sale.note,
    )


def as_copy(document: ReceiptDocument, copy_no: int) -> ReceiptDocument:
    """The same receipt marked `*** COPY n ***`, n from 1. It says what the original said, balances included."""
    if copy_no < 1:
        raise ValueError("copies count from 1")
    return replace(document, copy_no=copy_no)


def as_clinic_copy(document: ReceiptDocument, signature: str = "") -> ReceiptDocument:
    """The same receipt as the clinic keeps it: with the signature given on the reader, else with a line to sign."""
    return replace(document, clinic_copy=True, signature=signature, copy_no=0)


def date_text(iso: str) -> str:
    """`2026-05-14` as `May 14, 2026`; what is no ISO date is left as it is."""
    try:
        day = date.fromisoformat(iso)
    except ValueError:
        return iso
    return f"{MONTHS[day.month - 1]} {day.day}, {day.year}"


def time_text(moment: datetime) -> str:
    """`9:42 AM` on the clock the moment is in."""
    return f"{moment.hour % 12 or 12}:{moment.minute:02d} {'AM' if moment.hour < 12 else 'PM'}"


def _zone(moment: datetime) -> str:
    name = moment.tzname() or ""
    return f"UTC{name}" if name[:1] in {"+", "-"} else name


def clinic_block(practice: Practice) -> ClinicBlock:
    """Who writes, as every paper of the practice names it."""
    return ClinicBlock(
        name=practice.name,
        address=practice.address,
        phone=practice.phone,
        npi=practice.npi,
        tin=practice.tin,
        training=is_training(practice.id),
    )


def _rest(sale: Sale, paid_cents: int) -> tuple[SaleLine, ...]:
    rest_cents = paid_cents - sum(line.amount_cents for line in sale.lines)
    if rest_cents < 0:
        raise ValueError("the lines of a receipt say more than was paid")
    if not rest_cents:
        return ()
    if sale.kind in MONEY_IN:
        return (SaleLine(amount_cents=rest_cents, kind="credit"),)
    return (SaleLine(amount_cents=rest_cents, kind="other", description="Credit on account"),)


def _line(line: SaleLine, sign: int) -> ReceiptLine:
    return ReceiptLine(
        description=line.description,
        amount_cents=sign * line.amount_cents,
        kind=line.kind,
        service_date=date_text(line.service_date),
        provider=line.provider,
        patient=line.patient,
        code="" if line.code.casefold() == line.kind.casefold() else line.code,  # "COPAY" says what the line says
    )


def _tender(tender: SaleTender, sign: int) -> TenderLine:
    card = tender.card or CardFacts()
    digits = "".join(character for character in card.last4 if character.isdigit())
    return TenderLine(
        method=tender.tender,
        amount_cents=sign * tender.amount_cents,
        tendered_cents=tender.tendered_cents,
        change_cents=tender.change_cents,
        check_no=tender.check_no,
        name=tender.name,
        trace_no=tender.trace_no,
        trace_label=tender.trace_label,
        brand=BRANDS.get(card.brand.lower(), card.brand),
        last4=digits[-4:],
        entry_mode=card.entry_mode,
        auth_code=card.auth_code,
        aid=card.aid,
        app_label=card.app_label,
        cvm=card.cvm,
        tvr=card.tvr,
        tsi=card.tsi,
    )


def _balances(after: Figures | None) -> Balances | None:
    if after is None:
        return None
    return Balances(
        still_owed_cents=after.statement_balance_cents,
        credit_cents=after.credit_cents,
        prepaid_cents=after.prepaid_cents,
    )
