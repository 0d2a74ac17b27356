"""Records that turn out to be one person."""

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


def downgrade() -> None:
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
