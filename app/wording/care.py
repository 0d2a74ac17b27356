"""Words about backups, their recovery key, restoring, and the checks of the store."""

from app.wording import Rows

_UNTOUCHED = "The store is untouched."

WORDS: Rows = {
    "recovery_key.length": (
        "A recovery key has {wanted} letters and digits; this has {found}",
        "Nothing was opened.",
        "Type all seven groups of four.",
    ),
    "recovery_key.slip": (
        "This is not a recovery key: one sign or more is wrong",
        "Nothing was opened.",
        "Compare it with the paper, group by group.",
    ),
    "recovery_key.missing": (
        "No recovery key is known here",
        "Nothing was opened.",
        "Give the key that was written down at set-up, with --recovery-key-file FILE or when asked.",
    ),
    "backup.not_written": (
        "The backup could not be written",
        "Older backups are as they were, and so is the store.",
        "Check that the backup folder can be written to, then back up again.",
    ),
    "backup.folder_missing": (
        "The backup folder is not there",
        "No backup was made; the store is as it was.",
        "Connect its disk or share, or choose another folder under Settings, Backup.",
    ),
    "backup.not_sound": (
        "What was copied does not hold ({invariant})",
        "The copy was kept as {file}; it does not count as a good backup, and older ones stay.",
        "Stop taking payments at this desk and call your support.",
    ),
    "backup.key_wrong": (
        "The recovery key does not open {file}",
        "Nothing was changed.",
        "Use the key that belongs to it. If it is the right one, the file is damaged: take an older backup.",
    ),
    "backup.not_one": ("This file is no backup of Copaydesk", "Nothing was changed.", "Choose another file."),
    "backup.running": ("A backup is being made already", "Nothing was changed.", "Wait for it to end."),
    "backup.ended": (
        "The backup ended before it was done",
        "No backup was made; the store is as it was.",
        "Try again. If it happens again, run copaydesk backup and tell your support what it says.",
    ),
    "backup.nothing_here": ("There is no desk in this folder to back up", "", "Check the folder's name (--home)."),
    "backup.well": (
        "Backed up and checked",
        "{count:file was|files were} written and opened again with the recovery key.",
        "",
    ),
    "backup.made": (
        "Backed up and checked: {file}",
        "{rows:entry|entries} of the log, {waiting} not yet at the hub.",
        "",
    ),
    "backup.made_hub": ("Backed up and checked: {file}", "{rows:entry|entries} of the hub's log.", ""),
    "backup.key_shown": (
        "Recovery key: {key}",
        "Without it no backup can be opened, by nobody.",
        "Write it down and keep it away from this computer.",
    ),
    "backup.alarm_never": (
        "This desk has never been backed up",
        "If its disk fails now, what other desks do not have is lost.",
        "Choose Back up now under Settings, Backup.",
    ),
    "backup.alarm_old": (
        "The last good backup is {days:day|days} old",
        "Desks keep what they sent for 45 days: a hub restored from an older backup would miss payments.",
        "Look at Settings, Backup.",
    ),
    "restore.store_there": (
        "There is a store already ({file})",
        _UNTOUCHED,
        "To put the backup in its place add --replace; the present store is kept beside it.",
    ),
    "restore.other_kind": (
        "This is the backup of a {kind}, and something else was asked for",
        "Nothing was changed.",
        "Choose another file, or restore it where it belongs.",
    ),
    "restore.not_sound": (
        "What is in the backup does not hold ({invariant})",
        "Nothing was changed.",
        "Take an older backup, and tell your support.",
    ),
    "restore.practice_there": (
        "The database has this practice already",
        "Nothing was changed.",
        "Restore into a new, empty database and point the hub to it; the old one stays as it is.",
    ),
    "restore.done": (
        "Restored {file} as of {at}",
        "What was there before is kept beside it.",
        "Start Copaydesk: what other desks and the hub know since then comes back by itself.",
    ),
    "restore.done_hub": (
        "Restored the hub from {file}, as of {at}",
        "It begins a new epoch: every desk sends again what the backup does not know.",
        "Leave all desks running until none shows records waiting.",
    ),
    "care.key_unavailable": (
        "The key of the store is not available",
        "The store is untouched; no new one was made.",
        "Unlock the keyring of this computer, or sign in as the user who set up this desk. If the key is lost for "
        "good, restore a backup with its recovery key.",
    ),
    "care.checked": ("Checked at {at:time}", "Pages and books hold.", ""),
    "care.not_checked": ("Not yet checked since the start", "", ""),
    "care.check_failed": ("Could not be checked at {at:time}", "", "Run copaydesk doctor --deep."),
    "care.books_wrong": (
        "The books of this desk do not add up",
        "No amount shown here may be relied on until it is put right.",
        "Stop taking payments at this desk and call your support: copaydesk doctor --deep, code {invariant}.",
    ),
    "care.reserve_used": (
        "The disk is full; the reserve was given free",
        "There is room to finish the day: payments and the close are still kept.",
        "Free space on this disk today.",
    ),
    "wipe.word_missing": (
        "Wiping removes this desk's store, its keys and its settings from this computer",
        "Nothing was removed.",
        "Add --yes-remove-everything when that is what you want.",
    ),
    "wipe.waiting": (
        "{count:record has|records have} not reached the hub",
        "They would be lost: payments and receipts among them. Nothing was removed.",
        "Open Copaydesk and let it send them, or save them first with --save-outbox FILE.",
    ),
    "wipe.documents": (
        "{count:document has|documents have} not reached the hub",
        "They would be lost. Nothing was removed.",
        "Open Copaydesk and let it send them, or save them first with --save-outbox FILE.",
    ),
    "wipe.inside": (
        "{file} lies in the folder that is about to go",
        "Nothing was removed.",
        "Choose a place on another disk.",
    ),
    "wipe.hub_here": (
        "The clinic's hub runs on this computer",
        "Every desk would lose it. Nothing was removed.",
        "Make a backup first (copaydesk backup) and give its name with --hub-backup FILE.",
    ),
    "wipe.done": ("Removed the desk from this computer", "Nothing of it is left here.", ""),
    "wipe.saved": ("Saved {count:record|records} to {file}", "It opens with the recovery key alone.", ""),
    "wipe.not_removed": (
        "{file} could not be removed",
        "What else there was is gone.",
        "Close Copaydesk and try again.",
    ),
}
