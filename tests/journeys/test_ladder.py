"""A missed clock climbs the ladder: the supervisor, the unit and the citizen learn of it, each of them once."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from tests.journeys.acts import be_signed_in, come_to_work, grouped
from tests.journeys.conftest import PHONE, Meet
from tests.journeys.person import Person
from tests.journeys.site import Matter, Site

OMAR, NADIA, BASMA = "omar@miyahuna.example", "nadia@miyahuna.example", "basma@miyahuna.example"

#: Moves the promised date of a case, with everything that was counted to it, into the past.
MOVE = """
from datetime import timedelta
from django.db.models import F
from django.utils import timezone
from complaints.models import Case, Clock
clock = Clock.objects.get(case__reference="{reference}", kind="answer", ended_at=None)
back = clock.due_at - timezone.now() + timedelta({ago})
moved = {{name: F(name) - back for name in ("started_at", "first_due_at", "due_at")}}
Clock.objects.filter(pk=clock.pk).update(next_check_at=None, **moved)
clock.refresh_from_db()
Case.objects.filter(pk=clock.case_id).update(deadline_at=clock.due_at, promised_on=timezone.localdate(clock.due_at))
"""
#: Does what the beat does every minute.
SWEEP = "from complaints.escalation.tasks import escalate; escalate()"
#: The same, until the secretary-general has been told; beat's own sweep may have taken the case.
SWEEP_TO_THE_TOP = f"""
{SWEEP}
from complaints.models import ClockStep
print(ClockStep.objects.filter(clock__case__reference=said["reference"], step="secretary_general").exists())
"""


@dataclass(frozen=True)
class Story:
    """Who complains of what, in which language."""

    language: str
    number: str
    phone: str
    what: Matter


ARABIC = Story(
    language="ar",
    number="9902103456",
    phone="+962790001234",
    what=Matter(
        agency="شركة مياه الأردن (مياهنا)",
        topic="انقطاع المياه أو ضعف الضخ",
        subject="لا مياه في شارع 9 منذ دورين",
        details="لم تصل المياه إلى شارع 9 في الدورين الأخيرين، والخزانات فارغة في البنايات الثلاث كلها.",
        governorate="العاصمة",
        area="الجبيهة",
        place="البنايات 3 و5 و7",
    ),
)
ENGLISH = Story(
    language="en",
    number="9851204417",
    phone="+962780004417",
    what=Matter(
        agency="Jordan Water Company (Miyahuna)",
        topic="Water outage or weak supply",
        subject="No water in 9 Street for two turns",
        details="The water has not come to 9 Street in the last two turns, and the tanks of three buildings are empty.",
        governorate="Amman (Capital)",
        area="Jubeiha",
        place="Buildings 3, 5 and 7",
    ),
)


@pytest.mark.parametrize("story", [ARABIC, ENGLISH], ids=["arabic-phone", "english-phone"])
def test_a_missed_clock_climbs_the_ladder(story: Story, site: Site, meet: Meet) -> None:
    reference = site.file(story.what, language=story.language, by=story.number)
    citizen = meet(story.language, size=PHONE)
    be_signed_in(citizen, story.number)
    site.accept(reference, by=OMAR)
    site.wait_for(to=story.phone, template="case_accepted", about=reference)
    _reads_what_follows_a_miss(citizen, reference)

    site.run(MOVE.format(reference=reference, ago="minutes=2") + SWEEP)
    site.wait_for(to=NADIA, template="ladder_late", channel="email", about=reference)
    site.wait_for(to=story.phone, template="case_late", about=reference)
    _reads_the_apology(citizen, reference)
    desk = meet(story.language)
    _supervisor_sees_it(desk, reference)

    # A week later the secretary-general finds it on her page; nobody is in the minister's office.
    site.run(MOVE.format(reference=reference, ago="days=7"))
    site.until(SWEEP_TO_THE_TOP, reference=reference)
    site.run(SWEEP)
    _secretary_general_asks_why(desk, reference)
    site.wait_for(to=NADIA, template="officer_explain", about=reference)
    # Nobody was told of anything twice.
    told = {
        (to, template): len(site.sent(to=to, template=template, about=reference))
        for to, template in (
            (NADIA, "ladder_late"),
            (BASMA, "ladder_late"),
            (NADIA, "officer_explain"),
            (story.phone, "case_late"),
        )
    }
    assert list(told.values()) == [1, 0, 1, 1]


def _reads_what_follows_a_miss(citizen: Person, reference: str) -> None:
    citizen.open(f"cases/{reference}/")
    card = citizen.card("What we promise")
    for level in ("the supervisor", "the secretary-general"):
        expect(card).to_contain_text(citizen.said(level))
    # The company has no minister's office.
    expect(card).not_to_contain_text(citizen.said("the minister's office"))


def _reads_the_apology(citizen: Person, reference: str) -> None:
    citizen.open(f"cases/{reference}/")
    citizen.sees("We are sorry for the delay")
    citizen.sees("The deadline has passed")
    citizen.look("case-late")


def _secretary_general_asks_why(basma: Person, reference: str) -> None:
    come_to_work(basma, BASMA)
    basma.is_at("Late cases of the agency")
    basma.look("late-cases")
    row = basma.page.get_by_role("row").filter(has_text=grouped(reference))
    row.get_by_role("link", name=basma.said("Ask for an explanation")).click()
    basma.write("Your question", "لماذا لم يُرد على الطلب بعد؟")
    basma.press("Send the question")
    basma.is_at("Late cases of the agency")
    basma.open(f"staff/cases/{reference}/")
    basma.sees("Not answered yet")
    basma.follow("Late cases of the agency", within=basma.page.get_by_role("main"))


def _supervisor_sees_it(supervisor: Person, reference: str) -> None:
    be_signed_in(supervisor, NADIA)
    supervisor.open(f"staff/cases/{reference}/")
    expect(supervisor.page.get_by_text(supervisor.said("Deadline missed; escalated")).first).to_be_visible()
    supervisor.follow("Officers")
    supervisor.look("desk-officers")
    supervisor.follow("Plan an absence")
    supervisor.look("desk-absence")
    supervisor.follow("Officers", within=supervisor.page.get_by_role("main"))
    supervisor.follow("Reassign all of someone's cases")
    supervisor.look("desk-reassign")
