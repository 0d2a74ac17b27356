"""Paying by forms without script, with the simulated processor and its page: what is owed, what is taken, what is
shown (S0-28, S0-29, S1-04 … S1-09, N48, N49)."""

from __future__ import annotations

import re

import pytest

from models.basics.ids import new_id
from models.operations import bodies, plans
from models.operations.codec import sha256_hex
from models.operations.protocol import Cursor
from tests.support.online import DECLINED, VISA, pay
from tests.support.portal import Clinic, House, Person, join
from tests.support.simulators import StripeProcess


@pytest.fixture(scope="module")
def accounts() -> list[str]:
    return []


class Payer:
    """Rosa, signed in at a practice of her own."""

    def __init__(self, place: House, clinic: Clinic, person: Person) -> None:
        self.place, self.clinic, self.person, self.browser = place, clinic, person, person.browser

    def shows(self, *texts: str) -> None:
        """The page of payments says all this."""
        page = self.browser.get("/payments").text
        for text in texts:
            assert text in page, (text, page)

    def pays(self, **values: str | list[str]) -> str:
        """Send the form; where the processor's page is."""
        self.browser.get("/payments")
        page = self.browser.send("/payments", **values)
        found = re.search(r'content="0;url=([^"]+)"', page.text)
        assert found is not None, page.text
        return found[1].replace("&amp;", "&")

    def entries(self, *kinds: str) -> list[dict[str, object]]:
        page = self.place.hub.store.pull(self.clinic.tenant, Cursor("", 0, "0" * 64))
        return [entry.op["body"] for entry in page.entries if entry.op["kind"] in kinds]

    def comes_back(self, url: str, number: str = VISA, **more: str) -> str:
        """Fill in the processor's page and go where it leads; the page there."""
        status, where = pay(url, number, **more)
        assert status == 303, status
        self.browser.page = self.browser.line.get(where)
        return self.browser.page.text


@pytest.fixture
def rosa(place: House, processor: StripeProcess) -> Payer:
    processor.reset()
    clinic = place.clinic()
    return Payer(place, clinic, join(place, clinic, factor="text"))


