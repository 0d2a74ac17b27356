"""A field for a day that has been: what filters are asked with."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from PySide6.QtCore import Signal

from widgets.common.fields import Field

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})$")
_US = re.compile(r"(\d{1,2})[/.](\d{1,2})(?:[/.](\d{2}|\d{4}))?$")


def read_day(text: str, today: date) -> date | None:
    """A typed day: `5/14`, `5/14/26`, `2026-05-14`. Without a year it is the newest such day up to today. None for
    what is no day."""
    typed = text.strip()
    try:
        if found := _ISO.match(typed):
            return date(*map(int, found.groups()))
        if found := _US.match(typed):
            month, day, year = int(found[1]), int(found[2]), found[3]
            if year is None:
                this = date(today.year, month, day)
                return this if this <= today else date(today.year - 1, month, day)
            return date(int(year) + 2000 if len(year) == 2 else int(year), month, day)
    except ValueError:
        return None
    return None


class DayField(Field):
    """A day as typed: `5/14`, `5/14/26`. Emits `changed` with what can be read as a day, or nothing."""

    changed = Signal()

    def __init__(self, name: str, today: Callable[[], date | None]) -> None:
        super().__init__(name, "m/d/y", size="control_small")
        self._today = today
        self.setMaxLength(10)
        self.textEdited.connect(self._typed)

    @property
    def day(self) -> date | None:
        """The day that stands there; None while it is empty or none."""
        today = self._today()
        return read_day(self.text(), today) if today and self.text().strip() else None

    def set_day(self, day: date | None) -> None:
        """Show `day`, but leave a text alone that says the same."""
        if day != self.day:
            self.setText(f"{day.month}/{day.day}/{day.year % 100:02d}" if day else "")
            self.set_wrong(False)

    def _typed(self, text: str) -> None:
        self.set_wrong(bool(text.strip()) and self.day is None)
        self.changed.emit()
