"""Bodies of the operations that are not plain records: money taken, moved, given back, written off; visits moved on."""

from __future__ import annotations

from dataclasses import dataclass

TENDERS = ("cash", "check", "card", "external", "other")
"""How money comes in. `external` was paid elsewhere (EHR, portal) and is only mirrored; `other` is recorded by hand
under a method of the practice's own list."""

ONLINE = "online"
"""Paid from home: no tender of a desk. The hub alone makes such payments, and the processor gives them back."""
GIVEN_BACK_BY = (*TENDERS, ONLINE)
"""How money goes back."""

PAYMENT_TYPES = ("", "copay", "coinsurance", "other")
"""What money is for, as a payment's field (S0-05); empty is credit. Refund and correction are operations apart."""

NOT_COLLECTING_REASONS = ("declined", "no_means", "waived", "insurance_question", "other")


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFacts:
    """What a receipt may say of a card: never a number, a track or an expiry."""

    brand: str = ""
    last4: str = ""
    entry_mode: str = ""
    auth_code: str = ""
    host_ref: str = ""
    terminal_txn_no: str = ""
    terminal_ref: str = ""
    merchant: str = "main"
    aid: str = ""
    app_label: str = ""
    cvm: str = ""
    tvr: str = ""
    tsi: str = ""
    holder: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collect:
    """Money was taken (fact). `amount_cents` is what stays: tendered less change, or what the card approved.

    With an appointment the lot is earmarked to it until it is allocated; without, it is free credit. `method_id` names
    the practice's own way to pay (tender `other`), `trace_no` its number; `received_date` is the day the money came in
    where that is not the business date it was posted on. `request_id` names what had been asked, where it is for that.
    Tender ONLINE: posted from what `online_id` brought, by the hub's own rule (operations.online). `returned_of` names
    a card payment whose void the bank sent back: its money is here again, and the patient has not got it.
    """

    payment_id: str
    patient_id: str
    tender: str
    amount_cents: int
    number: str
    receipt_no: str
    appointment_id: str = ""
    tendered_cents: int = 0
    change_cents: int = 0
    requested_cents: int = 0
    check_no: str = ""
    check_name: str = ""
    drawer: str = ""
    attempt_id: str = ""
    card: CardFacts | None = None
    memo: str = ""
    payment_type: str = ""
    method_id: str = ""
    trace_no: str = ""
    received_date: str = ""
    practitioner_id: str = ""
    request_id: str = ""
    online_id: str = ""
    returned_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationLine:
    """`amount_cents` of the lot to one charge; or, with `charge_id` empty, set aside for the appointment that has no
    charge yet."""

    charge_id: str
    amount_cents: int
    appointment_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocate:
    """Spend a lot on charges (decision). `if_short` says what to do when less is there: take_available or reject.

    `lot_payment_id` names the payment whose lot is spent; the engine takes the part earmarked to the charge's own
    appointment first, then free credit, never what is earmarked to another appointment. A line without a charge
    earmarks free credit to its appointment. `provisional_cents` of it were spent without the line although another
    desk might have spent them, too.
    """

    allocation_id: str
    lot_payment_id: str
    patient_id: str
    lines: tuple[AllocationLine, ...]
    if_short: str = "take_available"
    provisional_cents: int = 0


MOVE_WAYS = ("move", "fill", "autofill", "free")
"""How a move came about, as the log tells it: by hand, many items at once (F), by rule (A), taken off a visit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveLine:
    """`amount_cents` of one payment's money from where it lies to where it shall lie.

    From: what it paid to `from_charge_id`; what is set aside for `from_appointment_id`; with neither, free credit.
    To: the charge `to_charge_id`; set aside for `to_appointment_id`; with neither, free credit.
    """

    lot_payment_id: str
    amount_cents: int
    from_charge_id: str = ""
    from_appointment_id: str = ""
    to_charge_id: str = ""
    to_appointment_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Move money on account between visits, or between a visit and credit (decision; S0-14, S0-15, S0-16).

    Whatever moves, total paid and total balance stay. All lines stand or none does, unless `if_short` is
    take_available: then each line takes what is there. `way` is one of MOVE_WAYS, `provisional_cents` as in Allocate.
    """

    move_id: str
    patient_id: str
    lines: tuple[MoveLine, ...]
    way: str = "move"
    if_short: str = "reject"
    reason: str = ""
    provisional_cents: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """Take back acts that only moved or adjusted (decision): every transfer of `op_ids` is mirrored, or none.

    For allocations, moves, fills, adjustments; money that came or went is never undone, but reversed or refunded.
    """

    undo_id: str
    patient_id: str
    op_ids: tuple[str, ...]


