"""What payers say of a patient's plan; how a plan is known by its member number; amounts asked before money comes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.migrations.making import add_index, key, text, whole

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _eligibility()
    _requests()


def downgrade() -> None:
    _undo_requests()
    _undo_eligibility()


def _eligibility() -> None:
    """Payers' answers; plans that ask for copay and deductible; coverages found by member number."""
    op.create_table(
        "eligibility_check",
        key("tenant"), key("check_id"), text("patient_id"), text("source"), text("checked_at"), text("state"),
        text("payer"), text("payer_id"), text("member_id"), text("plan"), text("coverage_id"), text("trace"),
        text("rejections"), text("benefits"), text("raw"), text("noted_at"), text("business_date"), text("actor"),
        text("device"), text("op_id"), whole("seq"),
        sa.PrimaryKeyConstraint("tenant", "check_id", name="pk_eligibility_check"),
        sa.CheckConstraint("source IN ('271', 'typed')", name="ck_eligibility_check_source"),
        sa.CheckConstraint("state IN ('active', 'inactive', 'unclear', 'rejected')", name="ck_eligibility_check_state"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_eligibility_check_tenant_patient_id_checked_at", "eligibility_check",
              ["tenant", "patient_id", "checked_at"])  # fmt: skip
    add_index("ix_eligibility_check_tenant_seq_part", "eligibility_check", ["tenant", "seq"], where="seq = 0")
    op.add_column("coverage", whole("copay_and_deductible"))
    add_index("ix_coverage_tenant_member_id_part", "coverage", ["tenant", "member_id"], where="member_id <> ''")


def _undo_eligibility() -> None:
    op.drop_index("ix_coverage_tenant_member_id_part", "coverage")
    op.drop_column("coverage", "copay_and_deductible")
    op.drop_table("eligibility_check")


def _requests() -> None:
    """What is asked of patients; which of it a payment is for."""
    op.create_table(
        "payment_request",
        key("tenant"), key("request_id"), text("patient_id"), text("appointment_id"), text("number"),
        whole("amount_cents"), whole("paid_cents"), text("request_type"), text("due_date"), text("memo"),
        text("status"), text("reason"), text("payment_id"), text("asked_at"), text("business_date"), text("actor"),
        text("device"), text("asked_op_id"), text("changed_at"), text("changed_by"), whole("seq"),
        sa.PrimaryKeyConstraint("tenant", "request_id", name="pk_payment_request"),
        sa.CheckConstraint("amount_cents > 0", name="ck_payment_request_amount"),
        sa.CheckConstraint("paid_cents BETWEEN 0 AND amount_cents", name="ck_payment_request_paid"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_payment_request_tenant_patient_id", "payment_request", ["tenant", "patient_id"])
    add_index("ix_payment_request_tenant_appointment_id_part", "payment_request", ["tenant", "appointment_id"],
              where="appointment_id <> '' AND status IN ('pending', 'processing')")  # fmt: skip
    add_index("ix_payment_request_tenant_seq_part", "payment_request", ["tenant", "seq"], where="seq = 0")
    op.add_column("payment", text("request_id"))


def _undo_requests() -> None:
    op.drop_column("payment", "request_id")
    op.drop_table("payment_request")
