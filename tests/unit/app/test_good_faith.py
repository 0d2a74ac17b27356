"""Good faith estimates at a desk: what they say, that they are kept as they were given, and who gets none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from app.good_faith import NAME, GoodFaith
from app.kept_documents import KeptDocuments
from app.messages import Messages, SendChoice
from app.sync.documents import DocumentCourier
from app.words import WORDS
from models.basics.errors import RuleBroken
from models.operations.records import Channels, Coverage, Location, Practitioner
from models.store.vault import Vault, vault_key
from tests.support.clinic import MARIA, TestClinic
from tests.support.printing_office import papers_of
from tests.support.stores import KEY
from tests.unit.receipts.pages import texts


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[TestClinic]:
    """Rosa, who has no insurance, has a crown and an X-ray on May 20."""
    made = TestClinic(tmp_path)
    made.patient()
    made.put(Location(id="alder", name="Alder Street"), Practitioner(id="ok", name="Dr. Okafor", npi="1234567893"))
    made.visit("crown", minutes=60 * 24 * 6, service_date="2026-05-20", title="Crown", location_id="alder",
               practitioner_id="ok")  # fmt: skip
    made.charge(30_000, day="2026-05-20", charge_id="crown-1", visit="crown", code="D2740", description="Crown",
                billed_cents=90_000)  # fmt: skip
    made.charge(4_000, day="2026-05-20", charge_id="crown-2", visit="crown", code="D0220", description="X-ray",
                billed_cents=4_500)  # fmt: skip
    yield made
    made.close()


@pytest.fixture
def kept(clinic: TestClinic) -> KeptDocuments:
    vault = Vault(clinic.folder / "documents", vault_key(KEY))
    return KeptDocuments(clinic.clinic, vault, DocumentCourier(clinic.store, vault), lambda: False)


@pytest.fixture
def story(clinic: TestClinic, kept: KeptDocuments) -> GoodFaith:
    return GoodFaith(clinic.clinic, kept)


def test_s2_16_it_has_what_the_rule_asks_for(story: GoodFaith, kept: KeptDocuments, tmp_path: Path) -> None:
    """45 CFR 149.610(c)(1): patient, service and day, every item with code and charge, provider with NPI and TIN and
    place, and the notices. Full prices, not the patient's part."""
    given = story.give("crown", "", MARIA)
    [item] = kept.view("rosa").items
    assert item.document_id == given
    assert (item.name, item.kind, item.state) == (f"{NAME} 2026-05-14.pdf", "PDF", "waiting")
    told = " ".join("\n".join(texts(kept.save_copy(item.document_id, tmp_path / "copy.pdf").read_bytes())).split())
    for words in ("Good faith estimate", "Rosa Quillfeather", "Crown", "May 20, 2026", "D2740", "900.00", "D0220",
                  "45.00", "$945.00", "Dr. Okafor", "1234567893", "Alder Street", "may differ from it",
                  "scheduled or asked for separately", "at least $400 more", "within 120 calendar days",
                  "www.cms.gov/nosurprises", "is not a contract"):  # fmt: skip
        assert words in told, words


def test_s2_16_what_was_given_stays_as_it_was(clinic: TestClinic, story: GoodFaith, kept: KeptDocuments) -> None:
    """Twice on a day is once; a price that changes makes another beside it, and the first reads as before."""
    first = story.give("crown", "", MARIA)
    before = kept.look(first).pages
    assert (story.give("crown", "", MARIA), len(kept.view("rosa").items)) == (first, 1)
    clinic.charge(30_000, day="2026-05-20", charge_id="crown-1", visit="crown", code="D2740", description="Crown",
                  billed_cents=99_000)  # fmt: skip
    second = story.give("crown", "", MARIA)
    assert {each.document_id for each in kept.view("rosa").items} == {first, second}
    assert kept.look(first).pages == before


def test_s2_16_who_gets_none(clinic: TestClinic, story: GoodFaith, kept: KeptDocuments) -> None:
    clinic.visit("bare", minutes=60, service_date="2026-05-14")
    for visit, key in (("gone", "good_faith.no_visit"), ("bare", "good_faith.no_services")):
        with pytest.raises(RuleBroken, match=key):
            story.give(visit, "", MARIA)
        assert key in WORDS
    clinic.put(Coverage(id="k", patient_id="rosa", payer="Aetna"))
    with pytest.raises(RuleBroken, match=r"good_faith\.insured"):
        story.give("crown", "", MARIA)
    assert kept.view("rosa").items == ()


@pytest.mark.parametrize(("payer", "plan"), [("Self pay", ""), ("Other", "NO_INSURANCE")])
def test_s2_16_a_coverage_that_is_none_leaves_them_paying_alone(
    clinic: TestClinic, story: GoodFaith, payer: str, plan: str
) -> None:
    """Other programs write the patient's word to pay as a coverage of its own."""
    clinic.put(Coverage(id="k", patient_id="rosa", payer=payer, plan=plan))
    assert story.document("crown").total_cents == 94_500


def test_s2_16_what_was_given_is_printed_and_sent_as_it_lies_there(
    clinic: TestClinic, story: GoodFaith, kept: KeptDocuments, tmp_path: Path
) -> None:
    """The same bytes on letter paper, in a file and in the message, after prices have changed, too. By e-mail with the
    patient's word alone; the message names the document, and nothing of the visit."""
    with papers_of(clinic, lambda: kept) as (papers, _):
        clinic.put(Channels(email=True, text=True))
        given = story.give("crown", "", MARIA)
        clinic.charge(30_000, day="2026-05-20", charge_id="crown-1", visit="crown", code="D2740", description="Crown",
                      billed_cents=99_000)  # fmt: skip
        paper = papers.look(f"good_faith:{given}")
        assert (paper.on_letter, paper.number, len(paper.pages)) == (True, "", len(kept.look(given).pages))
        assert papers.save(paper, tmp_path / "estimate.pdf").read_bytes() == b"".join(kept.content(given))
        assert papers.for_printer(paper)
        messages = Messages(clinic.clinic, papers)
        sheet = messages.sheet([paper.name], "rosa")
        assert (sheet.template, sheet.text.why_not) == ("good_faith", "message.text_is_open")
        with pytest.raises(RuleBroken, match=r"message\.needs_consent"):
            messages.send(sheet, SendChoice("email", "rosa@home.test"), MARIA)
        messages.send(sheet, SendChoice("email", "rosa@home.test", attach=True), MARIA)
        (body,) = [orjson.loads(row[0])["body"] for row in clinic.rows(
            "SELECT op FROM outbox WHERE json_extract(op, '$.kind') = 'message.send'")]  # fmt: skip
        assert body["papers"] == [{"kind": "good_faith", "source_id": given, "number": "", "day": "2026-05-14",
                                   "amount_cents": 0, "document": ""}]  # fmt: skip
        kept.remove(given, "Wrong visit", MARIA)
        for act in (papers.look, papers.to_send):
            with pytest.raises(RuleBroken, match=r"documents\.gone"):
                act(paper.name)
