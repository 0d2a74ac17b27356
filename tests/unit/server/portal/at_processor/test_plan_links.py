"""A payment plan by a one-time link: read, paid with a card that is entered on the processor's page, accepted by name,
in force; void where the terms changed meanwhile (S4-06 … S4-08)."""

from __future__ import annotations

import re
from io import BytesIO

import pypdfium2
import pytest

from models.operations import plans, records
from models.operations.links import LinkRevoke
from models.operations.protocol import Cursor
from models.rules.agreement import sha256
from models.rules.plans import asked_for
from tests.support.links import EARLIER, Payer, issue
from tests.support.online import pay
from tests.support.plans import Plan
from tests.support.portal import House, join
from tests.support.simulators import StripeProcess


class Sent(Plan):
    """An agreement that was sent, and who opens the link."""

    def __init__(self, place: House, *, begins_in: int = 0) -> None:
        super().__init__(place.clinic(plan_first_retry_days=3, plan_second_retry_days=7), begins_in=begins_in)
        self.place, self.link_id = place, self.send()
        self.payer = Payer(self.clinic, self.link_id)

    def entries(self, kind: str) -> list[dict[str, object]]:
        page = self.place.hub.store.pull(self.clinic.tenant, Cursor("", 0, "0" * 64))
        return [entry.op["body"] for entry in page.entries if entry.op["kind"] == kind]

    def kinds(self) -> list[str]:
        """What was written down since the link was made, in order."""
        page = self.place.hub.store.pull(self.clinic.tenant, Cursor("", 0, "0" * 64))
        found = [entry.op["kind"] for entry in page.entries]
        return found[found.index("link.issue") + 1 :]

    def keeps_a_card(self) -> str:
        """Choose a new card and enter it on the processor's page; the terms with it."""
        page = self.payer.send("/method", **{"with": "new", "keep": "yes"})
        found = re.search(r'content="0;url=([^"]+)"', page.text)
        assert found is not None, page.text
        status, where = pay(found[1].replace("&amp;", "&"))
        assert status == 303
        assert self.link_id in where, "the processor is told no address of a link"
        assert self.payer.address not in where
        self.payer.page = self.payer.line.get(where)
        return self.payer.page.text

    def agrees(self, **more: str) -> str:
        return self.payer.send("/accept", **{"name": "Rosa Quillfeather", "agree": "yes", **more}).text


@pytest.fixture
def sent(place: House, processor: StripeProcess) -> Sent:
    processor.reset()
    return Sent(place)


def test_s4_06_s4_07_s4_08_a_plan_is_read_accepted_with_a_new_card_and_paid(
    sent: Sent,
    processor: StripeProcess,
) -> None:
    before = sent.payer.opens().text
    assert not re.search(r"Rosa|\$|As we said", before), "before the birth date"
    page = sent.payer.proves().text
    for words in ("Hello Rosa, your first payment is", "$24.00", "Plan of 3 payments, $72.00 in all", "$80.00",
                  "−$8.00", "As we said"):  # fmt: skip
        assert words in page, words
    assert sent.payer.send("/method", **{"with": "new"}).status_code == 422, "no card is kept without their word"
    page = sent.keeps_a_card()
    for words in ("The clinic charges my card, Visa •••• 4242", "Agree and pay $24.00", "it tries again after 3 and 7"):
        assert words in page, words
    terms = sent.payer.page
    assert sent.payer.send("/accept", name="", agree="yes").status_code == 422
    assert sent.payer.send("/accept", name="Rosa Quillfeather").status_code == 422, "the tick is theirs to set"
    assert sent.kinds() == ["card.consent", "card.keep"]
    page = sent.agrees()
    assert "is in force" in page
    assert "You paid $24.00" in page
    [accepted] = sent.entries("plan.accept")
    [put] = sent.entries("plan.put")[1:]
    assert (accepted["said_by"], accepted["how"], accepted["channel"], accepted["terms_sha256"]) == (
        "Rosa Quillfeather", "terms", "link", put["terms_sha256"])  # fmt: skip
    assert str(put["terms_sha256"])[:16] in terms.text, "what they read is what is written down"
    assert [kind for kind in sent.kinds() if kind.startswith(("plan", "charge.adjust"))] == [
        "plan.put", "plan.accept", "charge.adjust", "plan.activate"]  # fmt: skip
    [fact] = sent.entries("online.receive")
    assert (fact["channel"], fact["source_id"], fact["request_id"], fact["amount_cents"]) == (
        "link", sent.link_id, asked_for(sent.plan_id, 1), 2_400)  # fmt: skip
    assert processor.captured_cents() == 2_400
    sent.payer.page = terms
    sent.agrees()
    assert (processor.captured_cents(), len(sent.entries("plan.accept"))) == (2_400, 1), "sent again it is the same"
    assert sent.payer.opens("/agreement").content.startswith(b"%PDF-")
    assert "Already paid" in Payer(sent.clinic, sent.link_id).opens().text
    assert sent.place.hub.store.verify(sent.clinic.tenant, deep=True) == []


