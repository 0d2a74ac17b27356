"""What Settings > Devices shows, made of what the story knows. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from app.device_kinds import KINDS
from app.device_log import DISPLAY, DRAWER, PRINTER, READER, SCANNER, Act, DeviceEvent, act_words, end_words
from app.devices import THROUGH_PRINTER, DeviceCard, DevicesView, Offer
from app.scans import KEYBOARD
from app.views import DeviceLight
from app.words import sentence
from widgets.common.pill import Look

ICONS: Final = {READER: "credit-card", PRINTER: "printer", DRAWER: "inbox", SCANNER: "scan-line"}
OTHER_ICON: Final = "monitor"
_MEANINGS: Final = {"ok": "ok", "busy": "info", "warn": "warn", "bad": "bad"}
_PILLS: Final = {
    "light.reader.ready": "Ready", "light.reader.checking": "Looking", "light.reader.arming": "In use",
    "light.reader.waiting": "In use", "light.reader.busy": "In use", "light.reader.missing": "Not connected",
    "light.reader.doubt": "Payment being checked", "light.reader.restarting": "Starting anew",
    "light.printer.ready": "Ready", "light.printer.checking": "Looking", "light.printer.printing": "Printing",
    "light.printer.paper_low": "Paper low", "light.printer.paper_out": "Out of paper",
    "light.printer.cover_open": "Cover open", "light.printer.cutter": "Cutter stuck",
    "light.printer.missing": "Not connected",
    "light.drawer.closed": "Closed", "light.drawer.open": "Open", "light.drawer.ready": "Ready",
    "light.drawer.missing": "Not connected",
    "light.drawer.unplugged": "Not connected",
    "light.display.ready": "Ready", "light.display.checking": "Looking", "light.display.missing": "Not connected",
    "light.scanner.ready": "Ready", "light.scanner.checking": "Looking", "light.scanner.missing": "Not connected",
}  # fmt: skip
"""The words of a card's pill, by the words of its light; a light without a row says its own."""
_CONNECTIONS: Final = {
    "tcp": "Network", "http": "Network", "https": "Internet", "serial": "Serial port", "usb": "USB", "usblp": "USB",
    "libusb": "USB", "cups": "Print queue", "spool": "Print queue",
}  # fmt: skip
_NOT_THERE: Final = {"light.reader.missing", "light.printer.missing", "light.drawer.missing", "light.scanner.missing",
                     "light.drawer.unplugged", "light.display.missing"}  # fmt: skip

CHECK, FIND, ADDRESS, TEST, CUT, REMOVE, SET_UP = "check", "find", "address", "test", "cut", "remove", "set_up"
MESSAGE, RESTART = "message", "restart"
"""What a button of a card asks for."""

