"""Nothing is said in one language only, and nothing a template says stands outside the catalogue."""

from __future__ import annotations

import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from string import Formatter

import pytest

import resources
from server.portal import accounts
from server.portal.words import LANGUAGES, catalogue, chosen, day_words, named

TEMPLATES = sorted(resources.path("portal").glob("*.html"))
CODE = sorted((Path(__file__).parents[4] / "server" / "portal").glob("*.py"))
MADE = ("account.factor_", "account.password_", "brand.", "code.lead_", "frame.", "mail.", "order.", "own.factor_",
        "pay.wrong_", "pay_link.over_", "pay_link.title_", "pay_link.wrong_", "plan.confirming", "plan.processing",
        "plan.state_", "plan.status_", "plan.wrong_", "plan_link.wrong_", "start.birth_", "start.way_", "tender.",
        "trouble.")  # fmt: skip
"""Groups whose keys are put together in code or templates."""


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_everything_with_the_same_values(language: str) -> None:
    english, other = catalogue("en"), catalogue(language)
    assert english.keys() == other.keys()
    assert {key: fields(text) for key, text in english.items()} == {key: fields(text) for key, text in other.items()}
    assert [key for key, text in other.items() if not text.strip()] == []
    if language != "en":
        same = {key for key in english if english[key] == other[key] and key.partition(".")[0] != "brand"}
        assert same == {"pay.card"}, "left as it is in English"


def test_every_sentence_is_asked_for_and_every_one_asked_for_is_there() -> None:
    said = "".join(path.read_text(encoding="utf-8") for path in (*TEMPLATES, *CODE))
    asked = set(re.findall(r"""(?:\bt|\bsay)\(\s*['"]([a-z_]+\.[a-z_0-9]+)['"]\s*[,)]""", said))
    assert asked - catalogue("en").keys() == set()
    unused = {key for key in catalogue("en") if key not in asked and not key.startswith(MADE)}
    assert unused == set()
    assert {f"start.way_{way}" for way in accounts.WAYS} <= catalogue("en").keys()


class _Words(HTMLParser):
    """What a template says by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in ("aria-label", "alt", "title", "placeholder")]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_a_template_says_nothing_of_its_own(path: Path) -> None:
    parser = _Words()
    parser.feed(re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", path.read_text(encoding="utf-8"), flags=re.S))
    assert [word for word in " ".join(parser.found).split() if re.search(r"[A-Za-z]", word)] == []


@pytest.mark.parametrize(
    ("asked", "accepted", "language"),
    [("es", "en", "es"), ("", "es-MX,es;q=0.9,en;q=0.8", "es"), ("", "fr-FR,en;q=0.5", "en"), ("", "", "en"),
     ("xx", "de, ES", "es")],
)  # fmt: skip
def test_the_language_of_a_page(asked: str, accepted: str, language: str) -> None:
    assert chosen(asked, accepted) == language


def test_days_and_names() -> None:
    assert day_words("en", "2026-05-14") == "May 14, 2026"
    assert day_words("en", "2026-05-14", date(2026, 1, 1)) == "May 14"
    assert day_words("es", "2026-05-14T12:00:00Z") == "14 may 2026"
    assert day_words("es", "2025-05-14", date(2026, 1, 1)) == "14 may 2025"
    assert day_words("en", "soon") == "soon"
    assert named("es", "brand", "VISA") == "Visa"
    assert named("en", "brand", "elo") == "elo"
