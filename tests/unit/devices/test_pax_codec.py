"""POSLINK frames byte by byte: published vectors, properties, and what may never be sent."""

from __future__ import annotations

import base64
import functools
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.base import Outcome
from devices.scrubber import PanGuard
from devices.terminals.pax_answers import REPORT_PLACES, SALE_PLACES, judge_record, judge_sale, read_transaction, scrub
from devices.terminals.pax_codec import (
    COMMANDS,
    NEVER,
    Answer,
    CommandForbidden,
    Event,
    FrameReader,
    NotAnAnswer,
    answer_to,
    check_byte,
    decode_answer,
    encode_frame,
    encode_request,
    join_packets,
    parts,
)
from tests.support.shared_data import shared

REQUESTS = {
    "A00": ("A00", (), "024130301c312e34330346"),
    "A14": ("A14", (), "024131341c312e34330343"),
    "A16": ("A16", (), "024131361c312e34330341"),
    "A10": ("A10", ("One moment", "Desk 1"), "024131301c312e34331c4f6e65206d6f6d656e741c4465736b2031031b"),
    "A12": ("A12", (), "024131321c312e34330345"),
    "A26": ("A26", (), "024132361c312e34330342"),
    "A08": ("A08", ("0", "90000"), "024130381c312e34331c301c39303030300347"),
    "A20": ("A20", ("0", "", "", "300"), "024132301c312e34331c301c1c1c3330300347"),
    "B00": ("B00", ("20261121103000",), "024230301c312e34331c3230323631313231313033303030035e"),
    "R02": ("R02", ("00", "", "", "", "", "", "100045", ""),
            "025230321c312e34331c30301c1c1c1c1c1c3130303034351c0357"),
    "sale": ("T00", ("01", "2500", "", parts("100045", "V-2031"), "", "", "", "", ""),
             "025430301c312e34331c30311c323530301c1c3130303034351f562d323033311c1c1c1c1c032d"),
    "return": ("T00", ("02", "1000", "", "100046", "", "", "", "", ""),
               "025430301c312e34331c30321c313030301c1c3130303034361c1c1c1c1c034f"),
    "void": ("T00", ("16", "", "", parts("100047", "", "", "27"), "", "", "", "", "HREF=200069124602"),
             "025430301c312e34331c31361c1c1c3130303034371f1f1f32371c1c1c1c1c485245463d323030303639313234363032037a"),
    "debit": ("T02", ("01", "2500", "", "100048", "", ""),
              "025430321c312e34331c30311c323530301c1c3130303034381c1c035a"),
}  # fmt: skip

EXT = (
    "EDCTYPE=CREDIT^HREF=200069124602^CARDBIN=424242^SN=0000000001^AID=A0000000031010^TVR=0000008000^TSI=E800^ATC=0026"
    "^APPLAB=VISA CREDIT^APPPN=VISA CREDIT^IAD=06010A03A00000^TC=0123456789ABCDEF^CID=40^CVM=6"
)
ACC = "4242^4^1230^^^^01^TEST/PATIENT^^^0"
HOST = "00^APPROVAL^123456^612345678901^^1"
AMT = "2500^0^0^0^0^0"
TRC = "27^100045^20261121103005"

ANSWERS = {
    "A01": ("0|A01|1.58|000000|OK|0000000001|A920PRO|SIMOS_1.0||||APPVERSION=V0.01^APPNAME=SIM|Y|1110111100000000",
            0x70),
    "approved": (f"0|T01|1.58|000000|OK|{HOST}|01|{AMT}|{ACC}|{TRC}|0^AVS Not Requested.|||{EXT}", 0x7A),
    "duplicate": (f"0|T01|1.58|100011|DUP TRANSACTION|{HOST}|01|{AMT}|{ACC}|{TRC}||||{EXT}", 0x1A),
    "declined": (f"0|T01|1.58|000100|DECLINE|51^INSUFF FUNDS^^612345678902|01|0^2500|{ACC}|28^100045^20261121103105"
                 f"||||{EXT}", 0x20),
    "partial": ("0|T01|1.58|000002|PARTIAL APPROVAL|10^PARTIAL APPROVAL^654321^612345678903^^1|01|"
                f"1500^1000^0^0^0^0|{ACC}|29^100045^20261121103205||||{EXT}", 0x06),
    "found": (f"0|R03|1.58|000000|OK|1|0|{HOST}|01|01||{AMT}|{ACC}|{TRC}||||{EXT}", 0x3E),
}  # fmt: skip

