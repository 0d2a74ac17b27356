"""Receipts and the drawer: jobs spooled in the payment's own transaction, sent to the printer once, and never in doubt
without saying so.

queued → sending (committed before the first byte) → printed, not_printed or unknown. One that surely broke off in the
middle is queued again as a whole, marked COPY, for half of it may be lying there. Out of paper leaves a job queued:
it prints when the printer is ready again. The drawer gets one pulse, never a second by itself.
"""

from __future__ import annotations

import logging
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import orjson

from app.clinic import Clinic
from app.collected import document_of
from app.device_log import PRINTER, Act, DeviceLog, noted_as, watched
from app.drawer import OwnDrawer, end_of, has_drawer
from app.giving_back import GivingBack
from app.lanes import Job, Lane
from app.posting import Posting
from app.settings import PRINTER_PROFILE, PRINTER_URL, Settings
from app.signing import clinic_copy
from app.views import Person, Roll
from devices.base import DeviceState, PrinterStatus, PrintResult, ReceiptPrinter
from devices.printers.profiles import PROFILES
from devices.ticks import REAL, Ticks
from models.basics.clock import parse_utc
from models.basics.errors import DeviceBusy, DeviceError, DeviceMissing, PosError, RuleBroken, StorageError
from models.basics.facts import facts
from models.basics.ids import new_id
from models.basics.points import Point, point
from models.operations.bodies import DrawerMoved
from models.operations.codec import from_json, to_json
from models.store.queries import jobs, receipts, staff
from models.store.queries.jobs import JobRow
from models.store.rows import PrintJobRow
from receipts.compose import as_copy
from receipts.document import ReceiptDocument
from receipts.layouts.common import Block
from receipts.layouts.escpos import Profile, encode, escpos
from receipts.layouts.slip_roll import slip_blocks
from receipts.link_slip import LinkSlip

log = logging.getLogger(__name__)

TOO_OLD = timedelta(hours=12)
"""A receipt that waited longer is not wanted any more; a copy can be printed."""
SLIP_LASTS = timedelta(minutes=15)
"""So long the patient a slip is for may stand at the desk."""
MOST_AGAIN = 3
"""So often a job that breaks off is begun again by itself, then somebody must want it."""
BEGINS_S = 0.05
"""So long, at most, a payment is kept from the screen for its receipt to begin."""
STATUS_HOLDS_S = 5.0
"""So long a printer that was ready is given the next job without being asked first."""
_ENDS = {
    PrintResult.PRINTED: ("printed", ""),
    PrintResult.HANDED_OVER: ("unknown", "receipt.handed_over"),
    PrintResult.NOT_PRINTED: ("not_printed", "receipt.not_printed"),
    PrintResult.UNKNOWN: ("unknown", "receipt.unknown"),
}
"""State and reason in the spool."""
_SLIP_ENDS = {
    "receipt.unknown": ("not_printed", "slip.not_sure"), "receipt.not_printed": ("not_printed", "slip.not_printed"),
    "receipt.too_old": ("not_printed", "slip.gone"),
}  # fmt: skip
"""What these reasons mean for a slip: another one does no harm."""
_GOES_ON = frozenset({PrintResult.PRINTED, PrintResult.HANDED_OVER})


