"""Whatever a file holds, reading and linking it ends with records and refusals, never with an error of ours."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exchange.csv.columns import Mapping
from exchange.csv.read import read_csv
from exchange.drafts import FileContent, Reading
from exchange.fhir.bundle import READERS, read_fhir
from exchange.linking.link import link
from exchange.money import MoneyElsewhere, as_operations
from exchange.samples.clinic import clinic
from exchange.shifting import shift_to
from exchange.unpack import csv_text, json_text, unpacked
from models.basics.errors import ImportRefused
from models.operations.codec import canonical, from_json, to_json
from tests.support.imports import appointment, coverage, encounter, explanation, patient
from tests.support.shared_data import shared
from tests.unit.exchange.known import SOURCE, TENANT, ZONE, KnownRecords
from tests.unit.exchange.test_fhir_resources import account, charge_item

DAY = date(2026, 5, 14)
SAMPLE = clinic(DAY)
QUICK = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])

GOOD: list[dict[str, Any]] = [
    patient(identifier=[{"type": {"coding": [{"code": "MR"}]}, "system": "urn:x", "value": "1"}], telecom=[
        {"system": "phone", "value": "555", "rank": 1}], address=[{"line": ["1"], "city": "B"}], link=[
        {"other": {"reference": "Patient/2"}, "type": "seealso"}]),
    encounter(appointment=[{"reference": "Appointment/a1"}], participant=[{"individual": {"display": "Dr. O"}}]),
    appointment(end="2026-05-14T15:00:00Z", minutesDuration=20, slot=[{"reference": "Slot/s1"}],
                contained=[{"id": "x"}]),
    explanation(lines=[{"copay": 1.5, "coinsurance": 2, "memberliability": 4}], total=[], careTeam=[{"sequence": 1}]),
    coverage(period={"start": "2026", "end": "2027"}, order=1, costToBeneficiary=[
        {"type": {"coding": [{"code": "copay"}]}, "valueMoney": {"value": 30, "currency": "USD"}}]),
    charge_item(priceOverride={"value": 30, "currency": "USD"}, context={"reference": "Encounter/e1"}),
    account(),
    {"resourceType": "Slot", "id": "s1", "start": "2026-05-14T14:00:00Z", "schedule": {"reference": "Schedule/c"}},
    {"resourceType": "Schedule", "id": "c", "actor": [{"reference": "Practitioner/d", "display": "Dr. O"}]},
    {"resourceType": "Practitioner", "id": "d", "name": [{"family": "O", "given": ["A"], "prefix": ["Dr."]}]},
    {"resourceType": "Location", "id": "l", "name": "Main"},
    {"resourceType": "Organization", "id": "o", "name": "Payer"},
    {"resourceType": "CoverageEligibilityResponse", "id": "q", "status": "active", "outcome": "complete", "created":
     "2026-05-14", "insurance": [{"coverage": {"reference": "Coverage/c1"}, "inforce": True}]},
]  # fmt: skip

WORDS = st.sampled_from([
    "1E+999999", "-0", "urn:uuid:x", "Patient/1", "#x", "Patient?identifier=|", "9999-12-31T23:59:59-12:00", "\ud800",
    "0001-01-01T00:00:00+14:00", "0001-01-01", "https://[::1", "Patient/..", "9" * 2_000, "2026-02-30", "\u0000",
])  # fmt: skip
NUMBERS = st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False)
EMPTY = st.sampled_from([None, True, False, [], {}, [None], [[]], [{}], ""])
ODD = EMPTY | NUMBERS | WORDS | st.text(max_size=20)


def everything(*contents: FileContent) -> None:
    """Link, shift, and see that every record can be stored and sent."""
    linked = link(contents, TENANT, SOURCE, KnownRecords(), ZONE)
    items = [item for _, planned in linked.files for item in planned]
    shift_to(DAY, ZONE, items)
    for item in items:
        bodies = as_operations(item.record) if isinstance(item.record, MoneyElsewhere) else (item.record,)
        for body in bodies:
            assert from_json(type(body), json.loads(canonical(to_json(body)))) == body
    for refusal in linked.refusals:
        assert refusal.reason.startswith("import.")


def read(text: str) -> FileContent:
    return read_fhir("fuzz.json", text, Reading(ZONE))


def places(value: Any, found: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """Every (container, key) inside a JSON value."""
    keys = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        found.append((value, key))
        places(value[key], found)
    return found


@QUICK
@given(st.data())
def test_resources_with_anything_in_the_place_of_anything(data: st.DataObject) -> None:
    resources = json.loads(json.dumps(GOOD))
    for _ in range(data.draw(st.integers(1, 4))):
        container, key = data.draw(st.sampled_from(places(resources, [])))
        if isinstance(container, list) and key >= len(container):
            continue
        if isinstance(container, dict) and data.draw(st.booleans()):
            container.pop(key, None)
        else:
            container[key] = data.draw(ODD)
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": each} for each in resources]}
    everything(read(json.dumps(bundle)))


@QUICK
@given(st.data())
def test_bytes_that_were_cut_flipped_or_doubled(data: st.DataObject) -> None:
    pack = data.draw(st.booleans())
    good = SAMPLE.ndjson()[:20_000]
    raw = bytearray(gzip.compress(good, mtime=0) if pack else good)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(raw) - 1))
        action = data.draw(st.sampled_from(("flip", "cut", "double", "insert")))
        if action == "flip":
            raw[at] ^= 1 << data.draw(st.integers(0, 7))
        elif action == "cut":
            del raw[at : at + data.draw(st.integers(1, 500))]
        elif action == "double":
            raw[at:at] = raw[at : at + 50]
        else:
            raw[at:at] = data.draw(st.binary(max_size=8))
        if not raw:
            return
    try:
        text = json_text(unpacked(bytes(raw)))
    except ImportRefused:
        return
    everything(read(text))


FIELDS = ("id", "status", "name", "subject", "patient", "item", "total", "period", "start", "participant", "identifier",
          "extension", "code", "beneficiary", "contained", "meta", "outcome", "created")  # fmt: skip
JSON = st.recursive(
    ODD, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3)
)


@QUICK
@given(st.sampled_from(sorted(READERS)), st.dictionaries(st.sampled_from(FIELDS), JSON))
def test_resources_made_of_noise(kind: str, fields: dict[str, Any]) -> None:
    everything(read(json.dumps({"resourceType": kind} | fields)))


@QUICK
@given(JSON)
def test_any_json_at_all(value: Any) -> None:
    everything(read(json.dumps(value)))


@QUICK
@given(st.text(), st.text(max_size=3))
def test_any_text_as_a_table(text: str, delimiter: str) -> None:
    for header in ("", "Patient ID,Last Name,First Name,DOB,Copay,Insurance\n", "MRN,Start,Status,Copay,Doctor\n"):
        mapping = Mapping(delimiter=delimiter if delimiter in {",", ";", "\t", "|"} else "")
        everything(read_csv("fuzz.csv", header + text, Reading(ZONE), mapping, DAY))


@QUICK
@given(st.data())
def test_tables_with_anything_in_any_cell(data: st.DataObject) -> None:
    writers: list[Callable[[], bytes]] = [SAMPLE.csv_patients, SAMPLE.csv_appointments, SAMPLE.csv_payments]
    lines = data.draw(st.sampled_from(writers))().decode().split("\r\n")[:12]
    for _ in range(data.draw(st.integers(1, 5))):
        row = data.draw(st.integers(1, len(lines) - 1))
        cells = lines[row].split(",")
        cells[data.draw(st.integers(0, len(cells) - 1))] = data.draw(st.text(max_size=30))
        lines[row] = ",".join(cells)
    people = read_csv("people.csv", SAMPLE.csv_patients().decode(), Reading(ZONE), Mapping(), DAY)
    everything(people, read_csv("fuzz.csv", "\r\n".join(lines), Reading(ZONE), Mapping(), DAY))


@QUICK
@given(st.binary(max_size=200))
def test_any_bytes_at_all(raw: bytes) -> None:
    for opened in (json_text, csv_text):
        try:
            opened(unpacked(raw))
        except ImportRefused:
            continue


@pytest.mark.parametrize("field", ["family", "given", "id", "mrn", "phone", "reason", "birth", "amount"])
def test_naughty_strings_in_every_place(field: str) -> None:
    chance = random.Random(7)
    strings: list[str] = json.loads(shared("naughty-strings/blns.json").read_text("utf-8"))
    entries = []
    for number, text in enumerate(strings):
        name = text if field == "id" else str(number)
        called = {"family": text if field == "family" else "Q", "given": [text if field == "given" else "A"]}
        number_type = {"coding": [{"code": "MR"}]}
        person = patient(
            name, name=[called], birthDate=text if field == "birth" else "1984-03-14",
            telecom=[{"system": "phone", "value": text if field == "phone" else "1"}],
            identifier=[{"type": number_type, "value": text if field == "mrn" else "1"}],
        )  # fmt: skip
        visit = encounter(f"e{number}", patient_id=name, reasonCode=[{"text": text if field == "reason" else "x"}])
        claim = explanation(f"x{number}", patient_id=name, lines=[{"copay": text if field == "amount" else "1.00"}])
        entries += [{"resource": each} for each in chance.sample([person, visit, claim], 3)]
    content = read(json.dumps({"resourceType": "Bundle", "entry": entries}))
    everything(content)
    assert content.read["Patient"] == len(strings)
