"""What a PDF says and shows, read with a library that shares nothing with the one that wrote it."""

from __future__ import annotations

import pypdfium2


def texts(data: bytes) -> list[str]:
    """The words of each page."""
    document = pypdfium2.PdfDocument(data)
    try:
        found = []
        for page in document:
            words = page.get_textpage()
            found.append(words.get_text_bounded().replace("\r\n", "\n"))
            words.close()
            page.close()
        return found
    finally:
        document.close()


class Picture:
    """The first page as pixels, `scale` to a point."""

    def __init__(self, data: bytes, scale: float = 4.0) -> None:
        document = pypdfium2.PdfDocument(data)
        page = document[0]
        bitmap = page.render(scale=scale, rev_byteorder=True)
        self._bytes, self._stride, self._wide = bytes(bitmap.buffer), bitmap.stride, bitmap.n_channels
        page.close()
        document.close()

    def at(self, x: float, y: float) -> tuple[int, int, int]:
        """Red, green and blue, counted from the upper left corner."""
        start = int(y) * self._stride + int(x) * self._wide
        red, green, blue = self._bytes[start : start + 3]
        return red, green, blue
