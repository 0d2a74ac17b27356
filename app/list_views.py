"""Frozen pictures of the long lists: every patient, and every visit with its bill. Amounts are cents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

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
