"""The hub's messages: sent at least once and told once, whatever the mail server, the provider or the hub itself do."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from models.basics.clock import FixedClock
from models.basics.ids import natural_id, new_id
from models.operations.documents import DocumentAdd, DocumentRemove
from models.operations.messages import MessageConsent, MessagePaper, MessageSend
from models.operations.operation import GENESIS
from models.operations.protocol import Cursor
from models.operations.records import Patient, Practice
from models.rules.documents import PDF
from models.store.hub import HubStore
from models.store.vault import Vault
from receipts.attachments import as_text
from server import practices
from server.carriers import Carrier, Fate, HttpTextCarrier, Outcome, Parcel, SmtpCarrier
from server.documents import DocumentKeeper
from server.main import open_store
from server.messages import CLAIM_S, MessageWorker, wait_s
from server.settings import HubSettings
from tests.support.mail import SENDER, MailServer, mail_server, text_provider
from tests.support.papers import pdf_bytes
from tests.support.stream import Stream
from tests.support.waiting import until
from tests.unit.receipts.samples import DOCUMENTS

RECEIPT = next(iter(DOCUMENTS.values()))
ADDRESS = "rosa@home.test"
NOW = datetime(2026, 5, 14, 14, 0, tzinfo=UTC)


class Office:
    """A hub's store with one practice and one desk that asks for messages, its clock in the test's hand."""

    def __init__(self, settings: HubSettings, name: str = "Alder Street Family Medicine") -> None:
        self.settings, self.clock = settings, FixedClock(NOW)
        self.store = open_store(settings, self.clock)
        self.tenant = new_id()
        practice = Practice(id=self.tenant, name=name, timezone="America/New_York", phone="(555) 010-2200",
                            receipt_message="Feel better soon.", reply_to="desk@alder.test")  # fmt: skip
        practices.add_record(self.store, practice)
        code = self.store.new_code(self.tenant, "Front desk", "operator")
        device = self.store.redeem(code.replace("-", ""), "a" * 44, {})
        self.stream = Stream(self.tenant, device.device_id)
        self.told: list[str] = []

    def ask(self, *bodies: object) -> None:
        first = len(self.stream.ops) + 1
        for body in bodies:
            self.stream.add(body)
        answer = self.store.push(self.tenant, self.stream.batch(first))
        assert [result.verdict for result in answer.results] == ["accepted"] * len(bodies), answer.results

    def worker(self, carriers: Mapping[str, Carrier]) -> MessageWorker:
        return MessageWorker(self.store, carriers, self.clock, self.told.append, alone=not self.settings.shared)

    def states(self) -> dict[str, tuple[str, str]]:
        """(state, reason) of every message."""
        rows = self.store._look(
            lambda session: session.rows("SELECT message_id, state, reason FROM message WHERE tenant = :t",
                                         t=self.tenant), self.tenant,
        )  # fmt: skip
        return {row[0]: (row[1], row[2]) for row in rows}

    def channels(self) -> tuple[object, ...]:
        rows = self.store._look(
            lambda session: session.rows("SELECT email, text, email_trouble, text_trouble FROM channels "
                                         "WHERE tenant = :t", t=self.tenant), self.tenant,
        )  # fmt: skip
        return tuple(rows[0]) if rows else ()

    def kinds(self) -> list[str]:
        page = self.store.pull(self.tenant, Cursor("", 0, GENESIS))
        return [entry.op["kind"] for entry in page.entries]


@pytest.fixture
def office(settings: HubSettings):
    made = Office(settings)
    yield made
    made.store.close()


@pytest.fixture
def small_office(sqlite_settings: HubSettings):
    made = Office(sqlite_settings)
    yield made
    made.store.close()


def paper(*, attach: bool = False, number: str = "R-20260514-0019") -> MessagePaper:
    return MessagePaper(kind="receipt", source_id="p1", number=number, day="2026-05-14", amount_cents=7500,
                        document=as_text(RECEIPT) if attach else "")  # fmt: skip


def email(message_id: str = "m1", *, attach: bool = False, address: str = ADDRESS) -> MessageSend:
    return MessageSend(message_id=message_id, patient_id="rosa", channel="email", address=address, template="receipt",
                       papers=(paper(attach=attach),), attach=attach)  # fmt: skip


def text(message_id: str = "t1") -> MessageSend:
    return MessageSend(message_id=message_id, patient_id="rosa", channel="text", address="+15550104417",
                       template="receipt", papers=(paper(),))  # fmt: skip


def consent(*, agreed: bool = True, address: str = ADDRESS) -> MessageConsent:
    return MessageConsent(consent_id=natural_id("rosa", "email", address), patient_id="rosa", channel="email",
                          address=address, agreed=agreed, words="email-1")  # fmt: skip


def by_mail(server: MailServer) -> dict[str, Carrier]:
    return {"email": SmtpCarrier(server.settings, 5.0)}


# Mail -----------------------------------------------------------------------------------------------------------------


def test_s0_40_a_receipt_goes_by_mail_and_the_log_tells_it(office: Office, tmp_path: Path) -> None:
    office.ask(consent(), email(attach=True))
    with mail_server(tmp_path) as server:
        worker = office.worker(by_mail(server))
        worker.work_off([office.tenant])
        worker.work_off([office.tenant])  # a second look finds nothing to do
    (mail,) = server.box.mails
    assert server.box.recipients == [[ADDRESS]]
    assert str(mail["From"]) == f"Alder Street Family Medicine <{SENDER}>"
    assert (str(mail["To"]), str(mail["Reply-To"])) == (ADDRESS, "desk@alder.test")
    assert str(mail["Subject"]) == "Your receipt from Alder Street Family Medicine"
    assert str(mail["Message-ID"]) == f"<{office.stream.ops[-1].op_id}.receipt@alder.test>"
    body = mail.get_body(("plain",))
    assert body is not None
    words = body.get_content()
    assert "Receipt R-20260514-0019 of May 14, 2026: $75.00" in words
    assert "Feel better soon." in words
    (attached,) = mail.iter_attachments()
    assert attached.get_filename() == "receipt-R-20260514-0019.pdf"
    assert attached.get_content().startswith(b"%PDF")
    assert office.states() == {"m1": ("sent", "")}
    assert office.kinds()[-1] == "message.sent"
    assert office.told == [office.tenant]
    assert office.store.verify(office.tenant, deep=True) == []


def test_s0_40_without_consent_nothing_is_attached_and_nothing_of_a_visit_is_said(
    small_office: Office, tmp_path: Path
) -> None:
    small_office.ask(email())
    with mail_server(tmp_path) as server:
        small_office.worker(by_mail(server)).work_off([small_office.tenant])
    (mail,) = server.box.mails
    assert list(mail.iter_attachments()) == []
    said = mail.as_string()
    for line in RECEIPT.lines:
        assert line.description not in said
    assert RECEIPT.patient_name not in said


def test_s0_40_consent_taken_back_before_it_left_keeps_the_paper_here(small_office: Office, tmp_path: Path) -> None:
    small_office.ask(consent(), email(attach=True), consent(agreed=False))
    with mail_server(tmp_path) as server:
        small_office.worker(by_mail(server)).work_off([small_office.tenant])
    assert server.box.mails == []
    assert small_office.states() == {"m1": ("failed", "not_agreed")}


@pytest.mark.parametrize("end", ["clean", "held back", "taken out"])
def test_s2_16_an_estimate_goes_as_the_document_it_was_kept_as(small_office: Office, tmp_path: Path, end: str) -> None:
    """Its bytes come after its name: the message waits for them, and is never sent without or with others."""
    content, office = pdf_bytes("Good faith estimate"), small_office
    vault = Vault(tmp_path / "vault", b"k" * 32)
    scan = {"clean": "true", "held back": "false"}.get(end, "")
    keeper = DocumentKeeper(office.store, vault, office.clock, office.told.append, scan)
    named = DocumentAdd(document_id="d1", patient_id="rosa", content_id=hashlib.sha256(content).hexdigest(),
                        size_bytes=len(content), media_type=PDF, name="Good faith estimate 2026-05-14.pdf")  # fmt: skip
    office.ask(Patient(id="rosa", family="Quillfeather", given="Rosa", birth_date="1984-03-14"), named, consent(),
               estimate())  # fmt: skip
    with mail_server(tmp_path) as server:
        worker = MessageWorker(office.store, by_mail(server), office.clock, office.told.append, document=keeper.whole)
        worker.work_off([office.tenant])
        assert (server.box.mails, office.states()) == ([], {"m1": ("waiting", "")})
        if end == "taken out":
            office.ask(DocumentRemove(document_id="d1", patient_id="rosa", reason="Wrong visit"))
        else:
            keeper.put(office.tenant, "d1", 0, content)
            until(lambda: keeper.state(office.tenant, "d1")["verdict"])
        office.clock.advance(60)
        worker.work_off([office.tenant])
    keeper.close()
    if end != "clean":
        assert (server.box.mails, office.states()) == ([], {"m1": ("failed", "document_gone")})
        return
    (mail,) = server.box.mails
    (attached,) = mail.iter_attachments()
    assert (attached.get_content(), attached.get_filename()) == (content, "good_faith.pdf")
    said = f"{mail['Subject']} {mail.get_body(('plain',)).get_content()}"
    assert "Your estimate from Alder Street Family Medicine" in said
    assert not any(word in said for word in ("$", "May", "2026", "Rosa"))
    assert office.states() == {"m1": ("sent", "")}


def estimate() -> MessageSend:
    made = MessagePaper(kind="good_faith", source_id="d1", number="", day="2026-05-14", amount_cents=0)
    return MessageSend(message_id="m1", patient_id="rosa", channel="email", address=ADDRESS, template="good_faith",
                       papers=(made,), attach=True)  # fmt: skip


@pytest.mark.parametrize("answer", ["450 4.2.0 Greylisted, come back", "451 4.3.0 Later", "421 4.7.0 Too many"])
def test_s0_40_a_server_that_says_later_is_asked_again(office: Office, tmp_path: Path, answer: str) -> None:
    """RFC 5321 §4.2.1, 4yz; greylisting is the usual one."""
    office.ask(email())
    with mail_server(tmp_path) as server:
        server.box.rcpt = [answer, answer]
        worker = office.worker(by_mail(server))
        worker.work_off([office.tenant])
        assert office.states() == {"m1": ("waiting", "")}
        worker.work_off([office.tenant])
        assert server.box.rcpt == [answer]  # not before its time
        office.clock.advance(60)
        worker.work_off([office.tenant])
        office.clock.advance(40)
        worker.work_off([office.tenant])
        assert server.box.mails == []  # twice as long the second time
        office.clock.advance(40)
        worker.work_off([office.tenant])
    assert len(server.box.mails) == 1
    assert office.states() == {"m1": ("sent", "")}


@pytest.mark.parametrize(
    ("where", "answer", "reason"),
    [("rcpt", "550 5.1.1 No such user", "address_refused"), ("rcpt", "553 5.1.3 Not an address", "address_refused"),
     ("data", "554 5.7.1 Refused", "mail_refused"), ("data", "552 5.3.4 Too large", "mail_refused")],
)  # fmt: skip
def test_s0_40_a_server_that_says_never_is_not_asked_again(
    small_office: Office, tmp_path: Path, where: str, answer: str, reason: str
) -> None:
    """RFC 5321 §4.2.1, 5yz."""
    small_office.ask(email())
    with mail_server(tmp_path) as server:
        setattr(server.box, where, [answer])
        worker = small_office.worker(by_mail(server))
        worker.work_off([small_office.tenant])
        small_office.clock.advance(7200)
        worker.work_off([small_office.tenant])
    assert server.box.mails == []
    assert small_office.states() == {"m1": ("failed", reason)}
    assert small_office.kinds().count("message.failed") == 1


def test_s0_40_after_a_day_it_is_given_up(small_office: Office, tmp_path: Path) -> None:
    small_office.ask(email())
    with mail_server(tmp_path) as server:
        server.box.rcpt = ["450 4.2.0 Later"] * 200
        worker = small_office.worker(by_mail(server))
        tries = 0
        while small_office.states()["m1"][0] == "waiting":
            worker.work_off([small_office.tenant])
            small_office.clock.advance(4000)
            tries += 1
            assert tries < 40
        assert server.box.mails == []
    assert small_office.states() == {"m1": ("failed", "given_up")}


def test_s0_40_a_wrong_login_is_told_to_every_desk_until_it_is_mended(office: Office, tmp_path: Path) -> None:
    office.ask(email(), email("m2"))
    with mail_server(tmp_path, "starttls", login=True) as server:
        wrong = {"email": SmtpCarrier(replace(server.settings, password="not-this-one"), 5.0)}
        worker = office.worker(wrong)
        worker.offer([office.tenant])
        worker.work_off([office.tenant])
        assert office.channels() == (1, 0, "mail_login", "")
        assert office.states() == {"m1": ("waiting", ""), "m2": ("waiting", "")}
        office.clock.advance(120)
        office.worker(by_mail(server)).work_off([office.tenant])
        assert server.box.private == [True, True]
    assert office.channels() == (1, 0, "", "")
    assert set(office.states().values()) == {("sent", "")}


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_s0_40_the_line_to_the_mail_server_is_private_or_nothing_is_sent(
    small_office: Office, tmp_path: Path, security: str
) -> None:
    small_office.ask(email())
    with mail_server(tmp_path, security) as server:
        distrusted = {"email": SmtpCarrier(replace(server.settings, ca_file=None), 5.0)}
        small_office.worker(distrusted).work_off([small_office.tenant])
        assert server.box.mails == []
        assert small_office.channels()[2] == "mail_not_private"
        small_office.clock.advance(120)
        small_office.worker(by_mail(server)).work_off([small_office.tenant])
        assert len(server.box.mails) == 1
        assert server.box.private == [security == "starttls"]  # aiosmtpd tells only of STARTTLS


def test_s0_40_a_server_without_starttls_gets_nothing(small_office: Office, tmp_path: Path) -> None:
    small_office.ask(email())
    with mail_server(tmp_path) as server:
        strict = {"email": SmtpCarrier(replace(server.settings, security="starttls"), 5.0)}
        small_office.worker(strict).work_off([small_office.tenant])
        assert server.box.mails == []
    assert small_office.channels()[2] == "mail_not_private"
    assert small_office.states() == {"m1": ("waiting", "")}


def test_s0_40_a_server_that_is_away_costs_one_attempt_for_all(small_office: Office) -> None:
    calls: list[str] = []

    class Away:
        def carry(self, parcel: Parcel) -> Outcome:
            calls.append(parcel.key)
            return Outcome(Fate.BROKEN, "mail_unreached")

    small_office.ask(email(), email("m2"), email("m3"))
    small_office.worker({"email": Away()}).work_off([small_office.tenant])
    assert len(calls) == 1
    assert small_office.channels()[2] == "mail_unreached"


def test_s0_40_names_of_all_scripts_and_torn_lines_stay_in_their_header(
    sqlite_settings: HubSettings, tmp_path: Path
) -> None:
    office = Office(sqlite_settings, name="Клиника Ångström\r\nBcc: all@evil.test")
    office.ask(email())
    with mail_server(tmp_path) as server:
        office.worker(by_mail(server)).work_off([office.tenant])
    office.store.close()
    (mail,) = server.box.mails
    assert server.box.recipients == [[ADDRESS]]
    assert mail["Bcc"] is None
    assert "Клиника Ångström Bcc: all@evil.test" in str(mail["Subject"])


@pytest.mark.parametrize(
    "address", ["rosa@home.test\r\nBcc: x@evil.test", "a@b.test, c@d.test", "rosa", "@home.test", "ro sa@home.test", ""]
)
def test_s0_40_an_address_that_is_none_falls_at_the_hub(small_office: Office, address: str) -> None:
    small_office.stream.add(email(address=address))
    (result,) = small_office.store.push(small_office.tenant, small_office.stream.batch()).results
    assert (result.verdict, result.reason) == ("rejected", "address_wrong")
    assert small_office.states() == {}


def test_s0_40_what_is_asked_for_with_nothing_set_up_fails_at_once(small_office: Office) -> None:
    small_office.ask(email(), text())
    worker = small_office.worker({})
    worker.offer([small_office.tenant])
    worker.work_off([small_office.tenant])
    assert set(small_office.states().values()) == {("failed", "not_set_up")}
    assert small_office.channels() == ()


# Two workers, and a death ---------------------------------------------------------------------------------------------


def test_s0_40_two_workers_never_have_the_same_message(office: Office) -> None:
    office.ask(*(email(f"m{n}") for n in range(20)))
    sent: list[str] = []
    lock, together = threading.Lock(), threading.Barrier(2)

    class Slow:
        def carry(self, parcel: Parcel) -> Outcome:
            with lock:
                sent.append(parcel.key)
            return Outcome(Fate.SENT, reference="x")

    def work(worker: MessageWorker) -> None:
        together.wait()
        worker.work_off([office.tenant])

    threads = [threading.Thread(target=work, args=(office.worker({"email": Slow()}),)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sent) == len(set(sent)) == 20
    assert office.kinds().count("message.sent") == 20
    assert office.store.verify(office.tenant, deep=True) == []


def test_s0_40_who_listed_a_message_too_late_does_not_get_it(office: Office) -> None:
    """Both saw it waiting; one row's update decides."""
    office.ask(email())
    (first,), (second,) = (office.store.messages.gather(office.tenant) for _ in range(2))
    assert office.store.messages.claim(first, "one", CLAIM_S)
    assert not office.store.messages.claim(second, "two", CLAIM_S)
    assert not office.store.messages.sent(second, "two", "2026-05-14", "x")
    assert office.store.messages.sent(first, "one", "2026-05-14", "x")
    office.clock.advance(CLAIM_S + 1)
    assert not office.store.messages.claim(second, "two", CLAIM_S)


