"""What a one-time link for a payment plan shows: the terms and the schedule, how it is paid, and a form to accept; of a
plan in force what is due now, and a form to pay it (S4-06 … S4-08).

A patient accepts a certain text, known by its hash. Where the desk changed the terms, or money came, meanwhile, nothing
is accepted: the page says so and shows what is agreed to now.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from starlette.responses import Response

from models.basics.clock import parse_utc
from models.basics.ids import new_id
from models.operations.kept_cards import STRIPE
from models.rules.agreement import sentences_of
from models.rules.plans import asked_for
from models.rules.signatures import drawn
from models.store.hub_plans import CHANGED, STARTED, Accepting, Reading, Terms, terms_of
from models.store.hub_reading import HubReader
from models.store.plan_looking import items_for
from models.store.queries import kept_cards, people, plans
from models.store.queries.kept_cards import KeptCardRow
from receipts.agreement import AgreementDocument
from server.online.offered import SaveAsk
from server.portal import papers
from server.portal.entering import sessions_of
from server.portal.link_money import order, receipt, receipt_of
from server.portal.link_paying import CHANNEL, UNDER_WAY, begin, consent, keep_words, order_of, ready
from server.portal.link_visit import STAGE, Linked, Subject, of_id, saw
from server.portal.plan_view import PlanSeen, document_of, look_at
from server.portal.web import MOST_FORM_BYTES, Gone, Visit

NEW, EACH = "new", "each"
"""How a plan may be paid beside a card on file: a new card, or each time by the patient."""
_LETTERS = 80


@dataclass(frozen=True, slots=True)
class Sent:
    """The plan of a link as it stands, and the cards on file that may be charged for it."""

    plan: PlanSeen
    cards: tuple[KeptCardRow, ...]

    @property
    def may_each(self) -> bool:
        """May the patient pay each time? Not where the practice wrote down that a card is charged."""
        return self.plan.row.method != "card"

    def card(self, kept_card_id: str) -> KeptCardRow | None:
        """One of the cards."""
        return next((each for each in self.cards if each.kept_card_id == kept_card_id), None)

    def way(self, wanted: str) -> str:
        """A way to pay that can be: `wanted`, or what was written down, or (empty) none yet."""
        for each in (wanted, self.plan.row.kept_card_id):
            if self.card(each) is not None or (each == EACH and self.may_each):
                return each
        return ""


def _sent(visit: Visit, found: Linked) -> Sent:
    """Raises Gone where the plan is not there."""
    today = visit.clinic.today(visit.hub.clock.now())

    def look(reader: HubReader) -> Sent | None:
        row = plans.plan(reader, visit.tenant, found.row.subject_id)
        if row is None:
            return None
        mine = people.records(reader, visit.tenant, found.payer.id)
        cards = [each for each in kept_cards.cards_of(reader, visit.tenant, found.payer.id)
                 if each.patient_id in mine and each.processor == STRIPE and each.customer
                 and (not each.exp_year or (each.exp_year, each.exp_month) >= (today.year, today.month))]  # fmt: skip
        return Sent(look_at(reader, visit.clinic, row, today), tuple(cards))

    sent = visit.hub.portal.rows.read(visit.tenant, look)
    if sent is None:
        raise Gone
    return sent


def show(visit: Visit, found: Linked) -> Response:
    """What is agreed to and how it may be paid; of a plan in force what is due now."""
    sent = _sent(visit, found)
    return _show(visit, found, sent)


def _show(visit: Visit, found: Linked, sent: Sent, wrong: str = "") -> Response:
    template = "plan_due.html" if sent.plan.active else "plan_sent.html"
    return visit.render(
        template, 422 if wrong else 200, link=found, sent=sent, plan=sent.plan, wrong=wrong, ready=ready(visit),
        order=new_id(), keep_words=keep_words(visit), ends=_ends(visit, found),
        way=sent.way("") or (NEW if not sent.may_each else EACH),
    )  # fmt: skip


def _ends(visit: Visit, found: Linked) -> str:
    return parse_utc(found.row.expires_at).astimezone(visit.clinic.zone).date().isoformat()


# How it is paid -------------------------------------------------------------------------------------------------------


def choose(visit: Visit, found: Linked) -> Response:
    """A way to pay was chosen; a new card is entered on the processor's page first, with their word."""
    sent, wanted = _sent(visit, found), visit.typed("with", _LETTERS)
    if wanted != NEW:
        return visit.go(f"/terms?with={quote(wanted)}") if sent.way(wanted) == wanted else _show(
            visit, found, sent, "card")  # fmt: skip
    if not ready(visit) or visit.typed("keep", 3) != "yes":
        return _show(visit, found, sent, "keep")
    begun = visit.hub.online.begin_saving(visit.tenant, SaveAsk(
        key=visit.typed("order", 64) or new_id(), patient_id=found.payer.id, channel=CHANNEL,
        return_url=f"{visit.hub.portal.card_url(visit.tenant, found.row.link_id)}?attempt={{attempt}}",
        consent=consent(visit, found), language=visit.language,
    ))  # fmt: skip
    return visit.render("leaving.html", where_to=begun.url)


def card_back(visit: Visit) -> Response:
    """From the processor's page: on to the terms in the browser that went there, in any other one a word."""
    link_id, known = visit.asked("link"), sessions_of(visit).known(visit)
    if known is None or (known.session.stage, known.session.note_id) != (STAGE, link_id):
        return visit.render("link_back.html")
    found = of_id(visit, link_id)
    attempt = visit.hub.online.look(visit.tenant, visit.request.query_params.get("attempt", "")[:_LETTERS])
    token = visit.hub.portal.keys.pay_token(visit.tenant, found.row.link_id)
    kept = attempt.kept_card_id if attempt is not None and attempt.state == "done" else ""
    return visit.go_to(f"/pay/{token}/terms?with={quote(kept)}" if kept else f"/pay/{token}")


