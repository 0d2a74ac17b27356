"""The window around the pages: commands, rail, bars, banners, lock, closing. Through the keys."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app import settings
from app.views import AttentionItem, DeviceLight, Person
from app.words import Words
from models.basics.clock import utc_text
from models.basics.errors import DeviceMissing
from models.store.rows import Change
from resources import tokens
from tests.support.clinic import TestClinic
from tests.support.windows import StandDesk, clipped, picture, press, settle, shown, type_text
from widgets import theme
from widgets.commands import COMMANDS, MENUS
from widgets.common import page_action
from widgets.main_window import MainWindow
from widgets.opening import FILLED
from widgets.panels import AskDialog
from widgets.screens import APPROVED, ATTENTION, COLLECT, LEDGER, PATIENTS, PREPARED, SCREENS, SETTINGS, TODAY, Place
from widgets.watch import IdleWatch, LineWatch

pytestmark = pytest.mark.usefixtures("themed", "blank_pages")
PIN = "2580"
OFFLINE = DeviceLight("line", "warn", "light.line.offline", {"at": "2026-05-14T14:22:00.000Z"})
ONLINE = DeviceLight("line", "ok", "light.line.online")


def waiting(count: int) -> DeviceLight:
    return DeviceLight("sync", "warn" if count else "ok", "light.sync.waiting", {"pending": count})


@pytest.fixture(scope="module")
def clinic(tmp_path_factory):
    made = TestClinic(tmp_path_factory.mktemp("shell"))
    desk = StandDesk(made)
    boss = Person("setup", "Setup", "", "S", manager=True)
    desk.sign_in.add("Maria Delgado", "receptionist", PIN, boss)
    desk.sign_in.add("Nora Whitfield", "manager", "137946", boss)
    desk.close()
    yield made
    made.close()


@pytest.fixture
def desk(clinic):
    made = StandDesk(clinic)
    yield made
    made.close()
    clinic.settings.update({option: option.default for option in settings.OPTIONS})


@pytest.fixture
def locked(desk, qtbot) -> Iterator[MainWindow]:
    window = MainWindow(desk)
    qtbot.addWidget(window)
    shown(window)
    qtbot.waitUntil(lambda: len(window.lock.state.tiles) == 2 and len(window._lights) == 5)
    yield window
    window.hide()  # one that would not close: nothing of it may go on in the next test


@pytest.fixture
def window(locked) -> MainWindow:
    """Maria has signed in. Hashing her PIN is slow by design: `test_lock` types it, here it counts as right."""
    tile = locked.lock.state.tiles[0]
    locked.lock._good(Person(tile.staff_id, tile.name, tile.title, tile.initials, manager=False))
    settle()
    return locked


def sign_in(window: MainWindow, qtbot, pin: str = PIN) -> None:
    window.lock_view.pin.setFocus()
    type_text(pin)
    if len(pin) < 6:
        press("Return")
    qtbot.waitUntil(lambda: not window.session.locked)
    settle()


def page(window: MainWindow):
    return window.navigator.page


# Signing in, locking ----------------------------------------------------------------------------------------------


def test_the_window_opens_locked_and_nothing_works_before_somebody_signs_in(locked) -> None:
    assert locked.lock_view.isVisible()
    assert not locked.shell.isVisible()
    for key in ("F2", "F3", "Ctrl+1", "Ctrl+K", "Ctrl+D"):
        press(key)
    assert locked.navigator.place is None
    assert not locked.find_overlay.isVisible()
    picture(locked, "window-locked")


def test_signing_in_ends_on_today_with_the_next_patient(locked, qtbot) -> None:
    window = locked
    sign_in(window, qtbot)
    assert window.navigator.place == Place(TODAY, select_next=True)
    assert page(window).widget.hasFocus()
    assert window.shell.rail.person._name == "Maria Delgado"
    picture(window, "window-today")


def test_locking_hides_the_page_and_gives_the_focus_back(window, qtbot) -> None:
    press("Ctrl+2")
    window.navigator.page.widget.field.setFocus()
    type_text("quill")
    press("Ctrl+Shift+L")
    assert window.lock_view.isVisible()
    assert not window.shell.isVisible()
    sign_in(window, qtbot)
    assert window.navigator.place == Place(PATIENTS)
    assert page(window).widget.field.text() == "quill"
    assert page(window).widget.field.hasFocus()


def test_somebody_else_keeps_the_page_but_acts_from_now_on(window, qtbot) -> None:
    press("Ctrl+6")
    press("Ctrl+Shift+L")
    settle()
    press("Right")
    sign_in(window, qtbot, "137946")
    assert window.navigator.place == Place(ATTENTION)
    assert window.session.acting.name == "Nora Whitfield"


def test_overlays_and_notices_do_not_survive_the_lock(window) -> None:
    window.notices.show("Rosa Quillfeather paid", "ok")
    press("F2")
    assert window.find_overlay.isVisible()
    press("Ctrl+Shift+L")
    assert not window.find_overlay.isVisible()
    assert window.notices.texts == ()


def test_the_desk_locks_after_idle_minutes_and_at_sleep(window, desk, qtbot) -> None:
    desk.clock.advance(179)
    window._idle.look()
    assert not window.session.locked
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Shift)
    desk.clock.advance(179)
    window._idle.look()
    assert not window.session.locked, "a key on the native window starts the wait anew"
    desk.clock.advance(3600)
    window._idle.look()
    assert window.session.locked
    assert window.lock.state.reason == "Locked after 3 minutes without a key press. Your work is kept."


def test_the_desk_does_not_lock_itself_while_money_is_in_flight(window, desk) -> None:
    page(window).money_in_flight = True
    desk.clock.advance(3600)
    window._idle.look()
    assert not window.session.locked
    press("Ctrl+Shift+L")
    assert window.lock.state.note == "Payment running. It goes on and is kept."


def test_changes_behind_the_lock_are_read_at_unlocking(window, desk, qtbot) -> None:
    changes = page(window).changes
    press("Ctrl+Shift+L")
    changes.clear()
    window._data_changed(Change(frozenset({"payment"})))
    assert changes == []
    sign_in(window, qtbot)
    assert [change.everything for change in changes] == [True]


# Commands ---------------------------------------------------------------------------------------------------------


def test_every_command_that_is_listed_does_something(window) -> None:
    working = {action.iconText() for action in window.commands.all()}
    listed = {command.text.replace("&", "").rstrip("…") for command in COMMANDS}
    assert {words.rstrip("…") for words in working} == listed


def test_no_two_commands_answer_one_key() -> None:
    keys = [command.keys for command in COMMANDS if command.keys]
    assert len(keys) == len(set(keys))
    assert all(command.menu in MENUS for command in COMMANDS)


def test_the_rails_keys_are_its_commands_keys(window) -> None:
    for name, screen in SCREENS.items():
        if screen.rail:
            assert window.commands[name].shortcut().toString() == screen.keys


@pytest.mark.parametrize(("key", "screen"), [("Ctrl+1", TODAY), ("Ctrl+2", PATIENTS), ("Ctrl+6", ATTENTION),
                                             ("Ctrl+,", SETTINGS)])  # fmt: skip
def test_keys_lead_to_the_pages_of_the_rail(window, key: str, screen: str) -> None:
    press(key)
    assert window.navigator.place.screen == screen
    lit = [name for name, item in window.shell.rail._items.items() if item.isChecked()]
    assert lit == [screen]


def test_the_rail_leads_by_click_too(window) -> None:
    QTest.mouseClick(window.shell.rail._items[ATTENTION], Qt.MouseButton.LeftButton)
    assert window.navigator.place == Place(ATTENTION)


def test_f3_finds_somebody_for_a_walk_in(window) -> None:
    press("F3")
    assert window.find_overlay.isVisible()
    assert window.find_overlay.finder.open_action.text() == "Walk-in payment"


def test_a_letter_typed_on_the_find_box_is_the_first_one(window) -> None:
    window.shell.top_bar.find_box.setFocus()
    type_text("r")
    assert window.find_overlay.finder.field.text() == "r"
    type_text("o")
    assert window.find_overlay.finder.field.text() == "ro"


def test_the_palette_lists_page_commands_and_gives_them(window) -> None:
    done: list[str] = []
    page_action(page(window).widget, "Check in the selected patient", "F4", lambda: done.append("check in"))
    press("Ctrl+K")
    type_text("check sel")
    assert [row.key for row in window.palette_overlay.table.rows] == ["Check in the selected patient"]
    picture(window, "window-palette")
    press("Return")
    assert done == ["check in"]
    assert not window.palette_overlay.isVisible()


def test_the_palette_says_when_nothing_matches_and_esc_leaves(window) -> None:
    press("Ctrl+K")
    type_text("zzz")
    assert window.palette_overlay.nothing.isVisible()
    press("Return")
    press("Escape")
    assert page(window).widget.hasFocus()


def test_greater_in_find_leads_to_the_palette(window) -> None:
    press("F2")
    type_text(">")
    assert window.palette_overlay.isVisible()
    assert not window.find_overlay.isVisible()


def test_f1_lists_the_keys_of_the_screen(window) -> None:
    page_action(page(window).widget, "Check in", "F4")
    press("F1")
    assert window.keys_dialog.isVisible()
    from widgets.common import Keycap

    caps = [cap.words for cap in window.keys_dialog.findChildren(Keycap) if cap.isVisible()]
    assert {"F4", "F2", "Ctrl K"} <= set(caps)
    picture(window, "window-keys")
    assert clipped(window.keys_dialog) == []


def test_menus_hold_the_commands_and_the_pages_own(window) -> None:
    page_action(page(window).widget, "Check &in", "F4", menu="patient")
    window.navigator.shown.emit(window.navigator.place)
    menus = {action.text(): action.menu() for action in window.shell.menu_row.bar.actions()}
    assert list(menus) == list(MENUS.values())
    assert "Check &in" in [action.text() for action in menus["Pat&ient"].actions()]
    assert all(action.isEnabled() for menu in menus.values() for action in menu.actions() if not action.isSeparator())


def test_last_receipt_again_and_the_drawer_ask_the_story(window, desk, qtbot) -> None:
    press("Ctrl+Shift+P")
    qtbot.waitUntil(lambda: bool(desk.printing.asked))
    press("Ctrl+D")
    press("Return")
    assert window.drawer_dialog.row.error.text.startswith("Say why")
    picture(window, "window-drawer")
    type_text("Change for the till")
    press("Return")
    qtbot.waitUntil(lambda: len(desk.printing.asked) == 2)
    (first, _), (second, (reason, person)) = desk.printing.asked
    assert (first, second, reason, person.name) == (
        "reprint_last", "open_drawer", "Change for the till", "Maria Delgado"
    )  # fmt: skip
    qtbot.waitUntil(lambda: any("drawer opens" in text for text in window.notices.texts))


def test_a_story_that_fails_is_told_in_words(window, desk, qtbot, monkeypatch) -> None:
    def fails(*_arguments: object) -> None:
        raise DeviceMissing("drawer.no_drawer", device="drawer")

    monkeypatch.setattr(desk.printing, "open_drawer", fails, raising=False)
    press("Ctrl+D")
    type_text("Deposit")
    press("Return")
    qtbot.waitUntil(lambda: any("No drawer is set up" in text for text in window.notices.texts))


# Ways between pages -----------------------------------------------------------------------------------------------


def test_back_leads_where_a_page_was_opened_from(window) -> None:
    doors = window.navigator
    doors.top(Place(PATIENTS))
    doors.go(Place(LEDGER, "rosa"))
    doors.go(Place(COLLECT, "rosa", "today"))
    doors.replace(Place(APPROVED))
    assert window.shell.rail._items[TODAY].isChecked()
    doors.back()
    assert doors.place == Place(LEDGER, "rosa")
    doors.back()
    assert doors.place == Place(PATIENTS)
    doors.back()
    assert doors.place == Place(TODAY)


def test_a_page_hears_when_it_is_entered_left_and_when_data_changed(window) -> None:
    today = page(window)
    window._data_changed(Change(frozenset({"payment"}), frozenset({"rosa"})))
    assert len(today.changes) == 1
    press("Ctrl+6")
    window._data_changed(Change(frozenset({"payment"})))
    assert (today.left, len(today.changes)) == (1, 1)
    assert len(page(window).changes) == 1


def test_a_running_payment_keeps_its_page(window) -> None:
    window.navigator.go(Place(COLLECT, "rosa"))
    collect = page(window)
    collect.money_in_flight = True
    press("Ctrl+1")
    window.navigator.go(Place(COLLECT, "henry"))
    assert window.navigator.place == Place(COLLECT, "rosa")
    assert collect.entered == [Place(COLLECT, "rosa")]
    assert window.notices.texts == ("A payment is still running here. Finish it first.",)


# Bars and banners -------------------------------------------------------------------------------------------------


def test_lights_are_buttons_in_words_and_explain_themselves(window, desk, qtbot) -> None:
    desk.status.switch(DeviceLight("printer", "bad", "light.printer.paper_out", {"waiting": 2}))
    printer = window.shell.status_bar.light("printer")
    qtbot.waitUntil(lambda: printer.words.title == "Printer out of paper")
    assert printer.accessibleName() == "Printer out of paper"
    assert "2 receipts wait" in printer.toolTip()
    QTest.mouseClick(printer, Qt.MouseButton.LeftButton)
    assert window.light_dialog.isVisible()
    assert "2 receipts wait" in window.light_dialog._text.text()
    picture(window, "window-light")
    press("Return")
    assert window.navigator.place.screen == SETTINGS


def test_sync_now_nudges_the_line(window, desk) -> None:
    press("Ctrl+R")
    assert desk.sync.asked == [("nudge", ())]


def test_reader_and_printer_are_looked_at_on_their_own_lanes(window, desk, qtbot) -> None:
    window.commands["check_devices"].trigger()
    qtbot.waitUntil(lambda: sorted(desk.status.looked) == ["printer", "reader"])
    page(window).money_in_flight = True
    window.commands["check_devices"].trigger()
    assert len(desk.status.looked) == 2
    assert window.notices.texts[-1] == "The reader is busy with a payment."


def test_the_offline_banner_waits_counts_and_says_goodbye(window, desk, qtbot, monkeypatch) -> None:
    monkeypatch.setattr(window._line, "PATIENCE_MS", 30)
    window._line._patience.setInterval(30)
    window._line._farewell.setInterval(60)
    banner = window.shell.banner
    desk.status.switch(OFFLINE, waiting(4))
    qtbot.waitUntil(banner.isVisible)
    assert banner.title.text() == "Offline since 9:22 AM."
    assert banner.note.text() == "4 changes waiting"
    assert banner.button.key_words == "Ctrl R"
    picture(window, "window-offline")
    desk.status.switch(ONLINE, waiting(0))
    qtbot.waitUntil(lambda: banner.title.text() == "Back online, 4 changes sent.")
    assert not banner.button.isVisible()
    qtbot.waitUntil(lambda: not banner.isVisible())


def test_credit_that_the_hub_must_confirm_is_counted_in_the_banner(window, desk, qtbot) -> None:
    window._line._patience.setInterval(20)
    facts = {**OFFLINE.facts, "provisional_cents": 4000}
    desk.status.switch(DeviceLight("line", "warn", "light.line.offline", facts), waiting(4))
    banner = window.shell.banner
    qtbot.waitUntil(banner.isVisible)
    assert banner.note.text() == "4 changes waiting, $40.00 of credit to be confirmed"
    assert clipped(banner) == []
    picture(window, "window-offline-credit")


def test_a_line_that_is_back_soon_shows_no_banner(qapp, qtbot) -> None:
    heard: list[object] = []
    watch = LineWatch()
    watch.banner.connect(heard.append)
    watch.see([(OFFLINE, Words("Offline since 9:22 AM"))])
    watch.see([(ONLINE, Words("Online"))])
    assert heard == []
    assert not watch._patience.isActive()


def test_money_in_doubt_is_counted_and_turns_red_after_half_an_hour(window, desk, qtbot) -> None:
    now = desk.clock.now()
    item = AttentionItem("a-1", "unknown_payment", now - timedelta(minutes=5), None, 3000, "attention.unknown_payment")
    desk.items = (item,)
    window._data_changed(Change(frozenset({"payment"})))
    badge = window.shell.rail._items[ATTENTION].badge
    qtbot.waitUntil(lambda: badge._count == 1)
    assert not badge._urgent
    assert window.shell.rail._items[ATTENTION].accessibleName() == "Needs attention 1"
    desk.clock.advance(1800)
    window._count_attention()
    qtbot.waitUntil(lambda: badge._urgent)
    desk.items = ()
    window._count_attention()
    qtbot.waitUntil(lambda: not badge.isVisible())


def test_the_clock_shows_the_clinics_time(window, desk) -> None:
    desk.clock.advance(60 * 60)
    window._tick()
    at = desk.clock.now().astimezone(window._zone)
    assert window.shell.top_bar._time.text().startswith(f"{at.hour % 12 or 12}:")


def test_notices_stay_left_of_the_decision_column(window) -> None:
    column = QWidget(page(window).widget)
    column.setObjectName("decision")
    column.setGeometry(700, 0, 300, 300)
    column.show()
    window.notices.show("Left of it")
    assert window.notices._shown[0].geometry().right() < column.mapTo(window.shell, QPoint(0, 0)).x()


# Sizes, looks -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "scale", "compact", "narrow"), [
    ((1366, 768), 100, False, False), ((1280, 680), 100, True, False), ((1100, 768), 100, False, True),
    ((1680, 1050), 125, False, False), ((1366, 768), 150, True, True),
])  # fmt: skip
def test_the_frame_fits_every_size(window, desk, size, scale: int, compact: bool, narrow: bool) -> None:
    desk.settings.set(settings.WINDOW_TEXT_SCALE, scale)
    window.resize(*size)
    settle()
    window._dress()
    settle()
    look, shell = theme.current(), window.shell
    assert look.compact is compact
    assert shell.top_bar.menu.isVisible() is compact
    assert (shell.rail.width() == look.size("rail_narrow")) is narrow
    assert shell.menu_row.height() == (0 if compact else look.size("menu_bar"))
    assert clipped(shell) == []
    picture(window, f"window-{size[0]}x{size[1]}-{scale}")


def test_the_content_stops_growing(window) -> None:
    window.resize(2400, 1000)
    settle()
    assert window.shell.stack.width() == tokens.SIZE["content_most"]
    assert window.shell.stack.x() == 0 or window.shell.stack.mapTo(window, QPoint()).x() == window.shell.rail.width()


def test_settings_dress_the_window_at_once(window, desk, qtbot) -> None:
    desk.settings.update({settings.WINDOW_SCHEME: "dark", settings.WINDOW_COMPACT: True})
    qtbot.waitUntil(lambda: theme.current().dark and theme.current().compact)
    picture(window, "window-dark")


def test_the_folded_menu_holds_every_menu(window, desk, qtbot) -> None:
    desk.settings.set(settings.WINDOW_COMPACT, True)
    qtbot.waitUntil(window.shell.top_bar.menu.isVisible)
    from PySide6.QtWidgets import QMenu

    QTest.mouseClick(window.shell.top_bar.menu, Qt.MouseButton.LeftButton)
    folded = next(menu for menu in window.shell.findChildren(QMenu) if menu.isVisible())
    assert [action.text() for action in folded.actions()] == list(MENUS.values())
    folded.close()


def test_full_screen_and_back(window) -> None:
    press("F11")
    assert window.isFullScreen()
    press("F11")
    assert not window.isFullScreen()


def test_about_names_the_program(window) -> None:
    window.commands["about"].trigger()
    settle()
    picture(window, "window-about")
    press("Escape")
    assert page(window).widget.hasFocus()


def test_everything_the_tab_key_reaches_has_a_name(window, desk) -> None:
    QAccessible.setActive(True)
    press("Ctrl+,")
    nameless = []
    for root in (window.shell, window.lock_view, window.find_overlay, window.palette_overlay, window.drawer_dialog):
        for widget in root.findChildren(QWidget):
            popup = widget.inherits("QMenu") or widget.inherits("QListView")
            reachable = widget.focusPolicy() & Qt.FocusPolicy.TabFocus and not widget.isHidden()
            if reachable and not popup:
                interface = QAccessible.queryAccessibleInterface(widget)
                name = interface.text(QAccessible.Text.Name) if interface is not None else widget.accessibleName()
                if not name and type(widget) is not QWidget:  # pages of other rooms are blank here
                    nameless.append(f"{type(widget).__name__} in {type(widget.parent()).__name__}")
    assert "; ".join(nameless) == ""


# Closing ----------------------------------------------------------------------------------------------------------


def test_pages_are_made_ahead_until_the_window_goes(window, qtbot) -> None:
    window.navigator.prepare(PREPARED)
    qtbot.waitUntil(lambda: len(window.navigator._pages) > 1)
    made = len(window.navigator._pages)
    assert window.navigator._wanted
    window.hide()
    qtbot.wait(150)
    assert len(window.navigator._pages) == made


def test_closing_asks_nothing(window) -> None:
    assert window.close()


def test_closing_asks_while_money_is_in_flight(window) -> None:
    page(window).money_in_flight = True
    assert not window.close()
    assert window.close_dialog.isVisible()
    picture(window, "window-closing")
    press("Escape")
    assert window.isVisible()
    assert not window.close()
    press("Tab")
    press("Return")
    assert not window.isVisible()


def test_closing_under_the_lock_says_what_it_waits_for(window) -> None:
    page(window).money_in_flight = True
    press("Ctrl+Shift+L")
    assert not window.close()
    assert window.lock.state.note.startswith("Payment running")


def test_closing_asks_once_while_changes_wait_for_a_line_that_is_not_there(window, desk, qtbot) -> None:
    desk.status.switch(OFFLINE, waiting(4))
    qtbot.waitUntil(lambda: window._line.waiting_for_a_line == 4)
    assert not window.close()
    ask = next(one for one in window.shell.findChildren(AskDialog) if one.isVisible())
    assert ask.title.text() == "4 changes wait to be sent"
    assert "They are safe on this computer" in ask.text.text()
    assert clipped(ask) == []
    picture(window, "window-closing-waiting")
    press("Return")  # the safe button has the focus
    assert window.isVisible()
    assert not window.close()
    press("Tab")
    press("Return")
    assert not window.isVisible()


def test_closing_under_the_lock_says_once_that_changes_wait(window, desk, qtbot) -> None:
    desk.status.switch(OFFLINE, waiting(1))
    qtbot.waitUntil(lambda: window._line.waiting_for_a_line == 1)
    press("Ctrl+Shift+L")
    assert not window.close()
    assert window.lock.state.note == "1 change waits to be sent. All is safe here. Close again to end Copaydesk."
    assert window.close()


def test_closing_the_desk_with_the_hub_says_that_the_others_go_on_alone(window, desk, qtbot) -> None:
    desk.status.switch(DeviceLight("line", "ok", "light.line.online", {"serves": True}), waiting(0))
    qtbot.waitUntil(lambda: window._line.serves)
    assert not window.close()
    ask = next(one for one in window.shell.findChildren(AskDialog) if one.isVisible())
    assert ask.title.text() == "The other desks go on without this one"
    assert "nothing is lost" in ask.text.text()
    assert clipped(ask) == []
    picture(window, "window-closing-serves")
    press("Return")  # the safe button has the focus
    assert window.isVisible()
    press("Ctrl+Shift+L")
    assert not window.close()
    assert window.lock.state.note.startswith("The other desks go on without this one. Nothing is lost.")
    assert window.close()


def test_changes_that_can_go_out_hold_nobody_up(window, desk, qtbot) -> None:
    desk.status.switch(ONLINE, waiting(4))
    qtbot.waitUntil(lambda: window._line._pending == 4)
    assert window.close()


# The size ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kept", "size"), [
    ("", (1366, 768)), ("1500x900", (1500, 900)), ("1500x900+", (1500, 900)), ("nonsense", (1366, 768)),
    ("120x100", (1024, 640)), ("99999x99999", None), ("1500x900+7", (1366, 768)),
])  # fmt: skip
def test_the_size_of_last_time_comes_back_as_far_as_it_fits(desk, qtbot, kept: str, size) -> None:
    desk.settings.set(settings.WINDOW_SIZE, kept)
    made = MainWindow(desk)
    qtbot.addWidget(made)
    screen = made.screen().availableSize()
    wide, high = size or (screen.width(), screen.height())
    if (wide, high) != (1366, 768):
        wide, high = max(min(wide, screen.width()), 1024), max(min(high, screen.height()), 640)
    assert (made.width(), made.height()) == (wide, high)
    assert bool(made.property(FILLED)) is (kept == "1500x900+")


def test_a_size_that_lasts_is_kept_and_full_screen_is_not(window, desk, qtbot) -> None:
    window.resize(1111, 700)
    assert desk.settings.get(settings.WINDOW_SIZE) == "", "not while somebody is still dragging"
    window._size.keep()
    qtbot.waitUntil(lambda: desk.settings.get(settings.WINDOW_SIZE) == "1111x700")
    press("F11")
    window._size.keep()
    press("F11")
    settle()
    assert desk.settings.get(settings.WINDOW_SIZE) == "1111x700"


# Start-up ---------------------------------------------------------------------------------------------------------

HEAVY = ("sqlalchemy", "alembic", "fastapi", "uvicorn", "pydantic", "reportlab", "stripe", "keyring", "escpos",
         "serial", "argon2", "http.client", "segno", "pypdfium2", "psycopg")  # fmt: skip

FIRST_PAINT = """
import sys
from PySide6.QtCore import QTimer
from widgets import main_window, opening
from widgets.lock.view import LockView
from widgets.shell import Shell
app = opening.application()
view = LockView()
opening.show(view)
painted = []
QTimer.singleShot(0, lambda: (painted.append(view.grab().isNull()), app.quit()))
app.exec()
assert painted == [False]
print(",".join(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def test_nothing_slow_is_imported_before_the_first_paint() -> None:
    ended = subprocess.run([sys.executable, "-c", FIRST_PAINT], capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr[-800:]
    loaded = set(ended.stdout.strip().split(","))
    assert loaded & set(HEAVY) == set()


def test_commands_of_a_page_are_told_from_the_windows(window) -> None:
    action = page_action(page(window).widget, "Here", "F9")
    assert isinstance(action, QAction)
    assert action.shortcutContext() is Qt.ShortcutContext.WidgetWithChildrenShortcut


def test_the_idle_watch_needs_a_whole_minute_count(qapp, desk) -> None:
    heard: list[int] = []
    watch = IdleWatch(desk.clock, lambda: 1)
    watch.idle.connect(lambda: heard.append(1))
    watch.start()
    desk.clock.advance(59)
    watch.look()
    desk.clock.advance(1)
    watch.look()
    watch.stop()
    assert heard == [1]
    assert utc_text(desk.clock.now())


def test_training_waits_for_a_card_that_is_being_charged(window) -> None:
    wanted: list[bool] = []
    window.training_wanted.connect(lambda: wanted.append(True))
    page(window).money_in_flight = True
    window._train()
    assert wanted == []
    assert "A card payment is still running" in window.notices.texts[-1]
    page(window).money_in_flight = False
    window._train()
    assert wanted == [True]
