"""A void at Stripe that came back days later, and whose desk is gone: any other desk of the practice finds it by the
processor's own reference; two that find it at once write down what stands once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from app.attempts import card_facts
from app.card_reader import CardReader
from app.posting import payment_id_of
from app.returned import ReturnedRefunds
from app.settings import TERMINAL_URL, Settings
from devices.base import Outcome, PaymentRequest, ReversalRequest, Step
from devices.terminals import stripe_link
from devices.terminals.stripe import StripeTerminal
from devices.terminals.stripe_link import STRIPE, StripeAddress
from models.basics.clock import FixedClock
from models.operations.bodies import Collect, Reverse
from models.operations.records import Patient
from models.store.hub import HubStore
from tests.cases.desk import CaseDesk, Names, noon
from tests.support import stores
from tests.support.stores import TENANT, TODAY, pull, push
from tests.support.virtual_stripe import VirtualStripe

CENTS = 7500


class Nobody:
    """A watch that only waits."""

    cancelled = False

    def step(self, step: Step) -> None:
        assert step in Step


@dataclass
class Practice:
    """A hub, the desk that took and voided a card payment, and two that only heard of it."""

    hub: HubStore
    world: VirtualStripe
    gone: CaseDesk
    others: tuple[CaseDesk, CaseDesk]

    def terminal(self) -> StripeTerminal:
        return StripeTerminal(StripeAddress(STRIPE, self.world.reader), lambda: "rk_test_x", ticks=self.world)

    def look(self, desk: CaseDesk) -> int:
        """What a desk does at its opening."""
        settings = Settings(None)
        settings.for_now({TERMINAL_URL: f"stripe+{STRIPE}/{self.world.reader}"})
        reader = CardReader(settings, lambda: "rk_test_x")
        try:
            return ReturnedRefunds(desk.clinic, reader).look()
        finally:
            reader.close()

    def in_step(self, *desks: CaseDesk) -> None:
        for desk in desks:
            push(desk.store, self.hub)
        for desk in desks:
            pull(desk.store, self.hub)
            assert desk.store.verify(deep=True) == []
        assert self.hub.verify(TENANT, deep=True) == []

    def days_later(self) -> None:
        """The card's bank has no such account any more."""
        self.world.plan.next("refund-fails")
        self.world.run(self._settle())

    async def _settle(self) -> None:
        self.world.simulator.books.settle_refunds()

    def captured(self) -> int:
        things = self.world.simulator.books.things
        took = sum(each["amount_received"] for each in things["payment_intent"].values())
        gone = [each for each in things["refund"].values() if each["status"] in ("succeeded", "pending")]
        return int(took - sum(each["amount"] for each in gone))


def at_the_processor(desk: CaseDesk) -> int:
    """What the books say lies there."""
    query = "SELECT sum(debits + pending_debits - credits - pending_credits) FROM account WHERE code = 'CARD'"
    return int(desk.ask(query)[0][0])


def told(desk: CaseDesk) -> list[Any]:
    return desk.ask("SELECT what, amount_cents FROM task WHERE resolved_op_id = '' AND what <> ''")


@pytest.fixture
def practice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Practice]:
    world, clock = VirtualStripe(), FixedClock(noon(TODAY))
    monkeypatch.setattr(stripe_link, "_new_client", world.client)
    hub, names = stores.sqlite_hub(tmp_path, clock), Names()
    gone, two, three = (CaseDesk(stores.joined_desk(hub, tmp_path, name, clock), clock, names)
                        for name in ("gone", "two", "three"))  # fmt: skip
    made = Practice(hub, world, gone, (two, three))
    gone.record(Patient(id="rosa", family="Quillfeather", given="Rosa"))
    yield made
    for desk in (gone, two, three):
        desk.store.close()
    hub.close()
    world.close()


def sold_and_voided(practice: Practice, *, fails_first: bool = False) -> None:
    """At the desk that is gone."""
    terminal, gone = practice.terminal(), practice.gone
    sale = terminal.payment(PaymentRequest(attempt_id="a1", terminal_ref="1", amount_cents=CENTS), Nobody())
    assert sale.outcome is Outcome.APPROVED
    back = ReversalRequest(attempt_id="a2", terminal_ref="2", terminal_txn_no=sale.terminal_txn_no,
                           host_ref=sale.host_ref, amount_cents=CENTS)  # fmt: skip
    if fails_first:
        terminal.reversal(replace(back, attempt_id="a0", terminal_ref="3"), Nobody())
        practice.days_later()
    void = terminal.reversal(back, Nobody())
    assert void.outcome is Outcome.APPROVED
    gone.record(Collect(payment_id="p", patient_id="rosa", tender="card", amount_cents=CENTS, number="PAY-1-00001",
                        receipt_no="01-1-A-0001", attempt_id="a1", card=card_facts(sale)))  # fmt: skip
    gone.record(Reverse(payment_id="p", patient_id="rosa", reason="Wrong patient", reversal_id="r", receipt_no="",
                        card=card_facts(void), given_back_cents=CENTS))  # fmt: skip
    practice.in_step(gone, *practice.others)


def test_another_desk_finds_what_the_desk_that_is_gone_had_voided(practice: Practice) -> None:
    sold_and_voided(practice)
    two, three = practice.others
    assert practice.look(two) == 0
    practice.days_later()
    assert (at_the_processor(two), practice.captured()) == (0, CENTS)
    assert practice.look(two) == 1
    assert practice.look(two) == 0, "what was found is not found again"
    practice.in_step(two, three)
    assert practice.look(three) == 0, "nor by another desk that heard of it"
    for desk in practice.others:
        assert at_the_processor(desk) == practice.captured() == CENTS
        assert told(desk) == [("void_returned", CENTS)]
    [(memo, last4)] = three.ask("SELECT memo, last4 FROM payment WHERE payment_id = ?", payment_id_of(TENANT, "a2"))
    assert (memo, last4) == ("Void of PAY-1-00001: Expired or canceled card", "4242")


def test_two_desks_that_find_it_at_once_write_it_down_once(practice: Practice) -> None:
    sold_and_voided(practice)
    practice.days_later()
    two, three = practice.others
    assert [practice.look(desk) for desk in practice.others] == [1, 1]
    practice.in_step(two, three)
    practice.in_step(three, two)
    for desk in practice.others:
        assert at_the_processor(desk) == practice.captured() == CENTS
        assert told(desk) == [("void_returned", CENTS)]
        assert desk.ask("SELECT count(*) FROM payment WHERE reversed_at = ''") == [(1,)]


def test_a_void_that_stands_is_nobodys_business(practice: Practice) -> None:
    """And neither is the try before it that failed."""
    sold_and_voided(practice, fails_first=True)
    assert [practice.look(desk) for desk in practice.others] == [0, 0]
    assert at_the_processor(practice.others[0]) == practice.captured() == 0
