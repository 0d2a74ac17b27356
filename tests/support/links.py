"""One-time links of a clinic with a portal: made at its desk, opened in a browser without script."""

from __future__ import annotations

import re
from dataclasses import dataclass

import httpx

from models.basics.ids import new_id
from models.operations.links import LinkIssue
from models.operations.online import OnlineItem
from tests.support.hub import RunningHub
from tests.support.online import VISA, pay
from tests.support.portal import Browser, Clinic

LATER, EARLIER = "2099-01-01T00:00:00.000Z", "2020-01-01T00:00:00.000Z"


def issue(clinic: Clinic, cents: int = 8_000, **more: object) -> str:
    """A link for what Rosa owes, made at the desk; its id."""
    link_id = new_id()
    said = {"subject": "balance", "expires_at": LATER, "patient_id": clinic.rosa, **more}
    items = said.pop("items", None)
    named = tuple(OnlineItem(charge_id=clinic.charges[name], amount_cents=part) for name, part in items or [])
    clinic.put(LinkIssue(link_id=link_id, amount_cents=cents, items=named, **said))  # type: ignore[arg-type]
    return link_id


@dataclass(frozen=True)
class At:
    """A practice of a hub."""

    hub: RunningHub
    tenant: str


class Payer(Browser):
    """Somebody who opens a link."""

    def __init__(self, clinic: Clinic | At, link_id: str, language: str = "en") -> None:
        super().__init__(clinic, language)  # type: ignore[arg-type]
        self.link_id = link_id

    @property
    def address(self) -> str:
        """Where the link leads."""
        return self.clinic.hub.hub.portal.pay_url(self.clinic.tenant, self.link_id)

    def opens(self, below: str = "", address: str = "") -> httpx.Response:
        """Open the link, or a page below it."""
        self.page = self.line.get((address or self.address) + below)
        return self.page

    def proves(self, born: tuple[str, str, str] = ("3", "14", "1984"), **more: str) -> httpx.Response:
        """Type a birth date."""
        token = self.address.rpartition("/")[2]
        return self.send(token, birth_month=born[0], birth_day=born[1], birth_year=born[2], **more)

    def enters(self) -> Payer:
        """Open the link and say who they are."""
        self.opens()
        self.proves()
        return self

    def goes(self, **values: str) -> str:
        """Send the form for paying; where the processor's page is."""
        page = self.send("/pay", **values)
        found = re.search(r'content="0;url=([^"]+)"', page.text)
        assert found is not None, page.text
        return found[1].replace("&amp;", "&")

    def pays(self, number: str = VISA, url: str = "", **values: str) -> httpx.Response:
        """Pay on the processor's page; where that leads."""
        status, where = pay(url or self.goes(**values), number)
        assert status == 303, status
        self.page = self.line.get(where)
        return self.page
