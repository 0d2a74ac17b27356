"""Bank debits from home as the hub writes them down: a bank was asked, a bank refused, and what that means for the
request it was for. What a bank pays is money from home like any other (`hub_online`).

Each works inside a transaction of `HubOnline`, under the practice's lock, and says nothing twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from models.basics.clock import parse_utc, utc_text
from models.basics.ids import natural_id
from models.operations import messages, online
from models.operations.operation import Operation
from models.operations.requests import BY_BANK, PaymentRequestStatus
from models.rules.addresses import address_for
from models.rules.payment_status import Actor, Status
from models.store.hub_reading import HubReader
from models.store.queries import reaching

if TYPE_CHECKING:
    from models.store.hub_online import Captured, _Clinic
    from models.store.online_journal import AttemptRow

DEBITS_LOOK_S = 3600.0
"""How often a debit is looked into that nobody was told of: its bank takes days."""

_DEBIT = "SELECT state FROM online_debit WHERE tenant = :tenant AND online_id = :id"
_CAME = "SELECT 1 FROM online_payment WHERE tenant = :tenant AND online_id = :id"
_WAITS = (
    "UPDATE online_attempt SET state = 'processing', intent = :intent, url = '', due_at = :due, claimed_by = '', "
    "claimed_until = '' WHERE tenant = :tenant AND attempt_id = :attempt AND state NOT IN ('done', 'declined', 'ended')"
)
_OVER = (
    "UPDATE online_attempt SET state = 'declined', reason = :reason, settled_at = :now, url = '', claimed_by = '', "
    "claimed_until = '' WHERE tenant = :tenant AND attempt_id = :attempt AND state NOT IN ('done', 'declined', 'ended')"
)
_REQUEST = (
    "SELECT patient_id, status, reason, amount_cents - paid_cents FROM payment_request WHERE tenant = :tenant "
    "AND request_id = :id"
)
_LINK = "SELECT expires_at FROM pay_link WHERE tenant = :tenant AND link_id = :id AND revoked_at = ''"
_PAYER = (
    "SELECT p.email, p.phone, p.receipt_by, c.email, c.text FROM patient p LEFT JOIN channels c ON c.tenant = p.tenant "
    "AND c.id = 'channels' WHERE p.tenant = :tenant AND p.id = :id"
)


def online_id_of(tenant: str, intent: str) -> str:
    """What a payment from home is called that the processor calls so, from before it comes."""
    return natural_id(tenant, "online-payment", intent)


def asked(clinic: _Clinic, attempt: AttemptRow, taken: Captured, due: str) -> list[Operation]:
    """A bank was asked for what `taken` says, at its `paid_at`. The attempt waits and is looked into from `due` on; a
    request that it is for is processing until the bank answers."""
    clinic.tx.run(_WAITS, tenant=clinic.tenant, attempt=attempt.attempt_id, intent=taken.intent, due=due)
    body = _body(clinic, attempt, taken)
    if _known(clinic, body.online_id):
        return []
    return [clinic.op(body, "processing", body.online_id),
            *_moved(clinic, body.request_id, Status.PROCESSING, BY_BANK, body.online_id)]  # fmt: skip


def refused(clinic: _Clinic, attempt: AttemptRow, taken: Captured, reason: str) -> list[Operation]:
    """The bank did not pay: the request waits again, and who paid hears of it."""
    clinic.tx.run(_OVER, tenant=clinic.tenant, attempt=attempt.attempt_id, reason=reason[:80], now=clinic.now)
    body = _body(clinic, attempt, taken)
    known = _known(clinic, body.online_id)
    if known not in ("", "processing"):
        return []
    said = online.OnlineRefused(online_id=body.online_id, patient_id=body.patient_id, reason=reason[:60])
    ops = [] if known else [clinic.op(body, "processing", body.online_id)]
    ops.append(clinic.op(said, "debit-refused", body.online_id))
    ops += _moved(clinic, body.request_id, Status.PENDING, reason[:60], body.online_id)
    told = _message(clinic, body)
    return [*ops, clinic.op(told, "debit-told", body.online_id)] if told else ops


def came(clinic: _Clinic, body: online.OnlineReceive, *, posted: bool) -> list[Operation]:
    """The bank paid: a request that this does not answer by itself waits again, as for any money that waits."""
    row = clinic.tx.one(_REQUEST, tenant=clinic.tenant, id=body.request_id) if body.request_id else None
    if row is None or (posted and body.amount_cents >= row[3]):
        return []
    return _moved(clinic, body.request_id, Status.PENDING, "part" if posted else "came", body.online_id)


def _known(clinic: _Clinic, online_id: str) -> str:
    """How the log has it: processing, refused or received; empty where it has not heard of it."""
    if clinic.tx.one(_CAME, tenant=clinic.tenant, id=online_id) is not None:
        return "received"
    row = clinic.tx.one(_DEBIT, tenant=clinic.tenant, id=online_id)
    return str(row[0]) if row else ""


def _body(clinic: _Clinic, attempt: AttemptRow, taken: Captured) -> online.OnlineProcessing:
    said = attempt.said
    return online.OnlineProcessing(
        online_id=online_id_of(clinic.tenant, taken.intent), patient_id=attempt.patient_id,
        amount_cents=taken.amount_cents, channel=attempt.channel, asked_at=utc_text(taken.paid_at),
        intent=taken.intent, items=tuple(online.OnlineItem(**item) for item in said.get("items", ())),
        brand=taken.brand, last4=taken.last4, kept_card_id=said.get("kept_card_id", ""),
        source_id=said.get("source_id", ""), request_id=said.get("request_id", ""),
    )  # fmt: skip


def _moved(clinic: _Clinic, request_id: str, after: Status, reason: str, online_id: str) -> list[Operation]:
    """A request goes to `after`: from pending to processing, and back where a bank had been asked."""
    row = clinic.tx.one(_REQUEST, tenant=clinic.tenant, id=request_id) if request_id else None
    back = after is Status.PENDING
    fits = row is not None and ((row[1], row[2]) == (Status.PROCESSING, BY_BANK) if back else row[1] == Status.PENDING)
    if row is None or not fits:
        return []
    body = PaymentRequestStatus(request_id=request_id, patient_id=row[0], status=after.value, by=Actor.READER.value,
                                reason=reason)  # fmt: skip
    return [clinic.op(body, f"request-{after.value}", online_id)]


def _message(clinic: _Clinic, body: online.OnlineProcessing) -> messages.MessageSend | None:
    """Who paid hears that their bank did not, with the link they paid by where it still works. A payment of a plan has
    words of its own (`plan_jobs`)."""
    if body.channel == "plan":
        return None
    way = _way_to(clinic, body.patient_id)
    if way is None:
        return None
    link = clinic.tx.one(_LINK, tenant=clinic.tenant, id=body.source_id) if body.channel == "link" else None
    again = link is not None and parse_utc(link[0]) > parse_utc(clinic.now)
    paper = messages.MessagePaper(
        kind="link" if again else "balance", source_id=body.source_id if again else body.online_id, number="",
        day=clinic.day_of(parse_utc(body.asked_at)), amount_cents=body.amount_cents,
    )  # fmt: skip
    return messages.MessageSend(
        message_id=natural_id(clinic.tenant, "online-debit-told", body.online_id), patient_id=body.patient_id,
        channel=way[0], address=way[1], template="debit_again" if again else "debit_refused", papers=(paper,),
        language=reaching.language(HubReader(clinic.tx), clinic.tenant, body.patient_id),
    )  # fmt: skip


def _way_to(clinic: _Clinic, patient_id: str) -> tuple[str, str] | None:
    """(channel, address) by which a payer hears: by text where they like that or there is no mail; None for none."""
    row: Any = clinic.tx.one(_PAYER, tenant=clinic.tenant, id=patient_id)
    if row is None:
        return None
    mail = address_for("email", row[0]) if row[3] else ""
    number = address_for("text", row[1]) if row[4] else ""
    if reaching.no_texts(HubReader(clinic.tx), clinic.tenant, number):
        number = ""
    if number and (row[2] == "text" or not mail):
        return "text", number
    return ("email", mail) if mail else None
