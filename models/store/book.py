"""The ledger engine's questions answered from the tables, the same on a desk and on the hub.

A desk's balances in force are confirmed plus pending; a hub has nothing pending. `prefetch` asks for everything a batch
of operations is going to need in a handful of queries; what was not foreseen is asked when it is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from functools import partial
from operator import itemgetter
from typing import Any, NamedTuple

import orjson

from models.ledger.accounts import LOT_CODES, Account, Code, Guard
from models.ledger.draft import Draft
from models.ledger.states import (
    ADJUSTS,
    PAYS,
    PURSE_CODES,
    UNPAYS,
    WAITS_FOR_PAYMENT,
    AliasState,
    AppointmentState,
    Balance,
    ChargeState,
    DepositState,
    DisputeState,
    HoldState,
    OnlineReturnState,
    OnlineState,
    OnlineStep,
    PaymentState,
    PayoutState,
    PlanState,
    Posted,
    RefundState,
    RefundStep,
    RequestState,
    TaskState,
    Transfer,
    by_ask,
    by_cause,
    by_due,
    net_adjusted,
    net_paid_by_payment,
    net_paid_to_charge,
    sign_of,
)
from models.operations import records
from models.operations.codec import from_json
from models.operations.operation import Operation, from_wire
from models.rules.payment_status import AWAITED, Status
from models.rules.plan_standing import PlanStatus
from models.rules.rights import Right, rights_of
from models.store.asking import RULES, Wanted
from models.store.session import Session

_RULE_NAMES = tuple(field.name for field in fields(records.Rules) if field.name != "id")

_RULE_TRUTHS = tuple(field.name for field in fields(records.Rules) if isinstance(field.default, bool))

_ACCOUNT = (
    "SELECT id, code, guard, patient_id, appointment_id, charge_id, payment_id, debits + pending_debits, "
    "credits + pending_credits, held FROM account WHERE tenant = :tenant AND "
)

_CHARGE = (
    "SELECT c.id, c.patient_id, c.appointment_id, c.service_date, c.responsibility_cents, c.kind, c.practitioner_id, "
    "c.plan_id, a.id, a.patient_id, a.service_date, a.status, a.practitioner_id, a.desk_status FROM charge c LEFT JOIN "
    "appointment a ON a.tenant = c.tenant AND a.id = c.appointment_id WHERE c.tenant = :tenant AND "
)
"""A charge and its visit: who judges the one asks for the other."""

_VISIT_CELLS = ("id", "patient_id", "service_date", "status", "practitioner_id", "desk_status")

_visit_cells = itemgetter(*_VISIT_CELLS)

_VISIT = f"SELECT {', '.join(_VISIT_CELLS)} FROM appointment WHERE tenant = :tenant AND "

_PAYMENT = (
    "SELECT payment_id, patient_id, appointment_id, tender, amount_cents, drawer, merchant, collect_op_id, "
    "receipt_no, reversed_op_id <> '', method_id, (SELECT coalesce(sum(r.amount_cents), 0) FROM refund r WHERE "
    "r.tenant = payment.tenant AND r.payment_id = payment.payment_id AND r.payment_id <> '' "
    "AND r.kind = 'correction'), reversed_act, request_id FROM payment WHERE tenant = :tenant AND "
)

_CHARGE_CELLS = 8

_REFUND = (
    "SELECT refund_id, payment_id, patient_id, amount_cents, tender, request_op_id, "
    "CASE kind WHEN 'refund' THEN state ELSE kind END FROM refund WHERE tenant = :tenant AND "
)

_DISPUTE = (
    "SELECT d.dispute_id, d.payment_id, d.patient_id, d.amount_cents, p.merchant, d.outcome FROM dispute d "
    "JOIN payment p ON p.tenant = d.tenant AND p.payment_id = d.payment_id WHERE d.tenant = :tenant AND "
)

_PLAN = (
    "SELECT plan_id, patient_id, status, terms_sha256, accepted_sha256, charge_ids, lines, replaces FROM plan "
    "WHERE tenant = :tenant AND "
)

_AWAITED = ", ".join(f"'{status}'" for status in sorted(AWAITED))

_REQUEST = (
    "SELECT request_id, patient_id, appointment_id, amount_cents, paid_cents, status, due_date, asked_op_id "
    "FROM payment_request WHERE tenant = :tenant AND "
)

_REQUESTS_AT = f"{_REQUEST}status IN ({_AWAITED}) AND appointment_id <> '' AND "

_PURSE_LIST = ", ".join(f"'{code}'" for code in sorted(PURSE_CODES))

_PURSE = f"{_ACCOUNT}code IN ({_PURSE_LIST}) AND debits + pending_debits <> credits + pending_credits AND "

_RULES = f"SELECT {', '.join(_RULE_NAMES)} FROM rules WHERE tenant = :tenant AND "

_NEW_PAYMENT = (
    f"{_PAYMENT} payment_id EACH (:ids) UNION ALL {_PAYMENT} receipt_no <> '' AND receipt_no EACH (:receipts)"
)
"""Is there a payment with the id or the receipt number of a new one? Two index searches: with OR the whole table would
be read."""

_TRANSFER = (
    "SELECT debit, credit, amount_cents, code, reverses_op, reverses_n FROM transfer WHERE tenant = :tenant AND "
)

_MOVED_CODES = ", ".join(f"'{code}'" for code in sorted(PAYS | UNPAYS | ADJUSTS))

_MOVE = (
    "SELECT debit, credit, amount_cents, code, reverses_op, reverses_n, seq = 0 AS layer, seq, pending_no, n "
    f"FROM transfer WHERE tenant = :tenant AND code IN ({_MOVED_CODES}) AND "
)

_MOVES = f"{_MOVE} debit IN (:ids) UNION ALL {_MOVE} credit IN (:ids) ORDER BY layer, seq, pending_no, n"
"""An allocation has a lot at one end and a receivable at the other, so no row comes twice. Two index searches: with OR
the whole table would be read."""

_ALIASES = "SELECT patient_id, survivor_id, into_id FROM alias WHERE tenant = :tenant AND survivor_id <> '' AND "

_ALIAS = f"{_ALIASES} patient_id IN (:ids) UNION {_ALIASES} survivor_id IN (:ids)"
"""Whose a record is, and which records are of who goes by it."""

_IN_ORDER = " ORDER BY seq = 0, seq, pending_no, n"


class Ask(NamedTuple):
    """A query, its values, and who takes what it finds."""

    query: str
    values: dict[str, Any]
    take: Callable[[list[Any]], None]


class TableBook:
    """A `Book` over the tables of one tenant, as of the transaction it lives in. Remembers what it was told."""

    def __init__(self, session: Session, tenant: str, *, grants: bool = False) -> None:
        self._session, self._tenant, self.grants = session, tenant, grants
        self._waiting: dict[str, tuple[TaskState, ...]] = {}
        self._accounts: dict[str, tuple[Account, Balance] | None] = {}
        self._charges: dict[str, ChargeState | None] = {}
        self._payments: dict[str, PaymentState | None] = {}
        self._receipts: dict[str, str] = {}
        self._lots_of_payment: dict[str, tuple[Account, ...]] = {}
        self._disputes_of: dict[str, tuple[DisputeState, ...]] = {}
        self._lots_for_appointment: dict[str, tuple[Account, ...]] = {}
        self._charges_of_appointment: dict[str, tuple[ChargeState, ...]] = {}
        self._visits: dict[str, AppointmentState | None] = {}
        self._purses: dict[str, tuple[Account, ...]] = {}
        self._refunds: dict[str, RefundState | None] = {}
        self._disputes: dict[str, DisputeState | None] = {}
        self._requests: dict[str, RequestState | None] = {}
        self._plans: dict[str, PlanState | None] = {}
        self._requests_at: dict[str, tuple[RequestState, ...]] = {}
        self._guarantors: dict[str, str] = {}
        self._aliases: dict[str, AliasState | None] = {}
        self._aliases_of: dict[str, tuple[AliasState, ...]] = {}
        self._auto_allocates: dict[str, bool] = {}
        self._rules: dict[str, records.Rules] = {}
        self._people: dict[str, frozenset[Right]] | None = None
        self._moved: dict[tuple[str, ...], list[Transfer]] = {}

    def prefetch(self, ops: Iterable[Operation], drafted: Draft | None = None) -> None:
        """Ask at once for what judging `ops` will need and is known neither here nor to the draft above."""
        asks = self.asks(ops, drafted)
        answers = self._session.read_together([(ask.query, ask.values) for ask in asks])
        for ask, found in zip(asks, answers, strict=True):
            ask.take(found)

    def asks(self, ops: Iterable[Operation], drafted: Draft | None = None) -> list[Ask]:
        """What `prefetch` would ask, for those who ask other things in the same journey."""
        wanted = Wanted()
        for op in ops:
            wanted.add(op)
        fresh = wanted.ids.pop("new_payment", set()).difference(self._payments)
        receipts = wanted.ids.pop("receipt", set()).difference(self._receipts)
        tenant, asks = {"tenant": self._tenant}, list[Ask]()
        for question, asked in wanted.ids.items():
            query, known, take, above = _QUESTIONS[question]
            ids = asked.difference(getattr(self, known))
            if drafted is not None and above:
                ids = ids.difference(getattr(drafted, above))
            if ids:
                asks.append(Ask(query, tenant | {"ids": ids}, partial(take, self, ids)))
        if fresh or receipts:
            both = {"ids": fresh or {""}, "receipts": receipts or {""}}
            asks.append(Ask(_NEW_PAYMENT, tenant | both, partial(self._take_new, fresh, receipts)))
        return asks

    def learn_visit(self, appointment_id: str, row: Mapping[str, Any] | None) -> None:
        """Take a visit's row from who has read it anyway."""
        if appointment_id not in self._visits:
            self._visits[appointment_id] = AppointmentState(*_visit_cells(row)) if row else None

    def known_account(self, account_id: str) -> bool:
        """Is the account certainly in the tables? False means: not known here."""
        return self._accounts.get(account_id) is not None

    def balance(self, account_id: str) -> Balance:
        if account_id not in self._accounts:
            self._take_accounts({account_id}, self._ask(_ACCOUNT + "id = :id", id=account_id))
        known = self._accounts[account_id]
        return known[1] if known else Balance()

    def charge(self, charge_id: str) -> ChargeState | None:
        if charge_id not in self._charges:
            self._take_charges({charge_id}, self._ask(_CHARGE + "c.id = :id", id=charge_id))
        return self._charges[charge_id]

    def payment(self, payment_id: str) -> PaymentState | None:
        if payment_id not in self._payments:
            self._take_payments({payment_id}, self._ask(_PAYMENT + "payment_id = :id", id=payment_id))
        return self._payments[payment_id]

    def payment_with_receipt(self, receipt_no: str) -> str:
        if receipt_no not in self._receipts:
            self._take_receipts(
                {receipt_no}, self._ask(_PAYMENT + "receipt_no <> '' AND receipt_no = :id", id=receipt_no)
            )
        return self._receipts[receipt_no]

    def lots_of_payment(self, payment_id: str) -> Sequence[Account]:
        if payment_id not in self._lots_of_payment:
            self._take_lots({payment_id}, self._ask(_ACCOUNT + "payment_id = :id", id=payment_id))
        return self._lots_of_payment[payment_id]

    def lots_for_appointment(self, appointment_id: str) -> Sequence[Account]:
        if appointment_id not in self._lots_for_appointment:
            found = self._ask(_ACCOUNT + "appointment_id = :id", id=appointment_id)
            self._take_earmarks({appointment_id}, found)
        return self._lots_for_appointment[appointment_id]

    def charges_of_appointment(self, appointment_id: str) -> Sequence[ChargeState]:
        if appointment_id not in self._charges_of_appointment:
            found = self._ask(_CHARGE + "c.appointment_id = :id", id=appointment_id)
            self._take_charges(set(), found)
            states = [ChargeState(*row[:_CHARGE_CELLS]) for row in found]
            states.sort(key=lambda charge: (charge.service_date, charge.charge_id))
            self._charges_of_appointment[appointment_id] = tuple(states)
        return self._charges_of_appointment[appointment_id]

    def paid_to_charge(self, charge_id: str) -> Sequence[tuple[Account, int]]:
        return net_paid_to_charge(self._allocations([f"AR:{charge_id}"]))

    def paid_by_payment(self, payment_id: str) -> Sequence[tuple[Account, Account, int]]:
        return net_paid_by_payment(self._allocations([lot.id for lot in self.lots_of_payment(payment_id)]))

    def adjustments_of(self, charge_id: str) -> Sequence[tuple[Account, int]]:
        return net_adjusted(each for each in self._moves([f"AR:{charge_id}"]) if each.code in ADJUSTS)

    def transfers_of(self, op_id: str) -> Sequence[Transfer]:
        return self._transfers(self._ask(_TRANSFER + "op_id = :id" + _IN_ORDER, id=op_id))

    def is_mirrored(self, op_id: str) -> bool:
        query = "SELECT 1 FROM transfer WHERE tenant = :tenant AND reverses_op <> '' AND reverses_op = :id LIMIT 1"
        return bool(self._ask(query, id=op_id))

    def appointment(self, appointment_id: str) -> AppointmentState | None:
        if appointment_id not in self._visits:
            self._take_visits({appointment_id}, self._ask(_VISIT + "id = :id", id=appointment_id))
        return self._visits[appointment_id]

    def guarantor_of(self, patient_id: str) -> str:
        if patient_id not in self._guarantors:
            found = self._ask("SELECT guarantor_id FROM patient WHERE tenant = :tenant AND id = :id", id=patient_id)
            self._guarantors[patient_id] = (found[0][0] if found else "") or patient_id
        return self._guarantors[patient_id]

    def alias(self, patient_id: str) -> AliasState | None:
        if patient_id not in self._aliases:
            self._take_people({patient_id}, self._ask(_ALIAS, ids=[patient_id]))
        return self._aliases[patient_id]

    def aliases_of(self, survivor_id: str) -> Sequence[AliasState]:
        if survivor_id not in self._aliases_of:
            self._take_people({survivor_id}, self._ask(_ALIAS, ids=[survivor_id]))
        return self._aliases_of[survivor_id]

    def rules(self) -> records.Rules:
        if RULES not in self._rules:
            self._take_rules({RULES}, self._ask(_RULES + "id = :id", id=RULES))
        return self._rules[RULES]

    def auto_allocates(self, practitioner_id: str) -> bool:
        if practitioner_id not in self._auto_allocates:
            query = "SELECT auto_allocate FROM practitioner WHERE tenant = :tenant AND id = :id"
            found = self._ask(query, id=practitioner_id)
            self._auto_allocates[practitioner_id] = bool(found and found[0][0])
        return self._auto_allocates[practitioner_id]

    def people(self) -> Mapping[str, frozenset[Right]]:
        if self._people is None:
            found = self._ask("SELECT id, role, rights FROM staff WHERE tenant = :tenant AND active = 1 "
                              "AND deleted_at = ''")  # fmt: skip
            self._people = {row[0]: rights_of(row[1], orjson.loads(row[2] or "[]")) for row in found}
        return self._people

    def purse(self, patient_id: str) -> Sequence[Account]:
        if patient_id not in self._purses:
            self._take_purses({patient_id}, self._ask(_PURSE + "patient_id = :id", id=patient_id))
        return self._purses[patient_id]

    def refund(self, refund_id: str) -> RefundState | None:
        if refund_id not in self._refunds:
            self._take_refunds({refund_id}, self._ask(_REFUND + "refund_id = :id", id=refund_id))
        return self._refunds[refund_id]

    def dispute(self, dispute_id: str) -> DisputeState | None:
        if dispute_id not in self._disputes:
            self._take_disputes({dispute_id}, self._ask(_DISPUTE + "d.dispute_id = :id", id=dispute_id))
        return self._disputes[dispute_id]

    def request(self, request_id: str) -> RequestState | None:
        if request_id not in self._requests:
            self._take_requests({request_id}, self._ask(_REQUEST + "request_id = :id", id=request_id))
        return self._requests[request_id]

    def requests_at(self, appointment_id: str) -> Sequence[RequestState]:
        if appointment_id not in self._requests_at:
            found = self._ask(_REQUESTS_AT + "appointment_id = :id", id=appointment_id)
            self._take_requests_at({appointment_id}, found)
        return self._requests_at[appointment_id]

    def plan(self, plan_id: str) -> PlanState | None:
        if plan_id not in self._plans:
            self._take_plans({plan_id}, self._ask(_PLAN + "plan_id = :id", id=plan_id))
        return self._plans[plan_id]

    def deposit(self, deposit_id: str) -> DepositState | None:
        query = "SELECT deposit_id, op_id, deleted_at <> '' FROM deposit WHERE tenant = :tenant AND deposit_id = :id"
        found = self._ask(query, id=deposit_id)
        return DepositState(found[0][0], found[0][1], bool(found[0][2])) if found else None

    def deposit_of(self, payment_id: str) -> str:
        found = self._ask("SELECT deposit_id FROM deposited WHERE tenant = :tenant AND payment_id = :id", id=payment_id)
        return str(found[0][0]) if found else ""

    def online(self, online_id: str) -> OnlineState | None:
        found = self._ask(_ONLINE, id=online_id)
        return _online_state(found[0]) if found else None

    def online_return(self, return_id: str) -> OnlineReturnState | None:
        found = self._ask(_ONLINE_RETURN, id=return_id)
        return _online_return_state(found[0]) if found else None

    def payout(self, payout_id: str) -> PayoutState | None:
        query = (
            "SELECT payout_id, op_id, state = 'failed' FROM online_payout WHERE tenant = :tenant AND payout_id = :id"
        )
        found = self._ask(query, id=payout_id)
        return PayoutState(found[0][0], found[0][1], bool(found[0][2])) if found else None

    def disputes_of(self, payment_id: str) -> Sequence[DisputeState]:
        if payment_id not in self._disputes_of:
            self._take_disputes_of({payment_id}, self._ask(_DISPUTE + "d.payment_id = :id", id=payment_id))
        return self._disputes_of[payment_id]

    def task(self, task_id: str) -> TaskState | None:
        found = self._ask(_TASK + "task_id = :id", id=task_id)
        return _task_state(found[0]) if found else None

    def open_tasks_on(self, account_id: str) -> Sequence[TaskState]:
        found = self._ask(_OPEN_TASK.format("account_id = :id"), id=account_id)
        return sorted(map(_task_state, found), key=by_cause)

    def waiting_for(self, payment_id: str) -> Sequence[TaskState]:
        if payment_id not in self._waiting:
            self._take_waiting({payment_id}, self._ask(_OPEN_TASK.format("payment_id IN (:ids)"), ids=[payment_id]))
        return self._waiting[payment_id]

    def operation(self, op_id: str) -> Operation | None:
        found = self._ask("SELECT op FROM log WHERE tenant = :tenant AND op_id = :id", id=op_id)
        if not found and not self.grants:  # a desk's own, not sent yet
            found = self._ask("SELECT op FROM outbox WHERE tenant = :tenant AND op_id = :id", id=op_id)
        return from_wire(orjson.loads(found[0][0]), verified=True) if found else None

    def hold(self, hold_id: str) -> HoldState | None:
        found = self._ask(_HOLD + "hold_id = :id", id=hold_id)
        return HoldState(*found[0]) if found else None

    def holds_on(self, account_id: str) -> Sequence[HoldState]:
        return self._holds("account_id = :id", id=account_id)

    def holds_of(self, device: str, patient_id: str) -> Sequence[HoldState]:
        return self._holds("device = :device AND patient_id = :patient", device=device, patient=patient_id)

    def posted_after(self, op_id: str, records: Sequence[str]) -> Sequence[Posted]:
        found = self._ask(_POSTED_AFTER, id=op_id, ids=records)
        return [Posted(from_wire(orjson.loads(op), verified=True), tuple((row[0], row[1], row[3]) for row in
                orjson.loads(transfers))) for op, transfers in found]  # fmt: skip

    def _holds(self, which: str, **values: str) -> list[HoldState]:
        return sorted((HoldState(*row) for row in self._ask(_OPEN_HOLD.format(which), **values)), key=by_ask)

    def _allocations(self, account_ids: Sequence[str]) -> list[tuple[Transfer, int]]:
        """Allocations and releases of these accounts, oldest first, each with its sign."""
        return [(each, sign) for each in self._moves(account_ids) if (sign := sign_of(each))]

    def _moves(self, account_ids: Sequence[str]) -> list[Transfer]:
        """What was ever paid, given back or taken off at these accounts, oldest first."""
        key = tuple(account_ids)
        if key and key not in self._moved:
            found = self._ask(_MOVES, ids=account_ids)
            self._moved[key] = self._transfers([row[:6] for row in found])
        return self._moved[key] if key else []

    def _transfers(self, found: list[Any]) -> list[Transfer]:
        missing = {row[side] for row in found for side in (0, 1)}.difference(self._accounts)
        if missing:
            self._take_accounts(missing, self._ask(_ACCOUNT + "id IN (:ids)", ids=missing))
        return [
            Transfer(self._account(debit), self._account(credit), cents, code, (of_op, n) if of_op else None)
            for debit, credit, cents, code, of_op, n in found
        ]

    def _account(self, account_id: str) -> Account:
        known = self._accounts[account_id]
        if known is None:
            raise LookupError(f"a transfer names account {account_id}, which is not there")
        return known[0]

    def _ask(self, query: str, **values: Any) -> list[Any]:
        return self._session.rows(query, tenant=self._tenant, **values)

    def _take_accounts(self, ids: set[str], found: list[Any]) -> None:
        self._accounts.update(dict.fromkeys(ids.difference(self._accounts)))
        for row in found:
            self._take_account(row)

    def _take_account(self, row: Any) -> Account:
        known = self._accounts.get(row[0])
        if known is None:
            account = Account(row[0], Code(row[1]), Guard(row[2]), *row[3:7])
            known = self._accounts[row[0]] = (account, Balance(*row[7:10]))
        return known[0]

    def _take_lots(self, ids: set[str], found: list[Any]) -> None:
        accounts = sorted((self._take_account(row) for row in found), key=lambda account: account.id)
        for payment_id in ids:
            self._lots_of_payment[payment_id] = tuple(
                account for account in accounts if account.payment_id == payment_id and account.code in LOT_CODES
            )

    def _take_earmarks(self, ids: set[str], found: list[Any]) -> None:
        accounts = [self._take_account(row) for row in found]
        lots = [account for account in accounts if account.code in LOT_CODES]
        opened = {account_id: order for order, account_id in enumerate(self._oldest_first(lots))}
        lots.sort(key=lambda lot: (opened.get(lot.id, len(opened)), lot.id))
        for appointment_id in ids:
            self._lots_for_appointment[appointment_id] = tuple(
                lot for lot in lots if lot.appointment_id == appointment_id
            )

    def _oldest_first(self, lots: list[Account]) -> list[str]:
        """The ids of lots in the order money first came to them."""
        if len(lots) < 2:
            return [lot.id for lot in lots]
        query = "SELECT credit FROM transfer WHERE tenant = :tenant AND credit IN (:ids)" + _IN_ORDER
        return list(dict.fromkeys(row[0] for row in self._ask(query, ids={lot.id for lot in lots})))

    def _take_purses(self, ids: set[str], found: list[Any]) -> None:
        accounts = [self._take_account(row) for row in found]
        for patient_id in ids:
            self._purses[patient_id] = tuple(each for each in accounts if each.patient_id == patient_id)

    def _take_people(self, ids: set[str], found: list[Any]) -> None:
        aliases = [AliasState(*row) for row in found]
        known = {each.patient_id: each for each in aliases}
        for patient_id in ids:
            mine = sorted(
                (each for each in aliases if each.survivor_id == patient_id), key=lambda each: each.patient_id
            )
            self._aliases[patient_id], self._aliases_of[patient_id] = known.get(patient_id), tuple(mine)

    def _take_charges(self, ids: set[str], found: list[Any]) -> None:
        self._charges.update(dict.fromkeys(ids))
        for row in found:
            self._charges[row[0]] = ChargeState(*row[:_CHARGE_CELLS])
            if row[2] and row[2] not in self._visits:
                visit = row[_CHARGE_CELLS:]
                self._visits[row[2]] = AppointmentState(*visit) if visit[0] else None

    def _take_visits(self, ids: set[str], found: list[Any]) -> None:
        self._visits.update(dict.fromkeys(ids))
        self._visits.update({row[0]: AppointmentState(*row) for row in found})

    def _take_payments(self, ids: set[str], found: list[Any]) -> None:
        self._payments.update(dict.fromkeys(ids))
        self._payments.update({row[0]: _payment_state(row) for row in found})
        for payment_id in ids - {row[0] for row in found}:  # no payment, no lots
            self._lots_of_payment.setdefault(payment_id, ())

    def _take_new(self, ids: set[str], receipts: set[str], found: list[Any]) -> None:
        self._take_payments(ids, [row for row in found if row[0] in ids])
        self._take_receipts(receipts, [row for row in found if row[8] in receipts])

    def _take_refunds(self, ids: set[str], found: list[Any]) -> None:
        self._refunds.update(dict.fromkeys(ids))
        self._refunds.update({row[0]: _refund_state(row) for row in found})

    def _take_disputes(self, ids: set[str], found: list[Any]) -> None:
        self._disputes.update(dict.fromkeys(ids))
        self._disputes.update({row[0]: DisputeState(*row) for row in found})

    def _take_disputes_of(self, ids: set[str], found: list[Any]) -> None:
        states = sorted((DisputeState(*row) for row in found), key=lambda dispute: dispute.dispute_id)
        for payment_id in ids:
            self._disputes_of[payment_id] = tuple(each for each in states if each.payment_id == payment_id)

    def _take_requests(self, ids: set[str], found: list[Any]) -> None:
        self._requests.update(dict.fromkeys(ids))
        self._requests.update({row[0]: _request_state(row) for row in found})

    def _take_requests_at(self, ids: set[str], found: list[Any]) -> None:
        states = sorted(map(_request_state, found), key=by_due)
        for appointment_id in ids:
            self._requests_at[appointment_id] = tuple(each for each in states if each.appointment_id == appointment_id)

    def _take_plans(self, ids: set[str], found: list[Any]) -> None:
        self._plans.update(dict.fromkeys(ids))
        self._plans.update({row[0]: _plan_state(row) for row in found})

    def _take_rules(self, _ids: set[str], found: list[Any]) -> None:
        self._rules[RULES] = _rules_of(found[0]) if found else records.Rules()

    def _take_waiting(self, ids: set[str], found: list[Any]) -> None:
        tasks = sorted(map(_task_state, found), key=by_cause)
        for payment_id in ids:
            self._waiting[payment_id] = tuple(
                task for task in tasks if task.payment_id == payment_id and task.what in WAITS_FOR_PAYMENT
            )

    def _take_receipts(self, ids: set[str], found: list[Any]) -> None:
        self._receipts.update(dict.fromkeys(ids, ""))
        self._receipts.update({row[8]: row[0] for row in found})


