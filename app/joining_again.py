"""A desk that is set up joins its practice again: its hub was put back to before the desk joined, its key is lost, or a
copy of it was alive.

It stays who it was: practice, id, records and everything not sent yet. New are the key and the epoch of its stream.
"""

from __future__ import annotations

from collections.abc import Callable

from app.clinic import Clinic
from app.secrets import DEVICE_KEY, DEVICE_KEY_NEXT, Secrets
from models.basics.errors import RuleBroken


class JoiningAgain:
    """Lane `hub`."""

    def __init__(self, clinic: Clinic, secrets: Secrets, *, own_hub: Callable[[], str], pause: Callable[[], None],
                 go_on: Callable[[], None]) -> None:  # fmt: skip
        """`own_hub`: the address of the hub that runs at this desk, empty where none does. `pause` ends the exchange
        with the hub, `go_on` begins it with the new key."""
        self._clinic, self._secrets = clinic, secrets
        self._own_hub, self._pause, self._go_on = own_hub, pause, go_on

    def join(self, line: str) -> None:
        """Join with the line a manager's desk shows. What the hub has not answered moves to the new epoch; ids and
        meaning stay, so that nothing is lost and nothing counts twice.

        Raises RuleBroken (`join.…`, `enrol.…`, `training.no_joining`), SyncLater or SyncRefused: this desk is as it was
        then. The new key is kept before it is told: what broke off is done again with the same line.
        """
        if self._clinic.training:
            raise RuleBroken("training.no_joining")
        from app.sync.join import join, new_device_key, parse_join_line

        parsed, former = parse_join_line(line), self._clinic.identity
        key = self._secrets.get(DEVICE_KEY_NEXT)
        if key is None:
            key = new_device_key()
            self._secrets.put(DEVICE_KEY_NEXT, key)
        identity = join(parsed, key, former.desk_name, clock=self._clinic.clock, hub_url=self._own_hub(), former=former)
        self._pause()
        try:
            self._secrets.put(DEVICE_KEY, key)  # before the epoch: a stream the hub does not know begins anew by itself
            self._clinic.store.enrol(identity)
            self._secrets.forget((DEVICE_KEY_NEXT,))
        finally:
            self._go_on()
