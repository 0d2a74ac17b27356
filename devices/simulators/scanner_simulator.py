"""A bar code scanner on a serial wire: sends what it is told to scan, and does it as badly as scanners do."""

from __future__ import annotations

import asyncio
import codecs
from collections.abc import Callable

from devices.simulators.control import Handler
from devices.simulators.faults import Fault, FaultPlan
from devices.simulators.lines import Line

FAULTS = {
    "no-suffix": "nothing ends the scan",
    "doubled": "the same scan twice",
    "cut-off": "only the first signs arrive (cut-off:10)",
    "pieces": "a few signs at a time, with pauses (pieces:1)",
    "controls-lost": "line ends and other control signs vanish on the way",
    "wrong-layout": "it types for a German keyboard where an American one is set up",
    "payment-card": "a payment card is swiped instead (a test card's two tracks)",
    "unplug": "the plug is pulled after a few signs (unplug:3)",
}
_PAUSE_S = 0.02
_GERMAN = str.maketrans("yzYZ-=[]/@", 'zyZY/´üö-"')
_PAYMENT_CARD = "%B4111111111111111^DOE/JOHN^3012101000000000000?;4111111111111111=30121010000000000000?"
_USUAL = "PAY-1-00001"


class ScannerSimulator:
    """One scanner. `line` is set by whoever makes it."""

    line: Line

    def __init__(self, suffix: str, show: Callable[[str], None]) -> None:
        self.plan = FaultPlan(FAULTS)
        self._suffix, self._show = suffix, show
        self._last = _USUAL

    def handlers(self) -> dict[str, Handler]:
        """What it can be told: `scan TEXT` (with `\\n`, `\\r`, `\\x1e`…), Enter for the last once more."""

        async def fault(text: str, keep: Callable[[str], None]) -> None:
            keep(text)

        async def clear(_text: str) -> None:
            self.plan.clear()

        async def plug_in(_text: str) -> None:
            await self.line.plug_in()

        async def unplug(_text: str) -> None:
            self.line.unplug()

        return {
            "scan": self._scan, "press": lambda _text: self._scan(""), "clear": clear,
            "next": lambda text: fault(text, self.plan.next), "always": lambda text: fault(text, self.plan.always),
            "replug": plug_in, "unplug": unplug,
        }  # fmt: skip

    def received(self, _data: bytes) -> None:
        """Scanners are not spoken to."""

    async def run(self) -> None:
        """Wait: everything happens on command."""
        await asyncio.Event().wait()

    async def _scan(self, text: str) -> None:
        if text:
            self._last = codecs.decode(text, "unicode_escape")
        self._show(f"scans {len(self._last)} signs")
        for _ in range(2 if self.plan.take("doubled") else 1):
            await self._send(self._last)

    async def _send(self, text: str) -> None:
        if self.plan.take("payment-card"):
            text = _PAYMENT_CARD
        if self.plan.take("wrong-layout"):
            text = text.translate(_GERMAN)
        if self.plan.take("controls-lost"):
            text = "".join(sign for sign in text if sign.isprintable())
        if cut := self.plan.take("cut-off"):
            text = text[: cut.number(10)]
        if not self.plan.take("no-suffix"):
            text += self._suffix
        pulled = self.plan.take("unplug")
        if pulled:
            text = text[: pulled.number(3)]
        await self._write(text.encode("latin-1", "replace"), self.plan.take("pieces"))
        if pulled:
            await asyncio.sleep(_PAUSE_S)
            self.line.unplug()

    async def _write(self, data: bytes, pieces: Fault | None) -> None:
        size = pieces.number(1) if pieces else len(data)
        for start in range(0, len(data), size or 1):
            self.line.write(data[start : start + (size or 1)])
            if pieces:
                await asyncio.sleep(_PAUSE_S)
