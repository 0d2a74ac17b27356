"""A hub that is killed at every step of taking money from home: the money is in the log once, and taken once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from models.basics.clock import SystemClock
from models.basics.ids import new_id
from models.basics.points import Point
from models.operations import bodies, online, records
from models.operations.kept_cards import STRIPE, CardConsent, CardKeep, kept_card_id_of
from models.operations.links import LinkIssue
from models.store.portal_rows import OrderRow
from server.main import open_store
from server.online.offered import ChargeAsk, Charged, Unknown
from server.online.settings import Account, OnlineSettings
from server.settings import HubSettings
from tests.support.dying_hub import DyingHub
from tests.support.hub import KEY as FILE_KEY
from tests.support.hub import RunningHub
from tests.support.links import LATER, At, Payer
from tests.support.online import (  # noqa: F401
    ACCOUNT,
    BACK,
    BROKE,
    KEY,
    SECRET,
    Home,
    pay,
    pay_by_bank,
    processor,
)
from tests.support.simulators import StripeProcess
from tests.support.waiting import until


class Clinic:
    """A hub's file with one family, which lives and dies; between its lives a hub that is well looks at it."""

    def __init__(self, folder: Path, running: StripeProcess) -> None:
        self.processor = running
        account = {"": Account(KEY, SECRET, running.base)}
        self.settings = HubSettings(data_dir=folder, key_hex=FILE_KEY, online=OnlineSettings(account)).checked()
        well = RunningHub(self.settings)
        self.home = Home(well, running)
        self.tenant = self.home.tenant
        self.card_id = self._card()
        well.close()

    def _card(self) -> str:
        """A card the guarantor let the practice keep."""
        line = self.home.money.line(self.tenant)
        holder = str(line.call(lambda it: it.v1.customers.create({}))["id"])
        asked = {"mode": "setup", "customer": holder, "currency": "usd", "success_url": BACK}
        page = line.call(lambda it: it.v1.checkout.sessions.create(asked))
        pay(str(page["url"]))
        done = line.call(lambda it: it.v1.setup_intents.retrieve(str(page["setup_intent"])))
        card_id = kept_card_id_of(STRIPE, holder, str(done["payment_method"]))
        self.home.say(
            CardConsent(consent_id="c", patient_id=self.home.guarantor, channel="desk", said_by="Ada", words="card-1",
                        words_sha256="ab" * 32),
            CardKeep(kept_card_id=card_id, patient_id=self.home.guarantor, consent_id="c", processor=STRIPE,
                     token=str(done["payment_method"]), customer=holder, brand="Visa", last4="4242"),
        )  # fmt: skip
        return card_id

    def well(self) -> Home:
        """The hub starts again, and nothing kills it."""
        self.home.running.settings = self.settings  # at whatever port is free
        self.home.running.start()
        self.hears(self.home.running.url)
        return self.home

    def hears(self, url: str) -> None:
        """The processor tells this hub from now on what happens."""
        self.processor.tell(f"webhook {url}/stripe/webhooks/{self.tenant} {SECRET}")

    def rest(self) -> None:
        """The hub ends as it should."""
        self.home.running.stop()


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory, processor: StripeProcess) -> Iterator[Clinic]:  # noqa: F811
    processor.reset()
    folder = tmp_path_factory.mktemp("dying") / "hub"
    folder.mkdir()
    made = Clinic(folder, processor)
    yield made
    processor.tell("webhook")


@pytest.fixture(scope="module")
def dying(clinic: Clinic) -> Iterator[DyingHub]:
    with DyingHub(clinic.settings, clinic.processor, clinic.tenant) as made:
        yield made


def taken(home: Home) -> list[dict[str, Any]]:
    return home.entries("online.receive")


def ask(key: str) -> dict[str, Any]:
    return {"key": key, "patient_id": "", "amount_cents": 1_000, "channel": "portal", "return_url": BACK}


