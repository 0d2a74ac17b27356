"""Needs attention: money first, then the rest. Nothing is solved by closing it: a person's word on it is an
operation like any other."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from datetime import datetime, time
from typing import Any

import orjson

from app.clinic import Clinic
from app.giving_back import GivingBack
from app.heads import day_text, patient_head
from app.message_lines import message_line
from app.method import method_text
from app.plan_lists import PlanLists
from app.plan_views import PlanListed
from app.printing import Printing
from app.recovery import Recovery
from app.tasks import Places, Tasks, payment_side
from app.views import AttentionItem, PatientHead, Person
from models.basics.clock import parse_utc
from models.basics.errors import Fact, RuleBroken
from models.operations.tasks import TASKS, TaskResolved
from models.rules.duplicates import Taken, paid_twice
from models.store.queries import attention, jobs, messages, receipts, refunds, rows, visits
from models.store.queries.attention import DoubleRow, RefusedRow
from models.store.queries.messages import MessageRow
from models.store.queries.refunds import RefundRow
from models.store.queries.visits import FallenRow

_KINDS = {"reduced": "reduced", "rejected": "refused", "excepted": "excepted", "quarantined": "quarantined"}
_NOT_DONE = {
    "payment.move": "attention.move_not_done", "act.undo": "attention.undo_not_done",
    "charge.adjust": "attention.adjust_not_done", "charge.fee": "attention.fee_not_done",
    "refund.place": "attention.place_not_done", "message.send": "attention.message_not_sent",
    "refund.request": "attention.refund_not_done", "payment_request.put": "attention.request_not_done",
    "payment_request.status": "attention.request_not_done",
    **dict.fromkeys(("plan.put", "plan.activate", "plan.skip", "plan.method", "plan.cancel"),
                    "attention.plan_not_done"),
    "online.post": "attention.online_not_done", "online.associate": "attention.online_not_done",
}  # fmt: skip
"""Decisions the hub rejected that leave everything as it was, and the words for it."""
_NO_RIGHT = {"not_done": "attention.no_right", "excepted": "attention.done_without_right"}
"""What nobody with the right to it had decided, as the hub knows the practice's people."""


_NEVER_CLOSED = ("refund_waiting", "visit_fallen", "plan_late", "books_wrong", "disk_full", "backup_old", "in_use",
                 "answers_refused", *TASKS)  # fmt: skip


