"""Random days of every act: what the day sheet adds up from its rows is what lies in the drawer, at the card company
and among the checks; and what moved cancels out (S0-41)."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hypothesis import example, given

from app.day_sums import add_up
from models.ledger.accounts import Code
from models.store.queries import day
from tests.support import stores
from tests.support.acts import DAY, collect, reverse
from tests.support.money_acts import correct, money_days, opened, paid
from tests.support.often import often
from tests.unit.models.store.takings import Doer

HOMES = {Code.CASH: "cash", Code.CARD: "card", Code.CHECK: "check", Code.EXTERNAL: "external", Code.OTHER: "other"}
"""Where money lies, by how it came."""
BANK = ("dispute", "dispute_fee", "dispute_won")
"""What a bank takes and gives back is no part of what was collected."""


_BACK = reverse("p1")
_CAME = collect("p1", "ann", 100)


@often(30)
@given(money_days)
@example([_BACK, _BACK, _CAME])
@example([_BACK, correct("p1", 30), _CAME])
@example([correct("p1", 30), _BACK, _CAME])
@example([_CAME, correct("p1", 30), _BACK, _BACK])
@example([_CAME, correct("p1", 30), reverse("p1", went=100)])
@example([_CAME, reverse("p1", went=60), reverse("p1", went=60)])
@example([opened("d1", "p1", 100), _CAME])
@example([_CAME, collect("p1", "ann", 40)])
@example([paid("r1", "p1", 20)])
@example([paid("r1", "p1", 20), _CAME])
def test_s0_41_the_sums_are_what_came_and_went(acts: Sequence[object]) -> None:
    with tempfile.TemporaryDirectory(prefix="copaydesk-sheet-") as folder:
        desk = stores.lone_desk(Path(folder))
        doer = Doer(acts)
        with desk.write() as tx:
            while doer.do(tx, 1):
                pass
        with desk.reader() as reader:
            rows = day.acts(reader, stores.TENANT, DAY, DAY, moved=True, device="device-1")
            came = _came(reader)
            owed = _net(reader, "AR", ("charge", "responsibility"))
            let_off = -_net(reader, "AR", ("adjust", "lapse"))
        desk.close()
    sums = add_up(rows)
    shown = Counter[str]()
    for key, each in sums.tenders.items():
        shown[key.removeprefix("in_question:").partition(":")[0]] += each.net_cents
    shown["external"] += sums.elsewhere.net_cents
    assert {name: cents for name, cents in shown.items() if cents} == {n: cents for n, cents in came.items() if cents}
    assert sums.moved_net_cents == 0
    assert (sums.charged_cents + sums.fees_cents, sums.adjusted_cents) == (owed, let_off)
    assert sums.credits_cents - sums.debits_cents == sum(shown.values()) - owed - sums.disputed_cents


def _came(reader: Any) -> Counter[str]:
    """What came in and stayed, by way to pay, from the transfers alone; without what a bank took."""
    found = Counter[str]()
    for debit, credit, cents, code in reader.execute("SELECT debit, credit, amount_cents, code FROM transfer"):
        ends = (debit.partition(":")[0], credit.partition(":")[0])
        if code in BANK or ends == ("EXT", "RFU"):
            continue
        for end, sign in ((ends[0], 1), (ends[1], -1)):
            if end in HOMES:
                found[HOMES[Code(end)]] += sign * cents
    return found


def _net(reader: Any, account: str, codes: tuple[str, ...]) -> int:
    """Cents that came onto accounts by transfers of these codes, less what went off."""
    rows = reader.execute("SELECT debit, credit, amount_cents, code FROM transfer").fetchall()
    return sum(
        cents * ((debit.partition(":")[0] == account) - (credit.partition(":")[0] == account))
        for debit, credit, cents, code in rows
        if code in codes
    )  # fmt: skip
