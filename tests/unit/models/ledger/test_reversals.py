"""Payments taken back by who did not know what others had done to them: what went is booked as it went (S0-26, H5)."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from models.ledger.accounts import LOT_CODES
from models.ledger.states import Verdict
from models.operations import bodies
from tests.support.acts import DRAWER, allocate, check_ledger, collect, reverse
from tests.support.money_acts import ANN, Played, correct, failed, line_item, paid, people, request, undone

CAME = collect("p1", ANN, 100)


def net(play: Played, account: str) -> int:
    balance = play.draft.balance(account)
    return balance.debits - balance.credits


def lies(play: Played) -> int:
    return sum(-net(play, lot.id) for lot in play.draft.lots_of_payment("p1") if lot.code in LOT_CODES)


def open_cents(play: Played) -> list[int]:
    """Of every task about money that is missing."""
    return [task.open_cents for task in play.draft.tasks.values() if task.open_cents and task.account_id]


TAKEN_BACK: dict[str, tuple[list[object], Verdict, str, int, int, int]] = {
    "all of it": ([reverse("p1", went=100)], Verdict.ACCEPTED, "", 0, 0, 0),
    "of an older version": ([reverse("p1")], Verdict.ACCEPTED, "", 0, 0, 0),
    "of an older version, corrected": ([correct("p1", 30), reverse("p1")], Verdict.ACCEPTED, "", 0, 0, 0),
    "all, corrected elsewhere": (
        [correct("p1", 30), reverse("p1", went=100)], Verdict.EXCEPTED, "more_than_paid", -30, 30, 0,
    ),
    "the corrected rest": ([correct("p1", 30), reverse("p1", went=70)], Verdict.ACCEPTED, "", 0, 0, 0),
    "all, part refunded elsewhere": (
        [paid("r1", "p1", 20), reverse("p1", went=100)], Verdict.EXCEPTED, "partly_given_back", -20, 20, 0,
    ),
    "twice": ([reverse("p1", went=100), reverse("p1", went=100)], Verdict.EXCEPTED, "already_reversed", -100, 100, 0),
    "twice, by an older version": ([reverse("p1", went=100), reverse("p1")], Verdict.EXCEPTED, "already_reversed",
                                   -100, 100, 0),
    "less than all": ([reverse("p1", went=60)], Verdict.ACCEPTED, "", 40, 0, 40),
    "less than all, and again": (
        [reverse("p1", went=60), reverse("p1", went=60)], Verdict.EXCEPTED, "already_reversed", -20, 20, 0,
    ),
    "less than all, then the rest": (
        [reverse("p1", went=60), reverse("p1", went=40)], Verdict.EXCEPTED, "already_reversed", 0, 0, 0,
    ),
    "a negative amount": ([reverse("p1", went=-5)], Verdict.QUARANTINED, "amount_not_positive", 100, 0, 100),
}  # fmt: skip
"""Acts after 100 in cash; verdict and reason of the last; what lies in the drawer, is missing, and is credit then."""


@pytest.mark.parametrize("name", TAKEN_BACK)
def test_what_went_is_booked_as_it_went(name: str) -> None:
    acts, verdict, reason, drawer, missing, credit = TAKEN_BACK[name]
    play = Played([*people(), CAME, *acts[:-1]])
    entry = play.do(acts[-1])
    assert (entry.verdict, entry.reason) == (verdict, reason)
    assert (net(play, f"CASH:{DRAWER}"), net(play, "OVR:p1"), lies(play)) == (drawer, missing, credit)
    assert sum(open_cents(play)) == missing
    check_ledger(play.draft)


ANY_ORDER: dict[str, tuple[Any, ...]] = {
    "corrected": (reverse("p1", went=100), correct("p1", 30)),
    "corrected, voided twice": (reverse("p1", went=100), correct("p1", 30), reverse("p1", went=100)),
    "refunded": (reverse("p1", went=100), paid("r1", "p1", 20)),
    "refunded and corrected": (reverse("p1", went=100), correct("p1", 30), paid("r1", "p1", 20)),
    "deleted and corrected": (reverse("p1", went=100, act="delete"), correct("p1", 30)),
    "voided in part, corrected": (reverse("p1", went=60), correct("p1", 30)),
    "voided in part, refunded": (reverse("p1", went=60), paid("r1", "p1", 70)),
}


@pytest.mark.parametrize("name", ANY_ORDER)
@pytest.mark.parametrize("spent", [0, 80])
def test_whoever_is_heard_first_the_same_is_missing(name: str, spent: int) -> None:
    """Desks that did not know of each other: the drawer, what is missing and what is left are the same in any order."""
    before = [*people(), line_item("c1", 200), CAME, *([allocate("p1", ANN, ("c1", spent))] if spent else [])]
    found = set()
    for acts in permutations(ANY_ORDER[name]):
        play = Played([*before, *acts])
        check_ledger(play.draft)
        held = lies(play) + sum(cents for _, _, cents in play.draft.paid_by_payment("p1"))
        found.add((net(play, f"CASH:{DRAWER}"), net(play, "OVR:p1"), held))
        assert sum(open_cents(play)) == net(play, "OVR:p1")
    went = sum(getattr(act, "given_back_cents", 0) or act.amount_cents for act in ANY_ORDER[name])
    assert found == {(100 - went, max(went - 100, 0), max(100 - went, 0))}


def test_what_a_card_company_did_not_give_back_stays_the_patients_to_use() -> None:
    play = Played([*people(), line_item("c1", 200), CAME, reverse("p1", went=60)])
    assert play.do(allocate("p1", ANN, ("c1", 30))).granted_cents == 30
    assert play.do(request("r1", "p1", 10)).verdict is Verdict.ACCEPTED
    assert play.do(paid("r1", "p1", 10)).verdict is Verdict.ACCEPTED
    entry = play.do(reverse("p1", went=30))
    assert (entry.reason, lies(play), net(play, "OVR:p1"), net(play, "AR:c1")) == ("already_reversed", 0, 0, 200)
    assert play.do(allocate("p1", ANN, ("c1", 5))).reason == "payment_reversed"
    check_ledger(play.draft)


@pytest.mark.parametrize(("went", "back"), [(100, failed("r1")), (100, undone("r1")), (60, failed("r1"))])
def test_a_refund_that_falls_after_the_void_makes_up_for_what_is_missing_then_is_credit(went: int, back: Any) -> None:
    acts = [request("r1", "p1", 20), *([paid("r1", "p1", 20)] if isinstance(back, bodies.RefundUndone) else [])]
    play = Played([*people(), CAME, *acts, reverse("p1", went=went)])
    assert net(play, "OVR:p1") == max(went - 80, 0)
    play.do(back)
    assert (net(play, "OVR:p1"), lies(play), net(play, f"CASH:{DRAWER}")) == (0, 100 - went, 100 - went)
    assert open_cents(play) == []
    check_ledger(play.draft)


def test_less_of_a_refund_went_than_was_set_aside_before_the_void() -> None:
    play = Played([*people(), CAME, request("r1", "p1", 20), reverse("p1", went=90), paid("r1", "p1", 5)])
    assert (net(play, "OVR:p1"), lies(play), net(play, f"CASH:{DRAWER}")) == (0, 5, 5)
    check_ledger(play.draft)
