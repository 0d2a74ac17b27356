"""Lets work that arrives while other work of its kind is running be done together in the next turn."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
W = TypeVar("W")
A = TypeVar("A")

MOST_TOGETHER = 64


class _Waiting(Generic[W, A]):
    def __init__(self, work: W) -> None:
        self.work = work
        self.answer: A | BaseException | None = None
        self.done = threading.Event()
        self.leads = False


class Combiner(Generic[K, W, A]):
    """One turn at a time per key; the first to wait leads the next turn and does everybody's work.

    `together` answers each piece of work, or gives the error that piece meets. When it raises, every piece of that turn
    is tried alone, so that one cannot spoil the others.
    """

    def __init__(self, together: Callable[[K, Sequence[W]], Sequence[A | BaseException]]) -> None:
        self._together = together
        self._lock = threading.Lock()
        self._queues: dict[K, list[_Waiting[W, A]]] = {}

    def run(self, key: K, work: W) -> A:
        """Do `work`, perhaps with others'. Blocks until it is done; raises what it met."""
        mine: _Waiting[W, A] = _Waiting(work)
        with self._lock:
            queue = self._queues.get(key)
            if queue is None:
                self._queues[key] = []
                mine.leads = True
            else:
                queue.append(mine)
        if not mine.leads:
            mine.done.wait()
        if mine.leads:
            self._lead(key, mine)
        answer = mine.answer
        if isinstance(answer, BaseException):
            raise answer
        assert answer is not None
        return answer

    def _lead(self, key: K, mine: _Waiting[W, A]) -> None:
        with self._lock:
            queue = self._queues[key]
            turn = [mine, *queue[: MOST_TOGETHER - 1]]
            del queue[: MOST_TOGETHER - 1]
        try:
            self._answer(key, turn)
        finally:
            self._hand_over(key, turn)

    def _answer(self, key: K, turn: list[_Waiting[W, A]]) -> None:
        try:
            answers = self._together(key, [waiting.work for waiting in turn])
        except Exception as error:
            if len(turn) == 1:
                turn[0].answer = error
                return
            for waiting in turn:
                self._answer(key, [waiting])
            return
        for waiting, answer in zip(turn, answers, strict=True):
            waiting.answer = answer

    def _hand_over(self, key: K, turn: list[_Waiting[W, A]]) -> None:
        """Wake this turn's workers, and make the first who waits lead the next turn."""
        with self._lock:
            queue = self._queues[key]
            following = queue.pop(0) if queue else None
            if following is None:
                del self._queues[key]
        for waiting in turn[1:]:
            if waiting.answer is None:
                waiting.answer = RuntimeError("the turn ended without an answer")
            waiting.done.set()
        if following is not None:
            following.leads = True
            following.done.set()
