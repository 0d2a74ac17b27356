"""What a desk lets go of 45 days after the hub answered: not what somebody must still look at or decide about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from models.basics.clock import FixedClock
from models.operations import records
from models.operations.holds import HoldAsk
from models.operations.tasks import TaskResolved
from models.store.desk import DeskStore
from models.store.hub import HubStore
from models.store.mending import KEPT_DAYS
from models.store.queries import attention
from models.store.rows import PrintJobRow
from tests.support import stores
from tests.support.acts import allocate, collect
from tests.support.money_acts import adjust, elsewhere, paid
from tests.support.stores import TENANT
from tests.unit.models.store.takings import ask, record

MANAGER = records.Staff(id="priya", name="Priya", role="manager")


@dataclass
class Desks:
    """A desk, another one that is quicker, their hub, and the clock of all."""

    hub: HubStore
    clock: FixedClock
    desk: DeskStore
    quicker: DeskStore

    def answered(self) -> None:
        stores.sync(self.hub, self.desk, self.quicker)
        stores.pull(self.desk, self.hub)

    def later(self) -> list[tuple[str, str]]:
        """What is still there (kind, verdict) after as long as anything is kept for sure, once all that may go went."""
        self.clock.advance(KEPT_DAYS * 86_400 + 1)
        self.desk.mending.purge()
        assert self.desk.verify(deep=True) == []
        kept = "SELECT json_extract(op, '$.kind'), verdict FROM outbox ORDER BY epoch, dseq"
        return [(str(kind), str(verdict)) for kind, verdict in ask(self.desk, kept)]

    def waits(self) -> list[str]:
        """Why something is listed under Needs attention."""
        with self.desk.reader() as reader:
            return [row.reason for row in attention.refused(reader, TENANT)]

    def begin_again(self) -> None:
        """The desk starts from a snapshot: its log begins there."""
        with self.hub.snapshot(TENANT) as snapshot:
            chunks = [(name, bytes(content)) for name, content in snapshot.chunks]
            self.desk.load_snapshot(snapshot.manifest, iter(chunks))


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[Desks]:
    clock = stores.clock()
    hub = stores.sqlite_hub(tmp_path, clock)
    made = Desks(hub, clock, *(stores.joined_desk(hub, tmp_path, name, clock) for name in ("desk", "quicker")))
    charges = [records.Charge(id=name, patient_id="ann", service_date="2026-03-03", description="Lab panel",
                              responsibility_cents=4000) for name in ("c1", "c2", "c3")]  # fmt: skip
    record(
        made.quicker, MANAGER, records.Patient(id="ann", family="Quillfeather"), *charges, collect("p1", "ann", 6000)
    )
    made.answered()
    yield made
    made.desk.close()
    made.quicker.close()
    hub.close()


def own_id(desks: Desks, kind: str) -> str:
    return str(ask(desks.desk, f"SELECT op_id FROM outbox WHERE json_extract(op, '$.kind') = '{kind}'")[0][0])


def seen(op_id: str) -> TaskResolved:
    return TaskResolved(task_id=op_id, patient_id="ann", how="seen", reason="")


def test_what_was_refused_goes_once_somebody_saw_it(desks: Desks) -> None:
    record(desks.desk, adjust("c1", 4000, patient_id="ann"))
    record(desks.quicker, allocate("p1", "ann", ("c1", 4000)))
    stores.sync(desks.hub, desks.quicker, desks.desk)
    assert len(desks.waits()) == 1
    assert desks.later() == [("charge.adjust", "rejected")]
    record(desks.desk, seen(own_id(desks, "charge.adjust")))
    desks.answered()
    assert desks.waits() == []
    assert desks.later() == []


def test_what_was_reduced_goes_though_its_task_is_open_for_the_log_tells_it(desks: Desks) -> None:
    record(desks.desk, allocate("p1", "ann", ("c1", 4000)))
    record(desks.quicker, allocate("p1", "ann", ("c2", 4000)))
    stores.sync(desks.hub, desks.quicker, desks.desk)
    assert ask(desks.desk, "SELECT what, resolved_op_id FROM task") == [("credit_used", "")]
    assert desks.later() == []


def test_what_was_reduced_stays_where_only_the_outbox_tells_an_open_task(desks: Desks) -> None:
    record(desks.desk, allocate("p1", "ann", ("c1", 4000)))
    record(desks.quicker, allocate("p1", "ann", ("c2", 4000)))
    stores.sync(desks.hub, desks.quicker, desks.desk)
    desks.begin_again()
    assert desks.later() == [("payment.allocate", "reduced")]
    [(task_id,)] = ask(desks.desk, "SELECT task_id FROM task")
    record(desks.desk, replace(seen(task_id), how="left_owed"))
    desks.answered()
    assert desks.later() == []


def test_what_nobody_is_told_of_goes_by_itself(desks: Desks) -> None:
    """Credit asked for in vain; a refund of another program that came in twice."""
    record(desks.quicker, allocate("p1", "ann", ("c2", 4000), ("c3", 2000)), elsewhere("r1", 100, "ann"))
    stores.push(desks.quicker, desks.hub)
    record(desks.desk, HoldAsk(ask_id="a", patient_id="ann", amount_cents=6000), elsewhere("r1", 100, "ann"))
    desks.answered()
    assert ask(desks.desk, "SELECT verdict, reason FROM outbox ORDER BY dseq") == [
        ("rejected", "credit_used"), ("quarantined", "known_already")
    ]  # fmt: skip
    assert desks.later() == []


@pytest.mark.parametrize("decision", ["accept", "discard"])
@pytest.mark.parametrize("on_paper", [False, True])
def test_what_is_kept_apart_stays_until_a_manager_decides(desks: Desks, decision: str, on_paper: bool) -> None:
    """Its closing at the desk is no decision. What has a receipt stays as long as nothing else stands behind that."""
    device = desks.desk.identity
    assert device is not None
    stores.revoke(desks.hub, device.device_id)
    record(desks.desk, collect("p2", "ann", 2500))
    if on_paper:
        with desks.desk.write() as tx:
            tx.add_print_job(PrintJobRow(job_id="paper", kind="receipt", document={}, payment_id="p2"))
    desks.answered()
    record(desks.quicker, seen(own_id(desks, "payment.collect")))
    desks.answered()
    money = ("payment.collect", "quarantined")
    assert desks.later() == [money]
    judge: Any = getattr(desks.hub.repairs, decision)
    judge(TENANT, [own_id(desks, "payment.collect")], MANAGER.id, "Looked at")
    desks.answered()
    assert desks.later() == ([money] if on_paper and decision == "discard" else [])


def test_an_excepted_fact_goes_with_its_task_or_the_log(desks: Desks) -> None:
    record(desks.desk, paid("r1", "p9", 700))  # of a payment nobody knows
    desks.answered()
    assert ask(desks.desk, "SELECT verdict FROM outbox") == [("excepted",)]
    desks.begin_again()
    assert desks.later() == [("refund.paid", "excepted")]  # its task is open, and the log begins later
    [(task_id, cents)] = ask(desks.desk, "SELECT task_id, amount_cents FROM task")
    borne = TaskResolved(task_id=str(task_id), patient_id="ann", how="borne", reason="ours", amount_cents=int(cents))
    record(desks.desk, borne)
    desks.answered()
    assert desks.later() == []
