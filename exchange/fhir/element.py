"""A JSON object of a resource with its path: typed access that refuses what is of the wrong type, by name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from exchange.values import LONGEST_TEXT, clean, iso_day, iso_moment
from models.basics.errors import ImportRefused

_AMOUNT = re.compile(r"\s*[+-]?\d{1,300}(?:\.\d{0,300})?\s*", re.ASCII)
_TAG = re.compile(
    r"\s*\((?:procedure|finding|disorder|situation|regime/therapy|qualifier value|observable entity|event|"
    r"substance|product|environment|record artifact)\)$"
)


class Element:
    """One object inside a resource. `path` is the JSON path to it from the start of the file."""

    __slots__ = ("data", "path")

    def __init__(self, data: dict[str, Any], path: str) -> None:
        self.data, self.path = data, path

    def at(self, name: str) -> str:
        """The path of a field."""
        return f"{self.path}.{name}" if self.path else name

    def has(self, name: str) -> bool:
        """Is the field there and not null?"""
        return self.data.get(name) is not None

    def wrong(self, name: str, wanted: str) -> ImportRefused:
        """The refusal of a field that is no `wanted`."""
        return ImportRefused("import.wrong_type", path=self.at(name), wanted=wanted)

    def text(self, name: str, limit: int = LONGEST_TEXT) -> str:
        """A clean line of text; empty when absent."""
        value = self.data.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise self.wrong(name, "text")
        return clean(value, self.at(name), limit)

    def flag(self, name: str) -> bool | None:
        """True, false, or None when absent."""
        value = self.data.get(name)
        if value is None or isinstance(value, bool):
            return value
        raise self.wrong(name, "true or false")

    def child(self, name: str) -> Element | None:
        """The object in a field; None when absent."""
        value = self.data.get(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self.wrong(name, "an object")
        return Element(value, self.at(name))

    def children(self, name: str) -> list[Element]:
        """The objects of a list; empty when absent."""
        value = self.data.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.wrong(name, "a list")
        made = []
        for i, item in enumerate(value):
            if not isinstance(item, dict):
                raise self.wrong(f"{name}[{i}]", "an object")
            made.append(Element(item, f"{self.at(name)}[{i}]"))
        return made

    def texts(self, name: str) -> list[str]:
        """The non-empty lines of a list of texts (nulls are passed over, they hold a place in FHIR)."""
        value = self.data.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.wrong(name, "a list")
        lines = []
        for i, item in enumerate(value):
            if item is not None and not isinstance(item, str):
                raise self.wrong(f"{name}[{i}]", "text")
            lines.append(clean(item, f"{self.at(name)}[{i}]") if item else "")
        return [line for line in lines if line]

    def number(self, name: str) -> Decimal | None:
        """An exact number, also where it is written as text (`"1250.00"`); None when absent."""
        value = self.data.get(name)
        if value is None or isinstance(value, Decimal):
            return value
        if isinstance(value, str) and _AMOUNT.fullmatch(value):
            try:
                return Decimal(value.strip())
            except InvalidOperation as error:
                raise self.wrong(name, "a number") from error
        raise self.wrong(name, "a number")

    def money(self, name: str) -> Decimal | None:
        """The exact amount of a Money; None when absent or without a value. Only US dollars are taken."""
        money = self.child(name)
        return money.dollars() if money else None

    def dollars(self) -> Decimal | None:
        """The exact amount of this Money. Raises ImportRefused `import.currency` for any other currency."""
        currency = self.text("currency", 16)
        value = self.number("value")
        if value is not None and currency.upper() not in {"", "USD"}:
            raise ImportRefused("import.currency", path=self.at("currency"))
        return value

    def moment(self, name: str, zone: ZoneInfo) -> Any:
        """An aware moment; None when absent."""
        text = self.text(name, 64)
        return iso_moment(text, zone, self.at(name)) if text else None

    def day(self, name: str, *, end: bool = False) -> str:
        """The ISO date of a date or dateTime as written, empty when absent."""
        text = self.text(name, 64)
        return iso_day(text, self.at(name), end=end).isoformat() if text else ""

    def codings(self) -> Iterator[tuple[str, str, str]]:
        """(system, code, display) of each coding of this CodeableConcept."""
        for coding in self.children("coding"):
            yield coding.text("system"), coding.text("code"), coding.text("display")

    def concept(self, *names: str) -> str:
        """The words of the first concept among the fields `names` (single or list): text, else a display, else a code.

        The semantic tag of a SNOMED term is left out: `Encounter for check up (procedure)`.
        """
        for name in names:
            for concept in self.concepts(name):
                if words := concept.words():
                    return words
        return ""

    def concepts(self, name: str) -> list[Element]:
        """The CodeableConcepts of a field that may be single or a list."""
        if isinstance(self.data.get(name), list):
            return self.children(name)
        single = self.child(name)
        return [single] if single else []

    def words(self) -> str:
        """What this CodeableConcept says to a person."""
        shown = self.text("text")
        codes = ""
        if not shown:
            for _, code, display in self.codings():
                if display:
                    shown = display
                    break
                codes = codes or code
        return _TAG.sub("", shown or codes)

    def code(self, name: str) -> str:
        """The first code of a concept, empty when there is none."""
        for concept in self.concepts(name):
            for _, code, _ in concept.codings():
                if code:
                    return code
        return ""

    def extension(self, ending: str) -> Element | None:
        """The first extension whose url ends so."""
        for extension in self.children("extension"):
            if extension.text("url").endswith(ending):
                return extension
        return None


def category(element: Element) -> str:
    """The last part of the code of an adjudication's or total's category, lower case: `line_coinsrnc_amt`, `copay`."""
    for concept in element.concepts("category"):
        for _, code, _ in concept.codings():
            if code:
                return code.rstrip("/").rsplit("/", 1)[-1].casefold()
    return ""
