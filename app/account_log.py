"""The log of an account in plain words: what was done, about what, how much, by whom, where (S0-02, S0-12)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import orjson

from app.account_lines import Books
from app.account_views import LogLine
from app.heads import day_text, lower_first
from app.message_lines import show_address
from app.method import method_text
from app.words import sentence
from models.basics.clock import parse_utc
from models.basics.money import show_cents
from models.operations.messages import LINK_TEMPLATES
from models.rules.adjusting import reason_words
from models.rules.visits import status_words
from models.store.queries.ledger import LogRow
from receipts.messages import PAPER_WORDS

ACTS = {
    "payment.collect": "act.collected",
    "payment.allocate": "act.allocated",
    "payment.auto_allocate": "act.auto_allocated",
    "payment.release": "act.released",
    "payment.freed": "act.freed_by_itself",
    "payment.reverse": "act.undone",
    "payment.rekeyed": "act.from_paper",
    "payment.rekey_ended": "act.original_arrived",
    "payment.correct": "act.corrected",
    "payment.signed": "act.signed",
    "payment.move": "act.moved",
    "act.undo": "act.taken_back",
    "refund.request": "act.refund_begun",
    "refund.paid": "act.refunded",
    "refund.failed": "act.refund_failed",
    "refund.undone": "act.refund_undone",
    "refund.elsewhere": "act.refunded_elsewhere",
    "refund.place": "act.refund_placed",
    "charge.put": "act.charge",
    "charge.adjust": "act.adjusted",
    "charge.adjustment_lapsed": "act.adjustment_lapsed",
    "charge.fee": "act.fee",
    "task.resolved": "act.task_resolved",
    "task.matched": "act.task_matched",
    "hold.broken": "act.hold_broken",
    "dispute.opened": "act.dispute_opened",
    "dispute.closed": "act.dispute_closed",
    "online.dispute_lost": "act.dispute_lost",
    "online.dispute_ended": "act.dispute_ended",
    "ask.start": "act.asked",
    "ask.cancel": "act.ask_cancelled",
    "ask.snooze": "act.snoozed",
    "payment_request.put": "act.requested",
    "payment_request.status": "act.request_moved",
    "payment_request.answered": "act.request_answered",
    "statement.issued": "act.statement",
    "message.sent": "act.message_sent",
    "message.failed": "act.message_failed",
    "visit.not_collecting": "act.not_collecting",
    "visit.billing": "act.visit_billing",
    "appointment.put": "act.visit",
    "series.put": "act.series",
    "patient.put": "act.patient",
    "coverage.put": "act.coverage",
    "contact.put": "act.contact",
    "eligibility.check": "act.plan_answer",
    "document.add": "act.document_added",
    "document.remove": "act.document_removed",
    "note.add": "act.noted",
    "online.receive": "act.online_received",
    "online.processing": "act.online_processing",
    "online.refused": "act.online_refused",
    "online.return": "act.online_returned",
    "online.refund_refused": "act.online_refund_refused",
    "online.return_failed": "act.online_return_failed",
    "online.associate": "act.online_associated",
    "link.issue": "act.link_issued",
    "link.revoke": "act.link_revoked",
    "plan.put": "act.plan_put",
    "plan.accept": "act.plan_accepted",
    "plan.activate": "act.plan_activated",
    "plan.skip": "act.plan_skipped",
    "plan.method": "act.plan_method",
    "plan.cancel": "act.plan_cancelled",
    "plan.closed": "act.plan_closed",
    "plan.charged": "act.plan_charged",
    "card.consent": "act.card_consent",
    "card.keep": "act.card_kept",
    "card.drop": "act.card_dropped",
    "card.set_default": "act.card_default",
    "card.rename": "act.card_renamed",
    "patient.merged": "act.merged",
    "patient.parted": "act.parted",
    "patient.exported": "act.exported",
    "portal.terms": "act.portal_terms",
}
"""Kinds of operations to the words of the log."""

_BY_FIELD: dict[str, tuple[str, Mapping[Any, str]]] = {
    "message.send": ("channel", {"email": "act.message_email", "text": "act.message_text"}),
    "message.consent": ("agreed", {True: "act.consent_given", False: "act.consent_taken_back"}),
    "eligibility.check": ("source", {"typed": "act.plan_typed"}),
    "payment.move": ("way", {"fill": "act.filled", "autofill": "act.auto_filled", "free": "act.freed"}),
    "payment.reverse": ("act", {"void": "act.voided", "delete": "act.deleted", "bounced": "act.bounced"}),
    "charge.adjust": ("kind", {"discount": "act.discount", "courtesy": "act.courtesy", "write_off": "act.write_off",
                               "recovery": "act.recovery"}),
    "ask.told": ("outcome", {"sent": "act.ask_sent", "reminded": "act.ask_reminded", "left_out": "act.ask_left_out",
                             "over": "act.ask_over"}),
    "payment_request.status": ("status", {"pending": "act.request_pending", "processing": "act.request_processing",
                                          "failed": "act.request_failed", "cancelled": "act.request_cancelled",
                                          "voided": "act.request_voided"}),
    "visit.status": ("status", {"arrived": "act.visit_arrived", "checked_in": "act.visit_checked_in",
                                "in_room": "act.visit_in_room", "done": "act.visit_done",
                                "no_show": "act.visit_no_show", "cancelled": "act.visit_cancelled"}),
}  # fmt: skip
"""Kinds whose words follow a field of the body, and the field."""

_LINK_SENT = {"text": "act.link_text", "email": "act.link_email"}
"""A message that carries a link is told as such (S4-03), by its channel."""

UNDOABLE = frozenset({"payment.move", "payment.allocate", "payment.auto_allocate", "charge.adjust", "refund.place"})
"""Acts that only moved or adjusted: they can be taken back by mirroring them."""
_REFUSED = ("rejected", "quarantined")

Body = dict[str, Any]


def log_lines(books: Books, rows: Sequence[LogRow], undone: Collection[str]) -> Iterator[LogLine]:
    """The log's rows as lines; `undone` are the acts that were taken back."""
    numbers = {row.payment_id: row.number for row in books.payments}
    for row in rows:
        op = orjson.loads(row.op)
        body, op_id = op["body"], op["op_id"]
        stands = row.verdict not in _REFUSED
        yield LogLine(
            parse_utc(op["device_time"]).astimezone(books.clinic.zone), act_of(row, body),
            books.staff.get(row.actor, ""), books.stations.get(row.device, ""), cents_of(row, body),
            body.get("number") or numbers.get(_payment_of(body), ""), row.seq == 0, op_id, what_of(books, row, body),
            books.staff.get(op.get("supervisor", ""), ""), op_id in undone,
            stands and row.kind in UNDOABLE and op_id not in undone,
        )  # fmt: skip


