"""Frozen pictures of what payers allow, made by `app.fee_book` for Settings. Amounts are cents, days the clinic's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from app.fee_schedules import FeeChange
from exchange.drafts import FileContent, Refusal


@dataclass(frozen=True, slots=True)
class PayerFees:
    """A payer with what is known of its prices: how many codes have one today, the day the newest schedule in force
    began (None: all of them begin later), and the day the next one will (None: none is known)."""

    payer_key: str
    payer: str
    codes: int
    since: date | None
    next_on: date | None


@dataclass(frozen=True, slots=True)
class FeeItem:
    """One price and its days, both included; `ends_on` None: no end is known. `state` is one of
    `models.rules.fees.STATES`, `reason` empty for one out of a table. `noted_at` is on the clinic's clock."""

    key: str
    code: str
    cents: int
    starts_on: date
    ends_on: date | None
    state: str
    reason: str
    noted_at: datetime
    noted_by: str


@dataclass(frozen=True, slots=True)
class FeeList:
    """Prices of one payer, by code and the newest first; `found` of them answer the search, of which `items` are the
    first."""

    payer_key: str
    payer: str
    items: tuple[FeeItem, ...] = ()
    found: int = 0


@dataclass(frozen=True, slots=True)
class FeeForm:
    """A price as it is typed. `fee_id` is made when the dialog opens, so that a second Enter writes nothing twice;
    `payer_key` empty: `payer` is typed, too."""

    fee_id: str
    payer: str
    code: str
    cents: int
    starts_on: date
    reason: str


@dataclass(frozen=True, slots=True)
class FeePreview:
    """What files would change, before anything is written: the first of `found` changes, prices that stand already, and
    what cannot be taken. `starts_on`: from when on prices hold whose table does not say it."""

    names: tuple[str, ...]
    contents: tuple[FileContent, ...]
    starts_on: date
    changes: tuple[FeeChange, ...]
    found: int
    same: int
    refusals: tuple[Refusal, ...]
