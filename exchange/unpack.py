"""From the bytes of a file to its text: gzip opened within bounds, encodings told apart, nothing guessed silently."""

from __future__ import annotations

import codecs
import zlib

from models.basics.errors import ImportRefused

LARGEST_BYTES = 128 << 20
"""No single file is larger than this, packed or unpacked: a bigger export comes in several files."""

GZIP = b"\x1f\x8b"
_CHUNK = 1 << 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with that of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def unpacked(data: bytes, limit: int = LARGEST_BYTES) -> bytes:
    """The bytes themselves, or what their gzip members hold.

    Raises ImportRefused: `import.too_large` beyond `limit` bytes (a bomb is stopped there, not unpacked),
    `import.gzip_truncated`, `import.gzip_damaged`.
    """
    if not data.startswith(GZIP):
        return _within(data, limit)
    parts: list[bytes] = []
    size = 0
    while data:
        member = zlib.decompressobj(wbits=31)
        while not member.eof:
            try:
                part = member.decompress(data, _CHUNK)
            except zlib.error as error:
                raise ImportRefused("import.gzip_damaged") from error
            size += len(part)
            if size > limit:
                raise ImportRefused("import.too_large", limit_mib=limit >> 20)
            if not part and not member.unconsumed_tail and not member.eof:
                raise ImportRefused("import.gzip_truncated")
            parts.append(part)
            data = member.unconsumed_tail
        data = member.unused_data.lstrip(b"\0")  # members may be padded
        if data and not data.startswith(GZIP):
            raise ImportRefused("import.gzip_damaged")
    return b"".join(parts)


def _within(data: bytes, limit: int) -> bytes:
    if len(data) > limit:
        raise ImportRefused("import.too_large", limit_mib=limit >> 20)
    return data


def json_text(data: bytes) -> str:
    """The text of a JSON file: UTF-8, with or without a byte-order mark, and nothing else (RFC 8259 §8.1).

    Raises ImportRefused: `import.empty`, `import.not_utf8` (with the offset of the first wrong byte),
    `import.nul_bytes`.
    """
    encoding, mark = _marked(data)
    if encoding not in {"", "utf-8"}:
        raise ImportRefused("import.not_utf8", found=encoding, offset=0)
    if b"\0" in data:
        raise ImportRefused("import.nul_bytes", offset=data.index(b"\0"))
    try:
        text = data[mark:].decode("utf-8")
    except UnicodeDecodeError as error:
        raise ImportRefused("import.not_utf8", found="", offset=error.start + mark) from error
    if not text.strip():
        raise ImportRefused("import.empty")
    return text


def csv_text(data: bytes, declared: str = "") -> str:
    """The text of a table: as declared, by its byte-order mark, UTF-8, or else Windows-1252.

    Raises ImportRefused: `import.empty`, `import.encoding_unknown`, `import.wrong_encoding`, `import.nul_bytes`.
    """
    encoding, mark = _marked(data)
    if not encoding:
        encoding = _codec(declared) if declared else _likely(data)
    try:
        text = data[mark:].decode(encoding)
    except UnicodeDecodeError as error:
        raise ImportRefused("import.wrong_encoding", encoding=encoding, offset=error.start + mark) from error
    if "\0" in text:
        raise ImportRefused("import.nul_bytes", offset=text.index("\0"))
    if not text.strip():
        raise ImportRefused("import.empty")
    return text


def _marked(data: bytes) -> tuple[str, int]:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return encoding, len(mark)
    return "", 0


def _codec(declared: str) -> str:
    try:
        return codecs.lookup(declared).name
    except (LookupError, ValueError) as error:
        raise ImportRefused("import.encoding_unknown") from error


def _likely(data: bytes) -> str:
    """UTF-8 when every byte agrees; UTF-16 when every second byte of the start is zero; else Windows-1252."""
    head = data[:512]
    if len(head) >= 4 and head[1::2].count(0) * 2 > len(head[1::2]) and 0 not in head[0::2]:
        return "utf-16-le"
    if len(head) >= 4 and head[0::2].count(0) * 2 > len(head[0::2]) and 0 not in head[1::2]:
        return "utf-16-be"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def looks_like_json(data: bytes) -> bool:
    """Does the first sign after a byte-order mark open a JSON object or list?"""
    encoding, mark = _marked(data)
    head = data[mark : mark + 256].decode(encoding or "latin-1", errors="ignore").lstrip()
    return head[:1] in {"{", "["}
