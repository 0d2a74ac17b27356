"""Cards that patients let the practice keep, the word they gave before, and what they signed for card payments."""

from __future__ import annotations

from models.tables.columns import check, index, key, table, whole, words

card_consent = table(
    "card_consent",
    key("tenant"), key("consent_id"), words("patient_id"), words("channel"), words("said_by"), words("words"),
    words("words_sha256"), words("said_at"), words("actor"), words("device"), words("op_id"), whole("seq"),
    check("channel IN ('desk', 'portal', 'link')", "channel"),
)  # fmt: skip
"""Who agreed that a card is kept (`said_by`), to which text (`words`: its version), when (UTC text), by whose hand."""

index(card_consent, "tenant", "patient_id")
index(card_consent, "tenant", "seq", where="seq = 0")

kept_card = table(
    "kept_card",
    key("tenant"), key("kept_card_id"), words("patient_id"), words("consent_id"), words("processor"), words("token"),
    words("customer"), words("merchant"), words("brand"), words("last4"), whole("exp_month"), whole("exp_year"),
    words("holder"), words("nickname"), words("kept_at"), words("kept_by"), words("device"), words("made_default_at"),
    words("default_op_id"),
    words("dropped_at"), words("dropped_by"), words("dropped_through"), words("op_id"), words("way"), whole("seq"),
    check("processor IN ('stripe', 'pax')", "processor"),
)  # fmt: skip
"""A card kept at its processor, by the processor's word for it (`token`, `customer`). Kept while `dropped_at` is empty;
the default of an account is the one with the newest `made_default_at`, and the first kept where nobody said.
`default_op_id` is the act that said so, `op_id` the one that kept the card, `way` whether it is a card or a bank
account (`online.WAYS`)."""

index(kept_card, "tenant", "patient_id")
index(kept_card, "tenant", "seq", where="seq = 0")

signature = table(
    "signature",
    key("tenant"), key("payment_id"), words("patient_id"), words("strokes"), words("signed_at"), words("actor"),
    words("device"), words("op_id"), whole("seq"),
)  # fmt: skip
"""What a patient signed on the reader for a payment: the pen's way, as `rules.signatures` writes it."""

index(signature, "tenant", "seq", where="seq = 0")

CARD_TABLES = {made.name: made for made in (card_consent, kept_card, signature)}
"""By name."""
