"""What the panel of the line shows, worked out without a window."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.syncing import SyncView
from app.words import Words, sentence, show_span
from models.basics.money import show_cents
from widgets.common.pill import Look
from widgets.common.when import day_text, time_text

JOINS_AGAIN = frozenset({
    "auth.unknown_device", "auth.wrong_signature", "auth.revoked", "sync.cloned", "sync.forked", "sync.tenant_unknown",
    "sync.wrong_certificate",
})  # fmt: skip
"""What stops the exchange until this desk joins with a code again."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the panel; `ink` is the colour of its value."""

    label: str
    value: str
    ink: str = "text"


@dataclass(frozen=True, slots=True)
class PanelState:
    """The whole panel. `not_taken` counts today's records the hub took otherwise: with any there is a way to them.
    `joins_again`: the desk must join with a code."""

    title: str = "Sync with the hub"
    look: Look = ("Reading", "neutral", "")
    text: str = ""
    facts: tuple[Fact, ...] = ()
    not_taken: int = 0
    joins_again: bool = False


def panel_of(view: SyncView, now: datetime) -> PanelState:
    """The panel for what is known now."""
    return PanelState(look=_look(view), text=_text(view), facts=tuple(_facts(view, now)), not_taken=view.not_taken,
                      joins_again=view.stopped and view.cause in JOINS_AGAIN)  # fmt: skip


def _look(view: SyncView) -> Look:
    if view.stopped:
        return "Needs somebody", "bad", "circle-alert"
    if not view.online:
        return "Offline", "warn", "cloud-off"
    if view.still_s:
        return "Nothing goes out", "bad", "circle-alert"
    if view.repair:
        return "Mending", "info", "refresh-cw"
    return "Online", "ok", "wifi"


def _text(view: SyncView) -> str:
    """What happened, what it means, what to do."""
    if view.still_s:
        return _joined(sentence("sync.lies_still", {"pending": view.waiting_count, "still_s": view.still_s}))
    if view.repair and view.online:
        return _joined(sentence(view.repair, {"count": view.repair_count}))
    if view.cause:
        return _joined(sentence(view.cause, {}))
    if view.waiting:
        return "What waits goes out now."
    return "Everything is sent, and what other desks did is here."


def _joined(words: Words) -> str:
    return " ".join(part for part in (f"{words.title}.", words.body, words.action) if part)


def _facts(view: SyncView, now: datetime) -> list[Fact]:
    facts = [Fact("Online since" if view.online else "Offline since", moment(view.since, now)),
             Fact("Last exchange", moment(view.last_at, now) if view.last_at else "None since the start")]  # fmt: skip
    facts.append(Fact("Waiting to be sent", waiting_text(view, now), "warn_text" if view.waiting else "text"))
    if view.provisional_cents:
        words = f"{show_cents(view.provisional_cents)}, until the hub has seen it"
        facts.append(Fact("Credit to be confirmed", words, "warn_text"))
    facts.append(Fact("Hub", f"{view.hub}, on this computer" if view.hub_here else view.hub))
    facts.append(Fact("Position in the log", f"{view.position:,}"))
    facts.append(Fact("Computer clock", *_clock(view.clock_off_s)))
    facts.append(Fact("Last good backup", moment(view.backup_at, now) if view.backup_at else "None yet",
                      "text" if view.backup_at else "warn_text"))  # fmt: skip
    taken = "All taken as they were" if not view.not_taken else f"{view.not_taken} not taken as they were"
    facts.append(Fact("Today’s records", taken, "warn_text" if view.not_taken else "text"))
    return facts


def waiting_text(view: SyncView, now: datetime) -> str:
    """What waits, by kind; since when."""
    if not view.waiting:
        return "Nothing"
    kinds = ", ".join(sentence(f"waiting.{name}", {"count": count}).title for name, count in view.waiting)
    return kinds if view.oldest_at is None else f"{kinds}; the oldest from {moment(view.oldest_at, now)}"


def _clock(off_s: int) -> tuple[str, str]:
    if not off_s:
        return "Right", "text"
    return f"{show_span(off_s)} {'ahead' if off_s > 0 else 'behind'}", "warn_text"


def moment(at: datetime, now: datetime) -> str:
    """A moment of today as its time, of another day with that day."""
    local = at.astimezone(now.tzinfo)
    return (
        time_text(local) if local.date() == now.date() else f"{day_text(local.date(), now.date())}, {time_text(local)}"
    )
