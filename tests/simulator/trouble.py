"""Steps that are nobody's wish: machines die, clocks jump, disks fill, disks are copied, operations are poisoned."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

from models.basics.errors import StorageError, SyncError
from models.basics.points import Point
from models.operations import bodies
from models.operations.protocol import PushConflict
from tests.simulator.desk import MOST_STEPS, SimDesk, in_hand
from tests.simulator.template import TODAY
from tests.simulator.world import chance
from tests.support.stores import revoke

if TYPE_CHECKING:
    from tests.simulator.run import Run

DAY_S = 86_400.0


def late(run: Run, desk: SimDesk, rng: Random) -> str:
    """What was on its way for long arrives."""
    return run.network.deliver_late() or "nothing was under way"


def line(run: Run, desk: SimDesk, rng: Random) -> str:
    """The cable is pulled, or put back."""
    run.network.down ^= {desk.name}
    return "down" if desk.name in run.network.down else "up"


def hub_restarts(run: Run, desk: SimDesk, rng: Random) -> str:
    """The hub's machine is switched off and on."""
    run.met["F10"] += 1
    run.hub.crash()
    return "again"


def clock(run: Run, desk: SimDesk, rng: Random) -> str:
    """A desk's clock is set wrong, and right again (F22)."""
    run.met["F22"] += 1
    desk.clock.wrong_by = rng.choice([timedelta(hours=-3), timedelta(days=3653), timedelta(minutes=4), timedelta()])
    return str(desk.clock.wrong_by)


def weeks(run: Run, desk: SimDesk, rng: Random) -> str:
    """Sixty days go by without a line at this desk (F23)."""
    run.met["F23"] += 1
    run.network.down |= {desk.name}
    run.world.advance(60 * DAY_S)
    return "sixty days"


def dies(run: Run, desk: SimDesk, rng: Random) -> str:
    """The power goes."""
    run.met["F14"] += 1
    desk.die()
    return "dead"


def disk_full(run: Run, desk: SimDesk, rng: Random) -> str:
    """The next thing that shall be written finds no room (F16)."""
    run.met["F16"] += 1
    run.full = desk.name
    return "no room"


def second_loop(run: Run, desk: SimDesk, rng: Random) -> str:
    """Two loops send the same batch; answers come in any order (F25)."""
    batch = desk.store.outbox_batch(rng.randint(1, 20), 1 << 20)
    if batch is None:
        return "nothing to send"
    run.met["F25"] += 1
    desk.store.mark_attempted(batch)
    answers = []
    for _ in range(2):
        try:
            answers.append(desk.exchange._transport.push(batch))
        except (SyncError, PushConflict):
            continue
    for answer in rng.sample(answers, len(answers)):
        desk.store.acknowledge(answer)
    return f"{len(batch.ops)} operations, {len(answers)} answers"


def newer_program(run: Run, desk: SimDesk, rng: Random) -> str:
    """A desk of a newer version takes cash: the hub does not understand it yet, and keeps it (F24)."""
    run.met["F24"] += 1
    desk.newer = True
    with desk.as_itself():
        _cash(run, desk, 700)
    return "cash by version 2"


def poison(run: Run, desk: SimDesk, rng: Random) -> str:
    """An operation nobody can post, at the head of the queue (F31)."""
    run.met["F31"] += 1
    with desk.store.write() as tx:
        tx.record(bodies.Collect(payment_id=tx.new_id(), patient_id="ann", tender=rng.choice(["cash", "shells"]),
                                 amount_cents=rng.choice([0, -500]), number="", receipt_no=""),
                  person_id="maria", business_date=TODAY)  # fmt: skip
    return "poison"


def _cash(run: Run, desk: SimDesk, cents: int) -> None:
    """Cash on account, taken in one go."""
    place, before = desk.place("cash"), len(_payments(desk))
    run.world.money[place] += cents

    def after(up: SimDesk) -> None:
        if len(_payments(up)) == before:
            run.world.money[place] -= cents

    try:
        with in_hand(desk, "cash", after), desk.store.write() as tx:
            tx.record(bodies.Collect(payment_id=tx.new_id(), patient_id="cid", tender="cash", amount_cents=cents,
                                     number=tx.next_payment_number(), receipt_no=tx.next_receipt_no(),
                                     drawer=desk.device), person_id="maria", business_date=TODAY)  # fmt: skip
    except StorageError:
        run.world.money[place] -= cents
        raise


def _payments(desk: SimDesk) -> list[object]:
    """Cash of a newer program, as far as this desk wrote it down."""
    return desk.rows("SELECT op_id FROM outbox WHERE op LIKE '%\"v\":2%'")


def altered(run: Run, desk: SimDesk, rng: Random) -> str:
    """An operation was altered in its desk's own memory on its way out: its hash does not hold, and the hub keeps it
    apart (F33). The desk's store still has the right one."""
    batch = desk.store.outbox_batch(5, 1 << 20)
    if batch is None:
        return "nothing to alter"
    run.met["F33"] += 1
    first = replace(batch.ops[0], patient="somebody else")
    desk.store.mark_attempted(batch)
    try:
        answer = desk.exchange._transport.push(replace(batch, ops=(first, *batch.ops[1:])))
    except (SyncError, PushConflict) as error:
        return f"refused {error}"
    if answer.results[0].verdict not in ("quarantined", "duplicate"):
        run.wrong(f"the hub took an operation whose hash does not hold: {answer.results[0]}")
    return answer.results[0].verdict


def revoked(run: Run, desk: SimDesk, rng: Random) -> str:
    """A desk is stolen, or thought so: what it still sends is kept apart (F32)."""
    if any(run.aside(each) for each in run.desks):
        return "one is enough"
    run.met["F32"] += 1
    revoke(run.hub.store, desk.device)
    run.hub.hub.auth.forget(desk.device)
    return "revoked"


def snapshot(run: Run, desk: SimDesk, rng: Random) -> str:
    """The desk begins again from a snapshot (F37), which may break off at any chunk (F35)."""
    run.met["F37"] += 1
    if chance(rng, 50):
        run.met["F35"] += 1
        desk.kill_at = rng.randint(1, 30)
    before = desk.store.cursor().seq
    desk.exchange.begin_again()
    for _ in range(MOST_STEPS):
        if not desk.step("pull"):
            break
    desk.kill_at = 0
    return f"from {before} to {desk.store.cursor().seq} {desk.stopped}"


def visit(run: Run, desk: SimDesk | None, point: Point) -> None:
    """What is planned for this place happens."""
    if point.value.startswith("hub_"):
        run.hub.visit(point)
    elif desk is not None:
        if run.full == desk.name and point is Point.BEFORE_COMMIT:
            run.full = ""
            raise StorageError("store.disk_full")
        desk.visit(point)
