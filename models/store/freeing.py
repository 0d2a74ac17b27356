"""Money that waits for a visit that will not be becomes credit a day after (hard case H6).

Until then it may go with the visit to its next day. The hub's own doing; desks learn it from the log.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

import orjson

from models.basics.clock import parse_utc, utc_text
from models.basics.ids import natural_id
from models.ledger.judging import HUB, NOT_TO_BE
from models.operations.bodies import Freed, ReleaseLine
from models.operations.operation import GENESIS, Operation, make_operation
from models.store.projection import POSTED
from models.store.session import Session

KEPT_FOR = timedelta(hours=24)
"""How long money goes on waiting after a visit was cancelled or missed."""

_NOT_TO_BE = ", ".join(f"'{status}'" for status in sorted(NOT_TO_BE))
_WAITS = (
    "SELECT a.appointment_id, v.patient_id, a.payment_id, a.credits - a.debits - a.held FROM appointment v "
    "JOIN account a ON a.tenant = v.tenant AND a.appointment_id = v.id "
    "WHERE v.tenant = :tenant AND a.code = 'CRE' AND a.debits + a.held < a.credits "
    f"AND CASE v.desk_status WHEN '' THEN v.status ELSE v.desk_status END IN ({_NOT_TO_BE}) "
    "ORDER BY a.appointment_id, a.payment_id"
)
"""An index holds the visits that will not be: they are few."""

_SAID = (
    "SELECT kind, received_at, op FROM log WHERE tenant = :tenant AND patient IN (:patients) AND verdict IN (:posted) "
    "AND kind IN (:kinds) ORDER BY seq"
)


_SAME = (
    "SELECT s.patient_id FROM alias l JOIN alias s ON s.tenant = l.tenant AND s.survivor_id = l.survivor_id "
    "WHERE l.tenant = :tenant AND l.patient_id = :patient AND l.survivor_id <> '' UNION "
    "SELECT survivor_id FROM alias WHERE tenant = :tenant AND patient_id = :patient AND survivor_id <> '' UNION "
    "SELECT patient_id FROM alias WHERE tenant = :tenant AND survivor_id <> '' AND survivor_id = :patient"
)
"""The other records of a person (H17)."""


def anything_waits(session: Session, tenant: str) -> bool:
    """Does any money wait for a visit that will not be?"""
    return bool(session.rows(_WAITS + " LIMIT 1", tenant=tenant))


def to_be_freed(session: Session, tenant: str, now: datetime) -> list[Operation]:
    """An operation for every visit that was cancelled or missed a day ago or more and still has money waiting."""
    waits: dict[tuple[str, str], list[ReleaseLine]] = defaultdict(list)
    for appointment_id, patient_id, payment_id, cents in session.rows(_WAITS, tenant=tenant):
        waits[appointment_id, patient_id].append(ReleaseLine(lot_payment_id=payment_id, amount_cents=cents))
    if not waits:
        return []
    head = session.one("SELECT seq FROM tenant_head WHERE tenant = :tenant", tenant=tenant)[0]
    return [
        _operation(Freed(appointment_id=visit, patient_id=patient, lines=tuple(lines)), tenant, head, now)
        for (visit, patient), lines in waits.items()
        if (since := _gone_since(session, tenant, visit, patient)) and parse_utc(since) + KEPT_FOR <= now
    ]


def _gone_since(session: Session, tenant: str, appointment_id: str, patient_id: str) -> str:
    """When the hub heard that a visit will not be, as UTC text; empty when the log does not say so."""
    patients = {patient_id, *(row[0] for row in session.rows(_SAME, tenant=tenant, patient=patient_id))}
    found = session.rows(
        _SAID, tenant=tenant, patients=patients, posted=POSTED, kinds=["appointment.put", "visit.status"]
    )
    since, source, desk = "", "", ""
    for kind, received_at, text in found:
        body: dict[str, Any] = orjson.loads(text)["body"]
        if kind == "visit.status" and body["appointment_id"] == appointment_id:
            desk = body["status"]
        elif kind == "appointment.put" and body["id"] == appointment_id:
            said = body.get("status", "scheduled")
            source, desk = said, desk if said == source else ""
        else:
            continue
        gone = (desk or source) in NOT_TO_BE
        since = (since or received_at) if gone else ""
    return since


def _operation(body: Freed, tenant: str, head: int, now: datetime) -> Operation:
    """The head of the log is in its id: money may come to the same visit again."""
    moment = utc_text(now)
    return make_operation(
        body, op_id=natural_id(tenant, "payment.freed", body.appointment_id, str(head)), tenant=tenant, device=HUB,
        epoch=0, dseq=0, prev=GENESIS, actor=HUB, business_date=moment[:10], device_time=moment,
    )  # fmt: skip
