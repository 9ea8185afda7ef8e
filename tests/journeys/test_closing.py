"""One answer for many people, and an answer that two people sign."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest
from playwright.sync_api import expect

from tests.journeys.acts import be_signed_in, grouped
from tests.journeys.conftest import PHONE, Meet
from tests.journeys.person import Person
from tests.journeys.site import Matter, Site, Stranger

AMINA, KARIM = ("9902103456", "+962790001234"), ("9851204417", "+962780004417")
OMAR, NADIA = "omar@miyahuna.example", "nadia@miyahuna.example"

_LINKED = """
from django.utils import timezone
from accounts.models import User
from complaints.actions import link
from complaints.models import Case
case = {case.reference: case for case in Case.objects.filter(reference__in=[said["lead"], *said["others"]])}
for other in said["others"]:
    link(case[other], case[said["lead"]], by=User.objects.get(login="omar@miyahuna.example"), at=timezone.now())
"""


@dataclass(frozen=True)
class Incident:
    """One burst main, the people whose taps run dry, and what the officer writes to all of them."""

    language: str
    strangers: Sequence[Stranger]
    what: Matter
    found: str
    done: str


ARABIC = Incident(
    language="ar",
    strangers=(
        Stranger(names=("سعاد", "المجالي"), phone="+962791230001"),
        Stranger(names=("طارق", "حداد"), phone="+962791230002"),
        Stranger(names=("ليلى", "قعوار"), phone="+962791230003"),
    ),
    what=Matter(
        agency="شركة مياه الأردن (مياهنا)",
        topic="كسر خط مياه أو تسرب",
        subject="كسر خط المياه الرئيسي في شارع الاستقلال",
        details="انكسر خط المياه الرئيسي في شارع الاستقلال فجر اليوم، والمياه تغمر الطريق وانقطعت عن البنايات.",
        governorate="العاصمة",
        area="ضاحية الأمير حسن",
        place="شارع الاستقلال قرب الجسر",
    ),
    found="عاينت فرقة الطوارئ الموقع في السابعة صباحًا ووجدت شرخًا طوله متر في الخط الرئيسي تحت الجسر.",
    done="استبدلت الفرقة المقطع المشروخ حتى الظهر، وأعيد الضخ إلى البنايات كلها وقيس الضغط عند آخرها.",
)
ENGLISH = Incident(
    language="en",
    strangers=(
        Stranger(names=("عمر", "العدوان"), phone="+962791230011"),
        Stranger(names=("دانا", "النابلسي"), phone="+962791230012"),
        Stranger(names=("يزن", "الشوابكة"), phone="+962791230013"),
    ),
    what=Matter(
        agency="Jordan Water Company (Miyahuna)",
        topic="Burst main or leak",
        subject="Burst water main flooding Airport Road",
        details="The water main under Airport Road burst at dawn; the road is flooded and the houses have no water.",
        governorate="Amman (Capital)",
        area="Seventh Circle",
        place="Airport Road, by the footbridge",
    ),
    found="The emergency crew inspected the place at seven and found a crack one metre long under the footbridge.",
    done="The crew replaced the cracked section by noon; the supply is back and the pressure was measured.",
)


@pytest.mark.parametrize("story", [ARABIC, ENGLISH], ids=["arabic", "english"])
def test_an_incident_with_five_complainants_is_answered_once(story: Incident, site: Site, meet: Meet) -> None:
    cases = {phone: site.file(story.what, language=story.language, by=number) for number, phone in (AMINA, KARIM)}
    for stranger in story.strangers:
        cases[stranger.phone] = site.file(story.what, language=story.language, by=stranger)
    lead, *others = cases.values()

    officer = meet(story.language)
    be_signed_in(officer, OMAR)
    site.accept(lead, by=OMAR)
    _links(officer, lead, others)
    _answers(officer, story, lead, others)

    for phone, reference in cases.items():
        sent = site.wait_for(to=phone, template="case_answered", about=reference)
        assert site.sent(to=phone, template="case_answered", about=reference) == [sent]
    reader = meet(story.language, size=PHONE)
    be_signed_in(reader, KARIM[0])
    reader.open(f"cases/{cases[KARIM[1]]}/")
    expect(reader.card("The agency's answer")).to_contain_text(story.done)


def _links(officer: Person, lead: str, others: Sequence[str]) -> None:
    """Link the first from those that look alike, the second by the number, and the others as quickly as possible."""
    officer.site.run(_LINKED, lead=lead, others=others[2:])
    for place, reference in enumerate(others[:2]):
        officer.open(f"staff/cases/{reference}/link/")
        if place == 0:
            officer.page.get_by_role("radio", name=re.compile(grouped(lead))).check()
            officer.look("desk-link")
        else:
            officer.write("Tracking number of the other case", grouped(lead))
        officer.press("Link the cases")
        officer.sees("The cases are linked. One answer goes to both.")
    officer.look("desk-case-follows")
    officer.open(f"staff/cases/{others[0]}/link/")
    officer.write("Tracking number of the other case", others[1])
    officer.press("Link the cases")
    expect(officer.box("Tracking number of the other case")).to_have_attribute("aria-invalid", "true")
    officer.look("desk-link-refused")


def _answers(officer: Person, story: Incident, lead: str, others: Sequence[str]) -> None:
    officer.open(f"staff/cases/{lead}/")
    officer.look("desk-case-leads")
    officer.page.get_by_role("link", name=officer.said("Close with an answer")).first.click()
    for reference in others:
        expect(officer.page.get_by_text(grouped(reference)).first).to_be_visible()
    officer.look("desk-close-lead")
    officer.choose("Solved")
    officer.write("What did you find?", story.found)
    officer.write("What did you do?", story.done)
    officer.press("Show what the citizen reads")
    officer.look("desk-close-lead-shown")
    officer.press("Close and send")
    officer.sees("You closed the case.")
    officer.open(f"staff/cases/{others[-1]}/")
    expect(officer.card("The answer")).to_contain_text(story.done)
    officer.look("desk-case-followed")


# ---- two signatures ----


@dataclass(frozen=True)
class Sensitive:
    """A complaint that one person alone may not close, and the answer to it."""

    language: str
    what: Matter
    title: str
    standard: str
    found: str
    done: str


SENSITIVE_ARABIC = Sensitive(
    language="ar",
    what=replace(
        ARABIC.what,
        topic="واسطة أو محاباة أو تمييز",
        subject="تقديم طلب جاري على طلبي في الاشتراكات",
        details="قدمت طلب الاشتراك قبل جاري بشهر، ونُفذ طلبه في أسبوع لأنه يعرف أحد العاملين في المكتب.",
    ),
    title="مراجعة سجل الطلبات",
    standard="راجعت لجنة من خارج المكتب سجل الطلبات بتاريخ {date} ورقم الطلب {ref}.",
    found="ووجدت أن طلبًا لاحقًا نُفذ قبل طلبكم من غير سبب مسجل.",
    done="نُفذ طلبكم اليوم، وأحيل الموظف المعني إلى التحقيق، وصار ترتيب الطلبات معلنًا في المكتب.",
)
SENSITIVE_ENGLISH = Sensitive(
    language="en",
    what=replace(
        ENGLISH.what,
        topic="Wasta, favouritism or discrimination",
        subject="My neighbour's application was served first",
        details="I applied a month before my neighbour did; his connection was made in a week by a friend of his.",
    ),
    title="Review of the register",
    standard="A panel from outside the office reviewed the register on {date} for case {ref}.",
    found="It found that a later application was carried out before yours, and no reason was recorded.",
    done="Your connection was made today, the employee faces an inquiry, and the waiting list is now public.",
)


@pytest.mark.parametrize("story", [SENSITIVE_ARABIC, SENSITIVE_ENGLISH], ids=["arabic", "english"])
def test_an_answer_on_a_sensitive_topic_needs_a_second_signature(story: Sensitive, site: Site, meet: Meet) -> None:
    reference = site.file(story.what, language=story.language, by=AMINA[0])
    desk = meet(story.language)
    be_signed_in(desk, OMAR)
    _keeps_a_text(desk, story)
    site.accept(reference, by=OMAR)
    _proposes(desk, story, reference)
    assert site.sent(to=AMINA[1], template="case_answered", about=reference) == []

    be_signed_in(desk, NADIA)
    desk.open(f"staff/cases/{reference}/")
    desk.look("desk-case-proposed")
    desk.page.get_by_role("link", name=desk.said("Read and sign the proposed answer")).first.click()
    expect(desk.card("The agency's answer")).to_contain_text(story.done)
    desk.look("desk-sign")
    desk.press("Sign and send")
    desk.sees("You signed the answer and closed the case.")
    site.wait_for(to=AMINA[1], template="case_answered", about=reference)


def _keeps_a_text(officer: Person, story: Sensitive) -> None:
    officer.open("staff/texts/new/")
    officer.look("desk-text")
    officer.write("Name of the text", story.title)
    officer.write("What was found", story.standard)
    officer.press("Save")
    officer.sees("The text was saved. You will find it on the page for closing a case.")
    officer.look("desk-texts")


def _proposes(officer: Person, story: Sensitive, reference: str) -> None:
    officer.open(f"staff/cases/{reference}/close/")
    officer.page.get_by_role("button", name=story.title, exact=True).click()
    found = officer.box("What did you find?")
    expect(found).to_have_value(re.compile(reference))
    officer.look("desk-close-text")
    found.fill(f"{found.input_value()} {story.found}")
    officer.choose("Partly solved")
    officer.write("What did you do?", story.done)
    officer.press("Show what the citizen reads")
    officer.press("Propose the answer")
    officer.sees("Your answer was proposed. It is sent when the supervisor signs it.")
    signing = officer.page.goto(f"/{officer.language}/staff/cases/{reference}/sign/")
    assert signing is not None
    assert signing.status == 404
