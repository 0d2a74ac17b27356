"""What the clerk has decided on one Collect sheet, and what follows from it: pure, without a window."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from app.views import AskedFor, CollectLine, CollectRequest, CollectSheet, KeepCard, PaymentFields, Person, TenderKind
from models.basics.errors import RuleBroken
from models.basics.money import parse_cents, show_cents

Sentence = Callable[[str, Mapping[str, int | str | bool | None]], str]
"""Turns a message key and its facts into the words under a field."""

NOTHING_SAID = PaymentFields()
BY_CARD = frozenset({TenderKind.CARD, TenderKind.ON_FILE})
"""Ways to pay whose outcome a bank decides, and may be unknown."""
EXTRA_KEY = "extra"
"""The key of the line for money beyond what is owed; no charge has it."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The clerk's choices. `texts` holds what was typed for a line, word for word, so that nothing typed is lost.

    `received` is what was typed as cash received; empty means exactly what is to be collected. `family`: the lines of
    the family are paid for too. `extra_for` None: money beyond the lines goes where the sheet says. `kept_card_id` is
    the card on file; `keep`: somebody agreed that the card shown is kept.
    """

    ticked: frozenset[str] = frozenset()
    texts: Mapping[str, str] = field(default_factory=dict)
    use_credit: bool = False
    tender: TenderKind = TenderKind.CARD
    received: str = ""
    check_no: str = ""
    check_name: str = ""
    print_receipt: bool = True
    family: bool = False
    method_id: str = ""
    number: str = ""
    extra_for: str | None = None
    fields: PaymentFields = NOTHING_SAID
    kept_card_id: str = ""
    keep: KeepCard | None = None

    def kept(self, **changes: Any) -> Draft:
        """With other choices; what is not named stays."""
        return replace(self, **changes)

    def with_family(self, sheet: CollectSheet, on: bool) -> Draft:
        """With the whole family paid for, every line of it chosen, or only the patient."""
        others = {line.key for line in sheet.lines if line.patient}
        return replace(self, family=on, ticked=self.ticked | others if on else self.ticked - others)

    def tick(self, key: str, on: bool) -> Draft:
        """With the line `key` chosen or not; what was typed for it stays for when it is chosen again."""
        return replace(self, ticked=self.ticked | {key} if on else self.ticked - {key})

    def typed(self, key: str, text: str) -> Draft:
        """With `text` typed for the line `key`; typing an amount chooses the line, clearing it lets it go."""
        texts = {**self.texts, key: text}
        return replace(self, texts=texts).tick(key, bool(text.strip()))


def first_draft(sheet: CollectSheet) -> Draft:
    """What is chosen when a sheet opens: its default lines, credit on where there is some, the first tender."""
    kinds = [TenderKind(name) for name in sheet.tenders if name != TenderKind.CREDIT]
    open_kinds = [kind for kind in kinds if not (sheet.frozen_by_unknown and kind in BY_CARD)]
    if sheet.asked is not None:
        return _for_what_was_asked(sheet, sheet.asked, (open_kinds or kinds or [TenderKind.CASH])[0])
    return Draft(
        ticked=frozenset(line.key for line in sheet.lines if line.selected),
        use_credit=sheet.credit_cents > 0,
        tender=(open_kinds or kinds or [TenderKind.CASH])[0],
        print_receipt=sheet.receipt_default,
        method_id=sheet.ways[0].method_id if sheet.ways else "",
        kept_card_id=first_card(sheet),
    )


def first_card(sheet: CollectSheet) -> str:
    """The card on file that is chosen first: the default one, or the first that can be charged here."""
    usable = [card.kept_card_id for card in sheet.on_file if not card.why_not]
    return (usable or [card.kept_card_id for card in sheet.on_file] or [""])[0]


def _for_what_was_asked(sheet: CollectSheet, asked: AskedFor, tender: TenderKind) -> Draft:
    """Exactly what was asked: the lines of its visit first, the rest beyond them; credit stays where it lies."""
    left, ticked, texts = asked.cents, set(), {}
    for line in _in_turn(sheet.lines, asked):
        mine = line.charge_id in asked.charge_ids or (
            asked.appointment_id != "" and line.appointment_id == asked.appointment_id and not line.patient
        )
        if mine and left > 0:
            part = min(line.owes_cents, left)
            left -= part
            ticked.add(line.key)
            texts[line.key] = show_cents(part, symbol="")
    if left > 0:
        ticked.add(EXTRA_KEY)
        texts[EXTRA_KEY] = show_cents(left, symbol="")
    return Draft(
        ticked=frozenset(ticked), texts=texts, tender=tender, print_receipt=sheet.receipt_default,
        method_id=sheet.ways[0].method_id if sheet.ways else "", extra_for=None if asked.appointment_id else "",
        kept_card_id=first_card(sheet),
    )  # fmt: skip


def _in_turn(lines: Iterable[CollectLine], asked: AskedFor) -> list[CollectLine]:
    """A plan's charges in its own order: its finance charge is paid last."""
    turns = {charge_id: turn for turn, charge_id in enumerate(asked.charge_ids)}
    return sorted(lines, key=lambda line: turns.get(line.charge_id, len(turns)))


