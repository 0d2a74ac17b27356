"""A card reader and a printer that obey the world, and go wrong in the ways real ones do."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from devices.base import (
    UNTRACED,
    Capability,
    CardInfo,
    DeviceState,
    DeviceStatus,
    Outcome,
    PaymentRequest,
    PaymentResult,
    PrinterStatus,
    PrintResult,
    Reason,
    RefundRequest,
    ReversalRequest,
    Step,
    TerminalInfo,
    Traced,
    Watch,
    nobody_waits,
)
from models.basics.errors import DeviceMissing, DeviceTimeout
from tests.simulator.world import Paper, World, chance, receipt_no_on

FINE = "fine"
TROUBLE = (
    "declined", "part", "not_sent", "silent_before", "silent_after", "silent_after", "odd_reference",
)  # fmt: skip
"""How a card payment may go wrong (F28): refused, part approved, never sent, no answer before the bank moved money,
none after, an answer under another reference."""

PAPER_TROUBLE = ("paper_out", "absent", "dies_before", "dies_after")
"""How printing may go wrong (F29)."""


Ask = Callable[..., list[Any]]
"""Rows of a query over what a desk has committed."""


class SimTerminal:
    """A reader at one desk. `next` is how the coming transaction goes; `silent` how often it cannot say."""

    capabilities = Capability.PAYMENT | Capability.PARTIAL_APPROVAL | Capability.VOID | Capability.REFUND | (
        Capability.TXN_STATUS
    )  # fmt: skip

    def __init__(self, world: World, tenant: str, device: str, ask: Ask) -> None:
        self._world, self._tenant, self._device, self._ask = world, tenant, device, ask
        self.next = FINE
        self.silent = 0

    def diagnosis(self) -> TerminalInfo:
        return TerminalInfo(serial=self._device)

    def payment(self, request: PaymentRequest, watch: Watch) -> PaymentResult:
        watch.step(Step.WAITING)
        return self._run("sale", request.terminal_ref, request.amount_cents)

    def reversal(self, request: ReversalRequest, watch: Watch) -> PaymentResult:
        voided = any(each.kind == "void" and each.voids == request.terminal_txn_no
                     for each in self._world.bank.known.values())  # fmt: skip
        if voided:
            return PaymentResult(outcome=Outcome.DECLINED, terminal_ref=request.terminal_ref, reason="terminal.refused")
        return self._run("void", request.terminal_ref, request.amount_cents, voids=request.terminal_txn_no)

    def refund(self, request: RefundRequest, watch: Watch) -> PaymentResult:
        return self._run("refund", request.terminal_ref, request.amount_cents)

    def transaction_status(
        self, terminal_ref: str, amount_cents: int, traced: Traced = UNTRACED
    ) -> PaymentResult:  # fmt: skip
        if self.silent:
            self.silent -= 1
            return PaymentResult(outcome=Outcome.UNKNOWN, terminal_ref=terminal_ref, reason="terminal.silent")
        known = self._world.bank.known.get(terminal_ref)
        if known is None:
            return PaymentResult(outcome=Outcome.NOT_PERFORMED, terminal_ref=terminal_ref, reason="terminal.not_found")
        return self._approved(terminal_ref, known.cents, known.number, amount_cents)

    def close(self) -> None:
        """Nothing to give back."""

    def _run(self, kind: str, ref: str, cents: int, voids: str = "") -> PaymentResult:
        how, self.next = self.next, FINE
        journal = self._ask("SELECT 1 FROM terminal_attempt WHERE terminal_ref = ? AND state = 'dispatching'", ref)
        if not journal:
            self._world.wrong(f"{self._device}: {kind} {ref} was sent before it was written down")
        if how == "part" and (kind != "sale" or cents < 2):
            how = FINE
        if how == "not_sent":
            raise DeviceMissing("device.port_absent", device="reader")
        if how == "declined":
            return PaymentResult(outcome=Outcome.DECLINED, terminal_ref=ref, host_text="DECLINED")
        if how == "silent_before":
            self.silent = 1
            return PaymentResult(outcome=Outcome.UNKNOWN, terminal_ref=ref, reason="terminal.silent")
        moved = self._world.bank.move(ref, self._tenant, kind, cents // 2 if how == "part" else cents, voids)
        if how == "silent_after":
            self.silent = 1
            return PaymentResult(outcome=Outcome.UNKNOWN, terminal_ref=ref, reason="terminal.silent")
        answer = self._approved(ref, moved.cents, moved.number, cents)
        if how == "odd_reference":
            return PaymentResult(outcome=answer.outcome, approved_cents=moved.cents, terminal_ref="9" * 12)
        return answer

    def _approved(self, ref: str, cents: int, number: str, asked: int) -> PaymentResult:
        outcome = Outcome.APPROVED if cents == asked else Outcome.PARTIALLY_APPROVED
        return PaymentResult(
            outcome=outcome, approved_cents=cents, due_cents=asked - cents, terminal_ref=ref, terminal_txn_no=number,
            host_ref=f"h{number}", auth_code="A1", card=CardInfo(brand="VISA", last4="4242"),
        )  # fmt: skip


PRINTERS: dict[str, SimPrinter] = {}
"""The printer of each desk that is up, by device: for who would print past the spool."""


class SimPrinter:
    """A receipt printer with a drawer at one desk."""

    def __init__(self, world: World, device: str, ask: Ask) -> None:
        self._world, self._device, self._ask = world, device, ask
        self.next = FINE
        PRINTERS[device] = self

    def status(self) -> PrinterStatus:
        if self.next == "paper_out":
            return PrinterStatus(DeviceStatus(DeviceState.ERROR, Reason.PAPER_OUT))
        return PrinterStatus(DeviceStatus(DeviceState.READY))

    def print_bytes(self, data: bytes, begun: Callable[[], None] = nobody_waits) -> PrintResult:
        how, self.next = self.next, FINE
        if how == "absent":
            raise DeviceMissing("device.port_absent", device="printer")
        if how == "dies_before":
            return PrintResult.UNKNOWN
        begun()
        number = receipt_no_on(data)
        jobs = self._ask("SELECT 1 FROM print_job WHERE state = 'sending' AND document LIKE ?", f'%"{number}"%')
        self._world.paper.append(Paper(self._device, number, bool(jobs)))
        return PrintResult.UNKNOWN if how == "dies_after" else PrintResult.PRINTED

    def open_drawer(self, pin: int = 2) -> None:
        if self.next == "absent":
            self.next = FINE
            raise DeviceTimeout("device.silent", device="drawer")
        for (job_id,) in self._ask("SELECT job_id FROM print_job WHERE kind = 'drawer' AND state = 'sending'"):
            self._world.pulses[job_id] += 1
            if self._world.pulses[job_id] > 1:
                self._world.wrong(f"{self._device}: the drawer opened twice for one pulse")
            return
        self._world.wrong(f"{self._device}: the drawer opened before that was written down")

    def close(self) -> None:
        """Nothing to give back."""


def trouble(rng: Random, of_hundred: int, kinds: tuple[str, ...]) -> str:
    """How the next thing goes."""
    return rng.choice(kinds) if chance(rng, of_hundred) else FINE
