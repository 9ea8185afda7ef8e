"""Two agencies pass a case to and fro; the unit rules, keeps the ruling, and finds it again at the next case."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys.acts import be_signed_in, error_of
from tests.journeys.conftest import Meet
from tests.journeys.person import Person
from tests.journeys.site import Matter, Site

LINA, YUSUF = "lina@cmu.example", "yusuf@gam.example"
OMAR, NADIA = "omar@miyahuna.example", "nadia@miyahuna.example"
#: The unit refers a case to the water company, which is how both stories of it begin.
_REFERRED = """
from django.utils import timezone
from accounts.models import User
from agencies.models import Agency
from complaints.actions import decline, refer
from complaints.models import Case
case, lina = Case.objects.get(reference=said["reference"]), User.objects.get(login="lina@cmu.example")
water, city = Agency.objects.get(code="miyahuna"), Agency.objects.get(code="gam")
refer(case, by=lina, at=timezone.now(), agency=water)
"""
#: The company declines it as the city's, and the city as the company's.
_TO_AND_FRO = (
    _REFERRED
    + """
omar, yusuf = (User.objects.get(login=login) for login in ("omar@miyahuna.example", "yusuf@gam.example"))
not_ours = {"reason": "other_place", "text": said["text"]}
decline(case, by=omar, at=timezone.now(), proposed_agency=city, **not_ours)
refer(case, by=lina, at=timezone.now(), agency=city)
decline(case, by=yusuf, at=timezone.now(), proposed_agency=water, **not_ours)
"""
)

_ASKED_AGAIN = """
from django.utils import timezone
from accounts.models import User
from agencies.models import Agency
from complaints.actions import add_task
from complaints.models import Case
case, omar = Case.objects.get(reference=said["reference"]), User.objects.get(login="omar@miyahuna.example")
add_task(case, by=omar, at=timezone.now(), agency=Agency.objects.get(code="gam"), text=said["text"], days=2)
"""


@dataclass(frozen=True)
class Story:
    """Who complains of what, between which agencies it goes, and what the unit says in the end."""

    language: str
    number: str
    phone: str
    what: Matter
    again: Matter
    city: str
    water: str
    not_ours: str
    ruling: str
    words: str


ARABIC = Story(
    language="ar",
    number="9902103456",
    phone="+962790001234",
    what=Matter(
        topic="حفر الشوارع وتعبيدها",
        subject="هبوط الإسفلت فوق خط الصرف",
        details="هبط الإسفلت فوق خط الصرف الصحي بعد إصلاحه، وصار في الشارع مجرى عميق يتعثر فيه المارة.",
        governorate="العاصمة",
    ),
    again=Matter(
        topic="حفر الشوارع وتعبيدها",
        subject="شارعنا هبط بعد إصلاح الصرف",
        details="منذ إصلاح خط الصرف هبط الاسفلت أمام البناية، والسيارات تنزل في المجرى كل يوم.",
        governorate="العاصمة",
    ),
    city="أمانة عمان الكبرى",
    water="شركة مياه الأردن (مياهنا)",
    not_ours="ليس هذا الموقع ضمن أعمالنا، وقد عاينته فرقتنا يوم الأحد.",
    ruling="من يصلح خط الصرف يعيد السطح كما كان، فهي على شركة المياه.",
    words="هبوط الإسفلت صرف",
)
ENGLISH = Story(
    language="en",
    number="9851204417",
    phone="+962780004417",
    what=Matter(
        topic="Potholes and paving",
        subject="Sunken asphalt above the sewer",
        details="The asphalt above the sewer sank after the repair and people stumble over the deep rut in our street.",
        governorate="Amman (Capital)",
    ),
    again=Matter(
        topic="Potholes and paving",
        subject="Our street sank after the sewer repair",
        details="Since the repair of the sewer the asphalt in front of the building sinks more every single day.",
        governorate="Amman (Capital)",
    ),
    city="Greater Amman Municipality",
    water="Jordan Water Company (Miyahuna)",
    not_ours="Our crew looked at the place on Sunday: nothing there is ours to repair.",
    ruling="Whoever repairs the sewer puts the surface back as it was: the water company does.",
    words="sunken asphalt sewer",
)


@pytest.mark.parametrize("story", [ARABIC, ENGLISH], ids=["arabic", "english"])
def test_a_bounce_with_a_ruling_of_the_unit_kept_as_a_precedent(story: Story, site: Site, meet: Meet) -> None:
    desk = meet(story.language)
    reference = site.file(story.what, language=story.language, by=story.number)
    site.run(_TO_AND_FRO, reference=reference, text=story.not_ours)

    be_signed_in(desk, LINA)
    # The first message about the case was cancelled where the company declined before it left.
    before = len(site.sent(to=OMAR, template="officer_new_case", about=reference))
    _rules(desk, reference, story)
    site.wait_for(to=OMAR, template="officer_new_case", about=reference, seen=before)
    be_signed_in(desk, OMAR)
    _is_bound(desk, reference, story)

    second = site.file(story.again, language=story.language, by=story.number)
    be_signed_in(desk, LINA)
    _finds_the_precedent(desk, second, story)
    desk.open("staff/precedents/")
    expect(desk.page.get_by_role("region", name=story.words)).to_contain_text(story.ruling)
    desk.look("precedents")


def _opens(officer: Person, reference: str, page: str = "") -> None:
    officer.open(f"staff/cases/{reference}/{page}")


def _rules(unit: Person, reference: str, story: Story) -> None:
    _opens(unit, reference)
    unit.page.get_by_role("link", name=unit.said("Refer to an agency")).click()
    unit.pick("Refer to", story.water)
    unit.tick("Save this decision as a precedent")
    unit.press("Refer and tell the agency and the citizen")
    expect(error_of(unit.box("Reason"))).to_be_visible()
    expect(error_of(unit.box("Words that identify similar cases"))).to_be_visible()
    unit.look("desk-refer-ruling")
    unit.write("Reason", story.ruling)
    unit.write("Words that identify similar cases", story.words)
    unit.press("Refer and tell the agency and the citizen")
    unit.is_told(story.water)


def _is_bound(officer: Person, reference: str, story: Story) -> None:
    _opens(officer, reference)
    expect(officer.card("Responsible agency")).to_contain_text(story.ruling)
    expect(_link(officer, "Yes, accept")).to_be_visible()
    expect(_link(officer, "No, decline with a reason")).to_have_count(0)
    officer.look("desk-case-bound")


def _finds_the_precedent(unit: Person, reference: str, story: Story) -> None:
    _opens(unit, reference)
    card = unit.card("Responsible agency")
    expect(card).to_contain_text(story.ruling)
    expect(card).to_contain_text(story.water)
    unit.look("desk-case-precedent")


def _link(person: Person, text: str) -> Locator:
    return person.page.get_by_role("link", name=re.compile(rf"^\s*{re.escape(person.said(text))}"))


@pytest.mark.parametrize("story", [ARABIC, ENGLISH], ids=["arabic", "english"])
def test_two_agencies_answer_one_case(story: Story, site: Site, meet: Meet) -> None:
    desk = meet(story.language)
    reference = site.file(story.what, language=story.language, by=story.number)
    site.run(_REFERRED, reference=reference)
    site.accept(reference, by=OMAR, days=3)
    be_signed_in(desk, OMAR)
    _asks(desk, reference, story)
    _opens(desk, reference, "close/")
    desk.sees("Why")
    expect(desk.page.get_by_text(story.city).first).to_be_visible()
    desk.look("desk-close-barred")

    be_signed_in(desk, YUSUF)
    _answers(desk, reference, story)
    be_signed_in(desk, OMAR)
    _opens(desk, reference)
    expect(desk.card("Responsible agency")).to_contain_text(story.ruling)
    desk.look("desk-case-part-answered")
    site.run(_ASKED_AGAIN, reference=reference, text=story.not_ours)
    _drops(desk, reference, story)

    _date_is_proposed(desk, reference, story)
    be_signed_in(desk, NADIA)
    _date_is_refused(desk, reference, story)


def _asks(officer: Person, reference: str, story: Story) -> None:
    _opens(officer, reference)
    _link(officer, "Ask another agency to contribute").click()
    officer.pick("Which agency?", story.city)
    officer.write("Time for its answer, in working days", "2")
    officer.press("Ask the agency")
    expect(error_of(officer.box("What do you need from this agency?"))).to_be_visible()
    officer.look("desk-task-refused")
    officer.write("What do you need from this agency?", story.not_ours)
    officer.press("Ask the agency")
    officer.is_told(story.city)


def _answers(officer: Person, reference: str, story: Story) -> None:
    _opens(officer, reference)
    expect(officer.card("The person")).to_contain_text(officer.said("You cannot see who filed this case."))
    officer.look("desk-case-partner")
    _link(officer, "Answer for your agency").click()
    officer.look("desk-task-answer")
    officer.write("Your agency's answer", story.ruling)
    officer.press("Send the answer to the leading agency")
    officer.sees("You answered for your agency. The leading agency is being told.")


def _drops(officer: Person, reference: str, story: Story) -> None:
    _opens(officer, reference)
    _link(officer, "Continue without the other agency's answer").click()
    officer.look("desk-task-drop")
    officer.write("Reason", story.not_ours)
    officer.press("Continue without this answer")
    officer.is_told(story.city)


def _date_is_proposed(officer: Person, reference: str, story: Story) -> None:
    _opens(officer, reference, "extend/")
    officer.write("Extra working days", "1")
    officer.write("Reason", story.not_ours)
    officer.press("Propose the date")
    officer.sees("You proposed a later date. It applies once it is granted.")


def _date_is_refused(supervisor: Person, reference: str, story: Story) -> None:
    _opens(supervisor, reference, "grant/")
    supervisor.look("desk-grant")
    supervisor.follow("Refuse the later date")
    supervisor.look("desk-refuse-extension")
    supervisor.write("Reason", story.not_ours)
    supervisor.press("Refuse the later date")
    supervisor.sees("You refused the later date. The promised date stays, and the officers are being told.")