def test_s0_40_what_a_dead_process_was_at_is_taken_up_once_its_claim_ends(office: Office, tmp_path: Path) -> None:
    office.ask(email())
    (waiting,) = office.store.messages.gather(office.tenant)
    assert office.store.messages.claim(waiting, "dead", CLAIM_S)
    with mail_server(tmp_path) as server:
        worker = office.worker(by_mail(server))
        worker.work_off([office.tenant])
        assert server.box.mails == []
        office.clock.advance(CLAIM_S + 1)
        worker.work_off([office.tenant])
        assert len(server.box.mails) == 1
        assert not office.store.messages.sent(waiting, "dead", "2026-05-14", "late")  # it comes back: its claim is gone
    assert office.kinds().count("message.sent") == 1


# Texts ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("user", ["AC01", ""])
def test_s0_40_a_receipt_goes_by_text(office: Office, user: str) -> None:
    office.ask(text())
    with text_provider(user) as provider:
        office.worker({"text": HttpTextCarrier(provider.settings, 5.0)}).work_off([office.tenant])
    assert provider.desk.forms == [{
        "To": "+15550104417", "From": "+15550100000",
        "Body": "Alder Street Family Medicine: Receipt R-20260514-0019 of May 14, 2026: $75.00. "
                "Questions? (555) 010-2200. Reply STOP to end texts.",
    }]  # fmt: skip
    assert provider.desk.keys == [f"{office.stream.ops[-1].op_id}.receipt"]
    assert provider.desk.paths == ["/2010/Messages.json"]  # nothing of anybody in it
    assert office.states() == {"t1": ("sent", "")}


