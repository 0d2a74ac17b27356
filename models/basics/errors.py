"""The tree of everything that can go wrong without being a bug.

PosError                 message_key, facts (numbers and ids only), effect, retry
├─ RuleBroken            a person can put it right here: amount of zero, PIN wrong, number missing
├─ DeviceError           DeviceMissing · DeviceBusy · OutOfPaper · DeviceTimeout
├─ PaymentError          PaymentUnavailable  nothing sent     effect NONE
│                        PaymentDeclined     answered: no     effect NONE
│                        PaymentUnconfirmed  sent, no answer  effect UNKNOWN: ask first, never charge again
├─ SyncError             SyncLater (try again) · SyncRefused (set aside for a person)
├─ ImportRefused         a file or record of another program that cannot be taken
└─ StorageError          disk full, locked, damaged, key missing or wrong

A message key is a dotted path such as `amount.zero`; the sentence for it is made in `app.words` from the key and the
facts. Facts carry numbers, ids and names of fields or devices: never a patient's data, never card data.
"""

from __future__ import annotations

from enum import Enum

Fact = int | str | bool | None


class Effect(Enum):
    """Did money or paper move?"""

    NONE = "none"
    DONE = "done"
    UNKNOWN = "unknown"


class PosError(Exception):
    """Something the world, not the program, got wrong.

    `message_key` names the sentence, `facts` fill it, `effect` says whether money or paper moved, `retry` whether
    the same act may be tried again.
    """

    effect: Effect = Effect.NONE
    retry: bool = False

    def __init__(self, message_key: str, /, *, effect: Effect | None = None, **facts: Fact) -> None:
        super().__init__(message_key)
        self.message_key = message_key
        self.facts: dict[str, Fact] = facts
        if effect is not None:
            self.effect = effect

    def __str__(self) -> str:
        shown = " ".join(f"{name}={value}" for name, value in self.facts.items())
        return f"{self.message_key} {shown}".rstrip()


class RuleBroken(PosError):
    """The person at the desk can put it right; nothing was written."""


class DeviceError(PosError):
    """A device did not do its work. `device` in the facts names which."""

    retry = True


class DeviceMissing(DeviceError):
    """The port is absent, taken, forbidden, or nobody answers there."""


class DeviceBusy(DeviceError):
    """The device is in the middle of something else."""


class OutOfPaper(DeviceError):
    """No paper, or the cover is open; the job waits."""


class DeviceTimeout(DeviceError):
    """The device did not answer in time."""


class PaymentError(PosError):
    """A card payment that did not end as approved."""


class PaymentUnavailable(PaymentError):
    """Nothing was sent to the reader."""

    retry = True


class PaymentDeclined(PaymentError):
    """The answer was no; nothing was charged."""


class PaymentUnconfirmed(PaymentError):
    """Sent, and the outcome is not known: ask, never charge again."""

    effect = Effect.UNKNOWN


class SyncError(PosError):
    """The hub could not be reached or did not take what was sent. The operations stay in the outbox."""


class SyncLater(SyncError):
    """Try again later by itself."""

    retry = True


class SyncRefused(SyncError):
    """The hub will not take this as it is; a person must look."""


class ImportRefused(PosError):
    """A file or a record of another program that cannot be taken; `file` and `path` in the facts say where."""


class StorageError(PosError):
    """The store cannot be read or written; nothing was half-written."""