def act_of(row: LogRow, body: Body) -> str:
    """The message key of what was done."""
    if row.verdict in _REFUSED:
        return "act.refused"
    if row.kind == "message.send" and body.get("template") in LINK_TEMPLATES:
        return _LINK_SENT.get(body.get("channel", ""), "act.message_text")
    if row.kind == "message.consent" and body.get("channel") == "text":
        return "act.texts_started" if body.get("agreed") else "act.texts_stopped"
    by_field = _BY_FIELD.get(row.kind)
    if by_field is not None:
        name, words = by_field
        found = words.get(body.get(name, ""))
        if found is not None:
            return found
    return "act.visit_moved" if row.kind == "visit.status" else ACTS.get(row.kind, "act.other")


def _payment_of(body: Body) -> str:
    lines = body.get("lines")
    in_lines = {line.get("lot_payment_id", "") for line in lines} if isinstance(lines, list) else set()
    found = body.get("payment_id") or body.get("lot_payment_id") or ""
    return str(found or (in_lines.pop() if len(in_lines) == 1 else ""))


def cents_of(row: LogRow, body: Body) -> int | None:
    """What an operation is about in money; None where it is about none."""
    if row.granted is not None and row.kind in ("payment.allocate", "payment.move"):
        return row.granted
    for name in ("amount_cents", "responsibility_cents", "balance_cents"):
        if isinstance(found := body.get(name), int):
            return found
    lines = body.get("lines")
    if isinstance(lines, list) and row.kind != "statement.issued":
        return sum(int(line.get("amount_cents", 0)) for line in lines)
    return None


# What it was about ------------------------------------------------------------------------------------------------


def what_of(books: Books, row: LogRow, body: Body) -> str:
    """A few words beside the act: where money went, which visit, why."""
    make = _WHAT.get(row.kind)
    return make(books, body) if make else ""


def _charge(books: Books, charge_id: str) -> str:
    item = books.item_by_id.get(charge_id)
    if item is None:
        return "a charge"
    return f"{day_text(date.fromisoformat(item.service_date), books.today)} {item.description or item.code}".strip()


def _place(books: Books, charge_id: str, appointment_id: str) -> str:
    if charge_id:
        return _charge(books, charge_id)
    return books.visit_words(appointment_id) if appointment_id else "credit"


