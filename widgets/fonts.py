"""The product's own fonts: IBM Plex Sans for everything, IBM Plex Mono for receipts, logs and codes."""

from __future__ import annotations

from typing import Final

from PySide6.QtGui import QFont, QFontDatabase

import resources

SANS: Final = "IBM Plex Sans"
MONO: Final = "IBM Plex Mono"


def load() -> None:
    """Make the fonts known to Qt. Raises FileNotFoundError or ValueError when the installation is damaged."""
    known = set(QFontDatabase.families())
    if SANS in known and MONO in known and _LOADED:
        return
    for name in resources.FONTS:
        number = QFontDatabase.addApplicationFont(str(resources.path(name)))
        if number < 0:
            raise ValueError(f"{name} is not a font")
        _LOADED.add(number)


def font(pixels: int, weight: int, *, mono: bool = False) -> QFont:
    """A font of the product in pixels; `weight` is 300 (the clock), 400, 500 or 600."""
    made = QFont(MONO if mono else SANS)
    made.setStyleHint(QFont.StyleHint.Monospace if mono else QFont.StyleHint.SansSerif)
    made.setPixelSize(max(1, pixels))
    made.setWeight(QFont.Weight(weight))
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return made


_LOADED: set[int] = set()
