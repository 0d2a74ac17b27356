"""Fee schedules for Settings: looked at, changed by hand, read in after a look, refused; nothing known is ever lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.fee_book import FeeBook
from app.fee_views import FeeForm
from app.views import Person
from app.words import WORDS
from models.basics.errors import ImportRefused, RuleBroken
from models.basics.ids import new_id
from models.operations.eligibility import payer_key
from models.operations.records import Staff
from models.rules.fees import COMING, ENDED, IN_FORCE, REPLACED
from models.store.queries import fees
from tests.support.clinic import MARIA, PRIYA, TestClinic

TODAY = date(2026, 5, 14)
TABLE = "Payer,CPT Code,Allowed,Effective\nAetna,99213,112.00,1/1/2026\nAetna,80050,40,1/1/2026\n"


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[TestClinic]:
    made = TestClinic(tmp_path)
    made.put(Staff(id=PRIYA.staff_id, name="Priya Nair", role="manager", pin_hash=""))
    yield made
    assert made.store.verify() == []
    made.close()


@pytest.fixture
def book(clinic: TestClinic) -> FeeBook:
    return FeeBook(clinic.clinic)


def form(**more: Any) -> FeeForm:
    known: dict[str, Any] = {"fee_id": new_id(), "payer": "Aetna", "code": "99213", "cents": 11_500,
                             "starts_on": TODAY, "reason": "Letter of May 2", **more}  # fmt: skip
    return FeeForm(**known)


def take(book: FeeBook, folder: Path, text: str = TABLE, day: date = TODAY) -> int:
    path = folder / "fees.csv"
    path.write_text(text)
    return book.take(book.look([path], day, PRIYA), PRIYA)


def key_of(clinic: TestClinic, payer: str = "Aetna") -> str:
    return payer_key(clinic.store.tenant, payer)


def test_s2_16_a_price_by_hand_follows_the_table_and_both_stay(clinic: TestClinic, book: FeeBook) -> None:
    assert book.payers() == ()
    assert take(book, clinic.folder) == 2
    key = book.set(form(payer="  AETNA ", code=" 99213", starts_on=date(2026, 6, 1)), PRIYA)
    assert key == key_of(clinic)
    [payer] = book.payers()
    assert (payer.payer, payer.codes, payer.since, payer.next_on) == ("Aetna", 2, date(2026, 1, 1), date(2026, 6, 1))
    shown = book.fees(key)
    assert [(each.code, each.cents, each.starts_on, each.ends_on, each.state, each.reason) for each in shown.items] == [
        ("80050", 4_000, date(2026, 1, 1), None, IN_FORCE, ""),
        ("99213", 11_500, date(2026, 6, 1), None, COMING, "Letter of May 2"),
        ("99213", 11_200, date(2026, 1, 1), date(2026, 5, 31), IN_FORCE, ""),
    ]  # fmt: skip
    book.set(form(cents=11_700), PRIYA)
    book.set(form(cents=11_800, reason="Typed wrong"), PRIYA)
    found = book.fees(key, "992", every=True)
    assert [(each.cents, each.state) for each in found.items] == [
        (11_500, COMING), (11_800, IN_FORCE), (11_700, REPLACED), (11_200, ENDED)]  # fmt: skip
    assert (found.found, [each.code for each in book.fees(key, "8").items]) == (4, ["80050"])
    assert {each.noted_by for each in found.items} == {"Priya Nair"}


def test_s2_16_an_ended_price_counts_until_its_last_day(clinic: TestClinic, book: FeeBook) -> None:
    take(book, clinic.folder)
    key = book.end(form(starts_on=date(2026, 6, 1), reason="Contract ends"), PRIYA)
    [item] = book.fees(key, "99213").items
    assert (item.cents, item.ends_on, item.state) == (11_200, date(2026, 5, 31), IN_FORCE)
    with clinic.store.reader() as reader:
        counts = [fees.prices(reader, clinic.store.tenant, key, day) for day in ("2026-05-31", "2026-06-01")]
    assert counts == [{"99213": 11_200, "80050": 4_000}, {"80050": 4_000}]
    with pytest.raises(RuleBroken, match=r"fees\.not_in_force"):
        book.end(form(starts_on=date(2026, 6, 2)), PRIYA)


def test_a_second_enter_writes_nothing(clinic: TestClinic, book: FeeBook) -> None:
    typed = form()
    book.set(typed, PRIYA)
    book.set(typed, PRIYA)
    book.set(replace(typed, cents=99), PRIYA)
    assert [each.cents for each in book.fees(key_of(clinic), every=True).items] == [11_500]


@pytest.mark.parametrize(
    ("more", "key", "field"),
    [
        ({"payer": " "}, "fees.payer_missing", "payer"),
        ({"code": ""}, "fees.code_missing", "code"),
        ({"code": "9" * 17}, "fees.code_missing", "code"),
        ({"cents": 0}, "fees.amount_wrong", "amount"),
        ({"cents": 10**10}, "fees.amount_wrong", "amount"),
        ({"starts_on": date(1926, 5, 14)}, "fees.day_wrong", "day"),
        ({"reason": "  "}, "fees.reason_missing", "reason"),
    ],
)  # fmt: skip
def test_s2_16_what_makes_no_price_is_refused(book: FeeBook, more: dict[str, Any], key: str, field: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        book.set(form(**more), PRIYA)
    assert (refused.value.message_key, refused.value.facts["field"], key in WORDS) == (key, field, True)
    assert book.payers() == ()


def test_s2_16_the_same_price_again_is_told(book: FeeBook) -> None:
    book.set(form(), PRIYA)
    with pytest.raises(RuleBroken, match=r"fees\.as_before"):
        book.set(form(), PRIYA)
    assert {"fees.as_before", "fees.not_in_force", "fees.none_in_file"} <= WORDS.keys()


def test_s2_16_what_a_file_would_change_is_seen_before(clinic: TestClinic, book: FeeBook) -> None:
    take(book, clinic.folder)
    path = clinic.folder / "new.csv"
    path.write_text("payer,code,allowed\nAetna,99213,120\nAetna,80050,40\nAetna,90471,25\nCigna,1,nothing\n")
    seen = book.look([path], TODAY, PRIYA)
    assert [(each.code, each.before_cents, each.cents, each.starts_on) for each in seen.changes] == [
        ("90471", None, 2_500, "2026-05-14"), ("99213", 11_200, 12_000, "2026-05-14")]  # fmt: skip
    assert (seen.found, seen.same, [each.reason for each in seen.refusals]) == (2, 1, ["import.not_an_amount"])
    assert book.fees(key_of(clinic)).found == 2, "nothing is written yet"
    later = book.from_day(seen, date(2026, 7, 1), PRIYA)
    assert {each.starts_on for each in later.changes} == {"2026-07-01"}
    assert book.take(later, PRIYA) == 2
    assert [each.state for each in book.fees(key_of(clinic), "99213").items] == [COMING, IN_FORCE]
    assert book.take(later, PRIYA) == 0, "reading again changes nothing"
    (clinic.folder / "people.csv").write_text("id,last,first,dob\n1,Quill,Rosa,1990-01-01\n")
    with pytest.raises(ImportRefused, match=r"fees\.none_in_file"):
        book.look([clinic.folder / "people.csv"], TODAY, PRIYA)


@pytest.mark.parametrize("person", [MARIA])
def test_prices_belong_to_who_sets_up_the_practice(clinic: TestClinic, book: FeeBook, person: Person) -> None:
    path = clinic.folder / "fees.csv"
    path.write_text(TABLE)
    seen = book.look([path], TODAY, PRIYA)
    for act in (lambda: book.set(form(), person), lambda: book.end(form(), person),
                lambda: book.look([path], TODAY, person), lambda: book.take(seen, person)):  # fmt: skip
        with pytest.raises(RuleBroken, match=r"staff\.right_missing"):
            act()
    assert book.payers() == ()


def test_prices_of_two_desks_lie_beside_each_other(clinic: TestClinic, book: FeeBook) -> None:
    """Every change is a record of its own: two at once lose nothing."""
    take(book, clinic.folder)
    before = clinic.rows("SELECT id, lines FROM fee_schedule ORDER BY id")
    book.set(form(code="A"), PRIYA)
    book.set(form(code="B"), PRIYA)
    after = clinic.rows("SELECT id, lines FROM fee_schedule ORDER BY id")
    assert set(map(tuple, before)) < set(map(tuple, after))
    assert len(after) == 3
