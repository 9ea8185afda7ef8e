"""The questions of the topic: asked while filing, kept in the draft, filed with the case, corrected by the citizen."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.test import Client
from django.utils import translation

from accounts.models import User
from agencies.models import Topic, TopicQuestion
from complaints import actions
from complaints.actions import answers
from complaints.actions.filing import DraftIncomplete, file_draft
from complaints.engine import history
from complaints.engine.history import fingerprint
from complaints.models import Case, Draft, TopicAnswer
from tests.complaints import DETAILS, SUBJECT
from tests.complaints.cases import FileCase, make_topic
from tests.complaints.portal.filing.steps import AGENCY, CHECK, WHAT, errors, send, shown, where
from tests.prepared_rows import prepared

EN_WHAT, EN_CHECK = WHAT.replace("/ar/", "/en/"), CHECK.replace("/ar/", "/en/")
WORDS = {"subject": SUBJECT, "details": DETAILS}
SINCE, WHO, NUMBER = "answer-since", "answer-who", "answer-number"
DAY = {f"{SINCE}_day": "٢٠", f"{SINCE}_month": "كانون الأول", f"{SINCE}_year": "2025"}
ANSWERS = {**DAY, WHO: "The street", NUMBER: "1-40-22871"}
SAID = {"since": "2025-12-20", "who": "The street", "number": "1-40-22871"}


def ask(topic: Topic, code: str, name_ar: str, name_en: str, **fields: object) -> TopicQuestion:
    return TopicQuestion.objects.create(topic=topic, code=code, name_ar=name_ar, name_en=name_en, **fields)


@pytest.fixture
@prepared
def since(outage: Topic) -> TopicQuestion:
    return ask(outage, "since", "تاريخ الانقطاع", "Day it stopped", kind="date", position=10)


@pytest.fixture
@prepared
def who(outage: Topic) -> TopicQuestion:
    options = {"options_ar": ["البيت", "الشارع"], "options_en": ["The home", "The street"]}
    return ask(outage, "who", "من المتأثر؟", "Who is affected?", kind="choice", position=20, **options)


@pytest.fixture
@prepared
def number(outage: Topic) -> TopicQuestion:
    names = ("رقم الاشتراك", "Subscription number")
    return ask(outage, "number", *names, hint_en="It is on the bill", position=30, is_personal=True)


@pytest.fixture
@prepared
def asked(since: TopicQuestion, who: TopicQuestion, number: TopicQuestion) -> list[TopicQuestion]:
    return [since, who, number]


@pytest.fixture
@prepared
def answered(file_case: FileCase, asked: list[TopicQuestion]) -> Case:
    """A complaint with an answer to each of the three questions."""
    return file_case(answers=answers.given_answers(asked, SAID))


def told(case: Case, language: str = "en") -> list[tuple[str, str]]:
    with translation.override(language):
        return [(answer.question_label, answer.answer_label) for answer in case.topic_answers.all()]


# ---- filing ----


@pytest.mark.usefixtures("omar", "asked")
def test_what_is_asked_is_kept_shown_and_filed_with_the_case(as_amina: Client, draft: Draft) -> None:
    page = as_amina.get(EN_WHAT).content.decode()
    texts = [
        "Day it stopped",
        "Who is affected?",
        "The street",
        "Subscription number",
        "It is on the bill. If you hide",
    ]
    assert [text in page for text in texts] == [True] * 5
    assert where(as_amina.post(EN_WHAT, WORDS | ANSWERS)) == EN_CHECK
    draft.refresh_from_db()
    assert draft.answers == SAID
    page = as_amina.get(CHECK).content.decode()
    assert [text in page for text in ["20 كانون الأول 2025", "الشارع", "1-40-22871"]] == [True] * 3
    send(as_amina, draft)
    case = Case.objects.get()
    assert told(case) == [
        ("Day it stopped", "20 December 2025"),
        ("Who is affected?", "The street"),
        ("Subscription number", "1-40-22871"),
    ]
    assert told(case, "ar") == [
        ("تاريخ الانقطاع", "20 كانون الأول 2025"),
        ("من المتأثر؟", "الشارع"),
        ("رقم الاشتراك", "1-40-22871"),
    ]


@pytest.mark.usefixtures("omar", "asked")
def test_nobody_has_to_answer_what_is_optional(as_amina: Client, draft: Draft) -> None:
    assert where(as_amina.post(WHAT, WORDS | {SINCE + "_day": "", WHO: "", NUMBER: " "})) == CHECK
    send(as_amina, draft)
    assert Case.objects.get().topic_answers.count() == 0


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({f"{SINCE}_day": "31", f"{SINCE}_month": "2", f"{SINCE}_year": "2025"}, SINCE),
        ({f"{SINCE}_day": "20", f"{SINCE}_month": "", f"{SINCE}_year": "2025"}, SINCE),
        ({f"{SINCE}_day": "1", f"{SINCE}_month": "1", f"{SINCE}_year": "2999"}, SINCE),
        ({f"{SINCE}_day": "x", f"{SINCE}_month": "\0", f"{SINCE}_year": "9" * 5000}, SINCE),
        ({WHO: "The moon"}, WHO),
        ({WHO: "الشارع"}, WHO),
        ({WHO: "\0"}, WHO),
        ({NUMBER: "1" * 121}, NUMBER),
        ({NUMBER: "\0"}, NUMBER),
    ],
)
def test_a_bad_answer_is_said_beside_its_box_and_the_other_words_stay(
    as_amina: Client, draft: Draft, typed: dict[str, str], wrong: str
) -> None:
    response = as_amina.post(EN_WHAT, WORDS | ANSWERS | typed | {"details": "كلمات أخرى"})
    assert (where(response), list(errors(response))) == (EN_WHAT, [wrong])
    page = shown(response).content.decode()
    assert "كلمات أخرى" in page
    assert f'id="id_{wrong}-error"' in page
    draft.refresh_from_db()
    assert draft.answers == {}


def test_what_must_be_answered_is_asked_for_by_its_name(as_amina: Client, draft: Draft, number: TopicQuestion) -> None:
    TopicQuestion.objects.update(is_required=True)
    response = as_amina.post(EN_WHAT, WORDS)
    assert errors(response) == {NUMBER: ["Answer this too: Subscription number"]}
    assert as_amina.post(EN_WHAT, WORDS | {"later": "1"}).url == "/en/"
    assert where(as_amina.get(CHECK)) == WHAT
    assert where(send(as_amina, draft)) == WHAT
    assert Case.objects.count() == 0
    assert where(as_amina.post(EN_WHAT, WORDS | {NUMBER: "7"})) == EN_CHECK


@pytest.mark.usefixtures("asked")
def test_the_script_keeps_the_answers_that_are_in_order(as_amina: Client, draft: Draft) -> None:
    as_amina.post(WHAT, WORDS | ANSWERS | {"autosave": "1"})
    response = as_amina.post(WHAT, WORDS | ANSWERS | {WHO: "The moon", NUMBER: "2", "autosave": "1"})
    draft.refresh_from_db()
    assert (response.status_code, draft.answers) == (204, SAID | {"number": "2"})
    as_amina.post(WHAT, WORDS | ANSWERS | {WHO: "", "autosave": "1"})
    draft.refresh_from_db()
    assert draft.answers == {"since": "2025-12-20", "number": "1-40-22871"}


def test_another_topic_takes_along_what_it_asks_too(
    as_amina: Client, make_draft: Callable[..., Draft], asked: list[TopicQuestion], outage: Topic
) -> None:
    make_topic("leak", "تسرب", "Leak", parent=outage.parent)
    ask(outage.parent, "pipe", "قطر الأنبوب", "Width of the pipe")
    draft = make_draft(answers=SAID | {"pipe": "4"})
    as_amina.post(AGENCY, {"agency_name": "مياهنا", "topic": "leak"})
    draft.refresh_from_db()
    assert draft.answers == {"pipe": "4"}
    assert list(as_amina.get(WHAT).context["form"].fields)[2:3] == ["answer-pipe"]


def test_another_agency_with_the_same_topic_keeps_the_answers(
    as_amina: Client, make_draft: Callable[..., Draft], asked: list[TopicQuestion]
) -> None:
    draft = make_draft(answers=SAID)
    as_amina.post(AGENCY, {"agency_unknown": "on"})
    draft.refresh_from_db()
    assert (draft.topic, draft.agency_unknown) == (None, True)
    as_amina.post(AGENCY, {"agency_unknown": "on", "topic": "outage"})
    draft.refresh_from_db()
    assert draft.answers == SAID


def test_a_page_older_than_the_topic_loses_nothing_of_the_other_tab(
    as_amina: Client, draft: Draft, number: TopicQuestion, since: TopicQuestion
) -> None:
    """The tab that was opened before did not ask: what the other one answered stays, though it must be answered."""
    TopicQuestion.objects.update(is_required=True)
    as_amina.post(WHAT, WORDS | DAY | {NUMBER: "7"})
    assert where(as_amina.post(WHAT, WORDS | {"subject": "كلمات التبويب الآخر"})) == CHECK
    draft.refresh_from_db()
    assert (draft.subject, draft.answers) == ("كلمات التبويب الآخر", {"since": "2025-12-20", "number": "7"})


@pytest.mark.usefixtures("omar")
def test_a_question_changed_since_is_asked_anew(
    as_amina: Client, make_draft: Callable[..., Draft], asked: list[TopicQuestion]
) -> None:
    draft = make_draft(answers=SAID)
    TopicQuestion.objects.filter(code="who").update(
        options_ar=["البيت", "الحي"], options_en=["The home", "The district"], is_required=True
    )
    assert where(send(as_amina, draft)) == WHAT
    assert where(as_amina.post(WHAT, WORDS | ANSWERS | {WHO: "The district"})) == CHECK
    TopicQuestion.objects.filter(code="since").update(is_active=False)
    TopicQuestion.objects.filter(code="number").update(kind="date")
    send(as_amina, draft)
    assert told(Case.objects.get()) == [("Who is affected?", "The district")]


def test_the_verb_files_nothing_without_an_answer_that_is_needed(
    make_draft: Callable[..., Draft], number: TopicQuestion, now: datetime
) -> None:
    TopicQuestion.objects.update(is_required=True)
    draft = make_draft(answers={"number": ""})
    with pytest.raises(DraftIncomplete):
        file_draft(draft, by=draft.citizen.user, at=now, language="ar")
    assert (Case.objects.count(), Draft.objects.count()) == (0, 1)


@pytest.mark.usefixtures("omar", "asked")
def test_answers_take_one_statement_more(
    as_amina: Client, make_draft: Callable[..., Draft], django_assert_max_num_queries
) -> None:
    draft = make_draft(answers=SAID)
    as_amina.get(CHECK)
    with django_assert_max_num_queries(18):
        send(as_amina, draft)
    assert Case.objects.get().topic_answers.count() == 3


# ---- the rows ----


def test_the_fingerprint_of_the_filing_covers_the_answers(answered: Case, file_case: FileCase) -> None:
    words = ["تاريخ الانقطاع", "Day it stopped", "2025-12-20", "2025-12-20"]
    words += ["من المتأثر؟", "Who is affected?", "الشارع", "The street"]
    words += ["رقم الاشتراك", "Subscription number", "1-40-22871", "1-40-22871"]
    for case, said in ((answered, words), (file_case(), [])):
        event = case.events.get()
        texts = (SUBJECT, DETAILS, case.area, case.place, case.employee, *said)
        assert event.facts["words"] == fingerprint(bytes(event.text_salt.salt), *texts)


def test_a_question_edited_later_changes_no_case(answered: Case, who: TopicQuestion) -> None:
    before = told(answered)
    TopicQuestion.objects.update(name_en="Something else", options_en=[], options_ar=[], kind="line", is_active=False)
    assert told(Case.objects.get()) == before
    with pytest.raises(ProtectedError):
        who.delete()


def test_a_question_has_one_answer_a_case(answered: Case, asked: list[TopicQuestion]) -> None:
    with pytest.raises(IntegrityError, match="topic_answer_one_per_question"), transaction.atomic():
        answers.keep(answers.given_answers(asked, SAID), answered)


# ---- on the case page ----


def test_the_citizen_reads_the_answers_in_either_language(as_amina: Client, answered: Case) -> None:
    for language, texts in (
        ("ar", ["تاريخ الانقطاع", "20 كانون الأول 2025", "الشارع", "1-40-22871"]),
        ("en", ["Day it stopped", "20 December 2025", "The street", "1-40-22871"]),
    ):
        page = as_amina.get(f"/{language}/cases/{answered.reference}/").content.decode()
        assert [text in page for text in texts] == [True] * 4


@pytest.mark.parametrize("count", [1, 3])
def test_answers_do_not_multiply_the_statements_of_the_case_page(
    as_amina: Client, file_case: FileCase, asked: list[TopicQuestion], count: int, django_assert_num_queries
) -> None:
    case = file_case(answers=answers.given_answers(asked[:count], SAID))
    as_amina.get(f"/en/cases/{case.reference}/")
    # One of them says who holds the escalation levels of the agency, for the promise.
    with django_assert_num_queries(14):
        as_amina.get(f"/en/cases/{case.reference}/")


# ---- corrected ----


def amend_url(case: Case) -> str:
    return f"/en/cases/{case.reference}/amend/"


def test_answers_are_corrected_and_the_old_ones_kept(as_amina: Client, answered: Case) -> None:
    page = as_amina.get(amend_url(answered))
    form = page.context["form"]
    assert [bound.value() for bound in form.asked][1:] == ["The street", "1-40-22871"]
    assert 'value="20"' in page.content.decode()
    changed = WORDS | ANSWERS | {WHO: "The home", NUMBER: ""}
    assert as_amina.post(amend_url(answered), changed).status_code == 302
    assert told(answered) == [("Day it stopped", "20 December 2025"), ("Who is affected?", "The home")]
    assert answered.revisions.get().answers[1:] == [
        ["من المتأثر؟", "Who is affected?", "الشارع", "The street"],
        ["رقم الاشتراك", "Subscription number", "1-40-22871", "1-40-22871"],
    ]
    filed, amended = answered.events.order_by("number")
    assert amended.facts["before"] != filed.facts["words"]
    assert not [*history.rewritten()]


def test_a_bad_answer_corrects_nothing(as_amina: Client, answered: Case) -> None:
    response = as_amina.post(amend_url(answered), WORDS | ANSWERS | {WHO: "The moon"})
    assert (response.status_code, list(errors(response))) == (200, [WHO])
    assert (answered.revisions.count(), answered.topic_answers.count()) == (0, 3)


def test_a_correction_that_comes_too_late_changes_no_answer(
    as_amina: Client, answered: Case, omar: User, now: datetime
) -> None:
    actions.accept(answered, by=omar, at=now, days=3)
    response = as_amina.post(amend_url(answered), WORDS | ANSWERS | {WHO: "The home"})
    assert (response.status_code, told(answered)[1]) == (409, ("Who is affected?", "The street"))
    assert response.context["form"]["answer-who"].value() == "The home"


def test_what_is_not_corrected_keeps_its_wording(as_amina: Client, answered: Case) -> None:
    TopicQuestion.objects.filter(code="since").update(is_active=False)
    TopicQuestion.objects.filter(code="who").update(
        name_en="Who suffers?", options_ar=["البيت", "الحي"], options_en=["The home", "The district"]
    )
    TopicQuestion.objects.filter(code="number").update(name_en="Number on the bill", kind="line")
    form = as_amina.get(amend_url(answered)).context["form"]
    assert [bound.label for bound in form.asked] == ["Who suffers?", "Number on the bill"]
    as_amina.post(amend_url(answered), WORDS | {WHO: "The street", NUMBER: "8"})
    assert told(answered) == [
        ("Day it stopped", "20 December 2025"),
        ("Who is affected?", "The street"),
        ("Number on the bill", "8"),
    ]


def test_an_answer_to_another_kind_of_question_is_left_alone(as_amina: Client, answered: Case) -> None:
    TopicQuestion.objects.filter(code="number").update(kind="date")
    assert [bound.name for bound in as_amina.get(amend_url(answered)).context["form"].asked] == [SINCE, WHO]
    as_amina.post(amend_url(answered), WORDS | DAY | {WHO: ""})
    assert told(answered) == [("Day it stopped", "20 December 2025"), ("Subscription number", "1-40-22871")]


def test_the_verb_leaves_answers_alone_unless_told(answered: Case, now: datetime) -> None:
    actions.amend(answered, by=answered.citizen.user, at=now, subject="موضوع آخر", details=DETAILS)
    assert (TopicAnswer.objects.count(), len(answered.revisions.get().answers)) == (3, 3)
