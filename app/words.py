"""The words of the program: one table from message keys to sentences, for the window and the command line alike.

A sentence says what happened, what it means for the money, and what to do. It is filled from the facts that travel with
the key: `{cents:money}` an amount, `{seconds:wait}` a time to wait, `{seconds:span}` how long in the largest unit,
`{seconds:ago}` how long it is over, `{count:payment|payments}` a number with its noun,
`{at:time}` a moment (UTC text) as the time of day, `{name}` as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from string import Formatter
from typing import Any
from zoneinfo import ZoneInfo

from app.wording import (
    asks,
    attention,
    care,
    checks,
    claims,
    days,
    desk,
    device_log,
    devices,
    documents,
    eligibility,
    files,
    kept_cards,
    ledger,
    line,
    links,
    many_desks,
    messages,
    money,
    moving,
    online,
    plans,
    refunds,
    requests,
    store,
    stripe,
    visits,
)  # fmt: skip
from models.basics.clock import parse_utc
from models.basics.errors import Fact, PosError
from models.basics.money import show_cents


@dataclass(frozen=True, slots=True)
class Words:
    """What a person reads: `title` alone is enough for a light or a banner."""

    title: str
    body: str = ""
    action: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (self.title + ("" if self.title.endswith((".", "?")) else "."),
                                          self.body, self.action) if part)  # fmt: skip


WORDS: dict[str, Words] = {
    key: Words(*row)
    for table in (
        money.WORDS,
        asks.WORDS,
        attention.WORDS,
        moving.WORDS,
        online.WORDS,
        plans.WORDS,
        requests.WORDS,
        refunds.WORDS,
        ledger.WORDS,
        kept_cards.WORDS,
        visits.WORDS,
        claims.WORDS,
        days.WORDS,
        devices.WORDS,
        device_log.WORDS,
        desk.WORDS,
        eligibility.WORDS,
        documents.WORDS,
        store.WORDS,
        care.WORDS,
        checks.WORDS,
        line.WORDS,
        links.WORDS,
        messages.WORDS,
        many_desks.WORDS,
        files.WORDS,
        stripe.WORDS,
    )
    for key, row in table.items()
}
"""Every message key of the program with its words, still to be filled."""

UNKNOWN = Words(
    "Something did not work",
    "No payment was changed by this.",
    "Try again. If it happens again, tell your support the code below.",
)
"""For a key without words: a test keeps this from happening."""


def sentence(message_key: str, facts: Mapping[str, Fact] | None = None, zone: tzinfo | None = None) -> Words:
    """The words for a key, filled with its facts. Moments are shown in `zone` (UTC without)."""
    row = WORDS.get(message_key, UNKNOWN)
    filler = _Filler(facts or {}, zone or ZoneInfo("UTC"))
    return Words(filler.fill(row.title), filler.fill(row.body), filler.fill(row.action))


def sentence_for(error: BaseException, zone: tzinfo | None = None) -> Words:
    """The words for an error: its own when it is one of ours, `bug` when it is not."""
    if isinstance(error, PosError):
        return sentence(error.message_key, error.facts, zone)
    return sentence("bug", {"kind": type(error).__name__}, zone)


def facts_named(words: Words) -> set[str]:
    """The names of the facts that a row of the table is filled with."""
    return {
        name for part in (words.title, words.body, words.action) for _, name, _, _ in Formatter().parse(part) if name
    }


class _Filler(Formatter):
    """Fills one row; a fact that is missing becomes a dash, so that a sentence never fails to be said."""

    def __init__(self, facts: Mapping[str, Fact], zone: tzinfo) -> None:
        self._facts, self._zone = facts, zone

    def fill(self, text: str) -> str:
        return self.vformat(text, (), self._facts)

    def get_value(self, key: int | str, args: Any, kwargs: Mapping[str, Any]) -> Any:  # noqa: ARG002
        return kwargs.get(str(key))

    def format_field(self, value: Any, format_spec: str) -> str:
        if value is None or value == "":
            return "\u2014"
        if format_spec in _NUMBERS:
            return _NUMBERS[format_spec](int(value))
        if format_spec == "time":
            return _time_of_day(str(value), self._zone)
        if "|" in format_spec:
            one, many = format_spec.split("|")
            return f"{value:,} {one if value == 1 else many}"
        return str(value)


def show_wait(seconds: int) -> str:
    """`40 seconds`, `5 minutes`, `1 hour`: rounded up, so that nobody waits too short."""
    for unit, size in (("hour", 3600), ("minute", 60)):
        if seconds >= size:
            count = -(-seconds // size)
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return f"{seconds} second{'' if seconds == 1 else 's'}"


_SPANS = (("year", 31_557_600), ("day", 86_400), ("h", 3600), ("min", 60))


def show_span(seconds: int) -> str:
    """`3 h`, `25 min`, `2 days`: in the largest unit that fits, rounded; either way."""
    for unit, size in _SPANS:
        if abs(seconds) >= size:
            count = round(abs(seconds) / size)
            return f"{count} {unit}{'s' if unit in {'year', 'day'} and count != 1 else ''}"
    return f"{abs(seconds)} s"


def show_ago(seconds: int) -> str:
    """`3 h ago`; within a minute `just now`."""
    return f"{show_span(seconds)} ago" if seconds >= 60 else "just now"


_NUMBERS: dict[str, Callable[[int], str]] = {
    "money": show_cents, "wait": show_wait, "span": show_span, "ago": show_ago,
}  # fmt: skip
"""What a number of a sentence may be shown as."""


def _time_of_day(text: str, zone: tzinfo) -> str:
    try:
        local = parse_utc(text).astimezone(zone)
    except ValueError:
        return text
    return f"{local.hour % 12 or 12}:{local.minute:02d} {'AM' if local.hour < 12 else 'PM'}"
