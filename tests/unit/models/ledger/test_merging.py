"""Two records are one person (H17), as the engine alone judges it: who follows whom, whatever order words arrive in;
whose money pays what; and what a desk did under the other record before it heard."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.ledger.accounts import Account
from models.ledger.draft import Draft
from models.ledger.memory import memory_book
from models.ledger.posting import settle
from models.ledger.states import Entry, Verdict
from models.operations import bodies, records
from models.operations.holds import HoldAsk
from models.operations.merging import PatientMerged, PatientParted
from tests.support.acts import OpMaker, allocate, check_ledger, collect
from tests.support.money_acts import AMY, ANN, BEN, adjust, elsewhere, line, line_item, move, people, request
from tests.support.often import often

CARL, DORA = "carl", "dora"
RECORDS = (ANN, BEN, CARL, DORA)


def merged(patient_id: str, into_id: str) -> PatientMerged:
    return PatientMerged(patient_id=patient_id, into_id=into_id)


def parted(patient_id: str, reason: str = "two people after all") -> PatientParted:
    return PatientParted(patient_id=patient_id, reason=reason)


class Judge:
    """Acts in one order."""

    def __init__(self, *acts: object) -> None:
        self.draft, self._maker = memory_book(), OpMaker()
        self.entries: list[Entry] = []
        for body in (*people(), *acts):
            self.do(body)

    def do(self, body: object) -> Entry:
        op = self._maker.make(body)
        entries = settle(op, self.draft)
        self.entries += entries
        return next(entry for entry in entries if entry.op is op)

    def tasks(self) -> list[str]:
        return [str(entry.op.body["what"]) for entry in self.entries if entry.op.kind == "task.opened"]

    def there(self, account_id: str) -> int:
        balance = self.draft.balance(account_id)
        return balance.credits - balance.debits


def who(draft: Draft) -> dict[str, str]:
    return {name: draft.survivor_of(name) for name in RECORDS}


# Who follows whom ---------------------------------------------------------------------------------------------------


def test_h17_the_record_follows_and_everything_is_asked_of_the_person() -> None:
    judge = Judge(merged(BEN, ANN))
    assert (judge.draft.survivor_of(BEN), judge.draft.survivor_of(ANN)) == (ANN, ANN)
    assert judge.draft.records_of(BEN) == judge.draft.records_of(ANN) == (ANN, BEN)
    assert [entry.op.kind for entry in judge.entries[-2:]] == ["patient.merged", "patient.follows"]
    assert not any(entry.transfers for entry in judge.entries)


def test_h17_a_merge_of_a_merge_takes_everybody_along() -> None:
    judge = Judge(merged(CARL, BEN), merged(BEN, ANN))
    assert judge.draft.records_of(CARL) == (ANN, BEN, CARL)
    assert judge.do(merged(DORA, CARL)).verdict is Verdict.ACCEPTED
    assert judge.draft.survivor_of(DORA) == ANN


def test_h17_both_ways_at_two_desks_the_first_says_who_stays() -> None:
    judge = Judge(merged(BEN, ANN))
    entry = judge.do(merged(ANN, BEN))
    assert (entry.verdict, entry.reason) == (Verdict.REJECTED, "known_already")
    assert (judge.draft.records_of(ANN), judge.tasks()) == ((ANN, BEN), [])


@pytest.mark.parametrize("order", list(permutations([(BEN, ANN), (CARL, BEN), (ANN, CARL)])))
def test_h17_three_desks_in_a_circle_end_as_one_person(order: Sequence[tuple[str, str]]) -> None:
    judge = Judge(*(merged(*pair) for pair in order))
    assert len({who(judge.draft)[name] for name in (ANN, BEN, CARL)}) == 1
    assert judge.tasks() == []


def test_h17_one_record_to_two_people_the_second_falls_and_is_told() -> None:
    judge = Judge(merged(BEN, ANN))
    entry = judge.do(merged(BEN, CARL))
    assert (entry.verdict, entry.reason, judge.tasks()) == (Verdict.REJECTED, "merged_meanwhile", ["not_merged"])
    assert who(judge.draft) == {ANN: ANN, BEN: ANN, CARL: CARL, DORA: DORA}


@pytest.mark.parametrize("pair", [(BEN, BEN), ("", ANN), (BEN, "")])
def test_h17_a_record_is_merged_with_another_one(pair: tuple[str, str]) -> None:
    assert Judge().do(merged(*pair)).reason == "same_record"


def test_h17_taken_apart_each_has_what_was_merged_into_it_before() -> None:
    judge = Judge(merged(CARL, BEN), merged(BEN, ANN), merged(DORA, ANN))
    assert judge.do(parted(BEN)).verdict is Verdict.ACCEPTED
    assert who(judge.draft) == {ANN: ANN, BEN: BEN, CARL: BEN, DORA: ANN}
    assert judge.do(parted(BEN)).reason == "not_merged"
    assert judge.do(parted(CARL, " ")).reason == "reason_unknown"
    assert judge.do(merged(BEN, DORA)).verdict is Verdict.ACCEPTED  # and merged again
    assert judge.draft.records_of(CARL) == (ANN, BEN, CARL, DORA)


_word = st.tuples(st.sampled_from(("merge", "merge", "part")), st.sampled_from(RECORDS), st.sampled_from(RECORDS))


@often(60)
@given(st.lists(_word, max_size=12))
def test_h17_whatever_is_said_nobody_goes_in_a_circle(said: list[tuple[str, str, str]]) -> None:
    judge = Judge(*(parted(one) if what == "part" else merged(one, other) for what, one, other in said))
    survivors = who(judge.draft)
    assert all(survivors[survivors[name]] == survivors[name] for name in RECORDS)
    for name in RECORDS:
        mine = judge.draft.records_of(name)
        assert sorted(mine) == sorted(each for each in RECORDS if survivors[each] == survivors[name])
        alias = judge.draft.alias(name)
        assert alias is None or survivors[alias.into_id] == survivors[name]


# Money --------------------------------------------------------------------------------------------------------------


def test_h17_credit_of_both_pays_for_both_and_never_twice() -> None:
    judge = Judge(line_item("c1", 60), line_item("c5", 50), collect("p1", ANN, 40), collect("p2", BEN, 40))
    assert judge.do(allocate("p2", ANN, ("c1", 20))).reason == "wrong_patient"
    judge.do(merged(BEN, ANN))
    assert judge.do(allocate("p2", ANN, ("c1", 30))).verdict is Verdict.ACCEPTED
    assert judge.do(allocate("p1", BEN, ("c5", 40))).verdict is Verdict.ACCEPTED
    entry = judge.do(move(ANN, line("p2", 30, "", "c5"), if_short="take_available"))
    assert (entry.verdict, entry.granted_cents) == (Verdict.REDUCED, 10)
    assert judge.there("CR:p2") == judge.there("CR:p1") == 0
    check_ledger(judge.draft)


def test_h17_what_went_back_elsewhere_for_one_record_is_not_spent_from_the_other() -> None:
    judge = Judge(line_item("c1", 60), collect("p1", ANN, 40), elsewhere("e1", 30, BEN), merged(BEN, ANN))
    entry = judge.do(allocate("p1", ANN, ("c1", 40)))
    assert (entry.verdict, entry.granted_cents) == (Verdict.REDUCED, 10)
    assert judge.do(request("r1", "p1", 30)).reason == "refunded_elsewhere"


def test_h17_what_is_done_for_the_other_record_later_counts_for_the_person() -> None:
    judge = Judge(merged(BEN, ANN), collect("p1", BEN, 40), line_item("c1", 40))
    assert judge.do(allocate("p1", BEN, ("c1", 40))).verdict is Verdict.ACCEPTED
    assert judge.there("AR:c1") == 0


def test_h17_a_charge_that_its_payer_puts_under_the_record_that_stays_is_the_same_charge() -> None:
    judge = Judge(line_item("c5", 50), merged(BEN, ANN))
    moved = records.Charge(id="c5", patient_id=ANN, appointment_id="v3", service_date="2026-03-16",
                           description="Visit", responsibility_cents=30)  # fmt: skip
    assert judge.do(moved).verdict is Verdict.ACCEPTED
    assert (judge.there("AR:c5"), judge.there(f"RESP:{BEN}"), judge.there(f"RESP:{ANN}")) == (-30, 30, 0)
    assert judge.do(adjust("c5", 10, patient_id=ANN)).verdict is Verdict.ACCEPTED


def test_h17_a_family_is_the_persons_whichever_record_named_it() -> None:
    judge = Judge(line_item("c6", 30), collect("p1", BEN, 30))
    assert judge.do(allocate("p1", AMY, ("c6", 30))).reason == "wrong_patient"
    judge.do(merged(ANN, BEN))  # Amy is on Ann's bill
    assert judge.do(allocate("p1", AMY, ("c6", 30))).verdict is Verdict.ACCEPTED


def test_h17_a_desk_holds_credit_of_the_person() -> None:
    judge = Judge(collect("p1", ANN, 30), collect("p2", BEN, 30), merged(BEN, ANN))
    entry = judge.do(HoldAsk(ask_id="a1", patient_id=BEN, amount_cents=60))
    assert (entry.verdict, judge.draft.balance("CR:p1").held, judge.draft.balance("CR:p2").held) == (
        Verdict.ACCEPTED, 30, 30)  # fmt: skip
    judge.do(HoldAsk(ask_id="a2", patient_id=ANN, amount_cents=20))  # asked again under the other: not held twice
    assert judge.draft.balance("CR:p1").held + judge.draft.balance("CR:p2").held == 20


def test_h17_credit_goes_by_rule_from_either_record() -> None:
    judge = Judge(records.Rules(auto_allocate=True), merged(BEN, ANN), collect("p2", BEN, 40), line_item("c1", 30))
    assert (judge.there("AR:c1"), judge.there("CR:p2")) == (0, 10)


def test_h17_taken_apart_money_that_crossed_stays_and_no_more_crosses() -> None:
    judge = Judge(line_item("c1", 60), collect("p2", BEN, 40), merged(BEN, ANN), allocate("p2", ANN, ("c1", 30)))
    judge.do(parted(BEN))
    assert (judge.there("AR:c1"), judge.there("CR:p2")) == (-30, 10)
    assert judge.do(allocate("p2", ANN, ("c1", 10))).reason == "wrong_patient"
    taken_off = move(BEN, line("p2", 30, "c1", ""))
    assert judge.do(taken_off).verdict is Verdict.ACCEPTED  # and each has their own again
    assert (judge.there("AR:c1"), judge.there("CR:p2")) == (-60, 40)
    check_ledger(judge.draft)


def test_h17_money_of_a_file_that_comes_for_the_other_record_is_known() -> None:
    known = bodies.Collect(
        payment_id="p1", patient_id=BEN, tender="external", amount_cents=40, number="", receipt_no=""
    )
    again = bodies.Collect(
        payment_id="p1", patient_id=ANN, tender="external", amount_cents=40, number="", receipt_no=""
    )
    judge = Judge(known, merged(BEN, ANN))
    assert judge.do(again).reason == "known_already"
    assert judge.there("CR:p1") == 40


def test_h17_an_account_keeps_the_record_it_was_opened_under() -> None:
    judge = Judge(collect("p2", BEN, 40), line_item("c1", 40), merged(BEN, ANN), allocate("p2", ANN, ("c1", 40)))
    ends: list[Account] = [end for entry in judge.entries for each in entry.transfers
                           for end in (each.debit, each.credit)]  # fmt: skip
    assert {account.patient_id for account in ends if account.id == "CR:p2"} == {BEN}
