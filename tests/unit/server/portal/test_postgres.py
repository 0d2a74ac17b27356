"""The same portal on PostgreSQL, behind its walls between practices."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest

from models.basics.clock import FixedClock, utc_text
from models.basics.ids import new_id
from models.operations import bodies
from models.operations.links import LinkRevoke
from models.store.portal_rows import OrderRow
from models.store.session import Session
from server.portal.limits import Throttle
from server.portal.portal import KNOCKS, KNOCKS_WITHIN_S
from server.portal.words import say
from server.tidying import tidy_portal
from tests.support.links import Payer, issue
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


def test_a_one_time_link_and_its_orders(place: House, clock: FixedClock) -> None:
    """What a link asks, how it ends, one order at a time, and the walls between practices."""
    clinic, other = place.clinic("Dale Clinic"), place.clinic("Elm Clinic")
    link_id = issue(clinic, 10_000, items=[("rosa", 8_000), ("sofia", 2_000)])
    payer = Payer(clinic, link_id).enters()
    assert "$100.00" in payer.page.text
    clinic.stream.copay(clinic.sofia, clinic.charges["sofia"], 2_000)
    clinic.push()
    assert "now it is $80.00" in payer.opens().text
    rows = place.hub.store.portal
    orders = [OrderRow(new_id(), link_id, clinic.rosa, 8_000, "[]", "", 0, "begun", "", "", "", made, "")
              for made in ("2026-03-02T15:00:00.000Z", "2026-03-02T15:01:00.000Z")]  # fmt: skip
    assert rows.begin_order_alone(clinic.tenant, orders[0]) == (orders[0], True)
    assert rows.begin_order_alone(clinic.tenant, orders[1]) == (orders[0], False)
    rows.move_order(clinic.tenant, orders[0].order_id, "declined", reason="ended")
    assert rows.begin_order_alone(clinic.tenant, orders[1]) == (orders[1], True)
    assert rows.order_of(clinic.tenant, link_id) == orders[1]
    assert rows.order_of(other.tenant, link_id) is None
    rows.move_order(clinic.tenant, orders[1].order_id, "declined")
    for subject, more in (
        ("balance", {}),
        ("visit", {"subject_id": "nothing"}),
        ("request", {"subject_id": "nothing"}),
    ):
        found = Payer(clinic, issue(clinic, 8_000, subject=subject, **more)).opens()
        assert found.status_code == (200 if subject == "balance" else 410), subject
    late = replace(orders[0], order_id=new_id(), made_at=utc_text(clock.now() + timedelta(minutes=1)))
    assert rows.begin_order_alone(clinic.tenant, late) == (late, True)
    assert rows.send_order(clinic.tenant, late.order_id, "attempt", "http://page") is True
    clinic.put(LinkRevoke(link_id=link_id, patient_id=clinic.rosa))
    assert payer.opens().status_code == 410
    assert rows.withdrawn_orders(other.tenant) == []
    assert rows.withdrawn_orders(clinic.tenant) == [(late.order_id, "attempt")]


def test_what_no_text_of_the_database_can_be_is_no_id(place: House) -> None:
    clinic = place.clinic("Cedar Clinic")
    browser = join(place, clinic, factor="text").browser
    for guess in ("%00", "%0a", "%ff%fe", "x" * 500):
        assert browser.get(f"/receipts/{guess}").status_code == 404
        assert browser.line.get(f"{clinic.hub.url}/portal/{guess}/payments").status_code == 404


def test_every_process_counts_together_and_what_is_long_over_goes(place: House, clock: FixedClock) -> None:
    """Forty forms from an address are forty, whichever process took them; a week later nothing of it is left, but for
    what the patient agreed to and who saw what."""
    clinic, other = place.clinic("Elm Clinic"), place.clinic("Fir Clinic")
    portal = place.hub.hub.portal
    beside = Throttle(clock, KNOCKS, KNOCKS_WITHIN_S, portal._counted)
    for number in range(KNOCKS):
        assert (portal.knocks, beside)[number % 2].let(clinic.tenant, "198.51.100.9")
    assert not portal.knocks.let(clinic.tenant, "198.51.100.9")
    assert not beside.let(clinic.tenant, "198.51.100.9")
    assert beside.let(other.tenant, "198.51.100.9")
    clock.advance(KNOCKS_WITHIN_S + 1)
    assert beside.let(clinic.tenant, "198.51.100.9")

    browser = join(place, clinic, factor="text").browser
    browser.get("/payments")
    before = counted(place, clinic.tenant)
    assert min(before.values()) > 0, before
    said = place.hub.store._look(
        lambda session: session.one("SELECT said_by, words, words_sha256 FROM portal_terms WHERE tenant = :tenant",
                                    tenant=clinic.tenant), clinic.tenant,
    )  # fmt: skip
    told = say("en", "start.terms", clinic="Elm Clinic")
    assert tuple(said) == ("Rosa Quillfeather", "portal-1-en", sha256(told.encode()).hexdigest())
    clock.advance(timedelta(days=8).total_seconds())
    assert tidy_portal(place.hub.hub) > 0
    assert {table: count > 0 for table, count in counted(place, clinic.tenant).items()} == KEPT_OR_NOT
    assert tidy_portal(place.hub.hub) == 0


def counted(place: House, tenant: str) -> dict[str, int]:
    """Rows of a practice by table."""

    def work(session: Session) -> dict[str, int]:
        query = "SELECT count(*) FROM {} WHERE tenant = :tenant"
        return {table: session.one(query.format(table), tenant=tenant)[0] for table in KEPT_OR_NOT}

    found: dict[str, int] = place.hub.store._look(work, tenant)
    return found


KEPT_OR_NOT = {"portal_session": False, "portal_note": False, "portal_knock": False, "portal_account": True,
               "portal_view": True, "portal_terms": True}  # fmt: skip
"""What is still there a week after everything ended."""
