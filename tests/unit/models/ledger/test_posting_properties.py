"""Whatever happens in whatever order, the ledger's invariants hold after every single operation."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from models.ledger.memory import memory_book
from models.ledger.posting import settle, settle_run
from models.ledger.states import Verdict
from tests.support.acts import OpMaker, World, check_ledger, days, shown


@settings(max_examples=400, deadline=None)
@given(days)
def test_invariants_hold_after_every_operation(day: Sequence[object]) -> None:
    draft, world = memory_book(), World()
    for op, act in zip(OpMaker().run(day), day, strict=True):
        settle(op, draft)
        world.act(act)
        check_ledger(draft, world)


@settings(max_examples=100, deadline=None)
@given(days)
def test_the_same_operations_are_judged_the_same(day: Sequence[object]) -> None:
    ops = OpMaker().run(day)
    first, second = memory_book(), memory_book()
    for op in ops:
        settle(op, first)
    settle_run(ops, second)
    assert shown(first.entries) == shown(second.entries)
    assert first.deltas == second.deltas


@settings(max_examples=100, deadline=None)
@given(days, st.data())
def test_a_draft_on_a_draft_knows_what_lies_below(day: Sequence[object], data: st.DataObject) -> None:
    """Where the state is kept — in one draft or in layers — makes no difference."""
    ops = OpMaker().run(day)
    cut = data.draw(st.integers(0, len(ops)))
    whole, below = memory_book(), memory_book()
    for op in ops:
        settle(op, whole)
    for op in ops[:cut]:
        settle(op, below)
    above = below.branch()
    for op in ops[cut:]:
        settle(op, above)
    assert shown(whole.entries) == shown([*below.entries, *above.entries])
    below.merge(above)
    assert below.deltas == whole.deltas
    assert below.payments == whole.payments
    assert below.charges == whole.charges


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.booleans(), days.filter(lambda day: len(day) < 5)), max_size=6))
def test_linked_decisions_stand_or_fall_together(groups: Sequence[tuple[bool, Sequence[object]]]) -> None:
    maker = OpMaker()
    ops = [
        maker.make(act, group=f"g{n}", linked=linked) for n, (linked, day) in enumerate(groups) for act in day
    ]  # fmt: skip
    draft, world = memory_book(), World()
    settled = settle_run(ops, draft)
    for _, day in groups:
        for act in day:
            world.act(act)
    check_ledger(draft, world)
    own = {op.op_id: next(e for e in entries if e.op is op) for op, entries in zip(ops, settled, strict=True)}
    for n, (linked, _) in enumerate(groups):
        verdicts = {own[op.op_id].verdict for op in ops if op.group == f"g{n}" and op.op_class == "decision"}
        if linked and Verdict.REJECTED in verdicts:
            assert verdicts == {Verdict.REJECTED}
