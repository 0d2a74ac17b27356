"""One-time links in the engine: they post nothing, and what no page could show is kept apart."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from models.ledger.memory import memory_book
from models.ledger.posting import settle
from models.operations.links import LinkIssue, LinkRevoke
from models.operations.online import OnlineItem
from tests.support.acts import OpMaker

LINK = LinkIssue(link_id="link", patient_id="rosa", subject="balance", amount_cents=5_000,
                 expires_at="2026-05-21T04:59:59.000Z")  # fmt: skip
WRONG: tuple[dict[str, Any], ...] = (
    {"amount_cents": 0}, {"amount_cents": -1}, {"owed_cents": -1}, {"subject": "gift"}, {"subject": "visit"},
    {"subject": "plan"}, {"subject": "request"}, {"patient_id": ""}, {"expires_at": ""}, {"expires_at": "soon"},
    {"items": (OnlineItem(charge_id="c", amount_cents=0),)},
)  # fmt: skip


@pytest.mark.parametrize("subject", ["balance", "visit", "plan", "request"])
def test_a_link_posts_nothing(subject: str) -> None:
    draft, make = memory_book(), OpMaker()
    for body in (replace(LINK, subject=subject, subject_id="x"), LinkRevoke(link_id="link", patient_id="rosa")):
        (entry,) = settle(make.make(body), draft)
        assert (entry.verdict, entry.transfers) == ("accepted", ())


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_a_link_that_could_not_be_shown_is_kept_apart(wrong: dict[str, Any]) -> None:
    (entry,) = settle(OpMaker().make(replace(LINK, **wrong)), memory_book())
    assert (entry.verdict, entry.reason) == ("quarantined", "link_wrong")
