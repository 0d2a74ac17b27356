"""What the find list shows for what was found: rows of cells, and the words around them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.views import EXPECTED_STATES, FoundPatient, VisitHead, VisitState
from models.basics.money import show_cents
from widgets.common.cells import AvatarCell, TableRow, TailCell, WordsCell
from widgets.common.patient import birth_text
from widgets.common.pill import Look, money_look
from widgets.common.when import count_text, day_text, hour_text
from widgets.find.marks import birth_marks, digit_marks, name_marks

HINT = "Type a name, a birth date, a phone number or an MRN."
NOTHING = ("No patient matches.", "Check the spelling, or try the birth date or the phone number.")
_ALIKE: dict[str, Look] = {
    "phone": ("Same phone", "warn", "users"),
    "birth date": ("Same birth date", "warn", "users"),
    "": ("Same name", "warn", "users"),
}


@dataclass(frozen=True, slots=True)
class FindState:
    """The panel as it stands. `count` is empty while nothing was typed; `message` replaces the list."""

    rows: tuple[TableRow, ...] = ()
    count: str = ""
    message: tuple[str, str] | None = None


def find_state(typed: str, found: tuple[FoundPatient, ...], today: date, *, enter: str, walk_in: bool) -> FindState:
    """The panel for what was typed and found. `enter` is the key printed on the selected row."""
    if not typed.strip():
        return FindState(message=("", HINT))
    if not found:
        return FindState(count="No matches", message=NOTHING)
    rows = tuple(_row(typed, hit, found, today, enter=enter, walk_in=walk_in) for hit in found)
    return FindState(rows, count_text(len(found), "match", "matches"))


def _row(
    typed: str, hit: FoundPatient, found: tuple[FoundPatient, ...], today: date, *, enter: str, walk_in: bool
) -> TableRow:
    patient = hit.patient
    born = birth_text(patient)
    mrn = f"MRN {patient.mrn}" if patient.mrn else "no MRN"
    phone = patient.phone or "no phone"
    cells = (
        AvatarCell(patient.initials, patient.name, _under(hit, today), name_marks(patient.name, typed)),
        WordsCell(born, "born", "table_medium", marks=birth_marks(born, patient.birth_date, typed)),
        WordsCell(phone, mrn, "table", marks=digit_marks(phone, typed)),
        tail(hit, found, enter, walk_in=walk_in),
    )
    spoken = ", ".join(
        (patient.name, f"born {born}", mrn, phone, cells[0].subtitle, cells[3].spoken, f"found by {hit.why}")
    )
    return TableRow(patient.patient_id, cells, spoken=spoken)


def _under(hit: FoundPatient, today: date) -> str:
    """The visit; of a record that was merged, whom it goes by."""
    goes_by = hit.patient.merged_with
    return f"Merged with {goes_by}" if goes_by else visit_line(hit.visit, today)


def visit_line(visit: VisitHead | None, today: date) -> str:
    """`Today 9:45, Dr. Okafor`, `May 20, Dr. Reyes`, or that none is planned."""
    if visit is None:
        return "No visit today"
    day = visit.starts_at.date()
    first = f"Today {hour_text(visit.starts_at)}" if day == today else day_text(day, today)
    return f"{first}, {visit.practitioner}" if visit.practitioner else first


def tail(hit: FoundPatient, found: tuple[FoundPatient, ...], enter: str, *, walk_in: bool) -> TailCell:
    """What a hit leads to: what is due, else a warning of somebody alike, else credit, else that nothing is due."""
    if hit.due_cents > 0 and not walk_in:
        return TailCell(f"{show_cents(hit.due_cents)} due", "body_strong", "text", key=enter)
    if hit.alike:
        return TailCell(look=_ALIKE[alike_by(hit, found)], key=enter)
    if hit.credit_cents > 0:
        return TailCell(look=money_look("credit", hit.credit_cents), key=enter)
    if hit.due_cents > 0:
        return TailCell(f"{show_cents(hit.due_cents)} due", "body_medium", "text", key=enter)
    return TailCell("No balance", "table", "muted", key=enter)


def may_check_in(hit: FoundPatient) -> bool:
    """Is there a visit today that nobody has checked in yet?"""
    return hit.visit is not None and hit.visit.state in {*EXPECTED_STATES, VisitState.ARRIVED}


def alike_by(hit: FoundPatient, found: tuple[FoundPatient, ...]) -> str:
    """What a hit shares with another: `phone`, `birth date`, or (empty) the name."""
    others = [other.patient for other in found if other.patient.patient_id != hit.patient.patient_id]
    if hit.patient.phone and any(other.phone == hit.patient.phone for other in others):
        return "phone"
    same_name = any(other.name == hit.patient.name for other in others)
    if not same_name and any(other.birth_date == hit.patient.birth_date for other in others):
        return "birth date"
    return ""
