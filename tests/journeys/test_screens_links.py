"""Asked by link at the desk, paid at home, seen at the desk: by keys alone, over a real hub and its processor."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication

from app.settings import PRINTER_URL
from models.operations.records import Rules
from models.rules.links import LinkState
from tests.journeys.test_screens_many_desks import seat
from tests.support.front import Front
from tests.support.links import At, Payer
from tests.support.office import Office, rosas_visit
from tests.support.online_office import online_office, owes
from tests.support.portal import House
from tests.support.simulators import PrinterProcess, StripeProcess
from tests.support.stalls import STALL_MS, allowed_stall_ms
from tests.support.waiting import until
from tests.support.windows import themed  # noqa: F401
from widgets.ledger.rows import log_words
from widgets.links.dialog import AgainDialog, CodeDialog, LinkDialog, SlipDialog, TakeBackDialog
from widgets.screens import COLLECT, LEDGER, LINKS, TODAY

pytestmark = pytest.mark.usefixtures("themed", "cycles_wait")

SOON_S = 2.0
"""So long after the patient's click the window shows it, on a machine with nothing else to do."""


@pytest.fixture
def office(tmp_path: Path, place: House, processor: StripeProcess) -> Iterator[Office]:
    rules = Rules(portal=True, portal_payments=True, online_auto_post=True)
    with online_office(tmp_path, place.hub, processor, rules) as made:
        yield made


def dialog(front: Front, kind: type[Any]) -> Any:
    return next((each for each in front.window.findChildren(kind) if each.isVisible()), None)


def test_s0_43_s2_11_s4_03_n50_asked_by_link_paid_at_home_and_seen_by_keys(
    office: Office, place: House, paper: PrinterProcess
) -> None:  # fmt: skip
    with office.desk(proxy=True) as here:
        rosas_visit(here)
        until(lambda: here.desk.store.pending_count() == 0, 20)
        until(lambda: place.hub.hub.messages.wake(office.tenant) or here.rows(
            "SELECT 1 FROM channels WHERE text = 1 AND portal_url <> ''"), 20)  # fmt: skip
        with seat(here) as front:
            _asks_at_collect(front, place, paper)
            part = front.page.part
            link_id = part.state.line.link_id
            assert place.sent("+15550104417", r"(http\S+/pay/\S+?)\.? ") == part.state.where.address
            assert _paid_after(front, office, link_id) < SOON_S * allowed_stall_ms() / STALL_MS
            front.wait(lambda: owes(front) == 0)
            front.picture("links-paid")
            _balance_without_a_line(front, here, office)
        assert office.hub.store.verify(office.tenant, deep=True) == []


def _asks_at_collect(front: Front, place: House, paper: PrinterProcess) -> None:
    """Enter, F9, Enter: three keys from Today; nothing is paid, and the list shows link, code and where it went."""
    front.press("Return")
    front.arrive(COLLECT, lambda: front.state.to_collect_cents == 3_000)
    front.press("F9")
    front.wait(lambda: dialog(front, LinkDialog) is not None)
    front.picture("links-ask")
    assert dialog(front, LinkDialog).form.ways == (("text", "(555) 010-4417"),)
    front.press("Return")
    front.arrive(LINKS, lambda: front.page.part.state.where is not None)
    front.picture("links-made")
    assert front.page.part.state.line.due_cents == 3_000
    assert (front.payments(), owes(front)) == ([], 3_000)
    front.press("Esc")
    front.arrive(TODAY, lambda: front.state.side is not None and front.state.side.view is not None
                 and front.state.side.view.link_cents == 3_000)  # fmt: skip
    front.picture("links-today")
    front.press("Ctrl+Shift+K")
    front.arrive(LINKS, lambda: front.page.part.state.where is not None)
    front.press("Alt+U")
    assert QGuiApplication.clipboard().text() == front.page.part.state.where.address
    front.press("Alt+Q")
    front.wait(lambda: dialog(front, CodeDialog) is not None)
    front.press("Return")
    front.wait(lambda: dialog(front, CodeDialog) is None)
    _prints_a_slip(front, paper)