class Attention:
    """What a person must look at. `items` on the `reads` lane, `close` on `store`."""

    def __init__(
        self, clinic: Clinic, recovery: Recovery, printing: Printing, giving: GivingBack,
        of_desk: Callable[[], Sequence[AttentionItem]] = tuple,
    ) -> None:  # fmt: skip
        """`of_desk` tells what is the matter with this computer: books that do not hold, a full disk, old backups."""
        self._clinic, self._recovery, self._printing, self._giving = clinic, recovery, printing, giving
        self._tasks = Tasks(clinic, giving)
        self._of_desk = of_desk

    def items(self) -> tuple[AttentionItem, ...]:
        """Everything that is open: card payments in doubt, what the hub did not take as it was, copays taken twice,
        money of visits that fell out (H6), prints nobody is sure of, what is the matter with this computer."""
        clinic, tenant = self._clinic, self._clinic.tenant
        with clinic.store.reader() as reader:
            refused = [self._refused(reader, row) for row in attention.refused(reader, tenant)]
            same = attention.doubles(reader, tenant, clinic.today().isoformat())
            places = Places(clinic, reader)
            waiting = [self._waiting(reader, row) for row in self._giving.unfinished(reader)]
            since = attention.fallen_since(clinic.today().isoformat())
            fallen = [self._fallen(reader, row) for row in visits.fallen(reader, tenant, since)]
            unsent = [self._unsent(reader, row) for row in messages.failed(reader, tenant)]
            late = [self._late_plan(reader, each) for each in PlanLists(clinic).late(reader)]
            unsigned = self._recovery.signing.items(reader)
            unsure = [self._unsure(reader, job) for job in jobs.prints_in_doubt(reader, tenant)]
            tasks = self._tasks.items(reader)
            over = {task.facts["payment_id"] for task in tasks if task.kind == "paid_over"}
            doubles = [self._double(reader, row, places, over) for row in same if _suspicious(row)]
        told = [_pair(item) for item in doubles]
        tasks = tuple(task for task in tasks if not any(_is_about(task, pair) for pair in told))
        about_money = (*self._recovery.open_attempts(), *tasks, *waiting, *refused, *doubles, *fallen, *late)
        return (*about_money, *unsigned, *unsent, *unsure, *self._of_desk())

    def item_that_was(self, reader: Any, source: str, item_id: str, telling: Places) -> AttentionItem | None:
        """What was solved, as it was listed: `source` is task or card (`queries.solved`). None for what another desk
        saw by itself: here nothing is known of it but that somebody settled it."""
        if source == "card":
            return self._recovery.item_of(reader, item_id)
        return self._tasks.closed(reader, item_id, telling) or self._seen_here(reader, item_id)

    def _seen_here(self, reader: Any, item_id: str) -> AttentionItem | None:
        """An own operation, a payment that looked taken twice, or a message: whichever has this id."""
        tenant = self._clinic.tenant
        if (row := attention.judged(reader, tenant, item_id)) is not None:
            return self._refused(reader, row)
        if (unsent := messages.message(reader, tenant, item_id)) is not None:
            return self._unsent(reader, unsent)
        if (paid := receipts.payment(reader, tenant, item_id)) is None:
            return None
        return AttentionItem(
            item_id=item_id, kind="paid_twice", at=self._clinic.local(paid.taken_at),
            patient=self._patient(reader, paid.patient_id), amount_cents=paid.amount_cents,
            words="attention.looked_paid_twice", facts={"cents": paid.amount_cents, "number": paid.number},
        )  # fmt: skip

    def close(self, item_id: str, person: Person) -> None:
        """Somebody saw it: their word is an operation. A print in doubt counts as printed. Raises RuleBroken
        `attention.not_found`; card payments in doubt are settled by recovery, refunds and money of visits that fell out
        by what is done with them, tasks by `resolve`: those are never closed."""
        item = next((item for item in self.items() if item.item_id == item_id), None)
        if item is None or item.kind.startswith("unknown_") or item.kind in _NEVER_CLOSED:
            raise RuleBroken("attention.not_found")
        if item.kind == "unsigned":
            self._recovery.signing.done(item_id, person)
            return
        if item.kind == "print_unknown":
            self._printing.say_printed(item_id, printed=True)
            return
        body = TaskResolved(task_id=item_id, patient_id=item.patient.patient_id if item.patient else "", how="seen",
                            reason="")  # fmt: skip
        with self._clinic.store.write() as tx:
            tx.record(body, person_id=person.staff_id, business_date=self._clinic.today().isoformat())

    def resolve(self, item_id: str, how: str, reason: str, person: Person, supervisor: Person | None = None) -> None:
        """A person's word on a task or on a suspected duplicate (see `Tasks.resolve`); what cash settles prints its
        receipt and opens the drawer."""
        item = next((item for item in self.items() if item.item_id == item_id), None)
        if item is None or item.kind not in (*TASKS, "paid_twice", "in_use"):
            raise RuleBroken("attention.not_found")
        if item.kind == "in_use":
            self._tasks.free(item_id, reason, person, supervisor)
            return
        patient_id = item.patient.patient_id if item.patient else ""
        for task_id in self._told_by(item):
            self._tasks.resolve(task_id, how, reason, person, supervisor=supervisor)
        self._tasks.resolve(item_id, how, reason, person, patient_id=patient_id, supervisor=supervisor)
        self._printing.nudge()

    def _told_by(self, item: AttentionItem) -> list[str]:
        """Tasks about the same money as a suspected duplicate: a person's word on it is a word on them, too."""
        if item.kind != "paid_twice":
            return []
        with self._clinic.store.reader() as reader:
            return [task.item_id for task in self._tasks.items(reader) if _is_about(task, _pair(item))]

    def _refused(self, reader: Any, row: RefusedRow) -> AttentionItem:
        op = orjson.loads(row.op)
        body = op["body"]
        asked = body.get("amount_cents") or sum(line.get("amount_cents", 0) for line in body.get("lines") or ())
        lost = asked - (row.granted or 0) if row.verdict in ("reduced", "rejected") else asked
        kind, words = _KINDS.get(row.verdict, "excepted"), ""
        if kind == "refused" and op["kind"] in _NOT_DONE:
            kind, words = "not_done", _NOT_DONE[op["kind"]]
        if row.reason == "right_missing":
            words = _NO_RIGHT.get(kind, words)
        return AttentionItem(
            item_id=row.op_id, kind=kind, at=parse_utc(op["device_time"]).astimezone(self._clinic.zone),
            patient=self._patient(reader, op["patient"]), amount_cents=int(lost or 0),
            words=words or f"attention.{kind}",
            facts={"cents": int(asked or 0), "granted_cents": row.granted or 0, "reason": row.reason,
                   "charge_id": next((line.get("charge_id") or "" for line in body.get("lines") or ()), "")},
        )  # fmt: skip

    def _double(self, reader: Any, row: DoubleRow, places: Places, over: Container[Fact]) -> AttentionItem:
        """Two payments that look alike (H2). The one may go back for which nothing was owed any more (`over`), else
        the second: they may have reached the hub the other way round."""
        sides = (payment_side(reader, self._clinic, each, places) for each in (row.payment_id, row.other_id))
        return AttentionItem(
            item_id=row.payment_id, kind="paid_twice", at=self._clinic.local(row.other_taken_at),
            patient=self._patient(reader, row.patient_id), amount_cents=row.amount_cents, words="attention.paid_twice",
            facts={"cents": row.amount_cents, "appointment_id": row.appointment_id,
                   "payment_id": row.payment_id if row.payment_id in over else row.other_id,
                   "pair": f"{row.payment_id} {row.other_id}",
                   "desk": places.desk(row.device), "elsewhere": places.desk(row.other_device),
                   "first": places.time(row.taken_at), "second": places.time(row.other_taken_at)},
            sides=tuple(side for side in sides if side is not None),
        )  # fmt: skip

    def _waiting(self, reader: Any, row: RefundRow) -> AttentionItem:
        return AttentionItem(
            item_id=row.refund_id, kind="refund_waiting", at=self._clinic.local(row.requested_at),
            patient=self._patient(reader, row.patient_id), amount_cents=row.amount_cents,
            words="attention.refund_waiting",
            facts={"cents": row.amount_cents, "way": method_text(row.tender), "number": row.number,
                   "tender": row.tender},
        )  # fmt: skip

    def _fallen(self, reader: Any, row: FallenRow) -> AttentionItem:
        starts = self._clinic.local(row.starts_at)
        words = "attention.visit_no_show" if row.status == "no_show" else "attention.visit_cancelled"
        return AttentionItem(
            item_id=f"fallen:{row.appointment_id}", kind="visit_fallen", at=min(starts, self._clinic.now()),
            patient=self._patient(reader, row.patient_id), amount_cents=row.cents, words=words,
            facts={"cents": row.cents, "appointment_id": row.appointment_id,
                   "payment_id": row.payment_id if row.payments == 1 else "",
                   "visit": f"{row.title or 'Visit'}, {day_text(starts.date(), self._clinic.today())}"},
        )  # fmt: skip

    def _late_plan(self, reader: Any, plan: PlanListed) -> AttentionItem:
        """A plan of which something should have come (S0-44), or whose card said no, or nobody knows."""
        since = plan.late_since or plan.next_due or self._clinic.today()
        at = datetime.combine(since, time(9), self._clinic.zone)
        return AttentionItem(
            item_id=f"plan:{plan.plan_id}", kind="plan_late", at=min(at, self._clinic.now()),
            patient=self._patient(reader, plan.patient_id), amount_cents=plan.late_cents or plan.next_cents,
            words=f"attention.plan_{plan.trouble or 'late'}",
            facts={"cents": plan.late_cents or plan.next_cents, "plan_id": plan.plan_id, "number": plan.number,
                   "day": day_text(since, self._clinic.today())},
        )  # fmt: skip

    def _unsent(self, reader: Any, row: MessageRow) -> AttentionItem:
        line = message_line(self._clinic, row)
        said = (", ".join(number for number in line.numbers if number), line.address)
        return AttentionItem(
            item_id=row.message_id, kind="message_failed", at=line.at, patient=self._patient(reader, row.patient_id),
            amount_cents=0, words=line.reason,
            facts={"number": " to ".join(part for part in said if part)},
        )  # fmt: skip

    def _unsure(self, reader: Any, job: jobs.JobRow) -> AttentionItem:
        tenant, source_id = self._clinic.tenant, job.payment_id
        source = receipts.payment(reader, tenant, source_id) or refunds.refund(reader, tenant, source_id)
        return AttentionItem(
            item_id=job.job_id, kind="print_unknown", at=self._clinic.local(job.created_at),
            patient=self._patient(reader, source.patient_id) if source else None, amount_cents=0,
            words="attention.print_unknown",
            facts={"number": source.number if source else "", "payment_id": source_id},
        )  # fmt: skip

    def _patient(self, reader: Any, patient_id: str) -> PatientHead | None:
        row = rows.patient(reader, self._clinic.tenant, patient_id) if patient_id else None
        return patient_head(row, self._clinic.today()) if row else None


def _pair(double: AttentionItem) -> tuple[str, ...]:
    """Both payments of a suspected duplicate."""
    return tuple(str(double.facts["pair"]).split())


def _is_about(task: AttentionItem, pair: Container[Fact]) -> bool:
    """Does a task say of one of these payments that nothing was owed any more?"""
    return task.kind == "paid_over" and task.facts["payment_id"] in pair


def _suspicious(row: DoubleRow) -> bool:
    first = Taken(row.patient_id, row.appointment_id, row.amount_cents, row.device, parse_utc(row.taken_at))
    other = Taken(row.patient_id, row.appointment_id, row.amount_cents, row.other_device, parse_utc(row.other_taken_at))
    return paid_twice(first, other)
