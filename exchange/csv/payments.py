"""Tables of payments another program took: money in, given back, corrected, by the field's codes (S0-05 to S0-08)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from exchange.csv.cells import amount, day
from exchange.csv.columns import plain
from exchange.csv.people import whose
from exchange.csv.view import Cells, Sheet
from exchange.drafts import FileContent, Key, PaymentDraft, Ref
from exchange.money import GIVEN_BACK, TAKEN, TAKEN_OFF, MoneyElsewhere
from exchange.values import cents
from models.basics.errors import ImportRefused


@dataclass(frozen=True, slots=True)
class Kind:
    """A payment type: what it is for, and which way the money went."""

    payment_type: str
    way: str = TAKEN


TYPES: dict[str, Kind] = {
    "": Kind(""),
    "credit": Kind(""),
    "payment": Kind(""),
    "ref": Kind("", GIVEN_BACK),
    "refund": Kind("", GIVEN_BACK),
    "cor": Kind("", TAKEN_OFF),
    "correction": Kind("", TAKEN_OFF),
    "copay": Kind("copay"),
    "coinsr": Kind("coinsurance"),
    "coinsurance": Kind("coinsurance"),
    "othr": Kind("other"),
    "other": Kind("other"),
}
"""Types by code or name, letters only and small (S0-05)."""


@dataclass(frozen=True, slots=True)
class Way:
    """A method: the id every desk knows it by, and the brand where it is a card's."""

    method_id: str
    brand: str = ""


METHODS: dict[str, Way] = {
    "": Way("other"),
    "cash": Way("cash"),
    "chck": Way("check"),
    "check": Way("check"),
    "cheque": Way("check"),
    "dbit": Way("debit"),
    "debit": Way("debit"),
    "debitcard": Way("debit"),
    "crdt": Way("card"),
    "card": Way("card"),
    "creditcard": Way("card"),
    "amex": Way("card", "American Express"),
    "americanexpress": Way("card", "American Express"),
    "visa": Way("card", "Visa"),
    "mstr": Way("card", "Mastercard"),
    "mastercard": Way("card", "Mastercard"),
    "disc": Way("card", "Discover"),
    "discover": Way("card", "Discover"),
    "sqre": Way("square"),
    "square": Way("square"),
    "ptpa": Way("patient_payment"),
    "onpt": Way("portal"),
    "portal": Way("portal"),
    "patientportal": Way("portal"),
    "othr": Way("other"),
    "other": Way("other"),
}
"""Methods by code or name (S0-07). Any other name is a method of the practice's own."""

_ISO = re.compile(r"(\d{4}-\d\d-\d\d)[T ].*")
_SHORT = 12
"""A source's id of so few letters is shown as the payment's number."""


def read(sheet: Sheet, content: FileContent) -> None:
    """Each row one payment, refund or correction."""
    sheet.each(content, "payment", lambda cells: content.drafts.append(_payment(cells)))


def _payment(cells: Cells) -> PaymentDraft:
    source_id = cells.text("id", 128)
    if not source_id:
        raise ImportRefused("import.no_id", path=cells.path)
    kind = TYPES.get(plain(cells.text("type", 64)))
    if kind is None:
        raise ImportRefused("import.payment_type_unknown", path=cells.at("type"))
    way, value = _signed(cells, kind)
    named = cells.text("method", 64)
    method = METHODS.get(plain(named), Way(""))
    number = cells.text("trace_no", 40)
    is_check = method.method_id == "check"
    record = MoneyElsewhere(
        id="", patient_id="", way=way, amount_cents=value, payment_type=kind.payment_type, method_id=method.method_id,
        brand=method.brand, check_no=number if is_check else "", trace_no="" if is_check else number,
        received_date=_date(cells, "received"), posted_date=_date(cells, "posted"), note=cells.text("note", 200),
        number=source_id if len(source_id) <= _SHORT else "",
    )  # fmt: skip
    return PaymentDraft(
        key=Key("Payment", source_id), path=cells.path, record=record, updated=cells.text("updated", 64),
        patient=whose(cells), visit=_ref(cells, "Appointment", "visit_id"),
        practitioner=_ref(cells, "Practitioner", "practitioner_id"), line_item=cells.text("line_item", 128),
        method="" if method.method_id else named,
    )  # fmt: skip


def _signed(cells: Cells, kind: Kind) -> tuple[str, int]:
    """Which way the money went, and how much (S0-06): refunds and corrections are negative by their type, whatever
    sign stands there; any other type with a negative amount gives money back. Never zero."""
    said = amount(cells.text("amount", 64), cells.at("amount"))
    value = cents(said, cells.at("amount")) if said is not None else 0
    if value == 0:
        raise ImportRefused("import.amount_zero", path=cells.at("amount"))
    way = GIVEN_BACK if value < 0 and kind.way == TAKEN else kind.way
    return way, abs(value)


def _date(cells: Cells, name: str) -> str:
    text = cells.text(name, 64)
    if not text:
        return ""
    moment = _ISO.fullmatch(text)
    return day(moment[1] if moment else text, cells.sheet.order, cells.at(name)).isoformat()


def _ref(cells: Cells, kind: str, field: str) -> Ref | None:
    source_id = cells.text(field, 128)
    if not source_id:
        return None
    shown = "" if any(sign.isdigit() for sign in source_id) else source_id  # many write a name there
    return Ref(kind, cells.at(field), key=Key(kind, source_id), display=shown if kind == "Practitioner" else "")
