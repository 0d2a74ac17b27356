"""The patients' portal under load: pages of somebody who is signed in, at fifty requests a second on one worker.

The load is open and bounded: a request is due when it is due, waits count, and one that is not answered with its page
fails the row as a missed target does. Hub and browsers share this process, so a page has less of the machine than it
would have at a clinic.
"""

from __future__ import annotations

import http.client
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue

from bench.measure import Row, Spread, spread
from models.basics.ids import new_id
from models.operations import records
from models.store.engine import sqlite_engine
from models.store.hub import HubStore
from tests.support.hub import KEY
from tests.support.portal import Clinic, Person, house, join

A_SECOND, SECONDS, BROWSERS = 50, 10, 16
TARGET_MS = 100.0
ANSWER_S = 10.0
HEALTH = "/v1/health"
PATHS = ("/payments", "/payments", "/payments", "/statements", "/account")
"""What is asked for, in turn: mostly the balance."""
PATIENTS, CHARGES, PAYMENTS = 400, 6, 12


def portal_pages(seconds: int = SECONDS) -> Row:
    """Pages of one practice with its patients, on the hub's own file."""
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "hub.db"
        HubStore.open(sqlite_engine(template, KEY)).close()
        with house(Path(folder), template) as place:
            clinic = place.clinic()
            _grow(clinic)
            person = join(place, clinic, factor="text")
            health = _load(clinic, person, (HEALTH,), 2)
            ours = _load(clinic, person, PATHS, seconds)
    return Row("portal pages at 50 a second", ours, "the hub's health", health, TARGET_MS, "p95",
               {"requests/s": A_SECOND, "requests": ours.rounds})  # fmt: skip


def _grow(clinic: Clinic) -> None:
    """A practice of some hundred patients; Rosa with open visits and payments."""
    for number in range(PATIENTS):
        clinic.stream.add(records.Patient(id=new_id(), family=f"Family{number}", given="Ada",
                                          birth_date=f"19{number % 100:02d}-03-14"))  # fmt: skip
    for _ in range(CHARGES):
        clinic.stream.charge(clinic.rosa, 2_500)
    for _ in range(PAYMENTS):
        clinic.stream.copay(clinic.rosa, clinic.stream.charge(clinic.rosa, 3_000), 3_000)
    clinic.push()


def _load(clinic: Clinic, person: Person, paths: tuple[str, ...], seconds: int) -> Spread:
    """Ask for so long; timings count from when each request was due. Raises AssertionError where a page did not come:
    another status, no answer within ANSWER_S, or fewer answers than questions."""
    cookie = "; ".join(f"{name}={value}" for name, value in person.browser.line.cookies.items())
    due: SimpleQueue[tuple[float, str] | None] = SimpleQueue()
    timings: list[float] = []
    wrong: list[str] = []

    def browse() -> None:
        line = http.client.HTTPConnection("127.0.0.1", clinic.hub.address.port, timeout=ANSWER_S)
        while (task := due.get()) is not None and not wrong:
            at, path = task
            time.sleep(max(0.0, at - time.perf_counter()))
            try:
                line.request("GET", path, headers={"Cookie": cookie, "Accept-Language": "en"})
                answer = line.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException) as error:
                wrong.append(type(error).__name__)
                break
            if answer.status != 200:
                wrong.append(str(answer.status))
            timings.append(time.perf_counter() - at)
        line.close()

    threads = [threading.Thread(target=browse) for _ in range(BROWSERS)]
    begun = time.perf_counter() + 0.1
    for number in range(A_SECOND * seconds):
        path = paths[number % len(paths)]
        whole = path if path == HEALTH else f"/portal/{clinic.tenant}{path}"
        due.put((begun + number / A_SECOND, whole))
    for _ in threads:
        due.put(None)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong, f"a page did not come: {wrong[0]}"
    assert len(timings) == A_SECOND * seconds
    return spread(timings)


ROWS: dict[str, Callable[[], Row]] = {"portal pages at 50 a second": portal_pages}
