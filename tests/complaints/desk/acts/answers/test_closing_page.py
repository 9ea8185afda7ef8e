"""The page of closing: the same answer on many cases, whom the answer reaches, and what stands against it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags

from accounts.models import Citizen, User
from agencies.models import Agency, Topic
from complaints import reference
from complaints.actions import accept, answers, ask, close, link, propose_extension
from complaints.engine.transition import TransitionNotAllowed
from complaints.models import Answer, Case, CaseLink
from complaints.workflow import Kind, Outcome
from tests.cast import NOW
from tests.complaints import DONE, FOUND
from tests.complaints.cases import FileCase, Neighbours
from tests.complaints.pages import Clock, Desk, address, sent
from tests.prepared_rows import prepared

type Follow = Callable[..., Case]
GOOD = {"outcome": "solved", "found": FOUND, "done": DONE}


@pytest.fixture
@prepared
def answer(file_case: FileCase, omar: User, now: datetime) -> Callable[..., Case]:
    """Return a function that files a case, accepts it and answers it with the usual words."""

    def make(*, at: datetime = now, found: str = FOUND, **said: object) -> Case:
        case = file_case(at=at, **said)
        accept(case, by=omar, at=at, days=1)
        close(case, by=omar, at=at, outcome="solved", found=found, done=DONE)
        return case

    return make


# ---- the same answer ----


def test_words_are_alike_whatever_their_letters_and_spaces() -> None:
    plain = answers.likeness("أُغلق المحبس في الشارع", "فُتح  المحبس", reference="2600000001")
    assert answers.likeness("اغلق المحبس\nفي الشارع ", "فتح المحبس", reference="2600000001") == plain
    assert answers.likeness("اغلق المحبس", "في الشارع فتح المحبس", reference="2600000001") != plain
    assert answers.likeness("الطلب 2600000002", "نعم", reference="2600000002") == answers.likeness(
        "الطلب 2600000001", "نعم", reference="2600000001"
    )


def test_the_officer_is_shown_which_cases_have_the_answer_and_confirms_on_purpose(
    desk: Desk, answer: Callable[..., Case], accepted: Case, omar: User
) -> None:
    first, second, client = answer(), answer(), desk(omar)
    page = client.post(address("desk-close", accepted), {"version": accepted.version, **GOOD})
    assert [case.pk for case in page.context["copies"].named] == [second.pk, first.pk]
    assert "The same answer was used for 2 other cases" in page.content.decode()
    refused = client.post(address("desk-close", accepted), sent(accepted, **GOOD))
    assert refused.context["form"].errors == {
        "same_answer": ["Tick the box if the same answer is right for each case, or change the answer"]
    }
    assert ("answer" in refused.context, Answer.objects.filter(case=accepted).count()) == (True, 0)
    assert client.post(address("desk-close", accepted), sent(accepted, same_answer="on", **GOOD)).status_code == 302
    assert accepted.events.get(action="close").facts["copies"] == 2


def test_more_copies_than_are_named_are_counted(
    desk: Desk, answer: Callable[..., Case], accepted: Case, omar: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "MOST_NAMED", 1)
    answer(), answer(), answer()
    page = desk(omar).post(address("desk-close", accepted), {"version": accepted.version, **GOOD})
    copies = page.context["copies"]
    assert (copies.number, len(copies.named), copies.unnamed) == (3, 1, 2)


def test_what_is_no_copy(
    answer: Callable[..., Case], accepted: Case, gam: Agency, yusuf: User, omar: User, lina: User, now: datetime
) -> None:
    answer(at=now - timedelta(days=91))
    answer(found=FOUND + " وقيس الضغط.")
    taken_back = answer()
    Answer.objects.filter(case=taken_back).update(
        state="taken_back", taken_back_event=taken_back.events.latest("number")
    )
    Answer.objects.filter(case=answer()).update(agency=gam)
    linked = answer()
    CaseLink.objects.create(
        case=linked,
        lead=accepted,
        event=linked.events.latest("number"),
        lead_event=accepted.events.latest("number"),
        kind="related",
        by=lina,
        at=now,
    )
    alike = answers.likeness(FOUND, DONE, reference=accepted.reference)
    assert answers.count_copies(accepted, alike, at=now) == 0
    close(accepted, by=omar, at=now, **GOOD)
    assert "copies" not in accepted.events.get(action="close").facts


def test_cases_of_one_incident_are_no_copies(
    follow: Follow, lead: Case, neighbours: Neighbours, omar: User, now: datetime
) -> None:
    first, second = (follow(one, is_accepted=True) for one in neighbours(2))
    close(first, by=omar, at=now, **GOOD)
    close(second, by=omar, at=now, **GOOD)
    close(lead, by=omar, at=now, **GOOD)
    assert [one.events.get(action="close").facts.get("copies") for one in (first, second, lead)] == [None] * 3


def test_the_signer_is_shown_the_copies_too(
    desk: Desk, answer: Callable[..., Case], file_case: FileCase, conduct: Topic, omar: User, nadia: User, now: datetime
) -> None:
    other, case = answer(), file_case(topic=conduct)
    accept(case, by=omar, at=now, days=3)
    close(case, by=omar, at=now, **GOOD)
    page = desk(nadia).get(address("desk-sign", case))
    assert [one.pk for one in page.context["copies"].named] == [other.pk]
    assert case.events.get(action="propose_answer").facts["copies"] == 1


def test_the_cost_of_looking_does_not_grow(desk: Desk, answer: Callable[..., Case], accepted: Case, omar: User) -> None:
    client, counts = desk(omar), []
    # What is posted is kept: the first time as a new row.
    client.post(address("desk-close", accepted), {"version": accepted.version, **GOOD})
    for more in (1, 2):
        for _ in range(more):
            answer()
        with CaptureQueriesContext(connection) as statements:
            client.post(address("desk-close", accepted), {"version": accepted.version, **GOOD})
        counts.append(len(statements))
    assert counts[0] == counts[1]


# ---- an incident ----


def test_the_page_of_a_lead_says_whom_it_answers_and_whom_not(
    desk: Desk, follow: Follow, lead: Case, neighbours: Neighbours, omar: User, now: datetime
) -> None:
    first, waits, same_person = (follow(one) for one in (*neighbours(2), lead.citizen))
    ask(waits, by=omar, at=now, text="متى انقطعت المياه بالضبط؟")
    lead.refresh_from_db()
    client = desk(omar)
    for page in (
        client.get(address("desk-close", lead)),
        client.post(address("desk-close", lead), {"version": lead.version, **GOOD}),
    ):
        said = page.content.decode()
        assert (page.context["people"], [one.pk for one in page.context["reach"].ready]) == (
            2,
            [first.pk, same_person.pk],
        )
        assert ["This answers 2 people" in said, "waiting for the citizen" in said] == [True, True]
    after = client.post(address("desk-close", lead), sent(lead, **GOOD), follow=True)
    told = (
        "You closed the case. 2 more cases were closed with the same answer. "
        f"{reference.grouped(waits.reference)} was not changed: waiting for the citizen. The citizen is being told."
    )
    assert [str(message) for message in after.context["messages"]] == [told]


def test_a_follower_that_changed_meanwhile_is_left(
    desk: Desk, follow: Follow, lead: Case, karim: Citizen, omar: User, now: datetime
) -> None:
    case = follow(karim)
    lead.refresh_from_db()
    client = desk(omar)
    client.post(address("desk-close", lead), {"version": lead.version, **GOOD})
    ask(case, by=omar, at=now, text="متى انقطعت المياه بالضبط؟")
    assert client.post(address("desk-close", lead), sent(lead, **GOOD)).status_code == 302
    case.refresh_from_db()
    assert case.state == "waiting"


def test_one_signature_on_the_page_answers_all(
    desk: Desk, follow: Follow, lead: Case, karim: Citizen, conduct: Topic, omar: User, nadia: User
) -> None:
    case = follow(karim)
    Case.objects.update(topic=conduct)
    lead.refresh_from_db()
    close(lead, by=omar, at=NOW, **GOOD)
    page = desk(nadia).get(address("desk-sign", lead))
    assert [one.pk for one in page.context["reach"].ready] == [case.pk]
    assert desk(nadia).post(address("desk-sign", lead), sent(lead)).status_code == 302
    case.refresh_from_db()
    assert case.state == "closed"


# ---- what stands against it ----


def test_an_open_question_is_said_before_anything_is_typed(
    desk: Desk, accepted: Case, omar: User, now: datetime
) -> None:
    ask(accepted, by=omar, at=now, text="متى انقطعت المياه بالضبط؟")
    page = desk(omar).get(address("desk-close", accepted))
    said = "This case cannot be closed yet: the citizen has not answered the question."
    assert (page.status_code, said in page.content.decode()) == (409, True)
    sent_anyway = desk(omar).post(address("desk-close", accepted), sent(accepted, **GOOD))
    assert (sent_anyway.status_code, FOUND in sent_anyway.content.decode()) == (409, True)
    assert Answer.objects.count() == 0


def test_an_open_task_is_said_before_anything_is_typed(
    desk: Desk, accepted: Case, gam: Agency, omar: User, now: datetime
) -> None:
    event = accepted.events.latest("number")
    accepted.tasks.create(event=event, agency=gam, text="ما سبب الحفر؟", asked_by=omar, asked_at=now)
    page = desk(omar).get(address("desk-close", accepted))
    said = "This case cannot be closed yet: Greater Amman Municipality has not answered."
    assert (page.status_code, said in page.content.decode()) == (409, True)
    assert desk(omar).post(address("desk-close", accepted), sent(accepted, **GOOD)).status_code == 409
    assert Answer.objects.count() == 0


def test_an_answer_is_not_even_proposed_with_an_open_task(
    file_case: FileCase, conduct: Topic, gam: Agency, omar: User, now: datetime
) -> None:
    case = file_case(topic=conduct)
    accept(case, by=omar, at=now, days=3)
    event = case.events.latest("number")
    case.tasks.create(event=event, agency=gam, text="ما سبب الحفر؟", asked_by=omar, asked_at=now)
    with pytest.raises(TransitionNotAllowed):
        close(case, by=omar, at=now, **GOOD)
    assert Answer.objects.count() == 0


def test_closing_drops_a_later_date_that_waits(accepted: Case, omar: User, now: datetime) -> None:
    propose_extension(accepted, by=omar, at=now, days=2, reason="ننتظر قطعة الغيار من المورد.")
    close(accepted, by=omar, at=now, **GOOD)
    assert accepted.extensions.get().state == "dropped"


# ---- the kinds ----

WHY = "درست اللجنة الفنية الاقتراح في اجتماعها، ووجدت أن كلفة التمديد تفوق ميزانية العام."
NOT_NOW = "لا يُعتمد هذا العام لأن الميزانية أُقرت، وسيعرض على لجنة العام المقبل في آذار."


def test_a_suggestion_is_asked_for_what_becomes_of_it_or_why_not(
    desk: Desk, file_case: FileCase, inquiry: Topic, omar: User
) -> None:
    case = file_case(kind="suggestion", topic=inquiry)
    page = desk(omar).get(address("desk-close", case))
    assert [page.context["form"][name].label for name in ("found", "done")] == [
        "What did you consider?",
        "What will change, or why not?",
    ]
    typed = {"outcome": "not_adopted", "found": WHY, "done": NOT_NOW}
    preview = desk(omar).post(address("desk-close", case), {"version": case.version, **typed})
    assert ["Why it was not adopted" in preview.content.decode(), preview.context["answer"].done_title] == [
        True,
        "Why it was not adopted",
    ]
    assert desk(omar).post(address("desk-close", case), sent(case, **typed)).status_code == 302


@pytest.mark.parametrize("kind", Kind.values)
def test_every_kind_and_outcome_has_its_headings(kind: str) -> None:
    titles = {answers.headings(kind, outcome) for outcome in Outcome.values}
    assert all(first and second and first != second for first, second in titles)


def test_the_preview_is_what_stands_on_the_citizens_page(
    desk: Desk, accepted: Case, omar: User, amina: Citizen, clock: Clock
) -> None:
    client = desk(omar)
    preview = client.post(address("desk-close", accepted), {"version": accepted.version, **GOOD})
    client.post(address("desk-close", accepted), sent(accepted, **GOOD))
    read = desk(amina).get(address("case", accepted))

    def words(page: object) -> list[str]:
        text = page.content.decode()
        shown = text[text.index(">", text.index(f"<h3>{preview.context['answer'].found_title}")) :]
        return strip_tags(shown.partition("</section>")[0]).split()

    assert words(preview) == words(read)


def test_linking_what_is_one_problem_takes_the_tick_away(
    desk: Desk, answer: Callable[..., Case], accepted: Case, file_case: FileCase, omar: User, now: datetime
) -> None:
    other = file_case()
    accept(other, by=omar, at=now, days=1)
    link(other, accepted, by=omar, at=now)
    close(other, by=omar, at=now, **GOOD)
    accepted.refresh_from_db()
    assert desk(omar).post(address("desk-close", accepted), sent(accepted, **GOOD)).status_code == 302
