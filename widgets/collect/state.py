"""What Collect shows, worked out without a window from the sheet, the clerk's draft and where the payment is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from app.views import (
    Collected,
    CollectEnd,
    CollectLine,
    CollectSheet,
    Distribution,
    DistributionRow,
    KeptCardLine,
    TenderKind,
)  # fmt: skip
from models.basics.money import show_cents
from widgets.collect import reader as readers
from widgets.collect.draft import BY_CARD, EXTRA_KEY, Decided, Draft, Sentence, cash_of, line_cents, lines_of
from widgets.collect.reader import Prompt, Reader
from widgets.common.speech import Notice
from widgets.common.when import day_text, short_cents


@dataclass(frozen=True, slots=True)
class Reasons:
    """The pane for not collecting today while it is open. `error` says what is missing."""

    reason: str = ""
    note: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Running:
    """A payment that is on its way. `left_s` is the time the reader still waits, None where it is not known."""

    tender: TenderKind
    reader: Reader
    left_s: int | None = None
    total_s: int | None = None


@dataclass(frozen=True, slots=True)
class Phase:
    """Where the sheet is: choosing (nothing set), running, ended without being done, or giving a reason."""

    running: Running | None = None
    ended: Collected | None = None
    reader: Reader = Reader.READY
    reasons: Reasons | None = None
    editing: bool = False
    check_missing: bool = False
    notice: Notice | None = None
    checking: str = ""
    why: str = ""
    meaning: str = ""
    todo: str = ""
    number_missing: bool = False


@dataclass(frozen=True, slots=True)
class LineState:
    """One line as drawn. `text` is what its field shows, `error` what is wrong with it."""

    key: str
    title: str
    subtitle: str
    owes_cents: int | None
    ticked: bool
    text: str
    cents: int
    error: str = ""


@dataclass(frozen=True, slots=True)
class GoesRow:
    """One row of 'where the money will go'. `left_cents` of zero reads as paid."""

    day: str
    title: str
    owes_cents: int | None
    this_cents: int
    left_cents: int
    paid: bool
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Tile:
    """One way of paying. `why` says why it cannot be used."""

    tender: TenderKind
    enabled: bool
    selected: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """The primary button. `act` is what the presenter does; `why` is said where it is not enabled."""

    act: str
    text: str
    icon: str = ""
    enabled: bool = True
    why: str = ""
    busy: bool = False


@dataclass(frozen=True, slots=True)
class CashState:
    """The cash pane: what was typed, the quick amounts, the change and the notes and coins to hand back."""

    text: str
    quick: tuple[int, ...]
    chosen_cents: int
    change_cents: int
    notes: tuple[tuple[int, int], ...]
    error: str = ""
    typed: bool = False


@dataclass(frozen=True, slots=True)
class OtherState:
    """The pane of the practice's own ways to pay: (id, name) of each, the chosen one, what its number is called."""

    ways: tuple[tuple[str, str], ...]
    method_id: str
    label: str
    number: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class OnFileState:
    """The pane of the cards on file: (id, words) of each, the chosen one, and what is known of it: its name, whose it
    is, the word that was given; `why_not` it cannot be charged here."""

    cards: tuple[tuple[str, str], ...]
    kept_card_id: str
    name: str
    holder: str
    consent: str
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class FamilyState:
    """The row that pays for the family too: who, and what they owe today."""

    on: bool
    names: str
    cents: int


