"""Makes a failing run short: leaves steps out as long as it still fails."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from tests.simulator.many import played
from tests.simulator.run import Result, steps_of

PATIENCE_S = 60.0


def shrunk(seed: int, most: int, patience_s: float = PATIENCE_S) -> tuple[list[int], Result]:
    """The steps that are left of a failing run, and how it then ends."""
    kept = list(range(len(steps_of(seed, most)[1])))
    until_s = time.monotonic() + patience_s
    result = played(seed, most, kept)
    size = max(len(kept) // 2, 1)
    while size and time.monotonic() < until_s:
        kept, found = _without(kept, size, lambda fewer: played(seed, most, fewer), until_s)
        result = found or result
        size = size // 2 if found is None else min(size, max(len(kept) // 2, 1))
    return kept, result


def _without(
    kept: list[int], size: int, again: Callable[[Sequence[int]], Result], until_s: float
) -> tuple[list[int], Result | None]:
    """The first way of leaving `size` steps out that still fails."""
    for start in range(0, len(kept), size):
        if time.monotonic() > until_s:
            break
        fewer = kept[:start] + kept[start + size :]
        result = again(fewer)
        if result.failures:
            return fewer, result
    return kept, None
