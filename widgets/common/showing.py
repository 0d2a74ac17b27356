"""Showing some parts and hiding others, without the page growing for a moment in between."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtWidgets import QWidget


def show_parts(parts: Mapping[QWidget, bool] | Iterable[tuple[QWidget, bool]]) -> None:
    """Hide what is not to be seen first, then show the rest: at no moment are both there."""
    pairs = list(parts.items()) if isinstance(parts, Mapping) else list(parts)
    for part, seen in pairs:
        if not seen:
            part.hide()
    for part, seen in pairs:
        if seen:
            part.show()
