"""The desk put together: store, lanes, stories, line and devices of one check-in terminal.

`open_desk` opens the store for reading and builds the stories; everything slow (writing, hub, sync, recovery, devices)
starts behind the first screen.
"""

from __future__ import annotations

import logging
import threading
from functools import cached_property
from typing import TYPE_CHECKING

from app.accounts import Accounts
from app.agreements import Agreements
from app.answers_folder import AnswersFolder
from app.attempts import Attempts
from app.attention import Attention
from app.backup import Backups
from app.card_reader import CardReader
from app.care import Care
from app.checkout import Checkout, Parts
from app.clinic import Clinic
from app.clock_guard import ClockGuard
from app.collected import Telling
from app.customer_display import CustomerDisplay
from app.device_log import DeviceLog
from app.family import Family
from app.find import Find
from app.folders import Folders
from app.hub_line import HubLine
from app.lanes import Job, Lane
from app.logs import start_log
from app.merging import Merging
from app.messages import Messages
from app.one_desk import FolderLock
from app.papers import Papers
from app.posting import Posting
from app.practice import PracticeFacts
from app.printing import Printing
from app.profiles import Profiles
from app.recovery import Recovery
from app.returned import ReturnedRefunds
from app.scans import Scans
from app.schedule import Schedule
from app.secrets import DEVICE_KEY, HUB_KEY, STORE_KEY, STRIPE_KEY, Secrets
from app.settings import (
    DISPLAY_URL,
    DRAWER_URL,
    HUB_HERE,
    HUB_LISTEN,
    IN_TRAINING,
    PRACTICE_DEVICES,
    PRINTER_URL,
    TERMINAL_URL,
    TRAINING_FIXED,
    Settings,
)  # fmt: skip
from app.signin import SignIn
from app.statements import Statements
from app.status import DeskStatus
from app.stories import Stories
from app.superbills import Superbills
from app.tenders import tenders
from app.till import Till
from app.views import AttentionItem, DeskFacts
from app.visit_charges import VisitCharges
from app.visits import Visits
from app.ways import Ways
from models.basics.clock import Clock, SystemClock
from models.basics.errors import DeviceBusy, PosError, RuleBroken, StorageError
from models.basics.facts import facts
from models.basics.ids import is_training
from models.store.desk import DeskStore

if TYPE_CHECKING:
    from app.hub_process import HubProcess
    from app.joining_again import JoiningAgain
    from app.practice_devices import PracticeDevices
    from app.sync.state import SyncState
    from devices.discovery import PortWatch

log = logging.getLogger(__name__)

LANES = ("terminal", "printer", "drawer", "display", "store", "reads", "lists", "payments", "files", "documents",
         "net", "hub")  # fmt: skip
"""Every lane, in the order in which they end."""
START_S = 60.0
LINE_AGAIN_S = 30.0
"""So often a hub that did not start is tried again."""


