"""Signing in: the right PIN, wrong ones, the lock-out that survives a restart; and a desk that cannot be opened."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.desk import open_desk
from app.folders import Folders
from app.signin import SignIn
from models.basics.errors import RuleBroken, StorageError
from models.basics.ids import new_id
from models.operations.records import Staff
from models.rules.rights import ROLE_RIGHTS, Right
from tests.support.clinic import TestClinic
from tests.support.counter import Counter, furnish, rosa_with_copay_and_balance
from tests.support.people import quick_hash


def staffed(folder: Path, *, at_full_cost: bool = False) -> tuple[TestClinic, SignIn, str, str]:
    """A clinic where Maria (4711) and Priya the manager (2580) work; their PINs are kept as the program keeps them
    only where that is asked for, else at the least cost."""
    clinic = TestClinic(folder)
    sign_in = SignIn(clinic.clinic)
    if at_full_cost:
        maria = sign_in.new_staff("Maria Delgado", "receptionist", "4711")
        priya = sign_in.new_staff("Priya Nair", "manager", "2580")
    else:
        maria = Staff(id=new_id(), name="Maria Delgado", role="receptionist", pin_hash=quick_hash("4711"))
        priya = Staff(id=new_id(), name="Priya Nair", role="manager", pin_hash=quick_hash("2580"))
    clinic.put(maria, priya)
    return clinic, sign_in, maria.id, priya.id


def refused(sign_in: SignIn, staff_id: str, pin: str) -> tuple[str, dict[str, object]]:
    with pytest.raises(RuleBroken) as error:
        sign_in.verify(staff_id, pin)
    return error.value.message_key, dict(error.value.facts)


def test_who_may_sign_in(tmp_path: Path) -> None:
    clinic, sign_in, maria, priya = staffed(tmp_path, at_full_cost=True)
    assert sign_in.has_staff()
    assert [(tile.name, tile.title, tile.initials) for tile in sign_in.tiles()] == [
        ("Maria Delgado", "Front desk", "MD"), ("Priya Nair", "Manager", "PN"),
    ]  # fmt: skip
    person = sign_in.verify(maria, "4711")
    assert (person.staff_id, person.name, person.manager) == (maria, "Maria Delgado", False)
    assert sign_in.verify(priya, "2580").manager
    assert sign_in.person(maria) == person
    assert refused(sign_in, "nobody", "4711")[0] == "staff.unknown"
    assert clinic.rows("SELECT count(*) FROM staff WHERE pin_hash LIKE '$argon2id$%'") == [(2,)]
    clinic.close()


def test_five_wrong_pins_lock_a_person_out_for_a_growing_while(tmp_path: Path) -> None:
    clinic, sign_in, maria, priya = staffed(tmp_path)
    for left in (4, 3, 2, 1):
        assert refused(sign_in, maria, "0000") == ("pin.wrong", {"tries_left": left})
    assert refused(sign_in, maria, "0000") == ("pin.locked", {"seconds": 300})
    assert refused(sign_in, maria, "4711")[0] == "pin.locked"  # the right one neither
    assert sign_in.verify(priya, "2580").name == "Priya Nair"  # nobody else is
    clinic.close()
    again = TestClinic(tmp_path, now=clinic.clock.now())
    later = SignIn(again.clinic)
    assert refused(later, maria, "4711")[0] == "pin.locked"
    again.clock.advance(301)
    assert refused(later, maria, "0000") == ("pin.locked", {"seconds": 900})
    again.clock.advance(901)
    assert later.verify(maria, "4711").name == "Maria Delgado"
    assert refused(later, maria, "0000") == ("pin.wrong", {"tries_left": 4})
    again.close()


def test_a_clock_put_back_locks_nobody_out_for_days(tmp_path: Path) -> None:
    clinic, sign_in, maria, _ = staffed(tmp_path)
    with clinic.store.write() as tx:
        tx.set_pin_failures(maria, 5, "2029-01-01T00:00:00.000Z")
    assert refused(sign_in, maria, "4711") == ("pin.locked", {"seconds": 3600})
    clinic.close()


def test_pins_are_given_by_oneself_or_a_manager(tmp_path: Path) -> None:
    clinic, sign_in, maria, priya = staffed(tmp_path)
    me, boss = sign_in.person(maria), sign_in.person(priya)
    sign_in.set_pin(maria, "8642", me)
    assert sign_in.verify(maria, "8642") == me
    assert refused(sign_in, maria, "4711")[0] == "pin.wrong"
    for act, key in (
        (lambda: sign_in.set_pin(priya, "8643", me), "staff.manager_only"),
        (lambda: sign_in.set_pin(maria, "1234", me), "pin.too_simple"),
        (lambda: sign_in.add("Theo Kim", "receptionist", "7531", me), "staff.manager_only"),
        (lambda: sign_in.add(" ", "receptionist", "7531", boss), "staff.name_missing"),
        (lambda: sign_in.add("Theo Kim", "owner", "7531", boss), "staff.role_unknown"),
    ):
        with pytest.raises(RuleBroken) as error:
            act()
        assert error.value.message_key == key
    theo = sign_in.add("Theo Kim", "receptionist", "7531", boss)
    assert sign_in.verify(theo, "7531").name == "Theo Kim"
    clinic.put(Staff(id="np", name="No Pin", role="manager"))
    assert refused(sign_in, "np", "7531")[0] == "pin.not_set"
    clinic.close()


def test_a_desk_that_was_never_set_up(tmp_path: Path) -> None:
    with pytest.raises(RuleBroken) as error:
        open_desk(Folders(tmp_path / "new"))
    assert error.value.message_key == "setup.not_done"


@pytest.mark.parametrize(
    ("keys", "key"),
    [
        ({}, "store.key_missing"),
        ({"store-key": "00" * 32}, "store.key_wrong"),
        ({"store-key": "x"}, "store.key_missing"),
    ],
)
def test_a_store_without_its_key_is_left_alone(tmp_path: Path, keys: dict[str, str], key: str) -> None:
    folders = furnish(tmp_path, rosa_with_copay_and_balance)
    before = folders.store.read_bytes()
    folders.key_file.write_text(json.dumps(keys))
    with pytest.raises(StorageError) as error:
        open_desk(folders)
    assert error.value.message_key == key
    assert folders.store.read_bytes() == before


def test_one_program_for_one_desk(tmp_path: Path) -> None:
    folders = furnish(tmp_path, rosa_with_copay_and_balance)
    first = Counter(folders)
    with pytest.raises(StorageError) as error:
        open_desk(folders)
    assert error.value.message_key == "store.open_elsewhere"
    assert len(first.desk.schedule.day().rows) == 1
    first.close()
    Counter(folders).close()


def test_a_key_file_needs_its_consent(tmp_path: Path) -> None:
    folders = furnish(tmp_path, rosa_with_copay_and_balance)
    values = json.loads(folders.settings.read_text())
    del values["secrets.key_file_consent"]
    folders.settings.write_text(json.dumps(values))
    with pytest.raises(StorageError) as error:
        open_desk(folders)
    assert error.value.message_key in ("secrets.no_keyring", "store.key_missing", "secrets.locked")


def test_the_desk_opens_again_with_everything_in_it(tmp_path: Path) -> None:
    desk = Counter(furnish(tmp_path, rosa_with_copay_and_balance))
    desk.close()
    desk.close()
    again = Counter(Folders(tmp_path))
    assert again.desk.facts().practice == "Alder Street Family Medicine"
    assert again.desk.facts().business_date.isoformat() == "2026-05-14"
    assert again.desk.find.search("quilfether")[0].patient.patient_id == "rosa"
    again.close()


# Rights -----------------------------------------------------------------------------------------------------------


def lent(sign_in: SignIn, pin: str, *rights: Right) -> str:
    """Who lent the rights, or why nobody did."""
    try:
        return sign_in.supervise(pin, *rights).staff_id
    except RuleBroken as error:
        return error.message_key


def test_a_right_is_lent_by_the_pin_of_who_has_it(tmp_path: Path) -> None:
    clinic, sign_in, maria, priya = staffed(tmp_path)
    assert lent(sign_in, "2580", Right.REFUND_OVER_LIMIT) == priya
    assert lent(sign_in, "4711", Right.REFUND_OVER_LIMIT) == "pin.wrong", "Maria has no such right"
    assert lent(sign_in, "4711", Right.VOID) == maria
    assert lent(sign_in, "4711", Right.VOID, Right.BILLING) == "pin.wrong"
    assert lent(sign_in, "2580", Right.VOID, Right.BILLING) == priya
    clinic.close()


def test_guessing_at_lending_is_locked_for_the_desk_and_survives_a_restart(tmp_path: Path) -> None:
    clinic, sign_in, maria, priya = staffed(tmp_path)
    said = [lent(sign_in, "0000", Right.BILLING) for _ in range(5)]
    assert said == ["pin.wrong"] * 4 + ["pin.locked"]
    assert lent(sign_in, "2580", Right.BILLING) == "pin.locked"
    assert sign_in.verify(priya, "2580").staff_id == priya, "signing in is another matter"
    clinic.close()
    again = TestClinic(tmp_path, now=clinic.clock.now())
    later = SignIn(again.clinic)
    assert lent(later, "2580", Right.BILLING) == "pin.locked"
    again.clock.advance(301)
    assert lent(later, "2580", Right.BILLING) == priya
    again.close()
    assert maria


def test_where_nobody_has_a_right_nobody_lends_it(tmp_path: Path) -> None:
    clinic = TestClinic(tmp_path)
    sign_in = SignIn(clinic.clinic)
    clinic.put(sign_in.new_staff("Maria Delgado", "receptionist", "4711"))
    assert lent(sign_in, "4711", Right.DISPUTES) == "staff.right_missing"
    clinic.close()


def test_rights_are_given_by_name_and_those_of_the_role_stay(tmp_path: Path) -> None:
    clinic, sign_in, maria, priya = staffed(tmp_path)
    boss, clerk = sign_in.person(priya), sign_in.person(maria)
    with pytest.raises(RuleBroken, match=r"staff\.right_missing"):
        sign_in.set_rights(maria, frozenset(Right), clerk)
    sign_in.set_rights(maria, frozenset({Right.CORRECT}), boss)
    now = sign_in.verify(maria, "4711")
    assert now.rights == ROLE_RIGHTS["receptionist"] | {Right.CORRECT}
    sign_in.set_pin(maria, "9137", boss)
    assert Right.CORRECT in sign_in.verify(maria, "9137").rights, "a new PIN changes no rights"
    [shown] = [member for member in sign_in.members() if member.staff_id == maria]
    assert (shown.of_role, shown.rights) == (ROLE_RIGHTS["receptionist"], now.rights)
    sign_in.set_rights(maria, frozenset(), boss)
    assert sign_in.person(maria).rights == ROLE_RIGHTS["receptionist"]
    clinic.close()
