"""The contact centre calls a person whom no message reached, takes down what a caller says, and reads the handbook."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from tests.journeys.acts import come_to_work, grouped
from tests.journeys.conftest import Meet
from tests.journeys.person import Person
from tests.journeys.site import Matter, Site, Stranger

SAMI = "sami@ncc.example"

_ASKED = """
from django.utils import timezone
from accounts.models import User
from complaints.actions import accept, ask
from complaints.models import Case
from notifications.models import CallTask, Message
case, omar = Case.objects.get(reference=said["reference"]), User.objects.get(login="omar@miyahuna.example")
accept(case, by=omar, at=timezone.now(), days=1)
ask(case, by=omar, at=timezone.now(), text=said["question"])
CallTask.objects.create(message=Message.objects.get(reference=case.reference, template="case_question"))
"""


@dataclass(frozen=True)
class Story:
    """Who is asked what, and what they answer by telephone."""

    language: str
    names: tuple[str, str]
    subject: str
    question: str
    reply: str


ARABIC = Story(
    language="ar",
    names=("سهى", "الفايز"),
    subject="طعم غريب في ماء الشرب",
    question="هل تغيّر لون الماء أيضًا؟ نحتاج إلى ذلك لنحدد موقع الفحص.",
    reply="اللون أصفر قليلًا في الصباح.",
)
ENGLISH = Story(
    language="en",
    names=("Suha", "Fayez"),
    subject="The drinking water tastes strange",
    question="Has the colour of the water changed too? We need to know where to take the sample.",
    reply="It is slightly yellow in the morning.",
)


@pytest.mark.parametrize("story", [ARABIC, ENGLISH], ids=["arabic", "english"])
def test_an_agent_answers_for_a_caller_calls_and_reads_the_help(story: Story, site: Site, meet: Meet) -> None:
    phone = f"+962777{secrets.randbelow(10**6):06}"
    what = Matter(agency="miyahuna", topic="water-quality", subject=story.subject, details=story.subject)
    reference = site.file(what, language="ar", by=Stranger(names=story.names, phone=phone))
    site.run(_ASKED, reference=reference, question=story.question)
    found = re.search(r"\b\d{10}\b", site.wait_for(to=phone, template="case_question")["body"])
    assert found is not None
    agent = meet(story.language)
    come_to_work(agent, SAMI)
    agent.is_at("Calls")
    _answers_for_the_caller(agent, story, found[0], phone)
    _calls(agent, found[0])
    _reads_the_help(agent)


def _answers_for_the_caller(agent: Person, story: Story, reference: str, phone: str) -> None:
    agent.follow("Find a caller's case")
    agent.write("Tracking number", reference)
    agent.write("Last 4 digits of the caller's mobile number", phone[-4:])
    agent.press("Find the case")
    expect(agent.page.get_by_text(story.question)).to_be_visible()
    agent.look("caller")
    agent.write("The caller's answer", story.reply)
    agent.press("Send the answer")
    agent.sees("The answer was sent in the caller's name. Work on the case continues.")


def _calls(agent: Person, reference: str) -> None:
    agent.open("staff/calls/")
    row = agent.page.get_by_role("row").filter(has_text=grouped(reference))
    row.get_by_role("rowheader").get_by_role("link").click()
    agent.look("call")
    agent.press("Show the number to call")
    agent.sees("We recorded that you viewed this number, with your name, the time and the case.")
    agent.press("I reached and told the person")
    agent.sees("You reached the person. The call is done.")


def _reads_the_help(agent: Person) -> None:
    agent.follow("Help")
    agent.is_at("Help for contact-centre agents")
    agent.look("help-agent")
    agent.follow("All help pages")
    agent.is_at("Help")
    agent.look("help")
    agent.follow("Help for liaison officers")
    agent.is_at("Help for liaison officers")
    agent.look("help-officer")
