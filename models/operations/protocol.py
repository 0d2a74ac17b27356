"""What goes over the line between a desk and its hub, as data. JSON names are the field names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from models.basics.errors import SyncRefused
from models.operations.codec import canonical, sha256_hex
from models.operations.operation import EnvelopeInvalid, Operation, from_wire

WIRE_VERSION = 2
"""Version of this protocol; a hub answers 426 to pulls of a desk that is too old, never to its pushes."""

MAX_OPS = 200
MAX_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a desk has read the log: the hub's epoch, the last sequence and the hash there."""

    server_epoch: str
    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One line of a tenant's log, as served. Desks post `transfers` to the letter.

    `transfers` rows are [debit, credit, cents, code, reverses_op or "", reverses_n or 0]; `accounts` lists every
    account they name as [id, code, guard, patient, appointment, charge, payment]. `granted` is None where it means
    nothing.
    """

    seq: int
    op: dict[str, Any]
    verdict: str
    granted: int | None
    reason: str
    transfers: list[list[Any]]
    accounts: list[list[str]]
    received_at: str
    hash: str

    def expected_hash(self, prev_hash: str) -> str:
        """What `hash` must be after an entry with `prev_hash`."""
        return entry_hash(prev_hash, self.seq, self.op, self.verdict, self.granted, self.reason, self.transfers)


def entry_hash(prev_hash: str, seq: int, op: dict[str, Any], verdict: str, granted: int | None, reason: str,
               transfers: list[list[Any]]) -> str:  # fmt: skip
    """The link of the log's hash chain over one entry's content."""
    return sha256_hex(canonical([prev_hash, seq, op["op_id"], op["body_hash"], op["hash"], verdict, granted, reason,
                                 transfers]))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of the log: `from_seq` = after + 1 always, entries contiguous, `prev_hash` the hash before
    the first. `proof` is the hub's own mark on its end (`to_seq`, `hash`): shown to a hub that has forgotten since, it
    says that this was its log."""

    server_epoch: str
    from_seq: int
    to_seq: int
    prev_hash: str
    hash: str
    entries: tuple[LogEntry, ...]
    has_more: bool
    head: int
    server_time: str
    proof: str = ""
    _proven: list[Operation] = field(default_factory=list, init=False, compare=False, repr=False)

    def operations(self) -> Sequence[Operation]:
        """The operations of its entries, which follow one another without a gap, each link and each operation's own
        hashes holding. Looked at once: whoever fetches pages ahead has that done before they are written.

        Raises SyncRefused `sync.page_damaged`.
        """
        if not self._proven:
            self._proven.extend(list(self._read()))  # all of them, or none
        return self._proven

    def _read(self) -> Iterator[Operation]:
        link, seq = self.prev_hash, self.from_seq - 1
        for entry in self.entries:
            if entry.seq != seq + 1 or entry.expected_hash(link) != entry.hash:
                raise SyncRefused("sync.page_damaged", seq=entry.seq)
            try:
                yield from_wire(entry.op)  # the chain covers its hashes; these must cover what it says
            except EnvelopeInvalid as error:
                raise SyncRefused("sync.page_damaged", seq=entry.seq) from error
            link, seq = entry.hash, entry.seq


@dataclass(frozen=True, slots=True)
class Prior:
    """What a hub said of an operation before it was restored from an older copy of itself."""

    verdict: str
    granted: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PushBatch:
    """Operations of one device epoch, in dseq order from `from_dseq`. `batch_hash` is over their stream hashes.

    `server_epoch` is the hub's as the desk knows it and `token` what the last answer gave (both empty: an older
    program, nothing is compared). `priors` are by op id.
    """

    device: str
    epoch: int
    from_dseq: int
    ops: tuple[Operation, ...]
    server_epoch: str = ""
    token: str = ""
    priors: Mapping[str, Prior] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PushResult:
    """The verdict on one pushed operation. A duplicate carries the original's verdict in `reason`."""

    op_id: str
    verdict: str
    seq: int
    granted: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PushAnswer:
    """What the hub says to a batch; `head` is the log's last sequence after it."""

    server_epoch: str
    head: int
    results: tuple[PushResult, ...]
    server_time: str
    token: str = ""


@dataclass(frozen=True, slots=True)
class EpochAsk:
    """A desk whose stream is not the one the hub knows asks for a new one. `ask_id` is kept before asking, so that a
    lost answer is asked for again; `token` is the last it was given, `after` the place in the log it has read."""

    epoch: int
    ask_id: str
    token: str
    after: int


@dataclass(frozen=True, slots=True)
class EpochGrant:
    """A new epoch of a desk's stream; `missing` operations of its own lie in the log after where it has read."""

    epoch: int
    token: str
    server_epoch: str
    missing: int


@dataclass(frozen=True, slots=True)
class Ancestor:
    """The newest of the places a desk named that the hub's log has too, and where that log stands."""

    seq: int
    server_epoch: str
    head: int


@dataclass(frozen=True, slots=True)
class Witness:
    """A stretch of a log that a restored hub may have forgotten, after (`after`, `prev_hash`). The proofs are the
    hub's own marks on both ends; the first may be empty where the hub still has that place."""

    after: int
    prev_hash: str
    prev_proof: str
    entries: tuple[LogEntry, ...]
    proof: str


@dataclass(frozen=True, slots=True)
class Witnessed:
    """What a hub made of it. `to_the_letter`: the log goes on exactly as it did; otherwise `taken` operations were
    judged anew and the rest was known."""

    to_the_letter: bool
    taken: int
    head: int


class PushConflict(Exception):
    """The batch as a whole is not taken (409): `gap` and `fork` say that it does not follow the device's stream,
    `device` that this is no stream of the device, `history` that the hub's log is another than the desk knows."""

    def __init__(self, code: str, expected_dseq: int = 0, last_hash: str = "") -> None:
        super().__init__(code)
        self.code, self.expected_dseq, self.last_hash = code, expected_dseq, last_hash
