"""Drawers, slips for the bank, and credit set aside for a desk, as the engine alone judges them: two desks over one
ledger in memory."""

from __future__ import annotations

import pytest

from models.ledger.memory import memory_book
from models.ledger.posting import settle
from models.ledger.states import Entry, Verdict
from models.operations import bodies
from models.operations.holds import HoldAsk, HoldBroken, HoldReturned
from tests.support.acts import OpMaker, allocate, collect
from tests.support.money_acts import ANN, line_item, people


class Two:
    """Two desks; `one` and `two` do something and give the entry of the act itself."""

    def __init__(self) -> None:
        self.draft = memory_book()
        self._makers = {"one": OpMaker(device="one"), "two": OpMaker(device="two")}

    def do(self, who: str, body: object) -> Entry:
        op = self._makers[who].make(body)
        return next(entry for entry in settle(op, self.draft) if entry.op is op)

    def all(self, who: str, *acts: object) -> None:
        for body in acts:
            self.do(who, body)

    def net(self, account: str) -> int:
        balance = self.draft.balance(account)
        return balance.debits - balance.credits

    def held(self, payment_id: str) -> int:
        return self.draft.balance(f"CR:{payment_id}").held


@pytest.fixture
def two() -> Two:
    made = Two()
    made.all("one", *people(), line_item("c1", 500), collect("p1", ANN, 100), collect("p2", ANN, 40, tender="check"))
    return made


# Drawers -----------------------------------------------------------------------------------------------------------


def counted(expected: int, cents: int, kept: int) -> bodies.DrawerClosed:
    return bodies.DrawerClosed(close_id=f"close-{cents}", drawer="d", number="Z", float_cents=kept,
                               expected_cents=expected, counted_cents=cents, kept_cents=kept)  # fmt: skip


def test_a_float_comes_from_the_safe_and_goes_back_to_it(two: Two) -> None:
    for cents, safe in ((150, -150), (-30, -120)):
        two.do("one", bodies.DrawerOpened(session_id="s", drawer="d", float_cents=150, moved_cents=cents))
        assert (two.net("CASH:d"), two.net("SAFE")) == (-safe, safe)


@pytest.mark.parametrize(("kind", "cents", "there"), [("paid_in", 50, 50), ("paid_out", 50, -50), ("no_sale", 0, 0)])
def test_money_in_and_out_without_a_patient(two: Two, kind: str, cents: int, there: int) -> None:
    two.do("one", bodies.DrawerMoved(move_id="m", drawer="d", kind=kind, amount_cents=cents, reason="Stamps"))
    assert (two.net("CASH:d"), two.net("EXP")) == (there, -there)


@pytest.mark.parametrize(("kind", "cents"), [("paid_in", 0), ("no_sale", 5), ("paid_out", -5), ("lent", 5)])
def test_a_move_that_makes_no_sense_is_kept_apart(two: Two, kind: str, cents: int) -> None:
    entry = two.do("one", bodies.DrawerMoved(move_id="m", drawer="d", kind=kind, amount_cents=cents, reason="Stamps"))
    assert (entry.verdict, entry.transfers) == (Verdict.QUARANTINED, ())


@pytest.mark.parametrize(
    ("expected", "cents", "kept", "verdict", "over"),
    [
        (150, 150, 100, Verdict.ACCEPTED, 0),
        (150, 140, 100, Verdict.ACCEPTED, 10),
        (150, 155, 100, Verdict.ACCEPTED, -5),
        (150, 0, 0, Verdict.ACCEPTED, 150),
        (130, 150, 100, Verdict.EXCEPTED, 0),
    ],
)
def test_i12_what_is_kept_is_what_the_books_say(
    two: Two, expected: int, cents: int, kept: int, verdict: Verdict, over: int
) -> None:  # fmt: skip
    """Counted is counted; that the books said something else than the person was told is looked at."""
    two.do("one", bodies.DrawerOpened(session_id="s", drawer="d", float_cents=150, moved_cents=150))
    entry = two.do("one", counted(expected, cents, kept))
    assert (entry.verdict, entry.reason) == (verdict, "drawer_differs" if verdict is Verdict.EXCEPTED else "")
    assert (two.net("CASH:d"), two.net("OS"), two.net("SAFE")) == (kept, over, cents - kept - 150)


# Slips -------------------------------------------------------------------------------------------------------------


def slip(name: str, *payments: str, checks: int = 40, cash: int = 100, coin: int = 0) -> bodies.DepositMade:
    return bodies.DepositMade(deposit_id=name, number=name, drawer="d", close_id="close", cash_cents=cash,
                              coin_cents=coin, check_cents=checks, payment_ids=payments)  # fmt: skip


def dropped(name: str, *payments: str) -> bodies.DepositDeleted:
    return bodies.DepositDeleted(deposit_id=name, payment_ids=payments, reason="wrong bank")


