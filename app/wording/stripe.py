"""Words about card readers at Stripe: the line to it, the key, and how payments there end."""

from app.wording import Rows

WORDS: Rows = {
    # The line and the key -------------------------------------------------------------------------------------------
    "stripe.unreachable": (
        "Stripe cannot be reached",
        "Nothing was sent to the reader, nothing was charged.",
        "Check the internet line. Cash and checks work.",
    ),
    "stripe.trouble": (
        "Stripe does not work right now",
        "It answered {status}. Nothing was sent to the reader.",
        "Try again in a minute. Cash and checks work.",
    ),
    "stripe.too_many": (
        "Stripe is asked too often",
        "Nothing was sent to the reader.",
        "Wait a moment and try again.",
    ),
    "stripe.refused": (
        "Stripe refused this",
        "It answered {code}. Nothing was changed.",
        "Check what was entered, then try again.",
    ),
    "stripe.no_key": (
        "This desk has no key for Stripe",
        "Nothing was sent.",
        "Enter the restricted key in Settings, under Devices.",
    ),
    "stripe.key_refused": (
        "Stripe does not take this desk’s key",
        "It was revoked or mistyped. Nothing was sent to the reader.",
        "Enter a new restricted key in Settings, under Devices.",
    ),
    "stripe.key_limited": (
        "This desk’s key may not do that at Stripe",
        "Nothing was sent to the reader.",
        "Allow the key payments, refunds and Terminal at Stripe, or enter another.",
    ),
    "stripe.key_locked": (
        "The keyring with the key for Stripe is locked",
        "Nothing was sent to the reader.",
        "Unlock the keyring of this computer, then try again.",
    ),
    "stripe.key_shape": (
        "This is no restricted key",
        "Nothing was kept.",
        "Make a restricted key at Stripe: it begins with rk_live_ or rk_test_.",
    ),
    # Readers --------------------------------------------------------------------------------------------------------
    "stripe.no_reader": (
        "No reader of the Stripe account is chosen",
        "Nothing was sent.",
        "Choose one in Settings, under Devices.",
    ),
    "stripe.reader_gone": (
        "Stripe does not know this reader any more",
        "Nothing was charged.",
        "Register it again in Settings, under Devices.",
    ),
    "stripe.reader_offline": (
        "The reader is offline",
        "Stripe cannot reach it. Nothing was charged.",
        "Check its power and network, or use another reader. Cash and checks work.",
    ),
    "stripe.reader_busy": (
        "The reader is busy",
        "It updates itself or holds a card. Nothing was charged.",
        "Wait until it shows its start screen, then try again.",
    ),
    "stripe.other_till": (
        "The reader serves another desk",
        "A payment of another desk waits on it. Nothing was charged here.",
        "Wait until that one is done, or use another reader.",
    ),
    "stripe.reader_timeout": (
        "The reader did not react",
        "It was asked three times. Nothing was charged, and nothing can be any more.",
        "Restart the reader, then try again.",
    ),
    "stripe.hardware_fault": (
        "The reader reports a fault",
        "Nothing was charged.",
        "Restart the reader, or use another one.",
    ),
    "stripe.wrong_location": (
        "The reader stands at a location that may not take this payment",
        "Nothing was charged.",
        "Check the reader’s location at Stripe.",
    ),
    "stripe.reader_broke_off": (
        "The reader broke off",
        "Stripe says that nothing was charged.",
        "Try again, or choose another way to pay.",
    ),
    "stripe.replaced": (
        "Something else was shown on the reader",
        "The payment was ended. Nothing was charged.",
        "Try again.",
    ),
    "stripe.code_missing": (
        "Type the code from the reader’s screen",
        "Nothing was registered.",
        "On the reader choose Settings, then Generate pairing code.",
    ),
    "stripe.no_place": (
        "The Stripe account has no location yet",
        "Nothing was registered.",
        "Add the practice as a location at Stripe, then try again.",
    ),
    # How payments end -------------------------------------------------------------------------------------------------
    "stripe.line_lost": (
        "The line to Stripe broke",
        "It is not known yet whether the card was charged.",
        "Do not charge again. It is checked by itself when the line is back.",
    ),
    "stripe.undecided": (
        "Stripe has not decided yet",
        "It is not known yet whether the card was charged.",
        "Do not charge again. It is being checked.",
    ),
    "stripe.status_unknown": (
        "Stripe answered with a word nobody knows",
        "It is not known whether the card was charged.",
        "Look at the payment at Stripe. Do not charge again.",
    ),
    "stripe.authorising": (
        "The bank is still being asked",
        "It is not known yet whether the card was charged.",
        "Do not charge again. It is being checked.",
    ),
    "stripe.not_captured": (
        "The card was authorised, but the money was not taken",
        "The money is held on the patient’s card for some days.",
        "Capture or cancel this payment at Stripe. Do not charge again.",
    ),
    "stripe.not_charged": (
        "Nothing was charged",
        "Stripe says so, and the payment was ended there: no late card can pay it.",
        "Charge again if it is still due.",
    ),
    "stripe.never_asked": (
        "Stripe has no such payment",
        "Nothing was charged.",
        "Try again if it is still due.",
    ),
    # Giving back ------------------------------------------------------------------------------------------------------
    "stripe.not_its_payment": (
        "This payment was not taken through Stripe",
        "Nothing was given back.",
        "Give it back at the reader that took it, or another way.",
    ),
    "stripe.refund_refused": ("Stripe refused the refund", "Nothing was given back.", "Look at the payment at Stripe."),
    "stripe.refund_failed": (
        "The refund did not reach the card",
        "Nothing was given back.",
        "Give it back another way.",
    ),
    "stripe.refund_pending": (
        "The refund is on its way",
        "Stripe has not confirmed it yet.",
        "Do not give it back again. It is being checked.",
    ),
    "stripe.refunded_before": (
        "This payment was refunded at Stripe before",
        "Nothing was given back now.",
        "Look at the payment at Stripe.",
    ),
    "stripe.disputed": (
        "The patient’s bank disputes this payment",
        "Nothing was given back: the bank decides.",
        "Answer the dispute at Stripe.",
    ),
    "stripe.wants_holder": (
        "The bank wants the card’s holder to agree",
        "A card on file cannot do that by itself. Nothing was charged.",
        "Ask for the card at the reader, or take the payment another way.",
    ),
    "stripe.card_gone": (
        "Stripe does not keep this card any more",
        "It was taken off there. Nothing was charged.",
        "Remove it from the patient’s cards on file, and ask for the card itself.",
    ),
    "stripe.no_reusable_card": (
        "This card cannot be kept",
        "A phone or watch leaves no card that can be charged later. Nothing was charged.",
        "Ask for the card itself.",
    ),
}
