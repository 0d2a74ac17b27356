"""First run through the keys: what is missing is said where it is missing, and the whole way on a real machine once."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.card_reader import CardReader
from app.devices import Offer
from app.folders import Folders, desk_folder
from app.lanes import Lane
from app.secrets import RECOVERY_KEY, STORE_KEY, Secrets
from app.settings import PRACTICE_DEVICES, TERMINAL_URL, Settings
from app.stripe_readers import StripeReaders
from devices.found import Found
from models.basics.errors import RuleBroken, StorageError, SyncLater
from tests.support.simulators import stripe_running
from tests.support.windows import clipped, picture, press, settle, shown, type_text
from widgets.bridge import Bridge
from widgets.first_run.presenter import FirstRunPresenter
from widgets.first_run.state import STEPS, Answers, Devices, Person, Step, Way, missing
from widgets.first_run.view import FirstRunView
from widgets.main_window import MainWindow
from widgets.opening import DeskWindow, Opening

pytestmark = pytest.mark.usefixtures("themed")
RECOVERY = "7K3M-0QXT-2B4N-6C8D-9E1F-5G7H-J0KM"
STRIPE_KEY = "rk_test_typed"
LINE = "192.168.4.10:8443 ABCD-EFGH-JKMN K7QF-2M9D-XW3A"
ZONES = ("America/Chicago", "America/New_York", "Europe/Athens")
GOOD = Answers(
    practice="Alder Street", zone="America/Chicago", manager=Person("Nora Whitfield", "1379", "1379"),
    receptionist=Person("Maria Delgado", "2580", "2580"),
)  # fmt: skip


class Told:
    """A set-up story that remembers what it was told, and fails where a test wants it to."""

    def __init__(self, *, keyring: bool = True) -> None:
        self.told: list[tuple] = []
        self.fails: dict[str, list[Exception]] = {}
        self._keyring = keyring
        self.account: StripeReaders | None = None
        self.go = threading.Event()
        self.go.set()

    def local_zone(self) -> str:
        return "America/Chicago"

    def keyring_place(self) -> str:
        if not self._keyring:
            raise StorageError("secrets.no_keyring", backend="none")
        return "KWallet"

    def _do(self, name: str, *facts: object) -> None:
        self.go.wait(5)
        if self.fails.get(name):
            raise self.fails[name].pop(0)
        self.told.append((name, *facts))

    def allow_key_file(self, who: str) -> None:
        self._do("allow_key_file", who)

    def start_practice(self, wish, desk, staff, *, for_other_desks=False, job=None) -> None:
        job.step("setup.keys")
        job.step("setup.hub")
        self._do("start_practice", wish.name, wish.timezone, wish.address, desk,
                 tuple((one.name, one.role) for one in staff), for_other_desks)  # fmt: skip
        job.step("setup.store")

    def join_practice(self, line: str, desk: str, *, job=None) -> None:
        self._do("join_practice", line, desk)

    def recovery_key(self) -> str:
        return RECOVERY

    def use_practice_devices(self) -> None:
        self._do("use_practice_devices")

    def find_devices(self) -> tuple[Offer, ...]:
        return (Offer(Found("usb://2fb8:2206/0001", "reader", "PAX", "PAX A920", "0001", "1-1", speed=True)),
                Offer(Found("usblp://04b8:0e03/A1", "printer", "Epson", "Epson TM", "A1", "/dev/usb/lp0")))  # fmt: skip

    def set_devices(self, terminal: str, printer: str, *, drawer: bool) -> None:
        self._do("set_devices", terminal, printer, drawer)

    def stripe_readers(self, consent: str = "") -> StripeReaders:
        """The real story over the simulated account; the key file was agreed to before."""
        assert consent == ""
        return self.account

    def terminal_url(self) -> str:
        return self.account._settings.get(TERMINAL_URL)


@pytest.fixture
def begin(qtbot, lane: Lane):
    def made(setup: Told, size=(1366, 768)) -> FirstRunView:
        view = FirstRunView(ZONES)
        view.resize(*size)
        qtbot.addWidget(view)
        view.presenter = FirstRunPresenter(view, bridge=Bridge(view), lane=lane, setup=setup)
        view.done = []
        view.presenter.finished.connect(lambda: view.done.append(True))
        shown(view)
        return view

    return made


def step(view: FirstRunView) -> Step:
    return view.presenter._step


def fill_practice() -> None:
    type_text("Alder Street Family Medicine")
    press("Return")


def fill_staff() -> None:
    type_text("Nora Whitfield")
    for text in ("1379", "1379", "Maria Delgado", "2580", "2580"):
        press("Tab")
        type_text(text)
    press("Return")


def write_down(view: FirstRunView, qtbot) -> None:
    """The recovery key stands there, alone, until somebody says it is on paper."""
    page = view.pages[Step.READY]
    qtbot.waitUntil(lambda: view.next.label == "It is written down")
    assert page.key.text() == RECOVERY
    assert view.done == []
    assert not view.back.isVisible()
    picture(view, "first-run-recovery-key")
    assert clipped(view) == []
    press("Return")
    assert page.key.text() == ""


def test_a_new_practice_through_the_keys(begin, qtbot) -> None:
    setup = Told()
    view = begin(setup)
    assert view.rail.steps.accessibleName() == "Step 1 of 4: Practice and desk"
    fill_practice()
    assert step(view) is Step.STAFF
    fill_staff()
    assert step(view) is Step.DEVICES
    assert view.next.label == "Set up"
    press("Return")
    write_down(view, qtbot)
    qtbot.waitUntil(lambda: view.done == [True])
    assert setup.told == [
        ("start_practice", "Alder Street Family Medicine", "America/Chicago", (), "Desk 1",
         (("Nora Whitfield", "manager"), ("Maria Delgado", "receptionist")), False),
        ("use_practice_devices",),
    ]  # fmt: skip


def test_joining_needs_no_staff_and_takes_addresses(begin, qtbot) -> None:
    setup = Told()
    view = begin(setup)
    press("Shift+Tab")
    press("Shift+Tab")
    press("Right")
    press("Space")
    practice = view.pages[Step.PRACTICE]
    assert practice.join_line.isVisible()
    assert not practice.practice.isVisible()
    practice.join_line.field.setFocus()
    type_text(LINE)
    press("Return")
    assert step(view) is Step.DEVICES
    press("Down")
    press("Space")
    page = view.pages[Step.DEVICES]
    page.terminal_url.field.setFocus()
    type_text("pax+tcp://192.168.4.21:10009")
    picture(view, "first-run-devices")
    press("Return")
    write_down(view, qtbot)
    qtbot.waitUntil(lambda: view.done == [True])
    assert setup.told == [
        ("join_practice", LINE, "Desk 1"),
        ("set_devices", "pax+tcp://192.168.4.21:10009", "", True),
    ]  # fmt: skip


def test_a_reader_at_stripe_is_chosen_by_keys(begin, qtbot, tmp_path: Path) -> None:
    """The key is typed, tried and kept, the account's reader used: its address stands in the form."""
    with stripe_running("--key", STRIPE_KEY) as stripe:
        setup = Told()
        folders = Folders(tmp_path)
        folders.make()
        settings = Settings.load(folders.settings)
        secrets = Secrets(folders, settings)
        secrets.allow_key_file("a test")
        settings.set(TERMINAL_URL, f"stripe+{stripe.base}")
        setup.account = StripeReaders(settings, secrets, CardReader(settings), lambda: None)
        view = begin(setup)
        for keys in ("Shift+Tab", "Shift+Tab", "Right", "Space"):
            press(keys)
        view.pages[Step.PRACTICE].join_line.field.setFocus()
        type_text(LINE)
        press("Return")
        for keys in ("Down", "Space", "Alt+R"):
            press(keys)
        dialog = view.presenter._stripe
        qtbot.waitUntil(dialog.part.key.hasFocus)
        picture(view, "first-run-stripe-key")
        assert clipped(dialog) == []
        type_text(STRIPE_KEY)
        press("Return")
        qtbot.waitUntil(dialog.part.table.isVisible, timeout=20_000)
        picture(view, "first-run-stripe-readers")
        assert step(view) is Step.DEVICES, "Enter was the dialog's"
        dialog.part.table.setFocus()
        press("Return")
        qtbot.waitUntil(lambda: not dialog.isVisible(), timeout=20_000)
        assert view.pages[Step.DEVICES].terminal_url.field.text() == stripe.url
        assert secrets.get("stripe-key") == STRIPE_KEY
        press("Return")
        write_down(view, qtbot)
        qtbot.waitUntil(lambda: view.done == [True])
        assert setup.told[-1] == ("set_devices", stripe.url, "", True)


