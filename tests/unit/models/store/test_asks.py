"""What the hub does for payment requests by link: sent once, reminded at a decent hour, never after the end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from models.basics.clock import FixedClock, utc_text
from models.basics.ids import natural_id
from models.basics.points import Point, visited_by
from models.operations.asks import AskCancel, AskSnooze, AskStart
from models.operations.bodies import Collect
from models.operations.links import LinkRevoke
from models.operations.merging import PatientMerged
from models.operations.online import OnlineReceive
from models.operations.operation import GENESIS, make_operation
from models.operations.plans import PlanAccept, PlanActivate, PlanLine, PlanPut
from models.operations.protocol import Cursor, PushBatch
from models.operations.records import Charge, Patient
from models.operations.requests import PaymentRequestPut, PaymentRequestStatus
from models.rules.agreement import sha256
from models.rules.campaigns import Candidate
from models.store.ask_jobs import AskJobs
from models.store.desk import DeskStore
from models.store.hub import HubStore
from models.store.hub_reading import HubReader
from models.store.hub_repair import AFTER_RESTORE
from models.store.pushing import push_batches
from models.store.queries import asks
from tests.support import stores
from tests.support.stores import TENANT
from tests.support.stream import DAY, Stream

MORNING = datetime(2026, 3, 16, 15, 0, tzinfo=UTC)
"""Nine o'clock at the practice, on the day everything begins."""
TODAY = date(2026, 3, 16)


class Clinic:
    """A hub, a desk's stream and a clock. Ada owes 30 and her child 45; Bo owes 20; all may be written to."""

    def __init__(self, hub: HubStore) -> None:
        self.hub, self.clock = hub, FixedClock(MORNING)
        self.jobs = AskJobs(hub._transaction, hub._look, self.clock)
        self.stream = Stream(TENANT, stores.join(hub).device_id)
        self._pushed = 0
        self.say(
            Patient(id="ada", family="Quillfeather", given="Ada", birth_date="1984-03-14", email="ada@home.test"),
            Patient(id="bea", family="Quillfeather", given="Bea", birth_date="2016-03-14", guarantor_id="ada"),
            Patient(id="bo", family="Wren", given="Bo", birth_date="1971-02-01", email="bo@home.test"),
            _charge("c-ada", "ada", 3_000), _charge("c-bea", "bea", 4_500), _charge("c-bo", "bo", 2_000),
        )  # fmt: skip

    def say(self, *bodies: object) -> list[str]:
        """Let the desk do something. Returns the verdicts."""
        for body in bodies:
            self.stream.add(body)
        answer = self.hub.push(TENANT, self.stream.batch(self._pushed + 1))
        self._pushed = self.stream.dseq
        return [result.verdict for result in answer.results]

    def hub_says(self, body: object) -> None:
        """A fact of the hub's own."""
        op = make_operation(body, op_id=natural_id("test", repr(body)), tenant=TENANT, device="hub", epoch=0, dseq=0,
                            prev=GENESIS, actor="hub", business_date=DAY, device_time=utc_text(MORNING))  # fmt: skip
        batch = PushBatch("hub", 0, 0, (op,))
        self.hub._transaction(lambda tx: push_batches(tx, TENANT, [batch], utc_text(MORNING)), TENANT)

    def after(self, days: int = 0, hours: int = 0) -> int:
        """So much later than the beginning, let the hub do what is due. Returns how many operations that were."""
        self.clock.set(MORNING + timedelta(days=days, hours=hours))
        return self.work_off()

    def work_off(self) -> int:
        done, count = 0, -1
        while count:
            count = self.jobs.work_off(TENANT)
            done += count
        return done

    def log(self, kind: str) -> list[dict[str, Any]]:
        page = self.hub.pull(TENANT, Cursor("", 0, GENESIS))
        return [entry.op["body"] for entry in page.entries if entry.op["kind"] == kind]

    def messages(self) -> list[tuple[str, str, int]]:
        """(address, template, cents) of what patients were sent, in order."""
        return [(each["address"], each["template"], each["papers"][0]["amount_cents"])
                for each in self.log("message.send")]  # fmt: skip

    def told(self, ask_id: str) -> list[str]:
        return [each["reason"] or each["outcome"] for each in self.log("ask.told") if each["ask_id"] == ask_id]

    def candidates(self) -> dict[str, Candidate]:
        """Everybody who may be asked, one by one and all at once: the same."""

        def read(session: Any) -> dict[str, Candidate]:
            reader, now = HubReader(session), utc_text(self.clock.now())
            return {each: asks.candidate(reader, TENANT, each, TODAY, now) for each in ("ada", "bo")}

        return self.hub._look(read, TENANT)  # type: ignore[no-any-return]

    def holds(self) -> None:
        assert self.hub.verify(TENANT, deep=True) == []


