"""The receipt as ESC/POS bytes: Epson's command set as far as every receipt printer knows it.

Our own encoder: the commands a receipt needs fit on a page, it starts at once, and the code page is fixed per printer
instead of guessed per letter, so the same receipt is the same bytes. No raster pictures: on a slow serial line they
take seconds, and some printers obey commands found in picture data. A logo can be kept in the printer's own memory.
"""

from __future__ import annotations

from dataclasses import dataclass

from receipts.document import ReceiptDocument
from receipts.layouts.common import Block, Code, Rule, Text, blocks

INIT = b"\x1b@"
STORED_LOGO = b"\x1cp"
CUT = b"\x1dVB\x00"  # feed to the cutter, then cut
FEED_OUT = b"\x1bd\x05"  # by hand: past the tear bar

Style = tuple[str, bool, bool]
"""Alignment, bold, tall: the end of a `Text`."""

PLAIN: Style = ("left", False, False)
_STYLES: dict[type[Block], Style] = {Rule: PLAIN, Code: ("center", False, False)}
_COMMANDS: tuple[dict[object, str], ...] = (
    {"left": "\x1ba\x00", "center": "\x1ba\x01"},
    {True: "\x1bE\x01", False: "\x1bE\x00"},
    {True: "\x1d!\x01", False: "\x1d!\x00"},
)

QR_DOTS = 5
"""Size of one QR module in printer dots (1 to 16): 0.6 mm on 203 dots an inch, read by any phone."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What the layout must know of a printer; the printers themselves are listed with their drivers.

    `columns` in font A (24 or more); `code_page` is the Python codec and `code_page_no` its number for ESC t; without
    a `cutter` the paper is fed out to tear; a printer that does not draw QR codes (`draws_qr`) is sent none;
    `stored_logo_no` 1 to 255 prints the picture kept in the printer's own memory under that number, 0 none.
    """

    columns: int = 42
    code_page: str = "cp1252"
    code_page_no: int = 16
    cutter: bool = True
    draws_qr: bool = True
    stored_logo_no: int = 0


PLAIN_80MM = Profile()
"""The most usual receipt printer: 80 mm paper, Western letters, a cutter."""


def escpos(document: ReceiptDocument, profile: Profile = PLAIN_80MM) -> bytes:
    """The bytes that put `document` on paper, from reset to cut. Never opens the drawer: that is a job of its own."""
    return encode(blocks(document, profile.columns, profile.code_page), profile)


def encode(receipt: tuple[Block, ...], profile: Profile) -> bytes:
    """`receipt` (made with this profile's columns and code page) as ESC/POS."""
    out = [INIT, b"\x1bt", bytes((profile.code_page_no,))]
    if profile.stored_logo_no:
        out += (b"\x1ba\x01", STORED_LOGO, bytes((profile.stored_logo_no, 0)), b"\x1ba\x00")
    # Commands are ASCII and the same in every code page: whole stretches of lines are encoded in one go.
    rule = "-" * profile.columns + "\n"
    stretch: list[str] = []
    style = PLAIN
    for block in receipt:
        wanted = block[1:] if isinstance(block, Text) else _STYLES[type(block)]
        if wanted != style:
            stretch += _switch(style, wanted)
            style = wanted
        if isinstance(block, Text):
            stretch += (block[0], "\n")
        elif isinstance(block, Rule):
            stretch.append(rule)
        elif profile.draws_qr:
            out += ("".join(stretch).encode(profile.code_page), qr(block.data))
            stretch.clear()
    out += ("".join(stretch).encode(profile.code_page), CUT if profile.cutter else FEED_OUT)
    return b"".join(out)


def _switch(now: Style, wanted: Style) -> list[str]:
    changes = zip(_COMMANDS, now, wanted, strict=True)
    return [command[to] for command, was, to in changes if was != to]


def qr(data: str) -> bytes:
    """A QR code the printer draws itself: model 2, medium error correction (GS ( k, functions 165 to 181)."""
    stored = data.encode("ascii")
    size = (len(stored) + 3).to_bytes(2, "little")
    return b"".join(
        (
            b"\x1d(k\x04\x001A2\x00",
            b"\x1d(k\x03\x001C" + bytes((QR_DOTS,)),
            b"\x1d(k\x03\x001E1",
            b"\x1d(k" + size + b"1P0" + stored,
            b"\x1d(k\x03\x001Q0",
        )
    )
