"""What is owed, and paying it: all, chosen lines or a part, with a kept card or a new one (S1-04 … S1-09).

A form carries the name of its order and what its page showed. Sent again it is the same order; sent when the account
has moved meanwhile (another tab, the desk), it is not taken but shown anew. Money is only ever asked for under the
order's name, so that no click and no crash takes it twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from starlette.responses import Response

from models.basics.clock import parse_utc, utc_text
from models.basics.errors import PosError, RuleBroken, StorageError
from models.basics.ids import new_id
from models.basics.money import parse_cents, show_cents
from models.operations.codec import to_json
from models.operations.kept_cards import STRIPE
from models.operations.online import OnlineItem
from models.rules.addresses import email_address
from models.rules.people import display_name
from models.store.hub_reading import HubReader
from models.store.portal_rows import AccountRow, OrderRow
from models.store.queries import asks
from models.store.queries.asks import AskNote
from models.store.queries.kept_cards import KeptCardRow
from server.online.offered import (
    ChargeAsk,
    Charged,
    CheckoutAsk,
    Declined,
    OnlineMoney,
    Processing,
    SaveAsk,
    SaveConsent,
    Unposted,
)  # fmt: skip
from server.portal import balance
from server.portal.account import kept, saw, signed_in
from server.portal.balance import Owed, Standing
from server.portal.web import Gone, Page, Visit

CHANNEL = "portal"
NEW_CARD = "new"
CONSENT = {False: "portal-1", True: "portal-2"}
"""The version of `pay.keep_words`, and with bank debits of `pay.keep_words_bank`."""
_ORDER_LETTERS = 64


@dataclass(frozen=True, slots=True)
class Offer:
    """What the page of payments shows: the account, what of it is on its way, what may be paid and how. Cents."""

    standing: Standing
    unposted: tuple[Unposted, ...]
    cards: tuple[KeptCardRow, ...]
    ready: bool
    most_cents: int
    least_cents: int

    @property
    def pending_cents(self) -> int:
        """Paid from home and not on the account yet (N49)."""
        return sum(each.amount_cents for each in self.unposted if not each.processing)

    @property
    def processing_cents(self) -> int:
        """What banks were asked for and have not answered."""
        return sum(each.amount_cents for each in self.unposted if each.processing)

    @property
    def less_cents(self) -> int:
        """What is off the sum of the lines already."""
        off = self.standing.credit_cents + self.pending_cents + self.processing_cents
        return min(off, self.standing.owed_cents)

    @property
    def to_pay_cents(self) -> int:
        """What is left to pay."""
        return self.standing.owed_cents - self.less_cents

    @property
    def payable_cents(self) -> int:
        """What of it may be paid from home."""
        return min(self.to_pay_cents, self.standing.online_cents)

    @property
    def proposed_cents(self) -> int:
        """What the form begins with."""
        return min(self.to_pay_cents, self.standing.proposed_cents)

    @property
    def seen(self) -> str:
        """What a form was made from."""
        lines = [[line.key, line.cents] for line in self.standing.owed]
        return hashlib.sha256(orjson.dumps([lines, self.less_cents, self.most_cents])).hexdigest()[:32]


def money_of(visit: Visit) -> OnlineMoney:
    """What the hub takes money with."""
    return visit.hub.online


def offer_of(visit: Visit, account: AccountRow) -> Offer:
    """The account as it stands. Raises Gone where its patient is."""
    rows, rules = visit.hub.portal.rows, visit.clinic.rules
    found, cards = rows.read(visit.tenant, lambda reader: (
        balance.standing(reader, visit.clinic, account.patient_id), kept(reader, visit, account)))  # fmt: skip
    if found is None:
        raise Gone
    money = money_of(visit)
    ready = rules.portal_payments and money.takes(visit.tenant)
    offer = Offer(found, money.recent_unposted(visit.tenant, found.owner.id), tuple(_usable(visit, cards)), ready, 0, 0)
    most = offer.payable_cents if rules.portal_balance_only else LARGEST_CENTS
    least = min(max(rules.portal_minimum_cents, 1), most) if rules.portal_balance_only else rules.portal_minimum_cents
    return Offer(found, offer.unposted, offer.cards, ready, most, max(least, 1))


LARGEST_CENTS = 1_000_000
"""More than $10,000.00 is not paid here beyond what is owed."""


def _usable(visit: Visit, cards: Sequence[KeptCardRow]) -> Sequence[KeptCardRow]:
    """Those that can be charged from here: of the processor online, not expired."""
    today = visit.clinic.today(visit.hub.clock.now())
    return [each for each in cards if each.processor == STRIPE
            and (not each.exp_year or (each.exp_year, each.exp_month) >= (today.year, today.month))]  # fmt: skip


# The page -------------------------------------------------------------------------------------------------------------


def payments(visit: Visit) -> Response:
    """What they owe, what came, and a form to pay (S1-04)."""
    account = signed_in(visit, "payments")
    return _payments(visit, account, offer_of(visit, account))


def _payments(visit: Visit, account: AccountRow, offer: Offer, wrong: str = "", **typed: object) -> Response:
    saw(visit, account, [each.id for each in offer.standing.members], "payments")
    amount = show_cents(offer.proposed_cents, symbol="") if offer.proposed_cents else ""
    known: dict[str, object] = {
        "amount": amount, "chosen": None, "with_card": "", "keep": False,
        "order": new_id(),
    }  # fmt: skip
    owner = offer.standing.owner
    return visit.render(
        "payments.html", 422 if wrong else 200, offer=offer, standing=offer.standing, wrong=wrong,
        name=owner.given or owner.family, now=visit.hub.clock.now().astimezone(visit.clinic.zone),
        receipt_to=_receipt_to(offer), mail_receipts=visit.clinic.rules.online_receipts,
        keep_words=_keep_words(visit), notes=_notes(visit, offer), **(known | typed),
    )  # fmt: skip


def _notes(visit: Visit, offer: Offer) -> list[AskNote]:
    """What the practice wrote with requests that are still open (S1-16)."""
    now = utc_text(visit.hub.clock.now())

    def look(reader: HubReader) -> list[AskNote]:
        return asks.notes(reader, visit.tenant, balance.records_of(reader, visit.tenant, [offer.standing.owner]), now)

    found = visit.hub.portal.rows.read(visit.tenant, look)
    return [each for each in found if each.request_id or offer.to_pay_cents > 0]


def _receipt_to(offer: Offer) -> str:
    return email_address(offer.standing.owner.email)


def _keep_words(visit: Visit) -> str:
    clinic = visit.clinic.practice.name
    if visit.clinic.rules.online_debits:
        return visit.say("pay.keep_words_bank", clinic=clinic)
    return visit.say("pay.keep_words", clinic=clinic)


def _consent(visit: Visit, offer: Offer) -> SaveConsent:
    owner, words = offer.standing.owner, _keep_words(visit)
    said_by = display_name(family=owner.family, given=owner.given, suffix=owner.suffix)
    return SaveConsent(said_by=said_by, words=f"{CONSENT[visit.clinic.rules.online_debits]}-{visit.language}",
                       words_sha256=hashlib.sha256(words.encode()).hexdigest())  # fmt: skip


# Paying ---------------------------------------------------------------------------------------------------------------


def pay(visit: Visit) -> Response:
    """The form was sent: an order, and where it leads (S1-06 … S1-08)."""
    account = signed_in(visit, "payments")
    rows, order_id = visit.hub.portal.rows, visit.typed("order", _ORDER_LETTERS)
    known = rows.order(visit.tenant, order_id) if order_id else None
    if known is not None:
        return leads_on(visit, known, account)
    offer = offer_of(visit, account)
    if not order_id or not offer.ready:
        return _payments(visit, account, offer, "changed")
    chosen = [line for line in offer.standing.owed if line.key in visit.form.get("item", ()) and line.online]
    cents, wrong = _amount(visit, offer, chosen)
    card = next((each for each in offer.cards if each.kept_card_id == visit.typed("with", 80)), None)
    if not wrong and card is None and visit.typed("with", 80) != NEW_CARD:
        wrong = "card"
    if wrong:
        typed = show_cents(cents, symbol="") if wrong == "matched" else visit.typed("amount", 20)
        keys = None if wrong == "changed" else {line.key for line in chosen}
        amount = {} if wrong == "changed" else {"amount": typed, "chosen": keys}
        return _payments(visit, account, offer, wrong, with_card=visit.typed("with", 80), keep=_keeps(visit), **amount)
    order = OrderRow(
        order_id=order_id, account_id=account.account_id, patient_id=offer.standing.owner.id, amount_cents=cents,
        items=orjson.dumps([to_json(each) for each in _meant(offer, chosen, cents)]).decode(),
        kept_card_id=card.kept_card_id if card else "", keep_card=int(_keeps(visit)), state="begun", attempt_id="",
        where_to="", reason="", made_at=utc_text(visit.hub.clock.now()),
    )  # fmt: skip
    return begin(visit, offer, order)


def begin(visit: Visit, offer: Offer, order: OrderRow) -> Response:
    """Ask for the money of an order, once, and go where it leads. Raises StorageError."""
    made, fresh = visit.hub.portal.rows.begin_order(visit.tenant, order)
    if fresh:
        _ask(visit, offer, made)
    return visit.go(f"/orders/{made.order_id}?go=1")


def leads_on(visit: Visit, order: OrderRow, account: AccountRow) -> Response:
    """To an order that was sent before. Raises Gone for somebody else's."""
    if order.account_id != account.account_id:
        raise Gone
    return visit.go(f"/orders/{order.order_id}?go=1")


