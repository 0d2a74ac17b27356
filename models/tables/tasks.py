"""What a person must look at, and what of a patient's credit is set aside for one desk."""

from __future__ import annotations

from models.tables.columns import check, index, key, table, whole, words

task = table(
    "task",
    key("tenant"), key("task_id"), words("what"), words("patient_id"), words("payment_id"), words("charge_id"),
    words("appointment_id"), words("account_id"), whole("amount_cents"), whole("settled_cents"), words("cause_op_id"),
    words("device"), words("actor"), words("opened_at"), words("business_date"), words("how"), words("reason"),
    words("resolved_at"), words("resolved_by"), words("resolved_op_id"), words("receipt_no"), whole("seq"),
    check("settled_cents >= 0 AND settled_cents <= amount_cents", "settled"),
)  # fmt: skip
"""Opened by what the hub judged (`what`, `cause_op_id`; `device` and `actor` of that act), resolved by a person
(`how`, `reason`) or settled by what came later. `account_id` is SUSP or an OVR account while money is in question: of
that there is exactly as much as its open tasks say. A row without `what` is a person's word on what a desk saw by
itself. `receipt_no` is of the receipt given where cash settled it."""

index(task, "tenant", "opened_at", where="resolved_op_id = ''")
index(task, "tenant", "payment_id", where="resolved_op_id = ''")
index(task, "tenant", "account_id", where="resolved_op_id = ''")
index(task, "tenant", "cause_op_id")
index(task, "tenant", "seq", where="seq = 0")

hold = table(
    "hold",
    key("tenant"), key("hold_id"), words("ask_id"), words("device"), words("patient_id"), words("payment_id"),
    words("account_id"), whole("granted_cents"), whole("used_cents"), whole("returned_cents"), words("granted_at"),
    words("granted_op_id"), words("ended"), words("ended_at"), words("ended_by"), whole("seq"),
    check("used_cents >= 0 AND returned_cents >= 0 AND used_cents + returned_cents <= granted_cents", "left"),
)  # fmt: skip
"""Free credit of one payment that only `device` may spend. What is left of all holds of a lot is its account's `held`;
`ended` says why the last of it is free again (`bodies.HOLD_ENDS`)."""

index(hold, "tenant", "account_id", where="used_cents + returned_cents < granted_cents")
index(hold, "tenant", "device", "patient_id", where="used_cents + returned_cents < granted_cents")
index(hold, "tenant", "seq", where="seq = 0")

TASK_TABLES = {made.name: made for made in (task, hold)}
"""By name."""
