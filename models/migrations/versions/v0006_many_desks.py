"""Many desks: holds on credit, what repairs and care of data remember."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from models.migrations import role
from models.migrations.making import add_index, key, number_key, text, whole

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


_REPAIR_ADDED: dict[str, dict[str, tuple[sa.Column[Any], ...]]] = {
    "desk": {"stream": (text("token"),), "outbox": (text("prior"),)},
    "hub": {"device": (text("token"), text("token_before"), text("apart_at")), "enrolment": (text("again_for"),)},
}
_REPAIR_TABLES = {"desk": ("proof",), "hub": ("stream_end", "hub_epoch")}


def upgrade() -> None:
    _repair()
    _holds()


def downgrade() -> None:
    _undo_holds()
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


def _holds() -> None:
    """What a person must look at, and credit set aside for one desk. Money in question of before has its task, too."""
    op.add_column("rules", whole("provisional_credit_cents"))
    op.execute("UPDATE rules SET provisional_credit_cents = 10000")
    op.create_table(
        "task",
        key("tenant"), key("task_id"), text("what"), text("patient_id"), text("payment_id"), text("charge_id"),
        text("appointment_id"), text("account_id"), whole("amount_cents"), whole("settled_cents"), text("cause_op_id"),
        text("device"), text("actor"), text("opened_at"), text("business_date"), text("how"), text("reason"),
        text("resolved_at"), text("resolved_by"), text("resolved_op_id"), whole("seq"),
        sa.CheckConstraint("settled_cents >= 0 AND settled_cents <= amount_cents", name="ck_task_settled"),
        sa.PrimaryKeyConstraint("tenant", "task_id", name="pk_task"),
        sqlite_strict=True,
    )  # fmt: skip
    for column in ("opened_at", "payment_id", "account_id"):
        add_index(f"ix_task_tenant_{column}_part", "task", ["tenant", column], where="resolved_op_id = ''")
    add_index("ix_task_tenant_cause_op_id", "task", ["tenant", "cause_op_id"])
    add_index("ix_task_tenant_seq_part", "task", ["tenant", "seq"], where="seq = 0")
    op.create_table(
        "hold",
        key("tenant"), key("hold_id"), text("ask_id"), text("device"), text("patient_id"), text("payment_id"),
        text("account_id"), whole("granted_cents"), whole("used_cents"), whole("returned_cents"), text("granted_at"),
        text("granted_op_id"), text("ended"), text("ended_at"), text("ended_by"), whole("seq"),
        sa.CheckConstraint(
            "used_cents >= 0 AND returned_cents >= 0 AND used_cents + returned_cents <= granted_cents",
            name="ck_hold_left",
        ),
        sa.PrimaryKeyConstraint("tenant", "hold_id", name="pk_hold"),
        sqlite_strict=True,
    )  # fmt: skip
    left = "used_cents + returned_cents < granted_cents"
    add_index("ix_hold_tenant_account_id_part", "hold", ["tenant", "account_id"], where=left)
    add_index("ix_hold_tenant_device_patient_id_part", "hold", ["tenant", "device", "patient_id"], where=left)
    add_index("ix_hold_tenant_seq_part", "hold", ["tenant", "seq"], where="seq = 0")
    op.execute(_OVER)
    op.execute(_SUSPENDED)


_MOVES = (
    "SELECT t.tenant, t.op_id, t.debit AS account_id, t.amount_cents AS cents, t.seq, t.business_date FROM transfer t "
    "WHERE t.debit = 'SUSP' AND t.seq > 0 UNION ALL SELECT t.tenant, t.op_id, t.credit, -t.amount_cents, t.seq, "
    "t.business_date FROM transfer t WHERE t.credit = 'SUSP' AND t.seq > 0"
)
_OVER = (
    "INSERT INTO task (tenant, task_id, what, patient_id, payment_id, account_id, amount_cents, cause_op_id, "
    "opened_at, business_date, seq) SELECT a.tenant, 'over_refunded:' || a.id, 'over_refunded', a.patient_id, "
    "a.payment_id, a.id, a.debits - a.credits, '', coalesce((SELECT max(t.business_date) FROM transfer t WHERE "
    "t.tenant = a.tenant AND t.debit = a.id), ''), coalesce((SELECT max(t.business_date) FROM transfer t WHERE "
    "t.tenant = a.tenant AND t.debit = a.id), ''), 1 FROM account a WHERE a.code = 'OVR' AND a.debits > a.credits"
)
_SUSPENDED = (
    "INSERT INTO task (tenant, task_id, what, patient_id, payment_id, account_id, amount_cents, cause_op_id, "  # noqa: S608
    "opened_at, business_date, seq) SELECT m.tenant, CASE WHEN sum(m.cents) > 0 THEN 'money_out:' ELSE 'money_in:' END "
    "|| m.op_id, CASE WHEN sum(m.cents) > 0 THEN 'money_out' ELSE 'money_in' END, '', '', 'SUSP', abs(sum(m.cents)), "
    f"m.op_id, max(m.business_date), max(m.business_date), 1 FROM ({_MOVES}) m "
    "GROUP BY m.tenant, m.op_id HAVING sum(m.cents) <> 0"
)


def _undo_holds() -> None:
    for table in ("hold", "task"):
        op.drop_table(table)
    op.drop_column("rules", "provisional_credit_cents")
