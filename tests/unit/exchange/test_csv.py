from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.csv.cells import amount, date_order, day, moment
from exchange.csv.columns import Mapping, find_columns, read_mapping
from exchange.csv.read import read_csv
from exchange.csv.table import Row, read_table
from exchange.drafts import FileContent, PatientDraft, Reading
from exchange.linking.link import Linked, link
from exchange.unpack import csv_text
from models.basics.clock import utc_text
from models.basics.errors import ImportRefused
from models.operations.records import Appointment, Charge, Coverage, Patient, Practitioner
from tests.support.shared_data import ROOT, shared
from tests.unit.exchange.known import ZONE, KnownRecords, made, reasons

TODAY = date(2026, 5, 14)


def content(text: str, mapping: Mapping | None = None) -> FileContent:
    return read_csv("file.csv", text, Reading(ZONE), mapping or Mapping(), TODAY)


def tables(*texts: str, mapping: Mapping | None = None) -> Linked:
    return link([content(text, mapping) for text in texts], "tenant-1", "ehr", KnownRecords(), ZONE)


# The table --------------------------------------------------------------------------------------------------------

SPECTRUM = sorted(path.name for path in (ROOT / "csv-torture" / "spectrum").glob("*.csv")) or ["simple.csv"]


@pytest.mark.parametrize("name", SPECTRUM)
def test_every_case_of_the_spectrum(name: str) -> None:
    path = shared(f"csv-torture/spectrum/{name}")
    table = read_table(csv_text(path.read_bytes()))
    wanted = json.loads(path.with_suffix(".expected.json").read_text("utf-8"))
    found = [dict(zip(table.header, row.cells, strict=True)) for row in table.rows if isinstance(row, Row)]
    if name == "location_coordinates.csv":  # its expectation names another phone number than the file
        found[0]["Contact Phone Number"] = wanted["Contact Phone Number"]
        wanted = [wanted]
    assert found == wanted


@pytest.mark.parametrize(
    ("text", "delimiter", "rows"),
    [
        ("a;b;c\n1;2;3\n", ";", [["1", "2", "3"]]),
        ("a\tb\n1\t2,5\n3\t4,5\n", "\t", [["1", "2,5"], ["3", "4,5"]]),
        ('a|b\n"x|y"|2\n', "|", [["x|y", "2"]]),
        ('name,city\n"Quill; Ada","Boston; MA"\n', ",", [["Quill; Ada", "Boston; MA"]]),
        ("\n\n\na,b\n\n1,2\n\n", ",", [["1", "2"]]),
        ("a\n1\n", ",", [["1"]]),
        ('a,b\r\n"one\r\ntwo",2\r\n', ",", [["one\r\ntwo", "2"]]),
    ],
)
def test_delimiters_quotes_and_line_ends(text: str, delimiter: str, rows: list[list[str]]) -> None:
    table = read_table(text)
    assert table.delimiter == delimiter
    assert [row.cells for row in table.rows if isinstance(row, Row)] == rows


def test_ragged_rows_and_open_quotes_are_refused_with_their_line() -> None:
    table = read_table('a,b,c\n1,2\n"one\ntwo",2,3\n1,2,3,4\n1,2,3,\n"open,2,3\n1,2,3')
    told = [row.line if isinstance(row, Row) else (row[0], row[1].message_key) for row in table.rows]
    assert told == [(2, "import.ragged_row"), 3, (5, "import.ragged_row"), 6, (7, "import.quote_open")]


def test_an_endless_cell_is_refused() -> None:
    table = read_table("a,b\n" + "x" * 200_000 + ",1\n2,3\n")
    assert [isinstance(row, Row) for row in table.rows][-1]
    assert not isinstance(table.rows[0], Row)


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), min_size=2, max_size=5)))
def test_what_a_writer_wrote_is_read_again(rows: list[list[str]]) -> None:
    import csv
    import io

    width = 3
    shaped = [[cell.replace("\0", "") for cell in (row + [""] * width)[:width]] for row in rows]
    shaped = [row for row in shaped if any(cell.strip() for cell in row)]
    text = io.StringIO(newline="")
    csv.writer(text).writerows([["a", "b", "c"], *shaped])
    table = read_table(text.getvalue(), ",")
    assert [row.cells for row in table.rows if isinstance(row, Row)] == shaped