def test_terms_that_the_desk_changed_meanwhile_are_not_accepted_and_shown_anew(sent: Sent) -> None:
    sent.payer.enters()
    page = sent.payer.send("/method", **{"with": "each"}).text
    assert "I pay each time by cash, check, card, or from home" in page
    sent.put(3_600, 3_600)
    page = sent.agrees()
    assert "The terms have changed since this page was opened" in page
    assert "$36.00 today and on" in page
    assert sent.entries("plan.accept") == []
    assert "Agree and pay $36.00" in page
    url = re.search(r'content="0;url=([^"]+)"', sent.agrees())
    assert url is not None, "who pays each time pays the first on the processor's page"
    assert [each["terms_sha256"] for each in sent.entries("plan.activate")] == [
        sent.entries("plan.put")[-1]["terms_sha256"]]  # fmt: skip
    sent.payer.opens()
    assert "Not paid yet" in sent.payer.page.text, "the page that is open is led on to"
    status, where = pay(url[1].replace("&amp;", "&"))
    assert status == 303
    assert "You paid $36.00" in sent.payer.line.get(where).text


def test_money_that_came_meanwhile_stops_the_agreement_with_a_word(sent: Sent) -> None:
    sent.payer.enters()
    sent.payer.send("/method", **{"with": "each"})
    sent.clinic.stream.copay(sent.clinic.rosa, sent.charge, 500)
    sent.clinic.push()
    assert "The terms have changed" in sent.agrees()
    assert "cannot be agreed to as it is" in sent.payer.page.text
    assert "plan.accept" not in sent.kinds()


def test_nothing_is_paid_where_nothing_is_due_and_a_late_payment_is_paid_by_the_same_link(
    place: House,
    processor: StripeProcess,
) -> None:
    processor.reset()
    later = Sent(place, begins_in=10)
    later.payer.enters()
    later.payer.send("/method", **{"with": "each"})
    assert 'type="submit">Agree<' in later.payer.page.text
    assert "is in force" in later.agrees()
    assert processor.captured_cents() == 0
    assert "Nothing is owed here" in Payer(later.clinic, later.link_id).opens().text
    due = Sent(place)
    starts(due)
    assert "due now is" in due.payer.enters().page.text
    assert "Thank you, Rosa" in due.payer.pays().text
    [fact] = due.entries("online.receive")
    assert (fact["request_id"], fact["source_id"]) == (asked_for(due.plan_id, 1), due.link_id)


def test_a_discount_that_nobody_may_give_who_wrote_it_since_is_not_agreed_to(sent: Sent) -> None:
    sent.clinic.put(records.Staff(id="maria", name="Maria", role="receptionist"))
    sent.clinic.stream.actor, sent.clinic.stream.moment = "maria", "2026-03-03T14:00:00.000Z"
    sent.put(2_300, 2_400, 2_500)
    sent.payer.enters()
    page = sent.payer.send("/method", **{"with": "each"}).text
    assert "cannot be agreed to as it is" in page
    sent.clinic.put(records.Staff(id="maria", name="Maria", role="manager"))
    assert "Agree and pay $23.00" in sent.payer.opens("/terms?with=each").text


