"""Who comes to the invented practice. Every person, number and amount here is made up."""

from __future__ import annotations

from dataclasses import dataclass, field

PRACTITIONERS = {
    "okafor": ("Dr.", "Chidi", "Okafor", ""),
    "reyes": ("Dr.", "Elena", "Reyes", ""),
    "fischer": ("", "Lena", "Fischer", "NP"),
    "nurse": ("", "Nurse", "visit", ""),
}
"""Source id: prefix, given name, family name, suffix."""

SLOTS = (
    "9:00", "9:15", "9:30", "9:30", "9:45", "10:00", "10:15", "10:30", "10:45", "11:00", "11:15", "11:30", "11:45",
    "13:00", "13:15", "13:30", "14:00", "14:30", "15:00", "15:15", "15:45", "16:30",
)  # fmt: skip
"""Starts of the day's visits on the clinic's clock."""


@dataclass(frozen=True, slots=True)
class Past:
    """A visit some days ago with one line: allowed in cents, and the patient's share by part (copay, coinsurance,
    deductible) in cents. `paid_cents` of it was paid since; `pending`: the payer has not decided."""

    days: int
    title: str
    line: str
    code: str
    allowed_cents: int
    copay_cents: int = 0
    coinsurance_cents: int = 0
    deductible_cents: int = 0
    paid_cents: int = 0
    pending: bool = False


@dataclass(frozen=True, slots=True)
class Ahead:
    """A visit some days ahead without charges; `prepaid_cents` was paid for it."""

    days: int
    title: str
    prepaid_cents: int = 0


@dataclass(frozen=True, slots=True)
class Parent:
    """Somebody who does not come today and gets the bill of others, by their record numbers."""

    given: str
    family: str
    born: str
    sex: str
    mrn: str
    phone: str
    dependents: tuple[str, ...]
    past: tuple[Past, ...] = ()


@dataclass(frozen=True, slots=True)
class Guest:
    """One patient of the day. `copay_cents` None: the plan names none; `charged`: the copay already stands as a
    charge; `self_pay_cents`: pays the visit without insurance. Credits are money already here: free, or for today."""

    given: str
    family: str
    born: str
    sex: str
    mrn: str
    title: str
    who: str
    payer: str = ""
    copay_cents: int | None = None
    charged: bool = True
    self_pay_cents: int = 0
    phone: str = ""
    email: str = ""
    credit_cents: int = 0
    prepaid_cents: int = 0
    past: tuple[Past, ...] = field(default=())
    ahead: Ahead | None = None


HERO = 4
"""Place in `GUESTS` of the patient who is the next to be collected from."""

