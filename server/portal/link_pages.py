"""The pages at the address of a one-time link: who are you, what it is for, and how it ended (S0-43, S2-11, S4-08).

What a link shows once its reader is proven follows its subject (`link_subjects.SUBJECTS`).
"""

from __future__ import annotations

from starlette.responses import Response

from models.basics.clock import parse_utc
from models.rules.links import LinkState
from server.portal.entering import birth_date_of, failed, forgiven, knock, sessions_of
from server.portal.link_money import processing
from server.portal.link_paying import UNDER_WAY, looked, order_of
from server.portal.link_subjects import SUBJECTS
from server.portal.link_visit import STAGE, Linked, Subject, fits, linked, of_id, proven, saw
from server.portal.web import Gone, Visit

_OVER = {LinkState.REVOKED: 410, LinkState.EXPIRED: 410, LinkState.SETTLED: 410, LinkState.PAID: 200}


def show(visit: Visit) -> Response:
    """What the link is for; before that the birth date, and where it has ended that alone."""
    found = linked(visit)
    if _has_done_its_work(found):
        return _subject(found).ended(visit, found)
    if found.standing.state in _OVER:
        return _over(visit, found)
    if not found.proven:
        return _who(visit, found)
    order = order_of(visit, found)
    state = looked(visit, found, order) if order is not None and order.state in UNDER_WAY else ""
    if state in ("open", "unknown", "paid"):
        return visit.go("/order")
    if linked(visit).standing.state is LinkState.PROCESSING:
        return processing(visit, linked(visit))
    saw(visit, found, "link")
    return _subject(found).show(visit, found)


def _has_done_its_work(found: Linked) -> bool:
    """Is there a last page for who is proven?"""
    state = found.standing.state
    settled = state is LinkState.SETTLED and _subject(found).settles
    return found.proven and (state is LinkState.PAID or settled)


def _over(visit: Visit, found: Linked) -> Response:
    state = found.standing.state
    return visit.render("link_over.html", _OVER[state], state=state.value, ask=state is LinkState.PAID,
                        wrong="", birth=_no_birth(visit), zip=bool(found.zip_code))  # fmt: skip


def _who(visit: Visit, found: Linked, wrong: str = "") -> Response:
    return visit.render("link_who.html", 422 if wrong else 200, wrong=wrong, birth=_no_birth(visit),
                        zip=bool(found.zip_code), ends=_ends(visit, found))  # fmt: skip


def _no_birth(visit: Visit) -> dict[str, str]:
    return {name: visit.typed(f"birth_{name}", 4) for name in ("month", "day", "year")}


def _ends(visit: Visit, found: Linked) -> str:
    return parse_utc(found.row.expires_at).astimezone(visit.clinic.zone).date().isoformat()


def check(visit: Visit) -> Response:
    """A birth date was typed: the right one opens the link in this browser; five wrong ones lock it."""
    found = linked(visit)
    if found.standing.state in _OVER and found.standing.state is not LinkState.PAID:
        return _over(visit, found)
    subjects = (("pay-link", found.row.link_id), ("address", visit.address))
    if wait := knock(visit, *subjects):
        return wait
    born = birth_date_of(visit)
    if born is None:
        return _who(visit, found, "birth")
    if not fits(found, born, visit.typed("zip", 12)):
        failed(visit, *subjects)
        return _who(visit, found, "match")
    forgiven(visit, *subjects)
    sessions_of(visit).begin(visit, STAGE, patient_id=found.payer.id, note_id=found.row.link_id)
    return visit.go("")


def part(visit: Visit) -> Response:
    """A further page of the link's subject."""
    found = proven(visit)
    work = _subject(found).pages.get(visit.asked("part"))
    if work is None:
        raise Gone
    return work(visit, found)


def act(visit: Visit) -> Response:
    """A form of the link's subject."""
    found = proven(visit)
    work = _subject(found).forms.get(visit.asked("part"))
    if work is None:
        raise Gone
    return work(visit, found)


def back(visit: Visit) -> Response:
    """From the processor's page: on to the link in the browser that went there, in any other one a word."""
    order = visit.hub.portal.rows.order(visit.tenant, visit.asked("order"))
    known = sessions_of(visit).known(visit)
    if order is None or known is None or (known.session.stage, known.session.note_id) != (STAGE, order.account_id):
        return visit.render("link_back.html")
    found = of_id(visit, order.account_id)
    looked(visit, found, order)
    token = visit.hub.portal.keys.pay_token(visit.tenant, found.row.link_id)
    return visit.go_to(f"/pay/{token}/order")


def _subject(found: Linked) -> Subject:
    """Raises Gone for a link that no page is for."""
    subject = SUBJECTS.get(found.row.subject)
    if subject is None:
        raise Gone
    return subject
