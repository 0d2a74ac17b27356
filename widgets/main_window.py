"""The window: puts shell, lock, overlays and pages together over one desk. The only widget that gets the desk."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from PySide6.QtCore import QPoint, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QCloseEvent, QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QStackedLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

from app import settings
from app.views import AttentionItem, DeviceLight
from app.words import Words, sentence, sentence_for
from models.basics.errors import Fact, PosError
from models.basics.facts import facts
from models.store.rows import Change
from resources import tokens
from widgets import theme
from widgets.bridge import Bridge
from widgets.commands import Commands
from widgets.common.banner import Notices
from widgets.common.overlay import Overlay
from widgets.find.overlay import FindOverlay
from widgets.find.presenter import FindPresenter, Ways
from widgets.lock.presenter import LockPresenter
from widgets.lock.view import LockView
from widgets.navigator import Navigator
from widgets.opening import open_window, run_desk
from widgets.panels import AboutDialog, AskDialog, KeysDialog, LightDialog, Palette, ReasonDialog
from widgets.scanning import TypedScans
from widgets.screens import (
    ATTENTION,
    CLAIMS,
    COLLECT,
    DAY_CLOSE,
    INBOX,
    LEDGER,
    LINKS,
    PATIENTS,
    PAYMENTS,
    PLANS,
    PREPARED,
    RECEIPTS,
    REPORTS,
    SCREENS,
    SETTINGS,
    TODAY,
    Kit,
    Place,
)  # fmt: skip
from widgets.session import Session
from widgets.shell import Shell
from widgets.syncing.presenter import SyncPresenter
from widgets.syncing.view import SyncPanel
from widgets.training import TrainingStrip, run_training
from widgets.watch import IdleWatch, LineWatch
from widgets.window_size import WindowSize

if TYPE_CHECKING:
    from app.desk import Desk
    from app.joining_again import JoiningAgain
    from app.scans import Scanned
    from app.syncing import Syncing

log = logging.getLogger(__name__)

__all__ = ["MainWindow", "open_window", "run_desk", "run_training"]

_IN_DOUBT_S = 30 * 60
_QUIET_MS = 400
_DRAWER_REASONS = ("Change for the till", "Deposit", "Mistake put right")


class MainWindow(QWidget):
    """The desk's window. Starts locked; pages are made after the first sign-in. `training_wanted`: a manager wants this
    desk to train, and nothing is in the way."""

    training_wanted = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._zone = ZoneInfo(desk.facts().zone)
        self.bridge = Bridge(self)
        self.session = Session(self)
        self.commands = Commands(self)
        self.shell = Shell(self.commands)
        self.lock_view = LockView()
        self._before_lock: QWidget | None = None
        self.training = self._training_strip() if desk.facts().training else None
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(0)
        if self.training is not None:
            body.addWidget(self.training)
        self._layers = QStackedLayout()
        body.addLayout(self._layers, 1)
        self._layers.addWidget(self.shell)
        self._layers.addWidget(self.lock_view)
        self._layers.setCurrentWidget(self.lock_view)
        self.notices = Notices(self.shell, self._decision_left)
        self.navigator = Navigator(self.shell.stack, self._open_palette, self)
        self._line = LineWatch(self)
        self._typed_scans = TypedScans(desk.scans.burst, self)
        self._idle = IdleWatch(desk.clock, lambda: desk.settings.get(settings.LOCK_MINUTES), self)
        self._make_overlays()
        self._make_pages()
        self._make_lock()
        self._connect()
        self._name_place()
        self.setMinimumSize(1024, 640)
        self._size = WindowSize(self, desk.settings, self.bridge, desk.lanes["store"])
        self._start()

    # Making ---------------------------------------------------------------------------------------------------

    def _make_overlays(self) -> None:
        self.palette_overlay = Palette(self.shell, self._given_commands)
        self.light_dialog = LightDialog(self.shell)
        self.sync_panel = SyncPanel(self.shell, self.commands["sync"])
        self.keys_dialog = KeysDialog(self.shell)
        self.find_overlay = FindOverlay(self.shell)
        self.drawer_dialog = ReasonDialog(self.shell, "Open the drawer", "Open drawer", _DRAWER_REASONS)
        self.close_dialog = AskDialog(
            self.shell, "A card payment is still running",
            "Nothing is lost if you close: at the next start Copaydesk asks the reader how it ended. "
            "Until then do not charge this patient again.",
            "Close anyway", "Stay here",
        )  # fmt: skip
        self.close_dialog.agreed.connect(self._close_anyway)
        self._closing = self._offer_import = False
        self.import_dialog = AskDialog(
            self.shell, "This desk is ready",
            "Bring in patients, visits and charges from your other program now, or look around first. "
            "You find the import later in Settings.",
            "Import patients…", "Look around", danger=False,
        )  # fmt: skip
        self.import_dialog.agreed.connect(self.commands["import"].trigger)

    def _make_pages(self) -> None:
        self.navigator.use(
            Kit(self._desk, self._desk.facts, self.bridge, self.session, self.navigator, self.notices, self._train)
        )  # fmt: skip
        ways = Ways(
            collect=lambda patient_id, visit_id: self.navigator.go(Place(COLLECT, patient_id, visit_id)),
            ledger=lambda patient_id: self.navigator.go(Place(LEDGER, patient_id)),
            check_in=self._check_in,
            commands=self._open_palette,
        )
        self.finder = FindPresenter(
            self.find_overlay.finder, bridge=self.bridge, lane=self._desk.lanes["reads"], find=self._desk.find,
            today=lambda: self._desk.facts().business_date, ways=ways, parent=self,
        )  # fmt: skip
        self.finder.left.connect(self._find_left)

        self.syncing = SyncPresenter(
            self.sync_panel, bridge=self.bridge, lane=self._desk.lanes["reads"], syncing=self._need_syncing,
            now=lambda: self._desk.clock.now().astimezone(self._zone), attention=self.commands["attention"].trigger,
            hub=self._desk.lanes["hub"], joining_again=self._need_joining_again, parent=self,
        )  # fmt: skip

    def _training_strip(self) -> TrainingStrip:
        strip = TrainingStrip(self)
        strip.leave.triggered.connect(self.close)
        return strip

    def _train(self) -> None:
        if self.navigator.money_in_flight:
            self.notices.show(_in_one(sentence("training.money_in_flight")), "warn")
        else:
            self.training_wanted.emit()

    def _need_syncing(self) -> Syncing:
        found = self._desk.syncing
        assert found is not None  # the panel opens at desks with a hub alone
        return found

    def _need_joining_again(self) -> JoiningAgain:
        found = self._desk.joining_again
        assert found is not None
        return found

    def _make_lock(self) -> None:
        self.lock = LockPresenter(
            self.lock_view, bridge=self.bridge, lane=self._desk.lanes["store"], sign_in=self._desk.sign_in,
            session=self.session, parent=self,
        )  # fmt: skip
        self.lock.opened.connect(self._unlocked)

    def _connect(self) -> None:
        works = {
            "lock": self.lock_now,
            "settings": lambda: self.navigator.top(Place(SETTINGS)),
            "import": lambda: self.navigator.top(Place(SETTINGS, item="import")),
            "quit": self.close,
            "find": self.open_find,
            "patients": lambda: self.navigator.top(Place(PATIENTS)),
            "walk_in": lambda: self.open_find(walk_in=True),
            "reprint_last": self._reprint_last,
            "payments": lambda: self.navigator.top(Place(PAYMENTS)),
            "inbox": lambda: self.navigator.top(Place(INBOX)),
            "plans": lambda: self.navigator.top(Place(PLANS)),
            "receipts": lambda: self.navigator.go(Place(RECEIPTS)),
            "links": lambda: self.navigator.go(Place(LINKS)),
            "open_drawer": self.drawer_dialog.ask,
            "today": lambda: self.navigator.top(Place(TODAY)),
            "claims": lambda: self.navigator.top(Place(CLAIMS)),
            "attention": lambda: self.navigator.top(Place(ATTENTION)),
            "day_close": lambda: self.navigator.top(Place(DAY_CLOSE)),
            "reports": lambda: self.navigator.top(Place(REPORTS)),
            "commands": self._open_palette,
            "full_screen": self._full_screen,
            "check_devices": self._check_devices,
            "keys": lambda: self.keys_dialog.show_actions(self._given_commands()),
            "about": self._about,
        }
        if self._desk.sync is not None:
            works["sync"] = self._sync_now
        self.commands.connect_all(works)
        self.shell.rail_chosen.connect(lambda name: self.navigator.top(Place(name)))
        self.shell.light_pressed.connect(self._explain_light)
        self.shell.top_bar.find_box.typed.connect(self.open_find)
        self.navigator.shown.connect(self._page_shown)
        self.navigator.refused.connect(lambda words: self.notices.show(words, "warn"))
        self.session.changed.connect(self._session_changed)
        self.bridge.went_wrong.connect(self._went_wrong)
        self.drawer_dialog.given.connect(self._open_drawer)
        self._line.banner.connect(self.shell.show_banner)
        self._idle.idle.connect(self._idle_lock)
        self._typed_scans.scanned.connect(self._desk.scans.take)
        self.bridge.listen(self._desk.scans.subscribe, self, self._scanned)

    def _start(self) -> None:
        desk = self._desk
        self.commands.set_enabled(False)
        self._lights: tuple[tuple[DeviceLight, Words], ...] = ()
        self.bridge.listen(desk.status.subscribe, self, self._lights_changed)
        self.bridge.listen(desk.store.subscribe, self, self._data_changed)
        self.bridge.listen(desk.settings.subscribe, self, lambda _key: self._dress())
        self._clock_timer = QTimer(self, interval=1000)
        self._clock_timer.timeout.connect(self._tick)
        self._clock_timer.start()
        self._count_timer = QTimer(self, singleShot=True, interval=50)
        self._count_timer.timeout.connect(self._count_attention)
        self.bridge.listen(desk.care.subscribe, self, self._count_timer.start)
        self._tick()
        self._dress()
        self.lock.show("Choose your name and type your PIN.")
        self._lights_changed()

    # Looks ----------------------------------------------------------------------------------------------------

    def _dress(self) -> None:
        get = self._desk.settings.get
        scale = min(tokens.TEXT_SCALES, key=lambda step: abs(step - get(settings.WINDOW_TEXT_SCALE)))
        low = self.height() * 100 < tokens.COMPACT_BELOW * scale  # the rules apply to the logical size
        theme.current().set(
            scheme=get(settings.WINDOW_SCHEME), scale=scale, compact=get(settings.WINDOW_COMPACT) or low,
            less_motion=get(settings.WINDOW_LESS_MOTION),
        )  # fmt: skip

    def _name_place(self) -> None:
        named = self._desk.facts()
        mark = "TRAINING — " if named.training else ""
        self.setWindowTitle(f"{mark}Copaydesk — {named.practice}, {named.desk}")
        self.shell.menu_row.show_place(named.practice, named.desk)
        self.lock_view.left.show_place(named.practice, named.desk)
        self._zone = ZoneInfo(named.zone)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().height() != event.oldSize().height():
            self._dress()
        self._size.changed()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        handle = self.windowHandle()
        if handle is not None:
            self._idle.watch(handle)
            self._typed_scans.watch(handle)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if not event.spontaneous():  # minimised it lives on
            self.navigator.stop_preparing()

    @Slot()
    def _tick(self) -> None:
        now: datetime = self._desk.clock.now().astimezone(self._zone)
        self.shell.top_bar.show_now(now)
        self.lock_view.left.show_now(now)

    def offer_import(self) -> None:
        """After the first sign-in offer to bring in patients: the desk was just set up."""
        self._offer_import = True

    # The lock -------------------------------------------------------------------------------------------------

    def lock_now(self, reason: str = "") -> None:
        """Lock: nothing of the page is seen, nothing of it is lost."""
        if self.session.locked:
            return
        self._before_lock = QApplication.focusWidget()
        self._close_overlays()
        self.notices.clear()
        self.session.lock()
        self._desk.clinic.holds.give_back()
        self.lock.show(reason or "Locked. Your work is kept.", self._running_note())

    @Slot()
    def _idle_lock(self) -> None:
        if not self.navigator.money_in_flight:
            minutes = self._desk.settings.get(settings.LOCK_MINUTES)
            noun = "minute" if minutes == 1 else "minutes"
            self.lock_now(f"Locked after {minutes} {noun} without a key press. Your work is kept.")

    def _running_note(self) -> str:
        return "Payment running. It goes on and is kept." if self.navigator.money_in_flight else ""

    @Slot()
    def _session_changed(self) -> None:
        locked = self.session.locked
        self._layers.setCurrentWidget(self.lock_view if locked else self.shell)
        if self.training is not None:
            self.training.show_locked(locked)
        self.commands.set_enabled(not locked)
        self.shell.rail.person.show_person(self.session.person)
        if locked:
            self._idle.stop()
            self.lock_view.setFocus()
        else:
            self._closing = False
            self._idle.start()

    @Slot(object)
    def _unlocked(self, _person: object) -> None:
        if self.navigator.place is None:
            self.navigator.top(Place(TODAY, select_next=True))
            self.navigator.prepare(PREPARED, _QUIET_MS)
        else:
            self.navigator.changed(Change(everything=True))
            if self._before_lock is not None and isValid(self._before_lock):
                self._before_lock.setFocus()
        if self._offer_import:
            self._offer_import = False
            self.import_dialog.open_over()
        self._count_attention()

    # Pages and overlays ---------------------------------------------------------------------------------------

    @Slot(object)
    def _page_shown(self, place: Place) -> None:
        for overlay in self.shell.findChildren(Overlay):  # a page's own too: they are about what was there
            overlay.close_over(give_back=False)
        screen = SCREENS[place.screen]
        self.shell.rail.light(screen.under or screen.name)
        page = self.navigator.page
        self.shell.fill_menus(page.widget.actions() if page is not None else [])

    def _decision_left(self) -> int:
        """Where the decision column of the page begins (a child named `decision`), else the window's right edge."""
        page = self.navigator.page
        column = page.widget.findChild(QWidget, "decision") if page is not None else None
        if column is None or not column.isVisible():
            return self.shell.width()
        return column.mapTo(self.shell, QPoint(0, 0)).x()

    def _close_overlays(self) -> None:
        for overlay in (self.find_overlay, self.palette_overlay, self.light_dialog, self.sync_panel, self.keys_dialog,
                        self.drawer_dialog, self.close_dialog, self.import_dialog):  # fmt: skip
            overlay.close_over(give_back=False)

    def open_find(self, typed: str = "", *, walk_in: bool = False) -> None:
        """Find over the window, beginning with `typed`; a walk-in leads to Collect for whoever is chosen."""
        self.palette_overlay.close_over()
        self.finder.start(typed, walk_in=walk_in)
        self.find_overlay.open_over()

    def _scanned(self, scan: Scanned) -> None:
        """A licence or a code finds its patient; what has no business here is told. Nothing under the lock."""
        if self.session.locked:
            return
        if scan.find:
            self.open_find(scan.find)
        else:
            self.notices.show(_in_one(sentence(scan.words)), "warn")

    def _check_in(self, visit_id: str, then: Callable[[], None]) -> None:
        person = self.session.acting
        self.bridge.start(
            self._desk.lanes["store"], lambda _job: self._desk.schedule.check_in(visit_id, person), owner=self,
            done=lambda _nothing: then(), failed=self._went_wrong,
        )  # fmt: skip

    @Slot()
    def _find_left(self) -> None:
        self.find_overlay.close_over()

    def _open_palette(self) -> None:
        self.find_overlay.close_over()
        self.palette_overlay.open_fresh()

    def _given_commands(self) -> list[QAction]:
        page = self.navigator.page
        own = page.widget.actions() if page is not None else []
        return [*own, *self.commands.all()]

    def _about(self) -> None:
        named = self._desk.facts()
        dialog = AboutDialog(self.shell, named.practice, named.desk)
        dialog.closed.connect(dialog.deleteLater)
        dialog.open_over()

    def _full_screen(self) -> None:
        full = self.commands["full_screen"].isChecked()
        self.showFullScreen() if full else self.showNormal()

    # Lights, counts, data -------------------------------------------------------------------------------------

    def _lights_changed(self, *_told: object) -> None:
        self.bridge.start(
            self._desk.lanes["reads"], lambda _job: self._desk.status.lights(), owner=self, done=self._show_lights
        )  # fmt: skip

    def _show_lights(self, lights: tuple[DeviceLight, ...]) -> None:
        self._lights = tuple((light, sentence(light.words, light.facts, self._zone)) for light in lights)
        self.shell.status_bar.show_lights(self._lights)
        self.lock_view.left.lights.show_lights(self._lights)
        self._line.see(self._lights, self._zone)
        self.syncing.look_again()

    def _explain_light(self, key: str) -> None:
        if key in {"sync", "line"} and self._desk.sync is not None:
            self.syncing.open()
            return
        ways: list[QAction] = []
        if key in {"reader", "printer", "drawer", "scanner", "display"}:
            ways = [self.commands["settings"]]
        if key == "drawer":
            ways.append(self.commands["open_drawer"])
        for light, words in self._lights:
            if light.key == key:
                self.light_dialog.show_light(words, ways)

    def _data_changed(self, change: Change) -> None:
        if change.everything or change.topics & {"practice", "identity"}:
            self._name_place()
        self.syncing.look_again()
        self._count_timer.start()
        if not self.session.locked:
            self.navigator.changed(change)

    @Slot()
    def _count_attention(self) -> None:
        if self.session.person is not None:
            self.bridge.start(
                self._desk.lanes["reads"], lambda _job: self._desk.attention.items(), owner=self,
                done=self._show_attention,
            )  # fmt: skip
            self.bridge.start(
                self._desk.lanes["reads"], lambda _job: self._desk.online_inbox.unposted(), owner=self,
                done=self._show_unposted,
            )  # fmt: skip

    def _show_attention(self, items: tuple[AttentionItem, ...]) -> None:
        now = self._desk.clock.now()
        doubts = [item for item in items if item.kind.startswith(("unknown_", "doubted_"))]
        urgent = any((now - item.at).total_seconds() > _IN_DOUBT_S for item in doubts)
        self.shell.rail.set_count(ATTENTION, len(items), urgent=urgent)

    def _show_unposted(self, count: int) -> None:
        self.shell.rail.set_count(INBOX, count, urgent=count > 0)

    # Commands that act ----------------------------------------------------------------------------------------

    def _sync_now(self) -> None:
        sync = self._desk.sync
        if sync is not None:
            sync.nudge()
            self.notices.show("Asking the hub now.", "info")

    def _check_devices(self) -> None:
        if self.navigator.money_in_flight:
            self.notices.show("The reader is busy with a payment.", "warn")
            return
        status, lanes = self._desk.status, self._desk.lanes
        for lane, look in (("terminal", status.check_reader), ("printer", status.check_printer)):
            self.bridge.start(lanes[lane], look, owner=self)
        self.notices.show("Asking reader and printer now.")

    def _reprint_last(self) -> None:
        person = self.session.acting
        self.bridge.start(
            self._desk.lanes["store"], lambda _job: self._desk.printing.reprint_last(person), owner=self,
            done=lambda _job_id: self.notices.show("The last receipt prints again, marked COPY.", "ok"),
            failed=self._went_wrong,
        )  # fmt: skip

    @Slot(str)
    def _open_drawer(self, reason: str) -> None:
        person = self.session.acting
        self.bridge.start(
            self._desk.lanes["store"], lambda _job: self._desk.printing.open_drawer(reason, person), owner=self,
            done=lambda _job_id: self.notices.show("The drawer opens. The reason is in the day's log.", "ok"),
            failed=self._went_wrong,
        )  # fmt: skip

    @Slot(object)
    def _went_wrong(self, error: Exception) -> None:
        said = _in_one(sentence_for(error, self._zone))
        self.notices.show(said, "warn" if isinstance(error, PosError) else "bad")

    # Closing --------------------------------------------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing asks while money is in flight, and once while changes wait for a line that is not there (they are
        safe, but nobody else knows them yet) or other desks exchange theirs through this one."""
        if self._closing:
            log.info("window closed", extra=facts(money_in_flight=self.navigator.money_in_flight))
            super().closeEvent(event)
            return
        waiting = self._line.waiting_for_a_line
        if self.navigator.money_in_flight:
            event.ignore()
            if self.session.locked:
                self.lock.set_note("Payment running. It ends before Copaydesk can be closed.")
            else:
                self.close_dialog.open_over()
        elif waiting:
            event.ignore()
            self._ask_once("closing.waiting", {"count": waiting}, "All is safe here.")
        elif self._line.serves:
            event.ignore()
            self._ask_once("closing.serves", {}, "Nothing is lost.")
        else:
            log.info("window closed", extra=facts(money_in_flight=False))
            super().closeEvent(event)

    def _ask_once(self, key: str, told: dict[str, Fact], calm: str) -> None:
        """Ask with the words of `key`; under the lock only say so, once, with `calm` behind."""
        words = sentence(key, told)
        if self.session.locked:
            self._closing = True  # said once; the next time it closes
            self.lock.set_note(f"{words.title}. {calm} Close again to end Copaydesk.")
            return
        dialog = AskDialog(self.shell, words.title, f"{words.body} {words.action}", "Close anyway", "Keep open",
                           danger=False, stay_first=True)  # fmt: skip
        dialog.agreed.connect(self._close_anyway)
        dialog.closed.connect(dialog.deleteLater)
        dialog.open_over()

    @Slot()
    def _close_anyway(self) -> None:
        self._closing = True
        self.close()


def _in_one(words: Words) -> str:
    """Words as one run of sentences."""
    return ". ".join(part.rstrip(".") for part in (words.title, words.body, words.action) if part) + "."
