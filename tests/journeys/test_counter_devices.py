"""What else stands on the counter: a drawer and a customer display with wires of their own, a printer behind a queue.

Real desk, real lanes, real lines, a real cupsd; the machines are programs of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from app.customer_display import TRIAL
from app.settings import DISPLAY_URL, DRAWER, DRAWER_URL, PRINTER_URL
from app.views import TenderKind
from models.basics.errors import RuleBroken
from models.store.rows import PrintJobRow
from tests.support.clinic import MARIA
from tests.support.counter import Counter, counter, furnish, rosa_with_copay_and_balance
from tests.support.cups import Cups, cups_running
from tests.support.front import Front, front
from tests.support.simulators import PrinterProcess, SimulatorProcess, machine_running, printer_running
from tests.support.waiting import until

PATIENCE_S = 30.0


@pytest.fixture
def drawer() -> Iterator[SimulatorProcess]:
    with machine_running("drawer", "--drawer-closes-after", "0") as running:
        yield running


@pytest.fixture
def display() -> Iterator[SimulatorProcess]:
    with machine_running("display") as running:
        yield running


def in_cash(desk: Counter, cents: int = 1000) -> str:
    """A payment in cash; its receipt's job."""
    return desk.collect(desk.request(desk.sheet(), TenderKind.CASH, amounts={"copay:today": cents})).print_job_id


def words(desk: Counter, key: str) -> str:
    """What a light says."""
    return next((light.words for light in desk.desk.status.lights() if light.key == key), "")


# The drawer -------------------------------------------------------------------------------------------------------


def test_cash_opens_a_drawer_of_its_own_once_and_without_any_printer(tmp_path: Path, drawer: SimulatorProcess) -> None:
    with counter(tmp_path, rosa_with_copay_and_balance) as desk:
        desk.desk.settings.set(DRAWER_URL, drawer.url)
        in_cash(desk)
        until(lambda: desk.jobs("drawer") == ["printed"], PATIENCE_S)
        until(lambda: drawer.tell("state")["bytes"] == [7], PATIENCE_S)
        job_id = desk.desk.printing.open_drawer("change for a twenty", MARIA)
        desk.wait_job(job_id, timeout_s=PATIENCE_S)
        until(lambda: drawer.tell("state")["bytes"] == [7, 7], PATIENCE_S)
        until(lambda: words(desk, "drawer") == "light.drawer.ready", PATIENCE_S)


def test_with_a_printer_the_pulse_goes_by_the_drawers_own_wire_only(tmp_path: Path, drawer: SimulatorProcess) -> None:
    with printer_running() as printer, counter(tmp_path, rosa_with_copay_and_balance, printer=printer.url) as desk:
        assert desk.desk.settings.get(DRAWER)
        desk.desk.settings.set(DRAWER_URL, drawer.url)
        desk.wait_job(in_cash(desk), timeout_s=PATIENCE_S)
        until(lambda: desk.jobs("drawer") == ["printed"], PATIENCE_S)
        until(lambda: drawer.tell("state")["bytes"] == [7], PATIENCE_S)
        assert printer.state()["pulses"] == []


def test_a_printer_that_is_stuck_keeps_no_drawer_closed(tmp_path: Path, drawer: SimulatorProcess) -> None:
    """Drawer and printer work beside each other: cash is handed over while the receipt waits."""
    with printer_running() as printer, counter(tmp_path, rosa_with_copay_and_balance, printer=printer.url) as desk:
        desk.desk.settings.set(DRAWER_URL, drawer.url)
        printer.always("paper-out")
        job_id = in_cash(desk)
        until(lambda: drawer.tell("state")["openings"] == 1, PATIENCE_S)
        until(lambda: desk.desk.printing.state(job_id) == ("queued", "printer.paper_out"), PATIENCE_S)


def test_an_absent_drawer_stops_no_payment_and_gets_no_late_pulse(tmp_path: Path, drawer: SimulatorProcess) -> None:
    with counter(tmp_path, rosa_with_copay_and_balance) as desk:
        drawer.unplug()
        desk.desk.settings.set(DRAWER_URL, drawer.url)
        until(lambda: words(desk, "drawer") == "light.drawer.unplugged", PATIENCE_S)
        in_cash(desk)
        until(lambda: desk.jobs("drawer") == ["not_printed"], PATIENCE_S)
        assert [row[0] for row in desk.payments()] == ["cash"]
        drawer.replug()
        until(lambda: words(desk, "drawer") == "light.drawer.ready", PATIENCE_S)
        assert drawer.tell("state")["bytes"] == []


