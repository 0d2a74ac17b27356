"""Settings > Patient portal: the link and its code (S1-01), switches (S1-05, S0-28 … S0-30), providers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from app.portal_link import PortalLink, PortalLinkView, qr_code
from app.rules import MoneyRules
from models.basics.errors import RuleBroken
from models.operations.records import Channels, Practitioner
from tests.support.clinic import MARIA, PRIYA, TestClinic
from tests.support.windows import LOOKS, clipped, picture, press, settle, shown
from widgets.bridge import Bridge
from widgets.settings.portal import LinkCard, LinkPresenter, note_for, portal_rules_view
from widgets.settings.rules import MoneyRulesPresenter

pytestmark = pytest.mark.usefixtures("themed")
LINK = "https://pay.alder.example/portal/01a202a6-6973-7288-a5dc-e73ee30110c8"


class Page:
    """The page over a real store."""

    def __init__(self, clinic: TestClinic, lane: Any) -> None:
        self.clinic, self.who = clinic, PRIYA
        self.link, self.portal, self.rules = LinkCard(), PortalLink(clinic.clinic), MoneyRules(clinic.clinic)
        self.view = portal_rules_view(self.link)
        self.shown = LinkPresenter(self.link, bridge=Bridge(self.view), lane=lane, portal=lambda: self.portal)
        self.presenter = MoneyRulesPresenter(self.view, bridge=Bridge(self.view), lane=lane, rules=lambda: self.rules,
                                             person=lambda: self.who)  # fmt: skip

    def show(self) -> None:
        self.shown.show()
        self.presenter.show()


@pytest.fixture
def page(tmp_path: Path, qtbot: Any, lane: Any) -> Iterator[Page]:
    clinic = TestClinic(tmp_path)
    clinic.put(Practitioner(id="reyes", name="Dr. Evangelina Reyes-Montgomery"))
    clinic.put(Channels(email=True, text=True, portal_url=LINK))
    made = Page(clinic, lane)
    qtbot.addWidget(made.view)
    made.view.resize(900, 640)
    shown(made.view)
    made.show()
    qtbot.waitUntil(lambda: ("online", "reyes") in made.view.providers and made.link.link.text() == LINK)
    yield made
    clinic.close()


def test_s1_01_the_link_is_copied_and_its_code_saved_as_picture_and_drawing(
    page: Page, qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.link.copy.setFocus()
    press("Space")
    assert QGuiApplication.clipboard().text() == LINK
    for name, kind, made in (("poster", "Picture (*.png)", "poster.png"), ("poster.svg", "", "poster.svg")):
        answer = (str(tmp_path / name), kind)
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_asked, answer=answer: answer)
        page.link.save.setFocus()
        press("Space")
        qtbot.waitUntil(lambda made=made: (tmp_path / made).exists(), timeout=20_000)
    qtbot.waitUntil(page.link.banner.isVisible, timeout=20_000)
    with Image.open(tmp_path / "poster.png") as drawn:
        assert drawn.size[0] == drawn.size[1] > 400
    assert b"<svg" in (tmp_path / "poster.svg").read_bytes()
    assert (tmp_path / "poster.png").read_bytes() == qr_code(LINK, "png")
    with pytest.raises(RuleBroken, match=r"portal\.format"):
        page.portal.save(tmp_path / "poster.gif")


def test_s1_05_s0_28_switches_and_providers_are_written_as_they_are_thrown(page: Page, qtbot: Any) -> None:
    for name in ("portal", "portal_payments", "portal_statements"):
        page.view.row(name).control.setFocus()
        press("Space")
        qtbot.waitUntil(lambda name=name: getattr(page.rules.view().rules, name), timeout=20_000)
    page.view.row("online", "reyes").control.setFocus()
    press("Space")
    qtbot.waitUntil(lambda: page.rules.view().providers[0].online, timeout=20_000)
    assert not page.rules.view().providers[0].auto_allocate
    page.view.row("online_auto_post", "reyes").control.setFocus()
    press("Space")
    qtbot.waitUntil(lambda: not page.rules.view().providers[0].online_auto_post, timeout=20_000)
    page.who = MARIA
    page.show()
    qtbot.waitUntil(lambda: not page.view.row("portal").control.isEnabled(), timeout=20_000)


@pytest.mark.parametrize(
    ("view", "note"),
    [(PortalLinkView("", False, True), "none"), (PortalLinkView(LINK, False, False), "mute"),
     (PortalLinkView("http://127.0.0.1:8417/portal/x", True, True), "here"),
     (PortalLinkView(LINK, False, True), "good")],
)  # fmt: skip
def test_s1_01_what_a_person_has_to_know_about_the_link(view: PortalLinkView, note: str) -> None:
    assert note_for(view) == note


def test_without_a_link_nothing_can_be_copied_or_saved(page: Page, tmp_path: Path) -> None:
    page.link.draw(PortalLinkView("", False, False))
    assert not page.link.copy.isEnabled()
    assert not page.link.save.isEnabled()
    page.clinic.put(Channels())
    with pytest.raises(RuleBroken, match=r"portal\.no_link"):
        page.portal.save(tmp_path / "x.png")


@pytest.mark.parametrize("look", LOOKS)
def test_the_page_fits_in_every_look(page: Page, themed: Any, look: str) -> None:
    themed.set(**LOOKS[look][0])
    settle()
    picture(page.view, f"settings-portal-{look}")
    assert clipped(page.view) == []
