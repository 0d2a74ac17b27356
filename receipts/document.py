"""What a receipt says, as data: one document, three layouts (ESC/POS, PDF, text)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicBlock:
    """Who gave the receipt. `training`: a practice of invented people; every paper of it says so."""

    name: str
    address: tuple[str, ...] = ()
    phone: str = ""
    npi: str = ""
    tin: str = ""
    training: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptLine:
    """What was paid for, to whom and when, as the tax office wants it for HSA and FSA accounts.

    `kind` is copay, coinsurance, deductible, balance, prepayment, credit or other; `service_date` is text ready to
    print (`May 14, 2026`), `patient` who was served where that is not whom the receipt is for. The amount is negative
    where money went back.
    """

    description: str
    amount_cents: int
    kind: str = ""
    service_date: str = ""
    provider: str = ""
    code: str = ""
    patient: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TenderLine:
    """How it was paid. Card facts only as a receipt may carry them: brand, last four, never an expiry.

    `method` is cash, check, card, credit, external or other (`name` then says which, `trace_no` its number under
    `trace_label`); `entry_mode` and `cvm` are the keys of
    `receipts.layouts.common`, or what the reader said where it is none of these.
    """

    method: str
    amount_cents: int
    tendered_cents: int = 0
    change_cents: int = 0
    check_no: str = ""
    brand: str = ""
    last4: str = ""
    entry_mode: str = ""
    auth_code: str = ""
    aid: str = ""
    app_label: str = ""
    cvm: str = ""
    tvr: str = ""
    tsi: str = ""
    name: str = ""
    trace_no: str = ""
    trace_label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Balances:
    """The account after this payment, in cents."""

    still_owed_cents: int
    credit_cents: int = 0
    prepaid_cents: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptDocument:
    """One receipt: made once by `receipts.compose`, kept with the print job, printed again as a copy.

    `taken_on` is the business date and `taken_at` the local date and time, both text ready to print (`May 14, 2026`,
    `May 14, 2026 9:42 AM`), `zone` the zone's short name (`CDT`). `copy_no` 0 is the original, 1 and up print
    `*** COPY n ***`. `banner` is empty or a word of `receipts.compose.BANNERS`, `refers_to` the receipt number it is
    about, `reason` why; amounts are negative where money went back. `requested_cents` is what the card was asked for, 0
    without a card. The lines and the tenders each add up to `total_cents`. `clinic_copy` is the clinic's own, with the
    `signature` given on the reader (strokes as `models.rules.signatures` writes them) or a line to sign.
    """

    clinic: ClinicBlock
    receipt_no: str
    payment_number: str
    taken_on: str
    taken_at: str
    zone: str
    station: str
    cashier: str
    patient_name: str
    account_no: str
    total_cents: int
    lines: tuple[ReceiptLine, ...] = ()
    tenders: tuple[TenderLine, ...] = ()
    requested_cents: int = 0
    balances: Balances | None = None
    pending_confirmation: bool = False
    banner: str = ""
    copy_no: int = 0
    message: str = ""
    refund_policy: str = ""
    refers_to: str = ""
    reason: str = ""
    received_on: str = ""
    note: str = ""
    clinic_copy: bool = False
    signature: str = ""