def test_a_pulse_cut_off_by_a_crash_is_not_sent_again(tmp_path: Path, drawer: SimulatorProcess) -> None:
    folders = furnish(tmp_path, rosa_with_copay_and_balance)
    first = Counter(folders)
    with first.desk.store.write() as tx:
        for job_id, state in (("pulse", "sending"), ("later", "queued")):
            tx.add_print_job(PrintJobRow(job_id=job_id, kind="drawer", document={}))
            tx.set_print_job(job_id, state)
    first.desk.settings.set(DRAWER_URL, drawer.url)
    first.close()
    desk = Counter(folders)
    try:
        for job_id in ("pulse", "later"):
            until(
                lambda job_id=job_id: desk.desk.printing.state(job_id) == ("not_printed", "drawer.too_late"), PATIENCE_S
            )
        desk.wait_job(desk.desk.printing.open_drawer("test", MARIA), timeout_s=PATIENCE_S)
        until(lambda: drawer.tell("state")["bytes"] == [7], PATIENCE_S)
    finally:
        desk.close()


def test_without_any_drawer_it_says_so(tmp_path: Path) -> None:
    with counter(tmp_path, rosa_with_copay_and_balance) as desk:
        with pytest.raises(RuleBroken) as refused:
            desk.desk.printing.open_drawer("change", MARIA)
        assert refused.value.message_key == "drawer.no_drawer"


# A printer behind a queue -----------------------------------------------------------------------------------------


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cups]:
    with cups_running() as running:
        monkeypatch.setenv("CUPS_SERVER", str(running.socket))
        yield running


@pytest.fixture
def printer() -> Iterator[PrinterProcess]:
    with printer_running(tcp=True) as running:
        yield running


def queue_of(server: Cups, printer: PrinterProcess) -> str:
    return server.add("front", f"bytes://127.0.0.1:{urlsplit(printer.url.partition('+')[2]).port}")


def test_a_receipt_through_a_queue_is_handed_over_and_asks_nobody(
    tmp_path: Path, server: Cups, printer: PrinterProcess
) -> None:
    """On paper here, but nobody can know that: it is neither called printed nor put before a person."""
    with counter(tmp_path, rosa_with_copay_and_balance, printer=f"escpos+{queue_of(server, printer)}") as desk:
        first = in_cash(desk)
        until(lambda: desk.desk.printing.state(first) == ("unknown", "receipt.handed_over"), PATIENCE_S)
        until(lambda: len(printer.receipts()) == 1, PATIENCE_S)
        until(lambda: printer.state()["pulses"] == [2], PATIENCE_S)
        assert desk.desk.attention.items() == ()
        assert desk.desk.schedule.day().attention == 0
        until(lambda: words(desk, "printer") == "light.printer.ready", PATIENCE_S)
        trial = desk.desk.lanes["printer"].call(lambda _job: desk.desk.devices.test_print(), PATIENCE_S)
        assert not trial.proven, "nobody can say that a test print is on paper"


def test_a_stopped_queue_keeps_receipts_and_they_follow_when_it_goes_on(
    tmp_path: Path, server: Cups, printer: PrinterProcess
) -> None:
    url = queue_of(server, printer)
    server.run("cupsdisable", "front")
    with counter(tmp_path, rosa_with_copay_and_balance, printer=url) as desk:
        waits = in_cash(desk)
        until(lambda: desk.desk.printing.state(waits) == ("queued", "queue.stopped"), PATIENCE_S)
        until(lambda: words(desk, "printer") == "light.printer.missing", PATIENCE_S)
        assert server.run("lpstat", "-W", "all", "-o", "front") == ""
        server.run("cupsenable", "front")
        until(lambda: desk.desk.printing.state(waits) == ("unknown", "receipt.handed_over"), PATIENCE_S)
        until(lambda: len(printer.receipts()) == 1, PATIENCE_S)


# Receipts on any printer of the computer --------------------------------------------------------------------------


def test_a_receipt_that_waits_is_taken_from_its_printer_and_comes_out_once(tmp_path: Path) -> None:
    with printer_running() as printer, counter(tmp_path, rosa_with_copay_and_balance, printer=printer.url) as desk:
        printer.always("paper-out")
        taken = desk.collect(desk.request(desk.sheet(), TenderKind.CASH, amounts={"copay:today": 1000}))
        printing = desk.desk.printing
        until(lambda: printing.state(taken.print_job_id)[1] == "printer.paper_out", PATIENCE_S)
        job_id, document = printing.hand_out(taken.payment_id, MARIA)
        assert (job_id, document.copy_no) == (taken.print_job_id, 0)
        printing.handed_out(job_id, taken=True)
        assert printing.state(job_id) == ("unknown", "receipt.handed_over")
        again, copy = printing.hand_out(taken.payment_id, MARIA)
        assert (again != job_id, copy.copy_no) == (True, 1)
        printing.handed_out(again, taken=False)
        printer.clear()
        until(lambda: words(desk, "printer") == "light.printer.ready", PATIENCE_S)
        job = printing.reprint(taken.payment_id, MARIA)
        desk.wait_job(job, timeout_s=PATIENCE_S)
        assert len(printer.receipts()) == 1
        assert "COPY" in printer.receipts()[0]


