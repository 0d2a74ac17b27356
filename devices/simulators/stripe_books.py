"""The money of a simulated Stripe account: intents, charges, refunds, customers, saved cards, and what happened.

This is the oracle of the tests: what is captured here is the truth a till must agree with.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from typing import Any

from devices.simulators import stripe_shapes as shapes
from devices.simulators.faults import FaultPlan
from devices.simulators.stripe_cards import CARDS, Card, with_amount
from devices.simulators.stripe_debits import KIND, Debits
from devices.simulators.stripe_errors import ApiError, missing, wrong

Shape = dict[str, Any]
LEAST_CENTS = 50
CANCELLABLE = frozenset({"requires_payment_method", "requires_confirmation", "requires_action", "requires_capture",
                         "processing"})  # fmt: skip


class Books:
    """Every object of one account, by id. `told(event)` hears what happened."""

    def __init__(self, plan: FaultPlan, told: Callable[[Shape], None]) -> None:
        self.plan, self._told = plan, told
        self.things: dict[str, dict[str, Shape]] = {kind: {} for kind in (
            "payment_intent", "setup_intent", "charge", "refund", "customer", "payment_method", "event",
            "checkout.session", "dispute", "payout", "balance_transaction",
        )}  # fmt: skip
        self._cards: dict[str, Card] = {}
        self.debits = Debits(self)
        self._approvals = 0

    def now(self) -> int:
        """Stripe's clock, in seconds; `clock-skew` sets it wrong."""
        skew = self.plan.peek("clock-skew")
        return int(time.time()) + (int(skew.argument or "3600") if skew else 0)

    def find(self, kind: str, name: str, param: str = "id") -> Shape:
        """An object. Raises ApiError 404."""
        found = self.things[kind].get(name)
        if found is None:
            raise missing(kind, name, param)
        return found

    def keep(self, kind: str, made: Shape) -> Shape:
        """Keep a new object."""
        self.things[kind][made["id"]] = made
        return made

    def happened(self, kind: str, about: Shape) -> None:
        """Note an event and tell it. What is kept beside an object (`_…`) stays here."""
        told = {name: value for name, value in copy.deepcopy(about).items() if not name.startswith("_")}
        made = self.keep("event", shapes.event(self.now(), kind, told))
        self._told(made)

    def captured_cents(self) -> int:
        """All money this account took, less what went back."""
        took = sum(each["amount_captured"] for each in self.things["charge"].values())
        gave = sum(each["amount"] for each in self.things["refund"].values()
                   if each["status"] in ("succeeded", "pending"))  # fmt: skip
        return int(took - gave)

    # PaymentIntents ---------------------------------------------------------------------------------------------------

    def create_intent(self, said: Shape) -> Shape:
        """A new PaymentIntent; with `confirm` a saved card is charged at once."""
        if said["amount"] < LEAST_CENTS:
            raise wrong("amount_too_small", "Amount must be at least $0.50 usd", "amount")
        if said["currency"] != "usd":
            raise wrong("", f"Invalid currency: {said['currency']}.", "currency")
        if said.get("customer"):
            self.find("customer", said["customer"], "customer")
        intent = self.keep("payment_intent", shapes.payment_intent(self.now(), said))
        self.happened("payment_intent.created", intent)
        if said.get("payment_method"):
            intent["status"] = "requires_confirmation"
        if said.get("confirm"):
            self._charge_saved(intent, said)
        return intent

    def confirm_intent(self, name: str, said: Shape) -> Shape:
        """Charge the saved card of an intent, or the one that is named."""
        intent = self.find("payment_intent", name)
        if intent["status"] not in ("requires_payment_method", "requires_confirmation"):
            raise self._unexpected(intent, "confirm")
        self._charge_saved(intent, {"payment_method": intent["payment_method"], **said})
        return intent

    def update_intent(self, name: str, said: Shape) -> Shape:
        """Change amount, metadata and the like, as long as nothing was charged."""
        intent = self.find("payment_intent", name)
        if "amount" in said and intent["status"] not in ("requires_payment_method", "requires_confirmation"):
            raise self._unexpected(intent, "update")
        intent["metadata"].update(said.pop("metadata", {}))
        intent.update({key: value for key, value in said.items() if key in intent and key != "expand"})
        return intent

    def cancel_intent(self, name: str, said: Shape) -> Shape:
        """Give an intent up. Raises ApiError `payment_intent_unexpected_state` once it succeeded or was canceled."""
        intent = self.find("payment_intent", name)
        if intent["status"] not in CANCELLABLE:
            raise self._unexpected(intent, "cancel")
        intent.update(status="canceled", canceled_at=self.now(), amount_capturable=0,
                      cancellation_reason=said.get("cancellation_reason"))  # fmt: skip
        self.happened("payment_intent.canceled", intent)
        return intent

    def capture_intent(self, name: str, said: Shape) -> Shape:
        """Take what was authorised."""
        intent = self.find("payment_intent", name)
        if intent["status"] != "requires_capture":
            raise self._unexpected(intent, "capture")
        cents: int = said.get("amount_to_capture") or intent["amount_capturable"]
        self.capture(intent, self.things["charge"][intent["latest_charge"]], cents)
        return intent

    def approve(self, intent: Shape, card: Card, present: Shape | None) -> Shape:
        """The bank said yes: the money moves here and now (or is held, where capture is by hand)."""
        self._approvals += 1
        if present is not None:
            present["authorization_code"] = f"{(123456 + 97_931 * self._approvals) % 1_000_000:06d}"
        made = self.keep("charge", shapes.charge(self.now(), intent, card, present))
        self._cards[made["id"]] = card
        intent.update(latest_charge=made["id"], payment_method=made["payment_method"], last_payment_error=None)
        if intent["capture_method"] == "manual" or self.plan.take("requires-capture"):
            intent.update(status="requires_capture", amount_capturable=intent["amount"])
            self.happened("payment_intent.amount_capturable_updated", intent)
        else:
            self.capture(intent, made, intent["amount"])
        return made

    def decline(self, intent: Shape, card: Card, present: Shape | None, declines: str) -> Shape:
        """The bank said no. Returns the error as it stands in `last_payment_error`."""
        code, _, decline_code = declines.partition("/")
        decline_code = decline_code or code
        made = self.keep("charge", shapes.charge(self.now(), intent, card, present))
        shapes.fail_charge(made, code, decline_code)
        error = {
            "type": "card_error", "code": code, "decline_code": decline_code, "charge": made["id"],
            "message": "Your card was declined.", "doc_url": f"https://stripe.com/docs/error-codes/{code}",
        }  # fmt: skip
        intent.update(status="requires_payment_method", last_payment_error=error, latest_charge=made["id"],
                      payment_method=None)  # fmt: skip
        self.happened("payment_intent.payment_failed", intent)
        return error

    def save_card(self, card: Card, customer_id: str | None, made_of: str | None, redisplay: str) -> str | None:
        """A reusable card; None for a phone's wallet, and where `generated-card-null` says so."""
        if card.wallet or self.plan.take("generated-card-null"):
            return None
        made = self.keep("payment_method", shapes.payment_method(self.now(), card, customer_id, made_of, redisplay))
        self._cards[made["id"]] = card
        return str(made["id"])

    def detach_card(self, name: str) -> Shape:
        """Take a saved card off its customer: it is charged no more."""
        method = self.find("payment_method", name)
        if method["customer"] is None:
            raise wrong("", "The payment method you provided is not attached to a customer so detachment is "
                        "impossible.", "payment_method")  # fmt: skip
        method["customer"] = None
        return method

    def _charge_saved(self, intent: Shape, said: Shape) -> None:
        method = self.find("payment_method", said.get("payment_method", ""), "payment_method")
        if method["customer"] is None:
            raise wrong("", "The provided PaymentMethod was previously detached.", "payment_method")
        if intent["customer"] and method["customer"] != intent["customer"]:
            raise wrong("resource_missing", f"The customer does not have a payment method with the ID {method['id']}.",
                        "payment_method")  # fmt: skip
        if method["type"] not in intent["payment_method_types"]:
            raise wrong("", f"The PaymentMethod provided ({method['type']}) is not allowed for this PaymentIntent.",
                        "payment_method")  # fmt: skip
        if method["type"] == KIND:
            self.debits.begin(intent, self.debits.saved(method["id"]), method["id"])
            return
        card = with_amount(self._cards[method["id"]], intent["amount"])
        asks = card.asks or bool(self.plan.take("authentication-required"))
        refused = "authentication_required/authentication_required" if asks else ""
        declines = refused or card.declines
        if declines:
            error = self.decline(intent, card, None, declines)
            told = {"decline_code": error["decline_code"], "payment_intent": intent, "charge": error["charge"]}
            raise ApiError(402, "card_error", error["code"], "Your card was declined.", **told)
        self.approve(intent, card, None)

    def capture(self, intent: Shape, made: Shape, cents: int) -> None:
        """The money is the account's."""
        made.update(captured=True, amount_captured=cents, balance_transaction=shapes.new_id("txn"))
        intent.update(status="succeeded", amount_received=cents, amount_capturable=0)
        self.happened("payment_intent.succeeded", intent)

    @staticmethod
    def _unexpected(intent: Shape, verb: str) -> ApiError:
        return wrong("payment_intent_unexpected_state", f"You cannot {verb} this PaymentIntent because it has a "
                     f"status of {intent['status']}.", payment_intent=intent)  # fmt: skip

    # Refunds ----------------------------------------------------------------------------------------------------------

    def create_refund(self, said: Shape) -> Shape:
        """Money back, whole or in part. Raises ApiError `charge_already_refunded`, `charge_disputed`, and for more
        than is left."""
        made_of = self._charge_to_refund(said)
        left = made_of["amount_captured"] - made_of["amount_refunded"]
        if made_of["disputed"]:
            raise wrong("charge_disputed", f"Charge {made_of['id']} has been charged back.")
        if left <= 0:
            raise wrong("charge_already_refunded", f"Charge {made_of['id']} has already been refunded.")
        cents = said.get("amount", left)
        if not 0 < cents <= left:
            raise wrong("", f"Refund amount ({cents}) is greater than unrefunded amount on charge ({left})", "amount")
        made = self.keep("refund", shapes.refund(self.now(), made_of, cents, said))
        if self.plan.take("refund-pending") or KIND in made_of["payment_method_details"]:
            made["status"] = "pending"
        made_of["amount_refunded"] += cents
        made_of["refunded"] = made_of["amount_refunded"] == made_of["amount"]
        self.happened("refund.created", made)
        self.happened("charge.refunded", made_of)
        return made

    def settle_refunds(self) -> None:
        """Days go by: what waited succeeds, or fails for a card that has gone (`refund-fails`)."""
        for made in self.things["refund"].values():
            card = self._cards.get(made["charge"])
            fails = bool(card and card.refund_fails) or bool(self.plan.take("refund-fails"))
            if made["status"] in ("pending", "succeeded") and fails:
                self._fail_refund(made)
            elif made["status"] == "pending":
                made["status"] = "succeeded"
                self.happened("refund.updated", made)

    def _fail_refund(self, made: Shape) -> None:
        made.update(status="failed", failure_reason="expired_or_canceled_card")
        made_of = self.things["charge"][made["charge"]]
        made_of["amount_refunded"] -= made["amount"]
        made_of["refunded"] = False
        self.happened("refund.failed", made)

    def _charge_to_refund(self, said: Shape) -> Shape:
        if "charge" in said:
            return self.find("charge", said["charge"], "charge")
        intent = self.find("payment_intent", said.get("payment_intent", ""), "payment_intent")
        if intent["latest_charge"] is None or intent["status"] != "succeeded":
            raise wrong("", "This PaymentIntent does not have a successful charge to refund.", "payment_intent")
        return self.find("charge", intent["latest_charge"])

    def attach(self, name: str, customer_id: str | None) -> Shape:
        """A saved card becomes a customer's, or with None nobody's any more."""
        method = self.find("payment_method", name, "payment_method")
        if customer_id is None and method["customer"] is None:
            raise wrong(
                "", "The payment method you provided is not attached to a customer so detachment is impossible."
            )
        method["customer"] = customer_id
        self.happened("payment_method.attached" if customer_id else "payment_method.detached", method)
        return method


def card_of(number: str, cents: int) -> Card:
    """The test card of this number, as the amount makes it behave. Raises ApiError `incorrect_number`."""
    card = CARDS.get(number)
    if card is None:
        raise ApiError(402, "card_error", "incorrect_number", "Your card number is incorrect.", "number")
    return with_amount(card, cents)
