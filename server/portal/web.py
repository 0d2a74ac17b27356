"""The frame of every page for patients: templates, words, cookies, forms, headers. Others build their pages on it too.

A page is a plain function `Visit -> Response` on a thread that may wait; `page(...)` makes it a route. Nothing here
knows what a page is about.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

import resources
from models.basics.errors import PosError, RuleBroken, StorageError
from models.basics.facts import facts
from models.rules.languages import FIRST
from server.deps import Hub, hub_of
from server.portal import assets, csrf
from server.portal.clinic import ClinicFacts
from server.portal.headers import address_of, headers_for, is_private, may_serve
from server.portal.words import LANGUAGES, chosen, day_words, money, named, say, time_words
from server.refusals import Refused

log = logging.getLogger(__name__)

BROWSER, LANGUAGE = "copaydesk_browser", "copaydesk_language"
BAR = ("payments", "statements", "plans", "cards", "account")
"""The pages of who is signed in, as the bar lists them (`frame.<name>` in the catalogue)."""
YEAR_S = 365 * 86_400
MOST_FORM_BYTES = 32_768
MOST_FIELDS = 400
LONGEST_ID = 120


@dataclass(frozen=True, slots=True)
class Cookie:
    """One cookie to set; an empty `value` takes it away. `lasts_s` None: until the browser is closed."""

    name: str
    value: str
    lasts_s: int | None = None


class Gone(Exception):
    """There is no such page for this browser: unknown, of somebody else, or switched off. All look alike."""


class NotSignedIn(Exception):
    """The page needs somebody who is signed in; `ended`: they were, and it is over."""

    def __init__(self, *, ended: bool = False) -> None:
        super().__init__()
        self.ended = ended


class WrongForm(Exception):
    """The form does not come from a page of ours."""


@dataclass(frozen=True, slots=True)
class Place:
    """A family of pages: the path its cookies are for, what its session's cookie is called (the practice's id follows),
    of which practice a request's page is, where its pages begin, and below that the first of them."""

    path: str
    session: str
    tenant_of: Callable[[Hub, Request], str]
    root_of: Callable[[Visit], str]
    front: str

    def session_cookie(self, tenant: str) -> str:
        """A browser may be known at several practices."""
        return f"{self.session}_{tenant}"


PORTAL = Place("/portal", "copaydesk_session", lambda _hub, request: str(request.path_params.get("tenant", "")),
               lambda visit: f"/portal/{visit.clinic.tenant}", front="/")  # fmt: skip
"""The pages of who has an account, or makes one."""


@dataclass(slots=True)
class Visit:
    """One request of a browser, and what its answer will carry."""

    hub: Hub
    request: Request
    clinic: ClinicFacts
    language: str
    form: Mapping[str, list[str]]
    browser: str
    session_token: str = ""
    place: Place = PORTAL
    cookies: list[Cookie] = field(default_factory=list)
    shown: dict[str, Any] = field(default_factory=dict)
    """What every template sees beside its own."""

    @property
    def tenant(self) -> str:
        return self.clinic.tenant

    @property
    def address(self) -> str:
        """Where the browser is, for limits and the audit."""
        return address_of(self.request)

    @property
    def root(self) -> str:
        """Where the pages begin."""
        return self.place.root_of(self)

    @property
    def home(self) -> str:
        """The same with the hub's own address before it, for who comes back from elsewhere."""
        return self.hub.portal.url_of(self.clinic.tenant)

    def typed(self, name: str, most: int = 200) -> str:
        """A field of the form, one line; empty where it is missing or longer than `most` letters."""
        value = next(iter(self.form.get(name, ())), "").strip()
        return value if len(value) <= most and value.isprintable() else ""

    def secret(self, name: str, most: int = 256) -> str:
        """The same for a password: every letter as it was typed."""
        value = next(iter(self.form.get(name, ())), "")
        return value if len(value) <= most else ""

    def asked(self, name: str) -> str:
        """A part of the path; empty for what no id of ours looks like."""
        found = str(self.request.path_params.get(name, ""))
        return found if len(found) <= LONGEST_ID and found.isprintable() else ""

    def set_session(self, value: str) -> None:
        """From this answer on the browser is in another session (empty: in none); its forms belong to that one."""
        self.session_token = value
        self.cookies.append(Cookie(self.place.session_cookie(self.tenant), value))

    def say(self, key: str, **values: object) -> str:
        """A sentence in the page's language."""
        return say(self.language, key, **values)

    def render(self, template: str, status: int = 200, **shown: Any) -> Response:
        """A page."""
        made = environment().get_template(template).render(**(_context(self) | self.shown | shown))
        return self.finish(Response(made, status, media_type="text/html"))

    def go(self, path: str) -> Response:
        """Go on at a page of the practice's (a path below `root`)."""
        return self.go_to(self.root + path)

    def go_to(self, path: str) -> Response:
        """Go on at another page of this hub's."""
        return self.finish(RedirectResponse(path, 303))

    def file(self, content: bytes, kind: str, name: str) -> Response:
        """A file to look at; `name` says nothing of anybody."""
        return self.finish(Response(content, 200, {"Content-Disposition": f'inline; filename="{name}"'}, kind))

    def finish(self, response: Response) -> Response:
        """Headers and cookies of a page on this line."""
        private = is_private(self.request)
        response.headers.update(headers_for(self.request))
        for cookie in self.cookies:
            response.set_cookie(
                cookie.name, cookie.value, max_age=cookie.lasts_s if cookie.value else 0, path=self.place.path,
                secure=private, httponly=True, samesite="lax",
            )  # fmt: skip
        return response


