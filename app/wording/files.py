"""Words about files of other programs."""

from app.wording import Rows

WORDS: Rows = {}
