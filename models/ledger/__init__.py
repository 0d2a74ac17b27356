"""The money ledger: chart of accounts, two-account transfers, one credit account per payment, and the one engine that
judges and posts an operation. Pure: no tables, no time, no chance. Desk and hub run the same code."""
