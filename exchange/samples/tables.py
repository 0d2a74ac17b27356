"""Patients, the day's visits and the payments before it as a practice system's tables."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from exchange.samples.clinic import SamplePayment

Resource = dict[str, Any]

_STATUS = {"booked": "Scheduled", "arrived": "Arrived", "checked-in": "Checked In", "fulfilled": "Complete"}


def patients(resources: Sequence[Resource]) -> bytes:
    """`Patient ID,MRN,Last Name,…`: names, birth date as 03/14/1984, phone, address, who gets the bill; UTF-8."""
    rows = [("Patient ID", "MRN", "Last Name", "First Name", "Middle Name", "DOB", "Sex", "Cell Phone", "Email",
             "Address", "City", "State", "Zip", "Guarantor")]  # fmt: skip
    payers = {bill["subject"][0]["reference"]: bill["guarantor"][0]["party"]["reference"].removeprefix("Patient/")
              for bill in _of(resources, "Account")}  # fmt: skip
    for person in _of(resources, "Patient"):
        name, home = person["name"][0], person["address"][0]
        year, month, day = person["birthDate"].split("-")
        contact = {point["system"]: point["value"] for point in person["telecom"]}
        rows.append((
            person["id"], person["identifier"][0]["value"], name["family"], name["given"][0],
            " ".join(name["given"][1:]), f"{month}/{day}/{year}", person["gender"][0].upper(), contact.get("phone", ""),
            contact.get("email", ""), home["line"][0], home["city"], home["state"], home["postalCode"],
            payers.get(f"Patient/{person['id']}", ""),
        ))  # fmt: skip
    return _written(rows)


def appointments(resources: Sequence[Resource], zone: ZoneInfo) -> bytes:
    """`Appointment ID,MRN,Date,Time,…`: the booked visits on the clinic's clock; UTF-8."""
    numbers = {f"Patient/{person['id']}": person["identifier"][0]["value"] for person in _of(resources, "Patient")}
    names = {f"Practitioner/{doctor['id']}": _called(doctor["name"][0]) for doctor in _of(resources, "Practitioner")}
    rows = [("Appointment ID", "MRN", "Date", "Time", "Duration", "Visit Type", "Doctor", "Status")]
    for visit in _of(resources, "Appointment"):
        actors = [participant["actor"]["reference"] for participant in visit["participant"]]
        starts_at = datetime.fromisoformat(visit["start"]).astimezone(zone)
        rows.append((
            visit["id"], numbers[actors[0]], f"{starts_at.month}/{starts_at.day}/{starts_at.year}",
            f"{starts_at.hour % 12 or 12}:{starts_at.minute:02d} {'AM' if starts_at.hour < 12 else 'PM'}",
            str(visit["minutesDuration"]), visit["appointmentType"]["text"], names[actors[1]], _STATUS[visit["status"]],
        ))  # fmt: skip
    return _written(rows)


def payments(taken: Sequence[SamplePayment], zone: ZoneInfo) -> bytes:
    """`id,patient,appointment,…` with the field's codes: types COPAY and credit, methods CASH, CHCK and VISA; the two
    oldest were given back in part (REF) and corrected (COR); UTF-8."""
    rows: list[tuple[str, ...]] = [("id", "patient", "appointment", "line_item", "payment_method",
                                    "payment_transaction_type", "amount", "received_date", "posted_date",
                                    "trace_number", "notes")]  # fmt: skip
    for number, payment in enumerate(sorted(taken, key=lambda each: (each.taken_at, each.patient)), start=1):
        day = payment.taken_at.astimezone(zone).date().isoformat()
        line = payment.lines[0][0].partition("/")[2] if payment.lines else ""
        method = {"cash": "CASH", "check": "CHCK"}.get(payment.tender, payment.brand.upper() or "CRDT")
        head = (payment.patient.partition("/")[2], payment.appointment.partition("/")[2], line, method)
        kind = "COPAY" if line.startswith("copay") else ""
        trace = f"{2280 + number}" if payment.tender == "check" else ""
        rows.append((f"{number}", *head, kind, _dollars(payment.amount_cents), day, day, trace, ""))
        if number in _GIVEN_BACK and payment.amount_cents > 500:
            code, note = _GIVEN_BACK[number]
            rows.append((f"{number}-b", *head[:2], "", method, code, _dollars(-500), day, day, "", note))
    return _written(rows)


_GIVEN_BACK = {1: ("REF", "Paid twice"), 2: ("COR", "Entered five dollars too high")}
"""Which payments went back in part, how, and why."""


def _dollars(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def _called(name: Resource) -> str:
    """`Dr. Okafor`, `L. Fischer, NP`, `Nurse visit`: as a schedule prints them."""
    if "prefix" in name:
        return f"{name['prefix'][0]} {name['family']}"
    given = name["given"][0]
    return f"{given[0]}. {name['family']}, {name['suffix'][0]}" if "suffix" in name else f"{given} {name['family']}"


def _of(resources: Sequence[Resource], kind: str) -> Iterable[Resource]:
    return (resource for resource in resources if resource["resourceType"] == kind)


def _written(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()
