from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Citizen, FormDraft, Identity, IdentityCheck, NumberKind, PolicyAcceptance, User
from accounts.policy import POLICY_VERSION
from notifications.models import Message
from tests.accounts.keyboard import AMINA, CONTACT, E164, RANA, VISITOR, newest_code, register, register_until_code, url
from tests.cast import PASSWORD as AMINAS_PASSWORD, sign_in

pytestmark = pytest.mark.usefixtures("amman", "irbid")


def sms() -> list[tuple[str, str]]:
    """Return template and address of every SMS that may leave."""
    at = timezone.now()
    rows = Message.objects.order_by("created_at", "template")
    return [(row.template, row.address) for row in rows if row.expires_at is None or row.expires_at > at]


def test_three_steps_and_the_code_make_a_citizen_who_is_signed_in(client):
    answer = register_until_code(client)
    assert (answer.status_code, answer["Location"]) == (302, "/ar/register/code/")
    assert sms() == [("code", E164)]
    assert Citizen.objects.count() == 0

    answer = client.post(url("code"), {"code": newest_code()})
    assert (answer.status_code, answer["Location"]) == (302, "/ar/")
    rana = Citizen.objects.get()
    assert client.session["_auth_user_id"] == str(rana.user_id)
    assert (rana.number_kind, rana.number, rana.nationality) == ("national", "9782006138", "JO")
    assert rana.full_name == "رنا خليل إبراهيم العبادي"
    assert (rana.birth_date, rana.phone, rana.address) == (date(1978, 6, 14), E164, "جبل الحسين، شارع 9")
    assert (rana.country, rana.governorate.code, rana.city, rana.email) == ("JO", "JO-AM", "عمّان", "")
    assert rana.identity == Identity.MATCHED
    assert sms() == [("code", E164), ("registered", E164)]


def test_whoever_came_for_something_is_led_there_after_registering(client):
    here = "/ar/new/complaint/check/?draft=1"
    assert (
        f"{url('who')}?next=%2Far%2Fnew%2Fcomplaint%2Fcheck%2F%3Fdraft%3D1"
        in client.get("/ar/sign-in/", {"next": here}).content.decode()
    )
    assert f'name="next" value="{here}"' in client.get(url("who"), {"next": here}).content.decode()
    client.post(url("who"), RANA | {"next": here})
    register_until_code(client)
    assert client.post(url("code"), {"code": newest_code()})["Location"] == here


def test_nobody_is_led_to_another_site_after_registering(client):
    client.post(url("who"), RANA | {"next": "https://evil.example/"})
    register_until_code(client)
    assert client.post(url("code"), {"code": newest_code()})["Location"] == "/ar/"


def test_the_check_the_policy_and_its_language_are_kept_and_the_unfinished_form_is_not(client):
    register(client, language="en")
    check = IdentityCheck.objects.get()
    assert (check.source, check.outcome, check.fields_matched) == (
        "embedded",
        "matched",
        ["number", "name", "birth_date"],
    )
    acceptance = PolicyAcceptance.objects.get()
    assert (acceptance.version, acceptance.language) == (POLICY_VERSION, "en")
    assert FormDraft.objects.count() == 0


def test_a_visitor_without_a_national_number_registers_with_a_passport_and_without_the_middle_names(client):
    register(client, VISITOR, country="EG", governorate="")
    mona = Citizen.objects.get()
    assert (mona.number_kind, mona.number, mona.nationality) == (NumberKind.PASSPORT, "A1234567", "EG")
    assert (mona.full_name, mona.identity, mona.governorate) == ("Mona Fahmy", Identity.PENDING, None)
    assert mona.recheck_at is None
    assert IdentityCheck.objects.get().outcome == "not_covered"


def test_digits_in_arabic_script_are_the_same_number_and_telephone(client):
    register(client, RANA | {"national_number": "٩٧٨ ٢٠٠-٦١٣٨"}, mobile="٠٧٩ ١١١ ٢٢٣٣")
    rana = Citizen.objects.get()
    assert (rana.number, rana.phone) == ("9782006138", E164)


def test_a_step_is_not_reached_before_the_ones_before_it(client):
    assert client.get(url("contact"))["Location"] == "/ar/register/who/"
    assert client.get(url("password"))["Location"] == "/ar/register/who/"
    assert client.get(url("code"))["Location"] == "/ar/register/who/"
    client.post(url("who"), RANA)
    assert client.get(url("password"))["Location"] == "/ar/register/contact/"


