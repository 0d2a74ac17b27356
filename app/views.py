"""Frozen pictures of the desk's state, made by the stories and drawn by the screens. Amounts are cents, dates are
dates of the clinic, moments are local. A screen never computes money: what it shows stands here."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from models.ledger.figures import Figures
from models.rules.collecting import Lot
from models.rules.filling import OpenItem
from models.rules.rights import Right
from receipts.document import ReceiptDocument

# Sign-in ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StaffTile:
    """Somebody who may sign in here. No patient data on this screen."""

    staff_id: str
    name: str
    title: str
    initials: str


@dataclass(frozen=True, slots=True)
class Person:
    """Who is signed in; every act carries `staff_id`. `rights` are those of the role and those given by name."""

    staff_id: str
    name: str
    title: str
    initials: str
    manager: bool
    rights: frozenset[Right] = frozenset()


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Somebody who signs in here, as Settings shows them: `of_role` are the rights the role brings, `rights` all."""

    staff_id: str
    name: str
    title: str
    of_role: frozenset[Right]
    rights: frozenset[Right]


# A patient in view ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PatientHead:
    """Who is in front of the desk: two identifiers always in view. `merged_with`: what the record is called that the
    person goes by, where it is another one (H17)."""

    patient_id: str
    name: str
    initials: str
    birth_date: date | None
    age: int | None
    mrn: str
    phone: str = ""
    email: str = ""
    receipt_by: str = ""
    merged_with: str = ""


@dataclass(frozen=True, slots=True)
class CoverageHead:
    """The primary insurance in one line. `state` is eligible, inactive or unknown; `checked_at` None: never checked."""

    payer: str
    state: str
    copay_cents: int | None
    checked_at: datetime | None = None


class VisitState(StrEnum):
    """Where a visit is (S0-39), and LATE: expected and not here. CUSTOM: a status of the practice's own."""

    SCHEDULED = "scheduled"
    CONFIRMED = "confirmed"
    NOT_CONFIRMED = "not_confirmed"
    RESCHEDULED = "rescheduled"
    CHECKED_IN_ONLINE = "checked_in_online"
    LATE = "late"
    ARRIVED = "arrived"
    CHECKED_IN = "checked_in"
    IN_ROOM = "in_room"
    IN_SESSION = "in_session"
    DONE = "done"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"
    CUSTOM = "custom"


EXPECTED_STATES = (
    VisitState.LATE, VisitState.SCHEDULED, VisitState.CONFIRMED, VisitState.NOT_CONFIRMED, VisitState.RESCHEDULED,
    VisitState.CHECKED_IN_ONLINE,
)  # fmt: skip
"""Somebody is expected and not here yet."""


@dataclass(frozen=True, slots=True)
class VisitHead:
    """One visit as named beside a patient; `own_status` is the name of a CUSTOM state."""

    appointment_id: str
    starts_at: datetime
    title: str
    practitioner: str
    state: VisitState
    late_minutes: int = 0
    own_status: str = ""


# Today ------------------------------------------------------------------------------------------------------------


class DueState(StrEnum):
    """What the due cell of a visit says. CONFIRMING: a card payment's outcome is not known yet."""

    NOTHING = "nothing"
    DUE = "due"
    PAID = "paid"
    CONFIRMING = "confirming"
    NOT_COLLECTING = "not_collecting"


@dataclass(frozen=True, slots=True)
class TodayRow:
    """One visit of the day; `overdue_cents` were asked for it and are past their due date (S2-15). `plan_age` is how
    old the payer’s newest answer is (fresh, usable, earlier than the month of the visit, old or never), empty where no
    plan is known. `on_plan`: the patient pays something in parts (S0-44)."""

    visit: VisitHead
    patient: PatientHead
    credit_cents: int
    prepaid_cents: int
    due_state: DueState
    due_cents: int
    paid_cents: int
    overdue_cents: int = 0
    plan_age: str = ""
    on_plan: bool = False


@dataclass(frozen=True, slots=True)
class TodayView:
    """The day: four figures and the schedule. `next_index` is the row to select: the next arrived patient who owes."""

    day: date
    is_today: bool
    as_of: datetime
    now: datetime
    rows: tuple[TodayRow, ...]
    arrived: int
    copays_collected_cents: int
    copays_expected_cents: int
    collected_cents: int
    payments: int
    attention: int
    attention_confirming: int
    practitioners: tuple[str, ...]
    next_index: int = -1


