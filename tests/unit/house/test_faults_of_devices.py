"""Everything that goes wrong with printers, drawers, scanners and their wires can be had by hand and in tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from devices.simulators.command import _parser
from devices.simulators.faults import parse_fault
from devices.simulators.printer_simulator import FAULTS as PRINTER
from devices.simulators.scanner_simulator import FAULTS as SCANNER
from devices.wires.faulty_pipe import Trouble
from tests.unit.house.test_rows import functions

MACHINES = {"printer": PRINTER, "scanner": SCANNER}

FAULTS = {
    "printer": {
        "offline": "offline",
        "cover open": "cover-open",
        "paper near its end": "near-end",
        "paper end before the job": "paper-out",
        "paper end in the middle of it": "paper-out-after:300",
        "cutter error": "cutter",
        "error that can be recovered": "overheated:5s",
        "error that cannot": "broken",
        "no status at all": "silent",
        "no answer in order": "no-proof",
        "late status": "late-status:1.5s",
        "late answer in order": "late-proof:8s",
        "automatic status among the answers": "stale-asb",
        "XOFF": "xoff",
        "flow control held": "hold",
        "slow, 1 KB a second": "slow:1000",
        "wire gone in the middle": "unplug:300",
        "switched off and on, memory lost": "power-cycle:300",
        "rest of a half job printed later": "keeps-rest",
        "drawer open": "drawer-open",
        "drawer stuck": "drawer-jammed",
    },
    "scanner": {
        "slow burst": "pieces:1",
        "missing suffix": "no-suffix",
        "the same scan twice": "doubled",
        "wrong layout": "wrong-layout",
        "control characters lost": "controls-lost",
        "cut-off licence": "cut-off:10",
        "payment card swiped": "payment-card",
        "unplugged in the middle": "unplug:3",
    },
}
"""What can go wrong with a machine, and the fault that its simulator has by that."""

BY_OPTION = {
    "drawer switch the other way round": ["printer", "--tcp", "127.0.0.1:0", "--drawer-sensor", "low"],
    "drawer that never closes": ["printer", "--tcp", "127.0.0.1:0", "--drawer-closes-after", "0"],
    "printer without a cutter": ["printer", "--tcp", "127.0.0.1:0", "--make", "plain"],
    "narrow paper": ["printer", "--tcp", "127.0.0.1:0", "--width", "58"],
    "other ends of a scan": ["scanner", "--tcp", "127.0.0.1:0", "--suffix", "none"],
}
"""What a simulator is like from its start."""

BY_WIRE = {
    "port absent": Trouble.REFUSED,
    "port taken": Trouble.TAKEN,
    "unplugged before writing": Trouble.GONE_BEFORE,
    "unplugged while writing": Trouble.CUT,
    "unplugged after writing": Trouble.GONE_BEHIND,
    "unplugged while reading": Trouble.GONE,
    "bytes lost on the way there": Trouble.UNHEARD,
    "bytes lost on the way back": Trouble.LOST,
}
"""What any wire can be given, whatever hangs on it."""

HELD_BY = {
    "second client refused": "test_a_second_till_is_turned_away",
    "fast burst": "test_a_code_is_told_by_its_speed_and_its_end",
    "burst while typing": "test_what_a_person_types_arrives_whole_and_in_order",
    "licences of every version": "test_licences_of_every_version_as_others_wrote_them",
    "permission denied": "test_forbidden",
    "plugged in under another name": "test_two_of_a_kind_stay_apart_and_come_back_under_other_names",
    "two of a kind without a number": "test_two_that_cannot_be_told_apart_are_neither",
    "through a node of the system's USB driver": "test_it_prints_and_answers_through_its_node",
    "text by code page": "test_a_captured_print_is_understood_and_read",
}
"""What is no fault of a machine but of the place it stands at: the test that has it."""


@pytest.mark.parametrize(("machine", "what"), [(machine, what) for machine, table in FAULTS.items() for what in table])
def test_a_simulator_has_every_fault(machine: str, what: str) -> None:
    fault = parse_fault(FAULTS[machine][what], MACHINES[machine])
    words = [machine, "--tcp", "127.0.0.1:0", "--fault", FAULTS[machine][what]]
    assert _parser().parse_args(words).fault == [FAULTS[machine][what]]
    assert MACHINES[machine][fault.name]


@pytest.mark.parametrize("machine", MACHINES)
def test_a_simulator_has_no_fault_that_nobody_asked_for(machine: str) -> None:
    assert {parse_fault(fault, MACHINES[machine]).name for fault in FAULTS[machine].values()} == set(MACHINES[machine])


@pytest.mark.parametrize("what", BY_OPTION)
def test_a_simulator_can_be_like_this(what: str) -> None:
    assert _parser().parse_args(BY_OPTION[what]).machine == BY_OPTION[what][0]


def test_what_no_machine_has_is_held_by_a_test() -> None:
    assert not set(HELD_BY.values()) - set(functions())
    assert set(BY_WIRE.values()) <= set(Trouble)


def test_every_fault_of_a_machine_is_had_in_some_test() -> None:
    """Named in a test besides this table: a fault nobody ever had proves nothing."""
    here = Path(__file__)
    written = "".join(path.read_text("utf-8") for path in here.parents[2].rglob("*.py") if path != here)
    for machine, faults in MACHINES.items():
        assert not [f"{machine}: {fault}" for fault in faults if f'"{fault}' not in written]
