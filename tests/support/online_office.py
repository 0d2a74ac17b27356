"""An office whose patients pay from home: several desks, a hub, a card processor that tells it what happens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from server.online.settings import Account
from tests.support.front import Front
from tests.support.hub import RunningHub
from tests.support.office import Office
from tests.support.online import KEY, SECRET, account_name
from tests.support.simulators import StripeProcess


@contextmanager
def online_office(folder: Path, hub: RunningHub, processor: StripeProcess, *records: object) -> Iterator[Office]:
    """The office with an account of its own at the processor, and these records in its log."""
    processor.reset()
    made = Office(folder, hub)
    accounts = hub.hub.settings.online.accounts
    assert isinstance(accounts, dict)
    accounts[account_name(made.tenant)] = Account(KEY, SECRET, processor.base)
    processor.tell(f"webhook {hub.url}/stripe/webhooks/{made.tenant} {SECRET}")
    before = len(made.boss.stream.ops)
    for body in records:
        made.boss.stream.add(body)
    if records:
        made.boss.transport.push(made.boss.stream.batch(before + 1))
    yield made
    processor.tell("webhook")
    made.close()


def owes(front: Front) -> int:
    """What all patients of this desk owe together, cents."""
    [row] = front.counter.rows("SELECT sum(debits + pending_debits - credits - pending_credits) FROM account "
                               "WHERE code = 'AR'")  # fmt: skip
    return int(row[0])
