"""Words about the store, its key and the disk."""

from app.wording import Rows

_SAFE = "Nothing was half-written."

WORDS: Rows = {
    "store.disk_full": ("The disk is full", _SAFE, "Free some space and try again."),
    "store.locked": ("The store is busy", _SAFE, "Try again in a moment. Is Copaydesk running twice?"),
    "store.read_only": ("The store may not be written", _SAFE, "Give this user the right to write in its folder."),
    "store.disk_error": (
        "The disk did not read or write as it should",
        _SAFE,
        "Have the disk looked at; keep a backup.",
    ),
    "store.damaged": ("The store is damaged", _SAFE, "Restore the newest backup, or join the hub again."),
    "store.not_reachable": ("The store cannot be opened", _SAFE, "Check that its folder exists and can be read."),
    "store.key_wrong": (
        "The key does not open the store",
        "The store is untouched.",
        "Sign in to the computer as the user who set up this desk, or restore a backup with its key.",
    ),
    "store.key_missing": (
        "The key of the store is missing",
        "The store is untouched.",
        "Sign in to the computer as the user who set up this desk and unlock the keyring.",
    ),
    "store.missing": ("There is no store in this folder", "", "Set up the desk first, or check the folder's name."),
    "store.closed": ("Copaydesk is closing", _SAFE, ""),
    "store.library_too_old": ("The database library {version} is too old", _SAFE, "Install Copaydesk again."),
    "store.open_elsewhere": (
        "Copaydesk is open already for this desk",
        "Nothing was changed.",
        "Look for its window, or end it first.",
    ),
    "store.folder_forbidden": (
        "The folder {folder} cannot be made or read",
        "Nothing was written.",
        "Choose another with --home.",
    ),
    "store.hub_database_away": ("The hub's database does not answer", _SAFE, "Look at the database server."),
    "secrets.no_keyring": (
        "This computer has no keyring that keeps keys safely (found: {backend})",
        "Nothing was written.",
        "Install and unlock GNOME Keyring, KWallet or KeePassXC, or agree to a key file that only your user can read.",
    ),
    "secrets.locked": ("The keyring is locked or did not answer", "Nothing was written.", "Unlock it and try again."),
    "secrets.no_consent": ("A key file needs somebody's consent", "Nothing was written.", "Say who agrees."),
    "secrets.key_file_open": (
        "Others can read the key file {file}",
        "The store stays closed.",
        "Allow only its owner to read it (mode 0600), then start again.",
    ),
    "secrets.unreadable": (
        "The key file {file} cannot be read",
        "The store stays closed.",
        "Restore it from a backup.",
    ),
    "secrets.not_written": (
        "The key file {file} could not be written",
        "Nothing was changed.",
        "Free some disk space.",
    ),
    "store.not_enrolled": ("This desk belongs to no practice yet", "Nothing was written.", "Set up the desk first."),
    "store.other_practice": (
        "This desk belongs to another practice",
        "Nothing was changed.",
        "Use another folder for another practice.",
    ),
    "store.newer_program": (
        "The store was used by a newer Copaydesk",
        "The store is untouched (its revision: {revision}).",
        "Update Copaydesk on this computer.",
    ),
    "store.upgrade_failed": (
        "The store could not be brought up to date",
        "It is as it was before.",
        "Keep a copy of it and ask your support.",
    ),
}
