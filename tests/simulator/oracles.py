"""What must hold: cheap checks after every step, everything at the end, and the two oracles: the world and the hub."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import orjson

from models.operations.unreadable import KIND as UNREADABLE
from models.tables.catalogue import STATE_TABLES
from tests.simulator import asking, mailing, paying, planning, rekeying
from tests.simulator.desk import SimDesk
from tests.simulator.template import OTHER
from tests.simulator.world import Place

if TYPE_CHECKING:
    from tests.simulator.run import Run

STATE = tuple(name for name in STATE_TABLES if name != "log")
_STATE = {name: f"SELECT * FROM {name} WHERE tenant = ?" for name in STATE}
_MONEY = {"CASH": "cash", "CARD": "card", "CHK": "check", "EXT": "external", "OTH": "other", "SAFE": "check",
          "TRANSIT": "check", "EXP": "petty"}  # fmt: skip
"""Where money of an account lies: checks, the safe and the bank are one place, "check"."""
_OFF = (
    "SELECT tenant, CASE WHEN debit LIKE 'CASH:%' THEN debit ELSE credit END AS drawer, sum(CASE WHEN debit LIKE "
    "'CASH:%' THEN -amount_cents ELSE amount_cents END) FROM transfer WHERE code = 'over_short' GROUP BY tenant, drawer"
)
"""By drawer: what the books were off by when it was counted, with the sign that takes it out of them again."""


def after_step(run: Run, desk: SimDesk) -> None:
    """I1, I3, I4 of the desk that acted, I21, I5 at the hub, and I23: what was answered stays answered."""
    with desk.store.reader() as reader:
        debits, credited, over, cursor, last = reader.execute(_CHEAP).fetchone()
        answered = reader.execute(
            "SELECT op_id, verdict FROM outbox WHERE verdict <> ''"  # a snapshot brings postings, no verdicts
        ).fetchall()
    if debits != credited:
        run.wrong(f"I1 {desk.name}: debits {debits} credits {credited}")
    if over:
        run.wrong(f"I3/I4 {desk.name}: {over} accounts beyond what they may")
    if last and last != cursor:
        run.wrong(f"I21 {desk.name}: cursor {cursor}, log {last}")
    for op_id, verdict in answered:
        before = run.verdicts.setdefault((desk.enrolled.tenant, op_id), verdict)
        if before != verdict and not run.hub_restored:
            run.wrong(f"I23 {desk.name}: {op_id} was {before}, now {verdict}")


_CHEAP = (
    "SELECT (SELECT coalesce(sum(debits + pending_debits), 0) FROM account), "
    "(SELECT coalesce(sum(credits + pending_credits), 0) FROM account), "
    "(SELECT count(*) FROM account WHERE (guard = 'L' AND debits + pending_debits + held > credits + pending_credits) "
    "OR (guard = 'A' AND credits + pending_credits > debits + pending_debits)), "
    "(SELECT cursor_seq FROM stream), (SELECT max(seq) FROM log)"
)


def layers(run: Run, desk: SimDesk) -> None:
    """I18 and everything else a desk can say of itself, in the middle of a run."""
    for failure in desk.store.verify(deep=True):
        run.wrong(f"{desk.name} {failure}")


def at_the_end(run: Run) -> Books:
    """All of it, once everything was healed and drained. Returns the hub's books."""
    hub = Books(run)
    for tenant in run.tenants:
        for failure in run.hub.store.verify(tenant, deep=True):
            run.wrong(f"hub {tenant} {failure}")
    if run.stranger is None and run.hub.head(OTHER).hash != run.others_morning:
        run.wrong("I24 hub: something came to a practice of which nobody is there")
    for desk in run.everybody():
        if run.aside(desk):
            if desk.store.pending_count():
                run.wrong(f"I20 {desk.name}: what it sent while apart was never answered ({desk.stopped})")
            continue
        with desk.as_itself():
            _desk_at_the_end(run, desk, hub)
    rekeying.settled(run, hub)
    lies, booked = run.world.lies(), hub.money()
    for place in sorted(lies.keys() | booked.keys()):
        if lies.get(place, 0) != booked.get(place, 0):
            run.wrong(f"I25 {place}: the world has {lies.get(place, 0)}, the books {booked.get(place, 0)}")
    _receipts(run, hub)
    mailing.at_the_end(run, hub)
    asking.at_the_end(run, hub)
    planning.at_the_end(run, hub)
    paying.at_the_end(run, hub)
    for _, _, _, op in hub.facts():
        if op["class"] == "derived" and op["device"] != "hub":
            run.wrong(f"{op['device']} made {op['kind']}: what follows by rule is the hub's alone")
    for tenant, verdict, _, op in hub.facts():
        asked, aside = op["body"].get("amount_cents"), hub.aside.get((tenant, op["op_id"]), 0)
        if op["kind"] == "refund.request" and verdict == "accepted" and aside != asked:
            run.wrong(f"I13 {op['op_id']}: {asked} may go back, {aside} of it was there to set aside")
    return hub


