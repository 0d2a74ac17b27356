"""What pages of patients and plans ask of the hub's online money, and what they get for an answer.

Card data never comes here: a patient types it into a page of the processor's. Every call is journalled before a request
leaves; an outcome nobody knows is an answer of its own (`Unknown`), is looked into by itself, and is never tried again
under another key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from models.operations.online import OnlineItem


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveConsent:
    """The patient agreed that the card is kept: who said so, to which version of the words, SHA-256 (hex) of the text.
    Recorded (card.consent) before the patient is sent to the processor's page."""

    said_by: str
    words: str
    words_sha256: str
    nickname: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutAsk:
    """What is to be paid on the processor's page.

    `key` is the asker's own name for this asking (a form's token): asked again under it, the same page is answered, so
    that a double click takes nothing twice. `patient_id` is the account that is paid: the guarantor's. `channel` is one
    of online.CHANNELS. `return_url` is where the patient comes back to; `{attempt}` in it becomes the attempt's id.
    `items` are the charges the patient chose (empty: the balance, oldest first).
    """

    key: str
    patient_id: str
    amount_cents: int
    channel: str
    return_url: str
    items: tuple[OnlineItem, ...] = ()
    save: SaveConsent | None = None
    source_id: str = ""
    request_id: str = ""
    receipt_to: str = ""
    language: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveAsk:
    """A card is to be kept without paying; fields as of CheckoutAsk."""

    key: str
    patient_id: str
    channel: str
    return_url: str
    consent: SaveConsent
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Begun:
    """The patient goes on at `url`, a page of the processor's. `attempt_id` names the asking from now on."""

    attempt_id: str
    url: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """Where an asking stands. `state`: `open` (the page waits), `processing` (a bank was asked, which takes days: no
    money yet, and nothing to be paid meanwhile), `done` (`online_id`, `number`, `brand`, `last4` say
    what was taken, or `kept_card_id` what is kept), `declined`, `ended` (expired, gone back from), `unknown`."""

    attempt_id: str
    state: str
    amount_cents: int
    online_id: str = ""
    number: str = ""
    brand: str = ""
    last4: str = ""
    kept_card_id: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Unposted:
    """Money from home that the account does not show yet (S1-09), or with `processing` what a bank was asked for, at
    `paid_at`. Times are UTC text."""

    online_id: str
    number: str
    amount_cents: int
    paid_at: str
    brand: str
    last4: str
    channel: str
    processing: bool = False


@dataclass(frozen=True, slots=True)
class Charged:
    """A kept card was charged; the log has it."""

    online_id: str
    number: str
    amount_cents: int
    brand: str
    last4: str


@dataclass(frozen=True, slots=True)
class Declined:
    """Nothing was taken. `reason` is the processor's word (`insufficient_funds`, `expired_card`, …);
    `needs_patient`: the bank wants the patient to confirm, which needs a page."""

    reason: str
    needs_patient: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """The processor could not be asked: it may have taken the money. The same key asks again and never charges twice;
    the hub looks into it by itself."""

    attempt_id: str


@dataclass(frozen=True, slots=True)
class Processing:
    """The bank of a kept account was asked: it answers within days. The same key asks how it ended."""

    attempt_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeAsk:
    """A kept card is to be charged, or a kept bank account debited, without its patient. `key` is the asker's own
    durable name for this one charge (an instalment's id and its try): the same key never charges twice, and answers
    what became of it."""

    key: str
    kept_card_id: str
    amount_cents: int
    channel: str = "plan"
    items: tuple[OnlineItem, ...] = ()
    source_id: str = ""
    request_id: str = ""
    receipt_to: str = ""


class OnlineMoney(Protocol):
    """Thread-safe and blocking: for threads that may wait (a page: `hub.run`). Raises RuleBroken: `online.not_set_up`
    (the practice has no key for the processor), `online.amount_wrong`, `online.card_gone`, `online.key_used` (a key
    was asked for something else before); OnlineUnreachable when the processor cannot be asked and nothing was taken
    for certain; StorageError."""

    def ready(self, tenant: str) -> bool:
        """Has the practice a key for the processor?"""
        ...

    def begin_checkout(self, tenant: str, ask: CheckoutAsk) -> Begun:
        """A page on which the patient pays."""
        ...

    def begin_saving(self, tenant: str, ask: SaveAsk) -> Begun:
        """A page on which the patient enters a card to keep."""
        ...

    def look(self, tenant: str, attempt_id: str) -> Attempt | None:
        """Where an asking stands now; asks the processor where the hub does not know. None for one never made."""
        ...

    def takes(self, tenant: str) -> bool:
        """May something new be paid now? As `ready`, but not after the hub was restored before the processor has told
        it what was paid: it would be paid twice."""
        ...

    def asked(self, tenant: str, key: str) -> bool:
        """Was anything asked of the processor under this key, or may it have been? False: certainly not yet."""
        ...

    def give_up(self, tenant: str, attempt_id: str) -> Attempt | None:
        """Nobody wants to pay on this page any more: it takes nothing from now on. What it took before counts; where
        the processor cannot be asked it stays as it is. None for one never made."""
        ...

    def recent_unposted(self, tenant: str, patient_id: str) -> tuple[Unposted, ...]:
        """What an account paid from home that it does not show yet, newest first."""
        ...

    def charge_kept_card(self, tenant: str, ask: ChargeAsk) -> Charged | Declined | Unknown | Processing:
        """Charge a kept card, or debit a kept bank account, now."""
        ...

    def forget_card(self, tenant: str, kept_card_id: str) -> None:
        """Let the processor forget a card that was dropped (card.drop is the caller's to record first)."""
        ...
