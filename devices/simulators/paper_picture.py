"""The simulated paper as a picture: a white strip on light ground, torn at the foot, every dot of the head a pixel."""

from __future__ import annotations

import functools
import io

import segno
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from devices.simulators.escpos_paper import (
    CELL_DOTS,
    EPSON,
    Dots,
    FeedRow,
    Mechanics,
    Paper,
    PictureRow,
    QrRow,
    Row,
    Style,
    TextRow,
)
from devices.simulators.escpos_parser import Reader
from resources import MONO, path

GROUND = (237, 241, 244)
WHITE = (255, 255, 253)
INK = (24, 28, 32)
EDGE = (214, 221, 227)
SIDE_DOTS, HEAD_DOTS, FOOT_DOTS, GROUND_DOTS = 32, 28, 36, 36
TOOTH_DOTS = 8
SIGN_HEIGHT = {False: 20, True: 15}
"""IBM Plex Mono advances 0.6 of its size: 20 fills the 12 dots of font A, 15 the 9 dots of font B."""

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def picture(paper: Paper) -> bytes:
    """The PNG of a piece of paper."""
    strip = print_strip(paper)
    width = paper.width_dots + 2 * SIDE_DOTS
    height = HEAD_DOTS + strip.height + FOOT_DOTS
    sheet = Image.new("RGB", (width, height), WHITE)
    ink = Image.new("RGB", strip.size, INK)
    sheet.paste(ink, (SIDE_DOTS, HEAD_DOTS), strip)
    shape = _torn(width, height)
    ground = Image.new("RGB", (width + 2 * GROUND_DOTS, height + 2 * GROUND_DOTS), GROUND)
    shadow = Image.new("L", ground.size, 0)
    shadow.paste(shape, (GROUND_DOTS, GROUND_DOTS + 6))
    shadow = shadow.filter(ImageFilter.GaussianBlur(9)).point(lambda level: level * 5 // 16)
    ground.paste(EDGE, (0, 0), ImageChops.lighter(shadow, Image.new("L", ground.size, 0)))
    ground.paste(sheet, (GROUND_DOTS, GROUND_DOTS), shape)
    _outline(ground, width, height)
    written = io.BytesIO()
    ground.save(written, "PNG", optimize=False)
    return written.getvalue()


def develop(wire: bytes, width_dots: int = 576) -> bytes:
    """The PNG of what a printer would put on paper for these bytes; of several pieces the last one."""
    return picture(pieces(wire, width_dots)[-1])


def pieces(wire: bytes, width_dots: int = 576, mechanics: Mechanics = EPSON) -> list[Paper]:
    """The pieces of paper a printer makes of these bytes, at least one; what was not cut off is the last."""
    done: list[Paper] = []
    reader = Reader(width_dots, cut=done.append, pulse=_ignore, tell=_ignore, automatic_status=_ignore,
                    mechanics=mechanics)  # fmt: skip
    buffer = bytearray(wire)
    while buffer and (used := reader.step(buffer)):
        del buffer[:used]
    rest = reader.head.take_paper()
    return done if done and not rest.rows else [*done, rest]


def _ignore(_number: int) -> None:
    """Paper alone opens no drawer and answers nothing."""


def print_strip(paper: Paper) -> Image.Image:
    """All rows under each other, as a mask of ink."""
    drawn = [_draw(row, paper.width_dots) for row in paper.rows]
    strip = Image.new("L", (paper.width_dots, max(sum(part.height for part in drawn), 1)), 0)
    top = 0
    for part in drawn:
        strip.paste(part, (0, top))
        top += part.height
    return strip


def _draw(row: Row, width: int) -> Image.Image:
    if isinstance(row, FeedRow):
        return Image.new("L", (width, row.height_dots), 0)
    if isinstance(row, TextRow):
        return _draw_text(row, width)
    drawn = _draw_qr(row) if isinstance(row, QrRow) else _draw_picture(row)
    part = Image.new("L", (width, drawn.height), 0)
    part.paste(drawn, (row.place.indent_dots(drawn.width), 0))
    return part


def _draw_text(row: TextRow, width: int) -> Image.Image:
    part = Image.new("L", (width, row.height_dots), 0)
    left = row.place.indent_dots(row.width_dots)
    for mark in row.marks:
        drawn = _draw_dots(mark) if isinstance(mark, Dots) else _draw_sign(mark.text, mark.style, mark.width_dots)
        part.paste(255, (left + mark.left_dots, row.ink_dots - drawn.height), drawn)
    return part


def _draw_dots(dots: Dots) -> Image.Image:
    return Image.frombytes("1", (dots.width_dots, dots.height_dots), dots.bits).convert("L")


@functools.lru_cache(maxsize=2048)
def _draw_sign(text: str, style: Style, advance: int) -> Image.Image:
    """One sign in its cell, with the gap after it; doubled like the head does, but with the outlines of the larger
    font."""
    wide, high = CELL_DOTS[style.small]
    scale = max(style.wide, style.high)
    cell = Image.new("L", (wide * scale, high * scale), 0)
    pen = ImageDraw.Draw(cell)
    size = SIGN_HEIGHT[style.small] * scale
    pen.text((cell.width / 2, high * scale * 0.78), text, fill=255, font=_font(size, style.bold), anchor="ms")
    if style.wide != style.high:
        cell = cell.resize((wide * style.wide, high * style.high), Image.Resampling.LANCZOS)
    if advance > cell.width:
        narrow, cell = cell, Image.new("L", (advance, cell.height), 0)
        cell.paste(narrow, (0, 0))
    pen = ImageDraw.Draw(cell)
    if style.underline:
        pen.rectangle((0, cell.height - 2 * style.high, cell.width, cell.height), fill=255)
    if style.reverse:
        cell = ImageChops.invert(cell)
    return cell


@functools.lru_cache(maxsize=32)
def _font(size: int, bold: bool) -> Font:
    try:
        return ImageFont.truetype(path(MONO[600 if bold else 400]), size, layout_engine=ImageFont.Layout.BASIC)
    except OSError:  # installed without the fonts: Pillow's own, each sign still in its cell
        return ImageFont.load_default(size)


def _draw_qr(row: QrRow) -> Image.Image:
    code = segno.make(row.data, error=row.level, micro=False, boost_error=False)
    bits = [list(line) for line in code.matrix_iter(scale=row.module_dots, border=2)]
    image = Image.new("L", (len(bits[0]), len(bits)), 0)
    image.putdata([255 * module for line in bits for module in line])
    return image


def _draw_picture(row: PictureRow) -> Image.Image:
    sent = Image.frombytes("1", (row.columns, row.rows), row.bits).convert("L")
    return sent.resize((row.width_dots, row.height_dots), Image.Resampling.NEAREST)


def _teeth(width: int, height: int) -> list[tuple[int, int]]:
    """The torn foot, from right to left."""
    points = []
    for step, across in enumerate(range(width, -1, -TOOTH_DOTS)):
        points.append((across, height - (TOOTH_DOTS if step % 2 else 0)))
    if points[-1][0] != 0:
        points.append((0, height))
    return points


def _torn(width: int, height: int) -> Image.Image:
    shape = Image.new("L", (width, height), 0)
    ImageDraw.Draw(shape).polygon([(0, 0), (width, 0), *_teeth(width, height)], fill=255)
    return shape


def _outline(ground: Image.Image, width: int, height: int) -> None:
    outline = [(0, 0), (width, 0), *_teeth(width, height), (0, 0)]
    moved = [(across + GROUND_DOTS, down + GROUND_DOTS) for across, down in outline]
    ImageDraw.Draw(ground).line(moved, fill=EDGE, width=1)
