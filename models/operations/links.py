"""Bodies of the operations about one-time links: an address on which a patient pays without an account (S2-11, S4-07).

Neither the address nor what makes it secret is in them: the hub makes both from the link's id and a key of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from models.operations.online import OnlineItem

SUBJECTS = ("request", "balance", "visit", "plan")
"""What a link may be for: an amount that was asked, what an account owes, one visit, a payment plan to agree to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkIssue:
    """A link is made (fact). The first one with an id stands.

    `patient_id` is who pays: the guarantor, whose birth date opens the page. `subject` is one of SUBJECTS, `subject_id`
    the request, visit or plan (empty: a balance). `amount_cents` is what is asked; `items` are the charges it is for
    (none: what the subject itself asks), and `owed_cents` is what those owed in all when the link was made (0: as much
    as is asked): owe they something else later, the page says so. `expires_at` is UTC text; `note` is shown on the page
    alone.
    """

    link_id: str
    patient_id: str
    subject: str
    amount_cents: int
    expires_at: str
    subject_id: str = ""
    items: tuple[OnlineItem, ...] = ()
    owed_cents: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRevoke:
    """A link is taken back (fact): its page says so from now on. Money that was under way stands."""

    link_id: str
    patient_id: str
    reason: str = ""
