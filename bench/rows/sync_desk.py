"""The other desk of the desk-to-desk row: prints the moment each payment of another desk is in its store."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from models.operations.joining import parse_join_line
from models.store.rows import Change
from tests.support.desks import ClinicDesk
from tests.support.waiting import until


def main() -> None:
    """`python -m bench.rows.sync_desk FOLDER JOIN-LINE`: works until standard input closes."""
    desk = ClinicDesk(Path(sys.argv[1]), parse_join_line(sys.argv[2]), "Desk 2")
    until(lambda: desk.engine.state().online)
    desk.store.keep_room()

    def seen(change: Change) -> None:
        if "payment" in change.topics:
            print(time.monotonic_ns(), flush=True)

    desk.store.subscribe(seen)
    print("ready", flush=True)
    sys.stdin.read()
    desk.close()


if __name__ == "__main__":
    main()