def test_going_back_shows_what_was_typed_but_never_the_password(client):
    register_until_code(client)
    assert 'value="9782006138"' in client.get(url("who")).content.decode()
    assert 'value="0791112233"' in client.get(url("contact")).content.decode()
    assert "quiet-harbour-lamp" not in client.get(url("password")).content.decode()


def test_whoever_is_signed_in_is_sent_home_and_staff_to_the_desk(client, amina, omar):
    assert sign_in(client, amina).get(url("who"))["Location"] == "/ar/"
    assert sign_in(client, omar).get(url("who"))["Location"] == "/ar/staff/"


def test_no_page_of_the_registration_may_be_kept_by_a_browser(client):
    for step in ("who", "contact", "password", "code"):
        assert "no-store" in client.get(url(step))["Cache-Control"]


# ---- the registry ----


def test_a_mismatch_goes_back_to_the_first_step_with_what_was_typed_and_a_clear_sentence(client):
    answer = register(client, RANA | {"birth_date_day": "15"})
    assert (answer.status_code, answer["Location"]) == (302, "/ar/register/who/")
    page = client.get(url("who")).content.decode()
    assert "بياناتكم لا تطابق السجل المدني. راجعوا الرقم وتاريخ الميلاد" in page
    assert 'value="9782006138"' in page
    assert (Citizen.objects.count(), User.objects.count(), IdentityCheck.objects.count()) == (0, 0, 0)


def test_a_corrected_slip_needs_neither_the_password_nor_another_code(client):
    register(client, RANA | {"birth_date_day": "15"})
    answer = client.post(url("who"), RANA)
    assert answer["Location"] == "/ar/"
    assert Citizen.objects.get().identity == Identity.MATCHED
    assert [template for template, _ in sms()] == ["code", "registered"]


def test_a_corrected_slip_with_another_telephone_needs_a_code_to_that_one(client):
    register(client, RANA | {"birth_date_day": "15"})
    answer = client.post(url("contact"), CONTACT | {"mobile": "0780001111"})
    assert answer["Location"] == "/ar/register/code/"
    assert sms()[-1] == ("code", "+962780001111")
    assert Citizen.objects.count() == 0


def test_five_mismatches_close_the_registry_for_a_telephone_whatever_the_number(client):
    register(client, RANA | {"birth_date_day": "15"})
    for day in ("16", "17", "18", "19"):
        assert client.post(url("who"), RANA | {"birth_date_day": day}).status_code == 302
    answer = client.post(url("who"), RANA)
    assert answer.status_code == 429
    assert Citizen.objects.count() == 0


def test_a_registry_that_does_not_answer_keeps_nobody_out(client):
    ghada = RANA | {
        "national_number": "9832408002",
        "first_name": "غادة",
        "father_name": "مروان",
        "grandfather_name": "شفيق",
        "family_name": "عبيدات",
        "birth_date_day": "21",
        "birth_date_month": "9",
        "birth_date_year": "1983",
    }
    assert register(client, ghada)["Location"] == "/ar/"
    citizen = Citizen.objects.get()
    assert citizen.identity == Identity.PENDING
    assert citizen.recheck_at - citizen.created_at == timedelta(minutes=5)
    assert IdentityCheck.objects.get().outcome == "unavailable"


# ---- a number that is already known ----


def test_a_known_number_gives_the_same_pages_and_the_owner_is_told_once_a_day(client, amina):
    register_until_code(client, AMINA)
    known = client.get(url("code"))
    assert sms() == [("already_registered", amina.phone), ("code", E164)]

    from django.test import Client

    stranger = Client()
    register_until_code(stranger, RANA, mobile="0791112244")
    unknown = stranger.get(url("code"))
    plain = [page.content.decode().replace("••33", "••").replace("••44", "••") for page in (known, unknown)]
    assert _without_tokens(plain[0]) == _without_tokens(plain[1])

    third = Client()
    register_until_code(third, AMINA, mobile="0791112255")
    assert [template for template, _ in sms()].count("already_registered") == 1


def _without_tokens(page: str) -> str:
    import re

    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)


