"""Acceptance rule 11: card numbers and tracks are fed into every input there is; afterwards none is in the store, in a
log, in an export, in the settings, on paper, or in a line of a log anywhere in the program's memory."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.card_feeding import leaks
from tests.support.clinic import TestClinic
from tests.support.counter import ROOT_OF_TESTS, furnish, rosa_with_copay_and_balance
from tests.support.shared_data import shared
from tests.support.simulators import PaxProcess

OWN = ("4242 4242 4242 4242", "3782-822463-10005", "%B4242424242424242^TEST/PATIENT^30121010000000000?",
       ";5555555555554444=30121010000000000?", "30569309025904", "6011111111111117")  # fmt: skip


def rosa_and_ben(clinic: TestClinic) -> None:
    rosa_with_copay_and_balance(clinic)
    clinic.patient("ben", "Ben", mrn="0041878")


def payloads() -> list[str]:
    """Numbers and tracks that processors publish for tests, and ours."""
    tracks = json.loads(shared("magstripe-test-tracks/tracks.json").read_text("utf-8"))
    with shared("stripe-test-cards/test_cards.csv").open(encoding="utf-8") as file:
        numbers = [row["number"] for row in csv.DictReader(file)]
    return [found for found in (*OWN, *(row["track"] for row in tracks), *numbers) if leaks(found)]


def a_file(folder: Path, found: list[str]) -> Path:
    """An import whose names, notes and addresses are card numbers."""
    path = folder / "patients.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["patient id", "last name", "first name", "dob", "phone", "address", "email", "insurance"])
        for at, payload in enumerate(found):
            cells = [payload] * 5
            writer.writerow([f"p{at}", f"Quillfeather {payload}", payload, "1984-03-14", *cells[:4]])
    return path


@pytest.fixture(scope="module")
def fed(tmp_path_factory: pytest.TempPathFactory, terminal: PaxProcess) -> tuple[Path, dict[str, Any], int]:
    """A desk that was fed, its folder, what it says of itself, how many payloads there were."""
    folder = tmp_path_factory.mktemp("fed")
    terminal.reset()
    terminal.next("sends-pan")
    home = furnish(folder / "desk", rosa_and_ben, terminal=terminal.url).home
    found = payloads()
    (folder / "payloads.json").write_text(json.dumps(found), "utf-8")
    code = "from tests.support.card_feeding import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, str(home), str(folder / "payloads.json"), str(a_file(folder, found))],
        cwd=ROOT_OF_TESTS, capture_output=True, timeout=110, check=False, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT_OF_TESTS)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return home, json.loads(done.stdout.splitlines()[-1]), len(found)


def test_rule_11_every_form_refuses_every_card_number(fed: tuple[Path, dict[str, Any], int]) -> None:
    """With a sentence, before anything is written; what is typed where only a number of minutes fits is none."""
    _, told, count = fed
    forms = ("note", "check number", "name on the check", "refund note", "refund check", "void", "undo")
    assert {form: told["refused"].get(form) for form in forms} == dict.fromkeys(forms, count)
    assert {key: told["refused"].get(key) for key in ("terminal.url", "printer.url", "scanner.prefix")} == {
        "terminal.url": count, "printer.url": count, "scanner.prefix": count}  # fmt: skip


def test_rule_11_nothing_of_a_card_is_in_the_store(fed: tuple[Path, dict[str, Any], int]) -> None:
    _, told, _ = fed
    assert told["attempts"] == 1, "the reader was asked, and said too much"
    assert told["tables"] == []


def test_rule_11_nothing_of_a_card_is_in_any_file(fed: tuple[Path, dict[str, Any], int]) -> None:
    """Logs, device log, exports, settings; the store itself is encrypted, and read above."""
    home, told, count = fed
    assert told["log_lines"] > count * 3, "there was plenty to say"
    files = [path for path in home.rglob("*") if path.is_file() and ".db" not in path.name]
    assert {"copaydesk.log", "devices.jsonl", "devices.txt", "patients.csv", "settings.json"} <= {
        path.name for path in files}  # fmt: skip
    wrong = [(path.name, at) for path in files for at, line in enumerate(path.read_bytes().splitlines()) if leaks(line)]
    assert wrong == []


def test_rule_11_no_log_line_in_memory_holds_a_card(fed: tuple[Path, dict[str, Any], int]) -> None:
    """Objects of logging, and every line of a log in the writable memory of the process: buffers, strings, what was
    freed and not yet written over."""
    _, told, _ = fed
    assert (told["records"], told["lines"]) == ([], [])


def test_the_search_finds_what_it_is_to_find(tmp_path: Path) -> None:
    """A program that does log a card number is caught, in its memory too."""
    code = (
        "import sys; sys.path.insert(0, '.')\n"
        "from tests.support.card_feeding import lines_in_memory\n"
        'kept = bytearray(b\'{"at": "2026-05-14", "what": "paid with 4242\') + bytearray(b\'424242424242"}\')\n'
        "print(len(list(lines_in_memory())) > 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT_OF_TESTS, capture_output=True, text=True, timeout=60,
                          check=False)  # fmt: skip
    assert done.stdout.strip() == "True", done.stderr[-500:]
    assert leaks("note: 4242 4242 4242 4242")
    assert not leaks("01a2020e-217e-76e0-9530-bd9250553519")
