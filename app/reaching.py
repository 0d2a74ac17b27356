"""How a patient is reached: phone, e-mail, the language they are written to in, how they like receipts; and whether
their phone wants no texts."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from app.clinic import Clinic
from app.fields import no_card_number
from app.heads import patient_head
from app.refusals import need
from app.views import PatientHead, Person
from models.basics.errors import RuleBroken
from models.basics.facts import facts
from models.operations.records import Patient
from models.rules.addresses import email_address, text_number
from models.rules.languages import SPOKEN, language_name
from models.rules.people import show_phone
from models.rules.rights import Right
from models.store.queries import reaching, recorded, rows

log = logging.getLogger(__name__)

RECEIPTS = {"": "Not said", "print": "On paper", "email": "By e-mail", "text": "By text", "none": "None"}
"""How somebody likes receipts, as the desk calls it."""


@dataclass(frozen=True, slots=True)
class ReachForm:
    """The fields as they are typed; `language` a tag of `rules.languages` (empty: nobody said), `receipt_by` a key of
    RECEIPTS."""

    patient_id: str
    phone: str = ""
    email: str = ""
    language: str = ""
    receipt_by: str = ""


@dataclass(frozen=True, slots=True)
class ReachView:
    """A patient's form. `languages` are those to choose from, by tag; `stopped_at` is when their phone ended texts
    (local; None: it takes them)."""

    patient: PatientHead
    form: ReachForm
    languages: tuple[tuple[str, str], ...]
    stopped_at: datetime | None = None


class Reaching:
    """`view` on the `reads` lane, `put` on `store`."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic

    def view(self, patient_id: str) -> ReachView:
        """What their record says. Raises RuleBroken `collect.patient_gone`."""
        clinic, tenant = self._clinic, self._clinic.tenant
        with clinic.store.reader() as reader:
            person = rows.person(reader, tenant, patient_id)
            if person is None:
                raise RuleBroken("collect.patient_gone")
            known = _known(reader, tenant, person.id)
            stopped = reaching.stopped_at(reader, tenant, text_number(known.phone))
        form = ReachForm(known.id, show_phone(known.phone), known.email, known.language, known.receipt_by)
        return ReachView(patient_head(person, clinic.today()), form, _languages(known.language),
                         clinic.local(stopped) if stopped else None)  # fmt: skip

    def put(self, form: ReachForm, person: Person) -> ReachView:
        """Write it down; nothing where nothing changed. Raises RuleBroken, nothing written: `staff.right_missing`,
        `message.address_wrong`, `message.number_wrong`, `collect.card_number`, `collect.patient_gone`."""
        need(Right.VISITS, person)
        phone, email = form.phone.strip(), form.email.strip()
        no_card_number(phone, "phone")
        if email and not email_address(email):
            raise RuleBroken("message.address_wrong", field="email")
        if phone and not text_number(phone):
            raise RuleBroken("message.number_wrong", field="phone")
        clinic = self._clinic
        with clinic.store.write() as tx:
            known = _known(tx.reader, clinic.tenant, form.patient_id)
            same_phone = text_number(phone) == text_number(known.phone)
            wanted = replace(
                known, phone=known.phone if same_phone else text_number(phone), email=email_address(email),
                language=form.language, receipt_by=form.receipt_by,
            )  # fmt: skip
            if wanted != known:
                tx.record(wanted, person_id=person.staff_id, business_date=clinic.today().isoformat())
        log.info("how to reach a patient kept", extra=facts(patient=form.patient_id, staff=person.staff_id))
        return self.view(form.patient_id)


def _known(reader: Any, tenant: str, patient_id: str) -> Patient:
    known = recorded.one(reader, tenant, Patient, patient_id)
    if known is None:
        raise RuleBroken("collect.patient_gone")
    return known


def _languages(known: str) -> tuple[tuple[str, str], ...]:
    """What may be chosen: nothing said, the languages of the list, and the patient's own where it is another."""
    own = () if not known or known in SPOKEN else ((known, language_name(known)),)
    return (("", "Not said"), *SPOKEN.items(), *own)
