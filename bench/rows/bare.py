"""The floor under an act with encryption: the rows it wrote, written once more into a copy of its store and committed,
with nothing read, checked or made. What an act needs beyond this is ours; below it nobody gets who encrypts."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bench.measure import spread
from models.store.reading import connect
from models.store.session import Session

Writes = list[tuple[str, list[Sequence[Any]]]]
"""Statements of one transaction, each with the values of its rows."""
WARM_UP = 10


def same_rows_bare(store: Path, key_hex: str, acts: Iterable[Callable[[], object]]) -> float:
    """Do `acts` on the store at `store`, and write the rows of each into a copy of it. The median of the copy's durable
    commits in milliseconds."""
    copy = store.with_name("bare.db")
    source = connect(store, key_hex)
    source.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    shutil.copyfile(store, copy)
    source.close()
    bare = connect(copy, key_hex)
    bare.execute("PRAGMA wal_autocheckpoint = 0")
    timings = []
    for act in acts:
        with _written() as rows:
            act()
        started = time.perf_counter()
        bare.execute("BEGIN IMMEDIATE")
        for statement, values in rows:
            bare.executemany(statement, values)
        bare.commit()
        timings.append(time.perf_counter() - started)
    bare.close()
    return spread(timings[WARM_UP:]).p50_ms


@contextmanager
def _written() -> Iterator[Writes]:
    """What sessions write inside, in order."""
    found: Writes = []
    many = Session.many

    def noted(session: Session, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        kept = list(rows)
        found.append((statement, kept))
        many(session, statement, kept)

    with patch.object(Session, "many", noted):
        yield found
