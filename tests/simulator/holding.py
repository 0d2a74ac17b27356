"""Credit that desks set aside for themselves, and spend while there is no line."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from app.views import CollectRequest, TenderKind
from models.basics.errors import PosError
from models.store.queries import holding
from tests.simulator import taking
from tests.simulator.desk import MARIA, PRIYA, SimDesk
from tests.simulator.template import PEOPLE
from tests.simulator.world import chance

if TYPE_CHECKING:
    from tests.simulator.run import Run


def spent_offline(run: Run, desk: SimDesk, rng: Random) -> str:
    """Somebody with money on account is looked up; their credit is held; then the line fails, and it is spent."""
    patient_id = rng.choice(["ann", *PEOPLE])
    if chance(rng, 60) and not desk.checkout.open(patient_id, "").credit_cents:
        taking.on_account(run, desk, rng, patient_id)
    desk.sync()
    desk.checkout.open(patient_id, "")
    desk.bench.work()
    if chance(rng, 80):
        desk.sync()
    held = _held(desk, patient_id)
    desk.online = desk.online and chance(rng, 20)
    if chance(rng, 20):  # until it is not firm any more, or the hub has let go
        run.world.advance(rng.choice([6_600.0, 9_100.0]))
    if chance(rng, 50):
        run.network.down |= {desk.name}
    sheet = desk.checkout.open(patient_id, f"v-{patient_id}")
    amounts = {line.key: line.owes_cents for line in sheet.lines}
    request = CollectRequest(sheet=sheet, amounts=amounts, use_credit=True, tender=TenderKind.CREDIT, person=MARIA)
    return f"held {held}, spent {taking.take(run, desk, request, rng)}"


def give_back(run: Run, desk: SimDesk, rng: Random) -> str:
    """Somebody signs off: what is held goes back."""
    held = _held(desk, "")
    desk.clinic.holds.give_back()
    desk.bench.work()
    return f"{held} given back"


def broken(run: Run, desk: SimDesk, rng: Random) -> str:
    """A manager frees what another desk holds, which may be spending it just now."""
    with desk.store.reader() as reader:
        rows = holding.holds(reader, desk.clinic.tenant)
    others = [row for row in rows if row.device != desk.device] or rows
    if not others:
        return "nothing is held"
    row = rng.choice(others)
    try:
        desk.tasks.free(row.hold_id, "the patient waits", PRIYA)
    except PosError as error:
        return str(error)
    return f"{row.cents} freed"


def _held(desk: SimDesk, patient_id: str) -> int:
    with desk.store.reader() as reader:
        return sum(row.cents for row in holding.holds(reader, desk.clinic.tenant, patient_id, desk.device))
