"""The table of operation kinds: its class, its newest version, its body, and how older versions become the newest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from models.operations import (
    asks,
    bodies,
    documents,
    eligibility,
    holds,
    kept_cards,
    links,
    merging,
    messages,
    online,
    plans,
    privacy,
    records,
    rekeying,
    requests,
    reviews,
    signatures,
    tasks,
)
from models.operations.codec import from_json


class OpClass(StrEnum):
    """Facts are never rejected, decisions can be, derived ones are made by the hub only."""

    FACT = "fact"
    DECISION = "decision"
    DERIVED = "derived"


@dataclass(frozen=True, slots=True)
class Kind:
    """One row of the table. `upcast[n]` turns a body of version n into version n + 1."""

    op_class: OpClass
    version: int
    body: type[Any]
    upcast: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = field(default_factory=dict)


RECORD_KINDS: dict[str, type[Any]] = {
    "practice.put": records.Practice,
    "staff.put": records.Staff,
    "practitioner.put": records.Practitioner,
    "location.put": records.Location,
    "patient.put": records.Patient,
    "coverage.put": records.Coverage,
    "contact.put": records.Contact,
    "appointment.put": records.Appointment,
    "charge.put": records.Charge,
    "rules.put": records.Rules,
    "method.put": records.Method,
    "billing_profile.put": records.BillingProfile,
    "fee_schedule.put": records.FeeSchedule,
    "appointment_profile.put": records.AppointmentProfile,
    "series.put": records.Series,
    "channels.put": records.Channels,
}

KINDS: dict[str, Kind] = {
    **{name: Kind(OpClass.FACT, 1, body) for name, body in RECORD_KINDS.items()},
    "visit.status": Kind(OpClass.FACT, 1, bodies.VisitStatus),
    "visit.not_collecting": Kind(OpClass.FACT, 1, bodies.NotCollecting),
    "payment.collect": Kind(OpClass.FACT, 1, bodies.Collect),
    "payment.reverse": Kind(OpClass.FACT, 1, bodies.Reverse),
    "payment.allocate": Kind(OpClass.DECISION, 1, bodies.Allocate),
    "payment.move": Kind(OpClass.DECISION, 1, bodies.Move),
    "payment.rekeyed": Kind(OpClass.FACT, 1, rekeying.Rekeyed),
    "payment.rekey_ended": Kind(OpClass.DERIVED, 1, rekeying.RekeyEnded),
    "payment.signed": Kind(OpClass.FACT, 1, signatures.PaymentSigned),
    "payment.correct": Kind(OpClass.FACT, 1, bodies.Correct),
    "act.undo": Kind(OpClass.DECISION, 1, bodies.Undo),
    "refund.request": Kind(OpClass.DECISION, 1, bodies.RefundRequest),
    "refund.paid": Kind(OpClass.FACT, 1, bodies.RefundPaid),
    "refund.failed": Kind(OpClass.FACT, 1, bodies.RefundFailed),
    "refund.undone": Kind(OpClass.FACT, 1, bodies.RefundUndone),
    "refund.elsewhere": Kind(OpClass.FACT, 1, bodies.RefundElsewhere),
    "refund.place": Kind(OpClass.DECISION, 1, bodies.RefundPlace),
    "charge.adjust": Kind(OpClass.DECISION, 1, bodies.Adjust),
    "charge.fee": Kind(OpClass.DECISION, 1, bodies.Fee),
    "dispute.opened": Kind(OpClass.FACT, 1, bodies.DisputeOpened),
    "dispute.closed": Kind(OpClass.FACT, 1, bodies.DisputeClosed),
    "statement.issued": Kind(OpClass.FACT, 1, bodies.StatementIssued),
    "visit.billing": Kind(OpClass.FACT, 1, bodies.VisitBilling),
    "task.opened": Kind(OpClass.DERIVED, 1, tasks.TaskOpened),
    "task.settled": Kind(OpClass.DERIVED, 1, tasks.TaskSettled),
    "task.matched": Kind(OpClass.DERIVED, 1, tasks.TaskMatched),
    "task.resolved": Kind(OpClass.FACT, 1, tasks.TaskResolved),
    "task.doubted": Kind(OpClass.FACT, 1, tasks.CardDoubted),
    "task.known": Kind(OpClass.FACT, 1, tasks.CardKnown),
    "hold.ask": Kind(OpClass.DECISION, 1, holds.HoldAsk),
    "hold.granted": Kind(OpClass.DERIVED, 1, holds.HoldGranted),
    "hold.freed": Kind(OpClass.DERIVED, 1, holds.HoldFreed),
    "hold.returned": Kind(OpClass.FACT, 1, holds.HoldReturned),
    "hold.expired": Kind(OpClass.DERIVED, 1, holds.HoldExpired),
    "hold.broken": Kind(OpClass.DECISION, 1, holds.HoldBroken),
    "quarantine.kept": Kind(OpClass.DERIVED, 1, reviews.QuarantineKept),
    "quarantine.accepted": Kind(OpClass.DERIVED, 1, reviews.QuarantineAccepted),
    "quarantine.discarded": Kind(OpClass.DERIVED, 1, reviews.QuarantineDiscarded),
    "message.send": Kind(OpClass.DECISION, 1, messages.MessageSend),
    "message.sent": Kind(OpClass.DERIVED, 1, messages.MessageSent),
    "message.failed": Kind(OpClass.DERIVED, 1, messages.MessageFailed),
    "message.consent": Kind(OpClass.FACT, 1, messages.MessageConsent),
    "eligibility.check": Kind(OpClass.FACT, 1, eligibility.EligibilityCheck),
    "document.add": Kind(OpClass.FACT, 1, documents.DocumentAdd),
    "document.remove": Kind(OpClass.FACT, 1, documents.DocumentRemove),
    "document.kept": Kind(OpClass.DERIVED, 1, documents.DocumentKept),
    "note.add": Kind(OpClass.FACT, 1, documents.NoteAdd),
    "card.consent": Kind(OpClass.FACT, 1, kept_cards.CardConsent),
    "card.keep": Kind(OpClass.FACT, 1, kept_cards.CardKeep),
    "card.drop": Kind(OpClass.FACT, 1, kept_cards.CardDrop),
    "card.set_default": Kind(OpClass.FACT, 1, kept_cards.CardDefault),
    "card.rename": Kind(OpClass.FACT, 1, kept_cards.CardRename),
    "ask.start": Kind(OpClass.DECISION, 1, asks.AskStart),
    "ask.told": Kind(OpClass.DERIVED, 1, asks.AskTold),
    "ask.cancel": Kind(OpClass.FACT, 1, asks.AskCancel),
    "ask.snooze": Kind(OpClass.FACT, 1, asks.AskSnooze),
    "payment_request.put": Kind(OpClass.DECISION, 1, requests.PaymentRequestPut),
    "payment_request.status": Kind(OpClass.DECISION, 1, requests.PaymentRequestStatus),
    "payment_request.answered": Kind(OpClass.DERIVED, 1, requests.PaymentRequestAnswered),
    "online.receive": Kind(OpClass.FACT, 1, online.OnlineReceive),
    "online.processing": Kind(OpClass.FACT, 1, online.OnlineProcessing),
    "online.refused": Kind(OpClass.FACT, 1, online.OnlineRefused),
    "online.post": Kind(OpClass.DECISION, 1, online.OnlinePost),
    "online.associate": Kind(OpClass.DECISION, 1, online.OnlineAssociate),
    "online.archive": Kind(OpClass.FACT, 1, online.OnlineArchive),
    "online.return": Kind(OpClass.FACT, 1, online.OnlineReturn),
    "online.refund_refused": Kind(OpClass.FACT, 1, online.OnlineRefundRefused),
    "online.return_failed": Kind(OpClass.FACT, 1, online.OnlineReturnFailed),
    "online.payout": Kind(OpClass.FACT, 1, online.OnlinePayout),
    "online.dispute_lost": Kind(OpClass.FACT, 1, online.OnlineDisputeLost),
    "online.dispute_ended": Kind(OpClass.FACT, 1, online.OnlineDisputeEnded),
    "online.payout_failed": Kind(OpClass.FACT, 1, online.OnlinePayoutFailed),
    "plan.put": Kind(OpClass.DECISION, 1, plans.PlanPut),
    "plan.accept": Kind(OpClass.FACT, 1, plans.PlanAccept),
    "plan.activate": Kind(OpClass.DECISION, 1, plans.PlanActivate),
    "plan.skip": Kind(OpClass.DECISION, 1, plans.PlanSkip),
    "plan.method": Kind(OpClass.DECISION, 1, plans.PlanMethod),
    "plan.cancel": Kind(OpClass.DECISION, 1, plans.PlanCancel),
    "plan.closed": Kind(OpClass.DERIVED, 1, plans.PlanClosed),
    "plan.charged": Kind(OpClass.DERIVED, 1, plans.PlanCharged),
    "link.issue": Kind(OpClass.FACT, 1, links.LinkIssue),
    "link.revoke": Kind(OpClass.FACT, 1, links.LinkRevoke),
    "drawer.opened": Kind(OpClass.FACT, 1, bodies.DrawerOpened),
    "drawer.moved": Kind(OpClass.FACT, 1, bodies.DrawerMoved),
    "drawer.closed": Kind(OpClass.FACT, 1, bodies.DrawerClosed),
    "deposit.made": Kind(OpClass.DECISION, 1, bodies.DepositMade),
    "deposit.deleted": Kind(OpClass.DECISION, 1, bodies.DepositDeleted),
    "patient.merged": Kind(OpClass.DECISION, 1, merging.PatientMerged),
    "patient.parted": Kind(OpClass.DECISION, 1, merging.PatientParted),
    "patient.exported": Kind(OpClass.FACT, 1, privacy.PatientExported),
    "portal.terms": Kind(OpClass.FACT, 1, privacy.PortalTerms),
    "patient.follows": Kind(OpClass.DERIVED, 1, merging.PatientFollows),
    "payment.release": Kind(OpClass.DERIVED, 1, bodies.Released),
    "payment.auto_allocate": Kind(OpClass.DERIVED, 1, bodies.AutoAllocated),
    "payment.freed": Kind(OpClass.DERIVED, 1, bodies.Freed),
    "charge.adjustment_lapsed": Kind(OpClass.DERIVED, 1, bodies.AdjustmentLapsed),
}


class NotUnderstood(ValueError):
    """An operation of a kind or version this program does not know: quarantine it, never drop it."""


def body_of(kind: str, version: int, data: dict[str, Any]) -> Any:
    """The typed body of an operation, brought up to its kind's newest version.

    Raises NotUnderstood for an unknown kind or a version newer than ours; BodyInvalid when the body does not fit.
    """
    known = KINDS.get(kind)
    if known is None or version > known.version or version < 1:
        raise NotUnderstood(f"{kind} v{version}")
    for older in range(version, known.version):
        data = known.upcast[older](data)
    return from_json(known.body, data)


def kind_of(body: object) -> str:
    """The kind whose body is of this type."""
    return _KIND_BY_BODY[type(body)]


_KIND_BY_BODY = {kind.body: name for name, kind in KINDS.items()}
