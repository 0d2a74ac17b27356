"""Documents and notes beside patients, payments and requests; a document's bytes lie beside the tables."""

from __future__ import annotations

from models.tables.columns import check, index, key, table, whole, words

document = table(
    "document",
    key("tenant"), key("document_id"), words("patient_id"), words("subject_id"), words("content_id"),
    whole("size_bytes"), words("media_type"), words("name"), words("added_at"), words("business_date"), words("actor"),
    words("device"), words("op_id"), words("verdict"), words("kept_at"), words("removed_at"), words("removed_by"),
    words("removed_reason"), whole("seq"),
    check("verdict IN ('', 'clean', 'refused', 'unscanned')", "verdict"), check("size_bytes > 0", "size"),
)  # fmt: skip
"""A file beside a patient (`subject_id` empty), a payment or a request. `content_id` is the SHA-256 of its bytes;
`verdict` and `kept_at` say what the hub made of them and since when it has them, empty before. `device` is the desk it
was added at. A row with `removed_at` was taken out of the list."""

index(document, "tenant", "patient_id")
index(document, "tenant", "content_id")
index(document, "tenant", "document_id", where="verdict = ''")
index(document, "tenant", "seq", where="seq = 0")

note = table(
    "note",
    key("tenant"), key("note_id"), words("patient_id"), words("subject_id"), words("text"), words("noted_at"),
    words("business_date"), words("actor"), words("device"), words("op_id"), whole("seq"),
)  # fmt: skip
"""What somebody wrote down; never changed."""

index(note, "tenant", "patient_id")
index(note, "tenant", "seq", where="seq = 0")

DOCUMENT_TABLES = {made.name: made for made in (document, note)}
"""By name."""
