"""Settings > Fee schedules through the keys, on a real store: read in, searched, changed, ended; and how it looks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QTableView

from app.fee_book import FeeBook
from app.lanes import Lane
from app.views import Person
from models.basics.errors import StorageError
from models.operations.records import Staff
from tests.support.clinic import MARIA, PRIYA, TestClinic
from tests.support.windows import LOOKS, clipped, picture, press, settle, shown, type_text
from widgets.bridge import Bridge
from widgets.common.speech import Speech
from widgets.fee_schedules.presenter import FeesPresenter
from widgets.fee_schedules.state import EVERY
from widgets.fee_schedules.view import FeesView

pytestmark = pytest.mark.usefixtures("themed")
TODAY = date(2026, 5, 14)
TABLE = "Payer,Code,Allowed,Effective\n" + "".join(
    f"{payer},{code},{cents / 100:.2f},1/1/2026\n"
    for payer in ("Blue Cross", "Federation of Associated Teamsters and Warehousemen Health and Welfare Fund")
    for code, cents in (("80050", 4_000), ("90471", 2_550), ("99213", 11_200), ("99214", 16_850), ("J1885", 990))
)


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[TestClinic]:
    made = TestClinic(tmp_path)
    made.put(Staff(id=PRIYA.staff_id, name="Priya Nair", role="manager", pin_hash=""))
    yield made
    made.close()


@pytest.fixture
def table(clinic: TestClinic) -> Path:
    path = clinic.folder / "prices.csv"
    path.write_text(TABLE)
    return path


def view_of(clinic: TestClinic, qtbot, lane: Lane, person: Person = PRIYA) -> FeesView:
    made = FeesView()
    made.resize(930, 590)
    qtbot.addWidget(made)
    made.presenter = FeesPresenter(
        made, bridge=Bridge(made), lanes={"reads": lane, "store": lane}, book=lambda: FeeBook(clinic.clinic),
        person=lambda: person, today=lambda: TODAY, speech=Speech(lambda: UTC),
        pick=lambda _parent: [clinic.folder / "prices.csv"],
    )  # fmt: skip
    shown(made)
    made.presenter.show()
    qtbot.waitUntil(lambda: made.presenter.state.payers is not None)
    return made


def read_in(clinic: TestClinic, table: Path) -> None:
    book = FeeBook(clinic.clinic)
    book.take(book.look([table], TODAY, PRIYA), PRIYA)


def codes(view: FeesView) -> list[str]:
    return [each.code for each in view.presenter.state.fees.items]


def test_s2_16_a_first_table_is_looked_at_and_read_in(clinic, table, qtbot, lane) -> None:
    view = view_of(clinic, qtbot, lane)
    assert [each for each in QApplication.topLevelWidgets() if each.isVisible()] == [view], "no part is a window"
    assert view.empty.isVisible()
    picture(view, "fees-empty")
    view.first.setFocus()
    press("Space")
    preview = view.presenter.dialogs[2]
    qtbot.waitUntil(preview.isVisible)
    assert preview.words.text() == "10 new prices."
    assert view.presenter.state.empty, "nothing is written yet"
    picture(view, "fees-preview")
    preview.table.setFocus()
    press("Return")
    qtbot.waitUntil(lambda: not preview.isVisible() and bool(view.presenter.state.payers))
    assert view.presenter.state.payers[0].payer == "Blue Cross"
    assert codes(view) == ["80050", "90471", "99213", "99214", "J1885"]
    assert view.said.title.text() == "10 prices read in"


def test_s2_16_a_price_is_found_changed_and_ended_by_keys(clinic, table, qtbot, lane) -> None:
    read_in(clinic, table)
    view = view_of(clinic, qtbot, lane)
    view.payers.setFocus()
    press("Ctrl+F")
    type_text("992")
    qtbot.waitUntil(lambda: codes(view) == ["99213", "99214"])
    press("Down")
    assert view.presenter.state.item.code == "99214"
    view.fees.setFocus()
    press("Return")
    fee, end, _ = view.presenter.dialogs
    assert (fee.payer.text(), fee.code.text(), fee.amount.hasFocus()) == ("Blue Cross", "99214", True)
    press("Ctrl+A")
    type_text("172.00")
    press("Tab")
    press("Ctrl+A")
    type_text("6/1")
    press("Return")  # nothing says why
    qtbot.waitUntil(lambda: bool(fee.rows["reason"].error.text))
    assert fee.reason.hasFocus()
    picture(view, "fees-change-error")
    type_text("Letter of May 2")
    press("Return")
    qtbot.waitUntil(lambda: not fee.isVisible() and len(codes(view)) == 3)
    new = view.presenter.state.fees.items[1]
    assert (new.code, new.cents, new.starts_on, new.state) == ("99214", 17_200, date(2026, 6, 1), "coming")
    view.fees.set_key(next(each.key for each in view.presenter.state.fees.items if each.code == "99213"))
    view.fees.setFocus()
    press("Del")
    assert end.reason.hasFocus()
    type_text("Contract ends")
    press("Return")
    qtbot.waitUntil(lambda: not end.isVisible() and "99213" not in codes(view))
    view.which.set_key(EVERY)
    view.which.chosen.emit(EVERY)
    qtbot.waitUntil(lambda: "99213" in codes(view))
    gone = next(each for each in view.presenter.state.fees.items if each.code == "99213")
    assert (gone.ends_on, gone.state, gone.cents) == (date(2026, 5, 13), "ended", 11_200)
    picture(view, "fees-history")


def test_s2_16_a_payer_nobody_knew_gets_a_price_by_hand(clinic, qtbot, lane) -> None:
    view = view_of(clinic, qtbot, lane)
    view.by_hand.setFocus()
    press("Ctrl+N")
    fee = view.presenter.dialogs[0]
    qtbot.waitUntil(fee.payer.hasFocus)
    for words in ("Cigna", "90471", "25.5"):
        type_text(words)
        press("Tab")
    press("Ctrl+A")
    type_text("never")
    press("Return")
    assert fee.rows["day"].error.text == "Type a day, such as 5/28 or tomorrow."
    press("Ctrl+A")
    type_text("today")
    press("Tab")
    type_text("Told on the phone")
    press("Return")
    qtbot.waitUntil(lambda: not fee.isVisible() and bool(view.presenter.state.payers))
    assert codes(view) == ["90471"]
    assert "Told on the phone · Priya Nair" in view.fees.rows[0].sentence


def test_s2_16_a_file_is_held_from_another_day_and_says_what_it_cannot_take(clinic, table, qtbot, lane) -> None:
    read_in(clinic, table)
    table.write_text("payer,code,allowed\nBlue Cross,99213,118\nBlue Cross,90471,25.50\nCigna,,3\n")
    view = view_of(clinic, qtbot, lane)
    view.fees.setFocus()
    press("Ctrl+O")
    preview = view.presenter.dialogs[2]
    qtbot.waitUntil(preview.isVisible)
    assert preview.words.text() == "1 changed, 1 as before. 1 row cannot be taken."
    assert preview.refused.text() == "prices.csv · line 4: It names no payer or no code"
    preview.days.field.setFocus()
    press("Ctrl+A")
    type_text("7/1")
    press("Return")  # read again first: what is written is what was seen
    qtbot.waitUntil(lambda: preview.shown.starts_on == date(2026, 7, 1))
    assert preview.isVisible()
    picture(view, "fees-preview-changed")
    press("Return")
    qtbot.waitUntil(lambda: not preview.isVisible() and len(codes(view)) == 6)
    table.write_text("id,last,first,dob\n1,Quill,Rosa,1990-01-01\n")
    view.fees.setFocus()
    press("Ctrl+O")
    qtbot.waitUntil(view.banner.isVisible)
    assert view.banner.title.text() == "There is no price in this file"


def test_who_may_not_set_up_reads_only(clinic, table, qtbot, lane) -> None:
    read_in(clinic, table)
    view = view_of(clinic, qtbot, lane, MARIA)
    assert codes(view)
    assert [each.isEnabled() for each in (view.read_in, view.new, view.change, view.end)] == [False] * 4
    view.fees.setFocus()
    for keys in ("Ctrl+N", "Ctrl+O", "Return", "Del"):
        press(keys)
    assert view.presenter._made is None


def test_a_store_that_fails_is_said_and_tried_again(clinic, table, qtbot, lane, monkeypatch) -> None:
    read_in(clinic, table)
    view = view_of(clinic, qtbot, lane)
    with monkeypatch.context() as broken:
        broken.setattr(FeeBook, "payers", lambda _book: (_ for _ in ()).throw(StorageError("store.disk_full")))
        view.presenter.show()
        qtbot.waitUntil(view.banner.isVisible)
        picture(view, "fees-error")
    view.banner.pressed.emit()
    qtbot.waitUntil(lambda: not view.banner.isVisible())


@pytest.mark.parametrize("look", LOOKS)
def test_it_fits(clinic, table, qtbot, lane, themed, look: str) -> None:
    themed.set(**LOOKS[look][0])
    read_in(clinic, table)
    view = view_of(clinic, qtbot, lane)
    view.payers.set_key(view.presenter.state.payers[1].payer_key)
    qtbot.waitUntil(lambda: view.presenter.state.fees.payer.startswith("Federation"))
    room = {"compact": (860, 530), "scale": (1220, 800)}.get(look, (930, 590))
    view.resize(*room)
    settle()
    picture(view, f"fees-{look}")
    assert clipped(view) == []
    assert (view.width(), view.height()) == room
    controls = [each for kind in (QAbstractButton, QLineEdit, QTableView) for each in view.findChildren(kind)
                if each.isVisible() and not type(each).__module__.startswith("PySide6")]  # fmt: skip
    assert [type(each).__name__ for each in controls if not each.accessibleName()] == []
    assert [each.accessibleName() for each in controls if min(each.width(), each.height()) < 24] == []
    fee, _, preview = view.presenter.dialogs
    fee.begin(view.presenter.state.fees.payer, None, TODAY)
    picture(view, f"fees-dialog-{look}")
    assert clipped(fee) == []
    fee.close_over()
    table.write_text("payer,code,allowed\nBlue Cross,99213,118\nCigna,90471,25.50\nCigna,,3\n")
    preview.begin(FeeBook(clinic.clinic).look([table], TODAY, PRIYA), TODAY)
    picture(view, f"fees-preview-{look}")
    assert clipped(preview) == []
