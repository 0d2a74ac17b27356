"""X12 270/271 as payers really send them: every shared file parses or is refused with segment and reason."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.x12 import segments as shape
from exchange.x12.checks import check_of
from exchange.x12.eligibility import ANSWERED, ASKED, Subject, read
from exchange.x12.segments import segments
from models.basics.errors import ImportRefused
from models.operations.codec import from_json, to_json
from models.operations.eligibility import EligibilityCheck
from tests.support.shared_data import shared

NOW = datetime(2026, 10, 3, 15, 0, tzinfo=UTC)
ZONE = ZoneInfo("America/New_York")
EXPECTED = tomllib.loads((Path(__file__).parent / "x12_files.toml").read_text("utf-8"))
FOLDERS = ("x12-271-public-samples", "x12-code-lists", "x12-imsweb", "x12-linuxforhealth", "x12-oopfactory",
           "x12-stupidedi")  # fmt: skip

ISA = "ISA*00*          *00*SECRETWORD*ZZ*PAYER01        *ZZ*CLINIC01       *261003*0931*^*00501*000000043*0*T*:~"
GS = "GS*HB*PAYER01*CLINIC01*20261003*0931*43*X*005010X279A1~"
BEGIN = "ST*271*0043*005010X279A1~BHT*0022*11*TRACE42*20261003*0931~"
SOURCE = "HL*1**20*1~NM1*PR*2*Springfield Health Plan*****PI*SHP01~"
RECEIVER = "HL*2*1*21*1~NM1*1P*2*Riverside Clinic*****XX*1234567893~"
SUBSCRIBER = "HL*3*2*22*0~TRN*2*TRACE42*9CLINIC010~NM1*IL*1*DOE*JANE****MI*MBR123456~DMG*D8*19800101*F~"
END = "SE*9*0043~"
CLOSE = "GE*1*43~IEA*1*000000043~"


def answer(*benefits: str, subscriber: str = SUBSCRIBER, end: str = END) -> str:
    """One transaction about one person."""
    return BEGIN + SOURCE + RECEIVER + subscriber + "".join(f"{each}~" for each in benefits) + end


def message(*transactions: str) -> bytes:
    """A whole interchange."""
    return (ISA + GS + "".join(transactions) + CLOSE).encode()


def found(data: bytes | Iterable[bytes]) -> list[Subject | ImportRefused]:
    return list(read([data] if isinstance(data, bytes) else data))


def checks(data: bytes) -> list[EligibilityCheck]:
    subjects = [each for each in found(data) if isinstance(each, Subject)]
    return [check_of(each, ZONE, NOW) for each in subjects if each.kind == ANSWERED]


def refusals(data: bytes) -> list[tuple[str, object]]:
    return [(each.message_key, each.facts["segment"]) for each in found(data) if isinstance(each, ImportRefused)]


def only(*benefits: str) -> EligibilityCheck:
    made = checks(message(answer(*benefits)))
    assert len(made) == 1
    return made[0]


# The shared files -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_shared_file_parses_or_is_refused_with_its_segment(folder: str) -> None:
    for file in sorted(shared(folder).iterdir()):
        data = file.read_bytes()
        made = found(data)
        assert made, file.name
        for each in made:
            if isinstance(each, ImportRefused):
                assert each.facts["segment"] >= 1, file.name
                assert each.message_key.startswith("x12."), file.name
            elif each.kind == ANSWERED and each.groups:
                assert check_of(each, ZONE, NOW).benefits, file.name


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_what_the_shared_271_say(name: str) -> None:
    """As read by hand, in a table: state, member, benefits that are money; and refusals with their segment."""
    data = shared(name).read_bytes()
    expected = EXPECTED[name]
    assert refusals(data) == [tuple(each) for each in expected.get("refused", [])]
    made = checks(data)
    assert [check.state for check in made] == expected.get("states", [])
    assert [check.member_id for check in made] == expected.get("members", [])
    assert [len(check.benefits) for check in made] == expected.get("benefits", [])
    money = [
        [each.kind, each.network, each.level, each.period,
         -1 if each.amount_cents is None else each.amount_cents, -1 if each.percent_bp is None else each.percent_bp]
        for check in made for each in check.benefits
        if each.kind in ("copay", "coinsurance", "deductible", "out_of_pocket")
    ]  # fmt: skip
    assert money == expected.get("money", [])


def test_the_nineteen_answers_are_all_there() -> None:
    """19 transactions 271 with 13 copays, 2 coinsurances, 5 deductibles, 1 out-of-pocket maximum; 8 of 270."""
    kinds: list[str] = []
    codes: list[str] = []
    for folder in FOLDERS:
        for file in sorted(shared(folder).iterdir()):
            data = file.read_bytes()
            if data.lstrip(b"\xef\xbb\xbf")[:3] != b"ISA":
                continue
            kinds += [segment.at(1) for segment in segments([data]) if segment.id == "ST"] if _whole(data) else []
            codes += [group.head.at(1) for each in found(data) if isinstance(each, Subject) and each.kind == ANSWERED
                      for group in each.groups]  # fmt: skip
    assert kinds.count(ANSWERED) == 19
    assert kinds.count(ASKED) == 8
    assert [codes.count(code) for code in "BACGD"] == [13, 2, 5, 1, 39]


def _whole(data: bytes) -> bool:
    return not any(isinstance(each, ImportRefused) and each.message_key == "x12.segment_id" for each in found(data))


def test_questions_are_read_with_what_they_ask() -> None:
    (question,) = found(shared("x12-oopfactory/270_4010_Example3_Aetna.txt").read_bytes())
    assert isinstance(question, Subject)
    assert (question.kind, question.person.family, question.dependent) == (ASKED, "JONES", True)
    assert (question.subscriber.id, [group.head.at(1) for group in question.groups]) == ("11122233301", ["81"])


# Single readings --------------------------------------------------------------------------------------------------


def test_money_share_network_period_and_level() -> None:
    check = only("EB*1*IND*30**GOLD", "EB*B*IND*98*HM*GOLD*27*25.5**VS*3*Y*Y", "EB*A*FAM*30*****.125****N",
                 "EB*C*IND*30***29*800*****W", "EB*C*IND*30***23*2000*****U")  # fmt: skip
    active, copay, share, left, total = check.benefits
    assert (check.state, check.plan, active.kind) == ("active", "GOLD", "active")
    assert (copay.kind, copay.amount_cents, copay.period, copay.network, copay.quantity, copay.authorization) == (
        "copay", 2550, "visit", "in", "VS 3", "yes")  # fmt: skip
    assert (share.percent_bp, share.level, share.network) == (1250, "family", "out")
    assert (left.remaining, left.amount_cents, left.network) == (True, 80_000, "both")
    assert (total.remaining, total.amount_cents, total.network) == (False, 200_000, "")


@pytest.mark.parametrize(("text", "share"), [(".2", 2000), ("0.2", 2000), ("1", 10_000), ("20", 2000), ("100", 10_000),
                                             ("0", 0), ("12.5", 1250)])  # fmt: skip
def test_a_share_as_payers_write_it(text: str, share: int) -> None:
    assert only(f"EB*A*IND*30*****{text}").benefits[0].percent_bp == share


@pytest.mark.parametrize(("line", "key"), [
    ("EB*B*IND*30***27*ten", "x12.not_an_amount"), ("EB*B*IND*30***27*-5", "x12.not_an_amount"),
    ("EB*B*IND*30***27*1e9", "x12.not_an_amount"), ("EB*C*IND*30***29*99999999999", "x12.not_an_amount"),
    ("EB*A*IND*30*****200", "x12.not_a_share"), ("EB*A*IND*30*****-.2", "x12.not_a_share"),
    ("EB*A*IND*30*****x", "x12.not_a_share"),
])  # fmt: skip
def test_money_that_cannot_be_read_refuses_the_answer_with_its_segment(line: str, key: str) -> None:
    (subject,) = found(message(answer("EB*1**30", line)))
    assert isinstance(subject, Subject)
    with pytest.raises(ImportRefused) as refused:
        check_of(subject, ZONE, NOW)
    assert (refused.value.message_key, refused.value.facts["segment"]) == (key, 14)


def test_a_copay_coded_as_a_percentage_is_a_coinsurance() -> None:
    (benefit,) = only("EB*B*IND*30*****.3").benefits
    assert (benefit.kind, benefit.code, benefit.percent_bp, benefit.amount_cents) == ("coinsurance", "B", 3000, None)


def test_service_types_repeat_with_either_separator() -> None:
    assert only("EB*B*IND*98^UC:30***27*5").benefits[0].service_types == ("98", "UC", "30")


def test_procedure_days_messages_and_notes_stay_with_their_benefit() -> None:
    check = only("EB*B*IND****27*10*****Y*HC:99213:25", "DTP*348*RD8*20260101-20261231", "MSG*Call first", "HSD*VS*3",
                 "REF*9F*A1", "EB*1**30", "LS*2120", "NM1*P3*1*JONES*MARCUS", "LE*2120")  # fmt: skip
    copay, active = check.benefits
    assert (copay.procedure, copay.begins, copay.ends) == ("99213", "2026-01-01", "2026-12-31")
    assert (copay.messages, copay.notes) == (("Call first",), ("HSD VS 3", "REF 9F A1"))
    assert (active.messages, active.procedure) == ((), "")


@pytest.mark.parametrize(("lines", "state"), [
    (("EB*1**30",), "active"), (("EB*5**98",), "active"), (("EB*6**30",), "inactive"), (("EB*8",), "inactive"),
    (("EB*6**30", "EB*1**30"), "unclear"), (("EB*1**30", "EB*6**35"), "active"), (("EB*B**98***27*5",), "unclear"),
    (("AAA*N**72*C",), "rejected"), (("AAA*N**72*C", "EB*1**30"), "active"),
])  # fmt: skip
def test_in_force_or_not(lines: tuple[str, ...], state: str) -> None:
    assert only(*lines).state == state


def test_several_people_and_transactions_in_one_file_each_with_their_own_words() -> None:
    second = SUBSCRIBER.replace("HL*3*2*22*0", "HL*4*2*22*1").replace("JANE", "JOHN").replace("MBR123456", "MBR9")
    child = "HL*5*4*23*0~NM1*03*1*DOE*KIM~DMG*D8*20150505~"
    both = BEGIN + SOURCE + RECEIVER + SUBSCRIBER + "EB*1**30~" + second + child + "EB*6**30~" + END
    made = [each for each in found(message(both, answer("EB*1**98"))) if isinstance(each, Subject)]
    assert [(each.person.given, each.dependent) for each in made] == [("JANE", False), ("KIM", True), ("JANE", False)]
    assert [check_of(each, ZONE, NOW).member_id for each in made] == ["MBR123456", "MBR9", "MBR123456"]
    assert "JANE" not in made[1].raw
    assert "KIM" not in made[0].raw
    assert "JOHN" in made[1].raw  # whose plan it is


def test_the_text_that_is_kept_reads_the_same_again_and_holds_no_password() -> None:
    (first,) = checks(message(answer("EB*1**30**GOLD", "EB*B**98^UC***27*25*****Y", "MSG*Both")))
    assert "SECRETWORD" not in first.raw
    (again,) = checks((first.raw + "SE*9*0043~" + CLOSE).encode())
    assert again == first
    assert from_json(EligibilityCheck, to_json(first)) == first


def test_a_rejected_transaction_tells_the_payers_reason() -> None:
    refused = BEGIN + SOURCE + "HL*2*1*21*0~NM1*1P*2*CLINIC*****XX*1~AAA*Y**50*N~" + END
    (one, other) = found(message(refused, answer("EB*1**30")))
    assert isinstance(one, ImportRefused)
    assert (one.message_key, one.facts) == ("x12.rejected", {"segment": 9, "code": "50", "level": "receiver"})
    assert isinstance(other, Subject)


def test_when_the_payer_answered_is_read_on_the_clinics_clock_and_is_never_ahead() -> None:
    assert only("EB*1**30").checked_at == "2026-10-03T13:31:00.000Z"
    late = message(answer("EB*1**30")).replace(b"20261003*0931~HL", b"20991003*0931~HL")
    assert checks(late)[0].checked_at == "2026-10-03T15:00:00.000Z"
    wrong = message(answer("EB*1**30")).replace(b"20261003*0931~HL", b"YYYYMMDD*99~HL")
    assert checks(wrong)[0].checked_at == "2026-10-03T15:00:00.000Z"


# Damage -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("data", "expected"), [
    (b"", [("x12.no_isa", 1)]),
    (b"  \r\n", [("x12.no_isa", 1)]),
    (b"hello", [("x12.no_isa", 1)]),
    (b"ISA", [("x12.isa_damaged", 1)]),
    (ISA.encode()[:-1], [("x12.isa_damaged", 1)]),
    (b"ISA" + b"*x" * 200, [("x12.isa_damaged", 1)]),
    ((ISA + GS + answer("EB*1**30")[:-5]).encode(), [("x12.cut_off", 14)]),
    ((ISA + GS + answer("EB*1**30", end="")).encode(), [("x12.no_end", 3)]),
    ((ISA + GS + answer("EB*1**30", end="GE*1*43~IEA*1*000000043~")).encode(), [("x12.no_end", 3)]),
    (message("ST*835*1~BPR*x~SE*3*1~"), [("x12.other_transaction", 3)]),
    (message("SE*1*1~"), [("x12.out_of_place", 3)]),
    (message(BEGIN + "HL*1**99~" + END), [("x12.level_unknown", 5)]),
    (message(BEGIN + "HL*1**22~" + END), [("x12.level_out_of_place", 5)]),
    (message(BEGIN + END), [("x12.no_levels", 3)]),
    (message(BEGIN + SOURCE + END), [("x12.nobody", 3)]),
    (message(answer("EB*1**30"), "??*x~"), [("x12.segment_id", 15)]),
    (message(answer("MSG*" + "x" * (shape.LONGEST_SEGMENT + 1))), [("x12.segment_too_long", 13)]),
])  # fmt: skip
def test_damage_is_refused_with_its_segment(data: bytes, expected: list[tuple[str, int]]) -> None:
    assert refusals(data) == expected


def test_an_answer_longer_than_is_kept_is_refused() -> None:
    (subject,) = found(message(answer("EB*1**30", *(["MSG*" + "x" * 16_000] * 20))))
    assert isinstance(subject, Subject)
    with pytest.raises(ImportRefused, match=r"x12\.answer_too_long"):
        check_of(subject, ZONE, NOW)


def test_a_file_in_single_bytes_reads_as_one_piece() -> None:
    data = message(answer("EB*1**30", "EB*B**98***27*25"))
    assert found([data[at : at + 1] for at in range(len(data))]) == found(data)


class Endless:
    """An interchange that never ends, and how much of it was asked for."""

    def __init__(self) -> None:
        self.given = 0

    def __iter__(self) -> Iterable[bytes]:  # type: ignore[override]
        yield (ISA + GS + BEGIN + SOURCE).encode()
        while True:
            self.given += 1
            yield b"x" * 1024


def test_a_segment_without_end_is_given_up_soon() -> None:
    stream = Endless()
    (refused,) = found(iter(stream))  # type: ignore[arg-type]
    assert isinstance(refused, ImportRefused)
    assert refused.message_key == "x12.segment_too_long"
    assert stream.given <= shape.LONGEST_SEGMENT // 1024 + 2


GOOD = message(answer("EB*1*IND*30^98**GOLD", "EB*B*IND*98***27*25*****Y", "AAA*N**72*C", "MSG*Hello"))


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.binary(max_size=4)), max_size=6), st.integers(0, len(GOOD)))
def test_hostile_bytes_never_raise_anything_else(changes: list[tuple[int, bytes]], cut: int) -> None:
    data = bytearray(GOOD)
    for place, new in changes:
        data[place : place + 1] = new
    for each in found(bytes(data[:cut] if cut % 3 == 0 else data)):
        if isinstance(each, ImportRefused):
            assert each.facts["segment"] >= 1
            continue
        with suppress(Understood):
            check = understood(each)
            assert from_json(EligibilityCheck, to_json(check)) == check


class Understood(Exception):
    """Refused as it should be, with its segment."""


def understood(subject: Subject) -> EligibilityCheck:
    try:
        return check_of(subject, ZONE, NOW)
    except ImportRefused as refused:
        raise Understood if int(str(refused.facts["segment"])) >= 1 else AssertionError from refused


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_behind_a_head_never_raise_anything_else(tail: bytes) -> None:
    for each in found((ISA + GS + BEGIN + SOURCE + RECEIVER + SUBSCRIBER).encode() + tail):
        assert isinstance(each, ImportRefused | Subject)
