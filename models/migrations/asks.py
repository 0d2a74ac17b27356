"""The piece of a revision that payment requests by link need."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.migrations.making import add_index, key, text, whole


def make() -> None:
    """Requests that go to patients by link, and who is left out for a while: on both roles."""
    op.create_table(
        "ask",
        key("tenant"), key("ask_id"), text("patient_id"), text("campaign_id"), text("campaign"), text("request_id"),
        whole("amount_cents"), text("channel"), text("address"), whole("expires_days"), text("remind_after"),
        text("note"), text("statement_id"), text("state"), whole("told"), text("sent_on"), text("told_on"),
        text("told_at"), text("next_on"), text("link_id"), text("message_id"), text("reason"), text("asked_at"),
        text("business_date"), text("actor"), text("device"), text("op_id"), whole("seq"),
        sa.PrimaryKeyConstraint("tenant", "ask_id", name="pk_ask"),
        sa.CheckConstraint("channel IN ('email', 'text')", name="ck_ask_channel"),
        sa.CheckConstraint("amount_cents > 0", name="ck_ask_amount"),
        sa.CheckConstraint("state IN ('waiting', 'told', 'left_out', 'cancelled')", name="ck_ask_state"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_ask_tenant_patient_id", "ask", ["tenant", "patient_id"])
    add_index("ix_ask_tenant_asked_at", "ask", ["tenant", "asked_at"])
    add_index("ix_ask_tenant_state", "ask", ["tenant", "state"])
    add_index("ix_ask_tenant_next_on_part", "ask", ["tenant", "next_on"], where="next_on <> ''")
    add_index("ix_ask_tenant_seq_part", "ask", ["tenant", "seq"], where="seq = 0")
    op.create_table(
        "snooze",
        key("tenant"), key("patient_id"), text("until"), text("reason"), text("said_at"), text("actor"),
        text("device"), text("op_id"), whole("seq"),
        sa.PrimaryKeyConstraint("tenant", "patient_id", name="pk_snooze"), sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_snooze_tenant_seq_part", "snooze", ["tenant", "seq"], where="seq = 0")


def undo() -> None:
    op.drop_table("snooze")
    op.drop_table("ask")
