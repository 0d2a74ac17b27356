"""Words about the hub and the line to it."""

from app.wording import Rows

WORDS: Rows = {
    "light.sync.alone": ("This desk only",),
    "light.sync.synced": ("Synced {minutes} min ago",),
    "light.sync.synced_now": ("Synced just now",),
    "light.sync.never": ("Not synced yet",),
    "light.sync.waiting": ("{pending:change|changes} waiting to sync",),
    "light.sync.stopped": ("Sync needs you", "{pending:change|changes} waiting.", "Press here to see why."),
    "light.sync.update": ("Update needed", "{pending:change|changes} waiting.", "Update Copaydesk on this computer."),
    "light.line.online": ("Online",),
    "light.line.offline": ("Offline since {at:time}",),
    "light.line.connecting": ("Connecting",),
    "light.line.alone": ("No hub",),
    # The line ------------------------------------------------------------------------------------------------------
    "sync.connecting": ("Connecting to the hub", "Payments are kept here and sent when the line is there."),
    "sync.hub_unreachable": (
        "The hub does not answer",
        "Payments are kept here and sent later.",
        "Check the network, and that the hub’s computer is on.",
    ),
    "sync.hub_busy": ("The hub is busy", "Payments are kept here and sent in a moment."),
    "sync.hub_slow": ("The hub answers too slowly", "Payments are kept here and sent later.", "Check the network."),
    "sync.hub_failed": (
        "The hub could not do its work",
        "Payments are kept here and sent later.",
        "Look at the hub’s log if it goes on (status {status}).",
    ),
    "sync.not_the_hub": (
        "Something else than the hub answers at its address",
        "Payments are kept here; nothing was given away.",
        "Check the hub’s address; a log-in page of the network may be in the way (status {status}).",
    ),
    "sync.line_broken": ("The line to the hub broke", "Payments are kept here and sent again.", "Check the network."),
    "sync.garbled": ("The hub’s answer could not be read", "Payments are kept here and sent again."),
    "sync.tls_failed": (
        "No safe line to the hub",
        "Payments are kept here; nothing was given away.",
        "Check this computer’s clock and the hub’s address.",
    ),
    "sync.wrong_certificate": (
        "Another computer answers in the hub’s name",
        "Payments are kept here; nothing was given away.",
        "Ask whoever set up the hub. If its certificate was renewed, join again.",
    ),
    "sync.not_understood": (
        "The hub did not understand this desk",
        "Payments are kept here.",
        "Bring hub and desk to the same version.",
    ),
    "sync.too_large": ("The hub takes less at once", "Payments are kept here and sent in smaller parts."),
    "sync.update_needed": (
        "This desk is too old for its hub",
        "Payments are kept and sent; new ones of other desks are not fetched.",
        "Update Copaydesk on this computer.",
    ),
    "sync.tenant_unknown": ("The hub does not know this practice", "Payments are kept here.", "Join the hub again."),
    "sync.forked": (
        "The hub knows this desk otherwise",
        "Everything is kept; nothing is sent until somebody looked.",
        "Ask a manager for a code, then join again: in Sync below, or in Settings, This desk.",
    ),
    "sync.history_diverged": (
        "The hub was put back to an older copy",
        "Everything is kept here; what the hub forgot is sent again.",
        "It goes by itself.",
    ),
    "sync.witness_unproven": (
        "The hub does not know its own log again",
        "Everything is kept here; each desk sends its own payments again.",
        "It goes by itself.",
    ),
    "sync.page_gap": (
        "Part of the clinic’s log is missing in between",
        "Nothing was taken over.",
        "It is fetched again.",
    ),
    "sync.page_damaged": ("What the hub sent is damaged", "Nothing was taken over.", "It is fetched again."),
    "sync.snapshot_damaged": ("The clinic’s data arrived damaged", "Nothing was taken over.", "It is fetched again."),
    "sync.snapshot_gone": (
        "The hub has made a newer picture of its data",
        "Nothing was taken over.",
        "It is fetched again.",
    ),
    # Who may ask ---------------------------------------------------------------------------------------------------
    "auth.revoked": (
        "This desk was taken out of the clinic",
        "What it sends is kept at the hub for a manager to look at; it gets no more news.",
        "Ask a manager for a code, then join again: in Sync below, or in Settings, This desk.",
    ),
    "auth.unknown_device": (
        "The hub does not know this desk",
        "Payments are kept here; nothing is sent.",
        "Ask a manager for a code, then join again: in Sync below, or in Settings, This desk.",
    ),
    "auth.wrong_signature": (
        "The hub does not recognise this desk’s key",
        "Payments are kept here; nothing is sent.",
        "Ask a manager for a code, then join again: in Sync below, or in Settings, This desk.",
    ),
    "auth.not_signed": (
        "The hub did not get this desk’s signature",
        "Payments are kept here; nothing is sent.",
        "Something on the way changes what is sent: ask whoever looks after the network.",
    ),
    "auth.not_yours": (
        "The hub refused records of another desk or practice",
        "Everything is kept here; nothing is sent.",
        "Was this computer’s store copied from another desk? Join the hub again.",
    ),
    "auth.stale": (
        "This computer’s clock does not hold still",
        "Payments are kept here and sent later.",
        "Set the clock of this computer, then try again.",
    ),
    "auth.replayed": (
        "The hub got the same request twice",
        "Payments are kept here and sent again.",
        "If it goes on, ask whoever looks after the network.",
    ),
    # Joining -------------------------------------------------------------------------------------------------------
    "join.address_wrong": (
        "This is not the address of a hub",
        "Nothing was changed.",
        "Type it as the other desk shows it: 192.168.1.5:8417.",
    ),
    "join.code_missing": ("The code is missing", "Nothing was changed.", "Type the code the other desk shows."),
    "join.code_wrong": (
        "This code cannot be right",
        "Nothing was changed.",
        "Compare it with what the other desk shows.",
    ),
    "join.fingerprint_missing": (
        "The last group of the code is missing",
        "Nothing was changed.",
        "Type all of it: it makes sure that this is really your hub.",
    ),
    "enrol.code_wrong": (
        "The hub does not know this code",
        "Nothing was changed.",
        "Ask for a new one at the other desk.",
    ),
    "enrol.code_used": ("This code was used before", "Nothing was changed.", "Ask for a new one at the other desk."),
    "enrol.code_expired": (
        "This code is older than {minutes:minute|minutes}",
        "Nothing was changed.",
        "Ask for a new one at the other desk.",
    ),
    "enrol.other_practice": (
        "This code is for another practice",
        "Nothing was changed; everything of this desk is kept here.",
        "Ask for a code at a desk of this practice.",
    ),
    "enrol.code_of_another": (
        "This code was made for another desk",
        "Nothing was changed.",
        "Ask a manager for a code for this desk: Settings, Desks, Code to join again.",
    ),
    "enrol.desk_known": (
        "The hub knows this desk",
        "Nothing was changed. A code for a new desk is not enough here.",
        "Ask a manager for a code for this desk: Settings, Desks, Code to join again.",
    ),
    "enrol.locked": ("Too many wrong codes", "Nothing was changed.", "Wait {seconds:wait}, then try again."),
    "enrol.not_a_manager": ("Only a manager may add a desk", "Nothing was changed.", "Ask a manager to sign in."),
    # The hub itself ------------------------------------------------------------------------------------------------
    "hub.not_started": (
        "The hub did not start",
        "This desk works on alone; payments are kept and sent later.",
        "Look at hub.log.",
    ),
    "hub.port_taken": (
        "The port {port} is taken",
        "The hub did not start.",
        "Choose another port or end the other program.",
    ),
    "hub.address_unknown": (
        "This computer has no such address",
        "The hub did not start.",
        "Choose another address for port {port}.",
    ),
    "hub.setting_wrong": ("The hub’s setting {setting} is wrong", "The hub did not start.", "Correct it."),
    "hub.setting_placeholder": (
        "The hub’s setting {setting} is still a placeholder",
        "The hub did not start.",
        "Put in the real value.",
    ),
    "hub.key_file_open": (
        "Others can read the file of the hub’s setting {setting}",
        "The hub did not start.",
        "Allow only its owner to read it (mode 0600).",
    ),
    "hub.workers_need_postgresql": (
        "{workers:worker needs|workers need} PostgreSQL",
        "The hub did not start.",
        "Give it a PostgreSQL database, or one worker.",
    ),
    "hub.role_missing": (
        "The hub’s database user may not make the role {role}",
        "The hub did not start. Nothing was changed.",
        "Ask the database’s administrator for: CREATE ROLE {role} NOLOGIN; GRANT {role} TO the hub’s user.",
    ),
    "practice.unknown": ("The hub does not know this practice", "Nothing was changed.", "Check its id."),
    "practice.timezone_unknown": (
        "This time zone is not known",
        "Nothing was changed.",
        "Choose one like America/Chicago.",
    ),
    "tenant.exists": ("This practice is on the hub already", "Nothing was changed.", "Join it with a code."),
}
