"""Good faith estimates at a desk: what they say, that they are kept as they were given, and who gets none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.good_faith import NAME, GoodFaith
from app.kept_documents import KeptDocuments
from app.sync.documents import DocumentCourier
from app.words import WORDS
from models.basics.errors import RuleBroken
from models.operations.records import Coverage, Location, Practitioner
from models.store.vault import Vault, vault_key
from tests.support.clinic import MARIA, TestClinic
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
    [item] = story.give("crown", "", MARIA).items
    assert (item.name, item.kind, item.state) == (f"{NAME} 2026-05-14.pdf", "PDF", "waiting")
    told = " ".join("\n".join(texts(kept.save_copy(item.document_id, tmp_path / "copy.pdf").read_bytes())).split())
    for words in ("Good faith estimate", "Rosa Quillfeather", "Crown", "May 20, 2026", "D2740", "900.00", "D0220",
                  "45.00", "$945.00", "Dr. Okafor", "1234567893", "Alder Street", "may differ from it",
                  "scheduled or asked for separately", "at least $400 more", "within 120 calendar days",
                  "www.cms.gov/nosurprises", "is not a contract"):  # fmt: skip
        assert words in told, words


def test_s2_16_what_was_given_stays_as_it_was(clinic: TestClinic, story: GoodFaith, kept: KeptDocuments) -> None:
    """Twice on a day is once; a price that changes makes another beside it, and the first reads as before."""
    [first] = story.give("crown", "", MARIA).items
    before = kept.look(first.document_id).pages
    assert [each.document_id for each in story.give("crown", "", MARIA).items] == [first.document_id]
    clinic.charge(30_000, day="2026-05-20", charge_id="crown-1", visit="crown", code="D2740", description="Crown",
                  billed_cents=99_000)  # fmt: skip
    found = story.give("crown", "", MARIA).items
    assert (len(found), first.document_id in {each.document_id for each in found}) == (2, True)
    assert kept.look(first.document_id).pages == before


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
