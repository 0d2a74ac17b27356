"""The life of a payment in the real window, by keys alone: created, collected, refunded; its page and its history."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from models.operations.bodies import Collect
from models.operations.records import Channels, Location, Rules, Staff
from models.rules.numbers import treatment_number
from models.rules.payment_status import Status
from tests.support.clinic import MARIA, TestClinic
from tests.support.front import Front, front
from tests.support.people import quick_hash
from tests.support.simulators import PaxProcess
from tests.support.windows import themed  # noqa: F401
from widgets.asking.dialog import AskDialog
from widgets.papers.desk import PaperDesk
from widgets.papers.dialog import PaperDialog
from widgets.papers.send_dialog import SendDialog
from widgets.refund.dialog import RefundDialog
from widgets.screens import APPROVED, COLLECT, LEDGER, PAYMENT, PAYMENTS, Place

pytestmark = pytest.mark.usefixtures("themed")
PIN = "482913"


def fill(clinic: TestClinic) -> None:
    """Rosa has a crown on May 20; on May 6 she paid 320 by cash. Refunds over 50 need a manager."""
    clinic.put(Location(id="alder", name="Alder Street"), Channels(email=True))
    clinic.patient(email="rosa@example.com")
    clinic.visit()
    clinic.visit("crown", minutes=60 * 24 * 6, service_date="2026-05-20", title="Crown", location_id="alder",
                 status="scheduled")  # fmt: skip
    clinic.charge(34000, day="2026-05-20", charge_id="crown-1", visit="crown", code="D2740", description="Crown")
    clinic.put(
        Rules(refund_limit_cents=5000),
        Staff(id="priya", name="Priya Nair", role="manager", pin_hash=quick_hash(PIN)),
        Collect(payment_id="paid", patient_id="rosa", tender="cash", amount_cents=32000, number="PAY-1-00477",
                receipt_no="R-477", drawer="desk-1", memo="Biopsy"), day="2026-05-06",
    )  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Front]:
    with front(tmp_path, fill) as made:
        yield made


def dialog(desk: Front, kind: type[Any]) -> Any:
    """The dialog of that kind over the window, once it is open."""
    found: list[Any] = []

    def seen() -> bool:
        found[:] = [each for each in desk.window.findChildren(kind) if each.isVisible()]
        return bool(found)

    desk.wait(seen)
    return found[0]


def page(desk: Front, status: Status) -> Any:
    """The page of a payment, once it stands there."""
    desk.arrive(PAYMENT, lambda: desk.state.detail is not None and desk.state.detail.status is status)
    return desk.state.detail


def choose(desk: Front, *keys: str) -> None:
    """Open the dropdown and press keys in its list, which grabs them."""
    shown = desk.view.status.view()
    desk.press("Alt+S")
    desk.wait(shown.isVisible)
    for key in keys:
        QTest.keySequence(shown, QKeySequence(key))
    desk.wait(lambda: not shown.isVisible())
    desk.window.activateWindow()  # a window manager does it when a list closes
    desk.wait(lambda: QApplication.focusWidget() is not None)


def acts(desk: Front) -> list[str]:
    return [line.act for line in reversed(desk.state.detail.history)]


def test_s2_06_s2_10_created_in_the_list_opened_and_collected_by_keys(desk: Front) -> None:
    desk.press("Ctrl+3")
    desk.arrive(PAYMENTS, lambda: len(desk.view.table.rows) == 1)
    desk.press("Ctrl+N")
    form = dialog(desk, AskDialog)
    desk.wait(form.search.hasFocus)
    desk.type("quill")
    desk.wait(lambda: [row.key for row in form.found.rows] == ["rosa"])
    desk.press("Return")
    desk.wait(form.amount.hasFocus)
    desk.type("340")
    desk.press("Tab", "Tab", "Down", "Down", "Tab")
    desk.type("4/30")
    desk.press("Return")
    desk.wait(lambda: len(desk.view.table.rows) == 2)
    desk.view.table.select_first()
    desk.press("Return")
    asked = page(desk, Status.PENDING)
    assert (asked.amount_cents, asked.overdue_days) == (34000, 14)
    assert asked.treatment.number == treatment_number("crown")
    assert desk.state.flag[0] == "Overdue 14 days"
    words = desk.view.payment.words()
    assert (words["amount"][0], words["due"]) == ("$340.00", ("Apr 30", "Overdue 14 days"))
    assert desk.view.visit.words()["codes"] == ("D2740", "")
    assert desk.view.visit.words()["location"] == ("Alder Street", "")
    desk.picture("payment-pending")
    good_faith_by_keys(desk)
    desk.press("Return")  # Collect, for exactly this
    desk.arrive(COLLECT, lambda: desk.state.sheet is not None)
    assert (desk.state.to_collect_cents, desk.state.sheet.asked.number) == (34000, asked.number)
    desk.picture("payment-collect")
    desk.press("F6", "Return")
    desk.arrive(APPROVED)
    desk.press("Esc")
    desk.window.navigator.go(Place(PAYMENT, "rosa", item=asked.request_id))
    paid = page(desk, Status.PAID)
    assert (paid.number, paid.method, paid.choices) == (asked.number, "Cash", ())
    assert acts(desk)[:4] == ["act.requested", "act.document_added", "act.collected", "act.allocated"]
    desk.picture("payment-paid")


def test_s2_09_s2_10_the_dropdown_moves_it_and_locks_it(desk: Front) -> None:
    requests = desk.counter.desk.payment_requests
    form = replace(requests.begin(MARIA, "rosa").form, amount="25")
    request_id = requests.save(form, MARIA, submit=False).request_id
    desk.window.navigator.go(Place(PAYMENT, "rosa", item=request_id))
    page(desk, Status.DRAFT)
    requests.save(replace(requests.form_of(request_id), memo="Told elsewhere"), MARIA, submit=False)
    desk.wait(lambda: desk.view.payment.words()["memo"][0] == "Told elsewhere")  # what others do is seen at once
    assert [key for key, _ in desk.state.statuses] == ["draft", "pending", "cancelled"]
    choose(desk, "Down", "Return")
    page(desk, Status.PENDING)
    assert [key for key, _ in desk.state.statuses] == ["pending", "processing", "paid", "cancelled"]
    desk.press("Alt+C")
    change = dialog(desk, AskDialog)
    desk.press("Ctrl+A")
    desk.type("30")
    desk.press("Return")
    desk.wait(lambda: not change.isVisible() and desk.state.detail.amount_cents == 3000)
    choose(desk, "Down", "Down", "Return")  # paid: cash is taken
    desk.arrive(COLLECT, lambda: desk.state.sheet is not None)
    assert (desk.state.tender.value, desk.state.to_collect_cents) == ("cash", 3000)
    desk.press("Esc")
    page(desk, Status.PENDING)
    choose(desk, "End", "Return")
    desk.wait(lambda: any(each.isVisible() for each in desk.window.findChildren(_cancel())))
    desk.press("Return")
    page(desk, Status.CANCELLED)
    assert (desk.state.statuses, desk.state.offers.collect, desk.state.offers.change) == ((), "", "")
    assert desk.view.locked.isVisible()
    assert acts(desk) == ["act.requested"] * 2 + ["act.request_pending", "act.requested", "act.request_cancelled"]
    desk.picture("payment-cancelled")


def good_faith_by_keys(desk: Front) -> None:
    """Rosa pays herself: her estimate is kept, printed on letter paper, and sent once she has said yes."""
    counter = desk.counter.desk
    desk.press("Alt+G")
    paper = dialog(desk, PaperDialog)
    desk.wait(lambda: bool(paper.print_action.isEnabled()))
    assert desk.state.said == "Estimate kept under Documents."
    [item] = desk.page.documents.presenter.state.items or counter.documents.view("rosa").items
    assert item.name == "Good faith estimate 2026-05-14.pdf"
    assert (paper.title.text(), paper.page.isVisible()) == ("Good faith estimate", False)
    desk.picture("payment-good-faith")
    printed: list[Any] = []
    papers = next(each for each in desk.window.findChildren(PaperDesk) if each.dialog is paper)
    papers._printer = SimpleNamespace(choose=lambda *_: True, put=printed.extend)
    desk.press("Return")
    desk.wait(lambda: desk.state.said == "Good faith estimate printed")
    assert len(printed) == counter.documents.look(item.document_id).page_count == 1
    desk.press("Alt+G")  # nothing changed: it is the same
    desk.wait(lambda: paper.isVisible() and paper.send_action.isEnabled())
    desk.press("Ctrl+E")
    send = dialog(desk, SendDialog)
    assert send.title.text() == "Send good faith estimate"
    desk.wait(lambda: not send.primary.isEnabled())
    send.attach.setFocus()
    desk.press("Space")
    desk.wait(send.primary.isEnabled)
    desk.picture("payment-good-faith-send")
    desk.press("Return")
    desk.wait(lambda: desk.state.said == "E-mail to rosa@example.com is on its way")
    assert [each.document_id for each in counter.documents.view("rosa").items] == [item.document_id]


def _cancel() -> Any:
    from widgets.payment.presenter import CancelDialog

    return CancelDialog


def test_s2_14_s4_09_a_part_goes_back_from_its_page(desk: Front) -> None:
    desk.window.navigator.go(Place(PAYMENT, "rosa", item="paid"))
    page(desk, Status.PAID)
    desk.picture("payment-money")
    desk.keys.clear()
    desk.press("Alt+R", "Alt+P")
    refund = dialog(desk, RefundDialog)
    desk.wait(refund.amount.hasFocus)
    desk.type("120")
    desk.press("Return")
    desk.type("Billing")
    desk.press("Return")
    desk.type("Biopsy code 11102 billed twice, corrected claim sent May 12")
    desk.wait(lambda: refund.lend.isVisible() and "Refunds over $50.00" in refund.lend.why.text())
    desk.press("Return")
    desk.type(PIN[:2])
    desk.picture("payment-refund")
    desk.type(PIN[2:])
    desk.press("Ctrl+Return")
    back = page(desk, Status.PARTIALLY_REFUNDED)
    assert (back.refunded_cents, back.refundable_cents) == (12000, 20000)
    assert desk.view.payment.words()["refunded"] == ("$120.00", "$200.00 can still be refunded")
    assert acts(desk) == ["act.collected", "act.refund_begun", "act.refunded"]
    desk.press("Ctrl+L")
    desk.arrive(LEDGER)
    desk.press("Esc")
    page(desk, Status.PARTIALLY_REFUNDED)
    desk.window.navigator.go(Place(PAYMENT, "rosa", item="nobody"))
    desk.arrive(PAYMENT, lambda: desk.state.notice is not None)
    assert desk.state.notice.title == "This payment is not there any more"
    desk.picture("payment-gone")


def test_s2_08_s4_09_the_reader_says_how_it_ended_and_another_way_pays(tmp_path: Path, terminal: PaxProcess) -> None:
    terminal.reset()
    with front(tmp_path, fill, terminal=terminal.url) as desk:
        requests = desk.counter.desk.payment_requests
        form = replace(requests.begin(MARIA, "rosa").form, amount="25", due="5/20")
        request_id = requests.save(form, MARIA, submit=True).request_id
        desk.window.navigator.go(Place(PAYMENT, "rosa", item=request_id))
        page(desk, Status.PENDING)
        terminal.next("declined")
        desk.press("Return")
        desk.arrive(COLLECT, lambda: desk.state.sheet is not None)
        assert (desk.state.tender.value, desk.state.to_collect_cents) == ("card", 2500)
        desk.press("Return")
        desk.wait(lambda: desk.state.prompt is not None and "declined" in desk.state.prompt.title.lower())
        desk.press("Esc")
        failed = page(desk, Status.FAILED)
        assert (failed.editable, [key for key, _ in desk.state.statuses]) == (True, ["failed", "pending", "cancelled"])
        assert acts(desk) == ["act.requested", "act.request_processing", "act.request_failed"]
        desk.press("Return")
        desk.arrive(COLLECT, lambda: desk.state.sheet is not None)
        desk.press("F6", "Return")
        desk.arrive(APPROVED)
        desk.window.navigator.go(Place(PAYMENT, "rosa", item=request_id))
        paid = page(desk, Status.PAID)
        assert (paid.number, paid.method) == (failed.number, "Cash")
