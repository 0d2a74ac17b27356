"""The invariants of the ledger and the log, checked on the tables themselves (sync-ledger specification, section 7).

Used by `doctor`, by tests after every step, and after a snapshot was loaded. Each check returns what it saw, in ids and
cents. The quick ones are a few grouped queries; the deep ones read the whole log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import orjson
from sqlalchemy import Connection
from sqlcipher3 import dbapi2

from models.ledger.accounts import LOT_CODES
from models.ledger.states import PAYS, PURSE_CODES, UNPAYS
from models.operations.kinds import KINDS, OpClass
from models.operations.operation import GENESIS
from models.operations.protocol import entry_hash
from models.store import journals
from models.store.layers import Stream, replay, take_away
from models.store.rows import Failure
from models.store.session import Session
from models.store.standing import posted_id

_SHOWN = 5
"""At most this many examples of one failing invariant."""

Check = Callable[[Session, str], Iterator[str]]


def check_ledger(session: Session, tenant: str) -> list[Failure]:
    """I1–I4, I10, I11, I13–I15, I26, I27 and I28 of one tenant: the same on desk and hub."""
    return _run(_LEDGER, session, tenant)


def check_hub(connection: Connection, tenant: str, *, deep: bool = False) -> list[Failure]:
    """Everything that can be decided at a hub: the ledger, the log's density, ids and streams; `deep`: its chain."""
    session = Session(connection)
    checks = _LEDGER | _LOG | _HUB | (_DEEP if deep else {})
    return _run(checks, session, tenant)


def check_desk(connection: Connection, tenant: str, *, deep: bool = False, sent_before: str = "") -> list[Failure]:
    """Everything that can be decided at a desk. `deep` also reads every page of the file, the chain of the log, and
    replays the pending layer to compare (what it changes is undone). With `sent_before` (UTC text) what was sent to a
    device before then must have ended (I17)."""
    session = Session(connection)
    failures = _run(_FILE, session, tenant) if deep else []
    if not tenant:
        return failures
    checks = _LEDGER | _LOG | _DESK | (_DEEP if deep else {})
    if sent_before:
        checks["I17"] = partial(journals.no_try_is_left_hanging, before=sent_before)
    failures += _run(checks, session, tenant)
    return failures + (_run({"I18": _layers_are_replays}, session, tenant) if deep else [])


def check_reading(connection: Connection, tenant: str) -> list[Failure]:
    """What a start asks of a store without writing: pages, I1–I4, and the log up to the cursor."""
    return _run(_AT_START, Session(connection), tenant)


def check_replay(connection: Connection, tenant: str) -> list[Failure]:
    """I18 alone; the caller's transaction must be rolled back."""
    return _run({"I18": _layers_are_replays}, Session(connection), tenant)


def _run(checks: dict[str, Check], session: Session, tenant: str) -> list[Failure]:
    failures = []
    for name, check in checks.items():
        for shown, detail in enumerate(check(session, tenant)):
            if shown == _SHOWN:
                break
            failures.append(Failure(name, detail))
    return failures


# The ledger -------------------------------------------------------------------------------------------------------


def _debits_equal_credits(session: Session, tenant: str) -> Iterator[str]:
    row = session.one(
        "SELECT coalesce(sum(debits), 0), coalesce(sum(credits), 0), coalesce(sum(pending_debits), 0), "
        "coalesce(sum(pending_credits), 0) FROM account WHERE tenant = :tenant",
        tenant=tenant,
    )
    if row[0] != row[1] or row[2] != row[3]:
        yield f"debits {row[0]} credits {row[1]} pending {row[2]} {row[3]}"


