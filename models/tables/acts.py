"""What people did besides taking money: gave it back, let it off, disputed it, told patients what they owe, and sent
them papers."""

from __future__ import annotations

from models.tables.columns import check, index, key, table, whole, words

refund = table(
    "refund",
    key("tenant"), key("refund_id"), words("payment_id"), words("patient_id"), words("kind"), words("state"),
    whole("amount_cents"), words("tender"), words("method_id"), words("reason"), words("note"), words("number"),
    words("receipt_no"), words("check_no"), words("brand"), words("last4"), words("auth_code"), words("host_ref"),
    words("terminal_txn_no"), words("drawer"), words("attempt_id"), words("received_date"), words("requested_at"),
    words("requested_by"), words("supervisor"), words("device"), words("business_date"), words("request_op_id"),
    words("settled_at"), words("settled_by"), words("settled_op_id"), words("settled_business_date"),
    words("failed_reason"), words("undone_receipt_no"), whole("seq"),
    check("kind IN ('refund', 'correction', 'elsewhere')", "kind"),
    check("state IN ('requested', 'paid', 'failed', 'undone')", "state"),
    check("amount_cents > 0", "amount"),
    check("kind = 'refund' OR state = 'paid'", "only_refunds_wait"),
    check("(kind = 'elsewhere') = (payment_id = '')", "source"),
)  # fmt: skip
"""Money that went back. `refund`: of one payment, set aside by its request until it is paid or failed, `undone` when
the patient handed it back. `correction`: a payment was entered too high. `elsewhere`: made in another program, so
without a payment; what of it still waits to be netted is read from its RFU accounts. `requested_…` and `business_date`
are of the first act, `settled_…` of the one that paid it out (or failed); `amount_cents` is what was paid out, and
before that what was asked. `request_op_id` is empty when money went back without a request that stands. Paid out twice
under one receipt number, the later row carries `<number>+<operation>`."""

index(refund, "tenant", "patient_id", "requested_at")
index(refund, "tenant", "payment_id", where="payment_id <> ''")
index(refund, "tenant", "business_date")
index(refund, "tenant", "state", where="state = 'requested'")
index(refund, "tenant", "settled_business_date", where="settled_business_date <> business_date")
index(refund, "tenant", "seq", where="seq = 0")

adjustment = table(
    "adjustment",
    key("tenant"), key("op_id"), words("adjustment_id"), words("charge_id"), words("patient_id"), words("kind"),
    words("group_code"), words("reason_code"), whole("amount_cents"), words("note"), words("made_at"),
    words("business_date"), words("actor"), words("supervisor"), words("device"), words("undone_op_id"), whole("seq"),
    check("kind IN ('discount', 'courtesy', 'write_off', 'recovery')", "kind"), check("amount_cents > 0", "amount"),
)  # fmt: skip
"""A charge was let off, or (`recovery`) is owed again: one row per act. `undone_op_id`: the act that took it back."""

index(adjustment, "tenant", "patient_id", "made_at")
index(adjustment, "tenant", "charge_id")
index(adjustment, "tenant", "business_date")
index(adjustment, "tenant", "seq", where="seq = 0")

dispute = table(
    "dispute",
    key("tenant"), key("dispute_id"), words("payment_id"), words("patient_id"), whole("amount_cents"),
    whole("fee_cents"), words("reason"), words("reference"), words("outcome"), words("note"), words("opened_at"),
    words("opened_by"), words("business_date"), words("closed_at"), words("closed_by"), words("op_id"), whole("seq"),
    check("amount_cents > 0", "amount"), check("fee_cents >= 0", "fee"),
    check("outcome IN ('', 'won', 'owed_again', 'absorbed')", "outcome"),
    check("(outcome = '') = (closed_at = '')", "closed"),
)  # fmt: skip
"""Card money a bank took back; `outcome` is empty while it is open. `op_id` opened it."""

index(dispute, "tenant", "patient_id")
index(dispute, "tenant", "payment_id")
index(dispute, "tenant", "opened_at", where="outcome = ''")
index(dispute, "tenant", "seq", where="seq = 0")

statement = table(
    "statement",
    key("tenant"), key("statement_id"), words("patient_id"), words("number"), words("channel"),
    whole("balance_cents"), whole("unallocated_cents"), words("lines"), words("due_date"), words("issued_at"),
    words("business_date"), words("actor"), words("device"), words("op_id"), whole("seq"),
)  # fmt: skip
"""What a patient was told they owe; `lines` is a JSON list of `bodies.StatementLine`."""

index(statement, "tenant", "patient_id", "issued_at")
index(statement, "tenant", "business_date")
index(statement, "tenant", "seq", where="seq = 0")

