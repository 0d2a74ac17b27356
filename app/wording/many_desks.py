"""Words about many desks: what mends itself, the clock, the desks of the clinic and their codes."""

from app.wording import Rows

_SAFE = "Nothing is lost."

WORDS: Rows = {
    # The banner ----------------------------------------------------------------------------------------------------
    "banner.offline": (
        "Offline since {at:time}",
        "Payments work and are kept here. Refunds that need the hub, and credit from other desks, wait.",
    ),
    "banner.waiting": ("{count:change|changes} waiting",),
    "banner.waiting_credit": ("{count:change|changes} waiting, {cents:money} of credit to be confirmed",),
    "banner.back_sending": ("Back online", "{count:change goes|changes go} out now."),
    "banner.back": ("Back online, {count:change|changes} sent",),
    "banner.back_nothing": ("Back online", "Nothing was waiting."),
    "banner.mended": ("Done", "Everything is here and at the hub again. Nothing was lost."),
    "banner.update_needed": (
        "Update needed; your records are safe (sent)",
        "This desk no longer sees what other desks do. Update Copaydesk on this computer.",
    ),
    "banner.update_needed_waiting": (
        "Update needed; your records are safe",
        "{pending:record goes|records go} out as soon as the line allows. Update Copaydesk on this computer.",
    ),
    "banner.clock_ahead": (
        "Computer clock is {off_s:span} ahead",
        "Amounts and their order are right; times on receipts, and perhaps the day, are not. Set the clock.",
    ),
    "banner.clock_behind": (
        "Computer clock is {off_s:span} behind",
        "Amounts and their order are right; times on receipts, and perhaps the day, are not. Set the clock.",
    ),
    "light.line.clock_off": (
        "Clock {off_s:span} off",
        "Amounts and their order are right; times on receipts are not.",
        "Set this computer’s clock.",
    ),
    "light.line.still": ("Nothing goes out", _SAFE, "Open Sync, or start Copaydesk again."),
    "sync.lies_still": (
        "Nothing went out for {still_s:span}; {pending:change waits|changes wait}",
        "All is safe here, but other desks do not see it. The line is there, and trying again by itself did not help.",
        "Close Copaydesk and start it again; call support if it comes back.",
    ),
    "light.line.mending": ("Mending", _SAFE, "It goes by itself."),
    "clock.behind": (
        "Computer clock is {seconds:span} behind",
        "Payments of today would get the wrong day.",
        "Set the clock, or let a manager open the day.",
    ),
    # What mends itself ---------------------------------------------------------------------------------------------
    "sync.repair.desk_restored": (
        "This computer was restored",
        "Fetching {count:missing record|missing records}… Nothing is lost; go on working.",
    ),
    "sync.repair.hub_restored": (
        "The server was restored; re-sending {count:record|records}",
        "Nothing is lost and nothing needs you.",
    ),
    "sync.cloned": (
        "This desk is running twice",
        "Both copies’ payments are kept at the hub for a manager to look at; nothing is lost.",
        "Close Copaydesk on the other computer, then ask a manager to look under Settings, Desks.",
    ),
    "sync.history_trimmed": (
        "The hub no longer keeps what this desk missed",
        "Payments are kept here; the clinic’s data is fetched anew.",
        "It goes by itself.",
    ),
    # What is kept apart --------------------------------------------------------------------------------------------
    "quarantine.because.revoked": ("Its desk was revoked",),
    "quarantine.because.twice": ("Its desk was running twice",),
    "quarantine.because.damaged": ("It arrived damaged",),
    "quarantine.because.newer": ("A newer Copaydesk made it",),
    "quarantine.because.id_taken": ("Another record carries its number",),
    "quarantine.because.unclear": ("It makes no sense as it is",),
    "quarantine.unknown": ("The hub does not know that record", "Nothing was changed.", "Look at the list again."),
    "quarantine.settled": ("Somebody has decided that already", "Nothing was changed.", "Look at the list again."),
    "quarantine.damaged": (
        "That record cannot be read",
        "It counts nowhere.",
        "Enter it again from the paper, then leave this one out.",
    ),
    "quarantine.id_taken": (
        "Another record carries that number",
        "It counts nowhere.",
        "Enter it again from the paper, then leave this one out.",
    ),
    "quarantine.unclear": (
        "That record makes no sense as it is",
        "It counts nowhere.",
        "Enter it again from the paper, then leave this one out.",
    ),
    "quarantine.reason_missing": (
        "Leaving money out needs a reason",
        "Nothing was changed.",
        "Say why it does not count.",
    ),
    # The panel of the line -----------------------------------------------------------------------------------------
    "waiting.payments": ("{count:payment|payments}",),
    "waiting.undone": ("{count:undone payment|undone payments}",),
    "waiting.postings": ("{count:posting of credit|postings of credit}",),
    "waiting.refunds": ("{count:refund step|refund steps}",),
    "waiting.requests": ("{count:payment request|payment requests}",),
    "waiting.answers": ("{count:answer of a payer|answers of payers}",),
    "waiting.documents": ("{count:document or note|documents and notes}",),
    "waiting.links": ("{count:payment link|payment links}",),
    "waiting.plans": ("{count:entry about a payment plan|entries about payment plans}",),
    "waiting.signatures": ("{count:signature|signatures}",),
    "waiting.cards": ("{count:entry about a kept card|entries about kept cards}",),
    "waiting.online": ("{count:entry about a payment from home|entries about payments from home}",),
    "waiting.charges": ("{count:charge|charges}",),
    "waiting.visits": ("{count:change to a visit|changes to visits}",),
    "waiting.patients": ("{count:patient record|patient records}",),
    "waiting.practice": ("{count:setting of the practice|settings of the practice}",),
    "waiting.messages": ("{count:message|messages}",),
    "waiting.statements": ("{count:statement|statements}",),
    "waiting.tasks": ("{count:settled item|settled items}",),
    "waiting.drawer": ("{count:drawer entry|drawer entries}",),
    "waiting.other": ("{count:other record|other records}",),
    # The clinic's desks --------------------------------------------------------------------------------------------
    "desks.unknown": ("The hub does not know that desk", "Nothing was changed.", "Look at the list again."),
    "desks.own": (
        "This is the desk you sit at",
        "Nothing was changed.",
        "Revoke it from another desk.",
    ),
    "desks.name_missing": ("The desk needs a name", "Nothing was changed.", "Type one."),
    "desks.alone": (
        "This desk has no hub",
        "There are no other desks to look after.",
        "Set up a practice whose hub runs here to have more desks.",
    ),
    # Closing -------------------------------------------------------------------------------------------------------
    "closing.waiting": (
        "{count:change waits|changes wait} to be sent",
        "They are safe on this computer and go out at the next start. Until then other desks and the hub do not know "
        "them: a balance may look unpaid there.",
        "Leave Copaydesk open until the line is back, if you can.",
    ),
    "closing.serves": (
        "The other desks go on without this one",
        "The hub runs on this computer and ends with Copaydesk. The others keep taking payments, nothing is lost, but "
        "until it is open here again they do not see each other’s: a balance may look unpaid there.",
        "Close this desk last, if you can.",
    ),
}
