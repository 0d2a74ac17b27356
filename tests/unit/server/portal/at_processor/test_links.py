"""One-time links at the hub: who may open them, what they show, that each is paid once (S0-43, S2-11, S4-08, N50)."""

from __future__ import annotations

import base64
import re

import orjson
import pytest

from app.hub_line import HubLine
from app.links import Links
from app.sync.line import HubRefusal
from models.basics.errors import RuleBroken
from models.basics.ids import new_id
from models.operations import records
from models.operations.links import LinkRevoke
from models.operations.messages import MessagePaper, MessageSend
from models.operations.protocol import Cursor
from models.operations.requests import PaymentRequestPut
from models.store.portal_rows import OrderRow
from tests.support.links import EARLIER, Payer, issue
from tests.support.online import DECLINED, pay
from tests.support.portal import Browser, Clinic, House
from tests.support.simulators import StripeProcess
from tests.support.waiting import until

BOTH = [("rosa", 8_000), ("sofia", 2_000)]


@pytest.fixture
def clinic(place: House, processor: StripeProcess) -> Clinic:
    processor.reset()
    return place.clinic(online_auto_post=True)


@pytest.fixture(scope="module")
def quiet(place: House) -> Clinic:
    """A practice in which nobody pays."""
    return place.clinic("Birch Road Dental")


def bodies(clinic: Clinic, kind: str) -> list[dict[str, object]]:
    page = clinic.hub.store.pull(clinic.tenant, Cursor("", 0, "0" * 64))
    return [entry.op["body"] for entry in page.entries if entry.op["kind"] == kind]


def test_n50_s0_43_s4_08_paid_once_and_then_already_paid(clinic: Clinic, processor: StripeProcess) -> None:
    link_id = issue(clinic, 10_000, items=BOTH, note="Thank you")
    payer = Payer(clinic, link_id)
    first = payer.opens()
    assert not re.search(r"Rosa|Quillfeather|Sofia|100\.00|visit|Follow|School|Thank", first.text), (
        "before the birth date"
    )
    page = payer.proves().text
    for words in ("Hello Rosa", "$100.00", "Follow-up visit", "School physical", "for Sofia", "Thank you"):
        assert words in page, words
    assert "Thank you, Rosa" in payer.pays().text
    (came,) = bodies(clinic, "online.receive")
    assert (came["channel"], came["source_id"], came["amount_cents"]) == ("link", link_id, 10_000)
    assert sorted(item["amount_cents"] for item in came["items"]) == [2_000, 8_000]  # type: ignore[attr-defined]
    again = payer.opens()
    assert "Thank you, Rosa" in again.text
    assert payer.opens("/receipt").content.startswith(b"%PDF-")
    stranger = Payer(clinic, link_id)
    other = stranger.opens()
    assert (other.status_code, "Already paid" in other.text, "Rosa" in other.text) == (200, True, False)
    assert stranger.opens("/receipt").url.path == other.url.path, "the receipt needs the birth date, too"
    assert "Thank you, Rosa" in stranger.proves().text
    assert processor.captured_cents() == 10_000
    assert processor.requests("sessions.create") == 1
    assert clinic.hub.store.verify(clinic.tenant, deep=True) == []


def test_two_tabs_a_double_click_and_the_back_button_make_one_payment(
    clinic: Clinic,
    processor: StripeProcess,
) -> None:
    payer = Payer(clinic, issue(clinic, 10_000, items=BOTH)).enters()
    tab, form = payer.page, payer.forms()[0][2]["order"]
    one = payer.goes(amount="60.00")
    payer.page = tab
    assert payer.goes(amount="60.00") == one, "a double click"
    elsewhere = Payer(clinic, payer.link_id).enters()
    assert "/order" in str(elsewhere.page.url), "another telephone is led on to what is under way"
    assert "$60.00" in elsewhere.page.text
    payer.opens()
    assert "Not paid yet" in payer.page.text, "the back button"
    assert payer.pays(url=one)
    payer.page = tab
    assert "Thank you" in payer.send("/pay", amount="100.00").text, "the form of before"
    assert [each["amount_cents"] for each in bodies(clinic, "online.receive")] == [6_000]
    assert (form, processor.requests("sessions.create")) == (form, 1)
    assert "Already paid" in Payer(clinic, payer.link_id).opens().text


