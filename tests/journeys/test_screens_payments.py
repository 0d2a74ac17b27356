"""The payments by keys alone: cards, filters, order, paging, columns, copying, saving, and other desks at work."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.front import Front, front
from tests.support.payments_in_every_status import every_status
from tests.support.windows import themed  # noqa: F401
from widgets.screens import LEDGER, PAYMENTS

pytestmark = pytest.mark.usefixtures("themed")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Front]:
    with front(tmp_path, every_status) as made:
        made.press("Ctrl+3")
        made.arrive(PAYMENTS, lambda: made.state.total == 9 and made.state.dashboard is not None)
        yield made


def rows(desk: Front) -> list[str]:
    return [row.key for row in desk.view.table.rows]


def test_s2_02_keys_alone_lead_through_the_list(desk: Front) -> None:
    desk.picture("window-payments")
    assert len(rows(desk)) == 9
    desk.press("Ctrl+L")
    desk.arrive(LEDGER)
    desk.press("Esc")
    desk.arrive(PAYMENTS)
