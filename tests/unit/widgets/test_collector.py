"""Garbage of windows goes on the window's thread, never on a lane."""

from __future__ import annotations

import gc
import linecache
import sys
import threading

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from app.lanes import Lane
from widgets.collector import Collector
from widgets.opening import application

pytestmark = pytest.mark.usefixtures("themed")


class Loop:
    """A cycle that tells which thread took it away."""

    def __init__(self, gone: list[int]) -> None:
        self.me, self.gone = self, gone

    def __del__(self) -> None:
        self.gone.append(threading.get_ident())


def busy(_job: object) -> int:
    """Allocates far more than what makes Python collect by itself."""
    return len([[number] for number in range(200_000)])


def test_cycles_go_on_the_windows_thread_whatever_lanes_do(qapp: QApplication, lane: Lane) -> None:
    gone: list[int] = []
    holder = QObject()
    collector = Collector(holder)
    for _ in range(10):
        Loop(gone)
    lane.submit(busy).finished.wait(20)
    assert gone == []
    kept = [[number] for number in range(20_000)]
    collector.look()
    assert gone == [threading.get_ident()] * 10
    assert len(kept) == 20_000
    holder.deleteLater()


def test_the_text_of_modules_does_not_stay_in_memory(qapp: QApplication) -> None:
    holder = QObject()
    assert linecache.getlines(__file__)
    Collector(holder).look()
    assert not linecache.cache
    holder.deleteLater()


def test_python_does_not_collect_by_itself_any_more(qapp: QApplication) -> None:
    gc.enable()
    Collector(QObject(qapp))
    assert not gc.isenabled()


def test_beside_a_window_threads_take_short_turns() -> None:
    """What a lane has ready does not wait for every part of a screen that is drawn."""
    before = sys.getswitchinterval()
    try:
        sys.setswitchinterval(0.005)
        application()
        assert sys.getswitchinterval() <= 0.001
    finally:
        sys.setswitchinterval(before)
