"""A desk reads the log: confirmed layer to the letter, its own pending operations on top, whatever the line does."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from models.basics.errors import SyncRefused
from models.ledger.states import Verdict
from models.operations.bodies import Correct, Reverse
from models.operations.holds import HoldAsk
from models.operations.messages import MessagePaper, MessageSend
from models.operations.protocol import Cursor, LogEntry, Page, PushAnswer
from models.store.desk import DeskStore
from models.store.hub import HubStore
from models.store.layers import take_away
from models.store.rows import Change
from models.store.session import Session
from tests.support import stores
from tests.support.stores import TENANT, TODAY, pull, push, revoke, sync
from tests.unit.models.store.takings import (
    appointment,
    ask,
    balances,
    cash,
    charge,
    patient,
    record,
    spend,
    state,
    take_back,
    take_copay,
)


class Clinic:
    """A hub and two desks that have read everything: one patient with a copay of 25.00."""

    def __init__(self, hub: HubStore, folder: Path) -> None:
        self.hub = hub
        self.one, self.two = (stores.joined_desk(hub, folder, name) for name in ("one", "two"))
        record(self.one, patient(), appointment(), charge())
        sync(hub, self.one, self.two)

    def page(self, desk: DeskStore, limit: int = 1000) -> Page:
        return self.hub.pull(TENANT, desk.cursor(), limit)

    def check(self) -> None:
        """Everything adds up everywhere."""
        assert self.hub.verify(TENANT, deep=True) == []
        for desk in (self.one, self.two):
            assert desk.verify(deep=True) == []

    def settle(self) -> None:
        """Exchange everything; then every desk shows the same, and it adds up."""
        sync(self.hub, self.one, self.two)
        self.check()
        assert state(self.one) == state(self.two)
        for desk in (self.one, self.two):
            assert desk.pending_count() == 0
            assert ask(desk, "SELECT count(*) FROM shadow") == [(0,)]
            assert ask(desk, "SELECT count(*) FROM transfer WHERE seq = 0") == [(0,)]


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    hub = stores.sqlite_hub(tmp_path)
    made = Clinic(hub, tmp_path)
    yield made
    made.one.close()
    made.two.close()
    hub.close()


def test_a_copay_at_one_desk_shows_at_the_other(clinic: Clinic) -> None:
    with clinic.one.write() as tx:
        payment_id = take_copay(tx, tendered=4000)
    assert ask(clinic.two, "SELECT count(*) FROM payment") == [(0,)]
    heard: list[Change] = []
    clinic.two.subscribe(heard.append)
    clinic.settle()
    assert ask(clinic.two, "SELECT payment_id, amount_cents, device FROM payment") == [
        (payment_id, 2500, clinic.one.identity.device_id)  # type: ignore[union-attr]
    ]
    assert heard[0].patients == {"patient-1"}
    assert {"payment", "account", "log"} <= heard[0].topics


def test_a_pending_layer_is_taken_away_where_there_is_one(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has nothing of its own waiting is not searched for it, page after page."""
    taken: list[str] = []

    def counted(session: Session, tenant: str) -> tuple[set[str], set[str]]:
        taken.append(tenant)
        return take_away(session, tenant)

    monkeypatch.setattr("models.store.pages.take_away", counted)
    for n in range(3):
        record(clinic.one, cash(f"p{n}"))
        push(clinic.one, clinic.hub)
        pull(clinic.two, clinic.hub)
    taken.clear()
    record(clinic.one, cash("p3"))
    push(clinic.one, clinic.hub)
    pull(clinic.two, clinic.hub)
    assert taken == []
    record(clinic.two, cash("mine"))
    record(clinic.one, cash("p4"))
    push(clinic.one, clinic.hub)
    pull(clinic.two, clinic.hub)
    assert taken == [TENANT]
    clinic.settle()