_SUMS = (
    "SELECT a.id, a.debits, coalesce(d.c, 0), a.credits, coalesce(k.c, 0), a.pending_debits, coalesce(d.p, 0), "
    "a.pending_credits, coalesce(k.p, 0) FROM account a LEFT JOIN ("
    "SELECT debit AS id, sum(CASE WHEN seq > 0 THEN amount_cents ELSE 0 END) AS c, "
    "sum(CASE WHEN seq = 0 THEN amount_cents ELSE 0 END) AS p FROM transfer WHERE tenant = :tenant GROUP BY debit"
    ") d ON d.id = a.id LEFT JOIN ("
    "SELECT credit AS id, sum(CASE WHEN seq > 0 THEN amount_cents ELSE 0 END) AS c, "
    "sum(CASE WHEN seq = 0 THEN amount_cents ELSE 0 END) AS p FROM transfer WHERE tenant = :tenant GROUP BY credit"
    ") k ON k.id = a.id WHERE a.tenant = :tenant AND (a.debits <> coalesce(d.c, 0) OR a.credits <> coalesce(k.c, 0) "
    "OR a.pending_debits <> coalesce(d.p, 0) OR a.pending_credits <> coalesce(k.p, 0))"
)


def _balances_are_sums(session: Session, tenant: str) -> Iterator[str]:
    for row in session.rows(_SUMS, tenant=tenant):
        yield f"{row[0]}: balance and sum of transfers {row[1:]}"
    for column in ("debit", "credit"):
        lost = session.rows(
            f"SELECT DISTINCT t.{column} FROM transfer t LEFT JOIN account a ON a.tenant = t.tenant AND "
            f"a.id = t.{column} WHERE t.tenant = :tenant AND a.id IS NULL",
            tenant=tenant,
        )
        yield from (f"{row[0]}: transfers without an account" for row in lost)


def _guarded(guard: str, rule: str) -> Check:
    def check(session: Session, tenant: str) -> Iterator[str]:
        found = session.rows(
            f"SELECT id FROM account WHERE tenant = :tenant AND guard = '{guard}' AND {rule}", tenant=tenant
        )
        yield from (str(row[0]) for row in found)

    return check


def _listed(codes: Iterable[str]) -> str:
    return ", ".join(f"'{code}'" for code in sorted(codes))


_LOTS, _LISTED_PURSE = _listed(LOT_CODES), _listed(PURSE_CODES)
_NET = "credits + pending_credits - debits - pending_debits"
_WHOLE = (
    "SELECT payment_id, sum(cents) FROM ("
    "SELECT payment_id, amount_cents AS cents FROM payment WHERE tenant = :tenant UNION ALL "
    f"SELECT payment_id, -({_NET}) FROM account WHERE tenant = :tenant AND code IN ({_LOTS}, 'RFP', 'OVR') UNION ALL "
    "SELECT a.payment_id, -t.cents FROM ("
    f"SELECT debit AS id, amount_cents AS cents FROM transfer WHERE tenant = :tenant AND code IN ({{codes}}) UNION ALL "
    f"SELECT credit, -amount_cents FROM transfer WHERE tenant = :tenant AND code IN ({{codes}})) t "
    f"JOIN account a ON a.tenant = :tenant AND a.id = t.id WHERE a.code IN ({_LOTS}, 'OVR') UNION ALL "
    "SELECT payment_id, -amount_cents FROM refund WHERE tenant = :tenant AND state = 'paid' AND kind <> 'elsewhere' "
    "UNION ALL SELECT payment_id, -amount_cents FROM dispute WHERE tenant = :tenant AND outcome = 'owed_again'"
    ") told GROUP BY payment_id HAVING sum(cents) <> 0"
).format(codes=_listed(PAYS | UNPAYS | {"reverse", "net_out", "settle"}))
"""What was taken, less what lies in lots, waits to go back or is over-refunded, less what paid charges, was reversed or
netted with a refund made elsewhere, less refunds, corrections and lost disputes as their rows say: nothing is left."""


def _payments_are_whole(session: Session, tenant: str) -> Iterator[str]:
    for payment_id, cents in session.rows(_WHOLE, tenant=tenant):
        yield f"{payment_id}: {cents} of it are nowhere"


