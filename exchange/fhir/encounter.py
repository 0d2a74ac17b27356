"""Encounter: https://hl7.org/fhir/R4/encounter.html. What happened becomes a visit, past or under way."""

from __future__ import annotations

from exchange.drafts import AnyDraft, Ref, VisitDraft
from exchange.fhir.appointment import SILENT
from exchange.fhir.resource import Resource
from exchange.fhir.visits import visit_record
from exchange.values import clinic_day
from models.basics.errors import ImportRefused

STATUS = {
    "planned": "scheduled", "arrived": "arrived", "triaged": "checked_in", "in-progress": "in_room",
    "onleave": "in_room", "finished": "done", "cancelled": "cancelled", "entered-in-error": "cancelled",
    "unknown": "done",
}  # fmt: skip

_CLASS_WORDS = {"AMB": "Office visit", "EMER": "Emergency", "IMP": "Hospital stay", "VR": "Video visit",
                "HH": "Home visit", "OBSENC": "Observation"}  # fmt: skip
_PRIMARY = {"PPRF", "ATND", "SPRF"}


def read(resource: Resource) -> list[AnyDraft]:
    """The visit.

    Raises ImportRefused `import.no_patient`, `import.no_start`, `import.status_unknown`.
    """
    body = resource.body
    status = STATUS.get(body.text("status", 64))
    if status is None:
        raise ImportRefused("import.status_unknown", path=body.at("status"))
    patient = resource.ref(body.child("subject"), "Patient")
    if patient is None or patient.kind != "Patient":
        raise ImportRefused("import.no_patient", path=body.at("subject"))
    period = body.child("period")
    start = period.moment("start", resource.zone) if period else None
    if start is None:
        raise ImportRefused("import.no_start", path=body.at("period"))
    end = period.moment("end", resource.zone) if period else None
    record = visit_record(start, end, resource.zone, body.at("period"), status=status, title=_title(resource),
                          reason=body.concept("reasonCode"))  # fmt: skip
    booked = next(iter(resource.refs("appointment", "Appointment")), None)
    last_day = clinic_day(end, resource.zone, body.at("period")) if end and end > start else record.service_date
    return [
        VisitDraft(key=resource.key, path=resource.path, updated=resource.updated, silent=SILENT, record=record,
                   patient=patient, practitioner=_practitioner(resource), location=_location(resource),
                   appointment=booked, last_day=last_day),
    ]  # fmt: skip


def _title(resource: Resource) -> str:
    shown = resource.body.concept("type", "serviceType")
    if shown:
        return shown
    kind = resource.body.child("class")
    if kind is None:
        return ""
    return _CLASS_WORDS.get(kind.text("code"), kind.text("display"))


def _practitioner(resource: Resource) -> Ref | None:
    first: Ref | None = None
    for participant in resource.body.children("participant"):
        ref = resource.ref(participant.child("individual"), "Practitioner")
        if ref is None or ref.kind != "Practitioner":
            continue
        codes = {code for concept in participant.children("type") for _, code, _ in concept.codings()}
        if codes & _PRIMARY:
            return ref
        first = first or ref
    return first


def _location(resource: Resource) -> Ref | None:
    for place in resource.body.children("location"):
        ref = resource.ref(place.child("location"), "Location")
        if ref is not None and ref.kind == "Location":
            return ref
    return None
