"""Inbox, transactions and deposits through the keys, on a real store that learned from a real hub; how they look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app import online_inbox
from app.clinic import Clinic
from app.from_home import from_home
from app.lanes import Lane
from app.online_inbox import OnlineInbox
from app.online_views import (
    AssociateSheet,
    Deposit,
    Goes,
    OnlineAsk,
    OnlineLine,
    OnlineTab,
    OnlineView,
    Posted,
    PostSheet,
    SameMoney,
)  # fmt: skip
from app.views import FromHome, PatientHead
from models.operations import online
from models.operations.bodies import Collect
from models.operations.records import Charge, Patient
from models.store.desk import DeskStore
from models.store.hub import HubStore
from models.store.hub_online import Captured, GivenBack
from models.store.online_journal import AttemptRow
from tests.support import frozen, stores
from tests.support.clinic import MARIA
from tests.support.windows import FULL, LOOKS, clipped, picture, press, shown, type_text, unfit
from widgets import theme
from widgets.bridge import Bridge
from widgets.common.speech import Notice, Speech
from widgets.inbox.dialogs import AssociateDialog, PostDialog
from widgets.inbox.presenter import InboxPresenter
from widgets.inbox.state import Chosen, InboxState, inbox_state, offers_for
from widgets.inbox.view import InboxPage
from widgets.ledger.acts import LedgerActs, Target

pytestmark = pytest.mark.usefixtures("themed")

TODAY = date(2026, 5, 14)
AT = datetime(2026, 5, 14, 9, 12, tzinfo=UTC)


def head(name: str = "Ada Quillfeather", mrn: str = "0041877") -> PatientHead:
    return PatientHead(f"p-{mrn}", name, "AQ", date(1984, 3, 14), 42, mrn, "(555) 010-4417")


def line(online_id: str, **more: Any) -> OnlineLine:
    known: dict[str, Any] = {
        "online_id": online_id, "return_id": "", "patient": head(), "at": AT, "kind": "payment", "channel": "portal",
        "number": "WEB-00041", "card": "Visa •••• 4242", "amount_cents": 7_500, "left_cents": 7_500, "state": "open",
    }  # fmt: skip
    return OnlineLine(**{**known, **more})


LINES = (
    line("a"),
    line("h", state="refused", card="Bank account •••• 6789", left_cents=0, number="", by_bank=True,
         reason="insufficient_funds", at=AT - timedelta(days=4)),
    line("i", state="processing", card="Bank account •••• 6789", left_cents=0, number="",
         by_bank=True, channel="link", patient=replace(frozen.LONG, merged_with=""), at=AT - timedelta(days=2)),
    line("b", channel="link", amount_cents=12_000, left_cents=10_000, card="American Express •••• 8431",
         patient=replace(frozen.LONG, merged_with=""), number="WEB-00040"),
    line("c", return_id="r", kind="void", amount_cents=1_000, left_cents=1_000, number="WEB-R-00007"),
    line("j", state="posted", left_cents=0, card="Bank account •••• 6789", by_bank=True, number="WEB-00038",
         bank="First Cooperative Savings Bank of Alder County", settled_at=AT, at=AT - timedelta(days=2)),
    line("d", channel="plan", state="posted", left_cents=0, settled_at=AT - timedelta(days=1), settled_by="by rule",
         at=AT - timedelta(days=1), number="WEB-00039"),
    line("e", state="elsewhere", left_cents=0, settled_at=AT, settled_by="Maria", at=AT - timedelta(days=9)),
    line("f", state="off", left_cents=0, at=AT - timedelta(days=10)),
    line("g", return_id="g-r", kind="refund", state="failed", left_cents=0, at=AT - timedelta(days=400)),
)  # fmt: skip
DEPOSITS = (
    Deposit("po-3", TODAY + timedelta(days=1), 98_765, 98_765, 3_205, 9, 0, failed=False),
    Deposit("po-2", TODAY, 1_234_567_89, 1_134_567_89, 12_345_67, 212, 14, failed=False, debits=31),
    Deposit("po-1", date(2026, 5, 11), 7_283, 7_283, 217, 1, 1, failed=True),
)
SHEET = PostSheet(LINES[0], (
    Goes("c1", "Office visit, established patient", date(2026, 4, 2), "Ada Quillfeather", 3_000, 3_000),
    Goes("c2", "Comprehensive preventive medicine evaluation", date(2026, 4, 22), frozen.LONG.name, 6_000, 4_000),
), 500, chosen=False)  # fmt: skip
SAME = AssociateSheet(LINES[0], (
    SameMoney("p1", "PAY-1-00042 · Visa •••• 4242 · 2026-05-13", same=True),
    SameMoney("p2", "PAY-2-00007 · Check 2281 · 2026-05-02", same=False),
))  # fmt: skip


def states() -> dict[str, InboxState]:
    """Every state of the page."""
    view = OnlineView(LINES, (), 3, 16_500, TODAY)
    nothing = OnlineView((), (), 0, 0, TODAY)
    at_bank = OnlineView((), DEPOSITS, 3, 16_500, TODAY)
    transactions = Chosen(OnlineTab.TRANSACTIONS)
    return {
        "inbox": inbox_state(view, Chosen()),
        "page": inbox_state(replace(view, more=True), replace(transactions, page=1)),
        "transactions": inbox_state(view, transactions, said="Posted $75.00 of Ada Quillfeather. WEB-00041"),
        "deposits": inbox_state(at_bank, Chosen(OnlineTab.DEPOSITS)),
        "deposits-page": inbox_state(replace(at_bank, more=True), Chosen(OnlineTab.DEPOSITS)),
        "nothing": inbox_state(nothing, Chosen()),
        "no-match": inbox_state(nothing, replace(transactions, posted=Posted.WAITS)),
        "no-deposits": inbox_state(nothing, Chosen(OnlineTab.DEPOSITS)),
        "broken": inbox_state(view, Chosen(), notice=Notice("The store is busy", "Nothing was changed.")),
        "waiting": InboxState(skeleton=True),
    }


@pytest.mark.parametrize("look", LOOKS)
def test_nothing_is_clipped_in_any_look(qtbot: Any, look: str) -> None:
    theme.current().set(**LOOKS[look][0])
    page = InboxPage()
    qtbot.addWidget(page)
    offered = offers_for(LINES[0]) | {"refund"}
    page.offer(offered, put_away=True)
    assert unfit(page, "inbox", look, states(), page.take_focus) == {}


@pytest.mark.parametrize("look", LOOKS)
def test_nothing_of_the_forms_is_clipped(qtbot: Any, look: str) -> None:
    theme.current().set(**LOOKS[look][0])
    host = QWidget()
    qtbot.addWidget(host)
    host.resize(*LOOKS[look][1])
    shown(host)
    found: dict[str, Any] = {}
    post, associate = PostDialog(host), AssociateDialog(host)
    post.show_sheet(SHEET)
    associate.show_sheet(replace(SAME, payments=()))
    associate.refuse("Say where it is in the books. Nothing was changed.")
    for name, dialog in (("post", post), ("associate", associate)):
        dialog.open_over()
        QTest.qWait(2)
        picture(host, f"inbox-{name}-{look}")
        if wrong := clipped(host):
            found[name] = wrong
        dialog.close_over()
    assert found == {}


@pytest.mark.parametrize(("key", "acts"), [
    ("a", {"post", "associate", "ledger"}), ("r", {"post", "associate", "ledger"}),
    ("d", {"refund", "archive", "ledger"}), ("e", {"archive", "ledger"}), ("f", {"archive", "ledger"}),
    ("h", {"archive", "ledger"}), ("i", {"ledger"}),
])  # fmt: skip
def test_s1_10_s1_14_what_a_row_can_take(key: str, acts: set[str]) -> None:
    assert offers_for(states()["inbox"].line(key)) == acts


def test_a_row_is_read_as_one_sentence() -> None:
    rows = {row.key: row for row in states()["inbox"].rows}
    assert "Payment, Patient portal, Visa •••• 4242, WEB-00041, $75.00, Not posted" in rows["a"].sentence
    assert "Void" in rows["r"].sentence
    assert "6789, Up to four business days" in rows["i"].sentence
    assert rows["h"].sentence.endswith("6789, Not enough money, $75.00, Not paid by bank")
    assert states()["inbox"].waits == "3 transactions not posted · $165.00"


# The page on a store that learned from a hub ------------------------------------------------------------------------


def attempt(attempt_id: str, **said: Any) -> AttemptRow:
    return AttemptRow(stores.TENANT, attempt_id, "checkout", "ada", 7_500, "portal", said, "open", "", "", "", "", "",
                      "2026-05-14T14:00:00.000Z", "2026-05-14T14:00:00.000Z", 0)  # fmt: skip


class Desk:
    """The inbox of a desk beside its hub; a family owes 30 and 45."""

    def __init__(self, folder: Path, qtbot: Any) -> None:
        clock = stores.clock()
        self.hub: HubStore = stores.sqlite_hub(folder, clock)
        self.store: DeskStore = stores.joined_desk(self.hub, folder, at=clock)
        self.clinic = Clinic(self.store, clock)
        self.story = OnlineInbox(self.clinic)
        self.now = clock.now()
        self._day = self.clinic.today().isoformat()
        with self.store.write() as tx:
            for body in (
                Patient(id="ada", family="Quillfeather", given="Ada"),
                Patient(id="bea", family="Quillfeather", given="Bea", guarantor_id="ada"),
                Charge(id="c1", patient_id="ada", service_date="2026-01-05", description="Office visit",
                       responsibility_cents=3_000),
                Charge(id="c2", patient_id="bea", service_date="2026-02-05", description="Physical",
                       responsibility_cents=4_500),
            ):  # fmt: skip
                tx.record(body, person_id="maria", business_date=self._day)
        self.sync()
        self.went: list[Any] = []
        self.lanes = {name: Lane(name) for name in ("lists", "reads", "store")}
        self.window, self.page = QWidget(), InboxPage()
        QVBoxLayout(self.window).addWidget(self.page)  # dialogs lie over the window, beside the page
        qtbot.addWidget(self.window)
        self.presenter = InboxPresenter(
            self.page, bridge=Bridge(self.page), lanes=self.lanes, story=self.story, speech=Speech(lambda: UTC),
            person=lambda: MARIA, to_ledger=self.went.append,
            acts=LedgerActs(refund=lambda target, _done: self.went.append(target)),
        )  # fmt: skip
        self.window.resize(*FULL)
        shown(self.window)
        self._qtbot = qtbot

    def pays(self, intent: str, cents: int = 7_500, **said: Any) -> str:
        """The processor tells the hub; the desk pulls."""
        taken = Captured(intent, f"ch_{intent}", cents, self.now, "Visa", "4242")
        made = self.hub.online.receive(stores.TENANT, attempt(f"at-{intent}", **said), taken)
        self.sync()
        return made.online_id

    def sync(self) -> None:
        stores.sync(self.hub, self.store)

    def keys(self) -> list[str]:
        return [row.key for row in self.page.table.rows]

    def read(self, *keys: str) -> None:
        """Read the list again, until it shows these rows."""
        self.presenter.refresh()
        self._qtbot.waitUntil(lambda: self.keys() == list(keys), timeout=20_000)
        self.page.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def until(self, holds: Any) -> None:
        self._qtbot.waitUntil(holds, timeout=20_000)

    def owes(self) -> list[int]:
        with self.store.reader() as reader:
            found = reader.execute("SELECT debits + pending_debits - credits - pending_credits FROM account "
                                   "WHERE id IN ('AR:c1', 'AR:c2') ORDER BY id").fetchall()  # fmt: skip
            return [int(row[0]) for row in found]

    def close(self) -> None:
        for made in self.lanes.values():
            made.close()
        self.store.close()
        self.hub.close()


@pytest.fixture
def desk(tmp_path: Path, qtbot: Any) -> Iterator[Desk]:
    made = Desk(tmp_path, qtbot)
    yield made
    made.close()


def test_n49_n48_post_by_enter_and_the_count_falls(desk: Desk) -> None:
    paid = desk.pays("pi_1")
    assert (desk.story.unposted(), desk.owes()) == (1, [3_000, 4_500])
    desk.read(paid)
    press("Return")
    desk.until(lambda: desk.presenter._post is not None and desk.presenter._post.isVisible())
    press("Return")
    desk.until(lambda: desk.presenter.state.said.startswith("Posted $75.00 of Ada Quillfeather"))
    assert (desk.story.unposted(), desk.owes()) == (0, [0, 0])
    desk.sync()
    assert desk.hub.verify(stores.TENANT, deep=True) == []
    assert desk.owes() == [0, 0]


def test_s1_08_what_the_patient_chose_is_proposed_and_a_family_pays_oldest_first(desk: Desk) -> None:
    chosen = desk.pays("pi_1", 4_500, items=[{"charge_id": "c2", "amount_cents": 4_500}])
    plain = desk.pays("pi_2", 4_000)
    sheet = desk.story.post_sheet(chosen)
    assert ([(part.charge_id, part.cents) for part in sheet.goes], sheet.chosen) == ([("c2", 4_500)], True)
    sheet = desk.story.post_sheet(plain)
    assert [(part.charge_id, part.cents) for part in sheet.goes] == [("c1", 3_000), ("c2", 1_000)]
    desk.story.post(chosen, MARIA)
    desk.story.post(plain, MARIA)
    assert desk.owes() == [0, 0]


def test_s1_10_posted_at_another_desk_first_it_is_told_and_counts_once(desk: Desk) -> None:
    paid = desk.pays("pi_1")
    desk.read(paid)
    press("Return")
    desk.until(lambda: desk.presenter._post is not None and desk.presenter._post.isVisible())
    desk.story.post(paid, MARIA)
    press("Return")
    desk.until(lambda: desk.presenter.state.notice is not None or bool(desk.presenter.state.line(paid)))
    desk.until(lambda: not desk.presenter.busy)
    desk.sync()
    assert desk.hub.verify(stores.TENANT, deep=True) == []
    assert desk.owes() == [0, 0]


def test_s1_10_associate_with_a_payment_entered_by_hand_by_keys(desk: Desk) -> None:
    with desk.store.write() as tx:
        tx.record(Collect(payment_id="p1", patient_id="ada", tender="check", amount_cents=7_500, number="PAY-1-00042",
                          receipt_no="01-1-A-0042", check_no="2281"), person_id="maria",
                  business_date=desk.clinic.today().isoformat())  # fmt: skip
    paid = desk.pays("pi_1")
    desk.read(paid)
    press("A")
    desk.until(lambda: desk.presenter._associate is not None and desk.presenter._associate.isVisible())
    dialog = desk.presenter._associate
    assert dialog is not None
    assert dialog.payment.key == "p1"
    press("Return")
    desk.until(lambda: desk.story.unposted() == 0)
    desk.sync()
    assert desk.hub.verify(stores.TENANT, deep=True) == []


def test_s1_10_another_program_needs_a_word(desk: Desk) -> None:
    paid = desk.pays("pi_1")
    desk.read(paid)
    press("A")
    desk.until(lambda: desk.presenter._associate is not None and desk.presenter._associate.isVisible())
    dialog = desk.presenter._associate
    assert dialog is not None
    press("Return")
    desk.until(dialog.error.isVisible)
    dialog.where.setFocus()
    type_text("Billing service 118")
    press("Return")
    desk.until(lambda: desk.story.unposted() == 0)


def test_s1_12_s1_13_put_away_taken_out_and_found_under_transactions(desk: Desk) -> None:
    paid = desk.pays("pi_1")
    desk.story.post(paid, MARIA)
    desk.read(paid)
    press("X")
    desk.until(lambda: desk.presenter.state.empty is not None and not desk.presenter.busy)
    press("Ctrl+F")
    press("Right")
    desk.until(lambda: desk.keys() == [paid])
    desk.page.table.setFocus()
    press("X")
    desk.until(lambda: not desk.presenter.busy and not desk.presenter.state.lines[0].archived)
    press("R")
    press("Ctrl+L")
    assert desk.went == [Target("ada", payment_id=paid), "ada"]


def test_s1_10_s1_13_transactions_are_turned_page_by_page_and_none_is_left_out(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many there are; what is posted is told from what is not before pages are cut, not after."""
    monkeypatch.setattr(online_inbox, "PAGE", 2)
    paid = [desk.pays(f"pi_{number}", 100) for number in range(5)]
    desk.story.post(paid[0], MARIA)
    newest = [line.key for page in range(3) for line in desk.story.transactions(OnlineAsk(page=page)).lines]
    assert sorted(newest) == sorted(paid)
    [done] = desk.story.transactions(OnlineAsk(posted=Posted.DONE)).lines
    assert done.online_id == paid[0]
    desk.presenter.refresh()
    desk.until(lambda: len(desk.keys()) == 2)
    desk.page.table.setFocus()
    press("Ctrl+F")
    press("Right")
    desk.until(lambda: desk.keys() == newest[:2])
    assert desk.presenter.state.foot.startswith("Page 1 · 2 transactions")
    press("Ctrl+PgDown")
    desk.until(lambda: desk.keys() == newest[2:4])
    press("Ctrl+PgDown")
    desk.until(lambda: desk.keys() == newest[4:])
    assert not desk.page.after_action.isEnabled()
    press("Ctrl+PgUp")
    desk.until(lambda: desk.keys() == newest[2:4])


