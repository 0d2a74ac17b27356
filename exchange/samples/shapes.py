"""The same resources in every shape an EHR hands them out: NDJSON, gzip, transaction, search result, one by one."""

from __future__ import annotations

import gzip
import uuid
from collections.abc import Sequence
from typing import Any

import orjson

Resource = dict[str, Any]

BASE = "https://ehr.alder-street.example.org/fhir/R4"
_SPACE = uuid.UUID("4f0a5d0e-5f66-5a0f-9a0c-3d1d6c1b7a10")


def ndjson(resources: Sequence[Resource]) -> bytes:
    """A resource a line."""
    return b"".join(orjson.dumps(resource) + b"\n" for resource in resources)


def transaction(resources: Sequence[Resource]) -> bytes:
    """A transaction bundle: entries under `urn:uuid:…`, referring to each other by it."""
    urns = {_name(resource): _urn(resource) for resource in resources}
    entries = [
        {"fullUrl": _urn(resource), "resource": _pointing(resource, urns),
         "request": {"method": "POST", "url": resource["resourceType"]}}
        for resource in resources
    ]  # fmt: skip
    return orjson.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries})


def searchset(resources: Sequence[Resource]) -> bytes:
    """A search result: entries under their address, referring to each other by it, with a byte-order mark in front."""
    addresses = {_name(resource): f"{BASE}/{_name(resource)}" for resource in resources}
    entries = [
        {"fullUrl": addresses[_name(resource)], "resource": _pointing(resource, addresses),
         "search": {"mode": "match"}}
        for resource in resources
    ]  # fmt: skip
    bundle = {"resourceType": "Bundle", "type": "searchset", "total": len(entries), "entry": entries,
              "link": [{"relation": "self", "url": f"{BASE}/Patient"}]}  # fmt: skip
    return b"\xef\xbb\xbf" + orjson.dumps(bundle, option=orjson.OPT_INDENT_2)


def bundles(resources: Sequence[Resource]) -> dict[str, bytes]:
    """Every shape by file name; `single-…` files together are one more."""
    whole = ndjson(resources)
    made = {
        "clinic.ndjson": whole,
        "clinic.ndjson.gz": gzip.compress(whole, mtime=0),
        "transaction.json": transaction(resources),
        "transaction.json.gz": gzip.compress(transaction(resources), mtime=0),
        "searchset.json": searchset(resources),
    }
    for resource in resources:
        made[f"single-{resource['resourceType']}-{resource['id']}.json"] = orjson.dumps(resource)
    return made


def _name(resource: Resource) -> str:
    return f"{resource['resourceType']}/{resource['id']}"


def _urn(resource: Resource) -> str:
    return f"urn:uuid:{uuid.uuid5(_SPACE, _name(resource))}"


def _pointing(value: Any, names: dict[str, str]) -> Any:
    """A copy in which every reference is written by `names`."""
    if isinstance(value, dict):
        return {key: names.get(item, item) if key == "reference" else _pointing(item, names)
                for key, item in value.items()}  # fmt: skip
    return [_pointing(item, names) for item in value] if isinstance(value, list) else value
