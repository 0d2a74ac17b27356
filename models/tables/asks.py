"""Payment requests that go to patients by link, and patients who are left out of bulk requests for a while."""

from __future__ import annotations

from models.tables.columns import check, index, key, table, whole, words

ask = table(
    "ask",
    key("tenant"), key("ask_id"), words("patient_id"), words("campaign_id"), words("campaign"), words("request_id"),
    whole("amount_cents"), words("channel"), words("address"), whole("expires_days"), words("remind_after"),
    words("note"), words("statement_id"), words("state"), whole("told"), words("sent_on"), words("told_on"),
    words("told_at"), words("next_on"), words("link_id"), words("message_id"), words("reason"), words("asked_at"),
    words("business_date"), words("actor"), words("device"), words("op_id"), whole("seq"),
    check("channel IN ('email', 'text')", "channel"), check("amount_cents > 0", "amount"),
    check("state IN ('waiting', 'told', 'left_out', 'cancelled')", "state"),
)  # fmt: skip
"""A request by link: `waiting` until the hub has heard of it, `told` once it went (`told` times, a reminder each after
the first, last on `told_on` of the practice by `message_id`, the next one on `next_on`), `left_out` of
a bulk request for `reason`, or `cancelled`. Whether it was paid or has run out follows from its link. `remind_after` is
a JSON list of days."""

index(ask, "tenant", "patient_id")
index(ask, "tenant", "asked_at")
index(ask, "tenant", "state")
index(ask, "tenant", "next_on", where="next_on <> ''")
index(ask, "tenant", "seq", where="seq = 0")

snooze = table(
    "snooze",
    key("tenant"), key("patient_id"), words("until"), words("reason"), words("said_at"), words("actor"),
    words("device"), words("op_id"), whole("seq"),
)  # fmt: skip
"""Up to which day (ISO, included; empty: not any more) a patient is left out of bulk requests."""

index(snooze, "tenant", "seq", where="seq = 0")

ASK_TABLES = {made.name: made for made in (ask, snooze)}
"""By name: the same on desks and hub."""
