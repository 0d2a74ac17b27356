"""Which state rows an operation of each kind makes, changes or looks at: read before it is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from models.operations.operation import Operation
from models.tables.catalogue import RECORD_TABLES

Subject = tuple[str, str]
"""(name of a table, id of its row)."""


def changes(op: Operation) -> Iterator[Subject]:
    """The rows an operation puts, whether they are there or not. A body that does not fit names none."""
    for table, field in _CHANGES.get(op.kind, ()):
        for row_id in _ids(op.body.get(field)):
            yield table, row_id


def looks_at(op: Operation) -> Iterator[Subject]:
    """The rows that say what an operation's own row becomes, whatever the layer."""
    if op.kind in _DEPENDS:
        yield from changes(op)
    for table, field in _LOOKS_AT.get(op.kind, ()):
        for row_id in _ids(op.body.get(field)):
            yield table, row_id


def makes(op: Operation) -> Iterator[Subject]:
    """The row an operation makes, which certainly was not there."""
    made = _MAKES.get(op.kind)
    if made is not None:
        yield from ((made[0], row_id) for row_id in _ids(made[1](op)))


def _ids(value: object) -> list[str]:
    values = value if isinstance(value, list | tuple) else [value]
    return [each for each in values if isinstance(each, str)]


_CHANGES: dict[str, tuple[tuple[str, str], ...]] = {
    **{f"{name}.put": ((name, "id"),) for name in RECORD_TABLES},
    "charge.fee": (("charge", "charge_id"),),
    "visit.status": (("appointment", "appointment_id"),),
    "visit.billing": (("appointment", "appointment_id"),),
    "payment.reverse": (("payment", "payment_id"),),
    "payment.rekey_ended": (("payment", "payment_id"),),
    "payment.correct": (("refund", "correction_id"),),
    "refund.request": (("refund", "refund_id"),),
    "refund.paid": (("refund", "refund_id"),),
    "refund.failed": (("refund", "refund_id"),),
    "refund.undone": (("refund", "refund_id"),),
    "refund.elsewhere": (("refund", "refund_id"),),
    "dispute.opened": (("dispute", "dispute_id"),),
    "dispute.closed": (("dispute", "dispute_id"),),
    "payment_request.put": (("payment_request", "request_id"),),
    "payment_request.status": (("payment_request", "request_id"),),
    "payment_request.answered": (("payment_request", "request_id"),),
    "statement.issued": (("statement", "statement_id"),),
    **dict.fromkeys(("ask.start", "ask.told", "ask.cancel"), (("ask", "ask_id"),)),
    "ask.snooze": (("snooze", "patient_id"),),
    "act.undo": (("adjustment", "op_ids"),),
    "task.settled": (("task", "task_id"),),
    "task.matched": (("task", "task_id"),),
    **dict.fromkeys(("task.resolved", "task.doubted", "task.known"), (("task", "task_id"),)),
    "hold.freed": (("hold", "hold_id"),),
    "drawer.closed": (("day_close", "close_id"),),
    "deposit.made": (("deposit", "deposit_id"), ("deposited", "payment_ids")),
    "deposit.deleted": (("deposit", "deposit_id"), ("deposited", "payment_ids")),
    "message.send": (("message", "message_id"),),
    "message.sent": (("message", "message_id"),),
    "message.failed": (("message", "message_id"),),
    "message.consent": (("consent", "consent_id"),),
    "portal.terms": (("portal_terms", "consent_id"),),
    "patient.follows": (("alias", "patient_id"),),
    "eligibility.check": (("eligibility_check", "check_id"),),
    **dict.fromkeys(("document.add", "document.remove", "document.kept"), (("document", "document_id"),)),
    "note.add": (("note", "note_id"),),
    "online.receive": (("online_payment", "online_id"), ("online_debit", "online_id")),
    "online.processing": (("online_debit", "online_id"), ("online_payment", "online_id")),
    "online.refused": (("online_debit", "online_id"),),
    "online.return": (("online_return", "return_id"), ("online_payment", "online_id")),
    "online.return_failed": (("online_return", "return_id"), ("online_payment", "online_id")),
    "online.post": (("online_payment", "online_id"), ("online_return", "return_id")),
    "online.associate": (("online_payment", "online_id"), ("online_return", "return_id")),
    "online.archive": (("online_payment", "online_id"), ("online_return", "return_id"), ("online_debit", "online_id")),
    "online.dispute_ended": (("online_payment", "online_id"),),
    "online.payout": (("online_payout", "payout_id"),),
    "online.payout_failed": (("online_payout", "payout_id"),),
    "card.consent": (("card_consent", "consent_id"),),
    **dict.fromkeys(("link.issue", "link.revoke"), (("pay_link", "link_id"),)),
    "payment.signed": (("signature", "payment_id"),),
    **dict.fromkeys(("plan.put", "plan.accept", "plan.skip", "plan.method", "plan.closed"), (("plan", "plan_id"),)),
    **dict.fromkeys(("plan.activate", "plan.cancel"), (("plan", "plan_id"), ("charge", "charge_ids"))),
    **dict.fromkeys(("card.keep", "card.drop", "card.set_default", "card.rename"), (("kept_card", "kept_card_id"),)),
}
"""By kind: (table, the body's field that names its row, or rows)."""

_DEPENDS = frozenset(_CHANGES) - {f"{name}.put" for name in RECORD_TABLES} | {"appointment.put", "charge.put"}
"""Kinds whose new row depends on the old one."""

_LOOKS_AT: dict[str, tuple[tuple[str, str], ...]] = {
    "payment.correct": (("payment", "payment_id"),),
    "refund.request": (("payment", "payment_id"),),
    "refund.paid": (("payment", "payment_id"),),
    "dispute.opened": (("payment", "payment_id"),),
    "charge.adjust": (("charge", "charge_id"),),
    "act.undo": (("moved", "op_ids"),),
}

_MAKES: dict[str, tuple[str, Callable[[Operation], object]]] = {
    "payment.collect": ("payment", lambda op: op.body.get("payment_id")),
    "payment.rekeyed": ("payment", lambda op: (op.body.get("payment") or {}).get("payment_id")),
    "visit.not_collecting": ("not_collecting", lambda op: op.op_id),
    "charge.adjust": ("adjustment", lambda op: op.op_id),
    "task.opened": ("task", lambda op: op.body.get("task_id")),
    "hold.granted": ("hold", lambda op: op.body.get("hold_id")),
    **dict.fromkeys(
        (
            "plan.put",
            "plan.accept",
            "plan.activate",
            "plan.skip",
            "plan.method",
            "plan.cancel",
            "plan.closed",
            "plan.charged",
        ),
        ("plan_event", lambda op: op.op_id),
    ),
    **dict.fromkeys(("drawer.opened", "drawer.moved"), ("drawer_act", lambda op: op.op_id)),
    **dict.fromkeys(("payment.move", "payment.freed", "act.undo"), ("moved", lambda op: op.op_id)),
}
