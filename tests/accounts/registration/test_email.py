"""An e-mail address given while registering."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from accounts import rate_limits
from accounts.models import Citizen
from notifications.models import Message, MessageState
from tests.accounts.account.email_links import NEW, again, link, owed
from tests.accounts.keyboard import AMINA, RANA, newest_code, register, register_until_code, url


@pytest.mark.usefixtures("amman", "irbid")
class TestRegistering:
    def test_the_address_of_a_registration_is_owed_a_link_once_it_is_complete(self, client):
        register_until_code(client, email=NEW)
        assert owed("email_confirm") == []
        page = client.post(url("code"), {"code": newest_code()}, follow=True)
        assert owed("email_confirm") == [("email", NEW, MessageState.PENDING)]
        assert (Citizen.objects.get().email, Citizen.objects.get().confirmed_email) == (NEW, "")
        assert "أرسلنا رابطًا إلى بريدكم الإلكتروني" in page.content.decode()
        client.post(link())
        assert Citizen.objects.get().confirmed_email == NEW

    def test_without_an_address_nothing_is_owed_or_said(self, client):
        register(client)
        assert Message.objects.filter(channel="email").count() == 0

    def test_registering_a_known_number_costs_the_same_and_says_the_same_with_an_address(self, client, amina):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        asked, said = [], []
        for who, mobile in ((AMINA, "0791112233"), (RANA, "0791112244")):
            visitor = Client()
            register_until_code(visitor, who, mobile=mobile, email=NEW)
            with CaptureQueriesContext(connection) as spent:
                answer = visitor.post(url("code"), {"code": newest_code()})
            asked.append([query["sql"].split(" ")[0] for query in spent.captured_queries])
            said.append((answer.status_code, answer["Location"]))
        assert said[0] == said[1]
        assert asked[0] == asked[1]
        assert owed("email_confirm") == [("email", NEW, MessageState.PENDING)] * 2

    def test_the_owner_who_comes_back_with_another_address_must_confirm_it_and_the_old_one_is_told(self, client, amina):
        register(client, AMINA, mobile="0790001234", email=NEW)
        assert (again(amina).email, again(amina).confirmed_email) == (NEW, "")
        assert owed("email_changed") == [("email", "amina@home.example", MessageState.PENDING)]

    @pytest.mark.parametrize("typed", ["amina@home.example", "AMINA@home.example", ""])
    def test_the_owner_who_comes_back_with_the_same_address_or_none_keeps_it_confirmed(self, client, amina, typed):
        register(client, AMINA, mobile="0790001234", email=typed)
        assert again(amina).confirmed_email == "amina@home.example"
        assert Message.objects.filter(channel="email").count() == 0

    def test_an_address_that_had_enough_links_registers_all_the_same_and_hears_nothing(self, client):
        for _ in range(5):
            rate_limits.spend(rate_limits.EMAIL_LINKS_PER_EMAIL, NEW, at=timezone.now())
        assert register(client, email=NEW)["Location"] == "/ar/"
        assert owed("email_confirm") == [("email", NEW, MessageState.EXPIRED)]