def _desk_at_the_end(run: Run, desk: SimDesk, hub: Books) -> None:
    for failure in desk.store.verify() if desk is run.looked_into else ():
        run.wrong(f"{desk.name} {failure}")
    tenant = desk.enrolled.tenant
    durable = desk.store._writer().exec_driver_sql("PRAGMA synchronous").scalar()
    if durable != 2:
        run.wrong(f"{desk.name}: commits may be lost with the power (synchronous = {durable})")
    if desk.store.pending_count():
        run.wrong(f"I20 {desk.name}: {desk.store.pending_count()} operations were never answered ({desk.stopped})")
    if desk.store.cursor() != run.hub.head(tenant):
        run.wrong(f"I19 {desk.name}: stands at {desk.store.cursor()} ({desk.stopped})")
        return
    here, there = state_of(desk), hub.state(tenant)
    if here == there:
        run.as_the_hub.add(desk.name)
    for table in STATE if here != there else ():
        if here[table] != there[table]:
            apart = sorted(map(repr, here[table] ^ there[table]))[:2]
            run.wrong(f"I19 {desk.name}: {table} is not the hub's: {apart}")
    logged, apart_there = hub.verdicts(), hub.apart()
    for op_id, verdict in desk.rows("SELECT op_id, verdict FROM outbox WHERE acknowledged_at <> '' AND verdict <> ''"):
        entered = logged.get((tenant, op_id))
        if entered is None and (tenant, op_id) not in apart_there:
            run.wrong(f"I8 {desk.name}: {op_id} was answered and is not in the log")
        if entered not in {None, verdict} and (tenant, op_id) not in apart_there and not run.hub_restored:
            run.wrong(f"I23 {desk.name}: {op_id} is {verdict} here and {entered} in the log")
    if desk.rows("SELECT 1 FROM log WHERE tenant <> ?", tenant):
        run.wrong(f"I24 {desk.name}: another practice's entries")
    for attempt, state in desk.rows("SELECT attempt_id, state FROM terminal_attempt WHERE state <> 'resolved'"):
        run.wrong(f"I17 {desk.name}: attempt {attempt} is still {state}")


State = dict[str, frozenset[tuple[Any, ...]]]
"""Every row of every table that desks and hub share, but for the log (its last hash says as much)."""


def state_of(desk: SimDesk) -> State:
    """The tables of a desk."""
    with desk.store.reader() as reader:
        return _state(reader, desk.enrolled.tenant)


def _state(driver: Any, tenant: str) -> State:
    return {name: frozenset(driver.execute(query, (tenant,)).fetchall()) for name, query in _STATE.items()}


def told(state: State) -> list[list[str]]:
    """The same rows in the same order every time."""
    return [sorted(map(repr, rows)) for rows in state.values()]


