"""Whatever the hub refuses, the desk has words for."""

from __future__ import annotations

import re
from pathlib import Path

from app.sync.transport import CONFLICTS
from app.words import WORDS

SERVER = Path(__file__).resolve().parents[3] / "server"


def test_every_refusal_has_words() -> None:
    texts = [path.read_text() for path in SERVER.rglob("*.py")]
    keys = {key for text in texts for key in re.findall(r'Refused\(\d{3}, "([a-z_.]+)"', text)}
    assert len(keys) > 10
    assert keys - set(WORDS) - set(CONFLICTS) == set()
