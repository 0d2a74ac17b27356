"""Words about the ledger, statements and documents."""

from app.wording import Rows

WORDS: Rows = {}
