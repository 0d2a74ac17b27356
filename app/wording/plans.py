"""Words about payment plans: agreements, payments, cards that are charged, and why something cannot be."""

from app.wording import Rows

_NOTHING = "Nothing was changed."
_NOT_SAVED = "Nothing was saved."

WORDS: Rows = {
    # In the log -----------------------------------------------------------------------------------------------------
    "act.plan_put": ("Payment plan written down",),
    "act.plan_accepted": ("Payment plan accepted",),
    "act.plan_activated": ("Payment plan in force",),
    "act.plan_skipped": ("Payment of a plan skipped",),
    "act.plan_method": ("Payment plan paid another way",),
    "act.plan_cancelled": ("Payment plan cancelled",),
    "act.plan_closed": ("Payment plan closed",),
    "act.plan_charged": ("Card charged for a payment plan",),
    # What the hub says no to ----------------------------------------------------------------------------------------
    "attention.plan_not_done": (
        "A payment plan was not changed as planned",
        "Another desk was first, or the account had changed. No money moved.",
        "Look at the plan again.",
    ),
    "attention.plan_late": (
        "A payment of a plan is late",
        "{cents:money} of plan {number} should have come by {day}. Nothing else was charged.",
        "Take it, skip it, or call the patient.",
    ),
    "attention.plan_failed": (
        "A card said no to a payment of a plan",
        "{cents:money} of plan {number}, due {day}, were not taken. The patient was told.",
        "It is tried again as set up. Take it another way, or choose another card.",
    ),
    "attention.plan_confirming": (
        "Nobody knows yet whether a plan's card was charged",
        "{cents:money} of plan {number} may have been taken. It is never charged twice.",
        "Wait: the hub finds out. Do not take it another way meanwhile.",
    ),
    "refused.plan_locked": (
        "This plan cannot be changed any more",
        f"It is in force, or it has ended. {_NOTHING}",
        "Agree on new terms, which take its place.",
    ),
    "refused.plan_not_active": ("This plan is not in force", _NOTHING, "Look at it again."),
    "refused.plan_wrong": ("The agreement does not add up", _NOT_SAVED, "Open the plan again."),
    "refused.plan_charge_taken": (
        "Some of it is on another plan",
        f"A charge is on one plan at most. {_NOT_SAVED}",
        "Open that plan, or leave the charge out.",
    ),
    "refused.plan_changed": (
        "The account changed meanwhile",
        "The charges do not owe what was agreed. The plan did not start, no money moved.",
        "Save the agreement again and let the patient accept it.",
    ),
    "refused.plan_not_accepted": (
        "Nobody accepted these terms yet",
        "Terms that change void what was signed before. The plan did not start.",
        "Let the patient accept the agreement.",
    ),
    "refused.plan_payment_gone": (
        "That payment was skipped already",
        _NOTHING,
        "Look at the schedule again.",
    ),
    # What cannot be agreed ------------------------------------------------------------------------------------------
    "plan.balance_missing": (
        "There is nothing to pay in parts",
        f"The balance due is zero. {_NOT_SAVED}",
        "Lower the discount, or choose what the plan is for.",
    ),
    "plan.down_too_much": (
        "The down payment is too much",
        f"It must leave something of the {{balance_cents:money}}. {_NOT_SAVED}",
        "Enter less, or choose Pay in full.",
    ),
    "plan.payments_wrong": (
        "The number of payments cannot be",
        _NOT_SAVED,
        "Enter 1 to {most}, and no more than there are cents.",
    ),
    "plan.apr_wrong": ("The yearly rate cannot be", _NOT_SAVED, "Enter 0 to {most} percent."),
    "plan.first_before": ("The first payment lies in the past", _NOT_SAVED, "Choose today or a later day."),
    "plan.never_ends": (
        "This amount never pays the plan off",
        f"It does not cover the interest, or takes more than ten years. {_NOT_SAVED}",
        "Enter more for each payment.",
    ),
    "plan.balance_small": (
        "The balance is too small for a plan",
        f"Plans begin at {{least_cents:money}} here. {_NOT_SAVED}",
        "Choose Pay in full, or change the limit in Settings.",
    ),
    "plan.balance_large": (
        "The balance is too large for a plan",
        f"Plans go up to {{most_cents:money}} here. {_NOT_SAVED}",
        "Take a payment first, or change the limit in Settings.",
    ),
    "plan.payments_few": ("Too few payments", _NOT_SAVED, "Choose {least} or more, or Pay in full."),
    "plan.payments_many": ("Too many payments", _NOT_SAVED, "Choose {most} or fewer."),
    "plan.monthly_small": (
        "The payments are too small",
        f"A plan here pays {{least_cents:money}} a month or more. {_NOT_SAVED}",
        "Choose fewer payments.",
    ),
    "plan.discount_wrong": (
        "The discount is more than the balance",
        _NOT_SAVED,
        "Enter less than {balance_cents:money}.",
    ),
    "plan.nothing_owed": (
        "Nothing to put on a plan",
        "This account owes nothing that is not on a plan already. Nothing was changed.",
        "Look at the account's plans.",
    ),
    "plan.date_wrong": ("That is not a day", _NOT_SAVED, "Write it like May 14, 2026."),
    "plan.card_missing": (
        "No card is chosen",
        f"To charge automatically, a card must be on file. {_NOT_SAVED}",
        "Choose a card, or let the patient pay each time.",
    ),
    "plan.gone": ("This plan is not there any more", _NOTHING, "Look at the list again."),
    "plan.accept_name": ("Say who accepts", "The plan was not accepted.", "Enter the name of who agrees."),
    "plan.cannot_sign": (
        "This reader takes no signatures",
        "The plan was not accepted, and nothing was saved.",
        "Let the patient sign on paper, or read the terms and agree.",
    ),
    "plan.not_signed": (
        "Nobody signed on the reader",
        "The plan was not accepted, and nothing was saved.",
        "Ask again, or let the patient sign on paper.",
    ),
    "plan.not_open": ("That payment is not open any more", _NOTHING, "Look at the schedule again."),
    "plan.days_wrong": ("That number cannot be", _NOTHING, "Enter {least} to {most}."),
    "plan.limits_wrong": ("These limits leave nothing", _NOTHING, "The least must not be more than the most."),
}
"""By message key: what happened, what it means for the money, what to do."""
