"""Push and pull over the line, on both databases: verdicts, duplicates, gaps, forks, a dense and chained log."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from app.sync.keys import RequestSigner
from app.sync.line import HubRefusal, Line
from models.basics.clock import SystemClock
from models.basics.errors import SyncLater
from models.basics.ids import new_id
from models.operations import bodies
from models.operations.operation import GENESIS
from models.operations.protocol import MAX_BYTES, Cursor, Page, PushBatch, PushConflict
from models.operations.wire import batch_to_bytes
from tests.support.hub import Member, RunningHub
from tests.support.waiting import until


@pytest.fixture
def desk(hub: RunningHub) -> Member:
    return hub.member(hub.practice())


def start(desk: Member) -> Cursor:
    """Right after the practice's own entry, with which every log begins."""
    return after(desk.transport.pull(Cursor(desk.identity.server_epoch, 0, GENESIS), limit=1))


def after(page: Page) -> Cursor:
    return Cursor(page.server_epoch, page.to_seq, page.hash)


def check_chain(page: Page, prev_hash: str, from_seq: int) -> None:
    """Contiguous, and each entry's hash follows from the one before."""
    assert (page.from_seq, page.prev_hash) == (from_seq, prev_hash)
    for n, entry in enumerate(page.entries):
        assert entry.seq == from_seq + n
        assert entry.hash == entry.expected_hash(prev_hash)
        prev_hash = entry.hash
    assert page.hash == prev_hash


def test_verdicts(hub: RunningHub, desk: Member) -> None:
    stream = desk.stream
    patient = stream.patient()
    charge = stream.charge(patient, 5_000)
    payment = stream.copay(patient, charge, 2_500)
    stream.allocate(patient, payment, charge, 2_500)  # the lot is spent
    more = stream.charge(patient, 1_000)
    big = new_id()
    stream.add(bodies.Collect(payment_id=big, patient_id=patient, tender="cash", amount_cents=6_000, number="PAY-9",
                              receipt_no="R-9"))  # fmt: skip
    stream.allocate(patient, big, more, 4_000)
    for n in (10, 11):  # handed back twice
        stream.add(bodies.Reverse(payment_id=big, patient_id=patient, reason="slip", reversal_id=new_id(),
                                  receipt_no=f"R-{n}"))  # fmt: skip
    answer = desk.transport.push(stream.batch())
    assert [result.verdict for result in answer.results] == [
        "accepted", "accepted", "accepted", "accepted", "rejected", "accepted", "accepted", "reduced", "accepted",
        "excepted",
    ]  # fmt: skip
    by_op = {result.op_id: result for result in answer.results}
    assert by_op[stream.ops[4].op_id].reason == "credit_used"
    assert by_op[stream.ops[7].op_id].granted == 1_000
    assert answer.head == answer.results[-1].seq + 1  # a task follows: somebody must look at what was handed back twice
    assert hub.store.verify(desk.identity.tenant) == []


def test_the_same_again_changes_nothing(hub: RunningHub, desk: Member) -> None:
    patient = desk.stream.patient()
    desk.stream.copay(patient, desk.stream.charge(patient, 2500), 2500)
    first = desk.transport.push(desk.stream.batch())
    log = desk.transport.pull(start(desk))
    again = desk.transport.push(desk.stream.batch())
    assert {result.verdict for result in again.results} == {"duplicate"}
    assert [result.reason for result in again.results] == [result.verdict for result in first.results]
    assert [result.seq for result in again.results] == [result.seq for result in first.results]
    desk.stream.patient()
    mixed = desk.transport.push(desk.stream.batch(2))  # an overlap: the end is new
    assert [result.verdict for result in mixed.results] == ["duplicate"] * 3 + ["accepted"]
    page = desk.transport.pull(start(desk))
    assert page.entries[:-1] == log.entries
    assert page.head == 6


def test_a_gap_names_what_is_expected(desk: Member) -> None:
    for _ in range(4):
        desk.stream.patient()
    desk.transport.push(desk.stream.batch(1, 2))
    with pytest.raises(PushConflict) as conflict:
        desk.transport.push(desk.stream.batch(4))
    assert (conflict.value.code, conflict.value.expected_dseq) == ("gap", 3)
    assert desk.transport.push(desk.stream.batch(3)).head == 5


def test_a_fork_is_seen(desk: Member) -> None:
    for _ in range(3):
        desk.stream.patient()
    desk.transport.push(desk.stream.batch())
    restored = replace(desk.stream, dseq=1, prev=desk.stream.ops[0].hash, ops=[desk.stream.ops[0]])
    restored.patient()  # another second operation
    with pytest.raises(PushConflict) as conflict:
        desk.transport.push(restored.batch(2))
    assert conflict.value.code == "fork"
    assert desk.transport.pull(start(desk)).head == 4


