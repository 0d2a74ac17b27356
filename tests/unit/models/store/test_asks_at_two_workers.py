"""Two processes of one hub look after payment requests at the same time: everybody is written to once each time,
whoever of them is killed in between (S1-16)."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest

from models.basics.points import Point
from models.operations.records import Charge, Patient
from models.store.hub import HubStore
from tests.support.asking import AskWorkers
from tests.unit.models.store.test_asks import DAY, MORNING, TENANT, Clinic, asked

PEOPLE = tuple(f"p{n:02d}" for n in range(10))
POINTS = (Point.HUB_BEFORE_COMMIT.value, Point.HUB_AFTER_COMMIT.value)


def in_all(clinic: Clinic) -> Counter[tuple[str, str]]:
    """How often each address was sent what."""
    return Counter((address, template) for address, template, _ in clinic.messages())


def test_s1_16_two_workers_remind_everybody_once_whoever_is_killed(
    hub: HubStore, tmp_path: Path, request: pytest.FixtureRequest
) -> None:  # fmt: skip
    """A campaign, its first and its second reminders; each time both begin at once, then one is killed before or after
    one of its commits while the other goes on, and what it left is done by the next two."""
    clinic = Clinic(hub)
    for who in PEOPLE:
        clinic.say(Patient(id=who, family=who, given="Ada", birth_date="1984-03-14", email=f"{who}@home.test"),
                   Charge(id=f"c-{who}", patient_id=who, service_date=DAY, description="Visit",
                          responsibility_cents=1_000),
                   asked(f"k-{who}", who, 1_000))  # fmt: skip
    on_sqlite = request.node.callspec.params["hub"] == "sqlite"
    database = str(tmp_path / "hub.db") if on_sqlite else request.getfixturevalue("postgres_url")
    died = 0
    with AskWorkers(database) as workers:
        for step, days in enumerate((0, 3, 7)):
            at = MORNING + timedelta(days=days)
            for point, times in product(POINTS, (1, 2)):
                died += sum(workers.work(at, [(point, times), (point, times + 1)]))
                sent = in_all(clinic)
                assert set(sent.values()) <= {1, 2 if step == 2 else 1}, f"somebody twice, killed at {point} {times}"
            workers.work(at, [("", 0), ("", 0)])
            wanted = {template: len(PEOPLE) for template in ("pay_link", "pay_reminder")[: step + 1]}
            if step == 2:
                wanted["pay_reminder"] *= 2
            found = Counter(template for _, template, _ in clinic.messages())
            assert found == wanted
    assert died >= 6, "they die in the middle of it"
    for who in PEOPLE:
        assert clinic.told(f"k-{who}") == ["sent", "reminded", "reminded"]
        assert in_all(clinic)[f"{who}@home.test", "pay_reminder"] == 2
        assert in_all(clinic)[f"{who}@home.test", "pay_link"] == 1
    clinic.holds()
    assert clinic.hub.asks.work_off(TENANT) == 0
