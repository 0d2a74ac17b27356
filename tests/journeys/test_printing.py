"""Receipts and the drawer: paper out and back, restarts, copies, PDF; one pulse, never a second by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app import printing
from app.settings import PRINTER_URL
from app.views import TenderKind
from devices.printers.escpos import EscposPrinter
from models.basics.errors import DeviceMissing, RuleBroken, StorageError
from models.store.rows import PrintJobRow
from tests.support.clinic import MARIA, TestClinic
from tests.support.counter import Counter, counter, furnish, rosa_with_copay_and_balance
from tests.support.simulators import PaxProcess, PrinterProcess, printer_running
from tests.support.waiting import until


@pytest.fixture
def printer() -> Iterator[PrinterProcess]:
    with printer_running() as running:
        yield running


@pytest.fixture
def desk(tmp_path: Path, printer: PrinterProcess) -> Iterator[Counter]:
    with counter(tmp_path, rosa_with_copay_and_balance, printer=printer.url) as here:
        yield here


def pay(desk: Counter) -> str:
    """A payment in cash; its receipt's job."""
    return desk.collect(desk.request(desk.sheet(), TenderKind.CASH, amounts={"copay:today": 1000})).print_job_id


def test_rule_5_out_of_paper_then_paper_back(desk: Counter, printer: PrinterProcess) -> None:
    """Device rule 5: the payment stands, the receipt waits, the light says so, and it prints by itself."""
    printer.always("paper-out")
    job_id = pay(desk)
    until(lambda: desk.desk.printing.state(job_id) == ("queued", "printer.paper_out"))
    until(lambda: {light.key: light.words for light in desk.desk.status.lights()}["printer"]
          == "light.printer.paper_out")  # fmt: skip
    assert next(light for light in desk.desk.status.lights() if light.key == "printer").facts["waiting"] == 1
    assert printer.receipts() == []
    printer.clear()
    desk.wait_job(job_id)
    assert len(printer.receipts()) == 1
    until(lambda: {light.key: light.words for light in desk.desk.status.lights()}["printer"] == "light.printer.ready")


def test_what_waits_prints_after_a_restart_but_no_drawer_opens_by_itself(
    desk: Counter, printer: PrinterProcess
) -> None:
    printer.unplug()
    job_id = pay(desk)
    until(lambda: desk.desk.printing.state(job_id)[0] == "queued" and desk.desk.printing.state(job_id)[1])
    until(lambda: desk.jobs("drawer") == ["not_printed"])
    folders = desk.folders
    desk.close()
    printer.replug()
    again = Counter(folders)
    try:
        again.wait_job(job_id)
        assert len(printer.receipts()) == 1
        assert printer.state()["pulses"] == []
    finally:
        again.close()


def test_a_job_cut_off_by_a_crash_is_in_doubt_and_asked_about(tmp_path: Path, printer: PrinterProcess) -> None:
    """Never sent again by itself: a person says whether it printed."""
    folders = furnish(tmp_path, rosa_with_copay_and_balance, printer="")
    first = Counter(folders)
    payment = first.collect(first.request(first.sheet(), TenderKind.CASH))
    with first.desk.store.write() as tx:
        tx.add_print_job(PrintJobRow(job_id="cut", kind="receipt", document={}, payment_id=payment.payment_id))
        tx.set_print_job("cut", "sending")
        tx.add_print_job(PrintJobRow(job_id="pulse", kind="drawer", document={}))
        tx.set_print_job("pulse", "sending")
    first.desk.settings.set(PRINTER_URL, printer.url)
    first.close()
    desk = Counter(folders)
    try:
        until(lambda: desk.desk.printing.state("cut") == ("unknown", "receipt.unknown"))
        assert desk.desk.printing.state("pulse") == ("not_printed", "drawer.too_late")
        [item] = desk.desk.attention.items()
        assert (item.kind, item.item_id, item.facts["number"]) == ("print_unknown", "cut", payment.number)
        assert desk.desk.schedule.day().attention == 1
        desk.desk.attention.close("cut", MARIA)
        assert desk.desk.attention.items() == ()
        assert printer.receipts() == []
        assert printer.state()["pulses"] == []
        with pytest.raises(RuleBroken) as refused:
            desk.desk.attention.close("cut", MARIA)
        assert refused.value.message_key == "attention.not_found"
    finally:
        desk.close()


