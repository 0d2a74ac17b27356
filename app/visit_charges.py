"""Line items of a visit: listed by a profile, typed at a desk, taken off with a visit that falls out (S0-22, S0-36)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from app.clinic import Clinic
from app.refusals import need
from app.views import Person
from app.visit_views import ChargeForm, ChargeSheet, ListedLine
from models.basics.errors import RuleBroken
from models.basics.ids import natural_id, new_id
from models.basics.money import LARGEST_ENTRY_CENTS
from models.operations.records import CHARGE_KINDS, Appointment, BillingProfile, Charge
from models.rules.billing import CASH, patient_part_cents
from models.rules.codes import LONGEST_CODE, is_diagnosis, tidy
from models.rules.rights import Right
from models.rules.visits import Stage, stage_of
from models.store.queries import collect, recorded, rows, visits

if TYPE_CHECKING:
    from app.visits import Visits

LONGEST_WORDS = 120
MOST_UNITS = 99
FEE = "fee"
KINDS = tuple(kind for kind in CHARGE_KINDS if kind not in (FEE, "balance"))
"""What a typed line item may mostly be."""
_PART_OF = {"copay": "copay_cents", "coinsurance": "coinsurance_cents", "deductible": "deductible_cents"}


def pays_all(payment_profile: str, *, covered: bool) -> bool:
    """Does the patient owe a listed charge at once? With the payment profile Cash, and where nothing is said and no
    insurance known."""
    return payment_profile == CASH or (not payment_profile and not covered)


def pays_alone(reader: Any, tenant: str, visit: Appointment) -> bool:
    """Does the patient pay for a visit without an insurance: by its payment profile, or because none is in force?"""
    cover = rows.coverage(reader, tenant, visit.patient_id)
    return pays_all(visit.payment_profile, covered=cover is not None and cover.covers)


def services_of(reader: Any, tenant: str, appointment_id: str) -> list[Charge]:
    """What is done at a visit: its charges, without fees and what is a copay itself."""
    return [charge for charge in visits.charges(reader, tenant, appointment_id)
            if charge.kind != FEE and charge.code.casefold() != "copay"]  # fmt: skip


def profile_charges(
    tenant: str, visit: Appointment, profile: BillingProfile | None, *, covered: bool
) -> tuple[Charge, ...]:
    """The charges a billing profile lists on a visit. Their ids follow from visit, profile and line, so that two desks
    list them once."""
    if profile is None:
        return ()
    alone = pays_all(visit.payment_profile, covered=covered)
    return tuple(
        Charge(
            id=natural_id(tenant, visit.id, profile.id, str(number)), patient_id=visit.patient_id,
            service_date=visit.service_date, description=line.description, appointment_id=visit.id, code=line.code,
            kind="other", billed_cents=line.price_cents * line.units, allowed_cents=line.price_cents * line.units,
            responsibility_cents=patient_part_cents(CASH if alone else "insurance", line.price_cents, line.units),
            insurance_pending=not alone, practitioner_id=visit.practitioner_id, units=line.units,
            modifiers=line.modifiers, diagnoses=profile.diagnoses, made_here=True,
        )
        for number, line in enumerate(profile.lines)
    )  # fmt: skip


def listed_on(charge: Charge) -> ListedLine:
    """A charge as a preview lists it."""
    return ListedLine(charge.code, charge.description, charge.units, charge.billed_cents, charge.responsibility_cents,
                      charge.insurance_pending)  # fmt: skip


def take_off(reader: Any, tenant: str, visit: Appointment) -> tuple[Charge, ...]:
    """The charges of a visit that fell out, as they stand then: what was listed at a desk is owed by nobody. Those of
    other programs wait for their word, fees stay."""
    return tuple(
        replace(charge, responsibility_cents=0, insurance_pending=False)
        for charge in _own(reader, tenant, visit)
        if charge.responsibility_cents or charge.insurance_pending
    )


def put_back(reader: Any, tenant: str, visit: Appointment) -> tuple[Charge, ...]:
    """The charges of a visit that comes back: owed again as before, on the visit's day, with the payer asked again."""
    cover = rows.coverage(reader, tenant, visit.patient_id)
    covered = cover is not None and cover.covers
    alone = pays_all(visit.payment_profile, covered=covered)
    found = []
    for charge in _own(reader, tenant, visit):
        if not charge.responsibility_cents and not charge.insurance_pending:
            cents = visits.was_taken_off(reader, tenant, charge.id)
            found.append(replace(charge, responsibility_cents=cents, insurance_pending=not alone and not cents,
                                 service_date=visit.service_date))  # fmt: skip
    return tuple(found)


