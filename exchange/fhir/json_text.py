"""JSON with every number as an exact decimal, and no name twice in one object."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from models.basics.errors import ImportRefused


class Doubled(dict[str, Any]):
    """An object that names something twice: which of the two counts nobody can say."""

    name: str


@dataclass(frozen=True, slots=True)
class Document:
    """One JSON value of a file. `path` is empty, or the line in NDJSON; `doubled`: some object names things twice."""

    path: str
    value: Any
    doubled: bool


def parsed(text: str, path: str = "", first_line: int = 1) -> Document:
    """The value written in `text`; numbers are Decimal, exactly as written.

    Raises ImportRefused: `import.not_json` (with line and column), `import.too_deep`, `import.number_too_long`,
    `import.amount_not_finite` for NaN and Infinity.
    """
    doubles: list[Doubled] = []

    def made_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) == len(pairs):
            return made
        doubled = Doubled(made)
        names = [name for name, _ in pairs]
        doubled.name = next(name for name in names if names.count(name) > 1)
        doubles.append(doubled)
        return doubled

    decoder = json.JSONDecoder(parse_float=Decimal, parse_int=Decimal, parse_constant=_no_constant,
                               object_pairs_hook=made_object, strict=False)  # fmt: skip
    try:
        value = decoder.decode(text)
    except json.JSONDecodeError as error:
        raise ImportRefused("import.not_json", line=error.lineno + first_line - 1, column=error.colno) from error
    except RecursionError as error:
        raise ImportRefused("import.too_deep") from error
    except ArithmeticError as error:
        raise ImportRefused("import.number_too_long") from error
    return Document(path, value, bool(doubles))


def _no_constant(_name: str) -> Any:
    raise ImportRefused("import.amount_not_finite")


def documents(text: str) -> Iterator[Document | tuple[str, ImportRefused]]:
    """Each document of a file, or where and why it is none: one for JSON, one per line for NDJSON.

    NDJSON is known by its first line being a whole object with more to come after it.
    """
    lines = list(enumerate(text.split("\n"), start=1)) if _is_ndjson(text) else [(0, text)]
    for number, line in lines:
        if line.strip():
            path = f"line {number}" if number else ""
            try:
                yield parsed(line, path, number or 1)
            except ImportRefused as error:
                yield path, error


def _is_ndjson(text: str) -> bool:
    start = text.lstrip()
    if not start.startswith("{"):
        return False
    first, _, rest = start.partition("\n")
    if not rest.strip() or not first.rstrip().endswith("}"):
        return False
    try:
        return isinstance(parsed(first).value, dict)
    except ImportRefused:
        return rest.lstrip().startswith('{"resourceType"')


def doubled_name(value: Any) -> str | None:
    """A name that stands twice in some object inside `value`; None when there is none."""
    waiting = [value]
    while waiting:
        here = waiting.pop()
        if isinstance(here, dict):
            if isinstance(here, Doubled):
                return here.name
            waiting.extend(item for item in here.values() if isinstance(item, dict | list))
        elif isinstance(here, list):
            waiting.extend(item for item in here if isinstance(item, dict | list))
    return None