def test_copies_count(desk: Counter, printer: PrinterProcess) -> None:
    taken = desk.collect(desk.request(desk.sheet(), TenderKind.CASH))
    desk.wait_job(taken.print_job_id)
    for copy_no in (1, 2):
        job_id = desk.desk.printing.reprint(taken.payment_id, MARIA)
        desk.wait_job(job_id)
        paper = printer.receipts()
        assert f"*** COPY {copy_no} ***" in paper[-1]
        assert taken.number in paper[-1]
    desk.wait_job(desk.desk.printing.reprint_last(MARIA))
    assert "*** COPY 3 ***" in printer.receipts()[-1]
    assert printer.state()["pulses"] == [2]
    assert "*** COPY" not in printer.receipts()[0]


def test_an_undone_payment_prints_void_and_so_do_its_copies(desk: Counter, printer: PrinterProcess) -> None:
    taken = desk.collect(desk.request(desk.sheet(), TenderKind.CASH))
    undone = desk.undo(taken)
    desk.wait_job(undone.print_job_id)
    assert "VOID" in printer.receipts()[-1]
    assert "Voids receipt" in printer.receipts()[-1]
    desk.wait_job(desk.desk.printing.reprint(taken.payment_id, MARIA))
    assert "VOID" in printer.receipts()[-1]
    until(lambda: printer.state()["pulses"] == [2, 2])


def test_the_drawer_opens_with_a_reason(desk: Counter, printer: PrinterProcess) -> None:
    with pytest.raises(RuleBroken) as refused:
        desk.desk.printing.open_drawer(" ", MARIA)
    assert refused.value.message_key == "drawer.reason_missing"
    job_id = desk.desk.printing.open_drawer("change for a twenty", MARIA)
    desk.wait_job(job_id)
    assert printer.state()["pulses"] == [2]
    assert desk.rows("SELECT document FROM print_job WHERE kind = 'drawer'") == [
        ('{"reason":"change for a twenty","by":"maria"}',)
    ]


def test_a_receipt_that_cannot_be_read_holds_nothing_up(desk: Counter, printer: PrinterProcess) -> None:
    with desk.desk.store.write() as tx:
        tx.add_print_job(PrintJobRow(job_id="broken", kind="receipt", document={"lines": "nonsense"}))
    desk.wait_job(pay(desk))
    assert desk.desk.printing.state("broken") == ("not_printed", "receipt.not_printed")
    assert len(printer.receipts()) == 1


def test_without_a_printer_the_receipt_is_a_pdf(tmp_path: Path) -> None:
    with counter(tmp_path / "desk", rosa_with_copay_and_balance) as desk:
        taken = desk.collect(desk.request(desk.sheet(), TenderKind.CASH))
        assert taken.print_job_id == ""
        assert taken.receipt is not None
        assert desk.jobs() == []
        pdf = desk.desk.printing.save_pdf(taken.payment_id, tmp_path / "receipt.pdf")
        assert pdf.read_bytes().startswith(b"%PDF-")
        with pytest.raises(StorageError) as refused:
            desk.desk.printing.save_pdf(taken.payment_id, tmp_path / "nowhere" / "receipt.pdf")
        assert refused.value.message_key == "receipt.pdf_failed"
        with pytest.raises(DeviceMissing) as missing:
            desk.desk.printing.reprint(taken.payment_id, MARIA)
        assert missing.value.message_key == "receipt.no_printer"
        with pytest.raises(RuleBroken) as none:
            desk.desk.printing.save_pdf("nobody", tmp_path / "x.pdf")
        assert none.value.message_key == "receipt.no_receipt"
        with pytest.raises(RuleBroken) as drawer:
            desk.desk.printing.open_drawer("x", MARIA)
        assert drawer.value.message_key == "drawer.no_drawer"
        assert [light.words for light in desk.desk.status.lights()] == [
            "light.reader.none", "light.printer.none", "light.drawer.none", "light.sync.alone", "light.line.alone",
        ]  # fmt: skip


