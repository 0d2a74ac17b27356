"""docs/ledger.md tells every account and every operation that moves money."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.ledger.accounts import Code
from models.operations.kinds import KINDS, RECORD_KINDS

PAGE = (Path(__file__).resolve().parents[4] / "docs" / "ledger.md").read_text("utf-8")
POSTS_NOTHING = {
    *(name for name in RECORD_KINDS if name != "charge.put"), "visit.status", "visit.billing", "visit.not_collecting",
    "statement.issued", "ask.start", "ask.told", "ask.cancel", "ask.snooze",
    "message.send", "message.sent", "message.failed", "message.consent",
    "eligibility.check", "payment_request.put", "payment_request.status", "document.add", "document.remove",
    "document.kept", "note.add", "card.consent", "card.keep", "card.drop",
    "card.set_default", "card.rename", "payment.signed",
    "plan.put", "plan.accept", "plan.activate", "plan.skip", "plan.method", "plan.cancel",
    "plan.closed", "plan.charged", "online.dispute_lost",
    "patient.exported", "portal.terms", "link.issue", "link.revoke",
}  # fmt: skip
"""Kinds that say something and move no money of their own."""


@pytest.mark.parametrize("code", Code)
def test_every_account_is_told(code: Code) -> None:
    assert f"`{code}`" in PAGE or f"`{code}:" in PAGE


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - POSTS_NOTHING))
def test_every_operation_that_moves_money_is_told(kind: str) -> None:
    assert f"`{kind}`" in PAGE
