"""Money for what had been asked: the request of a payment goes with it, in the transaction of the payment.

A draft or a failed request is submitted as its payment begins; a card makes it processing until the reader has said how
it ended. What money answers is the ledger's own business.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from app.clinic import Clinic
from app.plan import Plan
from models.basics.clock import parse_utc
from models.basics.errors import RuleBroken
from models.operations.requests import BY_BANK, PaymentRequestStatus
from models.rules.payment_status import EDITABLE, Actor, Status, may
from models.store.queries import requests
from models.store.queries.requests import RequestRow

if TYPE_CHECKING:  # SQLAlchemy is loaded behind the first screen
    from models.store.transaction import Tx


BY_HAND = "by_hand"
"""Why a request is processing that somebody moved there by the dropdown: no reader is at it."""


NO_READER_FOR = timedelta(hours=1)
"""A reader is done with a card long before: a desk that said processing and nothing since has died with its disk."""


def collectable(row: RequestRow, now: datetime) -> bool:
    """May money be taken for it at this moment? Not while a reader or a bank is at it, and not once it was paid or has
    ended. A bank may take days, and the hub hears how it ended."""
    if row.status != Status.PROCESSING:
        return row.status in EDITABLE
    left = row.reason != BY_BANK and now - parse_utc(row.changed_at) > NO_READER_FOR
    return row.reason == BY_HAND or left


def check(clinic: Clinic, reader: Any, request_id: str) -> RequestRow:
    """The request money may be taken for now. Raises RuleBroken `request.gone`, or `request.not_awaited` where it is
    being paid, was paid, or has ended."""
    row = requests.request(reader, clinic.tenant, request_id)
    if row is None:
        raise RuleBroken("request.gone")
    if not collectable(row, clinic.clock.now()):
        raise RuleBroken("request.not_awaited")
    return row


def number(reader: Any, tenant: str, plan: Plan, amount_cents: int) -> str:
    """The number a payment inherits: that of the request it brings all of; empty where it has none to inherit."""
    row = _of(reader, tenant, plan)
    return row.number if row is not None and amount_cents >= row.amount_cents and not row.paid_cents else ""


def begins(tx: Tx, plan: Plan, *, card: bool) -> None:
    """Money is about to be taken: the request is pending, and with a card processing."""
    row = _of(tx.reader, tx.tenant, plan)
    if row is None:
        return
    status = Status(row.status)
    if may(status, Status.PENDING, Actor.PERSON):
        _move(tx, plan, Status.PENDING, Actor.PERSON)
        status = Status.PENDING
    if card and may(status, Status.PROCESSING, Actor.READER):
        _move(tx, plan, Status.PROCESSING, Actor.READER)


def fell(tx: Tx, plan: Plan, reason: str) -> None:
    """The reader took nothing: declined, and the request failed; anything else, and it waits as before."""
    row = _of(tx.reader, tx.tenant, plan)
    if row is not None and row.status == Status.PROCESSING:
        after = Status.FAILED if reason == "declined" else Status.PENDING
        _move(tx, plan, after, Actor.READER, reason)


def took(tx: Tx, plan: Plan, amount_cents: int) -> None:
    """The reader took `amount_cents`; where that is only a part of the request, the rest waits again."""
    row = _of(tx.reader, tx.tenant, plan)
    if row is not None and row.status == Status.PROCESSING and row.paid_cents + amount_cents < row.amount_cents:
        _move(tx, plan, Status.PENDING, Actor.READER, "part")


def _of(reader: Any, tenant: str, plan: Plan) -> RequestRow | None:
    return requests.request(reader, tenant, plan.request_id) if plan.request_id else None


def _move(tx: Tx, plan: Plan, status: Status, by: Actor, reason: str = "") -> None:
    body = PaymentRequestStatus(request_id=plan.request_id, patient_id=plan.patient_id, status=status.value,
                                by=by.value, reason=reason)  # fmt: skip
    tx.record(body, person_id=plan.person_id, business_date=plan.business_date, group=plan.attempt_id)
