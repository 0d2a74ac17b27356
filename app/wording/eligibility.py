"""Words about payers' answers (271) and the estimate made from them."""

from app.wording import Rows

_REST = "The rest of the file was taken."
_NONE = "Nothing behind this place was taken."
_NOTHING = "Nothing was written."

WORDS: Rows = {
    # how old an answer is
    "eligibility.fresh": ("Eligibility checked {seconds:ago}", "", ""),
    "eligibility.usable": ("Eligibility checked {seconds:ago}", "Deductible and copay may have moved since.", ""),
    "eligibility.old": (
        "Eligibility checked {seconds:ago}",
        "The plan may have changed since.",
        "Ask the payer again.",
    ),
    "eligibility.earlier": (
        "Eligibility checked {seconds:ago}",
        "That was before the month of the visit; plans start over with a month.",
        "Ask the payer again.",
    ),
    "eligibility.never": ("Eligibility not checked", "", "Ask the payer, or type the benefits in."),
    # typed in
    "eligibility.payer_missing": ("Whose plan is it", _NOTHING, "Enter the payer."),
    "eligibility.nothing_typed": (
        "Nothing says what the plan covers",
        _NOTHING,
        "Enter a copay, a coinsurance, a deductible or a maximum.",
    ),
    "eligibility.amount_wrong": ("No plan asks for that much", _NOTHING, "Enter up to {limit_cents:money}."),
    "eligibility.share_wrong": ("This is no share", _NOTHING, "Enter a per cent from 0 to 100."),
    "eligibility.network_wrong": ("This network is not known", _NOTHING, "Choose in or out of network."),
    "eligibility.insurance_gone": ("The insurance is not there any more", _NOTHING, "Open the patient again."),
    # a watched folder
    "eligibility.folder_missing": (
        "The folder for payers\u2019 answers is not there",
        "Answers are not read; no money is changed by that.",
        "Make the folder, or choose another in Settings.",
    ),
    "eligibility.files_refused": (
        "{count:file|files} of payers\u2019 answers not taken",
        "They lie in the folder \u201crefused\u201d; no money is changed by that.",
        "Read one with Import to see why; then move it back, or delete it.",
    ),
    # what payers allow
    "fees.payer_missing": ("The payer is missing", _NOTHING, "Enter the payer as insurances name it."),
    "fees.code_missing": ("The code is missing", _NOTHING, "Enter its code, such as 99213."),
    "fees.amount_wrong": ("No payer allows that", _NOTHING, "Enter an amount up to {limit_cents:money}."),
    "fees.day_wrong": ("This day is too far away", _NOTHING, "Enter a day of the last or next five years."),
    "fees.reason_missing": ("The reason is missing", _NOTHING, "Enter it: it stays in the history."),
    "fees.as_before": ("{code} has this price on that day already", _NOTHING, "Enter another price or another day."),
    "fees.not_in_force": ("{code} has no price on that day", _NOTHING, "Choose a day on which it has one."),
    "fees.none_in_file": (
        "There is no price in this file",
        "Nothing was read in.",
        "Choose a table with payer, code and allowed amount.",
    ),
    # what a file holds
    "x12.no_isa": ("This is no X12 message", _NONE, "Export the payer\u2019s answer (271) as it came."),
    "x12.isa_damaged": ("The head of the message (ISA) is damaged", _NONE, "Fetch it from the payer again."),
    "x12.segment_too_long": ("A segment is longer than {most} signs", _NONE, "Fetch it from the payer again."),
    "x12.segment_id": ("A segment has no name", _NONE, "Fetch it from the payer again."),
    "x12.too_many_segments": ("The message has more than {most} segments", _NONE, "Ask for fewer patients at once."),
    "x12.cut_off": ("The message ends in the middle", _NONE, "Fetch it from the payer again."),
    "x12.no_end": ("The answer has no end", "It was left out; " + _REST.lower(), "Fetch it from the payer again."),
    "x12.out_of_place": ("{found} stands in the wrong place", _REST, "Fetch it from the payer again."),
    "x12.other_transaction": (
        "This is a {found}, no answer about a plan (271)",
        _REST,
        "Only 271 and 270 are read here.",
    ),
    "x12.level_unknown": ("A loop is of a level that is not known", _REST, "Fetch it from the payer again."),
    "x12.level_out_of_place": ("A loop belongs to none above it", _REST, "Fetch it from the payer again."),
    "x12.no_levels": ("The message says nothing", _REST, "Ask the payer again."),
    "x12.nobody": ("The payer\u2019s answer names nobody", _REST, "Ask the payer again."),
    "x12.says_nothing": ("The payer says nothing about this person", _REST, "Ask the payer again."),
    "x12.rejected": (
        "The payer did not answer: reason {code}",
        "The question was turned down before any patient ({level}); nobody\u2019s benefits changed.",
        "Correct payer and provider in the question and ask again.",
    ),
    "x12.not_an_amount": ("An amount cannot be read", _REST, "Ask the payer again."),
    "x12.not_a_share": ("A percentage cannot be read", _REST, "Ask the payer again."),
    "x12.too_many_benefits": ("An answer has more than {most} lines", _REST, "Ask for fewer services at once."),
    "x12.answer_too_long": ("An answer is longer than {most} signs", _REST, "Ask for fewer services at once."),
    "x12.patient_unknown": (
        "Nobody here has this member number, or this name and birth date",
        _REST,
        "Add the member number to the patient\u2019s insurance and read the file again.",
    ),
    "x12.patient_ambiguous": (
        "Several patients may be meant",
        _REST,
        "Correct the member numbers, or merge the records of one person, and read the file again.",
    ),
    # the estimate
    "estimate.purpose_wrong": (
        "There is no estimate for this type of payment",
        _NOTHING,
        "Choose Treatment Pre-Payment or Office Visit.",
    ),
    "estimate.caveat": (
        "This is an estimate",
        "It is made from what the payer last said and no fee schedule; what is owed in the end may differ.",
        "",
    ),
    "estimate.caveat_fees": (
        "This is an estimate",
        "It is made from what the payer last said and its fee schedule; what is owed in the end may differ.",
        "",
    ),
    "estimate.why.fee_schedule": ("By the payer\u2019s fee schedule {code} is {cents:money}", "", ""),
    "estimate.why.copay": ("The plan asks a copay of {cents:money} for the visit", "", ""),
    "estimate.why.copay_once": ("The copay of {cents:money} is asked once for the visit", "", ""),
    "estimate.why.deductible": ("{cents:money} goes to what is left of the deductible", "", ""),
    "estimate.why.coinsurance": ("Coinsurance of {percent} % on the rest makes {cents:money}", "", ""),
    "estimate.why.both": ("This plan asks for copay and deductible at one visit", "", ""),
    "estimate.why.maximum_reached": (
        "No more than the {cents:money} left to the out-of-pocket maximum is asked",
        "",
        "",
    ),
    "estimate.why.not_covered": ("The plan does not cover {code}: the patient pays all of it", "", ""),
    "estimate.why.of_procedure": ("The payer names terms for {code} itself", "", ""),
    "estimate.why.deductible_total_only": (
        "The payer names a deductible of {cents:money} and not what is left of it: all of it is counted",
        "",
        "",
    ),
    "estimate.why.deductible_unsaid": ("The payer says nothing of a deductible: none is counted", "", ""),
    "estimate.why.deductible_of_family": ("The family\u2019s deductible has less left: {cents:money}", "", ""),
    "estimate.why.out_of_pocket_total_only": (
        "The payer names an out-of-pocket maximum of {cents:money} and not what is left of it",
        "",
        "",
    ),
    "estimate.why.out_of_pocket_of_family": ("The family\u2019s maximum has less left: {cents:money}", "", ""),
    "estimate.why.several_copays": ("The payer names several copays: the highest is counted", "", ""),
    "estimate.why.several_shares": ("The payer names several coinsurances: the highest is counted", "", ""),
    "estimate.why.network_unsaid": ("The payer does not say for which network this holds", "", ""),
    "estimate.why.allowed_unknown": ("What the payer allows for the service is not known", "", ""),
    "estimate.why.nothing_said": ("The payer says nothing of copay, coinsurance or deductible", "", ""),
    "estimate.why.asked": ("The payer answered {seconds:ago}", "", ""),
    "estimate.why.by_hand": ("The benefits were typed in {seconds:ago}", "", ""),
    "estimate.why.too_old": ("That is more than 30 days ago", "", "Ask the payer again."),
    "estimate.why.earlier_month": ("That was before the month of the visit", "", "Ask the payer again."),
    "estimate.why.inactive": ("The plan is not in force", "", "Let the patient pay themselves, or find the new plan."),
    "estimate.why.unclear": ("The payer does not say clearly whether the plan is in force", "", "Ask the payer."),
    "estimate.why.rejected": ("The payer did not answer", "", "Correct the question and ask again."),
    "estimate.why.never": ("Nobody asked the payer yet", "", "Ask, or type the benefits in."),
}