def test_a_declined_card_or_a_page_that_was_left_can_be_tried_again(
    clinic: Clinic,
    processor: StripeProcess,
) -> None:
    payer = Payer(clinic, issue(clinic, 8_000, items=[("rosa", 8_000)])).enters()
    url = payer.goes()
    assert pay(url, DECLINED)[0] == 402
    line = clinic.hub.hub.online.line(clinic.tenant)
    row = clinic.hub.store.portal.order_of(clinic.tenant, payer.link_id)
    assert row is not None
    attempt = clinic.hub.store.online.journal.attempt(clinic.tenant, row.attempt_id)
    assert attempt is not None
    line.call(lambda it: it.v1.checkout.sessions.expire(attempt.session))
    assert "Nothing was paid" in payer.opens("/order").text
    assert "Hello Rosa" in payer.opens().text
    assert "Thank you" in payer.pays().text
    assert processor.captured_cents() == 8_000


def test_somebody_begins_anew_with_another_amount(clinic: Clinic, processor: StripeProcess) -> None:
    """The page that was under way takes nothing from then on; one that took meanwhile counts."""
    payer = Payer(clinic, issue(clinic, 10_000, items=BOTH)).enters()
    first = payer.goes(amount="60.00")
    payer.opens()
    assert "Hello Rosa" in payer.send("/over").text
    assert pay(first)[0] != 303, "that page is closed"
    second = payer.goes(amount="70.00")
    payer.opens()
    pay(second)
    assert "Thank you, Rosa" in payer.send("/over").text, "paid before it was given up"
    assert processor.captured_cents() == 7_000


def test_two_requests_over_one_order_leave_no_page_that_nobody_counts(
    clinic: Clinic,
    processor: StripeProcess,
) -> None:
    """One of them drops the order (the processor did not answer it) while the other one's page is just made."""
    link_id, rows, order_id = issue(clinic, 8_000, items=[("rosa", 8_000)]), clinic.hub.store.portal, new_id()
    order = OrderRow(order_id, link_id, clinic.rosa, 8_000, "[]", "", 0, "begun", "", "", "", EARLIER)
    rows.begin_order_alone(clinic.tenant, order)
    rows.drop_order(clinic.tenant, order_id, "online.unreachable")
    assert rows.send_order(clinic.tenant, order_id, "attempt", "http://page") is False
    payer = Payer(clinic, link_id).enters()
    assert "Hello Rosa" in payer.page.text
    url = payer.goes()
    made = rows.order_of(clinic.tenant, link_id)
    assert made is not None
    rows.drop_order(clinic.tenant, made.order_id, "late")
    payer.pays(url=url)
    assert "Thank you, Rosa" in payer.page.text, "one that has its page is not dropped"
    assert processor.captured_cents() == 8_000


def test_a_link_taken_back_closes_the_page_that_is_open(clinic: Clinic, processor: StripeProcess) -> None:
    """Sent to the wrong person, and they are about to pay: that page takes nothing; paid before, it counts."""
    links = [issue(clinic, 8_000, items=[("rosa", 8_000)]), issue(clinic, 2_000, items=[("sofia", 2_000)])]
    urls = [Payer(clinic, link_id).enters().goes() for link_id in links]
    processor.tell("webhook")
    pay(urls[1])
    clinic.put(*(LinkRevoke(link_id=link_id, patient_id=clinic.rosa) for link_id in links))
    clinic.hub.hub.online_worker.look_after([clinic.tenant], poll=False)
    assert pay(urls[0])[0] != 303
    assert "This link was taken back" in Payer(clinic, links[0]).opens().text
    assert "Already paid" in Payer(clinic, links[1]).opens().text
    assert processor.captured_cents() == 2_000
    assert clinic.hub.store.portal.withdrawn_orders(clinic.tenant) == []


def test_the_webhook_is_lost_and_the_link_still_knows(clinic: Clinic, processor: StripeProcess) -> None:
    processor.tell("webhook")
    link_id = issue(clinic, 8_000, items=[("rosa", 8_000)])
    payer = Payer(clinic, link_id).enters()
    pay(payer.goes())
    assert "Thank you" in payer.opens().text, "looked into before anything is offered again"
    assert len(bodies(clinic, "online.receive")) == 1