SHORT_ANSWERS = {
    "02301c4131371c312e35381c3030303030301c4f4b0362": ("A17", "000000", "OK"),
    "02301c4131331c312e35381c3030303030301c4f4b0366": ("A13", "000000", "OK"),
    "02301c5430311c312e35381c3130303030311c54494d454f5554032f": ("T01", "100001", "TIMEOUT"),
    "02301c5430311c312e35381c3130303030321c41424f52544544033c": ("T01", "100002", "ABORTED"),
    "02301c5430311c312e35381c3130303030331c414d4f554e5420494e56414c4944030b": ("T01", "100003", "AMOUNT INVALID"),
    "02301c5430311c312e35381c3130303033321c4f5554204f462050415045520365": ("T01", "100032", "OUT OF PAPER"),
    "02301c5430311c312e35381c3130313430311c434849502052454144204641494c45440372": ("T01", "101401", "CHIP READ FAILED"),
    "02301c5230331c312e35381c3130303032331c4e4f5420464f554e440353": ("R03", "100023", "NOT FOUND"),
    "02301c4230311c312e35381c3030303030301c4f4b1c30301f424154434820434c4f5345441f1f1f1f371c31321c33343530301c3230"
    "3236313132313138303030301c544944311c4d4944310304": ("B01", "000000", "OK"),
}


def wire(readable: str) -> bytes:
    """The payload written with `|` for FS and `^` for US."""
    return readable.replace("|", "\x1c").replace("^", "\x1f").encode("latin-1")


def answer(name: str) -> Answer:
    return scrub(decode_answer(wire(ANSWERS[name][0])), PanGuard("reader"), "100045")


@pytest.mark.parametrize("name", REQUESTS)
def test_requests_are_byte_exact(name: str) -> None:
    command, fields, frame = REQUESTS[name]
    assert encode_request(command, fields).hex() == frame


def test_the_other_spellings_of_a_request() -> None:
    assert encode_request("A00", ("",), version="1.35").hex() == "024130301c312e33351c035b"
    assert encode_request("A14", ("",), version="1.35")[-1] == 0x5E


@pytest.mark.parametrize("name", ANSWERS)
def test_check_bytes_of_long_answers(name: str) -> None:
    readable, check = ANSWERS[name]
    assert check_byte(wire(readable)) == check
    assert FrameReader().feed(encode_frame(wire(readable))) == [(Event.FRAME, wire(readable))]


@pytest.mark.parametrize("frame", SHORT_ANSWERS)
def test_short_answers_read(frame: str) -> None:
    ((event, payload),) = FrameReader().feed(bytes.fromhex(frame))
    read = decode_answer(payload)
    assert event is Event.FRAME
    assert (read.command, read.code, read.text) == SHORT_ANSWERS[frame]
    assert read.last_packet


def test_an_approval_taken_apart() -> None:
    result = judge_sale(answer("approved"), "100045", 2500)
    assert (result.outcome, result.approved_cents, result.due_cents) == (Outcome.APPROVED, 2500, 0)
    assert (result.auth_code, result.host_ref, result.terminal_txn_no) == ("123456", "200069124602", "27")
    assert (result.card.brand, result.card.last4, result.card.entry_mode) == ("Visa", "4242", "chip")
    assert (result.emv.aid, result.emv.app_label, result.emv.tvr) == ("A0000000031010", "VISA CREDIT", "0000008000")
    assert (result.emv.tsi, result.emv.cvm, result.timestamp) == ("E800", "6", "20261121103005")
    assert "424242" not in repr(result).replace("'4242'", ""), "the beginning of the card is not kept"
    assert "1230" not in repr(result), "nor its expiry"


def test_a_part_approved() -> None:
    result = judge_sale(answer("partial"), "100045", 2500)
    assert (result.outcome, result.approved_cents, result.due_cents) == (Outcome.PARTIALLY_APPROVED, 1500, 1000)


def test_declined_says_the_banks_words() -> None:
    result = judge_sale(answer("declined"), "100045", 2500)
    assert (result.outcome, result.host_code, result.host_text) == (Outcome.DECLINED, "51", "INSUFF FUNDS")
    assert result.approved_cents == 0


def test_a_duplicate_describes_the_earlier_one() -> None:
    result = judge_sale(answer("duplicate"), "100099", 2500)
    assert (result.outcome, result.reason) == (Outcome.NOT_PERFORMED, "terminal.duplicate")
    assert result.earlier is not None
    assert (result.earlier.terminal_ref, result.terminal_ref, result.approved_cents) == ("100045", "100099", 0)
    assert (result.earlier.outcome, result.earlier.approved_cents) == (Outcome.APPROVED, 2500)
    assert (result.auth_code, result.timestamp) == ("123456", "20261121103005")


