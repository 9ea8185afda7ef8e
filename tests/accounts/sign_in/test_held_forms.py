"""A form that came after its session had ended: who gets it back, where, and who never sees it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from accounts import rate_limits
from accounts.models import Citizen, FormDraft, Session, User
from accounts.rate_limits import RateLimit
from accounts.sign_in.attempts import delete_expired
from agencies.models import Agency, Topic
from complaints.actions import file
from complaints.actions.filing import Filing
from complaints.models import Case, UnsentForm
from tests.cast import PASSWORD, sign_in

pytestmark = pytest.mark.django_db

MORE = "انقطعت المياه اليوم أيضًا عن الشارع المجاور."
BACK = "What you wrote is back: send it now."


@pytest.fixture
def case(amina: Citizen, water: Agency, leak: Topic, now: datetime) -> Case:
    """A case of amina's."""
    filing = Filing(citizen=amina, kind="complaint", agency=water, topic=leak, subject="تسرب", details="منذ أسبوع")
    return file(filing, by=amina.user, at=now)


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def url(case: Case) -> str:
    return reverse("case-add", kwargs={"ref": case.reference})


def send_too_late(client: Client, path: str, **typed: object) -> Any:
    """Open a page while signed in, let the session end, and send the form."""
    client.get(reverse("account"))
    Session.objects.all().delete()
    return client.post(path, typed)


def enter(client: Client, person: Citizen, response: Any) -> Any:
    """Sign in as the page asks that ``response`` leads to."""
    page = client.get(response.url)
    typed = {"number": str(person.number), "password": PASSWORD, "next": page.context["next"]}
    return client.post(response.url, typed, follow=True)


def test_the_text_is_back_in_its_form_after_the_same_person_has_signed_in(amina: Citizen, case: Case) -> None:
    client = sign_in(Client(), amina)
    held = send_too_late(client, url(case), text=MORE, attachments=SimpleUploadedFile("a.txt", b"x"))
    assert held.url == f"{reverse('sign-in')}?next={reverse('held-form')}"
    assert "It comes back as soon as you sign in." in client.get(held.url).content.decode()
    assert MORE not in held.url + str(held.cookies)
    page = enter(client, amina, held)
    assert (page.request["PATH_INFO"], page.context["form"]["text"].value()) == (url(case), MORE)
    said = " ".join(str(message) for message in page.context["messages"])
    assert (BACK in said, "Files are not kept" in said) == (True, True)
    assert FormDraft.objects.count() == 0
    assert client.post(url(case), {"text": MORE}).status_code == 302
    assert (case.additions.get().text, UnsentForm.objects.count()) == (MORE, 0)


def test_a_form_of_no_case_comes_back_as_a_page_that_sends_it_again(amina: Citizen) -> None:
    client = sign_in(Client(), amina)
    held = send_too_late(client, reverse("account-notices"), language="en", notify_by="sms", password="secret words")
    html = enter(client, amina, held).content.decode()
    assert f'action="{reverse("account-notices")}"' in html
    assert ('name="notify_by" value="sms"' in html, "secret words" in html) == (True, False)


def test_another_person_who_signs_in_there_never_sees_it(amina: Citizen, karim: Citizen, case: Case) -> None:
    client = sign_in(Client(), amina)
    held = send_too_late(client, url(case), text=MORE)
    page = enter(client, karim, held)
    assert (page.request["PATH_INFO"], MORE in page.content.decode()) == (reverse("home"), False)
    assert not UnsentForm.objects.filter(user=karim.user).exists()
    # It is still there for its author.
    client.post(reverse("sign-out"))
    assert client.get(reverse("held-form")).status_code == 302


def test_somebody_elses_reference_leads_nowhere(amina: Citizen, karim: Citizen, case: Case) -> None:
    held = send_too_late(sign_in(Client(), amina), url(case), text=MORE)
    thief = sign_in(Client(), karim)
    thief.cookies[settings.HELD_FORM_COOKIE_NAME] = held.cookies[settings.HELD_FORM_COOKIE_NAME].value
    assert thief.get(reverse("held-form")).url == reverse("home")
    thief.cookies[settings.HELD_FORM_COOKIE_NAME] = "guessed"
    assert thief.get(reverse("held-form")).url == reverse("home")


def test_it_is_held_for_an_hour(amina: Citizen, case: Case) -> None:
    client = sign_in(Client(), amina)
    held = send_too_late(client, url(case), text=MORE)
    delete_expired(timezone.now() + timedelta(minutes=59))
    assert FormDraft.objects.count() == 1
    delete_expired(timezone.now() + timedelta(minutes=61))
    assert enter(client, amina, held).request["PATH_INFO"] == reverse("home")


def test_a_visitor_who_signed_out_or_whom_nobody_knows_is_sent_to_the_door_alone(
    amina: Citizen, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Client().post(url(case), {"text": MORE}).url == f"{reverse('sign-in')}?next={url(case)}"
    client = sign_in(Client(), amina)
    client.get(reverse("account"))
    client.post(reverse("sign-out"))
    client.post(url(case), {"text": MORE})
    forger = Client()
    forger.cookies[settings.PERSON_COOKIE_NAME] = f"{amina.user.pk}:forged"
    forger.post(url(case), {"text": MORE})
    send_too_late(sign_in(Client(), amina), url(case), text="ا" * 100_001)
    monkeypatch.setattr(rate_limits, "HELD_FORMS_PER_ADDRESS", RateLimit("held_form_address", 0, timedelta(hours=1)))
    send_too_late(sign_in(Client(), amina), url(case), text=MORE)
    assert FormDraft.objects.count() == 0


def test_staff_are_led_through_their_own_door(omar: User, case: Case) -> None:
    client = sign_in(Client(), omar)
    client.get(reverse("queue"))
    Session.objects.all().delete()
    path = reverse("desk-note", kwargs={"ref": case.reference})
    held = client.post(path, {"version": case.version, "text": "Called the caretaker at noon."})
    assert held.url == f"{reverse('staff-sign-in')}?next={reverse('held-form')}"
    assert "It comes back as soon as you sign in." in client.get(held.url).content.decode()
    page = sign_in(client, omar).get(reverse("held-form"), follow=True)
    assert (page.request["PATH_INFO"], page.context["form"]["text"].value()) == (path, "Called the caretaker at noon.")