def test_s1_08_the_inbox_is_turned_page_by_page_and_tells_of_all_that_waits(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is not posted comes first, however many there are; the head counts all of it."""
    monkeypatch.setattr(online_inbox, "PAGE", 2)
    paid = [desk.pays(f"pi_{number}", 100 + number) for number in range(5)]
    desk.story.post(paid[4], MARIA)
    desk.presenter.refresh()
    desk.until(lambda: len(desk.keys()) == 2)
    assert desk.presenter.state.waits == "4 transactions not posted · $4.06"
    assert desk.presenter.state.foot.startswith("Page 1 · 2 transactions")
    desk.page.table.setFocus()
    press("Ctrl+PgDown")
    desk.until(lambda: len(desk.keys()) == 2 and desk.presenter.state.foot.startswith("Page 2"))
    press("Ctrl+PgDown")
    desk.until(lambda: desk.keys() == [paid[4]])
    assert not desk.page.after_action.isEnabled()
    desk.page.table.setFocus()
    press("X")  # the last row of the last page: the one before is shown
    desk.until(lambda: desk.presenter.state.foot.startswith("Page 2"))
    assert desk.page.before.isVisible()
    assert not desk.page.after.isVisible() or not desk.page.after_action.isEnabled()


def test_s1_15_deposits_are_turned_page_by_page(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(online_inbox, "PAGE", 2)
    for number in range(3):
        day = (desk.clinic.today() - timedelta(days=number)).isoformat()
        paid_out = online.OnlinePayout(payout_id=f"po_{number}", amount_cents=100, arrives_on=day, lines=())
        desk.hub.online.paid_out(stores.TENANT, paid_out)
    desk.sync()
    pages = [desk.story.deposits(31, page) for page in range(3)]
    assert [[each.payout_id for each in view.deposits] for view in pages] == [["po_0", "po_1"], ["po_2"], []]
    assert [view.more for view in pages] == [True, False, False]


def test_s1_14_what_went_back_is_posted_of_its_own(desk: Desk) -> None:
    paid = desk.pays("pi_1", 3_000)
    desk.story.post(paid, MARIA)
    desk.sync()
    desk.hub.online.returned(stores.TENANT, None, GivenBack("pi_1", "re_1", 1_000, desk.now))
    desk.sync()
    [back] = [each for each in desk.story.inbox().lines if each.waits]
    assert (back.kind, back.amount_cents, desk.owes()[0]) == ("void", 1_000, 0)
    desk.story.post(paid, MARIA, back.return_id)
    assert desk.owes()[0] == 1_000
    desk.sync()
    assert desk.hub.verify(stores.TENANT, deep=True) == []


def test_s1_15_deposits_say_what_they_are_made_of(desk: Desk) -> None:
    paid = desk.pays("pi_1", 3_000)
    lines = (online.PayoutLine(kind="charge", amount_cents=3_000, fee_cents=117, online_id=paid),)
    day = desk.clinic.today().isoformat()
    desk.hub.online.paid_out(stores.TENANT, online.OnlinePayout(payout_id="po_1", amount_cents=2_883, arrives_on=day,
                                                                lines=lines))  # fmt: skip
    desk.sync()
    [made] = desk.story.deposits(31).deposits
    assert (made.online_cents, made.fee_cents, made.payments) == (2_883, 117, 1)
    assert desk.story.inbox().lines[0].paid_out


def asked_of_bank(desk: Desk, intent: str, cents: int = 7_500) -> str:
    """A bank is asked: the hub tells, the desk pulls. Its id."""
    taken = Captured(intent, f"py_{intent}", cents, desk.now, "First Bank", "6789", way=online.BANK)
    assert desk.hub.online.processing(stores.TENANT, attempt(f"at-{intent}"), taken)
    desk.sync()
    return desk.story.inbox().lines[0].online_id


def test_s2_16_a_bank_debit_is_under_way_and_no_money_until_its_bank_pays(desk: Desk) -> None:
    asked = asked_of_bank(desk, "pi_1")
    assert (desk.story.unposted(), desk.owes(), desk.story.inbox().waits) == (0, [3_000, 4_500], 0)
    desk.read(asked)
    assert desk.presenter.state.foot == "1 transaction · $0.00 paid · $75.00 asked of banks"
    press("X")
    press("Return")
    assert (desk.presenter._post, desk.presenter.state.lines[0].archived) == (None, False)
    taken = Captured("pi_1", "py_pi_1", 7_500, desk.now, "First Bank", "6789", way=online.BANK)
    desk.hub.online.receive(stores.TENANT, attempt("at-pi_1"), taken)
    desk.sync()
    [came] = desk.story.inbox().lines
    assert (came.online_id, came.state, came.by_bank, desk.story.unposted()) == (asked, "open", True, 1)
    desk.story.post(asked, MARIA)
    with desk.store.reader() as reader:
        assert reader.execute("SELECT tender, method_id, brand, last4 FROM payment").fetchall() == [
            ("online", "ach", "First Bank", "6789")]  # fmt: skip
    desk.sync()
    assert (desk.owes(), desk.hub.verify(stores.TENANT, deep=True)) == ([0, 0], [])


def test_who_asks_for_money_at_the_desk_is_told_what_came_from_home_and_may_come(desk: Desk) -> None:
    """Of the whole family, until it is in the ledger."""

    def told(patient_id: str) -> FromHome:
        with desk.store.reader() as reader:
            return from_home(desk.clinic, reader, patient_id)

    assert told("bea") == FromHome()
    paid = desk.pays("pi_1", 3_000)
    asked_of_bank(desk, "pi_2", 4_500)
    assert told("bea") == told("ada") == FromHome(3_000, 4_500)
    desk.story.post(paid, MARIA)
    assert told("bea") == FromHome(0, 4_500)


def test_s2_16_a_bank_that_does_not_pay_is_counted_until_somebody_puts_it_away(desk: Desk) -> None:
    asked = asked_of_bank(desk, "pi_1")
    taken = Captured("pi_1", "py_pi_1", 7_500, desk.now, "First Bank", "6789", way=online.BANK)
    assert desk.hub.online.refused(stores.TENANT, attempt("at-pi_1"), taken, "account_closed")
    assert not desk.hub.online.refused(stores.TENANT, attempt("at-pi_1"), taken, "account_closed")
    desk.sync()
    assert desk.story.unposted() == 1
    desk.read(asked)
    assert "the patient was told" in desk.presenter.state.foot
    press("X")
    desk.until(lambda: desk.presenter.state.empty is not None and not desk.presenter.busy)
    assert (desk.story.unposted(), desk.owes()) == (0, [3_000, 4_500])
    assert [each.state for each in desk.story.transactions(OnlineAsk()).lines] == ["refused"]


def test_s1_15_a_deposit_says_how_many_came_by_bank_debit(desk: Desk) -> None:
    card = desk.pays("pi_1", 3_000)
    taken = Captured("pi_2", "py_2", 4_500, desk.now, "First Bank", "6789", way=online.BANK)
    bank = desk.hub.online.receive(stores.TENANT, attempt("at-2"), taken).online_id
    lines = tuple(online.PayoutLine(kind="charge", amount_cents=1_000, online_id=each) for each in (card, bank))
    day = desk.clinic.today().isoformat()
    desk.hub.online.paid_out(stores.TENANT, online.OnlinePayout(payout_id="po_1", amount_cents=2_000, arrives_on=day,
                                                                lines=lines))  # fmt: skip
    desk.sync()
    [made] = desk.story.deposits(31).deposits
    assert (made.payments, made.debits) == (2, 1)