class Books:
    """The hub's tables as they stand, of the practices of which somebody is there."""

    def __init__(self, run: Run) -> None:
        with run.hub.reader() as driver:
            self._states = {tenant: _state(driver, tenant) for tenant in run.tenants}
            self._accounts = driver.execute("SELECT tenant, id, code, debits - credits FROM account").fetchall()
            self._off = driver.execute(_OFF).fetchall()
            self._payments = set(driver.execute("SELECT tenant, payment_id FROM payment").fetchall())
            self._apart = driver.execute(
                "SELECT tenant, op FROM quarantine WHERE resolution <> 'accepted' AND reason NOT IN ('known_already', "
                "'id_conflict')"
            ).fetchall()
            self._log = driver.execute("SELECT tenant, op_id, verdict, reason, op, hash FROM log ORDER BY tenant, seq"
                                       ).fetchall()  # fmt: skip
            aside = driver.execute(
                "SELECT tenant, op_id, sum(amount_cents) FROM transfer WHERE code = 'refund' GROUP BY tenant, op_id"
            )
            self.aside: dict[tuple[str, str], int] = {(tenant, op_id): cents for tenant, op_id, cents in aside}

    def state(self, tenant: str) -> State:
        """Every row of every state table of a practice."""
        return self._states[tenant]

    def logged(self) -> set[tuple[str, str]]:
        """Practice and id of everything in the log."""
        return {(row[0], row[1]) for row in self._log}

    def verdicts(self) -> dict[tuple[str, str], str]:
        """What was said of everything in the log, by practice and id."""
        return {(row[0], row[1]): row[2] for row in self._log}

    def digest(self) -> str:
        """One hash over both logs and all tables."""
        tables = repr([told(state) for state in self._states.values()])
        return hashlib.sha256("".join([tables, *(row[5] for row in self._log)]).encode()).hexdigest()

    def apart(self) -> set[tuple[str, str]]:
        """Practice and id of what is kept apart."""
        return {(tenant, str(_as_it_came(text)["op_id"])) for tenant, text in self._apart}

    def entered(self) -> dict[str, str]:
        """Receipts that were entered from paper: where their money was put then."""
        told = [op for _, verdict, _, op in self.facts() if verdict in _POSTED]
        told += [_as_it_came(text) for _, text in self._apart]
        return {op["body"]["of"]: _where(op["body"]["payment"], op["device"]) for op in told
                if op["kind"] == "payment.rekeyed"}  # fmt: skip

    def receipts_taken(self) -> set[str]:
        """Numbers of payments in the log."""
        return {op["body"]["receipt_no"] for _, verdict, _, op in self.facts()
                if op["kind"] == "payment.collect" and verdict in _POSTED}  # fmt: skip

    def deleted(self) -> set[str]:
        """Payments that were deleted by hand."""
        return {op["body"]["payment_id"] for _, _, _, op in self.facts()
                if op["kind"] == "payment.reverse" and op["body"].get("act") == "delete"}  # fmt: skip

    def facts(self) -> list[tuple[str, str, str, dict[str, Any]]]:
        """(practice, verdict, reason, operation) of every entry."""
        return [(row[0], row[2], row[3], orjson.loads(row[4])) for row in self._log]

    def known(self) -> dict[str, dict[str, Any]]:
        """Every payment, refund and dispute that was told to the hub, by its id."""
        return named_in([*(_as_it_came(text) for _, text in self._apart), *(op for _, _, _, op in self.facts())])

    def kept_apart(self) -> set[str]:
        """Receipt numbers of what is kept apart."""
        return {str(_as_it_came(text)["body"].get("receipt_no") or "") for _, text in self._apart}

    def money(self) -> dict[Place, int]:
        """Where the books say money lies, with what is kept apart unposted."""
        found: Counter[Place] = Counter()
        for tenant, account, code, cents in self._accounts:
            if code in _MONEY:
                name = _MONEY[code]
                found[tenant, f"{name}:{account.partition(':')[2]}" if name in ("cash", "other") else name] += cents
        for tenant, account, cents in self._off:
            found[tenant, f"cash:{account.partition(':')[2]}"] += cents
        known = self.known()
        for tenant, _, reason, op in self.facts():  # of a payment the hub does not know (yet): it waits, unposted
            if reason == "missing_dependency" and (tenant, op["body"].get("payment_id")) not in self._payments:
                for place, cents in moved_by(op, known) if op["kind"] != "refund.paid" else ():
                    found[tenant, place] += cents
        kept = {(tenant, _as_it_came(text)["op_id"]): _as_it_came(text) for tenant, text in self._apart}
        entered, taken = self.entered(), self.receipts_taken()  # a receipt and its payment are one too
        for (tenant, _), op in kept.items():  # one that came damaged and whole is one
            if op["kind"] == "payment.collect" and op["body"].get("receipt_no") in entered:
                continue
            if op["kind"] == "payment.rekeyed" and op["body"]["of"] in taken:
                continue
            for place, cents in moved_by(op, known):
                found[tenant, place] += cents
        return {place: cents for place, cents in found.items() if cents}


def _as_it_came(text: str) -> dict[str, Any]:
    """The envelope of what is kept apart; what came damaged stands under a stand-in."""
    op: dict[str, Any] = orjson.loads(text)
    return orjson.loads(op["body"]["content"]) if op["kind"] == UNREADABLE else op


def moved_by(op: dict[str, Any], known: dict[str, Any]) -> list[tuple[str, int]]:
    """Where money went by a fact, whatever the books make of it; `known` as in `Books.known`."""
    body, device, how = op["body"], op["device"], _MOVES.get(op["kind"])
    return [(place, cents) for place, cents in how(body, known, device) if cents] if how else []


