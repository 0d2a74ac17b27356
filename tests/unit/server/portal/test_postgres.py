"""The same portal on PostgreSQL, behind its walls between practices."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from models.basics.clock import FixedClock
from models.operations import bodies
from tests.support.portal import Browser, House, house, join
from tests.support.postgres import PostgresServer


@pytest.fixture(scope="module")
def place(
    tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer, postgres_template: str, clock: FixedClock
) -> Iterator[House]:
    url = postgres.url(postgres.create(template=postgres_template))
    with house(tmp_path_factory.mktemp("portal"), None, clock, None, url) as made:
        yield made


def test_an_account_its_pages_and_its_papers(place: House, clock: FixedClock) -> None:
    clinic, other = place.clinic(), place.clinic("Birch Road Dental")
    payment_id = clinic.stream.copay(clinic.rosa, clinic.charges["sofia"], 500)
    line = bodies.StatementLine(service_date="2026-01-22", description="Follow-up visit", owed_cents=8_000,
                                paid_cents=0, balance_cents=8_000)  # fmt: skip
    clinic.put(bodies.StatementIssued(
        statement_id="st-1", patient_id=clinic.sofia, number="ST-0001", channel="print", balance_cents=8_000,
        unallocated_cents=0, due_date="2026-03-20", lines=(line,),
    ))  # fmt: skip
    browser = join(place, clinic, factor="text").browser
    page = browser.get("/payments").text
    for words in ("You owe $95.00.", "Follow-up visit", "School physical", "Cash", "$15.00", "$5.00"):
        assert words in page, words
    assert re.search(rf"/receipts/{payment_id}", page)
    assert browser.get(f"/receipts/{payment_id}").content.startswith(b"%PDF-")
    assert "ST-0001" in browser.get("/statements").text
    assert browser.get("/statements/st-1").content.startswith(b"%PDF-")
    assert browser.get("/cards").status_code == 200
    browser.get("/account")
    assert browser.send("/account/codes", password="not this one").status_code == 422
    stranger = Browser(clinic)
    stranger.get("/")
    for _ in range(5):
        status = stranger.send("/sign-in", username="rosa.q", password="not this one").status_code
        assert status == 422
    assert stranger.send("/sign-in", username="rosa.q", password="not this one").status_code == 429
    rows = place.hub.store.portal
    assert len(rows.views(clinic.tenant, clinic.rosa)) >= 4
    assert rows.views(other.tenant, clinic.rosa) == []
    assert rows.account_of_login(other.tenant, "rosa.q") is None
    clock.advance(timedelta(hours=9).total_seconds())
    assert browser.get("/payments").url.query == b"ended=1"


def test_what_no_text_of_the_database_can_be_is_no_id(place: House) -> None:
    clinic = place.clinic("Cedar Clinic")
    browser = join(place, clinic, factor="text").browser
    for guess in ("%00", "%0a", "%ff%fe", "x" * 500):
        assert browser.get(f"/receipts/{guess}").status_code == 404
        assert browser.line.get(f"{clinic.hub.url}/portal/{guess}/payments").status_code == 404
