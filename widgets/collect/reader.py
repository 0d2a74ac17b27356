"""The reader as the screen speaks of it: one table of states with their words, their colour and their four steps."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from app.views import Collected, CollectEnd
from models.basics.money import show_cents


class Reader(StrEnum):
    """Where the reader is, as the design guide names it."""

    READY = "ready"
    ARMING = "arming"
    WAITING = "waiting"
    INSERTED = "inserted"
    PIN = "pin"
    AUTHORISING = "authorising"
    CHECKING = "checking"
    SIGNING = "signing"
    STOPPING = "stopping"
    DECLINED = "declined"
    TRY_CHIP = "try_chip"
    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"
    STOPPED = "stopped"
    PARTLY = "partly"
    DUPLICATE = "duplicate"
    UNKNOWN = "unknown"
    NOT_CONNECTED = "not_connected"
    NOT_STARTED = "not_started"
    FROZEN = "frozen"


SENT, CARD, BANK, RECORDED = "Sent to reader", "Card", "Bank", "Recorded"
StepRow = tuple[tuple[str, str], ...]
"""Words and state of each of the four steps; a state is done, now, todo, failed or unknown."""


def _steps(sent: str, card: str, bank: str, recorded: str = "todo", /, **words: str) -> StepRow:
    return (
        (words.get("sent", SENT), sent),
        (words.get("card", CARD), card),
        (words.get("bank", BANK), bank),
        (words.get("recorded", RECORDED), recorded),
    )


@dataclass(frozen=True, slots=True)
class Prompt:
    """What the reader's pane says. `tone` is plain, bad, warn or ok; `lines` stand under the title, the first
    stronger where `strong_first`; `screen` is what the painted reader shows over the amount.

    `cancel`: Esc may stop the reader now. `ring`: the time left is shown.
    """

    title: str
    lines: tuple[str, ...] = ()
    tone: str = "plain"
    icon: str = ""
    say: str = ""
    steps: StepRow = ()
    screen: str = "Copay"
    cancel: bool = False
    ring: bool = False
    strong_first: bool = False


_NOTHING = "Nothing was charged."

PROMPTS: dict[Reader, Prompt] = {
    Reader.READY: Prompt("Reader ready", ("{reader}",), screen="Welcome"),
    Reader.ARMING: Prompt(
        "Starting the reader", ("Usually one second.",),
        steps=_steps("now", "todo", "todo", sent="Sending to reader"), screen="Copay", cancel=True,
    ),
    Reader.WAITING: Prompt(
        "Swipe, dip or tap", ("The reader is showing {amount}.", "Ask the patient to present a card or phone."),
        steps=_steps("done", "now", "todo"), cancel=True, ring=True,
    ),
    Reader.INSERTED: Prompt("Leave the card in", ("The reader is reading the chip.",),
                            steps=_steps("done", "now", "todo")),
    Reader.PIN: Prompt("Patient is typing", ("Look away from the keypad.",),
                       steps=_steps("done", "now", "todo"), cancel=True),
    Reader.AUTHORISING: Prompt("Asking the bank", ("Do not remove the card.",),
                               steps=_steps("done", "done", "now", card="Card read")),
    Reader.CHECKING: Prompt(
        "Checking with the reader", ("The answer is late. Do not charge again.", "The reader is asked what happened."),
        steps=_steps("done", "done", "now", card="Card read"),
    ),
    Reader.SIGNING: Prompt(
        "Approved. Sign on the reader", ("The payment is safe.", "The patient signs on the reader’s screen.",
                                         "Esc prints a slip to sign instead."),
        tone="ok", icon="circle-check",
        steps=_steps("done", "done", "done", "now", card="Card read", bank="Bank approved", recorded="Signature"),
        screen="Please sign", cancel=True, strong_first=True,
    ),
    Reader.STOPPING: Prompt("Stopping the reader", ("Wait for its answer. An approval that comes now still counts.",),
                            steps=_steps("done", "now", "todo")),
    Reader.DECLINED: Prompt(
        "Card declined", ("The bank said no. Nothing was charged.", "{detail}"), tone="bad", icon="circle-x",
        say="That card didn’t go through. Would you like to try another card or pay another way?",
        steps=_steps("done", "done", "failed", card="Card read", bank="Bank declined"), screen="Declined",
        strong_first=True,
    ),
    Reader.TRY_CHIP: Prompt(
        "Use the chip", ("This card has a chip that must be read.", _NOTHING), tone="warn", icon="circle-alert",
        say="Please put the card in with the chip first.", steps=_steps("done", "failed", "todo", card="Chip needed"),
        screen="Use chip", strong_first=True,
    ),
    Reader.TIMED_OUT: Prompt(
        "No card was shown", (_NOTHING,), tone="warn", icon="clock",
        steps=_steps("done", "failed", "todo", card="No card"),
        screen="Timed out", strong_first=True,
    ),
    Reader.CANCELLED: Prompt(
        "Patient pressed cancel", (_NOTHING,), tone="warn", icon="circle-x",
        say="Would you like to try again or pay another way?",
        steps=_steps("done", "failed", "todo", card="Cancelled"), screen="Cancelled", strong_first=True,
    ),
    Reader.STOPPED: Prompt(
        "Card payment cancelled", (_NOTHING,), tone="warn", icon="circle-x",
        steps=_steps("done", "failed", "todo", card="Cancelled"), screen="Cancelled", strong_first=True,
    ),
    Reader.PARTLY: Prompt(
        "Approved for {approved}", ("{left} left to collect.", "{detail}"), tone="warn", icon="circle-check",
        say="Your card paid {approved}. How would you like to pay the other {left}?",
        steps=_steps("done", "done", "done", "done", card="Card read", bank="Bank approved {approved}"),
        screen="Approved", strong_first=True,
    ),
    Reader.DUPLICATE: Prompt(
        "Charged before", ("{duplicate}", "Nothing was charged now."), tone="warn", icon="circle-alert",
        say="I see the same amount on this card already today. Is this for somebody else?",
        steps=_steps("done", "done", "failed", card="Card read", bank="Same as before"), screen="Duplicate",
        strong_first=True,
    ),
    Reader.UNKNOWN: Prompt(
        "We do not know yet",
        ("Do not charge again. Checking by itself.", "The bank’s answer did not reach this desk."),
        tone="bad", icon="hourglass",
        say="I am making sure this went through, so that you are not charged twice. Please go in.",
        steps=_steps("done", "done", "unknown", card="Card read", bank="Bank’s answer lost"), screen="Please wait",
        strong_first=True,
    ),
    Reader.NOT_CONNECTED: Prompt(
        "Reader not connected",
        ("Nothing was charged. {why}",
         "1  Is the reader switched on?", "2  Is its cable in the reader and in this computer?",
         "3  Cash and check still work."),
        tone="bad", icon="cable", steps=_steps("failed", "todo", "todo", sent="Not sent"), screen="", strong_first=True,
    ),
    Reader.NOT_STARTED: Prompt(
        "{why}", ("{meaning}", "{todo}"), tone="bad", icon="cable",
        steps=_steps("failed", "todo", "todo", sent="Not sent"), screen="", strong_first=True,
    ),
    Reader.FROZEN: Prompt(
        "A card payment is still being checked",
        ("Do not charge a card again for this patient yet.", "Cash and checks may be taken."),
        tone="warn", icon="hourglass", screen="Please wait", strong_first=True,
    ),
}  # fmt: skip
"""Every state of the reader's pane, in the order a payment meets them."""

