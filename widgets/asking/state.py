"""What Create payment shows and what its fields mean, worked out without a window."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.eligibility import EstimateOrder, EstimateView
from app.payment_requests import due_day
from app.request_views import ESTIMATED, RequestForm, RequestStart, Treatment
from models.basics.errors import RuleBroken
from models.basics.money import parse_cents, show_cents
from models.rules import benefits as plan
from models.rules.estimate import HIGH, LOW, MEDIUM, NONE, SERVICES, Estimate, Line, Procedure
from models.rules.payment_status import Status
from widgets.common.pill import Look
from widgets.common.speech import Speech
from widgets.common.text import NOT_APPLICABLE
from widgets.common.when import day_text, long_day_text, time_text

TYPE_WORDS = {
    "": "Not said",
    "treatment_prepayment": "Treatment Pre-Payment",
    "office_visit": "Office Visit",
    "private_pay": "Private Pay",
}
"""Types of payment with their words (S2-06)."""
NETWORK_WORDS = {plan.IN: "In network", plan.OUT: "Out of network"}
SERVICE_WORDS = {"": "By the type", plan.PLAN: "The plan as a whole", **SERVICES}
"""What an estimate is asked for: the service whose terms count (X12 service types)."""
NO_TREATMENT = "No treatment"
KEPT = "What you type is kept here until you save it."

CONFIDENCE: dict[str, Look] = {
    HIGH: ("High confidence", "ok", "check"),
    MEDIUM: ("Medium confidence", "info", "info"),
    LOW: ("Low confidence", "warn", "circle-question-mark"),
}
"""How sure an estimate is (S2-16)."""


def treatment_words(visit: Treatment, today: date) -> str:
    """`May 20 Crown, Dr. Okafor · TR-4F7KQ2`."""
    doctor = f", {visit.practitioner}" if visit.practitioner else ""
    return f"{day_text(visit.starts_at.date(), today)} {visit.title}{doctor} · {visit.number}"


def visit_line(visit: Treatment) -> str:
    """`9:45 AM`, with what became of it where nobody comes any more."""
    return " · ".join(part for part in (time_text(visit.starts_at), visit.fallen) if part)


@dataclass(frozen=True, slots=True)
class Meant:
    """What the fields mean: by field what is wrong, the amount, and the due day as it was understood."""

    errors: dict[str, str]
    cents: int = 0
    due_hint: str = ""


def meant(form: RequestForm, today: date, speech: Speech) -> Meant:
    """Read the fields."""
    errors: dict[str, str] = {}
    cents, hint = 0, ""
    if not form.patient_id:
        errors["patient"] = speech.field("request.patient_missing", {})
    try:
        cents = parse_cents(form.amount)
    except RuleBroken as error:
        errors["amount"] = (speech.field(error.message_key, error.facts) if form.amount.strip()
                            else "How much is asked for?")  # fmt: skip
    try:
        due = due_day(form.due, today)
    except RuleBroken as error:
        errors["due"] = speech.field(error.message_key, error.facts)
    else:
        hint = long_day_text(due) if due else ""
        if due is not None and due < today:
            hint = f"{hint}: overdue at once"
    return Meant(errors, cents, hint)


def allowed_error(form: RequestForm, speech: Speech) -> str:
    """What is wrong with the allowed amount that was typed; empty where nothing is."""
    try:
        if form.allowed.strip():
            parse_cents(form.allowed)
    except RuleBroken as error:
        return speech.field(error.message_key, error.facts)
    return ""


def estimate_order(form: RequestForm) -> EstimateOrder | None:
    """What is to be estimated; None where there is no estimate for this type, or nobody to make it for. A typed amount
    counts before the charges of the visit."""
    purpose = ESTIMATED.get(form.request_type)
    if purpose is None or not form.patient_id:
        return None
    try:
        allowed = parse_cents(form.allowed) if form.allowed.strip() else None
    except RuleBroken:
        allowed = None
    typed = (Procedure(description="Allowed amount, typed", allowed_cents=allowed),) if allowed is not None else ()
    return EstimateOrder(patient_id=form.patient_id, purpose=purpose, appointment_id=form.appointment_id,
                         procedures=typed, network=form.network, service_type=form.service_type)  # fmt: skip


@dataclass(frozen=True, slots=True)
class EstimateLine:
    """One procedure: what it is of which allowed amount, what the patient pays, and what that is made of."""

    words: str
    cents: str
    made_of: str


@dataclass(frozen=True, slots=True)
class EstimateState:
    """The estimate beside the form. `parts` are the four components with their words; `use_cents` is what *Use this
    amount* takes over, None: nothing is offered; `caveat` is empty where nothing is told."""

    head: str
    amount: str
    pill: Look | None
    source: str
    parts: tuple[tuple[str, str], ...] = ()
    lines: tuple[EstimateLine, ...] = ()
    why: tuple[str, ...] = ()
    caveat: str = ""
    use_cents: int | None = None
    spoken: str = ""


def estimate_state(view: EstimateView, speech: Speech) -> EstimateState:
    """The panel for an estimate."""
    made, payer = view.estimate, view.check.payer if view.check is not None else ""
    why = tuple(_sentence(speech, each.key, dict(each.facts)) for each in made.why)
    source = speech.key(view.freshness.words, view.freshness.facts).title
    source = f"{payer} · {source}" if payer else source
    if made.outcome == NONE:
        first = why[0] if why else ""
        return EstimateState("No estimate", NOT_APPLICABLE, None, source, why=why, spoken=f"No estimate. {first}")
    caveat = speech.key(view.caveat)
    amount = show_cents(made.amount_cents) if made.amount_cents is not None else NOT_APPLICABLE
    words = CONFIDENCE[made.confidence]
    return EstimateState(
        head=_head(made), amount=amount, pill=words, source=source, parts=_parts(made),
        lines=tuple(_line(each) for each in made.lines), why=why, caveat=f"{caveat.title}. {caveat.body}",
        use_cents=made.amount_cents, spoken=f"{_head(made)}: {amount}, {words[0].lower()}",
    )  # fmt: skip


def _head(made: Estimate) -> str:
    if made.amount_cents is None:
        return "What the plan asks"
    return "The patient will probably pay" if made.lines else "The plan asks a copay of"


def _parts(made: Estimate) -> tuple[tuple[str, str], ...]:
    share = made.coinsurance_bp
    return (
        ("Copay", _said(made.copay_cents)),
        ("Coinsurance", "Not said" if share is None else f"{share / 100:g} %"),
        ("Deductible left", _said(made.deductible_left_cents)),
        ("Out-of-pocket maximum left", _said(made.out_of_pocket_left_cents)),
    )


def _said(cents: int | None) -> str:
    return "Not said" if cents is None else show_cents(cents)


def _line(line: Line) -> EstimateLine:
    name = f"{line.code} {line.description}".strip() or "Service"
    named = (("copay", line.copay_cents), ("deductible", line.deductible_cents),
             ("coinsurance", line.coinsurance_cents))  # fmt: skip
    made_of = " + ".join(f"{words} {show_cents(cents)}" for words, cents in named if cents)
    of = f"of {show_cents(line.allowed_cents)} allowed"
    return EstimateLine(name, show_cents(line.total_cents), f"{of}: {made_of}" if made_of else of)


def _sentence(speech: Speech, key: str, facts: dict[str, int | str]) -> str:
    words = speech.key(key, facts)
    return " ".join(f"{part.rstrip('.')}." for part in (words.title, words.body, words.action) if part)


# The form as a whole ----------------------------------------------------------------------------------------------


def title_of(start: RequestStart) -> str:
    """What the dialog is called."""
    return "Change payment" if start.changes else "Create payment"


def verb_of(start: RequestStart | None, cents: int) -> str:
    """What Enter does."""
    status = start.status if start is not None else None
    verb = {None: "Create payment", Status.DRAFT: "Submit payment", Status.FAILED: "Ask again"}.get(status, "Save")
    return f"{verb}, {show_cents(cents)}" if cents else verb


def may_stay_draft(start: RequestStart | None) -> bool:
    """Can it be saved without asking for it yet?"""
    return start is None or start.status in (None, Status.DRAFT)
