"""The simulated printer judged by others: pictures that another renderer was checked with, whole prints another library
sent, and what is written down of real printers."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from io import BytesIO
from json import loads

import pytest
from PIL import Image, ImageChops

from devices.simulators.escpos_paper import EPSON, PLAIN, Mechanics, Paper, PictureRow, QrRow, Sign, TextRow
from devices.simulators.escpos_parser import CODE_PAGES, Reader
from devices.simulators.paper_picture import picture, pieces, print_strip
from tests.support.shared_data import shared

PLAIN_DOTS = 384

DRAWN = ("esc-star-8dot-double-density", "esc-star-all-density-modes", "gs-v-function-b-feed")
"""Cases without letters: dot for dot the same."""
WRITTEN = ("ascii-fonts-and-styles", "positioning-and-print-area", "receiptful-html2escpos")
"""Cases with letters: another font, so the ink is compared cell by cell."""


def program(case: str) -> bytes:
    return bytes.fromhex(shared(f"escpost-cases/{case}/input.hex").read_text(encoding="ascii"))


def expected(case: str) -> list[Image.Image]:
    """The pictures printed for a case, ink white."""
    folder = shared(f"escpost-cases/{case}")
    return [_ink(Image.open(path).convert("L").point(lambda level: 255 - level))
            for path in sorted(folder.glob("expected-*.png"))]  # fmt: skip


def _ink(image: Image.Image) -> Image.Image:
    return image.point(lambda level: 255 if level > 127 else 0)


@pytest.mark.parametrize("case", DRAWN)
def test_pictures_are_the_expected_ones_dot_for_dot(case: str) -> None:
    ours, theirs = pieces(program(case), PLAIN_DOTS, PLAIN), expected(case)
    assert len(ours) == len(theirs)
    for paper, wanted in zip(ours, theirs, strict=True):
        printed = _ink(print_strip(paper))
        assert printed.size == wanted.size
        assert ImageChops.difference(printed, wanted).getbbox() is None


def cells(paper: Paper) -> Iterator[tuple[tuple[int, int, int, int], bool]]:
    """(box, is ink meant to be in it) of every sign and picture of a paper, over the whole height of its row."""
    top = 0
    for row in paper.rows:
        down = top + row.height_dots if not isinstance(row, QrRow) else top
        if isinstance(row, TextRow):
            left = row.place.indent_dots(row.width_dots)
            for mark in row.marks:
                assert isinstance(mark, Sign)
                inked = mark.style.reverse or mark.style.underline or mark.text.strip() != ""
                yield (left + mark.left_dots, top, left + mark.left_dots + mark.width_dots, down), inked
        elif isinstance(row, PictureRow):
            left = row.place.indent_dots(row.width_dots)
            yield (left, top, left + row.width_dots, down), any(row.bits)
        top = down


@pytest.mark.parametrize("case", WRITTEN)
def test_letters_stand_where_they_are_expected(case: str) -> None:
    """Every sign of ours has their ink in its cell, and there is none anywhere else."""
    [paper], [wanted] = pieces(program(case), PLAIN_DOTS, PLAIN), expected(case)
    assert print_strip(paper).size == wanted.size
    rest = wanted.copy()
    for box, inked in cells(paper):
        assert (wanted.crop(box).getbbox() is not None) is inked, box
        rest.paste(0, box)
    assert rest.getbbox() is None


def test_reversed_cells_and_gaps_are_the_expected_ones_dot_for_dot() -> None:
    [paper], [wanted] = (
        pieces(program("positioning-and-print-area"), PLAIN_DOTS, PLAIN),
        expected("positioning-and-print-area"),
    )
    printed = _ink(print_strip(paper))
    letter = (0, 30, 12, 60)
    for image in (printed, wanted):
        image.paste(0, letter)
    assert ImageChops.difference(printed, wanted).getbbox() is None


def test_a_printer_that_goes_back_does() -> None:
    """What the notes of that case say of the reference, which the printer of the picture does otherwise."""
    [paper] = pieces(program("positioning-and-print-area"), PLAIN_DOTS, EPSON)
    last = [row for row in paper.rows if isinstance(row, TextRow)][-1]
    assert [mark.left_dots for mark in last.marks] == [40, 20]


def test_the_same_program_without_a_picture_parses_too() -> None:
    [paper] = pieces(program("single-sheet"), PLAIN_DOTS, EPSON)
    assert paper.text() == pieces(program("ascii-fonts-and-styles"), PLAIN_DOTS, EPSON)[0].text()


def test_a_long_program_of_everything_is_understood() -> None:
    data = bytes.fromhex(shared("escpost-cases/render-workload.hex").read_text(encoding="ascii"))
    reader, papers = _read(data, PLAIN)
    assert not reader.unknown
    text = "".join(paper.text() for paper in papers)
    for words in ("COLUMN GRAPHICS", "RASTER GRAPHICS", "QR MODEL 2", "[QR ", "NO-CUT FUNCTION B"):
        assert words in text


def _read(data: bytes, mechanics: Mechanics = EPSON) -> tuple[Reader, list[Paper]]:
    """Work everything off; nothing may be left over."""
    papers: list[Paper] = []
    noted: list[int] = []
    reader = Reader(576, cut=papers.append, pulse=noted.append, tell=noted.append, automatic_status=noted.append,
                    mechanics=mechanics)  # fmt: skip
    buffer = bytearray(data)
    while buffer:
        used = reader.step(buffer)
        assert used, "it ends in the middle of a command"
        del buffer[:used]
    rest = reader.head.take_paper()
    return reader, [*papers, *([] if rest.empty else [rest])]


CAPTURES = {
    "barcode": (1, "UPC-A", "012345678901"),
    "bit-image": (1, "Large Tux in correct proportion", "[picture 128x148]", "[picture 256x148]",
                  "[picture 128x296]", "[picture 256x296]"),
    "character-tables": (1, "Table 16: CP1252", "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞß"),
    "demo": (14, "Hello world", "[QR Testing 123]", "[picture 608x472]"),
    "pdf417-code": (1, "Error correction ratio 0.5", "[PDF417 Testing 123]"),
    "receipt-with-logo": (1, "[picture 304x236]", "Subtotal                                   12.95",
                          "Monday 6th of April 2015"),
    "text-size": (1, "The quick brown fox jumps over the lazy dog."),
}  # fmt: skip


@pytest.mark.parametrize("name", CAPTURES)
def test_a_captured_print_is_understood_and_read(name: str) -> None:
    reader, papers = _read(shared(f"escpos-php-captures/{name}.bin").read_bytes())
    count, *words = CAPTURES[name]
    assert not reader.unknown
    assert len(papers) == count
    text = "".join(paper.text() for paper in papers)
    for wanted in words:
        assert str(wanted) in text, text
    for paper in papers:
        assert Image.open(BytesIO(picture(paper))).size[0] > paper.width_dots


def test_every_capture_is_tried() -> None:
    found = {path.stem for path in shared("escpos-php-captures").glob("*.bin")}
    assert found == set(CAPTURES)
    cases = {path.name for path in shared("escpost-cases").iterdir() if path.is_dir()}
    assert cases == {*DRAWN, *WRITTEN, "single-sheet"}


def test_a_logo_is_printed_as_it_was_sent() -> None:
    """The picture's ink is not upside down, inside out or shifted: its frame is closed and its middle light."""
    _, [paper] = _read(shared("escpos-php-captures/receipt-with-logo.bin").read_bytes())
    logo = next(row for row in paper.rows if isinstance(row, PictureRow))
    left = logo.place.indent_dots(logo.width_dots)
    drawn = _ink(print_strip(paper)).crop((left, 0, left + logo.width_dots, logo.height_dots))
    assert abs(2 * left + logo.width_dots - paper.width_dots) <= 1, "it stands in the middle"
    box = drawn.getbbox()
    assert box is not None
    edge = sum(drawn.getpixel((x, box[1] + 2)) == 255 for x in range(box[0], box[2]))
    inside = sum(drawn.getpixel((x, box[1] + 20)) == 255 for x in range(box[0], box[2]))
    assert edge > 0.9 * (box[2] - box[0]) > 0.2 * (box[2] - box[0]) > inside


