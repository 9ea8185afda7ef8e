from datetime import date

import pytest
from django.test import Client

from accounts import backends, limits
from accounts.models import Citizen, Identity, PhoneCode
from notifications.models import Message
from tests.accounts.keyboard import errors, newest_code
from tests.cast import PASSWORD, make_citizen, sign_in

DOOR = "/ar/sign-in/"
STAFF_DOOR = "/ar/staff/sign-in/"
NUMBER = {"number": "9902103456", "password": PASSWORD}
NEW = {"password": "copper-violet-train", "again": "copper-violet-train"}


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


# ---- citizens ----


def test_a_citizen_signs_in_by_number_and_password_in_any_script(client, amina):
    answer = client.post(DOOR, {"number": "٩٩٠-٢١٠ ٣٤٥٦", "password": PASSWORD})
    assert answer["Location"] == "/ar/"
    assert client.session["_auth_user_id"] == str(amina.user_id)


def test_the_key_of_the_session_changes_at_the_door(client, amina):
    client.get("/ar/register/who/")
    client.post("/ar/register/who/", {"citizenship": "national"})
    client.post("/ar/forgot/", {"number": "9902103456", "mobile": "0790001234"})
    before = client.session.session_key
    client.post(DOOR, NUMBER)
    assert client.session.session_key != before


def test_a_wrong_password_and_an_unknown_number_get_the_same_answer(client, amina):
    wrong = client.post(DOOR, NUMBER | {"password": "not-her-password"})
    unknown = client.post(DOOR, {"number": "9902103457", "password": "not-her-password"})
    assert errors(wrong) == errors(unknown) == ["الرقم أو كلمة المرور غير صحيح"]
    assert 'value="9902103456"' in wrong.content.decode()
    assert "not-her-password" not in wrong.content.decode()
    assert is_signed_in(client) is False


@pytest.mark.parametrize("number", ["9902103456", "9902103457"])
def test_as_many_passwords_are_hashed_for_an_unknown_number_as_for_a_known_one(amina, number, monkeypatch):
    hashed = []

    def hash_once(*_, **__):
        hashed.append(1)
        return False

    monkeypatch.setattr(backends, "check_password", hash_once)
    monkeypatch.setattr(backends, "make_password", hash_once)
    assert backends.citizen_for(number, "not-her-password") is None
    assert len(hashed) == 2


def test_an_overlong_password_costs_what_any_other_does(amina, monkeypatch):
    guesses = []

    def accept(guess, *_, **__):
        guesses.append(guess)
        return True

    monkeypatch.setattr(backends, "check_password", accept)
    monkeypatch.setattr(backends, "make_password", accept)
    assert backends.citizen_for("9902103456", "x" * 129) is None
    assert guesses == ["-", "-"]


def test_of_several_people_with_one_number_each_opens_the_own_account(client, amina):
    waiting = make_citizen("نسخة", "ثانية", "9902103456", "+962790009999", identity=Identity.PENDING)
    waiting.user.set_password("another-password-here")
    waiting.user.save()
    client.post(DOOR, NUMBER)
    assert client.session["_auth_user_id"] == str(amina.user_id)
    second = Client()
    second.post(DOOR, NUMBER | {"password": "another-password-here"})
    assert second.session["_auth_user_id"] == str(waiting.user_id)


def test_the_proven_owner_is_found_behind_any_number_of_squatters(client, amina):
    for number in range(7):
        make_citizen("نسخة", "ثانية", "9902103456", f"+96279000990{number}", identity=Identity.PENDING)
    Citizen.objects.exclude(pk=amina.pk).update(created_at=amina.created_at.replace(year=2027))
    client.post(DOOR, NUMBER)
    assert client.session["_auth_user_id"] == str(amina.user_id)


@pytest.mark.parametrize("number", ["9902103456", "9902103457"])
def test_five_failures_close_the_door_for_a_number_here_known_or_not(client, amina, number):
    answers = [client.post(DOOR, {"number": number, "password": "wrong"}).status_code for _ in range(6)]
    assert answers == [200] * 5 + [429]
    if number == NUMBER["number"]:
        assert client.post(DOOR, NUMBER).status_code == 429
        assert client.post(DOOR, NUMBER, REMOTE_ADDR="192.0.2.9").status_code == 302


def test_a_right_password_clears_the_count(client, amina):
    for _ in range(2):
        for _ in range(4):
            Client().post(DOOR, NUMBER | {"password": "wrong"})
        assert Client().post(DOOR, NUMBER).status_code == 302


