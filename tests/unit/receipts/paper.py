"""A reader of ESC/POS that shares nothing with our writer: what a printer would put on paper, line by line."""

from __future__ import annotations

from dataclasses import dataclass, field

CODE_PAGES = {0: "cp437", 16: "cp1252", 19: "cp858"}


@dataclass
class Line:
    """One printed line and how it stands."""

    text: str
    align: int
    bold: bool
    tall: bool


@dataclass
class Printed:
    """Everything a strip of paper shows, and what was done to it."""

    lines: list[Line] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    cuts: int = 0
    drawer_kicks: int = 0
    logos: list[int] = field(default_factory=list)
    fed_lines: int = 0

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)


class Reader:
    """Reads one receipt; a byte it does not know is an error, as a printer would print it as garbage."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at, self.paper = data, 0, Printed()
        self.page, self.align, self.bold, self.tall, self.stored = "cp437", 0, False, False, ""

    def read(self) -> Printed:
        while self.at < len(self.data):
            byte = self.data[self.at]
            if byte == 0x1B:
                self._escape()
            elif byte == 0x1D:
                self._group()
            elif byte == 0x1C:
                assert self.take(4)[:2] == b"\x1cp"
                self.paper.logos.append(self.data[self.at - 2])
            else:
                self._line()
        return self.paper

    def take(self, count: int) -> bytes:
        taken = self.data[self.at : self.at + count]
        assert len(taken) == count, "cut off in the middle of a command"
        self.at += count
        return taken

    def _escape(self) -> None:
        command = self.take(2)[1:]
        match command:
            case b"@":
                self.page, self.align, self.bold, self.tall = "cp437", 0, False, False
            case b"t":
                self.page = CODE_PAGES[self.take(1)[0]]
            case b"a":
                self.align = self.take(1)[0]
            case b"E":
                self.bold = bool(self.take(1)[0])
            case b"d":
                self.paper.fed_lines += self.take(1)[0]
            case b"p":
                self.take(3)
                self.paper.drawer_kicks += 1
            case _:
                raise AssertionError(f"ESC {command!r}")

    def _group(self) -> None:
        command = self.take(2)[1:]
        match command:
            case b"!":
                size = self.take(1)[0]
                assert size in {0, 1}, "wider than a column"
                self.tall = size == 1
            case b"V":
                assert self.take(2)[0] == 0x42
                self.paper.cuts += 1
            case b"(":
                self._symbol()
            case _:
                raise AssertionError(f"GS {command!r}")

    def _symbol(self) -> None:
        assert self.take(1) == b"k"
        body = self.take(int.from_bytes(self.take(2), "little"))
        assert body[:1] == b"1"
        if body[1:3] == b"P0":
            self.stored = body[3:].decode("ascii")
        elif body[1:3] == b"Q0":
            self.paper.codes.append(self.stored)

    def _line(self) -> None:
        end = self.data.index(b"\n", self.at)
        words = self.take(end - self.at + 1)[:-1]
        assert all(byte >= 0x20 and byte != 0x7F for byte in words), "a control character among the words"
        self.paper.lines.append(Line(words.decode(self.page), self.align, self.bold, self.tall))


def read(data: bytes) -> Printed:
    """What `data` prints."""
    return Reader(data).read()


def shown(data: bytes, columns: int) -> str:
    """What `data` prints, for a person to review: `|` are the edges of the paper, marks at the right the style."""
    paper = read(data)
    rows = []
    for line in paper.lines:
        text = line.text.center(columns) if line.align == 1 else line.text.ljust(columns)
        marks = ("B" if line.bold else "") + ("T" if line.tall else "")
        rows.append(f"|{text}|{marks}")
    rows += [f"logo {number}" for number in paper.logos] + [f"QR {code}" for code in paper.codes]
    rows += [f"feed {paper.fed_lines}"] if paper.fed_lines else []
    rows += [f"cut {paper.cuts}"] if paper.cuts else []
    return "\n".join(rows) + "\n"


def spelled(data: bytes) -> str:
    """`data` itself in readable form: text as it is, other bytes in hexadecimal, a line for a line."""
    out = []
    for byte in data:
        if byte == 0x0A:
            out.append("<0A>\n")
        elif 0x20 <= byte < 0x7F and byte != 0x3C:
            out.append(chr(byte))
        else:
            out.append(f"<{byte:02X}>")
    return "".join(out) + "\n"