def test_what_is_not_understood_is_quarantined_and_blocks_nobody(hub: RunningHub, desk: Member) -> None:
    desk.stream.patient()
    strange = replace(desk.stream.ops[0], op_id=new_id(), kind="patient.levitate", v=7)
    strange = replace(strange, body_hash=strange.meaning_hash()).at(1, 2, desk.stream.ops[0].hash)
    desk.stream.ops.append(strange)
    desk.stream.dseq, desk.stream.prev = 2, strange.hash
    desk.stream.patient()
    answer = desk.transport.push(desk.stream.batch())
    assert [result.verdict for result in answer.results] == ["accepted", "quarantined", "accepted"]
    assert hub.store.verify(desk.identity.tenant) == []


def test_the_log_is_pulled_in_chained_pages(desk: Member) -> None:
    for _ in range(25):
        desk.stream.patient()
    desk.transport.push(desk.stream.batch())
    cursor, seen = start(desk), []
    while True:
        page = desk.transport.pull(cursor, limit=10)
        check_chain(page, cursor.hash, cursor.seq + 1)
        seen += [entry.op["op_id"] for entry in page.entries]
        cursor = after(page)
        assert page.head == 26
        if not page.has_more:
            break
    assert seen == [op.op_id for op in desk.stream.ops]
    empty = desk.transport.pull(cursor)
    assert (empty.entries, empty.from_seq, empty.hash) == ((), 27, cursor.hash)


@pytest.mark.parametrize(
    "cursor",
    [("another-epoch", 2, ""), ("", 2, "ab" * 32), ("", 99, GENESIS)],
    ids=["epoch", "hash", "beyond the head"],
)
def test_a_cursor_of_another_history(desk: Member, cursor: tuple[str, int, str]) -> None:
    for _ in range(3):
        desk.stream.patient()
    desk.transport.push(desk.stream.batch())
    known = desk.transport.pull(start(desk), limit=2)
    epoch, seq, digest = cursor
    with pytest.raises(HubRefusal) as refused:
        desk.transport.pull(Cursor(epoch or known.server_epoch, seq, digest or known.hash))
    assert (refused.value.status, refused.value.message_key) == (409, "sync.history_diverged")


def test_news_come_at_once_to_who_waits(hub: RunningHub, desk: Member) -> None:
    other = hub.member(desk.identity.tenant, "Desk 2")
    pages: list[Page] = []
    cursor = start(other)
    thread = threading.Thread(target=lambda: pages.append(other.transport.pull(cursor, wait_s=25)))
    thread.start()
    until(lambda: hub.hub.heads.waiting == 1)
    desk.stream.patient()
    desk.transport.push(desk.stream.batch())
    thread.join(5)
    assert [entry.op["op_id"] for entry in pages[0].entries] == [desk.stream.ops[0].op_id]


