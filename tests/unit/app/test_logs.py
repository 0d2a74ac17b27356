"""The technical log says facts, and nothing of anybody."""

from __future__ import annotations

import json
import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.logs import catch_bugs, describe, start_log
from models.basics.errors import RuleBroken
from models.basics.facts import facts


@pytest.fixture
def lines(tmp_path: Path) -> Iterator[object]:
    stop = start_log(tmp_path)
    yield lambda: [json.loads(line) for line in (tmp_path / "copaydesk.log").read_text("utf-8").splitlines()]
    stop()


def test_facts_and_constant_texts_are_written(lines: object) -> None:
    logging.getLogger("app.checkout").info("payment taken", extra=facts(payment="0190", cents=1250))
    logging.getLogger("somebody.else").warning("could not open /home/maria/patients/%s", "secret")
    told = lines()  # type: ignore[operator]
    assert told[-2]["what"] == "payment taken"
    assert told[-2]["facts"] == {"payment": "0190", "cents": 1250}
    assert told[-1]["what"] == ""
    assert "secret" not in json.dumps(told)


def test_errors_are_told_by_kind_and_place_only(lines: object) -> None:
    def inner() -> None:
        try:
            raise KeyError("a patient's name")
        except KeyError as error:
            raise RuleBroken("amount.zero", field="amount") from error

    try:
        inner()
    except RuleBroken:
        logging.getLogger("app.x").exception("failed")
    told = lines()[-1]["error"]  # type: ignore[operator]
    assert [(part["kind"], part["key"]) for part in told] == [("RuleBroken", "amount.zero"), ("KeyError", "")]
    assert told[0]["at"][-1].startswith("test_logs.py:")
    assert "a patient" not in json.dumps(told)


def test_bugs_on_any_thread_reach_the_one_hook(lines: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    told: list[BaseException] = []
    catch_bugs(told.append)

    def fail() -> None:
        raise ZeroDivisionError("text that nobody may read")

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    sys.excepthook(ValueError, ValueError("x"), None)
    assert [type(error) for error in told] == [ZeroDivisionError, ValueError]
    written = lines()  # type: ignore[operator]
    assert [line["what"] for line in written[-2:]] == ["bug", "bug"]
    assert "nobody may read" not in json.dumps(written)


def test_a_chain_of_causes_ends() -> None:
    error = ValueError("x")
    error.__cause__ = error
    assert len(describe(error)) == 8


def test_no_log_folder_stops_nothing(tmp_path: Path) -> None:
    start_log(tmp_path / "nowhere")()
    assert not (tmp_path / "nowhere").exists()
