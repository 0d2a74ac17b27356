"""Names, dates and numbers as search words, and slips that still find the name."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from models.basics.search_keys import (
    birth_words,
    mrn_word,
    name_words,
    patient_words,
    phone_word,
    plain,
    slip_keys,
    slips,
)

NAMES = {
    "Ñandú": ["nandu"], "O'Brien": ["o", "brien", "obrien"], "Smith-Jones": ["smith", "jones", "smithjones"],
    "  ": [], "Łukasz Groß": ["lukasz", "gross"], "Ann ann": ["ann"], "Αθηνά": ["αθηνα"],
    "D\u2019Angelo": ["d", "angelo", "dangelo"],
    "van_der": ["van", "der"],
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_words_of_names(name: str) -> None:
    assert name_words(name) == NAMES[name]


def test_numbers_carry_their_mark() -> None:
    assert phone_word("+1 (303) 555-0142") == "_p2410555303" == phone_word("303.555.0142")
    assert [phone_word(text) for text in ("", "911", "ext")] == ["", "", ""]
    assert mrn_word(" A-12 345 ") == "_ma12345"
    assert mrn_word("--") == ""
    assert birth_words("1984-03-14") == ["_d19840314", "_b0314"]
    assert birth_words("1984-03") == birth_words("") == []
    assert patient_words(names=("Diaz", "Ann", "", ""), birth_date="", phone="", mrn="7") == "diaz ann _m7"


SLIPS = [("alvrez", "alvarez", 1), ("avlarez", "alvarez", 1), ("alvarezz", "alvarez", 1), ("alverez", "alvarez", 1),
         ("alv", "alvarez", 0), ("alvr", "alvarez", 1), ("smith", "smith", 0), ("xyz", "alvarez", 3), ("", "a", 0),
         ("jhon", "john", 1), ("katherine", "catherine", 1)]  # fmt: skip


@pytest.mark.parametrize(("typed", "name", "cost"), SLIPS)
def test_slips_are_counted_against_the_beginning(typed: str, name: str, cost: int) -> None:
    assert slips(typed, name) == cost


@given(st.text("abcdef", min_size=3, max_size=12), st.data())
def test_one_slip_in_the_head_shares_a_key(name: str, data: st.DataObject) -> None:
    """Left out, doubled, changed or swapped: the typed word still meets the name under some key."""
    head = name[:6]
    at = data.draw(st.integers(0, len(head) - 1))
    letter = data.draw(st.sampled_from("abcdef"))
    slipped = data.draw(st.sampled_from([
        name[:at] + name[at + 1 :], name[:at] + letter + name[at:], name[:at] + letter + name[at + 1 :],
        name[:at] + name[at + 1 : at + 2] + name[at : at + 1] + name[at + 2 :],
    ]))  # fmt: skip
    assert slips(slipped, name) <= 1
    if len(slipped) >= 3 and len(name) <= 6 and len(slipped) <= 6:
        assert slip_keys(slipped) & slip_keys(name)


@example("\U0001d54a")  # a letter that has a case only once it is plain
@given(st.text(max_size=60))
def test_any_text_is_taken(text: str) -> None:
    assert plain(plain(text)) == plain(text)
    for word in name_words(text):
        assert word
        assert " " not in word
        assert not word.startswith("_")
