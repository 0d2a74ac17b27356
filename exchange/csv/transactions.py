"""Claim transactions as Synthea exports them: what was billed, and what of it was put to the patient.

Rows of a claim line: CHARGE, then PAYMENT and TRANSFEROUT rows, then TRANSFERIN rows that name who is asked next:
`p` the patient, `1` and `2` an insurance. A CHARGE with transfer type `p` is put to the patient as a whole. The
patient's responsibility of a line is the sum of what was put to the patient; payments stay where they were taken.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from exchange.csv.cells import amount
from exchange.csv.view import Cells, Sheet
from exchange.drafts import ChargeDraft, FileContent, Key, Ref
from exchange.values import cents, clinic_day, iso_moment
from models.basics.errors import ImportRefused
from models.operations import records

_TYPES = {"CHARGE", "PAYMENT", "TRANSFERIN", "TRANSFEROUT", "ADJUSTMENT"}


@dataclass(slots=True)
class _Line:
    """A CHARGE row and what followed it."""

    charge: Cells
    billed: Decimal
    shares: list[Decimal] = field(default_factory=list)


def read(sheet: Sheet, content: FileContent) -> None:
    """Each CHARGE row a charge. Rows of payers and payments only count as read."""
    lines: dict[str, list[_Line]] = {}

    def gather(cells: Cells) -> None:
        kind = cells.text("type", 64).upper()
        if kind not in _TYPES:
            raise ImportRefused("import.status_unknown", path=cells.at("type"))
        claim = lines.setdefault(cells.text("claim_id", 128), [])
        value = amount(cells.text("amount", 64), cells.at("amount")) or Decimal(0)
        if value < 0:
            raise ImportRefused("import.amount_negative", path=cells.at("amount"))
        cents(value, cells.at("amount"))
        to_patient = cells.text("transfer_type", 64).casefold() == "p"
        if kind == "CHARGE":
            claim.append(_Line(cells, value, [value] if to_patient else []))
        elif kind == "TRANSFERIN" and to_patient:
            _line_of(claim, cells).shares.append(value)
        else:
            content.skipped[f"{kind.lower()} row"] += 1

    sheet.each(content, "charge", gather)
    for line in (line for claim in lines.values() for line in claim):
        try:
            content.drafts.append(_charge(line))
        except ImportRefused as error:
            content.refuse(error, line.charge.path, "charge")


def _line_of(claim: list[_Line], cells: Cells) -> _Line:
    """The line a transfer belongs to: the latest of the claim with its procedure code."""
    code = cells.text("code")
    for line in reversed(claim):
        if line.charge.text("code") == code:
            return line
    raise ImportRefused("import.line_unknown", path=cells.path)


def _charge(line: _Line) -> ChargeDraft:
    cells = line.charge
    source_id = cells.text("id", 128)
    if not source_id:
        raise ImportRefused("import.no_id", path=cells.path)
    moment = iso_moment(cells.text("from", 64), cells.sheet.zone, cells.at("from"))
    owed = cents(sum(line.shares, Decimal(0)), cells.path)
    record = records.Charge(
        id="", patient_id="", service_date=clinic_day(moment, cells.sheet.zone, cells.at("from")),
        description=cells.text("note") or cells.text("code") or "Charge", responsibility_cents=owed,
        code=cells.text("code"), kind="balance", billed_cents=cents(line.billed, cells.path),
    )  # fmt: skip
    visit_id, practitioner_id = cells.text("visit_id", 128), cells.text("practitioner_id", 128)
    return ChargeDraft(
        key=Key("ClaimTransaction", source_id), path=cells.path, record=record,
        patient=Ref("Patient", cells.at("patient_id"), key=Key("Patient", cells.text("patient_id", 128))),
        visit=Ref("Appointment", cells.at("visit_id"), key=Key("Appointment", visit_id)) if visit_id else None,
        practitioner=Ref("Practitioner", cells.at("practitioner_id"), key=Key("Practitioner", practitioner_id))
        if practitioner_id else None,
    )  # fmt: skip
