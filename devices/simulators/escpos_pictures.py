"""Column graphics of ESC/POS, turned into rows of dots."""

from __future__ import annotations

from typing import NamedTuple


class ColumnMode(NamedTuple):
    """How ESC * sends a picture: `bytes_a_column`, from the top down, and how many dots a column is `wide`."""

    bytes_a_column: int
    wide: int


def column_dots(data: bytes, mode: ColumnMode, pitch_dots: int) -> tuple[bytes, int, int]:
    """(rows of whole bytes, width, height) of a picture sent in columns; each of its rows is `pitch_dots` high."""
    size = mode.bytes_a_column
    columns = [int.from_bytes(data[at : at + size], "big") for at in range(0, len(data) - size + 1, size)]
    width = len(columns) * mode.wide
    whole = -(-width // 8)
    rows = bytearray()
    for bit in range(size * 8 - 1, -1, -1):
        row = 0
        for column in columns:
            for _ in range(mode.wide):
                row = row << 1 | (column >> bit & 1)
        rows += (row << (whole * 8 - width)).to_bytes(whole, "big") * pitch_dots
    return bytes(rows), width, size * 8 * pitch_dots
