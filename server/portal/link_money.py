"""What a link for money shows: what is owed, a form to pay it, where the payment stands, the receipt (N50).

A balance may be paid in part, as in the portal; what was asked for a visit or by a request is paid in one sum.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import orjson
from starlette.responses import Response

from models.basics.clock import parse_utc
from models.basics.errors import RuleBroken
from models.basics.ids import new_id
from models.basics.money import parse_cents, show_cents
from models.operations.online import OnlineItem
from models.rules.links import LinkState
from models.rules.online import Owed, spread
from models.store.hub_reading import HubReader
from models.store.queries import requests
from models.store.queries.rows import marks
from receipts.attachments import Document
from server.portal import balance, papers
from server.portal.link_paying import UNDER_WAY, begin, keep_words, looked, order_of, ready, receipt_to
from server.portal.link_visit import Linked, Subject, saw, standings_at
from server.portal.web import Gone, Visit

_ORDER_LETTERS = 64
_TITLES = (
    "SELECT c.id, CASE v.title WHEN '' THEN v.reason ELSE v.title END, c.description, coalesce(w.name, ''), "
    "coalesce(p.given, '') FROM charge c LEFT JOIN appointment v ON v.tenant = c.tenant AND v.id = c.appointment_id "
    "LEFT JOIN practitioner w ON w.tenant = c.tenant AND w.id = coalesce(nullif(c.practitioner_id, ''), "
    "v.practitioner_id, '') LEFT JOIN patient p ON p.tenant = c.tenant AND p.id = c.patient_id "
    "WHERE c.tenant = ? AND c.id IN "
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of what a link is for: a visit, a charge without one, or what was asked. `day` ISO, empty for none."""

    title: str
    day: str
    provider: str
    whose: str
    cents: int


@dataclass(frozen=True, slots=True)
class Money:
    """What the page shows and takes. Cents; `owed` are the charges the money is meant for, oldest first, `wishes` how
    much of which where the desk said so (charge, cents)."""

    lines: tuple[Line, ...]
    owed: tuple[Owed, ...]
    wishes: tuple[tuple[str, int], ...]
    due_cents: int
    least_cents: int
    may_part: bool

    @property
    def sum_cents(self) -> int:
        """What the lines add up to."""
        return sum(line.cents for line in self.lines)

    def meant(self, cents: int) -> tuple[OnlineItem, ...]:
        """Which charges an amount is for: as it was wished, then oldest first."""
        parts = spread(cents, self.wishes, self.owed)
        return tuple(OnlineItem(charge_id=each.charge_id, amount_cents=part) for each, part in parts)

    @property
    def seen(self) -> str:
        """What a form was made from."""
        told = [[line.title, line.day, line.cents] for line in self.lines]
        return hashlib.sha256(orjson.dumps([told, self.due_cents])).hexdigest()[:32]


def money_of(visit: Visit, found: Linked) -> Money:
    """What a link asks now."""

    def look(reader: HubReader) -> Money:
        row, standings = found.row, standings_at(visit, reader)
        owed = standings.about(row)
        if owed:
            lines = _lines(reader, visit.tenant, owed, found.payer.id)
        else:
            asked = requests.request(reader, visit.tenant, row.subject_id) if row.subject == "request" else None
            lines = (Line("", asked.due_date if asked else "", "", "", found.standing.due_cents),)
        may_part = row.subject == "balance"
        due = found.standing.due_cents
        least = min(max(visit.clinic.rules.portal_minimum_cents, 1), due) if may_part else due
        part = row.amount_cents < row.owed_cents
        wishes = tuple((each.charge_id, each.amount_cents) for each in row.charges) if part else ()
        return Money(lines, tuple(owed), wishes, due, least, may_part)

    made: Money = visit.hub.portal.rows.read(visit.tenant, look)
    return made


def _lines(reader: HubReader, tenant: str, owed: list[Owed], payer_id: str) -> tuple[Line, ...]:
    ids = [each.charge_id for each in owed]
    told = {row[0]: row[1:] for row in reader.execute(f"{_TITLES}({marks(len(ids))})", (tenant, *ids))}
    made: dict[str, Line] = {}
    for each in owed:
        title, description, provider, given = told.get(each.charge_id, ("", "", "", ""))
        key = each.appointment_id or each.charge_id
        before = made[key].cents if key in made else 0
        whose = given if each.patient_id != payer_id else ""
        made[key] = Line(title or description, each.service_date, provider, whose, before + each.cents)
    return tuple(made.values())


# The page and its form ------------------------------------------------------------------------------------------------


def show(visit: Visit, found: Linked) -> Response:
    """What is owed, and a form to pay it."""
    return _show(visit, found, money_of(visit, found))


