"""The hub a desk starts for itself: secrets arrive on standard input, and when that closes the hub ends.

Lines of JSON both ways. First line in: `{"key": …}`. First line out: `{"address": …, "port": …, "fingerprint": …}` or
`{"error": …, "facts": …}`. After that each line in is a wish of the owning desk: `{"do": "add_practice", "practice":
{…}}` or `{"do": "join_code", "tenant": …, "desk_name": …}`, and each has one line out. The pipe is private to parent
and child: whoever holds it owns the hub. It closes when the parent ends, however that happens.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import threading
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from models.basics.clock import Clock
from models.basics.errors import PosError, RuleBroken
from models.operations.codec import BodyInvalid, from_json
from models.operations.records import Practice
from models.store.hub import HubStore
from server import main, practices
from server.deps import Address
from server.message_settings import usable_settings
from server.online.settings import usable_online
from server.settings import HubSettings, scan_command_of


def run_embedded(options: argparse.Namespace, clock: Clock) -> int:
    """Serve as the child of a desk until standard input closes. Returns the exit status."""
    source, answers = sys.stdin.buffer, sys.stdout.buffer
    try:
        settings = _settings(options, source.readline())
        store = main.open_store(settings, clock)
        server, address, listener = main.prepare(settings, clock, store)
    except PosError as error:
        _say(answers, {"error": error.message_key, "facts": error.facts})
        return 2
    main.allow_many_desks()
    loop = asyncio.new_event_loop()
    desk = _Owner(source, answers, store, address)

    def ended() -> None:
        server.should_exit = True
        loop.call_soon_threadsafe(server.release)

    _say(answers, {"address": address.url, "port": address.port, "fingerprint": address.fingerprint})
    threading.Thread(target=desk.serve, args=(ended,), name="owner", daemon=True).start()
    try:
        loop.run_until_complete(server.serve([listener]))
    finally:
        loop.close()
    return 0 if server.started else 3


def _settings(options: argparse.Namespace, line: bytes) -> HubSettings:
    try:
        key = orjson.loads(line)["key"]
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise RuleBroken("hub.setting_wrong", setting="key") from error
    data_dir = options.data_dir or Path.cwd()
    return HubSettings(
        data_dir=data_dir, key_hex=key, host=options.host, port=options.port,
        public_address=options.public_address or "", tls_certificate=options.tls_certificate, tls_key=options.tls_key,
        ready_file=options.ready_file, embedded=True, messages=usable_settings(data_dir),
        online=usable_online(data_dir),
        scan_command=scan_command_of(),
    ).checked()  # fmt: skip


class _Owner:
    """The desk at the other end of the pipe."""

    def __init__(self, source: BinaryIO, answers: BinaryIO, store: HubStore, address: Address) -> None:
        self._source, self._answers, self._store, self._address = source, answers, store, address

    def serve(self, ended: Any) -> None:
        """Answer wishes until the desk is gone, then call `ended`."""
        try:
            while line := self._source.readline():
                _say(self._answers, self._answer(line))
        except OSError:
            pass  # the desk is gone: the same as a closed pipe
        ended()

    def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            wish = orjson.loads(line)
            return _WISHES[wish["do"]](self, wish)
        except PosError as error:
            return {"error": error.message_key, "facts": error.facts}
        except (orjson.JSONDecodeError, KeyError, TypeError, BodyInvalid):
            return {"error": "hub.setting_wrong", "facts": {"setting": "wish"}}

    def add_practice(self, wish: dict[str, Any]) -> dict[str, Any]:
        practice = from_json(Practice, wish["practice"])
        practices.add_record(self._store, practice)
        return self.join_code({"tenant": practice.id, "desk_name": wish["desk_name"]})

    def join_code(self, wish: dict[str, Any]) -> dict[str, Any]:
        line = self._address.join_line(practices.join_code(self._store, wish["tenant"], wish["desk_name"]))
        return {"host": line.host, "port": line.port, "code": line.code, "fingerprint_group": line.fingerprint_group}


_WISHES = {"add_practice": _Owner.add_practice, "join_code": _Owner.join_code}


def _say(answers: BinaryIO, what: dict[str, Any]) -> None:
    answers.write(orjson.dumps(what) + b"\n")
    answers.flush()
