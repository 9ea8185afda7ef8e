"""Accepting: the date, its limit, the exact message before it is sent, and the act itself."""

from datetime import date

from django.contrib.messages import get_messages

from accounts.models import User
from agencies.models import Agency, Directorate
from complaints.models import Case
from notifications.models import Message
from tests.complaints.pages import DOTS, Desk, address, sent


def test_the_page_offers_directorates_and_the_days_they_lead_to(
    desk: Desk, referred: Case, omar: User, network: Directorate
) -> None:
    page = desk(omar).get(address("desk-accept", referred))
    assert page.status_code == 200
    assert [(offer.days, offer.on, offer.record) for offer in page.context["advice"].offers] == [
        (1, date(2026, 1, 5), None),
        (2, date(2026, 1, 6), None),
        (3, date(2026, 1, 7), None),
        (4, date(2026, 1, 8), None),
        (5, date(2026, 1, 11), None),
        (6, date(2026, 1, 12), None),
        (7, date(2026, 1, 13), None),
    ]
    assert [value for value, _ in page.context["form"].fields["directorate"].choices] == ["", str(network.pk)]


def test_the_exact_message_is_shown_before_anything_is_sent(
    desk: Desk, referred: Case, omar: User, network: Directorate
) -> None:
    typed = {"version": referred.version, "directorate": network.pk, "days": "٣"}
    page = desk(omar).post(address("desk-accept", referred), typed)
    referred.refresh_from_db()
    assert page.status_code == 200
    assert referred.state == "referred"
    shown = page.context["message"].body
    desk(omar).post(address("desk-accept", referred), sent(referred, directorate=network.pk, days="٣"))
    owed = Message.objects.get(reference=referred.reference, template="case_accepted")
    assert shown == owed.body.replace(owed.token, DOTS * len(owed.token))
    assert "7/1/2026" in shown


def test_accepting_sets_the_promise_and_the_directorate(
    desk: Desk, referred: Case, omar: User, network: Directorate
) -> None:
    answer = desk(omar).post(address("desk-accept", referred), sent(referred, directorate=network.pk, days="3"))
    referred.refresh_from_db()
    assert (answer.status_code, answer.url) == (302, address("desk-case", referred))
    assert (referred.state, referred.promised_on, referred.directorate, referred.officer) == (
        "in_progress",
        date(2026, 1, 7),
        network,
        omar,
    )
    assert [str(one) for one in get_messages(answer.wsgi_request)] == [
        "You accepted the case. The citizen is being told."
    ]


def test_a_promise_beyond_the_topics_limit_names_the_last_possible_day(
    desk: Desk, referred: Case, omar: User, network: Directorate
) -> None:
    page = desk(omar).post(address("desk-accept", referred), sent(referred, directorate=network.pk, days="8"))
    referred.refresh_from_db()
    assert page.context["form"].errors == {
        "days": ["The limit for this topic ends on 13/1/2026. Enter at most 7 working days"]
    }
    assert referred.state == "referred"


def test_a_directorate_and_the_days_are_asked_for(desk: Desk, referred: Case, omar: User, network: Directorate) -> None:
    page = desk(omar).post(address("desk-accept", referred), sent(referred, directorate="", days=""))
    assert page.context["form"].errors == {
        "directorate": ["Choose: Directorate"],
        "days": ["Enter: Time for the answer, in working days"],
    }


def test_the_directorate_of_another_agency_is_refused(
    desk: Desk, referred: Case, omar: User, network: Directorate, gam: Agency
) -> None:
    other = Directorate.objects.create(agency=gam, name_ar="مديرية", name_en="Another")
    page = desk(omar).post(address("desk-accept", referred), sent(referred, directorate=other.pk, days="3"))
    assert list(page.context["form"].errors) == ["directorate"]


def test_an_agency_without_directorates_accepts_for_its_desk(desk: Desk, referred: Case, omar: User) -> None:
    answer = desk(omar).post(address("desk-accept", referred), sent(referred, days="2"))
    referred.refresh_from_db()
    assert (answer.status_code, referred.state, referred.directorate) == (302, "in_progress", None)


def test_changing_ones_mind_goes_back_to_the_boxes(
    desk: Desk, referred: Case, omar: User, network: Directorate
) -> None:
    typed = sent(referred, directorate=network.pk, days="3", change="1")
    page = desk(omar).post(address("desk-accept", referred), typed)
    referred.refresh_from_db()
    assert (page.status_code, page.context["message"], referred.state) == (200, None, "referred")