def _keeps(visit: Visit) -> bool:
    return visit.typed("keep", 3) == "yes"


def _meant(offer: Offer, chosen: Sequence[Owed], cents: int) -> tuple[OnlineItem, ...]:
    """Which charges: those chosen; none named where all are."""
    everything = {line.key for line in offer.standing.owed} == {line.key for line in chosen}
    return () if everything else balance.shared_out(chosen, cents)


def _amount(visit: Visit, offer: Offer, chosen: Sequence[Owed]) -> tuple[int, str]:
    """(cents, what is wrong): `matched` where the lines were chosen and the amount left as it was, as happens without
    script; it is then shown once more, with the sum."""
    if visit.typed("seen", 64) != offer.seen:
        return 0, "changed"
    try:
        cents = parse_cents(visit.typed("amount", 20))
    except RuleBroken:
        return 0, "amount"
    balance_only = visit.clinic.rules.portal_balance_only
    if not chosen and (balance_only or offer.payable_cents):
        return cents, "none"
    most = min(sum(line.cents for line in chosen), offer.payable_cents) if balance_only else LARGEST_CENTS
    if cents > most and cents == offer.proposed_cents and most:
        return most, "matched"
    if cents > most:
        return cents, "most"
    return cents, "least" if cents < min(offer.least_cents, most) else ""


