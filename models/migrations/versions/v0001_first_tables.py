"""The first tables: mirrored records, ledger, log; on a desk its outbox and journals, on a hub its desks."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from models.migrations import role

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False, server_default=sa.text("''"))


def _whole(name: str) -> sa.Column[Any]:
    return sa.Column(name, _WHOLE, nullable=False, server_default=sa.text("0"))


def _maybe_whole(name: str) -> sa.Column[Any]:
    return sa.Column(name, _WHOLE, nullable=True)


def _key(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False)


def _number_key(name: str) -> sa.Column[Any]:
    return sa.Column(name, _WHOLE, nullable=False, autoincrement=False)


def _index(name: str, table: str, columns: list[str], *, unique: bool = False, where: str = "") -> None:
    rule = sa.text(where) if where else None
    op.create_index(name, table, columns, unique=unique, sqlite_where=rule, postgresql_where=rule)


def upgrade() -> None:
    _records()
    _money()
    _insert_only()
    _OWN[role()]()


def downgrade() -> None:
    if role() == "desk":
        op.execute("DROP TABLE patient_search")
    for table in reversed(_TABLES[role()]):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION insert_only()")


def _records() -> None:
    op.create_table(
        "practice",
        _key("tenant"), _key("id"), _text("name"), _text("timezone"), _text("address"), _text("phone"), _text("npi"),
        _text("tin"), _whole("closing_hour"), _text("location_code"), _text("receipt_message"),
        _text("refund_policy"), _whole("seq"), _text("deleted_at"),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_practice"),
        sqlite_strict=True,
    )  # fmt: skip
    _index("ix_practice_tenant_seq_part", "practice", ["tenant", "seq"], unique=False, where="seq = 0")
    op.create_table(
        "staff",
        _key("tenant"), _key("id"), _text("name"), _text("role"), _text("title"), _text("pin_hash"), _whole("active"),
        _whole("seq"), _text("deleted_at"),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_staff"),
        sqlite_strict=True,
    )  # fmt: skip
    _index("ix_staff_tenant_seq_part", "staff", ["tenant", "seq"], unique=False, where="seq = 0")
    op.create_table(
        "practitioner",
        _key("tenant"), _key("id"), _text("name"), _text("npi"), _whole("seq"), _text("deleted_at"),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_practitioner"),
        sqlite_strict=True,
    )  # fmt: skip
    _index("ix_practitioner_tenant_seq_part", "practitioner", ["tenant", "seq"], unique=False, where="seq = 0")
    op.create_table(
        "location",
        _key("tenant"), _key("id"), _text("name"), _whole("seq"), _text("deleted_at"),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_location"),
        sqlite_strict=True,
    )  # fmt: skip
    _index("ix_location_tenant_seq_part", "location", ["tenant", "seq"], unique=False, where="seq = 0")
    op.create_table(
        "patient",
        _key("tenant"), _key("id"), _text("family"), _text("given"), _text("middle"), _text("suffix"),
        _text("birth_date"), _text("sex"), _text("mrn"), _text("phone"), _text("email"), _text("address"),
        _text("guarantor_id"), _text("receipt_by"), _whole("deceased"), _whole("active"), _whole("seq"),
        _text("deleted_at"),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_patient"),
        sqlite_strict=True,
    )  # fmt: skip
    _index("ix_patient_tenant_family_given", "patient", ["tenant", "family", "given"])
    _index("ix_patient_tenant_guarantor_id", "patient", ["tenant", "guarantor_id"])
    _index("ix_patient_tenant_seq_part", "patient", ["tenant", "seq"], unique=False, where="seq = 0")
    op.create_table(
        "coverage",
        _key("tenant"), _key("id"), _text("patient_id"), _text("payer"), _text("plan"), _text("member_id"),
        _text("status"), _whole("order"), _maybe_whole("copay_cents"), _text("period_start"), _text("period_end"),
        _text("checked_at"), _whole("seq"), _text("deleted_at"),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_coverage"),
        sqlite_strict=True,
    )  # fmt: skip
    _index("ix_coverage_tenant_patient_id", "coverage", ["tenant", "patient_id"])
    _index("ix_coverage_tenant_seq_part", "coverage", ["tenant", "seq"], unique=False, where="seq = 0")
    op.create_table(
        "appointment",
        _key("tenant"), _key("id"), _text("patient_id"), _text("starts_at"), _text("service_date"), _text("title"),
        _text("reason"), _text("status"), _whole("minutes"), _text("practitioner_id"), _text("location_id"),
        _text("coverage_id"), _maybe_whole("copay_cents"), _whole("seq"), _text("deleted_at"), _text("desk_status"),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_appointment"),
        sqlite_strict=True,
    )  # fmt: skip
    _index("ix_appointment_tenant_patient_id_service_date", "appointment", ["tenant", "patient_id", "service_date"])
    _index("ix_appointment_tenant_seq_part", "appointment", ["tenant", "seq"], unique=False, where="seq = 0")
    _index("ix_appointment_tenant_service_date_starts_at", "appointment", ["tenant", "service_date", "starts_at"])
    op.create_table(
        "charge",
        _key("tenant"), _key("id"), _text("patient_id"), _text("service_date"), _text("description"),
        _whole("responsibility_cents"), _text("appointment_id"), _text("code"), _text("kind"), _whole("billed_cents"),
        _whole("allowed_cents"), _whole("insurance_paid_cents"), _whole("copay_cents"), _whole("coinsurance_cents"),
        _whole("deductible_cents"), _whole("insurance_pending"), _text("practitioner_id"), _whole("seq"),
        _text("deleted_at"), _whole("posted_cents"),
        sa.CheckConstraint("posted_cents >= 0", name="ck_charge_posted"),
        sa.CheckConstraint("responsibility_cents >= 0", name="ck_charge_responsibility"),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_charge"),
        sqlite_strict=True,
    )  # fmt: skip
    _index("ix_charge_tenant_appointment_id", "charge", ["tenant", "appointment_id"])
    _index("ix_charge_tenant_patient_id_service_date", "charge", ["tenant", "patient_id", "service_date"])
    _index("ix_charge_tenant_seq_part", "charge", ["tenant", "seq"], unique=False, where="seq = 0")
    op.create_table(
        "not_collecting",
        _key("tenant"), _key("op_id"), _text("appointment_id"), _text("patient_id"), _text("reason"), _text("note"),
        _whole("due_cents"), _text("noted_at"), _text("business_date"), _text("actor"), _text("device"),
        _whole("seq"),
        sa.PrimaryKeyConstraint("tenant", "op_id", name="pk_not_collecting"),
        sqlite_strict=True,
    )  # fmt: skip
    _index("ix_not_collecting_tenant_appointment_id", "not_collecting", ["tenant", "appointment_id"])
    _index("ix_not_collecting_tenant_business_date", "not_collecting", ["tenant", "business_date"])
    _index("ix_not_collecting_tenant_seq_part", "not_collecting", ["tenant", "seq"], unique=False, where="seq = 0")


def _money() -> None:
    op.create_table(
        "payment",
        _key("tenant"), _key("payment_id"), _text("patient_id"), _text("appointment_id"), _text("tender"),
        _whole("amount_cents"), _whole("tendered_cents"), _whole("change_cents"), _whole("requested_cents"),
        _text("number"), _text("receipt_no"), _text("check_no"), _text("check_name"), _text("drawer"),
        _text("attempt_id"), _text("memo"), _text("brand"), _text("last4"), _text("entry_mode"), _text("auth_code"),
        _text("host_ref"), _text("terminal_txn_no"), _text("terminal_ref"), _text("merchant"), _text("aid"),
        _text("app_label"), _text("cvm"), _text("tvr"), _text("tsi"), _text("holder"), _text("taken_at"),
        _text("business_date"), _text("actor"), _text("device"), _text("collect_op_id"), _whole("seq"),
        _text("reversed_op_id"), _text("reversed_at"), _text("reversed_reason"), _text("reversed_by"),
        _text("reversal_id"), _text("reversal_receipt_no"), _text("reversal_auth_code"), _text("reversal_host_ref"),
        _text("reversed_business_date"),
        sa.CheckConstraint("change_cents >= 0", name="ck_payment_change"),
        sa.CheckConstraint("amount_cents > 0", name="ck_payment_amount"),
        sa.PrimaryKeyConstraint("tenant", "payment_id", name="pk_payment"),
        sqlite_strict=True,
    )  # fmt: skip
    _index("ix_payment_tenant_appointment_id", "payment", ["tenant", "appointment_id"])
    _index("ix_payment_tenant_business_date", "payment", ["tenant", "business_date"])
    _index("ix_payment_tenant_patient_id_taken_at", "payment", ["tenant", "patient_id", "taken_at"])
    _index("ix_payment_tenant_seq_part", "payment", ["tenant", "seq"], unique=False, where="seq = 0")
    _index(
        "uq_payment_tenant_receipt_no_part", "payment", ["tenant", "receipt_no"], unique=True, where="receipt_no <> ''"
    )
    op.create_table(
        "account",
        _key("tenant"), _key("id"), _text("code"), _text("guard"), _text("patient_id"), _text("appointment_id"),
        _text("charge_id"), _text("payment_id"), _whole("debits"), _whole("credits"), _whole("held"),
        _whole("pending_debits"), _whole("pending_credits"),
        sa.CheckConstraint(
            "guard <> 'A' OR credits + pending_credits <= debits + pending_debits",
            name="ck_account_charge_not_overpaid",
        ),
        sa.CheckConstraint(
            "guard <> 'L' OR debits + pending_debits + held <= credits + pending_credits",
            name="ck_account_lot_not_overspent",
        ),
        sa.CheckConstraint(
            "debits >= 0 AND credits >= 0 AND held >= 0 AND pending_debits >= 0 AND pending_credits >= 0",
            name="ck_account_totals",
        ),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_account"),
        sqlite_strict=True,
    )  # fmt: skip
    _index("ix_account_tenant_appointment_id", "account", ["tenant", "appointment_id"])
    _index("ix_account_tenant_patient_id", "account", ["tenant", "patient_id"])
    _index("ix_account_tenant_payment_id", "account", ["tenant", "payment_id"])
    op.create_table(
        "transfer",
        _key("tenant"), _key("op_id"), _number_key("n"), _whole("seq"), _whole("pending_no"), _text("debit"),
        _text("credit"), _whole("amount_cents"), _text("code"), _text("reverses_op"), _whole("reverses_n"),
        _text("business_date"),
        sa.CheckConstraint("(seq > 0) = (pending_no = 0)", name="ck_transfer_layer"),
        sa.CheckConstraint("amount_cents > 0", name="ck_transfer_amount"),
        sa.CheckConstraint("debit <> credit", name="ck_transfer_two_accounts"),
        sa.PrimaryKeyConstraint("tenant", "op_id", "n", name="pk_transfer"),
        sqlite_strict=True,
    )  # fmt: skip
    _index("ix_transfer_tenant_credit_seq", "transfer", ["tenant", "credit", "seq"])
    _index("ix_transfer_tenant_debit_seq", "transfer", ["tenant", "debit", "seq"])
    _index("ix_transfer_tenant_pending_no_part", "transfer", ["tenant", "pending_no"], unique=False, where="seq = 0")
    _index(
        "uq_transfer_tenant_reverses_op_reverses_n_part",
        "transfer",
        ["tenant", "reverses_op", "reverses_n"],
        unique=True,
        where="reverses_op <> '' AND seq > 0",
    )
    op.create_table(
        "log",
        _key("tenant"), _number_key("seq"), _text("op_id"), _text("body_hash"), _text("kind"), _text("device"),
        _whole("epoch"), _whole("dseq"), _text("patient"), _text("actor"), _text("verdict"), _maybe_whole("granted"),
        _text("reason"), _text("op"), _text("transfers"), _text("accounts"), _text("received_at"), _text("hash"),
        sa.PrimaryKeyConstraint("tenant", "seq", name="pk_log"),
        sqlite_strict=True,
    )  # fmt: skip
    _index("ix_log_tenant_patient_seq", "log", ["tenant", "patient", "seq"])
    _index(
        "uq_log_tenant_device_epoch_dseq_part",
        "log",
        ["tenant", "device", "epoch", "dseq"],
        unique=True,
        where="dseq > 0",
    )
    _index("uq_log_tenant_op_id", "log", ["tenant", "op_id"], unique=True)


def _insert_only() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION insert_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% is insert only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$"
        )
        for table, rule in (("log", ""), ("transfer", " WHEN (OLD.seq > 0)")):
            op.execute(
                f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW{rule} "
                "EXECUTE FUNCTION insert_only()"
            )
        return
    for table, rule in (("log", ""), ("transfer", " WHEN OLD.seq > 0")):
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table}{rule} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is insert only'); END"
            )


def _desk() -> None:
    op.create_table(
        "meta",
        _key("tenant"), _key("key"), _text("value"),
        sa.PrimaryKeyConstraint("tenant", "key", name="pk_meta"),
        sqlite_strict=True,
    )  # fmt: skip
    op.create_table(
        "stream",
        _key("tenant"), _whole("epoch"), _whole("dseq"), _text("hash"), _whole("pending_no"), _text("last_id"),
        _text("server_epoch"), _whole("cursor_seq"), _text("cursor_hash"), _text("server_time"),
        _whole("payment_count"), _whole("receipt_count"),
        sa.PrimaryKeyConstraint("tenant", name="pk_stream"),
        sqlite_strict=True,
    )  # fmt: skip
    op.create_table(
        "outbox",
        _key("tenant"), _key("op_id"), _whole("epoch"), _whole("dseq"), _text("group_id"), _text("body_hash"),
        _text("op"), _whole("bytes"), _text("verdict"), _whole("seq"), _maybe_whole("granted"), _text("reason"),
        _text("created_at"), _text("attempted_at"), _text("acknowledged_at"), _text("returned_at"),
        sa.PrimaryKeyConstraint("tenant", "op_id", name="pk_outbox"),
        sqlite_strict=True,
    )  # fmt: skip
    _index(
        "ix_outbox_tenant_epoch_dseq_part",
        "outbox",
        ["tenant", "epoch", "dseq"],
        unique=False,
        where="returned_at = ''",
    )
    _index(
        "ix_outbox_tenant_verdict_part",
        "outbox",
        ["tenant", "verdict"],
        unique=False,
        where="verdict NOT IN ('', 'accepted', 'duplicate')",
    )
    op.create_table(
        "shadow",
        _key("tenant"), _key("name"), _key("id"), _text("record"),
        sa.PrimaryKeyConstraint("tenant", "name", "id", name="pk_shadow"),
        sqlite_strict=True,
    )  # fmt: skip
    op.create_table(
        "terminal_attempt",
        _key("tenant"), _key("attempt_id"), _text("terminal_ref"), _text("driver"), _whole("amount_cents"),
        _text("patient_id"), _text("appointment_id"), _text("request"), _text("state"), _text("outcome"),
        _text("result"), _text("created_at"), _text("updated_at"), _text("resolved_by"), _text("resolved_reason"),
        _text("void_of_payment_id"), _text("payment_id"),
        sa.CheckConstraint("amount_cents > 0", name="ck_terminal_attempt_amount"),
        sa.CheckConstraint(
            "state IN ('created', 'dispatching', 'resolved', 'unknown')",
            name="ck_terminal_attempt_state",
        ),
        sa.PrimaryKeyConstraint("tenant", "attempt_id", name="pk_terminal_attempt"),
        sqlite_strict=True,
    )  # fmt: skip
    _index("ix_terminal_attempt_tenant_created_at", "terminal_attempt", ["tenant", "created_at"])
    _index(
        "ix_terminal_attempt_tenant_state_part",
        "terminal_attempt",
        ["tenant", "state"],
        unique=False,
        where="state <> 'resolved'",
    )
    _index(
        "uq_terminal_attempt_tenant_terminal_ref_part",
        "terminal_attempt",
        ["tenant", "terminal_ref"],
        unique=True,
        where="terminal_ref <> ''",
    )
    op.create_table(
        "print_job",
        _key("tenant"), _key("job_id"), _text("kind"), _text("payment_id"), _text("document"), _text("state"),
        _whole("copies_no"), _text("reason"), _text("created_at"), _text("updated_at"),
        sa.CheckConstraint("kind IN ('receipt', 'copy', 'drawer')", name="ck_print_job_kind"),
        sa.CheckConstraint(
            "state IN ('queued', 'sending', 'printed', 'not_printed', 'unknown')",
            name="ck_print_job_state",
        ),
        sa.PrimaryKeyConstraint("tenant", "job_id", name="pk_print_job"),
        sqlite_strict=True,
    )  # fmt: skip
    _index(
        "ix_print_job_tenant_created_at_part",
        "print_job",
        ["tenant", "created_at"],
        unique=False,
        where="state <> 'printed'",
    )
    _index("ix_print_job_tenant_payment_id", "print_job", ["tenant", "payment_id"])
    op.create_table(
        "pin_failure",
        _key("tenant"), _key("staff_id"), _whole("failures"), _text("last_at"), _text("locked_until"),
        sa.PrimaryKeyConstraint("tenant", "staff_id", name="pk_pin_failure"),
        sqlite_strict=True,
    )  # fmt: skip
    op.create_table(
        "patient_index",
        sa.Column("no", sa.Integer(), nullable=False), _text("tenant"), _text("patient_id"), _text("words"),
        sa.PrimaryKeyConstraint("no", name="pk_patient_index"),
        sqlite_strict=True,
    )  # fmt: skip
    _index("uq_patient_index_tenant_patient_id", "patient_index", ["tenant", "patient_id"], unique=True)
    op.create_table(
        "name_slip",
        _key("slip"), _key("word"),
        sa.PrimaryKeyConstraint("slip", "word", name="pk_name_slip"),
        sqlite_strict=True, sqlite_with_rowid=False,
    )  # fmt: skip
    op.execute(
        "CREATE VIRTUAL TABLE patient_search USING fts5(words, content='patient_index', content_rowid='no', "
        "tokenize=\"ascii tokenchars '_'\", prefix='1 2 3 6', detail='none', columnsize=0)"
    )


def _hub() -> None:
    op.create_table(
        "tenant_head",
        _key("tenant"), _text("server_epoch"), _whole("seq"), _text("hash"), _text("created_at"),
        sa.PrimaryKeyConstraint("tenant", name="pk_tenant_head"),
        sqlite_strict=True,
    )  # fmt: skip
    op.create_table(
        "device",
        _key("tenant"), _key("device_id"), _whole("device_no"), _whole("epoch"), _text("name"), _text("public_key"),
        _whole("last_dseq"), _text("last_hash"), _text("info"), _text("created_at"), _text("last_seen_at"),
        _text("revoked_at"),
        sa.PrimaryKeyConstraint("tenant", "device_id", name="pk_device"),
        sqlite_strict=True,
    )  # fmt: skip
    _index("ix_device_device_id", "device", ["device_id"])
    _index("uq_device_tenant_device_no", "device", ["tenant", "device_no"], unique=True)
    op.create_table(
        "enrolment",
        _key("tenant"), _key("code_hash"), _text("desk_name"), _text("created_by"), _text("created_at"),
        _text("expires_at"), _text("used_at"), _text("device_id"),
        sa.PrimaryKeyConstraint("tenant", "code_hash", name="pk_enrolment"),
        sqlite_strict=True,
    )  # fmt: skip
    _index("ix_enrolment_code_hash", "enrolment", ["code_hash"])


_OWN = {"desk": _desk, "hub": _hub}
_STATE = (
    "practice", "staff", "practitioner", "location", "patient", "coverage", "appointment", "charge",
    "not_collecting", "payment", "account", "transfer", "log",
)  # fmt: skip
_TABLES = {
    "desk": (
        *_STATE,
        "meta",
        "stream",
        "outbox",
        "shadow",
        "terminal_attempt",
        "print_job",
        "pin_failure",
        "patient_index",
        "name_slip",
    ),
    "hub": (*_STATE, "tenant_head", "device", "enrolment"),
}