def test_ones_own_password_does_not_wipe_out_guesses_at_the_owner_of_the_same_number(client, amina):
    waiting = make_citizen("نسخة", "ثانية", "9902103456", "+962790009999", identity=Identity.PENDING)
    waiting.user.set_password("another-password-here")
    waiting.user.save()
    answers = []
    for _ in range(2):
        answers += [Client().post(DOOR, NUMBER | {"password": "wrong"}).status_code for _ in range(3)]
        answers += [Client().post(DOOR, NUMBER | {"password": "another-password-here"}).status_code]
    assert answers == [200, 200, 200, 302, 200, 200, 429, 429]


def test_somebody_who_may_not_sign_in_any_more_does_not(client, amina):
    amina.user.is_active = False
    amina.user.save(update_fields=["is_active"])
    assert errors(client.post(DOOR, NUMBER)) == ["الرقم أو كلمة المرور غير صحيح"]


@pytest.mark.parametrize("field", ["number", "password"])
def test_a_nul_byte_is_an_error_beside_the_field(client, db, field):
    answer = client.post(DOOR, NUMBER | {field: "9902\x00103456"})
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
    assert client.post(DOOR, NUMBER | {"next": target})["Location"] == lands


def test_the_page_of_the_door_carries_a_local_target_along_and_no_other(client, db):
    assert 'name="next" value="/ar/account/"' in client.get(f"{DOOR}?next=/ar/account/").content.decode()
    assert 'name="next"' not in client.get(f"{DOOR}?next=//evil.example/").content.decode()


def test_signing_out_ends_the_session_and_clears_the_cache(client, amina):
    sign_in(client, amina)
    answer = client.post("/ar/sign-out/")
    assert (answer["Location"], answer["Clear-Site-Data"]) == ("/ar/", '"cache"')
    assert is_signed_in(client) is False


def test_signing_out_takes_a_post_and_does_not_mind_who_asks(client, amina):
    assert sign_in(client, amina).get("/ar/sign-out/").status_code == 405
    assert is_signed_in(client) is True
    assert Client().post("/ar/sign-out/")["Location"] == "/ar/"


# ---- staff ----


def test_staff_sign_in_by_e_mail_in_any_case_and_land_at_the_desk(client, omar):
    answer = client.post(STAFF_DOOR, {"email": "Omar@Miyahuna.example", "password": PASSWORD})
    assert answer["Location"] == "/ar/staff/"
    assert client.session["_auth_user_id"] == str(omar.pk)


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(client, omar):
    wrong = client.post(STAFF_DOOR, {"email": omar.email, "password": "wrong"})
    unknown = client.post(STAFF_DOOR, {"email": "nobody@miyahuna.example", "password": "wrong"})
    assert errors(wrong) == errors(unknown) == ["البريد الإلكتروني أو كلمة المرور غير صحيح"]


def test_a_citizen_does_not_enter_by_the_staff_door_nor_staff_by_the_citizens(client, amina, omar):
    assert client.post(STAFF_DOOR, {"email": amina.email, "password": PASSWORD}).status_code == 200
    assert client.post(STAFF_DOOR, {"email": amina.user.login, "password": PASSWORD}).status_code == 200
    assert client.post(DOOR, {"number": omar.login, "password": PASSWORD}).status_code == 200
    assert is_signed_in(client) is False


def test_five_failures_lock_an_address_and_e_mail_out_and_no_colleague(client, omar, nadia):
    form = {"email": omar.email, "password": "wrong"}
    answers = [client.post(STAFF_DOOR, form).status_code for _ in range(6)]
    assert answers[-2:] == [429, 429]
    right = {"email": omar.email, "password": PASSWORD}
    locked = client.post(STAFF_DOOR, right)
    assert (locked.status_code, "محاولات كثيرة" in locked.content.decode()) == (429, True)
    assert client.post(STAFF_DOOR, right, REMOTE_ADDR="192.0.2.9").status_code == 302
    assert Client().post(STAFF_DOOR, {"email": nadia.email, "password": PASSWORD}).status_code == 302


def test_a_lock_out_of_staff_keeps_no_password(client, omar):
    from axes.models import AccessAttempt

    client.post(STAFF_DOOR, {"email": omar.email, "password": "a-wrong-password"})
    attempt = AccessAttempt.objects.get()
    assert (attempt.username, "a-wrong-password" in attempt.post_data) == (omar.email, False)


