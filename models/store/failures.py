"""Library errors of the databases, told as `StorageError`: what happened, and that nothing was half-written."""

from __future__ import annotations

from models.basics.errors import StorageError

_BY_SQLITE_CODE = {
    5: "store.locked",  # SQLITE_BUSY
    6: "store.locked",  # SQLITE_LOCKED
    8: "store.read_only",  # SQLITE_READONLY
    10: "store.disk_error",  # SQLITE_IOERR
    11: "store.damaged",  # SQLITE_CORRUPT
    13: "store.disk_full",  # SQLITE_FULL
    14: "store.not_reachable",  # SQLITE_CANTOPEN
    26: "store.key_wrong",  # SQLITE_NOTADB: a wrong key and a damaged first page look alike
}
_BY_SQLSTATE = {
    "25006": "store.read_only", "53100": "store.disk_full", "55P03": "store.locked", "XX001": "store.damaged",
    "XX002": "store.damaged",
}  # fmt: skip
_RETRY = {"store.locked", "store.hub_database_away"}


def translate(error: BaseException) -> StorageError | None:
    """The StorageError for an error of the database library, or None when it is no failure of storage (a bug).

    Takes the driver's own error or SQLAlchemy's wrapping of it. The transaction it came from is rolled back by its
    owner: nothing is half-written. `store.locked` and `store.hub_database_away` may be tried again.
    """
    cause = getattr(error, "orig", None) or error
    key = _key_of(cause)
    if key is None:
        return None
    found = StorageError(key)
    found.retry = key in _RETRY
    return found


def _key_of(cause: BaseException) -> str | None:
    code = getattr(cause, "sqlite_errorcode", None)
    if isinstance(code, int):
        return _BY_SQLITE_CODE.get(code & 0xFF)
    state = getattr(cause, "sqlstate", None)
    if isinstance(state, str):
        return _BY_SQLSTATE.get(state) or ("store.hub_database_away" if state.startswith(("08", "57P")) else None)
    if type(cause).__module__.startswith("psycopg") and type(cause).__name__ == "OperationalError":
        return "store.hub_database_away"
    return None