@dataclass(frozen=True, slots=True)
class DueLine:
    """One reason why something is due."""

    title: str
    subtitle: str
    cents: int


@dataclass(frozen=True, slots=True)
class FromHome:
    """Money of an account that its ledger does not show yet, in cents: paid from home and not posted, and asked of
    banks that may pay within days. Who collects it at the desk takes it twice."""

    unposted_cents: int = 0
    asked_cents: int = 0


@dataclass(frozen=True, slots=True)
class SideView:
    """The decision column of Today for the selected visit. `copay` is the COPAY indicator: paid, part, due, or empty
    where none is asked (S0-21); `billing` the words of the visit's billing status; `consents` the forms its kind
    of visit asks to sign (S0-34). `link_cents` is asked for it by a link that works until `link_until`, and not
    paid."""

    patient: PatientHead
    visit: VisitHead
    coverage: CoverageHead | None
    lines: tuple[DueLine, ...]
    total_cents: int
    credit_cents: int
    prepaid_cents: int
    due_state: DueState
    last_paid: str = ""
    copay: str = ""
    billing: str = ""
    consents: tuple[str, ...] = ()
    link_cents: int = 0
    link_until: date | None = None
    from_home: FromHome = FromHome()


# Find -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FoundPatient:
    """One hit. `why` says what matched beside the name (`phone`, `birth date`, `MRN`, `card`); `alike` warns of a
    namesake, twin or shared phone among the hits; `visit` is today's, if any."""

    patient: PatientHead
    why: str
    alike: bool
    due_cents: int
    credit_cents: int
    visit: VisitHead | None = None


# Collect ----------------------------------------------------------------------------------------------------------


class LineKind(StrEnum):
    """What a line of Collect is: a charge of today's visit, an older balance, or a copay no charge exists for yet."""

    COPAY = "copay"
    TODAY = "today"
    BALANCE = "balance"
    EXPECTED_COPAY = "expected_copay"


@dataclass(frozen=True, slots=True)
class CollectLine:
    """Something that may be paid now. `key` is its identity on this sheet; `selected` the default. `patient` is the
    first name of whose it is, where that is another one of the family; `ahead`: of a visit still to come."""

    key: str
    kind: LineKind
    title: str
    subtitle: str
    visit_title: str
    service_date: date
    owes_cents: int
    selected: bool
    charge_id: str = ""
    appointment_id: str = ""
    days: int = 0
    patient_id: str = ""
    patient: str = ""
    ahead: bool = False


@dataclass(frozen=True, slots=True)
class WayToPay:
    """A way to pay of the practice's own, recorded by hand. `reference`: what its number is called, empty for none."""

    method_id: str
    name: str
    reference: str = ""


@dataclass(frozen=True, slots=True)
class VisitChoice:
    """A visit money may be taken for in advance. `patient` is a first name where it is another one's of the family."""

    appointment_id: str
    day: date
    title: str
    practitioner: str
    patient: str = ""
    patient_id: str = ""


@dataclass(frozen=True, slots=True)
class KeptCardLine:
    """A card on file. `name` is as on receipts (`Visa •••• 4242`), `holder` whose it is, `agreed_by` and `agreed_on`
    who gave their word and when; `kept_by` names staff, empty where the patient did it from home. `expires` reads
    `12/34`, empty where the processor does not say. `first` is charged first. `why_not` is the message key of why it
    cannot be charged at this desk; `by_bank`: it is a bank account."""

    kept_card_id: str
    name: str
    nickname: str
    holder: str
    agreed_by: str
    agreed_on: date | None
    kept_by: str
    expires: str
    first: bool
    why_not: str = ""
    by_bank: bool = False


@dataclass(frozen=True, slots=True)
class KeepCard:
    """Somebody agreed that the card of this payment is kept: under which consent, who, what it shall be called, and to
    which words (`app.keeping_cards.CONSENTS`)."""

    consent_id: str
    said_by: str
    nickname: str = ""
    words: str = "card-on-file-1"


