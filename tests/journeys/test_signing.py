"""Signatures for card payments: the payment first, then the reader, then paper."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.agreements import Agreements
from app.views import Collected, CollectEnd, KeepCard, TenderKind
from devices import registry
from models.basics.errors import RuleBroken
from models.operations.records import Rules
from models.rules.plan_standing import PlanStatus
from models.rules.signatures import strokes_of
from receipts.attachments import pdf_of_document
from receipts.layouts.text import text
from tests.support.clinic import MARIA, TestClinic
from tests.support.counter import Counter, counter, rosa_with_copay_and_balance
from tests.support.simulators import (
    PaxProcess,
    PrinterProcess,
    pax_running,
    printer_running,
    stripe_running,
)
from tests.support.waiting import until

PEN = (((10, 12), (14, 18), (21, 30)), ((40, 12), (44, 19), (52, 33), (60, 20)))


def signs_from_50(clinic: TestClinic) -> None:
    rosa_with_copay_and_balance(clinic)
    clinic.put(Rules(sign_from_cents=5000))


@pytest.fixture(name="shared", scope="module")
def shared_fixture() -> Iterator[tuple[PaxProcess, PrinterProcess]]:
    with pax_running() as terminal, printer_running() as printer:
        yield terminal, printer


@pytest.fixture(name="terminal")
def terminal_fixture(shared: tuple[PaxProcess, PrinterProcess]) -> PaxProcess:
    shared[0].reset()
    return shared[0]


@pytest.fixture(name="desk")
def desk_fixture(tmp_path: Path, shared: tuple[PaxProcess, PrinterProcess], terminal: PaxProcess) -> Iterator[Counter]:
    with counter(tmp_path, signs_from_50, terminal=terminal.url, printer=shared[1].url) as here:
        yield here
        here.holds()


def pay(desk: Counter, cents: int = 7500, **more: object) -> Collected:
    sheet = desk.sheet()
    amounts, left = {}, cents
    for line in sheet.lines:
        amounts[line.key] = min(line.owes_cents, left)
        left -= amounts[line.key]
    return desk.collect(desk.request(sheet, TenderKind.CARD, amounts=amounts, **more))


def stands(desk: Counter) -> list[str]:
    """Where the signature of every card attempt is."""
    return [row[0] for row in desk.rows("SELECT signing FROM terminal_attempt ORDER BY created_at, rowid")]


def test_signed_on_the_reader_once_the_payment_stands(desk: Counter, terminal: PaxProcess) -> None:
    paid = pay(desk)
    assert (paid.end, paid.facts["signed"], stands(desk)) == (CollectEnd.TAKEN, "reader", ["signed"])
    [(kept,)] = desk.rows("SELECT strokes FROM signature")
    assert strokes_of(kept) == PEN
    steps = [step.step for step in desk.steps]
    assert steps.index("signing") > steps.index("waiting")
    assert desk.payments() == [("card", 7500, "")]
    assert desk.jobs("copy") == [], "no slip: it is signed"
    paper = desk.desk.papers.document(f"clinic:{paid.payment_id}")
    assert (paper.clinic_copy, strokes_of(paper.signature)) == (True, PEN)
    assert "Signed on the card reader" in text(paper)
    assert b"%PDF" in desk.desk.papers.look(f"clinic:{paid.payment_id}").pdf[:8]
    assert "act.signed" in {line.act for line in desk.desk.accounts.ledger("rosa").log}
    assert terminal.requests("A20") == 1


def test_nobody_signs_so_a_slip_is_printed_and_the_payment_stands(desk: Counter, terminal: PaxProcess) -> None:
    terminal.next("no-signature")
    paid = pay(desk)
    assert (paid.end, desk.payments()) == (CollectEnd.TAKEN, [("card", 7500, "")])
    assert (paid.facts["signed"], stands(desk)) == ("paper", ["paper"])
    until(lambda: desk.jobs("copy") == ["printed"])
    [(document,)] = desk.rows("SELECT document FROM print_job WHERE kind = 'copy'")
    assert '"clinic_copy":true' in document
    slip = text(desk.desk.papers.document(f"clinic:{paid.payment_id}"))
    assert "CLINIC COPY" in slip
    assert "x_____" in slip
    assert desk.desk.attention.items() == ()


def test_below_the_limit_and_for_a_card_on_file_nobody_is_asked(desk: Counter, terminal: PaxProcess) -> None:
    paid = pay(desk, 3000, keep=KeepCard("consent-1", "Rosa Quillfeather"))
    assert (paid.facts.get("signed"), stands(desk)) == (None, [""])
    [card] = desk.sheet().on_file
    sheet = desk.sheet("rosa", "")
    amounts = {sheet.lines[0].key: 4500}
    extra = {"extra_cents": 1000}
    filed = desk.request(sheet, TenderKind.ON_FILE, amounts=amounts, kept_card_id=card.kept_card_id, **extra)
    assert desk.collect(filed).amount_cents == 5500
    assert (stands(desk), terminal.requests("A20"), desk.jobs("copy")) == (["", ""], 0, [])


def test_without_a_printer_it_is_listed_until_somebody_says_that_nothing_is_left(
    tmp_path: Path, terminal: PaxProcess
) -> None:  # fmt: skip
    with counter(tmp_path, signs_from_50, terminal=terminal.url) as desk:
        terminal.next("no-signature")
        paid = pay(desk)
        assert (paid.end, paid.facts["signed"]) == (CollectEnd.TAKEN, "wanted")
        [item] = desk.desk.attention.items()
        assert (item.kind, item.amount_cents, item.facts["number"]) == ("unsigned", 7500, paid.number)
        assert desk.desk.schedule.day().attention == 1
        desk.desk.attention.close(item.item_id, MARIA)
        assert (desk.desk.attention.items(), stands(desk)) == ((), ["done"])
        with pytest.raises(RuleBroken, match=r"attention\.not_found"):
            desk.desk.attention.close(item.item_id, MARIA)
        assert desk.payments() == [("card", 7500, "")]


def test_a_reader_at_stripe_collects_none_so_the_line_is_on_paper(
    tmp_path: Path, shared: tuple[PaxProcess, PrinterProcess], monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr(registry, "STRIPE_TIMERS", replace(registry.STRIPE_TIMERS, poll_s=0.05, retry_s=0.05))
    with stripe_running() as stripe, counter(
        tmp_path, signs_from_50, terminal=stripe.url, printer=shared[1].url
    ) as desk:  # fmt: skip
        paid = pay(desk)
        assert (paid.end, paid.facts["signed"], stands(desk)) == (CollectEnd.TAKEN, "paper", ["paper"])
        until(lambda: desk.jobs("copy") == ["printed"])


def test_found_later_it_gets_a_slip(desk: Counter, terminal: PaxProcess) -> None:
    """The answer was lost: whoever asks later has no patient at the reader any more."""
    terminal.next("unplug:answer")
    assert pay(desk).end is CollectEnd.UNKNOWN
    [item] = desk.desk.attention.items()
    terminal.replug()
    found = desk.desk.lanes["terminal"].call(lambda job: desk.desk.recovery.check(item.item_id, job), 60.0)
    assert found.end is CollectEnd.TAKEN
    until(lambda: stands(desk) == ["paper"] and desk.jobs("copy") == ["printed"])
    assert terminal.requests("A20") == 0


def test_s4_06_an_agreement_is_signed_on_the_reader_and_the_pen_is_on_its_paper(
    desk: Counter, terminal: PaxProcess
) -> None:
    plans, agreements = desk.desk.plans, Agreements(desk.desk.clinic)
    begun = plans.begin("rosa")
    page = replace(begun, form=replace(begun.form, payments="1"))
    assert page.signs
    terminal.next("no-signature")
    lane = desk.desk.lanes["terminal"]  # the desk looks after its reader there, too
    with pytest.raises(RuleBroken, match=r"plan\.not_signed"):
        lane.call(lambda job: plans.sign(page, "Rosa Quillfeather", MARIA, job), 30.0)
    assert desk.rows("SELECT count(*) FROM plan") == [(0,)], "nothing was saved"
    signed = lane.call(lambda job: plans.sign(page, "Rosa Quillfeather", MARIA, job), 30.0)
    assert signed.acceptance is not None
    assert (signed.acceptance.said_by, signed.acceptance.how) == ("Rosa Quillfeather", "signature")
    assert plans.activate(signed.form.plan_id, MARIA).status is PlanStatus.ACTIVE
    paper = agreements.document(signed.form.plan_id)
    assert strokes_of(paper.signature) == PEN
    assert b"%PDF" in pdf_of_document(paper)[:8]
    anew = plans.change(signed.form.plan_id)
    changed = plans.save(anew, replace(anew.form, payments="1"), MARIA)
    assert agreements.document(changed.form.plan_id).signature == "", "new terms are to be signed anew"