def test_reader_and_printer_are_found_and_used_by_keys(begin, qtbot) -> None:
    setup = Told()
    view = begin(setup)
    for keys in ("Shift+Tab", "Shift+Tab", "Right", "Space"):
        press(keys)
    view.pages[Step.PRACTICE].join_line.field.setFocus()
    type_text(LINE)
    press("Return")
    press("Down")
    press("Space")
    for moves in (0, 1):
        press("Alt+S")
        qtbot.waitUntil(lambda: len(view.presenter._find.table.rows) == 2)
        for _ in range(moves):
            press("Down")
        settle()
        picture(view, f"first-run-find-{moves}")
        press("Return")
        qtbot.waitUntil(lambda: not view.presenter._find.isVisible())
    press("Return")
    write_down(view, qtbot)
    qtbot.waitUntil(lambda: view.done == [True])
    urls = ("pax+usb://2fb8:2206/0001?baud=115200", "escpos+usblp://04b8:0e03/A1")
    assert setup.told[-1] == ("set_devices", *urls, True)


@pytest.mark.parametrize(("typed", "said"), [
    ("", "Type, paste or scan the code the other desk shows."),
    ("192.168.4.10:8443 KITE-4417", "This code cannot be right. Compare it with what the other desk shows."),
    ("192.168.4.10:8443 ABCD-EFGH-JKMN", "The last group of the code is missing. Type all of it: it makes sure that "
     "this is really your hub."),
    ("what?", "This is not the address of a hub. Type it as the other desk shows it: 192.168.1.5:8417."),
])  # fmt: skip
def test_a_code_that_cannot_be_one_is_told_at_its_field(typed: str, said: str) -> None:
    answers = replace(GOOD, way=Way.JOIN, join_line=typed)
    assert missing(Step.PRACTICE, answers) == {"join_line": said}


