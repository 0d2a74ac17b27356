"""A patient's browser in this thread: cookies, pages, forms of the hub's own pages."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

if TYPE_CHECKING:
    from tests.simulator.hub import SimHub

_FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.S)
_INPUT = re.compile(r"<input\b([^>]*)>", re.S)
_SAID = re.compile(r'([a-z_-]+)(?:="([^"]*)")?')
MOST_LEAPS = 6


@dataclass
class Browser:
    """One window. `page` is what it shows, `at` its address."""

    cookies: dict[str, str] = field(default_factory=dict)
    page: str = ""
    status: int = 0
    at: str = ""

    def get(self, hub: SimHub, path: str) -> None:
        """Open an address of the hub's."""
        self._ask(hub, "GET", path, "")

    def send(self, hub: SimHub, action: str, **values: str) -> bool:
        """Fill in the form whose action ends so, and send it. False: there is none on the page."""
        for said, inside in _FORM.findall(self.page):
            told = _told(said)
            if told.get("action", "").endswith(action):
                fields = dict(_fields(inside)) | values
                self._ask(hub, "POST", told["action"], urlencode(fields))
                return True
        return False

    def leads_to(self) -> str:
        """Where the page sends the browser on; empty: nowhere."""
        found = re.search(r'content="0;url=([^"]+)"', self.page)
        return unescape(found[1]) if found else ""

    def _ask(self, hub: SimHub, method: str, path: str, body: str) -> None:
        for _ in range(MOST_LEAPS):
            parts = urlsplit(path)
            self.at = parts.path + (f"?{parts.query}" if parts.query else "")
            answer = hub.page(method, self.at, self._headers(body), body.encode())
            for name, value in answer.headers.items():
                if name == "set-cookie":
                    cookie, _, rest = value.partition("=")
                    self.cookies[cookie] = rest.partition(";")[0]
            self.page, self.status = bytes(answer.body).decode(), answer.status_code
            if answer.status_code != 303:
                return
            method, path, body = "GET", answer.headers["location"], ""
        raise AssertionError("led round in circles")

    def _headers(self, body: str) -> dict[str, str]:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items() if value and value != '""')
        return {"cookie": cookie, "content-type": "application/x-www-form-urlencoded", "host": "127.0.0.1:1",
                "content-length": str(len(body))}  # fmt: skip


def _told(said: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in _SAID.findall(said)}


def _fields(inside: str) -> list[tuple[str, str]]:
    """What the inputs of a form carry as they stand."""
    found = []
    for said in _INPUT.findall(inside):
        told = _told(said)
        ticked = told.get("type") not in ("checkbox", "radio") or "checked" in told
        if "name" in told and ticked:
            found.append((told["name"], told.get("value", "on")))
    return found
