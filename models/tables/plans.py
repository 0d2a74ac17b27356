"""Payment plans, what happened to them, and what the hub charges for them."""

from __future__ import annotations

from models.tables.columns import check, index, key, number_key, table, whole, words

plan = table(
    "plan",
    key("tenant"), key("plan_id"), words("patient_id"), words("status"), whole("encounter_cents"),
    whole("discount_cents"), words("discount_group"), words("discount_reason"), words("finance_charge_id"),
    whole("down_cents"), whole("apr_hundredths"), words("frequency"), whole("day"), words("method"),
    words("kept_card_id"), whole("remind_days"), whole("paid_before_cents"), words("charge_ids"), words("lines"),
    words("text"), words("terms"), words("terms_sha256"), words("accepted_sha256"), words("accepted_at"),
    words("accepted_by"), words("accepted_how"), words("accepted_channel"), words("document_id"),
    words("signature"), words("replaces"), words("put_at"), words("put_by"), words("activated_at"),
    words("activated_on"), words("activated_by"), words("ended_at"), words("ended_by"), words("business_date"),
    words("device"), words("op_id"), whole("seq"),
    check("status IN ('dormant', 'active', 'closed', 'cancelled')", "status"),
    check("method IN ('card', 'other')", "method"), check("discount_cents >= 0", "discount"),
)  # fmt: skip
"""An agreement and where it stands. `charge_ids` and `lines` (of [no, due day, cents, interest cents, skipped]) are
JSON. Accepted while `accepted_sha256` is `terms_sha256`; `signature` is the pen's way. It `replaces` another, which it
ends. `op_id` is the act that said the terms last. What was paid is not in it: that follows from the ledger."""

index(plan, "tenant", "patient_id")
index(plan, "tenant", "status", where="status IN ('active', 'dormant')")
index(plan, "tenant", "replaces", where="replaces <> ''")
index(plan, "tenant", "seq", where="seq = 0")

plan_event = table(
    "plan_event",
    key("tenant"), key("op_id"), words("plan_id"), words("patient_id"), words("event"), words("outcome"),
    whole("no"), whole("attempt"), whole("amount_cents"), words("payment_id"), words("reason"), words("next_on"),
    words("made_at"), words("business_date"), words("actor"), words("device"), whole("seq"),
)  # fmt: skip
"""What happened to a plan, one row per act: `put`, `accepted`, `activated`, `skipped`, `method`, `cancelled`,
`replaced`, `closed`, `reopened`, `charge` (the only one with `outcome`, `attempt`, `next_on`)."""

index(plan_event, "tenant", "plan_id")
index(plan_event, "tenant", "patient_id")
index(plan_event, "tenant", "seq", where="seq = 0")

PLAN_TABLES = {made.name: made for made in (plan, plan_event)}
"""By name: the same on desks and hub."""

plan_job = table(
    "plan_job",
    key("tenant"), key("plan_id"), number_key("no"), words("state"), whole("attempt"), words("charge_key"),
    words("patient_id"), words("kept_card_id"), whole("amount_cents"), words("items"), words("due_on"), words("try_at"),
    words("claimed_by"), words("claimed_until"), words("reason"), words("made_at"),
    check("state IN ('ready', 'sent', 'unknown', 'declined', 'given_up', 'done')", "state"),
    check("amount_cents > 0", "amount"), check("attempt > 0", "attempt"),
)  # fmt: skip
"""A payment of a plan that the hub charges, one row each. `charge_key`, amount and `items` (JSON: what it pays) are
fixed with each attempt before anything leaves: whoever asks the processor again with them charges nothing twice.
`try_at` (UTC text): not before; whoever sets `claimed_by` works on it until `claimed_until`."""

index(plan_job, "tenant", "try_at", where="state IN ('ready', 'sent', 'unknown', 'declined')")
