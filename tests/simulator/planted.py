"""Bugs we put in ourselves, to see that they are caught: a suite that finds none of these proves nothing.

Each row replaces one thing of the program for as long as it is looked at; the program itself has no switches. Bugs are
looked for by random runs, and where a row names flows, by killing those at every boundary.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any
from unittest import mock

from app.attempts import Attempts
from app.posting import Posting
from app.printing import Printing
from app.sync.steps import Exchange
from app.till import Till
from devices.base import Outcome, PaymentResult
from models.basics.clock import utc_text
from models.basics.errors import SyncRefused
from models.ledger import giving_back, judging, posting, spending
from models.ledger.states import Verdict
from models.operations.protocol import PushAnswer
from models.store import hub as hub_store
from models.store import layers, outbox, pages, pushing, reading
from models.store.desk import DeskStore
from models.store.hub_portal import HubPortal
from models.store.layers import Stream
from models.store.queries import drawer
from models.store.transaction import Tx
from receipts.layouts.escpos import Profile, escpos
from server.carriers import Fate
from server.carriers import Outcome as ServerOutcome
from server.messages import MessageWorker
from server.portal import link_money, link_pages
from tests.simulator import devices
from tests.simulator.crash import FLOWS, killed_at, points_of
from tests.simulator.kept import SHELF
from tests.simulator.many import command, played
from tests.simulator.run import STEPS
from tests.simulator.template import template

PATIENCE_S = 60.0
"""So long a planted bug may stay undiscovered."""

Patch = Any


@dataclass(frozen=True)
class Plant:
    """A bug. `flows` are looked at before random runs, where it shows at a certain boundary; `mood`: where it shows
    soonest."""

    words: str
    patches: Callable[[], list[Patch]]
    flows: tuple[str, ...] = ()
    mood: str = ""


# What is put in the place of the right thing --------------------------------------------------------------------------


def _generous(draft: Any, account: Any, *_: Any) -> int:
    """Whoever comes last may spend it again."""
    return draft.balance(account.id).credits


def _cursor_first(store: DeskStore, page: Any) -> Any:
    with store.write() as tx:
        stream = Stream.read(tx.session, tx.tenant)
        assert stream is not None
        if page.entries and page.from_seq == stream.cursor_seq + 1:
            moved = replace(stream, cursor_seq=page.to_seq, cursor_hash=page.hash)
            moved.write(tx.session, tx.tenant)
    with store.write() as tx:
        if page.entries and page.from_seq == stream.cursor_seq + 1:
            stream.write(tx.session, tx.tenant)
        change = pages.apply_page(tx.session, tx.tenant, tx.device, page, utc_text(store._clock.now()))
        tx.note(change)
    return change


def _forget_refused(self: Exchange, batch: Any, error: Any) -> None:
    if isinstance(error, SyncRefused):
        with self._store.write() as tx:
            for op in batch.ops:
                tx.session.run("DELETE FROM outbox WHERE op_id = :id", id=op.op_id)


def _all_fresh(self: Any, device: Any, batch: Any) -> Any:
    return batch.ops


def _as_others(right: Callable[..., Any]) -> Callable[..., Any]:
    def take(self: Any, ops: Any, priors: Any) -> Any:
        names = {f"{op.op_id}-{len(self.known)}" if op.op_id in self.known else op.op_id: op for op in ops}
        results = right(
            self, [op if op.op_id == name else replace(op, op_id=name, dseq=0) for name, op in names.items()], priors
        )
        return {op.op_id: replace(results[name], op_id=op.op_id) for name, op in names.items()}

    return take


def _by_the_clock(right: Callable[..., int]) -> Callable[..., int]:
    def append(self: Any, entry: Any) -> int:
        self.seq = max(self.seq, int(self.now[17:19]) + self.seq // 60 * 60)
        return right(self, entry)

    return append


def _picky(op: Any, body: Any, draft: Any) -> None:
    known = draft.refund(body.refund_id)
    payment = draft.payment(body.payment_id)
    if payment is not None and (known is None or giving_back.holds(draft, payment.payment_id) <= 0):
        judging.reject(draft, op, "more_than_paid")
        return
    giving_back.refund_paid(op, body, draft)


def _same_number(right: Callable[[Tx], str]) -> Callable[[Tx], str]:
    def number(self: Tx) -> str:
        made = right(self)
        stream = self._enrolled()[1]
        stream.receipt_count -= stream.receipt_count % 2
        return made

    return number


def _derives(right: Callable[..., Any]) -> Callable[..., Any]:
    def record(self: Tx, body: object, **how: Any) -> Any:
        with mock.patch.object(layers, "settle", _noting(made := [])):
            entry = right(self, body, **how)
        for each in made:
            right(self, each.op.typed_body(), **how)
        return entry

    return record


def _noting(made: list[Any]) -> Callable[..., Any]:
    def settle(op: Any, draft: Any) -> Any:
        entries = posting.settle(op, draft)
        made.extend(each for each in entries if each.op.op_class == "derived")
        return entries

    return settle


def _stops_on_error(right: Callable[..., Any]) -> Callable[..., Any]:
    def settle_run(ops: Any, draft: Any) -> Any:
        settled = right(ops, draft)
        if any(entry.verdict is Verdict.QUARANTINED for entries in settled for entry in entries):
            raise ValueError("an operation nobody understands")
        return settled

    return settle_run


def _prints_at_once(right: Callable[..., str]) -> Callable[..., str]:
    def spool(self: Posting, tx: Tx, payment_id: str, document: Any) -> str:
        printer = devices.PRINTERS[self._clinic.identity.device_id]
        printer.print_bytes(escpos(document, Profile(columns=42, code_page="cp1252", code_page_no=16, cutter=True)))
        return right(self, tx, payment_id, document)

    return spool


def _insists(right: Callable[..., PaymentResult]) -> Callable[..., PaymentResult]:
    def payment(self: Any, request: Any, watch: Any) -> PaymentResult:
        result = right(self, request, watch)
        if result.outcome is Outcome.UNKNOWN:
            return right(self, replace(request, terminal_ref=request.terminal_ref + "1"), watch)
        return result

    return payment


def _taken_for_no(right: Callable[..., Any]) -> Callable[..., Any]:
    def settle(self: Attempts, attempt_id: str, result: PaymentResult, **who: str) -> Any:
        if result.outcome is Outcome.UNKNOWN:
            result = replace(result, outcome=Outcome.DECLINED)
        return right(self, attempt_id, result, **who)

    return settle


def _any_log(right: Callable[..., Any]) -> Callable[..., Any]:
    def page(session: Any, tenant: str, cursor: Any, *how: Any) -> Any:
        row = session.one("SELECT hash FROM log WHERE tenant = :t AND seq = :seq", t=tenant, seq=cursor.seq)
        head = hub_store._head(session, tenant)
        there = replace(cursor, server_epoch=head.server_epoch, hash=row[0] if row else head.hash,
                        seq=min(cursor.seq, head.seq))  # fmt: skip
        return replace(right(session, tenant, there, *how), prev_hash=cursor.hash, server_epoch=cursor.server_epoch)

    return page


def _last_word(session: Any, tenant: str, answer: PushAnswer, now: str) -> int:
    for result in answer.results:
        session.run(
            "UPDATE outbox SET verdict = :verdict, seq = :seq, reason = :reason, acknowledged_at = :now "
            "WHERE tenant = :tenant AND op_id = :op_id",
            tenant=tenant, op_id=result.op_id, verdict=result.verdict, seq=result.seq, reason=result.reason, now=now,
        )  # fmt: skip
    return len(answer.results)


def _pulses_again(self: Printing) -> None:
    with self._clinic.store.write() as tx:
        tx.session.run("UPDATE print_job SET state = 'queued' WHERE state = 'sending'")
    self.nudge()


def _written_down_later(self: Attempts, tx: Tx, row: Any) -> str:
    return str(row.terminal_ref)


def _half_safe(right: Callable[..., None]) -> Callable[..., None]:
    def prepare(connection: Any, *how: Any) -> None:
        right(connection, *how)
        connection.execute("PRAGMA synchronous = NORMAL")

    return prepare


def _answered_alone(connection: Any, tenant: str, drawer: str) -> int:
    query = "SELECT debits - credits FROM account WHERE tenant = ? AND id = ?"
    row = connection.execute(query, (tenant, f"CASH:{drawer}")).fetchone()
    return int(row[0]) if row else 0


def _each_its_own(right: Callable[..., Any]) -> Callable[..., Any]:
    def begin(self: Any, tenant: str, order: Any) -> Any:
        made, _ = right(self, tenant, replace(order, account_id=f"{order.account_id}:{order.order_id}"))
        self._write(lambda session: session.run(
            "UPDATE portal_order SET account_id = :link WHERE tenant = :tenant AND order_id = :id", tenant=tenant,
            link=order.account_id, id=order.order_id), tenant)  # fmt: skip
        return replace(made, account_id=order.account_id), True

    return begin


def _without(text: str, what: str, instead: str) -> str:
    assert what in text
    return text.replace(what, instead)


def _put(place: Any, name: str, thing: Any) -> list[Patch]:
    return [mock.patch.object(place, name, thing)]


PLANTS: dict[str, Plant] = {
    "last writer wins": Plant("a credit is spent by whoever comes last, wherever else it went",
                              lambda: _put(spending, "free_to_spend", _generous) + _put(spending, "available",
                                                                                        _generous), mood="calm"),
    "no balance check": Plant("money is set aside to go back without looking at what a payment holds",
                              lambda: _put(giving_back, "holds", lambda *_: 1 << 40), mood="calm"),
    "cursor before data": Plant("the cursor is committed before the entries it passes",
                                lambda: _put(DeskStore, "apply_page", _cursor_first), ("fetch own", "fetch others'")),
    "forgotten on 4xx": Plant("what the hub refuses as a whole is taken for answered",
                              lambda: _put(Exchange, "_shrink", _forget_refused), mood="line"),
    "no dedupe": Plant("the hub takes a repeated batch for a new one",
                       lambda: _put(pushing.Push, "_follow", _all_fresh) + _put(
                           pushing.Push, "_take_in_order", _as_others(pushing.Push._take_in_order)),
                       flows=("send",), mood="line"),
    "sequence by the clock": Plant("places in the log come from the time of day",
                                   lambda: _put(pushing.Push, "_append", _by_the_clock(pushing.Push._append)),
                                   mood="clocks"),
    "overlay dropped": Plant("a page takes what is pending off the screen and does not put it back",
                             lambda: _put(pages, "replay", lambda *_: (set(), set())), mood="line"),
    "half safe commits": Plant("synchronous = NORMAL", lambda: _put(reading, "_prepare", _half_safe(reading._prepare))),
    "queue stops": Plant("one operation that cannot be posted holds up all behind it",
                         lambda: _put(pushing, "settle_run", _stops_on_error(pushing.settle_run)), mood="people"),
    "refund refused": Plant("a refund that left the house is rejected where the books say no",
                            lambda: [mock.patch.dict(posting._HANDLERS, {"refund.paid": _picky})]),
    "no refund repair": Plant("what a refunded payment had paid stays paid",
                              lambda: _put(giving_back, "take_off", lambda *_: [])),
    "number twice": Plant("a receipt number is given out a second time",
                          lambda: _put(Tx, "next_receipt_no", _same_number(Tx.next_receipt_no))),
    "desk derives": Plant("the desk sends what only the hub may conclude",
                          lambda: _put(Tx, "record", _derives(Tx.record))),
    "locked and never unlocked": Plant("what was once tried is not tried again",
                                       lambda: _put(outbox, "_NEXT", _without(
                                           outbox._NEXT, "acknowledged_at = ''",
                                           "acknowledged_at = '' AND attempted_at = ''")), mood="line"),
    "last in, first out": Plant("the newest operations are sent first",
                                lambda: _put(outbox, "_NEXT", _without(outbox._NEXT, "dseq LIMIT",
                                                                       "dseq DESC LIMIT")) + _put(
                                    outbox, "_AGAIN", _without(outbox._AGAIN, "dseq LIMIT", "dseq DESC LIMIT")),
                                mood="calm"),
    "any practice": Plant("a page of the log is read without the practice it belongs to",
                          lambda: _put(hub_store, "_PAGE", _without(hub_store._PAGE, "tenant = :tenant",
                                                                    ":tenant = :tenant"))),
    "own never comes back": Plant("own operations in the log stay pending too",
                                  lambda: _put(pages, "mark_returned", lambda *_: 0)),
    "verdict rewritten": Plant("the last answer overwrites the first",
                               lambda: _put(outbox, "acknowledge", _last_word), mood="hub"),
    "print before commit": Plant("the receipt is out before the payment is written",
                                 lambda: _put(Posting, "spool", _prints_at_once(Posting.spool))),
    "card again": Plant("a card without an answer is charged once more",
                        lambda: _put(devices.SimTerminal, "payment", _insists(devices.SimTerminal.payment)),
                        mood="cards"),
    "card before journal": Plant("the try is not written down before it is sent",
                                 lambda: _put(Attempts, "_open", _written_down_later)),
    "drawer again": Plant("a start sends what was being sent once more",
                          lambda: _put(Printing, "start", _pulses_again), ("cash", "drawer")),
    "Enter twice": Plant("the same sheet pays as often as Enter is pressed",
                         lambda: _put(Till, "taken_before", lambda *_, **__: None), mood="people"),
    "no answer is a no": Plant("a card without an answer counts as declined",
                               lambda: _put(Attempts, "settle", _taken_for_no(Attempts.settle)), mood="cards"),
    "any epoch": Plant("a desk takes pages of whatever log the hub has now",
                       lambda: _put(hub_store, "_page", _any_log(hub_store._page)), mood="copies"),
    "mail without a stamp": Plant("a message is told to be sent that nobody took",
                                  lambda: _put(MessageWorker, "_carry", lambda *_: ServerOutcome(Fate.SENT))),
    "every window pays": Plant("a link has an order for every window it is open in",
                               lambda: _put(HubPortal, "begin_order_alone", _each_its_own(
                                   HubPortal.begin_order_alone)) + _put(link_money, "UNDER_WAY", ()) + _put(
                                   link_pages, "UNDER_WAY", ()), flows=("paid from home",)),
    "drawer of yesterday": Plant("the close expects only what the hub has answered",
                                 lambda: _put(drawer, "in_drawer", _answered_alone), mood="calm"),
    "paper counts twice": Plant("what stood in for a payment stays when the payment arrives",
                                lambda: _put(posting, "_end_stand_in", lambda *_: None), mood="calm"),
}  # fmt: skip


@dataclass(frozen=True)
class Caught:
    """How a plant was found: by whom, after how long, and the line that shows it again."""

    name: str
    failure: str
    seconds: float
    how: str


@contextmanager
def planted(plant: Plant) -> Iterator[None]:
    """Inside, the program has that bug."""
    template()
    SHELF.clear()  # a bug may lie in how a connection is made
    with ExitStack() as stack:
        stack.callback(SHELF.clear)
        for patch in plant.patches():
            stack.enter_context(patch)
        yield


def look_for(name: str, patience_s: float = PATIENCE_S) -> Caught:
    """Look for a planted bug until it is found or patience ends; `failure` is empty then."""
    plant = PLANTS[name]
    logging.disable(logging.CRITICAL)
    began = time.monotonic()
    with planted(plant):
        for flow in plant.flows:
            if found := _in_flow(flow):
                return Caught(name, found[1], time.monotonic() - began, found[0])
        seed = 0
        while time.monotonic() - began < patience_s:
            result = played(seed, STEPS, mood=plant.mood)
            if result.failures:
                how = command(seed, STEPS, mood=plant.mood)
                return Caught(name, result.failures[0], time.monotonic() - began, how)
            seed += 1
    return Caught(name, "", time.monotonic() - began, f"not in {seed} runs")


def _in_flow(flow: str) -> tuple[str, str] | None:
    assert flow in FLOWS
    try:
        points = points_of(flow)
        for number, point in enumerate(points):
            if wrong := killed_at(flow, number):
                return f"{flow} killed at {number} ({point})", wrong[0]
    except AssertionError as error:
        return f"{flow}, nobody killed", str(error)
    return None


def report(workers: int) -> int:
    """Print who caught what. Returns the exit status: 1 when one was not caught in time."""
    template()
    context = multiprocessing.get_context("fork" if os.name == "posix" else "spawn")
    with context.Pool(workers) as pool:
        missed = 0
        for caught in pool.imap(look_for, PLANTS, chunksize=1):
            line = caught.failure.strip().splitlines()[-1][:110] if caught.failure else "NOT CAUGHT"
            print(f"{caught.name:26} {caught.seconds:6.1f} s  {line}\n{'':36}{caught.how}", flush=True)
            missed += not caught.failure
    return 1 if missed else 0
