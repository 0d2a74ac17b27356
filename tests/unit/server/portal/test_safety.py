"""What the portal refuses: other people's things, forms of other pages, open lines; and what goes with every page."""

from __future__ import annotations

import http.client
import logging
import re

import pytest
from starlette.requests import Request

from models.basics.ids import new_id
from models.operations import bodies, kept_cards, records
from models.store.portal_rows import OrderRow
from server.portal.headers import may_serve
from server.portal.routes import PAGES
from tests.support.portal import Browser, Clinic, House, Person, join

OPEN_TO_ALL = {"", "/", "/sign-in", "/start", "/forgot", "/reset/{link}", "/sign-out"}


@pytest.fixture(scope="module")
def two(place: House) -> tuple[Clinic, Clinic]:
    return place.clinic(), place.clinic("Birch Road Dental")


@pytest.fixture(scope="module")
def rosa(place: House, two: tuple[Clinic, Clinic]) -> Person:
    return join(place, two[0], factor="text")


@pytest.fixture(scope="module")
def marcus(place: House, two: tuple[Clinic, Clinic]) -> Person:
    return join(place, two[0], "marcus", "email", "marcus@home.test", ("11", "30", "1979"), "marcus@home.test", "email")


@pytest.fixture(scope="module")
def things(two: tuple[Clinic, Clinic], marcus: Person) -> dict[str, str]:
    """One of everything with an id, Marcus's and of the other practice's Rosa."""
    found: dict[str, str] = {}
    for who, clinic in (("marcus", two[0]), ("elsewhere", two[1])):
        patient = clinic.marcus if who == "marcus" else clinic.rosa
        payment_id, statement_id, order_id, card_id = new_id(), new_id(), new_id(), new_id()
        account = clinic.hub.store.portal.account_of_patient(clinic.tenant, patient)
        clinic.hub.store.portal.begin_order(clinic.tenant, OrderRow(
            order_id=order_id, account_id=account.account_id if account else "x", patient_id=patient, amount_cents=100,
            items="[]", kept_card_id="", keep_card=0, state="paid", attempt_id="", where_to="", reason="",
            made_at="2026-03-02T15:00:00.000Z",
        ))  # fmt: skip
        clinic.put(
            bodies.Collect(payment_id=payment_id, patient_id=patient, tender="cash", amount_cents=500,
                           tendered_cents=500, requested_cents=500, number=f"PAY-{who}", receipt_no=f"01-{who}",
                           drawer=clinic.stream.device),
            bodies.StatementIssued(statement_id=statement_id, patient_id=patient, number="ST-1", channel="print",
                                   balance_cents=100, unallocated_cents=0, due_date="", lines=()),
            kept_cards.CardConsent(consent_id=card_id, patient_id=patient, channel="desk", said_by="M", words="1",
                                   words_sha256="0" * 64),
            kept_cards.CardKeep(kept_card_id=kept_cards.kept_card_id_of("stripe", "", f"pm_{who}"), patient_id=patient,
                                consent_id=card_id, processor="stripe", token=f"pm_{who}", brand="visa", last4="4242"),
        )  # fmt: skip
        found |= {f"payment {who}": payment_id, f"statement {who}": statement_id, f"order {who}": order_id,
                  f"card {who}": kept_cards.kept_card_id_of("stripe", "", f"pm_{who}")}  # fmt: skip
    return found


def text(page: str) -> str:
    """A page without its address and its tokens."""
    return re.sub(r'(value|action|href)="[^"]*"', "", page)


def test_every_id_of_another_family_or_practice_is_the_same_404(
    two: tuple[Clinic, Clinic], rosa: Person, marcus: Person, things: dict[str, str]
) -> None:
    """Every route with an id, with every id there is, and one there is not: nothing to tell them apart."""
    guesses = {*things.values(), two[0].marcus, two[0].charges["marcus"], new_id(), "x", "%2e", "%00", "a" * 300}
    routes = [(method, path) for method, path, _ in PAGES if "{" in path and "{link}" not in path]
    assert len(routes) >= 5
    for method, path in routes:
        told = set()
        for guess in guesses:
            where = re.sub(r"\{\w+\}", guess, path)
            browser = rosa.browser
            if method == "GET":
                page = browser.get(where)
            else:
                browser.get("/account")
                token = browser.forms()[0][2]["form_token"]
                page = browser.line.post(browser.clinic.url + where, data={"form_token": token})
            told.add((page.status_code, text(page.text)))
        assert [status for status, _ in told] == [404], (path, told)
    for own in (f"/receipts/{things['payment marcus']}", f"/statements/{things['statement marcus']}",
                f"/orders/{things['order marcus']}", f"/cards/{things['card marcus']}/remove"):  # fmt: skip
        assert marcus.browser.get(own).status_code == 200, f"{own} is there for who it belongs to"


