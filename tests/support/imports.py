"""A desk without a window that imports files, and resources made by hand for it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.importing import Importing, ImportReport
from models.basics.clock import FixedClock
from models.ledger.accounts import Code
from models.ledger.figures import Figures, figures_from_balances
from models.ledger.states import Balance
from models.operations.records import Practice
from models.store.rows import DeskIdentity
from tests.support.stores import open_desk

TENANT = "tenant-1"
ZONE = "America/New_York"
NOW = datetime(2026, 5, 14, 13, 41, tzinfo=UTC)
KEY = "ab" * 32


class ImportDesk:
    """A real encrypted store of one practice in New York, at 9:41 on May 14, 2026."""

    def __init__(self, folder: Path, *, device: str = "desk-1", now: datetime = NOW) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.clock = FixedClock(now)
        self.store = open_desk(folder / "desk.db", KEY, self.clock)
        self.store.enrol(DeskIdentity(tenant=TENANT, device_id=device, device_no=1, epoch=1, desk_name="Desk 1",
                                      hub_url="", server_epoch="first"))  # fmt: skip
        with self.store.write() as tx:
            practice = Practice(id="practice-1", name="Alder Street Family Medicine", timezone=ZONE)
            tx.record(practice, person_id="setup", business_date="2026-05-14")
        self.importing = Importing(self.store, self.clock)

    def run(self, *paths: Path, **more: Any) -> ImportReport:
        """Import files or folders."""
        return self.importing.run(paths, **more)

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """What the store answers."""
        with self.store.reader() as reader:
            return [tuple(row) for row in reader.execute(query, values)]

    def count(self, table: str) -> int:
        """How many records of a kind there are."""
        return int(self.rows(f"SELECT count(*) FROM {table}")[0][0])

    def outbox(self) -> int:
        """How many operations were made."""
        return self.count("outbox")

    def figures(self) -> dict[str, Figures]:
        """The five figures of every patient, from balances."""
        sums = "debits + pending_debits, credits + pending_credits, held"
        found: dict[str, list[tuple[Code, Balance]]] = {}
        for patient_id, code, *totals in self.rows(
            f"SELECT patient_id, code, {sums} FROM account WHERE patient_id <> ''"
        ):
            found.setdefault(patient_id, []).append((Code(code), Balance(*totals)))
        return {patient_id: figures_from_balances(rows) for patient_id, rows in found.items()}

    def content(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every imported record as it stands, to be compared."""
        names = ("practitioner", "location", "patient", "coverage", "appointment", "charge")
        return {name: sorted(self.rows(f"SELECT * FROM {name}")) for name in names}

    def close(self) -> None:
        """Close the store."""
        self.store.close()


def write_json(path: Path, value: Any) -> Path:
    """A JSON file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value), "utf-8")
    return path


def write_ndjson(path: Path, values: Iterable[Any]) -> Path:
    """An NDJSON file."""
    path.write_text("".join(json.dumps(value) + "\n" for value in values), "utf-8")
    return path


# Resources by hand; every person is called Quillfeather --------------------------------------------------------------


def patient(ident: str = "1", /, **more: Any) -> dict[str, Any]:
    """A Patient."""
    made = {"resourceType": "Patient", "id": ident, "birthDate": "1984-03-14",
            "name": [{"use": "official", "family": "Quillfeather", "given": ["Ada"]}]}  # fmt: skip
    return made | more


def encounter(
    ident: str = "e1", patient_id: str = "1", start: str = "2026-05-01T14:00:00Z", **more: Any
) -> dict[str, Any]:
    """A finished Encounter of half an hour."""
    return {"resourceType": "Encounter", "id": ident, "status": "finished", "class": {"code": "AMB"},
            "subject": {"reference": f"Patient/{patient_id}"}, "period": {"start": start}} | more  # fmt: skip


def appointment(
    ident: str = "a1", patient_id: str = "1", start: str = "2026-05-14T14:00:00Z", **more: Any
) -> dict[str, Any]:
    """A booked Appointment."""
    who = [{"actor": {"reference": f"Patient/{patient_id}"}, "status": "accepted"}]
    made = {"resourceType": "Appointment", "id": ident, "status": "booked", "start": start, "participant": who}
    return made | more


def adjudication(**amounts: Any) -> list[dict[str, Any]]:
    """Adjudications by category code."""
    return [{"category": {"coding": [{"code": code}]}, "amount": {"value": value, "currency": "USD"}}
            for code, value in amounts.items()]  # fmt: skip


def explanation(
    ident: str = "x1", patient_id: str = "1", lines: Sequence[dict[str, Any]] = ({"coinsurance": 12.5},), **more: Any
) -> dict[str, Any]:
    """An ExplanationOfBenefit, one item per line of amounts by category."""
    items = [{"sequence": number, "productOrService": {"text": "Office visit", "coding": [{"code": f"9921{number}"}]},
              "adjudication": adjudication(**line)} for number, line in enumerate(lines, start=1)]  # fmt: skip
    made = {"resourceType": "ExplanationOfBenefit", "id": ident, "status": "active", "outcome": "complete",
            "patient": {"reference": f"Patient/{patient_id}"}, "created": "2026-05-02", "item": items}  # fmt: skip
    return made | more


def coverage(ident: str = "c1", patient_id: str = "1", **more: Any) -> dict[str, Any]:
    """An active Coverage by Blue Cross."""
    made = {"resourceType": "Coverage", "id": ident, "status": "active", "payor": [{"display": "Blue Cross PPO"}],
            "beneficiary": {"reference": f"Patient/{patient_id}"}}  # fmt: skip
    return made | more


def bundle(*resources: dict[str, Any], kind: str = "collection") -> dict[str, Any]:
    """A bundle without addresses."""
    return {"resourceType": "Bundle", "type": kind, "entry": [{"resource": resource} for resource in resources]}
