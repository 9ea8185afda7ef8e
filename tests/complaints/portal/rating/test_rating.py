"""Rating an answer by page and by link: what each shows, and what becomes of wrong, late and repeated ratings."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import Citizen, User
from complaints.actions import object_to, withdraw
from complaints.engine import links
from complaints.escalation import expiry
from complaints.models import Case
from notifications.models import Message
from tests.cast import sign_in
from tests.complaints import DETAILS, DONE, FOUND, SUBJECT
from tests.complaints.pages import Clock, Desk, address, statements_of

WORDS = "ما زالت المياه مقطوعة عن البيت."
YES = {"solved": "yes", "treated": "5", "text": "", "count": "0"}
NO = {"solved": "no", "treated": "", "text": WORDS, "count": "0"}


def link_of(case: Case) -> str:
    """Return the address that the short link of the question leads to."""
    return reverse("rating", args=[links.rating_links_token_for(case.events.filter(action="close").last().pk)])


@pytest.fixture
def answered(closed: Case, clock: Clock) -> Case:
    """The answered complaint, a day later."""
    clock.pass_(days=1)
    return closed


def test_the_case_page_takes_a_rating_and_shows_it_with_its_last_day(
    as_amina: Client, answered: Case, english: None, clock: Clock, amina: Citizen
) -> None:
    page = as_amina.get(address("case", answered)).content.decode()
    assert ("Is the problem solved?" in page, "Change the rating" in page) == (True, False)
    # The last day is that of a first rating, and afterwards that of changing it.
    assert "You can rate the answer until" in as_amina.get(address("case-rate", answered)).content.decode()
    assert as_amina.post(address("case-rate", answered), YES).url == address("case", answered)
    assert "You can change it until" in as_amina.get(address("case-rate", answered)).content.decode()
    page = as_amina.get(address("case", answered)).content.decode()
    assert ("Very well" in page, "Change the rating" in page, "18 January 2026" in page) == (True, True, True)
    changed = as_amina.post(address("case-rate", answered), YES | {"solved": "partly", "count": "1"})
    assert (changed.url, answered.ratings.get().solved) == (address("case", answered), "partly")
    clock.pass_(days=15)
    as_amina = sign_in(Client(), amina)
    assert "Change the rating" not in as_amina.get(address("case", answered)).content.decode()
    late = as_amina.post(address("case-rate", answered), NO | {"count": "2"})
    assert (late.status_code, WORDS in late.content.decode()) == (409, True)
    # What was typed too late is shown once, to be copied; then there is nothing more to rate.
    assert WORDS in as_amina.get(address("case-rate", answered), follow=True).content.decode()


def test_nobody_judges_an_answer_before_it_can_be_read(
    as_amina: Client, closed: Case, desk: Desk, sami: User, english: None, clock: Clock, undo_window: timedelta
) -> None:
    """The agency can still undo it: no door takes a judgement of it by hand, and each says why."""
    early = as_amina.get(address("case-rate", closed), follow=True).content.decode()
    assert all(words in early for words in ("You can rate the answer as soon as", "can still undo its last step"))
    agent = desk(sami)
    agent.post(reverse("calls-find"), {"ref": closed.reference, "phone_end": "1234"})
    caller, by_phone = address("caller-case", closed), reverse("caller-act", args=[closed.reference, "rate"])
    typed = {"text": WORDS, "version": closed.version}
    answers = {
        "rate": as_amina.post(address("case-rate", closed), NO),
        "object": as_amina.post(address("case-object", closed), {"text": WORDS}),
        "object by phone": agent.post(caller, typed),
        "rate by phone": agent.post(by_phone, NO | typed),
    }
    taken = {door: answer.status_code for door, answer in answers.items() if answer.status_code != 409}
    lost = [door for door, answer in answers.items() if WORDS not in answer.content.decode()]
    assert (taken, lost, closed.ratings.count(), closed.objections.count()) == ({}, [], 0, 0)
    assert Client().get(link_of(closed)).status_code == 410
    clock.pass_(seconds=undo_window.total_seconds())
    assert as_amina.post(address("case-rate", closed), NO).url == address("case-object", closed)


def test_no_carries_its_words_into_the_objection(as_amina: Client, answered: Case) -> None:
    response = as_amina.post(address("case-rate", answered), NO)
    assert response.url == address("case-object", answered)
    assert WORDS in as_amina.get(response.url).content.decode()
    assert as_amina.post(response.url, {"text": WORDS}).url == address("case", answered)
    answered.refresh_from_db()
    assert (answered.state, answered.objections.get().text) == ("objected", WORDS)


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"solved": ""}, "solved"),
        ({"solved": "perhaps"}, "solved"),
        ({"treated": "6"}, "treated"),
        ({"text": "م" * 4000}, "text"),
    ],
    ids=["nothing", "unknown", "beyond-the-scale", "too-long"],
)
def test_a_wrong_rating_is_refused_beside_its_field(
    as_amina: Client, answered: Case, typed: dict[str, str], wrong: str
) -> None:
    for client, url in ((as_amina, address("case-rate", answered)), (Client(), link_of(answered))):
        response = client.post(url, YES | typed)
        assert (response.status_code, list(response.context["form"].errors)) == (200, [wrong])
    assert answered.ratings.count() == 0


def test_a_stranger_gets_404(as_karim: Client, desk: Desk, omar: User, answered: Case) -> None:
    assert as_karim.get(address("case-rate", answered)).status_code == 404
    assert as_karim.post(address("case-rate", answered), YES).status_code == 404
    assert desk(omar).post(address("case-rate", answered), YES).status_code == 302
    assert answered.ratings.count() == 0


def test_the_link_of_the_message_takes_a_rating_without_signing_in(
    answered: Case, clock: Clock, amina: Citizen, english: None
) -> None:
    assert expiry.ask(at=clock.pass_(days=2)) == 1
    question = Message.objects.get(template=links.TEMPLATE)
    browser = Client()
    with translation.override(question.language):
        opened = browser.get(f"/r/{question.token}/")
        assert opened.url == link_of(answered)
    url = link_of(answered)
    page = browser.get(url)
    text = page.content.decode()
    assert [
        secret for secret in (SUBJECT, DETAILS, FOUND, DONE, amina.family_name, amina.first_name) if secret in text
    ] == []
    assert (page["Referrer-Policy"], page["X-Robots-Tag"]) == ("strict-origin", "noindex, nofollow")
    assert (browser.head(url).status_code, answered.ratings.count()) == (200, 0)
    assert browser.post(url, NO).url == url
    thanks = browser.get(url).content.decode()
    assert ("Thank you for your rating" in thanks, WORDS in thanks, address("case-object", answered) in thanks) == (
        True,
        False,
        True,
    )
    # Whoever has the link does not read what was said.
    assert WORDS not in browser.get(f"{url}?change=1").content.decode()
    second_window = browser.post(url, YES)
    assert (second_window.status_code, answered.ratings.get().solved) == (409, "no")
    assert browser.post(url, YES | {"count": "1"}).url == url
    assert (answered.ratings.get().solved, answered.former_ratings.get().text) == ("yes", WORDS)


def test_staff_do_not_read_the_link_in_the_message(answered: Case, clock: Clock, desk: Desk, lina: User) -> None:
    expiry.ask(at=clock.pass_(days=2))
    question = Message.objects.get(template=links.TEMPLATE)
    page = desk(lina).get(reverse("message", args=[question.pk]))
    assert (page.status_code, question.token in page.content.decode()) == (200, False)


def test_a_link_that_is_altered_or_too_old_says_so_and_changes_nothing(answered: Case, clock: Clock) -> None:
    url = link_of(answered)
    browser = Client()
    for altered in (f"{url[:-3]}xy/", url.replace("/rate/", "/rate/1"), reverse("rating", args=["nothing"])):
        assert [browser.get(altered).status_code, browser.post(altered, YES).status_code] == [404, 404]
    clock.pass_(days=30)
    assert [browser.get(url).status_code, browser.post(url, YES).status_code] == [410, 410]
    assert answered.ratings.count() == 0


def test_a_link_to_what_was_reopened_or_withdrawn_is_over(answered: Case, amina: Citizen, clock: Clock) -> None:
    url, browser = link_of(answered), Client()
    object_to(answered, by=amina.user, at=clock.at, text=WORDS)
    assert browser.post(url, YES).status_code == 410
    withdraw(answered, by=amina.user, at=clock.at)
    page = browser.get(url)
    assert (page.status_code, SUBJECT in page.content.decode(), answered.ratings.count()) == (410, False, 0)


def test_staff_read_the_rating_and_where_it_is_hidden_without_the_person(
    as_amina: Client, answered: Case, amina: Citizen, desk: Desk, omar: User, lina: User, english: None
) -> None:
    before = statements_of(desk(omar), address("desk-case", answered))
    Case.objects.filter(pk=answered.pk).update(hides_identity=True)
    said = NO | {"text": f"اسمي {amina.full_name} {WORDS}"}
    shown = as_amina.post(address("case-rate", answered), said).context["preview"]
    as_amina.post(address("case-rate", answered), said | {"agency_seen": shown.digest})
    page = desk(omar).get(address("desk-case", answered)).content.decode()
    assert ("Disputed" in page, "Not solved" in page, amina.family_name in page) == (True, True, False)
    assert amina.family_name in desk(lina).get(address("desk-case", answered)).content.decode()
    assert statements_of(desk(omar), address("desk-case", answered)) <= before + 4
