"""The desk's side: asking and taking back by page, the section on the case, and the forms it helps to fill in."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import Citizen, User
from agencies.models import Agency, Directorate, OutsideCentre
from complaints.actions import accept, add, ask
from complaints.actions.consultations import consult, estimate, find, revoke
from complaints.engine import links
from complaints.models import Attachment, Case, Consultation
from notifications.models import Message
from tests.complaints import FINDING, REQUEST, SIGNATORY
from tests.complaints.cases import attach
from tests.complaints.pages import Clock, Desk, address, sent

REASON = "القطعة غير متوفرة في المستودع"


def typed(network: Directorate, **said: object) -> dict[str, object]:
    return {"directorate": network.pk, "text": REQUEST, "language": "ar", **said}


# ---- asking ----


def test_the_form_offers_the_active_directorates_of_the_agency(
    desk: Desk, referred: Case, omar: User, now: datetime, network: Directorate, gam: Agency
) -> None:
    Directorate.objects.create(agency=gam, name_ar="أخرى", name_en="Other")
    Directorate.objects.create(agency=network.agency, name_ar="قديمة", name_en="Old", is_active=False)
    accept(referred, by=omar, at=now, days=3, directorate=network)
    form = desk(omar).get(address("desk-consult", referred)).context["form"]
    assert [value for value, _ in form.fields["directorate"].choices] == ["", str(network.pk)]
    assert form["directorate"].value() == str(network.pk)


def test_asking_by_page_says_what_happens_next(desk: Desk, accepted: Case, omar: User, network: Directorate) -> None:
    answer = desk(omar).post(address("desk-consult", accepted), sent(accepted, **typed(network)), follow=True)
    assertContains(answer, "Copy its link from the page of the case and give it to the directorate.")
    asked = Consultation.objects.get()
    assert (asked.directorate, asked.text, asked.language, asked.asked_by) == (network, REQUEST, "ar", omar)
    assertContains(answer, links.link_url(asked))


def test_asking_a_directorate_with_an_address_sends_it_the_link(
    desk: Desk, accepted: Case, omar: User, network: Directorate
) -> None:
    Directorate.objects.filter(pk=network.pk).update(email="networks@miyahuna.example")
    answer = desk(omar).post(address("desk-consult", accepted), sent(accepted, **typed(network)), follow=True)
    assertContains(answer, "The request is being sent to the directorate by e-mail.")
    assertNotContains(answer, links.token_for(Consultation.objects.get()))
    assert Message.objects.filter(template="directorate_request").count() == 1


def test_what_is_missing_is_said_beside_its_box(desk: Desk, accepted: Case, omar: User, network: Directorate) -> None:
    page = desk(omar).post(
        address("desk-consult", accepted), sent(accepted, directorate="", text="قصير", language="fr")
    )
    assert list(page.context["form"].errors) == ["directorate", "text", "language"]
    assert not Consultation.objects.exists()


def test_the_directorate_of_another_agency_cannot_be_asked(
    desk: Desk, accepted: Case, omar: User, network: Directorate, gam: Agency
) -> None:
    other = Directorate.objects.create(agency=gam, name_ar="أخرى", name_en="Other")
    page = desk(omar).post(address("desk-consult", accepted), sent(accepted, **typed(other)))
    assert list(page.context["form"].errors) == ["directorate"]


@pytest.mark.parametrize("name", ["desk-consult", "desk-revoke"])
@pytest.mark.parametrize("person", ["yusuf", "lina", "sami"])
def test_strangers_find_no_such_page(
    desk: Desk, consultation: Consultation, name: str, person: str, request: pytest.FixtureRequest
) -> None:
    browser = desk(request.getfixturevalue(person))
    url = address(name, consultation.case)
    assert (browser.get(url).status_code, browser.post(url, sent(consultation.case)).status_code) == (404, 404)


def test_a_stale_page_keeps_the_text(
    desk: Desk, accepted: Case, omar: User, amina: Citizen, network: Directorate, now: datetime
) -> None:
    old = sent(accepted, **typed(network))
    add(accepted, by=amina.user, at=now, text="عاد الماء اليوم.")
    page = desk(omar).post(address("desk-consult", accepted), old)
    assert (page.status_code, page.context["form"]["text"].value(), Consultation.objects.count()) == (409, REQUEST, 0)


def test_a_second_directorate_is_not_asked_meanwhile(desk: Desk, consultation: Consultation, omar: User) -> None:
    answer = desk(omar).get(address("desk-consult", consultation.case), follow=True)
    assertContains(answer, "It must come back before you ask another one.")
    answer = desk(omar).post(
        address("desk-consult", consultation.case),
        sent(consultation.case, **typed(consultation.directorate)),
        follow=True,
    )
    assertContains(answer, "It must come back before you ask another one.")
    assert Consultation.objects.count() == 1


def test_an_agency_without_directorates_is_told(desk: Desk, accepted: Case, omar: User) -> None:
    assertContains(desk(omar).get(address("desk-consult", accepted)), "Your agency has no directorates on record.")


# ---- taking back ----


def test_the_request_is_taken_back_by_page(desk: Desk, consultation: Consultation, nadia: User) -> None:
    assertContains(
        desk(nadia).get(address("desk-revoke", consultation.case)),
        "Networks Directorate will no longer be able to answer",
    )
    answer = desk(nadia).post(address("desk-revoke", consultation.case), sent(consultation.case), follow=True)
    assertContains(answer, "Its link no longer works.")
    assert Consultation.objects.get().state == "revoked"


def test_there_is_nothing_to_take_back(desk: Desk, accepted: Case, omar: User) -> None:
    answer = desk(omar).get(address("desk-revoke", accepted), follow=True)
    assertContains(answer, "No directorate has an open request now.")


def test_who_takes_back_second_is_told_who_was_first(
    desk: Desk, consultation: Consultation, omar: User, nadia: User, now: datetime
) -> None:
    old = sent(consultation.case)
    revoke(consultation.case, by=omar, at=now)
    page = desk(nadia).post(address("desk-revoke", consultation.case), old)
    assert (page.status_code, page.context["previous_change"].by) == (409, "Omar Smadi")


# ---- on the page of the case ----


def test_the_buttons_follow_who_has_the_case(
    desk: Desk, accepted: Case, omar: User, network: Directorate, now: datetime
) -> None:
    def offered() -> set[str]:
        panel = desk(omar).get(address("desk-case", accepted)).context["panel"]
        buttons = {button.url_name for button in (*panel.answers, *panel.others, *panel.secondary)}
        return buttons & {"desk-consult", "desk-revoke", "desk-hand-over"}

    assert offered() == {"desk-consult"}
    OutsideCentre.objects.create(code="117116", name_ar="مركز المياه", name_en="Water centre", phone="117116")
    assert offered() == {"desk-consult", "desk-hand-over"}
    consult(accepted, by=omar, at=now, directorate=network, text=REQUEST)
    assert offered() == {"desk-revoke"}


def test_the_section_shows_times_with_reasons_the_finding_and_its_files(
    desk: Desk, consultation: Consultation, omar: User, now: datetime
) -> None:
    estimate(consultation, at=now, number=1, days=2)
    estimate(consultation, at=now, number=2, days=9, reason=REASON)
    page = desk(omar).get(address("desk-case", consultation.case))
    (one,) = page.context["consultations"]
    assert [(given.days, str(given.until), given.reason) for given in one.estimates] == [
        (2, "2026-01-06", ""),
        (9, "2026-01-15", REASON),
    ]
    assert one.is_beyond
    assertContains(page, "This time ends after the date promised to the citizen.")
    file = Attachment(file="x", name="محضر.pdf", content_type="application/pdf", size=9, sha256="0" * 64, added_at=now)
    find(consultation, at=now + timedelta(minutes=3), finding=FINDING, signed_as=SIGNATORY, attachments=[file])
    page = desk(omar).get(address("desk-case", consultation.case))
    for part in (REASON, FINDING, SIGNATORY, "محضر.pdf", "the directorate"):
        assertContains(page, part)
    assert [one.link for one in page.context["consultations"]] == [""]
    assert [deed.text.first for deed in page.context["file"].history[:3]] == [FINDING, REASON, ""]
    assert page.context["file"].history[1].text.label == "9 working days"


def test_whoever_may_not_answer_for_the_directorate_does_not_see_its_link(
    desk: Desk, consultation: Consultation, lina: User
) -> None:
    page = desk(lina).get(address("desk-case", consultation.case))
    assertContains(page, REQUEST)
    assertNotContains(page, links.token_for(consultation))


def test_an_expired_link_is_said_and_not_shown(
    desk: Desk, consultation: Consultation, omar: User, clock: Clock
) -> None:
    clock.at = consultation.expires_at
    page = desk(omar).get(address("desk-case", consultation.case))
    assertContains(page, "The link has expired.")
    assertNotContains(page, links.token_for(consultation))


def test_while_the_citizen_is_asked_the_section_still_takes_the_request_back(
    desk: Desk, consultation: Consultation, omar: User, now: datetime
) -> None:
    ask(consultation.case, by=omar, at=now, text="أين يقع المنزل تمامًا؟")
    assertContains(desk(omar).get(address("desk-case", consultation.case)), address("desk-revoke", consultation.case))


def test_the_words_of_the_request_are_shown_to_nobody_in_the_messages(
    desk: Desk, accepted: Case, omar: User, lina: User, network: Directorate, now: datetime
) -> None:
    Directorate.objects.filter(pk=network.pk).update(email="networks@miyahuna.example")
    network.refresh_from_db()
    asked = consult(accepted, by=omar, at=now, directorate=network, text=REQUEST)
    letter = Message.objects.get(template="directorate_request")
    page = desk(lina).get(reverse("message", args=[letter.pk]))
    assertContains(page, "so only the directorate can read it.")
    assertNotContains(page, links.token_for(asked))


def test_the_case_page_takes_as_many_statements_with_one_request_as_with_three(
    desk: Desk, accepted: Case, omar: User, network: Directorate, now: datetime
) -> None:
    browser, taken = desk(omar), []
    browser.get(address("desk-case", accepted))
    for requests in (1, 2):
        for _ in range(requests):
            asked = consult(accepted, by=omar, at=now, directorate=network, text=REQUEST)
            estimate(asked, at=now, number=1, days=2)
            find(asked, at=now, finding=FINDING, signed_as=SIGNATORY)
        with CaptureQueriesContext(connection) as queries:
            browser.get(address("desk-case", accepted))
        taken.append(len(queries))
    assert taken[0] == taken[1]


def test_who_held_it_is_summed_in_working_time(
    desk: Desk, consultation: Consultation, omar: User, now: datetime, clock: Clock
) -> None:
    find(consultation, at=now + timedelta(days=1), finding=FINDING, signed_as=SIGNATORY)
    clock.at = now + timedelta(days=1, hours=2)
    file = desk(omar).get(address("desk-case", consultation.case)).context["file"]
    assert [(one.name, one.words, one.is_now) for one in file.time_held] == [
        ("Jordan Water Company", "2 working hours", True),
        ("Networks Directorate", "7 working hours", False),
    ]
    assert [(one.name, one.words) for one in file.spans][-2:] == [
        ("Networks Directorate", "7 working hours"),
        ("Jordan Water Company", "2 working hours"),
    ]


# ---- what a directorate's word fills in ----


def test_accepting_is_filled_in_with_what_is_left_of_the_directorates_time(
    desk: Desk, referred: Case, omar: User, network: Directorate, now: datetime, clock: Clock
) -> None:
    asked = consult(referred, by=omar, at=now, directorate=network, text=REQUEST)
    form = desk(omar).get(address("desk-accept", referred)).context["form"]
    assert (form["directorate"].value(), form["days"].value()) == (str(network.pk), 7)
    estimate(asked, at=now, number=1, days=4)
    clock.pass_(days=1)
    form = desk(omar).get(address("desk-accept", referred)).context["form"]
    assert (form["directorate"].value(), form["days"].value()) == (str(network.pk), 3)


def test_a_time_beyond_the_limit_is_filled_in_as_the_most_there_is(
    desk: Desk, referred: Case, omar: User, network: Directorate, now: datetime
) -> None:
    asked = consult(referred, by=omar, at=now, directorate=network, text=REQUEST)
    estimate(asked, at=now, number=1, days=40)
    assert desk(omar).get(address("desk-accept", referred)).context["form"]["days"].value() == 7


def test_the_finding_stands_beside_the_form_of_the_answer(
    desk: Desk, consultation: Consultation, omar: User, now: datetime
) -> None:
    find(consultation, at=now, finding=FINDING, signed_as=SIGNATORY)
    page = desk(omar).get(address("desk-close", consultation.case))
    assertContains(page, FINDING)
    assertContains(page, SIGNATORY)


# ---- what the citizen gets of it ----


def test_the_citizen_reads_nothing_of_the_directorates_word_nor_its_files(
    desk: Desk, consultation: Consultation, amina: Citizen, now: datetime
) -> None:
    file = attach(consultation.case, now, "سري.jpg", consultation=consultation)
    estimate(consultation, at=now, number=1, days=2)
    find(consultation, at=now, finding=FINDING, signed_as=SIGNATORY)
    browser = desk(amina)
    page = browser.get(reverse("case", args=[consultation.case.reference]))
    for part in (FINDING, SIGNATORY, REQUEST, "سري.jpg"):
        assertNotContains(page, part)
    assert browser.get(reverse("case-file", args=[consultation.case.reference, file.pk])).status_code == 404


def test_the_words_of_the_request_are_shown_as_they_are_sent(desk: Desk, lina: User, accepted: Case) -> None:
    page = desk(lina).get(reverse("wording", args=["directorate_request", "en"]))
    assert page.status_code == 200
    assert "/r/" not in page.context["preview"].email.body
