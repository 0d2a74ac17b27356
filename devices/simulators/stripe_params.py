"""Which parameters a route of Stripe's API takes: read from the typed parameters that Stripe publishes with its SDK.

Values come as text of a form; they are checked and turned into what the types say. What Stripe would refuse is refused
in its words (`parameter_unknown`, `parameter_missing`, `parameter_invalid_integer` …).
"""

from __future__ import annotations

import sys
import types
import typing
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin

from stripe import params as published
from stripe._request_options import RequestOptions
from stripe.params import checkout, terminal, test_helpers
from stripe.params.test_helpers import terminal as test_terminal

from devices.simulators.stripe_errors import ApiError, wrong

_ROOMS = (published, terminal, test_helpers, test_terminal, checkout)
_OPTIONS = frozenset(RequestOptions.__annotations__)
GONE = {"payment_method_types": ("PaymentIntentCreateParams", "PaymentIntentUpdateParams", "SetupIntentCreateParams",
                                 "SetupIntentUpdateParams")}  # fmt: skip
"""Parameters that were taken away (API 2026-09-30) and are refused by name."""


def checked(name: str, given: dict[str, Any], required: tuple[str, ...] = ()) -> dict[str, Any]:
    """`given` for the parameters called `name` (`PaymentIntentCreateParams`), as typed values. `required` are those
    the types leave open and the route needs. Raises ApiError."""
    for gone, places in GONE.items():
        if gone in given and name in places:
            raise ApiError(400, "invalid_request_error", f"{gone}_no_longer_supported",
                           f"The parameter {gone} is no longer supported; use allowed_{gone}.", param=gone)  # fmt: skip
    made = _typed(_class(name), given, "")
    for each in required:
        if each not in made:
            raise _missing(each)
    return made


@cache
def _class(name: str) -> type:
    for room in _ROOMS:
        found = getattr(room, name, None)
        if found is not None:
            return found  # type: ignore[no-any-return]
    raise LookupError(name)


@cache
def fields(kind: type) -> dict[str, Any]:
    """The fields of typed parameters, without the SDK's own options."""
    bare = type(kind.__name__, (), {"__annotations__": {
        name: hint for name, hint in kind.__annotations__.items() if name not in _OPTIONS
    }})  # fmt: skip
    return typing.get_type_hints(bare, vars(sys.modules[kind.__module__]))


def _typed(kind: type, given: dict[str, Any], where: str) -> dict[str, Any]:
    known, made = fields(kind), {}
    for name, value in given.items():
        place = f"{where}[{name}]" if where else name
        if name not in known:
            raise wrong("parameter_unknown", f"Received unknown parameter: {place}", place)
        made[name] = _value(known[name], value, place)
    for name in known:
        if name in kind.__required_keys__ and name not in made:  # type: ignore[attr-defined]
            raise _missing(f"{where}[{name}]" if where else name)
    return made


def _missing(place: str) -> ApiError:
    return wrong("parameter_missing", f"Missing required param: {place}.", place)


def _value(hint: Any, value: Any, place: str) -> Any:
    """The first of the hint's kinds that `value` is."""
    if get_origin(hint) not in (Union, types.UnionType):
        return _one(hint, value, place)
    choices = [each for each in get_args(hint) if _is_checked(each)]
    literals = [each for each in choices if get_origin(each) is Literal]
    words = [word for each in literals for word in get_args(each)]
    closed = literals and set(choices) <= {*literals, str}  # the types leave enumerations open; the API does not
    if closed and isinstance(value, str) and value not in words:
        raise wrong("", f"Invalid {place}: must be one of {', '.join(map(str, words))}", place)
    failed: ApiError | None = None
    for each in choices:
        try:
            return _one(each, value, place)
        except ApiError as error:
            failed = error
    raise failed or wrong("parameter_invalid", f"Invalid {place}", place)


def _is_checked(hint: Any) -> bool:
    return hasattr(hint, "__required_keys__") or (get_origin(hint) or hint) in _MAKERS


def _one(hint: Any, value: Any, place: str) -> Any:
    if hasattr(hint, "__required_keys__"):  # a TypedDict, of whichever library
        if not isinstance(value, dict):
            raise wrong("", f"Invalid object: {place}", place)
        return _typed(hint, value, place)
    maker = _MAKERS.get(get_origin(hint) or hint)
    return maker(hint, value, place) if maker else value


def _whole(_hint: Any, value: Any, place: str) -> int:
    if not isinstance(value, str) or not value.lstrip("-").isdecimal():
        raise wrong("parameter_invalid_integer", f"Invalid integer: {value}", place)
    return int(value)


def _yes_or_no(_hint: Any, value: Any, place: str) -> bool:
    if value not in ("true", "false"):
        raise wrong("", f"Invalid boolean: {value}", place)
    return bool(value == "true")


def _words(_hint: Any, value: Any, place: str) -> str:
    if not isinstance(value, str):
        raise wrong("", f"Invalid string: {place}", place)
    return value


def _literal(hint: Any, value: Any, place: str) -> Any:
    if value not in get_args(hint):
        raise wrong("", f"Invalid {place}: must be one of {', '.join(map(str, get_args(hint)))}", place)
    return value


def _list(hint: Any, value: Any, place: str) -> list[Any]:
    if not isinstance(value, list):
        raise wrong("", f"Invalid array: {place}", place)
    return [_value(get_args(hint)[0], each, f"{place}[{number}]") for number, each in enumerate(value)]


def _mapping(_hint: Any, value: Any, place: str) -> dict[str, Any]:
    if value == "":
        return {}
    if not isinstance(value, dict):
        raise wrong("", f"Invalid hash: {place}", place)
    if place == "metadata":
        _check_metadata(value)
    return value


def _check_metadata(value: dict[str, Any]) -> None:
    if len(value) > 50:
        raise wrong("", "Metadata may have at most 50 keys", "metadata")
    for key, text in value.items():
        if len(key) > 40 or len(str(text)) > 500:
            raise wrong("", "Metadata keys have at most 40 and values at most 500 characters", f"metadata[{key}]")


_MAKERS: dict[Any, Any] = {int: _whole, bool: _yes_or_no, str: _words, Literal: _literal, list: _list, dict: _mapping}
