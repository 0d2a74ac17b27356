"""What a message to a patient says: short, neutral, and of their health nothing.

An e-mail names the practice, the paper's number, its day and its amount; the paper itself goes along only where the
patient agreed. A text says the same in one line. Both are made from what the request carries, its language among it,
and what the practice says of itself, so that the preview in the settings and what the hub sends are one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from models.basics.money import show_cents
from models.operations.messages import LINK_TEMPLATES, PAPER_ALONE, WORDS_ALONE, MessagePaper, MessageSend
from models.operations.records import Practice
from models.rules.agreement_words import long_day
from models.rules.languages import FIRST, written_in
from receipts.message_words import PAPERS, SENTENCES

PAPER_WORDS = PAPERS[FIRST]
"""What the desk calls a paper, by its kind."""

LONGEST_TEXT = 320
"""Two text messages of the basic alphabet (GSM 7-bit), up to five with Spanish accents; a longer name of a practice is
cut."""


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


def own_message(practice: Practice, language: str) -> str:
    """What the practice adds to its e-mails, in their language; in English where it says it only so."""
    own = {"es": practice.receipt_message_es}.get(written_in(language), "")
    return one_line(own) or one_line(practice.receipt_message)


def _say(send: MessageSend, key: str, **values: object) -> str:
    return SENTENCES[written_in(send.language)][key].format(**values)


def _email(send: MessageSend, practice: Practice, link: str) -> Words:
    if send.template in WORDS_ALONE:
        return _words_alone_email(send, practice, link)
    clinic, several = one_line(practice.name), len(send.papers) > 1
    name, more = send.template + ("s" if several else ""), "_several" if several else ""
    parts = [
        f"{_say(send, 'hello')}\n\n{_say(send, ('these_' if several else 'this_') + name, clinic=clinic)}",
        "\n".join(_line(send, paper) for paper in send.papers),
        _say(send, ("attached" if send.attach else "on_paper") + more),
        own_message(practice, send.language),
        _questions(send, practice),
    ]
    return Words(_say(send, f"subject_{name}", clinic=clinic), _letter(parts, clinic))


def _text(send: MessageSend, practice: Practice, link: str) -> Words:
    clinic, phone = one_line(practice.name)[:60].strip(), one_line(practice.phone)
    asks = f" {_say(send, 'ask', phone=phone)}" if phone else ""
    tail = f"{asks} {_say(send, 'stop')}"
    if send.template in LINK_TEMPLATES:
        return Words("", f"{clinic}: {_told(send)}: {link}{tail}")
    if send.template in WORDS_ALONE:
        return Words("", f"{clinic}: {_told(send)}. {_say(send, _DO.get(send.template, 'do_text'))}{tail}")
    said = "; ".join(_line(send, paper) for paper in send.papers)
    room = LONGEST_TEXT - len(clinic) - len(tail) - 3
    return Words("", f"{clinic}: {said if len(said) <= room else _many(send)}.{tail}")


def _words_alone_email(send: MessageSend, practice: Practice, link: str) -> Words:
    clinic, carries = one_line(practice.name), send.template in LINK_TEMPLATES
    parts = (
        f"{_say(send, 'hello')}\n\n{_told(send)}{':' if carries else '.'}",
        link,
        _say(send, "once" if carries else _DO.get(send.template, "do_email")),
        _say(send, "statement_attached") if send.attach else "",
        _questions(send, practice),
    )
    return Words(_say(send, "subject_account", clinic=clinic), _letter(parts, clinic))


def _letter(parts: Sequence[str], clinic: str) -> str:
    return "\n\n".join(part for part in parts if part) + f"\n\n{clinic}\n"


def _told(send: MessageSend) -> str:
    """`$40.00 is open on your account as of May 14, 2026`, `You can pay $150.00 online here`: nothing of what it is
    for."""
    paper = send.papers[0]
    cents = sum(each.amount_cents for each in send.papers) if send.template == "balance" else paper.amount_cents
    return _say(send, send.template, amount=show_cents(cents), day=_day(send, paper.day))


_DO: dict[str, str] = {"plan_reminder": "do_nothing"}
"""What the patient may do about it; otherwise they can pay."""


def _line(send: MessageSend, paper: MessagePaper) -> str:
    """`Receipt R-0042 of May 14, 2026: $75.00`; one of PAPER_ALONE by its name alone."""
    named = PAPERS[written_in(send.language)][paper.kind]
    if paper.kind in PAPER_ALONE:
        return named
    number = f" {one_line(paper.number)}" if paper.number else ""
    return _say(send, "paper", paper=named, number=number, day=_day(send, paper.day),
                amount=show_cents(paper.amount_cents))  # fmt: skip


def _day(send: MessageSend, iso: str) -> str:
    """`May 14, 2026`, `14 de mayo de 2026`; what is no ISO date is left as it is."""
    try:
        day = date.fromisoformat(iso)
    except ValueError:
        return iso
    return long_day(written_in(send.language), day)


def _many(send: MessageSend) -> str:
    """Papers that do not fit by name."""
    total = show_cents(sum(paper.amount_cents for paper in send.papers))
    return _say(send, "many", count=len(send.papers), amount=total)


def _questions(send: MessageSend, practice: Practice) -> str:
    phone, reply = one_line(practice.phone), bool(practice.reply_to)
    if phone:
        return _say(send, "answer_or_call" if reply else "call", phone=phone)
    return _say(send, "answer") if reply else ""


_CHANNELS: dict[str, Callable[[MessageSend, Practice, str], Words]] = {"email": _email, "text": _text}
