"""What a batch of operations will want to know of the books, so that it can be asked at once."""

from __future__ import annotations

from typing import Any

from models.ledger.accounts import lot as lot_of_new
from models.operations import bodies, merging, records
from models.operations.codec import BodyInvalid
from models.operations.kinds import NotUnderstood
from models.operations.online import OnlineDisputeEnded, OnlinePost
from models.operations.operation import Operation
from models.operations.rekeying import Rekeyed, rekeyed_id
from models.operations.requests import PaymentRequestPut, PaymentRequestStatus

RULES = "rules"
"""The id of the one record of rules."""


class Wanted:
    """What a run of operations is going to ask for: ids by question (see _QUESTIONS)."""

    def __init__(self) -> None:
        self.ids: dict[str, set[str]] = {}

    def add(self, op: Operation) -> None:
        """Look at one operation. What cannot be read asks for nothing: the engine quarantines it."""
        look = _LOOK.get(op.kind)
        if look is None:
            return
        try:
            look(self, op.typed_body())
        except (NotUnderstood, BodyInvalid):
            return

    def ask(self, question: str, row_id: str) -> None:
        """Ask for one more; an empty id names nothing."""
        if row_id:
            self.ids.setdefault(question, set()).add(row_id)

    def _charge(self, charge_id: str) -> None:
        if charge_id:
            self.ask("charge", charge_id)
            self.ask("account", f"AR:{charge_id}")

    def _visit(self, appointment_id: str) -> None:
        self.ask("lots_for", appointment_id)
        self.ask("visit", appointment_id)

    def _payment(self, payment_id: str) -> None:
        self.ask("payment", payment_id)
        self.ask("lots_of", payment_id)

    def _purse(self, patient_id: str) -> None:
        self.ask("person", patient_id)
        self.ask("purse", patient_id)

    def _merge(self, body: merging.PatientMerged | merging.PatientParted) -> None:
        self.ask("person", body.patient_id)
        if isinstance(body, merging.PatientMerged):
            self.ask("person", body.into_id)

    def _dispute_ended(self, body: OnlineDisputeEnded) -> None:
        self.ask("account", f"ONP:{body.online_id}")
        self.ask("waits", body.online_id)

    def _online_post(self, body: OnlinePost) -> None:
        self.ask("account", f"ONR:{body.return_id}" if body.return_id else f"ONP:{body.online_id}")
        self.ask("new_payment", body.online_id)
        for line in body.lines:
            self._charge(line.charge_id)
            self.ask("visit", line.appointment_id)

    def _collect(self, body: bodies.Collect) -> None:
        self.ask("new_payment", body.payment_id)
        self.ask("new_payment", rekeyed_id(body.receipt_no))
        self.ask("waits", body.payment_id)
        self.ask("receipt", body.receipt_no)
        self.ask("visit", body.appointment_id)
        self.ask("requests_at", body.appointment_id)
        self.ask("request", body.request_id)
        self.ask("account", lot_of_new(body.payment_id, body.patient_id, body.appointment_id).id)

    def _rekeyed(self, body: Rekeyed) -> None:
        self._collect(body.payment)
        self.ask("receipt", body.of)

    def _allocate(self, body: bodies.Allocate) -> None:
        self._payment(body.lot_payment_id)
        self._purse(body.patient_id)
        for line in body.lines:
            self._charge(line.charge_id)
            self.ask("visit", line.appointment_id)

    def _move(self, body: bodies.Move) -> None:
        self._purse(body.patient_id)
        for line in body.lines:
            self._payment(line.lot_payment_id)
            self._charge(line.from_charge_id)
            self._charge(line.to_charge_id)
            self.ask("visit", line.from_appointment_id)
            self._visit(line.to_appointment_id)

    def _of_payment(self, body: bodies.Reverse | bodies.Correct) -> None:
        self._payment(body.payment_id)

    def _refund(self, body: bodies.RefundRequest | bodies.RefundPaid) -> None:
        self._payment(body.payment_id)
        self.ask("refund", body.refund_id)
        if isinstance(body, bodies.RefundRequest):
            self.ask("disputes_of", body.payment_id)
            self._purse(body.patient_id)
            for line in body.lines:
                self._charge(line.charge_id)

    def _of_refund(self, body: bodies.RefundFailed | bodies.RefundUndone | bodies.RefundElsewhere) -> None:
        self.ask("refund", body.refund_id)

    def _place(self, body: bodies.RefundPlace) -> None:
        self.ask("refund", body.refund_id)
        self._purse(body.patient_id)
        self._payment(body.lot_payment_id)
        self._visit(body.appointment_id)

    def _dispute(self, body: bodies.DisputeOpened | bodies.DisputeClosed) -> None:
        self.ask("dispute", body.dispute_id)
        if isinstance(body, bodies.DisputeOpened):
            self._payment(body.payment_id)

    def _adjust(self, body: bodies.Adjust) -> None:
        self._charge(body.charge_id)

    def _fee(self, body: bodies.Fee) -> None:
        self._charge(body.charge_id)
        self._visit(body.appointment_id)
        self.ask("rules", RULES)

    def _charge_put(self, body: records.Charge) -> None:
        self._charge(body.id)
        self._visit(body.appointment_id)
        self.ask("rules", RULES)

    def _visit_status(self, body: bodies.VisitStatus) -> None:
        self._visit(body.appointment_id)

    def _freed(self, body: bodies.Freed) -> None:
        self._visit(body.appointment_id)
        for line in body.lines:
            self._payment(line.lot_payment_id)

    def _request(self, body: PaymentRequestPut | PaymentRequestStatus) -> None:
        self.ask("request", body.request_id)
        if isinstance(body, PaymentRequestPut):
            self.ask("visit", body.appointment_id)

    def _of_plan(self, body: Any) -> None:
        self.ask("plan", body.plan_id)
        for charge_id in getattr(body, "charge_ids", ()):
            self._charge(charge_id)

    def _appointment_put(self, body: records.Appointment) -> None:
        self.ask("visit", body.id)


_LOOK: dict[str, Any] = {
    "payment.collect": Wanted._collect,
    "payment.rekeyed": Wanted._rekeyed,
    "payment.allocate": Wanted._allocate,
    "payment.move": Wanted._move,
    "payment.reverse": Wanted._of_payment,
    "payment.correct": Wanted._of_payment,
    "refund.request": Wanted._refund,
    "refund.paid": Wanted._refund,
    "refund.failed": Wanted._of_refund,
    "refund.undone": Wanted._of_refund,
    "refund.elsewhere": Wanted._of_refund,
    "refund.place": Wanted._place,
    "dispute.opened": Wanted._dispute,
    "dispute.closed": Wanted._dispute,
    "charge.put": Wanted._charge_put,
    "charge.fee": Wanted._fee,
    "charge.adjust": Wanted._adjust,
    "visit.status": Wanted._visit_status,
    "payment.freed": Wanted._freed,
    "appointment.put": Wanted._appointment_put,
    "online.dispute_ended": Wanted._dispute_ended,
    "online.post": Wanted._online_post,
    "payment_request.put": Wanted._request,
    "payment_request.status": Wanted._request,
    **dict.fromkeys(
        ("plan.put", "plan.accept", "plan.activate", "plan.skip", "plan.method", "plan.cancel"),
        Wanted._of_plan,
    ),
    "patient.merged": Wanted._merge,
    "patient.parted": Wanted._merge,
}
