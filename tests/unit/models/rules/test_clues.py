"""Why money in hand may differ from what was posted: slips of the fingers, doubles, what was never entered (S0-41)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.clues import Clue, ClueKind, Posted, explain, match_check, mistyped, posted_twice


@pytest.mark.parametrize(
    ("posted", "real", "kind"),
    [
        (4_500, 5_400, ClueKind.TRANSPOSED), (3_000, 300, ClueKind.ZERO), (300, 3_000, ClueKind.ZERO),
        (300, 30_000, ClueKind.ZERO), (1_250, 1_280, ClueKind.DIGIT), (1_250, 1_250, None), (1_250, 1_388, None),
        (1_234, 4_321, None), (500, 0, None), (500, -500, None), (99, 100, None),
    ],
)  # fmt: skip
def test_s0_41_slips_of_the_fingers(posted: int, real: int, kind: ClueKind | None) -> None:
    assert mistyped(posted, real) is kind


@given(st.integers(1, 10**7), st.integers(1, 10**7))
def test_a_slip_is_the_same_both_ways(one: int, other: int) -> None:
    assert mistyped(one, other) is mistyped(other, one)


def test_s0_41_the_likeliest_reason_comes_first() -> None:
    posted = [Posted("a", 500, patient_id="rosa"), Posted("b", 500, patient_id="rosa"), Posted("c", 500),
              Posted("d", 5_100), Posted("e", 500, back=True)]  # fmt: skip
    found = explain(-500, posted)
    assert [(clue.kind, clue.payment_id) for clue in found] == [(ClueKind.TWICE, "a"), (ClueKind.NOT_IN_HAND, "c")]
    assert ClueKind.BACK in {clue.kind for clue in explain(500, posted)}
    assert explain(0, posted) == ()


@given(st.lists(st.integers(1, 100_000), max_size=30), st.integers(-100_000, 100_000))
def test_every_reason_explains_the_whole_difference(cents: list[int], difference: int) -> None:
    posted = [Posted(str(n), each) for n, each in enumerate(cents)]
    for clue in explain(difference, posted, limit=100):
        real = clue.should_cents if clue.should_cents else 0
        assert real - clue.cents == difference


def test_s0_41_checks_by_number_and_amount() -> None:
    posted = [Posted("a", 4_500, "2281"), Posted("b", 1_200, "118"), Posted("c", 1_200, "118")]
    assert match_check("2281", 4_500, posted) is None
    assert match_check("2281", 5_400, posted) == Clue(ClueKind.TRANSPOSED, "a", 4_500, 5_400)
    assert match_check("2281", 9_999, posted) == Clue(ClueKind.DIGIT, "a", 4_500, 9_999)
    assert match_check("77", 4_500, posted) == Clue(ClueKind.NEVER_POSTED, "", 4_500)
    assert posted_twice(posted) == (Clue(ClueKind.TWICE, "c", 1_200),)
