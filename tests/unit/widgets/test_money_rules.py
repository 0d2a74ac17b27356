"""Settings > Money rules: read by everybody, changed by who sets up the practice, written as it is changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.rules import MoneyRules
from models.operations.records import Practitioner, Rules
from tests.support.clinic import MARIA, PRIYA, TestClinic
from tests.support.windows import LOOKS, clipped, picture, press, settle, shown, type_text
from widgets.bridge import Bridge
from widgets.settings import portal
from widgets.settings.rules import CARDS, MoneyRulesPresenter, MoneyRulesView

pytestmark = pytest.mark.usefixtures("themed")


class Page:
    def __init__(self, clinic: TestClinic, lane: Any) -> None:
        self.view, self.rules, self.who = MoneyRulesView(), MoneyRules(clinic.clinic), PRIYA
        self.presenter = MoneyRulesPresenter(self.view, bridge=Bridge(self.view), lane=lane, rules=lambda: self.rules,
                                             person=lambda: self.who)  # fmt: skip

    def stands(self) -> Rules:
        return self.rules.view().rules

    def type(self, name: str, text: str) -> None:
        field = self.view.row(name).control
        field.setFocus()
        field.selectAll()  # type: ignore[attr-defined]
        type_text(text)
        press("Tab")


@pytest.fixture
def page(tmp_path: Path, qtbot: Any, lane: Any) -> Iterator[Page]:
    clinic = TestClinic(tmp_path)
    clinic.put(Practitioner(id="reyes", name="Dr. Evangelina Reyes-Montgomery"))
    made = Page(clinic, lane)
    qtbot.addWidget(made.view)
    made.view.resize(900, 640)
    shown(made.view)
    made.presenter.show()
    qtbot.waitUntil(lambda: ("auto_allocate", "reyes") in made.view.providers)
    yield made
    clinic.close()


def test_every_rule_of_the_practice_has_its_row():
    named = [rule.name for _, rules in (*CARDS, *portal.CARDS) for rule in rules]
    assert sorted(named) == sorted(set(Rules.__slots__) - {"id"})


@pytest.mark.parametrize("name", ["auto_allocate", "auto_unallocate", "use_other_visits", "paid_in_full_follows"])
def test_s0_18_a_switch_is_written_when_it_is_thrown(page: Page, qtbot: Any, name: str):
    before = getattr(page.stands(), name)
    switch = page.view.row(name).control
    switch.setFocus()
    QTest.keyClick(switch, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: getattr(page.stands(), name) is not before)


def test_s0_16_a_provider_opts_in(page: Page, qtbot: Any):
    switch = page.view.row("auto_allocate", "reyes").control
    switch.setFocus()
    QTest.keyClick(switch, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: page.rules.view().providers[0].auto_allocate)


def test_limits_and_fees_are_amounts_and_nothing_is_none(page: Page, qtbot: Any):
    page.type("refund_limit_cents", "75.5")
    qtbot.waitUntil(lambda: page.stands().refund_limit_cents == 7550)
    page.type("adjust_limit_cents", "0")
    qtbot.waitUntil(lambda: page.stands().adjust_limit_cents == 0)
    page.type("no_show_fee_cents", "25")
    qtbot.waitUntil(lambda: page.stands().no_show_fee_cents == 2500)
    page.type("no_show_fee_cents", "2x")
    qtbot.waitUntil(lambda: "not an amount" in page.view.row("no_show_fee_cents").error.text)
    assert page.stands().no_show_fee_cents == 2500


def test_statuses_are_names_with_commas_between_them(page: Page, qtbot: Any):
    page.type("custom_statuses", "With nurse,  Lab ,")
    qtbot.waitUntil(lambda: page.stands().custom_statuses == ("With nurse", "Lab"))
    page.type("custom_statuses", "Checked in")
    qtbot.waitUntil(lambda: "short name" in page.view.row("custom_statuses").error.text)
    assert page.stands().custom_statuses == ("With nurse", "Lab")


def test_who_may_not_change_them_reads_them(page: Page, qtbot: Any):
    page.who = MARIA
    page.presenter.show()
    qtbot.waitUntil(page.view.banner.isVisible)
    assert not any(row.control.isEnabled() for row in (*page.view.rows.values(), *page.view.providers.values()))


def test_a_change_at_another_desk_is_shown(page: Page, qtbot: Any):
    page.rules.change(PRIYA, statement_message="Call us")
    page.presenter.show()
    qtbot.waitUntil(lambda: page.view.row("statement_message").control.text() == "Call us")  # type: ignore[attr-defined]


@pytest.mark.parametrize("look", LOOKS)
def test_nothing_is_cut(page: Page, themed: Any, look: str):
    themed.set(**LOOKS[look][0])
    page.view.resize(900, 640)
    settle()
    picture(page.view, f"settings-rules-{look}")
    assert clipped(page.view) == []
