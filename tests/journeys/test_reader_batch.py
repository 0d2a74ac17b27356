"""The reader's batch at the desk: sent to the bank only when nothing is in doubt; and what an answer about an earlier
charge settles."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.views import CollectEnd, TenderKind
from devices.base import BatchOutcome
from models.basics.errors import RuleBroken
from models.rules.rights import rights_of
from tests.support.clinic import MARIA
from tests.support.counter import Counter, counter, rosa_with_copay_and_balance
from tests.support.simulators import PaxProcess, pax_running


@pytest.fixture
def terminal() -> Iterator[PaxProcess]:
    with pax_running() as running:
        yield running


def on_the_lane(desk: Counter, what: str, *arguments: object) -> object:
    batch = desk.desk.reader_batch
    return desk.desk.lanes["terminal"].call(lambda job: getattr(batch, what)(*arguments, job), 60)


def test_rule_9_no_batch_is_sent_while_a_payment_is_in_doubt(tmp_path: Path, terminal: PaxProcess) -> None:
    """Device rule 9: refused, with the payment it waits for; once that is settled it goes."""
    with counter(tmp_path, rosa_with_copay_and_balance, terminal=terminal.url) as desk:
        terminal.next("unplug:answer")
        assert desk.collect(desk.request(desk.sheet(), TenderKind.CARD)).end is CollectEnd.UNKNOWN
        terminal.replug()
        [item] = desk.desk.attention.items()
        with pytest.raises(RuleBroken) as refused:
            on_the_lane(desk, "close", MARIA)
        assert refused.value.message_key == "batch.in_doubt"
        assert refused.value.facts == {"count": 1, "attempt_id": item.item_id, "cents": 7500}
        assert terminal.requests("B00") == 0
        desk.desk.lanes["terminal"].call(lambda job: desk.desk.recovery.check(item.item_id, job), 60)
        assert on_the_lane(desk, "totals").cents == 7500  # type: ignore[attr-defined]
        sent = on_the_lane(desk, "close", MARIA)
        assert (sent.outcome, sent.totals.cents) == (BatchOutcome.CLOSED, 7500)  # type: ignore[attr-defined]
        desk.holds()


def test_who_may_not_close_sends_nothing(tmp_path: Path, terminal: PaxProcess) -> None:
    from dataclasses import replace

    with counter(tmp_path, rosa_with_copay_and_balance, terminal=terminal.url) as desk:
        nobody = replace(MARIA, rights=rights_of("nobody"))
        with pytest.raises(RuleBroken) as refused:
            on_the_lane(desk, "close", nobody)
        assert refused.value.message_key == "staff.right_missing"
        assert terminal.requests("B00") == 0


def test_a_desk_without_a_reader_has_no_batch(tmp_path: Path) -> None:
    with counter(tmp_path, rosa_with_copay_and_balance) as desk:
        assert not desk.desk.reader_batch.can()


def test_a_charge_told_as_earlier_settles_the_payment_it_is(tmp_path: Path, terminal: PaxProcess) -> None:
    """Nobody heard the approval, and the reader cannot find it when asked: the answer "this card was charged before"
    names the payment by our own reference, and that settles it."""

    def two_who_owe_the_same(clinic: object) -> None:
        rosa_with_copay_and_balance(clinic)  # type: ignore[arg-type]
        clinic.patient("henry", "Henry")  # type: ignore[attr-defined]
        clinic.visit("later", "henry", minutes=19, copay_cents=7500)  # type: ignore[attr-defined]

    with counter(tmp_path, two_who_owe_the_same, terminal=terminal.url) as desk:
        terminal.next("unplug:answer")
        assert desk.collect(desk.request(desk.sheet(), TenderKind.CARD)).end is CollectEnd.UNKNOWN
        terminal.replug()
        before = terminal.requests("R02")
        terminal.tell("again")
        henry = desk.request(desk.sheet("henry", "later"), TenderKind.CARD)
        assert desk.collect(henry, 60).end is CollectEnd.DUPLICATE
        assert terminal.requests("R02") == before, "it was not asked: it had been told"
        assert desk.payments() == [("card", 7500, "")]
        assert desk.rows("SELECT patient_id FROM payment") == [("rosa",)]
        assert terminal.captured_cents() == 7500
        assert desk.desk.attention.items() == ()
        desk.holds()
