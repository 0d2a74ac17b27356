"""The list of payment links: pages of it beside a plain reading of all links, for every state, person and search; and
that no page reads more of the store as links and patients become many."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.link_views import LinkLine, LinksAsk, LinksPage
from app.links import Links
from app.messages import Messages
from models.basics.clock import utc_text
from models.operations.bodies import Allocate, AllocationLine
from models.operations.links import LinkIssue, LinkRevoke
from models.operations.online import OnlineItem
from models.operations.records import Patient
from models.operations.requests import PaymentRequestPut, PaymentRequestStatus
from models.rules.links import LinkState, LinkWhich
from models.store.queries import link_list, links, online
from models.tables.online import online_debit, online_payment
from tests.support.clinic import TestClinic
from tests.support.printing_office import papers_of

PEOPLE = ("Alvarez", "Brown", "Castillo", "Dubois", "Eriksson", "Fontaine", "Garcia", "Hoffmann")
STANDS = {
    LinkWhich.ALL: set(LinkState), LinkWhich.OPEN: {LinkState.OPEN, LinkState.CHANGED},
    LinkWhich.PAID: {LinkState.PAID}, LinkWhich.SETTLED: {LinkState.SETTLED}, LinkWhich.REVOKED: {LinkState.REVOKED},
    LinkWhich.EXPIRED: {LinkState.EXPIRED}, LinkWhich.PROCESSING: {LinkState.PROCESSING},
}  # fmt: skip


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClinic]:
    """Eight accounts, one of a child whose mother pays, and ninety links of them in every state, several of one
    moment."""
    made = TestClinic(tmp_path_factory.mktemp("links"))
    for name in PEOPLE:
        made.patient(name, "Ida", name)
        made.charge(8_000, charge_id=f"c-{name}", patient_id=name)
    made.put(Patient(id="kim", family="Kowalski", given="Kim", guarantor_id="Garcia", birth_date="2015-06-02"))
    made.put(PaymentRequestPut(request_id="gone", patient_id="Brown", amount_cents=900, number="PAY-1"),
             PaymentRequestStatus(request_id="gone", patient_id="Brown", status="cancelled"))  # fmt: skip
    dice = random.Random(20260514)
    for number in range(90):
        _link(made, f"l{number:02d}", dice)
        made.clock.advance(dice.choice((0, 0, 40, 9_000)))
    made.paid(8_000, payment_id="all", patient_id="Eriksson", receipt_no="R", number="P")
    line = AllocationLine(charge_id="c-Eriksson", amount_cents=8_000)
    made.put(Allocate(allocation_id="a", lot_payment_id="all", patient_id="Eriksson", lines=(line,)))
    yield made
    made.close()


def _link(clinic: TestClinic, link_id: str, dice: random.Random) -> None:
    name, now = dice.choice(PEOPLE), clinic.clock.now()
    asked = {"subject": "balance", "items": (OnlineItem(charge_id=f"c-{name}", amount_cents=8_000),)}
    if name == "Brown" and dice.random() < 0.5:
        asked = {"subject": "request", "subject_id": "gone"}
    ends = now + timedelta(days=dice.choice((-1, 7, 90)))
    clinic.put(LinkIssue(link_id=link_id, patient_id=name, amount_cents=8_000, expires_at=utc_text(ends), **asked))  # type: ignore[arg-type]
    fate = dice.random()
    if fate < 0.2:
        clinic.put(LinkRevoke(link_id=link_id, patient_id=name))
    elif fate < 0.35:
        _came(clinic, online_payment, link_id, name, state="posted", paid_at=utc_text(now))
    elif fate < 0.45:
        _came(clinic, online_debit, link_id, name, state="processing", asked_at=utc_text(now))


def _came(clinic: TestClinic, table: sa.Table, link_id: str, name: str, **more: str) -> None:
    """Money came by a link, or a bank was asked: the row as the hub's word leaves it at a desk."""
    known = {"tenant": clinic.clinic.tenant, "online_id": f"o-{link_id}", "patient_id": name, "amount_cents": 100,
             "channel": "link", "source_id": link_id, "seq": 1, **more}  # fmt: skip
    empty = {column.name: 0 if isinstance(column.type, sa.Integer) else "" for column in table.columns}
    with clinic.store.write() as tx:
        tx._session.insert(table, [{**empty, **known}])


@pytest.fixture
def story(clinic: TestClinic) -> Iterator[Links]:
    with papers_of(clinic) as (papers, _):
        yield Links(clinic.clinic, Messages(clinic.clinic, papers), None)


