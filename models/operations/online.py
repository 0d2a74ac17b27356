"""Bodies of the operations about money that patients pay from home: captured by the processor, told by the hub alone,
and written into the accounts of patients when somebody, or the practice's rule, posts it.

Until then it lies in clearing accounts and changes no figure of a patient (docs/ledger.md). A payment from home keeps
its id and its number when it is posted: `payment_id` is its `online_id`.
"""

from __future__ import annotations

from dataclasses import dataclass

from models.operations.bodies import AllocationLine

CHANNELS = ("portal", "link", "plan")
"""Where the patient paid: signed in, by a one-time link, by a plan's own charge."""

CARD, BANK = "card", "bank"
WAYS = (CARD, BANK)
"""What was charged: a card, or a bank account (a bank debit, ACH), which takes days."""
ACH = "ach"
"""The method of a payment that came by bank debit."""

MERCHANT = "online"
"""The account of the processor that takes money from home, as card payments name theirs: CARD:online."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlineItem:
    """`amount_cents` of a payment are meant for this charge."""

    charge_id: str
    amount_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlineReceive:
    """The processor captured so much (fact, by the hub alone). Nothing of it is on the account yet.

    `patient_id` is whose account is paid: the guarantor of who paid. `number` is what people call it, and the receipt
    number of the payment it becomes. `items` are the charges the patient chose; empty: the balance as a whole, oldest
    first. `source_id` names what it answers beside the balance (a link, a plan's instalment), `request_id` a payment
    request. `intent`, `charge` and `customer` are the processor's opaque names, `paid_at` its clock (UTC text), and
    `receipt_to` the address the patient wants the receipt at. `way` is one of WAYS; of a bank account `brand` names the
    bank.
    """

    online_id: str
    patient_id: str
    amount_cents: int
    channel: str
    number: str
    paid_at: str
    intent: str
    charge: str = ""
    customer: str = ""
    items: tuple[OnlineItem, ...] = ()
    brand: str = ""
    last4: str = ""
    kept_card_id: str = ""
    source_id: str = ""
    request_id: str = ""
    receipt_to: str = ""
    way: str = CARD


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlineProcessing:
    """A patient's bank was asked for so much (fact, by the hub alone). No money has come: for up to about four business
    days nobody knows whether it will, and nothing else is to be paid meanwhile. `online_id` is the payment's from home,
    should it come (OnlineReceive); otherwise the bank refuses (OnlineRefused). `asked_at` is the processor's clock (UTC
    text), `brand` the bank; other fields as of OnlineReceive."""

    online_id: str
    patient_id: str
    amount_cents: int
    channel: str
    asked_at: str
    intent: str
    items: tuple[OnlineItem, ...] = ()
    brand: str = ""
    last4: str = ""
    kept_card_id: str = ""
    source_id: str = ""
    request_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlineRefused:
    """A patient's bank did not pay what it was asked for (fact, by the hub alone): nothing came, and what was to be
    paid is owed as before. `reason` is the bank's word (`insufficient_funds`, `account_closed`, …)."""

    online_id: str
    patient_id: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlinePost:
    """Write a payment from home, or with `return_id` what of it went back, into the account (decision).

    A payment becomes `payment.collect` of the guarantor and `payment.allocate` by `lines`, as far as they are still
    owed; the rest is credit. What went back becomes `refund.paid`. Falls where it was posted or associated before.
    """

    online_id: str
    patient_id: str
    lines: tuple[AllocationLine, ...] = ()
    return_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlineAssociate:
    """The money is in the books already, by another program or by a payment entered by hand (decision): it is not
    posted again. `payment_id` names that payment where it is known here."""

    online_id: str
    patient_id: str
    return_id: str = ""
    payment_id: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlineArchive:
    """Put a payment, or with `return_id` what of it went back, away from the inbox, or with `archived` off take it out
    again (fact)."""

    online_id: str
    patient_id: str
    return_id: str = ""
    archived: bool = True


RETURN_KINDS = ("refund", "void")
"""How money goes back: a refund, or the charge itself falls because it had not left the bank yet (S1-14)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlineReturn:
    """The processor gave so much of a payment back (fact, by the hub alone). `refund_id` is the refund that had been
    asked for at a desk; one made at the processor itself has none. `kind` is one of RETURN_KINDS."""

    return_id: str
    online_id: str
    patient_id: str
    amount_cents: int
    number: str
    returned_at: str
    reference: str
    kind: str = "refund"
    refund_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlineRefundRefused:
    """The processor does not give a refund that was asked for at a desk (fact, by the hub alone): its money lies where
    it lay. `reason` is the processor's word."""

    refund_id: str
    online_id: str
    patient_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlineReturnFailed:
    """What the processor had given back came back to it (fact, by the hub alone; days later: the card's account is
    closed). `reason` is the bank's word."""

    return_id: str
    online_id: str
    patient_id: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutLine:
    """One line of a payout: a payment from home (`charge`), what went back (`refund`), or anything else the
    processor's account paid or took (`other`: a reader at a desk, a dispute, a fee of its own). Cents, as they count
    for the bank; `fee_cents` is what the processor keeps."""

    kind: str
    amount_cents: int
    fee_cents: int = 0
    online_id: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlinePayout:
    """The processor paid out what had gathered (fact, by the hub alone; S1-15): `amount_cents` reach the bank on
    `arrives_on`. Only what came from home is posted: the rest is of readers, whose days are closed at desks."""

    payout_id: str
    amount_cents: int
    arrives_on: str
    lines: tuple[PayoutLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlinePayoutFailed:
    """A payout came back from the bank (fact, by the hub alone): the money lies with the processor again."""

    payout_id: str
    reason: str = ""


DISPUTE_ENDS = ("won", "lost")
"""How a bank decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlineDisputeEnded:
    """A bank decided a dispute about money from home that is not posted (fact, by the hub alone). `outcome` is one of
    DISPUTE_ENDS, `amount_cents` what it had taken back. Won: that lies with the processor again. Lost: so much less is
    left to be posted, and who owes owes as before."""

    dispute_id: str
    online_id: str
    patient_id: str
    amount_cents: int
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlineDisputeLost:
    """A bank decided a dispute against the practice (fact, by the hub alone): the money stays away. Nothing moves by
    that; a person says whether the patient owes it again or the practice bears it (DisputeClosed)."""

    dispute_id: str
    patient_id: str
