"""The close of a day: drawers, counts, deposits; and what a day sheet reads by date."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.migrations.making import add_index, key, text, whole

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TABLES = ("drawer_act", "day_close", "deposit", "deposited", "moved")
_INDEXES = (
    (
        "transfer",
        ("tenant", "code", "business_date"),
        "code IN ('charge', 'responsibility', 'adjust', 'lapse', 'reverse', 'settle')",
    ),
    ("payment", ("tenant", "received_date"), "received_date <> ''"),
    ("payment", ("tenant", "reversed_business_date"), "reversed_business_date <> ''"),
    ("refund", ("tenant", "settled_business_date"), "settled_business_date <> business_date"),
    ("charge", ("tenant", "service_date"), "appointment_id = ''"),
)
_RULES = {"drawer_float_cents": 15_000, "drawer_allowance_cents": 1_000}
"""Rules of before say what the program begins with."""


def upgrade() -> None:
    for table, columns, where in _INDEXES:
        add_index("_".join(("ix", table, *columns, "part")), table, columns, where=where)
    for name in _RULES:
        op.add_column("rules", whole(name)._copy())
    rules = sa.table("rules", *(sa.column(name) for name in _RULES))
    op.execute(rules.update().values(_RULES))
    _drawers()
    _deposits()


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.drop_table(table)
    for name in reversed(_RULES):
        op.drop_column("rules", name)
    for table, columns, _where in reversed(_INDEXES):
        op.drop_index("_".join(("ix", table, *columns, "part")), table)


def _drawers() -> None:
    op.create_table(
        "drawer_act",
        key("tenant"), key("op_id"), text("drawer"), text("kind"), text("session_id"), whole("amount_cents"),
        whole("moved_cents"), text("reason"), text("made_at"), text("business_date"), text("actor"),
        text("supervisor"), text("device"), whole("seq"),
        sa.CheckConstraint("amount_cents >= 0", name="ck_drawer_act_amount"),
        sa.CheckConstraint("kind IN ('opened', 'paid_in', 'paid_out', 'no_sale')", name="ck_drawer_act_kind"),
        sa.PrimaryKeyConstraint("tenant", "op_id", name="pk_drawer_act"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_drawer_act_tenant_drawer_made_at", "drawer_act", ["tenant", "drawer", "made_at"])
    op.create_table(
        "day_close",
        key("tenant"), key("close_id"), text("drawer"), text("number"), whole("float_cents"),
        whole("expected_cents"), whole("counted_cents"), whole("kept_cents"), whole("recounts"), text("reason"),
        text("coins"), text("tenders"), text("checks"), text("closed_at"), text("business_date"), text("actor"),
        text("supervisor"), text("device"), text("op_id"), whole("seq"),
        sa.CheckConstraint(
            "float_cents >= 0 AND counted_cents >= 0 AND kept_cents >= 0", name="ck_day_close_amounts"
        ),
        sa.PrimaryKeyConstraint("tenant", "close_id", name="pk_day_close"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_day_close_tenant_business_date", "day_close", ["tenant", "business_date"])
    add_index("ix_day_close_tenant_drawer_closed_at", "day_close", ["tenant", "drawer", "closed_at"])
    for table in ("drawer_act", "day_close"):
        _pending(table)


def _deposits() -> None:
    op.create_table(
        "deposit",
        key("tenant"), key("deposit_id"), text("number"), text("close_id"), text("drawer"), whole("cash_cents"),
        whole("coin_cents"), whole("check_cents"), whole("payments"), text("made_at"), text("business_date"),
        text("actor"), text("device"), text("op_id"), text("deleted_at"), text("deleted_by"), whole("seq"),
        sa.CheckConstraint("cash_cents >= 0 AND coin_cents >= 0 AND check_cents >= 0", name="ck_deposit_amounts"),
        sa.PrimaryKeyConstraint("tenant", "deposit_id", name="pk_deposit"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_deposit_tenant_business_date", "deposit", ["tenant", "business_date"])
    add_index("ix_deposit_tenant_close_id", "deposit", ["tenant", "close_id"])
    op.create_table(
        "deposited",
        key("tenant"), key("payment_id"), text("deposit_id"), whole("seq"),
        sa.PrimaryKeyConstraint("tenant", "payment_id", name="pk_deposited"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_deposited_tenant_deposit_id", "deposited", ["tenant", "deposit_id"])
    op.create_table(
        "moved",
        key("tenant"), key("op_id"), text("move_id"), text("patient_id"), text("way"), text("moved_at"),
        text("business_date"), text("actor"), text("device"), whole("seq"),
        sa.PrimaryKeyConstraint("tenant", "op_id", name="pk_moved"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_moved_tenant_business_date", "moved", ["tenant", "business_date"])
    for table in ("deposit", "deposited", "moved"):
        _pending(table)


def _pending(table: str) -> None:
    add_index(f"ix_{table}_tenant_seq_part", table, ["tenant", "seq"], where="seq = 0")