@pytest.mark.parametrize("point", [Point.BEFORE_ONLINE, Point.AFTER_ONLINE])
def test_killed_while_it_asks_for_a_page(clinic: Clinic, dying: DyingHub, point: Point) -> None:
    """Asked again under the same key there is one page, and one payment."""
    key, before = new_id(), len(clinic.processor.intents())
    wanted = {**ask(key), "patient_id": clinic.home.guarantor}
    dying.live(point, "checkout", wanted)
    dying.dies()
    home = clinic.well()
    known = len(taken(home))
    begun = home.begin(1_000, key=key)
    assert home.begin(1_000, key=key) == begun
    pay(begun.url)
    until(lambda: len(taken(home)) == known + 1)
    assert len(clinic.processor.intents()) == before + 1
    home.holds()
    clinic.rest()


def test_n50_a_link_is_paid_once_though_the_hub_dies_between_page_and_payment(
    clinic: Clinic, dying: DyingHub
) -> None:  # fmt: skip
    """Nobody heard that it was paid, and the order knows of no page: opened again, the link is paid."""
    home, link_id, order_id = clinic.well(), new_id(), new_id()
    practice = records.Practice(id=home.tenant, name="Alder Street", timezone="UTC")
    home.say(practice, records.Rules(portal=True, portal_payments=True),
             LinkIssue(link_id=link_id, patient_id=home.guarantor, subject="balance", amount_cents=1_000,
                       expires_at=LATER))  # fmt: skip
    order = OrderRow(order_id, link_id, home.guarantor, 1_000, "[]", "", 0, "begun", "", "", "", LATER)
    home.store.portal.begin_order_alone(home.tenant, order)
    known, intents = len(taken(home)), len(clinic.processor.intents())
    clinic.rest()
    asked = {**ask(order_id), "patient_id": home.guarantor, "channel": "link", "source_id": link_id}
    dying.live(Point.AFTER_HEARD, "checkout", asked, "page")
    clinic.hears(dying.says("address"))
    pay(dying.says("page"))
    dying.dies()
    home = clinic.well()
    home.look_after()
    payer = Payer(At(home.running, home.tenant), link_id).enters()
    assert "Thank you, Ada" in payer.page.text
    assert (len(taken(home)), len(clinic.processor.intents())) == (known + 1, intents + 1)
    assert "Already paid" in Payer(At(home.running, home.tenant), link_id).opens().text
    home.holds()
    clinic.rest()


@pytest.mark.parametrize(("point", "armed_by"), [
    (Point.AFTER_HEARD, "page"), (Point.HUB_BEFORE_COMMIT, "receive"), (Point.HUB_AFTER_COMMIT, "receive"),
])  # fmt: skip
def test_killed_when_the_money_is_told(clinic: Clinic, dying: DyingHub, point: Point, armed_by: str) -> None:
    """The event is kept, or the fact half written, or written and not noted: it is in the log once."""
    wanted = {**ask(new_id()), "patient_id": clinic.home.guarantor}
    dying.live(point, "checkout", wanted, armed_by)
    clinic.hears(dying.says("address"))
    pay(dying.says("page"))
    dying.dies()
    home = clinic.well()
    charged = [each for each in clinic.processor.intents() if each["status"] == "succeeded"]
    until(lambda: len(taken(home)) == len(charged))
    home.look_after()
    assert len({each["intent"] for each in taken(home)}) == len(taken(home)) == len(charged)
    home.holds()
    clinic.rest()


@pytest.mark.parametrize(("point", "armed_by"), [
    (Point.AFTER_HEARD, "page"), (Point.HUB_BEFORE_COMMIT, "processing"), (Point.HUB_AFTER_COMMIT, "processing"),
    (Point.HUB_BEFORE_COMMIT, "receive"), (Point.HUB_BEFORE_COMMIT, "refused"), (Point.HUB_AFTER_COMMIT, "refused"),
])  # fmt: skip
def test_s2_16_killed_while_a_bank_is_asked_or_answers(
    clinic: Clinic, dying: DyingHub, point: Point, armed_by: str
) -> None:  # fmt: skip
    """Asked, paid or refused: half written, written and not noted, or only heard of, each is in the log once."""
    home = clinic.well()
    home.rules(online_debits=True)
    clinic.rest()
    before = {kind: len(home.entries(kind)) for kind in DEBITS}
    dying.live(point, "checkout", {**ask(new_id()), "patient_id": home.guarantor}, armed_by)
    clinic.hears(dying.says("address"))
    pay_by_bank(dying.says("page"), BROKE if armed_by == "refused" else ACCOUNT)
    if armed_by in ("receive", "refused"):
        until(lambda: _said(clinic, "online.processing") == before["online.processing"] + 1)
        clinic.processor.tell("settle-debits")
    dying.dies()
    home = clinic.well()
    until(lambda: len(home.entries("online.processing")) == before["online.processing"] + 1)
    clinic.processor.tell("settle-debits")
    ended = "online.refused" if armed_by == "refused" else "online.receive"
    until(lambda: len(home.entries(ended)) == before[ended] + 1)
    home.look_after()
    came = 1 if ended == "online.receive" else 0
    assert {kind: len(home.entries(kind)) - count for kind, count in before.items()} == {
        "online.processing": 1, "online.receive": came, "online.refused": 1 - came}  # fmt: skip
    home.holds()
    clinic.rest()


