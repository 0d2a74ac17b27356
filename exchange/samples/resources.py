"""FHIR R4 resources of the invented practice, as an EHR writes them. Amounts are exact decimals."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import orjson

from exchange.samples.roster import Past

Resource = dict[str, Any]

MINUTES = 20
_V2 = "http://terminology.hl7.org/CodeSystem/v2-0203"
_NPI = "http://hl7.org/fhir/sid/us-npi"
_MRN = "https://alder-street.example.org/mrn"
_ADJUDICATION = "http://terminology.hl7.org/CodeSystem/adjudication"
_CPT = "http://www.ama-assn.org/go/cpt"
_ENCOUNTER_STATUS = {"booked": "planned", "arrived": "arrived", "checked-in": "triaged", "in-room": "in-progress",
                     "fulfilled": "finished"}  # fmt: skip
_APPOINTMENT_STATUS = {"in-room": "checked-in"}


def npi(body: int) -> str:
    """A National Provider Identifier: nine digits and their check digit (Luhn over 80840 and the digits)."""
    digits = [int(sign) for sign in f"80840{body:09d}"]
    doubled = [digit * 2 if place % 2 == 0 else digit for place, digit in enumerate(reversed(digits))]
    total = sum(value // 10 + value % 10 for value in doubled)
    return f"{body:09d}{-total % 10}"


def money(cents: int) -> Resource:
    """A Money of whole cents, its decimal written out."""
    return {"value": orjson.Fragment(f"{cents // 100}.{cents % 100:02d}"), "currency": "USD"}


def _ref(kind: str, name: str) -> Resource:
    return {"reference": f"{kind}/{name}"}


def _concept(text: str, code: str = "", system: str = "") -> Resource:
    if not code:
        return {"text": text}
    return {"coding": [{"system": system, "code": code, "display": text}], "text": text}


def practitioner(name: str, prefix: str, given: str, family: str, suffix: str, number: int) -> Resource:
    """Somebody who sees patients."""
    called: Resource = {"use": "official", "family": family, "given": [given]}
    if prefix:
        called["prefix"] = [prefix]
    if suffix:
        called["suffix"] = [suffix]
    return {"resourceType": "Practitioner", "id": name, "active": True, "name": [called],
            "identifier": [{"system": _NPI, "value": npi(143_020_110 + number)}]}  # fmt: skip


def location(name: str, shown: str) -> Resource:
    """A place."""
    return {"resourceType": "Location", "id": name, "status": "active", "name": shown}


def patient(
    name: str, given: str, family: str, born: str, sex: str, phone: str, email: str, street: str
) -> Resource:  # fmt: skip
    """A person; the record number is their `name`."""
    first, *rest = given.split(" ")
    telecom = [{"system": "phone", "value": f"({phone[:3]}) {phone[3:6]}-{phone[6:]}", "use": "mobile"}]
    if email:
        telecom.append({"system": "email", "value": email})
    return {
        "resourceType": "Patient", "id": f"p-{name}", "active": True,
        "identifier": [{"use": "usual", "type": {"coding": [{"system": _V2, "code": "MR"}]}, "system": _MRN,
                        "value": name}],
        "name": [{"use": "official", "family": family, "given": [first, *rest]}], "telecom": telecom, "gender": sex,
        "birthDate": born,
        "address": [{"use": "home", "line": [street], "city": "Alder Falls", "state": "NY", "postalCode": "12345"}],
    }  # fmt: skip


def coverage(name: str, payer: str, copay_cents: int | None, member: str, day: date, *, self_pay: bool) -> Resource:
    """An insurance in force since New Year, or the agreement to pay without one."""
    made: Resource = {
        "resourceType": "Coverage", "id": f"c-{name}", "status": "active", "beneficiary": _ref("Patient", f"p-{name}"),
        "period": {"start": f"{day.year - 1}-01-01"},
    }  # fmt: skip
    if self_pay:
        system = "http://terminology.hl7.org/CodeSystem/coverage-selfpay"
        return made | {"type": _concept("Self pay", "pay", system), "payor": [_ref("Patient", f"p-{name}")]}
    made |= {"subscriberId": member, "payor": [{"display": payer}], "order": 1}
    if copay_cents is not None:
        kind = _concept("Copay, office", "gpvisit", "http://terminology.hl7.org/CodeSystem/coverage-copay-type")
        made["costToBeneficiary"] = [{"type": kind, "valueMoney": money(copay_cents)}]
    return made


def eligibility(name: str, checked_at: str, copay_cents: int | None) -> Resource:
    """The payer's answer of this morning."""
    insurance: Resource = {"coverage": _ref("Coverage", f"c-{name}"), "inforce": True}
    if copay_cents is not None:
        benefit = {"type": _concept("Copay", "copay"), "allowedMoney": money(copay_cents)}
        insurance["item"] = [{"category": _concept("Office visit", "98"), "benefit": [benefit]}]
    return {"resourceType": "CoverageEligibilityResponse", "id": f"e-{name}", "status": "active",
            "purpose": ["benefits"], "patient": _ref("Patient", f"p-{name}"), "created": checked_at,
            "outcome": "complete", "insurance": [insurance]}  # fmt: skip


