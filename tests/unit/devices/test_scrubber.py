"""No card number and no track passes the guard; what only looks like one does."""

from __future__ import annotations

import json
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.scrubber import CARD_DATA_BLOCKED, PanGuard, holds_card_data, passes_luhn
from tests.support.shared_data import shared

CARDS = (
    "4242424242424242",
    "4242 4242 4242 4242",
    "4242-4242-4242-4242",
    "5555555555554444",
    "378282246310005",
    "3782 822463 10005",
    "6011111111111117",
    "30569309025904",
    "4222222222222",
    "6304000000000000000",
    "04242424242424242",
    "paid with 4242424242424242 today",
    "27 4242 4242 4242 4242",
    "42424242424242421230",
    "%B4242424242424242^TEST/PATIENT^30121010000000000?",
    ";4242424242424242=30121010000000000?",
    "%B4242 4242 4242 4243^TEST^3012?",
    ";70764912345100003=4912?",
    "PAN=4242424242424242",
)
HARMLESS = (
    "",
    "4242",
    "************4242",
    "APPROVAL",
    "200069124602",
    "612345678901",
    "20261121103005",
    "A0000000031010",
    "A0000000041010",
    "A000000025010801",
    "0000008000",
    "1110111100000000",
    "(555) 010-2200",
    "VISA CREDIT 123456",
    "4242424242424241",
    "0110200009620000000000000000000000FF",
    "1240334673202404171416564204",
)


@pytest.mark.parametrize("text", CARDS)
def test_blocks(text: str) -> None:
    assert holds_card_data(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_lets_through(text: str) -> None:
    assert PanGuard("reader").clean(text) == text


def test_every_moment_of_a_day_passes() -> None:
    moments = [f"20261121{second // 3600:02d}{second // 60 % 60:02d}{second % 60:02d}" for second in range(0, 86400, 7)]
    assert any(passes_luhn(moment) for moment in moments)
    assert not [moment for moment in moments if holds_card_data(moment)]


def test_counts_and_tells_without_showing(caplog: pytest.LogCaptureFixture) -> None:
    guard = PanGuard("reader")
    assert guard.clean("4242424242424242") == CARD_DATA_BLOCKED
    assert guard.clean("A;4242424242424242=3012?") == CARD_DATA_BLOCKED
    assert guard.blocked_count == 2
    said = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert len(said) == 2
    assert "4242" not in repr([vars(record) for record in said])


def test_our_own_reference_comes_back_whatever_it_looks_like() -> None:
    guard = PanGuard("reader")
    assert guard.clean("4242424242424242", expected="4242424242424242") == "4242424242424242"
    assert guard.blocked_count == 0


@given(st.text(max_size=20), st.sampled_from(CARDS), st.text(max_size=20))
def test_no_neighbours_hide_a_card(before: str, card: str, after: str) -> None:
    fence = "|"  # digits that touch make another number
    assert holds_card_data(before + fence + card + fence + after)


@given(st.text(alphabet=st.characters(exclude_categories=["Nd"]), max_size=60))
def test_text_without_digits_is_never_touched(text: str) -> None:
    assert PanGuard("reader").clean(text) == text


def test_every_published_test_track_is_blocked() -> None:
    tracks = json.loads(shared("magstripe-test-tracks/tracks.json").read_text(encoding="utf-8"))
    assert len(tracks) >= 48
    assert not [row["pan_length"] for row in tracks if not holds_card_data(row["track"])]
