"""What can go wrong at the simulated Stripe, by name. Faults of the line may name a route: `slow:9s@refunds.create`."""

from __future__ import annotations

WEBHOOK_FAULTS = {
    "webhook-lost": "an event is never delivered",
    "webhook-late": "an event comes webhook-late:5s late",
    "webhook-twice": "an event is delivered twice",
    "webhook-reordered": "an event is delivered after the one that follows it",
    "webhook-unsigned": "an event carries a wrong signature",
}
LINE_FAULTS = {
    "drop-before": "the connection breaks; nothing was done",
    "drop-after": "it is done, then the connection breaks without an answer",
    "slow": "it is done at once and answered after slow:35s",
    "rate-limited": "429; rate-limited:no forbids retrying",
    "error-before": "a 5xx and nothing was done: error-before:503",
    "error-after": "it is done and answered (and kept for the key) as a 5xx: error-after:500",
    "garbled": "the answer is cut in the middle of its JSON",
    "unknown-enum": "a field says something nobody knows: unknown-enum:status",
    "key-refused": "401: the key is not known",
    "key-limited": "403: the restricted key may not do this",
    "in-use": "409: the idempotency key is being used",
    "refuse": "400 with the code refuse:terminal_reader_hardware_fault",
}
FAULTS = LINE_FAULTS | WEBHOOK_FAULTS | {
    "timeout-false": "terminal_reader_timeout although the reader has the payment",
    "timeout-true": "terminal_reader_timeout, and the reader has nothing",
    "busy": "terminal_reader_busy",
    "offline": "terminal_reader_offline",
    "stuck": "the action stays in progress, nothing is charged",
    "stuck-charged": "the action stays in progress although the card was charged",
    "connection-error": "the action fails with connection_error, nothing is charged",
    "connection-error-charged": "the action fails with connection_error although the card was charged",
    "customer-cancels": "the patient presses cancel on the reader",
    "declined": "declined:insufficient_funds and every other decline code",
    "api-error-null": "a decline without api_error, as from reader software before 2.42",
    "slow-bank": "the bank takes slow-bank:80s",
    "other-till": "another till's payment is on the reader already",
    "display-replaces": "somebody's set_reader_display replaces the payment",
    "cancel-busy": "cancel_action is refused although no card was shown",
    "cancel-race": "the card is charged in the moment the intent is to be canceled",
    "requires-capture": "the card is only authorised: somebody turned automatic capture off",
    "refund-pending": "a refund stays pending",
    "refund-fails": "a refund fails after a while (control: settle)",
    "generated-card-null": "no reusable card comes of it",
    "authentication-required": "a saved card asks for its holder",
    "search-lag": "search finds nothing of the last minute",
    "clock-skew": "Stripe's clock differs: clock-skew:3600",
}  # fmt: skip
"""Everything that can go wrong here, by name."""
