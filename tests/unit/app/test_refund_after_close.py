"""A refund is handed back before the desk that gave it has counted its drawer, at whichever desk the patient stands."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.accounts import Accounts
from app.attempts import Attempts
from app.card_reader import CardReader
from app.clinic import Clinic
from app.collected import Telling
from app.posting import Posting
from app.recovery import Recovery
from app.refunds import Refunds
from app.settings import Settings
from app.till import Till
from app.verdicts import Verdicts
from models.basics.clock import FixedClock
from models.basics.errors import RuleBroken
from models.operations import bodies
from models.store.desk import DeskStore
from tests.support import stores
from tests.support.acts import collect
from tests.support.clinic import MARIA
from tests.support.stores import TODAY, sync
from tests.unit.models.store.takings import patient, record


def refunds_at(store: DeskStore, clock: FixedClock) -> Refunds:
    """The story over a store alone."""
    clinic, settings = Clinic(store, clock), Settings(None)
    posting = Posting(clinic, settings)
    till = Till(clinic, settings, posting, Telling(clinic, settings, posting), lambda: None)
    attempts, reader = Attempts(till), CardReader(settings)
    recovery = Recovery(till, attempts, reader, lambda _step: None)
    return Refunds(till, attempts, reader, recovery, Verdicts(clinic, None), lambda _step: None)


@pytest.mark.parametrize("counted", [False, True])
def test_s0_41_a_refund_of_a_closed_drawer_is_not_handed_back_at_another_desk(tmp_path: Path, counted: bool) -> None:
    clock = FixedClock(datetime(2026, 3, 16, 15, 0, tzinfo=UTC))
    hub = stores.sqlite_hub(tmp_path, clock)
    one, two = (stores.joined_desk(hub, tmp_path, name, clock) for name in ("one", "two"))
    assert one.identity is not None
    drawer = one.identity.device_id
    record(one, patient(), collect("p1", "patient-1", 5000))
    record(one, bodies.RefundRequest(refund_id="r1", payment_id="p1", patient_id="patient-1", amount_cents=1000,
                                     tender="cash", reason="other", number="REF-1"),
           bodies.RefundPaid(refund_id="r1", payment_id="p1", patient_id="patient-1", amount_cents=1000, tender="cash",
                             receipt_no="R-r1", drawer=drawer))  # fmt: skip
    if counted:
        record(one, bodies.DrawerClosed(close_id="z", drawer=drawer, number="Z", float_cents=0, expected_cents=-1000,
                                        counted_cents=0, kept_cents=0))  # fmt: skip
    sync(hub, one, two)
    [line] = Accounts(Clinic(two, clock), Settings(None)).ledger("patient-1").payments
    assert [part.can_undo for part in line.parts if part.kind == "refund"] == [not counted], (
        "what is refused is not offered"
    )
    story = refunds_at(two, clock)
    if counted:
        with pytest.raises(RuleBroken, match="undo_not_today"):
            story.undo("r1", "changed their mind", MARIA)
    else:
        story.undo("r1", "changed their mind", MARIA)
    with two.reader() as reader:
        assert reader.execute("SELECT state, business_date FROM refund").fetchall() == [
            ("paid" if counted else "undone", TODAY)]  # fmt: skip
    for store in (one, two):
        store.close()
    hub.close()