def test_both_spend_the_same_credit_offline(clinic: Clinic) -> None:
    """The first to arrive gets it; the other is told, and owes again."""
    record(clinic.one, charge(2, patient_id="patient-1"), cash("p1", cents=4000))
    sync(clinic.hub, clinic.one, clinic.two)
    record(clinic.one, spend("p1", 1, 2500))
    (mine,) = record(clinic.two, replace(spend("p1", 2, 2500), patient_id="patient-1"))
    assert mine.verdict is Verdict.ACCEPTED  # nothing here says otherwise
    push(clinic.one, clinic.hub)
    pull(clinic.two, clinic.hub)
    assert ask(clinic.two, "SELECT verdict, reason FROM outbox") == [("", "")]
    assert balances(clinic.two)["CR:p1"] == (4000, 4000)  # shown as it will be: reduced to the 15.00 that are left
    clinic.settle()
    assert ask(clinic.two, "SELECT verdict, granted FROM outbox") == [("reduced", 1500)]


def test_a_pending_operation_that_no_longer_fits_is_shown_not_lost(clinic: Clinic) -> None:
    record(clinic.one, charge(2, patient_id="patient-1"), cash("p1"))
    sync(clinic.hub, clinic.one, clinic.two)
    record(clinic.two, replace(spend("p1", 2, 2500), patient_id="patient-1"))
    record(clinic.one, spend("p1", 1, 2500))
    push(clinic.one, clinic.hub)
    pull(clinic.two, clinic.hub)
    assert ask(clinic.two, "SELECT verdict, reason FROM outbox") == [("", "credit_used")]
    assert clinic.two.pending_count() == 1
    assert clinic.two.verify(deep=True) == []
    clinic.settle()
    assert ask(clinic.two, "SELECT verdict, reason FROM outbox") == [("rejected", "credit_used")]


def test_reversal_here_and_allocation_there(clinic: Clinic) -> None:
    record(clinic.one, cash("p1"))
    sync(clinic.hub, clinic.one, clinic.two)
    record(clinic.one, take_back("p1"))
    record(clinic.two, spend("p1", 1, 2500))
    push(clinic.one, clinic.hub)
    clinic.settle()
    assert ask(clinic.two, "SELECT verdict, reason FROM outbox") == [("rejected", "payment_reversed")]
    assert balances(clinic.two)["AR:charge-1"] == (2500, 0)


def test_two_desks_take_the_same_copay(clinic: Clinic) -> None:
    """Two facts, both kept: the second is credit for the visit."""
    for desk in (clinic.one, clinic.two):
        with desk.write() as tx:
            take_copay(tx)
    clinic.settle()
    assert ask(clinic.one, "SELECT count(*) FROM payment") == [(2,)]
    assert balances(clinic.one)["AR:charge-1"] == (2500, 2500)
    assert ask(clinic.one, "SELECT sum(credits - debits) FROM account WHERE guard = 'L'") == [(2500,)]


def test_the_same_page_twice_changes_nothing(clinic: Clinic) -> None:
    with clinic.one.write() as tx:
        take_copay(tx)
    push(clinic.one, clinic.hub)
    page = clinic.page(clinic.two)
    clinic.two.apply_page(page)
    before = state(clinic.two)
    assert not clinic.two.apply_page(page)
    assert state(clinic.two) == before
    clinic.settle()


def test_a_page_that_overlaps_is_taken_from_the_cursor_on(clinic: Clinic) -> None:
    old = clinic.two.cursor()
    record(clinic.one, cash("p1"))
    push(clinic.one, clinic.hub)
    pull(clinic.two, clinic.hub)
    record(clinic.one, cash("p2"))
    push(clinic.one, clinic.hub)
    clinic.two.apply_page(clinic.hub.pull(TENANT, old))
    assert ask(clinic.two, "SELECT count(*) FROM payment") == [(2,)]
    clinic.settle()


def test_small_pages_give_the_same_as_one(clinic: Clinic) -> None:
    for number in range(2, 6):
        record(clinic.one, patient(number), appointment(number), charge(number), cash(f"p{number}", number))
    record(clinic.two, cash("elsewhere"))
    push(clinic.one, clinic.hub)
    push(clinic.two, clinic.hub)
    pull(clinic.one, clinic.hub)
    pull(clinic.two, clinic.hub, limit=2)
    clinic.settle()


