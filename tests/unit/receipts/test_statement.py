"""The statement on letter paper: everything it says is on the page, however long, and the same bytes each time."""

from __future__ import annotations

from dataclasses import replace

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.basics.money import show_cents
from receipts.document import ClinicBlock
from receipts.layouts.statement_letter import statement_pdf
from receipts.statement import AGES, StatementDocument, StatementItem, ages

CLINIC = ClinicBlock(
    name="Alder Street Family Medicine", address=("214 Alder Street, Suite 3", "Springfield, IL 62701"),
    phone="(555) 010-2200", npi="1234567893", tin="12-3456789",
)  # fmt: skip


def item(day: str, words: str, owed: int, paid: int = 0) -> StatementItem:
    return StatementItem(service_date=day, description=words, owed_cents=owed, paid_cents=paid,
                         balance_cents=owed - paid)  # fmt: skip


HENRY = StatementDocument(
    clinic=CLINIC, number="ST-1-00012", issued_on="2026-05-14", due_on="2026-06-04", name="Henry Osei",
    account_no="0039914", address=("18 Birch Lane", "Springfield, IL 62704"),
    items=(item("2026-03-18", "Lab panel", 11200, 6700), item("2026-05-14", "Annual physical", 4000)),
    balance_cents=8500, unallocated_cents=2000, message="Ask us about paying in parts.",
)  # fmt: skip


def pages(document: StatementDocument) -> list[str]:
    file = pypdfium2.PdfDocument(statement_pdf(document))
    return [str(page.get_textpage().get_text_bounded()) for page in file]


def test_the_page_says_who_what_how_much_and_until_when():
    text = pages(HENRY)[0]
    for words in ("Alder Street Family Medicine", "NPI 1234567893", "Henry Osei", "18 Birch Lane", "ST-1-00012",
                  "May 14, 2026", "Jun 4, 2026", "0039914", "Mar 18, 2026", "Lab panel", "112.00", "67.00", "45.00",
                  "Annual physical", "$85.00", "−$20.00", "$65.00", "61 to 90 days", "Ask us about paying in parts.",
                  "Call (555) 010-2200", "Page 1 of 1", "Please send this part"):  # fmt: skip
        assert words in text, words


def test_without_money_on_account_nothing_is_taken_off():
    text = pages(replace(HENRY, unallocated_cents=0))[0]
    assert "not used yet" not in text
    assert "−" not in text


def test_a_copy_says_so_and_a_draft_has_no_number():
    assert "as issued" in pages(replace(HENRY, copy=True))[0]
    assert "not issued yet" in pages(replace(HENRY, number=""))[0]


def test_the_same_statement_is_the_same_bytes():
    assert statement_pdf(HENRY) == statement_pdf(HENRY)


def test_a_long_statement_goes_on_over_pages_and_loses_nothing():
    many = tuple(item("2026-01-02", f"Visit number {n} with a very long name that has to be broken into lines", 100 + n)
                 for n in range(90))  # fmt: skip
    found = pages(replace(HENRY, items=many, balance_cents=sum(each.balance_cents for each in many)))
    assert len(found) > 3
    assert all("continued" in text for text in found[1:])
    together = "\n".join(found)
    assert all(f"number {n} " in together for n in range(90))
    assert "Please send this part" in found[-1]


def test_other_letters_are_shown():
    document = replace(HENRY, name="Zoë Łukaszewska-Ångström", address=("Улица 5",))
    assert "Zoë Łukaszewska-Ångström" in pages(document)[0]
    assert "Улица 5" in pages(document)[0]


@pytest.mark.parametrize(
    ("day", "words"),
    [("2026-05-14", "Up to 30 days"), ("2026-06-30", "Up to 30 days"), ("2026-04-14", "Up to 30 days"),
     ("2026-04-13", "31 to 60 days"), ("2026-03-15", "31 to 60 days"), ("2026-03-14", "61 to 90 days"),
     ("2026-02-13", "61 to 90 days"), ("2026-02-12", "Over 90 days"), ("1999-01-01", "Over 90 days")],
)  # fmt: skip
def test_what_is_open_is_told_by_its_age(day: str, words: str):
    found = dict(ages((item(day, "Visit", 100),), "2026-05-14"))
    assert found == {name: 100 if name == words else 0 for name, _, _ in AGES}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.dates(), st.integers(0, 10**7)), max_size=20))
def test_ages_add_up_to_the_balance(found: list[tuple[object, int]]):
    items = tuple(item(str(day), "Visit", cents) for day, cents in found)
    assert sum(cents for _, cents in ages(items, "2026-05-14")) == sum(each.balance_cents for each in items)


def test_amounts_are_as_everywhere():
    assert show_cents(HENRY.to_pay_cents) == "$65.00"