_BEYOND = (
    "SELECT payment_id, sum(cents) FROM ("
    "SELECT payment_id, amount_cents AS cents FROM payment WHERE tenant = :tenant UNION ALL "
    "SELECT payment_id, debits + pending_debits - credits - pending_credits FROM account WHERE tenant = :tenant AND "
    "code = 'OVR' UNION ALL "
    "SELECT a.payment_id, t.amount_cents FROM transfer t JOIN account a ON a.tenant = t.tenant AND a.id = t.credit "
    "WHERE t.tenant = :tenant AND t.code = 'settle' AND a.code = 'OVR' UNION ALL "
    "SELECT payment_id, -amount_cents FROM refund WHERE tenant = :tenant AND state = 'paid' AND kind <> 'elsewhere'"
    ") told GROUP BY payment_id HAVING sum(cents) < 0"
)


def _refunds_are_covered(session: Session, tenant: str) -> Iterator[str]:
    for payment_id, cents in session.rows(_BEYOND, tenant=tenant):
        yield f"{payment_id}: {-cents} more went back than was paid, and nobody owes it"


_QUESTIONED = (
    "SELECT id, sum(lies), sum(asked) FROM ("
    "SELECT id, debits + pending_debits - credits - pending_credits AS lies, 0 AS asked FROM account "
    "WHERE tenant = :tenant AND code IN ('SUSP', 'OVR') UNION ALL "
    "SELECT account_id, 0, CASE what WHEN 'money_in' THEN settled_cents - amount_cents ELSE amount_cents - "
    "settled_cents END FROM task WHERE tenant = :tenant AND account_id <> '' AND resolved_op_id = ''"
    ") told GROUP BY id HAVING sum(lies) <> sum(asked)"
)


def _questions_are_open(session: Session, tenant: str) -> Iterator[str]:
    """What lies in suspense or was over-refunded, somebody is asked to look at: to the cent."""
    for account_id, lies, asked in session.rows(_QUESTIONED, tenant=tenant):
        yield f"{account_id}: {lies} are in question, open tasks ask about {asked}"


_NOT_IN_STEP = (
    "SELECT a.id, a.held, coalesce(h.cents, 0) FROM account a LEFT JOIN (SELECT account_id, sum(granted_cents - "
    "used_cents - returned_cents) AS cents FROM hold WHERE tenant = :tenant GROUP BY account_id) h "
    "ON h.account_id = a.id WHERE a.tenant = :tenant AND a.held <> coalesce(h.cents, 0)"
)


def _holds_are_left(session: Session, tenant: str) -> Iterator[str]:
    """Granted less used less returned is what the account holds."""
    for account_id, held, cents in session.rows(_NOT_IN_STEP, tenant=tenant):
        yield f"{account_id}: held {held}, its holds say {cents}"


_HISTORY = (
    "SELECT patient_id, sum(owed), sum(owed_h), sum(credit), sum(credit_h), sum(rows_off), sum(off) FROM ("
    "SELECT patient_id, "
    f"CASE WHEN code = 'AR' THEN -({_NET}) ELSE 0 END AS owed, 0 AS owed_h, "
    f"CASE WHEN code IN ({_LISTED_PURSE}) THEN {_NET} ELSE 0 END AS credit, 0 AS credit_h, 0 AS rows_off, "
    f"CASE WHEN code IN ('DISC', 'WO') THEN -({_NET}) ELSE 0 END AS off "
    "FROM account WHERE tenant = :tenant AND patient_id <> '' UNION ALL "
    "SELECT a.patient_id, 0, CASE WHEN a.code = 'AR' THEN t.cents ELSE 0 END, 0, "
    f"CASE WHEN a.code IN ({_LISTED_PURSE}) THEN -t.cents ELSE 0 END, "
    "CASE WHEN a.code IN ('DISC', 'WO') AND t.code = 'lapse' THEN t.cents ELSE 0 END, 0 FROM ("
    "SELECT debit AS id, amount_cents AS cents, code FROM transfer WHERE tenant = :tenant UNION ALL "
    "SELECT credit, -amount_cents, code FROM transfer WHERE tenant = :tenant) t "
    "JOIN account a ON a.tenant = :tenant AND a.id = t.id WHERE a.patient_id <> '' UNION ALL "
    "SELECT patient_id, 0, 0, 0, 0, CASE kind WHEN 'recovery' THEN -amount_cents ELSE amount_cents END, 0 "
    "FROM adjustment WHERE tenant = :tenant AND undone_op_id = ''"
    ") both_ways GROUP BY patient_id "
    "HAVING sum(owed) <> sum(owed_h) OR sum(credit) <> sum(credit_h) OR sum(rows_off) <> sum(off)"
)


