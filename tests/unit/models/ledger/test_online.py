"""Money from home in the ledger: it lies in clearing accounts, and on the account once it is posted."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from models.ledger.accounts import Code
from models.ledger.figures import figures_from_balances
from models.ledger.judging import HUB
from models.ledger.memory import memory_book
from models.ledger.posting import settle
from models.ledger.states import Entry, OnlineStep, Verdict
from models.operations import bodies, online
from models.operations.bodies import AllocationLine
from models.operations.operation import Operation
from tests.support.acts import OpMaker, allocate, check_ledger, collect
from tests.support.money_acts import AMY, ANN, BEN, line_item, people


def received(cents: int = 6_000, online_id: str = "o1", **more: object) -> online.OnlineReceive:
    values = {"online_id": online_id, "patient_id": ANN, "amount_cents": cents, "channel": "portal",
              "number": f"W-{online_id}", "paid_at": "2026-03-16T15:00:00.000Z", "intent": "pi_1", "charge": "ch_1",
              "brand": "Visa", "last4": "4242", **more}  # fmt: skip
    return online.OnlineReceive(**values)  # type: ignore[arg-type]


def back(cents: int, return_id: str = "r1", refund_id: str = "", online_id: str = "o1") -> online.OnlineReturn:
    return online.OnlineReturn(return_id=return_id, online_id=online_id, patient_id=ANN, amount_cents=cents,
                               number=f"W-{return_id}", returned_at="2026-03-17T15:00:00.000Z", reference="re_1",
                               refund_id=refund_id)  # fmt: skip


def post(*lines: tuple[str, int], return_id: str = "", online_id: str = "o1") -> online.OnlinePost:
    return online.OnlinePost(online_id=online_id, patient_id=ANN, return_id=return_id, lines=tuple(
        AllocationLine(charge_id=charge_id, amount_cents=cents) for charge_id, cents in lines))  # fmt: skip


def asked(cents: int, payment_id: str = "o1") -> bodies.RefundRequest:
    return bodies.RefundRequest(refund_id="f1", payment_id=payment_id, patient_id=ANN, amount_cents=cents,
                                tender="online", reason="patient_request", number="PAY-1-00009")  # fmt: skip


@dataclass
class Books:
    """A ledger in memory with a hub and a desk."""

    def __post_init__(self) -> None:
        self.draft = memory_book()
        self._hub, self._desk = OpMaker(device=HUB), OpMaker()
        for body in (*people(), line_item("c1", 3_000), line_item("c6", 4_500)):
            self.desk(body)

    def hub(self, body: object) -> Entry:
        return self._do(self._hub.make(body))

    def desk(self, body: object) -> Entry:
        return self._do(self._desk.make(body))

    def _do(self, op: Operation) -> Entry:
        entries = settle(op, self.draft)
        check_ledger(self.draft)
        return next(entry for entry in entries if entry.op is op)

    def lies(self, account_id: str) -> int:
        balance = self.draft.balance(account_id)
        return balance.credits - balance.debits

    def figures(self, patient_id: str) -> tuple[int, int, int]:
        """(total paid, unallocated, owed)"""
        found = figures_from_balances(
            (delta.account.code, self.draft.balance(delta.account.id))
            for delta in self.draft.deltas.values() if delta.account.patient_id == patient_id
        )  # fmt: skip
        return found.total_paid_cents, found.unallocated_cents, found.statement_balance_cents

    def kinds(self) -> list[str]:
        return [entry.op.kind for entry in self.draft.entries if entry.op.kind.partition(".")[0] in
                {"online", "payment", "refund", "task"}]  # fmt: skip


@pytest.fixture
def books() -> Books:
    return Books()


def test_n49_unposted_money_changes_no_figure_and_the_books_balance(books: Books) -> None:
    before = books.figures(ANN)
    assert books.hub(received()).verdict is Verdict.ACCEPTED
    assert (books.lies("ONP:o1"), books.lies("CARD:online")) == (6_000, -6_000)
    assert books.figures(ANN) == before
    books.desk(post(("c1", 3_000), ("c6", 3_000)))
    assert books.lies("ONP:o1") == 0
    assert books.figures(ANN) == (3_000, 0, 0)
    assert books.figures(AMY) == (3_000, 0, 1_500)


def test_s1_11_the_payment_is_the_guarantors_with_the_number_the_payer_was_told(books: Books) -> None:
    books.hub(received(7_500))
    books.desk(post(("c1", 3_000), ("c6", 4_500)))
    payment = books.draft.payment("o1")
    assert payment is not None
    assert (payment.patient_id, payment.tender, payment.receipt_no, payment.merchant) == (
        ANN, "online", "W-o1", "online")  # fmt: skip
    assert books.kinds() == ["online.receive", "online.post", "payment.collect", "payment.allocate"]
    assert [books.figures(who)[2] for who in (ANN, AMY)] == [0, 0]


def test_s1_10_two_desks_post_once(books: Books) -> None:
    books.hub(received())
    assert books.desk(post()).verdict is Verdict.ACCEPTED
    second = books.desk(post(("c1", 3_000)))
    assert (second.verdict, second.reason) == (Verdict.REJECTED, "posted_already")
    assert books.figures(ANN) == (6_000, 6_000, 3_000)


def test_s1_10_what_is_no_longer_owed_stays_credit(books: Books) -> None:
    books.hub(received(3_000))
    for body in (collect("p1", ANN, 2_000), allocate("p1", ANN, ("c1", 2_000))):
        books.desk(body)
    books.desk(post(("c1", 3_000)))
    assert books.figures(ANN) == (5_000, 2_000, 0)


@pytest.mark.parametrize("body", [received(), back(100), online.OnlinePayout(
    payout_id="po", amount_cents=1, arrives_on="2026-03-18", lines=()),
    online.OnlineReturnFailed(return_id="r1", online_id="o1", patient_id=ANN)])  # fmt: skip
def test_only_the_hub_says_what_the_processor_did(books: Books, body: object) -> None:
    entry = books.desk(body)
    assert (entry.verdict, entry.reason) == (Verdict.QUARANTINED, "derived_by_hub")


def test_no_desk_makes_a_payment_of_it_by_itself(books: Books) -> None:
    books.hub(received())
    forged = replace(collect("o1", ANN, 6_000), tender="online", online_id="o1", drawer="")
    assert books.desk(forged).verdict is Verdict.QUARANTINED
    assert books.desk(replace(forged, tender="cash")).verdict is Verdict.QUARANTINED
    assert books.desk(replace(forged, online_id="")).verdict is Verdict.QUARANTINED
    paid = bodies.RefundPaid(refund_id="f", payment_id="o1", patient_id=ANN, amount_cents=100, tender="online",
                             receipt_no="", online_return_id="r1")  # fmt: skip
    assert books.desk(paid).verdict is Verdict.QUARANTINED
    assert books.lies("ONP:o1") == 6_000


def test_the_same_fact_twice_counts_once(books: Books) -> None:
    books.hub(received())
    assert books.hub(received(5_000)).reason == "known_already"
    assert books.lies("CARD:online") == -6_000


@pytest.mark.parametrize(("payment_id", "account"), [("", "EXT"), ("p9", "CHK")])
def test_s1_10_associated_money_is_in_the_books_once(books: Books, payment_id: str, account: str) -> None:
    """Entered by hand before, as a check; or in another program alone."""
    books.hub(received())
    books.desk(collect("p9", ANN, 6_000, tender="check"))
    before, figures = books.lies(account), books.figures(ANN)
    entry = books.desk(online.OnlineAssociate(online_id="o1", patient_id=ANN, payment_id=payment_id))
    assert entry.verdict is Verdict.ACCEPTED
    assert (books.lies("ONP:o1"), books.lies(account) - before) == (0, 6_000)
    assert books.figures(ANN) == figures
    assert books.desk(post()).reason == "posted_already"


def test_money_is_not_associated_with_a_payment_that_is_not_there(books: Books) -> None:
    books.hub(received())
    entry = books.desk(online.OnlineAssociate(online_id="o1", patient_id=ANN, payment_id="nobody"))
    assert (entry.verdict, entry.reason) == (Verdict.REJECTED, "missing_dependency")
    assert books.desk(replace(post(), patient_id=BEN)).reason == "wrong_patient"


def test_s1_14_a_refund_waits_to_be_posted_and_its_money_is_set_aside_meanwhile(books: Books) -> None:
    books.hub(received(3_000))
    books.desk(post(("c1", 3_000)))
    books.desk(asked(1_000))
    assert books.figures(ANN) == (2_000, 0, 1_000)
    books.hub(back(1_000, refund_id="f1"))
    assert (books.lies("RFP:f1"), books.lies("ONR:r1"), books.lies("CARD:online")) == (1_000, -1_000, -2_000)
    books.desk(post(return_id="r1"))
    assert (books.lies("RFP:f1"), books.lies("ONR:r1")) == (0, 0)
    assert books.desk(post(return_id="r1")).reason == "posted_already"
    assert books.figures(ANN) == (2_000, 0, 1_000)


def test_s1_14_a_refund_made_at_the_processor_is_posted_from_what_the_payment_holds(books: Books) -> None:
    books.hub(received(3_000))
    books.desk(post(("c1", 3_000)))
    books.hub(back(3_000))
    assert books.figures(ANN) == (3_000, 0, 0)
    books.desk(post(return_id="r1"))
    assert books.figures(ANN) == (0, 0, 3_000)


def test_what_goes_back_before_it_is_posted_is_never_posted(books: Books) -> None:
    books.hub(received(3_000))
    books.hub(back(1_000))
    known = books.draft.online("o1")
    assert known is not None
    assert (known.off_cents, known.step, books.lies("ONP:o1")) == (1_000, OnlineStep.OPEN, 2_000)
    books.desk(post(("c1", 3_000)))
    assert books.figures(ANN) == (2_000, 0, 1_000)
    assert books.desk(post(return_id="r1")).reason == "posted_already"


def test_all_of_it_back_leaves_nothing_to_post(books: Books) -> None:
    books.hub(received(3_000))
    books.hub(back(3_000))
    assert books.desk(post()).reason == "posted_already"
    books.hub(online.OnlineReturnFailed(return_id="r1", online_id="o1", patient_id=ANN))
    assert books.lies("ONP:o1") == 3_000
    assert books.desk(post()).verdict is Verdict.ACCEPTED


def test_what_came_back_after_the_rest_was_posted_is_in_question(books: Books) -> None:
    books.hub(received(3_000))
    books.hub(back(1_000))
    books.desk(post())
    entry = books.hub(online.OnlineReturnFailed(return_id="r1", online_id="o1", patient_id=ANN))
    assert entry.verdict is Verdict.EXCEPTED
    assert books.lies("SUSP") == 1_000
    assert books.kinds()[-1] == "task.opened"


@pytest.mark.parametrize("posted", [True, False])
def test_s1_14_a_refund_that_comes_back_lies_where_it_lay(books: Books, posted: bool) -> None:
    books.hub(received(3_000))
    books.desk(post(("c1", 3_000)))
    books.desk(asked(1_000))
    books.hub(back(1_000, refund_id="f1"))
    if posted:
        books.desk(post(return_id="r1"))
    books.hub(online.OnlineReturnFailed(return_id="r1", online_id="o1", patient_id=ANN, reason="account_closed"))
    assert books.lies("CARD:online") == -3_000
    assert books.figures(ANN) == (3_000, 0, 0)
    assert books.kinds()[-1] in {"refund.failed", "refund.undone", "task.opened"}


def test_s1_15_a_payout_takes_what_came_from_home_and_leaves_what_readers_took(books: Books) -> None:
    books.hub(received(10_000))
    made = online.OnlinePayout(payout_id="po", amount_cents=9_000, arrives_on="2026-03-18", lines=(
        online.PayoutLine(kind="charge", amount_cents=10_000, fee_cents=320, online_id="o1"),
        online.PayoutLine(kind="refund", amount_cents=-500, online_id="o1"),
        online.PayoutLine(kind="other", amount_cents=-180),
    ))  # fmt: skip
    books.hub(made)
    assert (books.lies("TRANSIT"), books.lies("FEE"), books.lies("CARD:online")) == (-9_180, -320, -500)
    assert books.hub(made).reason == "known_already"
    books.hub(online.OnlinePayoutFailed(payout_id="po"))
    assert (books.lies("TRANSIT"), books.lies("FEE"), books.lies("CARD:online")) == (0, 0, -10_000)


def test_h15_a_disputed_payment_from_home_names_its_own_processor(books: Books) -> None:
    books.hub(received(3_000))
    books.desk(post(("c1", 3_000)))
    books.hub(
        bodies.DisputeOpened(dispute_id="dp", payment_id="o1", patient_id=ANN, amount_cents=3_000, fee_cents=1_500)
    )
    assert (books.lies("DISP:dp"), books.lies("CARD:online")) == (-3_000, 1_500)
    assert books.draft.balance(f"{Code.CARD}:main").credits == 0


def disputed(cents: int = 3_000) -> bodies.DisputeOpened:
    return bodies.DisputeOpened(dispute_id="dp", payment_id="o1", patient_id=ANN, amount_cents=cents, fee_cents=1_500)


def ended(outcome: str, cents: int = 3_000) -> online.OnlineDisputeEnded:
    return online.OnlineDisputeEnded(dispute_id="dp", online_id="o1", patient_id=ANN, amount_cents=cents,
                                     outcome=outcome)  # fmt: skip


def open_tasks(books: Books) -> list[tuple[str, int]]:
    return [(task.what, task.open_cents) for task in books.draft.tasks.values() if not task.resolved]


@pytest.mark.parametrize(("cents", "step"), [(3_000, OnlineStep.OFF), (1_000, OnlineStep.OPEN)])
def test_h15_a_lost_dispute_of_money_that_was_never_posted_leaves_less_to_post_and_a_task(
    books: Books, cents: int, step: OnlineStep
) -> None:  # fmt: skip
    before = books.figures(ANN)
    books.hub(received(3_000))
    books.hub(disputed(cents))
    assert (books.lies("SUSP"), open_tasks(books)) == (-cents, [("money_out", cents)])
    assert books.hub(ended("lost", cents)).verdict is Verdict.ACCEPTED
    assert (books.lies("SUSP"), books.lies("ONP:o1"), books.lies("CARD:online")) == (0, 3_000 - cents, cents - 1_500)
    assert open_tasks(books) == [("dispute_unposted", cents)]
    known = books.draft.online("o1")
    assert known is not None
    assert (known.step, known.off_cents) == (step, cents)
    assert books.figures(ANN) == before, "the visits owe what they owed"
    rest = books.desk(post(("c1", 3_000)))
    assert rest.verdict is (Verdict.REJECTED if step is OnlineStep.OFF else Verdict.ACCEPTED)
    assert books.figures(ANN)[0] == 3_000 - cents
    assert books.hub(ended("lost", cents)).verdict is Verdict.QUARANTINED, "told twice"


def test_h15_a_dispute_that_is_won_before_the_money_was_posted_leaves_it_as_it_was(books: Books) -> None:
    books.hub(received(3_000))
    books.hub(disputed())
    assert books.desk(ended("won")).verdict is Verdict.QUARANTINED, "the hub's alone"
    assert books.hub(ended("won", 2_999)).verdict is Verdict.QUARANTINED
    assert books.hub(ended("won")).verdict is Verdict.ACCEPTED
    assert (books.lies("SUSP"), open_tasks(books)) == (0, [])
    books.desk(post(("c1", 3_000)))
    assert books.figures(ANN) == (3_000, 0, 0)
    assert books.lies("DISP:dp") == 0


def test_h15_what_is_in_the_books_by_another_way_stays_in_question_when_the_dispute_is_lost(books: Books) -> None:
    books.hub(received(3_000))
    books.hub(disputed())
    books.desk(online.OnlineAssociate(online_id="o1", patient_id=ANN))
    assert books.hub(ended("lost")).verdict is Verdict.ACCEPTED
    assert open_tasks(books) == [("money_out", 3_000)]
    assert books.lies("SUSP") == -3_000
