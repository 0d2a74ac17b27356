"""ExplanationOfBenefit: what the payer decided, line by line, and what is left to the patient.

The patient's share of a line is its coinsurance, deductible and copay, added up exactly as written and rounded once to
cents, half away from zero. Where the payer names the member's whole liability, that is the share. A line without any
such word has none. Codes: Blue Button (`…/line_coinsrnc_amt`, as Synthea writes them), CARIN and HL7.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from exchange.drafts import AnyDraft, ChargeDraft, Key, Ref
from exchange.fhir import coverage
from exchange.fhir.element import Element, category
from exchange.fhir.resource import Resource
from exchange.values import cents, clinic_day, iso_day, iso_moment, moment_text, split_to_cents
from models.basics.errors import ImportRefused
from models.operations import records

COPAY = frozenset({"copay", "copayment", "line_copay_amt"})
COINSURANCE = frozenset({"coinsurance", "coins", "line_coinsrnc_amt"})
DEDUCTIBLE = frozenset({"deductible", "line_bene_ptb_ddctbl_amt"})
LIABILITY = frozenset({"memberliability"})
SHARES = COPAY | COINSURANCE | DEDUCTIBLE | LIABILITY
ALLOWED = frozenset({"eligible", "allowed", "line_alowd_chrg_amt"})
PAID = ("line_prvdr_pmt_amt", "benefit", "paidtoprovider")
_KINDS = ("copay", "coinsurance", "deductible")
_WITHDRAWN = {"cancelled", "entered-in-error"}
_UNDECIDED = {"queued", "error", ""}

Amounts = dict[str, Decimal]


def read(resource: Resource) -> list[AnyDraft]:
    """One charge per line, or one in all where there are no lines; and the coverage contained in it.

    A withdrawn answer leaves its lines with nothing owed; a draft says nothing. Raises ImportRefused
    `import.no_patient`, `import.status_unknown`, and those of amounts and dates.
    """
    body = resource.body
    status = body.text("status", 64)
    if status == "draft":
        return []
    if status not in _WITHDRAWN | {"active"}:
        raise ImportRefused("import.status_unknown", path=body.at("status"))
    patient = resource.ref(body.child("patient"), "Patient")
    if patient is None or patient.kind != "Patient":
        raise ImportRefused("import.no_patient", path=body.at("patient"))
    drafts: list[AnyDraft] = list(_charges(resource, patient, withdrawn=status in _WITHDRAWN))
    return drafts + list(_contained_coverages(resource, patient))


def _charges(resource: Resource, patient: Ref, *, withdrawn: bool) -> Iterable[ChargeDraft]:
    body = resource.body
    items = body.children("item")
    totals = _amounts(body.children("total"))
    lines = [(item, _amounts(item.children("adjudication"))) for item in items]
    undecided = body.text("outcome", 64) in _UNDECIDED
    names = _line_names(items)
    for name, (item, amounts) in zip(names, lines, strict=True):
        yield _charge(resource, patient, name, item, amounts, withdrawn=withdrawn, undecided=undecided)
    if (totals.keys() & SHARES and not any(amounts.keys() & SHARES for _, amounts in lines)) or not items:
        yield _charge(resource, patient, "total", body, totals, withdrawn=withdrawn, undecided=undecided)


def _line_names(items: list[Element]) -> list[str]:
    """The sequence numbers of the lines; where they are missing or doubled, the places in the list."""
    numbers = [item.number("sequence") for item in items]
    if None in numbers or len(set(numbers)) < len(numbers) or any(not n.is_finite() for n in numbers if n is not None):
        return [f"#{place}" for place in range(len(items))]
    return [f"{number:f}"[:32] for number in numbers if number is not None]


def _amounts(adjudications: list[Element]) -> Amounts:
    """The sum of the amounts of each category, exactly."""
    found: Amounts = {}
    for adjudication in adjudications:
        amount = adjudication.money("amount")
        if amount is None:
            continue
        if not amount.is_finite():
            raise ImportRefused("import.amount_not_finite", path=adjudication.at("amount"))
        cents(amount, adjudication.at("amount"))  # refuses what is beyond all bounds before it is added up
        code = category(adjudication)
        found[code] = found.get(code, Decimal(0)) + amount
    return found


def _sum(amounts: Amounts, codes: frozenset[str]) -> Decimal:
    return sum((amounts[code] for code in amounts if code in codes), Decimal(0))


def _charge(
    resource: Resource, patient: Ref, name: str, line: Element, amounts: Amounts, *, withdrawn: bool, undecided: bool
) -> ChargeDraft:
    parts = [_sum(amounts, COPAY), _sum(amounts, COINSURANCE), _sum(amounts, DEDUCTIBLE)]
    total, (copay, coinsurance, deductible) = split_to_cents(parts, line.path)
    if amounts.keys() & LIABILITY:
        total = cents(_sum(amounts, LIABILITY), line.path)
        if total < 0:
            raise ImportRefused("import.amount_negative", path=line.path)
    if withdrawn or undecided:
        total = copay = coinsurance = deductible = 0
    shares = (copay, coinsurance, deductible)
    billed = amounts.get("submitted", amounts.get("line_sbmtd_chrg_amt")) or line.money("net") or Decimal(0)
    paid = next((amounts[code] for code in PAID if code in amounts), Decimal(0))
    record = records.Charge(
        id="", patient_id="", service_date=_day(resource, line), description=_description(resource.body, line),
        responsibility_cents=total, code=line.code("productOrService"),
        kind=_KINDS[shares.index(max(shares))] if any(shares) else "balance",
        billed_cents=cents(billed, line.path), allowed_cents=cents(_sum(amounts, ALLOWED), line.path),
        insurance_paid_cents=cents(paid, line.path), copay_cents=copay, coinsurance_cents=coinsurance,
        deductible_cents=deductible, insurance_pending=undecided and not withdrawn,
    )  # fmt: skip
    return ChargeDraft(
        key=Key("ExplanationOfBenefit", f"{resource.key.id}/{name}"), path=line.path or resource.path,
        updated=resource.updated, record=record, patient=patient, visit=_visit(resource, line),
        practitioner=_practitioner(resource, line),
    )  # fmt: skip


def _description(body: Element, line: Element) -> str:
    return line.concept("productOrService") or body.concept("type", "subType") or "Insurance claim"


def _day(resource: Resource, line: Element) -> str:
    """The day of service of a line, else of the claim, on the clinic's calendar."""
    for element, single, span in (
        (line, "servicedDate", "servicedPeriod"),
        (resource.body, "", "billablePeriod"),
    ):
        period = element.child(span)
        text = (element.text(single, 64) if single else "") or (period.text("start", 64) if period else "")
        if text:
            return _clinic_day(text, resource, element.at(span))
    created = resource.body.text("created", 64)
    if not created:
        raise ImportRefused("import.no_start", path=resource.body.at("created"))
    return _clinic_day(created, resource, resource.body.at("created"))