def _prints_a_slip(front: Front, printer: PrinterProcess) -> None:
    """Two keys: seen as it will be printed, and printed; its code leads where the link does."""
    front.counter.desk.settings.update({PRINTER_URL: printer.url})
    front.press("Alt+P")
    front.wait(lambda: dialog(front, SlipDialog) is not None)
    front.picture("links-slip")
    front.press("Return")
    front.wait(lambda: dialog(front, SlipDialog) is None and front.page.part.state.said == "Slip printed")
    [slip] = printer.receipts()
    assert "SCAN TO PAY" in slip
    assert front.page.part.state.where.address in slip
    front.counter.desk.settings.update({PRINTER_URL: ""})


def _paid_after(front: Front, office: Office, link_id: str) -> float:
    """Seconds from the patient's last click until the panel says paid."""
    told: dict[str, float] = {}

    def patient() -> None:
        payer = Payer(At(office.hub, office.tenant), link_id).enters()
        url = payer.goes()
        told["at"] = time.monotonic()
        payer.pays(url=url)

    front.meanwhile(patient)
    front.wait(lambda: front.page.part.state.line.state is LinkState.PAID)
    return time.monotonic() - told["at"]


def _balance_without_a_line(front: Front, here: Any, office: Office) -> None:
    """From the ledger, a part of the balance, while the hub cannot be reached: it is made, says so, and can be taken
    back; the account's log has it in its words."""
    from tests.support.clinic import TestClinic

    clinic = TestClinic.over(here.desk.store, here.desk.clock)
    clinic.charge(5_000, day=here.desk.clinic.today().isoformat(), charge_id="more", description="Follow-up visit")
    front.press("Ctrl+L")
    front.arrive(LEDGER, lambda: front.state.view is not None and front.state.view.figures.total_balance_cents == 5_000)
    until(lambda: here.desk.store.pending_count() == 0, 20)
    office.proxies[0].fault = lambda _head: "refused"
    front.press("Alt+J")
    front.wait(lambda: dialog(front, LinkDialog) is not None)
    form = dialog(front, LinkDialog)
    form.amount.setFocus()
    form.amount.selectAll()
    front.type("20")
    front.press("Return")
    front.wait(lambda: dialog(front, LinkDialog) is None)
    front.press("Ctrl+Shift+K")
    front.arrive(LINKS, lambda: len(front.state.lines) == 2 and front.view.table.hasFocus())
    front.press("Up")
    front.wait(lambda: front.page.part.state.notice is not None)
    line = front.page.part.state.line
    assert (line.due_cents, line.pending, front.page.part.state.where) == (2_000, True, None)
    front.picture("links-away")
    office.proxies[0].fault = lambda _head: ""
    here.desk.sync.nudge()
    until(lambda: here.desk.store.pending_count() == 0, 20)
    front.wait(lambda: front.page.part.state.where is not None)
    front.press("Alt+J")  # once more, to the telephone that is on record
    front.wait(lambda: dialog(front, AgainDialog) is not None)
    front.press("Return")
    front.wait(lambda: dialog(front, AgainDialog) is None and len(front.page.part.state.line.sent) == 2)
    front.press("Alt+E")
    front.wait(lambda: dialog(front, TakeBackDialog) is not None)
    front.press("Return")
    front.wait(lambda: dialog(front, TakeBackDialog) is None and front.page.part.state.can_make)
    assert front.page.part.state.line.state is LinkState.REVOKED
    front.press("Alt+J")  # it is owed still: another one in its place
    front.wait(lambda: dialog(front, LinkDialog) is not None)
    front.press("Return")
    front.wait(lambda: dialog(front, LinkDialog) is None and len(front.state.lines) == 3)
    assert [line.state for line in front.state.lines if line.usable] == [LinkState.OPEN]
    front.press("Ctrl+L")
    front.arrive(LEDGER)
    front.view.tabs.set_key("log")
    front.view.tab_chosen.emit("log")
    front.wait(
        lambda: {"act.link_text", "act.link_revoked"} <= {getattr(each, "act", "") for each in front.state.lines}
    )
    log = [f"{log_words(line)} {line.what}".strip() for line in front.state.lines]
    assert "QuickPay link texted to (555) 010-4417 for balance of $30.00" in log
    assert {"QuickPay link made", "QuickPay link taken back"} <= set(log)
    front.picture("links-log")