# Columns ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "table"),
    [
        ("Id,BIRTHDATE,FIRST,LAST", "patients"),
        ("Patient ID,Last Name,First Name,Date of Birth", "patients"),
        ("MRN;Patient Name;D.O.B.", "patients"),
        ("Id,START,STOP,PATIENT,PROVIDER,DESCRIPTION", "appointments"),
        ("Appt Date,Appt Time,MRN,Patient Name,DOB,Status", "appointments"),
        ("Id,NAME,SPECIALITY", "practitioners"),
        ("ID,CLAIMID,CHARGEID,PATIENTID,TYPE,AMOUNT,TRANSFERTYPE", "transactions"),
    ],
)
def test_tables_are_known_by_their_columns(header: str, table: str) -> None:
    delimiter = ";" if ";" in header else ","
    assert find_columns(header.split(delimiter), Mapping())[0] == table


@pytest.mark.parametrize(
    "header",
    [
        "a,b,c",
        "Id,NAME,ADDRESS,CITY,PHONE",
        "DATE,PATIENT,ENCOUNTER,CODE,DESCRIPTION",
        "",
        "Id,PATIENTID,DIAGNOSIS1,SERVICEDATE",
    ],
)
def test_other_tables_are_refused(header: str) -> None:
    with pytest.raises(ImportRefused, match=r"import\.table_unknown"):
        find_columns(header.split(","), Mapping())


def test_a_map_names_columns_order_and_encoding() -> None:
    mapping = read_mapping(
        'table = "patients"\nencoding = "cp1252"\ndelimiter = ";"\ndates = "dmy"\n'
        '[columns]\nid = "Nr."\nfamily = "Nachname"\ngiven = "Vorname"\nbirth_date = "Geburtsdatum"\n'
    )
    text = csv_text("Nr.;Nachname;Vorname;Geburtsdatum\n7;Müller;Zoë;02.01.1990\n".encode("cp1252"), mapping.encoding)
    (record,) = made(tables(text, mapping=mapping), Patient)
    assert (record.family, record.given, record.birth_date) == ("Müller", "Zoë", "1990-01-02")


@pytest.mark.parametrize(
    "text",
    ['table = "invoices"', "table = 7", "[columns]\nshoe = 'x'", "columns = 1", "[columns]\nid = 1", "not toml",
     'dates = "x"', 'colour = "red"'],
)  # fmt: skip
def test_maps_that_are_not_right(text: str) -> None:
    with pytest.raises(ImportRefused, match=r"import\.map_invalid"):
        read_mapping(text)


def test_a_mapped_column_that_is_not_there() -> None:
    (refusal,) = content("a,b\n1,2\n", Mapping(columns={"family": "Nachname"})).refusals
    assert (refusal.reason, refusal.path, refusal.facts) == ("import.column_missing", "line 1", {"field": "family"})


# Cells ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "order", "iso"),
    [
        ("1984-03-14", "mdy", "1984-03-14"), ("3/14/1984", "mdy", "1984-03-14"), ("03/14/84", "mdy", "1984-03-14"),
        ("14.03.1984", "dmy", "1984-03-14"), ("1984/3/14", "dmy", "1984-03-14"), ("19840314", "mdy", "1984-03-14"),
        ("14-Mar-1984", "mdy", "1984-03-14"), ("March 14, 1984", "mdy", "1984-03-14"),
        ("Mar 14 1984", "mdy", "1984-03-14"),
        ("14th March 1984", "mdy", "1984-03-14"), ("3/4/26", "mdy", "2026-03-04"), ("6/1/26", "mdy", "1926-06-01"),
    ],
)  # fmt: skip
def test_days_in_any_usual_form(text: str, order: str, iso: str) -> None:
    assert day(text, order, "", latest=TODAY).isoformat() == iso


