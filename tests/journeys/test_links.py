"""A one-time link in a real browser: from the text message to the receipt, on a telephone and at a desk, in both
languages, with every way it can end."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from models.basics.ids import new_id
from models.operations.links import LinkRevoke
from models.operations.messages import MessagePaper, MessageSend
from tests.support.browser import PHONE, context, fill_card, holds
from tests.support.links import EARLIER, issue
from tests.support.portal import Clinic, House
from tests.support.simulators import StripeProcess


def proves(page: Page) -> None:
    """Who Rosa is."""
    page.fill("#birth_month", "3")
    page.fill("#birth_day", "14")
    page.fill("#birth_year", "1984")
    page.keyboard.press("Enter")


def texted(place: House, clinic: Clinic, link_id: str) -> str:
    """The address as it came by text."""
    paper = MessagePaper(kind="link", source_id=link_id, number="", day="2026-05-14", amount_cents=10_000)
    clinic.put(MessageSend(message_id=new_id(), patient_id=clinic.rosa, channel="text", address="+15550104417",
                           template="pay_link", papers=(paper,)))  # fmt: skip
    place.hub.hub.messages.wake(clinic.tenant)
    return place.sent("+15550104417", r"(http\S+/pay/\S+?)\.? ")


def test_n50_s0_43_s4_07_s4_08_from_the_text_to_the_receipt(
    place: House,
    browser: Browser,
    processor: StripeProcess,
) -> None:
    """The text's address, a wrong and the right birth date, a part, a double click, the back button, a second tab, the
    paid page and its receipt, and the link opened again: one payment, and every page holds."""
    processor.reset()
    clinic = place.clinic(online_auto_post=True)
    link_id = issue(clinic, 10_000, items=[("rosa", 8_000), ("sofia", 2_000)], note="Thank you for coming in.")
    with context(browser, **PHONE) as opened:
        page = opened.new_page()
        page.goto(texted(place, clinic, link_id))
        assert "Rosa" not in page.content()
        holds(page, "link-who")
        proves(page)
        page.wait_for_selector("#amount")
        assert page.inner_text("h1").split("\n") == ["Hello Rosa, you can pay", "$100.00"]
        assert page.inner_text("button:has-text('Pay')") == "Pay $100.00"
        holds(page, "link-phone-light-en")
        tab = opened.new_page()
        tab.goto(page.url)
        page.fill("#amount", "60")
        assert page.inner_text("button:has-text('Pay')") == "Pay $60"
        page.dblclick("button:has-text('Pay')")
        page.wait_for_selector("[name=number]")
        page.go_back()
        page.wait_for_selector("text=Not paid yet")
        holds(page, "link-open")
        tab.click("button:has-text('Pay')")
        tab.wait_for_selector("[name=number]")
        assert "60.00" in tab.content(), "the second tab is led to the page there is"
        fill_card(tab)
        tab.wait_for_selector("text=Thank you, Rosa")
        assert urlsplit(tab.url).path.startswith("/pay/")
        holds(tab, "link-paid")
        page.reload()
        page.wait_for_selector("text=Thank you, Rosa")
        receipt = page.get_attribute("a:has-text('receipt')", "href")
        assert opened.request.get(clinic.hub.url + str(receipt)).body().startswith(b"%PDF-")
    assert processor.requests("sessions.create") == 1
    assert processor.captured_cents() == 6_000
    with context(browser) as elsewhere:
        again = elsewhere.new_page()
        again.goto(clinic.hub.hub.portal.pay_url(clinic.tenant, link_id))
        again.wait_for_selector("text=Already paid")
        assert "60.00" not in again.content()
        holds(again, "link-used")


LOOKS = {
    "phone-dark-es": {**PHONE, "color_scheme": "dark", "locale": "es-US"}, "desktop-light-en": {},
}  # fmt: skip


@pytest.mark.parametrize("look", LOOKS)
def test_every_look_of_a_link_holds(place: House, browser: Browser, look: str) -> None:
    """What is owed and has changed, a part that was asked, how links end: no rule of accessibility is broken."""
    clinic = place.clinic("Alder Street Family Medicine and Pediatrics of Springfield")
    live = issue(clinic, 9_000, items=[("rosa", 8_000), ("sofia", 2_000)], owed_cents=9_500,
                 note="Please call us before Friday if you would rather pay in parts.")  # fmt: skip
    expired, revoked = issue(clinic, expires_at=EARLIER), issue(clinic)
    clinic.put(LinkRevoke(link_id=revoked, patient_id=clinic.rosa))
    urls = {name: clinic.hub.hub.portal.pay_url(clinic.tenant, link_id)
            for name, link_id in (("live", live), ("es", expired), ("en", revoked))}  # fmt: skip
    with context(browser, **LOOKS[look]) as opened:
        page = opened.new_page()
        page.goto(urls["live"])
        for part, value in (("month", "1"), ("day", "1"), ("year", "1990")):
            page.fill(f"#birth_{part}", value)
        page.keyboard.press("Enter")
        page.wait_for_selector("[role=alert]")
        holds(page, f"link-wrong-{look}")
        proves(page)
        page.wait_for_selector("#amount")
        holds(page, f"link-{look}")
        page.goto(urls[look.rpartition("-")[2]])
        holds(page, f"link-ended-{look}")
