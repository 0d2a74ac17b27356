"""Training offered in Settings: what is asked first, and what is said where other desks need this one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.lanes import Lane
from app.views import Person
from tests.support.windows import LOOKS, clipped, picture, press, shown
from widgets import theme
from widgets.bridge import Bridge
from widgets.settings.training import SERVES, WHAT, TrainingPart, TrainingPresenter

pytestmark = pytest.mark.usefixtures("themed")
NORA = Person("nora", "Nora Whitfield", "Manager", "NW", manager=True)


@pytest.mark.parametrize("serves", [False, True])
def test_training_begins_once_a_pin_was_given(qtbot, lane: Lane, serves: bool) -> None:
    page = QWidget()
    part = TrainingPart(page)
    QVBoxLayout(page).addWidget(part)
    qtbot.addWidget(page)
    asked: list[tuple[str, Callable[[Person], None]]] = []
    begun: list[str] = []
    TrainingPresenter(
        part, bridge=Bridge(page), lane=lane, serves=lambda: serves, train=lambda: begun.append("train"),
        ask=lambda what, _why, then: asked.append((what, then)),
    )  # fmt: skip
    shown(page)
    press("Alt+T")
    qtbot.waitUntil(lambda: bool(asked), timeout=20_000)
    what, then = asked[0]
    assert what == WHAT + (SERVES if serves else "")
    assert begun == []
    then(NORA)
    assert begun == ["train"]


@pytest.mark.parametrize("look", LOOKS)
def test_the_offer_fits(qtbot, themed: theme.Theme, look: str) -> None:
    page = QWidget()
    part = TrainingPart(page)
    QVBoxLayout(page).addWidget(part)
    qtbot.addWidget(page)
    themed.set(**LOOKS[look][0])
    page.resize(760, 260)
    shown(page)
    picture(page, f"training-offer-{look}")
    assert clipped(page) == []
