"""Whatever goes wrong between till and printer: every receipt is on paper, a second one says COPY, nothing is called
printed that is not, and no drawer opens twice.

Each game is the desk's own spool over a real store with the real driver, a simulated printer on a wire in memory, and
time of its own. Its seed decides what is printed, what goes wrong on the wire and in the printer, what people do, and
where the program dies. `COPAYDESK_EXAMPLES=50` plays fifty times as many.

Left out: bytes that a wire loses, changes or makes up without anybody noticing. ESC/POS has no check sums.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest

from app.clinic import Clinic
from app.lanes import Job
from app.posting import Posting
from app.printing import Printing
from app.settings import DRAWER, PRINTER_URL, Settings
from devices.base import ReceiptPrinter
from devices.printers.escpos import EscposPrinter
from devices.simulators.paper_picture import pieces
from devices.wires.faulty_pipe import FaultyPipe, Mishap, Trouble
from models.basics.errors import PosError
from models.basics.ids import new_id
from models.basics.points import Point, visited_by
from models.operations.codec import to_json
from models.store.queries import jobs
from models.store.queries.jobs import JobRow
from models.store.rows import PrintJobRow
from receipts.compose import as_copy
from receipts.document import ReceiptDocument
from receipts.layouts.escpos import Profile, escpos
from tests.support.clinic import MARIA, TestClinic
from tests.support.memory import on_memory
from tests.support.often import TIMES
from tests.support.virtual_printer import WIDTH_DOTS, VirtualPrinter
from tests.unit.receipts.samples import BARE

GAMES = 120
SHARES = 2
PROFILE = Profile(columns=48)
MISBEHAVES = (
    "paper-out", "paper-out-after:200", "paper-out-after:500", "near-end", "cover-open", "offline", "cutter", "broken",
    "overheated:20s", "silent", "no-proof", "late-status:1.5s", "late-status:0.4s", "late-proof:3s", "late-proof:8s",
    "late-proof:12s", "stale-asb", "slow:300", "slow:60", "hold", "xoff", "unplug", "unplug:150", "unplug:600",
    "power-cycle:200", "power-cycle:700", "drawer-jammed", "drawer-open", "keeps-rest",
)  # fmt: skip
UNNOTICED = {Trouble.UNHEARD, Trouble.SPOILT_OUT, Trouble.SPOILT, Trouble.NOISE}
DEADLY = frozenset({Point.BEFORE_PRINT, Point.AFTER_PRINT, Point.BEFORE_PULSE, Point.AFTER_PULSE})
END = "*end*"


class Died(BaseException):
    """The program is gone, in the middle of whatever it did."""


class AtOnce:
    """The printer's lane, when nothing else is going on."""

    def submit(self, work: Callable[[Job[None]], None], *, failed: Callable[[Exception], None]) -> None:
        try:
            work(Job())
        except Exception as error:
            failed(error)


class OnThisWire(Printing):
    """The spool of this desk, with the driver it was given."""

    given: EscposPrinter

    def _driver(self) -> ReceiptPrinter:
        return self.given