@pytest.mark.parametrize("typed", [
    LINE, LINE.lower(), f"https://{LINE}", LINE.replace(" ", "\t"), LINE.replace("-", ""), f"  {LINE}  ",
])  # fmt: skip
def test_a_code_is_understood_typed_pasted_and_scanned(typed: str) -> None:
    assert missing(Step.PRACTICE, replace(GOOD, way=Way.JOIN, join_line=typed)) == {}


def test_a_scanner_types_where_the_focus_is_and_goes_on_with_its_enter(begin) -> None:
    """A desk that joins begins at the code's field: the scanner's keys and its Enter are all it takes."""
    view = begin(Told())
    practice = view.pages[Step.PRACTICE]
    practice._join.setChecked(True)
    practice._chosen()
    practice.take_focus()
    picture(view, "first-run-join")
    type_text(LINE)
    press("Return")
    assert step(view) is Step.DEVICES
    assert view.presenter.answers.join_line == LINE


def test_what_is_missing_is_said_at_its_field_and_takes_the_focus(begin) -> None:
    view = begin(Told())
    press("Return")
    page = view.pages[Step.PRACTICE]
    assert step(view) is Step.PRACTICE
    assert page.practice.error.text == "Type the name of your practice."
    assert page.practice.field.hasFocus()
    picture(view, "first-run-missing")
    fill_practice()
    press("Return")
    staff = view.pages[Step.STAFF]
    assert staff.manager.name.error.text == "Type the manager's name."
    assert staff.manager.pin.error.text == "A PIN has 4 to 6 digits. Choose another."


def test_back_keeps_what_was_typed(begin) -> None:
    view = begin(Told())
    fill_practice()
    type_text("Nora")
    press("Alt+Left")
    assert step(view) is Step.PRACTICE
    assert view.pages[Step.PRACTICE].practice.field.text() == "Alder Street Family Medicine"
    press("Return")
    assert view.pages[Step.STAFF].manager.name.field.text() == "Nora"


