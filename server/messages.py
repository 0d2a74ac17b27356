"""The hub's worker for messages: takes what waits, hands it to a carrier, and tells the log what became of it.

Woken by pushes that ask for messages and otherwise when the next one is due. What cannot go now waits longer each time;
after a day it is given up and the desks hear of it.
"""

from __future__ import annotations

import logging
import random
import threading
import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta

from models.basics.clock import Clock, parse_utc, utc_text
from models.basics.errors import PosError
from models.basics.facts import facts
from models.operations.messages import KEPT_PAPERS, LINK_TEMPLATES, MessagePaper
from models.operations.operation import EnvelopeInvalid
from models.store.hub import HubStore
from models.store.message_outbox import Request, Waiting
from receipts.attachments import pdf_of
from receipts.messages import file_name, one_line, words_for
from server.carriers import Attachment, Carrier, Fate, HttpTextCarrier, Outcome, Parcel, SmtpCarrier
from server.message_settings import MessageSettings
from server.portal.portal import Portal
from server.refusals import Refused

log = logging.getLogger(__name__)

Documents = Callable[[str, str], bytes]
"""All of a document by practice and id. Raises Refused as `DocumentKeeper.whole`."""

CLAIM_S = 600.0
"""So long a process may be at one message before another takes it up: longer than all answers of a carrier together."""
FIRST_WAIT_S, LONGEST_WAIT_S = 30.0, 3600.0
GIVEN_UP_AFTER = timedelta(hours=24)
LOOK_EVERY_S = 60.0
"""Without anything to wake it, the worker looks so often: for claims of processes that died, and new practices."""


def carriers_for(settings: MessageSettings) -> dict[str, Carrier]:
    """The carriers that are set up, by channel."""
    found: dict[str, Carrier] = {}
    if settings.mail is not None:
        found["email"] = SmtpCarrier(settings.mail)
    if settings.text is not None:
        found["text"] = HttpTextCarrier(settings.text)
    return found


def _nothing_kept(_tenant: str, _document_id: str) -> bytes:
    raise Refused(404, "documents.not_here")


def wait_s(attempts: int, chance: Callable[[], float] = random.random) -> float:
    """Seconds until a message is tried again after its `attempts`-th try: twice as long each time, a fifth more or
    less, so that many do not come together."""
    plain = min(FIRST_WAIT_S * (1 << min(attempts - 1, 12)), LONGEST_WAIT_S)
    return plain * (0.8 + 0.4 * chance())


