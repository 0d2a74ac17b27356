"""The few functions of CUPS's own library that tell what `lpstat` does not: how a job ended, and whether it began.

`lpstat -W completed` lists finished and cancelled jobs alike. The library is there wherever `lp` is.
"""

from __future__ import annotations

import ctypes
import os
import sys
from functools import cache
from typing import Any, ClassVar

WAITING, HELD, GOING, STOPPED, CANCELLED, ABORTED, COMPLETED = 3, 4, 5, 6, 7, 8, 9
"""RFC 8011, `job-state`."""
_LIBRARY = "libcups.2.dylib" if sys.platform == "darwin" else "libcups.so.2"
_ALL_JOBS, _EVERYBODYS = -1, 0


class _Job(ctypes.Structure):
    """`cups_job_t` of cups/cups.h."""

    _fields_: ClassVar[list[tuple[str, Any]]] = [
        ("number", ctypes.c_int),
        ("queue", ctypes.c_char_p),
        ("title", ctypes.c_char_p),
        ("user", ctypes.c_char_p),
        ("format", ctypes.c_char_p),
        ("state", ctypes.c_int),
        ("size", ctypes.c_int),
        ("priority", ctypes.c_int),
        ("over_at", ctypes.c_long),
        ("made_at", ctypes.c_long),
        ("begun_at", ctypes.c_long),
    ]


def job_state(queue: str, number: int) -> tuple[int, bool] | None:
    """(`job-state`, did it begin?) of a job, or None where the server knows no such job any more or cannot be asked.
    Raises OSError where the library is not there."""
    library = _library()
    server = os.environ.get("CUPS_SERVER", "")
    library.cupsSetServer(server.encode() or None)  # a thread remembers what it was told first
    jobs = ctypes.POINTER(_Job)()
    count = library.cupsGetJobs2(None, ctypes.byref(jobs), queue.encode(), _EVERYBODYS, _ALL_JOBS)
    if count <= 0:
        return None
    try:
        return next(((job.state, job.begun_at > 0) for job in jobs[:count] if job.number == number), None)
    finally:
        library.cupsFreeJobs(count, jobs)


@cache
def _library() -> ctypes.CDLL:
    library = ctypes.CDLL(_LIBRARY)
    library.cupsSetServer.argtypes = [ctypes.c_char_p]
    library.cupsSetServer.restype = None
    library.cupsGetJobs2.argtypes = [ctypes.c_void_p, ctypes.POINTER(ctypes.POINTER(_Job)), ctypes.c_char_p,
                                     ctypes.c_int, ctypes.c_int]  # fmt: skip
    library.cupsGetJobs2.restype = ctypes.c_int
    library.cupsFreeJobs.argtypes = [ctypes.c_int, ctypes.POINTER(_Job)]
    library.cupsFreeJobs.restype = None
    return library
