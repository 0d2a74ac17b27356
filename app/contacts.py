"""Alternate contacts of a patient (S4-02): who else may be called, and whether they may be told about payments."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from app.clinic import Clinic
from app.fields import no_card_number
from app.heads import patient_head
from app.refusals import need
from app.views import PatientHead, Person
from models.basics.errors import RuleBroken
from models.basics.facts import facts
from models.basics.ids import new_id
from models.operations.records import Contact
from models.rules.addresses import email_address, text_number
from models.rules.people import show_phone
from models.rules.rights import Right
from models.store.queries import people, recorded, rows

log = logging.getLogger(__name__)

LETTERS = 80
RELATIONS = ("", "Spouse or partner", "Parent", "Child", "Sibling", "Friend", "Caregiver", "Legal guardian", "Lawyer",
             "Other")  # fmt: skip
"""What somebody may be to a patient; empty: not said."""


@dataclass(frozen=True, slots=True)
class ContactForm:
    """A contact as it is typed. `contact_id` is made when the form opens, so that a second Enter adds nobody twice;
    `may_be_told`: the patient lets them hear about payments and balances."""

    contact_id: str
    patient_id: str
    name: str = ""
    relation: str = ""
    phone: str = ""
    email: str = ""
    may_be_told: bool = False


@dataclass(frozen=True, slots=True)
class ContactsView:
    """The contacts of a patient by name."""

    patient: PatientHead
    contacts: tuple[ContactForm, ...]


class Contacts:
    """`view` on the `reads` lane, the others on `store`."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic

    def view(self, patient_id: str) -> ContactsView:
        """Who else may be called about a patient. Raises RuleBroken `collect.patient_gone`."""
        clinic = self._clinic
        with clinic.store.reader() as reader:
            person = rows.person(reader, clinic.tenant, patient_id)
            if person is None:
                raise RuleBroken("collect.patient_gone")
            mine = people.records(reader, clinic.tenant, person.id)
            found = recorded.contacts(reader, clinic.tenant, mine)
        return ContactsView(patient_head(person, clinic.today()), tuple(map(_form, found)))

    def blank(self, patient_id: str) -> ContactForm:
        """A form for somebody new."""
        return ContactForm(new_id(), patient_id)

    def put(self, form: ContactForm, person: Person) -> ContactsView:
        """Write a contact down, new or changed; nothing where nothing changed. Raises RuleBroken, nothing written:
        `staff.right_missing`, `contact.name_missing`, `contact.unreachable` (no phone and no e-mail),
        `message.address_wrong`, `message.number_wrong`, `collect.card_number`, `collect.patient_gone`."""
        need(Right.VISITS, person)
        wanted = _record(form)
        clinic = self._clinic
        with clinic.store.write() as tx:
            if rows.person(tx.reader, clinic.tenant, form.patient_id) is None:
                raise RuleBroken("collect.patient_gone")
            known = recorded.one(tx.reader, clinic.tenant, Contact, form.contact_id)
            record = replace(wanted, patient_id=known.patient_id) if known else wanted
            if record != known:
                tx.record(record, person_id=person.staff_id, business_date=clinic.today().isoformat())
        log.info("contact kept", extra=facts(contact=form.contact_id, staff=person.staff_id))
        return self.view(form.patient_id)

    def remove(self, contact_id: str, patient_id: str, person: Person) -> ContactsView:
        """Somebody is no contact any more; the log keeps that they were. Raises RuleBroken `staff.right_missing`."""
        need(Right.VISITS, person)
        clinic = self._clinic
        with clinic.store.write() as tx:
            known = recorded.one(tx.reader, clinic.tenant, Contact, contact_id)
            if known is not None and known.active:
                tx.record(replace(known, active=False), person_id=person.staff_id,
                          business_date=clinic.today().isoformat())  # fmt: skip
        log.info("contact removed", extra=facts(contact=contact_id, staff=person.staff_id))
        return self.view(patient_id)


def _form(record: Contact) -> ContactForm:
    return ContactForm(record.id, record.patient_id, record.name, record.relation, show_phone(record.phone),
                       record.email, record.may_be_told)  # fmt: skip


def _record(form: ContactForm) -> Contact:
    name = " ".join(form.name.split())[:LETTERS]
    if not name:
        raise RuleBroken("contact.name_missing", field="name")
    no_card_number(name, "name")
    no_card_number(form.phone, "phone")
    phone, email = form.phone.strip(), form.email.strip()
    if not (phone or email):
        raise RuleBroken("contact.unreachable", field="phone")
    if email and not email_address(email):
        raise RuleBroken("message.address_wrong", field="email")
    if phone and not text_number(phone):
        raise RuleBroken("contact.number_wrong", field="phone")
    relation = form.relation if form.relation in RELATIONS else ""
    return Contact(id=form.contact_id, patient_id=form.patient_id, name=name, relation=relation,
                   phone=text_number(phone), email=email_address(email), may_be_told=form.may_be_told)  # fmt: skip
