"""A patient pays at home, and the front desk posts it: the processor's page, the hub, a window worked by keys."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from server.online.offered import CheckoutAsk
from tests.support.front import Front
from tests.support.hub import RunningHub
from tests.support.office import Office, rosas_visit
from tests.support.online import BACK, pay
from tests.support.online_office import online_office, owes
from tests.support.simulators import StripeProcess
from tests.support.stalls import STALL_MS, allowed_stall_ms
from tests.support.waiting import until
from tests.support.windows import themed  # noqa: F401
from widgets.refund.dialog import RefundDialog
from widgets.screens import INBOX

pytestmark = pytest.mark.usefixtures("themed", "cycles_wait")


SOON_S = 2.0
"""So long after the patient's click the window shows it, on a machine with nothing else to do."""


@pytest.fixture
def office(tmp_path: Path, own_sqlite_hub: RunningHub, processor: StripeProcess) -> Iterator[Office]:
    with online_office(tmp_path, own_sqlite_hub, processor) as made:
        yield made


def paid_at_home(office: Office, cents: int, key: str) -> None:
    """Rosa fills the processor's page in."""
    begun = office.hub.hub.online.begin_checkout(office.tenant, CheckoutAsk(
        key=key, patient_id="rosa", amount_cents=cents, channel="portal", return_url=BACK,
    ))  # fmt: skip
    assert pay(begun.url)[0] == 303


def badge(front: Front) -> int:
    count: int = front.window.shell.rail._items[INBOX]._count
    return count


def seen_after(front: Front, office: Office, cents: int, key: str) -> float:
    """Seconds from the patient's last click until the window shows it."""
    before, told = badge(front), dict[str, float]()

    def patient() -> None:
        paid_at_home(office, cents, key)
        told["at"] = time.monotonic()

    front.meanwhile(patient)
    front.wait(lambda: badge(front) == before + 1)
    return time.monotonic() - told["at"]


def refund_dialog(front: Front) -> Any:
    return next((each for each in front.window.findChildren(RefundDialog) if each.isVisible()), None)


def test_s1_08_s1_10_n49_paid_at_home_and_posted_at_the_desk_by_keys(
    office: Office, processor: StripeProcess
) -> None:  # fmt: skip
    from tests.journeys.test_screens_many_desks import seat

    with office.desk() as here:
        rosas_visit(here)
        until(lambda: here.desk.store.pending_count() == 0, 20)
        with seat(here) as front:
            quickest = min(seen_after(front, office, cents, f"form-{cents}") for cents in (1_000, 2_000))
            assert quickest < SOON_S * allowed_stall_ms() / STALL_MS
            assert (badge(front), owes(front)) == (2, 3_000)
            front.press("Ctrl+9")
            front.arrive(INBOX, lambda: len(front.state.rows) == 2)
            front.picture("online-inbox")
            for left in (1, 0):
                front.wait(lambda: not front.page.presenter.busy and front.state.lines and front.state.lines[0].waits)
                front.view.table.select_first()
                front.press("Return")
                front.wait(lambda: front.page.presenter._post is not None and front.page.presenter._post.isVisible())
                front.picture(f"online-post-{left}")
                front.press("Return")
                front.wait(lambda left=left: badge(front) == left)
            assert owes(front) == 0
            until(lambda: here.desk.store.pending_count() == 0, 20)
            assert office.hub.store.verify(office.tenant, deep=True) == []
            _refund_it(front, office, processor)


def _refund_it(front: Front, office: Office, running: StripeProcess) -> None:
    """All of the second payment goes back by keys; the hub asks the processor, and the row waits to be posted."""
    front.wait(lambda: not front.page.presenter.busy and front.state.lines and not front.state.lines[0].waits)
    front.view.table.select_first()
    front.press("R")
    front.wait(lambda: refund_dialog(front) is not None)
    front.wait(lambda: len(refund_dialog(front).summary.lines) >= 4)
    before = running.captured_cents()
    front.press("Alt+P")
    front.type("20")
    front.press("Return", "B")
    front.wait(lambda: refund_dialog(front).reason.key == "billing_error")
    front.picture("online-refund")
    front.press("Ctrl+Return")
    front.wait(lambda: refund_dialog(front) is None)
    front.wait(lambda: badge(front) == 1)
    assert running.captured_cents() < before
    front.wait(lambda: front.state.lines and front.state.lines[0].kind == "void")
    front.picture("online-void")
    front.view.table.select_first()
    front.press("Return")
    front.wait(lambda: front.page.presenter._post is not None and front.page.presenter._post.isVisible())
    front.press("Return")
    front.wait(lambda: badge(front) == 0)
    until(lambda: front.counter.desk.store.pending_count() == 0, 20)
    assert office.hub.store.verify(office.tenant, deep=True) == []
