"""Documents as the hub's rows name them, and its word that it has one whole."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields

from models.basics.clock import Clock, utc_text
from models.basics.ids import natural_id
from models.ledger.judging import HUB
from models.operations.documents import DocumentKept
from models.operations.operation import GENESIS, make_operation
from models.operations.protocol import PushBatch
from models.store.hub_desks import Running
from models.store.pushing import push_batches
from models.store.session import Session

_LOCK = "UPDATE tenant_head SET seq = seq WHERE tenant = :tenant"


@dataclass(frozen=True, slots=True)
class NamedDocument:
    """A document that the log names; `verdict` is empty until the hub has said that it is here."""

    document_id: str
    patient_id: str
    content_id: str
    size_bytes: int
    verdict: str
    op_id: str
    removed_at: str


_COLUMNS = ", ".join(field.name for field in fields(NamedDocument))


class HubDocuments:
    """Thread-safe; raises StorageError where the database fails."""

    def __init__(self, write: Running, look: Running, clock: Clock) -> None:
        self._write, self._look, self._clock = write, look, clock

    def named(self, tenant: str, ids: Collection[str]) -> dict[str, NamedDocument]:
        """These documents by their ids, as far as the log names them."""

        def work(session: Session) -> dict[str, NamedDocument]:
            query = f"SELECT {_COLUMNS} FROM document WHERE tenant = :tenant AND document_id IN (:ids)"
            found = (NamedDocument(*row) for row in session.rows(query, tenant=tenant, ids=tuple(ids)))
            return {each.document_id: each for each in found}

        return self._look(work, tenant) if ids else {}

    def contents(self, tenant: str) -> list[tuple[str, int]]:
        """Every content that a document of the practice in a list names, with its size in bytes."""
        query = (
            "SELECT content_id, max(size_bytes) FROM document WHERE tenant = :tenant AND removed_at = '' "
            "GROUP BY content_id ORDER BY content_id"
        )
        found = self._look(lambda session: session.rows(query, tenant=tenant), tenant)
        return [(str(content_id), int(size)) for content_id, size in found]

    def taken_out(self, tenant: str) -> list[str]:
        """Contents of documents that were taken out of their list; others may name them still."""
        query = "SELECT DISTINCT content_id FROM document WHERE tenant = :tenant AND removed_at <> ''"
        found = self._look(lambda session: session.rows(query, tenant=tenant), tenant)
        return [str(row[0]) for row in found]

    def keep(self, tenant: str, document_id: str, verdict: str) -> bool:
        """Log that all of a document is here, and what was found in it. False: that is logged already, or the log names
        no such document."""

        def work(session: Session) -> bool:
            session.run(_LOCK, tenant=tenant)
            query = f"SELECT {_COLUMNS} FROM document WHERE tenant = :tenant AND document_id = :id"
            row = session.one(query, tenant=tenant, id=document_id)
            if row is None or NamedDocument(*row).verdict:
                return False
            self._log(session, tenant, NamedDocument(*row), verdict)
            return True

        return self._write(work, tenant)

    def _log(self, session: Session, tenant: str, known: NamedDocument, verdict: str) -> None:
        now = utc_text(self._clock.now())
        body = DocumentKept(document_id=known.document_id, patient_id=known.patient_id, cause_op_id=known.op_id,
                            verdict=verdict)  # fmt: skip
        op = make_operation(
            body, op_id=natural_id(tenant, "document", known.document_id), tenant=tenant, device=HUB, epoch=0, dseq=0,
            prev=GENESIS, actor=HUB, business_date=now[:10], device_time=now,
        )  # fmt: skip
        push_batches(session, tenant, [PushBatch(HUB, 0, 0, (op,))], now)
