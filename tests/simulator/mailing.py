"""Receipts by e-mail: asked for at a desk, sent by the hub, at least once and never lost."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from app.messages import SendChoice
from tests.simulator import taking
from tests.simulator.desk import MARIA, SimDesk
from tests.simulator.world import chance

if TYPE_CHECKING:
    from tests.simulator.oracles import Books
    from tests.simulator.run import Run

TROUBLE = ("later", "never", "broken", "dies_before", "dies_after", "forgets")
"""How sending may go wrong: not now, not to this address, not at all, the hub dies before or after the server took it
or before that is written down."""

ROUNDS = 5


def ask(run: Run, desk: SimDesk, rng: Random) -> str:
    """Somebody wants a receipt by e-mail; Enter may be pressed in haste twice."""
    if chance(rng, 50):
        taking.on_account(run, desk, rng)
    found = desk.rows("SELECT payment_id, patient_id FROM payment WHERE receipt_no <> '' AND reversed_at = '' "
                      "ORDER BY payment_id")  # fmt: skip
    if not found:
        return "no receipt"
    payment_id, patient_id = rng.choice(found)
    sheet = desk.messages.sheet([f"receipt:{payment_id}"], patient_id)
    choice = SendChoice("email", f"{patient_id}@home.test", attach=chance(rng, 5), remember=chance(rng, 20))
    told = desk.messages.send(sheet, choice, MARIA)
    if chance(rng, run.weather.haste):
        desk.messages.send(sheet, choice, MARIA)
    return f"{payment_id} {told.state}"


def send(run: Run, desk: SimDesk, rng: Random) -> str:
    """The hub looks after its messages; the mail server may be out of sorts, or the hub dies in the middle."""
    mail = run.hub.mail
    mail.next = rng.choice(TROUBLE) if chance(rng, 60) else "fine"
    if mail.next == "forgets":
        run.hub.plan = [rng.choice(["hub_before_commit:gone", "hub_after_commit:gone", "hub_after_commit:gone"])]
    run.met["mail"] += 1
    before = sum(mail.taken.values())
    try:
        run.hub.send_mail(run.tenants)
    finally:
        run.hub.plan, mail.next = [], "fine"
    return f"{sum(mail.taken.values()) - before} taken"


def deliver(run: Run) -> None:
    """At the end the mail server is well, and everything that may still go goes."""
    for _ in range(ROUNDS):
        if not run.hub.rows("SELECT 1 FROM message WHERE state = 'waiting'"):
            return
        run.world.advance(3_700.0)
        run.hub.send_mail(run.tenants)


def at_the_end(run: Run, books: Books) -> None:
    """Whatever the log says was asked for came to an end; what is said to be sent was taken; nothing twice unless the
    hub died or was restored meanwhile."""
    ended = {(row[0], row[1]): row[2] for row in run.hub.rows("SELECT tenant, op_id, state FROM message")}
    mail = run.hub.mail
    for tenant, verdict, _, op in books.facts():
        if op["kind"] != "message.send" or verdict != "accepted":
            continue
        key, state = f"{op['op_id']}.{op['body']['template']}", ended.get((tenant, op["op_id"]), "lost")
        if state not in ("sent", "failed"):
            run.wrong(f"message {op['op_id']} is {state} after all that time")
        if (state == "sent") != (mail.taken[key] > 0) and not (state == "failed" and run.hub.died):
            run.wrong(f"message {op['op_id']} is {state}, the mail server took {mail.taken[key]}")
        if mail.taken[key] > 1 and not run.hub.died:
            run.wrong(f"message {op['op_id']} was sent {mail.taken[key]} times, and nobody died")
