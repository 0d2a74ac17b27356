"""What Add charge shows and what its fields mean, worked out without a window."""

from __future__ import annotations

from dataclasses import dataclass

from app.visit_views import ChargeForm, ChargeSheet
from models.basics.money import show_cents
from models.rules.codes import code_system, tidy

KIND_WORDS: dict[str, str] = {
    "other": "Service",
    "copay": "Copay",
    "coinsurance": "Coinsurance",
    "deductible": "Deductible",
}
"""What a line item mostly is, as it is offered and as receipts group it."""


@dataclass(frozen=True, slots=True)
class Typed:
    """The fields as they stand; amounts in cents, None while they are no amount."""

    code: str = ""
    description: str = ""
    units: str = "1"
    kind: str = "other"
    billed_cents: int | None = None
    allowed_cents: int | None = None
    patient_cents: int | None = None
    insurance_pending: bool = False


def meant(typed: Typed, sheet: ChargeSheet) -> tuple[ChargeForm | None, dict[str, str]]:
    """The form, or by field what is missing. What the practice's rules say of it is asked when it is saved."""
    errors: dict[str, str] = {}
    units = int(typed.units) if typed.units.strip().isdigit() and typed.units.isascii() else 0
    if not typed.code.strip():
        errors["code"] = "A code, such as 99213."
    if not typed.description.strip():
        errors["description"] = "What was done?"
    if not 1 <= units <= 99:
        errors["units"] = "1 to 99."
    for name, cents in (("billed", typed.billed_cents), ("allowed", typed.allowed_cents),
                        ("patient", typed.patient_cents)):  # fmt: skip
        if cents is None:
            errors[name] = "An amount, such as 85.00."
    if errors or typed.billed_cents is None or typed.allowed_cents is None or typed.patient_cents is None:
        return None, errors
    if typed.allowed_cents > typed.billed_cents:
        errors["allowed"] = f"At most {show_cents(typed.billed_cents)}, what is billed."
    elif typed.patient_cents > typed.allowed_cents:
        errors["patient"] = f"At most {show_cents(typed.allowed_cents)}, what is allowed."
    if errors:
        return None, errors
    form = sheet.form
    return ChargeForm(
        form.charge_id, form.appointment_id, typed.code, typed.description, units, form.modifiers, form.diagnoses,
        typed.kind, typed.billed_cents, typed.allowed_cents, typed.patient_cents, typed.insurance_pending,
    ), {}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Effect:
    """What the charge does to what is owed, as lines of (words, amount)."""

    lines: tuple[tuple[str, str], ...]
    note: str
    verb: str
    code_hint: str = ""


def effect(typed: Typed, sheet: ChargeSheet) -> Effect:
    """What will be: what is owed for this charge, and what waits for the visit and pays it at once."""
    owes = typed.patient_cents or 0
    kept = min(sheet.paid_cents, owes)
    waits = min(sheet.waiting_cents, max(owes - kept, 0))
    lines = [("The patient owes for it", show_cents(owes))]
    if sheet.paid_cents:
        lines.append(("Paid on it already", show_cents(kept)))
        if sheet.paid_cents > owes:
            lines.append(("Goes back to money on account", show_cents(sheet.paid_cents - owes)))
    if waits:
        lines.append(("Waits for this visit, pays it at once", show_cents(waits)))
    if kept or waits:
        lines.append(("Still owed then", show_cents(owes - kept - waits)))
    note = "Insurance is deciding; the patient’s part may change." if typed.insurance_pending else (
        "Nothing is charged to a card. Money is taken when you collect.")  # fmt: skip
    code = tidy(typed.code)
    system = code_system(code) if code else ""
    return Effect(
        tuple(lines), note, "Save charge" if sheet.changes else "Add charge",
        {"CPT": "CPT code", "HCPCS": "HCPCS code", "custom": "Own code"}.get(system, ""),
    )  # fmt: skip
