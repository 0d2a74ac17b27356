"""The simulated bank behind the simulated card terminal: whose card it is, what was captured, what is in the batch.

This is the oracle of the tests: money captured here is the truth the till must agree with.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Card:
    """A patient's card. Test numbers only; `number` leaves the terminal only by the fault that must be blocked."""

    brand: str
    type_code: str
    number: str
    label: str
    preferred_name: str
    aid: str
    holder: str = "TEST/PATIENT"

    @property
    def last4(self) -> str:
        return self.number[-4:]

    @property
    def beginning(self) -> str:
        return self.number[:6]


CARDS: dict[str, Card] = {
    card.brand: card
    for card in (
        Card("visa", "01", "4242424242424242", "VISA CREDIT", "VISA CREDIT", "A0000000031010"),
        Card("mastercard", "02", "5555555555554444", "MASTERCARD", "Mastercard", "A0000000041010"),
        Card("amex", "03", "378282246310005", "AMERICAN EXPRESS", "AMERICAN EXPRESS", "A000000025010801"),
        Card("discover", "04", "6011111111111117", "DISCOVER", "DISCOVER", "A0000001523010"),
        Card("debit", "01", "4000056655665556", "US DEBIT", "VISA DEBIT", "A0000000980840"),
    )
}
STRANGERS_STEP = 3571
"""Every next patient has another card of the same brand: its last four digits move on by this."""


def check_digit(digits: str) -> str:
    """The digit that makes `digits` a possible card number."""
    total = 0
    for place, sign in enumerate(reversed(digits)):
        value = int(sign) * (2 - place % 2)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


class Wallet:
    """Which card is presented: `visa` (each patient another one, the first ends in the published last four), or
    `visa:4242` (always that one)."""

    def __init__(self, written: str) -> None:
        self.choose(written)

    def choose(self, written: str) -> None:
        """From now on, this. Raises ValueError for an unknown brand or something other than four digits."""
        brand, _, last4 = written.partition(":")
        if brand not in CARDS:
            raise ValueError(f"no card {brand!r}; known: {', '.join(CARDS)}")
        if last4 and not (last4.isdecimal() and len(last4) == 4):
            raise ValueError("four digits after the colon")
        self._written = written
        self._card = CARDS[brand]
        self._fixed = bool(last4)
        if last4:
            self._card = replace(self._card, number=self._card.number[:-4] + last4)
        self._shown = 0

    @property
    def number(self) -> str:
        """The number of whose card it is."""
        return self._card.number

    def present(self) -> Card:
        """The card the next patient holds out."""
        card = self._card
        if not self._fixed and self._shown:
            middle = (int(card.number[-4:-1]) + STRANGERS_STEP * self._shown) % 1000
            digits = f"{card.number[:-4]}{middle:03d}"
            card = replace(card, number=digits + check_digit(digits))
        self._shown += 1
        return card

    def start_over(self) -> None:
        """As at the beginning: the first patient again."""
        self.choose(self._written)

    def same_again(self) -> None:
        """The next patient holds out the card shown last (two children, one parent)."""
        self._shown = max(self._shown - 1, 0)


@dataclass(slots=True)
class Transaction:
    """One entry of the open batch. `kind` is the type the record carries now (`17` once a sale was voided);
    `returns_href` names the sale whose money a return gives back; `edc` is 01 for credit, 02 for debit. `token` is told
    where the sale asked that the card is kept."""

    number: int
    kind: str
    reference: str
    cents: int
    asked_cents: int
    card: Card
    entry_mode: str
    auth_code: str
    host_ref: str
    href: str
    moment: str
    original_kind: str = ""
    returns_href: str = ""
    edc: str = "01"
    token: str = ""

    @property
    def captured_cents(self) -> int:
        """What this entry moves from the patient to the clinic."""
        return {"01": self.cents, "02": -self.cents}.get(self.kind, 0)


