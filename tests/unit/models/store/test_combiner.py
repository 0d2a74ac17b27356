"""Work that waits is done together; nobody is forgotten, and one piece that fails spoils no other."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from models.store.combiner import MOST_TOGETHER, Combiner


def test_everybody_gets_their_own_answer() -> None:
    turns: list[int] = []
    running = threading.Semaphore(1)

    def together(key: str, works: Sequence[int]) -> list[int]:
        assert running.acquire(blocking=False)  # one turn at a time
        turns.append(len(works))
        answers = [work * 2 for work in works]
        running.release()
        return answers

    combiner: Combiner[str, int, int] = Combiner(together)
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda work: combiner.run("clinic", work), range(2000)))
    assert answers == [work * 2 for work in range(2000)]
    assert sum(turns) == 2000
    assert max(turns) <= MOST_TOGETHER


def test_what_arrives_while_a_turn_runs_goes_into_the_next() -> None:
    started, go = threading.Event(), threading.Event()
    turns: list[list[int]] = []

    def together(key: str, works: Sequence[int]) -> list[int]:
        turns.append(list(works))
        started.set()
        assert go.wait(20)
        return list(works)

    combiner: Combiner[str, int, int] = Combiner(together)
    threads = [threading.Thread(target=combiner.run, args=("clinic", 0))]
    threads[0].start()
    assert started.wait(20)
    for work in (1, 2, 3):
        threads.append(threading.Thread(target=combiner.run, args=("clinic", work)))
        threads[-1].start()
        while len(combiner._queues["clinic"]) < work:
            threading.Event().wait(0.001)
    go.set()
    for thread in threads:
        thread.join(20)
    assert turns == [[0], [1, 2, 3]]


def test_nobody_is_forgotten_when_more_wait_than_fit_one_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.store.combiner.MOST_TOGETHER", 3)
    started, go = threading.Event(), threading.Event()
    turns: list[int] = []

    def together(key: str, works: Sequence[int]) -> list[int]:
        turns.append(len(works))
        started.set()
        assert go.wait(20)
        return [work * 2 for work in works]

    combiner: Combiner[str, int, int] = Combiner(together)
    with ThreadPoolExecutor(12) as pool:
        first = pool.submit(combiner.run, "clinic", 0)
        assert started.wait(20)
        rest = [pool.submit(combiner.run, "clinic", work) for work in range(1, 11)]
        while len(combiner._queues["clinic"]) < 10:
            threading.Event().wait(0.001)
        go.set()
        assert [done.result(20) for done in [first, *rest]] == [work * 2 for work in range(11)]
    assert turns == [1, 3, 3, 3, 1]


def test_keys_do_not_wait_for_each_other() -> None:
    inside = threading.Barrier(2, timeout=20)

    def together(key: str, works: Sequence[int]) -> list[int]:
        inside.wait()  # passes only when both keys are at work at once
        return list(works)

    combiner: Combiner[str, int, int] = Combiner(together)
    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(lambda key: combiner.run(key, 1), ("one", "two"))) == [1, 1]


def test_a_failing_turn_is_tried_one_by_one() -> None:
    def together(key: str, works: Sequence[int]) -> list[int | BaseException]:
        if 13 in works:
            raise ZeroDivisionError
        return [ValueError() if work == 7 else work for work in works]

    combiner: Combiner[str, int, int] = Combiner(together)

    def run(work: int) -> object:
        try:
            return combiner.run("clinic", work)
        except (ZeroDivisionError, ValueError) as error:
            return type(error)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(run, range(40)))
    assert answers == [{7: ValueError, 13: ZeroDivisionError}.get(work, work) for work in range(40)]
    assert combiner._queues == {}


def test_a_turn_cut_off_wakes_everybody() -> None:
    class Stop(BaseException):
        pass

    def together(key: str, works: Sequence[int]) -> list[int]:
        raise Stop

    combiner: Combiner[str, int, int] = Combiner(together)
    with pytest.raises(Stop):
        combiner.run("clinic", 1)
    assert combiner._queues == {}
