"""Every reason of the engine has a sentence that says what is possible."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import pytest

import models.ledger
from app.refusals import REASONS, account_changed, insist, need, refusal
from app.words import WORDS, sentence_for
from models.basics.errors import RuleBroken
from models.ledger.book import Entry, Verdict
from models.ledger.figures import Figures
from models.operations.bodies import Undo
from models.operations.operation import GENESIS, make_operation
from models.rules.rights import Right, rights_of
from tests.support.clinic import MARIA, PRIYA

LEDGER = Path(str(models.ledger.__file__)).parent


def reasons_in_the_engine() -> set[str]:
    """Every reason written out where a decision falls: `Refused("…")` and what `reject` is given."""
    found = set()
    for path in LEDGER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Refused", "reject"):
                found |= {part.value for arg in node.args for part in ast.walk(arg)
                          if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value}  # fmt: skip
    return found


def test_no_reason_of_the_engine_is_unknown_here():
    assert len(reasons_in_the_engine()) > 10
    assert reasons_in_the_engine() <= set(REASONS)


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_says_what_happened_and_what_to_do(reason: str):
    words = sentence_for(refusal(reason))
    assert refusal(reason).message_key in WORDS
    assert words.title
    assert words.body
    assert words.action
    assert "\u2014" not in str(words), "a fact was missing"


@pytest.mark.parametrize(
    ("reason", "fact"),
    [
        ("not_that_much", "there_cents"),
        ("more_than_owed", "owes_cents"),
        ("more_than_paid", "held_cents"),
        ("refunded_elsewhere", "spendable_cents"),
    ],
)
def test_what_is_possible_is_named_where_it_is_known(reason: str, fact: str):
    assert "$12.50" in str(sentence_for(refusal(reason, **{fact: 1250})))


def test_an_unknown_reason_is_told_with_its_code():
    assert "(linked_to_moon)" in str(sentence_for(refusal("linked_to_moon")))


def entry(verdict: Verdict, reason: str = "") -> Entry:
    body = Undo(undo_id="u", patient_id="p", op_ids=("o",))
    op = make_operation(body, op_id="op", tenant="t", device="d", epoch=1, dseq=1, prev=GENESIS, actor="maria",
                        business_date="2026-05-14", device_time="2026-05-14T14:41:00.000Z", patient="p")  # fmt: skip
    return Entry(op, verdict, reason=reason)


def test_a_decision_that_stands_is_passed_on_and_one_that_fell_raises():
    for verdict in (Verdict.ACCEPTED, Verdict.REDUCED):
        assert insist(entry(verdict)).verdict is verdict
    for verdict in (Verdict.REJECTED, Verdict.QUARANTINED):
        with pytest.raises(RuleBroken) as refused:
            insist(entry(verdict, "not_that_much"), there_cents=5)
        assert refused.value.message_key == "refused.not_that_much_now"


def test_an_account_that_changed_says_how_it_stands():
    words = str(sentence_for(account_changed(Figures(10000, 4000, 2500, 0))))
    assert "$25.00" in words
    assert "$60.00" in words


def test_a_right_is_the_persons_own_or_lent():
    maria = replace(MARIA, rights=rights_of("receptionist"))
    priya = replace(PRIYA, rights=rights_of("manager"))
    assert need(Right.PAYMENTS, maria) == ""
    assert need(Right.ADJUST, maria, priya) == "priya"
    assert need(Right.ADJUST, priya, maria) == ""
    for lender in (None, maria):
        with pytest.raises(RuleBroken) as refused:
            need(Right.ADJUST, maria, lender)
        assert refused.value.message_key == "staff.right_missing"
