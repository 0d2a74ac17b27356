"""Ledger cases as data: small TOML files that say what is given, what is done and what must come out. README.md tells
how to write one; `python -m tests.cases FILE…` plays them."""
