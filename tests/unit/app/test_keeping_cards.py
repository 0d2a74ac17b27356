"""What may be kept of a card, and under whose word."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.keeping_cards import ENGLISH, NAME_LIMIT, SPANISH, KeepingCards, checked_wish, new_consent, payer_of
from app.views import KeepCard
from devices.base import CardInfo
from models.basics.errors import RuleBroken
from models.operations.records import Patient
from models.store.queries import kept_cards
from tests.support.clinic import TestClinic

VISA = CardInfo(brand="Visa", last4="4242")
READ = {
    "a token": ("tok000012344242", "pax", True),
    "a long number no brand begins so": ("9999000012344242", "pax", True),
    "a customer and a card": ("cus_9/pm_7", "stripe", True),
    "nothing": ("", "pax", False),
    "a number like a card's": ("4242424242424242", "pax", False),
    "a reader nobody knows": ("tok1", "abacus", False),
}


@pytest.mark.parametrize("case", READ)
def test_s1_18_kept_is_a_token_and_never_what_looks_like_a_number(tmp_path: Path, case: str) -> None:
    token, driver, kept = READ[case]
    clinic = TestClinic(tmp_path)
    try:
        clinic.patient()
        clinic.put(Patient(id="kim", family="Quillfeather", given="Kim", guarantor_id="rosa"))
        keeping, wish = KeepingCards(clinic.clinic), checked_wish(KeepCard("consent", " Rosa  Quillfeather "))
        with clinic.store.write() as tx:
            keeping.agree(tx, wish, "kim", "maria")
            keeping.agree(tx, wish, "kim", "maria")
            body = keeping.keep(tx, wish, "kim", (token, driver, VISA), "maria")
        assert (body is not None) is kept
        assert clinic.rows("SELECT patient_id, said_by, words_sha256 FROM card_consent") == [
            ("rosa", "Rosa Quillfeather", ENGLISH.sha256)], "once, and on the account of who pays"  # fmt: skip
        with clinic.store.reader() as reader:
            found = kept_cards.cards_of(reader, clinic.clinic.tenant, "kim")
        assert [kept_cards.driver_token(row) for row in found] == ([token] if kept else [])
    finally:
        clinic.close()


def test_s1_18_what_was_read_in_spanish_is_remembered_of_who_was_never_asked(tmp_path: Path) -> None:
    clinic = TestClinic(tmp_path)
    try:
        clinic.patient()
        clinic.patient("lin", "Lin", language="zh")
        keeping = KeepingCards(clinic.clinic)
        with clinic.store.write() as tx:
            for number, who in enumerate(("rosa", "rosa", "lin")):
                keeping.agree(tx, KeepCard(f"c-{number}", "Somebody", words=SPANISH.version), who, "maria")
        assert clinic.rows("SELECT id, language FROM patient ORDER BY id") == [("lin", "zh"), ("rosa", "es")]
        said = clinic.rows("SELECT words, words_sha256 FROM card_consent GROUP BY 1, 2")
        assert said == [(SPANISH.version, SPANISH.sha256)]
        with clinic.store.reader() as reader:
            assert payer_of(reader, clinic.clinic.tenant, "rosa") == ("Rosa Quillfeather", "es")
    finally:
        clinic.close()


@pytest.mark.parametrize(
    ("wish", "key", "field"),
    [
        (KeepCard("consent", "  "), "card.consent_missing", "said_by"),
        (KeepCard("", "Rosa"), "card.consent_missing", "said_by"),
        (KeepCard("consent", "4242 4242 4242 4242"), "collect.card_number", "said_by"),
        (KeepCard("consent", "Rosa", "4242-4242-4242-4242"), "collect.card_number", "nickname"),
    ],
)
def test_a_word_has_a_name_and_no_card_number(wish: KeepCard, key: str, field: str) -> None:
    with pytest.raises(RuleBroken) as error:
        checked_wish(wish)
    assert (error.value.message_key, error.value.facts["field"]) == (key, field)


def test_every_consent_is_its_own_and_names_are_not_endless() -> None:
    assert new_consent("Rosa").consent_id != new_consent("Rosa").consent_id
    assert len(checked_wish(KeepCard("c", "R" * 200, "n" * 200)).nickname) == NAME_LIMIT
