"""A card payment that one desk does not know the end of: what the other desks hear and show of it, and until when."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.settings import TERMINAL_URL
from app.views import CollectEnd, TenderKind
from models.basics.errors import PaymentUnavailable, RuleBroken
from tests.support.clinic import MARIA, PRIYA
from tests.support.counter import Counter
from tests.support.front import Front, attended
from tests.support.hub import RunningHub
from tests.support.office import Office, rosas_visit
from tests.support.simulators import PaxProcess
from tests.support.waiting import until
from tests.support.windows import themed  # noqa: F401
from widgets.screens import ATTENTION, Place

pytestmark = pytest.mark.usefixtures("themed", "cycles_wait")


NOBODY = "pax+tcp://127.0.0.1:9"
"""A reader of this desk's own, switched off."""


@pytest.fixture
def office(tmp_path: Path, own_sqlite_hub: RunningHub) -> Iterator[Office]:
    made = Office(tmp_path, own_sqlite_hub)
    yield made
    made.close()


def kinds(here: Counter) -> list[str]:
    return [item.kind for item in here.desk.attention.items()]


def lose_the_answer(here: Counter, terminal: PaxProcess) -> str:
    """Rosa's card is charged, and the wire breaks before the desk hears of it: the attempt's id."""
    terminal.next("unplug:answer")
    found = here.collect(here.request(here.sheet(), TenderKind.CARD))
    assert found.end is CollectEnd.UNKNOWN
    terminal.replug()
    return str(found.facts["attempt_id"])


def find_out(here: Counter, attempt_id: str) -> None:
    """The desk asks its reader until that is plugged in again and tells."""
    terminal = here.desk.lanes["terminal"]
    until(lambda: terminal.call(lambda job: here.desk.recovery.check(attempt_id, job), 60).end is CollectEnd.TAKEN, 60)


def test_other_desks_take_no_card_and_say_so_until_it_is_known(office: Office, terminal: PaxProcess) -> None:
    with office.desk("Lab") as lab, office.desk("Checkout") as here:
        rosas_visit(here)
        until(lambda: lab.rows("SELECT count(*) FROM charge")[0][0] == 1, 20)
        lab.desk.settings.set(TERMINAL_URL, terminal.url)
        here.desk.settings.set(TERMINAL_URL, NOBODY)  # two desks cannot hold one cable
        attempt_id = lose_the_answer(lab, terminal)
        until(lambda: kinds(here) == ["doubted_payment"], 20)
        assert kinds(lab) == ["unknown_payment"], "the desk itself lists it once"
        assert here.sheet().frozen_by_unknown
        with pytest.raises(PaymentUnavailable) as frozen:
            here.collect(here.request(here.sheet(), TenderKind.CARD))
        assert (frozen.value.message_key, frozen.value.facts["cents"]) == ("card.frozen", 3000)
        with attended() as watch:
            front = Front(here, watch)
            front.window.session.sign_in(MARIA)
            front.window.navigator.top(Place(ATTENTION))
            front.arrive(ATTENTION, lambda: front.state.detail is not None)
            watch.longest_ms = 0.0
            assert front.state.detail.title == "A card payment at Desk 2 is not known yet"
            assert front.window.shell.rail is not None
            front.picture("doubt-elsewhere")
            front.meanwhile(lambda: find_out(lab, attempt_id))
            front.wait(lambda: front.state.rows == (), 60)
            front.window.hide()
            front.window.deleteLater()
        until(lambda: here.payments() == [("card", 3000, "")], 20)
        assert (kinds(lab), kinds(here)) == ([], [])
        assert not here.sheet().frozen_by_unknown
        assert terminal.captured_cents() == 3000
        lab.holds()
        here.holds()


def test_a_manager_who_saw_how_it_ended_frees_the_card_when_that_desk_is_lost(
    office: Office, terminal: PaxProcess
) -> None:
    with office.desk("Lab") as lab, office.desk("Checkout") as here:
        rosas_visit(here)
        until(lambda: lab.rows("SELECT count(*) FROM charge")[0][0] == 1, 20)
        lab.desk.settings.set(TERMINAL_URL, terminal.url)
        attempt_id = lose_the_answer(lab, terminal)
        until(lambda: kinds(here) == ["doubted_payment"], 20)
        with pytest.raises(RuleBroken, match=r"attention\.not_found"):
            here.desk.attention.close(attempt_id, PRIYA)
        with pytest.raises(RuleBroken, match=r"attention\.reason_missing"):
            here.desk.attention.resolve(attempt_id, "seen", " ", PRIYA)
        here.desk.attention.resolve(attempt_id, "seen", "The desk burnt; the slip says approved", PRIYA)
        assert kinds(here) == []
        assert not here.sheet().frozen_by_unknown
        assert [line.how for line in here.desk.attention_lists.solved().lines] == ["solved.seen"]
        assert kinds(lab) == ["unknown_payment"], "the desk that owes the answer goes on asking"
