"""Find: a patient by name in any order with slips, birth date in any usual form, phone, MRN, or the card of today."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from app.clinic import Clinic
from app.heads import patient_head, visit_head
from app.payables import VisitMoney, due_cents, dues
from app.settings import PAST_DUE_DAYS, Settings
from app.views import FoundPatient
from models.rules.matching import parse_query
from models.store.queries import collect, find, rows
from models.store.queries.find import Hit, OnAccount

_NO_DIGIT = re.compile(r"\D+")
SHOWN = 12
"""Hits on the list; who is further down is found by typing on."""


class Find:
    """The one search field. About a millisecond: call it on the `reads` lane."""

    def __init__(self, clinic: Clinic, settings: Settings) -> None:
        self._clinic, self._settings = clinic, settings

    def search(self, text: str) -> tuple[FoundPatient, ...]:
        """Who is meant, best fit first; at the same fit who has a visit today comes first. Empty text finds nobody."""
        clinic, tenant = self._clinic, self._clinic.tenant
        today = clinic.today()
        query = parse_query(text, today)
        with clinic.store.reader() as reader:
            hits = find.search(reader, tenant, query, SHOWN)
            if len(hits) < SHOWN and len(text.strip()) == 4 and text.strip().isascii() and text.strip().isdigit():
                hits += find.by_card_of_day(reader, tenant, text.strip(), today.isoformat(), hits)
            ids = [hit.patient.id for hit in hits]
            money = find.on_account(reader, tenant, ids)
            visits = find.visits_today(reader, tenant, ids, today.isoformat())
            due = {patient_id: due_now(clinic, self._settings, reader, visit) for patient_id, visit in visits.items()}
        hits.sort(key=lambda hit: (hit.cost, hit.patient.id not in visits))
        alike = _alike(hits)
        nothing = OnAccount()
        return tuple(
            FoundPatient(
                patient=patient_head(hit.patient, today), why=hit.why, alike=hit.patient.id in alike,
                due_cents=due.get(hit.patient.id, money.get(hit.patient.id, nothing).owed_cents),
                credit_cents=money.get(hit.patient.id, nothing).credit_cents,
                visit=visit_head(visits[hit.patient.id], clinic) if hit.patient.id in visits else None,
            )
            for hit in hits
        )  # fmt: skip


def due_now(clinic: Clinic, settings: Settings, reader: Any, visit: rows.VisitRow) -> int:
    """What Collect would ask this patient for at this visit."""
    tenant = clinic.tenant
    insured = rows.coverage(reader, tenant, visit.patient_id)
    money = VisitMoney(
        collect.charged_on_visit(reader, tenant, visit.id), collect.prepaid_for(reader, tenant, visit.id),
        insured.copay_cents if insured and insured.status == "active" else None,
    )  # fmt: skip
    charges = collect.open_charges(reader, tenant, visit.patient_id)
    return due_cents(dues(clinic, visit, money, charges, settings.get(PAST_DUE_DAYS)))


def _alike(hits: list[Hit]) -> set[str]:
    """Patients who could be taken for another one on the list: the same name, the same phone, or a twin's birth date
    with the same family name."""
    keys = {hit.patient.id: _keys(hit.patient) for hit in hits}
    seen = Counter(key for mine in keys.values() for key in mine)
    return {patient_id for patient_id, mine in keys.items() if any(seen[key] > 1 for key in mine)}


def _keys(patient: rows.PatientRow) -> set[tuple[str, ...]]:
    family, given = patient.family.casefold(), patient.given.casefold()
    phone = _NO_DIGIT.sub("", patient.phone)[-10:]
    return {
        ("name", family, given),
        *({("phone", phone)} if len(phone) >= 7 else ()),
        *({("twin", family, patient.birth_date)} if patient.birth_date else ()),
    }  # fmt: skip
