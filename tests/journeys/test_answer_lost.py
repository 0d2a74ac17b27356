"""The bank said yes and nobody heard: found out later, posted once, never charged twice (domain row N52)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.views import CollectEnd, TenderKind
from models.basics.errors import RuleBroken
from tests.support.clinic import MARIA, TestClinic
from tests.support.counter import Counter, counter, rosa_with_copay_and_balance
from tests.support.simulators import PaxProcess, pax_running
from tests.support.waiting import until


@pytest.fixture
def terminal() -> Iterator[PaxProcess]:
    with pax_running() as running:
        yield running


def lose_the_answer(desk: Counter, terminal: PaxProcess) -> str:
    """A card is approved while the cable is pulled; the attempt's id."""
    terminal.next("unplug:answer")
    found = desk.collect(desk.request(desk.sheet(), TenderKind.CARD))
    assert found.end is CollectEnd.UNKNOWN
    assert desk.payments() == []
    [item] = desk.desk.attention.items()
    assert (item.kind, item.amount_cents) == ("unknown_payment", 7500)
    assert item.patient is not None
    return item.item_id


def test_recovered_from_the_screen(tmp_path: Path, terminal: PaxProcess) -> None:
    with counter(tmp_path, rosa_with_copay_and_balance, terminal=terminal.url) as desk:
        attempt_id = lose_the_answer(desk, terminal)
        assert desk.desk.schedule.day().rows[0].due_state == "confirming"
        lane = desk.desk.lanes["terminal"]
        still = lane.call(lambda job: desk.desk.recovery.check(attempt_id, job), 60)
        assert still.end is CollectEnd.UNKNOWN
        terminal.replug()
        found = lane.call(lambda job: desk.desk.recovery.check(attempt_id, job), 60)
        assert (found.end, found.amount_cents, found.tender) == (CollectEnd.TAKEN, 7500, TenderKind.CARD)
        again = lane.call(lambda job: desk.desk.recovery.check(attempt_id, job), 60)
        assert again.payment_id == found.payment_id
        assert desk.payments() == [("card", 7500, "")]
        assert terminal.captured_cents() == 7500
        assert terminal.requests("T00") == 1
        assert desk.desk.attention.items() == ()
        assert desk.sheet().owed_in_all_cents == 0
        desk.holds()


def test_recovered_at_the_next_start_before_cards(tmp_path: Path, terminal: PaxProcess) -> None:
    with counter(tmp_path, rosa_with_copay_and_balance, terminal=terminal.url) as desk:
        lose_the_answer(desk, terminal)
        folders = desk.folders
    terminal.replug()
    again = Counter(folders)
    try:
        until(lambda: again.desk.recovery.asked)
        assert again.payments() == [("card", 7500, "")]
        assert again.desk.attention.items() == ()
        assert terminal.captured_cents() == 7500
        again.holds()
    finally:
        again.close()


def test_a_person_decides_only_after_two_questions(tmp_path: Path, terminal: PaxProcess) -> None:
    with counter(tmp_path, rosa_with_copay_and_balance, terminal=terminal.url) as desk:
        attempt_id = lose_the_answer(desk, terminal)
        recovery, lane = desk.desk.recovery, desk.desk.lanes["terminal"]
        with pytest.raises(RuleBroken) as refused:
            recovery.resolve_by_person(attempt_id, MARIA, charged=True, reason="")
        assert refused.value.message_key == "attempt.reason_missing"
        with pytest.raises(RuleBroken) as refused:
            recovery.resolve_by_person(attempt_id, MARIA, charged=True, reason="on the reader's list")
        assert refused.value.message_key == "attempt.ask_first"
        for _ in range(2):
            lane.call(lambda job: recovery.check(attempt_id, job), 60)
        found = recovery.resolve_by_person(attempt_id, MARIA, charged=True, reason="on the reader's list")
        assert (found.end, found.amount_cents) == (CollectEnd.TAKEN, 7500)
        assert desk.rows("SELECT outcome, resolved_by, resolved_reason FROM terminal_attempt") == [
            ("approved", "maria", "on the reader's list")
        ]
        with pytest.raises(RuleBroken) as refused:
            recovery.resolve_by_person(attempt_id, MARIA, charged=False, reason="changed my mind")
        assert refused.value.message_key == "attempt.settled"
        with pytest.raises(RuleBroken) as refused:
            recovery.resolve_by_person("nobody", MARIA, charged=False, reason="x")
        assert refused.value.message_key == "attempt.not_found"
        desk.holds()