def test_a_duplicate_of_ourselves_is_our_approval() -> None:
    assert judge_sale(answer("duplicate"), "100045", 2500).outcome is Outcome.APPROVED


def test_a_record_found() -> None:
    found = read_transaction(answer("found"), REPORT_PLACES)
    result = judge_record(found, "100045", 2500)
    assert (result.outcome, result.approved_cents, result.card.last4) == (Outcome.APPROVED, 2500, "4242")


UNBELIEVED = {
    "another reference": (ANSWERS["approved"][0].replace("100045", "100046"), "terminal.other_reference"),
    "no reference": (ANSWERS["approved"][0].replace("^100045^", "^^"), "terminal.other_reference"),
    "a larger amount": (ANSWERS["approved"][0].replace("2500^0", "2600^0"), "terminal.other_amount"),
    "a smaller amount unexplained": (ANSWERS["approved"][0].replace("2500^0", "2400^0"), "terminal.other_amount"),
    "a due that does not fit": (ANSWERS["partial"][0].replace("1500^1000", "1500^900"), "terminal.other_amount"),
    "no amount": (ANSWERS["approved"][0].replace("2500^0", "^0"), "terminal.other_amount"),
    "no host code": (ANSWERS["approved"][0].replace("00^APPROVAL", "^APPROVAL"), "terminal.unknown_code"),
    "an unknown code": ("0|T01|1.58|109999|WHAT", "terminal.unknown_code"),
    "not found, of a sale": ("0|T01|1.58|100023|CONNECT ERROR", "terminal.unknown_code"),
    "a no for somebody else": (ANSWERS["declined"][0].replace("100045", "1"), "terminal.other_reference"),
}


@pytest.mark.parametrize("why", UNBELIEVED)
def test_what_does_not_fit_is_unknown_never_declined(why: str) -> None:
    text, reason = UNBELIEVED[why]
    result = judge_sale(decode_answer(wire(text)), "100045", 2500)
    assert (result.outcome, result.reason, result.approved_cents) == (Outcome.UNKNOWN, reason, 0)


CLOSED = {
    "100001|TIMEOUT": (Outcome.NOT_PERFORMED, "terminal.card_timeout"),
    "100002|ABORTED": (Outcome.CANCELLED, "terminal.cancelled"),
    "100003|DEBIT ONLY TRY ANOTHER TENDER": (Outcome.NOT_PERFORMED, "terminal.refused"),
    "100032|OUT OF PAPER": (Outcome.NOT_PERFORMED, "terminal.own_paper_out"),
    "101401|CHIP READ FAILED": (Outcome.NOT_PERFORMED, "terminal.chip_not_read"),
    "103000|DUP AT HOST": (Outcome.NOT_PERFORMED, "terminal.duplicate"),
    "100023|NOT FOUND": (Outcome.NOT_PERFORMED, "terminal.original_not_found"),
}


@pytest.mark.parametrize("code", CLOSED)
def test_codes_after_which_nothing_moved(code: str) -> None:
    result = judge_sale(decode_answer(wire(f"0|T01|1.58|{code}")), "100045", 2500)
    assert (result.outcome, result.reason) == CLOSED[code]
    assert (result.host_text, result.approved_cents) == (code.partition("|")[2], 0)


def test_a_host_code_of_no_is_a_no_whatever_the_response_code() -> None:
    text = ANSWERS["approved"][0].replace("00^APPROVAL", "05^DO NOT HONOR")
    assert judge_sale(decode_answer(wire(text)), "100045", 2500).outcome is Outcome.DECLINED


def test_a_voided_sale_took_nothing() -> None:
    text = ANSWERS["found"][0].replace("|01|01||", "|01|17|01|")
    result = judge_record(read_transaction(decode_answer(wire(text)), REPORT_PLACES), "100045", 2500)
    assert (result.outcome, result.reason) == (Outcome.NOT_PERFORMED, "terminal.voided")


# what may be sent


def test_the_deny_list() -> None:
    for command in ("A30", "A31", "A40", "A46", "A50", "A51"):
        assert command in NEVER
        with pytest.raises(CommandForbidden):
            encode_request(command)
    assert not NEVER & COMMANDS.keys()


@given(st.from_regex(r"[A-Z][0-9]{2}", fullmatch=True))
def test_only_the_allow_list_is_sent(command: str) -> None:
    if command in COMMANDS:
        assert encode_request(command)
    else:
        with pytest.raises(CommandForbidden):
            encode_request(command)


