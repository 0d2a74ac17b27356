"""A patient pays a link from a bank account in a real browser; the desk sees it under way, then posted, by keys: the
processor's page, the hub, a window. And what the desk does about a bank that does not pay (S2-16, N49, N50)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from models.basics.ids import new_id
from models.operations.links import LinkIssue
from models.operations.records import Rules
from models.rules.links import LinkState
from server.online.offered import CheckoutAsk
from tests.journeys.test_screens_many_desks import seat
from tests.support.browser import PHONE, chromium, context, fill_account, holds
from tests.support.front import Front
from tests.support.links import LATER
from tests.support.office import Office, rosas_visit
from tests.support.online import BACK, BROKE, pay_by_bank
from tests.support.online_office import online_office, owes
from tests.support.portal import House
from tests.support.simulators import StripeProcess
from tests.support.waiting import until
from tests.support.windows import themed  # noqa: F401
from widgets.common.home import ASKED
from widgets.screens import COLLECT, INBOX, LINKS, TODAY

pytestmark = pytest.mark.usefixtures("themed", "cycles_wait")
LINK = new_id()


@pytest.fixture
def office(tmp_path: Path, place: House, processor: StripeProcess) -> Iterator[Office]:
    rules = Rules(portal=True, portal_payments=True, online_auto_post=True, online_debits=True)
    with online_office(tmp_path, place.hub, processor, rules) as made:
        yield made


def badge(front: Front) -> int:
    count: int = front.window.shell.rail._items[INBOX]._count
    return count


def _pays_by_bank(page: Page, address: str) -> None:
    """From the link to the processor's page and back: the bank was asked, in both languages, however often opened."""
    page.goto(address)
    for part, value in (("month", "3"), ("day", "14"), ("year", "1984")):
        page.fill(f"#birth_{part}", value)
    page.keyboard.press("Enter")
    page.wait_for_selector("text=card or bank account")
    holds(page, "debit-link")
    page.click("button:has-text('Pay')")
    fill_account(page)
    page.wait_for_selector("text=Your bank has been asked")
    assert page.inner_text(".big") == "$30.00"
    holds(page, "debit-processing")
    page.go_back()
    page.goto(address)
    page.wait_for_selector("text=This link takes no other payment meanwhile")
    page.goto(f"{address}?lang=es")
    page.wait_for_selector("text=Se lo pedimos a su banco")
    holds(page, "debit-processing-es")


def test_s2_16_n50_a_patient_pays_a_link_by_bank_and_the_desk_sees_it_under_way_then_posted(
    office: Office, place: House, processor: StripeProcess
) -> None:  # fmt: skip
    with office.desk() as here:
        rosas_visit(here)
        until(lambda: here.desk.store.pending_count() == 0, 20)
        office.boss.stream.add(LinkIssue(link_id=LINK, patient_id="rosa", subject="balance", amount_cents=3_000,
                                         expires_at=LATER))  # fmt: skip
        office.boss.transport.push(office.boss.stream.batch(len(office.boss.stream.ops)))
        with chromium() as browser, context(browser, **PHONE) as opened:
            _pays_by_bank(opened.new_page(), place.hub.hub.portal.pay_url(office.tenant, LINK))
        assert (processor.requests("sessions.create"), processor.captured_cents()) == (1, 0)
        with seat(here) as front:
            front.wait(lambda: front.state.side.view.from_home.asked_cents == 3_000)
            front.picture("debits-today")
            front.press("Return")
            front.arrive(COLLECT, lambda: front.state.sheet and front.state.sheet.from_home.asked_cents == 3_000)
            assert front.view.home[ASKED].text == "Bank asked for $30.00"
            front.picture("debits-collect")
            front.press("Escape")
            front.arrive(TODAY, lambda: front.state.side.view is not None)
            _under_way(front)
            processor.tell("settle-debits")
            front.wait(lambda: owes(front) == 0)
            front.wait(lambda: front.state.lines[0].state == "posted")
            front.picture("debits-posted")
            assert front.state.lines[0].by_bank
            _refused(front, office, processor)
        assert office.hub.store.verify(office.tenant, deep=True) == []
        assert processor.captured_cents() == 3_000


def _under_way(front: Front) -> None:
    """The link says that the bank was asked; the inbox shows it, and it is no money."""
    front.press("Ctrl+Shift+K")
    front.arrive(LINKS, lambda: front.page.part.state.line is not None)
    assert front.page.part.state.line.state is LinkState.PROCESSING
    front.picture("debits-link")
    front.press("Ctrl+9")
    front.arrive(INBOX, lambda: [line.state for line in front.state.lines] == ["processing"])
    assert (badge(front), owes(front), front.payments()) == (0, 3_000, [])
    front.picture("debits-under-way")


def _refused(front: Front, office: Office, running: StripeProcess) -> None:
    """Another bank does not pay: it is counted on the rail until somebody puts it away."""
    begun = office.hub.hub.online.begin_checkout(office.tenant, CheckoutAsk(
        key="again", patient_id="rosa", amount_cents=1_000, channel="portal", return_url=BACK,
    ))  # fmt: skip
    assert pay_by_bank(begun.url, BROKE)[0] == 303
    running.tell("settle-debits")
    front.wait(lambda: badge(front) == 1)
    front.wait(lambda: front.state.lines[0].state == "refused")
    front.picture("debits-refused")
    front.view.table.select_first()
    front.press("X")
    front.wait(lambda: badge(front) == 0)
    until(lambda: front.counter.desk.store.pending_count() == 0, 20)
