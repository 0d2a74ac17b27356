"""What patients pay from home with, and what is kept of it: each piece of the schema comes with its undoing."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

from models.migrations.making import add_index, key, text, whole

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def _make_kept_cards() -> None:
    """Cards that patients let the practice keep, and the word they gave before."""
    op.create_table(
        "card_consent",
        key("tenant"), key("consent_id"), text("patient_id"), text("channel"), text("said_by"), text("words"),
        text("words_sha256"), text("said_at"), text("actor"), text("device"), text("op_id"), whole("seq"),
        sa.PrimaryKeyConstraint("tenant", "consent_id", name="pk_card_consent"),
        sa.CheckConstraint("channel IN ('desk', 'portal', 'link')", name="ck_card_consent_channel"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_card_consent_tenant_patient_id", "card_consent", ["tenant", "patient_id"])
    add_index("ix_card_consent_tenant_seq_part", "card_consent", ["tenant", "seq"], where="seq = 0")
    op.create_table(
        "kept_card",
        key("tenant"), key("kept_card_id"), text("patient_id"), text("consent_id"), text("processor"), text("token"),
        text("customer"), text("merchant"), text("brand"), text("last4"), whole("exp_month"), whole("exp_year"),
        text("holder"), text("nickname"), text("kept_at"), text("kept_by"), text("device"), text("made_default_at"),
        text("dropped_at"), text("dropped_by"), text("dropped_through"), text("op_id"), whole("seq"),
        sa.PrimaryKeyConstraint("tenant", "kept_card_id", name="pk_kept_card"),
        sa.CheckConstraint("processor IN ('stripe', 'pax')", name="ck_kept_card_processor"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_kept_card_tenant_patient_id", "kept_card", ["tenant", "patient_id"])
    add_index("ix_kept_card_tenant_seq_part", "kept_card", ["tenant", "seq"], where="seq = 0")


def _undo_kept_cards() -> None:
    op.drop_table("kept_card")
    op.drop_table("card_consent")


PIECES: tuple[tuple[Callable[[], None], Callable[[], None]], ...] = ((_make_kept_cards, _undo_kept_cards),)
"""Made from the first to the last, undone from the last to the first."""


def upgrade() -> None:
    for make, _ in PIECES:
        make()


def downgrade() -> None:
    for _, undo in reversed(PIECES):
        undo()
