"""Bodies of the operations about payment requests that go to patients by link (S1-16, S1-17): a desk says whom to ask
for how much and how, the hub sends, reminds, and says what it did.

The amount itself waits nowhere: a request is a link with a message, and money answers the link.
"""

from __future__ import annotations

from dataclasses import dataclass

from models.operations.messages import MessagePaper
from models.rules.campaigns import LASTS_DAYS

SENT, REMINDED, LEFT_OUT, OVER = "sent", "reminded", "left_out", "over"
OUTCOMES = (SENT, REMINDED, LEFT_OUT, OVER)
"""What the hub did with a request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskStart:
    """Ask a patient, who stands for the account, for an amount by link (decision): `amount_cents` of what the family
    owes, or with `request_id` of that payment request. The hub sends it when it hears of it, and reminds `remind_after`
    so many days later (at most two, rising), as long as nobody paid, nobody took it back and the link holds.

    `campaign_id` and `campaign` (its name) are of a bulk request: the hub leaves out whoever was asked meanwhile, is on
    a plan by now, or owes nothing any more. `note` is shown on the link's page and in the portal, never in a message.
    `address` is as `models.rules.addresses` writes it; `statement` goes along by e-mail, which needs the patient's
    word. `expires_days`: so long the link holds.
    """

    ask_id: str
    patient_id: str
    amount_cents: int
    channel: str
    address: str
    expires_days: int = LASTS_DAYS
    remind_after: tuple[int, ...] = ()
    note: str = ""
    request_id: str = ""
    campaign_id: str = ""
    campaign: str = ""
    statement: MessagePaper | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskTold:
    """Derived by the hub: what it did with a request. `outcome` is one of OUTCOMES. Sent: `link_id` was made for
    `amount_cents`, told by `message_id`. Reminded: `step` (2, 3) counts how often the patient was told. Left out: for
    `reason`, one of `rules.campaigns.LeftOut`. Over: nothing is owed any more, so nobody is reminded. `on` is the
    practice's day (ISO)."""

    ask_id: str
    patient_id: str
    outcome: str
    on: str
    step: int = 0
    link_id: str = ""
    message_id: str = ""
    amount_cents: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskCancel:
    """A request is taken back (fact): no reminder any more. Its link is taken back with it."""

    ask_id: str
    patient_id: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskSnooze:
    """A patient is left out of bulk requests up to a day (fact), that day included; an empty `until` ends that."""

    patient_id: str
    until: str
    reason: str = ""
