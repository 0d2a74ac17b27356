"""The pieces of a revision that payment plans need: what a practice allows, plans, and what the hub charges."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.migrations import role
from models.migrations.making import add_index, key, number_key, text, whole

_LIMITS = {
    "plan_least_monthly_cents": 2_500, "plan_least_balance_cents": 0, "plan_most_balance_cents": 0,
    "plan_least_payments": 2, "plan_most_payments": 24, "plan_late_days": 5, "plan_first_retry_days": 3,
    "plan_second_retry_days": 7,
}  # fmt: skip


def make_settings() -> None:
    """What a practice allows, and when it asks again."""
    for name in _LIMITS:
        op.add_column("rules", whole(name))
    rules = sa.table("rules", *(sa.column(name) for name in _LIMITS))
    op.execute(rules.update().values(**_LIMITS))


def undo_settings() -> None:
    for name in reversed(_LIMITS):
        op.drop_column("rules", name)


def make_tables() -> None:
    """Plans and what happened to them, on both roles; charges know their plan."""
    op.add_column("charge", text("plan_id"))
    op.create_table(
        "plan",
        key("tenant"), key("plan_id"), text("patient_id"), text("status"), whole("encounter_cents"),
        whole("discount_cents"), text("discount_group"), text("discount_reason"), text("finance_charge_id"),
        whole("down_cents"), whole("apr_hundredths"), text("frequency"), whole("day"), text("method"),
        text("kept_card_id"), whole("remind_days"), whole("paid_before_cents"), text("charge_ids"), text("lines"),
        text("text"), text("terms"), text("terms_sha256"), text("accepted_sha256"), text("accepted_at"),
        text("accepted_by"), text("accepted_how"), text("accepted_channel"), text("document_id"),
        text("signature"), text("replaces"), text("put_at"), text("put_by"), text("activated_at"),
        text("activated_on"), text("activated_by"), text("ended_at"), text("ended_by"), text("business_date"),
        text("device"), text("op_id"), whole("seq"),
        sa.PrimaryKeyConstraint("tenant", "plan_id", name="pk_plan"),
        sa.CheckConstraint("status IN ('dormant', 'active', 'closed', 'cancelled')", name="ck_plan_status"),
        sa.CheckConstraint("method IN ('card', 'other')", name="ck_plan_method"),
        sa.CheckConstraint("discount_cents >= 0", name="ck_plan_discount"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_plan_tenant_patient_id", "plan", ["tenant", "patient_id"])
    add_index("ix_plan_tenant_status_part", "plan", ["tenant", "status"], where="status IN ('active', 'dormant')")
    add_index("ix_plan_tenant_replaces_part", "plan", ["tenant", "replaces"], where="replaces <> ''")
    add_index("ix_plan_tenant_seq_part", "plan", ["tenant", "seq"], where="seq = 0")
    op.create_table(
        "plan_event",
        key("tenant"), key("op_id"), text("plan_id"), text("patient_id"), text("event"), text("outcome"),
        whole("no"), whole("attempt"), whole("amount_cents"), text("payment_id"), text("reason"), text("next_on"),
        text("made_at"), text("business_date"), text("actor"), text("device"), whole("seq"),
        sa.PrimaryKeyConstraint("tenant", "op_id", name="pk_plan_event"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_plan_event_tenant_plan_id", "plan_event", ["tenant", "plan_id"])
    add_index("ix_plan_event_tenant_patient_id", "plan_event", ["tenant", "patient_id"])
    add_index("ix_plan_event_tenant_seq_part", "plan_event", ["tenant", "seq"], where="seq = 0")


def undo_tables() -> None:
    op.drop_table("plan_event")
    op.drop_table("plan")
    op.drop_column("charge", "plan_id")


def make_jobs() -> None:
    """What the hub charges: at a hub only."""
    if role() != "hub":
        return
    op.create_table(
        "plan_job",
        key("tenant"), key("plan_id"), number_key("no"), text("state"), whole("attempt"), text("charge_key"),
        text("patient_id"), text("kept_card_id"), whole("amount_cents"), text("items"), text("due_on"), text("try_at"),
        text("claimed_by"), text("claimed_until"), text("reason"), text("made_at"),
        sa.PrimaryKeyConstraint("tenant", "plan_id", "no", name="pk_plan_job"),
        sa.CheckConstraint("state IN ('ready', 'sent', 'unknown', 'declined', 'given_up', 'done')",
                           name="ck_plan_job_state"),
        sa.CheckConstraint("amount_cents > 0", name="ck_plan_job_amount"),
        sa.CheckConstraint("attempt > 0", name="ck_plan_job_attempt"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_plan_job_tenant_try_at_part", "plan_job", ["tenant", "try_at"],
              where="state IN ('ready', 'sent', 'unknown', 'declined')")  # fmt: skip


def undo_jobs() -> None:
    if role() == "hub":
        op.drop_table("plan_job")