def test_a_hub_that_forgot_who_asked_still_knows_the_link(
    clinic: Clinic,
    processor: StripeProcess,
) -> None:
    """Restored from a backup between page and payment: the processor says which link it was paid for."""
    processor.tell("webhook")
    link_id = issue(clinic, 8_000, items=[("rosa", 8_000)])
    url = Payer(clinic, link_id).enters().goes()
    for table in ("online_attempt", "portal_order", "portal_session"):
        lose = f"UPDATE {table} SET tenant = 'lost' WHERE tenant = :t"
        clinic.hub.store._transaction(lambda tx, lose=lose: tx.run(lose, t=clinic.tenant), clinic.tenant)
    pay(url)
    clinic.hub.hub.online_worker.look_after([clinic.tenant], poll=True)
    (came,) = bodies(clinic, "online.receive")
    assert (came["source_id"], came["channel"]) == (link_id, "link")
    assert "Already paid" in Payer(clinic, link_id).opens().text


def test_what_is_owed_has_changed(clinic: Clinic) -> None:
    link_id = issue(clinic, 10_000, items=BOTH)
    payer = Payer(clinic, link_id).enters()
    form = payer.page
    clinic.stream.copay(clinic.sofia, clinic.charges["sofia"], 2_000)
    clinic.push()
    assert payer.send("/pay").status_code == 422, "a page from before takes nothing"
    assert payer.says("has changed since this page was opened")
    page = payer.opens().text
    assert "it was $100.00, and now it is $80.00" in page
    assert "Sofia" not in page
    payer.pays()
    assert [each["amount_cents"] for each in bodies(clinic, "online.receive")] == [8_000]
    assert form.status_code == 200


def test_what_the_desk_asked_of_each_charge_is_what_is_paid(clinic: Clinic) -> None:
    """Parts of two charges, not the oldest first; what is not owed there any more goes to the others."""
    parts = [("rosa", 1_000), ("sofia", 1_500)]
    payer = Payer(clinic, issue(clinic, 2_500, items=parts, owed_cents=10_000)).enters()
    assert "Asked now" in payer.page.text
    payer.pays()
    (came,) = bodies(clinic, "online.receive")
    assert {item["charge_id"]: item["amount_cents"] for item in came["items"]} == {  # type: ignore[attr-defined]
        clinic.charges["rosa"]: 1_000, clinic.charges["sofia"]: 1_500}  # fmt: skip


def test_n49_what_is_paid_and_not_posted_is_not_asked_again(place: House, processor: StripeProcess) -> None:
    """With posting by hand the account stands as before; another link knows what is on its way there."""
    processor.reset()
    clinic = place.clinic("Gale Clinic")
    links = [issue(clinic, cents, items=items) for cents, items in
             ((8_000, [("rosa", 8_000)]), (8_000, [("rosa", 8_000)]), (10_000, BOTH))]  # fmt: skip
    payer = Payer(clinic, links[0]).enters()
    payer.pays()
    assert "Your receipt number is WEB-00001" in payer.page.text
    assert "/receipt" not in payer.page.text, "there is none before it is posted"
    assert payer.opens("/receipt").status_code == 404
    assert bodies(clinic, "payment.collect") == []
    assert "Nothing is owed here" in Payer(clinic, links[1]).opens().text
    assert "it was $100.00, and now it is $20.00" in Payer(clinic, links[2]).enters().page.text


def test_s4_07_a_request_is_answered_by_its_link(clinic: Clinic) -> None:
    request_id = new_id()
    clinic.put(PaymentRequestPut(request_id=request_id, patient_id=clinic.rosa, amount_cents=15_000, number="PAY-9"))
    payer = Payer(clinic, issue(clinic, 15_000, subject="request", subject_id=request_id)).enters()
    assert "Payment the practice asked for" in payer.page.text
    assert 'id="amount"' not in payer.page.text, "what was asked is paid in one sum"
    payer.pays()
    (came,) = bodies(clinic, "online.receive")
    assert (came["request_id"], came["amount_cents"]) == (request_id, 15_000)
    assert [each["status"] for each in bodies(clinic, "payment_request.answered")] == ["paid"]


