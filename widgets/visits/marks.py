"""The colours a practice gives its kinds of visit, as marks before their names."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap

from widgets import theme
from widgets.common import paint

TOKENS: dict[str, str] = {"blue": "info_solid", "green": "ok_solid", "violet": "moved_solid", "yellow": "warn_solid",
                          "red": "bad_solid"}  # fmt: skip
"""The theme's colour behind each name of `app.profiles.COLORS`."""
_SIDE = 12


def colour_mark(colour: str) -> QIcon:
    """A dot in one of the colours; nothing for none."""
    if colour not in TOKENS:
        return QIcon()
    picture = QPixmap(_SIDE, _SIDE)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    with paint.smooth(painter):
        paint.rounded(painter, QRectF(1, 1, _SIDE - 2, _SIDE - 2), _SIDE, theme.current().colour(TOKENS[colour]))
    painter.end()
    return QIcon(picture)
