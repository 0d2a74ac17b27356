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
from widgets.screens import APPROVED, COLLECT, PLAN, TODAY, Place

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


def test_s4_06_an_agreement_is_signed_on_the_reader_through_the_window(
    tmp_path: Path, machines: tuple[PaxProcess, PrinterProcess]
) -> None:  # fmt: skip
    """Alt+A, Enter: the reader asks for a signature; closed in between nothing is accepted; then the plan starts."""
    terminal, _ = machines
    with front(tmp_path, rosa_with_copay_and_balance, terminal=terminal.url) as desk:
        desk.window.navigator.go(Place(PLAN, "rosa"))
        desk.arrive(PLAN, lambda: desk.state.page is not None)
        desk.view.tiles["1"].click()
        desk.wait(lambda: desk.state.worked is not None)
        assert desk.view._accepted.text() == "Not accepted yet"
        desk.press("Alt+A", "Return")
        desk.meanwhile(lambda: terminal.wait("please sign"))
        desk.picture("journey-plan-signing")
        desk.press("Esc")
        desk.wait(lambda: desk.page.presenter._pen is None)
        assert desk.counter.rows("SELECT count(*) FROM plan") == [(0,)]
        desk.press("Alt+A", "Return")
        desk.meanwhile(lambda: terminal.wait("please sign"))
        desk.meanwhile(lambda: terminal.tell("press"))
        desk.wait(lambda: desk.state.accepted)
        assert "Signed by Rosa Quillfeather" in desk.view._accepted.text()
        assert desk.view.signature.text, "what was drawn is seen"
        desk.press("Ctrl+Return")
        desk.wait(lambda: desk.state.active)
        assert desk.counter.rows("SELECT accepted_how, signature <> '' FROM plan") == [("signature", 1)]
