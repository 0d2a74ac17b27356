"""A desk that dies by SIGKILL at one exact moment of a card's money: a process that has loaded everything forks one
child for each life, and the child ends itself where it was told to, or runs a program that does.

Moments are the places of `models.basics.points` (`before_card`, `after_commit`…, the n-th time they are reached), those
of the wire to a terminal: `unwritten`, `half_written`, `written`, `acknowledged`, `answered`, `thanked`; and those of a
processor's API: `asking`, `told` (the n-th request that changes something is about to leave; its answer is here).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
import traceback
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.folders import Folders

ROOT = Path(__file__).resolve().parents[2]
MONEY, REPORT, BATCH = b"\x02T00", b"\x02R02", b"\x02B00"
LOADED = (
    "app.reader_batch", "app.refunds", "app.visits_after", "devices.discovery", "devices.registry",
    "models.store.foreseeing", "models.store.rehearsal", "models.store.transaction", "serial.tools.list_ports",
    "stripe._v1_services",
)  # fmt: skip
"""What a desk loads when it is needed: a third of a second of each life, if every one did."""


def live(folder: str, act: str, moment: str, times: int) -> None:
    """Open the desk in `folder`, do `act` (one of `ACTS`, or `recover`: what a start does by itself), and die at
    `moment` the `times`-th time. Moments of the wire are those of the act's command; of the report when it recovers."""
    from app.folders import Folders
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

    def visit(point: Point) -> None:
        if threading.current_thread().name == "lane-terminal":  # other threads of a desk write, too
            reached(point.value)

    if act == "recover":
        watch_the_wire(reached, REPORT)
    desk = Counter(Folders(Path(folder)))
    if act == "recover":
        until(lambda: desk.desk.recovery.asked, 60)
        desk.close()
        return
    until(lambda: desk.desk.recovery.asked and not desk.desk.returned.due, 60)
    taken = None if act == "pay" else pay(desk, None)
    watch_the_wire(reached, BATCH if act == "batch" else MONEY)
    watch_the_api(reached)
    with visited_by(visit):
        ACTS[act](desk, taken)
    desk.close()


def pay(desk: Any, _taken: Any) -> Any:
    """Take what is due with a card."""
    from app.views import TenderKind

    return desk.collect(desk.request(desk.sheet(), TenderKind.CARD))


def undo(desk: Any, taken: Any) -> Any:
    """Void a payment."""
    return desk.undo(taken)


def refund(desk: Any, taken: Any) -> Any:
    """Give 25.00 of a payment back."""
    from app.refund_views import RefundOrder
    from tests.support.clinic import PRIYA

    story = desk.desk.refunds
    order = RefundOrder(story.open(taken.payment_id), 2500, "patient_request")
    return desk.desk.lanes["terminal"].call(lambda job: story.refund(order, PRIYA, job), 60.0)


def batch(desk: Any, _taken: Any) -> Any:
    """Send the reader's batch to the bank."""
    from tests.support.clinic import MARIA

    return desk.desk.lanes["terminal"].call(lambda job: desk.desk.reader_batch.close(MARIA, job), 60.0)


ACTS: dict[str, Callable[[Any, Any], Any]] = {"pay": pay, "undo": undo, "refund": refund, "batch": batch}


def watch_the_api(reached: Callable[[str], None]) -> None:
    """Tell of the moments of requests that change something at a processor."""
    import stripe

    ask = stripe.RequestsClient.request

    def asking(self: Any, method: str, *what: Any, **more: Any) -> Any:
        if method != "post":
            return ask(self, method, *what, **more)
        reached("asking")
        answer = ask(self, method, *what, **more)
        reached("told")
        return answer

    stripe.RequestsClient.request = asking  # type: ignore[method-assign]


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


def play(program: str, arguments: list[str]) -> None:
    """Run a program's text with these arguments."""
    sys.argv = ["-c", *arguments]
    exec(program, {"__name__": "__main__"})


def breed() -> None:
    """One life for each line of JSON on standard input; a line with the signal it died of comes back."""
    for name in ("tests.support.counter", *LOADED):  # once, before any life begins
        import_module(name)
    for line in sys.stdin:
        told = json.loads(line)
        child = os.fork()  # nothing is open here: SQLite may not be carried across a fork
        if not child:
            try:
                play(**told) if "program" in told else live(**told)
            except BaseException:
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.WTERMSIG(status) if os.WIFSIGNALED(status) else -os.WEXITSTATUS(status)}\n")
        sys.stdout.flush()


class DesksThatDie:
    """Lets desks live until they die. Use as a context."""

    def __enter__(self) -> DesksThatDie:
        code = "from tests.support.killed_paying import breed; breed()"
        self._said = tempfile.TemporaryFile()
        self._breeder = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, stderr=self._said, text=True)  # fmt: skip
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        assert self._breeder.stdin is not None
        assert self._breeder.stdout is not None
        self._breeder.stdin.close()
        self._breeder.wait(20)
        self._breeder.stdout.close()
        self._said.close()

    def one(self, folder: Path, act: str, moment: str, times: int = 1) -> int:
        """One life; the signal it died of, 0 when it went on to its end."""
        return self._life({"folder": str(folder), "act": act, "moment": moment, "times": times})

    def crash(self, program: str, folders: Folders, *more: str) -> None:
        """One life that runs `program` with the desk's folder and `more` as its arguments; it must end by SIGKILL."""
        end = self._life({"program": textwrap.dedent(program), "arguments": [str(folders.home), *more]})
        assert end == signal.SIGKILL, os.pread(self._said.fileno(), 1 << 20, 0).decode(errors="replace")[-4000:]

    def _life(self, told: dict[str, Any]) -> int:
        assert self._breeder.stdin is not None
        assert self._breeder.stdout is not None
        self._breeder.stdin.write(json.dumps(told) + "\n")
        self._breeder.stdin.flush()
        return int(self._breeder.stdout.readline())
