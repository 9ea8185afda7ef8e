"""The page on which an operator tries the registry, and its queue on the status page."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Citizen, Identity, IdentityView, RegistryBreaker
from config.monitoring import parts
from config.monitoring.parts import PartState
from tests.accounts.identity.http_registry import CLASS, described, says
from tests.accounts.keyboard import AMINA
from tests.cast import sign_in
from tests.notifications.servers import gateway_like

pytestmark = pytest.mark.django_db


def test_it_shows_both_sides_masked_and_records_whose_number_was_typed(huda, amina, settings):
    with gateway_like() as server:
        server.headers, server.answer = {"Content-Type": "application/json"}, says("MATCH")
        settings.REGISTRY, settings.REGISTRY_HTTP = CLASS, described(server.url)
        browser, page = sign_in(Client(), huda), reverse("registry-trial")
        assert page in browser.get(reverse("system-status")).content.decode()
        assert (browser.get(page).status_code, browser.post(page, {}).status_code) == (200, 200)
        shown = browser.post(page, AMINA).content.decode()
    trial, _slash, _form = shown.partition("<form class")
    assert ("•••••••456" in trial, "MATCH" in trial, "9902103456" in trial, "الخطيب" in trial) == (
        True,
        True,
        False,
        False,
    )
    view = IdentityView.objects.get()
    assert (view.viewer, view.citizen, view.fields) == (huda, amina, ["number"])
    assert len(server.asked) == 1


def test_the_status_page_says_how_many_wait_and_until_when_nobody_is_asked(amina, karim, now, settings):
    Citizen.objects.filter(pk__in=[amina.pk, karim.pk]).update(identity=Identity.PENDING, recheck_at=now)
    amina.checks.create(source="http", outcome="unavailable", at=now)
    RegistryBreaker.objects.create(name="http", failures=3, open_until=now.replace(hour=23), changed_at=now)
    status = parts.system_status(now)[parts.REGISTRY]
    assert (status.state, "23:00:00" in str(status.remedy)) == (PartState.DEGRADED, True)
    assert "2 people are waiting for its answer." in str(status.effect)
