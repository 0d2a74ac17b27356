"""Words about visits, their charges, profiles and series."""

from app.wording import Rows

_BOOKED = "Nothing was booked."
_CHANGED = "Nothing was changed."
_CHARGED = "No charge was added or changed."

WORDS: Rows = {
    "visit.not_found": (
        "This visit is no longer in the schedule",
        _CHANGED,
        "Look at the schedule again.",
    ),
    "visit.cannot_become": (
        "This visit cannot be put to {status} from where it is",
        _CHANGED,
        "A cancelled visit is first put back on the schedule; one that is done was.",
    ),
    "visit.no_patient": ("This person is not among the patients", _BOOKED, "Find the patient again."),
    "visit.title_missing": ("Say what the visit is for", _BOOKED, "Choose a kind of visit, or type a title."),
    "visit.time": ("That is no time of day", "Nothing was written.", "Type it like 9:30 or 2:15 PM."),
    "visit.minutes": ("A visit lasts 0 to {most} minutes", _BOOKED, "Type how long it takes."),
    "visit.day_out_of_range": (
        "That day is too far away",
        "Nothing was written.",
        "Choose a day within the last year or the next three.",
    ),
    "visit.time_taken": (
        "The patient has a visit at that time on {count:day|days} already",
        "Nothing was written.",
        "Choose another time.",
    ),
    "visit.has_begun": ("This visit has begun", _CHANGED, "Put it back to Scheduled first, or book a new visit."),
    "visit.billing_unknown": ("That billing status does not exist", _CHANGED, "Choose one of the list."),
    "visit.not_a_no_show": (
        "This visit is not a no-show any more",
        "No fee was asked.",
        "Look at the schedule again.",
    ),
    "visit.fallen_out": (
        "This visit was cancelled or missed",
        _CHARGED,
        "Put it back on the schedule first, or ask a fee instead.",
    ),
    "series.ends_before_it_starts": ("The series ends before it begins", _BOOKED, "Choose a later last day."),
    "series.repeat_unknown": ("Visits come again weekly or monthly", _BOOKED, "Choose one of the two."),
    "series.every_out_of_range": ("Every 1 to 52 weeks or months", _BOOKED, "Type a number in between."),
    "series.weekday_unknown": ("That is no day of the week", _BOOKED, "Tick Monday to Sunday."),
    "series.empty": ("No day of the series lies before its end", _BOOKED, "Choose a later last day or other weekdays."),
    "series.too_many": ("A series has at most 104 visits", _BOOKED, "Choose an earlier last day."),
    "charge.not_found": ("This charge is not there any more", _CHARGED, "Look at the visit again."),
    "charge.of_another_program": (
        "This charge comes from another program, or is a fee",
        _CHARGED,
        "Change it there and bring it in, or write it off. A fee is changed where fees are.",
    ),
    "charge.code_missing": ("A charge needs a code", _CHARGED, "Type a CPT, HCPCS or own code of up to 16 letters."),
    "charge.words_missing": ("A charge needs a description", _CHARGED, "Say what was done; receipts show it."),
    "charge.units": ("Units go from 1 to 99", _CHARGED, "Type how many."),
    "charge.amounts": ("A charge has an amount above zero", _CHARGED, "Type what is billed."),
    "charge.allowed_above_billed": (
        "More is allowed than is billed",
        _CHARGED,
        "The allowed amount is at most what is billed.",
    ),
    "charge.patient_above_allowed": (
        "The patient’s part is more than what is allowed",
        _CHARGED,
        "Lower it, or raise the allowed amount.",
    ),
    "charge.diagnosis": ("A diagnosis has the form of an ICD-10 code", _CHARGED, "Type it like E11.9."),
    "profile.name_missing": ("A profile needs a name", _CHANGED, "Type one."),
    "profile.name_used": ("Another profile in use has this name", _CHANGED, "Choose another name."),
    "profile.no_lines": ("A set of charges needs at least one code", _CHANGED, "Add a line."),
    "profile.too_many_lines": ("A set of charges has at most {most} codes", _CHANGED, "Make two sets of it."),
    "profile.line_incomplete": (
        "Line {line} has no code or no description",
        _CHANGED,
        "Fill in both, or take the line away.",
    ),
    "profile.line_amount": (
        "Line {line} has units or a price out of range",
        _CHANGED,
        "Units go from 1 to {most}, a line up to $1,000,000.",
    ),
    "profile.diagnosis": ("{code} is no diagnosis code", _CHANGED, "Type ICD-10 codes like E11.9, with commas."),
    "profile.minutes": ("A visit lasts {least} to {most} minutes", _CHANGED, "Type how long it usually takes."),
    "profile.not_known": (
        "A profile that was chosen is not there any more",
        "Nothing was written.",
        "Choose again.",
    ),
    "attention.visit_cancelled": (
        "A visit with money on it was cancelled",
        "{cents:money} waits for {visit}, which will not be. It is the patient’s and becomes credit by itself a day "
        "after. Nothing is refunded by itself.",
        "",
    ),
    "attention.visit_no_show": (
        "Nobody came to a visit that was paid ahead",
        "{cents:money} waits for {visit}, to which nobody came. It is the patient’s and becomes credit by itself a "
        "day after. Nothing is refunded by itself.",
        "",
    ),
}
