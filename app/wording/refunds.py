"""Words about money that goes back: refunds, voids, corrections, disputes."""

from app.wording import Rows

WORDS: Rows = {}