def account(name: str, guarantor: str) -> Resource:
    """The bill of a patient that somebody else gets."""
    return {
        "resourceType": "Account", "id": f"bill-{name}", "status": "active", "subject": [_ref("Patient", f"p-{name}")],
        "guarantor": [{"party": _ref("Patient", f"p-{guarantor}")}],
    }  # fmt: skip


def appointment(visit: str, name: str, who: str, title: str, starts_at: datetime, status: str) -> Resource:
    """A booked visit."""
    return {
        "resourceType": "Appointment", "id": f"a-{visit}", "status": _APPOINTMENT_STATUS.get(status, status),
        "appointmentType": _concept(title), "start": starts_at.isoformat(),
        "end": (starts_at + timedelta(minutes=MINUTES)).isoformat(), "minutesDuration": MINUTES,
        "participant": [
            {"actor": _ref("Patient", f"p-{name}"), "status": "accepted"},
            {"actor": _ref("Practitioner", who), "status": "accepted"},
            {"actor": _ref("Location", "main"), "status": "accepted"},
        ],
    }  # fmt: skip


def encounter(
    visit: str, name: str, who: str, title: str, starts_at: datetime, status: str, *, booked: bool
) -> Resource:
    """What happens, or happened, at a visit."""
    made: Resource = {
        "resourceType": "Encounter", "id": f"v-{visit}", "status": _ENCOUNTER_STATUS[status],
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "type": [_concept(title)], "subject": _ref("Patient", f"p-{name}"),
        "participant": [{"individual": _ref("Practitioner", who)}],
        "period": {"start": starts_at.isoformat(), "end": (starts_at + timedelta(minutes=MINUTES)).isoformat()},
    }  # fmt: skip
    if booked:
        made["appointment"] = [_ref("Appointment", f"a-{visit}")]
    return made


def copay_item(visit: str, name: str, words: str, cents: int, starts_at: datetime) -> Resource:
    """Today's copay as a charge."""
    return {"resourceType": "ChargeItem", "id": f"copay-{visit}", "status": "billable",
            "code": _concept(words, "COPAY", "https://alder-street.example.org/charges"),
            "subject": _ref("Patient", f"p-{name}"), "context": _ref("Encounter", f"v-{visit}"),
            "occurrenceDateTime": starts_at.isoformat(), "priceOverride": money(cents)}  # fmt: skip


def priced_item(visit: str, name: str, words: str, code: str, cents: int, starts_at: datetime) -> Resource:
    """A priced line of somebody who pays without insurance."""
    return {"resourceType": "ChargeItem", "id": f"line-{visit}", "status": "billable",
            "code": _concept(words, code, _CPT), "subject": _ref("Patient", f"p-{name}"),
            "context": _ref("Encounter", f"v-{visit}"), "occurrenceDateTime": starts_at.isoformat(),
            "priceOverride": money(cents)}  # fmt: skip


def explanation(visit: str, name: str, who: str, past: Past, starts_at: datetime) -> Resource:
    """What the payer decided about a past visit."""
    shares = {"copay": past.copay_cents, "coinsurance": past.coinsurance_cents, "deductible": past.deductible_cents}
    paid = past.allowed_cents - sum(shares.values())
    parts = {"submitted": past.allowed_cents + 2500, "eligible": past.allowed_cents, **shares, "benefit": paid}
    lines = [{"category": _concept(code, code, _ADJUDICATION), "amount": money(cents)} for code, cents in parts.items()]
    return {
        "resourceType": "ExplanationOfBenefit", "id": f"x-{visit}", "status": "active", "use": "claim",
        "type": _concept("Professional", "professional", "http://terminology.hl7.org/CodeSystem/claim-type"),
        "patient": _ref("Patient", f"p-{name}"), "created": starts_at.isoformat(),
        "insurer": {"display": "Claims office"}, "provider": _ref("Practitioner", who),
        "outcome": "queued" if past.pending else "complete",
        "insurance": [{"focal": True, "coverage": _ref("Coverage", f"c-{name}")}],
        "item": [{"sequence": 1, "productOrService": _concept(past.line, past.code, _CPT),
                  "servicedDate": starts_at.date().isoformat(), "encounter": [_ref("Encounter", f"v-{visit}")],
                  "net": money(past.allowed_cents + 2500), "adjudication": [] if past.pending else lines}],
    }  # fmt: skip
