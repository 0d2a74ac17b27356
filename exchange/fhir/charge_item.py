"""ChargeItem: a priced line that no payer has spoken about yet.

A copay is the patient's at once. Any other line waits for the payer, and is owed in full only by a patient who pays
without insurance; `exchange.linking` knows which. Prices: `priceOverride`, or the extensions `net-price` and
`unit-price` (times the quantity) of a hospital system's API.
"""

from __future__ import annotations

from decimal import Decimal

from exchange.drafts import AnyDraft, ChargeDraft, Ref
from exchange.fhir.resource import Resource
from exchange.values import cents, clinic_day, iso_day, iso_moment
from models.basics.errors import ImportRefused
from models.operations import records

_VOID = {"not-billable", "aborted", "entered-in-error"}
_STATUSES = _VOID | {"planned", "billable", "billed", "unknown"}


def read(resource: Resource) -> list[AnyDraft]:
    """The line. Raises ImportRefused `import.no_patient`, `import.no_start`, `import.status_unknown`, and amounts'."""
    body = resource.body
    status = body.text("status", 64)
    if status not in _STATUSES:
        raise ImportRefused("import.status_unknown", path=body.at("status"))
    patient = resource.ref(body.child("subject"), "Patient")
    if patient is None or patient.kind != "Patient":
        raise ImportRefused("import.no_patient", path=body.at("subject"))
    price = Decimal(0) if status in _VOID else _price(resource)
    billed = cents(price, resource.path)
    if billed < 0:
        raise ImportRefused("import.amount_negative", path=resource.path)
    is_copay = _is_copay(resource)
    record = records.Charge(
        id="", patient_id="", service_date=_day(resource), description=_description(resource),
        responsibility_cents=billed if is_copay else 0, code=body.code("code"),
        kind="copay" if is_copay else "balance", billed_cents=billed, copay_cents=billed if is_copay else 0,
        insurance_pending=not is_copay and status not in _VOID,
    )  # fmt: skip
    return [
        ChargeDraft(key=resource.key, path=resource.path, updated=resource.updated, record=record, patient=patient,
                    visit=resource.ref(body.child("context"), "Encounter"), practitioner=_practitioner(resource),
                    priced=not is_copay and status not in _VOID),
    ]  # fmt: skip


def _is_copay(resource: Resource) -> bool:
    codes = (code for concept in resource.body.concepts("code") for _, code, _ in concept.codings())
    return any(code.casefold() == "copay" for code in codes)


def _description(resource: Resource) -> str:
    extension = resource.body.extension("/description")
    said = extension.text("valueString") if extension else ""
    return said or resource.body.concept("code") or "Charge"


def _price(resource: Resource) -> Decimal:
    """The price of the whole line. A line without any price costs nothing."""
    body = resource.body
    override = body.money("priceOverride")
    if override is not None:
        return override
    net = body.extension("/net-price")
    price = net.money("valueMoney") if net else None
    if price is not None:
        return price
    unit = body.extension("/unit-price")
    each = unit.money("valueMoney") if unit else None
    quantity = body.child("quantity")
    count = quantity.number("value") if quantity else None
    if each is None:
        return Decimal(0)
    cents(each, resource.path)
    if count is None:
        return each
    cents(count, resource.path)
    return each * count


def _day(resource: Resource) -> str:
    body = resource.body
    period = body.child("occurrencePeriod")
    text = (body.text("occurrenceDateTime", 64) or (period.text("start", 64) if period else "")
            or body.text("enteredDate", 64))  # fmt: skip
    if not text:
        raise ImportRefused("import.no_start", path=body.at("occurrenceDateTime"))
    if "T" not in text:
        return iso_day(text, body.at("occurrenceDateTime")).isoformat()
    return clinic_day(iso_moment(text, resource.zone, body.at("occurrenceDateTime")), resource.zone, resource.path)


def _practitioner(resource: Resource) -> Ref | None:
    for performer in resource.body.children("performer"):
        ref = resource.ref(performer.child("actor"), "Practitioner")
        if ref is not None and ref.kind == "Practitioner":
            return ref
    return None