def test_one_page_serves_all_who_wait(hub: RunningHub, desk: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever pushes makes it of what it added, and nobody reads it back; the desk that pushed hears of it too."""
    monkeypatch.setattr("server.latest.KEPT_S", 60.0)  # however long a busy machine takes to wake eight of them
    others = [hub.member(desk.identity.tenant, f"Desk {n}") for n in range(2, 9)]
    cursor = start(desk)
    read: list[Cursor] = []
    pull_bytes = hub.hub.latest._read

    def counted(tenant: str, after: Cursor, limit: int) -> tuple[int, bytes]:
        read.append(after)
        return pull_bytes(tenant, after, limit)

    monkeypatch.setattr(hub.hub.latest, "_read", counted)
    monkeypatch.setattr(hub.store, "pull_bytes", counted)
    pages: list[Page] = []
    threads = [
        threading.Thread(target=lambda each=each: pages.append(each.transport.pull(cursor, wait_s=25)))
        for each in (desk, *others)
    ]
    for thread in threads:
        thread.start()
    until(lambda: hub.hub.heads.waiting == len(threads))
    asked = len(read)
    desk.stream.patient()
    desk.transport.push(desk.stream.batch())
    for thread in threads:
        thread.join(5)
    assert [[entry.op["op_id"] for entry in page.entries] for page in pages] == [[desk.stream.ops[0].op_id]] * 8
    assert (asked, len(read)) == (8, 8)
    assert pages[0] == replace(hub.store.pull(desk.identity.tenant, cursor), server_time=pages[0].server_time)


def test_a_page_that_was_made_is_only_for_who_stands_where_it_begins(hub: RunningHub, desk: Member) -> None:
    other = hub.member(desk.identity.tenant, "Desk 2")
    cursor = start(other)
    hub.hub.latest.make(desk.identity.tenant, (cursor, 1000))
    assert hub.hub.latest.page(desk.identity.tenant, (cursor, 1000)) is not None
    assert hub.hub.latest.page(desk.identity.tenant, (cursor, 10)) is None
    assert hub.hub.latest.page(desk.identity.tenant, (Cursor("older", cursor.seq, cursor.hash), 1000)) is None
    assert hub.hub.latest.page("another", (cursor, 1000)) is None


def test_the_poke(hub: RunningHub, desk: Member) -> None:
    signer = RequestSigner(desk.private_key, desk.identity.device_id, SystemClock())
    answers: list[bytes] = []

    def wait(after_seq: int) -> None:
        target = f"/v1/sync/wait?after={after_seq}"
        answers.append(Line(hub.url).ask("GET", target, signer.headers("GET", target, b""), read_s=30))

    thread = threading.Thread(target=wait, args=(1,))
    thread.start()
    until(lambda: hub.hub.heads.waiting == 1)
    desk.stream.patient()
    desk.transport.push(desk.stream.batch())
    thread.join(5)
    wait(1)
    assert answers == [b'{"head":2}'] * 2


def test_a_push_of_another_process_is_seen_while_waiting(postgres_hub: RunningHub) -> None:
    desk = postgres_hub.member(postgres_hub.practice())
    pages: list[Page] = []
    cursor = start(desk)
    thread = threading.Thread(target=lambda: pages.append(desk.transport.pull(cursor, wait_s=25)))
    thread.start()
    until(lambda: postgres_hub.hub.heads.waiting == 1)
    desk.stream.patient()
    postgres_hub.store.push(desk.identity.tenant, desk.stream.batch())  # past this process's routes
    thread.join(5)
    assert pages[0].head == 2


def test_an_end_of_the_hub_lets_the_waiting_go(own_sqlite_hub: RunningHub) -> None:
    desk = own_sqlite_hub.member(own_sqlite_hub.practice())
    pages: list[Page] = []
    cursor = start(desk)
    thread = threading.Thread(target=lambda: pages.append(desk.transport.pull(cursor, wait_s=25)))
    thread.start()
    until(lambda: own_sqlite_hub.hub.heads.waiting == 1)
    own_sqlite_hub.stop()
    thread.join(5)
    assert pages[0].entries == ()
    own_sqlite_hub.start()


@pytest.mark.parametrize(
    ("body", "status", "key"),
    [
        (b"", 400, "sync.not_understood"),
        (b"{}", 400, "sync.not_understood"),
        (b"<html></html>", 400, "sync.not_understood"),
        (b"[" * 50_000, 400, "sync.not_understood"),
        (b" " * (2 * MAX_BYTES + 1), 413, "sync.too_large"),
    ],
)
def test_a_body_that_is_no_batch(hub: RunningHub, desk: Member, body: bytes, status: int, key: str) -> None:
    signer = RequestSigner(desk.private_key, desk.identity.device_id, SystemClock())
    with pytest.raises(HubRefusal) as refused:
        Line(hub.url).ask("POST", "/v1/sync/push", signer.headers("POST", "/v1/sync/push", body), body)
    assert (refused.value.status, refused.value.message_key) == (status, key)


def test_a_body_without_a_told_length_ends_at_the_limit(sqlite_hub: RunningHub) -> None:
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", sqlite_hub.address.port)
    part = b" " * (1 << 18)
    connection.request("POST", "/v1/sync/push", body=(part for _ in range(9)), encode_chunked=True,
                       headers={"Transfer-Encoding": "chunked"})  # fmt: skip
    assert connection.getresponse().status == 413
    connection.close()


@pytest.mark.parametrize("query", ["after=-1", "after=x", "limit=100000", "wait=9999", "after=" + "9" * 400])
def test_a_question_that_makes_no_sense(sqlite_hub: RunningHub, query: str) -> None:
    desk = sqlite_hub.member(sqlite_hub.practice())
    target = f"/v1/sync/pull?{query}"
    signer = RequestSigner(desk.private_key, desk.identity.device_id, SystemClock())
    with pytest.raises(HubRefusal) as refused:
        Line(sqlite_hub.url).ask("GET", target, signer.headers("GET", target, b""))
    assert (refused.value.status, refused.value.message_key) == (400, "sync.not_understood")


def test_a_batch_out_of_order_is_refused_whole(hub: RunningHub, desk: Member) -> None:
    for _ in range(3):
        desk.stream.patient()
    ops = desk.stream.ops
    shuffled = PushBatch(desk.identity.device_id, 1, 1, (ops[0], ops[2], ops[1]))
    with pytest.raises(HubRefusal) as refused:
        desk.transport.push(shuffled)
    assert refused.value.message_key == "sync.not_understood"
    assert batch_to_bytes(desk.stream.batch())
    assert desk.transport.push(desk.stream.batch()).head == 4


def test_a_hub_with_too_much_in_hand_asks_to_come_back(sqlite_hub: RunningHub, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = sqlite_hub.member(sqlite_hub.practice())
    desk.stream.patient()
    monkeypatch.setattr("server.deps.MOST_IN_HAND", 0)
    with pytest.raises(SyncLater) as later:
        desk.transport.push(desk.stream.batch())
    assert (later.value.message_key, later.value.facts["retry_after_s"]) == ("sync.hub_busy", 1)
    monkeypatch.undo()
    assert desk.transport.push(desk.stream.batch()).head == 2
