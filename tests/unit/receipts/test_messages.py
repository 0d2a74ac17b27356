"""What messages say: the practice, the paper, its day and amount; of the visit nothing, and no line of another's."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.operations.messages import PAPER_ALONE, PAPER_KINDS, TEMPLATES, MessagePaper, MessageSend
from models.operations.records import Practice
from models.rules.languages import WRITTEN
from receipts.message_words import PAPERS, SENTENCES
from receipts.messages import LONGEST_TEXT, PAPER_WORDS, file_name, words_for

PRACTICE = Practice(id="t", name="Alder Street Family Medicine", timezone="UTC", phone="(555) 010-2200",
                    receipt_message="Feel better soon.", reply_to="desk@alder.test")  # fmt: skip

LINK = "https://alder.test/1"


def paper(kind: str = "receipt", number: str = "R-19", cents: int = 7500) -> MessagePaper:
    return MessagePaper(kind=kind, source_id="p", number=number, day="2026-05-14", amount_cents=cents)


def send(channel: str, *papers: MessagePaper, template: str = "receipt", attach: bool = False) -> MessageSend:
    return MessageSend(message_id="m", patient_id="p", channel=channel, address="", template=template,
                       papers=papers or (paper(),), attach=attach)  # fmt: skip


@pytest.mark.parametrize("channel", ["email", "text"])
def test_h1_an_open_amount_is_told_with_its_day_and_nothing_of_the_visit(channel: str) -> None:
    said = words_for(send(channel, paper("balance", "", 4000), template="balance"), PRACTICE)
    assert "$40.00 is open on your account as of May 14, 2026." in said.body
    assert "(555) 010-2200" in said.body
    assert "Feel better soon" not in said.body
    assert said.subject == ("Your account at Alder Street Family Medicine" if channel == "email" else "")
    if channel == "text":
        assert len(said.body) <= LONGEST_TEXT
        assert said.body.endswith("Reply STOP to end texts.")


@pytest.mark.parametrize("kind", PAPER_WORDS)
def test_s0_40_every_kind_of_paper_is_called_by_its_name(kind: str) -> None:
    said = words_for(send("email", paper(kind)), PRACTICE).body
    assert PAPER_WORDS[kind] in said
    assert ("$75.00" in said) == ("May 14" in said) == (kind not in PAPER_ALONE)


def test_s0_40_an_email_says_whether_the_paper_is_there_and_how_to_ask() -> None:
    attached, named = (words_for(send("email", attach=attach), PRACTICE) for attach in (True, False))
    assert attached.subject == named.subject == "Your receipt from Alder Street Family Medicine"
    assert "It is attached as PDF." in attached.body
    assert "Ask us when you need it on paper." in named.body
    assert "Answer this e-mail or call (555) 010-2200." in named.body
    assert "Feel better soon." in named.body


def test_s0_40_several_papers_are_several() -> None:
    said = words_for(send("email", paper(), paper("void", "R-20", -7500), attach=True), PRACTICE)
    assert said.subject == "Your receipts from Alder Street Family Medicine"
    assert "Receipt R-19 of May 14, 2026: $75.00\nVoid receipt R-20 of May 14, 2026: −$75.00" in said.body
    assert "They are attached" in said.body


def test_s0_40_a_text_is_short_however_much_it_is_about() -> None:
    many = tuple(paper(number=f"01-1-A-{n:04}") for n in range(30))
    said = words_for(send("text", *many), PRACTICE).body
    assert "30 receipts, $2,250.00 together" in said
    assert len(said) <= LONGEST_TEXT
    assert said.endswith("Reply STOP to end texts.")


@given(
    name=st.text(max_size=200), phone=st.text(max_size=120), message=st.text(max_size=120), number=st.text(max_size=30)
)
def test_s0_40_no_name_breaks_a_line_or_makes_a_header(name: str, phone: str, message: str, number: str) -> None:
    practice = Practice(id="t", name=name, timezone="UTC", phone=phone, receipt_message=message)
    for channel in ("email", "text"):
        said = words_for(send(channel, paper(number=number)), practice)
        assert "\n" not in said.subject
        assert "\r" not in said.subject + said.body
        assert all(sign.isprintable() or sign == "\n" for sign in said.subject + said.body)
    assert "\n" not in words_for(send("text", paper(number=number)), practice).body


@pytest.mark.parametrize(
    ("number", "name"), [("R-19", "receipt-R-19.pdf"), ("../../etc", "receipt-etc.pdf"), ("", "receipt.pdf")]
)
def test_s0_40_a_file_is_named_after_the_paper_alone(number: str, name: str) -> None:
    assert file_name(paper(number=number)) == name


# Languages ------------------------------------------------------------------------------------------------------------


def test_every_language_has_every_sentence_with_the_same_values() -> None:
    shapes = {language: {key: sorted(re.findall(r"{\w+}", text)) for key, text in sentences.items()}
              for language, sentences in SENTENCES.items()}  # fmt: skip
    assert set(shapes) == set(PAPERS) == set(WRITTEN)
    assert all(shape == shapes["en"] for shape in shapes.values())
    assert all(set(names) == set(PAPERS["en"]) == set(PAPER_KINDS) for names in PAPERS.values())


@pytest.mark.parametrize("channel", ["email", "text"])
@pytest.mark.parametrize("template", TEMPLATES)
def test_s0_40_a_message_is_in_one_language_and_a_text_of_it_is_short(template: str, channel: str) -> None:
    if (template, channel) == ("superbill", "text"):
        return
    said = {language: words_for(replace(send(channel, paper("superbill" if template == "superbill" else "receipt"),
                                             template=template), language=language), PRACTICE, LINK)
            for language in ("", "en", "es", "es-MX", "vi")}  # fmt: skip
    assert said[""] == said["en"] == said["vi"], "English where nobody said, and for whom we do not write"
    assert said["es"] == said["es-MX"] != said["en"]
    english = r"\b(you|your|call|pay|reply|hello|questions|us|it)\b"
    assert not re.search(english, said["es"].subject + said["es"].body.replace("Feel better soon.", ""), re.I)
    assert re.search(english, said["en"].subject + said["en"].body, re.I)
    if channel == "text":
        assert len(said["es"].body) <= LONGEST_TEXT
        assert said["es"].body.endswith("Responda ALTO para no recibir más mensajes.")


def test_s0_40_a_practice_says_its_own_words_in_each_language() -> None:
    spanish = replace(send("email"), language="es")
    assert "Feel better soon." in words_for(spanish, PRACTICE).body, "what it says only in English stays"
    both = replace(PRACTICE, receipt_message_es="Que se mejore pronto.")
    assert "Que se mejore pronto." in words_for(spanish, both).body
    assert "Feel better soon." not in words_for(spanish, both).body
    assert "Feel better soon." in words_for(send("email"), both).body
