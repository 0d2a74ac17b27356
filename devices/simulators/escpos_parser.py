"""How the simulated printer reads ESC/POS: a table of commands, each with its length and what it does.

Bytes are worked off in order. A command that is not whole yet waits for its rest; one that is not in the table is
counted and passed over, as printers do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from devices.bytes import DC4, DLE, ENQ, EOT, ESC, FS, GS, LF
from devices.simulators.escpos_paper import LINE_DOTS, Head, Paper, PictureRow, QrRow

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
    34: "cp855",
    36: "cp862",
    45: "cp1250",
    46: "cp1251",
    47: "cp1253",
    48: "cp1254",
}
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
    ) -> None:
        self.head = Head(width_dots)
        self.unknown: Counter[str] = Counter()
        self._cut, self._pulse, self._tell, self._automatic_status = cut, pulse, tell, automatic_status
        self._code_page = CODE_PAGES[0]
        self._qr_data, self._qr_dots, self._qr_level = b"", 3, "L"

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
        if act is not None:
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
            self.unknown[f"code page {arguments[0]}"] += 1
        else:
            self._code_page = page

    def _feed_lines(self, arguments: bytes) -> None:
        self.head.feed(arguments[0] * self.head.spacing_dots)

    def _feed_dots(self, arguments: bytes) -> None:
        self.head.feed(arguments[0])

    def _usual_spacing(self, _: bytes) -> None:
        self.head.spacing_dots = LINE_DOTS

    def _spacing(self, arguments: bytes) -> None:
        self.head.spacing_dots = arguments[0]

    def _cut_off(self, arguments: bytes) -> None:
        if len(arguments) > 1:
            self.head.feed(arguments[1])
        self._cut(self.head.take_paper())

    def _open_drawer(self, arguments: bytes) -> None:
        self._pulse(5 if arguments[0] % 48 else 2)

    def _report(self, arguments: bytes) -> None:
        self._tell(arguments[0] % 48)

    def _switch_automatic_status(self, arguments: bytes) -> None:
        self._automatic_status(arguments[0])

    def _extended(self, arguments: bytes) -> None:
        """GS ( k with cn 49 is QR: model (65), module size (67), error correction (69), store (80), print (81)."""
        letter, body = chr(arguments[0]), arguments[3:]
        if letter != "k" or len(body) < 3 or body[0] != 49:
            self.unknown[f"GS ( {letter}"] += 1
            return
        function, values = body[1], body[2:]
        if function == 67:
            self._qr_dots = min(max(values[0], 1), 16)
        elif function == 69:
            self._qr_level = QR_LEVELS.get(values[0], "L")
        elif function == 80:
            self._qr_data = values[1:]
        elif function == 81 and self._qr_data:
            self.head.put_row(QrRow(self._qr_data, self._qr_dots, self._qr_level, self.head.align))

    def _raster(self, arguments: bytes) -> None:
        width_bytes, height = arguments[2] + 256 * arguments[3], arguments[4] + 256 * arguments[5]
        self.head.put_row(PictureRow(width_bytes * 8, height, arguments[6:], self.head.align))

    def _barcode(self, arguments: bytes) -> None:
        """Bars are not drawn: the line under them is printed."""
        data = arguments[2:] if arguments[0] >= 65 else arguments[1:-1]
        self.head.feed(0)
        self.head.put(data.decode("ascii", "replace"))
        self.head.end_line()


Length = int | Callable[[bytearray], int]
Act = Callable[[Reader, bytes], None]


def _until_nul(buffer: bytearray) -> int:
    end = buffer.find(b"\x00", 2)
    return end + 1 if end >= 0 else WAIT


def _counted(buffer: bytearray) -> int:
    """`prefix ( letter pL pH data`."""
    return 5 + buffer[3] + 256 * buffer[4] if len(buffer) >= 5 else WAIT


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
    return 5 + (buffer[3] + 256 * buffer[4]) * (3 if buffer[2] >= 32 else 1)


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
    (ESC, ord("*")): (_columns_length, None, True),
    (ESC, ord("D")): (_until_nul, None, True),
    **{(ESC, ord(letter)): (1, None, True) for letter in "R{=VrTU"},
    (ESC, ord(" ")): (1, None, True),
    **{(ESC, ord(letter)): (2, None, True) for letter in "$\\c"},
    (GS, ord("!")): (1, Reader._size, True),
    (GS, ord("B")): (1, Reader._reverse, True),
    (GS, ord("V")): (_cut_length, Reader._cut_off, True),
    (GS, ord("(")): (_counted, Reader._extended, True),
    (GS, ord("v")): (_raster_length, Reader._raster, True),
    (GS, ord("k")): (_barcode_length, Reader._barcode, True),
    (GS, ord("r")): (1, Reader._report, False),
    (GS, ord("a")): (1, Reader._switch_automatic_status, False),
    (GS, ord("I")): (1, None, False),
    **{(GS, ord(letter)): (1, None, True) for letter in "hwfHbT"},
    **{(GS, ord(letter)): (2, None, True) for letter in "LWP"},
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
