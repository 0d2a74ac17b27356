"""Bank accounts at the simulated Stripe: its published test numbers, and debits whose banks answer days later.

A debit is begun and then waits (`processing`) until days go by (`settle`): then its bank pays or refuses it, as its
number says. What was paid may come back for good (`take_back`). Account numbers stay inside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from devices.simulators import stripe_shapes as shapes
from devices.simulators.stripe_errors import ApiError

if TYPE_CHECKING:
    from devices.simulators.stripe_books import Books

Shape = dict[str, Any]
KIND = "us_bank_account"
ROUTING = "110000000"
BANK = "STRIPE TEST BANK"


@dataclass(frozen=True, slots=True)
class BankAccount:
    """`fails` is the code with which its bank refuses a debit, days later."""

    number: str
    fails: str = ""

    @property
    def last4(self) -> str:
        return self.number[-4:]


ACCOUNTS = {account.number: account for account in (
    BankAccount("000123456789"),
    BankAccount("000111111113", "account_closed"),
    BankAccount("000111111116", "no_account"),
    BankAccount("000222222227", "insufficient_funds"),
    BankAccount("000333333335", "debit_not_authorized"),
)}  # fmt: skip
"""By number."""


def account_of(routing: str, number: str) -> BankAccount:
    """The test account of these numbers. Raises ApiError."""
    known = ACCOUNTS.get(number) if routing == ROUTING else None
    if known is None:
        code = "account_number_invalid" if routing == ROUTING else "routing_number_invalid"
        raise ApiError(400, "invalid_request_error", code, "You must use a test bank account number.")
    return known


class Debits:
    """The debits of one account at the processor."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._accounts: dict[str, BankAccount] = {}

    def begin(self, intent: Shape, account: BankAccount, method: str) -> Shape:
        """The bank is asked; nothing has come. `method` names a saved account (empty: this once)."""
        books = self._books
        made = books.keep("charge", shapes.charge_of(books.now(), intent, KIND, _details(account)))
        made.update(status="pending", paid=False, payment_method=method or made["payment_method"])
        self._accounts[intent["id"]] = account
        intent.update(status="processing", latest_charge=made["id"], payment_method=made["payment_method"],
                      last_payment_error=None)  # fmt: skip
        books.happened("payment_intent.processing", intent)
        books.happened("charge.pending", made)
        return made

    def save(self, account: BankAccount, customer: str | None) -> str:
        """An account that may be debited again. Returns its id."""
        made = self._books.keep("payment_method", shapes.bank_method(self._books.now(), _details(account), customer))
        self._accounts[made["id"]] = account
        return str(made["id"])

    def saved(self, method: str) -> BankAccount:
        """The account behind a saved method."""
        return self._accounts[method]

    def settle(self) -> None:
        """Days go by: every bank that was asked answers."""
        waiting = [each for each in self._books.things["payment_intent"].values() if each["status"] == "processing"]
        for intent in waiting:
            fails = self._accounts[intent["id"]].fails
            self._refused(intent, fails) if fails else self._paid(intent)

    def _paid(self, intent: Shape) -> None:
        books, charge = self._books, self._books.things["charge"][intent["latest_charge"]]
        charge.update(status="succeeded", paid=True)
        books.happened("charge.succeeded", charge)
        books.capture(intent, charge, intent["amount"])
        self._page(intent, "async_payment_succeeded", payment_status="paid")

    def _refused(self, intent: Shape, code: str) -> None:
        books, charge = self._books, self._books.things["charge"][intent["latest_charge"]]
        charge.update(status="failed", paid=False, failure_code=code, failure_message="The bank did not pay.")
        books.happened("charge.failed", charge)
        method = {"id": intent["payment_method"], "object": "payment_method", "type": KIND}
        error = {"type": "invalid_request_error", "code": code, "charge": charge["id"], "payment_method": method,
                 "message": "The bank did not pay."}  # fmt: skip
        intent.update(status="requires_payment_method", last_payment_error=error, payment_method=None)
        books.happened("payment_intent.payment_failed", intent)
        self._page(intent, "async_payment_failed")

    def _page(self, intent: Shape, what: str, **said: str) -> None:
        sessions = self._books.things["checkout.session"].values()
        for session in [each for each in sessions if each["payment_intent"] == intent["id"]]:
            session.update(said)
            self._books.happened(f"checkout.session.{what}", session)


def _details(account: BankAccount) -> Shape:
    return {
        "account_holder_type": "individual", "account_type": "checking", "bank_name": BANK, "expected_debit_date": None,
        "fingerprint": "bankaccount" + account.last4.translate(str.maketrans("0123456789", "ghijklmnop")),
        "last4": account.last4, "mandate": shapes.new_id("mandate"), "payment_reference": None,
        "routing_number": ROUTING,
    }  # fmt: skip
