"""A clinic with a portal: the real hub, two families, a text provider and a mail server on this machine, and a browser
without script (an HTTP client that keeps cookies and sends what a page's forms carry)."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pyotp

from models.basics.clock import Clock
from models.basics.ids import new_id
from models.operations import records
from server import practices
from server.message_settings import MessageSettings
from server.online.settings import Account
from server.settings import HubSettings
from tests.support.hub import KEY, RunningHub
from tests.support.mail import MailServer, TextProvider, mail_server, text_provider
from tests.support.online import KEY as STRIPE_KEY
from tests.support.online import SECRET
from tests.support.simulators import StripeProcess
from tests.support.stream import Stream
from tests.support.waiting import until

PASSWORD = "blue tide over lamps"
OKAFOR = "okafor"


@dataclass
class Clinic:
    """One practice of the hub with its portal on. Rosa is the guarantor of Sofia; Marcus is nobody's."""

    hub: RunningHub
    tenant: str
    stream: Stream
    rosa: str
    sofia: str
    marcus: str
    charges: dict[str, str]
    rules: records.Rules
    pushed: int = 0

    @property
    def url(self) -> str:
        """Where its patients begin."""
        return f"{self.hub.url}/portal/{self.tenant}"

    def push(self) -> None:
        """Send what the desk made since."""
        batch = self.stream.batch(self.pushed + 1)
        answer = self.hub.store.push(self.tenant, batch)
        assert {each.verdict for each in answer.results} == {"accepted"}, answer.results
        self.pushed = len(self.stream.ops)

    def put(self, *bodies: object) -> None:
        """Put records, or record acts, at the desk."""
        for body in bodies:
            self.stream.add(body)
        self.push()
        self.hub.hub.portal.clinics._kept.clear()

    def set(self, **values: object) -> None:
        """Change rules of the practice."""
        self.rules = replace(self.rules, **values)
        self.put(self.rules)


@dataclass
class House:
    """The hub, and who takes its messages."""

    hub: RunningHub
    mail: MailServer
    text: TextProvider
    processor: StripeProcess | None = None

    def clinic(self, name: str = "Alder Street Family Medicine", **rules: object) -> Clinic:
        """A practice of its own."""
        hub, tenant = self.hub, new_id()
        practices.add_record(
            hub.store,
            records.Practice(
                id=tenant, name=name, timezone="America/New_York", phone="(555) 010-2200", address=("12 Alder Street",)
            ),
        )
        member = hub.member(tenant)
        made = Clinic(
            hub,
            tenant,
            member.stream,
            *(new_id() for _ in range(3)),
            {},
            records.Rules(portal=True, portal_payments=True, portal_minimum_cents=500, portal_statements=True, **rules),
        )
        visits = {name: new_id() for name in ("rosa", "sofia", "marcus")}
        made.charges = {name: new_id() for name in visits}
        who = {"rosa": made.rosa, "sofia": made.sofia, "marcus": made.marcus}
        day = {"rosa": "2026-01-22", "sofia": "2026-02-02", "marcus": "2026-02-08"}
        title = {"rosa": "Follow-up visit", "sofia": "School physical", "marcus": "Office visit"}
        cents = {"rosa": 8_000, "sofia": 2_000, "marcus": 12_600}
        made.put(
            made.rules, records.Practitioner(id=OKAFOR, name="Dr. Okafor", online=True),
            records.Patient(id=made.rosa, family="Quillfeather", given="Rosa", birth_date="1984-03-14",
                            phone="(555) 010-4417", email="rosa@home.test", mrn="A-1"),
            records.Patient(id=made.sofia, family="Quillfeather", given="Sofia", birth_date="2015-06-02",
                            guarantor_id=made.rosa, mrn="A-2"),
            records.Patient(id=made.marcus, family="Quillfeather", given="Marcus", birth_date="1979-11-30",
                            email="marcus@home.test", mrn="A-3"),
            *(records.Appointment(id=visits[name], patient_id=who[name], starts_at=f"{day[name]}T15:00:00.000Z",
                                  service_date=day[name], title=title[name], status="done", practitioner_id=OKAFOR)
              for name in visits),
            *(records.Charge(id=made.charges[name], patient_id=who[name], service_date=day[name], description="Visit",
                             responsibility_cents=cents[name], appointment_id=visits[name], practitioner_id=OKAFOR)
              for name in visits),
        )  # fmt: skip
        if self.processor is not None:
            accounts = hub.settings.online.accounts
            assert isinstance(accounts, dict)
            accounts[tenant.replace("-", "_").upper()] = Account(STRIPE_KEY, SECRET, self.processor.base)
            self.processor.tell(f"webhook {hub.url}/stripe/webhooks/{tenant} {SECRET}")
        until(lambda: hub.hub.portal.clinics.find(tenant).text or hub.hub.messages.wake(tenant) or _forget(hub))
        return made

    def code(self, to: str) -> str:
        """The newest code that was sent to a phone or mailbox, once it came."""
        return self.sent(to, r"\b(\d{6})\b")

    def sent(self, to: str, pattern: str) -> str:
        """What a message to somebody says, by pattern, once it came; each message counts once."""
        found: list[str] = []

        def came() -> bool:
            while self.unread:
                address, body = self.unread.pop(0)
                if address == to and (match := re.search(pattern, body)):
                    found.append(match[1])
            return bool(found)

        until(came)
        return found[-1]

    @property
    def unread(self) -> list[tuple[str, str]]:
        """(to, words) of messages nobody asked for yet."""
        texts = self.text.desk.forms
        mails = self.mail.box.mails
        fresh = [(form["To"], form["Body"]) for form in texts]
        fresh += [(str(mail["To"]), mail.get_body(("plain",)).get_content()) for mail in mails]  # type: ignore[union-attr]
        texts.clear()
        mails.clear()
        self._kept += fresh
        return self._kept

    _kept: list[tuple[str, str]] = field(default_factory=list)


