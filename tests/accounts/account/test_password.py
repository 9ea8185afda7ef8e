"""Changing one's own password."""

from itertools import pairwise

import pytest
from django.test import Client

from tests.accounts.account.messages import told
from tests.accounts.keyboard import errors
from tests.cast import PASSWORD, sign_in

NEW = {"current": PASSWORD, "password": "copper-violet-train", "again": "copper-violet-train"}


def test_a_changed_password_keeps_this_session_ends_the_others_and_is_told(client, amina):
    elsewhere = sign_in(Client(), amina)
    assert sign_in(client, amina).post("/ar/account/password/", NEW)["Location"] == "/ar/account/"
    amina.user.refresh_from_db()
    assert amina.user.check_password("copper-violet-train") is True
    assert client.get("/ar/account/").status_code == 200
    assert elsewhere.get("/ar/account/").status_code == 302
    assert told() == [("password_changed", amina.phone)]


def test_a_password_is_changed_ten_times_a_day_at_most_since_each_change_costs_a_message(client, amina):
    sign_in(client, amina)
    words = [PASSWORD, *(f"copper-violet-train-{number}" for number in range(11))]
    asked = [{"current": before, "password": new, "again": new} for before, new in pairwise(words)]
    answers = [client.post("/ar/account/password/", one) for one in asked]
    assert [answer.status_code for answer in answers] == [302] * 10 + [429]
    amina.user.refresh_from_db()
    assert amina.user.check_password(words[10]) is True


def test_the_password_is_not_changed_without_the_old_one(client, amina):
    sign_in(client, amina)
    answers = [client.post("/ar/account/password/", NEW | {"current": "wrong"}) for _ in range(6)]
    assert errors(answers[0]) == ["كلمة المرور هذه غير صحيحة"]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    amina.user.refresh_from_db()
    assert amina.user.check_password(PASSWORD) is True
    assert told() == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "short", "again": "short"},
        {"again": "another-password"},
        {"password": "x" * 200, "again": "x" * 200},
        {"password": "9902103456999", "again": "9902103456999"},
        {"current": ""},
    ],
    ids=str,
)
def test_a_new_password_that_will_not_do_changes_nothing(client, amina, wrong):
    answer = sign_in(client, amina).post("/ar/account/password/", NEW | wrong)
    assert (answer.status_code, len(errors(answer)) > 0) == (200, True)
    amina.user.refresh_from_db()
    assert amina.user.check_password(PASSWORD) is True
