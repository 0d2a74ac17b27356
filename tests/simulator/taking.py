"""People who take money, and those who hand it over. Money moves in the world first, as it does on a counter."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

from app.lanes import Job
from app.posting import payment_id_of
from app.views import CollectEnd, CollectRequest, CollectSheet, TenderKind
from models.basics.errors import PosError
from models.operations import bodies
from models.store.queries import receipts
from tests.simulator.desk import MARIA, SimDesk, in_hand
from tests.simulator.devices import FINE, TROUBLE, trouble
from tests.simulator.template import TODAY, VISITS
from tests.simulator.world import chance

if TYPE_CHECKING:
    from tests.simulator.run import Run

TENDERS = (TenderKind.CASH,) * 4 + (TenderKind.CARD,) * 4 + (TenderKind.CHECK, TenderKind.OTHER, TenderKind.CREDIT)
_GOOD = (CollectEnd.TAKEN, CollectEnd.PARTLY)


def collect(run: Run, desk: SimDesk, rng: Random) -> str:
    """Somebody pays at the desk."""
    patient_id, visit = run.somebody(rng)
    sheet = desk.checkout.open(patient_id, visit)
    if chance(rng, 15):  # the hub has news between opening the sheet and Enter
        desk.step("pull")
    return take(run, desk, wish(desk, sheet, rng), rng)


def wish(desk: SimDesk, sheet: CollectSheet, rng: Random) -> CollectRequest:
    """What is typed into a sheet."""
    amounts = {line.key: rng.choice([line.owes_cents, line.owes_cents, max(line.owes_cents // 2, 1), 0])
               for line in sheet.lines if chance(rng, 75)}  # fmt: skip
    extra = rng.choice([0, 0, 0, 1_000, 2_500]) if sum(amounts.values()) else rng.choice([1_000, 2_000, 3_000])
    tender = rng.choice(TENDERS)
    return CollectRequest(
        sheet=sheet, amounts=amounts, use_credit=tender is TenderKind.CREDIT or chance(rng, 35), tender=tender,
        person=MARIA, extra_cents=0 if tender is TenderKind.CREDIT else extra, check_no="1044", method_id="flex",
        trace_no="77", print_receipt=chance(rng, 80),
    )  # fmt: skip


def take(run: Run, desk: SimDesk, request: CollectRequest, rng: Random) -> str:
    """Enter is pressed, once or in haste twice (F30)."""
    sheet, card = request.sheet, request.tender is TenderKind.CARD
    shown = desk.checkout.distribute(sheet, request.amounts, request.use_credit, request.extra_cents)
    due, place = shown.to_collect_cents, desk.place(request.tender.value, request.method_id)
    if card:
        if desk.terminal.next == FINE:
            desk.terminal.next = trouble(rng, run.weather.cards, TROUBLE)
        run.met["F28"] += desk.terminal.next != FINE
        due = 0  # the reader and the bank see to it
    elif request.tender is TenderKind.CASH:
        request = replace(request, tendered_cents=due + rng.choice([0, 0, 500]))
    run.world.money[place] += due
    payment_id = payment_id_of(desk.clinic.tenant, sheet.attempt_id)
    try:
        with in_hand(desk, "collect", lambda up: _hand_back_unless_there(run, up, payment_id, place, due)):
            done = desk.checkout.collect(request, Job())
    except PosError:
        run.world.money[place] -= due
        raise
    booked = desk.rows("SELECT amount_cents FROM payment WHERE payment_id = ?", done.payment_id)
    if due and (done.end is not CollectEnd.TAKEN or booked != [(due,)]):
        run.wrong(f"the sheet said {due} to collect, the books took {booked} ({done.end})")
    if chance(rng, run.weather.haste):
        run.met["F30"] += 1
        again = desk.checkout.collect(request, Job())
        if (again.payment_id, again.end in _GOOD) != (done.payment_id, done.end in _GOOD) and not card:
            run.wrong("the same sheet paid twice")
    return f"{request.tender} {done.amount_cents} {done.end} {done.number}"


def _hand_back_unless_there(run: Run, desk: SimDesk, payment_id: str, place: tuple[str, str], cents: int) -> None:
    """The desk died: is the payment in the books? If not, the patient gets the money back."""
    with desk.store.reader() as reader:
        paid = receipts.payment(reader, desk.clinic.tenant, payment_id)
    if paid is None:
        run.world.money[place] -= cents


def on_account(run: Run, desk: SimDesk, rng: Random, patient_id: str = "ann") -> str:
    """Thirty dollars in cash for later."""
    sheet = desk.checkout.open(patient_id, "")
    return take(run, desk, CollectRequest(sheet=sheet, amounts={}, use_credit=False, tender=TenderKind.CASH,
                                          person=MARIA, extra_cents=3_000, extra_for=""), rng)  # fmt: skip


def same_at_two(run: Run, desk: SimDesk, rng: Random) -> str:
    """Two desks that have not heard of each other do the same: spend one credit, take one copay (F26)."""
    others = [each for each in run.desks if each is not desk and each.alive]
    if not others or desk.store.pending_count():
        return "alone"
    run.met["F26"] += 1
    other, credit = rng.choice(others), chance(rng, 60)
    if credit and not desk.checkout.open("ann", "v-ann").credit_cents:
        on_account(run, desk, rng)
    planned, desk.kill_at = desk.kill_at, 0  # it is this desk that may die, and over its own sale
    for each in (desk, other):
        each.sync()
    told, desk.kill_at = [], planned
    for each in (desk, other):
        sheet = each.checkout.open("ann", "v-ann")
        amounts = {line.key: min(line.owes_cents, 3_000) for line in sheet.lines[:1]}
        request = CollectRequest(sheet=sheet, amounts=amounts, use_credit=credit, person=MARIA,
                                 tender=TenderKind.CREDIT if credit else TenderKind.CASH)  # fmt: skip
        try:
            with each.as_itself():
                told.append(take(run, each, request, rng))
        except PosError as error:
            told.append(str(error))
        desk.kill_at = 0
    return " | ".join(told)


def void(run: Run, desk: SimDesk, rng: Random) -> str:
    """A payment of today is taken back whole, at this desk or another."""
    found = desk.rows("SELECT payment_id, tender FROM payment WHERE reversed_at = '' AND business_date = ? AND tender "
                      "NOT IN ('external', 'online') ORDER BY payment_id", desk.clinic.today().isoformat())  # fmt: skip
    if not found:
        return "nothing to void"
    payment_id, tender = rng.choice(found)
    if tender == "card":
        desk.terminal.next = trouble(rng, run.weather.cards, TROUBLE)
    with desk.store.reader() as reader:
        paid = receipts.payment(reader, desk.clinic.tenant, payment_id)
    assert paid is not None
    place = desk.place(tender, paid.method_id)
    cents = 0 if tender == "card" else paid.amount_cents

    def hand_out(up: SimDesk) -> None:
        with up.store.reader() as reader:
            now = receipts.payment(reader, up.clinic.tenant, payment_id)
        if now is not None and now.reversed_at:
            run.world.money[place] -= cents

    with in_hand(desk, "void", hand_out):
        done = desk.checkout.undo(payment_id, "wrong person", MARIA, Job())
    if done.end is CollectEnd.TAKEN:
        run.world.money[place] -= cents
    return f"{tender} {paid.amount_cents} {done.end}"


def known_elsewhere(run: Run, desk: SimDesk, rng: Random) -> str:
    """A payment the portal took comes in with a file; two desks may read the same file (F27)."""
    number = rng.randrange(3)
    name, place = f"portal-{number}", desk.place("external")

    def known(up: SimDesk) -> None:
        if (place, name) not in run.told and up.rows("SELECT 1 FROM payment WHERE payment_id = ?", name):
            run.told.add((place, name))
            run.world.money[place] += 1_500

    run.met["F27"] += 1
    with in_hand(desk, "portal", known), desk.store.write() as tx:
        tx.record(bodies.Collect(payment_id=name, patient_id=("ann", "ben", "cid")[number], tender="external",
                                 amount_cents=1_500, number="", receipt_no="", method_id="portal"),
                  person_id="priya", business_date=TODAY)  # fmt: skip
    known(desk)
    return name


def not_collecting(run: Run, desk: SimDesk, rng: Random) -> str:
    """Nobody pays today, and why."""
    patient_id, visit = run.somebody(rng)
    sheet = desk.checkout.open(patient_id, visit or next(name for name in VISITS if VISITS[name][0] == patient_id))
    desk.checkout.not_collecting(sheet, "declined", "", MARIA)
    return patient_id
