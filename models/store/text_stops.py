"""What patients answer to texts, written down by the hub: no more of them to this number, or again.

The word is about a telephone, so it is kept for everybody who is reached there: by the phone of their record, by a text
that went there, by an earlier word. It stands under an id that follows from the provider's own of that text: told twice
it is written down once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from models.basics.clock import Clock, utc_text
from models.basics.ids import natural_id
from models.ledger.judging import HUB
from models.operations.messages import MessageConsent
from models.operations.operation import GENESIS, Operation, make_operation
from models.operations.protocol import PushBatch
from models.rules.addresses import text_number
from models.store.hub_reading import HubReader
from models.store.plan_looking import clinic_day
from models.store.pushing import push_batches
from models.store.session import Session

Run = Callable[[Callable[[Session], Any], str], Any]

WORDS = "texts-1"
"""The version of what a text says about ending texts (`message.text_words`)."""
_LOCK = "UPDATE tenant_head SET seq = seq WHERE tenant = :tenant"
_PHONES = "SELECT id, phone FROM patient WHERE tenant = :tenant AND deleted_at = '' AND phone LIKE :ending"
_SENT = "SELECT DISTINCT patient_id FROM message WHERE tenant = :tenant AND channel = 'text' AND address = :number"
_SAID = "SELECT patient_id, agreed FROM consent WHERE tenant = :tenant AND channel = 'text' AND address = :number"


class TextStops:
    """Thread-safe; every call is one transaction. Raises StorageError."""

    def __init__(self, transaction: Run, look: Run, clock: Clock) -> None:
        self._transaction, self._look, self._clock = transaction, look, clock

    def said(self, tenant: str, number: str, reference: str, *, stop: bool) -> int:
        """Somebody at a number (E.164) wants no texts (`stop`), or wants them again. `reference` is what the provider
        calls their text. Returns how many operations entered the log: none where nobody of the practice is reached
        there, or nothing is new."""

        def waiting(session: Session) -> bool:
            return bool(_fresh(session, tenant, number, reference, stop=stop))

        if not self._look(waiting, tenant):
            return 0
        made: int = self._transaction(lambda session: self._say(session, tenant, number, reference, stop=stop), tenant)
        return made

    def _say(self, session: Session, tenant: str, number: str, reference: str, *, stop: bool) -> int:
        session.run(_LOCK, tenant=tenant)
        now = self._clock.now()
        day, _ = clinic_day(HubReader(session), tenant, now)
        ops = tuple(
            _op(MessageConsent(consent_id=natural_id(patient_id, "consent", "text", number), patient_id=patient_id,
                               channel="text", address=number, agreed=not stop, words=WORDS),
                tenant, _op_id(tenant, reference, patient_id), day.isoformat(), utc_text(now))
            for patient_id in _fresh(session, tenant, number, reference, stop=stop)
        )  # fmt: skip
        if ops:
            push_batches(session, tenant, [PushBatch(HUB, 0, 0, ops)], utc_text(now))
        return len(ops)


def _fresh(session: Session, tenant: str, number: str, reference: str, *, stop: bool) -> list[str]:
    """Patients for whom this word is new: told before it changes nothing, and texts only begin again where they were
    ended."""
    known = {row[0]: bool(row[1]) for row in session.rows(_SAID, tenant=tenant, number=number)}
    if not stop:
        found = {patient for patient, agreed in known.items() if not agreed}
    else:
        phones = session.rows(_PHONES, tenant=tenant, ending=f"%{number[-4:]}")
        reached = {row[0] for row in phones if text_number(row[1]) == number} | set(known)
        reached |= {row[0] for row in session.rows(_SENT, tenant=tenant, number=number)}
        found = {patient for patient in reached if known.get(patient, True)}
    ids = {_op_id(tenant, reference, patient): patient for patient in found}
    query = "SELECT op_id FROM log WHERE tenant = :tenant AND op_id IN (:ids)"
    told = {row[0] for row in session.rows(query, tenant=tenant, ids=list(ids))} if ids else set()
    return sorted(patient for op_id, patient in ids.items() if op_id not in told)


def _op_id(tenant: str, reference: str, patient_id: str) -> str:
    return natural_id(tenant, "text-reply", reference, patient_id)


def _op(body: object, tenant: str, op_id: str, day: str, now: str) -> Operation:
    return make_operation(
        body, op_id=op_id, tenant=tenant, device=HUB, epoch=0, dseq=0, prev=GENESIS, actor=HUB, business_date=day,
        device_time=now,
    )  # fmt: skip