_KEPT = "Card on file"

ON_FILE_PROMPTS: dict[Reader, Prompt] = {
    Reader.AUTHORISING: Prompt(
        "Asking the bank", ("The card on file is charged.", "Nobody needs to show it."),
        steps=_steps("done", "done", "now", sent="Sent", card=_KEPT),
    ),
    Reader.CHECKING: Prompt(
        "Checking what happened", ("The answer is late. Do not charge again.", "The card’s processor is asked."),
        steps=_steps("done", "done", "now", sent="Sent", card=_KEPT),
    ),
    Reader.DECLINED: Prompt(
        "Card declined", ("The bank said no. Nothing was charged.", "{detail}"), tone="bad", icon="circle-x",
        say="The card we have on file didn’t go through. Would you like to show a card or pay another way?",
        steps=_steps("done", "done", "failed", sent="Sent", card=_KEPT, bank="Bank declined"),
        screen="Declined", strong_first=True,
    ),
    Reader.UNKNOWN: replace(PROMPTS[Reader.UNKNOWN], steps=_steps("done", "done", "unknown", sent="Sent", card=_KEPT,
                                                                  bank="Bank’s answer lost")),
    Reader.PARTLY: replace(PROMPTS[Reader.PARTLY], steps=_steps("done", "done", "done", "done", sent="Sent", card=_KEPT,
                                                                bank="Bank approved {approved}")),
}  # fmt: skip
"""Where a card on file reads otherwise: nobody stands at the reader."""


def prompt_of(reader: Reader, *, on_file: bool) -> Prompt:
    """What the pane says of a state."""
    return ON_FILE_PROMPTS.get(reader, PROMPTS[reader]) if on_file else PROMPTS[reader]


