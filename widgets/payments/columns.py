"""The eight columns of the list (S2-02): which are shown, and how wide, as this desk remembers it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from widgets.common.table import Column

COLUMNS: Final[dict[str, Column]] = {
    "number": Column("Payment ID", 126),
    "patient": Column("Patient", 150, 2),
    "amount": Column("Amount", 104, right=True),
    "status": Column("Status", 164),
    "due": Column("Due date", 98),
    "treatment": Column("Treatment", 106),
    "created": Column("Created", 118),
    "memo": Column("Memo", 150, 3),
}
NEVER_HIDDEN: Final = "number"
LEAST, MOST = 60, 600
"""How wide a column may be set, in pixels at 100 %."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a desk made of the columns. `widths` (pixels at 100 %) are those somebody set; a set width does not grow."""

    hidden: frozenset[str] = frozenset()
    widths: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str) -> Shown:
        """From what was remembered (`memo=0 patient=220`); anything else is as the program comes."""
        pairs = [part.partition("=") for part in text.split()]
        known = {name: int(width) for name, _, width in pairs if name in COLUMNS and width.isdecimal()}
        hidden = frozenset(name for name, width in known.items() if width == 0 and name != NEVER_HIDDEN)
        return cls(hidden, {name: min(max(width, LEAST), MOST) for name, width in known.items() if width})

    @property
    def text(self) -> str:
        """How it is remembered; empty for what the program comes with."""
        widths = {**self.widths, **dict.fromkeys(self.hidden, 0)}
        return " ".join(f"{name}={widths[name]}" for name in COLUMNS if name in widths)

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that are shown, in their order."""
        return tuple(name for name in COLUMNS if name not in self.hidden)

    @property
    def columns(self) -> tuple[Column, ...]:
        """The same for a table. The last one takes what room is left."""
        return tuple(self._column(name) for name in self.names)

    def _column(self, name: str) -> Column:
        own = COLUMNS[name]
        return replace(own, width=self.widths[name], stretch=0) if name in self.widths else own

    def sized(self, name: str, width: int) -> Shown:
        """With a column as wide as somebody drew it."""
        return replace(self, widths={**self.widths, name: min(max(width, LEAST), MOST)})
