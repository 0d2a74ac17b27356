"""Everything that goes wrong with devices and their wires can be had by hand and in tests: card
terminals, the processor's API, printers, drawers, displays, scanners."""

from __future__ import annotations

from pathlib import Path

import pytest

from devices.simulators.command import _parser
from devices.simulators.display_simulator import FAULTS as DISPLAY
from devices.simulators.drawer_simulator import FAULTS as DRAWER
from devices.simulators.faults import parse_fault
from devices.simulators.pax_faults import FAULTS as PAX
from devices.simulators.printer_simulator import FAULTS as PRINTER
from devices.simulators.scanner_simulator import FAULTS as SCANNER
from devices.simulators.stripe_faults import FAULTS as STRIPE
from devices.wires.faulty_pipe import Trouble
from tests.unit.house.test_rows import functions

MACHINES = {
    "pax": PAX, "stripe": STRIPE, "printer": PRINTER, "drawer": DRAWER, "display": DISPLAY, "scanner": SCANNER,
}  # fmt: skip

FAULTS = {
    "pax": {
        "connection refused": "refuse-connect",
        "accepts and stays silent": "silent",
        "hangs up before acknowledging": "drop-before-ack",
        "hangs up after acknowledging": "drop-after-ack",
        "never acknowledges": "no-ack",
        "acknowledgement lost": "ack-lost",
        "acknowledges late": "late-ack:5s",
        "rejects so many times": "nak:2",
        "ends instead of acknowledging": "eot",
        "acknowledges, then ends": "ack-then-eot",
        "answer lost, the work done": "answer-lost",
        "answer lost, nothing done": "nothing-done",
        "answer after the till stopped waiting": "late-answer:200s",
        "link drops before the answer": "link-drop",
        "answer, then the link drops": "answer-then-drop",
        "wrong check byte": "bad-lrc:3",
        "check byte that is a control byte": "check-byte:04",
        "frame cut off": "truncated",
        "pieces with pauses": "split:7",
        "answer twice, in one read": "duplicate-response",
        "noise before": "garbage",
        "noise between": "noise-between",
        "answer of an earlier question first": "stale-first",
        "two packets": "multi-packet",
        "no end of the exchange": "no-eot",
        "unknown version": "version:1.64",
        "groups nobody asked for": "extra-fields",
        "odd elements, keys, signs": "odd-fields",
        "declined": "declined:51 INSUFF FUNDS",
        "approved in part": "partial:1500",
        "approved in part without a word": "less-said:1500",
        "red key": "cancelled",
        "no card in time": "card-timeout",
        "refused with words": "refused:AMOUNT INVALID",
        "debit card as credit": "debit-only",
        "its own paper out": "paper-out",
        "chip failed": "chip-failed",
        "a code nobody knows": "unknown-code:109999",
        "approved after 80 s": "slow-bank:80s",
        "cancelling not heard": "abort-ignored",
        "busy with a dialogue": "busy:3s",
        "starts anew in the middle": "reboot:2s",
        "says no when it is to start anew": "restart-refused",
        "other reference": "wrong-reference",
        "other amount": "wrong-amount:2600",
        "report finds nothing": "status-none",
        "report of another reference": "status-other-reference",
        "report of another amount": "status-other-amount",
        "report does not add up": "totals-off",
        "batch not taken": "batch-refused",
        "clock off": "clock:3600s",
        "sends the card number": "sends-pan",
        "keeps no card": "no-token",
        "nobody signs": "no-signature",
        "cable pulled": "unplug:answer",
    },
    "stripe": {
        "nothing done, no answer": "drop-before",
        "done, no answer": "drop-after",
        "slower than anybody waits": "slow:35s",
        "too many requests": "rate-limited:no",
        "5xx, nothing done": "error-before:503",
        "5xx, done": "error-after:500",
        "JSON cut": "garbled",
        "a value nobody knows": "unknown-enum:status",
        "key not known": "key-refused",
        "key may not": "key-limited",
        "key in use": "in-use",
        "any refusal by its code": "refuse:terminal_reader_hardware_fault",
        "time-out though the reader has it": "timeout-false",
        "time-out": "timeout-true",
        "reader busy": "busy",
        "reader offline": "offline",
        "action stuck": "stuck",
        "action stuck, card charged": "stuck-charged",
        "connection_error, not charged": "connection-error",
        "connection_error, charged": "connection-error-charged",
        "the patient cancels": "customer-cancels",
        "each decline code": "declined:insufficient_funds",
        "no api_error": "api-error-null",
        "slow bank": "slow-bank:80s",
        "another till's payment": "other-till",
        "display replaces the payment": "display-replaces",
        "cancelling refused": "cancel-busy",
        "charged while it is cancelled": "cancel-race",
        "only authorised": "requires-capture",
        "webhook lost": "webhook-lost",
        "webhook late": "webhook-late:5s",
        "webhook twice": "webhook-twice",
        "webhooks reordered": "webhook-reordered",
        "webhook wrongly signed": "webhook-unsigned",
        "refund pending": "refund-pending",
        "refund failed later": "refund-fails",
        "no card to keep": "generated-card-null",
        "holder must agree": "authentication-required",
        "search behind": "search-lag",
        "clock off": "clock-skew:3600",
    },
    "drawer": {
        "stuck": "jammed",
        "flow control held": "hold",
        "unplugged as the pulse arrives": "unplug",
    },
    "display": {
        "flow control held": "hold",
        "unplugged after a text": "unplug",
        "switched off and on, dark": "power-cycle",
    },
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
    "no card for 90 s": ["pax", "--tcp", "127.0.0.1:0", "--card-wait", "90"],
    "by HTTP": ["pax", "--http", "127.0.0.1:0"],
    "a certificate nobody trusts": ["stripe", "--tcp", "127.0.0.1:0", "--tls"],
    "webhooks": ["stripe", "--tcp", "127.0.0.1:0", "--webhook", "http://127.0.0.1:1/"],
    "account without a reader": ["stripe", "--tcp", "127.0.0.1:0", "--reader", ""],
    "drawer that opens on one byte": ["drawer", "--tcp", "127.0.0.1:0", "--opens-on", "07"],
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
    "modem lines unsupported": "test_looking_sends_nothing_and_a_line_without_plug_lines_tells_nothing",
    "a certificate nobody trusts": "test_nobody_is_trusted_who_cannot_prove_that_he_is_stripe",
    "a key again, with other parameters": "test_a_key_with_other_parameters_is_refused",
    "a parameter that is no more": "test_payment_method_types_are_no_longer_supported",
    "every line fault on every route": "test_every_fault_of_the_line_can_be_had_on_every_route",
    "every decline code": "test_cards_behave_as_published",
    "killed at every transition": "test_f14_a_flow_killed_at_every_boundary_leaves_what_really_happened",
    "disk full behind an approval": "test_a_full_disk_after_approval_loses_nothing",
    "two tills at one terminal": "test_busy_reader_is_left_alone_and_the_till_is_named",
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
