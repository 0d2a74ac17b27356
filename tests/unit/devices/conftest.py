"""Simulated machines shared by the tests of this room: one process for a module, as new for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.simulators import PaxProcess, PrinterProcess, pax_running, printer_running
from tests.support.stripes import journal_fixture, running_fixture, stripe_fixture, terminal_fixture  # noqa: F401


@pytest.fixture(scope="module")
def pax_process() -> Iterator[PaxProcess]:
    with pax_running() as terminal:
        yield terminal


@pytest.fixture(scope="module")
def pax_by_hand_process() -> Iterator[PaxProcess]:
    with pax_running("--by-hand") as terminal:
        yield terminal


@pytest.fixture(scope="module")
def pax_tcp_process() -> Iterator[PaxProcess]:
    with pax_running(tcp=True) as terminal:
        yield terminal


@pytest.fixture(scope="module")
def pax_http_process() -> Iterator[PaxProcess]:
    with pax_running(http=True) as terminal:
        yield terminal


@pytest.fixture(scope="module")
def printer_process() -> Iterator[PrinterProcess]:
    with printer_running("--drawer-closes-after", "0") as machine:
        yield machine


@pytest.fixture
def pax(pax_process: PaxProcess) -> PaxProcess:
    """A terminal on a pseudo-terminal whose patient presents a card at once."""
    pax_process.reset()
    return pax_process


@pytest.fixture
def pax_by_hand(pax_by_hand_process: PaxProcess) -> PaxProcess:
    """A terminal whose patient does what the test says."""
    pax_by_hand_process.reset()
    return pax_by_hand_process


@pytest.fixture
def pax_tcp(pax_tcp_process: PaxProcess) -> PaxProcess:
    """A terminal on the network."""
    pax_tcp_process.reset()
    return pax_tcp_process


@pytest.fixture
def pax_http(pax_http_process: PaxProcess) -> PaxProcess:
    """A terminal spoken to by HTTP."""
    pax_http_process.reset()
    return pax_http_process


@pytest.fixture
def printer(printer_process: PrinterProcess) -> PrinterProcess:
    """A printer whose drawer stays open once it is."""
    printer_process.reset()
    for piece in printer_process.paper.iterdir():
        piece.unlink()
    return printer_process
