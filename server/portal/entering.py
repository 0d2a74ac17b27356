"""Pages before somebody is signed in: who they are, a new account, signing in, a forgotten password."""

from __future__ import annotations

from datetime import date

import segno
from markupsafe import Markup
from starlette.responses import Response

from models.basics.clock import parse_utc
from models.rules.people import parse_birth_date
from models.store.portal_rows import AccountRow
from server.portal import terms
from server.portal.accounts import RECOVERY_SIGNS, WAYS, usable_username
from server.portal.passwords import SHORTEST, trouble_with
from server.portal.sessions import Known, Sessions
from server.portal.web import Gone, Page, Visit


def sessions_of(visit: Visit) -> Sessions:
    """The sessions of this hub."""
    portal = visit.hub.portal
    return Sessions(portal.rows, portal.keys, visit.hub.clock)


def knock(visit: Visit, *subjects: tuple[str, str]) -> Response | None:
    """Somebody tries something: a page that says wait where an address knocks too often, or what they try (a name, a
    link) was tried in vain too often; else None."""
    portal = visit.hub.portal
    if not portal.knocks.let(visit.tenant, visit.address):
        return visit.render("trouble.html", 429, title=visit.say("trouble.busy_title"), text=visit.say("trouble.busy"))
    until = portal.rows.locked_until(visit.tenant, portal.accounts.subjects(*subjects)) if subjects else ""
    if not until:
        return None
    minutes = max(1, -(-int((parse_utc(until) - visit.hub.clock.now()).total_seconds()) // 60))
    return visit.render("trouble.html", 429, title=visit.say("trouble.locked_title"),
                        text=visit.say("trouble.locked", minutes=minutes))  # fmt: skip


def failed(visit: Visit, *subjects: tuple[str, str]) -> None:
    """It was wrong."""
    portal = visit.hub.portal
    portal.rows.failed(visit.tenant, portal.accounts.subjects(*subjects))


def forgiven(visit: Visit, *subjects: tuple[str, str]) -> None:
    """It was right."""
    portal = visit.hub.portal
    portal.rows.forgive(visit.tenant, portal.accounts.subjects(*subjects))


# Signing in -----------------------------------------------------------------------------------------------------------


def front(visit: Visit) -> Response:
    """Where the practice's link leads (S1-01)."""
    known = sessions_of(visit).known(visit)
    if known is not None and known.session.stage == "open":
        return visit.go("/payments")
    return _front(visit)


def _front(visit: Visit, *, username: str = "", wrong: bool = False) -> Response:
    ended = visit.request.query_params.get("ended", "")
    return visit.render("front.html", 422 if wrong else 200, username=username, wrong=wrong,
                        ended=ended if ended in ("1", "out", "reset") else "")  # fmt: skip


def sign_in(visit: Visit) -> Response:
    """Username and password; then the second factor (S1-03)."""
    accounts, username = visit.hub.portal.accounts, visit.typed("username", 60)
    subjects = (("login", username.casefold()), ("address", visit.address))
    if wait := knock(visit, *subjects):
        return wait
    account = accounts.with_password(visit.tenant, username, visit.secret("password"))
    if account is None:
        failed(visit, *subjects)
        return _front(visit, username=username, wrong=True)
    note_id = "" if account.factor == "totp" else accounts.send_code(visit.tenant, account, visit.language)
    visit.hub.messages.wake(visit.tenant)
    sessions_of(visit).begin(visit, "code", account_id=account.account_id, note_id=note_id)
    return visit.go("/code")


def code(visit: Visit) -> Response:
    """Asks for the second factor."""
    return _code(visit, sessions_of(visit).need(visit, "code"))


def _code(visit: Visit, known: Known, *, wrong: bool = False) -> Response:
    assert known.account is not None
    return visit.render("code.html", 422 if wrong else 200, wrong=wrong, factor=known.account.factor, action="/code",
                        title=visit.say("code.title"), back="/")  # fmt: skip


def take_code(visit: Visit) -> Response:
    """A code of the authenticator, the one that was sent, or a recovery code: signed in, under a new name."""
    sessions = sessions_of(visit)
    known = sessions.need(visit, "code")
    account, portal = known.account, visit.hub.portal
    assert account is not None
    subjects = (("account", account.account_id), ("address", visit.address))
    if wait := knock(visit, *subjects):
        return wait
    if not _second_factor(visit, known, account):
        failed(visit, *subjects)
        return _code(visit, known, wrong=True)
    forgiven(visit, *subjects, ("login", account.login))
    sessions.begin(visit, "open", account_id=account.account_id)
    few = portal.rows.recovery_left(visit.tenant, account.account_id) == 0
    return visit.go("/account?codes=0" if few else "/payments")


def _second_factor(visit: Visit, known: Known, account: AccountRow) -> bool:
    typed, accounts = visit.typed("code", 20).replace(" ", "").replace("-", ""), visit.hub.portal.accounts
    if len(typed) == RECOVERY_SIGNS:
        return accounts.recovered(visit.tenant, account.account_id, typed)
    if account.factor == "totp":
        return accounts.authenticated(visit.tenant, account, typed)
    return accounts.confirm(visit.tenant, known.session.note_id, typed) is not None


def code_again(visit: Visit) -> Response:
    """Send another code."""
    sessions = sessions_of(visit)
    known = sessions.need(visit, "code")
    if wait := knock(visit):
        return wait
    account = known.account
    assert account is not None
    if account.factor != "totp":
        note_id = visit.hub.portal.accounts.send_code(visit.tenant, account, visit.language)
        visit.hub.messages.wake(visit.tenant)
        sessions.begin(visit, "code", account_id=account.account_id, note_id=note_id)
    return visit.go("/code")


def sign_out(visit: Visit) -> Response:
    """Ends the session."""
    sessions_of(visit).end(visit)
    return visit.go("/?ended=out")


# A first visit --------------------------------------------------------------------------------------------------------


def start(visit: Visit) -> Response:
    """Who are you? (S1-02)"""
    return _start(visit)


def _start(visit: Visit, wrong: str = "") -> Response:
    way = visit.typed("way", 10) or "phone"
    birth = {name: visit.typed(f"birth_{name}", 4) for name in ("month", "day", "year")}
    return visit.render("start.html", 422 if wrong else 200, ways=WAYS, way=way if way in WAYS else "phone",
                        wrong=wrong, typed=visit.typed("typed", 120), birth=birth)  # fmt: skip


def claim(visit: Visit) -> Response:
    """A code goes to who that is, if it is anybody; the answer is the same."""
    if wait := knock(visit, ("address", visit.address)):
        return wait
    way, typed, born = visit.typed("way", 10), visit.typed("typed", 120), birth_date_of(visit)
    if way not in WAYS or not typed or born is None:
        return _start(visit, "birth" if born is None else "typed")
    note_id = visit.hub.portal.accounts.claim(visit.clinic, way, typed, born.isoformat(), visit.language)
    visit.hub.messages.wake(visit.tenant)
    sessions_of(visit).begin(visit, "claim", note_id=note_id)
    return visit.go("/start/code")


def birth_date_of(visit: Visit) -> date | None:
    """The birth date of a form, where it is a date."""
    year, month, day = (visit.typed(f"birth_{name}", 4) for name in ("year", "month", "day"))
    if not (year.isdigit() and month.isdigit() and day.isdigit()):
        return None
    return parse_birth_date(f"{year:0>4}-{month:0>2}-{day:0>2}")


def claim_code(visit: Visit) -> Response:
    """Asks for the code that may have been sent."""
    sessions_of(visit).need(visit, "claim")
    return _claim_code(visit)


def _claim_code(visit: Visit, *, wrong: bool = False) -> Response:
    return visit.render("code.html", 422 if wrong else 200, wrong=wrong, factor="claim", action="/start/code",
                        title=visit.say("start.code_title"), back="/start")  # fmt: skip


def take_claim_code(visit: Visit) -> Response:
    """The right code: it is them."""
    sessions = sessions_of(visit)
    note_id = sessions.need(visit, "claim").session.note_id
    subjects = (("claim", note_id), ("address", visit.address))
    if wait := knock(visit, *subjects):
        return wait
    portal = visit.hub.portal
    note = portal.accounts.confirm(visit.tenant, note_id, visit.typed("code", 12).replace(" ", ""))
    if note is None or not note.patient_id:
        failed(visit, *subjects)
        return _claim_code(visit, wrong=True)
    sessions.begin(visit, "setup", patient_id=note.patient_id, note_id=note_id)
    return visit.go("/start/account")


def new_account(visit: Visit) -> Response:
    """Choose a username, a password and a second factor."""
    return _new_account(visit, sessions_of(visit).need(visit, "setup"))


def _new_account(visit: Visit, known: Known, wrong: str = "") -> Response:
    portal = visit.hub.portal
    there = portal.rows.account_of_patient(visit.tenant, known.session.patient_id)
    if there is not None and there.state == "open":
        return visit.render("there_is_one.html", username=there.username)
    note = portal.rows.note(visit.tenant, known.session.note_id)
    if note is None:
        raise Gone
    return visit.render("new_account.html", 422 if wrong else 200, wrong=wrong, shortest=SHORTEST, channel=note.channel,
                        username=visit.typed("username", 60), factor=visit.typed("factor", 10) or "totp",
                        terms=terms.words_of(visit))  # fmt: skip


def open_account(visit: Visit) -> Response:
    """Opens it; with an authenticator once that works."""
    sessions = sessions_of(visit)
    known = sessions.need(visit, "setup")
    if wait := knock(visit):
        return wait
    portal = visit.hub.portal
    note = portal.rows.note(visit.tenant, known.session.note_id)
    username, password = visit.typed("username", 60), visit.secret("password")
    if note is None:
        raise Gone
    wrong = _account_trouble(visit, username, password)
    if wrong:
        return _new_account(visit, known, wrong)
    factor = "totp" if visit.typed("factor", 10) == "totp" else note.channel
    account = portal.accounts.open_account(visit.clinic, note, username, password, factor, visit.language)
    if account is None:
        return _new_account(visit, known, "taken")
    terms.agree(visit, account)
    if factor == "totp":
        sessions.begin(visit, "factor", account_id=account.account_id)
        return visit.go("/start/authenticator")
    return _welcome(visit, sessions, account)


def _account_trouble(visit: Visit, username: str, password: str) -> str:
    if not usable_username(username):
        return "username"
    if trouble := trouble_with(password, username):
        return f"password_{trouble}"
    return "" if password == visit.secret("again") else "again"


def authenticator(visit: Visit) -> Response:
    """The QR code for an authenticator, and its key in letters."""
    return _authenticator(visit, sessions_of(visit).need(visit, "factor"))


def _authenticator(visit: Visit, known: Known, *, wrong: bool = False) -> Response:
    account, accounts = known.account, visit.hub.portal.accounts
    assert account is not None
    address = accounts.authenticator_address(account, visit.clinic.practice.name)
    drawn = segno.make(address, error="m").svg_inline(border=2, omitsize=True)
    key = accounts.authenticator(account)
    return visit.render("authenticator.html", 422 if wrong else 200, wrong=wrong, drawn=Markup(drawn),  # noqa: S704
                        key=" ".join(key[n : n + 4] for n in range(0, len(key), 4)))  # fmt: skip


def take_authenticator(visit: Visit) -> Response:
    """Its first code opens the account."""
    sessions = sessions_of(visit)
    known = sessions.need(visit, "factor")
    account, portal = known.account, visit.hub.portal
    assert account is not None
    subjects = (("account", account.account_id),)
    if wait := knock(visit, *subjects):
        return wait
    if not portal.accounts.authenticated(visit.tenant, account, visit.typed("code", 12).replace(" ", "")):
        failed(visit, *subjects)
        return _authenticator(visit, known, wrong=True)
    return _welcome(visit, sessions, portal.accounts.finish(visit.tenant, account))


def _welcome(visit: Visit, sessions: Sessions, account: AccountRow) -> Response:
    """Signed in for the first time; recovery codes are shown once."""
    codes = visit.hub.portal.accounts.new_recovery_codes(visit.tenant, account.account_id)
    sessions.begin(visit, "open", account_id=account.account_id)
    return visit.render("recovery_codes.html", codes=codes, first_time=True)


# A forgotten password -------------------------------------------------------------------------------------------------


def forgot(visit: Visit) -> Response:
    """Asks for the username."""
    return visit.render("forgot.html", sent=False)


def send_reset(visit: Visit) -> Response:
    """A link goes to who has such an account; the answer is the same."""
    username = visit.typed("username", 60)
    if wait := knock(visit, ("address", visit.address)):
        return wait
    visit.hub.portal.accounts.send_reset(visit.tenant, username, visit.language)
    visit.hub.messages.wake(visit.tenant)
    return visit.render("forgot.html", sent=True)


def reset(visit: Visit) -> Response:
    """A link that was sent: choose a new password."""
    return _reset(visit)


def _reset(visit: Visit, wrong: str = "") -> Response:
    if wait := knock(visit, ("link", visit.address)):
        return wait
    if visit.hub.portal.accounts.reset_of(visit.tenant, visit.asked("link")) is None:
        failed(visit, ("link", visit.address))
        return visit.render("trouble.html", 404, title=visit.say("trouble.link_title"), text=visit.say("trouble.link"))
    return visit.render("reset.html", 422 if wrong else 200, wrong=wrong, shortest=SHORTEST)


def take_reset(visit: Visit) -> Response:
    """The new password; everybody is signed out."""
    accounts, password = visit.hub.portal.accounts, visit.secret("password")
    note = accounts.reset_of(visit.tenant, visit.asked("link"))
    if note is None:
        return _reset(visit)
    account = visit.hub.portal.rows.account(visit.tenant, note.account_id)
    trouble = trouble_with(password, account.username if account else "")
    wrong = f"password_{trouble}" if trouble else "" if password == visit.secret("again") else "again"
    if wrong:
        return _reset(visit, wrong)
    if not accounts.reset(visit.tenant, note, password):
        return _reset(visit)
    sessions_of(visit).end(visit)
    return visit.go("/?ended=reset")


ENTERING: tuple[tuple[str, str, Page], ...] = (
    ("GET", "", front), ("GET", "/", front), ("POST", "/sign-in", sign_in), ("GET", "/code", code),
    ("POST", "/code", take_code), ("POST", "/code/again", code_again), ("POST", "/sign-out", sign_out),
    ("GET", "/start", start), ("POST", "/start", claim), ("GET", "/start/code", claim_code),
    ("POST", "/start/code", take_claim_code), ("GET", "/start/account", new_account),
    ("POST", "/start/account", open_account), ("GET", "/start/authenticator", authenticator),
    ("POST", "/start/authenticator", take_authenticator), ("GET", "/forgot", forgot), ("POST", "/forgot", send_reset),
    ("GET", "/reset/{link}", reset), ("POST", "/reset/{link}", take_reset),
)  # fmt: skip
"""Method, path below the practice, page."""
