"""Which role has which tables. Triggers besides (made by the first migration) refuse any change to a row of the log or
to a confirmed transfer."""

from __future__ import annotations

from typing import Literal

from sqlalchemy import Table

from models.tables import (
    acts,
    asks,
    cards,
    days,
    desk,
    documents,
    hub,
    ledger,
    links,
    log,
    online,
    payments,
    plans,
    portal,
    records,
    search,
    tasks,
)

Role = Literal["desk", "hub"]

RECORD_TABLES: dict[str, Table] = {
    made.name: made
    for made in (
        records.practice, records.staff, records.practitioner, records.location, records.patient, records.coverage,
        records.contact,
        records.appointment, records.charge, records.rules, records.method, records.billing_profile,
        records.fee_schedule, records.appointment_profile, records.series, records.channels,
    )
}  # fmt: skip
"""By record name: the tables of `<name>.put`."""

STATE_TABLES: dict[str, Table] = (
    RECORD_TABLES
    | {made.name: made for made in (records.not_collecting, payments.payment, payments.payment_request)}
    | acts.ACT_TABLES
    | asks.ASK_TABLES
    | cards.CARD_TABLES
    | plans.PLAN_TABLES
    | online.ONLINE_TABLES
    | links.LINK_TABLES
    | documents.DOCUMENT_TABLES
    | days.DAY_TABLES
    | tasks.TASK_TABLES
    | {made.name: made for made in (ledger.account, ledger.transfer, log.log)}
)
"""The same on desk and hub."""

OWN_TABLES: dict[Role, dict[str, Table]] = {
    "desk": {
        made.name: made
        for made in (
            desk.meta, desk.stream, desk.outbox, desk.proof, desk.shadow, desk.terminal_attempt, desk.print_job,
            desk.pin_failure, search.patient_index, search.name_slip,
        )
    },
    "hub": {
        made.name: made
        for made in (
            hub.tenant_head, hub.device, hub.enrolment, hub.stream_end, hub.hub_epoch, hub.message_outbox,
            *portal.PORTAL_TABLES, plans.plan_job, hub.online_attempt, hub.online_event, hub.online_customer,
        )
    },
}  # fmt: skip
"""What only one role has."""


def tables_of(role: Role) -> dict[str, Table]:
    """Every table of a role by name, without the full-text index of a desk."""
    return STATE_TABLES | OWN_TABLES[role]
