"""Records that come from elsewhere (EHR files, set-up) and are mirrored to every desk: who, when, where, what is owed.

Dates are ISO text (`1984-03-14`), moments UTC text with `Z`, money whole cents. Every record carries its own id, made
once: for imported ones `natural_id(tenant, source, type, the source's id)`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """The clinic as its receipts name it. `timezone` is an IANA name; `closing_hour` 0 to 12 local; `reply_to` the
    e-mail address that answers to its messages go to. `receipt_message_es` is its message in Spanish (empty: it says it
    in English alone)."""

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
    reply_to: str = ""
    receipt_message_es: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """Somebody who signs in. `pin_hash` is argon2id; `role` is receptionist or manager; `rights` are the names of
    `models.rules.rights` somebody has beyond their role's."""

    id: str
    name: str
    role: str
    title: str = ""
    pin_hash: str = ""
    active: bool = True
    rights: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Practitioner:
    """Who sees the patient, as shown beside a visit: `Dr. Okafor`. `auto_allocate`: credit may go to their visits by
    rule (S0-16), where the practice lets it. `online`: patients may pay for their visits from home (S0-28), likewise.
    `online_auto_post`: money from home that reaches their visits is posted by itself, likewise.
    """

    id: str
    name: str
    npi: str = ""
    auto_allocate: bool = False
    online: bool = False
    online_auto_post: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A place of the practice."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """A person with an account. `receipt_by` is what they like: print, text, email, none. `language` is the one they
    would rather read (`en`, `es`, any BCP 47 primary subtag); empty: nobody said."""

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
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Somebody else who may be called about a patient (S4-02). `relation` in a few words, `phone` as E.164, `email` as
    it is sent to; `may_be_told`: the patient lets them hear about payments and balances. Not `active`: no contact any
    more."""

    id: str
    patient_id: str
    name: str
    relation: str = ""
    phone: str = ""
    email: str = ""
    may_be_told: bool = False
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """An insurance of a patient. `copay_cents` is the office-visit copay when known; `order` 1 is primary.
    `copay_and_deductible`: the practice knows that this plan asks for both at one visit."""

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
    copay_and_deductible: bool = False


APPOINTMENT_STATUSES = (
    "scheduled", "confirmed", "not_confirmed", "rescheduled", "arrived", "checked_in", "checked_in_online", "in_room",
    "in_session", "done", "no_show", "cancelled",
)  # fmt: skip
"""Where a visit may be (S0-39). A practice's own statuses travel as `custom:<name>`."""
CUSTOM_STATUS = "custom:"

PAYMENT_PROFILES = ("", "cash", "insurance", "out_of_network", "auto_accident", "workers_comp")
"""Who is asked to pay for a visit (S0-22); with `cash` the patient owes every charge at once."""

BILLING_STATUSES = (
    "", "bill_insurance", "bill_secondary", "internal_review", "balance_due", "paid_in_full", "settled",
)  # fmt: skip
"""Where the bill of a visit is (S0-23); empty: nothing said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """A visit, past or to come. `starts_at` is UTC; `service_date` the clinic's day; `copay_cents` what the plan asks
    at the desk (None: not known). `instance_key` names one visit of a series: `<series>_<YYYYMMDD first planned>`."""

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
    payment_profile: str = ""
    billing_status: str = ""
    profile_id: str = ""
    series_id: str = ""
    instance_key: str = ""


CHARGE_KINDS = ("copay", "coinsurance", "deductible", "balance", "other", "fee")


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """One line item: what the patient is responsible for today, by the newest word of the payer.

    `responsibility_cents` = copay + coinsurance + deductible parts where the parts are known. `kind` is one of
    CHARGE_KINDS: what most of it is; `fee` is made by `charge.fee` alone. `made_here`: listed at a desk (a profile's
    line, a typed code), not by another program.
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
    units: int = 1
    modifiers: str = ""
    diagnoses: tuple[str, ...] = ()
    made_here: bool = False


