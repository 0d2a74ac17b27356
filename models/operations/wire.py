"""Batches, answers and pages as the bytes that travel. JSON; names are the field names of `protocol`.

Reading checks shape and types and raises WireInvalid; it never guesses. What an operation's body means is not looked
at here: that is the engine's business.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from operator import itemgetter
from typing import Any, TypeVar

import orjson

from models.operations.codec import LARGEST_WHOLE
from models.operations.operation import EnvelopeInvalid, Operation, from_wire
from models.operations.protocol import (
    Ancestor,
    EpochAsk,
    EpochGrant,
    LogEntry,
    Page,
    Prior,
    PushAnswer,
    PushBatch,
    PushResult,
    Witness,
    Witnessed,
)
from models.operations.unreadable import unreadable

T = TypeVar("T")
_LONGEST = 400


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
        "server_epoch": batch.server_epoch, "token": batch.token,
        "priors": {op_id: {f: getattr(prior, f) for f in _PRIOR} for op_id, prior in batch.priors.items()},
    })  # fmt: skip


def batch_from_bytes(data: bytes, tenant: str = "") -> PushBatch:
    """A push as received, of a desk of `tenant`. Whoever signed the batch vouches for the place of each operation in
    it; one whose envelope is not whole or whose hashes do not hold comes as a stand-in (`unreadable`): its place is
    kept, and what came is quarantined. Raises WireInvalid when the batch itself is not whole."""
    plain = _object(data)
    device, epoch, first = _field(plain, "device", str), _field(plain, "epoch", int), _field(plain, "from_dseq", int)
    envelopes = _field(plain, "ops", list)
    ops = tuple(_operation(envelope, tenant, (device, epoch, first + n), n) for n, envelope in enumerate(envelopes))
    if not ops:
        raise WireInvalid("ops", "none")
    told = _field(plain, "batch_hash", str)
    if told != _told_batch_hash(envelopes):
        raise WireInvalid("batch_hash", "does not hold")
    priors = _field({"priors": {}, **plain}, "priors", dict)
    return PushBatch(
        device, epoch, first, ops, _field({"server_epoch": "", **plain}, "server_epoch", str),
        _field({"token": "", **plain}, "token", str),
        {op_id: _build(Prior, row, f"priors.{op_id}") for op_id, row in priors.items()},
    )  # fmt: skip


def _operation(envelope: Any, tenant: str, place: tuple[str, int, int], n: int) -> Operation:
    """The operation at a place of a batch. Raises WireInvalid when it is whole and says that it stands elsewhere."""
    try:
        op = from_wire(envelope)
    except EnvelopeInvalid as error:
        return unreadable(envelope, str(error), tenant, *place)
    if (op.device, op.epoch, op.dseq) != place:
        raise WireInvalid(f"ops[{n}].dseq", "not the place it stands at")
    return op


def _told_batch_hash(envelopes: list[Any]) -> str:
    """The hash over what the envelopes say their hashes are."""
    told = (envelope.get("hash") if isinstance(envelope, dict) else None for envelope in envelopes)
    return hashlib.sha256("".join(one if isinstance(one, str) else "" for one in told).encode()).hexdigest()


def answer_to_bytes(answer: PushAnswer, advice: Mapping[str, int]) -> bytes:
    """The hub's answer to a push; `advice` tells the desk how much to send at once."""
    return orjson.dumps({
        "server_epoch": answer.server_epoch, "head": answer.head, "server_time": answer.server_time,
        "results": [{f: getattr(result, f) for f in _RESULT} for result in answer.results], "advice": dict(advice),
        "token": answer.token,
    })  # fmt: skip


