"""Signatures: written down and read back, thinned, fitted into a frame."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.basics.card_numbers import holds_card_data
from models.rules.signatures import (
    LEAST_POINTS,
    LEAST_SPAN,
    MOST_POINTS,
    MOST_TEXT,
    drawn,
    fitted,
    signature_text,
    strokes_of,
)

POINT = st.tuples(st.integers(0, 65535), st.integers(0, 65534))
STROKES = st.lists(st.lists(POINT, min_size=1, max_size=60), max_size=12)


@given(STROKES)
def test_what_was_written_is_read_back(strokes: list[list[tuple[int, int]]]) -> None:
    assert strokes_of(signature_text(strokes)) == tuple(map(tuple, strokes))


@given(st.lists(st.integers(1, 9_000), min_size=1, max_size=4), st.integers(0, 65535))
def test_a_long_signature_is_thinned_and_no_stroke_loses_its_ends(lengths: list[int], step: int) -> None:
    strokes = [[(n % 65536, (n * step) % 65535) for n in range(length)] for length in lengths]
    text = signature_text(strokes)
    found = strokes_of(text)
    assert len(text) <= MOST_TEXT
    assert sum(map(len, found)) <= MOST_POINTS + 2 * len(strokes), "a last part of each, and its end"
    assert [(stroke[0], stroke[-1]) for stroke in found] == [(stroke[0], stroke[-1]) for stroke in strokes]


@given(STROKES)
def test_a_signature_is_never_taken_for_a_card_number(strokes: list[list[tuple[int, int]]]) -> None:
    assert not holds_card_data(signature_text(strokes))


@pytest.mark.parametrize("text", ["", "1", "1,2;x,4", "1,2,3", "-1,2", "1,2|", "²,1", "1,2;" * MOST_TEXT])
def test_what_is_no_signature_draws_nothing(text: str) -> None:
    assert strokes_of(text) == ()


@given(STROKES, st.floats(10, 500), st.floats(10, 500))
def test_a_signature_fits_its_frame_whole_and_upright(
    strokes: list[list[tuple[int, int]]], width: float, height: float
) -> None:  # fmt: skip
    drawn = fitted(tuple(map(tuple, strokes)), width, height)
    points = [point for stroke in drawn for point in stroke]
    assert all(-0.01 <= x <= width + 0.01 and -0.01 <= y <= height + 0.01 for x, y in points)
    assert len(points) == sum(map(len, strokes))


def test_up_on_the_pad_is_up_on_the_page() -> None:
    [[low, high]] = fitted((((0, 100), (0, 0)),), 50, 50)
    assert high[1] > low[1]
    assert fitted((), 50, 50) == ()


@given(st.lists(st.lists(st.tuples(st.integers(0, 1_000), st.integers(0, 400)), min_size=1, max_size=900), max_size=6))
def test_what_a_page_drew_is_kept_as_it_can_be_read_again(strokes: list[list[tuple[int, int]]]) -> None:
    text = "|".join(";".join(f"{x},{y}" for x, y in stroke) for stroke in strokes)
    kept = drawn(text)
    if kept:
        assert len(kept) <= MOST_TEXT
        assert len(strokes_of(kept)) == len(strokes)
    elif kept == "":
        assert not strokes
    else:
        points = [point for stroke in strokes for point in stroke]
        spans = [max(each) - min(each) for each in zip(*points, strict=True)]
        assert len(points) < LEAST_POINTS or max(spans) < LEAST_SPAN or len(text) > MOST_TEXT


@given(st.text(max_size=60))
def test_any_other_text_is_no_signature(text: str) -> None:
    assert drawn(text) in (None, "") or strokes_of(text)
