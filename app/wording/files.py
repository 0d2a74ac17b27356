"""Words about files of other programs. Beside each stands the file and the place in it."""

from app.wording import Rows

_REST = "The rest of the file was taken."
_NONE = "Nothing of this file was taken."

WORDS: Rows = {
    "consent.not_here": (
        "This does not end here",
        "Nothing was changed. It was taken back already, or it ends somewhere else.",
        "Look at the list again.",
    ),
    "contact.name_missing": ("Who is it", "Nothing was saved.", "Type a name."),
    "contact.unreachable": ("How can they be reached", "Nothing was saved.", "Type a phone number or an e-mail."),
    "contact.number_wrong": (
        "This is no phone number",
        "Nothing was saved.",
        "Type ten digits, or + and the country’s code.",
    ),
    # steps
    "import.reading": ("Reading files", "", ""),
    "import.linking": ("Finding what belongs together", "", ""),
    "import.writing": ("Writing", "", ""),
    "import.stopped": ("Stopped", "Files written before stay.", "Run it again to complete the rest."),
    "import.no_desk": ("This computer has no desk yet", "Nothing was written.", "Set up the desk first: copaydesk."),
    # whole files
    "import.file_missing": ("There is no such file", _NONE, "Check its name."),
    "import.not_a_file": ("This is no file", _NONE, "Name files or folders."),
    "import.file_unreadable": ("The file cannot be read", _NONE, "Give this user the right to read it."),
    "import.too_large": (
        "The file holds more than {limit_mib} MiB",
        _NONE,
        "Split the export into several files.",
    ),
    "import.empty": ("The file is empty", _NONE, "Export it again."),
    "import.gzip_truncated": ("The packed file ends too early", _NONE, "Copy or export it again."),
    "import.gzip_damaged": ("The packed file is damaged", _NONE, "Copy or export it again."),
    "import.not_utf8": ("The text is not UTF-8 at byte {offset}", _NONE, "Export it as UTF-8."),
    "import.wrong_encoding": (
        "The text is not {encoding} at byte {offset}",
        _NONE,
        "Name its encoding in the map file.",
    ),
    "import.encoding_unknown": ("The encoding in the map file is not known", _NONE, "Name it as utf-8 or cp1252."),
    "import.nul_bytes": ("The text holds a zero byte at {offset}", _NONE, "Export it as text."),
    "import.not_json": ("This is no JSON at line {line}, column {column}", _NONE, "Copy or export it again."),
    "import.too_deep": ("The data is nested too deeply", _NONE, "Export it as FHIR R4."),
    "import.number_too_long": ("A number is longer than any amount", _NONE, "Export it again."),
    "import.not_fhir": ("This is neither a FHIR resource nor a bundle", "", "Export it as FHIR R4 JSON or NDJSON."),
    "import.map_invalid": ("The map file is not right at {field}", "Nothing was written.", "Correct it."),
    "import.no_header": ("The table has no header row", _NONE, "Put column names in its first row."),
    "import.column_missing": ("The table has no column mapped to {field}", _NONE, "Correct the map file."),
    "import.table_unknown": (
        "The columns make neither patients nor visits",
        _NONE,
        "Say in a map file which column is what.",
    ),
    "import.not_posted": ("The ledger does not take it: {code}", _NONE, "Ask your support."),
    # one resource or row
    "import.wrong_type": ("This is not {wanted}", _REST, "Correct it in the other program."),
    "import.doubled_name": ("{field} stands twice in one object", _REST, "Export it again."),
    "import.no_id": (
        "It has no id, a second import could not know it again",
        _REST,
        "Export it with its id.",
    ),
    "import.id_signs": ("The id has signs that FHIR does not allow", _REST, "Export it with its id."),
    "import.no_name": ("It has no name", _REST, "Add it in the other program."),
    "import.no_payer_or_code": ("It names no payer or no code", _REST, "Fill in both."),
    "import.fees_too_many": (
        "A payer\u2019s schedule has more than {most} codes",
        _REST,
        "Leave out what is never done here.",
    ),
    "import.no_patient": ("It names no patient", _REST, "Add it in the other program."),
    "import.no_start": ("It has no date", _REST, "Add it in the other program."),
    "import.no_time": ("The date has no time", _REST, "Export the time of the visit too."),
    "import.not_a_date": ("This is no date", _REST, "Correct it in the other program."),
    "import.status_unknown": ("This status is not known", _REST, "Correct it in the other program."),
    "import.not_an_amount": ("This is no amount", _REST, "Correct it in the other program."),
    "import.amount_not_finite": ("This is no finite number", _REST, "Correct it in the other program."),
    "import.amount_negative": ("The amount is negative", _REST, "Correct it in the other program."),
    "import.amount_too_large": (
        "The amount is beyond {limit_cents:money}",
        _REST,
        "Correct it in the other program.",
    ),
    "import.balance_negative": (
        "The balance is a credit of the other program, not money held here",
        _REST,
        "Refund or use it there.",
    ),
    "import.currency": ("The amount is not in US dollars", _REST, "Collect it in the other program."),
    "import.text_too_long": ("The text is longer than {limit} signs", _REST, "Correct it in the other program."),
    "import.text_too_long_cell": ("A cell of the row is too long", _REST, "Correct it in the other program."),
    "import.text_damaged": ("The text holds signs that are none", _REST, "Correct it in the other program."),
    "import.quote_open": ("A quotation mark is opened or closed in the wrong place", _REST, "Export the table again."),
    "import.ragged_row": (
        "The row has {found:cell|cells}, the header {wanted}",
        _REST,
        "Export the table again.",
    ),
    "import.line_unknown": ("The claim has no line this transfer belongs to", _REST, "Export the claim as a whole."),
    # payments
    "import.payment_type_unknown": ("This type of payment is not known", _REST, "Correct it in the other program."),
    "import.amount_zero": ("The amount is zero", _REST, "Correct it in the other program."),
    "import.charge_unknown": (
        "Its line item is neither in these files nor at this desk",
        _REST,
        "Import the charges too, or name the visit.",
    ),
    "import.payment_changed": (
        "The payment is here with another patient or amount",
        "What was posted stays.",
        "Payments never change: enter a correction.",
    ),
    # references
    "import.patient_unknown": (
        "Its patient is neither in these files nor at this desk",
        _REST,
        "Import the patient too.",
    ),
    "import.patient_ambiguous": (
        "Several patients have its record number",
        _REST,
        "Export it with the patient's id.",
    ),
    "import.other_person": (
        "Another person is already known under this id",
        _REST,
        "If it comes from another program, name that with --source.",
    ),
    "import.coverage_unknown": (
        "Its coverage is neither in these files nor at this desk",
        _REST,
        "Import the coverage too.",
    ),
    "import.slot_unknown": ("Neither it nor its slot says when it begins", _REST, "Import the slot too."),
    "import.charge_of_another_patient": (
        "The charge is already posted to another patient",
        "What was posted stays.",
        "Merge the two patients first.",
    ),
    "import.merged_otherwise": (
        "This record was merged with somebody else here",
        "It was left as it is; no money was changed.",
        "Open its account: if the merge made here is wrong, take it apart and import the file again.",
    ),
    "import.visit_of_another_patient": (
        "Its visit is another patient's",
        _REST,
        "Correct it in the other program.",
    ),
}
