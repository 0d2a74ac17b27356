"""Bodies without card data: the last wall before anything is written down. Forms say so before; this says nothing."""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import Any, cast

from models.basics.card_numbers import CARD_DATA_BLOCKED, holds_brand_number, holds_card_data, may_hold

NUMBERS = frozenset({
    "auth_code", "benefits", "claim_no", "group_no", "host_ref", "member_id", "mrn", "number", "payer_id", "raw",
    "receipt_no", "reference", "terminal_ref", "terminal_txn_no", "token", "trace", "trace_no",
})  # fmt: skip
"""Fields in which other programs' long numbers are usual. Names of records (`id`, `…_id`, `…_ids`) are made by us."""


_SHORTEST = 13
_NAMES = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<![0-9a-f])[0-9a-f]{32,}(?![0-9a-f])")
"""Names and hashes of ours, wherever they stand: their digits mean nothing."""


def without_card_data(body: Any) -> Any:
    """`body`, or one like it in which every text that held a card number or a track reads `CARD_DATA_BLOCKED`."""
    changed: dict[str, Any] = {}
    for name in _texts(cast(Hashable, type(body))):
        value = getattr(body, name)
        if value and (type(value) is not str or len(value) >= _SHORTEST):
            clean = _clean(value, name)
            if clean is not value:
                changed[name] = clean
    return replace(body, **changed) if changed else body


@cache
def _texts(kind: Hashable) -> tuple[str, ...]:
    """The fields of a kind of body in which a card number could stand."""
    found = fields(cast(Any, kind))
    return tuple(field.name for field in found if field.type not in ("int", "bool") and not _made_here(field.name))


def _made_here(name: str) -> bool:
    return name not in NUMBERS and (name == "id" or name.endswith(("_id", "_ids")))


def _clean(value: Any, name: str) -> Any:
    if isinstance(value, str):
        holds = holds_brand_number if name in NUMBERS else holds_card_data
        return CARD_DATA_BLOCKED if may_hold(value) and holds(_NAMES.sub("#", value)) and holds(value) else value
    if isinstance(value, tuple):
        clean = tuple(_clean(each, name) for each in value)
        return value if all(one is other for one, other in zip(clean, value, strict=True)) else clean
    if is_dataclass(value) and not isinstance(value, type):
        return without_card_data(value)
    return value