GUESTS = (
    Guest("Walter", "Novak", "1951-02-19", "male", "0042177", "Follow-up", "okafor", "Silver Valley Medicare", 3000,
          past=(Past(64, "Office visit", "Office visit, established", "99213", 11200, copay_cents=3000,
                     paid_cents=3000),)),
    Guest("Aisha", "Rahman", "1992-10-03", "female", "0043805", "New patient", "fischer", "Harbor Health EPO", 4000,
          phone="5550103318"),
    Guest("Ben", "Kowalski", "1978-06-27", "male", "0040962", "Lab draw", "nurse", "Blue Cross PPO", 3000,
          past=(Past(41, "Lab draw", "Lipid panel", "80061", 6640, coinsurance_cents=1328),)),
    Guest("Danielle", "Brooks", "1985-12-11", "female", "0041530", "Office visit", "reyes", "Blue Cross PPO", 2500),
    Guest("Rosa", "Alvarez", "1984-03-14", "female", "0041877", "Office visit", "okafor", "Blue Cross PPO", 3000,
          phone="5550104417", email="rosa.alvarez@example.org",
          past=(Past(73, "Lab visit", "Lab panel", "80053", 22500, coinsurance_cents=4500),
                Past(92, "Office visit", "Office visit, established", "99213", 11200, copay_cents=3000,
                     paid_cents=3000),
                Past(112, "Follow-up", "Follow-up visit", "99214", 25000, deductible_cents=10000))),
    Guest("Henry", "Osei", "1966-01-22", "male", "0039914", "Annual physical", "okafor", "Harbor Health EPO", 4000,
          phone="5550107730", credit_cents=18000, ahead=Ahead(14, "Follow-up", 2000),
          past=(Past(22, "Skin biopsy", "Skin biopsy", "11102", 42000, deductible_cents=20000),
                Past(57, "Lab visit", "Lab panel", "80053", 22400, coinsurance_cents=11200, paid_cents=6700),
                Past(93, "Office visit", "Office visit, established", "99213", 11200, copay_cents=6000,
                     paid_cents=6000))),
    Guest("Mei", "Tanaka", "1999-08-30", "female", "0044012", "Procedure", "reyes", "Harbor Health EPO", 5000,
          prepaid_cents=2000,
          past=(Past(35, "Office visit", "Lesion removal, first", "17000", 20000, coinsurance_cents=8000),)),
    Guest("Jamal", "Whitaker", "2014-05-06", "male", "0043390", "Well child", "fischer", "State Children's Plan", None),
    Guest("Lucía", "Fuentes", "1990-11-17", "female", "0043166", "Office visit", "reyes", "Blue Cross PPO", 3500,
          charged=False),
    Guest("Siobhán", "O'Rourke-Nguyen", "1973-07-08", "female", "0041204", "Office visit", "okafor",
          "Harbor Health EPO", 4000,
          past=(Past(158, "Office visit", "Office visit, established", "99214", 16400, copay_cents=4000,
                     coinsurance_cents=1210),)),
    Guest("Maximiliana-Theodora", "Wolfeschlegelsteinhausen-Featherstonehaugh", "1931-12-31", "female", "0038002",
          "Blood pressure check", "nurse", "Silver Valley Medicare", 1500, charged=False),
    Guest("José Ángel", "Márquez Peña", "1969-04-02", "male", "0042650", "Follow-up", "reyes", "Blue Cross PPO", 3000,
          past=(Past(31, "Office visit", "Office visit, established", "99213", 11200, copay_cents=3000),
                Past(199, "Lab visit", "Hemoglobin A1c", "83036", 4180, coinsurance_cents=836))),
    Guest("Priya", "Raghunathan", "2001-01-29", "female", "0044120", "New patient", "fischer", "", None,
          self_pay_cents=14500),
    Guest("Tomáš", "Dvořák", "1958-09-23", "male", "0040077", "Office visit", "okafor", "Harbor Health EPO", 4000,
          past=(Past(18, "Office visit", "EKG, complete", "93000", 5600, pending=True),)),
    Guest("Zoë", "Lindqvist", "2010-06-15", "female", "0043911", "Sports physical", "fischer", "Blue Cross PPO", 2000,
          charged=False),
    Guest("D'Andre", "Washington", "1995-05-19", "male", "0043544", "Office visit", "reyes", "Blue Cross PPO", 3000),
    Guest("Thị Minh Châu", "Nguyễn", "1987-08-11", "female", "0042388", "Annual physical", "okafor",
          "State Family Plan", None),
    Guest("Oluwaseun", "Adeyemi-Fashola", "1976-02-28", "male", "0041019", "Follow-up", "reyes", "Harbor Health EPO",
          4000, past=(Past(84, "Procedure", "Joint injection", "20610", 18850, coinsurance_cents=3770,
                           deductible_cents=5000),)),
    Guest("Björn", "Þórðarson", "1964-10-30", "male", "0039555", "Office visit", "okafor", "Blue Cross PPO", 3000,
          charged=False),
    Guest("Chloe", "Pemberton", "2016-03-03", "female", "0043700", "Well child", "fischer", "Blue Cross PPO", None,
          phone="5550106161",
          past=(Past(47, "Sick visit", "Office visit, established", "99213", 11200, copay_cents=3000),)),
    Guest("Grace", "Pemberton", "2016-03-03", "female", "0043701", "Well child", "fischer", "Blue Cross PPO", None,
          phone="5550106161"),
    Guest("Hana", "Al-Masri", "1981-12-05", "female", "0042031", "Office visit", "reyes", "Harbor Health EPO", 4000,
          past=(Past(126, "Office visit", "Office visit, established", "99213", 11200, copay_cents=4000),)),
)  # fmt: skip
"""The patients of the day, in the order of `SLOTS`."""

PARENTS = (
    Parent("Laura", "Pemberton", "1984-09-12", "female", "0043699", "5550106161", ("0043700", "0043701"),
           past=(Past(66, "Office visit", "Office visit, established", "99213", 11200, coinsurance_cents=4500),)),
)  # fmt: skip

GIVEN = (
    "Abigail", "Adrián", "Agnieszka", "Amara", "Andre", "Anneliese", "Beatriz", "Caleb", "Camille", "Connor", "Daiyu",
    "Dmitri", "Eleanor", "Emeka", "Fatima", "François", "Gabriela", "Hiroshi", "Imani", "Ingrid", "Jerome", "Kenji",
    "Latoya", "Leif", "Marguerite", "Mateo", "Nadia", "Noor", "Orla", "Pavel", "Quentin", "Ramón", "Saoirse", "Tariq",
    "Ursula", "Valentina", "Wendell", "Ximena", "Yusuf", "Zainab",
)  # fmt: skip
FAMILY = (
    "Abernathy", "Bergström", "Castañeda", "Delacroix", "Eriksen", "Fairweather", "Gutiérrez", "Hashimoto",
    "Iglesias", "Jankowski", "Kaplan", "Lefèvre", "Mbeki", "Nakamura", "Ortega", "Papadopoulos", "Quispe", "Rosenthal",
    "Szymański", "Takahashi", "Underhill", "Vasquez", "Whitfield", "Xiong", "Yamamoto", "Zielińska", "van der Berg",
    "de la Cruz", "St. Clair", "MacAllister",
)  # fmt: skip
STREETS = ("Maple Avenue", "Harbor Road", "Birch Lane", "Mill Street", "Prospect Street", "Orchard Drive")
PAYERS = (("Blue Cross PPO", 3000), ("Harbor Health EPO", 4000), ("Silver Valley Medicare", 1500),
          ("State Family Plan", None))  # fmt: skip
ELSEWHERE = 40
"""Patients without a visit today, to be found by a search."""