@dataclass(frozen=True, slots=True)
class CollectState:
    """All of Collect. `sheet` None: it is being read; `skeleton` then says that it takes long.

    `pane` is card, cash, check, on_file, other, credit, reasons, running (recording without the reader) or nothing
    (nothing chosen). `details` says what stands in the payment's fields. `keeps`: the card that is shown will be kept;
    None where that is not offered. `signing`: the payment is posted, and the reader asks for a signature. `no_link`
    says why it cannot be asked for by link instead; empty where it can.
    """

    sheet: CollectSheet | None = None
    skeleton: bool = False
    lines: tuple[LineState, ...] = ()
    extra: LineState | None = None
    editing: bool = False
    locked: bool = False
    credit_on: bool = False
    credit_used_cents: int = 0
    provisional_cents: int = 0
    to_collect_cents: int = 0
    total_note: str = ""
    goes: tuple[GoesRow, ...] = ()
    tiles: tuple[Tile, ...] = ()
    tender: TenderKind = TenderKind.CARD
    pane: str = "nothing"
    prompt: Prompt | None = None
    reader_amount: str = ""
    ring: tuple[int, int] | None = None
    cash: CashState | None = None
    check: tuple[str, str, str] = ("", "", "")
    reasons: Reasons | None = None
    print_receipt: bool = True
    primary: Action | None = None
    can_cancel: bool = True
    can_change_tender: bool = False
    offers_others: bool = False
    offers_not_today: bool = True
    charge_again: str = ""
    notice: Notice | None = None
    checking: str = ""
    other: OtherState | None = None
    on_file: OnFileState | None = None
    keeps: bool | None = None
    signing: bool = False
    family: FamilyState | None = None
    details: str = ""
    no_link: str = "Choose what is to be paid first."


REASON_WORDS: dict[str, str] = {
    "declined": "Patient declined",
    "no_means": "No means today",
    "waived": "Waived by the practice",
    "insurance_question": "Insurance question",
    "other": "Other",
}
"""Why nothing is collected, in the order of their keys 1 to 5."""

TENDER_WORDS: dict[TenderKind, tuple[str, str, str]] = {
    TenderKind.CARD: ("credit-card", "Card", "F5"),
    TenderKind.CASH: ("banknote", "Cash", "F6"),
    TenderKind.CHECK: ("pen-line", "Check", "F7"),
    TenderKind.ON_FILE: ("wallet", "On file", "F8"),
    TenderKind.OTHER: ("hand-coins", "Other", "F10"),
}
"""Icon, word and key of each way of paying that has a tile."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything `collect_state` looks at beside the phase. `reader_away`: the status bar says it is not connected."""

    sheet: CollectSheet
    draft: Draft
    decided: Decided
    goes: Distribution
    today: date
    quick: tuple[int, ...] = ()
    notes: tuple[tuple[int, int], ...] = ()
    reader_away: bool = False
    say: Sentence = field(default=lambda key, _facts: key)


def effective_tender(draft: Draft, goes: Distribution) -> TenderKind:
    """How the rest is paid: credit where it covers everything, else what was chosen."""
    if goes.to_collect_cents == 0 and goes.credit_used_cents > 0:
        return TenderKind.CREDIT
    return draft.tender


