"""Appointment: https://hl7.org/fhir/R4/appointment.html."""

from __future__ import annotations

from dataclasses import replace

from exchange.drafts import AnyDraft, Ref, VisitDraft
from exchange.fhir.element import Element
from exchange.fhir.resource import Resource
from exchange.fhir.visits import LONGEST_VISIT_MINUTES, minutes_between, visit_record
from models.basics.errors import ImportRefused
from models.operations.records import Appointment

STATUS = {
    "proposed": "scheduled", "pending": "scheduled", "booked": "scheduled", "waitlist": "scheduled",
    "arrived": "arrived", "checked-in": "checked_in", "fulfilled": "done", "noshow": "no_show",
    "cancelled": "cancelled", "entered-in-error": "cancelled",
}  # fmt: skip
"""Where a visit is, by the EHR's word."""

SILENT = frozenset({"coverage_id", "copay_cents"})
_PRIMARY = {"PPRF", "ATND", "SPRF"}


def read(resource: Resource) -> list[AnyDraft]:
    """The visit with who takes part in it.

    Raises ImportRefused `import.no_patient`, `import.no_start` (neither start nor slot), `import.status_unknown`.
    """
    body = resource.body
    status = STATUS.get(body.text("status", 64))
    if status is None:
        raise ImportRefused("import.status_unknown", path=body.at("status"))
    patient, practitioner, location = _who(resource)
    if patient is None:
        raise ImportRefused("import.no_patient", path=body.at("participant"))
    start, end = body.moment("start", resource.zone), body.moment("end", resource.zone)
    slots = tuple(resource.refs("slot", "Slot"))
    if start is None and not slots:
        raise ImportRefused("import.no_start", path=body.at("start"))
    title = body.concept("appointmentType", "serviceType", "serviceCategory", "specialty") or body.text("description")
    reason = body.concept("reasonCode") or body.text("description")
    record = visit_record(start, end, resource.zone, body.at("start"), status=status, title=title,
                          reason=reason if reason != title else "")  # fmt: skip
    return [
        VisitDraft(key=resource.key, path=resource.path, updated=resource.updated, silent=SILENT,
                   record=_with_minutes(record, body, minutes_between(start, end)), patient=patient,
                   practitioner=practitioner, location=location, slots=slots, last_day=record.service_date),
    ]  # fmt: skip


def _with_minutes(record: Appointment, body: Element, minutes: int) -> Appointment:
    said = body.number("minutesDuration")
    if minutes or said is None or not said.is_finite() or not 0 < said <= LONGEST_VISIT_MINUTES:
        return record
    return replace(record, minutes=int(said))


def _who(resource: Resource) -> tuple[Ref | None, Ref | None, Ref | None]:
    """Patient, practitioner (the primary performer before others) and place among the participants."""
    found: dict[str, tuple[bool, Ref]] = {}
    for participant in resource.body.children("participant"):
        actor = participant.child("actor")
        ref = resource.ref(actor, _kind_of(participant, actor))
        if ref is None:
            continue
        codes = {code for concept in participant.children("type") for _, code, _ in concept.codings()}
        primary = bool(codes & _PRIMARY)
        if ref.kind not in found or (primary and not found[ref.kind][0]):
            found[ref.kind] = (primary, ref)
    picked = [found.get(kind) for kind in ("Patient", "Practitioner", "Location")]
    patient, practitioner, location = [item[1] if item else None for item in picked]
    return patient, practitioner, location


def _kind_of(participant: Element, actor: Element | None) -> str:
    """What an actor without a typed reference is: it must say so itself, or else it is a resource of the clinic."""
    said = actor.text("type") if actor else ""
    return said or ("HealthcareService" if participant.children("type") else "Device")
