"""The first tables: mirrored records, ledger, log; on a desk its outbox and journals, on a hub its desks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.migrations import role
from models.migrations.making import add_index, key, maybe_whole, number_key, text, whole

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


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
        key("tenant"), key("id"), text("name"), text("timezone"), text("address"), text("phone"), text("npi"),
        text("tin"), whole("closing_hour"), text("location_code"), text("receipt_message"),
        text("refund_policy"), whole("seq"), text("deleted_at"),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_practice"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_practice_tenant_seq_part", "practice", ["tenant", "seq"], unique=False, where="seq = 0")
    op.create_table(
        "staff",
        key("tenant"), key("id"), text("name"), text("role"), text("title"), text("pin_hash"), whole("active"),
        whole("seq"), text("deleted_at"),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_staff"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_staff_tenant_seq_part", "staff", ["tenant", "seq"], unique=False, where="seq = 0")
    op.create_table(
        "practitioner",
        key("tenant"), key("id"), text("name"), text("npi"), whole("seq"), text("deleted_at"),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_practitioner"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_practitioner_tenant_seq_part", "practitioner", ["tenant", "seq"], unique=False, where="seq = 0")
    op.create_table(
        "location",
        key("tenant"), key("id"), text("name"), whole("seq"), text("deleted_at"),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_location"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_location_tenant_seq_part", "location", ["tenant", "seq"], unique=False, where="seq = 0")
    op.create_table(
        "patient",
        key("tenant"), key("id"), text("family"), text("given"), text("middle"), text("suffix"),
        text("birth_date"), text("sex"), text("mrn"), text("phone"), text("email"), text("address"),
        text("guarantor_id"), text("receipt_by"), whole("deceased"), whole("active"), whole("seq"),
        text("deleted_at"),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_patient"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_patient_tenant_family_given", "patient", ["tenant", "family", "given"])
    add_index("ix_patient_tenant_guarantor_id", "patient", ["tenant", "guarantor_id"])
    add_index("ix_patient_tenant_seq_part", "patient", ["tenant", "seq"], unique=False, where="seq = 0")
    op.create_table(
        "coverage",
        key("tenant"), key("id"), text("patient_id"), text("payer"), text("plan"), text("member_id"),
        text("status"), whole("order"), maybe_whole("copay_cents"), text("period_start"), text("period_end"),
        text("checked_at"), whole("seq"), text("deleted_at"),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_coverage"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_coverage_tenant_patient_id", "coverage", ["tenant", "patient_id"])
    add_index("ix_coverage_tenant_seq_part", "coverage", ["tenant", "seq"], unique=False, where="seq = 0")
    op.create_table(
        "appointment",
        key("tenant"), key("id"), text("patient_id"), text("starts_at"), text("service_date"), text("title"),
        text("reason"), text("status"), whole("minutes"), text("practitioner_id"), text("location_id"),
        text("coverage_id"), maybe_whole("copay_cents"), whole("seq"), text("deleted_at"), text("desk_status"),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_appointment"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_appointment_tenant_patient_id_service_date", "appointment", ["tenant", "patient_id", "service_date"])
    add_index("ix_appointment_tenant_seq_part", "appointment", ["tenant", "seq"], unique=False, where="seq = 0")
    add_index("ix_appointment_tenant_service_date_starts_at", "appointment", ["tenant", "service_date", "starts_at"])
    op.create_table(
        "charge",
        key("tenant"), key("id"), text("patient_id"), text("service_date"), text("description"),
        whole("responsibility_cents"), text("appointment_id"), text("code"), text("kind"), whole("billed_cents"),
        whole("allowed_cents"), whole("insurance_paid_cents"), whole("copay_cents"), whole("coinsurance_cents"),
        whole("deductible_cents"), whole("insurance_pending"), text("practitioner_id"), whole("seq"),
        text("deleted_at"), whole("posted_cents"),
        sa.CheckConstraint("posted_cents >= 0", name="ck_charge_posted"),
        sa.CheckConstraint("responsibility_cents >= 0", name="ck_charge_responsibility"),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_charge"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_charge_tenant_appointment_id", "charge", ["tenant", "appointment_id"])
    add_index("ix_charge_tenant_patient_id_service_date", "charge", ["tenant", "patient_id", "service_date"])
    add_index("ix_charge_tenant_seq_part", "charge", ["tenant", "seq"], unique=False, where="seq = 0")
    op.create_table(
        "not_collecting",
        key("tenant"), key("op_id"), text("appointment_id"), text("patient_id"), text("reason"), text("note"),
        whole("due_cents"), text("noted_at"), text("business_date"), text("actor"), text("device"),
        whole("seq"),
        sa.PrimaryKeyConstraint("tenant", "op_id", name="pk_not_collecting"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_not_collecting_tenant_appointment_id", "not_collecting", ["tenant", "appointment_id"])
    add_index("ix_not_collecting_tenant_business_date", "not_collecting", ["tenant", "business_date"])
    add_index("ix_not_collecting_tenant_seq_part", "not_collecting", ["tenant", "seq"], unique=False, where="seq = 0")


def _money() -> None:
    op.create_table(
        "payment",
        key("tenant"), key("payment_id"), text("patient_id"), text("appointment_id"), text("tender"),
        whole("amount_cents"), whole("tendered_cents"), whole("change_cents"), whole("requested_cents"),
        text("number"), text("receipt_no"), text("check_no"), text("check_name"), text("drawer"),
        text("attempt_id"), text("memo"), text("brand"), text("last4"), text("entry_mode"), text("auth_code"),
        text("host_ref"), text("terminal_txn_no"), text("terminal_ref"), text("merchant"), text("aid"),
        text("app_label"), text("cvm"), text("tvr"), text("tsi"), text("holder"), text("taken_at"),
        text("business_date"), text("actor"), text("device"), text("collect_op_id"), whole("seq"),
        text("reversed_op_id"), text("reversed_at"), text("reversed_reason"), text("reversed_by"),
        text("reversal_id"), text("reversal_receipt_no"), text("reversal_auth_code"), text("reversal_host_ref"),
        text("reversed_business_date"),
        sa.CheckConstraint("change_cents >= 0", name="ck_payment_change"),
        sa.CheckConstraint("amount_cents > 0", name="ck_payment_amount"),
        sa.PrimaryKeyConstraint("tenant", "payment_id", name="pk_payment"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_payment_tenant_appointment_id", "payment", ["tenant", "appointment_id"])
    add_index("ix_payment_tenant_business_date", "payment", ["tenant", "business_date"])
    add_index("ix_payment_tenant_patient_id_taken_at", "payment", ["tenant", "patient_id", "taken_at"])
    add_index("ix_payment_tenant_seq_part", "payment", ["tenant", "seq"], unique=False, where="seq = 0")
    add_index(
        "uq_payment_tenant_receipt_no_part", "payment", ["tenant", "receipt_no"], unique=True, where="receipt_no <> ''"
    )
    op.create_table(
        "account",
        key("tenant"), key("id"), text("code"), text("guard"), text("patient_id"), text("appointment_id"),
        text("charge_id"), text("payment_id"), whole("debits"), whole("credits"), whole("held"),
        whole("pending_debits"), whole("pending_credits"),
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
    add_index("ix_account_tenant_appointment_id", "account", ["tenant", "appointment_id"])
    add_index("ix_account_tenant_patient_id", "account", ["tenant", "patient_id"])
    add_index("ix_account_tenant_payment_id", "account", ["tenant", "payment_id"])
    op.create_table(
        "transfer",
        key("tenant"), key("op_id"), number_key("n"), whole("seq"), whole("pending_no"), text("debit"),
        text("credit"), whole("amount_cents"), text("code"), text("reverses_op"), whole("reverses_n"),
        text("business_date"),
        sa.CheckConstraint("(seq > 0) = (pending_no = 0)", name="ck_transfer_layer"),
        sa.CheckConstraint("amount_cents > 0", name="ck_transfer_amount"),
        sa.CheckConstraint("debit <> credit", name="ck_transfer_two_accounts"),
        sa.PrimaryKeyConstraint("tenant", "op_id", "n", name="pk_transfer"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_transfer_tenant_credit_seq", "transfer", ["tenant", "credit", "seq"])
    add_index("ix_transfer_tenant_debit_seq", "transfer", ["tenant", "debit", "seq"])
    add_index("ix_transfer_tenant_pending_no_part", "transfer", ["tenant", "pending_no"], unique=False, where="seq = 0")
    add_index(
        "uq_transfer_tenant_reverses_op_reverses_n_part",
        "transfer",
        ["tenant", "reverses_op", "reverses_n"],
        unique=True,
        where="reverses_op <> '' AND seq > 0",
    )
    op.create_table(
        "log",
        key("tenant"), number_key("seq"), text("op_id"), text("body_hash"), text("kind"), text("device"),
        whole("epoch"), whole("dseq"), text("patient"), text("actor"), text("verdict"), maybe_whole("granted"),
        text("reason"), text("op"), text("transfers"), text("accounts"), text("received_at"), text("hash"),
        sa.PrimaryKeyConstraint("tenant", "seq", name="pk_log"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_log_tenant_patient_seq", "log", ["tenant", "patient", "seq"])
    add_index(
        "uq_log_tenant_device_epoch_dseq_part",
        "log",
        ["tenant", "device", "epoch", "dseq"],
        unique=True,
        where="dseq > 0",
    )
    add_index("uq_log_tenant_op_id", "log", ["tenant", "op_id"], unique=True)


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
        key("tenant"), key("key"), text("value"),
        sa.PrimaryKeyConstraint("tenant", "key", name="pk_meta"),
        sqlite_strict=True,
    )  # fmt: skip
    op.create_table(
        "stream",
        key("tenant"), whole("epoch"), whole("dseq"), text("hash"), whole("pending_no"), text("last_id"),
        text("server_epoch"), whole("cursor_seq"), text("cursor_hash"), text("server_time"),
        whole("payment_count"), whole("receipt_count"),
        sa.PrimaryKeyConstraint("tenant", name="pk_stream"),
        sqlite_strict=True,
    )  # fmt: skip
    op.create_table(
        "outbox",
        key("tenant"), key("op_id"), whole("epoch"), whole("dseq"), text("group_id"), text("body_hash"),
        text("op"), whole("bytes"), text("verdict"), whole("seq"), maybe_whole("granted"), text("reason"),
        text("created_at"), text("attempted_at"), text("acknowledged_at"), text("returned_at"),
        sa.PrimaryKeyConstraint("tenant", "op_id", name="pk_outbox"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index(
        "ix_outbox_tenant_epoch_dseq_part",
        "outbox",
        ["tenant", "epoch", "dseq"],
        unique=False,
        where="returned_at = ''",
    )
    add_index(
        "ix_outbox_tenant_verdict_part",
        "outbox",
        ["tenant", "verdict"],
        unique=False,
        where="verdict NOT IN ('', 'accepted', 'duplicate')",
    )
    op.create_table(
        "shadow",
        key("tenant"), key("name"), key("id"), text("record"),
        sa.PrimaryKeyConstraint("tenant", "name", "id", name="pk_shadow"),
        sqlite_strict=True,
    )  # fmt: skip
    op.create_table(
        "terminal_attempt",
        key("tenant"), key("attempt_id"), text("terminal_ref"), text("driver"), whole("amount_cents"),
        text("patient_id"), text("appointment_id"), text("request"), text("state"), text("outcome"),
        text("result"), text("created_at"), text("updated_at"), text("resolved_by"), text("resolved_reason"),
        text("void_of_payment_id"), text("payment_id"),
        sa.CheckConstraint("amount_cents > 0", name="ck_terminal_attempt_amount"),
        sa.CheckConstraint(
            "state IN ('created', 'dispatching', 'resolved', 'unknown')",
            name="ck_terminal_attempt_state",
        ),
        sa.PrimaryKeyConstraint("tenant", "attempt_id", name="pk_terminal_attempt"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_terminal_attempt_tenant_created_at", "terminal_attempt", ["tenant", "created_at"])
    add_index(
        "ix_terminal_attempt_tenant_state_part",
        "terminal_attempt",
        ["tenant", "state"],
        unique=False,
        where="state <> 'resolved'",
    )
    add_index(
        "uq_terminal_attempt_tenant_terminal_ref_part",
        "terminal_attempt",
        ["tenant", "terminal_ref"],
        unique=True,
        where="terminal_ref <> ''",
    )
    op.create_table(
        "print_job",
        key("tenant"), key("job_id"), text("kind"), text("payment_id"), text("document"), text("state"),
        whole("copies_no"), text("reason"), text("created_at"), text("updated_at"),
        sa.CheckConstraint("kind IN ('receipt', 'copy', 'drawer')", name="ck_print_job_kind"),
        sa.CheckConstraint(
            "state IN ('queued', 'sending', 'printed', 'not_printed', 'unknown')",
            name="ck_print_job_state",
        ),
        sa.PrimaryKeyConstraint("tenant", "job_id", name="pk_print_job"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index(
        "ix_print_job_tenant_created_at_part",
        "print_job",
        ["tenant", "created_at"],
        unique=False,
        where="state <> 'printed'",
    )
    add_index("ix_print_job_tenant_payment_id", "print_job", ["tenant", "payment_id"])
    op.create_table(
        "pin_failure",
        key("tenant"), key("staff_id"), whole("failures"), text("last_at"), text("locked_until"),
        sa.PrimaryKeyConstraint("tenant", "staff_id", name="pk_pin_failure"),
        sqlite_strict=True,
    )  # fmt: skip
    op.create_table(
        "patient_index",
        sa.Column("no", sa.Integer(), nullable=False), text("tenant"), text("patient_id"), text("words"),
        sa.PrimaryKeyConstraint("no", name="pk_patient_index"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("uq_patient_index_tenant_patient_id", "patient_index", ["tenant", "patient_id"], unique=True)
    op.create_table(
        "name_slip",
        key("slip"), key("word"),
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
        key("tenant"), text("server_epoch"), whole("seq"), text("hash"), text("created_at"),
        sa.PrimaryKeyConstraint("tenant", name="pk_tenant_head"),
        sqlite_strict=True,
    )  # fmt: skip
    op.create_table(
        "device",
        key("tenant"), key("device_id"), whole("device_no"), whole("epoch"), text("name"), text("public_key"),
        whole("last_dseq"), text("last_hash"), text("info"), text("created_at"), text("last_seen_at"),
        text("revoked_at"),
        sa.PrimaryKeyConstraint("tenant", "device_id", name="pk_device"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_device_device_id", "device", ["device_id"])
    add_index("uq_device_tenant_device_no", "device", ["tenant", "device_no"], unique=True)
    op.create_table(
        "enrolment",
        key("tenant"), key("code_hash"), text("desk_name"), text("created_by"), text("created_at"),
        text("expires_at"), text("used_at"), text("device_id"),
        sa.PrimaryKeyConstraint("tenant", "code_hash", name="pk_enrolment"),
        sqlite_strict=True,
    )  # fmt: skip
    add_index("ix_enrolment_code_hash", "enrolment", ["code_hash"])


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
