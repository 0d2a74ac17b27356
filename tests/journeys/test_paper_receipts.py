"""A desk dies with payments it never sent: the front desk enters them from their paper, by keys, and the payment itself
counts once it arrives after all (H13)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.rekeying import PaperOrder, Rekeying
from models.basics.errors import RuleBroken
from models.operations.bodies import Collect
from tests.support.clinic import MARIA, TestClinic
from tests.support.counter import rosa_with_copay_and_balance
from tests.support.front import Front, front
from tests.support.windows import themed  # noqa: F401
from widgets.ledger.paper_dialog import PaperDialog
from widgets.screens import LEDGER, Place

pytestmark = pytest.mark.usefixtures("themed")

OF = "02-3-B-0142"


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Front]:
    with front(tmp_path, rosa_with_copay_and_balance) as made:
        made.window.navigator.go(Place(LEDGER, "rosa"))
        made.arrive(LEDGER, lambda: made.state.view is not None)
        yield made


def dialog(at: Front) -> PaperDialog:
    """The dialog, opened as the palette opens it."""
    at.press("Ctrl+K")
    at.type("paper receipt")
    at.press("Return")
    found: list[PaperDialog] = []

    def seen() -> bool:
        found[:] = [each for each in at.window.findChildren(PaperDialog) if each.isVisible()]
        return bool(found)

    at.wait(seen)
    return found[0]


def test_h13_a_paper_receipt_is_entered_by_keys_and_goes_when_the_payment_arrives(at: Front) -> None:
    form = dialog(at)
    at.type(OF.lower())
    at.press("Tab")
    at.type("30")
    at.press("Tab", "Tab")
    at.type("5/12")
    at.wait(form.primary.isEnabled)
    at.picture("hard-h13")
    at.press("Return")
    at.wait(lambda: not form.isVisible())
    at.wait(lambda: f"Entered $30.00 from receipt {OF}" in at.state.said)
    entered = "SELECT amount_cents, tender, received_date, memo, reversed_reason FROM payment"
    assert at.counter.rows(entered) == [(3000, "cash", "2026-05-12", f"Paper receipt {OF}", "")]
    at.picture("hard-h13-entered")

    clinic = TestClinic.over(at.counter.desk.store, at.counter.clock)
    clinic.put(Collect(payment_id="died", patient_id="rosa", tender="cash", amount_cents=3000, number="PAY-3-00142",
                       receipt_no=OF))  # fmt: skip
    at.wait(lambda: at.state.view.figures.total_paid_cents == 3000)
    assert at.counter.rows("SELECT count(*) FROM payment WHERE reversed_op_id = ''") == [(1,)]
    form = dialog(at)
    at.type(OF)
    at.press("Tab")
    at.type("30")
    at.wait(lambda: "is in the books already" in form.error.text)
    at.picture("hard-h13-again")
    at.press("Escape")


def test_h13_what_is_no_receipt_number_or_of_tomorrow_is_refused(at: Front) -> None:
    story, today = Rekeying(at.counter.desk.clinic), at.counter.desk.clinic.today()
    sheet = story.open("rosa")
    for number, day, key in (("142", today, "rekey.number_wrong"),
                             (OF, today.replace(year=2027), "rekey.day_ahead")):  # fmt: skip
        with pytest.raises(RuleBroken) as broken:
            story.preview(PaperOrder(sheet, number, 3000, "cash", day))
        assert broken.value.message_key == key
    seen = story.preview(PaperOrder(sheet, OF, 3000, "check", today))
    story.do(seen, MARIA)
    with pytest.raises(RuleBroken, match=r"account\.(changed|done_before)"):
        story.do(seen, MARIA)