def _ask(visit: Visit, offer: Offer, order: OrderRow) -> None:
    """Ask for the money of a new order. What came of it is on the order. Raises StorageError: of a kept card nobody
    knows then, and the order's page asks again under the same name."""
    try:
        if order.kept_card_id:
            _charge(visit, order, _receipt_to(offer))
        else:
            _checkout(visit, offer, order)
    except StorageError:
        raise
    except PosError as error:  # nothing was taken
        visit.hub.portal.rows.move_order(visit.tenant, order.order_id, "declined", reason=error.message_key)


def _checkout(visit: Visit, offer: Offer, order: OrderRow) -> None:
    begun = money_of(visit).begin_checkout(visit.tenant, CheckoutAsk(
        key=order.order_id, patient_id=order.patient_id, amount_cents=order.amount_cents, channel=CHANNEL,
        return_url=f"{visit.home}/orders/{order.order_id}", items=items_of(order),
        save=_consent(visit, offer) if order.keep_card else None, receipt_to=_receipt_to(offer),
        source_id=order.request_id, request_id=order.request_id, language=visit.language,
    ))  # fmt: skip
    visit.hub.portal.rows.move_order(visit.tenant, order.order_id, "sent", attempt_id=begun.attempt_id,
                                     where_to=begun.url)  # fmt: skip


def _charge(visit: Visit, order: OrderRow, receipt_to: str) -> None:
    answer = money_of(visit).charge_kept_card(visit.tenant, ChargeAsk(
        key=order.order_id, kept_card_id=order.kept_card_id, amount_cents=order.amount_cents, channel=CHANNEL,
        items=items_of(order), receipt_to=receipt_to, source_id=order.request_id, request_id=order.request_id,
    ))  # fmt: skip
    rows = visit.hub.portal.rows
    if isinstance(answer, Charged):
        rows.move_order(visit.tenant, order.order_id, "paid")
    elif isinstance(answer, Declined):
        rows.move_order(visit.tenant, order.order_id, "declined",
                        reason="needs_patient" if answer.needs_patient else answer.reason)  # fmt: skip
    else:
        state = "processing" if isinstance(answer, Processing) else "unknown"
        rows.move_order(visit.tenant, order.order_id, state, attempt_id=answer.attempt_id)


