"""A receipt printer behind a raw queue of CUPS: a real cupsd, the real commands, a simulated printer at the far end.

What is held here: a completed job is handed over, never printed; a queue that is stopped is given nothing; a job that
gets stuck is taken back, and only one that never began counts as not printed.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from devices.base import DeviceState, PrintResult, Reason
from devices.printers.profiles import PROFILES
from devices.printers.queued import QueuedPrinter, QueuePatience
from devices.queues import JobQueue
from devices.registry import printer_for
from devices.wires import open_pipe, open_queue
from models.basics.errors import DeviceBusy, DeviceMissing, Effect, PosError, RuleBroken
from tests.support.cups import Cups, cups_running
from tests.support.simulators import PrinterProcess, printer_running

RECEIPT = b"\x1b@" + b"Copay 25.00 thank you\n" * 40 + b"\x1dVB\x00"
LONG = QueuePatience(put_s=20.0, through_s=60.0, taken_back_s=20.0)


@pytest.fixture(scope="module")
def server() -> Iterator[Cups]:
    with cups_running() as running:
        yield running


@pytest.fixture(scope="module")
def machine() -> Iterator[PrinterProcess]:
    with printer_running("--drawer-closes-after", "0", tcp=True) as running:
        yield running


@pytest.fixture(autouse=True)
def asked(server: Cups, monkeypatch: pytest.MonkeyPatch) -> None:
    """This server is the one that is asked."""
    monkeypatch.setenv("CUPS_SERVER", str(server.socket))


@pytest.fixture(scope="module")
def front(server: Cups, machine: PrinterProcess) -> str:
    port = urlsplit(machine.url.partition("+")[2]).port
    return server.add("front", f"bytes://127.0.0.1:{port}")


def queue_at(url: str) -> JobQueue:
    queue = open_queue(url)
    assert queue is not None
    return queue


def printer_at(url: str, patience: QueuePatience = LONG) -> QueuedPrinter:
    return QueuedPrinter(queue_at(url), PROFILES["80mm"], patience)


def test_a_completed_job_is_handed_over_and_never_called_printed(front: str, machine: PrinterProcess) -> None:
    machine.reset()
    printer = printer_for(f"escpos+{front}")
    assert printer.status().device.state is DeviceState.READY
    assert printer_at(front).print_bytes(RECEIPT) is PrintResult.HANDED_OVER
    assert machine.receipts()[-1].count("Copay 25.00 thank you") == 40
    assert printer.status().drawer_open is None


def test_out_of_paper_is_handed_over_too(front: str, machine: PrinterProcess) -> None:
    """The queue cannot know: this is why it is not called printed."""
    machine.reset()
    machine.always("paper-out")
    before = len(machine.receipts())
    assert printer_at(front).print_bytes(RECEIPT) is PrintResult.HANDED_OVER
    assert len(machine.receipts()) == before


def test_bytes_go_through_as_they_are(front: str, machine: PrinterProcess) -> None:
    machine.reset()
    every = b"\x1b@" + bytes(sign for sign in range(0x20, 0x100)) + b"\n\x1dVB\x00"
    assert printer_at(front).print_bytes(every) is PrintResult.HANDED_OVER
    machine.receipts()
    newest = max(machine.paper.glob("*.escpos"), key=lambda path: path.name)
    assert newest.read_bytes() == every


def test_the_drawer_opens_once(front: str, machine: PrinterProcess) -> None:
    machine.reset()
    printer_at(front).open_drawer()
    machine.tell("settled")
    assert machine.state()["pulses"] == [2]


def test_a_stopped_queue_is_given_nothing(server: Cups) -> None:
    url = server.add("stopped", "waits:/x")
    server.run("cupsdisable", "stopped")
    printer = printer_at(url)
    told = printer.status().device
    assert (told.state, told.reason, told.detail) == (DeviceState.OFFLINE, Reason.OFFLINE, "queue.stopped")
    with pytest.raises(DeviceBusy) as refused:
        printer.print_bytes(RECEIPT)
    assert (refused.value.message_key, refused.value.effect) == ("queue.stopped", Effect.NONE)
    assert server.run("lpstat", "-W", "all", "-o", "stopped") == ""


@pytest.mark.parametrize(
    ("prepare", "key", "kind"),
    [
        (lambda server: server.run("cupsreject", "odd"), "queue.rejects", DeviceBusy),
        (lambda server: server.run("lpadmin", "-x", "odd"), "queue.unknown", DeviceMissing),
    ],
    ids=["takes no jobs", "no such queue"],
)
def test_a_queue_that_takes_nothing_has_its_words(
    server: Cups, prepare: object, key: str, kind: type[PosError]
) -> None:
    printer = printer_at(server.add("odd", "waits:/x"))
    assert callable(prepare)
    prepare(server)
    assert printer.status().device.detail == key
    with pytest.raises(kind) as refused:
        printer.print_bytes(RECEIPT)
    assert refused.value.message_key == key


def test_a_job_the_queue_never_began_is_taken_back(server: Cups) -> None:
    """Stopped between the look and the job: it must not come out when somebody starts the queue again."""
    queue = queue_at(server.add("later", "waits:/x"))
    ready = queue.status()
    server.run("cupsdisable", "later")

    class LooksReadyOnce:
        """The queue, with the look that came before it was stopped."""

        looks = 0

        def __getattr__(self, name: str) -> object:
            return getattr(queue, name)

        def status(self) -> object:
            self.looks += 1
            return ready if self.looks == 1 else queue.status()

    assert QueuedPrinter(LooksReadyOnce(), patience=LONG).print_bytes(RECEIPT) is PrintResult.NOT_PRINTED  # type: ignore[arg-type]
    assert server.run("lpstat", "-W", "not-completed", "-o", "later") == ""


class OverWhenItBegan:
    """Time that stands still until the queue's job began, and flies from then on until somebody waits."""

    def __init__(self, server: Cups, queue: str) -> None:
        self._began = lambda: "now printing" in server.run("lpstat", "-p", queue)
        self._now = 0.0

    def now(self) -> float:
        if self._began():
            self._now += 10.0
        return self._now

    @staticmethod
    def sleep(_seconds: float) -> None:
        time.sleep(0.01)


