"""Money back to cards, over a real line to a terminal in another process: written down before it is sent, never sent
twice, never guessed. The simulated bank is the truth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from app.lanes import Job
from app.refund_views import RefundEnd, RefundOrder, TakeBack, TakeBackOrder
from app.settings import TERMINAL_URL
from app.views import CollectEnd, TenderKind
from models.basics.errors import PaymentUnavailable, RuleBroken
from tests.support.clinic import MARIA, PRIYA
from tests.support.counter import Counter, counter, furnish, rosa_with_copay_and_balance
from tests.support.killed_paying import DesksThatDie
from tests.support.simulators import PaxProcess, printer_running
from tests.support.waiting import until


@pytest.fixture
def desk(tmp_path: Path, terminal: PaxProcess) -> Iterator[Counter]:
    terminal.reset()
    with counter(tmp_path, rosa_with_copay_and_balance, terminal=terminal.url) as here:
        yield here
        here.holds()


def paid_by_card(desk: Counter) -> str:
    taken = desk.collect(desk.request(desk.sheet(), TenderKind.CARD))
    assert taken.end is CollectEnd.TAKEN
    return taken.payment_id


def on_lane(desk: Counter, work: Callable[[Job[Any]], Any], lane: str = "terminal") -> Any:
    """Do it where the window does: one at a time with everything else the reader is asked."""
    return desk.desk.lanes[lane].call(work, 60.0)


def refund(desk: Counter, payment_id: str, cents: int, **more: Any) -> Any:
    story = desk.desk.refunds
    order = RefundOrder(story.open(payment_id), cents, "patient_request", **more)
    return on_lane(desk, lambda job: story.refund(order, PRIYA, job), story.lane_for(order.way.tender))


def stands(desk: Counter) -> list[Any]:
    """(state, cents) of every refund."""
    return desk.rows("SELECT state, amount_cents FROM refund ORDER BY requested_at, refund_id")


def aside(desk: Counter) -> int:
    """Cents set aside to go back."""
    [(cents,)] = desk.rows("SELECT coalesce(sum(credits + pending_credits - debits - pending_debits), 0) FROM account "
                           "WHERE code = 'RFP'")  # fmt: skip
    return int(cents)


def test_s0_25_part_of_a_card_payment_goes_back(desk: Counter, terminal: PaxProcess) -> None:
    payment_id = paid_by_card(desk)
    sheet = desk.desk.refunds.open(payment_id)
    assert sheet.left_cents == 7500, "at first all of it"
    assert sheet.way().words == "Visa •••• 4242"
    told = refund(desk, payment_id, 2500)
    assert (told.end, told.amount_cents) == (RefundEnd.PAID, 2500)
    assert terminal.captured_cents() == 5000
    assert stands(desk) == [("paid", 2500)]
    assert aside(desk) == 0
    assert told.receipt.tenders[0].last4 == "4242"
    assert told.receipt.tenders[0].auth_code
    assert desk.rows("SELECT state, outcome, refund_id <> '' FROM terminal_attempt ORDER BY rowid")[-1] == (
        "resolved", "approved", 1)  # fmt: skip


def test_s0_25_a_cent_more_than_was_paid_is_an_error(desk: Counter, terminal: PaxProcess) -> None:
    payment_id = paid_by_card(desk)
    with pytest.raises(RuleBroken) as told:
        refund(desk, payment_id, 7501)
    assert told.value.message_key == "refund.amount"
    assert terminal.captured_cents() == 7500
    assert stands(desk) == []


@pytest.mark.parametrize(
    ("fault", "end"), [("declined", RefundEnd.DECLINED), ("refused:NOT SUPPORTED", RefundEnd.NOT_SENT)]
)
def test_the_bank_says_no(desk: Counter, terminal: PaxProcess, fault: str, end: RefundEnd) -> None:
    payment_id = paid_by_card(desk)
    terminal.next(fault)
    told = refund(desk, payment_id, 2500)
    assert told.end is end
    assert stands(desk) == [("failed", 2500)]
    assert aside(desk) == 0
    assert terminal.captured_cents() == 7500
    assert desk.desk.refunds.open(payment_id).left_cents == 7500, "the money lies where it lay"
    assert refund(desk, payment_id, 2500).end is RefundEnd.PAID


def test_a_refund_that_was_declined_needs_a_new_sheet(desk: Counter, terminal: PaxProcess) -> None:
    payment_id = paid_by_card(desk)
    story = desk.desk.refunds
    order = RefundOrder(story.open(payment_id), 100, "patient_request")
    terminal.next("declined")
    on_lane(desk, lambda job: story.refund(order, PRIYA, job))
    with pytest.raises(RuleBroken) as told:
        on_lane(desk, lambda job: story.refund(order, PRIYA, job))
    assert told.value.message_key == "refund.sheet_used"


def test_the_answer_is_lost_and_found_again(desk: Counter, terminal: PaxProcess) -> None:
    payment_id = paid_by_card(desk)
    terminal.next("wrong-reference")
    told = refund(desk, payment_id, 2500)
    assert told.end is RefundEnd.UNKNOWN
    assert (stands(desk), aside(desk)) == ([("requested", 2500)], 2500)
    [item] = desk.desk.attention.items()
    assert (item.kind, item.amount_cents) == ("unknown_refund", 2500)
    for act in (lambda: refund(desk, payment_id, 100), lambda: desk.desk.refunds.give_up(told.refund_id, PRIYA)):
        with pytest.raises(PaymentUnavailable, match=r"card\.frozen"):
            act()
    found = desk.desk.lanes["terminal"].call(lambda job: desk.desk.recovery.check(item.item_id, job), 60.0)
    assert (found.end, found.amount_cents, found.facts["refund_id"]) == (CollectEnd.TAKEN, 2500, told.refund_id)
    assert stands(desk) == [("paid", 2500)]
    assert terminal.captured_cents() == 5000
    assert desk.desk.attention.items() == ()


def test_a_person_says_that_it_did_not_go_through(desk: Counter, terminal: PaxProcess) -> None:
    payment_id = paid_by_card(desk)
    terminal.next("wrong-reference")
    terminal.always("status-other-amount")
    told = refund(desk, payment_id, 2500)
    assert told.end is RefundEnd.UNKNOWN
    [item] = desk.desk.attention.items()
    recovery = desk.desk.recovery
    for _ in range(2):
        desk.desk.lanes["terminal"].call(lambda job: recovery.check(item.item_id, job), 60.0)
    ended = recovery.resolve_by_person(item.item_id, PRIYA, charged=False, reason="Not on the reader's list")
    assert ended.end is CollectEnd.NOT_SENT
    assert (stands(desk), aside(desk)) == ([("failed", 2500)], 0)


CRASH = """
    import os, signal, sys
    from pathlib import Path
    from app.attempts import Attempts
    from app.folders import Folders
    from app.refund_views import RefundOrder
    from devices.terminals.pax import PaxTerminal
    from tests.support.clinic import PRIYA
    from tests.support.counter import Counter

    def die(*what, **more):
        os.kill(os.getpid(), signal.SIGKILL)

    {where} = die
    desk = Counter(Folders(Path(sys.argv[1])))
    [(payment_id,)] = desk.rows("SELECT payment_id FROM payment")
    story = desk.desk.refunds
    order = RefundOrder(story.open(payment_id), 2500, "patient_request")
    desk.desk.lanes["terminal"].call(lambda job: story.refund(order, PRIYA, job), 60.0)
