"""`python -m tests`: the one door. Format, lint, types, import contracts, tests; stops at the first that fails.

Arguments are pytest's: `python -m tests tests/unit/models -k money` runs only those, without the checks before.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TOOLS = Path(sys.executable).parent

CHECKS: dict[str, list[str]] = {
    "format": [str(TOOLS / "ruff"), "format", "--check", "--quiet", "."],
    "lint": [str(TOOLS / "ruff"), "check", "--quiet", "."],
    "types": [sys.executable, "-m", "mypy"],
    "imports": [str(TOOLS / "lint-imports")],
}
PARTS: dict[str, list[str]] = {"tests": [sys.executable, "-m", "pytest"]}


def main(arguments: list[str]) -> int:
    """Run the checks and the tests, or only the tests that were asked for; the first failure ends it."""
    steps = {"tests": [*PARTS["tests"], *arguments]} if arguments else {**CHECKS, **PARTS}
    for name, command in steps.items():
        started = time.monotonic()
        print(f"== {name}", flush=True)
        status = subprocess.call(command, cwd=ROOT, env={**os.environ, "PYTHONDONTWRITEBYTECODE": ""})
        print(f"== {name}: {'ok' if status == 0 else 'FAILED'} in {time.monotonic() - started:.0f} s", flush=True)
        if status != 0:
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
