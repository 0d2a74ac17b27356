"""Many desks: holds on credit, what repairs and care of data remember."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.migrations import role
from models.migrations.making import add_index, key, number_key, text, whole

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


_REPAIR_ADDED = {
    "desk": {"stream": (text("token"),), "outbox": (text("prior"),)},
    "hub": {"device": (text("token"), text("token_before"), text("apart_at")), "enrolment": (text("again_for"),)},
}
_REPAIR_TABLES = {"desk": ("proof",), "hub": ("stream_end", "hub_epoch")}


def upgrade() -> None:
    _repair()


def downgrade() -> None:
    _undo_repair()


def _repair() -> None:
    """Streams that end and begin again, hubs that were restored, and what is kept apart until somebody looks."""
    for table, columns in _REPAIR_ADDED[role()].items():
        for column in columns:
            op.add_column(table, column._copy())
    if role() == "desk":
        op.create_table("proof", key("tenant"), number_key("seq"), text("mark"),
                        sa.PrimaryKeyConstraint("tenant", "seq", name="pk_proof"), sqlite_strict=True)  # fmt: skip
    else:
        op.create_table(
            "stream_end", key("tenant"), key("device_id"), number_key("epoch"), whole("last_dseq"), text("last_hash"),
            text("token"), text("ask_id"), whole("next_epoch"), text("ended_at"),
            sa.PrimaryKeyConstraint("tenant", "device_id", "epoch", name="pk_stream_end"), sqlite_strict=True,
        )  # fmt: skip
        op.create_table(
            "hub_epoch", key("tenant"), key("server_epoch"), text("before"), whole("seq"), text("hash"),
            text("began_at"), sa.PrimaryKeyConstraint("tenant", "server_epoch", name="pk_hub_epoch"),
            sqlite_strict=True,
        )  # fmt: skip
    op.create_table(
        "quarantine", key("tenant"), key("op_id"), text("kind"), text("device"), whole("epoch"), whole("dseq"),
        text("patient_id"), text("reason"), text("op"), text("made_at"), text("business_date"), text("actor"),
        text("resolution"), text("resolved_at"), text("resolved_by"), text("resolved_note"), text("resolved_op_id"),
        whole("seq"), sa.PrimaryKeyConstraint("tenant", "op_id", name="pk_quarantine"),
        sa.CheckConstraint("resolution IN ('', 'accepted', 'discarded')", name="ck_quarantine_resolution"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_quarantine_tenant_seq_part", "quarantine", ["tenant", "seq"], where="resolution = ''")
    op.execute(
        "INSERT INTO quarantine (tenant, op_id, kind, device, epoch, dseq, patient_id, reason, op, made_at, actor, "
        "seq) SELECT tenant, op_id, kind, device, epoch, dseq, patient, reason, op, received_at, actor, seq FROM log "
        "WHERE verdict = 'quarantined'"
    )


def _undo_repair() -> None:
    for table in ("quarantine", *_REPAIR_TABLES[role()]):
        op.drop_table(table)
    for table, columns in _REPAIR_ADDED[role()].items():
        for column in columns:
            op.drop_column(table, column.name)
