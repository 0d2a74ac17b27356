"""What the database itself refuses, whatever our code believes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.operations import bodies
from models.store.desk import DeskStore
from models.store.hub import HubStore
from models.store.session import Session
from tests.support import stores
from tests.support.money_acts import correct, elsewhere, request
from tests.unit.models.store.takings import appointment, cash, charge, patient, record, spend


def _fill(desk: DeskStore) -> None:
    record(desk, patient(), appointment(), charge(cents=2500), cash("p1"), spend("p1", 1, 1000))


def _fill_more(desk: DeskStore) -> None:
    """A refund set aside, one made elsewhere, a correction, a discount, a dispute."""
    record(
        desk, cash("p3", cents=900, tender="card"), request("r1", "p3", 500, patient_id="patient-1", tender="card"),
        elsewhere("x1", 300, "patient-1"), cash("p4", cents=100), correct("p4", 40, "patient-1"),
        bodies.Adjust(adjustment_id="j1", charge_id="charge-1", patient_id="patient-1", kind="discount", group="PR",
                      reason_code="SELFPAY", amount_cents=100),
        bodies.DisputeOpened(dispute_id="d1", payment_id="p3", patient_id="patient-1", amount_cents=400),
    )  # fmt: skip


def _on_desk(desk: DeskStore, sql: str) -> int:
    with desk.write() as tx:
        return tx.session.run(sql)


@pytest.fixture
def filled(hub: HubStore, tmp_path: Path) -> Iterator[tuple[HubStore, DeskStore]]:
    desk = stores.joined_desk(hub, tmp_path)
    _fill(desk)
    _fill_more(desk)
    stores.sync(hub, desk)
    yield hub, desk
    desk.close()


def on_hub(hub: HubStore, sql: str) -> int:
    with hub._engine.begin() as connection:
        return Session(connection).run(sql)


FORBIDDEN = {
    "overspend a lot": "UPDATE account SET debits = debits + 1501 WHERE id = 'CR:p1'",
    "shrink a lot below what was spent": "UPDATE account SET credits = 999 WHERE id = 'CR:p1'",
    "promise more than a lot holds": "UPDATE account SET held = 1501 WHERE id = 'CR:p1'",
    "overpay a charge": "UPDATE account SET credits = credits + 1501 WHERE id = 'AR:charge-1'",
    "lower a charge below what was paid": "UPDATE account SET debits = 999 WHERE id = 'AR:charge-1'",
    "overspend in the pending layer": "UPDATE account SET pending_debits = 1501 WHERE id = 'CR:p1'",
    "a negative total": "UPDATE account SET debits = -1 WHERE id = 'RESP:patient-1'",
    "a transfer of nothing": (
        "INSERT INTO transfer (tenant, op_id, n, seq, debit, credit, amount_cents) "
        "VALUES ('clinic', 'x', 0, 99, 'CHK', 'CR:p1', 0)"
    ),
    "a transfer to itself": (
        "INSERT INTO transfer (tenant, op_id, n, seq, debit, credit, amount_cents) "
        "VALUES ('clinic', 'x', 0, 99, 'CHK', 'CHK', 1)"
    ),
    "a transfer in both layers": (
        "INSERT INTO transfer (tenant, op_id, n, seq, pending_no, debit, credit, amount_cents) "
        "VALUES ('clinic', 'x', 0, 99, 5, 'CHK', 'CR:p1', 1)"
    ),
    "change a confirmed transfer": "UPDATE transfer SET amount_cents = 1 WHERE seq > 0",
    "delete a confirmed transfer": "DELETE FROM transfer WHERE seq > 0",
    "change the log": "UPDATE log SET verdict = 'accepted'",
    "delete from the log": "DELETE FROM log",
    "two payments with one receipt number": (
        "INSERT INTO payment (tenant, payment_id, amount_cents, receipt_no) VALUES ('clinic', 'p2', 1, 'R-p1')"
    ),
    "a payment of nothing": "INSERT INTO payment (tenant, payment_id, amount_cents) VALUES ('clinic', 'p2', 0)",
    "a negative charge": "UPDATE charge SET responsibility_cents = -1",
    "give back more than was set aside": "UPDATE account SET debits = debits + 501 WHERE id = 'RFP:r1'",
    "net more than was given back elsewhere": "UPDATE account SET credits = credits + 301 WHERE id = 'RFU:x1'",
    "a refund of nothing": "UPDATE refund SET amount_cents = 0",
    "a refund in a state nobody knows": "UPDATE refund SET state = 'perhaps'",
    "a refund of a kind nobody knows": "UPDATE refund SET kind = 'gift'",
    "a refund of no payment": "UPDATE refund SET payment_id = '' WHERE refund_id = 'r1'",
    "a refund elsewhere of a payment": "UPDATE refund SET payment_id = 'p1' WHERE refund_id = 'x1'",
    "a correction that waits": "UPDATE refund SET state = 'requested' WHERE kind = 'correction'",
    "two refunds with one id": (
        "INSERT INTO refund (tenant, refund_id, kind, state, payment_id, amount_cents) "
        "VALUES ('clinic', 'r1', 'refund', 'paid', 'p1', 1)"
    ),
    "an adjustment of nothing": "UPDATE adjustment SET amount_cents = 0",
    "an adjustment of a kind nobody knows": "UPDATE adjustment SET kind = 'gift'",
    "a dispute of nothing": "UPDATE dispute SET amount_cents = 0",
    "a dispute with a negative fee": "UPDATE dispute SET fee_cents = -1",
    "a dispute with an end nobody knows": "UPDATE dispute SET outcome = 'perhaps', closed_at = 'now'",
    "a dispute that ended at no time": "UPDATE dispute SET outcome = 'won'",
    "two operations with one id": (
        "INSERT INTO log (tenant, seq, op_id) SELECT tenant, 9999, op_id FROM log WHERE seq = 1"
    ),
    "two operations in one place of a stream": (
        "INSERT INTO log (tenant, seq, op_id, device, epoch, dseq) "
        "SELECT tenant, 9999, 'x', device, epoch, dseq FROM log WHERE dseq = 1"
    ),
}


def test_the_hub_database_refuses(filled: tuple[HubStore, DeskStore]) -> None:
    hub, _ = filled
    for act, sql in FORBIDDEN.items():
        with pytest.raises(Exception, match=r"(?i)constraint|insert only|unique"):
            on_hub(hub, sql)
        assert hub.verify(stores.TENANT, deep=True) == [], act


def test_the_desk_database_refuses_the_same(tmp_path: Path) -> None:
    hub = stores.sqlite_hub(tmp_path)
    desk = stores.joined_desk(hub, tmp_path)
    _fill(desk)
    _fill_more(desk)
    stores.sync(hub, desk)
    for act, sql in FORBIDDEN.items():
        with pytest.raises(Exception, match=r"(?i)constraint|insert only|unique"):
            _on_desk(desk, sql)
        assert desk.verify(deep=True) == [], act
    desk.close()
    hub.close()


def test_the_pending_layer_may_be_taken_away(desk: DeskStore) -> None:
    _fill(desk)
    assert _on_desk(desk, "DELETE FROM transfer WHERE seq = 0") == 3


def test_what_is_allowed_to_the_cent(filled: tuple[HubStore, DeskStore]) -> None:
    """The guards do not refuse the last cent."""
    hub, _ = filled
    assert on_hub(hub, "UPDATE account SET held = 1500 WHERE id = 'CR:p1'") == 1
    assert on_hub(hub, "UPDATE account SET held = 0 WHERE id = 'CR:p1'") == 1