def test_a_lost_answer_changes_nothing(clinic: Clinic) -> None:
    """The push arrived, its answer did not: it is sent again, answered as duplicate, and is there once."""
    with clinic.one.write() as tx:
        take_copay(tx)
    batch = clinic.one.outbox_batch(200, 1 << 20)
    assert batch is not None
    first = clinic.hub.push(TENANT, batch)
    second = clinic.hub.push(TENANT, batch)
    assert [r.verdict for r in second.results] == ["duplicate", "duplicate"]
    assert [(r.op_id, r.seq) for r in second.results] == [(r.op_id, r.seq) for r in first.results]
    clinic.one.acknowledge(second)
    assert {row[0] for row in ask(clinic.one, "SELECT verdict FROM outbox")} == {"accepted"}
    clinic.settle()


def test_the_log_may_come_before_the_answer(clinic: Clinic) -> None:
    record(clinic.one, cash("p1"))
    batch = clinic.one.outbox_batch(200, 1 << 20)
    assert batch is not None
    answer = clinic.hub.push(TENANT, batch)
    pull(clinic.one, clinic.hub)
    assert clinic.one.pending_count() == 0
    before = state(clinic.one)
    clinic.one.acknowledge(answer)
    clinic.one.acknowledge(answer)
    assert state(clinic.one) == before
    clinic.settle()


def test_answers_out_of_order_or_for_nobody_change_nothing(clinic: Clinic) -> None:
    record(clinic.one, cash("p1"))
    first = clinic.one.outbox_batch(200, 1 << 20)
    assert first is not None
    early = clinic.hub.push(TENANT, first)
    record(clinic.one, cash("p2"))
    both = clinic.one.outbox_batch(200, 1 << 20)
    assert both is not None
    late = clinic.hub.push(TENANT, both)
    clinic.one.acknowledge(late)
    clinic.one.acknowledge(early)
    stranger = replace(early.results[0], op_id="nobody")
    clinic.one.acknowledge(PushAnswer(early.server_epoch, early.head, (stranger,), early.server_time))
    assert ask(clinic.one, "SELECT verdict, count(*) FROM outbox WHERE dseq > 3 GROUP BY 1") == [("accepted", 2)]
    clinic.settle()


def test_offline_for_a_day_and_back(clinic: Clinic) -> None:
    """The insurer lowers the charge meanwhile; the desk's own day is replayed on top of that."""
    with clinic.two.write() as tx:
        take_copay(tx)
    record(clinic.two, patient(given="Anna"), cash("p9", cents=500))
    record(clinic.one, charge(cents=1000), patient(phone="(303) 555-0199"))
    push(clinic.one, clinic.hub)
    pull(clinic.two, clinic.hub)
    assert balances(clinic.two)["AR:charge-1"] == (2500, 2500)  # nothing is owed, 15.00 more is credit
    assert ask(clinic.two, "SELECT given, phone, seq FROM patient") == [("Anna", "(303) 555-0142", 0)]
    assert clinic.two.verify(deep=True) == []
    clinic.settle()
    assert ask(clinic.one, "SELECT given, phone FROM patient") == [("Anna", "(303) 555-0142")]  # the last word counts
    assert ask(clinic.one, "SELECT responsibility_cents, posted_cents FROM charge") == [(1000, 1000)]


def test_what_the_hub_sets_aside_leaves_no_trace_in_the_state(clinic: Clinic) -> None:
    """A revoked desk's operations are in quarantine: its own screen goes back to what is confirmed."""
    before = state(clinic.one)
    record(clinic.two, patient(given="Mallory"), cash("p1"), patient(2))
    revoke(clinic.hub, clinic.two.identity.device_id)  # type: ignore[union-attr]
    push(clinic.two, clinic.hub)
    assert {row[0] for row in ask(clinic.two, "SELECT verdict FROM outbox")} == {"quarantined"}
    assert {row[0] for row in ask(clinic.two, "SELECT reason FROM outbox")} == {"device_revoked"}
    clinic.settle()
    assert state(clinic.one) == before
    assert ask(clinic.two, "SELECT count(*) FROM patient_index") == [(1,)]


