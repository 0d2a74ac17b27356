"""Kept cards in the ledger: they move nothing. What makes no sense is set apart, so that nobody ever charges it."""

from __future__ import annotations

from models.basics.card_numbers import CARD_DATA_BLOCKED
from models.ledger.draft import Draft
from models.ledger.judging import accept, quarantine
from models.operations.kept_cards import CONSENT_CHANNELS, PROCESSORS, CardConsent, CardKeep
from models.operations.operation import Operation

CARD_UNKNOWN = "card_unknown"
"""Reason of a kept card, or of a word about one, that nobody could charge or tell apart."""


def consent(op: Operation, body: CardConsent, draft: Draft) -> None:
    """Somebody agreed that a card is kept: to a text that is known by its hash."""
    told = body.words and len(body.words_sha256) == 64 and body.channel in CONSENT_CHANNELS
    if told and body.consent_id and body.patient_id:
        accept(draft, op)
    else:
        quarantine(draft, op, CARD_UNKNOWN)


def keep(op: Operation, body: CardKeep, draft: Draft) -> None:
    """A card is kept: with a consent, by a processor's own word for it, and by no more than four of its digits."""
    digits = body.last4 == "" or (len(body.last4) == 4 and body.last4.isascii() and body.last4.isdecimal())
    named = body.kept_card_id and body.patient_id and body.consent_id and body.processor in PROCESSORS
    if named and digits and body.token and CARD_DATA_BLOCKED not in (body.token, body.customer):
        accept(draft, op)
    else:
        quarantine(draft, op, CARD_UNKNOWN)