def test_without_a_keyring_somebody_must_agree(begin, qtbot) -> None:
    setup = Told(keyring=False)
    view = begin(setup)
    qtbot.waitUntil(lambda: view.presenter.answers.needs_consent)
    page = view.pages[Step.PRACTICE]
    settle()
    fill_practice()
    assert step(view) is Step.PRACTICE
    assert page.consent.error.text.startswith("Type your name to agree")
    picture(view, "first-run-consent")
    type_text("Nora Whitfield")
    press("Return")
    fill_staff()
    press("Return")
    write_down(view, qtbot)
    qtbot.waitUntil(lambda: view.done == [True])
    assert setup.told[0] == ("allow_key_file", "Nora Whitfield")


def test_the_work_names_its_step_and_cannot_be_started_twice(begin, qtbot) -> None:
    setup = Told()
    setup.go.clear()
    view = begin(setup)
    fill_practice()
    fill_staff()
    press("Return")
    ready = view.pages[Step.READY]
    qtbot.waitUntil(lambda: ready._doing.text() == "Starting the clinic's hub…")
    assert view.next.busy
    picture(view, "first-run-working")
    press("Return")
    press("Alt+Left")
    assert step(view) is Step.READY
    setup.go.set()
    write_down(view, qtbot)
    qtbot.waitUntil(lambda: view.done == [True])
    assert [told[0] for told in setup.told] == ["start_practice", "use_practice_devices"]


def test_a_failure_is_said_and_the_second_try_begins_where_it_stopped(begin, qtbot) -> None:
    setup = Told()
    setup.fails = {"start_practice": [SyncLater("setup.first_sync_slow", hub="")],
                   "use_practice_devices": [RuleBroken("setup.practice_devices_failed")]}  # fmt: skip
    view = begin(setup)
    fill_practice()
    fill_staff()
    press("Return")
    ready = view.pages[Step.READY]
    qtbot.waitUntil(ready.banner.isVisible)
    assert view.next.label == "Try again"
    press("Return")
    qtbot.waitUntil(lambda: ready.banner.isVisible() and not view.presenter._working)
    assert ready.banner.title.text() == "The practice reader and printer did not start"
    picture(view, "first-run-failed")
    press("Alt+Left")
    assert step(view) is Step.DEVICES
    assert not view.back.isVisible(), "the practice is made: only the devices can be chosen anew"
    view.pages[Step.DEVICES]._cards[Devices.LATER].click()
    view.next.setFocus()
    press("Return")
    write_down(view, qtbot)
    qtbot.waitUntil(lambda: view.done == [True])
    assert [told[0] for told in setup.told] == ["start_practice"]


@pytest.mark.parametrize(("step_", "answers", "fields"), [
    (Step.PRACTICE, GOOD, set()),
    (Step.PRACTICE, replace(GOOD, practice="  ", desk=""), {"practice", "desk"}),
    (Step.PRACTICE, replace(GOOD, way=Way.JOIN, practice=""), {"join_line"}),
    (Step.PRACTICE, replace(GOOD, needs_consent=True), {"consent"}),
    (Step.STAFF, GOOD, set()),
    (Step.STAFF, replace(GOOD, receptionist=Person()), set()),
    (Step.STAFF, replace(GOOD, manager=Person("Nora", "1379", "1378")), {"manager.again"}),
    (Step.STAFF, replace(GOOD, manager=Person("Nora", "1111", "1111")), {"manager.pin"}),
    (Step.STAFF, replace(GOOD, receptionist=Person("", "2580", "2580")), {"receptionist.name"}),
    (Step.STAFF, replace(GOOD, receptionist=Person("nora whitfield", "2580", "2580")), {"receptionist.name"}),
    (Step.DEVICES, replace(GOOD, devices=Devices.ADDRESS), {"terminal_url"}),
    (Step.DEVICES, replace(GOOD, devices=Devices.ADDRESS, printer_url="escpos+tcp://p"), set()),
    (Step.READY, GOOD, set()),
])  # fmt: skip
def test_what_may_go_on(step_: Step, answers: Answers, fields: set[str]) -> None:
    assert set(missing(step_, answers)) == fields


