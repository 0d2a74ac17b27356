"""The spool of receipts over real printers: in order, once, as a whole, and killed in the middle."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.link_views import LinkAddress
from app.settings import PRINTER_PROFILE, PRINTER_URL
from app.views import TenderKind
from models.basics.errors import RuleBroken
from models.operations.links import LinkIssue, LinkRevoke
from models.store.queries import jobs
from tests.support.clinic import MARIA, TestClinic
from tests.support.counter import Counter, counter, furnish, rosa_with_copay_and_balance
from tests.support.killed_paying import DesksThatDie
from tests.support.simulators import PrinterProcess, printer_running
from tests.support.waiting import until

LONG_S = 30.0


@pytest.fixture
def printer() -> Iterator[PrinterProcess]:
    with printer_running() as running:
        yield running


@pytest.fixture
def desk(tmp_path: Path, printer: PrinterProcess) -> Iterator[Counter]:
    with counter(tmp_path, rosa_with_copay_and_balance, printer=printer.url) as here:
        yield here


def pay(desk: Counter, cents: int = 1000) -> tuple[str, str]:
    """A payment in cash: its receipt's job and number."""
    taken = desk.collect(desk.request(desk.sheet(), TenderKind.CASH, amounts={"copay:today": cents}))
    assert taken.receipt is not None
    return taken.print_job_id, taken.receipt.receipt_no


def test_what_waited_comes_out_in_order_each_confirmed(desk: Counter, printer: PrinterProcess) -> None:
    printer.always("cover-open")
    waiting = [pay(desk, cents) for cents in (500, 600, 700)]
    until(lambda: desk.desk.printing.state(waiting[0][0]) == ("queued", "printer.cover_open"), LONG_S)
    assert printer.receipts() == []
    printer.clear()
    desk.desk.printing.nudge()
    for job_id, _ in waiting:
        desk.wait_job(job_id, timeout_s=LONG_S)
    papers = printer.receipts()
    assert [number in paper for (_, number), paper in zip(waiting, papers, strict=True)] == [True] * 3
    assert "COPY" not in "".join(papers)


def test_the_paper_ends_in_the_middle_and_the_whole_receipt_comes_again(desk: Counter, printer: PrinterProcess) -> None:
    printer.always("paper-out-after:300")
    job_id, number = pay(desk)
    until(lambda: desk.desk.printing.state(job_id) == ("queued", "printer.paper_out"), LONG_S)
    [half] = printer.receipts()
    assert "Thank you" not in half
    printer.tell("refill")
    desk.desk.printing.nudge()  # as the look at the devices every few seconds does
    desk.wait_job(job_id, timeout_s=LONG_S)
    _, whole = printer.receipts()
    assert number in whole
    assert "*** COPY 1 ***" in whole
    copy = desk.desk.printing.reprint(desk.rows("SELECT payment_id FROM payment")[0][0], MARIA)
    desk.wait_job(copy, timeout_s=LONG_S)
    assert "*** COPY 2 ***" in printer.receipts()[-1]
    assert printer.state()["pulses"] == [2]


def test_another_printer_prints_what_the_broken_one_could_not(desk: Counter, printer: PrinterProcess) -> None:
    """Laid out anew for its paper; an address that says nothing holds up nobody."""
    printer.unplug()
    job_id, number = pay(desk)
    until(lambda: desk.desk.printing.state(job_id) == ("queued", "device.port_absent"), LONG_S)
    with printer_running("--width", "58", "--make", "plain") as other:
        desk.desk.settings.update({PRINTER_URL: other.url, PRINTER_PROFILE: "58mm"})
        desk.wait_job(job_id, timeout_s=LONG_S)
        other.tell("tear")
        [paper] = other.receipts()
        assert number in paper
        assert "[QR" not in paper
        assert max(len(line) for line in paper.splitlines()) <= 32
        assert other.state()["not_understood"] == {}
        assert desk.desk.printing.roll.columns == 32


LIVES = """
    import os, signal, sys
    from pathlib import Path
    from app.folders import Folders
    from app.views import TenderKind
    from devices.wires.serial_pipe import SerialPipe
    from models.basics.points import Point, visited_by
    from tests.support.counter import Counter
    from tests.support.waiting import until

    moment = sys.argv[2]
    write, pieces = SerialPipe.write, []

    def die():
        os.kill(os.getpid(), signal.SIGKILL)

    def writing(self, data, timeout_s):
        if not data.startswith((b"\\x10", b"\\x1d", b"\\x1bp")):
            pieces.append(data)
            if moment == "half_a_piece" and len(pieces) == 2:
                write(self, data[:100], timeout_s)
                die()
        write(self, data, timeout_s)
        if moment == "a_piece" and len(pieces) == 1:
            die()

    SerialPipe.write = writing
    desk = Counter(Folders(Path(sys.argv[1])))
    with visited_by(lambda point: die() if point.value == moment else None):
        desk.collect(desk.request(desk.sheet(), TenderKind.CASH))
        until(lambda: False, 30)
"""


