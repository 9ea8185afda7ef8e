"""The people and cases of a storm, in a database that has tables and nothing in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from random import Random

from accounts.models import Citizen, User
from accounts.roles import Role
from agencies.models import Agency, Directorate, Governorate, OutsideCentre, Period, Topic, WorkingHours
from complaints.actions import file
from complaints.actions.filing import Filing
from complaints.models import Case
from complaints.workflow import State
from tests.cast import make_agency, make_citizen, make_staff
from tests.complaints import DETAILS, SUBJECT
from tests.complaints.cases import make_topic

#: So few that whoever acts meets somebody; one of three needs a second signature, and the last is praise.
CASES = 6
NUMBERS = ("9902103456", "9851204417", "9912103457")


@dataclass(frozen=True)
class Town:
    """Everybody and everything of a storm."""

    water: Agency
    gam: Agency
    citizens: list[Citizen]
    staff: dict[str, User]
    network: Directorate
    centre: OutsideCentre
    topics: list[Topic]
    cases: list[int]

    def somebody(self, dice: Random) -> User:
        """Return anybody at all."""
        return dice.choice([*self.staff.values(), *(user for citizen in self.citizens if (user := citizen.user))])


def make_town(at: datetime) -> Town:
    """Make the people, and a case of each citizen in turn, filed at ``at``."""
    WorkingHours.objects.create(period=Period.NORMAL, opens=time(8, 30), closes=time(15, 30))
    water = make_agency("miyahuna", "شركة مياه الأردن", "Jordan Water Company")
    gam = make_agency("gam", "أمانة عمان الكبرى", "Greater Amman Municipality", kind="municipality", sector="municipal")
    cmu = make_agency("cmu", "وحدة إدارة الشكاوى", "Complaints Management Unit", is_complainable=False)
    town = Town(
        water=water,
        gam=gam,
        citizens=_citizens(),
        staff=_staff(water, gam, cmu),
        network=Directorate.objects.create(
            agency=water, name_ar="مديرية الشبكات", name_en="Networks", email="networks@miyahuna.example"
        ),
        centre=OutsideCentre.objects.create(
            code="117116", name_ar="مركز", name_en="Centre", phone="117116", agency=water
        ),
        topics=_topics(),
        cases=[],
    )
    town.cases.extend(file_case(town, number, at=at).pk for number in range(CASES))
    return town


def file_case(town: Town, number: int, *, at: datetime) -> Case:
    """File a case of the citizen and the topic whose turn it is."""
    citizen = town.citizens[number % len(town.citizens)]
    filing = Filing(
        citizen=citizen,
        kind="praise" if number % CASES == CASES - 1 else "complaint",
        agency=town.water,
        topic=town.topics[number % len(town.topics)],
        subject=f"{SUBJECT} {number}",
        details=DETAILS,
    )
    assert citizen.user is not None
    return file(filing, by=citizen.user, at=at)


def replace_a_closed_case(town: Town, dice: Random, *, at: datetime) -> bool:
    """File a case in the place of one that has ended, if there is one."""
    place = dice.randrange(CASES)
    if not Case.objects.filter(pk=town.cases[place], state=State.CLOSED).exists():
        return False
    town.cases[place] = file_case(town, dice.randrange(10**6) * CASES + place, at=at).pk
    return True


def _citizens() -> list[Citizen]:
    amman = Governorate.objects.create(code="JO-AM", name_ar="العاصمة", name_en="Amman", sort_order=1)
    return [
        make_citizen(first, "الخطيب", number, f"+96279000{number[-4:]}", governorate=amman)
        for first, number in zip(("أمينة", "كريم", "سلمى"), NUMBERS, strict=True)
    ]


def _staff(water: Agency, gam: Agency, cmu: Agency) -> dict[str, User]:
    posts = {
        "omar": (water, Role.OFFICER),
        "hani": (water, Role.OFFICER),
        "nadia": (water, Role.SUPERVISOR),
        "samar": (water, Role.SECRETARY_GENERAL),
        "yusuf": (gam, Role.OFFICER),
        "reem": (gam, Role.SUPERVISOR),
        "lina": (cmu, Role.CMU_STAFF),
        "rami": (cmu, Role.CMU_STAFF),
    }
    return {
        name: make_staff(f"{name}@storm.example", f"{name} أحمد", name.title(), f"+9627901000{place:02}", agency, role)
        for place, (name, (agency, role)) in enumerate(posts.items())
    }


def _topics() -> list[Topic]:
    group = make_topic("supply", "المياه", "Water supply")
    kinds = ["complaint", "praise"]
    plain = make_topic("outage", "انقطاع المياه", "Water outage", parent=group, kinds=kinds)
    signed = make_topic("conduct", "سلوك الموظف", "Staff behaviour", parent=group, kinds=kinds, second_signature=True)
    return [plain, plain, signed]
