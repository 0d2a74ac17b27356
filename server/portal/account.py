"""The pages of who is signed in: what they owe and paid, papers, cards, and their account. All but paying."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from starlette.responses import Response

from models.basics.clock import utc_text
from models.basics.facts import facts
from models.basics.ids import natural_id, new_id
from models.operations.kept_cards import CardDrop
from models.rules.languages import written_in
from models.rules.people import display_name
from models.store.hub_reading import HubReader
from models.store.portal_rows import AccountRow, ViewRow
from models.store.queries import kept_cards, people, reaching, rows
from models.store.queries.kept_cards import KeptCardRow
from models.store.queries.rows import PatientRow
from receipts.attachments import Document
from server.portal import balance, papers
from server.portal.entering import failed, knock, sessions_of
from server.portal.web import LANGUAGE, YEAR_S, Cookie, Gone, Page, Visit
from server.portal.words import LANGUAGES

log = logging.getLogger(__name__)


def signed_in(visit: Visit, here: str = "") -> AccountRow:
    """Whose pages these are; `here` is marked in the bar. Raises NotSignedIn."""
    account = sessions_of(visit).signed_in(visit)
    who = visit.hub.portal.rows.read(visit.tenant, lambda reader: rows.person(reader, visit.tenant, account.patient_id))
    if who is None:
        raise Gone
    name = display_name(family=who.family, given=who.given, suffix=who.suffix)
    visit.shown.update(signed_in=name, here=here)
    return account


def saw(visit: Visit, account: AccountRow, patients: Iterable[str], page: str, subject: str = "") -> None:
    """Write down that they saw something of these patients, before they do (45 CFR 164.312(b))."""
    now = utc_text(visit.hub.clock.now())
    visit.hub.portal.rows.saw(visit.tenant, [
        ViewRow(new_id(), account.account_id, patient_id, page, subject, visit.address, now) for patient_id in patients
    ])  # fmt: skip


def members(reader: HubReader, visit: Visit, account: AccountRow) -> tuple[PatientRow, ...]:
    """Whom they may see. Raises Gone where their own record went."""
    found = balance.members_of(reader, visit.tenant, account.patient_id)
    if not found:
        raise Gone
    return found


# Papers ---------------------------------------------------------------------------------------------------------------


def receipt(visit: Visit) -> Response:
    """The receipt of a payment, as PDF."""
    account, payment_id = signed_in(visit), visit.asked("payment")

    def look(reader: HubReader) -> tuple[tuple[PatientRow, ...], Document | None]:
        seen = members(reader, visit, account)
        records = balance.records_of(reader, visit.tenant, seen)
        return seen, papers.receipt(reader, visit.clinic, records, payment_id)

    seen, document = visit.hub.portal.rows.read(visit.tenant, look)
    if document is None:
        raise Gone
    saw(visit, account, [seen[0].id], "receipt", payment_id)
    return visit.file(papers.pdf(document), "application/pdf", "receipt.pdf")


def statements(visit: Visit) -> Response:
    """Every statement that was made for them and theirs (S0-30)."""
    account = signed_in(visit, "statements")

    def look(reader: HubReader) -> tuple[tuple[PatientRow, ...], list[papers.StatementLine]]:
        seen = members(reader, visit, account)
        records = balance.records_of(reader, visit.tenant, seen)
        return seen, papers.statements(reader, visit.clinic, records) if visit.clinic.rules.portal_statements else []

    seen, found = visit.hub.portal.rows.read(visit.tenant, look)
    saw(visit, account, [each.id for each in seen], "statements")
    return visit.render("statements.html", statements=found)


def statement(visit: Visit) -> Response:
    """One of them, as PDF."""
    account, statement_id = signed_in(visit), visit.asked("statement")
    if not visit.clinic.rules.portal_statements:
        raise Gone

    def look(reader: HubReader) -> tuple[tuple[PatientRow, ...], Document | None]:
        seen = members(reader, visit, account)
        records = balance.records_of(reader, visit.tenant, seen)
        return seen, papers.statement(reader, visit.clinic, records, statement_id)

    seen, document = visit.hub.portal.rows.read(visit.tenant, look)
    if document is None:
        raise Gone
    saw(visit, account, [seen[0].id], "statement", statement_id)
    return visit.file(papers.pdf(document), "application/pdf", "statement.pdf")


# Cards ----------------------------------------------------------------------------------------------------------------


def kept(reader: HubReader, visit: Visit, account: AccountRow) -> list[KeptCardRow]:
    """The cards that are kept for them; those of whoever pays for them are not theirs to see."""
    mine = people.records(reader, visit.tenant, account.patient_id)
    return [each for each in kept_cards.cards_of(reader, visit.tenant, mine[0]) if each.patient_id in mine]


def _card(visit: Visit, account: AccountRow) -> KeptCardRow:
    card_id = visit.asked("card")
    found = visit.hub.portal.rows.read(visit.tenant, lambda reader: kept(reader, visit, account))
    card = next((each for each in found if each.kept_card_id == card_id), None)
    if card is None:
        raise Gone
    return card


def ask_drop(visit: Visit) -> Response:
    """Really remove it?"""
    account = signed_in(visit, "cards")
    card = _card(visit, account)
    saw(visit, account, [account.patient_id], "card", card.kept_card_id)
    return visit.render("drop_card.html", card=card)


def drop(visit: Visit) -> Response:
    """Not kept any more: written down for every desk first, then forgotten by the processor."""
    account = signed_in(visit)
    card = _card(visit, account)
    body = CardDrop(kept_card_id=card.kept_card_id, patient_id=card.patient_id, channel="portal")
    op_id = natural_id(visit.tenant, "card.drop", card.kept_card_id, card.kept_at)
    visit.hub.portal.rows.record(visit.tenant, body, visit.clinic.today(visit.hub.clock.now()), op_id)
    log.info("card dropped", extra=facts(card=card.kept_card_id))
    return visit.go("/cards?gone=1")


# The account ----------------------------------------------------------------------------------------------------------


def own(visit: Visit) -> Response:
    """Language, recovery codes, signing out everywhere."""
    return _own(visit, signed_in(visit, "account"))


def _own(visit: Visit, account: AccountRow, *, wrong: bool = False) -> Response:
    left = visit.hub.portal.rows.recovery_left(visit.tenant, account.account_id)
    return visit.render("account.html", 422 if wrong else 200, username=account.username, factor=account.factor,
                        left=left, wrong=wrong, written=_written_in(visit, account),
                        spoken=visit.request.query_params.get("spoken") == "1")  # fmt: skip


def _written_in(visit: Visit, account: AccountRow) -> str:
    """The language the practice writes to them in."""
    told = visit.hub.portal.rows.read(
        visit.tenant, lambda reader: reaching.language(reader, visit.tenant, account.patient_id)
    )
    return written_in(told)


def speak(visit: Visit) -> Response:
    """From now on they are written to in another language, and read these pages in it."""
    account, language = signed_in(visit, "account"), visit.typed("language", 8)
    if language not in LANGUAGES:
        raise Gone
    visit.hub.portal.rows.speak(visit.tenant, account, language, visit.clinic.today(visit.hub.clock.now()))
    visit.hub.heads.moved(visit.tenant, visit.hub.store.head(visit.tenant).seq)
    visit.cookies.append(Cookie(LANGUAGE, language, YEAR_S))
    return visit.go("/account?spoken=1")


def new_codes(visit: Visit) -> Response:
    """New recovery codes, for who knows the password."""
    account = signed_in(visit, "account")
    accounts, subjects = visit.hub.portal.accounts, (("account", account.account_id),)
    if wait := knock(visit, *subjects):
        return wait
    if accounts.with_password(visit.tenant, account.username, visit.secret("password")) is None:
        failed(visit, *subjects)
        return _own(visit, account, wrong=True)
    codes = accounts.new_recovery_codes(visit.tenant, account.account_id)
    return visit.render("recovery_codes.html", codes=codes, first_time=False)


def sign_out_everywhere(visit: Visit) -> Response:
    """Ends every session of the account."""
    account = signed_in(visit)
    sessions_of(visit).end_all(visit, account.account_id)
    return visit.go("/?ended=out")


OWN: tuple[tuple[str, str, Page], ...] = (
    ("GET", "/receipts/{payment}", receipt), ("GET", "/statements", statements),
    ("GET", "/statements/{statement}", statement), ("GET", "/cards/{card}/remove", ask_drop),
    ("POST", "/cards/{card}/remove", drop), ("GET", "/account", own), ("POST", "/account/codes", new_codes),
    ("POST", "/account/language", speak),
    ("POST", "/sign-out-everywhere", sign_out_everywhere),
)  # fmt: skip
"""Method, path below the practice, page."""
