"""What lies behind the simulated account: its balance, line by line, payouts to the bank, and banks that take back."""

from __future__ import annotations

from typing import Any

from devices.simulators import stripe_money_shapes as money
from devices.simulators.stripe_books import Books
from devices.simulators.stripe_errors import wrong

Shape = dict[str, Any]
DISPUTE_FEE = 1_500
DAY_S = 86_400


def fee_of(cents: int) -> int:
    """What the processor keeps of a charge: 2.9 % and 30 cents, rounded half up."""
    return (cents * 29 + 500) // 1000 + 30


class Bank:
    """Reads the books' charges and refunds, and pays them out when it is told."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def lines(self) -> dict[str, Shape]:
        """Every line of the balance, by id; new charges, refunds and disputes are booked first."""
        things = self._books.things
        for charge in things["charge"].values():
            if charge["captured"] and charge["balance_transaction"] not in things["balance_transaction"]:
                self._book(charge, "charge", charge["amount_captured"], fee_of(charge["amount_captured"]))
        for refund in things["refund"].values():
            if refund["status"] == "succeeded" and refund["balance_transaction"] is None:
                self._book(refund, "refund", -refund["amount"], 0)
        return things["balance_transaction"]

    def _book(self, about: Shape, kind: str, cents: int, fee: int) -> Shape:
        now = self._books.now()
        made = money.balance_transaction(now, kind, about["id"], cents, fee)
        if isinstance(about.get("balance_transaction"), str):
            made["id"] = about["balance_transaction"]
        elif "balance_transaction" in about:
            about["balance_transaction"] = made["id"]
        return self._books.keep("balance_transaction", made)

    def pay_out(self) -> Shape:
        """A day ends: what has not been paid out goes to the bank. Raises ApiError where there is nothing."""
        waiting = [line for line in self.lines().values() if not line.get("_payout")]
        cents = sum(line["net"] for line in waiting)
        if cents <= 0:
            raise wrong("balance_insufficient", "You have insufficient funds in your Stripe account.")
        now = self._books.now()
        made = self._books.keep("payout", money.payout(now, cents, (now // DAY_S + 1) * DAY_S))
        for line in waiting:
            line["_payout"] = made["id"]
        self._books.happened("payout.created", made)
        return made

    def arrive(self, name: str) -> None:
        """The bank has it."""
        made = self._books.find("payout", name)
        made["status"] = "paid"
        self._books.happened("payout.paid", made)

    def bounce(self, name: str) -> None:
        """The bank sends a payout back."""
        made = self._books.find("payout", name)
        made.update(status="failed", failure_code="account_closed", failure_message="The bank account was closed.")
        self._books.happened("payout.failed", made)

    def dispute(self, said: str) -> Shape:
        """The patient's bank takes a charge back: `CHARGE [REASON]`."""
        charge_id, _, reason = said.partition(" ")
        charge = self._books.find("charge", charge_id)
        charge["disputed"] = True
        made = self._books.keep("dispute", money.dispute(self._books.now(), charge, reason or "fraudulent"))
        line = self._book(made, "adjustment", -charge["amount_captured"], DISPUTE_FEE)
        made["balance_transactions"].append({name: value for name, value in line.items() if name != "_payout"})
        self._books.happened("charge.dispute.created", made)
        if made["status"] == "lost":
            self._books.happened("charge.dispute.closed", made)
        return made

    def decide(self, dispute_id: str, status: str) -> None:
        """`won` or `lost`."""
        made = self._books.find("dispute", dispute_id)
        made["status"] = status
        if status == "won":
            self._book({"id": made["id"]}, "adjustment", made["amount"], 0)
        self._books.happened("charge.dispute.closed", made)
