"""The design's parts behave as it says: keys printed from actions, amounts as typed, lists that keep their place."""

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QAccessible, QAction, QEnterEvent, QHelpEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QHBoxLayout, QPushButton, QToolTip, QVBoxLayout, QWidget

from app.views import VisitHead, VisitState
from tests.support.frozen import at
from tests.support.windows import clipped, picture, press, settle, shown
from widgets import gallery, theme
from widgets.common import (
    ENTER,
    AmountField,
    AmountLabel,
    Badge,
    BadgeCell,
    Banner,
    CellTable,
    CheckBox,
    Choice,
    Column,
    Field,
    FormRow,
    IconButton,
    IconCell,
    Keycap,
    KeycapButton,
    MoneyCell,
    Notices,
    Pill,
    Radio,
    Ring,
    RowKind,
    Segments,
    Steps,
    Switch,
    TableRow,
    Text,
    WordsCell,
    key_words,
    page_action,
    paint,
    visit_look,
)  # fmt: skip
from widgets.common.focus_ring import FocusRing
from widgets.common.form_dialog import FormDialog
from widgets.common.overlay import Overlay
from widgets.common.progress import DONE, NOW, TODO

pytestmark = pytest.mark.usefixtures("themed")


@pytest.fixture
def page(qtbot) -> QWidget:
    made = QWidget()
    made.resize(640, 480)
    QVBoxLayout(made)
    qtbot.addWidget(made)
    return made


def put(page: QWidget, *parts: QWidget) -> None:
    for part in parts:
        page.layout().addWidget(part)
    shown(page)


# Keycaps and buttons ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "printed"),
    [("Return", "Enter"), ("Ctrl+L", "Ctrl L"), ("Ctrl+Return", "Ctrl Enter"), ("Esc", "Esc"), ("F2", "F2"),
     ("Alt+Left", "Alt ←"), ("Ctrl+Shift+P", "Ctrl Shift P"), ("Ctrl++", "Ctrl +"), ("Ctrl+,", "Ctrl ,"), ("", "")],
)  # fmt: skip
def test_a_key_is_printed_as_people_say_it(qapp, keys: str, printed: str) -> None:
    assert key_words(keys) == printed


def test_a_button_prints_the_key_its_action_answers(page) -> None:
    action = page_action(page, "Check in", "F4")
    button = KeycapButton(action=action)
    put(page, button)
    assert (button.label, button.key_words) == ("Check in", "F4")
    width = button.sizeHint().width()
    action.setShortcut(QKeySequence("Ctrl+Shift+F4"))
    assert button.key_words == "Ctrl Shift F4"
    assert button.sizeHint().width() > width
    assert button.accessibleName() == "Check in"


def test_click_key_and_enter_are_the_same_command(page, qtbot) -> None:
    done: list[str] = []
    action = page_action(page, "Check in", "F4", lambda: done.append("done"))
    button = KeycapButton(action=action)
    put(page, button)
    button.setFocus()
    press("F4")
    press("Return")
    press("Space")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert len(done) == 4


def test_enter_presses_the_button_in_focus_not_the_primary_one(page) -> None:
    done: list[str] = []
    primary = page_action(page, "Collect", ENTER, lambda: done.append("collect"))
    cancel = KeycapButton("Cancel")
    cancel.clicked.connect(lambda: done.append("cancel"))
    put(page, KeycapButton(action=primary), cancel)
    cancel.setFocus()
    press("Return")
    assert done == ["cancel"]


def test_what_cannot_be_pressed_prints_no_key_and_says_why(page) -> None:
    button = KeycapButton(action=page_action(page, "Unlock", "Return"))
    put(page, button)
    button.set_available(False, "Type your PIN first")
    assert (button.key_words, button.toolTip(), button.isEnabled()) == ("", "Type your PIN first", False)
    button.set_available(True)
    assert (button.key_words, button.toolTip(), button.isEnabled()) == ("Enter", "", True)


