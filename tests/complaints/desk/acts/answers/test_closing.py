"""Closing: an answer of substance, read as the citizen reads it before it goes, signed twice where the topic asks."""

import pytest

from accounts.models import User
from agencies.models import Topic
from complaints.actions import accept
from complaints.models import Answer, Case
from notifications.models import Message
from tests.complaints import DETAILS, DONE, FOUND
from tests.complaints.cases import FileCase
from tests.complaints.pages import DOTS, Desk, address, sent
from tests.prepared_rows import prepared

GOOD = {"outcome": "solved", "found": FOUND, "done": DONE}


def test_the_answer_and_its_message_are_shown_before_anything_is_sent(desk: Desk, accepted: Case, omar: User) -> None:
    page = desk(omar).post(address("desk-close", accepted), {"version": accepted.version, **GOOD})
    shown = page.content.decode()
    assert [text in shown for text in (FOUND, DONE, "Solved")] == [True, True, True]
    assert Answer.objects.count() == 0
    desk(omar).post(address("desk-close", accepted), sent(accepted, **GOOD))
    owed = Message.objects.get(reference=accepted.reference, template="case_answered")
    assert page.context["message"].body == owed.body.replace(owed.token, DOTS * len(owed.token))


def test_closing_gives_the_answer(desk: Desk, accepted: Case, omar: User) -> None:
    answer = desk(omar).post(address("desk-close", accepted), sent(accepted, **GOOD))
    accepted.refresh_from_db()
    assert answer.status_code == 302
    assert (accepted.state, accepted.outcome, accepted.closed_by) == ("closed", "solved", omar)
    assert [(one.found, one.done, one.state) for one in accepted.answers.all()] == [(FOUND, DONE, "given")]


@pytest.mark.parametrize(
    ("found", "done", "errors"),
    [
        ("", "", {"found": "Write what you found", "done": "Write what you did"}),
        (
            FOUND,
            "تم عمل اللازم",
            {"done": "What was found, and what was done at the place? Who did it, and when?"},
        ),
        (
            "تم الاطلاع على الشكوى",
            "تم عمل اللازم",
            {"done": "This is a standard phrase that says nothing about this case. Write who did what, and when"},
        ),
        (
            "هههههههههههههههههههههه",
            DONE,
            {"found": "This text cannot be understood. Write what the citizen needs to know"},
        ),
        (
            DETAILS,
            DONE,
            {"found": "This repeats what the citizen wrote. What did you find yourselves?"},
        ),
        (
            FOUND,
            FOUND,
            {"done": "This repeats the text above. Write what was done about what you found"},
        ),
    ],
)
def test_a_hollow_answer_is_refused_beside_its_field(
    desk: Desk, accepted: Case, omar: User, found: str, done: str, errors: dict[str, str]
) -> None:
    for button in ({}, {"send": "1"}):
        typed = {"version": accepted.version, "outcome": "solved", "found": found, "done": done, **button}
        page = desk(omar).post(address("desk-close", accepted), typed)
        form = page.context["form"]
        assert {name: list(said) for name, said in form.errors.items()} == {
            name: [said] for name, said in errors.items()
        }
        assert (form["found"].value(), form["done"].value()) == (found, done)
    assert Answer.objects.count() == 0


PROMISE = {
    "outcome": "solved",
    "found": "الشركة على علم بالمشكلة.",
    "done": "سيتم إرسال فرقة الصيانة في أقرب وقت.",
}
WHY = "اتفقنا مع المواطن بالهاتف على الموعد"


def test_a_challenged_answer_is_completed(desk: Desk, accepted: Case, omar: User) -> None:
    client, url = desk(omar), address("desk-close", accepted)
    for button in ({}, {"send": "1"}):
        page = client.post(url, {"version": accepted.version, **PROMISE, **button})
        shown = page.content.decode()
        assert page.context["form"].errors == {"done": ["When? Give the day, or say what has been done already"]}
        for text in ("One question is left open", PROMISE["done"], "Promise", "Or send it as it is, because"):
            assert text in shown
    assert Answer.objects.count() == 0
    done = f"{PROMISE['done']} وصلت الفرقة يوم 12/1 واستبدلت الوصلة."
    preview = client.post(url, {"version": accepted.version, **PROMISE, "done": done}).content.decode()
    assert "One question is left open" not in preview
    assert client.post(url, sent(accepted, **PROMISE | {"done": done})).status_code == 302
    assert [(one.challenge, one.sent_because) for one in accepted.answers.all()] == [("", "")]


def test_a_challenged_answer_is_sent_with_its_reason(desk: Desk, accepted: Case, omar: User) -> None:
    client, url = desk(omar), address("desk-close", accepted)
    short = client.post(url, {"version": accepted.version, **PROMISE, "sent_because": "نعم"})
    assert short.context["form"].errors == {"sent_because": ["Say why in a sentence"]}
    preview = client.post(url, {"version": accepted.version, **PROMISE, "sent_because": WHY}).content.decode()
    for text in ("Marked for the audit of the CMU", WHY, 'name="sent_because"'):
        assert text in preview
    assert client.post(url, sent(accepted, **PROMISE, sent_because=WHY)).status_code == 302
    answer = accepted.answers.get()
    assert (answer.challenge, answer.sent_because) == ("promise", WHY)
    case_page = desk(omar).get(address("desk-case", accepted)).content.decode()
    assert [text in case_page for text in ("For the audit of the CMU", WHY)] == [True, True]