REVERSE_ACTS = ("void", "delete", "bounced")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reverse:
    """A whole payment is taken back (fact): cash returned, card sale voided, check handed back, entry deleted.

    Everything it had paid is owed again. `given_back_cents` really went, the way it had come: over the counter, by the
    processor, by the bank, off the drawer's list; whoever did it may not have known what others did to the payment. 0
    is an older version's, which did not say. `card` carries the terminal's answer to the void. `act` is one of
    REVERSE_ACTS: void and delete belong to the payment's business day, a check bounces later.
    """

    payment_id: str
    patient_id: str
    reason: str
    reversal_id: str
    receipt_no: str
    drawer: str = ""
    card: CardFacts | None = None
    act: str = "void"
    given_back_cents: int = 0


REFUND_REASONS = (
    "patient_request", "billing_error", "service_not_rendered", "duplicate_charge", "insurance_adjustment", "other",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundLine:
    """`amount_cents` of what the payment paid to a charge is what goes back."""

    charge_id: str
    amount_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRequest:
    """Give money of one payment back (decision): it is set aside at once, so that it cannot be spent or given back
    twice; the money itself moves with RefundPaid. Never more than the payment still holds.

    Taken from `lines` first, then from what is unallocated, then from what it paid, newest first. `tender` is how it
    goes back, the payment's own unless a manager said otherwise. `reason` is one of REFUND_REASONS. `reopens_cents` of
    it the person saw go out of what visits had been paid with; more than that is told to somebody (H4).
    """

    refund_id: str
    payment_id: str
    patient_id: str
    amount_cents: int
    tender: str
    reason: str
    number: str
    note: str = ""
    method_id: str = ""
    check_no: str = ""
    lines: tuple[RefundLine, ...] = ()
    reopens_cents: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundPaid:
    """The money of a refund was handed back (fact): out of the drawer, by check, to the card. `online_return_id` is
    what the processor gave back of a payment from home; such a refund follows from `online.post` alone."""

    refund_id: str
    payment_id: str
    patient_id: str
    amount_cents: int
    tender: str
    receipt_no: str
    drawer: str = ""
    check_no: str = ""
    method_id: str = ""
    attempt_id: str = ""
    card: CardFacts | None = None
    online_return_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundFailed:
    """A refund that was set aside did not happen (fact): the money lies where it lay. `reason` is a word of ours
    (`declined`, `not_sent`, `given_up`)."""

    refund_id: str
    patient_id: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundUndone:
    """A refund came back (fact): the money lies again where it lay before. Cash the patient handed back on the same
    day; a card's refund was sent back by the bank, days later, and has no receipt: `reason` is the bank's word."""

    refund_id: str
    patient_id: str
    reason: str
    receipt_no: str
    drawer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundElsewhere:
    """A refund made in another program, not tied to a payment there (fact; S3-06). It counts against the patient's
    unallocated money at once and waits to be netted with a payment (S3-07); see RefundPlace."""

    refund_id: str
    patient_id: str
    amount_cents: int
    tender: str
    number: str = ""
    method_id: str = ""
    received_date: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundPlace:
    """Put a refund made elsewhere where its payment lies (decision; S3-07): onto a visit, where it nets with what is
    set aside for that visit now or later; straight onto a payment's free credit; or, with neither, back."""

    place_id: str
    refund_id: str
    patient_id: str
    appointment_id: str = ""
    lot_payment_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correct:
    """A payment was entered too high (fact; S0-09, S0-11): a negative line with a receipt of its own. The money never
    was there, so no drawer opens; never below zero for the payment as a whole."""

    correction_id: str
    payment_id: str
    patient_id: str
    amount_cents: int
    reason: str
    number: str
    receipt_no: str
    note: str = ""


ADJUSTMENT_KINDS = ("discount", "courtesy", "write_off", "recovery")
ADJUSTMENT_GROUPS = ("CO", "OA", "PI", "PR")


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjust:
    """A charge is owed less without money (decision; S0-27). `group` is CO, OA, PI or PR, `reason_code` a code of
    `models.rules.adjusting`. Never more than is still owed on the charge. `recovery` is the other way round: of what
    was written off, so much is owed again."""

    adjustment_id: str
    charge_id: str
    patient_id: str
    kind: str
    group: str
    reason_code: str
    amount_cents: int
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """A fee the practice itself asks for (decision): no-show, bounced check. `charge_id` is a natural id of visit and
    code, so two desks make one fee; put again with another amount it changes, with 0 it is taken off."""

    charge_id: str
    patient_id: str
    code: str
    description: str
    amount_cents: int
    service_date: str
    appointment_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeOpened:
    """A bank takes card money back (fact): it is in dispute; the patient's side does not change yet."""

    dispute_id: str
    payment_id: str
    patient_id: str
    amount_cents: int
    fee_cents: int = 0
    reason: str = ""
    reference: str = ""


DISPUTE_OUTCOMES = ("won", "owed_again", "absorbed")


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeClosed:
    """A dispute ended (fact): won (the money came back), lost and the patient owes again, lost and the practice bears
    it."""

    dispute_id: str
    patient_id: str
    outcome: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """A visit on a statement, in cents."""

    service_date: str
    description: str
    owed_cents: int
    paid_cents: int
    balance_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementIssued:
    """A statement was made (fact): what the patient was told, word for word. `channel` is print, pdf or email."""

    statement_id: str
    patient_id: str
    number: str
    channel: str
    balance_cents: int
    unallocated_cents: int
    lines: tuple[StatementLine, ...]
    due_date: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitBilling:
    """The billing status of a visit is set by hand (fact; S0-23), one of records.BILLING_STATUSES."""

    appointment_id: str
    patient_id: str
    billing_status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitStatus:
    """A visit moves on (fact), to one of records.APPOINTMENT_STATUSES or a `custom:` one. `by_payment`: a payment for
    the visit checked it in; what waits for the visit is left as that payment's sheet showed it."""

    appointment_id: str
    patient_id: str
    status: str
    by_payment: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NotCollecting:
    """Nothing is collected for a visit today, and why (fact). See NOT_COLLECTING_REASONS."""

    appointment_id: str
    patient_id: str
    reason: str
    note: str = ""
    due_cents: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """Derived by the hub: what no longer fits on a charge goes back to the lots it came from, newest first."""

    charge_id: str
    patient_id: str
    cause_op_id: str
    lines: tuple[ReleaseLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseLine:
    """`amount_cents` back to the lot of `lot_payment_id`."""

    lot_payment_id: str
    amount_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoAllocated:
    """Derived by the hub: money pays charges by rule. `rule` is visit (it waited for this appointment), credit (free
    credit, where the practice and the provider let it) or other_visit (set aside for another visit, likewise)."""

    lot_payment_id: str
    patient_id: str
    appointment_id: str
    cause_op_id: str
    lines: tuple[AllocationLine, ...]
    rule: str = "visit"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentLapsed:
    """Derived by the hub: a charge became smaller than what was taken off it, so that much of it no longer counts."""

    charge_id: str
    patient_id: str
    cause_op_id: str
    amount_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Freed:
    """Derived by the hub: money that waited for a visit that will not be becomes credit, a day after (H6)."""

    appointment_id: str
    patient_id: str
    lines: tuple[ReleaseLine, ...]


# The drawer and the day --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawerOpened:
    """A drawer begins with a counted float (fact). `moved_cents` came from the safe for it; negative: went there."""

    session_id: str
    drawer: str
    float_cents: int
    moved_cents: int = 0


DRAWER_MOVES = ("paid_in", "paid_out", "no_sale")


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawerMoved:
    """Money was put into a drawer or taken out without a patient, or it was only opened (fact): `kind` is one of
    DRAWER_MOVES, `amount_cents` 0 for no_sale."""

    move_id: str
    drawer: str
    kind: str
    reason: str
    amount_cents: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CoinCount:
    """So many notes or coins of `value_cents`; `rolls` are counted as an amount: value 1, `rolled`."""

    value_cents: int
    count: int
    rolled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TenderCount:
    """A way to pay at the close: what the books say of it, what was in hand or on the reader's own report, in cents.
    `brand` names a card brand."""

    tender: str
    sales: int
    taken_cents: int
    refunded_cents: int
    counted_cents: int
    brand: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSeen:
    """A check of the day: in hand, missing, or in hand and never posted (`payment_id` empty)."""

    payment_id: str = ""
    check_no: str = ""
    amount_cents: int = 0
    in_hand: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawerClosed:
    """A drawer was counted and its day closed (fact). `expected_cents` is what the books said then; the difference is
    posted as over or short, and what is beyond `kept_cents` goes to the safe. The operation's business date, and every
    day before it, is locked at this desk."""

    close_id: str
    drawer: str
    number: str
    float_cents: int
    expected_cents: int
    counted_cents: int
    kept_cents: int
    coins: tuple[CoinCount, ...] = ()
    tenders: tuple[TenderCount, ...] = ()
    checks: tuple[CheckSeen, ...] = ()
    recounts: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositMade:
    """A slip for the bank (decision): the cash of a close and the payments it lists. A payment is on one slip at most,
    else the slip falls. `coin_cents` is the part of `cash_cents` in coins."""

    deposit_id: str
    number: str
    drawer: str
    close_id: str
    cash_cents: int
    check_cents: int
    payment_ids: tuple[str, ...] = ()
    coin_cents: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositDeleted:
    """A slip is taken back (decision): its payments, the same as it listed, may go on another."""

    deposit_id: str
    payment_ids: tuple[str, ...]
    reason: str = ""