def test_busy_keeps_width_and_focus_and_ignores_presses(page) -> None:
    done: list[str] = []
    button = KeycapButton(action=page_action(page, "Charge $75.00 to card", "Return", lambda: done.append("charged")))
    put(page, button)
    button.setFocus()
    width = button.width()
    button.set_busy("Asking…")
    assert (button.label, button.key_words) == ("Asking…", "")
    assert button.sizeHint().width() >= width
    press("Return")
    press("Space")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert done == []
    assert button.hasFocus()
    button.set_idle()
    press("Return")
    assert done == ["charged"]


def test_an_icon_button_is_named(page) -> None:
    button = IconButton("chevron-left", "Day before", action=page_action(page, "Day before", "Alt+Left"))
    put(page, button)
    assert (button.accessibleName(), button.toolTip()) == ("Day before", "Day before (Alt ←)")
    assert button.width() >= 24


def test_the_ring_is_shown_for_keys_and_not_for_the_mouse(page) -> None:
    first, second = KeycapButton("First"), KeycapButton("Second")
    put(page, first, second)
    ring = FocusRing.of(page)
    QTest.mouseClick(second, Qt.MouseButton.LeftButton)
    second.setFocus(Qt.FocusReason.MouseFocusReason)
    assert not ring.isVisible()
    press("Shift+Tab")
    assert first.hasFocus()
    press("Tab")
    assert second.hasFocus()
    assert ring.isVisible()
    assert ring.geometry().contains(second.geometry())
    second.hide()
    assert first.hasFocus()
    assert ring.geometry().contains(first.geometry())
    first.clearFocus()
    assert not ring.isVisible()


def test_the_ring_follows_a_control_that_moves(page) -> None:
    button = KeycapButton("Here")
    put(page, button)
    button.setFocus(Qt.FocusReason.TabFocusReason)
    before = FocusRing.of(page).geometry()
    page.layout().insertWidget(0, Text("Above", "amount_xl"))
    QApplication.processEvents()
    assert FocusRing.of(page).geometry().top() > before.top()


# Text, pills, amounts ---------------------------------------------------------------------------------------------


def test_a_long_name_is_cut_with_an_ellipsis_and_told_in_full(page) -> None:
    name = "Maximiliana-Theodora Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh of the Lower Valley and Beyond"
    label = Text(name, "heading", elide=True)
    put(page, label)
    page.resize(200, 100)
    QApplication.processEvents()
    assert label.toolTip() == name
    assert label.text() == name
    page.resize(1400, 100)
    QApplication.processEvents()
    assert label.toolTip() == ""


@pytest.mark.parametrize(
    ("cents", "shown_text"), [(0, "$0.00"), (123456, "$1,234.56"), (-500, "−$5.00"), (None, "—")]
)  # fmt: skip
def test_amounts_are_written_as_the_design_says(qtbot, cents: int | None, shown_text: str) -> None:
    label = AmountLabel(cents)
    qtbot.addWidget(label)
    assert label.text() == shown_text


@pytest.mark.parametrize(
    ("state", "late", "words"),
    [(VisitState.LATE, 11, "Late 11 min"), (VisitState.ARRIVED, 0, "Arrived"), (VisitState.NO_SHOW, 0, "No-show")],
)
def test_a_visits_state_is_a_word(state: VisitState, late: int, words: str) -> None:
    assert visit_look(VisitHead("a", at(9, 45), "Office visit", "Dr. Okafor", state, late))[0] == words


def test_pills_and_badges_are_spoken(page) -> None:
    pill, badge, none = Pill("Arrived", "info", "log-in"), Badge("credit", 20000), Badge("prepaid", 0)
    put(page, pill, badge, none)
    assert (pill.accessibleName(), badge.accessibleName()) == ("Arrived", "Credit $200.00")
    assert not none.isVisible()
    none.set_cents(2000)
    assert none.isVisible()
    assert none.text == "Prepaid $20.00"


