"""Batches, answers and pages as the bytes that travel. JSON; names are the field names of `protocol`.

Reading checks shape and types and raises WireInvalid; it never guesses. What an operation's body means is not looked
at here: that is the engine's business.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import fields
from operator import itemgetter
from typing import Any, TypeVar

import orjson

from models.operations.operation import EnvelopeInvalid, Operation, from_wire
from models.operations.protocol import LogEntry, Page, PushAnswer, PushBatch, PushResult

T = TypeVar("T")


class WireInvalid(ValueError):
    """Bytes that are not what they should be; `path` names the field."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path, self.reason = path, reason


def batch_hash(ops: tuple[Operation, ...]) -> str:
    """One hash over the stream hashes of a batch, in order."""
    return hashlib.sha256("".join(op.hash for op in ops).encode()).hexdigest()


def batch_to_bytes(batch: PushBatch) -> bytes:
    """A push as sent."""
    return orjson.dumps({
        "device": batch.device, "epoch": batch.epoch, "from_dseq": batch.from_dseq,
        "batch_hash": batch_hash(batch.ops), "ops": [op.to_wire() for op in batch.ops],
    })  # fmt: skip


def batch_from_bytes(data: bytes) -> PushBatch:
    """A push as received: every envelope whole, every hash holding, dseq without a gap."""
    plain = _object(data)
    device, epoch, first = _field(plain, "device", str), _field(plain, "epoch", int), _field(plain, "from_dseq", int)
    ops = []
    for n, envelope in enumerate(_field(plain, "ops", list)):
        try:
            op = from_wire(envelope)
        except EnvelopeInvalid as error:
            raise WireInvalid(f"ops[{n}]", str(error)) from error
        if (op.device, op.epoch, op.dseq) != (device, epoch, first + n):
            raise WireInvalid(f"ops[{n}].dseq", "not the place it stands at")
        ops.append(op)
    batch = PushBatch(device, epoch, first, tuple(ops))
    if not ops:
        raise WireInvalid("ops", "none")
    if _field(plain, "batch_hash", str) != batch_hash(batch.ops):
        raise WireInvalid("batch_hash", "does not hold")
    return batch


def answer_to_bytes(answer: PushAnswer, advice: Mapping[str, int]) -> bytes:
    """The hub's answer to a push; `advice` tells the desk how much to send at once."""
    return orjson.dumps({
        "server_epoch": answer.server_epoch, "head": answer.head, "server_time": answer.server_time,
        "results": [{f: getattr(result, f) for f in _RESULT} for result in answer.results], "advice": dict(advice),
    })  # fmt: skip


def answer_from_bytes(data: bytes) -> tuple[PushAnswer, dict[str, int]]:
    """The hub's answer and its advice."""
    plain = _object(data)
    results = tuple(_build(PushResult, row, f"results[{n}]") for n, row in enumerate(_field(plain, "results", list)))
    answer = PushAnswer(_field(plain, "server_epoch", str), _field(plain, "head", int), results,
                        _field(plain, "server_time", str))  # fmt: skip
    advice = {name: value for name, value in _field(plain, "advice", dict).items() if type(value) is int}
    return answer, advice


def page_to_bytes(page: Page) -> bytes:
    """A stretch of the log as served."""
    plain = {name: getattr(page, name) for name in _PAGE}
    plain["entries"] = [{name: getattr(entry, name) for name in _ENTRY} for entry in page.entries]
    return orjson.dumps(plain)


def page_from_bytes(data: bytes) -> Page:
    """A stretch of the log as received. Contiguity and hashes are for the reader of the log to check."""
    plain = _object(data)
    entries = tuple(_build(LogEntry, row, f"entries[{n}]") for n, row in enumerate(_field(plain, "entries", list)))
    return _build(Page, {**plain, "entries": entries}, "page")


def _object(data: bytes) -> dict[str, Any]:
    try:
        plain = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise WireInvalid("body", "not JSON") from error
    if not isinstance(plain, dict):
        raise WireInvalid("body", "not an object")
    return plain


def _field(plain: Mapping[str, Any], name: str, kind: type[T]) -> T:
    value = plain.get(name)
    if type(value) is not kind:
        raise WireInvalid(name, f"not {kind.__name__}")
    return value


def _build(kind: type[T], row: Any, path: str) -> T:
    """The flat dataclass `kind` from `row`: every field there, every type right."""
    if not isinstance(row, dict):
        raise WireInvalid(path, "not an object")
    names, pick, shapes = _SHAPES[kind]
    try:
        values = pick(row)
    except KeyError as error:
        raise WireInvalid(f"{path}.{error.args[0]}", "missing") from error
    if tuple(map(type, values)) not in shapes:
        wrong = next(n for n, value in enumerate(values) if all(type(value) is not shape[n] for shape in shapes))
        raise WireInvalid(f"{path}.{names[wrong]}", "of another type")
    return kind(*values)


_Shape = tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]], frozenset[tuple[type, ...]]]
_RESULT = tuple(field.name for field in fields(PushResult))
_ENTRY = tuple(field.name for field in fields(LogEntry))
_PAGE = tuple(field.name for field in fields(Page))
_OTHERS: dict[str, type] = {
    "seq": int, "from_seq": int, "to_seq": int, "head": int, "granted": int, "op": dict, "transfers": list,
    "accounts": list, "entries": tuple, "has_more": bool,
}  # fmt: skip


def _shapes(names: tuple[str, ...]) -> _Shape:
    """Names, what takes their values out of a row, and the types these may have: `granted` may be null."""
    whole = tuple(_OTHERS.get(name, str) for name in names)
    without = tuple(type(None) if name == "granted" else kind for name, kind in zip(names, whole, strict=True))
    return names, itemgetter(*names), frozenset({whole, without})


_SHAPES: dict[type, _Shape] = {
    kind: _shapes(names) for kind, names in ((PushResult, _RESULT), (LogEntry, _ENTRY), (Page, _PAGE))
}
