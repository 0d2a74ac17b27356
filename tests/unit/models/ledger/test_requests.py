"""Requests as the engine judges them: who may move them, and what money answers, in memory."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.ledger.memory import memory_book
from models.ledger.posting import settle
from models.ledger.states import Entry, Verdict
from models.operations.bodies import Collect, RefundRequest
from models.operations.requests import PaymentRequestPut, PaymentRequestStatus
from models.rules.payment_status import EDITABLE, Actor, Status, may
from tests.support.acts import OpMaker, allocate, collect, reverse
from tests.support.money_acts import ANN, BEN, line_item, people


class Books:
    """A ledger in memory; `do` gives the entry of the act itself."""

    def __init__(self) -> None:
        self.draft, self._maker = memory_book(), OpMaker()
        for body in people():
            self.do(body)

    def do(self, body: object) -> Entry:
        op = self._maker.make(body)
        return next(entry for entry in settle(op, self.draft) if entry.op is op)

    def stands(self, request_id: str = "q") -> tuple[str, int]:
        """(status, cents that have come)."""
        found = self.draft.request(request_id)
        assert found is not None
        return found.status.value, found.paid_cents

    def force(self, status: Status) -> None:
        """A request that stands somewhere, however it came there."""
        self.do(asked())
        known = self.draft.request("q")
        assert known is not None
        self.draft.know_request(replace(known, status=status))


def asked(request_id: str = "q", cents: int = 50, *, visit: str = "", due: str = "", **more: object) -> object:
    values = {"request_id": request_id, "patient_id": ANN, "amount_cents": cents, "number": "PAY-1-00001",
              "appointment_id": visit, "due_date": due, **more}  # fmt: skip
    return PaymentRequestPut(**values)  # type: ignore[arg-type]


def moved(status: str, by: str = "person") -> PaymentRequestStatus:
    return PaymentRequestStatus(request_id="q", patient_id=ANN, status=status, by=by)


def paying(payment_id: str, cents: int, request_id: str = "q", visit: str = "") -> Collect:
    return replace(collect(payment_id, ANN, cents, visit=visit), request_id=request_id)


@pytest.fixture
def books() -> Books:
    return Books()


@pytest.mark.parametrize(("before", "after", "by"), list(product(Status, Status, (Actor.PERSON, Actor.READER))))
def test_s2_09_the_hub_holds_the_table(books: Books, before: Status, after: Status, by: Actor) -> None:
    """Every step by everybody, but paid: that is never said."""
    books.force(before)
    entry = books.do(moved(after.value, by.value))
    let = may(before, after, by) and after is not Status.PAID
    assert entry.verdict is (Verdict.ACCEPTED if let else Verdict.REJECTED)
    assert books.stands()[0] == (after if let else before)


@pytest.mark.parametrize("status", Status)
def test_s2_09_what_is_locked_is_not_edited(books: Books, status: Status) -> None:
    books.force(status)
    entry = books.do(asked(cents=70))
    assert (entry.verdict is Verdict.ACCEPTED) == (status in EDITABLE)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (asked(cents=0), "amount_not_positive"), (asked(cents=-5), "amount_not_positive"),
        (asked(request_type="gift"), "reason_unknown"), (asked(visit="v3"), "wrong_patient"),
        (moved("pending"), "missing_dependency"), (moved("lost"), "missing_dependency"),
    ],
    ids=["zero", "below-zero", "type", "visit-of-another", "unknown", "no-such-status"],
)  # fmt: skip
def test_s2_06_what_makes_no_sense_falls(books: Books, body: object, reason: str) -> None:
    entry = books.do(body)
    assert (entry.verdict, entry.reason, books.draft.request("q")) == (Verdict.REJECTED, reason, None)


def test_s2_06_nobody_takes_over_the_request_of_another(books: Books) -> None:
    books.do(asked())
    assert books.do(asked(patient_id=BEN)).reason == "other_patient"


def test_s2_08_a_request_posts_nothing(books: Books) -> None:
    before = dict(books.draft.deltas)
    for body in (asked(submitted=False), asked(), moved("processing"), moved("failed", "reader"), moved("cancelled")):
        assert books.do(body).transfers == ()
    assert books.draft.deltas == before


# What money answers -----------------------------------------------------------------------------------------------


def test_s2_08_money_that_names_it_pays_it(books: Books) -> None:
    books.do(asked())
    books.do(paying("p1", 50))
    assert books.stands() == ("paid", 50)
    assert books.draft.entries[-1].op.body["payment_id"] == "p1"


def test_s2_08_part_of_it_leaves_it_pending_and_the_rest_pays_it(books: Books) -> None:
    books.do(asked())
    books.do(paying("p1", 20))
    assert books.stands() == ("pending", 20)
    books.do(paying("p2", 45))
    assert books.stands() == ("paid", 50)
    assert books.draft.entries[-1].op.body["payment_id"] == ""


@pytest.mark.parametrize("status", ["draft", "failed", "cancelled"])
def test_s2_08_money_for_what_is_not_awaited_stands_for_itself(books: Books, status: str) -> None:
    books.force(Status(status))
    entry = books.do(paying("p1", 50))
    assert (entry.verdict, books.stands()) == (Verdict.ACCEPTED, (status, 0))


def test_s2_08_paid_twice_is_credit(books: Books) -> None:
    books.do(asked())
    books.do(paying("p1", 50))
    assert books.do(paying("p2", 50)).verdict is Verdict.ACCEPTED
    assert (books.stands(), books.draft.balance("CR:p2").credits) == (("paid", 50), 50)


def test_s2_08_money_for_its_visit_pays_it(books: Books) -> None:
    """A copay that is taken without a thought of its request."""
    books.do(asked(visit="v1"))
    books.do(collect("p1", ANN, 50, visit="v1"))
    assert books.stands() == ("paid", 50)


def test_s2_08_credit_that_is_spent_on_its_visit_pays_it(books: Books) -> None:
    for body in (line_item("c1", 80), asked(visit="v1"), collect("p1", ANN, 80)):
        books.do(body)
    assert books.stands() == ("pending", 0)
    books.do(allocate("p1", ANN, ("c1", 80)))
    assert books.stands() == ("paid", 50)


def test_s2_08_money_that_only_turns_round_within_a_visit_answers_once(books: Books) -> None:
    """Set aside, then on a charge, then set aside again: it has come once."""
    for body in (asked(cents=90, visit="v1"), collect("p1", ANN, 40, visit="v1"), line_item("c1", 40)):
        books.do(body)
    books.do(line_item("c1", 0))
    assert books.stands() == ("pending", 40)


def test_s2_08_what_is_due_first_is_answered_first(books: Books) -> None:
    books.do(asked("later", 30, visit="v1", due="2026-04-02"))
    books.do(asked("never", 30, visit="v1"))
    books.do(asked("q", 30, visit="v1", due="2026-04-01"))
    books.do(collect("p1", ANN, 45, visit="v1"))
    assert [books.stands(each) for each in ("q", "later", "never")] == [("paid", 30), ("pending", 15), ("pending", 0)]


def test_s2_08_the_named_one_comes_before_what_is_due_first(books: Books) -> None:
    books.do(asked("early", 30, visit="v1", due="2026-04-01"))
    books.do(asked("q", 30, visit="v1", due="2026-04-02"))
    books.do(paying("p1", 40, "q", visit="v1"))
    assert [books.stands(each) for each in ("q", "early")] == [("paid", 30), ("pending", 10)]


@pytest.mark.parametrize("visit", ["", "v1"])
def test_s2_08_a_part_that_is_taken_back_is_asked_again(books: Books, visit: str) -> None:
    books.do(asked(visit=visit))
    books.do(paying("p1", 20, visit=visit))
    books.do(reverse("p1"))
    assert books.stands() == ("pending", 0)


@pytest.mark.parametrize("visit", ["", "v1"])
def test_s2_14_what_was_paid_stays_paid(books: Books, visit: str) -> None:
    """Its payment says what became of the money."""
    books.do(asked(visit=visit))
    books.do(paying("p1", 50, visit=visit))
    refund = RefundRequest(refund_id="r", payment_id="p1", patient_id=ANN, amount_cents=50, tender="cash",
                           reason="other", number="REF-1")  # fmt: skip
    assert books.do(refund).verdict is Verdict.ACCEPTED
    assert books.stands() == ("paid", 50)


@given(st.lists(st.tuples(st.sampled_from(["v1", "v2", ""]), st.integers(1, 60), st.booleans()), max_size=8),
       st.lists(st.integers(0, 7), max_size=8))  # fmt: skip
def test_s2_08_never_more_has_come_than_is_asked(taken: list[tuple[str, int, bool]], undone: list[int]) -> None:
    books = Books()
    for body in (asked("q", 60, visit="v1"), asked("r", 45, visit="v2"), asked("s", 30)):
        books.do(body)
    for n, (visit, cents, named) in enumerate(taken):
        body = collect(f"p{n}", ANN, cents, visit=visit)
        books.do(replace(body, request_id="s") if named else body)
    for n in undone:
        books.do(reverse(f"p{n}"))
    for each in ("q", "r", "s"):
        state = books.draft.request(each)
        assert state is not None
        assert 0 <= state.paid_cents <= state.amount_cents
        assert (state.status is Status.PAID) == (state.open_cents == 0)