@pytest.mark.parametrize("account", ["4242424242424242", "^1230", "^^123"])
def test_card_data_is_never_sent(account: str) -> None:
    with pytest.raises(CommandForbidden):
        encode_request("T00", ("01", "2500", account.replace("^", "\x1f")))
    assert encode_request("T00", ("01", "2500", parts("", "", "", "", "", "1")))


@pytest.mark.parametrize("field", ["a\x1cb", "a\x02b", "a\x03", "\n"])
def test_control_signs_never_get_into_a_field(field: str) -> None:
    with pytest.raises(ValueError, match="in a field"):
        encode_request("R02", (field,))


def test_signs_the_wire_cannot_carry_become_a_question_mark() -> None:
    assert b"\xe9?" in encode_request("R02", ("é測",))


# any stream


@given(st.lists(st.binary(max_size=60).filter(lambda payload: not set(payload) & {2, 3}), max_size=5),
       st.lists(st.integers(1, 20), max_size=60))  # fmt: skip
def test_frames_survive_any_cutting(payloads: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(encode_frame(payload) for payload in payloads)
    reader, events = FrameReader(), []
    for cut in [*cuts, len(stream)]:
        events += reader.feed(stream[:cut])
        stream = stream[cut:]
    assert events == [(Event.FRAME, payload) for payload in payloads]


@given(st.binary(max_size=40), st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=40))
def test_a_frame_is_found_behind_any_noise(noise: bytes, text: str) -> None:
    payload = text.encode("latin-1")
    reader = FrameReader()
    reader.feed(noise.replace(b"\x02", b""))  # noise that begins a frame is the next test
    assert (Event.FRAME, payload) in reader.feed(encode_frame(payload))


@given(st.binary(max_size=200))
def test_no_stream_breaks_the_reader(stream: bytes) -> None:
    reader = FrameReader()
    for event, payload in reader.feed(stream):
        assert event is Event.FRAME or payload == b""


def test_a_frame_cut_off_by_another_is_dropped() -> None:
    whole = encode_frame(b"0")
    assert FrameReader().feed(whole[:2] + whole) == [(Event.FRAME, b"0")]


@pytest.mark.parametrize("check", [0x00, 0x02, 0x03, 0x04, 0x06, 0x15, 0x0A])
def test_the_check_byte_is_never_a_control_sign(check: int) -> None:
    payload = bytes((0x40, 0x40 ^ check ^ 3))
    assert FrameReader().feed(encode_frame(payload)) == [(Event.FRAME, payload)]
    assert encode_frame(payload)[-1] == check


@given(st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), min_size=1), st.integers(1, 255))
def test_a_wrong_check_byte_is_seen(text: str, wrong: int) -> None:
    frame = bytearray(encode_frame(text.encode("latin-1")))
    frame[-1] ^= wrong
    assert FrameReader().feed(bytes(frame)) == [(Event.BAD_FRAME, b"")]


def test_an_endless_frame_is_given_up() -> None:
    reader = FrameReader()
    assert [event for event, _ in reader.feed(b"\x02" + b"x" * 300_000)] == [Event.BAD_FRAME]
    assert not reader.inside


fields_of = st.lists(
    st.lists(st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=8), min_size=1, max_size=4),
    max_size=6,
)


@given(fields_of)
def test_fields_come_back_as_they_were(fields: list[list[str]]) -> None:
    text = "\x1c".join(["0", "T01", "1.58", "000000", "OK", *("\x1f".join(field) for field in fields)])
    read = decode_answer(text.encode("latin-1"))
    assert read.fields == tuple(tuple(field) for field in fields)
    assert read.part(len(fields)) == ""
    assert read.part(0, 9) == ""


@given(st.binary(max_size=80))
def test_no_answer_breaks_the_judge(payload: bytes) -> None:
    try:
        read = decode_answer(payload)
    except NotAnAnswer:
        return
    result = judge_sale(scrub(read, PanGuard("reader"), "1"), "1", 100)
    assert result.outcome not in (Outcome.APPROVED, Outcome.PARTIALLY_APPROVED)


def test_a_long_answer_in_two_packets() -> None:
    whole = wire(ANSWERS["approved"][0])
    first, following = b"1" + whole[1:40], b"0\x1c" + whole[40:]
    assert join_packets(first, following) == whole


def test_extra_data_is_read_whatever_its_spelling() -> None:
    text = f"0|T01|1.54|000000|OK|{HOST}|01|{AMT}|{ACC}|{TRC}||||^HRef=77^TOKEN=a=b^Loose"
    result = judge_sale(decode_answer(wire(text)), "100045", 2500)
    assert (result.host_ref, result.token) == ("77", "a=b")


