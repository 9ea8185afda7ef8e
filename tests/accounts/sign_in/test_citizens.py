import pytest
from django.test import Client

from accounts.models import Citizen, Identity
from tests.accounts.keyboard import errors
from tests.accounts.sign_in.pages import NUMBER, SIGN_IN, is_signed_in
from tests.cast import PASSWORD, make_citizen, sign_in


def test_a_citizen_signs_in_by_number_and_password_in_any_script(client, amina):
    answer = client.post(SIGN_IN, {"number": "٩٩٠-٢١٠ ٣٤٥٦", "password": PASSWORD})
    assert answer["Location"] == "/ar/"
    assert client.session["_auth_user_id"] == str(amina.user_id)


def test_the_key_of_the_session_changes_at_the_door(client, amina):
    client.get("/ar/register/who/")
    client.post("/ar/register/who/", {"citizenship": "national"})
    client.post("/ar/forgot/", {"number": "9902103456", "mobile": "0790001234"})
    before = client.session.session_key
    client.post(SIGN_IN, NUMBER)
    assert client.session.session_key != before


def test_a_wrong_password_and_an_unknown_number_get_the_same_answer(client, amina):
    wrong = client.post(SIGN_IN, NUMBER | {"password": "not-her-password"})
    unknown = client.post(SIGN_IN, {"number": "9902103457", "password": "not-her-password"})
    assert errors(wrong) == errors(unknown) == ["الرقم أو كلمة المرور غير صحيحة"]
    assert 'value="9902103456"' in wrong.content.decode()
    assert "not-her-password" not in wrong.content.decode()
    assert is_signed_in(client) is False


def test_of_several_people_with_one_number_each_opens_the_own_account(client, amina):
    waiting = make_citizen("نسخة", "ثانية", "9902103456", "+962790009999", identity=Identity.PENDING)
    waiting.user.set_password("another-password-here")
    waiting.user.save()
    client.post(SIGN_IN, NUMBER)
    assert client.session["_auth_user_id"] == str(amina.user_id)
    second = Client()
    second.post(SIGN_IN, NUMBER | {"password": "another-password-here"})
    assert second.session["_auth_user_id"] == str(waiting.user_id)


def test_the_proven_owner_is_found_behind_any_number_of_squatters(client, amina):
    for number in range(7):
        make_citizen("نسخة", "ثانية", "9902103456", f"+96279000990{number}", identity=Identity.PENDING)
    Citizen.objects.exclude(pk=amina.pk).update(created_at=amina.created_at.replace(year=2027))
    client.post(SIGN_IN, NUMBER)
    assert client.session["_auth_user_id"] == str(amina.user_id)


@pytest.mark.parametrize("number", ["9902103456", "9902103457"])
def test_five_failures_close_the_door_for_a_number_here_known_or_not(client, amina, number):
    answers = [client.post(SIGN_IN, {"number": number, "password": "wrong"}).status_code for _ in range(6)]
    assert answers == [200] * 5 + [429]
    if number == NUMBER["number"]:
        assert client.post(SIGN_IN, NUMBER).status_code == 429
        assert client.post(SIGN_IN, NUMBER, REMOTE_ADDR="192.0.2.9").status_code == 302


def test_a_right_password_clears_the_count(client, amina):
    for _ in range(2):
        for _ in range(4):
            Client().post(SIGN_IN, NUMBER | {"password": "wrong"})
        assert Client().post(SIGN_IN, NUMBER).status_code == 302


def test_ones_own_password_does_not_wipe_out_guesses_at_the_owner_of_the_same_number(client, amina):
    waiting = make_citizen("نسخة", "ثانية", "9902103456", "+962790009999", identity=Identity.PENDING)
    waiting.user.set_password("another-password-here")
    waiting.user.save()
    answers = []
    for _ in range(2):
        answers += [Client().post(SIGN_IN, NUMBER | {"password": "wrong"}).status_code for _ in range(3)]
        answers += [Client().post(SIGN_IN, NUMBER | {"password": "another-password-here"}).status_code]
    assert answers == [200, 200, 200, 302, 200, 200, 429, 429]


def test_somebody_who_may_not_sign_in_any_more_does_not(client, amina):
    amina.user.is_active = False
    amina.user.save(update_fields=["is_active"])
    assert errors(client.post(SIGN_IN, NUMBER)) == ["الرقم أو كلمة المرور غير صحيحة"]


@pytest.mark.parametrize("field", ["number", "password"])
def test_a_nul_byte_is_an_error_beside_the_field(client, db, field):
    answer = client.post(SIGN_IN, NUMBER | {field: "9902\x00103456"})
    assert (answer.status_code, len(errors(answer))) == (200, 1)


@pytest.mark.parametrize(
    ("target", "lands"),
    [
        ("/ar/account/", "/ar/account/"),
        ("/r/7Kq2Xd/", "/r/7Kq2Xd/"),
        ("https://evil.example/", "/ar/"),
        ("//evil.example/", "/ar/"),
        ("/\\evil.example/", "/ar/"),
        ("javascript:alert(1)", "/ar/"),
        ("http:///evil.example", "/ar/"),
        ("account", "/ar/"),
        ("", "/ar/"),
    ],
)
def test_after_the_door_only_pages_of_ours_are_gone_to(client, amina, target, lands):
    assert client.post(SIGN_IN, NUMBER | {"next": target})["Location"] == lands


def test_the_page_of_the_door_carries_a_local_target_along_and_no_other(client, db):
    assert 'name="next" value="/ar/account/"' in client.get(f"{SIGN_IN}?next=/ar/account/").content.decode()
    assert 'name="next"' not in client.get(f"{SIGN_IN}?next=//evil.example/").content.decode()


def test_signing_out_ends_the_session_and_clears_the_cache(client, amina):
    sign_in(client, amina)
    answer = client.post("/ar/sign-out/")
    assert (answer["Location"], answer["Clear-Site-Data"]) == ("/ar/", '"cache", "storage"')
    assert is_signed_in(client) is False


def test_signing_out_takes_a_post_and_does_not_mind_who_asks(client, amina):
    assert sign_in(client, amina).get("/ar/sign-out/").status_code == 405
    assert is_signed_in(client) is True
    assert Client().post("/ar/sign-out/")["Location"] == "/ar/"
