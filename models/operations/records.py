"""Records that come from elsewhere (EHR files, set-up) and are mirrored to every desk: who, when, where, what is owed.

Dates are ISO text (`1984-03-14`), moments UTC text with `Z`, money whole cents. Every record carries its own id, made
once: for imported ones `natural_id(tenant, source, type, the source's id)`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """The clinic as its receipts name it. `timezone` is an IANA name; `closing_hour` 0 to 12 local."""

    id: str
    name: str
    timezone: str
    address: tuple[str, ...] = ()
    phone: str = ""
    npi: str = ""
    tin: str = ""
    closing_hour: int = 0
    location_code: str = "01"
    receipt_message: str = ""
    refund_policy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """Somebody who signs in. `pin_hash` is argon2id; `role` is receptionist or manager."""

    id: str
    name: str
    role: str
    title: str = ""
    pin_hash: str = ""
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Practitioner:
    """Who sees the patient, as shown beside a visit: `Dr. Okafor`."""

    id: str
    name: str
    npi: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A place of the practice."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """A person with an account. `receipt_by` is what they like: print, text, email, none."""

    id: str
    family: str
    given: str = ""
    middle: str = ""
    suffix: str = ""
    birth_date: str = ""
    sex: str = ""
    mrn: str = ""
    phone: str = ""
    email: str = ""
    address: tuple[str, ...] = ()
    guarantor_id: str = ""
    receipt_by: str = ""
    deceased: bool = False
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """An insurance of a patient. `copay_cents` is the office-visit copay when known; `order` 1 is primary."""

    id: str
    patient_id: str
    payer: str
    plan: str = ""
    member_id: str = ""
    status: str = "active"
    order: int = 1
    copay_cents: int | None = None
    period_start: str = ""
    period_end: str = ""
    checked_at: str = ""


APPOINTMENT_STATUSES = (
    "scheduled", "arrived", "checked_in", "in_room", "done", "no_show", "cancelled",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """A visit, past or to come. `starts_at` is UTC; `service_date` the clinic's day; `copay_cents` what the plan asks
    at the desk (None: not known)."""

    id: str
    patient_id: str
    starts_at: str
    service_date: str
    title: str = ""
    reason: str = ""
    status: str = "scheduled"
    minutes: int = 0
    practitioner_id: str = ""
    location_id: str = ""
    coverage_id: str = ""
    copay_cents: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """One line item: what the patient is responsible for today, by the newest word of the payer.

    `responsibility_cents` = copay + coinsurance + deductible parts where the parts are known. `kind` is copay,
    coinsurance, deductible, balance or other: what most of it is.
    """

    id: str
    patient_id: str
    service_date: str
    description: str
    responsibility_cents: int
    appointment_id: str = ""
    code: str = ""
    kind: str = "balance"
    billed_cents: int = 0
    allowed_cents: int = 0
    insurance_paid_cents: int = 0
    copay_cents: int = 0
    coinsurance_cents: int = 0
    deductible_cents: int = 0
    insurance_pending: bool = False
    practitioner_id: str = ""
