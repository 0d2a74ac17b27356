"""Signatures as strokes of a pen: written down as text, thinned out, fitted into a frame. Pure."""

from __future__ import annotations

from collections.abc import Sequence

Point = tuple[int, int]
Stroke = tuple[Point, ...]

MOST_POINTS = 1_500
"""Points that are kept of a signature: more shows nothing more on paper."""
MOST_TEXT = 24_000
"""Signs of a written-down signature; a longer one is none of ours."""
WIDEST = 4_000
"""Units a page or reader is wide and high at most."""
LEAST_POINTS, LEAST_SPAN = 6, 30
"""Less is no signature that was drawn on a page 1,000 units wide: a dot, a slip of the finger."""


def signature_text(strokes: Sequence[Sequence[Point]]) -> str:
    """`10,12;14,18|40,12;44,19`: a stroke per bar. Thinned to MOST_POINTS; empty for nothing."""
    pen = [stroke for stroke in strokes if stroke]
    every = -(-sum(map(len, pen)) // MOST_POINTS) if pen else 1
    return "|".join(";".join(f"{x},{y}" for x, y in _thinned(stroke, every)) for stroke in pen)


def _thinned(stroke: Sequence[Point], every: int) -> Sequence[Point]:
    """Every so many points, and always the last."""
    kept = list(stroke[::every])
    return kept if kept[-1] == stroke[-1] else [*kept, stroke[-1]]


def strokes_of(text: str) -> tuple[Stroke, ...]:
    """The strokes of a written-down signature; nothing for what is none."""
    if not text or len(text) > MOST_TEXT:
        return ()
    try:
        return tuple(tuple(_point(each) for each in stroke.split(";")) for stroke in text.split("|"))
    except ValueError:
        return ()


def drawn(text: str) -> str | None:
    """What a page sent as a signature, as it is kept; empty where nothing was drawn. None for what is no signature: not
    written as one, too long, beyond the page, or hardly a stroke."""
    if not text:
        return ""
    strokes = strokes_of(text)
    points = [point for stroke in strokes for point in stroke]
    if len(points) < LEAST_POINTS or max(max(point) for point in points) > WIDEST:
        return None
    spans = (max(each) - min(each) for each in zip(*points, strict=True))
    return signature_text(strokes) if max(spans) >= LEAST_SPAN else None


def _point(text: str) -> Point:
    x, y = text.split(",")
    if not (x.isascii() and x.isdecimal() and y.isascii() and y.isdecimal()):
        raise ValueError("a point is two whole numbers")
    return int(x), int(y)


def fitted(strokes: Sequence[Stroke], width: float, height: float) -> tuple[tuple[tuple[float, float], ...], ...]:
    """The strokes in a frame of this size, y upwards from its lower left, as large as they fit and in their shape."""
    points = [point for stroke in strokes for point in stroke]
    if not points:
        return ()
    left, top = min(x for x, _ in points), min(y for _, y in points)
    wide, high = max(x for x, _ in points) - left, max(y for _, y in points) - top
    scale = min(width / (wide or 1), height / (high or 1))
    return tuple(
        tuple(((x - left) * scale, (top + high - y) * scale) for x, y in stroke) for stroke in strokes
    )  # fmt: skip
