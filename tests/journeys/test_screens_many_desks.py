"""What the front desk sees of many desks: a real window over a real desk, a real hub that comes and goes, a proxy that
answers in its place, another manager's desk beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from app.folders import Folders
from app.secrets import DEVICE_KEY_NEXT, Secrets
from app.settings import Settings
from app.setup import Setup
from app.views import Person, TenderKind
from models.basics.clock import SystemClock
from models.operations.joining import parse_join_line
from tests.support.clinic import MARIA, PRIYA
from tests.support.clocks import Skewed
from tests.support.counter import Counter
from tests.support.front import Front, attended, clear_away
from tests.support.hub import RunningHub
from tests.support.office import PIN, Office, rosas_visit
from tests.support.waiting import until
from tests.support.windows import themed  # noqa: F401
from widgets.attention.state import WAITING
from widgets.desks.dialogs import JoinDialog
from widgets.desks.presenter import DesksPresenter
from widgets.desks.review import ReviewPresenter
from widgets.desks.view import DesksView
from widgets.panels import AskDialog
from widgets.screens import ATTENTION, SETTINGS, TODAY, Place
from widgets.settings.state import DESKS, THIS_DESK
from widgets.settings.this_desk import HubPart
from widgets.syncing.again import JoinAgainDialog
from widgets.syncing.view import SyncPanel

pytestmark = pytest.mark.usefixtures("themed", "cycles_wait")


@pytest.fixture
def office(tmp_path: Path, own_sqlite_hub: RunningHub) -> Iterator[Office]:
    made = Office(tmp_path, own_sqlite_hub)
    yield made
    made.close()


@contextmanager
def seat(here: Counter, person: Person = MARIA) -> Iterator[Front]:
    """Somebody sits down at the desk; the offline banner waits for a moment only. Nothing was made in a quiet moment:
    every page is opened for the first time while the event loop is watched."""
    clear_away()
    with attended() as watch:
        made = Front(here, watch)
        made.window._line._patience.setInterval(50)
        try:
            made.window.session.sign_in(person)
            made.window.navigator.top(Place(TODAY, select_next=True))
            made.wait(lambda: made.state.side is not None and made.state.side.view is not None)
            watch.longest_ms = 0.0
            yield made
            here.holds()
        finally:
            made.window.hide()
            made.window.deleteLater()
            QTest.qWait(1)


def banner(front: Front) -> tuple[str, str, str]:
    """Title, text and note of the banner; empty while there is none."""
    said = front.window.shell.banner
    if not said.isVisible():
        return "", "", ""
    return said.title.text(), said.text.text(), said.note.text()


def said(front: Front, beginning: str) -> Callable[[], bool]:
    return lambda: banner(front)[0].startswith(beginning)


def take_cash(here: Counter) -> None:
    here.collect(here.request(here.sheet(), TenderKind.CASH, tendered_cents=3000))


def test_f1_the_banner_says_since_when_why_and_what_waits_and_how_it_ended(office: Office) -> None:
    with office.desk() as here:
        rosas_visit(here)
        until(lambda: here.desk.store.pending_count() == 0, 20)
        with seat(here) as front:
            assert banner(front) == ("", "", "")
            front.meanwhile(office.hub.stop)
            front.press("Ctrl+R")
            front.wait(said(front, "Offline since "))
            told = (
                "The hub does not answer. Payments work and are kept here. Refunds that need the hub, and credit from "
                "other desks, wait."
            )
            front.wait(lambda: banner(front)[1] == told)  # a kept line that had ended is found out first
            front.meanwhile(lambda: take_cash(here))
            waits = here.desk.store.pending_count()
            assert waits >= 2
            front.wait(lambda: banner(front)[2] == f"{waits} changes waiting")
            front.picture("many-desks-offline")
            front.press("Ctrl+6")
            front.arrive(ATTENTION, lambda: front.state.loaded)
            front.press("Alt+2")
            front.wait(lambda: front.state.tab == WAITING)
            assert (len(front.state.rows), front.state.counts[WAITING]) == (waits, waits), "what the banner counts"
            front.picture("many-desks-waiting")
            front.meanwhile(office.hub.start)
            front.press("Return")
            front.wait(said(front, f"Back online, {waits} changes sent."))
            front.wait(lambda: front.state.rows == () and front.state.counts[WAITING] == 0)
            front.picture("many-desks-back")
            assert here.desk.store.pending_count() == 0
            front.window._line._farewell.start(20)
            front.wait(lambda: banner(front) == ("", "", ""))


@pytest.mark.parametrize(("fault", "why"), [
    ("html", "Something else than the hub answers at its address."),
    ("garbage", "The hub’s answer could not be read."),
    ("refused", "The line to the hub broke."),
])  # fmt: skip
def test_f7_f8_the_banner_names_what_stands_in_the_way(office: Office, fault: str, why: str) -> None:
    with office.desk(proxy=True) as here:
        rosas_visit(here)
        until(lambda: here.desk.store.pending_count() == 0, 20)
        with seat(here) as front:
            office.proxies[-1].fault = lambda _head: fault
            front.press("Ctrl+R")
            front.wait(said(front, "Offline since "))
            front.wait(lambda: banner(front)[1].startswith(why))  # a kept line that had ended is found out first
            office.proxies[-1].fault = lambda _head: ""
            front.press("Ctrl+R")
            front.wait(said(front, "Back online."))
            assert banner(front)[1] == "Nothing was waiting."


def test_f1_a_line_that_breaks_for_a_moment_is_not_mentioned(office: Office) -> None:
    with office.desk() as here:
        rosas_visit(here)
        with seat(here) as front:
            front.window._line._patience.setInterval(60_000)
            front.meanwhile(office.hub.stop)
            front.press("Ctrl+R")
            front.wait(lambda: front.window.shell.status_bar.light("line").words.title.startswith("Offline since"))
            assert banner(front)[0] == ""
            front.meanwhile(office.hub.start)
            front.press("Ctrl+R")
            front.wait(lambda: front.window.shell.status_bar.light("line").words.title == "Online")
            assert banner(front)[0] == ""


def test_h10_a_wrong_clock_is_told_until_it_is_set(office: Office) -> None:
    clock = Skewed(timedelta(hours=-3))
    with office.desk(clock=clock) as here:
        rosas_visit(here)
        with seat(here) as front:
            front.wait(said(front, "Computer clock is 3 h behind."))
            assert "Amounts and their order are right" in banner(front)[1]
            front.picture("many-desks-clock")
            front.window.shell.status_bar.light("line").click()
            panel = front.window.sync_panel
            front.wait(lambda: "Computer clock" in panel.values)
            assert panel.values["Computer clock"].text() == "3 h behind"
            front.picture("many-desks-clock-panel")
            front.press("Escape")
            clock.by = timedelta()
            front.press("Ctrl+R")
            front.wait(lambda: banner(front)[0] == "")


def test_h11_a_desk_its_hub_has_forgotten_joins_again_at_the_panel(office: Office) -> None:
    """The hub was put back to before this desk joined: the payment that waits goes out once, by keys alone."""
    with office.desk() as here:
        rosas_visit(here)
        until(lambda: here.desk.store.pending_count() == 0, 20)
        store, device_id = office.hub.store, here.desk.clinic.identity.device_id
        office.hub.stop()
        forget = "DELETE FROM device WHERE tenant = :tenant AND device_id = :id"
        store._transaction(lambda session: session.run(forget, tenant=office.tenant, id=device_id), office.tenant)
        office.hub.start()
        store = office.hub.store
        with seat(here) as front:
            front.meanwhile(lambda: take_cash(here))
            front.press("Ctrl+R")
            front.wait(lambda: here.desk.sync is not None and here.desk.sync.state().stopped)
            QTest.mouseClick(front.window.shell.status_bar.light("sync"), Qt.MouseButton.LeftButton)
            panel = front.window.sync_panel
            front.wait(panel.again.isVisible)
            front.picture("many-desks-forgotten")
            front.press("Alt+J")
            front.type("1.2.3.4 nonsense")
            front.press("Return")
            again = front.window.findChild(JoinAgainDialog)
            assert again is not None
            front.wait(again.error.isVisible)
            front.picture("many-desks-join-again")
            again.row.field.setText(str(office.hub.line(office.tenant, "Checkout")))
            front.press("Return")
            front.wait(lambda: panel.pill.text == "Online" and here.desk.store.pending_count() == 0)
            assert store.device(device_id).epoch == here.desk.clinic.identity.epoch == 2
            assert here.desk.secrets.get(DEVICE_KEY_NEXT) is None
        with here.desk.store.reader() as reader:
            assert reader.execute("SELECT count(*) FROM payment").fetchone() == (1,)
        assert store.verify(office.tenant, deep=True) == []


def test_h11_a_desk_joins_again_from_its_settings(office: Office) -> None:
    """Where no panel offers it: by keys alone, and the page says how it stands then."""
    with office.desk() as here:
        rosas_visit(here)
        until(lambda: here.desk.store.pending_count() == 0, 20)
        device_id = here.desk.clinic.identity.device_id
        with seat(here) as front:
            front.window.navigator.go(Place(SETTINGS, item=THIS_DESK))
            part = front.view.findChild(HubPart)
            front.wait(lambda: part.pill.text == "Online" and part.where.text() != "")
            front.picture("settings-this-desk-hub")
            front.press("Alt+J")
            again = front.window.findChild(JoinAgainDialog)
            front.wait(again.isVisible)
            code = office.hub.store.new_code(office.tenant, "Checkout", "priya", again_for=device_id)
            again.row.field.setText(str(office.hub.address.join_line(code)))
            front.press("Return")
            front.wait(lambda: not again.isVisible() and part.pill.text == "Online")
            front.wait(lambda: here.desk.clinic.identity.epoch == 2)
            front.meanwhile(lambda: take_cash(here))
            front.wait(lambda: here.desk.store.pending_count() == 0)


def test_h12_a_revoked_desk_says_so_and_goes_on_when_it_is_readmitted(office: Office) -> None:
    with office.desk() as here:
        rosas_visit(here)
        until(lambda: here.desk.store.pending_count() == 0, 20)
        with seat(here) as front:
            told = {"staff_id": "priya", "device_id": here.desk.clinic.identity.device_id}
            front.meanwhile(lambda: office.boss.transport.ask_about_desks("revoke", told))
            front.press("Ctrl+R")
            front.wait(said(front, "This desk was taken out of the clinic."))
            assert "What it sends is kept at the hub for a manager to look at" in banner(front)[1]
            front.picture("many-desks-revoked")
            front.meanwhile(lambda: office.boss.transport.ask_about_desks("readmit", told))
            front.press("Ctrl+R")
            front.wait(lambda: not banner(front)[0].startswith("This desk"))


def test_h18_an_old_desk_is_told_that_its_records_are_safe(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    with office.desk() as here:
        rosas_visit(here)
        with seat(here) as front:
            monkeypatch.setattr("server.routes.sync.WIRE_VERSION", 99)
            front.press("Ctrl+R")
            front.wait(said(front, "Update needed; your records are safe"))
            front.meanwhile(lambda: take_cash(here))
            front.wait(lambda: here.desk.store.pending_count() == 0)
            front.wait(said(front, "Update needed; your records are safe (sent)."))
            assert here.rows("SELECT count(*) FROM outbox WHERE verdict = 'accepted'")[0][0] >= 2
            assert not front.window.shell.banner.button.isVisible(), "trying again would not help"
            front.picture("many-desks-update")


def test_the_panel_opens_from_the_light_and_copies_for_support(office: Office) -> None:
    with office.desk() as here:
        rosas_visit(here)
        until(lambda: here.desk.store.pending_count() == 0, 20)
        with seat(here) as front:
            panel = front.window.sync_panel
            QTest.mouseClick(front.window.shell.status_bar.light("sync"), Qt.MouseButton.LeftButton)
            front.wait(lambda: panel.pill.text == "Online")
            assert waits_in(panel) == "Nothing"
            assert panel.values["Hub"].text() == office.hub.url.partition("//")[2]
            front.picture("many-desks-panel-online")
            front.press("Escape")
            front.meanwhile(office.hub.stop)
            front.press("Ctrl+R")
            front.wait(said(front, "Offline since "))
            front.meanwhile(lambda: take_cash(here))
            QTest.mouseClick(front.window.shell.status_bar.light("line"), Qt.MouseButton.LeftButton)
            front.wait(lambda: waits_in(panel).startswith("1 payment, 1 posting of credit"))
            front.picture("many-desks-panel")
            front.press("Ctrl+Shift+C")
            front.wait(lambda: panel.copied.text() == "Copied. It names no patient.")
            text = QGuiApplication.clipboard().text()
            assert "Waiting: payments 1, postings 1" in text
            assert "Quillfeather" not in text
            front.meanwhile(office.hub.start)
            front.press("Return")  # Try now
            front.wait(lambda: panel.pill.text == "Online")
            front.wait(lambda: waits_in(panel) == "Nothing")


def test_a_manager_adds_a_desk_and_sees_it_join_then_renames_it(office: Office, tmp_path: Path) -> None:
    with office.desk() as here:
        rosas_visit(here)
        with seat(here, PRIYA) as front:
            front.window.navigator.top(Place(SETTINGS, item=DESKS))
            view = front.view.findChild(DesksView)
            front.wait(lambda: len(view.table.rows) == 2)
            view.table.setFocus()
            front.press("Ctrl+N")
            front.type("Lab")
            front.press("Return")
            dialog = front.window.findChild(JoinDialog)
            assert dialog is not None
            front.wait(lambda: dialog.code.text != "")
            front.picture("many-desks-code")
            front.press("Ctrl+C")
            scanned = QGuiApplication.clipboard().text()
            assert parse_join_line(scanned).port == office.hub.address.port
            front.view.findChild(DesksPresenter)._poll.setInterval(50)
            front.meanwhile(lambda: join(tmp_path / "lab", scanned, "Lab"))
            front.wait(lambda: dialog.waiting.text() == "Lab joined as Desk 3.")
            front.press("Escape")
            front.wait(lambda: len(view.table.rows) == 3)
            front.press("Down", "Down", "Alt+R")
            front.type("Back office")
            front.press("Return")
            front.wait(lambda: view.table.rows[2].sentence.startswith("Desk 3, Back office"))
            front.picture("many-desks-list")


def test_h12_a_manager_revokes_a_desk_from_the_list(office: Office) -> None:
    with office.desk() as here:
        rosas_visit(here)
        with seat(here, PRIYA) as front:
            front.window.navigator.top(Place(SETTINGS, item=DESKS))
            view = front.view.findChild(DesksView)
            front.wait(lambda: len(view.table.rows) == 2)
            view.table.set_key(office.boss.identity.device_id)
            front.wait(view.revoke.isEnabled)
            view.revoke.setFocus()
            front.press("Space")
            ask = front.window.findChild(AskDialog, options=Qt.FindChildOption.FindChildrenRecursively)
            assert ask is not None
            front.press("Tab", "Return")
            front.wait(lambda: view.banner.isVisible() and view.banner.title.text() == "Desk 1 revoked")
            row = office.hub.store.device(office.boss.identity.device_id)
            assert row is not None
            assert row.revoked_at


def test_h12_what_a_revoked_desk_sends_waits_for_a_manager_and_counts_once_let_in(office: Office) -> None:
    with office.desk("Lab") as lab, office.desk("Checkout") as here:
        rosas_visit(here)
        until(lambda: lab.rows("SELECT count(*) FROM charge")[0][0] == 1, 20)
        identity = lab.desk.clinic.identity
        office.boss.transport.ask_about_desks("revoke", {"staff_id": "priya", "device_id": identity.device_id})
        take_cash(lab)
        until(lambda: office.hub.store.desks.quarantined(office.tenant).get(identity.device_id, 0) >= 2, 20)
        with seat(here, PRIYA) as front:
            front.window.navigator.top(Place(SETTINGS, item=DESKS))
            view = front.view.findChild(DesksView)
            front.wait(lambda: len(view.table.rows) == 3)
            view.table.setFocus()
            view.table.set_key(identity.device_id)
            front.wait(view.review.isVisible)
            front.press("Alt+W")
            review = front.view.findChild(ReviewPresenter)
            front.wait(lambda: len(review.state.apart) >= 2)
            front.picture("many-desks-review")
            assert review.state.one.kind == "payment.collect"
            assert review.state.one.patient == "Quillfeather, Rosa"
            assert here.payments() == []
            while review.state.apart:
                left = len(review.state.apart)
                review.dialog.pin.pin.setFocus()
                front.type(PIN)
                front.press("Alt+C")
                front.wait(lambda left=left: len(review.state.apart) < left)
            front.wait(lambda: here.payments() == [("cash", 3000, "")])
            assert office.hub.store.verify(office.tenant) == []


def test_a_desk_renamed_elsewhere_takes_its_name_when_the_line_comes(office: Office) -> None:
    with office.desk() as here:
        rosas_visit(here)
        with seat(here) as front:
            identity = here.desk.clinic.identity
            until(lambda: here.desk.store.meta("desk_name_at_hub") == "Checkout", 20)
            told = {"staff_id": "priya", "device_id": identity.device_id, "name": "Side door"}
            front.meanwhile(lambda: office.boss.transport.ask_about_desks("rename", told))
            front.meanwhile(office.hub.stop)
            front.press("Ctrl+R")
            front.wait(said(front, "Offline since "))
            front.meanwhile(office.hub.start)
            front.press("Ctrl+R")
            front.wait(lambda: here.desk.clinic.identity.desk_name == "Side door")
            front.wait(lambda: front.window.windowTitle().endswith("Side door"))


def waits_in(panel: SyncPanel) -> str:
    """What the panel says of what waits; empty before it was read."""
    return panel.values["Waiting to be sent"].text() if panel.values else ""


def join(folder: Path, line: str, name: str) -> None:
    """Another computer joins, as first run does it."""
    folders = Folders(folder)
    folders.make()
    settings = Settings.load(folders.settings)
    setup = Setup(folders, settings, Secrets(folders, settings), SystemClock())
    setup.allow_key_file("a test")
    setup.join_practice(line, name)
