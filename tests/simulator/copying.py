"""Disks that are copied and put back: desks and the hub restored from backups, one desk alive twice."""

from __future__ import annotations

from contextlib import suppress
from random import Random
from typing import TYPE_CHECKING
from unittest import mock

import orjson

from models.basics.errors import PosError
from models.operations.kinds import KINDS
from tests.simulator import oracles, rekeying
from tests.simulator.desk import SimDesk
from tests.simulator.hub import OWN
from tests.simulator.world import chance

if TYPE_CHECKING:
    from tests.simulator.run import Run

HUB = "hub"


def desk_backup(run: Run, desk: SimDesk, rng: Random) -> str:
    """A desk is backed up."""
    if desk.name in run.backups:
        return "there is one"
    run.backups[desk.name] = run.folder / f"backup-{desk.name}-{rng.getrandbits(32)}"
    desk.copy_to(run.backups[desk.name])
    return "copied"


def desk_restored(run: Run, desk: SimDesk, rng: Random) -> str:
    """A desk's disk is replaced, its store put back from the backup (F19). What it took since and never sent is gone
    with the disk: whoever paid has a receipt, and is paid back by hand."""
    backed_up = [each for each in run.desks if each.name in run.backups and each.alive]
    if not backed_up:
        return "no backup"
    desk = run.acting = rng.choice(backed_up)
    folder = run.backups.pop(desk.name)
    run.met["F19"] += 1
    run.copied = True
    run.network.late.clear()
    before = Disk(desk)
    run.gone |= oracles.by_credit([desk])
    desk.die()
    desk.put_back(folder)
    desk.open()
    number = lost(run, desk, before, Disk(desk), rng)
    desk.begin()
    return f"{number} records lost with the disk"


class Disk:
    """What a desk's disk knows of money: its operations, and the card transactions nobody knows the end of."""

    def __init__(self, desk: SimDesk) -> None:
        found = [orjson.loads(text) for (text,) in desk.rows("SELECT op FROM outbox ORDER BY epoch, dseq")]
        self.ops = {op["op_id"]: op for op in found}
        self.in_doubt = {ref for (ref,) in desk.rows(
            "SELECT terminal_ref FROM terminal_attempt WHERE state <> 'resolved'")}  # fmt: skip


def lost(run: Run, desk: SimDesk, before: Disk, after: Disk, rng: Random) -> int:
    """Undo in the world what only the old disk knew; of some payments the patient comes back with the receipt."""
    books = oracles.Books(run)
    told, known = books.logged() | books.apart(), books.known() | oracles.named_in(before.ops.values())
    tenant = desk.enrolled.tenant
    gone = [op for op_id, op in before.ops.items() if op_id not in after.ops and (tenant, op_id) not in told]
    for op in gone:
        if rekeying.shown(run, op, tenant, comes=chance(rng, 50)):
            continue
        run.gone.add(str(op["body"].get("payment", op["body"]).get("receipt_no") or ""))
        rekeying.forgotten(run, op)
        for place, cents in oracles.moved_by(op, known):
            run.world.money[tenant, place] -= cents
    for ref in before.in_doubt - after.in_doubt:
        moved = run.world.bank.known.get(ref)
        if moved is not None:
            run.world.money[tenant, "card"] -= moved.cents if moved.kind == "sale" else -moved.cents
    return len(gone)


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
    run.backups[HUB] = run.folder / f"backup-hub-{rng.getrandbits(32)}"
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
    before = run.hub.head(desk.enrolled.tenant).seq
    run.hub.restore(folder, f"{rng.getrandbits(128):032x}")
    return f"from {before} to {run.hub.head(desk.enrolled.tenant).seq}"


def review(run: Run, desk: SimDesk, rng: Random) -> str:
    """A manager looks at what the hub keeps apart, and lets it in where it makes sense."""
    tenant, let_in = desk.enrolled.tenant, 0
    with mock.patch.dict(KINDS, OWN):  # it is the hub that does it
        for apart in run.hub.store.repairs.apart(tenant):
            with suppress(PosError):
                let_in += run.hub.store.repairs.accept(tenant, [apart.op_id], "priya", "seen")
    return f"{let_in} let in"
