"""Patients pay from home by links; desks ask them to. The hub's pages and its line to the processor are the real ones.

What may go wrong on the way: the hub dies at any boundary, answers of the processor are lost, what it tells is lost,
doubled or late, the patient has two windows, comes back later, or has paid at the desk meanwhile.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

from app.ask_views import AskChoice, ManyChoice, ManyWish
from app.link_views import LinkChoice
from models.basics.clock import utc_text
from models.store.queries import links
from models.store.queries.links import Standings
from server.online.line import Told
from tests.simulator import taking
from tests.simulator.browsing import Browser
from tests.simulator.desk import MARIA, SimDesk
from tests.simulator.hub import HubGone
from tests.simulator.processor import DECLINED, VISA
from tests.simulator.template import BORN, CLINIC
from tests.simulator.world import chance

if TYPE_CHECKING:
    from tests.simulator.oracles import Books
    from tests.simulator.run import Run

LINE_TROUBLE = ("drop-before", "drop-after", "error-after:500", "rate-limited:no", "garbled")
ROUTES = ("sessions.create", "sessions.retrieve", "payment_intents.retrieve", "events.list")
DEATHS = ("hub_before_commit", "hub_after_commit", "hub_after_commit", "before_online", "after_online", "after_heard")
MOST_SKIPPED = 4
"""The hub dies at one of so many boundaries it passes."""
RESTORED_S, PAGE_ENDS_S, POLL_S = 660.0, 2_400.0, 61.0
"""So long a restored hub waits, a page of the processor's is open, the hub asks the processor by itself."""
HERE = "http://127.0.0.1:1"


@dataclass
class Home:
    """What patients have at home: windows by link, and pages of the processor that are open: (link, address)."""

    windows: dict[str, list[Browser]] = field(default_factory=dict)
    pages: list[tuple[str, str]] = field(default_factory=list)


# At the desk ----------------------------------------------------------------------------------------------------------


def issue(run: Run, desk: SimDesk, rng: Random) -> str:
    """A link for what somebody owes, or one is taken back."""
    known = [row[0] for row in desk.rows("SELECT link_id FROM pay_link WHERE revoked_at = '' ORDER BY link_id")]
    if known and chance(rng, 35):
        return f"taken back: {desk.links.revoke(rng.choice(known), MARIA).state}"
    return _issued(run, desk, rng)[1]


def _issued(run: Run, desk: SimDesk, rng: Random) -> tuple[str, str]:
    patient_id, visit = run.somebody(rng)
    subject = "visit" if visit and chance(rng, 40) else "balance"
    offer = desk.links.offer(subject, patient_id, visit if subject == "visit" else "")
    part = offer.owed_cents // 2 if subject == "balance" and chance(rng, 25) else 0
    ways = (("email", f"{patient_id}@home.test"),) if chance(rng, 30) else ()
    line = desk.links.issue(offer, LinkChoice(amount_cents=part, ways=ways), MARIA)
    return line.link_id, f"{subject} {line.due_cents}"


def ask(run: Run, desk: SimDesk, rng: Random) -> str:
    """Somebody is asked by e-mail, or everybody who owes; a request is sent again, or taken back; an account is
    snoozed."""
    return rng.choice([_ask_one, _ask_one, _ask_many, _ask_again, _cancel, _snooze])(run, desk, rng)


def _ask_one(run: Run, desk: SimDesk, rng: Random) -> str:
    sheet = desk.asks.sheet(run.somebody(rng)[0])
    choice = AskChoice("email", f"{sheet.patient.patient_id}@home.test", remind_after=_reminders(rng),
                       amount_cents=rng.choice([0, 0, 2_500]))  # fmt: skip
    return f"asked {desk.asks.send(sheet, choice, MARIA).amount_cents}"


def _ask_many(_run: Run, desk: SimDesk, rng: Random) -> str:
    return f"{desk.asks.send_some(desk.asks.many(ManyWish()), ManyChoice('Spring', _reminders(rng)), MARIA)} asked"


def _ask_again(_run: Run, desk: SimDesk, rng: Random) -> str:
    return f"again: {desk.asks.again(_some_ask(desk, rng), MARIA).state}"


def _cancel(_run: Run, desk: SimDesk, rng: Random) -> str:
    return f"taken back: {desk.asks.cancel(_some_ask(desk, rng), MARIA).state}"


def _snooze(run: Run, desk: SimDesk, rng: Random) -> str:
    patient_id, today = run.somebody(rng)[0], desk.clinic.today()
    until = today.replace(year=today.year + 1, day=1) if chance(rng, 60) else None
    desk.asks.snooze(patient_id, until, MARIA)
    return f"{patient_id} snoozed to {until}"


def _reminders(rng: Random) -> tuple[int, ...]:
    return rng.choice([(), (1,), (1, 3)])