class Desk(Stories):
    """Everything a window needs of a desk. Made by `open_desk`; `close` it at the end."""

    def __init__(
        self, folders: Folders, settings: Settings, secrets: Secrets, store: DeskStore, clock: Clock, lock: FolderLock
    ) -> None:  # fmt: skip
        self.folders, self.settings, self.secrets, self.store, self.clock = folders, settings, secrets, store, clock
        self.lanes: dict[str, Lane] = {name: Lane(name) for name in LANES}
        self.clinic = Clinic(store, clock)
        if is_training(store.tenant):
            settings.fix(IN_TRAINING, TRAINING_FIXED)
        self.sync = HubLine(clock) if self.clinic.identity.hub_url else None
        self.device_log = DeviceLog(folders.device_log, clock)
        self._reader = CardReader(settings, lambda: secrets.get(STRIPE_KEY) or "", self.device_log)
        posting = Posting(self.clinic, settings)
        telling = Telling(self.clinic, settings, posting)
        self.printing = Printing(self.clinic, settings, posting, self.lanes["printer"], self.device_log,
                                 self.lanes["drawer"])  # fmt: skip
        self.display = CustomerDisplay(settings, self.lanes["display"], self.device_log)
        self.scans = Scans(settings, self.device_log)
        self.status = DeskStatus(self.clinic, settings, self.lanes, self._reader, self.printing, self.scans, self.sync,
                                 self.display)  # fmt: skip
        till = Till(self.clinic, settings, posting, telling, self.printing.nudge, self.printing.look_ahead,
                    self.printing.until_it_begins)  # fmt: skip
        attempts = Attempts(till)
        self._till, self._attempts = till, attempts
        self.recovery = Recovery(till, attempts, self._reader, self.status.told)
        ways = tenders(till, attempts, self._reader, self.recovery, self.status.told)
        self.returned = ReturnedRefunds(self.clinic, self._reader)
        self.checkout = Checkout(
            Parts(till, attempts, self._reader, ways)
        )  # fmt: skip
        self.clock_guard = ClockGuard(self.clinic, self.sync)
        self.sign_in = SignIn(self.clinic, self.clock_guard.check_opening)
        self.practice = PracticeFacts(self.clinic)
        self.ways = Ways(self.clinic)
        self.schedule = Schedule(self.clinic, settings)
        self.visits = Visits(self.clinic)
        self.visit_charges = VisitCharges(self.clinic, self.visits)
        self.profiles = Profiles(self.clinic)
        self.find = Find(self.clinic, settings)
        self.accounts = Accounts(self.clinic, settings)
        self.statements = Statements(self.clinic, self.accounts)
        self.papers = Papers(self.printing, self.statements, Superbills(self.clinic), Agreements(self.clinic),
                             lambda: self.documents)  # fmt: skip
        self.messages = Messages(self.clinic, self.papers)
        self.family = Family(self.clinic)
        self.merging = Merging(self.clinic)
        self.backups = Backups(folders, settings, secrets, clock)
        self.care = Care(self.clinic, folders, self.backups)
        self.answers = AnswersFolder(self.clinic, settings)
        self.attention = Attention(self.clinic, self.recovery, self.printing, attempts.giving, self._of_desk)
        self._hub: HubProcess | None = None
        self._practice: PracticeDevices | None = None
        self._ports: PortWatch | None = None
        self._connected = self._online = False
        self._closing = threading.Event()
        self._ready = threading.Event()
        self._stop_log, self._lock = start_log(folders.logs), lock
        self._background = threading.Thread(target=self._start, name="desk-start", daemon=True)
        if self.sync is not None:
            self.sync.subscribe(self._line_told)

    def facts(self) -> DeskFacts:
        """What the shell names."""
        return self.clinic.facts()

    @cached_property
    def joining_again(self) -> JoiningAgain | None:
        """Joining the practice once more; None without a hub."""
        from app.joining_again import JoiningAgain

        if self.sync is None:
            return None
        return JoiningAgain(self.clinic, self.secrets, own_hub=lambda: self._hub.address if self._hub else "",
                            pause=self.sync.stop, go_on=self._start_line)  # fmt: skip

    @property
    def hub(self) -> HubProcess | None:
        """The hub, when this desk hosts it. Waits until the background has started it; not for the window's thread."""
        self._ready.wait(START_S)
        return self._hub

    @property
    def practice_devices(self) -> PracticeDevices | None:
        """The running practice reader and printer, where they are used. Waits like `hub`."""
        self._ready.wait(START_S)
        return self._practice

    def start(self) -> None:
        """Begin everything that runs behind the screen."""
        self._background.start()

    def wait_started(self, timeout_s: float = START_S) -> bool:
        """Wait until hub, line, devices and recovery have been started: for commands and tests."""
        return self._ready.wait(timeout_s)

    def close(self) -> None:
        """Stop new work, let what runs end, give the wires back."""
        if self._closing.is_set():
            return
        self._closing.set()
        started = self._background.ident is not None
        if started:
            self._ready.wait(START_S)
        self.status.stop()
        if started:
            self._background.join(START_S)
        if self._ports is not None:
            self._ports.stop()
        self.backups.stop()
        self.care.stop()
        self.answers.stop()
        self.clinic.holds.end()
        for name in LANES:
            self.lanes[name].close()
        if self.sync is not None:
            self.sync.stop()
        if self._courier is not None:
            self._courier.stop()
        if "patients" in vars(self):
            self.patients.close()
        if "payments" in vars(self):
            self.payments.close()
        self.scans.close()
        self.printing.close()
        self.display.close()
        self._reader.close()
        if self._practice is not None:
            self._practice.close()
        if self._hub is not None:
            self._hub.close()
        self.store.close()
        self._stop_log()
        self._lock.release()

    def _start(self) -> None:
        """In the background, what money needs first: writing, practice devices, recovery and spool, then the line."""
        for step in (
            self.store.prepare_writing,
            self.recovery.park,
            self._start_practice_devices,
            self._start_devices,
            self._start_line,
            self._start_care,
        ):
            if self._closing.is_set():
                break
            try:
                step()
            except PosError as error:
                log.warning("start", extra=facts(step=step.__name__, key=error.message_key))
            except Exception:
                log.exception("start failed", extra=facts(step=step.__name__))
        self._ready.set()
        while self.sync is not None and not self._connected and not self._closing.wait(LINE_AGAIN_S):
            self._try_line()

    def _try_line(self) -> None:
        """Once more: the hub's port may be free again, its address back."""
        try:
            self._start_line()
        except PosError as error:
            log.warning("line", extra=facts(key=error.message_key))

    def _start_practice_devices(self) -> None:
        if not self.settings.get(PRACTICE_DEVICES):
            return
        from app.practice_devices import PracticeDevices

        self._practice = PracticeDevices.start(self.folders)
        urls = {TERMINAL_URL: self._practice.terminal_url, PRINTER_URL: self._practice.printer_url,
                DRAWER_URL: "", DISPLAY_URL: ""}  # fmt: skip
        if is_training(self.store.tenant):
            self.settings.fix(urls, TRAINING_FIXED)
        else:
            self.settings.for_now(urls)

    def _line_told(self, state: SyncState) -> None:
        """The line came: agree with the hub on what this desk is called."""
        was, self._online = self._online, state.online
        if state.online and not was:
            self.courier.nudge()
            try:
                self.lanes["hub"].submit(lambda _job: self.desks.settle_name(), failed=_not_settled)
            except PosError as error:  # the desk closes
                _not_settled(error)

    def _start_devices(self) -> None:
        if self._reader.fitted:
            self.lanes["terminal"].submit(self._recover)
        self.printing.start()
        self.display.start()
        self.scans.start()
        self.status.when_reader_is_back(self._ask_what_is_open)
        self.status.every_day(self.returned)
        self.status.start()
        from devices.discovery import PortWatch  # lists ports, and loads what that needs

        self._ports = PortWatch()
        self._ports.subscribe(self.status.ports_changed)
        self._ports.start()

    def _ask_what_is_open(self) -> None:
        """The reader answers again: whatever is not known yet may be known now."""
        try:
            self.lanes["terminal"].submit(self._recover)
        except DeviceBusy:  # the desk closes, or payments wait: it is asked about before the next card
            log.info("not asked again yet")

    def _start_care(self) -> None:
        self.care.start()
        self.backups.start()
        self.answers.start()

    def _of_desk(self) -> tuple[AttentionItem, ...]:
        """What is the matter with this computer, and with what it is to read."""
        return (*self.care.items(), *self.answers.items())

    def _recover(self, job: Job[None]) -> None:
        """Every open card attempt is asked about before the first card."""
        left = self.recovery.check_all(job)
        log.info("recovery", extra=facts(open=left))

    def _start_line(self) -> None:
        if self.sync is None:
            return
        identity, url = self.clinic.identity, self.clinic.identity.hub_url
        fingerprint = identity.hub_fingerprint
        try:
            if self.settings.get(HUB_HERE) and self._hub is None:
                from app.hub_process import HubProcess

                key = self.secrets.get(HUB_KEY)
                if key is None:
                    raise StorageError("store.key_missing")
                self._hub = HubProcess.start(self.folders.hub, key, self.settings.get(HUB_LISTEN))
            if self._hub is not None:
                url, fingerprint = self._hub.address, self._hub.fingerprint
            from app.sync.engine import SyncEngine
            from app.sync.transport import HubTransport
            from app.syncing import DeskReport

            transport = HubTransport(
                url, device_id=identity.device_id, private_key_hex=self.secrets.get(DEVICE_KEY) or "",
                fingerprint=fingerprint, clock=self.clock, report=DeskReport(self.clinic).text,
            )  # fmt: skip
            if not self._connected:
                self.clinic.holds.connect(self.sync, self.lanes["store"])
            self.sync.connect(SyncEngine(self.store, transport, self.clock), transport)
            self.courier.connect(transport)
            self._connected = True
        except PosError as error:
            self.sync.failed(error.message_key)
            raise


