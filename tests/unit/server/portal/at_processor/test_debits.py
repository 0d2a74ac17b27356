"""Paying from home by bank debit, on pages without script: what is said while a bank is asked, that nobody pays twice,
and what is open again where it does not pay (S2-16, N49, N50)."""

from __future__ import annotations

import re

import pytest

from models.basics.ids import new_id
from models.operations import plans
from models.operations.codec import sha256_hex
from models.operations.links import LinkRevoke
from models.operations.protocol import Cursor
from tests.support.links import Payer, issue
from tests.support.online import BROKE, pay_by_bank
from tests.support.portal import Browser, Clinic, House, join
from tests.support.simulators import StripeProcess
from tests.support.waiting import until

ASKED = "Your bank has been asked"


@pytest.fixture
def clinic(place: House, processor: StripeProcess) -> Clinic:
    processor.reset()
    return place.clinic(online_auto_post=True, online_debits=True)


def bodies(clinic: Clinic, kind: str) -> list[dict[str, object]]:
    page = clinic.hub.store.pull(clinic.tenant, Cursor("", 0, "0" * 64))
    return [entry.op["body"] for entry in page.entries if entry.op["kind"] == kind]


def led_to(browser: Browser) -> str:
    """Where the page that was just sent leads: the processor's."""
    found = re.search(r'content="0;url=([^"]+)"', browser.page.text)
    assert found is not None, browser.page.text
    return found[1].replace("&amp;", "&")


def by_bank(browser: Browser, url: str, account: str = "000123456789") -> str:
    """Type a bank account on the processor's page and come back; what is shown."""
    status, where = pay_by_bank(url, account)
    assert status == 303
    browser.page = browser.line.get(where)
    return browser.page.text


def test_n50_a_link_says_that_the_bank_was_asked_and_takes_no_second_payment(
    clinic: Clinic,
    processor: StripeProcess,
) -> None:
    payer = Payer(clinic, issue(clinic, 10_000, items=[("rosa", 8_000), ("sofia", 2_000)])).enters()
    assert "card or bank account" in payer.page.text
    before, url = payer.page, payer.goes()
    assert ASKED in by_bank(payer, url)
    elsewhere = Payer(clinic, payer.link_id)
    assert "Rosa" not in elsewhere.opens().text
    page = elsewhere.proves().text
    for words in (ASKED, "$100.00", "four business days", "nothing more for you to do", "no other payment"):
        assert words in page, words
    payer.page = before
    assert ASKED in payer.send("/pay", amount="100.00").text, "the form of before, sent again"
    assert processor.requests("sessions.create") == 1
    balance = Payer(clinic, issue(clinic, 10_000)).opens()
    assert (balance.status_code, "Nothing is owed here" in balance.text) == (410, True), "no other link asks for it"
    processor.tell("settle-debits")
    until(lambda: len(bodies(clinic, "online.receive")) == 1)
    assert "Thank you, Rosa" in payer.opens().text
    receipt = payer.opens("/receipt").content
    assert receipt.startswith(b"%PDF-")
    assert (len(bodies(clinic, "payment.collect")), processor.captured_cents()) == (1, 10_000)
    assert clinic.hub.store.verify(clinic.tenant, deep=True) == []


def test_n50_a_link_whose_bank_does_not_pay_is_open_again_and_its_payer_gets_it_once_more(
    clinic: Clinic,
    place: House,
    processor: StripeProcess,
) -> None:
    payer = Payer(clinic, issue(clinic, 8_000, items=[("rosa", 8_000)])).enters()
    by_bank(payer, payer.goes(), BROKE)
    processor.tell("settle-debits")
    until(lambda: len(bodies(clinic, "online.refused")) == 1)
    [told] = [each for each in bodies(clinic, "message.send") if each["template"] == "debit_again"]
    assert (told["address"], told["papers"][0]["source_id"]) == ("rosa@home.test", payer.link_id)  # type: ignore[index]
    place.hub.hub.messages.wake(clinic.tenant)
    assert place.sent("rosa@home.test", r"did not pay \$80\.00[\s\S]+?(http\S+/pay/\S+)") == payer.address
    assert "Hello Rosa" in payer.opens().text
    assert "Thank you, Rosa" in payer.pays().text
    assert [each["way"] for each in bodies(clinic, "online.receive")] == ["card"]
    assert processor.captured_cents() == 8_000


