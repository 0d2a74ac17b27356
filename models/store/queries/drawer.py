"""The drawer of a desk and the close of its day: what was taken since the last close, what lies in it, deposits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from models.store.queries.rows import NET, TAKEN_BACK


@dataclass(frozen=True, slots=True)
class CloseRow:
    """A day that was closed; `coins`, `tenders` and `checks` are JSON."""

    close_id: str
    drawer: str
    number: str
    float_cents: int
    expected_cents: int
    counted_cents: int
    kept_cents: int
    recounts: int
    reason: str
    coins: str
    tenders: str
    checks: str
    closed_at: str
    business_date: str
    actor: str
    supervisor: str
    device: str
    op_id: str


@dataclass(frozen=True, slots=True)
class TakenRow:
    """A payment of this desk's day. `back_act`: how it was taken back, empty while it stands; `corrected_cents` of it
    never were there."""

    payment_id: str
    patient_id: str
    tender: str
    method_id: str
    brand: str
    cents: int
    number: str
    check_no: str
    check_name: str
    taken_at: str
    business_date: str
    back_act: str
    deposit_id: str
    corrected_cents: int

    @property
    def stands_cents(self) -> int:
        """What it really was."""
        return self.cents - self.corrected_cents


@dataclass(frozen=True, slots=True)
class BackRow:
    """Money of a tender that went back at this desk since the close: a refund, or a payment taken back."""

    source_id: str
    tender: str
    method_id: str
    brand: str
    cents: int


@dataclass(frozen=True, slots=True)
class DepositRow:
    """A slip for the bank."""

    deposit_id: str
    number: str
    close_id: str
    cash_cents: int
    coin_cents: int
    check_cents: int
    payments: int
    made_at: str
    business_date: str
    deleted_at: str


_CLOSE = (
    "SELECT close_id, drawer, number, float_cents, expected_cents, counted_cents, kept_cents, recounts, reason, coins, "
    "tenders, checks, closed_at, business_date, actor, supervisor, device, op_id FROM day_close"
)
_DEPOSIT = (
    "SELECT deposit_id, number, close_id, cash_cents, coin_cents, check_cents, payments, made_at, business_date, "
    "deleted_at FROM deposit"
)


_CORRECTED = (
    "(SELECT coalesce(sum(r.amount_cents), 0) FROM refund r WHERE r.tenant = p.tenant AND r.payment_id = p.payment_id "
    "AND r.payment_id <> '' AND r.kind = 'correction')"
)


def closed_through(connection: Any, tenant: str) -> dict[str, str]:
    """By desk: the last business date it closed."""
    found = connection.execute(
        "SELECT device, max(business_date) FROM day_close WHERE tenant = ? GROUP BY device", (tenant,)
    )
    return {str(row[0]): str(row[1]) for row in found}


def last_close(connection: Any, tenant: str, drawer: str) -> CloseRow | None:
    """The newest close of a drawer: ids of a desk's operations grow with time, also when its clock does not."""
    row = connection.execute(
        f"{_CLOSE} WHERE tenant = ? AND drawer = ? ORDER BY op_id DESC LIMIT 1", (tenant, drawer)
    ).fetchone()
    return CloseRow(*row) if row else None


def close(connection: Any, tenant: str, close_id: str) -> CloseRow | None:
    """One close, or None."""
    row = connection.execute(f"{_CLOSE} WHERE tenant = ? AND close_id = ?", (tenant, close_id)).fetchone()
    return CloseRow(*row) if row else None


def opened(connection: Any, tenant: str, drawer: str, since_op: str) -> tuple[int, str, str] | None:
    """(float in cents, when, business date) of the newest opening of a drawer after an operation, or None."""
    row = connection.execute(
        "SELECT amount_cents, made_at, business_date FROM drawer_act WHERE tenant = ? AND drawer = ? "
        "AND kind = 'opened' AND op_id > ? ORDER BY op_id DESC LIMIT 1",
        (tenant, drawer, since_op),
    ).fetchone()
    return (int(row[0]), str(row[1]), str(row[2])) if row else None


def moved(connection: Any, tenant: str, drawer: str, since_op: str) -> list[tuple[str, int, str, str]]:
    """(kind, cents, reason, when) of money put in or out and openings without a sale since an operation."""
    found = connection.execute(
        "SELECT kind, amount_cents, reason, made_at FROM drawer_act WHERE tenant = ? AND drawer = ? "
        "AND kind <> 'opened' AND op_id > ? ORDER BY op_id",
        (tenant, drawer, since_op),
    )
    return [(str(row[0]), int(row[1]), str(row[2]), str(row[3])) for row in found]


def in_drawer(connection: Any, tenant: str, drawer: str) -> int:
    """Cents that lie in a drawer by the books."""
    row = connection.execute(
        f"SELECT -({NET}) FROM account a WHERE a.tenant = ? AND a.id = ?", (tenant, f"CASH:{drawer}")
    ).fetchone()
    return int(row[0]) if row else 0


