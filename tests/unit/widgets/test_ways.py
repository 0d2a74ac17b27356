"""Settings > Ways to pay: what stands, changed in place, refused in words; every look."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.lanes import Lane
from app.views import Person
from app.ways import Ways
from tests.support.clinic import MARIA, PRIYA, TestClinic
from tests.support.windows import LOOKS, clipped, picture, press, shown, type_text
from widgets import theme
from widgets.bridge import Bridge
from widgets.settings.ways import WaysPresenter, WaysView

pytestmark = pytest.mark.usefixtures("themed")


class Page:
    """The page over a real store."""

    def __init__(self, qtbot: Any, clinic: TestClinic, lane: Lane, person: Person = PRIYA) -> None:
        self.qtbot, self.ways = qtbot, Ways(clinic.clinic)
        self.view = WaysView()
        self.view.resize(930, 600)
        qtbot.addWidget(self.view)
        self.presenter = WaysPresenter(self.view, bridge=Bridge(self.view), lane=lane, ways=self.ways,
                                       person=lambda: person)  # fmt: skip
        shown(self.view)
        self.presenter.show()
        qtbot.waitUntil(lambda: bool(self.view.table.rows))

    def rows(self) -> list[str]:
        """The list, row by row, as it is read aloud."""
        return [", ".join(cell.spoken for cell in row.cells if cell and cell.spoken) for row in self.view.table.rows]

    def wait(self, condition: Any) -> None:
        self.qtbot.waitUntil(condition)


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[TestClinic]:
    made = TestClinic(tmp_path)
    yield made
    made.close()


@pytest.fixture
def page(qtbot: Any, clinic: TestClinic, lane: Lane) -> Page:
    return Page(qtbot, clinic, lane)


def test_a_way_is_added_by_keys_and_stands_in_the_list(page: Page) -> None:
    assert page.rows() == ["Card, Offered", "Cash, Offered", "Check, Check number, Offered"]
    page.view.new_name.field.setFocus()
    type_text("Flex spending card")
    press("Tab")
    type_text("Confirmation number")
    press("Tab")
    press("Space")
    page.wait(lambda: len(page.view.table.rows) == 4)
    assert page.rows()[3] == "Flex spending card, Confirmation number, Offered"
    assert page.view.new_name.field.text() == ""


def test_a_usual_way_is_left_out_and_the_last_one_is_not(page: Page) -> None:
    for method in ("card", "check"):
        page.view.table.set_key(method)
        page.view.offered.click()
        page.wait(lambda: page.rows()[0] == "Card, Left out")
    page.wait(lambda: page.rows()[2].endswith("Left out"))
    page.view.table.set_key("cash")
    page.view.offered.click()
    page.wait(page.view.banner.isVisible)
    assert page.rows()[1] == "Cash, Offered"
    page.wait(page.view.offered.isChecked)
    picture(page.view, "ways-last")


def test_own_ways_are_renamed_and_moved_by_keys(page: Page) -> None:
    first = page.ways.add("Voucher", "", PRIYA)
    page.ways.add("Flex", "", PRIYA)
    page.presenter.show()
    page.wait(lambda: len(page.view.table.rows) == 5)
    page.view.table.set_key(first)
    page.view.table.setFocus()
    press("Alt+Down")
    page.wait(lambda: [row.key for row in page.view.table.rows][4] == first)
    page.view.name.field.setText("County voucher")
    page.view.save.click()
    page.wait(lambda: page.rows()[4] == "County voucher, Offered")
    page.view.name.field.setText("Flex")
    page.view.save.click()
    page.wait(lambda: "There is a way to pay of that name" in page.view.banner.title.text())
    assert page.rows()[4] == "County voucher, Offered"


def test_who_may_not_set_up_sees_but_does_not_change(qtbot: Any, clinic: TestClinic, lane: Lane) -> None:
    page = Page(qtbot, clinic, lane, MARIA)
    assert not page.view.offered.isEnabled()
    page.view.new_name.field.setText("Voucher")
    page.view.add.click()
    assert len(page.view.table.rows) == 3
    assert [way.name for way in page.ways.all()] == ["Card", "Cash", "Check"]


@pytest.mark.parametrize("look", LOOKS)
def test_it_fits(qtbot: Any, clinic: TestClinic, lane: Lane, look: str) -> None:
    theme.current().set(**LOOKS[look][0])
    ways = Ways(clinic.clinic)
    for number in range(8):
        ways.add(f"County hospital employees’ voucher {number}", "Authorisation reference number"[:30], PRIYA)
    ways.change("check", PRIYA, offered=False)
    page = Page(qtbot, clinic, lane)
    page.view.resize(LOOKS[look][1][0] - 240, LOOKS[look][1][1] - 60)
    picture(page.view, f"ways-usual-{look}")
    assert clipped(page.view) == []
    page.view.table.set_key(page.ways.all()[4].method_id)
    picture(page.view, f"ways-own-{look}")
    assert clipped(page.view) == []
