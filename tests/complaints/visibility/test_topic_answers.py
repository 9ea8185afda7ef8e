"""The answers to the questions of the topic at the desk, on paper and with a directorate: for whom which of them."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from agencies.models import Agency, Directorate, Topic, TopicQuestion
from complaints.actions import accept, add_task, answers
from complaints.actions.consultations import consult
from complaints.engine import links
from complaints.models import Case
from tests.complaints.cases import FileCase
from tests.complaints.pages import Desk, address
from tests.complaints.staff.test_pdf import WHY, made, words_in
from tests.prepared_rows import prepared

pytestmark = pytest.mark.usefixtures("clock", "english")

__all__ = ["made"]

DISTRICT, METER = "the lower street", "1-40-22871"


@pytest.fixture
@prepared
def asked(outage: Topic) -> list[TopicQuestion]:
    rows = [("where", "أي شارع؟", "Which street?", False), ("meter", "رقم العداد", "Number of the meter", True)]
    return [
        TopicQuestion.objects.create(
            topic=outage, code=code, name_ar=arabic, name_en=english, is_personal=is_personal, position=place
        )
        for place, (code, arabic, english, is_personal) in enumerate(rows)
    ]


@pytest.fixture
@prepared
def answered(file_case: FileCase, asked: list[TopicQuestion]) -> Callable[..., Case]:
    def make(**said: object) -> Case:
        return file_case(answers=answers.given_answers(asked, {"where": DISTRICT, "meter": METER}), **said)

    return make


def shown(page: object) -> tuple[bool, bool]:
    """Tell whether a page shows the answer anybody may read, and the one that tells who the person is."""
    text = page.content.decode()
    return DISTRICT in text, METER in text


def test_the_desk_of_the_agency_reads_every_answer(desk: Desk, answered: Callable[..., Case], omar: User) -> None:
    case = answered()
    for name in ("desk-case", "desk-accept", "desk-decline", "desk-ask"):
        page = desk(omar).get(address(name, case))
        assert shown(page) == (True, True)
        assert "Number of the meter" in page.content.decode()


def test_whoever_may_not_learn_who_the_person_is_reads_the_others_alone(
    desk: Desk, answered: Callable[..., Case], omar: User, lina: User
) -> None:
    case = answered(hides_identity=True)
    assert shown(desk(omar).get(address("desk-case", case))) == (True, False)
    assert shown(desk(omar).get(address("desk-accept", case))) == (True, False)
    assert shown(desk(lina).get(address("desk-case", case))) == (True, True)


def test_an_agency_asked_for_its_part_reads_the_others_alone(
    desk: Desk, answered: Callable[..., Case], omar: User, yusuf: User, gam: Agency, now: datetime
) -> None:
    case = answered()
    assert desk(yusuf).get(address("desk-case", case)).status_code == 404
    accept(case, by=omar, at=now, days=5)
    add_task(case, by=omar, at=now, agency=gam, text="نرجو إفادتنا عن أعمالكم هناك.", days=2)
    assert shown(desk(yusuf).get(address("desk-case", case))) == (True, False)


@pytest.mark.parametrize(("then", "now_"), [(True, False), (False, True)])
def test_a_mark_that_is_set_later_covers_old_cases_and_one_taken_off_uncovers_none(
    desk: Desk, answered: Callable[..., Case], asked: list[TopicQuestion], omar: User, *, then: bool, now_: bool
) -> None:
    for question in asked:
        question.is_personal = then
    case = answered(hides_identity=True)
    TopicQuestion.objects.update(is_personal=now_)
    assert shown(desk(omar).get(address("desk-case", case))) == (False, False)


def test_the_paper_names_the_answers_of_a_person_with_the_identity_alone(
    desk: Desk, answered: Callable[..., Case], omar: User, made: list[dict]
) -> None:
    case = answered()
    desk(omar).get(address("desk-pdf-file", case))
    desk(omar).post(address("desk-pdf", case), {"reason": WHY})
    labels = [[fact["label"] for fact in data["sections"][0]["facts"]] for data in made]
    assert labels == [["Which street?"], ["Which street?", "Number of the meter"]]
    assert [METER in "\n".join(words_in(data["sections"])) for data in made] == [False, True]


def test_the_directorate_reads_the_others_with_the_person_covered(
    client: Client, file_case: FileCase, asked: list[TopicQuestion], omar: User, network: Directorate, now: datetime
) -> None:
    said = {"where": "شارعنا، أمينة سامي الخطيب 0790001234", "meter": METER}
    case = file_case(answers=answers.given_answers(asked, said))
    accept(case, by=omar, at=now, days=5, directorate=network)
    request = consult(case, by=omar, at=now, directorate=network, text="متى تصلحون الخط؟")
    with translation.override("ar"):
        url = reverse("directorate", args=[links.token_for(request)])
    page = client.get(url).content.decode()
    assert [text in page for text in ("أي شارع؟", "شارعنا،", "•••", "رقم العداد", METER, "الخطيب")] == [
        *[True] * 3,
        *[False] * 3,
    ]


def test_answers_do_not_multiply_the_statements_of_the_desk(
    desk: Desk, file_case: FileCase, asked: list[TopicQuestion], omar: User
) -> None:
    first, second = answers.given_answers(asked, {"where": DISTRICT, "meter": METER})
    case = file_case(answers=[first])
    taken = []
    for more in ([], [second]):
        answers.keep(more, case)
        desk(omar).get(address("desk-case", case))
        with CaptureQueriesContext(connection) as queries:
            desk(omar).get(address("desk-case", case))
        taken.append(len(queries))
    assert taken[0] == taken[1]