@dataclass(frozen=True, slots=True)
class PaymentFields:
    """What may be said about a payment beside its amount (S0-08). `payment_type` None: by what it pays. `received_on`
    None: today."""

    payment_type: str | None = None
    received_on: date | None = None
    practitioner_id: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class CreditInUse:
    """Credit of a patient that another desk holds, and that desk's name."""

    desk: str
    cents: int


@dataclass(frozen=True, slots=True)
class AskedFor:
    """What a sheet collects: a payment that was asked for, `cents` of it still open; empty `appointment_id`: for no
    visit. For a payment plan `charge_ids` are what it pays."""

    request_id: str
    number: str
    cents: int
    appointment_id: str = ""
    charge_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CollectSheet:
    """Everything Collect shows, bound to one patient when it opens (searching cannot change it).

    `attempt_id` is made here, once: a second Enter pays nothing twice. `basis_seq` is what the person was looking at.
    `credit_cents` may be spent on these lines, out of `lots`; `figures` is the account as it stands.
    `visit_charged`: the visit has charges, so money beyond the lines is free credit rather than prepaid for it.
    `ways` are the practice's own, `visits` those that may be paid in advance, `practitioners` (id, name). What no line
    takes goes to `by_rule` (empty: the practice does not let it), but for `held_back_cents`. `in_use` is credit that
    other desks hold: it cannot be spent here now. `asked`: the payment that is collected, where it was asked for.
    `on_file` are the cards that may be charged, the default first; `can_keep`: the reader can keep the one that is
    shown; `payer` is who pays for the patient, by name, `payer_language` what they would rather read; `from_home` is
    what came of the account, or may come, without being in its lines.
    """

    attempt_id: str
    patient: PatientHead
    visit: VisitHead | None
    coverage: CoverageHead | None
    lines: tuple[CollectLine, ...]
    owed_in_all_cents: int
    credit_cents: int
    prepaid_cents: int
    basis_seq: int
    tenders: tuple[str, ...]
    reader_name: str
    receipt_default: bool
    frozen_by_unknown: bool = False
    lots: tuple[Lot, ...] = ()
    figures: Figures = field(default_factory=Figures)
    visit_charged: bool = False
    ways: tuple[WayToPay, ...] = ()
    visits: tuple[VisitChoice, ...] = ()
    practitioners: tuple[tuple[str, str], ...] = ()
    by_rule: tuple[OpenItem, ...] = ()
    held_back_cents: int = 0
    in_use: tuple[CreditInUse, ...] = ()
    asked: AskedFor | None = None
    on_file: tuple[KeptCardLine, ...] = ()
    can_keep: bool = False
    payer: str = ""
    payer_language: str = ""
    from_home: FromHome = FromHome()

    @property
    def extra_for(self) -> str:
        """The visit that money beyond the lines waits for, where nobody says otherwise; empty: free credit."""
        return self.visit.appointment_id if self.visit is not None and not self.visit_charged else ""


@dataclass(frozen=True, slots=True)
class DistributionRow:
    """Where the money will go: one visit, before, this payment, after."""

    title: str
    service_date: date | None
    owes_cents: int
    this_payment_cents: int
    left_cents: int


@dataclass(frozen=True, slots=True)
class Distribution:
    """The live answer to 'where will the money go'. `to_collect_cents` is what is left after credit; `before` and
    `after` are the patient's figures. `provisional_cents` of the credit the hub must still confirm: the line is down,
    and another desk may spend it, too. `owed_before_cents` and `owed_after_cents` count the family where it is paid
    for.
    """

    rows: tuple[DistributionRow, ...]
    credit_used_cents: int
    to_collect_cents: int
    unallocated_after_cents: int
    owed_after_cents: int
    before: Figures
    after: Figures
    owed_before_cents: int = 0
    provisional_cents: int = 0


class TenderKind(StrEnum):
    """How the rest is paid. ON_FILE: by a card the patient lets the practice keep. OTHER: by a way of the practice's
    own. CREDIT: credit on account covers all of it."""

    CARD = "card"
    ON_FILE = "on_file"
    CASH = "cash"
    CHECK = "check"
    OTHER = "other"
    CREDIT = "credit"


