"""An answer is rated through the short link of a message, and a "no" becomes an objection beside it."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.journeys.acts import sign_in
from tests.journeys.conftest import PHONE, Meet
from tests.journeys.person import Person
from tests.journeys.site import Site

AMINA, PHONE_OF_AMINA = "9902103456", "+962790001234"
WORDS = "عادت المياه يومًا واحدًا ثم انقطعت عن الحي كله من جديد."
FOUND = "عاينت فرقة الصيانة الخط المغذي للحي ووجدت كسرًا في الوصلة الفرعية قرب المدرسة."
#: A case that was answered three days ago, and the question that is owed about it now.
ANSWERED = """
from datetime import timedelta
from django.utils import timezone
from accounts.models import Citizen, User
from agencies.models import Agency, Topic
from complaints.actions import accept, close, file
from complaints.actions.filing import Filing
from complaints.escalation import expiry

now = timezone.now()
then, omar = now - timedelta(days=3, hours=1), User.objects.get(login="omar@miyahuna.example")
citizen, water = Citizen.objects.signing_in_with(said["number"]).get(), Agency.objects.get(code="miyahuna")
topic = Topic.objects.get(name_ar="كسر خط مياه أو تسرب")
filing = Filing(
    citizen=citizen, kind="complaint", agency=water, topic=topic, subject="انقطاع المياه عن حي الياسمين",
    details="لم تصل المياه إلى منازلنا منذ عشرة أيام رغم أن دورنا يوم الثلاثاء.",
)
case = file(filing, by=citizen.user, at=then - timedelta(days=1))
accept(case, by=omar, at=then, days=1)
close(case, by=omar, at=then, outcome="solved", found=said["found"], done="استبدلت الفرقة الوصلة يوم الأحد وأعيد الضخ.")
expiry.ask(at=now)
print(case.reference)
"""


def test_an_answer_is_rated_by_link_and_no_becomes_an_objection(site: Site, meet: Meet) -> None:
    reference = site.run(ANSWERED, number=AMINA, found=FOUND).strip()
    question = site.wait_for(to=PHONE_OF_AMINA, template="case_rating", about=reference)
    link = re.search(r"/r/\w+$", question["body"])
    assert link is not None
    amina = meet("ar", size=PHONE)
    _rates(amina, link[0])
    amina.follow("Object to the answer")
    sign_in(amina, AMINA)
    amina.is_at("Object to the answer")
    expect(amina.box("Why do you object?")).to_have_value(WORDS)
    amina.press("Send the objection")
    expect(amina.main).to_contain_text(WORDS)
    amina.open(f"cases/{reference}/")
    amina.sees("You rated the answer")
    amina.sees("You objected to the answer")


def _rates(person: Person, link: str) -> None:
    person.page.goto(f"{person.site.url}{link}")
    person.is_at("Rate the answer")
    person.look("rating-by-link")
    expect(person.main).not_to_contain_text(FOUND)
    person.page.locator("input[name=solved][value=no]").check()
    person.write("What do you want to say about it?", WORDS)
    person.press("Send the rating")
    person.is_at("Thank you for your rating")
    person.look("rating-by-link-done")
    expect(person.main).not_to_contain_text(WORDS)
