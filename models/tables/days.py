"""What a day at a desk is made of beside payments: the drawer, its close, deposits, and acts that only moved money."""

from __future__ import annotations

from models.tables.columns import check, index, key, table, whole, words

drawer_act = table(
    "drawer_act",
    key("tenant"), key("op_id"), words("drawer"), words("kind"), words("session_id"), whole("amount_cents"),
    whole("moved_cents"), words("reason"), words("made_at"), words("business_date"), words("actor"),
    words("supervisor"), words("device"), whole("seq"),
    check("kind IN ('opened', 'paid_in', 'paid_out', 'no_sale')", "kind"), check("amount_cents >= 0", "amount"),
)  # fmt: skip
"""A drawer was opened with a float (`amount_cents`; `moved_cents` came from the safe for it, negative: went there),
money was put in or taken out, or it was opened without a sale."""

index(drawer_act, "tenant", "drawer", "made_at")
index(drawer_act, "tenant", "seq", where="seq = 0")

day_close = table(
    "day_close",
    key("tenant"), key("close_id"), words("drawer"), words("number"), whole("float_cents"), whole("expected_cents"),
    whole("counted_cents"), whole("kept_cents"), whole("recounts"), words("reason"), words("coins"), words("tenders"),
    words("checks"), words("closed_at"), words("business_date"), words("actor"), words("supervisor"), words("device"),
    words("op_id"), whole("seq"),
    check("float_cents >= 0 AND counted_cents >= 0 AND kept_cents >= 0", "amounts"),
)  # fmt: skip
"""A drawer was counted and its day closed: `business_date` and every day before it are locked at that desk. `coins`,
`tenders` and `checks` are JSON lists of what was counted, compared, and in hand (bodies.DrawerClosed)."""

index(day_close, "tenant", "drawer", "closed_at")
index(day_close, "tenant", "business_date")
index(day_close, "tenant", "seq", where="seq = 0")

deposit = table(
    "deposit",
    key("tenant"), key("deposit_id"), words("number"), words("close_id"), words("drawer"), whole("cash_cents"),
    whole("coin_cents"), whole("check_cents"), whole("payments"), words("made_at"), words("business_date"),
    words("actor"), words("device"), words("op_id"), words("deleted_at"), words("deleted_by"), whole("seq"),
    check("cash_cents >= 0 AND coin_cents >= 0 AND check_cents >= 0", "amounts"),
)  # fmt: skip
"""A slip for the bank. `coin_cents` is the part of `cash_cents` in coins; a deleted slip frees its payments."""

index(deposit, "tenant", "close_id")
index(deposit, "tenant", "business_date")
index(deposit, "tenant", "seq", where="seq = 0")

deposited = table("deposited", key("tenant"), key("payment_id"), words("deposit_id"), whole("seq"))
"""The one slip a payment is on; empty once that slip was deleted."""

index(deposited, "tenant", "deposit_id")
index(deposited, "tenant", "seq", where="seq = 0")

moved = table(
    "moved",
    key("tenant"), key("op_id"), words("move_id"), words("patient_id"), words("way"), words("moved_at"),
    words("business_date"), words("actor"), words("device"), whole("seq"),
)  # fmt: skip
"""An act that moved money on account, or took such a move back (`way` undo); what it moved is in its transfers."""

index(moved, "tenant", "business_date")
index(moved, "tenant", "seq", where="seq = 0")

DAY_TABLES = {made.name: made for made in (drawer_act, day_close, deposit, deposited, moved)}
"""By name."""