def with_a_payment_of_desk_3(clinic: TestClinic) -> None:
    rosa_with_copay_and_balance(clinic)
    clinic.paid(4500, number="PAY-3-00007", receipt_no="01-3-A-0007")


def test_a_payment_of_another_desk_is_described_from_the_books(tmp_path: Path) -> None:
    with counter(tmp_path, with_a_payment_of_desk_3) as desk:
        with desk.desk.store.reader() as reader:
            document = desk.desk.printing._document(reader, "early")
        assert (document.receipt_no, document.payment_number, document.total_cents) == (
            "01-3-A-0007", "PAY-3-00007", 4500,
        )  # fmt: skip
        assert document.balances is None


@pytest.mark.parametrize(("fault", "looks"), [("", 1), ("declined", 0)])
def test_the_printer_is_asked_while_an_approved_payment_is_written_down(
    tmp_path: Path, terminal: PaxProcess, paper: PrinterProcess, monkeypatch: pytest.MonkeyPatch, fault: str, looks: int
) -> None:
    asked: list[str] = []
    look, send = EscposPrinter.look_ahead, EscposPrinter.print_bytes
    monkeypatch.setattr(EscposPrinter, "look_ahead", lambda own: (asked.append("look"), look(own))[1])
    monkeypatch.setattr(EscposPrinter, "print_bytes", lambda own, *what: (asked.append("print"), send(own, *what))[1])
    terminal.reset()
    with counter(tmp_path, rosa_with_copay_and_balance, terminal=terminal.url, printer=paper.url) as desk:
        if fault:
            terminal.next(fault)
        taken = desk.collect(desk.request(desk.sheet(), TenderKind.CARD))
        if looks:
            desk.wait_job(taken.print_job_id)
        desk.desk.lanes["printer"].call(lambda _job: None, 20)
        assert asked == ["look", "print"] * looks


@pytest.mark.parametrize(("fault", "begins"), [("", True), ("paper-out", False)])
def test_the_screen_waits_for_the_first_byte_and_for_nothing_else(
    tmp_path: Path, terminal: PaxProcess, paper: PrinterProcess, monkeypatch: pytest.MonkeyPatch, fault: str,
    begins: bool,
) -> None:  # fmt: skip
    """What is told of a card payment is told when its receipt has begun, or when it is clear that it does not."""
    terminal.reset()
    monkeypatch.setattr(printing, "BEGINS_S", 60.0)
    with counter(tmp_path, rosa_with_copay_and_balance, terminal=terminal.url, printer=paper.url) as desk:
        begun: list[bytes] = []
        send = EscposPrinter._send

        def noted(own: EscposPrinter, data: bytes, told: Callable[[], None]) -> object:
            begun.append(data)
            return send(own, data, told)

        monkeypatch.setattr(EscposPrinter, "_send", noted)
        if fault:
            paper.always(fault)
        taken = desk.collect(desk.request(desk.sheet(), TenderKind.CARD), 40.0)
        assert [bool(begun), bool(taken.print_job_id)] == [begins, True]
        paper.clear()


def test_what_the_printer_said_ahead_is_not_asked_again(
    tmp_path: Path, paper: PrinterProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long it was not spoken to: the first byte of the receipt follows at once."""
    with counter(tmp_path, rosa_with_copay_and_balance, printer=paper.url) as desk:
        spool, lane = desk.desk.printing, desk.desk.lanes["printer"]
        said: list[str] = []

        def waited_long(_job: object) -> str:
            spool._ready_at = -1e9
            spool._look_ahead(_job)  # type: ignore[arg-type]
            monkeypatch.setattr(spool, "look", lambda: said.append("asked again"))
            return spool._trouble()

        assert lane.call(waited_long, 20) == ""
        assert said == []
