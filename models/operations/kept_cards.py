"""Bodies of the operations about cards a patient lets the practice keep: the word first, then the card (S0-31, S1-18).

A card is known by what its processor calls it and by brand and last four; its number is nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass

from models.basics.ids import natural_id

STRIPE, PAX = "stripe", "pax"
PROCESSORS = (STRIPE, PAX)
CONSENT_CHANNELS = ("desk", "portal", "link")
"""Where somebody agreed: with the practice's staff, or by themselves from home."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardConsent:
    """Somebody agreed that a card of theirs is kept (fact), before it was read. `patient_id` is the account it is for:
    the guarantor's. `said_by` is who agreed, by name; `channel` one of CONSENT_CHANNELS. `words` is the version of what
    they were told and `words_sha256` the SHA-256 (hex) of its text; when and by whose hand it was written down say the
    operation's own time and actor."""

    consent_id: str
    patient_id: str
    channel: str
    said_by: str
    words: str
    words_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CardKeep:
    """A card is kept at its processor and may be charged again (fact). `kept_card_id` is `kept_card_id_of` the
    processor's own words, so that a card that is kept twice is one, and one that was dropped comes back.

    `token` is the processor's word for the card (Stripe: `pm_…`), `customer` for whom it keeps it (Stripe: `cus_…`),
    `merchant` the account it is good at, where a practice has several. `holder` is whose card it is, by name. Month and
    year (four digits) are 0 where the processor does not say. `make_default`: charge this one first from now on. `way`
    is one of online.WAYS: a bank account is kept alike, with its bank as `brand`, and debited by the hub alone.
    """

    kept_card_id: str
    patient_id: str
    consent_id: str
    processor: str
    token: str
    customer: str = ""
    merchant: str = ""
    brand: str = ""
    last4: str = ""
    exp_month: int = 0
    exp_year: int = 0
    holder: str = ""
    nickname: str = ""
    make_default: bool = False
    way: str = "card"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardDrop:
    """A card is not kept any more (fact): nobody charges it from now on. `channel` is one of CONSENT_CHANNELS."""

    kept_card_id: str
    patient_id: str
    channel: str = "desk"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardDefault:
    """A kept card is the one to charge first (fact); the newest word of an account counts."""

    kept_card_id: str
    patient_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRename:
    """A kept card gets a name of its own (fact); empty takes it away."""

    kept_card_id: str
    patient_id: str
    nickname: str


def kept_card_id_of(processor: str, customer: str, token: str) -> str:
    """What a card is called here that its processor calls so: the same at every desk and at the hub."""
    return natural_id("kept-card", processor, customer, token)