def test_nobodys_pages_need_a_session_and_every_practice_its_own(two: tuple[Clinic, Clinic], rosa: Person) -> None:
    stranger = Browser(two[0])
    stranger.get("/")
    token, line = stranger.forms()[0][2]["form_token"], stranger.line
    for method, path, _ in PAGES:
        if path in OPEN_TO_ALL:
            continue
        where = re.sub(r"\{\w+\}", "x", path)
        page = line.get(two[0].url + where) if method == "GET" else line.post(two[0].url + where,
                                                                                data={"form_token": token})  # fmt: skip
        assert page.url.path.rstrip("/") == f"/portal/{two[0].tenant}", (method, path)
        other = rosa.browser.line.get(two[1].url + where) if method == "GET" else None
        assert other is None or "Rosa" not in other.text
    for tenant in (new_id(), "x", "a" * 200, "..%2f..", "'; --"):
        page = rosa.browser.line.get(f"{two[0].hub.url}/portal/{tenant}/payments")
        assert page.status_code == 404
        assert "Quillfeather" not in page.text


@pytest.mark.parametrize(
    "wrong", ["no token", "another's token", "no cookie", "elsewhere", "cross-site", "json", "large", "file"]
)
def test_a_form_that_is_none_of_ours_changes_nothing(two: tuple[Clinic, Clinic], rosa: Person, wrong: str) -> None:
    browser = rosa.browser
    browser.get("/account")
    token = browser.forms()[0][2]["form_token"][0]
    stranger = Browser(two[0])
    stranger.get("/")
    headers, data, line = {"Origin": two[0].hub.url}, {"form_token": token}, browser.line
    more: dict[str, object] = {"data": data}
    if wrong == "no token":
        more = {"data": {"x": "y"}}
    elif wrong == "another's token":
        data["form_token"] = stranger.forms()[0][2]["form_token"][0]
    elif wrong == "no cookie":
        line = Browser(two[0]).line
    elif wrong == "elsewhere":
        headers["Origin"] = "https://elsewhere.example"
    elif wrong == "cross-site":
        headers = {"Sec-Fetch-Site": "cross-site"}
    elif wrong == "json":
        more = {"json": data}
    elif wrong == "large":
        data["x"] = "y" * 40_000
    else:
        more = {"data": data, "files": {"x": b"y"}}
    page = line.post(two[0].url + "/sign-out-everywhere", headers=headers, follow_redirects=False, **more)
    assert page.status_code == {"json": 415, "file": 415, "large": 413}.get(wrong, 403)
    assert browser.get("/account").url.path.endswith("/account"), "still signed in"


def test_what_goes_with_every_page(two: tuple[Clinic, Clinic], rosa: Person) -> None:
    for path in ("/", "/start", "/payments", "/account", "/nothing", "/receipts/x"):
        page = (Browser(two[0]) if path in ("/", "/start") else rosa.browser).get(path)
        policy = page.headers["Content-Security-Policy"]
        assert "'unsafe" not in policy
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert page.headers["Referrer-Policy"] == "same-origin"
        assert "Server" not in page.headers
        assert not re.search(r"\sstyle=|<style|\son\w+=|<script(?! src=)|javascript:", page.text), path
        for cookie in page.headers.get_list("set-cookie"):
            assert "HttpOnly" in cookie
            assert "SameSite=lax" in cookie


def test_cookies_are_for_private_lines_alone_where_there_is_one(two: tuple[Clinic, Clinic]) -> None:
    """A server of the practice's in front of the hub speaks TLS for it: its name is in `Host`."""
    line = http.client.HTTPConnection("127.0.0.1", two[0].hub.address.port, timeout=20)
    line.request("GET", f"/portal/{two[0].tenant}/", headers={"Host": "pay.clinic.example"})
    answer = line.getresponse()
    answer.read()
    assert "Secure" in answer.headers["set-cookie"]
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
    line.close()


@pytest.mark.parametrize(
    ("scheme", "client", "served"),
    [("https", "203.0.113.9", True), ("http", "127.0.0.1", True), ("http", "203.0.113.9", False),
     ("http", "192.168.1.9", False), ("http", "10.0.0.1", False)],
)  # fmt: skip
def test_over_open_lines_nothing_is_served_but_on_this_machine(scheme: str, client: str, served: bool) -> None:
    scope = {"type": "http", "scheme": scheme, "server": ("x", 80), "client": (client, 5000), "path": "/",
             "headers": [(b"host", b"x")], "query_string": b"", "method": "GET"}  # fmt: skip
    assert may_serve(Request(scope)) is served


