"""What only a desk keeps: who it is, what it has not sent yet, what it asked of its devices."""

from __future__ import annotations

from models.tables.columns import check, index, key, maybe_whole, number_key, table, whole, words

meta = table("meta", key("tenant"), key("key"), words("value"))
"""Single values as JSON text under their key; tenant '' holds `identity`."""

stream = table(
    "stream",
    key("tenant"), whole("epoch"), whole("dseq"), words("hash"), whole("pending_no"), words("last_id"),
    words("server_epoch"), whole("cursor_seq"), words("cursor_hash"), words("server_time"), whole("payment_count"),
    whole("receipt_count"), words("token"),
)  # fmt: skip
"""One row: where this desk's own stream stands (`epoch`, `dseq`, `hash`), the newest id made, the cursor in the hub's
log (`server_epoch`, `cursor_seq`, `cursor_hash`), and how many payment and receipt numbers were handed out. It moves
in the same transaction as what it describes. `token` is what the next push presents to the hub."""

outbox = table(
    "outbox",
    key("tenant"), key("op_id"), whole("epoch"), whole("dseq"), words("group_id"), words("body_hash"), words("op"),
    whole("bytes"), words("verdict"), whole("seq"), maybe_whole("granted"), words("reason"), words("created_at"),
    words("attempted_at"), words("acknowledged_at"), words("returned_at"), words("prior"),
)  # fmt: skip
"""Own operations, kept at least 45 days after the hub's answer. `verdict` and `seq` are the hub's (empty and 0 before);
`reason` before that says why the operation will probably be refused. `acknowledged_at`: the hub answered, do not send
again. `returned_at`: it came back in the log, it is no longer part of the pending layer. `prior` names the
epoch of a hub that gave the verdict and has forgotten it since: it was restored from a backup."""

index(outbox, "tenant", "epoch", "dseq", where="returned_at = ''")
index(outbox, "tenant", "verdict", where="verdict NOT IN ('', 'accepted', 'duplicate')")

proof = table("proof", key("tenant"), number_key("seq"), words("mark"))
"""The hub's own mark on places of the log as it served them: by it a restored hub knows again what it has forgotten."""

shadow = table("shadow", key("tenant"), key("name"), key("id"), words("record"))
"""The confirmed record (JSON) under a row that a pending operation has changed: table name, id, columns."""

terminal_attempt = table(
    "terminal_attempt",
    key("tenant"), key("attempt_id"), words("terminal_ref"), words("driver"), whole("amount_cents"),
    words("patient_id"), words("appointment_id"), words("request"), words("state"), words("outcome"), words("result"),
    words("created_at"), words("updated_at"), words("resolved_by"), words("resolved_reason"),
    words("void_of_payment_id"), words("payment_id"), words("refund_id"), words("signing"),
    check("state IN ('created', 'dispatching', 'resolved', 'unknown')", "state"), check("amount_cents > 0", "amount"),
)  # fmt: skip
"""One try to move money on a card reader, written before the first byte leaves: a sale, the void of a payment, or the
refund `refund_id` (which one its request says). `signing` says where the signature of a posted sale is, as
`app.signing` names it; empty where none is asked for."""

index(terminal_attempt, "tenant", "terminal_ref", unique=True, where="terminal_ref <> ''")
index(terminal_attempt, "tenant", "state", where="state <> 'resolved'")
index(terminal_attempt, "tenant", "created_at")
index(terminal_attempt, "tenant", "signing", where="signing IN ('wanted', 'left')")

print_job = table(
    "print_job",
    key("tenant"), key("job_id"), words("kind"), words("payment_id"), words("document"), words("state"),
    whole("copies_no"), words("reason"), words("created_at"), words("updated_at"),
    check("kind IN ('receipt', 'copy', 'drawer')", "kind"),
    check("state IN ('queued', 'sending', 'printed', 'not_printed', 'unknown')", "state"),
)  # fmt: skip
"""Paper and drawer pulses, spooled in the transaction of what they show."""

index(print_job, "tenant", "payment_id")
index(print_job, "tenant", "created_at", where="state <> 'printed'")

pin_failure = table(
    "pin_failure", key("tenant"), key("staff_id"), whole("failures"), words("last_at"), words("locked_until")
)
"""Wrong PINs in a row of a staff member on this desk."""
