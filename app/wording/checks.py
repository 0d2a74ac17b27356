"""What the checks of a store mean: what holds when all is well, what it means when not, and what to do then.

The numbers are those of the sync-ledger specification, section 7. `copaydesk doctor --deep` says them.
"""

from app.wording import Rows

_STOP = "Stop taking payments at this desk, make a backup, and call your support."
_AGAIN = "Let this desk join the hub again; what it has not sent is kept."
_RESTORE = "Restore the newest good backup, or let this desk join the hub again."

WORDS: Rows = {
    "check.file": ("Every page of the file is whole", "Part of the file cannot be relied on.", _RESTORE),
    "check.i1": ("Every debit has its credit", "An amount stands on one side of the books only.", _STOP),
    "check.i2": ("Every balance is the sum of its transfers", "A balance shows something nobody booked.", _STOP),
    "check.i3": ("No credit is spent beyond what it holds", "A patient's credit was used twice.", _STOP),
    "check.i4": ("No charge is paid beyond what is owed", "A visit shows as overpaid without being credit.", _STOP),
    "check.i5": ("The hub's log has no gap", "Entries are missing: every desk would show another balance.", _STOP),
    "check.i6": ("Every entry of the log is chained to the one before",
                 "An entry was changed after it was written.", _STOP),
    "check.i7": ("No operation is in the log twice", "A payment may count twice.", _STOP),
    "check.i8": ("What a desk sent is in the log, without a gap", "Something that was sent is missing.", _AGAIN),
    "check.i9": ("No money that moved was refused", "Money was taken that the books do not show.", _STOP),
    "check.i10": ("Of every payment each cent is somewhere", "Part of a payment is nowhere.", _STOP),
    "check.i11": ("What patients owe and have on account adds up both ways",
                  "An account shows a wrong balance.", _STOP),
    "check.i12": ("Every closed drawer held what was left in it", "Cash of a drawer and its books differ.",
                  "Compare the close with its deposit slip, and call your support."),
    "check.i13": ("No payment was refunded beyond what it was",
                  "Too much went back, and nobody is asked for it.", _STOP),
    "check.i14": ("What was reversed mirrors what it reversed, once",
                  "Something was taken back wrongly or twice.", _STOP),
    "check.i15": ("Money in question has somebody asked to look", "Money lies in suspense, and nobody is told.", _STOP),
    "check.i16": ("Card money agrees with the processor", "", ""),
    "check.i17": ("Nothing sent to a reader or printer hangs", "A card may have been charged without a receipt.",
                  "Open Needs attention: the desk finds out what became of it."),
    "check.i18": ("What is shown is the log and what waits, replayed", "A balance shows what is not in the records.",
                  "Close and open Copaydesk; if it stays, let this desk join the hub again."),
    "check.i19": ("This desk and the hub have the same history", "They show different balances.", _AGAIN),
    "check.i20": ("What waits is being sent", "Other desks do not see this desk's payments yet.",
                  "Leave Copaydesk open with the line up; look at the sync light."),
    "check.i21": ("The desk has read the log without a gap", "Entries of other desks are missing here.", _AGAIN),
    "check.i22": ("Every receipt has its own number and its payment",
                  "A receipt is out that the books do not show.", _STOP),
    "check.i23": ("The hub's answers stand, and history cannot be changed",
                  "Something was changed after the fact.", _STOP),
    "check.i24": ("No practice can see another's rows", "", ""),
    "check.i25": ("Money in the world and in the books is the same", "", ""),
    "check.i26": ("What is set aside for desks is what lots hold",
                  "Credit is locked, or free, that should not be.", _STOP),
    "check.i28": (
        "Money from home that waits is there to the cent",
        "Something would be posted twice or never.",
        _STOP,
    ),
    "check.i27": ("Charges owe what their source last said", "A visit asks for a wrong amount.", _STOP),
    "check.at_hub": ("Judged at the hub, on its own log", "", ""),
    "check.in_simulator": ("Judged by the program's own simulator before each release, not on a store", "", ""),
    "check.at_close": ("Judged when card batches are compared with the processor's report", "", ""),
    "check.at_postgresql": ("Judged on a hub with PostgreSQL; this one keeps one file per hub", "", ""),
}  # fmt: skip