# Accepting ------------------------------------------------------------------------------------------------------------


def terms(visit: Visit, found: Linked) -> Response:
    """The whole agreement, paid in the chosen way, and a form to accept it."""
    sent = _sent(visit, found)
    way = sent.way(visit.request.query_params.get("with", "")[:_LETTERS])
    if sent.plan.active or not way:
        return visit.go("")
    return _terms(visit, found, sent, way)


def _terms(
    visit: Visit, found: Linked, sent: Sent, way: str, wrong: str = "", name: str = "", strokes: str = ""
) -> Response:  # fmt: skip
    agreed = _agreed(visit, found, sent, way)
    saw(visit, found, "terms")
    return visit.render(
        "plan_terms.html", 422 if wrong else 200, link=found, sent=sent, plan=sent.plan, way=way, wrong=wrong,
        sentences=sentences_of(agreed.text), sha256=agreed.sha256, stands=agreed.stands, order=new_id(), name=name,
        card=sent.card(way), written_on=parse_utc(agreed.row.put_at).astimezone(visit.clinic.zone).date().isoformat(),
        pays=_pays_now(sent), strokes=strokes,
    )  # fmt: skip


def _agreed(visit: Visit, found: Linked, sent: Sent, way: str) -> Terms:
    reading = Reading("" if way == EACH else way, found.row.issued_at, visit.language, sent.plan.today)
    return visit.hub.portal.rows.read(
        visit.tenant, lambda reader: terms_of(reader, visit.tenant, sent.plan.row, reading)
    )


def _pays_now(sent: Sent) -> int:
    """What is due at signing."""
    return sum(line.cents for line in sent.plan.row.instalments if line.due <= sent.plan.today)


def accept(visit: Visit, found: Linked) -> Response:
    """The form was sent: the plan comes into force, and what is due at signing is paid."""
    sent = _sent(visit, found)
    way, name = sent.way(visit.typed("with", _LETTERS)), " ".join(visit.typed("name", _LETTERS).split())
    if sent.plan.active or not way:
        return visit.go("")
    strokes = drawn(visit.typed("drawn", MOST_FORM_BYTES))
    if strokes is None:
        return _terms(visit, found, sent, way, "drawn", name)
    if not name or visit.typed("agree", 3) != "yes":
        return _terms(visit, found, sent, way, "agree", name, strokes)
    said = visit.hub.store.agreements.accept(visit.tenant, Accepting(
        plan_id=sent.plan.row.plan_id, key=visit.typed("order", 64) or new_id(),
        seen_sha256=visit.typed("seen", 64), said_by=name, kept_card_id="" if way == EACH else way, channel=CHANNEL,
        sent_at=found.row.issued_at, language=visit.language, strokes=strokes,
    ))  # fmt: skip
    visit.hub.heads.moved(visit.tenant, visit.hub.store.head(visit.tenant).seq)
    if said == CHANGED:
        return _terms(visit, found, _sent(visit, found), way, "changed", name)  # signed anew: it is another text
    if said != STARTED:
        return visit.go("")
    return _pay(visit, found, _sent(visit, found), way)


def pay(visit: Visit, found: Linked) -> Response:
    """What is due now of a plan in force is paid, with a card on file or a new one."""
    sent, wanted = _sent(visit, found), visit.typed("with", _LETTERS)
    if not sent.plan.active or not sent.plan.due_cents:
        return visit.go("")
    if visit.typed("seen", 64) != sent.plan.seen or sent.plan.held or not ready(visit):
        return _show(visit, found, sent, "changed")
    if wanted != NEW and sent.card(wanted) is None:
        return _show(visit, found, sent, "card")
    return _pay(visit, found, sent, wanted)


def _pay(visit: Visit, found: Linked, sent: Sent, way: str) -> Response:
    """One order for what is due; the one that is under way where there is one."""
    plan, before = sent.plan, order_of(visit, found)
    if before is not None and before.state in UNDER_WAY:
        return visit.go("/order?go=1")
    if not plan.due or not ready(visit):
        return visit.go("")
    cents = plan.due_cents
    charges = visit.hub.portal.rows.read(
        visit.tenant, lambda reader: items_for(reader, visit.tenant, plan.row.charges, cents)
    )
    kept = way if sent.card(way) is not None else ""
    begin(visit, found, visit.typed("order", 64) or new_id(), cents, charges, kept_card_id=kept,
          request_id=asked_for(plan.row.plan_id, plan.due[0].line.no))  # fmt: skip
    return visit.go("/order?go=1")


# Once it is agreed ----------------------------------------------------------------------------------------------------


def ended(visit: Visit, found: Linked) -> Response:
    """The plan is in force and nothing is due now: what was agreed, what was paid by this link, and the papers."""
    sent = _sent(visit, found)
    saw(visit, found, "agreed")
    return visit.render("plan_agreed.html", link=found, plan=sent.plan, receipt=receipt_of(visit, found))


def agreement(visit: Visit, found: Linked) -> Response:
    """The agreement, as PDF."""
    sent = _sent(visit, found)

    def look(reader: HubReader) -> AgreementDocument | None:
        return document_of(reader, visit.clinic, sent.plan.row)

    document = visit.hub.portal.rows.read(visit.tenant, look)
    if document is None:
        raise Gone
    saw(visit, found, "agreement")
    return visit.file(papers.pdf(document), "application/pdf", "agreement.pdf")


PLAN = Subject(
    show, pages={"terms": terms, "order": order, "receipt": receipt, "agreement": agreement},
    forms={"method": choose, "accept": accept, "pay": pay}, ended=ended, settles=True,
)  # fmt: skip