@pytest.mark.parametrize("text", ["", "yesterday", "13/13/2020", "2020-02-30", "0/1/2020", "٣/١٤/١٩٨٤", "Foo 3 2020"])
def test_days_that_are_none(text: str) -> None:
    with pytest.raises(ImportRefused, match=r"import\.not_a_date"):
        day(text, "mdy", "line 2, birth_date")


def test_the_order_of_a_column_is_that_which_fits_all_its_values() -> None:
    assert date_order(["02/01/2014", "31/12/2012"]) == "dmy"
    assert date_order(["02/01/2014", "12/31/2012"]) == "mdy"
    assert date_order(["31/12/2012", "12/31/2012"]) == "mdy"  # nothing fits: the rows that do not, are refused
    assert date_order(["2014-01-02", ""]) == "mdy"


@pytest.mark.parametrize(
    ("text", "clock", "utc"),
    [
        ("2026-05-14T13:45:00Z", "", "2026-05-14T13:45:00.000Z"),
        ("2026-05-14 09:45:00", "", "2026-05-14T13:45:00.000Z"),
        ("5/14/2026 9:45 AM", "", "2026-05-14T13:45:00.000Z"),
        ("5/14/2026", "9:45 am", "2026-05-14T13:45:00.000Z"),
        ("May 14, 2026", "12:05 PM", "2026-05-14T16:05:00.000Z"),
        ("5/14/2026", "12:05 a.m.", "2026-05-14T04:05:00.000Z"),
        ("2026-01-14", "14:00", "2026-01-14T19:00:00.000Z"),
    ],
)
def test_moments_of_visits(text: str, clock: str, utc: str) -> None:
    assert utc_text(moment(text, clock, "mdy", ZONE, "")) == utc


@pytest.mark.parametrize(
    ("text", "clock"), [("5/14/2026", ""), ("5/14/2026", "25:00"), ("5/14/2026", "13:00 pm"), ("x", "y")]
)
def test_moments_that_are_none(text: str, clock: str) -> None:
    with pytest.raises(ImportRefused):
        moment(text, clock, "mdy", ZONE, "")


@pytest.mark.parametrize(
    ("text", "value"),
    [("35", "35"), ("$1,234.56", "1234.56"), (".50", "0.50"), ("-5", "-5"), ("(5.00)", "-5.00"), ("28.104000000000003",
     "28.104000000000003"), ("", None)],
)  # fmt: skip
def test_amounts(text: str, value: str | None) -> None:
    assert amount(text, "") == (None if value is None else Decimal(value))


@pytest.mark.parametrize("text", ["1E2", "0x10", "1,23.4", "NaN", "free", "1.2.3", "$", "٣٥"])
def test_amounts_that_are_none(text: str) -> None:
    with pytest.raises(ImportRefused, match=r"import\.not_an_amount"):
        amount(text, "")


# Whole tables -----------------------------------------------------------------------------------------------------


def test_a_table_of_patients_with_their_insurance() -> None:
    result = tables(
        "Patient ID,MRN,Last Name,First Name,MI,DOB,Sex,Cell Phone,Email,Address,City,State,Zip,Insurance,Member ID,"
        "Copay\n"
        'p1,0041877,Quillfeather,Ada,B,03/14/1984,F,5550104417,ada@example.org,"7 Birch Lane, Flat 2",Boston,MA,02101,'
        "Blue Cross PPO,M-1,$30\n"
    )
    (person,), (insurance,) = made(result, Patient), made(result, Coverage)
    assert (person.family, person.given, person.middle, person.birth_date) == ("Quillfeather", "Ada", "B", "1984-03-14")
    assert (person.mrn, person.phone, person.sex) == ("0041877", "(555) 010-4417", "female")
    assert person.address == ("7 Birch Lane, Flat 2", "Boston, MA 02101")
    assert (insurance.patient_id, insurance.payer, insurance.copay_cents) == (person.id, "Blue Cross PPO", 3000)


