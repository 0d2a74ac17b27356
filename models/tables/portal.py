"""What only a hub keeps of the patients' portal: accounts, who is signed in, codes on their way, and who saw what.

Nothing secret lies here as it is: passwords are argon2id, codes, links and session tokens keyed hashes, the secret of
an authenticator is sealed with a key that is not in the database. None of it travels to a desk.
"""

from __future__ import annotations

from models.tables.columns import check, index, key, table, whole, words

portal_account = table(
    "portal_account",
    key("tenant"), key("account_id"), words("patient_id"), words("username"), words("login"), words("password_hash"),
    words("factor"), words("secret"), whole("last_step"), words("channel"), words("address"), words("language"),
    words("state"), words("created_at"), words("changed_at"),
    check("factor IN ('totp', 'email', 'text')", "factor"), check("state IN ('new', 'open')", "state"),
)  # fmt: skip
"""One per patient. `login` is the username as it is compared; `secret` the sealed key of an authenticator, `last_step`
the newest of its codes that was taken (none works twice); `channel` and `address` are where codes and links go. A `new`
account becomes `open` with its first second factor."""

index(portal_account, "tenant", "login", unique=True)
index(portal_account, "tenant", "patient_id", unique=True)

portal_session = table(
    "portal_session",
    key("tenant"), key("token_hash"), words("account_id"), words("patient_id"), words("note_id"), words("stage"),
    words("began_at"), words("seen_at"), words("ends_at"), words("ended_at"),
    check("stage IN ('claim', 'setup', 'factor', 'code', 'open', 'link')", "stage"),
)  # fmt: skip
"""A browser. `stage`: `claim` waits for the code of `note_id`, `setup` chooses a username, `factor` sets up an
authenticator, `code` waits for the second factor, `open` is signed in; `link` knew the birth date that the one-time
link `note_id` asks for. `seen_at` moves with its requests, `ends_at`
does not; an `ended_at` is for good."""

index(portal_session, "tenant", "account_id", where="ended_at = ''")

portal_note = table(
    "portal_note",
    key("tenant"), key("note_id"), words("kind"), words("account_id"), words("patient_id"), words("channel"),
    words("address"), words("language"), words("digest"), whole("tries"), words("expires_at"), words("used_at"),
    words("state"), whole("attempts"), words("made_at"), words("due_at"), words("claimed_until"),
    check("kind IN ('claim', 'second', 'reset', 'statement')", "kind"),
    check("state IN ('waiting', 'sent', 'failed', 'none')", "state"),
)  # fmt: skip
"""A code, a link or a notice that the portal sends. What is secret of it is made anew from `note_id` and the hub's key
when it is sent; `digest` is what it is checked by. `tries` counts wrong ones. `state` none: there is nobody to send it
to, and whoever asked is answered alike."""

index(portal_note, "tenant", "due_at", where="state = 'waiting'")
index(portal_note, "tenant", "digest", where="kind = 'reset'")

portal_recovery = table(
    "portal_recovery", key("tenant"), key("account_id"), key("digest"), words("made_at"), words("used_at")
)
"""Codes for who lost their second factor; each works once. Newer ones replace older ones by their `made_at`."""

portal_guess = table(
    "portal_guess", key("tenant"), key("subject"), whole("failures"), whole("locks"), words("locked_until"),
    words("last_at"),
)  # fmt: skip
"""Patience with who guesses: `subject` is a keyed hash of a username, an address, a link or a person."""

portal_knock = table("portal_knock", key("tenant"), key("subject"), words("began_at"), whole("knocks"))
"""How often somebody knocked since `began_at`: for hubs of several processes. `subject` is a keyed hash."""

portal_view = table(
    "portal_view",
    key("tenant"), key("view_id"), words("account_id"), words("patient_id"), words("page"), words("subject"),
    words("address"), words("seen_at"),
)  # fmt: skip
"""Who saw what of which patient, from where, when: a row per patient on a page. Kept for good."""

index(portal_view, "tenant", "patient_id", "seen_at")

portal_order = table(
    "portal_order",
    key("tenant"), key("order_id"), words("account_id"), words("patient_id"), whole("amount_cents"), words("items"),
    words("kept_card_id"), whole("keep_card"), words("state"), words("attempt_id"), words("where_to"),
    words("reason"), words("made_at"), words("request_id"),
    check("amount_cents > 0", "amount"),
    check("state IN ('begun', 'sent', 'paid', 'declined', 'unknown', 'processing')", "state"),
)  # fmt: skip
"""A form for paying that was sent (`account_id` is a one-time link's id where it was sent by one): sent again (double
click, back, another tab) it is the same order. `attempt_id` is what the online money calls it, `where_to` the
processor's page. `processing`: the patient's bank was asked."""

index(portal_order, "tenant", "account_id")

PORTAL_TABLES = (
    portal_account, portal_session, portal_note, portal_recovery, portal_guess, portal_knock, portal_view, portal_order,
)  # fmt: skip
