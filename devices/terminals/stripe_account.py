"""The readers of a Stripe account: which there are, how they are, and registering a new one by the code it shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from devices.base import Secret
from devices.scrubber import PanGuard
from devices.terminals.stripe import model_name
from devices.terminals.stripe_link import CallFailed, StripeAddress, StripeLink, StripeTimers, named
from models.basics.errors import DeviceBusy, DeviceError, DeviceMissing

Shape = dict[str, Any]
DRIVEN_HERE = ("bbpos_wisepos_e", "stripe_", "verifone_", "wisepos_e")
"""Kinds of readers that this program can drive: those that talk to Stripe by themselves."""


@dataclass(frozen=True, slots=True)
class KnownReader:
    """A reader of the account. `seen_at` is when Stripe last heard of it."""

    reader_id: str
    label: str
    model: str
    serial: str
    online: bool
    seen_at: datetime | None
    place_id: str
    test: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A location of the account."""

    place_id: str
    name: str


class StripeAccount:
    """What a key can see. Every call may wait; raises DeviceError."""

    def __init__(self, base: str, secret: Secret, timers: StripeTimers | None = None) -> None:
        self._guard = PanGuard("reader")
        self._link = StripeLink(StripeAddress.parse(base), secret, timers or StripeTimers(), self._guard)

    def readers(self) -> tuple[KnownReader, ...]:
        """Every reader that can be driven from here."""
        page = self._call(lambda v1: v1.terminal.readers.list({"limit": 100}))
        return tuple(self._known(each) for each in page["data"] if _driven(str(each.get("device_type") or "")))

    def places(self) -> tuple[Place, ...]:
        """Every location."""
        page = self._call(lambda v1: v1.terminal.locations.list({"limit": 100}))
        clean = self._guard.clean
        return tuple(Place(named(each.get("id")), clean(str(each.get("display_name") or ""))[:60])
                     for each in page["data"])  # fmt: skip

    def register(self, code: str, label: str, place_id: str) -> KnownReader:
        """A new reader by the code on its screen, at a location."""
        asked: Any = {"registration_code": code, "label": label, "location": place_id}
        return self._known(self._call(lambda v1: v1.terminal.readers.create(asked)))

    def wake(self, reader_id: str) -> None:
        """Let an idle reader do something that does nothing: some sleep through what they are asked until they are
        asked once more. Raises DeviceBusy `stripe.other_till`, nothing done, while it is in the middle of something."""
        action = self._call(lambda v1: v1.terminal.readers.retrieve(reader_id)).get("action") or {}
        if action.get("status") == "in_progress" and action.get("type") != "set_reader_display":
            raise DeviceBusy("stripe.other_till", device="reader")
        self._call(lambda v1: v1.terminal.readers.cancel_action(reader_id))

    def close(self) -> None:
        """Forget the key."""
        self._link.close()

    def _known(self, reader: Shape) -> KnownReader:
        clean = self._guard.clean
        seen = reader.get("last_seen_at")  # milliseconds, unlike every other moment there
        serial = clean(str(reader.get("serial_number") or ""))[:40]
        return KnownReader(
            reader_id=named(reader.get("id")), label=clean(str(reader.get("label") or ""))[:60] or serial,
            model=model_name(clean(str(reader.get("device_type") or ""))[:40]), serial=serial,
            online=reader.get("status") == "online",
            seen_at=datetime.fromtimestamp(seen / 1000, UTC) if isinstance(seen, int) else None,
            place_id=named(reader.get("location")), test=not reader.get("livemode"),
        )  # fmt: skip

    def _call(self, work: Callable[[Any], Any]) -> Shape:
        try:
            return self._link.call(work)
        except CallFailed as failed:
            error = failed.error
            raise error if isinstance(error, DeviceError) else DeviceMissing("stripe.unreachable") from None


def _driven(kind: str) -> bool:
    plain = kind.lower().removeprefix("simulated_")
    return plain.startswith(DRIVEN_HERE) and plain != "stripe_m2"
