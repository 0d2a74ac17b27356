"""One payment on a simulated reader of Stripe's own test mode, for a person with a test key; no build runs it.

`COPAYDESK_STRIPE_KEY=rk_test_… python -m tests.stripe_sandbox tmr_…`: the driver as it is, against the real API. The
reader is one registered with `simulated-s700`; the driver shows it Stripe's test card by itself.
"""

from __future__ import annotations

import os
import sys
import time
from uuid import uuid4

from devices.base import PaymentRequest, RefundRequest, Step
from devices.terminals.stripe import StripeTerminal
from devices.terminals.stripe_link import STRIPE, StripeAddress


class Telling:
    """Says where the payment is."""

    cancelled = False

    def step(self, step: Step) -> None:
        print(f"  {step.value}")


def main() -> int:
    """Charge $25.00 and give it back. Returns 0 when both were approved."""
    key = os.environ.get("COPAYDESK_STRIPE_KEY", "")
    if not key.startswith("rk_test_") or len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    terminal = StripeTerminal(StripeAddress(STRIPE, sys.argv[1]), lambda: key)
    print(terminal.diagnosis())
    number = f"99{int(time.time()):010d}"
    paid = terminal.payment(PaymentRequest(attempt_id=str(uuid4()), terminal_ref=number, amount_cents=2500), Telling())
    print(paid)
    back = RefundRequest(attempt_id=str(uuid4()), terminal_ref=f"{int(number) + 1}", amount_cents=2500,
                         host_ref=paid.host_ref)  # fmt: skip
    given = terminal.refund(back, Telling())
    print(given)
    return 0 if paid.approved_cents == given.approved_cents == 2500 else 1


if __name__ == "__main__":
    sys.exit(main())
