"""The words of a payment agreement, as the patient reads, accepts and keeps them: short, plain, complete.

What is accepted is known by the hash of this very text, so that nobody can be held to other terms.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from models.basics.money import show_cents
from models.rules.agreement_words import RHYTHMS, SENTENCES, long_day, ordinal, weekday
from models.rules.languages import FIRST
from models.rules.plans import Frequency, Instalment, interest_of, sum_of

VERSION = "plan-1"
"""Of these words; another one for every change of them. In another language than English its name follows."""


def version_in(language: str) -> str:
    """The version of the words in a language."""
    return VERSION if language == FIRST else f"{VERSION}-{language}"


def language_of(version: str) -> str:
    """The language of words by their version."""
    return next((each for each in SENTENCES if version == version_in(each)), FIRST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """What the text says. `day` is of the month (0: of the first payment), `signed_on` the day it is written,
    `card` the kept card in words (`Visa 0077`; empty: the patient pays each time) or, with `by_bank`, the kept bank
    account, `retry_days` when one that said no is tried again, `remind_days` how long before its day a payment is told
    (0: not). `replaces` is the number of the plan whose place it takes (empty: none), on which `paid_cents` have been
    paid; `language` one of `SENTENCES`."""

    clinic: str
    lines: Sequence[Instalment]
    signed_on: date
    encounter_cents: int
    discount_cents: int = 0
    apr_hundredths: int = 0
    frequency: Frequency = Frequency.MONTHLY
    day: int = 0
    card: str = ""
    by_bank: bool = False
    retry_days: Sequence[int] = ()
    remind_days: int = 0
    replaces: str = ""
    paid_cents: int = 0
    language: str = FIRST


def agreement(agreed: Agreed) -> str:
    """The whole text: sentences, then every payment with its day."""
    sentences = [*_balance(agreed), *_how_much(agreed), *_early(agreed), *_card(agreed)]
    payments = [f"{n}. {_day(agreed, line.due)}: {show_cents(line.cents)}" for n, line in enumerate(agreed.lines, 1)]
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


def _say(agreed: Agreed, key: str, **values: object) -> str:
    return SENTENCES[agreed.language][key].format(**values)


def _day(agreed: Agreed, day: date) -> str:
    return long_day(agreed.language, day)


def _balance(agreed: Agreed) -> list[str]:
    found = []
    if agreed.replaces:
        key = "replaces_paid" if agreed.paid_cents else "replaces"
        found.append(_say(agreed, key, number=agreed.replaces, paid=show_cents(agreed.paid_cents)))
    key = "owe_less" if agreed.discount_cents else "owe"
    return [*found, _say(agreed, key, clinic=agreed.clinic, owed=show_cents(agreed.encounter_cents),
                         discount=show_cents(agreed.discount_cents))]  # fmt: skip


def _how_much(agreed: Agreed) -> list[str]:
    lines = agreed.lines
    first = show_cents(lines[0].cents)
    signing = lines[0].due <= agreed.signed_on
    when = _say(agreed, "today") if signing else _say(agreed, "on", day=_day(agreed, lines[0].due))
    if len(lines) == 1:
        return [_say(agreed, "once", first=first, when=when)]
    even, last = lines[1], lines[-1]
    key = "series" if even.cents == lines[0].cents else "series_other"
    until = _say(agreed, "until", day=_day(agreed, last.due)) if len(lines) > 2 else ""
    found = [_say(agreed, key, first=first, when=when, even=show_cents(even.cents), rhythm=_rhythm(agreed),
                  until=until)]  # fmt: skip
    if last.cents != even.cents:
        found.append(_say(agreed, "odd", last=show_cents(last.cents)))
    return [*found, _say(agreed, "sum", count=len(lines), total=show_cents(sum_of(lines)))]


def _rhythm(agreed: Agreed) -> str:
    """When payments come after the first."""
    second = agreed.lines[1].due
    if len(agreed.lines) == 2:
        return _say(agreed, "on", day=_day(agreed, second))
    if agreed.frequency is not Frequency.MONTHLY:
        return _say(agreed, RHYTHMS[agreed.frequency], weekday=weekday(agreed.language, second))
    day = agreed.day or max(line.due.day for line in agreed.lines[1:])
    return _say(agreed, "monthly" if day < 29 else "monthly_last", ordinal=ordinal(day), number=day)


def _early(agreed: Agreed) -> list[str]:
    if not agreed.apr_hundredths:
        return [_say(agreed, "early")]
    interest, rate = show_cents(interest_of(agreed.lines)), _percent(agreed.apr_hundredths)
    return [_say(agreed, "interest", interest=interest, rate=rate), _say(agreed, "early_interest")]


def _card(agreed: Agreed) -> list[str]:
    if not agreed.card:
        return [_say(agreed, "each")]
    found = [_say(agreed, "account" if agreed.by_bank else "card", card=agreed.card)]
    if agreed.remind_days:
        found.append(_say(agreed, "remind", days=agreed.remind_days))
    if agreed.retry_days:
        days = _say(agreed, "and").join(str(day) for day in agreed.retry_days)
        found.append(_say(agreed, "retry", days=days))
    return found


def _percent(hundredths: int) -> str:
    return f"{hundredths / 100:.2f}".rstrip("0").rstrip(".") + " %"