def _charge(charge_id: str, patient_id: str, cents: int) -> Charge:
    return Charge(id=charge_id, patient_id=patient_id, service_date=DAY, description="Office visit",
                  responsibility_cents=cents)  # fmt: skip


def asked(ask_id: str = "k", patient_id: str = "ada", cents: int = 7_500, **more: Any) -> AskStart:
    known = {"channel": "email", "address": f"{patient_id}@home.test", "remind_after": (3, 7)}
    return AskStart(ask_id=ask_id, patient_id=patient_id, amount_cents=cents, **(known | more))


def campaign(ask_id: str, patient_id: str, **more: Any) -> AskStart:
    return asked(ask_id, patient_id, 1, campaign_id="spring", campaign="Spring", **more)


def paid_by(link_id: str, cents: int) -> OnlineReceive:
    return OnlineReceive(online_id="o", patient_id="ada", amount_cents=cents, channel="link", number="WEB-1",
                         paid_at=utc_text(MORNING), intent="pi_1", source_id=link_id)  # fmt: skip


@pytest.fixture
def clinic(hub: HubStore) -> Iterator[Clinic]:
    made = Clinic(hub)
    yield made
    made.holds()


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Clinic]:
    """On SQLite alone."""
    store = stores.sqlite_hub(tmp_path)
    made = Clinic(store)
    yield made
    made.holds()
    store.close()


def test_s1_16_sent_once_and_reminded_twice_on_their_days(clinic: Clinic) -> None:
    clinic.say(asked(note="Thank you", expires_days=30))
    for days in (0, 0, 2, 3, 3, 6, 7, 8, 20):
        clinic.after(days, hours=1)
    assert clinic.messages() == [("ada@home.test", "pay_link", 7_500), ("ada@home.test", "pay_reminder", 7_500),
                                 ("ada@home.test", "pay_reminder", 7_500)]  # fmt: skip
    assert clinic.told("k") == ["sent", "reminded", "reminded"]
    assert [each["on"] for each in clinic.log("ask.told")] == ["2026-03-16", "2026-03-19", "2026-03-23"]
    [link] = clinic.log("link.issue")
    assert (link["subject"], link["amount_cents"], link["owed_cents"], link["note"]) == (
        "balance", 7_500, 7_500, "Thank you",
    )  # fmt: skip
    assert link["expires_at"] == "2026-04-16T06:00:00.000Z", "the end of the thirtieth day at the practice"
    assert "Thank you" not in str(clinic.log("message.send"))


def test_s1_16_nobody_is_reminded_before_nine_or_after_seven(small: Clinic) -> None:
    small.say(asked())
    small.after(0, hours=-8)
    assert small.told("k") == ["sent"], "what a person asks for goes at once"
    for hours in (-1, 10, 12, 23):
        assert small.after(3, hours) == 0
    small.after(4)
    assert small.told("k") == ["sent", "reminded"]
    assert small.after(7) == 0, "a late reminder keeps the next one its distance"
    assert small.after(8) > 0


@pytest.mark.parametrize("end", ["paid", "taken-back", "link-taken-back", "settled-at-the-desk", "run-out"])
def test_s1_16_nobody_is_reminded_after_the_end(small: Clinic, end: str) -> None:
    small.say(asked(expires_days=2 if end == "run-out" else 30))
    small.work_off()
    [link] = small.log("link.issue")
    ends = {
        "paid": lambda: small.hub_says(paid_by(link["link_id"], 7_500)),
        "taken-back": lambda: small.say(AskCancel(ask_id="k", patient_id="ada")),
        "link-taken-back": lambda: small.say(LinkRevoke(link_id=link["link_id"], patient_id="ada")),
        "settled-at-the-desk": lambda: _pay_at_the_desk(small),
    }
    if end in ends:
        ends[end]()
    for days in (3, 7, 8):
        small.after(days)
    assert [template for _, template, _ in small.messages()] == ["pay_link"]
    assert len(small.log("link.revoke")) == (1 if end in ("taken-back", "link-taken-back") else 0)


def _pay_at_the_desk(small: Clinic) -> None:
    for who, charge_id, cents in (("ada", "c-ada", 3_000), ("bea", "c-bea", 4_500)):
        small.stream.copay(who, charge_id, cents)
    small.say()


