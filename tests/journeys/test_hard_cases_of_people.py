"""Records that turn out to be one person (H17) and money of a day that is closed (H14), end to end: desks in processes
of their own with their windows, a hub process, a proxy before each desk."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from models.operations import bodies, records
from models.operations.codec import to_json
from models.operations.kinds import kind_of
from models.operations.merging import PatientMerged
from tests.journeys.test_hard_cases import FAMILY, Office, choose, gone, owed_visit
from tests.support.outside import COLLECT, ClinicOutside, DeskOutside


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClinicOutside]:
    made = ClinicOutside(tmp_path_factory.mktemp("clinic"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def office(clinic: ClinicOutside) -> Office:
    made = Office(clinic, clinic.join("Front desk"), clinic.join("Back desk"))
    made.one.start()
    made.two.start()
    made.one.record(
        records.Staff(id="maria", name="Maria Delgado", role="receptionist"),
        records.Staff(id="priya", name="Priya Nair", role="manager"),
    )
    clinic.in_step(made.one, made.two)
    return made


def merge(desk: DeskOutside, stays: str, found: str) -> None:
    """A manager merges the record found by a name into the account of `stays`, by keys."""
    desk.do("sit", person="priya")
    desk.do("go", screen="ledger", patient=stays, item="merge")
    desk.until(lambda seen: seen.says("The other record of this person"))
    desk.do("tab_to", name="Find the other record")
    desk.do("type", text=found)
    desk.until(lambda seen: seen.says(f"{found} {FAMILY}") or seen.says(FAMILY))
    desk.until(lambda _seen: desk.do("press", keys=["Down"]) or desk.see().offers("Merge into"))
    desk.picture(f"hard-h17-merge-{stays}")
    desk.press("Return")
    desk.until(lambda seen: seen.says(f"Merged with {found} {FAMILY}"))


def test_h17_merged_here_while_money_is_taken_there(office: Office) -> None:
    today = office.one.today
    office.patient("Joan", office.credit("joan", 1000))
    office.patient("Nell", *owed_visit("nell", 2500, today, "visit"))
    office.apart()
    merge(office.one, "joan", "Nell")
    office.two.collect("nell", "nell-visit")  # who knows of no merge takes the copay under the old record
    office.two.do("go", screen="ledger", patient="nell")
    office.two.until(lambda seen: seen.screen == "ledger" and seen.says(f"Nell {FAMILY}"))
    office.together()
    seen = office.two.until(lambda seen: seen.says(f"Merged with Nell {FAMILY}"))  # the open account becomes the other
    seen.tells("by Priya Nair at Desk 1. Visits and money of every record are on this account.")
    office.two.picture("hard-h17")
    for desk in (office.one, office.two):
        desk.do("go", screen="ledger", patient="nell")
        desk.until(lambda seen: seen.says(f"Joan {FAMILY}") and seen.says("$35.00") and seen.says("$10.00"))
    assert office.one.rows("SELECT patient_id FROM payment WHERE appointment_id = 'nell-visit'") == [["nell"]]
    office.two.do("go", screen="receipts")
    office.two.until(lambda seen: seen.screen == "receipts")
    office.two.picture("hard-h17-receipts")
    office.one.do("go", screen="claims")
    office.one.until(lambda seen: seen.screen == "claims")
    office.one.picture("hard-h17-claims")


def test_h17_a_merge_arrives_while_the_sheet_is_open(office: Office) -> None:
    today = office.one.today
    office.patient("Kay")
    office.patient("Rene", *owed_visit("rene", 1500, today, "visit"))
    office.two.do("go", screen=COLLECT, patient="rene", visit="rene-visit")
    office.two.until(lambda seen: seen.screen == COLLECT and seen.ready)
    merge(office.one, "kay", "Rene")
    office.together()
    office.two.press("F6", "Return")
    office.two.until(lambda seen: seen.screen == "approved")
    office.together()
    assert office.one.balances()["AR:rene-visit-copay"] == [1500, 1500]
    office.one.do("go", screen="ledger", patient="kay")
    office.one.until(lambda seen: seen.says(f"Kay {FAMILY}") and seen.says("$15.00"))


def test_h17_two_desks_disagree_about_one_record(office: Office) -> None:
    for name in ("Lea", "Mia", "Noa"):
        office.patient(name)
    office.apart()
    office.one.record(PatientMerged(patient_id="lea", into_id="mia"))
    office.two.record(PatientMerged(patient_id="lea", into_id="noa"))
    office.together()
    seen = office.two.attention("Lea", "Is this one person with two others?")
    seen.tells(f"merged this record with Noa {FAMILY} at this desk.")
    seen.tells(f"It had been merged with Mia {FAMILY} before, and goes by that.")
    assert all(seen.offers(way) for way in ("Look at the account", "It is right as it is"))
    office.two.picture("hard-h17-asked")
    choose(office.two, "1", lambda seen: seen.screen == "ledger" and seen.says(f"Merged with Lea {FAMILY}"))
    office.two.attention("Lea", "Is this one person with two others?")
    office.two.press("2")
    office.two.do("tab_to", name="Why")
    office.two.do("type", text="Noa is her sister")
    office.two.press("Return")
    office.two.until(gone("Lea", office.two))
    office.together()


@pytest.fixture
def spare(clinic: ClinicOutside) -> Iterator[DeskOutside]:
    """A desk whose day ends."""
    made = clinic.join("Day desk")
    made.start()
    yield made
    made.stop()


def end_the_day(desk: DeskOutside) -> None:
    """The float, the count, the review, the close: by keys."""
    desk.press("Ctrl+7")
    desk.until(lambda seen: seen.screen == "day_close" and seen.offers("Begin with this float"))
    desk.do("tab_to", name="Float")
    desk.do("type", text="100")
    desk.press("Return")
    desk.until(lambda seen: seen.offers("Finish count"))
    desk.do("tab_to", name="Rolls")
    desk.do("type", text="100")
    desk.press("Ctrl+Return")
    desk.until(lambda seen: seen.offers("Accept and go to deposit"))
    desk.press("Return")
    desk.until(lambda seen: seen.offers("Close the day"))
    desk.press("Return")
    desk.until(lambda seen: seen.says("The day is closed. Z-"))


def late(payment_id: str, cents: int) -> tuple[str, object]:
    """What the reader says afterwards of a sale."""
    body = bodies.Collect(payment_id=payment_id, patient_id="otto", tender="card", amount_cents=cents,
                          number=payment_id, receipt_no=f"R-{payment_id}",
                          card=bodies.CardFacts(brand="Visa", last4="4242"))  # fmt: skip
    return kind_of(body), to_json(body)


def test_h14_money_of_a_day_that_is_closed(office: Office, spare: DeskOutside) -> None:
    office.patient("Otto")
    office.clinic.in_step(office.one, office.two, spare)
    day = spare.today
    end_the_day(spare)
    assert spare.today > day, "what is taken from now on belongs to the next day"
    spare.cut()
    spare.do("record", bodies=[late("late-1", 2000), late("late-2", 1500)], day=day)
    office.clinic.in_step(office.one, office.two, spare)
    dated = "SELECT business_date, seq > 0 FROM payment WHERE payment_id LIKE 'late-%'"
    for desk in (office.one, office.two, spare):
        assert desk.rows(dated) == [[day, 1]] * 2, "accepted, with the day they belong to"
    said = "SELECT verdict, reason FROM log WHERE patient = 'otto' AND kind = 'payment.collect'"
    assert office.two.rows(said) == [["accepted", ""]] * 2
    spare.stop()
    spare.start(clock_off_s=86_400)  # the next day: its count tells them before anything is finished
    spare.press("Ctrl+7")
    spare.reads("2 late records", "$35.00, after an earlier close")
    spare.picture("hard-h14-close")
    office.two.press("Ctrl+8")
    office.two.reads("After the close", "2 · $35.00")
    office.two.picture("hard-h14-report")
    office.clinic.holds(office.one, office.two, spare)
    assert spare.do("items") == [], "nobody has to do anything about it"
