"""A desk, as a program of its own, that is fed card numbers at every input it has, and then looks for them in itself.

What was typed or swiped is in the memory of a program while it is handled, and Python does not wipe it: no program in
this language can promise more. What it promises is that nothing of it is passed on: so what is searched of the memory
is every record of a log that lies in it, finished or in a writer's buffer, besides everything that was stored.
"""

from __future__ import annotations

import gc
import json
import logging
import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from app.device_log import DeviceEvent
from app.folders import Folders
from app.list_views import PatientsAsk
from app.logs import catch_bugs
from app.refund_views import RefundOrder, TakeBack, TakeBackOrder
from app.settings import LOCK_MINUTES, PRINTER_URL, SCANNER_PREFIX, TERMINAL_NAME, TERMINAL_URL
from app.views import PaymentFields, TenderKind
from models.basics.card_numbers import holds_card_data
from models.basics.errors import PosError
from models.operations.records import Patient
from tests.support.clinic import MARIA, PRIYA
from tests.support.counter import Counter

LOOKS_EVERY = 20
"""What a writer no longer needs is soon written over: memory is looked through so often."""
REFUSED_BY = "collect.card_number"
_LINE = re.compile(rb'\{"at": ?"[^\n\0]{1,4096}')


def main() -> None:
    """Arguments: the desk's folder, a file of payloads (JSON), a CSV file to import. Prints what was found."""
    folder, payloads, table = Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text("utf-8")), Path(sys.argv[3])
    catch_bugs()
    sys.excepthook = sys.__excepthook__  # what fails here must be seen
    logging.getLogger().setLevel(logging.INFO)
    desk = Counter(Folders(folder))
    feeding = Feeding(desk)
    feeding.feed(payloads, table)
    desk.desk.patients.export(PatientsAsk(), folder / "patients.csv", PRIYA)
    desk.desk.device_log.export(folder / "devices.txt", desk.desk.clinic.zone)
    found = {
        "refused": feeding.refused, "tables": list(tables(desk)), "records": list(records()),
        "lines": [*feeding.lines, *lines_in_memory()],
        "attempts": desk.rows("SELECT count(*) FROM terminal_attempt")[0][0],
        "log_lines": sum(1 for _ in (desk.folders.logs / "copaydesk.log").open("rb")),
    }  # fmt: skip
    desk.close()
    print(json.dumps(found))