def _own(reader: Any, tenant: str, visit: Appointment) -> Iterable[Charge]:
    return (charge for charge in visits.charges(reader, tenant, visit.id) if charge.made_here and charge.kind != FEE)


class VisitCharges:
    """Adds line items to visits, changes and takes off those that were added here. `sheet` on the `reads` lane, the
    rest on `store`."""

    def __init__(self, clinic: Clinic, stories: Visits) -> None:
        self._clinic, self._visits = clinic, stories

    def sheet(self, appointment_id: str, charge_id: str = "") -> ChargeSheet:
        """What Add charge opens with; with `charge_id` the form of that charge.

        Raises RuleBroken: `visit.not_found`, `visit.fallen_out` (no charge goes on a visit that will not be),
        `charge.not_found`, `charge.of_another_program` (its own program says what it is).
        """
        clinic, tenant = self._clinic, self._clinic.tenant
        card = self._visits.card(appointment_id)
        with clinic.store.reader() as reader:
            visit = recorded.one(reader, tenant, Appointment, appointment_id)
            if visit is None:
                raise RuleBroken("visit.not_found")
            cover = rows.coverage(reader, tenant, visit.patient_id)
            profiles = recorded.everything(reader, tenant, BillingProfile)
            charge = self._changeable(reader, charge_id) if charge_id else None
            owed = collect.owed_on(reader, tenant, charge_id) if charge else 0
        covered = cover is not None and cover.covers
        alone = pays_all(visit.payment_profile, covered=covered)
        codes = {line.code: (line.code, line.description, line.price_cents)
                 for profile in profiles if profile.active for line in profile.lines}  # fmt: skip
        new = ChargeForm(new_id(), appointment_id, insurance_pending=not alone)
        return ChargeSheet(
            visit=card, form=_form(charge) if charge else new, known_codes=tuple(codes.values()), covered=covered,
            cash=alone, changes=charge is not None,
            paid_cents=charge.responsibility_cents - owed if charge else 0, waiting_cents=card.prepaid_cents,
        )  # fmt: skip

    def save(self, form: ChargeForm, person: Person) -> None:
        """Put a line item on a visit, or change one that was put here. Money that waits for the visit pays it at once;
        what a smaller one no longer needs goes back. The same again is nothing.

        Raises RuleBroken, nothing written: `staff.right_missing`, `visit.not_found`, `visit.fallen_out`,
        `charge.code_missing`, `charge.words_missing`, `charge.units`, `charge.amounts`, `charge.allowed_above_billed`,
        `charge.patient_above_allowed`, `charge.diagnosis`, `charge.of_another_program`.
        """
        need(Right.VISITS, person)
        clinic, tenant = self._clinic, self._clinic.tenant
        with clinic.store.write() as tx:
            found = visits.standing(tx.reader, tenant, form.appointment_id)
            if found is None:
                raise RuleBroken("visit.not_found")
            if stage_of(found.status) in (Stage.CANCELLED, Stage.NO_SHOW):
                raise RuleBroken("visit.fallen_out")
            known = recorded.one(tx.reader, tenant, Charge, form.charge_id)
            if known is not None:
                self._refuse_foreign(known)
            made = _charge(form, found.visit)
            if made != known:
                tx.record(made, person_id=person.staff_id, business_date=clinic.today().isoformat())

    def remove(self, charge_id: str, person: Person) -> int:
        """Take a line item off that was put here by mistake: nobody owes it. Returns the cents that were paid on it
        and went back to the patient's money on account.

        Raises RuleBroken, nothing written: `staff.right_missing`, `charge.not_found`, `charge.of_another_program`.
        """
        need(Right.VISITS, person)
        clinic = self._clinic
        with clinic.store.write() as tx:
            charge = self._changeable(tx.reader, charge_id)
            paid = charge.responsibility_cents - collect.owed_on(tx.reader, clinic.tenant, charge_id)
            gone = replace(charge, responsibility_cents=0, copay_cents=0, coinsurance_cents=0, deductible_cents=0,
                           billed_cents=0, allowed_cents=0, insurance_pending=False)  # fmt: skip
            if gone != charge:
                tx.record(gone, person_id=person.staff_id, business_date=clinic.today().isoformat())
        return paid

    def _changeable(self, reader: Any, charge_id: str) -> Charge:
        charge = recorded.one(reader, self._clinic.tenant, Charge, charge_id)
        if charge is None:
            raise RuleBroken("charge.not_found")
        self._refuse_foreign(charge)
        return charge

    def _refuse_foreign(self, charge: Charge) -> None:
        if not charge.made_here or charge.kind == FEE:
            raise RuleBroken("charge.of_another_program")


