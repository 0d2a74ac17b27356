"""Frozen pictures of money that patients pay from home: the inbox, all transactions, deposits. Amounts are cents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from app.views import PatientHead


class OnlineTab(StrEnum):
    """What the page shows."""

    INBOX = "inbox"
    TRANSACTIONS = "transactions"
    DEPOSITS = "deposits"
    REQUESTS = "requests"


class Posted(StrEnum):
    """Which transactions: ANY, those that wait, those that are dealt with (S1-10)."""

    ANY = ""
    WAITS = "not_posted"
    DONE = "posted"


@dataclass(frozen=True, slots=True)
class OnlineAsk:
    """Which transactions: of the last `days` (S1-13: a month), and whatever waits; `page` counts from 0."""

    days: int = 31
    posted: Posted = Posted.ANY
    page: int = 0


UNDER_WAY, REFUSED = "processing", "refused"
NO_MONEY = (UNDER_WAY, REFUSED)
"""States of bank debits that brought nothing, or nothing yet."""


@dataclass(frozen=True, slots=True)
class OnlineLine:
    """A payment from home, or with `return_id` what of it went back. `state`: open (not posted), posted, elsewhere
    (associated), off (went back before it was posted), failed (what went back came back); or of a bank debit, which is
    no money then: processing (its bank was asked), refused (with the bank's word, `reason`). `kind`: payment, refund,
    void. `left_cents` may be posted; `settled_by` who did, empty where nobody has; `by_bank`: a bank debit, of
    an account at `bank`; `refundable`: it is posted and may be given back."""

    online_id: str
    return_id: str
    patient: PatientHead
    at: datetime
    kind: str
    channel: str
    number: str
    card: str
    amount_cents: int
    left_cents: int
    state: str
    settled_at: datetime | None = None
    settled_by: str = ""
    archived: bool = False
    paid_out: bool = False
    by_bank: bool = False
    bank: str = ""
    reason: str = ""

    @property
    def key(self) -> str:
        """Its name in lists."""
        return self.return_id or self.online_id

    @property
    def waits(self) -> bool:
        """Is it to be posted or associated?"""
        return self.state == "open"

    @property
    def came(self) -> bool:
        """Is it money? Not while a bank was only asked, or has refused."""
        return self.state not in NO_MONEY

    @property
    def refundable(self) -> bool:
        """May it be given back? Only what is posted (S1-14)."""
        return self.kind == "payment" and self.state == "posted"


@dataclass(frozen=True, slots=True)
class Deposit:
    """What the processor paid out (S1-15): `online_cents` of it came from home, after `fee_cents` it kept of that;
    `debits` of its `payments` are bank debits."""

    payout_id: str
    arrives_on: date
    amount_cents: int
    online_cents: int
    fee_cents: int
    payments: int
    refunds: int
    failed: bool
    debits: int = 0


@dataclass(frozen=True, slots=True)
class OnlineView:
    """What the page shows: `waits` transactions are not posted, `waits_cents` in all (payments less what went back).
    `more`: there is another page after this one."""

    lines: tuple[OnlineLine, ...]
    deposits: tuple[Deposit, ...]
    waits: int
    waits_cents: int
    today: date
    on: bool = True
    more: bool = False


@dataclass(frozen=True, slots=True)
class Goes:
    """Where a part of a payment goes: to a charge, or (without one) to credit."""

    charge_id: str
    words: str
    day: date | None
    patient: str
    owed_cents: int
    cents: int


@dataclass(frozen=True, slots=True)
class PostSheet:
    """What posting would do. `chosen`: the patient said which charges; else the oldest of the family come first."""

    line: OnlineLine
    goes: tuple[Goes, ...]
    credit_cents: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class SameMoney:
    """A payment that somebody entered by hand, which may be the same money; `same`: of the same amount."""

    payment_id: str
    words: str
    same: bool


@dataclass(frozen=True, slots=True)
class AssociateSheet:
    """What a transaction may be associated with."""

    line: OnlineLine
    payments: tuple[SameMoney, ...]
