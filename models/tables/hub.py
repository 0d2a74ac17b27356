"""What only a hub keeps: the head of each tenant's log, the desks it knows, and the codes that let one join."""

from __future__ import annotations

from models.tables.columns import check, index, key, number_key, table, whole, words

tenant_head = table(
    "tenant_head",
    key("tenant"), words("server_epoch"), whole("seq"), words("hash"), words("created_at"),
)  # fmt: skip
"""One row per tenant. Updating it is the lock that puts a tenant's writers in one order."""

device = table(
    "device",
    key("tenant"), key("device_id"), whole("device_no"), whole("epoch"), words("name"), words("public_key"),
    whole("last_dseq"), words("last_hash"), words("info"), words("created_at"), words("last_seen_at"),
    words("revoked_at"), words("token"), words("token_before"), words("apart_at"),
)  # fmt: skip
"""A desk: where its stream stands (`epoch`, `last_dseq`, `last_hash`) and its public key (base64). `token` is what its
next push shall present, `token_before` what the last one did; `apart_at`: it was seen running twice since then."""

index(device, "tenant", "device_no", unique=True)
index(device, "device_id")

enrolment = table(
    "enrolment",
    key("tenant"), key("code_hash"), words("desk_name"), words("created_by"), words("created_at"),
    words("expires_at"), words("used_at"), words("device_id"), words("again_for"),
)  # fmt: skip
"""A one-time code, kept only as its SHA-256; valid for ten minutes, used once. `again_for` names the desk that joins
once more with it, with a new key and a new epoch."""

index(enrolment, "code_hash")

stream_end = table(
    "stream_end",
    key("tenant"), key("device_id"), number_key("epoch"), whole("last_dseq"), words("last_hash"), words("token"),
    words("ask_id"), whole("next_epoch"), words("ended_at"),
)  # fmt: skip
"""Where an epoch of a desk's stream ended: `token` was the last one given out in it, `ask_id` is of the request that
ended it, `next_epoch` what it was given."""

hub_epoch = table(
    "hub_epoch",
    key("tenant"), key("server_epoch"), words("before"), whole("seq"), words("hash"), words("began_at"),
)  # fmt: skip
"""Every time a hub was restored: from which place of the log on it is another log, and which epoch it was `before`."""

message_outbox = table(
    "message_outbox",
    key("tenant"), key("op_id"), key("template"), key("address"), words("channel"), words("message_id"),
    words("patient_id"), words("state"), whole("attempts"), words("since"), words("due_at"), words("claimed_by"),
    words("claimed_until"), words("reason"),
    check("state IN ('waiting', 'sent', 'failed')", "state"),
)  # fmt: skip
"""What the hub has to send: one row per request, words and address. Whoever sets `claimed_by` sends it, until
`claimed_until`; `since` is when the hub first saw it, `due_at` when it may be tried (again), `reason` why not the last
time."""

index(message_outbox, "tenant", "due_at", where="state = 'waiting'")

online_attempt = table(
    "online_attempt",
    key("tenant"), key("attempt_id"), words("what"), words("patient_id"), whole("amount_cents"), words("channel"),
    words("said"), words("state"), words("reason"), words("session"), words("intent"), words("url"), words("result_id"),
    words("made_at"), words("sent_at"), words("settled_at"), words("due_at"), whole("tries"), words("claimed_by"),
    words("claimed_until"),
    check("what IN ('checkout', 'save', 'charge', 'refund')", "what"),
    check("state IN ('made', 'sent', 'open', 'done', 'declined', 'ended', 'unknown', 'processing')", "state"),
)  # fmt: skip
"""What the hub asked the processor for, written down before it asks. `attempt_id` is the idempotency key of the asking
and travels as metadata of what it makes, so that it is found again. `made`: nothing left yet; `sent`: the request is on
its way, nobody knows; `open`: a page waits for the patient; `processing`: a bank was asked and answers within days;
`done`: the log has what came of it (`result_id`);
`declined`, `ended` (expired, taken back): nothing was taken; `unknown`: the processor could not be asked. `said` is
JSON: what the asking was made of. Whoever sets `claimed_by` looks into it, until `claimed_until`, from `due_at` on."""

index(online_attempt, "tenant", "due_at", where="state IN ('made', 'sent', 'open', 'unknown', 'processing')")
index(online_attempt, "tenant", "session", where="session <> ''")
index(online_attempt, "tenant", "intent", where="intent <> ''")

online_event = table(
    "online_event",
    key("tenant"), key("event_id"), words("kind"), words("subject"), words("state"), whole("tries"), words("made_at"),
    words("heard_at"), words("settled_at"),
    check("state IN ('heard', 'done', 'ignored')", "state"),
)  # fmt: skip
"""What the processor told, once by its id. Nothing is believed of it but what it is about (`subject`): that is fetched
and looked at. `made_at` is the processor's clock, `heard_at` ours."""

index(online_event, "tenant", "state", where="state = 'heard'")
index(online_event, "tenant", "made_at")

online_customer = table("online_customer", key("tenant"), key("patient_id"), words("customer"), words("made_at"))
"""Under which opaque name the processor knows an account."""
