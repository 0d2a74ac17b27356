"""Frozen pictures of visits being booked, moved on and charged, made by `app.visits` and drawn by its dialogs. Amounts
are cents, days are the clinic's, times of day are on its clock (`09:30`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from app.views import PatientHead
from models.operations.records import AppointmentProfile, BillingProfile
from models.rules.recurrence import Repeat


@dataclass(frozen=True, slots=True)
class Offer:
    """What a new visit may be made of: who it is for, the practice's profiles, people and places (id, name).
    `covered`: the patient has an active insurance."""

    patient: PatientHead
    visit_id: str
    today: date
    now: datetime
    profiles: tuple[AppointmentProfile, ...]
    billing_profiles: tuple[BillingProfile, ...]
    practitioners: tuple[tuple[str, str], ...]
    locations: tuple[tuple[str, str], ...]
    covered: bool


@dataclass(frozen=True, slots=True)
class NewVisit:
    """A visit as it is typed, or with `repeat` the first of a series. `visit_id` is made when the dialog opens, so that
    a second Enter books nothing twice. `billing_profile_id` names the codes to list, `copay_cents` None is not known.
    """

    visit_id: str
    patient_id: str
    day: date
    time: str
    title: str
    minutes: int = 30
    reason: str = ""
    profile_id: str = ""
    billing_profile_id: str = ""
    payment_profile: str = ""
    practitioner_id: str = ""
    location_id: str = ""
    copay_cents: int | None = None
    repeat: Repeat | None = None


@dataclass(frozen=True, slots=True)
class ListedLine:
    """A charge as a profile lists it: what is billed, and what of it the patient owes before a payer decides."""

    code: str
    description: str
    units: int
    billed_cents: int
    patient_cents: int
    insurance_pending: bool


@dataclass(frozen=True, slots=True)
class BookingPreview:
    """What booking would write: the days, and the charges listed on each visit. No money moves."""

    days: tuple[date, ...]
    lines: tuple[ListedLine, ...]
    clashes: tuple[date, ...] = ()

    @property
    def billed_cents(self) -> int:
        return sum(line.billed_cents for line in self.lines)

    @property
    def patient_cents(self) -> int:
        return sum(line.patient_cents for line in self.lines)


@dataclass(frozen=True, slots=True)
class VisitCard:
    """A visit as its dialogs name it, and what lies on it. `following` visits of its series come after it;
    `prepaid_cents` waits for it, `paid_cents` is on its own charges, `listed` of which were listed at a desk."""

    appointment_id: str
    patient: PatientHead
    title: str
    starts_at: datetime
    practitioner: str
    status: str
    billing_status: str
    billing_said: str
    following: int = 0
    prepaid_cents: int = 0
    paid_cents: int = 0
    listed: int = 0
    ways: tuple[tuple[str, str], ...] = ()
    no_show_fee_cents: int = 0

    @property
    def money_cents(self) -> int:
        """Everything that was paid for it."""
        return self.prepaid_cents + self.paid_cents


@dataclass(frozen=True, slots=True)
class MovedOn:
    """What became of visits whose status changed. After a visit fell out, `waits_cents` is still set aside for it,
    `credit_cents` became free credit at once, and `fee_cents` may be asked for a no-show (0: none is)."""

    visits: int
    status: str
    waits_cents: int = 0
    credit_cents: int = 0
    fee_cents: int = 0


@dataclass(frozen=True, slots=True)
class ChargeForm:
    """A line item as it is typed. `charge_id` is made when the dialog opens, so that a second Enter adds nothing;
    the id of one that is there changes it. `kind` is one of `models.operations.records.CHARGE_KINDS` but fee."""

    charge_id: str
    appointment_id: str
    code: str = ""
    description: str = ""
    units: int = 1
    modifiers: str = ""
    diagnoses: tuple[str, ...] = ()
    kind: str = "other"
    billed_cents: int = 0
    allowed_cents: int = 0
    patient_cents: int = 0
    insurance_pending: bool = False


@dataclass(frozen=True, slots=True)
class ChargeSheet:
    """What Add charge opens with: the visit, the form (filled where a charge is changed), codes the practice uses, and
    what was paid on the charge so far. `changes`: the charge is there already."""

    visit: VisitCard
    form: ChargeForm
    known_codes: tuple[tuple[str, str, int], ...] = ()
    covered: bool = False
    cash: bool = False
    changes: bool = False
    paid_cents: int = 0
    waiting_cents: int = 0


@dataclass(frozen=True, slots=True)
class ProfileBook:
    """The practice's profiles for its Settings; retired ones last."""

    billing: tuple[BillingProfile, ...] = ()
    appointments: tuple[AppointmentProfile, ...] = ()
    custom_statuses: tuple[str, ...] = field(default_factory=tuple)
