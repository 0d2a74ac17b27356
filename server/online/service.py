"""What pages and plans ask for, done at the processor (see `offered`): journal, request, log, in this order.

An answer that is missing is a state. It is looked into by what the attempt's id made at the processor (metadata), never
by asking for the same money again under another key.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from models.basics.clock import Clock, parse_utc, utc_text
from models.basics.errors import PaymentUnavailable, RuleBroken
from models.basics.facts import facts
from models.basics.points import Point, point
from models.operations.kept_cards import STRIPE
from models.operations.online import BANK, CARD, CHANNELS
from models.store.hub import HubStore
from models.store.hub_online import Captured
from models.store.online_journal import OVER, AttemptRow
from server.online import debits
from server.online.line import CallFailed, Fault, Line, clean
from server.online.offered import (
    Attempt,
    Begun,
    ChargeAsk,
    Charged,
    CheckoutAsk,
    Declined,
    Processing,
    SaveAsk,
    Unknown,
    Unposted,
)  # fmt: skip
from server.online.settings import OnlineSettings

log = logging.getLogger(__name__)

LEAST_CENTS = 50
"""The processor takes no less."""
PAGE_S = 31 * 60
"""So long a page waits for its patient; the processor allows no less than half an hour."""
FIRST_LOOK_S, LOOK_AGAIN_S = 20.0, 60.0
"""When an open or unknown attempt is looked into without anybody asking."""
SURELY_GONE_S = 600.0
"""What the processor does not know so long after it was asked never reached it."""
LOOK_BACK_S = 300
"""The processor's clock and ours may differ by so much."""

Told = Callable[[str], None]


