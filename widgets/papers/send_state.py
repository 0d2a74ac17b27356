"""What the dialog that sends papers shows, worked out without a window."""

from __future__ import annotations

from dataclasses import dataclass

from app.messages import CONSENT_TEXTS, SendChoice, SendSheet, Way, consent_version
from app.words import WORDS
from models.operations.messages import PAPER_ALONE, MessagePaper, MessageSend
from models.operations.records import Practice
from receipts.messages import PAPER_WORDS, words_for
from widgets.common.speech import Notice, Speech

CHANNEL_WORDS = {"email": "E-mail", "text": "Text"}
VERBS = {"email": "Send e-mail", "text": "Send text"}
HINTS = {"email": "name@place.com", "text": "(555) 010-4417"}
_ADDRESS = {"email": "e-mail address", "text": "phone number"}
LABELS = {"email": "E-mail address", "text": "Phone number"}


@dataclass(frozen=True, slots=True)
class SendState:
    """All of the dialog. `choice` is what stands in the fields, `agreed` the patient's word on papers at the address
    (None: nobody asked), `can_attach` whether a paper may go along, `trouble` why messages wait, `why_not`
    why the button is off."""

    title: str
    about: str
    choice: SendChoice
    agreed: bool | None
    consent: str
    preview: str
    can_attach: bool = False
    trouble: Notice | None = None
    why_not: str = ""
    note: str = ""
    busy: str = ""
    error: str = ""

    @property
    def verb(self) -> str:
        return VERBS[self.choice.channel]


def first_choice(sheet: SendSheet) -> SendChoice:
    """What is proposed: the patient's own way and address, and the paper where they agreed to that before."""
    way = sheet.way(sheet.first_channel)
    return choice_for(way)


def choice_for(way: Way) -> SendChoice:
    """What is proposed for a channel. An address the record does not have is kept when it is typed."""
    return SendChoice(way.channel, way.address, attach=way.channel == "email" and way.agreed is True,
                      remember=not way.address)  # fmt: skip


def send_state(
    sheet: SendSheet, choice: SendChoice, agreed: bool | None, practice: Practice, speech: Speech, *, busy: str = "",
    error: str = "",
) -> SendState:  # fmt: skip
    """Everything the dialog shows for what was read and what stands in its fields."""
    way = sheet.way(choice.channel)
    why = speech.key(way.why_not).title if way.why_not else ""
    trouble = speech.notice(way.trouble) if way.trouble else None
    if not why and sheet.template in PAPER_ALONE and not choice.attach:
        why = "Ask the patient and tick that they agree: this paper goes as a PDF."
    return SendState(
        title=_title(sheet), about=sheet.patient.name, choice=choice,
        agreed=agreed, consent=_consent(agreed, sheet.language), preview=preview_of(sheet, choice, practice),
        can_attach=choice.channel == "email" and sheet.can_attach, trouble=trouble,
        why_not=why, note=why or _missing(way, choice) or _note(sheet, choice), busy=busy, error=error,
    )  # fmt: skip


def preview_of(sheet: SendSheet, choice: SendChoice, practice: Practice) -> str:
    """The message's words as they will go."""
    body = MessageSend(message_id="", patient_id="", channel=choice.channel, address="", template=sheet.template,
                       papers=sheet.papers, language=sheet.language,
                       attach=choice.attach and choice.channel == "email" and sheet.can_attach)  # fmt: skip
    return words_for(body, practice).shown


def _title(sheet: SendSheet) -> str:
    return f"Send {_what(sheet.papers)}" if sheet.can_attach else "Message the patient"


def _missing(way: Way, choice: SendChoice) -> str:
    """What to do where the record has no address and none was typed yet."""
    if way.address or choice.address.strip():
        return ""
    return f"Their record has no {_ADDRESS[choice.channel]}: ask for it and type it here."


def _what(papers: tuple[MessagePaper, ...]) -> str:
    if len(papers) > 1:
        return f"{len(papers)} papers"
    paper = papers[0]
    return f"{PAPER_WORDS[paper.kind].lower()} {paper.number}".strip()


def _consent(agreed: bool | None, language: str) -> str:
    """What is read to the patient, in their language."""
    if agreed:
        return "The patient agreed to this address before."
    return str(WORDS[CONSENT_TEXTS[consent_version(language)]])


def _note(sheet: SendSheet, choice: SendChoice) -> str:
    if not sheet.can_attach:
        return "It names the clinic, the amount and the day. Nothing of the visit."
    if choice.channel == "text":
        return "A text names the clinic, the paper, its day and amount. Nothing of the visit."
    return "The e-mail names no visit and no service." if not choice.attach else "The PDF goes along, unprotected."
