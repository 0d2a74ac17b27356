"""A card terminal with a patient in front of it: asks for the card, asks the bank, answers; and goes wrong on demand.

The patient acts by the clock (`present_after_s`) or by hand: an empty line on the keyboard presents the card, `cancel`
presses the red key. One exchange is worked on at a time; A14 is heard at once, everything else waits its turn.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from devices.bytes import ACK, EOT, NAK
from devices.simulators import pax_texts as texts
from devices.simulators.control import Handler
from devices.simulators.faults import Fault, FaultPlan
from devices.simulators.lines import Line
from devices.simulators.pax_bank import Bank, Card, Transaction, Wallet
from devices.simulators.pax_texts import Ear, Heard

MOST_TRIES = 3
NOISE = b"\x00\xfe~\n\x7f"
"""Bytes that begin no frame."""
ABORTED = "100002"
EDC = {"T00": "01", "T02": "02"}
LARGEST_PIECE = 40
"""Signatures come in small pieces here, so that there is always more than one."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How patient and terminal behave. `present_after_s` None: only by hand."""

    present_after_s: float | None = 2.0
    bank_s: float = 0.8
    card_wait_s: float = 33.0
    acknowledge_wait_s: float = 1.0
    entry_mode: str = "2"
    restart_s: float = 5.0


