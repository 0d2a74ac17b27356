"""Payments: one immutable row per amount taken, completed only by its reversal; and what is asked before that."""

from __future__ import annotations

from models.tables.columns import check, index, key, table, whole, words

payment = table(
    "payment",
    key("tenant"), key("payment_id"), words("patient_id"), words("appointment_id"), words("tender"),
    whole("amount_cents"), whole("tendered_cents"), whole("change_cents"), whole("requested_cents"),
    words("number"), words("receipt_no"), words("check_no"), words("check_name"), words("drawer"), words("attempt_id"),
    words("memo"), words("brand"), words("last4"), words("entry_mode"), words("auth_code"), words("host_ref"),
    words("terminal_txn_no"), words("terminal_ref"), words("merchant"), words("aid"), words("app_label"), words("cvm"),
    words("tvr"), words("tsi"), words("holder"), words("taken_at"), words("business_date"), words("actor"),
    words("device"), words("collect_op_id"), whole("seq"), words("reversed_op_id"), words("reversed_at"),
    words("reversed_reason"), words("reversed_by"), words("reversal_id"), words("reversal_receipt_no"),
    words("reversal_auth_code"), words("reversal_host_ref"), words("reversed_business_date"), words("reversed_act"),
    words("payment_type"), words("method_id"), words("trace_no"), words("received_date"), words("practitioner_id"),
    words("request_id"), words("online_id"), check("amount_cents > 0", "amount"),
    check("change_cents >= 0", "change"),
)  # fmt: skip
"""`drawer` is the drawer the cash lies in, `reversed_act` how it was taken back (void, delete, bounced), `request_id`
what had been asked, where the payment names it, `online_id` what it was posted from. `seq` is the log position of the
last operation on it, 0 while pending.

Two payments never share a receipt number: when a second one arrives with a number in use (a cloned desk), its row
carries `<number>+<payment id>` and its log entry is excepted with `receipt_no_used`."""

index(payment, "tenant", "patient_id", "taken_at")
index(payment, "tenant", "business_date")
index(payment, "tenant", "receipt_no", unique=True, where="receipt_no <> ''")
index(payment, "tenant", "seq", where="seq = 0")
index(payment, "tenant", "received_date", where="received_date <> ''")
index(payment, "tenant", "reversed_business_date", where="reversed_business_date <> ''")

payment_request = table(
    "payment_request",
    key("tenant"), key("request_id"), words("patient_id"), words("appointment_id"), words("number"),
    whole("amount_cents"), whole("paid_cents"), words("request_type"), words("due_date"), words("memo"),
    words("status"), words("reason"), words("payment_id"), words("asked_at"), words("business_date"), words("actor"),
    words("device"), words("asked_op_id"), words("changed_at"), words("changed_by"), whole("seq"),
    check("amount_cents > 0", "amount"), check("paid_cents BETWEEN 0 AND amount_cents", "paid"),
)  # fmt: skip
"""An amount asked of a patient; `status` is one of `rules.payment_status.Status`. `paid_cents` of it have come;
`payment_id` is the payment that brought all of it, empty where it came in parts or from credit. `asked_…`, `actor` and
`business_date` are of the first act, `asked_op_id` and `changed_…` of the last one; `reason` says why it last moved."""

index(payment_request, "tenant", "patient_id")
index(payment_request, "tenant", "appointment_id", where="appointment_id <> '' AND status IN ('pending', 'processing')")
index(payment_request, "tenant", "seq", where="seq = 0")
