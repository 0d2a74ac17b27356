"""A window that is closed is gone: nothing keeps it alive, and nothing of it stays behind on the screen's list."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from tests.support.front import front
from tests.support.windows import let_go, themed  # noqa: F401

pytestmark = pytest.mark.usefixtures("themed", "cycles_wait")
ROUNDS = 2


def used_and_closed(folder: Path) -> list[weakref.ref[object]]:
    """A window over a desk of its own, with every prepared page; what may not outlive it."""
    with front(folder) as made:
        kept: list[object] = [made.window, made.window.shell, made.window.bridge, made]
        kept += [page.widget for page in made.window.navigator._pages.values()]
        kept += [page.presenter for page in made.window.navigator._pages.values() if hasattr(page, "presenter")]
        return [weakref.ref(each) for each in kept]


def test_windows_that_were_closed_are_gone(tmp_path: Path) -> None:
    let_go()
    gc.collect()
    before = len(QApplication.topLevelWidgets()), len(QApplication.allWidgets())
    for number in range(ROUNDS):
        left = used_and_closed(tmp_path / str(number))
        let_go()
        gc.collect()
        assert [type(alive()).__name__ for alive in left if alive() is not None] == []
        assert (len(QApplication.topLevelWidgets()), len(QApplication.allWidgets())) == before