def _figures_agree(session: Session, tenant: str) -> Iterator[str]:
    """Balances and history; and what was let off by account and by the rows of adjustments."""
    for patient_id, *figures in session.rows(_HISTORY, tenant=tenant):
        yield f"{patient_id}: owed, credit and let off by balance and by history {figures}"


def _reversals_mirror(session: Session, tenant: str) -> Iterator[str]:
    found = session.rows(
        "SELECT t.op_id, t.n FROM transfer t LEFT JOIN transfer r ON r.tenant = t.tenant AND r.op_id = t.reverses_op "
        "AND r.n = t.reverses_n WHERE t.tenant = :tenant AND t.reverses_op <> '' AND (r.op_id IS NULL OR "
        "r.debit <> t.credit OR r.credit <> t.debit OR r.amount_cents <> t.amount_cents)",
        tenant=tenant,
    )
    yield from (f"{op_id}/{n}: no mirror of what it reverses" for op_id, n in found)
    twice = session.rows(
        "SELECT reverses_op, reverses_n FROM transfer WHERE tenant = :tenant AND reverses_op <> '' "
        "GROUP BY reverses_op, reverses_n HAVING count(*) > 1",
        tenant=tenant,
    )
    yield from (f"{op_id}/{n}: reversed more than once" for op_id, n in twice)


_MIRRORED = (
    "SELECT c.id, c.posted_cents, coalesce(s.posted, 0), c.responsibility_cents, coalesce(s.in_force, 0) "
    "FROM charge c LEFT JOIN (SELECT id, sum(CASE WHEN seq > 0 THEN cents ELSE 0 END) AS posted, "
    "sum(cents) AS in_force FROM ("
    "SELECT debit AS id, seq, amount_cents AS cents FROM transfer WHERE tenant = :tenant AND code IN "
    "('charge', 'responsibility') UNION ALL SELECT credit, seq, -amount_cents FROM transfer WHERE tenant = :tenant "
    "AND code IN ('charge', 'responsibility')) m GROUP BY id) s ON s.id = 'AR:' || c.id "
    "WHERE c.tenant = :tenant AND (c.posted_cents <> coalesce(s.posted, 0) "
    "OR c.responsibility_cents <> coalesce(s.in_force, 0))"
)


def _charges_are_mirrored(session: Session, tenant: str) -> Iterator[str]:
    for charge_id, *cents in session.rows(_MIRRORED, tenant=tenant):
        yield f"{charge_id}: mirrored and posted {cents}"


_CLEARING = (
    "SELECT id, sum(lies), sum(told) FROM ("
    f"SELECT id, CASE code WHEN 'ONP' THEN {_NET} ELSE -({_NET}) END AS lies, 0 AS told FROM account "
    "WHERE tenant = :tenant AND code IN ('ONP', 'ONR') UNION ALL "
    "SELECT 'ONP:' || online_id, 0, CASE state WHEN 'open' THEN amount_cents - off_cents ELSE 0 END "
    "FROM online_payment WHERE tenant = :tenant UNION ALL "
    "SELECT 'ONR:' || return_id, 0, CASE state WHEN 'open' THEN amount_cents - off_cents ELSE 0 END "
    "FROM online_return WHERE tenant = :tenant"
    ") both_ways GROUP BY id HAVING sum(lies) <> sum(told)"
)


