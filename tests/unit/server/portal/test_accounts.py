"""Who somebody is, and how they sign in (S1-02, S1-03): by forms of the real hub, without script."""

from __future__ import annotations

import re

import pytest

from models.basics.clock import FixedClock, utc_text
from models.operations import bodies
from models.operations.protocol import Cursor
from models.store.queries import messages
from tests.support.portal import PASSWORD, Browser, Clinic, House, code_now, join
from tests.support.waiting import until

NOBODY = {
    "unknown phone": ("phone", "555 010 9999", ("3", "14", "1984")),
    "wrong birth date": ("phone", "555 010 4417", ("3", "15", "1984")),
    "unknown mail": ("email", "nobody@home.test", ("3", "14", "1984")),
    "wrong initials": ("initials", "XX", ("3", "14", "1984")),
    "a child": ("initials", "SQ", ("6", "2", "2015")),
}


@pytest.fixture(scope="module")
def clinic(place: House) -> Clinic:
    return place.clinic()


@pytest.fixture(scope="module")
def rosa(place: House, clinic: Clinic):
    """Rosa with an authenticator."""
    return join(place, clinic)


@pytest.fixture(autouse=True)
def patience(clock: FixedClock, place: House) -> None:
    """Locks and counted tries of the test before are long ago."""
    clock.advance(30 * 3600)


def sign_in(clinic: Clinic, username: str, password: str = PASSWORD) -> Browser:
    browser = Browser(clinic)
    browser.get("/")
    browser.send("/sign-in", username=username, password=password)
    return browser


def test_s1_03_an_authenticator_is_the_second_factor_and_no_code_works_twice(
    clinic: Clinic, rosa, clock: FixedClock
) -> None:
    browser = sign_in(clinic, "ROSA.Q")
    assert browser.get("/payments").url.path.endswith("/"), "the password alone shows nothing"
    browser.get("/code")
    code = code_now(clinic, rosa.secret)
    browser.send("/code", code=f"{(int(code) + 1) % 10**6:06d}")
    assert browser.page.status_code == 422
    browser.send("/code", code=code)
    assert browser.page.url.path.endswith("/payments")
    assert browser.says("Hello Rosa.")
    again = sign_in(clinic, "rosa.q")
    again.send("/code", code=code)
    assert again.page.status_code == 422
    clock.advance(60)
    again.send("/code", code=code_now(clinic, rosa.secret))
    assert again.says("Hello Rosa.")


def test_s1_03_a_recovery_code_works_once_instead(clinic: Clinic, rosa) -> None:
    one = rosa.recovery[0]
    browser = sign_in(clinic, "rosa.q")
    browser.send("/code", code=one.lower())
    assert browser.says("Hello Rosa.")
    again = sign_in(clinic, "rosa.q")
    again.send("/code", code=one)
    assert again.page.status_code == 422


def test_s1_03_a_code_by_mail_is_a_second_factor_too(place: House, clinic: Clinic) -> None:
    join(place, clinic, "marcus", "email", "Marcus@Home.test", ("11", "30", "1979"), "marcus@home.test", "email")
    browser = sign_in(clinic, "marcus")
    browser.send("/code", code=place.code("marcus@home.test"))
    assert browser.says("Hello Marcus.")
    other = sign_in(clinic, "marcus")
    first = place.code("marcus@home.test")
    other.send("/code/again")
    second = place.code("marcus@home.test")
    other.send("/code", code=first)
    assert other.page.status_code == 422, "only the newest code works"
    other.send("/code", code=second)
    assert other.says("Hello Marcus.")


def shape(text: str) -> str:
    """A page without what was typed and what is new each time."""
    return re.sub(r'value="[^"]*"', "", text)