ENDS = (
    ("expired", {"expires_at": EARLIER}, "This link has ended"), ("revoked", {}, "This link was taken back"),
    ("settled", {"items": [("sofia", 2_000)]}, "Nothing is owed here"),
)  # fmt: skip


@pytest.mark.parametrize(("how", "said", "title"), ENDS, ids=[each[0] for each in ENDS])
def test_s2_11_a_link_that_ended_shows_nothing_and_takes_nothing(
    place: House, how: str, said: dict[str, object], title: str
) -> None:
    clinic = place.clinic("Cedar Clinic")
    link_id = issue(clinic, 2_000, **said)
    live = Payer(clinic, link_id)
    if how != "expired":
        live.enters()
        assert "Hello Rosa" in live.page.text
    form = live.page
    if how == "revoked":
        clinic.put(LinkRevoke(link_id=link_id, patient_id=clinic.rosa))
    if how == "settled":
        clinic.stream.copay(clinic.sofia, clinic.charges["sofia"], 2_000)
        clinic.push()
    for payer in (live, Payer(clinic, link_id), Payer(clinic, link_id, "es")):
        page = payer.opens()
        assert page.status_code == 410
        assert "Rosa" not in page.text
        assert "(555) 010-2200" in page.text
    assert title in Payer(clinic, link_id).opens().text
    if how != "expired":
        live.page = form
        assert live.send("/pay").status_code == 410, "the form of before"
    assert bodies(clinic, "online.receive") == []


def test_s4_08_birth_date_and_zip_and_five_wrong_tries(place: House) -> None:
    clinic = place.clinic("Dale Clinic")
    clinic.put(records.Patient(id=clinic.rosa, family="Quillfeather", given="Rosa", birth_date="1984-03-14",
                               address=("12 Elm Street", "Springfield, IL 62704-1234")))  # fmt: skip
    link_id = issue(clinic)
    payer = Payer(clinic, link_id)
    assert 'name="zip"' in payer.opens().text
    assert payer.proves(("2", "30", "1984"), zip="62704").status_code == 422, "no date is no try"
    for born, zip_code in ((("3", "14", "1984"), "99999"), (("3", "14", "1984"), ""), (("3", "15", "1984"), "62704")):
        page = payer.proves(born, zip=zip_code)
        assert (page.status_code, "Rosa" in page.text) == (422, False)
    assert "Hello Rosa" in payer.proves(zip="62704-1234").text
    other = Payer(clinic, link_id)
    other.line.headers["X-Forwarded-For"] = "198.51.100.9"
    other.opens()
    assert [other.proves(("1", "1", "1990"), zip="1").status_code for _ in range(5)] == [422] * 5
    another = Payer(clinic, link_id)
    another.line.headers["X-Forwarded-For"] = "198.51.100.10"
    another.opens()
    assert another.proves(zip="62704").status_code == 429, "the link itself is locked, from anywhere"


def test_guessing_leads_nowhere_and_practices_stay_apart(place: House, quiet: Clinic) -> None:
    """Another letter, another link's mark, another practice's, an id that is none: one page, the same for all."""
    other = place.clinic("Elm Clinic")
    mine, theirs = issue(quiet), issue(other)
    keys = place.hub.hub.portal.keys
    token = keys.pay_token(quiet.tenant, mine)
    raw, foreign = base64.urlsafe_b64decode(token), base64.urlsafe_b64decode(keys.pay_token(other.tenant, theirs))
    made_up = [
        raw[:32] + foreign[32:], raw[:16] + foreign[16:], foreign[:16] + raw[16:], raw[:47] + bytes([raw[47] ^ 1]),
        bytes([raw[0] ^ 1]) + raw[1:], raw[:32] + bytes(16),
    ]  # fmt: skip
    guesses = [base64.urlsafe_b64encode(each).decode() for each in made_up]
    guesses += [mine, "x", "a" * 64, "%00", "a" * 300, token[:-1], token + "A"]
    payer, told = Payer(quiet, mine), set()
    payer.enters()
    form_token = payer.forms()[0][2]["form_token"][0]
    for guess in guesses:
        for method, below in (("GET", ""), ("GET", "/order"), ("GET", "/receipt"), ("POST", ""), ("POST", "/pay")):
            url = f"{quiet.hub.url}/pay/{guess}{below}"
            page = payer.line.get(url) if method == "GET" else payer.line.post(url, data={"form_token": form_token})
            assert "Rosa" not in page.text
            assert "Birch" not in page.text
            told.add(page.status_code)
    assert told <= {403, 404}
    nowhere = payer.line.get(f"{quiet.hub.url}/pay/{keys.pay_token(quiet.tenant, new_id())}")
    assert (nowhere.status_code, "Rosa" in nowhere.text) == (404, False), "made by this hub, for no link it knows"
    stranger = Payer(other, theirs)
    stranger.opens()
    assert "Rosa" not in stranger.page.text, "whoever is proven for one link is nobody for another"
    assert "Elm Clinic" in stranger.page.text


