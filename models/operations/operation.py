"""The envelope of one operation (sync-ledger design: identities, envelope, device stream).

Two hashes: `body_hash` over the meaning, so that the same act is known again whatever stream it travels in, and `hash`
over the place in the device's stream, so that a lost, doubled or forked stream is seen.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from operator import attrgetter, itemgetter
from typing import Any

from models.operations.codec import LARGEST_WHOLE, canonical, sha256_hex, to_json
from models.operations.kinds import KINDS, OpClass, body_of, kind_of

GENESIS = "0" * 64
"""`prev` of the first operation of an epoch, and the hash before the first entry of a log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One act as it is stored, sent and logged. `body` is plain JSON of version `v`; times are UTC text.

    `dseq` counts 1, 2, 3… per (device, epoch); derived operations come from device `hub`, epoch and dseq 0.
    `basis_seq` is the log position the person was looking at.
    """

    op_id: str
    kind: str
    v: int
    op_class: str
    tenant: str
    device: str
    epoch: int
    dseq: int
    prev: str
    hash: str
    body_hash: str
    group: str
    linked: bool
    patient: str
    actor: str
    business_date: str
    device_time: str
    body: dict[str, Any]
    supervisor: str = ""
    drawer_session: str = ""
    basis_seq: int = 0
    _typed: list[Any] = field(default_factory=list, init=False, compare=False, repr=False)

    def typed_body(self) -> Any:
        """The body as its dataclass, upcast to the newest version. Raises NotUnderstood or BodyInvalid."""
        if not self._typed:  # judging, showing and posting all ask
            self._typed.append(body_of(self.kind, self.v, self.body))
        return self._typed[0]

    def to_wire(self) -> dict[str, Any]:
        """The envelope as sent and stored: `op_class` travels as `class`."""
        return dict(zip(_ON_THE_WIRE, _values(self), strict=True))

    def at(self, epoch: int, dseq: int, prev: str) -> Operation:
        """The same act at another place of the device's stream: only `epoch`, `dseq`, `prev` and `hash` change."""
        moved = replace(self, epoch=epoch, dseq=dseq, prev=prev)
        return replace(moved, hash=moved.stream_hash())

    def meaning_hash(self) -> str:
        """What `body_hash` must be."""
        return sha256_hex(canonical(_meaning(self)))

    def stream_hash(self) -> str:
        """What `hash` must be."""
        return sha256_hex(canonical(_place(self)))


_NAMES = tuple(f.name for f in fields(Operation) if f.init)
_PLACE = ("tenant", "device", "epoch", "dseq", "prev", "op_id", "body_hash")
_MEANING = (
    "op_id", "kind", "v", "op_class", "tenant", "group", "linked", "patient", "actor", "supervisor",
    "drawer_session", "business_date", "device_time", "body",
)  # fmt: skip


_ON_THE_WIRE = tuple("class" if name == "op_class" else name for name in _NAMES)
_values, _place, _meaning = attrgetter(*_NAMES), attrgetter(*_PLACE), attrgetter(*_MEANING)


class EnvelopeInvalid(ValueError):
    """An envelope that is not whole, or whose hashes do not hold."""


def from_wire(data: Any, *, verified: bool = False) -> Operation:
    """The operation from its envelope. Raises EnvelopeInvalid when a field is missing, mistyped or a hash is wrong.

    `verified` leaves the hashes alone: for envelopes out of one's own store, checked when they came in.
    """
    if not isinstance(data, dict):
        raise EnvelopeInvalid("not an object")
    try:
        values = _pick(data)
    except KeyError:
        values = _pick_what_is_there(data)
    if tuple(map(type, values)) != _KINDS:
        raise EnvelopeInvalid(f"{_first_mistyped(values)} is of another type")
    if "\x00" in "".join(_texts(values)) or not all(0 <= whole <= LARGEST_WHOLE for whole in _wholes(values)):
        raise EnvelopeInvalid("a text or number is out of range")
    op = Operation(**dict(zip(_NAMES, values, strict=True)))
    if verified:
        return op
    if op.body_hash != op.meaning_hash() or op.hash != op.stream_hash():
        raise EnvelopeInvalid("hash does not hold")
    return op


_TYPES: dict[str, type] = {"v": int, "epoch": int, "dseq": int, "basis_seq": int, "linked": bool, "body": dict}
_DEFAULTS: dict[str, Any] = {"supervisor": "", "drawer_session": "", "basis_seq": 0}
_KINDS = tuple(_TYPES.get(name, str) for name in _NAMES)
_pick = itemgetter(*_ON_THE_WIRE)
_texts = itemgetter(*(n for n, kind in enumerate(_KINDS) if kind is str))
_wholes = itemgetter(*(n for n, kind in enumerate(_KINDS) if kind is int))


def _pick_what_is_there(data: dict[str, Any]) -> tuple[Any, ...]:
    """The fields of an envelope that leaves out what has a default."""
    try:
        values: tuple[Any, ...] = _pick({**_DEFAULTS, **data})
        return values
    except KeyError as error:
        raise EnvelopeInvalid("fields are missing") from error


def _first_mistyped(values: tuple[Any, ...]) -> str:
    rows = zip(_NAMES, _KINDS, values, strict=True)
    return next(name for name, kind, value in rows if type(value) is not kind)


def make_operation(
    body: object,
    *,
    op_id: str,
    tenant: str,
    device: str,
    epoch: int,
    dseq: int,
    prev: str,
    actor: str,
    business_date: str,
    device_time: str,
    group: str = "",
    linked: bool = False,
    patient: str = "",
    supervisor: str = "",
    drawer_session: str = "",
    basis_seq: int = 0,
    as_given: bool = False,
) -> Operation:
    """A new operation around a typed body, hashed and placed in its stream. `patient` defaults to the body's own.

    Whoever judges it reads the body again from what is written, as the hub will. `as_given` spares writing and reading
    it for acts that are only looked at: such an operation can be judged, and neither stored nor sent.
    """
    kind = kind_of(body)
    row = KINDS[kind]
    values: dict[str, Any] = {
        "op_id": op_id, "kind": kind, "v": row.version, "op_class": row.op_class.value, "tenant": tenant,
        "device": device, "epoch": epoch, "dseq": dseq, "prev": prev, "group": group or op_id, "linked": linked,
        "patient": patient or getattr(body, "patient_id", ""), "actor": actor, "supervisor": supervisor,
        "drawer_session": drawer_session, "basis_seq": basis_seq, "business_date": business_date,
        "device_time": device_time, "body": {} if as_given else to_json(body),
    }  # fmt: skip
    values["body_hash"] = sha256_hex(canonical([values[name] for name in _MEANING]))
    values["hash"] = sha256_hex(canonical([values[name] for name in _PLACE]))
    op = Operation(**values)
    if as_given:
        op._typed.append(body)
    return op


__all__ = ["GENESIS", "EnvelopeInvalid", "OpClass", "Operation", "from_wire", "make_operation"]
