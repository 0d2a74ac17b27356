"""Settings > Devices, a reader at Stripe: by keyboard, with the real story, a key file and the simulated account."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.card_reader import CardReader
from app.folders import Folders
from app.lanes import Lane
from app.secrets import STRIPE_KEY, Secrets
from app.settings import TERMINAL_NAME, TERMINAL_URL, Settings
from app.stripe_readers import StripeReaders, StripeView
from devices.terminals.stripe_account import KnownReader, Place
from tests.support.clinic import MARIA, PRIYA
from tests.support.simulators import StripeProcess, stripe_running
from tests.support.windows import LOOKS, clipped, picture, press, settle, shown, type_text
from widgets.bridge import Bridge
from widgets.settings.state import DEVICES
from widgets.settings.stripe import StripePart, StripePresenter
from widgets.settings.view import SettingsView

pytestmark = pytest.mark.usefixtures("themed")
KEY = "rk_test_typed"
NOW = datetime(2026, 5, 14, 15, 41, tzinfo=UTC)
LONG = "The reader at the far end of the long counter by the window"


@pytest.fixture(scope="module")
def running() -> Iterator[StripeProcess]:
    with stripe_running("--key", KEY) as processor:
        yield processor


@pytest.fixture
def stripe(running: StripeProcess) -> StripeProcess:
    running.reset()
    return running


class Desk:
    """Settings and keys of a desk whose address names an account, and no reader yet."""

    def __init__(self, folder: Path, stripe: StripeProcess) -> None:
        folders = Folders(folder)
        folders.make()
        self.settings = Settings.load(folders.settings)
        self.secrets = Secrets(folders, self.settings)
        self.secrets.allow_key_file("a test")
        self.settings.set(TERMINAL_URL, f"stripe+{stripe.base}")
        self.readers = StripeReaders(self.settings, self.secrets, CardReader(self.settings), lambda: None)
        self.person = PRIYA


@pytest.fixture
def desk(tmp_path: Path, stripe: StripeProcess) -> Desk:
    return Desk(tmp_path, stripe)


@pytest.fixture
def part(qtbot, lane: Lane, desk: Desk) -> StripePart:
    view = SettingsView()
    view.resize(1160, 660)
    qtbot.addWidget(view)
    made = StripePart()
    view.add_above(DEVICES, made)
    made.view = view
    made.presenter = StripePresenter(made, bridge=Bridge(view), lane=lane, readers=lambda: desk.readers,
                                     person=lambda: desk.person, now=lambda: datetime.now(UTC))  # fmt: skip
    view.open_page(DEVICES)
    shown(view)
    made.presenter.show()
    return made


def keep_key(part: StripePart, qtbot, key: str = KEY) -> None:
    part.key.setFocus()
    type_text(key)
    press("Return")
    qtbot.waitUntil(lambda: not part.banner.isHidden())


def test_a_key_is_typed_once_kept_and_never_shown_again(part, desk, qtbot, caplog) -> None:
    part.key.setFocus()
    type_text(KEY)
    assert part.key.displayText() != KEY
    press("Return")
    qtbot.waitUntil(part.table.isVisible)
    assert desk.secrets.get(STRIPE_KEY) == KEY
    assert part.key.text() == ""
    assert KEY not in caplog.text
    assert KEY not in (desk.settings._path.read_text() if desk.settings._path.exists() else "")
    assert "test key" in part.hint.text()


def test_a_reader_of_the_account_is_chosen_with_enter(part, desk, qtbot, stripe: StripeProcess) -> None:
    keep_key(part, qtbot)
    part.table.setFocus()
    press("Return")
    qtbot.waitUntil(lambda: desk.settings.get(TERMINAL_URL).endswith(stripe.reader))
    assert desk.settings.get(TERMINAL_URL) == stripe.url
    assert desk.settings.get(TERMINAL_NAME) == "Front desk"
    qtbot.waitUntil(lambda: "takes cards at this desk" in part.banner.title.text())


def test_a_reader_that_sleeps_is_woken_and_one_that_serves_a_desk_is_left_alone(part, qtbot, stripe) -> None:
    keep_key(part, qtbot)
    qtbot.waitUntil(part.table.isVisible, timeout=20_000)
    part.table.select_first()
    part.wake.click()
    qtbot.waitUntil(lambda: part.banner.title.text() == "Front desk was woken", timeout=20_000)
    assert stripe.requests("readers.cancel_action") == 1
    stripe.next("slow-bank:60s")
    stripe.tell("other-till 1000")
    part.wake.click()
    qtbot.waitUntil(lambda: part.banner.title.text() == "The reader serves another desk", timeout=20_000)
    assert stripe.requests("readers.cancel_action") == 1


def test_a_reader_is_registered_by_the_code_on_its_screen(part, desk, qtbot) -> None:
    keep_key(part, qtbot)
    part.label.setText("Window")
    part.code.setFocus()
    type_text("Quick Brown Fox")
    press("Return")
    qtbot.waitUntil(lambda: desk.settings.get(TERMINAL_NAME) == "Window")
    qtbot.waitUntil(lambda: len(part.presenter._view.readers) == 2)
    assert desk.settings.get(TERMINAL_URL).rpartition("/")[2].startswith("tmr_")


@pytest.mark.parametrize(
    ("key", "title"),
    [
        ("sk_test_everything", "This is no restricted key"),
        ("hunter2", "This is no restricted key"),
        ("rk_test_revoked", "Stripe does not take this desk’s key"),
    ],
)
def test_a_key_that_does_not_work_is_not_kept(part, desk, qtbot, key: str, title: str) -> None:
    keep_key(part, qtbot, key)
    qtbot.waitUntil(lambda: part.banner.title.text() == title)
    assert desk.secrets.get(STRIPE_KEY) is None
    assert part.key.text() == ""


def test_a_code_that_no_reader_shows_changes_nothing(part, desk, qtbot) -> None:
    keep_key(part, qtbot)
    for code, title in (("", "Type the code from the reader’s screen"), ("nonsense", "Stripe refused this")):
        part.code.setText(code)
        part.register.click()
        qtbot.waitUntil(lambda title=title: part.banner.title.text() == title)
    assert desk.settings.get(TERMINAL_URL).count("tmr_") == 0


def test_a_forgotten_key_is_gone(part, desk, qtbot) -> None:
    keep_key(part, qtbot)
    part.forget.click()
    qtbot.waitUntil(lambda: desk.secrets.get(STRIPE_KEY) is None)
    qtbot.waitUntil(lambda: not part.table.isVisible())


def test_who_may_not_set_up_only_looks(part, desk, qtbot) -> None:
    desk.person = MARIA
    keep_key(part, qtbot)
    assert part.banner.title.text() != "The key is kept"
    assert desk.secrets.get(STRIPE_KEY) is None
    assert not part.presenter.may


def known(name: str, **more: object) -> KnownReader:
    made = KnownReader(f"tmr_{name[:3]}", name, "Stripe S700", "SIM0001", True, NOW, "tml_a", True)
    return replace(made, **more)  # type: ignore[arg-type]


STATES = {
    "none": StripeView(has_key=False),
    "empty": StripeView(True, True, (), (Place("tml_a", "Front desk"),)),
    "some": StripeView(True, False, (
        known("Front desk"), known(LONG, online=False), known("Back office", seen_at=NOW - timedelta(minutes=9)),
    ), (Place("tml_a", LONG),), "tmr_Fro"),
}  # fmt: skip


@pytest.mark.parametrize("look", list(LOOKS))
def test_every_state_fits(part, themed, look: str) -> None:
    scheme, room = LOOKS[look]
    themed.set(**scheme)
    part.view.resize(*room)
    for name, view in STATES.items():
        part.draw(view, NOW, may=True)
        settle()
        picture(part.view, f"settings-stripe-{name}-{look}")
        assert clipped(part.view) == [], name
