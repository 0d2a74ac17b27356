"""The pieces of a revision that one-time links need: the links, and the way from one to the money it brought."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.migrations.making import add_index, key, text, whole

_BY_SOURCE = "ix_online_payment_tenant_source_id_online_id_part"


def make() -> None:
    """Links, on both roles."""
    op.create_table(
        "pay_link",
        key("tenant"), key("link_id"), text("patient_id"), text("subject"), text("subject_id"), whole("amount_cents"),
        whole("owed_cents"), text("items"), text("note"), text("expires_at"), text("issued_at"), text("revoked_at"),
        text("revoked_by"), text("revoked_reason"), text("business_date"), text("actor"), text("device"),
        text("op_id"), whole("seq"),
        sa.PrimaryKeyConstraint("tenant", "link_id", name="pk_pay_link"),
        sa.CheckConstraint("amount_cents > 0", name="ck_pay_link_amount"),
        sa.CheckConstraint("subject IN ('request', 'balance', 'visit', 'plan')", name="ck_pay_link_subject"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_pay_link_tenant_patient_id", "pay_link", ["tenant", "patient_id"])
    add_index("ix_pay_link_tenant_subject_id_part", "pay_link", ["tenant", "subject_id"], where="subject_id <> ''")
    add_index("ix_pay_link_tenant_issued_at_link_id", "pay_link", ["tenant", "issued_at", "link_id"])
    add_index("ix_pay_link_tenant_revoked_at_part", "pay_link", ["tenant", "revoked_at"], where="revoked_at <> ''")
    add_index("ix_pay_link_tenant_seq_part", "pay_link", ["tenant", "seq"], where="seq = 0")
    add_index(_BY_SOURCE, "online_payment", ["tenant", "source_id", "online_id"], where="source_id <> ''")


def undo() -> None:
    op.drop_index(_BY_SOURCE, "online_payment")
    op.drop_table("pay_link")