def collect_state(given: Inputs, phase: Phase) -> CollectState:
    """All of Collect."""
    sheet, draft, goes = given.sheet, given.draft, given.goes
    tender = phase.running.tender if phase.running else effective_tender(draft, goes)
    reader = _reader_of(given, phase, tender)
    pane = "card" if reader is Reader.FROZEN else _pane(phase, tender, goes)
    cash = _cash_state(given) if pane == "cash" else None
    return CollectState(
        sheet=sheet,
        lines=tuple(_line_state(line, draft, given.decided) for line in lines_of(sheet, draft)),
        extra=_extra_state(given, phase.editing),
        editing=phase.editing and phase.running is None,
        locked=phase.running is not None,
        credit_on=draft.use_credit,
        credit_used_cents=goes.credit_used_cents,
        provisional_cents=goes.provisional_cents,
        to_collect_cents=goes.to_collect_cents,
        total_note=_total_note(sheet, goes),
        goes=_goes_rows(given),
        tiles=_tiles(sheet, tender, phase),
        tender=tender,
        pane=pane,
        prompt=_prompt(given, phase, reader, tender) if pane == "card" else None,
        reader_amount=show_cents(_shown_amount(given, phase)),
        ring=_ring(phase),
        cash=cash,
        check=(draft.check_no, draft.check_name, _CHECK_MISSING if phase.check_missing else ""),
        reasons=phase.reasons,
        print_receipt=draft.print_receipt,
        primary=_primary(given, phase, tender, reader, cash),
        can_cancel=phase.running is None or readers.PROMPTS[reader].cancel,
        can_change_tender=phase.running is not None and reader in _MAY_CHANGE,
        offers_others=pane == "card" and reader in _OFFER_OTHERS,
        offers_not_today=phase.running is None and phase.reasons is None and sheet.visit is not None,
        charge_again=f"Charge {show_cents(goes.to_collect_cents)} again" if reader is Reader.DUPLICATE else "",
        notice=phase.notice,
        checking=phase.checking,
        other=_other_state(sheet, draft, phase) if pane == "other" else None,
        on_file=_on_file_state(given) if pane == "on_file" else None,
        keeps=draft.keep is not None if sheet.can_keep and pane == "card" and reader is Reader.READY else None,
        signing=reader is Reader.SIGNING,
        family=_family_state(sheet, draft),
        details=_details(given) if phase.running is None else "",
        no_link=_no_link(given, phase),
    )


_CHECK_MISSING = "The check number is needed."
_MAY_CHANGE = frozenset(state for state, prompt in readers.PROMPTS.items() if prompt.cancel) - {Reader.SIGNING}
"""While the reader does this another way of paying may still be chosen."""
_OFFER_OTHERS = frozenset(readers.ENDED.values()) | {Reader.STOPPED, Reader.FROZEN, Reader.TRY_CHIP}


# The left column --------------------------------------------------------------------------------------------------


def _line_state(line: CollectLine, draft: Draft, decided: Decided) -> LineState:
    ticked = line.key in draft.ticked
    error = decided.errors.get(line.key, "")
    if error:
        text, cents = draft.texts.get(line.key, ""), 0
    elif ticked:
        cents = line_cents(line, draft)
        text = show_cents(cents)
    else:
        text, cents = "0.00", 0
    return LineState(line.key, line.title, line.subtitle, line.owes_cents, ticked, text, cents, error)


def _extra_state(given: Inputs, editing: bool) -> LineState | None:
    """The line for money beyond what is owed: shown while amounts are changed, when it is used, or with no lines."""
    sheet, draft, decided = given.sheet, given.draft, given.decided
    used = bool(draft.texts.get(EXTRA_KEY, "").strip())
    if not (editing or used or not sheet.lines):
        return None
    error = decided.errors.get(EXTRA_KEY, "")
    cents = decided.extra_cents
    text = draft.texts.get(EXTRA_KEY, "") if error else show_cents(cents) if cents else "0.00"
    ticked = cents > 0 or bool(error)
    place = extra_place(sheet, draft, given.today)
    under = f"Waits for {place}" if place else "Free for any visit"
    return LineState(EXTRA_KEY, "Extra, kept on account", under, None, ticked, text, cents, error)


def _total_note(sheet: CollectSheet, goes: Distribution) -> str:
    after = goes.owed_after_cents
    left = "nothing left after this" if after <= 0 else f"{show_cents(after)} left after this"
    family = goes.owed_before_cents != sheet.owed_in_all_cents
    return f"{show_cents(goes.owed_before_cents)} owed {'by the family' if family else 'in all'} · {left}"


def _family_state(sheet: CollectSheet, draft: Draft) -> FamilyState | None:
    others = [line for line in sheet.lines if line.patient]
    if not others:
        return None
    names = ", ".join(dict.fromkeys(line.patient for line in others))
    return FamilyState(draft.family, names, sum(line.owes_cents for line in others))


