"""No card number is written down: free text is kept from any, numbers of other programs only from a card's own."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.basics.card_numbers import CARD_DATA_BLOCKED, holds_brand_number, holds_card_data, passes_luhn
from models.operations.guarding import without_card_data


@dataclass(frozen=True)
class Line:
    note: str
    amount_cents: int = 4242424242424242


@dataclass(frozen=True)
class Body:
    id: str
    patient_id: str
    note: str = ""
    claim_no: str = ""
    words: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    of: Line | None = None


CARD = "4242 4242 4242 4242"
CLAIM = "9210000000006"
"""A number of another program that passes the check by chance, and begins as no card does."""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (Body("1", "2", note=f"paid with {CARD}"), Body("1", "2", note=CARD_DATA_BLOCKED)),
        (Body("1", "2", words=("a", CARD)), Body("1", "2", words=("a", CARD_DATA_BLOCKED))),
        (Body("1", "2", lines=(Line("x"), Line(CARD))), Body("1", "2", lines=(Line("x"), Line(CARD_DATA_BLOCKED)))),
        (Body("1", "2", of=Line(CARD)), Body("1", "2", of=Line(CARD_DATA_BLOCKED))),
        (Body("1", "2", claim_no="4242424242424242"), Body("1", "2", claim_no=CARD_DATA_BLOCKED)),
        (Body("1", "2", claim_no="%B4242424242424242^A^"), Body("1", "2", claim_no=CARD_DATA_BLOCKED)),
        (Body("1", "2", note=CLAIM), Body("1", "2", note=CARD_DATA_BLOCKED)),
    ],
)
def test_texts_are_kept_clean(body: Body, expected: Body) -> None:
    assert without_card_data(body) == expected


@pytest.mark.parametrize("body", [
    Body("4242424242424242", "5555555555554444"),  # names that were made here
    Body("1", "2", note="019cf729-3980-7043-882e-a94889c0fc92"),  # a drawer goes by the name of its desk
    Body("1", "2", note="refund:01000000-0000-4242-4242-424242424242", words=("4" * 64,)),
    Body("1", "2", claim_no=CLAIM, note="Copay, 2026-05-14 09:41"),
    Body("1", "2", lines=(Line("plain"),), words=("Visa", "4242")),
])  # fmt: skip
def test_everything_else_is_the_very_same(body: Body) -> None:
    assert without_card_data(body) is body


@given(st.integers(10**12, 10**19 - 1))
def test_a_brand_s_number_is_a_card_s(number: int) -> None:
    text = str(number)
    if holds_brand_number(text):
        assert holds_card_data(text)
        assert passes_luhn(text)


@given(st.uuids(), st.sampled_from(["", "AR:", "refund_returned:"]))
def test_no_name_of_ours_is_ever_taken_for_a_card(name: object, before: str) -> None:
    body = Body("1", "2", note=f"{before}{name}", words=(str(name).replace("-", ""),))
    assert without_card_data(body) is body
