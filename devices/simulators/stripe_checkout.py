"""Checkout at the simulated Stripe: sessions, and the hosted page on which a patient types a card.

The page is a plain form that works without script, at this computer's own address. What becomes of a card follows its
published test number; one that asks for its holder gets a second page, where a bank would put its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from devices.simulators import stripe_money_shapes as money
from devices.simulators import stripe_shapes as shapes
from devices.simulators.stripe_books import LEAST_CENTS, Books, card_of
from devices.simulators.stripe_cards import Card
from devices.simulators.stripe_checkout_pages import ask_page, bank_page, gone_page
from devices.simulators.stripe_debits import KIND, BankAccount, account_of
from devices.simulators.stripe_errors import ApiError, wrong
from devices.simulators.stripe_http import Request, Response

Shape = dict[str, Any]
SOONEST_S, LATEST_S = 30 * 60, 24 * 3600
"""A session may end so long after it was made."""
SESSION_ID = "{CHECKOUT_SESSION_ID}"


class Checkout:
    """The sessions of one account. `base` says where its pages are reached."""

    def __init__(self, books: Books, base: Callable[[], str]) -> None:
        self._books, self._base = books, base
        self.opened = 0

    # The API ----------------------------------------------------------------------------------------------------------

    def create(self, said: Shape) -> Shape:
        """A new session. Raises ApiError for what a session cannot be."""
        self._check(said)
        now = self._books.now()
        ends = said.get("expires_at", now + LATEST_S)
        if not now + SOONEST_S - 60 <= ends <= now + LATEST_S + 60:
            raise wrong("", "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session "
                        "creation.", "expires_at")  # fmt: skip
        made = self._books.keep("checkout.session", money.checkout_session(now, said, ends, self._base()))
        if made["mode"] == "setup":
            made["setup_intent"] = self._books.keep("setup_intent", money.session_setup(now, said))["id"]
        return made

    def _check(self, said: Shape) -> None:
        mode = said.get("mode", "payment")
        if mode not in ("payment", "setup"):
            raise wrong("", f"Mode {mode} is not simulated here.", "mode")
        if said.get("ui_mode", "hosted_page") != "hosted_page":
            raise wrong("", "Only hosted pages are simulated here.", "ui_mode")
        if "success_url" not in said:
            raise wrong("parameter_missing", "Missing required param: success_url.", "success_url")
        if said.get("customer"):
            self._books.find("customer", said["customer"], "customer")
        if mode == "setup":
            if said.get("line_items"):
                raise wrong("", "You can not pass `line_items` in `setup` mode.", "line_items")
            if not said.get("currency"):
                raise wrong("parameter_missing", "Missing required param: currency.", "currency")
            return
        if not said.get("line_items"):
            raise wrong("parameter_missing", "Missing required param: line_items.", "line_items")
        if money.total_of(said) < LEAST_CENTS:
            raise wrong("amount_too_small", "The Checkout Session's total amount due must add up to at least $0.50 usd",
                        "line_items")  # fmt: skip

    def seen(self, name: str) -> Shape:
        """A session as it stands now. Raises ApiError 404."""
        found = self._books.find("checkout.session", name, "session")
        if found["status"] == "open" and self._books.now() >= found["expires_at"]:
            self._end(found)
        return found

    def expire(self, name: str) -> Shape:
        """Take a page back."""
        found = self.seen(name)
        if found["status"] != "open":
            raise wrong("", f"Only Checkout Sessions with a status of `open` can be expired; this one is "
                        f"`{found['status']}`.")  # fmt: skip
        self._end(found)
        return found

    def _end(self, session: Shape) -> None:
        session.update(status="expired", url=None)
        self._books.happened("checkout.session.expired", session)

    # The page ---------------------------------------------------------------------------------------------------------

    def page(self, request: Request) -> Response:
        """`GET` shows the form, `POST` is the patient's card or bank account, or at the bank's page the answer."""
        name = request.path.rsplit("/", 1)[-1]
        try:
            session = self.seen(name)
        except ApiError:
            return gone_page("This page does not exist.", "", 404)
        self.opened += 1
        if session["status"] == "complete":
            return gone_page(_over(session), _back(session))
        if session["status"] == "expired":
            return gone_page("This page has expired.", session["cancel_url"] or "")
        if request.method != "POST":
            return ask_page(session, "")
        by_bank = "account" in request.params and KIND in session["payment_method_types"]
        return self._debited(session, request.params) if by_bank else self._paid(session, request.params)

    def _debited(self, session: Shape, typed: Shape) -> Response:
        """A bank account was typed: its bank is asked, or it is saved."""
        digits = {name: "".join(sign for sign in str(typed.get(name, "")) if sign.isdecimal())
                  for name in ("routing", "account")}  # fmt: skip
        try:
            account = account_of(digits["routing"], digits["account"])
        except ApiError:
            return ask_page(session, "Your bank account numbers are invalid.", 402)
        if not str(typed.get("holder", "")).strip():
            return ask_page(session, "The name on the account is missing.", 402)
        (self._debit if session["mode"] == "payment" else self._keep_account)(session, account)
        return _elsewhere(_back(session))

    def _debit(self, session: Shape, account: BankAccount) -> None:
        known = self._books.things["payment_intent"].get(session["payment_intent"] or "")
        intent = known if known is not None else self._intent_of(session)
        customer = session["customer"]
        method = self._books.debits.save(account, customer if intent["setup_future_usage"] else None)
        self._books.debits.begin(intent, account, method)
        session.update(status="complete", payment_status="unpaid", url=None)
        self._books.happened("checkout.session.completed", session)

    def _keep_account(self, session: Shape, account: BankAccount) -> None:
        intent = self._books.find("setup_intent", session["setup_intent"])
        intent.update(status="succeeded", payment_method=self._books.debits.save(account, session["customer"]))
        session.update(status="complete", payment_status="no_payment_required", url=None)
        self._books.happened("setup_intent.succeeded", intent)
        self._books.happened("checkout.session.completed", session)

    def _paid(self, session: Shape, typed: Shape) -> Response:
        number = "".join(sign for sign in str(typed.get("number", "")) if sign.isdecimal())
        try:
            card = card_of(number, 0)
        except ApiError:
            return ask_page(session, "Your card number is invalid.", 402)
        if not str(typed.get("expiry", "")).strip() or not str(typed.get("cvc", "")).strip():
            return ask_page(session, "Your card's expiry or security code is missing.", 402)
        answer = str(typed.get("bank", ""))
        if card.asks and not answer:
            return bank_page(session, typed)
        declines = "authentication_required/authentication_required" if answer == "fail" else card.declines
        work = self._take if session["mode"] == "payment" else self._keep_only
        why = work(session, card, declines, typed)
        return ask_page(session, why, 402) if why else _elsewhere(_back(session))

    def _take(self, session: Shape, card: Card, declines: str, typed: Shape) -> str:
        """Charge the card. Returns what the page says instead, where it was declined."""
        intent = self._books.things["payment_intent"].get(session["payment_intent"] or "")
        if intent is None:
            intent = self._intent_of(session)
        if declines:
            self._books.decline(intent, card, None, declines)
            return "Your card was declined. Try another card."
        customer = session["customer"]
        wanted = intent["setup_future_usage"] or _saves(session, typed)
        made_of = self._books.approve(intent, card, None)
        if customer:
            redisplay = "always" if _saves(session, typed) else "limited" if wanted else "unspecified"
            kept = (
                self._books.save_card(card, customer if wanted else None, None, redisplay) or made_of["payment_method"]
            )
            made_of["payment_method"] = intent["payment_method"] = kept
        session.update(status="complete", payment_status="paid", url=None)
        self._books.happened("charge.succeeded", made_of)
        self._books.happened("checkout.session.completed", session)
        return ""

    def _intent_of(self, session: Shape) -> Shape:
        said = session["_payment_intent_data"]
        made = self._books.keep("payment_intent", shapes.payment_intent(self._books.now(), {
            "amount": session["amount_total"], "currency": session["currency"], "customer": session["customer"],
            "allowed_payment_method_types": session["payment_method_types"], **said,
        }))  # fmt: skip
        session["payment_intent"] = made["id"]
        return made

    def _keep_only(self, session: Shape, card: Card, declines: str, _typed: Shape) -> str:
        """Save the card without charging it."""
        if declines:
            return "Your card was declined. Try another card."
        intent = self._books.find("setup_intent", session["setup_intent"])
        kept = self._books.save_card(card, session["customer"], None, "always")
        intent.update(status="succeeded", payment_method=kept)
        session.update(status="complete", payment_status="no_payment_required", url=None)
        self._books.happened("setup_intent.succeeded", intent)
        self._books.happened("checkout.session.completed", session)
        return ""


def _saves(session: Shape, typed: Shape) -> bool:
    options = session["saved_payment_method_options"] or {}
    return options.get("payment_method_save") == "enabled" and typed.get("save") == "on"


def _over(session: Shape) -> str:
    if session["mode"] == "setup":
        return "Your card is saved."
    return "You have paid already." if session["payment_status"] == "paid" else "Your bank has been asked already."


def _back(session: Shape) -> str:
    return str(session["success_url"]).replace(SESSION_ID, quote(str(session["id"])))


def _elsewhere(url: str) -> Response:
    return Response(303, headers={"location": url, "content-type": "text/html; charset=utf-8"}, text=" ")


def shown(session: Shape) -> Shape:
    """A session as the API answers it: what is kept beside it stays here."""
    return {name: value for name, value in session.items() if not name.startswith("_")}