def _collected(body: Any, _known: Any, device: str) -> list[tuple[str, int]]:
    there = body["amount_cents"] > 0 and body["tender"] in _MONEY.values()
    return [(_where(body, device), body["amount_cents"])] if there else []


def _taken_back(body: Any, known: Any, device: str) -> list[tuple[str, int]]:
    first = known.get(body["payment_id"])
    if first is None:
        return []
    where = _where({**first, "drawer": body.get("drawer") or first.get("drawer")}, device)
    return [(where, -int(body.get("given_back_cents") or body.get("amount_cents") or first["amount_cents"]))]


def _between(into: str, source: str, cents: int) -> list[tuple[str, int]]:
    return [(into, cents), (source, -cents)]


def _drawer(body: Any, device: str) -> str:
    return f"cash:{body.get('drawer') or device}"


def _handed_back(body: Any, known: Any, device: str) -> list[tuple[str, int]]:
    paid = known.get(body["refund_id"])
    return [(f"cash:{body.get('drawer') or device}", int(paid["amount_cents"]))] if paid else []


def _won(body: Any, known: Any, _device: str) -> list[tuple[str, int]]:
    opened = known.get(body["dispute_id"])
    return [("card", int(opened["amount_cents"]))] if opened and body["outcome"] == "won" else []


_MOVES: dict[str, Callable[[Any, dict[str, Any], str], list[tuple[str, int]]]] = {
    "payment.collect": _collected,
    "payment.reverse": _taken_back,
    "payment.correct": _taken_back,
    "refund.paid": lambda body, _, device: [(_where(body, device), -int(body["amount_cents"]))],
    "refund.undone": _handed_back,
    "dispute.opened": lambda body, *_: [("card", -int(body["amount_cents"]) - int(body.get("fee_cents") or 0))],
    "dispute.closed": _won,
    "payment.rekeyed": lambda body, known, device: _collected(body["payment"], known, device),
    "drawer.opened": lambda body, _, device: _between(_drawer(body, device), "check", body["moved_cents"]),
    "drawer.moved": lambda body, _, device: _between(
        _drawer(body, device), "petty", body["amount_cents"] * {"paid_in": 1, "paid_out": -1}.get(body["kind"], 0)),
    "drawer.closed": lambda body, _, device: _between(
        _drawer(body, device), "check", body["kept_cents"] - body["counted_cents"]),
}  # fmt: skip
_POSTED = frozenset({"accepted", "excepted"})
_NAMES = {"payment.collect": "payment_id", "refund.paid": "refund_id", "dispute.opened": "dispute_id"}
"""What later facts refer to, and by what."""


def named_in(ops: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Payments, refunds that were paid and disputes, by their ids."""
    known = {}
    for op in ops:
        if op["kind"] in _NAMES:
            known[op["body"][_NAMES[op["kind"]]]] = op["body"]
        elif op["kind"] == "payment.rekeyed":
            known[op["body"]["payment"]["payment_id"]] = op["body"]["payment"]
    return known


def _where(body: dict[str, Any], device: str) -> str:
    tender = str(body["tender"])
    if tender == "cash":
        return f"cash:{body.get('drawer') or device}"
    return f"other:{body.get('method_id')}" if tender == "other" else tender


def _receipts(run: Run, hub: Books) -> None:
    """I22: whatever was printed is in the books, and no number stands for two things."""
    numbers = Counter((tenant, number) for tenant, _, _, op in hub.facts() if op["class"] == "fact"
                      if (number := op["body"].get("payment", op["body"]).get("receipt_no")))  # fmt: skip
    known = {number for _, number in numbers} | hub.kept_apart() | by_credit(run.everybody())
    for paper in run.world.paper:
        if not paper.journalled:
            run.wrong(f"I22 {paper.desk}: {paper.receipt_no} was printed before it was written down")
        if paper.receipt_no not in known | run.gone:
            run.wrong(f"I22 {paper.desk}: paper {paper.receipt_no} and no fact")
    for (tenant, number), times in numbers.items():
        if times > 1 and not run.copied:
            run.wrong(f"I22 {tenant}: receipt {number} stands for {times} facts")


def by_credit(desks: Iterable[SimDesk]) -> set[str]:
    """Numbers of receipts about credit alone: no money came, so no fact carries them."""
    found = set[str]()
    for desk in desks:
        for (document,) in desk.rows("SELECT document FROM print_job WHERE payment_id = '' AND kind <> 'drawer'"):
            found.add(str(orjson.loads(document).get("receipt_no", "")))
    return found


__all__ = ["Books", "after_step", "at_the_end", "layers", "state_of"]
