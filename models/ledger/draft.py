"""What a run of operations changed, over the book it began from: a store writes the net of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from models.ledger.accounts import LOT_CODES, Account, Code
from models.ledger.book import Book
from models.ledger.states import (
    ADJUSTS,
    PURSE_CODES,
    WAITS_FOR_PAYMENT,
    AliasState,
    AppointmentState,
    Balance,
    ChargeState,
    DepositState,
    DisputeState,
    Entry,
    HoldState,
    OnlineReturnState,
    OnlineState,
    PaymentState,
    PayoutState,
    PlanState,
    Posted,
    RefundState,
    RequestState,
    TaskState,
    Transfer,
    Verdict,
    _lies,
    _merged,
    by_ask,
    by_cause,
    by_due,
    contra_and_receivable,
    ends,
    net_adjusted,
    net_paid_by_payment,
    net_paid_to_charge,
    posted,
    sign_of,
)
from models.operations.operation import Operation
from models.operations.records import Rules
from models.rules.payment_status import AWAITED
from models.rules.rights import Right


@dataclass(slots=True)
class Delta:
    """The net a run of operations adds to one account."""

    account: Account
    debits: int = 0
    credits: int = 0


class Draft:
    """A book with a run of operations on top of it, in memory. Reads see what was drafted before.

    `entries` in the order they are logged; `deltas` the net per account; `charges` and `payments` as they now stand.
    """

    def __init__(self, base: Book) -> None:
        self.base = base
        self.deltas: dict[str, Delta] = {}
        self.entries: list[Entry] = []
        self.charges: dict[str, ChargeState] = {}
        self.payments: dict[str, PaymentState] = {}
        self._receipts: dict[str, str] = {}
        self._transfers: dict[str, tuple[Transfer, ...]] = {}
        self._lots_of_payment: dict[str, list[Account]] = {}
        self._lots_for_appointment: dict[str, list[Account]] = {}
        self._charges_of_appointment: dict[str, list[str]] = {}
        self._paid_to_charge: dict[str, list[tuple[Transfer, int]]] = {}
        self._paid_by_payment: dict[str, list[tuple[Transfer, int]]] = {}
        self._adjusted: dict[str, list[Transfer]] = {}
        self._mirrored: set[str] = set()
        self._purses: dict[str, list[Account]] = {}
        self._given_back: dict[str, Sequence[Account]] = {}
        self._drafted_back: dict[str, list[Account]] = {}
        self._held: dict[str, int] = {}
        self.appointments: dict[str, AppointmentState] = {}
        self.guarantors: dict[str, str] = {}
        self.aliases: dict[str, AliasState] = {}
        self.practitioners: dict[str, bool] = {}
        self.staff: dict[str, frozenset[Right] | None] = {}
        self.refunds: dict[str, RefundState] = {}
        self.disputes: dict[str, DisputeState] = {}
        self.requests: dict[str, RequestState] = {}
        self.plans: dict[str, PlanState] = {}
        self.deposits: dict[str, DepositState] = {}
        self.onlines: dict[str, OnlineState] = {}
        self.online_returns: dict[str, OnlineReturnState] = {}
        self.payouts: dict[str, PayoutState] = {}
        self.deposited: dict[str, str] = {}
        self.rules_put: Rules | None = None
        self.tasks: dict[str, TaskState] = {}
        self.holds: dict[str, HoldState] = {}
        self.acting: str = base.acting if isinstance(base, Draft) else ""
        """The device whose operation is being judged: what it holds it may spend."""

    @property
    def grants(self) -> bool:
        return self.base.grants

    def balance(self, account_id: str) -> Balance:
        known = self.base.balance(account_id)
        delta = self.deltas.get(account_id)
        held = known.held + self._held.get(account_id, 0) if self._held else known.held
        if delta is None:
            return known if held == known.held else Balance(known.debits, known.credits, held)
        return Balance(known.debits + delta.debits, known.credits + delta.credits, held)

    def charge(self, charge_id: str) -> ChargeState | None:
        return self.charges.get(charge_id) or self.base.charge(charge_id)

    def payment(self, payment_id: str) -> PaymentState | None:
        return self.payments.get(payment_id) or self.base.payment(payment_id)

    def payment_with_receipt(self, receipt_no: str) -> str:
        return self._receipts.get(receipt_no) or self.base.payment_with_receipt(receipt_no)

    def lots_of_payment(self, payment_id: str) -> Sequence[Account]:
        return _merged(self.base.lots_of_payment(payment_id), self._lots_of_payment.get(payment_id, ()))

    def lots_for_appointment(self, appointment_id: str) -> Sequence[Account]:
        drafted = self._lots_for_appointment.get(appointment_id, ())
        return _merged(self.base.lots_for_appointment(appointment_id), drafted)

    def charges_of_appointment(self, appointment_id: str) -> Sequence[ChargeState]:
        known = {c.charge_id: c for c in self.base.charges_of_appointment(appointment_id)}
        for charge_id in self._charges_of_appointment.get(appointment_id, ()):
            known[charge_id] = self.charges[charge_id]
        return sorted(known.values(), key=lambda c: (c.service_date, c.charge_id))

    def paid_to_charge(self, charge_id: str) -> Sequence[tuple[Account, int]]:
        known = self.base.paid_to_charge(charge_id)
        drafted = self._paid_to_charge.get(charge_id)
        return net_paid_to_charge(drafted, known) if drafted else known

    def paid_by_payment(self, payment_id: str) -> Sequence[tuple[Account, Account, int]]:
        known = self.base.paid_by_payment(payment_id)
        drafted = self._paid_by_payment.get(payment_id)
        return net_paid_by_payment(drafted, known) if drafted else known

    def transfers_of(self, op_id: str) -> Sequence[Transfer]:
        drafted = self._transfers.get(op_id)
        return self.base.transfers_of(op_id) if drafted is None else drafted

    def is_mirrored(self, op_id: str) -> bool:
        return op_id in self._mirrored or self.base.is_mirrored(op_id)

    def adjustments_of(self, charge_id: str) -> Sequence[tuple[Account, int]]:
        known = self.base.adjustments_of(charge_id)
        drafted = self._adjusted.get(charge_id)
        return net_adjusted(drafted, known) if drafted else known

    def appointment(self, appointment_id: str) -> AppointmentState | None:
        return self.appointments.get(appointment_id) or self.base.appointment(appointment_id)

    def guarantor_of(self, patient_id: str) -> str:
        return self.guarantors.get(patient_id) or self.base.guarantor_of(patient_id)

    def alias(self, patient_id: str) -> AliasState | None:
        known = self.aliases.get(patient_id) or self.base.alias(patient_id)
        return known if known is not None and known.survivor_id else None

    def aliases_of(self, survivor_id: str) -> Sequence[AliasState]:
        known = self.base.aliases_of(survivor_id)
        if not self.aliases:
            return known
        found = {each.patient_id: each for each in known} | self.aliases
        mine = (each for each in found.values() if each.survivor_id == survivor_id)
        return sorted(mine, key=lambda each: each.patient_id)

    def survivor_of(self, patient_id: str) -> str:
        """The record a person goes by: the one asked for, where it was merged into no other."""
        alias = self.alias(patient_id)
        return alias.survivor_id if alias else patient_id

    def records_of(self, patient_id: str) -> Sequence[str]:
        """Every record of the person somebody's record stands for, the one they go by first."""
        survivor_id = self.survivor_of(patient_id)
        return (survivor_id, *(each.patient_id for each in self.aliases_of(survivor_id)))

    def person_purse(self, patient_id: str) -> Sequence[Account]:
        """The purses of every record of a person."""
        return [account for record_id in self.records_of(patient_id) for account in self.purse(record_id)]

    def rules(self) -> Rules:
        return self.rules_put or self.base.rules()

    def auto_allocates(self, practitioner_id: str) -> bool:
        known = self.practitioners.get(practitioner_id)
        return self.base.auto_allocates(practitioner_id) if known is None else known

    def people(self) -> Mapping[str, frozenset[Right]]:
        known = self.base.people()
        if not self.staff:
            return known
        both = {**known, **self.staff}
        return {staff_id: rights for staff_id, rights in both.items() if rights is not None}

    def purse(self, patient_id: str) -> Sequence[Account]:
        known = _merged(self.base.purse(patient_id), self._purses.get(patient_id, ()))
        return [account for account in known if _lies(self.balance(account.id))]

    def refunds_elsewhere(self, patient_id: str) -> Sequence[Account]:
        """The refunds made elsewhere of one record, empty ones too: asked for every line of a fill."""
        known = self._given_back.get(patient_id)
        if known is None:  # what lies below does not change while this draft is at work
            base = self.base
            found = base.refunds_elsewhere(patient_id) if isinstance(base, Draft) else base.purse(patient_id)
            known = self._given_back[patient_id] = [each for each in found if each.code is Code.REFUND_ELSEWHERE]
        drafted = self._drafted_back.get(patient_id)
        return _merged(known, drafted) if drafted else known

    def refund(self, refund_id: str) -> RefundState | None:
        return self.refunds.get(refund_id) or self.base.refund(refund_id)

    def dispute(self, dispute_id: str) -> DisputeState | None:
        return self.disputes.get(dispute_id) or self.base.dispute(dispute_id)

    def disputes_of(self, payment_id: str) -> Sequence[DisputeState]:
        known = {each.dispute_id: each for each in self.base.disputes_of(payment_id)}
        known |= {each.dispute_id: each for each in self.disputes.values() if each.payment_id == payment_id}
        return [known[dispute_id] for dispute_id in sorted(known)]

    def request(self, request_id: str) -> RequestState | None:
        return self.requests.get(request_id) or self.base.request(request_id)

    def requests_at(self, appointment_id: str) -> Sequence[RequestState]:
        known = self.base.requests_at(appointment_id)
        if not self.requests:
            return known
        found = {each.request_id: each for each in known} | self.requests
        mine = (each for each in found.values() if each.appointment_id == appointment_id and each.status in AWAITED)
        return sorted(mine, key=by_due)

    def plan(self, plan_id: str) -> PlanState | None:
        return self.plans.get(plan_id) or self.base.plan(plan_id)

    def deposit(self, deposit_id: str) -> DepositState | None:
        return self.deposits.get(deposit_id) or self.base.deposit(deposit_id)

    def online(self, online_id: str) -> OnlineState | None:
        return self.onlines.get(online_id) or self.base.online(online_id)

    def online_return(self, return_id: str) -> OnlineReturnState | None:
        return self.online_returns.get(return_id) or self.base.online_return(return_id)

    def payout(self, payout_id: str) -> PayoutState | None:
        return self.payouts.get(payout_id) or self.base.payout(payout_id)

    def deposit_of(self, payment_id: str) -> str:
        known = self.deposited.get(payment_id)
        return self.base.deposit_of(payment_id) if known is None else known

    def task(self, task_id: str) -> TaskState | None:
        return self.tasks.get(task_id) or self.base.task(task_id)

    def open_tasks_on(self, account_id: str) -> Sequence[TaskState]:
        return self._open_tasks(self.base.open_tasks_on(account_id), lambda task: task.account_id == account_id)

    def waiting_for(self, payment_id: str) -> Sequence[TaskState]:
        known = self.base.waiting_for(payment_id)
        return self._open_tasks(known, lambda task: task.payment_id == payment_id and task.what in WAITS_FOR_PAYMENT)

    def _open_tasks(self, known: Sequence[TaskState], fits: Callable[[TaskState], bool]) -> list[TaskState]:
        found = {task.task_id: task for task in known}
        found |= {task.task_id: task for task in self.tasks.values() if fits(task)}
        return sorted((task for task in found.values() if not task.resolved), key=by_cause)

    def operation(self, op_id: str) -> Operation | None:
        mine = next((entry.op for entry in self.entries if entry.op.op_id == op_id), None)
        return mine or self.base.operation(op_id)

    def hold(self, hold_id: str) -> HoldState | None:
        return self.holds.get(hold_id) or self.base.hold(hold_id)

    def holds_on(self, account_id: str) -> Sequence[HoldState]:
        return self._left_of(self.base.holds_on(account_id), lambda hold: hold.account_id == account_id)

    def holds_of(self, device: str, patient_id: str) -> Sequence[HoldState]:
        known = self.base.holds_of(device, patient_id)
        return self._left_of(known, lambda hold: (hold.device, hold.patient_id) == (device, patient_id))

    def posted_after(self, op_id: str, records: Sequence[str]) -> Sequence[Posted]:
        at = next((n for n, entry in enumerate(self.entries) if entry.op.op_id == op_id), -1)
        mine = [posted(entry) for entry in self.entries[at + 1 :]
                if entry.op.patient in records and entry.verdict not in _NOT_POSTED]  # fmt: skip
        return mine if at >= 0 else [*self.base.posted_after(op_id, records), *mine]

    def _left_of(self, known: Sequence[HoldState], fits: Callable[[HoldState], bool]) -> list[HoldState]:
        found = {hold.hold_id: hold for hold in known}
        found |= {hold.hold_id: hold for hold in self.holds.values() if fits(hold)}
        return sorted((hold for hold in found.values() if hold.left_cents), key=by_ask)

    def know_alias(self, state: AliasState) -> None:
        """From now on the record follows another one, or (with an empty survivor) stands for itself."""
        self.aliases[state.patient_id] = state

    def know_task(self, state: TaskState) -> None:
        """From now on the task stands like this."""
        self.tasks[state.task_id] = state

    def know_hold(self, state: HoldState) -> None:
        """From now on the hold stands like this; what is held of its lot follows."""
        before = self.hold(state.hold_id)
        left = state.left_cents - (before.left_cents if before else 0)
        self._held[state.account_id] = self._held.get(state.account_id, 0) + left
        self.holds[state.hold_id] = state

    def add(self, entry: Entry) -> None:
        """Take an entry into the draft."""
        self.entries.append(entry)
        self._transfers.setdefault(entry.op.op_id, entry.transfers)
        for transfer in entry.transfers:
            self.move(transfer)

    def adopt(self, entry: Entry, branch: Draft) -> None:
        """Take an entry into the draft whose transfers, and no others, a branch of it has let weigh: its net is taken
        over, a fill of hundreds of lines is not added up twice."""
        self.entries.append(entry)
        self._transfers.setdefault(entry.op.op_id, entry.transfers)
        for delta in branch.deltas.values():
            mine = self._delta(delta.account)
            mine.debits += delta.debits
            mine.credits += delta.credits
        for charge_id, moves in branch._paid_to_charge.items():
            self._paid_to_charge.setdefault(charge_id, []).extend(moves)
        for payment_id, moves in branch._paid_by_payment.items():
            self._paid_by_payment.setdefault(payment_id, []).extend(moves)

    def move(self, transfer: Transfer) -> None:
        """Let a transfer weigh on the balances without an entry of its own."""
        self._delta(transfer.debit).debits += transfer.amount_cents
        self._delta(transfer.credit).credits += transfer.amount_cents
        sign = sign_of(transfer)
        if sign:
            receivable, lot = ends(transfer)
            self._paid_to_charge.setdefault(receivable.charge_id, []).append((transfer, sign))
            self._paid_by_payment.setdefault(lot.payment_id, []).append((transfer, sign))
        elif transfer.code in ADJUSTS:
            self._adjusted.setdefault(contra_and_receivable(transfer)[1].charge_id, []).append(transfer)
        if transfer.reverses:
            self._mirrored.add(transfer.reverses[0])

    def know_charge(self, state: ChargeState) -> None:
        """From now on the charge stands like this."""
        if state.charge_id not in self.charges:
            self._charges_of_appointment.setdefault(state.appointment_id, []).append(state.charge_id)
        self.charges[state.charge_id] = state

    def know_payment(self, state: PaymentState) -> None:
        """From now on the payment stands like this."""
        self.payments[state.payment_id] = state
        if state.receipt_no:
            self._receipts.setdefault(state.receipt_no, state.payment_id)

    def mark_reversed(self, state: PaymentState, act: str) -> None:
        """The payment was taken back, by one of REVERSE_ACTS; the first one counts."""
        self.payments[state.payment_id] = replace(state, reversed=True, reversed_act=state.reversed_act or act)

    def know_appointment(self, state: AppointmentState) -> None:
        """From now on the visit stands like this."""
        self.appointments[state.appointment_id] = state

    def know_refund(self, state: RefundState) -> None:
        """From now on the refund stands like this."""
        self.refunds[state.refund_id] = state

    def know_dispute(self, state: DisputeState) -> None:
        """From now on the dispute stands like this."""
        self.disputes[state.dispute_id] = state

    def know_request(self, state: RequestState) -> None:
        """From now on the request stands like this."""
        self.requests[state.request_id] = state

    def know_plan(self, state: PlanState) -> None:
        """From now on the payment plan stands like this."""
        self.plans[state.plan_id] = state

    def know_online(self, state: OnlineState) -> None:
        """From now on the payment from home stands like this."""
        self.onlines[state.online_id] = state

    def know_online_return(self, state: OnlineReturnState) -> None:
        """From now on what went back stands like this."""
        self.online_returns[state.return_id] = state

    def know_payout(self, state: PayoutState) -> None:
        """From now on the payout stands like this."""
        self.payouts[state.payout_id] = state

    def know_deposit(self, state: DepositState, payments: Iterable[str]) -> None:
        """From now on the slip stands like this: its payments are on it, or on none."""
        self.deposits[state.deposit_id] = state
        self.deposited |= dict.fromkeys(payments, "" if state.deleted else state.deposit_id)

    def branch(self) -> Draft:
        """A draft on top of this one: keep it by `merge`, forget it by dropping it."""
        return Draft(self)

    def merge(self, branch: Draft) -> None:
        """Keep what was drafted on a branch of this draft."""
        for entry in branch.entries:
            self.add(entry)
        for charge in branch.charges.values():
            self.know_charge(charge)
        for payment in branch.payments.values():
            self.know_payment(payment)
        self.appointments |= branch.appointments
        self.guarantors |= branch.guarantors
        self.aliases |= branch.aliases
        self.practitioners |= branch.practitioners
        self.staff |= branch.staff
        self.refunds |= branch.refunds
        self.disputes |= branch.disputes
        self.requests |= branch.requests
        self.plans |= branch.plans
        self.onlines |= branch.onlines
        self.online_returns |= branch.online_returns
        self.payouts |= branch.payouts
        self.deposits |= branch.deposits
        self.deposited |= branch.deposited
        self.rules_put = branch.rules_put or self.rules_put
        self.tasks |= branch.tasks
        for hold in branch.holds.values():
            self.know_hold(hold)

    def _delta(self, account: Account) -> Delta:
        delta = self.deltas.get(account.id)
        if delta is None:
            delta = self.deltas[account.id] = Delta(account)
            if account.code in PURSE_CODES:
                self._purses.setdefault(account.patient_id, []).append(account)
            if account.code is Code.REFUND_ELSEWHERE:
                self._drafted_back.setdefault(account.patient_id, []).append(account)
            if account.code in LOT_CODES:
                self._lots_of_payment.setdefault(account.payment_id, []).append(account)
                if account.appointment_id:
                    self._lots_for_appointment.setdefault(account.appointment_id, []).append(account)
        return delta


_NOT_POSTED = frozenset({Verdict.REJECTED, Verdict.QUARANTINED})
