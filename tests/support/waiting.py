"""Waiting for what must happen, without sleeping longer than it takes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any


def until(condition: Callable[[], Any], timeout_s: float = 15.0) -> None:
    """Wait for `condition()` to hold, looking every few milliseconds; fail when it does not in time."""
    end_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end_s, "what was waited for did not happen in time"
        time.sleep(0.003)