def printer_that_gives_up(server: Cups) -> QueuedPrinter:
    return QueuedPrinter(queue_at(server.add("stuck", "waits:/x")), ticks=OverWhenItBegan(server, "stuck"))


def test_a_job_that_began_and_does_not_end_is_in_doubt(server: Cups) -> None:
    assert printer_that_gives_up(server).print_bytes(RECEIPT) is PrintResult.UNKNOWN
    assert server.run("lpstat", "-W", "not-completed", "-o", "stuck") == ""


def test_a_job_whose_backend_gave_up_is_in_doubt(server: Cups) -> None:
    """Some of it may be on paper; the queue is stopped by that, and says so from then on."""
    printer = printer_at(server.add("broken", "fails:/x"))
    assert printer.print_bytes(RECEIPT) is PrintResult.UNKNOWN
    assert printer.status().device.detail == "queue.stopped"
    assert server.run("lpstat", "-W", "not-completed", "-o", "broken") == ""


def test_a_pulse_that_does_not_go_through_in_time_is_taken_back(server: Cups) -> None:
    with pytest.raises(PosError) as doubt:
        printer_that_gives_up(server).open_drawer()
    assert (doubt.value.message_key, doubt.value.effect) == ("drawer.unsure", Effect.UNKNOWN)
    assert server.run("lpstat", "-W", "not-completed", "-o", "stuck") == ""


def test_without_a_server_it_says_so(monkeypatch: pytest.MonkeyPatch, front: str, tmp_path: object) -> None:
    monkeypatch.setenv("CUPS_SERVER", f"{tmp_path}/nobody")
    status = printer_at(front).status().device
    assert (status.reason, status.detail) == (Reason.NO_HARDWARE, "queue.no_spooler")


def test_without_its_commands_it_says_so(monkeypatch: pytest.MonkeyPatch, front: str, tmp_path: object) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert printer_at(front).status().device.detail == "queue.no_spooler"


@pytest.mark.parametrize("url", ["cups://", "cups://a/b", "cups://front?baud=9600", "cups://two words", "cups://-x"])
def test_a_name_that_is_none_is_turned_away(url: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        printer_for(url)
    assert refused.value.message_key == "device.address_wrong"


def test_a_reader_cannot_hang_on_a_print_queue() -> None:
    with pytest.raises(RuleBroken):
        open_pipe("cups://front", device="reader")
