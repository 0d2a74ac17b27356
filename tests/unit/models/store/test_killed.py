"""T3: SIGKILL at random, two hundred times, on a real file. What was told as taken is there, once, and all adds up."""

from __future__ import annotations

from pathlib import Path

from models.store.desk import DeskStore
from tests.support import stores
from tests.support.killed import ShortLives
from tests.support.stores import KEY
from tests.unit.models.store.takings import appointment, ask, charge, patient, record

LIVES = 200


def test_two_hundred_lives_lose_nothing_they_told(tmp_path: Path) -> None:
    """F14. At most one copay each life was taken and not yet told; receipts are numbered without a gap."""
    store = stores.lone_desk(tmp_path)
    record(store, patient(), appointment(), charge(cents=100_000_000))
    store.close()
    told = set[str]()
    with ShortLives(store.path, seed=20_260_316) as lives:
        for turn in range(1, LIVES + 1):
            told.update(lives.one())
            if turn % 10 == 0 or turn == LIVES:
                again = DeskStore.open(store.path, KEY, stores.clock())
                there = ask(again, "SELECT payment_id, receipt_no FROM payment")
                assert told <= {row[0] for row in there}
                assert len(there) - len(told) <= turn
                assert (
                    len({row[1] for row in there}) == len(there) == ask(again, "SELECT receipt_count FROM stream")[0][0]
                )
                assert again.verify(deep=turn % 50 == 0) == []
                again.close()
    assert len(told) > LIVES