class Game:
    """One desk, one printer, some receipts."""

    def __init__(self, clinic: TestClinic, seed: int) -> None:
        self.chance, self.clinic, self.seed = Random(seed), clinic, seed
        self.printer = VirtualPrinter()
        self.dies_at: int | None = None
        self.said = Counter[str]()
        self.receipts: dict[str, ReceiptDocument] = {}
        self.drawers: list[str] = []
        self.looks: dict[tuple[str, int], str] = {}
        self.start()

    # The program ----------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """The program starts: nothing is known but what is in the store."""
        known, settings = Clinic(self.clinic.store, self.clinic.clock), Settings(None)
        settings.for_now({PRINTER_URL: "escpos+tcp://printer", DRAWER: True})
        posting = Posting(known, settings)
        self.wire = FaultyPipe(self.printer.pipe(self.reached), ticks=self.printer.loop)
        lane: Any = AtOnce()
        self.spool = OnThisWire(known, settings, posting, lane, ticks=self.printer.loop)
        self.spool.given = EscposPrinter(self.wire, ticks=self.printer.loop)

    def reached(self, where: object) -> None:
        """One more place at which the program may die."""
        if self.dies_at is None or (isinstance(where, Point) and where not in DEADLY):
            return
        self.dies_at -= 1
        if self.dies_at < 0:
            self.dies_at = None
            raise Died

    def act(self, what: Callable[[], Any]) -> None:
        """Do something as the program does; when it dies it is started again."""
        with visited_by(self.reached, here=True):
            try:
                what()
            except PosError as error:
                self.said[error.message_key] += 1
            except Died:
                self.said["died"] += 1
                self.printer.loop.sleep(self.chance.choice((0.0, 2.0, 60.0)))
                self.start()
                self.dies_at = None
                self.spool.start()
            finally:
                self.dies_at = None

    # Acts -----------------------------------------------------------------------------------------------------------

    def take(self) -> None:
        """A payment: its receipt, and often the drawer."""
        number = f"{self.seed:06d}-{len(self.receipts)}"
        document = replace(BARE, receipt_no=number, patient_name="Rosa " * self.chance.randrange(1, 30), message=END)
        self.receipts[number] = document
        with self.clinic.store.write() as tx:
            if self.chance.random() < 0.5:
                self.drawers.append(new_id())
                tx.add_print_job(PrintJobRow(job_id=self.drawers[-1], kind="drawer", document={}))
            tx.add_print_job(PrintJobRow(job_id=f"job-{number}", kind="receipt", document=to_json(document),
                                         payment_id=number))  # fmt: skip
        self.act(self.spool.nudge)

    def look(self) -> None:
        """The desk looks at its devices, as it does every few seconds, and prints what waits."""
        self.act(self.spool.look)
        self.act(self.spool.nudge_if_waiting)

    def mend(self) -> None:
        """Somebody puts paper in, closes the cover, plugs it in again."""
        self.printer.tell(self.chance.choice(("clear", "clear", "refill", "power-cycle")))
        self.printer.tell("replug")

    def wonder(self) -> None:
        """A person looks at the paper of what is in doubt."""
        for job in self.jobs("unknown"):
            if job.kind != "drawer":
                there = self.whole(job.payment_id) > 0
                self.said["found" if there else "not found"] += 1
                self.spool.say_printed(job.job_id, there)
                if not there:
                    self.act(partial(self.spool.reprint, job.payment_id, MARIA))

    def trouble(self) -> None:
        """Something will go wrong: in the printer, on the wire, with the computer."""
        for _ in range(self.chance.choice((0, 1, 1, 2))):
            self.printer.have(self.chance.choice(MISBEHAVES))
        if self.chance.random() < 0.5:
            trouble = self.chance.choice([each for each in Trouble if each not in UNNOTICED])
            self.wire.plan(Mishap(trouble, self.chance.randrange(12), self.chance.choice((0.5, 4.0, 20.0))))
        if self.chance.random() < 0.3:
            self.dies_at = self.chance.randrange(40)

    # What must be so ------------------------------------------------------------------------------------------------

    def jobs(self, state: str) -> list[JobRow]:
        with self.clinic.store.reader() as reader:
            return jobs.jobs_in(reader, self.clinic.store.tenant, state)

    def whole(self, number: str, copy_no: int | None = None) -> int:
        """How often a receipt is on paper as a whole: marked with `copy_no`, not marked (0), or whichever (None)."""
        text = self.printer.text()
        numbers = range(12) if copy_no is None else (copy_no,)
        return sum(text.count(self.look_of(number, each)) for each in numbers)

    def look_of(self, number: str, copy_no: int) -> str:
        """The text on paper of a receipt marked so."""
        if (number, copy_no) in self.looks:
            return self.looks[number, copy_no]
        document = self.receipts[number]
        [paper] = pieces(escpos(as_copy(document, copy_no) if copy_no else document, PROFILE), WIDTH_DOTS)
        self.looks[number, copy_no] = paper.text()
        return self.looks[number, copy_no]

    def agrees(self) -> None:
        for number in self.receipts:
            assert self.whole(number, 0) <= 1, f"{number} is there twice and does not say COPY"
        with self.clinic.store.reader() as reader:
            for number in self.receipts:
                for job in jobs.jobs_of_payment(reader, self.clinic.store.tenant, number):
                    if job.state == "printed":
                        assert self.whole(number, job.copies_no), f"{job.kind} of {number} is called printed"
        assert len(self.printer.machine.pulses) <= len(self.drawers), "a drawer opened twice"

    def heal(self) -> None:
        """Nothing goes wrong any more; people see to what is in doubt, and ask for what was given up."""
        self.wire.heal()
        for command in ("clear", "replug"):
            self.printer.tell(command)
        self.printer.loop.sleep(100)
        for _ in range(20):
            self.look()
            self.wonder()
            for number in self.receipts:
                if not self.open(number) and not self.whole(number):
                    self.said["asked for"] += 1
                    self.act(partial(self.spool.reprint, number, MARIA))
            self.printer.loop.sleep(10)
            if not any(self.jobs(state) for state in ("queued", "sending")) and all(map(self.whole, self.receipts)):
                return
        raise AssertionError(f"it does not come right: {self.jobs('queued')}")

    def open(self, number: str) -> bool:
        with self.clinic.store.reader() as reader:
            known = jobs.jobs_of_payment(reader, self.clinic.store.tenant, number)
        return any(job.state in ("queued", "sending", "unknown") for job in known)

    def play(self) -> None:
        for _ in range(self.chance.randrange(3, 7)):
            self.trouble()
            self.chance.choice((self.take, self.take, self.take, self.look, self.wonder))()
            self.agrees()
            if self.chance.random() < 0.5:
                self.mend()
            self.printer.loop.sleep(self.chance.choice((0.0, 0.5, 20.0, 700.0)))
        if not self.receipts:
            self.take()
        self.heal()
        self.agrees()
        for number in self.receipts:
            assert self.whole(number) >= 1
            self.said["on paper"] += 1
            self.said["copies"] += self.whole(number) - self.whole(number, 0)


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[TestClinic]:
    """In memory where there is such a place: nothing here dies of a disk."""
    folder = tempfile.mkdtemp(dir=on_memory() or tmp_path)
    made = TestClinic(Path(folder))
    logging.disable(logging.WARNING)
    yield made
    logging.disable(logging.NOTSET)
    made.close()
    shutil.rmtree(folder)


@pytest.mark.parametrize("share", range(SHARES))
def test_every_receipt_is_on_paper_whatever_happens(clinic: TestClinic, share: int) -> None:
    games = GAMES * TIMES // SHARES
    wrong, said = list[str](), Counter[str]()
    for seed in range(share * games, (share + 1) * games):
        game = Game(clinic, seed)
        try:
            game.play()
        except AssertionError as error:
            wrong.append(f"seed {seed}: {error}")
        finally:
            game.printer.close()
        said += game.said
        with clinic.store.write() as tx:
            tx._session.run("DELETE FROM print_job")  # no game sees another's spool
    assert not wrong, f"{len(wrong)} of {games} games\n" + "\n".join(wrong[:5])
    for word in ("on paper", "copies", "died", "found", "not found"):
        assert said[word], f"no game came to {word}: {dict(said)}"
