"""Payment requests by link as the engine judges them: they post nothing, and nonsense falls before anything is sent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.ledger.memory import memory_book
from models.ledger.posting import settle
from models.ledger.states import Entry, Verdict
from models.operations.asks import AskCancel, AskSnooze, AskStart, AskTold
from models.operations.messages import MessagePaper
from models.rules.links import MOST_DAYS
from tests.support.acts import OpMaker
from tests.support.money_acts import ANN

ASK = AskStart(ask_id="k", patient_id=ANN, amount_cents=5_000, channel="email", address="ann@home.test",
               remind_after=(3, 7))  # fmt: skip
STATEMENT = MessagePaper(kind="statement", source_id="s", number="ST-1", day="2026-03-02", amount_cents=5_000,
                         document="{}")  # fmt: skip


def judged(body: object) -> Entry:
    draft = memory_book()
    return settle(OpMaker().make(body), draft)[0]


def test_s1_16_a_request_posts_nothing() -> None:
    for body in (ASK, replace(ASK, channel="text", address="+15550104417"), replace(ASK, statement=STATEMENT),
                 AskCancel(ask_id="k", patient_id=ANN), AskSnooze(patient_id=ANN, until="2026-04-01")):  # fmt: skip
        entry = judged(body)
        assert (entry.verdict, entry.transfers) == (Verdict.ACCEPTED, ())


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"amount_cents": 0}, "amount_not_positive"), ({"amount_cents": -1}, "amount_not_positive"),
        ({"channel": "letter"}, "address_wrong"), ({"address": "Ann@Home.test"}, "address_wrong"),
        ({"address": ""}, "address_wrong"), ({"remind_after": (1, 2, 3)}, "ask_wrong"),
        ({"remind_after": (7, 3)}, "ask_wrong"), ({"expires_days": 0}, "ask_wrong"),
        ({"expires_days": MOST_DAYS + 1}, "ask_wrong"),
        ({"channel": "text", "address": "+15550104417", "statement": STATEMENT}, "ask_wrong"),
        ({"statement": replace(STATEMENT, kind="superbill")}, "ask_wrong"),
    ],
    ids=str,
)  # fmt: skip
def test_s1_16_what_cannot_be_sent_falls(change: dict[str, object], reason: str) -> None:
    entry = judged(replace(ASK, **change))  # type: ignore[arg-type]
    assert (entry.verdict, entry.reason) == (Verdict.REJECTED, reason)


def test_s1_16_only_the_hub_says_what_it_sent() -> None:
    told = AskTold(ask_id="k", patient_id=ANN, outcome="sent", on="2026-03-02", step=1)
    assert judged(told).reason == "derived_by_hub"