def _forget(hub: RunningHub) -> bool:
    hub.hub.portal.clinics._kept.clear()
    return False


@contextmanager
def house(
    folder: Path, template: Path | None, clock: Clock | None = None, processor: StripeProcess | None = None,
    database_url: str = "",
) -> Iterator[House]:  # fmt: skip
    """A hub of its own with mail and text, on its own file (a copy of `template`) or on PostgreSQL; its clinics take
    money at `processor`."""
    (folder / "hub").mkdir()
    if template is not None:
        shutil.copy(template, folder / "hub" / "hub.db")
    with mail_server(folder) as mail, text_provider() as text:
        settings = HubSettings(
            data_dir=folder / "hub", key_hex="" if database_url else KEY, database_url=database_url,
            messages=MessageSettings(mail.settings, text.settings),
        ).checked()  # fmt: skip
        hub = RunningHub(settings, clock)
        try:
            yield House(hub, mail, text, processor)
        finally:
            hub.close()


# A browser without script -------------------------------------------------------------------------------------------


class _Forms(HTMLParser):
    """The forms of a page: action, and what they would send untouched."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, str, dict[str, list[str]]]] = []
        self._by_id: dict[str, dict[str, list[str]]] = {}
        self._open: dict[str, list[str]] | None = None
        self._waiting: list[tuple[str, str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = {}
            self.forms.append((told.get("action", ""), told.get("method", "get"), self._open))
            self._by_id[told.get("id", "")] = self._open
        elif tag == "input" and told.get("name"):
            if told.get("type") in ("checkbox", "radio") and "checked" not in told:
                return
            if told.get("form"):
                self._waiting.append((told["form"], told["name"], told.get("value", "on")))
            elif self._open is not None:
                self._open.setdefault(told["name"], []).append(told.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None

    def close(self) -> None:
        super().close()
        for form, name, value in self._waiting:
            self._by_id[form].setdefault(name, []).append(value)


class Browser:
    """A browser without script, with cookies of its own."""

    def __init__(self, clinic: Clinic, language: str = "en") -> None:
        self.clinic = clinic
        self.line = httpx.Client(follow_redirects=True, headers={"Accept-Language": language}, timeout=20,
                                 verify=False, limits=httpx.Limits(max_keepalive_connections=0))  # fmt: skip
        self.page = httpx.Response(200)

    def get(self, path: str = "/") -> httpx.Response:
        """Open a page of the practice's."""
        self.page = self.line.get(self.clinic.url + path)
        return self.page

    def forms(self) -> list[tuple[str, str, dict[str, list[str]]]]:
        """The forms of the page that is open."""
        parser = _Forms()
        parser.feed(self.page.text)
        parser.close()
        return parser.forms

    def send(self, action: str, **values: str | list[str]) -> httpx.Response:
        """Fill in the form whose action ends so, and send it."""
        found, _, fields = next(form for form in self.forms() if form[0].endswith(action))
        filled = {**fields, **{name: value if isinstance(value, list) else [value] for name, value in values.items()}}
        self.page = self.line.post(self.clinic.hub.url + found, data=filled, headers={"Origin": self.clinic.hub.url})
        return self.page

    def says(self, text: str) -> bool:
        """Is this on the page?"""
        return text in self.page.text

    def close(self) -> None:
        self.line.close()


@dataclass
class Person:
    """Somebody with an account."""

    browser: Browser
    username: str
    secret: str
    recovery: list[str]


def join(place: House, clinic: Clinic, username: str = "rosa.q", way: str = "phone", typed: str = "555 010 4417",
         born: tuple[str, str, str] = ("3", "14", "1984"), to: str = "+15550104417", factor: str = "totp",
         language: str = "en") -> Person:  # fmt: skip
    """Somebody sets up an account and is signed in."""
    browser = Browser(clinic, language)
    browser.get("/start")
    browser.send("/start", way=way, typed=typed, birth_month=born[0], birth_day=born[1], birth_year=born[2])
    browser.send("/start/code", code=place.code(to))
    browser.send("/start/account", username=username, password=PASSWORD, again=PASSWORD, factor=factor)
    secret = ""
    if factor == "totp":
        shown = re.search(r'class="mono breakable">([A-Z2-7 ]+)<', browser.page.text)
        assert shown is not None, browser.page.text
        secret = shown[1].replace(" ", "")
        browser.send("/start/authenticator", code=code_now(clinic, secret))
    codes = re.findall(r"<li>([A-Z0-9]{4}-[A-Z0-9]{4})</li>", browser.page.text)
    assert len(codes) == 8, browser.page.text
    return Person(browser, username, secret, codes)


def code_now(clinic: Clinic, secret: str) -> str:
    """What an authenticator shows on the hub's clock."""
    return pyotp.TOTP(secret).at(clinic.hub.clock.now())