@pytest.mark.parametrize(
    ("answer", "state", "trouble"),
    [((400, b'{"code": 21211}', {}), ("failed", "number_refused"), ""),
     ((422, b"", {}), ("failed", "number_refused"), ""),
     ((302, b"", {"Location": "http://elsewhere.test/"}), ("failed", "text_refused"), ""),
     ((500, b"oops", {}), ("waiting", ""), ""), ((429, b"", {"Retry-After": "300"}), ("waiting", ""), ""),
     ((403, b"", {}), ("waiting", ""), "text_login")],
)  # fmt: skip
def test_s0_40_a_providers_no_is_understood(
    small_office: Office, answer: tuple[int, bytes, dict[str, str]], state: tuple[str, str], trouble: str
) -> None:
    small_office.ask(text())
    with text_provider() as provider:
        provider.desk.answers = [answer]
        worker = small_office.worker({"text": HttpTextCarrier(provider.settings, 5.0)})
        worker.work_off([small_office.tenant])
        assert small_office.states() == {"t1": state}
        assert (small_office.channels() or ("", "", "", ""))[3] == trouble
        small_office.clock.advance(240 if answer[0] == 429 else 0)
        worker.work_off([small_office.tenant])
        assert provider.desk.forms == []
        small_office.clock.advance(120)
        worker.work_off([small_office.tenant])
    assert len(provider.desk.forms) == (state[0] == "waiting")


