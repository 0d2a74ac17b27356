"""Create payment at one desk: the form, what is kept of it, moving on, and cash for it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.clinic import Clinic
from app.lanes import Job
from app.payment_requests import PaymentRequests
from app.request_views import RequestForm, RequestView
from app.views import CollectRequest, TenderKind
from models.basics.errors import RuleBroken
from models.operations.requests import PaymentRequestStatus
from models.rules.payment_status import Actor, Status, may
from models.store.desk import DeskStore
from tests.support.clinic import KEY, MARIA, PRIYA, TestClinic
from tests.support.counter import rosa_with_copay_and_balance, tillless_checkout


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[TestClinic]:
    made = TestClinic(tmp_path)
    rosa_with_copay_and_balance(made)
    yield made
    made.close()


@pytest.fixture
def story(clinic: TestClinic) -> PaymentRequests:
    return PaymentRequests(clinic.clinic)


def form(story: PaymentRequests, **more: Any) -> RequestForm:
    return replace(story.begin(MARIA, "rosa").form, amount="250", **more)


def refused(call: Any) -> str:
    with pytest.raises(RuleBroken) as error:
        call()
    return error.value.message_key


def test_s2_06_a_draft_is_submitted_and_changed(story: PaymentRequests) -> None:
    draft = story.save(form(story, request_type="private_pay", due="2026-05-20", memo="  Crown,\n first half "),
                       MARIA, submit=False)  # fmt: skip
    assert (draft.number, draft.status, draft.amount_cents, draft.memo) == (
        "PAY-1-00001", Status.DRAFT, 25000, "Crown, first half")  # fmt: skip
    assert draft.choices == (Status.PENDING, Status.CANCELLED)
    pending = story.save(replace(story.form_of(draft.request_id), amount="260.50"), MARIA, submit=True)
    assert (pending.number, pending.status, pending.amount_cents) == ("PAY-1-00001", Status.PENDING, 26050)
    assert str(pending.due) == "2026-05-20"


def test_s2_06_saved_twice_is_one(clinic: TestClinic, story: PaymentRequests) -> None:
    made = form(story)
    for _ in range(2):
        story.save(made, MARIA, submit=True)
    assert clinic.rows("SELECT count(*), min(status) FROM payment_request") == [(1, "pending")]


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"patient_id": ""}, "request.patient_missing"), ({"amount": ""}, "amount.not_a_number"),
        ({"amount": "0"}, "amount.zero"), ({"request_type": "gift"}, "request.type_unknown"),
        ({"due": "soon"}, "request.due_date_wrong"), ({"memo": "x" * 300}, "request.memo_long"),
        ({"memo": "4242 4242 4242 4242"}, "collect.card_number"), ({"patient_id": "ben"}, "refused.wrong_patient"),
    ],
    ids=["patient", "amount", "zero", "type", "due", "memo", "card", "visit-of-another"],
)  # fmt: skip
def test_s2_06_what_may_not_be_is_not_saved(
    clinic: TestClinic, story: PaymentRequests, changes: dict[str, str], key: str
) -> None:
    clinic.patient("ben", "Ben")
    made = replace(form(story, appointment_id="today"), **changes)
    assert refused(lambda: story.save(made, MARIA, submit=True)) == key
    assert clinic.rows("SELECT count(*) FROM payment_request") == [(0,)]


def test_s2_06_what_was_typed_is_found_again_by_who_typed_it(story: PaymentRequests) -> None:
    made = form(story, memo="Half a w")
    story.keep(made, MARIA)
    found = story.begin(MARIA, "rosa")
    assert (found.form, found.found_again, found.patient.name if found.patient else "") == (
        made,
        True,
        "Rosa Quillfeather",
    )
    assert [visit.appointment_id for visit in found.treatments] == ["today"]
    assert not story.begin(PRIYA, "rosa").found_again
    assert not story.begin(MARIA).found_again  # what was begun for one patient is never shown for another
    story.save(made, MARIA, submit=False)
    assert story.begin(MARIA, "rosa").form.memo == ""
    story.keep(made, MARIA)
    story.drop(made, MARIA)
    assert story.begin(MARIA, "rosa").form.request_id != made.request_id


TYPING = """
import os, signal, sys
from pathlib import Path
from app.clinic import Clinic
from app.clinic import Clinic
from app.lanes import Job
from app.payment_requests import PaymentRequests
from app.request_views import RequestForm
from models.store.desk import DeskStore
from models.basics.clock import SystemClock
from tests.support.clinic import KEY, MARIA
store = DeskStore.open(Path(sys.argv[1]), KEY, SystemClock())
PaymentRequests(Clinic(store, SystemClock())).keep(RequestForm("q", "rosa", "25", memo="Half a w"), MARIA)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_s2_06_what_was_typed_is_found_after_a_crash(clinic: TestClinic) -> None:
    clinic.store.close()
    path = clinic.folder / "desk.db"
    died = subprocess.run([sys.executable, "-c", TYPING, str(path)], cwd=Path(__file__).resolve().parents[3],
                          env=os.environ, check=False, timeout=60)  # fmt: skip
    assert died.returncode != 0
    clinic.store = DeskStore.open(path, KEY, clinic.clock)
    again = TestClinic.over(clinic.store, clinic.clock)
    found = PaymentRequests(Clinic(again.store, again.clock)).begin(MARIA).form
    assert (found.request_id, found.patient_id, found.amount, found.memo) == ("q", "rosa", "25", "Half a w")


