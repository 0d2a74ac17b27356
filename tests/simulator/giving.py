"""Money that goes out again: refunds, corrections, checks that bounce, banks that take card money back."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

from app.lanes import Job
from app.refund_views import Refunded, RefundEnd, RefundOrder, TakeBack, TakeBackOrder
from models.basics.errors import PosError
from models.operations.rekeying import rekeyed_id
from models.store.queries import refunds as refund_rows
from tests.simulator import taking
from tests.simulator.desk import PRIYA, SimDesk, in_hand
from tests.simulator.devices import TROUBLE, trouble
from tests.simulator.world import Place, chance

if TYPE_CHECKING:
    from tests.simulator.run import Run


def refund(run: Run, desk: SimDesk, rng: Random) -> str:
    """Some or all of a payment goes back."""
    found = desk.rows("SELECT payment_id FROM payment WHERE reversed_at = '' AND tender <> 'online' "
                      "ORDER BY payment_id")  # fmt: skip
    if not found:
        return "nothing to refund"
    sheet = desk.refunds.open(rng.choice(found)[0])
    way = rng.choice([way for way in sheet.ways if not way.blocked])
    cents = rng.choice([sheet.left_cents, max(sheet.left_cents // 2, 1), min(500, sheet.left_cents)])
    order = RefundOrder(sheet, cents, "patient_request", way.tender, note="asked at the desk", check_no="2001")
    desk.refunds.preview(order)
    if way.tender == "card":
        desk.terminal.next = trouble(rng, run.weather.cards, TROUBLE)
        run.met["F28"] += desk.terminal.next != "fine"
    if chance(rng, 15):
        desk.step("pull")
    return _hand_out(run, desk, sheet.refund_id, lambda: desk.refunds.refund(order, PRIYA, Job()))


def refund_at_two(run: Run, desk: SimDesk, rng: Random) -> str:
    """Two desks that have not heard of each other give the same payment back, both whole (F26)."""
    others = [each for each in run.desks if each is not desk and each.alive]
    if not others:
        return "alone"
    other = rng.choice(others)
    planned, desk.kill_at = desk.kill_at, 0  # it is this desk that may die, and over its own refund
    if chance(rng, 70):
        taking.on_account(run, desk, rng)
    for each in (desk, other):
        each.sync()
    found = desk.rows("SELECT payment_id FROM payment WHERE reversed_at = '' AND tender = 'cash' ORDER BY payment_id")
    if not found:
        return "nothing to refund"
    run.met["F26"] += 1
    payment_id = rng.choice(found)[0]
    if chance(rng, 60):
        run.network.down |= {desk.name, other.name}
        desk.online = other.online = False
    told, desk.kill_at = [], planned
    for each in (desk, other):
        try:
            sheet = each.refunds.open(payment_id)
            way = next(way for way in sheet.ways if way.tender == "cash")
            order = RefundOrder(sheet, sheet.left_cents, "patient_request", way.tender, note="asked at the desk")
            with each.as_itself():
                told.append(_hand_out(run, each, sheet.refund_id, lambda: each.refunds.refund(order, PRIYA, Job())))  # noqa: B023
        except PosError as error:
            told.append(str(error))
        desk.kill_at = 0
    if chance(rng, 50):
        run.network.down -= {desk.name, other.name}
    return " | ".join(told)


def finish_refund(run: Run, desk: SimDesk, rng: Random) -> str:
    """A refund that was set aside is handed out, or given up."""
    row = _waiting(desk, rng)
    if row is None:
        return "none waits"
    if chance(rng, 30):
        desk.refunds.give_up(row.refund_id, PRIYA)
        return "given up"
    if row.tender == "card":
        desk.terminal.next = trouble(rng, run.weather.cards, TROUBLE)
    return _hand_out(run, desk, row.refund_id, lambda: desk.refunds.finish(row.refund_id, PRIYA, Job()))


def _waiting(desk: SimDesk, rng: Random) -> Any:
    with desk.store.reader() as reader:
        waiting = desk.giving.unfinished(reader)
    return rng.choice(waiting) if waiting else None


def _hand_out(run: Run, desk: SimDesk, refund_id: str, act: Any) -> str:
    """The person hands out what the screen says is paid, once; after a death what the books say."""
    before = _paid(desk, refund_id)

    def after(up: SimDesk) -> None:
        row = _paid(up, refund_id)
        if row is not None and before is None:
            run.world.money[_place(up, row)] -= _hands(row)

    with in_hand(desk, "refund", after):
        done: Refunded = act()
    row = _paid(desk, refund_id)
    if done.end is RefundEnd.PAID and row is not None and not done.again:
        run.world.money[_place(desk, row)] -= _hands(row)
    return f"{done.cents if hasattr(done, 'cents') else ''} {done.end}"


def _paid(desk: SimDesk, refund_id: str) -> Any:
    with desk.store.reader() as reader:
        row = refund_rows.refund(reader, desk.clinic.tenant, refund_id)
    return row if row is not None and row.state == "paid" else None


def _place(desk: SimDesk, row: Any) -> Place:
    return desk.place(row.tender, row.method_id)


def _hands(row: Any) -> int:
    """What a person hands out; a card refund is the bank's business."""
    return 0 if row.tender == "card" else int(row.amount_cents)


