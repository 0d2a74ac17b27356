"""Timing for the bench: medians and tails, interleaved with a peer or floor so that both meet the same machine."""

from __future__ import annotations

import contextlib
import gc
import itertools
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

_COLLECTED = 100
"""Rounds between two looks at the garbage."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Milliseconds of one thing done many times."""

    p50_ms: float
    p95_ms: float
    p99_ms: float
    rounds: int


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. `beside` is the peer or floor measured in the same run; `target_ms` is for p50 unless
    `target_at` says p95 or p99; `figures` are further numbers (syncs, bytes, MiB, rates).

    `set_beside_ms` is the floor beside which the target was set, where that is the same work: machines differ, and the
    same one from day to day, so the target moves with its floor.
    """

    name: str
    ours: Spread
    beside_name: str
    beside: Spread | None = None
    target_ms: float | None = None
    target_at: str = "p50"
    figures: dict[str, float | int | str] = field(default_factory=dict)
    set_beside_ms: float | None = None

    @property
    def ratio(self) -> float | None:
        """Ours to the peer or floor, at the median; under 1 we are faster."""
        return self.ours.p50_ms / self.beside.p50_ms if self.beside and self.beside.p50_ms else None

    @property
    def target_here_ms(self) -> float | None:
        """The target on this machine, in this run."""
        if self.target_ms is None or self.set_beside_ms is None or self.beside is None:
            return self.target_ms
        return round(self.target_ms * self.beside.p50_ms / self.set_beside_ms, 4)

    @property
    def met(self) -> bool | None:
        """Is the target met? None where there is none."""
        here_ms = self.target_here_ms
        return None if here_ms is None else getattr(self.ours, f"{self.target_at}_ms") <= here_ms


def spread(seconds: Sequence[float]) -> Spread:
    """Median and tails of timings in seconds."""
    ordered = sorted(seconds)

    def at(share: float) -> float:
        return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000, 4)

    return Spread(at(0.50), at(0.95), at(0.99), len(ordered))


def timed(work: Callable[[], object]) -> float:
    """Seconds of one call."""
    started_s = time.perf_counter()
    work()
    return time.perf_counter() - started_s


@contextlib.contextmanager
def collected_later() -> Iterator[None]:
    """Garbage waits, as it does in the program for a moment when nobody does (`widgets.collector`)."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def interleaved(works: Sequence[Callable[[], object]], rounds: int, warm_up: int = 5) -> list[Spread]:
    """Time each of `works` in turn, `rounds` times over, after `warm_up` untimed rounds."""
    return _timed(itertools.repeat(works, warm_up + rounds), len(works), warm_up)


def prepared(works: Iterator[Callable[[], object]], floor: Callable[[], object], rounds: int,
             warm_up: int = 5) -> list[Spread]:  # fmt: skip
    """Time `rounds` of `works` in turn with `floor`, after `warm_up` untimed ones. What a work is made of (a sheet, a
    preview) is made when it is taken from the iterator, right before it, and is not timed."""
    found = _timed(((work, floor) for work in itertools.islice(works, warm_up + rounds)), 2, warm_up)
    if found[0].rounds != rounds:
        raise AssertionError("too little to do")
    return found


def _timed(turns: Iterable[Sequence[Callable[[], object]]], places: int, warm_up: int) -> list[Spread]:
    """Time each place of every turn after the first `warm_up`."""
    timings: list[list[float]] = [[] for _ in range(places)]
    with collected_later():
        for n, works in enumerate(turns):
            for work, timing in zip(works, timings, strict=True):
                started = time.perf_counter()
                work()
                if n >= warm_up:
                    timing.append(time.perf_counter() - started)
            if n % _COLLECTED == 0:
                gc.collect()
    return [spread(timing) for timing in timings]


def process(code: str, rounds: int = 5) -> Spread:
    """Wall time of a whole Python process running `code` (bytecode compiled)."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    timings = []
    for n in range(rounds + 1):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True, env=environment, capture_output=True)
        if n:
            timings.append(time.perf_counter() - started)
    return spread(timings)