def items_of(order: OrderRow) -> tuple[OnlineItem, ...]:
    """The charges an order is for."""
    return tuple(OnlineItem(**each) for each in orjson.loads(order.items or "[]"))


# An order -------------------------------------------------------------------------------------------------------------


def order(visit: Visit) -> Response:
    """Where an order stands: on to the processor's page, paid, or what became of it (N50, N51)."""
    account = signed_in(visit, "payments")
    rows = visit.hub.portal.rows
    known = rows.order(visit.tenant, visit.asked("order"))
    if known is None or known.account_id != account.account_id:
        raise Gone
    state = _looked(visit, known)
    saw(visit, account, [known.patient_id], "order", known.order_id)
    goes_on = state == "open" and visit.request.query_params.get("go") == "1"
    return visit.render("order.html", order=known, state=state, go=goes_on,
                        look=f"orders/{known.order_id}", back="plans" if known.request_id else "payments",
                        made=parse_utc(known.made_at).astimezone(visit.clinic.zone))  # fmt: skip


def _looked(visit: Visit, known: OrderRow) -> str:
    """open, processing, paid, declined, ended or unknown, as the processor has it by now."""
    if known.state in ("paid", "declined") and not known.attempt_id:
        return known.state
    if known.state == "paid":
        return "paid"
    money, rows = money_of(visit), visit.hub.portal.rows
    try:
        if known.kept_card_id and not known.attempt_id:  # the same key asks again and never charges twice
            _charge(visit, known, "")
            again = rows.order(visit.tenant, known.order_id)
            return again.state if again else "unknown"
        found = money.look(visit.tenant, known.attempt_id) if known.attempt_id else None
    except PosError:
        return "unknown"
    if found is None:  # never asked for, so nothing was taken
        return "declined" if known.state == "declined" else "ended"
    if found.state in ("done", "declined"):
        rows.move_order(visit.tenant, known.order_id, "paid" if found.state == "done" else "declined",
                        reason=found.reason)  # fmt: skip
    elif found.state == "processing" != known.state:
        rows.move_order(visit.tenant, known.order_id, "processing")
    return {"done": "paid"}.get(found.state, found.state)


# Cards to keep --------------------------------------------------------------------------------------------------------


def cards(visit: Visit) -> Response:
    """Cards that are kept (S0-31), and a form to keep another."""
    account, query = signed_in(visit, "cards"), visit.request.query_params
    found = visit.hub.portal.rows.read(visit.tenant, lambda reader: kept(reader, visit, account))
    saw(visit, account, [account.patient_id], "cards")
    ready = visit.clinic.rules.portal_payments and money_of(visit).takes(visit.tenant)
    return visit.render("cards.html", cards=found, ready=ready, order=new_id(), keep_words=_keep_words(visit),
                        gone=query.get("gone") == "1", need=query.get("need") == "1")  # fmt: skip


def add_card(visit: Visit) -> Response:
    """A card to keep without paying, entered on the processor's page (S0-31)."""
    account = signed_in(visit, "cards")
    offer = offer_of(visit, account)
    if not offer.ready or not _keeps(visit):
        return visit.go("/cards?need=1")
    begun = money_of(visit).begin_saving(visit.tenant, SaveAsk(
        key=visit.typed("order", _ORDER_LETTERS) or new_id(), patient_id=offer.standing.owner.id, channel=CHANNEL,
        return_url=f"{visit.home}/cards", consent=_consent(visit, offer), language=visit.language,
    ))  # fmt: skip
    return visit.render("leaving.html", where_to=begun.url)


PAYING: tuple[tuple[str, str, Page], ...] = (
    ("GET", "/payments", payments), ("POST", "/payments", pay), ("GET", "/orders/{order}", order),
    ("GET", "/cards", cards), ("POST", "/cards", add_card),
)  # fmt: skip
"""Method, path below the practice, page."""