@pytest.mark.parametrize("who", NOBODY)
def test_s1_02_nothing_tells_whether_a_patient_exists(place: House, clinic: Clinic, rosa, who: str) -> None:
    """A known patient and nobody: the same pages, and a code is asked of both."""
    answers = []
    for way, typed, born in (("phone", "555 010 4417", ("3", "14", "1984")), NOBODY[who]):
        browser = Browser(clinic)
        browser.get("/start")
        page = browser.send("/start", way=way, typed=typed, birth_month=born[0], birth_day=born[1], birth_year=born[2])
        answers.append((page.status_code, page.url.path, shape(page.text)))
        page = browser.send("/start/code", code="000000")
        answers.append((page.status_code, page.url.path, shape(page.text)))
    assert answers[:2] == answers[2:]
    place.code("+15550104417")
    until(lambda: place.hub.store.portal.next_note(clinic.tenant) == "")
    assert place.unread == [], "nobody else gets a message"


def test_s1_03_unknown_and_wrong_look_alike_and_lock_alike(clinic: Clinic, rosa) -> None:
    told = []
    for username in ("rosa.q", "nobody.here"):
        browser = Browser(clinic)
        browser.line.headers["X-Forwarded-For"] = f"192.0.2.{len(told)}"
        browser.get("/")
        seen = []
        for _ in range(6):
            browser.get("/")
            page = browser.send("/sign-in", username=username, password="not this one")
            seen.append((page.status_code, shape(page.text)))
        told.append(seen)
    assert told[0] == told[1]
    assert [status for status, _ in told[0]] == [422] * 5 + [429]


def test_s1_03_a_lock_grows_and_ends(clinic: Clinic, rosa, clock: FixedClock) -> None:
    def tries(count: int) -> int:
        status = 0
        for _ in range(count):
            status = sign_in(clinic, "rosa.q", "not this one").page.status_code
        return status

    assert tries(5) == 422
    assert sign_in(clinic, "rosa.q").page.status_code == 429, "even the right password waits"
    clock.advance(61)
    assert tries(5) == 422
    clock.advance(61)
    assert sign_in(clinic, "rosa.q").page.status_code == 429, "two minutes the second time"
    clock.advance(61)
    assert sign_in(clinic, "rosa.q").page.url.path.endswith("/code")


MAY_NOT = (
    ("ro", PASSWORD, PASSWORD, "Use 4 to 60"), ("rosa.new", "short", "short", "Use at least 10"),
    ("rosa.new", "password123", "password123", "easy to guess"), ("rosa.new", "aaaaaaaaaaaa", "aaaaaaaaaaaa", "easy"),
    ("rosa.new", "1234567890", "1234567890", "easy"), ("rosa.new", "my rosa.new word", "my rosa.new word", "username"),
    ("rosa.new", PASSWORD, PASSWORD + "x", "not the same"), ("MARCUS", PASSWORD, PASSWORD, "another username"),
)  # fmt: skip


def test_s1_03_what_may_not_be_a_password_or_username(place: House, clinic: Clinic) -> None:
    clinic = place.clinic("Second Street Clinic")
    join(place, clinic, "marcus", "email", "marcus@home.test", ("11", "30", "1979"), "marcus@home.test", "email")
    browser = Browser(clinic)
    browser.get("/start")
    browser.send("/start", way="initials", typed="r.q.", birth_month="3", birth_day="14", birth_year="1984")
    browser.send("/start/code", code=place.code("+15550104417"))
    for username, password, again, words in MAY_NOT:
        page = browser.send("/start/account", username=username, password=password, again=again)
        assert (page.status_code, words in page.text) == (422, True), (username, password)
        assert f'value="{password}"' not in page.text


def test_who_has_an_account_is_told_so_after_the_code_alone(place: House, clinic: Clinic, rosa) -> None:
    browser = Browser(clinic)
    browser.get("/start")
    browser.send("/start", way="phone", typed="5550104417", birth_month="3", birth_day="14", birth_year="1984")
    browser.send("/start/code", code=place.code("+15550104417"))
    assert browser.says("Your username is rosa.q")
    assert not [form for form in browser.forms() if form[0].endswith("/start/account")]


