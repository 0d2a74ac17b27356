"""The practice's rules about money: read, changed by who may, the same for everybody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.rules import STATUSES_AT_MOST, MoneyRules
from models.basics.errors import RuleBroken
from models.operations.records import Practitioner, Rules
from tests.support.clinic import MARIA, PRIYA, TestClinic


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[TestClinic]:
    made = TestClinic(tmp_path)
    yield made
    made.close()


@pytest.fixture
def rules(clinic: TestClinic) -> MoneyRules:
    return MoneyRules(clinic.clinic)


def key_of(call: Any, *arguments: Any, **values: Any) -> str:
    with pytest.raises(RuleBroken) as caught:
        call(*arguments, **values)
    return caught.value.message_key


def test_s0_18_a_practice_begins_with_everything_by_rule_off(rules: MoneyRules):
    assert rules.view().rules == Rules()


def test_what_is_set_stands_and_the_rest_stays(clinic: TestClinic, rules: MoneyRules):
    rules.change(PRIYA, auto_allocate=True, refund_limit_cents=0)
    rules.change(PRIYA, custom_statuses=("  With   nurse ", "Lab"), statement_message=" Thank\nyou ")
    expected = Rules(auto_allocate=True, refund_limit_cents=0, custom_statuses=("With nurse", "Lab"),
                     statement_message="Thank you")  # fmt: skip
    assert rules.view().rules == expected
    assert clinic.clinic.rules == expected


def test_nothing_changed_is_nothing_written(clinic: TestClinic, rules: MoneyRules):
    rules.change(PRIYA, auto_allocate=True)
    before = clinic.rows("SELECT count(*) FROM outbox")
    rules.change(PRIYA, auto_allocate=True)
    rules.opt_in(PRIYA, "okafor", False)
    assert clinic.rows("SELECT count(*) FROM outbox") == before


def test_s0_16_a_provider_opts_in_and_out_and_keeps_the_rest(clinic: TestClinic, rules: MoneyRules):
    clinic.put(Practitioner(id="reyes", name="Dr. Reyes", npi="1234567893"))
    rules.opt_in(PRIYA, "reyes", True)
    assert [(each.name, each.auto_allocate) for each in rules.view().providers] == [
        ("Dr. Okafor", False), ("Dr. Reyes", True),
    ]  # fmt: skip
    assert clinic.rows("SELECT npi FROM practitioner WHERE id = 'reyes'") == [("1234567893",)]
    rules.opt_in(PRIYA, "reyes", False)
    assert not any(each.auto_allocate for each in rules.view().providers)
    assert key_of(rules.opt_in, PRIYA, "nobody", True) == "rules.provider_gone"


@pytest.mark.parametrize("cents", [-1, 100_000_001, 2.5, True, "5"])
def test_a_limit_is_a_whole_amount(rules: MoneyRules, cents: Any):
    assert key_of(rules.change, PRIYA, adjust_limit_cents=cents) == "rules.limit_form"


@pytest.mark.parametrize("names", [("",), ("x" * 25,), ("Lab", "lab"), ("Checked in",), ("No show",)])
def test_a_status_has_a_short_name_of_its_own(rules: MoneyRules, names: tuple[str, ...]):
    assert key_of(rules.change, PRIYA, custom_statuses=names) == "rules.status_form"


def test_statuses_have_an_end(rules: MoneyRules):
    many = tuple(f"Room {n}" for n in range(STATUSES_AT_MOST + 1))
    assert key_of(rules.change, PRIYA, custom_statuses=many) == "rules.too_many"
    rules.change(PRIYA, custom_statuses=many[:-1])


def test_only_who_sets_up_the_practice_changes_its_rules(rules: MoneyRules):
    assert key_of(rules.change, MARIA, auto_allocate=True) == "staff.right_missing"
    assert key_of(rules.opt_in, MARIA, "okafor", True) == "staff.right_missing"
    assert rules.view().rules == Rules()


def test_a_rule_nobody_knows_is_a_bug(rules: MoneyRules):
    with pytest.raises(TypeError):
        rules.change(PRIYA, id="other")


def test_s1_12_auto_archive_hangs_on_auto_post_and_is_turned_on_with_it(rules: MoneyRules):
    def stands() -> tuple[bool, bool]:
        found = rules.view().rules
        return found.online_auto_post, found.online_auto_archive

    steps = [({"online_auto_post": True}, (True, True)), ({"online_auto_archive": False}, (True, False)),
             ({"online_auto_post": False}, (False, False)), ({"online_auto_archive": True}, (True, True)),
             ({"online_auto_post": False}, (False, False))]  # fmt: skip
    assert rules.view().rules.online_receipts
    for change, after in steps:
        rules.change(PRIYA, **change)
        assert stands() == after, change


def test_s1_12_a_provider_leaves_auto_post(clinic: TestClinic, rules: MoneyRules):
    rules.opt_in(PRIYA, "okafor", False, "online_auto_post")
    assert [each.online_auto_post for each in rules.view().providers] == [False]
    assert clinic.rows("SELECT online_auto_post FROM practitioner WHERE id = 'okafor'") == [(0,)]