DEBITS = ("online.processing", "online.receive", "online.refused")


def _said(clinic: Clinic, kind: str) -> int:
    """How often the file of a hub that lives elsewhere has this."""
    return len(clinic.home.entries(kind))


@pytest.mark.parametrize("point", [Point.BEFORE_ONLINE, Point.AFTER_ONLINE])
def test_killed_while_it_charges_a_kept_card(clinic: Clinic, dying: DyingHub, point: Point) -> None:
    """Before anything left nothing is taken and nobody repeats it; after, it is found by its name and counts once."""
    before, key = len(clinic.processor.intents()), new_id()
    clinic.processor.tell("always webhook-lost")
    dying.live(point, "charge", {"key": key, "kept_card_id": clinic.card_id, "amount_cents": 700})
    dying.dies()
    home = clinic.well()
    found = home.money.charge_kept_card(home.tenant, ChargeAsk(key=key, kept_card_id=clinic.card_id, amount_cents=700))
    left = point is Point.AFTER_ONLINE
    assert isinstance(found, Charged if left else Unknown)
    assert len(clinic.processor.intents()) == before + int(left)
    home.look_after()
    assert len(clinic.processor.intents()) == before + int(left)
    clinic.processor.clear()
    home.holds()
    clinic.rest()


@pytest.mark.parametrize("point", [Point.BEFORE_ONLINE, Point.AFTER_ONLINE])
def test_killed_while_it_gives_back(clinic: Clinic, dying: DyingHub, point: Point) -> None:
    home = clinic.well()
    pay(home.begin(1_000).url)
    online_id = _posted(home)
    refund_id = new_id()
    before, gone = clinic.processor.captured_cents(), len(home.entries("online.return"))
    clinic.rest()
    home.desk.stream.add(bodies.RefundRequest(
        refund_id=refund_id, payment_id=online_id, patient_id=home.guarantor, amount_cents=400, tender="online",
        reason="patient_request", number=f"PAY-1-{refund_id[-5:]}",
    ))  # fmt: skip
    _to_file(clinic)
    dying.live(point, "wake")
    dying.dies()
    clinic.well()
    until(lambda: len(home.entries("online.return")) == gone + 1)
    home.look_after()
    assert clinic.processor.captured_cents() == before - 400
    assert len(home.entries("online.return")) == gone + 1
    home.holds()
    clinic.rest()


def _to_file(clinic: Clinic) -> None:
    """Let the hub's file have what the desk has added, while no hub looks."""
    store = open_store(clinic.settings, SystemClock())
    try:
        stream = clinic.home.desk.stream
        assert store.push(clinic.tenant, stream.batch(stream.dseq)).results[0].verdict == "accepted"
        clinic.home.caught_up()
    finally:
        store.close()


def _posted(home: Home) -> str:
    until(lambda: bool(home.column("SELECT online_id FROM online_payment WHERE tenant = :tenant AND state = 'open'")))
    waits = home.column("SELECT online_id FROM online_payment WHERE tenant = :tenant AND state = 'open' "
                        "ORDER BY paid_at DESC, online_id")  # fmt: skip
    assert set(home.say(*(online.OnlinePost(online_id=each, patient_id=home.guarantor) for each in waits))) == {
        "accepted"}  # fmt: skip
    return str(waits[0])
