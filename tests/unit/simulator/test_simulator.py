"""The clinic in one thread: thousands of mornings with every fault, each told by its seed (I1-I27 as they apply)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulator.faults import FAULTS, MOODS
from tests.simulator.many import command, run_many
from tests.simulator.run import ACTS, STEPS, play
from tests.simulator.shrink import shrunk

ROOT = Path(__file__).resolve().parents[3]
RUNS = 4_000
"""`python -m tests.simulator --runs 4000` plays more."""


@pytest.mark.timeout(400)
def test_i25_i19_whatever_happens_no_cent_is_lost_and_every_desk_ends_at_the_hubs_books() -> None:
    tally = run_many(0, RUNS, workers=min(2, os.cpu_count() or 1))
    told = []
    for seed, failure in tally.failed[:2]:
        kept, result = shrunk(seed, STEPS, patience_s=20)
        told += [failure, *result.trace, *result.failures[:3], command(seed, STEPS, kept)]
    assert not tally.failed, "\n".join(told)
    if tally.runs >= 4_000:
        met = {name for name, times in tally.met.items() if times}
        assert {fault.id for fault in FAULTS} <= met
        assert {f"act {name}" for name in ACTS} <= met
        assert {f"mood {name}" for name in MOODS} <= met


def test_the_same_seed_ends_with_the_same_hash() -> None:
    for seed in range(900, 910):
        first, second = play(seed), play(seed)
        assert first.digest == second.digest
        assert first.trace == second.trace


def test_the_same_seed_ends_with_the_same_hash_in_another_process() -> None:
    digests = {_digest_of(hash_seed) for hash_seed in ("0", "1", "4711")}
    assert len(digests) == 1


def _digest_of(hash_seed: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tests.simulator", "--runs", "12", "--seed", "40", "--workers", "1", "--digest"],
        env={**os.environ, "PYTHONHASHSEED": hash_seed}, cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.strip()
