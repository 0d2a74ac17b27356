"""Words about signing in, setting up, settings and bugs."""

from app.wording import Rows

WORDS: Rows = {
    "pin.wrong": ("That PIN is not right", "", "{tries_left:try|tries} left before a pause."),
    "pin.locked": ("Too many wrong PINs", "", "Try again in {seconds:wait}, or let someone else sign in."),
    "pin.form": ("A PIN has {shortest} to {longest} digits", "", "Choose another."),
    "pin.too_simple": ("That PIN is too easy to guess", "", "Choose digits that are not all alike or in a row."),
    "pin.not_set": ("This person has no PIN yet", "", "A manager can set one in Settings."),
    "staff.unknown": ("This person does not sign in here", "", "Choose another person."),
    "staff.name_missing": ("Type a name", "", ""),
    "staff.role_unknown": ("That role does not exist", "", "Choose receptionist or manager."),
    "staff.manager_only": ("Only a manager may do this", "", "Ask a manager to sign in."),
    "staff.right_missing": (
        "This needs somebody with the right to do it",
        "Nothing was changed.",
        "Ask a manager to allow it with their PIN, or to sign in.",
    ),
    "family.unknown": ("This person is not among the patients", "Nothing was changed.", "Find somebody else."),
    "family.is_dependent": (
        "This person is on somebody else's bill",
        "Nothing was changed.",
        "Choose the person who pays for the family.",
    ),
    "family.has_dependents": (
        "This patient pays for others",
        "Nothing was changed.",
        "Put those on another bill first.",
    ),
    "settings.unreadable": (
        "The settings file {file} cannot be read",
        "Nothing was changed.",
        "Put right or remove the file, then start again.",
    ),
    "settings.not_written": (
        "The settings could not be written to {file}",
        "The old settings stay.",
        "Free some disk space and try again.",
    ),
    "settings.wrong_kind": (
        "The setting {option} has a value of the wrong kind",
        "Nothing was changed.",
        "Correct it.",
    ),
    "settings.not_a_choice": ("The setting {option} may be {choices}", "Nothing was changed.", "Choose one of these."),
    "settings.out_of_range": (
        "The setting {option} goes from {least} to {most}",
        "Nothing was changed.",
        "Choose a value in between.",
    ),
    "training.banner": (
        "TRAINING",
        "Invented patients, practice reader and printer. Nothing here is real: take no money from anybody.",
        "",
    ),
    "training.sign_in": (
        "TRAINING",
        "Sign in as {receptionist} with PIN {receptionist_pin}, or as manager {manager} with PIN {manager_pin}.",
        "",
    ),
    "training.fixed": ("This stays as it is in training", "Nothing was changed.", "Set it at the real desk."),
    "training.not_real": (
        "Training reaches nothing real",
        "Nothing was opened and nothing was sent.",
        "Leave training to use it.",
    ),
    "training.no_printing": (
        "Letters are not printed in training",
        "Nothing was printed.",
        "Save it as PDF, or leave training.",
    ),
    "training.no_joining": ("A desk in training joins no hub", "Nothing was changed.", "Leave training first."),
    "training.not_started": (
        "Training could not be started",
        "This desk is as it was; nothing was recorded.",
        "Try again, or start the program anew.",
    ),
    "training.money_in_flight": (
        "A card payment is still running",
        "Training waits until it has ended.",
        "Let it end, then start training again.",
    ),
    "setup.field_missing": ("{field} is missing", "Nothing was set up.", "Fill it in."),
    "setup.zone_unknown": (
        "The time zone {zone} is not known",
        "Nothing was set up.",
        "Choose one like America/Chicago.",
    ),
    "setup.first_sync_slow": (
        "The hub has not sent everything yet",
        "The desk is set up; the rest comes by itself.",
        "Start Copaydesk; it goes on where it is.",
    ),
    "setup.not_done": ("This desk is not set up yet", "", "Start Copaydesk and answer the first questions."),
    "setup.practice_devices_failed": (
        "The practice reader and printer did not start",
        "No money is touched by them.",
        "Try again, or go on without.",
    ),
    "bug": (
        "Something went wrong that should not",
        "What was recorded stays recorded. Payments that are not sure are listed in Needs attention.",
        "Go on working. Tell your support the code {kind}.",
    ),
}
