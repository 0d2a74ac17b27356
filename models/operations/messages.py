"""Bodies of the operations about papers that leave by e-mail or text: asked for by a desk, sent by the hub alone."""

from __future__ import annotations

from dataclasses import dataclass

CHANNELS = ("email", "text")
WITH_STATEMENT = "pay_link"
"""The one template of words alone that may take a statement along by e-mail (S1-16)."""
LINK_TEMPLATES = frozenset({"pay_link", "plan_link", "pay_reminder", "plan_pay", "debit_again"})
"""Templates that carry the address of a one-time link (their paper names it): the hub puts it in when it sends."""
TEMPLATES = ("receipt", "statement", "superbill", "good_faith", "balance", "plan_declined", "plan_reminder", "pay_link",
             "plan_link", "pay_reminder", "plan_pay", "debit_again", "debit_refused")  # fmt: skip
"""Which words a message uses."""
PAPER_ALONE = frozenset({"superbill", "good_faith"})
"""Templates whose paper tells what was or will be done: it goes by e-mail as a PDF or not at all, and the words around
it name neither day nor amount."""
KEPT_PAPERS = frozenset({"good_faith"})
"""Papers that go as they were kept among the documents: `source_id` names the document, whose bytes the hub has."""
WORDS_ALONE = frozenset({"balance", "plan_declined", "plan_reminder", "debit_refused"}) | LINK_TEMPLATES
"""Templates that tell something and have no paper: an open amount; a card that said no to a payment of a plan, or will
be charged for one; a link to pay or to agree on, or to pay what a card was not charged for; a bank that did
not pay, with the link it was for or without."""

PAPER_KINDS = (
    "receipt", "void", "refund", "correction", "recovered", "given_back", "statement", "superbill", "good_faith",
    "balance", "plan_payment", "link",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePaper:
    """One paper a message is about: its number, its day (ISO, or as it is shown) and its amount, as the words name
    them. `document` is the paper itself as JSON text where it goes along as a PDF, else empty; so it is for one of
    KEPT_PAPERS, too."""

    kind: str
    source_id: str
    number: str
    day: str
    amount_cents: int
    document: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSend:
    """Tell a patient something by e-mail or text (decision; S0-40). Everything the message says travels in it, so that
    the request of a desk without a line is sent later as it was meant.

    `address` is as `models.rules.addresses` writes it; `attach`: the papers go along, which needs the patient's word
    (MessageConsent); `instead_of` names a message that failed. `language` is the one its reader likes (BCP 47 primary
    subtag; empty: nobody said).
    """

    message_id: str
    patient_id: str
    channel: str
    address: str
    template: str
    papers: tuple[MessagePaper, ...]
    attach: bool = False
    instead_of: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSent:
    """Derived by the hub: a mail server or text provider took the message. `reference` is what it calls it."""

    message_id: str
    patient_id: str
    cause_op_id: str
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFailed:
    """Derived by the hub: the message was not sent and will not be. `reason` is one of `rules.addresses.FAILURES`."""

    message_id: str
    patient_id: str
    cause_op_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageConsent:
    """The patient was told that papers travel unprotected and said yes or no (fact), for one address. `consent_id` is
    the natural id of patient, channel and address; `words` the version of what they were told."""

    consent_id: str
    patient_id: str
    channel: str
    address: str
    agreed: bool
    words: str
