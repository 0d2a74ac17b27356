"""Which column says what: usual header names, or a map of the clinic's own in a TOML file.

table = "patients"            # or appointments, practitioners, transactions, payments, fees; else told by the columns
encoding = "cp1252"           # else told by the bytes
delimiter = ";"               # else told by the rows
dates = "dmy"                 # mdy, dmy or ymd; else told by the values, mdy when both fit

[columns]
family = "Nachname"
birth_date = "Geburtsdatum"
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field

from models.basics.errors import ImportRefused

_PATIENT_NAMES: dict[str, tuple[str, ...]] = {
    "id": ("id", "patientid", "patid", "chartid", "personid", "patient"),
    "mrn": ("mrn", "medicalrecordnumber", "patientmrn", "chartnumber", "chartno", "chart", "accountnumber"),
    "name": ("name", "patientname", "fullname", "patientfullname"),
    "family": ("family", "last", "lastname", "familyname", "surname", "patientlastname", "patlast"),
    "given": ("given", "first", "firstname", "givenname", "patientfirstname", "patfirst", "forename"),
    "middle": ("middle", "middlename", "mi", "middleinitial", "patientmiddlename"),
    "suffix": ("suffix", "namesuffix"),
    "birth_date": ("birthdate", "dob", "dateofbirth", "birthday", "patientdob", "born"),
    "sex": ("sex", "gender", "administrativesex"),
    "language": ("language", "preferredlanguage", "primarylanguage", "patientlanguage", "lang"),
    "phone": ("phone", "mobile", "cell", "cellphone", "mobilephone", "phonenumber", "homephone", "primaryphone",
              "telephone"),
    "email": ("email", "emailaddress", "mail"),
    "street": ("address", "street", "address1", "addressline1", "streetaddress"),
    "street2": ("address2", "addressline2", "apt", "unit"),
    "city": ("city", "town"),
    "state": ("state", "province", "region"),
    "zip": ("zip", "zipcode", "postalcode", "postcode"),
    "death_date": ("deathdate", "dateofdeath", "deceaseddate"),
    "deceased": ("deceased", "isdeceased"),
    "active": ("active", "isactive"),
    "guarantor": ("guarantor", "guarantorid", "guarantormrn", "responsibleparty", "responsiblepartyid"),
    "payer": ("payer", "insurance", "insurancename", "carrier", "primaryinsurance", "insurancecompany", "payername"),
    "plan": ("plan", "planname", "insuranceplan"),
    "member_id": ("memberid", "policynumber", "subscriberid", "insuranceid", "policyid"),
    "copay": ("copay", "copayamount", "officecopay", "pcpcopay"),
}  # fmt: skip

_VISIT_NAMES: dict[str, tuple[str, ...]] = {
    "id": ("id", "appointmentid", "apptid", "visitid", "encounterid", "appointment"),
    "patient_id": ("patient", "patientid", "patid", "personid"),
    "mrn": _PATIENT_NAMES["mrn"],
    "name": ("patientname", "patientfullname", "name"),
    "family": ("patientlastname", "lastname", "last", "patlast", "family"),
    "given": ("patientfirstname", "firstname", "first", "patfirst", "given"),
    "birth_date": _PATIENT_NAMES["birth_date"],
    "phone": _PATIENT_NAMES["phone"],
    "start": ("start", "starttime", "startsat", "appointmenttime", "appttime", "datetime", "appointmentdatetime",
              "scheduledtime", "apptdatetime", "startdatetime"),
    "date": ("date", "apptdate", "appointmentdate", "visitdate", "servicedate", "dateofservice", "dos"),
    "time": ("time",),
    "end": ("end", "stop", "endtime", "enddatetime", "endsat"),
    "minutes": ("minutes", "duration", "length", "durationminutes", "minutesduration"),
    "status": ("status", "appointmentstatus", "apptstatus", "visitstatus"),
    "title": ("description", "type", "appointmenttype", "visittype", "appttype", "title", "service"),
    "reason": ("reason", "reasonforvisit", "reasondescription", "chiefcomplaint", "notes"),
    "practitioner": ("practitioner", "providername", "doctor", "clinician", "renderingprovider", "physician"),
    "practitioner_id": ("provider", "providerid", "practitionerid"),
    "location": ("location", "locationname", "facility", "office", "site"),
    "copay": ("copay", "copayamount", "expectedcopay"),
}  # fmt: skip

_PRACTITIONER_NAMES: dict[str, tuple[str, ...]] = {
    "id": ("id", "providerid", "practitionerid"),
    "name": ("name", "providername", "practitionername", "fullname"),
    "npi": ("npi", "nationalproviderid"),
    "specialty": ("specialty", "speciality"),
}

_TRANSACTION_NAMES: dict[str, tuple[str, ...]] = {
    "id": ("id",),
    "claim_id": ("claimid",),
    "patient_id": ("patientid",),
    "type": ("type",),
    "amount": ("amount",),
    "from": ("fromdate",),
    "code": ("procedurecode",),
    "note": ("notes",),
    "transfer_type": ("transfertype",),
    "visit_id": ("appointmentid",),
    "practitioner_id": ("providerid",),
}

_PAYMENT_NAMES: dict[str, tuple[str, ...]] = {
    "id": ("id", "paymentid", "cashpaymentid", "receiptid", "payment"),
    "patient_id": ("patient", "patientid", "patid", "personid"),
    "mrn": _PATIENT_NAMES["mrn"],
    "visit_id": ("appointment", "appointmentid", "apptid", "visitid", "encounterid", "visit"),
    "line_item": ("lineitem", "lineitemid", "chargeid", "charge"),
    "practitioner_id": ("doctor", "doctorid", "provider", "providerid", "practitionerid"),
    "method": ("paymentmethod", "method", "tender"),
    "type": ("paymenttransactiontype", "transactiontype", "paymenttype", "type"),
    "amount": ("amount", "paymentamount", "amountpaid"),
    "received": ("receiveddate", "datereceived", "paymentdate", "date"),
    "posted": ("posteddate", "dateposted", "postdate"),
    "trace_no": ("tracenumber", "traceno", "checknumber", "checkno", "reference"),
    "note": ("notes", "note", "memo"),
    "updated": ("updatedat", "lastmodified"),
}

_FEE_NAMES: dict[str, tuple[str, ...]] = {
    "payer": _PATIENT_NAMES["payer"],
    "code": ("code", "cpt", "cptcode", "hcpcs", "hcpcscode", "procedurecode", "procedure"),
    "allowed": ("allowed", "allowedamount", "contractedrate", "negotiatedrate", "rate", "fee", "feeschedule"),
    "starts_on": ("effective", "effectivedate", "effectivefrom", "startdate", "startson", "validfrom", "from"),
}

TABLES: dict[str, dict[str, tuple[str, ...]]] = {
    "transactions": _TRANSACTION_NAMES,
    "payments": _PAYMENT_NAMES,
    "appointments": _VISIT_NAMES,
    "patients": _PATIENT_NAMES,
    "practitioners": _PRACTITIONER_NAMES,
    "fees": _FEE_NAMES,
}
"""Fields of each table with their usual header names (letters and digits only, small), the likeliest first."""

_NEEDED: dict[str, tuple[tuple[str, ...], ...]] = {
    "transactions": (("id",), ("claim_id",), ("type",), ("transfer_type",), ("amount",), ("patient_id",)),
    "payments": (("id",), ("patient_id", "mrn"), ("amount",), ("method",), ("received", "posted", "type")),
    "appointments": (
        ("patient_id", "mrn"),
        ("start", "date"),
        ("id", "status", "practitioner", "practitioner_id", "minutes", "time", "location"),
    ),
    "patients": (("id", "mrn"), ("family", "name"), ("birth_date", "given")),
    "practitioners": (("id",), ("name",), ("npi", "specialty")),
    "fees": (("payer",), ("code",), ("allowed",)),
}
"""For each table: of every group one column must be there."""

_NO_VISITS = {"claimid", "chargeid", "diagnosis1", "outstanding1", "encounter"}
"""Headers of tables that also have patients and dates, but whose rows are claims, procedures or prescriptions."""

DATE_ORDERS = ("mdy", "dmy", "ymd")


@dataclass(frozen=True, slots=True)
class Mapping:
    """What the clinic says about its tables; empty where it leaves that to us. `columns`: field to header."""

    table: str = ""
    encoding: str = ""
    delimiter: str = ""
    dates: str = ""
    columns: dict[str, str] = field(default_factory=dict)


def read_mapping(text: str) -> Mapping:
    """The map in a TOML text. Raises ImportRefused `import.map_invalid` naming what is wrong in it."""
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ImportRefused("import.map_invalid", field="TOML") from error
    columns = data.pop("columns", {})
    known = {"table": (*TABLES, ""), "encoding": None, "delimiter": (*DELIMITER_NAMES,), "dates": (*DATE_ORDERS, "")}
    for name, value in data.items():
        choices = known.get(name, ())
        if not isinstance(value, str) or (choices is not None and value not in choices):
            raise ImportRefused("import.map_invalid", field=name if name.isidentifier() else "?")
    fields = {name for table in TABLES.values() for name in table}
    if not isinstance(columns, dict) or not all(isinstance(header, str) for header in columns.values()):
        raise ImportRefused("import.map_invalid", field="columns")
    if unknown := columns.keys() - fields:
        first = min(unknown)
        raise ImportRefused("import.map_invalid", field=first if first.isidentifier() else "?")
    return Mapping(columns=columns, **data)


DELIMITER_NAMES = ("", ",", ";", "\t", "|")


def plain(header: str) -> str:
    """A header as it is compared: letters and digits, small."""
    return re.sub(r"[\W_]+", "", header.casefold())


def find_columns(header: list[str], mapping: Mapping) -> tuple[str, dict[str, int]]:
    """(table, field to column) of a header: the clinic's own names first, then usual ones.

    Raises ImportRefused `import.column_missing` for a mapped header that is not there, `import.table_unknown` when the
    columns make no table we have a use for.
    """
    names = [plain(name) for name in header]
    mapped = {}
    for name, wanted in mapping.columns.items():
        if plain(wanted) not in names:
            raise ImportRefused("import.column_missing", path="line 1", field=name)
        mapped[name] = names.index(plain(wanted))
    choices = [mapping.table] if mapping.table else list(TABLES)
    if not mapping.table and _NO_VISITS & set(names):
        choices.remove("appointments")
    for table in choices:
        found = _usual(TABLES[table], names) | {name: at for name, at in mapped.items() if name in TABLES[table]}
        if all(any(name in found for name in group) for group in _NEEDED[table]):
            return table, found
    raise ImportRefused("import.table_unknown", path="line 1")


def _usual(fields: dict[str, tuple[str, ...]], names: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, usual in fields.items():
        at = next((names.index(choice) for choice in usual if choice in names), None)
        if at is not None:
            found[name] = at
    return found
