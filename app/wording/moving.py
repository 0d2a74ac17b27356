"""Words about money on account that moves: moves, fills, adjustments, fees, undo."""

from app.wording import Rows

WORDS: Rows = {}