@pytest.mark.parametrize(
    ("typed", "cents", "error"),
    [("25", 2500, ""), ("25.5", 2550, ""), ("1,234.56", 123456, ""), ("$80", 8000, ""), (".50", 50, ""),
     ("", None, ""), ("0", None, "amount.zero"), ("-5", None, "amount.negative"),
     ("1.234", None, "amount.three_decimals"), ("12a", None, "amount.not_a_number"),
     ("1000000.01", None, "amount.too_large"), ("1000000", 100000000, "")],
)  # fmt: skip
def test_an_amount_is_read_as_it_is_typed(page, typed: str, cents: int | None, error: str) -> None:
    field, heard = AmountField("Cash received"), []
    field.cents_changed.connect(heard.append)
    put(page, field)
    field.setFocus()
    QTest.keyClicks(field, typed)
    assert (field.cents, field.error_key) == (cents, error)
    assert heard[-1:] == ([cents] if typed else [])


def test_an_amount_is_tidied_when_the_focus_leaves(page) -> None:
    field, other = AmountField("Amount"), Field("Name")
    put(page, field, other)
    field.setFocus()
    QTest.keyClicks(field, "1234.5")
    other.setFocus()
    assert field.text() == "1,234.50"
    assert field.cents == 123450
    field.setFocus()
    assert field.selectedText() == "1,234.50"


def test_zero_may_stand_where_it_means_nothing_now(page) -> None:
    field = AmountField("Pay now", 0, allow_zero=True)
    put(page, field)
    assert (field.cents, field.text(), field.error_key) == (0, "0.00", "")


def test_a_wrong_field_says_why_under_it(page) -> None:
    row = FormRow("Amount", AmountField("Amount", 35000))
    put(page, row)
    row.set_error("At most $320.00 can be refunded.")
    assert row.error.isVisible()
    assert row.error.text == "At most $320.00 can be refunded."
    assert row.label.buddy() is row.field
    row.set_error("")
    assert not row.error.isVisible()


# Choices ----------------------------------------------------------------------------------------------------------


def test_ticks_and_switches_work_by_key_and_by_their_words(page) -> None:
    tick, radio, switch = CheckBox("Print receipt"), Radio("Full"), Switch("Use credit")
    put(page, tick, radio, switch)
    for control in (tick, radio, switch):
        control.setFocus()
        press("Space")
        assert control.isChecked()
    QTest.mouseClick(tick, Qt.MouseButton.LeftButton, pos=tick.rect().center())
    assert not tick.isChecked()
    assert [control.accessibleName() for control in (tick, radio, switch)] == ["Print receipt", "Full", "Use credit"]


def test_segments_move_with_the_arrow_keys(page) -> None:
    segments, heard = Segments("View", [("all", "All"), ("due", "To collect"), ("done", "Done")]), []
    segments.chosen.connect(heard.append)
    segments.set_counts({"all": 22, "due": 6})
    put(page, segments)
    segments.findChildren(QWidget)[0].setFocus()
    press("Right")
    press("Right")
    press("Right")
    press("Left")
    assert heard == ["due", "done", "all", "done"]
    assert segments.key == "done"
    names = [child.accessibleName() for child in segments.findChildren(QWidget) if child.accessibleName()]
    assert names == ["All 22", "To collect 6", "Done"]


def test_a_choice_keeps_its_key_when_offered_anew(page) -> None:
    choice, heard = Choice("Provider", [("", "All"), ("o", "Dr. Okafor")]), []
    choice.chosen.connect(heard.append)
    put(page, choice)
    choice.setFocus()
    press("Down")
    assert (choice.key, heard) == ("o", ["o"])
    choice.set_items([("", "All"), ("r", "Dr. Reyes"), ("o", "Dr. Okafor")])
    assert choice.key == "o"
    choice.set_items([("", "All")])
    assert choice.key == ""


# Lists ------------------------------------------------------------------------------------------------------------

COLUMNS = [Column("Patient", 150, 1), Column("On account", 120), Column("Due", 90, right=True)]


def rows(*keys: str) -> list[TableRow]:
    made = []
    for key in keys:
        if key == "now":
            made.append(TableRow(key, (WordsCell("Now 9:41"),), RowKind.RULE))
        else:
            made.append(TableRow(key, (WordsCell(key.title(), "born"), BadgeCell(500), MoneyCell(7500))))
    return made


