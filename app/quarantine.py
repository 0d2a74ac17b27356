"""What the hub keeps apart, as a manager looks through it: let in after all, or left out with a name and a reason.

Records come here when their desk was revoked or runs twice, when they arrived damaged, or when a newer program made
them. Everything is asked of the hub, which checks the manager against its own books; lane `hub`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.clinic import Clinic
from app.hub_line import HubLine
from app.views import Person
from models.basics.errors import RuleBroken, SyncLater
from models.operations.unreadable import KIND as UNREADABLE
from models.store.queries import patients, staff

REASONS = {
    "device_revoked": "quarantine.because.revoked", "running_twice": "quarantine.because.twice",
    "damaged": "quarantine.because.damaged", "NotUnderstood": "quarantine.because.newer",
    "id_conflict": "quarantine.because.id_taken",
}  # fmt: skip
"""By the hub's reason: the words for it. Any other is `quarantine.because.unclear`."""

CANNOT_COUNT = frozenset({"damaged", "id_conflict"})
"""What is only left out: it cannot be read, or something else carries its id. It is entered again by hand."""


@dataclass(frozen=True, slots=True)
class Apart:
    """One record kept apart. `kind` is the operation's (`payment.collect`); `amount_cents` 0 where none is named.
    `because` is a message key. `decided_by` is empty while it waits."""

    op_id: str
    kind: str
    because: str
    may_count: bool
    patient_id: str
    patient: str
    amount_cents: int
    receipt_no: str
    made_at: datetime | None
    made_by: str
    device_id: str
    decision: str = ""
    decided_at: datetime | None = None
    decided_by: str = ""
    note: str = ""


class Quarantine:
    """Asks the hub. Every call raises SyncLater when the hub does not answer, RuleBroken when it says no: nothing was
    changed then."""

    def __init__(self, clinic: Clinic, line: HubLine | None) -> None:
        self._clinic, self._line = clinic, line

    def list(self, person: Person, *, decided: bool = False) -> tuple[Apart, ...]:
        """What waits for a manager, oldest first; with `decided` also what one has decided. Raises RuleBroken
        `staff.manager_only`."""
        rows = self._ask("list", person, settled=decided)["apart"]
        clinic = self._clinic
        with clinic.store.reader() as reader:
            names = staff.staff_names(reader, clinic.tenant)
            ids = sorted({str(row["patient_id"]) for row in rows} - {""})
            known = {
                found.id: f"{found.family}, {found.given}" for found in patients.people(reader, clinic.tenant, ids)
            }
        return tuple(self._apart(row, names, known) for row in rows)

    def accept(self, apart: Sequence[Apart], person: Person, note: str = "") -> int:
        """Let records in: they count from now on as what they are. Returns for how many that is news. Raises
        RuleBroken: `quarantine.damaged`, `quarantine.id_taken`, `quarantine.unclear`, `quarantine.settled`."""
        return int(self._ask("accept", person, op_ids=[one.op_id for one in apart], note=note)["accepted"])

    def discard(self, apart: Sequence[Apart], person: Person, reason: str) -> int:
        """Leave records out for good. Returns for how many that is news. Raises RuleBroken:
        `quarantine.reason_missing`, `quarantine.settled`."""
        if not reason.strip():
            raise RuleBroken("quarantine.reason_missing")
        return int(self._ask("discard", person, op_ids=[one.op_id for one in apart], note=reason)["discarded"])

    def _ask(self, what: str, person: Person, **more: object) -> dict[str, Any]:
        if self._line is None:
            raise RuleBroken("desks.alone")
        transport = self._line.transport
        if transport is None:
            raise SyncLater("sync.hub_unreachable")
        return transport.ask(f"/v1/quarantine/{what}", {"staff_id": person.staff_id, **more})

    def _apart(self, row: dict[str, Any], names: dict[str, str], known: dict[str, str]) -> Apart:
        body = row["op"]["body"] if row["kind"] != UNREADABLE else {}
        amount = body.get("amount_cents")
        return Apart(
            op_id=row["op_id"], kind=row["kind"], because=REASONS.get(row["reason"], "quarantine.because.unclear"),
            may_count=row["reason"] not in CANNOT_COUNT, patient_id=row["patient_id"],
            patient=known.get(row["patient_id"], ""), amount_cents=amount if isinstance(amount, int) else 0,
            receipt_no=str(body.get("receipt_no", "")), made_at=self._moment(row["made_at"]),
            made_by=names.get(row["actor"], ""), device_id=row["device"], decision=row["resolution"],
            decided_at=self._moment(row["resolved_at"]), decided_by=names.get(row["resolved_by"], row["resolved_by"]),
            note=row["resolved_note"],
        )  # fmt: skip

    def _moment(self, text: str) -> datetime | None:
        return self._clinic.local(text) if text else None
