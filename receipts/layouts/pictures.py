"""Pages of a PDF as pictures: to look at on the screen, and for printers that want dots. The one reader of our PDFs."""

from __future__ import annotations

import io
import threading
from collections.abc import Sequence
from typing import Any, NamedTuple

_ONE_AT_A_TIME = threading.Lock()
"""The library that reads PDFs is not made for several threads."""
POINTS_PER_INCH = 72


class Picture(NamedTuple):
    """One page: rows of `stride` bytes, four to a dot (blue, green, red, unused)."""

    width: int
    height: int
    stride: int
    dots: bytes


def pictures(pdf: bytes, dots_per_inch: float) -> tuple[Picture, ...]:
    """Every page of `pdf`. A letter page takes 10 to 60 ms: not for the window's thread."""
    import pypdfium2  # 40 ms: only when a page is looked at or printed

    made = []
    with _ONE_AT_A_TIME:
        document = pypdfium2.PdfDocument(pdf)
        try:
            for page in document:
                bitmap = page.render(scale=dots_per_inch / POINTS_PER_INCH, prefer_bgrx=True, rev_byteorder=False)
                made.append(Picture(bitmap.width, bitmap.height, bitmap.stride, bytes(bitmap.buffer)))
                bitmap.close()
                page.close()
        finally:
            document.close()
    return tuple(made)


class PdfUnreadable(Exception):
    """A PDF that is damaged, or locked by a password."""


def first_pages(pdf: bytes, most: int, longest_edge: int) -> tuple[tuple[Picture, ...], int]:
    """The first `most` pages of a PDF that somebody else made, none larger than `longest_edge` dots, and how many pages
    it has. Raises PdfUnreadable. Not for the window's thread."""
    import pypdfium2

    with _ONE_AT_A_TIME:
        try:
            document = pypdfium2.PdfDocument(pdf)
            try:
                count = len(document)
                made = tuple(_fitted(document[number], longest_edge) for number in range(min(most, count)))
            finally:
                document.close()
        except pypdfium2.PdfiumError as error:
            raise PdfUnreadable from error
    return made, count


def _fitted(page: Any, longest_edge: int) -> Picture:
    width, height = page.get_size()
    bitmap = page.render(scale=longest_edge / max(width, height, 1.0), prefer_bgrx=True, rev_byteorder=False)
    picture = Picture(bitmap.width, bitmap.height, bitmap.stride, bytes(bitmap.buffer))
    bitmap.close()
    page.close()
    return picture


def joined(pdfs: Sequence[bytes]) -> bytes:
    """The pages of several PDFs as one, in their order."""
    import pypdfium2

    out = io.BytesIO()
    with _ONE_AT_A_TIME:
        whole = pypdfium2.PdfDocument.new()
        try:
            for content in pdfs:
                part = pypdfium2.PdfDocument(content)
                whole.import_pages(part)
                part.close()
            whole.save(out)
        finally:
            whole.close()
    return out.getvalue()
