"""A list that follows what is typed: one question at a time, and of those that waited only the newest."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from app.lanes import Lane
from models.basics.errors import RuleBroken
from widgets.bridge import Bridge
from widgets.common.newest import Newest


class Asked:
    """Questions that are answered when `open_gate` is set."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.begun: list[str] = []

    def answer(self, text: str) -> str:
        self.begun.append(text)
        assert self.gate.wait(5)
        if text == "wrong":
            raise RuleBroken("patient.not_found")
        return text.upper()


@pytest.fixture
def lane() -> Iterator[Lane]:
    made = Lane("reads")
    yield made
    made.close()


def test_what_waited_is_asked_as_one(qtbot: QtBot, lane: Lane) -> None:
    bridge, owner, asked = Bridge(), QObject(), Asked()
    newest = Newest(bridge, lane, owner)
    told: list[str] = []
    with qtbot.waitSignal(newest.late):
        for text in ("a", "al", "alv", "alva"):
            newest.ask(lambda text=text: asked.answer(text), told.append, lambda error: told.append(repr(error)))
    assert newest.is_late
    asked.gate.set()
    qtbot.waitUntil(lambda: len(told) == 2)
    assert (asked.begun, told, newest.is_late) == (["a", "alva"], ["A", "ALVA"], False)


def test_a_failure_does_not_hold_up_the_next(qtbot: QtBot, lane: Lane) -> None:
    bridge, owner, asked = Bridge(), QObject(), Asked()
    newest = Newest(bridge, lane, owner)
    told: list[object] = []
    newest.ask(lambda: asked.answer("wrong"), told.append, told.append)
    newest.ask(lambda: asked.answer("right"), told.append, told.append)
    asked.gate.set()
    qtbot.waitUntil(lambda: len(told) == 2)
    assert isinstance(told[0], RuleBroken)
    assert told[1] == "RIGHT"
