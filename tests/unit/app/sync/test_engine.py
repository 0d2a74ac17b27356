"""What the engine tells the store, and what it makes of damage: with a real hub behind it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from models.operations.protocol import Page
from tests.support.desks import HURRY, ClinicDesk
from tests.support.hub import (  # noqa: F401
    RunningHub,
    session_sqlite_hub,
    sqlite_hub,
    sqlite_hub_template,
    until,
)


@pytest.fixture
def desk(sqlite_hub: RunningHub, tmp_path: Path) -> Iterator[ClinicDesk]:  # noqa: F811
    made = ClinicDesk(tmp_path / "a", sqlite_hub.line(sqlite_hub.practice()), "Desk 1")
    until(lambda: made.engine.state().online)
    yield made
    made.close()


def attempts(desk: ClinicDesk) -> set[bool]:
    with desk.store.reader() as reader:
        return {row[0] != "" for row in reader.execute("SELECT attempted_at FROM outbox").fetchall()}


def test_what_is_recorded_on_a_standing_line_counts_as_sent(desk: ClinicDesk) -> None:
    desk.disconnect()
    desk.patient(2_500)
    assert attempts(desk) == {False}  # nobody else can know it
    desk.connect()
    until(desk.settled)
    assert attempts(desk) == {True}
    until(lambda: desk.store.sends_at_once)
    assert desk.engine.state().online
    desk.patient(2_500)
    assert attempts(desk) == {True}


def test_a_damaged_page_is_fetched_again(desk: ClinicDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.disconnect()
    damaged: list[Page] = []
    desk.connect()
    pull = desk.engine._pages.pull

    def spoil(*arguments: object, **named: object) -> Page:
        page = pull(*arguments, **named)  # type: ignore[arg-type]
        if page.entries and len(damaged) < 3:
            damaged.append(page)
            worse = replace(page.entries[0], transfers=[["CASH:x", "CR:x", 1, "collect", "", 0]])
            return replace(page, entries=(worse, *page.entries[1:]))
        return page

    monkeypatch.setattr(desk.engine._pages, "pull", spoil)
    patient, charge = desk.patient(2_500)
    desk.take(patient, charge, 2_500)
    until(desk.settled)
    assert len(damaged) == 3
    assert desk.balances()[f"AR:{charge}"] == (2_500, 2_500)
    until(lambda: desk.engine.state().online)
    assert not desk.engine.state().stopped


def test_i20_what_lies_still_on_a_standing_line_is_woken_then_told_and_taken_back(
    sqlite_hub: RunningHub,  # noqa: F811
    tmp_path: Path,
) -> None:
    """The loop that sends is stuck: waking it does not help, so the screen is told, until it sends again."""
    free = threading.Event()
    pace = replace(HURRY, watch_s=0.1, first_s=0.02)
    desk = ClinicDesk(tmp_path / "a", sqlite_hub.line(sqlite_hub.practice()), "Desk 1", pace=pace)
    try:
        until(lambda: desk.engine.state().online)
        send = desk.engine.exchange.push_once
        stuck = threading.Event()

        def hang() -> bool:
            stuck.set()
            free.wait(20)
            return send()

        desk.engine.exchange.push_once = hang  # type: ignore[method-assign]
        desk.patient(2_500)
        until(stuck.is_set)
        until(lambda: desk.engine.state().still_s)
        told = desk.engine.state()
        assert told.online
        assert told.pending > 0
        free.set()
        until(desk.settled)
        until(lambda: desk.engine.state().still_s == 0)
    finally:
        free.set()
        desk.close()