def _goes_rows(given: Inputs) -> tuple[GoesRow, ...]:
    """Each visit, then what becomes free credit; what is taken beyond the lines may wait for the visit instead."""
    goes, extra = given.goes, given.decided.extra_cents
    rows = [_goes_row(row, given.today) for row in goes.rows]
    place = extra_place(given.sheet, given.draft, given.today)
    if extra and place:
        rows.append(GoesRow("", f"Prepaid for {place}", None, extra, _prepaid_after(given, extra), paid=False,
                            quiet=True))  # fmt: skip
    credit = goes.after.credit_cents
    grown = credit - goes.before.credit_cents
    rows.append(GoesRow("", "Unallocated credit", None, grown, credit, paid=False, quiet=True))
    return tuple(rows)


def extra_place(sheet: CollectSheet, draft: Draft, today: date) -> str:
    """The visit that money beyond the lines waits for: `this visit`, `May 28 Follow-up`; empty for free credit."""
    place = sheet.extra_for if draft.extra_for is None else draft.extra_for
    if not place:
        return ""
    if sheet.visit is not None and place == sheet.visit.appointment_id:
        return "this visit"
    found = next((choice for choice in sheet.visits if choice.appointment_id == place), None)
    if found is None:
        return "a visit"
    whose = f"{found.patient}, " if found.patient else ""
    return f"{whose}{day_text(found.day, today)} {found.title}"


def _prepaid_after(given: Inputs, extra: int) -> int:
    """What will lie prepaid: on the patient's account, or for the visit of another one of the family."""
    place = given.draft.extra_for
    other = any(choice.appointment_id == place and choice.patient for choice in given.sheet.visits)
    return extra if other else given.goes.after.prepaid_cents


def _details(given: Inputs) -> str:
    """What was said in the payment's details, in a few words; empty where nothing was."""
    said, sheet = given.draft.fields, given.sheet
    parts = [TYPE_WORDS.get(said.payment_type, "") if said.payment_type is not None else ""]
    parts += [f"received {day_text(said.received_on, given.today)}" if said.received_on else ""]
    parts += [name for key, name in sheet.practitioners if key == said.practitioner_id]
    parts += ["with a note" if said.note else ""]
    found = ", ".join(part for part in parts if part)
    return found[:1].upper() + found[1:]


TYPE_WORDS: dict[str, str] = {
    "": "credit",
    "copay": "copay",
    "coinsurance": "coinsurance",
    "other": "other payment",
}


def _other_state(sheet: CollectSheet, draft: Draft, phase: Phase) -> OtherState:
    way = next((way for way in sheet.ways if way.method_id == draft.method_id), None)
    label = way.reference if way else ""
    error = f"{label} is needed." if phase.number_missing and label else ""
    return OtherState(tuple((way.method_id, way.name) for way in sheet.ways), draft.method_id, label, draft.number,
                      error)  # fmt: skip


def _on_file_state(given: Inputs) -> OnFileState:
    """The chosen card on file, with whose it is and what was agreed."""
    cards, chosen = given.sheet.on_file, given.draft.kept_card_id
    card = next((card for card in cards if card.kept_card_id == chosen), None)
    rows = tuple((each.kept_card_id, card_words(each)) for each in cards)
    if card is None:
        return OnFileState(rows, chosen, "", "", "", "Choose a card first.")
    when = day_text(card.agreed_on, given.today) if card.agreed_on else ""
    agreed = f"{card.agreed_by} agreed on {when}" if when else f"{card.agreed_by} agreed"
    expires = f" · expires {card.expires}" if card.expires else ""
    why_not = given.say(card.why_not, {}) if card.why_not else ""
    return OnFileState(rows, chosen, card.name, f"{card.holder}’s card{expires}", agreed, why_not)


def card_words(card: KeptCardLine) -> str:
    """`Visa •••• 4242, blue card`."""
    return f"{card.name}, {card.nickname}" if card.nickname else card.name


