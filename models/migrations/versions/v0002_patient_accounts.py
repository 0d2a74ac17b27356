"""Patient accounts: what a practice sets up for itself, refunds, adjustments, disputes, statements, and the fields of
visits, charges and payments that they need."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from models.migrations import role
from models.migrations.making import add_index, key, text, whole

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ADDED = {
    "staff": (text("rights"),),
    "practitioner": (whole("auto_allocate"),),
    "appointment": (
        text("payment_profile"), text("billing_status"), text("profile_id"), text("series_id"), text("instance_key"),
        text("desk_billing"),
    ),
    "charge": (whole("units"), text("modifiers"), text("diagnoses"), whole("made_here")),
    "payment": (
        text("payment_type"), text("method_id"), text("trace_no"), text("received_date"), text("practitioner_id"),
        text("reversed_act"),
    ),
}  # fmt: skip
_ADDED_AT_DESK = {"terminal_attempt": (text("refund_id"),)}
_FILLED = (
    "UPDATE charge SET units = 1",
    "UPDATE payment SET reversed_act = 'void' WHERE reversed_op_id <> ''",
)
"""What rows of before would say in the new columns, where that is not nothing."""

_TABLES = (
    "rules", "method", "billing_profile", "appointment_profile", "series", "refund", "adjustment", "dispute",
    "statement",
)  # fmt: skip


def upgrade() -> None:
    for table, columns in _added().items():
        for column in columns:
            op.add_column(table, column._copy())
    for statement in _FILLED:
        op.execute(statement)
    add_index("ix_appointment_tenant_series_id_part", "appointment", ["tenant", "series_id"], where="series_id <> ''")
    fallen = "CASE desk_status WHEN '' THEN status ELSE desk_status END IN ('cancelled', 'no_show')"
    add_index("ix_appointment_tenant_service_date_part", "appointment", ["tenant", "service_date"], where=fallen)
    add_index("ix_transfer_tenant_reverses_op_part", "transfer", ["tenant", "reverses_op"], where="reverses_op <> ''")
    _set_up()
    _acts()


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.drop_table(table)
    op.drop_index("ix_transfer_tenant_reverses_op_part", "transfer")
    op.drop_index("ix_appointment_tenant_service_date_part", "appointment")
    op.drop_index("ix_appointment_tenant_series_id_part", "appointment")
    for table, columns in _added().items():
        for column in columns:
            op.drop_column(table, column.name)


def _added() -> dict[str, tuple[sa.Column[Any], ...]]:
    return _ADDED | _ADDED_AT_DESK if role() == "desk" else _ADDED


def _set_up() -> None:
    op.create_table(
        "rules",
        key("tenant"), key("id"), whole("auto_allocate"), whole("auto_unallocate"), whole("use_other_visits"),
        whole("paid_in_full_follows"), whole("refund_limit_cents"), whole("adjust_limit_cents"),
        whole("offline_refund_cents"), whole("no_show_fee_cents"), whole("bounced_check_fee_cents"),
        text("custom_statuses"), text("statement_message"), whole("seq"), text("deleted_at"),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_rules"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_rules_tenant_seq_part", "rules", ["tenant", "seq"], where="seq = 0")
    op.create_table(
        "method",
        key("tenant"), key("id"), text("name"), text("reference"), whole("active"), whole("position"), whole("seq"),
        text("deleted_at"),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_method"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_method_tenant_seq_part", "method", ["tenant", "seq"], where="seq = 0")
    op.create_table(
        "billing_profile",
        key("tenant"), key("id"), text("name"), text("lines"), text("diagnoses"), whole("active"), whole("seq"),
        text("deleted_at"),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_billing_profile"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_billing_profile_tenant_seq_part", "billing_profile", ["tenant", "seq"], where="seq = 0")
    op.create_table(
        "appointment_profile",
        key("tenant"), key("id"), text("name"), text("color"), text("reason"), whole("minutes"),
        text("billing_profile_id"), text("payment_profile"), whole("online"), text("consents"), whole("active"),
        whole("seq"), text("deleted_at"),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_appointment_profile"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_appointment_profile_tenant_seq_part", "appointment_profile", ["tenant", "seq"], where="seq = 0")
    op.create_table(
        "series",
        key("tenant"), key("id"), text("patient_id"), text("starts_on"), text("starts_time"), text("ends_on"),
        text("repeat"), text("weekdays"), whole("every"), whole("minutes"), text("title"), text("profile_id"),
        text("practitioner_id"), text("location_id"), whole("seq"), text("deleted_at"),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_series"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_series_tenant_patient_id", "series", ["tenant", "patient_id"])
    add_index("ix_series_tenant_seq_part", "series", ["tenant", "seq"], where="seq = 0")


def _acts() -> None:
    op.create_table(
        "refund",
        key("tenant"), key("refund_id"), text("payment_id"), text("patient_id"), text("kind"), text("state"),
        whole("amount_cents"), text("tender"), text("method_id"), text("reason"), text("note"), text("number"),
        text("receipt_no"), text("check_no"), text("brand"), text("last4"), text("auth_code"), text("host_ref"),
        text("terminal_txn_no"), text("drawer"), text("attempt_id"), text("received_date"), text("requested_at"),
        text("requested_by"), text("supervisor"), text("device"), text("business_date"), text("request_op_id"),
        text("settled_at"), text("settled_by"), text("settled_op_id"), text("settled_business_date"),
        text("failed_reason"), text("undone_receipt_no"), whole("seq"),
        sa.CheckConstraint("amount_cents > 0", name="ck_refund_amount"),
        sa.CheckConstraint("kind IN ('refund', 'correction', 'elsewhere')", name="ck_refund_kind"),
        sa.CheckConstraint("kind = 'refund' OR state = 'paid'", name="ck_refund_only_refunds_wait"),
        sa.CheckConstraint("(kind = 'elsewhere') = (payment_id = '')", name="ck_refund_source"),
        sa.CheckConstraint("state IN ('requested', 'paid', 'failed', 'undone')", name="ck_refund_state"),
        sa.PrimaryKeyConstraint("tenant", "refund_id", name="pk_refund"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_refund_tenant_business_date", "refund", ["tenant", "business_date"])
    add_index("ix_refund_tenant_patient_id_requested_at", "refund", ["tenant", "patient_id", "requested_at"])
    add_index("ix_refund_tenant_payment_id_part", "refund", ["tenant", "payment_id"], where="payment_id <> ''")
    add_index("ix_refund_tenant_seq_part", "refund", ["tenant", "seq"], where="seq = 0")
    add_index("ix_refund_tenant_state_part", "refund", ["tenant", "state"], where="state = 'requested'")
    op.create_table(
        "adjustment",
        key("tenant"), key("op_id"), text("adjustment_id"), text("charge_id"), text("patient_id"), text("kind"),
        text("group_code"), text("reason_code"), whole("amount_cents"), text("note"), text("made_at"),
        text("business_date"), text("actor"), text("supervisor"), text("device"), text("undone_op_id"), whole("seq"),
        sa.CheckConstraint("amount_cents > 0", name="ck_adjustment_amount"),
        sa.CheckConstraint("kind IN ('discount', 'courtesy', 'write_off', 'recovery')", name="ck_adjustment_kind"),
        sa.PrimaryKeyConstraint("tenant", "op_id", name="pk_adjustment"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_adjustment_tenant_business_date", "adjustment", ["tenant", "business_date"])
    add_index("ix_adjustment_tenant_charge_id", "adjustment", ["tenant", "charge_id"])
    add_index("ix_adjustment_tenant_patient_id_made_at", "adjustment", ["tenant", "patient_id", "made_at"])
    add_index("ix_adjustment_tenant_seq_part", "adjustment", ["tenant", "seq"], where="seq = 0")
    op.create_table(
        "dispute",
        key("tenant"), key("dispute_id"), text("payment_id"), text("patient_id"), whole("amount_cents"),
        whole("fee_cents"), text("reason"), text("reference"), text("outcome"), text("note"), text("opened_at"),
        text("opened_by"), text("business_date"), text("closed_at"), text("closed_by"), text("op_id"), whole("seq"),
        sa.CheckConstraint("amount_cents > 0", name="ck_dispute_amount"),
        sa.CheckConstraint("(outcome = '') = (closed_at = '')", name="ck_dispute_closed"),
        sa.CheckConstraint("fee_cents >= 0", name="ck_dispute_fee"),
        sa.CheckConstraint("outcome IN ('', 'won', 'owed_again', 'absorbed')", name="ck_dispute_outcome"),
        sa.PrimaryKeyConstraint("tenant", "dispute_id", name="pk_dispute"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_dispute_tenant_opened_at_part", "dispute", ["tenant", "opened_at"], where="outcome = ''")
    add_index("ix_dispute_tenant_patient_id", "dispute", ["tenant", "patient_id"])
    add_index("ix_dispute_tenant_payment_id", "dispute", ["tenant", "payment_id"])
    add_index("ix_dispute_tenant_seq_part", "dispute", ["tenant", "seq"], where="seq = 0")
    op.create_table(
        "statement",
        key("tenant"), key("statement_id"), text("patient_id"), text("number"), text("channel"),
        whole("balance_cents"), whole("unallocated_cents"), text("lines"), text("due_date"), text("issued_at"),
        text("business_date"), text("actor"), text("device"), text("op_id"), whole("seq"),
        sa.PrimaryKeyConstraint("tenant", "statement_id", name="pk_statement"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_statement_tenant_business_date", "statement", ["tenant", "business_date"])
    add_index("ix_statement_tenant_patient_id_issued_at", "statement", ["tenant", "patient_id", "issued_at"])
    add_index("ix_statement_tenant_seq_part", "statement", ["tenant", "seq"], where="seq = 0")
