"""Lean tables: what an act writes touches fewer pages (decision 019). Only indexes change; small pages come with the
copy a store is brought up to date by (`models.store.paging`)."""

from __future__ import annotations

from alembic import op

from models.migrations.making import add_index

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_SIDES = ("debit", "credit")


def upgrade() -> None:
    for side in _SIDES:
        op.drop_index(f"ix_transfer_tenant_{side}_seq", "transfer")
        add_index(f"ix_transfer_tenant_{side}", "transfer", ["tenant", side])
    op.drop_index("ix_payment_tenant_appointment_id", "payment")


def downgrade() -> None:
    add_index("ix_payment_tenant_appointment_id", "payment", ["tenant", "appointment_id"])
    for side in _SIDES:
        op.drop_index(f"ix_transfer_tenant_{side}", "transfer")
        add_index(f"ix_transfer_tenant_{side}_seq", "transfer", ["tenant", side, "seq"])