def _some_ask(desk: SimDesk, rng: Random) -> str:
    found = desk.rows("SELECT ask_id FROM ask WHERE state <> 'cancelled' ORDER BY ask_id")
    return str(rng.choice(found)[0]) if found else "nobody was asked"


def post(_run: Run, desk: SimDesk, rng: Random) -> str:
    """Money from home is written into the account."""
    found = desk.rows("SELECT online_id FROM online_payment WHERE state = 'open' ORDER BY online_id")
    return f"{desk.inbox.post(rng.choice(found)[0], MARIA).amount_cents} posted" if found else "nothing waits"


# At home --------------------------------------------------------------------------------------------------------------


def pay(run: Run, desk: SimDesk, rng: Random) -> str:
    """A patient opens a link and pays, or goes on where they were."""
    if desk.enrolled.tenant != CLINIC:
        return "nobody pays that practice from home"
    with _trouble(run, rng):
        if run.home.pages and chance(rng, 40):
            return _types_card(run, rng)
        known = [row[0] for row in run.hub.rows("SELECT link_id FROM pay_link WHERE tenant = ? ORDER BY link_id",
                                                CLINIC)]  # fmt: skip
        if not known or chance(rng, 30):
            known = [_issued(run, desk, rng)[0]]
            desk.drain("push")
        again = [each for each in run.home.windows if each in known]
        words = _goes_to_pay(run, again[-1] if again and chance(rng, 50) else rng.choice(known), rng)
        if run.home.pages and chance(rng, 75):
            if chance(rng, 10):
                taking.on_account(run, desk, rng)  # at the desk meanwhile
            words += f", {_types_card(run, rng)}"
        return f"{words}, {_tells(run, rng)} heard" if chance(rng, 50) else words


def _goes_to_pay(run: Run, link_id: str, rng: Random) -> str:
    """As far as the processor's page, in a window that is open or a new one."""
    windows = run.home.windows.setdefault(link_id, [])
    window = rng.choice(windows) if windows and chance(rng, 60) else Browser()
    if window not in windows:
        windows.append(window)
    if not window.page or chance(rng, 70):  # else from the page as it was left
        _enters(run, window, link_id)
    window.send(run.hub, "/pay")
    where = window.leads_to()
    if where:
        run.home.pages.append((link_id, where))
    return f"page {window.status}{', on to the card' if where else ''}"


def _enters(run: Run, window: Browser, link_id: str) -> None:
    """Open a link and say who they are, where that is asked."""
    address, (year, month, day) = f"/pay/{CLINIC}~{link_id}", BORN.split("-")
    window.get(run.hub, address)
    if window.send(run.hub, address, birth_year=year, birth_month=str(int(month)), birth_day=str(int(day))):
        run.met["home proven"] += 1


def _types_card(run: Run, rng: Random) -> str:
    link_id, url = run.home.pages[rng.randrange(len(run.home.pages))]
    status, where = run.world.processor().pay(url, DECLINED if chance(rng, 15) else VISA)
    if status != 303:
        return f"card page {status}"
    run.home.pages = [each for each in run.home.pages if each[1] != url]
    run.met["home paid"] += 1
    if chance(rng, 60):  # the others close the window
        run.home.windows[link_id][-1].get(run.hub, where.removeprefix(HERE))
    return "paid"


def sent_to_ann(desk: SimDesk) -> str:
    """A link for what Ann's family owes, at the hub; its id."""
    link_id = desk.links.issue(desk.links.offer("balance", "ann"), LinkChoice(), MARIA).link_id
    desk.drain("push")
    return link_id


def goes_on(run: Run, link_id: str) -> str:
    """Ann opens her link in a new window and goes on to the card; where that is (empty: she is not let)."""
    window = Browser()
    _enters(run, window, link_id)
    window.send(run.hub, "/pay")
    return window.leads_to()


def hears_all(run: Run) -> None:
    """The hub is told everything, and looks after it."""
    for event_id in run.world.processor().events:
        _hear(run, event_id)
    run.hub.look_after_home((CLINIC,), poll=False)


def opened_twice(run: Run, desk: SimDesk) -> str:
    """Ann opens her link in two windows."""
    link_id = sent_to_ann(desk)
    run.home.windows[link_id] = [Browser(), Browser()]
    for window in run.home.windows[link_id]:
        _enters(run, window, link_id)
    return link_id


def pays_twice(run: Run, _desk: SimDesk) -> str:
    """She goes on to the card in both, and types it wherever she is let; the hub hears of it. Where it dies, another
    one starts and she goes on."""
    [windows] = run.home.windows.values()
    paid = 0
    for window in (*windows, windows[0]):
        _unless_gone(run, lambda window=window: window.send(run.hub, "/pay"))
    for url in [where for window in windows if (where := window.leads_to())]:
        status, where = run.world.processor().pay(url)
        if status == 303:
            paid += 1
            _unless_gone(run, lambda where=where: windows[0].get(run.hub, where.removeprefix(HERE)))
    for _ in range(2):  # an event that nobody answered for is told again
        _unless_gone(run, lambda: hears_all(run))
    return f"{paid} paid"


