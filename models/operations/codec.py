"""Operation bodies and records as JSON: frozen dataclasses of text, whole numbers, truth values and one another."""

from __future__ import annotations

import hashlib
import types
from collections.abc import Callable, Hashable
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from operator import attrgetter
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
    """A dataclass as plain JSON values, without what is None or an empty optional list: old readers stay content."""
    take, names, more = _written(cast(Hashable, type(body)))
    found: dict[str, Any] = dict(zip(names, take(body), strict=True))
    for name, required in more:
        value = found[name]
        if value is None or (value == () and not required):
            del found[name]
        else:
            found[name] = _plain(value)
    return found


def from_json(kind: type[T], data: Any, path: str = "") -> T:
    """The dataclass `kind` from plain JSON values. Unknown names are ignored (a newer writer may add some).

    Raises BodyInvalid with the field's path when a value is missing or of another type; nothing is guessed.
    """
    if not isinstance(data, dict):
        raise BodyInvalid(path, "not an object")
    values: dict[str, Any] = {}
    for name, read, required in _shape(cast(Hashable, kind)):
        value = data.get(name)
        if value == "" and read is _read_text:
            values[name] = value  # most of what a record could say it does not
        elif value is not None:
            values[name] = read(value, path, name)
        elif required:
            raise BodyInvalid(_joined(path, name), "missing")
    return kind(**values)


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return to_json(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


Reader = Callable[[Any, str, str], Any]
"""Takes a JSON value, the path to its object and its name there; returns it typed or raises BodyInvalid."""


@cache
def _shape(kind: Any) -> tuple[tuple[str, Reader, bool], ...]:
    hints = get_type_hints(kind)
    return tuple(
        (f.name, _reader(hints[f.name]), f.default is MISSING and f.default_factory is MISSING)
        for f in fields(kind)
        if f.init
    )


@cache
def _written(kind: Any) -> tuple[Callable[[Any], tuple[Any, ...]], tuple[str, ...], tuple[tuple[str, bool], ...]]:
    """Takes the values of every field at once; their names; which of them may be more than a plain value, and whether
    they have no default."""
    hints = get_type_hints(kind)
    names = tuple(name for name, _, _ in _shape(kind))
    take = attrgetter(*names) if len(names) > 1 else lambda body: tuple(getattr(body, name) for name in names)
    more = tuple((name, required) for name, _, required in _shape(kind) if hints[name] not in _PLAIN)
    return take, names, more


def _reader(hint: Any) -> Reader:
    """How a value of one type hint is read: chosen once per field, not once per value."""
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        kinds = [arg for arg in get_args(hint) if arg is not type(None)]
        return _reader(kinds[0]) if len(kinds) == 1 else _either_reader([_reader(kind) for kind in kinds])
    if origin is tuple:
        items = get_args(hint)
        return _list_reader(_reader(items[0])) if items[-1] is Ellipsis else _row_reader([_reader(i) for i in items])
    if is_dataclass(hint):
        kind = cast(type[Any], hint)
        return lambda value, path, name: from_json(kind, value, _joined(path, name))
    return _PLAIN.get(hint, _as_is)


def _either_reader(readers: list[Reader]) -> Reader:
    def read(value: Any, path: str, name: str) -> Any:
        for reader in readers[:-1]:
            try:
                return reader(value, path, name)
            except BodyInvalid:
                continue
        return readers[-1](value, path, name)

    return read


def _list_reader(item: Reader) -> Reader:
    def read(value: Any, path: str, name: str) -> Any:
        if not isinstance(value, list | tuple):
            raise BodyInvalid(_joined(path, name), "not a list")
        return tuple(item(one, path, f"{name}[{i}]") for i, one in enumerate(value))

    return read


def _row_reader(items: list[Reader]) -> Reader:
    def read(value: Any, path: str, name: str) -> Any:
        if not isinstance(value, list | tuple) or len(value) != len(items):
            raise BodyInvalid(_joined(path, name), f"not a list of {len(items)}")
        return tuple(item(one, path, f"{name}[{i}]") for i, (item, one) in enumerate(zip(items, value, strict=True)))

    return read


def _read_text(value: Any, path: str, name: str) -> str:
    if type(value) is not str:
        raise BodyInvalid(_joined(path, name), "not text")
    if "\x00" in value:
        raise BodyInvalid(_joined(path, name), "holds a zero sign, which no database keeps")
    return value


def _read_whole(value: Any, path: str, name: str) -> int:
    if type(value) is not int:
        raise BodyInvalid(_joined(path, name), "not a whole number")
    if not -LARGEST_WHOLE <= value <= LARGEST_WHOLE:
        raise BodyInvalid(_joined(path, name), "out of range")
    return value


def _read_truth(value: Any, path: str, name: str) -> bool:
    if type(value) is not bool:
        raise BodyInvalid(_joined(path, name), "not true or false")
    return value


def _as_is(value: Any, _path: str, _name: str) -> Any:
    return value


_PLAIN: dict[Any, Reader] = {str: _read_text, int: _read_whole, bool: _read_truth}


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
