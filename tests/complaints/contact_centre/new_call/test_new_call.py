"""A call from the number that rings to the number that is read out: found, proven, written down, read back, filed."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Citizen, IdentityView, User
from agencies.models import Agency, Topic
from complaints.models import CentreContact, Draft
from notifications.models import Message
from tests.complaints.pages import Clock, Desk

NEW = "/en/staff/calls/new/"
DETAILS = "تسرب ماء قوي من الخط الرئيسي أمام المدرسة منذ أسبوع."


def ring(client: Client, phone: str = "0790001234") -> CentreContact:
    """Let the telephony system open the page, and return the contact."""
    assert client.get(NEW, {"phone": phone}).status_code == 302
    return CentreContact.objects.latest("started_at")


def at(name: str, contact: CentreContact, **more: object) -> str:
    return reverse(name, kwargs={"contact": contact.pk, **more})


def proven(client: Client, contact: CentreContact, answer: str = "3456") -> CentreContact:
    assert client.post(at("call-person", contact), {"answer": answer}).url == at("call-file", contact)
    contact.refresh_from_db()
    return contact


def typed(topic: Topic, agency: Agency, **more: object) -> dict[str, object]:
    return {"kind": "complaint", "details": DETAILS, "agency": agency.code, "topic": topic.code, **more}


@pytest.mark.usefixtures("omar")
def test_a_known_caller_files_and_finds_the_case(
    desk: Desk, sami: User, amina: Citizen, leak: Topic, water: Agency, clock: Clock
) -> None:
    client = desk(sami)
    contact = ring(client)
    assert (contact.citizen, contact.phone, contact.is_proven) == (amina, "+962790001234", False)
    assert ring(client) == contact  # the same call, opened twice
    page = client.get(at("call-file", contact))
    assert page.url == at("call-person", contact)
    proven(client, contact)
    answer = client.post(at("call-file", contact), typed(leak, water))
    assert answer.url == at("call-read-back", contact), answer.context["page"].case.errors
    page = client.get(answer.url).content.decode()
    assert [words in page for words in (DETAILS, leak.name_en, water.name_en, "079 ••• ••34")] == [True] * 4
    contact.refresh_from_db()
    draft = Draft.objects.get(pk=contact.draft)
    sent = {"seen": draft.updated_at.isoformat()}
    saved = at("call-saved", contact)
    assert client.post(answer.url, sent).url == saved
    assert client.post(answer.url, sent).url == saved  # the second press
    case = amina.cases.get()
    assert (case.channel, case.entered_by, case.agency, case.state) == ("phone", sami, water, "referred")
    contact.refresh_from_db()
    assert (contact.result, contact.reference, contact.phone, contact.ended_at) == (
        "filed",
        case.reference,
        None,
        clock(),
    )
    assert f"{case.reference[:2]} {case.reference[2:6]} {case.reference[6:]}" in client.get(saved).content.decode()
    message = Message.objects.get(recipient=f"citizen:{amina.pk}", template="case_filed_by_phone")
    assert not message.daytime  # while the caller is on the line, at any hour
    views = IdentityView.objects.filter(citizen=amina, viewer=sami).values_list("kind", flat=True)
    assert set(views) == {"search", "caller"}
