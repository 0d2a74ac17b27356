"""The dialogs about money that goes out, without a desk behind them: what they say, and how they fit in every look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.basis import Basis
from app.refund_views import (
    RefundPreview,
    RefundSheet,
    Seen,
    TakeBack,
    TakeBackPreview,
    TakeBackSheet,
    VisitAfter,
    Way,
)  # fmt: skip
from app.views import PatientHead
from models.ledger.figures import Figures
from models.rules.rights import Right
from models.store.queries.refunds import HeldRow
from tests.support.windows import LOOKS, clipped, picture, shown
from widgets.common.speech import Notice
from widgets.money_out.dialog import ActDialog
from widgets.money_out.taking_back import SPECS, asks_of, order_of, state_of
from widgets.refund.dialog import RefundDialog
from widgets.refund.state import Draft, RefundState, refund_state
from widgets.refund.state import order_of as refund_order

pytestmark = pytest.mark.usefixtures("themed")

TODAY = date(2026, 5, 14)
WAYS = (
    Way("card", "Mastercard \u2022\u2022\u2022\u2022 5454", True, "3 to 5 business days to reach the card"),
    Way("cash", "Cash from the drawer", False, "The drawer opens when you confirm"),
    Way("check", "A check of the clinic", False, "Write the check, then confirm"),
)


def head(name: str = "Ingrid S\u00f8rensen") -> PatientHead:
    return PatientHead("ingrid", name, "IS", date(1974, 12, 2), 51, "0040217", "(555) 010-3391", "", "")


SEEN = Seen(Basis("ingrid", Figures()), HeldRow(0, 32000, 0, 0, 0))
SHEET = RefundSheet("r", "p", "PAY-10477", head(), date(2026, 5, 6), 32000, 0, 32000, WAYS, 5000, SEEN)
PART = Draft(False, 12000, "billing_error", "Biopsy code 11102 billed twice, corrected claim sent May 12")


def preview(sheet: RefundSheet, draft: Draft, visits: int = 1) -> RefundPreview:
    order = refund_order(sheet, draft)
    after = tuple(VisitAfter("Skin biopsy", date(2026, 5, 6 - n), 0, 12000) for n in range(visits))
    return RefundPreview(order, Figures(32000, 32000), Figures(32000, 32000 - order.amount_cents),
                         sheet.left_cents - order.amount_cents, after, (Right.REFUND,))  # fmt: skip


def state(draft: Draft = PART, sheet: RefundSheet = SHEET, *, visits: int = 1, **more: Any) -> RefundState:
    seen = preview(sheet, draft, visits) if refund_order(sheet, draft).amount_cents <= sheet.left_cents else None
    return refund_state(sheet, draft, seen, today=TODAY, **more)


# What it says -------------------------------------------------------------------------------------------------------


def test_the_summary_is_the_designs() -> None:
    lines = [(line.label, line.amount) for line in state().summary]
    assert lines == [
        ("Paid May 6", "$320.00"), ("Refunded before", "$0.00"),
        ("Goes back to Mastercard \u2022\u2022\u2022\u2022 5454", "\u2212$120.00"), ("Kept by the clinic", "$200.00"),
        ("Ingrid will owe on May 6 visit", "$120.00"),
    ]  # fmt: skip
    assert state().verb == "Confirm refund, $120.00"


def test_many_visits_are_counted() -> None:
    labels = [line.label for line in state(visits=5).summary]
    assert labels[-3:] == ["Ingrid will owe on May 6 visit", "Ingrid will owe on May 5 visit", "And on 3 more visits"]


@pytest.mark.parametrize(("cents", "ready", "error"), [
    (None, False, ""), (0, False, ""), (1, True, ""), (32000, True, ""),
    (32001, False, "At most $320.00 can be refunded."),
])  # fmt: skip
def test_the_amount_and_the_red_button(cents: int | None, ready: bool, error: str) -> None:
    drawn = state(replace(PART, cents=cents))
    assert (drawn.ready, drawn.amount_error) == (ready, error)
    assert ("$" in drawn.verb) == ready, "the button repeats the amount it would refund, or none"


def test_why_a_pin_is_asked_for() -> None:
    assert state(missing=(Right.REFUND_OVER_LIMIT,)).why_pin == "Refunds over $50.00 need a manager"
    assert state().why_pin == ""


def test_notes_are_needed_for_another_way() -> None:
    assert state().note_hint.startswith("optional")
    for draft in (replace(PART, tender="cash"), replace(PART, reason="other")):
        assert state(draft).note_hint.startswith("needed")
    assert state(replace(PART, tender="check")).asks_check


# In every look ------------------------------------------------------------------------------------------------------

LONG = replace(SHEET, number="PAY-1-1004770477", patient=head("Wolfeschlegelsteinhausenbergerdorff Quillfeather"))
REFUNDS: dict[str, RefundState] = {
    "part": state(missing=(Right.REFUND_OVER_LIMIT,)),
    "full": state(Draft()),
    "over": state(replace(PART, cents=32001)),
    "empty": state(Draft(False)),
    "other-way": state(replace(PART, tender="check", reason="other"), missing=(Right.REFUND_OTHER_WAY,)),
    "declined": state(notice=Notice("The bank said no to this refund.", "Nothing went back. The bank said: 05.")),
    "busy": state(busy="Asking the bank\u2026"),
    "long": state(sheet=LONG, visits=5, missing=(Right.REFUND_OVER_LIMIT,)),
}
TAKING = TakeBackSheet(
    TakeBack.VOID, "a", "p", "PAY-10477", "Mastercard \u2022\u2022\u2022\u2022 5454", head(), date(2026, 5, 14), 32000,
    32000, (Right.VOID,), SEEN, card=True,
)  # fmt: skip
VALUES = {"reason": "Other", "note": "", "amount": 12000, "fee": 3500, "reference": "CB-77", "outcome": "owed_again"}


def host() -> QWidget:
    made = QWidget()
    made.resize(1280, 680)
    shown(made)
    return made


@pytest.fixture
def window(themed: Any) -> Iterator[QWidget]:
    made = host()
    yield made
    made.deleteLater()


@pytest.mark.parametrize("look", LOOKS)
def test_the_refund_dialog_fits(window: QWidget, themed: Any, look: str) -> None:
    themed.set(**LOOKS[look][0])
    window.resize(1280 if look != "scale" else 1600, 680 if look != "scale" else 850)
    dialog = RefundDialog(window)
    dialog.begin()
    wrong: dict[str, Any] = {}
    for name, drawn in REFUNDS.items():
        dialog.draw(drawn)
        QTest.qWait(5)
        picture(window, f"refund-{name}-{look}")
        if found := clipped(dialog.card):
            wrong[name] = found
        assert window.rect().contains(dialog.card.geometry()), name
    assert wrong == {}


@pytest.mark.parametrize("act", list(TakeBack))
@pytest.mark.parametrize("look", LOOKS)
def test_the_other_dialogs_fit(window: QWidget, themed: Any, look: str, act: TakeBack) -> None:
    themed.set(**LOOKS[look][0])
    window.resize(1280 if look != "scale" else 1600, 680 if look != "scale" else 850)
    sheet = replace(TAKING, act=act, disputed_cents=32000 if act is TakeBack.DISPUTE_END else 0)
    spec = SPECS[act]
    dialog = ActDialog(window, spec.title, spec.verb, asks_of(act), danger=spec.danger)
    dialog.begin()
    seen = TakeBackPreview(order_of(sheet, VALUES), Figures(32000, 32000), Figures(32000, 0), 0,
                           (VisitAfter("Skin biopsy", date(2026, 5, 6), 0, 32000),))  # fmt: skip
    dialog.draw(state_of(sheet, VALUES, seen, today=TODAY, why_pin="Needs the right \u201cBilling administrator\u201d"))
    QTest.qWait(5)
    picture(window, f"money-out-{act}-{look}")
    assert clipped(dialog.card) == []
    assert window.rect().contains(dialog.card.geometry())


def test_every_control_has_a_name(window: QWidget) -> None:
    dialog = RefundDialog(window)
    dialog.begin()
    dialog.draw(REFUNDS["other-way"])
    for part in (dialog.amount, dialog.reason, dialog.notes, dialog.way, dialog.check, dialog.lend.pin, dialog.full,
                 dialog.part, dialog.primary, dialog.cancel, dialog.other):  # fmt: skip
        assert part.accessibleName(), part
    assert "$120.00" in dialog.primary.accessibleName()


def test_what_was_typed_survives_a_click_beside_the_dialog(window: QWidget) -> None:
    from PySide6.QtCore import QPoint, Qt

    dialog = RefundDialog(window)
    dialog.begin()
    dialog.draw(REFUNDS["part"])
    QTest.mouseClick(dialog, Qt.MouseButton.LeftButton, pos=QPoint(3, 3))
    assert dialog.isVisible()
    dialog.draw(REFUNDS["busy"])
    stopped: list[bool] = []
    dialog.stopped.connect(lambda: stopped.append(True))
    dialog.escape()
    assert dialog.isVisible(), "while it runs Esc only asks to stop"
    assert stopped == [True]
    dialog.draw(REFUNDS["part"])
    dialog.escape()
    assert not dialog.isVisible()
