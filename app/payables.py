"""What a patient may pay now, and how it is called: the same on Today, in Collect and on the receipt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from app.clinic import Clinic
from app.heads import clock_text, day_text, days_text, full_day, lower_first
from models.rules.collecting import Part, Payable, expected_copay_cents, in_order, selected_by_default
from models.rules.visits import is_over
from models.store.queries.rows import ChargeRow, VisitRow


@dataclass(frozen=True, slots=True)
class Due:
    """One thing that may be paid, with its words. `kind` and `code` are as a receipt names them; `patient` is the first
    name of whose it is, where that is another one of the family."""

    payable: Payable
    title: str
    subtitle: str
    visit_title: str
    selected: bool
    days: int = 0
    code: str = ""
    kind: str = ""
    provider: str = ""
    patient: str = ""


@dataclass(frozen=True, slots=True)
class VisitMoney:
    """What already lies on a visit: what its charges ask, what is prepaid, and what the patient's plan asks."""

    charged_cents: int = 0
    prepaid_cents: int = 0
    plan_copay_cents: int | None = None


def dues(
    clinic: Clinic, visit: VisitRow | None, money: VisitMoney, charges: Sequence[ChargeRow], past_due_days: int
) -> list[Due]:
    """Everything a patient may pay now, copay first, then the oldest. Charges of days to come are left out, but for
    those of the visit itself; so are those of visits that will not be."""
    today = clinic.today()
    here = visit.id if visit else ""
    found = [_of_charge(clinic, row, visit, today) for row in charges
             if row.owed_cents > 0 and row.payable
             and (row.service_date <= today.isoformat() or row.appointment_id == here != "")]  # fmt: skip
    expected = _expected(clinic, visit, money, today)
    if expected is not None:
        found.append(expected)
    ordered = in_their_order(found)
    return [replace(due, selected=selected_by_default(due.payable, today, past_due_days)) for due in ordered]


def in_their_order(found: Iterable[Due]) -> list[Due]:
    """Copay first, then what else is due today, then the oldest; whoever of a family they are of."""
    by_key = {due.payable.key: due for due in found}
    return [by_key[payable.key] for payable in in_order(due.payable for due in by_key.values())]


def of_family(found: Iterable[Due], first_name: str) -> list[Due]:
    """What another one of the family owes, as it stands on a patient's sheet: by name, and never asked for unless
    somebody says that the family is paid for."""
    return [
        replace(due, selected=False, patient=first_name, subtitle=f"{first_name} · {due.subtitle}") for due in found
    ]  # fmt: skip


def due_cents(found: Sequence[Due]) -> int:
    """What is asked for without a word: the sum of what is selected."""
    return sum(due.payable.owes_cents for due in found if due.selected)


def copay_key(appointment_id: str) -> str:
    """The name of a copay for which no charge exists yet."""
    return f"copay:{appointment_id}"


def _of_charge(clinic: Clinic, row: ChargeRow, visit: VisitRow | None, today: date) -> Due:
    day = date.fromisoformat(row.service_date)
    here = visit is not None and row.appointment_id == visit.id
    is_today = here or row.service_date == today.isoformat()
    copay = row.kind == "copay"
    part = (Part.COPAY if copay else Part.TODAY) if is_today else Part.BALANCE
    payable = Payable(row.charge_id, part, row.owed_cents, day, row.charge_id, row.appointment_id,
                      on_plan=bool(row.plan_id), insurance_pending=bool(row.insurance_pending),
                      patient_id=row.patient_id, ahead=day > today)  # fmt: skip
    name = row.description or row.code or "Charge"
    days = max((today - day).days, 0)
    if visit is not None and here:
        title = f"Copay, {lower_first(visit.title or 'visit')}" if copay else name
        return Due(payable, title, _when_and_who(clinic, visit), visit.title or name, False, 0, row.code, row.kind,
                   visit.practitioner or row.practitioner)  # fmt: skip
    when = "Today" if is_today else f"Visit {full_day(day)}"
    pending = " · on a payment plan" if row.plan_id else " · insurance is deciding" if row.insurance_pending else ""
    subtitle = f"{when} · {days_text(days)}{pending}" if days else f"{when}{pending}"
    return Due(payable, name, subtitle, name, False, days, row.code, row.kind, row.practitioner)


def _expected(clinic: Clinic, visit: VisitRow | None, money: VisitMoney, today: date) -> Due | None:
    if visit is None or visit.service_date < today.isoformat() or is_over(visit.status):
        return None
    cents = expected_copay_cents(visit.copay_cents, money.plan_copay_cents, money.charged_cents, money.prepaid_cents)
    if cents <= 0:
        return None
    payable = Payable(copay_key(visit.id), Part.EXPECTED_COPAY, cents, date.fromisoformat(visit.service_date), "",
                      visit.id, patient_id=visit.patient_id)  # fmt: skip
    title = f"Copay, {lower_first(visit.title or 'visit')}"
    return Due(payable, title, _when_and_who(clinic, visit), visit.title or "Visit", False, 0, "", "copay",
               visit.practitioner)  # fmt: skip


def _when_and_who(clinic: Clinic, visit: VisitRow) -> str:
    clock = clock_text(clinic.local(visit.starts_at))
    today = clinic.today()
    day = date.fromisoformat(visit.service_date)
    when = f"Today {clock}" if day == today else f"{day_text(day, today)}, {clock}"
    return f"{when} · {visit.practitioner}" if visit.practitioner else when
