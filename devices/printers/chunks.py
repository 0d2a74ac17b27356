"""Where a print job may be cut, so that a status question fits between two pieces.

A real-time question must not come between the bytes of another command: the printer would take it for that command's
arguments (ESC/POS reference, DLE EOT, "Notes"). So the lengths of the commands a receipt uses stand here.
"""

from __future__ import annotations

from collections.abc import Callable

from devices.bytes import ESC, GS

Length = int | Callable[[bytes], int]


def split_job(data: bytes, most_bytes: int) -> list[bytes]:
    """`data` in pieces of about `most_bytes`, cut only between commands. A piece is longer where one command is; from
    a command that is not known here on, the rest stays in one piece."""
    pieces: list[bytes] = []
    start = at = 0
    while at < len(data):
        length = _length(data, at)
        if length is None:
            break
        if at > start and at + length - start > most_bytes:
            pieces.append(data[start:at])
            start = at
        at += length
    pieces.append(data[start:])
    return [piece for piece in pieces if piece]


def _length(data: bytes, at: int) -> int | None:
    """How many bytes the sign or command at `at` takes; None when that cannot be told."""
    first = data[at]
    if first not in (ESC, GS):
        return 1 if first >= 0x20 or first in (0x0A, 0x0D, 0x09) else None
    length = _LENGTHS.get(data[at : at + 2])
    if callable(length):
        try:
            length = length(data[at : at + 8])
        except IndexError:
            return None
    return length


def _cut(head: bytes) -> int:
    return 3 if head[2] in (0, 1, 48, 49) else 4


def _extended(head: bytes) -> int:
    return 5 + head[3] + 256 * head[4]


def _raster(head: bytes) -> int:
    return 8 + (head[4] + 256 * head[5]) * (head[6] + 256 * head[7])


def _barcode(head: bytes) -> int:
    if head[2] < 65:
        raise IndexError("ends with NUL: not told by its head")
    return 4 + head[3]


_LENGTHS: dict[bytes, Length] = {
    **{bytes((ESC, ord(letter))): 2 for letter in "@2"},
    **{bytes((ESC, ord(letter))): 3 for letter in "aEG-M!tRdJ3{ V="},
    bytes((ESC, ord("p"))): 5,
    **{bytes((GS, ord(letter))): 3 for letter in "!BhwfHra"},
    **{bytes((GS, ord(letter))): 4 for letter in "LWP"},
    bytes((GS, ord("V"))): _cut,
    bytes((GS, ord("("))): _extended,
    bytes((GS, ord("v"))): _raster,
    bytes((GS, ord("k"))): _barcode,
}
