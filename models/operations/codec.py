"""Operation bodies and records as JSON: frozen dataclasses of text, whole numbers, truth values and one another."""

from __future__ import annotations

import hashlib
import types
from collections.abc import Hashable
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import orjson

T = TypeVar("T")


LARGEST_WHOLE = 10**12
"""No whole number in a body is beyond this: sums of many million of them still fit into 64 bits."""


class BodyInvalid(ValueError):
    """A body that does not fit its type; `path` names the field."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path or 'body'}: {reason}")
        self.path, self.reason = path, reason


def canonical(value: Any) -> bytes:
    """The one way to write a JSON value as bytes: keys sorted, no spaces, UTF-8. Hashes are taken over this."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def sha256_hex(value: bytes) -> str:
    """Lower-case hex SHA-256 of `value`."""
    return hashlib.sha256(value).hexdigest()


def to_json(body: Any) -> dict[str, Any]:
    """A dataclass as plain JSON values, leaving out every field that is None or empty: old readers stay content."""
    return {
        field.name: _plain(value)
        for field in fields(body)
        if (value := getattr(body, field.name)) is not None and value != ()
    }


def from_json(kind: type[T], data: Any, path: str = "") -> T:
    """The dataclass `kind` from plain JSON values. Unknown names are ignored (a newer writer may add some).

    Raises BodyInvalid with the field's path when a value is missing or of another type; nothing is guessed.
    """
    if not isinstance(data, dict):
        raise BodyInvalid(path, "not an object")
    values: dict[str, Any] = {}
    for name, hint, required in _shape(cast(Hashable, kind)):
        here = f"{path}.{name}" if path else name
        if data.get(name) is None:
            if required:
                raise BodyInvalid(here, "missing")
            continue
        values[name] = _typed(hint, data[name], here)
    return kind(**values)


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return to_json(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


@cache
def _shape(kind: Any) -> tuple[tuple[str, Any, bool], ...]:
    hints = get_type_hints(kind)
    return tuple(
        (f.name, hints[f.name], f.default is MISSING and f.default_factory is MISSING) for f in fields(kind) if f.init
    )


def _typed(hint: Any, value: Any, path: str) -> Any:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        inner = [arg for arg in get_args(hint) if arg is not type(None)]
        return _typed(inner[0], value, path)
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise BodyInvalid(path, "not a list")
        return tuple(_typed(get_args(hint)[0], item, f"{path}[{i}]") for i, item in enumerate(value))
    if is_dataclass(hint):
        return from_json(cast(type[Any], hint), value, path)
    if hint is int and (type(value) is not int):
        raise BodyInvalid(path, "not a whole number")
    if hint is int and abs(value) > LARGEST_WHOLE:
        raise BodyInvalid(path, "out of range")
    if hint is bool and type(value) is not bool:
        raise BodyInvalid(path, "not true or false")
    if hint is str and not isinstance(value, str):
        raise BodyInvalid(path, "not text")
    if hint is str and "\x00" in value:
        raise BodyInvalid(path, "holds a zero sign, which no database keeps")
    return value
