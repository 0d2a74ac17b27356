"""Statements: what they list, what is kept of them, and that none is issued from a screen that is stale."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from app.accounts import Accounts
from app.agreements import Agreements
from app.lanes import Lane
from app.papers import Papers
from app.posting import Posting
from app.printing import Printing
from app.statements import Covers, StatementDraft, Statements
from app.superbills import Superbills
from app.views import Person
from models.basics.errors import RuleBroken, StorageError
from models.operations.bodies import Allocate, AllocationLine
from models.operations.records import Rules
from models.rules.rights import Right
from tests.support.clinic import MARIA, TestClinic
from tests.support.papers import no_documents

NOBODY = Person("zed", "Zed Nobody", "Nurse", "ZN", manager=False)


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[TestClinic]:
    """Rosa owes 45 for March and 30 for May 13, has paid 20 of March, and 25 lie on her account; Ama is hers."""
    made = TestClinic(tmp_path)
    made.patient(address=("18 Birch Lane", "Springfield, IL 62704"))
    made.patient("ama", "Ama", birth_date="2015-02-01", mrn="0041878", guarantor_id="rosa")
    made.charge(4500, charge_id="lab", description="Lab panel")
    made.charge(3000, day="2026-05-13", charge_id="visit", description="Office visit")
    made.charge(1000, day="2026-01-05", charge_id="old", description="Flu shot")
    made.charge(6000, day="2026-05-12", charge_id="child", patient_id="ama", description="Well child")
    made.paid(5500)
    paid = (AllocationLine(charge_id="lab", amount_cents=2000), AllocationLine(charge_id="old", amount_cents=1000))
    made.put(Allocate(allocation_id="x", lot_payment_id="early", patient_id="rosa", lines=paid))
    yield made
    assert made.store.verify() == []
    made.close()


@pytest.fixture
def statements(clinic: TestClinic) -> Statements:
    return Statements(clinic.clinic, Accounts(clinic.clinic, clinic.settings))


def listed(draft: StatementDraft) -> list[tuple[str, str, int, int, int]]:
    return [(item.service_date, item.description, item.owed_cents, item.paid_cents, item.balance_cents)
            for item in draft.document.items]  # fmt: skip


def issued(clinic: TestClinic) -> list[Any]:
    return clinic.rows("SELECT number, channel, balance_cents, unallocated_cents FROM statement ORDER BY number")


def test_a_statement_lists_what_is_open_the_oldest_first(statements: Statements):
    draft = statements.draft("rosa")
    assert listed(draft) == [("2026-03-02", "Lab panel", 4500, 2000, 2500),
                             ("2026-05-13", "Office visit", 3000, 0, 3000)]  # fmt: skip
    document = draft.document
    assert (document.balance_cents, document.unallocated_cents, document.to_pay_cents) == (5500, 2500, 3000)
    assert (document.issued_on, document.due_on, document.number) == ("2026-05-14", "2026-06-04", "")
    assert document.address == ("18 Birch Lane", "Springfield, IL 62704")
    assert draft.in_family


def test_all_visits_list_what_is_paid_too(statements: Statements):
    draft = statements.draft("rosa", covers=Covers.ALL, due_days=14)
    assert [line[1] for line in listed(draft)] == ["Flu shot", "Lab panel", "Office visit"]
    assert draft.document.due_on == "2026-05-28"


def test_a_family_statement_goes_to_the_guarantor_and_names_whose_visit_it_was(statements: Statements):
    draft = statements.draft("ama", whole_family=True)
    assert (draft.patient_id, draft.document.name) == ("rosa", "Rosa Quillfeather")
    assert [line[1] for line in listed(draft)] == ["Lab panel", "Ama: Well child", "Office visit"]
    assert draft.document.balance_cents == 11500


def test_a_dependents_statement_goes_to_who_gets_the_bill(clinic: TestClinic, statements: Statements):
    draft = statements.draft("ama")
    assert (draft.patient_id, draft.document.name, draft.document.account_no) == ("ama", "Rosa Quillfeather", "0041878")
    assert [line[1] for line in listed(draft)] == ["Ama: Well child"]
    made = statements.issue(draft, "print", MARIA)
    assert statements.document(draft.statement_id) == replace(made, copy=True)
    assert len(Accounts(clinic.clinic, clinic.settings).ledger("ama").statements) == 1


def test_what_lies_on_account_never_makes_the_sum_negative(statements: Statements):
    document = replace(statements.draft("rosa").document, unallocated_cents=99_900)
    assert document.to_pay_cents == 0


def test_s0_02_an_issued_statement_is_kept_and_comes_back_word_for_word(clinic: TestClinic, statements: Statements):
    draft = statements.draft("rosa")
    made = statements.issue(draft, "print", MARIA)
    assert issued(clinic) == [(made.number, "print", 5500, 2500)]
    clinic.charge(9900, day="2026-05-14", charge_id="new")
    clinic.clock.advance(2 * 86_400)
    again = statements.document(draft.statement_id)
    assert again == replace(made, copy=True)
    view = Accounts(clinic.clinic, clinic.settings).ledger("rosa")
    assert [(row.number, row.balance_cents, row.lines, row.channel) for row in view.statements] == [
        (made.number, 5500, 2, "print")]  # fmt: skip
    assert view.documents[0].key == f"statement:{draft.statement_id}"
    assert view.log[1].act == "act.statement"


def test_the_same_statement_is_issued_once(clinic: TestClinic, statements: Statements):
    draft = statements.draft("rosa")
    statements.issue(draft, "print", MARIA)
    with pytest.raises(RuleBroken) as refused:
        statements.issue(draft, "print", MARIA)
    assert refused.value.message_key == "account.done_before"
    assert len(issued(clinic)) == 1


def test_a_stale_screen_issues_nothing(clinic: TestClinic, statements: Statements):
    draft = statements.draft("rosa")
    clinic.charge(100, day="2026-05-14", charge_id="new")
    with pytest.raises(RuleBroken) as refused:
        statements.issue(draft, "print", MARIA)
    assert refused.value.message_key == "account.changed"
    assert issued(clinic) == []


def test_a_family_statement_is_stale_when_any_member_changed(clinic: TestClinic, statements: Statements):
    draft = statements.draft("rosa", whole_family=True)
    clinic.charge(100, day="2026-05-14", charge_id="new", patient_id="ama")
    with pytest.raises(RuleBroken) as refused:
        statements.issue(draft, "print", MARIA)
    assert refused.value.message_key == "account.changed"


def test_nothing_owed_makes_no_statement(clinic: TestClinic, statements: Statements):
    clinic.patient("paul", "Paul")
    draft = statements.draft("paul")
    assert draft.empty
    with pytest.raises(RuleBroken) as refused:
        statements.issue(draft, "print", MARIA)
    assert refused.value.message_key == "statement.nothing_owed"


def test_it_takes_the_right_to_make_one(clinic: TestClinic, statements: Statements):
    assert Right.STATEMENTS not in NOBODY.rights
    with pytest.raises(RuleBroken) as refused:
        statements.issue(statements.draft("rosa"), "print", NOBODY)
    assert refused.value.message_key == "staff.right_missing"
    assert issued(clinic) == []


def test_the_practices_message_stands_on_it(clinic: TestClinic, statements: Statements):
    clinic.put(Rules(statement_message="Ask us about paying in parts."))
    assert statements.draft("rosa").document.message == "Ask us about paying in parts."


def test_a_statement_nobody_made_is_said(statements: Statements):
    with pytest.raises(RuleBroken) as refused:
        statements.document("nothing")
    assert refused.value.message_key == "statement.unknown"


# Papers -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def papers(clinic: TestClinic, statements: Statements) -> Iterator[Papers]:
    lane = Lane("printer")
    printing = Printing(clinic.clinic, clinic.settings, Posting(clinic.clinic, clinic.settings), lane)
    yield Papers(printing, statements, Superbills(clinic.clinic), Agreements(clinic.clinic), no_documents)
    lane.close()


def words(content: bytes) -> str:
    return str(pypdfium2.PdfDocument(content)[0].get_textpage().get_text_bounded())


def test_every_paper_of_an_account_can_be_looked_at(clinic: TestClinic, statements: Statements, papers: Papers):
    draft = statements.draft("rosa")
    made = statements.issue(draft, "pdf", MARIA)
    clinic.paid(1000, "late", receipt_no="01-1-A-0042")
    statement, receipt = papers.look(f"statement:{draft.statement_id}"), papers.look("receipt:late")
    assert (statement.number, receipt.number) == (made.number, "01-1-A-0042")
    assert (statement.on_letter, receipt.on_letter) == (True, False)
    assert made.number in words(statement.pdf)
    assert "Copy" in words(statement.pdf)
    assert "$10.00" in words(receipt.pdf)
    page = statement.pages[0]
    assert len(page.dots) == page.stride * page.height


def test_a_proof_says_that_it_has_no_number_yet(statements: Statements, papers: Papers):
    proof = papers.proof(statements.draft("rosa"))
    assert "not issued yet" in words(proof.pdf)
    assert "$30.00" in words(proof.pdf)


@pytest.mark.parametrize("name", ["receipt:nothing", "refund:nothing", "statement:nothing", "letter:nothing"])
def test_a_paper_that_is_not_in_the_books_is_said(papers: Papers, name: str):
    with pytest.raises(RuleBroken) as refused:
        papers.look(name)
    assert refused.value.message_key in {"receipt.no_receipt", "statement.unknown", "paper.unknown"}


def test_a_saved_paper_is_for_this_user_alone(tmp_path: Path, statements: Statements, papers: Papers):
    proof = papers.proof(statements.draft("rosa"))
    saved = papers.save(proof, tmp_path / "statement.pdf")
    assert saved.read_bytes() == proof.pdf
    assert saved.stat().st_mode & 0o777 == 0o600
    with pytest.raises(StorageError):
        papers.save(proof, tmp_path / "no such folder" / "statement.pdf")


def test_a_page_for_the_printer_has_more_dots(statements: Statements, papers: Papers):
    proof = papers.proof(statements.draft("rosa"))
    assert papers.for_printer(proof)[0].width > 1.5 * proof.pages[0].width
