"""The clinic's hub as a child of the first desk: started, watched, started again when it dies, ended with the desk.

Its key travels over its standard input, never on a command line or in the environment. The pipe is also its leash: when
this program ends, however that happens, the pipe closes and the hub ends too.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import orjson

from models.basics.errors import PosError, RuleBroken, StorageError, SyncLater
from models.basics.facts import facts
from models.operations.codec import to_json
from models.operations.joining import DEFAULT_PORT, JoinLine
from models.operations.records import Practice

log = logging.getLogger(__name__)

START_S = 30.0
STOP_S = 6.0
READY_FILE = "hub.json"
LOG_FILE = "hub.log"
_LARGEST_LOG_BYTES = 1 << 20
_AGAIN_S = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0)


class HubProcess:
    """The running hub. `address` is where this desk reaches it, `fingerprint` its certificate's (empty on loopback).

    Made by `start`; thread-safe.
    """

    def __init__(self, data_dir: Path, key_hex: str, host: str, port: int) -> None:
        self._data_dir, self._key_hex, self._host, self._port = data_dir, key_hex, host, port
        self._lock = threading.RLock()
        self._closing = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self.address = self.fingerprint = ""
        self.port = 0

    @classmethod
    def start(cls, data_dir: Path, key_hex: str, host: str = "127.0.0.1", port: int = 0) -> HubProcess:
        """Start the hub and wait until it listens. With port 0 it takes the port of last time when that is free.

        Raises StorageError (key wrong, damaged, disk full), RuleBroken (port taken, address unknown), or SyncLater
        `hub.not_started`; nothing runs then.
        """
        hub = cls(data_dir, key_hex, host, port)
        data_dir.mkdir(parents=True, exist_ok=True)
        with hub._lock:
            hub._launch()
        threading.Thread(target=hub._watch, name="hub-watch", daemon=True).start()
        return hub

    @property
    def process_id(self) -> int:
        """The hub's process, 0 when it is between two lives."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else 0

    def add_practice(self, practice: Practice, desk_name: str) -> JoinLine:
        """Open the practice's log (its id is the tenant) and get the line its first desk joins with."""
        return self._join_line({"do": "add_practice", "practice": to_json(practice), "desk_name": desk_name})

    def join_code(self, tenant: str, desk_name: str) -> JoinLine:
        """A join line for a further desk, good for ten minutes. Raises RuleBroken `practice.unknown`."""
        return self._join_line({"do": "join_code", "tenant": tenant, "desk_name": desk_name})

    def close(self) -> None:
        """End the hub and wait for that."""
        self._closing.set()
        with self._lock:
            process = self._process
        if process is None:
            return
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()

    def _launch(self) -> None:
        """One life: start the child, hand the key over, hear where it listens. Raises PosError."""
        told: dict[str, Any] = {}
        for port in self._ports():
            told = self._launch_on(port)
            if "error" not in told:
                self.address, self.fingerprint, self.port = told["address"], told["fingerprint"], told["port"]
                return
            if told["error"] != "hub.port_taken":
                break
        raise _error(told)

    def _ports(self) -> Sequence[int]:
        """Where to try: where it was, where hubs usually are, anywhere."""
        if self._port:
            return (self._port,)
        if self.port:  # this run's desks know it there: it must come back there
            return (self.port,)
        return (_port_of_last_time(self._data_dir) or DEFAULT_PORT, 0)

    def _launch_on(self, port: int) -> dict[str, Any]:
        log_file = self._data_dir / LOG_FILE
        fresh = not log_file.exists() or log_file.stat().st_size > _LARGEST_LOG_BYTES
        with open(log_file, "wb" if fresh else "ab") as errors:
            process = subprocess.Popen(self._command(port), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                       stderr=errors, env=_environment())  # fmt: skip
        told = _first_words(process, orjson.dumps({"key": self._key_hex}))
        if "error" in told:
            _end(process)
        else:
            self._process = process
        return told

    def _command(self, port: int) -> list[str]:
        program = [sys.executable, "server"] if getattr(sys, "frozen", False) else [sys.executable, "-m", "server"]
        return [*program, "--embedded", "--data-dir", str(self._data_dir), "--host", self._host, "--port", str(port),
                "--ready-file", str(self._data_dir / READY_FILE)]  # fmt: skip

    def _watch(self) -> None:
        """Start the hub again whenever it dies, a little later each time it dies young."""
        young = 0
        while not self._closing.is_set():
            process = self._process
            assert process is not None
            try:
                process.wait(20)
                young += 1
            except subprocess.TimeoutExpired:
                young = 0
                continue
            if self._closing.is_set():
                return
            log.error("hub ended", extra=facts(status=process.returncode, again=young))
            if self._closing.wait(_AGAIN_S[min(young - 1, len(_AGAIN_S) - 1)]):
                return
            with self._lock:
                _end(process)
                try:
                    self._launch()
                except PosError as error:
                    log.error("hub not started again", extra=facts(error=error.message_key, port=self.port))

    def _join_line(self, wish: dict[str, Any]) -> JoinLine:
        with self._lock:
            assert self._process is not None
            told = _ask(self._process, orjson.dumps(wish))
        if "error" in told:
            raise _error(told)
        return JoinLine(told["host"], told["port"], told["code"], told["fingerprint_group"])