def _several(places: Sequence[str]) -> str:
    found = list(dict.fromkeys(places))
    more = f" and {len(found) - 2} more" if len(found) > 2 else ""
    return ", ".join(found[:2]) + more


def _allocated(books: Books, body: Body) -> str:
    lines = body.get("lines", ())
    return "to " + _several([_place(books, line.get("charge_id", ""), line.get("appointment_id", ""))
                             for line in lines])  # fmt: skip


def _moved(books: Books, body: Body) -> str:
    lines = body.get("lines", ())
    sources = _several([_place(books, x.get("from_charge_id", ""), x.get("from_appointment_id", "")) for x in lines])
    targets = _several([_place(books, x.get("to_charge_id", ""), x.get("to_appointment_id", "")) for x in lines])
    return f"{sources} to {targets}"


def _adjusted(books: Books, body: Body) -> str:
    reason = f"{body.get('group', '')} {reason_words(body.get('reason_code', ''))}".strip()
    return f"{_charge(books, body.get('charge_id', ''))} · {reason}"


def _released(books: Books, body: Body) -> str:
    return f"from {_charge(books, body.get('charge_id', ''))}"


def _visit(books: Books, body: Body) -> str:
    return books.visit_words(body.get("appointment_id", ""))


def _status(books: Books, body: Body) -> str:
    return f"{_visit(books, body)}: {status_words(body.get('status', ''))}"


def _statement(_books: Books, body: Body) -> str:
    unallocated = body.get("unallocated_cents", 0)
    return f"{show_cents(unallocated)} on account" if unallocated else ""


def _message(_books: Books, body: Body) -> str:
    """Which papers, to which address; of a link what it is for."""
    if body.get("template") in LINK_TEMPLATES:
        cents = sum(paper.get("amount_cents", 0) for paper in body.get("papers", ()))
        return f"to {show_address(body.get('channel', ''), body.get('address', ''))} for balance of {show_cents(cents)}"
    numbers = [paper.get("number") or PAPER_WORDS.get(paper.get("kind", ""), "") for paper in body.get("papers", ())]
    return f"{_several(numbers)} to {show_address(body.get('channel', ''), body.get('address', ''))}"


def _message_ended(books: Books, body: Body) -> str:
    """The same, from the message that it is about."""
    row = books.message_by_id.get(str(body.get("message_id", "")))
    if row is None:
        return ""
    said = _message(books, {"papers": orjson.loads(row.papers), "channel": row.channel, "address": row.address})
    return f"{said}: {lower_first(sentence(f'message.failed.{row.reason}').title)}" if row.reason else said


def _consent(_books: Books, body: Body) -> str:
    return show_address(body.get("channel", ""), body.get("address", ""))


def _kept_card(_books: Books, body: Body) -> str:
    return method_text("card", brand=body.get("brand", ""), last4=body.get("last4", ""))


def _own_words(_books: Books, body: Body) -> str:
    return str(body.get("description") or body.get("title") or body.get("note") or body.get("memo") or "")


def _note(_books: Books, body: Body) -> str:
    return str(body.get("text", "")).partition("\n")[0][:120]


_WHAT: dict[str, Callable[[Books, Body], str]] = {
    "payment.allocate": _allocated, "payment.auto_allocate": _allocated, "payment.move": _moved,
    "payment.release": _released, "charge.adjust": _adjusted, "charge.adjustment_lapsed": _released,
    "charge.put": _own_words, "charge.fee": _own_words, "appointment.put": _own_words, "series.put": _own_words,
    "refund.request": _own_words, "refund.elsewhere": _own_words, "payment.correct": _own_words,
    "visit.status": _status, "visit.billing": _visit, "visit.not_collecting": _visit, "payment.freed": _visit,
    "eligibility.check": lambda _books, body: f"{body.get('payer', '')} {body.get('plan', '')}".strip(),
    "document.add": lambda _books, body: str(body.get("name", "")),
    "document.remove": lambda _books, body: str(body.get("reason", "")), "note.add": _note,
    "payment_request.put": _own_words, "statement.issued": _statement, "message.send": _message,
    "message.sent": _message_ended, "message.failed": _message_ended, "message.consent": _consent,
    "card.keep": _kept_card, "card.consent": lambda _books, body: str(body.get("said_by", "")),
    "contact.put": lambda _books, body: str(body.get("name", "")),
    "portal.terms": lambda _books, body: str(body.get("said_by", "")),
    "card.rename": lambda _books, body: str(body.get("nickname", "")),
}  # fmt: skip
