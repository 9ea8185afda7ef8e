"""Accepting: the date, its limit, the exact message before it is sent, and the act itself."""

from datetime import date, datetime

import pytest
from django.contrib.messages import get_messages

from accounts.models import User
from agencies.models import Agency, Directorate
from complaints.actions import accept, consultations
from complaints.actions.consultations import consult
from complaints.actions.notes import HeldByAnother
from complaints.models import Case, Consultation
from notifications.models import Message
from tests.complaints.cases import FileCase
from tests.complaints.pages import DOTS, Desk, address, sent, statements_of


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
    form, shown = page.context["form"], page.context["message"].body
    assert [form[name].value() for name in ("directorate", "days")] == [str(network.pk), 7]
    assert "13/1/2026" in shown


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


def test_the_directorate_of_the_newest_case_on_the_topic_is_filled_in(
    desk: Desk, file_case: FileCase, accepted: Case, omar: User, network: Directorate, now: datetime, gam: Agency
) -> None:
    other = Directorate.objects.create(agency=network.agency, name_ar="مديرية الصيانة", name_en="Maintenance")
    accept(file_case(), by=omar, at=now, days=2, directorate=other)
    case, client = file_case(), desk(omar)
    assert client.get(address("desk-accept", case)).context["form"]["directorate"].value() == str(other.pk)
    before = statements_of(client, address("desk-accept", case))
    for _ in range(3):
        accept(file_case(), by=omar, at=now, days=2, directorate=network)
    assert client.get(address("desk-accept", case)).context["form"]["directorate"].value() == str(network.pk)
    assert statements_of(client, address("desk-accept", case)) == before
    Directorate.objects.filter(pk=network.pk).update(is_active=False)
    Directorate.objects.create(agency=network.agency, name_ar="مديرية الشكاوى", name_en="Complaints")
    assert client.get(address("desk-accept", case)).context["form"]["directorate"].value() == str(network.pk)
    assert "selected" not in str(client.get(address("desk-accept", case)).context["form"]["directorate"])


def test_the_directorate_is_asked_with_the_same_press_or_nothing_is_done(
    desk: Desk, referred: Case, omar: User, network: Directorate
) -> None:
    Directorate.objects.filter(pk=network.pk).update(email="networks@miyahuna.example")
    typed = {"directorate": network.pk, "days": "3", "asks_now": "on"}
    for text, error in (("", "Write what the directorate should examine"), ("متى؟", "at least 10")):
        page = desk(omar).post(address("desk-accept", referred), sent(referred, **typed, text=text))
        assert error in str(page.context["form"].errors["text"])
        referred.refresh_from_db()
        assert (referred.state, Consultation.objects.count()) == ("referred", 0)
    question = "كم يومًا يلزم لإصلاح الخط؟"
    answer = desk(omar).post(address("desk-accept", referred), sent(referred, **typed, text=question), follow=True)
    assert [str(one) for one in answer.context["messages"]] == [
        "You accepted the case. The request is being sent to the directorate by e-mail. The citizen is being told."
    ]
    asked = Consultation.objects.get()
    referred.refresh_from_db()
    assert (asked.directorate, asked.text, referred.state, referred.holder) == (
        network,
        question,
        "in_progress",
        "directorate",
    )
    assert question in answer.content.decode()
    told = Message.objects.filter(reference=referred.reference).values_list("template", flat=True)
    assert {"case_accepted", "directorate_request"} <= set(told)
    assert [event.action for event in referred.events.order_by("number")][-2:] == ["accept", "consult"]


def test_nobody_is_asked_while_another_directorate_has_the_case(
    desk: Desk, referred: Case, omar: User, network: Directorate, now: datetime
) -> None:
    client, url = desk(omar), address("desk-accept", referred)
    assert "asks_now" in client.get(url).context["form"].fields
    consult(referred, by=omar, at=now, directorate=network, text="كم يومًا يلزم لإصلاح الخط؟")
    assert "asks_now" not in client.get(url).context["form"].fields
    typed = {"directorate": network.pk, "days": "3", "asks_now": "on", "text": "متى يصل الفريق إلى الموقع؟"}
    page = client.post(url, sent(referred, **typed))
    referred.refresh_from_db()
    assert (list(page.context["form"].errors), referred.state) == (["asks_now"], "referred")


def test_words_without_the_tick_ask_nobody(desk: Desk, referred: Case, omar: User, network: Directorate) -> None:
    typed = {"directorate": network.pk, "days": "3", "text": "كم يومًا يلزم لإصلاح الخط؟"}
    assert desk(omar).post(address("desk-accept", referred), sent(referred, **typed)).status_code == 302
    assert Consultation.objects.count() == 0


def test_a_directorate_that_is_asked_in_between_takes_the_acceptance_back(
    desk: Desk, referred: Case, omar: User, network: Directorate, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overtaken(*_args: object, **_said: object) -> None:
        raise HeldByAnother

    monkeypatch.setattr(consultations, "consult", overtaken)
    typed = {"directorate": network.pk, "days": "3", "asks_now": "on", "text": "متى يصل الفريق إلى الموقع؟"}
    page = desk(omar).post(address("desk-accept", referred), sent(referred, **typed))
    referred.refresh_from_db()
    assert (page.status_code, referred.state) == (409, "referred")
    assert typed["text"] in page.content.decode()