def _environment() -> dict[str, str]:
    """This program's environment, with its own modules in reach of the child."""
    root = str(Path(__file__).resolve().parents[1])
    known = os.environ.get("PYTHONPATH", "")
    return {**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{known}" if known else root}


def _first_words(process: subprocess.Popen[bytes], line: bytes) -> dict[str, Any]:
    """What the child says first; an error when it says nothing in time."""
    timer = threading.Timer(START_S, process.kill)
    timer.start()
    try:
        return _ask(process, line)
    finally:
        timer.cancel()


def _ask(process: subprocess.Popen[bytes], line: bytes) -> dict[str, Any]:
    pipe_in: IO[bytes] | None = process.stdin
    pipe_out: IO[bytes] | None = process.stdout
    assert pipe_in is not None
    assert pipe_out is not None
    try:
        pipe_in.write(line + b"\n")
        pipe_in.flush()
        told = orjson.loads(pipe_out.readline())
    except (OSError, ValueError):
        return {"error": "hub.not_started", "facts": {}}
    return told if isinstance(told, dict) else {"error": "hub.not_started", "facts": {}}


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            try:
                pipe.close()
            except BrokenPipeError:
                log.debug("pipe was broken", extra=facts(process=process.pid))


def _error(told: dict[str, Any]) -> PosError:
    key, known = str(told["error"]), told.get("facts") or {}
    kinds: dict[str, type[PosError]] = {"store": StorageError, "hub": RuleBroken, "practice": RuleBroken,
                                        "join": RuleBroken}  # fmt: skip
    if key == "hub.not_started":
        return SyncLater(key)
    return kinds.get(key.partition(".")[0], SyncLater)(key, **known)


def address_of_last_time(data_dir: Path) -> tuple[str, str]:
    """Where this machine's hub listens, or listened when it last ran, and its certificate's fingerprint; empty when it
    never ran here."""
    told = _told_last_time(data_dir)
    address, fingerprint = told.get("address"), told.get("fingerprint")
    return (address, fingerprint) if isinstance(address, str) and isinstance(fingerprint, str) else ("", "")


def _port_of_last_time(data_dir: Path) -> int:
    port = _told_last_time(data_dir).get("port", 0)
    return port if type(port) is int and 0 < port < 65536 else 0


def _told_last_time(data_dir: Path) -> dict[str, Any]:
    try:
        told = orjson.loads((data_dir / READY_FILE).read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return {}
    return told if isinstance(told, dict) else {}
