"""Eight desks push at once: one dense, chained log; every operation in it once; the books hold."""

from __future__ import annotations

import threading

from models.operations.operation import GENESIS
from models.operations.protocol import Cursor
from tests.support.hub import Member, RunningHub


def test_eight_pushers(hub: RunningHub) -> None:
    tenant = hub.practice()
    keeper = hub.member(tenant, "Keeper")
    patient = keeper.stream.patient()
    charge = keeper.stream.charge(patient, 100_000_000)
    keeper.transport.push(keeper.stream.batch())
    pushers = [hub.member(tenant, f"Desk {n}") for n in range(8)]
    failures: list[BaseException] = []
    begin = threading.Barrier(8)

    def push(desk: Member) -> None:
        try:
            begin.wait()
            for n in range(25):
                desk.stream.copay(patient, charge, 100)
                batch = desk.stream.batch(2 * n + 1)
                answer = desk.transport.push(batch)
                assert [result.verdict for result in answer.results] == ["accepted", "accepted"]
                if n % 5 == 0:
                    again = desk.transport.push(batch)
                    assert {result.verdict for result in again.results} == {"duplicate"}
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=push, args=(desk,)) for desk in pushers]
    for thread in threads:
        thread.start()
    seen: list[str] = []
    cursor = Cursor("", 0, GENESIS)
    while len(seen) < 1 + 2 + 8 * 50:  # a reader all the while: every page follows the one before
        page = keeper.transport.pull(cursor, wait_s=5)
        assert not failures
        assert page.from_seq == cursor.seq + 1
        assert cursor.seq == 0 or page.prev_hash == cursor.hash
        seen += [entry.op["op_id"] for entry in page.entries]
        cursor = Cursor(page.server_epoch, page.to_seq, page.hash)
    for thread in threads:
        thread.join(30)
    assert not failures
    assert sorted(seen[1:]) == sorted(op.op_id for desk in (keeper, *pushers) for op in desk.stream.ops)
    assert hub.store.verify(tenant) == []
