"""Programs that kill themselves in the middle of something, as processes of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap

from app.folders import Folders
from tests.support.counter import ROOT_OF_TESTS


def crash(program: str, folders: Folders, *more: str) -> None:
    """Run `program` with the desk's folder and `more` as its arguments; it must end by SIGKILL."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), str(folders.home), *more], cwd=ROOT_OF_TESTS,
        capture_output=True, timeout=60, check=False, env={**os.environ, "PYTHONPATH": str(ROOT_OF_TESTS)},
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr
