"""Ledger: a patient's account in five figures, and what they come from."""
