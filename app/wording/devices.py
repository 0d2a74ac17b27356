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
    "light.drawer.unplugged": ("Drawer not connected", "Cash can be taken.", "Check its cable. It opens with its key."),
    "light.display.ready": ("Customer display ready",),
    "light.display.checking": ("Looking for the customer display",),
    "light.display.missing": ("Customer display not connected", "Payments go on without it.", "Check its cable."),
    "light.scanner.ready": ("Scanner ready",),
    "light.scanner.checking": ("Looking for the scanner",),
    "light.scanner.missing": ("Scanner not connected", "Typing works.", "Check its cable."),
    # Scans ----------------------------------------------------------------------------------------------------------
    "scan.card_blocked": (
        "A payment card was swiped into this computer",
        "Nothing was charged and nothing of the card was kept.",
        "Use the card reader.",
    ),
    "scan.unreadable.no_name": ("The licence does not say whose it is", "", "Scan it again, or type the name."),
    "scan.unreadable.no_birth_date": ("The licence came without a birth date", "", "Scan it again, or type the name."),
    "scan.unreadable.stripe": ("This card is no licence", "Nothing of it was kept.", "Type the name."),
    "scan.unreadable.code": ("The scan could not be read", "", "Scan it again, or type the name."),
    # Receipt on the Approved screen ---------------------------------------------------------------------------------
    "receipt.queued": ("Waiting to print",),
    "receipt.sending": ("Printing now",),
    "receipt.printed": ("Printed",),
    "receipt.none": ("Not printed",),
    "receipt.not_printed": ("Receipt not printed", "The payment is safe.", "Print it again when the printer is ready."),
    "receipt.again": (
        "The receipt broke off in the middle",
        "The payment is safe.",
        "The whole receipt prints again, marked COPY, as soon as the printer is ready.",
    ),
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
    "receipt.handed_over": (
        "Handed to the print queue",
        "The payment is safe. The queue does not say whether paper came out.",
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
    # Wires, printers and readers ---------------------------------------------------------------------------------
    "device.address_wrong": (
        "The address {address} cannot be used",
        "Its {part} is wrong. Nothing was changed.",
        "Write serial://COM3, usb://2fb8:2206/0000000001, usblp://04b8:0e03, tcp://10.0.0.7:9100, "
        "http://10.0.0.7:10009, cups://front_desk or spool://EPSON TM-T20.",
    ),
    "device.driver_unknown": (
        "There is no {device} driver called {driver}",
        "Nothing was changed.",
        "Readers are pax or stripe, printers are escpos, displays are escpos or cd5220.",
    ),
    "device.profile_unknown": (
        "There is no printer kind called {profile}",
        "Nothing was changed.",
        "Choose 80mm, 80mm-42, 80mm-low, 80mm-437, 76mm, 58mm or 58mm-qr.",
    ),
    "device.port_absent": (
        "The {device} is not connected",
        "There is nothing at {address}. Nothing was sent.",
        "Check its cable and power, or choose another port in Settings.",
    ),
    "device.two_alike": (
        "Two devices cannot be told apart",
        "Both say that they are {address}. Nothing was sent.",
        "Choose the {device} in Settings by the socket it is plugged into.",
    ),
    "device.port_taken": (
        "Another program is using the {device}",
        "{address} is taken. Nothing was sent.",
        "Close the other program, then try again.",
    ),
    "device.port_forbidden": (
        "This computer does not allow Copaydesk to use the {device}",
        "{address} is not open to this user. Nothing was sent.",
        "Ask whoever looks after this computer to allow it (on Linux: the group dialout).",
    ),
    "device.not_a_port": (
        "{address} is not a port",
        "Nothing was sent to the {device}.",
        "Choose the {device} again in Settings.",
    ),
    "device.port_settings": (
        "The port of the {device} did not take its settings",
        "{address} refused them. Nothing was sent.",
        "Check the speed in Settings.",
    ),
    "device.unplugged": (
        "The {device} was unplugged",
        "{address} is gone. Nothing more was sent.",
        "Plug it in again; it is found by itself.",
    ),
    "device.closed": ("The {device} is not open", "Nothing was sent.", "Try again."),
    "device.host_unknown": (
        "The {device} was not found on the network",
        "Nobody knows the name in {address}. Nothing was sent.",
        "Check the name in Settings, or use its number.",
    ),
    "device.refused": (
        "The {device} refused the connection",
        "{address} does not listen. Nothing was sent.",
        "Check that it is switched on, and its port in Settings.",
    ),
    "device.unreachable": (
        "The {device} cannot be reached",
        "Nobody answers at {address}. Nothing was sent.",
        "Check its power and network cable.",
    ),
    "device.write_timeout": (
        "The {device} takes nothing",
        "It did not accept data in time.",
        "Switch it off and on, then try again.",
    ),
    "device.no_libusb": (
        "This computer cannot reach USB printers directly",
        "The library for it is missing. Nothing was sent.",
        "Set the printer up in the computer’s own settings and use its print queue.",
    ),
    "queue.unknown": (
        "This computer has no print queue of that name",
        "Nothing was printed.",
        "Choose the printer again in Settings.",
    ),
    "queue.stopped": (
        "The print queue is stopped",
        "Nothing was given to it.",
        "Resume the printer in the computer’s own settings.",
    ),
    "queue.rejects": (
        "The print queue takes no jobs",
        "The computer’s printing system refused it.",
        "Look at the printer in the computer’s own settings.",
    ),
    "queue.no_spooler": (
        "The computer’s printing system does not answer",
        "Nothing was printed.",
        "Restart it, or restart the computer.",
    ),
    "queue.silent": (
        "The computer’s printing system does not answer",
        "It is not known whether it took the job.",
        "Look at the printer.",
    ),
    "drawer.not_opened": ("Drawer not opened", "The pulse was taken back unsent.", "Open it with its key."),
    "drawer.unsure": (
        "Did the drawer open?",
        "The pulse was sent once and is never sent again by itself.",
        "Open it with its key if it stayed closed.",
    ),
    "printer.paper_out": ("Printer out of paper", "Nothing was printed. The payment is safe.", "Put in paper."),
    "printer.cover_open": ("Printer cover open", "Nothing was printed. The payment is safe.", "Close the cover."),
    "printer.cutter": (
        "Printer cutter stuck",
        "Nothing was printed. The payment is safe.",
        "Open the cover, free the cutter, close it.",
    ),
    "printer.offline": (
        "Printer not ready",
        "It does not say why. Nothing was printed. The payment is safe.",
        "Look at its lights; switch it off and on.",
    ),
    "printer.silent": (
        "Printer does not answer",
        "Nothing was printed. The payment is safe.",
        "Check its cable and power.",
    ),
    "terminal.not_answering": (
        "The reader does not answer",
        "No new payment was started.",
        "Check its power and cable, then try again. Cash and checks work.",
    ),
    "terminal.busy": (
        "The reader is busy",
        "No new payment was started.",
        "Wait until it shows its start screen, then try again.",
    ),
    "terminal.not_ready": (
        "The reader is not ready",
        "It answered with code {code}. No new payment was started.",
        "Restart the reader, then try again.",
    ),
    "terminal.line_noise": (
        "The reader cannot be understood",
        "Its answers arrive damaged. No new payment was started.",
        "Check the cable and the speed in Settings.",
    ),
    "terminal.still_in_doubt": (
        "The reader has not said how the last payment ended",
        "No new payment was started.",
        "Check it first, or take cash or a check.",
    ),
    "terminal.partly_approved": (
        "Approved in part",
        "The rest is still to be collected.",
        "Take the rest another way.",
    ),
    "terminal.declined": (
        "Card declined",
        "The bank said no. Nothing was charged.",
        "Try another card or another way to pay.",
    ),
    "terminal.cancelled": (
        "Cancelled at the reader",
        "Nothing was charged.",
        "Start again or choose another way to pay.",
    ),
    "terminal.cancelled_here": (
        "Cancelled before the reader was asked",
        "Nothing was charged.",
        "Start again or choose another way to pay.",
    ),
    "terminal.card_timeout": ("No card was shown", "Nothing was charged.", "Start again."),
    "terminal.refused": (
        "The reader refused this payment",
        "Nothing was charged.",
        "Try again or choose another way to pay.",
    ),
    "terminal.own_paper_out": (
        "The reader’s own printer has no paper",
        "Nothing was charged.",
        "Put paper into the reader.",
    ),
    "terminal.chip_not_read": ("The chip could not be read", "Nothing was charged.", "Try again, or use another card."),
    "terminal.duplicate": (
        "This card was charged this amount before",
        "Nothing was charged now.",
        "If both are wanted, charge again on purpose.",
    ),
    "terminal.rejected": (
        "The reader did not take the request",
        "It refused it three times. Nothing was charged.",
        "Check the cable, then try again.",
    ),
    "terminal.not_found": (
        "The reader has no such payment",
        "It was asked twice and is idle. Nothing was charged.",
        "Charge again if it is still due.",
    ),
    "terminal.no_token": (
        "The card was not kept",
        "The reader sent nothing to charge it by later. Nothing was charged.",
        "Ask whoever looks after the reader whether it may keep cards.",
    ),
    "terminal.not_signed": (
        "Nobody signed on the reader",
        "Nothing was kept.",
        "Ask again, or let it be signed on paper.",
    ),
    "terminal.totals_differ": (
        "The reader’s list and its totals do not agree",
        "Nothing was filled in. No money moved.",
        "Print the reader’s own report and type its totals.",
    ),
    "terminal.batch_empty": ("There is nothing to send to the bank", "The reader’s batch is empty. No money moved."),
    "terminal.batch_refused": (
        "The bank did not take the reader’s batch",
        "Every payment in it stands and is still in the reader.",
        "Try again later. If it stays so, ask the card processor.",
    ),
    "terminal.voided": ("This payment was voided at the reader", "Nothing is charged any more."),
    "terminal.original_not_found": (
        "The reader does not know the payment to void",
        "Nothing was given back. Its batch may have been closed.",
        "Refund it instead.",
    ),
    "terminal.silent": (
        "The reader did not answer",
        "It is not known yet whether the card was charged.",
        "Do not charge again. It is being checked.",
    ),
    "terminal.no_answer": (
        "The reader never said how it ended",
        "It is not known yet whether the card was charged.",
        "Do not charge again. It is being checked.",
    ),
    "terminal.link_lost": (
        "The connection to the reader broke",
        "It is not known yet whether the card was charged.",
        "Plug the reader in. Do not charge again.",
    ),
    "terminal.broke_off": (
        "The reader broke off",
        "It is not known yet whether the card was charged.",
        "Do not charge again. It is being checked.",
    ),
    "terminal.garbled": (
        "The reader’s answer arrived damaged",
        "It is not known yet whether the card was charged.",
        "Do not charge again. It is being checked.",
    ),
    "terminal.other_reference": (
        "The reader answered about another payment",
        "It is not known yet whether this card was charged.",
        "Look at the reader’s list. Do not charge again.",
    ),
    "terminal.other_amount": (
        "The reader answered with another amount",
        "It is not known what was charged.",
        "Look at the reader’s list. Do not charge again.",
    ),
    "terminal.unknown_code": (
        "The reader answered with a code nobody knows",
        "It is not known whether the card was charged.",
        "Look at the reader’s list. Do not charge again.",
    ),
}