@dataclass(frozen=True, slots=True)
class CollectRequest:
    """What the receptionist decided. `amounts` maps line keys to cents; lines left out get nothing.

    `extra_cents` is taken beyond the lines: for the visit `extra_for`, as free credit where that is empty, and as the
    sheet says where it is None. `tendered_cents` is for cash, `check_no` for checks, `method_id` and `trace_no` for the
    practice's own ways to pay.
    `allow_duplicate` answers yes to 'this card was charged the same amount before, charge again?'. `request_id` names
    what had been asked, where the money is for that. `kept_card_id` is the card on file; `keep`: the card that will be
    shown is kept.
    """

    sheet: CollectSheet
    amounts: dict[str, int]
    use_credit: bool
    tender: TenderKind
    person: Person
    extra_cents: int = 0
    tendered_cents: int = 0
    check_no: str = ""
    check_name: str = ""
    print_receipt: bool = True
    allow_duplicate: bool = False
    extra_for: str | None = None
    method_id: str = ""
    trace_no: str = ""
    fields: PaymentFields = PaymentFields()
    request_id: str = ""
    kept_card_id: str = ""
    keep: KeepCard | None = None


@dataclass(frozen=True, slots=True)
class Roll:
    """The paper of this desk's printer: characters of a line, its letters, its width, whether QR codes are drawn on
    it. A preview is laid out on it."""

    columns: int = 42
    code_page: str = "cp1252"
    width_mm: int = 80
    draws_qr: bool = True


USUAL_ROLL = Roll()


class CollectEnd(StrEnum):
    """How Collect ended. Money is posted for the first two only."""

    TAKEN = "taken"
    PARTLY = "partly"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    TIMED_OUT = "timed_out"
    NOT_SENT = "not_sent"
    DUPLICATE = "duplicate"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class NextUp:
    """Who comes next."""

    patient: PatientHead
    visit: VisitHead
    due_cents: int
    credit_cents: int


@dataclass(frozen=True, slots=True)
class Collected:
    """What happened to the money. `paid` lists what was paid; `left_cents` is what is still to collect now (PARTLY);
    `attempt_id` names the sheet that paid."""

    end: CollectEnd
    patient: PatientHead
    visit: VisitHead | None
    amount_cents: int = 0
    requested_cents: int = 0
    left_cents: int = 0
    payment_id: str = ""
    number: str = ""
    tender: TenderKind = TenderKind.CARD
    method_text: str = ""
    entry_text: str = ""
    auth_code: str = ""
    change_cents: int = 0
    taken_at: datetime | None = None
    paid: tuple[DueLine, ...] = ()
    still_owed_cents: int = 0
    still_owed_text: str = ""
    receipt: ReceiptDocument | None = None
    print_job_id: str = ""
    host_text: str = ""
    can_undo: bool = False
    attempt_id: str = ""
    facts: dict[str, int | str | bool | None] = field(default_factory=dict)


# The desk itself --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DeviceLight:
    """One item of the status bar. `key` is reader, printer, drawer, scanner, sync or line; `state` ok, busy, warn or
    bad; `words` a message key for `app.words`."""

    key: str
    state: str
    words: str
    facts: dict[str, int | str | bool | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DeskFacts:
    """What the shell names: the practice and this desk. `training`: nothing here is real."""

    practice: str
    desk: str
    device_no: int
    zone: str
    business_date: date
    training: bool = False


@dataclass(frozen=True, slots=True)
class SideRow:
    """One figure of a side; `cents` None: words alone. `strong`: this is what differs."""

    label: str
    cents: int | None
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Side:
    """What one of two places says of the same money: where, since when and by whom, and its figures."""

    title: str
    icon: str
    when: str
    rows: tuple[SideRow, ...]


@dataclass(frozen=True, slots=True)
class AttentionItem:
    """Something a person must look at: `kind` names the rows of words and of what may be done. `sides`: where two
    places changed the same money, what each of them says."""

    item_id: str
    kind: str
    at: datetime
    patient: PatientHead | None
    amount_cents: int
    words: str
    facts: dict[str, int | str | bool | None] = field(default_factory=dict)
    sides: tuple[Side, ...] = ()
