"""The paper of the simulated printer: what the head put on it, as rows, and as plain text.

Measures are dots of the head (8 to a millimetre); font A is 12 dots wide and 24 high, font B 9 and 17.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

CELL_DOTS = {False: (12, 24), True: (9, 17)}
LINE_DOTS = 30
LEFT, CENTRE, RIGHT = 0, 1, 2


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
    """One printed sign."""

    text: str
    style: Style


@dataclass(frozen=True, slots=True)
class TextRow:
    """One line of text, `align` LEFT, CENTRE or RIGHT."""

    signs: tuple[Sign, ...]
    align: int
    spacing_dots: int

    @property
    def width_dots(self) -> int:
        return sum(sign.style.advance_dots for sign in self.signs)

    @property
    def ink_dots(self) -> int:
        """How high the highest sign is."""
        return max((sign.style.height_dots for sign in self.signs), default=CELL_DOTS[False][1])

    @property
    def height_dots(self) -> int:
        return max(self.spacing_dots, self.ink_dots + (6 if self.ink_dots > CELL_DOTS[False][1] else 0))


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
    align: int


@dataclass(frozen=True, slots=True)
class PictureRow:
    """A raster image, one bit a dot, rows of whole bytes, `width_dots` a multiple of eight."""

    width_dots: int
    height_dots: int
    bits: bytes
    align: int


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
                lines.append(_line(row, self.width_dots))
            elif isinstance(row, FeedRow):
                lines += [""] * round(row.height_dots / LINE_DOTS)
            elif isinstance(row, QrRow):
                lines.append(_placed(f"[QR {row.data.decode('utf-8', 'replace')}]", row.align, self.columns))
            else:
                shown = f"[picture {row.width_dots}x{row.height_dots}]"
                lines.append(_placed(shown, row.align, self.columns))
        return "\n".join(line.rstrip() for line in lines).rstrip("\n") + "\n"


def _line(row: TextRow, width_dots: int) -> str:
    free = max(width_dots - row.width_dots, 0)
    indent_dots = {CENTRE: free // 2, RIGHT: free}.get(row.align, 0)
    return " " * (indent_dots // CELL_DOTS[False][0]) + "".join(sign.text for sign in row.signs)


def _placed(text: str, align: int, columns: int) -> str:
    return {CENTRE: text.center(columns), RIGHT: text.rjust(columns)}.get(align, text)


class Head:
    """The print head: collects signs to a line, breaks it at the edge of the paper, and remembers the style."""

    def __init__(self, width_dots: int) -> None:
        self.width_dots = width_dots
        self.paper = Paper(width_dots)
        self.reset()

    def reset(self) -> None:
        """ESC @: everything as after power-on; what stands in the line is dropped."""
        self.style = Style()
        self.align = LEFT
        self.spacing_dots = LINE_DOTS
        self._signs: list[Sign] = []

    def restyle(self, **changes: bool | int) -> None:
        """Change how the following signs look."""
        self.style = replace(self.style, **changes)  # type: ignore[arg-type]

    def put(self, text: str) -> None:
        """Print signs one after another."""
        for sign in text:
            used = sum(earlier.style.advance_dots for earlier in self._signs)
            if used + self.style.advance_dots > self.width_dots:
                self.end_line()
            self._signs.append(Sign(sign, self.style))

    def tab(self) -> None:
        """To the next column that divides by eight."""
        self.put(" " * (8 - len(self._signs) % 8))

    def end_line(self) -> None:
        """LF: the line goes on paper."""
        self.paper.rows.append(TextRow(tuple(self._signs), self.align, self.spacing_dots))
        self._signs = []

    def feed(self, dots: int) -> None:
        """Print what stands in the line, and move the paper on."""
        if self._signs:
            self.end_line()
        if dots:
            self.paper.rows.append(FeedRow(dots))

    def put_row(self, row: QrRow | PictureRow) -> None:
        """Print something that is no text."""
        self.feed(0)
        self.paper.rows.append(row)

    def take_paper(self) -> Paper:
        """The piece is cut off (or torn); the next one begins."""
        self.feed(0)
        done, self.paper = self.paper, Paper(self.width_dots)
        return done