def test_a_known_number_costs_the_same_statements_as_an_unknown_one(client, amina, django_assert_num_queries):
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    counts = []
    for who, mobile in ((AMINA, "0791112233"), (RANA, "0791112244")):
        visitor = Client()
        visitor.post(url("who"), who)
        visitor.post(url("contact"), CONTACT | {"mobile": mobile})
        with CaptureQueriesContext(
            connection,
        ) as spent:
            visitor.post(
                url("password"), {"password": "quiet-harbour-lamp", "again": "quiet-harbour-lamp", "policy": "on"}
            )
        counts.append([query["sql"].split(" ")[0] for query in spent.captured_queries])
    assert counts[0] == counts[1]


def test_a_squatter_neither_gets_the_account_nor_blocks_its_owner(client, amina):
    register(client, AMINA)
    squatter = Citizen.objects.exclude(pk=amina.pk).get()
    assert (squatter.identity, squatter.conflicts_with) == (Identity.PENDING, amina)
    amina.refresh_from_db()
    assert (amina.identity, amina.user.check_password(AMINAS_PASSWORD)) == (Identity.MATCHED, True)


def test_the_owner_who_registers_again_with_the_own_telephone_gets_the_account_back(client, amina):
    from django.test import Client

    amina.address = "ماركا، عمارة 12"
    amina.save(update_fields=["address"])
    elsewhere = sign_in(Client(), amina)
    register(client, AMINA, mobile="0790001234")
    assert Citizen.objects.count() == 1
    amina.refresh_from_db()
    assert client.session["_auth_user_id"] == str(amina.user_id)
    assert amina.user.check_password("quiet-harbour-lamp") is True
    assert [one["address"] for one in amina.earlier_data] == ["ماركا، عمارة 12"]
    assert elsewhere.get("/ar/account/").status_code == 302
    assert sms()[-1] == ("password_changed", amina.phone)


def test_a_person_whom_the_contact_centre_wrote_down_gets_a_user_by_registering(client, amina):
    user, amina.user = amina.user, None
    amina.save(update_fields=["user"])
    register(client, AMINA, mobile="0790001234")
    amina.refresh_from_db()
    assert amina.user is not None
    assert amina.user != user
    assert Citizen.objects.count() == 1


def test_a_pending_squatter_does_not_block_the_owner_who_registers_later(client, amina):
    Citizen.objects.filter(pk=amina.pk).update(identity=Identity.PENDING)
    register(client, AMINA)
    owner = Citizen.objects.get(identity=Identity.MATCHED)
    assert (owner.phone, owner.pk != amina.pk) == (E164, True)


def test_whoever_insists_after_a_mismatch_is_admitted_for_the_unit_to_check(client, settings):
    # Without a mismatch there is nothing to insist on.
    assert client.post(url("who"), {"insist": "yes"}).status_code == 200
    assert register(client, RANA | {"birth_date_year": "1979"})["Location"] == "/ar/register/who/"
    assert 'name="insist"' in client.get(url("who")).content.decode()
    # The registry said it once; insisting asks it nothing, so that nobody is shut out by its limits.
    settings.REGISTRY = ""
    assert client.post(url("who"), {"insist": "yes"})["Location"] == "/ar/"
    rana = Citizen.objects.get()
    assert (rana.identity, rana.recheck_at, client.session["_auth_user_id"]) == (
        Identity.MISMATCHED,
        None,
        str(rana.user_id),
    )
    check = IdentityCheck.objects.get()
    assert (check.source, check.outcome, check.fields_matched) == ("embedded", "mismatched", ["number", "name"])


def test_foreign_mobiles_are_taken_from_the_countries_named_up_to_their_ceiling(client, settings):
    settings.FOREIGN_MOBILES = "SA:2,AE:1"
    client.post(url("who"), VISITOR)
    refused = client.post(url("contact"), CONTACT | {"mobile": "+201001234567"})
    assert (refused.status_code, "السعودية" in refused.content.decode()) == (200, True)
    answers = [
        register_until_code(Client(), VISITOR, mobile=f"+9665012345{end}").status_code for end in ("67", "68", "69")
    ]
    assert answers == [302, 302, 429]
    assert [address for _template, address in sms()] == ["+966501234567", "+966501234568"]
    assert register_until_code(Client(), VISITOR, mobile="+971501234567").status_code == 302