def _not_settled(error: Exception) -> None:
    key = error.message_key if isinstance(error, PosError) else type(error).__name__
    log.warning("name of the desk not settled", extra=facts(key=key))


def open_desk(folders: Folders, clock: Clock | None = None, *, start: bool = True) -> Desk:
    """Open the desk that lives in `folders`. Without `start` only what a first screen shows is there: whoever opened
    it calls `start` once that screen is painted.

    Raises RuleBroken `setup.not_done` where none was set up, StorageError (`store.key_missing`, `store.key_wrong`, …)
    or is open in another program (`store.open_elsewhere`); nothing was changed then.
    """
    folders.make()
    settings = Settings.load(folders.settings)
    if not folders.store.exists():
        raise RuleBroken("setup.not_done")
    secrets = Secrets(folders, settings)
    key = secrets.get(STORE_KEY)
    if key is None:
        raise StorageError("store.key_missing")
    time = clock or SystemClock()
    lock = FolderLock(folders.home)
    try:
        store = DeskStore.open(folders.store, key, time)
        if store.identity is None:
            store.close()
            raise RuleBroken("setup.not_done")
        desk = Desk(folders, settings, secrets, store, time, lock)
    except BaseException:
        lock.release()
        raise
    if start:
        desk.start()
    return desk
