"""Cards at the simulated Stripe: its published test numbers and what each does, and amounts that decline.

Numbers stay inside: what is told of a card is brand, last four and the EMV data of its receipt.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Card:
    """`declines` is `code` or `code/decline_code` of a card that is refused. `refund_fails`: a refund to it succeeds
    and fails later. `wallet`: in a phone, so that no reusable card comes of it. `asks`: its bank asks for the holder
    on a page."""

    number: str
    brand: str
    label: str = ""
    aid: str = ""
    funding: str = "credit"
    declines: str = ""
    refund_fails: bool = False
    pin: str = "approval"
    wallet: bool = False
    asks: bool = False

    @property
    def last4(self) -> str:
        return self.number[-4:]

    @property
    def fingerprint(self) -> str:
        """The same for the same card, and nothing of it."""
        digest = hashlib.sha256(self.number.encode()).hexdigest()
        return digest.translate(str.maketrans("0123456789", "ghijklmnop"))[:16]


VISA = ("visa", "Visa Credit", "A0000000031010")
_CARDS = (
    Card("4242424242424242", *VISA),
    Card("4000056655665556", "visa", "Visa Debit", "A0000000980840", "debit"),
    Card("5555555555554444", "mastercard", "Mastercard", "A0000000041010"),
    Card("378282246310005", "amex", "American Express", "A000000025010801"),
    Card("6011111111111117", "discover", "Discover", "A0000001523010"),
    Card("4001007020000002", *VISA, pin="offline_pin"),
    Card("4001000360000005", *VISA, pin="online_pin"),
    Card("4000000000000002", *VISA, declines="card_declined/generic_decline"),
    Card("4000000000009995", *VISA, declines="card_declined/insufficient_funds"),
    Card("4000000000009987", *VISA, declines="card_declined/lost_card"),
    Card("4000000000009979", *VISA, declines="card_declined/stolen_card"),
    Card("4000000000000069", *VISA, declines="expired_card/expired_card"),
    Card("4000000000000119", *VISA, declines="processing_error/processing_error"),
    Card("4000000000005126", *VISA, refund_fails=True),
    Card("4000002760003184", *VISA, asks=True),
)
CARDS = {card.number: card for card in _CARDS}
BY_NAME = {
    "visa": CARDS["4242424242424242"],
    "debit": CARDS["4000056655665556"],
    "mastercard": CARDS["5555555555554444"],
    "amex": CARDS["378282246310005"],
    "discover": CARDS["6011111111111117"],
    "declined": CARDS["4000000000000002"],
    "insufficient": CARDS["4000000000009995"],
    "refund-fails": CARDS["4000000000005126"],
    "phone": replace(CARDS["4242424242424242"], wallet=True),
    "test": CARDS["4242424242424242"],
}
"""What a patient may hold out. `test` is Stripe's physical test card: the amount's last two digits decide."""

AMOUNTS = {
    1: "card_declined/call_issuer",
    5: "card_declined/generic_decline",
    55: "card_declined/incorrect_pin",
    60: "card_declined/online_or_offline_pin_required",
    65: "card_declined/withdrawal_count_limit_exceeded",
    75: "card_declined/pin_try_exceeded",
}
"""The last two digits of an amount that decline a physical test card. 02 and 03 ask for a PIN and are approved."""

PINS = {2: "offline_pin", 3: "online_pin"}


def with_amount(card: Card, cents: int) -> Card:
    """The test card, as the amount makes it behave."""
    ending = cents % 100
    return replace(card, declines=card.declines or AMOUNTS.get(ending, ""), pin=PINS.get(ending, card.pin))
