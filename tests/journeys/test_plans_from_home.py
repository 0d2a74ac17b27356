"""A payment plan from home in a real browser: agreed to by a link on a telephone, followed and paid in the portal."""

from __future__ import annotations

from playwright.sync_api import Browser, FloatRect, Page

from models.operations.protocol import Cursor
from models.rules.signatures import strokes_of
from tests.support.browser import PHONE, context, fill_card, holds
from tests.support.plans import Plan
from tests.support.portal import House, join
from tests.support.simulators import StripeProcess


def frame_of(page: Page) -> FloatRect:
    """Where one signs, in view."""
    page.locator("canvas").scroll_into_view_if_needed()
    box = page.locator("canvas").bounding_box()
    assert box is not None
    return box


def signs(page: Page) -> None:
    """Draw something wrong, clear it, and draw two strokes."""
    box = frame_of(page)
    page.mouse.move(box["x"] + 10, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + 60, steps=4)
    page.mouse.up()
    assert page.inner_text("[data-said]").strip()
    page.click("[data-clear]")
    assert page.input_value("[data-strokes]") == ""
    box = frame_of(page)
    for ways in (((0.1, 0.6), (0.2, 0.2), (0.3, 0.7), (0.45, 0.3), (0.6, 0.7)), ((0.65, 0.4), (0.9, 0.35))):
        page.mouse.move(box["x"] + ways[0][0] * box["width"], box["y"] + ways[0][1] * box["height"])
        page.mouse.down()
        for across, down in ways[1:]:
            page.mouse.move(box["x"] + across * box["width"], box["y"] + down * box["height"], steps=8)
        page.mouse.up()


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
        signs(page)
        holds(page, "plan-signed-phone")
        page.check("[name=agree]")
        page.dblclick("text=Agree and pay $24.00")
        page.wait_for_selector("text=is in force")
        page.go_back()
        page.wait_for_load_state()
        page.goto(clinic.hub.hub.portal.pay_url(clinic.tenant, link_id))
        page.wait_for_selector("text=is in force")
    assert processor.captured_cents() == 2_400, "once, whatever is clicked"
    [accepted] = [entry.op["body"] for entry in clinic.hub.store.pull(clinic.tenant, Cursor("", 0, "0" * 64)).entries
                  if entry.op["kind"] == "plan.accept"]  # fmt: skip
    strokes = strokes_of(accepted["strokes"])
    assert (accepted["how"], len(strokes)) == ("signature", 2)
    assert max(x for stroke in strokes for x, _ in stroke) <= 1_000, "units of the page, however wide the telephone"
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


def test_s4_06_an_agreement_that_waits_is_read_and_signed_from_the_portal_in_spanish_by_keys(
    place: House,
    browser: Browser,
) -> None:
    """Signed in on a desk and on a telephone: the plans page shows what waits, one button leads to it, keys alone sign
    it; who draws with a finger on a telephone may; the account page says in which language messages come."""
    plan = Plan(place.clinic(), begins_in=30)
    clinic = plan.clinic
    plan.send()
    person = join(place, clinic, factor="text")
    for look, name in (({"locale": "es-US"}, "desktop-es"), ({**PHONE, "has_touch": True}, "phone")):
        with context(browser, **look) as opened:
            opened.add_cookies([{"name": cookie, "value": value, "url": clinic.hub.url}
                                for cookie, value in person.browser.line.cookies.items()])  # fmt: skip
            page = opened.new_page()
            page.goto(f"{clinic.url}/account")
            holds(page, f"account-{name}")
            page.goto(f"{clinic.url}/plans")
            holds(page, f"plan-waits-{name}")
            page.click("main form button")
            page.wait_for_selector("[name=with]")
            page.check("[value=each]")
            page.click("main form button[type=submit]")
            page.wait_for_selector("canvas")
            holds(page, f"plan-to-sign-{name}")
            if "has_touch" in look:
                box = frame_of(page)
                page.touchscreen.tap(box["x"] + 40, box["y"] + 40)
                assert page.locator("[data-clear]").is_enabled()
                page.click("[data-clear]")
                page.focus("#name")
                page.keyboard.type("Rosa Quillfeather")
                page.keyboard.press("Tab")
                page.keyboard.press("Space")
                page.keyboard.press("Enter")
                page.wait_for_selector("text=is in force")
                holds(page, "plan-agreed-phone")
    [accepted] = [entry.op["body"] for entry in clinic.hub.store.pull(clinic.tenant, Cursor("", 0, "0" * 64)).entries
                  if entry.op["kind"] == "plan.accept"]  # fmt: skip
    assert (accepted["how"], accepted["strokes"], accepted["said_by"]) == ("terms", "", "Rosa Quillfeather")