def test_strips_of_column_graphics_fit_together() -> None:
    """A picture sent in strips of 24 dots, with a spacing of 24, has no gaps and loses nothing."""
    strip = b"\x1b*\x21\x08\x00" + b"\xff" * 24 + b"\n"
    _, [paper] = _read(b"\x1b3\x18" + strip * 3)
    assert paper.text() == "[dots 8x24]\n" * 3
    assert ImageChops.invert(print_strip(paper).crop((0, 0, 8, 72))).getbbox() is None


MOVES = {
    "by tab": (b"a\tb\n", "a       b"),
    "to a place": (b"a\x1b$\x3c\x00b\n", "a    b"),
    "on by some": (b"a\x1b\\\x18\x00b\n", "a  b"),
    "in units of its own": (b"\x1dP\x65\x65a\x1b$\x1e\x00b\n", "a    b"),
    "out of the area, which is passed over": (b"a\x1b$\xff\x0fb\n", "ab"),
    "with a gap after signs": (b"\x1b \x0cab\n", "a b"),
    "with a margin": (b"\x1dL\x18\x00ab\n", "  ab"),
    "in a narrow area": (b"\x1dW\x18\x00abc\n", "ab\nc"),
    "back over empty paper": (b"a\n\x1bd\x05\x1be\x04b\n", "a\n\nb"),
    "a picture in four bytes of length": (
        b"\x1d8L\x0b\x00\x00\x000p0\x02\x021\x08\x00\x01\x00\xff\x1d(L\x02\x0002",
        "[picture 16x2]",
    ),
    "a stacked code": (b"\x1d(k\x06\x000P0abc\x1d(k\x03\x000Q0", "[PDF417 abc]"),
}


@pytest.mark.parametrize("case", MOVES)
def test_the_head_moves(case: str) -> None:
    data, wanted = MOVES[case]
    reader, [paper] = _read(data)
    assert paper.text() == f"{wanted}\n"
    assert not reader.unknown


def test_a_page_it_has_not_got_leaves_the_one_it_has() -> None:
    reader, [paper] = _read(b"\x1bt\x10\x1bt\xff\xe9\n")
    assert paper.text() == "é\n"
    assert (dict(reader.lacking), dict(reader.unknown)) == ({255: 1}, {})


def test_code_page_numbers_are_those_of_real_printers() -> None:
    """Of the pages we know by number, most printers on record agree with each."""
    known = loads(shared("escpos-printer-db/capabilities.json").read_text(encoding="utf-8"))
    python = {name: facts.get("python_encode", "").lower() for name, facts in known["encodings"].items()}
    epson = [p for name, p in known["profiles"].items() if p["vendor"] == "Epson" and len(p["codePages"]) > 10]
    for number, page in CODE_PAGES.items():
        said = [python.get(p["codePages"].get(str(number), ""), "") for p in epson]
        said = [name.replace("-", "_") for name in said if name]
        agree = sum(_same(name, page) for name in said)
        assert agree >= len(said) / 2, (number, page, said)


def _same(one: str, other: str) -> bool:
    try:
        return codecs.lookup(one).name == codecs.lookup(other).name
    except LookupError:
        return False