def _clearing_is_told(session: Session, tenant: str) -> Iterator[str]:
    """What lies in the clearing accounts of money from home is what waits to be posted, to the cent."""
    for account_id, lies, told in session.rows(_CLEARING, tenant=tenant):
        yield f"{account_id}: {lies} lie there, {told} wait to be posted"


_EXTENT = "SELECT count(*), min(seq), max(seq) FROM log WHERE tenant = :tenant"

# The log ----------------------------------------------------------------------------------------------------------


def _ids_are_unique(session: Session, tenant: str) -> Iterator[str]:
    found = session.rows(
        "SELECT op_id FROM log WHERE tenant = :tenant GROUP BY op_id HAVING count(*) > 1", tenant=tenant
    )
    yield from (str(row[0]) for row in found)


_CORRECTED = (
    "(SELECT coalesce(sum(r.amount_cents), 0) FROM refund r WHERE r.tenant = p.tenant AND r.payment_id = p.payment_id "
    "AND r.kind = 'correction')"
)


def _facts_stand(session: Session, tenant: str) -> Iterator[str]:
    facts = [name for name, kind in KINDS.items() if kind.op_class is OpClass.FACT]
    found = session.rows(
        "SELECT op_id FROM log WHERE tenant = :tenant AND verdict = 'rejected' AND kind IN (:kinds)",
        tenant=tenant, kinds=facts,
    )  # fmt: skip
    yield from (f"{row[0]}: a fact was rejected" for row in found)
    found = session.rows(
        "SELECT op_id, kind, op FROM log l WHERE tenant = :tenant AND kind IN (:kinds) AND transfers = '[]' AND "
        "verdict <> 'quarantined' AND NOT EXISTS "
        "(SELECT 1 FROM task k WHERE k.tenant = l.tenant AND k.cause_op_id = l.op_id)",
        tenant=tenant,
        kinds=["payment.collect", "payment.rekeyed", "payment.reverse", "payment.correct", "refund.paid"],
    )  # fmt: skip
    for op_id, kind, op in found:
        if kind != "payment.reverse" or not _never_was(session, tenant, orjson.loads(op)["body"]["payment_id"]):
            yield f"{op_id}: money moved without a transfer"


def _never_was(session: Session, tenant: str, payment_id: str) -> bool:
    """Was all of a payment corrected away? Then nothing is left of it to take back."""
    query = f"SELECT 1 FROM payment p WHERE tenant = :tenant AND payment_id = :id AND amount_cents <= {_CORRECTED}"
    return session.one(query, tenant=tenant, id=payment_id) is not None


def _log_is_dense_to_head(session: Session, tenant: str) -> Iterator[str]:
    rows, first, last = session.one(
        "SELECT count(*), min(seq), max(seq) FROM log WHERE tenant = :tenant", tenant=tenant
    )
    head = session.one("SELECT seq FROM tenant_head WHERE tenant = :tenant", tenant=tenant)
    if head is None or (rows, first or 1, last or 0) != (head[0], 1, head[0]):
        yield f"{rows} entries from {first} to {last}, head {head}"


def _streams_are_dense(session: Session, tenant: str) -> Iterator[str]:
    """In a later epoch operations sent again after a restore are duplicates and leave holes."""
    found = session.rows(
        "SELECT device, epoch, count(*), min(dseq), max(dseq) FROM log WHERE tenant = :tenant AND dseq > 0 "
        "GROUP BY device, epoch HAVING epoch = 1 AND (count(*) <> max(dseq) OR min(dseq) <> 1)",
        tenant=tenant,
    )
    for device, epoch, rows, first, last in found:
        yield f"{device} epoch {epoch}: {rows} operations from {first} to {last}"


def _log_is_dense_to_cursor(session: Session, tenant: str) -> Iterator[str]:
    rows, first, last = session.one(
        "SELECT count(*), min(seq), max(seq) FROM log WHERE tenant = :tenant", tenant=tenant
    )
    cursor = session.one("SELECT cursor_seq FROM stream WHERE tenant = :tenant", tenant=tenant)[0]
    if rows and (rows != last - first + 1 or last != cursor):
        yield f"{rows} entries from {first} to {last}, cursor {cursor}"


