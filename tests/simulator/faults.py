"""The faults as data: what each is, and in which moods of a run it happens. `--coverage` counts how often each was met.

A mood says how bad a run is, and in which way; its faults are those of the table that name it.
"""

from __future__ import annotations

from dataclasses import dataclass

NETWORK = ("F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9", "F10", "F11", "F12", "F13", "F33")
"""Faults that befall an exchange with the hub; the others are steps of a run."""


@dataclass(frozen=True)
class Mood:
    """How a run goes, in hundredths: `bad` of the exchanges, `cards` of the card transactions, `paper` of the prints
    go wrong, `kills` of the acts end in the middle, `haste` of the payments are entered twice. `weight`: how often a
    run is like that."""

    weight: int
    bad: int = 0
    cards: int = 5
    paper: int = 5
    kills: int = 0
    haste: int = 3


MOODS: dict[str, Mood] = {
    "calm": Mood(2),
    "line": Mood(4, bad=45),
    "hub": Mood(3, bad=40),
    "deaths": Mood(5, kills=45),
    "cards": Mood(4, cards=55, kills=15),
    "paper": Mood(1, paper=60, kills=20),
    "clocks": Mood(1, bad=10),
    "people": Mood(3, haste=40),
    "copies": Mood(3, bad=10),
    "all": Mood(4, bad=25, cards=25, paper=20, kills=20, haste=15),
}


@dataclass(frozen=True)
class Fault:
    """One row of the list of faults."""

    id: str
    words: str
    moods: tuple[str, ...]


FAULTS: tuple[Fault, ...] = (
    Fault("F1", "request lost", ("line", "all")),
    Fault("F2", "reply lost", ("line", "hub", "deaths", "all")),
    Fault("F3", "delivered twice, the second time much later", ("line", "all")),
    Fault("F4", "delivered out of order, after newer requests", ("line", "all")),
    Fault("F5", "cut after some bytes, each way", ("line", "all")),
    Fault("F6", "slow: answered when nobody listens any more", ("line", "all")),
    Fault("F7", "captive portal: 200 and HTML", ("line", "all")),
    Fault("F8", "TLS fails, a proxy answers 502", ("line", "all")),
    Fault("F9", "500 in the middle of a batch", ("hub", "all")),
    Fault("F10", "hub dies before or after the commit", ("hub", "all")),
    Fault("F11", "database connection gone at the commit, result unknown", ("hub", "all")),
    Fault("F12", "the database wants the transaction again", ("hub", "all")),
    Fault("F13", "429: too much in hand", ("hub", "line", "all")),
    Fault("F14", "desk killed at a commit or side effect", ("deaths", "cards", "paper", "all")),
    Fault("F16", "disk full at a desk's commit", ("deaths", "all")),
    Fault("F19", "desk restored from an old backup", ("copies", "all")),
    Fault("F20", "two live desks from one disk", ("copies", "all")),
    Fault("F21", "hub restored, its newest entries lost", ("copies", "all")),
    Fault("F22", "a desk's clock jumps", ("clocks", "all")),
    Fault("F23", "sixty days without the hub", ("clocks",)),
    Fault("F24", "an operation of a newer program", ("people", "all")),
    Fault("F25", "two loops send the same", ("people", "line", "all")),
    Fault("F26", "the same credit, charge or refund at two desks", ("people", "calm", "all")),
    Fault("F27", "the EHR cancels, adjusts, merges; files twice and out of order", tuple(MOODS)),
    Fault("F28", "card: declined, part, unsent, unanswered, odd", tuple(MOODS)),
    Fault("F29", "printer dies, paper out, drawer gone", tuple(MOODS)),
    Fault("F30", "Enter twice", tuple(MOODS)),
    Fault("F31", "a poisoned operation at the head of the queue", ("people", "all")),
    Fault("F32", "desk revoked with unsent facts", ("people", "copies", "all")),
    Fault("F33", "a request altered on its way, an operation altered in its desk", ("line", "people", "all")),
    Fault("F35", "snapshot broken off at a chunk", ("copies", "deaths", "all")),
    Fault("F37", "the cursor lies before what is kept: begin again from a snapshot", ("copies", "all")),
)
ELSEWHERE: dict[str, str] = {
    "F15": "power loss: tests/unit/models/store/test_power_loss.py",
    "F17": "a file that others hold: tests/unit/models/store/test_failures.py (locked, out of reach)",
    "F18": "damaged pages: tests/unit/models/store/test_failures.py",
    "F34": "an idle session on PostgreSQL: tests/unit/models/store/test_crowded_hub.py",
    "F36": "a migration cut off: tests/unit/models/store/test_killed_migrations.py",
}
"""Faults a process cannot play on itself, and where they are played."""


def weather(mood: str) -> tuple[str, ...]:
    """What may befall an exchange in this mood."""
    return tuple(fault.id for fault in FAULTS if fault.id in NETWORK and mood in fault.moods)


def happens(fault_id: str, mood: str) -> bool:
    """Does this fault belong to this mood?"""
    return any(fault.id == fault_id and mood in fault.moods for fault in FAULTS)