def test_the_steps_differ_by_way() -> None:
    assert Step.STAFF in STEPS[Way.NEW]
    assert Step.STAFF not in STEPS[Way.JOIN]


@pytest.mark.parametrize(("size", "scale"), [((1366, 768), 100), ((1280, 680), 100), ((1366, 768), 150)])
def test_every_step_fits(begin, themed, size, scale: int) -> None:
    themed.set(scale=scale, compact=size[1] * 100 < 740 * scale)
    view = begin(Told(), size)
    for number, now in enumerate(STEPS[Way.NEW]):
        view.show_step(STEPS[Way.NEW], now, GOOD, {})
        picture(view, f"first-run-{number + 1}-{size[0]}x{size[1]}-{scale}")
        assert clipped(view) == []


# For real ---------------------------------------------------------------------------------------------------------


def test_from_an_empty_folder_to_today(tmp_path: Path, qtbot) -> None:
    """A machine without a desk: first run, hub as a process, practice devices on real lines, lock, Today, the offer."""
    home = tmp_path / "desk"
    opened = DeskWindow(Opening(desk_folder(home)))
    try:
        qtbot.waitUntil(lambda: isinstance(opened.window, FirstRunView), timeout=20_000)
        view = opened.window
        qtbot.waitUntil(lambda: opened.first_run.answers.needs_consent or _keyring(home), timeout=10_000)
        page = view.pages[Step.PRACTICE]
        page.practice.field.setFocus()
        page.practice.field.setText("Alder Street")
        page.consent.field.setText("Nora Whitfield")
        press("Return")
        fill_staff()
        press("Return")
        qtbot.waitUntil(lambda: view.next.label == "It is written down", timeout=60_000)
        told = view.pages[Step.READY].key.text()
        assert told == Secrets(desk_folder(home), Settings.load(home / "settings.json")).get(RECOVERY_KEY)
        press("Return")
        qtbot.waitUntil(lambda: isinstance(opened.window, MainWindow), timeout=60_000)
        window = opened.window
        qtbot.waitUntil(lambda: len(window.lock.state.tiles) == 2)
        window.activateWindow()
        QTest.qWaitForWindowActive(window)
        window.lock_view.pin.setFocus()
        type_text("2580")
        press("Return")
        qtbot.waitUntil(lambda: not window.session.locked)
        assert window.session.acting.name == "Maria Delgado"
        qtbot.waitUntil(window.import_dialog.isVisible)
        picture(window, "first-run-offer")
        settled = Settings.load(home / "settings.json")
        assert settled.get(PRACTICE_DEVICES)
        assert Secrets(desk_folder(home), settled).get(STORE_KEY)
        qtbot.waitUntil(lambda: window.shell.status_bar.light("line").light_state == "ok", timeout=20_000)
        press("Escape")
        window.close()
    finally:
        opened.close_desk()


def test_a_desk_that_does_not_open_says_why_and_tries_again(tmp_path: Path, qtbot) -> None:
    home = tmp_path / "desk"
    home.mkdir()
    (home / "settings.json").write_text("{ this is no JSON")
    opened = DeskWindow(Opening(desk_folder(home)))
    try:
        qtbot.waitUntil(lambda: bool(_said(opened)), timeout=20_000)
        assert "settings.json" in _said(opened)[0]
        picture(opened.window, "opening-error")
        (home / "settings.json").unlink()
        opened.window.activateWindow()
        QTest.keyClick(opened.window.focusWidget() or opened.window, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: isinstance(opened.window, FirstRunView), timeout=20_000)
    finally:
        opened.close_desk()


def _keyring(home: Path) -> bool:
    try:
        return bool(Secrets(desk_folder(home), Settings.load(home / "settings.json")).place())
    except StorageError:
        return False


def _said(opened: DeskWindow) -> list[str]:
    from widgets.common import KeycapButton, Text

    if opened.window is None or not opened.window.findChildren(KeycapButton):
        return []
    return [label.text() for label in opened.window.findChildren(Text)]