def test_without_a_receipt_printer_the_first_is_no_copy(tmp_path: Path) -> None:
    with counter(tmp_path, rosa_with_copay_and_balance) as desk:
        taken = desk.collect(desk.request(desk.sheet(), TenderKind.CASH, amounts={"copay:today": 1000}))
        printing = desk.desk.printing
        first, document = printing.hand_out(taken.payment_id, MARIA)
        assert document.copy_no == 0
        printing.handed_out(first, taken=True)
        assert printing.hand_out(taken.payment_id, MARIA)[1].copy_no == 1


# The customer display ---------------------------------------------------------------------------------------------


@pytest.fixture
def at(tmp_path: Path, display: SimulatorProcess, qtbot: object) -> Iterator[Front]:
    with front(tmp_path, signed_in=False) as made:
        made.counter.desk.settings.set(DISPLAY_URL, display.url)
        made.sign_in()
        yield made


def test_the_patient_reads_amounts_and_nothing_once_it_is_over(at: Front, display: SimulatorProcess) -> None:
    def rows() -> list[str]:
        return list(display.tell("state")["rows"])

    at.press("Return")
    at.arrive("collect", lambda: at.state.primary is not None)
    at.wait(lambda: rows()[0] == "To pay" and rows()[1].strip().startswith("$"))
    due = rows()[1].strip()
    at.press("Escape")
    at.wait(lambda: rows() == ["", ""])
    at.press("Return")
    at.wait(lambda: rows()[1].strip() == due)
    at.wait(lambda: any(light.key == "display" and light.words == "light.display.ready"
                        for light in at.counter.desk.status.lights()))  # fmt: skip
    history = display.tell("state")
    assert history["not_understood"] == []
    assert all(set("".join(shown)) <= set("To pay$.,0123456789 ") for shown in history["history"])


def test_a_display_that_is_away_stops_nobody_and_catches_up(tmp_path: Path, display: SimulatorProcess) -> None:
    with counter(tmp_path, rosa_with_copay_and_balance) as desk:
        shown = desk.desk.display
        display.unplug()
        desk.desk.settings.set(DISPLAY_URL, display.url)
        shown.due(7500)
        until(lambda: words(desk, "display") == "light.display.missing", PATIENCE_S)
        in_cash(desk)
        display.replug()
        until(lambda: display.tell("state")["rows"] == ["To pay", "$75.00".rjust(20)], PATIENCE_S)
        shown.change(8000, 500)
        until(lambda: display.tell("state")["rows"] == ["Received      $80.00", "Change         $5.00"], PATIENCE_S)
        shown.clear()
        until(lambda: display.tell("state")["rows"] == ["", ""], PATIENCE_S)


def test_a_message_proves_the_display_and_never_covers_a_payment(tmp_path: Path, display: SimulatorProcess) -> None:
    def rows() -> list[str]:
        return list(display.tell("state")["rows"])

    with counter(tmp_path, rosa_with_copay_and_balance) as desk:
        desk.desk.settings.set(DISPLAY_URL, display.url)
        desk.desk.devices.show_trial()
        until(lambda: rows() == list(TRIAL), PATIENCE_S)
        desk.desk.devices.end_trial()
        until(lambda: rows() == ["", ""], PATIENCE_S)
        desk.desk.display.due(7500)
        until(lambda: rows()[0] == "To pay", PATIENCE_S)
        with pytest.raises(RuleBroken, match=r"devices\.display_in_use"):
            desk.desk.devices.show_trial()
        desk.desk.devices.end_trial()
        desk.desk.lanes["display"].call(lambda _job: None, PATIENCE_S)
        assert rows()[0] == "To pay", "what a payment shows stays"


def test_closing_the_desk_leaves_the_display_dark(tmp_path: Path, display: SimulatorProcess) -> None:
    with counter(tmp_path, rosa_with_copay_and_balance) as desk:
        desk.desk.settings.update({DISPLAY_URL: display.url, PRINTER_URL: ""})
        desk.desk.display.due(7500)
        until(lambda: display.tell("state")["rows"][0] == "To pay", PATIENCE_S)
    until(lambda: display.tell("state")["rows"] == ["", ""], PATIENCE_S)