class Printing:
    """The printer's story. `reprint`, `open_drawer` on the `store` lane; `state`, `save_pdf` on `reads`. `events`
    writes down what printer and drawer are asked."""

    def __init__(
        self, clinic: Clinic, settings: Settings, posting: Posting, lane: Lane, events: DeviceLog | None = None,
        drawer_lane: Lane | None = None, ticks: Ticks = REAL,
    ) -> None:  # fmt: skip
        self._clinic, self._settings, self._posting, self._lane = clinic, settings, posting, lane
        self._ticks = ticks
        self._broken_off: Counter[str] = Counter()
        self._leads_to: dict[str, str] = {}
        self._events = events or DeviceLog()
        self._printer: ReceiptPrinter | None = None
        self._address = ("", "")
        self._ready_at = -STATUS_HOLDS_S
        self._status: PrinterStatus | None = None
        self._draining, self._begun = threading.Event(), threading.Event()
        self._callbacks: list[Callable[[str], None]] = []
        self.drawer = OwnDrawer(clinic, settings, drawer_lane or lane, self._pulse, self._events)

    @property
    def fitted(self) -> bool:
        """Is a printer set up at this desk?"""
        return bool(self._settings.get(PRINTER_URL))

    def subscribe(self, callback: Callable[[str], None]) -> Callable[[], None]:
        """Call with a job's id whenever its state moved, on the printer's thread; the answer ends it."""
        self._callbacks.append(callback)
        return lambda: self._callbacks.remove(callback) if callback in self._callbacks else None

    # Asked for by people ------------------------------------------------------------------------------------------

    def reprint(self, payment_id: str, person: Person) -> str:
        """Spool the receipt of a payment or refund once more, marked COPY n; returns the job's id.

        Raises RuleBroken `receipt.no_receipt`, DeviceMissing `receipt.no_printer`.
        """
        if not self.fitted:
            raise DeviceMissing("receipt.no_printer", device="printer")
        job_id = new_id()
        clinic = self._clinic
        with clinic.store.write() as tx:
            known = jobs.jobs_of_payment(tx.reader, clinic.tenant, payment_id)
            copy_no = _next_copy_no(known)
            document = as_copy(self._document(tx.reader, payment_id), copy_no)
            tx.add_print_job(PrintJobRow(job_id=job_id, kind="copy", document=to_json(document), copies_no=copy_no,
                                         payment_id=payment_id))  # fmt: skip
        log.info("copy spooled", extra=facts(payment=payment_id, copy_no=copy_no, staff=person.staff_id))
        self.nudge()
        return job_id

    def hand_out(self, source_id: str, person: Person) -> tuple[str, ReceiptDocument]:
        """A receipt for the page printer: one that waits for the receipt printer is taken from it, else it is the first
        or, where one went out before, a copy. Returns its job, which `handed_out` ends, and what it says. Raises
        RuleBroken `receipt.no_receipt`; nothing was written then. Lane `store`."""
        clinic = self._clinic
        with clinic.store.write() as tx:
            all_jobs = jobs.jobs_of_payment(tx.reader, clinic.tenant, source_id)
            known = [each for each in all_jobs if each.kind != "drawer"]
            job = next((each for each in known if each.state == "queued"), None)
            if job is not None:
                job_id, document = job.job_id, _marked(job)
            else:
                job_id, document = new_id(), self._document(tx.reader, source_id)
                went_out = any(each.state != "not_printed" for each in known)
                copy_no = _next_copy_no(known) if went_out else 0
                if copy_no:
                    document = as_copy(document, copy_no)
                tx.add_print_job(PrintJobRow(job_id=job_id, kind="copy" if copy_no else "receipt", copies_no=copy_no,
                                             document=to_json(document), payment_id=source_id))  # fmt: skip
            tx.set_print_job(job_id, "sending", reason="")
        log.info("page printer", extra=facts(payment=source_id, staff=person.staff_id))
        self._tell(job_id)
        return job_id, document

    def handed_out(self, job_id: str, *, taken: bool) -> None:
        """The page printer's queue took a receipt, or did not. It never says whether paper came out. Lane `store`."""
        end = _ENDS[PrintResult.HANDED_OVER if taken else PrintResult.NOT_PRINTED]
        with self._clinic.store.write() as tx:
            tx.set_print_job(job_id, end[0], reason=end[1])
        self._tell(job_id)

    def reprint_last(self, person: Person) -> str:
        """The newest receipt of this desk today once more. Raises as `reprint`."""
        clinic = self._clinic
        with clinic.store.reader() as reader:
            last = receipts.last_payment_here(reader, clinic.tenant, clinic.identity.device_id,
                                              clinic.today().isoformat())  # fmt: skip
        if not last:
            raise RuleBroken("receipt.no_receipt")
        return self.reprint(last, person)

    def state(self, job_id: str) -> tuple[str, str]:
        """(state, why): queued, sending, printed, not_printed or unknown, and a message key or nothing."""
        with self._clinic.store.reader() as reader:
            job = jobs.job(reader, self._clinic.tenant, job_id)
        return (job.state, job.reason) if job else ("", "")

    def put_slip(self, slip: LinkSlip, address: str) -> str:
        """Spool a slip whose code leads to `address`, which stays in memory alone; returns the job's id. Raises
        DeviceMissing `receipt.no_printer`. Lane `store`."""
        if not self.fitted:
            raise DeviceMissing("receipt.no_printer", device="printer")
        job_id = new_id()
        self._leads_to[job_id] = address
        with self._clinic.store.write() as tx:
            tx.add_print_job(PrintJobRow(job_id=job_id, kind="receipt", document=to_json(slip)))
        self.nudge()
        return job_id

    def save_pdf(self, payment_id: str, path: Path) -> Path:
        """Write the receipt of a payment as PDF. Raises RuleBroken `receipt.no_receipt`, StorageError
        `receipt.pdf_failed`; a file that was there stays whole then."""
        from receipts.layouts.pdf_letter import pdf  # 60 ms: only when a PDF is wanted

        with self._clinic.store.reader() as reader:
            document = self._document(reader, payment_id)
        new = path.with_name(f"{path.name}.new")
        try:
            new.write_bytes(pdf(document))
            os.replace(new, path)
        except OSError as error:
            new.unlink(missing_ok=True)
            raise StorageError("receipt.pdf_failed", folder=str(path.parent)) from error
        return path

    def receipt(self, source_id: str, *, original: bool = False) -> ReceiptDocument:
        """The newest receipt of a payment or refund (after an undo that is the VOID); with `original` the one it was
        taken under, where it was printed then. Raises RuleBroken `receipt.no_receipt`. Lane `reads`."""
        clinic = self._clinic
        with clinic.store.reader() as reader:
            if original:
                known = jobs.jobs_of_payment(reader, clinic.tenant, source_id)
                made = [document_of(job.document) for job in known if job.kind == "receipt"]
                first = next((document for document in made if not document.banner), None)
                if first is not None:
                    return first
            return self._document(reader, source_id)

    def clinic_copy(self, payment_id: str) -> ReceiptDocument:
        """The clinic's copy of a card payment's receipt (see `app.signing`). Lane `reads`."""
        with self._clinic.store.reader() as reader:
            return clinic_copy(self._clinic, self._posting, reader, payment_id)

    def open_drawer(self, reason: str, person: Person) -> str:
        """Open the drawer without a sale: written down with who and why, one pulse. Raises RuleBroken
        `drawer.reason_missing`, `drawer.no_drawer`."""
        if not reason.strip():
            raise RuleBroken("drawer.reason_missing", field="reason")
        if not has_drawer(self._settings):
            raise RuleBroken("drawer.no_drawer")
        job_id = new_id()
        with self._clinic.store.write() as tx:
            tx.add_print_job(PrintJobRow(job_id=job_id, kind="drawer",
                                         document={"reason": reason.strip()[:200], "by": person.staff_id}))  # fmt: skip
            body = DrawerMoved(move_id=job_id, drawer=self._clinic.identity.device_id, kind="no_sale",
                               reason=" ".join(reason.split())[:200])  # fmt: skip
            tx.record(body, person_id=person.staff_id, business_date=self._clinic.today().isoformat())
        self.nudge()
        return job_id

    def say_printed(self, job_id: str, printed: bool) -> None:
        """A person looked: it did print, or it did not. Raises RuleBroken `attention.not_found`. Lane `store`."""
        clinic = self._clinic
        with clinic.store.write() as tx:
            job = jobs.job(tx.reader, clinic.tenant, job_id)
            if job is None or job.state != "unknown":
                raise RuleBroken("attention.not_found")
            tx.set_print_job(job_id, "printed" if printed else "not_printed", reason="")
        self._tell(job_id)

    # The spool ----------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """After opening: what was on its way when the program ended is in doubt, a drawer pulse is given up, and what
        waits is printed. Blocks a moment."""
        clinic = self._clinic
        with clinic.store.reader() as reader:
            cut_off = jobs.jobs_in(reader, clinic.tenant, "sending")
            waiting = jobs.jobs_in(reader, clinic.tenant, "queued")
        late = [job for job in [*cut_off, *waiting] if job.kind == "drawer" or _is_slip(job)]
        if late or cut_off:
            with clinic.store.write() as tx:
                for job in cut_off:
                    if job not in late:
                        tx.set_print_job(job.job_id, "unknown", reason="receipt.unknown")
                for job in late:
                    tx.set_print_job(job.job_id, "not_printed",
                                     reason="slip.gone" if _is_slip(job) else "drawer.too_late")  # fmt: skip
        self.nudge()

    def nudge(self) -> None:
        """Something may wait: look on the printer's lane, and on that of a drawer with its own wire, soon. Never
        blocks."""
        self.drawer.nudge()
        if not self.fitted or self._draining.is_set():
            return
        self._draining.set()
        self._begun.clear()
        try:
            self._lane.submit(self._drain, failed=self._drain_failed)
        except DeviceBusy:
            self._draining.clear()
            self._begun.set()

    def until_it_begins(self) -> None:
        """After `nudge`: wait until the first byte of what waits has left, or it is clear that none will; a moment at
        most. Who draws a screen now would keep the printer's lane from its turn."""
        if self.fitted:
            self._begun.wait(BEGINS_S)

    def look_ahead(self) -> None:
        """A receipt is about to be written down: the printer says meanwhile whether it can take one. Never blocks."""
        if self.fitted and not self._draining.is_set():
            with suppress(DeviceBusy):
                self._lane.submit(self._look_ahead, failed=lambda _error: None)

    def _look_ahead(self, _job: Job[None]) -> None:
        with suppress(PosError):
            status = self._driver().look_ahead()
            if status is not None:
                self._note_ready(status)

    def nudge_if_waiting(self) -> None:
        """The printer is ready: print what waits."""
        with self._clinic.store.reader() as reader:
            waiting = jobs.jobs_in(reader, self._clinic.tenant, "queued")
        if waiting:
            self.nudge()

    def bytes_of(self, job_id: str) -> bytes:
        """What goes over the wire for a receipt. Raises RuleBroken `receipt.no_receipt`."""
        with self._clinic.store.reader() as reader:
            job = jobs.job(reader, self._clinic.tenant, job_id)
        if job is None or job.kind == "drawer":
            raise RuleBroken("receipt.no_receipt")
        return self._bytes(job)

    def look(self) -> PrinterStatus | None:
        """How the printer is now; None without one. Lane `printer`."""
        if not self.fitted:
            return None
        self._status = self._driver().status()
        self._note_ready(self._status)
        return self._status

    def print_trial(self, blocks: tuple[Block, ...], act: Act = Act.TEST_PRINT) -> PrintResult:
        """Put a test print on paper, past the spool: nobody waits for it later; without blocks the paper is only cut.
        Raises DeviceError before the first byte. Lane `printer`."""
        try:
            return noted_as(self._driver(), act).print_bytes(encode(blocks, self._profile()))
        finally:
            self._ready_at = -STATUS_HOLDS_S

    def close(self) -> None:
        """Give the wires back, the drawer's too. After their lanes ended."""
        self.drawer.close()
        self._hang_up()

    def _hang_up(self) -> None:
        if self._printer is not None:
            self._printer.close()
            self._printer = None

    def _drain(self, job: Job[None]) -> None:
        self._draining.clear()  # who comes from here on asks for another look
        clinic = self._clinic
        while not job.cancelled:
            with clinic.store.reader() as reader:
                waiting = [each for each in jobs.jobs_in(reader, clinic.tenant, "queued")
                           if each.kind != "drawer" or not self.drawer.fitted]  # fmt: skip
            if not waiting or not self._work_off(waiting[0]):
                break
        self._begun.set()

    def _drain_failed(self, error: Exception) -> None:
        self._draining.clear()
        self._begun.set()
        level = logging.WARNING if isinstance(error, PosError) else logging.ERROR
        log.log(level, "printing stopped", exc_info=None if isinstance(error, PosError) else error,
                extra=facts(error=type(error).__name__))  # fmt: skip

    def _work_off(self, job: JobRow) -> bool:
        """One job. False: the printer cannot go on now, the rest waits."""
        if job.kind == "drawer":
            self._pulse(job, lambda: self._driver().open_drawer())
            return True
        if self._clinic.clock.now() - parse_utc(job.created_at) > (SLIP_LASTS if _is_slip(job) else TOO_OLD):
            self._move(job, "not_printed", "receipt.too_old")
            return True
        trouble = self._trouble()
        if trouble:
            self._wait(job, trouble)
            return False
        try:
            data = self._bytes(job)
        except Exception as error:  # a document that cannot be laid out must not hold up the others
            log.exception("receipt not encoded", extra=facts(job=job.job_id, error=type(error).__name__))
            self._move(job, "not_printed", "receipt.not_printed")
            return True
        if not self._take(job):
            return True
        point(Point.BEFORE_PRINT)
        try:
            result = self._driver().print_bytes(data, self._begun.set)
        except DeviceError as error:  # before the first byte: the job waits on
            self._ready_at = -STATUS_HOLDS_S
            self._move(job, "queued", error.message_key)
            return False
        self._ready_at = self._ticks.now() if result in _GOES_ON else -STATUS_HOLDS_S
        point(Point.AFTER_PRINT)
        if result is PrintResult.NOT_PRINTED and self._again(job):
            return True
        self._move(job, *_ENDS[result])
        return result in _GOES_ON

    def _again(self, job: JobRow) -> bool:
        """Spool a job that broke off once more, as a copy. False: it broke off too often."""
        self._broken_off[job.job_id] += 1
        if self._broken_off[job.job_id] > MOST_AGAIN:
            return False
        clinic = self._clinic
        with clinic.store.write() as tx:
            known = jobs.jobs_of_payment(tx.reader, clinic.tenant, job.payment_id) if job.payment_id else []
            reason = "slip.again" if _is_slip(job) else "receipt.again"
            tx.set_print_job(job.job_id, "queued", reason=reason, copies_no=_next_copy_no([*known, job]))
        self._tell(job.job_id)
        return True

    def _pulse(self, job: JobRow, send: Callable[[], None]) -> None:
        """One pulse: written down as sent before it is sent, so that nothing ever sends it again."""
        if not self._take(job):
            return
        point(Point.BEFORE_PULSE)
        try:
            send()
            point(Point.AFTER_PULSE)
        except PosError as error:
            self._move(job, end_of(error), error.message_key)
        else:
            self._move(job, "printed")

    def _trouble(self) -> str:
        """Why the printer cannot take a receipt now, as a message key, or nothing."""
        if self._ticks.now() - self._ready_at < STATUS_HOLDS_S:
            return ""
        status = self.look()
        if status is None:
            return "receipt.no_printer"
        if status.device.state is DeviceState.READY:
            return ""
        return status.device.detail or _TROUBLE.get(status.device.reason.value, "printer.offline")

    def _note_ready(self, status: PrinterStatus) -> None:
        ready = status.device.state is DeviceState.READY
        self._ready_at = self._ticks.now() if ready else -STATUS_HOLDS_S

    def _wait(self, job: JobRow, why: str) -> None:
        if job.reason != why:
            self._move(job, "queued", why)

    def _take(self, job: JobRow) -> bool:
        """Write a job down as being sent. False: another lane has taken it meanwhile."""
        with self._clinic.store.write() as tx:
            known = jobs.job(tx.reader, self._clinic.tenant, job.job_id)
            if known is None or known.state != "queued":
                return False
            tx.set_print_job(job.job_id, "sending", reason="")
        self._tell(job.job_id)
        return True

    def _move(self, job: JobRow, state: str, reason: str = "") -> None:
        if _is_slip(job):
            state, reason = _SLIP_ENDS.get(reason, (state, reason))
        if state != "queued":
            self._leads_to.pop(job.job_id, None)
        with self._clinic.store.write() as tx:
            tx.set_print_job(job.job_id, state, reason=reason)
        self._tell(job.job_id)

    def _tell(self, job_id: str) -> None:
        for callback in list(self._callbacks):
            callback(job_id)

    # The printer --------------------------------------------------------------------------------------------------

    def _driver(self) -> ReceiptPrinter:
        address = (self._settings.get(PRINTER_URL), self._settings.get(PRINTER_PROFILE))
        if self._printer is None or address != self._address:
            self._hang_up()
            from devices.registry import printer_for  # drivers load when one is used, not before the window

            self._printer, self._address = watched(printer_for(*address), PRINTER, self._events), address
        return self._printer

    @property
    def roll(self) -> Roll:
        """The paper receipts are laid out for."""
        kind = PROFILES[self._settings.get(PRINTER_PROFILE)]
        return Roll(kind.columns, kind.code_page, kind.paper_mm, kind.draws_qr)

    def _profile(self) -> Profile:
        kind = PROFILES[self._settings.get(PRINTER_PROFILE)]
        return Profile(columns=kind.columns, code_page=kind.code_page, code_page_no=kind.code_page_number,
                       cutter=kind.cutter, draws_qr=kind.draws_qr)  # fmt: skip

    def _bytes(self, job: JobRow) -> bytes:
        profile = self._profile()
        if '"sections":' in job.document:  # a report of the day: rare, so loaded when there is one
            from app.close_paper import report_bytes

            return report_bytes(job.document, profile)
        if _is_slip(job):
            slip = from_json(LinkSlip, orjson.loads(job.document))
            leads_to = self._leads_to[job.job_id]
            return encode(slip_blocks(slip, leads_to, profile.columns, profile.code_page), profile)
        return escpos(_marked(job), profile)

    def _document(self, reader: object, payment_id: str) -> ReceiptDocument:
        """The newest receipt of a payment (or refund) as it was spooled (after an undo that is the VOID), else made
        anew."""
        clinic = self._clinic
        known = [job for job in jobs.jobs_of_payment(reader, clinic.tenant, payment_id) if job.kind == "receipt"]
        if known:
            return document_of(known[-1].document)
        payment = receipts.payment(reader, clinic.tenant, payment_id)
        if payment is None:
            given_back = GivingBack(clinic, self._posting).describe(reader, payment_id)
            if given_back is None:
                raise RuleBroken("receipt.no_receipt")
            return given_back
        return self._posting.describe(reader, payment, staff.staff_names(reader, clinic.tenant))


def _is_slip(job: JobRow) -> bool:
    """Is it a slip with a payment link's code? It says nothing of money: nobody has to know whether it printed."""
    return '"link_id":' in job.document


def _next_copy_no(known: Iterable[JobRow]) -> int:
    return 1 + max((job.copies_no for job in known), default=0)


def _marked(job: JobRow) -> ReceiptDocument:
    """What a job prints: as it was spooled, marked where it broke off before."""
    document = document_of(job.document)
    return as_copy(document, job.copies_no) if job.copies_no else document


_TROUBLE = {
    "rec_empty": "printer.paper_out",
    "cover_open": "printer.cover_open",
    "cutter": "printer.cutter",
    "offline": "printer.offline",
    "timeout": "printer.silent",
    "nohardware": "device.port_absent",
}
"""UnifiedPOS reasons to the words of the receipt's state."""