def _card_words(given: Inputs) -> str:
    found = (card.name for card in given.sheet.on_file if card.kept_card_id == given.draft.kept_card_id)
    return next(found, "card on file")


def _goes_row(row: DistributionRow, today: date) -> GoesRow:
    day = day_text(row.service_date, today) if row.service_date else ""
    return GoesRow(day, row.title, row.owes_cents, row.this_payment_cents, row.left_cents,
                   paid=row.left_cents == 0 and row.this_payment_cents > 0)  # fmt: skip


# The right column -------------------------------------------------------------------------------------------------


def _tiles(sheet: CollectSheet, tender: TenderKind, phase: Phase) -> tuple[Tile, ...]:
    tiles = []
    for kind in TENDER_WORDS:
        if kind not in sheet.tenders:
            continue
        frozen = sheet.frozen_by_unknown and kind in BY_CARD
        why = "A card payment of this patient is still being checked." if frozen else ""
        if tender is TenderKind.CREDIT and phase.running is None:
            why = why or "Credit on account covers all of it."
        tiles.append(Tile(kind, not frozen and tender is not TenderKind.CREDIT, kind is tender, why))
    return tuple(tiles)


def _pane(phase: Phase, tender: TenderKind, goes: Distribution) -> str:
    if phase.reasons is not None:
        return "reasons"
    if phase.running is None and phase.ended is None and goes.to_collect_cents == 0 and goes.credit_used_cents == 0:
        return "nothing"
    if tender is TenderKind.ON_FILE and (phase.running or phase.ended or phase.reader is not Reader.READY):
        return "card"
    return str(tender.value)


def _reader_of(given: Inputs, phase: Phase, tender: TenderKind) -> Reader:
    if phase.running is not None:
        return phase.running.reader
    if phase.ended is not None or phase.reader is not Reader.READY:
        return phase.reader
    if tender in BY_CARD and given.sheet.frozen_by_unknown:
        return Reader.FROZEN
    return Reader.NOT_CONNECTED if given.reader_away and tender is TenderKind.CARD else Reader.READY


def _prompt(given: Inputs, phase: Phase, reader: Reader, tender: TenderKind) -> Prompt:
    amount = show_cents(given.goes.to_collect_cents)
    facts = {"amount": amount, "reader": given.sheet.reader_name, "detail": "", "duplicate": "",
             "why": f"{phase.why}." if phase.why else "", "meaning": phase.meaning, "todo": phase.todo}  # fmt: skip
    if reader is Reader.NOT_STARTED:
        facts["why"] = phase.why
    if phase.ended is not None:
        facts |= readers.ended_facts(phase.ended)
    return readers.fill(readers.prompt_of(reader, on_file=tender is TenderKind.ON_FILE), facts)


def _shown_amount(given: Inputs, phase: Phase) -> int:
    if phase.ended is not None:
        ended = phase.ended
        return ended.amount_cents if ended.end is CollectEnd.PARTLY else ended.requested_cents or ended.amount_cents
    return given.goes.to_collect_cents if phase.running is not None else 0


def _ring(phase: Phase) -> tuple[int, int] | None:
    running = phase.running
    if running is None or not readers.PROMPTS[running.reader].ring or running.left_s is None:
        return None
    return running.left_s, running.total_s or running.left_s


def _cash_state(given: Inputs) -> CashState:
    cash = cash_of(given.draft, given.goes.to_collect_cents, given.say)
    text = given.draft.received or show_cents(given.goes.to_collect_cents, symbol="")
    return CashState(text, given.quick, cash.received_cents, cash.change_cents,
                     given.notes if cash.change_cents else (), cash.error, bool(given.draft.received))  # fmt: skip


_READY_TEXT: dict[TenderKind, tuple[str, str]] = {
    TenderKind.CARD: ("credit-card", "Charge {amount} to card"),
    TenderKind.CASH: ("inbox", "Take cash and open drawer"),
    TenderKind.CHECK: ("pen-line", "Record check for {amount}"),
    TenderKind.ON_FILE: ("wallet", "Charge {amount} to {card}"),
    TenderKind.OTHER: ("hand-coins", "Record {amount}"),
    TenderKind.CREDIT: ("piggy-bank", "Use {credit} of credit"),
}