def test_a_schedule_that_comes_alone_brings_its_patients() -> None:
    result = tables(
        "Date,Time,Patient Name,DOB,MRN,Provider,Visit Type,Status,Copay\n"
        '5/14/2026,9:45 AM,"Quillfeather, Ada",3/14/1984,0041877,Dr. Okafor,Office visit,Arrived,30\n'
        '5/21/2026,2:30 PM,"Quillfeather, Ada",3/14/1984,0041877,Dr. Okafor,Follow-up,,\n'
        '5/1/2026,8:00 AM,"Quillfeather, Bea",3/14/1984,0041878,D-17,Follow-up,,\n'
    )
    assert reasons(result) == []
    assert {person.given for person in made(result, Patient)} == {"Ada", "Bea"}
    visits = sorted(made(result, Appointment), key=lambda visit: visit.starts_at)
    assert [(visit.status, visit.copay_cents) for visit in visits] == [
        ("done", None), ("arrived", 3000), ("scheduled", None),
    ]  # fmt: skip
    assert [visit.service_date for visit in visits] == ["2026-05-01", "2026-05-14", "2026-05-21"]
    assert [doctor.name for doctor in made(result, Practitioner)] == ["Dr. Okafor"]


def test_a_column_of_names_called_patient() -> None:
    result = tables("Patient,MRN,Start,Doctor\nAda Quillfeather,0041877,2026-05-14 09:45,Dr. Okafor\n")
    assert [person.given for person in made(result, Patient)] == ["Ada"]
    assert len(made(result, Appointment)) == 1


def test_visits_find_patients_of_another_table_by_record_number() -> None:
    people = "Patient ID,MRN,Last Name,First Name,DOB\np1,0041877,Quillfeather,Ada,3/14/1984\n"
    visits = "Appointment ID,MRN,Start,Doctor,Duration,End\na1,0041877,2026-05-14 09:45,Dr. Okafor,,10:05 AM\n"
    result = tables(visits, people)
    (visit,) = made(result, Appointment)
    assert visit.patient_id == made(result, Patient)[0].id
    assert visit.minutes == 20


def test_bad_rows_are_refused_by_line_and_the_rest_is_taken() -> None:
    result = tables(
        "Patient ID,Last Name,First Name,DOB\n,Nobody,Ann,1/1/2000\np2,,,1/1/2000\np3,Quillfeather,Ada,31/31/2000\n"
        "p4,Quillfeather,Ada\np5,Quillfeather,Bea,1/1/2000\n"
    )
    assert [(refusal.path, refusal.reason) for refusal in result.refusals] == [
        ("line 5", "import.ragged_row"), ("line 2", "import.no_id"), ("line 3", "import.no_name"),
        ("line 4, birth_date", "import.not_a_date"),
    ]  # fmt: skip
    assert [person.given for person in made(result, Patient)] == ["Bea"]
    assert result.read["patient"] == 5


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("a1,,2026-05-14 09:45,,", "import.no_patient"),
        ("a1,9,2026-05-14 09:45,,", "import.patient_unknown"),
        ("a1,1,,,", "import.no_start"),
        ("a1,1,2026-05-14,,", "import.no_time"),
        ("a1,1,2026-05-14 09:45,Vanished,", "import.status_unknown"),
        ("a1,1,2026-05-14 09:45,,free", "import.not_an_amount"),
        ("a1,1,2026-05-14 09:45,,-5", "import.amount_negative"),
        ("a1,1,2026-05-14 09:45,,99999999", "import.amount_too_large"),
    ],
)
def test_visits_that_are_refused(row: str, reason: str) -> None:
    people = "Patient ID,Last Name,First Name\n1,Quillfeather,Ada\n"
    assert reasons(tables(people, f"Appointment ID,Patient ID,Start,Status,Copay\n{row}\n")) == [reason]


