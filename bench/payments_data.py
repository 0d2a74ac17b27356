"""A list of payments in every status: what `fill_store` made, with refunds, voids, requests, places and people."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from bench.data import CHUNK, FILLED_TO, TENANT, TODAY
from models.store.reading import connect

PLACES, PEOPLE = 4, 23
REFUNDED_EVERY, VOIDED_EVERY = 40, 333
_ASKED = ("draft", "pending", "processing", "failed", "cancelled")


def vary(path: Path, key_hex: str, requests: int, seed: int = 7) -> None:
    """Let payments of a filled store be taken by 23 people for visits at four places, some refunded in part or whole,
    some voided; and ask for `requests` amounts in the five statuses before money. The same seed, the same list."""
    chance = random.Random(seed)
    connection = connect(path, key_hex)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(f"UPDATE appointment SET location_id = 'place-' || (rowid % {PLACES})")
    connection.execute(
        f"UPDATE payment SET actor = 'staff-' || (rowid % {PEOPLE}), appointment_id = coalesce((SELECT v.id FROM "
        "appointment v WHERE v.tenant = payment.tenant AND v.patient_id = payment.patient_id LIMIT 1), '')"
    )
    connection.execute(
        f"UPDATE payment SET reversed_op_id = 'void', reversed_act = 'void' WHERE rowid % {VOIDED_EVERY} = 1"
    )
    query = f"SELECT payment_id, patient_id, amount_cents, tender FROM payment WHERE rowid % {REFUNDED_EVERY} = 0"
    _insert(connection, "refund", [
        {"refund_id": f"refund-{n}", "payment_id": payment_id, "patient_id": patient_id, "kind": "refund",
         "state": "paid", "amount_cents": cents if n % 2 else max(cents // 2, 1), "tender": tender,
         "business_date": TODAY.isoformat(), "settled_business_date": TODAY.isoformat()}
        for n, (payment_id, patient_id, cents, tender) in enumerate(connection.execute(query).fetchall())
    ])  # fmt: skip
    people = [row[0] for row in connection.execute("SELECT id FROM patient").fetchall()]
    days = [f"{TODAY.year}-{month:02d}-{day:02d}" for month in (1, 2, 3) for day in range(1, 29)]
    for begun in range(0, requests, CHUNK):
        _insert(connection, "payment_request", [
            _request(n, chance.choice(people), chance.choice(days), chance.randrange(5, 90) * 100)
            for n in range(begun, min(begun + CHUNK, requests))
        ])  # fmt: skip
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    connection.close()


def _request(n: int, patient_id: str, day: str, cents: int) -> dict[str, Any]:
    return {"request_id": f"request-{n}", "patient_id": patient_id, "number": f"PAY-2-{n:05d}", "amount_cents": cents,
            "due_date": day, "status": _ASKED[n % len(_ASKED)], "asked_at": f"{day}T15:00:00.000Z",
            "business_date": day, "actor": f"staff-{n % PEOPLE}", "memo": "Office visit"}  # fmt: skip


def _insert(connection: Any, table: str, rows: list[dict[str, Any]]) -> None:
    names = [*rows[0], "tenant", "seq"] if rows else []
    places = ", ".join("?" * len(names))
    connection.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})",
                           [(*row.values(), TENANT, FILLED_TO) for row in rows])  # fmt: skip