def test_a_payment_goes_to_the_bank_once_whichever_desk_writes_the_slip(two: Two) -> None:
    assert two.do("one", slip("s1", "p1", "p2")).verdict is Verdict.ACCEPTED
    again = (slip("s1"), slip("s2", "p2"), slip("s3", "p9", "p1"))
    assert [two.do("two", each).reason for each in again] == ["deposited"] * 3
    assert (two.net("TRANSIT"), two.net("SAFE"), two.net("CHK")) == (140, -100, 0)


def test_a_slip_is_taken_back_once_and_only_with_its_own_payments(two: Two) -> None:
    two.all("one", slip("s1", "p1"), slip("s2", "p2"))
    assert two.do("two", dropped("s3")).reason == "missing_dependency"
    assert two.do("two", dropped("s1", "p1", "p2")).reason == "missing_dependency", "p2 is on another slip"
    assert two.do("two", dropped("s1", "p1")).verdict is Verdict.ACCEPTED
    assert two.do("one", dropped("s1")).reason == "deposit_deleted"
    assert two.net("TRANSIT") == 140
    assert two.do("one", slip("s4", "p1")).verdict is Verdict.ACCEPTED


@pytest.mark.parametrize("wrong", [{"cash": -1}, {"checks": -1}, {"cash": 5, "coin": 6}, {"coin": -1}])
def test_a_slip_of_less_than_nothing_falls(two: Two, wrong: dict[str, int]) -> None:
    assert two.do("one", slip("s1", **wrong)).reason == "amount_not_positive"


# Held for a desk ---------------------------------------------------------------------------------------------------


def asks(cents: int, name: str = "a") -> HoldAsk:
    return HoldAsk(ask_id=name, patient_id=ANN, amount_cents=cents)


def hold_of(two: Two, payment_id: str) -> str:
    return two.draft.holds_on(f"CR:{payment_id}")[0].hold_id


def test_credit_is_held_oldest_first_and_less_where_less_is_there(two: Two) -> None:
    entry = two.do("one", asks(120))
    assert (entry.verdict, entry.granted_cents, two.held("p1"), two.held("p2")) == (Verdict.ACCEPTED, 120, 100, 20)
    entry = two.do("two", asks(50))
    assert (entry.verdict, entry.granted_cents, two.held("p2")) == (Verdict.REDUCED, 20, 40)


def test_asking_again_renews_what_the_desk_holds(two: Two) -> None:
    two.do("one", asks(140))
    assert two.do("one", asks(140, "b")).granted_cents == 140
    assert (two.held("p1"), two.held("p2")) == (100, 40)


def test_why_nothing_is_held(two: Two) -> None:
    assert two.do("one", asks(0)).reason == "amount_not_positive"
    two.do("one", asks(140))
    assert two.do("two", asks(10)).reason == "in_use"
    two.do("one", allocate("p1", ANN, ("c1", 100)))
    two.do("one", allocate("p2", ANN, ("c1", 40)))
    assert two.do("two", asks(10)).reason == "credit_used"


def test_a_hold_is_given_back_by_its_own_desk_alone(two: Two) -> None:
    two.do("one", asks(140))
    mine = (hold_of(two, "p1"), hold_of(two, "p2"))
    two.do("two", HoldReturned(hold_ids=mine))
    assert two.held("p1") == 100, "another desk's word"
    two.do("one", HoldReturned(hold_ids=(mine[0], mine[0])))
    two.do("one", HoldReturned(hold_ids=mine))
    assert (two.held("p1"), two.held("p2")) == (0, 0)


def test_a_hold_is_broken_with_a_reason(two: Two) -> None:
    two.do("one", asks(140))
    wanted = hold_of(two, "p1")
    for hold_id, reason, said in ((wanted, " ", "reason_unknown"), ("none", "why", "missing_dependency")):
        assert two.do("two", HoldBroken(hold_id=hold_id, patient_id=ANN, reason=reason)).reason == said
    assert two.do("two", HoldBroken(hold_id=wanted, patient_id=ANN, reason="gone home")).verdict is Verdict.ACCEPTED
    assert two.held("p1") == 0


def test_what_a_desk_spends_uses_its_own_hold_and_nobody_elses(two: Two) -> None:
    two.all("one", asks(60))
    assert two.do("two", allocate("p1", ANN, ("c1", 50))).granted_cents == 40
    assert two.held("p1") == 60
    assert two.do("one", allocate("p1", ANN, ("c1", 25))).granted_cents == 25
    assert two.held("p1") == 35


def test_a_hold_is_used_before_the_money_moves(two: Two) -> None:
    """Wherever a page of the log ends, no lot is spent beyond what is not held."""
    two.do("one", asks(100))
    before = len(two.draft.entries)
    two.do("one", allocate("p1", ANN, ("c1", 100)))
    assert [entry.op.kind for entry in two.draft.entries[before:]] == ["hold.freed", "payment.allocate"]
