"""Pages of a PDF as a pen draws them: words, lines, panels and QR codes, in points from the lower left corner.

Operators are collected page by page and handed to reportlab at the end, which makes the document of them: its own
drawing calls would take longer than everything else together.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import segno
from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from receipts.layouts.common import wrap
from receipts.layouts.letters import UNICODE, fit
from receipts.layouts.logo import color, logo, rounded
from receipts.layouts.pdf_fonts import ReadyFont, sans

rl_config.useA85 = 0
"""Compressed streams as they are: ASCII armour makes files a quarter larger and pages twice as slow."""

LETTER = (612.0, 792.0)

TEXT, SECOND, MUTED, ACCENT = color("#13202C"), color("#415160"), color("#586876"), color("#14568C")
BORDER, HAIRLINE, SUNKEN, BAD = color("#DBE2E8"), color("#E8EDF1"), color("#F7F9FA"), color("#A3231A")

MARK = 16.0
"""The size of a mark at the head of a page."""

QR_MASK = 3
"""Every mask is readable; finding the prettiest of the eight takes segno longer than the whole page."""


class Sheets:
    """The pages of one document while they are drawn. Not for two threads at a time."""

    def __init__(self, title: str, author: str, subject: str = "Receipt", mark: str = "") -> None:
        """`mark` stands at the head of every page."""
        self._mark = mark
        self._regular, self._strong = sans(400), sans(600)
        self._out = BytesIO()
        pdfmetrics.registerFont(self._regular)
        self._canvas = Canvas(self._out, pagesize=LETTER, invariant=1, initialFontName=self._regular.fontName)
        self._canvas.setTitle(fit(title, UNICODE))
        self._canvas.setAuthor(fit(author, UNICODE))
        self._canvas.setCreator("Copaydesk")
        self._canvas.setSubject(subject)
        self.pages: list[list[str]] = [[]]
        self._page = self.pages[0]

    def new_page(self) -> None:
        """Go on with an empty page after the last."""
        self.pages.append([])
        self._page = self.pages[-1]

    def turn_to(self, number: int) -> None:
        """Go on with page `number`, from 1."""
        self._page = self.pages[number - 1]

    def finish(self) -> bytes:
        """The whole PDF; nothing can be drawn after."""
        for number, page in enumerate(self.pages):
            if number:
                self._canvas.showPage()
            if self._mark:
                self._page = page
                self.words(LETTER[0] / 2 + self.width(self._mark, MARK) / 2, LETTER[1] - 34, self._mark, MARK,
                           strong=True, ink=BAD, right=True)  # fmt: skip
            self._canvas.addLiteral("\n".join(page))
        self._canvas.save()
        return self._out.getvalue()

    def words(
        self,
        x: float,
        y: float,
        text: str,
        size: float = 10,
        *,
        strong: bool = False,
        ink: str = TEXT,
        right: bool = False,
    ) -> None:
        """`text` on the line `y`, beginning at `x`, or ending there when `right`."""
        font = self._font(strong)
        text = font.fit(text)
        if not text:
            return
        if right:
            x -= font.units(text) * size / 1000
        runs = font.runs(text, self._canvas._doc)
        shown = " ".join(f"{name} {size:g} Tf <{codes}> Tj" for name, codes in runs)
        self._page.append(f"BT {ink} rg {x:.2f} {y:.2f} Td {shown} ET")

    def lines(self, text: str, width: float, size: float = 10, *, strong: bool = False) -> tuple[str, ...]:
        """`text` wrapped to `width` points."""
        font = self._font(strong)
        return wrap(font.fit(text), int(width * 1000 / size), font.units)

    def width(self, text: str, size: float = 10, *, strong: bool = False) -> float:
        """Points that `text` takes."""
        font = self._font(strong)
        return font.units(font.fit(text)) * size / 1000

    def line(self, x: float, y: float, to_x: float, *, ink: str = BORDER, thick: float = 0.75) -> None:
        """A level line."""
        self._page.append(f"{ink} RG {thick:g} w {x:.2f} {y:.2f} m {to_x:.2f} {y:.2f} l S")

    def strokes(self, x: float, y: float, strokes: Sequence[Sequence[tuple[float, float]]]) -> None:
        """A pen's way from the lower left corner (x, y), y upwards."""
        for stroke in strokes:
            first, *rest = [f"{x + right:.2f} {y + up:.2f}" for right, up in stroke]
            way = "".join(f" {each} l" for each in rest or [first])
            self._page.append(f"{TEXT} RG 1.2 w 1 J {first} m{way} S 0 J")

    def box(self, x: float, y: float, width: float, height: float, *, fill: str = "", ink: str = "") -> None:
        """A rectangle with round corners, filled or outlined or both."""
        how = {(True, True): "B", (True, False): "f", (False, True): "S"}[bool(fill), bool(ink)]
        colors = (f"{fill} rg " if fill else "") + (f"{ink} RG 0.75 w " if ink else "")
        self._page.append(f"{colors}{rounded(x, y, width, height, 4)} {how}")

    def code(self, x: float, y: float, side: float, data: str) -> None:
        """A QR code (medium error correction) in a square of `side` points; the caller leaves four modules around."""
        matrix = segno.make_qr(data, error="m", boost_error=False, mask=QR_MASK).matrix
        count = len(matrix)
        runs = [run for row, bits in enumerate(matrix) for run in _dark_runs(bits, count - 1 - row)]
        scale = side / count
        self._page.append(f"q {scale:.4f} 0 0 {scale:.4f} {x:.2f} {y:.2f} cm 0 g\n{' '.join(runs)} f Q")

    def logo(self, x: float, y: float, side: float) -> None:
        """The product's logo."""
        drawn, units = logo()
        self._page.append(f"q {side / units:.4f} 0 0 {side / units:.4f} {x:.2f} {y:.2f} cm\n{drawn} Q")

    def _font(self, strong: bool) -> ReadyFont:
        return self._strong if strong else self._regular


def _dark_runs(bits: bytearray, y: int) -> list[str]:
    runs, start = [], -1
    for x, bit in enumerate((*bits, 0)):
        if bit and start < 0:
            start = x
        elif not bit and start >= 0:
            runs.append(f"{start} {y} {x - start} 1 re")
            start = -1
    return runs