_TASK = (
    "SELECT task_id, what, patient_id, payment_id, account_id, amount_cents, settled_cents, cause_op_id, "
    "resolved_op_id <> '' FROM task WHERE tenant = :tenant AND "
)

_OPEN_TASK = _TASK + "{} AND resolved_op_id = ''"

_HOLD = (
    "SELECT hold_id, device, patient_id, payment_id, account_id, granted_cents - used_cents - returned_cents "
    "FROM hold WHERE tenant = :tenant AND "
)

_ONLINE = (
    "SELECT online_id, patient_id, amount_cents, off_cents, state, number, brand, last4, charge, business_date, "
    "request_id, way FROM online_payment WHERE tenant = :tenant AND online_id = :id"
)

_ONLINE_RETURN = (
    "SELECT return_id, online_id, patient_id, amount_cents, off_cents, state, number, refund_id FROM online_return "
    "WHERE tenant = :tenant AND return_id = :id"
)

_POSTED_AFTER = (
    "SELECT op, transfers FROM log WHERE tenant = :tenant AND patient IN (:ids) AND verdict NOT IN ('rejected', "
    "'quarantined') AND seq > (SELECT a.seq FROM log a WHERE a.tenant = :tenant AND a.op_id = :id) ORDER BY seq"
)

_OPEN_HOLD = _HOLD + "{} AND used_cents + returned_cents < granted_cents"