_NETWORK_STEPS = (
    ("Is it switched on, and does it show its start screen?", "Look again", CHECK),
    ("Is its network cable in, or its Wi-Fi on? Its address must still be {address}.", "Change the address", ADDRESS),
)
_CABLE_STEPS = (
    ("Is it switched on, and is its cable in at both ends? It is found again by itself.", "Look again", CHECK),
    ("Was it changed for another one? Choose that one.", "Find devices", FIND),
)
_STEPS: Final = {
    "Network": _NETWORK_STEPS,
    "Internet": (("Does this computer reach the internet, and does the reader?", "Look again", CHECK),),
    "Serial port": _CABLE_STEPS,
    "USB": _CABLE_STEPS,
    "Print queue": (
        ("Does this computer’s own printing system print to it?", "Look again", CHECK),
        ("Has the queue another name now? Choose it again.", "Find devices", FIND),
    ),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step on the way back, and its button."""

    words: str
    button: str
    act: str


@dataclass(frozen=True, slots=True)
class CardState:
    """One card. `facts` are (label, value); `acts` the buttons (act, words, icon); `note` stands beside them."""

    key: str
    title: str
    subtitle: str
    icon: str
    pill: Look
    facts: tuple[tuple[str, str], ...] = ()
    acts: tuple[tuple[str, str, str], ...] = ()
    steps: tuple[Step, ...] = ()
    note: str = ""
    note_ink: str = "muted"
    fitted: bool = True


@dataclass(frozen=True, slots=True)
class EventLine:
    """One of the last events: when, what, in which colour."""

    when: str
    words: str
    ink: str = "text2"


_CHANGES: Final = frozenset({FIND, ADDRESS, REMOVE, SET_UP})
"""What makes the desk use another device."""


def cards_of(view: DevicesView) -> tuple[CardState, ...]:
    """Every card of the page; without what would change devices where those are fixed."""
    cards = tuple(_card(card) for card in view.cards)
    return tuple(_fixed(card) for card in cards if card.fitted) if view.fixed else cards


def _fixed(card: CardState) -> CardState:
    acts = tuple(act for act in card.acts if act[0] not in _CHANGES)
    return replace(card, acts=acts, steps=tuple(step for step in card.steps if step.act not in _CHANGES))


def counts_of(view: DevicesView) -> tuple[int, int]:
    """How many devices work, and how many need somebody."""
    known = [card.light.state for card in view.cards if card.fitted and card.light is not None]
    return known.count("ok") + known.count("busy"), known.count("warn") + known.count("bad")


def _card(card: DeviceCard) -> CardState:
    icon = ICONS.get(card.key, OTHER_ICON)
    if not card.fitted:
        subtitle = "Not connected" if card.key == READER else "Not connected, optional"
        acts: tuple[tuple[str, str, str], ...] = ((SET_UP, "Set up", "plus"),)
        if card.key == DRAWER:
            acts = ((SET_UP, "On the printer", "printer"), (FIND, "Its own wire", "cable"))
        return CardState(card.key, card.name, subtitle, icon, ("", "neutral", ""), acts=acts, fitted=False)
    note, ink = _note(card)
    here = not _away(card) and (card.light is None or card.light.words != "light.reader.restarting")
    can = {CUT: card.cuts, MESSAGE: card.shows_message and here, RESTART: card.restarts and here}
    acts = tuple(act for act in _ACTS.get(card.key, _USUAL_ACTS) if can.get(act[0], True))
    return CardState(card.key, card.name, _subtitle(card), icon, _pill(card.light), _facts(card), acts, _steps(card),
                     note, ink)  # fmt: skip


_USUAL_ACTS = ((FIND, "Choose another", "search"), (REMOVE, "Remove", ""))
_ACTS: Final = {
    READER: (
        (TEST, "Test reader", "nfc"),
        (MESSAGE, "Show message", "message-square"),
        (RESTART, "Restart reader", "refresh-cw"),
        *_USUAL_ACTS,
    ),
    PRINTER: ((TEST, "Test print", "printer"), (CUT, "Cut paper", ""), *_USUAL_ACTS),
    DISPLAY: ((TEST, "Show message", "monitor"), *_USUAL_ACTS),
    DRAWER: ((TEST, "Open drawer", "inbox"), (REMOVE, "Remove", "")),
}


def _pill(light: DeviceLight | None) -> Look:
    if light is None:
        return "Types like a keyboard", "neutral", ""
    words = _PILLS.get(light.words) or sentence(light.words, light.facts).title
    return words, _MEANINGS[light.state], ""


def connection(address: str) -> str:
    """How a device at `address` is connected, in words."""
    return _CONNECTIONS.get(address.partition("://")[0], "")


def _subtitle(card: DeviceCard) -> str:
    if card.address == THROUGH_PRINTER:
        return "Through the receipt printer"
    if card.address == KEYBOARD:
        return "Types what it reads"
    where = card.address.partition("://")[2].rstrip("/")
    return " · ".join(part for part in (card.model, connection(card.address), where) if part)


def _facts(card: DeviceCard) -> tuple[tuple[str, str], ...]:
    told = (
        ("Serial", card.serial),
        ("Software", card.software),
        ("Answer time", f"{card.took_ms} ms" if card.took_ms and not _away(card) else ""),
        ("Ask for a card for", f"{card.card_wait_s} seconds" if card.card_wait_s else ""),
        ("Restart", "" if card.restarts or card.key != READER else "With its own power button"),
        ("Paper", card.paper),
        ("Last contact", moment(card.last_at) if card.last_at else "" if card.key == DRAWER else "None yet"),
    )
    return tuple((label, value) for label, value in told if value)


def _away(card: DeviceCard) -> bool:
    return card.light is not None and card.light.words in _NOT_THERE


def _steps(card: DeviceCard) -> tuple[Step, ...]:
    """What to do, in order, about a device that is not there."""
    if not _away(card):
        return ()
    if card.address == THROUGH_PRINTER:
        return (Step("It opens through the printer: bring the printer back first.", "Look again", CHECK),)
    where = card.address.partition("://")[2].rstrip("/")
    return tuple(Step(words.format(address=where), button, act)
                 for words, button, act in _STEPS.get(connection(card.address), _CABLE_STEPS))  # fmt: skip


def _note(card: DeviceCard) -> tuple[str, str]:
    light = card.light
    waiting = int(light.facts.get("waiting") or 0) if light is not None else 0
    if waiting:
        return f"{waiting} receipt{'s' if waiting > 1 else ''} wait{'' if waiting > 1 else 's'}", "warn_text"
    if light is not None and light.words == "light.printer.paper_low":
        return "Paper is low, have a roll ready", "warn_text"
    if card.key == DRAWER:
        times = {0: "Not opened today", 1: "Opened once today"}
        return times.get(card.opened_today, f"Opened {card.opened_today} times today"), "muted"
    if card.tested is not None:
        how = "passed" if card.tested.good else "failed"
        return f"Test {how} {moment(card.tested.at)}", "muted" if card.tested.good else "bad_text"
    return "", "muted"


def moment(at: datetime) -> str:
    """`9:48 AM`."""
    return f"{at.hour % 12 or 12}:{at.minute:02d} {'AM' if at.hour < 12 else 'PM'}"


# Events ---------------------------------------------------------------------------------------------------------------


def event_line(event: DeviceEvent) -> EventLine:
    """An event as the page tells it."""
    return EventLine(moment(event.at).rpartition(" ")[0], event_words(event), "text2" if event.good else "warn_text")


def event_words(event: DeviceEvent) -> str:
    """What happened, in one short line."""
    name = name_of(event.device)
    if event.act is Act.LOOK:
        return f"{name} ready" if event.good else f"{name}: {_lower(end_words(event))}"
    if event.act in (Act.CHOSEN, Act.REMOVED, Act.TEST, Act.SCAN) and event.good:
        return f"{name}: {_lower(act_words(event))}"
    return act_words(event) if event.good else f"{act_words(event)}: {_lower(end_words(event))}"


def name_of(device: str) -> str:
    """What a device is called."""
    return KINDS[device].name if device in KINDS else device.capitalize()


def took_words(took_ms: int) -> str:
    """`401 ms`, `2.3 s`."""
    if not took_ms:
        return ""
    return f"{took_ms} ms" if took_ms < 1000 else f"{took_ms / 1000:.1f} s"


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:] if words[1:2].islower() else words


# What was found -------------------------------------------------------------------------------------------------------


def offer_title(offer: Offer) -> str:
    """What a device that was found is called: who made it, or what it says of itself."""
    found = offer.found
    words = found.words if found.words not in ("", "n/a") else ""
    if found.maker and not words.lower().startswith(found.maker.lower()):
        return f"{found.maker} {words}".strip()
    return words or "Device without a name"


def offer_under(offer: Offer) -> str:
    """Where it hangs and how it is told from another."""
    found = offer.found
    number = f"No. {found.number}" if found.number else ""
    twin = "another one says the same of itself" if found.twin else ""
    return " · ".join(part for part in (found.socket, number, twin) if part)


def usual_kind(offers: Sequence[Offer], wire: str, wanted: str) -> str:
    """What a found device would be used as: what was asked for, else what it usually is."""
    found = next((offer.found for offer in offers if offer.found.wire == wire), None)
    return wanted or (found.kind if found is not None else "") or READER
