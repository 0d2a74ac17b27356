"""Frozen pictures of the day sheet. Amounts are cents."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from app.day_sums import DaySums
from app.views import PatientHead
from models.store.queries.day import PAID, POSTED, SERVED

LONGEST_DAYS = 31
"""So many days can be asked for at once (S0-41)."""


class DateType(StrEnum):
    """By which day rows are chosen: posted on, money received on, visit on."""

    POSTED = POSTED
    PAYMENT = PAID
    SERVICE = SERVED


class Tab(StrEnum):
    """The tabs of the sheet."""

    SUMMARY = "summary"
    DEBITS = "debits"
    CREDITS = "credits"
    ADJUSTMENTS = "adjustments"
    PAYMENTS = "payments"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class DaySheetAsk:
    """Which transactions: of the days from `first` to `last` by `by`, of one practitioner, place, desk, person or way
    to pay (empty: all; `tender` as `app.day_sums.tender_key`), with cash that only moved or without. `tab` chooses the
    rows of `page`, which counts from 0."""

    first: date
    last: date
    by: DateType = DateType.POSTED
    practitioner_id: str = ""
    location_id: str = ""
    device: str = ""
    staff_id: str = ""
    tender: str = ""
    moved: bool = False
    tab: Tab = Tab.SUMMARY
    page: int = 0


@dataclass(frozen=True, slots=True)
class DayLine:
    """One row as it is shown. `kind` is one of `app.day_sums.GROUPS`, `words` what it is, `way` how it was paid.
    `amount_cents` is positive for a debit that makes more owed, a credit that pays, an adjustment that lets off."""

    key: str
    kind: str
    side: str
    day: date
    at: datetime | None
    words: str
    way: str
    number: str
    patient: PatientHead | None
    provider: str
    staff: str
    desk: str
    amount_cents: int
    late: bool = False


@dataclass(frozen=True, slots=True)
class DaySheetView:
    """A page of a tab, and the sums over everything that was asked for. The lists are (key, words) to choose from:
    `tenders` and `desks` and `people` those that occur. `late` are payments written down after their day was closed,
    `open_attempts` card payments of this desk nobody knows the end of."""

    ask: DaySheetAsk
    today: date
    lines: tuple[DayLine, ...] = ()
    sums: DaySums = field(default_factory=DaySums)
    first: int = 0
    rows: int = 0
    tab_cents: int = 0
    practitioners: tuple[tuple[str, str], ...] = ()
    locations: tuple[tuple[str, str], ...] = ()
    desks: tuple[tuple[str, str], ...] = ()
    people: tuple[tuple[str, str], ...] = ()
    tenders: tuple[tuple[str, str], ...] = ()
    expected_copay_cents: int = 0
    collected_copay_cents: int = 0
    late: int = 0
    late_cents: int = 0
    open_attempts: int = 0
