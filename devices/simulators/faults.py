"""Faults a simulator can be told to have: once (`next`) or until cleared (`always`).

Written `NAME`, `NAME:ARGUMENT`, and for faults of the line `NAME:ARGUMENT@COMMAND` to hit another command than a sale,
or one route of an API (`slow:35s@payment_intents.create`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_WRITTEN = re.compile(r"(?P<name>[a-z-]+)(?::(?P<argument>[^@]*))?(?:@(?P<command>[A-Z][0-9]{2}|[a-z_]+\.[a-z_]+))?")
_DURATION = re.compile(r"(?P<number>\d+(?:\.\d+)?)(?P<unit>ms|s|)")


class FaultUnknown(ValueError):
    """The name is not in the machine's table, or its argument makes no sense."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: its name, its argument as text (may be empty), and the command it waits for (empty: the usual)."""

    name: str
    argument: str = ""
    command: str = ""

    def number(self, default: int) -> int:
        """The argument as a whole number."""
        return int(self.argument) if self.argument else default

    def seconds(self, default: float) -> float:
        """The argument as a duration: `200s`, `50ms`, `1.5`."""
        match = _DURATION.fullmatch(self.argument)
        if match is None:
            return default
        return float(match["number"]) / (1000 if match["unit"] == "ms" else 1)


def parse_fault(text: str, known: Mapping[str, str]) -> Fault:
    """The fault written as `text`. Raises FaultUnknown."""
    match = _WRITTEN.fullmatch(text.strip())
    if match is None or match["name"] not in known:
        raise FaultUnknown(f"no fault {text.strip()!r}; known: {', '.join(sorted(known))}")
    fault = Fault(match["name"], match["argument"] or "", match["command"] or "")
    if fault.argument and not re.fullmatch(r"[\w .,:/+-]{1,64}", fault.argument):
        raise FaultUnknown(f"argument of {fault.name!r} makes no sense")
    return fault


class FaultPlan:
    """What is to go wrong, and when."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self.known = known
        self._always: list[Fault] = []
        self._next: list[Fault] = []

    def always(self, text: str) -> None:
        """From now on, each time. Raises FaultUnknown."""
        self._always.append(parse_fault(text, self.known))

    def next(self, text: str) -> None:
        """Once, at the next chance. Raises FaultUnknown."""
        self._next.append(parse_fault(text, self.known))

    def clear(self) -> None:
        """Behave from now on."""
        self._always.clear()
        self._next.clear()

    def take(self, name: str, command: str = "") -> Fault | None:
        """Is `name` due now, for `command`? A `next` fault is used up by this."""
        for plan in (self._next, self._always):
            for fault in plan:
                if fault.name == name and fault.command == command:
                    if plan is self._next:
                        plan.remove(fault)
                    return fault
        return None

    def peek(self, name: str) -> Fault | None:
        """The fault of this name that comes next, without using it up."""
        return next((fault for fault in (*self._next, *self._always) if fault.name == name), None)

    def pending(self) -> list[str]:
        """What is still to come, as names."""
        return [fault.name for fault in (*self._next, *self._always)]
