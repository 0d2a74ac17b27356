"""What the family dialog shows: the people on one bill, and who was found. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from app.family import FamilyMember
from app.views import FoundPatient
from models.basics.money import show_cents
from widgets.common.cells import AvatarCell, PillCell, TableRow, WordsCell
from widgets.common.patient import birth_text
from widgets.common.pill import Look
from widgets.common.text import NOT_APPLICABLE

PAYS: Look = ("Gets the bill", "info", "mail")
ON_BILL: Look = ("On this bill", "neutral", "")
ADD, JOIN = "add", "join"
"""What the find field is for: somebody comes onto this bill, or this patient goes onto somebody's."""


@dataclass(frozen=True, slots=True)
class FamilyState:
    """The dialog as it stands. `way` is what the field is for, `may_join` whether there is a choice; `owed_cents` and
    `unallocated_cents` are the family's sums."""

    title: str
    subtitle: str
    members: tuple[TableRow, ...]
    way: str
    may_join: bool
    hint: str
    found: tuple[TableRow, ...] = ()
    message: str = ""


def family_state(
    patient_id: str, members: tuple[FamilyMember, ...], way: str, found: tuple[FoundPatient, ...], typed: str
) -> FamilyState:
    """The dialog for a patient's family. `found` are hits for `typed`; those already on the bill are left out."""
    payer = next((each.patient for each in members if each.is_guarantor), None)
    name = payer.name if payer else ""
    owed = sum(each.figures.statement_balance_cents for each in members)
    credit = sum(each.figures.unallocated_cents for each in members)
    alone = len(members) < 2
    here = {each.patient.patient_id for each in members}
    others = tuple(hit for hit in found if hit.patient.patient_id not in here)
    join = alone and way == JOIN
    own = next((each.patient.name for each in members if each.patient.patient_id == patient_id), name)
    return FamilyState(
        title=f"{own} pays their own bill" if alone else f"Family of {name}",
        subtitle=f"{show_cents(owed)} owed, {show_cents(credit)} unallocated"
        + ("" if alone else " by the family together"),
        members=tuple(_member(each) for each in members),
        way=JOIN if join else ADD, may_join=alone,
        hint=f"Whose bill {own} shall be on" if join else f"Who shall be on {name}'s bill",
        found=tuple(_hit(hit) for hit in others),
        message="" if others or not typed.strip() else "No other patient matches.",
    )  # fmt: skip


def _identity(born: str, mrn: str) -> str:
    return " · ".join(part for part in (born, f"MRN {mrn}" if mrn else "") if part)


def _member(member: FamilyMember) -> TableRow:
    patient, figures = member.patient, member.figures
    owed, credit = figures.statement_balance_cents, figures.unallocated_cents
    look = PAYS if member.is_guarantor else ON_BILL
    cells = (
        AvatarCell(patient.initials, patient.name, _identity(birth_text(patient), patient.mrn)),
        PillCell(look),
        WordsCell(show_cents(owed), f"owed, {show_cents(credit)} unallocated", style="table_strong", right=True),
    )
    spoken = ", ".join((
        patient.name, look[0].lower(), f"owes {show_cents(owed)}",
        f"{show_cents(credit)} unallocated" if credit else f"unallocated {NOT_APPLICABLE}",
    ))  # fmt: skip
    return TableRow(patient.patient_id, cells, spoken=spoken)


def _hit(hit: FoundPatient) -> TableRow:
    patient = hit.patient
    cells = (
        AvatarCell(patient.initials, patient.name, _identity(birth_text(patient), patient.mrn)),
        WordsCell(patient.phone or "no phone", style="table", ink="text2", right=True),
    )
    return TableRow(patient.patient_id, cells, spoken=f"{patient.name}, born {birth_text(patient)}, {patient.phone}")