def _answered_came_back(session: Session, tenant: str) -> Iterator[str]:
    """What was kept apart because its id is taken stands in the log under a stand-in (`standing.conflict_id`)."""
    found = session.rows(
        "SELECT o.op_id FROM outbox o JOIN stream s ON s.tenant = o.tenant LEFT JOIN log l ON l.tenant = o.tenant AND "
        "l.op_id = o.op_id WHERE o.tenant = :tenant AND o.seq > 0 AND o.seq <= s.cursor_seq AND l.op_id IS NULL "
        "AND o.reason <> 'id_conflict' AND o.seq >= (SELECT min(seq) FROM log WHERE tenant = :tenant) "
        "AND NOT EXISTS (SELECT 1 FROM log k WHERE k.tenant = o.tenant AND k.seq = o.seq "
        "AND k.verdict = 'quarantined' AND substr(k.op_id, 1, length(o.op_id) + 1) = o.op_id || '~')",
        tenant=tenant,
    )
    yield from (f"{row[0]}: answered, but not in the log" for row in found)


def _chain_holds(session: Session, tenant: str) -> Iterator[str]:
    """I6 and, in the same pass, that the transfers of every entry are the transfers in the tables."""
    posted = _posted(session, tenant)
    first = session.one("SELECT min(seq) FROM log WHERE tenant = :tenant", tenant=tenant)[0]
    before = GENESIS if first == 1 else ""
    after = 0
    while True:
        page = session.rows(
            "SELECT seq, op, verdict, granted, reason, transfers, hash, op_id FROM log WHERE tenant = :tenant AND "
            "seq > :after ORDER BY seq LIMIT 2000",
            tenant=tenant, after=after,
        )  # fmt: skip
        if not page:
            return
        for seq, op, verdict, granted, reason, transfers, link, op_id in page:
            moved, envelope = orjson.loads(transfers), orjson.loads(op)
            if before and entry_hash(before, seq, envelope, verdict, granted, reason, moved) != link:
                yield f"entry {seq}: its link does not hold"
            # what was kept apart posts nothing by itself; once let in, its transfers are those of that entry
            if verdict != "quarantined" and posted.get(posted_id(envelope, op_id), []) != moved:
                yield f"entry {seq}: its transfers are not those in the tables"
            before, after = link, seq


def _posted(session: Session, tenant: str) -> dict[str, list[list[Any]]]:
    found: dict[str, list[list[Any]]] = {}
    for op_id, *transfer in session.rows(
        "SELECT op_id, debit, credit, amount_cents, code, reverses_op, reverses_n FROM transfer "
        "WHERE tenant = :tenant AND seq > 0 ORDER BY op_id, n",
        tenant=tenant,
    ):
        found.setdefault(op_id, []).append(transfer)
    return found


# A desk -----------------------------------------------------------------------------------------------------------

_LAYER = (
    "SELECT 'transfer', debit, credit, code, amount_cents FROM transfer WHERE tenant = :tenant AND seq = 0 UNION ALL "
    "SELECT 'account', id, '', '', pending_debits - pending_credits FROM account WHERE tenant = :tenant AND "
    "(pending_debits > 0 OR pending_credits > 0) UNION ALL "
    "SELECT 'charge', id, '', '', responsibility_cents FROM charge WHERE tenant = :tenant AND seq = 0 UNION ALL "
    "SELECT 'payment', payment_id, reversed_op_id, '', amount_cents FROM payment WHERE tenant = :tenant AND seq = 0 "
    "UNION ALL SELECT 'appointment', id, status || desk_billing, desk_status, 0 FROM appointment "
    "WHERE tenant = :tenant AND seq = 0 "
    "UNION ALL SELECT 'refund', refund_id, state, payment_id, amount_cents FROM refund WHERE tenant = :tenant AND "
    "seq = 0 UNION ALL SELECT 'adjustment', op_id, undone_op_id, charge_id, amount_cents FROM adjustment WHERE "
    "tenant = :tenant AND seq = 0 UNION ALL SELECT 'dispute', dispute_id, outcome, payment_id, amount_cents FROM "
    "dispute WHERE tenant = :tenant AND seq = 0 UNION ALL SELECT 'statement', statement_id, number, lines, "
    "balance_cents FROM statement WHERE tenant = :tenant AND seq = 0 "
    "UNION ALL SELECT 'task', task_id, how, resolved_op_id, settled_cents FROM task WHERE tenant = :tenant AND seq = 0 "
    "UNION ALL SELECT 'hold', hold_id, ended, account_id, used_cents FROM hold WHERE tenant = :tenant AND seq = 0 "
    "ORDER BY 1, 2, 3, 4, 5"
)


