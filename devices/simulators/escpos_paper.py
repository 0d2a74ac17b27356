"""The paper of the simulated printer: what the head put on it, as rows, and as plain text.

Measures are dots of the head (8 to a millimetre); font A is 12 dots wide and 24 high, font B 9 and 17.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import groupby

CELL_DOTS = {False: (12, 24), True: (9, 17)}
LINE_DOTS = 30
DOTS_PER_INCH = 203
LEFT, CENTRE, RIGHT = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Mechanics:
    """Where printers of one language differ. `column_pitch_dots`: from one row of column graphics of eight dots to the
    next; `goes_back`: can what comes next be placed left of what stands in the line already; `deaf_to`: beginnings of
    commands that are taken and do nothing."""

    column_pitch_dots: int = 3
    goes_back: bool = True
    deaf_to: frozenset[bytes] = frozenset()


EPSON = Mechanics()
"""As Epson's reference describes it."""
PLAIN = Mechanics(column_pitch_dots=1, goes_back=False, deaf_to=frozenset({b"\x1bJ", b"\x1dVB"}))
"""As the cheap 58 mm printers without a cutter do it."""


@dataclass(frozen=True, slots=True)
class Style:
    """How a sign is printed; `wide` and `high` are 1 to 8 times."""

    bold: bool = False
    underline: bool = False
    reverse: bool = False
    small: bool = False
    wide: int = 1
    high: int = 1

    @property
    def advance_dots(self) -> int:
        return CELL_DOTS[self.small][0] * self.wide

    @property
    def height_dots(self) -> int:
        return CELL_DOTS[self.small][1] * self.high


@dataclass(frozen=True, slots=True)
class Sign:
    """One printed sign; `left_dots` from where its line begins, `width_dots` with the gap set after signs."""

    text: str
    style: Style
    left_dots: int
    width_dots: int

    @property
    def height_dots(self) -> int:
        return self.style.height_dots