def test_a_plan_that_only_a_new_card_can_pay_waits_while_no_money_is_taken(sent: Sent) -> None:
    sent.put(2_400, method="card")
    sent.clinic.set(portal_payments=False)
    page = sent.payer.enters().page.text
    assert "Payments from home are not possible now" in page
    assert "Read the agreement" not in page
    sent.clinic.set(portal_payments=True)
    assert "I pay each time myself" not in sent.payer.opens().text, "the practice wrote down that a card is charged"


def test_a_link_of_a_plan_that_ended_opens_nothing(sent: Sent) -> None:
    sent.clinic.put(plans.PlanCancel(plan_id=sent.plan_id, patient_id=sent.clinic.rosa))
    assert "This link was taken back" in sent.payer.opens().text


def test_in_spanish_the_text_that_is_read_is_the_text_that_is_accepted(sent: Sent) -> None:
    sent.payer = Payer(sent.clinic, sent.link_id, "es")
    assert "su primer pago es de" in sent.payer.enters().page.text
    sent.payer.send("/method", **{"with": "each"})
    assert "Debo $80.00 a Alder Street Family Medicine, menos un descuento de $8.00" in sent.payer.page.text
    assert "Acepto y pago $24.00" in sent.payer.page.text
    sent.agrees()
    [accepted], put = sent.entries("plan.accept"), sent.entries("plan.put")[-1]
    assert (accepted["terms"], put["terms"], accepted["terms_sha256"]) == ("plan-1-es", "plan-1-es",
                                                                           put["terms_sha256"])  # fmt: skip
    assert "Me comprometo a pagar $24.00" in str(put["text"])


# Drawn signatures -----------------------------------------------------------------------------------------------------

PEN = "100,100;140,60;180,120;220,80;260,140;300,100|320,90;330,95"


@pytest.fixture
def later(place: House, processor: StripeProcess) -> Sent:
    """An agreement whose first payment is in a month: nothing is paid when it is agreed to."""
    processor.reset()
    return Sent(place, begins_in=30)


def _reads(sent: Sent, language: str = "en") -> str:
    """Rosa reads the agreement, paying each time by herself."""
    sent.payer = Payer(sent.clinic, sent.link_id, language)
    sent.payer.enters()
    return sent.payer.send("/method", **{"with": "each"}).text


def text_of(pdf: bytes) -> str:
    """What a PDF says."""
    return "".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(BytesIO(pdf)))


def test_s4_06_a_signature_that_is_drawn_is_kept_with_the_agreement_and_on_its_paper(later: Sent) -> None:
    page = _reads(later)
    assert re.search(r'<script src="/portal/static/sign\.[0-9a-f]+\.js" defer>', page)
    assert "<canvas" in page
    assert "is in force" in later.agrees(drawn=PEN)
    [accepted] = later.entries("plan.accept")
    assert (accepted["how"], accepted["strokes"], accepted["said_by"]) == ("signature", PEN, "Rosa Quillfeather")
    with_pen = later.payer.opens("/agreement").content
    other = Sent(later.place, begins_in=30)
    _reads(other)
    other.agrees()
    assert [each["strokes"] for each in other.entries("plan.accept")] == [""]
    texts = [text_of(content) for content in (with_pen, other.payer.opens("/agreement").content)]
    assert "Signed by Rosa Quillfeather" in texts[0]
    assert "Accepted by Rosa Quillfeather" in texts[1]


BAD_PENS = {
    "words": "Rosa", "script": "<script>", "a-dot": "10,10", "a-slip": ";".join(["10,10"] * 9),
    "below-nothing": PEN.replace("100,100", "-1,5"), "beyond": PEN.replace("100,100", "9999,1"),
    "parts": PEN.replace(",", ".", 1), "too-long": "|".join([PEN] * 500),
}  # fmt: skip


