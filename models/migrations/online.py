"""The piece of revision 0009 for what patients paid from home: what the processor did, and what the hub asked it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.migrations import role
from models.migrations.making import add_index, key, text, whole

_RULES = ("online_auto_post", "online_auto_archive", "online_receipts", "online_debits")


def make() -> None:
    """Payments from home and what became of them on both sides; what the hub asked and heard at a hub."""
    _payments()
    _debits()
    _returns()
    _payouts()
    if role() == "hub":
        _attempts()
        _events()
    op.add_column("payment", text("online_id"))
    op.add_column("practitioner", whole("online_auto_post"))
    op.execute("UPDATE practitioner SET online_auto_post = 1")
    for name in _RULES:
        op.add_column("rules", whole(name))
    op.execute("UPDATE rules SET online_receipts = 1")


def undo() -> None:
    """Back to before."""
    for name in reversed(_RULES):
        op.drop_column("rules", name)
    op.drop_column("practitioner", "online_auto_post")
    op.drop_column("payment", "online_id")
    own = ("online_customer", "online_event", "online_attempt") if role() == "hub" else ()
    for name in (*own, "online_payout", "online_return", "online_debit", "online_payment"):
        op.drop_table(name)


def _payments() -> None:
    op.create_table(
        "online_payment",
        key("tenant"), key("online_id"), text("patient_id"), whole("amount_cents"), whole("off_cents"), text("state"),
        text("channel"), text("number"), text("items"), text("brand"), text("last4"), text("intent"), text("charge"),
        text("customer"), text("kept_card_id"), text("source_id"), text("request_id"), text("receipt_to"),
        text("paid_at"), text("business_date"), text("settled_at"), text("settled_by"), text("settled_op_id"),
        text("settled_business_date"), text("stands_for"), text("note"), whole("archived"), text("payout_id"),
        text("op_id"), text("way"), whole("seq"),
        sa.PrimaryKeyConstraint("tenant", "online_id", name="pk_online_payment"),
        sa.CheckConstraint("amount_cents > 0", name="ck_online_payment_amount"),
        sa.CheckConstraint("off_cents BETWEEN 0 AND amount_cents", name="ck_online_payment_off"),
        sa.CheckConstraint("channel IN ('portal', 'link', 'plan')", name="ck_online_payment_channel"),
        sa.CheckConstraint("state IN ('open', 'posted', 'elsewhere', 'off')", name="ck_online_payment_state"),
        sqlite_strict=True,
    )  # fmt: skip
    for columns in (["patient_id", "paid_at"], ["paid_at"], ["intent"]):
        add_index("_".join(("ix_online_payment_tenant", *columns)), "online_payment", ["tenant", *columns])
    add_index("ix_online_payment_tenant_state_part", "online_payment", ["tenant", "state"], where="state = 'open'")
    add_index("ix_online_payment_tenant_seq_part", "online_payment", ["tenant", "seq"], where="seq = 0")


def _debits() -> None:
    op.create_table(
        "online_debit",
        key("tenant"), key("online_id"), text("patient_id"), whole("amount_cents"), text("channel"), text("items"),
        text("brand"), text("last4"), text("intent"), text("kept_card_id"), text("source_id"), text("request_id"),
        text("asked_at"), text("business_date"), text("state"), text("reason"), text("ended_at"), whole("archived"),
        text("op_id"), whole("seq"),
        sa.PrimaryKeyConstraint("tenant", "online_id", name="pk_online_debit"),
        sa.CheckConstraint("amount_cents > 0", name="ck_online_debit_amount"),
        sa.CheckConstraint("channel IN ('portal', 'link', 'plan')", name="ck_online_debit_channel"),
        sa.CheckConstraint("state IN ('processing', 'refused', 'received')", name="ck_online_debit_state"),
        sqlite_strict=True,
    )  # fmt: skip
    for columns in (["patient_id", "asked_at"], ["asked_at"], ["state"]):
        add_index("_".join(("ix_online_debit_tenant", *columns)), "online_debit", ["tenant", *columns])
    add_index("ix_online_debit_tenant_source_id_online_id_part", "online_debit", ["tenant", "source_id", "online_id"],
              where="source_id <> ''")  # fmt: skip
    add_index("ix_online_debit_tenant_seq_part", "online_debit", ["tenant", "seq"], where="seq = 0")


def _returns() -> None:
    op.create_table(
        "online_return",
        key("tenant"), key("return_id"), text("online_id"), text("patient_id"), whole("amount_cents"),
        whole("off_cents"), text("state"), text("kind"), text("refund_id"), text("number"), text("reference"),
        text("returned_at"), text("business_date"), text("settled_at"), text("settled_by"), text("settled_op_id"),
        text("settled_business_date"), text("stands_for"), text("note"), text("failed_reason"), whole("archived"),
        text("payout_id"), text("op_id"), whole("seq"),
        sa.PrimaryKeyConstraint("tenant", "return_id", name="pk_online_return"),
        sa.CheckConstraint("amount_cents > 0", name="ck_online_return_amount"),
        sa.CheckConstraint("off_cents BETWEEN 0 AND amount_cents", name="ck_online_return_off"),
        sa.CheckConstraint("kind IN ('refund', 'void')", name="ck_online_return_kind"),
        sa.CheckConstraint("state IN ('open', 'posted', 'elsewhere', 'off', 'failed')", name="ck_online_return_state"),
        sqlite_strict=True,
    )  # fmt: skip
    for column in ("online_id", "returned_at"):
        add_index(f"ix_online_return_tenant_{column}", "online_return", ["tenant", column])
    add_index("ix_online_return_tenant_state_part", "online_return", ["tenant", "state"], where="state = 'open'")
    add_index("ix_online_return_tenant_seq_part", "online_return", ["tenant", "seq"], where="seq = 0")


def _payouts() -> None:
    op.create_table(
        "online_payout",
        key("tenant"), key("payout_id"), whole("amount_cents"), whole("online_cents"), whole("fee_cents"),
        text("arrives_on"), text("lines"), text("state"), text("reason"), text("noted_at"), text("business_date"),
        text("op_id"), whole("seq"),
        sa.PrimaryKeyConstraint("tenant", "payout_id", name="pk_online_payout"),
        sa.CheckConstraint("state IN ('paid', 'failed')", name="ck_online_payout_state"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_online_payout_tenant_arrives_on", "online_payout", ["tenant", "arrives_on"])
    add_index("ix_online_payout_tenant_seq_part", "online_payout", ["tenant", "seq"], where="seq = 0")


def _attempts() -> None:
    op.create_table(
        "online_attempt",
        key("tenant"), key("attempt_id"), text("what"), text("patient_id"), whole("amount_cents"), text("channel"),
        text("said"), text("state"), text("reason"), text("session"), text("intent"), text("url"), text("result_id"),
        text("made_at"), text("sent_at"), text("settled_at"), text("due_at"), whole("tries"), text("claimed_by"),
        text("claimed_until"),
        sa.PrimaryKeyConstraint("tenant", "attempt_id", name="pk_online_attempt"),
        sa.CheckConstraint("what IN ('checkout', 'save', 'charge', 'refund')", name="ck_online_attempt_what"),
        sa.CheckConstraint("state IN ('made', 'sent', 'open', 'done', 'declined', 'ended', 'unknown', 'processing')",
                           name="ck_online_attempt_state"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_online_attempt_tenant_due_at_part", "online_attempt", ["tenant", "due_at"],
              where="state IN ('made', 'sent', 'open', 'unknown', 'processing')")  # fmt: skip
    for column in ("session", "intent"):
        add_index(f"ix_online_attempt_tenant_{column}_part", "online_attempt", ["tenant", column],
                  where=f"{column} <> ''")  # fmt: skip


def _events() -> None:
    op.create_table(
        "online_event",
        key("tenant"), key("event_id"), text("kind"), text("subject"), text("state"), whole("tries"), text("made_at"),
        text("heard_at"), text("settled_at"),
        sa.PrimaryKeyConstraint("tenant", "event_id", name="pk_online_event"),
        sa.CheckConstraint("state IN ('heard', 'done', 'ignored')", name="ck_online_event_state"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_online_event_tenant_state_part", "online_event", ["tenant", "state"], where="state = 'heard'")
    add_index("ix_online_event_tenant_made_at", "online_event", ["tenant", "made_at"])
    op.create_table(
        "online_customer",
        key("tenant"), key("patient_id"), text("customer"), text("made_at"),
        sa.PrimaryKeyConstraint("tenant", "patient_id", name="pk_online_customer"),
        sqlite_strict=True,
    )  # fmt: skip