Page = Callable[[Visit], Response]


def page(work: Page, *, form: bool = False, place: Place = PORTAL) -> Callable[[Request], Awaitable[Response]]:
    """A route that answers with `work`; with `form` only to a form of a page of ours (CSRF). What goes wrong is told in
    words on a page of the same frame."""

    async def answer(request: Request) -> Response:
        hub = hub_of(request)
        if not may_serve(request):
            return await hub.run(_refused, request, place)
        try:
            sent = await form_of(request) if form else {}
        except Refused as error:
            return await hub.run(_untaken, hub, request, place, error)
        return await hub.run(_answer, hub, request, place, sent, work, form)

    return answer


def _answer(
    hub: Hub, request: Request, place: Place, sent: Mapping[str, list[str]], work: Page, form: bool
) -> Response:  # fmt: skip
    clinic = hub.portal.clinics.find(place.tenant_of(hub, request))
    visit = visit_of(hub, request, clinic, sent, place)
    try:
        if not visit.clinic.open:
            raise Gone
        if form and not _is_ours(visit):
            raise WrongForm
        return work(visit)
    except (Gone, NotSignedIn, WrongForm, PosError, Refused) as error:
        return told(visit, error)
    except Exception as error:  # the patient gets words, the log its place
        log.exception("portal: page failed", extra=facts(error=type(error).__name__))
        return told(visit, error)


def _untaken(hub: Hub, request: Request, place: Place, error: Refused) -> Response:
    clinic = hub.portal.clinics.find(place.tenant_of(hub, request))
    return told(visit_of(hub, request, clinic, {}, place), error)


def visit_of(
    hub: Hub, request: Request, clinic: ClinicFacts, sent: Mapping[str, list[str]], place: Place = PORTAL
) -> Visit:  # fmt: skip
    """A request as a page sees it."""
    cookies, query = request.cookies, request.query_params
    asked = query.get("lang", "") if request.method == "GET" else ""
    language = chosen(asked or cookies.get(LANGUAGE, ""), request.headers.get("accept-language", ""))
    browser = csrf.known_browser(cookies.get(BROWSER, ""))
    token = cookies.get(place.session_cookie(clinic.tenant), "")
    visit = Visit(hub, request, clinic, language, sent, browser, token if len(token) < 100 else "", place)
    if not browser:
        visit.browser = csrf.new_browser()
        visit.cookies.append(Cookie(BROWSER, visit.browser, YEAR_S))
    if asked in LANGUAGES:
        visit.cookies.append(Cookie(LANGUAGE, asked, YEAR_S))
    return visit