@pytest.mark.parametrize("bad", BAD_PENS)
def test_what_is_no_signature_is_refused_and_nothing_is_agreed_to(later: Sent, bad: str) -> None:
    _reads(later)
    page = later.agrees(drawn=BAD_PENS[bad])
    assert later.payer.page.status_code in (413, 422)
    assert later.entries("plan.accept") == []
    if later.payer.page.status_code == 422:
        assert "Your signature could not be read" in page
        assert 'value="Rosa Quillfeather"' in page, "what was typed stays"
        assert "is in force" in later.agrees(), "and the name alone is enough"


def test_a_drawing_stays_where_something_else_is_missing(later: Sent) -> None:
    _reads(later)
    assert f'value="{PEN}"' in later.payer.send("/accept", name="", agree="yes", drawn=PEN).text
    assert f'value="{PEN}"' not in later.payer.send("/accept", name="Rosa", agree="yes", drawn=PEN, seen="old").text


def test_an_agreement_that_waits_is_on_the_page_of_plans_with_one_button(later: Sent) -> None:
    browser = join(later.place, later.clinic, factor="text").browser
    page = browser.get("/plans").text
    for words in ("An agreement waits for you", "3 payments, $72.00 in all. The first is $24.00", "Read and agree"):
        assert words in page, words
    assert page.count("/read") == 1
    browser.send(f"/{later.plan_id}/read")
    assert "Hello Rosa, your first payment is" in browser.page.text, "who is signed in is not asked again"
    assert str(browser.page.url).startswith(later.payer.address)
    later.payer.line, later.payer.page = browser.line, browser.page
    later.payer.send("/method", **{"with": "each"})
    assert "is in force" in later.agrees(drawn=PEN)
    page = browser.get("/plans").text
    assert "waits for you" not in page
    assert "Signed in" not in page
    assert browser.get("/account").status_code == 200, "still signed in there"
    browser.page = browser.get("/plans")
    token = next(fields for action, _, fields in browser.forms() if action.endswith("/sign-out"))
    gone = browser.line.post(f"{later.clinic.url}/plans/{later.plan_id}/read", data=token,
                             headers={"Origin": later.clinic.hub.url})  # fmt: skip
    assert gone.status_code == 404


def starts(plan: Plan) -> None:
    """The desk puts the plan into force, one payment late: its link is for paying that now."""
    about = {"plan_id": plan.plan_id, "patient_id": plan.clinic.rosa}
    digest = sha256("I agree.")
    plan.clinic.put(
        plans.PlanPut(**about, charge_ids=(plan.charge,), encounter_cents=8_000, terms="plan-1", text="I agree.",
                      terms_sha256=digest, lines=(plans.PlanLine(no=1, due_date="2026-01-02", amount_cents=8_000),)),
        plans.PlanAccept(**about, terms="plan-1", terms_sha256=digest, said_by="Rosa", how="paper"),
        plans.PlanActivate(**about, charge_ids=(plan.charge,), terms_sha256=digest),
    )  # fmt: skip


@pytest.mark.parametrize("ended", ["revoked", "expired", "draft", "in-force"])
def test_what_cannot_be_agreed_to_is_not_listed(place: House, ended: str) -> None:
    plan = Plan(place.clinic())
    if ended == "revoked":
        link_id = plan.send()
        plan.clinic.put(LinkRevoke(link_id=link_id, patient_id=plan.clinic.rosa))
    elif ended == "expired":
        issue(plan.clinic, 7_200, subject="plan", subject_id=plan.plan_id, expires_at=EARLIER)
    elif ended == "in-force":
        plan.send()
        starts(plan)
    page = join(place, plan.clinic, factor="text").browser.get("/plans").text
    assert ("You have no payment plan" in page) is (ended != "in-force")
    assert "waits for you" not in page
