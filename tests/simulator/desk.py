"""One desk without its window and threads: the real store, the real stories, the real exchange with the hub."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

from app.accounts import Accounts
from app.adjustments import Adjustments
from app.agreements import Agreements
from app.asks import Asks
from app.attempts import Attempts
from app.attention import Attention
from app.card_reader import CardReader
from app.checkout import Checkout, Parts
from app.clinic import Clinic
from app.collected import Telling
from app.day_close import DayClose
from app.eligibility import Eligibility
from app.fees import Fees
from app.fills import Fills
from app.lanes import Job, Lane
from app.links import Links
from app.merging import Merging
from app.messages import Messages
from app.moves import Moves
from app.online_inbox import OnlineInbox
from app.papers import Papers
from app.payment_requests import PaymentRequests
from app.plans import Plans
from app.posting import Posting
from app.printing import Printing
from app.recovery import Recovery
from app.refunds import Refunds
from app.rekeying import Rekeying
from app.settings import DRAWER, PRINTER_URL, TERMINAL_URL, Settings
from app.statements import Statements
from app.superbills import Superbills
from app.sync.steps import Exchange
from app.sync.transport import HubTransport
from app.taking_back import TakingBack
from app.tasks import Tasks
from app.tenders import tenders
from app.till import Till
from app.undo import Undoing
from app.verdicts import Verdicts
from app.views import Person
from models.basics.errors import PosError, SyncError
from models.basics.points import Point
from models.operations.kinds import KINDS
from models.rules.rights import rights_of
from models.store.desk import DeskStore
from tests.simulator.devices import SimPrinter, SimTerminal
from tests.simulator.hub import COLLECT, OWN
from tests.simulator.network import Network, SimLine
from tests.simulator.world import DeskClock, Place, World
from tests.support.papers import no_documents

KEY = "5a" * 32
MARIA = Person("maria", "Maria Delgado", "Front desk", "MD", manager=False, rights=rights_of("receptionist"))
PRIYA = Person("priya", "Priya Nair", "Manager", "PN", manager=True, rights=rights_of("manager"))
NEWER = replace(KINDS[COLLECT], version=2, upcast={1: lambda body: body})
"""How a newer program takes money: the hub does not know that version yet."""

MOST_STEPS = 60
"""So many exchanges in a row are more than anything here needs."""


class Killed(BaseException):
    """The desk's process ends here, whatever it was doing."""


class Bench(Lane):
    """A lane whose work is done when somebody comes by, on this thread."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []

    def submit(self, work: Any, *, done: Any = None, failed: Any = None, progress: Any = None) -> Job[Any]:
        job: Job[Any] = Job(progress)

        def run() -> None:
            try:
                work(job)
            except Exception as error:
                if failed is None:
                    raise
                failed(error)

        self.waiting.append(run)
        return job

    def work(self) -> None:
        """Do everything that waits."""
        while self.waiting:
            self.waiting.pop(0)()


class AtOnce(Verdicts):
    """The hub's word on an operation, asked for here and now instead of waited for."""

    def __init__(self, desk: SimDesk, clinic: Clinic) -> None:
        super().__init__(clinic, SimpleNamespace(state=lambda: SimpleNamespace(online=desk.online)))  # type: ignore[arg-type]
        self._desk = desk

    def wait(self, op_id: str, job: Job[Any]) -> tuple[str, str]:
        verdict, reason = self.said(op_id)
        for _ in range(MOST_STEPS):
            if verdict or not self._desk.step("push"):
                break
            verdict, reason = self.said(op_id)
        return verdict, reason


class Reader(CardReader):
    """The card reader of a desk, whatever its address."""

    def __init__(self, settings: Settings, terminal: SimTerminal) -> None:
        super().__init__(settings)
        self._sim = terminal

    def terminal(self) -> Any:
        return self._sim


