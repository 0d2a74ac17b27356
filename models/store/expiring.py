"""Holds whose time is over: the hub frees what a desk set aside and never used, returned or asked for anew.

Measured on the hub's own clock since it granted, and longer than any desk spends a hold firmly
(`app.holds.FIRM_FOR`): no two clocks are ever compared."""

from __future__ import annotations

from datetime import datetime, timedelta

import orjson

from models.basics.clock import parse_utc, utc_text
from models.basics.ids import natural_id
from models.ledger.judging import HUB
from models.operations.holds import HoldExpired
from models.operations.operation import GENESIS, Operation, make_operation
from models.store.session import Session

LASTS = timedelta(hours=2, minutes=30)
"""How long a hold lasts at the hub."""

_OPEN = (
    "SELECT h.hold_id, h.patient_id, l.received_at, l.op FROM hold h JOIN log l ON l.tenant = h.tenant AND "
    "l.op_id = h.granted_op_id WHERE h.tenant = :tenant AND h.used_cents + h.returned_cents < h.granted_cents "
    "ORDER BY h.hold_id"
)


def to_expire(session: Session, tenant: str, now: datetime) -> list[Operation]:
    """An operation for every hold whose time is over, of the business day on which its desk asked: what rule does with
    the money then is of that day."""
    moment = utc_text(now)
    return [
        make_operation(
            HoldExpired(hold_id=hold_id, patient_id=patient_id), op_id=natural_id(tenant, "hold.expired", hold_id),
            tenant=tenant, device=HUB, epoch=0, dseq=0, prev=GENESIS, actor=HUB,
            business_date=orjson.loads(granted)["business_date"], device_time=moment,
        )
        for hold_id, patient_id, received_at, granted in session.rows(_OPEN, tenant=tenant)
        if parse_utc(received_at) + LASTS <= now
    ]  # fmt: skip