class MessageWorker:
    """Sends for every practice of a hub. `told(tenant)` is called whenever a practice's log moved. One thread sends;
    `wake` from any thread."""

    def __init__(
        self, store: HubStore, carriers: Mapping[str, Carrier], clock: Clock, told: Callable[[str], None],
        *, alone: bool = False, portal: Portal | None = None, document: Documents | None = None,
    ) -> None:  # fmt: skip
        """`document` reads papers that go as they were kept."""
        self._store, self._outbox, self._carriers, self._portal = store, store.messages, carriers, portal
        self._clock, self._told, self._alone = clock, told, alone
        self._document = document or _nothing_kept
        self._name = uuid.uuid4().hex
        self._due: dict[str, str] = {}
        self._asked: set[str] = set()
        self._lock, self._awake, self._closing = threading.Lock(), threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="messages", daemon=True)

    def start(self) -> None:
        """Begin. A hub that is alone on its database takes up at once what it was at when it ended."""
        self._thread.start()

    def wake(self, tenant: str) -> None:
        """A practice asks for something to be sent, or is new: look now."""
        with self._lock:
            self._asked.add(tenant)
        self._awake.set()

    def close(self, timeout_s: float = 2.0) -> None:
        """End after the message that is on its way."""
        self._closing.set()
        self._awake.set()
        if self._thread.ident is not None:
            self._thread.join(timeout_s)

    def work_off(self, tenants: Iterable[str]) -> None:
        """Everything of these practices that may be tried now, once; a channel that turns out broken is left for its
        next time. Raises StorageError; what was not settled then is tried again once its claim ends."""
        broken: set[str] = set()
        for tenant in tenants:
            self._ask(tenant)
            for each in self._outbox.gather(tenant):
                if self._closing.is_set():
                    return
                if each.channel in broken or not self._outbox.claim(each, self._name, CLAIM_S):
                    continue
                if self._try(each) is Fate.BROKEN:
                    broken.add(each.channel)
            dues = [self._outbox.next_due(tenant)]
            if self._portal is not None:
                dues.append(self._portal.notes.work_off(tenant))
            self._due[tenant] = min(filter(None, dues), default="")

    def _ask(self, tenant: str) -> None:
        """Requests by link that are to be sent, reminded of or taken back: a few at a time, desks hear of each."""
        while not self._closing.is_set() and self._store.asks.work_off(tenant):
            self._told(tenant)

    def offer(self, tenants: Iterable[str]) -> None:
        """Let practices know what there is to send with."""
        for tenant in tenants:
            portal_url = self._portal.told_url(tenant) if self._portal is not None else ""
            if self._outbox.offer(tenant, email="email" in self._carriers, text="text" in self._carriers,
                                  portal_url=portal_url):  # fmt: skip
                self._told(tenant)

    # Inside -----------------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        looked, begun = -LOOK_EVERY_S, False
        while not self._closing.is_set():
            self._awake.clear()
            now = self._clock.monotonic()
            whole = now - looked >= LOOK_EVERY_S
            looked = now if whole else looked
            rest_s = LOOK_EVERY_S
            try:
                tenants = self._store.tenants() if whole else self._wanted()
                if self._alone and not begun:
                    for tenant in tenants:
                        self._outbox.release_all(tenant)
                    begun = True
                self.offer(tenants)
                self.work_off(tenants)
                rest_s = self._rest_s()
            except PosError as error:
                log.warning("messages not looked after", extra=facts(error=error.message_key))
            except Exception as error:  # of one look; the next may do
                log.exception("messages stopped", extra=facts(error=type(error).__name__))
            self._awake.wait(min(rest_s, max(looked + LOOK_EVERY_S - self._clock.monotonic(), 0.05)))

    def _wanted(self) -> tuple[str, ...]:
        """The practices that asked, and those that have something due."""
        now = utc_text(self._clock.now())
        with self._lock:
            asked, self._asked = self._asked, set()
        return tuple(sorted(asked | {tenant for tenant, due in self._due.items() if due and due <= now}))

    def _rest_s(self) -> float:
        due = min((due for due in self._due.values() if due), default="")
        if not due:
            return LOOK_EVERY_S
        return max((parse_utc(due) - self._clock.now()).total_seconds(), 0.05)

    def _try(self, each: Waiting) -> Fate:
        request = self._outbox.request(each)
        outcome = self._carry(each, request)
        log.info("message", extra=facts(op=each.op_id, channel=each.channel, fate=outcome.fate.value,
                                        reason=outcome.reason or None, attempt=each.attempts + 1))  # fmt: skip
        self._note(each, outcome)
        if outcome.fate is Fate.SENT:
            moved = self._outbox.sent(each, self._name, request.business_date, outcome.reference)
        elif outcome.fate is Fate.NEVER or self._too_old(each):
            reason = outcome.reason if outcome.fate is Fate.NEVER else "given_up"
            moved = self._outbox.failed(each, self._name, request.business_date, reason)
        else:
            again = self._clock.now() + timedelta(seconds=max(wait_s(each.attempts + 1), outcome.wait_s))
            self._outbox.put_off(each, self._name, again, outcome.reason)
            moved = False
        if moved:
            self._told(each.tenant)
        return outcome.fate

    def _carry(self, each: Waiting, request: Request) -> Outcome:
        carrier = self._carriers.get(each.channel)
        if carrier is None:
            return Outcome(Fate.NEVER, "not_set_up")
        if request.stopped:
            return Outcome(Fate.NEVER, "stopped")
        if request.send.attach and not request.agreed:
            return Outcome(Fate.NEVER, "not_agreed")
        link = self._link_of(each, request)
        if link is None:
            return Outcome(Fate.NEVER, "link_over")
        try:
            parcel = parcel_of(each, request, link, self._document)
        except (ValueError, KeyError, EnvelopeInvalid):
            return Outcome(Fate.NEVER, "not_composed")
        except Refused as refused:
            coming = refused.message_key in _COMING
            return Outcome(Fate.LATER, "document_coming") if coming else Outcome(Fate.NEVER, "document_gone")
        return carrier.carry(parcel)

    def _link_of(self, each: Waiting, request: Request) -> str | None:
        """The address that a message carries, made for it now: empty where it carries none, None where its link cannot
        be used any more."""
        send = request.send
        if send.template not in LINK_TEMPLATES:
            return ""
        return self._portal.usable_link(each.tenant, send.papers[0].source_id) if self._portal is not None else None

    def _note(self, each: Waiting, outcome: Outcome) -> None:
        """What is wrong with a channel is told to the desks, and when it is right again."""
        known = each.channel in self._carriers and outcome.fate is not Fate.LATER
        reason = outcome.reason if outcome.fate is Fate.BROKEN else ""
        if known and self._outbox.trouble(each.tenant, each.channel, reason):
            self._told(each.tenant)

    def _too_old(self, each: Waiting) -> bool:
        return self._clock.now() - parse_utc(each.since) > GIVEN_UP_AFTER


_COMING = frozenset({"documents.waiting", "documents.not_here"})
"""A kept paper's bytes are not here yet, or were not looked at: the desk that made it brings them."""


def parcel_of(each: Waiting, request: Request, link: str, document: Documents) -> Parcel:
    """A request as it leaves: its words with the address of its `link`, and the papers where they go along; a kept one
    byte for byte. Raises ValueError for a paper that is not whole, and what `document` raises."""
    send, practice = request.send, request.practice
    words = words_for(send, practice, link)
    papers = tuple(paper for paper in send.papers if paper.document or paper.kind in KEPT_PAPERS) if send.attach else ()

    def content(paper: MessagePaper) -> bytes:
        return document(each.tenant, paper.source_id) if paper.kind in KEPT_PAPERS else pdf_of(paper)

    return Parcel(
        key=f"{each.op_id}.{send.template}", address=send.address, clinic=one_line(practice.name),
        subject=words.subject, body=words.body, reply_to=practice.reply_to,
        attachments=tuple(Attachment(file_name(paper), content(paper)) for paper in papers),
    )  # fmt: skip
