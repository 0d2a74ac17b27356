"""Files people bring: real PDFs and pictures, made in memory."""

from __future__ import annotations

import io
import os
import struct
import zlib
from pathlib import Path
from typing import NoReturn


def pdf_bytes(words: str = "Referral for Rosa Quillfeather", pages: int = 1, size: int = 0) -> bytes:
    """A PDF with these words on every page; padded behind its end to `size` bytes where that is more."""
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(612, 792), invariant=1)
    for number in range(pages):
        canvas.setFont("Helvetica", 24)
        canvas.drawString(72, 700, f"{words} ({number + 1})")
        canvas.showPage()
    canvas.save()
    made = out.getvalue()
    return made + os.urandom(max(size - len(made), 0))


def png_bytes(width: int = 300, height: int = 200) -> bytes:
    """A PNG in one colour (RFC 2083)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + b"\x14\x56\x8c" * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def file_of(folder: Path, name: str, content: bytes) -> Path:
    """A file with that content."""
    path = folder / name
    path.write_bytes(content)
    return path


def no_documents() -> NoReturn:
    """For papers of a desk that keeps no documents."""
    raise AssertionError("no document is kept here")
