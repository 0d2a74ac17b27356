"""The simulated machines themselves: used by hand, told what to do, ended, and what they put on paper."""

from __future__ import annotations

import contextlib
import io
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import segno
from escpos.printer import Dummy
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from devices.base import DeviceState
from devices.registry import printer_for
from devices.simulators.command import main
from devices.simulators.escpos_paper import Paper
from devices.simulators.escpos_parser import Reader
from devices.simulators.faults import FaultPlan, FaultUnknown, parse_fault
from devices.simulators.paper_picture import GROUND_DOTS, HEAD_DOTS, SIDE_DOTS, picture
from devices.simulators.pax_bank import CARDS, Wallet, check_digit
from devices.simulators.pax_faults import FAULTS as PAX_FAULTS
from devices.simulators.printer_simulator import FAULTS as PRINTER_FAULTS
from tests.support.shared_data import shared
from tests.support.simulators import ROOT, PaxProcess, PrinterProcess, pax_running, printer_running

# started, told, ended


def test_ends_cleanly_when_asked_to() -> None:
    with pax_running() as terminal:
        link = Path(terminal.url.partition("://")[2].partition("?")[0])
        assert link.is_symlink()
        assert terminal.stop() == 0
        assert not link.exists()
        assert not (terminal.folder / "control").exists()


