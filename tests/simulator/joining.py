"""Desks that join again: one that was kept apart because a copy of it lived, one that was thought stolen, one whose key
the hub does not know because it was put back to before the desk had it."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any
from unittest import mock

from app.joining_again import JoiningAgain
from app.secrets import DEVICE_KEY, DEVICE_KEY_NEXT
from app.sync import join
from models.basics.errors import PosError
from models.store.hub import OPERATOR
from tests.simulator import copying, oracles, taking
from tests.simulator.desk import SimDesk
from tests.simulator.network import SimLine
from tests.simulator.world import chance
from tests.support.stores import revoke

if TYPE_CHECKING:
    from tests.simulator.run import Run


_UNKNOWN = frozenset({"auth.wrong_signature", "auth.unknown_device"})


class Keys:
    """What a machine keeps outside the store, of one desk. `line` is what its manager was shown, until it has joined
    with it: who gets no answer tries again with the same one."""

    def __init__(self, desk: SimDesk, line: str, new_key: str) -> None:
        self._kept = {DEVICE_KEY: desk.enrolled.key_hex, DEVICE_KEY_NEXT: new_key}
        self._desk, self.line = desk, line

    def get(self, name: str) -> str | None:
        return self._kept.get(name)

    def put(self, name: str, value: str) -> None:
        self._kept[name] = value
        if name == DEVICE_KEY:
            self._desk.enrolled = replace(self._desk.enrolled, key_hex=value)

    def forget(self, names: tuple[str, ...]) -> None:
        for name in names:
            self._kept.pop(name, None)


def join_again(run: Run, desk: SimDesk, rng: Random) -> str:
    """A manager has a desk join again that the hub keeps apart."""
    begun = [each for each in run.everybody() if each.alive and each.name in run.joining]
    if begun:
        return try_again(run, rng.choice(begun))
    _find_out(run, desk, rng)
    apart = [each for each in run.everybody() if each.alive and run.aside(each)]
    if not apart:
        return "nobody is apart"
    desk = run.acting = rng.choice(apart)
    return _let_in(run, desk, rng)


def strangers(run: Run) -> list[SimDesk]:
    """Desks that were told, once everything else was healed, that a hub which was put back does not know them."""
    return [each for each in run.everybody() if run.hub_restored and each.alive and each.stopped in _UNKNOWN]


def known_again(run: Run, desk: SimDesk) -> str:
    """Somebody reads that at the panel of the line, and has the desk join again. Raises as `JoiningAgain.join`."""
    run.met["joined after a restore"] += 1
    return _let_in(run, desk, Random(f"joins {run.seed} {desk.name}"))


def _let_in(run: Run, desk: SimDesk, rng: Random) -> str:
    """A manager shows the line for this desk; of two copies the other is switched off for good first."""
    for other in [each for each in run.everybody() if each.device == desk.device and each is not desk]:
        _switch_off(run, other, desk, rng)
    run.met["joined again"] += 1
    code = run.hub.store.new_code(desk.enrolled.tenant, desk.name, OPERATOR, again_for=desk.device)
    run.joining[desk.name] = Keys(desk, f"127.0.0.1:1 {code}", rng.randbytes(32).hex())
    return try_again(run, desk)


def try_again(run: Run, desk: SimDesk) -> str:
    """With the line a manager showed. Raises as `JoiningAgain.join`."""
    keys: Any = run.joining[desk.name]
    joining = JoiningAgain(desk.clinic, keys, own_hub=str, pause=lambda: None, go_on=desk.connect)
    with mock.patch.object(join, "Line", return_value=SimLine(run.network, desk.name)):
        joining.join(keys.line)
    del run.joining[desk.name]
    if run.aside(desk):
        run.wrong(f"{desk.name} joined again and is kept apart all the same")
    return f"epoch {desk.clinic.identity.epoch}"


def _find_out(run: Run, desk: SimDesk, rng: Random) -> None:
    """Copies of a desk go on until the hub sees it; without copies one may be thought stolen."""
    planned, desk.kill_at = desk.kill_at, 0
    devices = Counter(each.device for each in run.everybody())
    twins = [each for each in run.everybody() if each.alive and devices[each.device] > 1]
    if not twins and desk in run.desks and chance(rng, 60):
        run.met["F32"] += 1
        revoke(run.hub.store, desk.device)
        run.hub.hub.auth.forget(desk.device)
        twins = [desk] if chance(rng, 50) else []
    for each in [*twins, *twins]:
        with each.as_itself(), suppress(PosError):
            taking.on_account(run, each, rng)
            each.sync()
    desk.kill_at = planned


def _switch_off(run: Run, other: SimDesk, stays: SimDesk, rng: Random) -> None:
    """The second machine is no more. What it took and never told the hub goes with it."""
    run.network.late.clear()
    if not other.alive:
        other.open()
    if chance(rng, 50):
        with other.as_itself():
            other.drain("push")
    run.gone |= oracles.by_credit([other])
    copying.lost(run, other, copying.Disk(other), copying.Disk(stays), rng)
    other.die()
    if other is run.stranger:
        run.stranger, other = stays, stays
    run.desks.remove(other)