def test_s1_16_a_part_that_was_paid_is_not_asked_for_again(small: Clinic) -> None:
    small.say(asked())
    small.work_off()
    small.stream.copay("ada", "c-ada", 3_000)
    small.say()
    small.after(3)
    assert small.messages()[-1] == ("ada@home.test", "pay_reminder", 4_500)


def test_s1_16_an_amount_of_a_payment_request_is_asked_until_it_is_withdrawn(small: Clinic) -> None:
    small.say(PaymentRequestPut(request_id="q", patient_id="ada", amount_cents=12_000, number="PAY-1-00009"),
              asked(cents=12_000, request_id="q"))  # fmt: skip
    small.work_off()
    [link] = small.log("link.issue")
    assert (link["subject"], link["subject_id"], link["amount_cents"]) == ("request", "q", 12_000)
    small.say(PaymentRequestStatus(request_id="q", patient_id="ada", status="cancelled"))
    small.after(3)
    assert len(small.messages()) == 1


def test_s1_16_never_more_than_is_owed(small: Clinic) -> None:
    small.say(asked(cents=9_999), asked("less", "bo", 500))
    small.work_off()
    assert {each["patient_id"]: (each["amount_cents"], each["owed_cents"]) for each in small.log("link.issue")} == {
        "ada": (7_500, 7_500), "bo": (500, 2_000)}  # fmt: skip


def test_s1_16_taken_back_before_it_was_sent(small: Clinic) -> None:
    small.say(asked(), AskCancel(ask_id="k", patient_id="ada"))
    assert small.work_off() == 0


@pytest.mark.parametrize("point", [Point.HUB_BEFORE_COMMIT, Point.HUB_AFTER_COMMIT])
def test_s1_16_once_whatever_crashes(clinic: Clinic, point: Point) -> None:
    """The hub dies in every transaction it begins, before or after it stands; another one goes on."""
    clinic.say(asked(), asked("bo", "bo", 2_000))

    def dies(reached: Point) -> None:
        if reached is point:
            raise _Died

    for days in (0, 3, 7):
        clinic.clock.set(MORNING + timedelta(days=days))
        for _ in range(2):
            try:
                with visited_by(dies, here=True):
                    clinic.jobs.work_off(TENANT)
            except _Died:
                continue
        clinic.work_off()
    assert sorted(clinic.messages()) == sorted(
        [(address, template, cents) for address, cents in (("ada@home.test", 7_500), ("bo@home.test", 2_000))
         for template in ("pay_link", "pay_reminder", "pay_reminder")]
    )  # fmt: skip


class _Died(BaseException):
    pass


def test_s1_16_a_restored_hub_waits_for_its_desks(clinic: Clinic) -> None:
    clinic.say(asked())
    clinic.work_off()
    clinic.clock.set(MORNING + timedelta(days=3))
    clinic.hub._clock = clinic.clock
    clinic.hub.begin_epoch(TENANT)
    assert clinic.work_off() == 0
    clinic.clock.set(MORNING + timedelta(days=3) + AFTER_RESTORE)
    assert clinic.work_off() > 0
    assert clinic.told("k") == ["sent", "reminded"]


