"""The status for whoever knows the number and the end of the owner's phone, and the short links of messages."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from complaints import reference
from complaints.models import Case
from notifications.models import Message
from tests.complaints import SUBJECT, grouped

TRACK = "/ar/track/"
AMINAS_END = "1234"
NO_CASE = reference.make(year=2026, serial=1_234_567)


def ask(client: Client, ref: str, end: str):
    return client.post(TRACK, {"ref": ref, "phone_end": end})


def test_the_number_and_the_end_of_the_phone_give_the_status_and_no_words(client: Client, referred: Case) -> None:
    page = ask(client, referred.reference, AMINAS_END).content.decode()
    assert "قيد التحقق" in page
    assert SUBJECT not in page
    assert "شركة مياه" not in page


def test_a_shared_browser_keeps_neither_the_form_nor_the_status(client: Client, referred: Case) -> None:
    for answer in (client.get(TRACK), ask(client, referred.reference, AMINAS_END)):
        assert "no-store" in answer.headers["Cache-Control"]


def test_digits_may_be_arabic_and_grouped(client: Client, referred: Case) -> None:
    arabic = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
    response = ask(client, grouped(referred.reference).translate(arabic), AMINAS_END.translate(arabic))
    assert response.context["case"] == referred


def test_a_wrong_end_and_a_number_without_a_case_look_alike(client: Client, referred: Case) -> None:
    answers = [ask(client, ref, end) for ref, end in [(referred.reference, "9999"), (NO_CASE, AMINAS_END)]]
    said = [(answer.status_code, answer.context["case"], dict(answer.context["form"].errors)) for answer in answers]
    assert said[0] == said[1]
    assert said[0][1] is None


@pytest.mark.parametrize(
    ("ref", "end", "fields"),
    [
        ("", "", ["ref", "phone_end"]),
        ("26", AMINAS_END, ["ref"]),
        ("2612345670", AMINAS_END, ["ref"]),
        ("abcdefghij", AMINAS_END, ["ref"]),
        ("26\0", "12\0", ["ref", "phone_end"]),
        ("9" * 5000, "12345", ["ref", "phone_end"]),
    ],
)
@pytest.mark.django_db
def test_a_number_that_is_none_is_refused_beside_its_field(
    client: Client, ref: str, end: str, fields: list[str]
) -> None:
    response = ask(client, ref, end)
    assert (response.status_code, list(response.context["form"].errors)) == (200, fields)


def test_guessing_ends_after_five_tries_even_with_the_right_end(client: Client, referred: Case) -> None:
    for end in ("0001", "0002", "0003", "0004", "0005"):
        assert ask(client, referred.reference, end).status_code == 200
    response = ask(client, referred.reference, AMINAS_END)
    assert (response.status_code, response.context["case"]) == (429, None)
    assert referred.reference in response.content.decode()


def test_the_form_of_the_home_page_leads_the_owner_to_the_case_and_others_to_the_question(
    client: Client, as_amina: Client, as_karim: Client, as_yusuf: Client, referred: Case
) -> None:
    assert as_amina.get(TRACK, {"ref": grouped(referred.reference)}).url == reverse(
        "case", kwargs={"ref": referred.reference}
    )
    for stranger in (client, as_karim, as_yusuf):
        response = stranger.get(TRACK, {"ref": referred.reference})
        assert (response.status_code, f'value="{referred.reference}"' in response.content.decode()) == (200, True)


def test_a_wrong_number_from_the_home_page_is_told_at_once(client: Client, db: None) -> None:
    assert list(client.get(TRACK, {"ref": "2612345670"}).context["form"].errors) == ["ref"]


def link_of(template: str) -> str:
    return f"/r/{Message.objects.filter(template=template, linked=True).latest('created_at').token}/"


@pytest.fixture
def linked(asked_case: Case) -> str:
    return link_of("case_question")


@pytest.fixture
def asked_case(accepted: Case, omar) -> Case:
    from django.utils import timezone

    from complaints.actions import ask as ask_citizen

    ask_citizen(accepted, by=omar, at=timezone.now(), text="هل المياه مقطوعة عن الشارع كله؟")
    return accepted


def test_a_short_link_leads_through_sign_in_to_the_case(
    client: Client, as_amina: Client, as_karim: Client, linked: str, asked_case: Case
) -> None:
    case_url = reverse("case", kwargs={"ref": asked_case.reference})
    assert client.get(linked).url == case_url
    assert client.get(case_url).url == f"{reverse('sign-in')}?next={case_url}"
    assert as_amina.get(case_url).status_code == 200
    assert as_karim.get(case_url).status_code == 404


def test_a_short_link_speaks_the_language_of_its_message(client: Client, linked: str, asked_case: Case) -> None:
    Message.objects.update(language="en")
    assert client.get(linked).url == f"/en/cases/{asked_case.reference}/"


def test_a_short_link_dies_after_thirty_days(client: Client, linked: str, now: datetime) -> None:
    Message.objects.update(created_at=now - timedelta(days=400))
    assert client.get(linked).status_code == 404


@pytest.mark.parametrize("token", ["aaaaaa", "x" * 400])
@pytest.mark.django_db
def test_a_guessed_link_leads_nowhere(client: Client, token: str) -> None:
    assert client.get(f"/r/{token}/").status_code == 404


def test_an_officers_link_leads_to_the_desk(client: Client, referred: Case) -> None:
    Message.objects.update(created_at="2100-01-01T00:00:00Z")
    link = link_of("officer_new_case")
    assert client.get(link).url == reverse("desk-case", kwargs={"ref": referred.reference})