def test_a_link_that_is_taken_back_while_the_bank_is_asked_still_counts_what_comes(
    clinic: Clinic,
    processor: StripeProcess,
) -> None:
    payer = Payer(clinic, issue(clinic, 8_000, items=[("rosa", 8_000)])).enters()
    by_bank(payer, payer.goes())
    clinic.put(LinkRevoke(link_id=payer.link_id, patient_id=clinic.rosa))
    clinic.hub.hub.online_worker.look_after([clinic.tenant], poll=False)
    assert ASKED in payer.opens().text
    processor.tell("settle-debits")
    until(lambda: len(bodies(clinic, "payment.collect")) == 1)
    assert "Thank you, Rosa" in payer.opens().text


def test_n49_the_portal_shows_what_banks_were_asked_for_and_asks_for_the_rest_alone(
    clinic: Clinic,
    place: House,
    processor: StripeProcess,
) -> None:
    browser = join(place, clinic, factor="text").browser
    browser.get("/payments")
    browser.send("/payments", amount="60.00", keep="yes")
    assert ASKED in by_bank(browser, led_to(browser))
    page = browser.get("/payments").text
    for words in ("You owe $40.00.", ASKED, "Takes up to four business days", "Asked of your bank, not yet paid",
                  "−$60.00", "STRIPE TEST BANK 6789", 'value="40.00"'):  # fmt: skip
        assert words in page, words
    assert "cuatro días hábiles" in browser.get("/payments?lang=es").text
    browser.get("/payments?lang=en")
    processor.tell("settle-debits")
    until(lambda: len(bodies(clinic, "payment.collect")) == 1)
    page = browser.get("/payments").text
    assert ("You owe $40.00." in page, "Takes up to four business days" in page) == (True, False)
    assert "STRIPE TEST BANK ending 6789" in page, "kept with their word"
    assert browser.get("/cards").text.count("STRIPE TEST BANK ending 6789") == 1
    card_id = str(bodies(clinic, "card.keep")[0]["kept_card_id"])
    browser.get("/payments")
    assert ASKED in browser.send("/payments", **{"with": card_id}).text
    assert len(processor.intents()) == 2
    assert "You owe nothing." in browser.get("/payments").text
    processor.tell("settle-debits")
    until(lambda: len(bodies(clinic, "payment.collect")) == 2)
    assert processor.captured_cents() == 10_000
    receipt = re.search(r'href="(\S+/receipts/\S+?)"', browser.get("/payments").text)
    assert receipt is not None
    assert clinic.hub.store.verify(clinic.tenant, deep=True) == []


def test_a_bank_that_does_not_pay_is_told_in_the_portal_and_all_is_owed_again(
    clinic: Clinic,
    place: House,
    processor: StripeProcess,
) -> None:
    browser = join(place, clinic, factor="text").browser
    browser.get("/payments")
    browser.send("/payments")
    order = by_bank(browser, led_to(browser), BROKE)
    assert ASKED in order
    at = str(browser.page.url)
    processor.tell("settle-debits")
    until(lambda: len(bodies(clinic, "online.refused")) == 1)
    assert "Your bank said no" in browser.line.get(at).text
    assert "You owe $100.00." in browser.get("/payments").text
    [told] = [each for each in bodies(clinic, "message.send") if each["template"] == "debit_refused"]
    assert told["address"] == "rosa@home.test"


def test_s0_45_a_payment_of_a_plan_that_a_bank_was_asked_for_is_not_paid_again(
    clinic: Clinic,
    place: House,
    processor: StripeProcess,
) -> None:
    text, plan_id = "I agree to pay.", new_id()
    about = {"plan_id": plan_id, "patient_id": clinic.rosa, "terms_sha256": sha256_hex(text.encode())}
    lines = tuple(plans.PlanLine(no=n, due_date=f"2026-0{n}-01", amount_cents=4_000) for n in (1, 2))
    clinic.put(
        plans.PlanPut(**about, charge_ids=(clinic.charges["rosa"],), encounter_cents=8_000, lines=lines,
                      terms="plan-1", text=text),
        plans.PlanAccept(**about, terms="plan-1", said_by="Rosa Quillfeather", how="signature"),
        plans.PlanActivate(**about, charge_ids=(clinic.charges["rosa"],)),
    )  # fmt: skip
    browser = join(place, clinic, factor="text").browser
    browser.get("/plans")
    browser.send(f"/plans/{plan_id}/pay", what="1", **{"with": "new"})
    by_bank(browser, led_to(browser))
    page = browser.get("/plans").text
    assert ("Bank asked" in page, f"/plans/{plan_id}/pay" in page) == (True, False)
    processor.tell("settle-debits")
    until(lambda: len(bodies(clinic, "payment.collect")) == 1)
    page = browser.get("/plans").text
    assert ("Bank asked" in page, f"/plans/{plan_id}/pay" in page) == (False, True)