@dataclass
class Enrolled:
    """What a desk was given when it joined: kept outside its store, in the machine's key store."""

    name: str
    device_id: str
    key_hex: str
    tenant: str


@dataclass
class Deed:
    """Something a person is in the middle of, money in hand. `after` is what they do when the desk died meanwhile and
    is up again."""

    words: str
    after: Callable[[SimDesk], None]


@dataclass
class SimDesk:
    """One installed desk. `open` and `die` any number of times."""

    enrolled: Enrolled
    path: Path
    world: World
    network: Network
    clock: DeskClock
    online: bool = False
    alive: bool = False
    newer: bool = False
    stopped: str = ""
    deed: Deed | None = None
    kill_at: int = 0

    @property
    def name(self) -> str:
        return self.enrolled.name

    @property
    def device(self) -> str:
        return self.enrolled.device_id

    def place(self, tender: str, method_id: str = "") -> Place:
        """Where money taken here by a tender lies."""
        named = {"cash": f"cash:{self.device}", "other": f"other:{method_id}"}
        return self.enrolled.tenant, named.get(tender, tender)

    def open(self) -> None:
        """Start the program: store, stories, devices; what the last run left is parked."""
        self.store = DeskStore.open(self.path, KEY, self.clock)
        self.alive, self.online, self.kill_at = True, False, 0
        self._furnish()
        self.connect()

    def connect(self) -> None:
        """Begin the exchange with the hub, under the key this machine has now."""
        self.exchange = Exchange(self.store, self._transport(), self.clock)

    def begin(self) -> None:
        """What a start does before the first customer: park what is in doubt, look after paper, ask the reader."""
        self.recovery.park()
        self.printing.start()
        self.recovery.check_all(Job())

    def _furnish(self) -> None:
        clinic = Clinic(self.store, self.clock)
        settings = Settings(None, {TERMINAL_URL.key: "sim", PRINTER_URL.key: "sim", DRAWER.key: True})
        self.clinic, self.bench = clinic, Bench()
        line: Any = SimpleNamespace(state=lambda: SimpleNamespace(online=self.online))
        clinic.holds.connect(line, self.bench)
        self.terminal = SimTerminal(self.world, self.enrolled.tenant, self.device, self.rows)
        self.printer = SimPrinter(self.world, self.device, self.rows)
        posting = Posting(clinic, settings)
        telling = Telling(clinic, settings, posting)
        self.printing = Printing(clinic, settings, posting, self.bench)
        self.printing._printer, self.printing._address = self.printer, ("sim", "80mm")
        till = Till(clinic, settings, posting, telling, self.printing.nudge)
        attempts, reader = Attempts(till), Reader(settings, self.terminal)
        self.recovery = Recovery(till, attempts, reader, _nobody)
        self.checkout = Checkout(Parts(till, attempts, reader, tenders(till, attempts, reader, self.recovery, _nobody)))
        hub = AtOnce(self, clinic)
        self.refunds = Refunds(till, attempts, reader, self.recovery, hub, _nobody)
        self.taking_back = TakingBack(till, self.checkout, attempts.giving)
        self.attention = Attention(clinic, self.recovery, self.printing, attempts.giving)
        self.giving, self.tasks = attempts.giving, Tasks(clinic, attempts.giving)
        self.moves, self.fills, self.adjustments = Moves(clinic), Fills(clinic), Adjustments(clinic)
        self.fees, self.undoing, self.rekeying = Fees(clinic), Undoing(clinic), Rekeying(clinic)
        self.merging = Merging(clinic)
        self.requests, self.eligibility = PaymentRequests(clinic), Eligibility(clinic)
        self.plans = Plans(clinic, reader)
        self.day = DayClose(clinic, settings, self.attention, self.printing.nudge)
        statements = Statements(clinic, Accounts(clinic, settings))
        papers = Papers(self.printing, statements, Superbills(clinic), Agreements(clinic), no_documents)
        self.messages = Messages(clinic, papers)
        self.links, self.asks = Links(clinic, self.messages, None), Asks(clinic, self.messages, statements, papers)
        self.inbox = OnlineInbox(clinic)

    def _transport(self) -> HubTransport:
        identity = self.store.identity
        assert identity is not None
        transport = HubTransport("http://127.0.0.1:1", device_id=identity.device_id,
                                 private_key_hex=self.enrolled.key_hex, clock=self.clock)  # fmt: skip
        transport._line = transport._waiting_line = SimLine(self.network, self.name)
        return transport

    @contextmanager
    def as_itself(self) -> Iterator[None]:
        """Inside, the program is of the version this desk has installed."""
        with mock.patch.dict(KINDS, {COLLECT: NEWER} if self.newer else OWN):
            yield

    # The line ---------------------------------------------------------------------------------------------------------

    def step(self, way: str) -> bool:
        """One exchange with the hub, as the loops do it: trouble is told, not raised. True when there is more."""
        once = self.exchange.push_once if way == "push" else self.exchange.pull_once
        try:
            more = once()
        except SyncError as error:
            self.online, self.stopped = False, error.message_key
            return False
        except PosError as error:
            self.online, self.stopped = False, error.message_key
            return False
        self.online, self.stopped = True, ""
        self.store.sends_at_once = True
        return more

    def sync(self) -> None:
        """Send everything, fetch everything, as long as the line holds."""
        for way in ("push", "pull"):
            self.drain(way)

    def drain(self, way: str) -> str:
        """Send (`push`) or fetch (`pull`) as long as there is something. Returns what stopped it, or nothing."""
        for _ in range(MOST_STEPS):
            if not self.step(way):
                break
        return self.stopped

    # Dying and being copied -------------------------------------------------------------------------------------------

    def visit(self, _point: Point) -> None:
        """Die at the boundary that was planned, and at every one after it."""
        if self.kill_at:
            self.kill_at -= 1
            if not self.kill_at:
                self.kill_at = 1
                raise Killed

    def die(self) -> None:
        """The process is gone; what was committed lies in the file."""
        self.store.close()
        self.alive = self.online = False
        self.kill_at = 0

    def copy_to(self, folder: Path) -> None:
        """The file as a backup has it."""
        folder.mkdir(exist_ok=True)
        for path in self.path.parent.glob(f"{self.path.name}*"):
            if not path.name.endswith("-shm"):
                shutil.copyfile(path, folder / path.name)

    def put_back(self, folder: Path) -> None:
        """The file is what it was when it was copied. The desk is closed."""
        for path in self.path.parent.glob(f"{self.path.name}*"):
            path.unlink()
        for path in folder.glob(f"{self.path.name}*"):
            shutil.copyfile(path, self.path.parent / path.name)

    def twin(self) -> SimDesk:
        """A second machine made from this one's disk. The desk is closed."""
        path = self.path.with_name(f"{self.name}-copy.db")
        for suffix in ("", "-wal"):
            if (source := Path(f"{self.path}{suffix}")).exists():
                shutil.copyfile(source, f"{path}{suffix}")
        return replace(self, enrolled=replace(self.enrolled, name=f"{self.name}-copy"), path=path,
                       clock=DeskClock(self.world), alive=False, deed=None)  # fmt: skip

    # Looking ----------------------------------------------------------------------------------------------------------

    def rows(self, query: str, *values: Any) -> list[Any]:
        """What a query finds."""
        with self.store.reader() as reader:
            return list(reader.execute(query, values).fetchall())


@contextmanager
def in_hand(desk: SimDesk, words: str, after: Callable[[SimDesk], None]) -> Iterator[None]:
    """Inside, a person is in the middle of something. Only when the desk dies there, `after` is theirs to do."""
    desk.deed = Deed(words, after)
    try:
        yield
    except Exception:
        desk.deed = None
        raise
    desk.deed = None


def _nobody(_step: str) -> None:
    """Nobody listens."""
