"""Disks that are copied and put back: desks and the hub restored from backups, one desk alive twice."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import orjson

from models.basics.errors import PosError
from tests.simulator import oracles
from tests.simulator.desk import SimDesk

if TYPE_CHECKING:
    from tests.simulator.run import Run

HUB = "hub"


def desk_backup(run: Run, desk: SimDesk, rng: Random) -> str:
    """A desk is backed up."""
    if desk.name in run.backups:
        return "there is one"
    run.backups[desk.name] = run.folder / f"backup-{desk.name}"
    desk.copy_to(run.backups[desk.name])
    return "copied"


def desk_restored(run: Run, desk: SimDesk, rng: Random) -> str:
    """A desk's disk is replaced, its store put back from the backup (F19). What it took since and never sent is gone
    with the disk: whoever paid has a receipt, and is paid back by hand."""
    folder = run.backups.pop(desk.name, None)
    if folder is None:
        return "no backup"
    run.met["F19"] += 1
    run.copied = True
    lost = _lost_with_the_disk(run, desk)
    desk.die()
    desk.put_back(folder)
    run.start(desk)
    return f"{lost} records lost with the disk"


def _lost_with_the_disk(run: Run, desk: SimDesk) -> int:
    """Undo in the world what only this disk knew."""
    run.network.late.clear()
    books = oracles.Books(run.hub)
    known, taken = books.logged(), books.taken()
    lost = [orjson.loads(text) for (text,) in desk.rows("SELECT op FROM outbox ORDER BY epoch, dseq")]
    taken |= {op["body"]["payment_id"]: op["body"] for op in lost if op["kind"] == "payment.collect"}
    tenant, count = desk.enrolled.tenant, 0
    for op in lost:
        if (tenant, op["op_id"]) in known:
            continue
        count += 1
        run.gone.add(str(op["body"].get("receipt_no") or ""))
        for place, cents in oracles.moved_by(op, taken):
            run.world.money[tenant, place] -= cents
    for (ref,) in desk.rows("SELECT terminal_ref FROM terminal_attempt WHERE state <> 'resolved'"):
        moved = run.world.bank.known.get(ref)
        if moved is not None:
            run.world.money[tenant, "card"] -= moved.cents if moved.kind == "sale" else -moved.cents
    return count


def cloned(run: Run, desk: SimDesk, rng: Random) -> str:
    """A desk's disk is copied into a second machine, and both go on (F20)."""
    in_doubt = desk.rows("SELECT 1 FROM terminal_attempt WHERE state <> 'resolved'")
    if run.copied or in_doubt or len(run.desks) > 3:
        return "not now"
    run.met["F20"] += 1
    run.copied = True
    desk.die()
    run.desks.append(desk.twin())
    run.start(desk)
    return "two of it"


def hub_backup(run: Run, desk: SimDesk, rng: Random) -> str:
    """The hub is backed up."""
    if HUB in run.backups:
        return "there is one"
    run.backups[HUB] = run.folder / "backup-hub"
    run.backups[HUB].mkdir()
    run.hub.copy_to(run.backups[HUB])
    return "copied"


def hub_restored(run: Run, desk: SimDesk, rng: Random) -> str:
    """The hub's disk is replaced, its log put back from the backup: its newest entries are gone (F21)."""
    folder = run.backups.pop(HUB, None)
    if folder is None:
        return "no backup"
    run.met["F21"] += 1
    run.hub_restored = True
    before = run.hub.store.head(desk.enrolled.tenant).seq
    run.hub.restore(folder, f"{rng.getrandbits(128):032x}")
    return f"from {before} to {run.hub.store.head(desk.enrolled.tenant).seq}"


def review(run: Run, desk: SimDesk, rng: Random) -> str:
    """A manager looks at what the hub keeps apart, and lets it in where it makes sense."""
    tenant, let_in = desk.enrolled.tenant, 0
    for apart in run.hub.store.repairs.apart(tenant):
        try:
            let_in += run.hub.store.repairs.accept(tenant, [apart.op_id], "priya", "seen")
        except PosError:
            continue
    return f"{let_in} let in"
