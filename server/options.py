"""The options of `copaydesk server`. Kept apart from the hub itself: reading `--help` loads nothing."""

from __future__ import annotations

import argparse
from pathlib import Path

from models.operations.joining import DEFAULT_PORT


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare what `copaydesk server` understands."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only); "
                        "any other address is served with TLS")  # fmt: skip
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="port to listen on; 0 takes a free one "
                        "(default: %(default)s)")  # fmt: skip
    parser.add_argument("--public-address", metavar="HOST[:PORT]", help="how desks reach the hub, where it cannot be "
                        "seen from here (behind a router or a proxy)")  # fmt: skip
    parser.add_argument("--database-url", metavar="URL", help="postgresql://… (or COPAYDESK_DATABASE_URL, which "
                        "keeps a password off the command line)")  # fmt: skip
    parser.add_argument("--data-dir", type=Path, metavar="DIR", help="folder of the hub's certificate and, without a "
                        "database URL, of its own encrypted database (default: a folder of this user)")  # fmt: skip
    parser.add_argument("--key-file", type=Path, metavar="FILE", help="file (mode 0600) with the 64 hex digits that "
                        "open the hub's own database; made at the first start")  # fmt: skip
    parser.add_argument("--tls-certificate", type=Path, metavar="FILE", help="certificate chain in PEM instead of the "
                        "hub's own self-signed one")  # fmt: skip
    parser.add_argument("--tls-key", type=Path, metavar="FILE", help="its private key in PEM")
    parser.add_argument("--workers", type=int, default=1, help="processes that serve (PostgreSQL only; default: 1)")
    parser.epilog = ("E-mail and texts: COPAYDESK_SMTP_… and COPAYDESK_TEXT_… in the environment, or the same names in "
                     "messages.env (mode 0600) in the data folder; see docs/messages.md. Money from home: "
                     "COPAYDESK_STRIPE_… or online.env; see docs/online.md. Documents are looked at by "
                     "COPAYDESK_SCAN_COMMAND where it is set; see docs/documents.md.")  # fmt: skip
    parser.add_argument("--ready-file", type=Path, metavar="FILE", help="write address and process here when serving")
    parser.add_argument("--embedded", action="store_true", help="started by a desk: secrets come on standard input, "
                        "and the hub ends with the desk")  # fmt: skip
    parser.add_argument("--backup-to", type=Path, metavar="FOLDER", help="make backups there by itself, in time "
                        "(absolute; best on another disk); see docs/backup.md")  # fmt: skip
    parser.add_argument("--backup-hours", type=int, default=24, metavar="HOURS", help="between them (default: 24)")
    parser.add_argument("--recovery-key-file", type=Path, metavar="FILE", help="with --restore: the recovery key "
                        "(default: recovery.key in the data folder)")  # fmt: skip
    parser.add_argument("--replace", action="store_true", help="with --restore: in the place of the hub's own "
                        "database that is there; that one is kept beside it")  # fmt: skip
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--add-practice", metavar="NAME", help="add a practice, print the line its first desk joins "
                      "with, and end")  # fmt: skip
    what.add_argument("--join-code", metavar="PRACTICE", help="print a new join line for a practice (its id), and end")
    what.add_argument("--backup", type=Path, metavar="FOLDER", help="make one backup now, and end; the hub may run")
    what.add_argument("--restore", type=Path, metavar="FILE", help="put a backup in place, and end; no hub may run")
    parser.add_argument("--timezone", default="America/New_York", help="time zone of a new practice (IANA name)")
    parser.add_argument("--desk", default="Front desk", help="name of the desk that will use the join line")
