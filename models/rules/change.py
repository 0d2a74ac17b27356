"""Cash at the desk: what a patient will probably hand over, and the notes to hand back."""

from __future__ import annotations

NOTES_CENTS = (10000, 5000, 2000, 1000, 500, 100, 25, 10, 5, 1)
"""US notes and coins in use, largest first."""
_STEPS_CENTS = (500, 1000, 2000, 5000, 10000)


def quick_amounts(due_cents: int) -> tuple[int, ...]:
    """The exact amount, then the next multiples of 5, 10, 20, 50 and 100 dollars without repeats; at most three."""
    if due_cents <= 0:
        return ()
    ladder = dict.fromkeys([due_cents, *(-(-due_cents // step) * step for step in _STEPS_CENTS)])
    return tuple(ladder)[:3]


def change_notes(change_cents: int) -> tuple[tuple[int, int], ...]:
    """`(count, note in cents)` to hand back, largest note first; as few pieces as possible. Refuses negative change."""
    if change_cents < 0:
        raise ValueError("change is never negative")
    notes, left = [], change_cents
    for note in NOTES_CENTS:
        count, left = divmod(left, note)
        if count:
            notes.append((count, note))
    return tuple(notes)