def test_a_failed_citizen_leaves_no_trace_in_the_lock_out_of_staff(client, amina):
    from axes.models import AccessAttempt

    client.post(DOOR, NUMBER | {"password": "wrong"})
    assert AccessAttempt.objects.count() == 0


def test_an_address_that_tries_many_staff_is_stopped(client, omar):
    from accounts.models import Throttle

    client.post(STAFF_DOOR, {"email": "a@b.example", "password": "wrong"})
    Throttle.objects.filter(scope="staff_address").update(count=limits.STAFF_SIGN_IN_OF_ADDRESS.most)
    assert client.post(STAFF_DOOR, {"email": omar.email, "password": PASSWORD}).status_code == 429


# ---- a forgotten password ----


def ask(client: Client, number: str = "9902103456", mobile: str = "0790001234"):
    return client.post("/ar/forgot/", {"number": number, "mobile": mobile})


def prove(client: Client) -> None:
    ask(client)
    client.post("/ar/forgot/code/", {"code": newest_code()})


def reset(client: Client, *, born: date = date(1990, 3, 27), **new: str):
    parts = {"birth_date_day": born.day, "birth_date_month": born.month, "birth_date_year": born.year}
    return client.post("/ar/forgot/password/", parts | NEW | new)


def test_number_telephone_code_and_birth_date_together_set_a_new_password(client, amina):
    elsewhere = sign_in(Client(), amina)
    prove(client)
    answer = reset(client)
    assert answer["Location"] == "/ar/sign-in/"
    amina.user.refresh_from_db()
    assert amina.user.check_password("copper-violet-train") is True
    assert elsewhere.get("/ar/account/").status_code == 302
    told = [(message.template, message.address) for message in Message.objects.order_by("created_at")]
    assert told == [("code", amina.phone), ("password_changed", amina.phone)]


def test_a_code_alone_opens_nothing(client, amina):
    prove(client)
    assert errors(reset(client, born=date(1990, 3, 28))) == ["تاريخ الميلاد لا يطابق الحساب"]
    amina.user.refresh_from_db()
    assert amina.user.check_password(PASSWORD) is True


def test_birth_dates_cannot_be_guessed_through(client, amina):
    prove(client)
    answers = [reset(client, born=date(1991, 1, day)).status_code for day in range(1, 7)]
    assert answers == [200] * 5 + [429]
    assert reset(client).status_code == 429


@pytest.mark.parametrize(("number", "mobile"), [("9902103457", "0790001234"), ("9902103456", "0790001235")])
def test_an_unknown_pair_gets_the_same_pages_and_no_message(client, amina, number, mobile):
    stranger = Client()
    known, unknown = ask(client), ask(stranger, number, mobile)
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    pages = [browser.get("/ar/forgot/code/").content.decode() for browser in (client, stranger)]
    assert _plain(pages[0]) == _plain(pages[1])
    wrong = [browser.post("/ar/forgot/code/", {"code": "00000"}) for browser in (client, stranger)]
    assert errors(wrong[0])[0] == errors(wrong[1])[0]
    at = PhoneCode.objects.latest("created_at").created_at
    leaving = Message.objects.filter(expires_at__gt=at)
    assert [message.address for message in leaving] == [amina.phone]


def _plain(page: str) -> str:
    import re

    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"|••\d\d|countdown="\d+"', "", page)


def test_an_unknown_pair_costs_the_same_statements(amina):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for number in ("9902103456", "9902103457"):
        with CaptureQueriesContext(connection) as spent:
            ask(Client(), number)
        counts.append([query["sql"].split(" ")[0] for query in spent.captured_queries])
    assert counts[0] == counts[1]


def test_the_new_password_is_not_reached_without_the_code(client, amina):
    assert client.get("/ar/forgot/password/")["Location"] == "/ar/forgot/"
    ask(client)
    assert reset(client)["Location"] == "/ar/forgot/code/"
    assert amina.user.check_password(PASSWORD) is True


def test_a_weak_new_password_is_refused_beside_the_field(client, amina):
    prove(client)
    assert errors(reset(client, password="short", again="short"))[0] == "كلمة المرور 12 حرفًا على الأقل"


def test_a_number_is_reset_at_most_five_times_a_day(amina):
    answers = [ask(Client(), mobile=f"07900012{number:02}").status_code for number in range(6)]
    assert answers == [302] * 5 + [429]


def test_a_session_key_that_was_handed_to_a_visitor_is_not_used(db, settings):
    browser = Client()
    browser.cookies[settings.SESSION_COOKIE_NAME] = "k" * 32
    ask(browser)
    assert browser.session.session_key != "k" * 32