def test_card_data_is_cut_out_of_an_answer() -> None:
    text = ANSWERS["approved"][0].replace("4242^4^", "4242424242424242^4^") + "^PAN=5555555555554444"
    text = text.replace("AVS Not Requested.", ";4242424242424242=30121010000?")
    guard = PanGuard("reader")
    result = judge_sale(scrub(decode_answer(wire(text)), guard, "100045"), "100045", 2500)
    assert guard.blocked_count == 3
    assert result.outcome is Outcome.APPROVED
    assert result.card.last4 == ""
    assert not re.search(r"\d{13,}", repr(result).replace("20261121103005", "").replace("A0000000031010", ""))


def test_a_usual_answer_holds_nothing_to_cut() -> None:
    guard = PanGuard("reader")
    for readable, _ in ANSWERS.values():
        scrub(decode_answer(wire(readable)), guard, "100045")
    assert guard.blocked_count == 0


def test_an_answer_is_the_next_number() -> None:
    assert [answer_to(command) for command in ("A00", "T00", "R02", "B00")] == ["A01", "T01", "R03", "B01"]


# written by other programs


def test_request_strings_of_others() -> None:
    rows = json.loads(shared("pax-terminal/request_vectors_base64.json").read_text(encoding="utf-8"))
    for row in rows:
        frame = base64.b64decode(row["base64"])
        assert (check_byte(frame[1:-2]) == frame[-1]) is row["lrc_ok"], row["name"]
    by_name = {row["name"]: base64.b64decode(row["base64"]) for row in rows}
    assert encode_request("A00", (), version="1.28") == by_name["A00 initialize"]
    assert encode_request("A08", ("0", "90000"), version="1.28") == by_name["A08 get signature"]
    assert encode_request("A20", ("0", "", "", "200"), version="1.28") == by_name["A20 do signature"]
    sale = ("01", "100", "", "1", "", "", "", "", "")
    assert encode_request("T00", (*sale, ""), version="1.31") == by_name["T00 credit sale 1.00 ref 1 (protocol 1.31)"]
    assert encode_request("T00", sale, version="1.28") == by_name["T00 credit sale 1.00 ref 1 (protocol 1.28)"]


def test_request_strings_with_named_control_signs() -> None:
    groups = json.loads(shared("pax-terminal/request_strings_v135.json").read_text(encoding="utf-8"))
    signs = {"[STX]": "\x02", "[ETX]": "\x03", "[FS]": "\x1c", "[US]": "\x1f"}
    whole = [row["message"] for rows in groups.values() for row in rows if row["match"] == "whole"]
    assert whole
    for message in whole:
        frame = functools.reduce(lambda text, pair: text.replace(*pair), signs.items(), message).encode("latin-1")
        assert encode_frame(frame[1:-2]) == frame
    debit = next(row["message"] for row in groups["PaxDebitTests"] if row["test"] == "DebitSale")
    ours = encode_request("T02", ("01", "1000", parts("", "", "", "", "", "1"), "5", "", ""), version="1.35")
    readable = ours[:-1].decode("latin-1")
    for name, sign in signs.items():
        readable = readable.replace(sign, name)
    assert readable == debit


def test_answers_recorded_from_terminals() -> None:
    folder = shared("pax-terminal/responses")
    read = {}
    for path in folder.glob("*.bin"):
        ((event, payload),) = FrameReader().feed(path.read_bytes())
        assert event is Event.FRAME, path.name
        guard = PanGuard("reader")
        read[path.stem] = scrub(decode_answer(payload), guard, "163135")
        assert guard.blocked_count == 0, path.name
    approved = judge_sale(read["t01_approval_v154_mastercard_contactless"], "163135", 15000)
    assert (approved.outcome, approved.approved_cents) == (Outcome.APPROVED, 15000)
    assert (approved.card.brand, approved.card.last4, approved.emv.aid) == ("Mastercard", "4111", "A0000000041010")
    assert (approved.host_ref, approved.auth_code) == ("200069123678", "611529")
    demo = read_transaction(read["t01_demo_approved_v132_tip_tax_balance"], SALE_PLACES)
    assert (demo.approved_cents, demo.result.auth_code) == (522, "000000")
    timeout = judge_sale(read["t01_timeout_v140"], "1", 100)
    assert (timeout.outcome, timeout.reason) == (Outcome.NOT_PERFORMED, "terminal.card_timeout")