def _layers_are_replays(session: Session, tenant: str) -> Iterator[str]:
    """Replays the pending layer and compares; the caller's transaction is put back to where it was."""
    stream = Stream.read(session, tenant)
    assert stream is not None
    before = session.rows(_LAYER, tenant=tenant)
    session.run("SAVEPOINT replayed")
    try:
        take_away(session, tenant)
        replay(session, tenant, stream)
        after = session.rows(_LAYER, tenant=tenant)
    except dbapi2.IntegrityError as error:  # a CHECK: what is confirmed is wrong already
        yield f"the pending layer cannot be replayed: {error}"[:100]
        return
    finally:
        session.failed = None
        session.run("ROLLBACK TO replayed")
        session.run("RELEASE replayed")
    if before != after:
        yield f"pending layer has {len(before)} rows, its replay {len(after)}, or they differ"


def _file_is_whole(session: Session, _tenant: str) -> Iterator[str]:
    for row in session.rows("PRAGMA integrity_check"):
        if row[0] != "ok":
            yield str(row[0])[:100]


def _file_is_sound(session: Session, _tenant: str) -> Iterator[str]:
    """The quick look: every page and its links, without comparing indexes with their tables."""
    for row in session.rows("PRAGMA quick_check"):
        if row[0] != "ok":
            yield str(row[0])[:100]


def _both(*checks: Check) -> Check:
    return lambda session, tenant: (detail for check in checks for detail in check(session, tenant))


_LEDGER: dict[str, Check] = {
    "I1": _debits_equal_credits,
    "I2": _balances_are_sums,
    "I3": _guarded("L", "debits + pending_debits + held > credits + pending_credits"),
    "I4": _guarded("A", "credits + pending_credits > debits + pending_debits"),
    "I10": _payments_are_whole,
    "I11": _figures_agree,
    "I13": _refunds_are_covered,
    "I14": _reversals_mirror,
    "I15": _questions_are_open,
    "I26": _holds_are_left,
    "I27": _charges_are_mirrored,
    "I28": _clearing_is_told,
}
_LOG: dict[str, Check] = {
    "I7": _ids_are_unique,
    "I9": _facts_stand,
    "I12": journals.drawers_hold_what_was_kept,
    "I22": journals.receipt_numbers_are_unique,
    "I23": journals.history_is_guarded,
}
_HUB: dict[str, Check] = {"I5": _log_is_dense_to_head, "I8": _streams_are_dense}
_DESK: dict[str, Check] = {
    "I21": _log_is_dense_to_cursor,
    "I8": _answered_came_back,
    "I22": _both(journals.receipt_numbers_are_unique, journals.receipts_have_their_fact),
    "I23": _both(journals.history_is_guarded, journals.verdicts_stand),
}
_DEEP: dict[str, Check] = {"I6": _chain_holds}
_FILE: dict[str, Check] = {"file": _file_is_whole}
_AT_START: dict[str, Check] = {
    "file": _file_is_sound,
    **{name: _LEDGER[name] for name in ("I1", "I2", "I3", "I4")},
    "I21": _log_is_dense_to_cursor,
}
