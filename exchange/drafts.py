"""What a reader finds in one file, before it is known whom it speaks of: records with references still open.

A draft carries a record of `models.operations.records` whose ids are empty; `exchange.linking` fills them in.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from exchange.money import MoneyElsewhere
from exchange.x12.eligibility import Subject
from models.basics.errors import Fact, ImportRefused
from models.operations import records


class Key(NamedTuple):
    """What the source calls a thing: its type in FHIR's words, and its id there."""

    kind: str
    id: str


class Identifier(NamedTuple):
    """A business number: system (empty: not said) and value."""

    system: str
    value: str


@dataclass(frozen=True, slots=True)
class Ref:
    """A reference as written: by `key`, by `identifier`, or only by the name shown. `path` is where it stands."""

    kind: str
    path: str
    key: Key | None = None
    identifier: Identifier | None = None
    display: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that was not taken: which file, where in it (JSON path or line), and why (message key and facts).

    `kind` is the record it would have become, `file` for a whole file; `count` of them had the same to say.
    """

    file: str
    path: str
    reason: str
    facts: dict[str, Fact] = field(default_factory=dict)
    kind: str = "file"
    count: int = 1


@dataclass(slots=True, kw_only=True)
class Draft:
    """Common to all drafts. `updated` is the source's own time of the last change (ISO text), the newer word wins.

    `silent` names fields the source cannot speak of: there the store's value stays.
    """

    key: Key
    path: str
    updated: str = ""
    silent: frozenset[str] = frozenset()


@dataclass(slots=True, kw_only=True)
class PractitionerDraft(Draft):
    """Somebody who sees patients. `implied`: only named in passing, gives way to anything known of them."""

    record: records.Practitioner
    identifiers: tuple[Identifier, ...] = ()
    implied: bool = False


@dataclass(slots=True, kw_only=True)
class LocationDraft(Draft):
    """A place. `implied` as for practitioners."""

    record: records.Location
    identifiers: tuple[Identifier, ...] = ()
    implied: bool = False


@dataclass(slots=True, kw_only=True)
class PatientDraft(Draft):
    """A person. `merged`: the source replaced this record by another, and may have emptied it; `into` is that other
    one, `replaces` are those it says this one stands for now. `guarantor` is who gets the bill, where the source says
    so."""

    record: records.Patient
    identifiers: tuple[Identifier, ...] = ()
    merged: bool = False
    into: Ref | None = None
    replaces: tuple[Ref, ...] = ()
    guarantor: Ref | None = None


@dataclass(slots=True, kw_only=True)
class CoverageDraft(Draft):
    """An insurance. `used_at` is the moment a claim named it, where it has no resource of its own (`contained`)."""

    record: records.Coverage
    patient: Ref
    payer: Ref | None = None
    contained: bool = False
    used_at: str = ""
    self_pay: bool = False


@dataclass(slots=True, kw_only=True)
class VisitDraft(Draft):
    """A visit. `appointment` is the booked visit an encounter belongs to; `slots` give the time where none is said."""

    record: records.Appointment
    patient: Ref
    practitioner: Ref | None = None
    location: Ref | None = None
    appointment: Ref | None = None
    slots: tuple[Ref, ...] = ()
    last_day: str = ""


@dataclass(slots=True, kw_only=True)
class ChargeDraft(Draft):
    """One line a patient may owe. `through` is the account that knows the patient where the line does not.

    `priced`: the line has a price but no word of a payer; a self-paying patient owes it all.
    `summary`: the line sums up others of its visit and stands aside where those are known.
    """

    record: records.Charge
    patient: Ref | None
    visit: Ref | None = None
    practitioner: Ref | None = None
    through: Ref | None = None
    priced: bool = False
    summary: bool = False


@dataclass(slots=True, kw_only=True)
class PaymentDraft(Draft):
    """Money another program moved. `line_item` is the source's id of the charge it paid; `method` the name of a way to
    pay that only the practice has."""

    record: MoneyElsewhere
    patient: Ref
    visit: Ref | None = None
    practitioner: Ref | None = None
    line_item: str = ""
    method: str = ""


@dataclass(slots=True, kw_only=True)
class SlotDraft(Draft):
    """A stretch of time that can be booked."""

    starts_at: datetime
    ends_at: datetime | None
    schedule: Ref | None


@dataclass(slots=True, kw_only=True)
class ScheduleDraft(Draft):
    """Whose time slots belong to."""

    actors: tuple[Ref, ...]


@dataclass(slots=True, kw_only=True)
class OrganizationDraft(Draft):
    """A name for a payer."""

    name: str
    identifiers: tuple[Identifier, ...] = ()


@dataclass(slots=True, kw_only=True)
class AccountDraft(Draft):
    """Whose account it is, which account it is part of, and who gets the bill."""

    patient: Ref | None
    part_of: Ref | None
    guarantor: Ref | None = None


@dataclass(slots=True, kw_only=True)
class AnswerDraft(Draft):
    """A payer's answer about a coverage: when it was asked, whether it is in force, the copay it named."""

    coverage: Ref
    checked_at: str
    in_force: bool | None = None
    copay: Decimal | None = None


AnyDraft = (
    PractitionerDraft | LocationDraft | PatientDraft | CoverageDraft | VisitDraft | ChargeDraft | PaymentDraft
    | SlotDraft | ScheduleDraft | OrganizationDraft | AccountDraft | AnswerDraft
)  # fmt: skip

RECORD_OF = {
    "Practitioner": "practitioner",
    "Location": "location",
    "Patient": "patient",
    "Coverage": "coverage",
    "Appointment": "appointment",
    "Encounter": "appointment",
    "ChargeItem": "charge",
    "ExplanationOfBenefit": "charge",
    "Account": "charge",
}
"""The record a source type becomes; types not here only help to make others."""

KINDS = ("method", "practitioner", "location", "patient", "coverage", "appointment", "charge", "payment")
"""Record kinds in the order they are written: nothing names what comes after it."""


@dataclass(frozen=True, slots=True)
class FeeRow:
    """What a payer allows for a code, in cents; `starts_on` (ISO day) empty where the table does not say from when."""

    payer: str
    code: str
    allowed_cents: int
    starts_on: str = ""


@dataclass(slots=True)
class FileContent:
    """Everything one file holds. `read` counts resources or rows by type, `skipped` those of no use to a desk.
    `answers` are payers' (X12 271), `fees` what payers allow."""

    name: str
    drafts: list[AnyDraft] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    read: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    answers: list[Subject] = field(default_factory=list)
    fees: list[FeeRow] = field(default_factory=list)

    def refuse(self, error: ImportRefused, path: str, kind: str = "file") -> None:
        """List `error`; the path it names itself is the better one."""
        facts = dict(error.facts)
        place = str(facts.pop("path", "") or path)
        self.refusals.append(Refusal(self.name, place, error.message_key, facts, kind))


@dataclass(frozen=True, slots=True)
class Reading:
    """What every reader is given: the clinic's zone."""

    zone: ZoneInfo
