"""How a desk finds a patient: a full-text index of search words, and an index of names by their slips. Desk only.

The words are made by `models.basics.search_keys`; whoever asks uses the same functions. Shape:

`patient_index(no INTEGER PRIMARY KEY, tenant, patient_id, words)` — one row per patient, `words` as
`patient_words()` makes them: plain name words (`alvarez maria`), `_d19840314` `_b0314` birth date, `_p7654321555` phone
backwards, `_mA12345` record number (plain: `_ma12345`).

`patient_search` — FTS5 over `patient_index.words` (external content, `rowid` = `no`), whole words, prefixes of 1, 2, 3
and 6 signs indexed, `detail=none`: ask with prefix and AND only, never with a phrase or a column filter. Quote every
word and join with AND; the order in which a person types name parts does not matter:

    SELECT i.patient_id FROM patient_search s JOIN patient_index i ON i.no = s.rowid
    WHERE patient_search MATCH '"alv"* AND "mar"*' LIMIT 50

Last digits of a phone: `"_p7654"*` (what was typed, backwards). Record number: `"_m123"*`. Birth date: `"_d19840314"`,
a year `"_d1984"*`, a day without year `"_b0314"`. Several meanings of one typed word are joined by OR in parentheses:
`("1984"* OR "_d1984"* OR "_p4891"* OR "_m1984"*) AND "maria"*`.

`name_slip(slip, word)` — every name word ever indexed under each of its `slip_keys()`. When a typed word of three or
more letters finds nothing as a prefix, look up its own `slip_keys()` here, keep the words that `slips(typed, word)`
says are one slip (two from six letters on) away, and put those words into the MATCH instead:

    SELECT DISTINCT word FROM name_slip WHERE slip IN (…)        -- "alvrez" shares "alvre" with "alvarez"

The projections (`models.store.projection`) keep all three in step with `patient`, in the same transaction. Words of
names no longer in use stay in `name_slip`; they match nobody.
"""

from __future__ import annotations

from sqlalchemy import Column, Integer, Text

from models.tables.columns import index, table, words

patient_index = table(
    "patient_index",
    Column("no", Integer, primary_key=True, nullable=False),
    words("tenant"), words("patient_id"), words("words"),
)  # fmt: skip

index(patient_index, "tenant", "patient_id", unique=True)

name_slip = table(
    "name_slip",
    Column("slip", Text, primary_key=True, nullable=False),
    Column("word", Text, primary_key=True, nullable=False),
)
name_slip.dialect_options["sqlite"]["with_rowid"] = False