# What a practice sets up for itself -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The practice's rules about money, one record with id `rules`, the same at every desk and at the hub.

    `auto_allocate`, `auto_unallocate`, `use_other_visits` are S0-18's three settings. `paid_in_full_follows`: a visit
    whose charges are paid shows Paid in full by itself (S0-23). Refunds above `refund_limit_cents` and adjustments
    above `adjust_limit_cents` need a manager. `offline_refund_cents`: cash given back without the hub, at most.
    `provisional_credit_cents`: credit of a patient that may be spent without the hub although another desk may spend it
    too, at most; 0 forbids it.
    `drawer_float_cents` stays in a drawer overnight; a count that is off by more than `drawer_allowance_cents` needs a
    manager. Amounts are cents, 0: none. `custom_statuses`: names of the practice's own visit statuses.
    A card payment of `sign_from_cents` or more is signed for; 0: only where the card itself asks.
    `portal`: patients may sign in from home and see what they owe; `portal_payments`: and pay there (S1-05), at least
    `portal_minimum_cents` (S0-28), with `portal_balance_only` no more than is owed (S0-29). `portal_statements`: every
    statement is put there, too, and an e-mail tells so (S0-30).
    `plan_…`: what the practice allows of payment plans (S0-44): the least a month, least and most of a balance (cents,
    0: no limit), least and most payments; after how many days a payment is late; how many days after its day a card
    that said no is tried again, and once more.
    S1-12: with `online_auto_post` what was paid from home, and what of it went back, is posted by itself, and with
    `online_auto_archive` (never without it) put away from the inbox; `online_receipts`: the payer gets an e-mail.
    `online_debits`: patients may pay from home by bank debit (ACH), too, not by card alone.
    """

    id: str = "rules"
    auto_allocate: bool = False
    auto_unallocate: bool = False
    use_other_visits: bool = False
    paid_in_full_follows: bool = True
    refund_limit_cents: int = 5_000
    adjust_limit_cents: int = 5_000
    offline_refund_cents: int = 5_000
    provisional_credit_cents: int = 10_000
    no_show_fee_cents: int = 0
    bounced_check_fee_cents: int = 0
    drawer_float_cents: int = 15_000
    drawer_allowance_cents: int = 1_000
    custom_statuses: tuple[str, ...] = ()
    statement_message: str = ""
    sign_from_cents: int = 0
    plan_least_monthly_cents: int = 2_500
    plan_least_balance_cents: int = 0
    plan_most_balance_cents: int = 0
    plan_least_payments: int = 2
    plan_most_payments: int = 24
    plan_late_days: int = 5
    plan_first_retry_days: int = 3
    plan_second_retry_days: int = 7
    portal: bool = False
    portal_payments: bool = False
    portal_minimum_cents: int = 0
    portal_balance_only: bool = True
    portal_statements: bool = False
    online_auto_post: bool = False
    online_auto_archive: bool = False
    online_receipts: bool = True
    online_debits: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A way to pay as the practice offers it (S0-07). A record with the id of a tender (`cash`, `check`, `card`) only
    says whether and where that is offered; any other is recorded by hand as tender `other` under its own name
    (`Flex spending card`). `reference` asks for a number under that label (empty: for none)."""

    id: str
    name: str
    reference: str = ""
    active: bool = True
    position: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileLine:
    """One code of a billing profile."""

    code: str
    description: str
    price_cents: int
    units: int = 1
    modifiers: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BillingProfile:
    """A named set of codes that are listed together (S0-35). It lists charges and never takes money (S0-38)."""

    id: str
    name: str
    lines: tuple[ProfileLine, ...] = ()
    diagnoses: tuple[str, ...] = ()
    active: bool = True


@dataclass(frozen=True, slots=True)
class FeeLine:
    """What a payer allows for one code, once, in cents; 0: from that day on nothing is known any more."""

    code: str
    allowed_cents: int


MOST_FEES = 12_000
"""Codes that one schedule may name; Medicare's has some ten thousand. A push takes 1 MiB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeSchedule:
    """Prices of a payer as the practice was told them (S2-16): a table that was read in, or one price by hand with its
    `reason`. They hold from `starts_on` (ISO day) on; of a code the newest that has begun counts, by `starts_on` and
    then `noted_at` (UTC text). None is ever changed or taken away: another one follows it.

    `payer_key` is the payer however its name is written (`payer_key` of `models.operations.eligibility`). `lines` are
    sorted by code, each code once.
    """

    id: str
    payer: str
    payer_key: str
    starts_on: str
    noted_at: str
    noted_by: str
    reason: str = ""
    lines: tuple[FeeLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentProfile:
    """What a kind of visit fills in by itself (S0-34), its charges by the connected billing profile (S0-36)."""

    id: str
    name: str
    color: str = ""
    reason: str = ""
    minutes: int = 0
    billing_profile_id: str = ""
    payment_profile: str = ""
    online: bool = False
    consents: tuple[str, ...] = ()
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Visits that come again (S0-37). `repeat` is `weekly` (on `weekdays`, 0 Monday, every `every` weeks) or `monthly`
    (on the day of `starts_on`, the last day where a month is shorter, every `every` months). Dates are the clinic's,
    `starts_time` its wall clock (`09:30`); `ends_on` is included."""

    id: str
    patient_id: str
    starts_on: str
    starts_time: str
    ends_on: str
    repeat: str = "weekly"
    weekdays: tuple[int, ...] = ()
    every: int = 1
    minutes: int = 0
    title: str = ""
    profile_id: str = ""
    practitioner_id: str = ""
    location_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channels:
    """What the hub can send with, one record with id `channels`, put by the hub itself. `email_trouble` and
    `text_trouble` say why messages wait (a message key of `hub.`), empty while they go. `portal_url` is where patients
    reach their pages (`https://pay.clinic.example/portal/<practice>`), empty while the practice's portal is off."""

    id: str = "channels"
    email: bool = False
    text: bool = False
    email_trouble: str = ""
    text_trouble: str = ""
    portal_url: str = ""