def test_what_never_happened_is_closed_and_may_be_charged_again(tmp_path: Path, terminal: PaxProcess) -> None:
    with counter(tmp_path, rosa_with_copay_and_balance, terminal=terminal.url) as desk:
        terminal.next("unplug:power")
        found = desk.collect(desk.request(desk.sheet(), TenderKind.CARD))
        assert found.end is CollectEnd.UNKNOWN
        terminal.replug()
        attempt_id = str(found.facts["attempt_id"])
        lane = desk.desk.lanes["terminal"]
        settled = lane.call(lambda job: desk.desk.recovery.check(attempt_id, job), 60)
        assert settled.end is CollectEnd.NOT_SENT
        assert terminal.captured_cents() == 0
        assert not desk.sheet().frozen_by_unknown
        assert desk.collect(desk.request(desk.sheet(), TenderKind.CARD)).end is CollectEnd.TAKEN
        assert terminal.captured_cents() == 7500


def two_who_owe_the_same(clinic: TestClinic) -> None:
    rosa_with_copay_and_balance(clinic)
    clinic.patient("henry", "Henry")
    clinic.visit("later", "henry", minutes=19, copay_cents=7500)


def test_a_duplicate_answer_settles_the_payment_nobody_heard_of(tmp_path: Path, terminal: PaxProcess) -> None:
    """The same card for a brother's equal copay: the reader says it was charged before. That was the lost payment: it
    is asked about and posted; the brother's is not charged without a yes."""
    with counter(tmp_path, two_who_owe_the_same, terminal=terminal.url) as desk:
        lose_the_answer(desk, terminal)
        terminal.replug()
        terminal.tell("again")
        found = desk.collect(desk.request(desk.sheet("henry", "later"), TenderKind.CARD))
        assert (found.end, found.requested_cents) == (CollectEnd.DUPLICATE, 7500)
        assert desk.payments() == [("card", 7500, "")]
        assert desk.rows("SELECT patient_id FROM payment") == [("rosa",)]
        assert terminal.captured_cents() == 7500
        assert desk.desk.attention.items() == ()
        desk.holds()


def test_a_full_disk_after_approval_loses_nothing(tmp_path: Path, terminal: PaxProcess) -> None:
    """The approval cannot be written down: nothing is posted, the attempt stays open and is recovered when there is
    room. The disk is full for real as far as the store can tell: its page limit is reached."""
    with counter(tmp_path, rosa_with_copay_and_balance, terminal=terminal.url) as desk:
        request = desk.request(desk.sheet(), TenderKind.CARD)
        attempts = desk.desk.checkout._parts.attempts
        settle = attempts.settle

        def full(*what: object, **more: object) -> object:
            pages = limit_pages(desk, "now")
            try:
                return settle(*what, **more)  # type: ignore[arg-type]
            finally:
                limit_pages(desk, pages)

        attempts.settle = full  # type: ignore[method-assign, assignment]
        found = desk.collect(request)
        attempts.settle = settle  # type: ignore[method-assign]
        assert found.end is CollectEnd.UNKNOWN
        assert found.facts["reason"] == "card.approved_not_saved"
        assert desk.payments() == []
        assert desk.rows("SELECT state FROM terminal_attempt") == [("unknown",)]
        assert [item.kind for item in desk.desk.attention.items()] == ["unknown_payment"]
        settled = desk.desk.lanes["terminal"].call(
            lambda job: desk.desk.recovery.check(request.sheet.attempt_id, job), 60
        )  # fmt: skip
        assert (settled.end, settled.amount_cents) == (CollectEnd.TAKEN, 7500)
        assert desk.payments() == [("card", 7500, "")]
        assert terminal.captured_cents() == 7500
        desk.holds()


def limit_pages(desk: Counter, pages: int | str) -> int:
    """Let the writer's database grow to so many pages at most (`now`: not one more); what it was before."""
    store = desk.desk.store
    with store._locked() as connection:
        driver = connection.connection.dbapi_connection
        before = int(driver.execute("PRAGMA max_page_count").fetchone()[0])
        wanted = int(driver.execute("PRAGMA page_count").fetchone()[0]) if pages == "now" else pages
        driver.execute(f"PRAGMA max_page_count = {wanted}")
    return before
