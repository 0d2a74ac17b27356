"""When the loops try and wait; what two loops together say of the line."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from app.sync.pace import Backoff, Pace, Wake
from app.sync.state import StateBoard, SyncState
from models.basics.clock import FixedClock


@given(st.integers(0, 60), st.floats(0, 1000))
def test_pauses_grow_to_a_limit_and_keep_what_was_asked(failures: int, asked_s: float) -> None:
    pace = Pace(first_s=1.0, longest_s=300.0)
    backoff = Backoff(pace)
    for n in range(failures):
        assert 0 <= backoff.next_s() <= min(2.0**n, 300.0)
    pause_s = backoff.next_s(asked_s)
    assert min(asked_s, 300.0) <= pause_s <= 300.0
    backoff.reset()
    assert backoff.next_s() <= 1.0


def test_work_wakes_the_idle_but_not_the_pausing() -> None:
    wake = Wake()
    wake.work()
    wake.idle(60)  # returns at once
    woken: list[str] = []

    def pause() -> None:
        wake.pause(60)
        woken.append("urged")

    thread = threading.Thread(target=pause)
    thread.start()
    wake.work()
    assert not woken
    wake.urge()
    thread.join(5)
    assert woken == ["urged"]


def test_two_loops_make_one_state() -> None:
    clock = FixedClock(datetime(2026, 3, 2, 14, tzinfo=UTC))
    board = StateBoard(clock, pending=3)
    seen: list[SyncState] = []
    end = board.subscribe(seen.append)
    began = clock.now()
    assert board.state() == SyncState(False, began, 3, None, "sync.connecting")
    clock.advance(5)
    assert board.met("pull", 3)
    assert board.state() == SyncState(True, clock.now(), 3, clock.now())
    came_at = clock.now()
    assert board.failed("push", "sync.hub_busy", stopped=False, pending=4)
    assert not board.failed("push", "sync.hub_busy", stopped=False, pending=4)
    clock.advance(5)
    board.met("pull", 4)  # fetching works, sending still does not
    assert (board.state().online, board.state().cause, board.state().since) == (False, "sync.hub_busy", came_at)
    board.failed("pull", "auth.revoked", stopped=True, pending=4)
    assert (board.state().cause, board.state().stopped) == ("auth.revoked", True)  # what a person must see wins
    board.met("push", 0)
    board.met("pull", 0)
    assert board.state() == SyncState(True, clock.now(), 0, clock.now())
    end()
    board.waiting(9)
    assert [state.pending for state in seen] == [3, 4, 4, 0, 0]  # not for the time of day alone


def test_h11_who_mends_has_the_hubs_answer_and_is_not_called_offline() -> None:
    board = StateBoard(FixedClock(datetime(2026, 5, 14, tzinfo=UTC)), pending=0)
    board.failed("pull", "sync.line_broken", stopped=False, pending=0)
    board.repairing("sync.repair.hub_restored", 34)
    state = board.state()
    assert (state.online, state.cause, state.repair, state.repair_count) == (True, "", "sync.repair.hub_restored", 34)
    board.failed("pull", "auth.revoked", stopped=True, pending=0)
    board.repairing("sync.repair.hub_restored", 30)
    assert board.state().stopped, "what stops the desk is not mended"