message = table(
    "message",
    key("tenant"), key("message_id"), words("patient_id"), words("channel"), words("address"), words("template"),
    words("papers"), whole("attach"), words("instead_of"), words("state"), words("reason"), words("reference"),
    words("asked_at"), words("settled_at"), words("business_date"), words("actor"), words("device"), words("op_id"),
    whole("seq"),
    check("channel IN ('email', 'text')", "channel"), check("state IN ('waiting', 'sent', 'failed')", "state"),
)  # fmt: skip
"""A paper that was to leave by e-mail or text, and what became of it. `papers` is a JSON list of
`messages.MessagePaper` without the documents: those stay in the log."""

index(message, "tenant", "patient_id", "asked_at")
index(message, "tenant", "op_id", where="state = 'waiting'")
index(message, "tenant", "asked_at", where="state = 'failed'")
index(message, "tenant", "seq", where="seq = 0")

consent = table(
    "consent",
    key("tenant"), key("consent_id"), words("patient_id"), words("channel"), words("address"), whole("agreed"),
    words("words"), words("said_at"), words("actor"), words("device"), words("op_id"), words("agreed_at"),
    words("agreed_by"), whole("seq"),
)  # fmt: skip
"""Whether a patient wants papers at an e-mail address although they travel unprotected, or texts to a number at all;
the newest word stands (`said_at`, `actor`). `agreed_at` and `agreed_by` are of the last yes, also once it was taken
back; empty in rows of before."""

index(consent, "tenant", "patient_id")
index(consent, "tenant", "address", where="channel = 'text' AND agreed = 0")
index(consent, "tenant", "seq", where="seq = 0")

alias = table(
    "alias",
    key("tenant"), key("patient_id"), words("survivor_id"), words("into_id"), words("said_at"), words("actor"),
    words("device"), words("op_id"), whole("seq"),
)  # fmt: skip
"""Records that turned out to be of somebody who has another one (H17): the person goes by `survivor_id` (empty: the
record stands for itself again), the record was put to `into_id` directly. `op_id` is the act that said so."""

index(alias, "tenant", "survivor_id", where="survivor_id <> ''")
index(alias, "tenant", "seq", where="seq = 0")

eligibility_check = table(
    "eligibility_check",
    key("tenant"), key("check_id"), words("patient_id"), words("source"), words("checked_at"), words("state"),
    words("payer"), words("payer_id"), words("member_id"), words("plan"), words("coverage_id"), words("trace"),
    words("rejections"), words("benefits"), words("raw"), words("noted_at"), words("business_date"), words("actor"),
    words("device"), words("op_id"), whole("seq"),
    check("source IN ('271', 'typed')", "source"),
    check("state IN ('active', 'inactive', 'unclear', 'rejected')", "state"),
)  # fmt: skip
"""What a payer said of a patient's plan. `rejections` is a JSON list, `benefits` one of `rules.benefits.Benefit`; `raw`
the payer's own words about this patient. `checked_at` is when the payer said it, `noted_at` when it came here."""

index(eligibility_check, "tenant", "patient_id", "checked_at")
index(eligibility_check, "tenant", "seq", where="seq = 0")

quarantine = table(
    "quarantine",
    key("tenant"), key("op_id"), words("kind"), words("device"), whole("epoch"), whole("dseq"), words("patient_id"),
    words("reason"), words("op"), words("made_at"), words("business_date"), words("actor"), words("resolution"),
    words("resolved_at"), words("resolved_by"), words("resolved_note"), words("resolved_op_id"), whole("seq"),
    check("resolution IN ('', 'accepted', 'discarded')", "resolution"),
)  # fmt: skip
"""What a hub keeps apart until a manager has looked at it: an operation that is not understood or damaged, or of a desk
that was revoked or runs twice. `op` is the envelope (JSON) as it came, `op_id` as in the log."""

index(quarantine, "tenant", "seq", where="resolution = ''")

portal_terms = table(
    "portal_terms",
    key("tenant"), key("consent_id"), words("patient_id"), words("said_by"), words("words"), words("words_sha256"),
    words("said_at"), words("actor"), words("device"), words("op_id"), whole("seq"),
)  # fmt: skip
"""Under which terms (`words`: their version and language) a patient opened an account at the portal."""

index(portal_terms, "tenant", "patient_id")
index(portal_terms, "tenant", "seq", where="seq = 0")

ACT_TABLES = {
    made.name: made
    for made in (
        refund, adjustment, dispute, statement, message, consent, portal_terms, alias, eligibility_check, quarantine,
    )
}  # fmt: skip
"""By name."""