def refund_handed_back(run: Run, desk: SimDesk, rng: Random) -> str:
    """The patient hands a cash refund of today back."""
    found = desk.rows("SELECT refund_id, amount_cents FROM refund WHERE state = 'paid' AND kind = 'refund' AND tender "
                      "= 'cash' ORDER BY refund_id")  # fmt: skip
    if not found:
        return "none to hand back"
    refund_id, cents = rng.choice(found)
    place = desk.place("cash")
    run.world.money[place] += cents

    def after(up: SimDesk) -> None:
        state = up.rows("SELECT state FROM refund WHERE refund_id = ?", refund_id)
        if not state or state[0][0] != "undone":
            run.world.money[place] -= cents

    try:
        with in_hand(desk, "handed back", after):
            done = desk.refunds.undo(refund_id, "changed mind", PRIYA)
    except PosError:
        run.world.money[place] -= cents
        raise
    return f"{cents} {done.end}"


def take_back(run: Run, desk: SimDesk, rng: Random) -> str:
    """A payment was keyed too high, a check bounces, a bank takes card money back or gives in."""
    act = rng.choice([TakeBack.CORRECT, TakeBack.CORRECT, TakeBack.BOUNCE, TakeBack.DISPUTE, TakeBack.DELETE])
    tender = {TakeBack.BOUNCE: "check", TakeBack.DISPUTE: "card"}.get(act, "cash")
    found = desk.rows("SELECT payment_id, drawer, amount_cents FROM payment WHERE reversed_at = '' AND tender = ? "
                      "ORDER BY payment_id", tender)  # fmt: skip
    if not found:
        return f"no {tender} payment"
    payment_id, drawer, paid = rng.choice(found)
    if act is TakeBack.CORRECT and payment_id in {rekeyed_id(receipt.number) for receipt, _ in run.carried}:
        return "the paper is right"  # what was never there cannot be carried back
    sheet = desk.taking_back.open(act, payment_id)
    cents = {TakeBack.CORRECT: min(100, sheet.most_cents), TakeBack.DISPUTE: sheet.most_cents}.get(act, 0)
    fee = 500 if act is TakeBack.DISPUTE else 0
    order = TakeBackOrder(sheet, "typed wrong" if act is TakeBack.CORRECT else "bank", amount_cents=cents,
                          fee_cents=fee)  # fmt: skip
    place = (desk.enrolled.tenant, f"cash:{drawer}") if tender == "cash" else desk.place(tender)
    if act is TakeBack.DELETE:
        place = desk.place("cash")
    gone = (cents or paid) + fee
    return _booked(run, desk, sheet.act_id, place, -gone, lambda: desk.taking_back.do(order, PRIYA, Job()), act.value)


def dispute_ends(run: Run, desk: SimDesk, rng: Random) -> str:
    """A bank decides."""
    found = desk.rows("SELECT dispute_id, payment_id, amount_cents FROM dispute WHERE outcome = '' ORDER BY dispute_id")
    if not found:
        return "none open"
    dispute_id, payment_id, cents = rng.choice(found)
    outcome = rng.choice(["won", "owed_again", "absorbed"])
    if run.decided.setdefault(dispute_id, outcome) != outcome:  # a bank decides once, and says so to everybody
        outcome = run.decided[dispute_id]
    sheet = desk.taking_back.open(TakeBack.DISPUTE_END, payment_id, dispute_id)
    order = TakeBackOrder(sheet, "", outcome=outcome)
    came = cents if outcome == "won" and dispute_id not in run.won else 0
    run.won.add(dispute_id)
    place = desk.place("card")
    return _booked(run, desk, sheet.act_id, place, came, lambda: desk.taking_back.do(order, PRIYA, Job()), outcome,
                   lambda: run.won.discard(dispute_id))  # fmt: skip


def _booked(
    run: Run, desk: SimDesk, act_id: str, place: Place, cents: int, act: Any, words: str, never: Any = None
) -> str:
    """What an act books is true once it is booked: after a death the books say whether it was."""

    def after(up: SimDesk) -> None:
        if up.rows("SELECT 1 FROM outbox WHERE group_id = ?", act_id):
            run.world.money[place] += cents
        elif never is not None:
            never()

    try:
        with in_hand(desk, words, after):
            act()
    except PosError:
        if never is not None:
            never()
        raise
    run.world.money[place] += cents
    return f"{words} {cents}"
