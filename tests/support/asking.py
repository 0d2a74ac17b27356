"""Hub workers that look after payment requests at the same time, each a process of its own: one that has loaded
everything forks them, lets all begin at once, and tells how each ended."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
AT_ONCE = 2
"""So few requests a transaction takes, so that there are many to meet in."""


def live(told: dict[str, Any], moment: str, times: int, begin: int, ready: int) -> None:
    """Send and remind of all that is due at `told["at"]` (ISO), once `begin` is closed; die at `moment` (a place of
    `models.basics.points`) the `times`-th time it is reached, where one is named."""
    from models.basics.clock import FixedClock
    from models.basics.points import Point, visited_by
    from models.store import ask_jobs
    from models.store.engine import postgres_engine, sqlite_engine
    from models.store.hub import HubStore
    from tests.support.stores import KEY, TENANT

    left = times

    def visit(point: Point) -> None:
        nonlocal left
        left -= point.value == moment
        if moment and not left:
            os.kill(os.getpid(), signal.SIGKILL)

    ask_jobs.AT_ONCE = AT_ONCE
    where = told["database"]
    engine = postgres_engine(where, pool_size=2) if "://" in where else sqlite_engine(Path(where), KEY)
    store = HubStore.open(engine, FixedClock(datetime.fromisoformat(told["at"])), upgrade=False)
    os.write(ready, b".")
    os.read(begin, 1)
    with visited_by(visit):
        while store.asks.work_off(TENANT):
            pass
    store.close()


class AskWorkers:
    """The process that forks. Use as a context."""

    def __init__(self, database: str) -> None:
        self._database = database

    def __enter__(self) -> AskWorkers:
        self._process = subprocess.Popen([sys.executable, "-m", "tests.support.asking"], cwd=ROOT,
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # fmt: skip
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._process.communicate(timeout=20)

    def work(self, at: datetime, deaths: Sequence[tuple[str, int]]) -> list[bool]:
        """Let as many workers as `deaths` has go at it together until nothing is left. Returns who died where they were
        told to: of the others none was."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        told = {"database": self._database, "at": at.isoformat(), "deaths": list(deaths)}
        self._process.stdin.write(json.dumps(told) + "\n")
        self._process.stdin.flush()
        ended = json.loads(self._process.stdout.readline())
        assert set(ended) <= {0, -signal.SIGKILL}, f"the lives ended with {ended}"
        return [each != 0 for each in ended]


def _bear(told: dict[str, Any], moment: str, times: int, pipes: tuple[int, int, int]) -> int:
    begin, go, ready = pipes
    child = os.fork()  # nothing is open here: no database may be carried across a fork
    if child:
        return child
    try:
        os.close(go)
        live(told, moment, times, begin, ready)
    except BaseException:  # told to the test by the status
        import traceback

        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def main() -> None:
    """Read what is to be done from standard input, one line a round; answer with how each worker ended."""
    import tests.support.stores  # noqa: F401 - loaded once, for every child

    for line in sys.stdin:
        told = json.loads(line)
        (begin, go), (heard, ready) = os.pipe(), os.pipe()
        children = [_bear(told, moment, times, (begin, go, ready)) for moment, times in told["deaths"]]
        os.close(ready)
        seen = b""
        while len(seen) < len(children) and (more := os.read(heard, len(children))):
            seen += more
        for pipe in (go, begin, heard):
            os.close(pipe)
        print(json.dumps([os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]), flush=True)


if __name__ == "__main__":
    main()
