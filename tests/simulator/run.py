"""One run: a seed becomes a morning at a clinic, step by step, then everything heals and the books are held against
the world."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from app.lanes import Job
from models.basics.errors import PosError
from models.basics.points import Point, visited_by
from tests.simulator import (
    asking,
    closing,
    copying,
    giving,
    holding,
    joining,
    mailing,
    merging,
    moving,
    oracles,
    paying,
    planning,
    rekeying,
    taking,
    trouble,
)
from tests.simulator.desk import PRIYA, Killed, SimDesk
from tests.simulator.determined import Machine, determined
from tests.simulator.devices import PAPER_TROUBLE
from tests.simulator.faults import MOODS, Mood, happens, weather
from tests.simulator.hub import HubGone, SimHub
from tests.simulator.joining import Keys
from tests.simulator.kept import connections_kept, run_folder
from tests.simulator.network import Network
from tests.simulator.paying import Home
from tests.simulator.rekeying import Receipt
from tests.simulator.template import CLINIC, OTHER, PEOPLE, VISITS, template
from tests.simulator.world import DeskClock, Place, World, chance

STEPS = 24
"""A run has at most so many steps, unless told otherwise."""

DEEP = 3
"""In one of so many runs a desk is also asked for what takes long to say: every page, every link, the layers."""

ROUNDS = 12
"""So often everything is sent and fetched at the end; more would be a queue that hangs (I20)."""


@dataclass(frozen=True)
class Step:
    """One thing that happens; what exactly follows from its own seed, so that others may be left out."""

    name: str
    seed: int


@dataclass(frozen=True)
class Act:
    """A row of what may happen: how often, at whose wish, by which fault (empty: people's)."""

    weight: int
    do: Callable[[Run, SimDesk, Random], str]
    fault: str = ""
    alive: bool = True


@dataclass
class Result:
    """How a run ended. `digest` covers everything every store holds."""

    seed: int
    digest: str
    failures: list[str]
    trace: list[str]
    met: Counter[str]
    steps: list[Step]


def sync(run: Run, desk: SimDesk, rng: Random) -> str:
    """The loops get through."""
    desk.sync()
    return desk.stopped or "in step"


def push(run: Run, desk: SimDesk, rng: Random) -> str:
    """One batch."""
    desk.step("push")
    return desk.stopped or "sent"


def pull(run: Run, desk: SimDesk, rng: Random) -> str:
    """One page."""
    desk.step("pull")
    return desk.stopped or "fetched"


def recover(run: Run, desk: SimDesk, rng: Random) -> str:
    """Somebody looks after card payments in doubt; in the end a person decides by the reader's own list."""
    left = desk.recovery.check_all(Job())
    for item in desk.recovery.open_attempts() if left else ():
        if int(item.facts["asked"] or 0) >= 2:
            ref = desk.rows("SELECT terminal_ref FROM terminal_attempt WHERE attempt_id = ?", item.item_id)[0][0]
            known = run.world.bank.known.get(ref)
            if known is None or known.cents == item.amount_cents:
                desk.recovery.resolve_by_person(item.item_id, PRIYA, known is not None, "seen on the reader")
    return f"{left} in doubt"


def papers(run: Run, desk: SimDesk, rng: Random) -> str:
    """Somebody looks after the printer."""
    desk.printing.nudge_if_waiting()
    desk.bench.work()
    if chance(rng, 50):
        for item in desk.attention.items():
            if item.kind == "print_unknown":
                desk.printing.say_printed(item.item_id, printed=chance(rng, 50))
    return "looked after"


def time_goes_by(run: Run, desk: SimDesk, rng: Random) -> str:
    """Minutes or a day; the hub looks for money that waits for nothing, and for holds whose time is
    over."""
    run.world.advance(rng.choice([60.0, 600.0, 3_600.0, 90_000.0]))
    freed, let_go = run.hub.store.free_waiting(tenant := desk.enrolled.tenant), run.hub.store.expire_holds(tenant)
    return f"{freed} visits freed, {let_go} holds"


ACTS: dict[str, Act] = {
    "collect": Act(30, taking.collect),
    "void": Act(5, taking.void),
    "same": Act(7, taking.same_at_two, "F26"),
    "held": Act(4, holding.spent_offline),
    "give_back": Act(2, holding.give_back),
    "broken": Act(2, holding.broken),
    "portal": Act(2, taking.known_elsewhere),
    "not_collecting": Act(1, taking.not_collecting),
    "refund": Act(8, giving.refund),
    "refund_at_two": Act(3, giving.refund_at_two, "F26"),
    "finish_refund": Act(4, giving.finish_refund),
    "refund_handed_back": Act(2, giving.refund_handed_back),
    "take_back": Act(5, giving.take_back),
    "dispute_ends": Act(2, giving.dispute_ends),
    "move": Act(6, moving.move),
    "fill": Act(3, moving.fill),
    "adjust": Act(3, moving.adjust),
    "fee": Act(2, moving.fee),
    "undo": Act(3, moving.undo),
    "open_drawer": Act(1, closing.open_drawer),
    "drawer_moved": Act(1, closing.drawer_moved),
    "close_day": Act(4, closing.close_day),
    "mail": Act(3, mailing.ask),
    "send": Act(3, mailing.send),
    "paper": Act(2, rekeying.rekeyed),
    "status": Act(4, moving.status),
    "ehr": Act(9, moving.told_by_ehr),
    "merge": Act(3, merging.merge),
    "part": Act(2, merging.part),
    "ask": Act(5, asking.ask),
    "ask_moves_on": Act(3, asking.move_on),
    "collect_asked": Act(6, asking.collect),
    "plan_answers": Act(3, asking.plan_answers),
    "agree_on_plan": Act(4, planning.agree),
    "follow_plan": Act(6, planning.follow),
    "link": Act(2, paying.issue),
    "ask_by_link": Act(2, paying.ask),
    "pay_from_home": Act(4, paying.pay),
    "told_of_home": Act(2, paying.told),
    "post_from_home": Act(2, paying.post),
    "rules": Act(1, moving.rules),
    "sync": Act(16, sync),
    "push": Act(8, push),
    "pull": Act(8, pull),
    "recover": Act(4, recover),
    "papers": Act(4, papers),
    "time": Act(3, time_goes_by),
    "late": Act(8, trouble.late, "F4"),
    "line": Act(4, trouble.line, "F1"),
    "hub_restarts": Act(3, trouble.hub_restarts, "F10"),
    "clock": Act(5, trouble.clock, "F22"),
    "weeks": Act(2, trouble.weeks, "F23"),
    "dies": Act(4, trouble.dies, "F14"),
    "disk_full": Act(4, trouble.disk_full, "F16"),
    "second_loop": Act(5, trouble.second_loop, "F25"),
    "newer_program": Act(2, trouble.newer_program, "F24"),
    "poison": Act(2, trouble.poison, "F31"),
    "altered": Act(2, trouble.altered, "F33"),
    "revoked": Act(2, trouble.revoked, "F32"),
    "snapshot": Act(3, trouble.snapshot, "F37"),
    "desk_backup": Act(9, copying.desk_backup, "F19"),
    "desk_restored": Act(7, copying.desk_restored, "F19"),
    "cloned": Act(3, copying.cloned, "F20"),
    "hub_backup": Act(7, copying.hub_backup, "F21"),
    "hub_restored": Act(6, copying.hub_restored, "F21"),
    "review": Act(3, copying.review, "F32"),
    "join_again": Act(4, joining.join_again, "F32"),
}


@dataclass
class Run:
    """A run under way: what steps and oracles share."""

    seed: int
    folder: Path
    machine: Machine
    world: World
    weather: Mood
    hub: SimHub
    network: Network
    desks: list[SimDesk]
    stranger: SimDesk | None
    met: Counter[str]
    others_morning: str
    """Where the log of the other practice stood in the morning."""
    trace: list[str] = field(default_factory=list)
    verdicts: dict[tuple[str, str], str] = field(default_factory=dict)
    told: set[tuple[Place, str]] = field(default_factory=set)
    decided: dict[str, str] = field(default_factory=dict)
    won: set[str] = field(default_factory=set)
    files: list[Any] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    copied: bool = False
    hub_restored: bool = False
    as_the_hub: set[str] = field(default_factory=set)
    """Desks whose tables were found to be the hub's, row by row."""
    backups: dict[str, Path] = field(default_factory=dict)
    papers: list[Receipt] = field(default_factory=list)
    """Receipts of payments that are lost, whose patients show them, or did."""
    carried: list[tuple[Receipt, Place]] = field(default_factory=list)
    """Receipts that were entered again, and where their money was carried."""
    home: Home = field(default_factory=Home)
    """What patients have open at home."""
    joining: dict[str, Keys] = field(default_factory=dict)
    """Desks that are about to join again, and with what."""
    full: str = ""
    acting: SimDesk | None = None

    @property
    def failures(self) -> list[str]:
        """What was not as it must be."""
        return self.world.failures

    def wrong(self, what: str) -> None:
        """Note a failure."""
        self.world.wrong(what)

    @property
    def looked_into(self) -> SimDesk:
        """The one desk of a run whose own checks are all run: the others are held against the hub."""
        return self.desks[self.seed % len(self.desks)]

    def aside(self, desk: SimDesk) -> bool:
        """Does the hub keep apart what this desk says? It was revoked, or runs twice."""
        found = self.hub.rows("SELECT revoked_at, apart_at FROM device WHERE device_id = ?", desk.device)
        return bool(found[0][0] or found[0][1])

    def everybody(self) -> list[SimDesk]:
        """Every desk of both practices."""
        return [*self.desks, *([self.stranger] if self.stranger else [])]

    @property
    def tenants(self) -> tuple[str, ...]:
        """The practices of which somebody is there."""
        return (CLINIC, OTHER) if self.stranger else (CLINIC,)

    def somebody(self, rng: Random) -> tuple[str, str]:
        """A patient, and mostly a visit of theirs."""
        patient_id = rng.choice(["ann", "ann", "ann", *PEOPLE])
        visits = [name for name, (whose, _) in VISITS.items() if whose == patient_id]
        return patient_id, rng.choice([*visits, ""])

    # Steps ------------------------------------------------------------------------------------------------------------

    def play(self, steps: Iterable[Step]) -> None:
        """One after the other, until something is wrong."""
        with visited_by(lambda point: trouble.visit(self, self.acting, point), here=True):
            for number, step in enumerate(steps):
                self._step(number, step)
                if self.failures:
                    return

    def _step(self, number: int, step: Step) -> None:
        rng, act = Random(step.seed), ACTS[step.name]
        self.network.rng = rng
        self.world.advance(rng.randint(1, 40))
        desk = rng.choice(self.everybody() if chance(rng, 30) else self.desks)
        words = self._with(desk, lambda: self._act(desk, act, rng))
        self.trace.append(f"{number:3} {desk.name} {step.name}: {words}")
        if desk.alive:
            oracles.after_step(self, desk)

    def _act(self, desk: SimDesk, act: Act, rng: Random) -> str:
        """The act itself, on a desk that is up; the end of the process in its middle, where that is planned."""
        if not desk.alive:
            self.start(desk)
        if chance(rng, self.weather.paper):
            desk.printer.next = rng.choice(PAPER_TROUBLE)
            self.met["F29"] += 1
        if chance(rng, self.weather.kills):
            desk.kill_at = rng.randint(1, 9)
        try:
            words = act.do(self, desk, rng)
            if chance(rng, 70):
                desk.bench.work()
        finally:
            self.full = ""
        desk.kill_at = 0
        return words

    def _with(self, desk: SimDesk, work: Callable[[], str]) -> str:
        """Do something at a desk, whatever becomes of it."""
        self.acting, self.machine.clock = desk, desk.clock
        try:
            with desk.as_itself():
                return work()
        except PosError as error:
            desk.kill_at = 0
            return f"refused: {error}"
        except Killed:
            self.met["F14"] += 1
            desk.die()
            return "killed in the middle"
        except HubGone:
            self.hub.crash()
            return "the hub died"

    def start(self, desk: SimDesk) -> None:
        """Start a desk's program; whoever was in the middle of something looks how it ended."""
        desk.open()
        desk.begin()
        deed, desk.deed = desk.deed, None
        if deed is not None:
            deed.after(desk)

    # The end ----------------------------------------------------------------------------------------------------------

    def heal(self) -> None:
        """The line holds, clocks are right, readers answer, people look after what is open, and everything is sent."""
        self.network.weather, self.network.down, self.hub.plan, self.full = (), set(), [], ""
        for desk in self.everybody():
            desk.clock.wrong_by -= desk.clock.wrong_by
            self._with(desk, lambda desk=desk: self._mend(desk))
        self._until_in_step()
        for desk in joining.strangers(self):
            if desk in self.everybody() and not self._in_step(desk):  # nor switched off meanwhile
                self._with(desk, lambda desk=desk: joining.known_again(self, desk))
        self._until_in_step()
        paying.settle(self)
        mailing.deliver(self)
        self._until_in_step()

    def _until_in_step(self) -> None:
        for _ in range(ROUNDS):
            for way in ("push", "pull"):
                for desk in self.everybody():
                    if not self._in_step(desk):
                        self._with(desk, lambda desk=desk, way=way: desk.drain(way))
            if all(self._in_step(desk) for desk in self.everybody()):
                break

    def _mend(self, desk: SimDesk) -> str:
        if not desk.alive:
            self.start(desk)
        elif desk is self.looked_into and self.seed % DEEP == 0:
            oracles.layers(self, desk)
        desk.terminal.silent, desk.terminal.next, desk.printer.next = 0, "fine", "fine"
        for _ in range(3):
            if not desk.recovery.check_all(Job()):
                break
        desk.bench.work()
        if desk.name in self.joining:
            joining.try_again(self, desk)
        return ""

    def _in_step(self, desk: SimDesk) -> bool:
        if desk.store.pending_count():
            return False
        return desk.store.cursor() == self.hub.head(desk.enrolled.tenant) or self.aside(desk)

    def close(self) -> None:
        """Let go of every file."""
        for desk in self.everybody():
            if desk.alive:
                desk.store.close()
        self.hub.close()


@cache
def acts_in(mood: str) -> dict[str, Act]:
    """What may happen in a mood."""
    return {name: act for name, act in ACTS.items() if not act.fault or happens(act.fault, mood)}


def steps_of(seed: int, most: int = STEPS, mood: str = "") -> tuple[str, list[Step]]:
    """The mood of a seed (unless given), and what happens."""
    rng = Random(seed)
    chosen = rng.choices(list(MOODS), [each.weight for each in MOODS.values()])[0]
    mood = mood or chosen
    usable = acts_in(mood)
    count = min(rng.randint(4, most), rng.randint(4, most), most) if most > 4 else most  # short ones find most
    names = rng.choices(list(usable), [act.weight for act in usable.values()], k=count)
    return mood, [Step(name, rng.getrandbits(48)) for name in names]


def play(seed: int, most: int = STEPS, keep: Iterable[int] | None = None, mood: str = "") -> Result:
    """One run, from the seed alone; `keep` plays only those of its steps, `mood` makes it go like that."""
    mood, steps = steps_of(seed, most, mood)
    kept = steps if keep is None else [steps[n] for n in keep]
    with clinic(seed, mood) as run:
        return _played(run, kept)


@contextmanager
def clinic(seed: int, mood: str) -> Iterator[Run]:
    """The clinic in the morning."""
    world, folder = World(), run_folder(template().folder)
    with connections_kept(template().empty), determined(seed, world) as machine:
        run = _begin(seed, mood, folder, world, machine)
        try:
            yield run
        finally:
            run.close()


def _begin(seed: int, mood: str, folder: Path, world: World, machine: Machine) -> Run:
    made, rng = template(), Random(f"desks {seed}")
    met = Counter[str]({f"mood {mood}": 1})
    chosen = list(made.desks[: rng.choice([2, 2, 2, 3, 3, 4])])
    with_stranger = chance(rng, 20)
    made.copy(folder, [each.name for each in chosen] + ([made.stranger.name] if with_stranger else []))
    hub = SimHub(folder, DeskClock(world), world.processor)
    network = Network(hub, met)
    network.weather, network.bad = weather(mood), MOODS[mood].bad
    desks = [SimDesk(each, folder / f"{each.name}.db", world, network, DeskClock(world)) for each in chosen]
    stranger = None
    if with_stranger:
        stranger = SimDesk(made.stranger, folder / f"{made.stranger.name}.db", world, network, DeskClock(world))
    run = Run(seed, folder, machine, world, MOODS[mood], hub, network, desks, stranger, met, hub.head(OTHER).hash)
    for desk in run.everybody():
        desk.open()
    return run


def _played(run: Run, steps: list[Step]) -> Result:
    for step in steps:
        run.met[f"act {step.name}"] += 1
    run.play(steps)
    books = None
    if not run.failures:
        with visited_by(_nothing):
            run.heal()
        if not run.failures:
            books = oracles.at_the_end(run)
    books = books or oracles.Books(run)
    for _, verdict, _, op in books.facts():
        run.met[f"{op['kind']} {verdict}"] += 1
    return Result(run.seed, _digest(run, books), run.failures, run.trace, run.met, steps)


def _nothing(_point: Point) -> None:
    """Nobody dies any more."""


def _digest(run: Run, books: oracles.Books) -> str:
    """One hash over logs, stores, world and what was told."""
    parts: list[Any] = [books.digest(), sorted(run.world.lies().items()), run.trace, run.failures]
    parts += [(desk.name, oracles.told(oracles.state_of(desk))) for desk in run.everybody()
              if desk.alive and desk.name not in run.as_the_hub]  # fmt: skip
    return hashlib.sha256(repr(parts).encode()).hexdigest()