_BUSY_TEXT: dict[TenderKind, str] = {
    TenderKind.CARD: "Card payment running",
    TenderKind.ON_FILE: "Card payment running",
    TenderKind.CASH: "Recording…",
    TenderKind.CHECK: "Recording…",
    TenderKind.OTHER: "Recording…",
    TenderKind.CREDIT: "Recording…",
}


def _primary(given: Inputs, phase: Phase, tender: TenderKind, reader: Reader, cash: CashState | None) -> Action:
    if phase.running is not None:
        return Action("none", _BUSY_TEXT[tender], busy=True, enabled=False, why="The payment is running.")
    if phase.reasons is not None:
        return Action("record_reason", "Record and go back", "check")
    if tender in BY_CARD and (phase.ended is not None or reader in {Reader.FROZEN, Reader.STOPPED}):
        return _after(phase, tender, reader)
    icon, text = _READY_TEXT[tender]
    goes = given.goes
    text = text.replace("{amount}", show_cents(goes.to_collect_cents))
    text = text.replace("{credit}", show_cents(goes.credit_used_cents))
    text = text.replace("{card}", _card_words(given))
    if reader is Reader.NOT_CONNECTED:
        icon, text = readers.AGAIN[reader]
    why = _why_not(given, cash)
    return Action("collect", text, icon, enabled=not why, why=why)


def _after(phase: Phase, tender: TenderKind, reader: Reader) -> Action:
    """What Enter does once a card was not charged, or not for all of it."""
    if tender is TenderKind.ON_FILE and reader not in _ACTS:
        icon, text = readers.AGAIN_ON_FILE
        return Action("choose", text, icon)
    icon, text = readers.AGAIN[reader]
    left = show_cents(phase.ended.left_cents) if phase.ended else ""
    return Action(_ACTS.get(reader, "collect"), text.replace("{left}", left), icon)


_ACTS: dict[Reader, str] = {
    Reader.PARTLY: "choose",
    Reader.DUPLICATE: "choose",
    Reader.UNKNOWN: "attention",
    Reader.FROZEN: "attention",
}


def _why_not(given: Inputs, cash: CashState | None) -> str:
    if given.decided.errors:
        return "An amount needs to be put right first."
    if given.goes.to_collect_cents == 0 and given.goes.credit_used_cents == 0:
        return "Choose what is to be paid first."
    if effective_tender(given.draft, given.goes) is TenderKind.ON_FILE:
        return _on_file_state(given).why_not
    return cash.error if cash is not None else ""


def _no_link(given: Inputs, phase: Phase) -> str:
    """Why what is chosen cannot be asked for by link. A reader at work is stopped first, or says why it is not."""
    if phase.running is not None:
        return "" if phase.running.tender in BY_CARD else "The payment is running."
    if given.sheet.frozen_by_unknown or phase.reader is Reader.UNKNOWN:
        return "A card payment of this patient is still being checked."
    if given.decided.errors:
        return "An amount needs to be put right first."
    return "" if given.goes.to_collect_cents else "Choose what is to be paid first."


def checking_words(last_at: str, next_in_s: int | None) -> str:
    """One line under a payment whose outcome is not known: when it was asked, when it is asked again."""
    if next_in_s is None:
        return "Asking the reader now"
    asked = f"Asked at {last_at}, no answer yet. " if last_at else ""
    return f"{asked}Asking again in {next_in_s} s"


def quick_words(cents: int, to_collect_cents: int) -> str:
    """The face of a quick amount: `Exact $75`, `$80`."""
    return f"Exact {short_cents(cents)}" if cents == to_collect_cents else short_cents(cents)
