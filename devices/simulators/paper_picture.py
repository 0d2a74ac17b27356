"""The simulated paper as a picture: a white strip on light ground, torn at the foot, every dot of the head a pixel."""

from __future__ import annotations

import functools
import io

import segno
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from devices.simulators.escpos_paper import (
    CELL_DOTS,
    CENTRE,
    RIGHT,
    FeedRow,
    Paper,
    PictureRow,
    QrRow,
    Row,
    Sign,
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
    strip = _print(paper)
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
    pieces: list[Paper] = []
    reader = Reader(width_dots, cut=pieces.append, pulse=_ignore, tell=_ignore, automatic_status=_ignore)
    buffer = bytearray(wire)
    while buffer and (used := reader.step(buffer)):
        del buffer[:used]
    return picture(pieces[-1] if pieces else reader.head.take_paper())


def _ignore(_number: int) -> None:
    """Paper alone opens no drawer and answers nothing."""


def _print(paper: Paper) -> Image.Image:
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
    part.paste(drawn, (_indent(row.align, width, drawn.width), 0))
    return part


def _draw_text(row: TextRow, width: int) -> Image.Image:
    part = Image.new("L", (width, row.height_dots), 0)
    left = _indent(row.align, width, row.width_dots)
    for sign in row.signs:
        drawn = _draw_sign(sign)
        part.paste(drawn, (left, row.ink_dots - drawn.height))
        left += drawn.width
    return part


@functools.lru_cache(maxsize=2048)
def _draw_sign(sign: Sign) -> Image.Image:
    """One sign in its cell; doubled like the head does, but with the outlines of the larger font."""
    style = sign.style
    wide, high = CELL_DOTS[style.small]
    scale = max(style.wide, style.high)
    cell = Image.new("L", (wide * scale, high * scale), 0)
    pen = ImageDraw.Draw(cell)
    size = SIGN_HEIGHT[style.small] * scale
    pen.text((cell.width / 2, high * scale * 0.78), sign.text, fill=255, font=_font(size, style.bold), anchor="ms")
    if style.wide != style.high:
        cell = cell.resize((wide * style.wide, high * style.high), Image.Resampling.LANCZOS)
    pen = ImageDraw.Draw(cell)
    if style.underline:
        pen.rectangle((0, cell.height - 2 * style.high, cell.width, cell.height), fill=255)
    if style.reverse:
        cell = ImageChops.invert(cell)
    return cell


@functools.lru_cache(maxsize=32)
def _font(size: int, bold: bool) -> Font:
    try:
        return ImageFont.truetype(path(MONO[600 if bold else 400]), size)
    except OSError:  # installed without the fonts: Pillow's own, each sign still in its cell
        return ImageFont.load_default(size)


def _draw_qr(row: QrRow) -> Image.Image:
    code = segno.make(row.data, error=row.level, micro=False, boost_error=False)
    bits = [list(line) for line in code.matrix_iter(scale=row.module_dots, border=2)]
    image = Image.new("L", (len(bits[0]), len(bits)), 0)
    image.putdata([255 * module for line in bits for module in line])
    return image


def _draw_picture(row: PictureRow) -> Image.Image:
    return Image.frombytes("1", (row.width_dots, row.height_dots), row.bits).convert("L")


def _indent(align: int, width: int, used: int) -> int:
    free = max(width - used, 0)
    return {CENTRE: free // 2, RIGHT: free}.get(align, 0)


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
