"""Words of the device log, of choosing devices and of trying them."""

from app.wording import Rows

WORDS: Rows = {
    # What was asked -------------------------------------------------------------------------------------------------
    "device_log.act.look": ("Asked how it is",),
    "device_log.act.test": ("Tested",),
    "device_log.act.payment": ("Payment asked for",),
    "device_log.act.void": ("Void asked for",),
    "device_log.act.refund": ("Refund asked for",),
    "device_log.act.outcome": ("Asked how a payment ended",),
    "device_log.act.totals": ("Asked for its totals",),
    "device_log.act.batch": ("Batch sent to the bank",),
    "device_log.act.keep_card": ("Card to be kept",),
    "device_log.act.signature": ("Signature asked for",),
    "device_log.act.show": ("Amounts shown",),
    "device_log.act.message": ("Message shown",),
    "device_log.act.restart": ("Told to start anew",),
    "device_log.act.print": ("Paper printed",),
    "device_log.act.test_print": ("Test print",),
    "device_log.act.cut": ("Paper cut",),
    "device_log.act.open": ("Drawer opened",),
    "device_log.act.scan": ("Something scanned",),
    "device_log.act.chosen": ("Chosen for this desk",),
    "device_log.act.removed": ("Removed from this desk",),
    # How it ended ---------------------------------------------------------------------------------------------------
    "device_log.end.good": ("Done",),
    "device_log.end.approved": ("Approved",),
    "device_log.end.partially_approved": ("Approved in part",),
    "device_log.end.declined": ("Declined",),
    "device_log.end.cancelled": ("Cancelled",),
    "device_log.end.not_performed": ("Not charged",),
    "device_log.end.unknown": ("Not known yet",),
    "device_log.end.printed": ("Printed",),
    "device_log.end.handed_over": ("Handed to the print queue",),
    "device_log.end.not_printed": ("Not printed",),
    "device_log.end.closed": ("Sent to the bank",),
    "device_log.end.not_closed": ("Not sent to the bank",),
    "device_log.end.other": ("Ended another way",),
    "device_log.not_written": (
        "The device log could not be written to {folder}",
        "Nothing else was changed.",
        "Choose another folder.",
    ),
    # Choosing and trying --------------------------------------------------------------------------------------------
    "devices.payment_running": (
        "A card payment is under way",
        "Its answer must come from the device it was sent to. Nothing was changed.",
        "Wait until it has ended, then choose again.",
    ),
    "devices.reader_in_doubt": (
        "{count:card payment is|card payments are} not known yet",
        "Only the reader that was asked can say how they ended. Nothing was changed.",
        "Settle it in Needs attention, then change the reader.",
    ),
    "devices.address_missing": (
        "Type the address of the {device}",
        "Nothing was changed.",
        "Examples stand under the field. “Find devices” finds what hangs on this computer by itself.",
    ),
    "devices.not_fitted": ("No {device} is set up at this desk", "Nothing was done.", "Find it or add it by address."),
    "devices.not_listed": (
        "This computer did not say what hangs on it",
        "Nothing was changed.",
        "Look once more, or add the device by its address.",
    ),
    "devices.test_not_printed": (
        "The test was not printed",
        "The printer took the order and broke off.",
        "Look at its paper, cover and cable, then try again.",
    ),
    "devices.test_handed_over": (
        "The print queue took it",
        "A queue never says whether paper came out.",
        "Look at the paper.",
    ),
    "devices.display_in_use": (
        "The display shows a payment now",
        "Nothing was shown over it.",
        "Try again when the payment is over.",
    ),
    "devices.reader_cannot": (
        "This reader does not do that",
        "Nothing was asked of it.",
        "Use its own buttons.",
    ),
    "devices.test_unknown": (
        "Did the test print?",
        "The printer took it and did not say.",
        "Look at the paper. Nothing is printed again by itself.",
    ),
}
