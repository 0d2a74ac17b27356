"""Ways to pay of a practice: what is offered, what is its own, and what a payment by one of them keeps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.views import TenderKind
from app.ways import AT_MOST, USUAL, Ways
from models.basics.errors import RuleBroken
from tests.support.clinic import MARIA, PRIYA, TestClinic
from tests.support.counter import rosa_with_copay_and_balance, tillless_checkout


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[TestClinic]:
    made = TestClinic(tmp_path)
    rosa_with_copay_and_balance(made)
    yield made
    made.close()


def named(ways: Ways) -> list[tuple[str, str, bool]]:
    """The practice's own ways."""
    return [(way.name, way.reference, way.offered) for way in ways.all() if not way.usual]


def refused(call: Any) -> str:
    """The key it is refused with."""
    with pytest.raises(RuleBroken) as error:
        call()
    return error.value.message_key


def test_s0_07_the_usual_ways_are_there_and_the_practice_adds_its_own(clinic: TestClinic) -> None:
    ways = Ways(clinic.clinic)
    assert [(way.method_id, way.offered) for way in ways.all()] == [(name, True) for name in USUAL]
    flex = ways.add("  Flex  spending card ", "Confirmation number", PRIYA)
    ways.add("County voucher", "", PRIYA)
    assert named(ways) == [("Flex spending card", "Confirmation number", True), ("County voucher", "", True)]
    sheet = tillless_checkout(clinic).open("rosa", "today")
    assert [way.name for way in sheet.ways] == ["Flex spending card", "County voucher"]
    assert "other" in sheet.tenders
    ways.move(flex, 1, PRIYA)
    ways.move(flex, 1, PRIYA)
    assert [name for name, _, _ in named(ways)] == ["County voucher", "Flex spending card"]
    ways.change(flex, PRIYA, name="FSA card", reference="")
    assert named(ways)[1] == ("FSA card", "", True)


def test_s0_07_the_offered_list_can_be_cut_down(clinic: TestClinic) -> None:
    ways = Ways(clinic.clinic)
    ways.change("check", PRIYA, offered=False)
    checkout = tillless_checkout(clinic)
    assert checkout.open("rosa", "today").tenders == ("cash",)
    ways.change("card", PRIYA, offered=False)
    assert refused(lambda: ways.change("cash", PRIYA, offered=False)) == "ways.last"
    flex = ways.add("Flex", "", PRIYA)
    ways.change("cash", PRIYA, offered=False)
    assert checkout.open("rosa", "today").tenders == ("other",)
    assert refused(lambda: ways.change(flex, PRIYA, offered=False)) == "ways.last"
    ways.change("check", PRIYA, offered=True)
    ways.change(flex, PRIYA, offered=False)
    assert checkout.open("rosa", "today").tenders == ("check",)


def test_only_who_sets_up_the_practice_changes_the_list(clinic: TestClinic) -> None:
    ways = Ways(clinic.clinic)
    flex = ways.add("Flex", "", PRIYA)
    before = ways.all()
    for call in (
        lambda: ways.add("Voucher", "", MARIA), lambda: ways.change(flex, MARIA, offered=False),
        lambda: ways.move(flex, 1, MARIA),
    ):  # fmt: skip
        assert refused(call) == "staff.right_missing"
    assert ways.all() == before


@pytest.mark.parametrize(
    ("name", "number", "key"),
    [
        (" ", "", "ways.name_form"), ("x" * 41, "", "ways.name_form"), ("Flex", "y" * 31, "ways.number_form"),
        ("cash", "", "ways.name_used"), ("FLEX", "", "ways.name_used"), ("4111 1111 1111 1111", "",
                                                                         "collect.card_number"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_way_is_said(clinic: TestClinic, name: str, number: str, key: str) -> None:
    ways = Ways(clinic.clinic)
    flex = ways.add("Flex", "", PRIYA)
    if name != "Flex":
        assert refused(lambda: ways.add(name, number, PRIYA)) == key
        if key != "ways.name_used" or name == "cash":
            assert refused(lambda: ways.change(flex, PRIYA, name=name, reference=number)) == key
    else:
        assert refused(lambda: ways.change(flex, PRIYA, name=name, reference=number)) == key
    assert named(ways) == [("Flex", "", True)]
    assert refused(lambda: ways.change("cash", PRIYA, name="Coins")) == "ways.gone"
    assert refused(lambda: ways.change("nothing", PRIYA, offered=False)) == "ways.gone"
    assert refused(lambda: ways.move("cash", 1, PRIYA)) == "ways.gone"


def test_there_are_so_many_and_no_more(clinic: TestClinic) -> None:
    ways = Ways(clinic.clinic)
    for number in range(AT_MOST):
        ways.add(f"Voucher {number}", "", PRIYA)
    assert refused(lambda: ways.add("One more", "", PRIYA)) == "ways.too_many"


def test_a_sheet_that_was_open_meanwhile_cannot_use_a_way_that_is_gone(clinic: TestClinic) -> None:
    ways = Ways(clinic.clinic)
    flex = ways.add("Flex", "Confirmation number", PRIYA)
    checkout = tillless_checkout(clinic)
    sheet = checkout.open("rosa", "today")
    ways.change(flex, PRIYA, offered=False)
    from app.lanes import Job
    from app.views import CollectRequest

    request = CollectRequest(sheet=sheet, amounts={"copay:today": 3000}, use_credit=False, tender=TenderKind.OTHER,
                             person=MARIA, method_id=flex, trace_no="118")  # fmt: skip
    assert refused(lambda: checkout.collect(request, Job(lambda _step: None))) == "collect.method_gone"
    assert clinic.rows("SELECT count(*) FROM payment") == [(0,)]
