"""Ids that never go back, and times that never lose their zone."""

from __future__ import annotations

import threading
import time
import uuid
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.basics.clock import FixedClock, SystemClock, business_date, parse_utc, utc_text
from models.basics.facts import facts
from models.basics.ids import IdMaker, natural_id, new_id

EARLY, LATE = datetime.fromisoformat("1970-01-02"), datetime.fromisoformat("2200-01-01")


def test_ids_are_time_ordered_uuids_of_version_7() -> None:
    before = time.time_ns() // 1_000_000
    made = uuid.UUID(new_id())
    after = time.time_ns() // 1_000_000
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert before <= made.int >> 80 <= after
    assert str(made) == str(made).lower()


def test_ids_never_go_back_when_the_clock_does(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = [1_700_000_000_000, 1_700_000_000_000, 1_699_000_000_000, 1_600_000_000_000, 1_700_000_000_001]
    maker, made = IdMaker(), []
    for ms in moments * 3:
        monkeypatch.setattr(time, "time_ns", lambda ms=ms: ms * 1_000_000)
        made.append(maker.new())
    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_many_ids_within_one_moment_stay_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: 1_700_000_000_000_000_000)
    maker = IdMaker()
    made = [maker.new() for _ in range(20_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_a_maker_goes_on_where_the_store_stood() -> None:
    ahead = (time.time_ns() // 1_000_000) + 3_600_000
    assert uuid.UUID(IdMaker(ahead).new()).int >> 80 >= ahead


def test_threads_get_different_ids() -> None:
    maker, made = IdMaker(), []

    def work() -> None:
        made.extend([maker.new() for _ in range(2000)])

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 16_000


def test_natural_ids_are_the_same_everywhere_and_parts_do_not_run_together() -> None:
    assert natural_id("clinic", "visit-1", "COPAY") == natural_id("clinic", "visit-1", "COPAY")
    assert natural_id("a", "bc") != natural_id("ab", "c")
    assert uuid.UUID(natural_id("x")).version == 5


@given(st.datetimes(min_value=EARLY, max_value=LATE, timezones=st.timezones()))
def test_moments_survive_as_text(moment: datetime) -> None:
    text = utc_text(moment)
    assert text.endswith("Z")
    assert len(text) == 24
    assert abs(parse_utc(text) - moment) < timedelta(milliseconds=1)


def test_text_of_moments_sorts_by_time() -> None:
    east = datetime(2026, 3, 16, 9, 0, tzinfo=timezone(timedelta(hours=9)))
    west = datetime(2026, 3, 15, 20, 0, tzinfo=timezone(timedelta(hours=-7)))
    assert utc_text(east) < utc_text(west)


def test_naive_times_are_refused() -> None:
    naive = EARLY
    for attempt in (lambda: utc_text(naive), lambda: FixedClock(naive), lambda: parse_utc("2026-03-16T00:00:00")):
        with pytest.raises(ValueError, match=r"naive|aware"):
            attempt()


DAYS = [
    (datetime(2026, 3, 16, 5, 59, tzinfo=UTC), 0, date(2026, 3, 15)),  # 23:59 in Denver
    (datetime(2026, 3, 16, 6, 0, tzinfo=UTC), 0, date(2026, 3, 16)),
    (datetime(2026, 3, 16, 8, 30, tzinfo=UTC), 4, date(2026, 3, 15)),  # 02:30, the clinic closes its day at 04:00
    (datetime(2026, 3, 8, 8, 30, tzinfo=UTC), 0, date(2026, 3, 8)),  # clocks change that night
    (datetime(2026, 11, 1, 7, 30, tzinfo=UTC), 0, date(2026, 11, 1)),
]


@pytest.mark.parametrize(("moment", "closing", "day"), DAYS)
def test_the_clinics_day(moment: datetime, closing: int, day: date) -> None:
    assert business_date(moment, ZoneInfo("America/Denver"), closing) == day


def test_clocks() -> None:
    clock = FixedClock(datetime(2026, 3, 16, tzinfo=UTC))
    clock.advance(90)
    assert (clock.now(), clock.monotonic()) == (datetime(2026, 3, 16, 0, 1, 30, tzinfo=UTC), 90.0)
    system = SystemClock()
    assert system.now().tzinfo is UTC
    assert system.monotonic() <= system.monotonic()


def test_the_log_takes_ids_and_numbers_only() -> None:
    assert facts(payment="0195a-1", cents=5, ok=True, none=None)["facts"]["cents"] == 5
    for personal in ("Ann Quillfeather", "two words", "", "x" * 65, "naïve"):
        with pytest.raises(TypeError):
            facts(name=personal)
