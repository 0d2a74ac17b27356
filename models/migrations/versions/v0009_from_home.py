"""What patients pay from home with, and what is kept of it: each piece of the schema comes with its undoing."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

from models.migrations import asks, links, online, plans, portal, privacy, role
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
        text("default_op_id"), text("dropped_at"), text("dropped_by"), text("dropped_through"), text("op_id"),
        text("way"), whole("seq"),
        sa.PrimaryKeyConstraint("tenant", "kept_card_id", name="pk_kept_card"),
        sa.CheckConstraint("processor IN ('stripe', 'pax')", name="ck_kept_card_processor"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_kept_card_tenant_patient_id", "kept_card", ["tenant", "patient_id"])
    add_index("ix_kept_card_tenant_seq_part", "kept_card", ["tenant", "seq"], where="seq = 0")


def _undo_kept_cards() -> None:
    op.drop_table("kept_card")
    op.drop_table("card_consent")


def _make_documents() -> None:
    """Documents and notes beside patients, payments and requests."""
    op.create_table(
        "document",
        key("tenant"), key("document_id"), text("patient_id"), text("subject_id"), text("content_id"),
        whole("size_bytes"), text("media_type"), text("name"), text("added_at"), text("business_date"), text("actor"),
        text("device"), text("op_id"), text("verdict"), text("kept_at"), text("removed_at"), text("removed_by"),
        text("removed_reason"), whole("seq"),
        sa.PrimaryKeyConstraint("tenant", "document_id", name="pk_document"),
        sa.CheckConstraint("verdict IN ('', 'clean', 'refused', 'unscanned')", name="ck_document_verdict"),
        sa.CheckConstraint("size_bytes > 0", name="ck_document_size"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_document_tenant_patient_id", "document", ["tenant", "patient_id"])
    add_index("ix_document_tenant_content_id", "document", ["tenant", "content_id"])
    add_index("ix_document_tenant_document_id_part", "document", ["tenant", "document_id"], where="verdict = ''")
    add_index("ix_document_tenant_seq_part", "document", ["tenant", "seq"], where="seq = 0")
    op.create_table(
        "note",
        key("tenant"), key("note_id"), text("patient_id"), text("subject_id"), text("text"), text("noted_at"),
        text("business_date"), text("actor"), text("device"), text("op_id"), whole("seq"),
        sa.PrimaryKeyConstraint("tenant", "note_id", name="pk_note"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_note_tenant_patient_id", "note", ["tenant", "patient_id"])
    add_index("ix_note_tenant_seq_part", "note", ["tenant", "seq"], where="seq = 0")


def _undo_documents() -> None:
    op.drop_table("note")
    op.drop_table("document")


def _make_signatures() -> None:
    """From which amount on a card payment is signed for, where its signature is, and the signature."""
    op.add_column("rules", whole("sign_from_cents"))
    op.create_table(
        "signature",
        key("tenant"), key("payment_id"), text("patient_id"), text("strokes"), text("signed_at"), text("actor"),
        text("device"), text("op_id"), whole("seq"),
        sa.PrimaryKeyConstraint("tenant", "payment_id", name="pk_signature"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_signature_tenant_seq_part", "signature", ["tenant", "seq"], where="seq = 0")
    if role() == "desk":
        op.add_column("terminal_attempt", text("signing"))
        add_index("ix_terminal_attempt_tenant_signing_part", "terminal_attempt", ["tenant", "signing"],
                  where="signing IN ('wanted', 'left')")  # fmt: skip


def _undo_signatures() -> None:
    if role() == "desk":
        op.drop_index("ix_terminal_attempt_tenant_signing_part", "terminal_attempt")
        op.drop_column("terminal_attempt", "signing")
    op.drop_table("signature")
    op.drop_column("rules", "sign_from_cents")


def _make_fee_schedules() -> None:
    """What payers allow for services."""
    op.create_table(
        "fee_schedule",
        key("tenant"), key("id"), text("payer"), text("payer_key"), text("starts_on"), text("noted_at"),
        text("noted_by"), text("reason"), text("lines"), whole("seq"), text("deleted_at"),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_fee_schedule"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_fee_schedule_tenant_payer_key", "fee_schedule", ["tenant", "payer_key"])
    add_index("ix_fee_schedule_tenant_seq_part", "fee_schedule", ["tenant", "seq"], where="seq = 0")


def _undo_fee_schedules() -> None:
    op.drop_table("fee_schedule")


PIECES: tuple[tuple[Callable[[], None], Callable[[], None]], ...] = (
    (_make_kept_cards, _undo_kept_cards),
    (_make_signatures, _undo_signatures),
    (_make_documents, _undo_documents),
    (asks.make, asks.undo),
    (_make_fee_schedules, _undo_fee_schedules),
    (portal.make_settings, portal.undo_settings),
    (portal.make_tables, portal.undo_tables),
    (online.make, online.undo),
    (links.make, links.undo),
    (plans.make_settings, plans.undo_settings),
    (plans.make_tables, plans.undo_tables),
    (plans.make_jobs, plans.undo_jobs),
    (privacy.make, privacy.undo),
)
"""Made from the first to the last, undone from the last to the first."""


def upgrade() -> None:
    for make, _ in PIECES:
        make()


def downgrade() -> None:
    for _, undo in reversed(PIECES):
        undo()
