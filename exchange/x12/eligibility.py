"""270 and 271 by their loops: source (2000A), receiver (2000B), subscriber (2000C), dependent (2000D), with what is
said of each. Only what a desk can use is named; all of it stays in the text that is kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise

from exchange.x12.segments import Segment, segments
from models.basics.errors import ImportRefused

ASKED, ANSWERED = "270", "271"
MOST_OF_ONE = 20_000
"""Segments of one transaction; the guide allows ten thousand."""
MOST_SIGNS = 8 << 20
"""Signs of one transaction: what is kept in memory at once."""

_LEVELS = {"20": "source", "21": "receiver", "22": "subscriber", "23": "dependent"}
_ABOVE = {"source": 0, "receiver": 1, "subscriber": 2, "dependent": 3}
_SECRETS = (2, 4)
"""ISA02 and ISA04: a password stays in the file."""


@dataclass(frozen=True, slots=True)
class Party:
    """Who a loop is about: NM1, with DMG's birth date as it was written."""

    family: str = ""
    given: str = ""
    middle: str = ""
    suffix: str = ""
    id_kind: str = ""
    id: str = ""
    birth_date: str = ""
    sex: str = ""


@dataclass(frozen=True, slots=True)
class Rejection:
    """AAA: where, why (AAA03) and what the payer wants done (AAA04); the segment's place in the file."""

    level: str
    code: str
    follow_up: str
    segment: int


@dataclass(slots=True)
class Group:
    """One EB (or, in a 270, one EQ) with the segments behind it."""

    head: Segment
    rest: list[Segment] = field(default_factory=list)


@dataclass(slots=True)
class Level:
    """One HL loop."""

    name: str
    number: int
    party: Party = field(default_factory=Party)
    trace: str = ""
    days: list[Segment] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    own: list[Segment] = field(default_factory=list)
    leaf: bool = True

    @property
    def says_something(self) -> bool:
        return bool(self.groups or self.rejections)


@dataclass(frozen=True, slots=True)
class Subject:
    """One person of a transaction, with everything above them: what becomes a check. `subscriber` is the person
    themselves where they hold the plan."""

    kind: str
    asked_on: str
    asked_at: str
    source: Party
    receiver: Party
    subscriber: Party
    person: Party
    dependent: bool
    trace: str
    rejections: tuple[Rejection, ...]
    groups: tuple[Group, ...]
    days: tuple[Segment, ...]
    number: int
    raw: str


def read(chunks: Iterable[bytes]) -> Iterator[Subject | ImportRefused]:
    """Everybody a file speaks of, in its order; a transaction that cannot be taken is a refusal in its place, and the
    others stand. Never raises for what a file holds."""
    reader = _Reader()
    try:
        for segment in segments(chunks):
            yield from reader.take(segment)
    except ImportRefused as refused:
        yield refused
        return
    yield from reader.end()


