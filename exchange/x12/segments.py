"""The outer shape of X12: segments of an interchange, with the separators the interchange itself names.

Payers' files have one segment a line or none, indented, ended by a tilde, a carriage return or a control sign, with a
byte-order mark in front and several interchanges behind one another. All of that is read; nothing is kept in memory but
one segment.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from models.basics.errors import ImportRefused

LONGEST_SEGMENT = 16 << 10
"""Bytes. The guide's longest, a MSG, has 264 signs."""
MOST_SEGMENTS = 1_000_000
"""Of one file."""
CHUNK = 64 << 10

_BOM = b"\xef\xbb\xbf"
_HEAD_ELEMENTS = 16
_REPETITION_SINCE = "00402"
"""From this version on ISA11 is the repetition separator; before, it names a standard."""
_SPACE = b" \t\r\n\x0b\x0c\x00\x1a"


@dataclass(frozen=True, slots=True)
class Separators:
    """The signs of one interchange. `repetition` is empty where it has none."""

    element: str
    component: str
    repetition: str
    segment: str


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment: its place in the file (1 is the first), its id, its elements after that, without outer spaces."""

    number: int
    id: str
    elements: tuple[str, ...]
    separators: Separators = field(repr=False)

    def at(self, place: int) -> str:
        """Element `place` (1 is the first after the id); empty where there is none."""
        return self.elements[place - 1] if place <= len(self.elements) else ""

    def repeats(self, place: int) -> tuple[str, ...]:
        """An element that may come several times. Older files repeat with the component separator."""
        separators, text = self.separators, self.at(place)
        for sign in {separators.repetition, separators.component} - {"", separators.element}:
            text = text.replace(sign, "\n")
        return tuple(part.strip() for part in text.split("\n") if part.strip())

    def components(self, place: int) -> tuple[str, ...]:
        """The parts of a composite element, empty ones too."""
        return tuple(part.strip() for part in self.at(place).split(self.separators.component))

    def text(self) -> str:
        """The segment as one writes it, with its end."""
        ends = self.separators.segment
        return self.separators.element.join((self.id, *self.elements)) + (ends if ends.strip() else "\n")


def segments(chunks: Iterable[bytes]) -> Iterator[Segment]:
    """Every segment of a file, ISA and IEA too.

    Raises ImportRefused, `segment` in its facts: `x12.no_isa` (the file, or what follows an IEA, begins otherwise),
    `x12.isa_damaged`, `x12.segment_too_long`, `x12.segment_id`, `x12.too_many_segments`, `x12.cut_off` (the last
    segment has no end and is no IEA). What was yielded before stands.
    """
    buffer = _Buffer(chunks)
    number = 0
    buffer.skip(_BOM)
    while buffer.skip_space():
        number += 1
        head = _head(buffer, number)
        yield head
        end, separators = head.separators.segment.encode(), head.separators
        while True:
            number += 1
            if number > MOST_SEGMENTS:
                raise ImportRefused("x12.too_many_segments", segment=number, most=MOST_SEGMENTS)
            if not buffer.skip_space():
                break
            data, whole = buffer.until(end, number)
            segment = _segment(data, number, separators)
            if not whole and segment.id != "IEA":
                raise ImportRefused("x12.cut_off", segment=number)
            yield segment
            if segment.id == "IEA":
                break
    if not number:
        raise ImportRefused("x12.no_isa", segment=1)


class _Buffer:
    """Bytes that come in pieces, looked at from the front."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._data = b""
        self._start = 0

    def _more(self) -> bool:
        chunk = next(self._chunks, b"")
        self._data = self._data[self._start :] + chunk
        self._start = 0
        return bool(chunk)

    def has(self, count: int) -> bool:
        """Are so many bytes there?"""
        while len(self._data) - self._start < count:
            if not self._more():
                return False
        return True

    def skip(self, head: bytes) -> None:
        """Leave out these bytes where they come next."""
        self.has(len(head))
        if self._data.startswith(head, self._start):
            self._start += len(head)

    def skip_space(self) -> bool:
        """Leave out blanks and line ends; False at the end of the file."""
        while self.has(1):
            left = self._data[self._start :].lstrip(_SPACE)
            self._start = len(self._data) - len(left)
            if left:
                return True
        return False

    def peek(self, count: int) -> bytes:
        """The next bytes, at most so many, left where they are."""
        self.has(count)
        return self._data[self._start : self._start + count]

    def take(self, count: int) -> None:
        """Leave so many bytes behind."""
        self._start += count

    def until(self, end: bytes, number: int) -> tuple[bytes, bool]:
        """What comes before `end`, which is left behind, too; False where the file ends first."""
        searched = 0
        while True:
            found = self._data.find(end, self._start + searched)
            length = (found if found >= 0 else len(self._data)) - self._start
            if length > LONGEST_SEGMENT:
                raise ImportRefused("x12.segment_too_long", segment=number, most=LONGEST_SEGMENT)
            if found >= 0:
                data, self._start = self._data[self._start : found], found + len(end)
                return data, True
            searched = length
            if not self._more():
                data, self._start = self._data[self._start :], len(self._data)
                return data, False


def _head(buffer: _Buffer, number: int) -> Segment:
    """The ISA segment: it names its separators itself. Its elements are counted, not measured: some programs do not
    fill them up to their width."""
    data = buffer.peek(512)
    if data[:3] != b"ISA":
        raise ImportRefused("x12.no_isa", segment=number)
    element = data[3:4]
    parts = data[4:].split(element, _HEAD_ELEMENTS - 1) if element else []
    last = parts[-1] if len(parts) == _HEAD_ELEMENTS else b""
    if len(last) < 2 or not element.isascii() or element.isalnum() or element.isspace():
        raise ImportRefused("x12.isa_damaged", segment=number)
    component, end = last[:1], last[1:2]
    if not (component.isascii() and end.isascii()) or end.isalnum() or end in (element, component) or end == b" ":
        raise ImportRefused("x12.isa_damaged", segment=number)
    version = parts[11].decode("latin-1").strip()
    repetition = parts[10].decode("latin-1").strip()
    repeats = version >= _REPETITION_SINCE and len(repetition) == 1 and not repetition.isalnum()
    separators = Separators(element.decode(), component.decode(), repetition if repeats else "", end.decode())
    buffer.take(4 + sum(map(len, parts[:-1])) + _HEAD_ELEMENTS - 1 + 2)
    elements = (*(_text(part) for part in parts[:-1]), separators.component)
    return Segment(number, "ISA", elements, separators)


def _segment(data: bytes, number: int, separators: Separators) -> Segment:
    name, *elements = data.split(separators.element.encode())
    text = _text(name)
    if not (2 <= len(text) <= 3 and text.isascii() and text.isalnum()):
        raise ImportRefused("x12.segment_id", segment=number)
    return Segment(number, text.upper(), tuple(map(_text, elements)), separators)


def _text(data: bytes) -> str:
    """Text without outer blanks and control signs: UTF-8, or what Windows calls 1252."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    if not text.isprintable():
        text = "".join(sign if sign.isprintable() else " " for sign in text)
    return text.strip()
