"""What is typed wrongly while registering: a clear sentence, what was typed kept, nothing written, never a 500."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from accounts import rate_limits
from accounts.models import Citizen, FormDraft, PhoneCode, Purpose, RateCounter, User
from accounts.registration.forms import PersonNameField
from notifications.models import Message
from tests.accounts.keyboard import (
    CONTACT,
    LAST,
    RANA,
    VISITOR,
    errors,
    newest_code,
    register,
    register_until_code,
    url,
)
from tests.complaints.threads import be_patient

pytestmark = pytest.mark.usefixtures("amman")


def nothing_is_written() -> bool:
    return not (Citizen.objects.exists() or User.objects.exists() or Message.objects.exists())


def test_names_with_what_shortens_or_joins_them_are_welcome() -> None:
    names = ["ا", "ســعاد", "J.R.R.", "St. John", "د.خالد", "Jean-Luc", "O'Neill", "عبد الله"]
    assert [PersonNameField().clean(name) for name in names] == names


WHO = [
    (
        {"national_number": "987123456"},
        "الرقم الوطني: يجب إدخال 10 خانات، وقد أدخلتم 9",
        "National number must have 10 digits; you entered 9",
    ),
    (
        {"national_number": "98712345678"},
        "الرقم الوطني: يجب إدخال 10 خانات، وقد أدخلتم 11",
        "National number must have 10 digits; you entered 11",
    ),
    ({"national_number": "98712A4567"}, None, None),
    ({"national_number": ""}, None, None),
    ({"national_number": "9782006138\x00"}, None, None),
    ({"national_number": "9" * 5000}, None, None),
    ({"first_name": ""}, None, None),
    ({"first_name": "رنا\x00"}, None, None),
    ({"first_name": "R4n4"}, "اكتبوا الاسم بالحروف فقط", "Enter the name in letters only"),
    ({"first_name": "..."}, "اكتبوا الاسم بالحروف فقط", "Enter the name in letters only"),
    ({"first_name": "ـــ"}, "اكتبوا الاسم بالحروف فقط", "Enter the name in letters only"),
    ({"first_name": "www.evil.com"}, "اكتبوا الاسم بالحروف فقط", "Enter the name in letters only"),
    ({"first_name": "\u202eanaR"}, None, None),
    ({"family_name": "ا" * 5000}, None, None),
    ({"grandfather_name": ""}, None, None),
    ({"birth_date_month": "13"}, "يجب أن يكون الشهر بين 1 و12", "The month must be between 1 and 12"),
    ({"birth_date_day": "31", "birth_date_month": "4"}, None, None),
    ({"birth_date_day": "29", "birth_date_month": "2", "birth_date_year": "1978"}, None, None),
    ({"birth_date_year": "2999"}, None, None),
    ({"birth_date_year": "9" * 400}, None, None),
    ({"birth_date_day": "\x00"}, None, None),
    ({"birth_date_day": "", "birth_date_month": "", "birth_date_year": ""}, None, None),
    ({"citizenship": "martian"}, None, None),
]


@pytest.mark.parametrize(("wrong", "ar", "en"), WHO, ids=[str(wrong)[:40] for wrong, _, _ in WHO])
def test_the_first_step_says_what_is_wrong_beside_the_field(client, wrong, ar, en):
    for language, sentence in (("ar", ar), ("en", en)):
        answer = client.post(url("who", language), RANA | wrong)
        assert answer.status_code == 200
        said = errors(answer)
        assert len(said) == 1
        assert sentence is None or said == [sentence]
        assert 'aria-invalid="true"' in answer.content.decode() or "citizenship" in wrong
        assert 'value="العبادي"' in answer.content.decode() or "family_name" in wrong
    assert nothing_is_written()
    assert FormDraft.objects.count() == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"document_number": "A-1"},
        {"document_number": "A" * 21},
        {"document_number": "پاسپورت"},
        {"document_number": "A12\x003456"},
        {"document_number": ""},
        {"document": ""},
        {"nationality": ""},
        {"nationality": "XX"},
        {"document": "personal", "document_number": "12345"},
    ],
    ids=str,
)
def test_a_document_that_cannot_be_is_refused(client, wrong):
    answer = client.post(url("who"), VISITOR | wrong)
    assert (answer.status_code, len(errors(answer))) == (200, 1)
    assert 'value="Mona"' in answer.content.decode()
    assert nothing_is_written()


def test_what_the_other_choice_asks_for_is_not_read(client):
    assert client.post(url("who"), RANA | {"document_number": "?", "nationality": "XX"}).status_code == 302
    assert client.post(url("who"), VISITOR | {"national_number": "12"}).status_code == 302


@pytest.mark.parametrize(
    "wrong",
    [
        {"mobile": "065008080"},
        {"mobile": "5008080"},
        {"mobile": "+14155550123"},
        {"mobile": "+447911123456"},
        {"mobile": "079111223"},
        {"mobile": "phone"},
        {"mobile": "0791112233\x00"},
        {"mobile": ""},
        {"email": "not an address"},
        {"email": "a@b.example\r\nBcc: c@d.example"},
        {"email": "a\x00@b.example"},
        {"email": "a" * 300 + "@b.example"},
        {"country": "XX"},
        {"governorate": ""},
        {"governorate": "JO-XX"},
        {"city": ""},
        {"city": "عمّان\x00"},
        {"address": ""},
        {"address": "ا" * 5000},
    ],
    ids=lambda wrong: str(wrong)[:40],
)
def test_the_second_step_says_what_is_wrong_beside_the_field(client, wrong):
    client.post(url("who"), RANA)
    answer = client.post(url("contact"), CONTACT | wrong)
    assert (answer.status_code, len(errors(answer))) == (200, 1)
    assert 'value="جبل الحسين، شارع 9"' in answer.content.decode() or "address" in wrong
    assert nothing_is_written()


def test_a_landline_is_answered_with_an_example_of_a_mobile_number(client):
    client.post(url("who"), RANA)
    assert errors(client.post(url("contact"), CONTACT | {"mobile": "06 500 8080"})) == [
        "أدخلوا رقم هاتف محمول، مثل 0790001234"
    ]
    assert errors(client.post(url("contact", "en"), CONTACT | {"mobile": "06 500 8080"})) == [
        "Enter a mobile number, such as 0790001234"
    ]


PASSWORDS = [
    ({"password": "short-one", "again": "short-one"}, "يجب ألا تقل كلمة المرور عن 12 حرفًا"),
    ({"password": "x" * 200, "again": "x" * 200}, None),
    (
        {"password": "111111111111", "again": "111111111111"},
        "كلمة المرور هذه سهلة التخمين. اختاروا ثلاث كلمات لا رابط بينها",
    ),
    (
        {"password": "password12345", "again": "password12345"},
        "كلمة المرور هذه سهلة التخمين. اختاروا ثلاث كلمات لا رابط بينها",
    ),
    (
        {"password": "abcdefghijklm", "again": "abcdefghijklm"},
        "كلمة المرور هذه سهلة التخمين. اختاروا ثلاث كلمات لا رابط بينها",
    ),
    (
        {"password": "ManchesterUnited", "again": "ManchesterUnited"},
        "كلمة المرور هذه سهلة التخمين. اختاروا ثلاث كلمات لا رابط بينها",
    ),
    (
        {"password": "9782006138978", "again": "9782006138978"},
        "كلمة المرور هذه سهلة التخمين. اختاروا ثلاث كلمات لا رابط بينها",
    ),
    ({"password": "9782006138-ab", "again": "9782006138-ab"}, None),
    ({"password": "العبادي-رنا-1978", "again": "العبادي-رنا-1978"}, None),
    ({"again": "quiet-harbour-lamp!"}, "كلمتا المرور غير متطابقتين"),
    ({"password": "quiet\x00harbour-lamp", "again": "quiet\x00harbour-lamp"}, None),
    ({"password": ""}, None),
    ({"policy": ""}, "يجب قبول سياسة الاستخدام للمتابعة"),
]


@pytest.mark.parametrize(("wrong", "sentence"), PASSWORDS, ids=[str(wrong)[:40] for wrong, _ in PASSWORDS])
def test_a_password_that_will_not_do_is_refused_before_anything_is_hashed(client, wrong, sentence, monkeypatch):
    monkeypatch.setattr("accounts.registration.pages.hash_for_number", lambda *_: pytest.fail("hashed"))
    client.post(url("who"), RANA)
    client.post(url("contact"), CONTACT)
    answer = client.post(url("password"), LAST | wrong)
    said = errors(answer)
    assert answer.status_code == 200
    assert said == [sentence] if sentence else len(said) == 1
    assert (wrong.get("password") or "quiet-harbour-lamp") not in answer.content.decode()
    assert nothing_is_written()
    assert PhoneCode.objects.count() == 0


# ---- codes ----


def wrong_code() -> str:
    return f"{(int(newest_code()) + 1) % 100_000:05}"


@pytest.mark.parametrize("typed", ["", "1234", "123456", "abcde", "12\x00345", "1" * 5000])
def test_what_is_no_code_costs_no_try(client, typed):
    register_until_code(client)
    answer = client.post(url("code"), {"code": typed})
    assert (answer.status_code, len(errors(answer))) == (200, 1)
    assert PhoneCode.objects.get().tries == 0


def test_a_code_is_read_with_spaces_dashes_and_arabic_digits(client):
    register_until_code(client)
    code = newest_code().translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert client.post(url("code"), {"code": f" {code[:2]}-{code[2:]} "}).status_code == 302


def test_three_wrong_codes_count_down_and_end_the_code(client):
    register_until_code(client)
    right = newest_code()
    said = [errors(client.post(url("code"), {"code": wrong_code()}))[0] for _ in range(3)]
    assert said == [
        "الرمز غير صحيح. بقيت محاولتان",
        "الرمز غير صحيح. بقيت محاولة واحدة",
        "انتهت محاولات هذا الرمز. اطلبوا رمزًا جديدًا في أسفل الصفحة",
    ]
    assert client.post(url("code"), {"code": right}).status_code == 200
    assert Citizen.objects.count() == 0


def test_after_three_wrong_codes_a_new_one_may_be_asked_for_and_opens(client):
    register_until_code(client)
    for _ in range(3):
        client.post(url("code"), {"code": wrong_code()})
    assert client.post(url("code"), {"again": "1"})["Location"] == url("code")
    assert client.post(url("code"), {"code": newest_code()})["Location"] == "/ar/"


def test_an_expired_code_is_replaced_at_once_and_says_so(client):
    register_until_code(client)
    old = newest_code()
    PhoneCode.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    answer = client.post(url("code", "en"), {"code": old})
    assert errors(answer) == ["That code has expired. We have sent a new one"]
    assert (PhoneCode.objects.count(), Message.objects.filter(template="code").count()) == (2, 2)
    assert client.post(url("code"), {"code": newest_code()})["Location"] == "/ar/"


def test_the_code_of_another_session_opens_nothing(client):
    register_until_code(client)
    code = newest_code()
    stranger = Client()
    assert stranger.post(url("code"), {"code": code})["Location"] == url("who")
    register_until_code(stranger)
    if newest_code() != code:
        assert errors(stranger.post(url("code"), {"code": code})) == ["الرمز غير صحيح. بقيت محاولتان"]
    assert Citizen.objects.count() == 0


def test_a_sixth_code_of_a_day_is_refused_with_the_page_for_too_many(client):
    for _ in range(5):
        register_until_code(Client())
    answer = register_until_code(client)
    assert answer.status_code == 429
    assert "065008080" in answer.content.decode() or "06 500 8080" in answer.content.decode()
    assert PhoneCode.objects.count() == 5


def test_a_code_for_registering_is_none_for_a_forgotten_password(client, amina):
    register_until_code(client, RANA, mobile="0790001234")
    code = newest_code()
    client.post("/ar/forgot/", {"number": "9902103456", "mobile": "0790001234"})
    PhoneCode.objects.filter(purpose=Purpose.RESET).update(digest="x")
    assert errors(client.post("/ar/forgot/code/", {"code": code})) == ["الرمز غير صحيح. بقيت محاولتان"]


@pytest.mark.django_db(transaction=True)
def test_of_thirty_guesses_in_parallel_three_are_evaluated(client):
    register_until_code(client)
    typed = wrong_code()
    cookies = client.cookies.output(header="", sep=";")

    def guess(_: int) -> int:
        try:
            be_patient()
            browser = Client(headers={"cookie": cookies})
            browser.cookies.load(cookies)
            return browser.post(url("code"), {"code": typed}).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as pool:
        assert set(pool.map(guess, range(30))) == {200}
    assert PhoneCode.objects.get().tries == 3


# ---- what is no form at all ----


def test_a_missing_csrf_token_is_refused_on_every_form(amman):
    strict = Client(enforce_csrf_checks=True)
    for path in ("register/who", "sign-in", "forgot", "sign-out", "staff/sign-in"):
        assert strict.post(f"/ar/{path}/", RANA).status_code == 403
    assert FormDraft.objects.count() == 0


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"national_number=%00", b"a" * 2000])
def test_a_body_that_is_no_form_is_answered_like_an_empty_one(client, body):
    answer = client.post(url("who"), data=body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 200
    assert nothing_is_written()


def test_odd_methods_are_refused(client):
    assert [client.put(url("who")).status_code, client.delete("/ar/sign-in/").status_code] == [405, 405]


def test_registering_twice_at_once_makes_one_proven_person(client):
    register(client)
    register(Client())
    assert Citizen.objects.count() == 1
    assert RateCounter.objects.filter(scope="registry_phone").values_list("count", flat=True).get() == 0


def test_new_passwords_of_one_address_are_limited_before_they_are_hashed(client, monkeypatch):
    limit = rate_limits.RateLimit("new_password_address", 1, rate_limits.HOUR)
    monkeypatch.setattr(rate_limits, "NEW_PASSWORDS_PER_ADDRESS", limit)
    client.post(url("who"), RANA)
    client.post(url("contact"), CONTACT)
    assert client.post(url("password"), LAST).status_code == 302
    monkeypatch.setattr("accounts.registration.pages.hash_for_number", lambda *_: pytest.fail("hashed"))
    assert client.post(url("password"), LAST).status_code == 429
