"""Every reason for which the ledger refuses a decision has its sentence, and says what is possible where it can."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from app.refusals import REASONS, refusal
from app.words import sentence_for
from models import ledger

ENGINE = Path(ledger.__file__).parent


def reasons_of_the_engine() -> set[str]:
    """The argument of every `Refused(…)` and `reject(…)`, and what the functions return that look for a reason."""
    found: set[str] = set()
    for path in ENGINE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"Refused", "reject"}:
                found |= _texts(*node.args)
            elif isinstance(node, ast.FunctionDef) and node.name.startswith(("_cannot", "_why")):
                found |= _texts(*(each.value for each in ast.walk(node) if isinstance(each, ast.Return) and each.value))
    return {text for text in found if text}


def _texts(*nodes: ast.AST) -> set[str]:
    return {each.value for node in nodes for each in ast.walk(node)
            if isinstance(each, ast.Constant) and isinstance(each.value, str)}  # fmt: skip


def test_the_engine_gives_no_reason_nobody_has_words_for() -> None:
    found = reasons_of_the_engine() - {"external"}  # a tender, compared within such a function
    assert {"credit_used", "more_than_paid", "more_than_owed"} <= found
    assert sorted(found - set(REASONS)) == []


@pytest.mark.parametrize("reason", REASONS)
def test_a_reason_is_a_sentence_about_the_money(reason: str) -> None:
    error = refusal(reason)
    assert error.message_key == f"refused.{reason}"
    assert sentence_for(error).title != sentence_for(ValueError()).title


def test_a_reason_of_a_newer_hub_is_told_as_such() -> None:
    assert refusal("moon_phase").message_key == "refused.unknown"


@pytest.mark.parametrize(("reason", "fact"), [
    ("not_that_much", "there_cents"), ("more_than_owed", "owes_cents"), ("more_than_paid", "held_cents"),
])  # fmt: skip
def test_what_is_possible_is_named(reason: str, fact: str) -> None:
    assert "$12.34" in str(sentence_for(refusal(reason, **{fact: 1234})))
