"""What the lock shows. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from app.views import StaffTile

SHORTEST, LONGEST = 4, 6
"""A PIN's digits; how a new one must look is a rule of the front desk, these are the boxes on the screen."""


@dataclass(frozen=True, slots=True)
class LockState:
    """The lock as it stands. `chosen` is a staff id; `message` is what is wrong, with `wait_s` counting down;
    `note` says what goes on behind the lock."""

    tiles: tuple[StaffTile, ...] = ()
    chosen: str = ""
    busy: bool = False
    message: str = ""
    wait_s: int = 0
    reason: str = ""
    note: str = ""

    @property
    def tile(self) -> StaffTile | None:
        """Who is chosen."""
        return next((tile for tile in self.tiles if tile.staff_id == self.chosen), None)


def first_name(name: str) -> str:
    """What a colleague is called: the first word, but never a title alone (`Dr. Okafor` stays whole)."""
    words = name.split()
    return name if not words or words[0].endswith(".") else words[0]


def step(tiles: tuple[StaffTile, ...], chosen: str, by: int) -> str:
    """The staff id `by` tiles from the chosen one, going around."""
    if not tiles:
        return ""
    ids = [tile.staff_id for tile in tiles]
    at = ids.index(chosen) if chosen in ids else 0
    return ids[(at + by) % len(ids)]


def wait_text(seconds: int) -> str:
    """`4:59`, the time until the next try."""
    return f"{seconds // 60}:{seconds % 60:02d}"
