"""Two desks do what they like, together and apart, over a line that fails: in the end both show the same, to the cent,
and every note that was taken or handed back is in the books."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.desks import ClinicDesk, in_step
from tests.support.fault_proxy import FaultProxy
from tests.support.hub import RunningHub
from tests.support.waiting import until

LINE = [""] * 17 + ["request lost", "reply lost", "reply cut"]
"""What becomes of an exchange: three in twenty go wrong."""


class World:
    """What really happened: who owes what, and cash in the drawer. The code under test never sees it."""

    def __init__(self, chance: random.Random, desks: list[ClinicDesk]) -> None:
        self.chance, self.desks = chance, desks
        self.cash_cents = 0
        self.charges: list[tuple[str, str, int]] = []
        self.payments: dict[str, tuple[str, int]] = {}
        self.apart: set[int] = set()

    def step(self) -> None:
        """One thing that somebody does at one of the desks."""
        acts: list[Callable[[ClinicDesk], None]] = [
            self.arrives, self.owes_more, self.pays, self.pays, self.moves_credit, self.takes_back, self.line_changes,
        ]  # fmt: skip
        self.chance.choice(acts)(self.chance.choice(self.desks))

    def arrives(self, desk: ClinicDesk) -> None:
        cents = self.chance.randint(1, 9_000)
        self.charges.append((*desk.patient(cents), cents))

    def owes_more(self, desk: ClinicDesk) -> None:
        patient = self.here(desk)
        if patient:
            cents = self.chance.randint(1, 9_000)
            self.charges.append((patient[0], desk.charge(patient[0], cents), cents))

    def pays(self, desk: ClinicDesk) -> None:
        found = self.here(desk)
        if found:
            patient, charge, owed_cents = found
            cents = self.chance.randint(1, 2 * owed_cents)  # some pay more than they owe: it stays as credit
            self.payments[desk.take(patient, charge, cents)] = (patient, cents)
            self.cash_cents += cents

    def moves_credit(self, desk: ClinicDesk) -> None:
        found, payment = self.here(desk), self.taken_at(desk)
        if found and payment:
            desk.spend(self.payments[payment][0], payment, found[1], self.chance.randint(1, 3_000))

    def takes_back(self, desk: ClinicDesk) -> None:
        payment = self.taken_at(desk)
        if payment and self.chance.random() < 0.5:
            patient, cents = self.payments.pop(payment)
            desk.undo(patient, payment)
            self.cash_cents -= cents

    def line_changes(self, desk: ClinicDesk) -> None:
        number = self.desks.index(desk)
        if number in self.apart:
            self.apart.remove(number)
            desk.connect()
        else:
            self.apart.add(number)
            desk.disconnect()

    def here(self, desk: ClinicDesk) -> tuple[str, str, int] | None:
        """A charge this desk knows of."""
        with desk.store.reader() as reader:
            known = {row[0] for row in reader.execute("SELECT id FROM charge").fetchall()}
        return self.chance.choice([row for row in self.charges if row[1] in known] or [None])  # type: ignore[list-item]

    def taken_at(self, desk: ClinicDesk) -> str:
        """A payment this desk knows of, not yet taken back."""
        return self.chance.choice([payment for payment in self.payments if desk.has_payment(payment)] or [""])


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_whatever_they_do_they_agree(hub: RunningHub, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    healed = [False]
    lines = random.Random(seed + 1000)
    proxy = FaultProxy(hub.address.port, lambda _head: "" if healed[0] else lines.choice(LINE))
    tenant = hub.practice()
    desks = [ClinicDesk(tmp_path / name, hub.line(tenant, name), name, through=proxy.url) for name in ("a", "b")]
    world = World(chance, desks)
    try:
        for _ in range(80):
            world.step()
        healed[0] = True
        for number in sorted(world.apart):
            desks[number].connect()
        for desk in desks:
            desk.engine.nudge()
        until(lambda: in_step(*desks), 20)
        first, second = (desk.balances() for desk in desks)
        assert first == second
        cash = [totals for account, totals in first.items() if account.startswith("CASH:")]
        assert sum(debits - credits_ for debits, credits_ in cash) == world.cash_cents
        assert desks[0].log_ids() == desks[1].log_ids()
        assert hub.store.verify(tenant, deep=True) == []
        for desk in desks:
            assert desk.store.verify(deep=True) == []
    finally:
        for desk in desks:
            desk.close()
        proxy.close()