def lines_of(sheet: CollectSheet, draft: Draft) -> tuple[CollectLine, ...]:
    """The lines on view: the patient's, and the family's where they are paid for too."""
    return tuple(line for line in sheet.lines if draft.family or not line.patient)


def carry_over(draft: Draft, sheet: CollectSheet) -> Draft:
    """The same choices on a fresh sheet of the same patient: lines that are gone or smaller now fall back."""
    owes = {line.key: line.owes_cents for line in sheet.lines}
    texts = {key: text for key, text in draft.texts.items() if key == EXTRA_KEY or _fits(text, owes.get(key, 0))}
    ticked = {key for key in draft.ticked if key in owes or key == EXTRA_KEY}
    use_credit = draft.use_credit and sheet.credit_cents > 0
    ways = [way.method_id for way in sheet.ways]
    method_id = draft.method_id if draft.method_id in ways else (ways or [""])[0]
    gone = draft.extra_for and draft.extra_for not in {choice.appointment_id for choice in sheet.visits}
    cards = {card.kept_card_id for card in sheet.on_file}
    card = draft.kept_card_id if draft.kept_card_id in cards else first_card(sheet)
    tender = draft.tender if cards or draft.tender is not TenderKind.ON_FILE else TenderKind.CARD
    return replace(draft, ticked=frozenset(ticked), texts=texts, use_credit=use_credit, method_id=method_id,
                   extra_for=None if gone else draft.extra_for, kept_card_id=card, tender=tender)  # fmt: skip


def _fits(text: str, owes_cents: int) -> bool:
    try:
        return parse_cents(text) <= owes_cents
    except RuleBroken:
        return False


@dataclass(frozen=True, slots=True)
class Decided:
    """The amounts a draft stands for, and what is wrong with what was typed (line key to sentence)."""

    amounts: dict[str, int]
    extra_cents: int
    errors: dict[str, str]


def decide(sheet: CollectSheet, draft: Draft, sentence: Sentence) -> Decided:
    """What `draft` pays on each line. A line with an error counts as nothing until it is put right."""
    amounts: dict[str, int] = {}
    errors: dict[str, str] = {}
    for line in lines_of(sheet, draft):
        if line.key not in draft.ticked:
            continue
        try:
            amounts[line.key] = line_cents(line, draft)
        except RuleBroken as error:
            errors[line.key] = sentence(error.message_key, error.facts)
        else:
            if amounts[line.key] > line.owes_cents:
                errors[line.key] = f"At most {show_cents(line.owes_cents)} is owed here."
                del amounts[line.key]
    extra, wrong = _extra(draft, sentence)
    return Decided(amounts, extra, errors | wrong)


def line_cents(line: CollectLine, draft: Draft) -> int:
    """What is to be paid on `line`: what was typed, else all of it. Raises RuleBroken for what is no amount."""
    text = draft.texts.get(line.key, "")
    return parse_cents(text) if text.strip() else line.owes_cents


def _extra(draft: Draft, sentence: Sentence) -> tuple[int, dict[str, str]]:
    text = draft.texts.get(EXTRA_KEY, "")
    if not text.strip() or EXTRA_KEY not in draft.ticked:
        return 0, {}
    try:
        return parse_cents(text), {}
    except RuleBroken as error:
        return 0, {EXTRA_KEY: sentence(error.message_key, error.facts)}


@dataclass(frozen=True, slots=True)
class Cash:
    """What was received and what goes back. `error` says what is wrong with the amount typed."""

    received_cents: int
    change_cents: int
    error: str = ""


def cash_of(draft: Draft, to_collect_cents: int, sentence: Sentence) -> Cash:
    """Received and change for `to_collect_cents`; nothing typed means exactly that."""
    if not draft.received.strip():
        return Cash(to_collect_cents, 0)
    try:
        received = parse_cents(draft.received, field="cash received")
    except RuleBroken as error:
        return Cash(0, 0, sentence(error.message_key, error.facts))
    if received < to_collect_cents:
        short = show_cents(to_collect_cents - received)
        return Cash(received, 0, f"{short} short. Change the amounts (Alt+A) to take less.")
    return Cash(received, received - to_collect_cents)


def request_of(
    sheet: CollectSheet, draft: Draft, decided: Decided, cash: Cash, tender: TenderKind, person: Person
) -> CollectRequest:  # fmt: skip
    """What is asked of Checkout for these choices; only what belongs to `tender` goes along."""
    return CollectRequest(
        sheet=sheet,
        amounts=decided.amounts,
        use_credit=draft.use_credit,
        tender=tender,
        person=person,
        extra_cents=decided.extra_cents,
        tendered_cents=cash.received_cents if tender is TenderKind.CASH else 0,
        check_no=draft.check_no.strip() if tender is TenderKind.CHECK else "",
        check_name=draft.check_name.strip() if tender is TenderKind.CHECK else "",
        print_receipt=draft.print_receipt,
        extra_for=draft.extra_for,
        method_id=draft.method_id if tender is TenderKind.OTHER else "",
        kept_card_id=draft.kept_card_id if tender is TenderKind.ON_FILE else "",
        keep=draft.keep if tender is TenderKind.CARD else None,
        trace_no=draft.number.strip() if tender is TenderKind.OTHER else "",
        fields=draft.fields,
        request_id=sheet.asked.request_id if sheet.asked is not None else "",
    )
