"""Refunds where there is a hub: its word is awaited, two desks cannot give the same money back, and without the line
only what cannot go wrong twice goes out. A hub in a process of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.accounts import Accounts
from app.attempts import Attempts
from app.card_reader import CardReader
from app.clinic import Clinic
from app.collected import Telling
from app.lanes import Job
from app.payment_detail import PaymentDetails
from app.posting import Posting
from app.recovery import Recovery
from app.refund_views import RefundEnd, RefundOrder
from app.refunds import Refunds
from app.settings import Settings
from app.till import Till
from app.verdicts import Verdicts
from models.basics.clock import SystemClock
from models.basics.errors import RuleBroken
from models.basics.ids import new_id
from models.operations import bodies
from models.operations.records import Rules
from models.rules.payment_status import Status
from tests.support.clinic import MARIA, PRIYA
from tests.support.desks import PERSON, ClinicDesk, EmbeddedHub, in_step
from tests.support.hub import KEY
from tests.support.waiting import until


class Away:
    """A line that is down."""

    def __init__(self, desk: ClinicDesk) -> None:
        self._desk = desk

    def state(self) -> Any:
        return replace(self._desk.engine.state(), online=False)

    def nudge(self) -> None:
        """Nobody hears it."""


class Late:
    """A line that comes back when something is to be sent: the hub is asked before its news are here."""

    def __init__(self, desk: ClinicDesk) -> None:
        self._desk = desk

    def state(self) -> Any:
        return replace(self._desk.engine.state(), online=True)

    def nudge(self) -> None:
        """Now."""
        self._desk.connect()


def refunds(desk: ClinicDesk, line: Any = None, patience_s: float = 10.0) -> Refunds:
    """The story over a desk that has a hub."""
    clinic = Clinic(desk.store, SystemClock())
    settings = Settings(None)
    posting = Posting(clinic, settings)
    till = Till(clinic, settings, posting, Telling(clinic, settings, posting), lambda: None)
    attempts, reader = Attempts(till), CardReader(settings)
    recovery = Recovery(till, attempts, reader, lambda _step: None)
    return Refunds(till, attempts, reader, recovery, Verdicts(clinic, line or desk.engine, patience_s),
                   lambda _step: None)  # fmt: skip


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[EmbeddedHub]:
    made = EmbeddedHub(tmp_path / "hub", KEY)
    yield made
    made.close()


@pytest.fixture
def desks(hub: EmbeddedHub, tmp_path: Path) -> Iterator[tuple[ClinicDesk, ClinicDesk]]:
    pair = (ClinicDesk(tmp_path / "a", hub.line("Front desk"), "Front desk"),
            ClinicDesk(tmp_path / "b", hub.line("Desk 2"), "Desk 2"))  # fmt: skip
    yield pair
    for desk in pair:
        desk.close()
    assert hub.failures() == []


def paid(desk: ClinicDesk, cents: int, tender: str = "cash") -> str:
    """Money of a new patient, with the practice's limit for cash given back without the line."""
    patient_id, payment_id = desk.patient(100)[0], new_id()
    today = Clinic(desk.store, SystemClock()).today().isoformat()
    with desk.store.write() as tx:
        tx.record(Rules(offline_refund_cents=2000), person_id=PERSON, business_date=today)
        tx.record(bodies.Collect(payment_id=payment_id, patient_id=patient_id, tender=tender, amount_cents=cents,
                                 number=tx.next_payment_number(), receipt_no=tx.next_receipt_no(),
                                 drawer=tx.device if tender == "cash" else "", check_no="7"),
                  person_id=PERSON, business_date=today)  # fmt: skip
    return payment_id


def rows(desk: ClinicDesk, sql: str) -> list[Any]:
    with desk.store.reader() as reader:
        return list(reader.execute(sql).fetchall())


def give(story: Refunds, payment_id: str, cents: int, **more: Any) -> Any:
    return story.refund(RefundOrder(story.open(payment_id), cents, "patient_request", **more), PRIYA, Job())


class Deaf:
    """A line that seems up, and sends nothing."""

    def __init__(self, desk: ClinicDesk) -> None:
        self._desk = desk

    def state(self) -> Any:
        return replace(self._desk.engine.state(), online=True)

    def nudge(self) -> None:
        """Nobody hears it."""


@contextmanager
def refused(key: str) -> Iterator[Any]:
    with pytest.raises(RuleBroken) as told:
        yield told
    assert told.value.message_key == key


def test_the_hub_says_yes_before_the_drawer_opens(desks: tuple[ClinicDesk, ClinicDesk]) -> None:
    front, second = desks
    payment_id = paid(front, 5000)
    until(lambda: in_step(front, second))
    story = refunds(front)
    assert story.lane_for("cash") == "net", "nobody else waits while the hub is asked"
    told = give(story, payment_id, 3000)
    assert told.end is RefundEnd.PAID
    [(verdict,)] = rows(front, "SELECT verdict FROM outbox WHERE json_extract(op, '$.kind') = 'refund.request'")
    assert verdict == "accepted"
    until(lambda: in_step(front, second))
    assert rows(second, "SELECT state, amount_cents FROM refund") == [("paid", 3000)]
    assert second.balances() == front.balances()


