"""What may be said about a payment beside its amount (S0-04, S0-08): checked once, and never changed after."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from app.clinic import Clinic
from app.views import CollectRequest, PaymentFields, TenderKind, VisitChoice
from devices.scrubber import holds_card_data
from models.basics.errors import RuleBroken
from models.operations.bodies import PAYMENT_TYPES
from models.store.queries import collect, family, methods, prepaying, rows

NOTE_LIMIT = 200
OLDEST_DAYS = 366
"""Money that came in longer ago is not entered as a payment of today."""


@dataclass(frozen=True, slots=True)
class Checked:
    """The fields as they are written down. `payment_type` None: by what is paid; `received_date` ISO text, empty for
    today; `practitioner` is the name for the receipt."""

    payment_type: str | None = None
    received_date: str = ""
    practitioner_id: str = ""
    practitioner: str = ""
    note: str = ""


LATE_DAYS = 90
"""A visit so long ago may still get money while its charges are awaited."""
PLAIN = PaymentFields()


def check_fields(clinic: Clinic, reader: Any, request: CollectRequest) -> Checked:
    """The fields of a request, as they may stand. A card is always charged today, whatever date is said.

    Raises RuleBroken: `collect.type_unknown`, `collect.received_later`, `collect.received_long_ago`,
    `collect.provider_gone`, `collect.note_long`, `collect.card_number` (a card's number typed into the note).
    """
    fields = request.fields
    if fields == PLAIN:
        return Checked()
    if fields.payment_type is not None and fields.payment_type not in PAYMENT_TYPES:
        raise RuleBroken("collect.type_unknown", field="type")
    note = " ".join(fields.note.split())
    if len(note) > NOTE_LIMIT:
        raise RuleBroken("collect.note_long", field="note", limit=NOTE_LIMIT)
    no_card_number(note, "note")
    checked = Checked(fields.payment_type, "", fields.practitioner_id, "", note)
    if fields.practitioner_id:
        name = methods.practitioner_name(reader, clinic.tenant, fields.practitioner_id)
        if not name:
            raise RuleBroken("collect.provider_gone", field="provider")
        checked = replace(checked, practitioner=name)
    return replace(checked, received_date=_received(fields.received_on, clinic.today(), request.tender))


def no_card_number(text: str, field: str) -> None:
    """Nobody types a card's number here. Raises RuleBroken `collect.card_number`."""
    if holds_card_data(text):
        raise RuleBroken("collect.card_number", field=field)


def _received(day: date | None, today: date, tender: TenderKind) -> str:
    if day is None or day == today or tender is TenderKind.CARD:
        return ""
    if day > today:
        raise RuleBroken("collect.received_later", field="received")
    if day < today - timedelta(days=OLDEST_DAYS):
        raise RuleBroken("collect.received_long_ago", field="received", days=OLDEST_DAYS)
    return day.isoformat()


def prepay_choices(clinic: Clinic, reader: Any, patient_id: str) -> tuple[VisitChoice, ...]:
    """The visits of a patient and their family that money may wait on (S3-01, S3-02): to come, and of late without
    anything owed; none that will not be."""
    today = clinic.today()
    names = {row.id: row.given or row.family for row in family.family(reader, clinic.tenant, patient_id)}
    since = (today - timedelta(days=LATE_DAYS)).isoformat()
    found = prepaying.visits_to_prepay(reader, clinic.tenant, list(names), since, today.isoformat())
    return tuple(
        VisitChoice(row.id, date.fromisoformat(row.service_date), row.title or "Visit", row.practitioner,
                    "" if row.patient_id == patient_id else names.get(row.patient_id, ""), row.patient_id)
        for row in found
    )  # fmt: skip


def visit_to_prepay(clinic: Clinic, reader: Any, patient_id: str, appointment_id: str) -> rows.VisitRow:
    """The visit money is taken for. Raises RuleBroken: `collect.prepay_gone` where it is not one of the family's, or
    will not be; `collect.prepay_charged` where it owes something by now, which is to be paid first."""
    visit = rows.visit(reader, clinic.tenant, appointment_id)
    if visit is None or visit.status in ("cancelled", "no_show"):
        raise RuleBroken("collect.prepay_gone", field="visit")
    head = family.guarantor(reader, clinic.tenant, patient_id)
    if visit.patient_id != patient_id and family.guarantor(reader, clinic.tenant, visit.patient_id) != head:
        raise RuleBroken("collect.prepay_gone", field="visit")
    owes = sum(row.owed_cents for row in collect.charges_of_visit(reader, clinic.tenant, appointment_id))
    if owes > 0 and visit.service_date <= clinic.today().isoformat():
        raise RuleBroken("collect.prepay_charged", owes_cents=owes)
    return visit
