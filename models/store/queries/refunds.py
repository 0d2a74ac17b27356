"""Money that goes back: refunds and corrections of payments, what a payment still holds, disputes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from models.store.queries.rows import NET, marks


@dataclass(frozen=True, slots=True)
class RefundRow:
    """A refund, correction, or refund made elsewhere, as it stands. `state` is requested, paid, failed or undone;
    `seq` 0: the hub has not confirmed it yet."""

    refund_id: str
    payment_id: str
    patient_id: str
    kind: str
    state: str
    amount_cents: int
    tender: str
    method_id: str = ""
    reason: str = ""
    note: str = ""
    number: str = ""
    receipt_no: str = ""
    check_no: str = ""
    brand: str = ""
    last4: str = ""
    auth_code: str = ""
    drawer: str = ""
    requested_at: str = ""
    requested_by: str = ""
    supervisor: str = ""
    device: str = ""
    business_date: str = ""
    request_op_id: str = ""
    settled_at: str = ""
    settled_by: str = ""
    settled_business_date: str = ""
    received_date: str = ""
    seq: int = 0


@dataclass(frozen=True, slots=True)
class HeldRow:
    """What a payment still holds, in cents: on the account (free and set aside), paid to charges, and what of it went
    back: by refunds (set aside or paid out), corrections, and what a bank took back in disputes that are open or that
    the practice bears; `charged_back_cents` what it took for good, owed again since."""

    unallocated_cents: int
    paid_cents: int
    refunded_cents: int
    corrected_cents: int
    disputed_cents: int
    charged_back_cents: int = 0

    @property
    def held_cents(self) -> int:
        """What is still here of it in the books."""
        return self.unallocated_cents + self.paid_cents

    @property
    def refundable_cents(self) -> int:
        """What may still go back: the patient has from the bank what is or was in dispute."""
        return max(self.held_cents - self.disputed_cents, 0)


@dataclass(frozen=True, slots=True)
class TakenRow:
    """One transfer of a request: its code, cents, and the charge or visit of the account it took from."""

    code: str
    cents: int
    charge_id: str
    appointment_id: str


@dataclass(frozen=True, slots=True)
class ReceiptItemRow:
    """A charge or visit in the words of a receipt."""

    item_id: str
    description: str
    service_date: str
    kind: str
    code: str
    practitioner: str
    appointment_id: str
    owed_cents: int


_REFUND = ", ".join(field.name for field in fields(RefundRow))


def refund(connection: Any, tenant: str, refund_id: str) -> RefundRow | None:
    """One refund, or None."""
    row = connection.execute(
        f"SELECT {_REFUND} FROM refund WHERE tenant = ? AND refund_id = ?", (tenant, refund_id)
    ).fetchone()
    return RefundRow(*row) if row else None


def unfinished(connection: Any, tenant: str, device: str) -> list[RefundRow]:
    """Refunds this desk began whose money is set aside and was not handed back, oldest first; those whose card is
    being asked about are left out."""
    found = connection.execute(
        f"SELECT {_REFUND} FROM refund r WHERE tenant = ? AND state = 'requested' AND tender <> 'online' "
        "AND device = ? AND NOT EXISTS "
        "(SELECT 1 FROM terminal_attempt t WHERE t.tenant = r.tenant AND t.refund_id = r.refund_id "
        "AND t.state <> 'resolved') ORDER BY requested_at, refund_id",
        (tenant, device),
    )
    return [RefundRow(*row) for row in found]


def held(connection: Any, tenant: str, payment_id: str) -> HeldRow:
    """What a payment still holds and what went back of it."""
    lies = connection.execute(
        f"SELECT coalesce(sum({NET}), 0) FROM account a WHERE a.tenant = ? AND a.payment_id = ? "
        "AND a.code IN ('CR', 'CRE')",
        (tenant, payment_id),
    ).fetchone()
    paid = connection.execute(
        "WITH lot AS (SELECT id FROM account WHERE tenant = :tenant AND payment_id = :payment "
        "AND code IN ('CR', 'CRE')) SELECT coalesce(sum(cents), 0) FROM ("
        "SELECT amount_cents AS cents FROM transfer WHERE tenant = :tenant "
        "AND debit IN (SELECT id FROM lot) AND code IN ('allocate', 'auto_allocate') "
        "UNION ALL SELECT -amount_cents FROM transfer WHERE tenant = :tenant "
        "AND credit IN (SELECT id FROM lot) AND code = 'release')",
        {"tenant": tenant, "payment": payment_id},
    ).fetchone()
    back = dict(connection.execute(
        "SELECT kind, sum(amount_cents) FROM refund WHERE tenant = ? AND payment_id = ? "
        "AND state IN ('requested', 'paid') GROUP BY kind", (tenant, payment_id),
    ).fetchall())  # fmt: skip
    disputed = connection.execute(
        "SELECT coalesce(sum(CASE WHEN outcome IN ('', 'absorbed') THEN amount_cents END), 0), "
        "coalesce(sum(CASE WHEN outcome = 'owed_again' THEN amount_cents END), 0) "
        "FROM dispute WHERE tenant = ? AND payment_id = ?",
        (tenant, payment_id),
    ).fetchone()
    return HeldRow(int(lies[0]), int(paid[0]), int(back.get("refund", 0)), int(back.get("correction", 0)),
                   int(disputed[0]), int(disputed[1]))  # fmt: skip


def gone_back(connection: Any, tenant: str, payment_id: str) -> tuple[int, int]:
    """(refunded, corrected) cents of a payment that went: what is only set aside has not."""
    found = dict(connection.execute(
        "SELECT kind, sum(amount_cents) FROM refund WHERE tenant = ? AND payment_id = ? AND state = 'paid' "
        "GROUP BY kind", (tenant, payment_id),
    ).fetchall())  # fmt: skip
    return int(found.get("refund", 0)), int(found.get("correction", 0))


def named_by(connection: Any, tenant: str, payment_id: str) -> tuple[str, ...]:
    """The refunds, corrections and disputes of a payment, by their ids."""
    found = connection.execute(
        "SELECT refund_id FROM refund WHERE tenant = ? AND payment_id = ? UNION ALL "
        "SELECT dispute_id FROM dispute WHERE tenant = ? AND payment_id = ?",
        (tenant, payment_id, tenant, payment_id),
    )
    return tuple(str(row[0]) for row in found)


def paid_by(connection: Any, tenant: str, attempt_ids: Iterable[str], since: str) -> list[tuple[str, RefundRow]]:
    """(attempt, refund) of the refunds since a day (ISO) that these tries gave to cards, as far as the money is still
    gone; of every desk."""
    asked = list(attempt_ids)
    found = connection.execute(
        f"SELECT attempt_id, {_REFUND} FROM refund WHERE tenant = ? AND business_date >= ? AND state = 'paid' "
        f"AND tender = 'card' AND attempt_id IN ({marks(len(asked))})",
        (tenant, since, *asked),
    )
    return [(row[0], RefundRow(*row[1:])) for row in found]


def waits_at(connection: Any, tenant: str, refund_id: str) -> list[tuple[str, int]]:
    """(account id, cents not netted yet) of a refund made elsewhere."""
    found = connection.execute(
        f"SELECT a.id, -({NET}) FROM account a WHERE a.tenant = ? AND a.code = 'RFU' "
        "AND (a.id = ? OR a.id LIKE ?) ORDER BY a.id",
        (tenant, f"RFU:{refund_id}", f"RFU:{refund_id}:%"),
    )
    return [(str(row[0]), int(row[1])) for row in found]


def taken_by(connection: Any, tenant: str, op_id: str) -> list[TakenRow]:
    """What a request took, transfer by transfer; empty until it is written."""
    found = connection.execute(
        "SELECT t.code, t.amount_cents, d.charge_id, d.appointment_id FROM transfer t "
        "JOIN account d ON d.tenant = t.tenant AND d.id = t.debit WHERE t.tenant = ? AND t.op_id = ? "
        "ORDER BY t.n",
        (tenant, op_id),
    )
    return [TakenRow(*row) for row in found]


def charges(connection: Any, tenant: str, charge_ids: Iterable[str]) -> dict[str, ReceiptItemRow]:
    """Charges by id, with what is owed on them."""
    ids = list(charge_ids)
    found = connection.execute(
        "SELECT c.id, c.description, c.service_date, c.kind, c.code, coalesce(w.name, ''), c.appointment_id, "
        f"coalesce((SELECT -({NET}) FROM account a WHERE a.tenant = c.tenant AND a.id = 'AR:' || c.id), 0) "
        "FROM charge c LEFT JOIN practitioner w ON w.tenant = c.tenant AND w.id = c.practitioner_id "
        f"WHERE c.tenant = ? AND c.id IN ({marks(len(ids))})",
        (tenant, *ids),
    )
    return {row[0]: ReceiptItemRow(*row) for row in found}


def visits(connection: Any, tenant: str, appointment_ids: Iterable[str]) -> dict[str, ReceiptItemRow]:
    """Visits by id, with what is owed on all their charges."""
    ids = list(appointment_ids)
    found = connection.execute(
        "SELECT v.id, coalesce(nullif(v.title, ''), v.reason, ''), v.service_date, 'prepayment', '', "
        "coalesce(w.name, ''), v.id, coalesce((SELECT sum(-("
        f"{NET})) FROM account a WHERE a.tenant = v.tenant AND a.appointment_id = v.id AND a.code = 'AR'), 0) "
        "FROM appointment v LEFT JOIN practitioner w ON w.tenant = v.tenant AND w.id = v.practitioner_id "
        f"WHERE v.tenant = ? AND v.id IN ({marks(len(ids))})",
        (tenant, *ids),
    )
    return {row[0]: ReceiptItemRow(*row) for row in found}