def test_every_page_and_form_needs_the_birth_date_of_this_very_link(quiet: Clinic) -> None:
    """Marcus's link in Rosa's browser: asked again, and what is Rosa's stays away."""
    rosa = Payer(quiet, issue(quiet)).enters()
    marcus = issue(quiet, 12_600, patient_id=quiet.marcus, items=[("marcus", 12_600)])
    address = quiet.hub.hub.portal.pay_url(quiet.tenant, marcus)
    form_token = rosa.forms()[0][2]["form_token"][0]
    for below in ("", "/order", "/receipt", "/nothing"):
        page = rosa.line.get(address + below)
        assert page.url.path == "/pay/" + address.rpartition("/")[2]
        assert "Who are you?" in page.text
    posted = rosa.line.post(address + "/pay", data={"form_token": form_token, "order": new_id()})
    assert "Who are you?" in posted.text
    assert rosa.opens().status_code == 200
    assert "Hello Rosa" in rosa.page.text
    assert rosa.opens("/nothing").status_code == 404
    assert "126.00" not in rosa.opens().text, "of Marcus, who is nobody of Rosa's, nothing is shown"
    order = quiet.hub.store.portal.order_of(quiet.tenant, rosa.link_id)
    assert order is None
    foreign = OrderRow(new_id(), marcus, quiet.marcus, 12_600, "[]", "", 0, "paid", "", "", "", EARLIER)
    quiet.hub.store.portal.begin_order_alone(quiet.tenant, foreign)
    told = {rosa.line.get(f"{quiet.hub.url}/pay/{quiet.tenant}/orders/{guess}").text
            for guess in (foreign.order_id, new_id(), "x", "%00", "a" * 300)}  # fmt: skip
    assert len({re.sub(r'href="[^"]*"', "", page) for page in told}) == 1, "another family's order is none"
    assert "You can close this page" in told.pop()


def test_what_goes_with_every_page_and_nothing_secret_is_kept(quiet: Clinic) -> None:
    payer = Payer(quiet, issue(quiet)).enters()
    token = payer.address.rpartition("/")[2]
    for page in (payer.page, payer.opens("/nothing"), Payer(quiet, payer.link_id).opens()):
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Referrer-Policy"] == "same-origin"
        for cookie in page.headers.get_list("set-cookie"):
            assert all(word in cookie for word in ("HttpOnly", "SameSite=lax", "Path=/pay"))
    for place in re.findall(r'(?:href|action)="([^"]*)"', payer.opens().text):
        assert not re.search(r"rosa|quill|1984|4417", place.removeprefix("tel:"), re.I), place
    path = quiet.hub.settings.data_dir / "hub.db"
    assert path.exists()
    tables = ("pay_link", "log", "portal_session", "portal_order", "portal_view", "message", "portal_guess")
    for table in tables:
        rows = quiet.hub.store._look(
            lambda session, table=table: session.rows(f"SELECT * FROM {table} WHERE tenant = :t", t=quiet.tenant),
            quiet.tenant,
        )
        assert not any(token in str(cell) or token[-22:] in str(cell) for row in rows for cell in row), table
    seen = quiet.hub.store.portal.views(quiet.tenant, quiet.rosa)
    assert {(each.page, each.account_id) for each in seen if each.account_id == payer.link_id} == {
        ("link", payer.link_id)}  # fmt: skip


