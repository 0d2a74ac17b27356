"""Plain values that go in and out of the stores. No SQLAlchemy: whoever only reads may import this."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskIdentity:
    """Who a desk is to its hub. `epoch` counts re-enrolments; `hub_fingerprint` is the hub certificate's SHA-256."""

    tenant: str
    device_id: str
    device_no: int
    epoch: int
    desk_name: str
    hub_url: str
    server_epoch: str
    hub_fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What a committed transaction touched: names of tables, and ids of patients whose figures or visits may differ.

    `everything` after a snapshot: look again at all of it.
    """

    topics: frozenset[str] = frozenset()
    patients: frozenset[str] = frozenset()
    everything: bool = False

    def __bool__(self) -> bool:
        return bool(self.topics) or self.everything


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRow:
    """A try to move money on a card reader, as it is opened. `request` is everything needed to post a late answer.

    A sale, unless it names the payment it voids or the refund it pays out.
    """

    attempt_id: str
    terminal_ref: str
    driver: str
    amount_cents: int
    patient_id: str
    appointment_id: str = ""
    request: dict[str, object] = field(default_factory=dict)
    void_of_payment_id: str = ""
    refund_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintJobRow:
    """A page or a drawer pulse to be spooled: `kind` receipt, copy or drawer; `copies_no` 0 for the first print."""

    job_id: str
    kind: str
    document: dict[str, object]
    payment_id: str = ""
    copies_no: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRow:
    """A desk as its hub knows it. Times are UTC text, empty when it never happened; `public_key` is base64. `apart_at`:
    it was seen running twice."""

    tenant: str
    device_id: str
    device_no: int
    epoch: int
    name: str
    public_key: str
    last_dseq: int
    last_hash: str
    info: dict[str, object]
    created_at: str
    last_seen_at: str
    revoked_at: str
    apart_at: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """An invariant that does not hold: its id of the specification, and what was seen (ids and cents only)."""

    invariant: str
    detail: str
