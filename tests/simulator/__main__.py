"""`python -m tests.simulator`: many runs, one run again, how often what was met, bugs planted and caught."""

from __future__ import annotations

import argparse
import hashlib
import logging
import sys

from tests.simulator.faults import ELSEWHERE, FAULTS, MOODS
from tests.simulator.many import Tally, command, run_many
from tests.simulator.run import STEPS, Result, play
from tests.simulator.shrink import shrunk


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit status: 1 when something failed."""
    logging.disable(logging.CRITICAL)
    parser = argparse.ArgumentParser(prog="python -m tests.simulator", description=__doc__)
    parser.add_argument("what", nargs="?", choices=("runs", "planted"), default="runs")
    parser.add_argument("--runs", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0, help="the first of the seeds")
    parser.add_argument("--steps", type=int, default=STEPS, help="the most steps of a run")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--keep", default=None, help="play only these steps of one run: 0,3,4")
    parser.add_argument("--mood", default="", choices=("", *MOODS), help="let one run go like that")
    parser.add_argument("--coverage", action="store_true", help="say how often each fault, act and verdict was met")
    parser.add_argument("--digest", action="store_true", help="say the one hash of all runs, and nothing else")
    options = parser.parse_args(arguments)
    if options.what == "planted":
        from tests.simulator.planted import report

        return report(options.workers)
    if options.runs == 1:
        keep = None if options.keep is None else [int(n) for n in options.keep.split(",") if n]
        return _show(play(options.seed, options.steps, keep, options.mood))
    tally = run_many(options.seed, options.runs, options.steps, options.workers)
    if options.digest:
        told = sorted(tally.digests.items())
        print(hashlib.sha256(repr(told).encode()).hexdigest())
        return 0
    return _tell(tally, options)


def _show(result: Result) -> int:
    print("\n".join(result.trace))
    for failure in result.failures:
        print("WRONG", failure)
    print(result.digest)
    return 1 if result.failures else 0


def _tell(tally: Tally, options: argparse.Namespace) -> int:
    print(f"{tally.runs} runs in {tally.seconds:.1f} s, {len(tally.failed)} failed")
    if options.coverage:
        for line in coverage(tally):
            print(line)
    for seed, failure in tally.failed[:3]:
        print(f"\nSeed {seed}: {failure}")
        kept, result = shrunk(seed, options.steps)
        print("\n".join(result.trace))
        print("WRONG", result.failures[0] if result.failures else failure)
        print(command(seed, options.steps, kept))
    return 1 if tally.failed else 0


def coverage(tally: Tally) -> list[str]:
    """How often each fault, act, mood, and kind with its verdict was met."""
    lines = [f"{fault.id:4} {tally.met[fault.id]:8}  {fault.words}" for fault in FAULTS]
    lines += [f"{name:4}            {words}" for name, words in ELSEWHERE.items()]
    others = sorted(name for name in tally.met if not name.startswith("F"))
    return lines + [f"{tally.met[name]:13}  {name}" for name in others]


if __name__ == "__main__":
    sys.exit(main())
