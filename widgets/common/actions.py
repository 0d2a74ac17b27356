"""Actions of one page: one QAction per command, used by its button, its key and the palette."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

ENTER = ("Return", "Enter")
"""Both Enter keys of a keyboard."""


def page_action(
    page: QWidget,
    text: str,
    keys: str | tuple[str, ...] = "",
    call: Callable[[], object] | None = None,
    *,
    everywhere: bool = False,
) -> QAction:
    """An action that answers `keys` while `page` or something in it has the focus (or the whole window has it, if
    `everywhere`), and then calls `call`. The page owns it. `&` in `text` marks the menu letter."""
    action = QAction(text, page)
    wanted = (keys,) if isinstance(keys, str) else keys
    action.setShortcuts([QKeySequence(key) for key in wanted if key])
    context = Qt.ShortcutContext.WindowShortcut if everywhere else Qt.ShortcutContext.WidgetWithChildrenShortcut
    action.setShortcutContext(context)
    action.setAutoRepeat(False)
    if call is not None:
        action.triggered.connect(lambda _checked=False: call())
    page.addAction(action)
    return action