@pytest.mark.parametrize("again", [False, True], ids=["first answer", "answer of a second try"])
def test_i18_what_an_answer_refuses_shows_no_longer_though_no_page_ever_comes(clinic: Clinic, again: bool) -> None:
    """A revoked desk may not fetch: what stands on its screen must not wait for a page."""
    before = balances(clinic.one), ask(clinic.one, "SELECT given FROM patient")
    told: list[Change] = []
    record(clinic.two, patient(given="Mallory"), cash("p1"))
    clinic.two.subscribe(told.append)
    revoke(clinic.hub, clinic.two.identity.device_id)  # type: ignore[union-attr]
    batch = clinic.two.outbox_batch(200, 1 << 20)
    assert batch is not None
    if again:
        clinic.hub.push(TENANT, batch)
    clinic.two.acknowledge(clinic.hub.push(TENANT, batch))
    assert clinic.two.verify(deep=True) == []
    assert (balances(clinic.two), ask(clinic.two, "SELECT given FROM patient")) == before
    assert told[-1].topics >= {"outbox", "account", "transfer", "patient", "payment"}


def test_i18_one_refused_among_others_leaves_the_others_pending(clinic: Clinic) -> None:
    """Two spend one credit without a line: who comes later is refused, what else they did still waits for its page."""
    record(clinic.one, cash("p1", cents=2000))
    sync(clinic.hub, clinic.one, clinic.two)
    record(clinic.one, replace(spend("p1", 1, 2000), if_short="reject"))
    push(clinic.one, clinic.hub)
    record(clinic.two, replace(spend("p1", 1, 2000), if_short="reject"), cash("p2", cents=700))
    push(clinic.two, clinic.hub)
    assert [row[0] for row in ask(clinic.two, "SELECT verdict FROM outbox ORDER BY dseq")] == ["rejected", "accepted"]
    assert clinic.two.verify(deep=True) == []
    assert ask(clinic.two, "SELECT count(*) FROM payment WHERE payment_id = 'p2' AND seq = 0") == [(1,)]
    clinic.settle()


def test_records_the_hub_sets_aside_go_back_to_what_they_were(clinic: Clinic) -> None:
    """No money moves, so nothing but the verdict tells; name and search index are the confirmed ones again."""
    before = state(clinic.one)
    record(clinic.two, patient(given="Mallory"))
    revoke(clinic.hub, clinic.two.identity.device_id)  # type: ignore[union-attr]
    push(clinic.two, clinic.hub)
    clinic.settle()
    assert state(clinic.two) == before
    for word, hits in (("mallory", 0), ("ann", 1)):
        assert ask(clinic.two, "SELECT count(*) FROM patient_search WHERE patient_search MATCH ?", word) == [(hits,)]


