"""The words of a payment agreement, as the patient reads, accepts and keeps them: short, plain, complete.

What is accepted is known by the hash of this very text, so that nobody can be held to other terms.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from models.basics.money import show_cents
from models.rules.plans import Frequency, Instalment, interest_of, sum_of

VERSION = "plan-1"
"""Of these words; another one for every change of them."""

_EACH = {Frequency.MONTHLY: "month", Frequency.BIWEEKLY: "two weeks", Frequency.WEEKLY: "week"}
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """What the text says. `day` is of the month (0: of the first payment), `signed_on` the day it is written,
    `card` the kept card in words (`Visa 0077`; empty: the patient pays each time), `retry_days` when a card that said
    no is tried again, `remind_days` how long before its day a payment is told (0: not). `replaces` is the number of the
    plan whose place it takes (empty: none), on which `paid_cents` have been paid."""

    clinic: str
    lines: Sequence[Instalment]
    signed_on: date
    encounter_cents: int
    discount_cents: int = 0
    apr_hundredths: int = 0
    frequency: Frequency = Frequency.MONTHLY
    day: int = 0
    card: str = ""
    retry_days: Sequence[int] = ()
    remind_days: int = 0
    replaces: str = ""
    paid_cents: int = 0


def agreement(agreed: Agreed) -> str:
    """The whole text: sentences, then every payment with its day."""
    sentences = [_balance(agreed), _how_much(agreed)]
    if agreed.replaces:
        paid = f", on which I have paid {show_cents(agreed.paid_cents)}" if agreed.paid_cents else ""
        sentences.insert(0, f"This takes the place of plan {agreed.replaces}{paid}.")
    if agreed.apr_hundredths:
        sentences.append(f"This includes {show_cents(interest_of(agreed.lines))} of interest, at a yearly rate of "
                         f"{_percent(agreed.apr_hundredths)}.")  # fmt: skip
    sentences.append("I may pay early at no cost." if not agreed.apr_hundredths else
                     "I may pay early; interest of payments that are not due yet then falls away.")  # fmt: skip
    sentences += _card(agreed)
    payments = [f"{n}. {full_day(line.due)}: {show_cents(line.cents)}" for n, line in enumerate(agreed.lines, 1)]
    return "\n".join((" ".join(sentences), "", *payments))


def sha256(text: str) -> str:
    """By which a text is known (hex)."""
    return hashlib.sha256(text.encode()).hexdigest()


def sentences_of(text: str) -> str:
    """The part before the list of payments, which screens show beside it."""
    return text.partition("\n\n")[0]


def card_words(brand: str, last4: str) -> str:
    """`Visa •••• 0077`, as an agreement names a card."""
    return f"{brand or 'Card'} •••• {last4}" if last4 else brand or "Card"


def full_day(day: date) -> str:
    """`May 14, 2026`."""
    return f"{day:%B} {day.day}, {day.year}"


def ordinal(day: int) -> str:
    """`14th`."""
    ending = "th" if 10 <= day % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"


def _balance(agreed: Agreed) -> str:
    owes = f"I owe {agreed.clinic} {show_cents(agreed.encounter_cents)}"
    if not agreed.discount_cents:
        return f"{owes}."
    return f"{owes}, less a discount of {show_cents(agreed.discount_cents)}."


def _how_much(agreed: Agreed) -> str:
    lines = agreed.lines
    when = "today" if lines[0].due <= agreed.signed_on else f"on {full_day(lines[0].due)}"
    if len(lines) == 1:
        return f"I agree to pay {show_cents(lines[0].cents)} {when}."
    first, even, last = lines[0], lines[1], lines[-1]
    begins = f"I agree to pay {show_cents(first.cents)} {when}"
    goes_on = "" if even.cents == first.cents else f" {show_cents(even.cents)}"
    ends = f" until {full_day(last.due)}" if len(lines) > 2 else ""
    odd = f" The last payment is {show_cents(last.cents)}." if last.cents != even.cents else ""
    return (f"{begins} and{goes_on} {_rhythm(agreed)}{ends}.{odd} That is {len(lines)} payments, "
            f"{show_cents(sum_of(lines))} in all.")  # fmt: skip


def _rhythm(agreed: Agreed) -> str:
    """When payments come after the first."""
    second = agreed.lines[1].due
    if len(agreed.lines) == 2:
        return f"on {full_day(second)}"
    if agreed.frequency is not Frequency.MONTHLY:
        return f"every {_EACH[agreed.frequency]} on {_WEEKDAYS[second.weekday()]}"
    day = agreed.day or max(line.due.day for line in agreed.lines[1:])
    return f"on the {ordinal(day)} of each month" if day < 29 else "on the last days of each month, as listed"


def _card(agreed: Agreed) -> list[str]:
    if not agreed.card:
        return ["I pay each time by cash, check, card, or from home."]
    found = [f"The clinic charges my card, {agreed.card}, on each of these days."]
    if agreed.remind_days:
        found.append(f"It reminds me {agreed.remind_days} days before.")
    if agreed.retry_days:
        days = " and ".join(str(day) for day in agreed.retry_days)
        found.append(f"If a charge fails, it tries again after {days} days and tells me.")
    return found


def _percent(hundredths: int) -> str:
    return f"{hundredths / 100:.2f}".rstrip("0").rstrip(".") + " %"
