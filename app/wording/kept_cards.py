"""Words about cards that patients let the practice keep."""

from app.wording import Rows

_NOT_KEPT = "No card was kept."
_NOT_CHARGED = "Nothing was charged."

WORDS: Rows = {
    "card.consent_text": (
        "Keep this card on file",
        "The practice may keep this card with its card processor and charge it for what I owe, when I ask for it or as "
        "we agreed. The practice itself keeps its brand and last four digits, never its number. I can take this back "
        "at any time at the desk; what was charged before stays.",
    ),
    "card.consent_text_es": (
        "Guardar esta tarjeta",
        "El consultorio puede guardar esta tarjeta con su procesador de tarjetas y cobrar con ella lo que debo, cuando "
        "yo lo pida o como lo hayamos acordado. El consultorio mismo guarda su marca y los últimos cuatro dígitos, "
        "nunca su número. Puedo retirar este permiso en cualquier momento en la recepción; lo que ya se cobró no "
        "cambia.",
    ),
    "card.consent_missing": (
        "Nobody agreed yet",
        _NOT_KEPT,
        "Read the text to the patient, then type who agrees.",
    ),
    "card.reader_keeps_none": (
        "This reader cannot keep cards",
        _NOT_KEPT,
        "Keep it at a desk whose reader can, or ask for the card each time.",
    ),
    "card.kept_gone": (
        "This card is not on file any more",
        _NOT_CHARGED,
        "Choose another card, or ask for the card itself.",
    ),
    "card.kept_elsewhere": (
        "This card is kept at another card processor",
        f"The reader of this desk cannot charge it. {_NOT_CHARGED}",
        "Charge it at a desk with a reader of that processor, or ask for the card itself.",
    ),
    "card.bank_account": (
        "This is a bank account",
        f"No reader can charge it. {_NOT_CHARGED}",
        "Send a link, or let a payment plan debit it.",
    ),
    "card.kept_unusable": (
        "The card was not kept",
        "What the processor calls it looks like a card number, and no card number is written down here.",
        "Ask whoever looks after the reader to turn on tokens that are no card numbers.",
    ),
    "card.keeping_declined": ("The bank does not let this card be kept", _NOT_KEPT, "Try another card."),
    "card.keeping_cancelled": ("No card was kept", "It was cancelled at the reader.", "Start again when ready."),
    "card.keeping_unknown": (
        "It is not known whether the card was kept",
        "No money moved, and nothing can be charged to it from here.",
        "Ask for the card once more.",
    ),
}