@dataclass(frozen=True, slots=True)
class Dots:
    """A strip of graphics within a line: `bits` are its rows, whole bytes each."""

    bits: bytes
    left_dots: int
    width_dots: int
    height_dots: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where on the paper something stands: in the print area, which begins at `left_dots`, to its `align`."""

    align: int
    left_dots: int
    area_dots: int

    def indent_dots(self, width_dots: int) -> int:
        """From the edge of the paper to something `width_dots` wide."""
        free = max(self.area_dots - width_dots, 0)
        return self.left_dots + {CENTRE: free // 2, RIGHT: free}.get(self.align, 0)


@dataclass(frozen=True, slots=True)
class TextRow:
    """One line of text."""

    marks: tuple[Sign | Dots, ...]
    place: Place
    spacing_dots: int

    @property
    def width_dots(self) -> int:
        return max((mark.left_dots + mark.width_dots for mark in self.marks), default=0)

    @property
    def ink_dots(self) -> int:
        """How high the highest sign is."""
        return max((mark.height_dots for mark in self.marks), default=CELL_DOTS[False][1])

    @property
    def height_dots(self) -> int:
        return max(self.spacing_dots, self.ink_dots)


@dataclass(frozen=True, slots=True)
class FeedRow:
    """Empty paper."""

    height_dots: int


@dataclass(frozen=True, slots=True)
class QrRow:
    """A QR code: what it says, dots to a module, level of error correction (`L`, `M`, `Q`, `H`)."""

    data: bytes
    module_dots: int
    level: str
    place: Place


@dataclass(frozen=True, slots=True)
class PictureRow:
    """A raster image, one bit a dot, rows of whole bytes, `columns` a multiple of eight; each dot `wide` and `high`
    times."""

    columns: int
    rows: int
    bits: bytes
    place: Place
    wide: int = 1
    high: int = 1

    @property
    def width_dots(self) -> int:
        return self.columns * self.wide

    @property
    def height_dots(self) -> int:
        return self.rows * self.high


Row = TextRow | FeedRow | QrRow | PictureRow


@dataclass(slots=True)
class Paper:
    """The piece of paper that is being printed. `wire` are the bytes that made it."""

    width_dots: int
    rows: list[Row] = field(default_factory=list)
    wire: bytearray = field(default_factory=bytearray)

    @property
    def empty(self) -> bool:
        """Has nothing been printed yet (feeding alone is nothing)?"""
        return all(isinstance(row, FeedRow) for row in self.rows)

    @property
    def columns(self) -> int:
        """Signs of font A in a line."""
        return self.width_dots // CELL_DOTS[False][0]

    def text(self) -> str:
        """What a person reads on it: one line a row, placed by column."""
        lines: list[str] = []
        for row in self.rows:
            if isinstance(row, TextRow):
                lines.append(_line(row))
            elif isinstance(row, FeedRow):
                lines += [""] * round(row.height_dots / LINE_DOTS)
            elif isinstance(row, QrRow):
                lines.append(_placed(f"[QR {row.data.decode('utf-8', 'replace')}]", row.place, self.columns))
            else:
                shown = f"[picture {row.width_dots}x{row.height_dots}]"
                lines.append(_placed(shown, row.place, self.columns))
        return "\n".join(line.rstrip() for line in lines).rstrip("\n") + "\n"


def _line(row: TextRow) -> str:
    """The signs one after another; where the head was moved in between, as many spaces as fit there."""
    cell = CELL_DOTS[False][0]
    words, at = " " * (row.place.indent_dots(row.width_dots) // cell), 0
    for graphics, marks in groupby(sorted(row.marks, key=lambda mark: mark.left_dots), lambda m: isinstance(m, Dots)):
        together = list(marks)
        first, last = together[0], together[-1]
        if graphics:
            words += f"[dots {last.left_dots + last.width_dots - first.left_dots}x{first.height_dots}]"
        for mark in together:
            at_end = mark.left_dots + mark.width_dots
            if isinstance(mark, Sign):
                words += " " * max(round((mark.left_dots - at) / cell), 0) + mark.text
                at_end = mark.left_dots + mark.style.advance_dots
            at = at_end
    return words


def _placed(text: str, place: Place, columns: int) -> str:
    return {CENTRE: text.center(columns), RIGHT: text.rjust(columns)}.get(place.align, text)


class Head:
    """The print head: collects signs to a line, breaks it at the edge of the paper, and remembers the style."""

    def __init__(self, width_dots: int, mechanics: Mechanics = EPSON) -> None:
        self.width_dots, self.mechanics = width_dots, mechanics
        self.paper = Paper(width_dots)
        self.reset()

    def reset(self) -> None:
        """ESC @: everything as after power-on; what stands in the line is dropped."""
        self.style = Style()
        self.align = LEFT
        self.spacing_dots = LINE_DOTS
        self.gap_dots = self.left_dots = 0
        self.area_dots = self.width_dots
        self.unit_across = self.unit_down = 1.0
        self._marks: list[Sign | Dots] = []
        self._at = 0

    @property
    def place(self) -> Place:
        """Where the next row stands."""
        return Place(self.align, self.left_dots, min(self.area_dots, self.width_dots - self.left_dots))

    def restyle(self, **changes: bool | int) -> None:
        """Change how the following signs look."""
        self.style = replace(self.style, **changes)  # type: ignore[arg-type]

    def set_units(self, across: int, down: int) -> None:
        """GS P: so many units of motion to an inch; 0 is the usual, one dot."""
        self.unit_across = DOTS_PER_INCH / across if across else 1.0
        self.unit_down = DOTS_PER_INCH / down if down else 1.0

    def put(self, text: str) -> None:
        """Print signs one after another."""
        for sign in text:
            advance = self.style.advance_dots + self.gap_dots * self.style.wide
            if self._marks and self._at + advance > self.place.area_dots:
                self.end_line()
            self._marks.append(Sign(sign, self.style, self._at, advance))
            self._at += advance

    def put_dots(self, bits: bytes, width_dots: int, height_dots: int) -> None:
        """Graphics within the line; what does not fit is left out, as printers do."""
        width = min(width_dots, self.place.area_dots - self._at)
        if width > 0:
            self._marks.append(Dots(bits, self._at, width_dots, height_dots))
            self._at += width

    def tab(self) -> None:
        """To the next column that divides by eight."""
        step = 8 * CELL_DOTS[self.style.small][0]
        self.move_to((self._at // step + 1) * step)

    def move_to(self, dots: int) -> None:
        """What comes next stands `dots` from where the line begins; a place outside the area is passed over."""
        back = bool(self._marks) and dots < self._at
        if 0 <= dots < self.place.area_dots and (self.mechanics.goes_back or not back):
            self._at = dots

    def move_by(self, dots: int) -> None:
        """The same, from where the head is; to the left where `dots` is negative."""
        self.move_to(self._at + dots)

    def end_line(self) -> None:
        """LF: the line goes on paper."""
        self.paper.rows.append(TextRow(tuple(self._marks), self.place, self.spacing_dots))
        self._marks, self._at = [], 0

    def feed(self, dots: int) -> None:
        """Print what stands in the line, and move the paper on."""
        if self._marks:
            self.end_line()
        if dots:
            self.paper.rows.append(FeedRow(dots))

    def pull_back(self, dots: int) -> None:
        """ESC e: the paper goes back, over empty paper only."""
        rows = self.paper.rows
        while dots > 0 and rows and isinstance(rows[-1], FeedRow):
            empty = rows.pop()
            assert isinstance(empty, FeedRow)
            if empty.height_dots > dots:
                rows.append(FeedRow(empty.height_dots - dots))
            dots -= empty.height_dots

    def put_row(self, row: QrRow | PictureRow) -> None:
        """Print something that is no text."""
        self.feed(0)
        self.paper.rows.append(row)

    def take_paper(self) -> Paper:
        """The piece is cut off (or torn); the next one begins."""
        self.feed(0)
        done, self.paper = self.paper, Paper(self.width_dots)
        return done