class PaxSimulator:
    """The terminal. `show` is its screen: called with each text as it changes."""

    def __init__(self, plan: FaultPlan, wallet: Wallet, manner: Manner, show: Callable[[str], None]) -> None:
        self.plan, self.wallet, self.manner = plan, wallet, manner
        self.bank = Bank()
        self.line: Line
        self.screen = ""
        self.card_data_received = 0
        self.requests: dict[str, int] = {}
        self._show = show
        self._ear = Ear(self._heard, self._understood)
        self._work: asyncio.Queue[tuple[str, float]] = asyncio.Queue()
        self._signs: asyncio.Queue[Heard] = asyncio.Queue()
        self._act: asyncio.Future[str] | None = None
        self._signature = self._message = ""
        self._changed = asyncio.Condition()
        self._naks_left = 0
        self._rejected = ""
        self._tasks: set[asyncio.Task[None]] = set()
        self._busy = False

    async def run(self) -> None:
        """Serve the till for ever."""
        await self._set_screen("idle")
        if self.plan.take("refuse-connect"):
            self.line.unplug()
        while True:
            request, acknowledge_after_s = await self._work.get()
            self._busy = True
            if acknowledge_after_s:
                await asyncio.sleep(acknowledge_after_s)
                self.line.write(bytes((ACK,)))
            command = request[:3]
            if busy := self.plan.take("busy"):
                await self._set_screen("busy")
                await asyncio.sleep(busy.seconds(3.0))
            answer = await _WORK.get(command, PaxSimulator._not_supported)(self, request.split(texts.FIELD))
            if answer and not await self._lose(command):
                await self._deliver(command, answer)
            if command == "A26" and texts.is_good(answer):
                self._start_anew(self.manner.restart_s)
            self._busy = False
            await self._set_screen(self._message or "idle")

    def received(self, data: bytes) -> None:
        """Bytes from the till."""
        self._ear.listen(data)

    # the line

    def _due(self, name: str, command: str) -> Fault | None:
        """Is the fault due for this command? Faults without a command mean a sale."""
        usual = "R02" if name.startswith("status-") else "T00"
        return (self.plan.take(name) if command == usual else None) or self.plan.take(name, command)

    def _heard(self, sign: Heard) -> None:
        if sign is Heard.BROKEN:
            self.line.write(bytes((NAK,)))
        else:
            self._signs.put_nowait(sign)

    def _understood(self, request: str) -> None:
        command = request[:3]
        self.requests[command] = self.requests.get(command, 0) + 1
        if self.plan.take("silent") or self._due("no-ack", command):
            return
        if self._breaks_off(command):
            return
        if self._rejects(command, request):
            self.line.write(bytes((NAK,)))
        elif self._due("eot", command):
            self.line.write(bytes((EOT,)))
        elif self._due("ack-then-eot", command):
            self.line.write(bytes((ACK, EOT)))
        elif self._due("nothing-done", command):
            self.line.write(bytes((ACK,)))
        elif command == "A14":
            self._abort()
        elif late := self._due("late-ack", command):
            self._take_on(request, acknowledge_after_s=late.seconds(5.0))
        else:
            if not self._due("ack-lost", command):
                self.line.write(bytes((ACK,)))
            if self._due("drop-after-ack", command):
                self.line.hang_up()
            self._take_on(request)

    def _breaks_off(self, command: str) -> bool:
        """Does the line or the terminal go before anything was done?"""
        if self._due("drop-before-ack", command):
            self.line.hang_up()
            return True
        if reboot := self._due("reboot", command):
            self.line.write(bytes((ACK,)))
            self._start_anew(reboot.seconds(2.0))
            return True
        return False

    def _start_anew(self, seconds: float) -> None:
        """Be gone for so long; the batch stays, what was shown does not."""
        self._message = ""
        self.line.unplug()
        loop = asyncio.get_running_loop()
        loop.call_later(seconds, lambda: self._keep(loop.create_task(self.line.plug_in())))

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _rejects(self, command: str, request: str) -> bool:
        if request != self._rejected:
            self._naks_left = 0
        if not self._naks_left and (fault := self._due("nak", command)):
            self._naks_left, self._rejected = fault.number(1) + 1, request
        self._naks_left = max(self._naks_left - 1, 0)
        return self._naks_left > 0

    def _take_on(self, request: str, acknowledge_after_s: float = 0.0) -> None:
        if request.startswith("T00") and (pulled := self._pulled("", "power")):
            self.line.unplug()
            if pulled.argument == "power":
                return
        self._work.put_nowait((request, acknowledge_after_s))

    def _pulled(self, *moments: str) -> Fault | None:
        """Is the cable pulled at one of these moments?"""
        pulled = self.plan.peek("unplug")
        return self.plan.take("unplug") if pulled is not None and pulled.argument in moments else None

    def _abort(self) -> None:
        if self._due("abort-ignored", "A14") or self.plan.take("abort-ignored"):
            return
        self.line.write(bytes((ACK,)))
        self._patient("abort")

    async def _lose(self, command: str) -> bool:
        """Does the answer never leave, or the line go with it?"""
        if late := self._due("late-answer", command):
            await asyncio.sleep(late.seconds(200.0))
        if self._due("answer-lost", command):
            return True
        if command == "T00" and self._pulled("answer"):
            self.line.unplug()
            return True
        if self._due("link-drop", command):
            self.line.hang_up()
            return True
        return False

    async def _deliver(self, command: str, answer: str) -> None:
        """Say the answer until the till acknowledges, at most three times, then end the exchange."""
        if self._due("stale-first", command):
            await self._say_until_acknowledged([texts.frame(texts.short_answer("A17", "000000", "OK"))])
        answer = self._dressed(command, answer)
        packets = [answer]
        if self._due("multi-packet", command):
            middle = len(answer) // 2
            packets = ["1" + answer[1:middle], "0" + texts.FIELD + answer[middle:]]
        for packet in packets:
            await self._say_until_acknowledged(self._spoilt(command, packet))
        if self._due("answer-then-drop", command):
            self.line.hang_up()
        elif not self._due("no-eot", command):
            self.line.write(bytes((EOT,)))

    def _dressed(self, command: str, answer: str) -> str:
        """The answer as other versions, other apps and broken ones would write it."""
        if self._due("extra-fields", command):
            answer += texts.fields("", "", ("", "LATER=1=2", "Mixed=Case"), "9")
        if self._due("odd-fields", command):
            answer = texts.oddly(answer)
        if version := self._due("version", command):
            answer = answer.replace(texts.PROTOCOL, version.argument or "1.64", 1)
        if command != "T00" and self.plan.take("sends-pan", command):
            answer = texts.all_card_numbers(answer, self.wallet.number)
        if wanted := self._due("check-byte", command):
            answer = texts.with_check_byte(answer, int(wanted.argument or "04", 16))
        return answer

    def _spoilt(self, command: str, packet: str) -> list[bytes]:
        """The frames to try, one after another."""
        good = texts.frame(packet)
        if bad := self._due("bad-lrc", command):
            return [texts.frame(packet, spoil=True)] * bad.number(1) + [good]
        if self._due("truncated", command):
            return [good[: len(good) // 2], good]
        if self._due("garbage", command):
            return [NOISE + good]
        if self._due("noise-between", command):
            return [NOISE + NOISE + good + NOISE]
        if self._due("duplicate-response", command):
            return [good + good]
        return [good]

    async def _say_until_acknowledged(self, tries: list[bytes]) -> None:
        self._signs = asyncio.Queue()
        split = self.plan.take("split")
        for attempt in range(MOST_TRIES):
            await self._write(tries[min(attempt, len(tries) - 1)], split)
            try:
                async with asyncio.timeout(self.manner.acknowledge_wait_s):
                    sign = await self._signs.get()
            except TimeoutError:
                continue
            if sign is not Heard.NAK:
                return

    async def _write(self, data: bytes, split: Fault | None) -> None:
        step = split.number(7) if split else len(data)
        pause_s = min(0.002, 0.05 * step / len(data))
        for start in range(0, len(data), step):
            self.line.write(data[start : start + step])
            if split:
                await asyncio.sleep(pause_s)

    # the screen and the patient

    async def _set_screen(self, text: str) -> None:
        if text != self.screen:
            self._show(text)
        async with self._changed:
            self.screen = text
            self._changed.notify_all()

    def _patient(self, act: str) -> bool:
        """Something happens in front of the terminal: `present`, `cancel`, or the till's `abort`."""
        if self._act is None or self._act.done():
            return False
        self._act.set_result(act)
        return True

    async def _wait_for_card(self, cents: int, screen: str = "") -> str:
        """What the patient does: `present`, `cancel`, `abort`, `timeout`."""
        loop = asyncio.get_running_loop()
        self._act = loop.create_future()
        does = "present"
        for fault, instead in (("cancelled", "cancel"), ("card-timeout", "timeout")):
            if self.plan.take(fault):
                does = instead
        timer = None
        if self.manner.present_after_s is not None:
            timer = loop.call_later(self.manner.present_after_s, self._patient, does)
        await self._set_screen(screen or f"present card {cents / 100:.2f}")
        try:
            async with asyncio.timeout(self.manner.card_wait_s):
                return await self._act
        except TimeoutError:
            return "timeout"
        finally:
            self._act = None
            if timer is not None:
                timer.cancel()

    # the commands

    async def _not_supported(self, request: list[str]) -> str:
        return texts.short_answer(texts.answering(request[0]), "100003", "NOT SUPPORTED")

    async def _who(self, _: list[str]) -> str:
        return texts.who_answer()

    async def _fine(self, request: list[str]) -> str:
        return texts.short_answer(texts.answering(request[0]), "000000", "OK")

    async def _show_message(self, request: list[str]) -> str:
        """A10: words and their title stand on the screen until they are cleared or somebody is to pay."""
        self._message = f"message {texts.part_at(request, 3)}: {texts.part_at(request, 2)}"
        return texts.short_answer("A11", "000000", "OK")

    async def _clear_message(self, _: list[str]) -> str:
        self._message = ""
        return texts.short_answer("A13", "000000", "OK")

    async def _restart(self, _: list[str]) -> str:
        """A26: it says that it will, and is gone."""
        refused = self.plan.take("restart-refused")
        return texts.short_answer("A27", "100003" if refused else "000000", "NOT ALLOWED" if refused else "OK")

    async def _credit(self, request: list[str]) -> str:
        """T00 and T02."""
        self._message = ""
        command, kind = request[0], texts.part_at(request, 2)
        edc = EDC[command]
        if any(texts.part_at(request, 4, part) for part in range(3)):
            self.card_data_received += 1
            return texts.short_answer("T01", "100003", "FORMAT ERROR")
        if refused := self.plan.take("refused"):
            return texts.short_answer(texts.answering(command), "100003", refused.argument or "AMOUNT INVALID")
        work = {"01": self._sale, "02": self._return, "16": self._void, "17": self._void, "32": self._tokenize}.get(
            kind
        )
        if work is None:
            return texts.short_answer(texts.answering(command), "100003", "FORMAT ERROR")
        answer = await work(request, edc)
        return answer if edc == "01" else texts.as_debit(answer)

    async def _tokenize(self, request: list[str], _edc: str) -> str:
        """Keep a card: no money moves, nothing gets into the batch."""
        refused = await self._no_card(0)
        if refused:
            return refused
        card = self.wallet.present()
        token = "" if self.plan.take("no-token") else self.bank.keep(card)
        trace = (str(self.bank.numbers_used), texts.part_at(request, 5), self._now())
        return texts.token_answer(card, self.manner.entry_mode, trace, token)

    async def _sale(self, request: list[str], edc: str) -> str:
        amount, reference = texts.part_at(request, 3), texts.part_at(request, 5)
        if not amount.isdecimal() or not int(amount):
            return texts.short_answer("T01", "100003", "AMOUNT INVALID")
        asked_cents = int(amount)
        override = texts.part_at(request, 4, 5) == "1"
        token = texts.extra_of(request, "TOKEN")
        if token:
            return await self._sale_to_kept(token, reference, asked_cents, override=override)
        refused = await self._no_card(asked_cents)
        if refused:
            return refused
        if edc == "01" and self.plan.take("debit-only"):
            return texts.short_answer("T01", "100003", "DEBIT ONLY TRY ANOTHER TENDER")
        keeps = texts.extra_of(request, "TOKENREQUEST") == "1"
        return await self._ask_the_bank(
            texts.part_at(request, 2), reference, asked_cents, override=override, edc=edc, keeps=keeps
        )

    async def _sale_to_kept(self, token: str, reference: str, asked_cents: int, *, override: bool) -> str:
        """A card that is kept: nobody shows one."""
        card = self.bank.kept.get(token)
        if card is None:
            return texts.short_answer("T01", "100003", "TOKEN NOT FOUND")
        return await self._ask_the_bank("01", reference, asked_cents, override=override, kept=card)

    async def _return(self, request: list[str], edc: str) -> str:
        """Money back: tied to its sale by the host's reference without the card, else to the card that is shown."""
        amount, reference, href = texts.part_at(request, 3), texts.part_at(request, 5), texts.href_of(request)
        if not amount.isdecimal() or not int(amount):
            return texts.short_answer("T01", "100003", "AMOUNT INVALID")
        asked_cents = int(amount)
        if not href:
            refused = await self._no_card(asked_cents)
            return refused or await self._ask_the_bank("02", reference, asked_cents, override=True, edc=edc)
        sale = self.bank.sale_to_return(href, edc)
        if sale is None:
            return texts.short_answer("T01", "100023", "NOT FOUND")
        if asked_cents > self.bank.returnable_cents(sale):
            trace = (str(self.bank.next_number()), reference, self._now())
            return texts.declined_answer(sale.card, sale.entry_mode, asked_cents, trace, "61 EXCEEDS SALE AMOUNT")
        return await self._ask_the_bank("02", reference, asked_cents, override=True, sale=sale, edc=edc)

    async def _no_card(self, cents: int) -> str:
        """Ask for the card; the answer when it does not come to the bank, or nothing."""
        act = await self._wait_for_card(cents)
        for does, code, words in (("timeout", "100001", "TIMEOUT"), ("cancel", ABORTED, "ABORTED"),
                                  ("abort", ABORTED, "ABORTED")):  # fmt: skip
            if act == does:
                return texts.short_answer("T01", code, words)
        for fault, code, words in (("paper-out", "100032", "OUT OF PAPER"),
                                   ("chip-failed", "101401", "CHIP READ FAILED")):  # fmt: skip
            if self.plan.take(fault):
                return texts.short_answer("T01", code, words)
        if unknown := self.plan.take("unknown-code"):
            return texts.short_answer("T01", unknown.argument or "109999", "SOMETHING ELSE")
        return ""

    async def _ask_the_bank(
        self,
        kind: str,
        reference: str,
        asked_cents: int,
        *,
        override: bool,
        sale: Transaction | None = None,
        edc: str = "01",
        kept: Card | None = None,
        keeps: bool = False,
    ) -> str:
        """Approve or decline; a return tied to its `sale` goes to that card, a sale to a `kept` one to that. `keeps`:
        the card is kept once it is approved."""
        card = kept or (sale.card if sale else self.wallet.present())
        if kind == "01" and not override and (earlier := self.bank.duplicate(card, asked_cents)):
            return texts.duplicate_answer(self.bank, earlier)
        await self._set_screen("authorising")
        slow = self.plan.take("slow-bank")
        await asyncio.sleep(slow.seconds(80.0) if slow else self.manner.bank_s)
        if declined := self.plan.take("declined"):
            trace = (str(self.bank.next_number()), reference, self._now())
            reason = declined.argument or "51 INSUFF FUNDS"
            return texts.declined_answer(card, self.manner.entry_mode, asked_cents, trace, reason)
        cents = asked_cents
        if partial := self.plan.take("partial"):
            cents = min(partial.number(asked_cents // 2), asked_cents)
        mode = "0" if kept else self.manner.entry_mode
        entry = self.bank.capture(kind, reference, cents, asked_cents, card, mode, self._now())
        entry.edc = edc
        entry.token = self.bank.keep(card) if keeps and not self.plan.take("no-token") else ""
        entry.returns_href = sale.href if sale else ""
        await self._set_screen(f"approved {cents / 100:.2f}")
        return self._sale_answer(entry, card)

    def _sale_answer(self, entry: Transaction, card: Card) -> str:
        said = entry
        if self.plan.take("wrong-reference"):
            said = replace(said, reference=str(int(said.reference or "0") + 1))
        if wrong := self.plan.take("wrong-amount"):
            cents = wrong.number(entry.cents + 100)
            said = replace(said, cents=cents, asked_cents=cents)
        if less := self.plan.take("less-said"):
            cents = less.number(entry.cents // 2)
            entry.cents = entry.asked_cents = cents  # so much is captured, and the report says the same
            said = replace(said, cents=cents, asked_cents=cents)
        answer = texts.sale_answer(self.bank, said)
        if self.plan.take("sends-pan"):
            track = f"%B{card.number}^{card.holder}^30121010000000000?;{card.number}=30121010000000?"
            answer = answer.replace(texts.FIELD + card.last4 + texts.PART, texts.FIELD + card.number + texts.PART)
            answer = answer.replace("AVS Not Requested.", track) + texts.PART + f"PAN={card.number}"
        return answer

    async def _void(self, request: list[str], edc: str) -> str:
        await self._set_screen("voiding")
        original = self.bank.original(texts.part_at(request, 5, 3), texts.href_of(request), edc)
        if original is None:
            return texts.short_answer("T01", "100023", "NOT FOUND")
        if original.kind not in ("01", "02"):
            return texts.short_answer("T01", "100003", "ALREADY VOIDED")
        await asyncio.sleep(self.manner.bank_s)
        undone = self.bank.void(original, texts.part_at(request, 5), self._now())
        return texts.sale_answer(self.bank, undone)

    async def _report(self, request: list[str]) -> str:
        """R02 by the till's reference, else by the place in the batch, counted from nought."""
        reference, place = texts.part_at(request, 8), texts.part_at(request, 5)
        entry = self.bank.by_reference(reference) if reference else self.bank.at(int(place or "0"))
        if self.plan.take("status-none") or entry is None:
            return texts.short_answer("R03", "100023", "NOT FOUND")
        if self.plan.take("status-other-reference"):
            entry = replace(entry, reference=str(int(entry.reference or "0") + 1))
        if self.plan.take("status-other-amount"):
            entry = replace(entry, cents=entry.cents + 100, asked_cents=entry.cents + 100)
        return texts.report_answer(self.bank, entry, place or "0")

    async def _totals(self, _: list[str]) -> str:
        return texts.totals_answer(self.bank.batch, off_by=int(bool(self.plan.take("totals-off"))))

    async def _close_batch(self, _: list[str]) -> str:
        if self.plan.take("batch-refused"):
            return texts.short_answer("B01", "100100", "HOST UNAVAILABLE")
        number = self.bank.batch_number
        count, cents = self.bank.close_batch()
        return texts.batch_answer(number, count, cents, self._now())

    async def _ask_to_sign(self, _: list[str]) -> str:
        """A20: the patient signs, or does not."""
        act = "timeout" if self.plan.take("no-signature") else await self._wait_for_card(0, "please sign")
        self._signature = texts.SIGNATURE if act == "present" else ""
        code, words = {"present": ("000000", "OK"), "timeout": ("100001", "TIMEOUT")}.get(act, (ABORTED, "ABORTED"))
        return texts.short_answer("A21", code, words)

    async def _signature_piece(self, request: list[str]) -> str:
        """A08: from this place on, so many at most."""
        first, most = int(texts.part_at(request, 2) or "0"), int(texts.part_at(request, 3) or "1")
        piece = self._signature[first : first + min(most, LARGEST_PIECE)]
        if not piece:
            return texts.short_answer("A09", "100023", "NOT FOUND")
        return texts.fields(
            "0", "A09", texts.PROTOCOL, "000000", "OK", str(len(self._signature)), str(len(piece)), piece
        )

    def _now(self) -> str:
        off = self.plan.peek("clock")
        moment = datetime.now().astimezone() + timedelta(seconds=off.seconds(3600.0) if off else 0.0)
        return moment.strftime("%Y%m%d%H%M%S")

    # the control channel

    def handlers(self) -> dict[str, Handler]:
        """What can be told and asked while it runs."""
        return {
            "next": _plain(self.plan.next),
            "always": _plain(self.plan.always),
            "clear": _plain(lambda _: self.plan.clear()),
            "card": _plain(self.wallet.choose),
            "again": _plain(lambda _: self.wallet.same_again()),
            "press": _plain(lambda _: self._by_hand("present")),
            "cancel": _plain(lambda _: self._by_hand("cancel")),
            "captured": self._captured,
            "state": self._state,
            "wait": self._wait,
            "unplug": _plain(lambda _: self.line.unplug()),
            "replug": self._replug,
            "close-batch": _plain(lambda _: self._close_by_hand()),
            "reset": self._reset,
        }

    def _close_by_hand(self) -> None:
        """Somebody closes the batch on the terminal itself."""
        self.bank.close_batch()

    def _by_hand(self, act: str) -> None:
        if not self._patient(act):
            raise ValueError("the terminal is not asking for a card")

    async def _captured(self, _: str) -> dict[str, Any]:
        return {
            "captured_cents": self.bank.captured_cents(),
            "transactions": self.bank.report(),
            "requests": self.requests,
            "card_data_received": self.card_data_received,
        }

    async def _state(self, _: str) -> dict[str, Any]:
        return {"screen": self.screen, "faults": self.plan.pending()}

    async def _wait(self, beginning: str) -> None:
        """Answer when the screen's text begins so."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.screen.startswith(beginning))

    async def _replug(self, _: str) -> None:
        await self.line.plug_in()

    async def _reset(self, _: str) -> None:
        """Empty batch, no faults, plugged in, nobody in front of it: as after a start."""
        self.plan.clear()
        self._message = ""
        self.wallet.start_over()
        self._patient("abort")
        async with self._changed:
            await self._changed.wait_for(lambda: not self._busy and self._work.empty())
        self.bank, self.requests, self.card_data_received, self._naks_left = Bank(), {}, 0, 0
        await self.line.plug_in()


def _plain(act: Callable[[str], None]) -> Handler:
    async def handler(argument: str) -> None:
        act(argument)

    return handler


_WORK: dict[str, Callable[[PaxSimulator, list[str]], Awaitable[str]]] = {
    "A00": PaxSimulator._who,
    "A08": PaxSimulator._signature_piece,
    "A10": PaxSimulator._show_message,
    "A12": PaxSimulator._clear_message,
    "A16": PaxSimulator._fine,
    "A20": PaxSimulator._ask_to_sign,
    "A26": PaxSimulator._restart,
    "T00": PaxSimulator._credit,
    "T02": PaxSimulator._credit,
    "R00": PaxSimulator._totals,
    "R02": PaxSimulator._report,
    "B00": PaxSimulator._close_batch,
}
