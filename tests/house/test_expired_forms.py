"""A form whose token has expired gives back what was typed, if a page of this site posted it."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Citizen, User
from tests.cast import sign_in

pytestmark = pytest.mark.django_db

HERE = "http://testserver"
TEXT = "كتبتها <b>قبل</b> نصف ساعة."
TEXT_WRITTEN = "&lt;b&gt;قبل&lt;/b&gt;"


@pytest.mark.parametrize(("origin", "given"), [(HERE, True), ("https://evil.example", False), (None, False)], ids=str)
def test_what_was_typed_comes_back_to_a_page_of_this_site_alone(
    amina: Citizen, origin: str | None, *, given: bool
) -> None:
    client = sign_in(Client(enforce_csrf_checks=True), amina)
    headers = {"origin": origin} if origin else {}
    typed = {"text": TEXT, "password": "hunter2 hunter2", "csrfmiddlewaretoken": "x" * 64}
    answer = client.post("/ar/cases/2600000001/add/", typed, headers=headers)
    html = answer.content.decode()
    assert (answer.status_code, "&lt;b&gt;قبل&lt;/b&gt;" in html, "hunter2" in html) == (403, given, False)
    assert ('name="text"' in html, "x" * 64 in html) == (given, False)


def test_a_press_on_the_page_sends_it(amina: Citizen) -> None:
    client = sign_in(Client(enforce_csrf_checks=True), amina)
    url, typed = reverse("account-notices"), {"language": "en", "notify_by": "sms"}
    html = client.post(url, typed, headers={"origin": HERE}).content.decode()
    token = html.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    again = client.post(url, {**typed, "csrfmiddlewaretoken": token}, headers={"origin": HERE})
    assert again.status_code == 302


def test_staff_read_it_in_their_own_frame(omar: User, amina: Citizen) -> None:
    url, typed = "/en/staff/cases/2600000001/note/", {"text": TEXT}
    told = []
    for person in (omar, amina, None):
        client = sign_in(Client(enforce_csrf_checks=True), person) if person else Client(enforce_csrf_checks=True)
        page = client.post(url, typed, headers={"origin": HERE})
        html = page.content.decode()
        told.append((page.status_code, 'class="staff"' in html, TEXT_WRITTEN in html, "Send again" in html))
    assert told == [(403, True, True, True), (403, False, True, True), (403, False, True, True)]
    bare = sign_in(Client(enforce_csrf_checks=True), omar).post(url, typed).content.decode()
    assert ("Go to your start page" in bare, "Nothing was saved." in bare, TEXT in bare) == (True, True, False)
