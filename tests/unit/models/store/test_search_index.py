"""The search tables of a desk keep step with its patients."""

from __future__ import annotations

from pathlib import Path

from models.basics.search_keys import slip_keys, slips
from models.store.desk import DeskStore
from tests.support import stores
from tests.unit.models.store.takings import ask, patient, record


def found(desk: DeskStore, match: str) -> list[str]:
    rows = ask(
        desk, "SELECT i.patient_id FROM patient_search s JOIN patient_index i ON i.no = s.rowid "
        "WHERE patient_search MATCH ? ORDER BY 1", match,
    )  # fmt: skip
    return [str(row[0]) for row in rows]


def near(desk: DeskStore, typed: str) -> list[str]:
    """Names one slip away from what was typed."""
    keys = sorted(slip_keys(typed))
    rows = ask(desk, f"SELECT DISTINCT word FROM name_slip WHERE slip IN ({','.join('?' * len(keys))})", *keys)
    return sorted(str(word) for (word,) in rows if slips(typed, str(word)) <= 1)


def test_patients_are_found_by_everything(desk: DeskStore) -> None:
    record(
        desk, patient(1, family="Álvarez-Núñez", given="María José", mrn="A-12345", phone="+1 (303) 555-0142"),
        patient(2, family="O'Brien", given="Zoë", birth_date="1971-12-01", phone="", mrn=""),
    )  # fmt: skip
    for match in ('"mar"*', '"alv"* AND "jos"*', '"nunez"', '"alvareznunez"', '"_d19840314"', '"_d1984"*', '"_b0314"',
                  '"_p2410"*', '"_p2410555303"', '"_ma123"*'):  # fmt: skip
        assert found(desk, match) == ["patient-1"], match
    assert found(desk, '"obrien" AND "zoe"') == ["patient-2"]
    assert found(desk, '"brien"') == ["patient-2"]
    assert found(desk, '"_p"*') == ["patient-1"]
    assert found(desk, '"p"*') == []  # marks are no letters
    assert near(desk, "alvrez") == ["alvarez", "alvareznunez"]
    assert near(desk, "obrein") == ["obrien"]


def test_a_new_name_replaces_the_old_one(desk: DeskStore) -> None:
    record(desk, patient(1))
    record(desk, patient(1, family="Married"))
    assert found(desk, "quillfeather") == []
    assert found(desk, "married") == ["patient-1"]
    record(desk, patient(1, family="Married", email="x@example.org"))  # nothing that is searched has changed
    assert found(desk, "married") == ["patient-1"]
    assert ask(desk, "SELECT count(*) FROM patient_index") == [(1,)]
    ask(desk, "SELECT * FROM patient_search WHERE patient_search MATCH 'ann'")


def test_the_index_is_whole(desk: DeskStore) -> None:
    """FTS5 compares its index with the words it was made from."""
    for turn in range(3):
        record(desk, *(patient(n, family=f"Quillfeather{turn}", given="Ann" if n % 2 else "Bo") for n in range(40)))
    with desk.write() as tx:
        tx.session.run("INSERT INTO patient_search (patient_search, rank) VALUES ('integrity-check', 1)")


def test_letters_of_every_script_and_nothing_at_all(desk: DeskStore) -> None:
    names = [
        "李",
        "Ольга",
        "אברהם",
        "ทดสอบ",
        "𝒮𝓂𝒾𝓉𝒽",
        "ẞteffen",
        "",
        "'--",
        '"; DROP TABLE patient; --',
        "a" * 3000,
        "\u202eevil",
    ]
    record(desk, *(patient(n, family=name, given="") for n, name in enumerate(names)))
    assert found(desk, '"李"') == ["patient-0"]
    assert found(desk, '"ольга"') == ["patient-1"]
    assert found(desk, '"smith"') == ["patient-4"]
    assert found(desk, '"ssteffen"') == ["patient-5"]
    assert ask(desk, "SELECT count(*) FROM patient_index") == [(len(names),)]
    with desk.write() as tx:
        tx.session.run("INSERT INTO patient_search (patient_search, rank) VALUES ('integrity-check', 1)")


def test_a_rolled_back_patient_is_not_found(desk: DeskStore) -> None:
    try:
        with desk.write() as tx:
            tx.record(patient(1), person_id="staff-1", business_date=stores.TODAY)
            raise ZeroDivisionError
    except ZeroDivisionError:
        pass
    record(desk, patient(2, family="Quillfeather"))
    assert found(desk, "quillfeather") == ["patient-2"]
    assert near(desk, "quilfeather") == ["quillfeather"]


def test_hot_statements_use_their_indexes(tmp_path: Path) -> None:
    """A partial index is used only where the query says what it leaves out, and OR may read a whole table."""
    desk = stores.lone_desk(tmp_path)
    plans = {
        "SELECT payment_id FROM payment WHERE tenant = ? AND receipt_no <> '' AND receipt_no = ?": 2,
        "SELECT payment_id FROM payment WHERE tenant = ? AND receipt_no <> '' AND receipt_no IN "
        "(SELECT value FROM json_each(?))": 2,
        "SELECT id FROM account WHERE tenant = ? AND id IN (SELECT value FROM json_each(?))": 2,
        "SELECT id FROM account WHERE tenant = ? AND payment_id = ?": 2,
        "SELECT id FROM account WHERE tenant = ? AND appointment_id IN (SELECT value FROM json_each(?))": 2,
        "SELECT op_id FROM transfer WHERE tenant = ? AND debit IN (SELECT value FROM json_each(?))": 2,
        "SELECT op_id FROM transfer WHERE tenant = ? AND credit = ?": 2,
        "SELECT op FROM outbox WHERE tenant = ? AND returned_at = '' AND acknowledged_at = '' ORDER BY epoch, dseq": 1,
        "DELETE FROM payment WHERE tenant = ? AND seq = 0": 1,
        "DELETE FROM transfer WHERE tenant = ? AND seq = 0": 1,
        "DELETE FROM patient WHERE tenant = ? AND seq = 0": 1,
        "SELECT op_id FROM log WHERE tenant = ? AND op_id IN (SELECT value FROM json_each(?))": 2,
        "SELECT word FROM name_slip WHERE slip IN (SELECT value FROM json_each(?))": 1,
    }
    for query, values in plans.items():
        plan = " | ".join(str(row[3]) for row in ask(desk, f"EXPLAIN QUERY PLAN {query}", *["[]"] * values))
        own = [step for step in plan.split(" | ") if "json_each" not in step and not step.startswith(("LIST", "MULTI"))]
        assert all("SEARCH" in step or step.startswith("INDEX") or "USING INDEX" in step for step in own), plan
        assert "tenant=? AND" in plan or "_part" in plan or "slip=?" in plan, plan
    desk.close()