def plainly(clinic: TestClinic, story: Links) -> list[LinkLine]:
    """Every link, newest first, read one by one."""
    found = clinic.rows("SELECT link_id FROM pay_link ORDER BY issued_at DESC, link_id DESC")
    return [story.find(link_id) for (link_id,) in found]


def walked(story: Links, ask: LinksAsk) -> tuple[list[LinkLine], list[LinksPage]]:
    """All of it in pages, as a window turns them: what is missing of one is asked for where the last answer ended."""
    lines, answers, after, missing = list[LinkLine](), list[LinksPage](), ask.after, ask.most
    while True:
        page = story.page(LinksAsk(ask.text, ask.which, ask.patient_id, after, missing))
        lines.extend(page.lines)
        answers.append(page)
        after, missing = page.after, ask.most if page.full else missing - len(page.lines)
        if after is None:
            return lines, answers


@pytest.mark.parametrize("which", LinkWhich, ids=str)
@pytest.mark.parametrize(("looks", "most"), [(3, 4), (5, 2), (500, 7)], ids=str)
def test_s2_11_pages_are_the_whole_list_in_order_once(
    clinic: TestClinic, story: Links, which: LinkWhich, looks: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_list, "LOOKS", looks)
    wanted = [line for line in plainly(clinic, story) if line.state in STANDS[which]]
    lines, answers = walked(story, LinksAsk(which=which, most=most))
    assert lines == wanted
    assert wanted, "there are links of every state"
    assert all(len(page.lines) <= most for page in answers)
    assert {page.total for page in answers} == ({90} if which is LinkWhich.ALL else {None})


@pytest.mark.parametrize("few", [0, 60], ids=["walked", "gathered"])
def test_s0_43_links_are_found_by_whoever_of_the_family_is_meant(
    clinic: TestClinic, story: Links, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By name with a slip, by a child's name, of one account, with a state; nobody, and a state nobody is in."""
    monkeypatch.setattr(link_list, "FEW", few)
    everything = plainly(clinic, story)
    of = {name: [line for line in everything if line.patient.patient_id == name] for name in PEOPLE}
    for ask, wanted in (
        (LinksAsk("alvrez"), of["Alvarez"]), (LinksAsk("Kowalski"), of["Garcia"]), (LinksAsk("ida"), everything),
        (LinksAsk(patient_id="kim"), of["Garcia"]), (LinksAsk("nobody"), []), (LinksAsk("  "), everything),
        (LinksAsk("dubois", LinkWhich.REVOKED), [x for x in of["Dubois"] if x.state is LinkState.REVOKED]),
        (LinksAsk("eriksson", LinkWhich.OPEN), []),
    ):  # fmt: skip
        assert walked(story, ask)[0] == wanted, ask
    assert story.page(LinksAsk("alvrez")).total == len(of["Alvarez"])
    assert story.page(LinksAsk(patient_id="kim")).whose == "Kim Kowalski"


PLANS = (
    ("the newest", LinkWhich.ALL, None, "ix_pay_link_tenant_issued_at_link_id"),
    ("of a few people", LinkWhich.ALL, ("Garcia",), "ix_pay_link_tenant_patient_id"),
    ("those that can be paid", LinkWhich.OPEN, None, "ix_pay_link_tenant_issued_at_link_id"),
)


@pytest.mark.parametrize(("_name", "which", "people", "index"), PLANS, ids=[plan[0] for plan in PLANS])
def test_no_page_reads_links_or_payments_it_does_not_show(
    clinic: TestClinic, _name: str, which: LinkWhich, people: tuple[str, ...] | None, index: str
) -> None:  # fmt: skip
    """Among ten thousands of links and payments every step goes by an index that leads to what is meant."""
    said = {"tenant": "t", "now": "", "people": "[]", "few": 1, "at": "~", "id": ""}
    plan = explained(clinic, link_list._query(which, people), said)
    assert index in plan
    assert "ix_online_payment_tenant_source_id_online_id_part (tenant=? AND source_id=?)" in plan
    assert not [step for step in plan.split("\n") if step.endswith("(tenant=?)")], plan


def test_what_an_account_owes_is_asked_without_looking_at_others(clinic: TestClinic) -> None:
    """Of everybody's patients, aliases and payments only the family's are looked at."""
    said = {"tenant": "t", "payer": "Garcia", "day": "2026-05-14"}
    for query in (online._OWED, links._WAITS):
        plan = explained(clinic, query, said)
        assert not [step for step in plan.split("\n") if step.endswith("(tenant=?)")], plan


def explained(clinic: TestClinic, query: str, said: dict[str, object]) -> str:
    with clinic.store.reader() as reader:
        return "\n".join(str(row[3]) for row in reader.execute(f"EXPLAIN QUERY PLAN {query}", said).fetchall())
