"""What the line to the hub deserves to be said about, as one banner: the worst first. Pure, over the desk's lights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.views import DeviceLight
from models.basics.errors import Fact

UPDATE_NEEDED = "sync.update_needed"
CONNECTING = "sync.connecting"


@dataclass(frozen=True, slots=True)
class LineNews:
    """One thing to say. `meaning` colours it (warn, bad, info), `words` is its message key. `patient`: only said once
    it has lasted; `offers` whether trying again now makes sense."""

    meaning: str
    words: str
    facts: Mapping[str, Fact]
    patient: bool = False
    offers: bool = True


def news_of(lights: Mapping[str, DeviceLight]) -> LineNews | None:
    """The news in the desk's lights, or None while all is well. What stops the desk comes before the broken line, that
    before a line on which nothing goes out, that before what mends itself, the clock last."""
    light = lights.get("line")
    if light is None:
        return None
    told = light.facts
    cause = str(told.get("cause") or "")
    if cause == UPDATE_NEEDED:
        waits = told.get("pending")
        return LineNews("warn", "banner.update_needed_waiting" if waits else "banner.update_needed", told, offers=False)
    if told.get("stopped"):
        return LineNews("bad", cause, told)
    if light.state in {"warn", "bad"} and not told.get("online", False):
        return LineNews("warn", "banner.offline", told, patient=True)
    if told.get("still_s"):
        return LineNews("bad", "sync.lies_still", told)
    if told.get("repair"):
        return LineNews("info", str(told["repair"]), told, offers=False)
    off_s = int(told.get("off_s") or 0)
    if off_s:
        key = "banner.clock_ahead" if off_s > 0 else "banner.clock_behind"
        return LineNews("warn", key, told)
    return None
