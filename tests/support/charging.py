"""A hub that dies by SIGKILL at one exact moment of charging a plan: a process that has loaded everything forks one
child for each life, and the child ends itself where it was told to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).resolve().parents[2]


def live(database: str, tenant: str, base: str, at: str, moment: str, times: int) -> None:
    """Charge what is due of `tenant` at `at` (ISO); die at `moment` (a place of `models.basics.points`) the
    `times`-th time it is reached, where one is named."""
    from models.basics.clock import FixedClock
    from models.basics.points import Point, visited_by
    from models.store.engine import sqlite_engine
    from models.store.hub import HubStore
    from server.online.service import StripeOnline
    from server.online.settings import Account, OnlineSettings
    from server.plan_charges import PlanCharger
    from tests.support.hub import KEY as DATABASE_KEY
    from tests.support.online import KEY, SECRET

    left = times

    def visit(point: Point) -> None:
        nonlocal left
        left -= point.value == moment
        if moment and not left:
            os.kill(os.getpid(), signal.SIGKILL)

    clock = FixedClock(datetime.fromisoformat(at))
    store = HubStore.open(sqlite_engine(Path(database), DATABASE_KEY), clock, upgrade=False)
    accounts = {tenant.replace("-", "_").upper(): Account(KEY, SECRET, base)}
    online = StripeOnline(store, OnlineSettings(accounts), clock, lambda _tenant: None)
    with visited_by(visit):
        PlanCharger(store.plans, online).charge_due(tenant)
    store.close()


class Lives:
    """The process that forks."""

    def __enter__(self) -> Lives:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.charging"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True,
        )  # fmt: skip
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._process.communicate(timeout=20)

    def live(self, database: Path, tenant: str, base: str, at: str, moment: str = "", times: int = 1) -> bool:
        """One life. True: it died where it was told to; False: it came to its end before."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\t".join((str(database), tenant, base, at, moment, str(times))) + "\n")
        self._process.stdin.flush()
        ended = self._process.stdout.readline().strip()
        assert ended in ("0", str(-signal.SIGKILL)), f"the life ended with {ended}"
        return ended != "0"


def main() -> None:
    """Read lives from standard input, one a line; answer with how each ended."""
    import tests.support.online  # noqa: F401 - loaded once, for every child

    for line in sys.stdin:
        database, tenant, base, at, moment, times = line.rstrip("\n").split("\t")
        child = os.fork()
        if not child:
            try:
                live(database, tenant, base, at, moment, int(times))
            except BaseException:  # told to the test by the status
                import traceback

                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