def test_a_hub_that_posts_otherwise_is_followed_to_the_letter(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    """A newer hub may know a rule this desk does not: its transfers count, not what was expected here."""
    from models.ledger import accounts, posting

    record(clinic.two, cash("p1"))
    with monkeypatch.context() as newer:
        newer.setattr(posting, "tender_account", lambda *_, **__: accounts.external())
        push(clinic.two, clinic.hub)
    clinic.settle()
    assert balances(clinic.two)["EXT"] == (2500, 0)
    assert "CASH:drawer-1" not in balances(clinic.two)


def test_a_verdict_never_changes(clinic: Clinic) -> None:
    record(clinic.one, cash("p1"))
    batch = clinic.one.outbox_batch(200, 1 << 20)
    assert batch is not None
    answer = clinic.hub.push(TENANT, batch)
    clinic.one.acknowledge(answer)
    other = replace(answer, results=(replace(answer.results[0], verdict="rejected", reason="x", seq=99),))
    clinic.one.acknowledge(other)
    assert ask(clinic.one, "SELECT verdict, reason FROM outbox WHERE dseq = 4") == [("accepted", "")]
    clinic.settle()


def test_an_import_does_not_slow_down_with_what_waits(clinic: Clinic) -> None:
    """Own operations come back page by page while others wait behind them: nothing of the rest is touched."""
    for number in range(2, 30):
        record(clinic.one, patient(number), appointment(number), charge(number))
    record(clinic.one, patient(2, given="Anna"), charge(2, cents=900), cash("p3", 3), spend("p3", 3, 2500))
    push(clinic.one, clinic.hub)
    for _ in range(200):
        page = clinic.page(clinic.one, limit=7)
        clinic.one.apply_page(page)
        assert clinic.one.verify(deep=True) == []
        if not page.has_more:
            break
    clinic.settle()
    assert ask(clinic.two, "SELECT given FROM patient WHERE id = 'patient-2'") == [("Anna",)]


def _altered(entry: LogEntry) -> LogEntry:
    return replace(entry, op=entry.op | {"body": entry.op["body"] | {"amount_cents": 1}})


REFUSALS = {
    "another hub": (lambda page: replace(page, server_epoch="other"), "sync.history_diverged"),
    "another past": (lambda page: replace(page, prev_hash="0" * 64), "sync.history_diverged"),
    "entries missing": (lambda page: replace(page, from_seq=page.from_seq + 1), "sync.page_gap"),
    "an entry left out": (lambda page: replace(page, entries=page.entries[1:]), "sync.page_damaged"),
    "an entry altered": (
        lambda page: replace(page, entries=(replace(page.entries[0], verdict="rejected"), *page.entries[1:])),
        "sync.page_damaged",
    ),
    "an operation altered": (
        lambda page: replace(page, entries=(_altered(page.entries[0]), *page.entries[1:])),
        "sync.page_damaged",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSALS)
def test_pages_that_do_not_fit_are_refused_whole(name: str, clinic: Clinic) -> None:
    spoil, key = REFUSALS[name]
    record(clinic.one, cash("p1"), cash("p2"))
    push(clinic.one, clinic.hub)
    page, before = clinic.page(clinic.two), state(clinic.two)
    with pytest.raises(SyncRefused, match=key):
        clinic.two.apply_page(spoil(page))
    assert state(clinic.two) == before
    clinic.settle()


def test_a_full_disk_while_reading_the_log_leaves_the_cursor(clinic: Clinic) -> None:
    from models.basics.errors import StorageError

    for number in range(2, 40):
        record(clinic.one, patient(number), appointment(number), charge(number))
    push(clinic.one, clinic.hub)
    with clinic.two.write() as tx:
        tx.session.rows(f"PRAGMA max_page_count = {tx.session.one('PRAGMA page_count')[0]}")
    page, before, cursor = clinic.page(clinic.two), state(clinic.two), clinic.two.cursor()
    with pytest.raises(StorageError, match=r"store\.disk_full"):
        clinic.two.apply_page(page)
    assert (state(clinic.two), clinic.two.cursor()) == (before, cursor)
    with clinic.two.write() as tx:
        tx.session.rows("PRAGMA max_page_count = 100000")
    clinic.settle()


# Snapshots --------------------------------------------------------------------------------------------------------


def test_a_snapshot_leaves_no_patient_readable_on_the_disk(clinic: Clinic) -> None:
    """A process may die while one lies there."""
    record(clinic.one, patient(given="Mallory"))
    clinic.settle()
    with clinic.hub.snapshot(TENANT) as snapshot:
        plain = b"".join(gzip.decompress(content) for _, content in snapshot.chunks)
        lying = [path.read_bytes() for path in snapshot.folder.iterdir()]
    assert b"Mallory" in plain
    assert not any(content.startswith(b"\x1f\x8b") or b"Mallory" in content for content in lying)


def test_a_new_desk_begins_with_a_snapshot_and_equals_the_others(clinic: Clinic, tmp_path: Path) -> None:
    with clinic.one.write() as tx:
        take_copay(tx, tendered=4000)
    record(clinic.one, cash("p2"), take_back("p2"))
    clinic.settle()
    third = stores.joined_desk(clinic.hub, tmp_path, "three")
    snapshot = clinic.hub.snapshot(TENANT)
    third.load_snapshot(snapshot.manifest, snapshot.chunks)
    assert state(third) == state(clinic.one)
    assert third.verify(deep=True) == []
    assert ask(third, "SELECT count(*) FROM patient_search WHERE patient_search MATCH 'quillfeather'") == [(1,)]
    record(clinic.two, cash("p3"))
    with third.write() as tx:
        take_copay(tx, cents=100)
    push(third, clinic.hub)
    clinic.settle()
    pull(third, clinic.hub)
    assert state(third) == state(clinic.one)
    assert third.verify(deep=True) == []
    third.close()


def test_what_a_desk_has_not_sent_survives_its_snapshot(clinic: Clinic) -> None:
    record(clinic.one, cash("p1"))
    record(clinic.two, cash("p2"), patient(given="Anna"))
    with clinic.two.write() as tx:
        tx.set_meta("theme", "dark")
        number = tx.next_receipt_no()
    push(clinic.one, clinic.hub)
    snapshot = clinic.hub.snapshot(TENANT)
    heard: list[Change] = []
    clinic.two.subscribe(heard.append)
    with clinic.two.reader() as held:  # a reader that is busy is waited for by nobody but the swap
        held.execute("SELECT 1").fetchall()
    clinic.two.load_snapshot(snapshot.manifest, snapshot.chunks)
    assert heard[-1].everything
    assert clinic.two.pending_count() == 2
    assert ask(clinic.two, "SELECT payment_id, seq > 0 FROM payment ORDER BY 1") == [("p1", 1), ("p2", 0)]
    assert ask(clinic.two, "SELECT given, seq FROM patient") == [("Anna", 0)]
    assert clinic.two.meta("theme") == "dark"
    with clinic.two.write() as tx:
        assert tx.next_receipt_no() > number
    clinic.settle()


def test_a_push_whose_answer_was_lost_before_the_snapshot_counts_once(clinic: Clinic) -> None:
    record(clinic.two, cash("p1"))
    batch = clinic.two.outbox_batch(200, 1 << 20)
    assert batch is not None
    clinic.hub.push(TENANT, batch)
    snapshot = clinic.hub.snapshot(TENANT)
    clinic.two.load_snapshot(snapshot.manifest, snapshot.chunks)
    assert clinic.two.verify(deep=True) == []
    assert ask(clinic.two, "SELECT id FROM account WHERE code = 'SUSP'") == []
    clinic.settle()


SPOILED = {
    "a chunk altered": lambda chunks: [(chunks[0][0], chunks[0][1][:-1] + b"x"), *chunks[1:]],
    "a chunk missing": lambda chunks: chunks[:-1],
    "a chunk too many": lambda chunks: [*chunks, ("99999-patient", chunks[0][1])],
    "cut off": lambda chunks: [(chunks[0][0], chunks[0][1][:20])],
}


@pytest.mark.parametrize("name", SPOILED)
def test_a_damaged_snapshot_is_refused_whole(name: str, clinic: Clinic, tmp_path: Path) -> None:
    snapshot = clinic.hub.snapshot(TENANT)
    before, files = state(clinic.two), sorted(p.name for p in tmp_path.iterdir())
    with pytest.raises(SyncRefused, match=r"sync\.snapshot_damaged"):
        clinic.two.load_snapshot(snapshot.manifest, iter(SPOILED[name](list(snapshot.chunks))))
    assert state(clinic.two) == before
    assert sorted(p.name for p in tmp_path.iterdir()) == files
    clinic.settle()


def test_a_snapshot_of_another_practice_is_refused(clinic: Clinic) -> None:
    snapshot = clinic.hub.snapshot(TENANT)
    with pytest.raises(SyncRefused, match=r"sync\.snapshot_damaged"):
        clinic.two.load_snapshot({**snapshot.manifest, "tenant": "elsewhere"}, snapshot.chunks)


def test_money_that_does_not_add_up_is_not_loaded(clinic: Clinic) -> None:
    """A hub whose ledger was tampered with below its own guards gives no desk a beginning."""
    from models.store.session import Session

    record(clinic.one, cash("p1"))
    sync(clinic.hub, clinic.one)
    with clinic.hub._engine.begin() as connection:
        Session(connection).run("UPDATE account SET credits = credits + 100 WHERE id = 'CR:p1'")
    assert {failure.invariant for failure in clinic.hub.verify(TENANT)} >= {"I1", "I2"}
    snapshot = clinic.hub.snapshot(TENANT)
    with pytest.raises(SyncRefused, match=r"sync\.snapshot_damaged"):
        clinic.two.load_snapshot(snapshot.manifest, snapshot.chunks)


def test_a_cursor_of_another_past_is_told(clinic: Clinic) -> None:
    with pytest.raises(SyncRefused, match=r"sync\.history_diverged"):
        clinic.hub.pull(TENANT, Cursor(clinic.two.cursor().server_epoch, 2, "0" * 64))


def test_a_hold_that_ends_on_a_page_before_its_use_is_used_once(clinic: Clinic) -> None:
    record(clinic.one, patient(), charge(cents=20), cash("p1", cents=20))
    sync(clinic.hub, clinic.one, clinic.two)
    record(clinic.one, HoldAsk(ask_id="a1", patient_id="patient-1", amount_cents=2))
    sync(clinic.hub, clinic.one)
    record(clinic.one, spend("p1", 1, 1))
    push(clinic.one, clinic.hub)
    pull(clinic.one, clinic.hub, 1)
    assert ask(clinic.one, "SELECT granted_cents, used_cents, seq > 0 FROM hold") == [(2, 1, 1)]
    clinic.settle()


def test_what_the_hub_adds_to_an_own_operation_counts_though_both_come_at_once(clinic: Clinic) -> None:
    """A message and the news that it went, on one page: the desk derived no such news when it asked for the message."""
    paper = MessagePaper(kind="receipt", source_id="p-1", number="01-1-A-0001", day=TODAY, amount_cents=2500)
    asked = MessageSend(message_id="m-1", patient_id="patient-1", channel="text", address="+15550104417",
                        template="receipt", papers=(paper,))  # fmt: skip
    record(clinic.one, asked)
    push(clinic.one, clinic.hub)
    (waiting,) = clinic.hub.messages.gather(TENANT)
    assert clinic.hub.messages.claim(waiting, "worker", 60)
    assert clinic.hub.messages.sent(waiting, "worker", TODAY, "SM1")
    assert [entry.op["kind"] for entry in clinic.page(clinic.one).entries] == ["message.send", "message.sent"]
    clinic.settle()
    assert ask(clinic.one, "SELECT state FROM message") == [("sent",)]


def test_i9_nothing_is_left_to_take_back_of_what_was_corrected_away(clinic: Clinic) -> None:
    """Whoever the reversal names: a payment that was entered too high by all of it moves no money any more."""
    record(clinic.one, patient(2))
    with clinic.one.write() as tx:
        payment_id = take_copay(tx)
    wrong = Correct(correction_id="k-1", payment_id=payment_id, patient_id="patient-1", amount_cents=2500,
                    reason="keyed_wrong", number="K-1", receipt_no="R-k-1")  # fmt: skip
    gone = Reverse(payment_id=payment_id, patient_id="patient-2", reason="keyed_wrong", reversal_id="r-1",
                   receipt_no="R-r-1", drawer="drawer-1")  # fmt: skip
    record(clinic.one, wrong, gone)
    clinic.settle()