@pytest.mark.parametrize("moment", ["before_print", "a_piece", "half_a_piece", "after_print"])
def test_killed_in_the_middle_of_a_receipt(
    tmp_path: Path, desks: DesksThatDie, printer: PrinterProcess, moment: str
) -> None:
    """It is never sent again by itself: a person looks, and what is printed then says COPY and is whole."""
    folders = furnish(tmp_path, rosa_with_copay_and_balance, printer=printer.url)
    desks.crash(LIVES, folders, moment)
    desk = Counter(folders)
    try:
        [(job_id, payment_id)] = desk.rows("SELECT job_id, payment_id FROM print_job WHERE kind = 'receipt'")
        until(lambda: desk.desk.printing.state(job_id) == ("unknown", "receipt.unknown"), LONG_S)
        before = printer.receipts()
        assert len(before) == (moment == "after_print")
        desk.desk.printing.say_printed(job_id, moment == "after_print")
        copy = desk.desk.printing.reprint(payment_id, MARIA)
        desk.wait_job(copy, timeout_s=LONG_S)
        *_, paper = printer.receipts()
        assert "*** COPY 1 ***" in paper
        assert paper.count("*** COPY") == 1
        assert paper.splitlines()[0].strip() == printer.receipts()[0].splitlines()[0].strip(), "nothing came out first"
        assert len(printer.state()["pulses"]) <= 1
        with desk.desk.store.reader() as reader:
            assert not jobs.jobs_in(reader, desk.desk.store.tenant, "sending")
        desk.holds()
    finally:
        desk.close()


# The slip of a payment link ---------------------------------------------------------------------------------------

LEADS_TO = "https://pay.example/pay/" + "aB3_dE6-gH9" * 6


LINK = LinkIssue(link_id="link", patient_id="rosa", subject="balance", amount_cents=4500,
                 expires_at="2026-05-21T16:00:00.000Z")  # fmt: skip


def with_a_link(clinic: TestClinic) -> None:
    rosa_with_copay_and_balance(clinic)
    clinic.put(LINK)


def spool_slip(desk: Counter) -> str:
    """Seen, then printed: its job."""
    slips, line = desk.desk.slips, desk.desk.links.find("link")
    return slips.put(slips.sheet(line, LinkAddress("link", LEADS_TO)), MARIA)


def test_s2_11_a_slip_prints_once_and_its_address_is_kept_nowhere(tmp_path: Path, printer: PrinterProcess) -> None:
    """It waits for an open cover, comes out whole, and is given up where the program ended before: nobody has to say
    whether it printed, and no table, file or log ever held where it leads."""
    with counter(tmp_path, with_a_link, printer=printer.url) as desk:
        printer.always("cover-open")
        job_id = spool_slip(desk)
        until(lambda: desk.desk.printing.state(job_id) == ("queued", "printer.cover_open"), LONG_S)
        printer.clear()
        desk.desk.printing.nudge()
        desk.wait_job(job_id, timeout_s=LONG_S)
        [paper] = printer.receipts()
        assert "SCAN TO PAY" in paper
        assert LEADS_TO in paper
        assert not [word for word in ("Rosa", "Quillfeather", "45.00", "Lab") if word in paper]
        printer.always("cover-open")
        waiting = spool_slip(desk)
        until(lambda: desk.desk.printing.state(waiting) == ("queued", "printer.cover_open"), LONG_S)
        kept = desk.rows("SELECT document FROM print_job") + desk.rows("SELECT op FROM outbox")
        assert not [text for (text,) in kept if "aB3_dE6" in text]
    printer.clear()
    again = Counter(desk.folders)
    try:
        until(lambda: again.desk.printing.state(waiting) == ("not_printed", "slip.gone"), LONG_S)
        assert len(printer.receipts()) == 1
        assert again.desk.attention.items() == ()
    finally:
        again.close()


def test_s2_11_a_slip_is_not_printed_where_it_would_lead_nowhere(desk: Counter) -> None:
    """Paper that draws no codes, a link that ended, a patient who went home."""
    with_link = TestClinic.over(desk.desk.store, desk.clock)
    with_link.put(LINK)
    sheet = desk.desk.slips.sheet(desk.desk.links.find("link"), LinkAddress("link", LEADS_TO))
    with_link.put(LinkRevoke(link_id="link", patient_id="rosa"))
    with pytest.raises(RuleBroken, match=r"link\.over"):
        desk.desk.slips.put(sheet, MARIA)
    desk.desk.settings.update({PRINTER_PROFILE: "58mm"})
    bare = desk.desk.slips.sheet(desk.desk.links.find("link"), LinkAddress("link", LEADS_TO))
    assert bare.why_not == "slip.no_codes"
    with pytest.raises(RuleBroken, match=r"slip\.no_codes"):
        desk.desk.slips.put(bare, MARIA)
    desk.desk.settings.update({PRINTER_URL: ""})
    assert desk.desk.slips.sheet(desk.desk.links.find("link"), LinkAddress("link", LEADS_TO)).why_not == (
        "slip.no_printer"
    )
    assert desk.rows("SELECT count(*) FROM print_job") == [(0,)]
