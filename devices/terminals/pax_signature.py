"""Signatures as PAX terminals send them (A09): text of `x,y^` points; `0,65535^` lifts the pen, `~` ends."""

from __future__ import annotations

PEN_UP = (0, 65535)
MOST_POINTS = 20_000
Strokes = tuple[tuple[tuple[int, int], ...], ...]


def read_strokes(text: str) -> Strokes | None:
    """The strokes in `text`; None when it was cut off or is none."""
    body, end, _ = text.partition("~")
    points = [point for point in body.split("^") if point]
    if not end or len(points) > MOST_POINTS:
        return None
    strokes: list[tuple[tuple[int, int], ...]] = []
    stroke: list[tuple[int, int]] = []
    for point in points:
        x, comma, y = point.partition(",")
        if not (comma and x.isascii() and x.isdecimal() and y.isascii() and y.isdecimal()):
            return None
        if (int(x), int(y)) == PEN_UP:
            if stroke:
                strokes.append(tuple(stroke))
            stroke = []
        else:
            stroke.append((int(x), int(y)))
    if stroke:
        strokes.append(tuple(stroke))
    return tuple(strokes)
