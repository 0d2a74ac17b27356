"""What waits for the hub, and what was solved: by whom, when and how."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.attention_lists import PAGE, AttentionRecord
from app.words import sentence
from models.operations.records import Staff
from models.operations.tasks import RESOLUTIONS, TaskResolved
from models.store.queries.rows import NET
from models.store.rows import AttemptRow
from tests.support.clinic import DAY, MARIA, TestClinic
from tests.support.counter import Counter, furnish, rosa_with_copay_and_balance
from tests.unit.app.test_attention import answer, spend


def with_credit(clinic: TestClinic) -> None:
    rosa_with_copay_and_balance(clinic)
    clinic.paid(5000)
    clinic.put(Staff(id="maria", name="Maria Delgado", role="receptionist"))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Counter]:
    here = Counter(furnish(tmp_path, with_credit))
    yield here
    here.close()


def titles(lines: tuple[AttentionRecord, ...]) -> list[str]:
    return [sentence(line.words, line.facts).title for line in lines]


def test_what_waits_is_listed_in_the_order_it_goes_out_and_leaves_with_the_hubs_answer(desk: Counter) -> None:
    lists = desk.desk.attention_lists
    before = lists.waiting()
    assert before.count == len(before.lines) == desk.desk.store.pending_count()
    op_id = spend(desk, 4000)
    page = lists.waiting()
    last = page.lines[-1]
    assert page.count == before.count + 1
    assert (last.record_id, last.kind, last.cents, last.who) == (op_id, "postings", 4000, "Maria Delgado")
    assert last.patient is not None
    assert last.patient.patient_id == "rosa"
    assert titles(page.lines)[-1] == "Put on visits"
    assert last.tried_at is None
    answer(desk, op_id, "accepted", 4000, "")
    assert op_id not in [line.record_id for line in lists.waiting().lines]


def test_the_pages_of_what_waits(desk: Counter) -> None:
    TestClinic.over(desk.desk.store, desk.clock).put(
        *(TaskResolved(task_id=f"t{n}", patient_id="rosa", how="seen", reason="") for n in range(PAGE + 5))
    )
    lists = desk.desk.attention_lists
    first, second = lists.waiting(), lists.waiting(PAGE)
    assert (first.first, len(first.lines), second.first) == (0, PAGE, PAGE)
    assert not {line.record_id for line in first.lines} & {line.record_id for line in second.lines}
    assert lists.waiting(10_000).lines == lists.waiting(first.count - 1).lines, "the last page there is"


def test_what_was_closed_says_by_whom_when_and_how(desk: Counter) -> None:
    op_id = spend(desk, 4000)
    answer(desk, op_id, "reduced", 1000, "credit_used")
    lists = desk.desk.attention_lists
    assert lists.counts()[1] == 0
    desk.clock.advance(600)  # type: ignore[attr-defined]
    desk.desk.attention.close(op_id, MARIA)
    page = lists.solved()
    [line] = page.lines
    assert lists.counts()[1] == page.count == 1
    assert (line.record_id, line.kind, line.cents) == (f"task:{op_id}", "reduced", 3000)
    assert (line.who, line.how) == ("Maria Delgado", "solved.seen")
    assert line.since is not None
    assert (line.at - line.since).total_seconds() == 600
    assert sentence(line.words, line.facts).title == "Less credit was left than expected"


def test_h2_a_pair_that_was_looked_at(desk: Counter) -> None:
    TestClinic.over(desk.desk.store, desk.clock).put(
        TaskResolved(task_id="early", patient_id="rosa", how="kept", reason="")
    )
    [line] = desk.desk.attention_lists.solved().lines
    assert (line.kind, line.cents, line.how) == ("paid_twice", 5000, "solved.kept")


def test_what_another_desk_saw_is_told_as_far_as_it_is_known(desk: Counter) -> None:
    TestClinic.over(desk.desk.store, desk.clock).put(
        TaskResolved(task_id="not here", patient_id="rosa", how="seen", reason="")
    )
    [line] = desk.desk.attention_lists.solved().lines
    assert (line.kind, line.since, line.patient is not None) == ("elsewhere", None, True)


def open_task(desk: Counter, task_id: str, what: str, charge_id: str, cents: int) -> None:
    with desk.desk.store.write() as tx:
        tx.session.run(
            "INSERT INTO task (tenant, task_id, what, patient_id, payment_id, charge_id, appointment_id, account_id, "
            "amount_cents, settled_cents, cause_op_id, device, actor, opened_at, business_date, how, reason, "
            "resolved_at, resolved_by, resolved_op_id, seq) VALUES (:tenant, :id, :what, 'rosa', 'early', :charge, '', "
            "'', :cents, 0, '', 'desk-2', 'maria', '2026-05-14T14:00:00.000Z', :day, '', '', '', '', '', 0)",
            tenant=desk.desk.clinic.tenant, id=task_id, what=what, charge=charge_id, cents=cents, day=DAY,
        )  # fmt: skip


def test_a_task_is_solved_by_a_person_and_by_what_was_done_since(desk: Counter) -> None:
    open_task(desk, "by-hand", "paid_over", "", 700)
    open_task(desk, "by-itself", "credit_used", "charge-2026-03-02", 900)
    lists = desk.desk.attention_lists
    assert lists.counts()[1] == 0
    desk.desk.attention.resolve("by-hand", "kept", "", MARIA)
    [line] = lists.solved().lines
    assert (line.kind, line.cents, line.how, line.who) == ("paid_over", 700, "solved.kept", "Maria Delgado")
    owed = desk.rows(f"SELECT {NET} FROM account a WHERE a.id = 'AR:charge-2026-03-02'")[0][0]
    spend(desk, -owed)  # the charge is paid: nobody need look any more
    assert {(line.record_id, line.how, line.who) for line in lists.solved().lines} == {
        ("task:by-hand", "solved.kept", "Maria Delgado"), ("task:by-itself", "solved.passed", ""),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("by", "asked", "outcome", "how"),
    [("maria", 2, "approved", "solved.unknown_payment.went"), ("", 1, "not_performed", "solved.unknown_payment.fell")],
)
def test_a_card_payment_that_was_in_doubt(desk: Counter, by: str, asked: int, outcome: str, how: str) -> None:
    with desk.desk.store.write() as tx:
        tx.open_attempt(AttemptRow(
            attempt_id="a1", terminal_ref="r1", driver="pax", amount_cents=3000, patient_id="rosa", appointment_id="",
            request={},
        ))  # fmt: skip
        tx.set_attempt("a1", "dispatching")
        tx.set_attempt("a1", "unknown", outcome="unknown", result={"asked": asked})
    assert desk.desk.attention_lists.counts()[1] == 0
    with desk.desk.store.write() as tx:
        tx.set_attempt("a1", "resolved", outcome=outcome, result={"asked": asked}, resolved_by=by,
                       resolved_reason="on the slip" if by else "")  # fmt: skip
    [line] = desk.desk.attention_lists.solved().lines
    assert (line.cents, line.how, line.reason, line.who) == (
        3000, how, "on the slip" if by else "", "Maria Delgado" if by else ""
    )  # fmt: skip


def test_what_never_was_in_doubt_and_what_is_old_is_not_listed(desk: Counter) -> None:
    TestClinic.over(desk.desk.store, desk.clock).put(
        TaskResolved(task_id="old", patient_id="rosa", how="seen", reason="")
    )
    assert desk.desk.attention_lists.counts()[1] == 1
    desk.clock.advance(93 * 86_400)  # type: ignore[attr-defined]
    assert desk.desk.attention_lists.counts()[1] == 0


def test_every_way_to_solve_has_words() -> None:
    assert [how for how in (*RESOLUTIONS, "settled", "passed") if not sentence(f"solved.{how}", {}).title] == []