def test_ends_when_its_parent_goes_only_if_asked(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "devices.simulators", "pax", "--tcp", "127.0.0.1:0"]
    asked = subprocess.run([*words, "--until-stdin-closes"], cwd=ROOT, stdin=subprocess.DEVNULL, timeout=20,
                           capture_output=True, check=False)  # fmt: skip
    assert asked.returncode == 0
    stays = subprocess.Popen(words, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    assert stays.stdout is not None
    with stays.stdout as said:
        assert said.readline().startswith(b"listening on pax+tcp://127.0.0.1:")
        with pytest.raises(subprocess.TimeoutExpired):
            stays.wait(0.3)
        stays.send_signal(signal.SIGINT)
        assert stays.wait(10) == 0


def test_used_by_hand(tmp_path: Path) -> None:
    """Lines on the keyboard are commands; Enter alone presents the card."""
    words = [sys.executable, "-m", "devices.simulators", "pax", "--tcp", "127.0.0.1:0", "--by-hand"]
    keyboard = "\nstate\nnext declined\nnonsense\nhelp\nquit\n"
    ran = subprocess.run(words, cwd=ROOT, input=keyboard, text=True, timeout=20, capture_output=True, check=False)
    assert ran.returncode == 0
    answers = [line for line in ran.stdout.splitlines() if line.startswith(("ok", "error"))]
    assert answers[0] == "error the terminal is not asking for a card"
    assert answers[1] == 'ok {"screen": "idle", "faults": []}'
    assert answers[2] == "ok"
    assert answers[3].startswith("error no command 'nonsense'")
    assert '"captured"' in answers[4]


BAD_ARGUMENTS = {
    "pax --tcp nowhere": "write HOST:PORT",
    "pax --tcp 127.0.0.1:0 --fault melts": "no fault 'melts'",
    "pax --tcp 127.0.0.1:0 --card gold": "no card 'gold'",
    "pax --tcp 127.0.0.1:0 --card visa:12": "four digits",
    "printer --tcp 127.0.0.1:0 --fault declined": "no fault 'declined'",
    "printer --pty /nonexistent/folder/link": "No such file",
    "pax --tcp 256.0.0.1:1": "simulate pax",
}


@pytest.mark.parametrize("words", BAD_ARGUMENTS)
def test_bad_arguments_say_why(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words.split()) == 2
    assert BAD_ARGUMENTS[words] in capsys.readouterr().err


@pytest.mark.parametrize(("machine", "faults"), [("pax", PAX_FAULTS), ("printer", PRINTER_FAULTS)])
def test_help_lists_every_fault(machine: str, faults: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([machine, "--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert not [fault for fault in faults if fault not in said]


def test_a_file_is_never_replaced_by_a_port(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "notes").write_text("mine", encoding="utf-8")
    assert main(["pax", "--pty", str(tmp_path / "notes")]) == 2
    assert "is there already" in capsys.readouterr().err
    assert (tmp_path / "notes").read_text(encoding="utf-8") == "mine"


def test_a_folder_with_odd_signs_makes_a_good_address(tmp_path: Path) -> None:
    folder = tmp_path / "Front desk #1 100%"
    folder.mkdir()
    machine = PrinterProcess("printer", [], link=folder / "printer")
    try:
        printer = printer_for(machine.url)
        assert printer.status().device.state is DeviceState.READY
        printer.close()
    finally:
        machine.stop()
        machine.clear_away()


def test_paper_without_a_cutter_is_torn_off(printer: PrinterProcess) -> None:
    send(printer, b"no cutter here\n")
    assert printer.receipts() == []
    printer.tell("tear")
    assert printer.receipts() == ["no cutter here\n"]


def test_a_port_in_use_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        assert main(["printer", "--tcp", f"127.0.0.1:{door.getsockname()[1]}"]) == 2
    assert "in use" in capsys.readouterr().err


def test_faults_are_written_and_taken() -> None:
    plan = FaultPlan(PAX_FAULTS)
    plan.next("late-answer:200s")
    plan.next("nak:2@A00")
    plan.always("declined")
    assert plan.take("nak") is None
    assert plan.peek("nak") is not None
    assert (plan.take("nak", "A00") or parse_fault("eot", PAX_FAULTS)).number(0) == 2
    late = plan.take("late-answer")
    assert late is not None
    assert late.seconds(0.0) == 200.0
    assert parse_fault("slow-bank:50ms", PAX_FAULTS).seconds(0.0) == 0.05
    assert [plan.take("declined") is not None for _ in range(3)] == [True] * 3
    assert plan.pending() == ["declined"]
    plan.clear()
    assert plan.take("declined") is None
    for nonsense in ("", "melts", "nak:2@", "nak:;", "Declined"):
        with pytest.raises(FaultUnknown):
            plan.next(nonsense)


def test_the_control_channel_answers_each_line(pax: PaxProcess) -> None:
    assert "captured" in pax.tell("help")
    for refused in ("next melts", "card gold", "cancel", "press", "wherever"):
        with pytest.raises(ValueError, match=r"no fault|no card|not asking|no command"):
            pax.tell(refused)
    assert pax.tell("card mastercard") is None
    assert pax.tell("state") == {"screen": "idle", "faults": []}


def test_control_by_tcp_where_there_are_no_unix_sockets() -> None:
    with pax_running("--control", "127.0.0.1:0") as terminal:
        where = re.search(r"commands at 127\.0\.0\.1:(\d+)", terminal.said())
        assert where is not None
        with socket.create_connection(("127.0.0.1", int(where[1]))) as door:
            door.sendall(b"state\n")
            assert door.makefile().readline().startswith("ok {")


# the cards


def test_every_patient_has_another_card_unless_told() -> None:
    wallet = Wallet("visa")
    shown = [wallet.present() for _ in range(40)]
    assert shown[0].last4 == "4242"
    assert len({card.number for card in shown}) == 40
    assert all(check_digit(card.number[:-1]) == card.number[-1] for card in shown)
    wallet.same_again()
    assert wallet.present() == shown[-1]
    wallet.choose("debit:0007")
    assert {wallet.present().last4 for _ in range(3)} == {"0007"}
    for card in CARDS.values():
        assert check_digit(card.number[:-1]) == card.number[-1]


# paper


class Desk:
    """A reader of ESC/POS whose paper lands here."""

    def __init__(self, width_dots: int = 576) -> None:
        self.papers: list[Paper] = []
        self.pulses: list[int] = []
        self.told: list[int] = []
        self.reader = Reader(
            width_dots,
            cut=self.papers.append,
            pulse=self.pulses.append,
            tell=self.told.append,
            automatic_status=lambda _: None,
        )

    def work(self, *pieces: bytes) -> None:
        buffer = bytearray()
        for piece in pieces:
            buffer += piece
            while buffer and (used := self.reader.step(buffer)):
                del buffer[:used]

    def text(self) -> str:
        return self.reader.head.take_paper().text()


def printed(data: bytes, width_dots: int = 576) -> str:
    desk = Desk(width_dots)
    desk.work(data)
    return desk.text()


PLACED = {
    b"left\n": "left\n",
    b"\x1ba\x01middle\n": " " * 21 + "middle\n",
    b"\x1ba\x02right\n": " " * 43 + "right\n",
    b"\x1ba1\x1d!\x11BIG\n": " " * 21 + "BIG\n",
    b"x" * 50 + b"\n": "x" * 48 + "\nxx\n",
    b"a\tb\n": "a       b\n",
    b"a\x1bd\x02b\n": "a\n\n\nb\n",
    b"\x1bt\x10\x80 \xe9\xf1\x97\n": "€ éñ—\n",
    b"\x1bt\x00\x82\xa4\n": "éñ\n",
    b"\x1bt\x13\xd5\n": "€\n",
    b"\x1bt\x10\x1b@\x82\n": "é\n",
    b"lost\x1b@kept\n": "kept\n",
}


@pytest.mark.parametrize("data", PLACED)
def test_what_a_person_reads(data: bytes) -> None:
    assert printed(data) == PLACED[data]


@pytest.mark.parametrize(("dots", "columns"), [(576, 48), (504, 42), (384, 32)])
def test_paper_of_other_widths(dots: int, columns: int) -> None:
    assert printed(b"-" * (columns + 1) + b"\n", dots).splitlines() == ["-" * columns, "-"]


def test_the_drawer_and_the_report_are_not_on_paper() -> None:
    desk = Desk()
    desk.work(b"\x1bp\x00\x32\x32\x1bp\x01\x32\x32text\n\x1dV\x00\x1dr\x01")
    assert (desk.pulses, desk.told) == ([2, 5], [1])
    assert bytes(desk.papers[0].wire) == b"text\n\x1dV\x00"
    assert desk.reader.head.paper.empty


def test_what_the_encoder_writes_is_understood() -> None:
    encoder = Dummy()
    encoder.charcode("CP1252")
    for align in ("left", "center", "right"):
        for size in (1, 2, 3):
            encoder.set(align=align, bold=True, underline=1, width=size, height=size, custom_size=True)
            encoder.textln(f"{align} {size} é")
    encoder.set(font="b", invert=True)
    encoder.textln("small")
    encoder.qr("01-1-A-0042", native=True, size=6)
    encoder.cashdraw(2)
    encoder.cut()
    desk = Desk()
    desk.work(encoder.output)
    assert not desk.reader.unknown
    text = desk.papers[0].text()
    assert "center 2 é" in text
    assert "[QR 01-1-A-0042]" in text


@given(st.binary(max_size=400), st.lists(st.integers(1, 40), max_size=30))
def test_any_bytes_in_any_pieces_print_the_same(data: bytes, cuts: list[int]) -> None:
    whole, cut, rest, pieces = Desk(), Desk(), data, []
    for size in cuts:
        pieces.append(rest[:size])
        rest = rest[size:]
    whole.work(data)
    cut.work(*pieces, rest)
    assert [paper.text() for paper in cut.papers] == [paper.text() for paper in whole.papers]
    assert cut.text() == whole.text()


def paper_of(data: bytes) -> Paper:
    desk = Desk()
    desk.work(data)
    return desk.reader.head.take_paper()


def test_the_picture_shows_a_strip_of_paper() -> None:
    image = Image.open(io.BytesIO(picture(paper_of(b"\x1ba\x01Thank you\n"))))
    assert image.size[0] == 576 + 2 * SIDE_DOTS + 2 * GROUND_DOTS
    assert image.getpixel((2, 2)) == (237, 241, 244), "light ground"
    assert image.getpixel((GROUND_DOTS + 10, GROUND_DOTS + 10)) == (255, 255, 253), "white paper"
    ink = ImageOps.invert(image.convert("L")).point(lambda level: 255 * (level > 128)).getbbox()
    assert ink is not None
    assert abs((ink[0] + ink[2]) - image.size[0]) <= 6, "centred"


def test_the_qr_code_is_a_real_one() -> None:
    stored = b"\x1d(k\x0e\x001P001-1-A-0042"
    data = b"\x1d(k\x04\x001A2\x00\x1d(k\x03\x001C\x06\x1d(k\x03\x001E0" + stored + b"\x1d(k\x03\x001Q0"
    image = Image.open(io.BytesIO(picture(paper_of(data)))).convert("L")
    code = segno.make("01-1-A-0042", error="L", micro=False, boost_error=False)
    across, down = GROUND_DOTS + SIDE_DOTS + 2 * 6 + 3, GROUND_DOTS + HEAD_DOTS + 2 * 6 + 3
    for row, line in enumerate(code.matrix):
        for column, dark in enumerate(line):
            level = image.getpixel((across + 6 * column, down + 6 * row))
            assert isinstance(level, int | float)
            assert (level < 128) == bool(dark)


def test_a_raster_image_is_drawn_dot_by_dot() -> None:
    image = Image.open(io.BytesIO(picture(paper_of(b"\x1dv0\x00\x01\x00\x02\x00\xf0\x0f")))).convert("L")
    left, top = GROUND_DOTS + SIDE_DOTS, GROUND_DOTS + HEAD_DOTS
    rows = [[int((image.getpixel((left + x, top + y)) or 0) < 128) for x in range(8)] for y in range(2)]  # type: ignore[operator]
    assert rows == [[1, 1, 1, 1, 0, 0, 0, 0], [0, 0, 0, 0, 1, 1, 1, 1]]


def send(printer: PrinterProcess, data: bytes) -> None:
    from devices.wires import open_pipe

    pipe = open_pipe(printer.url.partition("+")[2])
    pipe.open()
    pipe.write(data + b"\x1dr\x01", 5.0)
    assert pipe.read(1, 5.0)
    pipe.close()


def test_each_receipt_is_kept_three_times(printer: PrinterProcess) -> None:
    first, second = b"\x1b@one\n\x1dVB\x00", b"\x1b@two\n\x1dVB\x00"
    send(printer, first)
    send(printer, second)
    assert printer.receipts() == ["one\n", "two\n"]
    names = sorted(path.suffix for path in printer.paper.iterdir())
    assert names == [".escpos", ".escpos", ".png", ".png", ".txt", ".txt"]
    wires = [path.read_bytes() for path in sorted(printer.paper.glob("*.escpos"))]
    assert wires == [first, second]
    for path in printer.paper.glob("*.png"):
        with Image.open(path) as image:
            assert image.size[0] > 600


def test_numbers_go_on_after_a_restart(tmp_path: Path) -> None:
    (tmp_path / "007.txt").write_text("older", encoding="utf-8")
    with printer_running("--paper", str(tmp_path), tcp=True) as machine:
        send(machine, b"new\n")
    assert (tmp_path / "008.txt").read_text(encoding="utf-8") == "new\n", "what was not cut off is torn off at the end"


def test_automatic_status_tells_of_changes(printer: PrinterProcess) -> None:
    with contextlib.closing(Wire(printer)) as wire:
        wire.write(b"\x1da\x0f")
        assert wire.read(4) == b"\x10\x00\x00\x00"
        printer.always("cover-open")
        assert wire.read(4)[0] == 0x18


class Wire:
    """The till's end of a cable, bare."""

    def __init__(self, printer: PrinterProcess) -> None:
        from devices.wires import open_pipe

        self._pipe = open_pipe(printer.url.partition("+")[2])
        self._pipe.open()

    def write(self, data: bytes) -> None:
        self._pipe.write(data, 1.0)

    def read(self, size: int) -> bytes:
        got = b""
        while len(got) < size:
            data = self._pipe.read(size - len(got), 5.0)
            assert data, "nothing came"
            got += data
        return got

    def close(self) -> None:
        self._pipe.close()


REAL_TIME = {
    "all well": ({}, b"\x12\x12\x12\x12"),
    "cover-open": ({"cover-open"}, b"\x1a\x16\x12\x12"),
    "paper-out": ({"paper-out"}, b"\x1a\x32\x12\x7e"),
    "near-end": ({"near-end"}, b"\x12\x12\x12\x1e"),
    "cutter": ({"cutter"}, b"\x3a\x52\x1a\x12"),
    "offline": ({"offline"}, b"\x1a\x12\x12\x12"),
}


@pytest.mark.parametrize("case", REAL_TIME)
def test_real_time_answers(printer: PrinterProcess, case: str) -> None:
    faults, answers = REAL_TIME[case]
    for fault in faults:
        printer.always(fault)
    with contextlib.closing(Wire(printer)) as wire:
        for query, answer in enumerate(answers, start=1):
            wire.write(b"\x10\x04" + bytes((query,)))
            assert wire.read(1)[0] == answer


def test_a_real_time_question_is_heard_behind_anything(printer: PrinterProcess) -> None:
    with contextlib.closing(Wire(printer)) as wire:
        for before in (b"", b"\x10", b"\x10\x10", b"text\x10x", b"\x10\x05\x02"):
            wire.write(before + b"\x10\x04\x01")
            assert wire.read(1) == b"\x12"


def test_a_second_client_is_turned_away_by_a_network_printer() -> None:
    with printer_running(tcp=True) as machine:
        host, _, port = machine.url.rpartition("/")[2].rpartition(":")
        with socket.create_connection((host, int(port))) as first:
            first.sendall(b"\x10\x04\x01")
            assert first.recv(1) == b"\x12"
            with socket.create_connection((host, int(port))) as second:
                assert second.recv(1) == b""
            first.sendall(b"\x10\x04\x01")
            assert first.recv(1) == b"\x12"


# written by other programs


def test_captures_of_other_programs_are_worked_off_to_the_end() -> None:
    for path in sorted(shared("escpos-php-captures").glob("*.bin")):
        desk = Desk()
        desk.work(path.read_bytes())
        text = "".join(paper.text() for paper in [*desk.papers, desk.reader.head.take_paper()])
        assert text.strip(), path.name
    desk = Desk()
    desk.work((shared("escpos-php-captures") / "receipt-with-logo.bin").read_bytes())
    assert "ExampleMart Ltd." in desk.papers[0].text()


def test_a_sheet_of_another_programs_tests() -> None:
    data = bytes.fromhex((shared("escpost-cases") / "single-sheet" / "input.hex").read_text(encoding="ascii"))
    assert " ".join(printed(data).split()) == "Font A 12x24 Font B 9x17 TITLE Emphasized Underlined Reverse"


def test_no_file_is_left_half_written(printer: PrinterProcess) -> None:
    send(printer, b"text\n\x1dVB\x00")
    printer.receipts()
    assert not [path for path in os.listdir(printer.paper) if path.startswith(".")]
