"""What goes over the line between a desk and its hub, as data. JSON names are the field names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from models.operations.codec import canonical, sha256_hex
from models.operations.operation import Operation

WIRE_VERSION = 1
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
    the first."""

    server_epoch: str
    from_seq: int
    to_seq: int
    prev_hash: str
    hash: str
    entries: tuple[LogEntry, ...]
    has_more: bool
    head: int
    server_time: str


@dataclass(frozen=True, slots=True)
class PushBatch:
    """Operations of one device epoch, in dseq order from `from_dseq`. `batch_hash` is over their stream hashes."""

    device: str
    epoch: int
    from_dseq: int
    ops: tuple[Operation, ...]


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


class PushConflict(Exception):
    """The batch as a whole does not follow the device's stream: `gap`, `fork` or `device` (409)."""

    def __init__(self, code: str, expected_dseq: int = 0, last_hash: str = "") -> None:
        super().__init__(code)
        self.code, self.expected_dseq, self.last_hash = code, expected_dseq, last_hash
