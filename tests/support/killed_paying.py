"""A desk that dies by SIGKILL at one exact moment of a card payment: a process that has loaded everything forks one
child for each life, and the child ends itself where it was told to.

Moments are the places of `models.basics.points` (`before_card`, `after_commit`…, the n-th time they are reached) and
those of the wire: `half_written`, `written`, `acknowledged`, `answered`, `thanked`.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).resolve().parents[2]
MONEY, REPORT = b"\x02T00", b"\x02R02"


def live(folder: str, act: str, moment: str, times: int) -> None:
    """Open the desk in `folder`, do `act` (`pay`, `undo`, or `recover`: what a start does by itself), and die at
    `moment` the `times`-th time. Moments of the wire are those of the money command; of the report when it recovers."""
    from app.folders import Folders
    from app.views import TenderKind
    from models.basics.points import Point, visited_by
    from tests.support.counter import Counter
    from tests.support.waiting import until

    left = times

    def reached(here: str) -> None:
        nonlocal left
        if here == moment:
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)

    def pay(desk: Counter) -> object:
        return desk.collect(desk.request(desk.sheet(), TenderKind.CARD))

    def visit(point: Point) -> None:
        reached(point.value)

    if act == "recover":
        watch_the_wire(reached, REPORT)
    desk = Counter(Folders(Path(folder)))
    if act == "recover":
        until(lambda: desk.desk.recovery.asked, 60)
    taken = pay(desk) if act == "undo" else None
    watch_the_wire(reached, MONEY)
    with visited_by(visit):
        if act == "pay":
            pay(desk)
        elif act == "undo":
            desk.undo(taken)  # type: ignore[arg-type]
    desk.close()


def watch_the_wire(reached: Callable[[str], None], command: bytes) -> None:
    """Tell of the moments of a command that goes over a serial line."""
    from devices.wires.serial_pipe import SerialPipe

    write, read = SerialPipe.write, SerialPipe.read
    heard = bytearray()
    asked = False

    def writing(self: SerialPipe, data: bytes, timeout_s: float) -> None:
        nonlocal asked
        money = data.startswith(command)
        if money:
            asked = True
            heard.clear()
            reached("unwritten")
            write(self, data[: len(data) // 2], timeout_s)
            reached("half_written")
            data = data[len(data) // 2 :]
        write(self, data, timeout_s)
        if money:
            reached("written")
        elif asked and data == b"\x06":
            reached("thanked")

    def reading(self: SerialPipe, at_most: int, timeout_s: float) -> bytes:
        data = read(self, at_most, timeout_s)
        if asked and data:
            heard.extend(data)
            reached("acknowledged")
            if b"\x03" in heard:
                reached("answered")
        return data

    SerialPipe.write, SerialPipe.read = writing, reading  # type: ignore[method-assign]


def breed() -> None:
    """One life for each line of JSON on standard input; a line with the signal it died of comes back."""
    import tests.support.counter  # noqa: F401 - loaded once, before any life begins

    for line in sys.stdin:
        child = os.fork()  # nothing is open here: SQLite may not be carried across a fork
        if not child:
            live(**json.loads(line))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.WTERMSIG(status) if os.WIFSIGNALED(status) else -os.WEXITSTATUS(status)}\n")
        sys.stdout.flush()


class DesksThatDie:
    """Lets desks live until they die. Use as a context."""

    def __enter__(self) -> DesksThatDie:
        code = "from tests.support.killed_paying import breed; breed()"
        self._breeder = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)  # fmt: skip
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        assert self._breeder.stdin is not None
        assert self._breeder.stdout is not None
        self._breeder.stdin.close()
        self._breeder.wait(20)
        self._breeder.stdout.close()

    def one(self, folder: Path, act: str, moment: str, times: int = 1) -> int:
        """One life; the signal it died of, 0 when it went on to its end."""
        assert self._breeder.stdin is not None
        assert self._breeder.stdout is not None
        told = {"folder": str(folder), "act": act, "moment": moment, "times": times}
        self._breeder.stdin.write(json.dumps(told) + "\n")
        self._breeder.stdin.flush()
        return int(self._breeder.stdout.readline())
