"""Acts that move no cash: money on account, adjustments, fees, visits, and the word of other programs."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

from app.money_views import AdjustOrder, FeeOrder, MoveOrder
from app.moves import MoveFrom
from models.operations import bodies, records
from tests.simulator.desk import PRIYA, SimDesk
from tests.simulator.template import CHARGES, PEOPLE, RULES, TODAY, VISITS, charge, visit
from tests.simulator.world import chance

if TYPE_CHECKING:
    from tests.simulator.run import Run

_STATUSES = ("cancelled", "cancelled", "scheduled", "arrived", "checked_in", "no_show", "done")


def move(run: Run, desk: SimDesk, rng: Random) -> str:
    """Money on account goes to a visit, from visit to visit, or off one."""
    patient_id, name = run.somebody(rng)
    sheet = desk.moves.open(MoveFrom(patient_id, appointment_id=name if chance(rng, 30) else ""))
    source = rng.choice(sheet.sources)
    place = rng.choice(sheet.places_for(source.key) or sheet.places)
    most = min(source.cents, place.owes_cents) if place.kind == "visit" else source.cents
    preview = desk.moves.preview(MoveOrder(sheet, source.key, place.key, rng.choice([max(most, 1), max(most // 2, 1)])))
    if chance(rng, 15):
        desk.step("pull")
    return f"moved {desk.moves.do(preview, PRIYA).cents if hasattr(preview, 'order') else 0}"


def fill(run: Run, desk: SimDesk, rng: Random) -> str:
    """Money on account to many line items."""
    patient_id, _ = run.somebody(rng)
    if chance(rng, 40):
        preview = desk.fills.auto(patient_id)
    else:
        sheet = desk.fills.open(patient_id)
        preview = desk.fills.preview(sheet, [item.charge_id for item in sheet.items if chance(rng, 60)])
    desk.fills.do(preview, PRIYA)
    return "filled"


def adjust(run: Run, desk: SimDesk, rng: Random) -> str:
    """A line item is owed less, or again."""
    patient_id, _ = run.somebody(rng)
    sheet = desk.adjustments.open(patient_id)
    item = rng.choice(sheet.items)
    kind = rng.choice(desk.adjustments.kinds(sheet, item.charge_id))
    reason = rng.choice(kind.reasons)
    order = AdjustOrder(sheet, item.charge_id, kind.kind, reason.group, reason.code,
                        rng.choice([kind.most_cents, max(kind.most_cents // 3, 1)]))  # fmt: skip
    desk.adjustments.do(desk.adjustments.preview(order), PRIYA)
    return f"{kind.kind} {order.cents}"


def fee(run: Run, desk: SimDesk, rng: Random) -> str:
    """The practice asks for a fee, or takes it off; two desks may ask for the same (F26)."""
    patient_id, name = run.somebody(rng)
    sheet = desk.fees.open(patient_id, name)
    choice = sheet.choices[0]
    cents = rng.choice([1_500, 2_500, 0])
    desk.fees.do(desk.fees.preview(FeeOrder(sheet, choice.charge_id, "Missed visit", cents)), PRIYA)
    return f"fee {cents}"


def undo(run: Run, desk: SimDesk, rng: Random) -> str:
    """Ctrl+Z."""
    patient_id, _ = run.somebody(rng)
    desk.undoing.do(desk.undoing.last(patient_id, PRIYA), PRIYA)
    return "undone"


def status(run: Run, desk: SimDesk, rng: Random) -> str:
    """A visit moves on."""
    _record(desk, bodies.VisitStatus(appointment_id=(name := rng.choice(sorted(VISITS))), patient_id=VISITS[name][0],
                                     status=(word := rng.choice(_STATUSES))))  # fmt: skip
    return f"{name} {word}"


def told_by_ehr(run: Run, desk: SimDesk, rng: Random) -> str:
    """A file of the EHR is read here: charges rise and fall, visits are cancelled, people merged; files come twice and
    out of order (F27)."""
    run.met["F27"] += 1
    if run.files and chance(rng, 30):  # an old file once more
        body = rng.choice(run.files)
    else:
        body = _file(rng)
        run.files.append(body)
    _record(desk, body)
    return f"{type(body).__name__} {body.id}"


def _file(rng: Random) -> records.Charge | records.Appointment | records.Patient:
    roll = rng.randrange(10)
    if roll < 6:
        name = rng.choice([*CHARGES, "c-cid", "c-next"])
        cents = rng.choice([0, 1_000, 2_000, 4_000, 9_000])
        return charge(name, cents, {"c-cid": "v-cid", "c-next": "v-next"}.get(name, ""))
    if roll < 9:
        return visit(rng.choice(sorted(VISITS)), rng.choice(_STATUSES))
    who = rng.choice(sorted(PEOPLE))
    payer = rng.choice(["", "ann", "ben"])
    return records.Patient(id=who, family="Quillfeather", given=who.title(), guarantor_id="" if payer == who else payer)


def rules(run: Run, desk: SimDesk, rng: Random) -> str:
    """The practice thinks again about its rules."""
    _record(desk, replace(
        RULES, online_auto_post=chance(rng, 50), auto_allocate=chance(rng, 50), auto_unallocate=chance(rng, 50),
        use_other_visits=chance(rng, 50), offline_refund_cents=rng.choice([0, 2_000, 5_000]),
    ))  # fmt: skip
    return "rules"


def _record(desk: SimDesk, body: object) -> None:
    with desk.store.write() as tx:
        tx.record(body, person_id="priya", business_date=TODAY)
