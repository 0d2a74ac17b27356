"""What patients paid from home, what of it went back, and what the processor paid out: one row each."""

from __future__ import annotations

from models.tables.columns import check, index, key, table, whole, words

online_payment = table(
    "online_payment",
    key("tenant"), key("online_id"), words("patient_id"), whole("amount_cents"), whole("off_cents"), words("state"),
    words("channel"), words("number"), words("items"), words("brand"), words("last4"), words("intent"),
    words("charge"), words("customer"), words("kept_card_id"), words("source_id"), words("request_id"),
    words("receipt_to"), words("paid_at"), words("business_date"), words("settled_at"), words("settled_by"),
    words("settled_op_id"), words("settled_business_date"), words("stands_for"), words("note"), whole("archived"),
    words("payout_id"), words("op_id"), words("way"), whole("seq"),
    check("amount_cents > 0", "amount"), check("off_cents BETWEEN 0 AND amount_cents", "off"),
    check("channel IN ('portal', 'link', 'plan')", "channel"),
    check("state IN ('open', 'posted', 'elsewhere', 'off')", "state"),
)  # fmt: skip
"""`state`: open (not posted), posted, elsewhere (associated with `stands_for`, a payment entered by hand, or with
another program), off (all of it went back before it was posted). `off_cents` went back before. `settled_…` is when it
was posted or associated, `items` a JSON list of `online.OnlineItem`, `way` one of `online.WAYS`."""

index(online_payment, "tenant", "patient_id", "paid_at")
index(online_payment, "tenant", "paid_at")
index(online_payment, "tenant", "intent")
index(online_payment, "tenant", "source_id", "online_id", where="source_id <> ''")
index(online_payment, "tenant", "state", where="state = 'open'")
index(online_payment, "tenant", "seq", where="seq = 0")

online_debit = table(
    "online_debit",
    key("tenant"), key("online_id"), words("patient_id"), whole("amount_cents"), words("channel"), words("items"),
    words("brand"), words("last4"), words("intent"), words("kept_card_id"), words("source_id"), words("request_id"),
    words("asked_at"), words("business_date"), words("state"), words("reason"), words("ended_at"), whole("archived"),
    words("op_id"), whole("seq"),
    check("amount_cents > 0", "amount"), check("channel IN ('portal', 'link', 'plan')", "channel"),
    check("state IN ('processing', 'refused', 'received')", "state"),
)  # fmt: skip
"""Debits of bank accounts that patients allowed from home, none of which is money: `processing` while their bank has
not answered, `refused` (with its `reason`) or `received`, when there is a row of that id in `online_payment`."""

index(online_debit, "tenant", "patient_id", "asked_at")
index(online_debit, "tenant", "asked_at")
index(online_debit, "tenant", "source_id", "online_id", where="source_id <> ''")
index(online_debit, "tenant", "state")
index(online_debit, "tenant", "seq", where="seq = 0")

online_return = table(
    "online_return",
    key("tenant"), key("return_id"), words("online_id"), words("patient_id"), whole("amount_cents"),
    whole("off_cents"), words("state"), words("kind"), words("refund_id"), words("number"), words("reference"),
    words("returned_at"), words("business_date"), words("settled_at"), words("settled_by"), words("settled_op_id"),
    words("settled_business_date"), words("stands_for"), words("note"), words("failed_reason"), whole("archived"),
    words("payout_id"), words("op_id"), whole("seq"),
    check("amount_cents > 0", "amount"), check("off_cents BETWEEN 0 AND amount_cents", "off"),
    check("kind IN ('refund', 'void')", "kind"),
    check("state IN ('open', 'posted', 'elsewhere', 'off', 'failed')", "state"),
)  # fmt: skip
"""What the processor gave back; `state` as for payments, `failed` when it came back to the processor."""

index(online_return, "tenant", "online_id")
index(online_return, "tenant", "returned_at")
index(online_return, "tenant", "state", where="state = 'open'")
index(online_return, "tenant", "seq", where="seq = 0")

online_payout = table(
    "online_payout",
    key("tenant"), key("payout_id"), whole("amount_cents"), whole("online_cents"), whole("fee_cents"),
    words("arrives_on"), words("lines"), words("state"), words("reason"), words("noted_at"), words("business_date"),
    words("op_id"), whole("seq"),
    check("state IN ('paid', 'failed')", "state"),
)  # fmt: skip
"""What the processor paid out: `online_cents` of it came from home, `fee_cents` it kept of that. `lines` is a JSON list
of `online.PayoutLine`."""

index(online_payout, "tenant", "arrives_on")
index(online_payout, "tenant", "seq", where="seq = 0")

ONLINE_TABLES = {made.name: made for made in (online_payment, online_debit, online_return, online_payout)}
"""By name."""
