"""The last step of filing: how to be told, a hidden identity, and the button pressed once or twice."""

import threading
from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pytest_django import Settings

from accounts.models import Citizen
from agencies.models import Topic
from complaints.attachments import uploads
from complaints.attachments.uploads import receive
from complaints.filing.forms import STALE
from complaints.models import Case, Draft
from notifications.models import Message
from tests.cast import sign_in
from tests.complaints.portal.filing.steps import AGENCY, CHECK, WHAT, errors, send, shown, where
from tests.complaints.sample_files import picture, upload
from tests.complaints.threads import be_patient

NO_AGENCY = {"agency": None, "agency_unknown": True}


@pytest.mark.usefixtures("omar")
def test_the_citizen_is_told_by_the_way_that_was_chosen(as_amina: Client, draft: Draft) -> None:
    send(as_amina, draft, notify_by="email")
    assert Case.objects.get().notify_by == "email"
    assert [message.channel for message in Message.objects.filter(template="case_received")] == ["email"]


def test_only_the_ways_that_reach_the_citizen_are_offered(
    as_karim: Client, karim: Citizen, make_draft: Callable[..., Draft]
) -> None:
    make_draft(citizen=karim)
    form = as_karim.get(CHECK).context["form"]
    assert [card.value for card in form.fields["notify_by"].cards] == ["sms"]
    response = send(as_karim, Draft.objects.get(), notify_by="email")
    assert (list(errors(response)), Case.objects.count()) == (["notify_by"], 0)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ar", "لاختيار البريد الإلكتروني، أكدوا عنوانكم أولًا في «حسابي»."),
        ("en", "To choose e-mail, first confirm your address in “My account”."),
    ],
)
def test_email_is_offered_only_once_the_address_is_confirmed(
    as_amina: Client, draft: Draft, amina: Citizen, language: str, words: str
) -> None:
    check = CHECK.replace("/ar/", f"/{language}/")
    page = as_amina.get(check)
    assert [card.value for card in page.context["form"].fields["notify_by"].cards] == ["sms", "email"]
    assert words not in page.content.decode()
    Citizen.objects.filter(pk=amina.pk).update(email_confirmed_at=None)
    page = as_amina.get(check)
    assert [card.value for card in page.context["form"].fields["notify_by"].cards] == ["sms"]
    assert words in page.content.decode()
    response = send(as_amina, draft, notify_by="email")
    assert (list(errors(response)), Case.objects.count()) == (["notify_by"], 0)


@pytest.mark.usefixtures("draft")
def test_the_way_a_person_chose_is_offered_first(as_amina: Client, amina: Citizen) -> None:
    assert as_amina.get(CHECK).context["form"].initial["notify_by"] == "sms"
    Citizen.objects.filter(pk=amina.pk).update(notify_by="email")
    assert as_amina.get(CHECK).context["form"].initial["notify_by"] == "email"
    Citizen.objects.filter(pk=amina.pk).update(email_confirmed_at=None)
    assert as_amina.get(CHECK).context["form"].initial["notify_by"] == "sms"


@pytest.mark.parametrize(
    ("language", "agency", "words"),
    [
        ("en", {}, "We send what you wrote to the agency and to the Office for Complaints."),
        ("en", NO_AGENCY, "We send what you wrote to the Office for Complaints."),
        ("ar", {}, "نرسل ما كتبتموه إلى الجهة وإلى ديوان المظالم."),
        ("ar", NO_AGENCY, "نرسل ما كتبتموه إلى ديوان المظالم."),
    ],
)
def test_the_page_says_who_reads_it_by_the_name_that_the_unit_has(
    as_amina: Client,
    make_draft: Callable[..., Draft],
    settings: Settings,
    language: str,
    agency: dict[str, object],
    words: str,
) -> None:
    settings.OPERATOR_NAME_EN, settings.OPERATOR_NAME_AR = "Office for Complaints", "ديوان المظالم"
    make_draft(**agency)
    page = as_amina.get(CHECK.replace("/ar/", f"/{language}/")).content.decode()
    assert words in " ".join(page.split())


@pytest.mark.usefixtures("draft")
def test_the_first_step_says_who_decides_by_the_name_that_the_unit_has(as_amina: Client, settings: Settings) -> None:
    settings.OPERATOR_NAME_EN, settings.OPERATOR_NAME_AR = "Office for Complaints", "ديوان المظالم"
    labels = [
        as_amina.get(AGENCY.replace("/ar/", f"/{language}/")).context["form"].fields["agency_unknown"].label
        for language in ("en", "ar")
    ]
    with translation.override("en"):
        assert str(labels[0]) == "I do not know. The Office for Complaints decides"
    with translation.override("ar"):
        assert str(labels[1]) == "لا أعرف الجهة. يعود تحديدها إلى ديوان المظالم"


@pytest.mark.usefixtures("omar")
def test_the_identity_is_hidden_when_asked_and_always_where_the_topic_says_so(
    as_amina: Client, make_draft: Callable[..., Draft], conduct: Topic
) -> None:
    unnamed = make_draft()
    send(as_amina, unnamed, hides_identity="on", seen=seen(shown(send(as_amina, unnamed, hides_identity="on"))))
    draft = make_draft(topic=conduct)
    page = as_amina.get(CHECK)
    assert "hides_identity" not in page.content.decode()
    send(as_amina, draft, seen=seen(page))
    send(as_amina, make_draft(subject="تسرب أمام المدرسة"))
    assert [case.hides_identity for case in Case.objects.order_by("pk")] == [True, True, False]


