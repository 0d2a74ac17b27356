"""What a patient owes and what lies on the account: for Collect, and for the check under the writer's lock.

Asked for one record of a person, every question answers for the person (H17).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from models.ledger.accounts import Code
from models.ledger.figures import Figures, figures_from_balances, figures_from_history
from models.ledger.states import Balance, Transfer
from models.store.queries import people
from models.store.queries.rows import CHARGE_COLUMNS, CHARGE_JOIN, NET, OTHERS, ChargeRow, LotRow, marks
from models.store.queries.tasks import DOUBTED


def open_charges(connection: Any, tenant: str, patient_id: str) -> list[ChargeRow]:
    """Every charge of a patient on which something is owed, oldest first."""
    mine = people.records(connection, tenant, patient_id)
    found = connection.execute(
        f"SELECT {CHARGE_COLUMNS} FROM account a {CHARGE_JOIN} WHERE a.tenant = ? "
        f"AND a.patient_id IN ({marks(len(mine))}) AND a.code = 'AR' AND {NET} < 0 ORDER BY c.service_date, c.id",
        (tenant, *mine),
    )
    return [ChargeRow(*row) for row in found]


def owed_on(connection: Any, tenant: str, charge_id: str) -> int:
    """Cents owed on one charge; 0 for one that is not known."""
    row = connection.execute(f"SELECT -({NET}) FROM account a WHERE a.tenant = ? AND a.id = ?",
                             (tenant, f"AR:{charge_id}")).fetchone()  # fmt: skip
    return int(row[0]) if row else 0


def charged_on_visit(connection: Any, tenant: str, appointment_id: str) -> int:
    """How many cents the charges of a visit made the patient responsible for, paid or not."""
    row = connection.execute(
        "SELECT coalesce(sum(responsibility_cents), 0) FROM charge "
        "WHERE tenant = ? AND appointment_id = ? AND deleted_at = ''",
        (tenant, appointment_id),
    ).fetchone()
    return int(row[0])


def lots(connection: Any, tenant: str, patient_id: str) -> list[LotRow]:
    """Money on account, free or set aside for a visit; oldest payment first: ids of operations grow with time."""
    mine = people.records(connection, tenant, patient_id)
    found = connection.execute(
        f"SELECT {people.person_of('a')}, a.payment_id, a.appointment_id, {NET} - {OTHERS} FROM account a "
        "LEFT JOIN payment y ON y.tenant = a.tenant AND y.payment_id = a.payment_id "
        f"WHERE a.tenant = ? AND a.patient_id IN ({marks(len(mine))}) AND a.code IN ('CR', 'CRE') "
        f"AND {NET} - {OTHERS} > 0 ORDER BY y.taken_at, y.collect_op_id, a.payment_id",
        (tenant, *mine),
    )
    return [LotRow(*row) for row in found]


def given_back_elsewhere(connection: Any, tenant: str, patient_id: str) -> int:
    """Cents other programs gave back that are not netted with a payment yet (domain row N11)."""
    mine = people.records(connection, tenant, patient_id)
    row = connection.execute(
        f"SELECT coalesce(sum(-({NET})), 0) FROM account a WHERE a.tenant = ? "
        f"AND a.patient_id IN ({marks(len(mine))}) AND a.code = 'RFU'",
        (tenant, *mine),
    ).fetchone()
    return int(row[0])


def prepaid_for(connection: Any, tenant: str, appointment_id: str) -> int:
    """Cents that wait for the charges of a visit."""
    row = connection.execute(
        f"SELECT coalesce(sum({NET}), 0) FROM account a WHERE a.tenant = ? AND a.appointment_id = ? AND a.code = 'CRE'",
        (tenant, appointment_id),
    ).fetchone()
    return int(row[0])


def figures(connection: Any, tenant: str, patient_id: str) -> Figures:
    """The five figures of a patient, from balances."""
    mine = people.records(connection, tenant, patient_id)
    found = connection.execute(
        "SELECT code, sum(debits + pending_debits), sum(credits + pending_credits) FROM account "
        f"WHERE tenant = ? AND patient_id IN ({marks(len(mine))}) GROUP BY code",
        (tenant, *mine),
    )
    return figures_from_balances((Code(row[0]), Balance(row[1], row[2])) for row in found)


def moved(connection: Any, tenant: str, patient_id: str, transfers: Iterable[Transfer]) -> Figures:
    """What transfers change about the figures of a person."""
    return figures_from_history(transfers, *people.records(connection, tenant, patient_id))


def head_seq(connection: Any, tenant: str) -> int:
    """The log position this desk stands at: what a person is looking at."""
    row = connection.execute("SELECT cursor_seq FROM stream WHERE tenant = ?", (tenant,)).fetchone()
    return int(row[0]) if row else 0


def attempt_in_doubt(connection: Any, tenant: str, patient_id: str) -> tuple[str, int] | None:
    """(attempt id, cents) of a card attempt of this patient whose outcome is not known, here or (as far as it is known
    here) at another desk, or None."""
    mine = people.records(connection, tenant, patient_id)
    whose = f"patient_id IN ({marks(len(mine))})"
    row = connection.execute(
        f"SELECT attempt_id, amount_cents FROM terminal_attempt WHERE tenant = ? AND state <> 'resolved' AND {whose} "
        f"UNION ALL SELECT task_id, amount_cents FROM task t WHERE t.tenant = ? AND {DOUBTED} AND {whose} LIMIT 1",
        (tenant, *mine, tenant, *mine),
    ).fetchone()
    return (str(row[0]), int(row[1])) if row else None


def charges_of_visit(connection: Any, tenant: str, appointment_id: str) -> list[ChargeRow]:
    """Every charge of a visit, paid or not."""
    found = connection.execute(
        f"SELECT {CHARGE_COLUMNS} FROM account a {CHARGE_JOIN} "
        "WHERE a.tenant = ? AND a.appointment_id = ? AND a.code = 'AR' ORDER BY c.service_date, c.id",
        (tenant, appointment_id),
    )
    return [ChargeRow(*row) for row in found]


def spent_under(connection: Any, tenant: str, group: str) -> int:
    """Cents of credit that the desk already allocated under one sheet, among its last thousand operations."""
    row = connection.execute(
        "SELECT coalesce(sum(json_extract(l.value, '$.amount_cents')), 0) FROM outbox o, "
        "json_each(json_extract(o.op, '$.body.lines')) l, stream t WHERE o.tenant = ? AND t.tenant = o.tenant "
        "AND o.epoch = t.epoch AND o.dseq > t.dseq - 1000 AND o.group_id = ?",
        (tenant, group),
    ).fetchone()
    return int(row[0])