def test_claim_transactions_put_to_the_patient() -> None:
    people = "Id,LAST,FIRST\np1,Quillfeather,Ada\n"
    head = ("ID,CLAIMID,CHARGEID,PATIENTID,TYPE,AMOUNT,FROMDATE,PROCEDURECODE,NOTES,TRANSFEROUTID,TRANSFERTYPE,"
            "APPOINTMENTID\n")  # fmt: skip
    rows = [
        "t1,c1,1,p1,CHARGE,129.16,2009-09-13T11:33:59Z,410,Well child,,1,e1",
        "t2,c1,2,p1,PAYMENT,,2009-09-13T11:33:59Z,410,Well child,,,e1",
        "t3,c1,3,p1,TRANSFEROUT,,2009-09-13T11:33:59Z,410,Well child,,,e1",
        "t4,c1,4,p1,TRANSFERIN,6.46,2009-09-13T11:33:59Z,410,Well child,3,p,e1",
        "t5,c1,5,p1,CHARGE,140.52,2009-09-13T11:33:59Z,140,Influenza,,p,e1",
        "t6,c1,6,p1,TRANSFERIN,7.03,2009-09-13T11:33:59Z,999,Other,3,p,e1",
        "t7,c1,7,p1,GIFT,1,2009-09-13T11:33:59Z,410,Well child,,,e1",
    ]
    result = tables(people, head + "\n".join(rows) + "\n")
    charges = {charge.description: charge for charge in made(result, Charge)}
    assert {name: charge.responsibility_cents for name, charge in charges.items()} == {
        "Well child": 646, "Influenza": 14_052,
    }  # fmt: skip
    assert [(refusal.path, refusal.reason) for refusal in result.refusals] == [
        ("line 7", "import.line_unknown"), ("line 8, type", "import.status_unknown"),
    ]  # fmt: skip


def test_no_column_wipes_what_it_does_not_speak_of() -> None:
    (draft,) = content("Patient ID,Last Name,First Name\n1,Quillfeather,Ada\n").drafts
    assert {"phone", "email", "mrn", "birth_date", "receipt_by", "address"} <= draft.silent
    (draft,) = content("Patient ID,Last Name,First Name,Phone\n1,Quillfeather,Ada,\n").drafts
    assert "phone" not in draft.silent


@pytest.mark.parametrize(
    "name", sorted(path.name for path in (ROOT / "csv-torture" / "csvkit").glob("*.?sv")) or ["bad.csv"]
)
def test_torture_is_refused_and_never_crashes(name: str) -> None:
    path: Path = shared(f"csv-torture/csvkit/{name}")
    if name == "empty.csv":
        with pytest.raises(ImportRefused, match=r"import\.empty"):
            csv_text(path.read_bytes())
        return
    found = content(csv_text(path.read_bytes()))
    assert found.drafts == []
    assert [refusal.reason for refusal in found.refusals] == ["import.table_unknown"]


def test_a_moment_is_on_the_clinics_clock_whatever_the_machines_zone() -> None:
    assert moment("2026-05-14 09:45", "", "mdy", ZoneInfo("Asia/Tokyo"), "") == datetime(2026, 5, 14, 0, 45, tzinfo=UTC)


def test_what_somebody_rather_reads_comes_along_and_an_empty_cell_says_nothing() -> None:
    text = "MRN,Last,First,Preferred Language\n1,Quill,Ana,Spanish\n2,Quill,Ben,\n3,Quill,Cy,vie\n4,Quill,Di,n/a\n"
    people = [each for each in content(text).drafts if isinstance(each, PatientDraft)]
    assert [(each.record.language, "language" in each.silent) for each in people] == [
        ("es", False), ("", True), ("vi", False), ("", True)]  # fmt: skip
