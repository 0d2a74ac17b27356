"""What a message to a patient says: short, neutral, and of their health nothing.

An e-mail names the practice, the paper's number, its day and its amount; the paper itself goes along only where the
patient agreed. A text says the same in one line. Both are made from what the request carries and what the practice says
of itself, so that the preview in the settings and what the hub sends are one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from models.basics.money import show_cents
from models.operations.messages import LINK_TEMPLATES, WORDS_ALONE, MessagePaper, MessageSend
from models.operations.records import Practice
from receipts.compose import date_text

PAPER_WORDS = {
    "receipt": "Receipt",
    "void": "Void receipt",
    "refund": "Refund receipt",
    "correction": "Correction receipt",
    "recovered": "Receipt of money received back",
    "given_back": "Receipt of money handed back",
    "statement": "Statement",
    "superbill": "Superbill",
    "balance": "Open amount",
    "plan_payment": "Payment of a plan",
    "link": "Payment link",
}
"""What a paper is called, by its kind; the last three are no papers: they are told in words alone."""

LONGEST_TEXT = 320
"""Two text messages of the basic alphabet; a longer name of a practice is cut."""

_TEMPLATES = {
    "receipt": ("receipt", "receipts"),
    "statement": ("statement", "statements"),
    "superbill": ("bill", "bills"),
}


@dataclass(frozen=True, slots=True)
class Words:
    """A message in words. `subject` is empty for a text."""

    subject: str
    body: str

    @property
    def shown(self) -> str:
        """Both as a preview shows them: no empty lines."""
        return "\n".join(line for line in (self.subject, *self.body.splitlines()) if line)


def words_for(send: MessageSend, practice: Practice, link: str = "") -> Words:
    """The words of a message; `link` is the address that a template of LINK_TEMPLATES carries. Every part is one line
    of its own making: nothing in it can become a header."""
    return _CHANNELS[send.channel](send, practice, link)


def file_name(paper: MessagePaper) -> str:
    """The name of an attached paper: what it is and its number, nobody's name."""
    number = "".join(sign for sign in paper.number if sign.isalnum() or sign in "-_")
    return f"{paper.kind}-{number}.pdf" if number else f"{paper.kind}.pdf"


def one_line(text: str) -> str:
    """`text` without breaks and signs that cannot be seen."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _email(send: MessageSend, practice: Practice, link: str) -> Words:
    if send.template in WORDS_ALONE:
        return _words_alone_email(send, practice, link)
    one, many = _TEMPLATES[send.template]
    clinic, several = one_line(practice.name), len(send.papers) > 1
    noun = many if several else one
    where = f"{'They are' if several else 'It is'} attached as PDF." if send.attach else (
        f"Ask us when you need {'them' if several else 'it'} on paper.")  # fmt: skip
    parts = [
        f"Hello,\n\n{'these are' if several else 'this is'} your {noun} from {clinic}.",
        "\n".join(map(_line, send.papers)),
        where,
        one_line(practice.receipt_message),
        _questions(practice),
    ]
    return Words(f"Your {noun} from {clinic}", "\n\n".join(part for part in parts if part) + f"\n\n{clinic}\n")


def _text(send: MessageSend, practice: Practice, link: str) -> Words:
    clinic = one_line(practice.name)[:60].strip()
    phone = f" Questions? {one_line(practice.phone)}." if practice.phone.strip() else ""
    tail = f"{phone} Reply STOP to end texts."
    if send.template in LINK_TEMPLATES:
        return Words("", f"{clinic}: {_SAID[send.template](send)}: {link}{tail}")
    if send.template in WORDS_ALONE:
        do = _DO.get(send.template, "You can pay when you come in next")
        return Words("", f"{clinic}: {_SAID[send.template](send)}. {do}.{tail}")
    said = "; ".join(map(_line, send.papers))
    room = LONGEST_TEXT - len(clinic) - len(tail) - 3
    return Words("", f"{clinic}: {said if len(said) <= room else _many(send.papers)}.{tail}")


def _words_alone_email(send: MessageSend, practice: Practice, link: str) -> Words:
    clinic, carries = one_line(practice.name), send.template in LINK_TEMPLATES
    do = _ONCE if carries else f"{_DO.get(send.template, 'You can pay when you come in next, or call us')}."
    parts = (
        f"Hello,\n\n{_SAID[send.template](send)}{':' if carries else '.'}",
        link,
        do,
        "Your statement is attached as PDF." if send.attach else "",
        _questions(practice),
    )
    return Words(f"Your account at {clinic}", "\n\n".join(part for part in parts if part) + f"\n\n{clinic}\n")


def _open(send: MessageSend) -> str:
    """`$40.00 is open on your account as of May 14, 2026`: nothing of the visit."""
    cents = sum(paper.amount_cents for paper in send.papers)
    return f"{show_cents(cents)} is open on your account as of {date_text(send.papers[0].day)}"


def _declined(send: MessageSend) -> str:
    """`We could not charge your card for a payment of $45.00`: nothing of what it is for."""
    return f"We could not charge your card for a payment of {show_cents(send.papers[0].amount_cents)}"


def _reminder(send: MessageSend) -> str:
    """`We charge your card on file for a payment of $45.00 on June 14, 2026`."""
    paper = send.papers[0]
    return f"We charge your card on file for a payment of {show_cents(paper.amount_cents)} on {date_text(paper.day)}"


def _pay(send: MessageSend) -> str:
    """`You can pay $150.00 online here`: nothing of what it is for."""
    return f"You can pay {show_cents(send.papers[0].amount_cents)} online here"


def _agree(_send: MessageSend) -> str:
    """`Your payment plan is ready to read and agree to here`."""
    return "Your payment plan is ready to read and agree to here"


def _remind(send: MessageSend) -> str:
    """`$150.00 is still open. You can pay it online here`."""
    return f"{show_cents(send.papers[0].amount_cents)} is still open. You can pay it online here"


_ONCE = "The page asks for your birth date first. The link works once; please do not pass it on."
_SAID: dict[str, Callable[[MessageSend], str]] = {
    "balance": _open, "plan_declined": _declined, "plan_reminder": _reminder, "pay_link": _pay, "plan_link": _agree,
    "pay_reminder": _remind, "plan_pay": lambda send: f"{_declined(send)}. You can pay it online here",
}  # fmt: skip
_DO: dict[str, str] = {"plan_reminder": "You need not do anything"}
"""What the patient may do about it; otherwise they can pay."""


def _line(paper: MessagePaper) -> str:
    """`Receipt R-0042 of May 14, 2026: $75.00`; of a superbill not even the day, which is that of a visit."""
    if paper.kind == "superbill":
        return PAPER_WORDS[paper.kind]
    number = f" {one_line(paper.number)}" if paper.number else ""
    return f"{PAPER_WORDS[paper.kind]}{number} of {date_text(paper.day)}: {show_cents(paper.amount_cents)}"


def _many(papers: Sequence[MessagePaper]) -> str:
    """Papers that do not fit by name."""
    return f"{len(papers)} receipts, {show_cents(sum(paper.amount_cents for paper in papers))} together"


def _questions(practice: Practice) -> str:
    phone, reply = one_line(practice.phone), bool(practice.reply_to)
    if phone:
        return f"Questions? {'Answer this e-mail or call' if reply else 'Call'} {phone}."
    return "Questions? Answer this e-mail." if reply else ""


_CHANNELS: dict[str, Callable[[MessageSend, Practice, str], Words]] = {"email": _email, "text": _text}
