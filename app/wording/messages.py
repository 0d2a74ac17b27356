"""Words about papers that go out by e-mail and text."""

from app.wording import Rows

_NOT_SENT = "The receipt is in the books; nobody got it by this message."
_WAITS = "What was asked for waits at the hub and goes by itself then."

WORDS: Rows = {
    "message.no_email": (
        "This clinic does not send e-mail yet", "Nothing was sent.",
        "Print it, or ask who runs the hub to set up a mail server.",
    ),
    "message.no_text": (
        "This clinic does not send texts yet", "Nothing was sent.",
        "Print it, or ask who runs the hub to set up a text provider.",
    ),
    "message.text_stopped": (
        "This number wants no texts", "Its owner answered STOP. Nothing was sent.",
        "Send it by e-mail or print it. Texts begin again when they text START.",
    ),
    "message.failed.stopped": (
        "This number wants no texts any more", "Its owner answered STOP. " + _NOT_SENT,
        "Send it by e-mail or print it. Texts begin again when they text START.",
    ),
    "message.text_words": (
        "STOP to a text ends texts to that number", "START begins them again.", "Nobody else can do that for them.",
    ),
    "message.nothing_owed": (
        "Nothing is open any more", "Nothing was sent.", "It was paid or lowered meanwhile: look at the account.",
    ),
    "message.text_is_open": (
        "This paper goes by e-mail only", "Nothing was sent.", "It says what is done at the visit.",
    ),
    "refused.address_wrong": (
        "The hub found no address it could send to",
        "Nothing was sent; the money is as it was.",
        "Send it once more with another address.",
    ),
    "refused.message_unknown": (
        "The hub does not know this kind of message",
        "Nothing was sent; the money is as it was.",
        "Print the paper, and bring hub and desk to the same version.",
    ),
    "message.address_wrong": ("This is no e-mail address", "Nothing was sent.", "Look at it again: name@place.com."),
    "message.number_wrong": (
        "This is no phone number that takes texts", "Nothing was sent.", "Type ten digits, or + and the country’s code."
    ),
    "message.needs_consent": (
        "This paper goes as a PDF or not at all", "Nothing was sent.",
        "Ask the patient whether they agree, and tick it.",
    ),
    "message.consent_words": (
        "E-mail is not protected on its way",
        "Others might read what is attached: what was done, and what it cost.",
        "Tick this only after the patient said yes.",
    ),
    "message.consent_words_es": (
        "El correo electrónico no viaja protegido",
        "Otras personas podrían leer lo que va adjunto: qué se le hizo y cuánto costó.",
        "Tick this only after the patient said yes.",
    ),
    "message.trouble.mail_login": ("The mail server refuses the clinic’s login", _WAITS, "Tell who runs the hub."),
    "message.trouble.mail_not_private": (
        "The line to the mail server is not private", _WAITS, "Tell who runs the hub."
    ),
    "message.trouble.mail_unreached": ("The mail server does not answer", _WAITS, ""),
    "message.trouble.mail_sender": (
        "The mail server does not take mail from the clinic’s address", _WAITS, "Tell who runs the hub."
    ),
    "message.trouble.text_login": ("The text provider refuses the clinic’s login", _WAITS, "Tell who runs the hub."),
    "message.trouble.text_not_private": (
        "The line to the text provider is not private", _WAITS, "Tell who runs the hub."
    ),
    "message.trouble.text_unreached": ("The text provider does not answer", _WAITS, ""),
    "message.failed.address_refused": (
        "There is no such e-mail address", _NOT_SENT, "Ask the patient and send it to another."
    ),
    "message.failed.mail_refused": (
        "The mail server refused this e-mail", _NOT_SENT, "Send it to another address, or print it."
    ),
    "message.failed.number_refused": (
        "This number does not take texts", _NOT_SENT, "Ask the patient and send it to another, or by e-mail."
    ),
    "message.failed.text_refused": ("The text provider refused it", _NOT_SENT, "Send it by e-mail, or print it."),
    "message.failed.given_up": (
        "A message could not be delivered for a day", _NOT_SENT, "Send it again, to another address, or print it."
    ),
    "message.failed.not_set_up": (
        "The hub had nothing to send this with", _NOT_SENT, "Send it another way, or print it."
    ),
    "message.failed.not_agreed": (
        "The patient took back that papers go to this address", _NOT_SENT, "Send it without the paper, or print it."
    ),
    "message.failed.document_gone": (
        "The paper was taken out of the documents, or held back there", _NOT_SENT, "Make it again and send that one."
    ),
    "message.failed.not_composed": ("This message could not be written", _NOT_SENT, "Send it again, or print it."),
    "practice.reply_to_wrong": (
        "This is no e-mail address", "Nothing was changed.", "Look at it again, or leave it empty."
    ),
    "message.gone": ("This message is not in the books", "Nothing was sent.", "Look at the list again."),
    "superbill.no_visit": ("This visit is not in the books", "Nothing was made.", "Look at the list again."),
    "superbill.no_services": (
        "This visit has no services yet", "No superbill was made.", "Add its charges first; fees are no services."
    ),
    "receipts.nothing_chosen": ("No receipt is chosen", "Nothing was printed or saved.", "Tick one with Space."),
    "act.message_email": ("Asked to e-mail",),
    "act.message_text": ("Asked to text",),
    "act.message_sent": ("Sent",),
    "act.message_failed": ("Not sent",),
    "act.texts_stopped": ("Ended texts to this number",),
    "act.texts_started": ("Wants texts to this number again",),
    "act.consent_given": ("Agreed to papers by e-mail",),
    "act.consent_taken_back": ("Wants no papers by e-mail",),
    "attention.message_not_sent": (
        "The hub did not take a message to a patient", "The money is not touched.", "Send it again.",
    ),
}  # fmt: skip