def test_a_reason_takes_no_refused_answer_through(desk: Desk, accepted: Case, omar: User) -> None:
    typed = {"outcome": "solved", "found": "تم الاطلاع", "done": "تم عمل اللازم", "sent_because": WHY}
    page = desk(omar).post(address("desk-close", accepted), sent(accepted, **typed))
    assert list(page.context["form"].errors) == ["done"]
    assert "Or send it as it is, because" not in page.content.decode()
    assert Answer.objects.count() == 0


def test_the_signer_reads_the_question_and_the_reason(desk: Desk, sensitive: Case, omar: User, nadia: User) -> None:
    desk(omar).post(address("desk-close", sensitive), sent(sensitive, **PROMISE, sent_because=WHY))
    page = desk(nadia).get(address("desk-sign", sensitive)).content.decode()
    assert [text in page for text in ("Marked for the audit of the CMU", WHY)] == [True, True]
    sensitive.refresh_from_db()
    desk(nadia).post(address("desk-sign", sensitive), sent(sensitive))
    assert sensitive.events.get(action="close").facts["challenged"] == "promise"


@pytest.mark.parametrize("outcome", ["", "adopted", "withdrawn", "inadmissible", "nonsense"])
def test_an_outcome_of_another_kind_is_refused(desk: Desk, accepted: Case, omar: User, outcome: str) -> None:
    page = desk(omar).post(address("desk-close", accepted), sent(accepted, **(GOOD | {"outcome": outcome})))
    assert list(page.context["form"].errors) == ["outcome"]
    assert Answer.objects.count() == 0


# ---- the second signature ----


@pytest.fixture
@prepared
def sensitive(file_case: FileCase, conduct: Topic, omar: User, nadia: User, now: object) -> Case:
    case = file_case(topic=conduct)
    accept(case, by=omar, at=case.filed_at, days=3)
    return case


@pytest.fixture
def proposed(desk: Desk, sensitive: Case, omar: User) -> Case:
    desk(omar).post(address("desk-close", sensitive), sent(sensitive, **GOOD))
    sensitive.refresh_from_db()
    return sensitive


def test_on_a_sensitive_topic_the_answer_is_only_proposed(desk: Desk, proposed: Case, omar: User) -> None:
    page = desk(omar).get(address("desk-case", proposed)).content.decode()
    assert (proposed.state, [one.state for one in proposed.answers.all()]) == ("in_progress", ["proposed"])
    assert "Proposed answer, not sent" in page
    assert Message.objects.filter(reference=proposed.reference, template="case_answered").count() == 0


def test_the_supervisor_reads_it_and_signs(desk: Desk, proposed: Case, nadia: User) -> None:
    client = desk(nadia)
    page = client.get(address("desk-sign", proposed)).content.decode()
    assert [text in page for text in (FOUND, DONE)] == [True, True]
    answer = client.post(address("desk-sign", proposed), sent(proposed))
    proposed.refresh_from_db()
    assert (answer.status_code, proposed.state, proposed.answers.get().signed_by) == (302, "closed", nadia)


def test_its_writer_may_not_sign(desk: Desk, proposed: Case, omar: User, nadia: User, sensitive: Case) -> None:
    assert desk(omar).get(address("desk-sign", proposed)).status_code == 404
    assert desk(omar).post(address("desk-sign", proposed), sent(proposed)).status_code == 404


def test_a_supervisor_who_wrote_it_may_not_sign_it_either(desk: Desk, sensitive: Case, nadia: User) -> None:
    desk(nadia).post(address("desk-close", sensitive), sent(sensitive, **GOOD))
    sensitive.refresh_from_db()
    assert desk(nadia).post(address("desk-sign", sensitive), sent(sensitive)).status_code == 404


def test_a_proposal_written_anew_replaces_the_first(desk: Desk, proposed: Case, omar: User, nadia: User) -> None:
    typed = sent(proposed, **(GOOD | {"outcome": "partly"}))
    answer = desk(omar).post(address("desk-close", proposed), typed)
    assert answer.status_code == 302
    assert [(one.outcome, one.state) for one in proposed.answers.all()] == [
        ("solved", "taken_back"),
        ("partly", "proposed"),
    ]


def test_there_is_nothing_to_sign_where_nothing_is_proposed(desk: Desk, accepted: Case, nadia: User) -> None:
    assert desk(nadia).get(address("desk-sign", accepted)).status_code == 404


def test_the_answer_stands_on_the_page_afterwards(desk: Desk, closed: Case, omar: User) -> None:
    file = desk(omar).get(address("desk-case", closed)).context["file"]
    assert (file.answer.first, file.answer.second, file.answer.label) == (FOUND, DONE, "Solved")


def test_closing_needs_a_case_in_progress(desk: Desk, referred: Case, omar: User) -> None:
    page = desk(omar).post(address("desk-close", referred), sent(referred, **GOOD))
    assert page.status_code == 409
