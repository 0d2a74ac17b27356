"""Which backups stay: the newest of each of the last seven days that have one, of four weeks, and of twelve months.

Names tell when and of what: `copaydesk-desk-2-3fa9c2d1-20261121-154205.backup`. No practice, no person.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

DAYS, WEEKS, MONTHS = 7, 4, 12
SUFFIX = ".backup"
_NAME = re.compile(r"copaydesk-(?P<what>desk-\d{1,6}|hub)-(?P<source>[0-9a-f]{8})-(?P<at>\d{8}-\d{6})\.backup")
_AT = "%Y%m%d-%H%M%S"


@dataclass(frozen=True, slots=True)
class BackupName:
    """What a name says. `what` is `hub` or `desk-<number>`; `source` tells two clinics in one folder apart."""

    what: str
    source: str
    at: datetime

    def __str__(self) -> str:
        return f"copaydesk-{self.what}-{self.source}-{self.at.astimezone(UTC):{_AT}}{SUFFIX}"


def parse_name(name: str) -> BackupName | None:
    """What a file's name says, or None when it is no backup of ours."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    try:
        at = datetime.strptime(found["at"], _AT).replace(tzinfo=UTC)
    except ValueError:
        return None
    return BackupName(found["what"], found["source"], at)


def to_remove(names: Iterable[str], what: str, source: str) -> tuple[str, ...]:
    """The names that may go, of one source alone; what is no backup of it is left alone. The newest always stays."""
    parsed = ((parse_name(name), name) for name in names)
    ours = sorted(((told.at, name) for told, name in parsed if told and (told.what, told.source) == (what, source)),
                  reverse=True)  # fmt: skip
    kept = {name for _, name in ours[:1]}
    for most, period in _PERIODS:
        newest: dict[object, str] = {}
        for at, name in ours:
            newest.setdefault(period(at), name)
        kept.update(list(newest.values())[:most])
    return tuple(name for _, name in ours if name not in kept)


_PERIODS: tuple[tuple[int, Callable[[datetime], object]], ...] = (
    (DAYS, lambda at: at.date()),
    (WEEKS, lambda at: at.isocalendar()[:2]),
    (MONTHS, lambda at: (at.year, at.month)),
)
"""So many of the newest of each day, ISO week and month."""