@dataclass(slots=True)
class Bank:
    """The open batch and everything captured since start."""

    batch: list[Transaction] = field(default_factory=list)
    settled: list[Transaction] = field(default_factory=list)
    batch_number: int = 1
    numbers_used: int = 26
    approvals: int = 0
    kept: dict[str, Card] = field(default_factory=dict)

    def keep(self, card: Card) -> str:
        """Keep a card; returns its token."""
        token = f"tok{self.next_number():08d}{card.last4}"
        self.kept[token] = card
        return token

    def next_number(self) -> int:
        """A terminal transaction number; declined tries use one up too."""
        self.numbers_used += 1
        return self.numbers_used

    def capture(
        self, kind: str, reference: str, cents: int, asked_cents: int, card: Card, entry_mode: str, moment: str
    ) -> Transaction:
        """Approve: the money moves here and now."""
        made = Transaction(
            number=self.next_number(),
            kind=kind,
            reference=reference,
            cents=cents,
            asked_cents=asked_cents,
            card=card,
            entry_mode=entry_mode,
            auth_code=f"{(123456 + 97_931 * self.approvals) % 1_000_000:06d}",
            host_ref=str(612345678901 + self.approvals),
            href=str(200069124602 + self.approvals),
            moment=moment,
        )
        self.approvals += 1
        self.batch.append(made)
        return made

    def void(self, original: Transaction, reference: str, moment: str) -> Transaction:
        """Take a transaction of the open batch back, whole."""
        undone = self.capture(
            "16", reference, original.cents, original.cents, original.card, original.entry_mode, moment
        )
        undone.original_kind, undone.edc = original.kind, original.edc
        original.original_kind, original.kind = original.kind, "17" if original.kind == "01" else "18"
        return undone

    def sale_to_return(self, href: str, edc: str) -> Transaction | None:
        """The sale a return names by the host's reference, settled or not; None without one, or when it was voided."""
        sales = (entry for entry in (*self.settled, *self.batch) if (entry.kind, entry.edc) == ("01", edc))
        return next((sale for sale in sales if sale.href == href), None)

    def returnable_cents(self, sale: Transaction) -> int:
        """What of a sale was not given back yet."""
        given = (entry for entry in (*self.settled, *self.batch) if entry.returns_href == sale.href)
        return sale.cents - sum(entry.cents for entry in given if entry.kind == "02")

    def duplicate(self, card: Card, cents: int) -> Transaction | None:
        """The latest sale of the open batch on the same card with the same amount."""
        same = (sale for sale in reversed(self.batch) if sale.kind == "01")
        return next((sale for sale in same if sale.card.number == card.number and sale.cents == cents), None)

    def by_reference(self, reference: str) -> Transaction | None:
        """The latest entry of the open batch with the till's reference."""
        return next((entry for entry in reversed(self.batch) if entry.reference == reference), None)

    def at(self, place: int) -> Transaction | None:
        """The entry at this place of the open batch, counted from nought."""
        return self.batch[place] if 0 <= place < len(self.batch) else None

    def original(self, number: str, href: str, edc: str) -> Transaction | None:
        """The entry a void names, by the terminal's number or the host's reference, among credit or debit alone."""
        named = (entry for entry in self.batch if (href and entry.href == href) or str(entry.number) == number)
        return next((entry for entry in named if entry.edc == edc), None)

    def close_batch(self) -> tuple[int, int]:
        """Settle: the batch empties. Returns how many entries and how many cents there were."""
        count, cents = len(self.batch), sum(entry.captured_cents for entry in self.batch)
        self.settled += self.batch
        self.batch = []
        self.batch_number += 1
        return count, cents

    def captured_cents(self) -> int:
        """All money this terminal took since start, less what was given back."""
        return sum(entry.captured_cents for entry in (*self.settled, *self.batch))

    def report(self) -> list[dict[str, object]]:
        """The entries, oldest first, for the control channel."""
        return [
            {
                "number": entry.number,
                "kind": entry.kind,
                "reference": entry.reference,
                "captured_cents": entry.captured_cents,
                "asked_cents": entry.asked_cents,
                "brand": entry.card.brand,
                "last4": entry.card.last4,
                "auth_code": entry.auth_code,
            }
            for entry in (*self.settled, *self.batch)
        ]
