"""How the simulated printer reads ESC/POS: a table of commands, each with its length and what it does.

Bytes are worked off in order. A command that is not whole yet waits for its rest; one that is not in the table is
counted and passed over, as printers do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from devices.bytes import DC4, DLE, ENQ, EOT, ESC, FS, GS, LF
from devices.simulators.escpos_paper import EPSON, LINE_DOTS, Head, Mechanics, Paper, PictureRow, QrRow
from devices.simulators.escpos_pictures import ColumnMode, column_dots

CR, HT, FF, NUL = 0x0D, 0x09, 0x0C, 0x00

CODE_PAGES = {
    0: "cp437",
    2: "cp850",
    3: "cp860",
    4: "cp863",
    5: "cp865",
    13: "cp857",
    14: "cp737",
    15: "iso8859_7",
    16: "cp1252",
    17: "cp866",
    18: "cp852",
    19: "cp858",
    32: "cp720",
    33: "cp775",
    34: "cp855",
    35: "cp861",
    36: "cp862",
    37: "cp864",
    38: "cp869",
    39: "iso8859_2",
    40: "iso8859_15",
    44: "cp1125",
    45: "cp1250",
    46: "cp1251",
    47: "cp1253",
    48: "cp1254",
    49: "cp1255",
    50: "cp1256",
    51: "cp1257",
    52: "cp1258",
    53: "kz1048",
}
"""Epson's numbers (ESC t) for the pages that Python knows. The others (Japanese, Thai, Vietnamese, Lithuanian) this
printer has not got: it stays with the page it has."""
QR_LEVELS = {48: "L", 49: "M", 50: "Q", 51: "H"}
WAIT = -1
"""Length of a command whose end has not come yet."""


class Reader:
    """Works off the bytes of the receive buffer. The machine's part (status, drawer, finished paper) is called back."""

    def __init__(
        self,
        width_dots: int,
        *,
        cut: Callable[[Paper], None],
        pulse: Callable[[int], None],
        tell: Callable[[int], None],
        automatic_status: Callable[[int], None],
        mechanics: Mechanics = EPSON,
    ) -> None:
        self.head = Head(width_dots, mechanics)
        self.unknown: Counter[str] = Counter()
        self.lacking: Counter[int] = Counter()
        self._cut, self._pulse, self._tell, self._automatic_status = cut, pulse, tell, automatic_status
        self._code_page = CODE_PAGES[0]
        self._qr_data, self._qr_dots, self._qr_level = b"", 3, "L"
        self._stacked = b""
        self._stored: PictureRow | None = None

    def step(self, buffer: bytearray) -> int:
        """Work off one command or sign at the front of `buffer`. Returns how many bytes it was, 0 when its rest has
        not come yet."""
        first = buffer[0]
        if first in _PREFIXES:
            return self._command(buffer)
        if first == LF:
            self.head.end_line()
        elif first == HT:
            self.head.tab()
        elif first >= 0x20:
            self.head.put(bytes((first,)).decode(self._code_page, "replace"))
        elif first not in (CR, FF, NUL):
            self.unknown[f"{first:02X}"] += 1
        self.head.paper.wire.append(first)
        return 1

    def lose_line(self) -> None:
        """The buffer was cleared: what stood in the line but was not printed is gone, styles as after power-on."""
        self.head.reset()
        self._code_page = CODE_PAGES[0]

    def _command(self, buffer: bytearray) -> int:
        if len(buffer) < 2:
            return 0
        prefix, letter = buffer[0], buffer[1]
        entry = _COMMANDS.get((prefix, letter))
        if entry is None:
            self.unknown[f"{prefix:02X} {letter:02X}"] += 1
            return 2
        length, act, on_paper = entry
        size = length(buffer) if callable(length) else 2 + length
        if size == WAIT or len(buffer) < size:
            return 0
        arguments = bytes(buffer[2:size])
        paper = self.head.paper
        if on_paper:
            paper.wire += buffer[:size]
        deaf = self.head.mechanics.deaf_to
        if act is not None and not any(buffer.startswith(command) for command in deaf):
            act(self, arguments)
        return size

    # what the commands do

    def _initialize(self, _: bytes) -> None:
        self.lose_line()

    def _align(self, arguments: bytes) -> None:
        self.head.align = arguments[0] % 48 % 3

    def _bold(self, arguments: bytes) -> None:
        self.head.restyle(bold=bool(arguments[0] & 1))

    def _underline(self, arguments: bytes) -> None:
        self.head.restyle(underline=arguments[0] % 48 > 0)

    def _reverse(self, arguments: bytes) -> None:
        self.head.restyle(reverse=bool(arguments[0] & 1))

    def _font(self, arguments: bytes) -> None:
        self.head.restyle(small=arguments[0] % 48 == 1)

    def _size(self, arguments: bytes) -> None:
        self.head.restyle(wide=(arguments[0] >> 4 & 7) + 1, high=(arguments[0] & 7) + 1)

    def _mode(self, arguments: bytes) -> None:
        """ESC !: font, bold, double height, double width, underline in one byte."""
        bits = arguments[0]
        self.head.restyle(
            small=bool(bits & 0x01),
            bold=bool(bits & 0x08),
            high=2 if bits & 0x10 else 1,
            wide=2 if bits & 0x20 else 1,
            underline=bool(bits & 0x80),
        )

    def _choose_code_page(self, arguments: bytes) -> None:
        page = CODE_PAGES.get(arguments[0])
        if page is None:
            self.lacking[arguments[0]] += 1
        else:
            self._code_page = page

    def _feed_lines(self, arguments: bytes) -> None:
        self.head.feed(arguments[0] * self.head.spacing_dots)

    def _feed_dots(self, arguments: bytes) -> None:
        self.head.feed(self._down(arguments[0]))

    def _pull_back(self, arguments: bytes) -> None:
        self.head.pull_back(arguments[0] * self.head.spacing_dots)

    def _down(self, units: int) -> int:
        """Units of vertical motion in dots."""
        return int(units * self.head.unit_down)

    def _across(self, arguments: bytes) -> int:
        """Units of horizontal motion, two bytes, in dots."""
        return int(int.from_bytes(arguments, "little") * self.head.unit_across)

    def _set_units(self, arguments: bytes) -> None:
        self.head.set_units(arguments[0], arguments[1])

    def _gap(self, arguments: bytes) -> None:
        self.head.gap_dots = int(arguments[0] * self.head.unit_across)

    def _margin(self, arguments: bytes) -> None:
        self.head.left_dots = min(self._across(arguments), self.head.width_dots)

    def _area(self, arguments: bytes) -> None:
        self.head.area_dots = max(self._across(arguments), 1)

    def _move_to(self, arguments: bytes) -> None:
        self.head.move_to(self._across(arguments))

    def _move_by(self, arguments: bytes) -> None:
        units = int.from_bytes(arguments, "little", signed=True)
        self.head.move_by(int(units * self.head.unit_across))

    def _column_graphics(self, arguments: bytes) -> None:
        mode = COLUMN_MODES[arguments[0]]
        pitch = 1 if mode.bytes_a_column == 3 else self.head.mechanics.column_pitch_dots
        self.head.put_dots(*column_dots(arguments[3:], mode, pitch))

    def _usual_spacing(self, _: bytes) -> None:
        self.head.spacing_dots = LINE_DOTS

    def _spacing(self, arguments: bytes) -> None:
        self.head.spacing_dots = arguments[0]

    def _cut_off(self, arguments: bytes) -> None:
        if len(arguments) > 1:
            self.head.feed(self._down(arguments[1]))
        self._cut(self.head.take_paper())

    def _open_drawer(self, arguments: bytes) -> None:
        self._pulse(5 if arguments[0] % 48 else 2)

    def _report(self, arguments: bytes) -> None:
        self._tell(arguments[0] % 48)

    def _switch_automatic_status(self, arguments: bytes) -> None:
        self._automatic_status(arguments[0])

    def _extended(self, arguments: bytes) -> None:
        """GS ( k with cn 48 is PDF417, with cn 49 QR; GS ( L is graphics."""
        letter, body = chr(arguments[0]), arguments[3:]
        if letter == "L" and len(body) > 1:
            self._graphics(body)
        elif letter == "k" and len(body) > 2 and body[0] in _SYMBOLS:
            _SYMBOLS[body[0]](self, body[1], body[2:])
        else:
            self.unknown[f"GS ( {letter}"] += 1

    def _qr(self, function: int, values: bytes) -> None:
        """Module size (67), error correction (69), store (80), print (81)."""
        if function == 67:
            self._qr_dots = min(max(values[0], 1), 16)
        elif function == 69:
            self._qr_level = QR_LEVELS.get(values[0], "L")
        elif function == 80:
            self._qr_data = values[1:]
        elif function == 81 and self._qr_data:
            self.head.put_row(QrRow(self._qr_data, self._qr_dots, self._qr_level, self.head.place))

    def _pdf417(self, function: int, values: bytes) -> None:
        """Bars are not drawn: store (80), then what they say is printed (81)."""
        if function == 80:
            self._stacked = values[1:]
        elif function == 81:
            self._print_line(f"[PDF417 {self._stacked.decode('ascii', 'replace')}]")

    def _long_graphics(self, arguments: bytes) -> None:
        """GS 8 L: as GS ( L, with a length of four bytes."""
        self._graphics(arguments[5:])

    def _graphics(self, body: bytes) -> None:
        """Keep a raster picture (112), print it (2, 50); what else there is (how dense, how much memory) says nothing
        on paper."""
        if body[1] in (2, 50):
            if self._stored is not None:
                self.head.put_row(self._stored)
        elif body[1] == 112 and len(body) > 10:
            columns, rows = body[6] + 256 * body[7], body[8] + 256 * body[9]
            whole = -(-columns // 8) * 8
            self._stored = PictureRow(whole, rows, body[10:], self.head.place, min(body[3], 2), min(body[4], 2))

    def _raster(self, arguments: bytes) -> None:
        width_bytes, height = arguments[2] + 256 * arguments[3], arguments[4] + 256 * arguments[5]
        wide, high = 1 + (arguments[1] & 1), 1 + (arguments[1] >> 1 & 1)
        self.head.put_row(PictureRow(width_bytes * 8, height, arguments[6:], self.head.place, wide, high))

    def _barcode(self, arguments: bytes) -> None:
        """Bars are not drawn: the line under them is printed."""
        data = arguments[2:] if arguments[0] >= 65 else arguments[1:-1]
        self._print_line(data.decode("ascii", "replace"))

    def _print_line(self, text: str) -> None:
        self.head.feed(0)
        self.head.put(text)
        self.head.end_line()


_SYMBOLS: dict[int, Callable[[Reader, int, bytes], None]] = {48: Reader._pdf417, 49: Reader._qr}
COLUMN_MODES = {0: ColumnMode(1, 2), 1: ColumnMode(1, 1), 32: ColumnMode(3, 2), 33: ColumnMode(3, 1)}
"""ESC *: bytes a column, and dots that a column is wide."""

Length = int | Callable[[bytearray], int]
Act = Callable[[Reader, bytes], None]


def _until_nul(buffer: bytearray) -> int:
    end = buffer.find(b"\x00", 2)
    return end + 1 if end >= 0 else WAIT


def _counted(buffer: bytearray) -> int:
    """`prefix ( letter pL pH data`."""
    return 5 + buffer[3] + 256 * buffer[4] if len(buffer) >= 5 else WAIT


def _long_counted(buffer: bytearray) -> int:
    """`prefix 8 letter p1 p2 p3 p4 data`."""
    return 7 + int.from_bytes(buffer[3:7], "little") if len(buffer) >= 7 else WAIT


def _cut_length(buffer: bytearray) -> int:
    if len(buffer) < 3:
        return WAIT
    return 3 if buffer[2] in (0, 1, 48, 49) else 4


def _raster_length(buffer: bytearray) -> int:
    if len(buffer) < 8:
        return WAIT
    return 8 + (buffer[4] + 256 * buffer[5]) * (buffer[6] + 256 * buffer[7])


def _columns_length(buffer: bytearray) -> int:
    """ESC *: dots in columns of one or three bytes."""
    if len(buffer) < 5:
        return WAIT
    mode = COLUMN_MODES.get(buffer[2])
    return 5 + (buffer[3] + 256 * buffer[4]) * (mode.bytes_a_column if mode else 0)


def _barcode_length(buffer: bytearray) -> int:
    if len(buffer) < 4:
        return WAIT
    if buffer[2] >= 65:
        return 4 + buffer[3]
    end = buffer.find(b"\x00", 3)
    return end + 1 if end >= 0 else WAIT


def _pulse_length(buffer: bytearray) -> int:
    """DLE DC4: 1 is the drawer pulse, 2 power off, 7 buzzer and status, 8 clears."""
    if len(buffer) < 3:
        return WAIT
    return {1: 5, 2: 5, 3: 8, 7: 4, 8: 10}.get(buffer[2], 3)


_PREFIXES = (ESC, GS, FS, DLE)
_COMMANDS: dict[tuple[int, int], tuple[Length, Act | None, bool]] = {
    (ESC, ord("@")): (0, Reader._initialize, True),
    (ESC, ord("a")): (1, Reader._align, True),
    (ESC, ord("E")): (1, Reader._bold, True),
    (ESC, ord("G")): (1, Reader._bold, True),
    (ESC, ord("-")): (1, Reader._underline, True),
    (ESC, ord("M")): (1, Reader._font, True),
    (ESC, ord("!")): (1, Reader._mode, True),
    (ESC, ord("t")): (1, Reader._choose_code_page, True),
    (ESC, ord("d")): (1, Reader._feed_lines, True),
    (ESC, ord("J")): (1, Reader._feed_dots, True),
    (ESC, ord("2")): (0, Reader._usual_spacing, True),
    (ESC, ord("3")): (1, Reader._spacing, True),
    (ESC, ord("p")): (3, Reader._open_drawer, False),
    (ESC, ord("*")): (_columns_length, Reader._column_graphics, True),
    (ESC, ord("e")): (1, Reader._pull_back, True),
    (ESC, ord("$")): (2, Reader._move_to, True),
    (ESC, ord("\\")): (2, Reader._move_by, True),
    (ESC, ord("D")): (_until_nul, None, True),
    **{(ESC, ord(letter)): (1, None, True) for letter in "R{=VrTU"},
    (ESC, ord(" ")): (1, Reader._gap, True),
    (ESC, ord("c")): (2, None, True),
    (GS, ord("!")): (1, Reader._size, True),
    (GS, ord("B")): (1, Reader._reverse, True),
    (GS, ord("V")): (_cut_length, Reader._cut_off, True),
    (GS, ord("(")): (_counted, Reader._extended, True),
    (GS, ord("8")): (_long_counted, Reader._long_graphics, True),
    (GS, ord("L")): (2, Reader._margin, True),
    (GS, ord("W")): (2, Reader._area, True),
    (GS, ord("P")): (2, Reader._set_units, True),
    (GS, ord("v")): (_raster_length, Reader._raster, True),
    (GS, ord("k")): (_barcode_length, Reader._barcode, True),
    (GS, ord("r")): (1, Reader._report, False),
    (GS, ord("a")): (1, Reader._switch_automatic_status, False),
    (GS, ord("I")): (1, None, False),
    **{(GS, ord(letter)): (1, None, True) for letter in "hwfHbT"},
    (FS, ord(".")): (0, None, True),
    (FS, ord("&")): (0, None, True),
    **{(FS, ord(letter)): (1, None, True) for letter in "C!-"},
    (FS, ord("p")): (2, None, True),
    (FS, ord("(")): (_counted, None, True),
    (DLE, EOT): (1, None, False),  # worked off on arrival; here only passed over
    (DLE, ENQ): (1, None, False),
    (DLE, DC4): (_pulse_length, None, False),
}
"""(prefix, letter) → how many bytes of arguments, what it does, and whether it belongs to what is on the paper."""