def test_two_desks_give_the_same_money_back_once(desks: tuple[ClinicDesk, ClinicDesk]) -> None:
    front, second = desks
    payment_id = paid(front, 5000)
    until(lambda: in_step(front, second))
    first, other = refunds(front), refunds(second, Late(second))
    mine = RefundOrder(first.open(payment_id), 4000, "patient_request")
    theirs = RefundOrder(other.open(payment_id), 4000, "patient_request")
    second.disconnect()  # the second desk has not heard of it when it asks
    assert first.refund(mine, PRIYA, Job()).end is RefundEnd.PAID
    until(front.settled)

    with refused("refused.more_than_paid_now"):
        other.refund(theirs, PRIYA, Job())
    until(lambda: in_step(front, second))
    for desk in desks:
        assert rows(desk, "SELECT sum(amount_cents) FROM refund WHERE state IN ('requested', 'paid')") == [(4000,)]
        assert rows(desk, "SELECT count(*) FROM account WHERE code IN ('OVR', 'SUSP')") == [(0,)]


def test_s2_14_two_desks_at_the_same_moment_cannot_exceed_the_payment(desks: tuple[ClinicDesk, ClinicDesk]) -> None:
    """Both are looking at all of it and press at once: one of them gives it back, and both pages say the same."""
    payment_id = paid(desks[0], 5000)
    until(lambda: in_step(*desks))
    both = [refunds(desk, patience_s=60.0) for desk in desks]
    orders = [RefundOrder(story.open(payment_id), 4000, "billing_error") for story in both]
    start, ends = threading.Barrier(2), list[str]()

    def press(at: int) -> None:
        start.wait(60)
        try:
            ends.append(both[at].refund(orders[at], PRIYA, Job()).end.value)
        except RuleBroken as error:
            ends.append(error.message_key)

    hands = [threading.Thread(target=press, args=(at,)) for at in range(2)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join(120)
    assert ends.count("paid") == 1, ends
    assert {end for end in ends if end != "paid"} <= {"refused.more_than_paid_now", "account.changed"}
    until(lambda: in_step(*desks))
    for desk in desks:
        clinic = Clinic(desk.store, SystemClock())
        page = PaymentDetails(clinic, Accounts(clinic, Settings(None))).open(payment_id)
        assert (page.status, page.refunded_cents, page.refundable_cents) == (Status.PARTIALLY_REFUNDED, 4000, 1000)
        assert [line.act for line in page.history].count("act.refunded") == 1


def test_without_an_answer_the_money_is_set_aside_and_handed_out_later(
    desks: tuple[ClinicDesk, ClinicDesk]
) -> None:  # fmt: skip
    front, second = desks
    payment_id = paid(front, 5000)
    until(lambda: in_step(front, second))
    front.disconnect()
    story = refunds(front, Deaf(front), patience_s=0.05)
    told = give(story, payment_id, 3000)
    assert (told.end, told.reason) == (RefundEnd.WAITING, "refund.waiting")
    assert rows(front, "SELECT state FROM refund") == [("requested",)]
    assert rows(front, "SELECT count(*) FROM print_job WHERE kind = 'drawer'") == [(0,)]
    with refused("refund.not_granted"):
        story.finish(told.refund_id, MARIA, Job())
    front.connect()
    until(lambda: in_step(front, second))
    assert refunds(front).finish(told.refund_id, MARIA, Job()).end is RefundEnd.PAID
    until(lambda: in_step(front, second))
    assert rows(second, "SELECT state, amount_cents FROM refund") == [("paid", 3000)]


def test_a_check_that_waited_for_the_hub_keeps_its_number(desks: tuple[ClinicDesk, ClinicDesk]) -> None:
    front, second = desks
    payment_id = paid(front, 5000, "check")
    until(lambda: in_step(front, second))
    front.disconnect()
    told = give(refunds(front, Deaf(front), patience_s=0.05), payment_id, 3000, check_no="1187")
    assert told.end is RefundEnd.WAITING
    front.connect()
    until(lambda: in_step(front, second))
    finished = refunds(front).finish(told.refund_id, MARIA, Job())
    assert finished.end is RefundEnd.PAID
    assert finished.receipt is not None
    assert [tender.check_no for tender in finished.receipt.tenders] == ["1187"]
    until(lambda: in_step(front, second))
    assert rows(second, "SELECT state, check_no FROM refund") == [("paid", "1187")]


def test_without_the_line_only_small_cash_of_this_desk_goes_out(desks: tuple[ClinicDesk, ClinicDesk]) -> None:
    front, second = desks
    mine, check, theirs = paid(front, 5000), paid(front, 5000, "check"), paid(second, 5000)
    until(lambda: in_step(front, second))
    story = refunds(front, Away(front))
    with refused("refund.offline") as told:
        give(story, mine, 2001)
    assert told.value.facts["limit_cents"] == 2000
    for payment_id, more in ((check, {"check_no": "9"}), (theirs, {}), (check, {"tender": "cash", "note": "why"})):
        with refused("refund.offline"):
            give(story, payment_id, 1000, **more)
    assert rows(front, "SELECT count(*) FROM refund") == [(0,)]
    assert give(story, mine, 2000).end is RefundEnd.PAID
    until(lambda: in_step(front, second))
    assert rows(second, "SELECT state, amount_cents FROM refund") == [("paid", 2000)]
