"""The portal's page of payment plans: agreed, paid, due and late; paying of it; another card; the agreement (S0-44).

Money goes the way of every order (`paying`): it names the payment of the plan that it is for, and is in the books at
once, so that no card is charged for it again.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

import orjson
from starlette.responses import Response

from models.basics.clock import parse_utc, utc_text
from models.basics.errors import RuleBroken
from models.basics.ids import new_id
from models.basics.money import parse_cents
from models.operations.codec import to_json
from models.operations.plans import PlanMethod
from models.rules.people import display_name
from models.rules.plan_standing import PlanStatus
from models.rules.plans import asked_for
from models.store.hub_reading import HubReader
from models.store.plan_looking import items_for
from models.store.portal_rows import AccountRow, OrderRow
from models.store.queries import links, people, plans
from models.store.queries.rows import PatientRow
from receipts.agreement import AgreementDocument
from server.portal import papers
from server.portal.account import members, saw, signed_in
from server.portal.entering import sessions_of
from server.portal.link_visit import PAY, STAGE, standings_at
from server.portal.paying import NEW_CARD, Offer, begin, leads_on, offer_of
from server.portal.plan_view import OTHER, PlanSeen, document_of, look_at
from server.portal.web import LANGUAGE, YEAR_S, Cookie, Gone, Page, Visit

_ORDER_LETTERS = 64
LEAST_CENTS = 50
"""The processor takes no less."""
CARD_WORDS = {False: "plan-card-1", True: "plan-card-2"}
"""The version of `pay.plan_card_words`, and with bank debits of `pay.plan_card_words_bank`."""
_SHOWN = (PlanStatus.ACTIVE, PlanStatus.CLOSED, PlanStatus.CANCELLED)


def _mine(visit: Visit, account: AccountRow) -> tuple[tuple[PatientRow, ...], list[PlanSeen]]:
    """(whom they may see, their plans that ever were in force, those in force first)"""
    today = visit.clinic.today(visit.hub.clock.now())

    def look(reader: HubReader) -> tuple[tuple[PatientRow, ...], list[PlanSeen]]:
        seen = members(reader, visit, account)
        found: list[PlanSeen] = []
        for person in seen:
            whose = (person.given or person.family) if person.id != seen[0].id else ""
            found += [look_at(reader, visit.clinic, row, today, whose)
                      for row in plans.plans_of(reader, visit.tenant, [person.id])
                      if row.status in _SHOWN and row.activated_on]  # fmt: skip
        return seen, sorted(found, key=lambda each: not each.active)

    return visit.hub.portal.rows.read(visit.tenant, look)


def _waiting(visit: Visit, account: AccountRow) -> list[PlanSeen]:
    """Agreements that were sent to them and wait for their word."""
    today = visit.clinic.today(visit.hub.clock.now())

    def look(reader: HubReader) -> list[PlanSeen]:
        mine, standings = people.records(reader, visit.tenant, account.patient_id), standings_at(visit, reader)
        found: list[PlanSeen] = []
        for person in members(reader, visit, account):
            whose = (person.given or person.family) if person.id not in mine else ""
            for row in plans.plans_of(reader, visit.tenant, [person.id]):
                link = next((each for each in links.of_subject(reader, visit.tenant, "plan", row.plan_id)
                             if row.status == PlanStatus.DORMANT and each.patient_id in mine
                             and standings.of(each).payable), None)  # fmt: skip
                if link is not None:
                    ends = parse_utc(link.expires_at).astimezone(visit.clinic.zone).date().isoformat()
                    found.append(replace(look_at(reader, visit.clinic, row, today, whose), link_id=link.link_id,
                                         ends=ends))  # fmt: skip
        return found

    return visit.hub.portal.rows.read(visit.tenant, look)


def read(visit: Visit) -> Response:
    """To the page of an agreement that waits: who is signed in need not say again who they are."""
    account, plan_id = signed_in(visit, "plans"), visit.asked("plan")
    found = next((each for each in _waiting(visit, account) if each.row.plan_id == plan_id), None)
    if found is None:
        raise Gone
    there = replace(visit, place=PAY, session_token="", cookies=[Cookie(LANGUAGE, visit.language, YEAR_S)])
    sessions_of(visit).begin(there, STAGE, patient_id=account.patient_id, note_id=found.link_id)
    return there.go_to(f"/pay/{visit.hub.portal.keys.pay_token(visit.tenant, found.link_id)}")


def _asked(visit: Visit, account: AccountRow) -> PlanSeen:
    """The plan of the address. Raises Gone where it is none of theirs."""
    plan_id = visit.asked("plan")
    found = next((each for each in _mine(visit, account)[1] if each.row.plan_id == plan_id), None)
    if found is None:
        raise Gone
    return found


def show(visit: Visit) -> Response:
    """Their plans: what was agreed, how each payment stands, and what comes next."""
    account = signed_in(visit, "plans")
    return _show(visit, account)


def _show(visit: Visit, account: AccountRow, wrong: str = "", plan_id: str = "", **typed: str) -> Response:
    seen, found = _mine(visit, account)
    saw(visit, account, [each.id for each in seen], "plans")
    known = {"what": "", "amount": "", "with_card": ""}
    return visit.render(
        "plans.html", 422 if wrong else 200, plans=found, waiting=_waiting(visit, account),
        offer=offer_of(visit, account), wrong=wrong, about=plan_id, order=new_id, card_words=_card_words(visit),
        changed=visit.request.query_params.get("card") == "1", **(known | typed),
    )  # fmt: skip


# Paying ---------------------------------------------------------------------------------------------------------------


def pay(visit: Visit) -> Response:
    """A payment of a plan, another amount, or all that is left (S0-45)."""
    account = signed_in(visit, "plans")
    plan, order_id = _asked(visit, account), visit.typed("order", _ORDER_LETTERS)
    known = visit.hub.portal.rows.order(visit.tenant, order_id) if order_id else None
    if known is not None:
        return leads_on(visit, known, account)
    offer = offer_of(visit, account)
    cents, no, wrong = _wish(visit, plan, offer)
    card = next((each for each in offer.cards if each.kept_card_id == visit.typed("with", 80)), None)
    if not wrong and card is None and visit.typed("with", 80) != NEW_CARD:
        wrong = "card"
    if not order_id or wrong:
        return _show(visit, account, wrong or "changed", plan.row.plan_id, what=visit.typed("what", 8),
                     amount=visit.typed("amount", 20), with_card=visit.typed("with", 80))  # fmt: skip
    charges = visit.hub.portal.rows.read(
        visit.tenant, lambda reader: items_for(reader, visit.tenant, plan.row.charges, cents)
    )
    return begin(visit, offer, OrderRow(
        order_id=order_id, account_id=account.account_id, patient_id=offer.standing.owner.id, amount_cents=cents,
        items=orjson.dumps([to_json(each) for each in charges]).decode(),
        kept_card_id=card.kept_card_id if card else "", keep_card=int(visit.typed("keep", 3) == "yes"), state="begun",
        attempt_id="", where_to="", reason="", made_at=utc_text(visit.hub.clock.now()),
        request_id=asked_for(plan.row.plan_id, no),
    ))  # fmt: skip


def _wish(visit: Visit, plan: PlanSeen, offer: Offer) -> tuple[int, int, str]:
    """(cents, number of the payment, what is wrong)"""
    if not offer.ready or not plan.active or visit.typed("seen", 64) != plan.seen:
        return 0, 0, "changed"
    if plan.held:
        return 0, 0, plan.held
    what, other = visit.typed("what", 8), 0
    if what == OTHER:
        try:
            other = parse_cents(visit.typed("amount", 20))
        except RuleBroken:
            return 0, 0, "amount"
        if other > plan.pay_off_cents:
            return 0, 0, "most"
    cents, no = plan.wished(what, other)
    if not cents:
        return 0, 0, "none"
    return cents, no, "least" if cents < LEAST_CENTS else ""


# Its card, its paper --------------------------------------------------------------------------------------------------


def use_card(visit: Visit) -> Response:
    """Its payments are charged to another of their kept cards from now on, with their word."""
    account = signed_in(visit, "plans")
    plan, offer = _asked(visit, account), offer_of(visit, account)
    card = next((each for each in offer.cards if each.kept_card_id == visit.typed("card", 80)), None)
    if not plan.active or card is None or visit.typed("agree", 3) != "yes":
        return _show(visit, account, "agree" if card else "card", plan.row.plan_id)
    owner, words = offer.standing.owner, _card_words(visit)
    visit.hub.store.agreements.pay_with(visit.tenant, plan.row, visit.typed("order", _ORDER_LETTERS) or new_id(),
                                        PlanMethod(
        plan_id=plan.row.plan_id, patient_id=plan.row.patient_id, method="card", kept_card_id=card.kept_card_id,
        channel="portal", said_by=display_name(family=owner.family, given=owner.given, suffix=owner.suffix),
        words=f"{CARD_WORDS[visit.clinic.rules.online_debits]}-{visit.language}",
        words_sha256=hashlib.sha256(words.encode()).hexdigest(),
    ))  # fmt: skip
    visit.hub.heads.moved(visit.tenant, visit.hub.store.head(visit.tenant).seq)
    return visit.go("/plans?card=1")


def _card_words(visit: Visit) -> str:
    clinic = visit.clinic.practice.name
    if visit.clinic.rules.online_debits:
        return visit.say("pay.plan_card_words_bank", clinic=clinic)
    return visit.say("pay.plan_card_words", clinic=clinic)


def agreement(visit: Visit) -> Response:
    """The agreement as it was accepted, as PDF."""
    account = signed_in(visit, "plans")
    plan = _asked(visit, account)

    def look(reader: HubReader) -> AgreementDocument | None:
        return document_of(reader, visit.clinic, plan.row)

    document = visit.hub.portal.rows.read(visit.tenant, look)
    if document is None:
        raise Gone
    saw(visit, account, [plan.row.patient_id], "agreement", plan.row.plan_id)
    return visit.file(papers.pdf(document), "application/pdf", "agreement.pdf")


PLANS: tuple[tuple[str, str, Page], ...] = (
    ("GET", "/plans", show), ("POST", "/plans/{plan}/pay", pay), ("POST", "/plans/{plan}/card", use_card),
    ("GET", "/plans/{plan}/agreement", agreement), ("POST", "/plans/{plan}/read", read),
)  # fmt: skip
"""Method, path below the practice, page."""