def _form(charge: Charge) -> ChargeForm:
    return ChargeForm(
        charge.id, charge.appointment_id, charge.code, charge.description, charge.units, charge.modifiers,
        charge.diagnoses, charge.kind if charge.kind in KINDS else "other", charge.billed_cents, charge.allowed_cents,
        charge.responsibility_cents, charge.insurance_pending,
    )  # fmt: skip


def _charge(form: ChargeForm, visit: Appointment) -> Charge:
    """The record of a form that is right. Raises RuleBroken for one that is not."""
    code, words = tidy(form.code), " ".join(form.description.split())[:LONGEST_WORDS]
    _check(form, code, words)
    parts = {_PART_OF[form.kind]: form.patient_cents} if form.kind in _PART_OF else {}
    return Charge(
        id=form.charge_id, patient_id=visit.patient_id, service_date=visit.service_date, description=words,
        responsibility_cents=form.patient_cents, appointment_id=visit.id, code=code, kind=form.kind,
        billed_cents=form.billed_cents, allowed_cents=form.allowed_cents or form.billed_cents,
        insurance_pending=form.insurance_pending, practitioner_id=visit.practitioner_id, units=form.units,
        modifiers=tidy(form.modifiers)[:LONGEST_CODE], diagnoses=tuple(tidy(each) for each in form.diagnoses),
        made_here=True, **parts,
    )  # fmt: skip


def _check(form: ChargeForm, code: str, words: str) -> None:
    allowed = form.allowed_cents or form.billed_cents
    amounts = (form.billed_cents, form.allowed_cents, form.patient_cents)
    rules: tuple[tuple[bool, str], ...] = (
        (not code or len(code) > LONGEST_CODE, "charge.code_missing"),
        (not words, "charge.words_missing"),
        (not 1 <= form.units <= MOST_UNITS or form.kind not in KINDS, "charge.units"),
        (any(not 0 <= cents <= LARGEST_ENTRY_CENTS for cents in amounts), "charge.amounts"),
        (form.billed_cents == 0, "charge.amounts"),
        (form.allowed_cents > form.billed_cents, "charge.allowed_above_billed"),
        (form.patient_cents > allowed, "charge.patient_above_allowed"),
        (not all(is_diagnosis(tidy(each)) for each in form.diagnoses), "charge.diagnosis"),
    )
    for wrong, key in rules:
        if wrong:
            raise RuleBroken(key)
