"""Letters: what a target cannot show gets a visible stand-in, what nobody can see gets lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receipts.layouts.letters import END_ISOLATE, ISOLATE, UNICODE, fit, width

WESTERN, OLD = "cp1252", "cp437"


@pytest.mark.parametrize(
    ("text", "code_page", "shown"),
    [
        ("José Peña, 5 €", WESTERN, "José Peña, 5 €"),
        ("Jose\u0301 Pen\u0303a", WESTERN, "José Peña"),  # accents written as marks of their own
        ("Łódź, Dvořák, Győr, İstanbul", WESTERN, "Lódz, Dvorák, Gyor, Istanbul"),
        ("Nguyễn Thị Bích", WESTERN, "Nguyen Thi Bích"),
        ("Щукина, Київ, Ђорђе", WESTERN, "Shchukina, Kiyiv, Djordje"),
        ("Ελένη Παπαδοπούλου", WESTERN, "Eleni Papadopoulou"),
        ("Ελένη", OLD, "Eleni"),  # the page has some Greek letters as signs of mathematics
        ("−30.00 – “x” … ½ ™ •", OLD, '-30.00 - "x" ... ½ TM *'),
        ("5 € ©", OLD, "5 EUR (c)"),
        ("ﬁ Ⅳ ２", WESTERN, "fi IV 2"),
        ("٣", WESTERN, "3"),
        ("李小龍", WESTERN, "???"),
        ("שרה علي 🙂", WESTERN, "??? ??? ?"),
        ("\ue000\udc80", WESTERN, "??"),  # private use, half a pair
        ("a\tb\u00a0c\u2003d\ne", WESTERN, "a b c d e"),
        ("soft\u00adhyphen\u200d\u202e\ufeff", WESTERN, "softhyphen"),
    ],
)
def test_shows_the_nearest_it_can(text: str, code_page: str, shown: str) -> None:
    assert fit(text, code_page) == shown


def test_no_name_carries_a_printer_command() -> None:
    drawer = "Rosa\x1bp\x00\x32\x32\x10\x14\x01\x00\x01"
    assert fit(drawer, WESTERN) == "Rosa p 22     "
    assert fit(drawer, UNICODE).isprintable()


def test_right_to_left_words_keep_to_themselves_in_text() -> None:
    assert fit("שרה", UNICODE) == f"{ISOLATE}שרה{END_ISOLATE}"
    assert width(fit("שרה", UNICODE)) == 3


@pytest.mark.parametrize(("text", "columns"), [("Rosa", 4), ("李小龍", 6), ("Jose\u0301", 4), ("\u200b", 0), ("ｱ", 1)])
def test_knows_how_wide_letters_are(text: str, columns: int) -> None:
    assert width(text) == columns


@given(st.text(st.characters(), max_size=80), st.sampled_from(["cp1252", "cp437", "cp858", "ascii"]))
def test_every_text_fits_every_code_page(text: str, code_page: str) -> None:
    shown = fit(text, code_page)
    assert shown.encode(code_page).decode(code_page) == shown
    assert shown.isprintable() or shown == ""
    assert fit(shown, code_page) == shown


@given(st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=20))
def test_nothing_visible_is_dropped(text: str) -> None:
    assert fit(text, WESTERN).strip() or text.isspace()
