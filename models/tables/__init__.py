"""The tables: one schema for desk and hub, tenant first in every key, money in whole cents, times as UTC text.

`records` mirrors, `payments`, `ledger` (accounts, transfers), `log` — the state tables, the same on both sides;
`hub` and `desk` what only one side has; `search` how a desk finds a patient. `catalogue` says which role has what.
"""
