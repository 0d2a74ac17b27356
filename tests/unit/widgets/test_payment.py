"""The page of one payment: what it says in every status, what it offers, and that it holds in every look."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QWidget

from app.account_views import LogLine
from app.link_views import LinkAddress, LinkLine
from app.request_views import PaymentDetail, Treatment
from app.views import PatientHead
from models.rules.links import LinkState
from models.rules.payment_status import Status, choices
from tests.support.windows import LOOKS, clipped, shown, unfit
from widgets import theme
from widgets.common.speech import Notice
from widgets.links.panel import LinkPanel
from widgets.links.state import PanelState
from widgets.payment.state import PaymentState, payment_state
from widgets.payment.view import PaymentPage

pytestmark = pytest.mark.usefixtures("themed")
TODAY = date(2026, 5, 14)
ZONE = ZoneInfo("America/New_York")
INGRID = PatientHead("ingrid", "Ingrid Sørensen", "IS", date(1974, 12, 2), 51, "0040217", "(555) 010-3391",
                     "ingrid.s@example.com")  # fmt: skip
LONG = PatientHead("max", "Maximiliana-Theodora Wolfeschlegelsteinhausen-Featherstonehaugh", "MW", date(1931, 12, 31),
                   94, "f4673866-a-very-long-number-b480", "(555) 010-9999",
                   "maximiliana-theodora.wolfeschlegelsteinhausen@a-very-long-domain.example.com")  # fmt: skip
BIOPSY = Treatment("v1", "TR-4F7KQ2", datetime(2026, 5, 6, 9, 45, tzinfo=ZONE), "Skin biopsy", "Dr. Okafor",
                   "Alder Street", ("11102", "88305"))  # fmt: skip


def line(act: str, cents: int | None = None, **more: Any) -> LogLine:
    known: dict[str, Any] = {"by": "Maria Delgado", "station": "Desk 1", "op_id": f"{act}-{len(more)}", **more}
    return LogLine(datetime(2026, 5, 6, 9, 50, tzinfo=ZONE), act, known.pop("by"), known.pop("station"), cents, **known)


HISTORY = (line("act.refunded", 12000, number="REF-1-00002", approved_by="Priya Nair"),
           line("act.collected", 32000, number="PAY-1-10477"), line("act.requested", 32000, pending=True))  # fmt: skip


def detail(status: Status, **more: Any) -> PaymentDetail:
    """A payment in a status, with what belongs to it."""
    came = status in (Status.PAID, Status.PARTIALLY_REFUNDED, Status.REFUNDED, Status.VOIDED)
    back = {Status.PARTIALLY_REFUNDED: 12000, Status.REFUNDED: 32000}.get(status, 0)
    known: dict[str, Any] = {
        "payment_id": "p" if came else "", "request_id": "q", "number": "PAY-1-10477", "patient": INGRID,
        "status": status, "amount_cents": 32000, "paid_cents": 32000 if came else 0, "refunded_cents": back,
        "refundable_cents": 32000 - back if came and status is not Status.VOIDED else 0, "choices": choices(status),
        "editable": status in (Status.DRAFT, Status.PENDING, Status.FAILED),
        "collectable": status in (Status.DRAFT, Status.PENDING, Status.FAILED), "due": date(2026, 5, 6),
        "paid_on": date(2026, 5, 6) if came else None, "memo": "Biopsy code 11102", "method": "Mastercard •••• 5454",
        "receipt_no": "01-1-A-0042" if came else "", "treatment": BIOPSY, "history": HISTORY,
        "request_type": "office_visit",
    }  # fmt: skip
    return PaymentDetail(**{**known, **more})


LINK = LinkLine("l", INGRID, "request", "q", 32000, 32000, LinkState.OPEN, datetime(2026, 5, 6, 9, 50, tzinfo=ZONE),
                "Maria Delgado", date(2026, 5, 21), "")  # fmt: skip
STATES: dict[str, PaymentState] = {
    "waiting": PaymentState(skeleton=True),
    "gone": PaymentState(notice=Notice("This payment is not there any more", "Look at the list again.")),
    "pending": payment_state(detail(Status.PENDING, overdue_days=8), TODAY),
    "ask-again": payment_state(detail(Status.PENDING, plan_age="old", plan_age_s=41 * 86_400, good_faith=True), TODAY),
    "part": payment_state(detail(Status.PENDING, paid_cents=12000), TODAY, said="PAY-1-10477 is asked for."),
    "partly-refunded": payment_state(detail(Status.PARTIALLY_REFUNDED), TODAY),
    "paid-now": payment_state(detail(Status.PAID, same_day=True, treatment=None, history=HISTORY * 5), TODAY),
    "long": payment_state(
        detail(Status.FAILED, patient=LONG, memo="A memo as long as memos may be, told word for word " * 4,
               treatment=replace(BIOPSY, title="A procedure with a long name", codes=("99213", "11102") * 5)),
        TODAY, notice=Notice("Another desk was first", "Look at the payment again."),
    ),
}  # fmt: skip


@pytest.mark.parametrize("look", LOOKS)
def test_it_holds_in_every_look(qtbot: Any, look: str) -> None:
    theme.current().set(**LOOKS[look][0])
    page, link = PaymentPage(), LinkPanel()
    qtbot.addWidget(page)
    page.lay_under(link)
    link.draw(PanelState(LINK, LinkAddress("l", "https://pay.clinic.example/pay/" + "aB3_dE6-" * 8)), TODAY)
    wrong = unfit(page, "payment", look, STATES, page.take_focus)
    assert wrong == {}


@pytest.mark.parametrize("status", Status)
def test_s2_09_s2_10_what_each_status_offers(qtbot: Any, status: Status) -> None:
    """The dropdown is there where the table lets a person move it, and nowhere else."""
    page = PaymentPage()
    qtbot.addWidget(page)
    shown(page)
    state = payment_state(detail(status), TODAY)
    page.draw(state)
    assert page.status.isVisible() == bool(choices(status))
    assert page.status_pill.isVisible() == page.locked.isVisible() == (not choices(status))
    offered = [page.status.itemData(at) for at in range(page.status.count())] if choices(status) else []
    assert offered == ([status.value, *(each.value for each in choices(status))] if choices(status) else [])
    asked = status in (Status.DRAFT, Status.PENDING, Status.FAILED)
    assert page.collect.isVisible() == page.collect_action.isEnabled() == asked
    assert page.change.isVisible() == asked
    refundable = status in (Status.PAID, Status.PARTIALLY_REFUNDED)
    assert page.refund.isVisible() == page.refund_action.isEnabled() == refundable
    assert page.receipt.isVisible() == (status in (Status.PAID, Status.PARTIALLY_REFUNDED, Status.REFUNDED,
                                                   Status.VOIDED))  # fmt: skip


def test_s2_10_to_s2_13_what_it_says(qtbot: Any) -> None:
    page = PaymentPage()
    qtbot.addWidget(page)
    shown(page)
    page.draw(STATES["partly-refunded"])
    assert page.payment.words() == {
        "amount": ("$320.00", ""), "paid": ("May 6", "Mastercard •••• 5454 · Receipt 01-1-A-0042"),
        "due": ("May 6", ""), "type": ("Office Visit", ""), "memo": ("Biopsy code 11102", ""),
        "refunded": ("$120.00", "$200.00 can still be refunded"),
    }  # fmt: skip
    assert page.visit.words() == {"service": ("May 6, 2026", "9:45 AM"), "physician": ("Dr. Okafor", ""),
                                  "location": ("Alder Street", ""), "codes": ("11102, 88305", "")}  # fmt: skip
    assert page.treatment_link.label == "TR-4F7KQ2 Skin biopsy"
    assert (page.patient.phone.text(), page.patient.email.text()) == ("(555) 010-3391", "ingrid.s@example.com")
    page.draw(STATES["part"])
    assert page.payment.words()["amount"] == ("$320.00", "$120.00 has come, $200.00 is open")
    assert page.collect.label == "Collect $200.00"
    page.draw(payment_state(detail(Status.VOIDED, ended_as="bounced"), TODAY))
    assert page.payment.words()["paid"][1] == "Check came back: nothing of it counts"


@pytest.mark.parametrize(
    ("age", "seconds", "words"),
    [("never", 0, ("Not checked", "Ask the payer before the amount counts on it")),
     ("old", 41 * 86_400, ("Checked 41 days ago", "Ask the payer again before the amount counts on it")),
     ("earlier", 3 * 86_400, ("Checked before the month of the visit",
                              "Ask the payer again before the amount counts on it")),
     ("fresh", 60, None), ("", 0, None)],
)  # fmt: skip
def test_s2_16_what_rests_on_an_old_answer_says_so(age: str, seconds: int, words: tuple[str, str] | None) -> None:
    facts = payment_state(detail(Status.PENDING, plan_age=age, plan_age_s=seconds), TODAY).facts or {}
    told = facts.get("plan")
    assert (told and (told.words, told.under)) == words


def test_no_act_of_the_history_is_cut(qtbot: Any) -> None:
    """Its moments need a second line in a narrow window: the rows are higher then, and the list with them."""
    page = PaymentPage()
    page.resize(900, 640)
    qtbot.addWidget(page)
    shown(page)
    page.draw(payment_state(detail(Status.PARTIALLY_REFUNDED), TODAY.replace(year=2027)))
    qtbot.waitUntil(lambda: page.history.verticalScrollBar().maximum() == 0)
    assert page.history.rowHeight(0) > theme.current().size("row")
    assert page.history.viewport().height() >= page.history.verticalHeader().length()


def test_everything_that_can_be_worked_has_a_name(qtbot: Any) -> None:
    page = PaymentPage()
    qtbot.addWidget(page)
    shown(page)
    for state in STATES.values():
        page.draw(state)
        parts = [part for part in page.findChildren(QWidget) if isinstance(part, QAbstractButton | QComboBox)]
        assert [part for part in parts if part.isVisible() and not part.accessibleName()] == []
    page.draw(STATES["pending"])
    assert page.history.accessibleName() == "History of this payment"
    assert page.payment._values["due"].main.accessibleName() == "Due date: May 6"
    assert "51 y" in page.patient.accessibleDescription()
    assert clipped(page) == []
