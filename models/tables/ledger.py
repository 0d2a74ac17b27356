"""Accounts with their balances, and the transfers they are made of.

Confirmed transfers (`seq` > 0) are only ever inserted; the pending layer of a desk (`seq` = 0) is thrown away and
replayed with every page of the log. The two CHECKs are the last guard: whatever our code believes, no lot is spent
beyond what it holds and no charge is paid beyond what is owed.
"""

from __future__ import annotations

from models.tables.columns import check, index, key, number_key, table, whole, words

account = table(
    "account",
    key("tenant"), key("id"), words("code"), words("guard"), words("patient_id"), words("appointment_id"),
    words("charge_id"), words("payment_id"), whole("debits"), whole("credits"), whole("held"),
    whole("pending_debits"), whole("pending_credits"),
    check("guard <> 'L' OR debits + pending_debits + held <= credits + pending_credits", "lot_not_overspent"),
    check("guard <> 'A' OR credits + pending_credits <= debits + pending_debits", "charge_not_overpaid"),
    check("debits >= 0 AND credits >= 0 AND held >= 0 AND pending_debits >= 0 AND pending_credits >= 0", "totals"),
)  # fmt: skip
"""Totals in cents, confirmed and pending apart. A balance in force is confirmed + pending."""

index(account, "tenant", "patient_id")
index(account, "tenant", "payment_id")
index(account, "tenant", "appointment_id")

transfer = table(
    "transfer",
    key("tenant"), key("op_id"), number_key("n"), whole("seq"), whole("pending_no"), words("debit"), words("credit"),
    whole("amount_cents"), words("code"), words("reverses_op"), whole("reverses_n"), words("business_date"),
    check("amount_cents > 0", "amount"), check("debit <> credit", "two_accounts"),
    check("(seq > 0) = (pending_no = 0)", "layer"),
)  # fmt: skip
"""`amount_cents` from `credit` to `debit`. `seq` is the log position, 0 in the pending layer, where `pending_no` gives
the order. `reverses_op`, `reverses_n` name the transfer this one mirrors (empty: none)."""

index(transfer, "tenant", "debit")
index(transfer, "tenant", "credit")
index(transfer, "tenant", "reverses_op", "reverses_n", unique=True, where="reverses_op <> '' AND seq > 0")
index(transfer, "tenant", "reverses_op", where="reverses_op <> ''")
index(transfer, "tenant", "pending_no", where="seq = 0")
index(
    transfer, "tenant", "code", "business_date",
    where="code IN ('charge', 'responsibility', 'adjust', 'lapse', 'reverse', 'settle')",
)  # fmt: skip
"""What came to be owed, and payments taken back, by the day it was posted; a payment writes nothing here."""
