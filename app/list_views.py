"""Frozen pictures of the long lists: every patient, and every visit with its bill. Amounts are cents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.account_views import ChargeLine
from app.views import PatientHead


class BalanceKind(StrEnum):
    """Which figure the list of patients is narrowed down by (S0-02). STATEMENT: owed less allocated; TOTAL: owed less
    everything paid, negative for a credit; UNALLOCATED: money on account."""

    ANY = ""
    STATEMENT = "statement_cents"
    TOTAL = "total_cents"
    UNALLOCATED = "unallocated_cents"


class PatientOrder(StrEnum):
    """What the list of patients is sorted by; amounts and visits begin with the largest and the newest."""

    NAME = "name"
    BIRTH_DATE = "birth_date"
    STATEMENT = "statement_cents"
    TOTAL = "total_cents"
    UNALLOCATED = "unallocated_cents"
    LAST_VISIT = "last_visit"


@dataclass(frozen=True, slots=True)
class PatientsAsk:
    """Which patients: who fits what was typed, and whose figure lies between two amounts, both included (None: open).
    `page` counts from 0."""

    text: str = ""
    kind: BalanceKind = BalanceKind.ANY
    least_cents: int | None = None
    most_cents: int | None = None
    order: PatientOrder = PatientOrder.NAME
    page: int = 0

    @property
    def narrowed(self) -> bool:
        """Is anybody left out?"""
        return bool(self.text.strip()) or self.kind is not BalanceKind.ANY


@dataclass(frozen=True, slots=True)
class PatientLine:
    """One patient of the list. `credit_cents` is free for any visit, `prepaid_cents` waits for one."""

    patient: PatientHead
    statement_cents: int
    total_cents: int
    credit_cents: int
    prepaid_cents: int
    last_visit: date | None


@dataclass(frozen=True, slots=True)
class PatientsView:
    """A page of the list, and the sums over all who fit. `whole` is False while the sums are still being added up."""

    ask: PatientsAsk
    lines: tuple[PatientLine, ...]
    today: date
    first: int = 0
    patients: int = 0
    statement_cents: int = 0
    unallocated_cents: int = 0
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Exported:
    """A list that was saved: how many rows, under which file name."""

    rows: int
    file: str


# The claims feed --------------------------------------------------------------------------------------------------


class ClaimBalance(StrEnum):
    """Which visits the claims feed keeps: OWES: the patient still owes on it; ON_ACCOUNT: money lies on it, or its
    patient has free credit; SETTLED: nothing is owed and nothing waits."""

    ANY = ""
    OWES = "owes"
    ON_ACCOUNT = "on_account"
    SETTLED = "settled"


ANY_STATUS = "any"
"""Every billing status; the empty one is 'nothing said'."""


@dataclass(frozen=True, slots=True)
class ClaimsAsk:
    """Which visits: of the days from `first` to `last`, of one practitioner (empty: all), with one billing status
    (ANY_STATUS: all), with a balance of a kind. `unfolded` visits come with their line items; `page` counts from 0."""

    first: date
    last: date
    practitioner_id: str = ""
    billing_status: str = ANY_STATUS
    balance: ClaimBalance = ClaimBalance.ANY
    unfolded: frozenset[str] = frozenset()
    page: int = 0


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """A visit with its bill. `credit_cents` is free credit of its patient, the same at every visit of theirs (green);
    `prepaid_cents` was paid for this visit and waits (yellow). `items` is how many charges it has, `lines` are they
    where the visit is unfolded. `patient_cents` is the patient's part of the charges, `balance_cents` what of it is
    neither paid nor let off.
    """

    appointment_id: str
    patient: PatientHead
    service_date: date
    title: str
    practitioner: str
    visit_status: str
    billed_cents: int
    allowed_cents: int
    insurance_paid_cents: int
    patient_cents: int
    balance_cents: int
    insurance_pending: bool
    credit_cents: int
    prepaid_cents: int
    billing_status: str
    items: int
    future: bool = False
    lines: tuple[ChargeLine, ...] = ()


@dataclass(frozen=True, slots=True)
class ClaimsView:
    """A page of the claims feed, and sums over everything that fits. `practitioners` are (id, name) to choose from."""

    ask: ClaimsAsk
    lines: tuple[ClaimLine, ...]
    today: date
    practitioners: tuple[tuple[str, str], ...]
    first: int = 0
    visits: int = 0
    billed_cents: int = 0
    balance_cents: int = 0
    pending: int = 0
