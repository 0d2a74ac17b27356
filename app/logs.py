"""The technical log: a rotating file of facts. Ids, counts, cents and durations; never a patient, a card or a message
of somebody else's library."""

from __future__ import annotations

import json
import logging
import sys
import threading
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import Any

from models.basics.errors import PosError
from models.basics.facts import facts

OURS = ("app", "widgets", "models", "devices", "receipts", "exchange", "server", "resources")
"""Whose log messages are constant texts and may be written; of all others only name and level are."""
_BYTES, _FILES = 1_000_000, 5
log = logging.getLogger(__name__)


class FactLines(logging.Formatter):
    """One JSON object a line: when, level, who, what, facts, and of an error its kind and where it rose."""

    def format(self, record: logging.LogRecord) -> str:
        ours = record.name.partition(".")[0] in OURS
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "who": record.name,
            "what": str(record.msg) if ours else "",
        }
        known = getattr(record, "facts", None)
        if isinstance(known, dict):
            line["facts"] = known
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = describe(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)


def describe(error: BaseException) -> list[dict[str, Any]]:
    """An error and its causes without their texts: kind, message key of our own, and the places they passed."""
    told, seen = [], 0
    current: BaseException | None = error
    while current is not None and seen < 8:
        frames = traceback.extract_tb(current.__traceback__)
        told.append({
            "kind": type(current).__name__,
            "key": current.message_key if isinstance(current, PosError) else "",
            "at": [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames[-12:]],
        })  # fmt: skip
        current, seen = current.__cause__ or current.__context__, seen + 1
    return told


def start_log(folder: Path) -> Callable[[], None]:
    """Write the log to `folder/copaydesk.log`; the answer stops it. A folder that cannot be written stops nothing."""
    try:
        handler = RotatingFileHandler(folder / "copaydesk.log", maxBytes=_BYTES, backupCount=_FILES, encoding="utf-8")
    except OSError:
        return lambda: None
    handler.setFormatter(FactLines())
    root = logging.getLogger()
    root.addHandler(handler)
    for name in OURS:
        logging.getLogger(name).setLevel(logging.INFO)

    def stop() -> None:
        root.removeHandler(handler)
        handler.close()

    return stop


def catch_bugs(tell: Callable[[BaseException], None] | None = None) -> None:
    """Log every error nobody caught, on any thread, and hand it to `tell`: the one exception hook."""

    def caught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        if error is None or issubclass(kind, KeyboardInterrupt | SystemExit):
            sys.__excepthook__(kind, error or kind(), trace)
            return
        log.critical("bug", exc_info=(kind, error, trace), extra=facts(error=kind.__name__))
        if tell is not None:
            tell(error)

    sys.excepthook = caught
    threading.excepthook = lambda args: caught(args.exc_type, args.exc_value, args.exc_traceback)
