"""Whatever people do with money, in whatever order: what must hold after every act, and what each kind of act never
does."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings

from models.ledger.memory import memory_book
from models.ledger.posting import settle
from tests.support.acts import OpMaker, check_ledger
from tests.support.money_acts import MoneyWorld, lies_where_people_put_it, money_days, resolved


@settings(max_examples=300, deadline=None)
@given(money_days)
def test_invariants_hold_after_every_money_act(day: Sequence[object]) -> None:
    draft, world, maker, ids = memory_book(), MoneyWorld(), OpMaker(), []
    for act in day:
        op = maker.make(resolved(act, ids))
        ids.append(op.op_id)
        settle(op, draft)
        world.act(act)
        check_ledger(draft)
        lies_where_people_put_it(draft, world)
