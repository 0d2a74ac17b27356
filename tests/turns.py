"""Files of tests taken in turns by several processes of pytest: who is free takes the next one, loads it and runs it.

A plugin (`-p tests.turns --turns FOLDER`) for processes that are given the same files: each takes a file by making an
entry of its number in FOLDER, which only one can, and writes RUN into it when its last test is over. A file is loaded
when its turn comes, so that none is loaded twice.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from itertools import chain, pairwise
from pathlib import Path

import pytest

RUN = "run"
FILES = pytest.StashKey[Sequence[pytest.Item | pytest.Collector]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--turns", type=Path, required=True, help="where processes say which files they take")


def pytest_collection(session: pytest.Session) -> bool:
    """Find the files; what is in them shows when they are loaded."""
    session.stash[FILES] = session.perform_collect(genitems=False)
    return True


def pytest_runtestloop(session: pytest.Session) -> bool:
    """Run what this process takes. The next file is loaded while one test is still to come: pytest must know who needs
    the fixtures after it."""
    for (entry, item), (next_entry, following) in pairwise(chain(_tests(session), [(None, None)])):
        assert item is not None
        assert entry is not None
        session.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.shouldfail:
            raise session.Failed(session.shouldfail)
        if session.shouldstop:
            raise session.Interrupted(session.shouldstop)
        if next_entry != entry:
            entry.write_text(RUN)
    return True


def _tests(session: pytest.Session) -> Iterator[tuple[Path | None, pytest.Item | None]]:
    folder, files = session.config.option.turns, session.stash[FILES]
    for number, file in enumerate(files):
        if not _take(entry := folder / str(number)):
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            found = list(session.genitems(file))
        session.config.hook.pytest_collection_modifyitems(session=session, config=session.config, items=found)
        session.testscollected += len(found)
        yield from ((entry, item) for item in found)


def _take(entry: Path) -> bool:
    """Nobody else has taken it before."""
    try:
        entry.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True
