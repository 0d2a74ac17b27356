"""The hub holds people's rights against what leaves the house: as it knows them at that place of the log, whatever the
desk knew. Decisions fall, facts stand and are looked at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from models.operations import bodies, records
from models.store.desk import DeskStore
from models.store.hub import HubStore
from models.store.queries import attention
from tests.support import stores
from tests.support.acts import collect, reverse
from tests.support.money_acts import adjust, correct, request
from tests.support.stores import TENANT, TODAY
from tests.unit.models.store.takings import ask

MARIA = records.Staff(id="maria", name="Maria", role="receptionist")
PRIYA = records.Staff(id="priya", name="Priya", role="manager")
DELETE = replace(reverse("p1"), act="delete")


@dataclass
class Clinic:
    """Two desks of a practice where Maria takes money and Priya manages."""

    hub: HubStore
    desk: DeskStore
    office: DeskStore

    def do(self, body: Any, by: str = "maria", *, lent: str = "", where: DeskStore | None = None) -> None:
        with (where or self.desk).write() as tx:
            tx.record(body, person_id=by, business_date=TODAY, supervisor=lent)

    def in_step(self) -> None:
        stores.sync(self.hub, self.desk, self.office)
        stores.pull(self.desk, self.hub)

    def last(self) -> tuple[str, str]:
        """(verdict, reason) of the newest act of the desk."""
        self.in_step()
        assert self.hub.verify(TENANT, deep=True) == []
        assert self.desk.verify(deep=True) == []
        query = "SELECT verdict, reason FROM outbox ORDER BY epoch DESC, dseq DESC LIMIT 1"
        [(verdict, reason)] = ask(self.desk, query)
        return str(verdict), str(reason)


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    hub = stores.sqlite_hub(tmp_path)
    made = Clinic(hub, *(stores.joined_desk(hub, tmp_path, name) for name in ("desk", "office")))
    charge = records.Charge(id="c1", patient_id="ann", service_date=TODAY, description="Lab panel",
                            responsibility_cents=20_000)  # fmt: skip
    for body in (records.Patient(id="ann", family="Quillfeather"), charge, collect("p1", "ann", 20_000)):
        made.do(body, where=made.office)
    made.in_step()
    yield made
    made.desk.close()
    made.office.close()
    hub.close()


def known(clinic: Clinic, *people: records.Staff) -> None:
    for person in people:
        clinic.do(person, "priya", where=clinic.office)
    clinic.in_step()


@pytest.mark.parametrize(
    ("act", "right", "wrong"),
    [
        (request("r1", "p1", 6000, patient_id="ann"), "refund_over_limit", "rejected"),
        (adjust("c1", 6000, "write_off", "ann"), "adjust_over_limit", "rejected"),
        (adjust("c1", 600, "discount", "ann"), "adjust", "rejected"),
        (DELETE, "billing", "excepted"),
        (correct("p1", 6000, "ann"), "correct", "excepted"),
    ],
    ids=["refund", "write-off", "discount", "delete", "correct"],
)
@pytest.mark.parametrize(
    ("who", "lent", "stands"),
    [
        ("maria", "", False),
        ("priya", "", True),
        ("maria", "priya", True),
        ("maria", "omar", False),
        ("omar", "", False),
    ],
)
def test_who_is_named_must_have_the_right(
    clinic: Clinic, act: Any, right: str, wrong: str, who: str, lent: str, stands: bool
) -> None:
    """Their own, or lent by who has it; somebody the hub does not know has none."""
    known(clinic, MARIA, PRIYA)
    clinic.do(act, who, lent=lent)
    assert clinic.last() == (("accepted", "") if stands else (wrong, "right_missing"))
    with clinic.desk.reader() as reader:
        assert len(attention.refused(reader, TENANT)) == (0 if stands else 1)
    if not stands and wrong == "rejected":  # given by name, the same person may
        known(clinic, replace(MARIA, rights=(right,)))
        again = {"refund_id": "r2"} if isinstance(act, bodies.RefundRequest) else {"adjustment_id": "again"}
        clinic.do(replace(act, **again), "maria")
        assert clinic.last() == ("accepted", "")


@pytest.mark.parametrize("act", [request("r1", "p1", 5000, patient_id="ann"), reverse("p1")], ids=["refund", "void"])
def test_within_the_limit_a_receptionist_may(clinic: Clinic, act: Any) -> None:
    known(clinic, MARIA, PRIYA)
    clinic.do(act)
    assert clinic.last() == ("accepted", "")


def test_a_right_that_was_taken_away_meanwhile_counts_no_more(clinic: Clinic) -> None:
    """The desk was away and knows nothing of it: what came first stands."""
    known(clinic, MARIA, PRIYA)
    clinic.do(request("r1", "p1", 6000, patient_id="ann"), "priya")
    clinic.do(replace(PRIYA, active=False), "owner", where=clinic.office)
    stores.push(clinic.office, clinic.hub)
    assert clinic.last() == ("rejected", "right_missing")
    clinic.do(request("r2", "p1", 4000, patient_id="ann"))
    assert clinic.last() == ("accepted", "")


def test_a_fact_moves_its_money_whoever_did_it(clinic: Clinic) -> None:
    known(clinic, MARIA, PRIYA)
    clinic.do(DELETE)
    assert clinic.last() == ("excepted", "right_missing")
    assert ask(clinic.office, "SELECT credits - debits FROM account WHERE id = 'CR:p1'") == [(0,)]
    assert ask(clinic.office, "SELECT reversed_by FROM payment") == [("maria",)]


def test_people_who_come_in_the_same_batch_are_known(clinic: Clinic) -> None:
    clinic.do(PRIYA, "priya")
    clinic.do(adjust("c1", 600, "discount", "ann"), "maria")
    assert clinic.last() == ("rejected", "right_missing")


def test_a_hub_that_knows_nobody_judges_nobody(clinic: Clinic) -> None:
    clinic.do(request("r1", "p1", 6000, patient_id="ann"), "anybody")
    assert clinic.last() == ("accepted", "")
