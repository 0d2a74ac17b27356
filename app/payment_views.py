"""What screens see of all payments: a page of the list, and the cards above it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from models.rules.payment_status import Status

PAGE = 50
TENDERS = (
    ("cash", "Cash"), ("check", "Check"), ("card", "Card"), ("online", "Online, from home"), ("other", "Other ways"),
    ("external", "Paid elsewhere"),
)  # fmt: skip
"""How money comes, as the list is filtered by it and saved."""


class PaymentOrder(StrEnum):
    """What the list is sorted by (S2-04)."""

    CREATED = "created"
    AMOUNT = "amount"
    DUE = "due"
    STATUS = "status"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class PaymentsAsk:
    """Which payments (S2-03, S2-05): with one of `statuses` (none: all), of a place, a tender, a member of staff
    (empty: all), of business days from `first` to `last`, both included (None: open). `text` is a payment's number or
    the beginning of names. `page` counts from 0."""

    statuses: frozenset[Status] = frozenset()
    location: str = ""
    tender: str = ""
    staff: str = ""
    first: date | None = None
    last: date | None = None
    text: str = ""
    order: PaymentOrder = PaymentOrder.CREATED
    descending: bool = True
    page: int = 0

    @property
    def filtered(self) -> bool:
        """Do figures stand for less than everything? They say so then."""
        return PaymentsAsk(order=self.order, descending=self.descending, page=self.page) != self


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """One row (S2-02): a payment (`payment_id`) or, while no money has come for all of it, a request (`request_id`).
    `treatment` is the visit it is for, and `treatment_number` what people call it; `tender` how money came, empty while
    none has."""

    payment_id: str
    request_id: str
    number: str
    patient_id: str
    patient: str
    amount_cents: int
    refunded_cents: int
    status: Status
    due: date | None
    overdue: bool
    treatment: str
    treatment_number: str
    created: datetime
    memo: str
    tender: str = ""

    @property
    def id(self) -> str:
        """The payment's id, or the request's."""
        return self.payment_id or self.request_id


@dataclass(frozen=True, slots=True)
class PaymentChoices:
    """What the list can be filtered by: (id, name) of places, ways to pay, and everybody who ever took a payment."""

    locations: tuple[tuple[str, str], ...] = ()
    tenders: tuple[tuple[str, str], ...] = ()
    staff: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class PaymentsView:
    """A page of the list from row `first` (0) on, and the sums over all that fit."""

    ask: PaymentsAsk
    lines: tuple[PaymentLine, ...]
    today: date
    first: int = 0
    payments: int = 0
    cents: int = 0

    @property
    def pages(self) -> int:
        """How many pages there are; an empty list has one."""
        return max(-(-self.payments // PAGE), 1)


@dataclass(frozen=True, slots=True)
class Month:
    """One bar of the trend: what was collected, and how the running month will probably end (0 for others)."""

    year: int
    month: int
    cents: int
    projected_cents: int = 0


@dataclass(frozen=True, slots=True)
class PaymentCards:
    """The cards (S2-01), of all that fits the filter. `collected_cents` adds up what is paid, literally; `net_cents`
    all money that came less what went back. `ahead_percent`: the running month against the one before at the same day
    (None: nothing to compare with). `by_status` has all nine."""

    ask: PaymentsAsk
    collected_cents: int
    net_cents: int
    months: tuple[Month, ...]
    month_so_far_cents: int
    ahead_percent: int | None
    outstanding: int
    outstanding_cents: int
    overdue: int
    overdue_cents: int
    by_status: dict[Status, int]

    @property
    def payments(self) -> int:
        """How many fit."""
        return sum(self.by_status.values())

    @property
    def year_cents(self) -> int:
        """What the twelve months of the trend add up to."""
        return sum(month.cents for month in self.months)
