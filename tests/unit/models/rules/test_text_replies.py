"""What an answer to a text asks for: the whole answer counts, in both languages, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.text_replies import START, STOP, reply_of


@pytest.mark.parametrize(
    ("text", "asks"),
    [(word, STOP) for word in ("STOP", "stop", " Stop. ", "STOP ALL", "Unsubscribe", "CANCEL", "end!", "Quit", "ALTO",
                               "¡Alto!", "parar", "opt-out", "OptOut")]
    + [(word, START) for word in ("START", "unstop", "Iniciar")]
    + [(word, "") for word in ("", "HELP", "cancel my visit", "please stop", "yes", "ok", "STOPP", "🛑", "end" * 20)],
)  # fmt: skip
def test_an_answer_is_one_of_the_words_or_nothing(text: str, asks: str) -> None:
    assert reply_of(text) == asks


@given(st.text(max_size=80))
def test_any_text_is_read(text: str) -> None:
    assert reply_of(text) in ("", STOP, START)
