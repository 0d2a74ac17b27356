"""Payers' answers (X12 271) that somebody hands to the hub: a clearing house's line, a folder on another machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from models.basics.clock import business_date
from models.basics.errors import ImportRefused
from models.store.hub_answers import Found
from models.store.queries.insured import Insurances
from models.store.rows import DeviceRow
from server.auth import Asked
from server.deps import Hub, asked, hub_of
from server.refusals import json_response

if TYPE_CHECKING:
    from exchange.x12.eligibility import Subject

MOST_BYTES = 4 << 20
"""A payer's whole day for a clinic; more comes in several requests."""
MOST_TOLD = 200
"""Refusals in one answer; the rest is counted."""


async def take_answers(request: Request) -> Response:
    """`POST /v1/eligibility`: X12 as it came, signed by an enrolled desk. Answers how many checks were news, how many
    were here before, and what was refused with its segment; nothing about a patient."""
    hub = hub_of(request)
    question = await asked(request, MOST_BYTES)
    row, told = await hub.write(_take, hub, question)
    if told["taken"]:
        hub.heads.moved(row.tenant, (await hub.go_on(hub.store.head, row.tenant)).seq)
    return json_response(told)


def _take(hub: Hub, question: Asked) -> tuple[DeviceRow, dict[str, object]]:
    from exchange.x12.eligibility import ANSWERED, Subject, read  # a few clinics send such files: not for every start

    row = hub.auth.welcome(hub.auth.device(question))
    found = list(read(iter([question.body])))
    answers = [each for each in found if isinstance(each, Subject) and each.kind == ANSWERED]
    refused = [each for each in found if isinstance(each, ImportRefused)]
    zone_name, closing_hour = hub.store.answers.clinic(row.tenant)
    zone, now = _zone(zone_name), hub.clock.now()
    unmatched: list[ImportRefused] = []
    made: list[Found] = []

    def find(lookup: Insurances) -> Sequence[Found]:
        unmatched.clear()
        made[:] = _taken(answers, lookup, (row.tenant, zone, hub), unmatched)
        return made

    news = hub.store.answers.put(row.tenant, business_date(now, zone, closing_hour), find) if answers else 0
    hub.serve_ahead(row.tenant)
    refused += unmatched
    return row, {
        "taken": news, "known": len(made) - news, "refused": len(refused),
        "refusals": [{"error": each.message_key, "facts": each.facts} for each in refused[:MOST_TOLD]],
    }  # fmt: skip


def _taken(
    answers: Sequence[Subject], lookup: Insurances, where: tuple[str, ZoneInfo, Hub], unmatched: list[ImportRefused]
) -> Iterator[Found]:
    from exchange.x12.taking import take

    tenant, zone, hub = where
    for subject in answers:
        try:
            taken = take(subject, lookup, tenant, zone, hub.clock.now())
        except ImportRefused as refused:
            unmatched.append(refused)
        else:
            yield taken.check, taken.coverage


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


ROUTES = [Route("/v1/eligibility", take_answers, methods=["POST"])]