def test_s1_16_what_is_settled_holds_no_reminder_of_others_up(small: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.store.ask_jobs.AT_ONCE", 1)
    small.say(asked("a", "ada"), asked("b", "bo", 2_000))
    small.work_off()
    _pay_at_the_desk(small)
    small.after(3)
    assert small.messages()[2:] == [("bo@home.test", "pay_reminder", 2_000)]


# Many at once -----------------------------------------------------------------------------------------------------


def on_a_plan(patient_id: str = "bo", charge_id: str = "c-bo", cents: int = 2_000) -> tuple[object, ...]:
    text = "I agree to pay."
    about: dict[str, Any] = {"plan_id": "plan", "patient_id": patient_id, "terms_sha256": sha256(text)}
    lines = tuple(PlanLine(no=n, due_date=f"2026-0{n + 3}-16", amount_cents=cents // 2) for n in (1, 2))
    return (
        PlanPut(**about, charge_ids=(charge_id,), encounter_cents=cents, lines=lines, terms="plan-1", text=text),
        PlanAccept(**about, terms="plan-1", said_by="Bo Wren", how="paper"),
        PlanActivate(**about, charge_ids=(charge_id,)),
    )


def test_s1_17_the_hub_leaves_out_whom_there_is_no_reason_to_ask_any_more(clinic: Clinic) -> None:
    """Between the list at the desk and the sending: a plan began, somebody paid, somebody was snoozed or asked."""
    assert set(clinic.say(*on_a_plan(), campaign("k-bo", "bo"))) == {"accepted"}
    clinic.work_off()
    assert clinic.told("k-bo") == ["on_plan"]
    clinic.say(AskSnooze(patient_id="ada", until="2026-03-16"), campaign("k-1", "ada"))
    clinic.work_off()
    clinic.clock.set(MORNING + timedelta(days=1))
    clinic.say(campaign("k-2", "ada"), campaign("k-3", "bea"), asked("k-4", "ada", 100))
    clinic.work_off()
    clinic.say(campaign("k-5", "ada"))
    clinic.work_off()
    _pay_at_the_desk(clinic)
    clinic.say(asked("k-6", "ada", 100))
    clinic.work_off()
    assert [clinic.told(f"k-{n}") for n in range(1, 7)] == [
        ["snoozed"], ["sent"], ["asked_already"], ["sent"], ["asked_already"], ["nothing_owed"],
    ]  # fmt: skip


def test_s1_17_two_desks_ask_the_same_patients_once(small: Clinic) -> None:
    other = Stream(TENANT, stores.join(small.hub, "Second desk").device_id)
    other.add(replace(campaign("theirs", "ada"), campaign_id="other"))
    small.say(campaign("ours", "ada"))
    small.hub.push(TENANT, other.batch())
    small.work_off()
    assert sorted([*small.told("ours"), *small.told("theirs")]) == ["asked_already", "sent"]


def test_s1_17_many_go_a_few_at_a_time(small: Clinic) -> None:
    people = [f"p{n:02d}" for n in range(45)]
    small.say(*(Patient(id=each, family=each, given="Ada", birth_date="1984-03-14") for each in people),
              *(_charge(f"c-{each}", each, 1_000) for each in people),
              *(campaign(f"k-{each}", each) for each in people))  # fmt: skip
    steps = []
    while count := small.jobs.work_off(TENANT):
        steps.append(count)
    assert steps == [60, 60, 15]
    assert len(small.messages()) == 45


# What may be asked ------------------------------------------------------------------------------------------------


def test_s1_17_one_account_and_everybody_say_the_same(tmp_path: Path) -> None:
    """What a desk lists and what the hub looks at again: families, credit, plans, money on its way, merged records."""
    hub = stores.sqlite_hub(tmp_path)
    clinic = Clinic(hub)
    desk = stores.joined_desk(hub, tmp_path, "list")
    clinic.say(Patient(id="cy", family="Crane", given="Cy", birth_date=""), _charge("c-cy", "cy", 5_000),
               Collect(payment_id="p", patient_id="bea", tender="cash", amount_cents=1_000, number="PAY-1-00001",
                       receipt_no="01-1-A-0001"),
               AskSnooze(patient_id="bo", until="2026-04-01"), asked("k", "ada"))  # fmt: skip
    clinic.hub_says(replace(paid_by("elsewhere", 2_000), source_id=""))
    found = _everybody(desk, hub, clinic)
    assert found["ada"] == Candidate("ada", 7_500 - 1_000 - 2_000, date(2026, 3, 2), asked=True)
    assert found["bo"] == Candidate("bo", 2_000, date(2026, 3, 2), snoozed_until=date(2026, 4, 1))
    assert (found["bea"].guarantor, found["cy"].known) == (False, False)
    assert {each: found[each] for each in ("ada", "bo")} == clinic.candidates()
    clinic.work_off()
    clinic.say(*on_a_plan(), AskSnooze(patient_id="bo", until=""), PatientMerged(patient_id="cy", into_id="ada"))
    found = _everybody(desk, hub, clinic)
    assert found["bo"] == Candidate("bo", 0, None, on_plan=True)
    assert found["ada"].owed_cents == 7_500 - 1_000 - 2_000 + 5_000
    assert {each: found[each] for each in ("ada", "bo")} == clinic.candidates()
    assert "cy" not in found
    clinic.holds()
    desk.close()
    hub.close()


def _everybody(desk: DeskStore, hub: HubStore, clinic: Clinic) -> dict[str, Candidate]:
    stores.sync(hub, desk)
    with desk.reader() as reader:
        return {each.patient_id: each
                for each in asks.everybody(reader, TENANT, TODAY, utc_text(clinic.clock.now()))}  # fmt: skip