class Feeding:
    """Types, swipes and scans payloads everywhere."""

    def __init__(self, desk: Counter) -> None:
        self.desk = desk
        self.refused = dict[str, int]()
        """How often each form refused one."""
        self.lines = list[str]()
        """What was found in memory right after something was logged."""

    def feed(self, payloads: list[str], table: Path) -> None:
        """All of them, everywhere."""
        card = self.desk.collect(self.desk.request(self.desk.sheet(), TenderKind.CARD))  # the reader says too much
        cash = self._cash("cash")
        for at, payload in enumerate(payloads):
            self._scan(payload)
            self._look_for(payload)
            self._log(payload)
            if at % LOOKS_EVERY == 0:
                self.lines += lines_in_memory()
            self._type(payload, card.payment_id, cash)
        self.desk.desk.importing.run([table])
        for at, payload in enumerate(payloads):  # behind every form: as another room of the program might
            with self.desk.desk.store.write() as tx:
                tx.record(Patient(id=f"fed-{at}", family=payload, given="Fed", phone=payload, mrn=payload),
                          person_id="maria", business_date="2026-05-14")  # fmt: skip

    def _cash(self, request_id: str, **more: Any) -> str:
        sheet = self.desk.sheet("ben", "")
        request = self.desk.request(sheet, TenderKind.CASH, extra_cents=500, extra_for="", tendered_cents=500, **more)
        return self.desk.collect(request).payment_id or request_id

    def _scan(self, payload: str) -> None:
        scans = self.desk.desk.scans
        scans.take(payload)
        burst = scans.burst()
        typed = "".join(sign for sign in payload if not burst.take(sign))
        held = burst.end()
        if held is not None:
            scans.take(held)
        elif typed:
            self._look_for(typed)

    def _look_for(self, text: str) -> None:
        self.desk.desk.find.search(text)
        self.desk.desk.patients.page(PatientsAsk(text=text))

    def _log(self, payload: str) -> None:
        """An error of a library that carries what it was given; a thread that dies of one."""
        try:
            raise ValueError(payload)
        except ValueError:
            logging.getLogger("app.feeding").exception("failed")
        logging.getLogger("somebody.else").warning("could not read %s", payload)

        def die() -> None:
            raise RuntimeError(payload)

        thread = threading.Thread(target=die)
        thread.start()
        thread.join()

    def _type(self, payload: str, card_id: str, cash_id: str) -> None:
        desk, reads = self.desk.desk, PaymentFields(note=payload)
        refunds, back = desk.refunds, desk.taking_back
        order = RefundOrder(refunds.open(cash_id), 100, "other", note=payload)
        check = RefundOrder(refunds.open(cash_id), 100, "patient_request", tender="check", note="x", check_no=payload)
        void = TakeBackOrder(back.open(TakeBack.VOID, cash_id), payload)
        forms: dict[str, Callable[[], Any]] = {
            "note": lambda: self._cash("", fields=reads),
            "check number": lambda: self._check(check_no=payload),
            "name on the check": lambda: self._check(check_no="1", check_name=payload),
            "refund note": lambda: self._on_lane(lambda job: refunds.refund(order, PRIYA, job)),
            "refund check": lambda: self._on_lane(lambda job: refunds.refund(check, PRIYA, job)),
            "void": lambda: self._on_lane(lambda job: back.do(void, PRIYA, job)),
            "undo": lambda: self._on_lane(lambda job: desk.checkout.undo(card_id, payload, MARIA, job)),
            "task": lambda: desk.attention.resolve("nothing", "seen", payload, PRIYA),
            **{option.key: lambda option=option: desk.settings.update({option: payload})
               for option in (TERMINAL_URL, PRINTER_URL, TERMINAL_NAME, SCANNER_PREFIX, LOCK_MINUTES)},
        }  # fmt: skip
        for name, form in forms.items():
            with suppress(PosError):
                try:
                    form()
                except PosError as error:
                    if error.message_key == REFUSED_BY:
                        self.refused[name] = self.refused.get(name, 0) + 1
                    logging.getLogger("app.feeding").warning("refused", exc_info=error)
                    raise

    def _check(self, **more: str) -> None:
        sheet = self.desk.sheet("ben", "")
        self.desk.collect(self.desk.request(sheet, TenderKind.CHECK, extra_cents=500, extra_for="", **more))

    def _on_lane(self, work: Callable[[Any], Any]) -> Any:
        return self.desk.desk.lanes["terminal"].call(work, 60.0)


def tables(desk: Counter) -> Iterator[str]:
    """Every cell of the decrypted store that holds card data, as `table.column`."""
    with desk.desk.store.reader() as reader:
        names = [row[0] for row in reader.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()]
        for name in names:
            cursor = reader.execute(f'SELECT * FROM "{name}"')
            columns = [each[0] for each in cursor.description]
            for row in cursor.fetchall():
                yield from (f"{name}.{column}" for column, value in zip(columns, row, strict=True) if leaks(value))


def leaks(value: object) -> bool:
    """Does a cell hold card data? Of hexadecimal names and hashes no part counts."""
    text = value.decode("latin-1") if isinstance(value, bytes) else value if isinstance(value, str) else ""
    plain = re.sub(r"(?<![0-9a-f])[0-9a-f]{32,}(?![0-9a-f])|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", "#", text)
    return holds_card_data(plain)


def records() -> Iterator[str]:
    """Records of logs that are alive as objects, and hold card data in anything they would be written with."""
    for thing in gc.get_objects():
        if isinstance(thing, logging.LogRecord) and leaks(f"{thing.msg} {getattr(thing, 'facts', '')}"):
            if thing.name.startswith("app"):
                yield thing.name
        elif isinstance(thing, DeviceEvent) and leaks(repr(thing)):
            yield "device event"


def lines_in_memory() -> Iterator[str]:
    """Lines of logs anywhere in this program's writable memory that hold card data: Linux only."""
    maps = Path("/proc/self/maps")
    if not maps.exists():
        return
    with open("/proc/self/mem", "rb", buffering=0) as memory:
        for row in maps.read_text().splitlines():
            where, rights, *_ = row.split()
            if not rights.startswith("rw"):
                continue
            first, last = (int(end, 16) for end in where.split("-"))
            try:
                memory.seek(first)
                held = memory.read(last - first)
            except (OSError, ValueError, OverflowError):
                continue
            for found in _LINE.findall(held):
                if leaks(bytes(found)):
                    yield found[:40].decode("latin-1")
