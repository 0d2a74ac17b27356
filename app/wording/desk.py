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
