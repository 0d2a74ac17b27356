"""The log of a tenant: every operation with its verdict, dense by `seq`, chained by hash. Insert only."""

from __future__ import annotations

from models.tables.columns import index, key, maybe_whole, number_key, table, whole, words

log = table(
    "log",
    key("tenant"), number_key("seq"), words("op_id"), words("body_hash"), words("kind"), words("device"),
    whole("epoch"), whole("dseq"), words("patient"), words("actor"), words("verdict"), maybe_whole("granted"),
    words("reason"), words("op"), words("transfers"), words("accounts"), words("received_at"), words("hash"),
)  # fmt: skip
"""`op` is the whole envelope as JSON, `transfers` and `accounts` are JSON as `models.operations.protocol.LogEntry`
describes them. `op_id` is the envelope's, except where the verdict is `id_conflict`: there it is made from the id and
the place in the device's stream, so that it stays unique. A desk that began with a snapshot has the log from there."""

index(log, "tenant", "op_id", unique=True)
index(log, "tenant", "device", "epoch", "dseq", unique=True, where="dseq > 0")
index(log, "tenant", "patient", "seq")