def test_n48_s1_04_all_of_a_family_is_paid_in_one_sum_and_posted_by_the_rule(rosa: Payer) -> None:
    rosa.clinic.set(online_auto_post=True)
    rosa.shows("You owe $100.00.", "Includes Sofia", 'value="100.00"')
    assert "Thank you" in rosa.comes_back(rosa.pays())
    rosa.shows("You owe nothing.", "$100.00", "Visa 4242")
    (received,) = rosa.entries("online.receive")
    assert (received["amount_cents"], received["channel"], received["patient_id"]) == (10_000, "portal",
                                                                                       rosa.clinic.rosa)  # fmt: skip
    page = rosa.browser.get("/payments").text
    receipt = re.search(r'href="[^"]*(/receipts/[^"]+)"', page)
    assert receipt is not None
    answer = rosa.browser.get(receipt[1])
    assert (answer.headers["content-type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    assert rosa.place.hub.store.verify(rosa.clinic.tenant, deep=True) == []


def test_n49_s1_09_what_is_not_posted_yet_is_shown_and_cannot_be_paid_twice(rosa: Payer) -> None:
    assert "Thank you" in rosa.comes_back(rosa.pays(amount="60.00"))
    rosa.shows("You owe $40.00.", "Paid, on its way to your account", "−$60.00", "Not in your balance yet",
               'value="40.00"')  # fmt: skip
    assert rosa.entries("payment.collect") == []
    rosa.browser.get("/payments")
    assert rosa.browser.send("/payments", amount="40.01").status_code == 422
    assert rosa.browser.says("more than you chose")


WRONG = (
    ({"amount": "4.99"}, "The smallest payment here is $5.00"), ({"amount": "abc"}, "Enter an amount"),
    ({"amount": "-5"}, "Enter an amount"), ({"amount": "100.01"}, "more than you chose"),
    ({"item": []}, "Choose at least one visit"), ({"with": "somebody-elses"}, "Choose how you pay"),
    ({"seen": "0" * 32}, "has changed since"),
)  # fmt: skip


def test_s0_28_s0_29_what_may_not_be_paid_is_told_and_nothing_is_asked_for(
    rosa: Payer,
    processor: StripeProcess,
) -> None:
    for values, words in WRONG:
        rosa.browser.get("/payments")
        page = rosa.browser.send("/payments", **values)
        assert (page.status_code, words in page.text) == (422, True), (values, page.text)
    only = rosa.clinic.charges
    rosa.browser.get("/payments")
    line = re.findall(r'name="item" value="([^"]+)"', rosa.browser.page.text)[1]
    page = rosa.browser.send("/payments", item=[line])
    assert "The amount now fits" in page.text
    assert 'value="20.00"' in page.text
    assert processor.requests("sessions.create") == 0
    url = re.search(r'content="0;url=([^"]+)"', rosa.browser.send("/payments").text)
    assert url is not None
    rosa.comes_back(url[1])
    (received,) = rosa.entries("online.receive")
    assert received["items"] == [{"charge_id": only["sofia"], "amount_cents": 2_000}]
    rosa.clinic.set(portal_payments=False)
    rosa.shows("Payments from home are not possible")
    rosa.clinic.set(portal_payments=True, portal_balance_only=False)
    rosa.shows('value="80.00"')
    rosa.clinic.set(portal=False)
    assert rosa.browser.get("/payments").status_code == 404


def test_the_same_form_and_the_same_wish_are_one_order(rosa: Payer, processor: StripeProcess) -> None:
    """Double click, back and again, another tab: one page of the processor's, one charge."""
    rosa.browser.get("/payments")
    first_tab, form = rosa.browser.page, rosa.browser.forms()[1][2]
    one = rosa.browser.send("/payments").url
    rosa.browser.page = first_tab
    assert rosa.browser.send("/payments").url == one, "the same form again"
    other = rosa.pays()
    assert form["order"] == [str(one.path).rpartition("/")[2]]
    assert processor.requests("sessions.create") == 1
    rosa.comes_back(other)
    rosa.browser.page = first_tab
    assert "Thank you" in rosa.browser.send("/payments").text, "the form of before shows what it brought"
    assert [each["amount_cents"] for each in rosa.entries("online.receive")] == [10_000]
    assert processor.captured_cents() == 10_000


def test_a_tab_of_before_takes_nothing_once_the_account_has_moved(
    rosa: Payer,
    processor: StripeProcess,
) -> None:
    rosa.browser.get("/payments")
    old = rosa.browser.page
    rosa.comes_back(rosa.pays(amount="60"))
    rosa.browser.page = old
    page = rosa.browser.send("/payments", amount="60")
    assert "Your account has changed" in page.text
    assert processor.captured_cents() == 6_000


def test_s1_07_a_card_is_kept_with_consent_charged_again_and_removed(
    rosa: Payer,
    processor: StripeProcess,
) -> None:
    rosa.comes_back(rosa.pays(amount="50.00", keep="yes"))
    (consent,) = rosa.entries("card.consent")
    assert (consent["channel"], consent["words"], consent["patient_id"]) == ("portal", "portal-1-en", rosa.clinic.rosa)
    rosa.shows("Visa ending 4242", "Expires 12/34")
    card = re.search(r'name="with" value="([^"]+)"', rosa.browser.page.text)
    assert card is not None
    page = rosa.browser.send("/payments", **{"with": card[1], "amount": "20.00"})
    assert "Thank you" in page.text
    rosa.browser.page = rosa.browser.line.get(str(page.url))
    assert processor.captured_cents() == 7_000, "looking again charges nothing"
    rosa.browser.get("/cards")
    assert rosa.browser.says("Visa ending 4242")
    rosa.browser.get(f"/cards/{card[1]}/remove")
    rosa.browser.send("/remove")
    assert rosa.browser.says("The card was removed")
    assert rosa.browser.says("No card is saved")
    assert [each["kept_card_id"] for each in rosa.entries("card.drop")] == [card[1]]
    rosa.browser.get("/payments")
    assert rosa.browser.send("/payments", **{"with": card[1]}).status_code == 422


def test_a_declined_card_costs_nothing_and_another_may_be_tried(rosa: Payer, processor: StripeProcess) -> None:
    url = rosa.pays()
    status, _ = pay(url, DECLINED)
    assert status != 303
    assert processor.captured_cents() == 0
    assert "Thank you" in rosa.comes_back(url)
    assert processor.captured_cents() == 10_000


def test_a_provider_who_does_not_take_part_is_paid_at_the_desk(rosa: Payer) -> None:
    from models.operations import records

    rosa.clinic.put(records.Practitioner(id="okafor", name="Dr. Okafor", online=False))
    rosa.shows("please pay at the desk", "There is nothing to pay here now")


def test_what_a_plan_pays_is_shown_and_never_proposed(rosa: Payer) -> None:
    plan = new_id()
    text = "Four payments."
    digest = sha256_hex(text.encode())
    charge = rosa.clinic.charges["rosa"]
    lines = tuple(plans.PlanLine(no=no, due_date=f"2026-0{no + 3}-01", amount_cents=2_000) for no in range(1, 5))
    rosa.clinic.put(
        plans.PlanPut(plan_id=plan, patient_id=rosa.clinic.rosa, charge_ids=(charge,), encounter_cents=8_000,
                      lines=lines, terms="1", terms_sha256=digest, text=text),
        plans.PlanAccept(plan_id=plan, patient_id=rosa.clinic.rosa, terms="1", terms_sha256=digest,
                         said_by="Rosa", how="terms"),
        plans.PlanActivate(plan_id=plan, patient_id=rosa.clinic.rosa, charge_ids=(charge,), terms_sha256=digest),
    )  # fmt: skip
    rosa.shows("You owe $100.00.", "on your payment plan", 'value="20.00"')
    page = rosa.browser.page.text
    assert len(re.findall(r'name="item"[^>]* checked', page)) == 1
    rosa.browser.send("/payments", item=re.findall(r'name="item" value="([^"]+)"', page), amount="30.00")
    assert rosa.browser.page.url.path.rpartition("/")[0].endswith("/orders"), "more is the patient's own wish"


def test_s0_30_statements_are_there_to_read_for_who_they_are_about(rosa: Payer) -> None:
    line = bodies.StatementLine(service_date="2026-01-22", description="Follow-up visit", owed_cents=8_000,
                                paid_cents=0, balance_cents=8_000)  # fmt: skip
    rosa.clinic.put(bodies.StatementIssued(
        statement_id="st-1", patient_id=rosa.clinic.rosa, number="ST-0001", channel="print", balance_cents=8_000,
        unallocated_cents=0, due_date="2026-03-20", lines=(line,),
    ))  # fmt: skip
    page = rosa.browser.get("/statements").text
    assert "ST-0001" in page
    assert "$80.00" in page
    answer = rosa.browser.get("/statements/st-1")
    assert (answer.headers["content-type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    rosa.clinic.set(portal_statements=False)
    assert "ST-0001" not in rosa.browser.get("/statements").text
    assert rosa.browser.get("/statements/st-1").status_code == 404