class StripeOnline:
    """Implements `offered.OnlineMoney`. `told(tenant)`: the log has grown."""

    def __init__(self, store: HubStore, settings: OnlineSettings, clock: Clock, told: Told) -> None:
        self.store, self._settings, self._clock, self._told = store, settings, clock, told
        self._lines: dict[str, Line] = {}
        self._caught_up: dict[str, str] = {}

    # Who may be asked -------------------------------------------------------------------------------------------------

    def ready(self, tenant: str) -> bool:
        """See OnlineMoney."""
        return self._account(tenant) is not None

    def takes(self, tenant: str) -> bool:
        """See OnlineMoney."""
        return self.ready(tenant) and self.has_learnt(tenant)

    def has_learnt(self, tenant: str) -> bool:
        """Does this hub know what was paid: was it not restored, or has the processor told it since?"""
        restored = self.store.online.restored_at(tenant)
        return not restored or self._caught_up.get(tenant, "") > restored

    def caught_up(self, tenant: str) -> None:
        """The processor has told all that happened, and all of it was looked at."""
        self._caught_up[tenant] = utc_text(self._clock.now())

    def line(self, tenant: str) -> Line:
        """The practice's line. Raises RuleBroken `online.not_set_up`."""
        known = self._lines.get(tenant)
        if known is None:
            account = self._account(tenant)
            if account is None:
                raise RuleBroken("online.not_set_up")
            known = self._lines[tenant] = Line(account)
        return known

    def webhook_secret(self, tenant: str) -> str:
        """What the practice's events are signed with; empty where none are expected."""
        account = self._account(tenant)
        return account.webhook if account else ""

    def _account(self, tenant: str) -> Any:
        named = self._settings.account(tenant, alone=False)
        if named is not None or not self._settings.accounts:
            return named
        return self._settings.account(tenant, alone=self.store.tenants() == (tenant,))

    # Pages ------------------------------------------------------------------------------------------------------------

    def begin_checkout(self, tenant: str, ask: CheckoutAsk) -> Begun:
        """See OnlineMoney."""
        if ask.amount_cents < LEAST_CENTS or ask.channel not in CHANNELS:
            raise RuleBroken("online.amount_wrong")
        said: dict[str, Any] = {
            "return_url": ask.return_url, "items": [asdict(item) for item in ask.items], "source_id": ask.source_id,
            "request_id": ask.request_id, "receipt_to": ask.receipt_to, "language": ask.language,
            "consent": asdict(ask.save) if ask.save else None, "debits": self.store.online.takes_debits(tenant),
        }  # fmt: skip
        payer = self.store.online.payer_of(tenant, ask.patient_id)
        return self._page(tenant, "checkout", ask.key, said, payer, ask.amount_cents, ask.channel)

    def begin_saving(self, tenant: str, ask: SaveAsk) -> Begun:
        """See OnlineMoney."""
        said = {"return_url": ask.return_url, "language": ask.language, "consent": asdict(ask.consent),
                "debits": self.store.online.takes_debits(tenant)}  # fmt: skip
        payer = self.store.online.payer_of(tenant, ask.patient_id)
        return self._page(tenant, "save", ask.key, said, payer, 0, ask.channel)

    def _page(
        self, tenant: str, what: str, key: str, said: dict[str, Any], payer: str, cents: int, channel: str
    ) -> Begun:  # fmt: skip
        line = self.line(tenant)
        self._knows_enough(tenant, key)
        wanted = {**said, "expires_at": int(self._clock.now().timestamp()) + PAGE_S}
        row = self.store.online.journal.begin(tenant, what, key, wanted, patient_id=payer, amount_cents=cents,
                                              channel=channel, due_s=LOOK_AGAIN_S)  # fmt: skip
        _check_same(row, wanted, payer, cents)
        if row.state == "open":
            return Begun(row.attempt_id, row.url)
        if row.state in ("done", "processing"):
            return Begun(row.attempt_id, _back(row))
        if row.state in OVER:
            raise RuleBroken("online.key_used")
        if self.store.online.agreed(tenant, row):
            self._told(tenant)
        return self._ask_for_page(tenant, line, row)

    def _knows_enough(self, tenant: str, key: str) -> None:
        """Nothing new is begun while it may have been paid before this hub was restored. Raises PaymentUnavailable."""
        if not self.has_learnt(tenant) and not self.asked(tenant, key):
            raise PaymentUnavailable("online.unreachable")

    def _ask_for_page(self, tenant: str, line: Line, row: AttemptRow) -> Begun:
        """The same request under the same key, whoever sends it and however often, makes one page."""
        journal = self.store.online.journal
        try:
            customer = self._customer(tenant, line, row.patient_id) if row.said["consent"] else ""
            journal.sending(tenant, row.attempt_id, LOOK_AGAIN_S)
            point(Point.BEFORE_ONLINE)
            made = line.call(lambda it: it.v1.checkout.sessions.create(_session(row, customer), it.options),
                             row.attempt_id)  # fmt: skip
        except CallFailed as failed:
            if failed.fault is Fault.REFUSED:
                journal.settled(tenant, row.attempt_id, "ended", failed.code)
            log.warning(
                "no page", extra=facts(attempt=row.attempt_id, fault=failed.fault.value, code=failed.code or None)
            )
            raise PaymentUnavailable("online.unreachable") from None
        point(Point.AFTER_ONLINE)
        journal.opened(tenant, row.attempt_id, str(made["id"]), str(made["url"]), FIRST_LOOK_S)
        return Begun(row.attempt_id, str(made["url"]))

    def _customer(self, tenant: str, line: Line, patient_id: str) -> str:
        """Whom the processor keeps cards for; it learns an opaque name and nothing else."""
        journal = self.store.online.journal
        known = journal.customer(tenant, patient_id)
        if known:
            return known
        asked = {"metadata": {"account": patient_id}}
        made = line.call(lambda it: it.v1.customers.create(asked, it.options), f"customer-{tenant}-{patient_id}")
        return journal.know_customer(tenant, patient_id, str(made["id"]))

    # Looking ----------------------------------------------------------------------------------------------------------

    def look(self, tenant: str, attempt_id: str) -> Attempt | None:
        """See OnlineMoney."""
        row = self.store.online.journal.attempt(tenant, attempt_id)
        if row is None:
            return None
        if row.state not in OVER:
            try:
                self.settle(row)
            except CallFailed:
                log.warning("not looked into", extra=facts(attempt=attempt_id))
            row = self.store.online.journal.attempt(tenant, attempt_id) or row
        return self._shown(row)

    def asked(self, tenant: str, key: str) -> bool:
        """See OnlineMoney."""
        return self.store.online.journal.asked(tenant, key)

    def give_up(self, tenant: str, attempt_id: str) -> Attempt | None:
        """See OnlineMoney."""
        row = self.store.online.journal.attempt(tenant, attempt_id)
        if row is not None and row.state == "open" and row.session:
            try:
                self.line(tenant).call(lambda it: it.v1.checkout.sessions.expire(row.session))
            except CallFailed as failed:  # refused: it is over already
                log.info("page not given up", extra=facts(attempt=attempt_id, fault=failed.fault.value))
        return self.look(tenant, attempt_id)

    def _shown(self, row: AttemptRow) -> Attempt:
        state = {"made": "open", "sent": "unknown"}.get(row.state, row.state)
        found = self.store.online.received(row.tenant, row.result_id) if row.state == "done" else None
        if found is not None:
            return Attempt(row.attempt_id, state, found.amount_cents, found.online_id, found.number, found.brand,
                           found.last4)  # fmt: skip
        return Attempt(row.attempt_id, state, row.amount_cents, reason=row.reason,
                       kept_card_id=row.result_id if row.what == "save" else "")  # fmt: skip

    def settle(self, row: AttemptRow) -> None:
        """Ask the processor what became of an attempt, and let the log know. Raises CallFailed where it cannot be
        asked."""
        {"checkout": self._look_at_page, "save": self._look_at_page, "charge": self._look_at_charge}[row.what](row)

    def _look_at_page(self, row: AttemptRow) -> None:
        journal, line = self.store.online.journal, self.line(row.tenant)
        if not row.session:
            return self._page_never_shown(row)
        page = line.call(lambda it: it.v1.checkout.sessions.retrieve(row.session))
        status = str(page.get("status"))
        if status == "complete" and row.what == "save":
            self._keep(line, row, str(page["setup_intent"]))
        elif status == "expired":
            journal.settled(row.tenant, row.attempt_id, "ended", "expired")
        elif status != "complete" or not self.take(row.tenant, str(page["payment_intent"])):
            journal.waits(row.tenant, row.attempt_id, "open", LOOK_AGAIN_S)
        return None

    def _page_never_shown(self, row: AttemptRow) -> None:
        """Nobody was ever sent to it, so nobody pays there; asked for again under its key it is shown yet."""
        if self._age_s(row) > PAGE_S:
            self.store.online.journal.settled(row.tenant, row.attempt_id, "ended", "not_shown")
        else:
            self.store.online.journal.waits(row.tenant, row.attempt_id, row.state, LOOK_AGAIN_S)

    def _keep(self, line: Line, row: AttemptRow, setup: str) -> None:
        found = line.call(lambda it: it.v1.setup_intents.retrieve(setup, {"expand": ["payment_method"]}))
        method = found["payment_method"]
        way, brand, card = _shown_as(method)
        taken = Captured(
            "", "", 0, self._clock.now(), brand, str(card.get("last4", "")), str(found.get("customer") or ""),
            str(method["id"]), int(card.get("exp_month") or 0), int(card.get("exp_year") or 0), way,
        )  # fmt: skip
        self.store.online.keep_card(row.tenant, row, taken)
        self._told(row.tenant)

    def take(self, tenant: str, intent: str) -> bool:
        """Let the log have what an intent took, where it took anything from home. False: nothing of ours, or nothing
        taken. Raises CallFailed, also for a while after the hub was restored: it may know of it under a number that
        the payer was told, and hears so from its desks first."""
        if self.store.online.must_wait(tenant):
            raise CallFailed(Fault.UNKNOWN, "restored")
        line = self.line(tenant)
        found = line.call(lambda it: it.v1.payment_intents.retrieve(intent, {"expand": ["latest_charge"]}))
        row = self._attempt_of(tenant, found)
        if row is None:
            return False
        if found["status"] != "succeeded":
            return self._debited(line, row, found)
        received = self.store.online.receive(tenant, row, self._captured(line, row, found))
        if received.news:
            log.info("money from home", extra=facts(online=received.online_id, cents=received.amount_cents))
            self._told(tenant)
        return True

    def _debited(self, line: Line, row: AttemptRow, found: dict[str, Any]) -> bool:
        """What became of a debit that its bank has not paid: it is under way, or the bank refused. False: of nothing of
        that kind."""
        charge, online = debits.charge_of(found), self.store.online
        if not charge or not debits.is_debit(found):
            return False
        way, brand, account = _shown_as(charge["payment_method_details"])
        asked = Captured(
            str(found["id"]), str(charge["id"]), int(found["amount"]),
            datetime.fromtimestamp(int(charge["created"]), UTC), brand, str(account.get("last4") or ""), way=way,
        )  # fmt: skip
        if found["status"] == "processing":
            news = online.processing(row.tenant, row, asked)
        elif found["status"] in _NOT_PAID and self._is_over(line, row, found):
            if row.what == "charge":
                self._give_up(line, str(found["id"]))
            news = online.refused(row.tenant, row, asked, debits.refusal(found))
        else:
            return False
        if news:
            log.info("debit", extra=facts(attempt=row.attempt_id, state=str(found["status"])))
            self._told(row.tenant)
        return True

    def _is_over(self, line: Line, row: AttemptRow, found: dict[str, Any]) -> bool:
        """May nobody try another way on the same page? While it is open they do."""
        if row.what == "charge" or self.store.online.is_processing(row.tenant, str(found["id"])):
            return True
        page = line.call(lambda it: it.v1.checkout.sessions.retrieve(row.session)) if row.session else {}
        return page.get("status") == "complete"

    def _attempt_of(self, tenant: str, found: dict[str, Any]) -> AttemptRow | None:
        """Which asking an intent is of; of one a restored hub has forgotten what the intent itself says."""
        said = found.get("metadata") or {}
        if said.get("practice") != tenant or not said.get("attempt"):
            return None
        row = self.store.online.journal.attempt(tenant, str(said["attempt"]))
        if row is not None:
            return row
        channel = str(said.get("channel"))
        at = datetime.fromtimestamp(int(found["created"]), UTC).isoformat()
        about = {f"{name}_id": str(said.get(name, "")) for name in _ABOUT}
        return AttemptRow(tenant, str(said["attempt"]), "checkout", str(said.get("account", "")), int(found["amount"]),
                          channel if channel in CHANNELS else "portal", about, "unknown", "", "", str(found["id"]), "",
                          "", at, at, 0)  # fmt: skip

    def _captured(self, line: Line, row: AttemptRow, found: dict[str, Any]) -> Captured:
        charge = found["latest_charge"]
        way, brand, card = _shown_as(charge.get("payment_method_details") or {})
        came = datetime.fromtimestamp(int(charge["created"]), UTC) if way == CARD else self._clock.now()
        kept = row.said.get("consent") and found.get("customer") and found.get("payment_method")
        method = line.call(lambda it: it.v1.payment_methods.retrieve(found["payment_method"])) if kept else {}
        stays = bool(method.get("customer"))
        return Captured(
            intent=str(found["id"]), charge=str(charge["id"]), amount_cents=int(found["amount_received"]),
            paid_at=came, brand=brand, way=way,
            last4=str(card.get("last4") or ""), customer=str(found.get("customer") or ""),
            token=str(method["id"]) if stays else "", exp_month=int(card.get("exp_month") or 0),
            exp_year=int(card.get("exp_year") or 0),
        )  # fmt: skip

    # Kept cards -------------------------------------------------------------------------------------------------------

    def charge_kept_card(self, tenant: str, ask: ChargeAsk) -> Charged | Declined | Unknown | Processing:
        """See OnlineMoney."""
        if ask.amount_cents < LEAST_CENTS or ask.channel not in CHANNELS:
            raise RuleBroken("online.amount_wrong")
        line, journal = self.line(tenant), self.store.online.journal
        card = journal.card(tenant, ask.kept_card_id)
        if card is None or card.processor != STRIPE or not card.customer:
            raise RuleBroken("online.card_gone")
        said: dict[str, Any] = {
            "items": [asdict(item) for item in ask.items], "source_id": ask.source_id, "request_id": ask.request_id,
            "receipt_to": ask.receipt_to, "kept_card_id": card.kept_card_id, "token": card.token,
            "customer": card.customer, "way": card.way,
        }  # fmt: skip
        if ask.channel != "plan":  # the key of a plan's payment is the same one after a restore
            self._knows_enough(tenant, ask.key)
        row = journal.begin(tenant, "charge", ask.key, said, patient_id=card.patient_id, amount_cents=ask.amount_cents,
                            channel=ask.channel, due_s=LOOK_AGAIN_S)  # fmt: skip
        _check_same(row, said, card.patient_id, ask.amount_cents)
        if row.state == "made" and card.dropped_at:
            journal.settled(tenant, row.attempt_id, "ended", "card_gone")
            raise RuleBroken("online.card_gone")
        if row.state == "made" and journal.sending(tenant, row.attempt_id, LOOK_AGAIN_S):
            self._charge(line, row)
        elif row.state not in OVER:
            self._look_quietly(row)
        return self._outcome(tenant, row.attempt_id)

    def _charge(self, line: Line, row: AttemptRow) -> None:
        """The one request of this attempt."""
        journal = self.store.online.journal
        point(Point.BEFORE_ONLINE)
        try:
            found = line.call(lambda it: it.v1.payment_intents.create(_intent(row), it.options), row.attempt_id)
        except CallFailed as failed:
            self._not_charged(line, row, failed)
            return
        point(Point.AFTER_ONLINE)
        if found["status"] in ("succeeded", "processing"):
            self._look_quietly(row, str(found["id"]))
        else:
            journal.waits(row.tenant, row.attempt_id, "unknown", LOOK_AGAIN_S)

    def _not_charged(self, line: Line, row: AttemptRow, failed: CallFailed) -> None:
        journal = self.store.online.journal
        log.info("kept card not charged", extra=facts(attempt=row.attempt_id, fault=failed.fault.value,
                                                      code=failed.code or None))  # fmt: skip
        if failed.fault is Fault.UNKNOWN:
            journal.waits(row.tenant, row.attempt_id, "unknown", FIRST_LOOK_S)
            return
        self._give_up(line, failed.intent)
        journal.settled(row.tenant, row.attempt_id, "declined", failed.code or "refused")

    def _give_up(self, line: Line, intent: str) -> None:
        """An intent that took nothing takes nothing later either."""
        if intent:
            try:
                line.call(lambda it: it.v1.payment_intents.cancel(intent))
            except CallFailed:
                log.info("intent not cancelled")

    def _look_quietly(self, row: AttemptRow, intent: str = "") -> None:
        try:
            if intent:
                self.take(row.tenant, intent)
            else:
                self.settle(row)
        except CallFailed:
            state = row.state if row.state == "processing" else "unknown"
            self.store.online.journal.waits(row.tenant, row.attempt_id, state, FIRST_LOOK_S)

    def _look_at_charge(self, row: AttemptRow) -> None:
        """What the processor knows by the attempt's id. What it does not know after a while never reached it."""
        journal, line = self.store.online.journal, self.line(row.tenant)
        if row.state == "made":
            journal.settled(row.tenant, row.attempt_id, "declined", "not_sent")
            return
        found = self._found(line, row)
        if found is None and self._age_s(row) < SURELY_GONE_S:
            journal.waits(row.tenant, row.attempt_id, "unknown", FIRST_LOOK_S)
        elif found is None:
            journal.settled(row.tenant, row.attempt_id, "declined", "not_sent")
        elif self.take(row.tenant, str(found["id"])):
            return
        elif found["status"] in ("processing", "requires_capture"):
            journal.waits(row.tenant, row.attempt_id, "unknown", LOOK_AGAIN_S)
        else:
            error = found.get("last_payment_error") or {}
            self._give_up(line, str(found["id"]) if found["status"] != "canceled" else "")
            why = clean(str(error.get("decline_code") or error.get("code") or "canceled"))
            journal.settled(row.tenant, row.attempt_id, "declined", why)

    def _found(self, line: Line, row: AttemptRow) -> dict[str, Any] | None:
        since = int(parse_utc(row.sent_at or row.made_at).timestamp()) - LOOK_BACK_S
        asked = {"customer": row.said["customer"], "created": {"gte": since}}
        intents = line.pages(lambda it, wanted: it.v1.payment_intents.list(wanted), asked)
        return next((each for each in intents if (each.get("metadata") or {}).get("attempt") == row.attempt_id), None)

    def _outcome(self, tenant: str, attempt_id: str) -> Charged | Declined | Unknown | Processing:
        row = self.store.online.journal.attempt(tenant, attempt_id)
        assert row is not None
        if row.state == "done":
            found = self.store.online.received(tenant, row.result_id)
            assert found is not None, "done without a fact"
            return Charged(found.online_id, found.number, found.amount_cents, found.brand, found.last4)
        if row.state in OVER:
            return Declined(row.reason, needs_patient=row.reason == "authentication_required")
        return Processing(attempt_id) if row.state == "processing" else Unknown(attempt_id)

    def forget_card(self, tenant: str, kept_card_id: str) -> None:
        """See OnlineMoney."""
        card = self.store.online.journal.card(tenant, kept_card_id)
        if card is None or card.processor != STRIPE:
            raise RuleBroken("online.card_gone")
        try:
            self.line(tenant).call(lambda it: it.v1.payment_methods.detach(card.token))
        except CallFailed as failed:
            if failed.fault is not Fault.REFUSED:  # refused: it is forgotten already
                raise PaymentUnavailable("online.unreachable") from None

    # What pages show --------------------------------------------------------------------------------------------------

    def recent_unposted(self, tenant: str, patient_id: str) -> tuple[Unposted, ...]:
        """See OnlineMoney."""
        rows = self.store.online.recent_unposted(tenant, patient_id)
        return tuple(Unposted(row.online_id, row.number, row.amount_cents, row.paid_at, row.brand, row.last4,
                              row.channel, bool(row.processing)) for row in rows)  # fmt: skip

    def _age_s(self, row: AttemptRow) -> float:
        return (self._clock.now() - parse_utc(row.sent_at or row.made_at)).total_seconds()