def taken(connection: Any, tenant: str, device: str, since_op: str, since_day: str) -> list[TakenRow]:
    """Payments of a desk since its last close (an operation, and the business date of it), oldest first. Ids of a
    desk's operations grow with time, also when its clock does not."""
    found = connection.execute(
        "SELECT p.payment_id, p.patient_id, p.tender, p.method_id, p.brand, p.amount_cents, p.number, p.check_no, "
        "p.check_name, p.taken_at, p.business_date, p.reversed_act, coalesce(d.deposit_id, ''), "
        f"{_CORRECTED} FROM payment p "
        "LEFT JOIN deposited d ON d.tenant = p.tenant AND d.payment_id = p.payment_id WHERE p.tenant = ? "
        "AND p.business_date >= ? AND p.device = ? AND p.collect_op_id > ? ORDER BY p.collect_op_id",
        (tenant, since_day, device, since_op),
    )
    return [TakenRow(*row) for row in found]


def freed_checks(connection: Any, tenant: str, device: str) -> list[TakenRow]:
    """Checks of a desk whose slip was deleted: they lie there again."""
    found = connection.execute(
        "SELECT p.payment_id, p.patient_id, p.tender, p.method_id, p.brand, p.amount_cents, p.number, p.check_no, "
        f"p.check_name, p.taken_at, p.business_date, p.reversed_act, '', {_CORRECTED} FROM deposited d JOIN payment p "
        "ON p.tenant = d.tenant AND p.payment_id = d.payment_id WHERE d.tenant = ? AND d.deposit_id = '' "
        "AND p.tender = 'check' AND p.device = ? AND p.reversed_op_id = '' ORDER BY p.collect_op_id",
        (tenant, device),
    )
    return [TakenRow(*row) for row in found]


def given_back(connection: Any, tenant: str, device: str, since_op: str, since_day: str) -> list[BackRow]:
    """What went back at a desk since its last close: refunds, corrections, and payments of earlier days taken back;
    those taken since are no sale at all (`TakenRow.back_act`). Refunds handed back do not count."""
    refunds = connection.execute(
        "SELECT r.refund_id, r.tender, r.method_id, r.brand, r.amount_cents FROM refund r WHERE r.tenant = ? "
        "AND r.kind IN ('refund', 'correction') AND r.state = 'paid' AND r.settled_op_id > ? "
        "AND r.settled_business_date >= ? AND (r.drawer = ? OR (r.drawer = '' AND r.device = ?)) "
        "AND r.business_date >= date(?, '-1 year')",
        (tenant, since_op, since_day, device, device, since_day),
    ).fetchall()
    taken_back = connection.execute(
        f"SELECT p.payment_id, p.tender, p.method_id, p.brand, {TAKEN_BACK} FROM payment p "
        "LEFT JOIN log l ON l.tenant = p.tenant AND l.op_id = p.reversed_op_id WHERE p.tenant = ? "
        "AND p.reversed_business_date <> '' AND p.reversed_business_date >= ? AND p.reversed_op_id > ? "
        "AND coalesce(l.device, ?) = ?",
        (tenant, since_day, since_op, device, device),
    ).fetchall()
    return [BackRow(*row) for row in (*refunds, *taken_back)]


def opened_times(connection: Any, tenant: str, since: str) -> int:
    """How often the drawer was opened since a moment (UTC text)."""
    row = connection.execute(
        "SELECT count(*) FROM print_job WHERE tenant = ? AND kind = 'drawer' AND created_at > ? "
        "AND state IN ('printed', 'sending', 'queued')",
        (tenant, since),
    ).fetchone()
    return int(row[0])


def unsent(connection: Any, tenant: str) -> int:
    """Operations the hub has not answered yet."""
    row = connection.execute(
        "SELECT count(*) FROM outbox WHERE tenant = ? AND returned_at = '' AND acknowledged_at = ''", (tenant,)
    ).fetchone()
    return int(row[0])


def deposit(connection: Any, tenant: str, deposit_id: str) -> DepositRow | None:
    """One slip, or None."""
    row = connection.execute(f"{_DEPOSIT} WHERE tenant = ? AND deposit_id = ?", (tenant, deposit_id)).fetchone()
    return DepositRow(*row) if row else None


def deposits_of(connection: Any, tenant: str, close_id: str) -> list[DepositRow]:
    """The slips of a close, oldest first."""
    found = connection.execute(f"{_DEPOSIT} WHERE tenant = ? AND close_id = ? ORDER BY op_id", (tenant, close_id))
    return [DepositRow(*row) for row in found]


def payments_on(connection: Any, tenant: str, deposit_id: str) -> tuple[str, ...]:
    """The payments a slip lists."""
    found = connection.execute(
        "SELECT payment_id FROM deposited WHERE tenant = ? AND deposit_id = ? ORDER BY payment_id", (tenant, deposit_id)
    )
    return tuple(str(row[0]) for row in found)


def meta(connection: Any, tenant: str, key: str) -> str:
    """A single value a desk keeps, as JSON text; empty where there is none."""
    row = connection.execute("SELECT value FROM meta WHERE tenant = ? AND key = ?", (tenant, key)).fetchone()
    return str(row[0]) if row else ""
