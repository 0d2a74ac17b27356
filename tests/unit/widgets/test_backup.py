"""Settings > Backup: how the last one went, one now by key, and the recovery key only after a manager's PIN."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.backup import Backups, note, read_state
from app.care import StoreCheck
from app.folders import Folders
from app.lanes import Lane
from app.secrets import RECOVERY_KEY, Secrets
from app.settings import BACKUP_FOLDER, Settings
from app.views import Person
from models.basics.clock import FixedClock, utc_text
from models.rules.rights import rights_of
from tests.support.windows import LOOKS, clipped, picture, press, shown
from widgets.attention.state import WAYS
from widgets.bridge import Bridge
from widgets.settings.backup import NEVER, SAME_DISK, BackupPart, BackupPresenter
from widgets.settings.presenter import SettingsPresenter
from widgets.settings.state import BACKUP
from widgets.settings.view import SettingsView

pytestmark = pytest.mark.usefixtures("themed")
NOON = datetime(2026, 3, 16, 18, 0, tzinfo=UTC)
DENVER = ZoneInfo("America/Denver")
NORA = Person("nora", "Nora Whitfield", "Manager", "NW", manager=True, rights=rights_of("manager"))
MARIA = Person("maria", "Maria Delgado", "Front desk", "MD", manager=False, rights=rights_of("receptionist"))


class Page:
    """The page of Settings over real backups, whose program is a function here."""

    def __init__(self, home: Path, lane: Lane) -> None:
        self.folders = Folders(home)
        self.folders.make()
        self.settings = Settings.load(self.folders.settings)
        self.settings.update({BACKUP_FOLDER: str(home / "elsewhere")})
        self.secrets = Secrets(self.folders, self.settings)
        self.secrets.allow_key_file("test")
        self.clock = FixedClock(NOON)
        self.asked: list[str] = []
        self.lender: Person | None = NORA
        self.backups = Backups(self.folders, self.settings, self.secrets, self.clock, self.program)
        self.ends = 0
        self.check: StoreCheck | None = None
        self.view, self.part = SettingsView(), BackupPart()
        self.view.add_above(BACKUP, self.part)
        bridge = Bridge(self.view)
        self.rows = SettingsPresenter(self.view, bridge=bridge, lane=lane, settings=self.settings)
        self.presenter = BackupPresenter(
            self.part, bridge=bridge, lane=lane, backups=self.backups,
            now=lambda: self.clock.now().astimezone(DENVER), ask=self.ask, checked=lambda: self.check,
        )  # fmt: skip

    def program(self, words: Any) -> int:
        self.asked += words
        now = utc_text(self.clock.now())
        if self.ends:
            note(self.folders, last_try_at=now, error="backup.folder_missing")
        else:
            note(self.folders, last_try_at=now, last_good_at=now, error="",
                 files=("copaydesk-desk-1.backup", "copaydesk-hub.backup"))  # fmt: skip
        return self.ends

    def ask(self, then: Any) -> None:
        if self.lender is not None:
            then(self.lender)

    def show(self) -> None:
        self.view.open_page(BACKUP)
        self.rows.show()
        self.presenter.show()


@pytest.fixture
def page(qtbot: Any, lane: Lane, tmp_path: Path) -> Page:
    made = Page(tmp_path / "home", lane)
    qtbot.addWidget(made.view)
    made.view.resize(1160, 660)
    shown(made.view)
    made.show()
    qtbot.waitUntil(lambda: bool(made.part.last.text()))
    return made


def test_before_the_first_one(page: Page) -> None:
    assert page.part.last.text() == NEVER
    assert page.part.where.text().endswith("elsewhere")
    assert not page.part.key_is_open


@pytest.mark.parametrize(
    ("check", "words"),
    [
        (None, "Not yet checked since the start."),
        (StoreCheck(NOON, (), "", 900), "Checked at 12:00 PM. Pages and books hold."),
        (StoreCheck(NOON, (), "store.locked", 9), "Could not be checked at 12:00 PM. Run copaydesk doctor --deep."),
    ],
)
def test_how_the_check_after_the_start_went(page: Page, qtbot: Any, check: StoreCheck | None, words: str) -> None:
    page.check = check
    page.presenter.show()
    qtbot.waitUntil(lambda: page.part.records.text() == words)


def test_books_that_do_not_hold_are_said_there_too(page: Page, qtbot: Any) -> None:
    page.check = StoreCheck(NOON, ("I2",), "", 900)
    page.presenter.show()
    qtbot.waitUntil(lambda: page.part.records.text().startswith("The books of this desk do not add up."))
    assert "code I2." in page.part.records.text()


def test_back_up_now_by_keyboard(page: Page, qtbot: Any) -> None:
    page.part.run.setFocus()
    press("Space")
    qtbot.waitUntil(lambda: "Mar 16" in page.part.last.text())
    assert page.part.last.text() == "Mar 16, 12:00 PM. Desk and hub, opened and checked after writing."
    qtbot.waitUntil(lambda: page.part.banner.title.text() == "Backed up and checked")
    assert not page.part.run.busy
    assert page.asked[0] == "backup"


def test_what_went_wrong_is_said_with_what_to_do(page: Page, qtbot: Any) -> None:
    page.ends = 2
    page.part.run.click()
    qtbot.waitUntil(lambda: page.part.banner.title.text() == "The backup folder is not there")
    assert "Connect its disk" in page.part.banner.text.text()
    assert read_state(page.folders).last_good_at == ""


def test_an_old_one_alarms_on_the_page(page: Page, qtbot: Any) -> None:
    note(page.folders, last_good_at=utc_text(NOON - timedelta(days=8)))
    page.presenter.show()
    qtbot.waitUntil(lambda: page.part.banner.title.text() == "The last good backup is 8 days old")


def test_the_same_disk_is_named(page: Page, qtbot: Any) -> None:
    page.backups.run()
    qtbot.waitUntil(lambda: page.part.banner.text.text() == SAME_DISK)  # both lie in the temporary folder


def test_the_key_is_shown_after_a_pin_and_put_away(page: Page, qtbot: Any) -> None:
    page.part.show_key.setFocus()
    press("Space")
    qtbot.waitUntil(lambda: page.part.key_is_open)
    assert page.part.key.text() == page.secrets.get(RECOVERY_KEY)
    assert page.part.key.isReadOnly()
    page.part.show_key.click()
    assert not page.part.key_is_open
    assert page.part.key.text() == ""
    page.part.show_key.click()
    qtbot.waitUntil(lambda: page.part.key_is_open)
    page.presenter.show()  # the page is opened anew
    assert not page.part.key_is_open


def test_nobody_else_sees_it(page: Page, qtbot: Any) -> None:
    page.lender = None
    page.part.show_key.click()
    assert not page.part.key_is_open
    page.lender = MARIA
    page.part.show_key.click()
    qtbot.waitUntil(page.part.banner.isVisible)
    assert not page.part.key_is_open


@pytest.mark.parametrize("name", LOOKS)
def test_the_page_in_every_look(page: Page, qtbot: Any, themed: Any, name: str) -> None:
    wear, (wide, high) = LOOKS[name]
    note(page.folders, last_good_at=utc_text(NOON - timedelta(days=8)), last_try_at=utc_text(NOON))
    themed.set(**wear)
    page.view.resize(wide, high)
    page.presenter.show()
    page.part.show_key.click()
    qtbot.waitUntil(lambda: page.part.key_is_open and page.part.banner.isVisible())
    picture(page.view, f"settings-backup-{name}")
    assert clipped(page.view) == []


def test_what_needs_attention_leads_here(page: Page) -> None:
    """The three kinds of a desk's own trouble have a way out that opens this page."""
    for kind in ("backup_old", "disk_full", "books_wrong"):
        assert "backups" in {way.act for way in WAYS[kind]}
