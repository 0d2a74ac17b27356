"""`python -m tests.cases FILE…`: plays ledger cases and prints for each `pass`, or the difference. Folders stand for
the cases in them. Exit 0 when all pass, 1 when one does not, 2 when a file is no case."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from models.basics.errors import PosError
from tests.cases.playing import Difference, play
from tests.cases.reading import CaseWrong, read_case

HERE = Path(__file__).parent


def main(arguments: Sequence[str]) -> int:
    """Play the files named; without any, those beside this program."""
    worst = 0
    for path in _files(arguments or [str(HERE)]):
        started = time.perf_counter()
        try:
            case = read_case(path)
            play(case)
        except (CaseWrong, OSError) as error:
            worst = 2
            print(f"wrong  {path}: {error}")
        except Difference as difference:
            worst = max(worst, 1)
            print(f"FAIL   {path}", *(f"         {line}" for line in difference.lines), sep="\n")
        except PosError as error:
            worst = max(worst, 1)
            print(f"FAIL   {path}\n         {error.message_key}")
        else:
            print(f"pass   {path.name}  {case.title}  ({(time.perf_counter() - started) * 1000:.0f} ms)")
    return worst


def _files(names: Iterable[str]) -> list[Path]:
    found: list[Path] = []
    for name in names:
        path = Path(name)
        found += sorted(path.glob("*.toml")) if path.is_dir() else [path]
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
