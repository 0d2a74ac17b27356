"""Patients at home, with a real browser, the real hub and the simulated processor's page: first visit to paid receipt,
a guarantor, a part, double clicks, the back button, two tabs, every look, both languages."""

from __future__ import annotations

from urllib.parse import urlsplit

import pyotp
import pytest
from playwright.sync_api import Browser, Page

from tests.support.browser import PHONE, context, fill_card, holds
from tests.support.portal import PASSWORD, Clinic, House, Person, join
from tests.support.simulators import StripeProcess

LOOKS = {
    "phone-light-es": {**PHONE, "locale": "es-US"},
    "phone-dark-en": {**PHONE, "color_scheme": "dark"}, "desktop-dark-es": {"color_scheme": "dark", "locale": "es-US"},
}  # fmt: skip


def signed_in(place: House, browser: Browser, clinic: Clinic, **look: object) -> tuple[Page, Person, object]:
    """A page of somebody who signed in before."""
    person = join(place, clinic, factor="text")
    made = context(browser, **look)
    opened = made.__enter__()
    for name, value in person.browser.line.cookies.items():
        opened.add_cookies([{"name": name, "value": value, "url": clinic.hub.url}])
    return opened.new_page(), person, made


def test_s1_01_to_s1_09_a_first_visit_to_the_paid_receipt(
    place: House,
    browser: Browser,
    processor: StripeProcess,
) -> None:
    """The practice's link, who she is, an account with an authenticator, all paid with a double click, the back button
    on the way, the receipt; every page on the way holds the rules of accessibility."""
    processor.reset()
    clinic = place.clinic(online_auto_post=True)
    with context(browser) as opened:
        page = opened.new_page()
        page.goto(clinic.url)
        holds(page, "front")
        page.click("text=Set up your account")
        page.check("[value=initials]")
        page.fill("#typed", "rq")
        page.fill("#birth_month", "3")
        page.fill("#birth_day", "14")
        page.fill("#birth_year", "1984")
        holds(page, "start")
        page.click("text=Send me a code")
        page.fill("#code", place.code("+15550104417"))
        holds(page, "code")
        page.keyboard.press("Enter")
        page.wait_for_selector("#again")
        page.fill("#username", "rosa.q")
        page.fill("#password", PASSWORD)
        page.fill("#again", PASSWORD)
        holds(page, "account")
        page.keyboard.press("Enter")
        page.wait_for_selector(".qr svg")
        holds(page, "authenticator")
        secret = page.inner_text("p.mono").replace(" ", "")
        page.fill("#code", pyotp.TOTP(secret).now())
        page.keyboard.press("Enter")
        page.wait_for_selector("ul.codes")
        holds(page, "recovery-codes")
        page.click("text=I have kept them")
        page.wait_for_selector("#amount")
        assert page.inner_text("h1") == "Hello Rosa. You owe $100.00."
        assert page.inner_text("button:has-text('Pay')") == "Pay $100.00"
        holds(page, "payments")
        page.dblclick("button:has-text('Pay')")
        page.wait_for_selector("[name=number]")
        page.go_back()
        page.wait_for_load_state()
        page.goto(clinic.url + "/payments")
        page.click("button:has-text('Pay')")
        fill_card(page)
        page.wait_for_selector("text=Thank you")
        assert urlsplit(page.url).netloc == urlsplit(clinic.url).netloc
        holds(page, "paid")
        assert processor.requests("sessions.create") == 1, "one page, however often it was asked for"
        assert processor.captured_cents() == 10_000
        page.click("text=Back to your payments")
        page.wait_for_selector("text=You owe nothing.")
        receipt = page.get_attribute("a:has-text('Receipt')", "href")
        answer = opened.request.get(clinic.hub.url + str(receipt))
        assert answer.body().startswith(b"%PDF-")
        page.click("text=Sign out")
        page.wait_for_selector("text=You are signed out")
        page.go_back()
        page.reload()
        page.wait_for_selector("#username")


def test_n48_s1_04_s1_06_a_guarantor_pays_one_line_and_a_second_tab_takes_nothing(
    place: House,
    browser: Browser,
    processor: StripeProcess,
) -> None:
    processor.reset()
    clinic = place.clinic()
    page, _person, made = signed_in(place, browser, clinic, **PHONE, locale="es-US")
    try:
        page.goto(clinic.url + "/payments")
        tab = page.context.new_page()
        tab.goto(clinic.url + "/payments")
        page.uncheck("input[name=item] >> nth=0")
        assert page.input_value("#amount") == "20.00"
        assert page.inner_text("button:has-text('Pagar')") == "Pagar $20.00"
        page.fill("#amount", "15")
        page.check("[name=keep]")
        page.click("button:has-text('Pagar')")
        fill_card(page)
        page.wait_for_selector("text=Gracias")
        tab.click("button:has-text('Pagar')")
        tab.wait_for_selector("text=Su cuenta cambió")
        assert processor.captured_cents() == 1_500
        assert tab.inner_text("h1") == "Hola, Rosa. Debe $85.00."
        tab.click("text=Visa terminada en 4242")
        tab.fill("#amount", "10.00")
        tab.dblclick("button:has-text('Pagar')")
        tab.wait_for_selector("text=Gracias")
        assert processor.captured_cents() == 2_500, "a kept card, two clicks, one charge"
    finally:
        made.__exit__(None, None, None)


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_holds_in_every_look(
    place: House, browser: Browser, look: str, shared: tuple[Clinic, Person]
) -> None:
    clinic, person = shared
    with context(browser, **LOOKS[look]) as opened:
        for name, value in person.browser.line.cookies.items():
            opened.add_cookies([{"name": name, "value": value, "url": clinic.hub.url}])
        page = opened.new_page()
        language = "es" if look.endswith("es") else "en"
        for path in ("payments", "account", *(("statements", "cards", "nothing") if look == "phone-light-es" else ())):
            page.goto(f"{clinic.url}/{path}")
            assert page.get_attribute("html", "lang") == language
            holds(page, f"{path}-{look}")


@pytest.fixture(scope="module")
def shared(place: House) -> tuple[Clinic, Person]:
    """Rosa, who has paid a part that is on its way."""
    clinic = place.clinic("Northern Lights Family Medicine and Pediatrics of Greater Alder County")
    person = join(place, clinic, factor="text")
    person.browser.get("/payments")
    return clinic, person
