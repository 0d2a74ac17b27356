"""One-time links: what was asked of whom, until when, and whether it was taken back."""

from __future__ import annotations

from models.tables.columns import check, index, key, table, whole, words

pay_link = table(
    "pay_link",
    key("tenant"), key("link_id"), words("patient_id"), words("subject"), words("subject_id"), whole("amount_cents"),
    whole("owed_cents"), words("items"), words("note"), words("expires_at"), words("issued_at"), words("revoked_at"),
    words("revoked_by"), words("revoked_reason"), words("business_date"), words("actor"), words("device"),
    words("op_id"), whole("seq"),
    check("amount_cents > 0", "amount"), check("subject IN ('request', 'balance', 'visit', 'plan')", "subject"),
)  # fmt: skip
"""`items` is a JSON list of `online.OnlineItem`. Whether a link was paid is not in it: its payment names it
(`online_payment.source_id`). Nothing here lets anybody in: an address is made from the id and the hub's key."""

index(pay_link, "tenant", "patient_id")
index(pay_link, "tenant", "subject_id", where="subject_id <> ''")
index(pay_link, "tenant", "issued_at", "link_id")
index(pay_link, "tenant", "revoked_at", where="revoked_at <> ''")
index(pay_link, "tenant", "seq", where="seq = 0")

LINK_TABLES = {pay_link.name: pay_link}
"""By name."""
