"""One-time links, judged: they post nothing, and one that no page could show is kept apart."""

from __future__ import annotations

from models.basics.clock import parse_utc
from models.ledger.draft import Draft
from models.ledger.judging import accept, quarantine
from models.operations.links import SUBJECTS, LinkIssue
from models.operations.operation import Operation

WRONG = "link_wrong"
"""Reason: it asks for nothing, is for nothing anybody knows, or never ends."""


def issue(op: Operation, body: LinkIssue, draft: Draft) -> None:
    """A link is made."""
    about = body.subject in SUBJECTS and (body.subject == "balance" or bool(body.subject_id))
    asks = body.amount_cents > 0 and body.owed_cents >= 0 and all(item.amount_cents > 0 for item in body.items)
    if about and asks and body.patient_id and _is_moment(body.expires_at):
        accept(draft, op)
    else:
        quarantine(draft, op, WRONG)


def _is_moment(text: str) -> bool:
    try:
        parse_utc(text)
    except ValueError:
        return False
    return True
