"""Devices: exchanges with simulated machines, and how long the window stands still while a card is waited for."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bench.measure import Row, spread

if TYPE_CHECKING:
    from tests.support.front import Front

EXCHANGES = 400
PAYMENTS = 10
PAGES = 3
"""Windows in which every page of Settings is opened."""
PULLS = 6
"""How often each cable is pulled."""
SETTLED_TICKS = 40
"""So many ticks of the watch after a page was opened, nothing of it is left to do."""


def exchanges() -> Row:
    """One question to a simulated machine and its answer, each a process on a pseudo-terminal; the drivers' own way."""
    from devices.registry import printer_for, terminal_for
    from tests.support.simulators import pax_running, printer_running

    with pax_running() as reader, printer_running() as printer:
        terminal, paper = terminal_for(reader.url), printer_for(printer.url)
        try:
            asked = _timed(terminal.diagnosis, EXCHANGES)
            looked = _timed(paper.status, EXCHANGES)
        finally:
            terminal.close()
            paper.close()
    ours, printer_spread = spread(asked), spread(looked)
    return Row(
        "simulator exchange, card reader", ours, "printer, three questions", printer_spread,
        figures={
            "reader exchanges/s": round(len(asked) / sum(asked)),
            "printer questions/s": round(3 * len(looked) / sum(looked)),
        },
    )  # fmt: skip


def _timed(work: Callable[[], object], rounds: int) -> list[float]:
    for _ in range(10):
        work()
    timings = []
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        timings.append(time.perf_counter() - started)
    return timings


def stalls() -> Row:
    """The event loop of the whole window through card payments with receipts, by keys alone: how much
    later than due a timer of 5 ms came. p99 is of all its ticks; the longest is among the figures."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from tests.support.front import front
    from tests.support.simulators import pax_running, printer_running
    from widgets.opening import application
    from widgets.screens import APPROVED, COLLECT

    application()
    late: list[float] = []
    folder = Path(tempfile.mkdtemp(prefix="copaydesk-stalls-"))
    try:
        with pax_running() as reader, printer_running() as printer:
            for n in range(PAYMENTS):
                reader.reset()
                with front(folder / str(n), terminal=reader.url, printer=printer.url) as desk:
                    desk.watch.late_ms.clear()
                    desk.press("Return")
                    desk.arrive(COLLECT, partial(_offers, desk))
                    desk.press("Return")
                    desk.arrive(APPROVED)
                    late += desk.watch.late_ms
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    ours = spread([each / 1000 for each in late])
    return Row("window stands still, card payments", ours, "", target_ms=100.0, target_at="p99",
               figures={"longest ms": round(max(late), 1), "payments": PAYMENTS, "ticks": len(late)})  # fmt: skip


def _offers(desk: Front) -> bool:
    return bool(desk.state.primary)


def settings_pages() -> Row:
    """Every page of Settings opened for the first time, nothing prepared: how long the window was away at each. The
    longest of a round is among the figures."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from tests.support.front import front
    from widgets.opening import application
    from widgets.screens import SETTINGS, Place
    from widgets.settings.state import SECTIONS

    application()
    away: dict[str, list[float]] = {section.name: [] for section in SECTIONS}
    folder = Path(tempfile.mkdtemp(prefix="copaydesk-settings-"))
    try:
        for n in range(PAGES):
            with front(folder / str(n)) as desk:
                for name, found in away.items():
                    desk.watch.longest_ms = 0.0
                    ticks = len(desk.watch.late_ms)
                    desk.window.navigator.go(Place(SETTINGS, item=name))
                    desk.wait(partial(_ticked, desk, ticks + SETTLED_TICKS))
                    found.append(desk.watch.longest_ms)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    ours = spread([each / 1000 for found in away.values() for each in found])
    longest, slowest = max((max(found), name) for name, found in away.items())
    figures: dict[str, float | int | str] = {"longest ms": round(longest, 1), "of page": slowest, "pages": len(away)}
    return Row("window stands still, Settings' pages", ours, "", target_ms=100.0, target_at="p99", figures=figures)


def live_state() -> Row:
    """Settings > Devices on the screen: from a cable pulled or plugged, or a cover opened or closed, until the device's
    card says so. Real simulators on pseudo-terminals, the whole window; each at another moment of the watch's round."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from tests.support.front import front
    from tests.support.simulators import pax_running, printer_running
    from widgets.opening import application

    application()
    took: dict[str, list[float]] = {}
    folder = Path(tempfile.mkdtemp(prefix="copaydesk-live-"))
    try:
        with pax_running() as reader, printer_running() as printer:
            acts: tuple[tuple[str, str, tuple[str, ...], Callable[[], object]], ...] = (
                ("reader pulled", "reader", ("Not connected",), reader.unplug),
                ("reader plugged", "reader", ("Ready",), reader.replug),
                ("cover opened", "printer", ("Cover open",), lambda: printer.always("cover-open")),
                ("cover closed", "printer", ("Ready", "Paper low"), printer.clear),
                ("printer pulled", "printer", ("Not connected",), printer.unplug),
                ("printer plugged", "printer", ("Ready", "Paper low"), printer.replug),
            )
            with front(folder, terminal=reader.url, printer=printer.url) as desk:
                _look_at_devices(desk)
                for n in range(PULLS):
                    for name, key, words, act in acts:
                        _rest(desk, n * 0.13)
                        began = time.perf_counter()
                        desk.meanwhile(act)
                        desk.wait(partial(_says, desk, key, words))
                        took.setdefault(name, []).append(time.perf_counter() - began)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    ours = spread([each for found in took.values() for each in found])
    figures: dict[str, float | int | str] = {f"{name}, longest ms": round(max(found) * 1000)
                                             for name, found in took.items()}  # fmt: skip
    return Row("live state: seen until shown", ours, "", target_ms=2000.0, target_at="p99", figures=figures)


def _look_at_devices(desk: Front) -> None:
    from tests.support.people import PRIYA
    from widgets.screens import SETTINGS, Place
    from widgets.settings.state import DEVICES

    desk.window.session.sign_in(PRIYA)
    desk.window.navigator.top(Place(SETTINGS, item=DEVICES))
    desk.arrive(SETTINGS)
    for key in ("reader", "printer"):
        desk.wait(partial(_says, desk, key, ("Ready", "Paper low")))


def _says(desk: Front, key: str, words: tuple[str, ...]) -> bool:
    from widgets.devices.presenter import DevicesPresenter

    presenter = desk.view.findChild(DevicesPresenter)
    card = presenter._part.cards.get(key) if presenter is not None else None
    return card is not None and card.pill.text in words


def _rest(desk: Front, seconds: float) -> None:
    until = time.monotonic() + seconds
    desk.wait(lambda: time.monotonic() > until)


def _ticked(desk: Front, ticks: int) -> bool:
    return len(desk.watch.late_ms) > ticks


ROWS = {"simulator exchange": exchanges, "window stands still": stalls, "settings pages": settings_pages,
        "live state": live_state}  # fmt: skip
