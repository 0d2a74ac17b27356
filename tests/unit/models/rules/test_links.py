"""How a one-time link stands: every way it can end, and what it asks, for whatever is owed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.links import PAYABLE, Bound, LinkState, due_now, standing

WHOLE, PART = Bound(10_000, 10_000), Bound(4_000, 10_000)
TABLE = (
    (WHOLE, 10_000, {}, LinkState.OPEN, 10_000), (WHOLE, 6_000, {}, LinkState.CHANGED, 6_000),
    (WHOLE, 12_000, {}, LinkState.CHANGED, 12_000), (WHOLE, 0, {}, LinkState.SETTLED, 0),
    (PART, 10_000, {}, LinkState.OPEN, 4_000), (PART, 5_000, {}, LinkState.OPEN, 4_000),
    (PART, 20_000, {}, LinkState.OPEN, 4_000), (PART, 1_500, {}, LinkState.CHANGED, 1_500),
    (WHOLE, 10_000, {"paid": True}, LinkState.PAID, 0), (WHOLE, 0, {"paid": True, "revoked": True}, LinkState.PAID, 0),
    (WHOLE, 10_000, {"revoked": True}, LinkState.REVOKED, 0), (WHOLE, 0, {"revoked": True}, LinkState.REVOKED, 0),
    (WHOLE, 10_000, {"expired": True}, LinkState.EXPIRED, 0), (WHOLE, 0, {"expired": True}, LinkState.SETTLED, 0),
    (WHOLE, 10_000, {"expired": True, "paid": True}, LinkState.PAID, 0),
)  # fmt: skip
NO_END = {"paid": False, "revoked": False, "expired": False}


@pytest.mark.parametrize(("bound", "owed", "ended", "state", "due"), TABLE)
def test_n50_s2_11_how_a_link_stands(
    bound: Bound, owed: int, ended: dict[str, bool], state: LinkState, due: int
) -> None:  # fmt: skip
    found = standing(bound, owed, **(NO_END | ended))
    assert (found.state, found.due_cents, found.payable) == (state, due, state in PAYABLE)


@given(st.integers(1, 10**7), st.integers(0, 10**7), st.integers(0, 10**7), st.booleans(), st.booleans())
def test_a_link_never_asks_more_than_is_owed_and_nothing_once_it_ended(
    asked: int, more: int, owed: int, revoked: bool, expired: bool
) -> None:  # fmt: skip
    bound = Bound(asked, asked + more)
    found = standing(bound, owed, paid=False, revoked=revoked, expired=expired)
    assert 0 <= found.due_cents <= owed
    assert (found.due_cents > 0) is found.payable
    if more:
        assert due_now(bound, owed) <= asked, "a part that was asked stays at most that part"
