"""Payment requests by link in the ledger: they post nothing. What makes no sense falls before anything is sent."""

from __future__ import annotations

from models.ledger.draft import Draft
from models.ledger.judging import accept, reject
from models.operations.asks import AskStart
from models.operations.messages import CHANNELS
from models.operations.operation import Operation
from models.rules.addresses import address_for
from models.rules.campaigns import sound
from models.rules.links import MOST_DAYS

WRONG = "ask_wrong"
"""Reason: reminders that nobody could send, a link that holds for ever, or a paper by text."""


def start(op: Operation, body: AskStart, draft: Draft) -> None:
    """A patient is to be asked by link; whether there is reason to is looked at when it is sent."""
    reason = _cannot(body)
    if reason:
        reject(draft, op, reason)
    else:
        accept(draft, op)


def _cannot(body: AskStart) -> str:
    if body.amount_cents <= 0:
        return "amount_not_positive"
    if body.channel not in CHANNELS or not body.address or address_for(body.channel, body.address) != body.address:
        return "address_wrong"
    no_paper = body.statement is not None and (body.channel != "email" or body.statement.kind != "statement")
    if no_paper or not sound(body.remind_after) or not 0 < body.expires_days <= MOST_DAYS:
        return WRONG
    return ""
