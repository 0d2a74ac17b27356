"""`python -m bench [ROW…] [--json FILE] [--list]`: run the rows, print a table, write JSON."""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Callable
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

from bench.measure import Row
from bench.rows.scale import LONG

MODULES = (
    "desk",
    "acts",
    "accounts",
    "days",
    "autofill",
    "patients",
    "payments",
    "sync",
    "scale",
    "receipts",
    "portal",
    "care",
    "devices",
    "window",
)
Measure = Callable[[], Row]


def main() -> int:
    """Run what was asked for; the exit status is 1 when a target was missed."""
    options = _options()
    rows = {name: work for module in MODULES for name, work in import_module(f"bench.rows.{module}").ROWS.items()}
    if options.list:
        print("\n".join(rows))
        return 0
    asked = options.rows or [name for name in rows if name not in LONG]
    wanted = {name: work for name, work in rows.items() if any(words in name for words in asked)}
    measured = []
    print(HEAD)
    for work in wanted.values():
        row = work()
        measured.append(row)
        print(line(row), flush=True)
    if options.json:
        options.json.write_text(json.dumps({"machine": machine(), "rows": [plain(row) for row in measured]}, indent=1))
    return int(any(row.met is False for row in measured))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("rows", nargs="*", help="words of the rows to run (without: all but the long ones)")
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("--list", action="store_true", help="name the rows")
    return parser.parse_args()


HEAD = f"{'row':<38} {'p50 ms':>9} {'p95 ms':>9} {'p99 ms':>9} {'target':>21}  beside (p50 ms, ratio); figures"


def line(row: Row) -> str:
    """A row of the table."""
    target = "" if row.target_ms is None else f"{row.target_at} {_target(row)} {'ok' if row.met else 'MISSED'}"
    beside = f"{row.beside_name} {row.beside.p50_ms:.3f}, {row.ratio:.2f}x" if row.beside else row.beside_name
    figures = ", ".join(f"{name} {value}" for name, value in row.figures.items())
    numbers = f"{row.ours.p50_ms:9.3f} {row.ours.p95_ms:9.3f} {row.ours.p99_ms:9.3f}"
    return f"{row.name:<38} {numbers} {target:>21}  {beside}; {figures}"


def _target(row: Row) -> str:
    """As it was set, and what that is here."""
    moved = row.target_here_ms != row.target_ms
    return f"{row.target_ms:g} (here {row.target_here_ms:.2f})" if moved else f"{row.target_ms:g}"


def plain(row: Row) -> dict[str, object]:
    """A row as JSON."""
    return {**asdict(row), "ratio": row.ratio, "target_here_ms": row.target_here_ms, "met": row.met}


def machine() -> dict[str, str]:
    """What it ran on."""
    return {"system": platform.system(), "release": platform.release(), "python": platform.python_version(),
            "processor": platform.machine()}  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
