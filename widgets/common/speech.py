"""Sentences for screens: from message keys and errors, with moments in the clinic's time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import tzinfo

from app.words import Words, sentence, sentence_for
from models.basics.errors import Fact


@dataclass(frozen=True, slots=True)
class Notice:
    """What a banner says: what happened; what it means for the money, and what to do."""

    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Speech:
    """Makes sentences; `zone` tells the clinic's time zone whenever a moment is said."""

    zone: Callable[[], tzinfo]

    def key(self, message_key: str, facts: Mapping[str, Fact] | None = None) -> Words:
        """The words for a message key."""
        return sentence(message_key, facts, self.zone())

    def field(self, message_key: str, facts: Mapping[str, Fact]) -> str:
        """One line under a field: what is wrong, and what to type instead."""
        words = self.key(message_key, facts)
        return " ".join(
            part if part.endswith((".", "?")) else f"{part}." for part in (words.title, words.action) if part
        )

    def notice(self, message_key: str, facts: Mapping[str, Fact] | None = None) -> Notice:
        """A banner for a message key."""
        return _notice(self.key(message_key, facts))

    def error(self, error: BaseException) -> Notice:
        """A banner for an error: its own words, or those for a bug."""
        return _notice(sentence_for(error, self.zone()))


def _notice(words: Words) -> Notice:
    return Notice(words.title, " ".join(part for part in (words.body, words.action) if part))
