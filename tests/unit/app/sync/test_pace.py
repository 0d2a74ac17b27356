"""When the loops try and wait; what two loops together say of the line."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from app.sync.pace import Backoff, Pace, Wake
from app.sync.state import StateBoard, SyncState
from models.basics.clock import FixedClock
from models.basics.errors import StorageError


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
    pending = 3
    board = StateBoard(clock, lambda: pending)
    seen: list[SyncState] = []
    end = board.subscribe(seen.append)
    began = clock.now()
    assert board.state() == SyncState(False, began, 3, None, "sync.connecting")
    clock.advance(5)
    assert board.met("pull")
    assert board.state() == SyncState(True, clock.now(), 3, clock.now())
    came_at = clock.now()
    pending = 4
    assert board.failed("push", "sync.hub_busy", stopped=False)
    assert not board.failed("push", "sync.hub_busy", stopped=False)
    clock.advance(5)
    board.met("pull")  # fetching works, sending still does not
    assert (board.state().online, board.state().cause, board.state().since) == (False, "sync.hub_busy", came_at)
    board.failed("pull", "auth.revoked", stopped=True)
    assert (board.state().cause, board.state().stopped) == ("auth.revoked", True)  # what a person must see wins
    pending = 0
    board.met("push")
    board.met("pull")
    assert board.state() == SyncState(True, clock.now(), 0, clock.now())
    end()
    pending = 9
    assert board.waiting() == 9
    assert [state.pending for state in seen] == [3, 4, 4, 0, 0]  # not for the time of day alone


def test_h11_who_mends_has_the_hubs_answer_and_is_not_called_offline() -> None:
    board = StateBoard(FixedClock(datetime(2026, 5, 14, tzinfo=UTC)), lambda: 0)
    board.failed("pull", "sync.line_broken", stopped=False)
    board.repairing("sync.repair.hub_restored", 34)
    state = board.state()
    assert (state.online, state.cause, state.repair, state.repair_count) == (True, "", "sync.repair.hub_restored", 34)
    board.failed("pull", "auth.revoked", stopped=True)
    board.repairing("sync.repair.hub_restored", 30)
    assert board.state().stopped, "what stops the desk is not mended"


def test_what_waits_is_counted_by_one_at_a_time_and_told_in_order() -> None:
    """A loop that counts slowly while the other one sends must not bring its old number back."""
    waits, counting, go_on = [4], threading.Event(), threading.Event()

    def count() -> int:
        found = waits[0]
        if threading.current_thread().name == "slow":
            counting.set()
            assert go_on.wait(5)
        return found

    board = StateBoard(FixedClock(datetime(2026, 5, 14, tzinfo=UTC)), count)
    seen: list[int] = []
    board.subscribe(lambda state: seen.append(state.pending))
    slow = threading.Thread(target=board.met, args=("pull",), name="slow")
    slow.start()
    assert counting.wait(5)
    waits[0] = 0  # sent meanwhile
    sender = threading.Thread(target=board.met, args=("push",))
    sender.start()
    assert board.state().pending == 4  # who only asks does not wait for them
    go_on.set()
    slow.join(5)
    sender.join(5)
    assert (board.state().pending, seen) == (0, [4, 0])


def test_a_store_that_cannot_count_leaves_the_number_of_before() -> None:
    broken = False

    def count() -> int:
        if broken:
            raise StorageError("store.disk_full")
        return 4

    board = StateBoard(FixedClock(datetime(2026, 5, 14, tzinfo=UTC)), count)
    board.met("pull")
    broken = True
    assert board.failed("push", "store.disk_full", stopped=False)
    assert (board.state().pending, board.state().cause) == (4, "store.disk_full")