def _check_same(row: AttemptRow, said: dict[str, Any], payer: str, cents: int) -> None:
    """The same key means the same thing. Raises RuleBroken `online.key_used`."""
    differs = {name for name in said if name not in _BESIDE and row.said.get(name) != said[name]}
    if differs or (row.patient_id, row.amount_cents) != (payer, cents):
        raise RuleBroken("online.key_used")


_BESIDE = ("expires_at", "debits", "receipt_to")
"""What may differ when the same thing is asked for again: it stays as it was asked for first."""
_NOT_PAID = ("requires_payment_method", "canceled")
"""How an intent stands of which nothing comes any more unless somebody tries again."""


def _back(row: AttemptRow) -> str:
    return str(row.said["return_url"]).replace("{attempt}", row.attempt_id)


def _named(row: AttemptRow) -> dict[str, str]:
    """What travels with everything an attempt makes: opaque ids."""
    about = {name: str(row.said.get(f"{name}_id") or "") for name in _ABOUT}
    return {"attempt": row.attempt_id, "practice": row.tenant, "account": row.patient_id, "channel": row.channel,
            **{name: said for name, said in about.items() if said}}  # fmt: skip


_ABOUT = ("source", "request")
"""What an attempt is for travels too: a hub that was restored before it was paid still knows which link or request."""
_LOCALES = {"en": "en", "es": "es"}