def test_a_claims_code_ends_after_ten_minutes_and_five_tries(place: House, clinic: Clinic, clock: FixedClock) -> None:
    def claimed() -> tuple[Browser, str]:
        browser = Browser(clinic)
        browser.get("/start")
        browser.send("/start", way="phone", typed="5550104417", birth_month="3", birth_day="14", birth_year="1984")
        return browser, place.code("+15550104417")

    browser, code = claimed()
    clock.advance(601)
    browser.send("/start/code", code=code)
    assert browser.page.status_code == 422
    browser, code = claimed()
    for number in range(5):
        browser.line.headers["X-Forwarded-For"] = f"192.0.2.{number}"
        browser.send("/start/code", code="000000" if code != "000000" else "000001")
        browser.get("/start/code")
    browser.line.headers["X-Forwarded-For"] = "192.0.2.77"
    clock.advance(70)
    browser.get("/start/code")
    browser.send("/start/code", code=code)
    assert browser.page.status_code == 422


def test_a_forgotten_password_is_set_anew_by_a_link_that_works_once(place: House, clinic: Clinic, rosa, clock) -> None:
    browser = Browser(clinic)
    browser.get("/forgot")
    told = [browser.send("/forgot", username=name).text for name in ("rosa.q",)]
    link = place.sent("+15550104417", r"(/portal/\S+)").removeprefix(f"/portal/{clinic.tenant}")
    browser.get("/forgot")
    told.append(browser.send("/forgot", username="nobody").text)
    assert told[0] == told[1]
    rows = place.hub.store._look(lambda session: session.rows("SELECT * FROM portal_note"), clinic.tenant)
    assert link.rpartition("/")[2] not in repr(rows), "the link itself is not in the database"
    new = "lamps under a blue tide"
    browser.get(link)
    assert browser.send(link, password="short", again="short").status_code == 422
    browser.send(link, password=new, again=new)
    assert browser.says("Your new password is set")
    assert browser.get(link).status_code == 404
    assert sign_in(clinic, "rosa.q").page.status_code == 422
    assert sign_in(clinic, "rosa.q", new).page.url.path.endswith("/code")
    clock.advance(60)
    late = Browser(clinic)
    late.get("/forgot")
    late.send("/forgot", username="rosa.q")
    link = place.sent("+15550104417", r"(/portal/\S+)").removeprefix(f"/portal/{clinic.tenant}")
    clock.advance(3601)
    assert late.get(link).status_code == 404


def test_sessions_end_idle_in_the_end_by_hand_and_everywhere(place: House, clock: FixedClock) -> None:
    clinic = place.clinic("Third Street Clinic")
    person = join(place, clinic)
    browser = person.browser

    def entered() -> Browser:
        clock.advance(60)
        made = sign_in(clinic, "rosa.q")
        made.send("/code", code=code_now(clinic, person.secret))
        assert made.says("Hello Rosa.")
        return made

    clock.advance(14 * 60)
    assert browser.get("/payments").url.path.endswith("/payments")
    clock.advance(16 * 60)
    assert browser.get("/payments").url.query == b"ended=1"
    assert browser.says("nothing happened for a while")
    long = entered()
    for _ in range(50):
        clock.advance(10 * 60)
        last = long.get("/payments").url.path
    assert last.endswith("/"), "eight hours are the end"
    one, two = entered(), entered()
    one.send("/sign-out")
    assert one.says("You are signed out")
    assert one.get("/payments").url.path.endswith("/")
    assert two.get("/payments").url.path.endswith("/payments")
    three = entered()
    three.get("/account")
    three.send("/sign-out-everywhere")
    assert two.get("/payments").url.path.endswith("/")