def _unless_gone(run: Run, work: Callable[[], object]) -> None:
    try:
        work()
    except HubGone:
        run.hub.crash()


def told(run: Run, _desk: SimDesk, rng: Random) -> str:
    """What the processor tells arrives: lost, twice, later, out of order; the hub looks after what it heard."""
    if run.world.home is None:
        return "nobody paid"
    with _trouble(run, rng):
        return f"{_tells(run, rng)} heard"


def _tells(run: Run, rng: Random) -> int:
    waiting, count = run.world.processor().events, 0
    for _ in range(len(waiting)):
        event_id = waiting.pop(rng.randrange(len(waiting)) if chance(rng, 30) else 0)
        how = rng.choice(["told", "told", "told", "lost", "late", "twice"])
        run.met[f"home event {how}"] += 1
        if how == "late":
            waiting.append(event_id)
        for _ in range({"told": 1, "twice": 2}.get(how, 0)):
            count += _hear(run, event_id)
    run.hub.look_after_home((CLINIC,), poll=chance(rng, 30))
    return count


def _hear(run: Run, event_id: str) -> int:
    event = run.world.processor().event(event_id)
    said = Told(event_id, event["type"], event["data"]["object"]["id"], event["created"])
    return int(run.hub.hub.online_worker.hear(CLINIC, said))


@contextmanager
def _trouble(run: Run, rng: Random) -> Iterator[None]:
    """The hub may die on the way, an answer of the processor may be lost; both as bad as the weather."""
    if chance(rng, run.weather.bad):
        run.hub.plan, run.hub.skip = [f"{rng.choice(DEATHS)}:gone"], rng.randrange(MOST_SKIPPED)
    if chance(rng, run.weather.bad) and run.world.home is not None:
        run.world.home.plan.next(f"{rng.choice(LINE_TROUBLE)}@{rng.choice(ROUTES)}")
    try:
        yield
    finally:
        run.hub.plan, run.hub.skip = [], 0
        if run.world.home is not None:
            run.world.home.plan.clear()


# The end --------------------------------------------------------------------------------------------------------------


def settle(run: Run) -> None:
    """At the end nothing is lost any more: the hub asks the processor for all that was never told, and every page that
    is open there ends."""
    if run.world.home is not None:
        run.world.advance(RESTORED_S)
        for wait_s in (PAGE_ENDS_S, POLL_S, POLL_S):
            run.hub.look_after_home((CLINIC,), poll=True)
            run.world.advance(wait_s)


def at_the_end(run: Run, books: Books) -> None:
    """All the processor took is in the log, once; no link was paid twice; and every desk says of every link what the
    hub says."""
    if run.world.home is not None:
        taken = {each["id"]: each["metadata"].get("source", "") for each in run.world.home.intents()}
        logged = Counter(op["body"]["intent"] for _, _, _, op in books.facts() if op["kind"] == "online.receive")
        for intent in sorted(taken.keys() | logged.keys()):
            if logged[intent] != (intent in taken):
                run.wrong(f"I25 {intent}: taken {intent in taken}, logged {logged[intent]} times")
        for link_id, times in Counter(taken.values()).items():
            if times > 1:
                run.wrong(f"link {link_id} was paid {times} times")
    known = [row[0] for row in run.hub.rows("SELECT link_id FROM pay_link WHERE tenant = ?", CLINIC)]
    if known:
        with run.hub.reader() as reader:
            there = _standings(reader, run, known)
        for desk in run.desks:
            if desk.store.cursor() == run.hub.head(CLINIC) and not run.aside(desk):
                _same_standings(run, desk, there)


def _same_standings(run: Run, desk: SimDesk, there: dict[str, Any]) -> None:
    with desk.store.reader() as reader:
        here = _standings(reader, run, there)
    for link_id, standing in there.items():
        if here[link_id] != standing:
            run.wrong(f"I19 {desk.name}: link {link_id} is {here[link_id]}, at the hub {standing}")


def _standings(reader: Any, run: Run, known: Any) -> dict[str, Any]:
    standings = Standings(reader, CLINIC, utc_text(run.world.now), run.world.now.date())
    return {link_id: standings.of(row) if (row := links.link(reader, CLINIC, link_id)) else None for link_id in known}


__all__ = ["Home", "ask", "at_the_end", "goes_on", "hears_all", "issue", "opened_twice", "pay", "pays_twice", "post",
           "sent_to_ann", "settle", "told"]  # fmt: skip