def _session(row: AttemptRow, customer: str) -> dict[str, Any]:
    """A hosted page, made of what the journal says alone: asked twice, the same."""
    said, back = row.said, _back(row)
    asked: dict[str, Any] = {
        "client_reference_id": row.attempt_id, "success_url": back, "cancel_url": back, "metadata": _named(row),
        "expires_at": said["expires_at"], "locale": _LOCALES.get(said["language"], "auto"),
        "allowed_payment_method_types": debits.kinds(debits=said["debits"]),
    }  # fmt: skip
    if said["debits"]:
        asked["payment_method_options"] = debits.options()
    if customer:
        asked["customer"] = customer
    if row.what == "save":
        return asked | {"mode": "setup", "currency": "usd", "setup_intent_data": {"metadata": _named(row)}}
    name = {"es": "Saldo de la cuenta"}.get(said["language"], "Account balance")
    price = {"currency": "usd", "unit_amount": row.amount_cents, "product_data": {"name": name}}
    data: dict[str, Any] = {"metadata": _named(row), "description": "Account balance"}
    if customer:
        data["setup_future_usage"] = "off_session"
    return asked | {"mode": "payment", "submit_type": "pay", "payment_intent_data": data,
                    "line_items": [{"quantity": 1, "price_data": price}]}  # fmt: skip


def _intent(row: AttemptRow) -> dict[str, Any]:
    """A charge of a kept card, or a debit of a kept account, while its patient is not there."""
    return {
        "amount": row.amount_cents, "currency": "usd", "customer": row.said["customer"], "confirm": True,
        "payment_method": row.said["token"], "off_session": True, "description": "Account balance",
        "metadata": _named(row), "allowed_payment_method_types": [debits.KINDS[row.said["way"]]],
    }  # fmt: skip


_BRANDS = {"visa": "Visa", "mastercard": "Mastercard", "amex": "American Express", "discover": "Discover",
           "jcb": "JCB", "diners": "Diners Club", "unionpay": "UnionPay"}  # fmt: skip


def _shown_as(thing: dict[str, Any]) -> tuple[str, str, dict[str, Any]]:
    """(way, brand or bank, what is known of the card or account) of a charge's details, or of a method."""
    kind = str(thing.get("type"))
    found: dict[str, Any] = thing.get(kind) or {}
    way = debits.way_of(kind)
    return way, debits.bank_name(found) if way == BANK else _brand(found), found


def _brand(card: dict[str, Any]) -> str:
    return _BRANDS.get(str(card.get("brand") or ""), clean(str(card.get("brand") or "")).capitalize())
