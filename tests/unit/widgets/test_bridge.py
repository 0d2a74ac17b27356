"""What lanes answer comes home on the window's thread, in order, and never to somebody who is gone."""

import logging
import threading

import pytest
from PySide6.QtCore import QObject, QThread
from PySide6.QtWidgets import QApplication
from shiboken6 import delete

from app.lanes import Job, Lane, Progress
from models.basics.errors import DeviceBusy, RuleBroken
from tests.support.stalls import loop_watch
from widgets.bridge import Bridge


@pytest.fixture
def bridge(qapp) -> Bridge:
    return Bridge()


def on_window() -> bool:
    return QThread.currentThread() is QApplication.instance().thread()


def test_everything_arrives_on_the_windows_thread_in_order(bridge, lane, qtbot) -> None:
    heard: list[tuple[str, object, bool]] = []
    owner = QObject()

    def work(job: Job[str]) -> str:
        assert not on_window()
        job.report(Progress("one", 1, 2))
        job.step("two")
        return "end"

    bridge.start(
        lane, work, owner=owner,
        progress=lambda step: heard.append(("step", step.step, on_window())),
        done=lambda value: heard.append(("done", value, on_window())),
    )  # fmt: skip
    qtbot.waitUntil(lambda: len(heard) == 3)
    assert heard == [("step", "one", True), ("step", "two", True), ("done", "end", True)]


def test_nothing_comes_to_an_owner_who_is_gone(bridge, lane, qtbot) -> None:
    heard: list[str] = []
    gone, here, release = QObject(), QObject(), threading.Event()
    bridge.start(lane, lambda _job: release.wait(5), owner=gone, done=lambda _: heard.append("gone"))
    bridge.start(lane, lambda _job: None, owner=here, done=lambda _: heard.append("here"))
    delete(gone)
    release.set()
    qtbot.waitUntil(lambda: "here" in heard)
    assert heard == ["here"]


def test_a_rule_broken_goes_to_who_asked(bridge, lane, qtbot, caplog) -> None:
    heard: list[Exception] = []

    def work(_job: Job[None]) -> None:
        raise RuleBroken("amount.zero")

    bridge.start(lane, work, owner=bridge, failed=heard.append)
    qtbot.waitUntil(lambda: bool(heard))
    assert isinstance(heard[0], RuleBroken)
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


def test_a_bug_is_logged_and_still_answered(bridge, lane, qtbot, caplog) -> None:
    heard: list[Exception] = []
    bridge.start(lane, lambda _job: {}["nothing"], owner=bridge, failed=heard.append)
    qtbot.waitUntil(lambda: bool(heard))
    assert isinstance(heard[0], KeyError)
    assert [record.levelname for record in caplog.records if record.name == "widgets.bridge"] == ["ERROR"]


def test_a_failure_nobody_takes_is_told_to_the_window(bridge, lane, qtbot) -> None:
    def work(_job: Job[None]) -> None:
        raise RuleBroken("amount.zero")

    with qtbot.waitSignal(bridge.went_wrong) as told:
        bridge.start(lane, work, owner=bridge)
    assert told.args[0].message_key == "amount.zero"


def test_a_closed_lane_fails_the_job_instead_of_raising(bridge, qtbot) -> None:
    closed = Lane("printer")
    closed.close()
    heard: list[Exception] = []
    job = bridge.start(closed, lambda _job: None, owner=bridge, failed=heard.append)
    qtbot.waitUntil(lambda: bool(heard))
    assert isinstance(heard[0], DeviceBusy)
    assert job.finished.is_set()


def test_relay_brings_any_threads_call_home(bridge, qtbot) -> None:
    heard: list[tuple[int, bool]] = []
    relay = bridge.relay(bridge, lambda value: heard.append((value, on_window())))
    threads = [threading.Thread(target=relay, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    qtbot.waitUntil(lambda: len(heard) == 20)
    assert all(home for _, home in heard)


def test_listening_ends_with_its_owner(bridge, qtbot) -> None:
    callbacks: list[object] = []

    def subscribe(callback):
        callbacks.append(callback)
        return lambda: callbacks.remove(callback)

    owner, heard = QObject(), []
    bridge.listen(subscribe, owner, heard.append)
    callbacks[0]("news")
    qtbot.waitUntil(lambda: heard == ["news"])
    delete(owner)
    assert callbacks == []


def test_a_bridge_that_is_gone_swallows_what_comes_late(qapp, lane, qtbot) -> None:
    bridge, heard, release = Bridge(), [], threading.Event()
    job = bridge.start(lane, lambda _job: release.wait(5), owner=QObject(), done=heard.append)
    delete(bridge)
    release.set()
    assert job.finished.wait(5)
    QApplication.processEvents()
    assert heard == []


def test_the_loop_stays_free_while_a_lane_waits(bridge, lane, qtbot) -> None:
    heard: list[bool] = []
    with loop_watch() as watch:
        bridge.start(lane, lambda job: job.finished.wait(0.4), owner=bridge, done=heard.append)
        qtbot.waitUntil(lambda: bool(heard))
    assert watch.longest_ms < 100
