"""Which banner the line deserves: the worst first, each with words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from app.line_news import news_of
from app.status import _line_light
from app.sync.state import SyncState
from app.words import WORDS, sentence

AT = datetime(2026, 5, 14, 14, 22, tzinfo=UTC)
ZONE = ZoneInfo("America/Chicago")
GOOD = SyncState(True, AT, last_synced_at=AT)
OFFLINE = replace(GOOD, online=False, cause="sync.hub_unreachable", pending=4)
HOURS = 3600_000


def banner(state: SyncState) -> tuple[str, str, str] | None:
    told = {"pending": state.pending, "cause": state.cause}
    news = news_of({"line": _line_light(state, told)})
    if news is None:
        return None
    assert news.words in WORDS
    words = sentence(news.words, news.facts, ZONE)
    return news.meaning, words.title, words.body


@pytest.mark.parametrize(("state", "meaning", "title"), [
    (OFFLINE, "warn", "Offline since 9:22 AM"),
    (replace(OFFLINE, cause="sync.not_the_hub"), "warn", "Offline since 9:22 AM"),
    (replace(OFFLINE, cause="sync.cloned", stopped=True), "bad", "This desk is running twice"),
    (replace(OFFLINE, cause="auth.revoked", stopped=True), "bad", "This desk was taken out of the clinic"),
    (replace(OFFLINE, cause="sync.update_needed", stopped=True, pending=0), "warn",
     "Update needed; your records are safe (sent)"),
    (replace(OFFLINE, cause="sync.update_needed", stopped=True), "warn", "Update needed; your records are safe"),
    (replace(GOOD, repair="sync.repair.hub_restored", repair_count=34), "info",
     "The server was restored; re-sending 34 records"),
    (replace(GOOD, repair="sync.repair.desk_restored", repair_count=12), "info", "This computer was restored"),
    (replace(GOOD, pending=4, still_s=124), "bad", "Nothing went out for 2 min; 4 changes wait"),
    (replace(GOOD, hub_ahead_ms=3 * HOURS), "warn", "Computer clock is 3 h behind"),
    (replace(GOOD, hub_ahead_ms=-10 * 8766 * HOURS), "warn", "Computer clock is 10 years ahead"),
])  # fmt: skip
def test_what_is_said(state: SyncState, meaning: str, title: str) -> None:
    found = banner(state)
    assert found is not None
    assert found[:2] == (meaning, title)
    assert found[2], "a banner also says what it means"


@pytest.mark.parametrize("state", [
    GOOD,
    replace(GOOD, hub_ahead_ms=120_000), replace(GOOD, hub_ahead_ms=-120_000),
    SyncState(False, AT, cause="sync.connecting"),
])  # fmt: skip
def test_nothing_is_said_while_all_is_well(state: SyncState) -> None:
    assert banner(state) is None


def test_h10_two_minutes_are_told_from_the_second_after() -> None:
    found = banner(replace(GOOD, hub_ahead_ms=121_000))
    assert found is not None
    assert found[1] == "Computer clock is 2 min behind"


def test_the_worst_is_said_first() -> None:
    everything = replace(OFFLINE, repair="sync.repair.hub_restored", repair_count=3, hub_ahead_ms=3 * HOURS)
    assert [(banner(state) or ("",) * 3)[0] for state in (
        replace(everything, cause="auth.revoked", stopped=True), everything, replace(everything, online=True),
        replace(everything, online=True, repair=""),
    )] == ["bad", "warn", "info", "warn"]  # fmt: skip


def test_only_the_broken_line_is_waited_for() -> None:
    for state, patient in ((OFFLINE, True), (replace(OFFLINE, cause="auth.revoked", stopped=True), False)):
        news = news_of({"line": _line_light(state, {"cause": state.cause})})
        assert news is not None
        assert news.patient is patient


def test_without_a_line_there_is_no_news() -> None:
    assert news_of({}) is None
