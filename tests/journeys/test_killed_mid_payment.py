"""SIGKILL at every transition of the journal, real processes on real pseudo-terminals: asked about at the next start,
posted once or not at all, never charged twice (device rules 1 and 2, domain row N52)."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.folders import Folders
from app.views import CollectEnd, TenderKind
from devices.base import BatchOutcome
from devices.registry import PAX_MEDIA
from devices.terminals.pax_link import CABLE, SERIAL_TIMERS
from models.operations.records import Rules
from tests.support.clinic import MARIA, TestClinic
from tests.support.counter import Counter, furnish, rosa_with_copay_and_balance
from tests.support.killed_paying import DesksThatDie
from tests.support.simulators import PaxProcess, pax_running
from tests.support.waiting import until

HASTY = replace(SERIAL_TIMERS, ask_again_s=0.05, quiet_s=0.3)
"""Only the next life is in a hurry: between two reports that find nothing it need not wait as long as at a desk."""


@pytest.fixture(scope="module")
def terminal_process() -> Iterator[PaxProcess]:
    with pax_running() as running:
        yield running


@pytest.fixture
def terminal(terminal_process: PaxProcess, monkeypatch: pytest.MonkeyPatch) -> PaxProcess:
    monkeypatch.setitem(PAX_MEDIA, "serial", (HASTY, CABLE))
    terminal_process.reset()
    return terminal_process


def next_life(folders: Folders) -> Counter:
    """The desk is started again, and has asked about everything that was open."""
    desk = Counter(folders)
    until(lambda: desk.desk.recovery.asked, 60)
    return desk


def signs_from_50(clinic: TestClinic) -> None:
    rosa_with_copay_and_balance(clinic)
    clinic.put(Rules(sign_from_cents=5000))


def test_killed_between_approval_and_signature_the_payment_stands(
    tmp_path: Path, desks: DesksThatDie, terminal: PaxProcess
) -> None:  # fmt: skip
    """Nothing is lost: without a printer somebody is told, and the reader is not asked again (nobody stands there)."""
    folders = furnish(tmp_path, signs_from_50, terminal=terminal.url)
    assert desks.one(folders.home, "pay", "before_signature", 1) == signal.SIGKILL
    desk = next_life(folders)
    try:
        assert (desk.payments(), terminal.captured_cents()) == ([("card", 7500, "")], 7500)
        assert [item.kind for item in desk.desk.attention.items()] == ["unsigned"]
        assert (terminal.requests("T00"), terminal.requests("A20")) == (1, 0)
        desk.holds()
    finally:
        desk.close()


SALES = {
    ("before_commit", 1): (0, []),  # the try was never written down: nothing was sent
    ("after_commit", 1): (0, ["not_performed"]),
    ("before_card", 1): (0, ["not_performed"]),
    ("unwritten", 1): (0, ["not_performed"]),
    ("half_written", 1): (0, ["not_performed"]),
    ("written", 1): (7500, ["approved"]),
    ("acknowledged", 1): (7500, ["approved"]),
    ("answered", 1): (7500, ["approved"]),
    ("thanked", 1): (7500, ["approved"]),
    ("after_card", 1): (7500, ["approved"]),
    ("before_commit", 2): (7500, ["approved"]),
    ("after_commit", 2): (7500, ["approved"]),  # posted, and nobody was told
}
"""Where a desk dies that takes a card, what the bank has then, and what the journal says after the next start."""


@pytest.mark.parametrize(("moment", "times"), SALES)
def test_rule_2_a_sale(tmp_path: Path, desks: DesksThatDie, terminal: PaxProcess, moment: str, times: int) -> None:
    captured, outcomes = SALES[moment, times]
    folders = furnish(tmp_path, rosa_with_copay_and_balance, terminal=terminal.url)
    assert desks.one(folders.home, "pay", moment, times) == signal.SIGKILL
    desk = next_life(folders)
    try:
        assert terminal.captured_cents() == captured
        assert desk.payments() == ([("card", captured, "")] if captured else [])
        assert [row[0] for row in desk.rows("SELECT outcome FROM terminal_attempt")] == outcomes
        assert terminal.requests("T00") == (1 if captured else 0)
        assert desk.desk.attention.items() == ()
        if not captured:
            assert desk.collect(desk.request(desk.sheet(), TenderKind.CARD)).end is CollectEnd.TAKEN
            assert terminal.captured_cents() == 7500
        desk.holds()
    finally:
        desk.close()


NOT_SENT = (("before_commit", 1), ("after_commit", 1), ("before_card", 1), ("unwritten", 1), ("half_written", 1))
SENT = (("written", 1), ("acknowledged", 1), ("answered", 1), ("thanked", 1), ("after_card", 1), ("before_commit", 2),
        ("after_commit", 2))  # fmt: skip
"""Where a desk dies before the reader was asked for something, and after."""
VOIDS = {**dict.fromkeys(NOT_SENT, False), **dict.fromkeys(SENT, True)}
"""Where a desk dies that takes a card payment back, and whether the money went back."""


@pytest.mark.parametrize(("moment", "times"), VOIDS)
def test_a_void(tmp_path: Path, desks: DesksThatDie, terminal: PaxProcess, moment: str, times: int) -> None:
    folders = furnish(tmp_path, rosa_with_copay_and_balance, terminal=terminal.url)
    assert desks.one(folders.home, "undo", moment, times) == signal.SIGKILL
    desk = next_life(folders)
    try:
        back = VOIDS[moment, times]
        assert terminal.captured_cents() == (0 if back else 7500)
        [(tender, cents, reversed_at)] = desk.payments()
        assert (tender, cents, bool(reversed_at)) == ("card", 7500, back)
        assert desk.desk.attention.items() == ()
        desk.holds()
    finally:
        desk.close()


REFUNDS = {**dict.fromkeys(NOT_SENT, "failed"), **dict.fromkeys(SENT, "paid"), NOT_SENT[0]: ""}
"""Where a desk dies that gives part of a card payment back, and what its books say of that after the next start."""


@pytest.mark.parametrize(("moment", "times"), REFUNDS)
def test_a_refund(tmp_path: Path, desks: DesksThatDie, terminal: PaxProcess, moment: str, times: int) -> None:
    folders = furnish(tmp_path, rosa_with_copay_and_balance, terminal=terminal.url)
    assert desks.one(folders.home, "refund", moment, times) == signal.SIGKILL
    desk = next_life(folders)
    try:
        state = REFUNDS[moment, times]
        assert desk.rows("SELECT state, amount_cents FROM refund") == ([(state, 2500)] if state else [])
        assert terminal.captured_cents() == (5000 if state == "paid" else 7500)
        assert terminal.requests("T00") == (2 if state == "paid" else 1), "nothing is sent a second time"
        assert desk.desk.attention.items() == ()
        desk.holds()
    finally:
        desk.close()


BATCHES = {"unwritten": False, "half_written": False, "written": True, "answered": True, "thanked": True}


@pytest.mark.parametrize("moment", BATCHES)
def test_a_batch(tmp_path: Path, desks: DesksThatDie, terminal: PaxProcess, moment: str) -> None:
    """A batch has no journal: the reader itself says at the next start whether it still holds it, and what is in the
    books stays there either way. What was not sent is sent then, once."""
    folders = furnish(tmp_path, rosa_with_copay_and_balance, terminal=terminal.url)
    assert desks.one(folders.home, "batch", moment) == signal.SIGKILL
    desk = next_life(folders)
    try:
        sent = BATCHES[moment]
        lane, reader = desk.desk.lanes["terminal"], desk.desk.reader_batch
        assert lane.call(reader.totals, 60).cents == (0 if sent else 7500)
        if not sent:
            assert lane.call(lambda job: reader.close(MARIA, job), 60).outcome is BatchOutcome.CLOSED
        assert terminal.requests("B00") == 1
        assert (desk.payments(), terminal.captured_cents()) == ([("card", 7500, "")], 7500)
        desk.holds()
    finally:
        desk.close()


@pytest.mark.parametrize("moment", ["unwritten", "written", "answered", "thanked"])
def test_killed_while_finding_out(tmp_path: Path, desks: DesksThatDie, terminal: PaxProcess, moment: str) -> None:
    """The life that was to find out dies too, with the question or the answer in its hands; the one after it does."""
    folders = furnish(tmp_path, rosa_with_copay_and_balance, terminal=terminal.url)
    assert desks.one(folders.home, "pay", "after_card") == signal.SIGKILL
    assert desks.one(folders.home, "recover", moment) == signal.SIGKILL
    desk = next_life(folders)
    try:
        assert desk.payments() == [("card", 7500, "")]
        assert (terminal.captured_cents(), terminal.requests("T00")) == (7500, 1)
        desk.holds()
    finally:
        desk.close()