def _task_state(row: Any) -> TaskState:
    values = [*row[:8], bool(row[8])]
    return TaskState(*values)


_QUESTIONS: dict[str, tuple[str, str, Callable[[TableBook, set[str], list[Any]], None], str]] = {
    "payment": (_PAYMENT + "payment_id EACH (:ids)", "_payments", TableBook._take_payments, "payments"),
    "lots_of": (_ACCOUNT + "payment_id EACH (:ids)", "_lots_of_payment", TableBook._take_lots, ""),
    "lots_for": (_ACCOUNT + "appointment_id EACH (:ids)", "_lots_for_appointment", TableBook._take_earmarks, ""),
    "account": (_ACCOUNT + "id EACH (:ids)", "_accounts", TableBook._take_accounts, ""),
    "person": (_ALIAS, "_aliases", TableBook._take_people, ""),
    "purse": (_PURSE + "patient_id EACH (:ids)", "_purses", TableBook._take_purses, ""),
    "charge": (_CHARGE + "c.id EACH (:ids)", "_charges", TableBook._take_charges, "charges"),
    "visit": (_VISIT + "id EACH (:ids)", "_visits", TableBook._take_visits, "appointments"),
    "refund": (_REFUND + "refund_id EACH (:ids)", "_refunds", TableBook._take_refunds, "refunds"),
    "dispute": (_DISPUTE + "d.dispute_id EACH (:ids)", "_disputes", TableBook._take_disputes, "disputes"),
    "disputes_of": (_DISPUTE + "d.payment_id EACH (:ids)", "_disputes_of", TableBook._take_disputes_of, ""),
    "request": (_REQUEST + "request_id EACH (:ids)", "_requests", TableBook._take_requests, "requests"),
    "requests_at": (_REQUESTS_AT + "appointment_id EACH (:ids)", "_requests_at", TableBook._take_requests_at, ""),
    "plan": (_PLAN + "plan_id EACH (:ids)", "_plans", TableBook._take_plans, "plans"),
    "rules": (_RULES + "id EACH (:ids)", "_rules", TableBook._take_rules, ""),
    "waits": (_OPEN_TASK.format("payment_id EACH (:ids)"), "_waiting", TableBook._take_waiting, ""),
}
"""By question: the query, where its answers are kept, who takes them, and where a draft keeps what it knows better."""


