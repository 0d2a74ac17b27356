"""The other two lists of Needs attention: what waits for the hub, and what was solved, by whom, when and how."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import orjson

from app.account_log import act_of, cents_of
from app.attention import Attention
from app.clinic import Clinic
from app.heads import patient_head
from app.syncing import group_of
from app.tasks import Places
from app.views import AttentionItem, PatientHead
from models.basics.clock import utc_text
from models.basics.errors import Fact
from models.store.queries import rows, solved, tasks
from models.store.queries.ledger import LogRow
from models.store.queries.solved import SolvedRow, WaitingRow

PAGE = 50
"""So many are listed at once."""
LOOK_BACK = timedelta(days=92)
"""What was solved is listed for so long; older items are in the logs of their accounts."""
_WENT = frozenset({"approved", "partially_approved"})
_CARDS = {
    "unknown_payment": ("solved.unknown_payment.went", "solved.unknown_payment.fell"),
    "unknown_void": ("solved.unknown_void.went", "solved.unknown_void.fell"),
    "unknown_refund": ("solved.unknown_refund.went", "solved.unknown_refund.fell"),
}  # fmt: skip
"""How a card payment in doubt ended: it went through, or not."""


@dataclass(frozen=True, slots=True)
class AttentionRecord:
    """One line of such a list. `kind` names how it looks: of what was solved as in `AttentionItem`, of what waits a
    group of `syncing.GROUPS`. `at` is when it was solved, or made. `who` is a name (empty
    where nobody had to), `how` a message key, `reason` a person's words, `since` when it came up (None: not known
    here); `tried_at`: last sent then, without an answer."""

    record_id: str
    kind: str
    at: datetime
    patient: PatientHead | None
    cents: int
    words: str
    facts: dict[str, Fact] = field(default_factory=dict)
    who: str = ""
    how: str = ""
    reason: str = ""
    since: datetime | None = None
    number: str = ""
    tried_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RecordPage:
    """A page of a list: its lines from the `first`-th (from 0) on, and how many there are in all."""

    lines: tuple[AttentionRecord, ...] = ()
    first: int = 0
    count: int = 0


class AttentionLists:
    """Lane `reads`."""

    def __init__(self, clinic: Clinic, attention: Attention) -> None:
        self._clinic, self._attention = clinic, attention

    def counts(self) -> tuple[int, int]:
        """How many wait for the hub, and how many were solved of late."""
        with self._clinic.store.reader() as reader:
            tenant = self._clinic.tenant
            return solved.count_waiting(reader, tenant), solved.count_solved(reader, tenant, self._since())

    def waiting(self, first: int = 0) -> RecordPage:
        """What this desk did that the hub has not answered, in the order in which it goes out."""
        tenant = self._clinic.tenant
        with self._clinic.store.reader() as reader:
            count = solved.count_waiting(reader, tenant)
            first = _page_with(first, count)
            telling = Places(self._clinic, reader)
            found = solved.waiting(reader, tenant, first, PAGE)
            return RecordPage(tuple(self._waits(reader, row, telling) for row in found), first, count)

    def solved(self, first: int = 0) -> RecordPage:
        """What was solved of late, newest first."""
        tenant, since = self._clinic.tenant, self._since()
        with self._clinic.store.reader() as reader:
            count = solved.count_solved(reader, tenant, since)
            first = _page_with(first, count)
            telling = Places(self._clinic, reader)
            found = solved.solved(reader, tenant, since, first, PAGE)
            return RecordPage(tuple(self._was(reader, row, telling) for row in found), first, count)

    # Inside -----------------------------------------------------------------------------------------------------------

    def _since(self) -> str:
        return utc_text(self._clinic.clock.now() - LOOK_BACK)

    def _waits(self, reader: Any, row: WaitingRow, telling: Places) -> AttentionRecord:
        op = orjson.loads(row.op)
        body, clinic = op["body"], self._clinic
        logged = LogRow(0, op["kind"], op["device"], op["actor"], "", None, row.op)
        return AttentionRecord(
            record_id=row.op_id, kind=group_of(op["kind"]), at=clinic.local(op["device_time"]),
            patient=self._patient(reader, op["patient"]), cents=cents_of(logged, body) or 0,
            words=act_of(logged, body), who=telling.full_name(op["actor"]), number=str(body.get("number") or ""),
            tried_at=clinic.local(row.attempted_at) if row.attempted_at else None,
        )  # fmt: skip

    def _was(self, reader: Any, row: SolvedRow, telling: Places) -> AttentionRecord:
        item = self._attention.item_that_was(reader, row.source, row.item_id, telling)
        found = AttentionRecord(
            record_id=f"{row.source}:{row.item_id}", kind="elsewhere", at=self._clinic.local(row.at), patient=None,
            cents=0, words="attention.seen_elsewhere", who=telling.full_name(row.by), how=f"solved.{row.how}",
            reason=row.reason,
        )  # fmt: skip
        if item is None:
            whose = tasks.task_patient(reader, self._clinic.tenant, row.item_id)
            return replace(found, patient=self._patient(reader, whose))
        return replace(
            found, kind=item.kind, patient=item.patient, cents=item.amount_cents, words=item.words, facts=item.facts,
            how=_how(row, item), since=item.at, number=str(item.facts.get("number") or ""),
        )  # fmt: skip

    def _patient(self, reader: Any, patient_id: str) -> PatientHead | None:
        row = rows.patient(reader, self._clinic.tenant, patient_id) if patient_id else None
        return patient_head(row, self._clinic.today()) if row else None


def _page_with(first: int, count: int) -> int:
    """Where the page with line `first` begins; the last page where there are fewer."""
    return max(0, min(first, count - 1)) // PAGE * PAGE


def _how(row: SolvedRow, item: AttentionItem) -> str:
    """The message key of what became of it."""
    if row.source == "task":
        return f"solved.{row.how}"
    return _CARDS[item.kind][row.how not in _WENT]