def _is_ours(visit: Visit) -> bool:
    known = csrf.known_browser(visit.request.cookies.get(BROWSER, ""))
    return csrf.holds(visit.hub.portal.keys, known, visit.session_token, visit.typed(csrf.FIELD), visit.request.headers)


def told(visit: Visit, error: Exception) -> Response:
    """A page that says what is wrong, and what to do."""
    if isinstance(error, NotSignedIn):
        return visit.go(visit.place.front + ("?ended=1" if error.ended else ""))
    status, name = _status_of(error)
    if isinstance(error, StorageError):
        log.error("portal: storage failed", extra=facts(error=error.message_key))
    return visit.render("trouble.html", status, title=visit.say(f"trouble.{name}_title"),
                        text=visit.say(f"trouble.{name}"))  # fmt: skip


def _status_of(error: Exception) -> tuple[int, str]:
    if isinstance(error, WrongForm):
        return 403, "form"
    if isinstance(error, Refused):
        return error.status, "busy" if error.status == 429 else "form"
    if isinstance(error, Gone):
        return 404, "gone"
    if isinstance(error, RuleBroken):
        return 422, "refused"
    return (503 if isinstance(error, PosError) else 500), "later"


def _refused(request: Request, place: Place) -> Response:
    hub = hub_of(request)
    visit = visit_of(hub, request, ClinicFacts.unknown(), {}, place)
    visit.cookies.clear()
    return visit.render("trouble.html", 403, title=visit.say("trouble.plain_title"), text=visit.say("trouble.plain"))


async def no_such_page(request: Request, status: int, place: Place = PORTAL) -> Response:
    """An address below /portal or /pay that is none, or asked in a way it is not meant."""
    hub = hub_of(request)

    def answer() -> Response:
        return told(visit_of(hub, request, ClinicFacts.unknown(), {}, place), Gone())

    made = await hub.run(answer)
    made.status_code = status
    return made


async def form_of(request: Request) -> dict[str, list[str]]:
    """The fields of a form, as text; files are not taken. Raises Refused (413, 415, 400)."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise Refused(415, "portal.form_wrong")
    told = request.headers.get("content-length", "0")
    if not told.isdigit() or int(told) > MOST_FORM_BYTES:
        raise Refused(413, "portal.form_wrong")
    try:
        sent = await request.form(max_fields=MOST_FIELDS, max_files=0)
    except HTTPException as error:
        raise Refused(400, "portal.form_wrong") from error
    found: dict[str, list[str]] = {}
    for name, value in sent.multi_items():
        if isinstance(value, str):
            found.setdefault(name, []).append(value)
    return found


# Templates ------------------------------------------------------------------------------------------------------------


@cache
def environment() -> Environment:
    """Templates that escape everything and know what they may say."""
    made = Environment(
        loader=FileSystemLoader(resources.path("portal")), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, auto_reload=False,
    )  # fmt: skip
    made.globals.update(asset=lambda name: f"/portal/static/{assets.names()[name]}", languages=LANGUAGES, first=FIRST)
    made.filters.update(money=money)
    return made


_HIDDEN = Markup('<input type="hidden" name="{}" value="{}">')
"""What every form carries; `format` of a Markup escapes."""


def _context(visit: Visit) -> dict[str, Any]:
    clinic, language = visit.clinic, visit.language
    token = csrf.token(visit.hub.portal.keys, visit.browser, visit.session_token)
    today = clinic.today(visit.hub.clock.now()) if clinic.tenant else None
    return {
        "by_bank": "_bank" if clinic.rules.online_debits else "",
        "clinic": clinic, "language": language, "root": visit.root, "front": visit.root + visit.place.front,
        "path": visit.request.url.path, "t": visit.say, "today": today,
        "day": lambda iso: day_words(language, iso, today), "whole_day": lambda iso: day_words(language, iso),
        "at": time_words, "signed_in": "", "here": "", "other_language": _other(language),
        "brand": lambda name: named(language, "brand", name or "card"),
        "tender": lambda name: named(language, "tender", name),
        "bar": BAR, "hidden": lambda: _HIDDEN.format(csrf.FIELD, token),
    }  # fmt: skip


def _other(language: str) -> tuple[str, str]:
    return next((code, name) for code, name in LANGUAGES.items() if code != language)
