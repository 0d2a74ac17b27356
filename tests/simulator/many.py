"""Many runs on several processes, and what they met."""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tests.simulator.run import STEPS, Result, play
from tests.simulator.template import template

CHUNK = 8


@dataclass
class Tally:
    """What a number of runs came to. `failed` are (seed, first failure)."""

    runs: int = 0
    seconds: float = 0.0
    failed: list[tuple[int, str]] = field(default_factory=list)
    met: Counter[str] = field(default_factory=Counter)
    digests: dict[int, str] = field(default_factory=dict)


def played(seed: int, most: int, keep: Sequence[int] | None = None, mood: str = "") -> Result:
    """One run; a bug that escapes it is its failure."""
    try:
        return play(seed, most, keep, mood)
    except Exception:
        return Result(seed, "", [traceback.format_exc(limit=-6)], [], Counter(), [])


def run_one(job: tuple[int, int]) -> Result:
    """One run of many, on a process of its own."""
    logging.disable(logging.CRITICAL)
    gc.disable()  # a tenth of the time; a run leaves few cycles, and they are taken together
    try:
        return played(*job)
    finally:
        gc.enable()
        if job[0] % CHUNK == 0:
            gc.collect(1)


def run_many(first: int, runs: int, most: int = STEPS, workers: int = 2, *, stop_after: int = 5) -> Tally:
    """Seeds `first`, `first` + 1, … on `workers` processes, until `stop_after` of them failed."""
    tally, began = Tally(), time.monotonic()
    for result in _results(first, runs, most, workers):
        tally.runs += 1
        tally.met += result.met
        tally.digests[result.seed] = result.digest
        if result.failures:
            tally.failed.append((result.seed, result.failures[0]))
            if len(tally.failed) >= stop_after:
                break
    tally.seconds = time.monotonic() - began
    return tally


def _results(first: int, runs: int, most: int, workers: int) -> Iterator[Result]:
    jobs = [(seed, most) for seed in range(first, first + runs)]
    template()  # before the processes part, so that they share it
    gc.freeze()
    if workers <= 1:
        yield from map(run_one, jobs)
        return
    context = multiprocessing.get_context("fork" if os.name == "posix" else "spawn")
    with context.Pool(workers) as pool:
        yield from pool.imap_unordered(run_one, jobs, chunksize=CHUNK)


def command(seed: int, most: int, keep: list[int] | None = None, mood: str = "") -> str:
    """The line that plays a run again."""
    named = f" --mood {mood}" if mood else ""
    kept = f" --keep {','.join(map(str, keep))}" if keep is not None else ""
    return f"python -m tests.simulator --runs 1 --seed {seed} --steps {most}{named}{kept}"