def answer_from_bytes(data: bytes) -> tuple[PushAnswer, dict[str, int]]:
    """The hub's answer and its advice."""
    plain = _object(data)
    results = tuple(_build(PushResult, row, f"results[{n}]") for n, row in enumerate(_field(plain, "results", list)))
    answer = PushAnswer(_field(plain, "server_epoch", str), _field(plain, "head", int), results,
                        _field(plain, "server_time", str), _field({"token": "", **plain}, "token", str))  # fmt: skip
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
    return _build(Page, {"proof": "", **plain, "entries": entries}, "page")


def witness_to_bytes(witness: Witness) -> bytes:
    """A stretch of the log as shown to a restored hub."""
    plain = {name: getattr(witness, name) for name in _WITNESS}
    plain["entries"] = [{name: getattr(entry, name) for name in _ENTRY} for entry in witness.entries]
    return orjson.dumps(plain)


def witness_from_bytes(data: bytes) -> Witness:
    """A stretch of the log as shown by a desk. Whether it is what the hub once served is for the hub to check."""
    plain = _object(data)
    entries = tuple(_build(LogEntry, row, f"entries[{n}]") for n, row in enumerate(_field(plain, "entries", list)))
    shown = _build(Witness, {**plain, "entries": entries}, "witness")
    _in_bounds("witness", (shown.after, shown.prev_hash, shown.prev_proof, shown.proof))
    return shown


def points_to_bytes(points: list[tuple[int, str]]) -> bytes:
    """Places of a log, (seq, hash) each."""
    return orjson.dumps({"points": points})


def points_from_bytes(data: bytes) -> list[tuple[int, str]]:
    """Places of a log, (seq, hash) each."""
    found = []
    for n, row in enumerate(_field(_object(data), "points", list)):
        if not isinstance(row, list) or tuple(map(type, row)) != (int, str):
            raise WireInvalid(f"points[{n}]", "not a place")
        _in_bounds(f"points[{n}]", row)
        found.append((row[0], row[1]))
    return found


def plain_to_bytes(value: EpochAsk | EpochGrant | Ancestor | Witnessed) -> bytes:
    """One of the small questions and answers."""
    return orjson.dumps({name: getattr(value, name) for name in _SHAPES[type(value)][0]})


def plain_from_bytes(kind: type[T], data: bytes) -> T:
    """One of the small questions and answers, of this kind."""
    plain = _object(data)
    for name, value in plain.items():
        _in_bounds(name, (value,))
    return _build(kind, plain, kind.__name__)


def _in_bounds(path: str, values: Sequence[Any]) -> None:
    """Raise WireInvalid for what no database keeps: counts out of range, long texts, texts with a zero sign."""
    for value in values:
        whole = isinstance(value, int) and not 0 <= value <= LARGEST_WHOLE
        if whole or (isinstance(value, str) and (len(value) > _LONGEST or "\x00" in value)):
            raise WireInvalid(path, "out of range")


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
_PAGE = tuple(field.name for field in fields(Page) if field.init)
_PRIOR = tuple(field.name for field in fields(Prior))
_WITNESS = tuple(field.name for field in fields(Witness))
_OTHERS: dict[str, type] = {
    "seq": int, "from_seq": int, "to_seq": int, "head": int, "granted": int, "op": dict, "transfers": list,
    "accounts": list, "entries": tuple, "has_more": bool, "epoch": int, "after": int, "missing": int, "taken": int,
    "to_the_letter": bool,
}  # fmt: skip


def _shapes(names: tuple[str, ...]) -> _Shape:
    """Names, what takes their values out of a row, and the types these may have: `granted` may be null."""
    whole = tuple(_OTHERS.get(name, str) for name in names)
    without = tuple(type(None) if name == "granted" else kind for name, kind in zip(names, whole, strict=True))
    return names, itemgetter(*names), frozenset({whole, without})


_SHAPES: dict[type, _Shape] = {
    kind: _shapes(tuple(field.name for field in fields(kind) if field.init))
    for kind in (PushResult, LogEntry, Page, Prior, Witness, EpochAsk, EpochGrant, Ancestor, Witnessed)
}
