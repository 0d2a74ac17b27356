"""Records that turn out to be one person; receipts for cash that settles what was in question."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.migrations.making import add_index, key, text, whole

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _aliases()
    _receipts_of_tasks()


def downgrade() -> None:
    _undo_receipts_of_tasks()
    _undo_aliases()


def _aliases() -> None:
    """Whose a record is, where the person goes by another one."""
    op.create_table(
        "alias", key("tenant"), key("patient_id"), text("survivor_id"), text("into_id"), text("said_at"),
        text("actor"), text("device"), text("op_id"), whole("seq"),
        sa.PrimaryKeyConstraint("tenant", "patient_id", name="pk_alias"), sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_alias_tenant_survivor_id_part", "alias", ["tenant", "survivor_id"], where="survivor_id <> ''")
    add_index("ix_alias_tenant_seq_part", "alias", ["tenant", "seq"], where="seq = 0")


def _undo_aliases() -> None:
    op.drop_table("alias")


def _receipts_of_tasks() -> None:
    """Which receipt was given where cash settled a task."""
    op.add_column("task", text("receipt_no"))


def _undo_receipts_of_tasks() -> None:
    op.drop_column("task", "receipt_no")
