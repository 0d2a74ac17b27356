"""What screens see of payment plans: the agreement that is filled in, the schedule it makes, plans in a list, and what
happened to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from app.views import KeptCardLine, PatientHead
from models.rules.languages import FIRST
from models.rules.plan_standing import PlanStanding, PlanStatus
from models.rules.plans import Instalment, Limits


@dataclass(frozen=True, slots=True)
class PlanForm:
    """An agreement as it is typed (S4-06). `plan_id` names it from the first letter on. `payments` or `payment` (an
    amount) says how it is divided, the other is empty; `first` is an ISO day, `day` of the month of the later payments
    (0: that of the first), `apr` percent a year. `kept_card_id` empty: the patient pays each time. `replaces`: the plan
    in force for which these are new terms. `language`: what its text is written in (`rules.languages.WRITTEN`)."""

    plan_id: str
    patient_id: str
    charge_ids: tuple[str, ...]
    payments: str
    first: str
    payment: str = ""
    discount: str = ""
    discount_code: str = "44"
    down: str = ""
    apr: str = ""
    frequency: str = "monthly"
    day: int = 0
    kept_card_id: str = ""
    remind: bool = True
    replaces: str = ""
    language: str = FIRST


@dataclass(frozen=True, slots=True)
class PlanItem:
    """A charge that may be on the plan, and what it owes."""

    charge_id: str
    title: str
    service_date: date
    owes_cents: int
    appointment_id: str = ""
    provider: str = ""


@dataclass(frozen=True, slots=True)
class Worked:
    """What a form comes to: balance due is `encounter_cents` less the discount, `lines` add up to it and its interest.
    `text` is the agreement, by `sha256` known."""

    encounter_cents: int
    discount_cents: int
    due_cents: int
    interest_cents: int
    lines: tuple[Instalment, ...]
    text: str
    sha256: str

    @property
    def sentences(self) -> str:
        """The agreement without its list of payments."""
        return self.text.partition("\n\n")[0]


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Who accepted the terms as they are, when and how (`operations.plans.ACCEPTED_BY`), at the desk or from home
    (`channel`); `signature` are the strokes of their pen."""

    said_by: str
    at: datetime
    how: str
    channel: str = "desk"
    signature: str = ""


@dataclass(frozen=True, slots=True)
class PlanPage:
    """A plan on its page. `saved`: the form is written down as it is; `worked` what that comes to. `standing` and
    `pay_off_cents` (of which `unearned_cents` of interest fall away) once it is in force. `replaces` is the number of
    the plan whose place it takes, on which `before_cents` were paid. `signs`: this desk has a reader that may take
    signatures."""

    number: str
    patient: PatientHead
    status: PlanStatus
    form: PlanForm
    items: tuple[PlanItem, ...]
    cards: tuple[KeptCardLine, ...]
    limits: Limits
    today: date
    clinic: str
    retry_days: tuple[int, ...]
    adjust_limit_cents: int
    saved: bool = False
    worked: Worked | None = None
    acceptance: Acceptance | None = None
    standing: PlanStanding | None = None
    pay_off_cents: int = 0
    unearned_cents: int = 0
    card_text: str = ""
    replaces: str = ""
    before_cents: int = 0
    signs: bool = False


@dataclass(frozen=True, slots=True)
class PlanListed:
    """One line of a list (S4-04). `plan_id` empty: a balance without an agreement yet. `payment_cents` None: none is
    agreed. `next_due` and `late_cents` of a plan in force; `trouble`: its card said no, or nobody knows."""

    plan_id: str
    patient_id: str
    number: str
    name: str
    kind: str
    status: PlanStatus
    payment_cents: int | None
    balance_cents: int
    next_due: date | None = None
    next_cents: int = 0
    late_cents: int = 0
    late_since: date | None = None
    trouble: str = ""
    left: int = 0


@dataclass(frozen=True, slots=True)
class PlanHappened:
    """One line of the history (S4-03), in the field's words; `debit_cents` None where no money moved."""

    at: datetime
    number: str
    event: str
    status: str
    debit_cents: int | None
    plan_id: str = ""
