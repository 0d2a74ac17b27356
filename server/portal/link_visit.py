"""What every page of a one-time link stands on: which link it is, how it stands, and whether who looks proved to be who
pays. Pages for a subject (what is owed, a plan) are built on `Linked` and named in `link_subjects.SUBJECTS`.

The address names practice and link and ends in 128 bits that only this hub can make. Nothing of a person is shown
before the birth date fits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from models.basics.clock import utc_text
from models.basics.ids import new_id
from models.operations.records import Patient
from models.rules.links import LinkStanding
from models.store.hub_reading import HubReader
from models.store.portal_rows import ViewRow
from models.store.queries import links, people, recorded
from models.store.queries.links import LinkRow, Standings
from server.deps import Hub
from server.portal.sessions import Sessions
from server.portal.web import Gone, NotSignedIn, Place, Visit

STAGE = "link"
"""A session that proved one birth date, for one link."""
_ZIP = re.compile(r"\b(\d{5})(?:-\d{4})?\s*$")


@dataclass(frozen=True, slots=True)
class Linked:
    """A link as a page sees it. `payer` is who pays, by the record they go by; `proven`: who looks knew their birth
    date (and ZIP) in this session."""

    row: LinkRow
    standing: LinkStanding
    payer: Patient
    proven: bool

    @property
    def name(self) -> str:
        """How the page greets them; only for who is proven."""
        return self.payer.given or self.payer.family

    @property
    def zip_code(self) -> str:
        """The ZIP of their address on record; empty without one."""
        return zip_of(self.payer)


LinkPage = Callable[[Visit, Linked], Response]


@dataclass(frozen=True, slots=True)
class Subject:
    """The pages of what a link may be for: what it shows once the birth date fits, and by the last part of the address
    further pages (GET) and forms (POST). All of them are asked for who is proven alone. `ended` is shown to them where
    it was paid; where nothing is owed any more, too, if it `settles`."""

    show: LinkPage
    ended: LinkPage
    pages: Mapping[str, LinkPage] = field(default_factory=dict)
    forms: Mapping[str, LinkPage] = field(default_factory=dict)
    settles: bool = False


def _named(hub: Hub, request: Request) -> str:
    found = hub.portal.keys.read_pay_token(str(request.path_params.get("token", "")))
    return found[0] if found else ""


PAY = Place("/pay", "copaydesk_link", _named, lambda visit: f"/pay/{visit.asked('token')}", front="")
"""Pages at the address of a link."""
BACK = Place("/pay", "copaydesk_link", lambda _hub, request: str(request.path_params.get("tenant", "")),
             lambda visit: f"/pay/{visit.tenant}", front="")  # fmt: skip
"""Where the processor's page leads back to: no link's address is told to it."""


def linked(visit: Visit) -> Linked:
    """The link of the address. Raises Gone where there is none."""
    found = visit.hub.portal.keys.read_pay_token(visit.asked("token"))
    if found is None or found[0] != visit.tenant:
        raise Gone
    return of_id(visit, found[1])


def of_id(visit: Visit, link_id: str) -> Linked:
    """A link of the practice by its id. Raises Gone where there is none."""
    known = Sessions(visit.hub.portal.rows, visit.hub.portal.keys, visit.hub.clock).known(visit)
    proven = known is not None and (known.session.stage, known.session.note_id) == (STAGE, link_id)

    def look(reader: HubReader) -> Linked | None:
        row = links.link(reader, visit.tenant, link_id)
        payer = recorded.one(reader, visit.tenant, Patient,
                             people.survivor(reader, visit.tenant, row.patient_id)) if row else None  # fmt: skip
        if row is None or payer is None:
            return None
        return Linked(row, standings_at(visit, reader).of(row), payer, proven)

    found = visit.hub.portal.rows.read(visit.tenant, look)
    if found is None:
        raise Gone
    return found


def standings_at(visit: Visit, reader: HubReader) -> Standings:
    """How links of the practice stand this moment."""
    now = visit.hub.clock.now()
    return Standings(reader, visit.tenant, utc_text(now), visit.clinic.today(now))


def proven(visit: Visit) -> Linked:
    """The same, for who proved to be who pays. Raises NotSignedIn: the address itself asks for the birth date."""
    found = linked(visit)
    if not found.proven:
        raise NotSignedIn
    return found


def saw(visit: Visit, found: Linked, page: str) -> None:
    """Write down that somebody with this link saw something of who pays, before they do."""
    now = utc_text(visit.hub.clock.now())
    visit.hub.portal.rows.saw(visit.tenant, [
        ViewRow(new_id(), found.row.link_id, found.payer.id, page, found.row.link_id, visit.address, now)
    ])  # fmt: skip


def fits(found: Linked, born: date, typed_zip: str) -> bool:
    """Is this what the record says: the birth date, and the ZIP where there is one (S4-08)?"""
    same_day = found.payer.birth_date == born.isoformat()
    digits = re.sub(r"\D", "", typed_zip)[:5]
    return same_day and (not found.zip_code or digits == found.zip_code)


def zip_of(person: Patient) -> str:
    """The ZIP (five digits) at the end of the address on record; empty without one."""
    lines = [match[1] for line in person.address if (match := _ZIP.search(line.strip()))]
    return lines[-1] if lines else ""
