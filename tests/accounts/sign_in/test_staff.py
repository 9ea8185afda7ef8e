"""Signing in as a member of staff."""

from django.test import Client

from accounts import rate_limits
from tests.accounts.keyboard import errors
from tests.accounts.sign_in.pages import SIGN_IN, is_signed_in
from tests.cast import PASSWORD, app_code, give_app

STAFF_SIGN_IN = "/ar/staff/sign-in/"
FACTOR = f"{STAFF_SIGN_IN}factor/"


def test_staff_sign_in_by_e_mail_in_any_case_and_land_at_the_desk_after_their_factor(client, omar):
    give_app(omar)
    answer = client.post(STAFF_SIGN_IN, {"email": "Omar@Miyahuna.example", "password": PASSWORD})
    assert (answer["Location"], is_signed_in(client)) == (FACTOR, False)
    assert client.post(FACTOR, {"code": app_code()})["Location"] == "/ar/staff/"
    assert client.session["_auth_user_id"] == str(omar.pk)


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(client, omar):
    wrong = client.post(STAFF_SIGN_IN, {"email": omar.email, "password": "wrong"})
    unknown = client.post(STAFF_SIGN_IN, {"email": "nobody@miyahuna.example", "password": "wrong"})
    assert errors(wrong) == errors(unknown) == ["البريد الإلكتروني أو كلمة المرور غير صحيحة"]


def test_a_citizen_does_not_enter_by_the_staff_door_nor_staff_by_the_citizens(client, amina, omar):
    assert client.post(STAFF_SIGN_IN, {"email": amina.email, "password": PASSWORD}).status_code == 200
    assert client.post(STAFF_SIGN_IN, {"email": amina.user.login, "password": PASSWORD}).status_code == 200
    assert client.post(SIGN_IN, {"number": omar.login, "password": PASSWORD}).status_code == 200
    assert is_signed_in(client) is False


def test_five_failures_lock_an_address_and_e_mail_out_and_no_colleague(client, omar, nadia):
    form = {"email": omar.email, "password": "wrong"}
    answers = [client.post(STAFF_SIGN_IN, form).status_code for _ in range(6)]
    assert answers == [200] * 5 + [429]
    right = {"email": omar.email, "password": PASSWORD}
    locked = client.post(STAFF_SIGN_IN, right)
    assert (locked.status_code, "تجاوزتم عدد المحاولات المسموح به" in locked.content.decode()) == (429, True)
    assert client.post(STAFF_SIGN_IN, right, REMOTE_ADDR="192.0.2.9").status_code == 302
    assert Client().post(STAFF_SIGN_IN, {"email": nadia.email, "password": PASSWORD}).status_code == 302


def test_an_address_that_tries_many_staff_is_stopped(client, omar):
    from accounts.models import RateCounter

    client.post(STAFF_SIGN_IN, {"email": "a@b.example", "password": "wrong"})
    RateCounter.objects.filter(scope="staff_address").update(count=rate_limits.STAFF_SIGN_INS_PER_ADDRESS.most)
    assert client.post(STAFF_SIGN_IN, {"email": omar.email, "password": PASSWORD}).status_code == 429
