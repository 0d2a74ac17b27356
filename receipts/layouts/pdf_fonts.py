"""IBM Plex for PDFs: embedded, and made ready once per process instead of once per document.

A subset of a font takes milliseconds to cut and to compress. The first subset of ours is therefore always the same:
letters of western and central European languages, and the signs a receipt uses. Its bytes are kept; a document only
refers to them. Other letters the font has (Greek, Cyrillic, Vietnamese) go the usual way, into further subsets.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from reportlab.pdfbase import pdfdoc
from reportlab.pdfbase.ttfonts import SUBSETN, TTFont, makeToUnicodeCMap

import resources
from receipts.layouts.letters import fit_with

MISSING = "\ufffd"
"""What the page shows for a character the font does not have: a black diamond with a question mark."""

_EXTRA = ("".join(map(chr, range(0xA1, 0x100))) + "–—‘’“”•…€™−" + "ŒœŠšŽžŸŁłŃńŚśĆćĘęĄąŹźŻżŐőŰűČčŘřĚě")[:128]
FIRST_SUBSET = [0] * 32 + list(range(32, 127)) + [0] + [ord(sign) for sign in _EXTRA]
"""Code point by code in the subset that is always there; 0 is the missing glyph."""

_CODES = {point: code for code, point in enumerate(FIRST_SUBSET) if point}


class ReadyFont(TTFont):  # type: ignore[misc]
    """A TrueType font whose first subset is made ready once. Safe to use for several documents at a time."""

    def __init__(self, name: str, file: str) -> None:
        super().__init__(name, str(resources.path(file)))
        self._widths: dict[int, int] = {point: round(width) for point, width in self.face.charWidths.items()}
        self._ready = _ready(self)

    def units(self, text: str) -> int:
        """How wide `text` is, in thousandths of the font size."""
        widths = self._widths
        return sum([widths[ord(sign)] for sign in text])

    def fit(self, text: str) -> str:
        """`text` on one line, with MISSING for every character that neither this font nor a relative can show."""
        if text.isascii() and text.isprintable():
            return text
        return fit_with(text, self._shows, MISSING)

    def _shows(self, sign: str) -> bool:
        return ord(sign) in self._widths

    def runs(self, text: str, document: Any) -> list[tuple[str, str]]:
        """`text` as (font resource, hex string) pairs for a page of the PDF `document`."""
        return [
            (self.getSubsetInternalName(subset, document), codes.hex())
            for subset, codes in self.splitString(text, document)
        ]

    def splitString(self, text: str, doc: Any, encoding: str = "utf-8") -> list[tuple[int, bytes]]:
        """(subset, codes) pairs; see TTFont."""
        self._start(doc)
        try:
            return [(0, bytes([_CODES[ord(sign)] for sign in text]))]
        except KeyError:
            split: list[tuple[int, bytes]] = super().splitString(text, doc, encoding)
            return split

    def getSubsetInternalName(self, subset: int, doc: Any) -> str:
        """The name of the font resource of one subset; see TTFont."""
        self._start(doc)
        return str(super().getSubsetInternalName(subset, doc))

    def addObjects(self, doc: Any) -> None:
        """Put what the document used of this font into it; see TTFont."""
        state = self.state[doc]
        state.frozen = 1
        self._ready.add(doc, self.getSubsetInternalName(0, doc)[1:])
        for number, subset in enumerate(state.subsets[1:], start=1):
            _Subset(self, number, subset).add(doc, self.getSubsetInternalName(number, doc)[1:])
        del self.state[doc]

    def _start(self, doc: Any) -> None:
        if doc not in self.state:
            state = self.state[doc] = TTFont.State(True, self)
            state.assignments = dict(_CODES)
            state.subsets = [FIRST_SUBSET]
            state.nextCode = 256


class _Bytes(pdfdoc.PDFObject):  # type: ignore[misc]
    """A piece of a PDF that is written already. One object for each document: reportlab marks what it has seen."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def format(self, _document: Any) -> bytes:
        return self._content


class _Subset:
    """One subset of a font, written once for all documents but for the numbers of its parts."""

    def __init__(self, font: ReadyFont, number: int, subset: Sequence[int]) -> None:
        face = font.face
        outlines = face.makeSubset(subset)
        self._name = b"".join((SUBSETN(number), b"+", face.name, face.subfontNameX)).decode("ascii")
        self._file = _packed(outlines, f" /Length1 {len(outlines)}")
        self._unicode = _packed(makeToUnicodeCMap(self._name, subset).encode())
        # Flags 4, symbolic: the codes are the subset's own.
        self._descriptor = (
            f"<< /Type /FontDescriptor /FontName /{self._name} /Flags 4 /FontBBox [{_numbers(face.bbox)}] "
            f"/Ascent {round(face.ascent)} /Descent {round(face.descent)} /CapHeight {round(face.capHeight)} "
            f"/ItalicAngle {round(face.italicAngle)} /StemV {round(face.stemV)} "
            f"/MissingWidth {round(face.defaultWidth)} /FontFile2 "
        )
        self._font = (
            f"<< /Type /Font /Subtype /TrueType /BaseFont /{self._name} /FirstChar 0 /LastChar {len(subset) - 1} "
            f"/Widths [{_numbers(map(face.getCharWidth, subset))}]"
        )

    def add(self, document: Any, internal_name: str) -> None:
        """Put the subset into `document` as the font resource `internal_name`."""

        def put(part: str, content: bytes) -> str:
            reference: bytes = document.Reference(_Bytes(content), f"{part}:{self._name}").format(document)
            return reference.decode("ascii")

        file, unicode = put("fontFile", self._file), put("toUnicode", self._unicode)
        descriptor = put("fontDescriptor", f"{self._descriptor}{file} >>".encode())
        font = f"{self._font} /Name /{internal_name} /ToUnicode {unicode} /FontDescriptor {descriptor} >>".encode()
        document.idToObject["BasicFonts"].dict[internal_name] = document.Reference(_Bytes(font), internal_name)


def _numbers(values: Iterable[float]) -> str:
    return " ".join(str(round(value)) for value in values)


def _ready(font: ReadyFont) -> _Subset:
    return _Subset(font, 0, FIRST_SUBSET)


def _packed(content: bytes, entries: str = "") -> bytes:
    packed = zlib.compress(content, 9)
    head = f"<< /Filter /FlateDecode /Length {len(packed)}{entries} >>\nstream\n"
    return head.encode() + packed + b"\nendstream\n"


@cache
def sans(weight: int = 400) -> ReadyFont:
    """IBM Plex Sans in `weight` 400 or 600, read once per process (some 15 ms)."""
    return ReadyFont(f"PlexSans{weight}", resources.SANS[weight])