def test_s2_10_the_dropdown_moves_it_and_never_to_paid(story: PaymentRequests) -> None:
    asked = story.save(form(story), MARIA, submit=True)
    assert asked.choices == (Status.PROCESSING, Status.PAID, Status.CANCELLED)
    assert refused(lambda: story.move(asked.request_id, Status.PAID, MARIA)) == "request.take_money"
    assert refused(lambda: story.move(asked.request_id, Status.FAILED, MARIA)) == "refused.request_status"
    assert story.move(asked.request_id, Status.CANCELLED, MARIA).status is Status.CANCELLED
    assert refused(lambda: story.form_of(asked.request_id)) == "refused.request_locked"
    assert refused(lambda: story.move(asked.request_id, Status.PENDING, MARIA)) == "refused.request_locked"


WAYS_TO = {
    Status.DRAFT: (), Status.PENDING: (("pending", "person"),),
    Status.PROCESSING: (("pending", "person"), ("processing", "reader")),
    Status.FAILED: (("pending", "person"), ("processing", "reader"), ("failed", "reader")),
    Status.VOIDED: (("pending", "person"), ("processing", "reader"), ("voided", "reader")),
    Status.CANCELLED: (("cancelled", "person"),),
}  # fmt: skip
"""How a request gets to each status that is said; paid is brought about by money."""


@pytest.mark.parametrize("before", [*WAYS_TO, Status.PAID])
def test_s2_10_every_step_of_the_dropdown(clinic: TestClinic, story: PaymentRequests, before: Status) -> None:
    """Exactly what the table lets a person do is written; anything else is refused and changes nothing."""
    for after in Status:
        asked = story.save(form(story), MARIA, submit=False)
        for status, by in WAYS_TO.get(before, ()):
            clinic.put(PaymentRequestStatus(request_id=asked.request_id, patient_id="rosa", status=status, by=by))
        if before is Status.PAID:
            collect(clinic, asked, 25000)
        now = story.open(asked.request_id)
        assert now.status is before
        if after is Status.PAID:
            assert refused(lambda now=now: story.move(now.request_id, Status.PAID, MARIA)) == "request.take_money"
        elif may(before, after, Actor.PERSON):
            assert after in now.choices
            assert story.move(asked.request_id, after, MARIA).status is after
        else:
            key = refused(lambda now=now, after=after: story.move(now.request_id, after, MARIA))
            assert key in ("refused.request_locked", "refused.request_status")
            assert after not in now.choices
            assert story.open(asked.request_id) == now


def test_s2_15_overdue_the_day_after(story: PaymentRequests) -> None:
    """The clinic's day is May 14."""
    due = {day: story.save(form(story, due=day), MARIA, submit=True).overdue for day in ("2026-05-13", "2026-05-14")}
    assert due == {"2026-05-13": True, "2026-05-14": False}


# Cash for it ------------------------------------------------------------------------------------------------------


def collect(clinic: TestClinic, asked: RequestView, cents: int) -> str:
    """Take cash for a request; the number of the payment."""
    checkout = tillless_checkout(clinic)
    sheet = checkout.open("rosa", asked.appointment_id)
    request = CollectRequest(sheet=sheet, amounts={}, use_credit=False, tender=TenderKind.CASH, person=MARIA,
                             extra_cents=cents, extra_for="", tendered_cents=cents,
                             request_id=asked.request_id)  # fmt: skip
    return checkout.collect(request, Job()).number


@pytest.mark.parametrize("submit", [True, False])
def test_s2_08_cash_for_it_pays_it_under_its_number(clinic: TestClinic, story: PaymentRequests, submit: bool) -> None:
    asked = story.save(form(story), MARIA, submit=submit)
    assert collect(clinic, asked, 25000) == asked.number
    now = story.open(asked.request_id)
    assert (now.status, now.choices, now.editable) == (Status.PAID, (), False)
    assert clinic.rows("SELECT payment_id FROM payment") == [(now.payment_id,)]
    assert refused(lambda: collect(clinic, asked, 25000)) == "request.not_awaited"


def test_s2_08_a_part_has_a_number_of_its_own(clinic: TestClinic, story: PaymentRequests) -> None:
    asked = story.save(form(story), MARIA, submit=True)
    assert collect(clinic, asked, 10000) != asked.number
    assert (story.open(asked.request_id).status, story.open(asked.request_id).paid_cents) == (Status.PENDING, 10000)
    assert collect(clinic, asked, 15000) != asked.number
    assert story.open(asked.request_id).status is Status.PAID


def test_s2_08_no_money_for_what_is_not_there(clinic: TestClinic, story: PaymentRequests) -> None:
    asked = replace(story.save(form(story), MARIA, submit=True), request_id="nobody")
    assert refused(lambda: collect(clinic, asked, 100)) == "request.gone"
    assert clinic.rows("SELECT count(*) FROM payment") == [(0,)]