def _payment_state(row: Any) -> PaymentState:
    values = [*row[:9], bool(row[9]), row[10], int(row[11]), *row[12:]]
    return PaymentState(*values)


def _online_state(row: Any) -> OnlineState:
    values = [*row[:4], OnlineStep(row[4]), *row[5:]]
    return OnlineState(*values)


def _online_return_state(row: Any) -> OnlineReturnState:
    values = [*row[:5], OnlineStep(row[5]), *row[6:]]
    return OnlineReturnState(*values)


def _refund_state(row: Any) -> RefundState:
    values = [*row[:6], RefundStep(row[6])]
    return RefundState(*values)


def _request_state(row: Any) -> RequestState:
    values = [*row[:5], Status(row[5]), *row[6:]]
    return RequestState(*values)


def _plan_state(row: Any) -> PlanState:
    lines = orjson.loads(row[6] or "[]")
    total = sum(line[2] for line in lines if not line[4])
    numbers = tuple(line[0] for line in lines if not line[4])
    return PlanState(row[0], row[1], PlanStatus(row[2]), total, row[3], row[4], numbers,
                     tuple(orjson.loads(row[5] or "[]")), max((line[0] for line in lines), default=0),
                     row[7])  # fmt: skip


def _rules_of(row: Any) -> records.Rules:
    values = dict(zip(_RULE_NAMES, row, strict=True))
    values["custom_statuses"] = tuple(orjson.loads(values["custom_statuses"] or "[]"))
    return from_json(records.Rules, values | {name: bool(values[name]) for name in _RULE_TRUTHS})
