"""Coverage: https://hl7.org/fhir/R4/coverage.html, as a resource of its own or contained in a claim's answer."""

from __future__ import annotations

from decimal import Decimal

from exchange.drafts import AnyDraft, CoverageDraft, Key, Ref
from exchange.fhir.element import Element
from exchange.fhir.resource import Resource, identifiers
from exchange.values import cents
from models.basics.errors import ImportRefused
from models.operations import records
from models.rules.billing import names_an_insurance

SILENT = frozenset({"checked_at", "copay_cents"})
"""What a payer's answer said stays when the coverage itself says nothing of it."""

OFFICE_COPAYS = ("gpvisit", "copay", "spvisit")
"""Cost types that may be asked at the desk of an office, the fitting one first."""

_SELF_PAY_SYSTEM = "coverage-selfpay"
_LARGEST_ORDER = 99


def read(resource: Resource) -> list[AnyDraft]:
    """The insurance with its office copay, where the plan names one. Raises ImportRefused `import.no_patient`."""
    body = resource.body
    patient = resource.ref(body.child("beneficiary"), "Patient")
    if patient is None or patient.kind != "Patient":
        raise ImportRefused("import.no_patient", path=body.at("beneficiary"))
    payer, payer_name = _payer(resource)
    copay = _office_copay(body)
    period = body.child("period")
    plan = _class(body, "plan") or _class(body, "subplan") or _class(body, "group")
    record = records.Coverage(
        id="", patient_id="", payer=payer_name, plan=plan if plan != payer_name else "", member_id=_member(body),
        status=body.text("status", 64) or "active", order=_order(body),
        copay_cents=None if copay is None else cents(copay, body.at("costToBeneficiary")),
        period_start=period.day("start") if period else "", period_end=period.day("end", end=True) if period else "",
    )  # fmt: skip
    if record.copay_cents is not None and record.copay_cents < 0:
        raise ImportRefused("import.amount_negative", path=body.at("costToBeneficiary"))
    return [
        CoverageDraft(key=resource.key, path=resource.path, updated=resource.updated, silent=SILENT, record=record,
                      patient=patient, payer=payer, self_pay=is_self_pay(body, record)),
    ]  # fmt: skip


def read_contained(resource: Resource, inner: Element, patient: Ref, used_at: str) -> CoverageDraft:
    """An insurance that only exists inside a claim's answer: known by patient, payer, plan and member number."""
    payer, payer_name = _payer(Resource("Coverage", resource.key, inner, resource.zone, resource.full_urls))
    copay = _office_copay(inner)
    record = records.Coverage(
        id="", patient_id="", payer=payer_name, plan=_class(inner, "plan"), member_id=_member(inner),
        status=inner.text("status", 64) or "active",
        copay_cents=None if copay is None else cents(copay, inner.at("costToBeneficiary")),
    )  # fmt: skip
    name = "|".join((record.payer, record.plan, record.member_id))
    return CoverageDraft(
        key=Key("Coverage", f"contained|{name}"), path=inner.path, updated=resource.updated, silent=SILENT,
        record=record, patient=patient, payer=payer, contained=True, used_at=used_at,
        self_pay=is_self_pay(inner, record),
    )  # fmt: skip


def is_self_pay(body: Element, record: records.Coverage) -> bool:
    """Is this no insurance, but the patient's word to pay? By FHIR's own code, or by the usual names."""
    return _is_selfpay_type(body) or pays_without_insurance(record)


def pays_without_insurance(record: records.Coverage) -> bool:
    """Is this coverage, by its payer's or plan's name, none at all?"""
    return not names_an_insurance(record.payer, record.plan)


def _payer(resource: Resource) -> tuple[Ref | None, str]:
    """The reference to the payer and the name to show until it is found; the patient is no payer."""
    for payor in resource.body.children("payor"):
        ref = resource.ref(payor, "Organization")
        if ref is not None and ref.kind == "Organization":
            return ref, ref.display or resource.body.concept("type") or "Insurance"
    if any(True for _ in resource.body.children("payor")) and _is_selfpay_type(resource.body):
        return None, "Self pay"
    return None, resource.body.concept("type") or "Insurance"


def _is_selfpay_type(body: Element) -> bool:
    kind = body.child("type")
    return bool(kind and any(system.endswith(_SELF_PAY_SYSTEM) for system, _, _ in kind.codings()))


def _class(body: Element, code: str) -> str:
    for item in body.children("class"):
        kind = item.child("type")
        if kind and any(found == code for _, found, _ in kind.codings()):
            return item.text("name") or item.text("value")
    return ""


def _member(body: Element) -> str:
    said = body.text("subscriberId")
    if said:
        return said
    found = identifiers(body)
    return found[0].value if found else ""


def _order(body: Element) -> int:
    order = body.number("order")
    return int(order) if order is not None and order.is_finite() and 1 <= order <= _LARGEST_ORDER else 1


def _office_copay(body: Element) -> Decimal | None:
    """The fixed amount of the fitting cost type; a share in percent is no amount."""
    found: dict[str, Decimal] = {}
    for cost in body.children("costToBeneficiary"):
        kind = cost.child("type")
        amount = cost.money("valueMoney")
        if kind is None or amount is None:
            continue
        for _, code, _ in kind.codings():
            found.setdefault(code, amount)
    return next((found[code] for code in OFFICE_COPAYS if code in found), None)
