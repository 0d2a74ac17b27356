"""A key means one thing: two actions that listen for it at once would both stay silent."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from widgets.commands import COMMANDS, MENUS

ROOM = Path(__file__).resolve().parents[3] / "widgets"
OF_THE_WINDOW = {command.keys for command in COMMANDS if command.keys}
OF_MENUS = {f"Alt+{words[words.index('&') + 1].upper()}" for words in MENUS.values()}


def of_pages() -> Iterator[tuple[str, str]]:
    """(place, key) of every action a page or dialog has of its own. Dialogs lie over the window and its menus."""
    for path in sorted(set(ROOM.rglob("*.py")) - {ROOM / "gallery.py"}):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "page_action":
                keys = [each.value for each in ast.walk(node) if isinstance(each, ast.Constant)]
                yield from ((f"{path.relative_to(ROOM)}:{node.lineno}", key) for key in keys if isinstance(key, str))


def test_no_page_takes_a_key_of_the_window() -> None:
    found = list(of_pages())
    assert len(found) > 100
    assert [each for each in found if each[1] in OF_THE_WINDOW] == []


def test_no_page_takes_a_letter_of_the_menus() -> None:
    found = [each for each in of_pages() if not each[0].split(":")[0].endswith("dialog.py")]
    assert [each for each in found if each[1] in OF_MENUS] == []
