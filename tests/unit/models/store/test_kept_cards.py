"""Kept cards and signatures in stores: what makes no sense is set apart, every desk and the hub show the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from models.ledger.cards import CARD_UNKNOWN
from models.ledger.memory import memory_book
from models.ledger.posting import settle
from models.ledger.states import Verdict
from models.operations.kept_cards import CardConsent, CardDefault, CardDrop, CardKeep, CardRename, kept_card_id_of
from models.operations.merging import PatientMerged
from models.operations.records import Patient, Staff
from models.operations.signatures import PaymentSigned
from models.store.queries import kept_cards, signatures
from tests.support import stores
from tests.support.acts import OpMaker, collect

TENANT = stores.TENANT
CONSENT = CardConsent(consent_id="consent", patient_id="rosa", channel="desk", said_by="Rosa", words="v1",
                      words_sha256="5a" * 32)  # fmt: skip
VISA = CardKeep(kept_card_id=kept_card_id_of("stripe", "cus_1", "pm_1"), patient_id="rosa", consent_id="consent",
                processor="stripe", token="pm_1", customer="cus_1", brand="Visa", last4="4242", holder="Rosa",
                make_default=True)  # fmt: skip
AMEX = replace(VISA, kept_card_id=kept_card_id_of("pax", "", "tok1"), processor="pax", token="tok1", customer="",
               brand="American Express", last4="0005", make_default=False)  # fmt: skip
SENSELESS = {
    "no consent": replace(VISA, consent_id=""),
    "no token": replace(VISA, token=""),
    "a token that was blocked": replace(VISA, token="card data blocked"),
    "nobody's processor": replace(VISA, processor="square"),
    "more than four digits": replace(VISA, last4="14242"),
    "letters for digits": replace(VISA, last4="abcd"),
    "nobody's card": replace(VISA, patient_id=""),
    "a consent to nothing": replace(CONSENT, words=""),
    "a consent to an unknown text": replace(CONSENT, words_sha256="5a"),
    "a consent from nowhere": replace(CONSENT, channel="letter"),
}


@pytest.mark.parametrize("case", SENSELESS)
def test_what_nobody_could_charge_is_set_apart(case: str) -> None:
    [entry] = settle(OpMaker().make(SENSELESS[case]), memory_book())
    assert (entry.verdict, entry.reason) == (Verdict.QUARANTINED, CARD_UNKNOWN)


@pytest.mark.parametrize("body", [CONSENT, VISA, AMEX, CardDrop(kept_card_id="x", patient_id="rosa"),
                                  CardDefault(kept_card_id="x", patient_id="rosa")])  # fmt: skip
def test_what_makes_sense_is_a_fact_and_posts_nothing(body: Any) -> None:
    [entry] = settle(OpMaker().make(body), memory_book())
    assert (entry.verdict, entry.transfers) == (Verdict.ACCEPTED, ())


def shown(desk: Any, patient_id: str = "rosa") -> list[tuple[str, str, str]]:
    """(last four, nickname, who agreed) of the cards on file, the default first."""
    with desk.reader() as reader:
        found = kept_cards.cards_of(reader, TENANT, patient_id)
    return [(card.last4, card.nickname, card.agreed_by) for card in found]


def do(desk: Any, *bodies: Any) -> None:
    with desk.write() as tx:
        for body in bodies:
            tx.record(body, person_id="maria", business_date=stores.TODAY)


def test_s1_18_every_desk_shows_the_same_cards_in_whatever_order_they_hear(tmp_path: Path) -> None:
    hub = stores.sqlite_hub(tmp_path)
    one, two = (stores.joined_desk(hub, tmp_path, name) for name in ("one", "two"))
    try:
        people = [Patient(id=name, family="Q", given=name) for name in ("rosa", "kim", "rose")]
        do(one, *[replace(each, guarantor_id="rosa") if each.id == "kim" else each for each in people],
           Staff(id="maria", name="Maria", role="manager"), CONSENT, VISA, AMEX)  # fmt: skip
        assert shown(one, "kim") == [("4242", "", "Rosa"), ("0005", "", "Rosa")], "pending is shown, and the payer's"
        stores.sync(hub, one, two)
        do(one, CardDefault(kept_card_id=AMEX.kept_card_id, patient_id="rosa"))
        do(two, CardRename(kept_card_id=VISA.kept_card_id, patient_id="rosa", nickname="blue"),
           CardDrop(kept_card_id=AMEX.kept_card_id, patient_id="rosa"))  # fmt: skip
        stores.sync(hub, one, two)
        stores.sync(hub, one, two)
        assert shown(one) == shown(two) == [("4242", "blue", "Rosa")], "a drop stands, whoever put the card first"
        do(two, replace(AMEX, make_default=True), replace(VISA, make_default=False))
        stores.sync(hub, one, two)
        stores.sync(hub, one, two)
        assert shown(one) == shown(two) == [("0005", "", "Rosa"), ("4242", "blue", "Rosa")], "kept again, name kept"
        do(one, PatientMerged(patient_id="rosa", into_id="rose"))
        stores.sync(hub, one, two)
        stores.sync(hub, one, two)
        assert shown(two, "rose") == shown(one, "rose")
        assert len(shown(two, "rose")) == 2, "the person's cards, under whichever record"
        assert one.verify() == two.verify() == []
    finally:
        one.close()
        two.close()
        hub.close()


def test_the_first_signature_of_a_payment_stands_on_every_desk(tmp_path: Path) -> None:
    hub = stores.sqlite_hub(tmp_path)
    one, two = (stores.joined_desk(hub, tmp_path, name) for name in ("one", "two"))
    try:
        do(one, collect("p1", "rosa", 50), PaymentSigned(payment_id="p1", patient_id="rosa", strokes="1,2;3,4"))
        stores.sync(hub, one, two)
        stores.sync(hub, one, two)
        do(two, PaymentSigned(payment_id="p1", patient_id="rosa", strokes="9,9;8,8"))
        stores.sync(hub, one, two)
        stores.sync(hub, one, two)
        for desk in (one, two):
            with desk.reader() as reader:
                assert signatures.strokes(reader, TENANT, "p1") == "1,2;3,4"
    finally:
        one.close()
        two.close()
        hub.close()
