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
    menu: str = "",
    everywhere: bool = False,
) -> QAction:
    """An action that answers `keys` while `page` or something in it has the focus (or the whole window has it, if
    `everywhere`), and then calls `call`. The page owns it.

    `menu` names the window's menu that shows it while the page is open (file, patient, payment, day, view, tools);
    without it only the palette does. `&` in `text` marks the menu letter.
    """
    action = QAction(text, page)
    wanted = (keys,) if isinstance(keys, str) else keys
    action.setShortcuts([QKeySequence(key) for key in wanted if key])
    context = Qt.ShortcutContext.WindowShortcut if everywhere else Qt.ShortcutContext.WidgetWithChildrenShortcut
    action.setShortcutContext(context)
    action.setAutoRepeat(False)
    action.setProperty("menu", menu)
    if call is not None:
        action.triggered.connect(lambda _checked=False: call())
    page.addAction(action)
    return action
