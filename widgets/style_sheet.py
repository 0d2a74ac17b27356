"""The one style sheet over Fusion, generated from the theme. It dresses what Qt draws by itself: fields, menus, scroll
bars, tables and tool tips. Everything else paints itself from tokens (`widgets.common`)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from widgets.theme import Theme

_SHEET = """
QToolTip { background: @text; color: @surface; border: none; padding: 4px 8px; }
QMenuBar { background: @surface; border: none; padding: 0 6px; spacing: 0; }
QMenuBar::item { background: transparent; color: @text; padding: 3px 11px; border-radius: 4px; }
QMenuBar::item:selected { background: @hover; }
QMenuBar::item:pressed { background: @pressed; }
QMenu { background: @surface; color: @text; border: 1px solid @border; border-radius: 8px; padding: 4px; }
QMenu::item { padding: #6px 28px #6px 12px; border-radius: 4px; }
QMenu::item:selected { background: @selected; }
QMenu::item:disabled { color: @disabled; }
QMenu::separator { height: 1px; background: @hairline; margin: 4px 8px; }
QMenu::indicator { width: #14px; height: #14px; left: 6px; }
QLineEdit, QPlainTextEdit, QTextEdit {
  background: @surface; color: @text; border: !px solid @control; border-radius: 6px; padding: 0 10px;
  selection-background-color: @accent; selection-color: @on_accent; placeholder-text-color: @muted; }
QPlainTextEdit, QTextEdit { padding: 6px 8px; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus { border: 2px solid @focus; padding: 0 9px; }
QPlainTextEdit:focus, QTextEdit:focus { padding: 5px 7px; }
QLineEdit:disabled, QPlainTextEdit:disabled { background: @sunken; color: @disabled; border-color: @border; }
QLineEdit:read-only { background: @sunken; border-color: @border; }
QLineEdit[wrong="true"] { border: 2px solid @bad_solid; padding: 0 9px; }
QComboBox { background: @surface; color: @text; border: !px solid @control; border-radius: 6px;
  padding: 0 #32px 0 10px; }
QComboBox:hover { background: @hover; }
QComboBox:focus { border: 2px solid @focus; padding: 0 #31px 0 9px; }
QComboBox:disabled { background: @sunken; color: @disabled; border-color: @border; }
QComboBox::drop-down { width: 0; border: none; }
QComboBox QAbstractItemView { background: @surface; color: @text; border: 1px solid @border; outline: 0; padding: 4px;
  selection-background-color: @selected; selection-color: @text; }
QComboBox QAbstractItemView::item { min-height: #32px; padding: 0 6px; border-radius: 4px; }
QScrollBar:vertical { background: transparent; width: 12px; margin: 2px; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 2px; }
QScrollBar::handle { background: @control; border-radius: 4px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: @muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QScrollArea { background: transparent; border: none; }
QTableView { background: transparent; color: @text; border: none; outline: 0; selection-background-color: transparent; }
QHeaderView { background: transparent; border: none; }
QHeaderView::section { background: @sunken; color: @muted; border: none; border-bottom: 1px solid @border;
  font-size: #12px; font-weight: 500; padding: 0 16px; }
QHeaderView::section:first { border-top-left-radius: 9px; }
QHeaderView::section:last { border-top-right-radius: 9px; }
QHeaderView::section:only-one { border-top-left-radius: 9px; border-top-right-radius: 9px; }
"""


def style_sheet(theme: Theme) -> str:
    """The style sheet of `theme`: `@token` is a colour, `#12px` a length that grows with the text, `!px` an outline."""

    def filled(match: re.Match[str]) -> str:
        if match["colour"]:
            return theme.hex(match["colour"])
        return f"{theme.px(int(match['length'])) if match['length'] else theme.line}px"

    return re.sub(r"@(?P<colour>\w+)|#(?P<length>\d+)px|!px", filled, _SHEET)
