"""What the move panel shows, worked out without a window."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.money_views import MoveItem, MoveOrder, MovePlace, MovePreview, MoveSheet, MoveSource
from models.basics.money import show_cents
from widgets.common.when import day_text

ALL_ITEMS = "All of it, oldest first"
TITLE_LETTERS = 24
Items = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class MoveState:
    """All of the panel. Choices are (key, words); one that offers nothing to choose is hidden. `after` says what the
    move leaves behind, `error` what is wrong and what is possible; `pending`: the hub must still confirm it."""

    title: str = "Move money"
    origin: str = ""
    loading: bool = True
    sources: Items = ()
    source_key: str = ""
    places: Items = ()
    place_key: str = ""
    to_words: str = "To visit"
    items: Items = ()
    item_key: str = ""
    after: str = ""
    stays: str = ""
    error: str = ""
    button: str = "Move"
    can_move: bool = False
    busy: bool = False
    pending: bool = False


def move_state(
    order: MoveOrder | None, preview: MovePreview | None, today: date, *, cents: int | None, error: str = "",
    busy: bool = False,
) -> MoveState:  # fmt: skip
    """The panel about `order`, with the `preview` that belongs to it; `cents` is what is typed (None: no amount)."""
    if order is None:
        return MoveState(loading=not error, error=error)
    sheet = order.sheet
    source, place = sheet.source(order.source_key), sheet.place(order.place_key)
    amount = f"Move {show_cents(cents)}" if cents else "Move"
    several = place is not None and len(place.items) > 1
    return MoveState(
        title=amount if cents else "Move money",
        origin=f"from {source.number}" if source and source.number else "",
        loading=False,
        sources=tuple((each.key, source_words(each, today)) for each in sheet.sources),
        source_key=order.source_key,
        places=tuple((each.key, place_words(each, today)) for each in sheet.places_for(order.source_key)),
        place_key=order.place_key,
        to_words="To visit" if place is None or place.kind != "credit" else "To",
        items=(("", ALL_ITEMS), *((item.charge_id, item_words(item)) for item in place.items))
        if several and place
        else (),
        item_key=order.charge_id,
        after=after_words(preview, today) if preview else "",
        stays=stays_words(sheet, order, preview) if preview else "",
        error=error,
        button=amount,
        can_move=cents is not None and not error,
        busy=busy,
        pending=preview is not None and preview.provisional_cents > 0,
    )


def proposed_cents(source: MoveSource, place: MovePlace, charge_id: str = "") -> int:
    """What is proposed: all there is, but no more than is owed where line items are paid, nor than may go without the
    hub. Where nothing may, that is said of the whole of it."""
    wanted = _wanted_cents(source, place, charge_id)
    return wanted if place.kind == "credit" else min(wanted, source.may_go_cents) or wanted


def _wanted_cents(source: MoveSource, place: MovePlace, charge_id: str) -> int:
    if place.kind != "visit":
        return source.cents
    chosen = [item for item in place.items if charge_id in ("", item.charge_id)]
    return min(
        source.spendable_cents, sum(item.owes_cents for item in chosen if item.charge_id != source.where.charge_id)
    )


def source_words(source: MoveSource, today: date) -> str:
    """`PAY-1-00042, Check 2281, paid to Apr 22: $60.00`."""
    name = source.number or f"{source.method} of {day_text(source.day, today)}"
    return f"{name}, {source.place}: {show_cents(source.cents)}"


def place_words(place: MovePlace, today: date) -> str:
    """`Apr 22 Skin biopsy, owes $200.00`."""
    if place.kind == "credit":
        return "Credit, free for any visit"
    day = day_text(place.day, today) if place.day else ""
    whose = f" of {place.whose}" if place.whose else ""
    what = f"owes {show_cents(place.owes_cents)}" if place.kind == "visit" else "set aside for it"
    return f"{day} {_short(place.title)}{whose}, {what}"


def _short(title: str) -> str:
    """A title so long that what is owed still stands beside it."""
    return title if len(title) <= TITLE_LETTERS else f"{title[: TITLE_LETTERS - 1].rstrip()}\u2026"


def item_words(item: MoveItem) -> str:
    """`Lab panel, owes $45.00`."""
    return f"{_short(item.title)}, owes {show_cents(item.owes_cents)}"


def after_words(preview: MovePreview, today: date) -> str:
    """`Apr 22 will owe $20.00`: what the place will look like."""
    order = preview.order
    place = order.sheet.place(order.place_key)
    if place is None or place.kind == "credit":
        return f"Credit will be {show_cents(preview.after.credit_cents)}"
    day = day_text(place.day, today) if place.day else "It"
    if place.kind == "wait":
        return f"{show_cents(preview.waits_cents)} will wait for {day}"
    what = "This item" if order.charge_id else day
    return f"{what} will owe {show_cents(preview.will_owe_cents)}"


def stays_words(sheet: MoveSheet, order: MoveOrder, preview: MovePreview) -> str:
    """`$20.00 stays unallocated`: what stays where it came from."""
    source = sheet.source(order.source_key)
    if source is None or not preview.left_cents:
        return ""
    where = source.place if source.where.charge_id or source.where.appointment_id else "unallocated"
    return f"{show_cents(preview.left_cents)} stays {where}"