@pytest.fixture
def table(page) -> CellTable:
    made = CellTable("Schedule", COLUMNS)
    put(page, made)
    return made


def test_arrow_keys_step_over_what_cannot_be_selected(table) -> None:
    table.set_rows(rows("ann", "now", "ben", "cas"))
    table.set_key("ann")
    table.setFocus()
    heard: list[str] = []
    table.selected.connect(heard.append)
    press("Down")
    press("Down")
    press("Up")
    press("Up")
    press("Up")
    assert heard == ["ben", "cas", "ben", "ann"]


def test_the_selection_survives_a_refresh_without_telling(table) -> None:
    table.set_rows(rows("ann", "ben", "cas"))
    table.set_key("ben")
    heard: list[str] = []
    table.selected.connect(heard.append)
    table.set_rows(rows("zoe", "now", "ann", "ben"))
    assert (table.key, heard) == ("ben", [])
    assert table.rowHeight(1) < table.rowHeight(0)


def test_a_selected_row_that_went_away_is_told(table) -> None:
    table.set_rows(rows("ann", "ben"))
    table.set_key("ben")
    heard: list[str] = []
    table.selected.connect(heard.append)
    table.set_rows(rows("ann"))
    assert heard == [table.key]


def test_enter_stays_with_the_screen_and_tab_leaves(table, page) -> None:
    done: list[str] = []
    page_action(page, "Collect", ENTER, lambda: done.append("collect"))
    after = QPushButton("After")
    page.layout().addWidget(after)
    QApplication.processEvents()
    table.set_rows(rows("ann", "ben"))
    table.select_first()
    table.setFocus()
    press("Return")
    assert done == ["collect"]
    press("Tab")
    assert after.hasFocus()


def test_clicks_select_and_double_clicks_open(table) -> None:
    table.set_rows(rows("ann", "now", "ben"))
    heard: list[tuple[str, str]] = []
    table.selected.connect(lambda key: heard.append(("selected", key)))
    table.opened.connect(lambda key: heard.append(("opened", key)))

    def spot(row: int):
        return table.visualRect(table.model().index(row, 0)).center()

    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=spot(1))
    assert heard == []
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=spot(2))
    QTest.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=spot(2))
    assert heard == [("selected", "ben"), ("opened", "ben")]


def test_a_row_is_read_as_one_sentence(table) -> None:
    table.set_rows([TableRow("ann", (WordsCell("Ann", "born"), BadgeCell(20000, 500), MoneyCell(None)))])
    model = table.model()

    def said(column: int) -> str:
        return model.data(model.index(0, column), Qt.ItemDataRole.AccessibleTextRole)

    assert said(0) == "Ann, born, Credit $200.00, Prepaid $5.00, none"
    assert said(2) == "Due none"


LONG = "Comprehensive preventive re-evaluation with two procedures and a call"


@pytest.mark.parametrize("cell", [
    WordsCell(LONG, "Dr. Okafor"), WordsCell(LONG), IconCell("mail", "warn", LONG, "Ann"),
])  # fmt: skip
def test_a_title_too_long_for_its_line_goes_on_in_a_second(table, cell) -> None:
    table.set_rows([TableRow("ann", (cell,)), *rows("ben")])
    plain = table.rowHeight(1)
    assert table.rowHeight(0) > plain
    picture(table, f"table-long-title-{type(cell).__name__}-{bool(cell.subtitle)}")
    table.set_rows([TableRow("ann", (WordsCell("Short", "Dr. Okafor"),)), *rows("ben")])
    assert [table.rowHeight(0), table.rowHeight(1)] == [plain, plain]
    style = getattr(cell, "style", "body_strong")
    first, rest = paint.two_parts(LONG, style, 250.0)
    assert f"{first}{rest}".replace(" ", "") == LONG.replace(" ", "")
    assert paint.text_width(first, style) <= 250.0


