"""Words about the claims feed and the list of patients."""

from app.wording import Rows

WORDS: Rows = {}