def _show(visit: Visit, found: Linked, money: Money, wrong: str = "", **typed: object) -> Response:
    known: dict[str, object] = {"amount": show_cents(money.due_cents, symbol=""), "keep": False, "order": new_id()}
    ends = parse_utc(found.row.expires_at).astimezone(visit.clinic.zone).date().isoformat()
    return visit.render(
        "link_money.html", 422 if wrong else 200, link=found, money=money, wrong=wrong, ready=ready(visit),
        changed=found.standing.state is LinkState.CHANGED, ends=ends, keep_words=keep_words(visit),
        receipt_to=receipt_to(found) if visit.clinic.rules.online_receipts else "", **(known | typed),
    )  # fmt: skip


def pay(visit: Visit, found: Linked) -> Response:
    """The form was sent: an order, or the one that is under way."""
    order_id = visit.typed("order", _ORDER_LETTERS)
    before = order_of(visit, found)
    if before is not None and (before.order_id == order_id or before.state in UNDER_WAY):
        return visit.go("/order?go=1")
    if not found.standing.payable:
        return visit.go("")
    money = money_of(visit, found)
    if not order_id or not ready(visit) or visit.typed("seen", 64) != money.seen:
        return _show(visit, found, money, "changed")
    cents, wrong = _amount(visit, money)
    if wrong:
        return _show(visit, found, money, wrong, amount=visit.typed("amount", 20), keep=_keeps(visit))
    begin(visit, found, order_id, cents, money.meant(cents), keep=_keeps(visit),
          request_id=found.row.subject_id if found.row.subject == "request" else "")  # fmt: skip
    return visit.go("/order?go=1")


def _keeps(visit: Visit) -> bool:
    return visit.typed("keep", 3) == "yes"


def _amount(visit: Visit, money: Money) -> tuple[int, str]:
    """(cents, what is wrong)"""
    if not money.may_part:
        return money.due_cents, ""
    try:
        cents = parse_cents(visit.typed("amount", 20))
    except RuleBroken:
        return 0, "amount"
    return cents, "most" if cents > money.due_cents else "least" if cents < money.least_cents else ""


# What became of it ----------------------------------------------------------------------------------------------------


def order(visit: Visit, found: Linked) -> Response:
    """Where the payment stands: on to the processor's page, paid, or what became of it."""
    known = order_of(visit, found)
    if known is None:
        return visit.go("")
    state = looked(visit, found, known)
    known = order_of(visit, found) or known
    if state in ("paid", "processing"):
        return visit.go("")
    saw(visit, found, "order")
    goes_on = state == "open" and visit.request.query_params.get("go") == "1"
    return visit.render("link_order.html", order=known, state=state, go=goes_on, look="order")


def processing(visit: Visit, found: Linked) -> Response:
    """A bank was asked by this link: nothing more to do, and nothing to be paid meanwhile."""
    row = found.row
    saw(visit, found, "processing")
    on = parse_utc(row.asked_at).astimezone(visit.clinic.zone).date().isoformat()
    return visit.render("link_processing.html", link=found, on=on)


def over(visit: Visit, found: Linked) -> Response:
    """They would rather begin anew: the page that is under way takes nothing from now on."""
    known = order_of(visit, found)
    if known is not None and known.state in UNDER_WAY:
        if known.attempt_id:
            visit.hub.online.give_up(visit.tenant, known.attempt_id)
        looked(visit, found, known)
    return visit.go("")


def paid(visit: Visit, found: Linked) -> Response:
    """It was paid by this link: how much, when, and the receipt once it is in the books."""
    row = found.row
    saw(visit, found, "paid")
    posted = row.paid_state == "posted"
    at = parse_utc(row.paid_at).astimezone(visit.clinic.zone)
    return visit.render("link_paid.html", link=found, posted=posted, on=at.date().isoformat(),
                        receipt_to=receipt_to(found) if visit.clinic.rules.online_receipts else "")  # fmt: skip


def receipt(visit: Visit, found: Linked) -> Response:
    """The receipt of what was paid by this link, as PDF."""
    document = receipt_of(visit, found)
    if document is None:
        raise Gone
    saw(visit, found, "receipt")
    return visit.file(papers.pdf(document), "application/pdf", "receipt.pdf")


def receipt_of(visit: Visit, found: Linked) -> Document | None:
    """The receipt of what was paid by this link; None before it is in the books."""

    def look(reader: HubReader) -> Document | None:
        members = balance.members_of(reader, visit.tenant, found.payer.id)
        records = balance.records_of(reader, visit.tenant, members)
        return papers.receipt(reader, visit.clinic, records, found.row.online_id) if found.row.online_id else None

    return visit.hub.portal.rows.read(visit.tenant, look)


MONEY = Subject(show, paid, pages={"order": order, "receipt": receipt}, forms={"pay": pay, "over": over})
