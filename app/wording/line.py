"""Words about the hub and the line to it."""

from app.wording import Rows

WORDS: Rows = {
    "light.sync.alone": ("This desk only",),
    "light.sync.synced": ("Synced {minutes} min ago",),
    "light.sync.synced_now": ("Synced just now",),
    "light.sync.never": ("Not synced yet",),
    "light.sync.waiting": ("{pending:change|changes} waiting to sync",),
    "light.sync.stopped": ("Sync needs you", "{pending:change|changes} waiting.", "Look at Needs attention."),
    "light.line.online": ("Online",),
    "light.line.offline": ("Offline since {at:time}",),
    "light.line.connecting": ("Connecting",),
    "light.line.alone": ("No hub",),
}