"""
KILLED = {"PaxTerminal.refund": ("failed", 7500), "Attempts.settle": ("paid", 5000)}
"""Where the program dies: before the first byte, and with the approval in its hands; what the books and the bank say
after the next start."""


@pytest.mark.parametrize("where", KILLED)
def test_the_program_is_killed_in_the_middle(
    tmp_path: Path, desks: DesksThatDie, terminal: PaxProcess, where: str
) -> None:
    terminal.reset()
    state, captured = KILLED[where]
    folders = furnish(tmp_path, rosa_with_copay_and_balance, terminal=terminal.url)
    first = Counter(folders)
    paid_by_card(first)
    first.close()
    desks.crash(CRASH.format(where=where), folders)
    desk = Counter(folders)
    try:
        until(lambda: desk.desk.recovery.asked, 30)
        assert stands(desk) == [(state, 2500)]
        assert (aside(desk), terminal.captured_cents()) == (0, captured)
        assert terminal.requests("T00") == (2 if state == "paid" else 1), "nothing was sent a second time"
        desk.holds()
    finally:
        desk.close()


def test_set_aside_and_never_sent_is_handed_out_or_given_up(desk: Counter, terminal: PaxProcess) -> None:
    payment_id = paid_by_card(desk)
    story = desk.desk.refunds
    for act in ("finish", "give_up"):
        order = RefundOrder(story.open(payment_id), 1000, "patient_request")
        story._go = lambda *_: (_ for _ in ()).throw(SystemExit)  # the program ends between the two steps
        story._asks_hub = lambda *_: True
        story._hub.wait = lambda *_: ("accepted", "")
        with pytest.raises(SystemExit):
            story.refund(order, PRIYA, Job())
        for name in ("_go", "_asks_hub"):
            delattr(story, name)
        [item] = desk.desk.attention.items()
        item_id = order.sheet.refund_id
        assert (item.kind, item.item_id) == ("refund_waiting", item_id)
        if act == "finish":
            assert on_lane(desk, partial(story.finish, item_id, PRIYA)).end is RefundEnd.PAID
        else:
            story.give_up(item.item_id, PRIYA)
        assert desk.desk.attention.items() == ()
        with pytest.raises(RuleBroken, match=r"refund\.not_waiting"):
            story.give_up(item.item_id, PRIYA)
    assert [state for state, _ in stands(desk)] == ["paid", "failed"]
    assert (aside(desk), terminal.captured_cents()) == (0, 6500)


def test_without_a_reader_nothing_is_set_aside(desk: Counter) -> None:
    payment_id = paid_by_card(desk)
    desk.desk.settings.update({TERMINAL_URL: ""})
    assert desk.desk.refunds.open(payment_id).way().blocked == "card.no_reader"
    with pytest.raises(PaymentUnavailable, match=r"card\.no_reader"):
        refund(desk, payment_id, 100)
    assert stands(desk) == []
    told = refund(desk, payment_id, 100, tender="cash", note="The reader is broken")
    assert told.end is RefundEnd.PAID


def test_s0_26_n19_a_card_sale_of_today_is_voided_whole(desk: Counter, terminal: PaxProcess) -> None:
    payment_id = paid_by_card(desk)
    story = desk.desk.taking_back
    sheet = story.open(TakeBack.VOID, payment_id)
    assert sheet.card
    order = TakeBackOrder(sheet, "Wrong card")
    assert story.preview(order).after.total_paid_cents == 0
    lane = desk.desk.lanes[story.lane_for(sheet)]
    told = lane.call(lambda job: story.do(order, MARIA, job), 60.0)
    assert (told.end, told.receipt.banner) == (RefundEnd.PAID, "VOID")
    assert terminal.captured_cents() == 0
    assert desk.payments()[0][2]


def test_s0_26_after_a_part_went_back_there_is_nothing_whole_to_void(desk: Counter, terminal: PaxProcess) -> None:
    payment_id = paid_by_card(desk)
    refund(desk, payment_id, 2000)
    with pytest.raises(RuleBroken) as told:
        desk.desk.taking_back.open(TakeBack.VOID, payment_id)
    assert (told.value.message_key, told.value.facts["left_cents"]) == ("undo.partly_back", 5500)
    assert terminal.captured_cents() == 5500


def test_the_refund_is_printed(tmp_path: Path, terminal: PaxProcess) -> None:
    terminal.reset()
    with printer_running() as paper, counter(
        tmp_path, rosa_with_copay_and_balance, terminal=terminal.url, printer=paper.url
    ) as desk:  # fmt: skip
        told = refund(desk, paid_by_card(desk), 2500)
        desk.wait_job(told.print_job_id)
        [receipt] = paper.receipts()[-1:]
        assert "REFUND" in receipt
        assert "Reason" in receipt
        job = desk.desk.printing.reprint(told.refund_id, MARIA)
        desk.wait_job(job)
        assert "COPY 1" in paper.receipts()[-1]