def test_s0_40_a_wrong_token_is_told(small_office: Office) -> None:
    small_office.ask(text())
    with text_provider(token="wrong-one") as provider:
        worker = small_office.worker({"text": HttpTextCarrier(provider.settings, 5.0)})
        worker.offer([small_office.tenant])
        worker.work_off([small_office.tenant])
    assert small_office.channels() == (0, 1, "", "text_login")


# Small ----------------------------------------------------------------------------------------------------------------


def test_s0_40_waiting_grows_and_ends_growing() -> None:
    middle = [wait_s(n, lambda: 0.5) for n in range(1, 12)]
    assert middle[:4] == [30, 60, 120, 240]
    assert middle[-1] == 3600
    assert [round(wait_s(1, lambda chance=chance: chance)) for chance in (0.0, 1.0)] == [24, 36]


def test_s0_40_the_same_request_twice_is_one_message(small_office: Office, tmp_path: Path) -> None:
    small_office.ask(email())
    first = small_office.stream.batch()
    again = small_office.store.push(small_office.tenant, first)  # its answer was lost
    assert [result.verdict for result in again.results] == ["duplicate"]
    with mail_server(tmp_path) as server:
        small_office.worker(by_mail(server)).work_off([small_office.tenant])
    assert len(server.box.mails) == 1


