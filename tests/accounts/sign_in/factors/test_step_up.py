"""Exports, identities and settings ask for the factor again after fifteen minutes, and nothing typed is lost."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import Factor, FormDraft, IdentityView
from complaints.actions import file
from complaints.actions.filing import Filing
from tests.accounts.keyboard import errors
from tests.accounts.sign_in.pages import en
from tests.cast import app_code, give_app, sign_in

CONFIRM, AGAIN = "/en/staff/confirm/", "/en/staff/confirm/again/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def late(client, lina, now, time_machine) -> Client:
    """Lina at the CMU, who gave her factor sixteen minutes ago and has used the system since."""
    time_machine.move_to(now, tick=False)
    give_app(lina)
    sign_in(client, lina)
    time_machine.move_to(now + timedelta(minutes=16), tick=False)
    return client


def test_an_export_is_asked_for_again_and_leads_back_to_its_page(late):
    export = f"{en('reports-csv')}?from=2025-12-01"
    assert late.get(en("reports")).status_code == 200
    assert late.get(export)["Location"] == CONFIRM
    assert late.get(CONFIRM).status_code == 200
    assert len(errors(late.post(CONFIRM, {"code": "000000"}))) == 1
    before = late.session.session_key
    assert late.post(CONFIRM, {"code": app_code()})["Location"] == f"{en('reports')}?from=2025-12-01"
    assert (late.session.session_key == before, FormDraft.objects.count()) == (False, 0)
    assert late.get(export).getvalue()
    assert late.get(CONFIRM)["Location"] == "/en/staff/account/"


def test_a_form_is_kept_and_sent_by_another_press(late, amina, water, leak, now):
    filing = Filing(citizen=amina, kind="complaint", agency=water, topic=leak, subject="تسرب", details="منذ أسبوع")
    case = file(filing, by=amina.user, at=now)
    page = en("desk-identity", case.reference)
    typed = {"reason": 'للاتصال بها "اليوم" <b>\nقبل الظهر'}
    assert late.post(page, typed)["Location"] == CONFIRM
    assert (IdentityView.objects.count(), typed["reason"] in str(late.session.items())) == (0, False)
    assert late.post(CONFIRM, {"code": app_code()})["Location"] == AGAIN
    shown = late.get(AGAIN).content.decode()
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', shown))
    assert (f'action="{page}"' in shown, set(fields)) == (True, {"csrfmiddlewaretoken", "reason"})
    assert "&lt;b&gt;\nقبل الظهر" in fields["reason"]
    assert late.post(page, typed).status_code == 200
    assert IdentityView.objects.get().reason.startswith("للاتصال")


def test_the_settings_and_a_change_of_the_own_account_ask_too_and_strangers_still_find_nothing(late, client, omar, now):
    for name in ("staff-account-password", "staff-account-factor", "staff-account-codes"):
        assert late.get(en(name))["Location"] == CONFIRM
    factor = Factor.objects.get()
    assert late.post(en("staff-account-remove", factor.pk))["Location"] == CONFIRM
    assert late.get(en("admin:index")).status_code == 404
    stranger = sign_in(Client(), omar)
    assert stranger.get(en("reports-csv")).status_code == 404


def test_an_operator_enters_the_settings_with_a_recent_factor_only(client, huda, now, time_machine):
    time_machine.move_to(now, tick=False)
    sign_in(client, huda)
    assert client.get(en("admin:index")).status_code == 200
    time_machine.move_to(now + timedelta(minutes=15, seconds=1), tick=False)
    assert client.get(en("admin:index"))["Location"] == CONFIRM


def test_there_is_nothing_to_confirm_for_citizens_and_for_those_who_asked_for_nothing(client, amina, omar):
    assert [sign_in(Client(), amina).get(page).status_code for page in (CONFIRM, AGAIN)] == [404, 404]
    assert [sign_in(client, omar).get(page)["Location"] for page in (CONFIRM, AGAIN)] == ["/en/staff/account/"] * 2
