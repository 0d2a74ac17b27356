"""Which files are kept as documents, told by what is in them and not by their names; and what they are called. Pure."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

LARGEST_BYTES = 50 << 20
"""A scan of some hundred pages; more is several documents."""

LONGEST_NAME = 150
LONGEST_NOTE = 4_000

HEAD_BYTES = 1_024
"""So much of a file's beginning tells what it is; a PDF may begin with other bytes (ISO 32000-1, annex H.3.4.1)."""

PDF, PNG, JPEG, GIF, WEBP = "application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp"


@dataclass(frozen=True, slots=True)
class Medium:
    """A kind of file: how people call it, and the endings its files have, the usual one first."""

    words: str
    endings: tuple[str, ...]


MEDIA: dict[str, Medium] = {
    PDF: Medium("PDF", (".pdf",)),
    PNG: Medium("PNG image", (".png",)),
    JPEG: Medium("JPEG image", (".jpg", ".jpeg", ".jpe", ".jfif")),
    GIF: Medium("GIF image", (".gif",)),
    WEBP: Medium("WebP image", (".webp",)),
}
"""What is taken, by media type: what the desk can show."""


def media_type_of(head: bytes) -> str:
    """What a file is by its first HEAD_BYTES; empty where it is nothing that is kept. The magic numbers are those of
    ISO 32000-1, RFC 2083, ITU-T T.81, GIF89a and RFC 9649."""
    for magic, media_type in _BEGINS:
        if head.startswith(magic):
            return media_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    return PDF if b"%PDF-" in head[:HEAD_BYTES] else ""


_BEGINS = ((b"\x89PNG\r\n\x1a\n", PNG), (b"\xff\xd8\xff", JPEG), (b"GIF87a", GIF), (b"GIF89a", GIF))

_PARTS_PATHS = frozenset('/\\:*?"<>|')
"""Signs that part paths, or that a file's name may not have somewhere."""
_TAKEN_NAMES = frozenset({"con", "prn", "aux", "nul", *(f"{port}{no}" for port in ("com", "lpt") for no in range(10))})
"""Names that are devices on Windows, whatever their ending."""


def shown_name(name: str, media_type: str) -> str:
    """The name a document goes by: one line without signs that hide or turn others (a name that reads `fdp.exe` from
    right to left), at most LONGEST_NAME long, and with the ending of what the file is. Never empty."""
    clean = "".join(" " if sign.isspace() else sign for sign in name if sign.isspace() or _is_shown(sign))
    clean = " ".join(unicodedata.normalize("NFC", clean).split()).rstrip(". ")
    stem, ending = _parted(clean, media_type)
    return f"{stem.strip('. ')[: LONGEST_NAME - len(ending)].rstrip('. ') or 'Document'}{ending}"


def file_name(name: str, media_type: str) -> str:
    """A name of a document that every file system takes: for a copy that is saved."""
    shown = shown_name("".join("-" if sign in _PARTS_PATHS else sign for sign in name), media_type)
    stem, ending = _parted(shown, media_type)
    while len(f"{stem}{ending}".encode()) > 200:
        stem = stem[:-1]
    if stem.partition(".")[0].strip().casefold() in _TAKEN_NAMES:
        stem = f"Document {stem}"
    return f"{stem.strip('. ') or 'Document'}{ending}"


def _is_shown(sign: str) -> bool:
    """Is it a letter or sign somebody sees? Controls, marks of direction and halves of pairs are not."""
    return unicodedata.category(sign) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def _parted(name: str, media_type: str) -> tuple[str, str]:
    """The name without its ending, and the ending it shall have: its own where that is one of the file's kind."""
    endings = MEDIA[media_type].endings
    stem, dot, last = name.rpartition(".")
    own = f"{dot}{last}".casefold()
    if dot and own in endings:
        return stem, f"{dot}{last}"
    return name, endings[0]


def size_words(size_bytes: int) -> str:
    """A size as people read it: `840 bytes`, `12 KB`, `3.4 MB` (1 KB is 1,024 bytes)."""
    if size_bytes < 1 << 10:
        return f"{size_bytes} byte{'' if size_bytes == 1 else 's'}"
    if size_bytes < 1 << 20:
        return f"{round(size_bytes / (1 << 10))} KB"
    return f"{size_bytes / (1 << 20):.1f} MB"