def test_a_title_with_room_enough_stays_on_its_line(table) -> None:
    table.set_rows(rows("ann", "ben"))
    assert paint.two_parts("Office visit", "body_medium", 200.0) == ("Office visit", "")
    assert table.rowHeight(0) == table.rowHeight(1) == theme.current().size("row")


def test_columns_share_what_is_left(table, page) -> None:
    page.resize(900, 400)
    QApplication.processEvents()
    assert sum(table.columnWidth(n) for n in range(3)) == table.viewport().width()
    assert table.columnWidth(0) > table.columnWidth(1)


def test_hovering_a_row_needs_no_selection(table) -> None:
    table.set_rows(rows("ann", "ben"))
    spot = table.visualRect(table.model().index(1, 0)).center()
    QTest.mouseMove(table.viewport(), spot)
    QApplication.processEvents()
    assert table.hover_row == 1
    QApplication.sendEvent(table, QEvent(QEvent.Type.Leave))
    assert table.hover_row == -1


def test_a_cut_name_is_told_in_full(table, page, qtbot) -> None:
    page.resize(320, 300)
    name = "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh, Maximiliana-Theodora"
    table.set_rows([TableRow("a", (WordsCell(name), None, None)), TableRow("b", (WordsCell("Li"), None, None))])
    settle()
    for row, told in ((0, name), (1, "")):
        spot = table.visualRect(table.model().index(row, 0)).center()
        event = QHelpEvent(QEvent.Type.ToolTip, spot, table.viewport().mapToGlobal(spot))
        QApplication.sendEvent(table.viewport(), event)
        qtbot.waitUntil(lambda told=told: (QToolTip.text() if QToolTip.isVisible() else "") == told)


def test_words_of_a_tick_too_long_for_its_line_go_on_in_a_second(qtbot) -> None:
    tick = CheckBox("Discounts, courtesies and write-offs beyond the limit")
    qtbot.addWidget(tick)
    shown(tick)
    one = tick.height()
    tick.resize(240, one)
    settle()
    assert tick.height() > one
    parts = paint.two_parts(tick.text(), "body", tick._room())
    assert " ".join(parts).replace("- ", "-") == tick.text()
    assert tick.accessibleName() == tick.text()
    tick.resize(600, tick.height())
    assert tick.minimumHeight() == one


# Progress, banners, notices, overlays -----------------------------------------------------------------------------


def test_steps_and_ring_say_what_they_draw(page) -> None:
    steps, ring = Steps([("Sent", DONE), ("Card", NOW), ("Bank", TODO)]), Ring()
    put(page, steps, ring)
    ring.set(102, 120)
    assert steps.accessibleName() == "Sent done, Card now, Bank to come"
    assert (ring.text, ring.accessibleName()) == ("1:42", "1:42 left")


def test_a_banner_wears_its_action_and_hides_a_button_without_words(page) -> None:
    action = QAction("Try now", page)
    action.setShortcut(QKeySequence("Ctrl+R"))
    banner = Banner("warn", "Offline since 9:22 AM.", "Cash and checks work.", action=action, strip=True)
    put(page, banner)
    assert banner.button.key_words == "Ctrl R"
    banner.set("Back online.", "4 changes sent.", meaning="ok", button="")
    assert not banner.button.isVisible()


def test_what_is_said_again_takes_its_old_place(page) -> None:
    notices = Notices(page)
    for words in ("Asking the hub now.", "Saved.", "Asking the hub now."):
        notices.show(words)
    assert notices.texts == ("Saved.", "Asking the hub now.")


def test_at_most_three_notices_and_they_go_by_themselves(page, qtbot, monkeypatch) -> None:
    monkeypatch.setattr(Notices, "STAYS_MS", 60)
    notices = Notices(page)
    put(page)
    for number in range(5):
        notices.show(f"Notice {number}")
    assert notices.texts == ("Notice 2", "Notice 3", "Notice 4")
    qtbot.waitUntil(lambda: notices.texts == ())