def test_every_view_of_patient_data_is_written_down(two: tuple[Clinic, Clinic], rosa: Person) -> None:
    """45 CFR 164.312(b): who saw what of whom, from where, when."""
    clinic, rows = two[0], two[0].hub.store.portal
    before = {who: len(rows.views(clinic.tenant, who)) for who in (clinic.rosa, clinic.sofia, clinic.marcus)}
    rosa.browser.get("/payments")
    rosa.browser.get("/statements")
    assert len(rows.views(clinic.tenant, clinic.rosa)) == before[clinic.rosa] + 2
    assert len(rows.views(clinic.tenant, clinic.marcus)) == before[clinic.marcus]
    latest = rows.views(clinic.tenant, clinic.sofia)[0]
    assert (latest.page, latest.address) == ("statements", "127.0.0.1")
    assert latest.account_id
    assert latest.seen_at


def test_nothing_personal_is_in_an_address_or_a_log(
    two: tuple[Clinic, Clinic], place: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    person = join(place, two[1], factor="text")
    for path in ("/payments", "/statements", "/cards", "/account"):
        person.browser.get(path)
        for found in re.findall(r'(?:href|action)="([^"]*)"', person.browser.page.text):
            assert not re.search(r"rosa|quill|1984|4417", found.removeprefix("tel:"), re.I), found
    ours = [record for record in caplog.records if record.name.startswith(("server", "models"))]
    said = " ".join(record.getMessage() + repr(vars(record)) for record in ours)
    for secret in ("Rosa", "rosa.q", "4417", "1984-03-14", *person.recovery):
        assert secret not in said


def test_an_address_that_knocks_too_often_waits(place: House, clock) -> None:
    clinic = place.clinic("Cedar Clinic")
    statuses = []
    browser = Browser(clinic)
    browser.line.headers["X-Forwarded-For"] = "198.51.100.7"
    form = browser.get("/forgot")
    for number in range(45):
        browser.page = form
        statuses.append(browser.send("/forgot", username=f"someone{number}").status_code)
    assert statuses[:40] == [200] * 40
    assert set(statuses[40:]) == {429}
    clock.advance(301)
    assert browser.get("/forgot").status_code == 200


def test_own_files_are_kept_by_browsers_and_nothing_else_is_a_file(two: tuple[Clinic, Clinic]) -> None:
    browser = Browser(two[0])
    page = browser.get("/").text
    for name in re.findall(r'"(/portal/static/[^"]+)"', page):
        answer = browser.line.get(two[0].hub.url + name)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
    css = re.search(r'"(/portal/static/portal\.[0-9a-f]+\.css)"', page)
    assert css is not None
    style = browser.line.get(two[0].hub.url + css[1]).text
    from resources import tokens

    assert f"--accent:{tokens.LIGHT['accent']};" in style
    assert f"--accent:{tokens.DARK['accent']};" in style
    assert not re.search(r"#[0-9a-fA-F]{6}", style.partition("@font-face")[2]), "no colour of its own"
    for name in ("portal.css", "../frame.html", "words.en.toml", "%2e%2e/frame.html"):
        assert browser.line.get(f"{two[0].hub.url}/portal/static/{name}").status_code == 404


def test_a_grown_up_dependent_sees_their_own_and_nothing_of_who_pays(
    place: House, two: tuple[Clinic, Clinic], marcus: Person, things: dict[str, str]
) -> None:
    """S1-04 goes one way: the guarantor sees dependents, a dependent not the guarantor, nor their cards."""
    clinic, lena = two[0], new_id()
    clinic.put(records.Patient(id=lena, family="Quillfeather", given="Lena", birth_date="2001-05-05",
                               phone="(555) 010-8800", guarantor_id=clinic.marcus, mrn="A-9"))  # fmt: skip
    clinic.stream.charge(lena, 4_400)
    clinic.push()
    assert "You owe $165.00." in marcus.browser.get("/payments").text, "126 of his own, 44 of hers, 5 on account"
    assert "4242" in marcus.browser.get("/cards").text
    hers = join(place, clinic, "lena", "phone", "5550108800", ("5", "5", "2001"), "+15550108800", "text").browser
    page = hers.get("/payments").text
    assert "You owe $44.00." in page
    assert "Marcus" not in page
    assert "4242" not in page + hers.get("/cards").text
    assert hers.get(f"/receipts/{things['payment marcus']}").status_code == 404
    assert hers.get(f"/cards/{things['card marcus']}/remove").status_code == 404
