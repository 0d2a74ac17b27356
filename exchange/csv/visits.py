"""Tables of visits: a schedule, or encounters of the past; often with the patient's name and birth date beside."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from exchange.csv.cells import STATUS, amount, is_clock, moment
from exchange.csv.columns import plain
from exchange.csv.people import patient_draft, whose
from exchange.csv.view import Cells, Sheet
from exchange.drafts import FileContent, Key, PatientDraft, Ref, VisitDraft
from exchange.fhir.visits import LONGEST_VISIT_MINUTES, minutes_between
from exchange.values import cents, clinic_day, moment_text
from models.basics.errors import ImportRefused
from models.operations import records

_SILENT = (
    ("title", "title"), ("reason", "reason"), ("practitioner_id", "practitioner"), ("location_id", "location"),
)  # fmt: skip
_PATIENT_FIELDS = frozenset({"middle", "suffix", "sex", "email", "address", "guarantor_id", "receipt_by", "language"})


def read(sheet: Sheet, content: FileContent) -> None:
    """Each row a visit; and a patient too where the row names one, for schedules that come alone."""
    _names_in_patient_column(sheet)
    silent = sheet.silent(*_SILENT) | {"coverage_id", "copay_cents"}
    if "practitioner_id" in sheet.columns:
        silent -= {"practitioner_id"}
    named = "family" in sheet.columns or "name" in sheet.columns
    missing = sheet.silent(("mrn", "mrn"), ("birth_date", "birth_date"), ("phone", "phone"))
    seen: set[Key] = set()

    def take(cells: Cells) -> None:
        visit = _visit(cells, silent)
        patient = _patient(cells, missing) if named else None
        if patient is not None and patient.key not in seen:
            seen.add(patient.key)
            content.drafts.append(patient)
        content.drafts.append(visit)

    sheet.each(content, "appointment", take)


def _names_in_patient_column(sheet: Sheet) -> None:
    """A column called `Patient` holds ids in one program and names in the next: with a record number beside it, a
    column of words is names."""
    place = sheet.columns.get("patient_id")
    if place is None or "mrn" not in sheet.columns or {"name", "family"} & sheet.columns.keys():
        return
    texts = [row.cells[place] for row in sheet.rows]
    if texts and all(" " in text.strip() and not any(sign.isdigit() for sign in text) for text in texts if text):
        sheet.columns["name"] = sheet.columns.pop("patient_id")


def _patient(cells: Cells, missing: frozenset[str]) -> PatientDraft | None:
    if not (cells.text("family") or cells.text("name")):
        return None
    draft = patient_draft(cells, _PATIENT_FIELDS | missing, "patient_id")
    draft.record = replace(draft.record, address=(), email="")
    return draft


def _visit(cells: Cells, silent: frozenset[str]) -> VisitDraft:
    patient = whose(cells)
    starts_at = _start(cells)
    if starts_at is None:
        raise ImportRefused("import.no_start", path=cells.path)
    ends_at = _end(cells, starts_at)
    status = _status(cells, starts_at, ends_at)
    copay = amount(cells.text("copay", 64), cells.at("copay"))
    day = clinic_day(starts_at, cells.sheet.zone, cells.path)
    record = records.Appointment(
        id="", patient_id="", starts_at=moment_text(starts_at, cells.path), service_date=day,
        title=cells.text("title"), reason=cells.text("reason"), status=status,
        minutes=_minutes(cells, starts_at, ends_at),
        copay_cents=None if copay is None else cents(copay, cells.at("copay")),
    )  # fmt: skip
    if record.copay_cents is not None and record.copay_cents < 0:
        raise ImportRefused("import.amount_negative", path=cells.at("copay"))
    source_id = cells.text("id", 128)
    name = source_id or f"{patient.key or patient.identifier}|{record.starts_at}"
    return VisitDraft(
        key=Key("Appointment", name), path=cells.path, silent=silent, record=record, patient=patient,
        practitioner=_named(cells, "Practitioner", "practitioner_id", "practitioner"),
        location=_named(cells, "Location", "", "location"), last_day=day,
    )  # fmt: skip


def _start(cells: Cells) -> datetime | None:
    """The start: a moment in one cell, or a day with the time in another."""
    text, date_text = cells.text("start", 64), cells.text("date", 64)
    sheet = cells.sheet
    if text and (is_clock(text) or not text[:1].isdigit()) and date_text:
        return moment(date_text, text, sheet.order, sheet.zone, cells.at("start"))
    if text:
        return moment(text, cells.text("time", 64), sheet.order, sheet.zone, cells.at("start"))
    if date_text:
        return moment(date_text, cells.text("time", 64), sheet.order, sheet.zone, cells.at("date"))
    return None


def _end(cells: Cells, starts_at: datetime) -> datetime | None:
    """The end: a moment, or a time on the day of the start."""
    text = cells.text("end", 64)
    if not text:
        return None
    sheet = cells.sheet
    if is_clock(text):
        return moment(clinic_day(starts_at, sheet.zone), text, "ymd", sheet.zone, cells.at("end"))
    return moment(text, "", sheet.order, sheet.zone, cells.at("end"))


def _minutes(cells: Cells, starts_at: datetime, ends_at: datetime | None) -> int:
    said = cells.text("minutes", 64)
    if said.isdecimal() and 0 < int(said) <= LONGEST_VISIT_MINUTES:
        return int(said)
    return minutes_between(starts_at, ends_at)


def _status(cells: Cells, starts_at: datetime, ends_at: datetime | None) -> str:
    """As said; without a word, a visit of a day before today took place, any other is still to come."""
    word = plain(cells.text("status", 64))
    if word not in STATUS:
        raise ImportRefused("import.status_unknown", path=cells.at("status"))
    if STATUS[word]:
        return STATUS[word]
    over = (ends_at or starts_at + timedelta()).astimezone(cells.sheet.zone).date() < cells.sheet.today
    return "done" if over else "scheduled"


def _named(cells: Cells, kind: str, id_field: str, name_field: str) -> Ref | None:
    source_id = cells.text(id_field, 128) if id_field else ""
    name = cells.text(name_field)
    if source_id:
        shown = name or ("" if any(sign.isdigit() for sign in source_id) else source_id)  # many write a name there
        return Ref(kind, cells.at(id_field), key=Key(kind, source_id), display=shown)
    return Ref(kind, cells.at(name_field), display=name) if name else None