class _Reader:
    """Segments into subjects, one transaction at a time."""

    def __init__(self) -> None:
        self._heads: list[Segment] = []
        self._kind = ""
        self._start: Segment | None = None
        self._count = self._signs = 0
        self._told: list[Segment] = []
        self._levels: list[Level] = []
        self._refused = False

    def take(self, segment: Segment) -> Iterator[Subject | ImportRefused]:
        """One more segment; yields what it completes."""
        if segment.id in ("ISA", "GS"):
            yield from self.end()
            self._heads = [*self._heads[:1], segment] if segment.id == "GS" else [segment]
        elif segment.id == "ST":
            yield from self.end()
            yield from self._open(segment)
        elif segment.id == "SE":
            yield from self._close(segment)
        elif segment.id in ("GE", "IEA"):
            yield from self.end()
        elif self._start is not None:
            yield from self._inside(segment)

    def end(self) -> Iterator[ImportRefused]:
        """Whatever is still open has no end."""
        start, self._start = self._start, None
        if start is not None and not self._refused:
            yield ImportRefused("x12.no_end", segment=start.number)

    def _open(self, segment: Segment) -> Iterator[ImportRefused]:
        self._start, self._kind, self._count = segment, segment.at(1), 0
        self._signs = 0
        self._told, self._levels = [segment], []
        self._refused = self._kind not in (ASKED, ANSWERED)
        if self._refused:
            yield ImportRefused("x12.other_transaction", segment=segment.number, found=self._kind[:3])

    def _close(self, segment: Segment) -> Iterator[Subject | ImportRefused]:
        start, self._start = self._start, None
        if start is None:
            yield ImportRefused("x12.out_of_place", segment=segment.number, found="SE")
        elif not self._refused:
            yield from self._subjects(start)

    def _inside(self, segment: Segment) -> Iterator[ImportRefused]:
        self._count += 1
        if self._refused:
            return
        try:
            self._signs += sum(map(len, segment.elements)) + len(segment.elements)
            if self._count > MOST_OF_ONE or self._signs > MOST_SIGNS:
                raise ImportRefused("x12.too_many_segments", segment=segment.number, most=MOST_OF_ONE)
            if segment.id == "HL":
                self._level(segment)
            elif not self._levels:
                self._told.append(segment)
            else:
                _into(self._levels[-1], segment)
        except ImportRefused as refused:
            self._refused = True
            yield refused

    def _level(self, segment: Segment) -> None:
        """A loop begins. Its depth says whom it belongs to: the newest loop of the depth above."""
        name = _LEVELS.get(segment.at(3))
        if name is None:
            raise ImportRefused("x12.level_unknown", segment=segment.number, found=segment.at(3)[:2])
        depth = _ABOVE[name]
        if depth and not any(_ABOVE[level.name] == depth - 1 for level in self._levels):
            raise ImportRefused("x12.level_out_of_place", segment=segment.number, found=segment.at(3))
        self._levels.append(Level(name, segment.number, own=[segment]))

    def _subjects(self, start: Segment) -> Iterator[Subject | ImportRefused]:
        """One per person who is spoken of. A transaction that was rejected above every person names nobody."""
        if not self._levels:
            yield ImportRefused("x12.no_levels", segment=start.number)
            return
        _mark_leaves(self._levels)
        path: dict[int, Level] = {}
        found = False
        for level in self._levels:
            depth = _ABOVE[level.name]
            path = {above: known for above, known in path.items() if above < depth} | {depth: level}
            if depth >= _ABOVE["subscriber"] and (level.leaf or level.says_something):
                found = True
                yield self._subject(path, level)
        if not found:
            yield _rejected(self._levels, start)

    def _subject(self, path: dict[int, Level], level: Level) -> Subject:
        source, receiver, subscriber = path.get(0, _NOBODY), path.get(1, _NOBODY), path.get(2, _NOBODY)
        begin = next((segment for segment in self._told if segment.id == "BHT"), None)
        above = [known for depth, known in sorted(path.items()) if known is not level]
        rejections = [each for known in (*above, level) for each in known.rejections]
        heads = [replace(head, elements=_without_secrets(head)) for head in self._heads]
        kept = [*heads, *self._told, *(segment for known in above for segment in known.own), *level.own]
        return Subject(
            self._kind, begin.at(4) if begin else "", begin.at(5) if begin else "", source.party, receiver.party,
            subscriber.party, level.party, level.name == "dependent", level.trace or (begin.at(3) if begin else ""),
            tuple(rejections), tuple(level.groups), tuple(level.days), level.number,
            "".join(segment.text() for segment in kept),
        )  # fmt: skip


_NOBODY = Level("", 0)


def _without_secrets(head: Segment) -> tuple[str, ...]:
    if head.id != "ISA":
        return head.elements
    return tuple("" if place in _SECRETS else text for place, text in enumerate(head.elements, 1))


def _mark_leaves(levels: list[Level]) -> None:
    """A loop with deeper ones right behind it is no leaf."""
    for level, following in pairwise(levels):
        level.leaf = _ABOVE[following.name] <= _ABOVE[level.name]


def _rejected(levels: list[Level], start: Segment) -> ImportRefused:
    """The payer answered about nobody: its first word why not."""
    first = next((each for level in levels for each in level.rejections), None)
    if first is None:
        return ImportRefused("x12.nobody", segment=start.number)
    return ImportRefused("x12.rejected", segment=first.segment, code=first.code[:2], level=first.level)


def _into(level: Level, segment: Segment) -> None:
    """A segment of a loop. Behind an EB (or EQ) everything belongs to it, but for what another payer's loop says of
    somebody else."""
    if segment.id in ("EB", "EQ"):
        level.groups.append(Group(segment))
    elif segment.id == "AAA":
        level.rejections.append(Rejection(level.name, segment.at(3), segment.at(4), segment.number))
    elif level.groups:
        level.groups[-1].rest.append(segment)
    elif segment.id == "NM1" and not level.party.id and not level.party.family:
        level.party = _party(segment, level.party)
    elif segment.id == "DMG":
        level.party = replace(level.party, birth_date=segment.at(2), sex=segment.at(3))
    elif segment.id == "TRN" and not level.trace:
        level.trace = segment.at(2)
    elif segment.id == "DTP":
        level.days.append(segment)
    level.own.append(segment)


def _party(segment: Segment, known: Party) -> Party:
    return Party(segment.at(3), segment.at(4), segment.at(5), segment.at(7), segment.at(8), segment.at(9),
                 known.birth_date, known.sex)  # fmt: skip
