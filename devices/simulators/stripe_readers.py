"""Card readers at the simulated Stripe: one action each, and a patient in front of the real-looking ones.

A reader of a real kind (`stripe_s700`) has a patient who shows a card after a while or by hand; one of a simulated kind
(`simulated_stripe_s700`) waits for the test helper, as Stripe's own do.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from devices.simulators import stripe_shapes as shapes
from devices.simulators.faults import FaultPlan
from devices.simulators.stripe_books import Books, card_of
from devices.simulators.stripe_cards import BY_NAME, Card, with_amount
from devices.simulators.stripe_errors import ApiError, missing, wrong

Shape = dict[str, Any]
SIMULATED_CODES = {"simulated-wpe": "simulated_wisepos_e", "simulated-s700": "simulated_stripe_s700",
                   "simulated-s710": "simulated_stripe_s710"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Manner:
    """How patient and bank behave. `present_after_s` None: only by hand."""

    present_after_s: float | None = 2.0
    bank_s: float = 0.8


@dataclass(slots=True)
class _Slot:
    """What runs on one reader."""

    signs: asyncio.Queue[tuple[str, Card | None]]
    phase: str = "idle"
    task: asyncio.Task[None] | None = None


class Readers:
    """Locations and readers of one account. `asked_for` is the intent a card was asked for last, unless that ended."""

    def __init__(self, books: Books, plan: FaultPlan, manner: Manner, show: Callable[[str], None]) -> None:
        self._books, self._plan, self.manner, self._show = books, plan, manner, show
        self.readers: dict[str, Shape] = {}
        self.locations: dict[str, Shape] = {}
        self._slots: dict[str, _Slot] = {}
        self._away: set[str] = set()
        self._changed = asyncio.Condition()
        self.screen = "idle"
        self.asked_for = ""
        self.card = BY_NAME["visa"]
        self._test_card = False

    # Setting up -------------------------------------------------------------------------------------------------------

    def create_location(self, said: Shape) -> Shape:
        """A place where readers stand."""
        made = shapes.location(said["display_name"], said.get("address", {}))
        self.locations[made["id"]] = made
        return made

    def register(self, said: Shape) -> Shape:
        """A reader by the code on its screen, three words with hyphens; `simulated-…` makes one for tests."""
        code = said["registration_code"]
        kind = SIMULATED_CODES.get(code) or ("stripe_s700" if code.count("-") == 2 else "")
        if not kind:
            raise wrong("", f"No reader found with registration code {code}", "registration_code")
        place = said.get("location")
        if place not in self.locations:
            raise missing("location", str(place), "location") if place else wrong(
                "parameter_missing", "Missing required param: location.", "location"
            )  # fmt: skip
        serial = f"SIM{len(self.readers) + 1:04d}"
        made = shapes.reader(kind, said.get("label") or serial, place, serial)
        self.readers[made["id"]] = made
        self._slots[made["id"]] = _Slot(asyncio.Queue())
        return self.seen(made["id"])

    def seen(self, name: str) -> Shape:
        """A reader as it stands now. Raises ApiError 404."""
        found = self.readers.get(name)
        if found is None:
            raise missing("terminal.reader", name, "reader")
        found["status"] = "offline" if name in self._away else "online"
        if name not in self._away:
            found["last_seen_at"] = self._books.now() * 1000
        return found

    def away(self, gone: bool) -> None:
        """All readers lose their network, or have it again."""
        self._away = set(self.readers) if gone else set()

    # One action -------------------------------------------------------------------------------------------------------

    def process_payment(self, name: str, said: Shape) -> Shape:
        """Ask for a card for a PaymentIntent."""
        intent = self._books.find("payment_intent", said["payment_intent"], "payment_intent")
        self._ready(name)
        if intent["status"] != "requires_payment_method":
            raise wrong("intent_invalid_state", f"This PaymentIntent has a status of {intent['status']}.",
                        payment_intent=intent)  # fmt: skip
        if "card_present" not in intent["payment_method_types"]:
            raise wrong("intent_invalid_state", "This PaymentIntent does not take cards at a reader.")
        config = said.get("process_config", {})
        told = {"payment_intent": intent["id"], "process_config": config or None}
        self.asked_for = intent["id"]
        return self._begin(name, "process_payment_intent", told, lambda: self._payment(name, intent, config))

    def process_setup(self, name: str, said: Shape) -> Shape:
        """Ask for a card to be saved for a SetupIntent."""
        intent = self._books.find("setup_intent", said["setup_intent"], "setup_intent")
        self._ready(name)
        if intent["status"] != "requires_payment_method":
            raise wrong("intent_invalid_state", f"This SetupIntent has a status of {intent['status']}.")
        told = {"setup_intent": intent["id"], "generated_card": None, "process_config": said.get("process_config")}
        redisplay = said["allow_redisplay"]
        return self._begin(name, "process_setup_intent", told, lambda: self._setup(name, intent, redisplay))

    def show_cart(self, name: str, said: Shape) -> Shape:
        """Show a cart. It replaces whatever the reader was doing, as the real ones do."""
        self._reachable(name)
        self._end_task(name)
        slot = self._slots[name]
        slot.phase = "idle"
        return self._put(name, "set_reader_display", {"type": said["type"], "cart": said.get("cart")})

    def cancel_action(self, name: str) -> Shape:
        """End the action. Refused while the bank is asked."""
        self._reachable(name)
        if self._slots[name].phase == "authorising" or self._plan.take("cancel-busy"):
            raise _busy()
        self._end_task(name)
        self._slots[name].phase = "idle"
        self.readers[name]["action"] = None
        self._look("idle")
        return self.seen(name)

    def present(self, name: str, said: Shape) -> Shape:
        """The test helper: a test card is held at a simulated reader."""
        reader = self.seen(name)
        if not reader["device_type"].startswith("simulated_"):
            raise wrong("", "This reader is not a simulated reader.", "reader")
        action = reader["action"]
        if action is None or action["status"] != "in_progress" or self._slots[name].phase != "waiting":
            raise wrong("terminal_reader_invalid_state", "The reader is not waiting for a card.")
        number = (said.get("card_present") or said.get("card") or {}).get("number", "4242424242424242")
        intent = self._books.things["payment_intent"].get((action["process_payment_intent"] or {}).get(
            "payment_intent", ""))  # fmt: skip
        self._slots[name].signs.put_nowait(("card", card_of(number, intent["amount"] if intent else 0)))
        return reader

    # By hand ----------------------------------------------------------------------------------------------------------

    def choose(self, written: str) -> None:
        """Which card patients hold out from now on. Raises ValueError."""
        if written not in BY_NAME:
            raise ValueError(f"no card {written!r}; known: {', '.join(BY_NAME)}")
        self.card, self._test_card = BY_NAME[written], written == "test"

    def by_hand(self, sign: str) -> None:
        """The patient shows the card (`card`) or presses cancel (`cancel`). Raises ValueError."""
        waiting = [slot for slot in self._slots.values() if slot.phase == "waiting"]
        if not waiting:
            raise ValueError("no reader is asking for a card")
        waiting[0].signs.put_nowait((sign, None))

    def other_till(self, cents: int) -> None:
        """Another till starts a payment on every reader."""
        for name in self.readers:
            intent = self._books.create_intent({"amount": cents, "currency": "usd",
                                                "allowed_payment_method_types": ["card_present"]})  # fmt: skip
            self.process_payment(name, {"payment_intent": intent["id"]})

    async def wait(self, beginning: str) -> None:
        """Until the reader's screen begins so."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.screen.startswith(beginning))

    def stop(self) -> None:
        """Nobody stands there any more."""
        for name, slot in self._slots.items():
            self._end_task(name)
            slot.phase = "idle"
            self.readers[name]["action"] = None
        self.screen = "idle"

    # Inside -----------------------------------------------------------------------------------------------------------

    def _reachable(self, name: str) -> None:
        self.seen(name)
        if name in self._away or self._plan.take("offline"):
            raise wrong("terminal_reader_offline", "Reader is currently offline, please ensure the reader is powered "
                        "on and connected to the internet before retrying your request.")  # fmt: skip

    def _ready(self, name: str) -> None:
        """May a new action begin? Raises ApiError."""
        self._reachable(name)
        action = self.readers[name]["action"]
        holds = action is not None and action["status"] == "in_progress" and action["type"] != "set_reader_display"
        if holds or self._plan.take("busy"):
            raise _busy()
        if self._plan.take("timeout-true"):
            raise _timeout()

    def _begin(self, name: str, kind: str, told: Shape, work: Callable[[], Any]) -> Shape:
        made = self._put(name, kind, told)
        slot = self._slots[name]
        slot.signs, slot.phase = asyncio.Queue(), "waiting"
        slot.task = asyncio.get_running_loop().create_task(work())
        self._look("present card")
        if self._plan.take("display-replaces"):
            self.show_cart(name, {"type": "cart", "cart": None})
        if self._plan.take("timeout-false"):
            raise _timeout()
        return made

    def _put(self, name: str, kind: str, told: Shape) -> Shape:
        self.readers[name]["action"] = {
            "type": kind, "status": "in_progress", "failure_code": None, "failure_message": None, "api_error": None,
            "process_payment_intent": None, "process_setup_intent": None, "set_reader_display": None, kind: told,
        }  # fmt: skip
        self._books.happened("terminal.reader.action_updated", self.readers[name])
        return self.seen(name)

    def _end_task(self, name: str) -> None:
        task, self._slots[name].task = self._slots[name].task, None
        if task is not None:
            task.cancel()

    async def _patient(self, name: str, cents: int) -> Card | None:
        """The card that is shown; None when the patient presses cancel."""
        slot, by_helper = self._slots[name], self.readers[name]["device_type"].startswith("simulated_")
        patience = None if by_helper else self.manner.present_after_s
        sign, card = "card", None
        if self._plan.take("customer-cancels"):
            sign = "cancel"
        else:
            with contextlib.suppress(TimeoutError):
                sign, card = await asyncio.wait_for(slot.signs.get(), patience)
        if sign == "cancel":
            return None
        return card or (with_amount(self.card, cents) if self._test_card else self.card)

    async def _payment(self, name: str, intent: Shape, config: Shape) -> None:
        card = await self._patient(name, intent["amount"])
        slot = self._slots[name]
        if card is None:
            return self._fail(name, "customer_canceled", "The customer canceled the transaction.")
        if self._plan.take("stuck"):
            return None
        slot.phase = "authorising"
        self._look("authorising")
        hold = self._plan.take("slow-bank")
        await asyncio.sleep(hold.seconds(80.0) if hold else self.manner.bank_s)
        if intent["status"] != "requires_payment_method":  # given up meanwhile: the bank is not asked to the end
            return self._fail(name, "intent_invalid_state", "The PaymentIntent was canceled.")
        if self._plan.take("connection-error"):
            return self._fail(name, "connection_error", "The reader lost its connection.")
        fault = self._plan.take("declined")
        declines = f"card_declined/{fault.argument or 'generic_decline'}" if fault else card.declines
        present = {"reader": name, "location": self.readers[name]["location"]}
        if declines:
            error = self._books.decline(intent, card, present, declines)
            old = self._plan.take("api-error-null")
            return self._fail(name, "card_declined", "Your card was declined.", None if old else error)
        if intent["setup_future_usage"]:
            redisplay = config.get("allow_redisplay", "unspecified")
            present["generated_card"] = self._books.save_card(card, intent["customer"], None, redisplay)
        self._books.approve(intent, card, present)
        if self._plan.take("connection-error-charged"):
            return self._fail(name, "connection_error", "The reader lost its connection.")
        if self._plan.take("stuck-charged"):
            slot.phase = "waiting"
            return None
        return self._succeed(name)

    async def _setup(self, name: str, intent: Shape, redisplay: str) -> None:
        card = await self._patient(name, 0)
        if card is None:
            return self._fail(name, "customer_canceled", "The customer canceled the transaction.")
        if card.declines:
            code, _, decline_code = card.declines.partition("/")
            error = {"type": "card_error", "code": code, "decline_code": decline_code,
                     "message": "Your card was declined."}  # fmt: skip
            intent["last_setup_error"] = error
            return self._fail(name, "card_declined", "Your card was declined.", error)
        saved = self._books.save_card(card, intent["customer"], None, redisplay)
        intent.update(status="succeeded", payment_method=saved)
        self.readers[name]["action"]["process_setup_intent"]["generated_card"] = saved
        self._books.happened("setup_intent.succeeded", intent)
        return self._succeed(name)

    def _succeed(self, name: str) -> None:
        self.readers[name]["action"]["status"] = "succeeded"
        self._books.happened("terminal.reader.action_succeeded", self.readers[name])
        self._end(name, "approved")

    def _fail(self, name: str, code: str, message: str, error: Shape | None = None) -> None:
        self.readers[name]["action"].update(status="failed", failure_code=code, failure_message=message,
                                            api_error=error)  # fmt: skip
        self._books.happened("terminal.reader.action_failed", self.readers[name])
        self._end(name, "declined" if error else "ended")

    def _end(self, name: str, screen: str) -> None:
        slot = self._slots[name]
        slot.phase, slot.task = "idle", None
        self.asked_for = ""
        self._look(screen)

    def _look(self, text: str) -> None:
        self.screen = text
        self._show(text)
        asyncio.get_running_loop().create_task(self._notify())

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()


def _busy() -> ApiError:
    return wrong("terminal_reader_busy", "Reader is currently busy processing another request, please reference the "
                 "integration guide for the allowed concurrent requests.")  # fmt: skip


def _timeout() -> ApiError:
    words = "There was a timeout when sending this command to the reader, please ensure the reader is powered on"
    return wrong("terminal_reader_timeout", f"{words} and connected to the internet before retrying your request.")
