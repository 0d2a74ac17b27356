"""Cash drawers and customer displays with a wire of their own: real drivers, real lines, simulated machines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import serial
from hypothesis import given
from hypothesis import strategies as st

from devices.base import DeviceState, Reason
from devices.counter.line_display import COLUMNS
from devices.counter.serial_drawer import PULSES, SENSORS, SerialDrawer
from devices.registry import display_for, drawer_for
from devices.wires.address import SerialAddress
from devices.wires.serial_pipe import SerialPipe
from models.basics.errors import DeviceError, Effect, RuleBroken
from tests.support import waiting
from tests.support.simulators import SimulatorProcess, machine_running


def until(condition: Callable[[], Any]) -> None:
    """Wait for what another program does."""
    waiting.until(condition, 30.0)


# Drawers ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def drawer_process() -> Iterator[SimulatorProcess]:
    with machine_running("drawer", "--opens-on", "07", "--drawer-closes-after", "0") as running:
        yield running


@pytest.fixture
def machine(drawer_process: SimulatorProcess) -> SimulatorProcess:
    drawer_process.reset()
    return drawer_process


def test_one_byte_opens_it_once(machine: SimulatorProcess) -> None:
    drawer = drawer_for(machine.url)
    drawer.open_drawer()
    until(lambda: machine.tell("state") == {"drawer": "open", "openings": 1, "bytes": [7]})
    drawer.close()


def test_the_byte_is_a_setting(machine: SimulatorProcess) -> None:
    drawer = drawer_for(machine.url, "00")
    drawer.open_drawer()
    until(lambda: machine.tell("state") == {"drawer": "closed", "openings": 0, "bytes": [0]})
    drawer.close()


def test_looking_sends_nothing_and_a_line_without_plug_lines_tells_nothing(machine: SimulatorProcess) -> None:
    """A pseudo-terminal has no modem lines: whether the drawer is open cannot be known, and that is said."""
    drawer = drawer_for(machine.url, "07", "cts")
    for _ in range(3):
        told = drawer.status()
        assert (told.device.state, told.is_open) == (DeviceState.READY, None)
    drawer.open_drawer()
    until(lambda: machine.tell("state")["bytes"] == [7])
    drawer.close()


def test_an_absent_drawer_takes_no_pulse_and_is_found_again(machine: SimulatorProcess) -> None:
    drawer = drawer_for(machine.url)
    assert drawer.status().device.state is DeviceState.READY
    machine.unplug()
    with pytest.raises(DeviceError) as caught:
        drawer.open_drawer()
    assert caught.value.effect is Effect.UNKNOWN  # the port was open: the pulse may have left
    with pytest.raises(DeviceError) as caught:
        drawer.open_drawer()
    assert (caught.value.message_key, caught.value.effect) == ("device.port_absent", Effect.NONE)
    assert drawer.status().device.reason is Reason.NO_HARDWARE
    machine.replug()
    assert drawer.status().device.state is DeviceState.READY
    assert machine.tell("state")["bytes"] == []
    drawer.close()


@pytest.mark.parametrize(("name", "is_up", "is_open"), [
    ("cts", True, True), ("cts", False, False), ("cts_closed", True, False), ("cts_closed", False, True),
    ("dsr", True, True), ("dsr_closed", True, False), ("none", True, None),
])  # fmt: skip
def test_a_line_of_the_plug_tells_that_it_is_open(name: str, is_up: bool, is_open: bool | None) -> None:
    """pyserial's loop-back port has modem lines: RTS comes back as CTS, DTR as DSR."""
    made: list[Any] = []

    def make(_name: str, *given: Any, exclusive: bool, **named: Any) -> Any:
        made.append(serial.serial_for_url("loop://", *given, **named))
        made[0].rts = made[0].dtr = is_up
        return made[0]

    pipe = SerialPipe("serial://loop", SerialAddress("loop"), device="drawer", make=make)
    drawer = SerialDrawer(pipe, PULSES["07"], SENSORS[name])
    assert drawer.status().is_open is is_open
    drawer.open_drawer()
    assert made[0].read(2) == b"\x07"
    drawer.close()


