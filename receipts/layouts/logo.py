"""The product's logo as PDF drawing operators, from the one SVG file that the window uses too.

Reads what that drawing is made of and nothing more: one rounded square and paths of straight lines and quarter
circles. Anything else in the file is an error that a test sees, not a wrong picture.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from xml.etree import ElementTree

import resources

QUARTER = 0.5522847498
"""Where the control points of a Bézier curve lie that is a quarter circle of radius 1."""

Point = tuple[float, float]

_SVG = "{http://www.w3.org/2000/svg}"
_STEP = re.compile(r"([A-Za-z])([^A-Za-z]*)")
_NUMBER = re.compile(r"-?(?:\d+\.\d*|\.?\d+)")
_COUNTS = {"M": 2, "L": 2, "H": 1, "V": 1, "A": 7, "Z": 0}


@cache
def logo() -> tuple[str, float]:
    """Operators that draw the logo upright in its own units with the origin at its lower left, and its side length."""
    root = ElementTree.fromstring(resources.path("logo.svg").read_text())  # noqa: S314 - our own file
    side = float(root.attrib["viewBox"].split()[2])
    drawn = "\n".join(_DRAW[element.tag](element.attrib) for element in root)
    return f"1 0 0 -1 0 {side:g} cm\n{drawn}", side


def color(hexadecimal: str) -> str:
    """`#14568C` as the three numbers of a PDF color operator."""
    return " ".join(f"{int(hexadecimal[at : at + 2], 16) / 255:.3g}" for at in (1, 3, 5))


def rounded(x: float, y: float, width: float, height: float, radius: float) -> str:
    """A path around a rectangle with round corners."""
    right, top, bend = x + width, y + height, radius * (1 - QUARTER)
    return (
        f"{x + radius:g} {y:g} m {right - radius:g} {y:g} l "
        f"{right - bend:g} {y:g} {right:g} {y + bend:g} {right:g} {y + radius:g} c {right:g} {top - radius:g} l "
        f"{right:g} {top - bend:g} {right - bend:g} {top:g} {right - radius:g} {top:g} c {x + radius:g} {top:g} l "
        f"{x + bend:g} {top:g} {x:g} {top - bend:g} {x:g} {top - radius:g} c {x:g} {y + radius:g} l "
        f"{x:g} {y + bend:g} {x + bend:g} {y:g} {x + radius:g} {y:g} c h"
    )


def _square(attributes: dict[str, str]) -> str:
    width, height, radius = (float(attributes[name]) for name in ("width", "height", "rx"))
    return f"{color(attributes['fill'])} rg {rounded(0, 0, width, height, radius)} f"


def _path(attributes: dict[str, str]) -> str:
    path = " ".join(_segments(attributes["d"]))
    if "stroke" in attributes:
        return f"{color(attributes['stroke'])} RG {attributes['stroke-width']} w 1 J {path} S"
    return f"{color(attributes['fill'])} rg {path} f"


_DRAW = {f"{_SVG}rect": _square, f"{_SVG}path": _path}


def _segments(data: str) -> Iterator[str]:
    here = start = (0.0, 0.0)
    for letter, text in _STEP.findall(data):
        for numbers in _groups(letter.upper(), text):
            if letter.upper() == "Z":
                here = start
                yield "h"
                continue
            there = _end(letter, numbers, here)
            if letter.upper() == "M":
                start = there
                yield f"{there[0]:g} {there[1]:g} m"
            elif letter.upper() == "A":
                yield _quarter(here, there, clockwise=numbers[4] == 1)
            else:
                yield f"{there[0]:g} {there[1]:g} l"
            here = there


def _groups(letter: str, text: str) -> Iterator[list[float]]:
    numbers = [float(number) for number in _NUMBER.findall(text)]
    count = _COUNTS[letter]
    if count == 0:
        yield []
        return
    for at in range(0, len(numbers), count):
        yield numbers[at : at + count]


def _end(letter: str, numbers: list[float], here: Point) -> Point:
    from_x, from_y = here if letter.islower() else (0.0, 0.0)
    if letter in "Hh":
        return from_x + numbers[0], here[1]
    if letter in "Vv":
        return here[0], from_y + numbers[0]
    return from_x + numbers[-2], from_y + numbers[-1]


def _quarter(here: Point, there: Point, *, clockwise: bool) -> str:
    (x0, y0), (x1, y1) = here, there
    if abs(abs(x1 - x0) - abs(y1 - y0)) > 1e-6:
        raise ValueError("an arc of the logo is not a quarter circle")
    # Of the two centers the one from which the turn goes the right way round (y grows downwards in SVG).
    for center_x, center_y in ((x0, y1), (x1, y0)):
        turn = (x0 - center_x) * (y1 - center_y) - (y0 - center_y) * (x1 - center_x)
        if (turn > 0) == clockwise:
            break
    bends = (
        x0 + QUARTER * (x1 - center_x), y0 + QUARTER * (y1 - center_y),
        x1 + QUARTER * (x0 - center_x), y1 + QUARTER * (y0 - center_y),
    )  # fmt: skip
    return " ".join(f"{number:.4g}" for number in (*bends, x1, y1)) + " c"
