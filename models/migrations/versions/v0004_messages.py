"""Messages: papers that leave by e-mail or text, who agreed to that, what the hub can send with, and its outbox."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.migrations import role
from models.migrations.making import add_index, key, text, whole

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("practice", text("reply_to"))
    op.create_table(
        "channels",
        key("tenant"), key("id"), whole("email"), whole("text"), text("email_trouble"), text("text_trouble"),
        whole("seq"), text("deleted_at"), sa.PrimaryKeyConstraint("tenant", "id", name="pk_channels"),
        sqlite_strict=True,
    )  # fmt: skip
    _message()
    _consent()
    if role() == "hub":
        _outbox()
    for table in ("channels", "message", "consent"):
        add_index(f"ix_{table}_tenant_seq_part", table, ["tenant", "seq"], where="seq = 0")


def downgrade() -> None:
    if role() == "hub":
        op.drop_table("message_outbox")
    for table in ("consent", "message", "channels"):
        op.drop_table(table)
    op.drop_column("practice", "reply_to")


def _message() -> None:
    op.create_table(
        "message",
        key("tenant"), key("message_id"), text("patient_id"), text("channel"), text("address"), text("template"),
        text("papers"), whole("attach"), text("instead_of"), text("state"), text("reason"), text("reference"),
        text("asked_at"), text("settled_at"), text("business_date"), text("actor"), text("device"), text("op_id"),
        whole("seq"), sa.PrimaryKeyConstraint("tenant", "message_id", name="pk_message"),
        sa.CheckConstraint("channel IN ('email', 'text')", name="ck_message_channel"),
        sa.CheckConstraint("state IN ('waiting', 'sent', 'failed')", name="ck_message_state"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_message_tenant_patient_id_asked_at", "message", ["tenant", "patient_id", "asked_at"])
    add_index("ix_message_tenant_op_id_part", "message", ["tenant", "op_id"], where="state = 'waiting'")
    add_index("ix_message_tenant_asked_at_part", "message", ["tenant", "asked_at"], where="state = 'failed'")


def _consent() -> None:
    op.create_table(
        "consent",
        key("tenant"), key("consent_id"), text("patient_id"), text("channel"), text("address"), whole("agreed"),
        text("words"), text("said_at"), text("actor"), text("device"), text("op_id"), whole("seq"),
        sa.PrimaryKeyConstraint("tenant", "consent_id", name="pk_consent"), sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_consent_tenant_patient_id", "consent", ["tenant", "patient_id"])


def _outbox() -> None:
    op.create_table(
        "message_outbox",
        key("tenant"), key("op_id"), key("template"), key("address"), text("channel"), text("message_id"),
        text("patient_id"), text("state"), whole("attempts"), text("since"), text("due_at"), text("claimed_by"),
        text("claimed_until"), text("reason"),
        sa.PrimaryKeyConstraint("tenant", "op_id", "template", "address", name="pk_message_outbox"),
        sa.CheckConstraint("state IN ('waiting', 'sent', 'failed')", name="ck_message_outbox_state"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_message_outbox_tenant_due_at_part", "message_outbox", ["tenant", "due_at"], where="state = 'waiting'")
