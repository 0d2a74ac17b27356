"""Bank debits in the log: whatever is written down in which order, how often, each ends one way at hub and desks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from models.ledger.memory import memory_book
from models.ledger.posting import settle
from models.ledger.states import Verdict
from models.operations import online
from models.store.desk import DeskStore
from models.store.hub import HubStore
from models.store.hub_online import Captured
from models.store.online_journal import AttemptRow
from models.store.queries import online as reads
from models.store.queries.insured import asking
from tests.support import stores
from tests.support.acts import OpMaker

AT = datetime(2026, 5, 14, 14, 0, tzinfo=UTC)
MOVES = ("asked", "refused", "came")
numbers = count(1)


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[HubStore, DeskStore]]:
    folder, at = tmp_path_factory.mktemp("debits"), stores.clock()
    hub = stores.sqlite_hub(folder, at)
    desk = stores.joined_desk(hub, folder, at=at)
    yield hub, desk
    desk.close()
    hub.close()


def move(hub: HubStore, what: str, intent: str) -> bool:
    """Write one thing down, as a worker does that has just looked. Is it news?"""
    attempt = AttemptRow(stores.TENANT, f"at-{intent}", "checkout", f"payer-{intent}", 7_500, "portal", {}, "open", "",
                         "", "", "", "", "2026-05-14T14:00:00.000Z", "2026-05-14T14:00:00.000Z", 0)  # fmt: skip
    taken = Captured(intent, f"py_{intent}", 7_500, AT, "First Bank", "6789", way=online.BANK)
    if what == "came":
        return hub.online.receive(stores.TENANT, attempt, taken).news
    if what == "refused":
        return hub.online.refused(stores.TENANT, attempt, taken, "insufficient_funds")
    return hub.online.processing(stores.TENANT, attempt, taken)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(["came", "asked"])
@example(["refused", "asked", "came"])
@example(["asked", "came", "refused"])
@given(st.lists(st.sampled_from(MOVES), min_size=1, max_size=6))
def test_s2_16_whatever_is_told_in_which_order_a_debit_ends_one_way(
    clinic: tuple[HubStore, DeskStore], told: list[str]
) -> None:
    hub, desk = clinic
    intent = f"pi_{next(numbers)}"
    news = [what for what in told if move(hub, what, intent)]
    assert len(news) == len(set(news)), "nothing is said twice"
    assert "came" not in news or news[-1] == "came", "nothing is said of a bank that has paid"
    stores.sync(hub, desk)
    with desk.reader() as reader:
        ask = asking(reader)
        waits = reads.unposted(ask, stores.TENANT, f"payer-{intent}")
        rows = reader.execute("SELECT state FROM online_debit WHERE intent = ?", (intent,)).fetchall()
        money = reader.execute("SELECT amount_cents, way FROM online_payment WHERE intent = ?", (intent,)).fetchall()
    ended = "received" if "came" in told else "refused" if "refused" in told else "processing"
    assert [row[0] for row in rows] in ([[ended]] if ended != "received" else [[ended], []])
    assert money == ([(7_500, "bank")] if ended == "received" else [])
    assert [(each.amount_cents, bool(each.processing)) for each in waits] == (
        [] if ended == "refused" else [(7_500, ended == "processing")]
    )
    assert hub.online.recent_unposted(stores.TENANT, f"payer-{intent}") == waits
    assert hub.verify(stores.TENANT) == []


@pytest.mark.parametrize("body", [
    online.OnlineProcessing(online_id="o", patient_id="ada", amount_cents=7_500, channel="portal", asked_at="",
                            intent="pi"),
    online.OnlineRefused(online_id="o", patient_id="ada"),
])  # fmt: skip
def test_no_desk_says_what_a_bank_did(body: object) -> None:
    [entry] = settle(OpMaker().make(body), memory_book())
    assert (entry.verdict, entry.reason, entry.transfers) == (Verdict.QUARANTINED, "derived_by_hub", ())
