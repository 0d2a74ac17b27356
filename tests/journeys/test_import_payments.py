"""Payments of another program through the real import: figures as there, once however often, from two desks as well."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.importing import Importing, ImportReport
from exchange.money import TAKEN, MoneyElsewhere, as_operations
from models.basics.clock import FixedClock
from models.ledger.figures import Figures
from models.operations.records import Charge
from models.store.queries import attention, receipts
from models.store.queries.records import StoredRecords
from receipts.layouts.common import said
from tests.support.imports import NOW, ImportDesk
from tests.support.stores import TENANT, joined_desk, sqlite_hub, sync

HEAD = "id,patient,appointment,line_item,payment_method,payment_transaction_type,amount,received_date,posted_date,"
HEAD += "trace_number\n"
PEOPLE = "Patient ID,Last Name,First Name,DOB\n1,Quillfeather,Ada,03/14/1984\n2,Quillfeather,Ben,01/02/2015\n"
VISITS = "Appointment ID,Patient ID,Date,Time\nv1,1,1/22/2026,9:00 AM\nv2,1,3/2/2026,9:00 AM\n"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[ImportDesk]:
    made = ImportDesk(tmp_path / "desk")
    (tmp_path / "people.csv").write_text(PEOPLE)
    (tmp_path / "visits.csv").write_text(VISITS)
    made.run(tmp_path / "people.csv", tmp_path / "visits.csv")
    yield made
    made.close()


def bring(desk: ImportDesk, folder: Path, *rows: str, **more: Any) -> ImportReport:
    """Import a table of payments."""
    path = folder / "payments.csv"
    path.write_text(HEAD + "".join(row + "\n" for row in rows))
    return desk.run(path, **more)


def ids(desk: ImportDesk) -> dict[str, str]:
    """First name or visit day to id."""
    return dict(desk.rows("SELECT given, id FROM patient")) | dict(
        desk.rows("SELECT service_date, id FROM appointment")
    )


def charge(desk: ImportDesk, charge_id: str, cents: int, day: str) -> None:
    """A charge on the visit of a day."""
    known = ids(desk)
    with desk.store.write() as tx:
        tx.record(Charge(id=charge_id, patient_id=known["Ada"], service_date=day, description="Visit",
                         responsibility_cents=cents, appointment_id=known[day]),
                  person_id="maria", business_date="2026-05-14")  # fmt: skip


def ada(desk: ImportDesk) -> Figures:
    """Her five figures."""
    return desk.figures()[ids(desk)["Ada"]]


def test_n1_and_n2_money_on_a_visit_pays_its_charges(desk: ImportDesk, tmp_path: Path) -> None:
    charge(desk, "c1", 10000, "2026-01-22")
    report = bring(desk, tmp_path, "p1,1,v1,,CASH,COPAY,40.00,2026-01-22,2026-01-23,")
    assert (report.kinds["payment"].created, report.refused) == (1, ())
    assert ada(desk) == Figures(10000, 4000, 0, 0)
    bring(desk, tmp_path, "p2,1,v1,,CHCK,,60.00,2026-01-30,,318")
    assert ada(desk) == Figures(10000, 10000, 0, 0)
    assert desk.rows("SELECT tender, method_id, payment_type, check_no, received_date, business_date FROM payment "
                     "ORDER BY business_date") == [
        ("external", "cash", "copay", "", "2026-01-22", "2026-01-23"),
        ("external", "check", "", "318", "2026-01-30", "2026-01-30"),
    ]  # fmt: skip
    assert desk.store.verify() == []


def test_n6_and_n7_money_on_a_visit_without_charges_waits_for_them(desk: ImportDesk, tmp_path: Path) -> None:
    bring(desk, tmp_path, "p1,1,v2,,VISA,,20.00,2026-03-02,,")
    assert ada(desk) == Figures(0, 0, 2000, 2000)
    charge(desk, "c2", 5000, "2026-03-02")
    assert ada(desk) == Figures(5000, 2000, 0, 0)


def test_n9_an_unlinked_refund_counts_at_once_and_waits_to_be_netted(desk: ImportDesk, tmp_path: Path) -> None:
    bring(desk, tmp_path, "p1,1,,,CASH,,200.00,,,", "r1,1,,,CASH,REF,-200.00,,,")
    assert ada(desk) == Figures(0, 0, 0, 0)
    assert desk.rows("SELECT kind, state, payment_id, amount_cents FROM refund") == [("elsewhere", "paid", "", 20000)]
    assert desk.store.verify() == []


def test_n16_a_refund_of_a_visit_makes_it_owe_again(desk: ImportDesk, tmp_path: Path) -> None:
    charge(desk, "c1", 10000, "2026-01-22")
    bring(desk, tmp_path, "p1,1,v1,,CASH,,100.00,2026-01-22,,", "r1,1,v1,,CASH,REF,-40.00,2026-02-01,,")
    figures = ada(desk)
    assert (figures.total_paid_cents, figures.allocated_cents, figures.statement_balance_cents) == (6000, 6000, 4000)
    assert desk.rows("SELECT kind, state, amount_cents FROM refund") == [("refund", "paid", 4000)]
    assert desk.store.verify() == []


def test_s0_11_a_correction_takes_off_what_never_was(desk: ImportDesk, tmp_path: Path) -> None:
    charge(desk, "c1", 10000, "2026-01-22")
    bring(desk, tmp_path, "p1,1,v1,,CASH,,100.00,,,", "c1,1,v1,,CASH,COR,-10.00,,,")
    assert ada(desk) == Figures(10000, 9000, 0, 0)
    assert desk.rows("SELECT kind, amount_cents FROM refund") == [("correction", 1000)]


ROWS = (
    "p1,1,v1,,CASH,COPAY,40.00,2026-01-22,,", "p2,1,,,flex card,,25.00,,,9", "p3,1,v1,,CHCK,,30.00,,,318",
    "r1,1,,,CASH,REF,-5.00,,,", "r2,1,v1,,CHCK,REF,-10.00,,,", "c1,1,v1,,CASH,COR,-1.00,,,", "p4,2,,,VISA,,7.00,,,",
)  # fmt: skip


def test_a_second_run_changes_nothing(desk: ImportDesk, tmp_path: Path) -> None:
    charge(desk, "c1", 5000, "2026-01-22")
    dry = bring(desk, tmp_path, *ROWS, dry_run=True)
    assert (dry.kinds["payment"].created, desk.count("payment")) == (7, 0)
    first = bring(desk, tmp_path, *ROWS)
    assert (first.kinds["payment"].created, first.kinds["method"].created, first.refused) == (7, 1, ())
    figures, operations = desk.figures(), desk.outbox()
    again = bring(desk, tmp_path, *ROWS)
    assert (again.kinds["payment"].unchanged, again.created, again.updated) == (7, 0, 0)
    assert (desk.figures(), desk.outbox()) == (figures, operations)
    assert desk.rows("SELECT name, active FROM method") == [("flex card", 0)]
    assert desk.store.verify() == []


def test_s0_09_what_is_posted_is_not_changed_by_a_file(desk: ImportDesk, tmp_path: Path) -> None:
    bring(desk, tmp_path, "p1,1,,,CASH,,40.00,,,")
    report = bring(desk, tmp_path, "p1,1,,,CASH,,45.00,,,", "p2,1,,,CASH,,1.00,,,")
    assert [(refusal.reason, refusal.path) for refusal in report.refused] == [("import.payment_changed", "line 2")]
    assert ada(desk).total_paid_cents == 4100


def test_the_same_file_at_two_desks_makes_one_payment(tmp_path: Path) -> None:
    """Both bring it in before they hear of each other: the money stands once, and nobody has to look."""
    (tmp_path / "people.csv").write_text(PEOPLE)
    (tmp_path / "payments.csv").write_text(HEAD + "".join(row + "\n" for row in (*ROWS, "p9,1,v1,c9,CASH,,3.00,,,")))
    (tmp_path / "visits.csv").write_text(VISITS)
    (tmp_path / "lines.json").write_text(
        '{"resourceType":"ChargeItem","id":"c9","status":"billable","code":{"coding":[{"code":"COPAY"}]},'
        '"subject":{"reference":"Patient/1"},"context":{"reference":"Appointment/v1"},'
        '"occurrenceDateTime":"2026-01-22","priceOverride":{"value":90,"currency":"USD"}}'
    )
    hub = sqlite_hub(tmp_path)
    desks = [joined_desk(hub, tmp_path, name) for name in ("one", "two")]
    for desk in desks:
        report = Importing(desk, FixedClock(NOW)).run([tmp_path])
        assert [refusal.reason for refusal in report.refused] == []
        assert report.kinds["payment"].created == 8
    sync(hub, *desks)
    sync(hub, *desks)
    for desk in desks:
        with desk.reader() as reader:
            taken = reader.execute("SELECT count(*), sum(amount_cents) FROM payment").fetchone()
            given = reader.execute("SELECT count(*), sum(amount_cents) FROM refund").fetchone()
            money = reader.execute("SELECT sum(debits - credits) FROM account WHERE code = 'EXT'").fetchone()
            doubt = reader.execute("SELECT count(*) FROM account WHERE code IN ('SUSP', 'OVR')").fetchone()
            assert attention.refused(reader, TENANT) == []
        assert (tuple(taken), tuple(given), money[0], doubt[0]) == ((5, 10500), (3, 1600), 10500 - 1600, 0)
        assert desk.verify(deep=True) == []
        desk.close()
    hub.close()


def test_its_receipt_says_where_and_when_it_was_paid_and_that_nobody_here_took_it(tmp_path: Path) -> None:
    from tests.support.clinic import TestClinic
    from tests.support.counter import counter

    def fill(clinic: TestClinic) -> None:
        clinic.patient()
        clinic.charge(5000, "2026-03-02")
        money = MoneyElsewhere(id="m", patient_id="rosa", way=TAKEN, amount_cents=4000, method_id="check",
                               check_no="318", received_date="2026-03-04", posted_date="2026-03-05", note="by post",
                               charge_id="charge-2026-03-02")  # fmt: skip
        with clinic.store.write() as tx:
            for body in as_operations(money):
                tx.record(body, person_id="import", business_date="2026-03-05")

    with counter(tmp_path, fill) as desk, desk.desk.store.reader() as reader:
        row = receipts.payment(reader, "alder", "m")
        assert row is not None
        words = said(desk.desk.checkout._parts.till.posting.describe(reader, row, {}))
        facts = {fact.left: fact.right for fact in words.facts}
        assert facts == {"Date": "Mar 5, 2026", "Received": "Mar 4, 2026", "Patient": "Rosa Quillfeather",
                         "Account": "0041877", "Note": "by post"}  # fmt: skip
        assert [(tender.left, tender.right) for tender in words.tenders] == [
            ("Paid elsewhere, Check no. 318", "$40.00")
        ]
        assert [item.left for item in words.items] == ["Balance: Lab panel"]


def test_what_the_practice_set_here_stays_when_its_files_come_again(desk: ImportDesk, tmp_path: Path) -> None:
    """A provider who lets credit go to visits by rule, and who is asked to pay for a visit."""
    (tmp_path / "doctors.csv").write_text("id,name,npi\nd1,Dr. Okafor,1234567893\n")
    desk.run(tmp_path / "doctors.csv")
    doctor = desk.rows("SELECT id FROM practitioner")[0][0]
    visit = ids(desk)["2026-01-22"]
    with desk.store.reader() as reader:
        stored = StoredRecords(reader, "tenant-1")
        records = stored.stored("practitioner", doctor), stored.stored("appointment", visit)
    assert all(records)
    with desk.store.write() as tx:
        for record in (replace(records[0], auto_allocate=True), replace(records[1], payment_profile="cash")):
            tx.record(record, person_id="maria", business_date="2026-05-14")
    again = desk.run(tmp_path / "doctors.csv", tmp_path / "people.csv", tmp_path / "visits.csv")
    assert (again.created, again.updated) == (0, 0)
    (tmp_path / "doctors.csv").write_text("id,name,npi\nd1,Dr. Chidi Okafor,1234567893\n")
    assert desk.run(tmp_path / "doctors.csv").updated == 1
    assert desk.rows("SELECT name, auto_allocate FROM practitioner") == [("Dr. Chidi Okafor", 1)]
    assert desk.rows("SELECT payment_profile FROM appointment WHERE id = ?", visit) == [("cash",)]