def test_a_desk_is_told_the_address_and_nobody_else_is(place: House, quiet: Clinic) -> None:
    link_id = issue(quiet)
    member, other = place.hub.member(quiet.tenant), place.hub.member(place.clinic("Fir Clinic").tenant)
    target = f"/v1/links/{link_id}"
    told = orjson.loads(member.transport.exchange("GET", target))
    assert told == {"address": place.hub.hub.portal.pay_url(quiet.tenant, link_id)}
    for desk, asked in ((other, target), (member, f"/v1/links/{new_id()}"), (member, f"/v1/links/{'x' * 90}")):
        with pytest.raises(HubRefusal) as refusal:
            desk.transport.exchange("GET", asked)
        assert (refusal.value.status, refusal.value.message_key) == (404, "link.not_there_yet")
    assert Browser(quiet).line.get(quiet.hub.url + target).status_code == 401
    line = HubLine(quiet.hub.clock)
    line.transport = member.transport
    story = Links(None, None, line)  # type: ignore[arg-type]  # the hub alone is asked
    found = story.address(link_id)
    assert (found.address, found.here_only) == (told["address"], True)
    assert story.code(found).startswith(b"\x89PNG")
    with pytest.raises(RuleBroken) as broken:
        story.address(new_id())
    assert broken.value.message_key == "link.not_there_yet"


def test_s4_07_the_message_carries_the_address_and_nothing_of_a_person(place: House, quiet: Clinic) -> None:
    """The hub puts the address in as the message leaves; a link that ended meanwhile is not sent."""
    link_id, over = issue(quiet), issue(quiet, expires_at=EARLIER)

    def message(template: str, channel: str, address: str, about: str) -> MessageSend:
        paper = MessagePaper(kind="link", source_id=about, number="", day="2026-05-14", amount_cents=8_000)
        return MessageSend(message_id=new_id(), patient_id=quiet.rosa, channel=channel, address=address,
                           template=template, papers=(paper,))  # fmt: skip

    quiet.put(message("pay_link", "text", "+15550109001", link_id),
              message("plan_link", "text", "+15550109002", link_id),
              message("pay_reminder", "email", "rosa@home.test", link_id),
              message("pay_link", "text", "+15550109003", over))  # fmt: skip
    place.hub.hub.messages.wake(quiet.tenant)
    url = place.hub.hub.portal.pay_url(quiet.tenant, link_id)
    until(lambda: len(bodies(quiet, "message.sent")) == 3 and len(bodies(quiet, "message.failed")) == 1)
    assert [each["reason"] for each in bodies(quiet, "message.failed")] == ["link_over"]
    said = {to: text for to, text in place.unread if url in text}
    assert said["+15550109001"].startswith("Birch Road Dental: You can pay $80.00 online here: http")
    assert said["+15550109001"].endswith("Reply STOP to end texts.")
    assert len(said["+15550109001"]) <= 320
    assert "payment plan is ready" in said["+15550109002"]
    assert "$80.00 is still open" in said["rosa@home.test"]
    for text in said.values():
        assert not re.search(r"Rosa|Quillfeather|visit|1984", text, re.I), text


def test_a_hub_that_died_before_it_asked_makes_one_page(clinic: Clinic, processor: StripeProcess) -> None:
    """An order that nobody has asked anything for is asked for under its own name."""
    payer = Payer(clinic, issue(clinic, 8_000, items=[("rosa", 8_000)])).enters()
    order = OrderRow(
        order_id=new_id(), account_id=payer.link_id, patient_id=clinic.rosa, amount_cents=8_000, items="[]",
        kept_card_id="", keep_card=0, state="begun", attempt_id="", where_to="", reason="",
        made_at="2026-03-02T15:00:00.000Z",
    )  # fmt: skip
    clinic.hub.store.portal.begin_order_alone(clinic.tenant, order)
    assert "Not paid yet" in payer.opens().text
    where = re.search(r'href="(http[^"]+)"', payer.page.text)
    assert where is not None
    assert "Thank you" in payer.pays(url=where[1]).text
    assert (processor.requests("sessions.create"), processor.captured_cents()) == (1, 8_000)
