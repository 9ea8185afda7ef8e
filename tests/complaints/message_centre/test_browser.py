"""The pages about messages and calls as their readers see them: accessible, nothing reversed, nothing cut off."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from accounts.models import Citizen, User
from complaints.models import Case
from notifications.models import CallTask, Message
from tests.cast import let_in
from tests.complaints.message_states import MakeMessage, put
from tests.journeys.look import Looks
from tests.prepared_rows import prepared


@pytest.fixture
@prepared
def everything(full_house: Message, make_message: MakeMessage, sami: User, now: datetime) -> Message:
    """Messages in all states, and calls to make and done, around one that has everything."""
    reference = full_house.reference
    for place, state in enumerate(("pending", "accepted", "delivered", "expired", "cancelled", "sending")):
        put(make_message(place, reference=reference), state, settled_at=now, accepted_at=now)
    failed = put(
        make_message(20, reference=reference, body="استلمنا شكواكم. رقم المتابعة 2604821735."),
        "undeliverable",
        settled_at=now,
    )
    make_message(21, reference=reference, channel="email", address="amina@home.example", repeats=failed)
    CallTask.objects.create(message=failed, tries=2, tried_at=now - timedelta(hours=1))
    CallTask.objects.create(
        message=make_message(22, reference=reference), done_at=now, done_by=f"user:{sami.pk}", outcome="reached"
    )
    return full_house


@pytest.mark.django_db(transaction=True)
def test_every_page_can_be_seen_and_read_by_everybody(
    window: tuple[Page, str],
    live_server: LiveServer,
    everything: Message,
    referred: Case,
    lina: User,
    sami: User,
    amina: Citizen,
) -> None:
    page, language = window
    call = CallTask.objects.get(done_at=None)
    looks = Looks(pictures=False)
    for person, name, arguments in (
        (lina, "messages", []),
        (lina, "message", [everything.pk]),
        (lina, "message", [call.message_id]),
        (lina, "desk-case", [referred.reference]),
        (sami, "calls", []),
        (sami, "call", [call.pk]),
        (amina, "case", [referred.reference]),
    ):
        let_in(page.context, live_server.url, person)
        page.goto(live_server.url + reverse(name, args=arguments).replace("/en/", f"/{language}/"))
        assert page.locator("h1").count() == 1
        looks.at(page, f"{name} {arguments}", language=language)
