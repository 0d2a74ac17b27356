"""Words about visits, their charges, profiles and series."""

from app.wording import Rows

WORDS: Rows = {}
