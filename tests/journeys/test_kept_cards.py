"""Cards on file at a desk with real simulators: agreed first, kept with a payment or without, charged, removed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.keeping_cards import ENGLISH
from app.views import CollectEnd, KeepCard, KeptCardLine, TenderKind
from devices import registry
from models.basics.errors import PosError, RuleBroken
from models.operations.records import Patient
from tests.support.clinic import MARIA, TestClinic
from tests.support.counter import Counter, counter, rosa_with_copay_and_balance
from tests.support.simulators import PaxProcess, StripeProcess, pax_running, stripe_running

QUICK = replace(registry.STRIPE_TIMERS, poll_s=0.05, retry_s=0.05, lost_s=0.3, ask_again_s=0.05)
Processor = PaxProcess | StripeProcess


def rosa_and_her_child(clinic: TestClinic) -> None:
    rosa_with_copay_and_balance(clinic)
    clinic.put(Patient(id="kim", family="Quillfeather", given="Kim", birth_date="2018-01-02", guarantor_id="rosa"))
    clinic.charge(2000, patient_id="kim", charge_id="kims")


@pytest.fixture(scope="module", params=["pax", "stripe"])
def shared(request: pytest.FixtureRequest) -> Iterator[Processor]:
    with pax_running() if request.param == "pax" else stripe_running() as running:
        yield running


@pytest.fixture(name="processor")
def processor_fixture(shared: Processor, monkeypatch: pytest.MonkeyPatch) -> Processor:
    monkeypatch.setattr(registry, "STRIPE_TIMERS", QUICK)
    shared.reset()
    shared.tell("card visa")
    return shared


@pytest.fixture(name="desk")
def desk_fixture(tmp_path: Path, processor: Processor) -> Iterator[Counter]:
    with counter(tmp_path, rosa_and_her_child, terminal=processor.url) as here:
        yield here
        here.holds()


def wish(desk: Counter, said_by: str = "Rosa Quillfeather") -> KeepCard:
    return KeepCard(desk.desk.kept_cards.consent("Rosa").consent_id, said_by)


def cards(desk: Counter, patient_id: str = "rosa") -> tuple[KeptCardLine, ...]:
    return desk.desk.kept_cards.view(patient_id).cards


def keep(desk: Counter, patient_id: str = "rosa", agreed: KeepCard | None = None) -> KeptCardLine:
    """Save a card without charging it (S0-31)."""
    story, lane = desk.desk.kept_cards, desk.desk.lanes["terminal"]
    return lane.call(lambda job: story.keep(patient_id, agreed or wish(desk), MARIA, job), 30.0)


def test_s1_18_permission_first_kept_with_a_payment_and_charged_for_the_child(
    desk: Counter, processor: Processor
) -> None:  # fmt: skip
    sheet = desk.sheet()
    assert (sheet.can_keep, sheet.payer, sheet.on_file) == (True, "Rosa Quillfeather", ())
    assert TenderKind.ON_FILE not in sheet.tenders
    with pytest.raises(RuleBroken, match=r"card\.consent_missing"):
        desk.collect(desk.request(sheet, TenderKind.CARD, keep=wish(desk, "  ")))
    assert processor.captured_cents() == 0, "nobody is charged before they agreed"
    paid = desk.collect(desk.request(sheet, TenderKind.CARD, keep=wish(desk)))
    assert (paid.end, paid.facts["card_kept"]) == (CollectEnd.TAKEN, True)
    [(said_by, digest, words)] = desk.rows("SELECT said_by, words_sha256, words FROM card_consent")
    assert (said_by, digest) == ("Rosa Quillfeather", hashlib.sha256(ENGLISH.text.encode()).hexdigest())
    [card] = cards(desk, "kim")
    assert (card.name, card.holder, card.first, card.why_not) == ("Visa •••• 4242", "Rosa Quillfeather", True, "")
    assert words == "card-on-file-1"

    childs = desk.sheet("kim", "")
    assert childs.tenders[:4] == ("card", "cash", "check", "on_file")
    amounts = {"amounts": {childs.lines[0].key: 2000}}
    charged = desk.collect(desk.request(childs, TenderKind.ON_FILE, kept_card_id=card.kept_card_id, **amounts))
    assert (charged.end, charged.amount_cents, charged.entry_text) == (CollectEnd.TAKEN, 2000, "Card on file")
    assert charged.receipt is not None
    assert [tender.entry_mode for tender in charged.receipt.tenders] == ["on_file"]
    assert (sorted(desk.payments()), processor.captured_cents()) == ([("card", 2000, ""), ("card", 7500, "")], 9500)
    assert desk.undo(charged).end is CollectEnd.TAKEN
    assert processor.captured_cents() == 7500


def test_s0_31_a_card_is_kept_without_a_charge_named_put_first_and_removed(desk: Counter, processor: Processor) -> None:
    story = desk.desk.kept_cards
    first = keep(desk)
    processor.tell("card mastercard")
    second = keep(desk, "kim")
    assert [line.name[:4] for line in cards(desk)] == ["Visa", "Mast"]
    assert processor.captured_cents() == 0
    story.rename(second.kept_card_id, " The blue  one ", MARIA)
    story.put_first(second.kept_card_id, MARIA)
    assert [(line.nickname, line.first) for line in cards(desk)] == [("The blue one", True), ("", False)]
    with pytest.raises(RuleBroken, match=r"collect\.card_number"):
        story.rename(second.kept_card_id, "4242 4242 4242 4242", MARIA)
    desk.desk.lanes["terminal"].call(lambda _job: story.remove(second.kept_card_id, MARIA), 30.0)
    assert [line.kept_card_id for line in cards(desk)] == [first.kept_card_id]
    for act in (lambda: story.remove(second.kept_card_id, MARIA), lambda: story.put_first("nobody", MARIA)):
        with pytest.raises(RuleBroken, match=r"card\.kept_gone"):
            act()
    gone = desk.request(desk.sheet(), TenderKind.ON_FILE, kept_card_id=second.kept_card_id)
    with pytest.raises(RuleBroken, match=r"card\.kept_gone"):
        desk.collect(gone)
    assert processor.captured_cents() == 0
    assert "Mastercard •••• 4444" in {line.what for line in desk.desk.accounts.ledger("rosa").log}
    log = {line.act for line in desk.desk.accounts.ledger("rosa").log}
    assert {"act.card_consent", "act.card_kept", "act.card_dropped", "act.card_default", "act.card_renamed"} <= log


NOT_KEPT = {
    "pax": {"no-token": "terminal.no_token", "cancelled": "card.keeping_cancelled", "unplug:answer":
            "card.keeping_unknown"},
    "stripe": {"generated-card-null": "stripe.no_reusable_card", "customer-cancels": "card.keeping_cancelled",
               "drop-before@setup_intents.retrieve": "card.keeping_unknown"},
}  # fmt: skip


def test_a_card_that_could_not_be_kept_is_said_so(desk: Counter, processor: Processor) -> None:
    for fault, key in NOT_KEPT["pax" if isinstance(processor, PaxProcess) else "stripe"].items():
        processor.next(fault)
        with pytest.raises(PosError) as error:
            keep(desk)
        assert error.value.message_key == key
    processor.replug()
    assert (cards(desk), processor.captured_cents()) == ((), 0)
    phone = "no-token" if isinstance(processor, PaxProcess) else "generated-card-null"
    processor.next(phone)
    paid = desk.collect(desk.request(desk.sheet(), TenderKind.CARD, keep=wish(desk)))
    assert (paid.end, paid.facts["card_kept"], cards(desk)) == (CollectEnd.TAKEN, False, ())


def test_a_kept_card_is_declined_or_not_known_as_any_card(desk: Counter, processor: Processor) -> None:
    """Unknown is a state: nothing is charged twice, and the answer is found later (N52)."""
    card = keep(desk)
    at_pax = isinstance(processor, PaxProcess)
    processor.next("declined" if at_pax else "authentication-required")
    asked = desk.request(desk.sheet(), TenderKind.ON_FILE, kept_card_id=card.kept_card_id)
    declined = desk.collect(asked)
    assert (declined.end, desk.payments()) == (CollectEnd.DECLINED, [])
    if at_pax:
        processor.next("unplug:answer")
    else:
        processor.next("drop-after@payment_intents.confirm")
        processor.next("drop-before@payment_intents.retrieve")
    unknown = desk.collect(desk.request(desk.sheet(), TenderKind.ON_FILE, kept_card_id=card.kept_card_id))
    assert (unknown.end, desk.payments()) == (CollectEnd.UNKNOWN, [])
    assert desk.sheet().frozen_by_unknown
    [item] = desk.desk.attention.items()
    assert item.kind == "unknown_payment"
    processor.replug()
    found = desk.desk.lanes["terminal"].call(lambda job: desk.desk.recovery.check(item.item_id, job), 60.0)
    assert (found.end, desk.payments()) == (CollectEnd.TAKEN, [("card", 7500, "")])
    assert processor.captured_cents() == 7500


def test_a_late_answer_brings_the_card_as_well_as_the_payment(desk: Counter, processor: Processor) -> None:
    if isinstance(processor, PaxProcess):
        processor.next("unplug:answer")
    else:
        processor.always("drop-before@payment_intents.retrieve")
    unknown = desk.collect(desk.request(desk.sheet(), TenderKind.CARD, keep=wish(desk)), 60.0)
    assert (unknown.end, cards(desk)) == (CollectEnd.UNKNOWN, ())
    processor.clear()
    processor.replug()
    [item] = desk.desk.attention.items()
    found = desk.desk.lanes["terminal"].call(lambda job: desk.desk.recovery.check(item.item_id, job), 60.0)
    assert (found.end, found.facts["card_kept"]) == (CollectEnd.TAKEN, True)
    assert [(card.name, card.first) for card in cards(desk)] == [("Visa •••• 4242", True)]
