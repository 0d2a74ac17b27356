"""The pieces of revision 0009 that are the portal's: its settings on both sides, its own tables at a hub."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.migrations import role
from models.migrations.making import add_index, key, text, whole

_SETTINGS = (
    ("rules", ("portal", "portal_payments", "portal_minimum_cents", "portal_balance_only", "portal_statements")),
    ("practitioner", ("online",)),
)


def make_settings() -> None:
    """What a practice lets patients do from home, and where they reach it."""
    for table, names in _SETTINGS:
        for name in names:
            op.add_column(table, whole(name))
    op.add_column("channels", text("portal_url"))
    op.execute("UPDATE rules SET portal_balance_only = 1")


def undo_settings() -> None:
    """Back to before."""
    op.drop_column("channels", "portal_url")
    for table, names in reversed(_SETTINGS):
        for name in reversed(names):
            op.drop_column(table, name)


def make_tables() -> None:
    """Accounts, sessions, notes, guesses, views and orders: at a hub only."""
    if role() == "hub":
        _people()
        _notes()
        _paying()


def undo_tables() -> None:
    """Take them away."""
    if role() == "hub":
        for table in ("portal_order", "portal_view", "portal_guess", "portal_recovery", "portal_note",
                      "portal_session", "portal_account"):  # fmt: skip
            op.drop_table(table)


def _people() -> None:
    op.create_table(
        "portal_account",
        key("tenant"), key("account_id"), text("patient_id"), text("username"), text("login"), text("password_hash"),
        text("factor"), text("secret"), whole("last_step"), text("channel"), text("address"), text("language"),
        text("state"), text("created_at"), text("changed_at"),
        sa.PrimaryKeyConstraint("tenant", "account_id", name="pk_portal_account"),
        sa.CheckConstraint("factor IN ('totp', 'email', 'text')", name="ck_portal_account_factor"),
        sa.CheckConstraint("state IN ('new', 'open')", name="ck_portal_account_state"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("uq_portal_account_tenant_login", "portal_account", ["tenant", "login"], unique=True)
    add_index("uq_portal_account_tenant_patient_id", "portal_account", ["tenant", "patient_id"], unique=True)
    op.create_table(
        "portal_session",
        key("tenant"), key("token_hash"), text("account_id"), text("patient_id"), text("note_id"), text("stage"),
        text("began_at"), text("seen_at"), text("ends_at"), text("ended_at"),
        sa.PrimaryKeyConstraint("tenant", "token_hash", name="pk_portal_session"),
        sa.CheckConstraint("stage IN ('claim', 'setup', 'factor', 'code', 'open', 'link')",
                           name="ck_portal_session_stage"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_portal_session_tenant_account_id_part", "portal_session", ["tenant", "account_id"],
              where="ended_at = ''")  # fmt: skip


def _notes() -> None:
    op.create_table(
        "portal_note",
        key("tenant"), key("note_id"), text("kind"), text("account_id"), text("patient_id"), text("channel"),
        text("address"), text("language"), text("digest"), whole("tries"), text("expires_at"), text("used_at"),
        text("state"), whole("attempts"), text("made_at"), text("due_at"), text("claimed_until"),
        sa.PrimaryKeyConstraint("tenant", "note_id", name="pk_portal_note"),
        sa.CheckConstraint("kind IN ('claim', 'second', 'reset', 'statement')", name="ck_portal_note_kind"),
        sa.CheckConstraint("state IN ('waiting', 'sent', 'failed', 'none')", name="ck_portal_note_state"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_portal_note_tenant_due_at_part", "portal_note", ["tenant", "due_at"], where="state = 'waiting'")
    add_index("ix_portal_note_tenant_digest_part", "portal_note", ["tenant", "digest"], where="kind = 'reset'")
    op.create_table(
        "portal_recovery",
        key("tenant"), key("account_id"), key("digest"), text("made_at"), text("used_at"),
        sa.PrimaryKeyConstraint("tenant", "account_id", "digest", name="pk_portal_recovery"), sqlite_strict=True,
    )  # fmt: skip
    op.create_table(
        "portal_guess",
        key("tenant"), key("subject"), whole("failures"), whole("locks"), text("locked_until"), text("last_at"),
        sa.PrimaryKeyConstraint("tenant", "subject", name="pk_portal_guess"), sqlite_strict=True,
    )  # fmt: skip


def _paying() -> None:
    op.create_table(
        "portal_view",
        key("tenant"), key("view_id"), text("account_id"), text("patient_id"), text("page"), text("subject"),
        text("address"), text("seen_at"),
        sa.PrimaryKeyConstraint("tenant", "view_id", name="pk_portal_view"), sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_portal_view_tenant_patient_id_seen_at", "portal_view", ["tenant", "patient_id", "seen_at"])
    op.create_table(
        "portal_order",
        key("tenant"), key("order_id"), text("account_id"), text("patient_id"), whole("amount_cents"), text("items"),
        text("kept_card_id"), whole("keep_card"), text("state"), text("attempt_id"), text("where_to"),
        text("reason"), text("made_at"), text("request_id"),
        sa.PrimaryKeyConstraint("tenant", "order_id", name="pk_portal_order"),
        sa.CheckConstraint("amount_cents > 0", name="ck_portal_order_amount"),
        sa.CheckConstraint("state IN ('begun', 'sent', 'paid', 'declined', 'unknown', 'processing')",
                           name="ck_portal_order_state"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_portal_order_tenant_account_id", "portal_order", ["tenant", "account_id"])
