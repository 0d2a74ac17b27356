"""Which backups stay: seven days, four weeks, twelve months, and always the newest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from models.rules.keeping import BackupName, parse_name, to_remove

START = datetime(2026, 3, 16, 7, 30, tzinfo=UTC)


def names(*moments: datetime, what: str = "desk-2", source: str = "3fa9c2d1") -> list[str]:
    return [str(BackupName(what, source, at)) for at in moments]


def test_a_name_says_when_and_of_what() -> None:
    name = str(BackupName("desk-2", "3fa9c2d1", START))
    assert name == "copaydesk-desk-2-3fa9c2d1-20260316-073000.backup"
    assert parse_name(name) == BackupName("desk-2", "3fa9c2d1", START)
    for other in ("notes.txt", name + ".suspect", name + ".part", name.replace("0316", "1399"), "../" + name):
        assert parse_name(other) is None


def test_a_year_of_nightly_backups() -> None:
    days = [START - timedelta(days=n) for n in range(365)]
    kept = sorted(set(names(*days)) - set(to_remove(names(*days), "desk-2", "3fa9c2d1")), reverse=True)
    assert kept[:7] == names(*days[:7])
    assert len(kept) <= 7 + 4 + 12
    told = [parse_name(name) for name in kept]
    assert len({(name.at.year, name.at.month) for name in told if name}) == 12


def test_several_a_day_leave_the_last_of_each_day() -> None:
    moments = [START - timedelta(hours=n) for n in range(96)]
    kept = set(names(*moments)) - set(to_remove(names(*moments), "desk-2", "3fa9c2d1"))
    assert kept == set(names(*(START - timedelta(hours=n) for n in (0, 8, 32, 56, 80))))


@given(st.lists(st.integers(0, 900), min_size=1, unique=True))
def test_the_newest_stays_and_others_are_left_alone(days: list[int]) -> None:
    own = names(*(START - timedelta(days=n) for n in days))
    foreign = [*names(START, what="hub"), *names(START, source="00000000"), "holiday.jpg", own[0] + ".suspect"]
    gone = to_remove([*own, *foreign], "desk-2", "3fa9c2d1")
    assert set(gone) < set(own)
    assert max(own) not in gone
    left = sorted(set(own) - set(gone))
    assert to_remove(left, "desk-2", "3fa9c2d1") == ()  # nothing more goes the next day for nothing
