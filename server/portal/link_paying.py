"""Paying by a one-time link: one order at a time for each link, whoever clicks how often, in however many tabs.

While an order is open nobody begins another one: the page leads on to the one there is. What became of it is asked of
the processor before anything new is offered, so that a link that was paid is paid, whatever was lost on the way.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import orjson

from models.basics.clock import utc_text
from models.basics.errors import PosError, StorageError
from models.operations.codec import to_json
from models.operations.online import OnlineItem
from models.rules.addresses import email_address
from models.rules.people import display_name
from models.store.portal_rows import OrderRow
from server.online.offered import ChargeAsk, Charged, CheckoutAsk, Declined, Processing, SaveConsent
from server.portal.link_visit import Linked
from server.portal.web import Visit

CHANNEL = "link"
CONSENT = {False: "link-1", True: "link-2"}
"""The version of `pay_link.keep_words`, and with bank debits of `pay_link.keep_words_bank`."""
UNDER_WAY = ("begun", "sent", "unknown", "processing")
"""States of an order of which something may still come."""


_ASKED = {"sent": "open", "paid": "paid", "unknown": "unknown", "processing": "processing"}


def ready(visit: Visit) -> bool:
    """Can money be taken now?"""
    return visit.clinic.rules.portal_payments and visit.hub.online.takes(visit.tenant)


def order_of(visit: Visit, found: Linked) -> OrderRow | None:
    """The newest order of a link."""
    return visit.hub.portal.rows.order_of(visit.tenant, found.row.link_id)


def begin(
    visit: Visit, found: Linked, order_id: str, cents: int, items: Sequence[OnlineItem] = (), *, keep: bool = False,
    request_id: str = "", kept_card_id: str = "",
) -> OrderRow:  # fmt: skip
    """The order of a form, or the one that is under way: asks for the processor's page, or charges a kept card, for
    what was asked under `request_id` where the money answers that. What came of it is on the order. Raises
    StorageError."""
    order = OrderRow(
        order_id=order_id, account_id=found.row.link_id, patient_id=found.payer.id, amount_cents=cents,
        items=orjson.dumps([to_json(each) for each in items]).decode(), kept_card_id=kept_card_id,
        keep_card=int(keep), state="begun", attempt_id="", where_to="", reason="",
        made_at=utc_text(visit.hub.clock.now()),
        request_id=request_id,
    )  # fmt: skip
    made, fresh = visit.hub.portal.rows.begin_order_alone(visit.tenant, order)
    if fresh:
        _ask(visit, found, made)
    return made


def looked(visit: Visit, found: Linked, order: OrderRow) -> str:
    """Where an order stands by now: open, paid, declined, ended or unknown. One that the hub died over is asked for
    again under its own name: it is one page. Where nothing was asked of the processor yet and no such amount is owed
    any more (a plan's card was charged meanwhile, somebody paid at the desk), it ends: nobody pays it twice."""
    if order.state not in UNDER_WAY:
        return "ended" if order.reason == "ended" else order.state
    if not order.attempt_id:
        owed = found.standing.due_cents if found.standing.payable else 0
        if owed < order.amount_cents and not visit.hub.online.asked(visit.tenant, order.order_id):
            visit.hub.portal.rows.drop_order(visit.tenant, order.order_id, "ended")
            return "ended"
        _ask(visit, found, order)
        again = visit.hub.portal.rows.order(visit.tenant, order.order_id)
        return _ASKED.get(again.state, "ended") if again is not None else "ended"
    try:
        attempt = visit.hub.online.look(visit.tenant, order.attempt_id)
    except StorageError:
        raise
    except PosError:
        return "unknown"
    if attempt is None or attempt.state == "ended":
        _move(visit, order, "declined", "ended")
        return "ended"
    if attempt.state in ("done", "declined"):
        state = "paid" if attempt.state == "done" else "declined"
        _move(visit, order, state, attempt.reason)
        return state
    if attempt.state == "processing" != order.state:
        _move(visit, order, "processing", "")
    return attempt.state


def consent(visit: Visit, found: Linked) -> SaveConsent:
    """Their word that the card is kept, as the page put it."""
    payer, words = found.payer, keep_words(visit)
    return SaveConsent(
        said_by=display_name(family=payer.family, given=payer.given, suffix=payer.suffix),
        words=f"{CONSENT[visit.clinic.rules.online_debits]}-{visit.language}",
        words_sha256=hashlib.sha256(words.encode()).hexdigest(),
    )  # fmt: skip


def keep_words(visit: Visit) -> str:
    """What somebody agrees to who has their card kept, or their bank account."""
    clinic = visit.clinic.practice.name
    if visit.clinic.rules.online_debits:
        return visit.say("pay_link.keep_words_bank", clinic=clinic)
    return visit.say("pay_link.keep_words", clinic=clinic)


def receipt_to(found: Linked) -> str:
    """Where the receipt goes by mail; empty for nowhere."""
    return email_address(found.payer.email)


def _ask(visit: Visit, found: Linked, order: OrderRow) -> None:
    try:
        if order.kept_card_id:
            _charge(visit, found, order)
        else:
            _checkout(visit, found, order)
    except StorageError:
        raise
    except PosError as error:  # nothing was taken
        reason = "ended" if error.message_key == "online.key_used" else error.message_key
        visit.hub.portal.rows.drop_order(visit.tenant, order.order_id, reason)


def _checkout(visit: Visit, found: Linked, order: OrderRow) -> None:
    begun = visit.hub.online.begin_checkout(visit.tenant, CheckoutAsk(
        key=order.order_id, patient_id=order.patient_id, amount_cents=order.amount_cents, channel=CHANNEL,
        return_url=visit.hub.portal.back_url(visit.tenant, order.order_id), source_id=found.row.link_id,
        items=_items(order), language=visit.language, request_id=order.request_id, receipt_to=receipt_to(found),
        save=consent(visit, found) if order.keep_card else None,
    ))  # fmt: skip
    if not visit.hub.portal.rows.send_order(visit.tenant, order.order_id, begun.attempt_id, begun.url):
        visit.hub.online.give_up(visit.tenant, begun.attempt_id)  # dropped by another request: nobody pays there


def _charge(visit: Visit, found: Linked, order: OrderRow) -> None:
    answer = visit.hub.online.charge_kept_card(visit.tenant, ChargeAsk(
        key=order.order_id, kept_card_id=order.kept_card_id, amount_cents=order.amount_cents, channel=CHANNEL,
        items=_items(order), source_id=found.row.link_id, request_id=order.request_id, receipt_to=receipt_to(found),
    ))  # fmt: skip
    if isinstance(answer, Charged):
        _move(visit, order, "paid", "")
    elif isinstance(answer, Declined):
        _move(visit, order, "declined", answer.reason)
    else:
        state = "processing" if isinstance(answer, Processing) else "unknown"
        visit.hub.portal.rows.move_order(visit.tenant, order.order_id, state, attempt_id=answer.attempt_id)


def _items(order: OrderRow) -> tuple[OnlineItem, ...]:
    return tuple(OnlineItem(**each) for each in orjson.loads(order.items))


def _move(visit: Visit, order: OrderRow, state: str, reason: str) -> None:
    visit.hub.portal.rows.move_order(visit.tenant, order.order_id, state, reason=reason)