def test_h11_a_restored_hub_sends_nothing_twice(office: Office, tmp_path: Path) -> None:
    """The backup knows the request and not that it was answered; the desks' log does."""
    office.ask(email())
    with mail_server(tmp_path) as server:
        worker = office.worker(by_mail(server))
        office.store.begin_epoch(office.tenant)
        worker.work_off([office.tenant])
        assert server.box.mails == []  # first its desks tell it what it sent already
        office.clock.advance(601)
        worker.work_off([office.tenant])
        assert len(server.box.mails) == 1
        office.store._transaction(lambda session: session.run(
            "UPDATE message_outbox SET state = 'waiting', claimed_by = '', claimed_until = '' WHERE tenant = :t",
            t=office.tenant), office.tenant)  # fmt: skip
        worker.work_off([office.tenant])
    assert len(server.box.mails) == 1


def test_s0_40_nothing_of_a_message_is_in_the_log_file(
    small_office: Office, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    small_office.ask(email(), text())
    with mail_server(tmp_path) as server:
        server.box.rcpt = [f"550 no {ADDRESS}"]
        small_office.worker(by_mail(server)).work_off([small_office.tenant])
    said = "\n".join(str(vars(record)) for record in caplog.records if record.name.startswith(("server", "models")))
    assert "message" in said
    for secret in (ADDRESS, "+15550104417", "R-20260514-0019", "Alder"):
        assert secret not in said


def test_s0_40_an_unused_store_stays_quiet(store_of_nobody: HubStore) -> None:
    worker = MessageWorker(store_of_nobody, {}, FixedClock(NOW), lambda _tenant: None, alone=True)
    worker.start()
    worker.close()
    assert not worker._thread.is_alive()


@pytest.fixture
def store_of_nobody(sqlite_settings: HubSettings):
    store = open_store(sqlite_settings, FixedClock(NOW))
    yield store
    store.close()


def test_a_text_to_a_number_that_ended_texts_is_not_sent_and_the_desks_hear_why(office: Office) -> None:
    office.ask(text("before"))
    with text_provider() as provider:
        carriers: dict[str, Carrier] = {"text": HttpTextCarrier(provider.settings, 5.0)}
        office.worker(carriers).work_off([office.tenant])
        stops = office.store.text_stops
        assert [stops.said(office.tenant, "+15550104417", "S1", stop=True) for _ in range(2)] == [1, 0]
        assert stops.said(office.tenant, "+15550109999", "S2", stop=True) == 0, "nobody is reached there"
        office.ask(text("after"))
        office.worker(carriers).work_off([office.tenant])
    assert office.states() == {"before": ("sent", ""), "after": ("failed", "stopped")}
    assert len(provider.desk.forms) == 1
