"""A payment plan from home in a real browser: agreed to by a link on a telephone, followed and paid in the portal."""

from __future__ import annotations

from playwright.sync_api import Browser

from tests.support.browser import PHONE, context, fill_card, holds
from tests.support.plans import Plan
from tests.support.portal import House, join
from tests.support.simulators import StripeProcess


def test_s4_06_s4_07_s4_08_from_the_link_to_a_plan_in_force_and_the_next_payment(
    place: House,
    browser: Browser,
    processor: StripeProcess,
) -> None:
    """By keys and clicks: who she is, a new card, the agreement, agree and pay with a double click, the back button;
    then the plan in the portal on a desk in Spanish and on a dark telephone, and the next payment with that card."""
    processor.reset()
    plan = Plan(place.clinic(plan_first_retry_days=3, plan_second_retry_days=7))
    clinic, link_id = plan.clinic, plan.send("Call us if anything is unclear.")
    with context(browser, **PHONE) as opened:
        page = opened.new_page()
        page.goto(clinic.hub.hub.portal.pay_url(clinic.tenant, link_id))
        for part, value in (("month", "3"), ("day", "14"), ("year", "1984")):
            page.fill(f"#birth_{part}", value)
        page.keyboard.press("Enter")
        page.wait_for_selector("text=your first payment is")
        holds(page, "plan-link-phone")
        page.check("[value=new]")
        page.check("[name=keep]")
        page.click("text=Read the agreement")
        fill_card(page)
        page.wait_for_selector("text=The clinic charges my card, Visa •••• 4242")
        holds(page, "plan-terms-phone")
        page.fill("#name", "Rosa Quillfeather")
        page.check("[name=agree]")
        page.dblclick("text=Agree and pay $24.00")
        page.wait_for_selector("text=is in force")
        page.go_back()
        page.wait_for_load_state()
        page.goto(clinic.hub.hub.portal.pay_url(clinic.tenant, link_id))
        page.wait_for_selector("text=is in force")
    assert processor.captured_cents() == 2_400, "once, whatever is clicked"
    person = join(place, clinic, factor="text")
    for look, name in (({"locale": "es-US"}, "desktop-es"), ({**PHONE, "color_scheme": "dark"}, "phone-dark")):
        with context(browser, **look) as opened:
            for cookie, value in person.browser.line.cookies.items():
                opened.add_cookies([{"name": cookie, "value": value, "url": clinic.hub.url}])
            page = opened.new_page()
            page.goto(f"{clinic.url}/plans")
            page.wait_for_selector(".schedule")
            holds(page, f"plans-{name}")
    with context(browser) as opened:
        for cookie, value in person.browser.line.cookies.items():
            opened.add_cookies([{"name": cookie, "value": value, "url": clinic.hub.url}])
        page = opened.new_page()
        page.goto(f"{clinic.url}/plans?lang=en")
        assert "charged to Visa ending 4242" in page.inner_text("main")
        page.click("button:has-text('Pay')")
        page.wait_for_selector("text=Thank you")
        page.click("text=Back to your payment plan")
        page.wait_for_selector(".schedule")
        assert page.locator(".schedule .pill").all_inner_texts() == ["Paid", "Paid", "Scheduled"]
    assert processor.captured_cents() == 4_800
    assert clinic.hub.store.verify(clinic.tenant, deep=True) == []