def test_a_session_gets_a_new_name_whenever_it_is_good_for_more(place: House, clinic: Clinic, clock) -> None:
    """Session fixation: what was known before signing in is worth nothing after."""
    browser = sign_in(clinic, "marcus")
    cookie = next(name for name in browser.line.cookies if name.startswith("copaydesk_session"))
    before = browser.line.cookies[cookie]
    browser.send("/code", code=place.code("marcus@home.test"))
    assert browser.line.cookies[cookie] != before
    old = Browser(clinic)
    old.line.cookies.set(cookie, before)
    assert old.get("/payments").url.path.endswith("/")
    rows = place.hub.store._look(lambda session: session.rows("SELECT * FROM portal_session"), clinic.tenant)
    assert browser.line.cookies[cookie] not in repr(rows)


def test_new_recovery_codes_need_the_password_and_end_the_old(place: House, clock: FixedClock) -> None:
    clinic = place.clinic("Fourth Street Clinic")
    person = join(place, clinic)
    browser = person.browser
    browser.get("/account")
    assert browser.send("/account/codes", password="not this one").status_code == 422
    browser.get("/account")
    codes = re.findall(r"<li>([A-Z0-9]{4}-[A-Z0-9]{4})</li>", browser.send("/account/codes", password=PASSWORD).text)
    assert len(codes) == 8
    other = sign_in(clinic, "rosa.q")
    other.send("/code", code=person.recovery[1])
    assert other.page.status_code == 422
    other.send("/code", code=codes[0])
    assert other.says("Hello Rosa.")


def test_s0_30_a_new_statement_is_told_to_who_can_read_it(place: House, clock: FixedClock) -> None:
    """Sofia's statement is Rosa's to read; nobody else hears of it, and nothing of it is in the message."""
    clinic = place.clinic("Fifth Street Clinic")
    join(place, clinic, factor="text")
    join(place, clinic, "marcus", "email", "marcus@home.test", ("11", "30", "1979"), "marcus@home.test", "email")
    clock.advance(60)
    clinic.stream.moment = utc_text(clock.now())
    clinic.put(bodies.StatementIssued(
        statement_id="st-1", patient_id=clinic.sofia, number="ST-0001", channel="print", balance_cents=8_000,
        unallocated_cents=0, due_date="", lines=(),
    ))  # fmt: skip
    place.hub.hub.messages.wake(clinic.tenant)
    link = place.sent("+15550104417", r"(http\S+/statements)")
    assert link == f"{clinic.url}/statements"
    place.hub.hub.messages.wake(clinic.tenant)
    until(lambda: place.hub.store.portal.next_note(clinic.tenant) == "")
    assert [words for _, words in place.unread if "statement" in words] == []


def test_s1_01_desks_are_told_the_link_while_the_portal_is_on(place: House) -> None:
    clinic = place.clinic("Sixth Street Clinic")

    def told() -> str:
        place.hub.hub.messages.wake(clinic.tenant)
        found = place.hub.store.portal.read(clinic.tenant, lambda reader: messages.channels(reader, clinic.tenant))
        return found.portal_url

    until(lambda: told() == clinic.url)
    clinic.set(portal=False)
    until(lambda: told() != clinic.url)
    assert told() == ""


def test_who_is_signed_in_chooses_the_language_they_are_written_to_in(place: House) -> None:
    clinic = place.clinic()
    browser = join(place, clinic, factor="text").browser
    browser.get("/account")
    browser.send("/account/language", language="es")
    assert browser.says("Desde ahora le escribimos en este idioma")
    assert '<html lang="es">' in browser.get("/payments").text

    def said() -> list[tuple[str, str, str]]:
        page = clinic.hub.store.pull(clinic.tenant, Cursor("", 0, "0" * 64))
        found = [entry.op["body"] for entry in page.entries
                 if entry.op["kind"] == "patient.put" and entry.op["device"] == "hub"]  # fmt: skip
        return [(each["id"], each["language"], each["phone"]) for each in found]

    assert said() == [(clinic.rosa, "es", "(555) 010-4417")], "nothing else of the record is another"
    browser.get("/account")
    browser.send("/account/language", language="es")
    assert len(said()) == 1, "what is so already is not written down again"
    browser.get("/account")
    assert browser.send("/account/language", language="xx").status_code == 404