RUNNING: dict[str, Reader] = {
    state.value: state
    for state in (
        Reader.ARMING,
        Reader.WAITING,
        Reader.INSERTED,
        Reader.PIN,
        Reader.AUTHORISING,
        Reader.CHECKING,
        Reader.SIGNING,
    )
}
"""A driver's step to the state it is drawn as."""

ENDED: dict[CollectEnd, Reader] = {
    CollectEnd.DECLINED: Reader.DECLINED,
    CollectEnd.CANCELLED: Reader.CANCELLED,
    CollectEnd.TIMED_OUT: Reader.TIMED_OUT,
    CollectEnd.NOT_SENT: Reader.NOT_CONNECTED,
    CollectEnd.DUPLICATE: Reader.DUPLICATE,
    CollectEnd.UNKNOWN: Reader.UNKNOWN,
    CollectEnd.PARTLY: Reader.PARTLY,
}
"""How a payment ended to the state that is drawn."""

BECAUSE: dict[str, Reader] = {"terminal.chip_not_read": Reader.TRY_CHIP}
"""Reasons of a driver that have a state of their own."""

SAYS_WHY = "stripe."
"""Reasons of this family say what is to be done; the steps for a reader on a cable would be wrong."""

NOT_CHARGED = frozenset({CollectEnd.CANCELLED, CollectEnd.TIMED_OUT, CollectEnd.NOT_SENT})
"""The reader stopped before any bank was asked: another way of paying may follow at once."""

AGAIN: dict[Reader, tuple[str, str]] = {
    Reader.DECLINED: ("credit-card", "Try another card"),
    Reader.TRY_CHIP: ("credit-card", "Start the reader again"),
    Reader.TIMED_OUT: ("credit-card", "Start the reader again"),
    Reader.CANCELLED: ("credit-card", "Start the reader again"),
    Reader.STOPPED: ("credit-card", "Start the reader again"),
    Reader.NOT_CONNECTED: ("credit-card", "Try the reader again"),
    Reader.NOT_STARTED: ("credit-card", "Try the reader again"),
    Reader.PARTLY: ("arrow-right", "Collect the other {left}"),
    Reader.DUPLICATE: ("arrow-left", "Do not charge again"),
    Reader.UNKNOWN: ("triangle-alert", "Open Needs attention"),
    Reader.FROZEN: ("triangle-alert", "Open Needs attention"),
}
"""Icon and words of the primary button after each end."""


AGAIN_ON_FILE = ("arrow-left", "Back to the cards on file")
"""The primary button after a card on file was not charged: the same card is not tried again unasked."""


def reader_after(ended: Collected, *, stopped: bool) -> Reader:
    """The state that is drawn once a payment ended without being taken; `stopped`: somebody at this desk stopped it."""
    if ended.end is CollectEnd.CANCELLED and stopped:
        return Reader.STOPPED
    reason = str(ended.facts.get("reason") or "")
    if ended.end is CollectEnd.NOT_SENT and reason.startswith(SAYS_WHY):
        return Reader.NOT_STARTED
    return BECAUSE.get(reason, ENDED[ended.end])


def fill(prompt: Prompt, facts: dict[str, str]) -> Prompt:
    """`prompt` with its words filled; lines that come out empty are left out."""
    lines = tuple(line for line in (_fill(line, facts).strip() for line in prompt.lines) if line)
    steps = tuple((_fill(words, facts), state) for words, state in prompt.steps)
    return replace(prompt, title=_fill(prompt.title, facts), lines=lines, say=_fill(prompt.say, facts), steps=steps)


def _fill(text: str, facts: dict[str, str]) -> str:
    for name, value in facts.items():
        text = text.replace("{" + name + "}", value)
    return text


def ended_facts(ended: Collected) -> dict[str, str]:
    """The words that fill the prompt of a payment that ended."""
    method = " · ".join(part for part in (ended.method_text, ended.host_text) if part)
    return {
        "amount": show_cents(ended.requested_cents or ended.amount_cents),
        "approved": show_cents(ended.amount_cents),
        "left": show_cents(ended.left_cents),
        "detail": method,
        "duplicate": duplicate_words(ended),
    }


def duplicate_words(ended: Collected) -> str:
    """`This card was charged $25.00 at 10:31 AM. Charge it again?`, as far as it is known."""
    amount = show_cents(ended.requested_cents or ended.amount_cents)
    at = ended.facts.get("at")
    when = f" at {at}" if at else " before"
    return f"This card was charged {amount}{when}. Charge it again?"
