"""Words about the card reader, the printer and the drawer: lights of the status bar and failures."""

from app.wording import Rows

WORDS: Rows = {
    # Lights ---------------------------------------------------------------------------------------------------------
    "light.reader.none": ("No reader",),
    "light.reader.ready": ("Reader ready",),
    "light.reader.checking": ("Looking for the reader",),
    "light.reader.arming": ("Starting the reader",),
    "light.reader.waiting": ("Reader waiting for card",),
    "light.reader.busy": ("Reader busy",),
    "light.reader.missing": ("Reader not connected", "Cash and checks work.", "Check its cable and power."),
    "light.reader.doubt": ("Card payment being checked", "Do not charge again."),
    "light.printer.none": ("No printer", "Receipts are saved as PDF."),
    "light.printer.ready": ("Printer ready",),
    "light.printer.checking": ("Looking for the printer",),
    "light.printer.printing": ("Printing",),
    "light.printer.paper_low": ("Paper is low",),
    "light.printer.paper_out": (
        "Printer out of paper",
        "{waiting:receipt waits|receipts wait}.",
        "Put in paper: they print by themselves.",
    ),
    "light.printer.cover_open": ("Printer cover open", "{waiting:receipt waits|receipts wait}.", "Close the cover."),
    "light.printer.cutter": ("Printer cutter stuck", "", "Open the cover, free the cutter, close it."),
    "light.printer.missing": (
        "Printer not connected",
        "Receipts wait or are saved as PDF.",
        "Check its cable and power.",
    ),
    "light.drawer.none": ("No drawer",),
    "light.drawer.closed": ("Drawer closed",),
    "light.drawer.open": ("Drawer open",),
    "light.drawer.ready": ("Drawer ready",),
    "light.drawer.missing": ("Drawer not connected", "It opens through the printer.", "Check the printer."),
    # Receipt on the Approved screen ---------------------------------------------------------------------------------
    "receipt.queued": ("Waiting to print",),
    "receipt.sending": ("Printing now",),
    "receipt.printed": ("Printed",),
    "receipt.none": ("Not printed",),
    "receipt.not_printed": ("Receipt not printed", "The payment is safe.", "Print it again when the printer is ready."),
    "receipt.paper_out": (
        "Receipt not printed: paper out",
        "The payment is safe.",
        "It prints by itself when there is paper.",
    ),
    "receipt.cover_open": (
        "Receipt not printed: cover open",
        "The payment is safe.",
        "Close the cover: it prints then.",
    ),
    "receipt.printer_missing": (
        "Receipt not printed: printer not connected",
        "The payment is safe.",
        "It prints by itself when the printer is back, or save it as PDF.",
    ),
    "receipt.printer_busy": ("Printer busy", "The payment is safe.", "The receipt prints in a moment."),
    "receipt.too_old": (
        "Receipt not printed: it waited too long",
        "The payment is safe.",
        "Print a copy if it is wanted.",
    ),
    "receipt.no_printer": ("No printer at this desk", "The payment is safe.", "Save the receipt as PDF."),
    "receipt.unknown": (
        "Did the receipt print?",
        "The payment is safe.",
        "Look at the printer. A second one says COPY.",
    ),
    "receipt.no_receipt": ("There is no receipt to print", "", "Choose a payment in the ledger."),
    "receipt.pdf_failed": (
        "The PDF could not be written to {folder}",
        "The payment is safe.",
        "Choose another folder.",
    ),
    "drawer.reason_missing": ("Say why the drawer is opened", "The drawer stays closed.", "Choose or type a reason."),
    "drawer.no_drawer": ("No drawer is set up at this desk", "", "Set it up in Settings."),
    "drawer.too_late": ("Drawer not opened", "The pulse was not sent again after a restart.", "Open it with its key."),
    # Failures of devices --------------------------------------------------------------------------------------------
    "lane.full": ("{device} has too much to do", "Nothing was started.", "Wait a moment and try again."),
    "lane.closing": ("Copaydesk is closing", "Nothing was started.", ""),
}
