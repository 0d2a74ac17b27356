"""A case file as frozen data. Whatever the format does not know is refused with the place where it stands."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from tests.cases.words import ACTS, EXPECTED, SETTINGS, Amount, Known

TODAY = "2026-03-16"
"""The day of a case that names none."""


OFFLINE = "offline"
"""The act in which two desks do things without each other."""
DESKS = ("first", "second")


class CaseWrong(ValueError):
    """A file that is no case; the text says where and why."""


@dataclass(frozen=True, slots=True)
class Act:
    """One thing somebody does. `refused` is the message key it must fail with (empty: it must succeed); `meanwhile`
    happens elsewhere after its preview; `twice` does it a second time, which must fail with `twice`. While the line is
    down, `first` and `second` is what the two desks do without each other."""

    name: str
    values: Mapping[str, Any]
    place: str
    refused: str = ""
    twice: str = ""
    meanwhile: tuple[Act, ...] = ()
    expect: Mapping[str, Any] = field(default_factory=dict)
    first: tuple[Act, ...] = ()
    second: tuple[Act, ...] = ()

    @property
    def parts(self) -> tuple[Act, ...]:
        """The act, and every one that belongs to it."""
        return (self, *(part for each in (*self.meanwhile, *self.first, *self.second) for part in each.parts))


@dataclass(frozen=True, slots=True)
class Case:
    """A whole case."""

    path: Path
    title: str
    rows: tuple[str, ...]
    today: str
    settings: Mapping[str, Any]
    patients: tuple[Mapping[str, Any], ...]
    providers: tuple[Mapping[str, Any], ...]
    visits: tuple[Mapping[str, Any], ...]
    given: tuple[Act, ...]
    acts: tuple[Act, ...]
    expect: Mapping[str, Any]

    @property
    def every_act(self) -> tuple[Act, ...]:
        """Whatever is done in it, by anybody."""
        return tuple(part for each in (*self.given, *self.acts) for part in each.parts)

    @property
    def takes_two(self) -> bool:
        """Do two desks do something without each other, so that it cannot be played at one?"""
        return any(each.name == OFFLINE for each in self.every_act)


def read_case(path: Path) -> Case:
    """The case in a file. Raises CaseWrong, or OSError when it cannot be read."""
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CaseWrong(f"not TOML: {error}") from error
    known = {"title", "rows", "today", "settings", "patient", "provider", "visit", "given", "do", "expect"}
    _only(data, known, "the file")
    if not data.get("title") or not data.get("do"):
        raise CaseWrong("a case has a title and at least one [[do]]")
    settings = _values(data.get("settings", {}), SETTINGS, "settings")
    return Case(
        path=path, title=str(data["title"]), rows=tuple(map(str, data.get("rows", ()))),
        today=_day(data.get("today", TODAY), "today"), settings=settings,
        patients=_records(data, "patient", {"id": str, "guarantor": str}),
        providers=_records(data, "provider", {"id": str, "auto_allocate": bool}),
        visits=_records(data, "visit", {"id": str, "patient": str, "date": date, "provider": str, "status": str,
                                        "payment_profile": str}),
        given=tuple(_act(each, f"given {n}") for n, each in enumerate(data.get("given", ()), 1)),
        acts=tuple(_act(each, f"do {n}") for n, each in enumerate(data["do"], 1)),
        expect=_expected(data.get("expect", {}), "expect"),
    )  # fmt: skip


def cents(value: Any, place: str) -> int:
    """`40` and `"40.00"` are forty dollars. Raises CaseWrong for anything finer than a cent, and for floats."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise CaseWrong(f'{place}: an amount is 40 or "40.25", not {value!r}')
    try:
        exact = Decimal(value) * 100
    except InvalidOperation as error:
        raise CaseWrong(f"{place}: {value!r} is no amount") from error
    if exact != exact.to_integral_value():
        raise CaseWrong(f"{place}: {value!r} is finer than a cent")
    return int(exact)


def _act(data: Any, place: str) -> Act:
    if not isinstance(data, dict) or data.get("act") not in ACTS:
        raise CaseWrong(f"{place}: act is one of {', '.join(sorted(ACTS))}")
    name = str(data["act"])
    more = {"act", "refused", "twice", "meanwhile", "expect", *(DESKS if name == OFFLINE else ())}
    values = _values({key: value for key, value in data.items() if key not in more}, ACTS[name], f"{place} ({name})")
    meanwhile = tuple(_act(each, f"{place}, meanwhile {n}") for n, each in enumerate(data.get("meanwhile", ()), 1))
    first, second = (tuple(_act(each, f"{place}, {desk} {n}") for n, each in enumerate(data.get(desk, ()), 1))
                     for desk in DESKS)  # fmt: skip
    if values.get("arrives", "first") not in DESKS:
        raise CaseWrong(f"{place}: arrives is first or second")
    return Act(name, values, f"{place} ({name})", str(data.get("refused", "")), str(data.get("twice", "")), meanwhile,
               _expected(data.get("expect", {}), f"{place}, expect"), first, second)  # fmt: skip


def _values(data: Mapping[str, Any], known: Known, place: str) -> dict[str, Any]:
    _only(data, known.keys(), place)
    return {key: _value(data[key], known[key], f"{place}: {key}") for key in data}


def _value(value: Any, kind: Any, place: str) -> Any:
    if kind is Amount:
        return cents(value, place)
    if kind is date:
        return _day(value, place)
    if kind is dict:
        return {str(name): cents(part, f"{place}.{name}") for name, part in dict(value).items()}
    if kind is list:
        return tuple(map(str, value))
    if not isinstance(value, kind):
        raise CaseWrong(f"{place} is {kind.__name__}, not {value!r}")
    return value


def _records(data: Mapping[str, Any], name: str, known: Known) -> tuple[dict[str, Any], ...]:
    found = tuple(_values(each, known, f"{name} {n}") for n, each in enumerate(data.get(name, ()), 1))
    for each in found:
        if not each.get("id"):
            raise CaseWrong(f"{name}: every one has an id")
    return found


def _expected(data: Mapping[str, Any], place: str) -> dict[str, Any]:
    _only(data, EXPECTED.keys(), place)
    found: dict[str, Any] = {}
    for what, them in data.items():
        known = EXPECTED[what]
        found[what] = {
            name: _values(one, known, f"{place}.{what}.{name}") if isinstance(known, dict)
            else _value(one, known, f"{place}.{what}.{name}")
            for name, one in dict(them).items()
        }  # fmt: skip
    return found


def _only(data: Any, known: Any, place: str) -> None:
    if not isinstance(data, dict):
        raise CaseWrong(f"{place} is no table")
    strange = sorted(data.keys() - set(known))
    if strange:
        raise CaseWrong(f"{place}: nobody knows {', '.join(strange)}; there are {', '.join(sorted(known))}")


def _day(value: Any, place: str) -> str:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError as error:
        raise CaseWrong(f"{place}: {value!r} is no day like 2026-03-16") from error
