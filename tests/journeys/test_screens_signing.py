"""A signature through the window: the reader asks once the bank has said yes; Esc prints a slip; the payment stands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.operations.records import Rules
from tests.support.clinic import TestClinic
from tests.support.counter import rosa_with_copay_and_balance
from tests.support.front import Front, front
from tests.support.simulators import PaxProcess, PrinterProcess, pax_running, printer_running
from tests.support.waiting import until
from tests.support.windows import themed  # noqa: F401
from widgets.screens import APPROVED, COLLECT, TODAY

pytestmark = pytest.mark.usefixtures("themed")


def signs_from_one(clinic: TestClinic) -> None:
    rosa_with_copay_and_balance(clinic)
    clinic.put(Rules(sign_from_cents=100))


@pytest.fixture(name="machines")
def machines_fixture() -> Iterator[tuple[PaxProcess, PrinterProcess]]:
    with pax_running(present_after_s=60.0) as terminal, printer_running() as printer:
        yield terminal, printer


def pay(desk: Front, terminal: PaxProcess) -> None:
    """From Today to the reader's question for a signature."""
    desk.press("Return")
    desk.arrive(COLLECT, lambda: desk.state.primary)
    desk.press("Return")
    desk.meanwhile(lambda: terminal.wait("present card"))
    desk.meanwhile(lambda: terminal.tell("press"))
    desk.wait(lambda: desk.screen == COLLECT and desk.state.signing)
    desk.meanwhile(lambda: terminal.wait("please sign"))


def test_signed_on_the_reader_or_with_escape_on_paper(
    tmp_path: Path, machines: tuple[PaxProcess, PrinterProcess]
) -> None:  # fmt: skip
    terminal, printer = machines
    with front(tmp_path, signs_from_one, terminal=terminal.url, printer=printer.url) as desk:
        pay(desk, terminal)
        assert desk.payments() == [("card", 7500, "")], "posted before anybody is asked to sign"
        assert desk.state.prompt.title == "Approved. Sign on the reader"
        assert not desk.state.can_change_tender
        desk.picture("journey-signing")
        desk.meanwhile(lambda: terminal.tell("press"))
        desk.arrive(APPROVED)
        assert "Signed on the reader" in [tile.title for tile in desk.state.tiles]
        desk.picture("journey-signed")
        assert desk.counter.jobs("copy") == []

        desk.press("Return")
        desk.arrive(TODAY, lambda: desk.state.side is not None)
        desk.press("Return")
        desk.arrive(COLLECT, lambda: desk.state.sheet)
        desk.press("Alt+A")
        desk.type("20.00")
        desk.press("Return", "Return")
        desk.meanwhile(lambda: terminal.wait("present card"))
        desk.meanwhile(lambda: terminal.tell("press"))
        desk.wait(lambda: desk.screen == COLLECT and desk.state.signing)
        desk.meanwhile(lambda: terminal.wait("please sign"))
        desk.press("Esc")
        desk.arrive(APPROVED)
        assert "Slip to sign" in [tile.title for tile in desk.state.tiles]
        assert sorted(cents for _, cents, _ in desk.payments()) == [2000, 7500]
        desk.meanwhile(lambda: until(lambda: desk.counter.jobs("copy") == ["printed"]))
        desk.picture("journey-slip")
