"""Inside, nothing is left to chance but the seed: ids, epochs, nonces and waiting come from it."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from random import Random
from typing import Any, TypeVar
from unittest import mock

from app.sync import keys, transport
from app.tenders import card
from devices.simulators import stripe_money_shapes, stripe_shapes
from models.basics import ids
from models.store import desk as store
from models.store import hub, pushing, reading, streams
from models.store.reading import SCHEMA
from server import messages
from server.portal import csrf, sessions
from tests.simulator.world import DeskClock, World

T = TypeVar("T")


class SeededSecrets:
    """What the program asks the system for, out of a seed."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng

    def token_hex(self, length: int) -> str:
        return self._rng.randbytes(length).hex()

    def token_bytes(self, length: int) -> bytes:
        return self._rng.randbytes(length)

    def token_urlsafe(self, length: int) -> str:
        return urlsafe_b64encode(self._rng.randbytes(length)).rstrip(b"=").decode()

    def choice(self, choices: Sequence[T]) -> T:
        return self._rng.choice(choices)

    def randbelow(self, most: int) -> int:
        return self._rng.randrange(most)


class _Time:
    """The module `time` as far as waiting needs it; nobody really sleeps."""

    def __init__(self, world: World) -> None:
        self._world = world

    def monotonic(self) -> float:
        return self._world.elapsed_s

    def sleep(self, seconds: float) -> None:
        self._world.advance(seconds)


def _this_program(*_: object) -> str:
    """Files of a run are made by this very program: looking costs two milliseconds each time."""
    return SCHEMA


def _no_line(*_: object, **__: object) -> None:
    """Nobody dials: every desk is given a line of the simulated network."""


class _Unkeyed:
    """A connection that is prepared as ever, but for its key: what is encrypted is a sixth of a run, and lies below
    everything a run looks at."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def execute(self, statement: str) -> Any:
        if statement.startswith("PRAGMA cipher_page_size"):
            return self._connection.execute(statement.replace("cipher_page_size", "page_size"))
        if statement.startswith(("PRAGMA cipher_", "PRAGMA key")):
            return None
        return self._connection.execute(statement)


def _unkeyed(prepare: Callable[..., None], connection: Any, *how: Any) -> None:
    prepare(_Unkeyed(connection), *how)


class Machine:
    """Whose clock the running code sees."""

    def __init__(self, world: World) -> None:
        self.clock = DeskClock(world)


@contextmanager
def determined(seed: int, world: World) -> Iterator[Machine]:
    """Ids and secrets out of `seed`, time out of `world`. Ends as it found things."""
    rng, machine, time = Random(f"ids {seed}"), Machine(world), _Time(world)
    secrets: Any = SeededSecrets(Random(f"secrets {seed}"))
    replaced: tuple[tuple[Any, str, Any], ...] = (
        (ids, "_chance", lambda: rng.getrandbits(80)),
        (ids, "_wall_ms", lambda: int(machine.clock.now().timestamp() * 1000)),
        (ids, "_maker", ids.IdMaker()),
        (hub, "secrets", secrets), (pushing, "secrets", secrets), (streams, "secrets", secrets),
        (keys, "secrets", secrets), (csrf, "secrets", secrets), (sessions, "secrets", secrets),
        (stripe_shapes, "secrets", secrets), (stripe_money_shapes, "secrets", secrets),
        (store, "_schema", _this_program),
        (reading, "_prepare", partial(_unkeyed, reading._prepare)),
        (transport, "Line", _no_line),
        (messages, "wait_s", partial(messages.wait_s, chance=Random(f"mail {seed}").random)),
        (hub, "time", time), (card, "time", time),
    )  # fmt: skip
    with mock.patch.multiple(ids, **{name: value for module, name, value in replaced if module is ids}):
        patches = [mock.patch.object(module, name, value) for module, name, value in replaced if module is not ids]
        for patch in patches:
            patch.start()
        try:
            yield machine
        finally:
            for patch in patches:
                patch.stop()
