"""Every message key of the program has its words, and every word's facts come along."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from app.words import UNKNOWN, WORDS, facts_named, sentence, sentence_for, show_wait
from models.basics import errors
from models.basics.errors import RuleBroken
from models.operations.kinds import KINDS

ROOT = Path(__file__).resolve().parents[3]
ROOMS = ("app", "widgets", "models", "devices", "receipts", "exchange", "server")
ERRORS = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, errors.PosError)}
KEY = re.compile(r"[a-z]+(?:_[a-z]+)*(?:\.[a-z0-9]+(?:_[a-z0-9]+)*){1,2}")


@cache
def nodes() -> tuple[tuple[Path, ast.Call | ast.Constant], ...]:
    """Every error that is made and every text that looks like one of our keys, with its file; the source is read once
    for all."""
    paths = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    return tuple(
        (path, node)
        for path in paths
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if (isinstance(node, ast.Call) and name_of(node) in ERRORS)
        or (isinstance(node, ast.Constant) and isinstance(node.value, str) and KEY.fullmatch(node.value))
    )


def name_of(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def raised() -> Iterator[tuple[str, str, set[str] | None]]:
    """(where, key, facts) of every error made with a key written out; facts None where they are not written out."""
    for path, node in nodes():
        if not isinstance(node, ast.Call) or not node.args:
            continue
        spread = any(keyword.arg is None for keyword in node.keywords)
        facts = None if spread else {keyword.arg for keyword in node.keywords if keyword.arg} - {"effect"}
        for key in keys_in(node.args[0]):
            yield f"{path.relative_to(ROOT)}:{node.lineno}", key, facts


def keys_in(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return keys_in(node.body) + keys_in(node.orelse)
    return []


def test_every_raised_key_has_words() -> None:
    missing = [f"{where} {key}" for where, key, _ in raised() if key not in WORDS]
    assert not missing, "\n".join(missing)


def test_the_facts_of_a_sentence_come_with_the_error() -> None:
    # the file is added to what an importer refuses by the story that reads files
    lacking = [
        f"{where} {key}: {sorted(lack)}"
        for where, key, facts in raised()
        if key in WORDS and facts is not None and (lack := facts_named(WORDS[key]) - facts - {"file"})
    ]
    assert not lacking, "\n".join(lacking)


def test_every_key_in_the_source_has_words() -> None:
    """Keys kept in tables (of failures, lights, codes) too: any text that looks like one of our keys."""
    families = {key.partition(".")[0] for key in WORDS} - {"reader"}
    known = set(WORDS) | set(KINDS) | NOT_KEYS
    missing = []
    for path, node in nodes():
        if "simulators" in path.parts:  # they speak of another's objects and events, to no person
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            family = node.value.partition(".")[0]
            if family in families and node.value not in known:
                missing.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.value}")
    assert not missing, "\n".join(missing)


NOT_KEYS = {
    "desk.db", "settings.json", "keys.json", "store.json", "hub.json", "hub.db", "terminal.url", "terminal.name",
    "terminal.card_wait_s", "printer.url", "printer.profile", "printer.receipts", "drawer.fitted",
    "collect.past_due_days", "collect.check_in", "hub.here", "hub.listen", "hub.log", "hub.key", "documents.key",
    "secrets.key_file_consent", "receipt.pdf", "receipt.png", "receipt.escpos", "sync.gap", "sync.fork", "sync.device",
    "sync.history", "online.env", "charge.refund", "charge.refunded",
    "devices.jsonl", "devices.practice", "drawer.url", "drawer.pulse", "drawer.sensor",
    "export.saving", "statement.pdf", "account.html", "portal.css", "portal.js",
    "setup.keys", "setup.hub", "setup.joining", "setup.store", "setup.devices", "setup.opening",
}  # fmt: skip
"""Names of files and options: they look like keys and are none."""


def test_no_words_without_use() -> None:
    """A row that nothing can reach is removed."""
    text = "\n".join(path.read_text("utf-8") for room in (*ROOMS, "tests") for path in (ROOT / room).rglob("*.py")
                     if path.parent.name != "wording" and path.name != "test_words.py")  # fmt: skip
    unused = [key for key in WORDS if f'"{key}"' not in text and not any(f'"{family}' in text for family in made(key))]
    assert not unused, "\n".join(unused)


def made(key: str) -> list[str]:
    """How the source may put a key together: `f"light.reader.{state}"`."""
    head, _, _ = key.rpartition(".")
    return [f"{head}.{{"]


@pytest.mark.parametrize("key", sorted(WORDS))
def test_words_are_well_said(key: str) -> None:
    words = WORDS[key]
    text = f"{words.title} {words.body} {words.action}"
    assert words.title
    assert "!" not in text
    assert not words.title.endswith(".")
    assert words.title[0].isupper() or words.title[0] == "{"
    for part in (words.body, words.action):
        assert not part or part.endswith((".", "?", "}", "\u201d")), part


def test_words_are_filled() -> None:
    said = sentence("amount.too_large", {"limit_cents": 100_000_000})
    assert said.title == "More than $1,000,000.00 at once"
    assert sentence("pin.wrong", {"tries_left": 1}).action == "1 try left before a pause."
    assert sentence("pin.wrong", {"tries_left": 3}).action == "3 tries left before a pause."
    assert "5 minutes" in str(sentence("pin.locked", {"seconds": 300}))
    chicago = ZoneInfo("America/Chicago")
    assert sentence("light.line.offline", {"at": "2026-05-14T14:22:00.000Z"}, chicago).title == "Offline since 9:22 AM"


def test_a_missing_fact_or_key_never_fails_the_sentence() -> None:
    assert sentence("amount.too_large").title == "More than \u2014 at once"
    assert sentence("no.such_key") == UNKNOWN
    assert sentence_for(RuleBroken("amount.zero")).title == "Enter an amount"
    assert sentence_for(KeyError("secret")).action == "Go on working. Tell your support the code KeyError."


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(1, "1 second"), (59, "59 seconds"), (60, "1 minute"), (61, "2 minutes"), (3600, "1 hour"), (3601, "2 hours")],
)
def test_waiting_times(seconds: int, text: str) -> None:
    assert show_wait(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-3, "just now"),
        (0, "just now"),
        (59, "just now"),
        (60, "1 min ago"),
        (3_600, "1 h ago"),
        (172_800, "2 days ago"),
    ],
)
def test_how_long_it_is_over(seconds: int, text: str) -> None:
    assert sentence("estimate.why.asked", {"seconds": seconds}).title == f"The payer answered {text}"