def test_a_notice_stays_while_it_is_read(page, qtbot, monkeypatch) -> None:
    monkeypatch.setattr(Notices, "STAYS_MS", 40)
    notices = Notices(page)
    put(page)
    notices.show("Read me")
    notice = notices._shown[0]
    QApplication.sendEvent(notice, QEnterEvent(QPointF(1, 1), QPointF(1, 1), QPointF(1, 1)))
    QTest.qWait(80)
    assert notices.texts == ("Read me",)
    QApplication.sendEvent(notice, QEvent(QEvent.Type.Leave))
    qtbot.waitUntil(lambda: notices.texts == ())


def test_notices_keep_off_the_decision_column(page) -> None:
    notices = Notices(page, lambda: 400)
    put(page)
    notices.show("Left of it")
    assert notices._shown[0].geometry().right() < 400


class Panel(Overlay):
    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self.panel = QWidget(self)
        row = QHBoxLayout(self.panel)
        self.first, self.last = QPushButton("First"), QPushButton("Last")
        row.addWidget(self.first)
        row.addWidget(self.last)

    def place_panel(self) -> None:
        self.panel.setGeometry(100, 100, 300, 80)

    def take_focus(self) -> None:
        self.first.setFocus()


def test_an_overlay_keeps_the_focus_and_gives_it_back(page) -> None:
    behind = QPushButton("Behind")
    put(page, behind)
    behind.setFocus()
    overlay = Panel(page)
    overlay.open_over()
    assert overlay.first.hasFocus()
    press("Tab")
    assert overlay.last.hasFocus()
    press("Tab")
    assert overlay.first.hasFocus()
    press("Shift+Tab")
    assert overlay.last.hasFocus()
    press("Escape")
    assert not overlay.isVisible()
    assert behind.hasFocus()


def test_a_click_beside_the_panel_closes_it(page) -> None:
    put(page)
    overlay = Panel(page)
    overlay.open_over()
    QTest.mouseClick(overlay, Qt.MouseButton.LeftButton, pos=overlay.panel.geometry().center())
    assert overlay.isVisible()
    QTest.mouseClick(overlay, Qt.MouseButton.LeftButton, pos=overlay.rect().bottomRight())
    assert not overlay.isVisible()


def test_a_click_beside_a_form_keeps_what_was_typed(page) -> None:
    put(page)
    form = FormDialog(page, "Snooze", "Snooze")
    form.open_over()
    QTest.mouseClick(form, Qt.MouseButton.LeftButton, pos=form.rect().bottomRight())
    assert form.isVisible()
    press("Escape")
    assert not form.isVisible()


# The gallery: every part, every variant ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", gallery.VARIANTS)
def test_every_part_is_drawn_and_nothing_is_clipped(qtbot, themed, name: str) -> None:
    themed.set(**gallery.VARIANTS[name])
    page = gallery.Gallery()
    qtbot.addWidget(page)
    page.setMinimumWidth(round(1440 * themed.scale / 100))
    shown(page)
    assert clipped(page) == []
    picture(page, f"gallery-{name}")


def test_the_gallery_writes_its_pictures(tmp_path, capsys) -> None:
    assert gallery.main(["--out", str(tmp_path)]) == 0
    written = sorted(path.name for path in tmp_path.iterdir())
    assert written == sorted(f"{name}.png" for name in gallery.VARIANTS)
    assert "components.png" in capsys.readouterr().out


def test_every_control_of_the_gallery_has_a_name(qtbot) -> None:
    QAccessible.setActive(True)
    page = gallery.Gallery()
    qtbot.addWidget(page)
    shown(page)
    nameless = []
    for widget in page.findChildren(QWidget):
        if widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            interface = QAccessible.queryAccessibleInterface(widget)
            if interface is not None and not interface.text(QAccessible.Text.Name):
                nameless.append(type(widget).__name__)
    assert nameless == []


def test_a_keycap_without_a_key_takes_no_room(page) -> None:
    cap = Keycap(QAction("Nothing", page))
    put(page, cap)
    assert cap.sizeHint().width() == 0