def seen(page: HttpResponse) -> str:
    """Return what the page sends along to say which text was shown."""
    return page.context["agency_view"].digest


@pytest.mark.usefixtures("omar")
@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "We cannot recognise everything: a face"), ("ar", "لا نستطيع التعرّف إلى كل شيء: فقد يدل عليكم وجه")],
)
def test_whoever_stays_unnamed_sees_what_the_agency_will_and_can_change_it_before_it_is_sent(
    as_amina: Client, make_draft: Callable[..., Draft], amina: Citizen, language: str, words: str
) -> None:
    check = CHECK.replace("/ar/", f"/{language}/")
    draft = make_draft(details=f"أنا {amina.first_name}، الماء مقطوع عن الحي منذ أسبوع.", place="قرب المخبز")
    uploads.keep([receive(upload("هوية أمينة.jpg"), at=draft.updated_at)], draft=draft)
    posted = {"draft": draft.pk, "notify_by": "sms", "hides_identity": "on"}
    page = shown(as_amina.post(check, posted))
    text = " ".join(page.content.decode().split())
    assert (page.status_code, Case.objects.count(), page.context["is_unread"]) == (200, 0, True)
    assert [
        one in text for one in ("أنا •••، الماء مقطوع", "قرب المخبز", words, WHAT.replace("/ar/", f"/{language}/"))
    ] == [*[True] * 4]
    view = page.context["agency_view"]
    assert (view.files, view.place) == ([draft.attachments.get().plain_name], "قرب المخبز")
    assert page.context["form"]["hides_identity"].value()
    Draft.objects.filter(pk=draft.pk).update(details="أنا أمينة، والماء مقطوع عن الحي كله منذ أسبوع.")
    changed = shown(as_amina.post(check, posted | {"seen": view.digest}))
    assert (changed.status_code, Case.objects.count()) == (200, 0)
    sent = as_amina.post(check, posted | {"seen": seen(changed)})
    assert (sent.status_code, Case.objects.get().hides_identity) == (302, True)


@pytest.mark.usefixtures("omar")
def test_a_second_press_lands_on_the_receipt_of_the_first(as_amina: Client, draft: Draft) -> None:
    first, second = send(as_amina, draft), send(as_amina, draft)
    assert (first.url, Case.objects.count()) == (second.url, 1)


@pytest.mark.usefixtures("omar")
def test_a_late_press_finds_its_case_although_a_new_draft_was_begun(
    as_amina: Client, make_draft: Callable[..., Draft]
) -> None:
    old = make_draft()
    first = send(as_amina, old)
    new = make_draft(subject="موضوع جديد")
    assert send(as_amina, old).url == first.url
    assert list(Draft.objects.all()) == [new]


@pytest.mark.parametrize("token", ["", "no-token", "\0", "5f19b1ed-7a30-4f43-8da1-d5bd3bee5ab5", "9" * 5000])
def test_a_forged_token_sends_nothing_and_says_so(as_amina: Client, draft: Draft, token: str) -> None:
    response = as_amina.post(CHECK, {"draft": token, "notify_by": "sms"})
    assert Case.objects.count() == 0
    with translation.override("ar"):
        assert str(STALE) in shown(response).content.decode()


@pytest.mark.usefixtures("omar")
def test_the_token_of_another_leads_nowhere(as_amina: Client, as_karim: Client, draft: Draft, karim: Citizen) -> None:
    assert where(send(as_karim, draft)) == WHAT
    assert Case.objects.count() == 0
    send(as_amina, draft)
    assert where(send(as_karim, draft)) == WHAT


def test_an_incomplete_draft_leads_to_the_step_that_is_missing(
    as_amina: Client, make_draft: Callable[..., Draft]
) -> None:
    draft = make_draft(details="")
    assert where(as_amina.get(CHECK)) == WHAT
    assert where(send(as_amina, draft)) == WHAT
    assert "لم يُرسل شيء" in as_amina.get(WHAT).content.decode()
    assert Case.objects.count() == 0


@pytest.mark.usefixtures("omar")
@pytest.mark.django_db(transaction=True)
def test_two_presses_at_the_same_moment_file_one_case(amina: Citizen, draft: Draft) -> None:
    ready = threading.Barrier(2)
    answers: list[tuple[int, str]] = []

    def press() -> None:
        be_patient()
        client = sign_in(Client(), amina)
        ready.wait(timeout=60)
        response = send(client, draft)
        answers.append((response.status_code, response.url))
        connection.close()

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    receipt = reverse("receipt", kwargs={"ref": Case.objects.get().reference})
    assert answers == [(302, receipt), (302, receipt)]
    assert (Draft.objects.count(), Message.objects.filter(template="case_received").count()) == (0, 1)


@pytest.mark.usefixtures("omar")
@pytest.mark.parametrize("files", [1, 3])
def test_sending_takes_at_most_fourteen_statements(
    as_amina: Client, draft: Draft, now: datetime, files: int, django_assert_max_num_queries
) -> None:
    taken = [uploads.receive(upload(f"{n}.jpg", picture(size=(64 + n, 48))), at=now) for n in range(files)]
    uploads.keep(taken, draft=draft)
    as_amina.get(CHECK)  # the session is written once a minute, not with the press
    with django_assert_max_num_queries(14):
        send(as_amina, draft)
    assert Case.objects.get().attachments.count() == files