@pytest.mark.parametrize(
    ("fault", "openings"), [("jammed", 0), ("unplug", 1), ("hold", 1)], ids=["jammed", "pulled after it", "held back"]
)
def test_one_pulse_is_one_byte_whatever_the_drawer_does(machine: SimulatorProcess, fault: str, openings: int) -> None:
    machine.always(fault)
    drawer = drawer_for(machine.url)
    drawer.open_drawer()
    if fault == "hold":
        assert machine.tell("state")["bytes"] == []
        machine.clear()
    until(lambda: machine.tell("state")["bytes"] == [7])
    assert machine.tell("state")["openings"] == openings
    drawer.close()


@pytest.mark.parametrize(
    ("url", "pulse", "sensor"),
    [("tcp://10.0.0.7:9100", "07", "none"), ("cups://front", "07", "none"), ("serial:///dev/x", "41", "none"),
     ("serial:///dev/x", "07", "ring"), ("nonsense", "07", "none")],
)  # fmt: skip
def test_what_can_be_no_drawer_is_turned_away(url: str, pulse: str, sensor: str) -> None:
    with pytest.raises(RuleBroken):
        drawer_for(url, pulse, sensor)


# Displays ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["escpos", "cd5220"])
def display_process(request: pytest.FixtureRequest) -> Iterator[SimulatorProcess]:
    with machine_running("display", "--language", request.param) as running:
        yield running


@pytest.fixture
def display(display_process: SimulatorProcess) -> SimulatorProcess:
    display_process.reset()
    return display_process


def test_two_lines_are_shown_and_taken_away(display: SimulatorProcess) -> None:
    driver = display_for(display.url)
    driver.show("To pay", "$75.00".rjust(20))
    until(lambda: display.tell("state")["rows"] == ["To pay", "              $75.00"])
    driver.show("Received      $80.00", "Change         $5.00")
    until(lambda: display.tell("state")["rows"] == ["Received      $80.00", "Change         $5.00"])
    driver.clear()
    until(lambda: display.tell("state")["rows"] == ["", ""])
    assert display.tell("state")["not_understood"] == []
    driver.close()


def test_after_the_cable_was_pulled_it_begins_anew(display: SimulatorProcess) -> None:
    driver = display_for(display.url)
    driver.show("To pay", "$1.00")
    until(lambda: display.tell("state")["rows"] == ["To pay", "$1.00"])
    display.unplug()
    with pytest.raises(DeviceError):
        driver.show("To pay", "$2.00")
    display.replug()
    driver.show("To pay", "$3.00")
    until(lambda: display.tell("state")["rows"] == ["To pay", "$3.00"])
    driver.close()


@given(first=st.text(max_size=60), second=st.text(max_size=60))
def test_nothing_ever_runs_over_the_end_of_a_line_or_commands_the_display(first: str, second: str) -> None:
    """Whatever is asked for: forty signs, each in its place, and no byte that is a command."""
    sent: list[bytes] = []

    class Wire:
        address = "serial://x"

        def open(self) -> None: ...

        def write(self, data: bytes, timeout_s: float) -> None:
            sent.append(data)

        def close(self) -> None: ...

    from devices.counter.line_display import DISPLAYS, TwoLineDisplay

    for layout, begin in DISPLAYS.values():
        TwoLineDisplay(Wire(), layout, begin).show(first, second)  # type: ignore[arg-type]
    epson, cd5220 = sent
    assert len(epson) == 2 + 1 + 2 * (4 + COLUMNS)
    assert len(cd5220) == 1 + 1 + 2 * (3 + COLUMNS + 1)
    for text in (epson[7:27], epson[31:51], cd5220[5:25], cd5220[29:49]):
        assert all(0x20 <= byte < 0x7F for byte in text)


@pytest.mark.parametrize("fault", ["power-cycle", "unplug"])
def test_a_display_that_went_dark_is_right_again_with_the_next_amount(display: SimulatorProcess, fault: str) -> None:
    driver = display_for(display.url)
    display.next(fault)
    driver.show("To pay", "$1.00")
    until(lambda: ["To pay", "$1.00"] in display.tell("state")["history"])
    until(lambda: display.tell("state")["rows"] == ["", ""])
    display.replug()
    if fault == "unplug":
        with pytest.raises(DeviceError):
            driver.show("To pay", "$2.00")
    driver.show("To pay", "$3.00")
    until(lambda: display.tell("state")["rows"] == ["To pay", "$3.00"])
    driver.close()


def test_a_display_of_another_language_is_turned_away() -> None:
    with pytest.raises(RuleBroken) as refused:
        display_for("braille+serial:///dev/x")
    assert refused.value.message_key == "device.driver_unknown"
