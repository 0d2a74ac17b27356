"""A desk that is killed again and again: a process that has loaded everything forks one child for each life."""

from __future__ import annotations

import os
import random
import selectors
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).resolve().parents[2]

_BREEDER = """
import os, sys
from pathlib import Path
from models.store.desk import DeskStore
from models.store import engine, session, transaction, invariants  # loaded once, before any life begins
from tests.support import stores
from tests.unit.models.store.takings import take_copay

path = Path(sys.argv[1])
for _ in sys.stdin:
    child = os.fork()  # nothing is open here: SQLite may not be carried across a fork
    if not child:
        desk = DeskStore.open(path, stores.KEY, stores.clock())
        while True:
            with desk.write() as tx:
                payment_id = take_copay(tx)
            os.write(1, payment_id.encode() + b"\\n")
    os.write(1, b"pid %d\\n" % child)
    os.waitpid(child, 0)
    os.write(1, b"dead\\n")
"""


class ShortLives:
    """Lets a desk take copays on the store at `path` and kills it, as often as asked. Use as a context."""

    def __init__(self, path: Path, seed: int) -> None:
        self._chance = random.Random(seed)
        self._breeder = subprocess.Popen([sys.executable, "-c", _BREEDER, str(path)], cwd=ROOT, stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, bufsize=0)  # fmt: skip
        self._rest = b""

    def __enter__(self) -> ShortLives:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        assert self._breeder.stdin is not None
        assert self._breeder.stdout is not None
        self._breeder.stdin.close()
        self._breeder.wait(10)
        self._breeder.stdout.close()

    def one(self) -> list[str]:
        """One life: SIGKILL at a random moment within some copays. Returns the payments it had told as taken."""
        assert self._breeder.stdin is not None
        self._breeder.stdin.write(b"\n")
        lines, child, told = list[str](), 0, list[str]()
        wanted, spare_s = self._chance.randint(0, 6), self._chance.uniform(0, 0.004)
        while not child or len(told) < wanted:
            lines = self._lines(10.0)
            child = next((int(line[4:]) for line in lines if line.startswith("pid ")), child)
            told += [line for line in lines if not line.startswith("pid ")]
        until = time.perf_counter() + spare_s
        while time.perf_counter() < until:  # in the middle of whatever it does then
            told += self._lines(0.0)
        os.kill(child, signal.SIGKILL)
        while "dead" not in told:
            told += self._lines(10.0)
        return told[: told.index("dead")]

    def _lines(self, wait_s: float) -> list[str]:
        assert self._breeder.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self._breeder.stdout, selectors.EVENT_READ)
            if not selector.select(wait_s):
                if wait_s:
                    raise TimeoutError("the desk says nothing")
                return []
        got = os.read(self._breeder.stdout.fileno(), 65536)
        if not got:
            raise EOFError("the desk's process has ended")
        *whole, self._rest = (self._rest + got).split(b"\n")
        return [line.decode() for line in whole]