def _clinic_day(text: str, resource: Resource, path: str) -> str:
    if "T" not in text:
        return iso_day(text, path).isoformat()
    return clinic_day(iso_moment(text, resource.zone, path), resource.zone, path)


def _visit(resource: Resource, line: Element) -> Ref | None:
    """The encounter of the line, else the one encounter any line names: a claim is about one visit."""
    if own := _encounter(resource, line):
        return own
    named: dict[Key | None, Ref] = {}
    for item in resource.body.children("item"):
        if ref := _encounter(resource, item):
            named.setdefault(ref.key, ref)
    return next(iter(named.values())) if len(named) == 1 else None


def _encounter(resource: Resource, line: Element) -> Ref | None:
    for encounter in line.children("encounter"):
        ref = resource.ref(encounter, "Encounter")
        if ref is not None and ref.kind == "Encounter":
            return ref
    return None


def _practitioner(resource: Resource, line: Element) -> Ref | None:
    """Who the line's care team names, else the claim's provider where that is a person."""
    wanted = line.data.get("careTeamSequence")
    first = wanted[0] if isinstance(wanted, list) and wanted else None
    for member in resource.body.children("careTeam"):
        if first is None or member.data.get("sequence") == first:
            ref = resource.ref(member.child("provider"), "Practitioner")
            if ref is not None and ref.kind == "Practitioner":
                return ref
    ref = resource.ref(resource.body.child("provider"), "Practitioner")
    return ref if ref is not None and ref.kind == "Practitioner" and (ref.key or ref.identifier) else None


def _contained_coverages(resource: Resource, patient: Ref) -> Iterable[AnyDraft]:
    moment = resource.body.moment("created", resource.zone)
    used_at = moment_text(moment, resource.body.at("created")) if moment else ""
    for insurance in resource.body.children("insurance"):
        named = insurance.child("coverage")
        written = named.text("reference") if named else ""
        inner = resource.contained(written[1:]) if written.startswith("#") else None
        if inner is not None and inner.text("resourceType") == "Coverage":
            yield coverage.read_contained(resource, inner, patient, used_at)
