"""Languages as programs write them, and what somebody is written to in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.languages import SPOKEN, WRITTEN, language_name, language_tag, written_in


@pytest.mark.parametrize(
    ("text", "tag"),
    [("es", "es"), ("es-MX", "es"), ("ES_us", "es"), ("spa", "es"), ("Spanish", "es"), ("Español", "es"),
     ("eng", "en"), ("English", "en"), ("chi", "zh"), ("zho", "zh"), ("Haitian Creole", "ht"), ("qaa", "qaa"),
     ("", ""), ("declined to say", ""), ("1", ""), ("x", "")],
)  # fmt: skip
def test_a_language_is_known_by_tag_or_name(text: str, tag: str) -> None:
    assert language_tag(text) == tag


@pytest.mark.parametrize("tag", SPOKEN)
def test_every_language_of_the_list_is_known_by_its_name(tag: str) -> None:
    assert language_tag(language_name(tag)) == language_tag(tag) == tag
    assert written_in(tag) == (tag if tag in WRITTEN else "en")


@given(st.text(max_size=20))
def test_whatever_is_said_somebody_is_written_to(text: str) -> None:
    assert written_in(language_tag(text)) in WRITTEN
